/* bill_compare.c: a day's bill against our rows, both ways. Nothing is moved here. What differs is asked about at the
 * provider, payment by payment, by the call whose answer counts (billing.look), so that a payment of which nobody told
 * us heals by itself. What differs still when it is looked at again becomes a mismatch, once, for a person. */
#include "base/clock.h"
#include "billing/bills.h"
#include "http/events.h"

#define AGAIN_SOON_MS (30 * MINUTE_MS) /* the questions have been answered by then */
#define AGAIN_LATER_MS DAY_MS
#define AGAIN_FOR_MS (30 * DAY_MS)

struct comparing {
    struct tx *tx;
    struct bill_day *d;
    struct bill_sums *sums;
    int64_t now_ms;
};

static enum bill_kind kind_of(const struct bill_row *r) { return r->is_refund ? BILL_OF_REFUNDS : BILL_OF_PAYMENTS; }

/* Theirs alone: they may be anything. Those of ours that agree with them cannot be larger. */
static bool can_be_told(struct arena *a, const struct bill *b)
{
    struct bill_sums *s = ARENA_NEW(a, struct bill_sums);
    for (size_t i = 0; i < b->count; i++)
        if (!bill_sums_add(s, kind_of(&b->row[i]), true, 1, b->row[i].amount)) return false;
    return true;
}

/* ---- what differs ---- */

static const char *text_of(struct tx *tx, struct str s) { return arena_text_n(tx_arena(tx), s.p ? s.p : "", s.n); }

static bool ask(struct tx *tx, int64_t payment, int64_t account)
{
    const struct payment p = { .id = payment, .account = account };
    return payment == 0 || payment_look_put(tx, &p) > 0;
}

static bool add_difference(struct comparing *c, struct bill_difference *of, int64_t account)
{
    if (c->d->differing++ >= BILL_DIFFERENCES_MAX) return true;
    return bill_differences_add(c->tx, of, c->now_ms) && ask(c->tx, of->payment, account);
}

static bool differs(struct comparing *c, const struct bill_row *r, const struct bill_judged *j)
{
    struct bill_difference of = { .bill_day = c->d->id,
                                  .kind = kind_of(r),
                                  .fault = j->fault,
                                  .number = text_of(c->tx, r->order),
                                  .refund_number = text_of(c->tx, r->refund),
                                  .trade = text_of(c->tx, r->trade),
                                  .order = j->order,
                                  .payment = j->payment,
                                  .refund = j->refund,
                                  .theirs = r->amount,
                                  .ours = j->ours };
    return add_difference(c, &of, j->account);
}

/* ---- both ways ---- */

/* A payment or refund that a bill has named already is there a second time. */
static bool mark_seen(struct comparing *c, enum bill_kind kind, struct bill_judged *j)
{
    int64_t id = kind == BILL_OF_REFUNDS ? j->refund : j->payment;
    if (id == 0 || j->fault == BILL_TWICE) return true;
    enum row row = bill_seen_put(c->tx, kind, id, c->d->id);
    if (row == ROW_NONE) j->fault = BILL_TWICE, j->counts = false, j->ours = money_of(0, money_currency(j->ours));
    return row != ROW_FAULT;
}

/* What is paid days later stands in the list of the day when it was begun, and in no other. */
static bool mark_promised(struct comparing *c, const struct bill_judged *j)
{
    return j->payment == 0 || bill_seen_put(c->tx, BILL_OF_PAYMENTS, j->payment, c->d->id) != ROW_FAULT;
}

static bool compare_row(struct comparing *c, const struct bill_row *r)
{
    struct bill_judged j;
    enum bill_kind kind = kind_of(r);
    if (!bill_judge(c->tx, c->d->provider, r, &j)) return false;
    if (r->waits) return mark_promised(c, &j);
    if (j.other) {
        c->d->others++;
        return true;
    }
    if (!mark_seen(c, kind, &j) || !bill_sums_add(c->sums, kind, true, 1, r->amount)) return false;
    if (j.counts && !bill_sums_add(c->sums, kind, false, 1, j.ours)) return false;
    return j.fault == BILL_SAME || differs(c, r, &j);
}

static bool compare_unnamed(struct comparing *c, enum bill_kind kind)
{
    struct bill_difference *all = ARENA_ARRAY(tx_arena(c->tx), struct bill_difference, BILL_DIFFERENCES_MAX);
    size_t count;
    if (!bill_unnamed(c->tx, c->d, kind, all, BILL_DIFFERENCES_MAX, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        struct payment p;
        if (payment_get(c->tx, all[i].payment, false, &p) != ROW_FOUND) return false;
        if (!bill_sums_add(c->sums, kind, false, 1, all[i].ours) || !add_difference(c, &all[i], p.account))
            return false;
    }
    return true;
}

static bool settle(struct comparing *c)
{
    struct bill_day *d = c->d;
    d->state = d->differing > 0 ? BILL_DIFFERS : BILL_AGREES;
    d->look_at_ms = d->differing > 0 ? c->now_ms + AGAIN_SOON_MS : 0;
    d->read_at_ms = c->now_ms, d->error = "";
    if (!bill_sums_write(c->tx, d->id, c->sums) || !bill_days_save(c->tx, d, c->now_ms)) return false;
    events_hint("money");
    return true;
}

bool bill_compare(struct tx *tx, struct bill_day *d, const struct bill *b, int64_t now_ms)
{
    struct comparing c = { .tx = tx, .d = d, .sums = ARENA_NEW(tx_arena(tx), struct bill_sums), .now_ms = now_ms };
    assert(d->state == BILL_WAITING);
    d->differing = 0, d->others = (int64_t)b->other;
    if (!can_be_told(tx_arena(tx), b)) {
        d->error = "the sums of the bill are too large to be true";
        return bill_days_save(tx, d, now_ms);
    }
    for (size_t i = 0; i < b->count; i++)
        if (!compare_row(&c, &b->row[i])) return false;
    if (!compare_unnamed(&c, BILL_OF_PAYMENTS) || !compare_unnamed(&c, BILL_OF_REFUNDS)) return false;
    return settle(&c);
}

/* ---- again ---- */

static struct bill_row row_of(const struct bill_difference *d)
{
    return (struct bill_row){ .is_refund = d->kind == BILL_OF_REFUNDS,
                              .order = str_of(d->number),
                              .trade = str_of(d->trade),
                              .refund = str_of(d->refund_number),
                              .amount = d->theirs };
}

/* What no bill had named may be in a later one: then it belongs to that day's sums. */
static bool judge_unnamed(struct comparing *c, const struct bill_difference *of, struct bill_judged *out)
{
    enum row row = bill_seen_get(c->tx, of->kind, of->kind == BILL_OF_REFUNDS ? of->refund : of->payment);
    *out = (struct bill_judged){ .order = of->order, .payment = of->payment, .refund = of->refund, .ours = of->ours };
    out->counts = row != ROW_FOUND;
    out->fault = row == ROW_FOUND ? BILL_SAME : BILL_NOT_THERE;
    return row != ROW_FAULT;
}

/* We hear how much went back in all, so what a bill has in several rows may be one refund here, or the reverse. That is
 * seen by what differs, and so not at the first time. */
static bool judge_parts(struct comparing *c, const struct bill_difference *of, struct bill_judged *j)
{
    bool known;
    if (of->kind != BILL_OF_REFUNDS || j->fault != BILL_NOT_HERE || j->payment == 0) return true;
    if (!bill_outside_is_known(c->tx, j->payment, of->theirs, &known)) return false;
    if (known) j->fault = BILL_SAME, j->counts = true, j->ours = of->theirs;
    return true;
}

static bool judge_again(struct comparing *c, const struct bill_difference *of, struct bill_judged *out)
{
    const struct bill_row r = row_of(of);
    if (of->fault == BILL_NOT_THERE) return judge_unnamed(c, of, out);
    if (of->fault == BILL_TWICE) { /* nothing that happens here makes it one payment */
        *out = (struct bill_judged){
            .fault = BILL_TWICE, .order = of->order, .payment = of->payment, .refund = of->refund, .ours = of->ours
        };
        return true;
    }
    if (!bill_judge(c->tx, c->d->provider, &r, out) || !judge_parts(c, of, out)) return false;
    /* Its own mark is there since the first time, or is made now that it is known. */
    int64_t id = of->kind == BILL_OF_REFUNDS ? out->refund : out->payment;
    return id == 0 || out->fault == BILL_TWICE || bill_seen_put(c->tx, of->kind, id, c->d->id) != ROW_FAULT;
}

static bool is_counted(const struct bill_difference *of) { return money_is_positive(of->ours); }

static bool count_again(struct comparing *c, const struct bill_difference *of, const struct bill_judged *j)
{
    if (is_counted(of) && !bill_sums_add(c->sums, of->kind, false, -1, of->ours)) return false;
    return !j->counts || bill_sums_add(c->sums, of->kind, false, 1, j->ours);
}

static const char *said_of(struct tx *tx, const struct bill_day *d, const struct bill_difference *of)
{
    static const char *const words[] = { [BILL_UNKNOWN] = "a number of ours that is not known here",
                                         [BILL_NOT_HERE] = "it is in the bill, and has not happened here",
                                         [BILL_TWICE] = "it is in the bills twice",
                                         [BILL_OTHER_SUM] = "the bill has another sum",
                                         [BILL_NOT_THERE] = "it has happened here, and is in no bill" };
    char date[BILL_DATE_SIZE], theirs[MONEY_TEXT_SIZE], ours[MONEY_TEXT_SIZE];
    bill_date(d->day, date);
    money_text(of->theirs, theirs), money_text(of->ours, ours);
    return arena_printf(tx_arena(tx), "bill of %s, %s: %s (theirs %s, ours %s)", date,
                        of->kind == BILL_OF_REFUNDS ? "refund" : "payment", words[of->fault], theirs, ours);
}

/* Once for each thing that differs in each way. */
static bool tell(struct comparing *c, const struct bill_difference *of)
{
    const char *by = of->kind == BILL_OF_REFUNDS && of->refund_number[0] ? of->refund_number
                     : of->trade[0]                                      ? of->trade
                                                                         : of->number;
    struct payment p = { 0 };
    if (of->payment > 0 && payment_get(c->tx, of->payment, false, &p) != ROW_FOUND) return false;
    const struct mismatch m = { .key = arena_printf(tx_arena(c->tx), "drift:%s:%s:%s:%s", c->d->provider,
                                                    bill_kind_names[of->kind - 1], by, bill_fault_names[of->fault - 1]),
                                .kind = "drift",
                                .provider = c->d->provider,
                                .order = of->order,
                                .payment = of->payment,
                                .account = p.account,
                                .trade = of->trade,
                                .said = said_of(c->tx, c->d, of),
                                .currency = money_currency(of->theirs),
                                .minor = money_minor(of->fault == BILL_NOT_THERE ? of->ours : of->theirs) };
    return mismatch_put(c->tx, &m, c->now_ms);
}

static bool look_again(struct comparing *c, struct bill_difference *of)
{
    struct bill_judged j;
    if (of->ended_at_ms > 0) return true;
    if (!judge_again(c, of, &j) || !count_again(c, of, &j)) return false;
    bool ended = j.fault == BILL_SAME;
    of->order = j.order, of->payment = j.payment, of->refund = j.refund;
    of->ours = j.counts ? j.ours : money_of(0, money_currency(of->theirs));
    if (!ended) of->fault = j.fault;
    else of->ended_at_ms = c->now_ms;
    of->looks++;
    if (ended) c->d->differing--;
    if (!bill_differences_save(c->tx, of)) return false;
    return ended || tell(c, of);
}

bool bill_compare_again(struct tx *tx, struct bill_day *d, int64_t now_ms)
{
    struct comparing c = { .tx = tx, .d = d, .sums = ARENA_NEW(tx_arena(tx), struct bill_sums), .now_ms = now_ms };
    struct bill_difference *all = ARENA_ARRAY(tx_arena(tx), struct bill_difference, BILL_DIFFERENCES_MAX);
    size_t count;
    assert(d->state == BILL_DIFFERS);
    if (!bill_sums_read(tx, &d->id, 1, &c.sums) || !bill_differences_of(tx, d->id, all, &count)) return false;
    for (size_t i = 0; i < count; i++)
        if (!look_again(&c, &all[i])) return false;
    assert(d->differing >= 0);
    if (d->differing == 0) d->state = BILL_AGREES;
    bool goes_on = d->differing > 0 && now_ms - d->read_at_ms < AGAIN_FOR_MS;
    d->look_at_ms = goes_on ? now_ms + AGAIN_LATER_MS : 0;
    if (!bill_sums_write(tx, d->id, c.sums) || !bill_days_save(tx, d, now_ms)) return false;
    events_hint("money");
    return true;
}

bool bill_give_up(struct tx *tx, struct bill_day *d, int64_t now_ms)
{
    char date[BILL_DATE_SIZE];
    bill_date(d->day, date);
    const char *why = d->error[0] ? d->error : "it never came";
    const struct mismatch m = { .key = arena_printf(tx_arena(tx), "drift:%s:day:%s", d->provider, date),
                                .kind = "drift",
                                .provider = d->provider,
                                .said = arena_printf(tx_arena(tx), "the bill of %s could not be had: %s", date, why) };
    d->state = BILL_GIVEN_UP, d->look_at_ms = 0;
    if (!bill_days_save(tx, d, now_ms)) return false;
    return mismatch_put(tx, &m, now_ms);
}
