/* secrets.c: what a shop signs with. `sso` and `webhook` are 256 random bits, sealed under the tenant's id and the
 * kind; the service key is stored as a hash. Each is shown once; a rotation leaves the old one valid for 24 hours.
 *
 * With an outside backend a new secret is `delivered` only when that server has confirmed it: until then tokens are
 * signed with the old one, and the old one does not end. Two at a time is the most, so a second rotation waits; but
 * only while a job is at it. When that has given up, the next rotation replaces the secret which nobody confirmed. */
#include "tenants/rows.h"

#include "base/clock.h"
#include "base/random.h"
#include <stdio.h>

enum { RETIRE_BATCH = 50, EXTEND_HOURS = 1, WEBHOOK_KEY_BYTES = 32 };

static_assert(SECRET_SERVICE == 3 && SECRET_REVOKED == 3, "tenant_secrets.kind and .state are stored");

/* Also the purpose under which they are sealed: never rename. */
static const char *const kind_names[SECRET_KIND_COUNT] = { "none", "sso", "webhook", "service" };

STMT(add, "INSERT INTO tenant_secrets (tenant, kind, generation, account, state, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, valid_until_ms) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, 0)");
/* Both first secrets of a tenant in one statement. */
STMT(add_pair,
     "INSERT INTO tenant_secrets (tenant, kind, generation, account, state, delivered, sealed, key_hash, hint,"
     " created_at_ms, shown_at_ms, valid_until_ms) VALUES (?1, 1, 1, ?2, 1, 1, ?3, NULL, ?4, ?7, 0, 0),"
     " (?1, 2, 1, ?2, 1, 1, ?5, NULL, ?6, ?7, 0, 0)");
STMT(list, "SELECT kind, generation, state, delivered, sealed, hint, created_at_ms, shown_at_ms, valid_until_ms"
           " FROM tenant_secrets WHERE tenant = ?1 AND state < 3 ORDER BY kind, generation DESC LIMIT 6");
STMT(last_generation, "SELECT MAX(generation) AS newest FROM tenant_secrets WHERE tenant = ?1 AND kind = ?2");
STMT(show,
     "UPDATE tenant_secrets SET shown_at_ms = ?4 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3 AND state = 1"
     " AND shown_at_ms = 0");
STMT(make_previous,
     "UPDATE tenant_secrets SET state = 2, valid_until_ms = ?4 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3"
     " AND state = 1");
STMT(revoke, "UPDATE tenant_secrets SET state = 3, sealed = NULL, key_hash = NULL WHERE tenant = ?1 AND kind = ?2"
             " AND generation = ?3");
STMT(extend, "UPDATE tenant_secrets SET valid_until_ms = ?4 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3");
STMT(erase, "UPDATE tenant_secrets SET state = 3, sealed = NULL, key_hash = NULL WHERE tenant = ?1 AND state < 3");
STMT(deliver,
     "UPDATE tenant_secrets SET delivered = 1 WHERE tenant = ?1 AND kind = ?2 AND generation <= ?3 AND delivered = 0");
STMT(overdue, "SELECT s.tenant, s.kind, s.generation, s.account, t.shop,"
              " (SELECT COUNT(*) FROM tenant_secrets n WHERE n.tenant = s.tenant AND n.kind = s.kind"
              "   AND n.generation > s.generation AND n.state = 1 AND n.delivered = 0) AS undelivered"
              " FROM tenant_secrets s JOIN tenants t ON t.id = s.tenant"
              " WHERE s.state = 2 AND s.valid_until_ms <= ?1 ORDER BY s.valid_until_ms LIMIT ?2");

/* ---- making, sealing and opening ---- */

enum { SECRET_TEXT_SIZE = 64, SECRET_HINT_CHARS = 4 };

static void make_secret(enum secret_kind kind, char out[SECRET_TEXT_SIZE])
{
    char token[TOKEN_TEXT_SIZE];
    uint8_t key[WEBHOOK_KEY_BYTES];
    if (kind == SECRET_WEBHOOK) {            /* standard base64 behind whsec_: contracts of identity, 9.1 */
        random_bytes(key, sizeof key);
        memcpy(out, "whsec_", 6);
        base64_encode(key, sizeof key, out + 6);
        wipe(key, sizeof key);
        return;
    }
    random_token(token);
    snprintf(out, SECRET_TEXT_SIZE, "%s%s", kind == SECRET_SERVICE ? "chsk_" : "", token);
    wipe(token, sizeof token);
}

static struct str owner_of(struct arena *a, int64_t tenant)
{
    return str_of(arena_printf(a, "tenant:%lld", (long long)tenant));
}

static struct sealed seal_secret(struct arena *a, int64_t tenant, enum secret_kind kind, const char *text)
{
    return seal(tenants_settings.keyring, a, owner_of(a, tenant), str_of(kind_names[kind]), str_of(text));
}

bool secret_open(struct arena *a, int64_t tenant, enum secret_kind kind, struct str sealed, struct str *out)
{
    if (!sealed.p) return false;
    uint8_t *bytes = arena_copy(a, sealed.p, sealed.n);
    return unseal(tenants_settings.keyring, a, owner_of(a, tenant), str_of(kind_names[kind]),
                  (struct sealed){ bytes, sealed.n }, out);
}

/* The last characters, so that a person can tell two apart. Base64 padding says nothing: the ones before it. */
static const char *hint_of(struct arena *a, const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '=') n--;
    assert(n >= SECRET_HINT_CHARS);
    return arena_text_n(a, text + n - SECRET_HINT_CHARS, SECRET_HINT_CHARS);
}

/* Inserts `text` as the active secret. */
static bool add_secret(struct tx *tx, const struct tenant *t, enum secret_kind kind, int64_t generation,
                       const char *text, bool delivered, bool shown, int64_t now)
{
    struct arena *a = tx_arena(tx);
    struct sealed sealed = { 0 };
    char *hash = NULL;
    if (kind == SECRET_SERVICE) {
        hash = arena_alloc(a, SHA256_HEX_SIZE);
        sha256_hex(str_of(text), hash);
    } else {
        sealed = seal_secret(a, t->id, kind, text);
    }
    struct query q = query(tx, &add);
    bind_i64(&q, t->id), bind_i64(&q, kind), bind_i64(&q, generation), bind_i64(&q, t->account);
    bind_bool(&q, delivered);
    bind_blob(&q, sealed.p, sealed.n), bind_text(&q, hash), bind_text(&q, hint_of(a, text)), bind_i64(&q, now);
    bind_i64(&q, shown ? now : 0);
    return query_put(&q);
}

static bool add_both(struct tx *tx, const struct tenant *t, int64_t now)
{
    struct arena *a = tx_arena(tx);
    char sso[SECRET_TEXT_SIZE], webhook[SECRET_TEXT_SIZE];
    make_secret(SECRET_SSO, sso);
    make_secret(SECRET_WEBHOOK, webhook);
    struct sealed first = seal_secret(a, t->id, SECRET_SSO, sso),
                  second = seal_secret(a, t->id, SECRET_WEBHOOK, webhook);
    struct query q = query(tx, &add_pair);
    bind_i64(&q, t->id), bind_i64(&q, t->account), bind_blob(&q, first.p, first.n), bind_text(&q, hint_of(a, sso));
    bind_blob(&q, second.p, second.n), bind_text(&q, hint_of(a, webhook)), bind_i64(&q, now);
    wipe(sso, sizeof sso);
    wipe(webhook, sizeof webhook);
    return query_put(&q);
}

bool secrets_list(struct tx *tx, int64_t tenant, struct secret out[SECRETS_MAX], size_t *count)
{
    struct query q = query(tx, &list);
    bind_i64(&q, tenant);
    enum row row;
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND && *count < SECRETS_MAX)
        out[(*count)++] = (struct secret){ .kind = (enum secret_kind)col_i64(&q, "kind"),
            .state = (enum secret_state)col_i64(&q, "state"), .generation = col_i64(&q, "generation"),
            .created_at_ms = col_i64(&q, "created_at_ms"), .shown_at_ms = col_i64(&q, "shown_at_ms"),
            .valid_until_ms = col_i64(&q, "valid_until_ms"), .delivered = col_bool(&q, "delivered"),
            .hint = col_text(&q, "hint"), .sealed = col_str(&q, "sealed") };
    return row != ROW_FAULT;
}

const struct secret *secret_newest(const struct secret *s, size_t count, enum secret_kind kind, bool delivered)
{
    for (size_t i = 0; i < count; i++)       /* newest first within a kind */
        if (s[i].kind == kind && (s[i].delivered || !delivered)) return &s[i];
    return NULL;
}

static bool next_generation(struct tx *tx, int64_t tenant, enum secret_kind kind, int64_t *out)
{
    struct query q = query(tx, &last_generation);
    bind_i64(&q, tenant), bind_i64(&q, kind);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "newest") + 1;
    return true;
}

bool secrets_ensure(struct tx *tx, const struct tenant *t, int64_t now)
{
    if (t->version == 1) return add_both(tx, t, now);        /* the tenant is new in this transaction */
    struct secret have[SECRETS_MAX];
    size_t count;
    if (!secrets_list(tx, t->id, have, &count)) return false;
    for (enum secret_kind kind = SECRET_SSO; kind <= SECRET_WEBHOOK; kind++) {
        char text[SECRET_TEXT_SIZE];
        int64_t generation;
        if (secret_newest(have, count, kind, false)) continue;
        make_secret(kind, text);
        bool good = next_generation(tx, t->id, kind, &generation) &&
                    add_secret(tx, t, kind, generation, text, true, false, now);
        wipe(text, sizeof text);
        if (!good) return false;
    }
    return true;
}

bool secrets_erase(struct tx *tx, int64_t tenant)
{
    struct query q = query(tx, &erase);
    bind_i64(&q, tenant);
    return query_put(&q);
}

bool secrets_delivered(struct tx *tx, int64_t tenant, enum secret_kind kind, int64_t generation)
{
    struct query q = query(tx, &deliver);
    bind_i64(&q, tenant), bind_i64(&q, kind), bind_i64(&q, generation);
    return query_put(&q);
}

static bool change_one(struct tx *tx, const struct stmt *s, int64_t tenant, const struct secret *which, int64_t at)
{
    struct query q = query(tx, s);
    bind_i64(&q, tenant), bind_i64(&q, which->kind), bind_i64(&q, which->generation);
    if (at) bind_i64(&q, at);
    return query_change(&q) == 1;
}

/* ---- routes ---- */

struct secret_answer { enum secret_kind kind; const char *text; int64_t previous_until_ms; bool rotated; };

static void answer_json(struct json *j, const void *arg)
{
    const struct secret_answer *s = arg;
    json_text(j, "kind", kind_names[s->kind]);
    json_text(j, "secret", s->text);
    if (s->rotated) json_time(j, "previousValidUntil", s->previous_until_ms);
}

static void kind_details(struct json *j, const void *arg)
{
    json_text(j, "kind", kind_names[*(const enum secret_kind *)arg]);
}

struct secret_page { const struct secret *secret; size_t count; };

static void page_json(struct json *j, const void *arg)
{
    const struct secret_page *p = arg;
    json_array(j, "secrets");
    for (size_t i = 0; i < p->count; i++) {
        const struct secret *s = &p->secret[i];
        json_object(j, NULL);
        json_text(j, "kind", kind_names[s->kind]);
        json_text(j, "state", s->state == SECRET_ACTIVE ? "active" : "previous");
        json_bool(j, "shown", s->shown_at_ms > 0);
        json_time(j, "createdAt", s->created_at_ms);
        json_time(j, "validUntil", s->valid_until_ms);
        json_text(j, "hint", s->hint);
        json_end(j);
    }
    json_end(j);
}

enum answer run_secrets(struct req *req)
{
    struct shop shop;
    struct tenant t;
    struct secret have[SECRETS_MAX];
    struct secret_page page = { .secret = have };
    enum row row = shops_owned(req->tx, req->who.account, path_shop_id(req), &shop);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FOUND) row = tenants_of_shop(req->tx, shop.id, &t);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && !secrets_list(req->tx, t.id, have, &page.count)) return reply_fault(req);
    return reply_json(req, 200, page_json, &page);
}

/* What both showing and rotating begin with. ANSWER_SENT: go on. */
struct secret_change { struct tenant t; enum secret_kind kind; struct secret have[SECRETS_MAX]; size_t count; };

static enum answer begin_change(struct req *req, struct secret_change *c)
{
    const struct path_secret *in = req->path;
    struct shop shop;
    c->kind = (enum secret_kind)(in->kind + SECRET_SSO);
    enum row row = shops_owned_locked(req->tx, req->who.account, in->id, &shop);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FOUND) row = tenants_of_shop(req->tx, shop.id, &c->t);
    if (row == ROW_NONE) return reply_problem(req, &problem_chatbot_not_enabled);
    if (row == ROW_FAULT || !secrets_list(req->tx, c->t.id, c->have, &c->count)) return reply_fault(req);
    return ANSWER_SENT;
}

static enum answer send_secret(struct req *req, struct secret_change *c, enum audit_action action,
                               struct secret_answer *s)
{
    s->kind = c->kind;
    req->reply.shows_secret = true;
    if (!audit_request(req, action, c->t.account, "shop", c->t.shop, kind_details, &c->kind)) return reply_fault(req);
    return reply_json(req, 200, answer_json, s);
}

/* A service key exists from the first time it is shown: nobody needs to keep one that nobody uses. */
static enum answer show_first_service_key(struct req *req, struct secret_change *c)
{
    char *text = arena_alloc(req->arena, SECRET_TEXT_SIZE);
    int64_t generation;
    make_secret(SECRET_SERVICE, text);
    if (!next_generation(req->tx, c->t.id, SECRET_SERVICE, &generation) ||
        !add_secret(req->tx, &c->t, SECRET_SERVICE, generation, text, true, true, req->now_ms))
        return reply_fault(req);
    return send_secret(req, c, AUDIT_secret_shown, &(struct secret_answer){ .text = text });
}

enum answer run_secret_show(struct req *req)
{
    struct secret_change c = { 0 };
    enum answer go_on = begin_change(req, &c);
    if (go_on != ANSWER_SENT) return go_on;
    const struct secret *s = secret_newest(c.have, c.count, c.kind, false);
    if (!s && c.kind == SECRET_SERVICE) return show_first_service_key(req, &c);
    if (!s) return reply_problem(req, &problem_chatbot_not_enabled);
    if (s->shown_at_ms > 0) return reply_problem(req, &problem_already_shown);
    struct str text;
    if (!change_one(req->tx, &show, c.t.id, s, req->now_ms) ||
        !secret_open(req->arena, c.t.id, c.kind, s->sealed, &text))
        return reply_fault(req);
    return send_secret(req, &c, AUDIT_secret_shown, &(struct secret_answer){ .text = text.p });
}

/* The newest that the backend knows becomes, or stays, the previous one. Others end now: an older one that was still
 * valid, or a newer one that the backend never confirmed. */
static bool step_down(struct req *req, const struct secret_change *c, int64_t until_ms)
{
    const struct secret *known = secret_newest(c->have, c->count, c->kind, true);
    for (size_t i = 0; i < c->count; i++) {
        const struct secret *s = &c->have[i];
        if (s->kind != c->kind) continue;
        bool good = s != known                 ? change_one(req->tx, &revoke, c->t.id, s, 0)
                    : s->state == SECRET_ACTIVE ? change_one(req->tx, &make_previous, c->t.id, s, until_ms)
                                                : change_one(req->tx, &extend, c->t.id, s, until_ms);
        if (!good) return false;
    }
    return true;
}

static const char *rotation_key(struct arena *a, const struct secret_change *c, enum secret_kind kind,
                                int64_t generation)
{
    return arena_printf(a, "shop-%lld:%s:%lld", (long long)c->t.shop, kind_names[kind], (long long)generation);
}

/* A call tells both secrets, so there is one rotation at a time. ROW_NONE: none is under way; a secret that is still
 * not delivered belongs to a job that has given up, and what is put now tells the newest of both kinds. */
static enum row is_being_told(struct req *req, const struct secret_change *c)
{
    for (enum secret_kind kind = SECRET_SSO; kind <= SECRET_WEBHOOK; kind++) {
        const struct secret *s = secret_newest(c->have, c->count, kind, false);
        struct job_row job;
        if (!s || s->delivered) continue;
        const char *key = rotation_key(req->arena, c, kind, s->generation);
        enum row row = jobs_find(req->tx, tenants_rotate_job.name, key, &job);
        if (row == ROW_FAULT || (row == ROW_FOUND && job_row_is_live(&job))) return row;
    }
    return ROW_NONE;
}

enum answer run_secret_rotate(struct req *req)
{
    struct secret_change c = { 0 };
    enum answer go_on = begin_change(req, &c);
    if (go_on != ANSWER_SENT) return go_on;
    const struct secret *old = secret_newest(c.have, c.count, c.kind, false);
    if (!old && c.kind != SECRET_SERVICE) return reply_problem(req, &problem_chatbot_not_enabled);
    if (c.t.status == TENANT_PROVISIONING) return reply_problem(req, &problem_chatbot_provisioning);
    enum row told = c.kind != SECRET_SERVICE ? is_being_told(req, &c) : ROW_NONE;
    if (told == ROW_FAULT) return reply_fault(req);
    if (told == ROW_FOUND) return reply_problem(req, &problem_rotation_running);

    char *text = arena_alloc(req->arena, SECRET_TEXT_SIZE);
    int64_t generation, until = old ? req->now_ms + SECRET_OVERLAP_HOURS * HOUR_MS : 0;
    make_secret(c.kind, text);
    bool outside = c.kind != SECRET_SERVICE && tenant_is_known_outside(&c.t);
    if (!next_generation(req->tx, c.t.id, c.kind, &generation) || !step_down(req, &c, until) ||
        !add_secret(req->tx, &c.t, c.kind, generation, text, !outside, true, req->now_ms))
        return reply_fault(req);
    if (outside && !tenants_put_tell(req->tx, &c.t, rotation_key(req->arena, &c, c.kind, generation)))
        return reply_fault(req);
    return send_secret(req, &c, AUDIT_secret_rotated,
                       &(struct secret_answer){ .text = text, .previous_until_ms = until, .rotated = true });
}

/* ---- the end of previous secrets ---- */

struct retiring { int64_t tenant, shop, account; struct secret s; bool undelivered; };

static bool retire(struct tx *tx, const struct retiring *r, int64_t now)
{
    if (r->undelivered) return change_one(tx, &extend, r->tenant, &r->s, now + EXTEND_HOURS * HOUR_MS);
    return change_one(tx, &revoke, r->tenant, &r->s, 0) &&
           audit_put(tx, &(struct audit_entry){ .action = AUDIT_secret_retired,
                                                .account = r->account,
                                                .resource = "shop",
                                                .resource_id = r->shop,
                                                .details = kind_details,
                                                .arg = &r->s.kind,
                                                .at_ms = now });
}

static enum job_wish secrets_settle(struct job *job, struct tx *tx)
{
    struct retiring batch[RETIRE_BATCH];
    size_t count = 0;
    struct query q = query(tx, &overdue);
    bind_i64(&q, job->now_ms), bind_i64(&q, RETIRE_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && count < RETIRE_BATCH)
        batch[count++] = (struct retiring){ .tenant = col_i64(&q, "tenant"), .shop = col_i64(&q, "shop"),
            .account = col_i64(&q, "account"), .undelivered = col_i64(&q, "undelivered") > 0,
            .s = { .kind = (enum secret_kind)col_i64(&q, "kind"), .generation = col_i64(&q, "generation") } };
    if (row == ROW_FAULT) return JOB_FAULT;
    for (size_t i = 0; i < count; i++)
        if (!retire(tx, &batch[i], job->now_ms)) return JOB_FAULT;
    return launches_forget(tx, job->now_ms - HOUR_MS) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind tenants_secrets_job = {
    .name = "tenants.secrets", .doc = "Ends replaced secrets after their overlap; removes used launch codes.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .settle = secrets_settle,
};
