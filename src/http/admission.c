/* admission.c: who asks, as far as an address tells, and what they have left of each limit.
 *
 * By network everybody is counted before anything is known of them. Whoever turns out to be signed in gets that back
 * and is counted by account: an office or a carrier's customers behind one address do not stand in each other's way. A
 * session is counted on the loop already, by its hash, so that one which asks too often costs no transaction; the
 * account behind it is counted in the transaction, since an account may have many sessions. A visitor of a shop who
 * shows who it is gets the row's own token back too, and is counted by visitor; the general one stays taken, since
 * anybody may become as many visitors as they like. */
#include "base/clock.h"
#include "http/private.h"
#include <stdio.h>

static const struct problem problem_bad_forwarded = {
    "bad_forwarded", 400, "The proxy in front of this service names the client in a way that cannot be read.",
    "前置代理提供的客户端地址无法识别。"
};

/* ---- the address ---- */

/* All lines of it as one list. Some proxies add a line of their own behind the client's instead of a word to it: the
 * first line alone would be what the client made up. */
static struct str forwarded_for(struct exchange *x)
{
    struct str name = STR("x-forwarded-for"), only = { 0 };
    size_t lines = 0, size = 0, n = 0;
    for (size_t i = 0; i < x->head.fields; i++) {
        const struct head_field *f = &x->head.field[i];
        if (!str_eq_nocase(f->name, name)) continue;
        only = f->value;
        lines++, size += f->value.n + 1;
    }
    if (lines < 2) return only;
    char *all = arena_alloc(x->req.arena, size);
    for (size_t i = 0; i < x->head.fields; i++) {
        const struct head_field *f = &x->head.field[i];
        if (!str_eq_nocase(f->name, name)) continue;
        if (n > 0) all[n++] = ',';
        if (f->value.n > 0) memcpy(all + n, f->value.p, f->value.n);
        n += f->value.n;
    }
    return (struct str){ all, n };
}

void admission_client(struct connection *c, struct exchange *x)
{
    x->taken = 0;
    x->client_unknown = false;
    memcpy(x->address, c->address, sizeof x->address);
    if (c->asks != NULL) {
        x->req.client_ip = c->asks->ip;
        x->req.client_network = c->asks->network;
    } else {
        address_text(c->address, x->ip, sizeof x->ip);
        network_text(c->address, x->network, sizeof x->network);
        x->req.client_ip = x->ip;
        x->req.client_network = x->network;
    }
    if (!c->from_proxy) return;
    uint8_t address[16];
    switch (proxy_client(&c->loop->http->trusted, forwarded_for(x), address)) {
    case FORWARDED_NOT: return;
    case FORWARDED_UNREADABLE:
        x->client_unknown = true;
        (void)snprintf(x->ip, sizeof x->ip, "unknown");
        (void)snprintf(x->network, sizeof x->network, "unknown");
        break;
    case FORWARDED_BY_PROXY:
        memcpy(x->address, address, sizeof x->address);
        address_text(address, x->ip, sizeof x->ip);
        network_text(address, x->network, sizeof x->network);
        break;
    }
    x->req.client_ip = x->ip;
    x->req.client_network = x->network;
}

bool req_is_local(const struct req *req)
{
    /* clang-format off */
    static const char *const by_proxies[] = { "x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host",
                                              "x-forwarded-proto" };
    /* clang-format on */
    struct str text = str_of(req->client_ip);
    uint8_t address[16];
    if (text.p == NULL || !address_parse(text, address) || !address_is_loopback(address)) return false;
    for (size_t i = 0; i < ARRAY_LEN(by_proxies); i++)
        if (req_header(req, by_proxies[i]).p != NULL) return false;
    return true;
}

/* ---- limits ---- */

enum {
    TAKEN_GENERAL = 1,
    TAKEN_NETWORK = 2,
    TAKEN_SESSION = 4,
    TAKEN_ACCOUNT = 8,
    TAKEN_CHANGE = 16,
    SHOWN = 32,
    TAKEN_KEY = 64 /* shifted by the place in key_limit */
};

static bool too_many(struct exchange *x, int64_t retry_after_s)
{
    (void)reply_later(&x->req, &problem_too_many_requests, retry_after_s);
    return false;
}

static bool take_network(struct exchange *x, const struct limit *limit, unsigned flag)
{
    int64_t retry_after_s = 0;
    if (!limits_take(x->loop->http->limits, limit, x->address, monotonic_ms(), &retry_after_s))
        return too_many(x, retry_after_s);
    x->taken |= flag;
    return true;
}

static bool take_of(struct exchange *x, const struct limit *limit, struct str who, unsigned flag)
{
    int64_t retry_after_s = 0;
    if (!limits_take_of(x->loop->http->limits, limit, who, monotonic_ms(), &retry_after_s))
        return too_many(x, retry_after_s);
    x->taken |= flag;
    return true;
}

bool req_count(struct req *req, size_t i, struct str who)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    assert(i < ARRAY_LEN(req->route->key_limit) && req->route->key_limit[i] != NULL);
    unsigned taken = (unsigned)TAKEN_KEY << i;
    if (x == NULL || x->loop == NULL || (x->taken & taken) != 0) return true;
    return take_of(x, req->route->key_limit[i], who, taken);
}

void req_known(struct req *req)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    assert(req->route->give_back_to_known);
    if (x != NULL) x->taken |= SHOWN;
}

static const struct limit *account_limit(const struct route *r)
{
    if (r->account_limit != NULL) return r->account_limit;
    return r->verb == VERB_GET || r->reads ? &limit_account_reads : &limit_account_changes;
}

bool admission_at_the_door(struct connection *c, struct exchange *x)
{
    if (x->client_unknown) {
        (void)reply_problem(&x->req, &problem_bad_forwarded);
        return false;
    }
    if (c->loopback && c->asks != NULL && x->req.client_ip == c->asks->ip) return true;
    return take_network(x, &limit_general, TAKEN_GENERAL);
}

bool admission_of_route(struct exchange *x)
{
    const struct route *r = x->req.route;
    bool by_session = route_wants_caller(r) && x->session_key[0] != '\0';
    if (by_session && !take_of(x, account_limit(r), str_of(x->session_key), TAKEN_SESSION)) return false;
    return r->limit == NULL || take_network(x, r->limit, TAKEN_NETWORK);
}

/* Who was counted, as bytes: an account (or a person who is in none), or a shop that speaks by its key. */
struct counted {
    uint8_t bytes[sizeof(int64_t) + 1];
};

static struct str counted_as(enum limit_counted kind, int64_t id, struct counted *memory)
{
    memory->bytes[0] = (uint8_t)kind;
    memcpy(memory->bytes + 1, &id, sizeof id);
    return (struct str){ (const char *)memory->bytes, sizeof memory->bytes };
}

/* Slow work is counted by account, also when the keys of its shops ask for it: it may have very many shops. */
static struct str counted_of(const struct req *req, struct counted *memory)
{
    const struct caller *who = &req->who;
    if (who->session == 0 && req->route->ask == NULL) return counted_as(COUNTED_SHOP, who->shop, memory);
    if (who->session != 0 && who->account == 0) return counted_as(COUNTED_PERSON, who->person, memory);
    return counted_as(COUNTED_ACCOUNT, who->account, memory);
}

static const struct limit *limit_of_caller(const struct req *req)
{
    return req->who.session != 0 || req->route->account_limit != NULL ? account_limit(req->route) : &limit_shop_key;
}

/* What changes something counts here whatever its row says of itself, and gets nothing back: see limits.h. */
static bool take_change(struct exchange *x, struct str who)
{
    return take_of(x, &limit_account_changes, who, TAKEN_CHANGE) && take_of(x, &limit_account_hour, who, TAKEN_CHANGE);
}

static bool take_change_of_caller(struct exchange *x, const struct caller *who)
{
    struct counted memory;
    struct str one = counted_of(&x->req, &memory);
    if (who->session == 0) /* the keys of all its shops together */
        return take_of(x, &limit_account_hour, counted_as(COUNTED_ACCOUNT, who->account, &memory), TAKEN_CHANGE);
    /* Without a limit of its own the row was counted among the changes already. */
    if (x->req.route->account_limit != NULL) return take_change(x, one);
    return take_of(x, &limit_account_hour, one, TAKEN_CHANGE);
}

bool admission_of_caller(struct exchange *x)
{
    const struct caller *who = &x->req.who;
    struct counted memory;
    if (who->roles == 0 || !route_wants_caller(x->req.route)) return true;
    if ((x->taken & TAKEN_ACCOUNT) != 0) return true; /* run again after a conflict */
    return take_of(x, limit_of_caller(&x->req), counted_of(&x->req, &memory), TAKEN_ACCOUNT) &&
           (x->req.route->tx != TX_WRITE || take_change_of_caller(x, who));
}

enum answer req_count_change(struct req *req, enum limit_counted kind, int64_t id)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    struct counted memory;
    /* Run again after a conflict it was counted; a handler alone, as tests run it, has no server that counts. */
    if (x == NULL || x->loop == NULL || (x->taken & TAKEN_CHANGE) != 0) return ANSWER_GO_ON;
    struct str who = counted_as(kind, id, &memory);
    return take_change(x, who) ? ANSWER_GO_ON : ANSWER_REFUSED;
}

void admission_settle(struct exchange *x)
{
    const struct route *r = x->req.route;
    struct limits *l = x->loop->http->limits;
    unsigned taken = x->taken;
    x->taken = 0;
    if (r == NULL || taken == 0) return;
    int64_t at_ms = monotonic_ms();
    const struct caller *who = &x->req.who;
    bool known = who->roles != 0, asked = known && route_wants_caller(r);
    bool succeeded = r->give_back_on_success && x->req.reply.status < 400, shown = (taken & SHOWN) != 0;
    struct counted memory;
    if ((taken & TAKEN_GENERAL) != 0 && known) limits_give_back(l, &limit_general, x->address, at_ms);
    if ((taken & TAKEN_NETWORK) != 0 && (asked || succeeded || shown)) limits_give_back(l, r->limit, x->address, at_ms);
    if (!succeeded) return;
    if ((taken & TAKEN_SESSION) != 0) limits_give_back_of(l, account_limit(r), str_of(x->session_key), at_ms);
    if ((taken & TAKEN_ACCOUNT) != 0)
        limits_give_back_of(l, limit_of_caller(&x->req), counted_of(&x->req, &memory), at_ms);
}
