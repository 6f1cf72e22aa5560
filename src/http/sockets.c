/* sockets.c: many sockets and any thread. What other threads want to send waits in a queue of the sockets' loop, which
 * takes SENDS_PER_TURN of them and then looks at its connections again, so that one message for ten thousand readers
 * does not hold up a request. */
#include "http/frames.h"
#include "http/private.h"
#include <stdlib.h>

enum { SENDS_PER_TURN = 256 };

struct socket_frame {
    struct shared_bytes bytes;
};
struct parcel_place {
    uint32_t slot, generation;
};
struct parcel {
    struct parcel *next;
    struct shared_bytes *bytes;
    size_t n, sent;
    struct parcel_place to[];
};

/* ---- frames made ready ---- */

struct socket_frame *socket_frame_new(enum socket_message kind, struct str data)
{
    return (struct socket_frame *)socket_bytes_new(kind, data);
}

void socket_frame_free(struct socket_frame *f) { shared_bytes_drop(&f->bytes); }

/* ---- from any thread ---- */

static struct parcel *parcel_new(struct loop *l, const struct socket_id *to, size_t n, struct shared_bytes *bytes)
{
    size_t ours = 0;
    for (size_t i = 0; i < n; i++) ours += to[i].loop == l;
    if (ours == 0) return NULL;
    struct parcel *p = malloc(sizeof *p + ours * sizeof p->to[0]);
    if (p == NULL) abort();
    *p = (struct parcel){ .bytes = bytes };
    (void)atomic_fetch_add_explicit(&bytes->references, 1, memory_order_relaxed);
    for (size_t i = 0; i < n; i++)
        if (to[i].loop == l) p->to[p->n++] = (struct parcel_place){ to[i].slot, to[i].generation };
    return p;
}

static void parcel_free(struct parcel *p)
{
    shared_bytes_drop(p->bytes);
    free(p);
}

static void post(struct loop *l, struct parcel *p)
{
    (void)pthread_mutex_lock(&l->lock);
    bool open = !l->closing;
    if (open && l->parcels == NULL) l->parcels = p;
    else if (open) l->parcels_last->next = p;
    if (open) {
        l->parcels_last = p;
        (void)uv_async_send(&l->wake);
    }
    (void)pthread_mutex_unlock(&l->lock);
    if (!open) parcel_free(p);
}

void sockets_send(const struct socket_id *to, size_t n, struct socket_frame *f)
{
    struct loop *done[LOOPS_MAX];
    size_t loops = 0;
    for (size_t i = 0; i < n; i++) {
        size_t known = 0;
        while (known < loops && done[known] != to[i].loop) known++;
        if (known < loops) continue;
        assert(loops < LOOPS_MAX);
        done[loops++] = to[i].loop;
        struct parcel *p = parcel_new(to[i].loop, to + i, n - i, &f->bytes);
        if (p != NULL) post(to[i].loop, p);
    }
}

/* ---- on the loop ---- */

static void take_posted(struct loop *l)
{
    (void)pthread_mutex_lock(&l->lock);
    struct parcel *first = l->parcels, *last = l->parcels_last;
    l->parcels = l->parcels_last = NULL;
    (void)pthread_mutex_unlock(&l->lock);
    if (first == NULL) return;
    if (l->delivering == NULL) l->delivering = first;
    else l->delivering_last->next = first;
    l->delivering_last = last;
}

void sockets_deliver(struct loop *l)
{
    take_posted(l);
    size_t room = SENDS_PER_TURN;
    while (l->delivering != NULL && room > 0) {
        struct parcel *p = l->delivering;
        for (; p->sent < p->n && room > 0; p->sent++, room--) {
            const struct parcel_place *to = &p->to[p->sent];
            struct socket *s = socket_of(loop_find(l, to->slot, to->generation));
            if (s != NULL) (void)!socket_send_shared(s, p->bytes); /* closed is as good as sent */
        }
        if (p->sent < p->n) break;
        l->delivering = p->next;
        parcel_free(p);
    }
    if (l->delivering != NULL) (void)uv_async_send(&l->wake); /* connections first */
}

void sockets_drain(struct loop *l)
{
    for (struct connection *c = l->connections, *next; c != NULL; c = next) {
        next = c->next;
        struct socket *s = socket_of(c);
        if (s != NULL) socket_close(s, CLOSE_GOING_AWAY, NULL);
    }
}

void sockets_forget(struct loop *l)
{
    take_posted(l);
    for (struct parcel *p = l->delivering, *next; p != NULL; p = next) {
        next = p->next;
        parcel_free(p);
    }
    l->delivering = NULL;
    sockets_loop_close(l);
}
