/* sync.c: what a shop's server delivers as it happens: products, orders, promotions, signed with the shop's webhook
 * secret; of a panel's shop also at the panel's name for it, with the secret that the panel registered. The bytes are
 * verified, stored and acknowledged by inbound/; a job takes them as an import of those rows.
 *
 * Signatures: Standard Webhooks, or `t=<s>,v1=<hex>` over `<t>.<body>` in X-EverShop-Signature; where the shop's chat
 * settings allow it, that header's older form too, `<hex>` over the body. Deliveries come late,
 * twice and in the wrong order: each has a version (its member `version`, else the time of its signature), and a row
 * that has a newer one stays as it is. What cannot be used is told on the merchant's page; the bytes stay for a replay.
 */
#include "knowledge/private.h"

#include "base/crypto.h"
#include "knowledge/evershop.h"
#include "inbound/inbound.h"
#include "outbound/webhook.h"
#include "shops/shops.h"
#include <stdio.h>

enum { SYNC_BODY_MAX = 256 << 10, REMOVED_MAX = 1000, UNKNOWN_ATTEMPTS = 8 };

static const char *const sync_headers[] = { "webhook-id",
                                            "webhook-timestamp",
                                            "webhook-signature",
                                            "x-evershop-delivery",
                                            "x-evershop-signature",
                                            "x-evershop-topic",
                                            NULL };

static int64_t shop_of(const struct delivery *d) { return shop_of_public_id(str_of(d->address)); }

static bool is_bare(const struct delivery *d)
{
    return !inbound_header(d, "webhook-signature").p && webhook_is_bare(inbound_header(d, "x-evershop-signature"));
}

/* Signed without a time: taken from a shop that has switched that on. */
static enum inbound_verdict bare_verify(struct delivery *d, struct tx *tx, int64_t shop,
                                        const struct webhook_secrets *secrets)
{
    struct knowledge_says says;
    if (!know_shop_says(tx, shop, d->arena, &says)) return INBOUND_FAULT;
    d->reason = "it is signed without a time, and that is switched off";
    if (!says.old_signature) return INBOUND_REFUSED;
    d->reason = "its signature is not right";
    bool good = webhook_verify_bare(secrets, inbound_header(d, "x-evershop-signature"), d->body) == WEBHOOK_OK;
    return good ? INBOUND_GOOD : INBOUND_REFUSED;
}

/* A shop that this address may name; `own`: by its own secrets alone, not by its panel's. */
struct may_be {
    int64_t shop;
    bool own;
};

static enum inbound_verdict verify_for(struct delivery *d, struct tx *tx, const struct may_be *m)
{
    struct webhook_secrets secrets = { 0 };
    struct str standard = inbound_header(d, "webhook-signature"), plain = inbound_header(d, "x-evershop-signature");
    int64_t account = 0, now_s = d->at_ms / 1000;
    enum row row = m->own ? tenants_own_webhook_secrets(tx, m->shop, d->at_ms, d->arena, &secrets, &account)
                          : tenants_webhook_secrets(tx, m->shop, d->at_ms, d->arena, &secrets, &account);
    if (row != ROW_FOUND) return row == ROW_FAULT ? INBOUND_FAULT : INBOUND_REFUSED;
    if (is_bare(d)) {
        enum inbound_verdict bare = bare_verify(d, tx, m->shop, &secrets);
        if (bare == INBOUND_GOOD) d->account = account;
        return bare;
    }
    enum webhook_verdict v = standard.p
                                 ? webhook_verify(&secrets, inbound_header(d, "webhook-id"),
                                                  inbound_header(d, "webhook-timestamp"), standard, d->body, now_s)
                                 : webhook_verify_evershop(&secrets, plain, d->body, now_s);
    d->reason = v == WEBHOOK_TIMESTAMP ? "its time is not now" : "its signature is not right";
    if (v != WEBHOOK_OK) return INBOUND_REFUSED;
    d->account = account;
    return INBOUND_GOOD;
}

/* An address is our name for a shop, or an outside panel's, or both, of two shops: then the key that fits says which. A
 * panel may give many shops one key: under a name that it uses, its key means what it calls so, and never the shop that
 * has this number here, also while that chat is off. From here on the delivery has our name: it is kept, and known
 * again, under that. */
static enum inbound_verdict sync_verify(struct delivery *d, struct tx *tx)
{
    struct may_be of[] = { { .shop = 0 }, { .shop = shop_of(d) } };
    d->reason = "no chatbot is called so";
    enum row row = tenants_of_panel(tx, d->address, &of[0].shop);
    if (row == ROW_FAULT) return INBOUND_FAULT;
    of[1].own = row == ROW_FOUND;
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        if (of[i].shop <= 0) continue;
        enum inbound_verdict v = verify_for(d, tx, &of[i]);
        if (v == INBOUND_REFUSED) continue;
        char *own = arena_alloc(d->arena, SHOP_PUBLIC_ID_SIZE);
        shop_public_id(of[i].shop, own);
        if (v == INBOUND_GOOD) d->address = own;
        return v;
    }
    return INBOUND_REFUSED;
}

/* An id of the sender's where there is one; else these bytes at this time are what is not done twice. Without a time
 * nothing but the bytes is signed: whoever repeats them under another id is not heard again. */
static struct str body_id(const struct delivery *d)
{
    char hex[SHA256_HEX_SIZE];
    sha256_hex(d->body, hex);
    return str_of(arena_printf(d->arena, "%s:%s", d->address, hex)); /* an id is the sender's, not the shop's */
}

static enum inbound_verdict sync_identify(struct delivery *d, struct tx *tx)
{
    struct str id = is_bare(d) ? body_id(d) : inbound_header(d, "webhook-id");
    if (!id.p) id = inbound_header(d, "x-evershop-delivery");
    if (!id.p) {
        char *hex = arena_alloc(d->arena, SHA256_HEX_SIZE);
        sha256_hex(inbound_header(d, "x-evershop-signature"), hex);
        id = str_of(hex);
    }
    d->id = arena_text_n(d->arena, id.p, id.n);
    return tx_fault_of(tx) == TX_SOUND ? INBOUND_GOOD : INBOUND_FAULT;
}

/* "t=123,v1=…", or the header of its own; verified already. Where nothing but the body is signed no header is believed:
 * it is from when it came. In ms. */
static int64_t signed_at(const struct delivery *d)
{
    struct str t = inbound_header(d, "webhook-timestamp"), plain = inbound_header(d, "x-evershop-signature");
    int64_t s = 0;
    if (is_bare(d)) return d->at_ms;
    if (!t.p && plain.n > 2) {
        const char *comma = memchr(plain.p, ',', plain.n);
        t = (struct str){ plain.p + 2, comma ? (size_t)(comma - plain.p) - 2 : plain.n - 2 };
    }
    return str_to_i64(t, &s) ? s * 1000 : d->at_ms;
}

/* ---- acting on it ---- */

struct sync {
    const struct delivery *d;
    struct tx *tx;
    struct knowledge_head head;
    struct knowledge_import in;
    struct field_faults faults;
    struct know_write w;
    json_t *root;
    bool idle;    /* nothing in it is for us */
    bool told;    /* .in is judged already */
    bool fault;   /* of the storage */
    bool unknown; /* it is about an order that is not known here */
    bool evershop;
    enum sync_scope { SYNC_PRODUCTS, SYNC_ORDERS, SYNC_PROMOTIONS } scope;
};

static const char *const list_names[] = { "products", "orders", "promotions" }; /* by scope, as the addresses are */

static bool remove_each(struct sync *s)
{
    const json_t *list = json_object_get(s->root, "removed");
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n && i < REMOVED_MAX; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (!id || s->scope == SYNC_ORDERS) continue;
        enum row row = s->scope == SYNC_PRODUCTS ? know_products_remove(s->tx, &s->head, id, &s->w)
                                                 : know_texts_remove(s->tx, &s->head, KNOWLEDGE_PROMOTION, id);
        if (row == ROW_FAULT) return false;
    }
    return true;
}

static bool save(struct sync *s)
{
    switch (s->scope) {
    case SYNC_PRODUCTS:
        if (!know_products_save(s->tx, &s->head, s->in.product, s->in.products, &s->w)) return false;
        break;
    case SYNC_ORDERS:
        /* By a row of its own: what an event names may have come in our form, in the buyer's currency. */
        if (s->evershop && !s->told && s->head.currency == CURRENCY_NONE)
            s->head.currency = know_evershop_currency(s->in.order, s->in.orders);
        if (!know_orders_save(s->tx, &s->head, s->in.order, s->in.orders, &s->w)) return false;
        break;
    case SYNC_PROMOTIONS:
        if (!know_texts_save(s->tx, &s->head, s->in.text, s->in.texts, &s->w)) return false;
        break;
    }
    if (!remove_each(s)) return false;
    return know_head_keep(s->tx, &s->head, s->w.now_ms);
}

static void refuse(struct sync *s, const char *field, const char *code)
{
    s->faults = (struct field_faults){ 1, { { .field = field, .code = code } } };
}

static bool is_too_much(const struct knowledge_head *h)
{
    return h->products > KNOWLEDGE_PRODUCTS_MAX || h->texts > KNOWLEDGE_TEXTS_MAX || h->orders > KNOWLEDGE_ORDERS_MAX;
}

/* Our own form. Signed without a time it has the list of this address and no other: its bytes are known again at this
 * address alone, and a copy would act at another one. */
static void judge_own(struct sync *s)
{
    for (size_t i = 0; is_bare(s->d) && i < ARRAY_LEN(list_names) && s->faults.count == 0; i++) {
        bool there = json_object_get(s->root, list_names[i]) != NULL, here = i == (size_t)s->scope;
        if (there != here) refuse(s, list_names[i], here ? "required" : "other_address");
    }
}

/* Of EverShop's own form. It is as new as the store made it: what is sent again, hours later, is signed anew. */
static void take_version(struct sync *s)
{
    int64_t at_ms;
    const char *made = json_string_value(json_object_get(s->root, "created_at"));
    if (!made) made = json_string_value(json_object_get(s->root, "timestamp"));
    s->w.version = signed_at(s->d);
    if (made && time_parse(str_of(made), &at_ms) && at_ms < s->w.version) s->w.version = at_ms;
}

/* What names no more than an id. False: it is a row, and to be read as one. */
static bool translate_event(struct sync *s, const struct evershop_event *e, enum evershop_list list)
{
    const char *code;
    switch (know_evershop_event(s->tx, &s->head, e, s->d->arena, &s->in, &code)) {
    case EVERSHOP_ROW: return false;
    case EVERSHOP_FAULT: s->fault = true; break;
    case EVERSHOP_UNKNOWN:
        s->unknown = list == EVERSHOP_ORDERS;
        refuse(s, list == EVERSHOP_ORDERS ? "orderId" : "product_id", "not_known_yet");
        break;
    case EVERSHOP_TOLD:
        if (code) refuse(s, "price", code);
        s->told = true;
        break;
    }
    return true;
}

/* A body of EverShop's own form ({topic, data}, or {event, data}): its topic says what it is about, at whichever of the
 * addresses it came; signed without a time only at its own, and by the topic in it. False: nothing in it is for us. */
static bool translate(struct sync *s)
{
    static const enum sync_scope scopes[] = { 0, SYNC_PRODUCTS, SYNC_ORDERS, SYNC_PROMOTIONS };
    const json_t *data = json_object_get(s->root, "data");
    struct str said = inbound_header(s->d, "x-evershop-topic");
    const char *topic = json_string_value(json_object_get(s->root, "topic")), *code;
    bool removed;
    if (!topic) topic = json_string_value(json_object_get(s->root, "event"));
    if (!topic && said.p && !is_bare(s->d)) topic = arena_text_n(s->d->arena, said.p, said.n);
    if (!data || !topic) {
        judge_own(s);
        return true;
    }
    enum evershop_list list = evershop_topic(topic, &removed);
    if (list == EVERSHOP_NONE) return false;
    if (is_bare(s->d) && scopes[list] != s->scope) {
        refuse(s, "topic", "other_address");
        return true;
    }
    s->scope = scopes[list], s->evershop = true;
    take_version(s);
    if (translate_event(s, &(struct evershop_event){ topic, data }, list)) return true;
    struct buf b;
    buf_init(&b, JSON_READ_MAX_BYTES);
    evershop_write(data, list, topic, s->head.currency, &b, &code);
    json_decref(s->root);
    s->root = b.overflow ? NULL : json_read(buf_str(&b), JSON_READ_MAX_BYTES, NULL);
    buf_free(&b);
    bool waits = code && list == EVERSHOP_PRODUCTS && strcmp(code, EVERSHOP_NO_CURRENCY) == 0;
    if (code && !waits) refuse(s, "price", code);
    return true;
}

static void judge(struct sync *s)
{
    const char *code, *field;
    s->root = json_read(s->d->body, SYNC_BODY_MAX, NULL);
    if (s->root && !translate(s)) s->idle = true;
    else if (s->faults.count > 0 || s->told || s->fault) return;
    else if (!s->root) refuse(s, "", "format");
    else if (know_import_read(s->d->arena, s->root, &s->in, &s->faults)) {
        field = know_import_misfit(&s->head, &s->in, &code);
        if (s->evershop) know_evershop_prices(s->d->arena, s->root, &s->in);
        /* A store that tells only what changes may name its currency last: what it sells is known, its prices wait. */
        if (field && !(s->evershop && strcmp(code, "required") == 0)) refuse(s, field, code);
        else if (is_too_much(&s->head)) refuse(s, "", "too_many");
        else if (s->head.currency == CURRENCY_NONE) s->head.currency = s->in.currency; /* the first that is told */
    }
    if (s->evershop) {
        if (s->faults.count == 0) s->fault = !know_evershop_keep_lists(s->tx, &s->head, s->d->arena, &s->in);
        return;
    }
    if (!json_get_i64(s->root, "version", &s->w.version) || s->w.version <= 0) s->w.version = signed_at(s->d);
}

/* Its order may still be on the way: what a store sends at once comes in any order, and what failed comes a minute
 * later. */
static bool may_come(const struct sync *s, const struct job *job)
{
    return s->unknown && job->attempt < UNKNOWN_ATTEMPTS;
}

static enum job_wish act(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome,
                         enum sync_scope scope)
{
    struct sync *s = ARENA_NEW(job->arena, struct sync);
    struct shop shop;
    *s = (struct sync){ .d = d, .tx = tx, .scope = scope, .w = { .now_ms = job->now_ms } };
    enum row row = shops_locked(tx, shop_of(d), &shop);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE || shop.account != d->account || shop.status >= SHOP_DELETED) {
        buf_text(outcome, "nothing: the shop has gone");
        return JOB_FINISHED;
    }
    if (know_head_get(tx, shop.id, shop.account, &s->head) == ROW_FAULT) return JOB_FAULT;
    judge(s);
    if (s->idle) {
        json_decref(s->root);
        buf_text(outcome, "nothing: not about products, orders or promotions");
        return JOB_FINISHED;
    }
    scope = s->scope;
    bool later = may_come(s, job), good = !s->fault && (s->faults.count > 0 || save(s));
    json_decref(s->root);
    if (later) return JOB_AGAIN;
    const struct know_report r = { .source = "sync", .in = &s->in, .faults = &s->faults, .changed = s->w.changed };
    int64_t id;
    if (!good || !know_import_remember(tx, &shop, &r, job->now_ms, &id)) return JOB_FAULT;
    if (s->faults.count > 0)
        buf_printf(outcome, "refused: %.100s %s", s->faults.fault[0].field, s->faults.fault[0].code);
    else
        buf_printf(outcome, "%s: %lld changed, %lld stale", list_names[scope], (long long)s->w.changed,
                   (long long)s->w.stale);
    return JOB_FINISHED;
}

static enum job_wish act_products(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    return act(d, job, tx, outcome, SYNC_PRODUCTS);
}

static enum job_wish act_orders(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    return act(d, job, tx, outcome, SYNC_ORDERS);
}

static enum job_wish act_promotions(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    return act(d, job, tx, outcome, SYNC_PROMOTIONS);
}

/* clang-format off */
#define SYNC(what, text)                                                                                               \
    .name = "sync." #what, .doc = text, .path = "/api/sync/:address/" #what, .headers = sync_headers,                  \
    .ack = { 200, "application/json", "{\"success\":true,\"queued\":true}" },                                          \
    .nack = { 401, "application/json", "{\"error\":\"invalid_signature\"}" },                                          \
    .changed = "{\"error\":\"delivery_differs\","                                                                      \
               "\"message\":\"This id came before with another body; that one stands.\"}",                             \
    .verify = sync_verify, .identify = sync_identify, .act = act_##what
const struct sender knowledge_products_sender = { SYNC(products, "Products of a shop, as they change.") };
const struct sender knowledge_orders_sender = { SYNC(orders, "Orders of a shop, as they change.") };
const struct sender knowledge_promotions_sender = { SYNC(promotions, "Promotions of a shop, as they change.") };

/* Room for a shop that makes up for an outage: an import of everything in deliveries of 50. */
static const struct limit sync_limit = { .name = "sync", .burst = 2000, .per_ms = 60000 };
const struct route knowledge_sync_routes[] = {
    SENDER_ROUTE_ADDRESSED("/api/sync/:address/products", SYNC_BODY_MAX, &sync_limit,
                           .doc = "Products of a shop, signed by its webhook secret."),
    SENDER_ROUTE_ADDRESSED("/api/sync/:address/orders", SYNC_BODY_MAX, &sync_limit,
                           .doc = "Orders of a shop, signed by its webhook secret."),
    SENDER_ROUTE_ADDRESSED("/api/sync/:address/promotions", SYNC_BODY_MAX, &sync_limit,
                           .doc = "Promotions of a shop, signed by its webhook secret."),
    ROUTE_END
};
/* clang-format on */
