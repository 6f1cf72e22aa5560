/* worker.h: what worker.c (threads, claiming, start and stop) and attempt.c (one attempt from claim to settlement)
 * share. Private to jobs/.
 *
 * Claimed jobs travel in groups. Kinds without .load and .call ("direct") have nothing to wait for: up to GROUP_MAX of
 * them settle in one transaction, one commit for all; when anything in it fails, each is settled again alone. A job
 * with .load or .call is a group of one and goes to the pool of threads. */
#ifndef CHATHUB_JOBS_WORKER_H
#define CHATHUB_JOBS_WORKER_H

#include "jobs/queue.h"

#include <pthread.h>

enum {
    GROUP_MAX = 16,
    DIRECT_IN_FLIGHT_MAX = 4 * JOB_CLAIM_BATCH,
    WORKERS_MAX = 64,
    KINDS_MAX = 128,
    SETTLE_TRIES = 3,                    /* when the answer to COMMIT was lost; the fence makes a repeat harmless */
    JOB_ARENA_BYTES = 8 << 20,
};

enum verdict {
    V_NONE,                              /* the transaction did not come to this job */
    V_DONE, V_AGAIN, V_NEXT, V_DEAD,
    V_SUPERSEDED,                        /* another attempt has the row: nothing was changed */
};
struct run {                             /* one attempt of one job */
    struct job job;
    const struct job_kind *kind;
    int64_t spared;
    enum job_wish wish; /* of .load, or JOB_GIVE_UP at claim: settled without .settle unless FINISHED */
    enum verdict verdict;
    bool spare;                          /* the attempt does not count */
    int64_t again_after_ms, next_ms;     /* next_ms: when an attempt that failed comes again */
    struct stepping *stepping;           /* of steps.c; NULL: not loaded */
    char error[QUEUE_ERROR_MAX + 1];
};
enum stage { STAGE_QUEUED, STAGE_CALL, STAGE_STORAGE };
struct group {
    struct jobs *jobs;
    struct op op;
    struct arena *arena;
    struct arena_mark mark;              /* behind what must survive another run of the op */
    struct group *next, *prev;           /* all that are in flight */
    struct group *queued;                /* next in the pool's queue */
    enum stage stage;                    /* under jobs.lock */
    bool direct, abandoned;
    int tries;
    int64_t renew_at_ms;                 /* monotonic */
    size_t count;
    struct run run[];
};

struct jobs {
    struct job_options options;
    const char *names[KINDS_MAX], *direct_names[KINDS_MAX];  /* for the claim */
    size_t names_n, direct_names_n;
    int64_t cron_period[KINDS_MAX];      /* the period whose row was put last; of options.kinds, by index */
    struct jobs *retired_next;

    pthread_mutex_t lock;
    pthread_cond_t wake_claimer, wake_workers, wake_stop;
    bool stopping, rung;
    struct group *flights;               /* list of all in flight */
    size_t flights_n, direct_n;          /* groups; direct jobs */
    struct group *queue_first, *queue_last;
    size_t queue_n;                      /* groups that wait for a thread */
    struct arena *spare_arenas[8];
    size_t spare_arenas_n;

    pthread_t claimer;
    unsigned workers;
    struct worker { struct jobs *jobs; pthread_t thread; struct group *at; /* while in .call */ } worker[WORKERS_MAX];
};

/* attempt.c */
bool kind_is_direct(const struct job_kind *k);
struct group *group_new(struct jobs *j, size_t count, bool direct);
/* Fills run i of the group from a claimed row; decides at once when there is no attempt left. */
void group_set(struct group *g, size_t i, const struct job_kind *k, const struct claimed *c);
/* Direct: settles on the lanes, which own the group from here. `patient`: waits a little while their queue is full. */
void group_submit(struct group *g, bool patient);
void group_work(struct worker *w, struct group *g);  /* load, call, settle on this thread */
void group_leave(struct group *g);       /* out of flight, and free */
/* The transactions of an attempt. */
enum op_wish group_load_run(struct op *op, struct tx *tx);
enum op_wish group_settle_run(struct op *op, struct tx *tx);
int64_t job_backoff_ms(const struct job_kind *k, int64_t attempt);

/* worker.c */
struct arena *jobs_arena_take(struct jobs *j);
void jobs_arena_give(struct jobs *j, struct arena *a);

#endif
