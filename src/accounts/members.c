/* members.c: the table members: who is what in which account. What a role may do is not said here but in the rows of
 * routes; who may change roles is team.c's. */
#include "accounts/private.h"
#include "http/events.h"

static_assert(MEMBER_OWNER == 1 && MEMBER_VIEWER == 4, "members.role is stored: never renumber");

const char *const member_role_names[] = { "owner", "admin", "agent", "viewer", NULL };

STMT(put, "INSERT INTO members (account, person, role, joined_at_ms) VALUES (?1, ?2, ?3, ?4)"
          " ON CONFLICT (account, person) DO NOTHING");
STMT(role_of, "SELECT role FROM members WHERE account = ?1 AND person = ?2");
STMT(of_account, "SELECT m.person, m.role, m.joined_at_ms, p.email, p.name, p.disabled, p.last_login_at_ms"
                 " FROM members m JOIN persons p ON p.id = m.person WHERE m.account = ?1 AND m.person > ?2"
                 " ORDER BY m.person LIMIT ?3");
STMT(colleagues, "SELECT m.person, m.role, p.email, p.name, p.lang FROM members m JOIN persons p ON p.id = m.person"
                 " JOIN accounts a ON a.id = m.account"
                 " WHERE m.account = ?1 AND p.disabled = 0 AND a.disabled = 0 ORDER BY m.person LIMIT ?2");
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
    *role = r == ROW_FOUND ? (enum member_role)col_state(&q, "role", MEMBER_OWNER, MEMBER_VIEWER) : MEMBER_NONE;
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
            .role = (enum member_role)col_state(&q, "role", MEMBER_OWNER, MEMBER_VIEWER),
            .joined_at_ms = col_i64(&q, "joined_at_ms"),
            .email = col_text(&q, "email"),
            .name = col_text(&q, "name"),
            .disabled = col_bool(&q, "disabled"),
            .last_login_at_ms = col_i64(&q, "last_login_at_ms"),
        };
    }
    return r == ROW_NONE;
}

bool accounts_colleagues(struct tx *tx, int64_t account, size_t most, struct account_colleague *out, size_t *count)
{
    struct query q = query(tx, &colleagues);
    enum row r;
    bind_i64(&q, account), bind_i64(&q, (int64_t)most);
    *count = 0;
    while ((r = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct account_colleague){ .person = col_i64(&q, "person"),
                                                      .name = col_text(&q, "name"),
                                                      .email = col_text(&q, "email"),
                                                      .lang = col_text(&q, "lang"),
                                                      .roles = member_roles((enum member_role)col_state(
                                                          &q, "role", MEMBER_OWNER, MEMBER_VIEWER)) };
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
            .role = (enum member_role)col_state(&q, "role", MEMBER_OWNER, MEMBER_VIEWER),
            .name = name[0] ? name : email,
            .disabled = col_bool(&q, "disabled"),
        };
    }
    return r == ROW_NONE;
}

/* In the order of accounts, as counters of events are locked everywhere. */
bool person_told(struct tx *tx, int64_t person)
{
    struct membership *m = ARENA_ARRAY(tx_arena(tx), struct membership, MEMBERSHIPS_MAX);
    size_t count;
    if (!memberships(tx, person, m, &count)) return false;
    for (size_t i = 0; i < count; i++)
        if (!events_put(tx, m[i].account, EVENT_SESSIONS_CHANGED, NULL, NULL)) return false;
    return true;
}
