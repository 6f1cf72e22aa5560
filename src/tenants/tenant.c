/* tenant.c: the row of a tenant, the one mover of tenants.status, and what is told of a change. */
#include "tenants/private.h"

#include "http/events.h"

/* clang-format off */
TENANTS_ACTIONS(AUDIT_DEFINE)
TENANTS_REASONS(CREDITS_DEFINE_SERVICE)

static_assert(TENANT_ACTIVE == 3 && TENANT_DISABLED == 5, "tenants.status is stored: append, never renumber");

static const char *const status_names[TENANT_STATUS_COUNT] = {
    [TENANT_NONE] = "none", [TENANT_PENDING] = "pending", [TENANT_PROVISIONING] = "provisioning",
    [TENANT_ACTIVE] = "active", [TENANT_SUSPENDED] = "suspended", [TENANT_DISABLED] = "disabled",
};
/* clang-format on */

const char *tenant_status_name(enum tenant_status s)
{
    assert((unsigned)s < TENANT_STATUS_COUNT);
    return status_names[s];
}

/* From where to where. The built-in backend registers in the same transaction and so skips provisioning; a paid return
 * from suspension does too, because the backend still knows the tenant. */
static const bool may_move[TENANT_STATUS_COUNT][TENANT_STATUS_COUNT] = {
    [TENANT_NONE] = { [TENANT_PROVISIONING] = true, [TENANT_ACTIVE] = true },
    [TENANT_PENDING] = { [TENANT_PROVISIONING] = true, [TENANT_ACTIVE] = true, [TENANT_DISABLED] = true },
    [TENANT_PROVISIONING] = { [TENANT_PENDING] = true, [TENANT_ACTIVE] = true },
    [TENANT_ACTIVE] = { [TENANT_SUSPENDED] = true, [TENANT_DISABLED] = true },
    [TENANT_SUSPENDED] = { [TENANT_ACTIVE] = true, [TENANT_DISABLED] = true },
    [TENANT_DISABLED] = { [TENANT_PROVISIONING] = true, [TENANT_ACTIVE] = true },
};

struct tenants_settings tenants_settings;
struct tenants_hooks tenants_hooks;

#define COLUMNS                                                                                                        \
    "shop, id, account, status, version, generation, backend, bot_state, bot_id, bot_name, embed_id, logo_url,"        \
    " sync_scopes, subscription, hold, job, error_code, shop_deleted, maybe_registered, asked_at_ms, enabled_at_ms,"   \
    " created_at_ms, updated_at_ms, word, told, tell_job, settled_attempt, doubt_until_ms, outside"
STMT(of_shop, "SELECT " COLUMNS " FROM tenants WHERE shop = ?1");
STMT(of_shops, "SELECT " COLUMNS " FROM tenants WHERE shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT " COLUMNS " FROM tenants WHERE shop = ANY((?1::text[])::bigint[])");
STMT(insert,
     "INSERT INTO tenants (shop, account, status, version, generation, backend, bot_state, bot_id, bot_name, embed_id,"
     " sync_scopes, subscription, hold, job, shop_deleted, maybe_registered, asked_at_ms, enabled_at_ms, created_at_ms,"
     " updated_at_ms) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 0, ?14, ?15, ?16, ?16)"
     " RETURNING id");
STMT(save,
     "UPDATE tenants SET status = ?4, version = ?5, generation = ?6, backend = ?7, bot_state = ?8, bot_id = ?9,"
     " bot_name = ?10, logo_url = ?11, sync_scopes = ?12, subscription = ?13, hold = ?14, job = ?15, error_code = ?16,"
     " shop_deleted = ?17, maybe_registered = ?18, asked_at_ms = ?19, enabled_at_ms = ?20, updated_at_ms = ?21"
     " WHERE id = ?1 AND status = ?2 AND version = ?3");
/* clang-format off */
STMT(save_words, "UPDATE tenants SET word = ?2, told = ?3, tell_job = ?4, settled_attempt = ?5, doubt_until_ms = ?6,"
                 " outside = ?7 WHERE id = ?1");
STMT(history, "INSERT INTO tenant_moves (tenant, version, account, from_status, to_status, why, actor, at_ms)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

static void from_row(const struct query *q, struct tenant *out)
{
    *out = (struct tenant){ .id = col_i64(q, "id"), .shop = col_i64(q, "shop"), .account = col_i64(q, "account"),
        .version = col_i64(q, "version"),
        .status = (enum tenant_status)col_state(q, "status", TENANT_PENDING, TENANT_DISABLED),
        .backend = col_i64(q, "backend"),
        .bot_state = (enum recipe_bot_state)col_state(q, "bot_state", BOT_NONE, BOT_ERROR),
        .bot_id = col_text(q, "bot_id"), .bot_name = col_text(q, "bot_name"), .embed_id = col_text(q, "embed_id"),
        .logo_url = col_text(q, "logo_url"), .sync_scopes = col_text(q, "sync_scopes"),
        .error_code = col_text(q, "error_code"), .generation = col_i64(q, "generation"),
        .subscription = col_i64(q, "subscription"), .hold = col_i64(q, "hold"), .job = col_i64(q, "job"),
        .asked_at_ms = col_i64(q, "asked_at_ms"), .enabled_at_ms = col_i64(q, "enabled_at_ms"),
        .created_at_ms = col_i64(q, "created_at_ms"), .updated_at_ms = col_i64(q, "updated_at_ms"),
        .shop_deleted = col_bool(q, "shop_deleted"), .maybe_registered = col_bool(q, "maybe_registered"),
        .word = col_i64(q, "word"), .told = col_i64(q, "told"), .tell_job = col_i64(q, "tell_job"),
        .settled_attempt = col_i64(q, "settled_attempt"), .doubt_until_ms = col_i64(q, "doubt_until_ms"),
        .outside = col_i64(q, "outside") };
    /* clang-format on */
}

enum row tenants_of_shop(struct tx *tx, int64_t shop, struct tenant *out)
{
    struct query q = query(tx, &of_shop);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) from_row(&q, out);
    return row;
}

int64_t tenants_of_shops(struct tx *tx, const int64_t *shop, size_t count, struct tenant *out)
{
    struct query q = query(tx, &of_shops);
    bind_i64_list(&q, shop, count);
    int64_t n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && (size_t)n < count) from_row(&q, &out[n++]);
    return row == ROW_FAULT ? -1 : n;
}

/* What only tenants of an outside backend have. */
static bool keep_words(struct tx *tx, const struct tenant *t)
{
    if (!t->word) return true;
    struct query q = query(tx, &save_words);
    bind_i64(&q, t->id), bind_i64(&q, t->word), bind_i64(&q, t->told), bind_i64(&q, t->tell_job);
    bind_i64(&q, t->settled_attempt), bind_i64(&q, t->doubt_until_ms), bind_i64(&q, t->outside);
    return query_put(&q);
}

static enum row insert_tenant(struct tx *tx, struct tenant *t, int64_t now_ms)
{
    struct query q = query(tx, &insert);
    bind_i64(&q, t->shop), bind_i64(&q, t->account), bind_i64(&q, t->status), bind_i64(&q, t->generation);
    bind_i64(&q, t->backend), bind_i64(&q, t->bot_state), bind_text(&q, t->bot_id), bind_text(&q, t->bot_name);
    bind_text(&q, t->embed_id), bind_text(&q, t->sync_scopes), bind_i64(&q, t->subscription), bind_i64(&q, t->hold);
    bind_i64(&q, t->job), bind_i64(&q, t->asked_at_ms), bind_i64(&q, t->enabled_at_ms), bind_i64(&q, now_ms);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    t->id = col_i64(&q, "id");
    return keep_words(tx, t) ? ROW_FOUND : ROW_FAULT;
}

/* Writes *t over the row that has the status and version it was read with. */
static enum row save_tenant(struct tx *tx, const struct tenant *t, enum tenant_status from, int64_t version)
{
    struct query q = query(tx, &save);
    bind_i64(&q, t->id), bind_i64(&q, from), bind_i64(&q, version), bind_i64(&q, t->status), bind_i64(&q, t->version);
    bind_i64(&q, t->generation), bind_i64(&q, t->backend), bind_i64(&q, t->bot_state), bind_text(&q, t->bot_id);
    bind_text(&q, t->bot_name), bind_text(&q, t->logo_url), bind_text(&q, t->sync_scopes);
    bind_i64(&q, t->subscription);
    bind_i64(&q, t->hold), bind_i64(&q, t->job), bind_text(&q, t->error_code), bind_bool(&q, t->shop_deleted);
    bind_bool(&q, t->maybe_registered), bind_i64(&q, t->asked_at_ms), bind_i64(&q, t->enabled_at_ms);
    bind_i64(&q, t->updated_at_ms);
    int64_t saved = query_change(&q);
    if (saved <= 0) return saved < 0 ? ROW_FAULT : ROW_NONE;
    return keep_words(tx, t) ? ROW_FOUND : ROW_FAULT;
}

enum row tenants_move(struct tx *tx, struct tenant *t, enum tenant_status to, const char *why, int64_t actor,
                      int64_t now_ms)
{
    enum tenant_status from = t->status;
    int64_t version = t->version;
    if (!may_move[from][to]) return ROW_NONE;
    assert((t->id == 0) == (from == TENANT_NONE));
    t->status = to;
    t->version = version + 1;
    t->updated_at_ms = now_ms;
    enum row row = t->id == 0 ? insert_tenant(tx, t, now_ms) : save_tenant(tx, t, from, version);
    if (row != ROW_FOUND) return row;
    struct query q = query(tx, &history);
    bind_i64(&q, t->id), bind_i64(&q, t->version), bind_i64(&q, t->account), bind_i64(&q, from), bind_i64(&q, to);
    bind_text(&q, why), bind_i64(&q, actor), bind_i64(&q, now_ms);
    return query_put(&q) ? ROW_FOUND : ROW_FAULT;
}

bool tenants_keep(struct tx *tx, struct tenant *t, int64_t now_ms)
{
    assert(t->id > 0);
    t->updated_at_ms = now_ms;
    return save_tenant(tx, t, t->status, t->version) == ROW_FOUND;
}

const char *tenant_state_word(const struct tenant *t)
{
    if (t->status == TENANT_NONE) return "off";
    return t->status == TENANT_PENDING && t->error_code ? "failed" : tenant_status_name(t->status);
}

static void event_json(struct json *j, const void *arg)
{
    const struct tenant *t = arg;
    json_i64(j, "shop", t->shop);
    json_text(j, "state", tenant_state_word(t));
}

static void ended_json(struct json *j, const void *arg)
{
    (void)arg;
    json_text(j, "error", "chat_paused");
}

bool tenants_cut_off(struct tx *tx, int64_t shop)
{
    return events_put_to(tx, (struct topic){ TOPIC_SHOP, shop }, EVENT_ENDED, ended_json, NULL);
}

bool tenants_progressed(struct tx *tx, const struct tenant *t)
{
    if (!events_put(tx, t->account, "chatbot.changed", event_json, t)) return false;
    bool over = t->status == TENANT_SUSPENDED || t->status == TENANT_DISABLED || t->shop_deleted;
    return !over || tenants_cut_off(tx, t->shop);
}

bool tenants_tell(struct tx *tx, struct req *req, struct audit_action action, const struct tenant *t,
                  json_writer *details, const void *arg, int64_t now_ms)
{
    const struct audit_entry e = { .action = action,
                                   .account = t->account,
                                   .actor = req ? req->who.person : 0,
                                   .actor_account = req ? req->who.account : 0,
                                   .resource = "shop",
                                   .resource_id = t->shop,
                                   .details = details,
                                   .arg = arg,
                                   .network = req ? req->client_network : NULL,
                                   .user_agent = req ? req->user_agent : NULL,
                                   .at_ms = now_ms };
    if (!audit_put(tx, &e)) return false;
    return tenants_progressed(tx, t);
}
