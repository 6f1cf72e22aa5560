/* import.c: `bench bare_import URL SHOP PRODUCTS`: the SQL of a shop's files that are taken in, and nothing else. The
 * statements are the product's, in its order: a file's parts are put down; part by part, a transaction each, what is
 * known of its products is read, they are written beside the live rows and their words appended to the index; then all
 * are switched at once and the parts forgotten. The same files as chat.mjs sends, as rows, with all their words, are
 * made before the clock starts: nothing is read from JSON, cut, hashed or compared, no job is claimed, no head is kept.
 *
 * It goes through the storage's own queries and not through the engines' libraries, so that one text serves both, and
 * so that appends travel with the next statement on PostgreSQL as the product's do: pgbench would be slower there. */
#include "base/clock.h"
#include "base/json_write.h"
#include "bench.h"
#include "knowledge/private.h"
#include "storage/db_conn.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_PRODUCTS = 20000, PART_PRODUCTS = 100, BLOCK_PRODUCTS = 4096, ENTRY_SIGNS = 3 };
enum { WORDS_OF_PART = 1 << 13, TEXT_BYTES = 1 << 20, ROW_ARENA = 64 << 20, ALL_ARENA = 1 << 30 };
static const char *const nouns[] = { "kettle", "teapot", "cup",   "lamp", "chair",
                                     "table",  "rug",    "shelf", "bowl", "knife" };
static const char *const stuffs[] = { "copper", "steel",  "glass",  "oak",    "linen",
                                      "wool",   "marble", "bamboo", "cotton", "clay" };
static const char signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";

struct goods {
    const char *id, *title, *description;
    int64_t price;
    bool available;
};
struct piece { /* a part of a file: its rows, their ids as a list, their words by block, and the file's own text */
    struct goods row[PART_PRODUCTS];
    size_t count;
    const char *ids, *body, *words[2];
    int64_t block[2];
    size_t blocks;
};

static struct goods row_of(struct arena *a, int64_t shop, int64_t i)
{
    const char *title = arena_printf(a, "%s %s %lld", stuffs[i % 10], nouns[i / 10 % 10], (long long)i);
    return (struct goods){ .id = arena_printf(a, "p%lld", (long long)i),
                           .title = title,
                           .description = arena_printf(a, "A %s of %s, number %lld.", nouns[i % 7],
                                                       stuffs[(i + shop) % 10], (long long)i),
                           .price = 1000 + i % 9000,
                           .available = i % 13 != 0 };
}

/* ---- words ---- */

struct word {
    struct str text;
    struct buf docs;
};

static void add_word(struct word *word, size_t *count, struct arena *a, const struct token *t, int64_t doc)
{
    size_t i = 0;
    while (i < *count && !str_eq(word[i].text, t->text)) i++;
    if (i == WORDS_OF_PART) die("a part with more words than that");
    if (i == *count) {
        word[(*count)++] = (struct word){ .text = { arena_copy(a, t->text.p, t->text.n), t->text.n } };
        buf_init(&word[i].docs, PART_PRODUCTS * ENTRY_SIGNS + 1);
    }
    int64_t at = doc % BLOCK_PRODUCTS;
    const char entry[ENTRY_SIGNS] = { signs[at >> 6], signs[at & 63], signs[t->fields & 63] };
    buf_add(&word[i].docs, entry, ENTRY_SIGNS);
}

/* [[word, docs], …] of the rows from..to, as index.c writes it. */
static const char *words_of(struct arena *a, const struct goods *row, int64_t from, int64_t to, int64_t first)
{
    static struct word word[WORDS_OF_PART];
    size_t count = 0;
    struct arena *small = arena_new(ROW_ARENA);
    for (int64_t doc = from; doc < to; doc++) {
        struct tokens t;
        const struct goods *r = &row[doc - first];
        tokens_begin(&t, small, 256);
        tokens_add(&t, str_of(r->title), FIELD_TITLE, TOKENS_TRIGRAMS);
        tokens_add_number(&t, str_of(r->id), FIELD_NUMBER);
        tokens_add(&t, str_of(r->description), FIELD_BODY, 0);
        for (size_t i = 0; i < t.count; i++) add_word(word, &count, small, &t.token[i], doc);
    }
    struct buf text;
    struct json j;
    buf_init(&text, TEXT_BYTES);
    json_begin(&j, &text);
    json_array(&j, NULL);
    for (size_t i = 0; i < count; i++) {
        json_array(&j, NULL);
        json_str(&j, NULL, word[i].text), json_str(&j, NULL, buf_str(&word[i].docs));
        json_end(&j);
        buf_free(&word[i].docs);
    }
    json_end(&j);
    json_finish(&j);
    if (text.overflow) die("a part with longer words than that");
    const char *out = arena_text_n(a, text.p, text.n);
    buf_free(&text);
    arena_free(small);
    return out;
}

static void make_piece(struct arena *a, int64_t shop, int64_t first, int64_t to, struct piece *p)
{
    struct buf ids, body;
    int64_t edge = (first / BLOCK_PRODUCTS + 1) * BLOCK_PRODUCTS;
    buf_init(&ids, TEXT_BYTES), buf_init(&body, TEXT_BYTES);
    buf_text(&body, "{\"currency\":\"USD\",\"products\":[");
    for (int64_t i = first; i < to; i++) {
        struct goods *r = &p->row[p->count++];
        *r = row_of(a, shop, i);
        buf_printf(&ids, "%s\"%s\"", i == first ? "[" : ",", r->id);
        buf_printf(&body, "%s{\"id\":\"%s\",\"title\":\"%s\",\"description\":\"%s\",\"price\":%lld,\"available\":%s}",
                   i == first ? "" : ",", r->id, r->title, r->description, (long long)r->price,
                   r->available ? "true" : "false");
    }
    p->ids = arena_printf(a, "%s]", buf_terminated(&ids)), p->body = arena_printf(a, "%s]}", buf_terminated(&body));
    buf_free(&ids), buf_free(&body);
    int64_t end = to < edge ? to : edge;
    p->words[0] = words_of(a, p->row, first, end, first), p->block[0] = first / BLOCK_PRODUCTS, p->blocks = 1;
    if (to <= edge) return;
    p->words[1] = words_of(a, p->row, edge, to, first), p->block[1] = edge / BLOCK_PRODUCTS, p->blocks = 2;
}

/* ---- transactions ---- */

static struct {
    struct conn *conn;
    struct arena *arena;
    int64_t shop, now_ms;
    const struct stmt *plan_anew, *put_part, *get_part, *known, *stage, *append, *replaced, *take, *count, *forget,
        *unstage;
} side;

static struct tx *begin(void)
{
    arena_reset(side.arena);
    struct tx *tx = tx_begin(side.conn, TX_WRITE, side.arena);
    if (!tx) die("no transaction");
    if (tx_engine(tx) != DB_POSTGRES) return tx;
    struct query q = query(tx, side.plan_anew);
    if (query_row(&q) != ROW_FOUND) die("no plan");
    return tx;
}

static void end(struct tx *tx)
{
    if (tx_commit(tx) != TX_COMMITTED) die("the bare side failed");
}

static void must(bool good)
{
    if (!good) die("a statement of the bare side failed");
}

static void put_parts(int64_t intake, const struct piece *p, size_t n)
{
    struct tx *tx = begin();
    for (size_t i = 0; i < n; i++) {
        struct query q = query(tx, side.put_part);
        bind_i64(&q, intake), bind_i64(&q, (int64_t)i), bind_text(&q, p[i].body);
        must(query_put(&q));
    }
    end(tx);
}

static void write_piece(int64_t intake, int64_t part, const struct piece *p, int64_t doc)
{
    struct tx *tx = begin();
    struct query g = query(tx, side.get_part), k = query(tx, side.known);
    bind_i64(&g, intake), bind_i64(&g, part);
    must(query_row(&g) == ROW_FOUND);
    bind_i64(&k, side.shop), bind_text(&k, p->ids);
    must(query_next(&k) == ROW_NONE);
    for (size_t i = 0; i < p->count; i++) {
        const struct goods *r = &p->row[i];
        struct query q = query(tx, side.stage);
        bind_i64(&q, intake), bind_text(&q, r->id), bind_i64(&q, doc + (int64_t)i), bind_text(&q, r->title);
        bind_text(&q, r->description), bind_text(&q, NULL), bind_text(&q, NULL), bind_i64(&q, r->price);
        bind_bool(&q, r->available), bind_text(&q, "[]"), bind_i64(&q, doc), bind_i64(&q, doc);
        must(query_put(&q));
    }
    for (size_t i = 0; i < p->blocks; i++) {
        struct query q = query(tx, side.append);
        bind_i64(&q, side.shop), bind_i64(&q, INDEX_PRODUCTS), bind_i64(&q, p->block[i]), bind_text(&q, p->words[i]);
        must(query_put(&q));
    }
    end(tx);
}

static void switch_over(int64_t intake)
{
    struct tx *tx = begin();
    struct query r = query(tx, side.replaced), t = query(tx, side.take), c = query(tx, side.count);
    const struct stmt *const gone[] = { side.forget, side.unstage };
    bind_i64(&r, intake), bind_i64(&r, side.shop), bind_i64(&r, side.now_ms), bind_i64(&r, side.now_ms);
    must(query_row(&r) == ROW_FOUND);
    bind_i64(&t, intake), bind_i64(&t, side.shop), bind_i64(&t, side.shop), bind_i64(&t, side.now_ms), bind_i64(&t, 0);
    bind_i64(&t, side.now_ms), bind_i64(&t, side.now_ms);
    must(query_change(&t) >= 0);
    bind_i64(&c, side.shop);
    must(query_row(&c) == ROW_FOUND);
    for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
        struct query q = query(tx, gone[i]);
        bind_i64(&q, intake);
        must(query_change(&q) >= 0);
    }
    end(tx);
}

static void name_statements(void)
{
    side.plan_anew = stmt_of("knowledge/take_job.c", "plan_anew"),
    side.put_part = stmt_of("knowledge/intake.c", "put_part"),
    side.get_part = stmt_of("knowledge/intake.c", "get_part");
    side.known = stmt_of("knowledge/products.c", "known"), side.stage = stmt_of("knowledge/products.c", "stage");
    side.append = stmt_of("knowledge/index.c", "append"), side.replaced = stmt_of("knowledge/products.c", "replaced");
    side.take = stmt_of("knowledge/products.c", "take_staged");
    side.count = stmt_of("knowledge/products.c", "count_live");
    side.forget = stmt_of("knowledge/intake.c", "forget_parts");
    side.unstage = stmt_of("knowledge/intake.c", "forget_products");
}

int bare_import(const char *url, int64_t shop, int64_t products)
{
    char error[256];
    size_t all = (size_t)(products / PART_PRODUCTS);
    struct arena *a = arena_new(ALL_ARENA);
    struct piece *piece = calloc(all, sizeof *piece);
    if (!piece || products % FILE_PRODUCTS != 0) die("whole files of %d products", FILE_PRODUCTS);
    for (size_t i = 0; i < all; i++)
        make_piece(a, shop, (int64_t)i * PART_PRODUCTS, (int64_t)(i + 1) * PART_PRODUCTS, &piece[i]);
    struct db *db = db_open(&(struct db_options){ .url = url, .exclusive = true }, error, sizeof error);
    side.conn = db ? conn_open(db, TX_WRITE, error, sizeof error) : NULL;
    if (!side.conn) die("%s", error);
    side.arena = arena_new(ROW_ARENA), side.shop = shop, side.now_ms = now_ms();
    name_statements();
    double began = seconds_now();
    enum { PIECES = FILE_PRODUCTS / PART_PRODUCTS };
    for (size_t at = 0; at < all; at += PIECES) {
        int64_t intake = 1000000 + (int64_t)at;
        put_parts(intake, &piece[at], PIECES);
        for (size_t i = 0; i < PIECES; i++)
            write_piece(intake, (int64_t)i, &piece[at + i], (int64_t)(at + i) * PART_PRODUCTS);
        switch_over(intake);
    }
    double took = seconds_now() - began;
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.1f}\n", (long long)products, took, (double)products / took);
    conn_close(side.conn);
    db_close(db);
    arena_free(side.arena), arena_free(a);
    free(piece);
    return 0;
}
