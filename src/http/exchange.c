/* exchange.c: the pool of exchanges, and how one outlives what it was read from. */
#include "http/private.h"
#include <stdlib.h>

/* ---- the pool ---- */

struct exchange *exchange_take(struct loop *l)
{
    struct exchange *x = l->pool;
    if (x != NULL) {
        l->pool = x->next;
        l->pooled--;
        return x;
    }
    x = calloc(1, sizeof *x);
    if (x == NULL) abort();
    x->loop = l;
    x->req.arena = arena_new(REQUEST_ARENA_MAX_BYTES);
    buf_init(&x->req.reply.body, REPLY_MAX_BYTES);
    buf_init(&x->late.body, REPLY_MAX_BYTES);
    buf_init(&x->body_store, BODY_MAX_DEFAULT);
    return x;
}

static void exchange_free(struct exchange *x)
{
    buf_free(&x->req.reply.body);
    buf_free(&x->late.body);
    buf_free(&x->body_store);
    arena_free(x->req.arena);
    free(x);
}

static bool small(const struct buf *b) { return b->cap <= POOLED_BUFFER_BYTES; }

/* Nothing of one request may be seen by the next: all but the memory is cleared. */
void exchange_give(struct exchange *x)
{
    struct loop *l = x->loop;
    if (x->running) idempotency_answered(x);
    if (x->upload != NULL) upload_end(x);
    if (x->body_held > 0) share_give(l->http->bodies, l->http->limits, x->address, x->body_held);
    x->body_held = 0;
    if (l->pooled >= POOLED_EXCHANGES || !small(&x->req.reply.body) || !small(&x->late.body) ||
        !small(&x->body_store)) {
        exchange_free(x);
        return;
    }
    struct arena *arena = x->req.arena;
    arena_reset(arena);
    buf_clear(&x->body_store);
    reply_reset(&x->req.reply);
    reply_reset(&x->late);
    struct reply reply = x->req.reply;
    x->req = (struct req){ .arena = arena, .reply = reply };
    x->next = l->pool;
    l->pool = x;
    l->pooled++;
}

void exchange_pool_free(struct loop *l)
{
    for (struct exchange *x = l->pool, *next; x != NULL; x = next) {
        next = x->next;
        exchange_free(x);
    }
    l->pool = NULL;
}

/* ---- views into the read buffer become the request's own ---- */

static struct str moved(struct str s, const char *from, const char *to)
{
    return s.p == NULL ? s : (struct str){ to + (s.p - from), s.n };
}

/* The connection's texts would go with the connection; the exchange may outlive it. */
void exchange_keep_client(struct exchange *x)
{
    if (x->req.client_ip == x->ip) return;
    memcpy(x->ip, x->req.client_ip, strlen(x->req.client_ip) + 1);
    memcpy(x->network, x->req.client_network, strlen(x->req.client_network) + 1);
    x->req.client_ip = x->ip;
    x->req.client_network = x->network;
}

void exchange_keep(struct exchange *x)
{
    if (x->kept) return;
    x->kept = true;
    const char *from = x->head_bytes, *to = arena_copy(x->req.arena, from, x->head_n);
    struct head *h = &x->head;
    h->method = moved(h->method, from, to);
    h->target = moved(h->target, from, to);
    h->path = moved(h->path, from, to);
    h->query = moved(h->query, from, to);
    for (size_t i = 0; i < h->fields; i++) {
        h->field[i].name = moved(h->field[i].name, from, to);
        h->field[i].value = moved(h->field[i].value, from, to);
    }
    x->head_bytes = to;
    exchange_keep_client(x);
    /* JSON bodies have become structs by now; the others are read by the handler. */
    bool in_store = x->body.p == x->body_store.p;
    bool wanted = x->req.route != NULL && x->req.route->body_fields == NULL;
    if (x->body.n == 0 || in_store) return;
    if (wanted) x->body.p = arena_copy(x->req.arena, x->body.p, x->body.n);
    else x->body = (struct str){ 0 };
}

void exchange_refuse(struct exchange *x, const struct problem *p)
{
    (void)reply_problem(&x->req, p);
    x->discard = true;
}
