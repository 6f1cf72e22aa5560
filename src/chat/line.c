/* line.c: the line of those who wait for a person, in the order in which they began to. An account has one: its team
 * answers for all its shops. A place is counted when it is read, and never stored; whoever leaves the line puts one job
 * that tells the others theirs a moment later, so that a team which answers ten at once tells each of the rest once. */
#include "chat/private.h"

#include "base/clock.h"
#include <stdlib.h>

enum { TELL_AFTER_MS = 500 };

STMT(ahead, "SELECT id FROM chat_conversations WHERE account = ?1 AND status = 1 AND owner = 2"
            " AND (waiting_since_ms, id) <= (?2, ?3) ORDER BY waiting_since_ms DESC, id DESC LIMIT 100");
STMT(line, "SELECT id FROM chat_conversations WHERE account = ?1 AND status = 1 AND owner = 2"
           " ORDER BY waiting_since_ms, id LIMIT 50");
static_assert(LINE_MAX == 100 && LINE_TOLD_MAX == 50, "the statements say the same");

static bool stands(const struct conversation *c) { return c->status == CHAT_OPEN && c->owner == CHAT_WAITING; }

bool line_place(struct tx *tx, struct conversation *c)
{
    c->place = 0;
    if (!stands(c)) return true;
    struct query q = query(tx, &ahead);
    bind_i64(&q, c->account), bind_i64(&q, c->waiting_since_ms), bind_i64(&q, c->id);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) c->place++;
    return row == ROW_NONE;
}

bool line_moved(struct tx *tx, const struct conversation *before, struct conversation *c, int64_t now_ms)
{
    if (stands(before) == stands(c)) return true;
    if (stands(c)) return line_place(tx, c);
    c->place = 0;
    const struct job_new job = { .kind = chat_line_job.name,
                                 .key = arena_printf(tx_arena(tx), "%lld", (long long)c->account),
                                 .coalesce = true,
                                 .account = c->account,
                                 .run_at_ms = now_ms + TELL_AFTER_MS };
    return jobs_put(tx, &job, NULL) >= 0;
}

static int by_id(const void *a, const void *b)
{
    const struct conversation *one = a, *two = b;
    return (one->id > two->id) - (one->id < two->id);
}

/* In the order of ids: whoever tells several conversations something takes their counters so. */
static enum job_wish tell_line(struct job *job, struct tx *tx)
{
    struct conversation in_line[LINE_TOLD_MAX];
    struct query q = query(tx, &line);
    size_t count = 0;
    enum row row;
    bind_i64(&q, job->account);
    while ((row = query_next(&q)) == ROW_FOUND) {
        in_line[count] = (struct conversation){ .id = col_i64(&q, "id"), .place = (int64_t)count + 1 };
        count++;
    }
    if (row == ROW_FAULT) return JOB_FAULT;
    if (count > 1) qsort(in_line, count, sizeof in_line[0], by_id);
    for (size_t i = 0; i < count; i++)
        if (!chat_tell_place(tx, &in_line[i])) return JOB_FAULT;
    return JOB_FINISHED;
}

const struct job_kind chat_line_job = {
    .name = "chat.line",
    .doc = "Tells visitors who wait for a person their place in line.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 10 * SECOND_MS,
    .give_up_after_ms = MINUTE_MS,
    .pool = JOB_POOL_INBOUND,
    .settle = tell_line,
};
