/* coupons.c: what lowers a price, who may have it, and what of it orders hold.
 *
 * A coupon is never changed, only ended: who ordered with one has its terms. An order takes its use in its own
 * transaction, by one conditional update of the coupon's row, which is the lock too: of two that race for the last use
 * the second one waits, and finds none. When the order is closed unpaid, order_move gives the use back; so what a
 * coupon has counted is what orders hold that are not closed, and a refund changes nothing of it.
 *
 * Months are counted in days, 30 each, over all orders of a shop that hold the coupon: the first one takes a use, the
 * others go on with it. So a customer who began keeps his months when the uses are gone or `until` has passed, but not
 * when the coupon was ended or its sum is used up.
 *
 * Rejected: to count uses when orders are paid (a hundred orders could be open for the last use, and who pays late
 * would find another price); a discount that makes an order free (nothing would be left to be paid, so nothing that
 * begins it: the least that an order costs is one minor unit). */
#include "billing/private.h"

const char *const coupon_kind_names[] = { "amount", "percent", NULL };

#define COUPON_COLUMNS                                                                                                 \
    "id, code, currency, kind, amount, percent, months, once, from_ms, until_ms, most_uses, most_given, uses, given,"  \
    " offers, note, actor, ended_by, ended_at_ms, created_at_ms"
STMT(coupon_get, "SELECT " COUPON_COLUMNS " FROM coupons WHERE id = ?1");
STMT(coupon_by_code,
     "SELECT " COUPON_COLUMNS " FROM coupons WHERE code = ?1 AND currency = ?2 ORDER BY code DESC, currency DESC,"
     " id DESC LIMIT 1");
STMT(coupon_of_code, "SELECT id FROM coupons WHERE code = ?1 AND ended_at_ms = 0 ORDER BY code, currency, id LIMIT 1");
STMT(coupon_page, "SELECT " COUPON_COLUMNS " FROM coupons WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
STMT(coupon_insert,
     "INSERT INTO coupons (code, currency, kind, amount, percent, months, once, from_ms, until_ms, most_uses,"
     " most_given, uses, given, offers, note, actor, ended_by, ended_at_ms, created_at_ms) VALUES (?1, ?2, ?3, ?4, ?5,"
     " ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, ?12, ?13, ?14, 0, 0, ?15) RETURNING id");
STMT(coupon_ends, "UPDATE coupons SET ended_at_ms = ?2, ended_by = ?3 WHERE id = ?1 AND ended_at_ms = 0");
/* Tests and takes: two orders can never both see the last use. */
STMT(coupon_counts,
     "UPDATE coupons SET uses = uses + ?2, given = given + ?3 WHERE id = ?1 AND ended_at_ms = 0 AND from_ms <= ?4"
     " AND (uses + ?2 = uses OR until_ms = 0 OR until_ms > ?4) AND (most_uses = 0 OR uses + ?2 <= most_uses)"
     " AND (most_given = 0 OR given + ?3 <= most_given)");
STMT(coupon_uncounts, "UPDATE coupons SET uses = uses - ?2, given = given - ?3 WHERE id = ?1");
STMT(use_insert, "INSERT INTO coupon_uses (order_id, coupon, account, shop, takes, days, discount, once, given_back_ms,"
                 " created_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)");
STMT(use_ends, "UPDATE coupon_uses SET given_back_ms = ?2 WHERE order_id = ?1 AND given_back_ms = 0"
               " RETURNING coupon, takes, discount");
STMT(open_with, "SELECT id FROM orders WHERE account = ?1 AND purpose = ?2 AND state IN (1, 2) AND coupon = ?3");
STMT(uses_of_account,
     "SELECT COUNT(*) AS uses, CAST(COALESCE(SUM(CASE WHEN shop = ?3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS here,"
     " CAST(COALESCE(SUM(CASE WHEN shop = ?3 THEN days ELSE 0 END), 0) AS BIGINT) AS days"
     " FROM coupon_uses WHERE account = ?1 AND coupon = ?2 AND given_back_ms = 0 AND order_id <> ?4");

/* ---- rows ---- */

static struct coupon coupon_of(const struct query *q)
{
    return (struct coupon){ .id = col_i64(q, "id"),
                            .percent = col_i64(q, "percent"),
                            .months = col_i64(q, "months"),
                            .from_ms = col_i64(q, "from_ms"),
                            .until_ms = col_i64(q, "until_ms"),
                            .most_uses = col_i64(q, "most_uses"),
                            .uses = col_i64(q, "uses"),
                            .actor = col_i64(q, "actor"),
                            .ended_by = col_i64(q, "ended_by"),
                            .ended_at_ms = col_i64(q, "ended_at_ms"),
                            .created_at_ms = col_i64(q, "created_at_ms"),
                            .kind = (enum coupon_kind)col_state(q, "kind", COUPON_AMOUNT, COUPON_KIND_COUNT - 1),
                            .once = col_bool(q, "once"),
                            .code = col_text(q, "code"),
                            .offers = col_text(q, "offers"),
                            .note = col_text(q, "note"),
                            .amount = col_money(q, "amount"),
                            .most_given = col_money(q, "most_given"),
                            .given = col_money(q, "given") };
}

static enum row read_one(struct query *q, struct coupon *out)
{
    enum row row = query_row(q);
    if (row == ROW_FOUND) *out = coupon_of(q);
    return row;
}

enum row coupons_get(struct tx *tx, int64_t id, struct coupon *out)
{
    struct query q = query(tx, &coupon_get);
    bind_i64(&q, id);
    return read_one(&q, out);
}

enum row coupons_by_code(struct tx *tx, const char *code, enum currency c, struct coupon *out)
{
    struct query q = query(tx, &coupon_by_code);
    bind_text(&q, code), bind_text(&q, currency_code(c));
    return read_one(&q, out);
}

bool coupons_page(struct tx *tx, int64_t after, struct coupon *out, size_t max, size_t *count)
{
    struct query q = query(tx, &coupon_page);
    enum row row;
    *count = 0;
    bind_i64(&q, after), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = coupon_of(&q);
    return row == ROW_NONE;
}

bool coupons_put(struct tx *tx, const struct coupon *c, int64_t now_ms, int64_t *id)
{
    assert(c->kind == COUPON_AMOUNT ? money_is_positive(c->amount) && c->percent == 0
                                    : money_minor(c->amount) == 0 && c->percent > 0 && c->percent <= COUPON_WHOLE);
    struct query q = query(tx, &coupon_insert);
    bind_text(&q, c->code), bind_text(&q, currency_code(money_currency(c->amount))), bind_i64(&q, c->kind);
    bind_i64(&q, money_minor(c->amount)), bind_i64(&q, c->percent), bind_i64(&q, c->months), bind_bool(&q, c->once);
    bind_i64(&q, c->from_ms), bind_i64(&q, c->until_ms), bind_i64(&q, c->most_uses);
    bind_i64(&q, money_minor(c->most_given)), bind_text(&q, c->offers), bind_text(&q, c->note), bind_i64(&q, c->actor);
    bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    *id = col_i64(&q, "id");
    return true;
}

enum row coupons_end(struct tx *tx, int64_t id, int64_t actor, int64_t now_ms)
{
    struct query q = query(tx, &coupon_ends);
    bind_i64(&q, id), bind_i64(&q, now_ms), bind_i64(&q, actor);
    int64_t ended = query_change(&q);
    if (ended < 0) return ROW_FAULT;
    return ended == 0 ? ROW_NONE : ROW_FOUND;
}

/* ---- what is typed ---- */

bool coupon_code_read(const char *typed, char out[COUPON_CODE_MAX + 1])
{
    size_t n = strlen(typed);
    if (n < COUPON_CODE_MIN || n > COUPON_CODE_MAX) return false;
    for (size_t i = 0; i < n; i++) {
        char c = typed[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) return false;
        out[i] = c;
    }
    out[n] = '\0';
    return true;
}

/* ---- for whom ---- */

static bool is_for(const struct coupon *c, const struct offer *o)
{
    struct str code = str_of(o->code), rest = str_of(c->offers);
    if (c->months > 0 && o->kind != OFFER_PLAN) return false;
    if (rest.n == 0) return true;
    while (rest.n > 0) {
        const char *end = memchr(rest.p, ' ', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        if (str_eq((struct str){ rest.p, n }, code)) return true;
        n += end ? 1 : 0;
        rest.p += n, rest.n -= n;
    }
    return false;
}

/* What orders of the account hold of it, but for one of them. */
struct had {
    int64_t uses, here, days; /* here, days: of the same shop */
};

static bool read_had(struct tx *tx, const struct order *o, int64_t coupon, int64_t but, struct had *out)
{
    struct query q = query(tx, &uses_of_account);
    bind_i64(&q, o->account), bind_i64(&q, coupon), bind_i64(&q, o->shop), bind_i64(&q, but);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct had){ .uses = col_i64(&q, "uses"), .here = col_i64(&q, "here"), .days = col_i64(&q, "days") };
    return true;
}

static bool goes_on(const struct coupon *c, const struct had *had) { return c->months > 0 && had->here > 0; }

static bool was_had(const struct coupon *c, const struct had *had)
{
    return c->once && had->uses > (c->months > 0 ? had->here : 0);
}

static enum coupon_said may_begin(const struct coupon *c, const struct had *had, int64_t now_ms)
{
    bool more = goes_on(c, had);
    if (c->ended_at_ms > 0 || (!more && c->until_ms > 0 && c->until_ms <= now_ms)) return COUPON_OVER;
    if (c->from_ms > now_ms) return COUPON_NOT_YET;
    if (was_had(c, had)) return COUPON_HAD;
    if (more && had->days >= c->months * COUPON_MONTH_DAYS) return COUPON_MONTHS_OVER;
    return !more && c->most_uses > 0 && c->uses >= c->most_uses ? COUPON_USED_UP : COUPON_FITS;
}

static bool fits_sum(const struct coupon *c, struct money discount)
{
    struct money sum;
    int order;
    if (!money_is_positive(c->most_given)) return true;
    return money_add(c->given, discount, &sum) && money_compare(sum, c->most_given, &order) && order <= 0;
}

/* ---- how much ---- */

/* Rounded down once, so in the house's favour, and never so much that nothing is left to pay. `days`: of a plan those
 * that it lowers. False: nothing can be taken off. */
static bool discount_of(const struct coupon *c, const struct order *o, const struct offer *offer, int64_t days,
                        struct money *out)
{
    struct money due, least = money_of(1, money_currency(o->list_amount)), rest;
    int64_t part = c->months > 0 ? days : 1, whole = c->months > 0 ? offer->days : 1;
    int order;
    if (c->kind == COUPON_PERCENT) {
        if (!money_share(o->list_amount, c->percent * part, COUPON_WHOLE * whole, out)) return false;
    } else if (c->months > 0) {
        if (!money_share(c->amount, days % COUPON_MONTH_DAYS, COUPON_MONTH_DAYS, &rest) ||
            !money_times(c->amount, days / COUPON_MONTH_DAYS, out) || !money_add(*out, rest, out))
            return false;
    } else {
        *out = c->amount;
    }
    if (!money_subtract(o->list_amount, o->credited, &due) || !money_subtract(due, least, &due)) return false;
    if (!money_compare(*out, due, &order)) return false;
    if (order > 0) *out = due;
    return money_is_positive(*out);
}

static enum coupon_said fill(const struct coupon *c, const struct had *had, const struct offer *offer, struct order *o,
                             struct coupon_use *use)
{
    int64_t left = c->months * COUPON_MONTH_DAYS - (goes_on(c, had) ? had->days : 0);
    int64_t days = c->months == 0 ? 0 : left < offer->days ? left : offer->days;
    struct money discount;
    if (!discount_of(c, o, offer, days, &discount)) return COUPON_NOTHING_OFF;
    *use = (struct coupon_use){ .takes = !goes_on(c, had),
                                .once = c->once,
                                .days = days,
                                .left = left > days ? left - days : 0,
                                .code = c->code,
                                .kind = c->kind,
                                .percent = c->percent,
                                .months = c->months,
                                .amount = c->amount };
    o->coupon = c->id, o->discount = discount;
    return COUPON_FITS;
}

/* ROW_FOUND: the account has an order open for the same, which holds this coupon already: *id. */
static enum row read_open(struct tx *tx, const struct order *o, int64_t coupon, int64_t *id)
{
    struct query q = query(tx, &open_with);
    bind_i64(&q, o->account), bind_text(&q, o->purpose), bind_i64(&q, coupon);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *id = col_i64(&q, "id");
    return row;
}

static enum coupon_said find(struct tx *tx, const struct order_wish *w, struct coupon *out)
{
    char code[COUPON_CODE_MAX + 1];
    if (!coupon_code_read(w->coupon, code)) return COUPON_UNKNOWN;
    enum row row = coupons_by_code(tx, code, money_currency(w->offer.price), out);
    if (row == ROW_FAULT) return COUPON_FAULT;
    if (row == ROW_FOUND) return is_for(out, &w->offer) ? COUPON_FITS : COUPON_OTHER_OFFER;
    struct query q = query(tx, &coupon_of_code);
    bind_text(&q, code);
    row = query_row(&q);
    if (row == ROW_FAULT) return COUPON_FAULT;
    return row == ROW_FOUND ? COUPON_OTHER_CURRENCY : COUPON_UNKNOWN;
}

enum coupon_said coupon_lower(struct tx *tx, const struct order_wish *w, struct order *o, struct coupon_use *use)
{
    struct coupon c;
    struct had had;
    int64_t open = 0;
    enum coupon_said said = find(tx, w, &c);
    if (said != COUPON_FITS) return said;
    /* What is promised to an order that is open stays promised, whatever became of the coupon. */
    enum row promised = read_open(tx, o, c.id, &open);
    if (promised == ROW_FAULT || !read_had(tx, o, c.id, open, &had)) return COUPON_FAULT;
    if (promised == ROW_NONE) said = may_begin(&c, &had, w->now_ms);
    if (said == COUPON_FITS) said = fill(&c, &had, &w->offer, o, use);
    if (said != COUPON_FITS || promised == ROW_FOUND) return said;
    return fits_sum(&c, o->discount) ? COUPON_FITS : COUPON_USED_UP;
}

/* ---- what orders hold ---- */

/* Why nothing was counted, from the row as it is now. */
static enum coupon_said say_why(struct tx *tx, const struct order *o, const struct had *had, int64_t now_ms)
{
    struct coupon c;
    if (coupons_get(tx, o->coupon, &c) != ROW_FOUND) return COUPON_FAULT;
    enum coupon_said said = may_begin(&c, had, now_ms);
    return said == COUPON_FITS ? COUPON_USED_UP : said;
}

enum coupon_said coupon_take(struct tx *tx, const struct order *o, const struct coupon_use *use, int64_t now_ms)
{
    struct had had;
    assert(o->id > 0 && o->coupon > 0 && money_is_positive(o->discount));
    struct query count = query(tx, &coupon_counts);
    bind_i64(&count, o->coupon), bind_i64(&count, use->takes), bind_i64(&count, money_minor(o->discount));
    bind_i64(&count, now_ms);
    int64_t counted = query_change(&count);
    /* Under the coupon's row: what another order of the account took meanwhile is seen now. */
    if (counted < 0 || !read_had(tx, o, o->coupon, o->id, &had)) return COUPON_FAULT;
    if (counted == 0) return say_why(tx, o, &had, now_ms);
    if (use->once && use->takes && had.uses > 0) return COUPON_HAD;
    struct query q = query(tx, &use_insert);
    bind_i64(&q, o->id), bind_i64(&q, o->coupon), bind_i64(&q, o->account), bind_i64(&q, o->shop);
    bind_bool(&q, use->takes), bind_i64(&q, use->days), bind_i64(&q, money_minor(o->discount));
    bind_bool(&q, use->once), bind_i64(&q, now_ms);
    return query_put(&q) ? COUPON_FITS : COUPON_FAULT;
}

bool coupon_give_back(struct tx *tx, const struct order *o, int64_t now_ms)
{
    struct query q = query(tx, &use_ends);
    bind_i64(&q, o->id), bind_i64(&q, now_ms);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE;
    struct query back = query(tx, &coupon_uncounts);
    bind_i64(&back, col_i64(&q, "coupon")), bind_i64(&back, col_i64(&q, "takes"));
    bind_i64(&back, col_i64(&q, "discount"));
    return query_put(&back);
}
