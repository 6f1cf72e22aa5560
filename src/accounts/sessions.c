/* sessions.c: who is signed in where. The cookie holds 256 random bits, the table their SHA-256; a session that ended
 * has no row, so nothing has to ask whether it ended. How long one lasts depends on the person's role of today.
 * A session names the account it acts in; what its person may there is asked with every request, so a role that was
 * taken away is gone at once. */
#include "accounts/private.h"

#define MERCHANT_IDLE_MS (14 * DAY_MS)
#define MERCHANT_LIFETIME_MS (90 * DAY_MS)
#define OPERATOR_IDLE_MS (30 * MINUTE_MS)
#define OPERATOR_LIFETIME_MS (12 * HOUR_MS)
enum { USER_AGENT_MAX_BYTES = 256 };

STMT(open, "INSERT INTO sessions (token_hash, person, account, network, user_agent, created_at_ms, last_seen_at_ms,"
           " signed_in_at_ms, ends_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6, ?7) RETURNING id");
#define FIND                                                                                                           \
    "SELECT s.id, s.token_hash, s.person, s.created_at_ms, s.last_seen_at_ms, s.signed_in_at_ms, s.ends_at_ms,"        \
    " p.role, p.email, p.disabled AS person_disabled, m.account, m.role AS member_role, m.seen_at_ms,"                 \
    " a.disabled AS account_disabled FROM sessions s JOIN persons p ON p.id = s.person"                                \
    " LEFT JOIN members m ON m.account = s.account AND m.person = s.person"                                            \
    " LEFT JOIN accounts a ON a.id = m.account WHERE s.token_hash "
STMT(find, FIND "= ?1");
STMT(find_many, FIND "IN (SELECT value FROM json_each(?1))", .postgres = FIND "= ANY(?1::text[])");
STMT(end_one, "DELETE FROM sessions WHERE id = ?1 AND person = ?2");
STMT(end_all, "DELETE FROM sessions WHERE person = ?1 AND id <> ?2");
STMT(end_of_account, "DELETE FROM sessions WHERE account = ?1");
STMT(leave, "UPDATE sessions SET account = (SELECT MIN(m.account) FROM members m JOIN accounts a ON a.id = m.account"
            " WHERE m.person = ?1 AND m.account <> ?2 AND a.disabled = 0) WHERE person = ?1 AND account = ?2");
STMT(move, "UPDATE sessions SET account = ?2 WHERE id = ?1");
STMT(end_key, "DELETE FROM sessions WHERE token_hash = ?1");
STMT(list, "SELECT id, created_at_ms, last_seen_at_ms, network, user_agent FROM sessions WHERE person = ?1"
           " AND last_seen_at_ms > ?2 AND created_at_ms > ?3 AND created_at_ms <= ?5"
           " AND (ends_at_ms = 0 OR ends_at_ms > ?6) ORDER BY id DESC LIMIT ?4");

int64_t session_idle_ms(enum person_role role) { return role == ROLE_OPERATOR ? OPERATOR_IDLE_MS : MERCHANT_IDLE_MS; }

int64_t session_lifetime_ms(enum person_role role)
{
    return role == ROLE_OPERATOR ? OPERATOR_LIFETIME_MS : MERCHANT_LIFETIME_MS;
}

bool session_open(struct tx *tx, const struct session_new *in, char token[TOKEN_TEXT_SIZE], int64_t *id)
{
    char key[SHA256_HEX_SIZE];
    random_token(token);
    sha256_hex(str_of(token), key);
    struct str agent = str_of(in->user_agent);
    if (agent.p) agent.n = utf8_cut(agent, USER_AGENT_MAX_BYTES);
    struct query q = query(tx, &open);
    bind_text(&q, key), bind_i64(&q, in->person);
    if (in->account > 0) bind_i64(&q, in->account);
    else bind_null(&q);
    bind_text(&q, in->network), bind_str(&q, agent), bind_i64(&q, in->now_ms), bind_i64(&q, in->ends_at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    *id = col_i64(&q, "id");
    return true;
}

static void session_read(const struct query *q, struct session *out)
{
    *out = (struct session){
        .id = col_i64(q, "id"),
        .person = col_i64(q, "person"),
        .account = col_i64(q, "account"),
        .member = (enum member_role)col_state(q, "member_role", MEMBER_NONE, MEMBER_VIEWER),
        .created_at_ms = col_i64(q, "created_at_ms"),
        .last_seen_at_ms = col_i64(q, "last_seen_at_ms"),
        .member_seen_at_ms = col_i64(q, "seen_at_ms"),
        .signed_in_at_ms = col_i64(q, "signed_in_at_ms"),
        .ends_at_ms = col_i64(q, "ends_at_ms"),
        .role = (enum person_role)col_state(q, "role", ROLE_MERCHANT, ROLE_OPERATOR),
        .email = col_text(q, "email"),
        .disabled = col_bool(q, "person_disabled") || col_bool(q, "account_disabled"),
    };
}

bool session_is_alive(const struct session *s, int64_t now_ms)
{
    /* By a clock that was ahead it was seen at no time that is known: what is known is when it was made. One that was
     * made by such a clock would last for as long as it was ahead. */
    int64_t seen_ms = time_is_ahead(s->last_seen_at_ms, now_ms) ? s->created_at_ms : s->last_seen_at_ms;
    if (s->ends_at_ms > 0 && s->ends_at_ms <= now_ms) return false;
    return !s->disabled && !time_is_ahead(s->created_at_ms, now_ms) && seen_ms + session_idle_ms(s->role) > now_ms &&
           s->created_at_ms + session_lifetime_ms(s->role) > now_ms;
}

enum row session_find(struct tx *tx, const char *key, int64_t now_ms, struct session *out)
{
    struct query q = query(tx, &find);
    bind_text(&q, key);
    enum row r = query_row(&q);
    if (r != ROW_FOUND) return r;
    session_read(&q, out);
    return session_is_alive(out, now_ms) ? ROW_FOUND : ROW_NONE;
}

struct sessions_found sessions_find(struct tx *tx, const char *const *keys, size_t count)
{
    struct sessions_found f = { .query = query(tx, &find_many) };
    bind_text_list(&f.query, keys, count);
    return f;
}

enum row sessions_next(struct sessions_found *f, const char **key, struct session *out)
{
    enum row r = query_next(&f->query);
    if (r != ROW_FOUND) return r;
    session_read(&f->query, out);
    *key = col_text(&f->query, "token_hash");
    return r;
}

enum row session_end(struct tx *tx, int64_t person, int64_t id)
{
    struct query q = query(tx, &end_one);
    bind_i64(&q, id), bind_i64(&q, person);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

int64_t sessions_end_all(struct tx *tx, int64_t person, int64_t but)
{
    struct query q = query(tx, &end_all);
    bind_i64(&q, person), bind_i64(&q, but);
    return query_change(&q);
}

int64_t sessions_end_of_account(struct tx *tx, int64_t account)
{
    struct query q = query(tx, &end_of_account);
    bind_i64(&q, account);
    return query_change(&q);
}

int64_t sessions_leave(struct tx *tx, int64_t person, int64_t account)
{
    struct query q = query(tx, &leave);
    bind_i64(&q, person), bind_i64(&q, account);
    return query_change(&q);
}

bool session_switch(struct tx *tx, int64_t id, int64_t account)
{
    struct query q = query(tx, &move);
    bind_i64(&q, id), bind_i64(&q, account);
    return query_change(&q) == 1;
}

bool session_end_by_key(struct tx *tx, const char *key)
{
    struct query q = query(tx, &end_key);
    bind_text(&q, key);
    return query_change(&q) >= 0;
}

bool sessions_list(struct tx *tx, int64_t person, enum person_role role, int64_t now_ms, struct session_row *out,
                   size_t *count)
{
    struct query q = query(tx, &list);
    bind_i64(&q, person), bind_i64(&q, now_ms - session_idle_ms(role)),
        bind_i64(&q, now_ms - session_lifetime_ms(role));
    bind_i64(&q, SESSIONS_LISTED_MAX), bind_i64(&q, now_ms + CLOCK_WITNESS_MS), bind_i64(&q, now_ms);
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(*count < SESSIONS_LISTED_MAX);
        out[(*count)++] = (struct session_row){
            .id = col_i64(&q, "id"),
            .created_at_ms = col_i64(&q, "created_at_ms"),
            .last_seen_at_ms = col_i64(&q, "last_seen_at_ms"),
            .network = col_text(&q, "network"),
            .user_agent = col_text(&q, "user_agent"),
        };
    }
    return r == ROW_NONE;
}
