/* orders.c: the rows of orders, and how one is found by a number that somebody types. */
#include "knowledge/private.h"

#include "base/json_read.h"
#include "base/json_write.h"

enum { BATCH = 100, LIST_JSON_MAX = 512 << 10 };

STMT(known,
     "SELECT number, content, version, updated_at_ms FROM knowledge_orders WHERE shop = ?1"
     " AND number IN (SELECT value FROM json_each(?2))",
     .postgres = "SELECT number, content, version, updated_at_ms FROM (SELECT DISTINCT"
                 " json_array_elements_text(CAST(CAST(?2 AS TEXT) AS json)) AS wanted) AS w CROSS JOIN LATERAL"
                 " (SELECT number, content, version, updated_at_ms FROM knowledge_orders WHERE shop = ?1 AND number = "
                 "w.wanted OFFSET 0) AS r");
STMT(save,
     "INSERT INTO knowledge_orders (account, shop, number, number_key, email, name, status, status_text, currency,"
     " total, items, shipments, content, updated_at_ms, version, store_id)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
     " ON CONFLICT (shop, number) DO UPDATE SET number_key = excluded.number_key, email = excluded.email,"
     " name = excluded.name, status = excluded.status, status_text = excluded.status_text,"
     " currency = excluded.currency, total = excluded.total, items = excluded.items,"
     " shipments = excluded.shipments, content = excluded.content, updated_at_ms = excluded.updated_at_ms, version = "
     "excluded.version, store_id = CASE WHEN excluded.store_id = '' THEN knowledge_orders.store_id"
     " ELSE excluded.store_id END");
STMT(by_key, "SELECT number, store_id, email, name, status, status_text, currency, total, items, shipments"
             " FROM knowledge_orders WHERE shop = ?1 AND number_key = ?2 ORDER BY id LIMIT 8");

STMT(by_store_id, "SELECT number, store_id, email, name, status, status_text, currency, total, items, shipments"
                  " FROM knowledge_orders WHERE shop = ?1 AND store_id = ?2 AND store_id <> '' ORDER BY id LIMIT 2");
STMT(by_email, "SELECT number, store_id, email, name, status, status_text, currency, total, items, shipments"
               " FROM knowledge_orders WHERE shop = ?1 AND lower(email) = lower(?2) ORDER BY id DESC LIMIT ?3");

/* In any shop of the account (?2 0), or in one. */
STMT(emails,
     "SELECT email FROM knowledge_orders WHERE account = ?1 AND number_key = ?3 AND CAST(?2 AS BIGINT) IN (0, shop)"
     " ORDER BY id DESC LIMIT ?4");

/* ---- lists as JSON ---- */

static void items_write(struct buf *out, const struct knowledge_order *o)
{
    struct json j;
    json_begin(&j, out);
    json_array(&j, NULL);
    for (size_t i = 0; i < o->items; i++) {
        json_object(&j, NULL);
        if (o->item[i].product) json_text(&j, "product", o->item[i].product);
        if (o->item[i].variant) json_text(&j, "variant", o->item[i].variant);
        if (o->item[i].title) json_text(&j, "title", o->item[i].title);
        json_i64(&j, "quantity", o->item[i].quantity);
        json_i64(&j, "price", o->item[i].price);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
}

static void shipments_write(struct buf *out, const struct knowledge_order *o)
{
    struct json j;
    json_begin(&j, out);
    json_array(&j, NULL);
    for (size_t i = 0; i < o->shipments; i++) {
        json_object(&j, NULL);
        if (o->shipment[i].carrier) json_text(&j, "carrier", o->shipment[i].carrier);
        if (o->shipment[i].tracking) json_text(&j, "tracking", o->shipment[i].tracking);
        if (o->shipment[i].url) json_text(&j, "url", o->shipment[i].url);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
}

static const char *member(struct arena *a, const json_t *o, const char *key)
{
    return arena_text(a, json_string_value(json_object_get(o, key)));
}

static void items_read(struct arena *a, const char *text, struct knowledge_order *o)
{
    json_t *list = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    size_t n = json_array_size(list);
    struct knowledge_order_item *item = ARENA_ARRAY(a, struct knowledge_order_item, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(list, i);
        item[i] = (struct knowledge_order_item){ .product = member(a, x, "product"),
                                                 .variant = member(a, x, "variant"),
                                                 .title = member(a, x, "title") };
        if (!json_get_i64(x, "quantity", &item[i].quantity)) item[i].quantity = 1;
        if (!json_get_i64(x, "price", &item[i].price)) item[i].price = 0;
    }
    o->item = item, o->items = n;
    json_decref(list);
}

static void shipments_read(struct arena *a, const char *text, struct knowledge_order *o)
{
    json_t *list = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    size_t n = json_array_size(list);
    struct knowledge_shipment *s = ARENA_ARRAY(a, struct knowledge_shipment, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(list, i);
        s[i] = (struct knowledge_shipment){ member(a, x, "carrier"), member(a, x, "tracking"), member(a, x, "url") };
    }
    o->shipment = s, o->shipments = n;
    json_decref(list);
}

/* ---- saving ---- */

struct known {
    bool there;
    int64_t content, version, at_ms;
};

static bool read_known(struct tx *tx, int64_t shop, const struct knowledge_order *o, size_t n, struct known *out)
{
    struct json j;
    struct buf numbers;
    buf_init(&numbers, (size_t)BATCH * (KNOWLEDGE_ID_MAX * 6 + 4) + 16);
    json_begin(&j, &numbers);
    json_array(&j, NULL);
    for (size_t i = 0; i < n; i++) json_text(&j, NULL, o[i].number);
    json_end(&j);
    json_finish(&j);
    struct query q = query(tx, &known);
    bind_i64(&q, shop), bind_str(&q, buf_str(&numbers));
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (text_eq(o[i].number, col_text(&q, "number")))
                out[i] = (struct known){ true, col_i64(&q, "content"), col_i64(&q, "version"),
                                         col_i64(&q, "updated_at_ms") };
    buf_free(&numbers);
    return row == ROW_NONE;
}

struct saving {
    struct tx *tx;
    struct knowledge_head *h;
    struct buf items, shipments, text;
    struct know_write *w;
};

static int64_t hash_of(struct saving *s, const struct knowledge_order *o)
{
    buf_clear(&s->text);
    know_content_part(&s->text, o->email), know_content_part(&s->text, o->name), know_content_part(&s->text, o->status),
        know_content_part(&s->text, o->status_text);
    buf_printf(&s->text, "%s %lld ", currency_code(o->currency), (long long)o->total);
    know_content_part(&s->text, buf_terminated(&s->items)), know_content_part(&s->text, buf_terminated(&s->shipments));
    if (o->store_id && o->store_id[0]) know_content_part(&s->text, o->store_id);
    assert(!s->text.overflow && !s->items.overflow && !s->shipments.overflow);
    return know_content_hash(&s->text);
}

static bool save_one(struct saving *s, const struct knowledge_order *o, const struct known *before)
{
    char key[TOKEN_NUMBER_MAX + 1];
    const int64_t version = know_version(before->version, before->at_ms, s->w);
    if (s->w->version && version > s->w->version) {
        s->w->stale++;
        return true;
    }
    if (token_number(str_of(o->number), key) == 0) key[0] = '\0'; /* a number without any: found by itself alone */
    buf_clear(&s->items), buf_clear(&s->shipments);
    items_write(&s->items, o), shipments_write(&s->shipments, o);
    int64_t content = hash_of(s, o);
    bool same = before->there && before->content == content;
    if (same && s->w->version <= version) return true;
    if (!same) s->w->changed++;
    if (!before->there) s->h->orders++;
    struct query q = query(s->tx, &save);
    bind_i64(&q, s->h->account), bind_i64(&q, s->h->shop), bind_text(&q, o->number);
    bind_text(&q, key[0] ? key : o->number), bind_text(&q, o->email), bind_text(&q, o->name), bind_text(&q, o->status);
    bind_text(&q, o->status_text), bind_text(&q, currency_code(o->currency)), bind_i64(&q, o->total);
    bind_str(&q, buf_str(&s->items)), bind_str(&q, buf_str(&s->shipments)), bind_i64(&q, content);
    bind_i64(&q, s->w->now_ms), bind_i64(&q, s->w->version ? s->w->version : version);
    bind_text(&q, o->store_id ? o->store_id : "");
    return query_put(&q);
}

bool know_orders_save(struct tx *tx, struct knowledge_head *h, const struct knowledge_order *o, size_t n,
                      struct know_write *w)
{
    struct saving s = { .tx = tx, .h = h, .w = w };
    bool good = true;
    buf_init(&s.items, LIST_JSON_MAX), buf_init(&s.shipments, LIST_JSON_MAX), buf_init(&s.text, 3 * LIST_JSON_MAX);
    for (size_t i = 0; i < n && good; i += BATCH) {
        size_t some = n - i < BATCH ? n - i : BATCH;
        struct arena_mark m = arena_mark(tx_arena(tx));
        struct known *there = ARENA_ARRAY(tx_arena(tx), struct known, some);
        good = read_known(tx, h->shop, o + i, some, there);
        for (size_t k = 0; k < some && good; k++) good = save_one(&s, &o[i + k], &there[k]);
        arena_release(tx_arena(tx), m);
    }
    buf_free(&s.items), buf_free(&s.shipments), buf_free(&s.text);
    return good;
}

/* ---- reading ---- */

static void row_read(const struct query *q, struct arena *a, struct knowledge_order *o)
{
    const char *currency = col_text(q, "currency");
    *o = (struct knowledge_order){ .number = arena_text(a, col_text(q, "number")),
                                   .store_id = arena_text(a, col_text(q, "store_id")),
                                   .email = arena_text(a, col_text(q, "email")),
                                   .name = arena_text(a, col_text(q, "name")),
                                   .status = arena_text(a, col_text(q, "status")),
                                   .status_text = arena_text(a, col_text(q, "status_text")),
                                   .currency = currency_from_code(currency, strlen(currency)),
                                   .total = col_i64(q, "total") };
    items_read(a, col_text(q, "items"), o);
    shipments_read(a, col_text(q, "shipments"), o);
}

enum row know_orders_get(struct tx *tx, int64_t shop, struct str number, struct arena *a, struct knowledge_order *out)
{
    char key[TOKEN_NUMBER_MAX + 1];
    size_t n = 0;
    if (memchr(number.p ? number.p : "", '\0', number.n)) return ROW_NONE;
    if (token_number(number, key) == 0) key[0] = '\0';
    struct query q = query(tx, &by_key);
    bind_i64(&q, shop);
    if (key[0]) bind_text(&q, key);
    else bind_str(&q, number);
    enum row row;
    bool exact = false;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool same = str_eq(str_of(col_text(&q, "number")), number);
        n++;
        if (exact || (n > 1 && !same)) continue;
        row_read(&q, a, out);
        exact = same;
    }
    if (row == ROW_FAULT) return row;
    return n == 1 || exact ? ROW_FOUND : ROW_NONE;
}

enum row know_orders_by_store_id(struct tx *tx, int64_t shop, const char *store_id, struct arena *a,
                                 struct knowledge_order *out)
{
    struct query q = query(tx, &by_store_id);
    size_t n = 0;
    enum row row;
    bind_i64(&q, shop), bind_text(&q, store_id);
    while ((row = query_next(&q)) == ROW_FOUND)
        if (n++ == 0) row_read(&q, a, out);
    if (row == ROW_FAULT) return row;
    return n == 1 ? ROW_FOUND : ROW_NONE;
}

bool know_orders_of(struct tx *tx, int64_t shop, struct str email, size_t most, struct arena *a,
                    struct knowledge_order **out, size_t *n)
{
    struct query q = query(tx, &by_email);
    enum row row;
    *out = ARENA_ARRAY(a, struct knowledge_order, most);
    *n = 0;
    bind_i64(&q, shop), bind_str(&q, email), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) row_read(&q, a, &(*out)[(*n)++]);
    return row == ROW_NONE;
}

bool knowledge_order_emails(struct tx *tx, int64_t account, int64_t shop, struct str number, size_t most,
                            const char **out, size_t *count)
{
    char key[TOKEN_NUMBER_MAX + 1];
    struct query q = query(tx, &emails);
    enum row row;
    *count = 0;
    if (token_number(number, key) == 0) return true;
    bind_i64(&q, account), bind_i64(&q, shop), bind_text(&q, key), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = col_text(&q, "email");
    return row == ROW_NONE;
}
