/* private.h: what the files of billing/ share. */
#ifndef CHATHUB_BILLING_PRIVATE_H
#define CHATHUB_BILLING_PRIVATE_H

#include "billing/billing.h"
#include "billing/provider.h"
#include "payments/payments.h"

/* ---- amounts.c ---- */
extern const struct shape amount_shape[]; /* SHAPE_OBJECT(…, amount_shape, .type_name = "Money") */
void amount_json(struct json *j, const char *name, struct money m);

/* ---- rows.c ---- */
struct move {
    const char *why; /* a word or a short sentence; stored */
    int64_t actor, at_ms;
    const char *network, *user_agent; /* of a person who asked over HTTP; NULL: none. For the audit trail alone */
};
struct move move_by(const struct req *req, const char *why);
enum moved_kind { MOVED_ORDER = 1, MOVED_PAYMENT, MOVED_REFUND }; /* stored */
struct moved {
    enum moved_kind kind;
    int64_t id, version, account; /* version: that it has now; 1: it was made, from 0 */
    int from, to;                 /* as they are stored */
};
/* The row of a mover: for orders, payments and refunds, by their one mover each. */
MUST_USE bool move_put(struct tx *tx, const struct moved *what, const struct move *m);
/* A column of minor units, with the row's `currency` beside it. */
struct money col_money(const struct query *q, const char *name);

/* ---- offers.c ---- */
enum offer_kind { OFFER_NONE, OFFER_PLAN, OFFER_CREDITS, OFFER_KIND_COUNT }; /* stored */
extern const char *const offer_kind_names[];                                 /* "plan", "credits"; NULL-ended */
enum { OFFERS_MAX = 50, OFFER_CODE_MAX = 40, OFFER_NAME_MAX = 80, OFFER_SEATS_MAX = 1000, PACKS_MAX = 100 };
struct offer {
    int64_t id, version, days, seats, websites, credits, created_at_ms, replaced_at_ms;
    enum offer_kind kind;
    const char *code, *name_en, *name_zh;
    struct money price, seat_price;
};
MUST_USE enum row offers_get(struct tx *tx, int64_t id, struct offer *out);
MUST_USE enum row offers_sold(struct tx *tx, const char *code, enum currency c, struct offer *out);
MUST_USE bool offers_list(struct tx *tx, struct offer *out, size_t max, size_t *count); /* those that are sold */
/* Every version, newest first, behind `after`. */
MUST_USE bool offers_versions(struct tx *tx, int64_t after, struct offer *out, size_t max, size_t *count);
/* Of one of them, newest first, behind `after`: with who set it, and how many orders stand at it. */
enum { OFFER_ORDERS_MAX = 1000 }; /* counted so far; one more: there are more */
struct offer_version {
    struct offer offer;
    int64_t actor, orders; /* actor 0: the program, at its first start */
};
MUST_USE bool offers_history(struct tx *tx, const char *code, enum currency c, int64_t after, struct offer_version *out,
                             size_t max, size_t *count);
/* A new version; the one before is replaced. */
MUST_USE bool offers_put(struct tx *tx, const struct offer *o, int64_t actor, int64_t now_ms, int64_t *id);

/* ---- coupons.c: what lowers a price ---- */
enum coupon_kind { COUPON_NONE, COUPON_AMOUNT, COUPON_PERCENT, COUPON_KIND_COUNT }; /* stored */
extern const char *const coupon_kind_names[]; /* "amount", "percent"; NULL-ended */
enum { COUPON_CODE_MIN = 4, COUPON_CODE_MAX = 40, COUPON_MONTHS_MAX = 120, COUPON_MONTH_DAYS = 30, COUPON_WHOLE = 100 };
struct coupon {
    int64_t id, percent, months, from_ms, until_ms, most_uses, uses, actor, ended_by, ended_at_ms, created_at_ms;
    enum coupon_kind kind;
    bool once;
    const char *code, *offers, *note;       /* offers: codes with a space between them; "": all */
    struct money amount, most_given, given; /* in its currency; amount 0: it is a percentage */
};
/* Why a coupon lowers nothing. */
enum coupon_said {
    COUPON_FAULT = -1,
    COUPON_FITS,
    COUPON_UNKNOWN,
    COUPON_OVER,
    COUPON_NOT_YET,
    COUPON_USED_UP,
    COUPON_HAD, /* by this account */
    COUPON_MONTHS_OVER,
    COUPON_OTHER_CURRENCY,
    COUPON_OTHER_OFFER,
    COUPON_NOTHING_OFF
};
struct coupon_use {
    bool takes, once;   /* takes: a use of its own; else it goes on with the months of one */
    int64_t days, left; /* of the coupon's months: that the order has, and that later orders of the shop may have */
    const char *code;   /* NULL: the order has no coupon */
    enum coupon_kind kind;
    int64_t percent, months; /* as it says itself, with `amount` */
    struct money amount;
};
MUST_USE enum row coupons_get(struct tx *tx, int64_t id, struct coupon *out);
MUST_USE enum row coupons_by_code(struct tx *tx, const char *code, enum currency c,
                                  struct coupon *out); /* the newest */
MUST_USE bool coupons_page(struct tx *tx, int64_t after, struct coupon *out, size_t max, size_t *count);
/* A conflict of the transaction: one of this code and currency runs. */
MUST_USE bool coupons_put(struct tx *tx, const struct coupon *c, int64_t now_ms, int64_t *id);
MUST_USE enum row coupons_end(struct tx *tx, int64_t id, int64_t actor, int64_t now_ms); /* ROW_NONE: it was before */
/* The code as it is stored: capital letters, digits and hyphens. False: none can be written so. */
MUST_USE bool coupon_code_read(const char *typed, char out[COUPON_CODE_MAX + 1]);
struct order_wish;
struct order;
/* Of an order that is to be made, with its list amount and what is credited. COUPON_FITS: its coupon and discount, and
 * *use, are set. It writes nothing. */
MUST_USE enum coupon_said coupon_lower(struct tx *tx, const struct order_wish *w, struct order *o,
                                       struct coupon_use *use);
/* For an order that is there, last but for audit and events: a coupon's row is locked behind all others. Anything but
 * COUPON_FITS: the transaction must not commit. */
MUST_USE enum coupon_said coupon_take(struct tx *tx, const struct order *o, const struct coupon_use *use,
                                      int64_t now_ms);
MUST_USE bool coupon_give_back(struct tx *tx, const struct order *o, int64_t now_ms); /* order_move calls it */

/* ---- orders.c ---- */
enum order_state { /* stored */
                   ORDER_NONE,
                   ORDER_OPEN,
                   ORDER_PROCESSING,
                   ORDER_DELIVERED,
                   ORDER_CLOSED,
                   ORDER_GIVEN_BACK,
                   ORDER_STATE_COUNT
};
extern const char *const order_state_names[]; /* "open", "processing", "paid", "closed", "refunded" */
enum { ORDER_NUMBER_SIZE = 27, ORDER_LINES_MAX = 8, ORDER_LIFE_MS = 2 * 60 * 60 * 1000 };
struct order {
    int64_t id, account, person, shop, version, offer, seats, quantity, coupon, paid_by, looks;
    const char *number, *purpose;
    enum order_state state;
    enum offer_kind kind;
    bool closing;
    struct money list_amount, discount, credited, amount;
    int64_t look_at_ms, expires_at_ms, paid_at_ms, ended_at_ms, created_at_ms, updated_at_ms;
};
struct order_line {
    const char *what;
    int64_t quantity, from_ms, to_ms;
    struct money price, amount;
};
/* 128 random bits as 26 letters and digits, which every provider takes; for orders, payments and refunds. */
void order_number(char out[ORDER_NUMBER_SIZE]);
/* What an order of this would be, without a row: prices, proration, discount, line by line (quote.c). */
struct order_wish {
    int64_t account, person, shop, seats, quantity; /* shop 0: credits */
    struct offer offer;
    const char *coupon; /* NULL: none */
    int64_t now_ms;
};
struct order_quote {
    struct order order; /* id 0; amounts, purpose, kind, seats, quantity, coupon */
    struct order_line line[ORDER_LINES_MAX];
    size_t lines;
    struct coupon_use use;
    enum coupon_said said; /* of QUOTE_COUPON */
};
enum quote {
    QUOTE_FAULT = -1,
    QUOTE_MADE,
    QUOTE_NO_SHOP,
    QUOTE_SUSPENDED, /* an operator has suspended the shop */
    QUOTE_SEATS,
    QUOTE_COUPON,
    QUOTE_NOTHING_DUE,
    QUOTE_TOO_MUCH
};
MUST_USE enum quote order_quote(struct tx *tx, const struct order_wish *w, struct order_quote *out);
MUST_USE bool orders_insert(struct tx *tx, struct order_quote *q, int64_t now_ms); /* sets id, number, version, times */
MUST_USE enum row orders_get(struct tx *tx, int64_t id, bool lock, struct order *out);
MUST_USE enum row orders_try_locked(struct tx *tx, int64_t id, struct order *out); /* NONE also: somebody holds it */
MUST_USE enum row orders_by_number(struct tx *tx, const char *number, bool lock, struct order *out);
MUST_USE enum row orders_open_for(struct tx *tx, int64_t account, const char *purpose, bool lock, struct order *out);
/* Of an account, newest first, behind `after` (INT64_MAX: from the newest). */
MUST_USE bool orders_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, struct order *out,
                          size_t *count);
/* Whether the same was ordered later, and is open, paid or was given back. */
MUST_USE bool orders_ordered_again(struct tx *tx, const struct order *o, bool *out);
MUST_USE bool order_tell(struct tx *tx, const struct order *o); /* the event order.changed; last, as events.h says */
MUST_USE bool orders_lines(struct tx *tx, int64_t order, struct order_line *out, size_t *count);
/* The one mover of orders.state: conditional on the version, and a row of billing_moves. Saves the other members that
 * change (paid_by, closing, look_at_ms, looks, expires_at_ms, paid_at_ms, ended_at_ms) too. */
MUST_USE bool order_move(struct tx *tx, struct order *o, enum order_state to, const struct move *m);
MUST_USE bool order_save(struct tx *tx, struct order *o, int64_t now_ms); /* the same members, state as it is */

/* ---- payment_rows.c ---- */
struct payment {
    int64_t id, order, account, version, round, started_at_ms, expires_at_ms, paid_at_ms, created_at_ms;
    const char *number, *provider, *way, *trade, *session, *url, *scan, *error;
    enum payment_state state; /* stored as state + 1 */
    bool counts;
    struct money amount, refunding, refunded;
};
enum { PAYMENTS_OF_ORDER_MAX = 20 };
MUST_USE bool payment_insert(struct tx *tx, struct payment *p, int64_t now_ms);
MUST_USE enum row payment_get(struct tx *tx, int64_t id, bool lock, struct payment *out);
MUST_USE enum row payment_by_number(struct tx *tx, const char *provider, const char *number, struct payment *out);
MUST_USE enum row payment_by_trade(struct tx *tx, const char *provider, const char *trade, struct payment *out);
MUST_USE bool payments_of(struct tx *tx, int64_t order, struct payment *out, size_t *count);
/* The one mover of payments.state; saves all else that changes. */
MUST_USE bool payment_move(struct tx *tx, struct payment *p, enum payment_state to, const struct move *m);
MUST_USE bool payment_save(struct tx *tx, struct payment *p, int64_t now_ms);

/* ---- paid.c: what a verified notice means ---- */
struct heard {
    const struct provider *provider;
    const struct payment_notice *notice;
    const char *how;  /* "notice" or "query": how we know */
    bool seen;        /* this event was handled before: it is checked again, and nothing follows */
    int64_t delivery; /* the row of inbound/; 0: none */
    int64_t now_ms;
    bool *refused; /* set where billing_apply has refused it; NULL: nobody asks */
};
/* Reads only: what payment_judge says of it, with the rows as they are. For a sender's .verify. */
MUST_USE bool billing_judge(struct tx *tx, const struct heard *h, struct arena *a, enum payment_reason *out);
/* Locks order, payment and refunds, judges again, and does all that follows in this transaction. What is refused does
 * nothing but its mismatch, if it is one. `outcome`: for operators. False: storage fault. */
MUST_USE bool billing_apply(struct tx *tx, const struct heard *h, struct buf *outcome);
MUST_USE bool order_letter_paid(struct tx *tx, const struct order *o,
                                const struct offer *offer); /* order_letters.c: order.paid, to the account's owner */
const char *order_credit_key(struct arena *a, const struct order *o); /* orders.c: of the entry in the ledger */
/* What was bought reaches the buyer. In order of locks after order and payments. DELIVER_CANNOT: *why; then the payment
 * is refunded. */
enum deliver { DELIVER_FAULT = -1, DELIVER_DONE, DELIVER_CANNOT };
MUST_USE enum deliver billing_deliver(struct tx *tx, struct order *o, const struct offer *offer, int64_t now_ms,
                                      const char **why); /* deliver.c: credits, else plan */
MUST_USE enum deliver plan_deliver(struct tx *tx, struct order *o, const struct offer *offer, int64_t now_ms,
                                   const char **why);                               /* plans.c */
MUST_USE bool plan_take_back(struct tx *tx, const struct order *o, int64_t now_ms); /* plans.c: it was refunded whole */

/* ---- refund_rows.c ---- */
/* Stored. */
enum refund_state { REFUND_NONE, REFUND_ASKED, REFUND_PENDING, REFUND_DONE, REFUND_FAILED, REFUND_REFUSED };
extern const char *const refund_state_names[]; /* by state - 1: "asked", "pending", "done", "failed", "refused" */
struct refund {
    int64_t id, payment, order, account, version, credits, hold, tries, actor, approver, ended_at_ms, created_at_ms;
    const char *number, *cause, *reason, *outside, *error;
    const char *order_number, *payment_number, *provider; /* read with it */
    const char *actor_email, *approver_email;             /* by refunds_name_people alone */
    enum refund_state state;
    enum offer_kind kind; /* what its payment was for; read with it */
    bool ends_plan;       /* read with it: with this one all of a plan's payment is back, and the plan goes */
    bool takes_back;
    struct money amount;
};
enum { REFUNDS_OF_PAYMENT_MAX = 100 };
#define REFUND_ON_ITS_WAY_MS (7 * DAY_MS) /* under way for longer: its payment is owed, and a person may give it up */
MUST_USE enum row refund_get(struct tx *tx, int64_t id, bool lock, struct refund *out);
MUST_USE bool refunds_of(struct tx *tx, int64_t payment, struct refund *out, size_t max, size_t *count);
MUST_USE bool refunds_of_whole(struct tx *tx, int64_t order, struct refund *out, size_t max, size_t *count);
/* Newest first, behind `after`; state NONE: all. */
MUST_USE bool refunds_page(struct tx *tx, enum refund_state state, int64_t after, struct refund *out, size_t max,
                           size_t *count);
MUST_USE bool refund_insert_row(struct tx *tx, struct refund *r, const struct move *m); /* sets id, version, times */
/* The one mover of refunds.state; saves all else that changes. */
MUST_USE bool refund_move(struct tx *tx, struct refund *r, enum refund_state to, const struct move *m);
MUST_USE bool refund_save(struct tx *tx, struct refund *r, int64_t now_ms);

#define REFUND_OUTSIDE "outside" /* the cause of those that did not go back by us */

/* ---- refunds.c ---- */
struct refund_wish {
    struct money amount;
    const char *cause, *reason;
    bool takes_back;
    bool outside;  /* it is back already, given outside of us: nothing is sent, and a second person agrees to it */
    int64_t actor; /* 0: the house, which needs nobody's consent */
    int64_t now_ms;
    const char *network, *user_agent; /* as in struct move */
};
enum refund_put { REFUND_PUT_FAULT = -1, REFUND_PUT, REFUND_PUT_TOO_MUCH, REFUND_PUT_NO_CREDITS };
/* Order and payment are locked. A row, p->refunding, and, where nobody else has to agree, the job. */
MUST_USE enum refund_put refund_put(struct tx *tx, struct order *o, struct payment *p, const struct refund_wish *w,
                                    struct refund *out);
struct money refund_left(const struct payment *p); /* what may still be asked back */
/* How many credits a further refund of this sum takes back. */
MUST_USE bool refund_credits(struct tx *tx, const struct order *o, const struct payment *p, struct money amount,
                             int64_t *out);
/* Of the payment's row: false also when so much is not left. And back, with the credits that were held. */
MUST_USE bool refund_reserve(struct tx *tx, struct payment *p, struct money amount, int64_t now_ms);
MUST_USE bool refund_let_go(struct tx *tx, struct payment *p, const struct refund *r, int64_t now_ms);
/* A second person's word on one that is asked; of one that went back outside it is done then (refund_done). */
MUST_USE bool refund_agree(struct tx *tx, struct refund *r, const struct move *m);
MUST_USE bool refund_decline(struct tx *tx, struct payment *p, struct refund *r, const struct move *m);
MUST_USE bool refund_wake(struct tx *tx, const struct refund *r); /* its job looks now */
MUST_USE bool refund_told(struct tx *tx, struct audit_action action, const struct refund *r, const struct move *m);
void refund_json(struct json *j, const void *arg); /* of a struct refund, for the trail */

/* ---- refund_letters.c ---- */
MUST_USE bool refund_letter(struct tx *tx, const struct refund *r);

/* ---- refund_ends.c ---- */
/* It is done, or has failed: rows, books, what goes back with it, letter. Everything is locked; the caller tells of the
 * order (order_tell) behind it. was_taken: the provider had it, so that a total that was heard may have been of it. */
MUST_USE bool refund_done(struct tx *tx, struct order *o, struct payment *p, struct refund *r, const struct move *m);
MUST_USE bool refund_failed(struct tx *tx, struct order *o, struct payment *p, struct refund *r, bool was_taken,
                            const struct move *m);
/* The provider says that so much of the payment is back (REFUND_TOTAL). What of it is neither a refund of ours that is
 * done nor one that is under way was given back outside: a refund of its own, and a mismatch. made_at_ms: when it said
 * so (0: not known): what may be of a refund that has failed since is not believed, and a mismatch. */
MUST_USE bool refunds_total(struct tx *tx, struct order *o, struct payment *p, struct money total, int64_t made_at_ms,
                            const struct move *m);

/* ---- books.c ---- */
struct posting_entry {
    const char *book;
    struct money amount;
};
struct posting {
    const char *key;
    int64_t order, payment, refund, account, at_ms;
};
/* Sums to zero, or the process ends. A key that is there already is no fault and writes nothing. */
MUST_USE bool books_post(struct tx *tx, const struct posting *p, const struct posting_entry *e, size_t count);
MUST_USE bool books_sold(struct tx *tx, const struct payment *p, int64_t now_ms); /* provider + / revenue − */
MUST_USE bool books_unsold(struct tx *tx, const struct payment *p,
                           int64_t now_ms); /* provider + / mismatch −: owed back */
MUST_USE bool books_refunded(struct tx *tx, const struct payment *p, const struct refund *r, int64_t now_ms);

/* ---- papers.c ---- */
/* The receipt of an order that was delivered for this payment; the credit note of a refund that is done. Each once; a
 * payment that does not count has neither. They lock the counter of the year's numbers, which all others wait for: so
 * they are called last, before order_tell alone. */
MUST_USE bool papers_receipt(struct tx *tx, const struct order *o, const struct payment *p, int64_t now_ms);
MUST_USE bool papers_credit_note(struct tx *tx, const struct payment *p, const struct refund *r, int64_t now_ms);

/* ---- mismatches.c ---- */
struct mismatch {
    int64_t id, order, payment, account, delivery, resolved_at_ms, resolver, created_at_ms;
    const char *key, *kind, *provider, *trade, *said, *resolution;
    const char *order_number;   /* read with it; NULL: of no order */
    const char *resolver_email; /* by mismatches_name_people alone */
    enum currency currency;     /* NONE: no amount is known */
    int64_t minor;
    bool came; /* it is money that came, of another sum than was asked for or once more; not read with it */
};
/* About this payment; not put yet. */
struct mismatch mismatch_of_payment(const struct payment *p, struct money amount, const char *kind, const char *key,
                                    const char *said);
/* Once by its key. Tells the operators (log, audit). */
MUST_USE bool mismatch_put(struct tx *tx, const struct mismatch *m, int64_t now_ms);
MUST_USE enum row mismatch_get_row(struct tx *tx, int64_t id, struct mismatch *out);
enum mismatches_wanted { MISMATCHES_ALL, MISMATCHES_OPEN, MISMATCHES_RESOLVED };
MUST_USE bool mismatches_page(struct tx *tx, enum mismatches_wanted wanted, int64_t after, struct mismatch *out,
                              size_t max, size_t *count);
MUST_USE bool mismatches_of_order(struct tx *tx, int64_t order, struct mismatch *out, size_t max, size_t *count);
MUST_USE bool mismatches_count(struct tx *tx, int64_t most, int64_t *out); /* open ones, counted up to `most` */
/* ROW_NONE: it was resolved before. */
MUST_USE enum row mismatch_end(struct tx *tx, const struct mismatch *m, const char *resolution, const struct move *by);

/* ---- notes.c ---- */
struct order_note {
    int64_t order, payment, account, delivery, at_ms;
    const char *provider, *what, *said;
};
MUST_USE bool order_note_put(struct tx *tx, const struct order_note *n);

/* ---- plan_rows.c: what a shop has, and until when ---- */
enum { PLAN_TRIAL_DAYS = 30 };
struct shop_plan {
    int64_t shop, account, offer, seats, websites; /* offer: the version that it was bought at */
    enum subscription_source source;               /* SOURCE_ORDER, also when credits renewed it; or SOURCE_TRIAL */
    bool renews;
    int64_t began_at_ms, until_ms, warned, due_at_ms;
    const char *code, *name_en, *name_zh; /* of the offer */
    const char *next_code;                /* what its renewal makes of it, with `next_seats`; NULL or "": the same */
    int64_t next_seats;
    enum currency currency;
};
MUST_USE enum row plan_get(struct tx *tx, int64_t shop, struct shop_plan *out); /* also one that is over */
/* What buying this plan with so many seats does to the shop's present one, at that moment; for the quote, and for what
 * is delivered. The same plan with the same seats begins when the present one ends (to_ms: from_ms + the offer's days);
 * another one begins now, ends the present one, and counts what is left of it (plan_worth). */
enum plan_step_kind { PLAN_BEGINS, PLAN_EXTENDS, PLAN_CHANGES };
struct plan_step {
    enum plan_step_kind kind;
    int64_t from_ms, to_ms;
};
MUST_USE bool plan_step_of(struct tx *tx, int64_t shop, const struct offer *o, int64_t seats, int64_t now_ms,
                           struct plan_step *out);
/* plan_worth.c: what the shop's time that is left then is worth: of what was paid for it in this currency, and did not
 * go back nor is to. */
MUST_USE bool plan_worth(struct tx *tx, int64_t shop, enum currency c, int64_t at_ms, struct money *out);
/* The price of a plan with so many seats, without anything counted in; false: so many cannot be had of it. */
MUST_USE bool plan_price(const struct offer *o, int64_t seats, struct money *out);

/* ---- pay_jobs.c, order_ends.c, sweep_job.c: how a payment begins, is asked about, and ends without money ---- */
/* What a provider is told of a payment, but for what a refund adds; texts are copied into `a`. */
void pay_call_fill(struct arena *a, const struct payment *p, const struct order *o, const struct offer *offer,
                   int64_t now_ms, struct provider_call *out);
/* Jobs; their ids, or -1 on a fault. `note`: "LANG ADDRESS" of the buyer, the address only where a way needs it. */
MUST_USE int64_t payment_start_put(struct tx *tx, const struct payment *p, const char *note);
MUST_USE int64_t payment_look_put(struct tx *tx, const struct payment *p);
MUST_USE int64_t order_close_put(struct tx *tx, const struct order *o);
/* The order is locked: what of it is open is closed, without asking anybody. */
MUST_USE bool order_close_here(struct tx *tx, struct order *o, const char *why, int64_t actor, int64_t now_ms);
void order_look_soon(struct order *o, int64_t now_ms); /* the sweeper's first look; to be saved */

/* ---- qr.c ---- */
const char *qr_svg(struct arena *a, struct str text); /* NULL: too long for a code */

/* ---- order_view.c: an order as answers tell it, also those of the operators ---- */
struct order_moment {
    int64_t at_ms;
    const char *what, *said;
};
/* Money that came for it, of another sum than was asked for or once more, and that does not count. */
struct other_sum {
    const char *payment, *provider; /* the payment's number */
    struct money came, asked;
    bool again;
    int64_t at_ms, seen_at_ms; /* seen: a person has looked at it; 0: not yet */
};
enum { OTHER_SUMS_MAX = 20 };
struct order_view {
    struct order o;
    const char *stage, *code, *name_en, *name_zh; /* stage: see order_stage_names; the rest: of its offer */
    const char *coupon;                           /* its code; NULL: none */
    struct money refunded;
    int64_t given_until_ms; /* of a plan: the end of what it gave; 0: nothing, or that has ended */
    bool reprovision;       /* that is paid, its chat is not on, and nobody is asked at the moment */
    int64_t credits_held;   /* for refunds that a second person has not agreed to yet */
    struct order_line *line;
    struct payment *payment;
    struct refund *refund; /* those that were agreed to */
    struct order_moment *moment;
    struct other_sum other_sum[OTHER_SUMS_MAX];
    size_t lines, payments, refunds, moments, other_sums;
};
extern const char *const order_stage_names[], *const payment_state_names[]; /* NULL-ended */
extern const struct shape order_view_shape[], order_brief_shape[], order_payment_shape[], order_line_shape[];
/* Everything of one order; and the brief members alone of some, in their order (count ≤ ORDERS_PAGE_MAX). */
enum { ORDERS_PAGE_MAX = 100, ORDER_MOMENTS_MAX = 200 };
MUST_USE bool order_view_read(struct tx *tx, const struct order *o, int64_t now_ms, struct order_view *out);
MUST_USE bool order_views_brief(struct tx *tx, const struct order *o, size_t count, int64_t now_ms,
                                struct order_view *out);
void order_view_json(struct json *j, const void *view);  /* the members of order_view_shape */
void order_brief_json(struct json *j, const void *view); /* those of order_brief_shape */
void order_payment_json(struct json *j, const struct payment *p);
void order_lines_json(struct json *j, const struct order_line *line, size_t count); /* the list `lines` */

/* ---- order_routes.c ---- */
struct order_path { /* of routes below /orders/:number */
    const char *number;
};
extern const struct problem problem_offer_gone, problem_seats_not_sold;
extern const struct field order_path_fields[];
extern const struct shape offer_shape[];
void offer_json(struct json *j, const struct offer *o);
/* The order of the path; ROW_NONE also when it is another account's. */
MUST_USE enum row order_of_caller(struct req *req, bool lock, struct order *out);

/* ---- operator_find.c: what operators' routes have in common ---- */
struct operator_order_path {
    const char *number;
};
extern const struct field operator_order_fields[];
extern const struct problem problem_payment_unknown;
/* The order of the path and its payment of this number, locked. ANSWER_GO_ON, or the refusal. */
MUST_USE enum answer operator_find(struct req *req, const char *payment, struct order *o, struct payment *p);
void operator_id_json(struct json *j, const char *name, int64_t id);         /* 0: null */
void operator_text_json(struct json *j, const char *name, const char *text); /* "": null */

/* ---- operator_search.c: which orders are meant by a number, or by a customer's address ---- */
enum { SEARCH_NAMED_MAX = 40, SEARCH_ACCOUNTS_MAX = 10 };
struct order_search {
    int64_t named[SEARCH_NAMED_MAX], account[SEARCH_ACCOUNTS_MAX];
    size_t nameds, accounts;
};
MUST_USE bool order_search_begin(struct tx *tx, const char *text, struct order_search *out);
/* Ids of orders below `after`, the newest first, at most `limit`; id[limit]. */
MUST_USE bool order_search_page(struct tx *tx, const struct order_search *s, int64_t after, size_t limit, int64_t *id,
                                size_t *count);

/* ---- operator_offers.c ---- */
extern const struct problem problem_currency_unknown;

/* ---- proofs.c ---- */
/* A trade as people copy it from a bank: without spaces and hyphens; what is nothing else is as it was typed. And that
 * in one case, as it is stored (hand_payments.proof). In the arena. */
char *proof_without_gaps(struct arena *a, const char *trade);
const char *proof_text(struct arena *a, const char *trade);
/* Which payment was marked as paid, or is to be, by this trade of a provider or a bank. */
MUST_USE enum row proof_payment(struct tx *tx, const char *trade, int64_t *payment);

/* ---- hand_payments.c ---- */
struct hand_payment {
    int64_t id, payment, order, account, state, actor, approver, ended_at_ms, created_at_ms;
    const char *trade, *reason, *payment_number, *order_number, *provider;
    const char *actor_email, *approver_email; /* NULL: not read, or that person is gone */
    enum order_state order_state;
    struct money amount;
};
MUST_USE bool hand_payments_of(struct tx *tx, int64_t order, struct hand_payment *out, size_t max, size_t *count);
MUST_USE bool hand_payments_count(struct tx *tx, int64_t most, int64_t *out); /* those that wait, up to `most` */
extern const struct shape operator_hand_shape[];
void operator_hand_json(struct json *j, const struct hand_payment *h, int64_t person); /* person: who looks */

/* ---- mismatch_routes.c ---- */
extern const struct shape operator_mismatch_shape[];
MUST_USE bool mismatches_name_people(struct tx *tx, struct mismatch *list, size_t count);
void operator_mismatch_json(struct json *j, const struct mismatch *m);

/* ---- refund_routes.c ---- */
extern const struct shape operator_refund_shape[];
MUST_USE bool refunds_name_people(struct tx *tx, struct refund *list, size_t count);
void operator_refund_json(struct json *j, const struct refund *r, int64_t person); /* person: who looks */

/* ---- jobs: pay_jobs.c, sweep_job.c, refund_job.c, plan_job.c ---- */
/* What the jobs do that are declared in billing.h:
 * billing.start begins payment `ref` at its provider; billing.look asks about payment `ref` and applies what is said;
 * billing.close: order `ref`: closes at the providers, asks, closes here; billing.sweep: cron; silent and expired
 * orders; billing.refund: refund `ref`. */

/* clang-format off */
#define BILLING_ACTIONS(X)                                                                                             \
    X(order_made) X(order_paid) X(order_closed) X(order_refunded) X(payment_refused) X(refund_asked) X(refund_agreed)  \
    X(refund_declined) X(refund_ended) X(offer_changed) X(mismatch_found) X(mismatch_resolved) X(plan_began)           \
    X(plan_changed) X(plan_ended) X(trial_began) X(hand_payment_asked) X(hand_payment_agreed) X(hand_payment_declined) \
    X(invoice_made) X(invoice_details_changed) X(seller_changed) X(coupon_made) X(coupon_ended) X(plan_end_set)        \
    X(renewal_letters_changed)
/* clang-format on */
BILLING_ACTIONS(AUDIT_DECLARE)

#endif
