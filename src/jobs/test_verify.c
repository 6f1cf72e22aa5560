/* test_verify.c: changes to the rows of jobs that somebody with the database in his hands could make, each found. */
#include "storage/test_verify.h"

#include "base/clock.h"
#include "jobs/private.h"

static const struct job_kind kind = { .name = "a.one" };
static const struct job_kind *const kinds[] = { &kind, NULL };

static void put(struct test_db *t, const char *key, bool coalesce)
{
    EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "a.one", .key = key, .coalesce = coalesce, .ref = 9 }, NULL) > 0);
}

/* Five rows: 1 done, 2 dead, 3 running with 4 behind it, 5 ready. */
static void begin(struct test_db *t)
{
    clock_fix_ms(now_ms());
    jobs_know(kinds);
    put(t, NULL, false);
    put(t, NULL, false);
    put(t, "k", true);
    test_script(t, "UPDATE jobs SET state = 1, pool = 0, attempts = 1 WHERE id <= 3;"
                   "UPDATE jobs SET state = 2, ended_at_ms = put_at_ms WHERE id = 1;"
                   "UPDATE jobs SET state = 3, ended_at_ms = put_at_ms WHERE id = 2;");
    put(t, "k", true);
    put(t, NULL, false);
    test_script(t, "INSERT INTO job_steps (job, place, name, state, attempt, tries, began_at_ms, ended_at_ms)"
                   " VALUES (3, 0, 'first', 1, 1, 1, 1, 2), (3, 1, 'second', 0, 2, 0, 3, NULL);"
                   "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error)"
                   " VALUES ('a.one', 4, 1, 1, 1, 2, 'held');");
}

TEST_EACH_ENGINE(what_was_done_to_jobs_is_found)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE jobs SET state = 7 WHERE id = 5;", "in no state" },
        { "UPDATE jobs SET state = -1 WHERE id = 5;", "in no state" },
        { "UPDATE jobs SET pool = 9 WHERE id = 5;", "nobody works off" },
        { "UPDATE jobs SET pool = -2 WHERE id = 5;", "nobody works off" },
        { "UPDATE jobs SET pool = -1 WHERE id = 5;", "not there" },
        { "UPDATE jobs SET state = 2, ended_at_ms = 1 WHERE id = 3;", "not there" },
        { "DELETE FROM jobs WHERE id = 3;", "not there" },
        { "UPDATE jobs SET live_key = 'other' WHERE id = 4;", "not there" },
        { "UPDATE jobs SET run_at_ms = 99999999999999 WHERE id = 5;", "put off" },
        { "UPDATE jobs SET deadline_ms = 1 WHERE id = 5;", "deadline" },
        { "UPDATE jobs SET kind = 'a.none' WHERE id = 5;", "nobody works for" },
        { "UPDATE jobs SET spared = 2 WHERE id = 5;", "miscounted" },
        { "UPDATE jobs SET spared = -1000 WHERE id = 5;", "miscounted" },
        { "UPDATE jobs SET pool = 1 WHERE id = 3;", "stands in a line" },
        { "UPDATE jobs SET attempts = 0 WHERE id = 3;", "nobody has taken" },
        { "UPDATE jobs SET ended_at_ms = NULL WHERE id = 1;", "at no time" },
        { "UPDATE jobs SET ended_at_ms = NULL WHERE id = 2;", "at no time" },
        { "UPDATE job_steps SET job = 77;", "of no job" },
        { "UPDATE job_steps SET state = 9;", "no state" },
        { "UPDATE job_steps SET state = 1;", "at no time" },
        { "UPDATE job_steps SET attempt = 3;", "to come" },
        { "UPDATE job_skips SET retry_at_ms = 99999999999999;", "not tried again" },
        { "UPDATE job_skips SET tries = 0;", "not tried again" },
    };
    /* clang-format on */
    begin(t);
    test_expect_found(t, jobs_checks, harms, ARRAY_LEN(harms));
    jobs_know(NULL);
}

TEST_EACH_ENGINE(what_no_live_job_works_on_is_told)
{
    static const int64_t refs[] = { 9, 10 };
    bool unworked[2];
    begin(t);
    EXPECT(jobs_unworked(t->tx, "a.one", refs, 2, unworked) && !unworked[0] && unworked[1]);
    EXPECT(jobs_unworked(t->tx, "a.two", refs, 2, unworked) && unworked[0] && unworked[1]);
    test_script(t, "UPDATE jobs SET state = 2, pool = 0, ended_at_ms = 1;");
    EXPECT(jobs_unworked(t->tx, "a.one", refs, 1, unworked) && unworked[0]);
    EXPECT(jobs_unworked(t->tx, "a.one", refs, 0, unworked));
    jobs_know(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_was_done_to_jobs_is_found),
        EACH_ENGINE(what_no_live_job_works_on_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
