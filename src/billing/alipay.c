/* alipay.c: Alipay, over payments/alipay.h. A payment on a page or in the app of a phone is an address for the browser,
 * so beginning it calls nobody, and the trade does not exist before the buyer has signed in there: "no such trade"
 * means not paid. In certificate mode a serial that is not known is fetched and believed only when it leads to our
 * roots. */
#include "base/clock.h"
#include "base/log.h"
#include "billing/provider_parts.h"
#include "payments/alipay.h"
#include "payments/bill.h"
#include "payments/certs.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SERIAL_MAX = 64 };

static struct {
    struct alipay_setup setup;
    struct str gateway, notify_url, product;
    struct arena *arena; /* texts of the setup; changed under `lock` */
    _Atomic(struct alipay_keys *) keys;
    pthread_mutex_t lock;
    /* Sets that were in use before: who reads one may do so still. */
    struct alipay_keys *old[PROVIDER_KEYS_MAX];
    size_t olds;
    int64_t fetched_at_ms;
} me = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- keys ---- */

/* Each setting is tried with those before it, so that what is wrong has a name. */
static const char *first_fault(struct arena *a, const struct alipay_setup *all)
{
    struct alipay_setup s = { .app_id = all->app_id, .seller_id = all->seller_id };
    const struct {
        const char *name;
        struct str *to, from;
        bool waits; /* goes with the next one */
    } parts[] = {
        { "ALIPAY_APP_KEY", &s.app_key, all->app_key, false },
        { "ALIPAY_PUBLIC_KEY", &s.alipay_key, all->alipay_key, false },
        { "ALIPAY_APP_CERT", &s.app_certificate, all->app_certificate, true },
        { "ALIPAY_APP_CERT and ALIPAY_ROOT_CERTS", &s.root_certificates, all->root_certificates, false },
        { "ALIPAY_CERTS", &s.alipay_certificates, all->alipay_certificates, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const char *why = NULL;
        *parts[i].to = parts[i].from;
        if (parts[i].waits) continue;
        struct alipay_keys *k = alipay_keys_open(&s, &why);
        alipay_keys_close(k);
        if (!k) return arena_printf(a, "%s: %s.", parts[i].name, why);
    }
    return NULL;
}

bool provider_alipay_open(const struct provider_settings *s, struct arena *a, const char **why)
{
    const struct provider_need needs[] = { { "ALIPAY_APP_ID", s->alipay_app_id },
                                           { "ALIPAY_SELLER_ID", s->alipay_seller_id },
                                           { "ALIPAY_APP_KEY", s->alipay_app_key } };
    bool verifies = provider_text(s->alipay_public_key).n > 0 || provider_text(s->alipay_certs).n > 0;
    if ((*why = provider_missing(a, needs, ARRAY_LEN(needs)))) return false;
    if (!provider_text(s->alipay_app_id).n && !verifies) return true;
    if (!provider_text(s->alipay_app_id).n)
        *why = "ALIPAY_APP_ID, ALIPAY_SELLER_ID and ALIPAY_APP_KEY must be set where a key of Alipay's is.";
    else if (!verifies)
        *why = "ALIPAY_PUBLIC_KEY (key mode) or ALIPAY_CERTS (certificate mode) must be set: without one nothing that "
               "Alipay says can be believed.";
    if (*why) return false;
    me.setup = (struct alipay_setup){ .app_id = provider_text(s->alipay_app_id),
                                      .seller_id = provider_text(s->alipay_seller_id),
                                      .app_key = provider_text(s->alipay_app_key),
                                      .alipay_key = provider_text(s->alipay_public_key),
                                      .app_certificate = provider_text(s->alipay_app_cert),
                                      .alipay_certificates = provider_text(s->alipay_certs),
                                      .root_certificates = provider_text(s->alipay_root_certs) };
    me.gateway = provider_text(s->alipay_gateway);
    me.product = provider_text(s->alipay_product);
    me.notify_url = str_of(arena_printf(a, "%s/hooks/alipay", s->notify_url ? s->notify_url : s->base_url));
    me.arena = a, me.fetched_at_ms = 0, me.olds = 0;
    struct alipay_keys *keys = alipay_keys_open(&me.setup, why);
    if (!keys) *why = first_fault(a, &me.setup);
    atomic_store(&me.keys, keys);
    return keys != NULL;
}

void provider_alipay_close(void)
{
    alipay_keys_close(atomic_exchange(&me.keys, NULL));
    for (size_t i = 0; i < me.olds; i++) alipay_keys_close(me.old[i]);
    me.olds = 0;
}

static bool is_ready(void) { return atomic_load(&me.keys) != NULL; }

/* ---- certificates that Alipay has begun to use ---- */

/* The answer names its certificate by serial; it is asked for by an answer that is signed with it. */
static bool fetch(struct arena *a, struct str serial, int64_t now_ms, struct str *pem)
{
    struct alipay_param p[ALIPAY_CALL_PARAMS_MAX];
    const struct alipay_keys *k = atomic_load(&me.keys);
    const struct alipay_call call = { .method = ALIPAY_CERTIFICATE_METHOD,
                                      .content = alipay_certificate_content(a, serial),
                                      .at_ms = now_ms };
    if (!call.content.p) return false;
    struct alipay_request r = alipay_request(a, k, me.gateway, p, alipay_params(a, k, &call, p));
    if (!r.url.p) return false;
    struct outbound_request post = { .method = "POST",
                                     .url = r.url.p,
                                     .header = { { "Content-Type",
                                                   "application/x-www-form-urlencoded;charset=utf-8" } },
                                     .headers = 1,
                                     .body = r.body,
                                     .log_as = "alipay.certificate" };
    struct outbound_answer answer;
    provider_ask(a, &post, &answer);
    return alipay_certificate(a, k, answer.body, serial, now_ms / SECOND_MS, pem);
}

static bool learn(struct arena *a, struct str serial, int64_t now_ms)
{
    struct str pem;
    const char *why = NULL;
    bool learnt = false;
    if (serial.n == 0 || serial.n > SERIAL_MAX || pthread_mutex_lock(&me.lock) != 0) return false;
    int64_t at_ms = monotonic_ms();
    bool due = me.fetched_at_ms == 0 || at_ms - me.fetched_at_ms >= MINUTE_MS;
    if (due) me.fetched_at_ms = at_ms;
    if (due && me.olds < PROVIDER_KEYS_MAX && fetch(a, serial, now_ms, &pem)) {
        struct str before = me.setup.alipay_certificates;
        const char *both =
            arena_printf(me.arena, "%.*s\n%.*s\n", (int)before.n, before.n ? before.p : "", (int)pem.n, pem.p);
        me.setup.alipay_certificates = str_of(both);
        struct alipay_keys *keys = alipay_keys_open(&me.setup, &why);
        learnt = keys != NULL;
        if (learnt) me.old[me.olds++] = atomic_exchange(&me.keys, keys);
        else me.setup.alipay_certificates = before;
    }
    if (due)
        LOG(learnt ? LOG_INFO : LOG_ERROR, "alipay_certificate",
            LOG_TEXT("serial", arena_text_n(a, serial.p, serial.n)),
            LOG_TEXT("result", learnt ? "believed from now on"
                               : why  ? why
                                      : "not believed"));
    (void)pthread_mutex_unlock(&me.lock);
    return learnt;
}

/* ---- calls ---- */

static struct alipay_call call_of(const struct provider_call *c, const char *method, struct str content)
{
    return (struct alipay_call){ .method = method, .content = content, .at_ms = c->now_ms };
}

static enum payment_outcome unread(struct provider_call *c, const char *method, const struct outbound_answer *answer,
                                   enum payment_reason reason)
{
    bool came = answer->status == 200;
    const char *words = came ? payment_reason_text(reason) : answer->error ? answer->error : "no answer";
    c->error = provider_said(c->arena, method, STR("not a verified answer"), str_of(words));
    if (payment_reason_alarms(reason) && came)
        LOG(LOG_ERROR, "payment_answer", LOG_TEXT("provider", "alipay"),
            LOG_TEXT("reason", payment_reason_text(reason)));
    return provider_unanswered(answer);
}

/* What the call came to; *out is read when it is OK, REFUSED or ABSENT. */
static enum payment_outcome ask(struct provider_call *c, const struct alipay_call *call, struct alipay_answer *out)
{
    struct alipay_param p[ALIPAY_CALL_PARAMS_MAX];
    const struct alipay_keys *k = atomic_load(&me.keys);
    if (!call->content.p) {
        c->error = provider_said(c->arena, call->method, STR("outside of what Alipay takes"), STR(""));
        return PAYMENT_OUTCOME_REFUSED;
    }
    struct alipay_request r = alipay_request(c->arena, k, me.gateway, p, alipay_params(c->arena, k, call, p));
    if (!r.url.p) {
        c->error = provider_said(c->arena, call->method, STR("too long"), STR(""));
        return PAYMENT_OUTCOME_REFUSED;
    }
    struct outbound_request post = { .method = "POST",
                                     .url = r.url.p,
                                     .header = { { "Content-Type",
                                                   "application/x-www-form-urlencoded;charset=utf-8" } },
                                     .headers = 1,
                                     .body = r.body,
                                     .log_as = call->method };
    struct outbound_answer answer;
    provider_ask(c->arena, &post, &answer);
    enum payment_reason reason = alipay_answer(c->arena, k, str_of(call->method), answer.body, out);
    if (reason == PAYMENT_UNKNOWN_SERIAL && learn(c->arena, alipay_field(out, "alipay_cert_sn"), c->now_ms))
        reason = alipay_answer(c->arena, atomic_load(&me.keys), str_of(call->method), answer.body, out);
    if (reason != PAYMENT_ACCEPTED) return unread(c, call->method, &answer, reason);
    enum payment_outcome outcome = alipay_outcome(out);
    if (outcome != PAYMENT_OUTCOME_OK)
        c->error =
            provider_said(c->arena, call->method,
                          alipay_field(out, "sub_code").n ? alipay_field(out, "sub_code") : alipay_field(out, "code"),
                          alipay_field(out, "sub_msg"));
    return outcome;
}

static enum alipay_way way_of(const char *way)
{
    return text_eq(way, "wap") ? ALIPAY_WAP : text_eq(way, "code") ? ALIPAY_CODE : ALIPAY_PAGE;
}

static void start(struct provider_call *c)
{
    const struct alipay_pay pay = { .way = way_of(c->way),
                                    .number = c->order.number,
                                    .subject = str_of(c->subject),
                                    .amount = c->order.amount,
                                    .at_ms = c->now_ms,
                                    .expires_at_ms = c->expires_at_ms,
                                    .quit_url = str_of(c->return_url),
                                    .product_code = me.product };
    struct alipay_call call = call_of(c, alipay_pay_method(pay.way), alipay_pay_content(c->arena, &pay));
    struct alipay_param p[ALIPAY_CALL_PARAMS_MAX];
    struct alipay_answer answer;
    call.notify_url = me.notify_url;
    if (pay.way == ALIPAY_CODE) {
        c->outcome = ask(c, &call, &answer);
        if (c->outcome != PAYMENT_OUTCOME_OK) return;
        struct str scan = alipay_field(&answer, "qr_code");
        bool ours = str_eq(alipay_field(&answer, "out_trade_no"), c->order.number) && scan.n > 0;
        if (ours) c->scan = arena_text_n(c->arena, scan.p, scan.n);
        else c->outcome = PAYMENT_OUTCOME_UNKNOWN, c->error = "the answer has no code of this payment";
        return;
    }
    const struct alipay_keys *k = atomic_load(&me.keys);
    call.return_url = str_of(c->return_url);
    struct str url = { NULL, 0 };
    if (call.content.p) url = alipay_url(c->arena, k, me.gateway, p, alipay_params(c->arena, k, &call, p));
    c->url = url.p;
    c->outcome = url.p ? PAYMENT_OUTCOME_OK : PAYMENT_OUTCOME_REFUSED;
    if (!url.p) c->error = "outside of what Alipay takes";
}

static void query_trade(struct provider_call *c)
{
    struct alipay_answer answer;
    const struct alipay_call call = call_of(c, "alipay.trade.query", alipay_order_content(c->arena, c->order.number));
    c->outcome = ask(c, &call, &answer);
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    enum payment_reason reason = alipay_query_notice(&answer, &c->notice);
    c->has_notice = reason == PAYMENT_ACCEPTED && str_eq(c->notice.order, c->order.number);
    if (c->has_notice) return;
    c->outcome = PAYMENT_OUTCOME_UNKNOWN;
    c->error = provider_said(c->arena, call.method, STR("not about this payment"), str_of(payment_reason_text(reason)));
}

static void close_trade(struct provider_call *c)
{
    struct alipay_answer answer;
    const struct alipay_call call = call_of(c, "alipay.trade.close", alipay_order_content(c->arena, c->order.number));
    c->outcome = ask(c, &call, &answer);
}

/* One notice for both calls: the running total is told by the first alone. */
static void refund_by(struct provider_call *c, const char *method, struct str content, bool is_query)
{
    struct alipay_answer answer;
    struct money total;
    const struct alipay_call call = call_of(c, method, content);
    const struct alipay_refund asked = { .number = c->order.number, .refund = c->refund, .is_query = is_query };
    c->outcome = ask(c, &call, &answer);
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    c->outcome = alipay_refund_outcome(&answer, &asked, &total);
    if (c->outcome != PAYMENT_OUTCOME_OK) {
        /* A question that is answered well, and without a word of a refund: there is none of this number. */
        bool none = is_query && !alipay_field(&answer, "refund_status").p && !alipay_field(&answer, "out_request_no").p;
        if (none) c->outcome = PAYMENT_OUTCOME_ABSENT;
        c->error = provider_said(c->arena, method, STR("it does not say that money moved"), STR(""));
        return;
    }
    provider_refund_notice(c, true);
    c->notice.has_total = money_is_positive(total);
    c->notice.refund_total = total;
}

static void refund(struct provider_call *c)
{
    refund_by(c, "alipay.trade.refund",
              alipay_refund_content(c->arena, c->order.number, c->refund, c->refund_amount, c->reason), false);
}

static void refund_query(struct provider_call *c)
{
    refund_by(c, "alipay.trade.fastpay.refund.query", alipay_refund_query_content(c->arena, c->order.number, c->refund),
              true);
}

/* ---- bills ---- */

/* An address that is good for half a minute, and an archive there. */
static void bill(struct provider_bill *b)
{
    struct alipay_answer answer;
    struct outbound_answer file;
    struct provider_call c = { .arena = b->arena, .now_ms = b->now_ms };
    const struct alipay_call call = call_of(&c, ALIPAY_BILL_METHOD, alipay_bill_content(b->arena, b->day));
    b->outcome = ask(&c, &call, &answer);
    b->error = c.error;
    if (b->outcome == PAYMENT_OUTCOME_REFUSED) b->outcome = alipay_bill_outcome(&answer);
    if (b->outcome != PAYMENT_OUTCOME_OK) return;
    struct str url = alipay_field(&answer, "bill_download_url");
    b->outcome = PAYMENT_OUTCOME_UNKNOWN;
    b->error = provider_said(b->arena, call.method, STR("the answer has no address"), STR(""));
    if (url.n == 0) return;
    provider_download(b->arena, me.gateway, url, "alipay.bill", &file);
    b->error = provider_said(b->arena, "alipay.bill", str_of(file.error), STR(""));
    if (file.outcome != OUTCOME_OK) return;
    const char *why = bill_read_alipay(b->arena, file.body, &b->bill);
    if (!why) b->outcome = PAYMENT_OUTCOME_OK;
    b->error = why ? provider_said(b->arena, "alipay.bill", STR("the bill is not used:"), str_of(why)) : NULL;
}

/* ---- what it can do ---- */

static bool takes(struct money amount) { return money_currency(amount) == CURRENCY_CNY && money_is_positive(amount); }

static const char *way_for(bool phone) { return phone ? "wap" : "page"; }

/* A question about a payment that nobody began: it is signed, and so is the answer that there is none. */
static bool check(struct arena *a, int64_t now_ms, const char **why)
{
    struct alipay_answer answer;
    struct provider_call c = { .arena = a, .now_ms = now_ms };
    const struct alipay_call call = call_of(&c, "alipay.trade.query", alipay_order_content(a, STR("chathub-doctor")));
    if (me.setup.app_certificate.n > 0 && !cert_is_current(me.setup.app_certificate, now_ms / SECOND_MS)) {
        *why = "the certificate of ALIPAY_APP_CERT is not within its dates: make a new one in Alipay's open platform";
        return false;
    }
    enum payment_outcome outcome = ask(&c, &call, &answer);
    bool good = outcome == PAYMENT_OUTCOME_ABSENT || outcome == PAYMENT_OUTCOME_OK;
    *why = good ? NULL : c.error;
    return good;
}

static enum payment_reason hear(const struct delivery *d, struct payment_notice *out)
{
    enum payment_reason reason = alipay_check_type(inbound_header(d, "content-type"));
    if (reason != PAYMENT_ACCEPTED) return reason;
    return alipay_notice(d->arena, atomic_load(&me.keys), d->body, out);
}

static const char *const ways[] = { "page", "wap", "code", NULL };
/* clang-format off */
const struct provider provider_alipay = {
    .name = "alipay", .name_en = "Alipay", .name_zh = "支付宝", .ways = ways, .way_for = way_for, .ready = is_ready,
    .takes = takes, .least_ms = 5 * MINUTE_MS, .start = start, .query = query_trade, .close = close_trade,
    .refund = refund, .refund_query = refund_query, .check = check, .hear = hear,
    .bill_zone_ms = 8 * HOUR_MS, .bill_after_ms = 10 * HOUR_MS + 10 * MINUTE_MS, .bill = bill,
};
/* clang-format on */
