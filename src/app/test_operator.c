/* test_operator.c: the lists of the whole house: jobs, what jobs left out, and accounts as tables. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "app/app.h"
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
    a = get(t, job_routes, "/api/operator/jobs/skips?limit=1&afterKind=tenants.renew&afterItem=7");
    assert_int_equal(count_of(&a, "skips"), 1);
    first = json_array_get(json_object_get(a.json, "skips"), 0);
    assert_int_equal(json_integer_value(json_object_get(first, "item")), 9);
    assert_string_equal(json_string_value(json_object_get(first, "retryAt")), "1970-01-01T00:00:03.000Z");
}

TEST_EACH_ENGINE(accounts_as_a_table)
{
    static const char names[] = "id,email,name,role,disabled,credits,shops,createdAt,lastLoginAt\r\n";
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(jobs_of_an_account_and_of_days),
        EACH_ENGINE(jobs_as_a_table),
        EACH_ENGINE(what_jobs_left_out),
        EACH_ENGINE(accounts_as_a_table),
        cmocka_unit_test(purges_wait_for_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
