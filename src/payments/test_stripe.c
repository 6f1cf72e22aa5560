/* test_stripe.c: what the vectors do not say: edges of the signature's header and of events, signed here with secrets
 * drawn for the run; and what we send. */
#include "base/testing.h"
#include "payments/stripe.h"

#include "base/crypto.h"
#include "base/random.h"

#include <stdio.h>

#define NOW INT64_C(1795320000)
#define USD(minor) money_of((minor), CURRENCY_USD)

static struct arena *arena;
static struct stripe_setup keys;

static struct str drawn_secret(void)
{
    char token[TOKEN_TEXT_SIZE];
    random_token(token);
    return str_of(arena_printf(arena, "whsec_%s", token));
}

static int setup(void **state)
{
    arena = arena_new(1 << 24);
    keys = (struct stripe_setup){ .api_key = STR("sk_test_x"), .secrets = 3 };
    keys.secret[0] = drawn_secret(), keys.secret[1] = STR(""), keys.secret[2] = drawn_secret();
    return 0;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

/* ---- the header ---- */

static const char *mac_of(struct str secret, const char *t, struct str body)
{
    uint8_t mac[SHA256_SIZE];
    char *hex = arena_alloc(arena, SHA256_HEX_SIZE), *text = arena_alloc(arena, strlen(t) + body.n + 2);
    size_t n = strlen(t);
    memcpy(text, t, n);
    text[n] = '.';
    if (body.n > 0) memcpy(text + n + 1, body.p, body.n);
    hmac_sha256(secret, (struct str){ text, n + 1 + body.n }, mac);
    hex_encode(mac, sizeof(mac), hex);
    return hex;
}

static const char *verified(const char *header, struct str body)
{
    return payment_reason_text(stripe_verify(&keys, str_of(header), body, NOW));
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void headers(void **state)
{
    struct str body = STR("{\"a\":1}");
    const char *first = mac_of(keys.secret[0], "1795320000", body), *last = mac_of(keys.secret[2], "1795320000", body);
    const char *good[] = {
        arena_printf(arena, "t=1795320000,v1=%s", first),
        arena_printf(arena, "t=1795320000,v1=%s", last),
        arena_printf(arena, "v1=%s,t=1795320000", first),
        arena_printf(arena, "t=1795320000,v1=" ZEROS ",v1=%s,v0=" ZEROS, first),
        arena_printf(arena, "v0=x,t=1795320000,v1=short,v1=%s,v2,,=,x=y=z", first),
        arena_printf(arena, "t=1795320000,v1=%s,v1=%s", first, last),
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_string_equal(verified(good[i], body), "accepted");
    char *upper = arena_text(arena, first);
    for (char *p = upper; *p; p++)
        if (*p >= 'a') *p = (char)(*p - 'a' + 'A');
    const char *bad[][2] = {
        { "", "missing header" },
        { "t=1795320000", "malformed" },
        { arena_printf(arena, "v1=%s", first), "malformed" },
        { arena_printf(arena, "t=1795320000,v0=%s", first), "malformed" },
        { arena_printf(arena, "t=1795320000,t=1795320000,v1=%s", first), "malformed" },
        { arena_printf(arena, "t=1795320000, v1=%s", first), "malformed" },
        { arena_printf(arena, "t=1795320000;v1=%s", first), "malformed" },
        { arena_printf(arena, "t=,v1=%s", first), "malformed" },
        { arena_printf(arena, "t=+1795320000,v1=%s", first), "malformed" },
        { arena_printf(arena, "t=1795320000.0,v1=%s", first), "malformed" },
        { arena_printf(arena, "T=1795320000,v1=%s", first), "malformed" },
        { arena_printf(arena, "t=1795320000,v1=%s", upper), "signature" },
        { arena_printf(arena, "t=1795320000,v1=%s ", first), "signature" },
        { arena_printf(arena, "t=1795320000,v1=%.63s", first), "signature" },
        { arena_printf(arena, "t=1795320000,v1=" ZEROS ",v0=%s", first), "signature" },
        { arena_printf(arena, "t=1795320001,v1=%s", first), "signature" },
        { arena_printf(arena, "t=01795320000,v1=%s", first), "signature" },
        { "t=1795320000,v1=", "signature" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_string_equal(verified(bad[i][0], body), bad[i][1]);
    assert_string_equal(verified(good[0], STR("{\"a\":1} ")), "signature");
    assert_string_equal(verified(good[0], (struct str){ NULL, 0 }), "signature");
    assert_int_equal(stripe_verify(&keys, (struct str){ NULL, 0 }, body, NOW), PAYMENT_MISSING);
}

static void times(void **state)
{
    static const struct {
        const char *t, *want;
    } cases[] = {
        { "1795319701", "accepted" },  { "1795319699", "timestamp" }, { "1795320299", "accepted" },
        { "1795320301", "timestamp" }, { "0", "timestamp" },          { "99999999999999999999", "malformed" }
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(
            verified(arena_printf(arena, "t=%s,v1=%s", cases[i].t, mac_of(keys.secret[0], cases[i].t, STR("x"))),
                     STR("x")),
            cases[i].want);
}

/* The key is the whole secret; the bytes behind whsec_, as Standard Webhooks has them, are another one. */
static void secrets(void **state)
{
    struct str body = STR("x"), tail = { keys.secret[0].p + 6, keys.secret[0].n - 6 };
    assert_string_equal(verified(arena_printf(arena, "t=1795320000,v1=%s", mac_of(tail, "1795320000", body)), body),
                        "signature");
    /* An empty secret is known to everybody. */
    assert_string_equal(verified(arena_printf(arena, "t=1795320000,v1=%s", mac_of(STR(""), "1795320000", body)), body),
                        "signature");
    const struct stripe_setup none = { .secrets = 0 };
    const char *header = arena_printf(arena, "t=1795320000,v1=%s", mac_of(keys.secret[0], "1795320000", body));
    assert_int_equal(stripe_verify(&none, str_of(header), body, NOW), PAYMENT_SIGNATURE);
}

/* ---- events ---- */

static enum payment_reason noticed(struct str body, struct payment_notice *n)
{
    const char *header = arena_printf(arena, "t=1795320000,v1=%s", mac_of(keys.secret[2], "1795320000", body));
    return stripe_notice(arena, &keys, str_of(header), body, NOW, n);
}

static const char *result_of(const char *body, enum payment_state at)
{
    static char text[200];
    struct payment_notice n;
    struct payment_effects effects;
    const struct payment_order order = { .number = STR("ord_1"),
                                         .trade = at == PAYMENT_PAID ? STR("pi_1") : STR(""),
                                         .session = STR("cs_1"),
                                         .amount = USD(4900),
                                         .refunded = USD(0),
                                         .state = at };
    enum payment_reason reason = noticed(str_of(body), &n);
    if (reason == PAYMENT_ACCEPTED) reason = payment_judge(&n, &order, false, &effects);
    if (reason != PAYMENT_ACCEPTED) return payment_reason_text(reason);
    text[0] = '\0';
    for (size_t i = 0; i < effects.count; i++) {
        char one[PAYMENT_EFFECT_TEXT_SIZE];
        size_t used = strlen(text);
        payment_effect_text(&effects, i, one);
        assert_true(snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "", one) > 0);
    }
    return text;
}

#define EVENT(type, object)                                                                                            \
    "{\"id\":\"evt_1\",\"object\":\"event\",\"livemode\":false,\"type\":\"" type "\",\"data\":{\"object\":" object "}" \
    "}"
#define SESSION(status, more)                                                                                          \
    "{\"id\":\"cs_1\",\"client_reference_id\":\"ord_1\",\"payment_intent\":\"pi_1\",\"amount_total\":4900,"            \
    "\"currency\":\"usd\",\"payment_status\":\"" status "\"" more "}"
#define CHARGE(amount, refunded)                                                                                       \
    "{\"payment_intent\":\"pi_1\",\"amount\":" amount ",\"amount_refunded\":" refunded ",\"currency\":\"usd\"}"
#define COMPLETED "checkout.session.completed"

static void events(void **state)
{
    static const struct {
        const char *body;
        enum payment_state at;
        const char *want;
    } cases[] = {
        { EVENT(COMPLETED, SESSION("paid", "")), PAYMENT_OPEN, "mark_paid" },
        { EVENT(COMPLETED, SESSION("paid", "")), PAYMENT_PROCESSING, "mark_paid" },
        { EVENT(COMPLETED, SESSION("paid", "")), PAYMENT_CLOSED, "mark_paid" },
        { EVENT(COMPLETED, SESSION("paid", "")), PAYMENT_PAID, "" },
        { EVENT(COMPLETED, SESSION("no_payment_required", "")), PAYMENT_OPEN, "mark_paid" },
        { EVENT(COMPLETED, SESSION("unpaid", "")), PAYMENT_OPEN, "mark_processing" },
        { EVENT(COMPLETED, SESSION("unpaid", "")), PAYMENT_FAILED, "" },
        { EVENT(COMPLETED, SESSION("new_word", "")), PAYMENT_OPEN, "" },
        { EVENT(COMPLETED, SESSION("paid", ",\"new\":[1.5,{\"a\":null}]")), PAYMENT_OPEN, "mark_paid" },
        { EVENT("checkout.session.async_payment_succeeded", SESSION("paid", "")), PAYMENT_PROCESSING, "mark_paid" },
        { EVENT("checkout.session.async_payment_failed", SESSION("unpaid", "")), PAYMENT_PROCESSING, "mark_failed" },
        { EVENT("checkout.session.async_payment_failed", SESSION("unpaid", "")), PAYMENT_PAID, "" },
        { EVENT("checkout.session.expired", SESSION("unpaid", "")), PAYMENT_OPEN, "mark_closed" },
        { EVENT("checkout.session.expired", SESSION("unpaid", "")), PAYMENT_PAID, "" },
        { EVENT("charge.refunded", CHARGE("4900", "900")), PAYMENT_PAID, "refund_total:900" },
        { EVENT("charge.refunded", CHARGE("4900", "4900")), PAYMENT_PAID, "refund_total:4900" },
        { EVENT("charge.refunded", CHARGE("4900", "0")), PAYMENT_PAID, "" },
        { EVENT("charge.refunded", CHARGE("4900", "4901")), PAYMENT_PAID, "amount" },
        { EVENT("charge.refunded", CHARGE("4900", "-1")), PAYMENT_PAID, "amount" },
        { EVENT("charge.refunded", CHARGE("4900", "900.0")), PAYMENT_PAID, "amount" },
        { EVENT("charge.refunded", CHARGE("4901", "900")), PAYMENT_PAID, "amount" },
        { EVENT("charge.refunded", CHARGE("4900", "900")), PAYMENT_OPEN, "unknown order" },
        { EVENT("charge.refunded", "{\"amount\":4900,\"amount_refunded\":900,\"currency\":\"usd\"}"), PAYMENT_PAID,
          "unknown order" },
        { EVENT("charge.refunded", "null"), PAYMENT_PAID, "unknown order" },
        { EVENT("customer.created", "{}"), PAYMENT_OPEN, "" },
        { EVENT("checkout.session.completed2", "[]"), PAYMENT_OPEN, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(result_of(cases[i].body, cases[i].at), cases[i].want);
}

/* The good event with `from` put for `to`. */
static void changes(void **state)
{
    static const char *const good = EVENT(COMPLETED, SESSION("paid", ""));
    static const char *const cases[][3] = {
        { "4900", "4900.0", "amount" },
        { "4900", "49e2", "amount" },
        { "4900", "\"4900\"", "amount" },
        { "4900", "null", "amount" },
        { "4900", "49", "amount" },
        { "4900", "-4900", "amount" },
        { "4900", "9223372036854775807", "amount" },
        { "4900", "92233720368547758070", "amount" },
        { "4900", "4900,\"x\":[92233720368547758070,1e400]", "mark_paid" },
        { "\"usd\"", "\"USD\"", "amount" },
        { "\"usd\"", "\"jpy\"", "amount" },
        { "\"usd\"", "\"xxx\"", "amount" },
        { "\"usd\"", "\"us\"", "amount" },
        { "\"usd\"", "null", "amount" },
        { "\"ord_1\"", "\"ORD_1\"", "unknown order" },
        { "\"ord_1\"", "null", "unknown order" },
        { "\"ord_1\"", "\"\"", "unknown order" },
        { "\"cs_1\"", "\"cs_2\"", "session" },
        { "\"cs_1\"", "null", "session" },
        { "\"pi_1\"", "null", "mark_paid" },
        { "\"event\"", "\"thing\"", "malformed" },
        { "\"object\":\"event\",", "", "malformed" },
        { "false", "true", "livemode" },
        { "false", "\"false\"", "livemode" },
        { "false", "null", "livemode" },
        { "\"livemode\":false,", "", "livemode" },
        { "\"evt_1\"", "\"\"", "malformed" },
        { "\"evt_1\"", "7", "malformed" },
        { "\"type\"", "\"kind\"", "malformed" },
        { "\"data\"", "\"date\"", "unknown order" },
        { "\"amount_total\":4900,", "\"amount_total\":4900,\"amount_total\":1,", "malformed" },
        { "}}}", "}}", "malformed" },
        { "}}}", "}}}x", "malformed" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *at = strstr(good, cases[i][0]);
        assert_non_null(at);
        const char *body =
            arena_printf(arena, "%.*s%s%s", (int)(at - good), good, cases[i][1], at + strlen(cases[i][0]));
        assert_string_equal(result_of(body, PAYMENT_OPEN), cases[i][2]);
    }
    const char *second =
        EVENT(COMPLETED, "{\"id\":\"cs_1\",\"client_reference_id\":\"ord_1\",\"payment_intent\":"
                         "\"pi_2\",\"amount_total\":4900,\"currency\":\"usd\",\"payment_status\":\"paid\"}");
    assert_string_equal(result_of(second, PAYMENT_PAID), "paid twice");
    assert_string_equal(result_of("", PAYMENT_OPEN), "malformed");
    assert_string_equal(result_of("[]", PAYMENT_OPEN), "malformed");
}

static void for_a_person(void **state)
{
    static const char *const bodies[] = { EVENT("refund.failed", "{}"), EVENT("charge.dispute.created", "{}"),
                                          EVENT("customer.created", "{}") };
    struct payment_notice n;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        assert_int_equal(noticed(str_of(bodies[i]), &n), PAYMENT_ACCEPTED);
        assert_int_equal(n.for_person, i < 2);
        assert_false(n.about_order);
        expect_str(n.event, "evt_1");
        assert_int_equal(n.trade.n, 0);
    }
#define ABOUT "{\"payment_intent\":\"pi_1\",\"amount\":2500,\"currency\":\"cny\"}"
    const struct money sum = money_of(2500, CURRENCY_CNY);
    assert_int_equal(noticed(STR(EVENT("charge.dispute.created", ABOUT)), &n), PAYMENT_ACCEPTED);
    expect_str(n.trade, "pi_1");
    assert_true(n.for_person && !n.about_order && money_equal(n.amount, sum));
    assert_int_equal(noticed(STR(EVENT("refund.failed", ABOUT)), &n), PAYMENT_ACCEPTED);
    assert_true(n.for_person && !n.about_order && money_equal(n.refund_amount, sum));
    assert_int_equal(n.made_at_ms, 0);
    static const struct {
        const char *created;
        int64_t made_at_ms;
    } dated[] = {
        { "1792022400", 1792022400000 }, { "0", 0 }, { "-5", 0 }, { "253402300800", 0 }, { "\"1792022400\"", 0 }
    };
    for (size_t i = 0; i < ARRAY_LEN(dated); i++) {
        const char *body = arena_printf(arena,
                                        "{\"id\":\"evt_1\",\"object\":\"event\",\"livemode\":false,\"type\":"
                                        "\"refund.failed\",\"created\":%s,\"data\":{\"object\":{}}}",
                                        dated[i].created);
        assert_int_equal(noticed(str_of(body), &n), PAYMENT_ACCEPTED);
        assert_int_equal(n.made_at_ms, dated[i].made_at_ms);
    }
    char *large = arena_alloc(arena, PAYMENT_BODY_MAX + 2);
    memset(large, ' ', PAYMENT_BODY_MAX + 1);
    assert_int_equal(noticed((struct str){ large, PAYMENT_BODY_MAX + 1 }, &n), PAYMENT_MALFORMED);
    assert_int_equal(stripe_ack.status, 200);
    assert_string_equal(stripe_ack.body, "");
    assert_int_equal(stripe_nack.status, 400);
}

/* ---- requests ---- */

static const char session_form[] =
    "mode=payment&client_reference_id=ord_3001&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd&"
    "line_items[0][price_data][unit_amount]=4900&line_items[0][price_data][product_data][name]=Team%20plan%2C%"
    "20monthly&"
    "success_url=https%3A%2F%2Fpay.test%2Fback%3Fs%3D%7BCHECKOUT_SESSION_ID%7D&cancel_url=https%3A%2F%2Fpay.test%2Fno&"
    "expires_at=1795321860&metadata[order_id]=ord_3001&payment_intent_data[metadata][order_id]=ord_3001";

static struct stripe_session session_of(const struct stripe_line *line)
{
    return (struct stripe_session){ .order = STR("ord_3001"),
                                    .success_url = STR("https://pay.test/back?s={CHECKOUT_SESSION_ID}"),
                                    .cancel_url = STR("https://pay.test/no"),
                                    .lines = 1,
                                    .line = line,
                                    .at_s = NOW,
                                    .expires_at_s = NOW + 1860 };
}

static void sessions(void **state)
{
    struct stripe_line line = { STR("Team plan, monthly"), 1, USD(4900) };
    struct stripe_session s = session_of(&line);
    expect_str(stripe_session_body(arena, &s), session_form);
    s.expires_at_s = NOW + 1799;
    assert_null(stripe_session_body(arena, &s).p);
    s.expires_at_s = NOW + 86401;
    assert_null(stripe_session_body(arena, &s).p);
    s = session_of(&line), s.lines = 0;
    assert_null(stripe_session_body(arena, &s).p);
    s = session_of(&line), s.order = STR("");
    assert_null(stripe_session_body(arena, &s).p);
    s = session_of(&line), line.quantity = 0;
    assert_null(stripe_session_body(arena, &s).p);
    line = (struct stripe_line){ STR("x"), 1, money_of(1001, CURRENCY_KWD) };
    assert_null(stripe_session_body(arena, &s).p);
    line.price = USD(-1);
    assert_null(stripe_session_body(arena, &s).p);
    expect_str(stripe_refund_body(arena, STR("pi_1"), STR("rf_1"), USD(900)),
               "payment_intent=pi_1&amount=900&reason=requested_by_customer&metadata[refund_id]=rf_1");
    assert_null(stripe_refund_body(arena, STR(""), STR("rf_1"), USD(900)).p);
    assert_null(stripe_refund_body(arena, STR("pi_1"), STR("rf_1"), USD(0)).p);
    expect_str(stripe_session_target(arena, STR("cs_1/../x")), "/v1/checkout/sessions/cs_1%2F..%2Fx");
    expect_str(stripe_expire_target(arena, STR("cs_1")), "/v1/checkout/sessions/cs_1/expire");
    assert_null(stripe_session_target(arena, STR("")).p);
    char *text = arena_alloc(arena, 70001);
    memset(text, 'a', 70000);
    assert_null(stripe_session_target(arena, (struct str){ text, 70000 }).p);
    assert_null(stripe_expire_target(arena, (struct str){ text, 70000 }).p);
}

static void amounts(void **state)
{
    static const struct {
        struct money money;
        bool good;
    } cases[] = {
        { { 4900, CURRENCY_USD }, true },  { { 4900, CURRENCY_JPY }, true },  { { 1230, CURRENCY_KWD }, true },
        { { 1231, CURRENCY_KWD }, false }, { { 1231, CURRENCY_BHD }, false }, { { -1, CURRENCY_USD }, false },
        { { 500, CURRENCY_ISK }, true },   { { 550, CURRENCY_ISK }, false },  { { 500, CURRENCY_UGX }, true },
        { { 501, CURRENCY_UGX }, false },  { { 1230, CURRENCY_JOD }, true },  { { 1231, CURRENCY_OMR }, false },
        { { 7, CURRENCY_XOF }, true },     { { 7, CURRENCY_PYG }, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t minor = 0;
        assert_int_equal(stripe_amount(cases[i].money, &minor), cases[i].good);
        if (cases[i].good) assert_int_equal(minor, money_minor(cases[i].money));
    }
    expect_str(stripe_currency(arena, CURRENCY_CNY), "cny");
}

static void paths(void **state)
{
    struct buf b;
    struct stripe_form f;
    buf_init(&b, 4096);
    stripe_form_begin(&f, &b);
    stripe_form_object(&f, STR("expand"));
    stripe_form_item(&f, 0);
    stripe_form_text(&f, (struct str){ NULL, 0 }, STR("a&b=c"));
    stripe_form_end(&f);
    stripe_form_item(&f, 1);
    stripe_form_object(&f, STR("deep"));
    stripe_form_i64(&f, STR("n[]"), -7);
    expect_str(buf_str(&b), "expand[0]=a%26b%3Dc&expand[1][deep][n%5B%5D]=-7");
    stripe_form_end(&f), stripe_form_end(&f), stripe_form_end(&f);
    EXPECT_ABORT(stripe_form_end(&f));
    EXPECT_ABORT(stripe_form_item(&f, 0));
    buf_free(&b);
}

static void headers_of_requests(void **state)
{
    struct stripe_header h[STRIPE_HEADERS_MAX];
    assert_int_equal(stripe_headers(arena, &keys, STR(""), h), 3);
    assert_int_equal(stripe_headers(arena, &keys, STR("refund:1"), h), 4);
    expect_str(h[0].value, "Bearer sk_test_x");
    expect_str(h[2].value, STRIPE_VERSION);
    expect_str(h[3].value, "refund:1");
    expect_str(stripe_checkout_key(arena, STR("7"), 2), "order:7:checkout:2");
    expect_str(stripe_expire_key(arena, STR("7")), "order:7:expire");
    expect_str(stripe_refund_key(arena, STR("7")), "refund:7");
    char text[300];
    memset(text, 'x', sizeof(text));
    assert_null(stripe_refund_key(arena, (struct str){ text, 249 }).p);
    assert_int_equal(stripe_refund_key(arena, (struct str){ text, 248 }).n, STRIPE_KEY_MAX);
}

/* ---- answers ---- */

static void outcomes(void **state)
{
    static const struct {
        int status;
        const char *retry, *body;
        enum payment_outcome want;
    } cases[] = {
        { 200, NULL, "{}", PAYMENT_OUTCOME_OK },
        { 402, NULL, "{\"error\":{\"type\":\"card_error\"}}", PAYMENT_OUTCOME_REFUSED },
        { 400, "true", "{}", PAYMENT_OUTCOME_LATER },
        { 400, "false", "{}", PAYMENT_OUTCOME_REFUSED },
        { 400, NULL, "{\"error\":{\"type\":\"idempotency_error\"}}", PAYMENT_OUTCOME_OURS },
        { 401, NULL, "{}", PAYMENT_OUTCOME_OURS },
        { 404, NULL, "{}", PAYMENT_OUTCOME_ABSENT },
        { 409, NULL, "{}", PAYMENT_OUTCOME_LATER },
        { 409, "false", "{}", PAYMENT_OUTCOME_UNKNOWN }, /* the first call may be running still */
        { 409, "true", "{}", PAYMENT_OUTCOME_LATER },
        { 429, "false", "{}", PAYMENT_OUTCOME_REFUSED },
        { 429, NULL, "", PAYMENT_OUTCOME_LATER },
        { 500, NULL, "", PAYMENT_OUTCOME_LATER },
        { 500, "false", "", PAYMENT_OUTCOME_UNKNOWN }, /* never "failed" */
        { 302, NULL, "", PAYMENT_OUTCOME_UNKNOWN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(stripe_outcome(cases[i].status, str_of(cases[i].retry), str_of(cases[i].body)), cases[i].want);
}

#define ANSWER(status, paid, live)                                                                                     \
    "{\"object\":\"checkout.session\",\"id\":\"cs_1\",\"client_reference_id\":\"ord_1\",\"livemode\":" live            \
    ",\"payment_intent\":\"pi_1\",\"amount_total\":4900,\"currency\":\"usd\",\"status\":\"" status                     \
    "\",\"payment_status\":\"" paid "\"}"

static void answers_about_sessions(void **state)
{
    static const struct {
        const char *body;
        enum payment_reason want;
        enum payment_said said;
    } cases[] = {
        { ANSWER("complete", "paid", "false"), PAYMENT_ACCEPTED, PAYMENT_SAYS_PAID },
        { ANSWER("complete", "unpaid", "false"), PAYMENT_ACCEPTED, PAYMENT_SAYS_PROCESSING },
        { ANSWER("open", "unpaid", "false"), PAYMENT_ACCEPTED, PAYMENT_SAYS_NOTHING },
        { ANSWER("expired", "unpaid", "false"), PAYMENT_ACCEPTED, PAYMENT_SAYS_CLOSED },
        { ANSWER("complete", "paid", "true"), PAYMENT_LIVEMODE, PAYMENT_SAYS_NOTHING },
        { "{\"object\":\"refund\"}", PAYMENT_MALFORMED, PAYMENT_SAYS_NOTHING },
        { "", PAYMENT_MALFORMED, PAYMENT_SAYS_NOTHING },
    };
    struct payment_notice n;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(stripe_session_notice(arena, &keys, str_of(cases[i].body), &n), cases[i].want);
        assert_int_equal(n.said, cases[i].said);
        if (cases[i].want == PAYMENT_ACCEPTED) expect_str(n.session, "cs_1");
    }
    static const char *const refunds[] = { "succeeded", "pending", "requires_action", "failed", "canceled", "new" };
    static const enum payment_outcome want[] = { PAYMENT_OUTCOME_OK,      PAYMENT_OUTCOME_LATER,
                                                 PAYMENT_OUTCOME_LATER,   PAYMENT_OUTCOME_REFUSED,
                                                 PAYMENT_OUTCOME_REFUSED, PAYMENT_OUTCOME_UNKNOWN };
    for (size_t i = 0; i < ARRAY_LEN(refunds); i++) {
        const char *body = arena_printf(arena, "{\"object\":\"refund\",\"status\":\"%s\"}", refunds[i]);
        assert_int_equal(stripe_refund_outcome(str_of(body)), want[i]);
    }
    assert_int_equal(stripe_refund_outcome(STR("{\"status\":\"succeeded\"}")), PAYMENT_OUTCOME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),  cmocka_unit_test(times),
        cmocka_unit_test(secrets),  cmocka_unit_test(events),
        cmocka_unit_test(changes),  cmocka_unit_test(for_a_person),
        cmocka_unit_test(sessions), cmocka_unit_test(amounts),
        cmocka_unit_test(paths),    cmocka_unit_test(headers_of_requests),
        cmocka_unit_test(outcomes), cmocka_unit_test(answers_about_sessions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
