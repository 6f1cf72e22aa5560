/* sso_routes.c: asking for tokens and launches, and entering by a launch's code. A shop that is gone, unpaid or off
 * gets none (D-27).
 *
 * Issuing is the hottest write of the service: one look-up (tenant and secret joined) and one appended audit row.
 *
 * A browser is carried over by a form POST, never by a token in a URL. To our own pages it brings a one-time code of
 * 60 seconds; an outside chatbot server knows no such codes, so it gets the token itself, in the body, valid 60 s. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/random.h"

enum { SSO_TTL_S = 3600, FORM_MAX_BYTES = JWT_MAX_BYTES + 512 };

STMT(signing, "SELECT t.id, t.backend, t.status, t.shop_deleted, s.generation, s.sealed FROM tenants t"
              " JOIN tenant_secrets s ON s.tenant = t.id AND s.kind = 1 AND s.state < 3 AND s.delivered = 1"
              " WHERE t.shop = ?1 AND t.account = ?2"
              " ORDER BY s.generation DESC LIMIT 1");
struct signer {
    int64_t tenant, generation;
    int64_t backend;
    struct str sealed;
};

/* A service key speaks for one shop alone; every other is as if it did not exist. ANSWER_GO_ON: it may. */
static enum answer find_signer(struct req *req, struct signer *out)
{
    int64_t id = path_shop_id(req);
    if (req->who.shop != 0 && req->who.shop != id) return reply_problem(req, &problem_not_found);
    struct query q = query(req->tx, &signing);
    bind_i64(&q, id), bind_i64(&q, req->who.account);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return reply_fault(req);
    const struct tenant t = { .status = row == ROW_FOUND ? (enum tenant_status)col_state(&q, "status", TENANT_PENDING,
                                                                                         TENANT_DISABLED)
                                                         : TENANT_NONE,
                              .shop_deleted = row == ROW_FOUND && col_bool(&q, "shop_deleted") };
    if (entitlement_serves(&t)) {
        *out = (struct signer){ .tenant = col_i64(&q, "id"),
                                .backend = col_i64(&q, "backend"),
                                .generation = col_i64(&q, "generation"),
                                .sealed = col_str(&q, "sealed") };
        return ANSWER_GO_ON;
    }
    struct shop shop; /* not on, or not theirs? */
    row = shops_owned(req->tx, req->who.account, id, &shop);
    if (row == ROW_FAULT) return reply_fault(req);
    return reply_problem(req, row == ROW_FOUND ? &problem_chatbot_not_enabled : &problem_not_found);
}

static struct str sign_for(struct req *req, const struct signer *s, int role, int64_t ttl_s)
{
    struct str secret, token = { 0 };
    if (!secret_open(req->arena, s->tenant, SECRET_SSO, s->sealed, &secret)) return token;
    const char *subject = req->who.session
                              ? arena_printf(req->arena, "account:%lld", (long long)req->who.account)
                              : arena_printf(req->arena, "service:shop-%lld", (long long)path_shop_id(req));
    return sso_token(req->arena,
                     &(struct sso_claims){ .shop = path_shop_id(req),
                                           .now_ms = req->now_ms,
                                           .ttl_s = ttl_s,
                                           .secret_generation = s->generation,
                                           .role = (enum sso_role)role,
                                           .subject = subject },
                     secret);
}

static void role_details(struct json *j, const void *arg) { json_text(j, "role", sso_role_names[*(const int *)arg]); }

static bool audit_sso(struct req *req, struct audit_action action)
{
    const struct post_role *in = req->body;
    return audit_request(req, action, req->who.account, "shop", path_shop_id(req), role_details, &in->role);
}

static void token_json(struct json *j, const void *arg)
{
    json_str(j, "token", *(const struct str *)arg);
    json_i64(j, "expiresIn", SSO_TTL_S);
}

enum answer run_sso_issue(struct req *req)
{
    const struct post_role *in = req->body;
    struct signer s = { 0 };
    enum answer go_on = find_signer(req, &s);
    if (go_on != ANSWER_GO_ON) return go_on;
    struct str token = sign_for(req, &s, in->role, SSO_TTL_S);
    if (!token.p || !audit_sso(req, AUDIT_sso_issued)) return reply_fault(req);
    req->reply.shows_secret = true;
    return reply_json(req, 200, token_json, &token);
}

/* A refused token stands in the trail when the shop is the caller's; about other shops nothing is written. */
bool refused_sso(struct req *req)
{
    return req->reply.problem != &problem_chatbot_not_enabled || audit_sso(req, AUDIT_sso_refused);
}

/* ---- launch and enter ---- */

struct launch_answer {
    const char *action, *code;
    struct str token;
    int64_t shop;
};

static void launch_json(struct json *j, const void *arg)
{
    const struct launch_answer *l = arg;
    char shop[SHOP_PUBLIC_ID_SIZE];
    json_text(j, "action", l->action);
    json_text(j, "method", "POST");
    json_object(j, "fields");
    if (l->code) {
        json_text(j, "code", l->code);
    } else {
        shop_public_id(l->shop, shop);
        json_str(j, "token", l->token);
        json_text(j, "shopId", shop);
    }
    json_end(j);
    json_i64(j, "expiresIn", LAUNCH_TTL_S);
}

enum answer run_sso_launch(struct req *req)
{
    const struct post_role *in = req->body;
    struct signer s = { 0 };
    enum answer go_on = find_signer(req, &s);
    if (go_on != ANSWER_GO_ON) return go_on;
    struct launch_answer l = { .shop = path_shop_id(req) };
    struct recipe_door door = { 0 };
    if (!recipe_of(s.backend)->door(req->arena, &door)) return reply_fault(req);
    l.action = door.action;
    if (door.takes_code) {
        char *code = arena_alloc(req->arena, TOKEN_TEXT_SIZE);
        random_token(code);
        l.code = code;
        if (!launches_put(req->tx, &(struct launch){ .code = str_of(code),
                                                     .shop = l.shop,
                                                     .account = req->who.account,
                                                     .role = (enum sso_role)in->role,
                                                     .expires_at_ms = req->now_ms + LAUNCH_TTL_S * SECOND_MS }))
            return reply_fault(req);
    } else {
        l.token = sign_for(req, &s, in->role, LAUNCH_TTL_S);
        if (!l.token.p) return reply_fault(req);
    }
    if (!audit_sso(req, AUDIT_sso_launched)) return reply_fault(req);
    req->reply.shows_secret = true;
    return reply_json(req, 200, launch_json, &l);
}

struct str sso_form_value(struct req *req, struct str name)
{
    struct str body = req_raw_body(req), found = { 0 };
    if (body.n > FORM_MAX_BYTES) return found;
    for (size_t at = 0, end; at < body.n; at = end + 1) {
        const char *amp = memchr(body.p + at, '&', body.n - at);
        end = amp ? (size_t)(amp - body.p) : body.n;
        struct str pair = { body.p + at, end - at };
        if (!str_starts(pair, name)) continue;
        if (found.p) return (struct str){ 0 };
        char *text = arena_alloc(req->arena, pair.n + 1);
        if (!percent_decode((struct str){ pair.p + name.n, pair.n - name.n }, true, text, pair.n + 1, &found.n))
            return (struct str){ 0 };
        found.p = text;
    }
    return found;
}

enum answer run_sso_enter(struct req *req)
{
    struct str code = sso_form_value(req, STR("code="));
    if (!code.p) return reply_problem(req, &problem_launch_code);
    int64_t shop = 0;
    switch (launches_use(req->tx, code, req->who.account, req->now_ms, &shop)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_launch_code);
    case ROW_FOUND: break;
    }
    return reply_redirect(req, 303, arena_printf(req->arena, "/inbox?shop=%lld", (long long)shop));
}
