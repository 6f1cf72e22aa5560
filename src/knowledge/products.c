/* products.c: the rows of products. Variants stand in the row as JSON: nobody asks for one without its product. */
#include "knowledge/private.h"

#include "base/json_read.h"
#include "base/json_write.h"
#include "knowledge/readers.h"

enum { BATCH = 100, VARIANTS_JSON_MAX = 1 << 20, WORDS_MAX = 4096, REBUILD_BATCH = 100, CONTENT_MAX = 2 << 20 };

STMT(known,
     "SELECT product, doc, words, content, version, feed, updated_at_ms FROM knowledge_products WHERE shop = ?1"
     " AND product IN (SELECT value FROM json_each(?2))",
     .postgres = "SELECT product, doc, words, content, version, feed, updated_at_ms FROM (SELECT DISTINCT"
                 " json_array_elements_text(CAST(CAST(?2 AS TEXT) AS json)) AS wanted) AS w CROSS JOIN LATERAL"
                 " (SELECT product, doc, words, content, version, feed, updated_at_ms FROM knowledge_products WHERE "
                 "shop = ?1 AND product = w.wanted OFFSET 0) AS r");
STMT(save, "INSERT INTO knowledge_products (account, shop, product, doc, title, description, url, image, price,"
           " available, variants, words, content, updated_at_ms, version)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
           " ON CONFLICT (shop, product) DO UPDATE SET doc = excluded.doc, title = excluded.title,"
           " description = excluded.description, url = excluded.url, image = excluded.image, price = excluded.price,"
           " available = excluded.available, variants = excluded.variants, words = excluded.words,"
           " content = excluded.content, updated_at_ms = excluded.updated_at_ms, version = excluded.version");
STMT(drop,
     "DELETE FROM knowledge_products WHERE shop = ?1 AND product = ?2 AND (?3 = 0 OR version <= ?3"
     " OR updated_at_ms > ?4)",
     .postgres = "DELETE FROM knowledge_products WHERE shop = ?1 AND product = ?2"
                 " AND (CAST(?3 AS BIGINT) = 0 OR version <= ?3 OR updated_at_ms > ?4)");
/* The same beside the live rows, until the switch. */
STMT(stage, "INSERT INTO knowledge_staged_products (intake, product, doc, title, description, url, image, price,"
            " available, variants, words, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
            " ON CONFLICT (intake, product) DO NOTHING");
KNOW_REPLACED(replaced, "knowledge_staged_products", "knowledge_products", "k.product = s.product");
STMT(added, "SELECT COUNT(*) AS n FROM knowledge_staged_products s WHERE s.intake = ?1 AND s.doc >= 0"
            " AND (SELECT 1 FROM knowledge_products p WHERE p.shop = ?2 AND p.product = s.product) IS NULL");
STMT(
    take_staged,
    "INSERT INTO knowledge_products (account, shop, product, doc, title, description, url, image, price, available,"
    " variants, words, content, updated_at_ms, feed) SELECT ?2, ?3, product, doc, title, description, url, image,"
    " price, available, variants, words, content, ?4, ?5 FROM knowledge_staged_products WHERE intake = ?1 AND doc >= 0"
    " ON CONFLICT (shop, product) DO UPDATE SET doc = excluded.doc, title = excluded.title,"
    " description = excluded.description, url = excluded.url, image = excluded.image, price = excluded.price,"
    " available = excluded.available, variants = excluded.variants, words = excluded.words,"
    " content = excluded.content, updated_at_ms = excluded.updated_at_ms,"
    " feed = CASE excluded.feed WHEN 0 THEN knowledge_products.feed ELSE excluded.feed END"
    " WHERE knowledge_products.updated_at_ms <= ?6 OR knowledge_products.updated_at_ms > ?7",
    .postgres =
        "INSERT INTO knowledge_products (account, shop, product, doc, title, description, url, image, price, available,"
        " variants, words, content, updated_at_ms, feed) SELECT CAST(?2 AS BIGINT), CAST(?3 AS BIGINT), product, doc,"
        " title, description, url, image, price, available, variants, words, content, CAST(?4 AS BIGINT),"
        " CAST(?5 AS BIGINT) FROM knowledge_staged_products WHERE intake = ?1 AND doc >= 0"
        " ON CONFLICT (shop, product) DO UPDATE SET doc = excluded.doc, title = excluded.title,"
        " description = excluded.description, url = excluded.url, image = excluded.image, price = excluded.price,"
        " available = excluded.available, variants = excluded.variants, words = excluded.words,"
        " content = excluded.content, updated_at_ms = excluded.updated_at_ms,"
        " feed = CASE excluded.feed WHEN 0 THEN knowledge_products.feed ELSE excluded.feed END"
        " WHERE knowledge_products.updated_at_ms <= CAST(?6 AS BIGINT)"
        " OR knowledge_products.updated_at_ms > CAST(?7 AS BIGINT)");
STMT(unnamed, "SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN (SELECT 1 FROM knowledge_staged_products s"
              " WHERE s.intake = ?3 AND s.product = p.product) IS NULL THEN 1 ELSE 0 END), 0) AS gone"
              " FROM knowledge_products p WHERE p.shop = ?1 AND p.feed = ?2");
STMT(remove_unnamed, "DELETE FROM knowledge_products WHERE shop = ?1 AND feed = ?2 AND (updated_at_ms <= ?4"
                     " OR updated_at_ms > ?5) AND (SELECT 1 FROM knowledge_staged_products s WHERE s.intake = ?3"
                     " AND s.product = knowledge_products.product) IS NULL");
STMT(count_live, "SELECT COUNT(*) AS n FROM knowledge_products WHERE shop = ?1");
#define COLUMNS "id, product, doc, title, description, url, image, price, available, variants"
STMT(by_id, "SELECT " COLUMNS " FROM knowledge_products WHERE shop = ?1 AND product = ?2");
STMT(by_docs,
     "SELECT " COLUMNS " FROM knowledge_products WHERE shop = ?1"
     " AND doc IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT " COLUMNS " FROM UNNEST(CAST(?2::text[] AS bigint[])) AS w(wanted) CROSS JOIN LATERAL"
                 " (SELECT " COLUMNS " FROM knowledge_products WHERE shop = ?1 AND doc = w.wanted OFFSET 0) AS r");
/* By their number in the index: the newest words first, and a page begins where the last one ended. */
STMT(page, "SELECT " COLUMNS " FROM knowledge_products WHERE shop = ?1 AND doc < ?2 ORDER BY doc DESC LIMIT ?3");
STMT(from,
     "SELECT " COLUMNS " FROM knowledge_products WHERE shop = ?1 AND doc >= ?2 AND doc < ?3 ORDER BY doc LIMIT ?4");
STMT(renumber, "UPDATE knowledge_products SET doc = ?3 WHERE shop = ?1 AND doc = ?2");

/* ---- variants ---- */

static void variants_write(struct buf *out, const struct knowledge_product *p)
{
    struct json j;
    json_begin(&j, out);
    json_array(&j, NULL);
    for (size_t i = 0; i < p->variants; i++) {
        const struct knowledge_variant *v = &p->variant[i];
        json_object(&j, NULL);
        json_text(&j, "id", v->id);
        if (v->sku) json_text(&j, "sku", v->sku);
        if (v->priced) json_i64(&j, "price", v->price);
        else if (v->waits) json_text(&j, "waits", v->waits);
        json_bool(&j, "available", v->available);
        json_array(&j, "options"); /* a list keeps their order */
        for (size_t k = 0; k < v->options; k++) {
            json_text(&j, NULL, v->option[k].name);
            json_text(&j, NULL, v->option[k].value);
        }
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
}

static const char *member(struct arena *a, const json_t *o, const char *key)
{
    struct str s;
    return json_get_str(o, key, &s) ? arena_text_n(a, s.p, s.n) : NULL;
}

/* What waited for the shop's currency is a price from when that is known; what is none in it stays untold. */
static bool price_read(const struct knowledge_head *h, struct knowledge_variant *v)
{
    enum currency told;
    return v->waits && h->currency != CURRENCY_NONE &&
           !know_price_read(str_of(v->waits), h->currency, &v->price, &told);
}

static void variant_read(struct arena *a, const struct knowledge_head *h, const json_t *o, struct knowledge_variant *v)
{
    const json_t *options = json_object_get(o, "options");
    size_t n = json_array_size(options) / 2;
    struct knowledge_option *option = ARENA_ARRAY(a, struct knowledge_option, n + 1);
    for (size_t i = 0; i < n; i++)
        option[i] = (struct knowledge_option){ arena_text(a, json_string_value(json_array_get(options, 2 * i))),
                                               arena_text(a, json_string_value(json_array_get(options, 2 * i + 1))) };
    *v = (struct knowledge_variant){
        .id = member(a, o, "id"), .sku = member(a, o, "sku"), .option = option, .options = n
    };
    v->waits = member(a, o, "waits");
    v->priced = json_get_i64(o, "price", &v->price) || price_read(h, v);
    if (!json_get_bool(o, "available", &v->available)) v->available = false;
}

static void variants_read(struct arena *a, const struct knowledge_head *h, const char *text,
                          struct knowledge_product *p)
{
    json_t *list = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    size_t n = json_array_size(list);
    struct knowledge_variant *v = ARENA_ARRAY(a, struct knowledge_variant, n + 1);
    for (size_t i = 0; i < n; i++) variant_read(a, h, json_array_get(list, i), &v[i]);
    p->variant = v, p->variants = n;
    json_decref(list);
}

static void row_read(const struct query *q, const struct knowledge_head *h, struct arena *a,
                     struct knowledge_product *p)
{
    *p = (struct knowledge_product){ .row = col_i64(q, "id"),
                                     .id = arena_text(a, col_text(q, "product")),
                                     .title = arena_text(a, col_text(q, "title")),
                                     .description = arena_text(a, col_text(q, "description")),
                                     .url = arena_text(a, col_text(q, "url")),
                                     .image = arena_text(a, col_text(q, "image")),
                                     .priced = !col_is_null(q, "price"),
                                     .price = col_i64(q, "price"),
                                     .available = col_bool(q, "available"),
                                     .currency = h->currency };
    variants_read(a, h, col_text(q, "variants"), p);
}

/* ---- what is indexed ---- */

static void cut(struct tokens *t, struct arena *a, const struct knowledge_product *p)
{
    tokens_begin(t, a, WORDS_MAX);
    tokens_add(t, str_of(p->title), FIELD_TITLE, TOKENS_TRIGRAMS);
    tokens_add_number(t, str_of(p->id), FIELD_NUMBER);
    for (size_t i = 0; i < p->variants; i++) {
        const struct knowledge_variant *v = &p->variant[i];
        tokens_add_number(t, str_of(v->id), FIELD_NUMBER);
        if (v->sku) tokens_add_number(t, str_of(v->sku), FIELD_NUMBER);
        for (size_t k = 0; k < v->options; k++) {
            tokens_add(t, str_of(v->option[k].name), FIELD_OPTION, 0);
            tokens_add(t, str_of(v->option[k].value), FIELD_OPTION, TOKENS_TRIGRAMS);
        }
    }
    tokens_add(t, str_of(p->description), FIELD_BODY, 0);
}

static int64_t words_hash(struct buf *b, const struct knowledge_product *p)
{
    buf_clear(b);
    know_content_part(b, p->title), know_content_part(b, p->description);
    for (size_t i = 0; i < p->variants; i++) {
        know_content_part(b, p->variant[i].id), know_content_part(b, p->variant[i].sku);
        for (size_t k = 0; k < p->variant[i].options; k++)
            know_content_part(b, p->variant[i].option[k].name), know_content_part(b, p->variant[i].option[k].value);
    }
    return know_content_hash(b);
}

static int64_t whole_hash(struct buf *b, const struct knowledge_product *p, struct str variants)
{
    buf_clear(b);
    know_content_part(b, p->title), know_content_part(b, p->description), know_content_part(b, p->url),
        know_content_part(b, p->image);
    buf_printf(b, "%d %lld %d ", p->priced, (long long)p->price, p->available);
    buf_add(b, variants.p, variants.n);
    return know_content_hash(b);
}

/* ---- saving ---- */

struct known {
    bool there;
    int64_t doc, words, content, version, feed, at_ms;
};

static bool read_known(struct tx *tx, const struct knowledge_head *h, const struct knowledge_product *p, size_t n,
                       struct known *out)
{
    struct json j;
    struct buf ids;
    buf_init(&ids, (size_t)BATCH * (KNOWLEDGE_ID_MAX * 6 + 4) + 16);
    json_begin(&j, &ids);
    json_array(&j, NULL);
    for (size_t i = 0; i < n; i++) json_text(&j, NULL, p[i].id);
    json_end(&j);
    json_finish(&j);
    struct query q = query(tx, &known);
    bind_i64(&q, h->shop), bind_str(&q, buf_str(&ids));
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (text_eq(p[i].id, col_text(&q, "product")))
                out[i] = (struct known){ true,
                                         col_i64(&q, "doc"),
                                         col_i64(&q, "words"),
                                         col_i64(&q, "content"),
                                         col_i64(&q, "version"),
                                         col_i64(&q, "feed"),
                                         col_i64(&q, "updated_at_ms") };
    buf_free(&ids);
    return row == ROW_NONE;
}

struct saving {
    struct tx *tx;
    struct knowledge_head *h;
    struct indexer *index;
    struct buf text, variants;
    struct know_write *w;
};

static bool stage_row(struct saving *s, const struct knowledge_product *p, const struct known *k)
{
    bool named_only = k->doc < 0;
    struct query q = query(s->tx, &stage);
    bind_i64(&q, s->w->intake), bind_text(&q, p->id), bind_i64(&q, k->doc);
    bind_text(&q, named_only ? "" : p->title), bind_text(&q, named_only ? "" : p->description);
    bind_text(&q, named_only ? NULL : p->url), bind_text(&q, named_only ? NULL : p->image);
    if (p->priced && !named_only) bind_i64(&q, p->price);
    else bind_null(&q);
    bind_bool(&q, p->available), bind_str(&q, named_only ? STR("[]") : buf_str(&s->variants));
    bind_i64(&q, k->words), bind_i64(&q, k->content);
    return query_put(&q);
}

static bool write_row(struct saving *s, const struct knowledge_product *p, const struct known *k)
{
    if (s->w->intake) return stage_row(s, p, k);
    struct query q = query(s->tx, &save);
    bind_i64(&q, s->h->account), bind_i64(&q, s->h->shop), bind_text(&q, p->id), bind_i64(&q, k->doc);
    bind_text(&q, p->title), bind_text(&q, p->description), bind_text(&q, p->url), bind_text(&q, p->image);
    if (p->priced) bind_i64(&q, p->price);
    else bind_null(&q);
    bind_bool(&q, p->available), bind_str(&q, buf_str(&s->variants)), bind_i64(&q, k->words);
    bind_i64(&q, k->content), bind_i64(&q, s->w->now_ms), bind_i64(&q, s->w->version ? s->w->version : k->version);
    return query_put(&q);
}

static bool save_one(struct saving *s, const struct knowledge_product *p, const struct known *before)
{
    struct arena *a = tx_arena(s->tx);
    struct known k = *before;
    k.version = know_version(before->version, before->at_ms, s->w);
    if (s->w->version && k.version > s->w->version) {
        s->w->stale++;
        return true;
    }
    buf_clear(&s->variants);
    variants_write(&s->variants, p);
    k.words = words_hash(&s->text, p), k.content = whole_hash(&s->text, p, buf_str(&s->variants));
    assert(!s->text.overflow && !s->variants.overflow);
    bool same = before->there && k.words == before->words && k.content == before->content;
    bool keeps = same && s->w->version <= k.version && (!s->w->feed || s->w->feed == before->feed);
    if (s->w->intake && (keeps || (before->there && know_is_newer(before->at_ms, s->w))))
        return stage_row(s, p, &(struct known){ .doc = -1 });
    if (keeps) return true;
    if (!same) s->w->changed++;
    if (!s->w->intake) { /* else counted when it is switched */
        if (!before->there) s->h->products++;
        else if (k.words != before->words) s->h->stale_products++;
    }
    if (before->there && k.words == before->words) return write_row(s, p, &k);
    k.doc = s->h->next_product++;
    struct tokens t;
    cut(&t, a, p);
    return know_index_doc(s->index, k.doc, &t) && write_row(s, p, &k);
}

static bool save_batch(struct saving *s, const struct knowledge_product *p, size_t n)
{
    struct arena *a = tx_arena(s->tx);
    struct arena_mark m = arena_mark(a);
    struct known *known_rows = ARENA_ARRAY(a, struct known, n);
    bool good = read_known(s->tx, s->h, p, n, known_rows);
    for (size_t i = 0; i < n && good; i++) {
        struct arena_mark each = arena_mark(a);
        good = save_one(s, &p[i], &known_rows[i]);
        arena_release(a, each);
    }
    arena_release(a, m);
    return good;
}

bool know_products_save(struct tx *tx, struct knowledge_head *h, const struct knowledge_product *p, size_t n,
                        struct know_write *w)
{
    if (n == 0) return true;
    struct saving s = { .tx = tx, .h = h, .index = know_index_begin(tx, h->shop, INDEX_PRODUCTS), .w = w };
    bool good = true;
    buf_init(&s.text, CONTENT_MAX);
    buf_init(&s.variants, VARIANTS_JSON_MAX);
    for (size_t i = 0; i < n && good; i += BATCH) good = save_batch(&s, p + i, n - i < BATCH ? n - i : BATCH);
    good = know_index_end(s.index) && good;
    buf_free(&s.text);
    buf_free(&s.variants);
    return good;
}

/* ---- the switch ---- */

bool know_products_new(struct tx *tx, int64_t shop, int64_t intake, int64_t *out)
{
    struct query q = query(tx, &added);
    bind_i64(&q, intake), bind_i64(&q, shop);
    return know_counted(&q, out);
}

bool know_products_unnamed(struct tx *tx, int64_t shop, const struct know_switch *s, int64_t *none, int64_t *all)
{
    struct query q = query(tx, &unnamed);
    bind_i64(&q, shop), bind_i64(&q, s->feed), bind_i64(&q, s->intake);
    if (!know_counted(&q, all)) return false;
    *none = col_i64(&q, "gone");
    return true;
}

bool know_products_switch(struct tx *tx, struct knowledge_head *h, struct know_switch *s)
{
    static const struct switch_rows rows = { &replaced, &take_staged, &remove_unnamed, &count_live };
    return know_switch(tx, &rows, h, s, &h->stale_products, &h->products);
}

enum row know_products_remove(struct tx *tx, struct knowledge_head *h, const char *id, struct know_write *w)
{
    struct query q = query(tx, &drop);
    bind_i64(&q, h->shop), bind_text(&q, id), bind_i64(&q, w->version);
    bind_i64(&q, w->now_ms + CLOCK_WITNESS_MS);
    int64_t n = query_change(&q);
    if (n <= 0) return n < 0 ? ROW_FAULT : ROW_NONE;
    h->products--, h->stale_products++, w->changed++;
    return ROW_FOUND;
}

/* ---- reading ---- */

enum row know_products_get(struct tx *tx, const struct knowledge_head *h, const char *id, struct arena *a,
                           struct knowledge_product *out)
{
    struct query q = query(tx, &by_id);
    bind_i64(&q, h->shop), bind_text(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) row_read(&q, h, a, out);
    return row;
}

bool know_products_of(struct tx *tx, const struct knowledge_head *h, const struct found *f, size_t n, struct arena *a,
                      struct knowledge_product *out, size_t *count)
{
    int64_t docs[SEARCH_FOUND_MAX];
    bool there[SEARCH_FOUND_MAX] = { false };
    struct knowledge_product *p = ARENA_ARRAY(a, struct knowledge_product, n + 1);
    *count = 0;
    if (n == 0) return true;
    for (size_t i = 0; i < n; i++) docs[i] = f[i].doc;
    struct query q = query(tx, &by_docs);
    bind_i64(&q, h->shop), bind_i64_list(&q, docs, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (f[i].doc == col_i64(&q, "doc")) {
                row_read(&q, h, a, &p[i]);
                p[i].score = f[i].score, there[i] = true;
            }
    for (size_t i = 0; i < n; i++)
        if (there[i]) out[(*count)++] = p[i];
    return row == ROW_NONE;
}

bool know_products_page(struct tx *tx, const struct knowledge_head *h, int64_t after, size_t limit, struct arena *a,
                        struct knowledge_product *out, size_t *count, int64_t *next)
{
    struct query q = query(tx, &page);
    bind_i64(&q, h->shop), bind_i64(&q, after), bind_i64(&q, (int64_t)limit);
    enum row row;
    *count = 0, *next = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        row_read(&q, h, a, &out[(*count)++]);
        *next = *count == limit ? col_i64(&q, "doc") : 0;
    }
    return row == ROW_NONE;
}

/* ---- the index anew ---- */

struct place {
    int64_t from, to;
};

static bool rebuild_some(struct tx *tx, struct knowledge_head *h, struct indexer *x, struct place *p, bool *more)
{
    struct arena *a = tx_arena(tx);
    struct knowledge_product one;
    struct tokens t;
    struct query q = query(tx, &from);
    bind_i64(&q, h->shop), bind_i64(&q, p->from), bind_i64(&q, p->to), bind_i64(&q, REBUILD_BATCH);
    enum row row;
    *more = false;
    while ((row = query_next(&q)) == ROW_FOUND) {
        *more = true;
        int64_t doc = col_i64(&q, "doc");
        p->from = doc + 1;
        row_read(&q, h, a, &one);
        cut(&t, a, &one);
        if (!know_index_doc(x, h->next_product, &t)) return false;
        struct query r = query(tx, &renumber);
        bind_i64(&r, h->shop), bind_i64(&r, doc), bind_i64(&r, h->next_product++);
        if (query_change(&r) != 1) return false;
    }
    return row == ROW_NONE;
}

bool know_products_rebuild(struct tx *tx, struct knowledge_head *h)
{
    struct place p = { 0, h->next_product };
    bool more = true, good = know_index_erase(tx, h->shop, INDEX_PRODUCTS);
    struct indexer *x = know_index_begin(tx, h->shop, INDEX_PRODUCTS);
    while (good && more) {
        struct arena_mark m = arena_mark(tx_arena(tx));
        good = rebuild_some(tx, h, x, &p, &more);
        arena_release(tx_arena(tx), m);
    }
    good = know_index_end(x) && good;
    h->stale_products = 0;
    return good;
}
