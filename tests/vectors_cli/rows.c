/* rows.c: the orders that a file of test vectors says the service knows, put into a running server's database for
 * tests/http/vectors.mjs. The numbers are the file's, so no route can make them; all else is done by the product's own
 * functions, and `chathub verify` has nothing against it.
 *
 *     rows URL        one JSON object a line in, one out:
 *     {"do":"place","at_ms":N,"until_ms":N,"account":N,"round":N,"provider":"alipay","way":"page","orders":[...]}
 *         what was placed before is put aside (so each case has a store of its own), then the orders are placed, open,
 *         and begun at their provider → {"orders":[{"id":"ord_1","number":"..."}]}
 *     {"do":"refund","number":"...","to":"rf_1"}       a refund gets the file's number → {}
 *     {"do":"payment","number":"ord_1","to":"..."}     a payment gets another one → {} */
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/log.h"
#include "billing/private.h"
#include "storage/db_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1 << 20, CREDITS = 1000, ORDERS_MAX = 20, USAGE = 2 };

STMT(aside_payments, "UPDATE payments SET number = 'aside' || CAST(id AS TEXT), session = '',"
                     " trade = CASE WHEN trade = '' THEN '' ELSE 'aside' || CAST(id AS TEXT) END"
                     " WHERE number NOT LIKE 'aside%'");
STMT(aside_refunds, "UPDATE refunds SET number = 'aside' || CAST(id AS TEXT) WHERE number NOT LIKE 'aside%'");
STMT(aside_postings, "UPDATE postings SET key = 'aside' || CAST(id AS TEXT) WHERE key NOT LIKE 'aside%'");
STMT(aside_mismatches, "UPDATE mismatches SET key = 'aside' || CAST(id AS TEXT) WHERE key NOT LIKE 'aside%'");
STMT(aside_deliveries, "UPDATE deliveries SET sender_id = 'aside' || CAST(id AS TEXT)"
                       " WHERE sender_id IS NOT NULL AND sender_id NOT LIKE 'aside%'");
STMT(name_payment, "UPDATE payments SET number = ?2 WHERE number = ?1");
STMT(name_refund, "UPDATE refunds SET number = ?2 WHERE number = ?1");

static _Noreturn void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "rows: %s: %s\n", what, why);
    exit(1);
}

static void must(bool good, const char *what)
{
    if (!good) die(what, "the database refused it");
}

static const char *text_of(struct arena *a, const json_t *in, const char *key)
{
    struct str s;
    return json_get_str(in, key, &s) ? arena_text_n(a, s.p, s.n) : "";
}

static int64_t number_of(const json_t *in, const char *key)
{
    int64_t n = 0;
    if (!json_get_i64(in, key, &n)) die(key, "a whole number is wanted");
    return n;
}

static void put_aside(struct tx *tx)
{
    static const struct stmt *const all[] = { &aside_payments, &aside_refunds, &aside_postings, &aside_mismatches,
                                              &aside_deliveries };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct query q = query(tx, all[i]);
        must(query_change(&q) >= 0, all[i]->name);
    }
}

static void rename_row(struct tx *tx, const struct stmt *s, const char *from, const char *to)
{
    struct query q = query(tx, s);
    bind_text(&q, from), bind_text(&q, to);
    must(query_change(&q) == 1, s->name);
}

/* Files write currencies in small letters where their provider does. */
static enum currency currency_of(const json_t *order)
{
    struct str code;
    char capital[3];
    if (!json_get_str(order, "currency", &code) || code.n != sizeof capital) return CURRENCY_NONE;
    for (size_t i = 0; i < sizeof capital; i++) capital[i] = (char)(code.p[i] & ~0x20);
    return currency_from_code(capital, sizeof capital);
}

/* A pack of credits that costs what the order does. */
static struct offer offer_of(struct tx *tx, struct money price, int64_t at_ms)
{
    struct offer o;
    int64_t id;
    const char *code = arena_printf(tx_arena(tx), "vector-%lld", (long long)money_minor(price));
    enum row row = offers_sold(tx, code, money_currency(price), &o);
    must(row != ROW_FAULT, "an offer");
    if (row == ROW_FOUND) return o;
    o = (struct offer){ .kind = OFFER_CREDITS, .code = code, .name_en = "Vector", .name_zh = "测试", .price = price };
    o.seat_price = money_of(0, money_currency(price)), o.credits = CREDITS;
    must(offers_put(tx, &o, 0, at_ms, &id) && offers_get(tx, id, &o) == ROW_FOUND, "an offer");
    return o;
}

static struct order order_of(struct tx *tx, const json_t *in, const json_t *one, size_t i)
{
    int64_t at_ms = number_of(in, "at_ms"), until_ms = number_of(in, "until_ms");
    struct money price = money_of(number_of(one, "amount_minor"), currency_of(one));
    struct order_wish w = { .account = number_of(in, "account"), .quantity = 1, .now_ms = at_ms };
    struct order_quote q;
    w.person = w.account;
    w.offer = offer_of(tx, price, at_ms);
    must(order_quote(tx, &w, &q) == QUOTE_MADE, "a quote");
    /* Those of other cases may be open still. */
    q.order.purpose = arena_printf(tx_arena(tx), "vector:%lld:%zu", (long long)number_of(in, "round"), i);
    must(orders_insert(tx, &q, at_ms), "an order");
    q.order.look_at_ms = q.order.expires_at_ms = until_ms; /* nobody asks the provider meanwhile */
    must(order_save(tx, &q.order, at_ms), "an order");
    return q.order;
}

static void place_one(struct tx *tx, const json_t *in, const json_t *one, size_t i, struct json *out)
{
    struct arena *a = tx_arena(tx);
    const char *id = text_of(a, one, "id"), *state = text_of(a, one, "state");
    if (!text_eq(state, "open") || currency_of(one) == CURRENCY_NONE) die(id, "an open order in a currency is wanted");
    struct order o = order_of(tx, in, one, i);
    struct payment p = { .order = o.id,
                         .account = o.account,
                         .provider = text_of(a, in, "provider"),
                         .way = text_of(a, in, "way"),
                         .amount = o.amount,
                         .expires_at_ms = o.expires_at_ms };
    must(payment_insert(tx, &p, o.created_at_ms), "a payment");
    rename_row(tx, &name_payment, p.number, id);
    p.session = text_of(a, one, "session"), p.started_at_ms = o.created_at_ms;
    must(payment_save(tx, &p, o.created_at_ms), "a payment");
    json_object(out, NULL);
    json_text(out, "id", id);
    json_text(out, "number", o.number);
    json_end(out);
}

static void place(struct tx *tx, const json_t *in, struct json *out)
{
    const json_t *list = json_object_get(in, "orders");
    put_aside(tx);
    if (json_array_size(list) > ORDERS_MAX) die("orders", "there are too many");
    json_array(out, "orders");
    for (size_t i = 0; i < json_array_size(list); i++) place_one(tx, in, json_array_get(list, i), i, out);
    json_end(out);
}

static void obey(struct conn *c, struct arena *a, const char *line)
{
    struct json_fault fault;
    struct buf out;
    struct json j;
    json_t *in = json_read(str_of(line), LINE_MAX_BYTES, &fault);
    if (!in) die("a line", fault.text);
    struct tx *tx = tx_begin(c, TX_WRITE, a);
    must(tx != NULL, "a transaction");
    buf_init(&out, LINE_MAX_BYTES);
    json_begin(&j, &out);
    json_object(&j, NULL);
    const char *what = text_of(a, in, "do"), *number = text_of(a, in, "number"), *to = text_of(a, in, "to");
    if (text_eq(what, "place")) place(tx, in, &j);
    else if (text_eq(what, "refund")) rename_row(tx, &name_refund, number, to);
    else if (text_eq(what, "payment")) rename_row(tx, &name_payment, number, to);
    else die(what, "nobody knows how to do that");
    json_end(&j);
    json_finish(&j);
    must(tx_commit(tx) == TX_COMMITTED, "the commit");
    puts(buf_terminated(&out));
    (void)fflush(stdout);
    buf_free(&out);
    json_decref(in);
    arena_reset(a);
}

int main(int argc, char **argv)
{
    char error[256], *line = NULL;
    size_t size = 0;
    if (argc != 2) {
        (void)fputs("usage: rows URL\n", stderr);
        return USAGE;
    }
    log_start(LOG_ERROR, STDERR_FILENO);
    struct db *db = db_open(&(struct db_options){ .url = argv[1] }, error, sizeof error);
    struct conn *c = db ? conn_open(db, TX_WRITE, error, sizeof error) : NULL;
    if (!c) die(argv[1], error);
    struct arena *a = arena_new(LINE_MAX_BYTES * 4);
    while (getline(&line, &size, stdin) > 0) obey(c, a, line);
    free(line);
    arena_free(a);
    conn_close(c);
    db_close(db);
    return 0;
}
