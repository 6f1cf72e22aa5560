/* doctor_reach.c: what `doctor` measures of the machine and the network, each within a limit. */
#include "app/doctor.h"
#include "base/clock.h"
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { HOST_SIZE = 256, PORT_SIZE = 16 };

int64_t doctor_free_mb(const struct statvfs *v)
{
    /* Blocks may be smaller than a KiB, and all bytes of a large disk are still far from the end of the numbers. */
    return (int64_t)((uint64_t)v->f_bavail * v->f_frsize >> 20);
}

/* ---- a name ---- */

/* getaddrinfo knows no limit, so it runs on a thread of its own. One that takes too long is left behind, and clears up
 * when it comes back. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done, left;
    struct addrinfo *found;
    char host[HOST_SIZE], port[PORT_SIZE];
};

static void lookup_free(struct lookup *l)
{
    if (l->found) freeaddrinfo(l->found);
    (void)pthread_cond_destroy(&l->ended);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

static void *look_up(void *arg)
{
    struct lookup *l = arg;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    if (getaddrinfo(l->host, l->port, &hints, &found) != 0) found = NULL;
    (void)pthread_mutex_lock(&l->lock);
    l->found = found, l->done = true;
    bool left = l->left;
    (void)pthread_cond_signal(&l->ended);
    (void)pthread_mutex_unlock(&l->lock);
    if (left) lookup_free(l);
    return NULL;
}

static struct lookup *lookup_begin(const char *host, int64_t port)
{
    pthread_t thread;
    pthread_condattr_t attributes;
    struct lookup *l = calloc(1, sizeof *l);
    if (!l) abort();
    (void)snprintf(l->host, sizeof l->host, "%s", host);
    (void)snprintf(l->port, sizeof l->port, "%lld", (long long)port);
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&l->ended, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&thread, NULL, look_up, l) == 0) {
        (void)pthread_detach(thread);
        return l;
    }
    lookup_free(l);
    return NULL;
}

/* False: it has not ended in time, and is not the caller's any more. */
static bool lookup_wait(struct lookup *l, int64_t limit_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + limit_ms % SECOND_MS * 1000000;
    until.tv_sec += (time_t)(limit_ms / SECOND_MS + ns / 1000000000), until.tv_nsec = (long)(ns % 1000000000);
    (void)pthread_mutex_lock(&l->lock);
    while (!l->done && pthread_cond_timedwait(&l->ended, &l->lock, &until) == 0) {
    }
    bool done = l->done;
    l->left = !done;
    (void)pthread_mutex_unlock(&l->lock);
    return done;
}

/* ---- an address ---- */

static bool answers(const struct addrinfo *at, int64_t limit_ms)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
    socklen_t n = sizeof error;
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    if (fd < 0) return false;
    bool begun = connect(fd, at->ai_addr, at->ai_addrlen) == 0 || errno == EINPROGRESS;
    bool there = begun && poll(&p, 1, limit_ms > 0 ? (int)limit_ms : 0) == 1 &&
                 getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0;
    (void)close(fd);
    return there;
}

const char *doctor_reach(const char *host, int64_t port, int64_t limit_ms)
{
    int64_t until_ms = monotonic_ms() + limit_ms;
    struct lookup *l = strlen(host) < HOST_SIZE ? lookup_begin(host, port) : NULL;
    if (!l) return "its name cannot be looked up";
    if (!lookup_wait(l, limit_ms)) return "its name is not found in time";
    const char *fault = l->found ? "it does not answer" : "its name is not found";
    for (const struct addrinfo *i = l->found; i && fault; i = i->ai_next)
        if (answers(i, until_ms - monotonic_ms())) fault = NULL;
    lookup_free(l);
    return fault;
}
