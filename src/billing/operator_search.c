/* operator_search.c: which orders an operator means by what a customer or a provider calls them: the number of an
 * order; of a payment or a refund, under which a provider lists them; a provider's or a bank's own number, also of
 * money that does not count; and how the address of an account's owner begins. What is named is found by an index each;
 * of at most ten accounts the orders are put in one line, a page at a time, so that no more is read than a page of
 * each.
 *
 * Rejected: a part of a number. People paste them whole, and one more index would be written with each order. */
#include "billing/private.h"

#include "accounts/accounts.h"
#include <stdlib.h>

enum { FOUND_MAX = 10, PAGE_LIMIT_MAX = 200 };

STMT(order_of_number, "SELECT id FROM orders WHERE number = ?1");
STMT(order_of_payment, "SELECT order_id AS id FROM payments WHERE number = ?1");
STMT(order_of_refund, "SELECT order_id AS id FROM refunds WHERE number = ?1");
STMT(orders_of_trade, "SELECT order_id AS id FROM payments WHERE provider = ?1 AND trade = ?2 AND trade <> ''"
                      " ORDER BY provider DESC, trade DESC LIMIT ?3");
STMT(order_of_proof, "SELECT order_id AS id FROM hand_payments WHERE proof = ?1 AND proof <> ''");
STMT(orders_of_mismatch, "SELECT order_id AS id FROM mismatches WHERE trade = ?1 AND trade <> '' AND order_id > 0"
                         " ORDER BY trade DESC LIMIT ?2");
STMT(orders_of_one, "SELECT id FROM orders WHERE account = ?1 AND id < ?2 ORDER BY account DESC, id DESC LIMIT ?3");

/* ---- what is named ---- */

static bool take_named(struct query *q, struct order_search *out)
{
    enum row row;
    while ((row = query_next(q)) == ROW_FOUND) {
        int64_t id = col_i64(q, "id");
        size_t at = 0;
        while (at < out->nameds && out->named[at] != id) at++;
        if (at == out->nameds && at < SEARCH_NAMED_MAX) out->named[out->nameds++] = id;
    }
    return row == ROW_NONE;
}

/* Numbers of ours have small letters alone. */
static const char *our_number(struct arena *a, const char *text)
{
    char *out = arena_text(a, text);
    for (char *c = out; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    return out;
}

static bool find_ours(struct tx *tx, const char *number, struct order_search *out)
{
    const struct stmt *const of[] = { &order_of_number, &order_of_payment, &order_of_refund };
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        struct query q = query(tx, of[i]);
        bind_text(&q, number);
        if (!take_named(&q, out)) return false;
    }
    return true;
}

/* As it was typed, and without what people put in between. */
static bool find_trade(struct tx *tx, const char *text, struct order_search *out)
{
    const char *const written[] = { text, proof_without_gaps(tx_arena(tx), text) };
    struct query q;
    for (size_t i = 0; i < ARRAY_LEN(written); i++) {
        for (const struct provider *const *p = billing_providers; *p; p++) {
            q = query(tx, &orders_of_trade);
            bind_text(&q, (*p)->name), bind_text(&q, written[i]), bind_i64(&q, FOUND_MAX);
            if (!take_named(&q, out)) return false;
        }
        q = query(tx, &orders_of_mismatch);
        bind_text(&q, written[i]), bind_i64(&q, FOUND_MAX);
        if (!take_named(&q, out)) return false;
    }
    q = query(tx, &order_of_proof);
    bind_text(&q, proof_text(tx_arena(tx), text));
    return take_named(&q, out);
}

bool order_search_begin(struct tx *tx, const char *text, struct order_search *out)
{
    struct account *account = ARENA_ARRAY(tx_arena(tx), struct account, SEARCH_ACCOUNTS_MAX);
    *out = (struct order_search){ 0 };
    if (!find_ours(tx, our_number(tx_arena(tx), text), out) || !find_trade(tx, text, out)) return false;
    if (!accounts_search(tx, text, SEARCH_ACCOUNTS_MAX, account, &out->accounts)) return false;
    for (size_t i = 0; i < out->accounts; i++) out->account[i] = account[i].id;
    return true;
}

/* ---- a page of them ---- */

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

bool order_search_page(struct tx *tx, const struct order_search *s, int64_t after, size_t limit, int64_t *id,
                       size_t *count)
{
    assert(limit > 0 && limit <= PAGE_LIMIT_MAX);
    int64_t *all = ARENA_ARRAY(tx_arena(tx), int64_t, SEARCH_NAMED_MAX + SEARCH_ACCOUNTS_MAX * limit);
    size_t n = 0;
    *count = 0;
    for (size_t i = 0; i < s->nameds; i++)
        if (s->named[i] < after) all[n++] = s->named[i];
    for (size_t i = 0; i < s->accounts; i++) {
        struct query q = query(tx, &orders_of_one);
        enum row row;
        bind_i64(&q, s->account[i]), bind_i64(&q, after), bind_i64(&q, (int64_t)limit);
        while ((row = query_next(&q)) == ROW_FOUND) all[n++] = col_i64(&q, "id");
        if (row == ROW_FAULT) return false;
    }
    qsort(all, n, sizeof all[0], newest_first);
    for (size_t i = 0; i < n && *count < limit; i++)
        if (i == 0 || all[i] != all[i - 1]) id[(*count)++] = all[i];
    return true;
}
