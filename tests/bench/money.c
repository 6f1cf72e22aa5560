/* money.c: what is measured of money: orders that wait to be paid, all that a notification of their payment writes, and
 * subscriptions whose month is over.
 *
 * The base of a notification is the product's own transaction (what is delivered, judged, applied and acknowledged) run
 * through the lanes with nothing around it: no HTTP, no RSA, no decrypting. With hundreds under way that is as fast as
 * this database takes such rows. Rejected: forty statements written down a second time, which would be another program
 * than the product's by the next change of it. */
#include "bench.h"
#include "base/clock.h"
#include "billing/private.h"
#include "billing/provider_parts.h"
#include "credits/credits.h"
#include "inbound/private.h"
#include "storage/db_conn.h"
#include "storage/db_lanes.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OP_ARENA_BYTES = 1 << 20, ARENA_BYTES = 64 << 20, BATCH = 500, LOOK_MS = 25, WAIT_S = 180, SLOW_MS = 600000 };
enum { DUE_SINCE_MS = 60000 };

STMT(bench_name, "UPDATE payments SET number = ?2, session = ?3, started_at_ms = created_at_ms WHERE id = ?1");
STMT(bench_due, "SELECT COUNT(*) AS n FROM subscriptions WHERE due_at_ms > 0 AND due_at_ms <= ?1");

static const struct provider *provider_of(const char *name)
{
    const struct provider *p = provider_named(name);
    if (!p) die("no provider is named %s", name);
    return p;
}

/* As tests/bench/money.mjs names them: 26 signs, as the product's. */
static const char *number_of(struct arena *a, int64_t i) { return arena_printf(a, "benchpay%018lld", (long long)i); }

/* ---- by one connection ---- */

struct one {
    struct db *db;
    struct conn *conn;
    struct arena *arena;
    enum tx_mode mode;
};

static void open_one(struct one *o, const char *url, enum tx_mode mode)
{
    char error[256];
    const struct db_options options = { .url = url, .statement_timeout_ms = SLOW_MS };
    o->db = db_open(&options, error, sizeof error);
    if (!o->db || !(o->conn = conn_open(o->db, mode, error, sizeof error))) die("%s", error);
    o->arena = arena_new(ARENA_BYTES);
    o->mode = mode;
}

static struct tx *begin(struct one *o)
{
    struct tx *tx = tx_begin(o->conn, o->mode, o->arena);
    if (!tx) die("no transaction");
    return tx;
}

static void commit(struct one *o, struct tx *tx)
{
    if (tx_commit(tx) != TX_COMMITTED) die("the commit failed");
    arena_reset(o->arena);
}

static void close_one(struct one *o)
{
    arena_free(o->arena);
    conn_close(o->conn);
    db_close(o->db);
}

/* ---- orders that wait ---- */

static void put_order(struct tx *tx, const struct offer *offer, const struct provider *provider, int64_t i,
                      int64_t at_ms)
{
    struct order_quote q;
    const struct order_wish w = { .account = i, .person = i, .quantity = 1, .offer = *offer, .now_ms = at_ms };
    if (order_quote(tx, &w, &q) != QUOTE_MADE || !orders_insert(tx, &q, at_ms)) die("an order was not made");
    struct payment p = { .order = q.order.id,
                         .account = i,
                         .provider = provider->name,
                         .way = provider->ways[0],
                         .amount = q.order.amount,
                         .expires_at_ms = q.order.expires_at_ms };
    if (!payment_insert(tx, &p, at_ms)) die("a payment was not made");
    struct query name = query(tx, &bench_name);
    bind_i64(&name, p.id), bind_text(&name, number_of(tx_arena(tx), i));
    bind_text(&name, arena_printf(tx_arena(tx), "cs_test_%lld", (long long)i));
    if (query_change(&name) != 1) die("a payment was not named");
}

/* One of each account from the first on. */
int money_orders(const char *url, const char *provider, int64_t count)
{
    struct one o = { 0 };
    struct offer offer;
    int64_t at_ms = now_ms();
    open_one(&o, url, TX_WRITE);
    for (int64_t i = 1; i <= count;) {
        struct tx *tx = begin(&o);
        if (offers_sold(tx, "credits-1000", CURRENCY_CNY, &offer) != ROW_FOUND) die("no credits are sold");
        for (int n = 0; n < BATCH && i <= count; n++, i++) put_order(tx, &offer, provider_of(provider), i, at_ms);
        commit(&o, tx);
    }
    close_one(&o);
    puts("{}");
    return 0;
}

/* ---- all that a notification writes ---- */

struct paying {
    struct op op;
    int64_t i;
};
static const struct provider *payer;
static const struct sender *payer_sender;
static struct lanes *lanes;
static _Atomic int64_t next_i, paid, failed, under_way;
static int64_t last_i;

/* As long as a real one. */
static const char body[] =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "4567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
    "8901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901"
    "2345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345"
    "6789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "4567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
    "8901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901";

static enum op_wish pay_run(struct op *op, struct tx *tx)
{
    struct paying *p = OWNER_OF(op, struct paying, op);
    struct arena *a = op->arena;
    char text[DELIVERY_OUTCOME_MAX + 1];
    struct buf outcome;
    enum payment_reason reason;
    int64_t at_ms = now_ms();
    const char *id = arena_printf(a, "bench-event-%lld", (long long)p->i);
    const struct payment_notice n = { .event = str_of(id),
                                      .type = STR("bench"),
                                      .about_order = true,
                                      .said = PAYMENT_SAYS_PAID,
                                      .order = str_of(number_of(a, p->i)),
                                      .trade = str_of(arena_printf(a, "20261122%020lld", (long long)p->i)),
                                      .amount = money_of(10000, CURRENCY_CNY) };
    struct heard h = { .provider = payer, .notice = &n, .how = "notice", .now_ms = at_ms };
    struct delivery d = { .sender = payer_sender, .arena = a, .body = STR(body), .address = "", .id = id };
    d.account = p->i, d.at_ms = at_ms;
    buf_fixed(&outcome, text, sizeof text);
    if (!billing_judge(tx, &h, a, &reason) || reason != PAYMENT_ACCEPTED) return OP_REFUSE;
    if (inbound_store(tx, &d) != STORED_NEW) return OP_REFUSE;
    h.delivery = d.row;
    if (!billing_apply(tx, &h, &outcome)) return OP_REFUSE;
    const char *said = buf_terminated(&outcome);
    if (!text_eq(said, "mark_paid")) die("a notification came to: %s", said);
    return inbound_end(tx, d.row, DELIVERY_ACTED, said, at_ms) ? OP_COMMIT : OP_REFUSE;
}

static void pay_next(struct paying *p)
{
    p->i = ++next_i;
    if (p->i > last_i) under_way--;
    else if (!lanes_submit(lanes, &p->op)) die("the lanes are full");
}

static void pay_again(struct op *op) { arena_reset(op->arena); }

static void pay_done(struct op *op, enum op_outcome outcome)
{
    if (outcome == OP_COMMITTED) paid++;
    else failed++;
    arena_reset(op->arena);
    pay_next(OWNER_OF(op, struct paying, op));
}

static enum row one_owner(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    (void)tx;
    *out = (struct tenants_owner){ .email = "merchant@bench.example", .lang = "en" };
    return account > 0 ? ROW_FOUND : ROW_FAULT;
}

static bool credits_came(struct tx *tx, int64_t account, int64_t now_ms)
{
    return tenants_credits_came(tx, account, now_ms) && billing_credits_came(tx, account, now_ms);
}

/* What app/wiring.c ties together, as far as this comes by it. */
static void tie(struct keyring *ring)
{
    static struct mail_settings mail;
    mail = (struct mail_settings){ .from = "Chathub <no-reply@bench.example>", .keyring = ring };
    billing_settings.base_url = "https://bench.example";
    billing_settings.mail = &mail;
    tenants_hooks.owner = one_owner;
    credits_hooks.granted = credits_came;
    inbound_settings.keyring = ring;
}

int money_paid(const char *url, const char *provider, int64_t count, int64_t workers)
{
    static struct paying all[IN_FLIGHT];
    char error[256];
    struct keyring *ring = keyring_of_environment();
    payer = provider_of(provider);
    for (const struct sender *const *s = billing_senders; *s; s++)
        if (text_eq((*s)->name, provider)) payer_sender = *s;
    tie(ring);
    struct db *db = db_open(&(struct db_options){ .url = url, .exclusive = true }, error, sizeof error);
    const struct lane_options options = { .readers = (unsigned)workers, .writers = (unsigned)workers };
    if (!db || !(lanes = lanes_start(db, &options, error, sizeof error))) die("%s", error);
    drive_chain_key(lanes);
    double began = seconds_now();
    last_i = count, under_way = IN_FLIGHT;
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        all[i].op =
            (struct op){ .mode = TX_WRITE, .arena = arena_new(OP_ARENA_BYTES), .run = pay_run, .again = pay_again };
        all[i].op.done = pay_done;
        pay_next(&all[i]);
    }
    while (under_way > 0) usleep(1000);
    double took = seconds_now() - began;
    printf("{\"ops\":%lld,\"per_second\":%.1f,\"failed\":%lld}\n", (long long)paid, (double)paid / took,
           (long long)failed);
    lanes_stop(lanes);
    db_close(db);
    for (size_t i = 0; i < IN_FLIGHT; i++) arena_free(all[i].op.arena);
    keyring_free(ring);
    return failed == 0 && paid == count ? 0 : 1;
}

/* ---- subscriptions ---- */

/* `due` of those that are there become due a minute ago, and so many more are put beside them that are not. */
int money_lapse(const char *url, int64_t due, int64_t more)
{
    struct one o = { 0 };
    char sql[1024];
    int64_t end_ms = now_ms() - DUE_SINCE_MS;
    int day = time_day_of_month(end_ms);
    long long begin_ms = (long long)time_add_months(end_ms, -1, day), later_ms = (long long)(now_ms() + 20 * DAY_MS);
    open_one(&o, url, TX_WRITE);
    struct tx *tx = begin(&o);
    snprintf(sql, sizeof sql,
             "UPDATE subscriptions SET started_at_ms = %lld, period_start_ms = %lld, expires_at_ms = %lld,"
             " due_at_ms = %lld, anchor_day = %d WHERE tenant <= %lld",
             begin_ms, begin_ms, (long long)end_ms, (long long)end_ms, time_day_of_month(begin_ms), (long long)due);
    if (!tx_script(tx, sql)) die("no subscription became due");
    snprintf(sql, sizeof sql,
             "INSERT INTO subscriptions (tenant, number, shop, account, feature, source, status, anchor_day, charges,"
             " started_at_ms, period_start_ms, expires_at_ms, due_at_ms, updated_at_ms)"
             " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
             " SELECT 1000000 + i, 1, 1000000 + i, 1 + i %% %d, 'chatbot', 'credits', 1, %d, 1, %lld, %lld, %lld + i,"
             " %lld + i, %lld FROM n",
             (long long)more, ACCOUNTS, day, begin_ms, begin_ms, later_ms, later_ms, begin_ms);
    if (more > 0 && !tx_script(tx, sql)) die("no subscription was added");
    commit(&o, tx);
    close_one(&o);
    puts("{}");
    return 0;
}

static int64_t due_now(struct one *o)
{
    struct tx *tx = begin(o);
    struct query q = query(tx, &bench_due);
    bind_i64(&q, now_ms());
    if (query_row(&q) != ROW_FOUND) die("the subscriptions could not be counted");
    int64_t n = col_i64(&q, "n");
    tx_rollback(tx);
    arena_reset(o->arena);
    return n;
}

/* From the moment at which a first one was renewed until none is due: "begun", then the speed. */
int money_due(const char *url)
{
    struct one o = { 0 };
    double waited = seconds_now();
    open_one(&o, url, TX_READ);
    int64_t all = due_now(&o), first = all, left;
    while (first == all) {
        if (seconds_now() - waited > WAIT_S) die("nothing was renewed in %d s", WAIT_S);
        usleep(LOOK_MS * 1000);
        first = due_now(&o);
    }
    double began = seconds_now();
    puts("begun");
    (void)fflush(stdout);
    for (left = first; left > 0; left = due_now(&o)) {
        if (seconds_now() - waited > WAIT_S) die("%lld are due after %d s", (long long)left, WAIT_S);
        usleep(LOOK_MS * 1000);
    }
    double took = seconds_now() - began;
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.1f}\n", (long long)first, took, (double)first / took);
    close_one(&o);
    return 0;
}
