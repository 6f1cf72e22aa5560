/* due_times.c: what the rules are to know of the shop: how long it lets a person be silent, and a visitor wait; and of
 * the team: whether who had a conversation that is opened again is still of it. */
#include "chat/private.h"
#include "chat/settings.h"

#include "accounts/accounts.h"
#include "knowledge/knowledge.h"

bool chat_can_answer(struct tx *tx, int64_t account, int64_t person, bool *can)
{
    struct account_colleague who = { .roles = 0 };
    enum row row = accounts_colleague(tx, account, person, &who);
    *can = row == ROW_FOUND && (who.roles & WHO_STAFF) != 0;
    return row != ROW_FAULT;
}

bool chat_due_times(struct tx *tx, const struct conversation *before, struct chat_act *act)
{
    struct chat_shop_settings s;
    /* The usual words change nothing that has a time. */
    bool usual = act->kind == ACT_BOT_WROTE || act->kind == ACT_HOUSE_WROTE ||
                 (act->kind == ACT_VISITOR_WROTE && before->status == CHAT_OPEN);
    if (usual) return true;
    if (!chat_settings_read(tx, before->shop, tx_arena(tx), &s)) return false;
    act->alert_after_ms = s.alert_first_ms;
    if (before->status == CHAT_RESOLVED && before->assignee != 0) {
        bool can;
        if (!chat_can_answer(tx, before->account, before->assignee, &can)) return false;
        act->assignee_left = !can;
    }
    if (s.back_after_ms == 0) return true;
    /* Without an assistant nobody would answer any more. */
    enum row told = knowledge_told(tx, before->account, before->shop);
    if (told == ROW_FOUND) act->back_after_ms = s.back_after_ms;
    return told != ROW_FAULT;
}
