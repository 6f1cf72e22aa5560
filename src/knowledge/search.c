/* search.c: the products or texts that fit a question best. How common each of its tokens is comes first (a row of each
 * block, without its list); then the lists, the rarest first, up to LISTS_MAX numbers in all; then a sum for each
 * number: rare counts more than common, a title more than a description. A word that nothing holds is looked for by its
 * trigrams. So the work has a bound that does not depend on the shop. */
#include "knowledge/private.h"

#include "base/json_write.h"
#include <math.h>
#include <stdlib.h>

enum { SAID_MAX = 96, SAID_BYTES_MAX = 600, TERMS_MAX = 200, SLIPS_MAX = 3, LISTS_MAX = 120000 };
enum { BLOCK_DOCS = INDEX_BLOCK, ENTRY = INDEX_ENTRY, BLOCKS_MAX = 128, LIKE_ENOUGH = 45, FIELD_SETS = 64 };
enum { SPELLING_MIN = 4, LIST_BYTES = 32 << 10, PARTS_MAX = 4096, RANK_TOKENS_MAX = 4096, BEGIN_MIN = 3 };

/* PostgreSQL looks each word up by all of the key: with a list (= ANY) it may read all of a shop instead, while what it
 * knows of the table is from before an import. */
#define EACH_WORD                                                                                                      \
    " FROM (SELECT DISTINCT json_array_elements_text(CAST(CAST(?3 AS TEXT) AS json)) AS word) AS w CROSS JOIN LATERAL" \
    " (SELECT token, n, block, docs FROM knowledge_postings WHERE shop = ?1 AND kind = ?2"                             \
    " AND token = w.word COLLATE \"C\""
STMT(common,
     "SELECT token, CAST(SUM(n) AS BIGINT) AS n, MAX(block) AS newest FROM knowledge_postings"
     " WHERE shop = ?1 AND kind = ?2 AND token IN (SELECT value FROM json_each(?3)) GROUP BY token",
     .postgres = "SELECT token, CAST(SUM(n) AS BIGINT) AS n, MAX(block) AS newest" EACH_WORD " OFFSET 0) AS p"
                 " GROUP BY token");
STMT(lists,
     "SELECT token, block, docs FROM knowledge_postings WHERE shop = ?1 AND kind = ?2"
     " AND token IN (SELECT value FROM json_each(?3)) AND block >= ?4",
     .postgres = "SELECT token, block, docs" EACH_WORD " AND block >= ?4 OFFSET 0) AS p");
/* "~" stands behind all letters and digits of a number. */
STMT(begin_so,
     "SELECT DISTINCT token FROM knowledge_postings WHERE shop = ?1 AND kind = ?2 AND token > ?3 AND token < ?4"
     " ORDER BY token LIMIT 30");

struct term {
    struct str text;
    double weight; /* of the kind of token, times how rare it is */
    int64_t n, newest;
    unsigned slips; /* a bit for each unknown word of which it is a trigram; 0: it was said */
    bool read;
};
struct slip {
    int trigrams;
    double weight;
    uint8_t *hits;
};
struct work {
    struct arena *arena;
    const struct search *s;
    struct term *term;
    size_t terms;
    struct slip slip[SLIPS_MAX];
    unsigned slips;
    int64_t first, blocks; /* of the numbers that were read */
    float *sum;
};

/* ---- terms ---- */

static bool is_gram(struct str t) { return (uint8_t)t.p[0] >= 0xe0; }

static double kind_weight(struct str t)
{
    if (t.p[0] == '#') return 2.0;
    if (is_gram(t)) return utf8_length(t) == 1 ? 0.35 : 1.0;
    return t.n < SPELLING_MIN ? 0.8 : 1.2;
}

static struct term *term_of(struct work *w, struct str text)
{
    for (size_t i = 0; i < w->terms; i++)
        if (str_eq(w->term[i].text, text)) return &w->term[i];
    return NULL;
}

static void add_term(struct work *w, struct str text, double weight, unsigned slips)
{
    struct term *t = term_of(w, text);
    if (t) t->slips |= slips;
    else if (w->terms < TERMS_MAX)
        w->term[w->terms++] = (struct term){ .text = text, .weight = weight, .slips = slips };
}

/* Those from `from` on that are wanted, as a JSON list. */
static struct str listed(struct work *w, size_t from, bool to_read)
{
    struct json j;
    struct buf text;
    char *memory = arena_alloc(w->arena, LIST_BYTES);
    buf_fixed(&text, memory, LIST_BYTES);
    json_begin(&j, &text);
    json_array(&j, NULL);
    for (size_t i = from; i < w->terms; i++)
        if (!to_read || w->term[i].read) json_str(&j, NULL, w->term[i].text);
    json_end(&j);
    json_finish(&j);
    assert(!text.overflow);
    return buf_str(&text);
}

static bool count_terms(struct work *w, struct tx *tx, size_t from)
{
    if (from == w->terms) return true;
    struct query q = query(tx, &common);
    bind_i64(&q, w->s->shop), bind_i64(&q, (int64_t)w->s->kind), bind_str(&q, listed(w, from, false));
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct term *t = term_of(w, col_str(&q, "token"));
        assert(t);
        t->n = col_i64(&q, "n"), t->newest = col_i64(&q, "newest");
        t->weight *= fmax(log(((double)w->s->docs + 1) / ((double)t->n + 0.5)), 0.05);
    }
    return row == ROW_NONE;
}

/* A number that is off by one is another product. */
static bool may_be_a_slip(const struct term *t)
{
    if (t->n > 0 || t->text.n < SPELLING_MIN || is_gram(t->text) || t->text.p[0] == '#') return false;
    for (size_t i = 0; i < t->text.n; i++)
        if (t->text.p[i] >= '0' && t->text.p[i] <= '9') return false;
    return true;
}

/* Words that nothing holds are looked for by their trigrams. */
static void add_slips(struct work *w)
{
    size_t words = w->terms;
    for (size_t i = 0; i < words && w->slips < SLIPS_MAX; i++) {
        struct str word = w->term[i].text;
        if (!may_be_a_slip(&w->term[i])) continue;
        struct tokens three;
        tokens_begin(&three, w->arena, SAID_MAX);
        tokens_add(&three, word, 1, TOKENS_TRIGRAMS);
        struct slip *s = &w->slip[w->slips];
        *s = (struct slip){ .weight = w->term[i].weight * log((double)w->s->docs + 2) };
        for (size_t k = 0; k < three.count; k++)
            if (three.token[k].text.p[0] == '~') add_term(w, three.token[k].text, 0, 1U << w->slips), s->trigrams++;
        if (s->trigrams > 0) w->slips++;
    }
}

static int by_rarity(const void *a, const void *b)
{
    const struct term *const *s = a, *const *t = b;
    return (*s)->n < (*t)->n ? -1 : (*s)->n > (*t)->n;
}

/* The rarest first, while there is room. Where the rarest of all is too long, its newest part. *from: the first block
 * that is read. */
static size_t choose(struct work *w, int64_t *from)
{
    struct term **order = ARENA_ARRAY(w->arena, struct term *, w->terms + 1);
    size_t count = 0, chosen = 0;
    int64_t room = LISTS_MAX;
    for (size_t i = 0; i < w->terms; i++)
        if (w->term[i].n > 0) order[count++] = &w->term[i];
    qsort(order, count, sizeof(struct term *), by_rarity);
    *from = 0;
    if (count > 0 && order[0]->n > room) {
        *from = order[0]->newest - room / BLOCK_DOCS + 1;
        order[0]->n = room;
    }
    for (size_t i = 0; i < count && order[i]->n <= room; i++, chosen++) room -= order[i]->n, order[i]->read = true;
    return chosen;
}

/* ---- sums ---- */

/* What the signs of index.c mean, by a look and no comparison: a search reads up to 360,000 of them. */
#define S(sign, value) [sign] = (value)
/* clang-format off */
static const uint8_t meaning[256] = {
    S('0', 0), S('1', 1), S('2', 2), S('3', 3), S('4', 4), S('5', 5), S('6', 6), S('7', 7), S('8', 8), S('9', 9),
    S('A', 10), S('B', 11), S('C', 12), S('D', 13), S('E', 14), S('F', 15), S('G', 16), S('H', 17), S('I', 18),
    S('J', 19), S('K', 20), S('L', 21), S('M', 22), S('N', 23), S('O', 24), S('P', 25), S('Q', 26), S('R', 27),
    S('S', 28), S('T', 29), S('U', 30), S('V', 31), S('W', 32), S('X', 33), S('Y', 34), S('Z', 35), S('_', 36),
    S('a', 37), S('b', 38), S('c', 39), S('d', 40), S('e', 41), S('f', 42), S('g', 43), S('h', 44), S('i', 45),
    S('j', 46), S('k', 47), S('l', 48), S('m', 49), S('n', 50), S('o', 51), S('p', 52), S('q', 53), S('r', 54),
    S('s', 55), S('t', 56), S('u', 57), S('v', 58), S('w', 59), S('x', 60), S('y', 61), S('z', 62), S('~', 63),
};
/* clang-format on */
#undef S

static unsigned sign(char c) { return meaning[(uint8_t)c]; }

static float field_weight(unsigned fields)
{
    float best = 0, all = 0;
    static const struct {
        unsigned bit;
        float weight;
    } weights[] = { { FIELD_TITLE, 3 }, { FIELD_OPTION, 2 }, { FIELD_NUMBER, 3 }, { FIELD_BODY, 1 } };
    for (size_t i = 0; i < ARRAY_LEN(weights); i++)
        if (fields & weights[i].bit) {
            all += weights[i].weight;
            if (weights[i].weight > best) best = weights[i].weight;
        }
    return best + (all - best) / 8;
}

static void add_list(struct work *w, const struct term *t, int64_t block, struct str docs)
{
    static _Thread_local float fields[FIELD_SETS];
    if (fields[FIELD_TITLE] == 0)
        for (unsigned i = 0; i < FIELD_SETS; i++) fields[i] = field_weight(i);
    if (block < w->first || block >= w->first + w->blocks) return;
    size_t base = (size_t)(block - w->first) * BLOCK_DOCS;
    const char *end = docs.p + docs.n / ENTRY * ENTRY;
    float *sum = w->sum + base, weight = (float)t->weight;
    if (!t->slips)
        for (const char *p = docs.p; p < end; p += ENTRY)
            sum[sign(p[0]) << 6 | sign(p[1])] += weight * fields[sign(p[2])];
    for (unsigned k = 0; k < w->slips; k++) {
        uint8_t *hits = w->slip[k].hits + base;
        if (t->slips & 1U << k)
            for (const char *p = docs.p; p < end; p += ENTRY) hits[sign(p[0]) << 6 | sign(p[1])]++;
    }
}

static void add_hits(struct work *w)
{
    for (unsigned k = 0; k < w->slips; k++)
        for (size_t i = 0; i < (size_t)w->blocks * BLOCK_DOCS; i++) {
            if (w->slip[k].hits[i] == 0) continue;
            int like = w->slip[k].hits[i] * 100 / w->slip[k].trigrams;
            if (like >= LIKE_ENOUGH) w->sum[i] += (float)(w->slip[k].weight * like / 50);
        }
}

static bool read_lists(struct work *w, struct tx *tx, int64_t from)
{
    int64_t last = from;
    w->first = INT64_MAX;
    struct query q = query(tx, &lists);
    bind_i64(&q, w->s->shop), bind_i64(&q, (int64_t)w->s->kind), bind_str(&q, listed(w, 0, true)), bind_i64(&q, from);
    enum row row;
    struct part {
        const struct term *term;
        int64_t block;
        struct str docs;
    } *part = ARENA_ARRAY(w->arena, struct part, PARTS_MAX);
    size_t parts = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (parts == PARTS_MAX) continue;
        struct part p = { term_of(w, col_str(&q, "token")), col_i64(&q, "block"), col_str(&q, "docs") };
        assert(p.term);
        if (p.block < w->first) w->first = p.block;
        if (p.block > last) last = p.block;
        part[parts++] = p;
    }
    if (row == ROW_FAULT) return false;
    w->blocks = parts ? last - w->first + 1 : 0;
    if (w->blocks > BLOCKS_MAX) w->first = last - BLOCKS_MAX + 1, w->blocks = BLOCKS_MAX;
    w->sum = ARENA_ARRAY(w->arena, float, w->blocks *BLOCK_DOCS + 1);
    for (unsigned k = 0; k < w->slips; k++)
        w->slip[k].hits = ARENA_ARRAY(w->arena, uint8_t, w->blocks * BLOCK_DOCS + 1);
    for (size_t i = 0; i < parts; i++) add_list(w, part[i].term, part[i].block, part[i].docs);
    add_hits(w);
    return true;
}

static void best(const struct work *w, struct found out[SEARCH_FOUND_MAX], size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < (size_t)w->blocks * BLOCK_DOCS; i++) {
        if (w->sum[i] <= 0) continue; /* most of them */
        int32_t score = (int32_t)(w->sum[i] * 100);
        if (score <= 0 || (*n == SEARCH_FOUND_MAX && score <= out[*n - 1].score)) continue;
        size_t at = *n < SEARCH_FOUND_MAX ? (*n)++ : *n - 1;
        for (; at > 0 && out[at - 1].score < score; at--) out[at] = out[at - 1];
        out[at] = (struct found){ w->first * BLOCK_DOCS + (int64_t)i, score };
    }
}

static bool find(struct work *w, struct tx *tx, struct found out[SEARCH_FOUND_MAX], size_t *n)
{
    int64_t from;
    *n = 0;
    if (!count_terms(w, tx, 0)) return false;
    size_t said = w->terms;
    add_slips(w);
    if (!count_terms(w, tx, said)) return false;
    if (choose(w, &from) == 0) return true;
    if (!read_lists(w, tx, from)) return false;
    best(w, out, n);
    return true;
}

void know_search_words(struct arena *a, struct str question, struct tokens *said)
{
    if (question.n > SAID_BYTES_MAX) question.n = utf8_cut(question, SAID_BYTES_MAX);
    tokens_begin(said, a, SAID_MAX);
    tokens_add(said, question, 1, TOKENS_QUESTION);
}

bool know_search_find(struct tx *tx, struct arena *a, const struct search *s, struct found out[SEARCH_FOUND_MAX],
                      size_t *n, struct tokens *said)
{
    struct work w = { .arena = a, .s = s, .term = ARENA_ARRAY(a, struct term, TERMS_MAX) };
    know_search_words(a, s->question, said);
    for (size_t i = 0; i < said->count; i++) add_term(&w, said->token[i].text, kind_weight(said->token[i].text), 0);
    return find(&w, tx, out, n);
}

bool know_search_number(struct tx *tx, struct arena *a, int64_t shop, struct str number,
                        struct found out[SEARCH_FOUND_MAX], size_t *n)
{
    const struct search s = { .shop = shop, .kind = INDEX_PRODUCTS, .docs = 1 };
    struct work w = { .arena = a, .s = &s, .term = ARENA_ARRAY(a, struct term, TERMS_MAX) };
    struct tokens t;
    tokens_begin(&t, a, 1);
    tokens_add_number(&t, number, 1);
    *n = 0;
    if (t.count == 0) return true;
    add_term(&w, t.token[0].text, 1, 0);
    return find(&w, tx, out, n);
}

bool know_search_begins(struct tx *tx, struct arena *a, int64_t shop, struct str begin,
                        struct found out[SEARCH_FOUND_MAX], size_t *n)
{
    const struct search s = { .shop = shop, .kind = INDEX_PRODUCTS, .docs = 1 };
    struct work w = { .arena = a, .s = &s, .term = ARENA_ARRAY(a, struct term, TERMS_MAX) };
    struct tokens t;
    tokens_begin(&t, a, 1);
    tokens_add_number(&t, begin, 1);
    *n = 0;
    if (t.count == 0 || t.token[0].text.n < BEGIN_MIN) return true;
    struct query q = query(tx, &begin_so);
    bind_i64(&q, shop), bind_i64(&q, INDEX_PRODUCTS), bind_str(&q, t.token[0].text);
    bind_text(&q, arena_printf(a, "%.*s~", (int)t.token[0].text.n, t.token[0].text.p));
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) add_term(&w, col_str(&q, "token"), 1, 0);
    return row == ROW_NONE && find(&w, tx, out, n);
}

int32_t know_search_rank(struct arena *a, const struct tokens *said, struct str title, struct str body)
{
    struct tokens t;
    double sum = 0;
    tokens_begin(&t, a, RANK_TOKENS_MAX);
    tokens_add(&t, title, FIELD_TITLE, 0);
    tokens_add(&t, body, FIELD_BODY, 0);
    for (size_t i = 0; i < said->count; i++)
        for (size_t k = 0; k < t.count; k++)
            if (str_eq(said->token[i].text, t.token[k].text))
                sum += kind_weight(said->token[i].text) * (double)field_weight(t.token[k].fields);
    return (int32_t)(sum * 100);
}
