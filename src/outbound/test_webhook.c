/* test_webhook.c: the three signature forms: the shared vectors, the published example, and what strangers may send. */
#include "base/testing.h"

#include "base/crypto.h"
#include "base/json_read.h"
#include "outbound/webhook.h"

#include <stdio.h>

static struct arena *arena;

static struct str file_text(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    char *text = arena_alloc(arena, JSON_READ_MAX_BYTES);
    size_t n = fread(text, 1, JSON_READ_MAX_BYTES, f);
    assert_int_equal(fclose(f), 0);
    return (struct str){ text, n };
}

static struct str header_of(const json_t *request, const char *wanted)
{
    const char *name;
    json_t *value, *headers = json_object_get(request, "headers");
    json_object_foreach(headers, name, value) if (str_eq_nocase(str_of(name), str_of(wanted))) return (
        struct str){ json_string_value(value), json_string_length(value) };
    return (struct str){ NULL, 0 };
}

static struct webhook_secrets secrets_of(const json_t *config, const char *key)
{
    struct webhook_secrets s = { 0 };
    json_t *list = json_object_get(config, key);
    for (size_t i = 0; i < json_array_size(list); i++)
        s.secret[s.count++] = str_of(json_string_value(json_array_get(list, i)));
    return s;
}

static void vectors(void **state)
{
    (void)state;
    json_t *all = json_read(file_text(TEST_VECTORS "/webhook-hmac.json"), JSON_READ_MAX_BYTES, NULL);
    assert_non_null(all);
    const json_t *config = json_object_get(all, "config");
    struct webhook_secrets standard = secrets_of(config, "webhook_secrets"),
                           x = secrets_of(config, "x_signature_secrets");
    assert_true(standard.count > 0 && x.count > 0);
    size_t i;
    json_t *c;
    assert_true(json_array_size(json_object_get(all, "cases")) >= 12);
    json_array_foreach(json_object_get(all, "cases"), i, c)
    {
        const json_t *request = json_object_get(c, "request");
        struct str scheme, verdict, body;
        int64_t now_s;
        assert_true(json_get_str(c, "scheme", &scheme) && json_get_i64(c, "now", &now_s));
        assert_true(json_get_str(request, "body", &body));
        assert_true(json_get_str(json_object_get(c, "expect"), "verdict", &verdict));
        enum webhook_verdict got;
        if (str_eq(scheme, STR("x-signature")))
            got = webhook_verify_x_signature(&x, header_of(request, "x-signature"), body);
        else
            got = webhook_verify(&standard, header_of(request, "webhook-id"), header_of(request, "webhook-timestamp"),
                                 header_of(request, "webhook-signature"), body, now_s);
        if ((got == WEBHOOK_OK) != str_eq(verdict, STR("accept")))
            fail_msg("case %s: verdict %d", json_string_value(json_object_get(c, "name")), got);
    }
    json_array_foreach(json_object_get(all, "signing"), i, c)
    {
        struct str secret = { 0 }, id = { 0 }, body = { 0 }, want = { 0 };
        int64_t at_s;
        assert_true(json_get_str(c, "secret", &secret) && json_get_str(c, "id", &id) && json_get_str(c, "body", &body));
        assert_true(json_get_i64(c, "timestamp", &at_s) && json_get_str(c, "signature", &want));
        assert_true(str_eq(webhook_sign(arena, secret, id, at_s, body), want));
    }
    json_decref(all);
}

/* ---- Standard Webhooks ---- */

#define SECRET STR("whsec_xUr71nvbe8xBfS8iDw57ohjFKScZDPLAKln0AeCwHBE=")
#define OTHER STR("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
#define NOW INT64_C(1795320000)
#define NOW_TEXT STR("1795320000")
#define BODY STR("{\"type\":\"x\"}")

static enum webhook_verdict verify(struct str id, struct str at, struct str signature)
{
    struct webhook_secrets s = { 2, { SECRET, OTHER } };
    return webhook_verify(&s, id, at, signature, BODY, NOW);
}

static struct str good(void) { return webhook_sign(arena, SECRET, STR("msg_1"), NOW, BODY); }
static struct str joined(const char *a, struct str b, const char *c)
{
    return str_of(arena_printf(arena, "%s%.*s%s", a, (int)b.n, b.p, c));
}

static void several_signatures_and_versions(void **state)
{
    (void)state;
    struct str id = STR("msg_1"), second = webhook_sign(arena, OTHER, id, NOW, BODY);
    assert_int_equal(verify(id, NOW_TEXT, good()), WEBHOOK_OK);
    assert_int_equal(verify(id, NOW_TEXT, second), WEBHOOK_OK); /* after a roll, either secret */
    assert_int_equal(verify(id, NOW_TEXT, joined("v1,AAAA v2,xyz v1a,abc ", good(), "")), WEBHOOK_OK);
    assert_int_equal(verify(id, NOW_TEXT, joined("", good(), " v1,AAAA")), WEBHOOK_OK);
    /* The right value under another version does not count. */
    struct str value = { good().p + 3, good().n - 3 };
    assert_int_equal(verify(id, NOW_TEXT, joined("v1a,", value, "")), WEBHOOK_SIGNATURE);
    assert_int_equal(verify(id, NOW_TEXT, joined("v2,", value, "")), WEBHOOK_SIGNATURE);
    assert_int_equal(verify(id, NOW_TEXT, value), WEBHOOK_SIGNATURE);
    assert_int_equal(verify(id, NOW_TEXT, joined("V1,", value, "")), WEBHOOK_SIGNATURE);
    assert_int_equal(verify(id, NOW_TEXT, joined("", good(), "=")), WEBHOOK_SIGNATURE);
    assert_int_equal(verify(id, NOW_TEXT, STR("   ")), WEBHOOK_SIGNATURE);
    struct buf many;
    buf_init(&many, 4096);
    for (int i = 0; i < 40; i++) buf_text(&many, "v1,AAAA ");
    assert_int_equal(verify(id, NOW_TEXT, joined(buf_terminated(&many), good(), "")), WEBHOOK_MALFORMED);
    buf_free(&many);
}

static void timestamps(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        enum webhook_verdict want;
    } cases[] = {
        { "1795319700", WEBHOOK_OK },
        { "1795320300", WEBHOOK_OK },
        { "1795319699", WEBHOOK_TIMESTAMP },
        { "1795320301", WEBHOOK_TIMESTAMP },
        { "0", WEBHOOK_TIMESTAMP },
        { "9223372036854775807", WEBHOOK_TIMESTAMP },
        { "9223372036854775808", WEBHOOK_MALFORMED },
        { "-1795320000", WEBHOOK_MALFORMED },
        { "+1795320000", WEBHOOK_MALFORMED },
        { " 1795320000", WEBHOOK_MALFORMED },
        { "1795320000 ", WEBHOOK_MALFORMED },
        { "1795320000.5", WEBHOOK_MALFORMED },
        { "0x6b02e0c0", WEBHOOK_MALFORMED },
        { "1e9", WEBHOOK_MALFORMED },
        { "", WEBHOOK_MISSING_HEADER },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t at_s = 0;
        struct str at = str_of(cases[i].at), signature = good();
        if (str_to_i64(at, &at_s) && at_s >= 0) signature = webhook_sign(arena, SECRET, STR("msg_1"), at_s, BODY);
        if (verify(STR("msg_1"), at, signature) != cases[i].want) fail_msg("timestamp \"%s\"", cases[i].at);
    }
}

static void ids(void **state)
{
    (void)state;
    assert_int_equal(verify((struct str){ NULL, 0 }, NOW_TEXT, good()), WEBHOOK_MISSING_HEADER);
    assert_int_equal(verify(STR(""), NOW_TEXT, good()), WEBHOOK_MISSING_HEADER);
    assert_int_equal(verify(STR("msg.1"), NOW_TEXT, good()), WEBHOOK_MALFORMED);
    assert_int_equal(verify(STR("msg_1\n"), NOW_TEXT, good()), WEBHOOK_MALFORMED);
    assert_int_equal(verify(STR("msg_2"), NOW_TEXT, good()), WEBHOOK_SIGNATURE);
    char longer[400];
    memset(longer, 'a', sizeof(longer));
    assert_int_equal(verify((struct str){ longer, sizeof(longer) }, NOW_TEXT, good()), WEBHOOK_MALFORMED);
    assert_int_equal(verify(STR("msg_1"), NOW_TEXT, (struct str){ NULL, 0 }), WEBHOOK_MISSING_HEADER);
}

static void malformed_secrets_sign_and_verify_nothing(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const bad[] = {
        "", "whsec_", "whsec_AAAA", "whsec_!!!!", "WHSEC_xUr71nvbe8xBfS8iDw57ohjFKScZDPLAKln0AeCwHBE=",
        "xUr71nvbe8xBfS8iDw57ohjFKScZDPLAKln0AeCwHBE=", "whsec_xUr71nvbe8xBfS8iDw57ohjFKScZDPLAKln0AeCwHBE",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_null(webhook_sign(arena, str_of(bad[i]), STR("msg_1"), NOW, BODY).p);
        struct webhook_secrets s = { 1, { str_of(bad[i]) } };
        assert_int_equal(webhook_verify(&s, STR("msg_1"), NOW_TEXT, good(), BODY, NOW), WEBHOOK_SIGNATURE);
    }
    struct webhook_secrets none = { 0 };
    assert_int_equal(webhook_verify(&none, STR("msg_1"), NOW_TEXT, good(), BODY, NOW), WEBHOOK_SIGNATURE);
}

/* ---- X-Signature ---- */

static struct str x_header(struct str secret, struct str body, bool upper)
{
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    hmac_sha256(secret, body, mac);
    hex_encode(mac, sizeof(mac), hex);
    for (char *p = hex; upper && *p; p++)
        if (*p >= 'a') *p = (char)(*p - 32);
    return str_of(arena_printf(arena, "sha256=%s", hex));
}

static void x_signature(void **state)
{
    (void)state;
    struct webhook_secrets s = { 2, { STR("one"), STR("two") } };
    assert_int_equal(webhook_verify_x_signature(&s, x_header(STR("one"), BODY, false), BODY), WEBHOOK_OK);
    assert_int_equal(webhook_verify_x_signature(&s, x_header(STR("two"), BODY, true), BODY), WEBHOOK_OK);
    assert_int_equal(webhook_verify_x_signature(&s, x_header(STR("three"), BODY, false), BODY), WEBHOOK_SIGNATURE);
    assert_int_equal(webhook_verify_x_signature(&s, x_header(STR("one"), STR("other"), false), BODY),
                     WEBHOOK_SIGNATURE);
    struct webhook_secrets unset = { 1, { STR("") } };
    assert_int_equal(webhook_verify_x_signature(&unset, x_header(STR(""), BODY, false), BODY), WEBHOOK_SIGNATURE);
    static const char *const bad[] = { "sha1=0c89b0d07c276121200e98c427c9b791fa41ddb2",
                                       "sha256=",
                                       "sha256=abc",
                                       "=",
                                       "sha256",
                                       "SHA256=0c89b0d07c276121200e98c427c9b791fa41ddb20b3bb6bf8ca0ec9632dbb7e9",
                                       "sha256= 0c89b0d07c276121200e98c427c9b791fa41ddb20b3bb6bf8ca0ec9632dbb7e",
                                       "sha256=0c89b0d07c276121200e98c427c9b791fa41ddb20b3bb6bf8ca0ec9632dbb7e9 ",
                                       "sha256=zc89b0d07c276121200e98c427c9b791fa41ddb20b3bb6bf8ca0ec9632dbb7e9" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(webhook_verify_x_signature(&s, str_of(bad[i]), BODY), WEBHOOK_MALFORMED);
    assert_int_equal(webhook_verify_x_signature(&s, (struct str){ NULL, 0 }, BODY), WEBHOOK_MISSING_HEADER);
}

/* ---- EverShop ---- */

/* The example printed in the description of the replaced system (section 15). */
#define STORE_BODY STR("{\"id\":\"d1\",\"topic\":\"product_updated\"}")
#define STORE_HEX "38ce718395b6d9d18cfc2d7916c7aa2a7589cb6ffef53bac3f9663667abb7584"
#define STORE_HEX_NO_TIME "09947dd30291562f693cdc5b92b98a4e8e8ec90997e1efe3603dbcdd36cd240a"

static void evershop(void **state)
{
    (void)state;
    struct webhook_secrets s = { 2, { STR("whsec_old"), STR("whsec_test") } };
    /* clang-format off */
    static const struct { const char *header; int64_t late_s; enum webhook_verdict want; } cases[] = {
        { "t=1700000000,v1=" STORE_HEX, 0, WEBHOOK_OK },
        { "t=1700000000,v1=" STORE_HEX, 300, WEBHOOK_OK },
        { "t=1700000000,v1=" STORE_HEX, 301, WEBHOOK_TIMESTAMP },
        { "t=1700000000,v1=" STORE_HEX, -300, WEBHOOK_OK },
        { "t=1700000000,v1=" STORE_HEX, -301, WEBHOOK_TIMESTAMP },
        { "t=1700000000,v1=38CE718395B6D9D18CFC2D7916C7AA2A7589CB6FFEF53BAC3F9663667ABB7584", 0, WEBHOOK_OK },
        { "t=1700000000,v0=abc,v1=" STORE_HEX_NO_TIME ",v1=" STORE_HEX, 0, WEBHOOK_OK },
        { "v1=" STORE_HEX ",t=1700000000", 0, WEBHOOK_OK },
        { "t=1700000000,v1=" STORE_HEX_NO_TIME, 0, WEBHOOK_SIGNATURE },
        { "t=1700000001,v1=" STORE_HEX, 0, WEBHOOK_SIGNATURE },
        { "t=1700000000,t=1700000000,v1=" STORE_HEX, 0, WEBHOOK_MALFORMED },
        { "t=1700000000", 0, WEBHOOK_MALFORMED },
        { "v1=" STORE_HEX, 0, WEBHOOK_MALFORMED },
        { "t=,v1=" STORE_HEX, 0, WEBHOOK_MALFORMED },
        { "t=+1700000000,v1=" STORE_HEX, 0, WEBHOOK_MALFORMED },
        { "t=1700000000, v1=" STORE_HEX, 0, WEBHOOK_MALFORMED },
        { "t=1700000000,v1=", 0, WEBHOOK_MALFORMED },
        { "t=1700000000,v1=sha256", 0, WEBHOOK_MALFORMED },
        { ",,,", 0, WEBHOOK_MALFORMED },
        { "", 0, WEBHOOK_MISSING_HEADER },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (webhook_verify_evershop(&s, str_of(cases[i].header), STORE_BODY, 1700000000 + cases[i].late_s) !=
            cases[i].want)
            fail_msg("case %zu: %s", i, cases[i].header);
    assert_int_equal(webhook_verify_evershop(&s, str_of(cases[0].header), STR("{}"), 1700000000), WEBHOOK_SIGNATURE);
    /* The older form, without a time, is the X-Signature form over the raw body. */
    assert_int_equal(webhook_verify_x_signature(&s, STR("sha256=" STORE_HEX_NO_TIME), STORE_BODY), WEBHOOK_OK);
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(several_signatures_and_versions),
        cmocka_unit_test(timestamps),
        cmocka_unit_test(ids),
        cmocka_unit_test(malformed_secrets_sign_and_verify_nothing),
        cmocka_unit_test(x_signature),
        cmocka_unit_test(evershop),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
