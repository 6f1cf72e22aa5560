/* test_money.h: what the tests of orders and payments share: offers, an account that orders credits, a payment that is
 * begun, and what its provider says of it. Every test of money ends with the whole of it proven (EXPECT_MONEY_TRUE). */
#ifndef CHATHUB_BILLING_TEST_MONEY_H
#define CHATHUB_BILLING_TEST_MONEY_H

#include "tenants/test_fix.h"
#include "billing/private.h"

#define CNY(fen) money_of((fen), CURRENCY_CNY)

static const char *const money_ways[] = { "page", NULL };
static inline bool money_yes(void) { return true; }
static inline bool money_takes(struct money m) { return money_currency(m) == CURRENCY_CNY; }
static const struct provider money_provider = { .name = "sandbox",
                                                .name_en = "Sandbox",
                                                .name_zh = "沙盒",
                                                .ways = money_ways,
                                                .ready = money_yes,
                                                .takes = money_takes };

#define EXPECT_MONEY_TRUE(t)                                                                                           \
    do {                                                                                                               \
        test_expect_sound((t), billing_checks);                                                                        \
        test_expect_sound((t), credits_checks);                                                                        \
    } while (0)

static inline void money_start(struct test_db *t)
{
    fix_start();
    billing_settings = (struct billing_settings){ .base_url = "https://chathub.example", .approve_above = 100000 };
    EXPECT(billing_begin(t->tx, kit_now()));
}

static inline struct offer money_offer(struct test_db *t, const char *code)
{
    struct offer o;
    EXPECT(offers_sold(t->tx, code, CURRENCY_CNY, &o) == ROW_FOUND);
    return o;
}

static inline enum quote money_wish(struct test_db *t, struct order_wish w, const char *code, struct order_quote *q)
{
    w.offer = money_offer(t, code);
    w.now_ms = kit_now();
    return order_quote(t->tx, &w, q);
}

/* Credits, so many packs of 1000 for CNY 100.00. */
static inline struct order money_order(struct test_db *t, int64_t account, int64_t packs)
{
    struct order_quote q;
    EXPECT(money_wish(t, (struct order_wish){ .account = account, .person = 1, .quantity = packs }, "credits-1000",
                      &q) == QUOTE_MADE);
    EXPECT(orders_insert(t->tx, &q, kit_now()));
    return q.order;
}

static inline struct payment money_payment(struct test_db *t, const struct order *o)
{
    struct payment p = { .order = o->id,
                         .account = o->account,
                         .provider = money_provider.name,
                         .way = "page",
                         .amount = o->amount,
                         .expires_at_ms = o->expires_at_ms };
    EXPECT(payment_insert(t->tx, &p, kit_now()));
    return p;
}

static inline struct order money_order_now(struct test_db *t, int64_t id)
{
    struct order o;
    EXPECT(orders_get(t->tx, id, false, &o) == ROW_FOUND);
    return o;
}

static inline struct payment money_payment_now(struct test_db *t, int64_t id)
{
    struct payment p;
    EXPECT(payment_get(t->tx, id, false, &p) == ROW_FOUND);
    return p;
}

/* What the provider says of a payment, under trade number T1. */
static inline struct payment_notice money_says(const struct payment *p, enum payment_said said)
{
    return (struct payment_notice){ .event = STR("e1"),
                                    .type = STR("test"),
                                    .about_order = true,
                                    .said = said,
                                    .order = str_of(p->number),
                                    .trade = STR("T1"),
                                    .amount = p->amount };
}

/* Gives the outcome that operators read. */
static inline const char *money_hear(struct test_db *t, const struct payment_notice *n)
{
    struct buf outcome;
    const struct heard h = {
        .provider = &money_provider, .notice = n, .how = "notice", .delivery = 7, .now_ms = kit_now()
    };
    buf_init(&outcome, DELIVERY_OUTCOME_MAX);
    EXPECT(billing_apply(t->tx, &h, &outcome));
    const char *text = arena_text(t->arena, buf_terminated(&outcome));
    buf_free(&outcome);
    return text;
}

static inline const char *money_paid(struct test_db *t, const struct payment *p, const char *trade)
{
    struct payment_notice n = money_says(p, PAYMENT_SAYS_PAID);
    n.trade = str_of(trade);
    return money_hear(t, &n);
}

static inline int64_t money_owed(struct test_db *t)
{
    int64_t n;
    EXPECT(billing_owed(t->tx, &n));
    return n;
}

/* In a book, in minor units of CNY. */
static inline int64_t money_book(struct test_db *t, const char *book)
{
    return test_number(t, arena_printf(t->arena,
                                       "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting_entries"
                                       " WHERE book = '%s' AND currency = 'CNY'",
                                       book));
}

static inline int64_t money_mismatches(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM mismatches WHERE kind = '%s'", kind));
}

#endif
