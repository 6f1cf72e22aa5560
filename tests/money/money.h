/* money.h: the model check of money. One schedule is one account: its merchant orders, shoppers of that merchant pay at
 * three providers (rightly, a wrong sum, late, twice, after the close), operators give back, and a clock that only the
 * schedule moves. What it does is drawn from its seed; what is done is the product's own code over a real database: the
 * routes, the deliveries at /hooks, the jobs of two processes. Only the providers are played (world.c): they keep their
 * own truth, do what they are asked or do not, and say so, do not, or say it late (news.c); and they list each day,
 * rightly or not (bills.c).
 *
 * A transaction is a step: nothing runs inside another one's. It may be undone at its end (the process was killed
 * before the commit), its answer may be lost behind it, and a process may be killed between what it read, what it asked
 * of a provider and what it writes of that. Each is a part of one transaction that is rolled back with the schedule, so
 * ten thousand of them leave nothing behind.
 *
 * In the end all goes well: the providers answer, what is promised comes, work is done until none is left. Then judge.c
 * compares what the providers know with what the rows say: what was paid counts for a delivered order or is back,
 * whole; all that came is delivered, back, or told of as owed; nothing is delivered twice. And judge_bills.c the days
 * with their lists: what differs does so in truth.
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
    TOLDS_MAX = 500,
    BILL_SAID_MAX = 4,
    OPERATOR_FIRST = 901 /* 901, 902 */
};
/* As ours have it: days of Beijing, listed in the morning, and Stripe's of UTC, an hour later. */
#define BILLS_ZONE_MS (8 * HOUR_MS)
#define BILLS_AFTER_MS (10 * HOUR_MS + 10 * MINUTE_MS)
#define BILLS_STRIPE_AFTER_MS HOUR_MS
#define BILLS_LATE_MS (5 * HOUR_MS) /* a list is there at the latest, when all is calm */

/* Providers, each with the ways of one of ours. ALIPAY: a page that is only known when it is opened, refunds at once,
 * totals. WECHAT: refunds take a while and are told by their number. STRIPE: sessions, promises, totals by trade. */
enum which { ALIPAY, WECHAT, STRIPE, PROVIDERS };

enum trade_state { TRADE_NONE, TRADE_WAITS, TRADE_PROMISED, TRADE_PAID, TRADE_FAILED, TRADE_CLOSED };
enum given_state { GIVEN_TAKEN, GIVEN_DONE, GIVEN_FAILED };

/* Money that a provider was asked to give back, or gave back by itself (number ""). */
struct given {
    char number[ORDER_NUMBER_SIZE], id[16];
    int64_t minor, due_ms;
    int64_t taken_ms, ended_ms; /* by the provider's clock */
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
    int64_t made_ms, paid_ms; /* promised or paid, by the provider's clock */
    bool keeps_promise, disputed, has_refused;
    bool was_bent; /* a list has told a lie of it */
    struct given given[GIVEN_MAX];
    int givens;
};
/* What a provider has to tell, under an id of its own, until somebody has acknowledged it. */
struct news {
    int trade;
    char event[16];
    struct payment_notice notice;
    int64_t due_ms, made_ms;
    int tries;
    bool lost, acknowledged;
    char refund[ORDER_NUMBER_SIZE];
};

/* What a list of a day said: of payments and of refunds, in yuan and in another currency. */
enum bill_lie {
    BILL_LIE_NONE,
    BILL_LIE_TWICE,
    BILL_LIE_OTHER,
    BILL_LIE_UNKNOWN,
    BILL_LIE_SUM,
    BILL_LIE_UNPAID,
    BILL_LIE_LEFT_OUT,
    BILL_LIES
};
struct bill_said {
    struct bill_sum_said {
        int64_t count, minor;
    } sum[2][2];
    int64_t others;
};
/* A day of a provider, once it was asked for its list. */
struct bill_told {
    enum which at;
    enum bill_lie lie;
    int64_t day, absent_until_ms;
    int trade, answers;     /* trade: that the lie is of */
    const struct given *of; /* NULL: of the payment */
    bool said_none, too_many;
    struct bill_said said[BILL_SAID_MAX];
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
    struct bill_told told[TOLDS_MAX];
    int tolds;
    bool has_bills[PROVIDERS]; /* in this schedule */
    bool is_silent;            /* those tell nothing by themselves, and seldom answer */
    int64_t ahead_ms;          /* the providers' clocks, of ours */
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
void world_begin(struct sim *s);
/* What it comes to when it is asked for something that it has: OK, or that it is not known, later, or our fault. */
enum payment_outcome world_answers(struct sim *s, enum which at, const char *call);
void world_turn(struct sim *s); /* what has come to its time at the providers */
bool world_is_silent(const struct sim *s, enum which at);
int64_t world_next_ms(const struct sim *s);       /* when more will; 0: never */
void world_pays(struct sim *s, struct trade *w);  /* somebody pays, in some way */
void world_gives(struct sim *s, struct trade *w); /* back, at the provider and not by us */
void world_disputes(struct sim *s, struct trade *w);
int64_t world_outside(const struct trade *w); /* what it gave back by itself */
int64_t world_back(const struct trade *w, bool and_taken);
bool world_is_paid(const struct trade *w); /* as it was asked for */
struct trade *world_find(struct sim *s, struct str number);
const char *world_name(enum which at);

/* ---- bills.c ---- */
int64_t bills_day_of(enum which at, int64_t at_ms);
struct bill_told *bills_told(struct sim *s, enum which at, int64_t day); /* NULL: nobody has asked */
void bills_list(struct provider_bill *b, enum which at);
void bills_event(struct provider_event *e);

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
void work_bills(struct sim *s);             /* and until the days are over, and listed, and what differs looked at */

/* ---- judge.c ---- */
void judge_end(struct sim *s);

/* ---- judge_bills.c ---- */
void judge_bills(struct sim *s);
#endif
