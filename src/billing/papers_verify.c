/* papers_verify.c: what must be true of papers: the numbers of a seller's year have no gap and end where the counter
 * stands, no paper was changed, its sums are those of its lines and of what it tells of, and who paid has a receipt. */
#include "billing/papers.h"

#include "base/crypto.h"

enum { VERIFY_PAPERS = 200 };

STMT(verify_papers,
     "SELECT i.id, i.number, i.seller, i.year, i.seq, i.kind, i.refund, i.currency, i.amount, i.refunded, i.title,"
     " i.content, i.hash, i.order_number, o.number AS of_order, o.amount AS order_amount, o.currency AS order_currency,"
     " r.amount AS refund_amount, r.state AS refund_state FROM invoices i LEFT JOIN orders o ON o.id = i.order_id"
     " LEFT JOIN refunds r ON r.id = i.refund AND i.refund > 0"
     " WHERE (i.seller, i.year, i.seq) > (?1, ?2, ?3)"
     " ORDER BY i.seller, i.year, i.seq LIMIT ?4");
STMT(verify_numbers, "SELECT n.seller, n.year, n.last, COALESCE((SELECT MAX(i.seq) FROM invoices i"
                     " WHERE i.seller = n.seller AND i.year = n.year), 0) AS given FROM invoice_numbers n"
                     " WHERE (n.seller, n.year) > (?1, ?2) ORDER BY n.seller, n.year LIMIT ?3");
STMT(verify_receipts, "SELECT o.id, i.id AS receipt FROM orders o LEFT JOIN invoices i ON i.order_id = o.id"
                      " AND i.kind = 2 WHERE o.id > ?1 AND o.state IN (3, 5) ORDER BY o.id LIMIT ?2");

/* ---- each paper ---- */

static bool adds_up(const struct paper *p)
{
    struct money sum = money_of(0, money_currency(p->amount));
    for (size_t i = 0; i < p->lines; i++)
        if (!money_add(sum, p->line[i].amount, &sum)) return false;
    return money_equal(sum, p->amount);
}

/* NULL: it says what its row says. */
static const char *bad_content(struct arena *a, const struct query *q)
{
    struct paper p;
    uint8_t hash[SHA256_SIZE];
    struct str content = col_str(q, "content"), kept = col_str(q, "hash");
    sha256(content.p, content.n, hash);
    if (kept.n != SHA256_SIZE || memcmp(kept.p, hash, SHA256_SIZE) != 0) return "it was changed after it was made";
    if (!paper_read(a, content, &p)) return "what it says cannot be read";
    bool same = text_eq(p.number, col_text(q, "number")) && text_eq(p.order, col_text(q, "order_number")) &&
                text_eq(p.buyer.name, col_text(q, "title")) && (int64_t)p.kind == col_i64(q, "kind");
    bool sums = text_eq(currency_code(money_currency(p.amount)), col_text(q, "currency")) &&
                money_minor(p.amount) == col_i64(q, "amount") && money_minor(p.refunded) == col_i64(q, "refunded");
    if (!same || !sums) return "its row says something else than it does";
    return adds_up(&p) ? NULL : "its lines do not add up";
}

static const char *bad_paper(struct arena *a, const struct query *q)
{
    const char *bad = bad_content(a, q);
    int64_t amount = col_i64(q, "amount");
    if (bad) return bad;
    if (col_is_null(q, "of_order") || !text_eq(col_text(q, "of_order"), col_text(q, "order_number")))
        return "it is of an order that is not there";
    if (!text_eq(col_text(q, "order_currency"), col_text(q, "currency"))) return "its currency is not the order's";
    if (col_i64(q, "kind") != PAPER_CREDIT_NOTE)
        return amount == col_i64(q, "order_amount") ? NULL : "its total is not the order's";
    if (col_i64(q, "refund") == 0)
        return amount <= col_i64(q, "order_amount") ? NULL : "it takes back more than the order's total";
    if (col_is_null(q, "refund_amount") || col_i64(q, "refund_state") != REFUND_DONE)
        return "it is of a refund that was not done";
    return amount == col_i64(q, "refund_amount") ? NULL : "its sum is not the refund's";
}

static bool papers_piece(struct tx *tx, struct verify_piece *p)
{
    struct query q = query(tx, &verify_papers);
    int64_t *seller = &p->cursor[0], *year = &p->cursor[1], *seq = &p->cursor[2];
    enum row row;
    bind_i64(&q, *seller), bind_i64(&q, *year), bind_i64(&q, *seq), bind_i64(&q, VERIFY_PAPERS);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t id = col_i64(&q, "id");
        bool begins = col_i64(&q, "seller") != *seller || col_i64(&q, "year") != *year;
        if (col_i64(&q, "seq") != (begins ? 1 : *seq + 1))
            verify_found(p, "invoice", id, "a number before it is missing");
        *seller = col_i64(&q, "seller"), *year = col_i64(&q, "year"), *seq = col_i64(&q, "seq");
        const char *bad = bad_paper(tx_arena(tx), &q);
        if (bad) verify_found(p, "invoice", id, bad);
        p->looked++;
        p->more = true;
    }
    return row == ROW_NONE;
}

static bool numbers_piece(struct tx *tx, struct verify_piece *p)
{
    struct query q = query(tx, &verify_numbers);
    enum row row;
    bind_i64(&q, p->cursor[0]), bind_i64(&q, p->cursor[1]), bind_i64(&q, VERIFY_PAPERS);
    while ((row = query_next(&q)) == ROW_FOUND) {
        p->cursor[0] = col_i64(&q, "seller"), p->cursor[1] = col_i64(&q, "year");
        if (col_i64(&q, "last") != col_i64(&q, "given"))
            verify_found(p, "seller", p->cursor[0], "papers at the end of a year's numbers are missing");
        p->looked++;
        p->more = true;
    }
    return row == ROW_NONE;
}

static bool receipts_piece(struct tx *tx, struct verify_piece *p)
{
    struct query q = query(tx, &verify_receipts);
    enum row row;
    bind_i64(&q, p->cursor[0]), bind_i64(&q, VERIFY_PAPERS);
    while ((row = query_next(&q)) == ROW_FOUND) {
        p->cursor[0] = col_i64(&q, "id");
        if (col_is_null(&q, "receipt")) verify_found(p, "order", p->cursor[0], "it was paid and has no receipt");
        p->looked++;
        p->more = true;
    }
    return row == ROW_NONE;
}

/* clang-format off */
const struct verify_check billing_paper_checks[] = {
    { .name = "billing.papers", .doc = "Papers are as they were made, without a gap in their numbers, and add up.",
      .piece = papers_piece },
    { .name = "billing.paper_numbers", .doc = "The numbers of papers end where their counters stand.",
      .piece = numbers_piece },
    { .name = "billing.receipts", .doc = "Who paid for something has a receipt.", .piece = receipts_piece },
    VERIFY_END
};
/* clang-format on */
