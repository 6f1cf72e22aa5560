/* texts.c: the rows of questions with answers, documents and promotions. */
#include "knowledge/private.h"

enum { WORDS_MAX = 8192, REBUILD_BATCH = 50, CONTENT_MAX = 1 << 20 };

#define COLUMNS "id, kind, name, doc, title, body, url, product"
STMT(known,
     "SELECT doc, words, content, version, feed, updated_at_ms FROM knowledge_texts WHERE shop = ?1 AND kind = ?2"
     " AND name = ?3");
STMT(save, "INSERT INTO knowledge_texts (account, shop, kind, name, doc, title, body, url, product, words, content,"
           " updated_at_ms, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
           " ON CONFLICT (shop, kind, name) DO UPDATE SET doc = excluded.doc, title = excluded.title,"
           " body = excluded.body, url = excluded.url, product = excluded.product, words = excluded.words,"
           " content = excluded.content, updated_at_ms = excluded.updated_at_ms, version = excluded.version");
/* The same beside the live rows, until the switch. */
STMT(stage, "INSERT INTO knowledge_staged_texts (intake, kind, name, doc, title, body, url, product, words, content)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (intake, kind, name) DO NOTHING");
KNOW_REPLACED(replaced, "knowledge_staged_texts", "knowledge_texts", "k.kind = s.kind AND k.name = s.name");
STMT(added, "SELECT COUNT(*) AS n FROM knowledge_staged_texts s WHERE s.intake = ?1 AND s.doc >= 0"
            " AND (SELECT 1 FROM knowledge_texts t WHERE t.shop = ?2 AND t.kind = s.kind AND t.name = s.name) IS NULL");
STMT(take_staged,
     "INSERT INTO knowledge_texts (account, shop, kind, name, doc, title, body, url, product, words, content,"
     " updated_at_ms, feed) SELECT ?2, ?3, kind, name, doc, title, body, url, product, words, content, ?4, ?5"
     " FROM knowledge_staged_texts WHERE intake = ?1 AND doc >= 0 ON CONFLICT (shop, kind, name) DO UPDATE SET"
     " doc = excluded.doc, title = excluded.title, body = excluded.body, url = excluded.url,"
     " product = excluded.product, words = excluded.words, content = excluded.content,"
     " updated_at_ms = excluded.updated_at_ms,"
     " feed = CASE excluded.feed WHEN 0 THEN knowledge_texts.feed ELSE excluded.feed END"
     " WHERE knowledge_texts.updated_at_ms <= ?6 OR knowledge_texts.updated_at_ms > ?7",
     .postgres =
         "INSERT INTO knowledge_texts (account, shop, kind, name, doc, title, body, url, product, words, content,"
         " updated_at_ms, feed) SELECT CAST(?2 AS BIGINT), CAST(?3 AS BIGINT), kind, name, doc, title, body, url,"
         " product, words, content, CAST(?4 AS BIGINT), CAST(?5 AS BIGINT)"
         " FROM knowledge_staged_texts WHERE intake = ?1 AND doc >= 0 ON CONFLICT (shop, kind, name) DO UPDATE SET"
         " doc = excluded.doc, title = excluded.title, body = excluded.body, url = excluded.url,"
         " product = excluded.product, words = excluded.words, content = excluded.content,"
         " updated_at_ms = excluded.updated_at_ms,"
         " feed = CASE excluded.feed WHEN 0 THEN knowledge_texts.feed ELSE excluded.feed END"
         " WHERE knowledge_texts.updated_at_ms <= CAST(?6 AS BIGINT)"
         " OR knowledge_texts.updated_at_ms > CAST(?7 AS BIGINT)");
STMT(remove_unnamed, "DELETE FROM knowledge_texts WHERE shop = ?1 AND feed = ?2 AND (updated_at_ms <= ?4"
                     " OR updated_at_ms > ?5) AND (SELECT 1 FROM knowledge_staged_texts s WHERE s.intake = ?3"
                     " AND s.kind = knowledge_texts.kind AND s.name = knowledge_texts.name) IS NULL");
STMT(count_live, "SELECT COUNT(*) AS n FROM knowledge_texts WHERE shop = ?1");
STMT(count_kinds, "SELECT kind, COUNT(*) AS n FROM knowledge_texts WHERE shop = ?1 GROUP BY kind");
STMT(is_there, "SELECT 1 AS there FROM knowledge_texts WHERE shop = ?1 AND kind = ?2 AND name = ?3");
STMT(by_name, "SELECT " COLUMNS " FROM knowledge_texts WHERE shop = ?1 AND kind = ?2 AND name = ?3");
STMT(by_docs,
     "SELECT " COLUMNS " FROM knowledge_texts WHERE shop = ?1"
     " AND doc IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT " COLUMNS " FROM UNNEST(CAST(?2::text[] AS bigint[])) AS w(wanted) CROSS JOIN LATERAL"
                 " (SELECT " COLUMNS " FROM knowledge_texts WHERE shop = ?1 AND doc = w.wanted OFFSET 0) AS r");
STMT(by_product, "SELECT " COLUMNS " FROM knowledge_texts WHERE shop = ?1 AND product = ?2 ORDER BY id LIMIT ?3");
STMT(page,
     "SELECT " COLUMNS " FROM knowledge_texts WHERE shop = ?1 AND kind = ?2 AND doc < ?3 ORDER BY doc DESC LIMIT ?4");
STMT(from, "SELECT " COLUMNS " FROM knowledge_texts WHERE shop = ?1 AND doc >= ?2 AND doc < ?3 ORDER BY doc LIMIT ?4");
STMT(renumber, "UPDATE knowledge_texts SET doc = ?3 WHERE shop = ?1 AND doc = ?2");
STMT(drop, "DELETE FROM knowledge_texts WHERE shop = ?1 AND kind = ?2 AND name = ?3");

static void row_read(const struct query *q, struct arena *a, struct knowledge_text *t)
{
    *t = (struct knowledge_text){ .row = col_i64(q, "id"),
                                  .kind = (enum knowledge_kind)col_state(q, "kind", KNOWLEDGE_FAQ, KNOWLEDGE_PROMOTION),
                                  .id = arena_text(a, col_text(q, "name")),
                                  .title = arena_text(a, col_text(q, "title")),
                                  .text = arena_text(a, col_text(q, "body")),
                                  .url = arena_text(a, col_text(q, "url")),
                                  .product = arena_text(a, col_text(q, "product")) };
}

static void cut(struct tokens *t, struct arena *a, const struct knowledge_text *x)
{
    tokens_begin(t, a, WORDS_MAX);
    tokens_add(t, str_of(x->title), FIELD_TITLE, TOKENS_TRIGRAMS);
    tokens_add(t, str_of(x->text), FIELD_BODY, 0);
}

/* ---- saving ---- */

struct saving {
    struct tx *tx;
    struct knowledge_head *h;
    struct indexer *index;
    struct buf text;
    struct know_write *w;
};

/* doc -1: it is only named. */
static bool stage_row(struct saving *s, const struct knowledge_text *x, int64_t doc, int64_t words, int64_t content)
{
    struct query q = query(s->tx, &stage);
    bind_i64(&q, s->w->intake), bind_i64(&q, (int64_t)x->kind), bind_text(&q, x->id), bind_i64(&q, doc);
    bind_text(&q, doc < 0 ? "" : x->title), bind_text(&q, doc < 0 ? "" : x->text);
    bind_text(&q, doc < 0 ? NULL : x->url), bind_text(&q, doc < 0 ? NULL : x->product), bind_i64(&q, words),
        bind_i64(&q, content);
    return query_put(&q);
}

static bool save_one(struct saving *s, const struct knowledge_text *x)
{
    struct query q = query(s->tx, &known);
    bind_i64(&q, s->h->shop), bind_i64(&q, (int64_t)x->kind), bind_text(&q, x->id);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return false;
    int64_t version = 0;
    if (row == ROW_FOUND) version = know_version(col_i64(&q, "version"), col_i64(&q, "updated_at_ms"), s->w);
    if (s->w->version && version > s->w->version) {
        s->w->stale++;
        return true;
    }
    buf_clear(&s->text);
    know_content_part(&s->text, x->title), know_content_part(&s->text, x->text);
    int64_t words = know_content_hash(&s->text);
    know_content_part(&s->text, x->url), know_content_part(&s->text, x->product);
    int64_t content = know_content_hash(&s->text);
    assert(!s->text.overflow);
    bool same_words = row == ROW_FOUND && col_i64(&q, "words") == words;
    bool same = same_words && col_i64(&q, "content") == content;
    bool keeps = same && s->w->version <= version && (!s->w->feed || s->w->feed == col_i64(&q, "feed"));
    if (s->w->intake && (keeps || (row == ROW_FOUND && know_is_newer(col_i64(&q, "updated_at_ms"), s->w))))
        return stage_row(s, x, -1, 0, 0);
    if (keeps) return true;
    int64_t doc = same_words ? col_i64(&q, "doc") : s->h->next_text++;
    if (!same) s->w->changed++;
    if (row == ROW_NONE && !s->w->intake) s->h->texts++;
    else if (!same_words && !s->w->intake) s->h->stale_texts++;
    struct tokens t;
    if (!same_words) {
        cut(&t, tx_arena(s->tx), x);
        if (!know_index_doc(s->index, doc, &t)) return false;
    }
    if (s->w->intake) return stage_row(s, x, doc, words, content);
    struct query w = query(s->tx, &save);
    bind_i64(&w, s->h->account), bind_i64(&w, s->h->shop), bind_i64(&w, (int64_t)x->kind), bind_text(&w, x->id);
    bind_i64(&w, doc), bind_text(&w, x->title), bind_text(&w, x->text), bind_text(&w, x->url);
    bind_text(&w, x->product), bind_i64(&w, words), bind_i64(&w, content), bind_i64(&w, s->w->now_ms);
    bind_i64(&w, s->w->version ? s->w->version : version);
    return query_put(&w);
}

bool know_texts_save(struct tx *tx, struct knowledge_head *h, const struct knowledge_text *t, size_t n,
                     struct know_write *w)
{
    if (n == 0) return true;
    struct saving s = { .tx = tx, .h = h, .index = know_index_begin(tx, h->shop, INDEX_TEXTS), .w = w };
    bool good = true;
    buf_init(&s.text, CONTENT_MAX);
    for (size_t i = 0; i < n && good; i++) {
        struct arena_mark m = arena_mark(tx_arena(tx));
        good = save_one(&s, &t[i]);
        arena_release(tx_arena(tx), m);
    }
    good = know_index_end(s.index) && good;
    buf_free(&s.text);
    return good;
}

bool know_texts_count(struct tx *tx, int64_t shop, int64_t out[KNOWLEDGE_KIND_COUNT])
{
    struct query q = query(tx, &count_kinds);
    bind_i64(&q, shop);
    enum row row;
    for (size_t k = 0; k < KNOWLEDGE_KIND_COUNT; k++) out[k] = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t kind = col_i64(&q, "kind");
        if (kind >= 0 && kind < KNOWLEDGE_KIND_COUNT) out[kind] = col_i64(&q, "n");
    }
    return row == ROW_NONE;
}

bool know_texts_new(struct tx *tx, int64_t shop, int64_t intake, int64_t *out)
{
    struct query q = query(tx, &added);
    bind_i64(&q, intake), bind_i64(&q, shop);
    return know_counted(&q, out);
}

bool know_texts_switch(struct tx *tx, struct knowledge_head *h, struct know_switch *s)
{
    static const struct switch_rows rows = { &replaced, &take_staged, &remove_unnamed, &count_live };
    return know_switch(tx, &rows, h, s, &h->stale_texts, &h->texts);
}

enum row know_texts_remove(struct tx *tx, struct knowledge_head *h, enum knowledge_kind kind, const char *id)
{
    struct query q = query(tx, &drop);
    bind_i64(&q, h->shop), bind_i64(&q, (int64_t)kind), bind_text(&q, id);
    int64_t n = query_change(&q);
    if (n <= 0) return n < 0 ? ROW_FAULT : ROW_NONE;
    h->texts--, h->stale_texts++;
    return ROW_FOUND;
}

/* ---- reading ---- */

enum row know_texts_get(struct tx *tx, int64_t shop, enum knowledge_kind kind, const char *id, struct arena *a,
                        struct knowledge_text *out)
{
    struct query q = query(tx, &by_name);
    bind_i64(&q, shop), bind_i64(&q, (int64_t)kind), bind_text(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) row_read(&q, a, out);
    return row;
}

enum row knowledge_has(struct tx *tx, int64_t shop, enum knowledge_kind kind, const char *id)
{
    struct query q = query(tx, &is_there);
    bind_i64(&q, shop), bind_i64(&q, (int64_t)kind), bind_text(&q, id);
    return query_row(&q);
}

bool know_texts_of(struct tx *tx, const struct knowledge_head *h, const struct found *f, size_t n, struct arena *a,
                   struct knowledge_text *out, size_t *count)
{
    int64_t docs[SEARCH_FOUND_MAX];
    bool there[SEARCH_FOUND_MAX] = { false };
    struct knowledge_text *t = ARENA_ARRAY(a, struct knowledge_text, n + 1);
    *count = 0;
    if (n == 0) return true;
    for (size_t i = 0; i < n; i++) docs[i] = f[i].doc;
    struct query q = query(tx, &by_docs);
    bind_i64(&q, h->shop), bind_i64_list(&q, docs, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (f[i].doc == col_i64(&q, "doc")) {
                row_read(&q, a, &t[i]);
                t[i].score = f[i].score, there[i] = true;
            }
    for (size_t i = 0; i < n; i++)
        if (there[i]) out[(*count)++] = t[i];
    return row == ROW_NONE;
}

static bool read_all(struct query *q, struct arena *a, struct knowledge_text *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) row_read(q, a, &out[(*count)++]);
    return row == ROW_NONE;
}

bool know_texts_of_product(struct tx *tx, int64_t shop, const char *product, struct arena *a,
                           struct knowledge_text *out, size_t most, size_t *count)
{
    struct query q = query(tx, &by_product);
    bind_i64(&q, shop), bind_text(&q, product), bind_i64(&q, (int64_t)most);
    return read_all(&q, a, out, count);
}

bool know_texts_page(struct tx *tx, int64_t shop, enum knowledge_kind kind, int64_t after, size_t limit,
                     struct arena *a, struct knowledge_text *out, size_t *count, int64_t *next)
{
    struct query q = query(tx, &page);
    bind_i64(&q, shop), bind_i64(&q, (int64_t)kind), bind_i64(&q, after), bind_i64(&q, (int64_t)limit);
    enum row row;
    *count = 0, *next = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        row_read(&q, a, &out[(*count)++]);
        *next = *count == limit ? col_i64(&q, "doc") : 0;
    }
    return row == ROW_NONE;
}

/* ---- the index anew ---- */

static bool rebuild_some(struct tx *tx, struct knowledge_head *h, struct indexer *x, int64_t *next, int64_t to,
                         bool *more)
{
    struct arena *a = tx_arena(tx);
    struct knowledge_text one;
    struct tokens t;
    struct query q = query(tx, &from);
    bind_i64(&q, h->shop), bind_i64(&q, *next), bind_i64(&q, to), bind_i64(&q, REBUILD_BATCH);
    enum row row;
    *more = false;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t doc = col_i64(&q, "doc");
        *more = true, *next = doc + 1;
        row_read(&q, a, &one);
        cut(&t, a, &one);
        if (!know_index_doc(x, h->next_text, &t)) return false;
        struct query r = query(tx, &renumber);
        bind_i64(&r, h->shop), bind_i64(&r, doc), bind_i64(&r, h->next_text++);
        if (query_change(&r) != 1) return false;
    }
    return row == ROW_NONE;
}

bool know_texts_rebuild(struct tx *tx, struct knowledge_head *h)
{
    int64_t next = 0, to = h->next_text;
    bool more = true, good = know_index_erase(tx, h->shop, INDEX_TEXTS);
    struct indexer *x = know_index_begin(tx, h->shop, INDEX_TEXTS);
    while (good && more) {
        struct arena_mark m = arena_mark(tx_arena(tx));
        good = rebuild_some(tx, h, x, &next, to, &more);
        arena_release(tx_arena(tx), m);
    }
    good = know_index_end(x) && good;
    h->stale_texts = 0;
    return good;
}
