/* rules.c: who speaks, as one function without a database: what a conversation is before, what happens, what it is
 * after. Everything that changes owner, status or epoch goes through it, so a simulator can drive it through every
 * order of events.
 *
 * The epoch grows with every change of who may speak and with every word of a person. A bot's reply is made for an
 * epoch, and the statement that inserts it demands that this still is the epoch (messages.c): so no reply that was
 * thought of before a person came can follow that person's word. */
#include "chat/private.h"

#include "base/clock.h"

static void speak(struct conversation *c, int64_t person, const char *name)
{
    c->owner = CHAT_PERSON;
    c->person = person;
    c->person_name = name ? name : "";
    c->waiting_since_ms = 0;
}

static void speak_no_more(struct conversation *c, enum chat_owner owner, int64_t waiting_since_ms)
{
    c->owner = owner;
    c->person = 0;
    c->person_name = "";
    c->waiting_since_ms = waiting_since_ms;
}

static void open_again(struct conversation *c)
{
    c->status = CHAT_OPEN;
    c->snoozed_until_ms = c->resolved_at_ms = 0;
}

static bool speaks(const struct conversation *c, int64_t person)
{
    return c->owner == CHAT_PERSON && c->person == person && c->status == CHAT_OPEN;
}

/* A page that shows an older epoch does not know what it would undo. Whoever has what they ask for has lost nothing,
 * and who speaks undoes nobody's: their page is behind a word of their own. */
static bool is_old(const struct conversation *c, const struct chat_act *act)
{
    return act->seen_epoch != 0 && act->seen_epoch != c->epoch && !speaks(c, act->person);
}

static enum chat_may after_word(const struct chat_act *act, struct conversation *c)
{
    if (act->kind == ACT_BOT_WROTE || act->kind == ACT_HOUSE_WROTE) return CHAT_NOTHING;
    if (act->kind == ACT_PERSON_WROTE) {
        /* A person's word takes it over. What waits for whoever comes is taken from nobody. */
        bool waits = c->owner == CHAT_WAITING && c->status == CHAT_OPEN;
        if (is_old(c, act) && !waits) return CHAT_LOST;
        open_again(c);
        speak(c, act->person, act->person_name);
        if (c->assignee == 0) c->assignee = act->person;
        return CHAT_MAY;
    }
    if (c->status == CHAT_OPEN) return CHAT_NOTHING;
    open_again(c);
    return CHAT_MAY;
}

static enum chat_may after_handing(const struct chat_act *act, struct conversation *c)
{
    if (act->kind == ACT_TAKE && speaks(c, act->person)) return CHAT_NOTHING;
    if (act->kind == ACT_ASSIGN && act->to != 0 && speaks(c, act->to) && c->assignee == act->to) return CHAT_NOTHING;
    if (act->kind == ACT_TO_BOT && c->owner == CHAT_BOT && c->status == CHAT_OPEN) return CHAT_NOTHING;
    if (act->kind == ACT_TO_TEAM && c->owner == CHAT_WAITING && c->status == CHAT_OPEN) return CHAT_NOTHING;
    if (is_old(c, act)) return CHAT_LOST;
    bool to_nobody = act->kind == ACT_ASSIGN && act->to == 0;
    if (to_nobody && c->assignee == 0) return CHAT_NOTHING;
    if (!to_nobody) open_again(c);
    c->assignee = act->kind == ACT_TAKE ? act->person : act->kind == ACT_ASSIGN ? act->to : 0;
    if (act->kind == ACT_TAKE) speak(c, act->person, act->person_name);
    else if (act->kind == ACT_TO_BOT) speak_no_more(c, CHAT_BOT, 0);
    else if (act->kind == ACT_ASSIGN && act->to != 0) speak(c, act->to, act->to_name);
    else if (act->kind == ACT_TO_TEAM || c->owner == CHAT_PERSON) speak_no_more(c, CHAT_WAITING, act->now_ms);
    return CHAT_MAY;
}

static enum chat_may after_wish(const struct chat_act *act, struct conversation *c)
{
    if (act->kind == ACT_WANT_BOT) {
        if (c->owner == CHAT_PERSON) return CHAT_MAY_NOT;
        if (c->owner == CHAT_BOT) return CHAT_NOTHING;
        open_again(c); /* who asks is here: what was put off is not any more */
        speak_no_more(c, CHAT_BOT, 0);
        return CHAT_MAY;
    }
    if (c->owner != CHAT_BOT && c->status == CHAT_OPEN) return CHAT_NOTHING;
    if (is_old(c, act)) return CHAT_LOST;
    open_again(c);
    if (c->owner == CHAT_BOT) speak_no_more(c, CHAT_WAITING, act->now_ms);
    return CHAT_MAY;
}

static enum chat_may after_status(const struct chat_act *act, struct conversation *c)
{
    if (act->kind == ACT_WAKE) {
        if (c->status != CHAT_SNOOZED || c->snoozed_until_ms > act->now_ms) return CHAT_NOTHING;
        open_again(c);
        return CHAT_MAY;
    }
    if (act->kind == ACT_BACK) {
        bool due = c->back_at_ms != 0 && c->back_at_ms <= act->now_ms;
        if (c->owner != CHAT_PERSON || c->status != CHAT_OPEN || !due) return CHAT_NOTHING;
        speak_no_more(c, CHAT_BOT, 0); /* the assignee stays: it is theirs, and they may come back */
        return CHAT_MAY;
    }
    if (act->kind == ACT_REOPEN && c->status == CHAT_OPEN) return CHAT_NOTHING;
    if (act->kind == ACT_RESOLVE && c->status == CHAT_RESOLVED) return CHAT_NOTHING;
    if (is_old(c, act)) return CHAT_LOST;
    open_again(c);
    if (act->kind == ACT_REOPEN) return CHAT_MAY;
    if (act->kind == ACT_SNOOZE) {
        if (act->until_ms <= act->now_ms) return CHAT_MAY_NOT;
        c->status = CHAT_SNOOZED;
        c->snoozed_until_ms = act->until_ms;
        return CHAT_MAY;
    }
    c->status = CHAT_RESOLVED;
    c->resolved_at_ms = act->now_ms;
    speak_no_more(c, CHAT_BOT, 0);
    return CHAT_MAY;
}

/* Who can answer no more has nothing that is not finished. It waits where an answer is owed, or a person was asked for;
 * what they had and a colleague speaks in is that colleague's. */
static enum chat_may after_leaving(const struct chat_act *act, struct conversation *c)
{
    bool spoke = c->owner == CHAT_PERSON && c->person == act->to, had = c->assignee == act->to;
    if (c->status == CHAT_RESOLVED || act->to == 0 || (!spoke && !had)) return CHAT_NOTHING;
    bool waits = c->burst_at_ms != 0 || act->asked;
    if (spoke) speak_no_more(c, waits ? CHAT_WAITING : CHAT_BOT, waits ? act->now_ms : 0);
    if (had) c->assignee = c->person;
    return CHAT_MAY;
}

/* What is unanswered, and what will be due: of every word, and of every change. */
static void note(const struct conversation *before, const struct chat_act *act, struct conversation *c)
{
    bool wrote = act->kind == ACT_PERSON_WROTE, replied = act->kind == ACT_BOT_WROTE;
    if (act->kind == ACT_VISITOR_WROTE && c->burst_at_ms == 0) c->burst_at_ms = act->now_ms;
    if (wrote || replied) c->burst_at_ms = 0;
    if (replied) {
        bool later = act->now_ms - c->replies_since_ms >= HOUR_MS || act->now_ms < c->replies_since_ms;
        if (later) c->replies = 0, c->replies_since_ms = act->now_ms;
        c->replies++;
        c->failed = act->failed;
    }
    if (before->owner != c->owner || before->status != c->status) c->failed = 0;
    bool waits = c->status == CHAT_OPEN && c->owner == CHAT_WAITING;
    bool waited = before->status == CHAT_OPEN && before->owner == CHAT_WAITING;
    if (waits != waited)
        c->alerts = 0, c->alert_at_ms = waits && act->alert_after_ms > 0 ? act->now_ms + act->alert_after_ms : 0;
    bool spoke = speaks(before, c->person);
    if (!speaks(c, c->person)) c->back_at_ms = 0;
    else if (wrote || !spoke) c->back_at_ms = act->back_after_ms > 0 ? act->now_ms + act->back_after_ms : 0;
}

enum chat_may conversation_after(const struct conversation *before, const struct chat_act *act,
                                 struct conversation *after)
{
    enum chat_may may = CHAT_MAY_NOT;
    *after = *before;
    if (before->status == CHAT_RESOLVED && act->assignee_left) after->assignee = 0;
    switch (act->kind) {
    case ACT_VISITOR_WROTE:
    case ACT_BOT_WROTE:
    case ACT_HOUSE_WROTE:
    case ACT_PERSON_WROTE: may = after_word(act, after); break;
    case ACT_TAKE:
    case ACT_TO_BOT:
    case ACT_TO_TEAM:
    case ACT_ASSIGN: may = after_handing(act, after); break;
    case ACT_WANT_PERSON:
    case ACT_WANT_BOT: may = after_wish(act, after); break;
    case ACT_RESOLVE:
    case ACT_REOPEN:
    case ACT_SNOOZE:
    case ACT_BACK:
    case ACT_WAKE: may = after_status(act, after); break;
    case ACT_LEFT: may = after_leaving(act, after); break;
    }
    if (may == CHAT_MAY) after->epoch = before->epoch + 1;
    else *after = *before;
    if (may == CHAT_MAY || may == CHAT_NOTHING) note(before, act, after);
    return may;
}

bool conversation_moved(const struct conversation *before, const struct conversation *after)
{
    return before->status != after->status || before->owner != after->owner || before->person != after->person ||
           before->assignee != after->assignee;
}
