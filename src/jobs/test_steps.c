/* test_steps.c: jobs made of steps, against an outside world that keeps what it made. An attempt is driven by hand
 * through its transactions, so that the process can "die" at each boundary: nothing after it happens, the lease runs
 * out, and another attempt begins. */
#include "storage/test_db.h"

#include "base/clock.h"
#include "jobs/private.h"
#include "jobs/steps.h"

#include <stdio.h>
#include <stdlib.h>

enum { THINGS = 3, ATTEMPTS_MAX = 60 };

/* ---- the outside world ---- */

static struct world {
    int made[THINGS], gone[THINGS], there[THINGS], asked[THINGS];
    char order[64];               /* what was undone, in its order */
    enum step_answer say[THINGS]; /* instead of STEP_DONE; the thing is made all the same when UNKNOWN */
    int say_times[THINGS];
    bool no_undo;
    const char *id; /* instead of "id-N" */
    const char *key[THINGS];
} world;
static int done_runs, dead_runs, changes, left_behind;
static char dead_error[QUEUE_ERROR_MAX + 1];

static enum step_answer find_thing(struct job *job, int i)
{
    world.asked[i]++;
    if (!world.there[i]) return STEP_NONE;
    step_made(job, world.id ? world.id : arena_printf(job->arena, "id-%d", i));
    return STEP_DONE;
}
static enum step_answer make_thing(struct job *job, int i)
{
    enum step_answer say = world.say_times[i] > 0 ? world.say[i] : STEP_DONE;
    if (world.say_times[i] > 0) world.say_times[i]--;
    if (say == STEP_DONE || say == STEP_UNKNOWN) world.made[i]++, world.there[i]++;
    if (i == 2) assert_string_equal(step_id_of(job, "account"), "id-0"); /* it needs an earlier one's id */
    free((char *)world.key[i]);
    world.key[i] = strdup(step_key(job));
    if (say == STEP_DONE) step_made(job, world.id ? world.id : arena_printf(job->arena, "id-%d", i));
    else job_error(job, "the outside says %d", say);
    return say;
}
static enum step_answer drop_thing(struct job *job, int i)
{
    if (world.no_undo) {
        job_error(job, "cannot be removed");
        return STEP_LATER;
    }
    const char *id = step_id(job);
    assert_true(id && id[3] == '0' + i);
    if (world.there[i]) world.there[i]--, world.gone[i]++;
    snprintf(world.order + strlen(world.order), sizeof(world.order) - strlen(world.order), "%d", i);
    return STEP_DONE;
}
#define THING(i)                                                                                                       \
    static enum step_answer find_##i(struct job *job) { return find_thing(job, i); }                                   \
    static enum step_answer make_##i(struct job *job) { return make_thing(job, i); }                                   \
    static enum step_answer drop_##i(struct job *job) { return drop_thing(job, i); }
/* clang-format off */
THING(0) THING(1) THING(2)

static const struct job_step steps[THINGS] = {
    { .name = "account", .doc = "the first", .find = find_0, .call = make_0, .undo = drop_0 },
    { .name = "user", .doc = "the second", .find = find_1, .call = make_1, .undo = drop_1 },
    { .name = "inbox", .doc = "the third", .find = find_2, .call = make_2, .undo = drop_2 },
};
/* clang-format on */
static const struct step_list list = { steps, THINGS };

static bool changed(struct job *job, struct tx *tx, const struct step_row *row)
{
    (void)job, (void)tx;
    assert_true(row->name[0] != '\0');
    changes++;
    return true;
}
static enum job_wish done(struct job *job, struct tx *tx)
{
    (void)tx;
    for (int i = 0; i < THINGS; i++)
        assert_string_equal(step_id_of(job, steps[i].name), arena_printf(job->arena, "id-%d", i));
    done_runs++;
    return JOB_FINISHED;
}
static enum job_wish dead(struct job *job, struct tx *tx, const char *error, bool left)
{
    (void)job, (void)tx;
    dead_runs++;
    left_behind = left;
    snprintf(dead_error, sizeof(dead_error), "%s", error);
    return JOB_FINISHED;
}
static const struct step_plan plan = { .list = &list, .changed = changed, .done = done, .dead = dead };
/* clang-format off */
static const struct job_kind kind = { .name = "t.steps", .doc = "three things", .max_attempts = 4,
    .backoff_first_ms = SECOND_MS, .backoff_max_ms = SECOND_MS, JOB_OF_STEPS(&plan) };
/* clang-format on */
static const struct job_kind *const table[] = { &kind, NULL };

/* ---- attempts by hand ---- */

enum death { LIVES, AFTER_CLAIM, AFTER_LOAD, AFTER_CALL, BEFORE_COMMIT, DEATHS };

static struct jobs house; /* no threads: only what groups need */

/* What the groups of the test before left for the next ones. */
static void close_house(void)
{
    while (house.spare_arenas_n > 0) arena_free(house.spare_arenas[--house.spare_arenas_n]);
}

static void begin(struct test_db *t)
{
    close_house();
    for (int i = 0; i < THINGS; i++) free((char *)world.key[i]);
    world = (struct world){ 0 };
    done_runs = dead_runs = changes = left_behind = 0;
    dead_error[0] = '\0';
    house = (struct jobs){ .options = { .lanes = t->lanes } };
    assert_int_equal(pthread_mutex_init(&house.lock, NULL), 0);
}

static int64_t put(struct test_db *t)
{
    int64_t id = jobs_put(t->tx, &(struct job_new){ .kind = kind.name }, NULL);
    EXPECT(id > 0);
    test_commit(t);
    return id;
}

/* One attempt, as the worker makes it. False: nothing was to be claimed. */
static bool attempt(struct test_db *t, enum death death)
{
    struct claimed c;
    int64_t round = -1;
    clock_advance_ms(JOB_LEASE_MS + SECOND_MS); /* back-offs are over, and leases of the dead */
    EXPECT(queue_expire(t->tx, now_ms()) >= 0 && queue_sort(t->tx, table, now_ms()) >= 0);
    int n = queue_claim(t->tx, JOB_POOL_CALLS, 1, NULL, now_ms(), &round, &c);
    EXPECT(n >= 0);
    if (n == 0) return false;
    struct group *g = group_new(&house, 1, &kind);
    struct run *r = &g->run[0];
    group_set(g, 0, &kind, &c);
    test_commit(t);
    if (death != AFTER_CLAIM && r->wish == JOB_FINISHED) {
        g->op = (struct op){ .arena = g->arena };
        EXPECT(group_load_run(&g->op, t->tx) == OP_COMMIT);
        g->mark = arena_mark(g->arena);
        if (death != AFTER_LOAD && r->wish == JOB_FINISHED) kind.call(&r->job);
    }
    if (death == LIVES || death == BEFORE_COMMIT) {
        EXPECT(group_settle_run(&g->op, t->tx) == OP_COMMIT);
        EXPECT(tx_fault_of(t->tx) == TX_SOUND);
        if (death == LIVES) test_commit(t);
        else test_reopen(t);
    }
    group_leave(g);
    return true;
}

static void finish(struct test_db *t)
{
    int n = 0;
    while (attempt(t, LIVES)) EXPECT(++n < ATTEMPTS_MAX);
}

static struct job_row row_of(struct test_db *t, int64_t id)
{
    struct job_row row;
    EXPECT(jobs_get(t->tx, id, &row) == ROW_FOUND);
    return row;
}

/* ---- tests ---- */

TEST_EACH_ENGINE(steps_are_made_in_their_order_without_counting_attempts)
{
    begin(t);
    int64_t id = put(t);
    struct step_row row[THINGS];
    EXPECT(steps_progress(t->tx, id, &list, row));
    for (int i = 0; i < THINGS; i++) EXPECT(row[i].state == STEP_WAITING && row[i].tries == 0);
    EXPECT(attempt(t, AFTER_CLAIM));
    EXPECT(steps_progress(t->tx, id, &list, row) && row[0].state == STEP_RUNNING && row[1].state == STEP_WAITING);
    EXPECT(attempt(t, LIVES));
    EXPECT(steps_progress(t->tx, id, &list, row));
    EXPECT(row[0].state == STEP_FINISHED && text_eq(row[0].outside_id, "id-0") && row[0].ended_at_ms > 0);
    EXPECT(row[1].state == STEP_RUNNING && row[1].began_at_ms > 0 && row[2].state == STEP_WAITING);
    EXPECT(text_eq(row_of(t, id).state, "ready") && row_of(t, id).attempts == 1); /* the one that was lost */
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "done") && done_runs == 1 && dead_runs == 0);
    for (int i = 0; i < THINGS; i++) EXPECT(world.made[i] == 1 && world.there[i] == 1);
    EXPECT(changes == 5); /* three made, two begun with a row of their own */
    const char *key = arena_printf(t->arena, "job-%lld-user", (long long)id);
    assert_string_equal(world.key[1], key);
}

/* The process dies once at each boundary of each attempt. */
TEST_EACH_ENGINE(a_death_anywhere_makes_nothing_twice)
{
    for (enum death death = AFTER_CLAIM; death < DEATHS; death++)
        for (int before = 0; before <= THINGS; before++) {
            begin(t);
            int64_t id = put(t);
            for (int i = 0; i < before; i++) EXPECT(attempt(t, LIVES));
            EXPECT(attempt(t, death));
            finish(t);
            EXPECT(text_eq(row_of(t, id).state, "done"));
            for (int i = 0; i < THINGS; i++) EXPECT(world.made[i] == 1 && world.there[i] == 1);
        }
}

/* The third thing is refused, and the process dies once at each boundary on the way back. */
TEST_EACH_ENGINE(what_was_made_is_undone_from_the_last_to_the_first)
{
    for (enum death death = LIVES; death < DEATHS; death++)
        for (int before = 0; before <= 2 * THINGS - 1; before++) {
            begin(t);
            world.say[2] = STEP_REFUSED, world.say_times[2] = 1000;
            int64_t id = put(t);
            for (int i = 0; i < before; i++) EXPECT(attempt(t, LIVES));
            EXPECT(attempt(t, death));
            finish(t);
            EXPECT(text_eq(row_of(t, id).state, "dead") && dead_runs >= 1 && !left_behind && done_runs == 0);
            for (int i = 0; i < THINGS; i++) EXPECT(world.there[i] == 0 && world.gone[i] == world.made[i]);
            EXPECT(world.made[0] == 1 && world.order[0] == '1' && world.order[strlen(world.order) - 1] == '0');
            assert_string_equal(dead_error, "inbox: the outside says 4");
            assert_string_equal(row_of(t, id).error, dead_error);
            struct step_row row[THINGS];
            EXPECT(steps_progress(t->tx, id, &list, row));
            EXPECT(row[0].state == STEP_UNDONE && row[1].state == STEP_UNDONE && row[2].state == STEP_FAILED);
        }
}

TEST_EACH_ENGINE(what_the_outside_has_is_adopted)
{
    begin(t);
    world.there[0] = world.there[2] = 1; /* an earlier job made them, and was lost */
    int64_t id = put(t);
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "done"));
    EXPECT(world.made[0] == 0 && world.made[1] == 1 && world.made[2] == 0 && done_runs == 1);
}

TEST_EACH_ENGINE(an_unknown_answer_is_asked_about_before_it_is_tried_again)
{
    begin(t);
    world.say[1] = STEP_UNKNOWN, world.say_times[1] = 1;
    int64_t id = put(t);
    EXPECT(attempt(t, LIVES) && attempt(t, LIVES));
    struct step_row row[THINGS];
    EXPECT(steps_progress(t->tx, id, &list, row));
    EXPECT(row[1].state == STEP_RUNNING && text_eq(row[1].error, "the outside says 3") && row[1].tries == 1);
    EXPECT(row_of(t, id).attempts == 1); /* a failure counts */
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "done") && world.made[1] == 1);
    EXPECT(steps_progress(t->tx, id, &list, row) && row[1].tries == 2 && !row[1].error);
}

/* Attempts end while nobody knows whether the second thing was made: it is looked for, and undone too. */
TEST_EACH_ENGINE(what_may_have_been_made_is_undone_too)
{
    begin(t);
    world.say[1] = STEP_UNKNOWN, world.say_times[1] = 1;
    int64_t id = put(t);
    EXPECT(attempt(t, LIVES) && attempt(t, LIVES));
    for (int i = 0; i < kind.max_attempts; i++) EXPECT(attempt(t, AFTER_CLAIM));
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "dead") && dead_runs == 1);
    EXPECT(world.there[0] == 0 && world.there[1] == 0 && text_eq(world.order, "10") && world.made[2] == 0);
}

/* The very first call never came back, in all attempts. */
TEST_EACH_ENGINE(a_first_step_that_nobody_heard_of_is_undone)
{
    begin(t);
    int64_t id = put(t);
    EXPECT(attempt(t, AFTER_CALL));
    world.say[0] = STEP_LATER, world.say_times[0] = 1000;
    for (int i = 0; i < kind.max_attempts; i++) EXPECT(attempt(t, AFTER_CLAIM));
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "dead") && world.made[0] == 1 && world.there[0] == 0 && dead_runs == 1);
}

TEST_EACH_ENGINE(what_cannot_be_undone_is_left_in_the_rows_and_tried_by_a_retry)
{
    begin(t);
    world.say[2] = STEP_REFUSED, world.say_times[2] = 1;
    world.no_undo = true;
    int64_t id = put(t);
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "dead") && dead_runs == 1 && left_behind);
    assert_string_equal(row_of(t, id).error, "inbox: the outside says 4; undoing user: cannot be removed");
    struct step_row row[THINGS];
    EXPECT(steps_progress(t->tx, id, &list, row));
    EXPECT(row[1].state == STEP_FINISHED && text_eq(row[1].error, "cannot be removed"));
    world.no_undo = false;
    EXPECT(jobs_retry(t->tx, id) == ROW_FOUND);
    test_commit(t);
    finish(t);
    EXPECT(dead_runs == 2 && !left_behind && text_eq(world.order, "10"));
    EXPECT(jobs_retry(t->tx, id) == ROW_FOUND); /* all is undone: now it is made anew */
    test_commit(t);
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "done") && done_runs == 1);
    for (int i = 0; i < THINGS; i++) EXPECT(world.there[i] == 1);
}

TEST_EACH_ENGINE(a_row_that_this_version_does_not_know_stops_it)
{
    begin(t);
    int64_t id = put(t);
    EXPECT(attempt(t, LIVES));
    test_script(t, "UPDATE job_steps SET name = 'moon' WHERE name = 'user'");
    EXPECT(attempt(t, LIVES));
    EXPECT(text_eq(row_of(t, id).error, "this version does not know the step moon") && world.made[1] == 0);
    test_script(t, "UPDATE job_steps SET name = 'user' WHERE name = 'moon'");
    finish(t);
    EXPECT(text_eq(row_of(t, id).state, "done"));
}

/* A cut id would name something else, or nothing. */
TEST_EACH_ENGINE(an_id_that_cannot_be_kept_is_no_id)
{
    static char longest[STEP_ID_MAX + 2];
    memset(longest, 'x', sizeof(longest) - 1);
    const char *const bad[] = { longest, "caf\xe9" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        begin(t);
        int64_t id = put(t);
        struct step_row row[THINGS];
        world.id = bad[i];
        EXPECT(attempt(t, LIVES));
        EXPECT(steps_progress(t->tx, id, &list, row) && row[0].state == STEP_RUNNING && !row[0].outside_id);
        EXPECT(text_eq(row[0].error, "the outside gave an id that cannot be kept"));
        world.id = NULL;
        finish(t); /* it is found, and made once */
        EXPECT(text_eq(row_of(t, id).state, "done") && world.made[0] == 1);
    }
    begin(t);
    int64_t id = put(t);
    struct step_row row[THINGS];
    longest[STEP_ID_MAX] = '\0', world.id = longest;
    EXPECT(attempt(t, LIVES));
    EXPECT(steps_progress(t->tx, id, &list, row) && text_eq(row[0].outside_id, longest));
}

TEST_EACH_ENGINE(steps_go_with_their_job)
{
    begin(t);
    put(t);
    finish(t);
    int64_t cursor = 0;
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_steps") == THINGS);
    EXPECT(queue_purge(t->tx, now_ms() + QUEUE_KEEP_MS - HOUR_MS, &cursor) == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_steps") == THINGS);
    EXPECT(queue_purge(t->tx, now_ms() + QUEUE_KEEP_MS + HOUR_MS, &cursor) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_steps") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(steps_are_made_in_their_order_without_counting_attempts),
        EACH_ENGINE(a_death_anywhere_makes_nothing_twice),
        EACH_ENGINE(what_was_made_is_undone_from_the_last_to_the_first),
        EACH_ENGINE(what_the_outside_has_is_adopted),
        EACH_ENGINE(an_unknown_answer_is_asked_about_before_it_is_tried_again),
        EACH_ENGINE(what_may_have_been_made_is_undone_too),
        EACH_ENGINE(a_first_step_that_nobody_heard_of_is_undone),
        EACH_ENGINE(what_cannot_be_undone_is_left_in_the_rows_and_tried_by_a_retry),
        EACH_ENGINE(a_row_that_this_version_does_not_know_stops_it),
        EACH_ENGINE(an_id_that_cannot_be_kept_is_no_id),
        EACH_ENGINE(steps_go_with_their_job),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    close_house();
    return failed;
}
