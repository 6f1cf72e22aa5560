/* provider_hooks.c: what providers deliver to /hooks. One sender for each, all alike: what differs is how it is heard
 * (alipay.c and its like). The order of checks is the contract's (1.4): the message by its provider, then what it says
 * against our rows; the first failure ends it, and what is well signed and does not fit raises an alarm and a mismatch.
 * What is accepted is acted on in the transaction that acknowledges it. */
#include "base/clock.h"
#include "billing/private.h"
#include "billing/provider_parts.h"

/* What a delivery was heard to say, from .verify to .act. */
struct hear_again {
    enum payment_reason reason;
    struct payment_notice notice;
};

static const struct provider *provider_of(const struct delivery *d)
{
    const struct provider *p = provider_named(d->sender->name);
    return p && p->ready() ? p : NULL;
}

static struct hear_again *heard_of(const struct delivery *d)
{
    const struct provider *p = provider_of(d);
    struct hear_again *h = ARENA_NEW(d->arena, struct hear_again);
    /* The address alone, not the body: a query in it is no part of what is signed. */
    h->reason = payment_check_target(STR("POST"), d->queried ? STR("/?") : STR("/"));
    if (!p) h->reason = PAYMENT_APP;
    else if (h->reason == PAYMENT_ACCEPTED) h->reason = p->hear(d, &h->notice);
    return h;
}

static struct heard heard(const struct delivery *d, const struct hear_again *h, int64_t now_ms)
{
    return (struct heard){
        .provider = provider_of(d), .notice = &h->notice, .how = "notice", .delivery = d->row, .now_ms = now_ms
    };
}

static enum inbound_verdict verify(struct delivery *d, struct tx *tx)
{
    struct hear_again *h = heard_of(d);
    enum payment_reason reason = h->reason;
    d->made = h;
    if (reason == PAYMENT_ACCEPTED) {
        const struct heard said = heard(d, h, d->at_ms);
        if (!billing_judge(tx, &said, d->arena, &reason)) return INBOUND_FAULT;
    }
    if (reason == PAYMENT_ACCEPTED) return INBOUND_GOOD;
    d->reason = payment_reason_text(reason);
    return payment_reason_alarms(reason) ? INBOUND_ALARM : INBOUND_REFUSED;
}

/* Whose it is, for the lists of deliveries. */
static bool take_account(struct delivery *d, struct tx *tx, const struct payment_notice *n)
{
    struct payment p = { 0 };
    enum row row = ROW_NONE;
    if (n->about_order && n->order.n > 0)
        row = payment_by_number(tx, d->sender->name, arena_text_n(d->arena, n->order.p, n->order.n), &p);
    else if ((n->about_order || n->for_person) && n->trade.n > 0)
        row = payment_by_trade(tx, d->sender->name, arena_text_n(d->arena, n->trade.p, n->trade.n), &p);
    if (row == ROW_FOUND) d->account = p.account;
    return row != ROW_FAULT;
}

static void add_part(struct buf *b, struct str s)
{
    buf_i64(b, (int64_t)s.n);
    buf_char(b, ':');
    buf_add(b, s.p ? s.p : "", s.n);
}

static void add_money(struct buf *b, bool there, struct money m)
{
    buf_i64(b, there ? money_minor(m) : -1);
    buf_text(b, there ? currency_code(money_currency(m)) : "-");
}

/* What has to be the same when its id comes again. A repetition is signed anew, and has new times and counts in it.
 * What a person alone looks at does not count. */
static struct str same_of(struct arena *a, const struct payment_notice *n)
{
    struct buf b;
    buf_init(&b, PAYMENT_BODY_MAX);
    add_part(&b, n->type);
    add_part(&b, n->order);
    add_part(&b, n->about_order ? n->trade : (struct str){ NULL, 0 });
    add_part(&b, n->session);
    add_part(&b, n->refund);
    buf_printf(&b, "%d,", (int)n->said);
    add_money(&b, n->about_order && !n->no_amount, n->amount);
    add_money(&b, n->has_total, n->refund_total);
    add_money(&b, n->refund.n > 0, n->refund_amount);
    struct str out = { arena_text_n(a, b.p, b.n), b.n };
    buf_free(&b);
    return out;
}

static enum inbound_verdict identify(struct delivery *d, struct tx *tx)
{
    const struct hear_again *h = d->made;
    d->id = arena_text_n(d->arena, h->notice.event.p ? h->notice.event.p : "", h->notice.event.n);
    d->same = same_of(d->arena, &h->notice);
    return take_account(d, tx, &h->notice) ? INBOUND_GOOD : INBOUND_FAULT;
}

/* Heard well, and it does not fit our rows: a mismatch for persons. What was not even heard has none. */
static bool alarmed(const struct delivery *d, struct tx *tx)
{
    const struct hear_again *h = d->made;
    struct buf outcome;
    char text[DELIVERY_OUTCOME_MAX + 1];
    if (!h || h->reason != PAYMENT_ACCEPTED) return true;
    const struct heard said = heard(d, h, d->at_ms);
    buf_fixed(&outcome, text, sizeof text);
    return billing_apply(tx, &said, &outcome);
}

static enum job_wish act(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    const struct hear_again *h = d->made ? d->made : heard_of(d);
    if (h->reason != PAYMENT_ACCEPTED) {
        buf_printf(outcome, "refused: %s", payment_reason_text(h->reason));
        return JOB_FINISHED;
    }
    bool refused = false;
    struct heard said = heard(d, h, job ? job->now_ms : d->at_ms);
    said.refused = &refused;
    if (!billing_apply(tx, &said, outcome)) return JOB_FAULT;
    return refused && !job ? JOB_GIVE_UP : JOB_FINISHED; /* another was a moment sooner than .verify saw */
}

/* ---- the senders ---- */

static const char *const alipay_headers[] = { "content-type", NULL };
static const char *const wechat_headers[] = { "wechatpay-timestamp", "wechatpay-nonce",          "wechatpay-signature",
                                              "wechatpay-serial",    "wechatpay-signature-type", NULL };
static const char *const stripe_headers[] = { "stripe-signature", NULL };
static const char *const sandbox_headers[] = { "sandbox-signature", NULL };

#define HOOK                                                                                                           \
    .pool = JOB_POOL_MONEY, .at_once = true, .verify = verify, .identify = identify, .alarmed = alarmed, .act = act
/* clang-format off */
const struct sender billing_alipay_sender = { .name = "alipay",
    .doc = "Alipay: asynchronous notifications of payments.",
    .path = "/hooks/alipay", .headers = alipay_headers, .ack = { 200, "text/plain", "success" },
    .nack = { 400, "text/plain", "fail" }, HOOK };
const struct sender billing_wechat_sender = { .name = "wechat",
    .doc = "WeChat Pay: notifications of payments and refunds.",
    .path = "/hooks/wechat", .headers = wechat_headers, .ack = { 204, NULL, NULL },
    .nack = { 400, "application/json", "{\"code\":\"FAIL\",\"message\":\"refused\"}" }, HOOK };
const struct sender billing_stripe_sender = { .name = "stripe",
    .doc = "Stripe: webhook events of Checkout and refunds.",
    .path = "/hooks/stripe", .headers = stripe_headers, .ack = { 200, NULL, NULL }, .nack = { 400, NULL, NULL }, HOOK };
const struct sender billing_sandbox_sender = { .name = "sandbox",
    .doc = "The provider that is played here, in development.",
    .path = "/hooks/sandbox", .headers = sandbox_headers, .ack = { 200, "text/plain", "success" },
    .nack = { 400, "text/plain", "fail" }, HOOK };
const struct sender *const billing_senders[] = { &billing_alipay_sender, &billing_wechat_sender, &billing_stripe_sender,
    &billing_sandbox_sender, NULL };

/* What is refused counts, by network: a provider's own network sends what is good, and that is given back. */
static const struct limit limit = { .name = "payment_hooks", .burst = 600, .per_ms = MINUTE_MS };
/* A provider that has no keys here has no address either. */
static bool alipay_is(void) { return provider_alipay.ready(); }
static bool wechat_is(void) { return provider_wechat.ready(); }
static bool stripe_is(void) { return provider_stripe.ready(); }
static bool sandbox_is(void) { return provider_sandbox.ready(); }
#define HOOK_ROUTE(path_, exists_, what_)                                                                              \
    SENDER_ROUTE((path_), PAYMENT_BODY_MAX, &limit, .any_query = true, .exists = (exists_), .doc = (what_))
const struct route billing_hook_routes[] = {
    HOOK_ROUTE("/hooks/alipay", alipay_is, "Notifications of Alipay."),
    HOOK_ROUTE("/hooks/wechat", wechat_is, "Notifications of WeChat Pay."),
    HOOK_ROUTE("/hooks/stripe", stripe_is, "Webhook events of Stripe."),
    HOOK_ROUTE("/hooks/sandbox", sandbox_is, "Notifications of the provider that is played here, in development."),
    ROUTE_END
};
/* clang-format on */
