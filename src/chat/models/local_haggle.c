/* local_haggle.c: no price is changed. What the shop offers by itself is told, and what the thing costs. */
#include "chat/models/local.h"

#include <string.h>

bool local_haggle(struct local *m)
{
    bool answered = false, asked = (m->h.all & (SENSE_DISCOUNT | SENSE_SHIP | SENSE_PROTECT)) != 0;
    const struct knowledge_product *p = m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1 ? m->found.product[0]
                                        : m->focuses == 1                                     ? m->focus[0]
                                                                                              : NULL;
    if ((m->h.all & SENSE_POINTS) && !local_rule(m, &answered)) return false; /* "is it cheaper if I subscribe" */
    if (!answered && p && !local_offered_for_several(m, p, &answered)) return false;
    if (!answered && local_deals_for_several(&m->h) && !local_promotions(m, &answered)) return false;
    if (answered) return true;
    if (asked && !p) {
        if (!local_rule(m, &answered)) return false;
        if (!answered && !local_promotions(m, &answered)) return false;
        if (answered) return true;
    }
    if (!p) {
        local_say(m, REPLY_DECLINE, SAY_HAGGLE, "haggling");
        return true;
    }
    SAY(m, SAY_HAGGLE_PRICE, { NULL, NULL });
    m->found.how = FOUND_TALKED_ABOUT, m->found.n = 1, m->found.product[0] = p;
    m->h.all = SENSE_PRICE;
    m->found.mentions = 0;
    memcpy(m->found.mention, m->kept, sizeof m->kept), m->found.mentions = m->kepts;
    local_product_answer(m);
    /* What the shop offers by itself may be told; an amount beside the price would read as another price. */
    size_t end = m->text.n;
    m->without_money = true;
    if (asked) buf_char(&m->text, '\n');
    if (asked && !local_promotions(m, &answered)) return false;
    if (!answered) m->text.n = end;
    m->without_money = false;
    m->action = REPLY_DECLINE, m->why = "haggling";
    return true;
}
