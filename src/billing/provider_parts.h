/* provider_parts.h: what the files of the providers share with each other. */
#ifndef CHATHUB_BILLING_PROVIDER_PARTS_H
#define CHATHUB_BILLING_PROVIDER_PARTS_H

#include "billing/provider.h"
#include "outbound/http_client.h"

/* The contract's times (1.10), and Stripe's own. Keys that are fetched anew are asked for once a minute at most. */
enum { PROVIDER_CONNECT_MS = 5000, PROVIDER_TOTAL_MS = 15000, PROVIDER_STRIPE_MS = 40000, PROVIDER_KEYS_MAX = 16 };

extern const struct provider provider_alipay, provider_wechat, provider_stripe, provider_sandbox;
/* Its keys, as its settings have them; nothing set: true, and it is not ready. False: *why, in `a`, names the setting.
 */
MUST_USE bool provider_alipay_open(const struct provider_settings *s, struct arena *a, const char **why);
MUST_USE bool provider_wechat_open(const struct provider_settings *s, struct arena *a, const char **why);
MUST_USE bool provider_stripe_open(const struct provider_settings *s, struct arena *a, const char **why);
void provider_sandbox_open(const struct provider_settings *s, struct arena *a);
void provider_alipay_close(void), provider_wechat_close(void), provider_stripe_close(void);

#define SANDBOX_KEY "chathub-sandbox-only" /* no secret: it signs for a provider of no money */
/* The header Sandbox-Signature of this body. */
const char *provider_sandbox_sign(struct arena *a, struct str body);

/* ---- provider_calls.c ---- */
struct str provider_text(const char *setting); /* p NULL: it is not set */
/* One of some settings that go together is missing. NULL: none, or all of them. */
struct provider_need {
    const char *name, *value;
};
const char *provider_missing(struct arena *a, const struct provider_need *n, size_t count);
/* POST or GET to a base address of the settings. */
void provider_ask(struct arena *a, struct outbound_request *r, struct outbound_answer *out);
/* GET of a file whose address a verified answer has named. One of another machine than `base` has to be reached by
 * https, at an address of the internet. */
void provider_download(struct arena *a, struct str base, struct str url, const char *log_as,
                       struct outbound_answer *out);
struct str provider_got(const struct outbound_answer *answer, const char *lower_case_name); /* p NULL: absent */
/* What a call came to for which nothing came that could be read. */
enum payment_outcome provider_unanswered(const struct outbound_answer *answer);
/* A line for persons, of parts that providers said: printable, and cut. */
const char *provider_said(struct arena *a, const char *call, struct str code, struct str words);
/* A notice that this refund is done, or has ended otherwise. */
void provider_refund_notice(struct provider_call *c, bool done);

#endif
