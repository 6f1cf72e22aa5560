/* plans.c: what a paid order, a trial or a renewal gives to a shop, and what a refund takes back.
 *
 * The same plan with the same seats is put behind what is there. Another one begins at once: the present one ends, and
 * what was left of it was counted in the price (quote.c), as it was when the order was made. Whoever pays much later
 * does not pay with time that has been used, exchanged or taken back meanwhile: then the order cannot be delivered, and
 * the money goes back.
 *
 * Taken back is the rest of what the order gave; what was bought behind it moves up. When the order had ended another
 * plan, that plan goes on where it was ended: it was paid with it. Was something bought behind it since, that goes on,
 * and what was left of the other plan is counted there.
 *
 * Rejected: to give the worth of the present plan back as days (nobody reads 17.3 days out of a price list), or as
 * credits (money would become credits, which are not given back). */
#include "billing/plans.h"

#include "http/events.h"

BILLING_PLAN_REASONS(CREDITS_DEFINE)

STMT(end_all, "UPDATE plan_periods SET ended_ms = ?2, ended_by = ?3, counted_at_ms = ?4 WHERE shop = ?1"
              " AND to_ms > ?2 AND ended_ms = 0 AND id <> ?3");
STMT(paid_since, "SELECT id FROM plan_periods WHERE shop = ?1 AND to_ms > ?2 AND ended_ms = 0 AND paid > 0"
                 " AND created_at_ms > ?3 ORDER BY from_ms LIMIT 1");
STMT(end_one, "UPDATE plan_periods SET ended_ms = ?2, taken_back = 1 WHERE id = ?1 AND ended_ms = 0");
STMT(first_behind, "SELECT id FROM plan_periods WHERE shop = ?1 AND from_ms >= ?2 AND ended_ms = 0"
                   " ORDER BY shop, from_ms LIMIT 1");
/* What lies behind it; in both texts the old values are on the right. */
STMT(move_up, "UPDATE plan_periods SET from_ms = from_ms - ?3, to_ms = to_ms - ?3 WHERE shop = ?1 AND from_ms >= ?2"
              " AND ended_ms = 0");
STMT(go_on, "UPDATE plan_periods SET from_ms = from_ms + ?3 - ended_ms, to_ms = to_ms + ?3 - ended_ms, ended_ms = 0,"
            " ended_by = 0 WHERE shop = ?1 AND ended_by = ?2 AND taken_back = 0");
STMT(hand_on, "UPDATE plan_periods SET ended_by = ?3 WHERE shop = ?1 AND ended_by = ?2");
STMT(first_ended_behind, "SELECT id FROM plan_periods WHERE shop = ?1 AND ended_by = ?2 AND from_ms >= ?3"
                         " AND taken_back = 0 ORDER BY shop, from_ms LIMIT 1");
STMT(take_ended, "UPDATE plan_periods SET taken_back = 1 WHERE id = ?1 AND taken_back = 0");
/* What was exchanged with it, and lay behind it. */
STMT(move_up_ended, "UPDATE plan_periods SET from_ms = from_ms - ?4, to_ms = to_ms - ?4 WHERE shop = ?1"
                    " AND ended_by = ?2 AND from_ms >= ?3");
STMT(last, "SELECT p.key, p.offer, p.seats, p.to_ms, o.websites FROM plan_periods p JOIN offers o ON o.id = p.offer"
           " WHERE p.shop = ?1 AND p.to_ms > ?2 AND p.ended_ms = 0 ORDER BY p.to_ms DESC LIMIT 1");

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", ((const struct shop_plan *)arg)->shop); }

bool plan_tell(struct tx *tx, const struct shop_plan *p)
{
    return events_put(tx, p->account, "plan.changed", event_json, p);
}

struct plan_said {
    const struct shop_plan *plan;
    const char *code, *why;
};

static void plan_details(struct json *j, const void *arg)
{
    const struct plan_said *s = arg;
    json_text(j, "plan", s->code);
    json_text(j, "why", s->why);
    json_i64(j, "seats", s->plan->seats);
    json_time(j, "until", s->plan->until_ms);
    json_bool(j, "renews", s->plan->renews);
    if (!plan_wishes(s->plan)) return;
    json_text(j, "nextPlan", s->plan->next_code);
    json_i64(j, "nextSeats", s->plan->next_seats);
}

bool plan_audit(struct tx *tx, struct audit_action action, const struct shop_plan *p, const char *why, int64_t actor,
                int64_t now_ms)
{
    const struct plan_said said = { p, p->code, why };
    return audit_put(tx, &(struct audit_entry){ .action = action,
                                                .account = p->account,
                                                .actor = actor,
                                                .actor_account = actor ? p->account : 0,
                                                .resource = "shop",
                                                .resource_id = p->shop,
                                                .details = plan_details,
                                                .arg = &said,
                                                .at_ms = now_ms });
}

/* ---- giving ---- */

/* The row as it is with this: what it was bought at counts from now on, also for the time that is there already. */
static void fill(struct shop_plan *p, const struct plan_gift *g, const struct plan_step *step)
{
    const struct offer *o = g->offer;
    bool first = p->shop == 0;
    if (first) *p = (struct shop_plan){ .shop = g->shop->id, .account = g->shop->account };
    p->offer = o->id, p->code = o->code, p->name_en = o->name_en, p->name_zh = o->name_zh;
    p->currency = money_currency(o->price);
    p->seats = g->seats, p->websites = o->websites, p->source = g->source;
    if (step->kind != PLAN_EXTENDS) p->began_at_ms = g->now_ms;
    /* What was wished has come, or something else was chosen since. More of the same leaves it as it is. */
    if (step->kind != PLAN_EXTENDS || g->behind) p->next_code = "", p->next_seats = 0;
    p->until_ms = step->to_ms;
    plan_clock_set(p, g->now_ms);
}

static bool end_present(struct tx *tx, int64_t shop, int64_t by, int64_t counted_at_ms, int64_t now_ms)
{
    struct query q = query(tx, &end_all);
    bind_i64(&q, shop), bind_i64(&q, now_ms), bind_i64(&q, by), bind_i64(&q, counted_at_ms);
    return query_put(&q);
}

static struct audit_action action_of(const struct plan_gift *g, enum plan_step_kind kind)
{
    if (g->source == SOURCE_TRIAL) return AUDIT_trial_began;
    return kind == PLAN_BEGINS ? AUDIT_plan_began : AUDIT_plan_changed;
}

static const char *const step_words[] = {
    [PLAN_BEGINS] = "begins", [PLAN_EXTENDS] = "extended", [PLAN_CHANGES] = "exchanged"
};

bool plan_give(struct tx *tx, const struct plan_gift *g, struct shop_plan *out)
{
    struct shop_plan p = { 0 };
    struct plan_step step;
    if (plan_get(tx, g->shop->id, &p) == ROW_FAULT) return false;
    const struct shop_plan before = p;
    if (!plan_step_of(tx, g->shop->id, g->offer, g->seats, g->now_ms, &step)) return false;
    if (g->behind && p.until_ms > g->now_ms) step = (struct plan_step){ PLAN_EXTENDS, p.until_ms, p.until_ms };
    step.to_ms = step.from_ms + g->days * DAY_MS;
    struct plan_period period = { .shop = g->shop->id,
                                  .account = g->shop->account,
                                  .order = g->order,
                                  .offer = g->offer->id,
                                  .seats = g->seats,
                                  .from_ms = step.from_ms,
                                  .to_ms = step.to_ms,
                                  .key = g->key,
                                  .paid = g->paid };
    if (!plan_period_put(tx, &period, g->now_ms)) return false;
    bool ends = step.kind == PLAN_CHANGES;
    if (ends && !end_present(tx, p.shop, period.id, g->counted_at_ms, g->now_ms)) return false;
    fill(&p, g, &step);
    if (!plan_put(tx, &p, g->now_ms) || !plan_moved(tx, &before, &p, PLAN_MOVED_BY_GIVING, g->now_ms)) return false;
    if (!plan_switch_on(tx, g->shop, 0, g->now_ms)) return false;
    const char *word = g->behind && step.kind == PLAN_EXTENDS ? step_words[PLAN_CHANGES] : step_words[step.kind];
    if (!plan_audit(tx, action_of(g, step.kind), &p, word, g->actor, g->now_ms)) return false;
    *out = p;
    return plan_tell(tx, &p);
}

/* ---- what was ordered ---- */

static const char *order_key(struct arena *a, int64_t order) { return arena_printf(a, "order:%lld", (long long)order); }

/* An order may be paid as long as it lives. Behind that, what was used meanwhile counts as used. */
static int64_t counted_at_ms(const struct order *o, int64_t now_ms)
{
    return now_ms - ORDER_LIFE_MS > o->created_at_ms ? now_ms - ORDER_LIFE_MS : o->created_at_ms;
}

/* Another plan is ended only as the quote showed it. ROW_NONE: it is not as it was then; *why. */
static enum row still_as_quoted(struct tx *tx, const struct order *o, int64_t now_ms, const char **why)
{
    struct query q = query(tx, &paid_since);
    struct money worth;
    int less;
    bind_i64(&q, o->shop), bind_i64(&q, now_ms), bind_i64(&q, o->created_at_ms);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return ROW_FAULT;
    *why = "another plan was bought for the shop after this was ordered";
    if (row == ROW_FOUND) return ROW_NONE;
    if (!plan_worth(tx, o->shop, money_currency(o->credited), counted_at_ms(o, now_ms), &worth)) return ROW_FAULT;
    if (!money_compare(worth, o->credited, &less)) return ROW_FAULT;
    *why = "the plan that was counted in the price is there no more";
    return less != 0 ? ROW_NONE : ROW_FOUND; /* worth more: something came back that nobody counted */
}

/* DELIVER_DONE: it may be. */
static enum deliver look(struct tx *tx, const struct order *o, const struct offer *offer, int64_t now_ms,
                         struct shop *shop, const char **why)
{
    struct plan_step step;
    enum row row = shops_locked(tx, o->shop, shop);
    if (row == ROW_FAULT) return DELIVER_FAULT;
    *why = "there is no such shop";
    if (row == ROW_NONE || shop->account != o->account) return DELIVER_CANNOT;
    *why = "the shop was deleted";
    if (shop->status >= SHOP_DELETED) return DELIVER_CANNOT;
    if (!plan_step_of(tx, o->shop, offer, o->seats, now_ms, &step)) return DELIVER_FAULT;
    /* What was to end another plan, and would now be put behind itself, was priced otherwise. */
    bool counted = money_is_positive(o->credited);
    if (step.kind != PLAN_CHANGES && !counted) return DELIVER_DONE;
    *why = "the plan that was counted in the price is there no more";
    if (step.kind != PLAN_CHANGES) return DELIVER_CANNOT;
    row = still_as_quoted(tx, o, now_ms, why);
    if (row == ROW_FAULT) return DELIVER_FAULT;
    return row == ROW_FOUND ? DELIVER_DONE : DELIVER_CANNOT;
}

enum deliver plan_deliver(struct tx *tx, struct order *o, const struct offer *offer, int64_t now_ms, const char **why)
{
    struct plan_gift g = { .offer = offer,
                           .seats = o->seats,
                           .order = o->id,
                           .days = offer->days,
                           .key = order_key(tx_arena(tx), o->id),
                           .source = SOURCE_ORDER,
                           .counted_at_ms = counted_at_ms(o, now_ms),
                           .now_ms = now_ms };
    struct shop shop;
    struct shop_plan p;
    struct plan_period had;
    enum deliver may = look(tx, o, offer, now_ms, &shop, why);
    if (may != DELIVER_DONE) return may;
    /* Under the shop's lock: it is given once, whoever asks how often. */
    enum row row = plan_period_by_key(tx, g.key, &had);
    if (row != ROW_NONE) return row == ROW_FOUND ? DELIVER_DONE : DELIVER_FAULT;
    /* What was counted is worth as much as money: it was paid before. */
    if (!money_add(o->amount, o->credited, &g.paid)) return DELIVER_FAULT;
    g.shop = &shop;
    return plan_give(tx, &g, &p) ? DELIVER_DONE : DELIVER_FAULT;
}

/* ---- taking back ---- */

/* The row as its last period says, or over. */
bool plan_follow(struct tx *tx, struct shop_plan *p, int64_t now_ms)
{
    struct query q = query(tx, &last);
    const struct shop_plan before = *p;
    bind_i64(&q, p->shop), bind_i64(&q, now_ms);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return false;
    if (row == ROW_FOUND) {
        p->offer = col_i64(&q, "offer"), p->seats = col_i64(&q, "seats"), p->websites = col_i64(&q, "websites");
        p->until_ms = col_i64(&q, "to_ms");
        p->source = str_starts(col_str(&q, "key"), STR("trial:")) ? SOURCE_TRIAL : SOURCE_ORDER;
    } else {
        if (p->until_ms > now_ms) p->until_ms = now_ms;
        p->renews = false;
    }
    plan_clock_set(p, now_ms);
    if (row == ROW_NONE) p->warned |= PLAN_TAKEN;
    if (!plan_put(tx, p, now_ms) || plan_get(tx, p->shop, p) != ROW_FOUND) return false;
    return plan_moved(tx, &before, p, PLAN_MOVED_BY_TAKING, now_ms);
}

/* What `of` had ended belongs to `to` from now on: it is counted there, and goes on when that is taken back. */
static bool hand_to(struct tx *tx, int64_t shop, int64_t of, int64_t to)
{
    struct query q = query(tx, &hand_on);
    bind_i64(&q, shop), bind_i64(&q, of), bind_i64(&q, to);
    return query_change(&q) >= 0;
}

static bool end_period(struct tx *tx, const struct plan_period *period, int64_t now_ms)
{
    struct query end = query(tx, &end_one);
    bind_i64(&end, period->id), bind_i64(&end, now_ms);
    if (query_change(&end) != 1) return false;
    int64_t rest_ms = period->to_ms - (now_ms > period->from_ms ? now_ms : period->from_ms);
    if (rest_ms <= 0) return true;
    struct query behind = query(tx, &first_behind);
    bind_i64(&behind, period->shop), bind_i64(&behind, period->to_ms);
    enum row row = query_row(&behind);
    if (row == ROW_FAULT) return false;
    if (row == ROW_FOUND) {
        int64_t heir = col_i64(&behind, "id");
        if (!hand_to(tx, period->shop, period->id, heir)) return false;
        struct query up = query(tx, &move_up);
        bind_i64(&up, period->shop), bind_i64(&up, period->to_ms), bind_i64(&up, rest_ms);
        return query_change(&up) > 0;
    }
    struct query on = query(tx, &go_on);
    bind_i64(&on, period->shop), bind_i64(&on, period->id), bind_i64(&on, now_ms);
    return query_change(&on) >= 0;
}

/* It was exchanged for another plan, in whose price its rest was counted; with its money back that is worth nothing
 * (plan_worth.c). It does not go on when the other one is taken back; what lay behind it does then, and counts what it
 * had ended itself; that goes on only where nothing lay behind, as in end_period. */
static bool take_exchanged(struct tx *tx, const struct plan_period *period)
{
    struct query take = query(tx, &take_ended);
    bind_i64(&take, period->id);
    int64_t taken = query_change(&take);
    if (taken != 1 || period->ended_by == 0) return taken >= 0;
    int64_t rest_ms = period->to_ms - (period->ended_ms > period->from_ms ? period->ended_ms : period->from_ms);
    struct query behind = query(tx, &first_ended_behind);
    bind_i64(&behind, period->shop), bind_i64(&behind, period->ended_by), bind_i64(&behind, period->to_ms);
    enum row row = query_row(&behind);
    if (row == ROW_FAULT) return false;
    int64_t heir = row == ROW_FOUND ? col_i64(&behind, "id") : period->ended_by;
    struct query up = query(tx, &move_up_ended);
    bind_i64(&up, period->shop), bind_i64(&up, period->ended_by), bind_i64(&up, period->to_ms), bind_i64(&up, rest_ms);
    if (query_change(&up) < 0) return false;
    return hand_to(tx, period->shop, period->id, heir);
}

bool plan_take_back(struct tx *tx, const struct order *o, int64_t now_ms)
{
    struct shop shop;
    struct shop_plan p;
    struct plan_period period;
    enum row row = shops_locked(tx, o->shop, &shop);
    if (row == ROW_FOUND) row = plan_period_by_key(tx, order_key(tx_arena(tx), o->id), &period);
    if (row != ROW_FOUND) return row == ROW_NONE; /* nothing was given */
    if (period.ended_ms > 0) {
        if (!take_exchanged(tx, &period)) return false;
        return plan_paid_back(tx, o->account);
    }
    if (plan_get(tx, o->shop, &p) != ROW_FOUND || !end_period(tx, &period, now_ms)) return false;
    if (!plan_follow(tx, &p, now_ms) || !plan_paid_back(tx, o->account)) return false;
    if (!tenants_entitlement_changed(tx, p.account, p.shop, now_ms)) return false;
    bool over = p.until_ms <= now_ms;
    if (!plan_audit(tx, over ? AUDIT_plan_ended : AUDIT_plan_changed, &p, "taken_back", 0, now_ms)) return false;
    return plan_tell(tx, &p);
}

bool billing_shop_purged(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    struct shop_plan p;
    enum row row = plan_get(tx, s->id, &p);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (!end_present(tx, s->id, 0, 0, now_ms)) return false;
    return plan_follow(tx, &p, now_ms);
}
