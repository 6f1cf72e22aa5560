/* verify.c: what must be true of shops: their history leads to where they are, and their dates fit it. */
#include "shops/private.h"

#include "base/clock.h"

enum { VERIFY_PAGE_SHOPS = 500 };

/* The newest history row of each shop, whether the numbers are without a gap, and whether each begins where the one
 * before it ended. */
STMT(verify_page,
     "SELECT s.id, s.account, s.status, s.version, s.name, s.slug, s.slug_hash, s.domain, s.purge_at_ms,"
     " s.deleted_from, s.deleted_at_ms, s.suspended_at_ms, s.suspended_why,"
     " (SELECT COUNT(*) FROM shop_moves m WHERE m.shop = s.id) AS moves,"
     " (SELECT m.to_status FROM shop_moves m WHERE m.shop = s.id AND m.version = s.version) AS last_to,"
     " (SELECT COUNT(*) FROM shop_moves m LEFT JOIN shop_moves b ON b.shop = m.shop AND b.version = m.version - 1"
     "   WHERE m.shop = s.id AND COALESCE(b.to_status, 0) <> m.from_status) AS breaks"
     " FROM shops s WHERE s.id > ?1 ORDER BY s.id LIMIT ?2");
STMT(verify_moves, "SELECT m.shop, m.version, m.account, s.account AS owner FROM shop_moves m"
                   " LEFT JOIN shops s ON s.id = m.shop WHERE (m.shop, m.version) > (?1, ?2)"
                   " ORDER BY m.shop, m.version LIMIT ?3");

/* A tombstone says nothing; a shop that lives has its words. */
static const char *bad_words(const struct query *q, enum shop_status status)
{
    bool named = col_text(q, "name")[0] != '\0' && col_text(q, "slug")[0] != '\0';
    bool blank = col_text(q, "name")[0] == '\0' && col_text(q, "slug")[0] == '\0' && col_is_null(q, "domain");
    if (status == SHOP_PURGED)
        return blank && !col_is_null(q, "slug_hash") ? NULL : "a shop that was ended has not lost its words";
    return named ? NULL : "a shop has lost its name";
}

/* Whoever is suspended can read why; and nobody else is told that he is. */
static const char *bad_reason(const struct query *q, enum shop_status status)
{
    bool is = status == SHOP_SUSPENDED || col_i64(q, "deleted_from") == SHOP_SUSPENDED;
    bool says = col_i64(q, "suspended_at_ms") > 0 && col_text(q, "suspended_why")[0] != '\0';
    bool silent = col_i64(q, "suspended_at_ms") == 0 && col_text(q, "suspended_why")[0] == '\0';
    if (status == SHOP_PURGED) return silent ? NULL : "a shop that was ended says why it was suspended";
    if (is) return says ? NULL : "a shop is suspended and nobody says why";
    return silent ? NULL : "a shop that is not suspended says why it is";
}

static const char *complaint(const struct query *q)
{
    if (col_i64(q, "moves") != col_i64(q, "version")) return "a shop's history has a gap";
    if (col_is_null(q, "last_to") || col_i64(q, "last_to") != col_i64(q, "status"))
        return "a shop's status was changed without its mover";
    if (col_i64(q, "breaks") != 0) return "a shop's history does not begin where it ended";
    enum shop_status status = (enum shop_status)col_i64(q, "status");
    if (status <= SHOP_NONE || status >= SHOP_STATUS_COUNT) return "a shop is in no state";
    int64_t from = col_i64(q, "deleted_from");
    bool from_life = from > SHOP_NONE && from < SHOP_DELETED;
    if ((status == SHOP_DELETED) != from_life && status != SHOP_PURGED) return "a shop would go back to nowhere";
    int64_t deleted_at_ms = col_i64(q, "deleted_at_ms"), purge_at_ms = col_i64(q, "purge_at_ms");
    if (status == SHOP_DELETED && purge_at_ms != deleted_at_ms + SHOP_RESTORE_DAYS * DAY_MS)
        return "a deleted shop is not ended when it was promised";
    if (status != SHOP_DELETED && status != SHOP_PURGED && (deleted_at_ms || purge_at_ms))
        return "a shop that lives has a date of its end";
    const char *what = bad_words(q, status);
    return what ? what : bad_reason(q, status);
}

static bool shops_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_page);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_SHOPS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = complaint(&q);
        if (what) verify_found(found, "shop", found->cursor[0], what);
        if (!shops_hooks.account_known) continue;
        row = shops_hooks.account_known(tx, col_i64(&q, "account"));
        if (row == ROW_FAULT) return false;
        if (row == ROW_NONE) verify_found(found, "shop", found->cursor[0], "a shop is of an account that is not there");
    }
    return row != ROW_FAULT;
}

static bool moves_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_moves);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_i64(&q, VERIFY_PAGE_SHOPS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop"), found->cursor[1] = col_i64(&q, "version");
        if (col_is_null(&q, "owner")) verify_found(found, "shop", found->cursor[0], "a history is of no shop");
        else if (col_i64(&q, "owner") != col_i64(&q, "account"))
            verify_found(found, "shop", found->cursor[0], "a history is of another account");
    }
    return row != ROW_FAULT;
}

/* clang-format off */
const struct verify_check shops_checks[] = {
    { .name = "shops.history", .doc = "Every status of a shop came through its mover.", .piece = shops_piece },
    { .name = "shops.moves", .doc = "Every history is of a shop.", .piece = moves_piece },
    VERIFY_END
};
/* clang-format on */
