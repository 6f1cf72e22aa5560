/* senders_check.c: whether the table of senders is whole, and has the routes that it needs. */
#include "inbound/private.h"

static void complain(struct buf *out, const struct sender *s, const char *what)
{
    buf_printf(out, "sender %s: %s\n", s->name ? s->name : "?", what);
}

static const struct route *route_of(const struct sender *s, const struct route *const *routes)
{
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *r = routes[t]; r->verb != VERB_UNSET; r++)
            if (r->run == inbound_receive && text_eq(r->path, s->path)) return r;
    return NULL;
}

static void check_route(const struct sender *s, const struct route *const *routes, struct buf *out)
{
    const struct route *r = route_of(s, routes);
    if (!r) {
        complain(out, s, "no SENDER_ROUTE has its path");
        return;
    }
    if (r->body_max == 0 || r->body_max > DELIVERY_BODY_MAX) complain(out, s, "the size of its body is not limited");
    if (!r->limit) complain(out, s, "its route has no limit by network");
    if ((strstr(s->path, "/:address") != NULL) != (r->path_fields == inbound_path_fields))
        complain(out, s, "SENDER_ROUTE_ADDRESSED goes with /:address");
}

static void check_sender(const struct sender *s, struct buf *out)
{
    size_t headers = 0;
    while (s->headers && s->headers[headers]) headers++;
    int ways = (s->id_header != NULL) + (s->id_member != NULL) + (s->identify != NULL);
    bool whole = s->name && s->doc && s->path && s->verify && s->act;
    if (!whole) complain(out, s, "a member that it must have is not set");
    if (!s->look != !s->make) complain(out, s, "look and make go together");
    if (s->make && s->pool != JOB_POOL_UNSET) complain(out, s, "what makes files is of the pool files");
    if (s->at_once && (s->look || s->dead)) complain(out, s, "what is acted on at once has no make and no dead");
    if (ways != 1) complain(out, s, "its id is found in one way: id_header, id_member or identify");
    if (headers > DELIVERY_HEADERS_MAX) complain(out, s, "too many headers to keep");
    if (s->ack.status < 200 || s->ack.status > 299) complain(out, s, "ack is no success");
    if (s->nack.status < 400 || s->nack.status > 499) complain(out, s, "nack is no refusal");
    if (s->pool != JOB_POOL_UNSET && s->pool != JOB_POOL_MONEY) complain(out, s, "its pool is inbound or money");
}

bool inbound_check(const struct sender *const *senders, const struct route *const *routes, struct buf *complaints)
{
    for (size_t i = 0; senders[i]; i++) {
        check_sender(senders[i], complaints);
        if (senders[i]->path) check_route(senders[i], routes, complaints);
        for (size_t k = 0; k < i; k++)
            if (text_eq(senders[k]->name, senders[i]->name) || text_eq(senders[k]->path, senders[i]->path))
                complain(complaints, senders[i], "its name or path is there twice");
    }
    return complaints->n == 0;
}
