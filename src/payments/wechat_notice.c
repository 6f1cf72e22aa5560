/* wechat_notice.c: what WeChat Pay tells: notifications, which are sealed besides being signed, answers about orders
 * and refunds, and the list of its certificates. */
#include "base/crypto.h"
#include "base/gcm.h"
#include "payments/certs.h"
#include "payments/private.h"

enum { STATUS_UNAUTHORIZED = 401, STATUS_FORBIDDEN = 403, STATUS_NOT_FOUND = 404, STATUS_TOO_MANY = 429 };

const struct payment_words wechat_ack = { .status = 204, .content_type = "", .body = "" };
/* The status decides: a 200 with FAIL would be taken as success. */
const struct payment_words wechat_nack = { .status = 400,
                                           .content_type = "application/json",
                                           .body = "{\"code\":\"FAIL\",\"message\":\"refused\"}" };

enum payment_reason wechat_open(struct arena *a, const struct wechat_keys *k, const json_t *resource, struct str *plain)
{
    struct str algorithm, ciphertext, nonce, associated = { "", 0 };
    const json_t *data = json_object_get(resource, "associated_data");
    if (!json_get_str(resource, "algorithm", &algorithm)) return PAYMENT_MALFORMED;
    if (!str_eq(algorithm, STR("AEAD_AES_256_GCM"))) return PAYMENT_ALGORITHM;
    if (!json_get_str(resource, "ciphertext", &ciphertext) || !json_get_str(resource, "nonce", &nonce))
        return PAYMENT_MALFORMED;
    if (data != NULL && !json_is_null(data) && !json_get_str(resource, "associated_data", &associated))
        return PAYMENT_MALFORMED;
    size_t n = ciphertext.n;
    uint8_t *sealed = arena_alloc(a, n + 1);
    struct str key = { k->v3_key, k->has_v3_key ? sizeof(k->v3_key) : 0 };
    bool opened = base64_decode(ciphertext, sealed, &n) &&
                  gcm_open(a, key, nonce, associated, (struct str){ (const char *)sealed, n }, plain);
    return opened ? PAYMENT_ACCEPTED : PAYMENT_DECRYPT;
}

static bool is_text(const json_t *object, const char *member, struct str wanted)
{
    struct str text;
    return wanted.n > 0 && json_get_str(object, member, &text) && str_eq(text, wanted);
}

/* Optional texts: an absent one is empty. */
static void take_text(struct arena *a, const json_t *object, const char *member, struct str *out)
{
    if (!payment_text(a, object, member, out)) *out = (struct str){ "", 0 };
}

static enum payment_reason take_order(struct arena *a, const json_t *plain, struct payment_notice *out)
{
    out->about_order = true;
    take_text(a, plain, "transaction_id", &out->trade);
    take_text(a, plain, "out_trade_no", &out->order);
    if (out->order.n == 0) return PAYMENT_UNKNOWN_ORDER;
    return payment_money(json_object_get(plain, "amount"), "total", CURRENCY_CNY, &out->amount) ? PAYMENT_ACCEPTED
                                                                                                : PAYMENT_AMOUNT;
}

/* A payment has a number, by which a second one is known. */
static enum payment_reason check_trade(const struct payment_notice *n)
{
    return n->said == PAYMENT_SAYS_PAID && n->trade.n == 0 ? PAYMENT_MALFORMED : PAYMENT_ACCEPTED;
}

static bool is_of_currency(const json_t *amount, bool required)
{
    bool absent = json_object_get(amount, "currency") == NULL;
    return absent ? !required : is_text(amount, "currency", STR("CNY"));
}

static enum payment_reason read_transaction(struct arena *a, const struct wechat_keys *k, const json_t *plain,
                                            struct payment_notice *out)
{
    if (!is_text(plain, "mchid", k->mchid)) return PAYMENT_MERCHANT;
    if (!is_text(plain, "appid", k->appid)) return PAYMENT_APP;
    enum payment_reason reason = take_order(a, plain, out);
    if (reason != PAYMENT_ACCEPTED) return reason;
    if (!is_text(json_object_get(plain, "amount"), "currency", STR("CNY"))) return PAYMENT_AMOUNT;
    if (is_text(plain, "trade_state", STR("SUCCESS"))) out->said = PAYMENT_SAYS_PAID;
    return check_trade(out);
}

/* `status`: the member that says how it stands; it has one name in notifications and another in answers. */
static enum payment_reason read_refund(struct arena *a, const json_t *plain, const char *status,
                                       struct payment_notice *out)
{
    const json_t *amount = json_object_get(plain, "amount");
    struct str state;
    enum payment_reason reason = take_order(a, plain, out);
    if (reason != PAYMENT_ACCEPTED) return reason;
    if (!is_of_currency(amount, false)) return PAYMENT_AMOUNT;
    if (!json_get_str(plain, status, &state)) return PAYMENT_MALFORMED;
    take_text(a, plain, "out_refund_no", &out->refund);
    if (!payment_money(amount, "refund", CURRENCY_CNY, &out->refund_amount)) return PAYMENT_AMOUNT;
    out->said = str_eq(state, STR("SUCCESS")) ? PAYMENT_SAYS_REFUNDED : PAYMENT_SAYS_REFUND_FAILED;
    out->for_person = str_eq(state, STR("ABNORMAL")); /* the same refund goes on once somebody has seen to it */
    return PAYMENT_ACCEPTED;
}

static enum payment_reason read_plain(struct arena *a, const struct wechat_keys *k, struct str text,
                                      struct payment_notice *out)
{
    json_t *plain = json_read_grown(text, PAYMENT_BODY_MAX, NULL);
    enum payment_reason reason = PAYMENT_ACCEPTED;
    if (!json_is_object(plain)) reason = PAYMENT_MALFORMED;
    else if (str_eq(out->type, STR("TRANSACTION.SUCCESS"))) reason = read_transaction(a, k, plain, out);
    else if (str_eq(out->type, STR("REFUND.SUCCESS")) || str_eq(out->type, STR("REFUND.ABNORMAL")) ||
             str_eq(out->type, STR("REFUND.CLOSED")))
        reason = is_text(plain, "mchid", k->mchid) ? read_refund(a, plain, "refund_status", out) : PAYMENT_MERCHANT;
    json_decref(plain);
    return reason;
}

enum payment_reason wechat_notice(struct arena *a, const struct wechat_keys *k, const struct wechat_headers *h,
                                  struct str body, int64_t now_s, struct payment_notice *out)
{
    *out = (struct payment_notice){ 0 };
    if (body.n > PAYMENT_BODY_MAX) return PAYMENT_MALFORMED;
    enum payment_reason reason = wechat_verify(k, h, body, now_s);
    if (reason != PAYMENT_ACCEPTED) return reason;
    json_t *event = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    struct str plain;
    if (!payment_text(a, event, "id", &out->event) || out->event.n == 0 ||
        !payment_text(a, event, "event_type", &out->type))
        reason = PAYMENT_MALFORMED;
    else reason = wechat_open(a, k, json_object_get(event, "resource"), &plain);
    json_decref(event);
    return reason == PAYMENT_ACCEPTED ? read_plain(a, k, plain, out) : reason;
}

/* ---- answers ---- */

static bool is_absent(struct str body)
{
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    bool absent = is_text(answer, "code", STR("ORDER_NOT_EXIST")) || is_text(answer, "code", STR("ORDERNOTEXIST")) ||
                  is_text(answer, "code", STR("RESOURCE_NOT_EXISTS"));
    json_decref(answer);
    return absent;
}

enum payment_outcome wechat_outcome(enum payment_reason verified, int status, struct str body)
{
    if (status == STATUS_TOO_MANY || status >= 500) return PAYMENT_OUTCOME_LATER;
    if (status == STATUS_UNAUTHORIZED) return PAYMENT_OUTCOME_OURS;
    if (verified != PAYMENT_ACCEPTED) return PAYMENT_OUTCOME_UNKNOWN;
    if (status >= 200 && status < 300) return PAYMENT_OUTCOME_OK;
    if (status == STATUS_FORBIDDEN) return PAYMENT_OUTCOME_OURS;
    if (status < 400) return PAYMENT_OUTCOME_UNKNOWN;
    return status == STATUS_NOT_FOUND && is_absent(body) ? PAYMENT_OUTCOME_ABSENT : PAYMENT_OUTCOME_REFUSED;
}

static enum payment_said said_of_query(struct str state)
{
    static const struct {
        const char *state;
        enum payment_said said;
    } known[] = {
        { "SUCCESS", PAYMENT_SAYS_PAID },   { "REFUND", PAYMENT_SAYS_PAID },     { "CLOSED", PAYMENT_SAYS_CLOSED },
        { "REVOKED", PAYMENT_SAYS_CLOSED }, { "PAYERROR", PAYMENT_SAYS_FAILED },
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(state, str_of(known[i].state))) return known[i].said;
    return PAYMENT_SAYS_NOTHING;
}

static enum payment_reason read_query(struct arena *a, const struct wechat_keys *k, const json_t *answer,
                                      struct payment_notice *out)
{
    if (!is_text(answer, "mchid", k->mchid)) return PAYMENT_MERCHANT;
    if (!is_text(answer, "appid", k->appid)) return PAYMENT_APP;
    if (!payment_text(a, answer, "trade_state", &out->type)) return PAYMENT_MALFORMED;
    out->said = said_of_query(out->type);
    bool is_paid = out->said == PAYMENT_SAYS_PAID;
    out->some_back = str_eq(out->type, STR("REFUND"));
    enum payment_reason reason = take_order(a, answer, out);
    /* Who has not paid need not have an amount; who has paid must. */
    out->no_amount = !is_paid && json_object_get(answer, "amount") == NULL;
    if (reason == PAYMENT_AMOUNT && out->no_amount) reason = PAYMENT_ACCEPTED;
    if (reason != PAYMENT_ACCEPTED) return reason;
    return is_of_currency(json_object_get(answer, "amount"), is_paid) ? check_trade(out) : PAYMENT_AMOUNT;
}

enum payment_reason wechat_query_notice(struct arena *a, const struct wechat_keys *k, struct str body,
                                        struct payment_notice *out)
{
    *out = (struct payment_notice){ 0 };
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    enum payment_reason reason = json_is_object(answer) ? read_query(a, k, answer, out) : PAYMENT_MALFORMED;
    json_decref(answer);
    return reason;
}

enum payment_reason wechat_refund_notice(struct arena *a, struct str body, struct payment_notice *out)
{
    *out = (struct payment_notice){ 0 };
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    enum payment_reason reason = json_is_object(answer) ? read_refund(a, answer, "status", out) : PAYMENT_MALFORMED;
    if (reason == PAYMENT_ACCEPTED) {
        take_text(a, answer, "status", &out->type);
        /* PROCESSING, and whatever is new: only these two words end it. */
        bool ended = str_eq(out->type, STR("CLOSED")) || str_eq(out->type, STR("ABNORMAL"));
        if (out->said == PAYMENT_SAYS_REFUND_FAILED && !ended) out->said = PAYMENT_SAYS_NOTHING;
    }
    json_decref(answer);
    return reason;
}

/* ---- certificates ---- */

/* Of the serial that it is listed under, and of a key that a set of keys would take; c->serial is set. */
static bool is_usable(struct arena *a, const struct wechat_keys *k, const json_t *one, struct wechat_signer *c)
{
    if (!cert_serial(a, c->pem, &c->serial) || !is_text(one, "serial_no", c->serial)) return false;
    struct rsa_key *key = cert_key(c->pem);
    bool usable = key != NULL && (k->merchant == NULL || !rsa_key_same(key, k->merchant));
    rsa_key_free(key);
    return usable;
}

static bool is_listed(const struct wechat_certificates *all, struct str serial)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->certificate[i].serial, serial)) return true;
    return false;
}

/* One that we cannot use, of another algorithm say, must not keep the others from us. */
static enum payment_reason open_certificates(struct arena *a, const struct wechat_keys *k, const json_t *data,
                                             struct wechat_certificates *out)
{
    out->count = 0;
    if (!json_is_array(data) || json_array_size(data) > WECHAT_KEYS_MAX) return PAYMENT_MALFORMED;
    for (size_t i = 0; i < json_array_size(data); i++) {
        const json_t *one = json_array_get(data, i);
        struct wechat_signer c = { { NULL, 0 }, { NULL, 0 } };
        enum payment_reason reason = wechat_open(a, k, json_object_get(one, "encrypt_certificate"), &c.pem);
        if (reason == PAYMENT_DECRYPT) return reason; /* sealed with another key than ours: then none of it is for us */
        if (reason == PAYMENT_ACCEPTED && is_usable(a, k, one, &c) && !is_listed(out, c.serial))
            out->certificate[out->count++] = c;
    }
    return out->count > 0 ? PAYMENT_ACCEPTED : PAYMENT_MALFORMED;
}

/* By a key that we have, or by the certificate that the answer brings and names. */
static enum payment_reason is_believed(const struct wechat_keys *k, const struct wechat_headers *h, struct str body,
                                       int64_t now_s, const struct wechat_certificates *all)
{
    enum payment_reason reason = wechat_verify(k, h, body, now_s);
    for (size_t i = 0; i < all->count && reason == PAYMENT_UNKNOWN_SERIAL; i++) {
        if (!str_eq(h->serial, all->certificate[i].serial)) continue;
        struct rsa_key *key = cert_key(all->certificate[i].pem);
        bool good = key != NULL && cert_is_current(all->certificate[i].pem, now_s) && wechat_is_signed(key, h, body);
        rsa_key_free(key);
        reason = good ? PAYMENT_ACCEPTED : PAYMENT_SIGNATURE;
    }
    return reason;
}

enum payment_reason wechat_certificates(struct arena *a, const struct wechat_keys *k, const struct wechat_headers *h,
                                        struct str body, int64_t now_s, struct wechat_certificates *out)
{
    struct wechat_certificates all = { .count = 0 };
    out->count = 0;
    enum payment_reason reason = wechat_check_headers(h, now_s);
    if (reason != PAYMENT_ACCEPTED) return reason;
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    reason = open_certificates(a, k, json_object_get(answer, "data"), &all);
    json_decref(answer);
    if (reason == PAYMENT_ACCEPTED) reason = is_believed(k, h, body, now_s, &all);
    if (reason != PAYMENT_ACCEPTED) return reason;
    for (size_t i = 0; i < all.count; i++)
        if (cert_is_current(all.certificate[i].pem, now_s)) out->certificate[out->count++] = all.certificate[i];
    return PAYMENT_ACCEPTED;
}

/* ---- bills ---- */

enum payment_outcome wechat_bill_outcome(enum payment_outcome outcome, struct str body)
{
    if (outcome != PAYMENT_OUTCOME_REFUSED) return outcome;
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    if (is_text(answer, "code", STR("NO_STATEMENT_EXIST"))) outcome = PAYMENT_OUTCOME_ABSENT;
    else if (is_text(answer, "code", STR("STATEMENT_CREATING"))) outcome = PAYMENT_OUTCOME_LATER;
    json_decref(answer);
    return outcome;
}

bool wechat_bill_answer(struct arena *a, struct str body, struct wechat_bill *out)
{
    struct str hash;
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    *out = (struct wechat_bill){ 0 };
    bool good = is_text(answer, "hash_type", STR("SHA1")) && json_get_str(answer, "hash_value", &hash) &&
                hex_decode(hash, out->hash, SHA1_SIZE) && payment_text(a, answer, "download_url", &out->url) &&
                out->url.n > 0;
    json_decref(answer);
    return good;
}

bool wechat_bill_is(const struct wechat_bill *b, struct str file)
{
    uint8_t hash[SHA1_SIZE];
    sha1(file.p, file.n, hash);
    return memcmp(hash, b->hash, sizeof hash) == 0;
}
