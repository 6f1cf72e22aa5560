/* bills.c: the list that a played provider has of a day, by its own truth and its own clock: what was paid and what was
 * given back. Alipay's and WeChat Pay's are made once, in the morning, and may not be there yet; Stripe's are of the
 * moment. Nothing signs a list, so now and then one has a row twice, another sum, a payment that never was, a number of
 * ours that is none, or what another system of the same merchant has sold. Stripe also lists the news that have not
 * reached us, and gives each once more. */
#include "tests/money/money.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIES_MAX = 1 /* rows that are not true */, ROWS_MAX = TRADES_MAX * (1 + GIVEN_MAX) + LIES_MAX };
#define EVENTS_KEPT_MS (30 * DAY_MS)
#define UNKNOWN_NUMBER "0123456789abcdefghjkmnpqrs"

static const char *const lie_names[] = { "as it is",    "a row twice",       "another system's", "an unknown number",
                                         "another sum", "what was not paid", "a row less" };

/* A row, and what it is of. */
struct line {
    struct bill_row row;
    struct trade *w;
    const struct given *g; /* NULL: of the payment */
};
struct list {
    struct line *line;
    size_t count;
};

int64_t bills_day_of(enum which at, int64_t at_ms) { return (at_ms + (at == STRIPE ? 0 : BILLS_ZONE_MS)) / DAY_MS; }

/* ---- what there is to list ---- */

static struct line *put(struct list *l, struct trade *w, const struct given *g, struct money amount)
{
    struct line *to = &l->line[l->count++];
    *to = (struct line){ .w = w, .g = g };
    to->row = (struct bill_row){
        .is_refund = g != NULL, .order = str_of(w->number), .trade = str_of(w->trade), .amount = amount
    };
    if (g && w->at == STRIPE) to->row.order = STR("");
    /* Of what was not asked for here Stripe names no number, and the others one of their own. */
    if (g) to->row.refund = str_of(g->number[0] || w->at == STRIPE ? g->number : g->id);
    return to;
}

/* A promise is listed on the day when it was made, and on no other. */
static void list_payment(struct list *l, struct trade *w, const struct provider_bill *b)
{
    int64_t at_ms = w->at == STRIPE ? w->made_ms : w->paid_ms;
    bool waits = w->at == STRIPE && w->state == TRADE_PROMISED;
    if (at_ms < b->from_ms || at_ms >= b->to_ms || (w->state != TRADE_PAID && !waits)) return;
    put(l, w, NULL, money_of(w->paid, w->came))->row.waits = waits;
}

/* One that has been taken is listed on that day, unless it has failed when the list is made. */
static void list_refund(struct list *l, struct trade *w, const struct given *g, const struct provider_bill *b)
{
    int64_t made_ms = w->at == STRIPE ? b->now_ms : b->to_ms + BILLS_AFTER_MS;
    if (g->taken_ms < b->from_ms || g->taken_ms >= b->to_ms) return;
    if (g->state == GIVEN_FAILED && g->ended_ms <= made_ms) return;
    (void)put(l, w, g, money_of(g->minor, w->came));
}

static struct list *list_of(struct sim *s, const struct provider_bill *b, enum which at)
{
    struct list *l = ARENA_NEW(b->arena, struct list);
    size_t rows = LIES_MAX;
    for (int i = 0; i < s->trades; i++) rows += s->trade[i].at == at ? 1 + (size_t)s->trade[i].givens : 0;
    l->line = ARENA_ARRAY(b->arena, struct line, rows);
    for (int i = 0; i < s->trades; i++) {
        struct trade *w = &s->trade[i];
        if (w->at != at) continue;
        list_payment(l, w, b);
        for (int k = 0; k < w->givens; k++) list_refund(l, w, &w->given[k], b);
    }
    return l;
}

/* ---- lies ---- */

struct bill_told *bills_told(struct sim *s, enum which at, int64_t day)
{
    for (int i = 0; i < s->tolds; i++)
        if (s->told[i].at == at && s->told[i].day == day) return &s->told[i];
    return NULL;
}

/* Of what a lie can be, so that it is known what must follow: a payment as it was asked for, a refund of ours that is
 * done. */
static bool is_plain(const struct line *l)
{
    if (!world_is_paid(l->w)) return false;
    return !l->g || (l->g->number[0] && l->g->state == GIVEN_DONE);
}

static bool is_unpaid(const struct trade *w, enum which at)
{
    return w->at == at && w->state != TRADE_PAID && w->state != TRADE_PROMISED;
}

static bool is_of_row(enum bill_lie lie)
{
    return lie == BILL_LIE_TWICE || lie == BILL_LIE_SUM || lie == BILL_LIE_LEFT_OUT;
}

/* Which of them; -1: there is none. */
static int target_of(struct sim *s, const struct list *l, enum which at, enum bill_lie lie)
{
    int found[ROWS_MAX], count = 0;
    for (int i = 0; lie == BILL_LIE_UNPAID && i < s->trades; i++)
        if (is_unpaid(&s->trade[i], at)) found[count++] = i;
    for (size_t i = 0; is_of_row(lie) && i < l->count; i++)
        if (is_plain(&l->line[i]) && (lie != BILL_LIE_LEFT_OUT || !l->line[i].g)) found[count++] = (int)i;
    return count > 0 ? found[sim_draw(s, (uint64_t)count)] : -1;
}

static void choose(struct sim *s, struct bill_told *t, const struct list *l)
{
    enum bill_lie lie = (enum bill_lie)sim_draw(s, BILL_LIES);
    int target = target_of(s, l, t->at, lie);
    if (target < 0 && (is_of_row(lie) || lie == BILL_LIE_UNPAID)) return;
    t->lie = lie;
    if (lie == BILL_LIE_UNPAID) t->trade = target;
    if (is_of_row(lie)) t->trade = (int)(l->line[target].w - s->trade), t->of = l->line[target].g;
}

/* What stays the same of a day, however often it is asked for. */
static struct bill_told *told_now(struct sim *s, const struct provider_bill *b, enum which at, const struct list *l)
{
    struct bill_told *t = bills_told(s, at, b->day);
    if (t) return t;
    if (s->tolds == TOLDS_MAX) abort(); /* a schedule has fewer days */
    t = &s->told[s->tolds++];
    *t = (struct bill_told){ .at = at, .day = b->day };
    if (l->count == 0 && sim_draw(s, 60)) return t;
    if (at != STRIPE && sim_draw(s, 8) == 0) {
        int64_t most_ms = s->calm ? BILLS_LATE_MS : sim_draw(s, 4) ? 20 * HOUR_MS : 3 * DAY_MS;
        t->absent_until_ms = s->now_ms + (int64_t)sim_draw(s, (uint64_t)most_ms);
    }
    if (sim_draw(s, 8) == 0) choose(s, t, l);
    return t;
}

static void add_strange(struct list *l, const char *number)
{
    struct line *to = &l->line[l->count++];
    *to = (struct line){ .row = { .order = str_of(number), .trade = STR("X1"), .amount = money_of(77, CURRENCY_CNY) } };
}

static struct line *line_of(struct list *l, const struct trade *w, const struct given *g)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->line[i].w == w && l->line[i].g == g) return &l->line[i];
    return NULL;
}

static void bend(struct sim *s, const struct bill_told *t, struct list *l)
{
    struct trade *w = &s->trade[t->trade];
    struct line *of = line_of(l, w, t->of);
    if (t->lie != BILL_LIE_NONE)
        sim_say(s, "%s: its list of day %lld has %s", world_name(t->at), (long long)t->day, lie_names[t->lie]);
    switch (t->lie) {
    case BILL_LIE_TWICE:
        if (of) l->line[l->count++] = *of, w->was_bent = true;
        break;
    case BILL_LIE_SUM:
        if (of) of->row.amount = money_of(money_minor(of->row.amount) + 1, w->came), w->was_bent = true;
        break;
    case BILL_LIE_LEFT_OUT:
        if (of) *of = l->line[--l->count], w->was_bent = true;
        break;
    case BILL_LIE_UNPAID:
        w->was_bent = true;
        put(l, w, NULL, money_of(w->amount, w->asked))->row.trade = str_of(w->number); /* any */
        break;
    case BILL_LIE_OTHER: add_strange(l, "shop-4711"); break;
    case BILL_LIE_UNKNOWN: add_strange(l, UNKNOWN_NUMBER); break;
    case BILL_LIE_NONE:
    case BILL_LIES: break;
    }
}

/* ---- what was said ---- */

static bool is_same(const struct bill_said *a, const struct bill_said *b) { return memcmp(a, b, sizeof *a) == 0; }

static void keep_said(struct bill_told *t, const struct list *l)
{
    struct bill_said said;
    memset(&said, 0, sizeof said);
    for (size_t i = 0; i < l->count; i++) {
        const struct bill_row *r = &l->line[i].row;
        if (r->waits) continue;
        if (str_eq(r->order, STR("shop-4711"))) {
            said.others++;
            continue;
        }
        struct bill_sum_said *sum = &said.sum[r->is_refund][money_currency(r->amount) != CURRENCY_CNY];
        sum->count++, sum->minor += money_minor(r->amount);
    }
    for (int i = 0; i < t->answers; i++)
        if (is_same(&t->said[i], &said)) return;
    if (t->answers == BILL_SAID_MAX) t->too_many = true;
    else t->said[t->answers++] = said;
}

static void list_missed(struct sim *s, struct provider_bill *b)
{
    b->missed = ARENA_ARRAY(b->arena, struct str, NEWS_MAX);
    for (int i = 0; i < s->newses; i++) {
        const struct news *n = &s->news[i];
        bool missed = s->trade[n->trade].at == STRIPE && !n->acknowledged;
        if (missed && n->made_ms >= b->from_ms && n->made_ms < b->to_ms)
            b->missed[b->missed_count++] = str_of(n->event);
    }
}

void bills_list(struct provider_bill *b, enum which at)
{
    struct sim *s = sim_now;
    b->outcome = world_answers(s, at, "list a day");
    if (b->outcome != PAYMENT_OUTCOME_OK) return;
    struct list *l = list_of(s, b, at);
    struct bill_told *t = told_now(s, b, at, l);
    bool absent = at != STRIPE && (s->now_ms < t->absent_until_ms || (l->count == 0 && !t->lie && sim_draw(s, 2)));
    if (absent) {
        b->outcome = PAYMENT_OUTCOME_ABSENT;
        t->said_none = true;
        if (l->count > 0) sim_say(s, "%s: its list of day %lld is not there yet", world_name(at), (long long)b->day);
        return;
    }
    bend(s, t, l);
    keep_said(t, l);
    b->bill.row = ARENA_ARRAY(b->arena, struct bill_row, l->count + 1);
    for (size_t i = 0; i < l->count; i++) b->bill.row[b->bill.count++] = l->line[i].row;
    if (at == STRIPE) list_missed(s, b);
    if (l->count > 0) sim_say(s, "%s: its list of day %lld has %zu rows", world_name(at), (long long)b->day, l->count);
}

void bills_event(struct provider_event *e)
{
    struct sim *s = sim_now;
    e->outcome = world_answers(s, STRIPE, "give what was missed");
    if (e->outcome != PAYMENT_OUTCOME_OK) return;
    e->outcome = PAYMENT_OUTCOME_ABSENT;
    for (int i = 0; i < s->newses; i++) {
        const struct news *n = &s->news[i];
        if (!str_eq(str_of(n->event), e->id) || s->now_ms - n->made_ms > EVENTS_KEPT_MS) continue;
        e->outcome = PAYMENT_OUTCOME_OK;
        e->body = str_of(arena_printf(e->arena, "a %d", i));
        e->header_name = "stripe-signature", e->header = STR("signed");
    }
}
