/* private.h: what the files of jobs/ share, and its tests. Others use jobs.h and steps.h.
 *
 * Rows (put.c, queue.c, ahead.c, purge.c, list.c). A claim gives a row to one worker until a time (the lease), and
 * raises `attempts`. Every later change of the row names the attempt and touches nothing when the row has moved on:
 * that is what keeps a worker that slept too long from settling over its successor.
 *
 * The worker, from the bottom: groups.c (what is in flight), attempt.c (one attempt from claim to settlement),
 * flights.c (hands claimed jobs out, by pool), claimer.c (the thread that claims), worker.c (threads, start, stop).
 * Claimed jobs travel in groups. Kinds without .load and .call ("direct") have nothing to wait for: up to GROUP_MAX of
 * them settle in one transaction, one commit for all; when anything in it fails, each is settled again alone. A job
 * with .load or .call is a group of one and goes to the threads of its pool. */
#ifndef CHATHUB_JOBS_PRIVATE_H
#define CHATHUB_JOBS_PRIVATE_H

#include "jobs/jobs.h"

#include <pthread.h>

enum {
    JOB_LEASE_MS = 20000,
    JOB_POLL_MS = 1000,
    JOB_CLAIM_BATCH = 64,
    JOB_WORKERS = 8, /* threads of the pool of calls, when nobody says another number */
};
enum job_state { JOB_READY, JOB_RUNNING, JOB_DONE, JOB_DEAD }; /* stored: append, never renumber */

/* ---- pools.c ---- */

struct pool_facts {
    const char *name;
    unsigned threads; /* for kinds with .load or .call */
    size_t direct;    /* direct jobs in flight */
    unsigned share;   /* jobs of one account that this process has at a time; 0: as many as there is room for */
};
enum { POOL_STRANGE = 15 }; /* ready rows of kinds that no process here knows: nobody claims them */
const struct pool_facts *pool_facts(enum job_pool p);
enum job_pool kind_pool(const struct job_kind *k);
bool kind_is_direct(const struct job_kind *k); /* without .load and .call: nothing to wait for */
const struct job_kind *kind_named(const struct job_kind *const *kinds, const char *name);
bool jobs_known(void);                               /* a table was given to jobs_know */
const struct job_kind *kind_known(const char *name); /* in that table; NULL */

/* ---- rows ---- */

enum {
    QUEUE_FINISH_MAX = 64,
    QUEUE_ERROR_MAX = 240,               /* bytes of jobs.error */
    QUEUE_PURGE_CHUNK = 512,             /* rows looked at by one purge: about 1 ms of the SQLite writer */
    QUEUE_LIST_WALK = 40000,             /* rows a list looks through for what it shall show: a day of cron and more */
    QUEUE_PULL_MAX = 256,                /* ready rows, and cron rows of a kind, that one pull changes */
    QUEUE_SORT_MAX = 128,                /* rows put in line, or taken from dead workers, in one transaction */
    QUEUE_CLOCK_SLACK_MS = JOB_LEASE_MS, /* clocks of machines, and small steps of one, differ by less */
    QUEUE_LINE_WALK = 200,               /* accounts of a line that are looked at to tell its age */
    POOL_USE_MAX = 64,                   /* accounts that have jobs of a pool with shares in flight */
};
/* Done jobs can be listed for a week. Those with a key stay longer, because the key keeps the same work from being put
 * twice; so a key protects for this long. Cron rows come by the ten thousand a day and their key is needed for their
 * period, also when the clock is set back a little: no cron period may be longer than half of this. */
#define QUEUE_KEEP_MS (7 * DAY_MS)
#define QUEUE_KEEP_KEYED_MS (90 * DAY_MS)
#define QUEUE_KEEP_CRON_MS DAY_MS

struct claimed {
    int64_t id, account, ref, attempt, spared, deadline_ms, put_at_ms, begun_at_ms;
    bool live;                     /* key is its live_key */
    const char *kind, *key, *note; /* in the transaction's arena */
};
/* How much of a pool each account has in this process already. */
struct pool_use {
    unsigned share; /* of the pool; 0: nothing is counted */
    size_t count;
    struct {
        int64_t account;
        unsigned jobs;
    } of[POOL_USE_MAX];
};
/* Takes at most `limit` (≤ JOB_CLAIM_BATCH) jobs of one line, going round over its accounts from the one behind *round:
 * as many of each as there is room for, and none beyond its share. *round moves on. `use` NULL: no shares. The number
 * taken, or -1 on a fault. */
MUST_USE int queue_claim(struct tx *tx, enum job_pool pool, int limit, const struct pool_use *use, int64_t at_ms,
                         int64_t *round, struct claimed *out);
/* Puts ready rows that became due in the lines of their kinds. The number of rows, at most QUEUE_SORT_MAX, or -1. */
MUST_USE int queue_sort(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms);
/* Leases that ended, or end later than any lease can (a clock went back): their rows are ready again. The attempt stays
 * used up, and whoever made it can no longer settle. The number of rows, at most QUEUE_SORT_MAX, or -1. */
MUST_USE int queue_expire(struct tx *tx, int64_t at_ms);
/* Gives back what was claimed in this transaction, at most JOB_CLAIM_BATCH, and of kinds that this process does not
 * know: another version of the program put it in its line. No attempt is used up; it stands where nobody claims until a
 * process that knows the kind takes it (queue_take_strange). */
MUST_USE bool queue_set_aside(struct tx *tx, const int64_t *id, size_t n, int64_t at_ms);
/* Rows in no line that this process knows, because another one did not know their kind. ROW_FOUND: there are some. */
MUST_USE enum row queue_is_strange(struct tx *tx, const char *const *kinds, size_t kinds_n);
MUST_USE bool queue_take_strange(struct tx *tx, const char *const *kinds, size_t kinds_n);

struct queue_look {
    unsigned lines;    /* bits: pools whose line is not empty */
    bool due, expired; /* for queue_sort, queue_expire */
    int64_t next_ms;   /* the next job that is not due yet; 0: none */
};
MUST_USE bool queue_look(struct tx *tx, int64_t at_ms, struct queue_look *out);

/* Moves the row of this attempt from one state to another. ROW_NONE: superseded, nothing is changed. */
struct queue_move {
    int64_t id, attempt;
    enum job_state from, to;
    int64_t run_at_ms, at_ms;
    int64_t begun_at_ms; /* of this attempt; kept when it was the first. 0: not said */
    enum job_pool pool;  /* ready at once: the line to stand in; else 0 */
    bool spare;          /* this attempt does not count */
    const char *error;
};
MUST_USE enum row queue_move(struct tx *tx, const struct queue_move *m);
/* Moved away from running in this transaction, and now ready as if it had just been put: for another work when `ref` is
 * not NULL. */
struct queue_anew {
    int64_t id, attempt;
    enum job_state from;
    int64_t run_at_ms, at_ms;
    const int64_t *ref;
    const char *note, *error;
};
MUST_USE enum row queue_anew(struct tx *tx, const struct queue_anew *n);

/* Many at once from running to done, in one statement. `found` false: superseded. ROW_NONE: one of them is held by
 * another attempt, so the transaction must be undone and each moved alone. At most QUEUE_FINISH_MAX. */
struct queue_finish {
    int64_t id, attempt;
    bool found;
};
MUST_USE enum row queue_finish(struct tx *tx, struct queue_finish *list, size_t n, int64_t at_ms);

/* The one that waits behind an ended job with this live key is ready. */
MUST_USE bool queue_free_behind(struct tx *tx, const char *kind, const char *live_key, int64_t at_ms);
/* A job that comes again takes up the wish of the one that waits behind it, which ends. ROW_NONE: nobody waits. */
MUST_USE enum row queue_take_behind(struct tx *tx, const char *kind, const char *live_key, int64_t at_ms, int64_t *ref,
                                    const char **note);

/* Moved to done in this transaction, and now running again: as the next attempt, of the same worker, which does not
 * count. */
MUST_USE enum row queue_keep(struct tx *tx, int64_t id, int64_t attempt, int64_t until_ms);
MUST_USE enum row queue_renew(struct tx *tx, int64_t id, int64_t attempt, int64_t until_ms);
/* Ready again at once. `spare`: the attempt never began and shall not count. */
MUST_USE enum row queue_hand_back(struct tx *tx, int64_t id, int64_t attempt, bool spare, int64_t at_ms);

/* The key of the period that holds at_ms. */
const char *queue_cron_key(struct arena *a, const struct job_kind *k, int64_t at_ms);
/* ROW_FOUND: there are rows from a clock that was set back since by more than the slack, for queue_pull to mend. */
MUST_USE enum row queue_is_ahead(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms);
/* Ready jobs that were put, or put off, at a time to come wait from now on as long as they were to wait then; cron
 * periods to come are free again. The number of rows, at most QUEUE_PULL_MAX of each sort, or -1. */
MUST_USE int64_t queue_pull(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms);

/* Looks at one chunk of rows behind *cursor, deletes what is old there and moves the cursor on, to 0 when it came to
 * the young end. The number deleted, or -1. The cursor saves an index on ended_at_ms, which every job would pay for. */
MUST_USE int64_t queue_purge(struct tx *tx, int64_t at_ms, int64_t *cursor);

/* ---- the worker ---- */

enum {
    GROUP_MAX = 16,
    WORKERS_MAX = 64,
    KINDS_MAX = 128,
    SETTLE_TRIES = 3,            /* when the answer to COMMIT was lost; the fence makes a repeat harmless */
    CLAIM_KEPT_MAX = 16,         /* parts that are done with one claim, */
    CLAIM_KEPT_MS = 1000,        /* and no other is begun after this time */
    JOB_ARENA_BYTES = 128 << 20, /* a bound, not a reservation */
};

enum verdict {
    V_NONE, /* the transaction did not come to this job */
    V_DONE,
    V_AGAIN,
    V_NEXT,
    V_KEPT, /* it goes on at once, with the claim that it has */
    V_DEAD,
    V_SUPERSEDED, /* another attempt has the row: nothing was changed */
};
struct run { /* one attempt of one job */
    struct job job;
    const struct job_kind *kind;
    int64_t spared, begun_at_ms; /* when the first try began, as far as it is known; 0: this is the first */
    bool live;                   /* job.key is its live key */
    enum job_wish wish;          /* of .load, or JOB_GIVE_UP at claim: settled without .settle unless FINISHED */
    enum verdict verdict;
    bool spare;                      /* the attempt does not count */
    int64_t again_after_ms, next_ms; /* next_ms: when an attempt that failed comes again */
    struct stepping *stepping;       /* of steps.c; NULL: not loaded */
    char error[QUEUE_ERROR_MAX + 1];
};
enum stage { STAGE_QUEUED, STAGE_CALL, STAGE_STORAGE };
struct group {
    struct jobs *jobs;
    struct op op;
    struct arena *arena;
    struct arena_mark mark;    /* behind what must survive another run of the op */
    struct group *next, *prev; /* all that are in flight */
    struct group *queued;      /* next in the queue of its pool's threads */
    enum stage stage;          /* under jobs.lock */
    enum job_pool pool;
    bool direct, abandoned;
    int tries, kept;                    /* kept: how often it has gone on with its claim */
    int64_t claimed_at_ms, renew_at_ms; /* monotonic */
    size_t count;
    struct run run[];
};

struct jobs {
    struct job_options options;
    const char *names[KINDS_MAX];
    size_t names_n;
    int64_t cron_period[KINDS_MAX]; /* the period whose row was put last; of options.kinds, by index */
    struct jobs *retired_next;

    pthread_mutex_t lock;
    pthread_cond_t wake_claimer, wake_stop;
    bool stopping, rung;
    struct group *flights; /* list of all in flight */
    size_t flights_n;
    struct flights {
        pthread_cond_t wake_workers;
        struct group *queue_first, *queue_last;
        size_t queue_n;  /* groups that wait for a thread */
        size_t direct_n; /* direct jobs in flight */
        unsigned threads;
        bool calls, directs; /* kinds of each sort are in the table */
    } pool[JOB_POOLS];
    struct arena *spare_arenas[8];
    size_t spare_arenas_n;

    pthread_t claimer;
    unsigned workers;
    struct worker {
        struct jobs *jobs;
        enum job_pool pool;
        pthread_t thread;
        struct group *at; /* while in .call */
    } worker[WORKERS_MAX];
};

/* groups.c */
struct group *group_new(struct jobs *j, size_t count, const struct job_kind *k);
void group_leave(struct group *g); /* out of flight, and free */
/* Fills run i of the group from a claimed row; decides at once when there is no attempt left. */
void group_set(struct group *g, size_t i, const struct job_kind *k, const struct claimed *c);
void run_error(struct run *r, const char *text);
int64_t run_counted(const struct run *r); /* which attempt this is, of those that count */

/* attempt.c */
/* Direct: settles on the lanes, which own the group from here. `patient`: waits a little while their queue is full. */
void group_submit(struct group *g, bool patient);
void group_work(struct worker *w, struct group *g); /* load, call, settle on this thread */
/* The transactions of an attempt. */
enum op_wish group_load_run(struct op *op, struct tx *tx);
enum op_wish group_settle_run(struct op *op, struct tx *tx);

/* flights.c */
void flights_hand_out(struct jobs *j, const struct claimed *claimed, size_t n);
int flights_room(struct jobs *j, enum job_pool p); /* how many jobs of this pool may be claimed now */
void flights_use(struct jobs *j, enum job_pool p, struct pool_use *out);
struct group *flights_take(struct jobs *j, enum job_pool p); /* the next for a thread; NULL: stopping */

/* claimer.c */
void *claimer_thread(void *jobs);
struct timespec jobs_after_ms(int64_t ms); /* by the clock of the conditions; tests do not move it */

#endif
