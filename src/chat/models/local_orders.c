/* local_orders.c: the state of an order, for who names its number and its e-mail address, in whatever order and over
 * however many turns, or is known to the shop by that address. To anybody else every order is the same: a wrong number
 * and a wrong address get the same words, so that not even the existence of an order is told. */
#include "chat/models/local.h"

enum { NUMBER_MIN = 4, NUMBER_MAX = 40, OWN_MAX = 3 };

static const struct knowledge_order *order_of(struct local *m, bool *fault)
{
    struct knowledge_order *o = NULL;
    *fault = !m->source->order(m->source->ctx, str_of(m->order_number), m->arena, &o);
    if (*fault || !o || !o->email) return NULL;
    const char *email = m->ask->verified_email && str_eq_nocase(str_of(m->ask->verified_email), str_of(o->email))
                            ? m->ask->verified_email
                            : m->email;
    return email && str_eq_nocase(str_of(email), str_of(o->email)) ? o : NULL;
}

static bool is_han_text(const char *s) { return s && (unsigned char)s[0] >= 0xe3; }

/* The shop's own words go with the language they are in; in another one ours go first. */
static const char *status_words(struct local *m, const struct knowledge_order *o)
{
    const char *ours = say_status(m->language, o->status);
    if (!o->status_text || !*o->status_text) return ours ? ours : o->status;
    if (is_han_text(o->status_text) == (m->language == LOCAL_ZH) || !ours) return o->status_text;
    return arena_printf(m->arena, "%s (%s)", ours, o->status_text);
}

static void tell(struct local *m, const struct knowledge_order *o)
{
    SAY(m, SAY_ORDER_STATE, { "number", o->number }, { "status", status_words(m, o) });
    for (size_t i = 0; i < o->shipments && i < 5; i++)
        SAY(m, SAY_ORDER_SHIPMENT, { "carrier", o->shipment[i].carrier }, { "tracking", o->shipment[i].tracking });
    struct buf items;
    char *memory = arena_alloc(m->arena, 1200);
    buf_fixed(&items, memory, 1200);
    for (size_t i = 0; i < o->items && i < 8; i++) {
        if (!o->item[i].title) continue;
        if (items.n > 0) buf_text(&items, m->language == LOCAL_ZH ? "、" : ", ");
        buf_text(&items, o->item[i].title);
        if (o->item[i].quantity > 1) buf_printf(&items, " × %lld", (long long)o->item[i].quantity);
    }
    if (items.n > 0 && !items.overflow) SAY(m, SAY_ORDER_ITEMS, { "items", buf_terminated(&items) });
    m->action = REPLY_ANSWER, m->why = "order";
}

/* A customer whom the shop vouches for need not know a number: the last orders of theirs are told. */
static bool tell_own(struct local *m)
{
    struct knowledge_order *o;
    size_t n;
    if (!m->source->orders_of(m->source->ctx, str_of(m->ask->verified_email), OWN_MAX, m->arena, &o, &n)) return false;
    for (size_t i = 0; i < n; i++) tell(m, &o[i]);
    if (n == 0) local_say(m, REPLY_ASK, SAY_ORDER_NEED_NUMBER, "order without a number");
    return true;
}

/* While an order is talked about that is not (yet) the shopper's, "cancel it" and "has it left" are about that order:
 * the shop's rules name states of orders, and said here they would sound like an answer. */
bool local_order_goes_on(struct local *m, bool *goes_on)
{
    uint64_t subjects = m->h.all & SENSE_SUBJECTS, of_order = SENSE_CHANGE | SENSE_SHIP | SENSE_CONTACT | SENSE_STORE;
    bool fault = false;
    *goes_on = m->order_talk && m->order_number && m->found.how != FOUND_NAMED && (subjects & of_order);
    if (*goes_on && order_of(m, &fault)) *goes_on = false;
    return !fault;
}

bool local_order(struct local *m)
{
    bool fault = false;
    const struct knowledge_order *o = NULL;
    if (!m->order_number && !m->email && m->ask->verified_email) return tell_own(m);
    if (!m->order_number) {
        bool address = m->email || m->ask->verified_email;
        local_say(m, REPLY_ASK, address ? SAY_ORDER_NEED_NUMBER : SAY_ORDER_NEED_BOTH, "order without a number");
        return true;
    }
    if (!m->email && !m->ask->verified_email) {
        local_say(m, REPLY_ASK, SAY_ORDER_NEED_EMAIL, "order without an address");
        return true;
    }
    o = order_of(m, &fault);
    if (fault) return false;
    if (o) tell(m, o);
    else if (!m->email) local_say(m, REPLY_ASK, SAY_ORDER_NEED_EMAIL, "order of another address");
    else {
        m->order_missed = true;
        local_say(m, REPLY_DECLINE, SAY_ORDER_NO_MATCH, "order and address do not match");
    }
    return true;
}
