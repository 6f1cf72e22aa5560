/* test_limits.c: token buckets, addresses and networks, cookies, origins and the router, without a server; then limits
 * through one. */
#include "http/assets.h"
#include "http/cookies.h"
#include "http/negotiate.h"
#include "http/origin.h"
#include "http/test_http.h"
#include <stdio.h>

static void buckets(void **state)
{
    (void)state;
    static const struct limit three = { .name = "three", .burst = 3, .per_ms = 60000 };
    static const struct limit other = { .name = "other", .burst = 1, .per_ms = 1000 };
    struct limits *l = limits_new();
    int64_t wait_s = -1, now_ms = 1000000;
    for (int i = 0; i < 3; i++) assert_true(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms, &wait_s));
    assert_false(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms, &wait_s));
    assert_in_range(wait_s, 20, 21);
    assert_true(limits_take_of(l, &three, STR("10.0.1.0/24"), now_ms, &wait_s));
    assert_true(limits_take_of(l, &other, STR("10.0.0.0/24"), now_ms, &wait_s));
    assert_false(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms + 19900, &wait_s));
    assert_int_equal(wait_s, 1);
    assert_true(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms + 20001, &wait_s));
    assert_false(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms + 20001, &wait_s));
    assert_false(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms, &wait_s)); /* time that goes back gives none */
    for (int i = 0; i < 3; i++) assert_true(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms + 9000000, &wait_s));
    assert_false(limits_take_of(l, &three, STR("10.0.0.0/24"), now_ms + 9000000, &wait_s));
    /* Asking all the time, each time too early, does not keep it from filling. */
    assert_true(limits_take_of(l, &other, STR("192.0.2.0/24"), now_ms, &wait_s));
    for (int ms = 1; ms < 1000; ms++)
        assert_false(limits_take_of(l, &other, STR("192.0.2.0/24"), now_ms + ms, &wait_s));
    assert_true(limits_take_of(l, &other, STR("192.0.2.0/24"), now_ms + 1000, &wait_s));
    for (int i = 0; i < 3; i++) assert_true(limits_take_of(l, &three, STR("192.0.2.0/24"), now_ms, &wait_s));
    for (int ms = 1; ms < 20000; ms++)
        assert_false(limits_take_of(l, &three, STR("192.0.2.0/24"), now_ms + ms, &wait_s));
    assert_true(limits_take_of(l, &three, STR("192.0.2.0/24"), now_ms + 20000, &wait_s));
    /* Time that went back is not paid for a second time. */
    for (int i = 0; i < 4; i++)
        assert_false(limits_take_of(l, &three, STR("192.0.2.0/24"), now_ms + 1000 + 15000 * (i % 2), &wait_s));
    /* More networks than buckets: none fails, and the newest is still counted. */
    char name[32];
    for (int i = 1; i < 200000; i++) {
        (void)snprintf(name, sizeof name, "10.%d.%d.0/24", i / 256, i % 256);
        assert_true(limits_take_of(l, &other, str_of(name), now_ms, &wait_s));
    }
    assert_false(limits_take_of(l, &other, str_of(name), now_ms, &wait_s));
    limits_free(l);
}

static const uint8_t *address_named(const char *text)
{
    static uint8_t address[4][16];
    static size_t next;
    uint8_t *a = address[next++ % 4];
    assert_true(address_parse(str_of(text), a));
    return a;
}

/* Addresses that differ in the bytes `high` and `low` (0: not there): i / 256 and i % 256 are put into them. */
struct many {
    const char *first;
    size_t high, low;
};

static const uint8_t *numbered(const struct many *m, int i)
{
    static uint8_t a[16];
    assert_true(address_parse(str_of(m->first), a));
    if (m->high != 0) a[m->high] = (uint8_t)(i / 256);
    if (m->low != 0) a[m->low] = (uint8_t)(i % 256);
    return a;
}

/* How many of `count` addresses still get a token. */
static int get_one(struct limits *l, const struct limit *limit, struct many from, int count, int64_t now_ms)
{
    int64_t wait_s;
    int got = 0;
    for (int i = 0; i < count; i++) got += limits_take(l, limit, numbered(&from, i), now_ms, &wait_s);
    return got;
}

/* Who has many addresses has more room, not as many times more as there are addresses. */
static void networks_grow(void **state)
{
    (void)state;
    static const struct limit ten = { .name = "ten", .burst = 10, .per_ms = 60000 };
    static const struct limit own = { .name = "own", .burst = 2, .per_ms = 60000, .wider = { 3, 5 } };
    /* clang-format off */
    static const struct { struct many from; int count, got; } cases[] = {
        { { "198.51.100.1", 0, 0 }, 300, 10 },               /* one address */
        { { "203.0.113.0", 0, 15 }, 256, 80 },               /* a /24: 8 times */
        { { "192.0.0.0", 14, 15 }, 65536, 640 },             /* a /16: 64 times */
        { { "2001:db8:1:1::", 14, 15 }, 300, 10 },           /* a /64 */
        { { "2001:db8:2::1", 0, 7 }, 256, 40 },              /* a /56 of 256 /64: 4 times */
        { { "2001:db8:3::1", 6, 7 }, 65536, 160 },           /* a /48: 16 times */
    };
    /* clang-format on */
    struct limits *l = limits_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int got = get_one(l, &ten, cases[i].from, cases[i].count, 1000);
        if (got != cases[i].got) fail_msg("%s: %d", cases[i].from.first, got);
    }
    assert_int_equal(get_one(l, &own, (struct many){ "203.0.113.0", 0, 15 }, 256, 1000), 6);
    assert_int_equal(get_one(l, &own, (struct many){ "203.0.0.0", 14, 15 }, 65536, 1000), 4); /* of 10 */
    /* One that has used up its own takes nothing from its neighbours. */
    static const struct limit one = { .name = "one", .burst = 1, .per_ms = 60000, .wider = { 2, 2 } };
    assert_int_equal(get_one(l, &one, (struct many){ "192.0.2.1", 0, 0 }, 100, 1000), 1);
    assert_int_equal(get_one(l, &one, (struct many){ "192.0.2.2", 0, 0 }, 100, 1000), 1);
    assert_int_equal(get_one(l, &one, (struct many){ "192.0.2.3", 0, 0 }, 100, 1000), 0); /* the /24 has 2 */
    limits_give_back(l, &one, address_named("192.0.2.1"), 1000);
    assert_int_equal(get_one(l, &one, (struct many){ "192.0.2.3", 0, 0 }, 100, 1000), 1);
    for (int i = 0; i < 50; i++) limits_give_back(l, &one, address_named("192.0.2.3"), 1000);
    assert_int_equal(get_one(l, &one, (struct many){ "192.0.2.3", 0, 0 }, 100, 1000), 1); /* never more than full */
    limits_free(l);
}

static void open_connections(void **state)
{
    (void)state;
    struct limits *l = limits_new();
    const uint8_t *a = address_named("10.0.0.1");
    for (int i = 0; i < 3; i++) assert_true(limits_enter(l, a, 3));
    assert_false(limits_enter(l, a, 3));
    assert_false(limits_enter(l, a, 3)); /* those who are refused are not counted */
    limits_leave(l, a);
    assert_true(limits_enter(l, a, 3));
    assert_true(limits_enter(l, address_named("10.0.0.2"), 3));
    int entered = 0;
    for (int i = 3; i < 100; i++) entered += limits_enter(l, numbered(&(struct many){ "10.0.0.0", 14, 15 }, i), 3);
    assert_int_equal(entered, 2); /* 6 from the /24 */
    for (int i = 256; i < 1000; i++) entered += limits_enter(l, numbered(&(struct many){ "10.0.0.0", 14, 15 }, i), 3);
    assert_int_equal(entered, 8); /* 12 from the /16 */
    /* Other networks have shares of their own: of 200 some may meet by chance, hardly one meets a full one. */
    int refused = 0;
    for (int i = 0; i < 200; i++) refused += !limits_enter(l, numbered(&(struct many){ "1.1.1.1", 0, 12 }, i + 20), 3);
    assert_in_range(refused, 0, 5);
    limits_free(l);
}

static enum answer nothing(struct req *req) { return reply_text(req, 200, "text/plain", STR("")); }

static void settings(void **state)
{
    (void)state;
    static const struct limit a = { .name = "a", .burst = 1, .per_ms = 1000 };
    static const struct limit b = { .name = "b", .burst = 1, .per_ms = 1000 };
    static const struct route rows[] = {
        { .verb = VERB_GET, .path = "/", .who = WHO_SYSTEM, .run = nothing, .limit = &a }, ROUTE_END
    };
    static const struct route more[] = {
        { .verb = VERB_GET, .path = "/b", .who = WHO_SYSTEM, .run = nothing, .account_limit = &b }, ROUTE_END
    };
    static const struct route *const tables[] = { rows, more, NULL };
    char error[200];
    struct limits *l = limits_new();
    assert_true(limits_set(l, NULL, tables, error, sizeof error));
    assert_true(limits_set(l, "", tables, error, sizeof error));
    assert_true(limits_set(l, " a=5/1m*2*3 , b = 7/2h, general=100/1s,", tables, error, sizeof error));
    assert_int_equal(get_one(l, &a, (struct many){ "192.0.2.1", 0, 0 }, 100, 0), 5);
    assert_int_equal(get_one(l, &a, (struct many){ "192.0.2.0", 0, 15 }, 256, 0), 5); /* of 10 of the /24 */
    int64_t wait_s;
    for (int i = 0; i < 7; i++) assert_true(limits_take_of(l, &b, STR("x"), 0, &wait_s));
    assert_false(limits_take_of(l, &b, STR("x"), 0, &wait_s));
    assert_in_range(wait_s, 1028, 1030);
    /* clang-format off */
    static const char *const bad[] = { "c=1/1s", "a", "a=", "a=1", "a=1/s", "a=0/1s", "a=1/0s", "a=1/1d", "a=-1/1s",
                                       "a=1/1s*", "a=1/1s*0", "a=1/1s*1*1*1", "a=1/1s x", "=1/1s", "a=1/25h",
                                       "a=1000000000000/1s" };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (limits_set(l, bad[i], tables, error, sizeof error)) fail_msg("%s", bad[i]);
        assert_non_null(strstr(error, bad[i]));
    }
    limits_free(l);
}

static void forwarded(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *header; enum proxy_forwarded what; const char *client; } cases[] = {
        { "203.0.113.7", FORWARDED_BY_PROXY, "203.0.113.7" },
        { "198.51.100.1, 203.0.113.7", FORWARDED_BY_PROXY, "203.0.113.7" },
        { "made up, 203.0.113.7", FORWARDED_BY_PROXY, "203.0.113.7" },
        { "203.0.113.7, 10.0.0.2", FORWARDED_BY_PROXY, "203.0.113.7" },
        { "10.0.0.2", FORWARDED_BY_PROXY, "10.0.0.2" },
        { "", FORWARDED_NOT, NULL }, { " ", FORWARDED_NOT, NULL },
        { "unknown", FORWARDED_UNREADABLE, NULL }, { "203.0.113.7,", FORWARDED_UNREADABLE, NULL },
        { "203.0.113.7, unknown, 10.0.0.2", FORWARDED_UNREADABLE, NULL },
        { "127.0.0.1x", FORWARDED_UNREADABLE, NULL }, { ",", FORWARDED_UNREADABLE, NULL },
    };
    /* clang-format on */
    struct proxy_list list;
    assert_true(proxy_list_parse("10.0.0.0/8", &list));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t address[16];
        char text[64];
        enum proxy_forwarded what = proxy_client(&list, str_of(cases[i].header), address);
        if (what != cases[i].what) fail_msg("%s: %d", cases[i].header, what);
        if (what != FORWARDED_BY_PROXY) continue;
        address_text(address, text, sizeof text);
        assert_string_equal(text, cases[i].client);
    }
    uint8_t address[16];
    assert_int_equal(proxy_client(&list, (struct str){ 0 }, address), FORWARDED_NOT);
}

static void weights(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *list, *name; bool prefix; int weight; } cases[] = {
        { "gzip", "gzip", false, 1000 }, { "gzip;q=0", "gzip", false, 0 }, { "gzip; q=0", "gzip", false, 0 },
        { "gzip ; Q=0.000", "gzip", false, 0 }, { "GZIP;q=0.5, br", "gzip", false, 500 }, { "br", "gzip", false, -1 },
        { "*", "gzip", false, 1000 }, { "*;q=0", "gzip", false, 0 }, { "gzip;q=0, *", "gzip", false, 0 },
        { "identity;q=1, *;q=0", "gzip", false, 0 }, { "", "gzip", false, -1 }, { "xgzip, gzipx", "gzip", false, -1 },
        { "gzip;q=1.5", "gzip", false, 1000 }, { "gzip;q=", "gzip", false, 1000 }, { "gzip;x=0", "gzip", false, 1000 },
        { "zh-CN,zh;q=0.9,en;q=0.8", "zh", true, 1000 }, { "zh-CN,zh;q=0.9,en;q=0.8", "en", true, 800 },
        { "zh;q=0.1, en-GB;q=0.7", "en", true, 700 }, { "zhx", "zh", true, -1 }, { "de, *;q=0.2", "zh", true, 200 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (accept_weight(str_of(cases[i].list), str_of(cases[i].name), cases[i].prefix) != cases[i].weight)
            fail_msg("%s", cases[i].list);
    static const struct { const char *header, *token; } bearers[] = {
        { "Bearer abc", "abc" }, { "bearer abc", "abc" }, { "BEARER   abc", "abc" }, { "Bearer abc ", "abc" },
        { "Bearer ", NULL }, { "Bearer", NULL }, { "Bearerabc", NULL }, { "Basic abc", NULL }, { "", NULL },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(bearers); i++) {
        struct str token = bearer_of(str_of(bearers[i].header));
        if (bearers[i].token == NULL) assert_null(token.p);
        else expect_str(token, bearers[i].token);
    }
}

static void networks(void **state)
{
    (void)state;
    struct proxy_list list;
    assert_true(proxy_list_parse(NULL, &list) && list.count == 0);
    assert_true(proxy_list_parse("10.0.0.0/8, 192.168.1.7,::1 , 2001:db8::/33", &list));
    /* clang-format off */
    static const struct { const char *address; bool inside; } cases[] = {
        { "10.255.0.1", true }, { "11.0.0.1", false }, { "192.168.1.7", true }, { "192.168.1.8", false },
        { "::1", true }, { "::2", false }, { "2001:db8:7fff::1", true }, { "2001:db8:8000::1", false },
        { "::ffff:10.1.1.1", true },
    };
    /* clang-format on */
    uint8_t address[16];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(address_parse(str_of(cases[i].address), address));
        if (proxy_list_has(&list, address) != cases[i].inside) fail_msg("%s", cases[i].address);
    }
    /* clang-format off */
    static const char *const bad[] = { "10.0.0.0/33", "::/129", "10.0.0", "a", "10.0.0.0/", "10.0.0.0/-1", "1.2.3.4,,",
                                       "1.2.3.4/8/8", "," };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (proxy_list_parse(bad[i], &list)) fail_msg("%s", bad[i]);
    static const char *const good[] = { "1.2.3.4:80", "[::1]:80", " 1.2.3.4 ", "[2001:db8::1]" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_true(address_parse(str_of(good[i]), address));
    static const char *const wrong[] = { "", "1.2.3", "[::1", "unknown", "_hidden", "1.2.3.4.5", ":::" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (address_parse(str_of(wrong[i]), address)) fail_msg("%s", wrong[i]);
}

static void cookies(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *header, *value; } cases[] = {
        { "sid=abc", "abc" }, { "a=b; sid=abc; c=d", "abc" }, { "xsid=no; sid=\"abc\"", "abc" }, { "sid=", "" },
        { " sid = abc ", "abc" }, { "sid=a=b", "a=b" }, { "sid=first; sid=second", "first" }, { ";;;sid=x;", "x" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_str(cookies_find_in(str_of(cases[i].header), "sid"), cases[i].value);
    static const char *const none[] = { "", "sid", "SID=a", "sidd=a", ";", "=sid", "a=sid" };
    for (size_t i = 0; i < ARRAY_LEN(none); i++) assert_null(cookies_find_in(str_of(none[i]), "sid").p);
    assert_false(cookie_value_ok("a\r\nb"));
    assert_false(cookie_value_ok("a;b"));
    struct buf out;
    buf_init(&out, 1000);
    cookies_print(&out, &(struct cookie){ .name = "__Host-sid", .value = "v", .max_age_s = 5, .strict = true });
    expect_str(buf_str(&out), "Set-Cookie: __Host-sid=v; Path=/; Max-Age=5; HttpOnly; Secure; SameSite=Strict\r\n");
    buf_free(&out);
    struct http_options o = { .secure_cookies = true };
    assert_string_equal(http_cookie_name(&o, "sid"), "__Host-sid");
    assert_ptr_equal(http_cookie_name(&o, "sid"), http_cookie_name(&o, "sid"));
    o.secure_cookies = false;
    assert_string_equal(http_cookie_name(&o, "sid"), "sid");
}

static void origins(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *origin, *given; bool names, good; } cases[] = {
        { "https://a.example", "https://a.example", false, true },
        { "https://a.example", "HTTPS://A.EXAMPLE", false, true },
        { "https://a.example", "http://a.example", false, false },
        { "https://a.example", "https://a.example:444", false, false },
        { "https://a.example", "https://a.example.evil", false, false },
        { "https://a.example:443", "https://a.example", false, true },
        { "https://A.Example", "https://a.example", false, true },
        { "https://a.example", "https://a.example:443", false, true },
        { "http://a.example:80", "http://a.example", false, true },
        { "https://a.example:80", "https://a.example", false, false },
        { "http://a.example:443", "http://a.example", false, false },
        { "https://a.example", "https://a.example:4430", false, false },
        { "http://127.0.0.1:80", "http://localhost", true, true },
        { "http://127.0.0.1:8080", "http://localhost:8080", true, true },
        { "http://127.0.0.1:8080", "http://[::1]:8080", true, true },
        { "http://127.0.0.1:8080", "http://localhost:8080", false, false },
        { "http://127.0.0.1:8080", "http://localhost:8081", true, false },
        { "http://127.0.0.1:8080", "http://localhost.evil:8080", true, false },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct head h = { .fields = 1 };
        h.field[0] = (struct head_field){ STR("Origin"), str_of(cases[i].given) };
        if (origin_ok(&h, cases[i].origin, cases[i].names) != cases[i].good) fail_msg("%zu", i);
    }
}

static void hosts(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *host; bool good; } cases[] = {
        { "127.0.0.1", true }, { "127.0.0.1:8080", true }, { "localhost:1", true }, { "LOCALHOST", true },
        { "[::1]", true }, { "[::1]:8080", true }, { "tunnel.example", true }, { "tunnel.example:8443", true },
        { "evil.example", false }, { "evil.example:8080", false }, { "localhost.evil.example", false },
        { "127.0.0.1.evil.example:8080", false }, { "127.0.0.2", false }, { "[::2]:8080", false }, { "a", false },
        { "evil-localhost", false },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct head h = { .fields = 1 };
        h.field[0] = (struct head_field){ STR("Host"), str_of(cases[i].host) };
        if (origin_host_ok(&h, "https://tunnel.example") != cases[i].good) fail_msg("%s", cases[i].host);
    }
    struct head none = { 0 };
    assert_true(origin_host_ok(&none, "http://127.0.0.1:8080"));
}

static enum answer run(struct req *req) { return reply_text(req, 200, "text/plain", STR("")); }
#define ROW(v, p)                                                                                                      \
    {                                                                                                                  \
        .verb = v, .path = p, .who = WHO_SYSTEM, .tx = TX_NONE, .run = run, .doc = "D.", .tag = "t"                    \
    }

static void router(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct route rows[] = {
        ROW(VERB_GET, "/"), ROW(VERB_GET, "/a/:id"), ROW(VERB_POST, "/a/:other"), ROW(VERB_GET, "/a/all/x"),
        ROW(VERB_GET, "/a/:id/y"), ROW(VERB_GET, "/a/all"), ROW(VERB_DELETE, "/a/:one/b/:two"), ROUTE_END
    };
    static const struct route *const tables[] = { rows, NULL };
    char error[200];
    struct router *r = router_new(tables, error, sizeof error);
    assert_non_null(r);
    static const struct { enum verb verb; const char *path; int row; size_t parts; } cases[] = {
        { VERB_GET, "/", 0, 0 }, { VERB_GET, "/a/7", 1, 1 }, { VERB_POST, "/a/7", 2, 1 },
        { VERB_GET, "/a/all/x", 3, 0 }, { VERB_GET, "/a/all/y", 4, 1 }, { VERB_GET, "/a/all", 5, 0 },
        { VERB_DELETE, "/a/1/b/2", 6, 2 }, { VERB_POST, "/a/all", 2, 1 }, { VERB_GET, "/a", -1, 0 },
        { VERB_GET, "/a/", -1, 0 }, { VERB_GET, "//a", -1, 0 }, { VERB_GET, "/a/7/", -1, 0 },
        { VERB_GET, "/a/7/z", -1, 0 }, { VERB_GET, "", -1, 0 }, { VERB_PUT, "/a/7", -1, 0 },
        { VERB_GET, "/a/7/y/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z", -1, 0 }, { VERB_UNSET, "/a/7", -1, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct route_match m;
        router_find(r, cases[i].verb, str_of(cases[i].path), &m);
        const struct route *wanted = cases[i].row < 0 ? NULL : &rows[cases[i].row];
        if (m.route != wanted) fail_msg("%s", cases[i].path);
        if (wanted != NULL) assert_int_equal(m.parts, cases[i].parts);
    }
    struct route_match m;
    router_find(r, VERB_POST, STR("/a/7"), &m);
    expect_str(m.part_name[0], "other");
    expect_str(m.part[0], "7");
    router_find(r, VERB_PUT, STR("/a/7"), &m);
    assert_int_equal(m.verbs, 1u << VERB_GET | 1u << VERB_POST);
    router_free(r);
    static const struct route clash[] = { ROW(VERB_GET, "/a/:id"), ROW(VERB_GET, "/a/:name"), ROUTE_END };
    static const struct route many[] = { ROW(VERB_GET, "/:a/:b/:c/:d/:e"), ROUTE_END };
    static const struct route relative[] = { ROW(VERB_GET, "a"), ROUTE_END };
    static const struct route *const bad[][2] = { { clash, NULL }, { many, NULL }, { relative, NULL } };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_null(router_new(bad[i], error, sizeof error));
}

static void pages(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const yes[] = { "/", "/login", "/shops/7", "/shops/7/chatbot", "/operator/jobs", "/home",
                                       "/settings/activity", "/audit", "/security", "/dashboard" };
    static const char *const no[] = { "/logins", "/shops/", "/shop", "/operator/", "", "/api", "/login/", "/settings/",
                                      "/settings/a/b", "/operator/jobs/5", "/shops//overview" };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        if (!assets_has_page(yes[i], strlen(yes[i]))) fail_msg("%s", yes[i]);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (assets_has_page(no[i], strlen(no[i]))) fail_msg("%s", no[i]);
}

static void trust_loopback(struct http_options *o) { o->trusted_proxy = "127.0.0.1"; }

TEST_EACH_ENGINE(a_route_of_few)
{
    struct test_http s;
    test_http_start(&s, t, trust_loopback);
    for (int i = 0; i < 3; i++) expect_status(&s, "GET", "/api/few", NULL, NULL, 200, NULL);
    struct test_answer a = ask(&s, "GET", "/api/few", NULL, NULL);
    assert_int_equal(a.status, 429);
    assert_string_equal(answer_error(&a), "too_many_requests");
    assert_in_range(atoi(answer_header(&a, "Retry-After")), 19, 21);
    answer_free(&a);
    expect_status(&s, "GET", "/api/few", "X-Forwarded-For: 203.0.113.9\r\n", NULL, 200, NULL);
    clock_advance_ms(20 * SECOND_MS);
    expect_status(&s, "GET", "/api/few", NULL, NULL, 200, NULL);
    /* The general limit: for the world, not for loopback. */
    int refused = 0;
    for (int i = 0; i < 2500; i++) {
        a = ask(&s, "GET", "/healthz", "X-Forwarded-For: 198.51.100.1\r\n", NULL);
        refused += a.status == 429;
        answer_free(&a);
    }
    assert_in_range(refused, 1, 500);
    for (int i = 0; i < 2500; i++) expect_status(&s, "GET", "/healthz", NULL, NULL, 200, NULL);
    test_http_stop(&s, t);
}

/* A page of another site makes its visitor's browser ask; that must not cost the visitor a try. */
TEST_EACH_ENGINE(refused_for_their_origin_they_use_up_nothing)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    char ours[96];
    (void)snprintf(ours, sizeof ours, "Origin: %s\r\n", s.origin);
    client_always(s.client, "");
    for (int i = 0; i < 10; i++)
        expect_status(&s, "POST", "/api/few", "Origin: https://evil.example\r\n", NULL, 403, "cross_site");
    for (int i = 0; i < 3; i++) expect_status(&s, "POST", "/api/few", ours, NULL, 200, NULL);
    expect_status(&s, "POST", "/api/few", ours, NULL, 429, "too_many_requests");
    expect_status(&s, "POST", "/api/few", "Origin: https://evil.example\r\n", NULL, 403, "cross_site");
    test_http_stop(&s, t);
}

static struct test_answer once(struct test_client *c)
{
    client_send_text(c, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    return client_read(c, false, 5000);
}

TEST_EACH_ENGINE(a_network_has_a_share_of_the_connections)
{
    enum { SHARE = 5, MORE = 20 };
    struct test_http s;
    struct test_client *c[MORE];
    http_share_for_tests(SHARE);
    test_http_start(&s, t, NULL); /* its client holds one */
    struct test_answer a = ask(&s, "GET", "/healthz", NULL, NULL);
    answer_free(&a);
    for (int i = 0; i < MORE; i++) {
        c[i] = client_open(http_port(s.http));
        a = once(c[i]);
        assert_int_equal(a.status, i < SHARE - 1 ? 200 : 0);
        if (a.status == 0) assert_true(client_is_closed(c[i], 0));
        answer_free(&a);
    }
    assert_int_equal(atomic_load(&s.http->connections), SHARE);
    for (int i = 0; i < MORE; i++) client_close(c[i]);
    for (int i = 0; atomic_load(&s.http->connections) > 1; i++) {
        assert_true(i < 3000);
        (void)usleep(20000);
    }
    c[0] = client_open(http_port(s.http)); /* who leaves makes room */
    a = once(c[0]);
    assert_int_equal(a.status, 200);
    answer_free(&a);
    client_close(c[0]);
    test_http_stop(&s, t);
    test_script(t, "DROP TABLE test_notes");
    test_http_start(&s, t, trust_loopback); /* everybody comes through the proxy */
    for (int i = 0; i < MORE; i++) {
        c[i] = client_open(http_port(s.http));
        a = once(c[i]);
        assert_int_equal(a.status, 200);
        answer_free(&a);
    }
    for (int i = 0; i < MORE; i++) client_close(c[i]);
    test_http_stop(&s, t);
    http_share_for_tests(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets),
        cmocka_unit_test(open_connections),
        cmocka_unit_test(networks),
        cmocka_unit_test(networks_grow),
        cmocka_unit_test(settings),
        cmocka_unit_test(forwarded),
        cmocka_unit_test(weights),
        cmocka_unit_test(cookies),
        cmocka_unit_test(origins),
        cmocka_unit_test(hosts),
        cmocka_unit_test(router),
        cmocka_unit_test(pages),
        ONLY_SQLITE(a_route_of_few),
        ONLY_SQLITE(refused_for_their_origin_they_use_up_nothing),
        ONLY_SQLITE(a_network_has_a_share_of_the_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
