/* test_refund_fix.h: what the tests of refunds and of operators' routes share: a provider that says what a test tells
 * it to, an order of credits that is paid by its word, and the proof that all of it is sound. */
#ifndef CHATHUB_BILLING_TEST_REFUND_FIX_H
#define CHATHUB_BILLING_TEST_REFUND_FIX_H

#include "base/testing.h"
#include "base/clock.h"
#include "billing/private.h"
#include "credits/credits.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include <stdio.h>

/* ---- the provider ---- */

enum fake_says { FAKE_DONE, FAKE_TAKEN, FAKE_UNKNOWN, FAKE_LATER, FAKE_REFUSED, FAKE_ABSENT, FAKE_OURS, FAKE_FAILED };
static struct {
    enum fake_says refund, query; /* what it says to a refund, and to a question about it */
    bool does;                    /* whatever it says to a refund, it does it */
    int refunds, queries;         /* how often it was called */
    int64_t given;                /* minor units that it gave back */
    char key[64];                 /* the refund's number that it knows; it gives back once for each */
    bool ready;
} fake;

static inline void fake_answer(struct provider_call *c, enum fake_says says)
{
    c->has_notice = false;
    switch (says) {
    case FAKE_DONE:
    case FAKE_FAILED:
        c->outcome = PAYMENT_OUTCOME_OK, c->has_notice = true;
        c->notice =
            (struct payment_notice){ .about_order = true,
                                     .said = says == FAKE_DONE ? PAYMENT_SAYS_REFUNDED : PAYMENT_SAYS_REFUND_FAILED,
                                     .type = STR("REFUND"),
                                     .order = c->order.number,
                                     .amount = c->order.amount,
                                     .refund = c->refund,
                                     .refund_amount = c->refund_amount };
        break;
    case FAKE_TAKEN: c->outcome = PAYMENT_OUTCOME_OK; break;
    case FAKE_UNKNOWN: c->outcome = PAYMENT_OUTCOME_UNKNOWN, c->error = "timed out"; break;
    case FAKE_LATER: c->outcome = PAYMENT_OUTCOME_LATER; break;
    case FAKE_REFUSED: c->outcome = PAYMENT_OUTCOME_REFUSED, c->error = "the seller's balance is too low"; break;
    case FAKE_ABSENT: c->outcome = PAYMENT_OUTCOME_ABSENT; break;
    case FAKE_OURS: c->outcome = PAYMENT_OUTCOME_OURS, c->error = "the key is not known"; break;
    }
}

static inline void fake_refund(struct provider_call *c)
{
    fake.refunds++;
    bool known = str_eq(c->refund, str_of(fake.key));
    if ((fake.does || fake.refund == FAKE_DONE) && !known) fake.given += money_minor(c->refund_amount);
    if (fake.does || fake.refund == FAKE_DONE)
        snprintf(fake.key, sizeof fake.key, "%.*s", (int)c->refund.n, c->refund.p);
    fake_answer(c, fake.refund);
}

static inline void fake_refund_query(struct provider_call *c)
{
    fake.queries++;
    fake_answer(c, fake.query);
}

static inline bool fake_ready(void) { return fake.ready; }

static const struct provider fake_provider = { .name = "fake",
                                               .name_en = "Fake Pay",
                                               .name_zh = "假支付",
                                               .ready = fake_ready,
                                               .refund = fake_refund,
                                               .refund_query = fake_refund_query };
const struct provider *const billing_providers[] = { &fake_provider, NULL };

/* ---- plans, of which refunds only need to know that they are told ---- */

static int plans_delivered, plans_taken_back;
enum deliver plan_deliver(struct tx *tx, struct order *o, const struct offer *offer, int64_t now_ms, const char **why)
{
    plans_delivered++;
    return tx && o && offer && now_ms > 0 && why ? DELIVER_DONE : DELIVER_FAULT;
}
bool plan_take_back(struct tx *tx, const struct order *o, int64_t now_ms)
{
    plans_taken_back++;
    return tx && o && now_ms > 0;
}

/* ---- an order that is paid ---- */

enum { PACK_CREDITS = 1000, PACK_PRICE = 10000, PLAN_PRICE = 5000, ANN = 901, BOB = 902, APPROVE_ABOVE = 20000 };

static inline enum row fix_owner(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && account > 0 ? ROW_FOUND : ROW_FAULT;
}

static inline bool fix_people(struct tx *tx, int64_t account, const int64_t *person, size_t count,
                              struct audit_person *out)
{
    for (size_t i = 0; i < count; i++)
        out[i].email = person[i] == ANN ? "ann@house.example" : person[i] == BOB ? "bob@house.example" : NULL;
    return tx != NULL && account == 0;
}

static struct keyring *fix_keyring;
static struct mail_settings fix_mail;

static inline void fix_start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } };
    static const uint8_t id[1] = { 1 };
    kit_start();
    if (!fix_keyring) fix_keyring = keyring_new(key, id, 1);
    fix_mail =
        (struct mail_settings){ .from = "Chathub <no-reply@chathub.example>", .keep = true, .keyring = fix_keyring };
    memset(&fake, 0, sizeof fake);
    fake.ready = true;
    plans_delivered = plans_taken_back = 0;
    tenants_hooks.owner = fix_owner;
    audit_hooks.people = fix_people;
    billing_settings = (struct billing_settings){ .base_url = "https://chathub.example",
                                                  .mail = &fix_mail,
                                                  .approve_above = APPROVE_ABOVE };
    EXPECT(billing_begin(t->tx, kit_now()));
}

struct fix_paid {
    struct order o;
    struct payment p;
};

/* Of so many packs of credits (0: of a plan), with one payment that is open. */
static inline struct fix_paid fix_order(struct test_db *t, int64_t account, int64_t packs)
{
    struct fix_paid f = { 0 };
    struct offer offer;
    struct money price;
    EXPECT(offers_sold(t->tx, packs ? "credits-1000" : "basic", CURRENCY_CNY, &offer) == ROW_FOUND);
    EXPECT(money_times(offer.price, packs ? packs : 1, &price));
    struct order_quote q = { .order = { .account = account,
                                        .person = account,
                                        .shop = packs ? 0 : 77,
                                        .purpose = packs ? "credits" : "plan:77",
                                        .offer = offer.id,
                                        .kind = offer.kind,
                                        .seats = offer.seats,
                                        .quantity = packs ? packs : 1,
                                        .list_amount = price,
                                        .discount = money_of(0, CURRENCY_CNY),
                                        .credited = money_of(0, CURRENCY_CNY),
                                        .amount = price },
                             .line = { { packs ? "credits" : "plan", packs ? packs : 1, 0, 0, offer.price, price } },
                             .lines = 1 };
    EXPECT(orders_insert(t->tx, &q, kit_now()));
    f.o = q.order;
    f.p = (struct payment){ .order = f.o.id, .account = account, .provider = "fake", .way = "page", .amount = price };
    f.p.expires_at_ms = f.o.expires_at_ms;
    EXPECT(payment_insert(t->tx, &f.p, kit_now()));
    return f;
}

/* The provider's word, as a notification brings it. Texts of its outcome are for whoever asks. */
static inline const char *fix_heard(struct test_db *t, const struct payment_notice *n)
{
    static char memory[DELIVERY_OUTCOME_MAX + 1];
    struct buf outcome;
    buf_fixed(&outcome, memory, sizeof memory);
    const struct heard h = { .provider = &fake_provider, .notice = n, .how = "notice", .now_ms = kit_now() };
    EXPECT(billing_apply(t->tx, &h, &outcome));
    return buf_terminated(&outcome);
}

static inline struct payment_notice fix_notice(const struct fix_paid *f, enum payment_said said)
{
    return (struct payment_notice){ .about_order = true,
                                    .said = said,
                                    .type = STR("fake"),
                                    .order = str_of(f->p.number),
                                    .trade = str_of(f->p.number),
                                    .amount = f->p.amount };
}

static inline void fix_read(struct test_db *t, struct fix_paid *f)
{
    EXPECT(orders_get(t->tx, f->o.id, true, &f->o) == ROW_FOUND);
    EXPECT(payment_get(t->tx, f->p.id, true, &f->p) == ROW_FOUND);
}

static inline struct fix_paid fix_paid_order(struct test_db *t, int64_t account, int64_t packs)
{
    struct fix_paid f = fix_order(t, account, packs);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    fix_read(t, &f);
    assert_int_equal(f.p.state, PAYMENT_PAID);
    assert_int_equal(f.o.state, ORDER_DELIVERED);
    return f;
}

/* ---- asking ---- */

static inline struct kit_answer fix_call(struct test_db *t, int64_t person, const struct route *routes, enum verb verb,
                                         const char *path, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = routes, .verb = verb, .path = path, .account = person, .body = body });
}

static inline struct kit_answer fix_post(struct test_db *t, int64_t person, const struct route *routes,
                                         const struct fix_paid *f, const char *what, const char *members)
{
    const char *path = arena_printf(t->arena, "/api/operator/orders/%s/%s", f->o.number, what);
    const char *body = arena_printf(t->arena, "{\"payment\":\"%s\"%s%s}", f->p.number, members[0] ? "," : "", members);
    return fix_call(t, person, routes, VERB_POST, path, body);
}

static inline struct kit_answer fix_refund(struct test_db *t, int64_t person, const struct fix_paid *f,
                                           const char *members)
{
    return fix_post(t, person, billing_refund_routes, f, "refund", members);
}

static inline const char *fix_text(const struct kit_answer *a, const char *name)
{
    return json_string_value(json_object_get(a->json, name));
}

static inline int64_t fix_number(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(a->json, name));
}

static inline int64_t fix_newest(struct test_db *t) { return test_number(t, "SELECT MAX(id) FROM refunds"); }

static inline struct kit_attempt fix_attempt(struct test_db *t, int64_t attempt)
{
    return (struct kit_attempt){ .kind = &billing_refund_job, .id = 1, .ref = fix_newest(t), .attempt = attempt };
}

static inline enum job_wish fix_work(struct test_db *t, int64_t attempt)
{
    struct kit_attempt a = fix_attempt(t, attempt);
    return kit_job(t, &a);
}

static inline enum refund_state fix_state(struct test_db *t)
{
    struct refund r;
    EXPECT(refund_get(t->tx, fix_newest(t), false, &r) == ROW_FOUND);
    return r.state;
}

static inline int64_t fix_available(struct test_db *t, int64_t account)
{
    struct credit_balance b;
    EXPECT(credits_balance(t->tx, account, &b) == ROW_FOUND);
    return credits_count(b.available);
}

static inline int64_t fix_mismatches(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM mismatches WHERE kind = '%s'", kind));
}

static inline int64_t fix_book(struct test_db *t, const char *book)
{
    return test_number(t, arena_printf(t->arena,
                                       "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting_entries"
                                       " WHERE book = '%s'",
                                       book));
}

static inline int64_t fix_owed(struct test_db *t)
{
    int64_t owed;
    EXPECT(billing_owed(t->tx, &owed));
    return owed;
}

/* The job of a refund that is under way is there, as it was put. */
static inline void fix_expect_sound(struct test_db *t)
{
    test_expect_sound(t, billing_refund_checks);
    test_expect_sound(t, billing_checks);
    test_expect_sound(t, credits_checks);
    assert_int_equal(
        fix_book(t, "provider:fake") + fix_book(t, "revenue") + fix_book(t, "refunds") + fix_book(t, "mismatch"), 0);
}

#endif
