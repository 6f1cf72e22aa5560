/* test_groups.c: jobs that settle together (deliveries that are acted on are such): one that fails undoes nobody
 * else's, and leaves nothing half done; and whatever they lock, none waits for one that waits for it. */
#include "jobs/test_worker.h"

static int64_t put_of(struct test_db *t, int64_t account, const char *kind, int64_t ref)
{
    int64_t id = jobs_put(t->tx, &(struct job_new){ .kind = kind, .account = account, .ref = ref }, NULL);
    EXPECT(id > 0);
    return id;
}

TEST_EACH_ENGINE(one_that_fails_stops_none_of_its_group)
{
    enum { BEFORE = 6, BEHIND = 7 };
    int64_t fault_id = 0, given_up = 0;
    begin(t);
    jobs_know(kinds);
    for (int i = 0; i < BEFORE; i++) put_of(t, 1 + i, "t.effect", i);
    fault_id = put_of(t, 1 + BEFORE, "t.fault", 0), given_up = put_of(t, 2 + BEFORE, "t.give_up", 0);
    for (int i = 0; i < BEHIND; i++) put_of(t, 3 + BEFORE + i, "t.effect", i);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(ends == BEFORE + BEHIND + 1 && row_of(t, fault_id).attempts == 1 && is_state(t, fault_id, "ready"));
    /* Each once; the dead one said so; of the one that failed nothing stays. */
    EXPECT(number(t, "effects") == BEFORE + BEHIND + 1 && is_state(t, given_up, "dead"));
    jump(j, 2 * SECOND_MS); /* it comes again by itself */
    WAIT_FOR(is_state(t, fault_id, "done"));
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects WHERE what = 'done'") == BEFORE + BEHIND);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects WHERE what = 'half'") == 1);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT job) FROM effects") == BEFORE + BEHIND + 2);
}

/* ---- what they lock ---- */

#define THING "SELECT id FROM things WHERE id = ?1"
STMT(thing_locked, THING, .postgres = THING " FOR UPDATE");

/* Its row, as a delivery locks its shop's, and a moment with it. */
static enum job_wish settle_lock(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &thing_locked);
    bind_i64(&q, job->ref);
    enum row row = query_row(&q);
    atomic_fetch_add(&settles, 1);
    (void)usleep(10000);
    return row == ROW_FOUND ? JOB_FINISHED : JOB_FAULT;
}
static const struct job_kind lock_kind = { .name = "t.lock", .doc = "locks", .max_attempts = 5, .settle = settle_lock };
static const struct job_kind *const lock_kinds[] = { &lock_kind, NULL };

static void work_all(struct test_db *t, int jobs)
{
    test_lanes(t, NULL);
    struct jobs *j = start(t, lock_kinds, 1);
    WAIT_FOR(ends == jobs);
    stop(j, 1000);
    test_lanes_stop(t);
    assert_int_equal(settles, jobs); /* each once: nobody was thrown out of a ring, to be tried again */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 2 AND attempts = 1"), jobs);
}

/* Deliveries for two shops of one merchant, in turns: sixteen that begin with the one, sixteen with the other. */
TEST_EACH_ENGINE(jobs_of_an_account_do_not_wait_for_each_other_in_a_ring)
{
    enum { JOBS = 96 };
    begin(t);
    test_script(t, "CREATE TABLE things (id {id}); INSERT INTO things (id) VALUES (1), (2)");
    jobs_know(lock_kinds);
    for (int i = 0; i < JOBS; i++) put_of(t, 7, "t.lock", 1 + (i + i / GROUP_MAX) % 2);
    test_commit(t);
    work_all(t, JOBS);
}

/* Rows of many accounts, which come in any order: a group takes them in one. */
TEST_EACH_ENGINE(jobs_of_many_accounts_do_not_wait_for_each_other_in_a_ring)
{
    enum { ACCOUNTS = 8, ROUNDS = 8 };
    begin(t);
    test_script(t,
                "CREATE TABLE things (id {id}); INSERT INTO things (id) VALUES (1), (2), (3), (4), (5), (6), (7), (8)");
    jobs_know(lock_kinds);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < ACCOUNTS; i++) {
            int account = 1 + (round % 2 ? ACCOUNTS - 1 - i : i);
            put_of(t, account, "t.lock", account);
        }
    test_commit(t);
    work_all(t, ACCOUNTS * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(one_that_fails_stops_none_of_its_group),
        BOTH(jobs_of_an_account_do_not_wait_for_each_other_in_a_ring),
        BOTH(jobs_of_many_accounts_do_not_wait_for_each_other_in_a_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
