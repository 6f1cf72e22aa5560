/* news.c: what the providers tell at /hooks: late, twice, in another order, never, and now and then something that is
 * not signed, is another merchant's, names another sum, or comes under an id that said something else before. Whoever
 * is not acknowledged comes again. */
#include "tests/money/money.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES_MAX = 40 };

enum lie { LIE_NONE, LIE_FORGED, LIE_MERCHANT, LIE_SUM, LIE_CURRENCY, LIE_UNKNOWN, LIE_CHANGED, LIES };
static const char *const lie_names[] = { "as it is",  "forged", "another merchant's", "another sum", "another currency",
                                         "of nobody", "changed" };

/* ---- what there is to tell ---- */

/* NULL: it is never told of. `must`: nobody can be asked about it, so it comes in the end. */
static struct news *add(struct sim *s, struct trade *w, bool must)
{
    uint64_t how = sim_draw(s, 10);
    /* That a promise is not kept can hardly be asked for: it is waited for, for weeks. */
    bool promise_broken = w->at == STRIPE && w->state == TRADE_FAILED;
    bool lost = sim_draw(s, promise_broken ? 60 : 8) == 0 || (world_is_silent(s, w->at) && !promise_broken);
    if (s->newses == NEWS_MAX) {
        if (must) abort(); /* world.c gives back by itself only while there is room */
        return NULL;
    }
    struct news *n = &s->news[s->newses++];
    *n = (struct news){ .trade = (int)(w - s->trade), .made_ms = s->now_ms, .lost = lost && !must };
    (void)snprintf(n->event, sizeof n->event, "ev%d", ++s->ids);
    int64_t most_ms = how < 5 ? 1 : how < 8 ? 5 * MINUTE_MS : 12 * HOUR_MS;
    n->due_ms = s->now_ms + (int64_t)sim_draw(s, (uint64_t)most_ms);
    bool paid = w->state == TRADE_PAID;
    n->notice = (struct payment_notice){ .event = str_of(n->event),
                                         .type = STR("told"),
                                         .made_at_ms = w->at == STRIPE ? s->now_ms / SECOND_MS * SECOND_MS : 0,
                                         .about_order = true,
                                         .order = str_of(w->number),
                                         .trade = str_of(w->trade),
                                         .amount = money_of(paid ? w->paid : w->amount, paid ? w->came : w->asked) };
    return n;
}

void news_of(struct sim *s, struct trade *w, enum payment_said said)
{
    struct news *n = add(s, w, false);
    if (!n) return;
    n->notice.said = said;
    if (w->at == STRIPE) n->notice.session = str_of(w->session);
}

/* Something of it may be back of which nobody asks any more: by itself, or by a worker that woke up too late, whose
 * successor was refused. */
static bool nobody_asks(const struct trade *w)
{
    bool any = w->has_refused;
    for (int i = 0; i < w->givens; i++) any |= w->given[i].number[0] == '\0';
    return any;
}

void news_of_refund(struct sim *s, struct trade *w, const struct given *g)
{
    struct news *n = add(s, w, nobody_asks(w));
    if (!n) return;
    if (w->at == WECHAT) { /* by its number */
        if (g->state == GIVEN_TAKEN) n->lost = true;
        if (g->number[0] == '\0') n->lost = sim_draw(s, 2); /* under a number that nobody here knows */
        text_copy(n->refund, sizeof n->refund, g->number[0] ? g->number : g->id);
        n->notice.said = g->state == GIVEN_DONE ? PAYMENT_SAYS_REFUNDED : PAYMENT_SAYS_REFUND_FAILED;
        n->notice.refund = str_of(n->refund);
        n->notice.refund_amount = money_of(g->minor, w->came);
        return;
    }
    n->notice.said = PAYMENT_SAYS_PAID;
    n->notice.has_total = true;
    n->notice.refund_total = money_of(world_back(w, w->at == STRIPE), w->came);
    if (w->at == STRIPE) n->notice.order = (struct str){ NULL, 0 };
}

void news_for_person(struct sim *s, struct trade *w, const char *type)
{
    struct news *n = add(s, w, false);
    if (n) n->notice = (struct payment_notice){ .event = n->notice.event, .type = str_of(type), .for_person = true };
}

/* ---- as the product hears it ---- */

static void bend(struct payment_notice *n, const struct trade *w, enum lie lie)
{
    if (lie == LIE_UNKNOWN) n->order = STR("0000000000000000000000NONE"), n->trade = STR("T0");
    if (lie == LIE_SUM && n->about_order) n->amount = money_of(w->amount + 7, w->asked);
    if (lie == LIE_CURRENCY && n->about_order) n->amount = money_of(money_minor(n->amount), CURRENCY_HKD);
    if (lie == LIE_CHANGED) n->has_total = true, n->refund_total = n->amount;
}

enum payment_reason news_hear(const struct delivery *d, struct payment_notice *out)
{
    char body[32];
    *out = (struct payment_notice){ 0 };
    if (d->body.n >= sizeof body || d->body.n < 3) return PAYMENT_MALFORMED;
    memcpy(body, d->body.p, d->body.n);
    body[d->body.n] = '\0';
    int which = atoi(body + 2), lie = body[0] - 'a';
    if (which >= sim_now->newses || lie < 0 || lie >= LIES) return PAYMENT_MALFORMED;
    if (lie == LIE_FORGED) return PAYMENT_SIGNATURE;
    if (lie == LIE_MERCHANT) return PAYMENT_MERCHANT;
    const struct news *n = &sim_now->news[which];
    *out = n->notice;
    bend(out, &sim_now->trade[n->trade], (enum lie)lie);
    return PAYMENT_ACCEPTED;
}

/* ---- telling it ---- */

static int deliver(struct sim *s, int which, enum lie lie)
{
    const struct trade *w = &s->trade[s->news[which].trade];
    char path[40], body[32];
    (void)snprintf(path, sizeof path, "/hooks/%s", world_name(w->at));
    (void)snprintf(body, sizeof body, "%c %d", 'a' + (int)lie, which);
    int status = request(s, VERB_POST, billing_hook_routes, path, 0, body);
    sim_say(s, "%s tells news %d of trade %d, %s: %d", world_name(w->at), which, s->news[which].trade, lie_names[lie],
            status);
    return status;
}

static bool is_due(const struct sim *s, const struct news *n)
{
    return !n->lost && !n->acknowledged && n->due_ms <= s->now_ms;
}

static void tell(struct sim *s, int which)
{
    struct news *n = &s->news[which];
    int64_t again_ms = s->calm ? HOUR_MS : SECOND_MS + (int64_t)sim_draw(s, (uint64_t)(4 * HOUR_MS));
    n->tries++;
    n->due_ms = s->now_ms + again_ms;
    if (sim_chance(s, 10)) return; /* the network has lost it */
    int status = deliver(s, which, LIE_NONE);
    n->acknowledged = status / 100 == 2 && !sim_chance(s, 8);
    if (s->calm && n->tries >= TRIES_MAX) n->lost = true;
}

void news_turn(struct sim *s)
{
    int due[NEWS_MAX], count = 0;
    for (int i = 0; i < s->newses; i++)
        if (is_due(s, &s->news[i])) due[count++] = i;
    if (count > 0) tell(s, due[sim_draw(s, (uint64_t)count)]);
    if (s->newses == 0 || !sim_chance(s, 4)) return;
    /* Something that was told, once more, or a lie of it. */
    int which = (int)sim_draw(s, (uint64_t)s->newses);
    enum lie lie = (enum lie)sim_draw(s, LIES);
    const struct news *n = &s->news[which];
    if (!n->acknowledged && (lie == LIE_NONE || lie == LIE_CHANGED)) return;
    if (lie == LIE_CHANGED && (!n->notice.about_order || n->notice.has_total)) return;
    int status = deliver(s, which, lie);
    if (lie > LIE_NONE && n->notice.about_order && status / 100 == 2)
        sim_fault(s, "a lie (%s) was acknowledged", lie_names[lie]);
}

bool news_are_due(const struct sim *s)
{
    for (int i = 0; i < s->newses; i++)
        if (is_due(s, &s->news[i])) return true;
    return false;
}

int64_t news_next_ms(const struct sim *s)
{
    int64_t first_ms = 0;
    for (int i = 0; i < s->newses; i++) {
        const struct news *n = &s->news[i];
        if (!n->lost && !n->acknowledged && (!first_ms || n->due_ms < first_ms)) first_ms = n->due_ms;
    }
    return first_ms;
}
