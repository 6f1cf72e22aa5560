/* books.c: the operator's money by double entry. What is sold stands in revenue (minus: owed by nobody) against what
 * lies at a provider; what was paid and could not be sold stands in mismatch until it went back. No posting is ever
 * changed: what goes back is a posting of its own. */
#include "billing/private.h"

STMT(posting_by_key, "SELECT id FROM postings WHERE key = ?1");
STMT(posting_insert, "INSERT INTO postings (key, order_id, payment, refund, account, at_ms)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id");
STMT(entry_insert, "INSERT INTO posting_entries (posting, line, book, currency, amount) VALUES (?1, ?2, ?3, ?4, ?5)");

/* In each currency; entries of another are for another round. */
static bool sums_to_zero(const struct posting_entry *e, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct money sum = money_of(0, money_currency(e[i].amount));
        for (size_t k = 0; k < count; k++)
            if (money_currency(e[k].amount) == money_currency(sum) && !money_add(sum, e[k].amount, &sum)) return false;
        if (money_minor(sum) != 0) return false;
    }
    return count > 1;
}

bool books_post(struct tx *tx, const struct posting *p, const struct posting_entry *e, size_t count)
{
    assert(sums_to_zero(e, count) && p->key[0] != '\0');
    struct query known = query(tx, &posting_by_key);
    bind_text(&known, p->key);
    enum row row = query_row(&known);
    if (row != ROW_NONE) return row == ROW_FOUND;
    struct query q = query(tx, &posting_insert);
    bind_text(&q, p->key), bind_i64(&q, p->order), bind_i64(&q, p->payment), bind_i64(&q, p->refund);
    bind_i64(&q, p->account), bind_i64(&q, p->at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t id = col_i64(&q, "id");
    for (size_t i = 0; i < count; i++) {
        struct query line = query(tx, &entry_insert);
        bind_i64(&line, id), bind_i64(&line, (int64_t)i + 1), bind_text(&line, e[i].book);
        bind_text(&line, currency_code(money_currency(e[i].amount))), bind_i64(&line, money_minor(e[i].amount));
        if (!query_put(&line)) return false;
    }
    return true;
}

/* Money that came (or, negative, went) at a provider, against a book of ours. */
static bool post(struct tx *tx, struct posting *p, const struct payment *of, const char *against, struct money came)
{
    p->order = of->order, p->payment = of->id, p->account = of->account;
    const struct posting_entry e[] = {
        { arena_printf(tx_arena(tx), "provider:%s", of->provider), came },
        { against, money_negate(came) },
    };
    return books_post(tx, p, e, ARRAY_LEN(e));
}

static bool came(struct tx *tx, const struct payment *p, const char *against, int64_t now_ms)
{
    assert(p->state == PAYMENT_PAID);
    struct posting posting = { .key = arena_printf(tx_arena(tx), "paid:%s", p->number), .at_ms = now_ms };
    return post(tx, &posting, p, against, p->amount);
}

bool books_sold(struct tx *tx, const struct payment *p, int64_t now_ms) { return came(tx, p, "revenue", now_ms); }

bool books_unsold(struct tx *tx, const struct payment *p, int64_t now_ms) { return came(tx, p, "mismatch", now_ms); }

bool books_refunded(struct tx *tx, const struct payment *p, const struct refund *r, int64_t now_ms)
{
    struct posting posting = { .key = arena_printf(tx_arena(tx), "refund:%s", r->number),
                               .refund = r->id,
                               .at_ms = now_ms };
    return post(tx, &posting, p, p->counts ? "refunds" : "mismatch", money_negate(r->amount));
}
