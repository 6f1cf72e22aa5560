/* plans.h: what the files about plans share, beside what private.h says to all of billing/. Whoever changes a row here
 * holds the shop's lock, but for plan_credits_came. */
#ifndef CHATHUB_BILLING_PLANS_H
#define CHATHUB_BILLING_PLANS_H

#include "base/clock.h"
#include "billing/private.h"
#include "credits/credits.h"
#include "outbound/letters.h"
#include "shops/shops.h"

#define BILLING_PLAN_REASONS(X) X(plan_renewal)
BILLING_PLAN_REASONS(CREDITS_DECLARE)

enum { PLAN_GRACE_DAYS = 7 }; /* grace: as tenants' own */
#define PLAN_OF_TRIAL "basic"

/* ---- plan_rows.c ---- */
struct plan_period {
    int64_t id, shop, account, order, offer, seats, from_ms, to_ms, ended_ms, ended_by;
    const char *key; /* "order:<id>", "trial:<account>", "plan:<shop>:<the end before>" */
    struct money paid;
};
MUST_USE bool plan_page(struct tx *tx, int64_t account, int64_t after, struct shop_plan *out, size_t most,
                        size_t *count);
/* With what is wished for its next period only where it renews. */
MUST_USE bool plan_put(struct tx *tx, const struct shop_plan *p, int64_t now_ms);
bool plan_wishes(const struct shop_plan *p); /* it renews, and becomes something else then */
MUST_USE bool plan_period_put(struct tx *tx, struct plan_period *p, int64_t now_ms); /* sets id */
/* All but account, order and paid. */
MUST_USE enum row plan_period_by_key(struct tx *tx, const char *key, struct plan_period *out);

/* ---- plan_clock.c: when somebody has to look at a plan again ---- */
enum { PLAN_TOLD_7 = 1, PLAN_TOLD_3 = 2, PLAN_TOLD_1 = 4, PLAN_TOLD_END = 8 }; /* warned; stored */
/* Stored with them: it did not run out, but was taken back, or ended by an operator. Gone with its next end. */
enum { PLAN_TAKEN = 16 };
/* Stored with them: of the nearest day nothing was told, as the credits for its renewal were there; judged again at
 * each look, and told when they no longer are. */
enum { PLAN_COVERED = 32 };
struct plan_notice {
    int days, bit; /* so many days before the end */
};
enum { PLAN_NOTICES = 3 };
extern const struct plan_notice plan_notices[PLAN_NOTICES];
/* Its end has moved: what is announced of it begins anew, but for what its end is too near for. Sets warned, due. */
/* plans.c: the row as its last period says, or over; with its clock, and what became of it. */
MUST_USE bool plan_follow(struct tx *tx, struct shop_plan *p, int64_t now_ms);
void plan_clock_set(struct shop_plan *p, int64_t now_ms);
int64_t plan_due_ms(const struct shop_plan *p); /* of what is still to come; 0: nothing */
#define PLAN_RENEWS_BEFORE_MS DAY_MS
/* What becomes another plan renews so shortly before its end: the shop has the new one from then on. */
#define PLAN_NEXT_BEFORE_MS (10 * MINUTE_MS)
/* While an order for the shop may still be paid its renewal waits for it, up to this long before the end. */
#define PLAN_WAITS_BEFORE_MS (2 * MINUTE_MS)
int64_t plan_renews_at_ms(const struct shop_plan *p);

/* ---- plan_on.c ---- */
/* Switches the chat on, as what pays for it says (tenants_begin_paid); where that is not done at once,
 * billing.switch_on sees to it. The shop is locked and not deleted, and its plan runs. `tries`: so often it was tried
 * before. */
MUST_USE bool plan_switch_on(struct tx *tx, const struct shop *s, int64_t tries, int64_t now_ms);

/* ---- plan_moves.c: what became of it, for the operator's numbers ---- */
enum plan_moved_by { PLAN_MOVED_BY_GIVING, PLAN_MOVED_BY_TIME, PLAN_MOVED_BY_TAKING };
/* Whoever saves a plan calls this once, with the row as it was (shop 0: there was none) and as it is. */
MUST_USE bool plan_moved(struct tx *tx, const struct shop_plan *before, const struct shop_plan *after,
                         enum plan_moved_by by, int64_t now_ms);
/* What was paid for a plan of this account went back: its trial became a paid one only if something else is left. */
MUST_USE bool plan_paid_back(struct tx *tx, int64_t account);

/* ---- plans.c ---- */
/* The step, the period and the row of something that was given to a shop which is locked and not deleted: saved, told
 * to tenants, the trail and the open pages. */
struct plan_gift {
    const struct shop *shop;
    const struct offer *offer;
    int64_t seats, order, days, actor, now_ms; /* days: of the offer, or of a trial */
    bool behind;           /* the wish of who has a plan: put behind what is there, whatever it is, and ends nothing */
    int64_t counted_at_ms; /* of an order: what it ends was counted in its price as it was then */
    const char *key;
    struct money paid;
    enum subscription_source source;
};
MUST_USE bool plan_give(struct tx *tx, const struct plan_gift *g, struct shop_plan *out);
MUST_USE bool plan_audit(struct tx *tx, struct audit_action action, const struct shop_plan *p, const char *why,
                         int64_t actor, int64_t now_ms);
MUST_USE bool plan_tell(struct tx *tx, const struct shop_plan *p); /* open pages look anew */

/* ---- plan_prices.c ---- */
/* What plans and credits cost today; read once for many plans. */
struct plan_prices {
    struct offer offer[OFFERS_MAX];
    size_t count;
};
MUST_USE bool plan_prices_read(struct tx *tx, struct plan_prices *out);
struct plan_renewal {
    const struct offer *offer; /* the version that is sold */
    int64_t seats;             /* those it had, or those of the price where that has more now */
    struct money price;
    struct credits credits; /* at the rate of the smallest pack of credits, rounded up */
};
/* All but `credits`: what going on costs today. False: it is sold no more, or not with so many seats. */
bool plan_price_today(const struct plan_prices *prices, const struct shop_plan *p, struct plan_renewal *out);
/* What its next period is (plan_wishes), in credits. False: also when no credits are sold in its currency. */
bool plan_renewal_of(const struct plan_prices *prices, const struct shop_plan *p, struct plan_renewal *out);

/* ---- plan_renewal.c: going on from credits ---- */
enum plan_renewed { PLAN_RENEW_FAULT = -1, PLAN_RENEWED, PLAN_RENEW_UNPAID, PLAN_RENEW_NOT };
/* One period more, once for each end (the ledger's key). UNPAID: not enough credits. NOT: it cannot be had. */
MUST_USE enum plan_renewed plan_renew(struct tx *tx, const struct plan_prices *prices, const struct shop *s,
                                      const struct shop_plan *p, int64_t now_ms);

/* ---- renewal_letters.c ---- */
/* To the account's owner, if it wants one: it went on from credits, and is as `p` now. */
MUST_USE bool plan_renewed_letter(struct tx *tx, const struct shop *s, const struct shop_plan *p, struct credits taken,
                                  struct credits left);

/* ---- plan_letters.c ---- */
/* What every letter about a shop's plan has: who gets it, which shop and plan, its last day, and the plan's page. */
struct plan_letter_head {
    struct letter_to to;
    struct letter_value shop, plan, date, link;
};
/* NONE: nobody is written to. */
MUST_USE enum row plan_letter_begin(struct tx *tx, const struct shop *s, const struct shop_plan *p,
                                    struct plan_letter_head *out);
/* The name of another plan, in the reader's language. */
struct letter_value plan_letter_name(const struct plan_letter_head *h, const char *en, const char *zh);
/* To the account's owner: so many days are left; nobody to write to: true. It ends; or it would go on by itself, and
 * credits are missing (`renewal`), or what it would go on as cannot be had (`gone`). */
struct plan_letter {
    const struct shop *shop;
    const struct shop_plan *plan;
    int days;
    const struct plan_renewal *renewal; /* NULL: none, or nothing is missing */
    struct credits available;
    bool gone;
};
MUST_USE bool plan_letter_put(struct tx *tx, const struct plan_letter *l);
/* An operator has set its end. */
MUST_USE bool plan_end_letter(struct tx *tx, const struct shop *s, const struct shop_plan *p);
#endif
