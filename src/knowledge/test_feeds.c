/* test_feeds.c: addresses that are read each day: files of products and the pages of a site, from a server that behaves
 * and from one that does not. On both engines. */
#include "base/testing.h"
#include "knowledge/fetch.h"
#include "knowledge/intake.h"
#include "outbound/test_peer.h"
#include "shops/test_kit.h"
#include <stdio.h>
#include <unistd.h>

static int64_t account, shop;

/* ---- the other side ---- */

struct page {
    const char *path, *status, *head, *body; /* head: more lines, each ended */
};
static struct page pages[24];
static size_t page_count;
static char asked[8192];

static void page(const char *path, const char *status, const char *head, const char *body)
{
    for (size_t i = 0; i < page_count; i++)
        if (strcmp(pages[i].path, path) == 0) {
            pages[i] = (struct page){ path, status, head, body };
            return;
        }
    pages[page_count++] = (struct page){ path, status, head, body };
}

static void serve(struct peer *p, int fd)
{
    char in[8192], out[512];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof in - 1 && (got = read(fd, in + n, sizeof in - 1 - n)) > 0) {
        n += (size_t)got;
        in[n] = '\0';
        if (strstr(in, "\r\n\r\n")) break;
    }
    in[n] = '\0';
    (void)snprintf(asked, sizeof asked, "%s", in);
    bool other = strstr(in, "\r\nHost: localhost") != NULL;
    char *path = strchr(in, ' '), *end = path ? strchr(path + 1, ' ') : NULL;
    if (!end) return;
    *end = '\0';
    const struct page *found = NULL;
    char at[1100];
    (void)snprintf(at, sizeof at, "%s%.1000s", other ? "//localhost" : "", path + 1);
    for (size_t i = 0; i < page_count; i++)
        if (strcmp(pages[i].path, at) == 0) found = &pages[i];
    const char *body = found ? found->body : "no";
    bool endless = found && strcmp(body, "endless") == 0, liar = found && strcmp(body, "liar") == 0;
    int w = snprintf(out, sizeof out, "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n",
                     found ? found->status : "404 Not Found", found && found->head ? found->head : "",
                     endless ? (size_t)1 << 40
                     : liar  ? (size_t)100000
                             : strlen(body));
    if (write(fd, out, (size_t)w) != w) return;
    char block[4096];
    memset(block, 'x', sizeof block);
    for (int i = 0; endless && i < 20000; i++)
        if (write(fd, block, sizeof block) <= 0) return;
    if (write(fd, body, strlen(body)) < 0) return;
}

static struct peer peer;
static char base[64];

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    page_count = 0;
    knowledge_settings.development = true;
    peer_start(&peer, serve);
    (void)snprintf(base, sizeof base, "http://127.0.0.1:%d", peer.port);
}

static void stop(void)
{
    peer_stop(&peer);
    knowledge_settings.development = false;
}

static struct kit_answer call(struct test_db *t, enum verb verb, const char *rest, const char *body)
{
    return kit_call(t, &(struct kit_request){
                           .routes = knowledge_feed_routes,
                           .verb = verb,
                           .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/feeds%s", (long long)shop, rest),
                           .account = account,
                           .body = body });
}

static int64_t add(struct test_db *t, const char *kind, const char *path)
{
    struct kit_answer a =
        call(t, VERB_POST, "", arena_printf(t->arena, "{\"kind\":\"%s\",\"url\":\"%s%s\"}", kind, base, path));
    assert_int_equal(a.status, 201);
    assert_string_equal(json_string_value(json_object_get(a.json, "state")), "reading");
    return json_integer_value(json_object_get(a.json, "id"));
}

/* The reading that is under way, to its end. */
static void work(struct test_db *t)
{
    int64_t intake = test_number(t, "SELECT MAX(id) FROM knowledge_intakes");
    enum job_wish wish;
    int64_t tries = 1;
    for (int i = 0; i < 400; i++) {
        wish = kit_job(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .attempt = tries });
        if (wish == JOB_AGAIN) tries++;
        else if (wish != JOB_NEXT) break;
    }
    assert_int_equal(wish, JOB_FINISHED);
}

static void again(struct test_db *t, int64_t feed)
{
    kit_set_now(kit_now() + MINUTE_MS);
    assert_int_equal(call(t, VERB_POST, arena_printf(t->arena, "/%lld/read", (long long)feed), "{}").status, 202);
    work(t);
}

static const json_t *feed_now(struct test_db *t)
{
    static struct kit_answer a;
    a = call(t, VERB_GET, "", NULL);
    return json_array_get(json_object_get(a.json, "feeds"), 0);
}
static const char *word(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }
static int64_t number(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }
static int64_t products(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM knowledge_products"); }

TEST_EACH_ENGINE(a_feed_is_read_and_read_again)
{
    start(t);
    page("/f.csv", "200 OK", "ETag: \"one\"\r\n", "id,name,price,currency\n1,Kettle,5,USD\n2,Lamp,6,USD\n");
    int64_t feed = add(t, "feed", "/f.csv");
    work(t);
    const json_t *f = feed_now(t);
    assert_string_equal(word(f, "state"), "read");
    assert_int_equal(number(f, "products"), 2);
    assert_int_equal(products(t), 2);
    /* As before, the server says. */
    page("/f.csv", "304 Not Modified", NULL, "");
    again(t, feed);
    assert_non_null(strstr(asked, "If-None-Match: \"one\""));
    assert_string_equal(word(feed_now(t), "state"), "read");
    assert_int_equal(products(t), 2);
    /* One went, one is new; what was added by hand is nobody else's. */
    page("/f.csv", "200 OK", "ETag: \"two\"\r\n", "id,name,price,currency\n2,Lamp,7,USD\n3,Cup,1,USD\n");
    again(t, feed);
    assert_int_equal(products(t), 2);
    assert_int_equal(test_number(t, "SELECT price FROM knowledge_products WHERE product = '2'"), 700);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_products WHERE product = '1'"), 0);
    assert_int_equal(number(feed_now(t), "changed"), 3);
    assert_int_equal(call(t, VERB_DELETE, arena_printf(t->arena, "/%lld", (long long)feed), NULL).status, 200);
    assert_int_equal(products(t), 2);
    stop();
}

TEST_EACH_ENGINE(as_before_is_no_answer_to_who_has_nothing_from_before)
{
    start(t);
    page("/f.csv", "304 Not Modified", NULL, "");
    (void)add(t, "feed", "/f.csv");
    work(t);
    assert_string_equal(word(feed_now(t), "error"), "redirects");
    stop();
}

static enum row nobody(struct tx *tx, int64_t of, struct tenants_owner *out) { return tx ? ROW_NONE : ROW_FAULT; }

TEST_EACH_ENGINE(what_a_disabled_account_has_is_not_read_on)
{
    start(t);
    (void)add(t, "feed", "/f.csv");
    work(t);
    tenants_hooks.owner = nobody;
    kit_set_now(kit_now() + 2 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 1);
    tenants_hooks.owner = NULL;
    stop();
}

TEST_EACH_ENGINE(a_feed_that_breaks_takes_nothing_away)
{
    struct buf b;
    start(t);
    buf_init(&b, 1 << 20);
    buf_text(&b, "id,name,price,currency\n");
    for (int i = 0; i < 20; i++) buf_printf(&b, "%d,Cup %d,5,USD\n", i, i);
    page("/f.csv", "200 OK", NULL, buf_terminated(&b));
    int64_t feed = add(t, "feed", "/f.csv");
    work(t);
    assert_int_equal(products(t), 20);
    /* Less than half of it: more likely broken than right. */
    page("/f.csv", "200 OK", "ETag: \"few\"\r\n", "id,name,price,currency\n1,Cup 1,5,USD\n");
    again(t, feed);
    EXPECT(test_number(t, "SELECT next_at_ms FROM knowledge_feeds") - kit_now() == DAY_MS);
    const json_t *f = feed_now(t);
    assert_string_equal(word(f, "state"), "failed");
    assert_string_equal(word(json_array_get(json_object_get(f, "refused"), 0), "code"), "too_few");
    page("/f.csv", "200 OK", NULL, "id,name,price,currency\n1,Cup 1,-5,USD\n");
    again(t, feed);
    EXPECT(strstr(asked, "If-None-Match") == NULL); /* what was refused is not "as before" */
    f = feed_now(t);
    assert_string_equal(word(json_array_get(json_object_get(f, "refused"), 0), "field"), "rows[2].price");
    page("/f.csv", "500 Oh", NULL, "");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "error"), "answered");
    assert_int_equal(number(feed_now(t), "status"), 500);
    page("/f.csv", "200 OK", NULL, "liar");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "error"), "cannot_reach");
    EXPECT(test_number(t, "SELECT next_at_ms FROM knowledge_feeds") - kit_now() == 60 * MINUTE_MS);
    page("/f.csv", "200 OK", NULL, "endless");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "error"), "too_large");
    assert_int_equal(products(t), 20);
    buf_free(&b);
    stop();
}

TEST_EACH_ENGINE(a_reading_that_cannot_begin_stops_no_other)
{
    start(t);
    page("/f.csv", "200 OK", NULL, "id,name\n1,Kettle\n");
    int64_t broken = add(t, "feed", "/a.csv"), sound = add(t, "feed", "/f.csv");
    work(t);
    kit_set_now(kit_now() + DAY_MS);
    /* As a hand in the database may leave it; it is due before the other. */
    test_script(t, arena_printf(t->arena, "UPDATE knowledge_feeds SET kind = 9, next_at_ms = 1 WHERE id = %lld",
                                (long long)broken));
    int64_t before = test_number(t, "SELECT COUNT(*) FROM knowledge_intakes");
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes") - before, 1);
    assert_int_equal(
        test_number(t, arena_printf(t->arena, "SELECT state FROM knowledge_feeds WHERE id = %lld", (long long)sound)),
        FEED_READING);
    assert_int_equal(
        test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM job_skips WHERE item = %lld", (long long)broken)),
        1);
}

TEST_EACH_ENGINE(what_is_due_is_started_and_an_address_inside_is_refused)
{
    start(t);
    page("/f.csv", "200 OK", NULL, "id,name\n1,Kettle\n");
    int64_t feed = add(t, "feed", "/f.csv");
    /* No prices, but no currency either: a shop without one says which first. */
    work(t);
    assert_string_equal(word(json_array_get(json_object_get(feed_now(t), "refused"), 0), "field"), "currency");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 1);
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &knowledge_due_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 2);
    assert_int_equal(call(t, VERB_POST, arena_printf(t->arena, "/%lld/read", (long long)feed), "{}").status, 409);
    /* Out of development the guard holds: when it is added, and when it is read. */
    knowledge_settings.development = false;
    work(t);
    assert_string_equal(word(feed_now(t), "error"), "address_not_allowed");
    static const char *const bad[][2] = { { "http://feeds.example/f", "url:https" },
                                          { "https://127.0.0.1/f", "url:address_not_allowed" },
                                          { "https://localhost/f", "url:address_not_allowed" },
                                          { "https://10.0.0.1/f", "url:address_not_allowed" },
                                          { "https://intern/f", "url:address_not_allowed" },
                                          { "https://intern./f", "url:address_not_allowed" },
                                          { "https://0x7f.1./f", "url:address_not_allowed" },
                                          { "https://[::1]:8443/f", "url:address_not_allowed" },
                                          { "https://[::ffff:10.0.0.1]/f", "url:address_not_allowed" },
                                          { "https://2130706433/f", "url:address_not_allowed" },
                                          { "https://nas.lan:8443/f", "url:address_not_allowed" },
                                          { "https://feeds.example:8080/f", "url:port_not_allowed" },
                                          { "ftp://feeds.example/f", "url:format" } };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct kit_answer a =
            call(t, VERB_POST, "", arena_printf(t->arena, "{\"kind\":\"feed\",\"url\":\"%s\"}", bad[i][0]));
        assert_string_equal(a.fault, bad[i][1]);
    }
    assert_string_equal(call(t, VERB_POST, "", "{\"kind\":\"pages\",\"url\":\"https://else.example/\"}").fault,
                        "url:domain_missing");
    knowledge_settings.development = true;
    stop();
}

TEST_EACH_ENGINE(redirects_are_followed_and_judged)
{
    start(t);
    char to[128];
    (void)snprintf(to, sizeof to, "Location: /g.csv\r\n");
    page("/f.csv", "302 Found", to, "");
    page("/g.csv", "200 OK", NULL, "id,name,currency\n1,Kettle,USD\n");
    page("/loop", "301 Moved", "Location: /loop\r\n", "");
    page("/away", "301 Moved", "Location: ftp://x.example/\r\n", "");
    (void)add(t, "feed", "/f.csv");
    work(t);
    assert_int_equal(products(t), 1);
    struct outbound_answer out;
    bool later;
    know_fetch(t->arena,
               &(struct know_fetch){
                   .url = arena_printf(t->arena, "%s/loop", base), .max = 1000, .total_ms = 20000, .log_as = "test" },
               &out);
    assert_string_equal(know_fetch_error(&out, &later), "redirects");
    know_fetch(t->arena,
               &(struct know_fetch){
                   .url = arena_printf(t->arena, "%s/away", base), .max = 1000, .total_ms = 20000, .log_as = "test" },
               &out);
    assert_string_equal(know_fetch_error(&out, &later), "redirects");
    stop();
}

#define LONG_TEXT "Words that are long enough to be worth a place among the documents of a shop."

TEST_EACH_ENGINE(the_pages_of_a_site_become_documents)
{
    start(t);
    page("/robots.txt", "200 OK", NULL, "User-agent: *\nDisallow: /private\nSitemap: /map.xml\n");
    page("/map.xml", "200 OK", NULL, "<sitemapindex xmlns=\"x\"><sitemap><loc>/one.xml</loc></sitemap></sitemapindex>");
    page(
        "/one.xml", "200 OK", NULL,
        "<urlset xmlns=\"x\"><url><loc>/about</loc></url><url><loc>/private/x</loc></url><url><loc>/returns</loc></url>"
        "<url><loc>https://other.example/</loc></url><url><loc>/gone</loc></url><url><loc>/short</loc></url>"
        "<url><loc>/about</loc></url></urlset>");
    page("/about", "200 OK", "Content-Type: text/html\r\n",
         "<title>About us</title><script>no</script><p>" LONG_TEXT "</p>");
    page("/returns", "200 OK", "Content-Type: text/html; charset=utf-8\r\n", "<h1>Returns</h1><p>" LONG_TEXT);
    page("/private/x", "200 OK", NULL, LONG_TEXT);
    page("/short", "200 OK", NULL, "<p>Hi");
    int64_t feed = add(t, "pages", "/");
    work(t);
    const json_t *f = feed_now(t);
    assert_string_equal(word(f, "state"), "read");
    assert_int_equal(number(f, "texts"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts WHERE kind = 1"), 2);
    assert_int_equal(
        test_number(t, "SELECT COUNT(*) FROM knowledge_texts WHERE name = '/about' AND title = 'About us'"), 1);
    /* A page that is gone goes. */
    page("/about", "404 Not Found", NULL, "no");
    again(t, feed);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts WHERE kind = 1"), 1);
    /* Where robots.txt cannot be had nothing is read, and nothing goes. */
    page("/robots.txt", "503 Busy", NULL, "");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "state"), "failed");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts WHERE kind = 1"), 1);
    /* Nor where it broke off: half of the rules allow what the other half forbids. Half a list of pages is none. */
    page("/robots.txt", "200 OK", NULL, "liar");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "error"), "cannot_reach");
    page("/robots.txt", "404 Not Found", NULL, "");
    page("/sitemap.xml", "200 OK", NULL, "liar");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "error"), "cannot_reach");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts WHERE kind = 1"), 1);
    stop();
}

static bool says_localhost(struct tx *tx, int64_t of, struct arena *a, struct knowledge_says *out)
{
    static const char *const domain[] = { "localhost" };
    *out = (struct knowledge_says){ domain, 1, false };
    return tx != NULL && a != NULL && of == shop;
}

TEST_EACH_ENGINE(pages_of_an_allowed_domain_are_read_as_the_shops_own)
{
    static const char titled[] = "SELECT COUNT(*) FROM knowledge_texts WHERE title = 'There'";
    start(t);
    page("/robots.txt", "200 OK", NULL, "Sitemap: /map.txt\n");
    page("/map.txt", "200 OK", NULL, arena_printf(t->arena, "%s/here\nhttp://localhost:%d/there\n", base, peer.port));
    page("/here", "200 OK", NULL, "<title>Here</title><p>" LONG_TEXT);
    page("//localhost/there", "200 OK", NULL, "<title>There</title><p>" LONG_TEXT);
    int64_t feed = add(t, "pages", "/");
    work(t);
    assert_int_equal(test_number(t, titled), 0);
    knowledge_hooks.shop_says = says_localhost;
    again(t, feed);
    assert_int_equal(test_number(t, titled), 1);
    knowledge_hooks.shop_says = NULL;
    stop();
}

/* The shop's domain is "localhost", the address that is read is 127.0.0.1: two hosts, one server. */
TEST_EACH_ENGINE(each_host_of_a_shop_has_its_own_rules_and_names)
{
    start(t);
    char there[64], map[600], to[128], to_hidden[128];
    (void)snprintf(there, sizeof there, "http://localhost:%d", peer.port);
    test_script(t, "UPDATE shops SET domain = 'localhost'");
    page("/robots.txt", "200 OK", NULL, "User-agent: *\nDisallow: /here-not\n");
    page("//localhost/robots.txt", "200 OK", NULL, "User-agent: *\nDisallow: /there-not\nDisallow: /hidden\n");
    (void)snprintf(map, sizeof map,
                   "%s/about\n%s/there-not\n%s/here-not\n%s/about\n%s/here-not\n%s/there-not\n%s/moved\n%s/led\n",
                   there, there, there, base, base, base, base, base);
    (void)snprintf(to, sizeof to, "Location: %s/fine\r\n", there);
    (void)snprintf(to_hidden, sizeof to_hidden, "Location: %s/hidden\r\n", there);
    page("/sitemap.xml", "200 OK", NULL, map);
    page("/about", "200 OK", NULL, "<title>Here</title><p>" LONG_TEXT);
    page("//localhost/about", "200 OK", NULL, "<title>There</title><p>" LONG_TEXT);
    page("/there-not", "200 OK", NULL, LONG_TEXT);
    page("//localhost/there-not", "200 OK", NULL, LONG_TEXT);
    page("/here-not", "200 OK", NULL, LONG_TEXT);
    page("//localhost/here-not", "200 OK", NULL, LONG_TEXT);
    page("/moved", "302 Found", to, "");
    page("/led", "302 Found", to_hidden, "");
    page("//localhost/fine", "200 OK", NULL, "<title>Fine</title><p>" LONG_TEXT);
    page("//localhost/hidden", "200 OK", NULL, "<title>Hidden</title><p>" LONG_TEXT);
    int64_t feed = add(t, "pages", "/");
    work(t);
    assert_string_equal(word(feed_now(t), "state"), "read");
#define NAMED(id) "SELECT COUNT(*) FROM knowledge_texts WHERE name = '" id "'"
    assert_int_equal(test_number(t, NAMED("/about") " AND title = 'There'"), 1);
    assert_int_equal(test_number(t, NAMED("//127.0.0.1/about") " AND title = 'Here'"), 1);
    assert_int_equal(test_number(t, NAMED("/there-not")), 0);
    assert_int_equal(test_number(t, NAMED("//127.0.0.1/there-not")), 1);
    assert_int_equal(test_number(t, NAMED("/here-not")), 1);
    assert_int_equal(test_number(t, NAMED("//127.0.0.1/here-not")), 0);
    assert_int_equal(test_number(t, NAMED("//127.0.0.1/moved") " AND title = 'Fine'"), 1);
    assert_int_equal(test_number(t, NAMED("//127.0.0.1/led")), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts"), 5);
    /* The other host does not tell its rules now: nothing is read, and nothing goes. */
    page("//localhost/robots.txt", "503 Busy", NULL, "");
    again(t, feed);
    assert_string_equal(word(feed_now(t), "state"), "failed");
    assert_int_equal(number(feed_now(t), "status"), 503);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts"), 5);
    stop();
}

/* ---- two who start the same ---- */

static void rest_all(struct test_db *t)
{
    test_script(t, "UPDATE knowledge_intakes SET state = 2, ended_at_ms = 1; UPDATE knowledge_feeds SET state = 2");
}

TEST_EACH_ENGINE(who_saw_a_feed_at_rest_does_not_start_it_a_second_time)
{
    start(t);
    struct feed seen, first;
    int64_t intake, feed = add(t, "feed", "/f.csv");
    rest_all(t);
    assert_int_equal(know_feed_get(t->tx, feed, &seen), ROW_FOUND);
    first = seen;
    assert_int_equal(know_feed_start(t->tx, &first, kit_now(), &intake), ROW_FOUND);
    int64_t begun = intake;
    assert_int_equal(know_feed_start(t->tx, &seen, kit_now(), &intake), ROW_NONE);
    EXPECT(intake == begun && seen.state == FEED_READING);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes WHERE ended_at_ms IS NULL"), 1);
    rest_all(t);
    test_script(t, "DELETE FROM knowledge_feeds");
    assert_int_equal(know_feed_start(t->tx, &seen, kit_now(), &intake), ROW_NONE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes WHERE ended_at_ms IS NULL"), 0);
    stop();
}

struct starter {
    struct conn *conn;
    int64_t feed;
    enum row row;
    bool committed;
};

static void *start_it(void *arg)
{
    struct starter *s = arg;
    struct arena *a = arena_new(1 << 20);
    struct tx *tx = tx_begin(s->conn, TX_WRITE, a);
    struct feed f;
    int64_t intake;
    s->row = know_feed_get(tx, s->feed, &f);
    if (s->row == ROW_FOUND) s->row = know_feed_start(tx, &f, KIT_START_MS, &intake);
    s->committed = tx_commit(tx) == TX_COMMITTED;
    arena_free(a);
    return NULL;
}

TEST_EACH_ENGINE(two_connections_start_a_feed_once)
{
    struct starter s[2];
    pthread_t thread[2];
    char error[256];
    start(t);
    int64_t feed = add(t, "feed", "/f.csv");
    rest_all(t);
    test_close_tx(t);
    for (size_t i = 0; i < 2; i++) {
        s[i] = (struct starter){ .conn = conn_open(t->db, TX_WRITE, error, sizeof error), .feed = feed };
        assert_non_null(s[i].conn);
        if (t->engine == DB_SQLITE) (void)start_it(&s[i]); /* it has one writer */
        else assert_int_equal(pthread_create(&thread[i], NULL, start_it, &s[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        if (t->engine != DB_SQLITE) (void)pthread_join(thread[i], NULL);
        EXPECT(s[i].committed);
        conn_close(s[i].conn);
    }
    test_open_tx(t);
    EXPECT((s[0].row == ROW_FOUND) != (s[1].row == ROW_FOUND));
    EXPECT((s[0].row == ROW_NONE) != (s[1].row == ROW_NONE));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes WHERE ended_at_ms IS NULL"), 1);
    stop();
}

/* For some seconds the clock is a year ahead; then it is put right. What was written meanwhile does not wait a year. */
TEST_EACH_ENGINE(what_a_clock_ahead_has_written_does_not_wait_for_its_time)
{
    const int64_t now = KIT_START_MS, year = 365 * DAY_MS;
    start(t);
    page("/f.csv", "200 OK", NULL, "id,name,price,currency\n1,Kettle,5,USD\n2,Lamp,6,USD\n");
    kit_set_now(now + year);
    int64_t feed = add(t, "feed", "/f.csv");
    work(t);
    assert_int_equal(products(t), 2);
    kit_set_now(now);
    page("/f.csv", "200 OK", NULL, "id,name,price,currency\n1,Kettle,9,USD\n3,Cup,1,USD\n");
    struct kit_attempt due = { .kind = &knowledge_due_job, .id = 1 };
    EXPECT(kit_job(t, &due) == JOB_FINISHED);
    work(t);
    assert_string_equal(word(feed_now(t), "state"), "read");
    assert_int_equal(number(feed_now(t), "changed"), 3);
    assert_int_equal(test_number(t, "SELECT price FROM knowledge_products WHERE product = '1'"), 900);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_products WHERE product = '2'"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_products WHERE product = '3'"), 1);
    /* What is known of the reading of then is kept as long as of any. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes") == 2);
    kit_set_now(now + 31 * DAY_MS);
    test_script(t, "UPDATE knowledge_feeds SET next_at_ms = NULL");
    EXPECT(kit_job(t, &due) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes") == 0 && feed > 0);
    stop();
}

/* A version that our own wrong clock counted is not the newest for a year; one of a right clock is. */
TEST_EACH_ENGINE(an_order_of_a_clock_ahead_is_overtaken)
{
    const int64_t now = KIT_START_MS, year = 365 * DAY_MS;
    struct knowledge_head h;
    struct knowledge_order order = {
        .number = "W1", .email = "a@b.example", .name = "", .status = "processing", .currency = CURRENCY_USD
    };
    start(t);
    struct know_write ahead = { .now_ms = now + year, .version = now + year };
    EXPECT(know_head_get(t->tx, shop, account, &h) != ROW_FAULT);
    EXPECT(know_orders_save(t->tx, &h, &order, 1, &ahead));
    order.status = "shipped";
    struct know_write right = { .now_ms = now, .version = now }, older = { .now_ms = now, .version = now - 1 };
    EXPECT(know_orders_save(t->tx, &h, &order, 1, &right) && right.stale == 0);
    order.status = "processing";
    EXPECT(know_orders_save(t->tx, &h, &order, 1, &older) && older.stale == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM knowledge_orders WHERE status = 'shipped'") == 1);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_a_clock_ahead_has_written_does_not_wait_for_its_time),
        EACH_ENGINE(an_order_of_a_clock_ahead_is_overtaken),
        EACH_ENGINE(a_feed_is_read_and_read_again),
        EACH_ENGINE(as_before_is_no_answer_to_who_has_nothing_from_before),
        EACH_ENGINE(what_a_disabled_account_has_is_not_read_on),
        EACH_ENGINE(a_feed_that_breaks_takes_nothing_away),
        EACH_ENGINE(a_reading_that_cannot_begin_stops_no_other),
        EACH_ENGINE(what_is_due_is_started_and_an_address_inside_is_refused),
        EACH_ENGINE(redirects_are_followed_and_judged),
        EACH_ENGINE(the_pages_of_a_site_become_documents),
        EACH_ENGINE(pages_of_an_allowed_domain_are_read_as_the_shops_own),
        EACH_ENGINE(each_host_of_a_shop_has_its_own_rules_and_names),
        EACH_ENGINE(who_saw_a_feed_at_rest_does_not_start_it_a_second_time),
        EACH_ENGINE(two_connections_start_a_feed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
