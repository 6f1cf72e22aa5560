/* loop.c: how others reach a loop: a connection by its place, and an exchange that comes back from another thread. */
#include "http/private.h"

struct connection *loop_find(struct loop *l, uint32_t slot, uint32_t generation)
{
    const struct slot *s = &l->slots[slot];
    return s->generation == generation ? s->connection : NULL;
}

void loop_return(struct exchange *x)
{
    struct loop *l = x->loop;
    x->next = NULL;
    (void)pthread_mutex_lock(&l->lock);
    bool first = l->returns == NULL;
    if (first) l->returns = x;
    else l->returns_last->next = x;
    l->returns_last = x;
    /* Under the lock, so that the loop cannot take x, end and be freed before it was woken. */
    if (first) (void)uv_async_send(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
}
