/* house_shop.c: which shop is the house's own: the one whose chat stands on the landing page and answers about the
 * program itself. Kept as the texts of the pages are, in a row of their table that is no page: a version for each
 * change, the newest counts. */
#include "base/json_read.h"
#include "base/json_write.h"
#include "site/private.h"
#include "shops/shops.h"
#include "tenants/tenants.h"

#include <stdlib.h>

#define HOUSE_NAME "house"
#define HOUSE_LANG "any"
enum { GIVEN_MAX = 64 << 10 };

STMT(house_newest, "SELECT version, text FROM site_pages WHERE name = ?1 AND lang = ?2 ORDER BY version DESC LIMIT 1");
STMT(house_put, "INSERT INTO site_pages (name, lang, version, text, actor, created_at_ms)"
                " VALUES (?1, ?2, ?3, ?4, 0, ?5)");

enum row site_house_get(struct tx *tx, struct site_house *out)
{
    struct query q = query(tx, &house_newest);
    *out = (struct site_house){ .given = "{}" };
    bind_text(&q, HOUSE_NAME), bind_text(&q, HOUSE_LANG);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    json_t *kept = json_read(col_str(&q, "text"), GIVEN_MAX, NULL);
    char *given = json_dumps(json_object_get(kept, "given"), JSON_COMPACT);
    bool sound = given && json_get_i64(kept, "shop", &out->shop);
    out->version = col_i64(&q, "version");
    if (sound) out->given = arena_text(tx_arena(tx), given);
    free(given);
    json_decref(kept);
    return sound ? ROW_FOUND : ROW_FAULT;
}

bool site_house_put(struct tx *tx, struct site_house *h, int64_t now_ms)
{
    struct buf b;
    struct json j;
    buf_init(&b, GIVEN_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_i64(&j, "shop", h->shop);
    json_raw(&j, "given", str_of(h->given));
    json_end(&j);
    json_finish(&j);
    assert(!b.overflow);
    h->version++;
    struct query q = query(tx, &house_put);
    bind_text(&q, HOUSE_NAME), bind_text(&q, HOUSE_LANG), bind_i64(&q, h->version);
    bind_text(&q, buf_terminated(&b)), bind_i64(&q, now_ms);
    bool put = query_change(&q) == 1;
    buf_free(&b);
    return put;
}

bool site_chat_shop(struct tx *tx, const char **out)
{
    struct site_house h;
    struct tenant_chat chat;
    char id[SHOP_PUBLIC_ID_SIZE];
    *out = site_settings.shop;
    if (*out) return true;
    enum row row = site_house_get(tx, &h);
    if (row == ROW_FOUND) row = tenants_chat(tx, h.shop, &chat);
    if (row != ROW_FOUND || !chat.active) return row != ROW_FAULT;
    shop_public_id(h.shop, id);
    *out = arena_text(tx_arena(tx), id);
    return true;
}
