/* index.c: which products and texts a token stands in. A row of knowledge_postings is a token's numbers of one block of
 * 4096; a number is three signs of 64: twelve bits within the block, six for the fields it stands in. So both engines
 * append by `||`, one B-tree look-up is all that a search asks, how common a token is is known before its list is read,
 * and what is found is the same on both.
 *
 * Rejected: the engines' own full-text indexes. GIN reads and fetches all rows of a common word (50 ms at 50,000), and
 * knows no bound but to leave out at random; FTS5 can stop early, but does not know which word is rare; and a row of
 * either is rewritten with all its words. A table of (token, product) pairs: ten times the rows, and 500 inserts a
 * product. */
#include "knowledge/private.h"

#include "base/json_write.h"

enum {
    BLOCK_DOCS = INDEX_BLOCK,
    ENTRY = INDEX_ENTRY,
    FIRST_ROOM = 4,
    INDEXER_BYTES = 512 << 20,
    FLUSH_BYTES = 48 << 20
};
enum { SLOTS_FIRST = 1 << 12, PUT_BYTES = 256 << 10, PUT_MAX_BYTES = PUT_BYTES + (64 << 10) };

STMT(append,
     "INSERT INTO knowledge_postings (shop, kind, token, block, n, docs) SELECT ?1, ?2, value ->> 0, ?3,"
     " LENGTH(value ->> 1) / 3, value ->> 1 FROM json_each(?4) WHERE 1 ON CONFLICT (shop, kind, token, block)"
     " DO UPDATE SET n = knowledge_postings.n + excluded.n, docs = knowledge_postings.docs || excluded.docs",
     .postgres =
         "INSERT INTO knowledge_postings (shop, kind, token, block, n, docs) SELECT CAST(?1 AS BIGINT),"
         " CAST(?2 AS BIGINT), e.value ->> 0, CAST(?3 AS BIGINT), LENGTH(e.value ->> 1) / 3, e.value ->> 1"
         " FROM json_array_elements(CAST(CAST(?4 AS TEXT) AS json)) AS e(value)"
         " ON CONFLICT (shop, kind, token, block)"
         " DO UPDATE SET n = knowledge_postings.n + excluded.n, docs = knowledge_postings.docs || excluded.docs");
STMT(erase, "DELETE FROM knowledge_postings WHERE shop = ?1 AND kind = ?2");
STMT(verify_posting, "SELECT docs FROM knowledge_postings WHERE shop = ?1 AND kind = ?2 AND token = ?3 AND block = ?4");

struct list {
    struct str token;
    char *p;
    uint32_t n, cap, hash;
};
struct indexer {
    struct tx *tx;
    struct arena *arena; /* its own: lists of a block are dropped at once */
    int64_t shop, block;
    enum index_kind kind;
    struct list *list;
    size_t count, cap, bytes;
    uint32_t *slot;
    size_t slots;
    bool failed;
};

static void start_block(struct indexer *x)
{
    arena_reset(x->arena);
    x->count = x->bytes = 0;
    x->cap = SLOTS_FIRST / 2, x->slots = SLOTS_FIRST;
    x->list = ARENA_ARRAY(x->arena, struct list, x->cap);
    x->slot = ARENA_ARRAY(x->arena, uint32_t, x->slots);
}

struct indexer *know_index_begin(struct tx *tx, int64_t shop, enum index_kind kind)
{
    struct indexer *x = ARENA_NEW(tx_arena(tx), struct indexer);
    *x = (struct indexer){ .tx = tx, .arena = arena_new(INDEXER_BYTES), .shop = shop, .block = -1, .kind = kind };
    start_block(x);
    return x;
}

static void grow(struct indexer *x)
{
    struct list *list = ARENA_ARRAY(x->arena, struct list, x->cap * 2);
    memcpy(list, x->list, x->count * sizeof *list);
    x->list = list, x->cap *= 2, x->slots *= 2;
    x->slot = ARENA_ARRAY(x->arena, uint32_t, x->slots);
    for (size_t k = 0; k < x->count; k++) {
        size_t i = x->list[k].hash & (x->slots - 1);
        while (x->slot[i]) i = (i + 1) & (x->slots - 1);
        x->slot[i] = (uint32_t)k + 1;
    }
}

static struct list *list_of(struct indexer *x, struct str token)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < token.n; i++) h = (h ^ (uint8_t)token.p[i]) * 16777619U;
    if (x->count == x->cap) grow(x);
    size_t i = h & (x->slots - 1);
    for (; x->slot[i]; i = (i + 1) & (x->slots - 1))
        if (x->list[x->slot[i] - 1].hash == h && str_eq(x->list[x->slot[i] - 1].token, token))
            return &x->list[x->slot[i] - 1];
    struct list *l = &x->list[x->count++];
    *l = (struct list){ .token = { arena_copy(x->arena, token.p, token.n), token.n },
                        .p = arena_alloc(x->arena, (size_t)FIRST_ROOM * ENTRY),
                        .cap = FIRST_ROOM,
                        .hash = h };
    x->slot[i] = (uint32_t)x->count;
    x->bytes += sizeof *l + token.n + (size_t)FIRST_ROOM * ENTRY;
    return l;
}

static const char signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";

static void add_entry(struct indexer *x, struct list *l, unsigned offset, unsigned fields)
{
    if (l->n == l->cap) {
        char *p = arena_alloc(x->arena, (size_t)l->cap * 2 * ENTRY);
        memcpy(p, l->p, (size_t)l->n * ENTRY);
        l->p = p, l->cap *= 2;
        x->bytes += (size_t)l->cap * ENTRY;
    }
    char *to = l->p + (size_t)l->n++ * ENTRY;
    to[0] = signs[offset >> 6], to[1] = signs[offset & 63], to[2] = signs[fields & 63];
}

static bool put(struct indexer *x, struct buf *text)
{
    struct query q = query(x->tx, &append);
    bind_i64(&q, x->shop), bind_i64(&q, (int64_t)x->kind), bind_i64(&q, x->block), bind_str(&q, buf_str(text));
    return query_put(&q);
}

static bool flush(struct indexer *x)
{
    struct buf text;
    struct json j;
    bool good = true;
    if (x->count == 0) return true;
    buf_init(&text, PUT_MAX_BYTES);
    for (size_t i = 0; i < x->count && good;) {
        buf_clear(&text);
        json_begin(&j, &text);
        json_array(&j, NULL);
        for (; i < x->count && text.n < PUT_BYTES; i++) {
            json_array(&j, NULL);
            json_str(&j, NULL, x->list[i].token);
            json_str(&j, NULL, (struct str){ x->list[i].p, (size_t)x->list[i].n * ENTRY });
            json_end(&j);
        }
        json_end(&j);
        json_finish(&j);
        assert(!text.overflow);
        good = put(x, &text);
    }
    buf_free(&text);
    start_block(x);
    return good;
}

bool know_index_doc(struct indexer *x, int64_t doc, const struct tokens *t)
{
    int64_t block = doc / BLOCK_DOCS;
    if (x->failed) return false;
    if ((block != x->block || x->bytes > FLUSH_BYTES) && !flush(x)) {
        x->failed = true;
        return false;
    }
    x->block = block;
    for (size_t i = 0; i < t->count; i++)
        add_entry(x, list_of(x, t->token[i].text), (unsigned)(doc % BLOCK_DOCS), t->token[i].fields);
    return true;
}

bool know_index_end(struct indexer *x)
{
    bool good = !x->failed && flush(x);
    arena_free(x->arena);
    return good;
}

bool know_index_holds(struct tx *tx, int64_t shop, enum index_kind kind, struct str token, int64_t doc, bool *out)
{
    unsigned offset = (unsigned)(doc % BLOCK_DOCS);
    struct query q = query(tx, &verify_posting);
    bind_i64(&q, shop), bind_i64(&q, (int64_t)kind), bind_str(&q, token), bind_i64(&q, doc / BLOCK_DOCS);
    enum row row = query_row(&q);
    struct str docs = row == ROW_FOUND ? col_str(&q, "docs") : STR("");
    *out = false;
    for (size_t i = 0; i + ENTRY <= docs.n && !*out; i += ENTRY)
        *out = docs.p[i] == signs[offset >> 6] && docs.p[i + 1] == signs[offset & 63];
    return row != ROW_FAULT;
}

bool know_index_erase(struct tx *tx, int64_t shop, enum index_kind kind)
{
    struct query q = query(tx, &erase);
    bind_i64(&q, shop), bind_i64(&q, (int64_t)kind);
    return query_change(&q) >= 0;
}
