/* accept.c: a new connection: who is at the other end, and whether there is room. One network may hold a share of all
 * connections, so that one client cannot keep everybody else out; whoever is past it is closed at once, which costs
 * less than an answer. Exempt are the proxies we trust (everybody comes through them) and loopback, which is where a
 * proxy that was not named stands. */
#include "http/private.h"
#include <stdlib.h>

static atomic_uint share_for_tests;
void http_share_for_tests(unsigned share) { atomic_store(&share_for_tests, share); }

static void name_peer(struct connection *c)
{
    struct sockaddr_storage sa = { 0 };
    int size = sizeof sa;
    uint8_t address[16] = { 0 };
    if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&sa, &size) == 0 &&
        address_of((const struct sockaddr *)&sa, address)) {
        c->loopback = address_is_loopback(address);
        c->from_proxy = proxy_list_has(&c->loop->http->trusted, address);
    }
    memcpy(c->address, address, sizeof c->address);
    c->asks = calloc(1, sizeof *c->asks);
    if (c->asks == NULL) abort();
    address_text(address, c->asks->ip, sizeof c->asks->ip);
    network_text(address, c->asks->network, sizeof c->asks->network);
}

/* False: its network has its share already. */
static bool enter(struct connection *c)
{
    unsigned test = atomic_load_explicit(&share_for_tests, memory_order_relaxed);
    unsigned share = (unsigned)(c->loop->http->connections_max / CONNECTIONS_SHARES);
    if (c->from_proxy || (c->loopback && test == 0)) return true;
    c->counted = limits_enter(c->loop->http->limits, c->address, test ? test : share);
    return c->counted;
}

static void on_turned_away(uv_handle_t *handle)
{
    struct connection *c = OWNER_OF(handle, struct connection, tcp);
    free(c->asks);
    free(c);
}

void connection_accept(uv_stream_t *listener, int status)
{
    struct loop *l = OWNER_OF(listener, struct loop, listener);
    if (status < 0) return;
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL) abort();
    c->loop = l;
    c->by = &http_requests;
    if (uv_tcp_init(&l->uv, &c->tcp) != 0) abort();
    /* Counted first, in the process: where the kernel puts a connection is chance, and no loop has a share of its own.
     * */
    bool room = atomic_fetch_add(&l->http->connections, 1) < l->http->connections_max;
    room = uv_accept(listener, (uv_stream_t *)&c->tcp) == 0 && room && !l->closing;
    if (room) {
        name_peer(c);
        room = enter(c);
    }
    if (!room) {
        (void)atomic_fetch_sub(&l->http->connections, 1);
        (void)atomic_fetch_add_explicit(&l->metrics.turned_away, 1, memory_order_relaxed);
        uv_close((uv_handle_t *)&c->tcp, on_turned_away);
        return;
    }
    (void)uv_tcp_nodelay(&c->tcp, 1);
    c->slot = l->first_free;
    struct slot *s = &l->slots[c->slot];
    l->first_free = s->next_free;
    s->connection = c;
    c->generation = s->generation;
    c->next = l->connections;
    if (c->next != NULL) c->next->previous = c;
    l->connections = c;
    l->connection_count++;
    (void)atomic_fetch_add_explicit(&l->metrics.accepted, 1, memory_order_relaxed);
    connection_settle(c);
    /* The first request is waited for as a head is, not as long as between requests. */
    c->deadline_ms = (int64_t)uv_now(&l->uv) + l->http->timeouts.head_ms;
}
