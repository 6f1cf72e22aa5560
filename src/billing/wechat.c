/* wechat.c: WeChat Pay, over payments/wechat.h. Every answer is signed, and one that is not counts as none. What WeChat
 * Pay signs with is a public key (preferred), platform certificates, or both while it changes over. Where certificates
 * count the list is fetched when a serial is not known (at most once a minute) and every 12 hours: by the calls
 * themselves, and by a thread of this process, since a notification cannot wait for it, and a process that only hears
 * makes no calls. It begins with the first notification. Rejected: a job (one process fetches, and the others, which
 * have keys of their own, do not).
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "billing/provider_parts.h"
#include "payments/bill.h"
#include "payments/certs.h"
#include "payments/wechat.h"

#include <pthread.h>
#include <stdatomic.h>

#define CERTIFICATES_OLD_MS (12 * HOUR_MS)

static struct {
    struct wechat_setup setup;
    struct wechat_signer signer[WECHAT_KEYS_MAX];
    struct str base, notify_url;
    struct arena *arena;  /* texts of the setup; changed under `lock` */
    bool by_certificates; /* also while a public key is there, in a change-over */
    _Atomic(struct wechat_keys *) keys;
    pthread_mutex_t lock;
    struct wechat_keys *old[PROVIDER_KEYS_MAX];
    size_t olds;
    _Atomic int64_t fetched_at_ms, good_at_ms; /* asked for; answered well. 0: never */
} me = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* by the monotonic clock */
    pthread_t thread;
    bool runs, stop, wanted; /* wanted: a notification came under a serial that nobody knows */
} keeper = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- keys ---- */

/* Of a certificate the serial is its own. */
static void add_certificate(struct arena *a, struct str pem)
{
    struct str serial;
    if (!cert_serial(a, pem, &serial)) serial = (struct str){ "", 0 };
    if (me.setup.signers < WECHAT_KEYS_MAX) me.signer[me.setup.signers++] = (struct wechat_signer){ serial, pem };
}

static void add_signer(struct str serial, struct str pem)
{
    if (me.setup.signers < WECHAT_KEYS_MAX) me.signer[me.setup.signers++] = (struct wechat_signer){ serial, pem };
}

/* The setup without what the others sign with: what is wrong then is of ours. */
static const char *first_fault(struct arena *a, const char *why)
{
    struct wechat_setup own = me.setup;
    const char *of_own = NULL;
    own.signers = 0;
    struct wechat_keys *k = wechat_keys_open(&own, &of_own);
    wechat_keys_close(k);
    if (k) return arena_printf(a, "WECHAT_PUBLIC_KEY or WECHAT_CERTS: %s.", why);
    bool of_v3 = own.v3_key.n != 0 && own.v3_key.n != WECHAT_V3_KEY_SIZE;
    own.v3_key = (struct str){ NULL, 0 };
    return arena_printf(a, "%s: %s.", of_v3 ? "WECHAT_API_V3_KEY" : "WECHAT_MERCHANT_KEY", of_own);
}

bool provider_wechat_open(const struct provider_settings *s, struct arena *a, const char **why)
{
    const struct provider_need needs[] = { { "WECHAT_MCHID", s->wechat_mchid },
                                           { "WECHAT_APPID", s->wechat_appid },
                                           { "WECHAT_API_V3_KEY", s->wechat_v3_key },
                                           { "WECHAT_MERCHANT_SERIAL", s->wechat_merchant_serial },
                                           { "WECHAT_MERCHANT_KEY", s->wechat_merchant_key } };
    const struct provider_need key[] = { { "WECHAT_PUBLIC_KEY_ID", s->wechat_public_key_id },
                                         { "WECHAT_PUBLIC_KEY", s->wechat_public_key } };
    struct str certificates = provider_text(s->wechat_certs), id = provider_text(s->wechat_public_key_id), pem;
    if ((*why = provider_missing(a, needs, ARRAY_LEN(needs))) || (*why = provider_missing(a, key, ARRAY_LEN(key))))
        return false;
    bool set = provider_text(s->wechat_mchid).n > 0;
    if (!set && id.n == 0 && certificates.n == 0) return true;
    if (!set) *why = "WECHAT_MCHID and what goes with it must be set where a key of WeChat Pay's is.";
    else if (id.n > 0 && !str_starts(id, STR(WECHAT_PUBLIC_KEY)))
        *why = "WECHAT_PUBLIC_KEY_ID must begin with PUB_KEY_ID_, as the merchant platform shows it.";
    if (*why) return false;
    me.setup = (struct wechat_setup){ .mchid = provider_text(s->wechat_mchid),
                                      .appid = provider_text(s->wechat_appid),
                                      .v3_key = provider_text(s->wechat_v3_key),
                                      .merchant_serial = provider_text(s->wechat_merchant_serial),
                                      .merchant_key = provider_text(s->wechat_merchant_key),
                                      .signer = me.signer };
    me.by_certificates = id.n == 0 || certificates.n > 0;
    if (id.n > 0) add_signer(id, provider_text(s->wechat_public_key));
    while (cert_next(&certificates, &pem)) add_certificate(a, pem);
    me.base = provider_text(s->wechat_base);
    me.notify_url = str_of(arena_printf(a, "%s/hooks/wechat", s->notify_url ? s->notify_url : s->base_url));
    me.arena = a, me.olds = 0;
    atomic_store(&me.fetched_at_ms, 0), atomic_store(&me.good_at_ms, 0);
    struct wechat_keys *keys = wechat_keys_open(&me.setup, why);
    if (!keys) *why = first_fault(a, *why);
    else if (provider_text(s->wechat_certs).n > 0 && me.setup.signers == (id.n > 0 ? 1U : 0U))
        *why = "WECHAT_CERTS: there is no certificate in it.";
    atomic_store(&me.keys, keys);
    return *why == NULL;
}

static void stop_keeper(void);

void provider_wechat_close(void)
{
    stop_keeper();
    wechat_keys_close(atomic_exchange(&me.keys, NULL));
    for (size_t i = 0; i < me.olds; i++) wechat_keys_close(me.old[i]);
    me.olds = 0, me.setup.signers = 0;
}

static bool is_ready(void) { return atomic_load(&me.keys) != NULL; }

/* ---- one call ---- */

struct asked {
    const char *method, *log_as;
    struct str target, body;
    size_t answer_max; /* 0: as of all calls */
    struct outbound_answer answer;
    struct wechat_headers headers;
};

static void send_it(struct arena *a, int64_t now_ms, struct asked *q)
{
    static const char *const wanted[] = { "wechatpay-timestamp",
                                          "wechatpay-nonce",
                                          "wechatpay-signature",
                                          "wechatpay-serial",
                                          "wechatpay-signature-type",
                                          "request-id",
                                          NULL };
    const struct wechat_keys *k = atomic_load(&me.keys);
    uint8_t bytes[WECHAT_NONCE_MAX / 2];
    char nonce[WECHAT_NONCE_MAX + 1];
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, nonce);
    const struct wechat_call call = { .method = str_of(q->method),
                                      .target = q->target,
                                      .body = q->body,
                                      .at_s = now_ms / SECOND_MS,
                                      .nonce = str_of(nonce) };
    struct outbound_request r = { .method = q->method,
                                  .url = arena_printf(a, "%.*s%.*s", (int)me.base.n, me.base.p, (int)q->target.n,
                                                      q->target.p),
                                  .body = q->body.n > 0 ? q->body : (struct str){ NULL, 0 },
                                  .answer_max = q->answer_max,
                                  .wanted = wanted,
                                  .log_as = q->log_as };
    struct str id = wechat_public_key_id(k);
    r.header[r.headers++] = (struct outbound_header){ "Accept", "application/json" };
    r.header[r.headers++] = (struct outbound_header){ "Authorization", wechat_authorization(a, k, &call).p };
    if (q->body.n > 0) r.header[r.headers++] = (struct outbound_header){ "Content-Type", "application/json" };
    if (id.p) r.header[r.headers++] = (struct outbound_header){ "Wechatpay-Serial", arena_text_n(a, id.p, id.n) };
    provider_ask(a, &r, &q->answer);
    q->headers = (struct wechat_headers){ .timestamp = provider_got(&q->answer, wanted[0]),
                                          .nonce = provider_got(&q->answer, wanted[1]),
                                          .signature = provider_got(&q->answer, wanted[2]),
                                          .serial = provider_got(&q->answer, wanted[3]),
                                          .type = provider_got(&q->answer, wanted[4]) };
    struct str request_id = provider_got(&q->answer, wanted[5]);
    if (q->answer.outcome != OUTCOME_OK && request_id.n > 0)
        LOG(LOG_WARN, "payment_request", LOG_TEXT("provider", "wechat"), LOG_TEXT("request_id", request_id.p),
            LOG_NUMBER("status", q->answer.status));
}

/* ---- the list of certificates ---- */

/* Under the lock. Those of before stay beside the new ones: both sign in a change-over. */
static bool keep(const struct wechat_certificates *list)
{
    const char *why = NULL;
    size_t before = me.setup.signers;
    for (size_t i = 0; i < list->count; i++) {
        struct str serial = list->certificate[i].serial, pem = list->certificate[i].pem;
        bool known = false;
        for (size_t j = 0; j < me.setup.signers; j++) {
            struct str of_pem = me.signer[j].serial;
            known |= str_eq(me.signer[j].pem, pem) || str_eq(of_pem, serial);
        }
        if (!known)
            add_signer((struct str){ arena_text_n(me.arena, serial.p, serial.n), serial.n },
                       (struct str){ arena_text_n(me.arena, pem.p, pem.n), pem.n });
    }
    if (me.setup.signers == before) return false;
    struct wechat_keys *keys = me.olds < PROVIDER_KEYS_MAX ? wechat_keys_open(&me.setup, &why) : NULL;
    if (!keys) me.setup.signers = before;
    else me.old[me.olds++] = atomic_exchange(&me.keys, keys);
    LOG(keys ? LOG_INFO : LOG_ERROR, "wechat_certificates", LOG_NUMBER("new", me.setup.signers - before),
        LOG_TEXT("result", keys  ? "believed from now on"
                           : why ? why
                                 : "too many changes: start anew"));
    return keys != NULL;
}

/* True: there are keys that were not there before. */
static bool refresh(struct arena *a, int64_t now_ms)
{
    bool changed = false;
    if (!me.by_certificates || pthread_mutex_lock(&me.lock) != 0) return false;
    int64_t at_ms = monotonic_ms(), last_ms = atomic_load(&me.fetched_at_ms);
    if (last_ms == 0 || at_ms - last_ms >= MINUTE_MS) {
        struct asked q = {
            .method = "GET", .log_as = "wechat.certificates", .target = STR(WECHAT_CERTIFICATES_TARGET), .body = STR("")
        };
        struct wechat_certificates list;
        atomic_store(&me.fetched_at_ms, at_ms);
        send_it(a, now_ms, &q);
        enum payment_reason reason =
            wechat_certificates(a, atomic_load(&me.keys), &q.headers, q.answer.body, now_ms / SECOND_MS, &list);
        if (q.answer.status == 200 && reason == PAYMENT_ACCEPTED) {
            atomic_store(&me.good_at_ms, at_ms);
            changed = keep(&list);
        } else {
            LOG(LOG_ERROR, "wechat_certificates", LOG_NUMBER("status", q.answer.status),
                LOG_TEXT("result", payment_reason_text(reason)));
        }
    }
    (void)pthread_mutex_unlock(&me.lock);
    return changed;
}

static void refresh_old(struct arena *a, int64_t now_ms)
{
    int64_t last_ms = atomic_load(&me.good_at_ms);
    if (me.by_certificates && (last_ms == 0 || monotonic_ms() - last_ms >= CERTIFICATES_OLD_MS))
        (void)refresh(a, now_ms);
}

/* ---- the same, while nobody calls ---- */

#define KEEPER_AGAIN_MS (10 * MINUTE_MS) /* behind a fetch that failed */

/* In how long a fetch is due, under the keeper's lock. */
static int64_t due_in_ms(void)
{
    int64_t at_ms = monotonic_ms(), last_ms = atomic_load(&me.fetched_at_ms), good_ms = atomic_load(&me.good_at_ms);
    if (last_ms == 0) return 0;
    if (keeper.wanted) return last_ms + MINUTE_MS - at_ms;
    bool good = good_ms >= last_ms;
    return last_ms + (good ? CERTIFICATES_OLD_MS : KEEPER_AGAIN_MS) - at_ms;
}

static void wait_ms(int64_t ms)
{
    struct timespec until;
    if (clock_gettime(CLOCK_MONOTONIC, &until) != 0) abort();
    until.tv_sec += (time_t)(ms / SECOND_MS), until.tv_nsec += (long)(ms % SECOND_MS) * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    (void)pthread_cond_timedwait(&keeper.wake, &keeper.lock, &until); /* who woke it, or the time, is seen by itself */
}

static void *keep_certificates(void *arg)
{
    (void)arg;
    if (pthread_mutex_lock(&keeper.lock) != 0) abort();
    while (!keeper.stop) {
        int64_t ms = due_in_ms();
        if (ms > 0) {
            wait_ms(ms);
            continue;
        }
        keeper.wanted = false;
        (void)pthread_mutex_unlock(&keeper.lock);
        struct arena *a = arena_new(PAYMENT_BODY_MAX * 8);
        (void)refresh(a, now_ms());
        arena_free(a);
        if (pthread_mutex_lock(&keeper.lock) != 0) abort();
    }
    (void)pthread_mutex_unlock(&keeper.lock);
    return NULL;
}

static void begin_keeper(void)
{
    pthread_condattr_t by;
    if (pthread_condattr_init(&by) != 0 || pthread_condattr_setclock(&by, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&keeper.wake, &by) != 0)
        abort();
    (void)pthread_condattr_destroy(&by);
    keeper.stop = false;
    keeper.runs = pthread_create(&keeper.thread, NULL, keep_certificates, NULL) == 0;
    if (!keeper.runs) (void)pthread_cond_destroy(&keeper.wake); /* the next notification tries again */
}

/* A notification came. */
static void see_to_certificates(bool unknown_serial)
{
    if (!me.by_certificates || pthread_mutex_lock(&keeper.lock) != 0) return;
    if (!keeper.runs) begin_keeper();
    if (unknown_serial && !keeper.wanted && keeper.runs) {
        keeper.wanted = true;
        (void)pthread_cond_signal(&keeper.wake);
    }
    (void)pthread_mutex_unlock(&keeper.lock);
}

static void stop_keeper(void)
{
    if (pthread_mutex_lock(&keeper.lock) != 0) abort();
    bool runs = keeper.runs;
    keeper.stop = true, keeper.wanted = false;
    if (runs) (void)pthread_cond_signal(&keeper.wake);
    (void)pthread_mutex_unlock(&keeper.lock);
    if (!runs) return;
    (void)pthread_join(keeper.thread, NULL);
    (void)pthread_cond_destroy(&keeper.wake);
    keeper.runs = false;
}

/* ---- calls ---- */

static enum payment_outcome ask(struct provider_call *c, struct asked *q)
{
    if (!q->target.p || !q->body.p) {
        c->error = provider_said(c->arena, q->log_as, STR("outside of what WeChat Pay takes"), STR(""));
        return PAYMENT_OUTCOME_REFUSED;
    }
    refresh_old(c->arena, c->now_ms);
    send_it(c->arena, c->now_ms, q);
    if (q->answer.status == 0) {
        c->error = provider_said(c->arena, q->log_as, str_of(q->answer.error), STR(""));
        return provider_unanswered(&q->answer);
    }
    int64_t now_s = c->now_ms / SECOND_MS;
    enum payment_reason reason = wechat_verify(atomic_load(&me.keys), &q->headers, q->answer.body, now_s);
    if (reason == PAYMENT_UNKNOWN_SERIAL && refresh(c->arena, c->now_ms))
        reason = wechat_verify(atomic_load(&me.keys), &q->headers, q->answer.body, now_s);
    enum payment_outcome outcome = wechat_outcome(reason, q->answer.status, q->answer.body);
    if (outcome == PAYMENT_OUTCOME_OK) return outcome;
    if (reason != PAYMENT_ACCEPTED && outcome == PAYMENT_OUTCOME_UNKNOWN)
        c->error =
            provider_said(c->arena, q->log_as, STR("not a verified answer"), str_of(payment_reason_text(reason)));
    else
        c->error = provider_said(c->arena, q->log_as, payment_field(c->arena, q->answer.body, "code"),
                                 payment_field(c->arena, q->answer.body, "message"));
    return outcome;
}

static void unclear(struct provider_call *c, const char *call, const char *words)
{
    c->outcome = PAYMENT_OUTCOME_UNKNOWN;
    c->error = provider_said(c->arena, call, str_of(words), STR(""));
}

static void start(struct provider_call *c)
{
    const struct wechat_pay pay = { .way = text_eq(c->way, "h5") ? WECHAT_H5 : WECHAT_NATIVE,
                                    .number = c->order.number,
                                    .description = str_of(c->subject),
                                    .notify_url = me.notify_url,
                                    .amount = c->order.amount,
                                    .expires_at_ms = c->expires_at_ms,
                                    .payer_address = str_of(c->client_address) };
    struct asked q = { .method = "POST",
                       .log_as = pay.way == WECHAT_H5 ? "wechat.h5" : "wechat.native",
                       .target = str_of(wechat_pay_target(pay.way)),
                       .body = wechat_pay_body(c->arena, atomic_load(&me.keys), &pay) };
    c->outcome = ask(c, &q);
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    struct str url = payment_field(c->arena, q.answer.body, pay.way == WECHAT_H5 ? "h5_url" : "code_url");
    if (url.n == 0) unclear(c, q.log_as, "the answer has no address");
    else if (pay.way == WECHAT_H5) c->url = wechat_h5_url(c->arena, url, str_of(c->return_url)).p;
    else c->scan = url.p;
}

static void query_order(struct provider_call *c)
{
    const struct wechat_keys *k = atomic_load(&me.keys);
    struct asked q = { .method = "GET",
                       .log_as = "wechat.query",
                       .target = wechat_query_target(c->arena, k, c->order.number),
                       .body = STR("") };
    c->outcome = ask(c, &q);
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    enum payment_reason reason = wechat_query_notice(c->arena, k, q.answer.body, &c->notice);
    c->has_notice = reason == PAYMENT_ACCEPTED && str_eq(c->notice.order, c->order.number);
    if (!c->has_notice) unclear(c, q.log_as, "the answer is not about this payment");
}

static void close_order(struct provider_call *c)
{
    struct asked q = { .method = "POST",
                       .log_as = "wechat.close",
                       .target = wechat_close_target(c->arena, c->order.number),
                       .body = wechat_close_body(c->arena, atomic_load(&me.keys)) };
    c->outcome = ask(c, &q);
}

static void refund_by(struct provider_call *c, struct asked *q)
{
    c->outcome = ask(c, q);
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    enum payment_reason reason = wechat_refund_notice(c->arena, q->answer.body, &c->notice);
    bool ours = reason == PAYMENT_ACCEPTED && str_eq(c->notice.order, c->order.number) &&
                str_eq(c->notice.refund, c->refund) && money_equal(c->notice.refund_amount, c->refund_amount);
    if (!ours) {
        unclear(c, q->log_as, "the answer is not about this refund");
        return;
    }
    struct str id = payment_field(c->arena, q->answer.body, "refund_id");
    if (id.n > 0) c->outside = id.p;
    c->has_notice = c->notice.said != PAYMENT_SAYS_NOTHING;
    if (c->notice.said != PAYMENT_SAYS_REFUNDED) c->error = provider_said(c->arena, q->log_as, c->notice.type, STR(""));
}

static void refund(struct provider_call *c)
{
    const struct wechat_refund r = { .number = c->order.number,
                                     .refund = c->refund,
                                     .reason = c->reason,
                                     .notify_url = me.notify_url,
                                     .amount = c->refund_amount,
                                     .total = c->order.amount };
    struct asked q = { .method = "POST",
                       .log_as = "wechat.refund",
                       .target = STR(WECHAT_REFUND_TARGET),
                       .body = wechat_refund_body(c->arena, &r) };
    refund_by(c, &q);
}

static void refund_query(struct provider_call *c)
{
    struct asked q = { .method = "GET",
                       .log_as = "wechat.refund_query",
                       .target = wechat_refund_query_target(c->arena, c->refund),
                       .body = STR("") };
    refund_by(c, &q);
}

/* ---- bills ---- */

/* The file is asked for like all else, signed, at the base address of the settings; that it is the right one is told by
 * its hash, since it is not signed. */
static void download(struct provider_bill *b, const struct wechat_bill *file)
{
    const char *path = url_path(b->arena, file->url.p);
    struct asked q = { .method = "GET",
                       .log_as = "wechat.bill_file",
                       .target = str_of(path),
                       .body = STR(""),
                       .answer_max = BILL_FILE_MAX };
    b->outcome = PAYMENT_OUTCOME_UNKNOWN;
    b->error = provider_said(b->arena, q.log_as, STR("the address is none of a bill"), STR(""));
    if (!str_starts(q.target, STR("/v3/bill"))) return;
    send_it(b->arena, b->now_ms, &q);
    b->error = provider_said(b->arena, q.log_as, str_of(q.answer.error), STR(""));
    if (q.answer.outcome != OUTCOME_OK) return;
    const char *why = wechat_bill_is(file, q.answer.body)
                          ? bill_read_wechat(b->arena, me.setup.mchid, me.setup.appid, q.answer.body, &b->bill)
                          : "its hash is not the one that was told";
    if (!why) b->outcome = PAYMENT_OUTCOME_OK;
    b->error = why ? provider_said(b->arena, q.log_as, STR("the bill is not used:"), str_of(why)) : NULL;
}

static void bill(struct provider_bill *b)
{
    struct wechat_bill file;
    struct provider_call c = { .arena = b->arena, .now_ms = b->now_ms };
    struct asked q = {
        .method = "GET", .log_as = "wechat.bill", .target = wechat_bill_target(b->arena, b->day), .body = STR("")
    };
    b->outcome = wechat_bill_outcome(ask(&c, &q), q.answer.body);
    b->error = c.error;
    if (b->outcome != PAYMENT_OUTCOME_OK) return;
    if (wechat_bill_answer(b->arena, q.answer.body, &file)) {
        download(b, &file);
        return;
    }
    b->outcome = PAYMENT_OUTCOME_UNKNOWN;
    b->error = provider_said(b->arena, q.log_as, STR("the answer has no address and hash of a bill"), STR(""));
}

/* ---- what it can do ---- */

static bool takes(struct money amount) { return money_currency(amount) == CURRENCY_CNY && money_is_positive(amount); }

static const char *way_for(bool phone) { return phone ? "h5" : "native"; }

static bool check(struct arena *a, int64_t now_ms, const char **why)
{
    struct provider_call c = { .arena = a, .now_ms = now_ms };
    struct asked q = { .method = "GET",
                       .log_as = "wechat.query",
                       .target = wechat_query_target(a, atomic_load(&me.keys), STR("chathub-doctor")),
                       .body = STR("") };
    *why = NULL;
    if (!str_starts(me.notify_url, STR("https://"))) {
        *why = "WeChat Pay notifies https addresses alone: set CHATHUB_BASE_URL or CHATHUB_NOTIFY_URL to one";
        return false;
    }
    enum payment_outcome outcome = ask(&c, &q);
    bool good = outcome == PAYMENT_OUTCOME_ABSENT || outcome == PAYMENT_OUTCOME_OK;
    if (!good) *why = c.error;
    return good;
}

static enum payment_reason hear(const struct delivery *d, struct payment_notice *out)
{
    const struct wechat_headers h = { .timestamp = inbound_header(d, "wechatpay-timestamp"),
                                      .nonce = inbound_header(d, "wechatpay-nonce"),
                                      .signature = inbound_header(d, "wechatpay-signature"),
                                      .serial = inbound_header(d, "wechatpay-serial"),
                                      .type = inbound_header(d, "wechatpay-signature-type") };
    enum payment_reason reason = wechat_notice(d->arena, atomic_load(&me.keys), &h, d->body, d->at_ms / SECOND_MS, out);
    see_to_certificates(reason == PAYMENT_UNKNOWN_SERIAL);
    return reason;
}

static const char *const ways[] = { "native", "h5", NULL };
/* clang-format off */
const struct provider provider_wechat = {
    .name = "wechat", .name_en = "WeChat Pay", .name_zh = "微信支付", .ways = ways, .way_for = way_for, .ready = is_ready,
    .takes = takes, .least_ms = 10 * MINUTE_MS, .start = start, .query = query_order, .close = close_order,
    .refund = refund, .refund_query = refund_query, .check = check, .hear = hear,
    .bill_zone_ms = 8 * HOUR_MS, .bill_after_ms = 10 * HOUR_MS + 10 * MINUTE_MS, .bill = bill,
};
/* clang-format on */
