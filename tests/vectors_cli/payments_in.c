/* payments_in.c: the judges of what payment providers send us (contracts: payment providers): notifications, returns
 * and answers. The store plays the rows of the layer above: it finds the order, keeps event ids, and moves states by
 * the effects alone. */
#include "payments/alipay.h"
#include "payments/stripe.h"
#include "payments/wechat.h"
#include "tests/vectors_cli/vectors.h"

#include <stdio.h>

/* ---- the store ---- */

static enum currency currency_named(struct str text)
{
    char code[3];
    if (text.n != sizeof(code)) return CURRENCY_NONE;
    for (size_t i = 0; i < sizeof(code); i++) code[i] = (char)(text.p[i] & ~0x20);
    return currency_from_code(code, sizeof(code));
}

static struct money money_member(const json_t *object, const char *key, enum currency c)
{
    int64_t minor = 0;
    if (!json_get_i64(object, key, &minor)) minor = 0;
    return money_of(minor, c);
}

static enum payment_state state_named(struct str text)
{
    static const char *const names[] = { "open", "processing", "paid", "failed", "closed" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(text, str_of(names[i]))) return (enum payment_state)i;
    return PAYMENT_OPEN;
}

static enum payment_refund_state refund_state_named(struct str text)
{
    if (str_eq(text, STR("failed"))) return PAYMENT_REFUND_FAILED;
    return str_eq(text, STR("succeeded")) || str_eq(text, STR("done")) ? PAYMENT_REFUND_DONE : PAYMENT_REFUND_PENDING;
}

static void read_refunds(struct arena *a, const json_t *list, struct payment_order *order)
{
    struct payment_refund *refund = ARENA_ARRAY(a, struct payment_refund, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        refund[i].number = member_text(one, "out_refund_no");
        refund[i].amount = money_member(one, "amount_minor", money_currency(order->amount));
        refund[i].state = refund_state_named(member_text(one, "state"));
    }
    order->refund = refund;
    order->refunds = json_array_size(list);
}

/* Files name the trade of an order as its provider does. */
static struct str trade_of(const json_t *order)
{
    static const char *const names[] = { "trade", "trade_no", "transaction_id", "payment_intent" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (member_text(order, names[i]).p) return member_text(order, names[i]);
    return STR("");
}

static void read_orders(struct arena *a, const json_t *file, struct store *store)
{
    const json_t *list = json_object_get(file, "orders");
    if (store->order) return;
    store->order = ARENA_ARRAY(a, struct payment_order, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        enum currency c = currency_named(member_text(one, "currency"));
        if (c == CURRENCY_NONE) continue;
        struct payment_order *order = &store->order[store->orders++];
        order->number = member_text(one, "id");
        order->session = member_text(one, "session");
        order->trade = trade_of(one);
        order->amount = money_member(one, "amount_minor", c);
        order->refunded = money_member(one, "refunded_minor", c);
        order->state = state_named(member_text(one, "state"));
        read_refunds(a, json_object_get(one, "refunds"), order);
    }
}

static struct payment_order *order_of(struct store *store, const struct payment_notice *n)
{
    for (size_t i = 0; i < store->orders; i++) {
        struct payment_order *order = &store->order[i];
        bool found =
            n->order.n > 0 ? str_eq(order->number, n->order) : n->trade.n > 0 && str_eq(order->trade, n->trade);
        if (found) return order;
    }
    return NULL;
}

static void set_refund(struct payment_order *order, struct str number, enum payment_refund_state state)
{
    struct payment_refund *refund = (struct payment_refund *)order->refund;
    for (size_t i = 0; i < order->refunds; i++)
        if (str_eq(refund[i].number, number)) refund[i].state = state;
}

static void apply(struct payment_order *order, const struct payment_notice *n, enum payment_effect effect,
                  struct money amount)
{
    if (payment_effect_keeps_trade(effect) && n->trade.n > 0) order->trade = n->trade;
    switch (effect) {
    case PAYMENT_EFFECT_MARK_PAID: order->state = PAYMENT_PAID; break;
    case PAYMENT_EFFECT_MARK_PROCESSING: order->state = PAYMENT_PROCESSING; break;
    case PAYMENT_EFFECT_MARK_FAILED: order->state = PAYMENT_FAILED; break;
    case PAYMENT_EFFECT_MARK_CLOSED: order->state = PAYMENT_CLOSED; break;
    case PAYMENT_EFFECT_REFUND_TOTAL: order->refunded = amount; break;
    case PAYMENT_EFFECT_REFUND: set_refund(order, n->refund, PAYMENT_REFUND_DONE); break;
    case PAYMENT_EFFECT_REFUND_FAILED: set_refund(order, n->refund, PAYMENT_REFUND_FAILED); break;
    case PAYMENT_EFFECT_COUNT: break;
    }
}

static bool was_seen(const struct store *s, struct str event)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->seen[i], event)) return true;
    return false;
}

/* A notice that was read without a fault: what it does to the store. */
static struct outcome judged(struct arena *a, const json_t *file, struct store *store, const struct payment_notice *n)
{
    struct outcome out = { .accepted = false };
    struct payment_effects effects;
    read_orders(a, file, store);
    struct payment_order *order = order_of(store, n);
    bool seen = n->event.n > 0 && was_seen(store, n->event);
    if (payment_judge(n, order, seen, &effects) != PAYMENT_ACCEPTED) return out;
    out.accepted = true;
    if (n->event.n > 0 && !seen) (void)store_first(store, n->event);
    for (size_t i = 0; i < effects.count; i++) {
        char *text = arena_alloc(a, PAYMENT_EFFECT_TEXT_SIZE);
        payment_effect_text(&effects, i, text);
        out.effect[out.effects++] = text;
        apply(order, n, effects.item[i].effect, effects.item[i].amount);
    }
    return out;
}

/* Where the file names a text that comes out on the way, it is compared. */
static const char *same(struct arena *a, const json_t *one, const char *member, struct str got)
{
    struct str wanted = member_text(one, member);
    return wanted.p == NULL || str_eq(wanted, got) ? NULL : arena_printf(a, "another %s", member);
}

/* What a route asks of a request before it reads the body. */
static bool is_delivered(const json_t *request)
{
    struct str method = member_text(request, "method"), target = member_text(request, "target");
    return payment_check_target(method, target) == PAYMENT_ACCEPTED;
}

/* ---- Alipay ---- */

static struct alipay_keys *alipay_open(const json_t *file)
{
    const json_t *keys = json_object_get(file, "keys"), *config = json_object_get(file, "config");
    const json_t *certificates = json_object_get(file, "certificates");
    struct str alipays = member_text(keys, "alipay_cert_pem");
    const char *why;
    if (!alipays.p) alipays = member_text(certificates, "alipay_cert_pem");
    struct str app = member_text(certificates, "app_cert_pem"), roots = member_text(certificates, "alipay_root_pem");
    if (!app.p || !roots.p) app = roots = (struct str){ "", 0 }; /* what they say is only said together */
    const struct alipay_setup setup = { .app_id = member_text(config, "app_id"),
                                        .seller_id = member_text(config, "seller_id"),
                                        .app_key = member_text(keys, "app_private_pem"),
                                        .alipay_key = member_text(keys, "alipay_public_pem"),
                                        .app_certificate = app,
                                        .root_certificates = roots,
                                        .alipay_certificates = alipays };
    struct alipay_keys *k = alipay_keys_open(&setup, &why);
    if (!k) printf("the keys do not open: %s\n", why);
    return k;
}

static struct outcome deliver_alipay(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    const json_t *request = json_object_get(one, "request");
    struct str target = member_text(request, "target"), body = member_text(request, "body"), pairs = body, text;
    bool is_return = str_eq(member_text(one, "channel"), STR("return"));
    struct outcome out = { .accepted = false };
    struct payment_notice n;
    if (!is_return &&
        (!is_delivered(request) || alipay_check_type(header_of(request, "Content-Type")) != PAYMENT_ACCEPTED))
        return out;
    struct alipay_keys *k = alipay_open(file);
    if (!k) return out;
    enum payment_reason reason = is_return ? alipay_return(a, k, target, &n) : alipay_notice(a, k, body, &n);
    alipay_keys_close(k);
    if (reason != PAYMENT_ACCEPTED) return out;
    out = judged(a, file, store, &n);
    const char *query = is_return ? memchr(target.p, '?', target.n) : NULL;
    if (query) pairs = (struct str){ query + 1, target.n - (size_t)(query - target.p) - 1 };
    out.why = alipay_signed_pairs(a, pairs, &text) ? same(a, one, "string_to_sign", text) : "no pairs";
    return out;
}

const struct judge alipay_notify_judge = { .topic = "alipay/notify", .deliver = deliver_alipay };

static struct outcome deliver_alipay_answer(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    struct outcome out = { .accepted = false };
    struct alipay_answer answer;
    struct alipay_keys *k = alipay_open(file);
    (void)store;
    if (!k) return out;
    struct str body = member_text(json_object_get(one, "response"), "body");
    out.accepted = alipay_answer(a, k, member_text(one, "api"), body, &answer) == PAYMENT_ACCEPTED;
    if (out.accepted) out.why = same(a, one, "signed_text", answer.signed_text);
    alipay_keys_close(k);
    return out;
}

const struct judge alipay_response_judge = { .topic = "alipay/response", .deliver = deliver_alipay_answer };

/* ---- WeChat Pay ---- */

static struct wechat_keys *wechat_open_file(const json_t *file)
{
    const json_t *keys = json_object_get(file, "keys"), *config = json_object_get(file, "config");
    struct wechat_signer signer[WECHAT_KEYS_MAX];
    size_t count = 0;
    const char *serial, *why;
    json_t *pem;
    json_object_foreach(json_object_get(keys, "wechatpay"), serial, pem)
    {
        if (count == WECHAT_KEYS_MAX) break;
        signer[count++] = (struct wechat_signer){ str_of(serial), str_of(json_string_value(pem)) };
    }
    /* A key without its serial signs nothing: then it is no part of what the case is about. */
    struct str own = member_text(config, "merchant_serial").p ? member_text(keys, "merchant_private_pem") : STR("");
    const struct wechat_setup setup = { .mchid = member_text(config, "mchid"),
                                        .appid = member_text(config, "appid"),
                                        .v3_key = member_text(config, "api_v3_key"),
                                        .merchant_serial = member_text(config, "merchant_serial"),
                                        .merchant_key = own,
                                        .signers = count,
                                        .signer = signer };
    struct wechat_keys *k = wechat_keys_open(&setup, &why);
    if (!k) printf("the keys do not open: %s\n", why);
    return k;
}

static struct wechat_headers headers_of(const json_t *message)
{
    return (struct wechat_headers){ .timestamp = header_of(message, "Wechatpay-Timestamp"),
                                    .nonce = header_of(message, "Wechatpay-Nonce"),
                                    .signature = header_of(message, "Wechatpay-Signature"),
                                    .serial = header_of(message, "Wechatpay-Serial"),
                                    .type = header_of(message, "Wechatpay-Signature-Type") };
}

static const char *compare_texts(struct arena *a, const struct wechat_keys *k, const json_t *one,
                                 const struct wechat_headers *h, struct str body)
{
    struct str plain = { "", 0 };
    const char *text = arena_printf(a, "%.*s\n%.*s\n%.*s\n", (int)h->timestamp.n, h->timestamp.p, (int)h->nonce.n,
                                    h->nonce.p, (int)body.n, body.p);
    const char *why = same(a, one, "signed_text", str_of(text));
    json_t *event = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    bool opened = wechat_open(a, k, json_object_get(event, "resource"), &plain) == PAYMENT_ACCEPTED;
    json_decref(event);
    if (!opened) return "the resource does not open";
    return why ? why : same(a, one, "plaintext", plain);
}

static struct outcome deliver_wechat(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    const json_t *request = json_object_get(one, "request");
    const struct wechat_headers headers = headers_of(request);
    struct str body = member_text(request, "body");
    struct outcome out = { .accepted = false };
    struct payment_notice n;
    int64_t now_s = 0;
    bool read = json_get_i64(one, "now", &now_s) && is_delivered(request);
    struct wechat_keys *k = read ? wechat_open_file(file) : NULL;
    if (!k) return out;
    if (wechat_notice(a, k, &headers, body, now_s, &n) == PAYMENT_ACCEPTED) {
        out = judged(a, file, store, &n);
        out.why = compare_texts(a, k, one, &headers, body);
    }
    wechat_keys_close(k);
    return out;
}

const struct judge wechat_notify_judge = { .topic = "wechatpay/notify", .deliver = deliver_wechat };

static struct outcome deliver_wechat_answer(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    const json_t *response = json_object_get(one, "response");
    const struct wechat_headers headers = headers_of(response);
    int64_t now_s = 0;
    struct outcome out = { .accepted = false };
    (void)a, (void)store;
    struct wechat_keys *k = json_get_i64(one, "now", &now_s) ? wechat_open_file(file) : NULL;
    if (!k) return out;
    out.accepted = wechat_verify(k, &headers, member_text(response, "body"), now_s) == PAYMENT_ACCEPTED;
    wechat_keys_close(k);
    return out;
}

const struct judge wechat_response_judge = { .topic = "wechatpay/response", .deliver = deliver_wechat_answer };

/* ---- Stripe ---- */

static struct outcome deliver_stripe(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    const json_t *config = json_object_get(file, "config"), *request = json_object_get(one, "request");
    const json_t *secrets = json_object_get(config, "webhook_secrets");
    struct stripe_setup setup = { .secrets = 0 };
    struct payment_notice n;
    int64_t now_s = 0;
    if (!json_get_bool(config, "livemode", &setup.livemode)) setup.livemode = false;
    for (size_t i = 0; i < json_array_size(secrets) && setup.secrets < STRIPE_SECRETS_MAX; i++)
        setup.secret[setup.secrets++] = str_of(json_string_value(json_array_get(secrets, i)));
    bool read = json_get_i64(one, "now", &now_s) && is_delivered(request);
    struct str header = header_of(request, "Stripe-Signature"), body = member_text(request, "body");
    if (!read || stripe_notice(a, &setup, header, body, now_s, &n) != PAYMENT_ACCEPTED)
        return (struct outcome){ .accepted = false };
    return judged(a, file, store, &n);
}

const struct judge stripe_webhook_judge = { .topic = "stripe/webhook", .deliver = deliver_stripe };
