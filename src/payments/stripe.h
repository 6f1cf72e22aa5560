/* stripe.h: Stripe's API and its webhooks (contract: payment providers, 4). Answers are not signed: TLS says whose they
 * are. Webhooks are: HMAC over the time and the raw body, under the secret as text. */
#ifndef CHATHUB_PAYMENTS_STRIPE_H
#define CHATHUB_PAYMENTS_STRIPE_H

#include "payments/payments.h"

enum { STRIPE_SECRETS_MAX = 4, STRIPE_LINES_MAX = 20, STRIPE_KEY_MAX = 255, STRIPE_PATH_MAX = 8 };
#define STRIPE_VERSION "2026-10-28.endive" /* of every request, and of the webhook endpoint */

struct stripe_setup {
    struct str api_key, version; /* version: empty is STRIPE_VERSION */
    bool livemode;
    size_t secrets; /* of the webhook, "whsec_" included; two while one is rolled */
    struct str secret[STRIPE_SECRETS_MAX];
};

/* ---- requests ---- */

/* A form with bracket paths, written from the outside in: line_items[0][price_data][currency]=usd. */
struct stripe_form {
    struct buf *out;
    size_t depth;
    struct {
        struct str key; /* p NULL: `index` */
        size_t index;
    } path[STRIPE_PATH_MAX];
};
void stripe_form_begin(struct stripe_form *f, struct buf *out);
void stripe_form_object(struct stripe_form *f, struct str key); /* what follows is within it */
void stripe_form_item(struct stripe_form *f, size_t index);     /* of a list */
void stripe_form_end(struct stripe_form *f);                    /* closes the innermost of both */
void stripe_form_text(struct stripe_form *f, struct str key, struct str value);
void stripe_form_i64(struct stripe_form *f, struct str key, int64_t value);

struct stripe_header {
    const char *name;
    struct str value;
};
enum { STRIPE_HEADERS_MAX = 4 };
/* `key` empty: a GET, which has no Idempotency-Key. Returns how many. */
size_t stripe_headers(struct arena *a, const struct stripe_setup *s, struct str key,
                      struct stripe_header out[STRIPE_HEADERS_MAX]);
/* Idempotency keys come from our records, so that a repetition has the same one; `round` begins anew. p NULL: longer
 * than Stripe takes. */
struct str stripe_checkout_key(struct arena *a, struct str order, int64_t round);
struct str stripe_expire_key(struct arena *a, struct str order);
struct str stripe_refund_key(struct arena *a, struct str refund);

/* Minor units as Stripe counts them. False: thousandths whose last digit is not 0; parts of a króna (ISK) or of a
 * Ugandan shilling. */
MUST_USE bool stripe_amount(struct money m, int64_t *out);
struct str stripe_currency(struct arena *a, enum currency c); /* "usd" */

#define STRIPE_SESSIONS_TARGET "/v1/checkout/sessions"
#define STRIPE_REFUNDS_TARGET "/v1/refunds"
/* p NULL: no session, or longer than any is. */
struct str stripe_session_target(struct arena *a, struct str session); /* GET: the query */
struct str stripe_expire_target(struct arena *a, struct str session);
/* A page of a list, of what was made in [from, to), behind the id `after` (empty: the first). Events: those that could
 * not be delivered, of the types that a webhook endpoint is set up for. */
enum stripe_list { STRIPE_CHARGES, STRIPE_REFUNDS, STRIPE_UNDELIVERED };
struct str stripe_list_target(struct arena *a, enum stripe_list list, int64_t from_s, int64_t to_s, struct str after);
struct str stripe_event_target(struct arena *a, struct str id); /* one event */
struct stripe_line {
    struct str name;
    int64_t quantity;
    struct money price;
};
struct stripe_session {
    struct str order, success_url, cancel_url; /* success_url may hold {CHECKOUT_SESSION_ID} */
    size_t lines;                              /* 1 to STRIPE_LINES_MAX */
    const struct stripe_line *line;
    int64_t at_s, expires_at_s; /* 30 minutes to 24 hours later */
};
/* p NULL: something is outside the contract's limits. */
struct str stripe_session_body(struct arena *a, const struct stripe_session *s);
struct str stripe_refund_body(struct arena *a, struct str payment_intent, struct str refund, struct money amount);

/* ---- what comes back ---- */

/* `should_retry`: the header Stripe-Should-Retry; p NULL: absent. */
enum payment_outcome stripe_outcome(int status, struct str should_retry, struct str body);
/* Bodies of answers that were OK. A session: what it says of the order. */
MUST_USE enum payment_reason stripe_session_notice(struct arena *a, const struct stripe_setup *s, struct str body,
                                                   struct payment_notice *out);
/* A refund: OK when it is paid out, LATER while it is not, REFUSED when it ended otherwise. */
enum payment_outcome stripe_refund_outcome(struct str body);

/* ---- webhooks ---- */

/* The header Stripe-Signature as received; p NULL: absent. */
MUST_USE enum payment_reason stripe_verify(const struct stripe_setup *s, struct str header, struct str body,
                                           int64_t now_s);
/* The header with which this body would be delivered now, under our first secret: an event that was fetched goes the
 * way of all others. */
struct str stripe_signature(struct arena *a, const struct stripe_setup *s, struct str body, int64_t now_s);
MUST_USE enum payment_reason stripe_notice(struct arena *a, const struct stripe_setup *s, struct str header,
                                           struct str body, int64_t now_s, struct payment_notice *out);
extern const struct payment_words stripe_ack, stripe_nack;

#endif
