/* each.c: jobs that work off a list. A batch is done in one part of the transaction. When anything in it fails, that
 * part is undone and each item is done in one of its own, which is undone alone, so one bad row stops nobody else's: it
 * is left out for a while, longer each time, its name stands in job_skips and in the log, it is counted, and it is
 * tried again by itself. What is not due any more is forgotten.
 *
 * Rejected: a part for each item at once. SQLite copies every page that a part is the first to touch, and on PostgreSQL
 * the end of each is waited for: that cost as much as the work itself (renewals, by half). */
#include "jobs/private.h"

#include "base/clock.h"
#include "base/log.h"

#define SKIP_FIRST_MS (5 * MINUTE_MS)
#define SKIP_MAX_MS (6 * HOUR_MS)
#define EACH_MAX_MS (10 * SECOND_MS) /* one batch: each item may wait for somebody's lock */
enum { EACH_UNDISTURBED = 8 };       /* then who waits for SQLite's writer is let before the rest of the batch */

STMT(read_skips, "SELECT item, tries, last_at_ms, retry_at_ms FROM job_skips WHERE kind = ?1 ORDER BY item LIMIT ?2");
STMT(put_skip, "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error)"
               " VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6) ON CONFLICT (kind, item) DO UPDATE SET tries = ?3,"
               " last_at_ms = ?4, retry_at_ms = ?5, error = ?6");
STMT(drop_skip, "DELETE FROM job_skips WHERE kind = ?1 AND item = ?2");
STMT(list_skips, "SELECT kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error FROM job_skips"
                 " WHERE (kind, item) > (?1, ?2) ORDER BY kind, item LIMIT ?3");
STMT(count_skips, "SELECT COUNT(*) AS n FROM job_skips WHERE ?1 = '' OR kind = ?1");

struct skip {
    int64_t item, tries, last_at_ms, retry_at_ms;
};
struct skips {
    struct skip *skip;
    size_t count;
};

static bool read_all(struct job *job, struct tx *tx, struct skips *out)
{
    struct query q = query(tx, &read_skips);
    bind_text(&q, job->kind), bind_i64(&q, JOB_SKIPS_MAX);
    *out = (struct skips){ .skip = ARENA_ARRAY(tx_arena(tx), struct skip, JOB_SKIPS_MAX) };
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(out->count < JOB_SKIPS_MAX);
        out->skip[out->count++] = (struct skip){ .item = col_i64(&q, "item"),
                                                 .tries = col_i64(&q, "tries"),
                                                 .last_at_ms = col_i64(&q, "last_at_ms"),
                                                 .retry_at_ms = col_i64(&q, "retry_at_ms") };
    }
    return row == ROW_NONE;
}

static const struct skip *skip_of(const struct skips *s, int64_t item)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->skip[i].item == item) return &s->skip[i];
    return NULL;
}

static int64_t pause_ms(int64_t tries)
{
    int64_t ms = SKIP_FIRST_MS;
    for (int64_t i = 1; i < tries && ms < SKIP_MAX_MS; i++) ms *= 2;
    return ms < SKIP_MAX_MS ? ms : SKIP_MAX_MS;
}

static const char *reason_of(enum tx_fault fault)
{
    switch (fault) {
    case TX_SOUND: break;
    case TX_CONFLICT: return "in conflict with others";
    case TX_UNABLE: return "it took too long, or somebody holds it";
    case TX_LOST: return "the connection was lost";
    case TX_BROKEN: return "the database refused it: see the log";
    }
    return "it cannot be done: see the log";
}

/* One that failed in the future was written by a clock that was ahead: it does not wait until then. */
static bool is_left_out(const struct skip *s, int64_t now_ms)
{
    return s && s->retry_at_ms > now_ms && s->last_at_ms <= now_ms;
}

static bool forget(struct job *job, struct tx *tx, int64_t item)
{
    struct query q = query(tx, &drop_skip);
    bind_text(&q, job->kind), bind_i64(&q, item);
    return query_change(&q) >= 0;
}

static bool leave_out(struct job *job, struct tx *tx, int64_t item, const struct skip *before, const char *why)
{
    int64_t tries = before ? before->tries + 1 : 1;
    LOG(LOG_ERROR, "job.item_skipped", LOG_TEXT("kind", job->kind), LOG_NUMBER("item", item),
        LOG_NUMBER("tries", tries), LOG_TEXT("reason", why));
    struct query q = query(tx, &put_skip);
    bind_text(&q, job->kind), bind_i64(&q, item), bind_i64(&q, tries), bind_i64(&q, job->now_ms);
    bind_i64(&q, job->now_ms + pause_ms(tries)), bind_text(&q, why);
    return query_change(&q) == 1;
}

/* JOB_FAULT: nothing of it stays, and *fault says why. JOB_GIVE_UP: the transaction is lost. */
static enum job_wish one_part(struct job *job, struct tx *tx, const struct job_list *l, int64_t item, bool was_left,
                              enum tx_fault *fault)
{
    if (!tx_part_begin(tx, tx_arena(tx))) return JOB_GIVE_UP;
    job->item_error = NULL;
    enum job_wish wish = !l->load || l->load(job, tx, &item, 1) ? l->one(job, tx, item) : JOB_FAULT;
    assert(wish != JOB_GIVE_UP);
    bool good = wish != JOB_FAULT && tx_fault_of(tx) == TX_SOUND;
    if (good && was_left && wish != JOB_AGAIN) good = forget(job, tx, item);
    /* Puts travel with the end of the part: what is wrong with them is known only then. */
    if (good && tx_part_keep(tx)) return wish;
    *fault = tx_fault_of(tx);
    if (*fault == TX_LOST || !tx_part_undo(tx)) return JOB_GIVE_UP;
    return JOB_FAULT;
}

/* Two workers that wait for each other's rows: one of them is thrown out, and is through at once. */
static enum job_wish one_item(struct job *job, struct tx *tx, const struct job_list *l, int64_t item,
                              const struct skip *before)
{
    enum tx_fault fault = TX_SOUND;
    enum job_wish wish = one_part(job, tx, l, item, before != NULL, &fault);
    if (wish == JOB_FAULT && fault == TX_CONFLICT) wish = one_part(job, tx, l, item, before != NULL, &fault);
    if (wish != JOB_FAULT) return wish;
    const char *why = job->item_error ? job->item_error : reason_of(fault);
    return leave_out(job, tx, item, before, why) ? JOB_FAULT : JOB_GIVE_UP;
}

/* What was left out and has its turn, but is not in the whole list of what is due: somebody else has done it. */
static bool forget_the_rest(struct job *job, struct tx *tx, const struct skips *skips, const int64_t *item,
                            size_t found)
{
    for (size_t i = 0; i < skips->count; i++) {
        const struct skip *s = &skips->skip[i];
        bool due = is_left_out(s, job->now_ms);
        for (size_t n = 0; n < found && !due; n++) due = item[n] == s->item;
        if (!due && !forget(job, tx, s->item)) return false;
    }
    return true;
}

void job_item_error(struct job *job, const char *why) { job->item_error = why; }

struct pass { /* over a batch */
    size_t tried, done, passed_over;
    bool more;
};

static void count_one(struct pass *p, enum job_wish wish)
{
    if (wish == JOB_AGAIN) {
        p->passed_over++;
        return;
    }
    p->tried++;
    p->done += wish != JOB_FAULT;
    p->more |= wish == JOB_NEXT;
}

static size_t those_not_left(const struct skips *skips, const int64_t *item, size_t found, int64_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < found && n < max; i++)
        if (!skip_of(skips, item[i])) out[n++] = item[i];
    return n;
}

/* Of those that have not failed before. JOB_FAULT: nothing of it stays, and one by one some of it may go well.
 * JOB_GIVE_UP: the transaction is lost. */
static enum job_wish all_together(struct job *job, struct tx *tx, const struct job_list *l, const int64_t *item,
                                  size_t count, struct pass *out)
{
    struct pass p = { 0 };
    int64_t until_ms = monotonic_ms() + EACH_MAX_MS;
    if (!tx_part_begin(tx, tx_arena(tx))) return JOB_GIVE_UP;
    bool good = !l->load || l->load(job, tx, item, count);
    for (size_t i = 0; good && i < count; i++) {
        if ((i > 0 && monotonic_ms() > until_ms) || (i >= EACH_UNDISTURBED && tx_is_waited_for(tx))) {
            p.more = true;
            break;
        }
        enum job_wish wish = l->one(job, tx, item[i]);
        assert(wish != JOB_GIVE_UP);
        good = wish != JOB_FAULT && tx_fault_of(tx) == TX_SOUND;
        count_one(&p, wish);
    }
    if (good && tx_part_keep(tx)) {
        *out = p;
        return JOB_FINISHED;
    }
    return tx_fault_of(tx) != TX_LOST && tx_part_undo(tx) ? JOB_FAULT : JOB_GIVE_UP;
}

static enum job_wish one_by_one(struct job *job, struct tx *tx, const struct job_list *l, const struct skips *skips,
                                bool others_are_done, const int64_t *item, int64_t found, struct pass *p)
{
    int64_t until_ms = monotonic_ms() + EACH_MAX_MS;
    for (int64_t i = 0; i < found && p->tried < l->max; i++) {
        const struct skip *before = skip_of(skips, item[i]);
        if (is_left_out(before, job->now_ms) || (others_are_done && !before)) continue;
        if (monotonic_ms() > until_ms) {
            p->more = true;
            break;
        }
        enum job_wish wish = one_item(job, tx, l, item[i], before);
        if (wish == JOB_GIVE_UP) return JOB_GIVE_UP;
        count_one(p, wish);
    }
    return JOB_FINISHED;
}

enum job_wish jobs_each(struct job *job, struct tx *tx, const struct job_list *l)
{
    assert(l->max > 0 && l->max <= JOB_LIST_MAX);
    struct skips skips;
    if (!read_all(job, tx, &skips)) return JOB_FAULT;
    /* So many more that what is left out does not fill the batch. */
    size_t wanted = l->max + skips.count;
    int64_t *item = ARENA_ARRAY(tx_arena(tx), int64_t, wanted), found = l->read(job, tx, item, wanted);
    if (found < 0) return JOB_FAULT;
    if ((size_t)found < wanted && !forget_the_rest(job, tx, &skips, item, (size_t)found)) return JOB_FAULT;
    struct pass p = { 0 };
    enum job_wish end = JOB_FAULT;
    int64_t *fresh = ARENA_ARRAY(tx_arena(tx), int64_t, l->max);
    size_t count = those_not_left(&skips, item, (size_t)found, fresh, l->max);
    if (count > 1) end = all_together(job, tx, l, fresh, count, &p);
    if (end != JOB_GIVE_UP) end = one_by_one(job, tx, l, &skips, end == JOB_FINISHED, item, found, &p);
    if (end == JOB_GIVE_UP) return JOB_FAULT;
    /* Full also with those that somebody holds; but where nothing at all could be tried, or where more are bad than can
     * be left out, going on at once would be going round. */
    bool is_full = p.more || p.tried + p.passed_over >= l->max;
    bool goes_on = p.tried > 0 && (p.done > 0 || skips.count < JOB_SKIPS_MAX);
    return is_full && goes_on ? JOB_NEXT : JOB_FINISHED;
}

enum row jobs_skips(struct tx *tx, const char *after_kind, int64_t after_item, struct job_skip *out, size_t max,
                    size_t *count)
{
    struct query q = query(tx, &list_skips);
    bind_text(&q, after_kind ? after_kind : ""), bind_i64(&q, after_item), bind_i64(&q, (int64_t)max);
    *count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct job_skip){
            .kind = col_text(&q, "kind"),
            .item = col_i64(&q, "item"),
            .tries = col_i64(&q, "tries"),
            .first_at_ms = col_i64(&q, "first_at_ms"),
            .last_at_ms = col_i64(&q, "last_at_ms"),
            .retry_at_ms = col_i64(&q, "retry_at_ms"),
            .error = col_text(&q, "error"),
        };
    return row == ROW_FAULT ? ROW_FAULT : *count > 0 ? ROW_FOUND : ROW_NONE;
}

bool jobs_skips_count(struct tx *tx, const char *kind, int64_t *out)
{
    struct query q = query(tx, &count_skips);
    bind_text(&q, kind ? kind : "");
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}
