/* verify.c: what must be true of what a shop knows: its head counts its rows, an intake under way has somebody who ends
 * it, and what is there is found.
 *
 * Shops are walked over all tables at once, so that rows without a head, or of a shop that is gone, are met too. Of the
 * index each row is looked at by its length, and each product and text by one word: to cut all of them again would take
 * as long as to make the index anew. */
#include "knowledge/intake.h"

enum {
    SHOPS_PAGE = 8,
    SHOP_ROWS_MAX = 100000, /* no more shops in a piece that has counted so many */
    ROWS_PAGE = 200,
    LEFT_PAGE = 50,
    INDEX_PAGE = 100,
    POSTINGS_PAGE = 1000
};

/* ---- shops ---- */

STMT(verify_next_shop, "SELECT MIN(shop) AS shop FROM ("
                       "SELECT MIN(shop) AS shop FROM knowledge_shops WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_products WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_texts WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_orders WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_postings WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_imports WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_intakes WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_feeds WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_documents WHERE shop > ?1 UNION ALL "
                       "SELECT MIN(shop) AS shop FROM knowledge_files WHERE shop > ?1) AS every_table");
/* In one statement, so that both are of one moment: to count takes a while, and a shop that delivers changes all the
 * time. */
STMT(verify_counts,
     "SELECT h.account, h.products, h.texts, h.orders, h.next_product, h.next_text, h.stale_products, h.stale_texts,"
     " h.intakes, (SELECT COUNT(*) FROM knowledge_products WHERE shop = ?1) AS products_there,"
     " (SELECT COUNT(*) FROM knowledge_texts WHERE shop = ?1) AS texts_there,"
     " (SELECT COUNT(*) FROM knowledge_orders WHERE shop = ?1) AS orders_there,"
     " (SELECT COALESCE(MAX(doc), -1) FROM knowledge_products WHERE shop = ?1) AS last_product,"
     " (SELECT COALESCE(MAX(doc), -1) FROM knowledge_texts WHERE shop = ?1) AS last_text,"
     " (SELECT COUNT(*) FROM knowledge_intakes WHERE shop = ?1 AND state = 1) AS writing,"
     " (SELECT COUNT(*) FROM knowledge_texts t WHERE t.shop = ?1 AND t.feed < 0 AND NOT EXISTS (SELECT 1 FROM"
     "   knowledge_documents d WHERE d.id = -t.feed AND d.shop = t.shop)) AS nameless,"
     " CASE WHEN EXISTS (SELECT 1 FROM knowledge_postings WHERE shop = ?1) THEN 1 ELSE 0 END AS postings"
     " FROM (SELECT 1 AS one) AS always LEFT JOIN knowledge_shops h ON h.shop = ?1");
static_assert(INTAKE_WRITING == 1, "as the statement says");

static const char *bad_head(const struct query *q)
{
    if (col_i64(q, "products") != col_i64(q, "products_there")) return "its products are counted wrong";
    if (col_i64(q, "texts") != col_i64(q, "texts_there")) return "its texts are counted wrong";
    if (col_i64(q, "orders") != col_i64(q, "orders_there")) return "its orders are counted wrong";
    if (col_i64(q, "intakes") != col_i64(q, "writing")) return "its intakes that write are counted wrong";
    if (col_i64(q, "nameless") > 0) return "a passage is of a file that is not there";
    if (col_i64(q, "last_product") >= col_i64(q, "next_product") || col_i64(q, "last_text") >= col_i64(q, "next_text"))
        return "a number of its index is given out twice";
    bool sound = col_i64(q, "stale_products") >= 0 && col_i64(q, "stale_texts") >= 0;
    return sound ? NULL : "its index has fewer numbers than it may have";
}

static const char *bad_shop(struct tx *tx, int64_t id, int64_t *rows, bool *fault)
{
    struct shop s = { .id = 0 };
    struct query q = query(tx, &verify_counts);
    bind_i64(&q, id);
    enum row counted = query_row(&q), shop = shops_get(tx, id, &s);
    *fault = counted != ROW_FOUND || shop == ROW_FAULT;
    if (*fault) return NULL;
    int64_t known = col_i64(&q, "products_there") + col_i64(&q, "texts_there") + col_i64(&q, "orders_there");
    *rows += known;
    if (shop == ROW_NONE || s.status == SHOP_PURGED) return "something is known of a shop that is gone";
    if (col_is_null(&q, "account")) return known > 0 || col_bool(&q, "postings") ? "what it knows has no head" : NULL;
    return col_i64(&q, "account") == s.account ? bad_head(&q) : "what it knows is another account's";
}

static bool shops_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t rows = 0;
    found->more = true;
    for (int n = 0; n < SHOPS_PAGE && rows < SHOP_ROWS_MAX && found->more; n++) {
        struct query q = query(tx, &verify_next_shop);
        bool fault;
        bind_i64(&q, found->cursor[0]);
        if (query_row(&q) != ROW_FOUND) return false;
        found->more = !col_is_null(&q, "shop");
        if (!found->more) break;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop");
        const char *what = bad_shop(tx, found->cursor[0], &rows, &fault);
        if (fault) return false;
        if (what) verify_found(found, "shop", found->cursor[0], what);
    }
    found->rows += rows;
    return true;
}

/* ---- intakes ---- */

STMT(verify_intakes, "SELECT i.id, i.state, i.parts, i.written, i.ended_at_ms, (SELECT COUNT(*) FROM knowledge_parts p"
                     " WHERE p.intake = i.id AND p.part >= i.written AND p.part < i.parts) AS waiting"
                     " FROM knowledge_intakes i WHERE i.id > ?1 ORDER BY i.id LIMIT ?2");

static const char *bad_intake(const struct query *q, bool *open)
{
    int64_t state = col_i64(q, "state"), left = col_i64(q, "parts") - col_i64(q, "written");
    *open = state == INTAKE_READING || state == INTAKE_WRITING;
    if (!*open && state != INTAKE_DONE && state != INTAKE_FAILED) return "an intake is in no state";
    if (col_is_null(q, "ended_at_ms") != *open) return "an intake has ended at no time, or goes on behind its end";
    if (left < 0) return "an intake wrote more than it read";
    return *open && col_i64(q, "waiting") != left ? "a part is missing that an intake will write" : NULL;
}

static bool intakes_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t ids[ROWS_PAGE];
    bool unworked[ROWS_PAGE], open;
    size_t count = 0;
    struct query q = query(tx, &verify_intakes);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, ROWS_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_intake(&q, &open);
        if (what) verify_found(found, "intake", found->cursor[0], what);
        if (open) ids[count++] = found->cursor[0];
    }
    if (row == ROW_FAULT || !jobs_unworked(tx, knowledge_take_job.name, ids, count, unworked)) return false;
    for (size_t i = 0; i < count; i++)
        if (unworked[i]) verify_found(found, "intake", ids[i], "an intake is under way and nobody works on it");
    return true;
}

/* What an intake put beside the live rows goes with its end, some at a time: there is never much of it. */
STMT(verify_left, "SELECT MIN(intake) AS intake FROM ("
                  "SELECT MIN(intake) AS intake FROM knowledge_parts WHERE intake > ?1 UNION ALL "
                  "SELECT MIN(intake) AS intake FROM knowledge_staged_products WHERE intake > ?1 UNION ALL "
                  "SELECT MIN(intake) AS intake FROM knowledge_staged_texts WHERE intake > ?1) AS every_table");

STMT(verify_whose, "SELECT state FROM knowledge_intakes WHERE id = ?1");

static bool left_piece(struct tx *tx, struct verify_piece *found)
{
    found->more = true;
    for (int n = 0; n < LEFT_PAGE && found->more; n++) {
        bool unworked;
        struct query q = query(tx, &verify_left);
        bind_i64(&q, found->cursor[0]);
        if (query_row(&q) != ROW_FOUND) return false;
        found->more = !col_is_null(&q, "intake");
        if (!found->more) break;
        found->looked++;
        int64_t id = found->cursor[0] = col_i64(&q, "intake");
        struct query whose = query(tx, &verify_whose);
        bind_i64(&whose, id);
        enum row row = query_row(&whose);
        if (row == ROW_FAULT || !jobs_unworked(tx, knowledge_take_job.name, &id, 1, &unworked)) return false;
        if (row == ROW_NONE) verify_found(found, "intake", id, "what was read is of no intake");
        else if (col_i64(&whose, "state") >= INTAKE_DONE && unworked)
            verify_found(found, "intake", id, "what an intake has left behind is removed by nobody");
    }
    return true;
}

/* ---- feeds ---- */

STMT(verify_feeds, "SELECT f.id, f.state, f.intake, i.feed AS reads, CASE WHEN i.ended_at_ms IS NULL THEN 1 ELSE 0 END"
                   " AS open FROM knowledge_feeds f LEFT JOIN knowledge_intakes i ON i.id = f.intake"
                   " WHERE f.id > ?1 ORDER BY f.id LIMIT ?2");

/* Who is being read is not read again: without its intake that lasts for ever. */
static const char *bad_feed(const struct query *q)
{
    int64_t state = col_i64(q, "state");
    if (state < FEED_NEVER || state >= FEED_STATES) return "a feed is in no state";
    if (state != FEED_READING) return col_i64(q, "intake") == 0 ? NULL : "a feed at rest is being read";
    bool its_own = !col_is_null(q, "reads") && col_i64(q, "reads") == col_i64(q, "id") && col_bool(q, "open");
    return its_own ? NULL : "a feed is being read and nobody reads it";
}

static bool feeds_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_feeds);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, ROWS_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_feed(&q);
        if (what) verify_found(found, "feed", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* ---- the index ---- */

STMT(verify_postings,
     "SELECT p.shop, p.kind, p.token, p.block, p.n, LENGTH(p.docs) AS signs,"
     " CASE p.kind WHEN 0 THEN h.next_product ELSE h.next_text END AS next_doc"
     " FROM knowledge_postings p LEFT JOIN knowledge_shops h ON h.shop = p.shop"
     " WHERE (p.shop, p.kind, p.token, p.block) > (?1, ?2, ?3, ?4) ORDER BY p.shop, p.kind, p.token, p.block LIMIT ?5");
static_assert(INDEX_PRODUCTS == 0, "as the statement says");

/* Behind which word of the index the next piece begins. */
struct at_token {
    char text[VERIFY_STATE_BYTES];
};
static_assert(VERIFY_STATE_BYTES > TOKEN_MAX_BYTES + 1, "a word has room");

static const char *bad_posting(const struct query *q)
{
    int64_t n = col_i64(q, "n"), kind = col_i64(q, "kind"), block = col_i64(q, "block");
    if (kind != INDEX_PRODUCTS && kind != INDEX_TEXTS) return "its index is of nothing that there is";
    if (n < 1 || n > INDEX_BLOCK || col_i64(q, "signs") != n * INDEX_ENTRY)
        return "a row of its index is counted wrong";
    /* Without a head the shop is found to have none. */
    bool given = col_is_null(q, "next_doc") || block * INDEX_BLOCK < col_i64(q, "next_doc");
    return block >= 0 && given ? NULL : "its index holds numbers that were never given out";
}

static bool postings_piece(struct tx *tx, struct verify_piece *found)
{
    struct at_token *at = (struct at_token *)found->state;
    struct query q = query(tx, &verify_postings);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_text(&q, at->text);
    bind_i64(&q, found->cursor[2]), bind_i64(&q, POSTINGS_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct str token = col_str(&q, "token");
        const char *what = bad_posting(&q);
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop"), found->cursor[1] = col_i64(&q, "kind");
        found->cursor[2] = col_i64(&q, "block");
        if (what) verify_found(found, "shop", found->cursor[0], what);
        if (token.n < sizeof at->text) {
            memcpy(at->text, token.p, token.n);
            at->text[token.n] = '\0';
            continue;
        }
        /* There is no room to go on behind it: the rest of this kind is passed over. */
        verify_found(found, "shop", found->cursor[0], "its index holds a word that nobody cuts");
        found->cursor[1]++, found->cursor[2] = -1, at->text[0] = '\0';
        break;
    }
    return row != ROW_FAULT;
}

STMT(verify_products, "SELECT p.id, p.shop, p.doc, p.product AS name, p.title, h.cut FROM knowledge_products p"
                      " LEFT JOIN knowledge_shops h ON h.shop = p.shop WHERE p.id > ?1 ORDER BY p.id LIMIT ?2");
STMT(verify_texts, "SELECT t.id, t.shop, t.doc, '' AS name, t.title, h.cut FROM knowledge_texts t"
                   " LEFT JOIN knowledge_shops h ON h.shop = t.shop WHERE t.id > ?1 ORDER BY t.id LIMIT ?2");

/* By its number, which few others have, else by the first word of its title. */
static bool is_found(struct tx *tx, const struct query *q, enum index_kind kind, bool *out)
{
    struct tokens t;
    tokens_begin(&t, tx_arena(tx), 1);
    tokens_add_number(&t, col_str(q, "name"), FIELD_NUMBER);
    if (t.count == 0) tokens_add(&t, col_str(q, "title"), FIELD_TITLE, TOKENS_TRIGRAMS);
    *out = true;
    /* What was cut by another version is made anew when the shop changes next. */
    if (t.count == 0 || col_is_null(q, "cut") || col_i64(q, "cut") != TOKENS_VERSION) return true;
    return know_index_holds(tx, col_i64(q, "shop"), kind, t.token[0].text, col_i64(q, "doc"), out);
}

static bool index_piece(struct tx *tx, struct verify_piece *found, const struct stmt *page, enum index_kind kind)
{
    struct query q = query(tx, page);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, INDEX_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool there;
        struct arena_mark mark = arena_mark(tx_arena(tx));
        if (!is_found(tx, &q, kind, &there)) return false;
        arena_release(tx_arena(tx), mark);
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        if (!there)
            verify_found(found, kind == INDEX_PRODUCTS ? "product" : "text", found->cursor[0], "no search finds it");
    }
    return row != ROW_FAULT;
}

static bool products_piece(struct tx *tx, struct verify_piece *found)
{
    return index_piece(tx, found, &verify_products, INDEX_PRODUCTS);
}

static bool texts_piece(struct tx *tx, struct verify_piece *found)
{
    return index_piece(tx, found, &verify_texts, INDEX_TEXTS);
}

/* clang-format off */
const struct verify_check knowledge_checks[] = {
    { .name = "knowledge.shops", .doc = "What is known of a shop is counted in its head, and the shop is there.",
      .piece = shops_piece },
    { .name = "knowledge.intakes", .doc = "Every intake under way has its parts and a job that ends it.",
      .piece = intakes_piece },
    { .name = "knowledge.left", .doc = "What an intake put beside the live rows is its own, and goes with it.",
      .piece = left_piece },
    { .name = "knowledge.feeds", .doc = "Every feed that is being read has an intake that reads it.",
      .piece = feeds_piece },
    { .name = "knowledge.postings", .doc = "Rows of the index are as long as they say.", .piece = postings_piece },
    { .name = "knowledge.products", .doc = "Every product is found in the index.", .piece = products_piece },
    { .name = "knowledge.texts", .doc = "Every question, document and promotion is found in the index.",
      .piece = texts_piece },
    VERIFY_END
};
/* clang-format on */
