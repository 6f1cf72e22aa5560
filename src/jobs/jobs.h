/* jobs.h: durable work. A job row is written in the transaction of the change that wants it; a worker claims it under a
 * lease, calls the outside world with no transaction open, and settles the result and the job in one transaction that
 * checks the attempt number which claimed it: a worker that was thought dead cannot settle over its successor.
 * Jobs carry ids, never secrets. Names no domain: `app` gives the table of kinds.
 *
 * Ended jobs are kept 7 days for lists, those with a key 90 days: so long a key keeps work from being put twice (not
 * that of .coalesce, which ends with its job). Done cron rows are kept a day. */
#ifndef CHATHUB_JOBS_JOBS_H
#define CHATHUB_JOBS_JOBS_H

#include "storage/verify.h"

/* Who works for a kind: each pool has threads and room of its own (pools.c), so that mail, money and housekeeping never
 * wait behind calls to others. Within a pool accounts take turns. Stored: append, never renumber. */
enum job_pool {
    JOB_POOL_UNSET, /* a kind with .call: calls (to machines of this house's choice); else house */
    JOB_POOL_CALLS,
    JOB_POOL_MAIL,
    JOB_POOL_MONEY,
    JOB_POOL_HOUSE,
    JOB_POOL_INBOUND,
    JOB_POOL_SHOPS, /* calls to merchants' own machines: a share of it for each account */
    JOB_POOL_FILES, /* what others sent is taken apart, which takes long: a share of it for each account */
    JOB_POOLS
};
const char *job_pool_name(enum job_pool p); /* "calls"; not of UNSET */

struct job_kind;
struct job_new {
    const char *kind; /* nobody works for one that is in no table of kinds: it waits as `strange` */
    const char *key;  /* unique among unfinished and finished jobs of this kind; NULL: none;
                         "cron:…" is the worker's own, and not refused */
    /* For what people cause again and again; needs a key. While a job of this key is ready it takes up a new wish (its
     * ref and note; attempts and deadline begin anew). While one runs, one more waits for its end, and runs then
     * whatever its run_at_ms. account stays that of the first wish. So a thousand wishes in a row are one job or two,
     * never do two run side by side, and what .load reads in the last of them is the newest. A job that has ended holds
     * no key. */
    bool coalesce;
    int64_t account, ref; /* whose it is (0: the system's); the id the kind works on */
    const char *note;     /* small JSON or text for the kind; no secrets; NULL: none */
    int64_t run_at_ms;    /* 0: now */
    int64_t deadline_ms;  /* a time; after it no further attempt, even when there was none; 0: as the kind
                             says (give_up_after_ms) */
};
/* For a process that puts jobs and runs none (a command): they go straight into their lines; else a worker sorts them
 * in. jobs_start does it too. `kinds` is NULL-ended and not copied. */
void jobs_know(const struct job_kind *const *kinds);
/* In any transaction that writes. The id, or the id of the job that has this key already (*existed set, may be NULL);
 * -1 on a storage fault. Workers hear of it when the transaction is committed. */
MUST_USE int64_t jobs_put(struct tx *tx, const struct job_new *j, bool *existed);

struct job { /* one attempt; a kind's functions set `state` and nothing else */
    int64_t id, account, ref, attempt, put_at_ms, deadline_ms;
    const char *kind, *key, *note;
    struct arena *arena; /* lives for the attempt; what .settle puts there goes when it is run again */
    void *state;         /* what .load leaves for .call and .settle */
    const void *context; /* job_options.context: app services */
    int64_t now_ms;
    const char *item_error; /* of job_item_error */
};
enum job_wish {
    JOB_FAULT = -1, /* nothing of this transaction stays, also no job_error and job_again_after; the job
                       comes again as for JOB_AGAIN */
    JOB_FINISHED,   /* done: the row is settled in this transaction */
    JOB_AGAIN,      /* what .settle has written stays, and the attempt counts; another one comes by
                       the kind's back-off (or job_again_after), or .dead when it was the last */
    JOB_GIVE_UP,    /* dead: shown to operators. What .settle has written stays (a count, a note of
                       why), and .dead runs behind it in this transaction: what must not stay is for
                       .dead to undo, or for .settle not to write before it knows */
    JOB_NEXT,       /* a part is done, which stays, and another follows: again at once (or
                       job_again_after); this attempt does not count. A cron kind, and one that says
                       .keeps_claim, keeps its claim meanwhile, for some parts */
};
struct step_plan; /* steps.h */
struct job_kind {
    const char *name; /* stored: never rename */
    const char *doc;
    int max_attempts;                         /* 1..100 */
    int64_t backoff_first_ms, backoff_max_ms; /* doubling, ±20 % jitter */
    int64_t give_up_after_ms; /* from the beginning of the first try, however long it waited; 0: never */
    enum job_pool pool;
    bool keeps_claim; /* parts that follow each other (JOB_NEXT) are short, and others can wait for some of them */
    bool careful;     /* moves money, or deletes what cannot be had back: waits while the clock is in
                         doubt */
    int64_t every_ms; /* > 0, at most 12 h: a cron row of this kind is kept by the worker; runs once per
                         period in all processes together (and again in periods that a clock which was
                         set back by more than 20 s comes to again), in a transaction of its own: it may
                         lock rows of many owners */
    /* Reads what .call needs, in a read transaction. JOB_FINISHED means go on; JOB_AGAIN and JOB_GIVE_UP end the
     * attempt without .call and .settle. NULL: nothing to load. */
    enum job_wish (*load)(struct job *job, struct tx *tx);
    /* Outside call; no transaction open. Bounded by its own time-outs: the lease is renewed for as long as it takes. */
    void (*call)(struct job *job);
    /* Never NULL: changes rows, in the transaction that ends the attempt; may be run again, so no outside effect. */
    enum job_wish (*settle)(struct job *job, struct tx *tx);
    /* Last attempt failed, deadline passed or GIVE_UP: undo and tell, in the transaction that marks the job dead.
     * job->state is NULL when the attempt did not get as far as .load. JOB_FINISHED: it is dead. JOB_FAULT: nothing of
     * it stays, and the attempt is run again. JOB_NEXT: not dead after all; there is more to do (to undo outside):
     * again at once, with attempts and deadline from the beginning. No other answer. May be NULL. */
    enum job_wish (*dead)(struct job *job, struct tx *tx, const char *error);
    const struct step_plan *plan; /* a kind made of steps: see JOB_OF_STEPS in steps.h */
};
/* For .settle of a kind that works off a list. An item that fails is undone alone (then all of the batch are done a
 * second time, one by one, so .one keeps nothing outside of `tx`) and is left out for a while (5 minutes, then longer,
 * up to 6 hours), named in the log and in jobs_skips, and counted; nobody else waits for it. JOB_NEXT: the batch was
 * full and there may be more. */
enum { JOB_LIST_MAX = 100, JOB_SKIPS_MAX = 1000 };
struct job_list {
    /* Up to `max` ids that are due, also those left out now (there are so many more than l->max). How many, or -1. */
    int64_t (*read)(struct job *job, struct tx *tx, int64_t *out, size_t max);
    /* Reads and locks what .one needs of these, and leaves it in job->state: before the first of a batch, of all that
     * are tried; where they go one by one, before each, of that one. False: a fault. NULL: .one reads for itself. */
    bool (*load)(struct job *job, struct tx *tx, const int64_t *item, size_t count);
    /* JOB_FINISHED: it is done. JOB_NEXT: so it is, and it is due once more at once. JOB_AGAIN: somebody else holds it,
     * so nothing was done; it is looked at in the next period. JOB_FAULT: it cannot be done now. */
    enum job_wish (*one)(struct job *job, struct tx *tx, int64_t item);
    size_t max; /* a batch, ≤ JOB_LIST_MAX */
};
void job_item_error(struct job *job, const char *why); /* for .one before JOB_FAULT; a literal, shown to operators */
enum job_wish jobs_each(struct job *job, struct tx *tx, const struct job_list *l);
struct job_skip {
    const char *kind, *error;
    int64_t item, tries, first_at_ms, last_at_ms, retry_at_ms;
};
/* By kind and item; after_kind NULL: from the start. */
MUST_USE enum row jobs_skips(struct tx *tx, const char *after_kind, int64_t after_item, struct job_skip *out,
                             size_t max, size_t *count);
MUST_USE bool jobs_skips_count(struct tx *tx, const char *kind, int64_t *out); /* kind NULL: of all */

/* For a kind's functions: when it comes again, counted from now (0: by the back-off), and why (shown to operators; no
 * secrets; cut at 240 bytes, and controls are taken out). */
void job_again_after(struct job *job, int64_t delay_ms);
void job_error(struct job *job, const char *format, ...) PRINTF_LIKE(2, 3);

struct job_options {
    struct lanes *lanes;
    const struct job_kind *const *kinds; /* NULL-ended */
    const void *context;
    void (*ended)(void *arg, int64_t job); /* after the commit that has, or may have, ended a job; on any thread;
                                              may be NULL. Not for each: a COMMIT without an answer, or a job that
                                              is taken up by the one before it, ends untold */
    void *arg;
    unsigned workers; /* threads of the pool of calls; 0: 8 */
};
MUST_USE struct jobs *jobs_start(const struct job_options *o); /* never NULL */
void jobs_wake(struct jobs *j); /* look now: after the clock was moved (jobs_put does it by itself) */
/* Once, and `j` is not used again. Claims nothing new, waits up to `grace_ms` for calls under way (and for storage as
 * long as it takes), gives the leases of the rest back. A .call that outlasts the grace goes on until its own time-out,
 * and its result is dropped: what .call uses must live as long as the process, which then ends by _exit. False: there
 * are such calls. Stop jobs before lanes. */
bool jobs_stop(struct jobs *j, int64_t grace_ms);

/* ---- for routes and the command line ---- */
struct job_row {
    int64_t id, account, ref, put_at_ms, ended_at_ms;
    int64_t attempts;  /* those that count: not what was handed back unbegun or forgiven by a retry */
    int64_t run_at_ms; /* ready: when it is due; running: when its lease ends */
    const char *kind, *error;
    const char *state; /* "ready", "running", "done" or "dead" */
};
/* Newest first, into out[limit]. Of dead, ready and running jobs all are found. Where others are asked for by kind,
 * account or time, or without those of cron, the list looks at the 40,000 rows behind after_id and no further. */
struct jobs_wanted {
    const char *state, *kind; /* NULL: all */
    bool cron;                /* cron jobs that are done too: nearly all rows are such */
    int64_t after_id, limit;  /* the last id of the page before; 0: from the newest */
    int64_t account;          /* 0: any */
    int64_t from_ms, to_ms;   /* put from then on, and before; 0: any */
};
MUST_USE enum row jobs_list(struct tx *tx, const struct jobs_wanted *w, struct job_row *out, size_t *count);
MUST_USE enum row jobs_get(struct tx *tx, int64_t id, struct job_row *out);
bool job_row_is_live(const struct job_row *j); /* ready or running: it will come to an end by itself */
/* Dead → ready with attempts from 0 and the kind's deadline. ROW_NONE when it is not dead, or was put with .coalesce
 * and another job of its key is there to do the work. */
MUST_USE enum row jobs_retry(struct tx *tx, int64_t id);
/* Counts by state and by the line of each pool (each up to 100,000), and how long the oldest one that is due has
 * waited (oldest_age_ms; at_home: without pools with shares, which one account alone makes old). `strange`: ready jobs
 * of kinds that no process knows; they wait for one that does, and have no age. */
struct job_counts {
    int64_t ready, running, dead, strange, oldest_age_ms, oldest_at_home_ms;
    struct {
        int64_t ready, oldest_age_ms;
    } pool[JOB_POOLS];
};
MUST_USE bool jobs_count(struct tx *tx, struct job_counts *out);

/* For `verify`. Whether each of some rows (at most 200) waits for a job of this kind that is not there: out[i] true
 * when no live one has refs[i]. False: storage fault. */
MUST_USE bool jobs_unworked(struct tx *tx, const char *kind, const int64_t *refs, size_t count, bool *out);
extern const struct verify_check jobs_checks[];

#endif
