/* search.c: shops by name or domain. Inside an account, which has a few hundred at most, any part of them counts; over
 * all accounts only their begin, which an index finds. */
#include "shops/shops.h"

#define FOUND "SELECT id, account, name, domain FROM shops"
/* clang-format off */
#define PART(has)                                                                                                      \
    FOUND " WHERE account = ?1 AND status < 5 AND (" has "(lower(name), CAST(?2 AS TEXT)) > 0 OR "                     \
          has "(COALESCE(domain, ''), CAST(?2 AS TEXT)) > 0) ORDER BY id DESC LIMIT ?3"
/* clang-format on */
STMT(search_own, PART("instr"), .postgres = PART("strpos"));
#define BEGIN(what, order, from, to)                                                                                   \
    FOUND " WHERE status < 5 AND " what order " >= " from " AND " what order " < " to " ORDER BY " what order          \
          " LIMIT ?3"
/* SQLite finds the place in an index on an expression only without the cast. */
#define BEGIN_C(what) BEGIN(what, " COLLATE \"C\"", "CAST(?1 AS TEXT)", "CAST(?2 AS TEXT)")
STMT(search_names, BEGIN("lower(name)", "", "?1", "?2"), .postgres = BEGIN_C("lower(name)"));
STMT(search_domains, BEGIN("domain", "", "?1", "?2"), .postgres = BEGIN_C("domain"));

/* ASCII alone: what the engines' lower() agree on. */
static char *lowered(struct arena *a, const char *text)
{
    char *out = arena_text(a, text);
    for (char *p = out; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    return out;
}

static bool take(struct query *q, struct shop_found *out, size_t most, size_t *count)
{
    enum row row;
    while ((row = query_next(q)) == ROW_FOUND) {
        struct shop_found f = { .id = col_i64(q, "id"),
                                .account = col_i64(q, "account"),
                                .name = col_text(q, "name"),
                                .domain = col_text(q, "domain") };
        bool known = *count == most;
        for (size_t i = 0; i < *count && !known; i++) known = out[i].id == f.id;
        if (!known) out[(*count)++] = f;
    }
    return row == ROW_NONE;
}

bool shops_search(struct tx *tx, int64_t account, const char *text, struct shop_found *out, size_t most, size_t *count)
{
    assert(account > 0); /* 0 is nobody, and must not be everybody */
    struct query q = query(tx, &search_own);
    bind_i64(&q, account), bind_text(&q, lowered(tx_arena(tx), text)), bind_i64(&q, (int64_t)most);
    *count = 0;
    return take(&q, out, most, count);
}

bool shops_search_all(struct tx *tx, const char *begin, struct shop_found *out, size_t most, size_t *count)
{
    struct arena *a = tx_arena(tx);
    const char *from = lowered(a, begin), *end = arena_printf(a, "%s\xf4\x8f\xbf\xbf", from);
    struct query names = query(tx, &search_names), domains = query(tx, &search_domains);
    bind_text(&names, from), bind_text(&names, end), bind_i64(&names, (int64_t)most);
    bind_text(&domains, from), bind_text(&domains, end), bind_i64(&domains, (int64_t)most);
    *count = 0;
    if (!take(&names, out, most, count)) return false;
    return take(&domains, out, most, count);
}
