/* stripe.c: Stripe Checkout, over payments/stripe.h. Each POST has a key that comes from our rows, so the same call may
 * be made as often as it must be: three times here, then by the jobs. A session that we lost the answer about is found
 * again by the same call. */
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "billing/provider_parts.h"
#include "payments/bill.h"
#include "payments/stripe.h"

#include <stdlib.h>
#include <time.h>

enum { TRIES = 3, LISTED_MAX = 100, PAGES_MAX = 250, MISSED_MAX = 1000, PAGE_ARENA_BYTES = 16 << 20 };
#define PAUSE_FIRST_MS INT64_C(500)
#define PAUSE_MAX_MS (5 * SECOND_MS)
#define LEAST_MS (40 * MINUTE_MS) /* Stripe's least is 30, at the call */

static struct {
    struct stripe_setup setup;
    struct str base;
    bool ready;
} me;

bool provider_stripe_open(const struct provider_settings *s, struct arena *a, const char **why)
{
    const struct provider_need needs[] = { { "STRIPE_SECRET_KEY", s->stripe_key },
                                           { "STRIPE_WEBHOOK_SECRET", s->stripe_webhook_secret } };
    struct str key = provider_text(s->stripe_key), secret = provider_text(s->stripe_webhook_secret);
    struct str before = provider_text(s->stripe_webhook_secret_previous);
    bool live = str_starts(key, STR("sk_live_")) || str_starts(key, STR("rk_live_"));
    bool test = str_starts(key, STR("sk_test_")) || str_starts(key, STR("rk_test_"));
    if ((*why = provider_missing(a, needs, ARRAY_LEN(needs)))) return false;
    if (key.n == 0) return true;
    if (!live && !test) *why = "STRIPE_SECRET_KEY must be a secret key of Stripe's: sk_live_… or sk_test_….";
    else if (!str_starts(secret, STR("whsec_")))
        *why = "STRIPE_WEBHOOK_SECRET must begin with whsec_, as Stripe shows it.";
    else if (before.n > 0 && !str_starts(before, STR("whsec_")))
        *why = "STRIPE_WEBHOOK_SECRET_PREVIOUS must begin with whsec_, as Stripe shows it.";
    if (*why) return false;
    me.setup = (struct stripe_setup){ .api_key = key, .livemode = live, .secrets = 1, .secret = { secret } };
    if (before.n > 0) me.setup.secret[me.setup.secrets++] = before;
    me.base = provider_text(s->stripe_base);
    me.ready = true;
    return true;
}

void provider_stripe_close(void) { me.ready = false; }

static bool is_ready(void) { return me.ready; }

/* ---- calls ---- */

struct asked {
    const char *log_as;
    struct str target, body, key; /* key p NULL: a GET */
    size_t answer_max;            /* 0: as of all calls */
    struct outbound_answer answer;
};

static void pause_before(int try)
{
    int64_t ms = PAUSE_FIRST_MS << (try - 1);
    if (ms > PAUSE_MAX_MS) ms = PAUSE_MAX_MS;
    ms = ms / 2 + (int64_t)random_below((uint64_t)ms / 2 + 1);
    const struct timespec t = { .tv_sec = ms / SECOND_MS, .tv_nsec = ms % SECOND_MS * 1000000 };
    (void)nanosleep(&t, NULL);
}

static enum payment_outcome ask_once(struct arena *a, struct asked *q)
{
    static const char *const wanted[] = { "stripe-should-retry", "request-id", NULL };
    struct stripe_header headers[STRIPE_HEADERS_MAX];
    size_t count = stripe_headers(a, &me.setup, q->key, headers);
    struct outbound_request r = { .method = q->key.p ? "POST" : "GET",
                                  .url = arena_printf(a, "%.*s%.*s", (int)me.base.n, me.base.p, (int)q->target.n,
                                                      q->target.p),
                                  .body = q->key.p ? q->body : (struct str){ NULL, 0 },
                                  .total_ms = PROVIDER_STRIPE_MS,
                                  .answer_max = q->answer_max,
                                  .wanted = wanted,
                                  .log_as = q->log_as };
    for (size_t i = 0; i < count; i++) {
        struct str value = headers[i].value;
        r.header[r.headers++] = (struct outbound_header){ headers[i].name, arena_text_n(a, value.p, value.n) };
    }
    provider_ask(a, &r, &q->answer);
    struct str id = provider_got(&q->answer, "request-id");
    if (q->answer.outcome != OUTCOME_OK)
        LOG(LOG_WARN, "payment_request", LOG_TEXT("provider", "stripe"), LOG_TEXT("request_id", id.p ? id.p : ""),
            LOG_NUMBER("status", q->answer.status));
    if (q->answer.status == 0) return provider_unanswered(&q->answer);
    /* A whole answer, or it says nothing, whatever its status. */
    if (q->answer.outcome == OUTCOME_OK && q->answer.body.n == 0) return PAYMENT_OUTCOME_UNKNOWN;
    return stripe_outcome(q->answer.status, provider_got(&q->answer, "stripe-should-retry"), q->answer.body);
}

static bool is_tried_again(enum payment_outcome outcome, const struct outbound_answer *answer)
{
    return outcome == PAYMENT_OUTCOME_LATER || (outcome == PAYMENT_OUTCOME_UNKNOWN && answer->status == 0);
}

static void tell(struct provider_call *c, struct asked *q)
{
    json_t *body = json_read_grown(q->answer.body, PAYMENT_BODY_MAX, NULL);
    const json_t *error = json_object_get(body, "error");
    struct str code = { NULL, 0 }, words = { NULL, 0 };
    bool named = payment_text(c->arena, error, "code", &code) || payment_text(c->arena, error, "type", &code);
    if (!payment_text(c->arena, error, "message", &words)) words = (struct str){ NULL, 0 };
    if (!named) code = str_of(q->answer.error ? q->answer.error : "no answer that can be read");
    json_decref(body);
    c->error = provider_said(c->arena, q->log_as, code, words);
}

static enum payment_outcome ask(struct provider_call *c, struct asked *q)
{
    if (!q->target.p || (q->key.n > 0 && !q->body.p)) {
        c->error = provider_said(c->arena, q->log_as, STR("outside of what Stripe takes"), STR(""));
        return PAYMENT_OUTCOME_REFUSED;
    }
    enum payment_outcome outcome = ask_once(c->arena, q);
    bool maybe_done = outcome == PAYMENT_OUTCOME_UNKNOWN;
    for (int i = 1; i < TRIES && is_tried_again(outcome, &q->answer); i++) {
        pause_before(i);
        outcome = ask_once(c->arena, q);
        maybe_done |= outcome == PAYMENT_OUTCOME_UNKNOWN;
    }
    /* A later try that is refused says nothing of the one whose answer was lost. */
    if (maybe_done && outcome == PAYMENT_OUTCOME_REFUSED) outcome = PAYMENT_OUTCOME_UNKNOWN;
    if (outcome != PAYMENT_OUTCOME_OK) tell(c, q);
    return outcome;
}

static void unclear(struct provider_call *c, const char *call, const char *words)
{
    c->outcome = PAYMENT_OUTCOME_UNKNOWN;
    c->error = provider_said(c->arena, call, str_of(words), STR(""));
}

/* A session that is this payment's, into the call. */
static void take_session(struct provider_call *c, struct asked *q)
{
    enum payment_reason reason = stripe_session_notice(c->arena, &me.setup, q->answer.body, &c->notice);
    bool known = c->order.session.n > 0;
    c->has_notice = reason == PAYMENT_ACCEPTED && str_eq(c->notice.order, c->order.number) && c->notice.session.n > 0 &&
                    (!known || str_eq(c->notice.session, c->order.session));
    if (!c->has_notice) unclear(c, q->log_as, "the answer is not about this payment");
    else c->session = c->notice.session.p;
}

static void begin(struct provider_call *c)
{
    const struct stripe_line line = { .name = str_of(c->subject), .quantity = 1, .price = c->order.amount };
    const struct stripe_session s = { .order = c->order.number,
                                      .success_url = str_of(c->return_url),
                                      .cancel_url = str_of(c->return_url),
                                      .lines = 1,
                                      .line = &line,
                                      .at_s = c->expires_at_ms / SECOND_MS - LEAST_MS / SECOND_MS,
                                      .expires_at_s = c->expires_at_ms / SECOND_MS };
    struct asked q = { .log_as = "stripe.session",
                       .target = STR(STRIPE_SESSIONS_TARGET),
                       .body = stripe_session_body(c->arena, &s),
                       .key = stripe_checkout_key(c->arena, c->order.number, c->round) };
    c->outcome = ask(c, &q);
    /* A stored 500 comes again for a day. What it may have begun has an address that nobody knows: nobody can pay it.
     */
    c->spent = q.answer.status >= 500;
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    take_session(c, &q);
    if (c->has_notice) c->url = payment_field(c->arena, q.answer.body, "url").p;
}

static void start(struct provider_call *c)
{
    begin(c);
    bool begun = c->outcome == PAYMENT_OUTCOME_OK;
    c->has_notice = false;
    if (begun && !c->url) unclear(c, "stripe.session", "the answer has no address");
}

/* The session, also when its number was never heard: the same key gives the same session. */
static bool has_session(struct provider_call *c)
{
    if (c->order.session.n > 0) return true;
    begin(c);
    c->has_notice = false;
    /* This key began nothing: ask() says refused only when no try before it may have been done. */
    if (c->outcome == PAYMENT_OUTCOME_REFUSED) c->outcome = PAYMENT_OUTCOME_ABSENT;
    if (c->outcome != PAYMENT_OUTCOME_OK) return false;
    c->order.session = str_of(c->session);
    return true;
}

static void query_session(struct provider_call *c)
{
    if (!has_session(c)) return;
    struct asked q = { .log_as = "stripe.query", .target = stripe_session_target(c->arena, c->order.session) };
    c->outcome = ask(c, &q);
    if (c->outcome == PAYMENT_OUTCOME_OK) take_session(c, &q);
}

static void close_session(struct provider_call *c)
{
    if (!has_session(c)) return;
    struct asked q = { .log_as = "stripe.expire",
                       .target = stripe_expire_target(c->arena, c->order.session),
                       .body = STR(""),
                       .key = stripe_expire_key(c->arena, c->order.number) };
    c->outcome = ask(c, &q);
}

/* OK without a notice while it is under way. */
static void settle_refund(struct provider_call *c, const char *call, struct str body)
{
    enum payment_outcome outcome = stripe_refund_outcome(body);
    struct str id = payment_field(c->arena, body, "id");
    bool ended = outcome == PAYMENT_OUTCOME_OK || outcome == PAYMENT_OUTCOME_REFUSED;
    if (outcome == PAYMENT_OUTCOME_UNKNOWN) {
        unclear(c, call, "the answer is no refund");
        return;
    }
    if (id.n > 0) c->outside = id.p;
    c->outcome = PAYMENT_OUTCOME_OK;
    if (ended) provider_refund_notice(c, outcome == PAYMENT_OUTCOME_OK);
    if (outcome == PAYMENT_OUTCOME_REFUSED)
        c->error = provider_said(c->arena, call, payment_field(c->arena, body, "status"), STR(""));
}

static void refund(struct provider_call *c)
{
    struct asked q = { .log_as = "stripe.refund",
                       .target = STR(STRIPE_REFUNDS_TARGET),
                       .body = stripe_refund_body(c->arena, c->order.trade, c->refund, c->refund_amount),
                       .key = stripe_refund_key(c->arena, c->refund) };
    c->outcome = ask(c, &q);
    if (c->outcome == PAYMENT_OUTCOME_OK) settle_refund(c, q.log_as, q.answer.body);
}

/* Among the refunds of the payment the one that carries our number. p NULL: none does. */
static struct str refund_among(struct provider_call *c, struct str body)
{
    struct str out = { NULL, 0 }, number;
    json_t *list = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    const json_t *data = json_object_get(list, "data");
    for (size_t i = 0; i < json_array_size(data) && !out.p; i++) {
        const json_t *one = json_array_get(data, i);
        if (!json_get_str(json_object_get(one, "metadata"), "refund_id", &number) || !str_eq(number, c->refund))
            continue;
        char *text = json_dumps(one, JSON_COMPACT);
        if (text) out = str_of(arena_text(c->arena, text));
        free(text);
    }
    bool is_list = json_is_array(data);
    json_decref(list);
    if (!is_list) unclear(c, "stripe.refund_query", "the answer is no list");
    else if (!out.p) c->outcome = PAYMENT_OUTCOME_ABSENT, c->error = "stripe.refund_query: there is no such refund";
    return out;
}

/* By its id, or, when that was never heard, among all of the payment: the first answer of a key stays what it was, so
 * the same call would tell nothing new. */
static void refund_query(struct provider_call *c)
{
    bool known = c->outside && c->outside[0];
    struct buf target;
    buf_init(&target, 1024);
    buf_text(&target, STRIPE_REFUNDS_TARGET);
    if (!known) buf_printf(&target, "?limit=%d&payment_intent=", LISTED_MAX);
    else buf_char(&target, '/');
    percent_encode(&target, known ? str_of(c->outside) : c->order.trade);
    struct asked q = { .log_as = "stripe.refund_query",
                       .target = str_of(arena_text(c->arena, buf_terminated(&target))) };
    buf_free(&target);
    c->outcome = ask(c, &q);
    if (c->outcome != PAYMENT_OUTCOME_OK) return;
    struct str found = known ? q.answer.body : refund_among(c, q.answer.body);
    if (found.p) settle_refund(c, q.log_as, found);
}

/* ---- the lists of a day ---- */

/* A page, in an arena of its own: there may be many. Its body is empty when it did not come. */
static struct str page_of(struct provider_bill *b, struct arena *page, enum stripe_list list, struct str after)
{
    struct provider_call c = { .arena = page, .now_ms = b->now_ms };
    struct asked q = { .log_as = list == STRIPE_UNDELIVERED ? "stripe.events" : "stripe.bill",
                       .target = stripe_list_target(page, list, b->from_ms / SECOND_MS, b->to_ms / SECOND_MS, after),
                       .answer_max = BILL_FILE_MAX };
    b->outcome = ask(&c, &q);
    b->error = arena_text(b->arena, c.error);
    return b->outcome == PAYMENT_OUTCOME_OK ? q.answer.body : (struct str){ "", 0 };
}

static void refuse_list(struct provider_bill *b, const char *why)
{
    b->outcome = PAYMENT_OUTCOME_UNKNOWN;
    b->error = provider_said(b->arena, "stripe.bill", STR("the list is not used:"), str_of(why));
}

/* Reads one page, and says behind what the next one begins (p NULL: this was the last). */
static void add_page(struct provider_bill *b, enum stripe_list list, struct str *last)
{
    struct arena *own = arena_new(PAGE_ARENA_BYTES);
    struct str page = page_of(b, own, list, *last);
    const char *why = NULL;
    size_t count = 0;
    bool came = b->outcome == PAYMENT_OUTCOME_OK, events = list == STRIPE_UNDELIVERED;
    *last = (struct str){ NULL, 0 };
    if (came && !events) why = bill_read_stripe(b->arena, me.setup.livemode, page, &b->bill, last);
    if (came && events && !bill_read_events(b->arena, page, b->missed + b->missed_count, &count, last))
        why = "the answer is no list of events";
    if (!why) b->missed_count += count;
    if (why) refuse_list(b, why);
    arena_free(own);
}

/* Missed events beyond MISSED_MAX come by themselves, or are found by what the bill says of their payments. */
static bool add_list(struct provider_bill *b, enum stripe_list list)
{
    struct str last = { "", 0 };
    for (int i = 0; i < PAGES_MAX && last.p; i++) {
        if (list == STRIPE_UNDELIVERED && b->missed_count + BILL_EVENTS_MAX > MISSED_MAX) return true;
        add_page(b, list, &last);
        if (b->outcome != PAYMENT_OUTCOME_OK) return false;
    }
    if (last.p) refuse_list(b, "it has too many pages");
    return !last.p;
}

static void bill(struct provider_bill *b)
{
    bill_begin(b->arena, &b->bill);
    b->missed = ARENA_ARRAY(b->arena, struct str, MISSED_MAX);
    bool whole = add_list(b, STRIPE_CHARGES) && add_list(b, STRIPE_REFUNDS) && add_list(b, STRIPE_UNDELIVERED);
    if (!whole) b->missed_count = 0;
}

/* Taken over our own call: it is signed here as its delivery would be, and goes that way. */
static void event(struct provider_event *e)
{
    struct provider_call c = { .arena = e->arena, .now_ms = e->now_ms };
    struct asked q = { .log_as = "stripe.event", .target = stripe_event_target(e->arena, e->id) };
    e->outcome = ask(&c, &q);
    e->error = c.error;
    if (e->outcome != PAYMENT_OUTCOME_OK) return;
    e->body = q.answer.body;
    if (!str_eq(payment_field(e->arena, e->body, "id"), e->id)) {
        e->outcome = PAYMENT_OUTCOME_UNKNOWN;
        e->error = "stripe.event: the answer is not this event";
        return;
    }
    e->header_name = "stripe-signature";
    e->header = stripe_signature(e->arena, &me.setup, e->body, e->now_ms / SECOND_MS);
}

/* ---- what it can do ---- */

/* The least that Stripe charges, in our minor units (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
 * Of a currency that is not here no least is known: where one lies below it Stripe refuses it, and says so. */
static const int64_t least_charge[CURRENCY_COUNT] = {
    [CURRENCY_USD] = 50,   [CURRENCY_EUR] = 50,   [CURRENCY_AUD] = 50,  [CURRENCY_CAD] = 50,   [CURRENCY_CHF] = 50,
    [CURRENCY_NZD] = 50,   [CURRENCY_SGD] = 50,   [CURRENCY_BRL] = 50,  [CURRENCY_INR] = 50,   [CURRENCY_GBP] = 30,
    [CURRENCY_HKD] = 400,  [CURRENCY_JPY] = 50,   [CURRENCY_AED] = 200, [CURRENCY_PLN] = 200,  [CURRENCY_MYR] = 200,
    [CURRENCY_DKK] = 250,  [CURRENCY_NOK] = 300,  [CURRENCY_SEK] = 300, [CURRENCY_MXN] = 1000, [CURRENCY_THB] = 1000,
    [CURRENCY_CZK] = 1500, [CURRENCY_HUF] = 17500
};

static bool takes(struct money amount)
{
    int64_t minor;
    bool enough = money_is_positive(amount) && money_minor(amount) >= least_charge[money_currency(amount)];
    return enough && stripe_amount(amount, &minor);
}

static const char *way_for(bool phone)
{
    (void)phone;
    return "checkout";
}

/* A session that is not there: the key is good when that is what is said. */
static bool check(struct arena *a, int64_t now_ms, const char **why)
{
    struct provider_call c = { .arena = a, .now_ms = now_ms };
    struct asked q = { .log_as = "stripe.query", .target = stripe_session_target(a, STR("cs_test_chathub_doctor")) };
    enum payment_outcome outcome = ask(&c, &q);
    bool good = outcome == PAYMENT_OUTCOME_ABSENT || outcome == PAYMENT_OUTCOME_OK;
    *why = good ? NULL : c.error;
    return good;
}

static enum payment_reason hear(const struct delivery *d, struct payment_notice *out)
{
    return stripe_notice(d->arena, &me.setup, inbound_header(d, "stripe-signature"), d->body, d->at_ms / SECOND_MS,
                         out);
}

static const char *const ways[] = { "checkout", NULL };
/* clang-format off */
const struct provider provider_stripe = {
    .name = "stripe", .name_en = "Card and more (Stripe)", .name_zh = "银行卡等（Stripe）", .ways = ways,
    .way_for = way_for, .ready = is_ready, .takes = takes, .least_ms = LEAST_MS, .start = start, .query = query_session,
    .close = close_session, .refund = refund, .refund_query = refund_query, .check = check, .hear = hear,
    .bill_after_ms = HOUR_MS, .bill = bill, .event = event,
};
/* clang-format on */
