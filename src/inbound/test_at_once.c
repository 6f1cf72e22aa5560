/* test_at_once.c: a sender that takes the acknowledgement for the effect: what was done, its row and the answer are
 * one. */
#include "inbound/test_sender.h"

#include "storage/test_verify.h"

#include <pthread.h>
#include <stdio.h>

#define NOW .path = "/hooks/now"

static int64_t acts_of(struct test_db *t, const char *where)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM test_acts WHERE %s", where));
}

static const char *outcome_of(struct test_inbound *in, struct arena *a, int64_t id)
{
    json_t *json = look_at(in, id);
    const char *text = arena_text(a, json_string_value(json_object_get(json, "outcome")));
    json_decref(json);
    return text;
}

TEST_EACH_ENGINE(it_is_done_when_it_is_acknowledged_and_done_once)
{
    struct test_inbound in;
    inbound_start(&in, t);
    const struct test_delivery d = { .id = "evt_1", .body = "{}", NOW };
    for (int i = 0; i < 3; i++) expect_delivered(&in, t->arena, &d, 200, "success");
    /* No job is waited for: the row says so as soon as the answer is there. */
    json_t *json = look_at(&in, 1);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "acted");
    assert_int_equal(json_integer_value(json_object_get(json, "copies")), 2);
    json_decref(json);
    assert_string_equal(outcome_of(&in, t->arena, 1), "at once by what was verified");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{ }", NOW }, 409, "fail");
    inbound_stop(&in, t);
    EXPECT(acts_of(t, "1 = 1") == 1 && atomic_load(&acts) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'inbound.money'") == 0);
}

TEST_EACH_ENGINE(what_cannot_be_done_is_neither_stored_nor_acknowledged)
{
    struct test_inbound in;
    inbound_start(&in, t);
    atomic_store(&act_fails, 1);
    const struct test_delivery d = { .id = "evt_1", .body = "{}", NOW };
    struct test_answer a = deliver(&in, t->arena, &d);
    EXPECT(a.status >= 500);
    answer_free(&a);
    expect_delivered(&in, t->arena, &d, 200, "success"); /* the sender comes again */
    inbound_stop(&in, t);
    EXPECT(acts_of(t, "1 = 1") == 1 && test_number(t, "SELECT COUNT(*) FROM deliveries WHERE copies = 0") == 1);
}

TEST_EACH_ENGINE(an_operator_has_it_done_again_by_a_job)
{
    struct test_inbound in;
    inbound_start(&in, t);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{}", NOW }, 200, "success");
    expect_status(&in.s, "POST", "/api/operator/deliveries/1/replay", AS_OPERATOR, NULL, 202, NULL);
    expect_state(&in, 1, "acted");
    assert_string_equal(outcome_of(&in, t->arena, 1), "again by its bytes");
    inbound_stop(&in, t);
    EXPECT(acts_of(t, "1 = 1") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'inbound.money'") == 1);
}

TEST_EACH_ENGINE(a_copy_of_what_is_not_done_is_not_acknowledged)
{
    struct test_inbound in;
    inbound_start(&in, t);
    const struct test_delivery d = { .id = "evt_1", .body = "{}", NOW };
    expect_delivered(&in, t->arena, &d, 200, "success");
    atomic_store(&act_gives_up, true);
    expect_status(&in.s, "POST", "/api/operator/deliveries/1/replay", AS_OPERATOR, NULL, 202, NULL);
    expect_state(&in, 1, "failed");
    expect_delivered(&in, t->arena, &d, 400, "fail");
    atomic_store(&act_gives_up, false);
    expect_status(&in.s, "POST", "/api/operator/deliveries/1/replay", AS_OPERATOR, NULL, 202, NULL);
    expect_state(&in, 1, "acted");
    expect_delivered(&in, t->arena, &d, 200, "success");
    inbound_stop(&in, t);
}

/* Verified, stored, and refused by .act all the same: its row is sound as it is, and a person may have it taken. */
TEST_EACH_ENGINE(what_is_refused_after_it_was_verified_stays_sound_and_is_replayed)
{
    static const uint8_t keys[1][MASTER_KEY_SIZE] = { { 1, 2, 3 } }, ids[1] = { 1 }; /* those of the server */
    struct keyring *keyring = keyring_new(keys, ids, 1);
    struct test_inbound in;
    inbound_start(&in, t);
    const struct test_delivery d = { .id = "evt_1", .body = "{}", NOW };
    atomic_store(&act_refuses, true);
    for (int i = 0; i < 2; i++) expect_delivered(&in, t->arena, &d, 400, "fail"); /* a copy is not done either */
    EXPECT(atomic_load(&acts) == 1);
    assert_string_equal(outcome_of(&in, t->arena, 1), "another was sooner");
    expect_state(&in, 1, "refused");
    expect_status(&in.s, "POST", "/api/operator/deliveries/1/replay", AS_OPERATOR, NULL, 202, NULL);
    expect_state(&in, 1, "acted");
    expect_delivered(&in, t->arena, &d, 200, "success");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_2", .body = "{}", NOW }, 400, "fail");
    inbound_stop(&in, t);
    inbound_settings.keyring = keyring; /* the server's has gone with it */
    EXPECT(acts_of(t, "1 = 1") == 3);   /* what .act wrote before it refused stays */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_refused'") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE state = 3 AND sender_id = 'evt_2'") == 1);
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE deliveries SET sender = 'test' WHERE sender_id = 'evt_2';", "counts as accepted" },
        { "UPDATE deliveries SET acted_at_ms = 0 WHERE sender_id = 'evt_2';", "at no time" },
        { "UPDATE deliveries SET content = NULL WHERE sender_id = 'evt_2';", "lost its content" },
    };
    /* clang-format on */
    test_expect_found(t, inbound_checks, harms, ARRAY_LEN(harms));
    keyring_free(keyring);
}

/* Of what is not verified ten are kept an hour, so that a person sees why; what .act refused is none of them. */
TEST_EACH_ENGINE(what_is_refused_after_it_was_verified_hides_no_stranger)
{
    struct test_inbound in;
    inbound_start(&in, t);
    atomic_store(&act_refuses, true);
    for (int i = 0; i < 12; i++)
        expect_delivered(&in, t->arena,
                         &(struct test_delivery){ .id = arena_printf(t->arena, "evt_%d", i), .body = "{}", NOW }, 400,
                         "fail");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "{}", .signature = "v1,no", NOW }, 400,
                     "fail");
    inbound_stop(&in, t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE state = 3 AND sender_id IS NULL") == 1);
}

TEST_EACH_ENGINE(an_alarm_leaves_rows_of_the_domain_and_a_query_is_refused)
{
    struct test_inbound in;
    inbound_start(&in, t);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "not ours", NOW }, 400, "fail");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "{}", .signature = "v1,no", NOW }, 400,
                     "fail");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "b", .body = "{}", .path = "/hooks/now?x=1" }, 400,
                     "fail");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "b", .body = "{}", .path = "/hooks/now?" }, 400,
                     "fail");
    inbound_stop(&in, t);
    EXPECT(acts_of(t, "1 = 1") == 1 && acts_of(t, "body = 'another merchant''s' AND delivery = 1") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE outcome = 'with a query'") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_refused'") == 1);
}

/* ---- all at the same moment ---- */

enum { CROWD = 12 };
struct one_of_many {
    struct test_inbound *in;
    struct arena *arena;
    pthread_t thread;
    int status;
};

static void *send_one(void *arg)
{
    struct one_of_many *o = arg;
    struct test_client *c = client_open(http_port(o->in->s.http));
    const struct test_delivery d = { .id = "shared", .body = "{}" };
    struct test_answer a = client_request(c, "POST", "/hooks/now", inbound_headers(o->arena, &d), "{}");
    o->status = a.status;
    answer_free(&a);
    client_close(c);
    return NULL;
}

TEST_EACH_ENGINE(many_copies_at_the_same_moment_are_done_once)
{
    struct test_inbound in;
    struct one_of_many all[CROWD];
    inbound_start(&in, t);
    for (int i = 0; i < CROWD; i++) {
        all[i] = (struct one_of_many){ .in = &in, .arena = arena_new(1 << 20) };
        assert_int_equal(pthread_create(&all[i].thread, NULL, send_one, &all[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
        assert_int_equal(all[i].status, 200);
        arena_free(all[i].arena);
    }
    inbound_stop(&in, t);
    EXPECT(acts_of(t, "1 = 1") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE copies = 11 AND state = 1") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(it_is_done_when_it_is_acknowledged_and_done_once),
        EACH_ENGINE(what_cannot_be_done_is_neither_stored_nor_acknowledged),
        EACH_ENGINE(an_operator_has_it_done_again_by_a_job),
        EACH_ENGINE(a_copy_of_what_is_not_done_is_not_acknowledged),
        EACH_ENGINE(what_is_refused_after_it_was_verified_stays_sound_and_is_replayed),
        EACH_ENGINE(what_is_refused_after_it_was_verified_hides_no_stranger),
        EACH_ENGINE(an_alarm_leaves_rows_of_the_domain_and_a_query_is_refused),
        EACH_ENGINE(many_copies_at_the_same_moment_are_done_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
