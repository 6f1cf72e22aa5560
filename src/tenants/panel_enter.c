/* panel_enter.c: how a merchant of an outside panel comes to the inbox of its shop here. The panel's token asks for a
 * one-time code; the browser brings it to /admin in a form; there it opens a session of some hours, of the account of
 * that merchant, and leads to that shop's inbox. A panel of the replaced kind, which knows no codes, posts the token
 * itself: fresh, and once, as a code is. A token that is stale or spent asks for no code either.
 *
 * The form comes from the panel's pages, so the row takes it from any page. Whoever has a code enters as whom it was
 * made for, and nobody else: a page can make a visitor's browser enter as that page's own merchant, and no further; the
 * console says in whose account one is. That is the price of every entry that begins elsewhere.
 *
 * Rejected: a token in the address (D-19); a session for one shop alone (a role is of an account, and what it may is in
 * the rows of routes: a second kind of limit would have to be asked for at each of them). */
#include "tenants/private.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "base/random.h"

enum { FRESH_LEEWAY_S = 30 };

static void role_details(struct json *j, const void *arg)
{
    json_text(j, "role", sso_role_names[((const struct launch *)arg)->role]);
}

/* ---- whose word brings somebody in ---- */

/* A token says for an hour who may configure a shop; for coming in it is good as long as a code that was asked for at
 * once. */
static int64_t over_ms(const struct guest *g) { return (g->claims.iat_s + LAUNCH_TTL_S + FRESH_LEEWAY_S) * SECOND_MS; }

/* Fresh, and the panel's own: what we show to its store is signed alike, for a service (store.c), and who is shown it
 * does not become a person by it. */
static bool brings_in(const struct req *req, const struct guest *g)
{
    return !str_starts(g->claims.sub, STR("service:")) && over_ms(g) > req->now_ms;
}

/* ---- POST /api/admin/tenants/:shopId/launch ---- */

struct launch_answer {
    const char *action, *code;
};

static void launch_json(struct json *j, const void *arg)
{
    const struct launch_answer *l = arg;
    json_text(j, "action", l->action);
    json_text(j, "method", "POST");
    json_object(j, "fields");
    json_text(j, "code", l->code);
    json_end(j);
    json_i64(j, "expiresIn", LAUNCH_TTL_S);
}

/* A panel's tenant whose chat is on. */
static enum answer may_enter(struct req *req, const struct guest *g)
{
    if (g->ours) return reply_problem(req, &problem_not_found); /* its members sign in themselves */
    if (g->t.id == 0) return reply_problem(req, &problem_no_panel_chat);
    return entitlement_serves(&g->t) ? ANSWER_GO_ON : reply_problem(req, &problem_chatbot_not_enabled);
}

static enum sso_role role_of(const struct guest *g)
{
    return str_eq(g->claims.role, str_of(sso_role_names[SSO_ADMIN])) ? SSO_ADMIN : SSO_VIEWER;
}

enum answer run_panel_launch(struct req *req)
{
    struct guest g = { 0 };
    const struct panel_call call = { .token = req_bearer(req),
                                     .shop_id = ((const struct path_panel *)req->path)->shopId };
    if (!tenants_settings.panel_secret) return reply_problem(req, &problem_not_found);
    enum answer go_on = panel_authorise(req, &call, &g);
    if (go_on == ANSWER_GO_ON) go_on = may_enter(req, &g);
    if (go_on != ANSWER_GO_ON) return go_on;
    enum row spent = brings_in(req, &g) ? launches_spent(req->tx, call.token) : ROW_FOUND;
    if (spent == ROW_FAULT) return reply_fault(req);
    if (spent == ROW_FOUND) return reply_problem(req, &problem_bad_token);
    go_on = req_count_change(req, COUNTED_ACCOUNT, g.t.account);
    if (go_on != ANSWER_GO_ON) return go_on;
    char *code = arena_alloc(req->arena, TOKEN_TEXT_SIZE);
    random_token(code);
    const struct launch l = { .code = str_of(code),
                              .shop = g.t.shop,
                              .account = g.t.account,
                              .role = role_of(&g),
                              .panel = true,
                              .expires_at_ms = req->now_ms + LAUNCH_TTL_S * SECOND_MS };
    if (!launches_put(req->tx, &l) ||
        !audit_request(req, AUDIT_sso_launched, l.account, "shop", l.shop, role_details, &l))
        return reply_fault(req);
    req->reply.shows_secret = true;
    const struct launch_answer answer = { .action = arena_printf(req->arena, "%s/admin", tenants_settings.base_url),
                                          .code = code };
    return reply_json(req, 200, launch_json, &answer);
}

/* ---- POST /admin ---- */

static enum answer enter(struct req *req, const struct launch *l)
{
    struct tenant t;
    int64_t person;
    enum row row = tenants_of_shop(req->tx, l->shop, &t);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || t.account != l->account || !entitlement_serves(&t))
        return reply_problem(req, &problem_launch_code); /* it was, when the code was made */
    enum answer go_on = req_count_change(req, COUNTED_ACCOUNT, l->account);
    if (go_on != ANSWER_GO_ON) return go_on;
    row = panels_enter(req, l->account, l->role == SSO_ADMIN, &person);
    if (row == ROW_NONE) return reply_problem(req, &problem_merchant_disabled);
    const struct audit_entry e = { .action = AUDIT_panel_entered,
                                   .account = l->account,
                                   .actor = person,
                                   .actor_account = l->account,
                                   .resource = "shop",
                                   .resource_id = l->shop,
                                   .details = role_details,
                                   .arg = l,
                                   .network = req->client_network,
                                   .user_agent = req->user_agent,
                                   .at_ms = req->now_ms };
    if (row == ROW_FAULT || !audit_put(req->tx, &e)) return reply_fault(req);
    return reply_redirect(req, 303, arena_printf(req->arena, "/inbox?shop=%lld", (long long)l->shop));
}

/* The token itself stands for a code: within a minute of its making, and once. */
static enum answer enter_by_token(struct req *req, struct str token)
{
    struct guest g = { 0 };
    struct str shop = sso_form_value(req, STR("shopId="));
    const struct panel_call call = { .token = token,
                                     .shop_id = arena_text_n(req->arena, shop.p ? shop.p : "", shop.n) };
    enum answer go_on = panel_authorise(req, &call, &g);
    if (go_on == ANSWER_REFUSED) return reply_problem(req, &problem_launch_code); /* a browser's: one answer for all */
    if (go_on == ANSWER_GO_ON) go_on = may_enter(req, &g);
    if (go_on != ANSWER_GO_ON) return go_on;
    const struct launch l = {
        .code = token, .shop = g.t.shop, .account = g.t.account, .role = role_of(&g), .expires_at_ms = over_ms(&g)
    };
    enum row row = brings_in(req, &g) ? launches_spend(req->tx, &l, req->now_ms) : ROW_NONE;
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? enter(req, &l) : reply_problem(req, &problem_launch_code);
}

enum answer run_admin_enter(struct req *req)
{
    struct launch l = { .shop = 0 };
    struct str code = sso_form_value(req, STR("code=")), token = sso_form_value(req, STR("token="));
    bool panel = tenants_settings.panel_secret != NULL; /* without it nobody comes from one */
    if (!code.p) return token.p && panel ? enter_by_token(req, token) : reply_problem(req, &problem_launch_code);
    enum row row = panel ? launches_enter(req->tx, code, req->now_ms, &l) : ROW_NONE;
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) return enter(req, &l);
    /* One of ours is used in the session of the account that asked. */
    return req->who.roles & WHO_MANAGERS ? run_sso_enter(req) : reply_problem(req, &problem_launch_code);
}
