/* counts.c: how many shops, for the home page, the operator's lists and the minute's overview. */
#include "shops/private.h"

STMT(count_all, "SELECT COUNT(*) AS n FROM shops WHERE status < 5");
STMT(ids_of, "SELECT id FROM shops WHERE account = ?1 AND status < 5 ORDER BY id LIMIT ?2");
STMT(count_each,
     "SELECT account, COUNT(*) AS n FROM shops WHERE account IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"
     " AND status < 5 GROUP BY account",
     .postgres = "SELECT account, COUNT(*) AS n FROM shops WHERE account = ANY((?1::text[])::bigint[])"
                 " AND status < 5 GROUP BY account");

STMT(names_each,
     "SELECT id, name FROM shops WHERE account = ?1 AND status < 5"
     " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT id, name FROM shops WHERE account = ?1 AND status < 5 AND id = ANY((?2::text[])::bigint[])");
STMT(open_each,
     "SELECT id FROM shops WHERE account = ?1 AND status < 4"
     " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT id FROM shops WHERE account = ?1 AND status < 4 AND id = ANY((?2::text[])::bigint[])");

static_assert(SHOP_DELETED == 5, "the statements above name the first status that is gone");
static_assert(SHOP_SUSPENDED == 4, "open_each names the first status that is not open");

static bool count(struct query *q, int64_t *out)
{
    if (query_row(q) != ROW_FOUND) return false;
    *out = col_i64(q, "n");
    return true;
}

bool shops_count(struct tx *tx, int64_t *out)
{
    struct query q = query(tx, &count_all);
    return count(&q, out);
}

bool shops_ids(struct tx *tx, int64_t account, int64_t *ids, size_t *n)
{
    struct query q = query(tx, &ids_of);
    bind_i64(&q, account), bind_i64(&q, SHOPS_PER_ACCOUNT_MAX);
    enum row row;
    *n = 0;
    while ((row = query_next(&q)) == ROW_FOUND) ids[(*n)++] = col_i64(&q, "id");
    return row == ROW_NONE;
}

bool shops_account_json(struct tx *tx, int64_t account, struct json *j)
{
    struct shop *shops = ARENA_ARRAY(tx_arena(tx), struct shop, SHOPS_LIST_MAX);
    struct shop_chatbot *chatbots = ARENA_ARRAY(tx_arena(tx), struct shop_chatbot, SHOPS_LIST_MAX);
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, SHOPS_LIST_MAX);
    size_t n = 0;
    if (!shops_list(tx, account, false, shops, &n)) return false;
    for (size_t i = 0; i < n; i++) ids[i] = shops[i].id;
    if (n && shops_hooks.chatbots && !shops_hooks.chatbots(tx, account, ids, n, chatbots)) return false;
    for (size_t i = 0; i < n; i++) {
        json_object(j, NULL);
        json_i64(j, "id", shops[i].id);
        json_text(j, "shop_name", shops[i].name);
        json_text(j, "status", shop_status_name(shops[i].status));
        json_text(j, "chatbot_state", chatbots[i].state ? chatbots[i].state : "off");
        json_end(j);
    }
    return true;
}

bool shops_count_each(struct tx *tx, const int64_t *accounts, size_t n, int64_t *out)
{
    assert(n <= SHOPS_COUNT_EACH_MAX);
    for (size_t i = 0; i < n; i++) out[i] = 0;
    struct query q = query(tx, &count_each);
    bind_i64_list(&q, accounts, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (accounts[i] == col_i64(&q, "account")) out[i] = col_i64(&q, "n");
    return row == ROW_NONE;
}

bool shops_names(struct tx *tx, int64_t account, const int64_t *ids, size_t n, const char **out)
{
    assert(n <= SHOPS_COUNT_EACH_MAX);
    for (size_t i = 0; i < n; i++) out[i] = NULL;
    struct query q = query(tx, &names_each);
    bind_i64(&q, account), bind_i64_list(&q, ids, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (ids[i] == col_i64(&q, "id")) out[i] = col_text(&q, "name");
    return row == ROW_NONE;
}

bool shops_open(struct tx *tx, int64_t account, const int64_t *ids, size_t n, bool *out)
{
    assert(n <= SHOPS_COUNT_EACH_MAX);
    for (size_t i = 0; i < n; i++) out[i] = false;
    struct query q = query(tx, &open_each);
    bind_i64(&q, account), bind_i64_list(&q, ids, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (ids[i] == col_i64(&q, "id")) out[i] = true;
    return row == ROW_NONE;
}
