/* test_queue.c: jobs as rows, without threads: unique keys, claims and their fence, what moves a row, lists, purge. */
#include "storage/test_db.h"

#include "base/clock.h"
#include "jobs/private.h"

static const struct job_kind kind_one = { .name = "a.one" }, kind_two = { .name = "a.two" };
static const struct job_kind *const kinds[] = { &kind_one, &kind_two, NULL };
enum claim_of { CLAIM_READY, CLAIM_EXPIRED };

/* What is wanted of a list. */
#define LIST(...) (&(struct jobs_wanted){ __VA_ARGS__ })

static int64_t put(struct test_db *t, const char *kind, const char *key, int64_t run_at_ms)
{
    int64_t id = jobs_put(
        t->tx,
        &(struct job_new){ .kind = kind, .key = key, .account = 7, .ref = 9, .note = "{}", .run_at_ms = run_at_ms },
        NULL);
    EXPECT(id > 0);
    return id;
}

static int claim_at(struct test_db *t, int limit, int64_t at_ms, struct claimed *out)
{
    static int64_t round;
    int sorted;
    while ((sorted = queue_sort(t->tx, kinds, at_ms)) > 0) continue;
    EXPECT(sorted == 0);
    return queue_claim(t->tx, JOB_POOL_HOUSE, limit, NULL, at_ms, &round, out);
}

static int claim(struct test_db *t, enum claim_of of, struct claimed *out)
{
    int expired = of == CLAIM_EXPIRED ? queue_expire(t->tx, now_ms()) : 0;
    EXPECT(expired >= 0);
    return of == CLAIM_EXPIRED && expired == 0 ? 0 : claim_at(t, JOB_CLAIM_BATCH, now_ms(), out);
}

static struct queue_look look_at(struct test_db *t, int64_t at_ms)
{
    struct queue_look look;
    EXPECT(queue_look(t->tx, at_ms, &look));
    return look;
}

static enum row move(struct test_db *t, const struct claimed *c, enum job_state to, const char *error)
{
    return queue_move(t->tx, &(struct queue_move){ .id = c->id,
                                                   .attempt = c->attempt,
                                                   .from = JOB_RUNNING,
                                                   .to = to,
                                                   .run_at_ms = now_ms(),
                                                   .at_ms = now_ms(),
                                                   .error = error });
}

static const char *state_of(struct test_db *t, int64_t id)
{
    struct job_row row;
    EXPECT(jobs_get(t->tx, id, &row) == ROW_FOUND);
    return row.state;
}

TEST_EACH_ENGINE(a_key_puts_one_job)
{
    bool existed = true;
    struct job_new j = { .kind = "a.one", .key = "k" };
    int64_t id = jobs_put(t->tx, &j, &existed);
    EXPECT(id > 0 && !existed);
    EXPECT(jobs_put(t->tx, &j, &existed) == id && existed);
    EXPECT(jobs_put(t->tx, &j, NULL) == id);
    struct claimed c[JOB_CLAIM_BATCH];
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    EXPECT(move(t, &c[0], JOB_DONE, NULL) == ROW_FOUND);
    EXPECT(jobs_put(t->tx, &j, &existed) == id && existed); /* a finished job keeps its key */
    j.kind = "a.two";
    EXPECT(jobs_put(t->tx, &j, &existed) != id && !existed); /* the key is of its kind */
    j.key = NULL;
    int64_t first = jobs_put(t->tx, &j, &existed);
    EXPECT(!existed && jobs_put(t->tx, &j, &existed) != first && !existed);
}

TEST_EACH_ENGINE(many_finish_at_once_but_only_those_we_hold)
{
    struct claimed c[JOB_CLAIM_BATCH];
    struct queue_finish list[3];
    for (int i = 0; i < 3; i++) put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 3);
    for (int i = 0; i < 3; i++) list[i] = (struct queue_finish){ .id = c[i].id, .attempt = c[i].attempt };
    EXPECT(move(t, &c[1], JOB_DEAD, "gone") == ROW_FOUND);
    EXPECT(queue_finish(t->tx, list, 3, now_ms()) == ROW_FOUND);
    EXPECT(list[0].found && !list[1].found && list[2].found);
    assert_string_equal(state_of(t, c[0].id), "done");
    assert_string_equal(state_of(t, c[1].id), "dead");
    assert_string_equal(state_of(t, c[2].id), "done");
    EXPECT(queue_finish(t->tx, list, 3, now_ms()) == ROW_FOUND && !list[0].found && !list[2].found);
}

TEST_EACH_ENGINE(another_attempt_in_a_list_undoes_it)
{
    struct claimed c[JOB_CLAIM_BATCH];
    put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    struct queue_finish old = { .id = c[0].id, .attempt = c[0].attempt - 1 };
    EXPECT(queue_finish(t->tx, &old, 1, now_ms()) == ROW_NONE);
}

TEST_EACH_ENGINE(claims_take_what_is_due_of_known_kinds)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t due = put(t, "a.one", "x", 0);
    put(t, "a.two", NULL, now_ms() + HOUR_MS);
    put(t, "b.unknown", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    EXPECT(c[0].id == due && c[0].attempt == 1 && c[0].spared == 0 && c[0].account == 7 && c[0].ref == 9);
    EXPECT(text_eq(c[0].kind, "a.one") && text_eq(c[0].key, "x") && text_eq(c[0].note, "{}"));
    EXPECT(claim(t, CLAIM_READY, c) == 0);
    EXPECT(text_eq(state_of(t, due), "running"));
    for (int i = 0; i < JOB_CLAIM_BATCH + 3; i++) put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == JOB_CLAIM_BATCH);
    EXPECT(claim(t, CLAIM_READY, c) == 3);
    clock_advance_ms(HOUR_MS);
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'b.unknown' AND state = 0") == 1);
}

/* The earliest is taken first, whatever the order of putting. */
TEST_EACH_ENGINE(claims_go_by_time)
{
    struct claimed c[1];
    int64_t at_ms = now_ms();
    put(t, "a.one", "third", at_ms - 1000);
    put(t, "a.one", "first", at_ms - 3000);
    put(t, "a.two", "second", at_ms - 2000);
    static const char *const order[] = { "first", "second", "third" };
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        EXPECT(claim_at(t, 1, at_ms, c) == 1);
        EXPECT(text_eq(c[0].key, order[i]));
    }
}

/* A worker dies after its claim. Another takes the job when the lease is over; the first comes back too late. */
TEST_EACH_ENGINE(a_dead_workers_job_is_taken_up_and_the_dead_cannot_settle)
{
    struct claimed first[JOB_CLAIM_BATCH], second[JOB_CLAIM_BATCH];
    int64_t id = put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, first) == 1);
    EXPECT(claim(t, CLAIM_EXPIRED, second) == 0);
    clock_advance_ms(JOB_LEASE_MS - SECOND_MS);
    EXPECT(queue_renew(t->tx, id, 1, now_ms() + JOB_LEASE_MS) == ROW_FOUND);
    clock_advance_ms(JOB_LEASE_MS - SECOND_MS);
    EXPECT(claim(t, CLAIM_EXPIRED, second) == 0); /* renewed */
    clock_advance_ms(2 * SECOND_MS);
    EXPECT(claim(t, CLAIM_READY, second) == 0);
    EXPECT(claim(t, CLAIM_EXPIRED, second) == 1);
    EXPECT(second[0].id == id && second[0].attempt == 2);

    EXPECT(move(t, &first[0], JOB_DONE, NULL) == ROW_NONE);
    EXPECT(move(t, &first[0], JOB_READY, "late") == ROW_NONE);
    EXPECT(queue_renew(t->tx, id, 1, now_ms() + HOUR_MS) == ROW_NONE);
    EXPECT(queue_hand_back(t->tx, id, 1, true, now_ms()) == ROW_NONE);
    EXPECT(text_eq(state_of(t, id), "running"));
    EXPECT(move(t, &second[0], JOB_DONE, NULL) == ROW_FOUND);
    EXPECT(move(t, &second[0], JOB_DONE, NULL) == ROW_NONE); /* once */
    EXPECT(text_eq(state_of(t, id), "done"));
}

TEST_EACH_ENGINE(a_lease_from_a_clock_that_went_back_is_expired)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t id = put(t, "a.one", NULL, 0);
    EXPECT(claim_at(t, 1, now_ms() + 365 * DAY_MS, c) == 1);
    struct queue_look look = look_at(t, now_ms());
    EXPECT(look.expired && !look.due && look.lines == 0);
    EXPECT(claim(t, CLAIM_EXPIRED, c) == 1 && c[0].id == id && c[0].attempt == 2);
    EXPECT(!look_at(t, now_ms()).expired);
}

TEST_EACH_ENGINE(a_look_tells_what_is_due_and_what_comes_next)
{
    struct queue_look look = look_at(t, now_ms());
    EXPECT(!look.due && !look.expired && look.next_ms == 0 && look.lines == 0);
    int64_t later_ms = now_ms() + MINUTE_MS;
    put(t, "a.one", NULL, later_ms);
    look = look_at(t, now_ms());
    EXPECT(!look.due && look.next_ms == later_ms && look.lines == 0);
    put(t, "b.unknown", NULL, 0);
    EXPECT(look_at(t, now_ms()).due && queue_sort(t->tx, kinds, now_ms()) == 1);
    look = look_at(t, now_ms());
    EXPECT(!look.due && look.lines == 1U << POOL_STRANGE);
    EXPECT(look_at(t, later_ms).due && queue_sort(t->tx, kinds, later_ms) == 1);
    EXPECT(look_at(t, later_ms).lines == (1U << POOL_STRANGE | 1U << JOB_POOL_HOUSE));
}

/* A kind that this process does not know waits for one that does, and stands in nobody's way. */
TEST_EACH_ENGINE(jobs_of_unknown_kinds_wait_for_who_knows_them)
{
    static const struct job_kind unknown = { .name = "b.unknown" };
    static const struct job_kind *const others[] = { &unknown, NULL };
    static const char *const names[] = { "a.one", "a.two" }, *const other_names[] = { "b.unknown" };
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t round = -1;
    put(t, "b.unknown", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 0 && queue_is_strange(t->tx, names, 2) == ROW_NONE);
    EXPECT(queue_is_strange(t->tx, other_names, 1) == ROW_FOUND && queue_take_strange(t->tx, other_names, 1));
    EXPECT(queue_sort(t->tx, others, now_ms()) == 1);
    EXPECT(queue_claim(t->tx, JOB_POOL_HOUSE, 9, NULL, now_ms(), &round, c) == 1 && text_eq(c[0].kind, "b.unknown"));
}

/* A process that knows its kinds puts what is due straight into its line. */
TEST_EACH_ENGINE(a_known_kind_goes_straight_into_its_line)
{
    static const struct job_kind mail = { .name = "a.two", .pool = JOB_POOL_MAIL };
    static const struct job_kind *const known[] = { &kind_one, &mail, NULL };
    jobs_know(known);
    put(t, "a.one", NULL, 0), put(t, "a.two", "k", 0);
    put(t, "a.two", NULL, now_ms() + MINUTE_MS);
    jobs_know(NULL);
    EXPECT(look_at(t, now_ms()).lines == (1U << JOB_POOL_HOUSE | 1U << JOB_POOL_MAIL) && !look_at(t, now_ms()).due);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE pool = 0") == 1);
}

static void put_for(struct test_db *t, int64_t account, int n)
{
    for (int i = 0; i < n; i++)
        EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "a.one", .account = account }, NULL) > 0);
}

/* An account with very many jobs is not in the way of one with a single one: everybody has a turn in each round. */
TEST_EACH_ENGINE(claims_go_round_over_the_accounts)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t round = -1;
    put_for(t, 1, 500);
    while (queue_sort(t->tx, kinds, now_ms()) > 0) continue;
    EXPECT(queue_claim(t->tx, JOB_POOL_HOUSE, 8, NULL, now_ms(), &round, c) == 8); /* alone it gets all */
    put_for(t, 2, 1), put_for(t, 3, 40), put_for(t, 9, 1);
    while (queue_sort(t->tx, kinds, now_ms()) > 0) continue;
    int seen[10] = { 0 };
    EXPECT(queue_claim(t->tx, JOB_POOL_HOUSE, 8, NULL, now_ms(), &round, c) == 6); /* two of each that has two */
    for (int i = 0; i < 6; i++) seen[c[i].account]++;
    EXPECT(seen[1] == 2 && seen[2] == 1 && seen[3] == 2 && seen[9] == 1);
    /* Fewer places than accounts: the next ones follow. */
    put_for(t, 2, 1), put_for(t, 9, 1);
    while (queue_sort(t->tx, kinds, now_ms()) > 0) continue;
    round = 1;
    EXPECT(queue_claim(t->tx, JOB_POOL_HOUSE, 2, NULL, now_ms(), &round, c) == 2 && round == 3);
    EXPECT(c[0].account + c[1].account == 2 + 3);
    EXPECT(queue_claim(t->tx, JOB_POOL_HOUSE, 2, NULL, now_ms(), &round, c) == 2 && round == 1);
    EXPECT(c[0].account + c[1].account == 9 + 1);
}

/* ---- one live job for each key ---- */

static int64_t wish(struct test_db *t, int64_t ref, bool *existed)
{
    int64_t id =
        jobs_put(t->tx, &(struct job_new){ .kind = "a.one", .key = "shop:1", .ref = ref, .coalesce = true }, existed);
    EXPECT(id > 0);
    return id;
}

TEST_EACH_ENGINE(a_thousand_wishes_are_one_job)
{
    struct claimed c[JOB_CLAIM_BATCH];
    bool existed;
    int64_t id = wish(t, 1, &existed);
    EXPECT(!existed);
    for (int i = 2; i <= 1000; i++) EXPECT(wish(t, i, &existed) == id && existed);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].ref == 1000 && c[0].live && text_eq(c[0].key, "shop:1"));
    /* While it runs, one more waits for its end. */
    int64_t behind = wish(t, 1001, &existed);
    EXPECT(behind != id && existed);
    for (int i = 1002; i <= 1100; i++) EXPECT(wish(t, i, &existed) == behind);
    EXPECT(claim(t, CLAIM_READY, c + 1) == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs") == 2);
    EXPECT(move(t, &c[0], JOB_DONE, NULL) == ROW_FOUND && queue_free_behind(t->tx, "a.one", "shop:1", now_ms()));
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].id == behind && c[0].ref == 1100);
    EXPECT(move(t, &c[0], JOB_DONE, NULL) == ROW_FOUND && queue_free_behind(t->tx, "a.one", "shop:1", now_ms()));
    EXPECT(wish(t, 1, &existed) > behind && !existed); /* an ended one does not hold the key */
    /* One more waits, and the end of this one wishes for another: the newer one is left. */
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    behind = wish(t, 2, &existed);
    EXPECT(move(t, &c[0], JOB_DONE, NULL) == ROW_FOUND);
    EXPECT((id = wish(t, 3, &existed)) != behind && queue_free_behind(t->tx, "a.one", "shop:1", now_ms()));
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].id == id && c[0].ref == 3);
}

/* One that waits for its next try takes up a new wish, soon, but not without a pause. */
TEST_EACH_ENGINE(a_retry_takes_up_a_new_wish)
{
    struct claimed c[JOB_CLAIM_BATCH];
    clock_fix_ms(now_ms());
    int64_t at_ms = now_ms(), id = wish(t, 1, NULL);
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    EXPECT(queue_move(t->tx, &(struct queue_move){ .id = id,
                                                   .attempt = 1,
                                                   .from = JOB_RUNNING,
                                                   .to = JOB_READY,
                                                   .run_at_ms = at_ms + HOUR_MS,
                                                   .at_ms = at_ms,
                                                   .begun_at_ms = at_ms,
                                                   .error = "no" }) == ROW_FOUND);
    bool existed;
    EXPECT(wish(t, 2, &existed) == id && existed);
    struct job_row row;
    EXPECT(jobs_get(t->tx, id, &row) == ROW_FOUND && row.run_at_ms == at_ms + SECOND_MS && row.attempts == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE begun_at_ms IS NULL AND ref = 2") == 1);
    clock_fix_ms(at_ms + MINUTE_MS);
    EXPECT(wish(t, 3, NULL) == id && jobs_get(t->tx, id, &row) == ROW_FOUND && row.run_at_ms == at_ms + SECOND_MS);
    clock_fix_ms(0);
}

TEST_EACH_ENGINE(a_dead_one_is_not_run_again_beside_a_younger_one)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t id = wish(t, 1, NULL);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && move(t, &c[0], JOB_DEAD, "no") == ROW_FOUND);
    int64_t younger = wish(t, 2, NULL);
    EXPECT(younger != id && jobs_retry(t->tx, id) == ROW_NONE);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && jobs_retry(t->tx, id) == ROW_NONE);
    EXPECT(move(t, &c[0], JOB_DONE, NULL) == ROW_FOUND && jobs_retry(t->tx, id) == ROW_FOUND);
}

TEST_EACH_ENGINE(handing_back_keeps_the_attempt_growing)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t id = put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    EXPECT(queue_hand_back(t->tx, id, 1, true, now_ms()) == ROW_FOUND);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].attempt == 2 && c[0].spared == 1);
    EXPECT(queue_hand_back(t->tx, id, 2, false, now_ms()) == ROW_FOUND);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].attempt == 3 && c[0].spared == 1);
    struct job_row row;
    EXPECT(jobs_get(t->tx, id, &row) == ROW_FOUND && row.attempts == 2);
}

/* What the house does each minute stands between all that people look for. */
TEST_EACH_ENGINE(finished_cron_jobs_are_listed_when_asked_for)
{
    struct claimed c[JOB_CLAIM_BATCH];
    struct job_row row[10];
    size_t n;
    int64_t other = put(t, "a.two", "mine", 0), cron[3];
    for (int i = 0; i < 3; i++) cron[i] = put(t, "a.one", (const char *[]){ "cron:1", "cron:2", "cron:3" }[i], 0);
    EXPECT(claim(t, CLAIM_READY, c) == 4);
    for (int i = 0; i < 3; i++) EXPECT(move(t, &c[i], JOB_DONE, NULL) == ROW_FOUND);
    EXPECT(jobs_list(t->tx, LIST(.limit = 10, .cron = true), row, &n) == ROW_FOUND && n == 4);
    EXPECT(jobs_list(t->tx, LIST(.limit = 10), row, &n) == ROW_FOUND && n == 2);
    EXPECT(row[0].id == cron[2] && row[1].id == other); /* one cron job is still running */
    EXPECT(jobs_list(t->tx, LIST(.state = "done", .limit = 10), row, &n) == ROW_FOUND && n == 1 && row[0].id == other);
    EXPECT(jobs_list(t->tx, LIST(.kind = "a.one", .limit = 10), row, &n) == ROW_FOUND && n == 3);
    EXPECT(jobs_list(t->tx, LIST(.after_id = cron[2], .limit = 10), row, &n) == ROW_FOUND && n == 1);
}

TEST_EACH_ENGINE(lists_of_an_account_and_of_days)
{
    struct claimed c[JOB_CLAIM_BATCH];
    struct job_row row[10];
    size_t n;
    int64_t id[3];
    for (int i = 0; i < 3; i++)
        id[i] = jobs_put(t->tx, &(struct job_new){ .kind = "a.one", .account = 1 + i % 2, .ref = 1 }, NULL);
    test_script(t, "UPDATE jobs SET put_at_ms = 1000 * account_id");
    static const char *const states[] = { NULL, "ready" };
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const char *s = states[i];
        EXPECT(jobs_list(t->tx, LIST(.state = s, .account = 1, .limit = 10), row, &n) == ROW_FOUND && n == 2);
        EXPECT(row[0].id == id[2] && row[1].id == id[0] && row[0].account == 1);
        EXPECT(jobs_list(t->tx, LIST(.state = s, .account = 3, .limit = 10), row, &n) == ROW_NONE);
        EXPECT(jobs_list(t->tx, LIST(.state = s, .from_ms = 1001, .limit = 10), row, &n) == ROW_FOUND && n == 1);
        EXPECT(jobs_list(t->tx, LIST(.state = s, .to_ms = 2000, .limit = 10), row, &n) == ROW_FOUND && n == 2);
        EXPECT(jobs_list(t->tx, LIST(.state = s, .to_ms = 2000, .account = 2, .limit = 10), row, &n) == ROW_NONE);
        EXPECT(jobs_list(t->tx, LIST(.state = s, .from_ms = 2000, .account = 2, .limit = 10), row, &n) == ROW_FOUND);
    }
    EXPECT(claim(t, CLAIM_READY, c) == 3);
    for (int i = 0; i < 3; i++) EXPECT(move(t, &c[i], JOB_DEAD, "no") == ROW_FOUND);
    EXPECT(jobs_list(t->tx, LIST(.state = "dead", .account = 1, .limit = 10), row, &n) == ROW_FOUND && n == 2);
    EXPECT(jobs_list(t->tx, LIST(.state = "dead", .from_ms = 1001, .limit = 10), row, &n) == ROW_FOUND && n == 1);
}

TEST_EACH_ENGINE(lists_counts_and_retry)
{
    struct claimed c[JOB_CLAIM_BATCH];
    struct job_row row[10];
    size_t n = 99;
    EXPECT(jobs_list(t->tx, LIST(.limit = 10), row, &n) == ROW_NONE && n == 0);
    EXPECT(jobs_get(t->tx, 12345, &row[0]) == ROW_NONE);
    int64_t one = put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 1);
    EXPECT(move(t, &c[0], JOB_DEAD, "no \xe2\x82\xac left") == ROW_FOUND);
    put(t, "a.one", NULL, 0), put(t, "a.one", NULL, 0);
    EXPECT(claim_at(t, 1, now_ms(), c) == 1);
    int64_t late = put(t, "a.two", NULL, now_ms() - 5000);

    EXPECT(jobs_list(t->tx, LIST(.limit = 10), row, &n) == ROW_FOUND && n == 4);
    EXPECT(row[0].id == late && row[3].id == one); /* newest first */
    EXPECT(jobs_list(t->tx, LIST(.after_id = row[1].id, .limit = 1), row, &n) == ROW_FOUND && n == 1);
    EXPECT(jobs_list(t->tx, LIST(.state = "dead", .limit = 10), row, &n) == ROW_FOUND && n == 1 && row[0].id == one);
    EXPECT(text_eq(row[0].error, "no \xe2\x82\xac left") && row[0].ended_at_ms > 0 && row[0].attempts == 1);
    EXPECT(jobs_list(t->tx, LIST(.kind = "a.two", .limit = 10), row, &n) == ROW_FOUND && n == 1 && row[0].id == late);
    EXPECT(jobs_list(t->tx, LIST(.kind = "a.one", .limit = 2), row, &n) == ROW_FOUND && n == 2);
    EXPECT(row[1].id < row[0].id);
    EXPECT(jobs_list(t->tx, LIST(.state = "done", .kind = "a.one", .limit = 10), row, &n) == ROW_NONE);
    EXPECT(jobs_list(t->tx, LIST(.state = "done", .limit = 10), row, &n) == ROW_NONE);
    EXPECT(jobs_list(t->tx, LIST(.state = "dead", .kind = "a.two", .limit = 10), row, &n) == ROW_NONE);
    EXPECT(jobs_list(t->tx, LIST(.state = "dead", .after_id = one, .limit = 10), row, &n) == ROW_NONE);
    EXPECT(jobs_list(t->tx, LIST(.state = "ready", .kind = "a.two", .limit = 10), row, &n) == ROW_FOUND && n == 1);
    EXPECT(jobs_list(t->tx, LIST(.state = "running", .limit = 10), row, &n) == ROW_FOUND && n == 1);
    EXPECT(jobs_list(t->tx, LIST(.state = "nonsense", .limit = 10), row, &n) == ROW_NONE && n == 0);
    struct job_counts counts;
    EXPECT(jobs_count(t->tx, &counts) && counts.ready == 2 && counts.running == 1 && counts.dead == 1);
    EXPECT(counts.oldest_age_ms >= 5000 && counts.oldest_age_ms < MINUTE_MS);

    EXPECT(jobs_retry(t->tx, late) == ROW_NONE && jobs_retry(t->tx, 12345) == ROW_NONE);
    EXPECT(jobs_retry(t->tx, one) == ROW_FOUND && jobs_retry(t->tx, one) == ROW_NONE);
    EXPECT(jobs_get(t->tx, one, &row[0]) == ROW_FOUND && text_eq(row[0].state, "ready") && row[0].attempts == 0);
    int taken = claim(t, CLAIM_READY, c);
    EXPECT(taken == 3);
    for (int i = 0; i < taken; i++)
        if (c[i].id == one) EXPECT(c[i].attempt == 2 && c[i].spared == 1); /* still growing */
}

TEST_EACH_ENGINE(old_rows_are_purged_in_chunks)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t cursor = 0;
    EXPECT(queue_purge(t->tx, now_ms(), &cursor) == 0 && cursor == 0);
    put(t, "a.one", NULL, now_ms() + 300 * DAY_MS); /* stays: not ended */
    put(t, "a.one", "kept", 0);
    for (int i = 0; i < QUEUE_PURGE_CHUNK + 100; i++) put(t, "a.two", NULL, 0);
    int n;
    while ((n = claim(t, CLAIM_READY, c)) > 0)
        for (int i = 0; i < n; i++) EXPECT(move(t, &c[i], JOB_DONE, NULL) == ROW_FOUND);
    EXPECT(queue_purge(t->tx, now_ms(), &cursor) == 0 && cursor == 0); /* all too young */
    int64_t later_ms = now_ms() + QUEUE_KEEP_MS + HOUR_MS;
    EXPECT(queue_purge(t->tx, later_ms, &cursor) == QUEUE_PURGE_CHUNK - 2 && cursor > 0);
    EXPECT(queue_purge(t->tx, later_ms, &cursor) == 102 && cursor == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs") == 2);
    later_ms = now_ms() + QUEUE_KEEP_KEYED_MS + HOUR_MS;
    EXPECT(queue_purge(t->tx, later_ms, &cursor) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 0") == 1);
}

/* A clock was a year ahead for a while. The walk goes on behind those rows, and they age from now on. */
TEST_EACH_ENGINE(rows_from_the_future_do_not_stop_the_purge)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t cursor = 0, at_ms = now_ms();
    int n;
    for (int i = 0; i < QUEUE_PURGE_CHUNK + 100; i++) put(t, "a.one", NULL, 0);
    while ((n = claim(t, CLAIM_READY, c)) > 0)
        for (int i = 0; i < n; i++) EXPECT(move(t, &c[i], JOB_DONE, NULL) == ROW_FOUND);
    test_script(t, arena_printf(t->arena,
                                "UPDATE jobs SET put_at_ms = put_at_ms + 31536000000,"
                                " ended_at_ms = ended_at_ms + 31536000000 WHERE id <= %d",
                                QUEUE_PURGE_CHUNK));
    int64_t later_ms = at_ms + QUEUE_KEEP_MS + HOUR_MS;
    EXPECT(queue_purge(t->tx, later_ms, &cursor) == 0 && cursor > 0);
    EXPECT(queue_purge(t->tx, later_ms, &cursor) == 100 && cursor == 0);
    EXPECT(queue_purge(t->tx, later_ms + QUEUE_KEEP_MS + HOUR_MS, &cursor) == QUEUE_PURGE_CHUNK);
}

/* Thirty thousand of them come in a day. Their key goes on to hold for the periods a clock may come back to. */
TEST_EACH_ENGINE(ended_cron_rows_are_kept_a_day)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t cursor = 0;
    put(t, "a.one", "cron:0000000000001", 0), put(t, "a.two", "cron:0000000000001", 0);
    put(t, "a.one", "kept", 0), put(t, "a.one", NULL, 0);
    EXPECT(claim(t, CLAIM_READY, c) == 4);
    for (int i = 0; i < 4; i++) EXPECT(move(t, &c[i], i == 1 ? JOB_DEAD : JOB_DONE, "no") == ROW_FOUND);
    put(t, "a.one", "cron:0000000000002", now_ms() + 300 * DAY_MS);
    EXPECT(queue_purge(t->tx, now_ms() + DAY_MS - MINUTE_MS, &cursor) == 0);
    EXPECT(queue_purge(t->tx, now_ms() + DAY_MS + MINUTE_MS, &cursor) == 1);
    EXPECT(queue_purge(t->tx, now_ms() + QUEUE_KEEP_MS + MINUTE_MS, &cursor) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE key = 'kept' OR state IN (0, 3)") == 3);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs") == 3);
}

/* ---- a clock that was set back ---- */

static const struct job_kind cron_kind = { .name = "a.one", .every_ms = MINUTE_MS };
static const struct job_kind *const kind_table[] = { &cron_kind, NULL };

static struct job_row row_of(struct test_db *t, int64_t id)
{
    struct job_row row;
    EXPECT(jobs_get(t->tx, id, &row) == ROW_FOUND);
    return row;
}

TEST_EACH_ENGINE(what_was_put_by_a_clock_ahead_waits_from_now)
{
    struct claimed c[JOB_CLAIM_BATCH];
    clock_fix_ms(now_ms());
    int64_t real_ms = now_ms(), limit_ms = real_ms + 2 * HOUR_MS;
    int64_t plain = put(t, "a.two", NULL, real_ms + 3 * HOUR_MS); /* by the right clock: stays as it is */
    int64_t old = put(t, "a.two", NULL, real_ms);
    clock_fix_ms(real_ms + HOUR_MS);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].id == old); /* fails, and shall come again in a minute */
    EXPECT(queue_move(t->tx, &(struct queue_move){ .id = old,
                                                   .attempt = 1,
                                                   .from = JOB_RUNNING,
                                                   .to = JOB_READY,
                                                   .run_at_ms = now_ms() + MINUTE_MS,
                                                   .at_ms = now_ms(),
                                                   .error = "no" }) == ROW_FOUND);
    EXPECT(row_of(t, old).ended_at_ms == 0); /* it has not ended */
    int64_t ready = put(t, "a.two", NULL, 0), late = put(t, "a.two", NULL, now_ms() + 10 * MINUTE_MS);
    int64_t bounded = jobs_put(t->tx, &(struct job_new){ .kind = "b.unknown", .deadline_ms = limit_ms }, NULL);
    EXPECT(queue_is_ahead(t->tx, kind_table, now_ms()) == ROW_NONE);
    clock_fix_ms(real_ms + HOUR_MS - QUEUE_CLOCK_SLACK_MS); /* as clocks of machines differ */
    EXPECT(queue_is_ahead(t->tx, kind_table, now_ms()) == ROW_NONE && queue_pull(t->tx, kind_table, now_ms()) == 0);

    clock_fix_ms(real_ms);
    EXPECT(queue_is_ahead(t->tx, kind_table, now_ms()) == ROW_FOUND);
    EXPECT(claim(t, CLAIM_READY, c) == 0);
    EXPECT(queue_pull(t->tx, kind_table, now_ms()) == 4);
    EXPECT(queue_is_ahead(t->tx, kind_table, now_ms()) == ROW_NONE);
    clock_fix_ms(real_ms + SECOND_MS); /* another process, or the same once more */
    EXPECT(queue_pull(t->tx, kind_table, now_ms()) == 0);
    EXPECT(row_of(t, ready).run_at_ms == real_ms && row_of(t, ready).put_at_ms == real_ms);
    EXPECT(row_of(t, late).run_at_ms == real_ms + 10 * MINUTE_MS);
    EXPECT(row_of(t, old).run_at_ms == real_ms + MINUTE_MS && row_of(t, old).put_at_ms == real_ms);
    EXPECT(row_of(t, plain).run_at_ms == real_ms + 3 * HOUR_MS && row_of(t, bounded).run_at_ms == real_ms);
    EXPECT(claim(t, CLAIM_READY, c) == 1 && c[0].id == ready);
    EXPECT(test_number(t, "SELECT deadline_ms FROM jobs WHERE kind = 'b.unknown'") == limit_ms - HOUR_MS);
    clock_fix_ms(0);
}

TEST_EACH_ENGINE(a_pull_is_bounded_and_goes_on)
{
    clock_fix_ms(now_ms());
    int64_t real_ms = now_ms();
    clock_fix_ms(real_ms + HOUR_MS);
    for (int i = 0; i < QUEUE_PULL_MAX + 10; i++) put(t, "a.two", NULL, 0);
    EXPECT(queue_pull(t->tx, kind_table, real_ms) == QUEUE_PULL_MAX);
    EXPECT(queue_pull(t->tx, kind_table, real_ms) == 10);
    EXPECT(queue_pull(t->tx, kind_table, real_ms) == 0);
    clock_fix_ms(0);
}

TEST_EACH_ENGINE(cron_periods_to_come_are_free_again)
{
    struct claimed c[JOB_CLAIM_BATCH];
    int64_t real_ms = now_ms() / MINUTE_MS * MINUTE_MS;
    const char *key[3];
    for (int i = 0; i < 3; i++)
        put(t, "a.one", key[i] = queue_cron_key(t->arena, &cron_kind, real_ms + i * MINUTE_MS), 0);
    put(t, "a.one", queue_cron_key(t->arena, &cron_kind, real_ms + HOUR_MS), now_ms() + DAY_MS); /* has not run */
    EXPECT(claim(t, CLAIM_READY, c) == 3);
    for (int i = 0; i < 3; i++) EXPECT(move(t, &c[i], JOB_DONE, NULL) == ROW_FOUND);
    /* Within the slack the next minute counts as now: another machine's clock may be there. */
    int64_t at_ms = real_ms + MINUTE_MS - SECOND_MS;
    EXPECT(queue_is_ahead(t->tx, kind_table, at_ms) == ROW_FOUND && queue_pull(t->tx, kind_table, at_ms) == 1);
    EXPECT(queue_is_ahead(t->tx, kind_table, at_ms) == ROW_NONE);
    for (int i = 0; i < 3; i++) {
        bool existed;
        EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "a.one", .key = key[i] }, &existed) > 0);
        EXPECT(existed == (i < 2));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_key_puts_one_job),
        EACH_ENGINE(claims_take_what_is_due_of_known_kinds),
        EACH_ENGINE(many_finish_at_once_but_only_those_we_hold),
        EACH_ENGINE(another_attempt_in_a_list_undoes_it),
        EACH_ENGINE(claims_go_by_time),
        EACH_ENGINE(a_dead_workers_job_is_taken_up_and_the_dead_cannot_settle),
        EACH_ENGINE(a_lease_from_a_clock_that_went_back_is_expired),
        EACH_ENGINE(a_look_tells_what_is_due_and_what_comes_next),
        EACH_ENGINE(jobs_of_unknown_kinds_wait_for_who_knows_them),
        EACH_ENGINE(a_known_kind_goes_straight_into_its_line),
        EACH_ENGINE(claims_go_round_over_the_accounts),
        EACH_ENGINE(a_thousand_wishes_are_one_job),
        EACH_ENGINE(a_retry_takes_up_a_new_wish),
        EACH_ENGINE(a_dead_one_is_not_run_again_beside_a_younger_one),
        EACH_ENGINE(handing_back_keeps_the_attempt_growing),
        EACH_ENGINE(finished_cron_jobs_are_listed_when_asked_for),
        EACH_ENGINE(lists_of_an_account_and_of_days),
        EACH_ENGINE(lists_counts_and_retry),
        EACH_ENGINE(old_rows_are_purged_in_chunks),
        EACH_ENGINE(ended_cron_rows_are_kept_a_day),
        EACH_ENGINE(rows_from_the_future_do_not_stop_the_purge),
        EACH_ENGINE(what_was_put_by_a_clock_ahead_waits_from_now),
        EACH_ENGINE(a_pull_is_bounded_and_goes_on),
        EACH_ENGINE(cron_periods_to_come_are_free_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
