/* panels.c: accounts of merchants that an outside panel registered. Such an account is its panel's: who may enter is
 * said by the panel, whose signed token or code opens a session of some hours (tenants/), and by nobody else. So its
 * persons have no mailbox and no password, nobody is invited into it, and it is given no credits.
 *
 * Its owner is the merchant as the panel names it, and never enters; for who enters there is a person for each of the
 * two roles that a panel's token knows. What stands where others have an address begins with MAIL_NOBODY: no address
 * that can be typed is like it, and nothing is mailed there.
 *
 * Rejected: a person for each of the panel's own users: its tokens name none. The owner itself as the one who enters:
 * an owner may give the account to others. Rows without an owner: lists, letters and checks would have to know of
 * them. */
#include "accounts/private.h"

#include "base/unicode.h"

#define PANEL_SESSION_MS (8 * HOUR_MS)
enum { MERCHANT_SHOWN_BYTES = 120 };

STMT(of_panel, "SELECT id, disabled FROM accounts WHERE panel = ?1 AND panel > 0 AND merchant = ?2");
STMT(add_account, "INSERT INTO accounts (name, created_at_ms, panel, merchant) VALUES (?1, ?2, ?3, ?4) RETURNING id");
STMT(add_person, "INSERT INTO persons (email_key, email, name, role, lang, password_hash, created_at_ms)"
                 " VALUES (?1, ?2, ?3, 1, ?4, NULL, ?5) RETURNING id");
STMT(member_of_role, "SELECT MIN(person) AS person FROM members WHERE account = ?1 AND role = ?2");
STMT(origin, "SELECT panel, merchant FROM accounts WHERE id = ?1");

enum row panels_merchant(struct tx *tx, int64_t panel, const char *merchant, int64_t *account, bool *disabled)
{
    assert(panel > 0 && merchant[0] != '\0');
    struct query q = query(tx, &of_panel);
    bind_i64(&q, panel), bind_text(&q, merchant);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *account = col_i64(&q, "id"), *disabled = col_bool(&q, "disabled");
    return row;
}

bool panels_account(struct tx *tx, int64_t account, int64_t *panel, const char **merchant)
{
    struct query q = query(tx, &origin);
    bind_i64(&q, account);
    enum row row = query_row(&q);
    *panel = row == ROW_FOUND ? col_i64(&q, "panel") : 0;
    *merchant = *panel > 0 ? col_text(&q, "merchant") : NULL;
    return row != ROW_FAULT;
}

/* A key is cut at EMAIL_KEY_SIZE, and what tells two of them apart (the account, the role) stands behind this. */
static const char *merchant_shown(struct arena *a, const char *merchant)
{
    struct str s = str_of(merchant);
    return arena_text_n(a, s.p, unicode_cut_bytes(s, MERCHANT_SHOWN_BYTES));
}

struct newcomer {
    int64_t account, now_ms;
    const char *merchant, *name, *lang;
    enum member_role role;
};

static bool person_put(struct tx *tx, const struct newcomer *in, int64_t *person)
{
    char key[EMAIL_KEY_SIZE];
    struct arena *a = tx_arena(tx);
    const char *end = in->role == MEMBER_OWNER ? "" : arena_printf(a, "/%s", member_role_names[in->role - 1]);
    const char *label =
        arena_printf(a, MAIL_NOBODY "%s/%lld%s", merchant_shown(a, in->merchant), (long long)in->account, end);
    email_key(label, key);
    struct query q = query(tx, &add_person);
    bind_text(&q, key), bind_text(&q, label), bind_text(&q, in->name), bind_text(&q, in->lang);
    bind_i64(&q, in->now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    *person = col_i64(&q, "id");
    return member_put(tx, &(struct member_new){ in->account, *person, in->role, in->now_ms }) == ROW_FOUND;
}

/* Another transaction may make it meanwhile: then the insert is a conflict, and all of this runs again and finds it. */
bool panels_merchant_open(struct tx *tx, const struct panels_merchant_new *in, int64_t *account)
{
    int64_t owner;
    struct arena *a = tx_arena(tx);
    const char *name = arena_text_n(a, in->merchant, unicode_cut(str_of(in->merchant), NAME_MAX_LENGTH));
    struct query q = query(tx, &add_account);
    bind_text(&q, name), bind_i64(&q, in->now_ms), bind_i64(&q, in->panel), bind_text(&q, in->merchant);
    if (query_row(&q) != ROW_FOUND) return false;
    *account = col_i64(&q, "id");
    const struct newcomer n = { .account = *account,
                                .now_ms = in->now_ms,
                                .merchant = in->merchant,
                                .name = name,
                                .lang = in->lang,
                                .role = MEMBER_OWNER };
    return person_put(tx, &n, &owner) && accounts_hooks.merchant_opened(tx, *account);
}

/* The one who enters in this role: made the first time. Under the account's lock, so that two who enter in one moment
 * make one. */
static enum row entrant(struct req *req, int64_t account, enum member_role role, int64_t *person)
{
    bool disabled;
    struct account a;
    enum row row = account_lock(req->tx, account, &disabled);
    if (row != ROW_FOUND) return row;
    if (disabled) return ROW_NONE;
    /* Before anybody is looked for: an account of no panel has admins of its own, who sign in themselves. */
    row = accounts_get(req->tx, account, &a);
    if (row != ROW_FOUND || !a.merchant) return row == ROW_FAULT ? ROW_FAULT : ROW_NONE;
    struct query q = query(req->tx, &member_of_role);
    bind_i64(&q, account), bind_i64(&q, role);
    if (query_row(&q) != ROW_FOUND) return ROW_FAULT;
    *person = col_i64(&q, "person");
    if (*person > 0) return ROW_FOUND;
    const struct newcomer n = { .account = account,
                                .now_ms = req->now_ms,
                                .merchant = a.merchant,
                                .name = "", /* what shoppers see is for whoever enters to say */
                                .lang = req_lang(req),
                                .role = role };
    return person_put(req->tx, &n, person) ? ROW_FOUND : ROW_FAULT;
}

enum row panels_enter(struct req *req, int64_t account, bool may_change, int64_t *person)
{
    enum row row = entrant(req, account, may_change ? MEMBER_ADMIN : MEMBER_VIEWER, person);
    if (row != ROW_FOUND) return row;
    bool good =
        user_signed_in(req->tx, *person, req->now_ms) &&
        sign_in_until(req, &(struct sign_in){ .person = *person, .lifetime_ms = PANEL_SESSION_MS, .ends = true });
    return good ? ROW_FOUND : ROW_FAULT;
}
