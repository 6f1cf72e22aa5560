/* sandbox.c: a provider that is played by this program, outside of production: for trying everything that money does
 * without any. A payment leads to a page of ours (sandbox_page.c); what is pressed there becomes a notification, signed
 * as any other (under a key that is no secret), which goes the way of all. What the provider itself would know, when it
 * is asked, is what our rows have heard; a refund is done at once. */
#include "base/clock.h"
#include "base/crypto.h"
#include "billing/provider_parts.h"

static bool open_here;
static const char *base_url;

void provider_sandbox_open(const struct provider_settings *s, struct arena *a)
{
    open_here = s->sandbox;
    base_url = arena_text(a, s->base_url);
}

static bool is_ready(void) { return open_here; }

static bool takes(struct money amount) { return money_is_positive(amount); }

static const char *way_for(bool phone)
{
    (void)phone;
    return "page";
}

static void start(struct provider_call *c)
{
    c->url = arena_printf(c->arena, "%s/sandbox/pay/%.*s", base_url, (int)c->order.number.n, c->order.number.p);
    c->outcome = PAYMENT_OUTCOME_OK;
}

static void query_payment(struct provider_call *c)
{
    static const enum payment_said said[] = { [PAYMENT_OPEN] = PAYMENT_SAYS_NOTHING,
                                              [PAYMENT_PROCESSING] = PAYMENT_SAYS_NOTHING,
                                              [PAYMENT_PAID] = PAYMENT_SAYS_PAID,
                                              [PAYMENT_FAILED] = PAYMENT_SAYS_FAILED,
                                              [PAYMENT_CLOSED] = PAYMENT_SAYS_CLOSED };
    if (c->order.trade.n == 0) {
        c->outcome = PAYMENT_OUTCOME_ABSENT; /* nobody has been on its page */
        return;
    }
    c->outcome = PAYMENT_OUTCOME_OK, c->has_notice = true;
    c->notice = (struct payment_notice){ .about_order = true,
                                         .said = said[c->order.state],
                                         .type = STR("query"),
                                         .order = c->order.number,
                                         .trade = c->order.trade,
                                         .amount = c->order.amount };
}

static void close_payment(struct provider_call *c) { c->outcome = PAYMENT_OUTCOME_OK; }

static void refund(struct provider_call *c)
{
    c->outcome = PAYMENT_OUTCOME_OK;
    c->outside = arena_printf(c->arena, "sbr_%.*s", (int)c->refund.n, c->refund.p);
    provider_refund_notice(c, true);
}

static void refund_query(struct provider_call *c)
{
    if (c->outside && c->outside[0]) refund(c);
    else c->outcome = PAYMENT_OUTCOME_ABSENT;
}

static bool check(struct arena *a, int64_t now_ms, const char **why)
{
    (void)a, (void)now_ms;
    *why = NULL;
    return true;
}

/* ---- notifications ---- */

const char *provider_sandbox_sign(struct arena *a, struct str body)
{
    uint8_t mac[SHA256_SIZE];
    char *hex = arena_alloc(a, SHA256_HEX_SIZE);
    hmac_sha256(STR(SANDBOX_KEY), body, mac);
    hex_encode(mac, sizeof mac, hex);
    return hex;
}

static enum payment_reason read_body(struct arena *a, const json_t *body, struct payment_notice *out)
{
    static const struct {
        const char *type;
        enum payment_said said;
    } known[] = {
        { "paid", PAYMENT_SAYS_PAID },     { "processing", PAYMENT_SAYS_PROCESSING }, { "failed", PAYMENT_SAYS_FAILED },
        { "closed", PAYMENT_SAYS_CLOSED }, { "refunded", PAYMENT_SAYS_PAID },         { "waits", PAYMENT_SAYS_NOTHING },
    };
    struct str currency;
    int64_t total;
    if (!payment_text(a, body, "id", &out->event) || out->event.n == 0 || !payment_text(a, body, "type", &out->type))
        return PAYMENT_MALFORMED;
    out->for_person = str_eq(out->type, STR("disputed"));
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(out->type, str_of(known[i].type))) out->said = known[i].said, out->about_order = true;
    if (!out->about_order && !out->for_person) return PAYMENT_ACCEPTED; /* a type that is not used here */
    out->about_order = true;
    if (!payment_text(a, body, "payment", &out->order) || out->order.n == 0) return PAYMENT_UNKNOWN_ORDER;
    if (!payment_text(a, body, "trade", &out->trade)) return PAYMENT_MALFORMED;
    if (!json_get_str(body, "currency", &currency)) return PAYMENT_AMOUNT;
    enum currency c = currency_from_code(currency.p, currency.n);
    if (c == CURRENCY_NONE || !payment_money(body, "amount", c, &out->amount)) return PAYMENT_AMOUNT;
    out->has_total = json_get_i64(body, "refunded", &total);
    if (out->has_total && !payment_money(body, "refunded", c, &out->refund_total)) return PAYMENT_AMOUNT;
    return PAYMENT_ACCEPTED;
}

static enum payment_reason hear(const struct delivery *d, struct payment_notice *out)
{
    struct str signature = inbound_header(d, "sandbox-signature");
    const char *right = provider_sandbox_sign(d->arena, d->body);
    *out = (struct payment_notice){ 0 };
    if (!signature.p) return PAYMENT_MISSING;
    if (signature.n != SHA256_HEX_SIZE - 1 || !equal_constant_time(signature.p, right, signature.n))
        return PAYMENT_SIGNATURE;
    json_t *body = json_read(d->body, PAYMENT_BODY_MAX, NULL);
    enum payment_reason reason = json_is_object(body) ? read_body(d->arena, body, out) : PAYMENT_MALFORMED;
    json_decref(body);
    return reason;
}

static const char *const ways[] = { "page", NULL };
/* clang-format off */
const struct provider provider_sandbox = {
    .name = "sandbox", .name_en = "Sandbox (no money)", .name_zh = "沙箱（不产生真实付款）", .ways = ways,
    .way_for = way_for, .ready = is_ready, .takes = takes, .start = start, .query = query_payment,
    .close = close_payment, .refund = refund, .refund_query = refund_query, .check = check, .hear = hear,
};
/* clang-format on */
