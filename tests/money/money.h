/* money.h: the model check of money. One schedule is one account: its merchant orders, shoppers of that merchant pay at
 * three providers (rightly, a wrong sum, late, twice, after the close), operators give back, and a clock that only the
 * schedule moves. What it does is drawn from its seed; what is done is the product's own code over a real database: the
 * routes, the deliveries at /hooks, the jobs of two processes. Only the providers are played (world.c): they keep their
 * own truth, do what they are asked or do not, and say so, do not, or say it late (news.c).
 *
 * A transaction is a step: nothing runs inside another one's. It may be undone at its end (the process was killed
 * before the commit), its answer may be lost behind it, and a process may be killed between what it read, what it asked
 * of a provider and what it writes of that. Each is a part of one transaction that is rolled back with the schedule, so
 * ten thousand of them leave nothing behind.
 *
 * In the end all goes well: the providers answer, what is promised comes, work is done until none is left. Then judge.c
 * compares what the providers know with what the rows say: what was paid counts for a delivered order or is back,
 * whole; all that came is delivered, back, or told of as owed; nothing is delivered twice.
 *
 * Twins are the same program with one fault in it (twins.py): each must be found out, or this proves nothing. */
#ifndef CHATHUB_TESTS_MONEY_MONEY_H
#define CHATHUB_TESTS_MONEY_MONEY_H

#include "base/clock.h"
#include "billing/plans.h"
#include "jobs/private.h"
#include "storage/test_db.h"

enum {
    PROCESSES = 2,
    SHOPS = 2,
    TRADES_MAX = 40,
    GIVEN_MAX = 12,
    NEWS_MAX = 240,
    FLIGHTS_MAX = 6,
    OPERATOR_FIRST = 901 /* 901, 902 */
};

/* Providers, each with the ways of one of ours. ALIPAY: a page that is only known when it is opened, refunds at once,
 * totals. WECHAT: refunds take a while and are told by their number. STRIPE: sessions, promises, totals by trade. */
enum which { ALIPAY, WECHAT, STRIPE, PROVIDERS };

enum trade_state { TRADE_NONE, TRADE_WAITS, TRADE_PROMISED, TRADE_PAID, TRADE_FAILED, TRADE_CLOSED };
enum given_state { GIVEN_TAKEN, GIVEN_DONE, GIVEN_FAILED };

/* Money that a provider was asked to give back, or gave back by itself (number ""). */
struct given {
    char number[ORDER_NUMBER_SIZE], id[16];
    int64_t minor, due_ms;
    enum given_state state;
    bool ends_well;
};
/* What a provider knows under a payment's number. */
struct trade {
    enum which at;
    char number[ORDER_NUMBER_SIZE], trade[20], session[20];
    enum trade_state state;
    int64_t amount;            /* what was asked for; minor units */
    int64_t paid;              /* what came, which may be another sum */
    enum currency asked, came; /* currencies */
    int64_t ends_at_ms, promised_ms;
    bool keeps_promise, disputed, has_refused;
    struct given given[GIVEN_MAX];
    int givens;
};
/* What a provider has to tell, under an id of its own, until somebody has acknowledged it. */
struct news {
    int trade;
    char event[16];
    struct payment_notice notice;
    int64_t due_ms;
    int tries;
    bool lost, acknowledged;
    char refund[ORDER_NUMBER_SIZE];
};

struct flight { /* an attempt of a job in a process */
    struct group *g;
    int process;
    bool loaded, called;
};

struct sim {
    struct test_db *t;
    bool trace, calm; /* calm: the end, nothing goes wrong any more */
    uint64_t seed, random, digest;
    int64_t now_ms, cron_period[4];
    int64_t account, shop[SHOPS];
    struct arena_mark mark;
    struct jobs *jobs;
    struct flight flight[FLIGHTS_MAX];
    size_t flights;
    struct trade trade[TRADES_MAX];
    int trades;
    struct news news[NEWS_MAX];
    int newses, ids, spent;
    char fault[300];
};
extern struct sim *sim_now; /* the providers' functions know no other way to it */

/* ---- money.c ---- */
uint64_t sim_draw(struct sim *s, uint64_t limit); /* below `limit` */
bool sim_chance(struct sim *s, unsigned one_in);  /* never when all is calm */
/* A line of the trace; it is part of the digest, so it says nothing that another run would not say too. */
void sim_say(struct sim *s, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_fault(struct sim *s, const char *format, ...) PRINTF_LIKE(2, 3); /* the first one counts */
void sim_pass(struct sim *s, int64_t by_ms);
struct tx *sim_begin(struct sim *s);
void sim_commit(struct sim *s);
void sim_undo(struct sim *s);

/* ---- world.c ---- */
void world_turn(struct sim *s);                   /* what has come to its time at the providers */
int64_t world_next_ms(const struct sim *s);       /* when more will; 0: never */
void world_pays(struct sim *s, struct trade *w);  /* somebody pays, in some way */
void world_gives(struct sim *s, struct trade *w); /* back, at the provider and not by us */
void world_disputes(struct sim *s, struct trade *w);
int64_t world_outside(const struct trade *w); /* what it gave back by itself */
int64_t world_back(const struct trade *w, bool and_taken);
bool world_is_paid(const struct trade *w); /* as it was asked for */
struct trade *world_find(struct sim *s, struct str number);
const char *world_name(enum which at);

/* ---- news.c ---- */
void news_of(struct sim *s, struct trade *w, enum payment_said said);
void news_of_refund(struct sim *s, struct trade *w, const struct given *g);
void news_for_person(struct sim *s, struct trade *w, const char *type);
void news_turn(struct sim *s);             /* one of those that are due is delivered, or a lie */
bool news_are_due(const struct sim *s);    /* some that will be told */
int64_t news_next_ms(const struct sim *s); /* 0: none */
enum payment_reason news_hear(const struct delivery *d, struct payment_notice *out);

/* ---- requests.c ---- */
/* A route's handler in a transaction of its own, which may be undone. Its status; 0: its process was killed. */
int request(struct sim *s, enum verb verb, const struct route *routes, const char *path, int64_t person,
            const char *body);

/* ---- moves.c ---- */
void move_any(struct sim *s);
void moves_end(struct sim *s, bool again); /* what persons still have to decide; again: of their own wishes */

/* ---- work.c ---- */
void work_start(struct sim *s);
void work_look(struct sim *s, int process); /* as the claimer does: leases, lines, cron, claims */
void work_any(struct sim *s);               /* a step of something in flight */
void work_drop(struct sim *s, int process); /* its attempts are gone; -1: of all */
void work_end(struct sim *s);               /* until nothing is left to do */

/* ---- judge.c ---- */
void judge_end(struct sim *s);
#endif
