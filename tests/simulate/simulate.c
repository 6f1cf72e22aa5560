/* simulate.c: see sim.h.
 *
 * usage: simulate [--schedules N] [--seed S] [--workers N] [--engine sqlite|postgres] [--commits] [--trace]
 *
 * Schedule i of a run has the seed S + i, so a failing one is run again by --schedules 1 --seed THAT, with --trace to
 * see what happened. The last line is "N schedules, no fault" or "seed THAT: what", and the exit status says the same.
 */
#include "tests/simulate/sim.h"

#include "base/clock.h"
#include "base/random.h"
#include "shops/shops.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGIN_MS INT64_C(1792022400000)
enum { MOVES_MIN = 10, MOVES_MORE = 32 };

static struct {
    uint64_t seed, schedules;
    int workers;
    enum db_engine engine;
    bool commits, trace;
} option = { .seed = 1, .schedules = 1000, .workers = 1, .engine = DB_SQLITE };

STMT(knows, "INSERT INTO knowledge_shops (shop, account, currency, language, products, texts, orders, next_product,"
            " next_text, stale_products, stale_texts, cut, changed_at_ms)"
            " VALUES (?1, ?2, 'USD', 'en', 1, 0, 0, 2, 1, 0, 0, 1, 0)");

STMT(serves, "INSERT INTO tenants (shop, account, status, version, generation, backend, bot_state, bot_name, embed_id,"
             " sync_scopes, subscription, hold, job, shop_deleted, maybe_registered, asked_at_ms, enabled_at_ms,"
             " created_at_ms, updated_at_ms) VALUES (?1, ?2, 3, 1, 1, 1, 2, 'Bot', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0)");

/* ---- chance ---- */

static uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t sim_draw(struct sim *s, uint64_t limit) { return mix(&s->random) % limit; }

bool sim_chance(struct sim *s, unsigned one_in) { return !s->calm && sim_draw(s, one_in) == 0; }

/* ---- what is said ---- */

static uint64_t add_hash(uint64_t h, const char *text)
{
    for (; *text; text++) h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

uint64_t sim_hash(const char *author, const char *text)
{
    return add_hash(add_hash(UINT64_C(0xcbf29ce484222325), author), text);
}

void sim_say(struct sim *s, const char *format, ...)
{
    char line[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    s->digest = add_hash(s->digest, line);
    if (s->trace) printf("%9.3f  %s\n", (double)(s->now_ms - BEGIN_MS) / 1000, line);
}

void sim_fault(struct sim *s, const char *format, ...)
{
    va_list args;
    if (s->fault[0] != '\0') return;
    va_start(args, format);
    (void)vsnprintf(s->fault, sizeof s->fault, format, args);
    va_end(args);
}

void sim_pass(struct sim *s, int64_t by_ms)
{
    s->now_ms += by_ms;
    clock_fix_ms(s->now_ms);
}

/* ---- transactions ---- */

struct tx *sim_begin(struct sim *s)
{
    s->mark = arena_mark(s->t->arena);
    if (!s->commits && !tx_part_begin(s->t->tx, s->t->arena)) abort();
    return s->t->tx;
}

void sim_commit(struct sim *s, const struct cause *why)
{
    if (why) judge_look(s, why);
    if (s->commits) test_commit(s->t);
    else if (!tx_part_keep(s->t->tx)) abort();
    twin_kept(true);
    arena_release(s->t->arena, s->mark);
}

void sim_undo(struct sim *s)
{
    if (s->commits) test_reopen(s->t);
    else if (!tx_part_undo(s->t->tx)) abort();
    twin_kept(false);
    arena_release(s->t->arena, s->mark);
}

/* ---- a schedule ---- */

static void begin(struct sim *s, uint64_t seed)
{
    s->seed = s->random = seed;
    s->digest = 0;
    s->now_ms = BEGIN_MS;
    clock_fix_ms(BEGIN_MS);
    random_seed_for_tests(seed);
    twin_start();
    life_begin(s);
}

/* Everybody comes back, what has no acknowledgement is sent again, all work is done, all windows read on. */
static void come_to_an_end(struct sim *s)
{
    enum { TURNS_MAX = 400 };
    s->calm = true;
    sim_say(s, "the end begins");
    for (int p = 0; p < PROCESSES; p++) s->stalled[p] = false;
    while (s->fault[0] == '\0' && moves_unsent(s)) {
    }
    work_end(s);
    for (int i = 0; i < WINDOWS; i++)
        for (int turns = 0; turns < TURNS_MAX; turns++) {
            int64_t before = s->window[i].cursor;
            bool was_open = s->window[i].open && !s->window[i].behind;
            window_turn(s, i);
            if (was_open && s->window[i].cursor == before && !s->window[i].behind) break;
        }
    if (s->fault[0] == '\0') judge_end(s);
}

static bool run_schedule(struct sim *s, uint64_t seed)
{
    *s = (struct sim){ .t = s->t, .commits = s->commits, .trace = s->trace, .account = s->account, .shop = s->shop };
    begin(s, seed);
    uint64_t moves = MOVES_MIN + sim_draw(s, MOVES_MORE);
    for (uint64_t i = 0; i < moves && s->fault[0] == '\0'; i++) move_any(s);
    if (s->fault[0] == '\0') come_to_an_end(s);
    work_drop(s, -1);
    if (!s->commits) test_reopen(s->t);
    else test_commit(s->t);
    arena_reset(s->t->arena);
    if (option.schedules == 1) printf("digest %016" PRIx64 "\n", s->digest);
    if (s->fault[0] == '\0') return true;
    printf("seed %" PRIu64 ": %s\n", seed, s->fault);
    return false;
}

/* ---- a worker: a process with a database of its own ---- */

static uint64_t first, step;
static bool all_good;

static void run_all(struct test_db *t)
{
    struct sim *s = calloc(1, sizeof *s);
    struct shop shop;
    if (s == NULL) abort();
    s->t = t, s->account = 1, s->trace = option.trace;
    s->commits = option.commits || option.engine == DB_POSTGRES;
    sim_of_model = s;
    clock_fix_ms(BEGIN_MS);
    work_start();
    forms_start();
    const struct shop_new new = { .account = s->account, .name = "Shop", .at_ms = BEGIN_MS };
    if (shops_add(t->tx, &new, &shop) != SHOP_ADDED) abort();
    s->shop = shop.id;
    struct query q = query(t->tx, &knows);
    bind_i64(&q, s->shop), bind_i64(&q, s->account);
    if (query_change(&q) != 1) abort();
    q = query(t->tx, &serves);
    bind_i64(&q, s->shop), bind_i64(&q, s->account);
    if (query_change(&q) != 1) abort();
    lives_start(s);
    test_commit(t);
    all_good = true;
    for (uint64_t i = first; i < option.schedules && all_good; i += step) all_good = run_schedule(s, option.seed + i);
    free(s);
}

static int work(int worker)
{
    void *state;
    first = (uint64_t)worker, step = (uint64_t)option.workers;
    if (test_setup(&state) != 0) return 2;
    test_run(&state, option.engine, run_all);
    if (test_teardown(&state) != 0) return 2;
    return all_good ? 0 : 1;
}

/* ---- the command line ---- */

static bool number(const char *text, uint64_t *out)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9') return false;
    *out = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool read_options(char **arg)
{
    uint64_t workers;
    for (; *arg; arg++) {
        if (strcmp(*arg, "--commits") == 0) option.commits = true;
        else if (strcmp(*arg, "--trace") == 0) option.trace = true;
        else if (strcmp(*arg, "--schedules") == 0 && number(arg[1], &option.schedules)) arg++;
        else if (strcmp(*arg, "--seed") == 0 && number(arg[1], &option.seed)) arg++;
        else if (strcmp(*arg, "--workers") == 0 && number(arg[1], &workers) && workers > 0 && workers <= 64)
            option.workers = (int)workers, arg++;
        else if (strcmp(*arg, "--engine") == 0 && arg[1] && strcmp(arg[1], "postgres") == 0)
            option.engine = DB_POSTGRES, arg++;
        else if (strcmp(*arg, "--engine") == 0 && arg[1] && strcmp(arg[1], "sqlite") == 0) arg++;
        else return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    int bad = 0;
    (void)argc;
    if (!read_options(argv + 1)) {
        (void)fprintf(stderr, "usage: simulate [--schedules N] [--seed S] [--workers N] [--engine sqlite|postgres]"
                              " [--commits] [--trace]\n");
        return 2;
    }
    if (access("/dev/shm", W_OK) == 0) (void)setenv("TMPDIR", "/dev/shm", 0); /* a database in memory */
    for (int i = 0; i < option.workers; i++) {
        pid_t pid = fork();
        if (pid < 0) abort();
        if (pid == 0) {
            int code = work(i);
            (void)fflush(stdout);
            _exit(code);
        }
    }
    for (int i = 0; i < option.workers; i++) {
        int status;
        if (wait(&status) < 0) abort();
        if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) bad = 2;
        else if (WEXITSTATUS(status) == 1 && bad == 0) bad = 1;
    }
    if (bad == 0) printf("%" PRIu64 " schedules, no fault\n", option.schedules);
    return bad;
}
