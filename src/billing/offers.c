/* offers.c: what is sold, and for how much. A price is never changed: a new version takes the place of the one before,
 * and orders keep the row that they were made from. */
#include "billing/private.h"

const char *const offer_kind_names[] = { "plan", "credits", NULL };

#define OFFER_COLUMNS                                                                                                  \
    "id, code, version, kind, name_en, name_zh, currency, price, days, seats, seat_price, websites, credits,"          \
    " created_at_ms, replaced_at_ms"
STMT(offer_get, "SELECT " OFFER_COLUMNS " FROM offers WHERE id = ?1");
STMT(offer_sold, "SELECT " OFFER_COLUMNS " FROM offers WHERE code = ?1 AND currency = ?2 AND replaced_at_ms = 0");
STMT(offers_all, "SELECT " OFFER_COLUMNS " FROM offers WHERE replaced_at_ms = 0 ORDER BY kind, price, code, currency"
                 " LIMIT ?1");
STMT(offer_versions, "SELECT " OFFER_COLUMNS " FROM offers WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
/* With how many orders stand at each, counted up to a number and one more. */
STMT(offer_history,
     "SELECT " OFFER_COLUMNS ", actor, (SELECT COUNT(*) FROM (SELECT id FROM orders WHERE orders.offer = offers.id"
     " AND state IN (1, 2, 3) ORDER BY id LIMIT ?5) AS few) AS orders FROM offers WHERE code = ?1 AND currency = ?2"
     " AND id < ?3 ORDER BY code DESC, currency DESC, version DESC LIMIT ?4");
STMT(offers_any, "SELECT id FROM offers WHERE id > 0 ORDER BY id LIMIT 1");
STMT(offer_replace, "UPDATE offers SET replaced_at_ms = ?3 WHERE code = ?1 AND currency = ?2 AND replaced_at_ms = 0");
STMT(offer_insert,
     "INSERT INTO offers (code, version, kind, name_en, name_zh, currency, price, days, seats, seat_price, websites,"
     " credits, actor, created_at_ms, replaced_at_ms) VALUES (?1,"
     " (SELECT COALESCE(MAX(version), 0) + 1 FROM offers WHERE code = ?1 AND currency = ?5),"
     " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0) RETURNING id");

static struct offer offer_of(const struct query *q)
{
    return (struct offer){ .id = col_i64(q, "id"),
                           .version = col_i64(q, "version"),
                           .days = col_i64(q, "days"),
                           .seats = col_i64(q, "seats"),
                           .websites = col_i64(q, "websites"),
                           .credits = col_i64(q, "credits"),
                           .created_at_ms = col_i64(q, "created_at_ms"),
                           .replaced_at_ms = col_i64(q, "replaced_at_ms"),
                           .kind = (enum offer_kind)col_state(q, "kind", OFFER_PLAN, OFFER_KIND_COUNT - 1),
                           .code = col_text(q, "code"),
                           .name_en = col_text(q, "name_en"),
                           .name_zh = col_text(q, "name_zh"),
                           .price = col_money(q, "price"),
                           .seat_price = col_money(q, "seat_price") };
}

enum row offers_get(struct tx *tx, int64_t id, struct offer *out)
{
    struct query q = query(tx, &offer_get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = offer_of(&q);
    return row;
}

enum row offers_sold(struct tx *tx, const char *code, enum currency c, struct offer *out)
{
    struct query q = query(tx, &offer_sold);
    bind_text(&q, code), bind_text(&q, currency_code(c));
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = offer_of(&q);
    return row;
}

static bool read_all(struct query *q, struct offer *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) out[(*count)++] = offer_of(q);
    return row == ROW_NONE;
}

bool offers_list(struct tx *tx, struct offer *out, size_t max, size_t *count)
{
    struct query q = query(tx, &offers_all);
    bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool offers_versions(struct tx *tx, int64_t after, struct offer *out, size_t max, size_t *count)
{
    struct query q = query(tx, &offer_versions);
    bind_i64(&q, after), bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool offers_history(struct tx *tx, const char *code, enum currency c, int64_t after, struct offer_version *out,
                    size_t max, size_t *count)
{
    struct query q = query(tx, &offer_history);
    enum row row;
    *count = 0;
    bind_text(&q, code), bind_text(&q, currency_code(c)), bind_i64(&q, after), bind_i64(&q, (int64_t)max);
    bind_i64(&q, OFFER_ORDERS_MAX + 1);
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct offer_version){ .offer = offer_of(&q),
                                                  .actor = col_i64(&q, "actor"),
                                                  .orders = col_i64(&q, "orders") };
    return row == ROW_NONE;
}

bool offers_put(struct tx *tx, const struct offer *o, int64_t actor, int64_t now_ms, int64_t *id)
{
    assert(o->kind > OFFER_NONE && o->kind < OFFER_KIND_COUNT && money_is_positive(o->price));
    assert(o->kind == OFFER_CREDITS ? o->credits > 0 : o->days > 0 && o->seats > 0);
    const char *currency = currency_code(money_currency(o->price));
    struct query end = query(tx, &offer_replace);
    bind_text(&end, o->code), bind_text(&end, currency), bind_i64(&end, now_ms);
    if (query_change(&end) < 0) return false;
    struct query q = query(tx, &offer_insert);
    bind_text(&q, o->code), bind_i64(&q, o->kind), bind_text(&q, o->name_en), bind_text(&q, o->name_zh);
    bind_text(&q, currency), bind_i64(&q, money_minor(o->price)), bind_i64(&q, o->days), bind_i64(&q, o->seats);
    bind_i64(&q, money_minor(o->seat_price)), bind_i64(&q, o->websites), bind_i64(&q, o->credits);
    bind_i64(&q, actor), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    *id = col_i64(&q, "id");
    return true;
}

bool billing_begin(struct tx *tx, int64_t now_ms)
{
    static const struct first {
        const char *code, *name_en, *name_zh;
        int64_t kind, price, seat_price, days, seats, websites, credits;
    } first[] = {
        { "basic", "Basic", "基础版", OFFER_PLAN, .price = 5000, .days = 30, .seats = 1, .websites = 1 },
        { "pro", "Pro", "专业版", OFFER_PLAN, .price = 6000, .days = 30, .seats = 2, .websites = 3 },
        { "enterprise", "Enterprise", "企业版", OFFER_PLAN, .price = 7000, .seat_price = 1000, .days = 30, .seats = 2 },
        { "credits-1000", "1000 credits", "1000 积分", OFFER_CREDITS, .price = 10000, .credits = 1000 },
    };
    struct query q = query(tx, &offers_any);
    enum row row = query_row(&q);
    if (row != ROW_NONE) return row == ROW_FOUND;
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        int64_t id;
        const struct first *f = &first[i];
        struct offer o = { .kind = (enum offer_kind)f->kind,
                           .code = f->code,
                           .name_en = f->name_en,
                           .name_zh = f->name_zh,
                           .price = money_of(f->price, CURRENCY_CNY),
                           .seat_price = money_of(f->seat_price, CURRENCY_CNY),
                           .days = f->days,
                           .seats = f->seats,
                           .websites = f->websites,
                           .credits = f->credits };
        if (o.kind == OFFER_CREDITS && billing_settings.pack_price > 0)
            o.price = money_of(billing_settings.pack_price, CURRENCY_CNY);
        if (!offers_put(tx, &o, 0, now_ms, &id)) return false;
    }
    return true;
}
