/* test_operator.c: the lists of the whole house: jobs, what jobs left out, and accounts as tables. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "app/app.h"
#include "credits/credits.h"
#include "shops/test_kit.h"

static const struct config settings = { .data_dir = "/nonexistent" };
static struct app app;
enum { OPERATOR = 77, BOM_BYTES = 3 };

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

static void put_job(struct test_db *t, int64_t account)
{
    EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "mail.send", .account = account, .ref = 5 }, NULL) > 0);
}

static size_t count_of(const struct kit_answer *a, const char *list)
{
    assert_int_equal(a->status, 200);
    return json_array_size(json_object_get(a->json, list));
}

TEST_EACH_ENGINE(jobs_of_an_account_and_of_days)
{
    start(t);
    put_job(t, 3), put_job(t, 4), put_job(t, 3);
    struct kit_answer a = get(t, job_routes, "/api/operator/jobs?account=3");
    assert_int_equal(count_of(&a, "jobs"), 2);
    a = get(t, job_routes, "/api/operator/jobs?to=2001-01-01");
    assert_int_equal(count_of(&a, "jobs"), 0);
    a = get(t, job_routes, "/api/operator/jobs?from=2001-01-01&account=4&state=ready");
    assert_int_equal(count_of(&a, "jobs"), 1);
    a = get(t, job_routes, "/api/operator/jobs?account=0");
    assert_string_equal(a.fault, "account:too_small");
    a = get(t, job_routes, "/api/operator/jobs?from=yesterday");
    assert_string_equal(a.fault, "from:format");
}

static size_t lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

TEST_EACH_ENGINE(jobs_as_a_table)
{
    static const char names[] = "id,kind,state,attempts,account,ref,putAt,runAt,endedAt,error\r\n";
    enum { MANY = 250 }; /* more than two pages */
    start(t);
    for (int i = 0; i < MANY; i++) put_job(t, 3);
    put_job(t, 4);
    struct kit_answer a = get(t, job_routes, "/api/operator/jobs?account=3&format=csv");
    assert_int_equal(a.status, 200);
    assert_int_equal(lines(a.text), 1 + MANY);
    assert_int_equal(strncmp(a.text + BOM_BYTES, names, sizeof names - 1), 0);
    assert_non_null(strstr(a.text, ",mail.send,ready,0,3,5,"));
    assert_null(strstr(a.text, ",mail.send,ready,0,4,5,"));
}

TEST_EACH_ENGINE(what_jobs_left_out)
{
    start(t);
    struct kit_answer a = get(t, job_routes, "/api/operator/jobs/skips");
    assert_int_equal(count_of(&a, "skips"), 0);
    test_script(t, "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error) VALUES"
                   " ('tenants.renew', 7, 2, 1000, 2000, 3000, 'somebody holds it'),"
                   " ('tenants.renew', 9, 1, 1000, 2000, 3000, 'no'), ('shops.purge', 8, 1, 1000, 2000, 3000, 'no');");
    a = get(t, job_routes, "/api/operator/jobs/skips");
    assert_int_equal(count_of(&a, "skips"), 3);
    const json_t *first = json_array_get(json_object_get(a.json, "skips"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "kind")), "shops.purge");
    assert_int_equal(json_integer_value(json_object_get(first, "item")), 8);
    a = get(t, operator_routes, "/api/operator/overview");
    assert_int_equal(json_integer_value(json_object_get(a.json, "renewalsFailing")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(a.json, "jobs"), "leftOut")), 3);
    a = get(t, job_routes, "/api/operator/jobs/skips?limit=1&afterKind=tenants.renew&afterItem=7");
    assert_int_equal(count_of(&a, "skips"), 1);
    first = json_array_get(json_object_get(a.json, "skips"), 0);
    assert_int_equal(json_integer_value(json_object_get(first, "item")), 9);
    assert_string_equal(json_string_value(json_object_get(first, "retryAt")), "1970-01-01T00:00:03.000Z");
}

TEST_EACH_ENGINE(accounts_as_a_table)
{
    static const char names[] = "id,email,name,role,disabled,credits,shops,createdAt,lastLoginAt,merchantId\r\n";
    enum { MANY = 130 };
    start(t);
    for (int i = 0; i < MANY; i++) {
        int64_t id;
        const char *email = arena_printf(t->arena, "a%03d@shop.example", i);
        EXPECT(accounts_add(t->tx, email, i == 0 ? "=1+1" : "", ROLE_MERCHANT, "hash", kit_now(), &id) ==
               ACCOUNT_ADDED);
    }
    struct kit_answer a = get(t, accounts_routes, "/api/operator/accounts?format=csv");
    assert_int_equal(a.status, 200);
    assert_int_equal(lines(a.text), 1 + MANY);
    assert_int_equal(strncmp(a.text + BOM_BYTES, names, sizeof names - 1), 0);
    assert_non_null(strstr(a.text, ",a000@shop.example,\"'=1+1\",merchant,no,0,0,2026-10-15"));
    a = get(t, accounts_routes, "/api/operator/accounts?format=csv&search=a12");
    assert_int_equal(lines(a.text), 1 + 10);
}

/* ---- the shops of all accounts ---- */

/* Six shops of two accounts: 1 Beta, 2 alpha, 3 Alpha, 4 Gamma (deleted), 5 店铺 (provisioning), 6 Delta (failed); an
 * operator has suspended 2 and 6. */
static void some_shops(struct test_db *t)
{
    static const struct {
        const char *name, *domain;
        int status, tenant;
        const char *error;
    } shop[] = { { "Beta", "'beta.example'", 2, 3, "NULL" },
                 { "alpha", "NULL", 4, 0, NULL },
                 { "Alpha", "'zeta.example'", 2, 0, NULL },
                 { "Gamma", "NULL", 5, 4, "NULL" },
                 { "\xe5\xba\x97\xe9\x93\xba", "NULL", 2, 2, "NULL" },
                 { "Delta", "NULL", 4, 1, "'chatbot_failed'" } };
    for (size_t i = 0; i < 2; i++) {
        int64_t id;
        EXPECT(accounts_add(t->tx, i ? "two@shop.example" : "one@shop.example", "", ROLE_MERCHANT, "hash", kit_now(),
                            &id) == ACCOUNT_ADDED);
    }
    for (size_t i = 0; i < ARRAY_LEN(shop); i++) {
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO shops (account, status, version, name, slug, domain, created_at_ms,"
                                    " updated_at_ms, deleted_from, deleted_at_ms, purge_at_ms) VALUES"
                                    " (%d, %d, 1, '%s', 's%zu', %s, 1000, 1000, 0, 0, %d);",
                                    i < 3 ? 1 : 2, shop[i].status, shop[i].name, i, shop[i].domain,
                                    shop[i].status == 5 ? 9000 : 0));
        if (!shop[i].tenant) continue;
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO tenants (shop, account, status, version, generation, backend,"
                                    " bot_state, bot_name, embed_id, sync_scopes, subscription, hold, job, error_code,"
                                    " shop_deleted, maybe_registered, asked_at_ms, enabled_at_ms, created_at_ms,"
                                    " updated_at_ms) VALUES (%zu, 1, %d, 1, 1, 1, 1, 'b', 'e', '', 0, 0, 0, %s, %d, 0,"
                                    " 0, 0, 0, 0);",
                                    i + 1, shop[i].tenant, shop[i].error, shop[i].status == 5));
    }
}

/* The numbers of all pages of this list, "3,2,1"; each page says the same total. */
static const char *walk(struct test_db *t, const char *query, int64_t total)
{
    struct buf out;
    buf_fixed(&out, arena_alloc(t->arena, 200), 200);
    const char *after = "";
    for (int pages = 0; after && pages < 10; pages++) {
        struct kit_answer a = get(t, app_shop_routes, arena_printf(t->arena, "/api/operator/shops?%s%s", query, after));
        if (a.status != 200) fail_msg("%s: %d %s", query, a.status, a.fault);
        size_t i;
        json_t *one;
        json_array_foreach(json_object_get(a.json, "shops"), i, one)
        {
            if (out.n > 0) buf_char(&out, ',');
            buf_i64(&out, json_integer_value(json_object_get(one, "id")));
        }
        assert_int_equal(json_integer_value(json_object_get(a.json, "total")), total);
        assert_false(json_is_true(json_object_get(a.json, "more")));
        const char *next = json_string_value(json_object_get(a.json, "next"));
        after = next ? arena_printf(t->arena, "&after=%s", next) : NULL;
    }
    assert_null(after);
    return buf_terminated(&out);
}

TEST_EACH_ENGINE(shops_in_every_order_and_state)
{
    static const struct {
        const char *query, *ids;
        int64_t total;
    } lists[] = {
        { "limit=2", "6,5,3,2,1", 5 },
        { "limit=2&sort=oldest", "1,2,3,5,6", 5 },
        { "limit=1&sort=name", "2,3,1,6,5", 5 },
        { "limit=2&sort=nameDown", "5,6,1,3,2", 5 },
        { "state=deleted", "4", 1 },
        { "state=paused&limit=1", "6,2", 2 },
        { "state=paused&sort=oldest", "2,6", 2 },
        { "state=paused&search=alph", "2", 1 },
        { "state=provisioning&sort=oldest", "5", 1 },
        { "state=failed", "6", 1 },
        { "state=active", "1", 1 },
        { "state=suspended", "", 0 }, /* its shop is deleted */
        { "search=ALPH&limit=1", "3,2", 2 },
        { "search=alph&limit=1&sort=nameDown", "3,2", 2 },
        { "search=zeta", "3", 1 },
        { "search=two@&sort=oldest&limit=1", "5,6", 2 },
        { "search=two@&sort=name&state=failed", "6", 1 },
        { "search=shop-2", "2", 1 },
        { "search=4", "", 0 },
        { "search=4&state=deleted", "4", 1 },
        { "search=nothing", "", 0 },
    };
    start(t);
    some_shops(t);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const char *ids = walk(t, lists[i].query, lists[i].total);
        if (!text_eq(ids, lists[i].ids)) fail_msg("%s: %s", lists[i].query, ids);
    }
}

TEST_EACH_ENGINE(shops_are_asked_for_rightly)
{
    static const struct {
        const char *query, *fault;
    } wrong[] = {
        { "sort=name&state=active", "sort:not_with_state" },
        { "after=x", "after:format" },
        { "after=0", "after:format" },
        { "after=3-61", "after:format" },
        { "after=3&sort=name", "after:format" },
        { "after=3-6&sort=name", "after:format" },
        { "after=3-ff&sort=name", "after:format" },
        { "after=3-00&sort=name", "after:format" },
    };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/shops?%s", wrong[i].query);
        struct kit_answer a = get(t, app_shop_routes, path);
        if (!text_eq(a.fault, wrong[i].fault)) fail_msg("%s: %d %s", wrong[i].query, a.status, a.fault);
    }
}

TEST_EACH_ENGINE(shops_as_a_table)
{
    start(t);
    some_shops(t);
    struct kit_answer a = get(t, app_shop_routes, "/api/operator/shops?format=csv&sort=name");
    assert_int_equal(lines(a.text), 1 + 5);
    assert_non_null(strstr(a.text, "1,Beta,beta.example,1,one@shop.example,active,active,1970-01-01"));
    a = get(t, app_shop_routes, "/api/operator/shops?format=csv&state=failed");
    assert_int_equal(lines(a.text), 1 + 1);
}

TEST_EACH_ENGINE(one_shop)
{
    start(t);
    some_shops(t);
    test_script(t, "UPDATE tenants SET subscription = 1 WHERE shop = 1");
    test_script(
        t, "INSERT INTO subscriptions (tenant, number, shop, account, feature, status, source, renews, anchor_day,"
           " charges, started_at_ms, period_start_ms, expires_at_ms, due_at_ms, past_due_at_ms, notices,"
           " updated_at_ms) SELECT id, 1, 1, 1, 'chatbot', 2, 'credits', 1, 1, 1, 1000, 1000, 3000, 3000, 4000, 0, 1000"
           " FROM tenants WHERE shop = 1");
    struct kit_answer a = get(t, app_shop_routes, "/api/operator/shops/1");
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(a.json, "email")), "one@shop.example");
    assert_string_equal(json_string_value(json_object_get(a.json, "backend")), "builtin");
    json_t *s = json_object_get(a.json, "subscription");
    assert_string_equal(json_string_value(json_object_get(s, "status")), "past_due");
    assert_string_equal(json_string_value(json_object_get(s, "expiresAt")), "1970-01-01T00:00:03.000Z");
    a = get(t, app_shop_routes, "/api/operator/shops/4");
    assert_string_equal(json_string_value(json_object_get(a.json, "status")), "deleted");
    assert_true(json_is_null(json_object_get(a.json, "subscription")));
    assert_true(json_is_null(json_object_get(get(t, app_shop_routes, "/api/operator/shops/1").json, "deletedAt")));
    test_script(t, "UPDATE shops SET deleted_at_ms = 2000 WHERE id = 4");
    a = get(t, app_shop_routes, "/api/operator/shops/4");
    assert_string_equal(json_string_value(json_object_get(a.json, "deletedAt")), "1970-01-01T00:00:02.000Z");
    assert_string_equal(get(t, app_shop_routes, "/api/operator/shops/77").error, "not_found");
}

TEST_EACH_ENGINE(the_trail_of_one_shop)
{
    start(t);
    const struct audit_entry e = { .action = AUDIT_job_retried, .account = 3, .resource = "shop", .at_ms = kit_now() };
    for (int i = 1; i <= 3; i++) {
        struct audit_entry one = e;
        one.resource_id = i == 3 ? 7 : i;
        if (i == 3) one.resource = "job";
        EXPECT(audit_put(t->tx, &one));
    }
    struct kit_answer a = get(t, audit_routes, "/api/operator/audit?account=3&shop=2");
    assert_int_equal(count_of(&a, "entries"), 1);
    a = get(t, audit_routes, "/api/operator/audit?account=3&shop=7");
    assert_int_equal(count_of(&a, "entries"), 0);
    a = get(t, audit_routes, "/api/operator/audit?account=4&shop=2");
    assert_int_equal(count_of(&a, "entries"), 0);
    assert_string_equal(get(t, audit_routes, "/api/operator/audit?shop=2").fault, "account:required");
}

static const char *entry_text(const struct kit_answer *a, size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(a->json, "entries"), i), key));
}

/* Two of the house and a customer. An operator's own account is the house's too; who was erased has no address. */
static void done_by(struct test_db *t, int64_t account, int64_t actor, int64_t actor_account)
{
    EXPECT(audit_put(t->tx, &(struct audit_entry){ .action = AUDIT_job_retried,
                                                   .account = account,
                                                   .actor = actor,
                                                   .actor_account = actor_account,
                                                   .at_ms = kit_now() }));
}

TEST_EACH_ENGINE(the_trail_names_who_it_was)
{
    start(t);
    test_script(t, "INSERT INTO persons (id, email_key, email, name, role, lang, created_at_ms, erased_at_ms) VALUES"
                   " (901, 'ann@x.example', 'Ann@x.example', '', 2, 'en', 1, 0),"
                   " (902, 'bob@x.example', 'bob@x.example', '', 2, 'en', 1, 0),"
                   " (903, 'shop@x.example', 'shop@x.example', '', 1, 'en', 1, 0),"
                   " (904, 'erased-904', 'erased-904', '', 1, 'en', 1, 5)");
    done_by(t, 3, 901, 801), done_by(t, 3, 902, 0), done_by(t, 801, 901, 801);
    done_by(t, 3, 903, 3), done_by(t, 3, 904, 3), done_by(t, 3, 0, 0);
    static const struct {
        const char *actor, *email;
    } wanted[] = { { "system", NULL },
                   { "account", NULL },
                   { "account", "shop@x.example" },
                   { "operator", "Ann@x.example" },
                   { "operator", "bob@x.example" },
                   { "operator", "Ann@x.example" } };
    struct kit_answer a = get(t, audit_routes, "/api/operator/audit");
    assert_int_equal(count_of(&a, "entries"), ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_string_equal(entry_text(&a, i, "actor"), wanted[i].actor);
        if (wanted[i].email) assert_string_equal(entry_text(&a, i, "actorEmail"), wanted[i].email);
        else assert_null(entry_text(&a, i, "actorEmail"));
    }
    a = get(t, audit_routes, "/api/operator/audit?format=csv");
    assert_non_null(strstr(a.text, ",actor,actorEmail,"));
    assert_non_null(strstr(a.text, ",operator,Ann@x.example,"));
    assert_non_null(strstr(a.text, ",operator,bob@x.example,"));
    assert_non_null(strstr(a.text, ",account,shop@x.example,"));
    /* A customer reads of colleagues, and not which operator it was. Who has left may have another address since. */
    const struct kit_request own = {
        .routes = audit_routes, .verb = VERB_GET, .path = "/api/audit?format=csv", .account = 3
    };
    a = kit_call(t, &own);
    assert_non_null(strstr(a.text, ",member,,"));
    assert_null(strstr(a.text, "shop@x.example"));
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (3, '', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (3, 903, 2, 1)");
    a = kit_call(t, &own);
    assert_non_null(strstr(a.text, ",member,shop@x.example,"));
    assert_non_null(strstr(a.text, ",operator,,"));
    assert_null(strstr(a.text, "ann@x.example"));
    assert_null(strstr(a.text, "Ann@x.example"));
    assert_null(strstr(a.text, "bob@x.example"));
}

/* What these remove cannot be had back, so none of them believes a clock that is in doubt. */
static void purges_wait_for_the_clock(void **state)
{
    (void)state;
    static const char *const purges[] = { "accounts.purge", "http.purge", "mail.purge", "shops.purge",
                                          "tenants.renew" };
    size_t found = 0;
    for (const struct job_kind *const *k = app_job_kinds; *k; k++)
        for (size_t i = 0; i < ARRAY_LEN(purges); i++) {
            if (!text_eq((*k)->name, purges[i])) continue;
            found++;
            if (!(*k)->careful) fail_msg("%s does not wait", purges[i]);
        }
    assert_int_equal(found, ARRAY_LEN(purges));
}

/* Of what a new account is given, and to whom not a second time. */
TEST_EACH_ENGINE(who_went_and_comes_again_is_given_no_trial)
{
    const struct config giving = { .data_dir = "/nonexistent", .trial_credits = credits_of(60) };
    struct credit_balance b;
    char address[SHA256_HEX_SIZE];
    int64_t id;
    start(t);
    app.config = &giving;
    app_fill_hooks(&app);
    sha256_hex(STR("two@shop.example"), address);
    test_script(t, arena_printf(t->arena, "INSERT INTO trials_had (address, at_ms) VALUES ('%s', 1)", address));
    EXPECT(accounts_add(t->tx, "one@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    EXPECT(credits_balance(t->tx, id, &b) == ROW_FOUND && credits_count(b.available) == 60);
    EXPECT(accounts_add(t->tx, "Two@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    EXPECT(credits_balance(t->tx, id, &b) == ROW_FOUND && credits_count(b.available) == 0);
    start(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(jobs_of_an_account_and_of_days),
        EACH_ENGINE(jobs_as_a_table),
        EACH_ENGINE(what_jobs_left_out),
        EACH_ENGINE(accounts_as_a_table),
        EACH_ENGINE(shops_in_every_order_and_state),
        EACH_ENGINE(shops_are_asked_for_rightly),
        EACH_ENGINE(shops_as_a_table),
        EACH_ENGINE(one_shop),
        EACH_ENGINE(the_trail_of_one_shop),
        EACH_ENGINE(the_trail_names_who_it_was),
        cmocka_unit_test(purges_wait_for_the_clock),
        EACH_ENGINE(who_went_and_comes_again_is_given_no_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
