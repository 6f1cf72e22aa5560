/* test_replay.c: what becomes of a delivery that could not be acted on, and of old ones. */
#include "inbound/test_sender.h"

#include "base/testing.h"
#include "storage/test_verify.h"

#include <stdio.h>
#include <unistd.h>

static void replay(struct test_inbound *in, int64_t id, int status, const char *code)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/api/operator/deliveries/%lld/replay", (long long)id);
    expect_status(&in->s, "POST", path, AS_OPERATOR, NULL, status, code);
}

static void taken(struct test_inbound *in, struct arena *a, const char *id)
{
    expect_delivered(in, a, &(struct test_delivery){ .id = id, .body = "{}" }, 200, "success");
}

TEST_EACH_ENGINE(what_cannot_be_done_now_is_done_later)
{
    struct test_inbound in;
    inbound_start(&in, t);
    atomic_store(&act_fails, 2);
    taken(&in, t->arena, "evt_1");
    replay(&in, 1, 409, "delivery_under_way");
    expect_state(&in, 1, "acted");
    inbound_stop(&in, t);
    EXPECT(atomic_load(&acts) == 3 && test_number(t, "SELECT COUNT(*) FROM test_acts") == 1);
}

TEST_EACH_ENGINE(what_failed_for_good_is_replayed_against_the_code_of_today)
{
    struct test_inbound in;
    inbound_start(&in, t);
    atomic_store(&act_gives_up, true);
    taken(&in, t->arena, "evt_1");
    expect_state(&in, 1, "failed");
    EXPECT(atomic_load(&deaths) == 1);
    json_t *json = look_at(&in, 1);
    assert_string_equal(json_string_value(json_object_get(json, "outcome")), "cannot be done");
    json_decref(json);
    taken(&in, t->arena, "evt_1"); /* the sender need not know */
    replay(&in, 1, 202, NULL);
    expect_state(&in, 1, "failed");
    atomic_store(&act_gives_up, false);
    replay(&in, 1, 202, NULL);
    expect_state(&in, 1, "acted");
    replay(&in, 1, 202, NULL); /* one that was acted on may be, too */
    expect_state(&in, 1, "acted");
    replay(&in, 2, 404, "not_found");
    expect_status(&in.s, "POST", "/api/operator/deliveries/1/replay", AS_MERCHANT, NULL, 404, "not_found");
    inbound_stop(&in, t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM test_acts") >= 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_replayed'") == 3);
}

/* A fault in .act undoes all that it wrote and is tried again; the delivery is not lost. */
TEST_EACH_ENGINE(a_fault_while_acting_leaves_nothing_behind)
{
    struct test_inbound in;
    inbound_start(&in, t);
    atomic_store(&act_breaks, true);
    taken(&in, t->arena, "evt_1");
    for (int i = 0; i < 3000 && atomic_load(&acts) == 0; i++) (void)usleep(10000);
    atomic_store(&act_breaks, false);
    expect_state(&in, 1, "acted");
    inbound_stop(&in, t);
    EXPECT(atomic_load(&acts) >= 2 && test_number(t, "SELECT COUNT(*) FROM test_acts") == 1);
}

/* What came may be larger than an answer can show: each of these bytes is six in JSON. */
TEST_EACH_ENGINE(what_is_too_large_to_show_is_looked_at_and_replayed)
{
    enum { LARGE = 3 << 20 };
    static char body[LARGE + 1];
    struct test_inbound in;
    memset(body, '\x01', LARGE);
    inbound_start(&in, t);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .path = "/hooks/itself", .body = body },
                     200, "success");
    expect_state(&in, 1, "acted");
    json_t *json = look_at(&in, 1);
    assert_true(json_is_null(json_object_get(json, "text")) && json_is_null(json_object_get(json, "base64")));
    assert_int_equal(json_integer_value(json_object_get(json, "size")), LARGE);
    json_decref(json);
    replay(&in, 1, 202, NULL);
    expect_state(&in, 1, "acted");
    inbound_stop(&in, t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_replayed'") == 1);
}

TEST_EACH_ENGINE(what_was_refused_is_judged_anew)
{
    struct test_inbound in;
    inbound_start(&in, t);
    atomic_store(&other_secret, true);
    for (int i = 0; i < 2; i++)
        expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{}" }, 400, "fail");
    replay(&in, 1, 409, "delivery_refused");
    expect_state(&in, 1, "refused");
    atomic_store(&other_secret, false);
    replay(&in, 1, 202, NULL);
    expect_state(&in, 1, "acted");
    replay(&in, 2, 409, "delivery_known");
    taken(&in, t->arena, "evt_1"); /* and it is the sender's own id now */
    inbound_stop(&in, t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM test_acts") == 1);
    EXPECT(test_number(t, "SELECT copies FROM deliveries WHERE id = 1 AND sender_id = 'evt_1'") == 1);
}

TEST_EACH_ENGINE(deliveries_are_listed_by_page_state_sender_and_as_csv)
{
    struct test_inbound in;
    inbound_start(&in, t);
    for (int i = 0; i < 3; i++) taken(&in, t->arena, arena_printf(t->arena, "evt_%d", i));
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "=1+1", .body = "t", .path = "/hooks/itself" }, 200,
                     "success");
    for (int i = 1; i <= 4; i++) expect_state(&in, i, "acted");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "x", .body = "{}", .signature = "no" }, 400, "fail");
    /* clang-format off */
    static const struct { const char *query; int rows; int64_t first; } pages[] = {
        { "", 5, 5 }, { "?limit=2", 2, 5 }, { "?limit=2&after=4", 2, 3 }, { "?state=refused", 1, 5 },
        { "?state=acted", 4, 4 }, { "?sender=itself", 1, 4 }, { "?state=failed&sender=test", 0, 0 },
        { "?state=refused&sender=test", 1, 5 }, { "?to=2020-01-01", 0, 0 }, { "?account=7", 1, 4 },
        { "?account=7&sender=test", 0, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/deliveries%s", pages[i].query);
        struct test_answer a = ask(&in.s, "GET", path, AS_OPERATOR, NULL);
        json_t *json = answer_json(&a), *list = json_object_get(json, "deliveries");
        int rows = (int)json_array_size(list);
        if (rows != pages[i].rows) fail_msg("%s: %d rows", pages[i].query, rows);
        if (pages[i].rows > 0)
            assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "id")), pages[i].first);
        json_decref(json);
        answer_free(&a);
    }
    struct test_answer csv = ask(&in.s, "GET", "/api/operator/deliveries?format=csv&sender=itself", AS_OPERATOR, NULL);
    assert_non_null(strstr(buf_terminated(&csv.body), ",itself,,\"'=1+1\",acted,7,1,did"));
    answer_free(&csv);
    expect_status(&in.s, "GET", "/api/operator/deliveries", AS_MERCHANT, NULL, 404, "not_found");
    expect_status(&in.s, "GET", "/api/operator/deliveries?state=odd", AS_OPERATOR, NULL, 422, "invalid_fields");
    inbound_stop(&in, t);
}

/* Contents are what customers wrote and paid: each look stands in the trail, lists and refusals do not. */
TEST_EACH_ENGINE(who_looks_into_a_delivery_is_told)
{
    struct test_inbound in;
    inbound_start(&in, t);
    taken(&in, t->arena, "evt_1");
    expect_status(&in.s, "GET", "/api/operator/deliveries", AS_OPERATOR, NULL, 200, NULL);
    expect_status(&in.s, "GET", "/api/operator/deliveries/2", AS_OPERATOR, NULL, 404, "not_found");
    expect_status(&in.s, "GET", "/api/operator/deliveries/1", AS_MERCHANT, NULL, 404, "not_found");
    json_decref(look_at(&in, 1));
    json_decref(look_at(&in, 1));
    inbound_stop(&in, t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_read'") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_read' AND resource = 'delivery'"
                          " AND resource_id = 1 AND actor > 0") == 2);
}

/* ---- without a server ---- */

static enum job_wish run_purge(struct test_db *t, int64_t at_ms)
{
    struct job job = { .arena = t->arena, .now_ms = at_ms };
    return inbound_purge_job.settle(&job, t->tx);
}

TEST_EACH_ENGINE(old_ones_are_forgotten_and_waiting_ones_never)
{
    /* clang-format off */
    static const struct { const char *id; int state; int64_t at_ms; } rows[] = {
        { "'waits'", DELIVERY_RECEIVED, 1000 }, { "'acted'", DELIVERY_ACTED, 1000 },
        { "'failed'", DELIVERY_FAILED, 2000 }, { "NULL", DELIVERY_REFUSED, 1000 },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        test_script(
            t, arena_printf(
                   t->arena,
                   "INSERT INTO deliveries (sender, address, sender_id, account, state,"
                   " body_hash, same_hash, size, copies, changes, job, received_at_ms, last_at_ms, acted_at_ms)"
                   " SELECT 's', '', %s, 0, %d, CAST('x' AS {blob}), CAST('x' AS {blob}), 1, 0, 0, 0, %lld, 1000, 0",
                   rows[i].id, rows[i].state, (long long)rows[i].at_ms));
    EXPECT(inbound_purge_job.careful);
    EXPECT(run_purge(t, 7 * DAY_MS + 1000) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries") == 4);
    EXPECT(run_purge(t, 7 * DAY_MS + 1001) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE state <> 3") == 3);
    EXPECT(run_purge(t, 90 * DAY_MS + 1001) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE sender_id IN ('waits', 'failed')") == 2);
    EXPECT(run_purge(t, 91 * DAY_MS) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE sender_id = 'waits'") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries") == 1);
}

TEST_EACH_ENGINE(what_was_done_to_deliveries_is_found)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE deliveries SET state = 7 WHERE id = 1;", "no state" },
        { "UPDATE deliveries SET state = 0 WHERE id = 1;", "nobody acts on it" },
        { "UPDATE deliveries SET state = 3 WHERE id = 1;", "counts as accepted" },
        { "UPDATE deliveries SET sender_id = NULL WHERE id = 1;", "counts as accepted" },
        { "UPDATE deliveries SET acted_at_ms = 0 WHERE id = 1;", "at no time" },
        { "UPDATE deliveries SET content = NULL WHERE id = 1;", "lost its content" },
        { "UPDATE deliveries SET content = body_hash WHERE id = 1;", "does not open" },
        { "UPDATE deliveries SET sender = 'member' WHERE id = 1;", "does not open" },
        { "UPDATE deliveries SET size = 999 WHERE id = 1;", "not what came" },
        { "UPDATE deliveries SET state = 1, acted_at_ms = 5 WHERE id = 2;", "counts as accepted" },
    };
    /* clang-format on */
    static const uint8_t keys[1][MASTER_KEY_SIZE] = { { 1, 2, 3 } }, ids[1] = { 1 }; /* those of the server */
    struct keyring *keyring = keyring_new(keys, ids, 1);
    struct test_inbound in;
    inbound_start(&in, t);
    taken(&in, t->arena, "evt_1");
    expect_state(&in, 1, "acted");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_2", .body = "{}", .signature = "v1,bad" }, 400,
                     "fail");
    inbound_stop(&in, t);
    inbound_settings.keyring = keyring; /* the server's has gone with it */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries") == 2);
    test_expect_found(t, inbound_checks, harms, ARRAY_LEN(harms));
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_cannot_be_done_now_is_done_later),
        EACH_ENGINE(what_failed_for_good_is_replayed_against_the_code_of_today),
        EACH_ENGINE(a_fault_while_acting_leaves_nothing_behind),
        EACH_ENGINE(what_is_too_large_to_show_is_looked_at_and_replayed),
        EACH_ENGINE(what_was_refused_is_judged_anew),
        EACH_ENGINE(deliveries_are_listed_by_page_state_sender_and_as_csv),
        EACH_ENGINE(who_looks_into_a_delivery_is_told),
        EACH_ENGINE(old_ones_are_forgotten_and_waiting_ones_never),
        EACH_ENGINE(what_was_done_to_deliveries_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
