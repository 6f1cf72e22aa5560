/* invitations.c: asking a mailbox into an account. The token is 256 random bits, mailed and stored as SHA-256; it is
 * good for 7 days, once, and only for the person whose address was invited: who finds the mail elsewhere gains nothing
 * by it.
 *
 * Rejected: members that are "pending" (every question of what somebody may would have to ask whether they joined). */
#include "accounts/private.h"
#include "http/events.h"

/* A mailbox has one, written as it was at first: in whatever letters it is asked for again, it is that one again. */
STMT(put, "INSERT INTO invitations (account, email_key, email, role, invited_by, token_hash, created_at_ms,"
          " expires_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (account, email_key) DO UPDATE SET"
          " role = ?4, invited_by = ?5, token_hash = ?6, created_at_ms = ?7, expires_at_ms = ?8 RETURNING id, email");
STMT(is_member, "SELECT m.role FROM members m JOIN persons p ON p.id = m.person WHERE m.account = ?1"
                " AND p.email_key = ?2");
STMT(count_open, "SELECT COUNT(*) AS open FROM invitations WHERE account = ?1");
/* One winner: the row goes with its use. */
STMT(take, "DELETE FROM invitations WHERE token_hash = ?1 AND expires_at_ms > ?2 AND expires_at_ms <= ?4"
           " AND email_key = (SELECT email_key FROM persons WHERE id = ?3) RETURNING account, role, invited_by");
STMT(look, "SELECT i.account, i.email, i.role, i.expires_at_ms, p.email AS inviter, a.disabled,"
           " (SELECT COUNT(*) FROM persons q WHERE q.email_key = i.email_key) AS registered"
           " FROM invitations i JOIN persons p ON p.id = i.invited_by JOIN accounts a ON a.id = i.account"
           " WHERE i.token_hash = ?1");
STMT(account_of, "SELECT account FROM invitations WHERE token_hash = ?1");
STMT(count_taken, "SELECT (SELECT COUNT(*) FROM members WHERE account = ?1) AS members,"
                  " (SELECT COUNT(*) FROM invitations WHERE account = ?1 AND expires_at_ms > ?2"
                  "   AND expires_at_ms <= ?3) AS invited");
STMT(count_accounts, "SELECT COUNT(*) AS accounts FROM members WHERE person = ?1");
STMT(page, "SELECT id, email, role, invited_by, created_at_ms, expires_at_ms FROM invitations WHERE account = ?1"
           " AND expires_at_ms > ?2 AND expires_at_ms <= ?4 ORDER BY id LIMIT ?3");
STMT(revoke, "DELETE FROM invitations WHERE account = ?1 AND id = ?2");

static const char *token_hash(struct tx *tx, const char *token)
{
    char *hex = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(str_of(token), hex);
    return hex;
}

/* Who acts may give this role, in an account that is alive. The row stays locked: removing the one who invites, and
 * disabling, come before or after. */
static enum team entitled(struct tx *tx, const struct team_act *act, enum member_role role)
{
    bool disabled;
    enum member_role by;
    enum team t = team_of(account_lock(tx, act->account, &disabled));
    if (t != TEAM_DONE) return t;
    enum row r = member_role(tx, act->account, act->by, &by);
    if (r == ROW_FAULT) return TEAM_FAULT;
    return !disabled && member_may_give(by, role) ? TEAM_DONE : TEAM_FORBIDDEN;
}

static enum team room_for(struct tx *tx, int64_t account, const char *key)
{
    struct query known = query(tx, &is_member);
    bind_i64(&known, account), bind_text(&known, key);
    enum row r = query_row(&known);
    if (r != ROW_NONE) return r == ROW_FOUND ? TEAM_MEMBER_ALREADY : TEAM_FAULT;
    struct query q = query(tx, &count_open);
    bind_i64(&q, account);
    if (query_row(&q) != ROW_FOUND) return TEAM_FAULT;
    return col_i64(&q, "open") < INVITATIONS_MAX ? TEAM_DONE : TEAM_TOO_MANY;
}

/* To the mailbox, in the language of the one who invites: the only one that is known. */
static bool send_invitation(struct tx *tx, const struct team_act *act, const char *email, const char *token)
{
    struct account a;
    struct person inviter;
    if (accounts_get(tx, act->account, &a) != ROW_FOUND) return false;
    if (persons_get(tx, act->by, &inviter) != ROW_FOUND) return false;
    const struct mail_invitation m = { .to = email,
                                       .lang = inviter.lang,
                                       .account = act->account,
                                       .token = token,
                                       .account_name = a.name[0] ? a.name : a.owner.email,
                                       .inviter = inviter.email };
    return mail_invitation(tx, &m);
}

enum team invitation_make(struct tx *tx, const struct team_act *act, struct invitation *made,
                          char token[TOKEN_TEXT_SIZE])
{
    char *key = arena_alloc(tx_arena(tx), EMAIL_KEY_SIZE);
    email_key(made->email, key);
    assert(key[0] != '\0' && made->role >= MEMBER_OWNER && made->role <= MEMBER_VIEWER);
    enum team t = entitled(tx, act, made->role);
    if (t == TEAM_DONE) t = room_for(tx, act->account, key);
    if (t != TEAM_DONE) return t;
    made->invited_by = act->by, made->created_at_ms = act->now_ms;
    made->expires_at_ms = act->now_ms + INVITATION_LIFETIME_MS;
    random_token(token);
    struct query q = query(tx, &put);
    bind_i64(&q, act->account), bind_text(&q, key), bind_str(&q, str_trim(str_of(made->email)));
    bind_i64(&q, made->role), bind_i64(&q, act->by), bind_text(&q, token_hash(tx, token));
    bind_i64(&q, made->created_at_ms), bind_i64(&q, made->expires_at_ms);
    if (query_row(&q) != ROW_FOUND) return TEAM_FAULT;
    made->id = col_i64(&q, "id"), made->email = col_text(&q, "email");
    if (!send_invitation(tx, act, made->email, token)) return TEAM_FAULT;
    return team_audit(tx, act, AUDIT_member_invited, 0, made->role) ? TEAM_DONE : TEAM_FAULT;
}

/* The account's row is locked before the invitation is taken, in the order of everybody else here. */
static enum team lock_of_token(struct tx *tx, const char *token)
{
    bool disabled;
    struct query q = query(tx, &account_of);
    bind_text(&q, token_hash(tx, token));
    enum team t = team_of(query_row(&q));
    if (t == TEAM_DONE) t = team_of(account_lock(tx, col_i64(&q, "account"), &disabled));
    return t == TEAM_DONE && disabled ? TEAM_UNKNOWN : t;
}

enum row invitation_look(struct tx *tx, const char *token, int64_t now_ms, struct invitation_seen *out)
{
    struct account a;
    struct query q = query(tx, &look);
    bind_text(&q, token_hash(tx, token));
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    if (col_bool(&q, "disabled")) return ROW_NONE;
    *out = (struct invitation_seen){ .inviter = col_text(&q, "inviter"),
                                     .email = col_text(&q, "email"),
                                     .role = (enum member_role)col_state(&q, "role", MEMBER_OWNER, MEMBER_VIEWER),
                                     .expires_at_ms = col_i64(&q, "expires_at_ms"),
                                     .registered = col_i64(&q, "registered") > 0 };
    out->expired = out->expires_at_ms <= now_ms;
    row = accounts_get(tx, col_i64(&q, "account"), &a);
    if (row == ROW_FOUND) out->account_name = a.name[0] ? a.name : a.owner.email;
    return row;
}

static enum team belongs_to_few(struct tx *tx, int64_t person)
{
    struct query q = query(tx, &count_accounts);
    bind_i64(&q, person);
    if (query_row(&q) != ROW_FOUND) return TEAM_FAULT;
    return col_i64(&q, "accounts") < MEMBERSHIPS_MAX ? TEAM_DONE : TEAM_TOO_MANY;
}

bool team_room(struct tx *tx, int64_t account, int64_t now_ms, struct team_room *out)
{
    int64_t paid = 0;
    struct query q = query(tx, &count_taken);
    bind_i64(&q, account), bind_i64(&q, now_ms), bind_i64(&q, time_latest_end(now_ms, INVITATION_LIFETIME_MS));
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct team_room){ .members = col_i64(&q, "members"), .invited = col_i64(&q, "invited") };
    if (accounts_hooks.seats && !accounts_hooks.seats(tx, account, now_ms, &paid)) return false;
    int64_t unpaid = accounts_settings.seats > 0 ? accounts_settings.seats : TEAM_SEATS;
    out->seats = paid > 0 ? paid : unpaid;
    if (out->seats < out->members) out->seats = out->members;
    return true;
}

/* There may be more invitations than seats, when a plan has ended since. */
static enum team seat_left(struct tx *tx, int64_t account, int64_t now_ms)
{
    struct team_room room;
    if (!team_room(tx, account, now_ms, &room)) return TEAM_FAULT;
    return room.members < room.seats ? TEAM_DONE : TEAM_NO_SEAT;
}

/* The person is locked before the account, as where a sign-in is erased: of the two the later one sees the other. */
enum team invitation_accept(struct tx *tx, struct team_act *act, const char *token)
{
    enum team t = team_of(accounts_person_stays(tx, act->by));
    if (t == TEAM_DONE) t = lock_of_token(tx, token);
    if (t == TEAM_DONE) t = belongs_to_few(tx, act->by);
    if (t != TEAM_DONE) return t;
    struct query q = query(tx, &take);
    bind_text(&q, token_hash(tx, token)), bind_i64(&q, act->now_ms), bind_i64(&q, act->by);
    bind_i64(&q, time_latest_end(act->now_ms, INVITATION_LIFETIME_MS));
    t = team_of(query_row(&q));
    if (t != TEAM_DONE) return t;
    enum member_role role = (enum member_role)col_state(&q, "role", MEMBER_OWNER, MEMBER_VIEWER), inviter;
    int64_t invited_by = col_i64(&q, "invited_by");
    act->account = col_i64(&q, "account");
    t = seat_left(tx, act->account, act->now_ms);
    if (t != TEAM_DONE) return t;
    /* Who invited may have become less since: nobody joins as more than the inviter could give today. */
    if (member_role(tx, act->account, invited_by, &inviter) == ROW_FAULT) return TEAM_FAULT;
    if (!member_may_give(inviter, role)) return TEAM_UNKNOWN;
    enum row joined = member_put(tx, &(struct member_new){ act->account, act->by, role, act->now_ms });
    if (joined == ROW_NONE) return TEAM_MEMBER_ALREADY;
    bool done =
        joined == ROW_FOUND && team_audit(tx, act, AUDIT_member_joined, act->by, role) && person_told(tx, act->by);
    return done ? TEAM_DONE : TEAM_FAULT;
}

bool invitations_open(struct tx *tx, int64_t account, int64_t now_ms, struct invitation out[INVITATIONS_MAX],
                      size_t *count)
{
    struct query q = query(tx, &page);
    bind_i64(&q, account), bind_i64(&q, now_ms), bind_i64(&q, INVITATIONS_MAX);
    bind_i64(&q, time_latest_end(now_ms, INVITATION_LIFETIME_MS));
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(*count < INVITATIONS_MAX);
        out[(*count)++] = (struct invitation){
            .id = col_i64(&q, "id"),
            .email = col_text(&q, "email"),
            .role = (enum member_role)col_state(&q, "role", MEMBER_OWNER, MEMBER_VIEWER),
            .invited_by = col_i64(&q, "invited_by"),
            .created_at_ms = col_i64(&q, "created_at_ms"),
            .expires_at_ms = col_i64(&q, "expires_at_ms"),
        };
    }
    return r == ROW_NONE;
}

enum team invitation_revoke(struct tx *tx, const struct team_act *act, int64_t id)
{
    enum team t = entitled(tx, act, MEMBER_VIEWER);
    if (t != TEAM_DONE) return t;
    struct query q = query(tx, &revoke);
    bind_i64(&q, act->account), bind_i64(&q, id);
    int64_t rows = query_change(&q);
    if (rows <= 0) return rows < 0 ? TEAM_FAULT : TEAM_UNKNOWN;
    return team_audit(tx, act, AUDIT_invitation_revoked, 0, MEMBER_NONE) ? TEAM_DONE : TEAM_FAULT;
}
