/* test_each.c: a job that works off a list, of which some items cannot be done. */
#include "storage/test_db.h"

#include "base/clock.h"
#include "jobs/private.h"

static int64_t bad[JOB_SKIPS_MAX + 100], held, twice;
static size_t bads;
static bool later; /* what is wrong is in an append whose answer nobody waits for */

STMT(read_todo, "SELECT id FROM todo WHERE done = 0 ORDER BY id LIMIT ?1");
STMT(do_todo, "UPDATE todo SET done = 1 WHERE id = ?1");
STMT(break_it_later, "INSERT INTO todo (id, done) VALUES (?1, 0)");
STMT(break_it, "INSERT INTO todo (id, done) VALUES (?1, 0)");

static int64_t read_items(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    (void)job;
    struct query q = query(tx, &read_todo);
    bind_i64(&q, (int64_t)max);
    int64_t n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[n++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : n;
}

/* A bad one breaks its transaction after it has changed something. */
static enum job_wish one(struct job *job, struct tx *tx, int64_t item)
{
    if (item == held) return JOB_AGAIN;
    if (item == twice) {
        twice = 0;
        return JOB_NEXT;
    }
    struct query q = query(tx, &do_todo);
    bind_i64(&q, item);
    if (query_change(&q) != 1) return JOB_FAULT;
    for (size_t i = 0; i < bads; i++) {
        if (bad[i] != item) continue;
        if (later) {
            q = query(tx, &break_it_later);
            bind_i64(&q, item);
            return query_put(&q) ? JOB_FINISHED : JOB_FAULT;
        }
        job_item_error(job, "it breaks");
        q = query(tx, &break_it);
        bind_i64(&q, item);
        return query_change(&q) == 1 ? JOB_FINISHED : JOB_FAULT;
    }
    return JOB_FINISHED;
}
static const struct job_list list = { .read = read_items, .one = one, .max = 10 };

/* What .load was given: how often, and how many in all; and of whom it can read nothing. */
static struct {
    size_t calls, items;
    int64_t unreadable;
} loaded;

static bool load(struct job *job, struct tx *tx, const int64_t *item, size_t count)
{
    loaded.calls++, loaded.items += count;
    int64_t *copy = ARENA_ARRAY(tx_arena(tx), int64_t, count + 1);
    memcpy(copy, item, count * sizeof *item);
    copy[count] = 0;
    job->state = copy;
    for (size_t i = 0; i < count; i++)
        if (item[i] == loaded.unreadable) return false;
    return true;
}

static enum job_wish one_loaded(struct job *job, struct tx *tx, int64_t item)
{
    const int64_t *all = job->state;
    while (*all && *all != item) all++;
    assert_int_equal(*all, item); /* it is among those that were read */
    return one(job, tx, item);
}
static const struct job_list loading = { .read = read_items, .load = load, .one = one_loaded, .max = 10 };

static void begin(struct test_db *t, int items)
{
    bads = 0, held = twice = 0, later = false;
    clock_fix_ms(now_ms());
    test_script(t, "CREATE TABLE todo (id {id}, done {int} NOT NULL) {strict};");
    for (int i = 1; i <= items; i++)
        test_script(t, arena_printf(t->arena, "INSERT INTO todo (id, done) VALUES (%d, 0)", i));
    test_commit(t);
}

static enum job_wish work_by(struct test_db *t, const struct job_list *by)
{
    struct job job = { .id = 1, .kind = "t.list", .arena = t->arena, .now_ms = now_ms() };
    enum job_wish wish = jobs_each(&job, t->tx, by);
    EXPECT(tx_fault_of(t->tx) == TX_SOUND);
    test_commit(t);
    return wish;
}

static enum job_wish work(struct test_db *t) { return work_by(t, &list); }

/* Together first; and when one of them fails, each of them again by itself, and then those that have not failed. */
TEST_EACH_ENGINE(what_a_batch_needs_is_read_once)
{
    begin(t, 25);
    loaded.calls = loaded.items = 0;
    EXPECT(work_by(t, &loading) == JOB_NEXT && loaded.calls == 1 && loaded.items == 10);
    bad[bads++] = 13;
    enum { TOGETHER = 1, EACH = 10, IN_CONFLICT = 1 }; /* which is tried once more */
    EXPECT(work_by(t, &loading) == JOB_NEXT && loaded.calls == 1 + TOGETHER + EACH + IN_CONFLICT);
    EXPECT(loaded.items == 10 + 10 + EACH + IN_CONFLICT);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 19);
    EXPECT(work_by(t, &loading) == JOB_FINISHED && loaded.calls == 14 && loaded.items == 36);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 0") == 1);
    clock_fix_ms(0);
}

TEST_EACH_ENGINE(one_that_cannot_be_read_stops_nobody)
{
    begin(t, 8);
    loaded.unreadable = 5;
    EXPECT(work_by(t, &loading) == JOB_FINISHED);
    loaded.unreadable = 0;
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 7);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_skips WHERE item = 5 AND tries = 1") == 1);
    clock_fix_ms(0);
}

TEST_EACH_ENGINE(one_bad_item_stops_nobody)
{
    begin(t, 25);
    bad[bads++] = 3;
    EXPECT(work(t) == JOB_NEXT); /* a full batch: there may be more */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 9);
    EXPECT(test_number(t, "SELECT done FROM todo WHERE id = 3") == 0); /* what it had changed is undone */
    EXPECT(work(t) == JOB_NEXT && work(t) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 0") == 1);
    struct job_skip skip[4];
    size_t n;
    int64_t count;
    EXPECT(jobs_skips(t->tx, NULL, 0, skip, 4, &n) == ROW_FOUND && n == 1 && skip[0].item == 3 && skip[0].tries == 1);
    EXPECT(text_eq(skip[0].kind, "t.list") && text_eq(skip[0].error, "it breaks") && skip[0].retry_at_ms > now_ms());
    EXPECT(jobs_skips_count(t->tx, NULL, &count) && count == 1);
    EXPECT(jobs_skips_count(t->tx, "t.list", &count) && count == 1);
    EXPECT(jobs_skips_count(t->tx, "t.other", &count) && count == 0);
    EXPECT(jobs_skips(t->tx, skip[0].kind, skip[0].item, skip, 4, &n) == ROW_NONE);
    clock_fix_ms(0);
}

/* An append travels with the end of its item's part: on PostgreSQL it is known only there that it cannot be. */
TEST_EACH_ENGINE(what_breaks_at_its_end_stops_nobody)
{
    begin(t, 5);
    later = true;
    bad[bads++] = 3;
    EXPECT(work(t) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 4);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE id = 3 AND done = 0") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_skips WHERE item = 3 AND tries = 1") == 1);
    clock_fix_ms(0);
}

/* It is left out for a while, each time for longer, and forgotten when it can be done. */
TEST_EACH_ENGINE(a_bad_item_is_tried_again_and_forgotten)
{
    begin(t, 1);
    int64_t at_ms = now_ms();
    bad[bads++] = 1;
    EXPECT(work(t) == JOB_FINISHED && work(t) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT tries FROM job_skips") == 1);
    clock_fix_ms(at_ms + 6 * MINUTE_MS);
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT tries FROM job_skips") == 2);
    EXPECT(test_number(t, "SELECT retry_at_ms - last_at_ms FROM job_skips") == 10 * MINUTE_MS);
    /* Written by a clock that was a year ahead: it does not wait for a year. */
    test_script(t, "UPDATE job_skips SET retry_at_ms = retry_at_ms + 31536000000,"
                   " last_at_ms = last_at_ms + 31536000000");
    bads = 0;
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT done FROM todo") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_skips") == 0);
    clock_fix_ms(0);
}

/* More bad ones than a batch holds, all in front. */
TEST_EACH_ENGINE(many_bad_items_do_not_fill_the_batch)
{
    begin(t, 45);
    while (bads < 40) bad[bads] = (int64_t)bads + 1, bads++;
    int rounds = 0;
    while (work(t) == JOB_NEXT) EXPECT(++rounds < 10);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 5);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_skips") == 40);
    clock_fix_ms(0);
}

/* More than are remembered: whoever is good gets his turn in each period, and nobody goes round for ever. */
TEST_EACH_ENGINE(more_bad_items_than_can_be_left_out_end_in_a_pause)
{
    enum { BAD = JOB_SKIPS_MAX + 30 };
    begin(t, 1);
    test_script(t, arena_printf(t->arena,
                                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                                " INSERT INTO todo (id, done) SELECT i, 0 FROM n",
                                BAD));
    while (bads < BAD) bad[bads] = (int64_t)bads + 1, bads++;
    int rounds = 0;
    while (work(t) == JOB_NEXT) EXPECT(++rounds < 200);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_skips") >= JOB_SKIPS_MAX);
    clock_fix_ms(0);
}

/* What is not due any more stands before nobody, once its turn has come. */
TEST_EACH_ENGINE(what_others_have_done_is_forgotten)
{
    begin(t, 2);
    bad[bads++] = 1, bad[bads++] = 2;
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT COUNT(*) FROM job_skips") == 2);
    test_script(t, "UPDATE todo SET done = 1 WHERE id = 1");
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT COUNT(*) FROM job_skips") == 2);
    clock_fix_ms(now_ms() + 6 * MINUTE_MS);
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT COUNT(*) FROM job_skips") == 1);
    EXPECT(test_number(t, "SELECT item FROM job_skips") == 2);
    clock_fix_ms(0);
}

/* Neither does it stop those behind it: a batch that was full with it goes on, one of it alone does not go round. */
TEST_EACH_ENGINE(what_somebody_holds_is_no_failure_and_stops_nobody)
{
    begin(t, 25);
    held = 3;
    EXPECT(work(t) == JOB_NEXT && test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 9);
    EXPECT(work(t) == JOB_NEXT && work(t) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 1") == 24);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM job_skips") == 0);
    EXPECT(work(t) == JOB_FINISHED);
    held = 0;
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT COUNT(*) FROM todo WHERE done = 0") == 0);
    clock_fix_ms(0);
}

TEST_EACH_ENGINE(what_is_due_once_more_goes_on_at_once)
{
    begin(t, 2);
    twice = 1;
    EXPECT(work(t) == JOB_NEXT && test_number(t, "SELECT done FROM todo WHERE id = 1") == 0);
    EXPECT(work(t) == JOB_FINISHED && test_number(t, "SELECT done FROM todo WHERE id = 1") == 1);
    clock_fix_ms(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_a_batch_needs_is_read_once),
        EACH_ENGINE(one_that_cannot_be_read_stops_nobody),
        EACH_ENGINE(one_bad_item_stops_nobody),
        EACH_ENGINE(what_breaks_at_its_end_stops_nobody),
        EACH_ENGINE(a_bad_item_is_tried_again_and_forgotten),
        EACH_ENGINE(many_bad_items_do_not_fill_the_batch),
        EACH_ENGINE(more_bad_items_than_can_be_left_out_end_in_a_pause),
        EACH_ENGINE(what_others_have_done_is_forgotten),
        EACH_ENGINE(what_somebody_holds_is_no_failure_and_stops_nobody),
        EACH_ENGINE(what_is_due_once_more_goes_on_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
