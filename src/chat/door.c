/* door.c: who comes to a shop's chat: which shop, from which page, with which token, and whether they may now. One
 * judge for requests and for what comes over a socket.
 *
 * A page may talk to a shop's chat when it is ours or one that door_origin.c admits. What comes without an origin is no
 * page: it shows a token. */
#include "chat/private.h"
#include "chat/settings.h"

/* ---- the door ---- */

enum chat_door chat_enter(struct tx *tx, int64_t shop, const struct visitor_token *token, bool lock,
                          struct tenant_chat *place, struct visitor *v)
{
    enum row row = tenants_chat(tx, shop, place);
    if (row != ROW_FOUND) return row == ROW_NONE ? DOOR_NO_SHOP : DOOR_FAULT;
    return chat_enter_at(tx, place, token, lock, v);
}

enum chat_door chat_enter_at(struct tx *tx, const struct tenant_chat *place, const struct visitor_token *token,
                             bool lock, struct visitor *v)
{
    if (!place->active) return DOOR_PAUSED;
    if (token == NULL) return DOOR_NO_TOKEN;
    enum row row = visitor_of_token(tx, token, lock, v);
    if (row != ROW_FOUND) return row == ROW_NONE ? DOOR_NO_TOKEN : DOOR_FAULT;
    return v->blocked_at_ms ? DOOR_BLOCKED : DOOR_OPEN;
}

const struct problem *door_problem(enum chat_door door)
{
    switch (door) {
    case DOOR_NO_SHOP: return &problem_not_found;
    case DOOR_PAUSED: return &problem_chat_paused;
    case DOOR_NO_TOKEN: return &problem_chat_token;
    case DOOR_BLOCKED: return &problem_chat_blocked;
    case DOOR_FAULT:
    case DOOR_OPEN: break;
    }
    return NULL;
}

/* ---- of a request ---- */

/* "Authorization: Bearer chv_…"; a socket of a browser cannot send that and offers the token as a protocol. */
static struct str token_of(const struct req *req)
{
    struct str bearer = req_bearer(req), rest = req_header(req, "sec-websocket-protocol");
    if (bearer.p != NULL || req->route->socket == NULL) return bearer;
    while (rest.n > 0) {
        const char *comma = memchr(rest.p, ',', rest.n);
        size_t n = comma != NULL ? (size_t)(comma - rest.p) : rest.n;
        struct str one = str_trim((struct str){ rest.p, n });
        if (str_starts(one, STR("chv_"))) return one;
        rest.p += n + (comma != NULL), rest.n -= n + (comma != NULL);
    }
    return (struct str){ 0 };
}

struct visitor_call *visitor_call(struct req *req)
{
    if (req->prepared != NULL) return req->prepared;
    struct visitor_call *call = ARENA_NEW(req->arena, struct visitor_call);
    call->shop = shop_of_public_id(str_of(((const struct path_chat *)req->path)->shop));
    call->shown = call->shop != 0 && visitor_token_read(token_of(req), call->shop, req->now_ms, &call->token);
    req->prepared = call;
    return call;
}

/* Who shows a good token counts as itself, then in its shop. Who shows none counts with all such of the shop, at each
 * address apart: what they fill stops no visitor of the shop, nor, by another door, those who are about to become one.
 */
static const char *counted_in_shop(struct req *req, const struct visitor_call *call)
{
    long long shop = call->shop;
    if (call->shown) return arena_printf(req->arena, "shop %lld", shop);
    return arena_printf(req->arena, "strangers of shop %lld at %s", shop, req->route->path);
}

/* Anybody may become as many visitors as they like: all of one network together have a tenth of a shop's room. Before
 * the shop is counted, so that what is too much there takes nothing of what the others have. */
static bool count_network(struct req *req, const char *in_shop)
{
    if (req->route->key_limit[2] == NULL) return true;
    const char *network = req->client_network ? req->client_network : "unknown";
    return req_count(req, 2, str_of(arena_printf(req->arena, "%s from %s", in_shop, network)));
}

enum answer visitor_prepare(struct req *req)
{
    const struct visitor_call *call = visitor_call(req);
    const char *visitor = arena_printf(req->arena, "visitor %lld", (long long)call->token.visitor);
    if (call->shown && req->route->key_limit[0] != NULL && !req_count(req, 0, str_of(visitor))) return ANSWER_REFUSED;
    const char *in_shop = counted_in_shop(req, call);
    if (!count_network(req, in_shop)) return ANSWER_REFUSED;
    if (req->route->key_limit[1] == NULL) return ANSWER_GO_ON;
    return req_count(req, 1, str_of(in_shop)) ? ANSWER_GO_ON : ANSWER_REFUSED;
}

enum row visitor_origin(struct req *req, struct str origin)
{
    struct visitor_call *call = visitor_call(req);
    struct tenant_chat *place = ARENA_NEW(req->arena, struct tenant_chat);
    call->place = NULL; /* another attempt's: its texts are gone */
    enum row row = tenants_chat(req->tx, call->shop, place);
    if (row == ROW_NONE)
        return ROW_FOUND; /* any page may hear that there is no chat, and then takes its launcher away */
    if (row != ROW_FOUND) return row;
    call->place = place;
    if (door_admits_origin(req->arena, place->domain, NULL, origin)) return ROW_FOUND;
    struct chat_doors doors; /* most pages are the shop's own: only others cost a look at its settings */
    if (!chat_doors_read(req->tx, call->shop, req->arena, &doors)) return ROW_FAULT;
    if (!chat_domains_in_plan(req->tx, place->account, call->shop, req->now_ms, &doors.domains)) return ROW_FAULT;
    return door_admits_origin(req->arena, NULL, &doors.domains, origin) ? ROW_FOUND : ROW_NONE;
}

enum answer visitor_enter(struct req *req, bool lock, struct tenant_chat *place, struct visitor *v)
{
    const struct visitor_call *call = visitor_call(req);
    const struct visitor_token *shown = call->shown ? &call->token : NULL;
    enum chat_door door;
    if (call->place != NULL) {
        *place = *call->place;
        door = chat_enter_at(req->tx, place, shown, lock, v);
    } else {
        door = chat_enter(req->tx, call->shop, shown, lock, place, v);
    }
    if (door == DOOR_OPEN) {
        req->stands_for = v->id, req->stands_in = v->shop;
        if (req->route->give_back_to_known) req_known(req);
        return ANSWER_GO_ON;
    }
    return door == DOOR_FAULT ? reply_fault(req) : reply_problem(req, door_problem(door));
}
