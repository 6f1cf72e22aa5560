/* shops.c: the rows of shops, and the one mover of their status. No HTTP here. */
#include "shops/private.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include <stdio.h>

static_assert(SHOP_DELETED == 5 && SHOP_PURGED == 6, "shops.status is stored, and the statements here name 5 and 6");

/* clang-format off */
static const char *const status_names[SHOP_STATUS_COUNT] = {
    [SHOP_NONE] = "none", [SHOP_CREATING] = "creating", [SHOP_ACTIVE] = "active", [SHOP_FAILED] = "failed",
    [SHOP_SUSPENDED] = "suspended", [SHOP_DELETED] = "deleted", [SHOP_PURGED] = "purged",
};
/* clang-format on */

const char *shop_status_name(enum shop_status s)
{
    assert((unsigned)s < SHOP_STATUS_COUNT);
    return status_names[s];
}

/* From where to where. A deleted shop goes back only to what it was, which shops_move checks. */
/* clang-format off */
static const bool may_move[SHOP_STATUS_COUNT][SHOP_STATUS_COUNT] = {
    [SHOP_NONE] = { [SHOP_CREATING] = true, [SHOP_ACTIVE] = true },
    [SHOP_CREATING] = { [SHOP_ACTIVE] = true, [SHOP_FAILED] = true, [SHOP_DELETED] = true },
    [SHOP_ACTIVE] = { [SHOP_SUSPENDED] = true, [SHOP_DELETED] = true },
    [SHOP_FAILED] = { [SHOP_CREATING] = true, [SHOP_DELETED] = true },
    [SHOP_SUSPENDED] = { [SHOP_ACTIVE] = true, [SHOP_DELETED] = true },
    [SHOP_DELETED] = { [SHOP_CREATING] = true, [SHOP_ACTIVE] = true, [SHOP_FAILED] = true, [SHOP_SUSPENDED] = true,
                       [SHOP_PURGED] = true },
};
/* clang-format on */

struct shops_hooks shops_hooks;

#define PUBLIC_ID_PREFIX "shop-"

void shop_public_id(int64_t shop, char out[SHOP_PUBLIC_ID_SIZE])
{
    snprintf(out, SHOP_PUBLIC_ID_SIZE, PUBLIC_ID_PREFIX "%lld", (long long)shop);
}

int64_t shop_of_public_id(struct str public_id)
{
    int64_t id;
    struct str prefix = STR(PUBLIC_ID_PREFIX);
    if (!str_starts(public_id, prefix)) return 0;
    struct str digits = { public_id.p + prefix.n, public_id.n - prefix.n };
    assert(digits.p != NULL);
    return digits.n > 0 && digits.p[0] != '0' && str_to_i64(digits, &id) && id > 0 ? id : 0;
}

#define COLUMNS                                                                                                        \
    "id, account, status, version, name, slug, domain, created_at_ms, updated_at_ms, deleted_from, deleted_at_ms, "    \
    "purge_at_ms, suspended_at_ms, suspended_why"
#define OWNED "SELECT " COLUMNS " FROM shops WHERE id = ?1 AND account = ?2 AND status < 5"
#define GONE "SELECT " COLUMNS " FROM shops WHERE id = ?1 AND account = ?2 AND status = 5"
#define BY_ID "SELECT " COLUMNS " FROM shops WHERE id = ?1"

/* SQLite has one writer, so a write transaction there holds everything locked already. */
STMT(owned, OWNED);
STMT(owned_locked, OWNED, .postgres = OWNED " FOR UPDATE");
STMT(deleted_locked, GONE, .postgres = GONE " FOR UPDATE");
STMT(by_id, BY_ID);
STMT(by_id_locked, BY_ID, .postgres = BY_ID " FOR UPDATE");
STMT(by_id_free, BY_ID, .postgres = BY_ID " FOR UPDATE SKIP LOCKED");
STMT(those_free, "SELECT id FROM shops WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT id FROM shops WHERE id = ANY((?1::text[])::bigint[]) FOR UPDATE SKIP LOCKED");
STMT(list_living, "SELECT " COLUMNS " FROM shops WHERE account = ?1 AND status < 5 ORDER BY id DESC LIMIT ?2");
STMT(list_deleted, "SELECT " COLUMNS " FROM shops WHERE account = ?1 AND status = 5 ORDER BY id DESC LIMIT ?2");
STMT(count_kept, "SELECT COUNT(*) AS shops FROM shops WHERE account = ?1 AND status < 6");
STMT(slug_taken, "SELECT id FROM shops WHERE slug = ?1 AND status < 5");
STMT(insert,
     "INSERT INTO shops (account, status, version, name, slug, domain, created_at_ms, updated_at_ms, deleted_from,"
     " deleted_at_ms, purge_at_ms) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?6, 0, 0, 0) RETURNING id");
/* clang-format off */
STMT(move, "UPDATE shops SET status = ?4, version = ?3 + 1, updated_at_ms = ?5, deleted_from = ?6, deleted_at_ms = ?7,"
           " purge_at_ms = ?8 WHERE id = ?1 AND status = ?2 AND version = ?3");
STMT(history, "INSERT INTO shop_moves (shop, version, account, from_status, to_status, why, actor, at_ms)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
STMT(rename_shop, "UPDATE shops SET name = ?2, domain = ?3, updated_at_ms = ?4 WHERE id = ?1");
STMT(set_slug, "UPDATE shops SET slug = ?2, updated_at_ms = ?3 WHERE id = ?1");
STMT(set_why, "UPDATE shops SET suspended_at_ms = ?2, suspended_why = ?3 WHERE id = ?1");
STMT(blank, "UPDATE shops SET name = '', slug = '', domain = NULL, slug_hash = ?2, suspended_at_ms = 0,"
            " suspended_why = '' WHERE id = ?1 AND status = 6");

static void from_row(const struct query *q, struct shop *out)
{
    *out = (struct shop){ .id = col_i64(q, "id"), .account = col_i64(q, "account"), .version = col_i64(q, "version"),
        .status = (enum shop_status)col_state(q, "status", SHOP_CREATING, SHOP_PURGED),
        .deleted_from = (enum shop_status)col_state(q, "deleted_from", SHOP_NONE, SHOP_PURGED),
        .name = col_text(q, "name"), .slug = col_text(q, "slug"), .domain = col_text(q, "domain"),
        .created_at_ms = col_i64(q, "created_at_ms"), .updated_at_ms = col_i64(q, "updated_at_ms"),
        .deleted_at_ms = col_i64(q, "deleted_at_ms"), .purge_at_ms = col_i64(q, "purge_at_ms"),
        .suspended_at_ms = col_i64(q, "suspended_at_ms"), .suspended_why = col_text(q, "suspended_why") };
    /* clang-format on */
}

static enum row one(struct tx *tx, const struct stmt *s, int64_t id, int64_t account, struct shop *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, id);
    if (account) bind_i64(&q, account);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) from_row(&q, out);
    return row;
}

enum row shops_owned(struct tx *tx, int64_t account, int64_t id, struct shop *out)
{
    return account > 0 ? one(tx, &owned, id, account, out) : ROW_NONE;
}

enum row shops_owned_locked(struct tx *tx, int64_t account, int64_t id, struct shop *out)
{
    return account > 0 ? one(tx, &owned_locked, id, account, out) : ROW_NONE;
}

enum row shops_deleted_locked(struct tx *tx, int64_t account, int64_t id, struct shop *out)
{
    return account > 0 ? one(tx, &deleted_locked, id, account, out) : ROW_NONE;
}

enum row shops_get(struct tx *tx, int64_t id, struct shop *out) { return one(tx, &by_id, id, 0, out); }

enum row shops_locked(struct tx *tx, int64_t id, struct shop *out) { return one(tx, &by_id_locked, id, 0, out); }

enum row shops_try_locked(struct tx *tx, int64_t id, struct shop *out) { return one(tx, &by_id_free, id, 0, out); }

int64_t shops_try_lock_each(struct tx *tx, const int64_t *id, size_t count, int64_t *got)
{
    assert(count <= SHOPS_AT_ONCE_MAX);
    struct query q = query(tx, &those_free);
    bind_i64_list(&q, id, count);
    int64_t n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && (size_t)n < count) got[n++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : n;
}

bool shops_list(struct tx *tx, int64_t account, bool deleted, struct shop *out, size_t *count)
{
    struct query q = query(tx, deleted ? &list_deleted : &list_living);
    bind_i64(&q, account), bind_i64(&q, SHOPS_LIST_MAX);
    enum row row;
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND && *count < SHOPS_LIST_MAX) from_row(&q, &out[(*count)++]);
    return row != ROW_FAULT;
}

static bool write_history(struct tx *tx, const struct shop *s, enum shop_status from, const char *why, int64_t actor,
                          int64_t now_ms)
{
    struct query q = query(tx, &history);
    bind_i64(&q, s->id), bind_i64(&q, s->version), bind_i64(&q, s->account), bind_i64(&q, from);
    bind_i64(&q, s->status);
    bind_text(&q, why), bind_i64(&q, actor), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool shops_free_slug(struct tx *tx, const char *wish, char out[SHOP_SLUG_MAX + 1])
{
    enum { TRIES = 8 }; /* 29^4 ends: a second collision in a row is rare, an eighth is a bug */
    memcpy(out, wish, strlen(wish) + 1);
    for (int i = 0; i < TRIES; i++) {
        struct query q = query(tx, &slug_taken);
        bind_text(&q, out);
        enum row row = query_row(&q);
        if (row != ROW_FOUND) return row == ROW_NONE;
        shop_slug_with_tail(wish, out);
    }
    LOG(LOG_ERROR, "no_free_slug", LOG_NUMBER("tries", TRIES));
    return false;
}

enum shop_add shops_add(struct tx *tx, const struct shop_new *in, struct shop *out)
{
    assert(in->account > 0 && in->at_ms > 0 && in->name[0] != '\0');
    /* Two requests at the same moment may both see one place left. The limit is there against floods; a lock for the
     * exact number would make every creation of an account wait. */
    struct query q = query(tx, &count_kept);
    bind_i64(&q, in->account);
    if (query_row(&q) != ROW_FOUND) return SHOP_ADD_FAULT;
    if (col_i64(&q, "shops") >= SHOPS_PER_ACCOUNT_MAX) return SHOP_ADD_LIMIT;

    char wish[SHOP_SLUG_MAX + 1];
    char *slug = arena_alloc(tx_arena(tx), SHOP_SLUG_MAX + 1);
    shop_slug_from_name(in->name, wish);
    /* Another transaction may take it meanwhile: then the insert is a conflict and all of this runs again. */
    if (!shops_free_slug(tx, wish, slug)) return SHOP_ADD_FAULT;
    /* An external shop is the merchant's own site: nothing is made, so it is active at once. */
    *out = (struct shop){ .account = in->account,
                          .status = SHOP_ACTIVE,
                          .version = 1,
                          .name = in->name,
                          .slug = slug,
                          .domain = in->domain,
                          .suspended_why = "",
                          .created_at_ms = in->at_ms,
                          .updated_at_ms = in->at_ms };
    q = query(tx, &insert);
    bind_i64(&q, out->account), bind_i64(&q, out->status), bind_text(&q, out->name), bind_text(&q, out->slug);
    bind_text(&q, out->domain), bind_i64(&q, in->at_ms);
    if (query_row(&q) != ROW_FOUND) return SHOP_ADD_FAULT;
    out->id = col_i64(&q, "id");
    return write_history(tx, out, SHOP_NONE, "created", in->actor, in->at_ms) ? SHOP_ADDED : SHOP_ADD_FAULT;
}

enum row shops_move(struct tx *tx, struct shop *s, enum shop_status to, const char *why, int64_t actor, int64_t now_ms)
{
    enum shop_status from = s->status;
    if (!may_move[from][to]) return ROW_NONE;
    if (from == SHOP_DELETED && to != SHOP_PURGED && to != s->deleted_from) return ROW_NONE;
    struct shop after = *s;
    after.status = to;
    after.version = s->version + 1;
    after.updated_at_ms = now_ms;
    if (to == SHOP_DELETED) {
        after.deleted_from = from;
        after.deleted_at_ms = now_ms;
        after.purge_at_ms = now_ms + SHOP_RESTORE_DAYS * DAY_MS;
    } else if (to != SHOP_PURGED) {
        after.deleted_from = SHOP_NONE;
        after.deleted_at_ms = after.purge_at_ms = 0;
    }
    struct query q = query(tx, &move);
    bind_i64(&q, s->id), bind_i64(&q, from), bind_i64(&q, s->version), bind_i64(&q, to), bind_i64(&q, now_ms);
    bind_i64(&q, after.deleted_from), bind_i64(&q, after.deleted_at_ms), bind_i64(&q, after.purge_at_ms);
    int64_t moved = query_change(&q);
    if (moved <= 0) return moved < 0 ? ROW_FAULT : ROW_NONE;
    *s = after;
    return write_history(tx, s, from, why, actor, now_ms) ? ROW_FOUND : ROW_FAULT;
}

static enum row say_why(struct tx *tx, struct shop *s, int64_t at_ms, const char *why)
{
    s->suspended_at_ms = at_ms;
    s->suspended_why = why;
    struct query q = query(tx, &set_why);
    bind_i64(&q, s->id), bind_i64(&q, at_ms), bind_text(&q, why);
    return query_change(&q) == 1 ? ROW_FOUND : ROW_FAULT;
}

enum row shops_suspend(struct tx *tx, struct shop *s, const char *why, int64_t actor, int64_t now_ms)
{
    assert(why[0] != '\0');
    enum row row = shops_move(tx, s, SHOP_SUSPENDED, "suspended", actor, now_ms);
    return row == ROW_FOUND ? say_why(tx, s, now_ms, why) : row;
}

bool shops_suspended_anew(struct tx *tx, struct shop *s, const char *why)
{
    assert(s->status == SHOP_SUSPENDED && s->suspended_at_ms > 0 && why[0] != '\0');
    return say_why(tx, s, s->suspended_at_ms, why) == ROW_FOUND;
}

enum row shops_resume(struct tx *tx, struct shop *s, int64_t actor, int64_t now_ms)
{
    if (s->status != SHOP_SUSPENDED) return ROW_NONE;
    enum row row = shops_move(tx, s, SHOP_ACTIVE, "resumed", actor, now_ms);
    return row == ROW_FOUND ? say_why(tx, s, 0, "") : row;
}

bool shops_rename(struct tx *tx, struct shop *s, const char *name, const char *domain, int64_t now_ms)
{
    s->name = name;
    s->domain = domain;
    s->updated_at_ms = now_ms;
    struct query q = query(tx, &rename_shop);
    bind_i64(&q, s->id), bind_text(&q, name), bind_text(&q, domain), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool shops_set_domain(struct tx *tx, struct shop *s, const char *domain, int64_t now_ms)
{
    if (text_eq(domain, s->domain)) return true;
    if (!shops_rename(tx, s, s->name, domain, now_ms)) return false;
    return !shops_hooks.domain_changed || shops_hooks.domain_changed(tx, s, now_ms);
}

bool shops_set_slug(struct tx *tx, struct shop *s, const char *slug, int64_t now_ms)
{
    s->slug = slug;
    struct query q = query(tx, &set_slug);
    bind_i64(&q, s->id), bind_text(&q, slug), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool shops_blank(struct tx *tx, struct shop *s)
{
    assert(s->status == SHOP_PURGED);
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(str_of(s->slug), hash);
    s->name = s->slug = s->suspended_why = "";
    s->domain = NULL;
    s->suspended_at_ms = 0;
    struct query q = query(tx, &blank);
    bind_i64(&q, s->id), bind_text(&q, hash);
    return query_put(&q);
}
