/* test_browser.c: see test_browser.h. */
#include "accounts/test_browser.h"
#include "http/private.h"
#include <stdio.h>
#include <stdlib.h>

int64_t test_now = AT;
int64_t hook_created, hook_key_account;
bool asks_wait;

/* ---- what later folders do ---- */

static bool hook_account_created(struct tx *tx, int64_t account, int64_t now_ms)
{
    hook_created++;
    return account > 0 && now_ms > 0;
}

static enum row hook_shop_key(struct tx *tx, struct str key, int64_t *shop, int64_t *account)
{
    *shop = 5, *account = hook_key_account;
    return str_eq(key, STR("chsk_good")) ? ROW_FOUND : ROW_NONE;
}

static bool hook_account_credits(struct tx *tx, int64_t account, struct credits *available)
{
    *available = credits_of(250);
    return true;
}

static bool hook_merchant_opened(struct tx *tx, int64_t account) { return tx && account > 0; }

static bool hook_operator_facts(struct tx *tx, const int64_t *ids, size_t count, struct account_facts *out)
{
    for (size_t i = 0; i < count; i++) out[i] = (struct account_facts){ credits_of(ids[i] * 10), ids[i] };
    return true;
}

static bool hook_shops_json(struct tx *tx, int64_t account, struct json *j)
{
    json_object(j, NULL);
    json_i64(j, "id", account);
    json_text(j, "shop_name", "茶铺");
    json_text(j, "status", "active");
    json_text(j, "chatbot_state", "off");
    json_end(j);
    return true;
}

static struct keyring *keyring;
static struct mail_settings mail = { .from = "Chathub <no-reply@chathub.test>", .keep = true };

static void world_stop(void)
{
    keyring_free(keyring);
    keyring = NULL;
}

void world_start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 1, 2, 3 } }, id[1] = { 1 };
    if (!keyring) {
        keyring = keyring_new(key, id, 1);
        assert_int_equal(atexit(world_stop), 0);
    }
    mail.keyring = keyring;
    test_now = AT;
    asks_wait = false;
    hook_created = 0;
    static const char *const scopes[] = { "sso.issue", NULL };
    accounts_hooks = (struct accounts_hooks){ .account_created = hook_account_created,
                                              .merchant_opened = hook_merchant_opened,
                                              .shop_key = hook_shop_key,
                                              .shop_key_scopes = scopes,
                                              .account_credits = hook_account_credits,
                                              .operator_facts = hook_operator_facts,
                                              .account_shops_json = hook_shops_json };
    struct lanes *lanes =
        test_lanes(t, &(struct lane_options){ .readers = 2, .writers = 3, .before_batch = accounts_before_batch });
    accounts_settings = (struct accounts_settings){ .mail = &mail, .base_url = "http://chathub.test", .lanes = lanes };
}

/* ---- one request ---- */

static const struct route *route_of(const char *what)
{
    /* clang-format off */
    static const struct { const char *verb; enum verb v; } verbs[] = {
        { "GET ", VERB_GET }, { "POST ", VERB_POST }, { "PATCH ", VERB_PATCH }, { "DELETE ", VERB_DELETE },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        size_t n = strlen(verbs[i].verb);
        if (strncmp(what, verbs[i].verb, n) != 0) continue;
        const struct route *const tables[] = { accounts_routes, accounts_team_routes };
        for (size_t k = 0; k < ARRAY_LEN(tables); k++)
            for (const struct route *r = tables[k]; r->verb != VERB_UNSET; r++)
                if (r->verb == verbs[i].v && strcmp(r->path, what + n) == 0) return r;
    }
    fail_msg("no route %s", what);
    return NULL;
}

static enum op_wish run(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    x->req.tx = tx;
    assert_true(accounts_authenticate(&x->req));
    const struct problem *p = caller_judge(&x->req);
    enum answer a = p ? reply_problem(&x->req, p) : x->req.route->run(&x->req);
    x->ran = !p && a == ANSWER_REFUSED;
    return a == ANSWER_SENT ? OP_COMMIT : OP_REFUSE;
}

static bool refused(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    x->req.tx = tx;
    return !x->ran || x->req.route->refused(&x->req);
}

static void again(struct op *op)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    reply_reset(&x->req.reply);
}

static void keep_cookies(struct browser *b, const struct reply *reply, struct response *out)
{
    for (size_t i = 0; i < reply->cookies; i++) {
        const struct cookie *c = &reply->cookie[i];
        bool sid = strcmp(c->name, "sid") == 0, login = strcmp(c->name, "login") == 0;
        if (strcmp(c->name, "device") == 0) snprintf(b->device, sizeof b->device, "%s", c->value);
        if (sid) snprintf(b->sid, sizeof b->sid, "%s", c->max_age_s > 0 ? c->value : "");
        if (login) snprintf(b->login, sizeof b->login, "%s", c->max_age_s > 0 ? c->value : "");
        out->set_sid |= sid && c->max_age_s > 0;
        out->set_login |= login && c->max_age_s > 0;
    }
}

static struct exchange *exchange_of(struct arena *a, struct browser *b, const struct route *route)
{
    struct exchange *x = ARENA_NEW(a, struct exchange);
    char *cookies = arena_printf(a, "login=%s; sid=%s; device=%s", b->login, b->sid, b->device);
    x->head.field[x->head.fields++] = (struct head_field){ STR("Cookie"), str_of(cookies) };
    if (b->bearer) x->head.field[x->head.fields++] = (struct head_field){ STR("Authorization"), str_of(b->bearer) };
    if (b->sid[0]) sha256_hex(str_of(b->sid), x->session_key);
    x->req = (struct req){ .route = route,
                           .arena = a,
                           .lang = b->lang,
                           .client_ip = "203.0.113.9",
                           .client_network = b->network ? b->network : "203.0.113.0/24",
                           .user_agent = "Test/1.0",
                           .now_ms = test_now,
                           .raw = x };
    x->op = (struct op){ .mode = route->tx,
                         .arena = a,
                         .run = run,
                         .again = again,
                         .refused = route->refused ? refused : NULL,
                         .session_key = x->session_key[0] ? x->session_key : NULL };
    return x;
}

struct response ask_in(struct test_db *t, struct arena *arena, struct browser *b, const char *what, const void *body,
                       const void *path, const void *query)
{
    struct exchange *x = exchange_of(arena ? arena : t->arena, b, route_of(what));
    struct req *req = &x->req;
    req->body = body, req->path = path, req->query = query;
    enum answer a = req->route->prepare ? req->route->prepare(req) : ANSWER_GO_ON;
    assert_int_not_equal(a, ANSWER_FAULT);
    if (a == ANSWER_GO_ON) {
        enum op_outcome o = lanes_run(t->lanes, &x->op);
        assert_true(o == OP_COMMITTED || o == OP_REFUSED);
    }
    const struct reply *r = &req->reply;
    struct response out = { .status = r->status,
                            .facts = r->facts,
                            .code = r->problem ? r->problem->code : NULL,
                            .who = req->who,
                            .retry_after_s = r->retry_after_s };
    memcpy(out.fact, r->fact, sizeof out.fact);
    if (r->faults) out.field = arena_printf(req->arena, "%s %s", r->faults->fault[0].field, r->faults->fault[0].code);
    out.body = arena_text_n(req->arena, r->body.p ? r->body.p : "", r->body.n);
    /* What the API reference says must be what is answered. */
    json_t *json = !r->problem ? json_read(str_of(out.body), 1 << 20, NULL) : NULL;
    struct buf why;
    buf_init(&why, 400);
    if (!r->problem && (!json || !shape_matches(req->route->answer, json, &why)))
        fail_msg("%s: %s: %s", what, buf_terminated(&why), out.body);
    json_decref(json);
    buf_free(&why);
    keep_cookies(b, r, &out);
    buf_free(&req->reply.body);
    static const char *const asking[] = { "/register", "/resend-verification", "/forgot" };
    for (size_t i = 0; i < ARRAY_LEN(asking); i++)
        if (!asks_wait && strstr(what, asking[i])) world_answer_asks(t);
    return out;
}

/* ---- looking at the world ---- */

int64_t world_number(struct test_db *t, const char *sql)
{
    test_open_tx(t);
    int64_t n = test_number(t, sql);
    test_close_tx(t);
    return n;
}

void world_script(struct test_db *t, const char *sql)
{
    test_open_tx(t);
    test_script(t, sql);
    test_close_tx(t);
}

void world_answer_asks(struct test_db *t)
{
    test_open_tx(t);
    for (int64_t id; (id = test_number(t, "SELECT COALESCE(MIN(id), 0) FROM mail_asks")) > 0;) {
        struct job job = { .ref = id, .arena = t->arena, .now_ms = test_now };
        assert_int_equal(accounts_ask_job.settle(&job, t->tx), JOB_FINISHED);
    }
    test_close_tx(t);
}

const char *mail_text(struct test_db *t, const char *kind)
{
    enum { LOOKED_AT = 50 };
    struct mail_row row[LOOKED_AT];
    size_t n = 0;
    const char *text = NULL;
    test_open_tx(t);
    assert_int_not_equal(mail_list(t->tx, &mail, 0, LOOKED_AT, row, &n), ROW_FAULT);
    for (size_t i = 0; i < n && !text; i++)
        if (strcmp(row[i].kind, kind) == 0) text = row[i].text;
    test_close_tx(t);
    return text;
}

const char *mail_token(struct test_db *t, const char *kind)
{
    const char *text = mail_text(t, kind), *at = text ? strstr(text, "#token=") : NULL;
    if (!at) fail_msg("no mail %s with a token", kind);
    return arena_text_n(t->arena, at + 7, TOKEN_TEXT_SIZE - 1);
}

int64_t world_account(struct test_db *t, const char *email, const char *password, enum person_role role)
{
    char hash[PASSWORD_HASH_SIZE];
    int64_t id = 0;
    if (password) assert_true(password_hash(str_of(password), hash));
    test_open_tx(t);
    assert_int_equal(accounts_add(t->tx, email, "", role, password ? hash : NULL, test_now, &id), ACCOUNT_ADDED);
    test_close_tx(t);
    return id;
}

struct response world_login(struct test_db *t, struct browser *b, const char *email, const char *password)
{
    return ask(t, b, "POST /auth/password/login", (&(struct post_login){ email, password }));
}
