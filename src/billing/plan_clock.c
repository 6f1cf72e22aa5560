/* plan_clock.c: when the clock of plans looks at a plan: 7, 3 and 1 days before its end it is announced, a day before
 * it is renewed if it shall be, and its end is told once. A row holds the earliest of these times, so that those that
 * are due are found by an index; what was told is in its bits, so nothing is told twice.
 *
 * One that becomes another plan with its next period is renewed some minutes before its end: until then the shop has
 * what was paid for. Not at the end itself: renewals of chats that look then would find that nobody has paid.
 *
 * A plan that is bought, renewed or taken back has another end, and all of it begins anew; but nobody is told that what
 * he has bought a moment ago ends in less than a week. */
#include "billing/plans.h"

const struct plan_notice plan_notices[PLAN_NOTICES] = { { 7, PLAN_TOLD_7 }, { 3, PLAN_TOLD_3 }, { 1, PLAN_TOLD_1 } };

int64_t plan_renews_at_ms(const struct shop_plan *p)
{
    return p->until_ms - (plan_wishes(p) ? PLAN_NEXT_BEFORE_MS : PLAN_RENEWS_BEFORE_MS);
}

int64_t plan_due_ms(const struct shop_plan *p)
{
    if (p->warned & PLAN_TOLD_END) return 0;
    int64_t due_ms = p->until_ms;
    if (p->renews && plan_renews_at_ms(p) < due_ms) due_ms = plan_renews_at_ms(p);
    for (size_t i = 0; i < PLAN_NOTICES; i++) {
        int64_t at_ms = p->until_ms - plan_notices[i].days * DAY_MS;
        if (!(p->warned & plan_notices[i].bit) && at_ms < due_ms) due_ms = at_ms;
    }
    return due_ms;
}

void plan_clock_set(struct shop_plan *p, int64_t now_ms)
{
    p->warned = p->until_ms <= now_ms ? PLAN_TOLD_END : 0;
    for (size_t i = 0; i < PLAN_NOTICES; i++)
        if (p->until_ms - now_ms <= plan_notices[i].days * DAY_MS) p->warned |= plan_notices[i].bit;
    p->due_at_ms = plan_due_ms(p);
}
