/* test_bill_fix.h: a provider whose bill says what a test tells it to, and days of it, for tests of bills. */
#ifndef CHATHUB_BILLING_TEST_BILL_FIX_H
#define CHATHUB_BILLING_TEST_BILL_FIX_H

#include "base/clock.h"
#include "billing/bills.h"
#include "billing/test_money.h"

/* ---- a provider with bills ---- */

enum { ROWS = 8 };
static struct {
    bool ready;
    enum payment_outcome outcome;
    struct bill_row row[ROWS];
    size_t rows;
    int asked;
    int64_t day; /* that was asked for last */
    const char *missed;
    enum payment_outcome event;
} fake;

static inline bool fake_ready(void) { return fake.ready; }

static inline void fake_bill(struct provider_bill *b)
{
    fake.asked++;
    fake.day = b->day;
    b->outcome = fake.outcome;
    if (b->outcome != PAYMENT_OUTCOME_OK) b->error = "it said no";
    b->bill = (struct bill){ .count = fake.rows, .row = fake.row };
    b->missed = ARENA_NEW(b->arena, struct str);
    if (fake.missed) b->missed[b->missed_count++] = str_of(fake.missed);
}

static inline void fake_event(struct provider_event *e) { e->outcome = fake.event; }

static const struct provider bills_provider = { .name = "sandbox",
                                                .name_en = "Sandbox",
                                                .name_zh = "沙盒",
                                                .ways = money_ways,
                                                .ready = fake_ready,
                                                .takes = money_takes,
                                                .bill_after_ms = HOUR_MS,
                                                .bill = fake_bill,
                                                .event = fake_event };
const struct provider *const billing_providers[] = { &bills_provider, NULL };
const struct provider *provider_named(const char *name) { return text_eq(name, "sandbox") ? &bills_provider : NULL; }

/* ---- steps ---- */

#define BEGIN KIT_START_MS /* midnight; the day before it is the first that has a row */

static inline void begin(struct test_db *t)
{
    memset(&fake, 0, sizeof fake);
    fake.ready = true, fake.outcome = PAYMENT_OUTCOME_OK;
    money_start(t);
}

static inline void cron(struct test_db *t, int64_t at_ms)
{
    enum job_wish wish = JOB_NEXT;
    kit_set_now(at_ms);
    for (int i = 0; i < 4 && wish == JOB_NEXT; i++)
        wish = kit_job(t, &(struct kit_attempt){ .kind = &billing_bills_job });
    assert_int_equal(wish, JOB_FINISHED);
}

static inline enum job_wish read_bill(struct test_db *t, int64_t day)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &billing_bill_job, .id = 1000, .ref = day, .attempt = 1 });
}

static inline struct bill_day day_now(struct test_db *t, int64_t id)
{
    struct bill_day d;
    EXPECT(bill_days_get(t->tx, id, false, &d) == ROW_FOUND);
    return d;
}

/* The day that begins at this time; its row is made if it is over. */
static inline int64_t day_of(struct test_db *t, int64_t from_ms)
{
    return test_number(t, arena_printf(t->arena, "SELECT COALESCE(MAX(id), 0) FROM bill_days WHERE from_ms = %lld",
                                       (long long)from_ms));
}

static inline int64_t jobs(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM jobs WHERE kind = '%s'", kind));
}

/* Made at BEGIN: an empty day before, so that the next one is not the first. */
static inline void first_day(struct test_db *t)
{
    cron(t, BEGIN);
    cron(t, BEGIN + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN - DAY_MS)), JOB_FINISHED);
    assert_int_equal(day_now(t, day_of(t, BEGIN - DAY_MS)).state, BILL_AGREES);
}

/* The day of BEGIN, an hour after it is over, with its bill read. */
static inline struct bill_day that_day(struct test_db *t)
{
    cron(t, BEGIN + DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN)), JOB_FINISHED);
    return day_now(t, day_of(t, BEGIN));
}

static inline struct payment begun(struct test_db *t)
{
    struct order o = money_order(t, kit_account(t, 0), 1);
    return money_payment(t, &o);
}

static inline struct payment paid(struct test_db *t, const char *trade)
{
    struct payment p = begun(t);
    (void)money_paid(t, &p, trade);
    return money_payment_now(t, p.id);
}

static inline struct bill_row *bill_has(struct test_db *t, const struct payment *p, const char *trade)
{
    assert_true(fake.rows < ROWS);
    struct bill_row *r = &fake.row[fake.rows++];
    *r = (struct bill_row){ .order = str_of(arena_text(t->arena, p->number)),
                            .trade = str_of(trade),
                            .amount = p->amount };
    return r;
}

static inline void expect_sum(struct test_db *t, int64_t day, enum bill_kind kind, int64_t theirs, int64_t ours)
{
    struct bill_sums *s = ARENA_NEW(t->arena, struct bill_sums);
    EXPECT(bill_sums_read(t->tx, &day, 1, &s));
    for (size_t i = 0; i < s->count; i++) {
        if (s->sum[i].kind != kind) continue;
        assert_int_equal(money_minor(s->sum[i].theirs), theirs);
        assert_int_equal(money_minor(s->sum[i].ours), ours);
        return;
    }
    assert_int_equal(theirs, -1);
}

static inline struct bill_difference difference(struct test_db *t, int64_t day)
{
    struct bill_difference *all = ARENA_ARRAY(t->arena, struct bill_difference, BILL_DIFFERENCES_MAX);
    size_t count;
    EXPECT(bill_differences_of(t->tx, day, all, &count));
    assert_int_equal(count, 1);
    return all[0];
}

static inline struct refund given_back(struct test_db *t, struct payment *p, int64_t minor)
{
    struct order o = money_order_now(t, p->order);
    struct refund r;
    const struct refund_wish w = { .amount = CNY(minor), .cause = "operator", .reason = "a test", .now_ms = kit_now() };
    EXPECT(refund_put(t->tx, &o, p, &w, &r) == REFUND_PUT);
    return r;
}

static inline struct bill_row *bill_has_refund(struct test_db *t, const struct payment *p, const char *number,
                                               int64_t minor)
{
    struct bill_row *r = bill_has(t, p, "T1");
    r->is_refund = true, r->refund = str_of(arena_text(t->arena, number)), r->amount = CNY(minor);
    return r;
}

#endif
