/* head.c: the row of a shop as a whole, and how its index is made anew when it has aged. */
#include "knowledge/intake.h"

#include "base/crypto.h"

#define HEAD_COLUMNS                                                                                                   \
    "currency, language, name, url, products, texts, orders, next_product, next_text, stale_products, stale_texts,"    \
    " cut, changed_at_ms, intakes"
STMT(get, "SELECT account, " HEAD_COLUMNS " FROM knowledge_shops WHERE shop = ?1");
STMT(keep,
     "INSERT INTO knowledge_shops (shop, account, " HEAD_COLUMNS ")"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT (shop) DO UPDATE SET"
     " currency = excluded.currency, language = excluded.language, name = excluded.name, url = excluded.url,"
     " products = excluded.products, texts = excluded.texts, orders = excluded.orders,"
     " next_product = excluded.next_product, next_text = excluded.next_text,"
     " stale_products = excluded.stale_products, stale_texts = excluded.stale_texts, cut = excluded.cut,"
     " changed_at_ms = excluded.changed_at_ms, intakes = excluded.intakes");

enum row know_head_get(struct tx *tx, int64_t shop, int64_t account, struct knowledge_head *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    *out = (struct knowledge_head){ .shop = shop, .account = account, .language = "en", .cut = TOKENS_VERSION };
    if (row != ROW_FOUND) return row;
    const char *currency = col_text(&q, "currency");
    *out = (struct knowledge_head){ .shop = shop,
                                    .account = col_i64(&q, "account"),
                                    .currency = currency_from_code(currency, strlen(currency)),
                                    .language = col_text(&q, "language"),
                                    .name = col_text(&q, "name"),
                                    .url = col_text(&q, "url"),
                                    .products = col_i64(&q, "products"),
                                    .texts = col_i64(&q, "texts"),
                                    .orders = col_i64(&q, "orders"),
                                    .next_product = col_i64(&q, "next_product"),
                                    .next_text = col_i64(&q, "next_text"),
                                    .stale_products = col_i64(&q, "stale_products"),
                                    .stale_texts = col_i64(&q, "stale_texts"),
                                    .cut = col_i64(&q, "cut"),
                                    .changed_at_ms = col_i64(&q, "changed_at_ms"),
                                    .intakes = col_i64(&q, "intakes") };
    return ROW_FOUND;
}

enum row knowledge_told(struct tx *tx, int64_t account, int64_t shop)
{
    struct knowledge_head h;
    enum row row = know_head_get(tx, shop, account, &h);
    return row == ROW_FOUND && h.products + h.texts + h.orders == 0 ? ROW_NONE : row;
}

enum { STALE_MAX = 1000 };

/* Numbers that belong to nothing are read and passed over by every search: half of the index may be such, no more. */
static bool has_aged(int64_t stale, int64_t live) { return stale > STALE_MAX && stale > live; }

bool know_head_keep(struct tx *tx, const struct knowledge_head *h, int64_t now_ms)
{
    struct knowledge_head n = *h;
    bool anew = n.cut != TOKENS_VERSION && n.intakes == 0;
    if (anew) n.cut = TOKENS_VERSION;
    if ((anew || (n.intakes == 0 && has_aged(n.stale_products, n.products))) && !know_products_rebuild(tx, &n))
        return false;
    if ((anew || (n.intakes == 0 && has_aged(n.stale_texts, n.texts))) && !know_texts_rebuild(tx, &n)) return false;
    struct query q = query(tx, &keep);
    bind_i64(&q, n.shop), bind_i64(&q, n.account), bind_text(&q, currency_code(n.currency)), bind_text(&q, n.language);
    bind_text(&q, n.name), bind_text(&q, n.url), bind_i64(&q, n.products), bind_i64(&q, n.texts);
    bind_i64(&q, n.orders), bind_i64(&q, n.next_product), bind_i64(&q, n.next_text), bind_i64(&q, n.stale_products);
    bind_i64(&q, n.stale_texts), bind_i64(&q, n.cut), bind_i64(&q, now_ms);
    bind_i64(&q, n.intakes);
    return query_put(&q);
}

void know_content_part(struct buf *b, const char *text)
{
    if (text) buf_text(b, text);
    buf_char(b, '\0');
}

int64_t know_content_hash(const struct buf *b)
{
    uint8_t digest[SHA256_SIZE];
    uint64_t h = 0;
    sha256(b->p, b->n, digest);
    for (size_t i = 0; i < sizeof h; i++) h = h << 8 | digest[i];
    return (int64_t)(h >> 1);
}

/* ---- the end ---- */

STMT(erase_shop, "DELETE FROM knowledge_shops WHERE shop = ?1");
STMT(erase_products, "DELETE FROM knowledge_products WHERE shop = ?1");
STMT(erase_texts, "DELETE FROM knowledge_texts WHERE shop = ?1");
STMT(erase_orders, "DELETE FROM knowledge_orders WHERE shop = ?1");
STMT(erase_imports, "DELETE FROM knowledge_imports WHERE shop = ?1");

bool knowledge_shop_purged(struct tx *tx, int64_t shop)
{
    const struct stmt *const all[] = { &erase_shop, &erase_products, &erase_texts, &erase_orders, &erase_imports };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct query q = query(tx, all[i]);
        bind_i64(&q, shop);
        if (query_change(&q) < 0) return false;
    }
    if (!know_intakes_purged(tx, shop) || !know_feeds_purged(tx, shop) || !know_documents_purged(tx, shop))
        return false;
    if (!know_index_erase(tx, shop, INDEX_PRODUCTS)) return false;
    return know_index_erase(tx, shop, INDEX_TEXTS);
}
