/* test_inbound.c: what happens to a delivery when it comes: once, again, changed, forged, too large, unheard. */
#include "inbound/test_sender.h"

#include "base/clock.h"
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static int64_t count(struct test_db *t, const char *where)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM deliveries WHERE %s", where));
}

#define TAKEN 200, "success"
#define NOT_TAKEN 400, "fail"

TEST_EACH_ENGINE(a_delivery_is_stored_acknowledged_and_acted_on_once)
{
    struct test_inbound in;
    inbound_start(&in, t);
    const struct test_delivery d = { .id = "evt_1", .body = "{\"paid\": 5,  \"x\":\"\\u00e9\"}" };
    expect_delivered(&in, t->arena, &d, TAKEN);
    expect_state(&in, 1, "acted");
    for (int i = 0; i < 3; i++)
        expect_delivered(&in, t->arena, &(struct test_delivery){ .id = d.id, .body = d.body, .age_s = i * 60 }, TAKEN);
    json_t *json = look_at(&in, 1);
    assert_string_equal(json_string_value(json_object_get(json, "text")), d.body); /* byte for byte */
    assert_string_equal(json_string_value(json_object_get(json, "senderId")), "evt_1");
    assert_string_equal(json_string_value(json_object_get(json, "outcome")), "did evt_1");
    assert_int_equal(json_integer_value(json_object_get(json, "copies")), 3);
    assert_int_equal(json_array_size(json_object_get(json, "headers")), 3);
    assert_true(json_is_null(json_object_get(json, "base64")));
    json_decref(json);
    inbound_stop(&in, t);
    EXPECT(count(t, "1 = 1") == 1 && test_number(t, "SELECT COUNT(*) FROM test_acts") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'inbound.money'") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM deliveries WHERE content IS NULL OR LENGTH(content) < 60") == 0);
}

TEST_EACH_ENGINE(the_same_id_with_other_contents_is_told_and_not_done)
{
    struct test_inbound in;
    inbound_start(&in, t);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{\"paid\":5}" }, TAKEN);
    expect_state(&in, 1, "acted");
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{\"paid\":6}" }, 409, "fail");
    json_t *json = look_at(&in, 1);
    assert_string_equal(json_string_value(json_object_get(json, "text")), "{\"paid\":5}");
    assert_int_equal(json_integer_value(json_object_get(json, "changes")), 1);
    json_decref(json);
    /* Another sender may use the same ids, and a sender says itself what has to be the same. */
    for (int i = 0; i < 2; i++)
        expect_delivered(
            &in, t->arena,
            &(struct test_delivery){ .id = "evt_1", .path = "/hooks/itself", .body = i == 0 ? "time=1" : "time=2" },
            TAKEN);
    expect_state(&in, 3, "acted");
    inbound_stop(&in, t);
    EXPECT(count(t, "1 = 1") == 2 && count(t, "sender = 'itself' AND account = 7 AND copies = 1 AND changes = 0") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM test_acts") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_changed' AND resource_id = 1") == 1);
}

TEST_EACH_ENGINE(a_changed_copy_is_told_once_an_hour)
{
    struct test_inbound in;
    inbound_start(&in, t);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{\"paid\":5}" }, TAKEN);
    for (int i = 0; i < 5; i++)
        expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{\"paid\":6}" }, 409, "fail");
    inbound_stop(&in, t);
    EXPECT(count(t, "changes = 5") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_changed'") == 1);
}

/* The hour goes by when it was told, not by when a copy came last: also a good one moves that. */
TEST_EACH_ENGINE(a_changed_copy_is_told_again_after_an_hour)
{
    struct test_inbound in;
    static const struct test_delivery good = { .id = "evt_1", .body = "{\"paid\":5}" };
    static const struct test_delivery changed = { .id = "evt_1", .body = "{\"paid\":6}" };
    inbound_start(&in, t);
    expect_delivered(&in, t->arena, &good, TAKEN);
    expect_delivered(&in, t->arena, &changed, 409, "fail"); /* told */
    clock_advance_ms(30 * MINUTE_MS);
    expect_delivered(&in, t->arena, &good, TAKEN);
    clock_advance_ms(29 * MINUTE_MS);
    expect_delivered(&in, t->arena, &changed, 409, "fail"); /* 59 minutes */
    clock_advance_ms(2 * MINUTE_MS);
    expect_delivered(&in, t->arena, &changed, 409, "fail"); /* told, 61 minutes */
    expect_delivered(&in, t->arena, &changed, 409, "fail");
    inbound_stop(&in, t);
    EXPECT(count(t, "changes = 4 AND copies = 1") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_changed'") == 2);
}

TEST_EACH_ENGINE(what_is_delivered_counts_by_its_account)
{
    struct test_inbound in;
    inbound_start(&in, t);
    /* The sender says that all of it is of account 7, which may have INBOUND_TEST_MOST. */
    for (int i = 0; i < INBOUND_TEST_MOST; i++)
        expect_delivered(&in, t->arena,
                         &(struct test_delivery){
                             .id = arena_printf(t->arena, "evt_%d", i), .path = "/hooks/itself", .body = "time=1" },
                         TAKEN);
    for (int i = 0; i < 5; i++) { /* more than the network may have refused */
        const struct test_delivery more = { .id = "one more", .path = "/hooks/itself", .body = "time=1" };
        struct test_answer a = deliver(&in, t->arena, &more);
        assert_int_equal(a.status, 429);
        assert_non_null(answer_header(&a, "Retry-After"));
        answer_free(&a);
    }
    /* Nobody else's is held up, also not one that comes from the same network by the same sender. */
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "evt_1", .body = "{}" }, TAKEN);
    expect_delivered(&in, t->arena,
                     &(struct test_delivery){ .id = "evt_8", .path = "/hooks/itself", .body = "of another account" },
                     TAKEN);
    inbound_stop(&in, t);
    EXPECT(count(t, "account = 7") == INBOUND_TEST_MOST && count(t, "account = 8 AND sender_id = 'evt_8'") == 1);
    EXPECT(count(t, "sender = 'test'") == 1);
}

TEST_EACH_ENGINE(what_is_not_signed_rightly_has_no_effect)
{
    struct test_inbound in;
    inbound_start(&in, t);
    static const struct test_delivery forged = { .id = "a", .body = "{}", .signature = "v1,AAAA" };
    expect_delivered(&in, t->arena, &forged, NOT_TAKEN);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "{}", .signature = "" }, NOT_TAKEN);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "{}", .age_s = 400 }, NOT_TAKEN);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "{}", .age_s = -400 }, NOT_TAKEN);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "b", .body = "not ours" }, NOT_TAKEN);
    /* A forged one does not keep the right one out. */
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "a", .body = "{}" }, TAKEN);
    for (int i = 0; i < 20; i++) expect_delivered(&in, t->arena, &forged, NOT_TAKEN);
    expect_state(&in, 6, "acted");
    inbound_stop(&in, t);
    EXPECT(count(t, "state = 3") == 10 && count(t, "state = 3 AND sender_id IS NULL AND outcome = 'signature'") == 9);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM test_acts") == 1);
    /* The one that was well signed. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'delivery_refused'") == 1);
}

TEST_EACH_ENGINE(bodies_have_a_limit_and_ids_a_form)
{
    struct test_inbound in;
    inbound_start(&in, t);
    char *large = arena_alloc(t->arena, 2002);
    memset(large, 'x', 2001);
    struct test_answer a = deliver(&in, t->arena, &(struct test_delivery){ .id = "big", .body = large });
    assert_int_equal(a.status, 413);
    answer_free(&a);
    large[2000] = '\0';
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = "fits", .body = large }, TAKEN);
    const char *long_id = arena_printf(t->arena, "%0201d", 0);
    expect_delivered(&in, t->arena, &(struct test_delivery){ .id = long_id, .body = "{}" }, NOT_TAKEN);
    /* clang-format off */
    static const struct { const char *body; int status; const char *words; } members[] = {
        { "{\"id\":\"n1\"}", 204, "" }, { "{\"id\":77}", 204, "" },
        { "{\"id\":\"\"}", 400, "{\"code\":\"FAIL\"}" },
        { "{\"id\":null}", 400, "{\"code\":\"FAIL\"}" }, { "[]", 400, "{\"code\":\"FAIL\"}" },
        { "{\"id\":\"n1\"", 400, "{\"code\":\"FAIL\"}" }, { "", 400, "{\"code\":\"FAIL\"}" },
        { "{\"id\":\"a\\nb\"}", 400, "{\"code\":\"FAIL\"}" }, { "{\"challenge\":7}", 200, "{\"challenge\":7}" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        expect_delivered(&in, t->arena,
                         &(struct test_delivery){ .id = "h", .body = members[i].body, .path = "/hooks/member/shop-1" },
                         members[i].status, members[i].words);
    /* A sender that has words for it says what is wrong: it is not what its refusals say. */
    expect_delivered(&in, t->arena,
                     &(struct test_delivery){ .id = "h", .body = "{\"id\": 77}", .path = "/hooks/member/shop-1" }, 409,
                     "{\"code\":\"CHANGED\"}");
    /* The same id at another address is another delivery. */
    expect_delivered(&in, t->arena,
                     &(struct test_delivery){ .id = "h", .body = "{\"id\":77}", .path = "/hooks/member/shop-2" }, 204,
                     "");
    inbound_stop(&in, t);
    EXPECT(count(t, "sender = 'member' AND sender_id IN ('n1', '77') AND state <> 3") == 3);
    EXPECT(count(t, "sender = 'member' AND address = 'shop-2'") == 1 && count(t, "sender_id = 'big'") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'inbound.act'") == 3);
}

/* The sender hears nothing (its line is cut, or we are killed behind the commit) and comes again. */
TEST_EACH_ENGINE(an_acknowledgement_that_nobody_heard_is_given_again)
{
    struct test_inbound in;
    inbound_start(&in, t);
    const struct test_delivery d = { .id = "evt_1", .body = "{}" };
    struct test_client *deaf = client_open(http_port(in.s.http));
    static const char request[] = "POST /hooks/test HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n%s\r\n{}";
    client_send_text(deaf, arena_printf(t->arena, request, inbound_headers(t->arena, &d)));
    client_reset(deaf);
    for (int i = 0; i < 200; i++) {
        struct test_answer a = ask(&in.s, "GET", "/api/operator/deliveries", AS_OPERATOR, NULL);
        json_t *json = answer_json(&a);
        size_t n = json_array_size(json_object_get(json, "deliveries"));
        json_decref(json);
        answer_free(&a);
        if (n > 0) break;
        (void)usleep(10000);
    }
    expect_delivered(&in, t->arena, &d, TAKEN);
    expect_state(&in, 1, "acted");
    inbound_stop(&in, t);
    EXPECT(count(t, "1 = 1") == 1 && test_number(t, "SELECT COUNT(*) FROM test_acts") == 1);
}

/* ---- all at the same moment ---- */

enum { CROWD = 16 };
struct one_of_many {
    struct test_inbound *in;
    struct arena *arena;
    pthread_t thread;
    const char *id;
    int status;
};

static void *send_one(void *arg)
{
    struct one_of_many *o = arg;
    struct test_client *c = client_open(http_port(o->in->s.http));
    const struct test_delivery d = { .id = o->id, .body = "{}" };
    struct test_answer a = client_request(c, "POST", "/hooks/test", inbound_headers(o->arena, &d), "{}");
    o->status = a.status;
    answer_free(&a);
    client_close(c);
    return NULL;
}

TEST_EACH_ENGINE(many_at_the_same_moment_are_each_done_once)
{
    struct test_inbound in;
    struct one_of_many all[CROWD];
    inbound_start(&in, t);
    for (int i = 0; i < CROWD; i++) {
        all[i] = (struct one_of_many){ .in = &in, .arena = arena_new(1 << 20), .id = i % 4 == 0 ? "own" : "shared" };
        if (i % 4 == 0) all[i].id = arena_printf(all[i].arena, "own%d", i);
        assert_int_equal(pthread_create(&all[i].thread, NULL, send_one, &all[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
        assert_int_equal(all[i].status, 200);
        arena_free(all[i].arena);
    }
    for (int i = 0; i < 3000 && atomic_load(&acts) < 1 + CROWD / 4; i++) (void)usleep(10000);
    inbound_stop(&in, t);
    EXPECT(count(t, "1 = 1") == 1 + CROWD / 4 && count(t, "sender_id = 'shared' AND copies = 11") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM test_acts") == 1 + CROWD / 4);
}

/* ---- the table of senders ---- */

static enum inbound_verdict never(struct delivery *d, struct tx *tx) { return INBOUND_REFUSED; }
static enum job_wish nothing(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    return JOB_FINISHED;
}

static void a_sender_that_is_not_whole_is_named(void **state)
{
    static const struct route routes[] = { SENDER_ROUTE("/hooks/good", 0, NULL, .doc = "Test."), ROUTE_END };
    static const struct route *const tables[] = { routes, NULL };
    static const char *const many[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", NULL };
    /* clang-format off */
    static const struct sender bad = { .name = "bad", .doc = "x", .path = "/hooks/good", .headers = many,
        .pool = JOB_POOL_MAIL, .ack = { 300, NULL, NULL }, .nack = { 200, NULL, NULL }, .id_header = "a",
        .id_member = "b", .verify = never, .act = nothing };
    static const struct sender astray = { .name = "bad", .path = "/hooks/else" };
    static const struct sender *const senders[] = { &bad, &astray, NULL };
    static const char *const wanted[] = { "found in one way", "too many headers", "ack is no success",
        "nack is no refusal", "its pool is", "body is not limited", "no limit by network", "must have is not set",
        "no SENDER_ROUTE",        "there twice" };
    /* clang-format on */
    struct buf out;
    buf_init(&out, 4096);
    assert_false(inbound_check(senders, tables, &out));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (!strstr(buf_terminated(&out), wanted[i])) fail_msg("not told: %s\n%s", wanted[i], buf_terminated(&out));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_delivery_is_stored_acknowledged_and_acted_on_once),
        EACH_ENGINE(the_same_id_with_other_contents_is_told_and_not_done),
        EACH_ENGINE(a_changed_copy_is_told_once_an_hour),
        EACH_ENGINE(a_changed_copy_is_told_again_after_an_hour),
        EACH_ENGINE(what_is_delivered_counts_by_its_account),
        EACH_ENGINE(what_is_not_signed_rightly_has_no_effect),
        EACH_ENGINE(bodies_have_a_limit_and_ids_a_form),
        EACH_ENGINE(an_acknowledgement_that_nobody_heard_is_given_again),
        EACH_ENGINE(many_at_the_same_moment_are_each_done_once),
        cmocka_unit_test(a_sender_that_is_not_whole_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
