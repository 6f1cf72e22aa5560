/* test_install.c: what "check installation" says: of hard pages and policies, without a network; and a whole look at a
 * page of this machine, by the route and its job, on both engines. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/install.h"
#include "outbound/test_peer.h"
#include "shops/test_kit.h"

#include <stdio.h>

static const struct install_wish wish = { .base = "https://chat.example", .shop = "shop-7", .domain = "tea.example" };

/* "code code(detail)": of lines in their order. With `few` without what is as it should be. */
static const char *said(struct arena *a, const struct install_findings *f, bool few)
{
    struct buf b;
    buf_init(&b, 8 << 10);
    for (size_t i = 0; i < f->count; i++) {
        bool good = install_level_of(f->item[i].code) == INSTALL_GOOD;
        if (good && few) continue;
        buf_printf(&b, "%s%s", b.n ? " " : "", install_code_names[f->item[i].code]);
        if (f->item[i].detail[0] && !good) buf_printf(&b, "(%s)", f->item[i].detail);
    }
    const char *out = arena_text(a, buf_terminated(&b));
    buf_free(&b);
    return out;
}

static const char *judged(struct arena *a, const char *url, const char *html, const struct outbound_header *h, size_t n)
{
    struct install_findings f = { .count = 0 };
    install_judge(a, &wish, &(struct install_page){ url, str_of(html), h, n }, &f);
    return said(a, &f, false);
}

static void expect(const char *html, const char *want)
{
    struct arena *a = arena_new(1 << 20);
    struct install_findings f = { .count = 0 };
    install_judge(a, &wish, &(struct install_page){ "https://tea.example/", str_of(html), NULL, 0 }, &f);
    const char *got = said(a, &f, true);
    if (!text_eq(got, want)) fail_msg("%s\n  said   %s\n  wanted %s", html, got, want);
    arena_free(a);
}

#define TAG "<script async src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"></script>"
#define OLD                                                                                                            \
    "<script src=\"https://chat.example/widget/chatbot-widget.js\" data-shop-id=\"shop-7\" data-bot-id=\"b\" "         \
    "async></script>"

static const struct {
    const char *html, *want;
} page_cases[] = {
    { TAG, "" },
    { OLD, "" },
    { "<html><head>" TAG "</head><body><p>Tea</p></body></html>", "" },
    { "<body><p>Tea</p>" TAG, "" },
    { "<SCRIPT SRC='https://chat.example/widget.js?v=2' DATA-SHOP=shop-7></SCRIPT>", "" },
    { "<script\n src = \"\n https://CHAT.example:443/widget.js \"\n data-shop = \" shop-7 \"\n></script>", "" },
    { "<script src=\"//chat.example/widget.js\" data-shop=\"shop-7\"></script>", "" },
    { "<script src=\"https&#58;//chat.example&#x2f;widget.js\" data-shop=\"shop&#45;7\"></script>", "" },
    { "<base href=\"https://chat.example/x/\"><script src=\"/widget.js\" data-shop=\"shop-7\"></script>", "" },
    { "<script src=\"https://chat.example/widget.js\" data-shop=\"shop-7\" data-shop=\"shop-8\"></script>", "" },
    { "<title><!-- " TAG "</title>" TAG, "" },
    { "<!--><p>" TAG, "" },
    { "<!---->" TAG, "" },
    { "<style>a::before{content:'<!--'}</style>" TAG, "" },
    { "<script>if (a</b/.test(c)) d('<!-- <p>')</script>" TAG, "" },
    { "<textarea><!-- </textarea>" TAG, "" },
    { "<template><script></script></template>" TAG, "" },
    { "</template>" TAG, "" },
    { "<a title=\"<script src='x'>\" href='?a>b'>x</a>" TAG, "" },
    { "a < b && c <3 <" TAG, "" },
    { "", "script_missing" },
    { "<p>Tea</p>", "script_missing" },
    { "<!-- " TAG " -->", "script_comment(https://chat.example/widget.js)" },
    { "<!-- " TAG, "script_comment(https://chat.example/widget.js)" },
    { "<!-- " TAG " --!>" TAG, "" },
    { "<noscript>" TAG "</noscript>", "script_inert(https://chat.example/widget.js)" },
    { "<template><div>" TAG "</div></template>", "script_inert(https://chat.example/widget.js)" },
    { "<textarea>" TAG "</textarea>", "script_inert(https://chat.example/widget.js)" },
    { "<script src=\"https://chat.example/widget.js\" data-shop=\"shop-7\">",
      "script_inert(https://chat.example/widget.js)" },
    { "<script>var a = '<script src=\"https://chat.example/widget.js\" data-shop=\"shop-7\">'</script>",
      "script_by_code" },
    { "<script>s.src='https://chat.example/widget.js'</script>", "script_by_code" },
    { "<script src=\"https://www.googletagmanager.com/gtm.js?id=GTM-1\"></script>", "script_tag_manager" },
    { "<pre>&lt;script src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"&gt;</pre>", "script_missing" },
    { "<script src=\"https://chat.example/widget.js\" data-shop=\"shop-70\"></script>", "shop_other(shop-70)" },
    { "<script src=\"https://chat.example/widget.js\" data-shop=\"SHOP-7\"></script>", "shop_other(SHOP-7)" },
    { "<script src=\"https://chat.example/widget.js\"></script>", "shop_missing(shop-7)" },
    { "<script src=\"https://chat.example/widget.js\" data-shop></script>", "shop_missing(shop-7)" },
    { "<script src=\"https://chat.example/widget.js\" data-shop=\"a\tb\"></script>", "shop_other" },
    { "<script src=\"https://old.example/widget.js\" data-shop=\"shop-7\"></script>",
      "base_other(https://old.example/widget.js)" },
    { "<script src=\"https://chat.example:8443/widget.js\" data-shop=\"shop-7\"></script>",
      "base_other(https://chat.example:8443/widget.js)" },
    { "<script src=\"https://chat.example.evil.example/widget.js\" data-shop=\"shop-7\"></script>",
      "base_other(https://chat.example.evil.example/widget.js)" },
    { "<script src=\"/widget.js\" data-shop=\"shop-7\"></script>", "base_other(https://tea.example/widget.js)" },
    { "<script src=\"http://chat.example/widget.js\" data-shop=\"shop-7\"></script>",
      "base_http(http://chat.example/widget.js)" },
    { "<script src=\"https://reviews.example/app.js\" data-shop=\"tea\"></script>", "script_missing" },
    { TAG TAG, "script_several(2)" },
    { TAG OLD "<script src=\"https://chat.example/widget.js\" data-shop=\"shop-8\"></script>", "script_two_shops" },
    { "<!-- " OLD " -->" TAG, "" },
    { "<script type=\"text/plain\" src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"></script>",
      "script_type(text/plain)" },
    { "<script type=\"Text/JavaScript\" src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"></script>", "" },
    { "<script type=module src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"></script>",
      "script_crossorigin(type=\"module\")" },
    { "<script crossorigin src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"></script>",
      "script_crossorigin(crossorigin)" },
    { "<meta http-equiv=Content-Security-Policy content=\"script-src 'self'\">" TAG,
      "policy_script(script-src https://chat.example)" },
    { "<meta content=\"img-src https:\" http-equiv=\"content-security-policy\"/>" TAG, "" },
    { "<body><meta http-equiv=Content-Security-Policy content=\"script-src 'self'\">" TAG, "" },
    { "<!-- <meta http-equiv=Content-Security-Policy content=\"script-src 'self'\"> -->" TAG, "" },
};

static void pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(page_cases); i++) expect(page_cases[i].html, page_cases[i].want);
}

/* What stands in the way, by a policy of the answer's head. */
static void policies(void **state)
{
    (void)state;
    static const char needs[] = "connect-src https://chat.example wss://chat.example";
    static const char socket[] = "policy_socket(connect-src wss://chat.example)";
    static const char script[] = "policy_script(script-src https://chat.example)";
    static const struct {
        const char *policy, *want;
    } cases[] = {
        { "", "" },
        { "upgrade-insecure-requests; frame-ancestors 'none'; style-src 'none'; font-src 'none'", "" },
        { "default-src *", "" },
        { "default-src https: wss:", "" },
        { "default-src 'self' https://chat.example wss://chat.example", "" },
        { "default-src 'self' chat.example", socket },
        { "default-src 'self' https:", socket },
        { "default-src 'self' *.example wss:", "" },
        { "default-src 'self' https://*.chat.example", NULL },
        { "default-src 'none'; script-src https://chat.example; img-src *; connect-src https://chat.example:* wss://*",
          "" },
        { "SCRIPT-SRC HTTPS://CHAT.EXAMPLE", "" },
        { "script-src https://chat.example/widget.js", script },
        { "script-src https://chat.example/widget.js https://chat.example/assets/", "" },
        { "script-src https://chat.example:8443", script },
        { "script-src http://chat.example", "" },
        { "script-src 'self' 'unsafe-inline' https://cdn.example", script },
        { "script-src", script },
        { "script-src 'none'", script },
        { "script-src 'self'; script-src *", script },
        { "script-src *; script-src-elem 'self'", script },
        { "script-src-attr 'none'; default-src *", "" },
        { "script-src 'nonce-abc'", script },
        { "script-src 'nonce-abc' 'strict-dynamic' https:", "policy_nonce(script-src)" },
        { "connect-src 'self'", "policy_connect(connect-src https://chat.example wss://chat.example)" },
        { "connect-src https://chat.example/api/", socket },
        { needs, "" },
        { "img-src 'self' data:", "policy_pictures(img-src https://chat.example)" },
        { "sandbox", "policy_sandbox(sandbox allow-scripts allow-same-origin)" },
        { "sandbox allow-scripts allow-same-origin allow-forms", "" },
        { "require-trusted-types-for 'script'", "policy_trusted_types(require-trusted-types-for 'script')" },
        { "default-src *, script-src 'self'", script },
    };
    struct arena *a = arena_new(4 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outbound_header h = { "content-security-policy", cases[i].policy };
        struct install_findings f = { .count = 0 };
        install_judge(a, &wish, &(struct install_page){ "https://www.tea.example/", STR(TAG), &h, 1 }, &f);
        const char *got = said(a, &f, true);
        if (cases[i].want ? !text_eq(got, cases[i].want) : !strstr(got, "policy_script"))
            fail_msg("%s\n  said   %s\n  wanted %s", cases[i].policy, got, cases[i].want);
    }
    /* The nonce of the tag is what counts, to the letter; and the second script carries it too. */
    static const char with_nonce[] =
        "<script nonce=\"abc\" src=\"https://chat.example/widget.js\" data-shop=\"shop-7\"></script>";
    struct outbound_header h[2] = { { "content-security-policy", "script-src 'nonce-abc' 'strict-dynamic'" },
                                    { "cross-origin-embedder-policy", "require-corp; report-to=\"x\"" } };
    assert_string_equal(judged(a, "https://tea.example/", with_nonce, h, 1),
                        "domain_fits script_found shop_right policy_fits");
    h[0].value = "script-src 'nonce-ABC' 'strict-dynamic'";
    assert_string_equal(judged(a, "https://tea.example/", with_nonce, h, 2),
                        "domain_fits script_found shop_right policy_nonce(script-src)"
                        " policy_embedder(Cross-Origin-Embedder-Policy: require-corp)");
    /* Two heads are two policies, and both hold. */
    h[0].value = "default-src *", h[1] = (struct outbound_header){ "content-security-policy", "script-src 'self'" };
    assert_non_null(strstr(judged(a, "https://tea.example/", TAG, h, 2), "policy_script"));
    arena_free(a);
}

static void domains(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    static const struct {
        const char *url, *want;
    } cases[] = {
        { "https://tea.example/", "domain_fits" },
        { "https://www.tea.example/zh?a=b", "domain_fits" },
        { "https://TEA.example:443/", "domain_fits" },
        { "https://shop.tea.example/", "domain_other(shop.tea.example)" },
        { "https://tea.example:8443/", "domain_other(tea.example)" },
        { "http://tea.example/", "domain_other(tea.example)" },
        { "https://tea.example/password", "domain_fits page_password" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = judged(a, cases[i].url, TAG, NULL, 0);
        if (strncmp(got, cases[i].want, strlen(cases[i].want)) != 0) fail_msg("%s: %s", cases[i].url, got);
        assert_string_equal(got + strlen(cases[i].want), " script_found shop_right policy_none");
    }
    arena_free(a);
}

/* Whatever a page holds, there are never more lines than there is room for, and each is text. */
static void many_tags_and_bad_bytes(void **state)
{
    (void)state;
    struct arena *a = arena_new(8 << 20);
    struct buf b;
    struct install_findings f = { .count = 0 };
    struct install_seen seen;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 500; i++)
        buf_printf(&b, "<script src=https://x%d.example/widget.js data-shop=\"\xff\x01\"></script>", i);
    for (int i = 0; i < 40; i++) buf_text(&b, "<meta http-equiv=content-security-policy content=\"sandbox\">");
    install_scan(a, buf_str(&b), &seen);
    assert_int_equal(seen.tags, INSTALL_TAGS_MAX);
    assert_int_equal(seen.policies, INSTALL_POLICIES_MAX);
    install_judge(a, &wish, &(struct install_page){ "https://tea.example/", buf_str(&b), NULL, 0 }, &f);
    assert_true(f.count > 0 && f.count <= INSTALL_FINDINGS_MAX);
    f.count = 0;
    install_say(a, &f, INSTALL_shop_other, "\xff\xfe");
    assert_string_equal(f.item[0].detail, "");
    char *line = arena_alloc(a, 1000);
    memset(line, 'x', 999), line[999] = '\0';
    install_say(a, &f, INSTALL_shop_other, line);
    assert_int_equal(strlen(f.item[1].detail), INSTALL_DETAIL_MAX);
    buf_free(&b), arena_free(a);
}

/* ---- the route and its job ---- */

static int64_t account, shop;
static struct peer peer;

static enum row owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static void serve(struct peer *p, int fd)
{
    const char *const *answers = p->script; /* by their paths: "/a", an answer, NULL */
    if (!peer_read_until(p, fd, p->seen_n, "\r\n\r\n")) return;
    const char *path = p->seen;
    for (const char *next; (next = strstr(path + 1, "GET ")) != NULL;) path = next;
    for (; *answers; answers += 2) {
        size_t n = strlen(answers[0]);
        if (strncmp(path + 4, answers[0], n) == 0 && path[4 + n] == ' ') peer_send(fd, answers[1], strlen(answers[1]));
    }
}

static void start(struct test_db *t, const char *domain)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct keyring *keys;
    struct shop s;
    kit_start();
    if (!keys) keys = keyring_new(key, id, 1);
    tenants_hooks.owner = owner;
    tenants_settings = (struct tenants_settings){
        .feature_enabled = true, .base_url = "https://chat.example", .enable_price = credits_of(50), .keyring = keys
    };
    chat_settings.keyring = keys, chat_settings.base_url = "https://chat.example", chat_settings.development = false;
    account = kit_account(t, 100);
    EXPECT(shops_add(t->tx,
                     &(struct shop_new){ .account = account, .name = "Tea", .domain = domain, .at_ms = kit_now() },
                     &s) == SHOP_ADDED);
    shop = s.id;
}

static void enable(struct test_db *t)
{
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = tenants_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop),
                                  .account = account,
                                  .body = "{}" });
    assert_int_equal(a.status, 200);
}

static struct kit_answer call(struct test_db *t, enum verb verb, const char *body)
{
    return kit_call(t, &(struct kit_request){
                           .routes = chat_install_routes,
                           .verb = verb,
                           .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/installation", (long long)shop),
                           .account = account,
                           .body = body });
}

/* The codes of an answer, with blanks. */
static const char *codes(struct test_db *t, const struct kit_answer *a)
{
    const char *out = "";
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(a->json, "findings"), i, one)
    {
        out = arena_printf(t->arena, "%s%s%s", out, i ? " " : "", json_string_value(json_object_get(one, "code")));
    }
    return out;
}

static const char *looked_at(struct test_db *t, const char *path)
{
    struct kit_answer a =
        call(t, VERB_POST, arena_printf(t->arena, "{\"page\":\"http://127.0.0.1:%d%s\"}", peer.port, path));
    assert_int_equal(a.status, 202);
    int64_t job = test_number(t, "SELECT MAX(id) FROM jobs WHERE kind = 'chat.install'");
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_install_job, .id = job, .ref = shop }) == JOB_FINISHED);
    a = call(t, VERB_GET, NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "state")), "done");
    return codes(t, &a);
}

TEST_EACH_ENGINE(a_page_is_fetched_and_told_line_by_line)
{
    static const char *const answers[] = {
        "/",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" TAG,
        "/moved",
        "HTTP/1.1 301 Moved\r\nLocation: /two\r\n\r\n",
        "/two",
        "HTTP/1.1 302 Moved\r\nLocation: /\r\n\r\n",
        "/round",
        "HTTP/1.1 302 Moved\r\nLocation: /round\r\n\r\n",
        "/strict",
        "HTTP/1.1 200 OK\r\nContent-Security-Policy: script-src 'self'\r\ncontent-security-policy:"
        " connect-src 'self'\r\nX-Other: a\r\n\r\n" OLD,
        "/gone",
        "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
        "/robots",
        "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        "/pdf",
        "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF",
        "/cut",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n" TAG,
        NULL
    };
    start(t, "tea.example");
    enable(t);
    chat_settings.development = true;
    tenants_settings.base_url = chat_settings.base_url = "https://chat.example";
    struct kit_answer a = call(t, VERB_GET, NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "state")), "none");
    peer_start(&peer, serve);
    peer.script = answers;
    const struct {
        const char *path, *want;
    } cases[] = {
        { "/moved", "chat_on page_redirected domain_fits script_found shop_other policy_none" },
        { "/strict", "chat_on page_reached domain_fits script_found shop_other policy_script policy_connect" },
        { "/round", "chat_on page_loops" },
        { "/gone", "chat_on page_status" },
        { "/robots", "chat_on page_refused" },
        { "/pdf", "chat_on page_not_html" },
        { "/cut", "chat_on page_unreachable" },
        { "/silent", "chat_on page_unreachable" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = looked_at(t, cases[i].path);
        if (!text_eq(got, cases[i].want)) fail_msg("%s: %s", cases[i].path, got);
    }
    peer_stop(&peer);
    assert_string_equal(looked_at(t, "/"), "chat_on page_unreachable"); /* nobody listens */
    test_script(t, "UPDATE tenants SET status = 4");
    assert_string_equal(looked_at(t, "/"), "chat_suspended page_unreachable");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_installs"), 1);
    EXPECT(chat_installs_forget(t->tx, shop));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_installs"), 0);
}

static int set_domains(struct test_db *t, const char *body)
{
    return kit_call(t, &(struct kit_request){ .routes = chat_settings_routes,
                                              .verb = VERB_PUT,
                                              .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/settings",
                                                                   (long long)shop),
                                              .account = account,
                                              .body = body })
        .status;
}

TEST_EACH_ENGINE(a_page_on_an_allowed_domain_is_looked_at_and_fits)
{
    struct arena *a = t->arena;
    const char *allowed = "{\"page\":\"https://blog.other.example/\"}";
    start(t, "tea.example");
    enable(t);
    assert_string_equal(call(t, VERB_POST, allowed).fault, "page:other_domain");
    assert_int_equal(set_domains(t, "{\"domains\":[\"*.other.example\"]}"), 200);
    assert_int_equal(call(t, VERB_POST, allowed).status, 202);
    assert_string_equal(call(t, VERB_POST, "{\"page\":\"https://evilother.example/\"}").fault, "page:other_domain");
    assert_int_equal(set_domains(t, "{\"revision\":1}"), 200);
    assert_string_equal(call(t, VERB_POST, allowed).fault, "page:other_domain");

    static const char *const more[] = { "*.other.example" };
    struct install_wish w = wish;
    w.more = (struct chat_words){ more, 1 };
    const struct install_page page = { "https://blog.other.example/", STR(TAG), NULL, 0 };
    struct install_findings f = { .count = 0 };
    install_judge(a, &w, &page, &f);
    assert_string_equal(said(a, &f, false), "domain_fits script_found shop_right policy_none");
    f.count = 0;
    install_judge(a, &wish, &page, &f);
    assert_string_equal(said(a, &f, true), "domain_other(blog.other.example)");
}

TEST_EACH_ENGINE(only_pages_of_the_shop_are_looked_at)
{
    static const struct {
        const char *page, *fault;
    } refused[] = {
        { "http://tea.example/", "page:https" },
        { "https://other.example/", "page:other_domain" },
        { "https://eviltea.example/", "page:other_domain" },
        { "https://tea.example.evil.example/", "page:other_domain" },
        { "https://127.0.0.1/", "page:other_domain" },
        { "https://me:secret@tea.example/", "page:format" },
        { "ftp://tea.example/", "page:format" },
        { "javascript:alert(1)", "page:format" },
    };
    start(t, "tea.example");
    assert_string_equal(call(t, VERB_POST, "{}").error, "chatbot_not_enabled");
    assert_string_equal(call(t, VERB_GET, NULL).error, "chatbot_not_enabled");
    enable(t);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct kit_answer a = call(t, VERB_POST, arena_printf(t->arena, "{\"page\":\"%s\"}", refused[i].page));
        if (!text_eq(a.fault, refused[i].fault)) print_error("%s: %s\n", refused[i].page, a.fault);
        assert_string_equal(a.fault, refused[i].fault);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_installs"), 0);
    struct kit_answer a = call(t, VERB_POST, NULL);
    assert_int_equal(a.status, 202);
    assert_string_equal(json_string_value(json_object_get(a.json, "page")), "https://tea.example/");
    a = call(t, VERB_POST, "{\"page\":\"https://zh.tea.example/a\"}");
    assert_int_equal(a.status, 202);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.install'"), 1);
    int64_t mine = account;
    account = kit_account(t, 0);
    assert_int_equal(call(t, VERB_POST, "{}").status, 404);
    assert_int_equal(call(t, VERB_GET, NULL).status, 404);
    account = mine;
}

TEST_EACH_ENGINE(a_look_that_took_long_writes_over_no_newer_one)
{
    start(t, "tea.example");
    enable(t);
    assert_int_equal(call(t, VERB_POST, "{\"page\":\"https://tea.example/one\"}").status, 202);
    struct kit_attempt first = { .kind = &chat_install_job, .id = 1, .ref = shop };
    chat_settings.development = true; /* so that nothing is asked of the internet: nobody listens on this port */
    test_script(t, "UPDATE chat_installs SET page = 'http://127.0.0.1:9/'");
    struct job *slow = kit_begin(t, &first);
    chat_settings.development = false;
    assert_int_equal(call(t, VERB_POST, "{\"page\":\"https://tea.example/two\"}").status, 202);
    EXPECT(kit_settle(t, slow) == JOB_FINISHED);
    struct kit_answer a = call(t, VERB_GET, NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "state")), "checking");
    kit_expire(t, &first);
    a = call(t, VERB_GET, NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "state")), "done");
    assert_string_equal(codes(t, &a), "page_unreachable");
}

TEST_EACH_ENGINE(a_shop_without_a_domain_is_told_so_at_once)
{
    start(t, NULL);
    enable(t);
    struct kit_answer a = call(t, VERB_POST, "{\"page\":\"https://tea.example/\"}");
    assert_int_equal(a.status, 200);
    assert_string_equal(codes(t, &a), "chat_on domain_missing");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.install'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages),
        cmocka_unit_test(policies),
        cmocka_unit_test(domains),
        cmocka_unit_test(many_tags_and_bad_bytes),
        EACH_ENGINE(a_page_is_fetched_and_told_line_by_line),
        EACH_ENGINE(a_page_on_an_allowed_domain_is_looked_at_and_fits),
        EACH_ENGINE(only_pages_of_the_shop_are_looked_at),
        EACH_ENGINE(a_look_that_took_long_writes_over_no_newer_one),
        EACH_ENGINE(a_shop_without_a_domain_is_told_so_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
