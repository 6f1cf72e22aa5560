/* test_audit.c: appending, paging, and the chain of seals against people who change rows afterwards. */
#include "storage/test_verify.h"
#include "audit/private.h"
#include "base/clock.h"
#include "base/json_read.h"
#include <stdio.h>
#include <time.h>

#define TEST_ACTIONS(X) X(second) X(logged) X(a_thing_done)
TEST_ACTIONS(AUDIT_DECLARE)
TEST_ACTIONS(AUDIT_DEFINE)

#define AT INT64_C(1800000000000)
enum { SEAL_TRIES = 1800, SEAL_PAUSE_MS = 100 }; /* other suites hold transactions for a minute and more */

static void amount_json(struct json *j, const void *arg) { json_i64(j, "amount", *(const int64_t *)arg); }

static void put(struct test_db *t, int64_t account, int64_t actor, int64_t number)
{
    EXPECT(audit_put(t->tx, &(struct audit_entry){ .action = AUDIT_a_thing_done,
                                                   .account = account,
                                                   .actor = actor,
                                                   .actor_account = actor,
                                                   .resource = "account",
                                                   .resource_id = account,
                                                   .details = amount_json,
                                                   .arg = &number,
                                                   .network = "203.0.113.0/24",
                                                   .user_agent = "Mozilla/5.0 客服",
                                                   .at_ms = AT + number }));
}

/* One run of the job. How many seals it made. */
static size_t seal_once(struct test_db *t)
{
    test_commit(t);
    int64_t before = test_number(t, "SELECT COUNT(*) FROM audit_seals");
    EXPECT(audit_chain_begin(t->tx));
    struct audit_batch *b = audit_batch_read(t->tx, t->arena);
    EXPECT(b != NULL);
    test_commit(t);
    EXPECT(audit_batch_store(t->tx, b, AT));
    test_commit(t);
    return (size_t)(test_number(t, "SELECT COUNT(*) FROM audit_seals") - before);
}

/* Until `rows` are sealed. On PostgreSQL transactions of other databases of the same server can hold it up. */
static void seal_rows(struct test_db *t, int64_t rows)
{
    for (int i = 0; i < SEAL_TRIES; i++) {
        if (seal_once(t) == 0) nanosleep(&(struct timespec){ .tv_nsec = SEAL_PAUSE_MS * 1000000L }, NULL);
        if (test_number(t, "SELECT CAST(COALESCE(SUM(row_count), 0) AS BIGINT) FROM audit_seals") >= rows) return;
    }
    fail_msg("%s", "the rows were not sealed in time");
}

static void expect_verdict(struct test_db *t, int64_t checked, int64_t bad)
{
    struct audit_verdict v;
    EXPECT(audit_verify(t->tx, &v));
    assert_int_equal(v.bad, bad);
    EXPECT(!v.cut || bad != 0);
    if (checked >= 0) assert_int_equal(v.checked, checked);
}

static int64_t id_at(struct test_db *t, int number)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT id FROM audit_log WHERE at_ms = %lld", (long long)(AT + number));
    return test_number(t, sql);
}

/* '#' in the text stands for the id. */
static void change(struct test_db *t, const char *what, int64_t id)
{
    char sql[256];
    const char *hole = strchr(what, '#');
    snprintf(sql, sizeof sql, "%.*s%lld%s", (int)(hole - what), what, (long long)id, hole + 1);
    test_script(t, sql);
}

static void names_are_words(void **state)
{
    static const char *const wanted[] = { "a_thing_done", "logged", "second" };
    assert_string_equal(AUDIT_second.name, "second");
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) assert_string_equal(audit_action_names[i], wanted[i]);
    assert_null(audit_action_names[ARRAY_LEN(wanted)]);
}

static bool page(struct test_db *t, int64_t account, int64_t after, int64_t limit, struct audit_row *row, size_t *n)
{
    const struct audit_wanted w = {
        .account = account, .after = after > 0 ? after : INT64_MAX, .limit = limit, .to_ms = INT64_MAX
    };
    return audit_page(t->tx, &w, row, n);
}

/* What somebody looks for: an action, days. */
TEST_EACH_ENGINE(a_page_of_what_is_looked_for)
{
    struct audit_row row[AUDIT_PAGE_MAX];
    size_t n;
    for (int i = 1; i <= 5; i++) put(t, 7, 7, i), put(t, 8, 1, 100 + i);
    struct audit_wanted w = { .account = 7, .after = INT64_MAX, .limit = 100, .from_ms = AT + 2, .to_ms = AT + 4 };
    EXPECT(audit_page(t->tx, &w, row, &n) && n == 2);
    assert_int_equal(row[0].at_ms, AT + 3);
    w.account = 0, w.to_ms = INT64_MAX;
    EXPECT(audit_page(t->tx, &w, row, &n) && n == 9);
    w.action = "no_such_action";
    EXPECT(audit_page(t->tx, &w, row, &n) && n == 0);
}

TEST_EACH_ENGINE(a_page_is_one_accounts_newest_first)
{
    struct audit_row row[AUDIT_PAGE_MAX];
    size_t n;
    for (int i = 1; i <= 5; i++) put(t, 7, 7, i), put(t, 8, 1, 100 + i);
    EXPECT(page(t, 7, 0, 3, row, &n) && n == 3);
    assert_int_equal(row[0].at_ms, AT + 5);
    assert_int_equal(row[2].at_ms, AT + 3);
    assert_string_equal(row[0].details, "{\"amount\":5}");
    assert_string_equal(row[0].user_agent, "Mozilla/5.0 客服");
    EXPECT(page(t, 7, row[2].id, 3, row, &n) && n == 2);
    assert_int_equal(row[1].at_ms, AT + 1);
    EXPECT(page(t, 7, row[1].id, 3, row, &n) && n == 0);
    EXPECT(page(t, 0, 0, 100, row, &n) && n == 10);
    EXPECT(page(t, 9, 0, 100, row, &n) && n == 0);
}

static void endless_json(struct json *j, const void *arg)
{
    for (int i = 0; i < 1000; i++) json_text(j, "again", "and again");
}

TEST_EACH_ENGINE(details_that_do_not_fit_leave_the_entry)
{
    struct audit_row row[1];
    size_t n;
    EXPECT(audit_put(
        t->tx, &(struct audit_entry){ .action = AUDIT_logged, .account = 1, .details = endless_json, .at_ms = AT }));
    EXPECT(page(t, 1, 0, 1, row, &n) && n == 1);
    assert_string_equal(row[0].details, "{\"truncated\":true}");
    assert_null(row[0].network);
    assert_int_equal(row[0].actor, 0);
}

TEST_EACH_ENGINE(seals_cover_every_row_once)
{
    EXPECT(audit_chain_begin(t->tx));
    expect_verdict(t, 0, 0);
    for (int i = 1; i <= 1203; i++) put(t, 1 + i % 3, 1, i);
    expect_verdict(t, 0, 0); /* nothing is sealed yet, and that is no fault */
    seal_rows(t, 1203);
    expect_verdict(t, 1203, 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_seals") >= 3);
    assert_int_equal(seal_once(t), 0);
    put(t, 1, 1, 2000);
    seal_rows(t, 1204);
    expect_verdict(t, 1204, 0);
}

TEST_EACH_ENGINE(a_changed_row_is_found)
{
    /* clang-format off */
    static const char *const changes[] = {
        "UPDATE audit_log SET details = '{\"amount\":1000000}' WHERE id = #",
        "UPDATE audit_log SET actor_account = 9 WHERE id = #", "UPDATE audit_log SET actor_account = NULL WHERE id = #",
        "UPDATE audit_log SET actor = 9 WHERE id = #", "UPDATE audit_log SET at_ms = at_ms + 1 WHERE id = #",
        "UPDATE audit_log SET user_agent = NULL WHERE id = #", "UPDATE audit_log SET action = 'logout' WHERE id = #",
        "UPDATE audit_log SET account = 2 WHERE id = #", "UPDATE audit_log SET network = '' WHERE id = #",
        "UPDATE audit_log SET resource_id = 5 WHERE id = #", "UPDATE audit_log SET resource = 'shop' WHERE id = #",
        "DELETE FROM audit_log WHERE id = #",
    };
    /* clang-format on */
    for (int i = 1; i <= 20; i++) put(t, 1, 1, i);
    seal_rows(t, 20);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        int64_t id = id_at(t, 3 + (int)i);
        change(t, changes[i], id);
        expect_verdict(t, -1, id);
        test_reopen(t);
    }
    change(t, "DELETE FROM audit_log WHERE id = #", id_at(t, 20)); /* the last of a seal */
    struct audit_verdict v;
    EXPECT(audit_verify(t->tx, &v) && v.bad > 0);
    test_reopen(t);
    expect_verdict(t, 20, 0);
}

/* Rows from before persons have no actor_account: their seals hold, and filling it in is a change. */
TEST_EACH_ENGINE(rows_from_before_persons_keep_their_hash)
{
    put(t, 1, 1, 1), put(t, 1, 1, 2);
    change(t, "UPDATE audit_log SET actor_account = NULL WHERE account = #", 1);
    seal_rows(t, 2);
    expect_verdict(t, 2, 0);
    struct audit_row row[2];
    size_t n;
    EXPECT(page(t, 1, 0, 2, row, &n) && n == 2 && row[0].actor == 1 && row[0].actor_account == 1);
    change(t, "UPDATE audit_log SET actor_account = actor WHERE id = #", id_at(t, 2));
    expect_verdict(t, -1, id_at(t, 2));
}

#define FORGED "INSERT INTO audit_log (id, account, actor, action, resource_id, at_ms) VALUES (#, 1, 1, 'logout', 0, 5)"
TEST_EACH_ENGINE(a_row_put_in_later_is_found)
{
    put(t, 1, 1, 1);
    change(t, FORGED, 1000);
    put(t, 1, 1, 2);
    seal_rows(t, 2);
    int64_t high = test_number(t, "SELECT MAX(last_id) FROM audit_seals");
    EXPECT(high >= 1000);
    change(t, FORGED, 500);
    expect_verdict(t, -1, 500);
    test_reopen(t);
    change(t, FORGED, -3); /* below everything */
    expect_verdict(t, -1, -3);
}

TEST_EACH_ENGINE(a_changed_seal_is_found)
{
    static const char *const changes[] = {
        "DELETE FROM audit_seals WHERE seq = 2",
        "UPDATE audit_seals SET row_count = row_count - 1 WHERE seq = 2",
        "UPDATE audit_seals SET hash = 'x' WHERE seq = 2",
        "UPDATE audit_seals SET previous = hash WHERE seq = 3",
        "UPDATE audit_seals SET last_id = last_id - 1 WHERE seq = 1",
        "UPDATE audit_seals SET last_id = 0 WHERE seq = 3",
    };
    for (int i = 1; i <= 1100; i++) put(t, 1, 1, i);
    seal_rows(t, 1100);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        struct audit_verdict v;
        test_script(t, changes[i]);
        EXPECT(audit_verify(t->tx, &v));
        if (v.bad == 0) fail_msg("not found: %s", changes[i]);
        test_reopen(t);
    }
    expect_verdict(t, 1100, 0);
}

TEST_EACH_ENGINE(a_horizon_beyond_the_rows_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE audit_horizon SET pending_id = 9999999;", "to come" },
        { "DELETE FROM audit_horizon;", "lost" },
    };
    put(t, 1, 1, 1);
    seal_rows(t, 1);
    test_expect_found(t, audit_checks, harms, ARRAY_LEN(harms));
}

/* Whoever can write rows and has no key: every hash that he can make is a plain one, every end that fits is gone. */
TEST_EACH_ENGINE(seals_cut_off_or_made_anew_are_found)
{
    static const char *const changes[] = {
        "DELETE FROM audit_seals WHERE seq = 3",
        "DELETE FROM audit_seals",
        /* The head set back. */
        ("DELETE FROM audit_seals WHERE seq = 3; UPDATE audit_head SET seq = 2,"
         " hash = (SELECT s.hash FROM audit_seals s WHERE s.seq = 2)"),
        "DELETE FROM audit_head",
        "UPDATE audit_head SET keyed_from = 4",
        "DELETE FROM audit_seals; UPDATE audit_head SET seq = 0, hash = ''",
    };
    for (int i = 1; i <= 1100; i++) put(t, 1, 1, i);
    seal_rows(t, 1100);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        struct audit_verdict v;
        test_script(t, changes[i]);
        EXPECT(audit_verify(t->tx, &v));
        if (v.bad == 0 && !v.cut) fail_msg("not found: %s", changes[i]);
        EXPECT(audit_batch_read(t->tx, t->arena) == NULL || text_eq(changes[i], changes[4])); /* nothing on top of it */
        test_reopen(t);
    }
    expect_verdict(t, 1100, 0);
}

/* The plain hash of a seal, as a version without a key made it. */
static void seal_plainly(struct test_db *t)
{
    STMT(all, "SELECT seq, last_id, row_count FROM audit_seals ORDER BY seq");
    STMT(rows, "SELECT id, account, actor, actor_account, action, resource, resource_id, details, network, user_agent,"
               " at_ms FROM audit_log WHERE id > ?1 AND id <= ?2 ORDER BY id");
    STMT(save, "UPDATE audit_seals SET hash = ?2, previous = ?3 WHERE seq = ?1");
    char previous[SHA256_HEX_SIZE] = "", hash[SHA256_HEX_SIZE];
    int64_t behind = INT64_MIN;
    struct query q = query(t->tx, &all);
    while (query_next(&q) == ROW_FOUND) {
        struct query r = query(t->tx, &rows);
        bind_i64(&r, behind), bind_i64(&r, col_i64(&q, "last_id"));
        audit_plain_seal(t->arena, &r, col_i64(&q, "seq"), col_i64(&q, "last_id"), previous, hash);
        struct query s = query(t->tx, &save);
        bind_i64(&s, col_i64(&q, "seq")), bind_text(&s, hash), bind_text(&s, previous);
        EXPECT(query_change(&s) == 1);
        behind = col_i64(&q, "last_id");
        memcpy(previous, hash, sizeof previous);
    }
}

TEST_EACH_ENGINE(seals_from_before_the_key_hold_and_later_ones_are_under_it)
{
    for (int i = 1; i <= 600; i++) put(t, 1, 1, i);
    seal_rows(t, 600);
    seal_plainly(t);
    struct audit_verdict v;
    EXPECT(audit_verify(t->tx, &v) && (v.bad != 0 || v.cut)); /* under a key, none of them is true */
    test_script(t, "DELETE FROM audit_head");
    EXPECT(audit_chain_begin(t->tx));
    expect_verdict(t, 600, 0);
    for (int i = 601; i <= 700; i++) put(t, 1, 1, i);
    seal_rows(t, 700);
    expect_verdict(t, 700, 0);
    EXPECT(test_number(t, "SELECT keyed_from FROM audit_head") == 3);
    seal_plainly(t); /* and a plain one is none any more */
    EXPECT(audit_verify(t->tx, &v) && v.bad != 0);
}

/* An id is drawn before its transaction commits: 2 may be visible while 1 is still to come. */
static void late_rows_body(struct test_db *t)
{
    char error[256];
    struct arena *arena = arena_new(1 << 20);
    struct conn *other = conn_open(t->db, TX_WRITE, error, sizeof error);
    EXPECT(other != NULL);
    struct tx *slow = tx_begin(other, TX_WRITE, arena), *mine = t->tx;
    t->tx = slow;
    put(t, 1, 1, 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log"), 1);
    t->tx = mine;
    put(t, 1, 1, 2);
    EXPECT(test_number(t, "SELECT MAX(id) FROM audit_log") == 2);
    for (int i = 0; i < 5; i++) assert_int_equal(seal_once(t), 0);
    assert_int_equal(tx_commit(slow), TX_COMMITTED);
    seal_rows(t, 2);
    expect_verdict(t, 2, 0);
    conn_close(other);
    arena_free(arena);
}

static void a_row_that_commits_late_is_sealed_too(void **state) { test_run(state, DB_POSTGRES, late_rows_body); }

static struct tx *begin_at(struct conn **conn, struct test_db *t, struct arena *arena)
{
    char error[256];
    *conn = conn_open(t->db, TX_WRITE, error, sizeof error);
    EXPECT(*conn != NULL);
    return tx_begin(*conn, TX_WRITE, arena);
}

static void put_in(struct test_db *t, struct tx *tx, int64_t number)
{
    struct tx *mine = t->tx;
    t->tx = tx;
    put(t, 1, 1, number);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log"), 1); /* sent, and no other is visible */
    t->tx = mine;
}

/* Its number is above the sealing transaction's, its id below one that was committed before that one looked. */
static void later_begun_body(struct test_db *t)
{
    struct arena *arena = arena_new(1 << 20), *second_arena = arena_new(1 << 20);
    struct conn *first, *second;
    EXPECT(audit_chain_begin(t->tx));
    struct audit_batch *b = audit_batch_read(t->tx, t->arena);
    EXPECT(b != NULL);
    test_commit(t);
    EXPECT(test_number(t, "SELECT 1") == 1); /* sent, so the sealing transaction has its number */
    struct tx *slow = begin_at(&first, t, arena), *quick = begin_at(&second, t, second_arena);
    put_in(t, slow, 1);
    put_in(t, quick, 2);
    assert_int_equal(tx_commit(quick), TX_COMMITTED);
    EXPECT(audit_batch_store(t->tx, b, AT));
    for (int i = 0; i < 5; i++) assert_int_equal(seal_once(t), 0);
    assert_int_equal(tx_commit(slow), TX_COMMITTED);
    seal_rows(t, 2);
    expect_verdict(t, 2, 0);
    conn_close(first), conn_close(second);
    arena_free(arena), arena_free(second_arena);
}

static void a_row_begun_while_it_is_sealed_is_sealed_too(void **state)
{
    test_run(state, DB_POSTGRES, later_begun_body);
}

/* A dump that was restored elsewhere brings a horizon of another history along. */
static void restored_body(struct test_db *t)
{
    put(t, 1, 1, 1);
    test_script(t, "UPDATE audit_horizon SET pending_id = 0, pending_xact = 9000000000000000000");
    seal_rows(t, 1);
    expect_verdict(t, 1, 0);
}

static void a_horizon_of_another_cluster_is_taken_anew(void **state) { test_run(state, DB_POSTGRES, restored_body); }

/* ---- routes ---- */

struct audit_query {
    int64_t after, limit, account, shop, from, to;
    const char *action;
    int format;
};

static json_t *answer_of(struct test_db *t, size_t route, int64_t account, const struct audit_query *in)
{
    struct req req = { .route = &audit_routes[route],
                       .arena = t->arena,
                       .tx = t->tx,
                       .query = in,
                       .now_ms = AT,
                       .who = { .person = account, .account = account } };
    assert_int_equal(audit_routes[route].run(&req), ANSWER_SENT);
    json_t *json = json_read(buf_str(&req.reply.body), 1 << 20, NULL);
    EXPECT(json != NULL);
    struct buf why;
    buf_init(&why, 500);
    if (route == 0 || route == 1) {
        json_t *bare = json_deep_copy(json), *entry;
        size_t i;
        json_array_foreach(json_object_get(bare, "entries"), i, entry)
            json_object_clear(json_object_get(entry, "details"));
        if (!shape_matches(audit_routes[route].answer, bare, &why)) fail_msg("%s", buf_terminated(&why));
        json_decref(bare);
    }
    buf_free(&why);
    buf_free(&req.reply.body);
    return json;
}

static const char *text_of(json_t *answer, size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(answer, "entries"), i), key));
}

TEST_EACH_ENGINE(merchants_see_their_own_trail_and_not_where_operators_sit)
{
    put(t, 7, 7, 1); /* by the account itself */
    put(t, 7, 2, 2); /* by an operator */
    put(t, 7, 0, 3); /* by nobody: a failed sign-in, a job */
    put(t, 8, 8, 4);
    json_t *own = answer_of(t, 0, 7, &(struct audit_query){ .to = INT64_MAX, .limit = 50 });
    assert_int_equal(json_array_size(json_object_get(own, "entries")), 3);
    assert_string_equal(text_of(own, 0, "actor"), "system");
    assert_string_equal(text_of(own, 0, "network"), "203.0.113.0/24");
    assert_string_equal(text_of(own, 1, "actor"), "operator");
    assert_null(text_of(own, 1, "network"));
    assert_null(text_of(own, 1, "userAgent"));
    assert_string_equal(text_of(own, 2, "actor"), "you");
    assert_non_null(text_of(own, 2, "network"));
    json_decref(own);
    /* A colleague, and a program with a shop's key; where they sit is the account's own business. */
    static const struct {
        int64_t actor;
        const char *name;
    } others[] = { { 70, "member" }, { 0, "key" } };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        EXPECT(audit_put(t->tx, &(struct audit_entry){ .action = AUDIT_second,
                                                       .account = 9,
                                                       .actor = others[i].actor,
                                                       .actor_account = 9,
                                                       .network = "203.0.113.0/24",
                                                       .at_ms = AT }));
        own = answer_of(t, 0, 9, &(struct audit_query){ .to = INT64_MAX, .limit = 1 });
        assert_string_equal(text_of(own, 0, "actor"), others[i].name);
        assert_non_null(text_of(own, 0, "network"));
        json_decref(own);
    }
    change(t, "DELETE FROM audit_log WHERE account = #", 9);
    json_t *all = answer_of(t, 1, 2, &(struct audit_query){ .to = INT64_MAX, .limit = 50 });
    assert_int_equal(json_array_size(json_object_get(all, "entries")), 4);
    assert_string_equal(text_of(all, 2, "actor"), "operator");
    assert_non_null(text_of(all, 2, "network"));
    assert_string_equal(text_of(all, 0, "actor"), "account");
    json_decref(all);
    json_t *one = answer_of(t, 1, 2, &(struct audit_query){ .to = INT64_MAX, .limit = 50, .account = 8 });
    assert_int_equal(json_array_size(json_object_get(one, "entries")), 1);
    json_decref(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_words),
        EACH_ENGINE(a_page_is_one_accounts_newest_first),
        EACH_ENGINE(a_page_of_what_is_looked_for),
        EACH_ENGINE(details_that_do_not_fit_leave_the_entry),
        EACH_ENGINE(seals_cover_every_row_once),
        EACH_ENGINE(a_changed_row_is_found),
        EACH_ENGINE(rows_from_before_persons_keep_their_hash),
        EACH_ENGINE(a_row_put_in_later_is_found),
        EACH_ENGINE(a_changed_seal_is_found),
        EACH_ENGINE(seals_cut_off_or_made_anew_are_found),
        EACH_ENGINE(seals_from_before_the_key_hold_and_later_ones_are_under_it),
        cmocka_unit_test_setup_teardown(a_row_that_commits_late_is_sealed_too, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(a_row_begun_while_it_is_sealed_is_sealed_too, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(a_horizon_of_another_cluster_is_taken_anew, test_setup, test_teardown),
        EACH_ENGINE(merchants_see_their_own_trail_and_not_where_operators_sit),
        EACH_ENGINE(a_horizon_beyond_the_rows_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
