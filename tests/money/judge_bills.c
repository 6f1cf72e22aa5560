/* judge_bills.c: what must be true in the end of the days that were compared with the providers' lists:
 *
 *   no day waits that is over and due; one that was given up was asked for long enough, and somebody was told
 *   what a day has as theirs is what its list said; theirs and ours differ by what differs, and by nothing else
 *   what differs still does so in truth: what the provider knows, or a list that told a lie, explains it; all else
 * ended what differs was told of, and nothing was told of as not here that was here by then news that were lost are
 * here where a list has named them
 *
 * That a list moves no money is what judge.c finds: it knows of none. */
#include "tests/money/money.h"

STMT(days_all,
     "SELECT id, provider, day, to_ms, state, tries, look_at_ms, differing, others, read_at_ms, created_at_ms,"
     " updated_at_ms FROM bill_days ORDER BY id");
STMT(day_state, "SELECT d.state, (SELECT COUNT(*) FROM bill_sums s WHERE s.bill_day = d.id AND s.theirs_count > 0) AS"
                " theirs FROM bill_days d WHERE d.provider = ?1 AND d.day = ?2");
STMT(day_sums, "SELECT kind, currency, theirs_count, theirs, ours_count, ours FROM bill_sums WHERE bill_day = ?1");
STMT(day_differences, "SELECT kind, fault, number, refund_number, trade, payment, currency, theirs, ours, looks,"
                      " ended_at_ms FROM bill_differences WHERE bill_day = ?1 ORDER BY id");
STMT(given_up_told, "SELECT COUNT(*) AS n FROM mismatches WHERE kind = 'drift' AND provider = ?1"
                    " AND key LIKE 'drift:%:day:%'");
STMT(difference_told, "SELECT COUNT(*) AS n FROM mismatches WHERE kind = 'drift' AND provider = ?1 AND payment = ?2"
                      " AND trade = ?3");
STMT(told_too_late, "SELECT COUNT(*) AS n FROM mismatches m JOIN payments p ON p.id = m.payment AND p.trade = m.trade"
                    " WHERE m.kind = 'drift' AND m.key LIKE 'drift:%:payment:%:not_here' AND p.state = 3"
                    " AND p.paid_at_ms < m.created_at_ms");
/* What a provider has taken is listed, and is not said to be missing here while it is under way. */
STMT(told_of_taken, "SELECT COUNT(*) AS n FROM mismatches m JOIN refunds r ON m.key = 'drift:' || m.provider ||"
                    " ':refund:' || r.number || ':not_here' WHERE m.kind = 'drift' AND r.state = 3 AND NOT EXISTS"
                    " (SELECT 1 FROM mismatches f WHERE f.payment = m.payment AND f.kind = 'refund_failed')");
/* A payment that its list has left out, and of which a list that was read should have said so: it was heard of on that
 * day, but for the last minutes. */
STMT(left_out_untold,
     "SELECT COUNT(*) AS n FROM payments p WHERE p.number = ?1 AND p.state = 3 AND NOT EXISTS (SELECT 1 FROM"
     " hand_payments h WHERE h.payment = p.id AND h.state = 2) AND EXISTS (SELECT 1 FROM bill_days d WHERE"
     " d.provider = p.provider AND d.state IN (2, 3) AND p.paid_at_ms >= d.from_ms - 600000"
     " AND p.paid_at_ms < d.to_ms - 600000) AND p.created_at_ms >= (SELECT MIN(d.from_ms) FROM bill_days d WHERE"
     " d.provider = p.provider) AND NOT EXISTS (SELECT 1 FROM bill_differences b WHERE b.payment = p.id"
     " AND b.fault = 'not_there')");
STMT(delivery_of, "SELECT COUNT(*) AS n FROM deliveries WHERE sender = 'stripe' AND sender_id = ?1");
STMT(session_known, "SELECT COUNT(*) AS n FROM payments WHERE number = ?1 AND session = ?2");
STMT(event_dead, "SELECT COUNT(*) AS n FROM jobs WHERE kind = 'billing.event' AND state = 3 AND key = ?1");

/* A row of bill_days. */
struct day {
    enum which at;
    int64_t id, day, state, look_at_ms, read_at_ms, differing, others;
    const struct bill_told *told; /* NULL: nobody has asked for it */
};
enum { DAY_WAITS = 1, DAY_AGREES, DAY_DIFFERS, DAY_GIVEN_UP };

static int64_t number(struct sim *s, struct query *q)
{
    if (query_row(q) == ROW_FOUND) return col_i64(q, "n");
    sim_fault(s, "a question of the judge failed");
    return -1;
}

static void day_fault(struct sim *s, const struct day *d, const char *what)
{
    sim_fault(s, "%s, day %lld: %s", world_name(d->at), (long long)d->day, what);
}

/* ---- why something differs ---- */

static struct trade *trade_of(struct sim *s, const struct query *q)
{
    struct trade *w = world_find(s, col_str(q, "number"));
    for (int i = 0; !w && i < s->trades; i++)
        if (s->trade[i].trade[0] && str_eq(col_str(q, "trade"), str_of(s->trade[i].trade))) w = &s->trade[i];
    return w;
}

static const struct given *given_of(const struct trade *w, const struct query *q)
{
    struct str named = col_str(q, "refund_number");
    for (int i = 0; i < w->givens; i++)
        if (named.n > 0 && str_eq(named, str_of(w->given[i].number))) return &w->given[i];
    return NULL;
}

/* The list in which it stood was read by nobody: before the first day, given up, or said not to be. */
static bool was_not_read(struct sim *s, const struct trade *w, int64_t at_ms)
{
    int64_t day = bills_day_of(w->at, at_ms);
    const struct bill_told *told = bills_told(s, w->at, day);
    struct query q = query(s->t->tx, &day_state);
    bind_text(&q, world_name(w->at)), bind_i64(&q, day);
    enum row row = query_row(&q);
    if (row == ROW_NONE || col_i64(&q, "state") == DAY_GIVEN_UP) return true;
    return told && told->said_none && col_i64(&q, "theirs") == 0;
}

static bool is_explained(struct sim *s, const struct day *d, const struct query *q)
{
    bool of_refund = col_i64(q, "kind") == 2, not_here = text_eq(col_text(q, "fault"), "not_here");
    bool not_there = text_eq(col_text(q, "fault"), "not_there");
    const struct trade *w = trade_of(s, q);
    if (!w) return d->told && d->told->lie == BILL_LIE_UNKNOWN && text_eq(col_text(q, "fault"), "unknown");
    if (w->was_bent) return true;
    const struct given *g = given_of(w, q);
    if (!of_refund && not_here) return !world_is_paid(w);
    if (!of_refund && not_there) return was_not_read(s, w, w->at == STRIPE ? w->made_ms : w->paid_ms);
    if (g && not_here) return g->state == GIVEN_FAILED; /* it was under way when the list was made */
    if (g && not_there) return was_not_read(s, w, g->taken_ms);
    return false;
}

static void judge_difference(struct sim *s, const struct day *d, const struct query *q)
{
    struct query told = query(s->t->tx, &difference_told);
    bind_text(&told, world_name(d->at)), bind_i64(&told, col_i64(q, "payment")), bind_str(&told, col_str(q, "trade"));
    if (col_i64(q, "looks") == 0) day_fault(s, d, "what differs was not looked at again");
    if (number(s, &told) == 0) day_fault(s, d, "what differs was told to nobody");
    bool over = d->look_at_ms == 0 && s->now_ms - d->read_at_ms >= 30 * DAY_MS; /* nobody looks any more */
    if (!over && !is_explained(s, d, q))
        sim_fault(s, "%s, day %lld: %s of number %s (%s), trade %s, is %s, and agrees in truth", world_name(d->at),
                  (long long)d->day, col_i64(q, "kind") == 2 ? "a refund" : "a payment", col_text(q, "number"),
                  col_text(q, "refund_number"), col_text(q, "trade"), col_text(q, "fault"));
}

/* What has happened here is looked for in the days until then, in their order, so none after that can name it. */
static void judge_ended(struct sim *s, const struct day *d, const struct query *q)
{
    const struct trade *w = trade_of(s, q);
    if (w && !w->was_bent && text_eq(col_text(q, "fault"), "not_there"))
        day_fault(s, d, "something was said to be in no list before its list was read");
}

/* ---- a day ---- */

static struct bill_sum_said *sum_of(struct bill_said *of, const struct query *q)
{
    return &of->sum[col_i64(q, "kind") == 2][!text_eq(col_text(q, "currency"), "CNY")];
}

static void read_sums(struct sim *s, const struct day *d, struct bill_said *theirs, struct bill_said *more)
{
    struct query q = query(s->t->tx, &day_sums);
    enum row row;
    bind_i64(&q, d->id);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct bill_sum_said *to = sum_of(theirs, &q);
        to->count += col_i64(&q, "theirs_count"), to->minor += col_i64(&q, "theirs");
        to = sum_of(more, &q);
        to->count += col_i64(&q, "theirs_count") - col_i64(&q, "ours_count");
        to->minor += col_i64(&q, "theirs") - col_i64(&q, "ours");
    }
    if (row == ROW_FAULT) day_fault(s, d, "its sums cannot be read");
}

/* Those that have not ended, taken from what theirs is more than ours. */
static void judge_differences(struct sim *s, const struct day *d, struct bill_said *more)
{
    struct query q = query(s->t->tx, &day_differences);
    enum row row;
    int64_t open = 0;
    bind_i64(&q, d->id);
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (col_i64(&q, "ended_at_ms") > 0) {
            judge_ended(s, d, &q);
            continue;
        }
        struct bill_sum_said *of = sum_of(more, &q);
        of->count -= (col_i64(&q, "theirs") > 0) - (col_i64(&q, "ours") > 0);
        of->minor -= col_i64(&q, "theirs") - col_i64(&q, "ours");
        open++;
        judge_difference(s, d, &q);
    }
    if (row == ROW_FAULT) day_fault(s, d, "what differs cannot be read");
    if (open != d->differing || (open > 0) != (d->state == DAY_DIFFERS))
        day_fault(s, d, "it is not said to differ by what differs");
}

static bool is_empty(const struct bill_said *a)
{
    static const struct bill_said none;
    return memcmp(a, &none, sizeof none) == 0;
}

static bool was_said(const struct day *d, const struct bill_said *theirs)
{
    if (!d->told) return false;
    if (d->told->too_many || (d->told->said_none && is_empty(theirs))) return true;
    for (int i = 0; i < d->told->answers; i++)
        if (memcmp(&d->told->said[i], theirs, sizeof *theirs) == 0) return true;
    return false;
}

static bool has_another_lie(const struct sim *s, const struct bill_told *t)
{
    for (int i = 0; i < s->tolds; i++)
        if (&s->told[i] != t && s->told[i].lie != BILL_LIE_NONE && s->told[i].trade == t->trade) return true;
    return false;
}

static void judge_left_out(struct sim *s, const struct day *d)
{
    struct query q = query(s->t->tx, &left_out_untold);
    if (has_another_lie(s, d->told)) return;
    bind_text(&q, s->trade[d->told->trade].number);
    if (number(s, &q) != 0) day_fault(s, d, "its list has left out a payment, and nobody was told");
}

static void judge_compared(struct sim *s, const struct day *d)
{
    struct bill_said theirs, more;
    memset(&theirs, 0, sizeof theirs), memset(&more, 0, sizeof more);
    read_sums(s, d, &theirs, &more);
    theirs.others = d->others;
    if (!was_said(d, &theirs)) day_fault(s, d, "its sums are not those of the list");
    judge_differences(s, d, &more);
    if (!is_empty(&more)) day_fault(s, d, "theirs and ours differ by something else than what differs");
    bool lied = d->told && d->told->answers == 1 && !d->told->said_none;
    enum bill_lie lie = lied ? d->told->lie : BILL_LIE_NONE;
    if ((lie == BILL_LIE_TWICE || lie == BILL_LIE_SUM || lie == BILL_LIE_UNKNOWN) && d->state != DAY_DIFFERS)
        day_fault(s, d, "its list was wrong, and it agrees");
    if (lie == BILL_LIE_LEFT_OUT) judge_left_out(s, d);
}

static void judge_given_up(struct sim *s, const struct day *d, const struct query *q)
{
    int64_t waited_ms = col_i64(q, "updated_at_ms") - col_i64(q, "created_at_ms");
    bool enough = waited_ms >= 30 * DAY_MS || (waited_ms >= 7 * DAY_MS && col_i64(q, "tries") >= 20);
    struct query told = query(s->t->tx, &given_up_told);
    bind_text(&told, world_name(d->at));
    if (!enough) day_fault(s, d, "it was given up too soon");
    if (number(s, &told) == 0) day_fault(s, d, "it was given up, and nobody was told");
}

static void judge_day(struct sim *s, const struct query *q)
{
    struct day d = { .id = col_i64(q, "id"),
                     .day = col_i64(q, "day"),
                     .state = col_i64(q, "state"),
                     .look_at_ms = col_i64(q, "look_at_ms"),
                     .read_at_ms = col_i64(q, "read_at_ms"),
                     .differing = col_i64(q, "differing"),
                     .others = col_i64(q, "others") };
    while (d.at < STRIPE && !text_eq(world_name(d.at), col_text(q, "provider"))) d.at++;
    d.told = bills_told(s, d.at, d.day);
    int64_t after_ms = d.at == STRIPE ? BILLS_STRIPE_AFTER_MS : BILLS_AFTER_MS;
    bool due = col_i64(q, "to_ms") + after_ms + BILLS_LATE_MS + 2 * HOUR_MS < s->now_ms;
    if (d.state == DAY_WAITS && due) day_fault(s, &d, "it is over and due, and still waits");
    if (d.state == DAY_GIVEN_UP) judge_given_up(s, &d, q);
    if (d.state == DAY_AGREES || d.state == DAY_DIFFERS) judge_compared(s, &d);
}

/* ---- the whole ---- */

static bool is_read(struct sim *s, int64_t day)
{
    struct query q = query(s->t->tx, &day_state);
    bind_text(&q, world_name(STRIPE)), bind_i64(&q, day);
    return query_row(&q) == ROW_FOUND && (col_i64(&q, "state") == DAY_AGREES || col_i64(&q, "state") == DAY_DIFFERS);
}

/* A session of which nobody here has heard is refused. */
static bool is_taken(struct sim *s, const struct news *n, const struct trade *w)
{
    struct query q = query(s->t->tx, &session_known);
    bind_text(&q, w->number), bind_text(&q, w->session);
    return world_is_paid(w) && (n->notice.session.n == 0 || number(s, &q) == 1);
}

static void judge_missed(struct sim *s)
{
    for (int i = 0; i < s->newses; i++) {
        const struct news *n = &s->news[i];
        const struct trade *w = &s->trade[n->trade];
        if (w->at != STRIPE || n->acknowledged || !is_taken(s, n, w)) continue;
        if (!is_read(s, bills_day_of(STRIPE, n->made_ms))) continue;
        struct query came = query(s->t->tx, &delivery_of), dead = query(s->t->tx, &event_dead);
        bind_text(&came, n->event);
        bind_text(&dead, arena_printf(s->t->arena, "stripe:%s", n->event));
        if (number(s, &came) == 0 && number(s, &dead) == 0)
            sim_fault(s, "news %d was missed, listed, and is not here", i);
    }
}

void judge_bills(struct sim *s)
{
    struct arena_mark mark = arena_mark(s->t->arena);
    struct query q = query(s->t->tx, &days_all), late = query(s->t->tx, &told_too_late);
    struct query taken = query(s->t->tx, &told_of_taken);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) judge_day(s, &q);
    if (row == ROW_FAULT) sim_fault(s, "days cannot be read");
    if (number(s, &late) != 0) sim_fault(s, "a payment was told of as not here that was");
    if (number(s, &taken) != 0) sim_fault(s, "a refund was told of as not here that was under way");
    judge_missed(s);
    arena_release(s->t->arena, mark);
}
