/* stripe_notice.c: what Stripe tells: webhooks, and answers about sessions and refunds. Events are of an endpoint's own
 * version and get new members at any time; only what is named here is read. */
#include "base/clock.h"
#include "base/crypto.h"
#include "payments/stripe.h"

enum { MAC_CHARS = SHA256_HEX_SIZE - 1, CURRENCY_CHARS = 3 };
enum {
    STATUS_UNAUTHORIZED = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_CONFLICT = 409,
    STATUS_TOO_MANY = 429
};
#define CREATED_MAX_S INT64_C(253402300800) /* the year 10000 */

const struct payment_words stripe_ack = { .status = 200, .content_type = "", .body = "" };
const struct payment_words stripe_nack = { .status = 400, .content_type = "", .body = "" };

/* ---- the signature ---- */

/* Cuts the part up to the next comma from *rest; its name and value by the first '='. False: nothing is left. */
static bool next_part(struct str *rest, struct str *name, struct str *value)
{
    if (rest->p == NULL) return false;
    const char *comma = rest->n > 0 ? memchr(rest->p, ',', rest->n) : NULL;
    struct str part = { rest->p, comma != NULL ? (size_t)(comma - rest->p) : rest->n };
    const char *equals = part.n > 0 ? memchr(part.p, '=', part.n) : NULL;
    *name = (struct str){ part.p, equals != NULL ? (size_t)(equals - part.p) : part.n };
    *value = (struct str){ equals != NULL ? equals + 1 : "", equals != NULL ? part.n - name->n - 1 : 0 };
    *rest = comma != NULL ? (struct str){ comma + 1, rest->n - part.n - 1 } : (struct str){ NULL, 0 };
    return true;
}

/* The one `t`; false when there are none or two, or no `v1`. */
static bool read_header(struct str header, struct str *t)
{
    struct str rest = header, name, value;
    size_t times = 0, signatures = 0;
    while (next_part(&rest, &name, &value)) {
        if (str_eq(name, STR("t"))) *t = value, times++;
        else if (str_eq(name, STR("v1"))) signatures++;
    }
    return times == 1 && signatures > 0;
}

/* No early end: time must not tell how near a guess was. */
static bool is_among(struct str header, const char mac[SHA256_HEX_SIZE])
{
    struct str rest = header, name, value;
    bool found = false;
    while (next_part(&rest, &name, &value))
        if (str_eq(name, STR("v1")) && value.n == MAC_CHARS) found |= equal_constant_time(value.p, mac, MAC_CHARS);
    return found;
}

enum payment_reason stripe_verify(const struct stripe_setup *s, struct str header, struct str body, int64_t now_s)
{
    struct str t = { NULL, 0 };
    bool good = false;
    assert(s->secrets <= STRIPE_SECRETS_MAX);
    if (header.n == 0) return PAYMENT_MISSING;
    if (!read_header(header, &t)) return PAYMENT_MALFORMED;
    enum payment_reason reason = payment_fresh(t, now_s);
    if (reason != PAYMENT_ACCEPTED) return reason;
    for (size_t i = 0; i < s->secrets; i++) {
        if (s->secret[i].n == 0) continue; /* an empty secret is known to everybody */
        const struct str parts[] = { t, STR("."), body };
        uint8_t mac[SHA256_SIZE];
        char hex[SHA256_HEX_SIZE];
        hmac_sha256_parts(s->secret[i], parts, ARRAY_LEN(parts), mac);
        hex_encode(mac, sizeof(mac), hex);
        good |= is_among(header, hex);
    }
    return good ? PAYMENT_ACCEPTED : PAYMENT_SIGNATURE;
}

struct str stripe_signature(struct arena *a, const struct stripe_setup *s, struct str body, int64_t now_s)
{
    struct str t = str_of(arena_printf(a, "%lld", (long long)now_s));
    const struct str parts[] = { t, STR("."), body };
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    assert(s->secrets > 0);
    hmac_sha256_parts(s->secret[0], parts, ARRAY_LEN(parts), mac);
    hex_encode(mac, sizeof(mac), hex);
    return str_of(arena_printf(a, "t=%s,v1=%s", t.p, hex));
}

/* ---- events ---- */

static bool is_text(const json_t *object, const char *member, const char *wanted)
{
    struct str text;
    return json_get_str(object, member, &text) && str_eq(text, str_of(wanted));
}

/* "usd": three small letters. NONE: anything else, or one that we do not know. */
static enum currency currency_of(const json_t *object)
{
    struct str text;
    char code[CURRENCY_CHARS];
    if (!json_get_str(object, "currency", &text) || text.n != CURRENCY_CHARS) return CURRENCY_NONE;
    for (size_t i = 0; i < CURRENCY_CHARS; i++) {
        if (text.p[i] < 'a' || text.p[i] > 'z') return CURRENCY_NONE;
        code[i] = (char)(text.p[i] - 'a' + 'A');
    }
    return currency_from_code(code, CURRENCY_CHARS);
}

static bool take_amount(const json_t *object, const char *member, struct money *out)
{
    enum currency c = currency_of(object);
    return c != CURRENCY_NONE && payment_money(object, member, c, out);
}

static void take_text(struct arena *a, const json_t *object, const char *member, struct str *out)
{
    if (!payment_text(a, object, member, out)) *out = (struct str){ "", 0 };
}

static enum payment_reason read_session(struct arena *a, const json_t *session, struct payment_notice *out)
{
    out->about_order = true;
    take_text(a, session, "client_reference_id", &out->order);
    take_text(a, session, "id", &out->session);
    take_text(a, session, "payment_intent", &out->trade);
    if (out->order.n == 0) return PAYMENT_UNKNOWN_ORDER;
    return take_amount(session, "amount_total", &out->amount) ? PAYMENT_ACCEPTED : PAYMENT_AMOUNT;
}

static enum payment_said said_of_payment(const json_t *session)
{
    if (is_text(session, "payment_status", "paid") || is_text(session, "payment_status", "no_payment_required"))
        return PAYMENT_SAYS_PAID;
    return is_text(session, "payment_status", "unpaid") ? PAYMENT_SAYS_PROCESSING : PAYMENT_SAYS_NOTHING;
}

/* The running total of the payment that is named; who gives back was paid. */
static enum payment_reason read_charge(struct arena *a, const json_t *charge, struct payment_notice *out)
{
    int order;
    out->about_order = out->has_total = true;
    out->said = PAYMENT_SAYS_PAID;
    take_text(a, charge, "payment_intent", &out->trade);
    if (out->trade.n == 0) return PAYMENT_UNKNOWN_ORDER;
    if (!take_amount(charge, "amount", &out->amount) || !take_amount(charge, "amount_refunded", &out->refund_total))
        return PAYMENT_AMOUNT;
    bool within = money_compare(out->refund_total, out->amount, &order) && order <= 0;
    return within && !money_is_negative(out->refund_total) ? PAYMENT_ACCEPTED : PAYMENT_AMOUNT;
}

/* A dispute, or a refund that failed: of which payment, and how much; nothing is judged by it. */
static void read_for_person(struct arena *a, const json_t *object, struct payment_notice *out)
{
    struct money amount;
    take_text(a, object, "payment_intent", &out->trade);
    if (!take_amount(object, "amount", &amount) || !money_is_positive(amount)) return;
    if (str_eq(out->type, STR("refund.failed"))) out->refund_amount = amount;
    else out->amount = amount;
}

static enum payment_reason read_object(struct arena *a, const json_t *object, struct payment_notice *out)
{
    bool completed = str_eq(out->type, STR("checkout.session.completed"));
    bool paid = str_eq(out->type, STR("checkout.session.async_payment_succeeded"));
    bool failed = str_eq(out->type, STR("checkout.session.async_payment_failed"));
    if (str_eq(out->type, STR("charge.refunded"))) return read_charge(a, object, out);
    if (completed || paid || failed || str_eq(out->type, STR("checkout.session.expired"))) {
        out->said = completed ? said_of_payment(object)
                    : paid    ? PAYMENT_SAYS_PAID
                    : failed  ? PAYMENT_SAYS_FAILED
                              : PAYMENT_SAYS_CLOSED;
        return read_session(a, object, out);
    }
    out->for_person = str_eq(out->type, STR("refund.failed")) || str_eq(out->type, STR("charge.dispute.created"));
    if (out->for_person) read_for_person(a, object, out);
    return PAYMENT_ACCEPTED;
}

static enum payment_reason read_event(struct arena *a, const struct stripe_setup *s, const json_t *event,
                                      struct payment_notice *out)
{
    bool livemode;
    if (!json_is_object(event) || !is_text(event, "object", "event")) return PAYMENT_MALFORMED;
    if (!json_get_bool(event, "livemode", &livemode) || livemode != s->livemode) return PAYMENT_LIVEMODE;
    if (!payment_text(a, event, "id", &out->event) || out->event.n == 0) return PAYMENT_MALFORMED;
    if (!payment_text(a, event, "type", &out->type)) return PAYMENT_MALFORMED;
    int64_t made_at_s;
    bool dated = json_get_i64(event, "created", &made_at_s) && made_at_s > 0 && made_at_s < CREATED_MAX_S;
    if (dated) out->made_at_ms = made_at_s * SECOND_MS;
    return read_object(a, json_object_get(json_object_get(event, "data"), "object"), out);
}

enum payment_reason stripe_notice(struct arena *a, const struct stripe_setup *s, struct str header, struct str body,
                                  int64_t now_s, struct payment_notice *out)
{
    *out = (struct payment_notice){ 0 };
    if (body.n > PAYMENT_BODY_MAX) return PAYMENT_MALFORMED;
    enum payment_reason reason = stripe_verify(s, header, body, now_s);
    if (reason != PAYMENT_ACCEPTED) return reason;
    json_t *event = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    reason = read_event(a, s, event, out);
    json_decref(event);
    return reason;
}

/* ---- answers ---- */

enum payment_outcome stripe_outcome(int status, struct str should_retry, struct str body)
{
    bool again = status == STATUS_CONFLICT || status == STATUS_TOO_MANY || status >= 500;
    if (status >= 200 && status < 300) return PAYMENT_OUTCOME_OK;
    /* Stripe's own word goes before the status. "false" of a fault of theirs still leaves open what was done, and so
     * does that of a 409: the first call of the same key may be running still. */
    if (str_eq(should_retry, STR("true"))) return PAYMENT_OUTCOME_LATER;
    if (str_eq(should_retry, STR("false")) && again)
        return status == STATUS_TOO_MANY ? PAYMENT_OUTCOME_REFUSED : PAYMENT_OUTCOME_UNKNOWN;
    if (again) return PAYMENT_OUTCOME_LATER;
    if (status < 400) return PAYMENT_OUTCOME_UNKNOWN;
    if (status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN) return PAYMENT_OUTCOME_OURS;
    json_t *answer = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    bool reused = is_text(json_object_get(answer, "error"), "type", "idempotency_error");
    json_decref(answer);
    if (reused) return PAYMENT_OUTCOME_OURS;
    return status == STATUS_NOT_FOUND ? PAYMENT_OUTCOME_ABSENT : PAYMENT_OUTCOME_REFUSED;
}

static enum payment_reason read_answer(struct arena *a, const struct stripe_setup *s, const json_t *session,
                                       struct payment_notice *out)
{
    bool livemode;
    if (!is_text(session, "object", "checkout.session")) return PAYMENT_MALFORMED;
    if (!json_get_bool(session, "livemode", &livemode) || livemode != s->livemode) return PAYMENT_LIVEMODE;
    take_text(a, session, "status", &out->type);
    if (is_text(session, "status", "complete")) out->said = said_of_payment(session);
    else if (is_text(session, "status", "expired")) out->said = PAYMENT_SAYS_CLOSED;
    return read_session(a, session, out);
}

enum payment_reason stripe_session_notice(struct arena *a, const struct stripe_setup *s, struct str body,
                                          struct payment_notice *out)
{
    *out = (struct payment_notice){ 0 };
    json_t *session = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    enum payment_reason reason = json_is_object(session) ? read_answer(a, s, session, out) : PAYMENT_MALFORMED;
    json_decref(session);
    return reason;
}

enum payment_outcome stripe_refund_outcome(struct str body)
{
    json_t *refund = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    enum payment_outcome outcome = PAYMENT_OUTCOME_UNKNOWN;
    if (!is_text(refund, "object", "refund")) outcome = PAYMENT_OUTCOME_UNKNOWN;
    else if (is_text(refund, "status", "succeeded")) outcome = PAYMENT_OUTCOME_OK;
    else if (is_text(refund, "status", "pending") || is_text(refund, "status", "requires_action"))
        outcome = PAYMENT_OUTCOME_LATER;
    else if (is_text(refund, "status", "failed") || is_text(refund, "status", "canceled"))
        outcome = PAYMENT_OUTCOME_REFUSED;
    json_decref(refund);
    return outcome;
}
