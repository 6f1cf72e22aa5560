/* billing.h: what is sold for money, and that what is paid is delivered or given back.
 *
 *   an offer → an order of an account → a payment of it at a provider → the provider says that it is paid, in a
 * verified notice → in one transaction: payment, order, what was bought (credits, or days of a plan), books, letter,
 * audit
 *
 * What is paid and cannot be delivered (the order was closed or paid already, the shop is gone) is refunded by itself.
 * So every payment that is paid counts for a delivered order, or has refunds that make up all of it: `billing_owed`
 * counts the others, and is 0.
 *
 * Order of row locks: an order, then its payments, then its refunds, each by id; then as shops.h says. Whoever holds a
 * shop or anything behind it takes none of these. A coupon's row comes behind all of them, before events alone. */
#ifndef CHATHUB_BILLING_BILLING_H
#define CHATHUB_BILLING_BILLING_H

#include "audit/audit.h"
#include "base/money.h"
#include "http/route.h"
#include "inbound/inbound.h"
#include "jobs/jobs.h"
#include "storage/verify.h"
#include "tenants/tenants.h"

struct mail_settings;
/* The days of merchants, by whoever knows time zones; a day is told by its number since 1970. */
struct billing_calendar {
    /* Of an account; "": UTC. False: storage fault. */
    bool (*zone)(struct tx *tx, int64_t account, struct arena *a, const char **out);
    int64_t (*day_begins_ms)(const char *zone, int64_t day);
    int64_t (*day_of)(const char *zone, int64_t at_ms);
};
struct billing_settings { /* filled by app, immutable */
    const char *base_url;
    const struct mail_settings *mail; /* NULL: no letters are written */
    bool production;                  /* no sandbox provider */
    int64_t pack_price;               /* fen, of the first pack of 1000 credits; 0: 10000 */
    int64_t approve_above;            /* minor units of an order's currency: a refund above needs a second person */
    /* Whether this account's owner has had a trial, and erased the sign-in since. NULL: not asked. False: storage fault
     */
    bool (*trial_was_had)(struct tx *tx, int64_t account, bool *had);
    /* Something is sold anew or at another price, in this transaction. NULL: nobody wants to know. False: storage
     * fault.
     */
    bool (*offers_changed)(struct tx *tx, int64_t now_ms);
    struct billing_calendar calendar; /* each NULL: UTC */
};
extern struct billing_settings billing_settings;

extern const struct route billing_routes[], billing_order_routes[], billing_plan_routes[], billing_operator_routes[],
    billing_refund_routes[], billing_mismatch_routes[], billing_hand_routes[], billing_offer_routes[],
    billing_coupon_routes[], billing_money_routes[], billing_paper_routes[], billing_profile_routes[],
    billing_seller_routes[], billing_pay_routes[], billing_sandbox_routes[], billing_bill_routes[],
    billing_numbers_money_routes[], billing_numbers_postings_routes[], billing_numbers_plans_routes[],
    billing_numbers_failed_routes[], billing_owed_routes[], billing_plan_end_routes[], billing_spending_routes[],
    billing_spent_routes[], billing_renewal_letter_routes[];
extern const struct job_kind billing_start_job, billing_look_job, billing_close_job, billing_sweep_job;
extern const struct letter *const billing_letters[],
    *const billing_refund_letters[], *const billing_plan_letters[], *const billing_renewal_letters[];
extern const struct verify_check billing_checks[], billing_refund_checks[], billing_plan_checks[],
    billing_paper_checks[], billing_coupon_checks[];

/* billing.bills: cron; days of providers whose bills are due. billing.bill: day `ref`. billing.event: what a provider
 * could not deliver. */
extern const struct job_kind billing_bills_job, billing_bill_job, billing_event_job;
/* billing.plans: cron; letters before an end, ends, renewals from credits. billing.switch_on: cron; chats that are paid
 * for and not on. */
extern const struct job_kind billing_plans_job, billing_switch_on_job, billing_refund_job;

/* The offers of the design, where none are. At start, before the first request. */
MUST_USE bool billing_begin(struct tx *tx, int64_t now_ms);

/* Hook for the landing page (site): what is sold now. Texts live as long as the transaction's arena. */
struct site_offer;
MUST_USE bool billing_on_sale(struct tx *tx, struct site_offer *out, size_t max, size_t *count);
int64_t billing_trial_days(void); /* of the one trial of an account */
/* Hook for credits: what 1000 of them cost in fen, at the rate of the smallest pack; *fen stays where none is sold. */
MUST_USE bool billing_credit_price(struct tx *tx, int64_t *fen);

/* Payments that are paid, and neither delivered for nor given back or on their way back: a refund that waits for
 * somebody's consent, or is under way for more than a week, is not. Walks an index that holds nothing else. */
MUST_USE bool billing_owed(struct tx *tx, int64_t *count);

/* What waits for an operator: each counted up to 1,000, but for `owed`. */
struct billing_waits {
    int64_t owed, mismatches, refunds_asked, refunds_pending, hands;
};
MUST_USE bool billing_waiting(struct tx *tx, struct billing_waits *out);
/* Told (tx_notify) with each order that changes: operators' pages read again. */
#define BILLING_CHANNEL "money"

/* Hooks for others: what pays for shops (tenants), how many seats an account has (accounts; 0: no plan says, so the
 * house's own number counts), how many websites a shop may name beside its own (chat; -1: any number). */
bool billing_entitlements(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count,
                          struct tenants_entitlement *out);
/* An account was closed by who erased the sign-in: the details for invoices go; orders and papers stay. */
MUST_USE bool billing_forget(struct tx *tx, int64_t account);
MUST_USE bool billing_seats(struct tx *tx, int64_t account, int64_t now_ms, int64_t *out);
MUST_USE bool billing_websites(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms, int64_t *out);
/* Hooks for shops and credits, as tenants' of the same names. The second comes before tenants': what goes on from
 * credits is paid then. */
MUST_USE bool billing_shop_purged(struct tx *tx, const struct shop *s, int64_t now_ms);
MUST_USE bool billing_shop_resumed(struct tx *tx, const struct shop *s, int64_t now_ms);
MUST_USE bool billing_credits_came(struct tx *tx, int64_t account, int64_t now_ms);
#endif
