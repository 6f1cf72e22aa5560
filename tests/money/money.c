/* money.c: see money.h.
 *
 * usage: money [--schedules N] [--seed S] [--workers N] [--engine sqlite|postgres] [--trace]
 *
 * Schedule i of a run has the seed S + i, so a failing one is run again by --schedules 1 --seed THAT, with --trace to
 * see what happened. The last line is "N schedules, no fault" or "seed THAT: what", and the exit status says the same.
 */
#include "tests/money/money.h"

#include "base/log.h"
#include "base/random.h"
#include "shops/shops.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGIN_MS INT64_C(1792022400000)
enum { MOVES_MIN = 40, MOVES_MORE = 100, APPROVE_ABOVE = 3000, CREDITS_AT_FIRST = 500 };

static struct {
    uint64_t seed, schedules;
    int workers;
    enum db_engine engine;
    bool trace;
} option = { .seed = 1, .schedules = 1000, .workers = 1, .engine = DB_SQLITE };

struct sim *sim_now;

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

void sim_say(struct sim *s, const char *format, ...)
{
    char line[240];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (const char *p = line; *p; p++) s->digest = (s->digest ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    if (s->trace) printf("%11.3f  %s\n", (double)(s->now_ms - BEGIN_MS) / SECOND_MS, line);
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
    if (!tx_part_begin(s->t->tx, s->t->arena)) abort();
    return s->t->tx;
}

void sim_commit(struct sim *s)
{
    if (!tx_part_keep(s->t->tx)) abort();
    arena_release(s->t->arena, s->mark);
}

void sim_undo(struct sim *s)
{
    if (!tx_part_undo(s->t->tx)) abort();
    arena_release(s->t->arena, s->mark);
}

/* ---- a schedule ---- */

static void come_to_an_end(struct sim *s)
{
    s->calm = true;
    sim_say(s, "the end begins");
    for (int round = 0; round < 6 && s->fault[0] == '\0'; round++) {
        work_end(s);
        if (s->fault[0] == '\0') moves_end(s, round > 0);
    }
    if (s->fault[0] == '\0') work_end(s);
    if (s->fault[0] == '\0') work_bills(s);
    if (s->fault[0] == '\0') judge_end(s);
    if (s->fault[0] == '\0') judge_bills(s);
}

static void begin(struct sim *s, uint64_t seed)
{
    struct sim fresh = { .t = s->t, .trace = s->trace, .account = s->account, .jobs = s->jobs };
    memcpy(fresh.shop, s->shop, sizeof fresh.shop);
    *s = fresh;
    s->seed = s->random = seed;
    s->now_ms = BEGIN_MS;
    clock_fix_ms(BEGIN_MS);
    random_seed_for_tests(seed);
    world_begin(s);
}

static bool run_schedule(struct sim *s, uint64_t seed)
{
    begin(s, seed);
    uint64_t moves = MOVES_MIN + sim_draw(s, MOVES_MORE);
    for (uint64_t i = 0; i < moves && s->fault[0] == '\0'; i++) move_any(s);
    if (s->fault[0] == '\0') come_to_an_end(s);
    work_drop(s, -1);
    test_reopen(s->t);
    arena_reset(s->t->arena);
    if (option.schedules == 1) printf("digest %016" PRIx64 "\n", s->digest);
    if (s->fault[0] == '\0') return true;
    printf("seed %" PRIu64 ": %s\n", seed, s->fault);
    return false;
}

/* ---- a worker: a process with a database of its own ---- */

static uint64_t first, step;
static bool all_good;

static enum row owner_of(struct tx *tx, int64_t of, struct tenants_owner *found)
{
    *found = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static bool credits_come(struct tx *tx, int64_t of, int64_t now_ms)
{
    return tenants_credits_came(tx, of, now_ms) && billing_credits_came(tx, of, now_ms);
}

static bool purged(struct tx *tx, const struct shop *of, int64_t now_ms)
{
    return billing_shop_purged(tx, of, now_ms) && tenants_shop_purged(tx, of, now_ms);
}

static bool resumed(struct tx *tx, struct req *req, const struct shop *of, int64_t now_ms)
{
    return billing_shop_resumed(tx, of, now_ms) && tenants_shop_resumed(tx, req, of, now_ms);
}

static void settings(void)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } };
    static const uint8_t id[1] = { 1 };
    struct keyring *keyring = keyring_new(key, id, 1);
    shops_hooks = (struct shops_hooks){ .deleted = tenants_shop_deleted,
                                        .restored = tenants_shop_restored,
                                        .suspended = tenants_shop_suspended,
                                        .resumed = resumed,
                                        .purged = purged,
                                        .domain_changed = tenants_domain_changed,
                                        .chatbots = tenants_chatbots };
    tenants_hooks.owner = owner_of;
    tenants_hooks.entitlements = billing_entitlements;
    credits_hooks.granted = credits_come;
    credits_hooks.shop_served = tenants_shop_served;
    tenants_settings = (struct tenants_settings){ .feature_enabled = true,
                                                  .base_url = "https://chathub.example",
                                                  .enable_price = credits_of(50),
                                                  .renewal_price = credits_of(10),
                                                  .keyring = keyring };
    billing_settings =
        (struct billing_settings){ .base_url = "https://chathub.example", .approve_above = APPROVE_ABOVE };
    inbound_settings = (struct inbound_settings){ .senders = billing_senders, .keyring = keyring };
}

/* The account that every schedule begins with. */
static void make_account(struct sim *s)
{
    struct tx *tx = s->t->tx;
    struct credit_entry entry;
    const struct credit_change start = { .account = s->account,
                                         .amount = credits_of(CREDITS_AT_FIRST),
                                         .reason = REASON_grant,
                                         .key = "start",
                                         .at_ms = BEGIN_MS };
    const struct coupon coupon = { .kind = COUPON_AMOUNT,
                                   .code = "SPRING",
                                   .amount = money_of(1000, CURRENCY_CNY),
                                   .most_given = money_of(0, CURRENCY_CNY),
                                   .most_uses = 3,
                                   .offers = "",
                                   .note = "" };
    int64_t id;
    if (!billing_begin(tx, BEGIN_MS) || !coupons_put(tx, &coupon, BEGIN_MS, &id)) abort();
    if (!credits_open(tx, s->account)) abort();
    if (credits_grant(tx, &start, &entry) != DEBIT_DONE) abort();
    for (int i = 0; i < SHOPS; i++) {
        const struct shop_new new = { .account = s->account, .name = i ? "Cups" : "Tea", .at_ms = BEGIN_MS };
        struct shop shop;
        if (shops_add(tx, &new, &shop) != SHOP_ADDED) abort();
        s->shop[i] = shop.id;
    }
}

static void run_all(struct test_db *t)
{
    struct sim *s = calloc(1, sizeof *s);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (s == NULL || nowhere < 0) abort();
    if (!option.trace) log_start(LOG_ERROR, nowhere); /* what does not agree is an error each time */
    s->t = t, s->account = 1, s->trace = option.trace;
    sim_now = s;
    clock_fix_ms(BEGIN_MS);
    settings();
    work_start(s);
    make_account(s);
    test_commit(t);
    all_good = true;
    for (uint64_t i = first; i < option.schedules && all_good; i += step) all_good = run_schedule(s, option.seed + i);
    (void)close(nowhere);
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
        if (strcmp(*arg, "--trace") == 0) option.trace = true;
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
        (void)fprintf(stderr, "usage: money [--schedules N] [--seed S] [--workers N] [--engine sqlite|postgres]"
                              " [--trace]\n");
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
