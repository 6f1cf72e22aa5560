/* test_alipay.c: what the vectors do not say: edges of notifications and answers, signed here with keys drawn for the
 * run by a stand-in for Alipay; certificate mode; and what we send. */
#include "payments/alipay.h"
#include "payments/certs.h"
#include "payments/test_keys.h"

#include "base/crypto.h"

#include <stdio.h>
#include <stdlib.h>

#define APP "2021000399858208"
#define SELLER "2088035525127469"
#define GATEWAY "https://gateway.example.test/gateway.do"
#define AT_MS (TEST_NOW * 1000)

static struct arena *arena;
static struct test_pair ours, alipay, stranger;
static struct alipay_keys *keys;

static struct alipay_keys *opened(const struct alipay_setup *s)
{
    const char *why = NULL;
    struct alipay_keys *k = alipay_keys_open(s, &why);
    if (!k) fprintf(stderr, "%s\n", why);
    return k;
}

static int setup(void **state)
{
    arena = arena_new(1 << 26);
    ours = test_pair_new(arena), alipay = test_pair_new(arena), stranger = test_pair_new(arena);
    keys = opened(&(struct alipay_setup){
        .app_id = STR(APP), .seller_id = STR(SELLER), .app_key = ours.private_pem, .alipay_key = alipay.public_pem });
    return keys ? 0 : -1;
}

static int teardown(void **state)
{
    alipay_keys_close(keys);
    rsa_key_free(ours.key), rsa_key_free(alipay.key), rsa_key_free(stranger.key);
    arena_free(arena);
    return 0;
}

/* ---- a stand-in for Alipay ---- */

enum { FORM_PAIRS_MAX = 60 };
struct form {
    size_t count;
    struct alipay_param pair[FORM_PAIRS_MAX];
    const struct rsa_key *signer;
    bool drop_empty; /* as the PHP packages do: another text */
};

static struct form base_form(void)
{
    struct form f = { .count = 0, .signer = alipay.key };
    static const char *const pairs[][2] = {
        { "notify_time", "2026-11-22 12:00:00" },
        { "notify_type", "trade_status_sync" },
        { "notify_id", "n1" },
        { "app_id", APP },
        { "charset", "utf-8" },
        { "version", "1.0" },
        { "sign_type", "RSA2" },
        { "trade_no", "t1" },
        { "out_trade_no", "ord_1" },
        { "trade_status", "TRADE_SUCCESS" },
        { "total_amount", "88.00" },
        { "seller_id", SELLER },
        { "subject", "100% \xE5\x9B\xA2\xE9\x98\x9F + a&b=c %2B" },
        { "passback_params", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        f.pair[f.count++] = (struct alipay_param){ str_of(pairs[i][0]), str_of(pairs[i][1]) };
    return f;
}

/* value NULL: the pair goes. */
static void set(struct form *f, const char *name, const char *value)
{
    size_t at = 0;
    while (at < f->count && !str_eq(f->pair[at].name, str_of(name))) at++;
    if (!value) {
        assert_true(at < f->count);
        f->pair[at] = f->pair[--f->count];
        return;
    }
    assert_true(at < FORM_PAIRS_MAX);
    if (at == f->count) f->count++;
    f->pair[at] = (struct alipay_param){ str_of(name), str_of(value) };
}

static int by_name(const void *a, const void *b)
{
    const struct alipay_param *x = a, *y = b;
    return strcmp(x->name.p, y->name.p);
}

/* Written a second time, not by the product's code. */
static struct str to_sign(const struct form *f)
{
    struct alipay_param sorted[FORM_PAIRS_MAX];
    struct str out = STR("");
    memcpy(sorted, f->pair, sizeof(sorted));
    qsort(sorted, f->count, sizeof(*sorted), by_name);
    for (size_t i = 0; i < f->count; i++) {
        if (str_eq(sorted[i].name, STR("sign_type")) || (f->drop_empty && sorted[i].value.n == 0)) continue;
        out = str_of(arena_printf(arena, "%s%s%s=%s", out.p, out.n ? "&" : "", sorted[i].name.p, sorted[i].value.p));
    }
    return out;
}

static struct str encoded(struct str name, struct str value)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    percent_encode(&b, name);
    buf_char(&b, '=');
    percent_encode(&b, value);
    struct str out = { arena_text_n(arena, b.p, b.n), b.n };
    buf_free(&b);
    return out;
}

static struct str form_body(const struct form *f)
{
    struct str out = encoded(STR("sign"), rsa_sign(arena, f->signer, to_sign(f)));
    for (size_t i = 0; i < f->count; i++)
        out = str_of(arena_printf(arena, "%s&%s", out.p, encoded(f->pair[i].name, f->pair[i].value).p));
    return out;
}

/* What comes of a notification: the reason, or the effects on an order of 88.00 in a state. */
static const char *result_of(struct str body, enum payment_state at, bool is_return)
{
    static char text[200];
    struct payment_notice n;
    struct payment_effects effects;
    const struct payment_order order = { .number = STR("ord_1"),
                                         .trade = at == PAYMENT_PAID ? STR("t1") : STR(""),
                                         .session = STR(""),
                                         .amount = money_of(8800, CURRENCY_CNY),
                                         .refunded = money_of(0, CURRENCY_CNY),
                                         .state = at };
    struct str target = str_of(arena_printf(arena, "/pay/return?%.*s", (int)body.n, body.p));
    enum payment_reason reason =
        is_return ? alipay_return(arena, keys, target, &n) : alipay_notice(arena, keys, body, &n);
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

static const char *result(const struct form *f) { return result_of(form_body(f), PAYMENT_OPEN, false); }

/* One pair set to another value, signed well. */
static const char *with(const char *name, const char *value)
{
    struct form f = base_form();
    set(&f, name, value);
    return result(&f);
}

static void good_ones(void **state)
{
    struct form f = base_form();
    assert_string_equal(result(&f), "mark_paid");
    assert_string_equal(with("something_new", "%25 + \xF0\x9F\x98\x80"), "mark_paid");
    assert_string_equal(with("charset", "UTF-8"), "mark_paid");
    assert_string_equal(with("trade_status", "TRADE_FINISHED"), "mark_paid");
    assert_string_equal(with("trade_status", "WAIT_BUYER_PAY"), "");
    assert_string_equal(with("trade_status", "TRADE_PENDING"), "");
    assert_string_equal(with("trade_status", NULL), "");
    assert_string_equal(with("trade_status", "TRADE_CLOSED"), "mark_closed");
    assert_string_equal(with("notify_type", "dut_user_sign"), "");
    f = base_form(), set(&f, "notify_type", "dut_user_sign"), set(&f, "out_trade_no", NULL), set(&f, "seller_id", NULL);
    assert_string_equal(result(&f), "");
    /* An empty value is one, and a name of its own bytes is sorted by them. */
    f = base_form(), set(&f, "Z", ""), set(&f, "a_", "1"), set(&f, "a", "2"), set(&f, "a1", "");
    assert_string_equal(result(&f), "mark_paid");
    f = base_form();
    assert_string_equal(result_of(form_body(&f), PAYMENT_CLOSED, false), "mark_paid");
    assert_string_equal(result_of(form_body(&f), PAYMENT_PAID, false), "");
}

static void refused_though_well_signed(void **state)
{
    static const struct {
        const char *name, *value, *why;
    } cases[] = {
        { "sign_type", "RSA", "algorithm" },
        { "sign_type", "rsa2", "algorithm" },
        { "sign_type", "", "algorithm" },
        { "sign_type", NULL, "algorithm" },
        { "charset", "GBK", "charset" },
        { "charset", NULL, "charset" },
        { "app_id", "2021000000000000", "app" },
        { "app_id", NULL, "app" },
        { "app_id", "", "app" },
        { "seller_id", "2088", "merchant" },
        { "seller_id", NULL, "merchant" },
        { "seller_id", "", "merchant" },
        { "out_trade_no", "ORD_1", "unknown order" },
        { "out_trade_no", "ord_2", "unknown order" },
        { "out_trade_no", NULL, "unknown order" },
        { "out_trade_no", "", "unknown order" },
        { "notify_id", NULL, "malformed" },
        { "notify_id", "", "malformed" },
        { "total_amount", NULL, "amount" },
        { "trade_no", NULL, "malformed" }, /* a payment without a number: a second one would not be known */
        { "trade_no", "", "malformed" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(with(cases[i].name, cases[i].value), cases[i].why);
    struct form f = base_form();
    set(&f, "trade_no", NULL), set(&f, "trade_status", "TRADE_CLOSED");
    assert_string_equal(result(&f), "mark_closed");
}

static void amounts(void **state)
{
    static const char *const good[] = { "88", "88.0", "88.00", "088.00" };
    static const char *const bad[] = { "8800",   "88.01",  "87.99",  "88.000", "8.8e1", "+88.00",
                                       "-88.00", " 88.00", "88.00 ", "88,00",  "88.",   ".88",
                                       "",       "0x58",   "88.0.0", "NaN",    "88.0a", "9999999999999999999999.00",
                                       "." };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_string_equal(with("total_amount", good[i]), "mark_paid");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_string_equal(with("total_amount", bad[i]), "amount");
    struct money m;
    assert_true(alipay_money(STR("0.01"), &m) && money_minor(m) == 1);
    assert_true(alipay_money(STR("100000000"), &m) && money_minor(m) == INT64_C(10000000000));
    assert_true(alipay_money(STR("10000000000000"), &m) && money_minor(m) == MONEY_LIMIT);
    assert_false(alipay_money(STR("10000000000000.01"), &m));
    assert_false(alipay_money((struct str){ NULL, 0 }, &m));
}

static const char *refund(const char *status, const char *day, const char *fee, enum payment_state at)
{
    struct form f = base_form();
    set(&f, "trade_status", status);
    if (day) set(&f, "gmt_refund", day);
    if (fee) set(&f, "refund_fee", fee);
    return result_of(form_body(&f), at, false);
}

static void refunds(void **state)
{
#define DAY "2026-11-22 12:00:58.123"
    assert_string_equal(refund("TRADE_SUCCESS", DAY, "30", PAYMENT_PAID), "refund_total:3000");
    assert_string_equal(refund("TRADE_SUCCESS", DAY, "30.00", PAYMENT_OPEN), "mark_paid refund_total:3000");
    assert_string_equal(refund("TRADE_CLOSED", DAY, "88.00", PAYMENT_OPEN), "mark_paid refund_total:8800");
    assert_string_equal(refund("TRADE_CLOSED", DAY, NULL, PAYMENT_PAID), "refund_total:8800");
    assert_string_equal(refund("TRADE_SUCCESS", NULL, "0.00", PAYMENT_OPEN), "mark_paid");
    assert_string_equal(refund("TRADE_SUCCESS", "", "", PAYMENT_OPEN), "mark_paid");
    assert_string_equal(refund("TRADE_SUCCESS", DAY, NULL, PAYMENT_OPEN), "mark_paid");
    assert_string_equal(refund("TRADE_FINISHED", DAY, "30.00", PAYMENT_OPEN), "mark_paid");
    assert_string_equal(refund("TRADE_CLOSED", NULL, NULL, PAYMENT_PAID), "");
    assert_string_equal(refund("TRADE_SUCCESS", DAY, "88.01", PAYMENT_PAID), "amount");
    assert_string_equal(refund("TRADE_SUCCESS", DAY, "3e1", PAYMENT_PAID), "amount");
    assert_string_equal(refund("TRADE_SUCCESS", DAY, "-30.00", PAYMENT_PAID), "amount");
    struct form f = base_form();
    set(&f, "trade_no", "t2");
    assert_string_equal(result_of(form_body(&f), PAYMENT_PAID, false), "paid twice");
}

static void signatures(void **state)
{
    struct form f = base_form();
    f.drop_empty = true;
    assert_string_equal(result(&f), "signature");
    f = base_form(), f.signer = stranger.key;
    assert_string_equal(result(&f), "signature");
    f = base_form(), f.signer = ours.key;
    assert_string_equal(result(&f), "signed with our own key");
    f = base_form();
    struct str body = form_body(&f), sign = { body.p, (size_t)(strchr(body.p, '&') - body.p) };
    const char *rest = body.p + sign.n + 1;
    assert_string_equal(result_of(str_of(rest), PAYMENT_OPEN, false), "unsigned");
    static const char *const signs[] = { "sign=", "sign=AAAA", "sign=%00" };
    static const char *const whys[] = { "unsigned", "signature", "malformed" };
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        assert_string_equal(result_of(str_of(arena_printf(arena, "%s&%s", signs[i], rest)), PAYMENT_OPEN, false),
                            whys[i]);
    /* A good signature in another spelling of base64 is none. */
    static const char *const tails[] = { "%0A", "+", "%3D", "%20" };
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        struct str other = str_of(arena_printf(arena, "%.*s%s&%s", (int)sign.n, sign.p, tails[i], rest));
        assert_string_equal(result_of(other, PAYMENT_OPEN, false), "signature");
    }
    struct str unpadded = str_of(arena_printf(arena, "%.*s&%s", (int)sign.n - 6, sign.p, rest));
    assert_string_equal(result_of(unpadded, PAYMENT_OPEN, false), "signature");
}

static const char twice_named[] = "&app_id=" APP, twice_encoded[] = "&%61pp_id=" APP;

static void encodings(void **state)
{
    struct form f = base_form();
    const char *body = form_body(&f).p;
    static const char *const tails[] = { "&a=%",        "&a=%4",   "&a=%zz",  "&a=%FF",
                                         "&a=%D6%D0",   "&%C3=1",  "&a=%00",  "&",
                                         "&&a=1",       "&a",      "&=1",     twice_named,
                                         twice_encoded, "&sign=x", "&a=\xFF", "&sign_type=RSA2" };
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        assert_string_equal(result_of(str_of(arena_printf(arena, "%s%s", body, tails[i])), PAYMENT_OPEN, false),
                            "malformed");
    assert_string_equal(result_of(str_of(arena_printf(arena, "&%s", body)), PAYMENT_OPEN, false), "malformed");
    assert_string_equal(result_of(STR(""), PAYMENT_OPEN, false), "malformed");
    assert_string_equal(result_of((struct str){ NULL, 0 }, PAYMENT_OPEN, false), "malformed");
    /* Where nothing but a signature stands, the text that is signed is empty. */
    struct str text;
    assert_true(alipay_signed_pairs(arena, STR("sign=x"), &text) && text.n == 0);
    assert_string_equal(result_of(STR("sign="), PAYMENT_OPEN, false), "algorithm");
    /* One pair more than is signed, and the whole of it read twice. */
    assert_string_equal(result_of(str_of(arena_printf(arena, "%s&a=1", body)), PAYMENT_OPEN, false), "signature");
    char *twice = arena_text(arena, body), *percent = strstr(twice, "%252B");
    assert_non_null(percent);
    memmove(percent + 1, percent + 3, strlen(percent + 3) + 1);
    assert_string_equal(result_of(str_of(twice), PAYMENT_OPEN, false), "signature");
    /* '+' for a space, small letters in escapes, and characters as they are: other spellings of the same pairs. */
    char *plus = arena_text(arena, body), *space = strstr(plus, "%20");
    assert_non_null(space);
    *space = '+';
    memmove(space + 1, space + 3, strlen(space + 3) + 1);
    assert_string_equal(result_of(str_of(plus), PAYMENT_OPEN, false), "mark_paid");
}

static void sizes(void **state)
{
    struct form f = base_form();
    char *text = arena_alloc(arena, PAYMENT_BODY_MAX + 1);
    memset(text, 'a', PAYMENT_BODY_MAX);
    size_t room = PAYMENT_BODY_MAX - form_body(&f).n - strlen("&body=") - 200;
    text[room] = '\0';
    set(&f, "body", text);
    assert_string_equal(result(&f), "mark_paid");
    text = arena_text(arena, text);
    char *longer = arena_printf(arena, "%s%0200d", text, 0);
    set(&f, "body", longer);
    set(&f, "more", longer);
    assert_string_equal(result(&f), "malformed");
    struct str many = STR("a=1");
    for (int i = 0; i < ALIPAY_PARAMS_MAX; i++) many = str_of(arena_printf(arena, "%s&p%d=", many.p, i));
    assert_string_equal(result_of(many, PAYMENT_OPEN, false), "malformed");
}

static void returns(void **state)
{
    struct form f = base_form();
    set(&f, "notify_id", NULL), set(&f, "notify_type", NULL), set(&f, "trade_status", NULL);
    set(&f, "timestamp", "2026-11-22 12:00:00"), set(&f, "method", "alipay.trade.page.pay.return");
    assert_string_equal(result_of(form_body(&f), PAYMENT_OPEN, true), "");
    /* Also with the words of a notification it marks nothing. */
    set(&f, "trade_status", "TRADE_SUCCESS"), set(&f, "notify_type", "trade_status_sync"), set(&f, "notify_id", "n");
    assert_string_equal(result_of(form_body(&f), PAYMENT_OPEN, true), "");
    set(&f, "seller_id", "2088");
    assert_string_equal(result_of(form_body(&f), PAYMENT_OPEN, true), "merchant");
    set(&f, "seller_id", SELLER), set(&f, "out_trade_no", "ord_9");
    assert_string_equal(result_of(form_body(&f), PAYMENT_OPEN, true), "unknown order");
    set(&f, "out_trade_no", "ord_1"), set(&f, "total_amount", "1");
    assert_string_equal(result_of(form_body(&f), PAYMENT_OPEN, true), "amount");
    set(&f, "app_id", "1");
    assert_string_equal(result_of(form_body(&f), PAYMENT_OPEN, true), "app");
    struct payment_notice n;
    assert_int_equal(alipay_return(arena, keys, STR("/pay/return"), &n), PAYMENT_MALFORMED);
    assert_int_equal(alipay_return(arena, keys, STR("/pay/return?"), &n), PAYMENT_MALFORMED);
}

static void words(void **state)
{
    assert_int_equal(alipay_ack.status, 200);
    assert_string_equal(alipay_ack.body, "success");
    assert_int_equal(alipay_nack.status, 400);
    assert_string_equal(alipay_nack.body, "fail");
}

/* ---- answers ---- */

static struct str answer_text(const char *before, const char *member, const char *object, const char *after,
                              const struct rsa_key *signer)
{
    struct str sign = rsa_sign(arena, signer, str_of(object));
    return str_of(arena_printf(arena, "{%s\"%s\":%s,\"sign\":\"%s\"%s}", before, member, object, sign.p, after));
}

#define QUERY STR("alipay.trade.query")
#define MEMBER "alipay_trade_query_response"

static void good_answers(void **state)
{
    static const char *const objects[] = {
        "{\"code\":\"10000\"}",
        "{ \"code\" : \"10000\" , \"a\" : { \"sign\" : \"x\" } }",
        "{\"code\":\"10000\",\"msg\":\"},\\\"sign\\\":\\\"AAAA\\\"\"}",
        "{\"code\":\"10000\",\"qr\":\"https:\\/\\/x\\u4e2d\",\"n\":[1,2.50,{\"b\":null}]}",
        "{\"code\":\"10000\",\"msg\":\"alipay_trade_query_response\\\":{\"}",
        "{}",
        "{\"code\":\"10000\",\"new\":99999999999999999999}", /* nobody reads it */
    };
    struct alipay_answer answer;
    for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
        struct str body = answer_text("", MEMBER, objects[i], "", alipay.key);
        assert_int_equal(alipay_answer(arena, keys, QUERY, body, &answer), PAYMENT_ACCEPTED);
        expect_str(answer.signed_text, objects[i]);
        body = answer_text("\"x\":{\"sign\":\"y\"}, ", "error_response", objects[i], " , \"z\" : [ ]", alipay.key);
        assert_int_equal(alipay_answer(arena, keys, QUERY, body, &answer), PAYMENT_ACCEPTED);
    }
    struct str sign = rsa_sign(arena, alipay.key, STR("{}"));
    struct str body = str_of(arena_printf(arena, " {\"sign\" :\"%s\", \"" MEMBER "\": {} }\n", sign.p));
    assert_int_equal(alipay_answer(arena, keys, QUERY, body, &answer), PAYMENT_ACCEPTED);
    /* The signature is a text of JSON like any other: '/' may come escaped. */
    struct buf escaped;
    buf_init(&escaped, 4096);
    for (size_t i = 0; i < sign.n; i++) buf_printf(&escaped, sign.p[i] == '/' ? "\\/" : "%c", sign.p[i]);
    body = str_of(arena_printf(arena, "{\"" MEMBER "\":{},\"sign\":\"%s\"}", buf_terminated(&escaped)));
    buf_free(&escaped);
    assert_int_equal(alipay_answer(arena, keys, QUERY, body, &answer), PAYMENT_ACCEPTED);
    /* Key mode: who signed is known without a serial, so one that is named changes nothing. */
    body = answer_text("", MEMBER, "{}", ",\"alipay_cert_sn\":\"00\"", alipay.key);
    assert_int_equal(alipay_answer(arena, keys, QUERY, body, &answer), PAYMENT_ACCEPTED);
}

static enum payment_reason answered(const char *body)
{
    struct alipay_answer answer;
    enum payment_reason reason = alipay_answer(arena, keys, QUERY, str_of(body), &answer);
    if (reason != PAYMENT_ACCEPTED) assert_null(answer.signed_text.p);
    return reason;
}

static void bad_answers(void **state)
{
    const char *s = rsa_sign(arena, alipay.key, STR("{}")).p, *t = rsa_sign(arena, alipay.key, STR("\"x\"")).p;
    static const char *const malformed[] = {
        "",
        "<html>502 Bad Gateway</html>",
        "{}",
        "{\"sign\":\"%s\"}",
        "{\"alipay_trade_refund_response\":{},\"sign\":\"%s\"}",
        "{\"" MEMBER "\":{},\"" MEMBER "\":{},\"sign\":\"%s\"}",
        "{\"" MEMBER "\":{},\"sign\":\"%s\",\"sign\":\"x\"}",
        "{\"" MEMBER "\":{},\"sign\":\"%s\"}x",
        "{\"" MEMBER "\":{},\"sign\":\"%s\"",
        "{\"" MEMBER "\":[],\"sign\":\"%s\"}",
        "{\"" MEMBER "\":null,\"sign\":\"%s\"}",
        "[{\"" MEMBER "\":{},\"sign\":\"%s\"}]",
        "{\"" MEMBER "\":{},\"sign\":\"%s\",\"a\":nonsense}",
        "{\"" MEMBER "\":{},\"sign\":\"%s\",\"a\":\"\xFF\"}",
        /* The same member under an escaped name: a parser would take the second for the first. */
        "{\"" MEMBER "\":{},\"sign\":\"%s\",\"alipay_trade_query_respons\\u0065\":{\"code\":\"10000\"}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
        const char *at = strstr(malformed[i], "%s");
        const char *body =
            at ? arena_printf(arena, "%.*s%s%s", (int)(at - malformed[i]), malformed[i], s, at + 2) : malformed[i];
        assert_int_equal(answered(body), PAYMENT_MALFORMED);
    }
    assert_int_equal(answered(arena_printf(arena, "{\"" MEMBER "\":\"x\",\"sign\":\"%s\"}", t)), PAYMENT_MALFORMED);
    assert_int_equal(answered("{\"" MEMBER "\":{}}"), PAYMENT_UNSIGNED);
    assert_int_equal(answered("{\"" MEMBER "\":{},\"sign\":\"\"}"), PAYMENT_UNSIGNED);
    assert_int_equal(answered("{\"" MEMBER "\":{},\"sign\":null}"), PAYMENT_UNSIGNED);
    assert_int_equal(answered("{\"error_response\":{\"code\":\"20000\"}}"), PAYMENT_UNSIGNED);
    assert_int_equal(answered("{\"" MEMBER "\":{},\"sign\":\"AAAA\"}"), PAYMENT_SIGNATURE);
    assert_int_equal(answered(arena_printf(arena, "{\"" MEMBER "\":{ },\"sign\":\"%s\"}", s)), PAYMENT_SIGNATURE);
    assert_int_equal(answered(answer_text("", MEMBER, "{}", "", ours.key).p), PAYMENT_OWN_KEY);
    assert_int_equal(answered(answer_text("", MEMBER, "{}", "", stranger.key).p), PAYMENT_SIGNATURE);
    /* Signed, and yet no JSON. */
    assert_int_equal(answered(answer_text("", MEMBER, "{code}", "", alipay.key).p), PAYMENT_MALFORMED);
    assert_int_equal(answered(answer_text("", MEMBER, "{\"a\":1,\"a\":1}", "", alipay.key).p), PAYMENT_MALFORMED);
}

static struct alipay_answer said(const char *object)
{
    struct alipay_answer answer;
    struct str body = answer_text("", MEMBER, object, "", alipay.key);
    assert_int_equal(alipay_answer(arena, keys, QUERY, body, &answer), PAYMENT_ACCEPTED);
    return answer;
}

static void outcomes(void **state)
{
    static const struct {
        const char *object;
        enum payment_outcome want;
    } cases[] = {
        { "{\"code\":\"10000\"}", PAYMENT_OUTCOME_OK },
        { "{\"code\":10000}", PAYMENT_OUTCOME_UNKNOWN },
        { "{}", PAYMENT_OUTCOME_UNKNOWN },
        { "{\"code\":\"20000\",\"sub_code\":\"isp.unknow-error\"}", PAYMENT_OUTCOME_LATER },
        { "{\"code\":\"40004\",\"sub_code\":\"ACQ.SYSTEM_ERROR\"}", PAYMENT_OUTCOME_LATER },
        { "{\"code\":\"40004\",\"sub_code\":\"ACQ.TRADE_NOT_EXIST\"}", PAYMENT_OUTCOME_ABSENT },
        { "{\"code\":\"40004\",\"sub_code\":\"ACQ.TRADE_HAS_CLOSE\"}", PAYMENT_OUTCOME_REFUSED },
        { "{\"code\":\"40002\",\"sub_code\":\"isv.invalid-signature\"}", PAYMENT_OUTCOME_OURS },
        { "{\"code\":\"40006\"}", PAYMENT_OUTCOME_OURS },
        { "{\"code\":\"99999\"}", PAYMENT_OUTCOME_UNKNOWN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct alipay_answer answer = said(cases[i].object);
        assert_int_equal(alipay_outcome(&answer), cases[i].want);
    }
}

static void queries(void **state)
{
#define ORDER "\"code\":\"10000\",\"out_trade_no\":\"ord_1\",\"trade_no\":\"t1\",\"total_amount\":\"88.00\","
    struct payment_notice n;
    struct alipay_answer answer = said("{" ORDER "\"trade_status\":\"TRADE_SUCCESS\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_ACCEPTED);
    assert_int_equal(n.said, PAYMENT_SAYS_PAID);
    expect_str(n.order, "ord_1");
    expect_str(n.trade, "t1");
    assert_int_equal(money_minor(n.amount), 8800);
    answer = said("{" ORDER "\"trade_status\":\"TRADE_CLOSED\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_ACCEPTED);
    assert_int_equal(n.said, PAYMENT_SAYS_CLOSED);
    assert_false(n.has_total);
    answer = said("{" ORDER "\"trade_status\":\"TRADE_CLOSED\",\"send_pay_date\":\"2026-11-22 12:00:00\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_ACCEPTED);
    assert_int_equal(n.said, PAYMENT_SAYS_PAID);
    assert_true(n.has_total && money_equal(n.refund_total, n.amount)); /* what closes a paid trade is a whole refund */
    answer = said("{" ORDER "\"trade_status\":\"TRADE_SUCCESS\",\"send_pay_date\":\"2026-11-22 12:00:00\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_ACCEPTED);
    assert_false(n.has_total);
    answer = said("{\"code\":\"10000\",\"out_trade_no\":\"ord_1\",\"total_amount\":\"88.00\","
                  "\"trade_status\":\"TRADE_SUCCESS\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_MALFORMED);
    answer = said("{" ORDER "\"trade_status\":\"WAIT_BUYER_PAY\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_ACCEPTED);
    assert_int_equal(n.said, PAYMENT_SAYS_NOTHING);
    answer = said("{\"code\":\"10000\",\"out_trade_no\":\"ord_1\",\"total_amount\":\"8.8e1\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_AMOUNT);
    answer = said("{\"code\":\"10000\",\"total_amount\":\"88.00\"}");
    assert_int_equal(alipay_query_notice(&answer, &n), PAYMENT_UNKNOWN_ORDER);
}

static void refund_answers(void **state)
{
    static const struct {
        const char *object;
        enum payment_outcome want;
        int64_t total;
        enum payment_outcome of_query;
    } cases[] = {
        { "{\"code\":\"10000\",\"fund_change\":\"Y\",\"refund_fee\":\"30.00\"}", PAYMENT_OUTCOME_OK, 3000 },
        { "{\"code\":\"10000\",\"fund_change\":\"N\",\"refund_fee\":\"30.00\"}", PAYMENT_OUTCOME_UNKNOWN, 0 },
        { "{\"code\":\"10000\",\"refund_fee\":\"30.00\"}", PAYMENT_OUTCOME_UNKNOWN, 0 },
        { "{\"code\":\"10000\"}", PAYMENT_OUTCOME_UNKNOWN, 0 },
        /* Each call has its own word, and the other's says nothing. */
        { "{\"code\":\"10000\",\"refund_status\":\"REFUND_SUCCESS\",\"refund_fee\":\"30.00\"}", PAYMENT_OUTCOME_UNKNOWN,
          0, PAYMENT_OUTCOME_OK },
        { "{\"code\":\"10000\",\"refund_status\":\"REFUND_SUCCESS\",\"out_trade_no\":\"ord_1\","
          "\"out_request_no\":\"rf_1\"}",
          PAYMENT_OUTCOME_UNKNOWN, 0, PAYMENT_OUTCOME_OK },
        { "{\"code\":\"10000\",\"refund_status\":\"REFUND_SUCCESS\",\"fund_change\":\"Y\",\"out_request_no\":\"rf_2\"}",
          PAYMENT_OUTCOME_UNKNOWN, 0, PAYMENT_OUTCOME_UNKNOWN },
        { "{\"code\":\"10000\",\"refund_status\":\"REFUND_SUCCESS\",\"fund_change\":\"Y\",\"out_trade_no\":\"ord_2\"}",
          PAYMENT_OUTCOME_UNKNOWN, 0, PAYMENT_OUTCOME_UNKNOWN },
        { "{\"code\":\"40004\",\"sub_code\":\"ACQ.TRADE_NOT_EXIST\",\"out_trade_no\":\"ord_2\"}",
          PAYMENT_OUTCOME_UNKNOWN, 0, PAYMENT_OUTCOME_UNKNOWN },
        { "{\"code\":\"10000\",\"refund_status\":\"REFUND_PROCESSING\"}", PAYMENT_OUTCOME_UNKNOWN, 0 },
        { "{\"code\":\"10000\",\"fund_change\":\"Y\",\"refund_fee\":\"x\"}", PAYMENT_OUTCOME_UNKNOWN, 0 },
        { "{\"code\":\"40004\",\"sub_code\":\"ACQ.REASON_TRADE_REFUND_FEE_ERR\"}", PAYMENT_OUTCOME_REFUSED, 0,
          PAYMENT_OUTCOME_REFUSED },
        { "{\"code\":\"20000\"}", PAYMENT_OUTCOME_LATER, 0, PAYMENT_OUTCOME_LATER },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct money total;
        struct alipay_answer answer = said(cases[i].object);
        struct alipay_refund asked = { STR("ord_1"), STR("rf_1"), false };
        assert_int_equal(alipay_refund_outcome(&answer, &asked, &total), cases[i].want);
        assert_int_equal(money_minor(total), cases[i].total);
        asked.is_query = true;
        assert_int_equal(alipay_refund_outcome(&answer, &asked, &total), cases[i].of_query);
        assert_int_equal(money_minor(total), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones),   cmocka_unit_test(refused_though_well_signed),
        cmocka_unit_test(amounts),     cmocka_unit_test(refunds),
        cmocka_unit_test(signatures),  cmocka_unit_test(encodings),
        cmocka_unit_test(sizes),       cmocka_unit_test(returns),
        cmocka_unit_test(words),       cmocka_unit_test(good_answers),
        cmocka_unit_test(bad_answers), cmocka_unit_test(outcomes),
        cmocka_unit_test(queries),     cmocka_unit_test(refund_answers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
