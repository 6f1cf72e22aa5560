/* lanes_notify.c: wakes listeners when a committed transaction said so. A notice is a hint: whoever listens also polls,
 * slowly, because a notice may be lost with a connection or a process.
 *
 * SQLite has one process: the lane calls the listeners after the commit. PostgreSQL: a thread with a connection of its
 * own sends NOTIFY (at most one a channel in NOTIFY_PAUSE_MS, so that a busy table costs its writers nothing: a NOTIFY
 * inside a transaction would take a lock that all commits share) and hears those of all processes, also our own.
 *
 * What a transaction tells by name (tx_tell) goes to those who hear it in this process, on the lane that has committed
 * it: no server and no pause stands between a word and the one who waits for it. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void wake(struct notifier *n)
{
    uint64_t one = 1;
    /* Full (EAGAIN) means that it is awake already. */
    if (n->has_thread && write(n->wake_fd, &one, sizeof one) != sizeof one && errno != EAGAIN) abort();
}

void notifier_put(void *arg, const char (*channels)[CHANNEL_SIZE], unsigned count)
{
    struct notifier *n = &((struct lanes *)arg)->notifier;
    pthread_mutex_lock(&n->lock);
    bool new = false;
    for (unsigned i = 0; i < count; i++) {
        unsigned k = 0;
        while (k < n->outs && strcmp(n->out[k].channel, channels[i]) != 0) k++;
        assert(k < LISTEN_MAX);
        if (k == n->outs) text_copy(n->out[n->outs++].channel, CHANNEL_SIZE, channels[i]);
        new = new || !n->out[k].due;
        n->out[k].due = true;
    }
    n->any_due = n->any_due || new;
    pthread_mutex_unlock(&n->lock);
    if (new) wake(n);
}

/* The next notice to send, into `channel`; false: none is left. */
static bool take_out(struct notifier *n, char channel[CHANNEL_SIZE])
{
    bool found = false;
    pthread_mutex_lock(&n->lock);
    n->any_due = false;
    for (unsigned i = 0; i < n->outs; i++) {
        if (!n->out[i].due) continue;
        if (found) {
            n->any_due = true;
        } else {
            n->out[i].due = false;
            text_copy(channel, CHANNEL_SIZE, n->out[i].channel);
            found = true;
        }
    }
    pthread_mutex_unlock(&n->lock);
    return found;
}

/* `channel` NULL: all of them (after a time without a connection). */
static void mark_heard(void *arg, const char *channel, bool ours)
{
    struct notifier *n = arg;
    pthread_mutex_lock(&n->lock);
    for (unsigned i = 0; i < n->listeners; i++) {
        struct listener *one = &n->listener[i];
        if (ours && one->others_only) continue;
        if (!channel || strcmp(one->channel, channel) == 0) one->due = true;
    }
    pthread_mutex_unlock(&n->lock);
}

/* Calls whoever is due, without the lock: a listener may submit ops or listen to more. */
static void call_heard(struct notifier *n)
{
    for (unsigned i = 0; i < LISTEN_MAX; i++) {
        pthread_mutex_lock(&n->lock);
        struct listener *one = &n->listener[i];
        bool due = i < n->listeners && one->due;
        one->due = false;
        void (*fn)(void *) = one->fn;
        void *arg = one->arg;
        pthread_mutex_unlock(&n->lock);
        if (due) fn(arg);
    }
}

/* What the last transaction of this lane told. Without the lock, as above. */
static void call_hearers(struct notifier *n, struct tx *tx)
{
    if (tx->told_count == 0) return;
    size_t named = tx->told_count <= TX_MAX_TOLD ? tx->told_count : 0;
    for (unsigned i = 0; i < LISTEN_MAX; i++) {
        pthread_mutex_lock(&n->lock);
        struct hearer one = i < n->hearers ? n->hearer[i] : (struct hearer){ NULL, NULL };
        pthread_mutex_unlock(&n->lock);
        if (!one.fn) break;
        one.fn(one.arg, tx->told, named);
    }
    tx->told_count = 0;
}

void notifier_deliver(struct lane *l)
{
    struct notifier *n = &l->lanes->notifier;
    char channel[CHANNEL_SIZE];
    if (l->mode == TX_WRITE && l->conn) call_hearers(n, &l->conn->tx);
    pthread_mutex_lock(&n->lock);
    bool any = n->any_due && !n->has_thread;
    pthread_mutex_unlock(&n->lock);
    if (!any) return;
    while (take_out(n, channel)) mark_heard(n, channel, true);
    call_heard(n);
}

void lanes_hear(struct lanes *l, void (*fn)(void *arg, const struct tx_told *told, size_t n), void *arg)
{
    struct notifier *n = &l->notifier;
    pthread_mutex_lock(&n->lock);
    assert(n->hearers < LISTEN_MAX);
    n->hearer[n->hearers++] = (struct hearer){ .fn = fn, .arg = arg };
    pthread_mutex_unlock(&n->lock);
}

static void listen_to(struct lanes *l, const char *channel, bool others_only, void (*fn)(void *arg), void *arg)
{
    struct notifier *n = &l->notifier;
    assert(strlen(channel) < CHANNEL_SIZE);
    pthread_mutex_lock(&n->lock);
    assert(n->listeners < LISTEN_MAX);
    struct listener *one = &n->listener[n->listeners];
    *one = (struct listener){ .fn = fn, .arg = arg, .others_only = others_only };
    text_copy(one->channel, CHANNEL_SIZE, channel);
    n->listeners++;
    pthread_mutex_unlock(&n->lock);
    wake(n);
}

void lanes_listen(struct lanes *l, const char *channel, void (*fn)(void *arg), void *arg)
{
    listen_to(l, channel, false, fn, arg);
}

void lanes_listen_others(struct lanes *l, const char *channel, void (*fn)(void *arg), void *arg)
{
    listen_to(l, channel, true, fn, arg);
}

/* ---- PostgreSQL: the thread ---- */

static bool listen_to_new(struct notifier *n, struct pg_listen *p)
{
    for (;;) {
        char channel[CHANNEL_SIZE];
        pthread_mutex_lock(&n->lock);
        bool more = n->listening < n->listeners;
        if (more) text_copy(channel, CHANNEL_SIZE, n->listener[n->listening++].channel);
        pthread_mutex_unlock(&n->lock);
        if (!more) return true;
        if (!pg_listen_to(p, channel)) return false;
    }
}

static bool stopping(struct notifier *n)
{
    pthread_mutex_lock(&n->lock);
    bool is = n->stopping;
    pthread_mutex_unlock(&n->lock);
    return is;
}

/* Until the connection is lost or the lanes stop (then true, with all notices sent). */
static bool converse(struct lanes *l, struct pg_listen *p)
{
    enum { LOOK_AGAIN_MS = 60000 };
    struct notifier *n = &l->notifier;
    int64_t sent_ms = monotonic_ms() - NOTIFY_PAUSE_MS;
    n->listening = 0;
    mark_heard(n, NULL, false); /* what was said before we listened is not repeated */
    for (;;) {
        if (!listen_to_new(n, p)) return false;
        call_heard(n);
        bool stop = stopping(n);
        pthread_mutex_lock(&n->lock);
        bool due = n->any_due;
        pthread_mutex_unlock(&n->lock);
        int64_t pause_ms = sent_ms + NOTIFY_PAUSE_MS - monotonic_ms();
        if (due && (pause_ms <= 0 || stop)) {
            char channel[CHANNEL_SIZE];
            while (take_out(n, channel)) {
                if (!pg_listen_tell(p, channel)) return false;
            }
            sent_ms = monotonic_ms();
        }
        if (stop) return true;
        if (!pg_listen_wait(p, n->wake_fd, due && pause_ms > 0 ? (int)pause_ms : LOOK_AGAIN_MS, mark_heard, n))
            return false;
        uint64_t drained;
        if (read(n->wake_fd, &drained, sizeof drained) < 0 && errno != EAGAIN) abort();
    }
}

static void *notifier_thread(void *arg)
{
    struct lanes *l = arg;
    unsigned wait_ms = LANE_CONNECT_WAIT_MS;
    while (!stopping(&l->notifier)) {
        char error[DB_ERROR_SIZE];
        struct pg_listen *p = pg_listen_open(l->db, error, sizeof error);
        if (p) {
            wait_ms = LANE_CONNECT_WAIT_MS;
            if (converse(l, p)) {
                pg_listen_close(p);
                break;
            }
            pg_listen_close(p);
            LOG(LOG_WARN, "notify_connection_lost");
        }
        for (unsigned waited = 0; waited < wait_ms && !stopping(&l->notifier); waited += LANE_CONNECT_WAIT_MS)
            usleep(LANE_CONNECT_WAIT_MS * 1000);
        if (wait_ms < LANE_CONNECT_WAIT_MAX_MS) wait_ms *= 2;
    }
    return NULL;
}

bool notifier_start(struct lanes *l, char *error, size_t error_size)
{
    struct notifier *n = &l->notifier;
    if (pthread_mutex_init(&n->lock, NULL) != 0) abort();
    n->wake_fd = -1;
    if (db_engine_of(l->db) == DB_SQLITE) return true;
    n->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    n->has_thread = true; /* set before the thread runs: it never changes afterwards */
    if (n->wake_fd >= 0 && pthread_create(&n->thread, NULL, notifier_thread, l) == 0) return true;
    n->has_thread = false;
    snprintf(error, error_size, "cannot start the notifier: %m");
    return false;
}

void notifier_stop(struct lanes *l)
{
    struct notifier *n = &l->notifier;
    pthread_mutex_lock(&n->lock);
    n->stopping = true;
    pthread_mutex_unlock(&n->lock);
    wake(n);
    if (n->has_thread && pthread_join(n->thread, NULL) != 0) abort();
    if (n->wake_fd >= 0) close(n->wake_fd);
    pthread_mutex_destroy(&n->lock);
}
