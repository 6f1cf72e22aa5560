/* purge.c: nothing stays of a shop that is gone. */
#include "knowledge/intake.h"

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
