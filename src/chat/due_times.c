/* due_times.c: what the rules are to know of the shop: how long it lets a person be silent, and a visitor wait. */
#include "chat/private.h"
#include "chat/settings.h"

#include "knowledge/knowledge.h"

bool chat_due_times(struct tx *tx, const struct conversation *before, struct chat_act *act)
{
    struct chat_shop_settings s;
    /* The usual words change nothing that has a time. */
    bool usual = act->kind == ACT_BOT_WROTE || act->kind == ACT_HOUSE_WROTE ||
                 (act->kind == ACT_VISITOR_WROTE && before->status == CHAT_OPEN);
    if (usual) return true;
    if (!chat_settings_read(tx, before->shop, tx_arena(tx), &s)) return false;
    act->alert_after_ms = s.alert_first_ms;
    if (s.back_after_ms == 0) return true;
    /* Without an assistant nobody would answer any more. */
    enum row told = knowledge_told(tx, before->account, before->shop);
    if (told == ROW_FOUND) act->back_after_ms = s.back_after_ms;
    return told != ROW_FAULT;
}
