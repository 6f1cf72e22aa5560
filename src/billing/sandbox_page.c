/* sandbox_page.c: the page that plays a provider, in development: what a buyer and a provider can do is pressed here,
 * and becomes deliveries that go the way of all: verified, stored, judged, acted on. */
#include "base/clock.h"
#include "base/random.h"
#include "billing/private.h"
#include "billing/provider_parts.h"

enum { PAGE_MAX = 32 << 10, WHAT_MAX = 20, EVENT_SIZE = 33 };

struct played {
    const char *number, *what;
};
/* clang-format off */
static const struct field played_fields[] = {
    FIELD_TEXT(struct played, number, .min = 1, .max = ORDER_NUMBER_SIZE - 1, .doc = "The payment's number."),
    FIELD_TEXT(struct played, what, .min = 1, .max = WHAT_MAX, .doc = "What happens."),
    FIELD_END };
struct shown {
    const char *number;
};
static const struct field shown_fields[] = {
    FIELD_TEXT(struct shown, number, .min = 1, .max = ORDER_NUMBER_SIZE - 1, .doc = "The payment's number."),
    FIELD_END };
static const struct {
    const char *what, *en, *zh;
} buttons[] = {
    { "paid", "Pay", "支付" },
    { "processing", "Promise the money for later", "稍后到账" },
    { "failed", "Let it fail", "支付失败" },
    { "late", "Pay after the order has ended", "订单结束后支付" },
    { "twice", "Pay it twice", "重复支付" },
    { "wrong", "Pay another amount", "支付金额不符" },
    { "refund", "Give it back outside of us", "在渠道侧退款" },
    { "dispute", "Dispute it", "发起拒付" },
};
/* clang-format on */

static enum answer read_rows(struct req *req, const char *number, struct payment *p, struct order *o, bool lock)
{
    enum row row = payment_by_number(req->tx, provider_sandbox.name, number, p);
    if (row == ROW_FOUND) row = orders_get(req->tx, p->order, lock, o);
    if (row == ROW_FOUND && lock) row = payment_get(req->tx, p->id, true, p);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_NONE ? reply_problem(req, &problem_not_found) : ANSWER_GO_ON;
}

static enum answer get_page(struct req *req)
{
    struct payment p;
    struct order o;
    char amount[MONEY_TEXT_SIZE];
    bool zh = req->lang == LANG_ZH;
    enum answer a = read_rows(req, ((const struct shown *)req->path)->number, &p, &o, false);
    if (a != ANSWER_GO_ON) return a;
    struct buf b;
    buf_init(&b, PAGE_MAX);
    money_text(p.amount, amount);
    buf_printf(&b,
               "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\"><title>%s</title><meta name=\"viewport\" "
               "content=\"width=device-width\"><style>:root{color-scheme:light dark}body{font:16px system-ui;"
               "max-width:32rem;margin:2rem auto;padding:0 1rem}button{font:inherit;display:block;width:100%%;"
               "min-height:44px;margin:.5rem 0}</style><main><h1>%s</h1><p>%s</p><p><strong>%s %s</strong></p>",
               zh ? "zh-CN" : "en", zh ? "沙箱支付" : "Sandbox payment", zh ? "沙箱支付" : "Sandbox payment",
               zh ? "这里不产生真实付款，用于试验付款的各种情形。"
                  : "No money moves here: this page plays a provider, to try what can happen to a payment.",
               amount, currency_code(money_currency(p.amount)));
    for (size_t i = 0; i < ARRAY_LEN(buttons); i++)
        buf_printf(&b, "<form method=\"post\" action=\"/sandbox/pay/%s/%s\"><button>%s</button></form>", p.number,
                   buttons[i].what, zh ? buttons[i].zh : buttons[i].en);
    buf_printf(&b, "<p><a href=\"/orders/%s\">%s</a></p></main></html>", o.number,
               zh ? "返回订单" : "Back to the order");
    a = reply_text(req, 200, "text/html; charset=utf-8", buf_str(&b));
    buf_free(&b);
    return a;
}

/* ---- what is pressed ---- */

static const struct sender *sandbox_sender(void)
{
    for (const struct sender *const *s = billing_senders; *s; s++)
        if (text_eq((*s)->name, provider_sandbox.name)) return *s;
    return NULL;
}

struct told {
    const char *type, *trade;
    int64_t minor, refunded; /* refunded -1: not said */
};

static struct str body_of(struct arena *a, const struct payment *p, const struct told *t)
{
    uint8_t bytes[EVENT_SIZE / 2];
    char event[EVENT_SIZE];
    struct buf b;
    struct json j;
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, event);
    buf_init(&b, PAGE_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_text(&j, "id", event);
    json_text(&j, "type", t->type);
    json_text(&j, "payment", p->number);
    json_text(&j, "trade", t->trade);
    json_i64(&j, "amount", t->minor);
    json_text(&j, "currency", currency_code(money_currency(p->amount)));
    if (t->refunded >= 0) json_i64(&j, "refunded", t->refunded);
    json_end(&j);
    json_finish(&j);
    struct str out = { arena_text_n(a, b.p, b.n), b.n };
    buf_free(&b);
    return out;
}

/* As if it had come by the address. What is refused is an answer as well. */
static bool deliver(struct req *req, const struct payment *p, const struct told *t)
{
    struct delivery *d = ARENA_NEW(req->arena, struct delivery);
    *d = (struct delivery){ .sender = sandbox_sender(),
                            .arena = req->arena,
                            .body = body_of(req->arena, p, t),
                            .address = "",
                            .at_ms = req->now_ms };
    d->header[d->headers].name = "sandbox-signature";
    d->header[d->headers++].value = str_of(provider_sandbox_sign(req->arena, d->body));
    return inbound_take(req, d) == ANSWER_SENT;
}

static bool pay_another(struct req *req, const struct order *o, const struct payment *p)
{
    struct payment second = { .order = o->id,
                              .account = o->account,
                              .provider = provider_sandbox.name,
                              .way = "page",
                              .amount = p->amount,
                              .expires_at_ms = p->expires_at_ms };
    if (!payment_insert(req->tx, &second, req->now_ms)) return false;
    const struct told t = { "paid", arena_printf(req->arena, "sb_%s", second.number), money_minor(p->amount), -1 };
    return deliver(req, &second, &t);
}

static bool play(struct req *req, const char *what, struct order *o, const struct payment *p)
{
    int64_t minor = money_minor(p->amount);
    struct told t = { what, p->trade[0] ? p->trade : arena_printf(req->arena, "sb_%s", p->number), minor, -1 };
    bool twice = text_eq(what, "twice"), late = text_eq(what, "late");
    if (text_eq(what, "wrong")) t.minor = minor + 1;
    if (text_eq(what, "refund")) t.type = "refunded", t.refunded = minor;
    else if (text_eq(what, "dispute")) t.type = "disputed";
    else if (twice || late || text_eq(what, "wrong")) t.type = "paid";
    bool waits = o->state == ORDER_OPEN || o->state == ORDER_PROCESSING;
    if (late && waits && !order_close_here(req->tx, o, "played: its end", 0, req->now_ms)) return false;
    if (!deliver(req, p, &t)) return false;
    return !twice || pay_another(req, o, p);
}

static enum answer post_played(struct req *req)
{
    const struct played *in = req->path;
    struct payment p;
    struct order o;
    bool known = false;
    enum answer a = read_rows(req, in->number, &p, &o, true);
    for (size_t i = 0; i < ARRAY_LEN(buttons); i++) known |= text_eq(buttons[i].what, in->what);
    if (a != ANSWER_GO_ON) return a;
    if (!known) return reply_problem(req, &problem_not_found);
    if (!play(req, in->what, &o, &p)) return req->reply.status ? ANSWER_REFUSED : reply_fault(req);
    return reply_redirect(req, 303, arena_printf(req->arena, "%s/orders/%s", billing_settings.base_url, o.number));
}

static const struct limit played_limit = { .name = "sandbox", .burst = 600, .per_ms = MINUTE_MS };

static bool is_there(void) { return provider_sandbox.ready(); }

/* clang-format off */
const struct route billing_sandbox_routes[] = {
    { .verb = VERB_GET, .path = "/sandbox/pay/:number", .who = WHO_SYSTEM, .tx = TX_READ, .tag = "Development",
      .own_host = true, .hidden = true, .exists = is_there, PATH_FIELDS(shown), .run = get_page,
      .doc = "The page of the provider that is played here." },
    { .verb = VERB_POST, .path = "/sandbox/pay/:number/:what", .who = WHO_SYSTEM, .tx = TX_WRITE, .tag = "Development",
      .own_host = true, .hidden = true, .exists = is_there, .limit = &played_limit,
      .give_back_on_success = true, .key_limit = { &inbound_account_limit }, .give_back_to_known = true,
      PATH_FIELDS(played), .run = post_played, .doc = "What happens to a played payment." },
    ROUTE_END
};
/* clang-format on */
