/* test_groups.c: jobs that settle together (deliveries that are acted on are such): one that fails undoes nobody
 * else's, and leaves nothing half done. */
#include "jobs/test_worker.h"

TEST_EACH_ENGINE(one_that_fails_stops_none_of_its_group)
{
    enum { BEFORE = 6, BEHIND = 7 };
    int64_t fault_id = 0, given_up = 0;
    begin(t);
    jobs_know(kinds);
    for (int i = 0; i < BEFORE; i++) put(t, "t.effect", i);
    fault_id = put(t, "t.fault", 0), given_up = put(t, "t.give_up", 0);
    for (int i = 0; i < BEHIND; i++) put(t, "t.effect", i);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(one_that_fails_stops_none_of_its_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
