/* jobs.h: durable work. A job row is written in the transaction of the change that wants it; a worker claims it under a
 * lease, calls the outside world with no transaction open, and settles the result and the job in one transaction that
 * checks the attempt number which claimed it: a worker that was thought dead cannot settle over its successor.
 * Jobs carry ids, never secrets. Names no domain: `app` gives the table of kinds.
 *
 * Ended jobs are kept 7 days for lists, those with a key 90 days: so long a key keeps work from being put twice. Done
 * cron rows are kept a day. */
#ifndef CHATHUB_JOBS_JOBS_H
#define CHATHUB_JOBS_JOBS_H

#include "storage/db_lanes.h"

enum { JOB_LEASE_MS = 20000, JOB_POLL_MS = 1000, JOB_CLAIM_BATCH = 64, JOB_WORKERS = 8 };

/* Who works for a kind: each pool has threads and room of its own (pools.c), so that mail, money and housekeeping never
 * wait behind calls to others. Within a pool accounts take turns. Stored: append, never renumber. */
enum job_pool {
    JOB_POOL_UNSET,                  /* a kind with .call: calls; else house */
    JOB_POOL_CALLS, JOB_POOL_MAIL, JOB_POOL_MONEY, JOB_POOL_HOUSE,
    JOB_POOLS
};
const char *job_pool_name(enum job_pool p);

struct job_kind;
struct job_new {
    const char *kind;                /* must be in the table of kinds */
    const char *key;                 /* unique among unfinished and finished jobs of this kind; NULL: none;
                                        "cron:" is the worker's */
    /* For what people cause again and again: the key is of living jobs only, and of those at most one is ready, one
     * runs, and one waits for the end of that. A ready one takes up a new wish (its ref and note; attempts and deadline
     * begin anew), so a thousand wishes in a row are one job or two, and never do two run side by side: what .load
     * reads in the last of them is the newest. */
    bool coalesce;
    int64_t account, ref;            /* whose it is (0: the system's); the id the kind works on */
    const char *note;                /* small JSON or text for the kind; no secrets; NULL: none */
    int64_t run_at_ms;               /* 0: now */
    int64_t deadline_ms;             /* wall clock; after it no further attempt, even when there was none; 0: as the
                                        kind says */
};
/* So that jobs of these kinds go straight into their lines; else a worker sorts them in. jobs_start does it too. */
void jobs_know(const struct job_kind *const *kinds);
/* The id, or the id of the job that has this key already (*existed set, may be NULL); -1 on a storage fault. */
MUST_USE int64_t jobs_put(struct tx *tx, const struct job_new *j, bool *existed);

enum job_state { JOB_READY, JOB_RUNNING, JOB_DONE, JOB_DEAD };           /* stored: append, never renumber */
struct job {                         /* one attempt */
    int64_t id, account, ref, attempt, put_at_ms, deadline_ms;
    const char *kind, *key, *note;
    struct arena *arena;             /* lives for the attempt */
    void *state;                     /* what .load leaves for .call and .settle */
    const void *context;             /* job_options.context: app services */
    int64_t now_ms;
};
enum job_wish {
    JOB_FAULT = -1,                  /* storage fault: the attempt is run again */
    JOB_FINISHED,                    /* done: the row is settled in this transaction */
    JOB_AGAIN,                       /* later, by the kind's back-off (or job_again_after) */
    JOB_GIVE_UP,                     /* dead: shown to operators, .dead runs in this transaction */
    JOB_NEXT,                        /* a part is done and another follows: again at once (or job_again_after); this
                                        attempt does not count */
};
struct step_plan;                    /* steps.h */
struct job_kind {
    const char *name;                /* stored: never rename */
    const char *doc;
    int max_attempts;                /* 1..100 */
    int64_t backoff_first_ms, backoff_max_ms;    /* doubling, ±20 % jitter */
    int64_t deadline_ms;             /* from the beginning of the first try, however long it waited; 0: none */
    enum job_pool pool;
    bool careful;                    /* moves money, or deletes what cannot be had back: waits while the clock is in
                                        doubt */
    int64_t every_ms;                /* > 0, at most 12 h: a cron row of this kind is kept by the worker; runs once per
                                        period in all processes together (and again in periods that a clock which was
                                        set back by more than 20 s comes to again), in a transaction of its own: it may
                                        lock rows of many owners */
    /* Reads what .call needs, in a read transaction. JOB_FINISHED means go on. NULL: nothing to load. */
    enum job_wish (*load)(struct job *job, struct tx *tx);
    /* Outside call; no transaction open. Bounded by its own time-outs below the lease (which is renewed meanwhile). */
    void (*call)(struct job *job);
    /* MUST: changes rows; may be run again, so no outside effect. */
    enum job_wish (*settle)(struct job *job, struct tx *tx);
    /* Last attempt failed, deadline passed or GIVE_UP: undo and tell, in the transaction that marks the job dead.
     * job->state is NULL when the attempt did not get as far as .load. JOB_FINISHED: it is dead. JOB_FAULT: nothing of
     * it stays, and the attempt is run again. JOB_NEXT: not dead after all; there is more to do (to undo outside):
     * again at once, with attempts and deadline from the beginning. */
    enum job_wish (*dead)(struct job *job, struct tx *tx, const char *error);
    const struct step_plan *plan;    /* a kind made of steps: see JOB_OF_STEPS in steps.h */
};
/* For .settle of a kind that works off a list: items one by one, each undone alone when it fails. What fails is left
 * out for a while (5 minutes, then longer, up to 6 hours), named in the log and in jobs_skips, and counted; nobody else
 * waits for it. JOB_NEXT: the batch was full and there may be more. */
enum { JOB_LIST_MAX = 100, JOB_SKIPS_MAX = 200 };
struct job_list {
    int64_t (*read)(struct job *job, struct tx *tx, int64_t *out, size_t max);       /* ids; how many, or -1 */
    bool (*one)(struct job *job, struct tx *tx, int64_t item);                       /* false: it cannot be done now */
    size_t max;                                                                      /* of a batch */
};
enum job_wish jobs_each(struct job *job, struct tx *tx, const struct job_list *l);
struct job_skip { const char *kind, *error; int64_t item, tries, first_at_ms, last_at_ms, retry_at_ms; };
/* By kind and item; after_kind NULL: from the start. */
MUST_USE enum row jobs_skips(struct tx *tx, const char *after_kind, int64_t after_item, struct job_skip *out,
                             size_t max, size_t *count);
MUST_USE bool jobs_skips_count(struct tx *tx, int64_t *out);

/* For .settle: why it comes again (shown to operators; no secrets), and when at the earliest (0: back-off). */
void job_again_after(struct job *job, int64_t delay_ms);
void job_error(struct job *job, const char *format, ...) PRINTF_LIKE(2, 3);

struct job_options {
    struct db *db;
    struct lanes *lanes;
    const struct job_kind *const *kinds;         /* NULL-ended */
    const void *context;
    void (*ended)(void *arg, int64_t job);       /* after the commit that ended a job; any thread */
    void *arg;
    unsigned workers;                            /* threads of the pool of calls; 0: JOB_WORKERS */
};
MUST_USE struct jobs *jobs_start(const struct job_options *o);
void jobs_wake(struct jobs *j);                  /* something was put: look now instead of at the next poll */
/* Claims nothing new, waits up to `grace_ms` for attempts under way, gives the leases of the rest back. A .call that
 * outlasts the grace goes on until its own time-out, and its result is dropped: what .call uses must live as long as
 * the process. Stop jobs before lanes. */
void jobs_stop(struct jobs *j, int64_t grace_ms);

/* ---- for routes and the command line ---- */
struct job_row {
    int64_t id, account, ref, put_at_ms, ended_at_ms;
    int64_t attempts;                /* those that count: not what was handed back unbegun or forgiven by a retry */
    int64_t run_at_ms;               /* ready: when it is due; running: when its lease ends */
    const char *kind, *state, *error;
};
/* Newest first. Of done jobs and of one kind, and without cron jobs, only what is found among the 40,000 behind
 * after_id. out[limit]. */
struct jobs_wanted {
    const char *state, *kind;        /* NULL: all */
    bool cron;                       /* cron jobs that are done too: nearly all rows are such */
    int64_t after_id, limit;         /* after_id 0: from the start */
};
MUST_USE enum row jobs_list(struct tx *tx, const struct jobs_wanted *w, struct job_row *out, size_t *count);
MUST_USE enum row jobs_get(struct tx *tx, int64_t id, struct job_row *out);
MUST_USE enum row jobs_find(struct tx *tx, const char *kind, const char *key, struct job_row *out);
/* The one that was put with .coalesce and is ready or running; of two the one that runs. */
MUST_USE enum row jobs_find_live(struct tx *tx, const char *kind, const char *key, struct job_row *out);
bool job_row_is_live(const struct job_row *j);   /* ready or running: it will come to an end by itself */
/* Dead → ready with attempts from 0 and a new deadline. ROW_NONE when it is not dead. */
MUST_USE enum row jobs_retry(struct tx *tx, int64_t id);
/* Counts by state and by the line of each pool (each up to 100,000), and how long the oldest one that is due has
 * waited. `strange`: ready jobs of kinds that no process knows; they wait for one that does, and have no age. */
struct job_counts {
    int64_t ready, running, dead, strange, oldest_due_ms;
    struct { int64_t ready, oldest_due_ms; } pool[JOB_POOLS];
};
MUST_USE bool jobs_count(struct tx *tx, struct job_counts *out);

#endif
