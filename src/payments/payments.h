/* payments.h: what providers of payments say, in one set of words (contract: payment providers, 1). The folder is the
 * wire alone: bytes in, a verdict out. It does no I/O, stores nothing, and knows no time but an argument.
 *
 *   a delivery or an answer → verified over its bytes → a `payment_notice` in our words → the order's row, which the
 *   caller reads → payment_judge → effects
 *
 * Each provider has a header (alipay.h, wechat.h, stripe.h) that makes notices; what a notice does to an order is
 * decided here, once for all of them. The caller commits the effects, with the notice's `event` under a unique key, and
 * only then answers with the provider's `ack`. A refusal is answered with `nack`, has no effect, and is kept for a
 * person. Views in a notice live in the arena that it was read into.
 *
 * Rejected: one function from bytes to effects. Between verifying and judging stands a look at the order, which is
 * storage; and a provider that is asked (`query`) tells the same things as one that notifies. */
#ifndef CHATHUB_PAYMENTS_PAYMENTS_H
#define CHATHUB_PAYMENTS_PAYMENTS_H

#include "base/arena.h"
#include "base/json_read.h"
#include "base/money.h"
#include "base/str.h"

enum { PAYMENT_BODY_MAX = 256 * 1024, PAYMENT_TOLERANCE_S = 300 };

/* Why something was refused. Those from OWN_KEY on are well signed, or try to be: they raise an alarm. */
#define PAYMENT_REASONS(X)                                                                                             \
    X(ACCEPTED, "accepted")                                                                                            \
    X(MISSING, "missing header")                                                                                       \
    X(MALFORMED, "malformed")                                                                                          \
    X(ALGORITHM, "algorithm")                                                                                          \
    X(CHARSET, "charset")                                                                                              \
    X(TIMESTAMP, "timestamp")                                                                                          \
    X(UNKNOWN_SERIAL, "unknown serial")                                                                                \
    X(UNSIGNED, "unsigned")                                                                                            \
    X(SIGNATURE, "signature")                                                                                          \
    X(OWN_KEY, "signed with our own key")                                                                              \
    X(DECRYPT, "decrypt")                                                                                              \
    X(APP, "app")                                                                                                      \
    X(MERCHANT, "merchant")                                                                                            \
    X(LIVEMODE, "livemode")                                                                                            \
    X(UNKNOWN_ORDER, "unknown order")                                                                                  \
    X(SESSION, "session")                                                                                              \
    X(AMOUNT, "amount")                                                                                                \
    X(UNKNOWN_REFUND, "unknown refund")                                                                                \
    X(SECOND_TRADE, "paid twice")
#define PAYMENT_REASON_ENUM(name, words) PAYMENT_##name,
enum payment_reason { PAYMENT_REASONS(PAYMENT_REASON_ENUM) PAYMENT_REASON_COUNT };
const char *payment_reason_text(enum payment_reason r);
bool payment_reason_alarms(enum payment_reason r);

/* ---- what a verified message says ---- */

enum payment_said {
    PAYMENT_SAYS_NOTHING, /* a state in which nothing is due */
    PAYMENT_SAYS_PROCESSING,
    PAYMENT_SAYS_PAID,
    PAYMENT_SAYS_FAILED,
    PAYMENT_SAYS_CLOSED,
    PAYMENT_SAYS_REFUNDED,      /* the refund `refund` of `refund_amount` is done */
    PAYMENT_SAYS_REFUND_FAILED, /* it ended without paying out */
};
struct payment_notice {
    struct str event; /* the provider's id of this message, for the unique key; empty in an answer to a query */
    struct str type;  /* its word for what happened, for logs and persons */
    int64_t
        made_at_ms; /* when the provider made it, by its clock and to the second; 0: not said. It may come much later */
    bool for_person;  /* accepted, and somebody has to look: a dispute, a refund that failed later */
    bool about_order; /* false: accepted without effect, and the rest is not set; what is for a person may name a trade
                         and a sum, for the person alone */
    enum payment_said said;
    struct str order;   /* our number; empty: the order is the one with this `trade` */
    struct str trade;   /* the provider's number of the payment; may be empty */
    struct str session; /* Stripe's checkout session, which must be the one kept; p NULL: says none */
    struct money amount;
    bool no_amount; /* an answer that names none, and says nothing that needs one */
    bool some_back; /* paid, and refunded in part or whole; how much is not said */
    bool has_total; /* `refund_total`: what of the order was refunded so far, as a running total */
    struct money refund_total;
    struct str refund;
    struct money refund_amount;
};

/* ---- what we know of an order ---- */

enum payment_state { PAYMENT_OPEN, PAYMENT_PROCESSING, PAYMENT_PAID, PAYMENT_FAILED, PAYMENT_CLOSED };
enum payment_refund_state { PAYMENT_REFUND_PENDING, PAYMENT_REFUND_DONE, PAYMENT_REFUND_FAILED };
struct payment_refund {
    struct str number;
    struct money amount;
    enum payment_refund_state state;
};
struct payment_order {
    struct str number, trade, session; /* trade: kept when it was promised or paid; session: Stripe's; else empty */
    struct money amount, refunded;     /* refunded: the running total; the order's currency */
    enum payment_state state;          /* a refunded order is a paid one */
    const struct payment_refund *refund;
    size_t refunds;
};

/* ---- what follows ---- */

#define PAYMENT_EFFECTS(X)                                                                                             \
    X(MARK_PAID, "mark_paid")             /* from any state but paid; keep `trade`. Was closed: paid late */           \
    X(MARK_PROCESSING, "mark_processing") /* from open; keep `trade` */                                                \
    X(MARK_FAILED, "mark_failed")         /* from open, processing */                                                  \
    X(MARK_CLOSED, "mark_closed")         /* from open, processing */                                                  \
    X(REFUND_TOTAL, "refund_total")       /* the refunded sum is now .amount: more than before */                      \
    X(REFUND, "refund")                   /* the named refund, .amount, is done */                                     \
    X(REFUND_FAILED, "refund_failed")
#define PAYMENT_EFFECT_ENUM(name, words) PAYMENT_EFFECT_##name,
enum payment_effect { PAYMENT_EFFECTS(PAYMENT_EFFECT_ENUM) PAYMENT_EFFECT_COUNT };
enum { PAYMENT_EFFECTS_MAX = 2, PAYMENT_EFFECT_TEXT_SIZE = 48 };
struct payment_effects {
    size_t count;
    struct {
        enum payment_effect effect;
        struct money amount; /* of REFUND_TOTAL and REFUND */
    } item[PAYMENT_EFFECTS_MAX];
};
/* `order` NULL: there is none of that number or trade. `seen`: this event was handled before, so it is checked again
 * and does nothing. On anything but ACCEPTED there are no effects. */
MUST_USE enum payment_reason payment_judge(const struct payment_notice *n, const struct payment_order *order, bool seen,
                                           struct payment_effects *out);
/* Whether the order keeps the notice's `trade`, where it has one, with this effect: what comes later may name the order
 * by it alone. */
bool payment_effect_keeps_trade(enum payment_effect effect);
/* "mark_paid", "refund_total:3000" */
void payment_effect_text(const struct payment_effects *e, size_t i, char out[PAYMENT_EFFECT_TEXT_SIZE]);

/* ---- what a call of ours came to ---- */

/* Only a verified answer ends a call. UNKNOWN and LATER are never "failed": the same call with the same ids again, or
 * a query. */
enum payment_outcome {
    PAYMENT_OUTCOME_UNKNOWN, /* may have been done */
    PAYMENT_OUTCOME_OK,
    PAYMENT_OUTCOME_ABSENT,  /* the provider knows of no such order: not paid, nothing to close */
    PAYMENT_OUTCOME_REFUSED, /* final; `code` says why */
    PAYMENT_OUTCOME_LATER,   /* the same call again later */
    PAYMENT_OUTCOME_OURS,    /* our key, account or request is wrong: alarm a person, later again */
};

/* What is sent to a provider as its acknowledgement or refusal. */
struct payment_words {
    int status;
    const char *content_type, *body; /* content_type "": none, and no body */
};

/* What is looked at before a delivery's body: providers POST to an address without a query. ACCEPTED or MALFORMED. */
MUST_USE enum payment_reason payment_check_target(struct str method, struct str target);
/* An amount as a provider's JSON has it: a whole number of minor units, as an integer and not as 49.0. False for
 * anything else, and beyond money.h's limit. */
MUST_USE bool payment_money(const json_t *object, const char *member, enum currency c, struct money *out);
/* Text of a JSON object that outlives the object: a copy in `a`. False when it is no text. */
MUST_USE bool payment_text(struct arena *a, const json_t *object, const char *member, struct str *out);
/* A member, a text, of the object that `body` is. p NULL: absent, or no such object. */
struct str payment_field(struct arena *a, struct str body, const char *member);
/* The time that a message carries: digits only, within the tolerance of now_s both ways. ACCEPTED, MALFORMED or
 * TIMESTAMP. */
MUST_USE enum payment_reason payment_fresh(struct str seconds, int64_t now_s);

#endif
