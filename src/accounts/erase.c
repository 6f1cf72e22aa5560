/* erase.c: somebody takes their own sign-in out. Gone at once: name, address, password, picture, sessions, mailed
 * links and memberships; what names them in conversations goes by a job of the chat (accounts_hooks.person_erased). The
 * row stays with its number alone: trails, moves and notes of operators name it, and it is never given to another.
 *
 * An account keeps an owner. One that is theirs alone and has no shops is closed with them; of any other they must not
 * be the only owner. Each who signed up has an account of their own, so without the first nobody could go. An operator
 * stays too.
 *
 * Rejected: deleting the row (SQLite may give its number to the next one); an operator's button (who asks proves by the
 * password that they are who they say). */
#include "accounts/private.h"
#include "http/events.h"

STMT(others, "SELECT COUNT(*) AS others FROM members WHERE account = ?1 AND person <> ?2");
STMT(no_invitations, "DELETE FROM invitations WHERE account = ?1");

struct going {
    struct membership *m;
    bool *closes; /* of the same place: the account goes with them */
    size_t count;
    int64_t person;
};

/* An account that nobody else is in and nothing is sold in. */
static bool is_empty(struct tx *tx, int64_t account, int64_t person, bool *empty)
{
    struct account_facts facts = { .shops = 0 };
    struct query q = query(tx, &others);
    bind_i64(&q, account), bind_i64(&q, person);
    if (query_row(&q) != ROW_FOUND) return false;
    *empty = col_i64(&q, "others") == 0;
    if (!*empty) return true;
    if (!accounts_hooks.operator_facts(tx, &account, 1, &facts)) return false;
    *empty = facts.shops == 0;
    return true;
}

/* All of them locked, in their order, before anything is changed. */
static enum team spared(struct tx *tx, struct going *g)
{
    bool disabled;
    for (size_t i = 0; i < g->count; i++) {
        int64_t account = g->m[i].account;
        enum team t = team_of(account_lock(tx, account, &disabled));
        if (t == TEAM_DONE) t = team_of(member_role(tx, account, g->person, &g->m[i].role));
        if (t != TEAM_DONE) return TEAM_FAULT; /* removed this moment: the request comes again */
        t = member_spared(tx, account, g->m[i].role);
        if (t == TEAM_LAST_OWNER && !is_empty(tx, account, g->person, &g->closes[i])) return TEAM_FAULT;
        if (t != TEAM_DONE && !g->closes[i]) return t;
    }
    return TEAM_DONE;
}

/* An account that goes on was called as they are, at first; from now on as whoever leads it. */
static bool unname_account(struct req *req, const struct membership *m, const char *name)
{
    if (name[0] == '\0' || !text_eq(m->name, name)) return true;
    enum row row = account_rename(req->tx, m->account, "");
    if (row != ROW_FOUND) return row == ROW_NONE;
    return audit_request(req, AUDIT_account_renamed, m->account, "account", m->account, NULL, NULL);
}

/* It keeps its owner, a number without a name, and does nothing any more. */
static bool close_account(struct req *req, int64_t account)
{
    struct query q = query(req->tx, &no_invitations);
    bind_i64(&q, account);
    if (query_change(&q) < 0 || account_rename(req->tx, account, "") == ROW_FAULT) return false;
    if (accounts_hooks.account_closed && !accounts_hooks.account_closed(req->tx, account)) return false;
    enum row row = account_set_disabled(req->tx, account, true);
    if (row == ROW_FAULT) return false;
    if (row == ROW_FOUND && accounts_hooks.account_disabled && !accounts_hooks.account_disabled(req->tx, account))
        return false;
    return row == ROW_NONE || audit_request(req, AUDIT_account_disabled, account, "account", account, NULL, NULL);
}

static bool leave(struct req *req, const struct going *g, const char *name)
{
    struct team_act act = {
        .by = g->person, .now_ms = req->now_ms, .network = req->client_network, .user_agent = req->user_agent
    };
    for (size_t i = 0; i < g->count; i++) {
        act.account = g->m[i].account;
        bool left = g->closes[i]
                        ? close_account(req, act.account)
                        : member_drop(req->tx, &act, g->person, g->m[i].role) && unname_account(req, &g->m[i], name);
        if (!left) return false;
    }
    return true;
}

/* What was counted by the address, and what was mailed to it; and it is given no second trial. */
static bool forget_address(struct req *req, const char *email)
{
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE];
    email_key(email, key);
    address_hash(key, address);
    if (!tries_forget(req->tx, address) || !mail_budget_forget(req->tx, address)) return false;
    return trial_remember(req->tx, address, req->now_ms);
}

/* Events last, in the order of accounts, as everywhere. */
static bool tell(struct req *req, const struct going *g)
{
    for (size_t i = 0; i < g->count; i++) {
        int64_t account = g->m[i].account;
        bool told = g->closes[i] ? events_put(req->tx, account, EVENT_SESSIONS_CHANGED, NULL, NULL)
                                 : member_left(req->tx, account, g->person, req->now_ms);
        if (!told) return false;
    }
    return true;
}

HANDLER(erase_run)
{
    struct going g = { .person = req->who.person,
                       .m = ARENA_ARRAY(req->arena, struct membership, MEMBERSHIPS_MAX),
                       .closes = ARENA_ARRAY(req->arena, bool, MEMBERSHIPS_MAX) };
    struct person me;
    bool more_operators = true;
    enum answer a = password_proven(req);
    if (a != ANSWER_GO_ON) return a;
    if (persons_get(req->tx, g.person, &me) != ROW_FOUND || !memberships(req->tx, g.person, g.m, &g.count))
        return reply_fault(req);
    if (me.role == ROLE_OPERATOR && !operators_others(req->tx, g.person, &more_operators)) return reply_fault(req);
    if (!more_operators) return reply_problem(req, &problem_last_operator);
    enum team t = spared(req->tx, &g);
    if (t == TEAM_LAST_OWNER) return reply_problem(req, &problem_only_owner);
    if (t != TEAM_DONE || !audit_self(req, AUDIT_person_erased, g.person)) return reply_fault(req);
    if (!leave(req, &g, me.name) || !forget_address(req, me.email) || !tokens_end(req->tx, g.person) ||
        sessions_end_all(req->tx, g.person, 0) < 0 || !person_blank(req->tx, g.person, req->now_ms))
        return reply_fault(req);
    if (accounts_hooks.person_erased && !accounts_hooks.person_erased(req->tx, g.person, req->now_ms))
        return reply_fault(req);
    if (!tell(req, &g)) return reply_fault(req);
    reply_cookie(req, (struct cookie){ .name = session_cookie_name(), .value = "", .max_age_s = 0 });
    return reply_success(req, NULL);
}
