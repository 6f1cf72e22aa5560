/* drive.c: the parts of the product that are measured without HTTP: one debit, and jobs from put to done. Both go
 * through the lanes, as requests do, with many under way at once. */
#include "base/chain.h"
#include "base/clock.h"
#include "bench.h"
#include "credits/credits.h"
#include "jobs/jobs.h"
#include "storage/db_lanes.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The replaced panel's word, which nothing of ours writes any more. */
CREDITS_DECLARE(shop_creation)
CREDITS_DEFINE(shop_creation)

enum { OP_ARENA_BYTES = 1 << 20, JOBS_OUT = 2048, JOBS_GRACE_MS = 5000 };

struct driven {
    struct op op;
    struct driven *next; /* idle ones, of jobs */
    uint64_t random;
    int64_t account;
    char key[48];
};

static struct lanes *lanes;
static double until;
static _Atomic int64_t numbers, committed, failed, under_way;

static struct db *open_lanes(const char *url, int64_t workers)
{
    char error[256];
    struct db *db = db_open(&(struct db_options){ .url = url, .exclusive = true }, error, sizeof error);
    if (!db) die("%s", error);
    lanes = lanes_start(db, &(struct lane_options){ .readers = (unsigned)workers, .writers = (unsigned)workers }, error,
                        sizeof error);
    if (!lanes) die("%s", error);
    return db;
}

static void again(struct op *op) { arena_reset(op->arena); }

static void start(struct driven *d, size_t i, enum op_wish (*run)(struct op *op, struct tx *tx),
                  void (*done)(struct op *op, enum op_outcome outcome))
{
    d->random = 0x9e3779b97f4a7c15u * (i + 1);
    d->op =
        (struct op){ .mode = TX_WRITE, .arena = arena_new(OP_ARENA_BYTES), .run = run, .again = again, .done = done };
}

static void count(enum op_outcome outcome)
{
    if (outcome == OP_COMMITTED) committed++;
    else failed++;
}

static int report(struct db *db, int64_t ops, double took)
{
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.1f,\"failed\":%lld}\n", (long long)ops, took,
           (double)ops / took, (long long)failed);
    lanes_stop(lanes);
    db_close(db);
    return failed == 0 ? 0 : 1;
}

/* ---- debit ---- */

static void next_debit(struct driven *d)
{
    arena_reset(d->op.arena);
    d->account = 1 + (int64_t)(next_random(&d->random) % ACCOUNTS);
    snprintf(d->key, sizeof d->key, "bench:%lld", (long long)numbers++);
    if (!lanes_submit(lanes, &d->op)) die("the lanes are full");
}

static enum op_wish debit_run(struct op *op, struct tx *tx)
{
    struct driven *d = OWNER_OF(op, struct driven, op);
    struct credit_entry entry;
    const struct credit_change change = { .account = d->account,
                                          .amount = credits_of(1),
                                          .reason = REASON_shop_creation,
                                          .key = d->key,
                                          .actor = d->account,
                                          .at_ms = now_ms() };
    return credits_debit(tx, &change, &entry) == DEBIT_DONE ? OP_COMMIT : OP_REFUSE;
}

static void debit_done(struct op *op, enum op_outcome outcome)
{
    count(outcome);
    if (seconds_now() < until) next_debit(OWNER_OF(op, struct driven, op));
    else under_way--;
}

/* The database's chain key, as app/chain_key.c leaves it when the service has run on it once. */
STMT(chain_key, "SELECT sealed FROM chain_keys WHERE id = 1");

static enum op_wish read_chain_key(struct op *op, struct tx *tx)
{
    struct query q = query(tx, &chain_key);
    if (query_row(&q) != ROW_FOUND) die("no chain key: the service has not run on this database yet");
    struct str stored = col_str(&q, "sealed"), plain;
    struct keyring *ring = keyring_of_environment();
    struct sealed sealed = { (uint8_t *)(uintptr_t)stored.p, stored.n };
    if (!unseal(ring, tx_arena(tx), STR("chain"), STR("whole"), sealed, &plain) || plain.n != CHAIN_KEY_SIZE)
        die("the chain key does not open");
    chain_use((const uint8_t *)plain.p);
    keyring_free(ring);
    return OP_COMMIT;
}

void drive_chain_key(struct lanes *of)
{
    struct op op = { .arena = arena_new(OP_ARENA_BYTES), .mode = TX_READ, .run = read_chain_key, .again = again };
    if (lanes_run(of, &op) != OP_COMMITTED) die("the chain key could not be read");
    arena_free(op.arena);
}

int drive_debit(const char *url, int64_t workers, double seconds)
{
    static struct driven all[IN_FLIGHT];
    struct db *db = open_lanes(url, workers);
    drive_chain_key(lanes);
    double began = seconds_now();
    until = began + seconds;
    under_way = IN_FLIGHT;
    numbers = now_ms() * 1000; /* other keys than an earlier run on this database */
    for (size_t i = 0; i < IN_FLIGHT; i++) start(&all[i], i, debit_run, debit_done), next_debit(&all[i]);
    while (under_way > 0) usleep(1000);
    double took = seconds_now() - began;
    for (size_t i = 0; i < IN_FLIGHT; i++) arena_free(all[i].op.arena);
    return report(db, committed, took);
}

/* ---- jobs: the queue is kept at JOBS_OUT jobs until the time is over, then it runs dry ---- */

static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static struct driven *idle;
static int64_t owed; /* ended jobs that met no idle one yet */
static _Atomic int64_t ended;

static void next_put(struct driven *d)
{
    arena_reset(d->op.arena);
    under_way++;
    if (!lanes_submit(lanes, &d->op)) die("the lanes are full");
}

static enum op_wish put_run(struct op *op, struct tx *tx)
{
    (void)op;
    return jobs_put(tx, &(struct job_new){ .kind = "bench.noop", .ref = 1 }, NULL) > 0 ? OP_COMMIT : OP_REFUSE;
}

/* One put follows each job that ended; a job may end before its own put is told that it was committed. */
static void put_done(struct op *op, enum op_outcome outcome)
{
    struct driven *d = OWNER_OF(op, struct driven, op);
    count(outcome);
    pthread_mutex_lock(&idle_lock);
    bool go_on = owed > 0;
    if (go_on) owed--;
    else d->next = idle, idle = d;
    pthread_mutex_unlock(&idle_lock);
    under_way--;
    if (go_on && seconds_now() < until) next_put(d);
}

static void job_ended(void *arg, int64_t job)
{
    (void)arg, (void)job;
    ended++;
    pthread_mutex_lock(&idle_lock);
    struct driven *d = idle;
    if (d) idle = d->next;
    else owed++;
    pthread_mutex_unlock(&idle_lock);
    if (d && seconds_now() < until) next_put(d);
}

static enum job_wish noop_settle(struct job *job, struct tx *tx)
{
    (void)job, (void)tx;
    return JOB_FINISHED;
}

static const struct job_kind noop = {
    .name = "bench.noop", .doc = "Nothing.", .max_attempts = 3, .settle = noop_settle
};

int drive_jobs(const char *url, int64_t workers, double seconds)
{
    static struct driven all[JOBS_OUT];
    static const struct job_kind *const kinds[] = { &noop, NULL };
    struct db *db = open_lanes(url, workers);
    struct jobs *jobs = jobs_start(&(struct job_options){ .lanes = lanes, .kinds = kinds, .ended = job_ended });
    if (!jobs) die("jobs_start");
    double began = seconds_now();
    until = began + seconds;
    for (size_t i = 0; i < JOBS_OUT; i++) start(&all[i], i, put_run, put_done), next_put(&all[i]);
    while (seconds_now() < until || under_way > 0 || ended < committed) usleep(1000);
    double took = seconds_now() - began;
    jobs_stop(jobs, JOBS_GRACE_MS);
    for (size_t i = 0; i < JOBS_OUT; i++) arena_free(all[i].op.arena);
    return report(db, ended, took);
}
