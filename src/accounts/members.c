/* members.c: who is what in which account. Everything here that takes a role away, or could leave an account without an
 * owner, first locks the account's row: of two owners who leave in the same moment one stays.
 *
 * What a role may is not said here but in the rows of routes; here is only who may change roles: an owner everybody's,
 * an admin those of agents, viewers and other admins. */
#include "accounts/private.h"
#include "http/events.h"

static_assert(MEMBER_OWNER == 1 && MEMBER_VIEWER == 4, "members.role is stored: never renumber");

const char *const member_role_names[] = { "owner", "admin", "agent", "viewer", NULL };

STMT(put, "INSERT INTO members (account, person, role, joined_at_ms) VALUES (?1, ?2, ?3, ?4)"
          " ON CONFLICT (account, person) DO NOTHING");
STMT(role_of, "SELECT role FROM members WHERE account = ?1 AND person = ?2");
STMT(owners, "SELECT COUNT(*) AS owners FROM members WHERE account = ?1 AND role = 1");
STMT(set_role, "UPDATE members SET role = ?3 WHERE account = ?1 AND person = ?2");
STMT(remove_one, "DELETE FROM members WHERE account = ?1 AND person = ?2");
STMT(end_invitations, "DELETE FROM invitations WHERE account = ?1 AND invited_by = ?2");
STMT(of_account, "SELECT m.person, m.role, m.joined_at_ms, p.email, p.name, p.disabled, p.last_login_at_ms"
                 " FROM members m JOIN persons p ON p.id = m.person WHERE m.account = ?1 AND m.person > ?2"
                 " ORDER BY m.person LIMIT ?3");
STMT(colleagues, "SELECT m.person, m.role, p.email, p.name, p.lang FROM members m JOIN persons p ON p.id = m.person"
                 " WHERE m.account = ?1 AND p.disabled = 0 ORDER BY m.person LIMIT ?2");
STMT(of_person, "SELECT m.account, m.role, a.name, a.disabled, p.email FROM members m"
                " JOIN accounts a ON a.id = m.account"
                " JOIN persons p ON p.id = (SELECT MIN(o.person) FROM members o WHERE o.account = a.id AND o.role = 1)"
                " WHERE m.person = ?1 ORDER BY m.account LIMIT ?2");

enum row member_put(struct tx *tx, const struct member_new *in)
{
    struct query q = query(tx, &put);
    bind_i64(&q, in->account), bind_i64(&q, in->person), bind_i64(&q, in->role), bind_i64(&q, in->now_ms);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

enum row member_role(struct tx *tx, int64_t account, int64_t person, enum member_role *role)
{
    struct query q = query(tx, &role_of);
    bind_i64(&q, account), bind_i64(&q, person);
    enum row r = query_row(&q);
    *role = r == ROW_FOUND ? (enum member_role)col_i64(&q, "role") : MEMBER_NONE;
    return r;
}

unsigned member_roles(enum member_role role)
{
    switch (role) {
    case MEMBER_NONE: return 0;
    case MEMBER_OWNER: return WHO_OWNER;
    case MEMBER_ADMIN: return WHO_ADMIN;
    case MEMBER_AGENT: return WHO_AGENT;
    case MEMBER_VIEWER: return WHO_VIEWER;
    }
    return 0;
}

bool member_may_give(enum member_role by, enum member_role role)
{
    return by == MEMBER_OWNER || (by == MEMBER_ADMIN && role != MEMBER_OWNER);
}

bool members_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, struct member *out, size_t *count)
{
    struct query q = query(tx, &of_account);
    bind_i64(&q, account), bind_i64(&q, after), bind_i64(&q, limit);
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(*count < (size_t)limit);
        out[(*count)++] = (struct member){
            .account = account,
            .person = col_i64(&q, "person"),
            .role = (enum member_role)col_i64(&q, "role"),
            .joined_at_ms = col_i64(&q, "joined_at_ms"),
            .email = col_text(&q, "email"),
            .name = col_text(&q, "name"),
            .disabled = col_bool(&q, "disabled"),
            .last_login_at_ms = col_i64(&q, "last_login_at_ms"),
        };
    }
    return r == ROW_NONE;
}

enum row accounts_colleague(struct tx *tx, int64_t account, int64_t person, struct colleague *out)
{
    enum member_role role;
    struct person p;
    enum row r = member_role(tx, account, person, &role);
    if (r == ROW_FOUND) r = persons_get(tx, person, &p);
    if (r != ROW_FOUND) return r;
    *out = (struct colleague){
        .person = person, .name = p.name, .email = p.email, .lang = p.lang, .roles = member_roles(role)
    };
    return ROW_FOUND;
}

bool accounts_colleagues(struct tx *tx, int64_t account, size_t most, struct colleague *out, size_t *count)
{
    struct query q = query(tx, &colleagues);
    enum row r;
    bind_i64(&q, account), bind_i64(&q, (int64_t)most);
    *count = 0;
    while ((r = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct colleague){ .person = col_i64(&q, "person"),
                                              .name = col_text(&q, "name"),
                                              .email = col_text(&q, "email"),
                                              .lang = col_text(&q, "lang"),
                                              .roles = member_roles((enum member_role)col_i64(&q, "role")) };
    return r == ROW_NONE;
}

bool memberships(struct tx *tx, int64_t person, struct membership out[MEMBERSHIPS_MAX], size_t *count)
{
    struct query q = query(tx, &of_person);
    bind_i64(&q, person), bind_i64(&q, MEMBERSHIPS_MAX);
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        const char *name = col_text(&q, "name"), *email = col_text(&q, "email");
        assert(*count < MEMBERSHIPS_MAX);
        out[(*count)++] = (struct membership){
            .account = col_i64(&q, "account"),
            .role = (enum member_role)col_i64(&q, "role"),
            .name = name[0] ? name : email,
            .disabled = col_bool(&q, "disabled"),
        };
    }
    return r == ROW_NONE;
}

static void no_members(struct json *j, const void *arg) { assert(j != NULL && arg == NULL); }

/* In the order of accounts, as counters of events are locked everywhere. */
bool person_told(struct tx *tx, int64_t person)
{
    struct membership *m = ARENA_ARRAY(tx_arena(tx), struct membership, MEMBERSHIPS_MAX);
    size_t count;
    if (!memberships(tx, person, m, &count)) return false;
    for (size_t i = 0; i < count; i++)
        if (!events_put(tx, m[i].account, EVENT_SESSIONS_CHANGED, no_members, NULL)) return false;
    return true;
}

/* ---- changes ---- */

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
    enum member_role by = MEMBER_NONE;
    enum team t = team_of(account_lock(tx, act->account, &disabled));
    if (t != TEAM_DONE) return t;
    if (member_role(tx, act->account, act->by, &by) == ROW_FAULT) return TEAM_FAULT;
    t = team_of(member_role(tx, act->account, person, is));
    if (t != TEAM_DONE) return t;
    bool may = (act->by == person || member_may_give(by, *is)) && !disabled;
    return may ? TEAM_DONE : TEAM_FORBIDDEN;
}

/* Whether the account keeps an owner when this one is none any more. */
static enum team keeps_owner(struct tx *tx, int64_t account, enum member_role is)
{
    if (is != MEMBER_OWNER) return TEAM_DONE;
    struct query q = query(tx, &owners);
    bind_i64(&q, account);
    if (query_row(&q) != ROW_FOUND) return TEAM_FAULT;
    return col_i64(&q, "owners") > 1 ? TEAM_DONE : TEAM_LAST_OWNER;
}

enum team member_change(struct tx *tx, const struct team_act *act, int64_t person, enum member_role role)
{
    enum member_role is, by;
    enum team t = look(tx, act, person, &is);
    if (t != TEAM_DONE || is == role) return t;
    if (member_role(tx, act->account, act->by, &by) == ROW_FAULT) return TEAM_FAULT;
    /* Nobody raises oneself: who may not give the role to others may not take it. */
    if (!member_may_give(by, role) || (act->by == person && by != MEMBER_OWNER)) return TEAM_FORBIDDEN;
    t = keeps_owner(tx, act->account, is);
    if (t != TEAM_DONE) return t;
    struct query q = query(tx, &set_role);
    bind_i64(&q, act->account), bind_i64(&q, person), bind_i64(&q, role);
    bool changed = query_change(&q) == 1 && team_audit(tx, act, AUDIT_member_role_changed, person, role) &&
                   events_put(tx, act->account, EVENT_SESSIONS_CHANGED, no_members, NULL);
    return changed ? TEAM_DONE : TEAM_FAULT;
}

enum team member_remove(struct tx *tx, const struct team_act *act, int64_t person)
{
    enum member_role is;
    enum team t = look(tx, act, person, &is);
    if (t == TEAM_DONE) t = keeps_owner(tx, act->account, is);
    if (t != TEAM_DONE) return t;
    struct query gone = query(tx, &remove_one);
    bind_i64(&gone, act->account), bind_i64(&gone, person);
    struct query invited = query(tx, &end_invitations);
    bind_i64(&invited, act->account), bind_i64(&invited, person);
    /* Told here before the membership goes: the open pages of this account ask at once whether they may go on. */
    bool removed = query_change(&gone) == 1 && query_change(&invited) >= 0 &&
                   sessions_leave(tx, person, act->account) >= 0 &&
                   team_audit(tx, act, AUDIT_member_removed, person, is) &&
                   events_put(tx, act->account, EVENT_SESSIONS_CHANGED, no_members, NULL);
    return removed ? TEAM_DONE : TEAM_FAULT;
}
