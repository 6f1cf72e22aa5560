/* test_house_lists.c: the lists of the whole house in every order: accounts, and shops by what they are paid until;
 * what a search may find, and the tables that are made of them. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "app/app.h"
#include "base/clock.h"
#include "shops/test_kit.h"
#include "tenants/tenants.h"

static const struct config settings = { .data_dir = "/nonexistent" };
static struct app app;
enum { OPERATOR = 77 };

static void start(struct test_db *t)
{
    app = (struct app){ .config = &settings, .db = t->db, .base_url = "http://127.0.0.1" };
    app_fill_hooks(&app);
    kit_start();
}

static struct kit_answer get(struct test_db *t, const struct route *routes, const char *path)
{
    return kit_call(t, &(struct kit_request){ .routes = routes, .verb = VERB_GET, .path = path, .account = OPERATOR });
}

static int64_t number_of(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }

static void add_ids(struct buf *out, const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        if (out->n > 0) buf_char(out, ',');
        buf_i64(out, number_of(one, "id"));
    }
}

static size_t lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

/* ---- accounts ---- */

/* The numbers of all pages of two, "3,2,1"; each page says the same total (-1: none). */
static const char *accounts(struct test_db *t, const char *query, int64_t total)
{
    struct buf out;
    int64_t after = 0;
    buf_fixed(&out, arena_alloc(t->arena, 200), 200);
    for (int pages = 0; pages < 10; pages++) {
        const char *behind = after ? arena_printf(t->arena, "&after=%lld", (long long)after) : "";
        struct kit_answer a =
            get(t, accounts_routes, arena_printf(t->arena, "/api/operator/accounts?limit=2&%s%s", query, behind));
        if (a.status != 200) fail_msg("%s: %d %s", query, a.status, a.fault);
        const json_t *list = json_object_get(a.json, "accounts"), *counted = json_object_get(a.json, "total");
        add_ids(&out, list);
        assert_true(total < 0 ? json_is_null(counted) : json_integer_value(counted) == total);
        assert_false(json_is_true(json_object_get(a.json, "more")));
        if (json_array_size(list) < 2) break;
        after = number_of(json_array_get(list, 1), "id");
    }
    return buf_terminated(&out);
}

/* Five accounts, a day apart, but for 4, which is as old as 3; 2 and 5 are disabled. */
static void some_accounts(struct test_db *t)
{
    static const char *const emails[] = { "mia@shop.example", "Zoe@shop.example", "ann@shop.example",
                                          "bob@shop.example", "Lea@shop.example" };
    for (size_t i = 0; i < ARRAY_LEN(emails); i++) {
        int64_t id, day = i < 3 ? (int64_t)i : (int64_t)i - 1;
        EXPECT(accounts_add(t->tx, emails[i], i == 2 ? "Tea" : "", ROLE_MERCHANT, "hash",
                            INT64_C(1790000000000) + day * DAY_MS, &id) == ACCOUNT_ADDED);
        EXPECT(id == (int64_t)i + 1);
    }
    test_script(t, "UPDATE accounts SET disabled = 1 WHERE id IN (2, 5)");
}

TEST_EACH_ENGINE(accounts_in_every_order)
{
    static const struct {
        const char *query, *ids;
        int64_t total;
    } lists[] = {
        { "sort=newest", "5,4,3,2,1", 5 },
        { "sort=oldest", "1,2,3,4,5", 5 },
        { "sort=email", "3,4,5,1,2", 5 },
        { "sort=emailDown", "2,1,5,4,3", 5 },
        { "state=disabled", "5,2", 2 },
        { "state=disabled&sort=oldest", "2,5", 2 },
        { "from=2026-09-22", "5,4,3,2", 4 }, /* the first was made on the 21st */
        { "to=2026-09-22", "1", 1 },
        { "from=2026-09-22&to=2026-09-24&sort=oldest", "2,3,4", 3 },
        { "from=2026-09-22&to=2026-09-24&sort=email", "3,4,2", 3 },
        { "from=2030-01-01", "", 0 },
        { "search=te", "3", -1 },
        { "search=SHOP", "", -1 },
        { "search=l&state=disabled", "5", -1 },
        { "search=b&state=disabled", "", -1 },
        { "search=b&from=2026-09-24", "", -1 },
    };
    start(t);
    some_accounts(t);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const char *ids = accounts(t, lists[i].query, lists[i].total);
        if (!text_eq(ids, lists[i].ids)) fail_msg("%s: %s", lists[i].query, ids);
    }
    struct kit_answer a = get(t, accounts_routes, "/api/operator/accounts?format=csv&sort=email&state=all");
    assert_int_equal(lines(a.text), 1 + 5);
    assert_true(strstr(a.text, "ann@shop.example") < strstr(a.text, "Zoe@shop.example"));
    a = get(t, accounts_routes, "/api/operator/accounts?format=csv&state=disabled");
    assert_int_equal(lines(a.text), 1 + 2);
    static const struct {
        const char *query, *fault;
    } wrong[] = {
        { "search=a&sort=email", "sort:not_with_search" },
        { "state=disabled&sort=emailDown", "sort:not_with_state" },
        { "sort=balance", "sort:value" },
        { "state=gone", "state:value" },
        { "from=soon", "from:format" },
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        a = get(t, accounts_routes, arena_printf(t->arena, "/api/operator/accounts?%s", wrong[i].query));
        if (a.status != 422 || strncmp(a.fault, wrong[i].fault, strcspn(wrong[i].fault, ":")) != 0)
            fail_msg("%s: %d %s", wrong[i].query, a.status, a.fault);
    }
}

/* ---- shops ---- */

static void put_shop(struct test_db *t, int number, const char *name)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO shops (account, status, version, name, slug, created_at_ms, updated_at_ms,"
                                " deleted_from, deleted_at_ms, purge_at_ms)"
                                " VALUES (1, 2, 1, '%s', 's%d', 1000, 1000, 0, 0, 0);",
                                name, number));
}

/* Its chatbot: 3 is on; paid until then, or past due (2) since. */
static void put_paid(struct test_db *t, int shop, int tenant, int status, int64_t until_ms)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO tenants (shop, account, status, version, generation, backend, bot_state,"
                                " bot_name, embed_id, sync_scopes, subscription, hold, job, error_code, shop_deleted,"
                                " maybe_registered, asked_at_ms, enabled_at_ms, created_at_ms, updated_at_ms) VALUES"
                                " (%d, 1, %d, 1, 1, 1, 1, 'b', 'e', '', 2, 0, 0, NULL, 0, 0, 0, 0, 0, 0);",
                                shop, tenant));
    for (int number = 1; number <= 2; number++)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO subscriptions (tenant, number, shop, account, feature, status, source,"
                                    " renews, anchor_day, charges, started_at_ms, period_start_ms, expires_at_ms,"
                                    " due_at_ms, past_due_at_ms, notices, updated_at_ms)"
                                    " SELECT id, %d, shop, 1, 'chatbot', %d, 'credits', %d, 1, 1, 1000, 1000, %lld,"
                                    " %lld, 0, 0, 1000 FROM tenants WHERE shop = %d;",
                                    number, number == 1 ? 2 : status, shop % 2, (long long)until_ms,
                                    (long long)(number == 1 ? 0 : until_ms), shop));
}

static const char *shops(struct test_db *t, const char *query, int64_t total)
{
    struct buf out;
    buf_fixed(&out, arena_alloc(t->arena, 200), 200);
    const char *after = "";
    for (int pages = 0; after && pages < 10; pages++) {
        struct kit_answer a =
            get(t, app_shop_routes, arena_printf(t->arena, "/api/operator/shops?limit=2&%s%s", query, after));
        if (a.status != 200) fail_msg("%s: %d %s", query, a.status, a.fault);
        add_ids(&out, json_object_get(a.json, "shops"));
        assert_int_equal(number_of(a.json, "total"), total);
        const char *next = json_string_value(json_object_get(a.json, "next"));
        after = next ? arena_printf(t->arena, "&after=%s", next) : NULL;
    }
    return buf_terminated(&out);
}

/* 1 ends last; 2 and 5 are past due; 3 and 4 end at one time; 6 is stopped; 7 has no chatbot. */
static void some_ends(struct test_db *t)
{
    int64_t id;
    EXPECT(accounts_add(t->tx, "one@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    for (int i = 1; i <= 7; i++) put_shop(t, i, arena_printf(t->arena, "Shop %d", i));
    put_paid(t, 1, 3, 1, 9000), put_paid(t, 2, 3, 2, 3000), put_paid(t, 3, 3, 1, 5000), put_paid(t, 4, 3, 1, 5000);
    put_paid(t, 5, 3, 2, 2000), put_paid(t, 6, 4, 2, 1000);
}

TEST_EACH_ENGINE(shops_that_are_not_paid_and_those_that_end_next)
{
    static const struct {
        const char *query, *ids;
        int64_t total;
    } lists[] = {
        { "state=pastDue", "5,2", 2 },
        { "state=pastDue&sort=oldest", "2,5", 2 },
        { "state=pastDue&search=shop", "5,2", 2 },
        { "state=pastDue&search=shop&sort=nameDown", "5,2", 2 },
        { "state=pastDue&search=shop 3", "", 0 },
        { "sort=ending", "5,2,3,4,1", 5 },
        { "sort=ending&state=active", "5,2,3,4,1", 5 },
        { "sort=oldest", "1,2,3,4,5,6,7", 7 },
    };
    start(t);
    some_ends(t);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const char *ids = shops(t, lists[i].query, lists[i].total);
        if (!text_eq(ids, lists[i].ids)) fail_msg("%s: %s", lists[i].query, ids);
    }
    struct kit_answer a = get(t, app_shop_routes, "/api/operator/shops?sort=ending&limit=1");
    const json_t *first = json_array_get(json_object_get(a.json, "shops"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "expiresAt")), "1970-01-01T00:00:02.000Z");
    assert_true(json_is_true(json_object_get(first, "pastDue")) && json_is_true(json_object_get(first, "renews")));
    a = get(t, app_shop_routes, "/api/operator/shops?search=shop-7");
    first = json_array_get(json_object_get(a.json, "shops"), 0);
    assert_true(json_is_null(json_object_get(first, "expiresAt")) && json_is_false(json_object_get(first, "pastDue")));
    a = get(t, app_shop_routes, "/api/operator/shops?format=csv&sort=ending");
    assert_int_equal(lines(a.text), 1 + 5);
    assert_non_null(strstr(a.text, ",1970-01-01T00:00:02.000Z,yes,yes,,,\r\n2,Shop 2,"));
    a = get(t, operator_routes, "/api/operator/overview");
    assert_int_equal(number_of(a.json, "pastDue"), 2);
    assert_int_equal(number_of(a.json, "failed"), 0);
}

/* Of a plan its own row says whether it renews, whatever our subscription says; a chat that rests with its suspended
 * shop keeps the end that is paid, and is not past due. */
TEST_EACH_ENGINE(whoever_pays_says_whether_it_renews)
{
    static const struct {
        const char *source;
        int plan; /* -1: there is none */
        bool renews;
    } one[] = { { "credits", 1, false }, { "order", 0, false }, { "order", 1, true },  { "trial", 0, false },
                { "order", -1, false },  { "panel", -1, true }, { "credits", 0, true } };
    int64_t id;
    start(t);
    EXPECT(accounts_add(t->tx, "one@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    for (int i = 0; i < (int)ARRAY_LEN(one); i++) {
        bool ours = i > 0; /* what our row says of it; of credits alone it counts */
        put_shop(t, i + 1, arena_printf(t->arena, "Shop %d", i + 1));
        put_paid(t, i + 1, 3, 1, 9000);
        test_script(t, arena_printf(t->arena, "UPDATE subscriptions SET source = '%s', renews = %d WHERE shop = %d",
                                    one[i].source, ours, i + 1));
        if (one[i].plan < 0) continue;
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO shop_plans (shop, account, offer, source, seats, websites,"
                                    " began_at_ms, until_ms, renews, warned, due_at_ms, updated_at_ms)"
                                    " VALUES (%d, 1, 1, '%s', 1, 0, 1000, 9000, %d, 0, 0, 1000)",
                                    i + 1, text_eq(one[i].source, "trial") ? "trial" : "order", one[i].plan));
    }
    const json_t *list = json_object_get(get(t, app_shop_routes, "/api/operator/shops?sort=oldest").json, "shops");
    assert_int_equal(json_array_size(list), ARRAY_LEN(one));
    for (size_t i = 0; i < ARRAY_LEN(one); i++)
        if (json_is_true(json_object_get(json_array_get(list, i), "renews")) != one[i].renews) fail_msg("%zu", i);
    for (size_t i = 0; i < ARRAY_LEN(one); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/shops/%zu", i + 1);
        json_t *s = json_object_get(get(t, app_shop_routes, path).json, "subscription");
        if (json_is_true(json_object_get(s, "renews")) != one[i].renews) fail_msg("page of %zu", i);
    }
    test_script(t, "UPDATE shops SET status = 4, suspended_at_ms = 5000, suspended_why = 'why' WHERE id = 2;"
                   "UPDATE tenants SET status = 4 WHERE shop = 2; UPDATE subscriptions SET status = 2 WHERE shop = 2");
    const json_t *paused =
        json_array_get(json_object_get(get(t, app_shop_routes, "/api/operator/shops?state=paused").json, "shops"), 0);
    assert_string_equal(json_string_value(json_object_get(paused, "expiresAt")), "1970-01-01T00:00:09.000Z");
    assert_string_equal(json_string_value(json_object_get(paused, "suspendedAt")), "1970-01-01T00:00:05.000Z");
    assert_string_equal(json_string_value(json_object_get(paused, "suspendedReason")), "why");
    assert_true(json_is_false(json_object_get(paused, "pastDue")));
}

TEST_EACH_ENGINE(ends_are_asked_for_rightly)
{
    static const struct {
        const char *query, *fault;
    } wrong[] = {
        { "sort=ending&search=tea", "sort:not_with_search" },
        { "sort=ending&state=pastDue", "sort:not_with_state" },
        { "sort=ending&state=deleted", "sort:not_with_state" },
        { "sort=name&state=pastDue", "sort:not_with_state" },
        { "sort=ending&after=3", "after:format" },
        { "sort=ending&after=3-", "after:format" },
        { "sort=ending&after=3-x", "after:format" },
        { "sort=ending&after=3-0", "after:format" },
        { "sort=ending&after=0-5", "after:format" },
        { "after=3-5000", "after:format" },
    };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/shops?%s", wrong[i].query);
        struct kit_answer a = get(t, app_shop_routes, path);
        if (!text_eq(a.fault, wrong[i].fault)) fail_msg("%s: %d %s", wrong[i].query, a.status, a.fault);
    }
}

/* More than any list of numbers of before could hold. */
TEST_EACH_ENGINE(a_search_that_finds_hundreds)
{
    enum { MANY = 520, FOUND = 500 };
    int64_t id;
    start(t);
    EXPECT(accounts_add(t->tx, "one@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    for (int i = 1; i <= MANY; i++) put_shop(t, i, arena_printf(t->arena, "Branch %d", i));
    struct kit_answer a = get(t, app_shop_routes, "/api/operator/shops?search=branch&sort=oldest");
    assert_int_equal(a.status, 200);
    assert_int_equal(number_of(a.json, "total"), FOUND);
    assert_true(json_is_true(json_object_get(a.json, "more")));
    a = get(t, app_shop_routes, "/api/operator/shops?search=branch&format=csv");
    assert_int_equal(lines(a.text), 1 + FOUND);
    /* By name each page begins behind a name, and there are several. */
    a = get(t, app_shop_routes, "/api/operator/shops?sort=name&format=csv");
    assert_int_equal(lines(a.text), 1 + MANY);
    const char *last = "0";
    for (int i = 1; i <= MANY; i++) {
        const char *at = strstr(a.text, arena_printf(t->arena, "\r\n%d,Branch %d,", i, i));
        assert_non_null(at);
        if (i > 100 && i % 10) assert_true(at > last); /* as texts are sorted */
        last = at;
    }
}

TEST_EACH_ENGINE(what_fails_as_a_table)
{
    enum { MANY = 150 };
    start(t);
    int64_t id;
    EXPECT(accounts_add(t->tx, "one@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    for (int i = 1; i <= MANY; i++)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms,"
                                    " error) VALUES ('tenants.renew', %d, 2, 1000, 2000, 3000, '=%d');",
                                    i, i));
    struct kit_answer a = get(t, tenants_renewal_routes, "/api/operator/renewals?format=csv");
    assert_int_equal(lines(a.text), 1 + MANY);
    assert_non_null(strstr(a.text, "\r\n150,0,2,1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,"
                                   "1970-01-01T00:00:03.000Z,\"'=150\"\r\n"));
    a = get(t, job_routes, "/api/operator/jobs/skips?format=csv");
    assert_int_equal(lines(a.text), 1 + MANY);
    a = get(t, job_routes, "/api/operator/jobs/skips?format=csv&after=148-tenants.renew");
    assert_string_equal(a.text, "tenants.renew,149,2,\"'=149\",1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,"
                                "1970-01-01T00:00:03.000Z\r\ntenants.renew,150,2,\"'=150\",1970-01-01T00:00:01.000Z,"
                                "1970-01-01T00:00:02.000Z,1970-01-01T00:00:03.000Z\r\n");
    assert_string_equal(get(t, job_routes, "/api/operator/jobs/skips?after=x-tenants.renew").fault, "after:format");
    assert_string_equal(get(t, job_routes, "/api/operator/jobs/skips?after=148").fault, "after:format");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(accounts_in_every_order),
        EACH_ENGINE(shops_that_are_not_paid_and_those_that_end_next),
        EACH_ENGINE(whoever_pays_says_whether_it_renews),
        EACH_ENGINE(ends_are_asked_for_rightly),
        EACH_ENGINE(a_search_that_finds_hundreds),
        EACH_ENGINE(what_fails_as_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
