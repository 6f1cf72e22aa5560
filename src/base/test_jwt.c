/* test_jwt.c: the vectors of the contract, the token printed for the replaced panel, and what an attacker or a careless
 * library may send. A case here is header and payload as text, so that what JSON libraries cannot write can be sent. */
#include "base/testing.h"

#include "base/crypto.h"
#include "base/json_read.h"
#include "base/jwt.h"

#include <stdio.h>

#define SECRET "pWYpeqJycKS9cK435t2h4WABR5GiU8MSkRCMyykh6ClQXIBU"
#define OLD_SECRET "lQ2YWx2rxyN4FbFhJxfmaY2D5dYSFVxenDHLZDxQgJDIBlMi"
#define AUDIENCE "https://pay.example.test"
#define NOW INT64_C(1795320000)
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"
#define SUB "\"sub\":\"user_42\","
#define JTI "\"jti\":\"e80f0b67-1464\","
#define TIMES "\"iat\":1795319995,\"exp\":1795320295"
#define ISS "\"iss\":\"shop_a\","
#define AUD "\"aud\":\"" AUDIENCE "\","
#define PAYLOAD "{" ISS AUD SUB JTI TIMES "}"

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_new(1 << 22);
    return 0;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

/* Shops and keys as in the vectors' config; shop_b's key under shop_a must never count. */
static bool shop_keys(void *arg, struct str owner, struct jwt_keys *out)
{
    if (!str_eq(owner, STR("shop_a"))) return false;
    out->count = 2;
    out->key[0].kid = STR("k1"), out->key[0].secret = STR(SECRET);
    out->key[1].kid = STR("k0"), out->key[1].secret = STR(OLD_SECRET);
    return true;
}

static const struct jwt_profile shop_profile = {
    .key_claim = "iss",
    .audience = { AUDIENCE, sizeof(AUDIENCE) - 1 },
    .leeway_s = 60,
    .max_lifetime_s = 3600,
    .need_sub = true,
    .need_jti = true,
    .keys = shop_keys,
};

static enum jwt_verdict verify(struct str token, const struct jwt_profile *profile, int64_t now_s)
{
    static const struct jwt_claims zero;
    struct jwt_claims claims;
    enum jwt_verdict verdict = jwt_verify(arena, token, profile, now_s, &claims);
    if (verdict != JWT_OK) assert_memory_equal(&claims, &zero, sizeof(claims));
    else assert_true(claims.owner.n > 0 && claims.exp_s - claims.iat_s <= 3601);
    return verdict;
}

static struct str sign(const char *header, const char *payload)
{
    return jwt_sign_hs256(arena, str_of(header), str_of(payload), STR(SECRET));
}

struct shops {
    const json_t *shops;
};

static bool vector_keys(void *arg, struct str owner, struct jwt_keys *out)
{
    const struct shops *s = arg;
    const json_t *keys = json_object_get(json_object_get(s->shops, arena_text_n(arena, owner.p, owner.n)), "keys");
    const char *kid;
    json_t *secret;
    json_object_foreach((json_t *)(uintptr_t)keys, kid, secret)
    {
        out->key[out->count].kid = str_of(kid);
        out->key[out->count++].secret = str_of(json_string_value(secret));
    }
    return keys != NULL;
}

static void the_vectors_of_the_contract(void **state)
{
    json_t *file = json_load_file(TEST_VECTORS "/jwt-hs256.json", 0, NULL);
    assert_non_null(file);
    const json_t *config = json_object_get(file, "config");
    struct shops shops = { json_object_get(config, "shops") };
    struct jwt_profile profile = shop_profile;
    profile.audience = str_of(json_string_value(json_object_get(config, "audience")));
    profile.leeway_s = json_integer_value(json_object_get(config, "leeway"));
    profile.max_lifetime_s = json_integer_value(json_object_get(config, "max_lifetime"));
    profile.keys = vector_keys, profile.arg = &shops;
    size_t index, judged = 0;
    json_t *one;
    json_array_foreach(json_object_get(file, "cases"), index, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        const json_t *expect = json_object_get(one, "expect");
        /* Replay needs a store: here the token itself must be good. */
        bool replay = text_eq(json_string_value(json_object_get(expect, "reason")), "replay");
        bool accept = replay || text_eq(json_string_value(json_object_get(expect, "verdict")), "accept");
        int64_t now_s = json_integer_value(json_object_get(one, "now"));
        enum jwt_verdict got = verify(str_of(json_string_value(json_object_get(one, "token"))), &profile, now_s);
        if ((got == JWT_OK) != accept) fail_msg("%s: %s", name, jwt_verdict_name(got));
        judged++;
    }
    assert_true(judged >= 19);
    json_decref(file);
}

static void claims_come_out(void **state)
{
    struct jwt_claims c;
    struct str token = sign(
        "{\"alg\":\"HS256\"}",
        "{" ISS "\"aud\":[1,null,\"x\",\"" AUDIENCE "\"]," SUB JTI
        "\"email\":\"a@b.test\",\"name\":\"店\",\"iat\":1795319995.75,\"exp\":1795320295.25,\"nbf\":1795319990.5}");
    assert_int_equal(jwt_verify(arena, token, &shop_profile, NOW, &c), JWT_OK);
    expect_str(c.iss, "shop_a");
    expect_str(c.owner, "shop_a");
    expect_str(c.sub, "user_42");
    expect_str(c.jti, "e80f0b67-1464");
    expect_str(c.email, "a@b.test");
    expect_str(c.name, "店");
    assert_int_equal(c.role.n, 0);
    assert_true(c.iat_s == 1795319995 && c.exp_s == 1795320295);
    /* No kid: any active key of that shop. */
    token = jwt_sign_hs256(arena, STR("{\"alg\":\"HS256\"}"), STR(PAYLOAD), STR(OLD_SECRET));
    assert_int_equal(verify(token, &shop_profile, NOW), JWT_OK);
    /* With a kid: only that key. */
    token = jwt_sign_hs256(arena, STR(HEADER), STR(PAYLOAD), STR(OLD_SECRET));
    assert_int_equal(verify(token, &shop_profile, NOW), JWT_BAD_SIGNATURE);
}

struct header_case {
    enum jwt_verdict want;
    const char *header;
};

static void headers(void **state)
{
    static const struct header_case cases[] = {
        { JWT_OK, "{\"alg\":\"HS256\"}" },
        { JWT_OK, " {\"alg\" : \"HS256\", \"typ\":\"jwt\"}\n" },
        { JWT_OK, "{\"alg\":\"HS256\",\"cty\":\"x\",\"jku\":\"https://evil.test\",\"x5c\":[1],\"jwk\":{}}" },
        { JWT_OK, "{\"alg\":\"HS256\",\"kid\":\"k1\",\"\\u0074yp\":\"JWT\"}" },
        { JWT_ALGORITHM, "{}" },
        { JWT_ALGORITHM, "{\"alg\":null}" },
        { JWT_ALGORITHM, "{\"alg\":[\"HS256\"]}" },
        { JWT_ALGORITHM, "{\"alg\":\"hs256\"}" },
        { JWT_ALGORITHM, "{\"alg\":\"HS256 \"}" },
        { JWT_ALGORITHM, "{\"alg\":\"none\"}" },
        { JWT_ALGORITHM, "{\"alg\":\"nOnE\"}" },
        { JWT_ALGORITHM, "{\"alg\":\"\"}" },
        { JWT_ALGORITHM, "{\"alg\":\"HS384\"}" },
        { JWT_ALGORITHM, "{\"alg\":\"RS256\"}" },
        { JWT_ALGORITHM, "{\"Alg\":\"HS256\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"alg\":\"HS256\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"x\":{\"a\":1,\"a\":1}}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"crit\":[]}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"crit\":null}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"typ\":\"JWS\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"typ\":\"Jwt\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"typ\":null}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"typ\":\"\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"kid\":1}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"kid\":null}" },
        { JWT_UNKNOWN_KEY, "{\"alg\":\"HS256\",\"kid\":\"\"}" },
        { JWT_UNKNOWN_KEY, "{\"alg\":\"HS256\",\"kid\":\"K1\"}" },
        { JWT_UNKNOWN_KEY, "{\"alg\":\"HS256\",\"kid\":\"../k1\"}" },
        { JWT_MALFORMED, "" },
        { JWT_MALFORMED, "null" },
        { JWT_MALFORMED, "[]" },
        { JWT_MALFORMED, "\"HS256\"" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\"" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\"}}" },
        { JWT_MALFORMED, "\xEF\xBB\xBF{\"alg\":\"HS256\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\",\"kid\":\"\xFF\"}" },
        { JWT_MALFORMED, "{\"alg\":\"HS256\\u0000\"}" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum jwt_verdict got = verify(sign(cases[i].header, PAYLOAD), &shop_profile, NOW);
        if (got != cases[i].want) fail_msg("%s: %s", cases[i].header, jwt_verdict_name(got));
    }
}

struct payload_case {
    enum jwt_verdict want;
    const char *payload;
};

static void expect_payloads(const struct payload_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum jwt_verdict got = verify(sign(HEADER, cases[i].payload), &shop_profile, NOW);
        if (got != cases[i].want) fail_msg("%s: %s", cases[i].payload, jwt_verdict_name(got));
    }
}

static void texts_of_the_payload(void **state)
{
    static const struct payload_case cases[] = {
        { JWT_OK, PAYLOAD },
        { JWT_OK, "{" ISS AUD SUB JTI TIMES ",\"x\":{\"deep\":[1,2]},\"email\":5,\"name\":[],\"role\":{}}" },
        { JWT_OK, "{" ISS AUD SUB JTI TIMES ",\"big\":123456789012345678901234567890}" },
        { JWT_MALFORMED, "" },
        { JWT_MALFORMED, "1" },
        { JWT_MALFORMED, "[]" },
        { JWT_MALFORMED, "null" },
        { JWT_MALFORMED, PAYLOAD " x" },
        { JWT_MALFORMED, "{" ISS ISS AUD SUB JTI TIMES "}" },
        { JWT_MALFORMED, "{" ISS AUD SUB JTI TIMES ",\"exp\":1795320295}" },
        { JWT_MALFORMED, "{" ISS AUD SUB JTI TIMES ",\"e\\u0078p\":1}" },
        { JWT_MALFORMED, "{" ISS AUD SUB JTI TIMES ",\"x\":[{\"a\":1,\"a\":2}]}" },
        { JWT_MALFORMED, "{" ISS AUD "\"sub\":\"a\\u0000b\"," JTI TIMES "}" },
        { JWT_MALFORMED, "{" ISS AUD "\"sub\":\"\\ud800\"," JTI TIMES "}" },
        { JWT_MALFORMED, "{" ISS AUD "\"sub\":\"\xC0\x80\"," JTI TIMES "}" },
        { JWT_WRONG_ISSUER, "{" AUD SUB JTI TIMES "}" },
        { JWT_WRONG_ISSUER, "{\"iss\":\"\"," AUD SUB JTI TIMES "}" },
        { JWT_WRONG_ISSUER, "{\"iss\":7," AUD SUB JTI TIMES "}" },
        { JWT_WRONG_ISSUER, "{\"iss\":[\"shop_a\"]," AUD SUB JTI TIMES "}" },
        { JWT_UNKNOWN_KEY, "{\"iss\":\"shop_z\"," AUD SUB JTI TIMES "}" },
        { JWT_UNKNOWN_KEY, "{\"iss\":\"shop_a \"," AUD SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":null," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":[]," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":[1,{},null]," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":[[\"" AUDIENCE "\"]]," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":{\"" AUDIENCE "\":1}," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":\"" AUDIENCE "/\"," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":\"HTTPS://pay.example.test\"," SUB JTI TIMES "}" },
        { JWT_WRONG_AUDIENCE, "{" ISS "\"aud\":\"" AUDIENCE ",x\"," SUB JTI TIMES "}" },
        { JWT_SUBJECT, "{" ISS AUD JTI TIMES "}" },
        { JWT_SUBJECT, "{" ISS AUD "\"sub\":\"\"," JTI TIMES "}" },
        { JWT_SUBJECT, "{" ISS AUD "\"sub\":42," JTI TIMES "}" },
        { JWT_SUBJECT, "{" ISS AUD "\"sub\":null," JTI TIMES "}" },
        { JWT_ID, "{" ISS AUD SUB TIMES "}" },
        { JWT_ID, "{" ISS AUD SUB "\"jti\":12345678," TIMES "}" },
        { JWT_ID, "{" ISS AUD SUB "\"jti\":\"1234567\"," TIMES "}" },
        { JWT_OK, "{" ISS AUD SUB "\"jti\":\"12345678\"," TIMES "}" },
    };
    expect_payloads(cases, ARRAY_LEN(cases));
}

#define WITH_TIMES(text) "{" ISS AUD SUB JTI text "}"

static void times_of_the_payload(void **state)
{
    static const struct payload_case cases[] = {
        { JWT_OK, WITH_TIMES("\"iat\":1795319995.5,\"exp\":1.7953202955e9") },
        { JWT_OK, WITH_TIMES("\"iat\":1795319000,\"exp\":1795319940.5") },    /* 59.5 s ago, leeway 60 */
        { JWT_EXPIRED, WITH_TIMES("\"iat\":1795319000,\"exp\":1795319940") }, /* now < exp + 60 is strict */
        { JWT_EXPIRED, WITH_TIMES("\"iat\":1795319000,\"exp\":1795319939.999") },
        { JWT_OK, WITH_TIMES("\"iat\":1795320060,\"exp\":1795320100") },
        { JWT_NOT_YET, WITH_TIMES("\"iat\":1795320060.5,\"exp\":1795320100") },
        { JWT_OK, WITH_TIMES("\"iat\":1795320000,\"exp\":1795323600") },
        { JWT_LIFETIME, WITH_TIMES("\"iat\":1795320000,\"exp\":1795323600.5") },
        { JWT_LIFETIME, WITH_TIMES("\"iat\":0,\"exp\":1795320100") },
        { JWT_LIFETIME, WITH_TIMES("\"iat\":-1e300,\"exp\":1e300") },
        { JWT_LIFETIME, WITH_TIMES("\"iat\":1795320000,\"exp\":9223372036854775807") },
        { JWT_LIFETIME, WITH_TIMES("\"iat\":1795320000,\"exp\":99999999999999999999999") },
        { JWT_NOT_YET, WITH_TIMES("\"iat\":99999999999999999999,\"exp\":99999999999999999999") },
        { JWT_EXPIRED, WITH_TIMES("\"iat\":1795320000,\"exp\":-9223372036854775808") },
        { JWT_EXPIRED, WITH_TIMES("\"iat\":1795320000,\"exp\":-99999999999999999999") },
        { JWT_EXPIRED, WITH_TIMES("\"iat\":1795320000,\"exp\":0") },
        { JWT_MALFORMED, WITH_TIMES("\"iat\":1795320000,\"exp\":1e400") },
        { JWT_MALFORMED, WITH_TIMES("\"iat\":-1e400,\"exp\":1795320100") },
        { JWT_MALFORMED, WITH_TIMES("\"iat\":1795320000,\"exp\":Infinity") },
        { JWT_MALFORMED, WITH_TIMES("\"iat\":NaN,\"exp\":1795320100") },
        { JWT_TIMES, WITH_TIMES("\"iat\":1795320000,\"exp\":\"1795320100\"") },
        { JWT_TIMES, WITH_TIMES("\"iat\":\"1795320000\",\"exp\":1795320100") },
        { JWT_TIMES, WITH_TIMES("\"iat\":1795320000,\"exp\":null") },
        { JWT_TIMES, WITH_TIMES("\"iat\":true,\"exp\":1795320100") },
        { JWT_TIMES, WITH_TIMES("\"iat\":[1795320000],\"exp\":1795320100") },
        { JWT_TIMES, WITH_TIMES("\"exp\":1795320100") },
        { JWT_TIMES, WITH_TIMES("\"iat\":1795320000") },
        { JWT_OK, WITH_TIMES(TIMES ",\"nbf\":1795320060") },
        { JWT_NOT_YET, WITH_TIMES(TIMES ",\"nbf\":1795320060.25") },
        { JWT_TIMES, WITH_TIMES(TIMES ",\"nbf\":\"1795320000\"") },
        { JWT_TIMES, WITH_TIMES(TIMES ",\"nbf\":null") },
        { JWT_NOT_YET, WITH_TIMES(TIMES ",\"nbf\":1e300") },
    };
    expect_payloads(cases, ARRAY_LEN(cases));
}

static void lengths_of_claims(void **state)
{
    static const struct {
        const char *name;
        int chars;
        bool wide;
        enum jwt_verdict want;
    } cases[] = {
        { "sub", 255, false, JWT_OK },     { "sub", 255, true, JWT_OK },  { "sub", 256, false, JWT_SUBJECT },
        { "sub", 256, true, JWT_SUBJECT }, { "jti", 128, false, JWT_OK }, { "jti", 128, true, JWT_OK },
        { "jti", 129, false, JWT_ID },     { "jti", 7, true, JWT_ID },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b;
        buf_init(&b, 8192);
        buf_printf(&b, "{" ISS AUD TIMES ",%s\"%s\":\"",
                   cases[i].name[0] == 's' ? "\"jti\":\"12345678\"," : "\"sub\":\"u\",", cases[i].name);
        for (int k = 0; k < cases[i].chars; k++) buf_text(&b, cases[i].wide ? "店" : "x");
        buf_text(&b, "\"}");
        assert_int_equal(verify(sign(HEADER, buf_terminated(&b)), &shop_profile, NOW), cases[i].want);
        buf_free(&b);
    }
}

/* A payload padded with spaces so that the whole token has exactly this many characters. */
static struct str token_of_length(size_t n)
{
    char *payload = arena_alloc(arena, n);
    for (size_t pad = 0; pad < n; pad++) {
        size_t at = strlen(PAYLOAD);
        memcpy(payload, PAYLOAD, at);
        if (base64url_size(strlen(HEADER)) + 2 + base64url_size(at + pad) + 43 < n) continue;
        memset(payload + at, ' ', pad);
        payload[at + pad] = '\0';
        return sign(HEADER, payload);
    }
    return (struct str){ 0 };
}

static void shapes(void **state)
{
    struct str good = sign(HEADER, PAYLOAD);
    assert_int_equal(verify(good, &shop_profile, NOW), JWT_OK);
    const char *text = arena_text_n(arena, good.p, good.n);
    const char *payload = strchr(text, '.') + 1, *signature = strrchr(text, '.') + 1;
    const int header_n = (int)(payload - text - 1), payload_n = (int)(signature - payload - 1);
    const char *const bad[] = {
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a..b",
        arena_printf(arena, "%s.", text),
        arena_printf(arena, ".%s", text),
        arena_printf(arena, "%s.x", text),
        arena_printf(arena, "%s=", text),
        arena_printf(arena, "%s ", text),
        arena_printf(arena, " %s", text),
        arena_printf(arena, "%s\n", text),
        arena_printf(arena, "%.*s..%s", header_n, text, signature),
        arena_printf(arena, ".%s", payload),
        arena_printf(arena, "%.*s.%.*s.", header_n, text, payload_n, payload),
        arena_printf(arena, "%.*s.%.*s", header_n, text, payload_n, payload),
        arena_printf(arena, "%.*s=.%s", header_n, text, payload),
        arena_printf(arena, "%.*s\n.%s", header_n, text, payload),
        arena_printf(arena, "%.*s.%.*s.%.*s", header_n, text, payload_n, payload, 42, signature),
        arena_printf(arena, "%sA", text),
        arena_printf(arena, "%sAAAA", text),
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (verify(str_of(bad[i]), &shop_profile, NOW) == JWT_OK) fail_msg("accepted: %s", bad[i]);
    /* Every character matters, the unused bits of the last one too. */
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *changed = arena_text(arena, text);
    for (size_t i = 0; i < good.n; i++) {
        struct arena_mark mark = arena_mark(arena);
        for (size_t c = 0; c < 64; c += i + 1 == good.n ? 1 : 7) {
            if (alphabet[c] == text[i]) continue;
            changed[i] = alphabet[c];
            if (verify(str_of(changed), &shop_profile, NOW) == JWT_OK) fail_msg("changed %zu to %c", i, alphabet[c]);
        }
        changed[i] = text[i];
        assert_int_not_equal(verify((struct str){ text, i }, &shop_profile, NOW), JWT_OK);
        arena_release(arena, mark);
    }
    struct str with_nul = { arena_copy(arena, text, good.n + 1), good.n + 1 };
    assert_int_not_equal(verify(with_nul, &shop_profile, NOW), JWT_OK);
}

static void longest_token(void **state)
{
    struct str token = token_of_length(JWT_MAX_BYTES);
    assert_true(token.n >= JWT_MAX_BYTES && token.n <= JWT_MAX_BYTES + 2);
    while (token.n > JWT_MAX_BYTES) token = token_of_length(token.n - 2);
    assert_int_equal(verify(token, &shop_profile, NOW), JWT_OK);
    token = token_of_length(JWT_MAX_BYTES + 1);
    assert_true(token.n > JWT_MAX_BYTES);
    assert_int_equal(verify(token, &shop_profile, NOW), JWT_MALFORMED);
    char *deep = arena_alloc(arena, 5001);
    memset(deep, '[', 5000);
    assert_int_equal(verify(sign(HEADER, deep), &shop_profile, NOW), JWT_MALFORMED);
    assert_int_equal(verify(sign(deep, PAYLOAD), &shop_profile, NOW), JWT_MALFORMED);
}

/* The token that the replaced panel issued and its chat server accepted. */
#define PANEL_SECRET "test-sso-secret"
#define PANEL_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define PANEL_PAYLOAD                                                                                                  \
    "{\"shopId\":\"shop-7\",\"role\":\"admin\",\"iat\":1700000000,\"exp\":1700003600,\"aud\":\"chatbot-node\","        \
    "\"iss\":\"shopsaas\"}"
#define PANEL_TOKEN                                                                                                    \
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."                                                                            \
    "eyJzaG9wSWQiOiJzaG9wLTciLCJyb2xlIjoiYWRtaW4iLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6"                                     \
    "MTcwMDAwMzYwMCwiYXVkIjoiY2hhdGJvdC1ub2RlIiwiaXNzIjoic2hvcHNhYXMifQ.GkKXzR_O3_kOI-HV13GcV5UzcDFZGp-iMg_EDDZ0k9A"

static bool panel_keys(void *arg, struct str owner, struct jwt_keys *out)
{
    const char *const *kid = arg;
    if (!str_eq(owner, STR("shop-7"))) return false;
    out->count = 1;
    out->key[0].kid = str_of(*kid), out->key[0].secret = STR(PANEL_SECRET);
    return true;
}

static const char *const panel_roles[] = { "admin", "viewer", NULL };
static const char *panel_kid = "";
static const struct jwt_profile panel_profile = {
    .key_claim = "shopId",
    .issuer = { "shopsaas", 8 },
    .audience = { "chatbot-node", 12 },
    .leeway_s = 60,
    .max_lifetime_s = 3600,
    .roles = panel_roles,
    .keys = panel_keys,
    .arg = &panel_kid,
};

static void the_panels_token(void **state)
{
    expect_str(jwt_sign_hs256(arena, STR(PANEL_HEADER), STR(PANEL_PAYLOAD), STR(PANEL_SECRET)), PANEL_TOKEN);
    struct jwt_claims c;
    assert_int_equal(jwt_verify(arena, STR(PANEL_TOKEN), &panel_profile, 1700000100, &c), JWT_OK);
    expect_str(c.owner, "shop-7");
    expect_str(c.role, "admin");
    expect_str(c.iss, "shopsaas");
    assert_true(c.sub.n == 0 && c.jti.n == 0);
    assert_int_equal(verify(STR(PANEL_TOKEN), &panel_profile, 1700003659), JWT_OK);
    assert_int_equal(verify(STR(PANEL_TOKEN), &panel_profile, 1700003660), JWT_EXPIRED);
    static const struct {
        enum jwt_verdict want;
        const char *change_from, *change_to;
    } cases[] = {
        { JWT_OK, "admin", "viewer" },
        { JWT_ROLE, "admin", "owner" },
        { JWT_ROLE, "\"role\"", "\"rule\"" },
        { JWT_ROLE, "\"admin\"", "[\"admin\"]" },
        { JWT_WRONG_ISSUER, "shopsaas", "shopsaaS" },
        { JWT_WRONG_ISSUER, "\"iss\"", "\"isz\"" },
        { JWT_WRONG_AUDIENCE, "chatbot-node", "chatbot" },
        { JWT_UNKNOWN_KEY, "shop-7", "shop-8" },
        { JWT_UNKNOWN_KEY, "\"shopId\"", "\"shopid\"" },
        { JWT_UNKNOWN_KEY, "\"shop-7\"", "7" },
        { JWT_LIFETIME, "1700003600", "1700003601" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *at = strstr(PANEL_PAYLOAD, cases[i].change_from);
        assert_non_null(at);
        const char *payload = arena_printf(arena, "%.*s%s%s", (int)(at - PANEL_PAYLOAD), PANEL_PAYLOAD,
                                           cases[i].change_to, at + strlen(cases[i].change_from));
        struct str token = jwt_sign_hs256(arena, STR(PANEL_HEADER), str_of(payload), STR(PANEL_SECRET));
        enum jwt_verdict got = verify(token, &panel_profile, 1700000100);
        if (got != cases[i].want) fail_msg("%s: %s", payload, jwt_verdict_name(got));
    }
}

static void keys_without_a_name_and_empty_secrets(void **state)
{
    const char *with_kid = "{\"alg\":\"HS256\",\"kid\":\"of-the-panel\"}";
    struct str token = jwt_sign_hs256(arena, str_of(with_kid), STR(PANEL_PAYLOAD), STR(PANEL_SECRET));
    assert_int_equal(verify(token, &panel_profile, 1700000100), JWT_OK); /* our key has no name: it is tried */
    panel_kid = "another";
    assert_int_equal(verify(token, &panel_profile, 1700000100), JWT_UNKNOWN_KEY);
    panel_kid = "";
}

static bool no_secret(void *arg, struct str owner, struct jwt_keys *out)
{
    out->count = 1;
    return true;
}

static void an_empty_secret_verifies_nothing(void **state)
{
    struct jwt_profile lax = panel_profile;
    lax.keys = no_secret;
    struct str token = jwt_sign_hs256(arena, STR(PANEL_HEADER), STR(PANEL_PAYLOAD), STR("x"));
    uint8_t mac[SHA256_SIZE];
    hmac_sha256(STR(""), (struct str){ token.p, token.n - 44 }, mac);
    char *forged = arena_text_n(arena, token.p, token.n);
    base64url_encode(mac, sizeof(mac), forged + token.n - 43);
    assert_int_equal(verify(str_of(forged), &lax, 1700000100), JWT_UNKNOWN_KEY);
    EXPECT_ABORT((void)jwt_sign_hs256(arena, STR("{}"), STR("{}"), STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_contract),
        cmocka_unit_test(claims_come_out),
        cmocka_unit_test(headers),
        cmocka_unit_test(texts_of_the_payload),
        cmocka_unit_test(times_of_the_payload),
        cmocka_unit_test(lengths_of_claims),
        cmocka_unit_test(shapes),
        cmocka_unit_test(longest_token),
        cmocka_unit_test(the_panels_token),
        cmocka_unit_test(keys_without_a_name_and_empty_secrets),
        cmocka_unit_test(an_empty_secret_verifies_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
