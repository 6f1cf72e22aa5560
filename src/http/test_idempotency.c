/* test_idempotency.c: the same key asks once: on its route, for its account, with its body. */
#include "http/idempotency.h"
#include "http/test_http.h"
#include <pthread.h>
#include <stdio.h>

#define NOTES "POST", "/api/notes"
#define THEIRS "Cookie: sid=m8-a\r\nIdempotency-Key: k1\r\n"
#define KEY(k) AS_MERCHANT "Idempotency-Key: " k "\r\n"

TEST_EACH_ENGINE(a_replay_gives_the_same_answer)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer first = ask(&s, NOTES, KEY("k1"), "{\"text\":\"a\"}");
    struct test_answer again = ask(&s, NOTES, KEY("k1"), "{\"text\":\"a\"}");
    assert_int_equal(first.status, 201);
    assert_int_equal(again.status, 201);
    assert_int_equal(first.body.n, again.body.n);
    assert_memory_equal(first.body.p, again.body.p, first.body.n);
    assert_null(answer_header(&first, "Idempotent-Replay"));
    assert_string_equal(answer_header(&again, "Idempotent-Replay"), "true");
    assert_string_equal(answer_header(&again, "Location"), "/api/notes/1");
    assert_string_equal(answer_header(&again, "Content-Type"), "application/json");
    answer_free(&first), answer_free(&again);
    assert_int_equal(atomic_load(&test_runs), 1);
    /* Another body, another query: the caller's mistake. */
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"b\"}", 422, "key_reused");
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"a\" }", 422, "key_reused");
    assert_int_equal(atomic_load(&test_runs), 1);
    /* Another account, another route, another key, no key: other requests. */
    expect_status(&s, NOTES, THEIRS, "{\"text\":\"b\"}", 201, NULL);
    expect_status(&s, NOTES, KEY("k2"), "{\"text\":\"a\"}", 201, NULL);
    expect_status(&s, NOTES, AS_MERCHANT, "{\"text\":\"a\"}", 201, NULL);
    expect_status(&s, NOTES, AS_MERCHANT, "{\"text\":\"a\"}", 201, NULL);
    assert_int_equal(atomic_load(&test_runs), 5);
    /* Asked by nobody: the key is not looked up for them. */
    expect_status(&s, NOTES, "Idempotency-Key: k1\r\n", "{\"text\":\"a\"}", 401, NULL);
    expect_status(&s, NOTES, "Cookie: sid=dead\r\nIdempotency-Key: k1\r\n", "{\"text\":\"a\"}", 401, NULL);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(refusals_are_not_kept)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"refuse\"}", 409, "test_refused");
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"fault\"}", 500, "internal");
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"a\"}", 201, NULL);
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"a\"}", 201, NULL);
    assert_int_equal(atomic_load(&test_runs), 3);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(a_secret_is_shown_once)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"secret\"}", 201, NULL);
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"secret\"}", 409, "already_shown");
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"other\"}", 422, "key_reused");
    assert_int_equal(atomic_load(&test_runs), 1);
    test_http_stop(&s, t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM idempotency_keys WHERE secret = 1 AND answer IS NULL"), 1);
}

TEST_EACH_ENGINE(kept_answers_are_sealed)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, NOTES, KEY("k1"), "{\"text\":\"visible\"}", 201, NULL);
    test_http_stop(&s, t);
    const char *sql = t->engine == DB_SQLITE
                          ? "SELECT COUNT(*) FROM idempotency_keys WHERE instr(answer, CAST('visible' AS BLOB)) > 0"
                          : "SELECT COUNT(*) FROM idempotency_keys WHERE position('visible'::bytea in answer) > 0";
    assert_int_equal(test_number(t, sql), 0);
    /* Moved to another account it does not open. */
    test_script(t, "UPDATE idempotency_keys SET account = 8");
    test_script(t, "DROP TABLE test_notes");
    test_http_start(&s, t, NULL);
    expect_status(&s, NOTES, THEIRS, "{\"text\":\"visible\"}", 500, "internal");
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(bad_keys)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    char headers[400];
    (void)snprintf(headers, sizeof headers, "%sIdempotency-Key: %0129d\r\n", AS_MERCHANT, 7);
    expect_status(&s, NOTES, headers, "{\"text\":\"a\"}", 422, "invalid_fields");
    expect_status(&s, NOTES, KEY("a b"), "{\"text\":\"a\"}", 422, "invalid_fields");
    expect_status(&s, NOTES, KEY(""), "{\"text\":\"a\"}", 422, "invalid_fields");
    expect_status(&s, NOTES, KEY("\xc3\xa4"), "{\"text\":\"a\"}", 422, "invalid_fields");
    (void)snprintf(headers, sizeof headers, "%sIdempotency-Key: %0128d\r\n", AS_MERCHANT, 7);
    expect_status(&s, NOTES, headers, "{\"text\":\"a\"}", 201, NULL);
    assert_int_equal(atomic_load(&test_runs), 1);
    test_http_stop(&s, t);
}

/* ---- many at once ---- */

enum { CROWD = 16 };
struct one {
    struct test_http *s;
    const char *body;
    int status;
    bool replayed;
};

static void *send_one(void *arg)
{
    struct one *o = arg;
    struct test_client *c = client_open(http_port(o->s->http));
    client_always(c, o->s->origin_line);
    struct test_answer a = client_request(c, "POST", "/api/notes", KEY("crowd"), o->body);
    o->status = a.status;
    o->replayed = answer_header(&a, "Idempotent-Replay") != NULL;
    answer_free(&a);
    client_close(c);
    return NULL;
}

/* All ask the same; all get the answer of the one that did it. */
static void ask_at_once(struct test_http *s, const char *body)
{
    struct one one[CROWD];
    pthread_t thread[CROWD];
    for (int i = 0; i < CROWD; i++) {
        one[i] = (struct one){ .s = s, .body = body };
        assert_int_equal(pthread_create(&thread[i], NULL, send_one, &one[i]), 0);
    }
    int first = 0;
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        if (one[i].status != 201) fail_msg("%d", one[i].status);
        first += !one[i].replayed;
    }
    assert_int_equal(first, 1);
}

TEST_EACH_ENGINE(many_at_once_act_once)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    ask_at_once(&s, "{\"text\":\"a\"}");
    test_http_stop(&s, t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM test_notes"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM idempotency_keys"), 1);
}

/* Whoever waits for the first one's row finds the work done and would refuse: its own key did it. */
TEST_EACH_ENGINE(who_is_refused_for_its_own_work_gets_the_first_answer)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, NOTES, AS_MERCHANT, "{\"text\":\"lock\"}", 201, NULL);
    ask_at_once(&s, "{\"text\":\"single\"}");
    expect_status(&s, NOTES, KEY("crowd"), "{\"text\":\"single\"}", 201, NULL);
    expect_status(&s, NOTES, KEY("other"), "{\"text\":\"single\"}", 409, "test_refused");
    test_http_stop(&s, t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM test_notes WHERE text = 'single'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM test_notes WHERE text = 'was refused'"), 1);
}

TEST_EACH_ENGINE(purge)
{
    test_script(t, "INSERT INTO idempotency_keys (account, route, key, request_hash, status, job, secret, answer,"
                   " at_ms) VALUES (1, 'r', 'old', CAST('x' AS {blob}), 200, 0, 0, NULL, 1000)");
    char sql[400];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO idempotency_keys (account, route, key, request_hash, status, job,"
                   " secret, answer, at_ms) VALUES (1, 'r', 'new', CAST('x' AS {blob}), 200, 0, 0, NULL, %lld)",
                   (long long)now_ms());
    test_script(t, sql);
    assert_int_equal(idempotency_purge(t->tx), 1);
    assert_int_equal(idempotency_purge(t->tx), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM idempotency_keys WHERE key = 'new'"), 1);
    /* Of a clock that was ahead: dated back, so that they go a day later and stand in nobody's way. */
    test_script(t, "UPDATE idempotency_keys SET at_ms = at_ms + 31536000000");
    assert_int_equal(idempotency_purge(t->tx), 0);
    (void)snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM idempotency_keys WHERE at_ms <= %lld", (long long)now_ms());
    assert_int_equal(test_number(t, sql), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_replay_gives_the_same_answer),
        EACH_ENGINE(refusals_are_not_kept),
        EACH_ENGINE(a_secret_is_shown_once),
        EACH_ENGINE(kept_answers_are_sealed),
        ONLY_SQLITE(bad_keys),
        EACH_ENGINE(many_at_once_act_once),
        EACH_ENGINE(who_is_refused_for_its_own_work_gets_the_first_answer),
        EACH_ENGINE(purge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
