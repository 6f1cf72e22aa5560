/* team.c: how a team changes. Everything here that takes a role away, or could leave an account without an owner, first
 * locks the account's row: of two owners who leave in the same moment one stays.
 *
 * Who may change roles: an owner everybody's, an admin those of agents, viewers and other admins. */
#include "accounts/private.h"
#include "http/events.h"

STMT(owners, "SELECT COUNT(*) AS owners FROM members WHERE account = ?1 AND role = 1");
STMT(set_role, "UPDATE members SET role = ?3 WHERE account = ?1 AND person = ?2");
STMT(remove_one, "DELETE FROM members WHERE account = ?1 AND person = ?2");
STMT(end_invitations, "DELETE FROM invitations WHERE account = ?1 AND invited_by = ?2");

bool member_may_give(enum member_role by, enum member_role role)
{
    return by == MEMBER_OWNER || (by == MEMBER_ADMIN && role != MEMBER_OWNER);
}

enum row accounts_colleague(struct tx *tx, int64_t account, int64_t person, struct account_colleague *out)
{
    enum member_role role;
    struct person p;
    enum row r = member_role(tx, account, person, &role);
    if (r == ROW_FOUND) r = persons_get(tx, person, &p);
    if (r != ROW_FOUND) return r;
    *out = (struct account_colleague){
        .person = person, .name = p.name, .email = p.email, .lang = p.lang, .roles = member_roles(role)
    };
    return ROW_FOUND;
}

static void role_json(struct json *j, const void *arg)
{
    const enum member_role *role = arg;
    json_text(j, "role", member_role_names[*role - 1]);
}

bool team_audit(struct tx *tx, const struct team_act *act, struct audit_action action, int64_t person,
                enum member_role role)
{
    return audit_put(tx, &(struct audit_entry){ .action = action,
                                                .account = act->account,
                                                .actor = act->by,
                                                .actor_account = act->account,
                                                .resource = "person",
                                                .resource_id = person,
                                                .details = role != MEMBER_NONE ? role_json : NULL,
                                                .arg = &role,
                                                .network = act->network,
                                                .user_agent = act->user_agent,
                                                .at_ms = act->now_ms });
}

enum team team_of(enum row r) { return r == ROW_FOUND ? TEAM_DONE : r == ROW_NONE ? TEAM_UNKNOWN : TEAM_FAULT; }

/* The account's row locked, who acts entitled, and what the member is now. */
static enum team look(struct tx *tx, const struct team_act *act, int64_t person, enum member_role *is)
{
    bool disabled;
    int64_t panel;
    const char *merchant;
    enum member_role by = MEMBER_NONE;
    enum team t = team_of(account_lock(tx, act->account, &disabled));
    if (t != TEAM_DONE) return t;
    if (!panels_account(tx, act->account, &panel, &merchant)) return TEAM_FAULT;
    if (panel > 0) return TEAM_OF_PANEL;
    if (member_role(tx, act->account, act->by, &by) == ROW_FAULT) return TEAM_FAULT;
    t = team_of(member_role(tx, act->account, person, is));
    if (t != TEAM_DONE) return t;
    bool may = (act->by == person || member_may_give(by, *is)) && !disabled;
    return may ? TEAM_DONE : TEAM_FORBIDDEN;
}

enum team member_spared(struct tx *tx, int64_t account, enum member_role is)
{
    if (is != MEMBER_OWNER) return TEAM_DONE;
    struct query q = query(tx, &owners);
    bind_i64(&q, account);
    if (query_row(&q) != ROW_FOUND) return TEAM_FAULT;
    return col_i64(&q, "owners") > 1 ? TEAM_DONE : TEAM_LAST_OWNER;
}

bool member_left(struct tx *tx, int64_t account, int64_t person, int64_t now_ms)
{
    if (accounts_hooks.member_left) return accounts_hooks.member_left(tx, account, person, now_ms);
    return events_put(tx, account, EVENT_SESSIONS_CHANGED, NULL, NULL);
}

/* Every page of the account asks at once who it is. */
static bool tell_changed(struct tx *tx, const struct team_act *act, int64_t person, enum member_role role)
{
    if ((member_roles(role) & WHO_STAFF) == 0) return member_left(tx, act->account, person, act->now_ms);
    return events_put(tx, act->account, EVENT_SESSIONS_CHANGED, NULL, NULL);
}

enum team member_change(struct tx *tx, const struct team_act *act, int64_t person, enum member_role role)
{
    enum member_role is, by;
    enum team t = look(tx, act, person, &is);
    if (t != TEAM_DONE || is == role) return t;
    if (member_role(tx, act->account, act->by, &by) == ROW_FAULT) return TEAM_FAULT;
    /* Nobody raises oneself: who may not give the role to others may not take it. */
    if (!member_may_give(by, role) || (act->by == person && by != MEMBER_OWNER)) return TEAM_FORBIDDEN;
    t = member_spared(tx, act->account, is);
    if (t != TEAM_DONE) return t;
    struct query q = query(tx, &set_role);
    bind_i64(&q, act->account), bind_i64(&q, person), bind_i64(&q, role);
    bool changed = query_change(&q) == 1 && team_audit(tx, act, AUDIT_member_role_changed, person, role) &&
                   tell_changed(tx, act, person, role);
    return changed ? TEAM_DONE : TEAM_FAULT;
}

bool member_drop(struct tx *tx, const struct team_act *act, int64_t person, enum member_role is)
{
    struct query gone = query(tx, &remove_one);
    bind_i64(&gone, act->account), bind_i64(&gone, person);
    struct query invited = query(tx, &end_invitations);
    bind_i64(&invited, act->account), bind_i64(&invited, person);
    if (query_change(&gone) != 1 || query_change(&invited) < 0) return false;
    return team_audit(tx, act, AUDIT_member_removed, person, is);
}

enum team member_remove(struct tx *tx, const struct team_act *act, int64_t person)
{
    enum member_role is;
    enum team t = look(tx, act, person, &is);
    if (t == TEAM_DONE) t = member_spared(tx, act->account, is);
    if (t != TEAM_DONE) return t;
    /* The open pages of this account ask at once whether they may go on. */
    bool removed = member_drop(tx, act, person, is) && sessions_leave(tx, person, act->account) >= 0 &&
                   member_left(tx, act->account, person, act->now_ms);
    return removed ? TEAM_DONE : TEAM_FAULT;
}
