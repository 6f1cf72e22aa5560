/* queue.h: the rows of jobs, as the worker sees them. Private to jobs/ and its tests; others use jobs.h.
 *
 * A claim gives a row to one worker until a time (the lease) and raises `attempts`. Every later change of the row names
 * the attempt and touches nothing when the row has moved on: that is what keeps a worker that slept too long from
 * settling over its successor. */
#ifndef CHATHUB_JOBS_QUEUE_H
#define CHATHUB_JOBS_QUEUE_H

#include "jobs/jobs.h"

enum {
    QUEUE_FINISH_MAX = 64,
    QUEUE_ERROR_MAX = 240,               /* bytes of jobs.error */
    QUEUE_PURGE_CHUNK = 512,             /* rows looked at by one purge: about 1 ms of the SQLite writer */
    QUEUE_LIST_WALK = 40000,             /* rows a list looks through for what it shall show: a day of cron and more */
    QUEUE_PULL_MAX = 256,                /* ready rows, and cron rows of a kind, that one pull changes */
    QUEUE_CLOCK_SLACK_MS = JOB_LEASE_MS, /* clocks of machines, and small steps of one, differ by less */
};
/* Done jobs can be listed for a week. Those with a key stay longer, because the key keeps the same work from being put
 * twice; so a key protects for this long. Cron rows come by the ten thousand a day and their key is needed for their
 * period, also when the clock is set back a little: no cron period may be longer than half of this. */
#define QUEUE_KEEP_MS (7 * DAY_MS)
#define QUEUE_KEEP_KEYED_MS (90 * DAY_MS)
#define QUEUE_KEEP_CRON_MS DAY_MS

struct claimed {
    int64_t id, account, ref, attempt, spared, deadline_ms, put_at_ms;
    const char *kind, *key, *note;       /* in the transaction's arena */
};
enum claim_of {
    CLAIM_READY,
    CLAIM_EXPIRED /* leases that ended, or end later than any lease can (a clock went back) */
};
/* Takes at most `limit` (≤ JOB_CLAIM_BATCH) due jobs of these kinds. The number taken, or -1 on a fault. */
MUST_USE int queue_claim(struct tx *tx, enum claim_of of, const char *const *kinds, size_t kinds_n, int limit,
                         int64_t at_ms, struct claimed *out);

struct queue_look { bool due, expired; int64_t next_ms; /* the next job that is not due yet; 0: none */ };
MUST_USE bool queue_look(struct tx *tx, const char *const *kinds, size_t kinds_n, int64_t at_ms,
                         struct queue_look *out);

/* The key of the period that holds at_ms. */
const char *queue_cron_key(struct arena *a, const struct job_kind *k, int64_t at_ms);
/* ROW_FOUND: there are rows from a clock that was set back since by more than the slack, for queue_pull to mend. */
MUST_USE enum row queue_is_ahead(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms);
/* Ready jobs that were put, or put off, at a time to come wait from now on as long as they were to wait then; cron
 * periods to come are free again. The number of rows, at most QUEUE_PULL_MAX of each sort, or -1. */
MUST_USE int64_t queue_pull(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms);

/* Moves the row of this attempt from one state to another. ROW_NONE: superseded, nothing is changed. */
struct queue_move {
    int64_t id, attempt;
    enum job_state from, to;
    int64_t run_at_ms, at_ms;
    bool spare;                          /* this attempt does not count */
    const char *error;
};
MUST_USE enum row queue_move(struct tx *tx, const struct queue_move *m);
/* Dead, in this transaction, and ready again as if it had just been put. */
MUST_USE enum row queue_revive(struct tx *tx, int64_t id, int64_t attempt, int64_t at_ms);

/* Many at once from running to done, in one statement. `found` false: superseded. ROW_NONE: one of them is held by
 * another attempt, so the transaction must be undone and each moved alone. At most QUEUE_FINISH_MAX. */
struct queue_finish { int64_t id, attempt; bool found; };
MUST_USE enum row queue_finish(struct tx *tx, struct queue_finish *list, size_t n, int64_t at_ms);

MUST_USE enum row queue_renew(struct tx *tx, int64_t id, int64_t attempt, int64_t until_ms);
/* Ready again at once. `spare`: the attempt never began and shall not count. */
MUST_USE enum row queue_hand_back(struct tx *tx, int64_t id, int64_t attempt, bool spare, int64_t at_ms);

/* Looks at one chunk of rows behind *cursor, deletes what is old there and moves the cursor on, to 0 when it came to
 * the young end. The number deleted, or -1. The cursor saves an index on ended_at_ms, which every job would pay for. */
MUST_USE int64_t queue_purge(struct tx *tx, int64_t at_ms, int64_t *cursor);

#endif
