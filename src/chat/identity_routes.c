/* identity_routes.c: customers whom the shop vouches for. The shop's server signs a short statement "this browser is
 * our customer U" with the secret it has from us (HS256, `kid` names which of the two that count now); the page hands
 * it to the widget, and the widget to us. From then on the visitor's orders are told without asking for an address.
 *
 * Every refusal is the same answer; why is in the log. A statement is good once; its own visitor may send it again, for
 * the answer may have been lost. An e-mail address in it is the shop's word: it opens the shop's orders of that
 * address, and nothing of ours.
 *
 * A browser that becomes another customer becomes another visitor: what was said before stays with whoever said it, and
 * the old token ends. A customer whom we know from another browser, and who has said nothing in this one, goes on
 * there.
 */
#include "chat/private.h"

#include "base/clock.h"
#include "base/jwt.h"
#include "base/unicode.h"
#include "http/events.h"

enum { TOKEN_LEEWAY_S = 60, TOKEN_LIFE_S = 3600, TOKENS_BATCH = 100 };

STMT(newest_of, "SELECT visitor FROM chat_identities WHERE shop = ?1 AND subject = ?2 ORDER BY visitor DESC LIMIT 1");
STMT(save, "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
           " ON CONFLICT (visitor) DO UPDATE SET email = excluded.email, name = excluded.name, at_ms = excluded.at_ms");
STMT(use_token, "INSERT INTO chat_shop_tokens (shop, token, until_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
STMT(old_tokens,
     "DELETE FROM chat_shop_tokens WHERE until_ms < ?1 AND (shop, token) IN (SELECT shop, token"
     " FROM chat_shop_tokens WHERE until_ms < ?1 ORDER BY until_ms LIMIT ?2)",
     .postgres = "WITH old AS (SELECT shop, token FROM chat_shop_tokens WHERE until_ms < ?1 ORDER BY until_ms LIMIT ?2"
                 " FOR UPDATE SKIP LOCKED) DELETE FROM chat_shop_tokens USING old"
                 " WHERE chat_shop_tokens.shop = old.shop AND chat_shop_tokens.token = old.token");

static const struct problem problem_identity = { "identity_refused", 401,
                                                 "The shop's statement of who this is cannot be accepted.",
                                                 "无法接受店铺提供的身份凭证。" };

static bool identity_save(struct tx *tx, const struct identity *who, int64_t now_ms)
{
    struct identity was;
    enum row row = identity_get(tx, who->visitor, &was);
    bool same = row == ROW_FOUND && text_eq(was.email, who->email) && text_eq(was.name, who->name);
    if (row == ROW_FAULT || !customer_known(tx, who->visitor, !same)) return false;
    struct query q = query(tx, &save);
    bind_i64(&q, who->visitor), bind_i64(&q, who->account), bind_i64(&q, who->shop), bind_text(&q, who->subject);
    bind_text(&q, who->email), bind_text(&q, who->name), bind_i64(&q, now_ms);
    return query_change(&q) == 1;
}

/* ---- the statement ---- */

struct asking {
    struct req *req;
    int64_t shop;
    bool fault;
};

/* Of the shop in the address, and of no other. */
static bool keys_of(void *arg, struct str owner, struct jwt_keys *out)
{
    struct asking *a = arg;
    if (shop_of_public_id(owner) != a->shop) return false;
    enum row row = tenants_shop_token_keys(a->req->tx, a->shop, a->req->now_ms, a->req->arena, out);
    a->fault = row == ROW_FAULT;
    return row == ROW_FOUND;
}

/* The shop's words, as far as they can be shown and written to. */
static const char *name_of(struct arena *a, struct str name)
{
    struct str s = str_trim(name);
    if (s.n == 0 || text_has_controls(s)) return "";
    s = unicode_nfc(a, s);
    s.n = unicode_cut(s, VISITOR_NAME_MAX);
    return unicode_shows(s) ? arena_text_n(a, s.p, s.n) : "";
}

static const char *email_of(struct arena *a, struct str email)
{
    const char *read = email.n > 0 ? email_read(a, email) : NULL;
    return read ? read : "";
}

/* ANSWER_GO_ON: *claims holds. */
static enum answer read_statement(struct req *req, const char *token, struct jwt_claims *claims)
{
    struct asking a = { .req = req, .shop = visitor_call(req)->shop };
    const struct jwt_profile profile = { .key_claim = "iss",
                                         .audience = str_of(chat_settings.base_url),
                                         .leeway_s = TOKEN_LEEWAY_S,
                                         .max_lifetime_s = TOKEN_LIFE_S,
                                         .need_sub = true,
                                         .need_jti = true,
                                         .keys = keys_of,
                                         .arg = &a };
    enum jwt_verdict verdict = jwt_verify(req->arena, str_of(token), &profile, req->now_ms / SECOND_MS, claims);
    if (a.fault) return reply_fault(req);
    if (verdict == JWT_OK && text_has_controls(claims->sub)) verdict = JWT_SUBJECT;
    /* A stranger's is counted with other refusals (http/refusals.c), not written down: they may send any number. */
    return verdict == JWT_OK ? ANSWER_GO_ON : reply_problem(req, &problem_identity);
}

/* Last, so that nothing that is refused uses it up. */
static enum answer use_up(struct req *req, const struct jwt_claims *claims, bool theirs)
{
    struct query q = query(req->tx, &use_token);
    bind_i64(&q, visitor_call(req)->shop), bind_str(&q, claims->jti);
    bind_i64(&q, (claims->exp_s + TOKEN_LEEWAY_S) * SECOND_MS);
    int64_t used = query_change(&q);
    if (used < 0) return reply_fault(req);
    if (used == 1 || theirs) return ANSWER_GO_ON;
    return reply_problem(req, &problem_identity);
}

/* ---- who it is from now on ---- */

/* The visitor that this customer is already, from another browser. */
static enum row known_visitor(struct tx *tx, int64_t shop, const char *subject, struct visitor *out)
{
    struct query q = query(tx, &newest_of);
    bind_i64(&q, shop), bind_text(&q, subject);
    enum row row = query_row(&q);
    return row == ROW_FOUND ? visitor_locked(tx, col_i64(&q, "visitor"), out) : row;
}

static enum row has_spoken(struct tx *tx, const struct visitor *v, int64_t now_ms)
{
    struct conversation c;
    enum row row = visitor_conversation(tx, v, now_ms, &c);
    return row == ROW_FOUND && c.last_number == 0 && c.owner == CHAT_BOT ? ROW_NONE : row;
}

/* *v is who the browser was (id 0: nobody yet), and who it is afterwards. *theirs: it was this customer before. */
static enum row become(struct req *req, const struct tenant_chat *place, const char *subject, struct visitor *v,
                       bool *theirs)
{
    struct identity was;
    struct visitor known;
    enum row bound = v->id != 0 ? identity_get(req->tx, v->id, &was) : ROW_NONE;
    if (bound == ROW_FAULT) return ROW_FAULT;
    *theirs = bound == ROW_FOUND && text_eq(was.subject, subject);
    if (*theirs) return ROW_FOUND;
    enum row spoken = v->id != 0 && bound == ROW_NONE ? has_spoken(req->tx, v, req->now_ms) : ROW_NONE;
    if (spoken != ROW_NONE) return spoken; /* what they said goes with them */
    enum row there = known_visitor(req->tx, visitor_call(req)->shop, subject, &known);
    if (there == ROW_FAULT) return ROW_FAULT;
    if (v->id != 0 && bound == ROW_FOUND && !visitor_end_tokens(req->tx, v)) return ROW_FAULT;
    if (there == ROW_FOUND) {
        *v = known;
        return ROW_FOUND;
    }
    if (v->id != 0 && bound == ROW_NONE) return ROW_FOUND;
    *v = (struct visitor){ .account = place->account,
                           .shop = visitor_call(req)->shop,
                           .name = "",
                           .email = "",
                           .language = v->id != 0 ? v->language : "",
                           .page = v->id != 0 ? v->page : "" };
    return visitor_add(req->tx, v, req->now_ms) ? ROW_FOUND : ROW_FAULT;
}

/* Somebody whom the shop's team has blocked in another browser. This one is theirs, and is blocked with the others; the
 * refusal is what they are told, and what was found out stays. Who came without a visitor leaves nothing behind. */
static enum answer stays_blocked(struct req *req, const struct visitor *v, const struct identity *who,
                                 const struct jwt_claims *claims, bool theirs)
{
    const struct visitor_call *call = visitor_call(req);
    if (!call->shown || call->token.visitor != v->id) return reply_problem(req, &problem_chat_blocked);
    enum answer a = use_up(req, claims, theirs);
    if (a != ANSWER_GO_ON) return a;
    if (!identity_save(req->tx, who, req->now_ms) || !visitor_cut_off(req->tx, v->id, req->now_ms))
        return reply_fault(req);
    (void)reply_problem(req, &problem_chat_blocked);
    return ANSWER_SENT;
}

struct post_identify {
    const char *token;
};
static const struct field post_identify_fields[] = {
    FIELD_TEXT(struct post_identify, token, .min = 1, .max = JWT_MAX_BYTES, .form = TEXT_SECRET,
               .doc = "What the shop's server signed: HS256 with the shop's sso secret."),
    FIELD_END
};

static enum answer run_identify(struct req *req)
{
    const struct post_identify *in = req->body;
    const struct visitor_call *call = visitor_call(req);
    struct tenant_chat place;
    struct visitor v = { 0 };
    struct jwt_claims claims;
    bool theirs = false;
    enum chat_door door = chat_enter(req->tx, call->shop, call->shown ? &call->token : NULL, true, &place, &v);
    if (door == DOOR_FAULT) return reply_fault(req);
    if (door != DOOR_OPEN && door != DOOR_NO_TOKEN) return reply_problem(req, door_problem(door));
    if (door == DOOR_NO_TOKEN) v = (struct visitor){ 0 };
    enum answer a = read_statement(req, in->token, &claims);
    if (a != ANSWER_GO_ON) return a;
    const char *subject = arena_text_n(req->arena, claims.sub.p, claims.sub.n);
    if (become(req, &place, subject, &v, &theirs) != ROW_FOUND) return reply_fault(req);
    if (v.blocked_at_ms) return reply_problem(req, &problem_chat_blocked);
    bool blocked;
    const struct identity who = { .visitor = v.id,
                                  .account = v.account,
                                  .shop = v.shop,
                                  .subject = subject,
                                  .email = email_of(req->arena, claims.email),
                                  .name = name_of(req->arena, claims.name) };
    const struct visitor said = { .name = who.name[0] ? who.name : NULL, .network = visitor_network(req) };
    if (!customer_is_blocked(req->tx, &who, &blocked)) return reply_fault(req);
    if (blocked) return stays_blocked(req, &v, &who, &claims, theirs);
    if (!identity_save(req->tx, &who, req->now_ms) || !visitor_seen(req->tx, &v, &said, req->now_ms))
        return reply_fault(req);
    a = use_up(req, &claims, theirs);
    return a == ANSWER_GO_ON ? visitor_session(req, &place, &v) : a;
}

/* ---- nobody any more ---- */

static void nothing_json(struct json *j, const void *arg) { (void)arg, json_bool(j, "success", true); }
static const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };

/* The token is worth nothing from now on, in whatever tab or hand it is. */
static enum answer run_logout(struct req *req)
{
    struct tenant_chat place;
    struct visitor v;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_end_tokens(req->tx, &v)) return reply_fault(req);
    return reply_json(req, 200, nothing_json, NULL);
}

/* ---- statements that are too old anyway ---- */

static enum job_wish tokens_settle(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &old_tokens);
    bind_i64(&q, job->now_ms - DAY_MS), bind_i64(&q, TOKENS_BATCH); /* a day: a clock that was ahead opens nothing */
    int64_t gone = query_change(&q), tries = order_tries_forget(tx, job->now_ms, TOKENS_BATCH);
    int64_t copies = transcripts_forget(tx, job->now_ms, TOKENS_BATCH);
    if (gone < 0 || tries < 0 || copies < 0) return JOB_FAULT;
    return gone == TOKENS_BATCH || tries == TOKENS_BATCH || copies == TOKENS_BATCH ? JOB_NEXT : JOB_FINISHED;
}

const struct job_kind chat_tokens_job = {
    .name = "chat.tokens",
    .doc = "Forgets statements of shops, and wrong tries at orders, that are over.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = 5 * MINUTE_MS,
    .careful = true,
    .settle = tokens_settle,
};

/* ---- routes ---- */

static const struct limit identify_limit = { .name = "chat_identify", .burst = 30, .per_ms = MINUTE_MS };

/* clang-format off */
#define VISITOR                                                                                                        \
    .verb = VERB_POST, .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED, .origin = visitor_origin,  \
    .prepare = visitor_prepare, PATH_FIELDS(path_chat), .passive = true, .tx = TX_WRITE, .limit = &identify_limit,     \
    .key_limit = { &chat_visitor_limit, &chat_shop_limit }
#define REFUSED &problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked

const struct route chat_identity_routes[] = {
    { VISITOR, .path = "/api/chat/:shop/identify", BODY_FIELDS(post_identify), .answer = chat_session_shape,
      PROBLEMS(&problem_not_found, &problem_chat_paused, &problem_chat_blocked, &problem_identity),
      .run = run_identify, .doc = "Be the customer that the shop's signed statement names." },
    { VISITOR, .path = "/api/chat/:shop/logout", BODY_FIELDS(post_nothing), .body_optional = true,
      .answer = success_shape, PROBLEMS(REFUSED), .run = run_logout,
      .doc = "End the session: its token opens nothing any more, its sockets close." },
    ROUTE_END
};
/* clang-format on */
