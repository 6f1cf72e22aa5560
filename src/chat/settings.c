/* settings.c: the row of a shop's chat settings. It is one document, because it is always read and written whole, and
 * judged by the table that judges requests (settings_fields.c), also when it is read: a row that somebody changed by
 * hand reads as the defaults and is found by `verify`. Rejected: a column for each setting (forty of them in two
 * engines, and lists in further tables, for what no query ever asks). */
#include "chat/settings_fields.h"

#include "base/clock.h"
#include "base/log.h"
#include "billing/billing.h"

enum { VERIFY_PAGE = 100 };

STMT(settings_of_shop, "SELECT revision, document, changed_at_ms FROM chat_settings WHERE shop = ?1");
STMT(settings_add, "INSERT INTO chat_settings (shop, account, revision, document, changed_at_ms)"
                   " VALUES (?1, ?2, 1, ?3, ?4) ON CONFLICT (shop) DO NOTHING");
STMT(settings_change, "UPDATE chat_settings SET revision = revision + 1, document = ?3, changed_at_ms = ?4"
                      " WHERE shop = ?1 AND revision = ?2");
STMT(set_keep, "UPDATE chat_settings SET keep_days = ?2 WHERE shop = ?1");
STMT(settings_drop, "DELETE FROM chat_settings WHERE shop = ?1");
STMT(verify_settings, "SELECT shop, document FROM chat_settings WHERE shop > ?1 ORDER BY shop LIMIT ?2");

enum row settings_get(struct tx *tx, int64_t shop, struct arena *a, struct settings_row *out)
{
    struct query q = query(tx, &settings_of_shop);
    *out = (struct settings_row){ .document = "{}" };
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) {
        out->revision = col_i64(&q, "revision");
        out->changed_at_ms = col_i64(&q, "changed_at_ms");
        out->document = col_text(&q, "document");
        if (settings_parse(a, str_of(out->document), &out->set)) return row;
        LOG(LOG_ERROR, "chat.settings_unreadable", LOG_NUMBER("shop", shop));
    }
    bool sound = settings_parse(a, STR("{}"), &out->set);
    assert(sound), (void)sound;
    return row;
}

bool chat_keep_set(struct tx *tx, int64_t shop, int64_t days)
{
    struct query q = query(tx, &set_keep);
    bind_i64(&q, shop), bind_i64(&q, days);
    return query_put(&q);
}

enum row settings_put(struct tx *tx, int64_t account, int64_t shop, int64_t seen, const char *document, int64_t now_ms)
{
    struct query q = query(tx, seen ? &settings_change : &settings_add);
    bind_i64(&q, shop), bind_i64(&q, seen ? seen : account), bind_text(&q, document), bind_i64(&q, now_ms);
    int64_t n = query_change(&q);
    struct settings_doc set;
    if (n != 1) return n < 0 ? ROW_FAULT : ROW_NONE;
    bool kept = settings_parse(tx_arena(tx), str_of(document), &set) && chat_keep_set(tx, shop, set.keepDays);
    return kept ? ROW_FOUND : ROW_FAULT;
}

bool chat_settings_read(struct tx *tx, int64_t shop, struct arena *a, struct chat_shop_settings *out)
{
    struct settings_row stored;
    struct tenant_face face;
    if (settings_get(tx, shop, a, &stored) == ROW_FAULT) return false;
    enum row row = tenants_face(tx, shop, &face);
    if (row == ROW_FAULT) return false;
    settings_fill(a, &stored.set, out);
    out->revision = stored.revision;
    out->bot_name = row == ROW_FOUND ? face.bot_name : "";
    out->avatar_url = row == ROW_FOUND ? face.logo_url : NULL;
    return true;
}

bool chat_doors_read(struct tx *tx, int64_t shop, struct arena *a, struct chat_doors *out)
{
    struct settings_row stored;
    if (settings_get(tx, shop, a, &stored) == ROW_FAULT) return false;
    settings_doors(a, &stored.set, out);
    return true;
}

bool chat_domains_in_plan(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms, struct chat_words *domains)
{
    int64_t more;
    if (domains->count == 0) return true;
    if (!billing_websites(tx, account, shop, now_ms, &more)) return false;
    if (more >= 0 && (int64_t)domains->count > more) domains->count = (size_t)more;
    return true;
}

bool chat_settings_forget(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &settings_drop);
    bind_i64(&q, shop);
    return query_put(&q);
}

bool chat_settings_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_settings);
    struct settings_doc set;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop");
        if (!settings_parse(tx_arena(tx), col_str(&q, "document"), &set))
            verify_found(found, "shop", found->cursor[0], "the settings of its chat would be refused today");
    }
    return row != ROW_FAULT;
}
