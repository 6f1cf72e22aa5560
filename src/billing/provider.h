/* provider.h: a way of getting money. A provider is one file (alipay.c, wechat.c, stripe.c, sandbox.c) and one row in
 * providers.c: how a payment is begun, asked about, closed and given back at it, and what it sends us. The wire (bytes,
 * keys, signatures) is payments/; what a notice means for rows is paid.c. Here are the calls.
 *
 * The functions of a provider run in a job's .call: no transaction is open, they may block within the contract's times
 * (5 s to connect, 15 s in all; Stripe 80 s), and they say what the call came to. UNKNOWN and LATER are never "failed":
 * the same call comes again with the same ids. */
#ifndef CHATHUB_BILLING_PROVIDER_H
#define CHATHUB_BILLING_PROVIDER_H

#include "base/arena.h"
#include "inbound/inbound.h"
#include "payments/bill.h"
#include "payments/payments.h"

enum { PROVIDER_WAYS_MAX = 4 };

/* A call about one payment: what it is told, and what it says. Texts in the arena. */
struct provider_call {
    struct arena *arena;
    int64_t now_ms;
    /* The payment, as its row has it. */
    struct payment_order order; /* number, trade, session, amount, refunded, state */
    const char *way, *subject;  /* subject: what is bought, in the buyer's language */
    const char *lang;           /* "zh-CN" or "en" */
    const char *return_url;     /* our page of the order */
    const char *client_address; /* of the buyer, for WeChat Pay's H5; "" when not known */
    int64_t expires_at_ms, round;
    /* Of a refund. */
    struct str refund, reason;
    struct money refund_amount;
    const char *outside; /* the provider's id of the refund, once it told one ("" before): set by refund, kept, and
                            given to refund_query */
    /* What it came to. */
    enum payment_outcome outcome;
    const char *error;           /* for persons, without secrets; NULL: none */
    const char *url, *scan;      /* start: where the buyer pays, what a code shows; NULL: none */
    const char *session, *trade; /* start: to be kept; NULL: none */
    bool spent; /* start: the provider keeps this answer for our key; the next try needs another round */
    /* Query, refund, refund_query: what was said, to be applied as a notification is. It is about this payment (and
     * this refund), whatever was answered: an answer about another one leaves the outcome unknown. */
    bool has_notice;
    struct payment_notice notice;
};

/* A call for the bill of a day, [from_ms, to_ms), and for what could not be delivered in it. */
struct provider_bill {
    struct arena *arena;
    int64_t now_ms, day, from_ms, to_ms; /* day: counted from 1970, where the provider's days begin */
    /* What it came to. OK: `bill` is all of it. ABSENT: by a verified answer there is none, or none yet. */
    enum payment_outcome outcome;
    const char *error; /* for persons; NULL: none */
    struct bill bill;
    struct str *missed; /* ids of events that did not reach us, to be fetched one by one */
    size_t missed_count;
};
/* A call for one event, in the form in which it would have been delivered. */
struct provider_event {
    struct arena *arena;
    int64_t now_ms;
    struct str id;
    enum payment_outcome outcome;
    const char *error;
    struct str body, header; /* header: the value of header_name */
    const char *header_name;
};

struct provider {
    const char *name; /* stored: never rename; also the sender's name and its route's end: /hooks/NAME */
    const char *name_en, *name_zh;
    const char *const *ways;            /* NULL-ended; the first is the one for a computer */
    const char *(*way_for)(bool phone); /* when the buyer's page did not say */
    bool (*ready)(void);                /* its keys are there: it is offered */
    bool (*takes)(struct money amount); /* currency and limits */
    int64_t least_ms;                   /* a payment's end is at least so far away when it is made */
    void (*start)(struct provider_call *c);
    void (*query)(struct provider_call *c);
    void (*close)(struct provider_call *c);        /* OK and ABSENT: it cannot be paid any more, or never began */
    void (*refund)(struct provider_call *c);       /* OK without a notice: taken, and not done yet */
    void (*refund_query)(struct provider_call *c); /* ABSENT: by a verified answer it was not begun, so that the same
                                                      refund may be sent (again) */
    /* A signed call that changes nothing, for doctor; false: *why says what to mend. */
    bool (*check)(struct arena *a, int64_t now_ms, const char **why);
    /* The bill of each day, once the day is over for so long. bill NULL: it has none. event NULL: nothing that it could
     * not deliver can be fetched. */
    int64_t bill_zone_ms, bill_after_ms; /* zone: so long before that of UTC its days begin */
    void (*bill)(struct provider_bill *b);
    void (*event)(struct provider_event *e);
    /* What a POST to /hooks/NAME says: encoding, headers, signature, identity, in the contract's order (1.4). */
    enum payment_reason (*hear)(const struct delivery *d, struct payment_notice *out);
};
extern const struct provider *const billing_providers[]; /* NULL-ended */
const struct provider *provider_named(const char *name); /* NULL: none; also one that is not ready */
extern const struct route billing_hook_routes[];         /* SENDER_ROUTEs of all */
extern const struct sender billing_alipay_sender, billing_wechat_sender, billing_stripe_sender, billing_sandbox_sender;
extern const struct sender *const billing_senders[]; /* NULL-ended; each is called as its provider */

/* Keys, read at start from the settings. False: *why says which setting is wrong. */
struct provider_settings {
    const char *alipay_gateway, *alipay_app_id, *alipay_seller_id, *alipay_app_key, *alipay_public_key,
        *alipay_app_cert, *alipay_certs, *alipay_root_certs;
    const char *wechat_base, *wechat_mchid, *wechat_appid, *wechat_v3_key, *wechat_merchant_serial,
        *wechat_merchant_key, *wechat_public_key_id, *wechat_public_key, *wechat_certs;
    const char *stripe_base, *stripe_key, *stripe_webhook_secret, *stripe_webhook_secret_previous;
    const char *alipay_product; /* of precreate, as contracted; NULL: none is sent */
    const char *base_url;       /* of our pages */
    const char *notify_url;     /* the address under which providers reach /hooks; NULL: base_url */
    bool sandbox;               /* never in production */
};
MUST_USE bool providers_open(const struct provider_settings *s, const char **why);
void providers_close(void);

#endif
