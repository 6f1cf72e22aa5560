/* test_today.c: what an operator sees first, and what operators write down about a customer: the queues beside those of
 * a week ago, which are what was counted then; notes, which stay. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "app/app.h"
#include "app/overview.h"
#include "base/clock.h"
#include "shops/test_kit.h"

static const struct config settings = { .data_dir = "/nonexistent" };
static struct app app;
enum { OPERATOR = 77 };

static void start(struct test_db *t)
{
    app = (struct app){ .config = &settings, .db = t->db, .base_url = "http://127.0.0.1" };
    app_fill_hooks(&app);
    kit_start();
}

static struct kit_answer call(struct test_db *t, const struct route *routes, enum verb verb, const char *path,
                              const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = routes, .verb = verb, .path = path, .account = OPERATOR, .body = body });
}

static int64_t number_of(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }

static void count(struct test_db *t)
{
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &overview_job, .id = 1, .attempt = 1 }) == JOB_FINISHED);
}

static void left_out(struct test_db *t, int64_t item)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error)"
                                " VALUES ('tenants.renew', %lld, 1, 1000, 2000, 3000, 'no');",
                                (long long)item));
}

static const json_t *overview(struct test_db *t, const char *member)
{
    struct kit_answer a = call(t, operator_routes, VERB_GET, "/api/operator/overview", NULL);
    assert_int_equal(a.status, 200);
    return json_object_get(a.json, member);
}

TEST_EACH_ENGINE(queues_stand_beside_those_of_a_week_ago)
{
    start(t);
    left_out(t, 1);
    count(t);
    kit_set_now(KIT_START_MS + 3 * HOUR_MS); /* the last count of a day is the day's */
    left_out(t, 2);
    count(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM overview_days"), 1);
    assert_true(json_is_null(overview(t, "weekAgo"))); /* nothing was counted a week before that */
    left_out(t, 3);
    kit_set_now(KIT_START_MS + 7 * DAY_MS + HOUR_MS);
    assert_int_equal(number_of(overview(t, "queues"), "renewalsFailing"), 3);
    assert_int_equal(number_of(overview(t, "weekAgo"), "renewalsFailing"), 2);
    assert_int_equal(number_of(overview(t, "weekAgo"), "deadJobs"), 0);
    /* A day on which nobody counted is not known; one of another week does not stand for it. */
    kit_set_now(KIT_START_MS + 8 * DAY_MS);
    assert_true(json_is_null(overview(t, "weekAgo")));
    count(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM overview_days"), 2);
}

/* ---- notes ---- */

#define NOTES "/api/operator/accounts/1/notes"

static int64_t customer(struct test_db *t)
{
    int64_t id = 0;
    EXPECT(accounts_add(t->tx, "ann@shop.example", "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    return id;
}

static struct kit_answer notes(struct test_db *t, enum verb verb, const char *path, const char *body)
{
    return call(t, accounts_note_routes, verb, path, body);
}

static const json_t *listed(const struct kit_answer *a, size_t at)
{
    assert_int_equal(a->status, 200);
    return json_array_get(json_object_get(a->json, "notes"), at);
}

TEST_EACH_ENGINE(notes_say_who_and_when_and_come_newest_first)
{
    start(t);
    assert_int_equal(customer(t), 1);
    struct kit_answer a = notes(t, VERB_POST, NOTES, "{\"text\":\" Called.\\nWants an invoice \"}");
    assert_int_equal(a.status, 201);
    assert_string_equal(json_string_value(json_object_get(a.json, "text")), " Called.\nWants an invoice ");
    kit_set_now(KIT_START_MS + HOUR_MS);
    assert_int_equal(notes(t, VERB_POST, NOTES, "{\"text\":\"Paid\"}").status, 201);
    a = notes(t, VERB_GET, NOTES, NULL);
    assert_string_equal(json_string_value(json_object_get(listed(&a, 0), "text")), "Paid");
    assert_int_equal(number_of(listed(&a, 0), "author"), OPERATOR);
    assert_string_equal(json_string_value(json_object_get(listed(&a, 0), "createdAt")), "2026-10-15T01:00:00.000Z");
    assert_int_equal(number_of(listed(&a, 1), "id"), 1);
    assert_null(listed(&a, 2));
    a = notes(t, VERB_GET, NOTES "?after=2&limit=1", NULL);
    assert_int_equal(number_of(listed(&a, 0), "id"), 1);
}

TEST_EACH_ENGINE(a_note_is_of_an_account_that_there_is_and_says_something)
{
    start(t);
    assert_int_equal(customer(t), 1);
    assert_int_equal(notes(t, VERB_POST, "/api/operator/accounts/9/notes", "{\"text\":\"x\"}").status, 404);
    assert_int_equal(notes(t, VERB_GET, "/api/operator/accounts/9/notes", NULL).status, 404);
    assert_string_equal(notes(t, VERB_POST, NOTES, "{\"text\":\" \\n \"}").fault, "text:required");
    assert_string_equal(notes(t, VERB_POST, NOTES, "{}").fault, "text:required");
    char *body = arena_alloc(t->arena, 2100);
    snprintf(body, 2100, "{\"text\":\"%0*d\"}", 2001, 0);
    assert_string_equal(notes(t, VERB_POST, NOTES, body).fault, "text:too_long");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM account_notes"), 0);
}

/* What an operator thinks of a customer is not the customer's to read; nobody but operators has the address at all. */
TEST_EACH_ENGINE(a_note_stands_in_no_trail)
{
    start(t);
    assert_int_equal(customer(t), 1);
    int64_t trail = test_number(t, "SELECT COUNT(*) FROM audit_log"),
            told = test_number(t, "SELECT COUNT(*) FROM events");
    assert_int_equal(notes(t, VERB_POST, NOTES, "{\"text\":\"Late payer\"}").status, 201);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log"), trail);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events"), told);
    for (const struct route *r = accounts_note_routes; r->verb != VERB_UNSET; r++) EXPECT(r->who == WHO_OPERATOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(queues_stand_beside_those_of_a_week_ago),
        EACH_ENGINE(notes_say_who_and_when_and_come_newest_first),
        EACH_ENGINE(a_note_is_of_an_account_that_there_is_and_says_something),
        EACH_ENGINE(a_note_stands_in_no_trail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
