/* test_store.c: the export of a shop's own store is read page by page, from stores that behave and from stores that
 * repeat, lie, never end or fail; and who may ask for it. On both engines. */
#include "knowledge/intake.h"
#include "outbound/test_peer.h"
#include "tenants/test_fix.h"
#include "base/jwt.h"
#include <unistd.h>

static int64_t account, shop;

/* ---- the store ---- */

/* How it answers: `pages` pages of `rows`, then what `behind` says. */
static struct {
    int pages, rows, fail_at, fail_status; /* fail_at: this page is answered so; 0: none */
    enum { BEHIND_EMPTY, BEHIND_LAST, BEHIND_FIRST, BEHIND_FRESH } behind;
    const char *around; /* printf of the answer: one %s, the rows */
    const char *row;    /* printf of a row: its number twice; NULL: a product */
    const char *whole;  /* the answer, whatever is asked; NULL: pages */
    int shift;          /* each page begins so many rows before the end of the one before */
    int asked;
    char head[4096];
} store;

#define PRODUCT "{\"uuid\":\"u\",\"product_id\":%d,\"name\":\"Cup %d\",\"price\":\"9.5000\",\"status\":1}"

static void answer_page(int page, struct buf *out)
{
    struct buf rows;
    int last = page;
    buf_init(&rows, 1 << 20);
    if (page > store.pages) {
        if (store.behind == BEHIND_LAST) last = store.pages;
        if (store.behind == BEHIND_FIRST) last = 1;
        if (store.behind == BEHIND_EMPTY) last = 0;
    }
    for (int i = 0; i < store.rows && last > 0; i++) {
        int n = (last - 1) * (store.rows - store.shift) + i + 1;
        if (i > 0) buf_char(&rows, ',');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        char text[600];
        (void)snprintf(text, sizeof text, store.row ? store.row : PRODUCT, n, n);
        buf_text(&rows, text);
    }
    char *whole = malloc(rows.n + 400);
    (void)snprintf(whole, rows.n + 400, store.around ? store.around : "{\"data\":[%s]}", buf_terminated(&rows));
#pragma GCC diagnostic pop
    buf_text(out, store.whole ? store.whole : whole);
    free(whole);
    buf_free(&rows);
}

static void serve(struct peer *p, int fd)
{
    size_t n = 0;
    ssize_t got;
    char head[200];
    while (n < sizeof store.head - 1 && (got = read(fd, store.head + n, sizeof store.head - 1 - n)) > 0) {
        n += (size_t)got;
        store.head[n] = '\0';
        if (strstr(store.head, "\r\n\r\n")) break;
    }
    store.head[n] = '\0';
    store.asked++;
    const char *at = strstr(store.head, "?page=");
    int page = at ? atoi(at + 6) : 0;
    bool fails = page == store.fail_at && page > 0;
    struct buf body;
    buf_init(&body, 8 << 20);
    if (!fails) answer_page(page, &body);
    int w = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
                     fails ? store.fail_status : 200, body.n);
    if (write(fd, head, (size_t)w) == w && body.n > 0) (void)!write(fd, body.p, body.n);
    buf_free(&body);
}

static struct peer peer;

static void start(struct test_db *t)
{
    fix_start();
    knowledge_settings.development = true;
    account = kit_account(t, 100);
    shop = fix_shop(t, account, "Shop");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    memset(&store, 0, sizeof store);
    store.pages = 3, store.rows = 4;
    peer_start(&peer, serve);
}

static void stop(void)
{
    peer_stop(&peer);
    knowledge_settings.development = false;
}

static struct kit_answer ask(struct test_db *t, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = knowledge_store_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/store", (long long)shop),
                                  .account = account,
                                  .body = body });
}

static int64_t begin(struct test_db *t, const char *scope)
{
    struct kit_answer a =
        ask(t, arena_printf(t->arena, "{\"scope\":\"%s\",\"currency\":\"USD\",\"url\":\"http://127.0.0.1:%d/x\"}",
                            scope, peer.port));
    assert_int_equal(a.status, 202);
    return json_integer_value(json_object_get(a.json, "intake"));
}

static enum job_wish attempt(struct test_db *t, int64_t intake, int64_t number)
{
    return kit_job(
        t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account, .attempt = number });
}

/* To its end; what it is then. */
static struct intake work(struct test_db *t, int64_t intake)
{
    struct intake in = { 0 };
    enum job_wish wish = JOB_NEXT;
    int64_t tries = 1;
    for (int i = 0; i < 600 && (wish == JOB_NEXT || wish == JOB_AGAIN); i++)
        if ((wish = attempt(t, intake, tries)) == JOB_AGAIN) tries++;
    assert_int_equal(wish, JOB_FINISHED);
    assert_int_equal(know_intake_get(t->tx, intake, &in), ROW_FOUND);
    return in;
}

static struct intake read_all(struct test_db *t, const char *scope) { return work(t, begin(t, scope)); }

static int64_t products(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM knowledge_products"); }

static void refused_for(const struct intake *in, const char *field, const char *code)
{
    json_t *list = json_read(str_of(in->refusals), JSON_READ_MAX_BYTES, NULL);
    const json_t *one = json_array_get(list, 0);
    assert_int_equal(in->state, INTAKE_FAILED);
    assert_string_equal(json_string_value(json_object_get(one, "field")), field);
    assert_string_equal(json_string_value(json_object_get(one, "code")), code);
    json_decref(list);
}

/* ---- reading ---- */

TEST_EACH_ENGINE(every_page_is_read_to_the_empty_one)
{
    start(t);
    struct intake in = read_all(t, "products");
    assert_int_equal(in.state, INTAKE_DONE);
    assert_int_equal(in.products, 12);
    assert_int_equal(products(t), 12);
    assert_int_equal(test_number(t, "SELECT price FROM knowledge_products WHERE product = '12'"), 950);
    assert_int_equal(store.asked, 4);
    /* What proves us is a token of this shop that its store can check. */
    const char *bearer = strstr(store.head, "Authorization: Bearer ");
    assert_non_null(bearer);
    struct jwt_keys keys;
    EXPECT(tenants_shop_token_keys(t->tx, shop, kit_now(), t->arena, &keys) == ROW_FOUND);
    bearer += strlen("Authorization: Bearer ");
    const char *end = strchr(bearer, '\r'), *dot = end;
    while (dot > bearer && *dot != '.') dot--;
    struct str given = { dot + 1, (size_t)(end - dot - 1) };
    uint8_t mac[32];
    char text[64];
    hmac_sha256(keys.key[0].secret, (struct str){ bearer, (size_t)(dot - bearer) }, mac);
    base64url_encode(mac, sizeof mac, text);
    assert_true(str_eq(given, str_of(text)));
    assert_non_null(strstr(store.head, "/api/admin/export/products?page=4&pageSize=50"));
    /* The same again changes nothing. */
    in = read_all(t, "products");
    assert_int_equal(in.state, INTAKE_DONE);
    assert_int_equal(in.changed, 0);
    stop();
}

TEST_EACH_ENGINE(the_end_is_where_the_store_says_it_or_where_nothing_is_new)
{
    static const struct {
        const char *around;
        int behind, asked;
    } cases[] = {
        { "{\"total\":12,\"list\":[%s]}", BEHIND_FRESH, 3 },
        { "{\"data\":{\"items\":[%s],\"totalPages\":3}}", BEHIND_FRESH, 3 },
        { "{\"rows\":[%s],\"pagination\":{\"hasMore\":false}}", BEHIND_FRESH, 1 },
        { "[%s]", BEHIND_LAST, 4 },
        { "{\"products\":[%s]}", BEHIND_FIRST, 4 },
    };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        store.around = cases[i].around, store.behind = cases[i].behind, store.asked = 0;
        struct intake in = read_all(t, "products");
        assert_int_equal(in.state, INTAKE_DONE);
        assert_int_equal(in.products, cases[i].asked == 1 ? 4 : 12);
        assert_int_equal(store.asked, cases[i].asked);
    }
    assert_int_equal(products(t), 12);
    /* Rows that moved to the next page while it was read are taken once. */
    store.around = NULL, store.behind = BEHIND_EMPTY, store.shift = 1;
    struct intake in = read_all(t, "products");
    assert_int_equal(in.products, 10);
    stop();
}

TEST_EACH_ENGINE(a_store_that_lies_is_refused_and_changes_nothing)
{
    start(t);
    struct intake in = read_all(t, "products");
    assert_int_equal(products(t), 12);
    store.row = "{\"product_id\":%d,\"name\":\"Other %d\",\"price\":1}";
    /* There is more, it says, and gives the same. */
    store.around = "{\"total\":500,\"data\":[%s]}", store.behind = BEHIND_LAST;
    in = read_all(t, "products");
    refused_for(&in, "page[4]", "pages_repeat");
    store.around = "{\"hasMore\":true,\"data\":[%s]}", store.behind = BEHIND_FIRST;
    in = read_all(t, "products");
    refused_for(&in, "page[4]", "pages_repeat");
    /* One bad row on a late page. */
    store.around = NULL, store.behind = BEHIND_EMPTY;
    store.row = "{\"product_id\":%d,\"name\":\"Other %d\",\"price\":\"-3\"}";
    in = read_all(t, "products");
    EXPECT(in.state == INTAKE_FAILED);
    static const struct {
        const char *whole, *code;
    } bad[] = { { "<html>", "format" },
                { "{\"data\":{\"data\":{\"data\":{\"data\":[]}}}}", "format" },
                { "{\"data\":\"no\"}", "format" },
                { "", "format" },
                { "[{\"name\":\"No number\",\"price\":1}]", "required" } };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        store.whole = bad[i].whole;
        in = read_all(t, "products");
        json_t *list = json_read(str_of(in.refusals), JSON_READ_MAX_BYTES, NULL);
        EXPECT(in.state == INTAKE_FAILED);
        assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "code")), bad[i].code);
        json_decref(list);
    }
    store.whole = NULL;
    /* Too many rows on one page. */
    store.row = NULL, store.rows = 501;
    in = read_all(t, "products");
    refused_for(&in, "page[1]", "too_many");
    assert_int_equal(products(t), 12);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_products WHERE title LIKE 'Other%'"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_parts"), 0);
    stop();
}

TEST_EACH_ENGINE(a_store_that_never_ends_is_left)
{
    start(t);
    store.pages = 1 << 20, store.rows = 400;
    store.row = "{\"promotion_id\":%d,\"title\":\"P\",\"text\":\"Words %d\"}";
    struct intake in = read_all(t, "promotions");
    refused_for(&in, "page[51]", "too_many");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts"), 0);
    stop();
}

TEST_EACH_ENGINE(a_store_that_fails_is_asked_again_and_after_a_kill_the_next_page_is_next)
{
    start(t);
    store.fail_at = 2, store.fail_status = 503;
    int64_t intake = begin(t, "products");
    assert_int_equal(attempt(t, intake, 1), JOB_NEXT);
    /* Killed between the answer and the commit: nothing of it was, and the same page is asked for. */
    store.fail_at = 0;
    EXPECT(kit_begin(t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account }) !=
           NULL);
    assert_non_null(strstr(store.head, "page=2&"));
    store.fail_at = 2;
    assert_int_equal(attempt(t, intake, 1), JOB_AGAIN);
    assert_non_null(strstr(store.head, "page=2&"));
    store.fail_at = 0;
    struct intake in = work(t, intake);
    assert_int_equal(in.state, INTAKE_DONE);
    assert_int_equal(in.products, 12);
    assert_int_equal(products(t), 12);
    /* One that stays away is given up; one that refuses us is not asked again. */
    store.fail_at = 1, store.fail_status = 503;
    in = read_all(t, "products");
    refused_for(&in, "", "answered");
    store.fail_status = 401, store.asked = 0;
    in = read_all(t, "products");
    refused_for(&in, "", "answered");
    assert_int_equal(store.asked, 1);
    store.fail_status = 302;
    in = read_all(t, "products");
    EXPECT(in.state == INTAKE_FAILED);
    assert_int_equal(products(t), 12);
    stop();
}

TEST_EACH_ENGINE(orders_are_as_new_as_the_moment_they_were_asked_for)
{
    start(t);
    store.pages = 1, store.rows = 2;
    store.row = "{\"order_number\":\"W%d\",\"customer_email\":\"a%d@shop.example\",\"status\":\"processing\","
                "\"grand_total\":\"19.9000\",\"currency\":\"USD\",\"items\":[]}";
    int64_t intake = begin(t, "orders");
    assert_int_equal(attempt(t, intake, 1), JOB_NEXT);
    /* Told by a delivery after the store was asked: it stays. */
    struct knowledge_head h;
    const struct knowledge_order told = { .number = "W1",
                                          .email = "a1@shop.example",
                                          .name = "",
                                          .status = "shipped",
                                          .currency = CURRENCY_USD,
                                          .total = 1990 };
    struct know_write w = { .now_ms = kit_now(), .version = kit_now() + 1000 };
    EXPECT(know_head_get(t->tx, shop, account, &h) != ROW_FAULT);
    EXPECT(know_orders_save(t->tx, &h, &told, 1, &w) && know_head_keep(t->tx, &h, kit_now()));
    struct intake in = work(t, intake);
    assert_int_equal(in.state, INTAKE_DONE);
    assert_int_equal(in.orders, 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders WHERE status = 'shipped'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders WHERE status = 'processing'"), 1);
    /* A store has one currency: that of its orders is that of prices which wait for it. */
    EXPECT(know_head_get(t->tx, shop, account, &h) == ROW_FOUND);
    assert_int_equal(h.currency, CURRENCY_USD);
    stop();
}

/* ---- who may ask ---- */

static const char *token(struct test_db *t, const char *role, const char *of)
{
    struct jwt_keys keys;
    EXPECT(tenants_shop_token_keys(t->tx, shop, kit_now(), t->arena, &keys) == ROW_FOUND);
    const char *head = arena_printf(t->arena, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%.*s\"}",
                                    (int)keys.key[0].kid.n, keys.key[0].kid.p);
    const char *body = arena_printf(
        t->arena,
        "{\"shopId\":\"%s\",\"role\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"aud\":\"chatbot-node\",\"iss\":\"shopsaas\"}",
        of, role, (long long)(kit_now() / 1000), (long long)(kit_now() / 1000 + 60));
    struct str s = jwt_sign_hs256(t->arena, str_of(head), str_of(body), keys.key[0].secret);
    return arena_printf(t->arena, "Bearer %.*s", (int)s.n, s.p);
}

static struct kit_answer import(struct test_db *t, const char *rest, const char *authorization)
{
    return kit_call(t, &(struct kit_request){ .routes = knowledge_store_routes,
                                              .verb = VERB_GET,
                                              .path = arena_printf(t->arena, "/api/import/%s", rest),
                                              .authorization = authorization });
}

TEST_EACH_ENGINE(a_store_has_itself_read_with_its_own_token)
{
    start(t);
    char own[SHOP_PUBLIC_ID_SIZE];
    shop_public_id(shop, own);
    const char *path = arena_printf(t->arena, "%s/products?page=1", own);
    const char *status = arena_printf(t->arena, "%s/products/status", own);
    const char *good = token(t, "admin", own);
    assert_string_equal(import(t, path, NULL).error, "invalid_credential");
    assert_string_equal(import(t, path, "Bearer no").error, "invalid_credential");
    assert_string_equal(import(t, path, token(t, "viewer", own)).error, problem_read_only_token.code);
    assert_int_equal(import(t, "shop-999/products", good).status, 403);
    assert_string_equal(import(t, path, good).error, "domain_missing");
    assert_int_equal(import(t, status, good).status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 0);
    test_script(t, "UPDATE shops SET domain = 'store.example'");
    struct kit_answer a = import(t, path, good);
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(a.json, "status")), "reading");
    assert_string_equal(json_string_value(json_object_get(a.json, "statusUrl")),
                        arena_printf(t->arena, "/api/import/%s", status));
    /* Asked again it tells how that goes; another scope is another reading. */
    assert_int_equal(import(t, path, good).status, 200);
    assert_int_equal(import(t, status, token(t, "viewer", own)).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 1);
    assert_int_equal(import(t, arena_printf(t->arena, "%s/orders", own), good).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 2);
    EXPECT(ask(t, "{\"scope\":\"products\"}").status == 409);
    /* Ended a moment ago: told; a minute later begun anew. */
    test_script(
        t, arena_printf(t->arena, "UPDATE knowledge_intakes SET state = 2, ended_at_ms = %lld", (long long)kit_now()));
    a = import(t, path, good);
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(a.json, "status")), "done");
    kit_set_now(kit_now() + 61 * SECOND_MS);
    assert_int_equal(import(t, path, token(t, "admin", own)).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_intakes"), 3);
    /* A merchant's address is on the shop's domain alone. */
    knowledge_settings.development = false;
    assert_string_equal(ask(t, "{\"scope\":\"promotions\",\"url\":\"https://else.example/\"}").fault,
                        "url:other_domain");
    assert_string_equal(ask(t, "{\"scope\":\"promotions\",\"url\":\"http://store.example/\"}").fault, "url:https");
    assert_string_equal(ask(t, "{\"scope\":\"promotions\",\"url\":\"https://store.example:8080/\"}").fault,
                        "url:port_not_allowed");
    assert_int_equal(ask(t, "{\"scope\":\"promotions\",\"url\":\"https://www.store.example/\"}").status, 202);
    /* Off: its tokens open nothing, and what is under way ends. */
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    struct intake in = work(t, test_number(t, "SELECT MAX(id) FROM knowledge_intakes"));
    refused_for(&in, "", "no_chatbot");
    stop();
}

static struct kit_answer store_call(struct test_db *t, enum verb verb, const char *rest)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/knowledge/store%s", (long long)shop, rest);
    return kit_call(t, &(struct kit_request){ .routes = knowledge_store_routes,
                                              .verb = verb,
                                              .path = path,
                                              .account = account,
                                              .body = verb == VERB_GET ? NULL : "" });
}

static const json_t *reading(const struct kit_answer *a, size_t i)
{
    return json_array_get(json_object_get(a->json, "readings"), i);
}

TEST_EACH_ENGINE(a_merchant_sees_how_a_reading_goes_and_stops_it)
{
    start(t);
    assert_int_equal(json_array_size(json_object_get(store_call(t, VERB_GET, "").json, "readings")), 0);
    assert_string_equal(store_call(t, VERB_DELETE, "/products").error, "store_not_reading");
    int64_t orders = begin(t, "orders"), intake = begin(t, "products");
    assert_int_equal(attempt(t, intake, 1), JOB_NEXT); /* one page of three */
    struct kit_answer a = store_call(t, VERB_GET, "");
    const json_t *one = reading(&a, 0);
    assert_string_equal(json_string_value(json_object_get(one, "scope")), "products");
    assert_string_equal(json_string_value(json_object_get(one, "status")), "reading");
    assert_int_equal(json_integer_value(json_object_get(one, "pages")), 1);
    assert_int_equal(json_integer_value(json_object_get(one, "products")), 4);
    assert_string_equal(json_string_value(json_object_get(one, "currency")), "USD");
    assert_string_equal(json_string_value(json_object_get(one, "url")),
                        arena_printf(t->arena, "http://127.0.0.1:%d", peer.port));
    assert_int_equal(json_integer_value(json_object_get(reading(&a, 1), "intake")), orders);
    int64_t mine = account;
    account = kit_account(t, 0);
    assert_int_equal(store_call(t, VERB_GET, "").status, 404);
    assert_int_equal(store_call(t, VERB_DELETE, "/products").status, 404);
    account = mine;
    a = store_call(t, VERB_DELETE, "/products");
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(a.json, "status")), "failed");
    assert_int_equal(attempt(t, intake, 2), JOB_FINISHED); /* its job finds nothing to do */
    assert_int_equal(store.asked, 1);
    assert_int_equal(products(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_parts"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_imports"), 1); /* told as any end */
    struct intake in = { 0 };
    assert_int_equal(know_intake_get(t->tx, intake, &in), ROW_FOUND);
    refused_for(&in, "", "stopped");
    assert_string_equal(store_call(t, VERB_DELETE, "/products").error, "store_not_reading");
    /* Again, to its end; and stopped while it is written, nothing of it is seen. */
    in = read_all(t, "products");
    assert_int_equal(in.state, INTAKE_DONE);
    assert_int_equal(products(t), 12);
    store.pages = 6;
    intake = begin(t, "products");
    for (int i = 0; i < 40 && in.state != INTAKE_WRITING; i++) {
        assert_int_equal(attempt(t, intake, 1), JOB_NEXT);
        assert_int_equal(know_intake_get(t->tx, intake, &in), ROW_FOUND);
    }
    assert_int_equal(attempt(t, intake, 1), JOB_NEXT);
    assert_int_equal(store_call(t, VERB_DELETE, "/products").status, 200);
    assert_int_equal(attempt(t, intake, 1), JOB_FINISHED);
    assert_int_equal(products(t), 12);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_staged_products"), 0);
    stop();
}

/* Orders are written as they come, and stay: the end says so, and so does the trail. */
TEST_EACH_ENGINE(orders_that_were_written_before_a_stop_are_told)
{
    start(t);
    store.row = "{\"order_id\":%d,\"order_number\":\"A-%d\",\"customer_email\":\"a@x.example\","
                "\"grand_total\":\"5.0000\",\"currency\":\"USD\",\"status\":\"new\"}";
    struct intake in = { 0 };
    int64_t intake = begin(t, "orders");
    for (int i = 0; i < 40 && in.written == 0; i++) {
        assert_int_equal(attempt(t, intake, 1), JOB_NEXT);
        assert_int_equal(know_intake_get(t->tx, intake, &in), ROW_FOUND);
    }
    int64_t orders = test_number(t, "SELECT COUNT(*) FROM knowledge_orders");
    EXPECT(orders > 0 && in.changed == orders);
    struct kit_answer a = store_call(t, VERB_DELETE, "/orders");
    assert_int_equal(json_integer_value(json_object_get(a.json, "changed")), orders);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders"), orders);
    assert_int_equal(fix_audits(t, "knowledge_imported"), 1);
    assert_int_equal(fix_audits(t, "knowledge_reading_stopped"), 1);
    stop();
}

/* The slice was under way when it was stopped: its end finds it so. */
TEST_EACH_ENGINE(a_slice_that_ends_after_the_stop_takes_nothing)
{
    start(t);
    int64_t intake = begin(t, "products");
    struct job *job = kit_begin(
        t, &(struct kit_attempt){ .kind = &knowledge_take_job, .ref = intake, .account = account, .attempt = 1 });
    assert_int_equal(store_call(t, VERB_DELETE, "/products").status, 200);
    assert_int_equal(kit_settle(t, job), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_parts"), 0);
    assert_int_equal(products(t), 0);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(every_page_is_read_to_the_empty_one),
        EACH_ENGINE(the_end_is_where_the_store_says_it_or_where_nothing_is_new),
        EACH_ENGINE(a_store_that_lies_is_refused_and_changes_nothing),
        EACH_ENGINE(a_store_that_never_ends_is_left),
        EACH_ENGINE(a_store_that_fails_is_asked_again_and_after_a_kill_the_next_page_is_next),
        EACH_ENGINE(orders_are_as_new_as_the_moment_they_were_asked_for),
        EACH_ENGINE(a_store_has_itself_read_with_its_own_token),
        EACH_ENGINE(a_merchant_sees_how_a_reading_goes_and_stops_it),
        EACH_ENGINE(orders_that_were_written_before_a_stop_are_told),
        EACH_ENGINE(a_slice_that_ends_after_the_stop_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
