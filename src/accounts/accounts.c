/* accounts.c: the table accounts: what owns shops, credits and tenants. Nobody signs in as an account; persons act
 * in it as its members (members.c). Its owner is the first person with that role: whom to write to. */
#include "accounts/private.h"

ACCOUNTS_ACTIONS(AUDIT_DEFINE)

#define OWNER_OF_A "(SELECT MIN(o.person) FROM members o WHERE o.account = a.id AND o.role = 1)"
#define ACCOUNT_COLUMNS                                                                                                \
    "SELECT a.id, a.name, a.disabled, a.first_shop_redeemed, a.created_at_ms, a.merchant, p.id AS person, p.role,"     \
    " p.email, p.name AS person_name, p.lang, p.created_at_ms AS person_created_at_ms, p.last_login_at_ms,"            \
    " p.disabled AS person_disabled"
#define ACCOUNT_OF_OWNER " FROM accounts a JOIN persons p ON p.id = " OWNER_OF_A " WHERE "
#define ACCOUNT ACCOUNT_COLUMNS ACCOUNT_OF_OWNER
/* clang-format off */
STMT(by_id, ACCOUNT "a.id = ?1");
STMT(by_email, ACCOUNT "a.id = (SELECT MIN(m.account) FROM members m JOIN persons q ON q.id = m.person"
                       " WHERE q.email_key = ?1 AND m.role = 1)");
STMT(add, "INSERT INTO accounts (name, created_at_ms) VALUES (?1, ?2) RETURNING id");
STMT(lock, "SELECT disabled FROM accounts WHERE id = ?1",
     .postgres = "SELECT disabled FROM accounts WHERE id = ?1 FOR NO KEY UPDATE");
STMT(is_disabled, "SELECT disabled FROM accounts WHERE id = ?1");
STMT(set_disabled, "UPDATE accounts SET disabled = ?2 WHERE id = ?1 AND disabled <> ?2");
STMT(is_led, "SELECT COUNT(*) AS led FROM members m JOIN persons p ON p.id = m.person WHERE m.account = ?1"
             " AND m.role = 1 AND p.erased_at_ms = 0");
STMT(rename_account, "UPDATE accounts SET name = ?2 WHERE id = ?1 AND name <> ?2");
STMT(end_tokens, "DELETE FROM person_tokens WHERE used_at_ms IS NULL"
                 " AND person IN (SELECT person FROM members WHERE account = ?1)");
STMT(by_begin, ACCOUNT "a.id IN (SELECT m.account FROM persons q JOIN members m ON m.person = q.id AND m.role = 1"
                       " WHERE q.email_key >= ?1 AND q.email_key < ?2 ORDER BY q.email_key LIMIT ?3)"
                       " ORDER BY a.id LIMIT ?3",
     .postgres = ACCOUNT "a.id IN (SELECT m.account FROM persons q JOIN members m ON m.person = q.id AND m.role = 1"
                         " WHERE q.email_key >= ?1::text AND q.email_key < ?2::text ORDER BY q.email_key LIMIT ?3)"
                         " ORDER BY a.id LIMIT ?3");
#define EMAILS "SELECT a.id, p.email FROM accounts a JOIN persons p ON p.id = " OWNER_OF_A " WHERE a.id "
STMT(emails, EMAILS "IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = EMAILS "= ANY((?1::text[])::bigint[])");
STMT(count_all, "SELECT COUNT(*) AS accounts FROM accounts");

static void account_read(const struct query *q, struct account *out)
{
    *out = (struct account){
        .id = col_i64(q, "id"), .name = col_text(q, "name"), .disabled = col_bool(q, "disabled"),
        .first_shop_redeemed = col_bool(q, "first_shop_redeemed"), .created_at_ms = col_i64(q, "created_at_ms"),
        .merchant = col_text(q, "merchant"),
        .owner = {
            .id = col_i64(q, "person"),
            .role = (enum person_role)col_state(q, "role", ROLE_MERCHANT, ROLE_OPERATOR),
            .email = col_text(q, "email"),
            .name = col_text(q, "person_name"), .lang = col_text(q, "lang"),
            .disabled = col_bool(q, "person_disabled"),
            .created_at_ms = col_i64(q, "person_created_at_ms"), .last_login_at_ms = col_i64(q, "last_login_at_ms"),
        },
    };
    /* clang-format on */
}

static enum row one(struct query *q, struct account *out)
{
    enum row r = query_row(q);
    if (r == ROW_FOUND) account_read(q, out);
    return r;
}

enum row accounts_get(struct tx *tx, int64_t id, struct account *out)
{
    struct query q = query(tx, &by_id);
    bind_i64(&q, id);
    return one(&q, out);
}

enum row accounts_by_email(struct tx *tx, const char *email, struct account *out)
{
    char key[EMAIL_KEY_SIZE];
    email_key(email, key);
    struct query q = query(tx, &by_email);
    bind_text(&q, key);
    return one(&q, out);
}

bool account_open(struct tx *tx, int64_t owner, const char *name, int64_t now_ms, int64_t *id)
{
    struct query q = query(tx, &add);
    bind_text(&q, name), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    *id = col_i64(&q, "id");
    if (member_put(tx, &(struct member_new){ *id, owner, MEMBER_OWNER, now_ms }) != ROW_FOUND) return false;
    return accounts_hooks.account_created(tx, *id, now_ms);
}

bool accounts_count(struct tx *tx, int64_t *count)
{
    struct query q = query(tx, &count_all);
    if (query_row(&q) != ROW_FOUND) return false;
    *count = col_i64(&q, "accounts");
    return true;
}

enum row account_lock(struct tx *tx, int64_t id, bool *disabled)
{
    struct query q = query(tx, &lock);
    bind_i64(&q, id);
    enum row r = query_row(&q);
    if (r == ROW_FOUND) *disabled = col_bool(&q, "disabled");
    return r;
}

bool accounts_disabled(struct tx *tx, int64_t id, bool *out)
{
    struct query q = query(tx, &is_disabled);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    *out = row == ROW_FOUND && col_bool(&q, "disabled");
    return row != ROW_FAULT;
}

enum row account_set_disabled(struct tx *tx, int64_t id, bool disabled)
{
    struct query q = query(tx, &set_disabled);
    bind_i64(&q, id), bind_bool(&q, disabled);
    int64_t rows = query_change(&q);
    if (rows <= 0) return rows < 0 ? ROW_FAULT : ROW_NONE;
    if (!disabled) return ROW_FOUND;
    struct query tokens = query(tx, &end_tokens);
    bind_i64(&tokens, id);
    bool ended = sessions_end_of_account(tx, id) >= 0 && query_change(&tokens) >= 0;
    return ended ? ROW_FOUND : ROW_FAULT;
}

bool account_is_led(struct tx *tx, int64_t id, bool *led)
{
    struct query q = query(tx, &is_led);
    bind_i64(&q, id);
    if (query_row(&q) != ROW_FOUND) return false;
    *led = col_i64(&q, "led") > 0;
    return true;
}

enum row account_rename(struct tx *tx, int64_t id, const char *name)
{
    struct query q = query(tx, &rename_account);
    bind_i64(&q, id), bind_text(&q, name);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

bool accounts_emails(struct tx *tx, const int64_t *ids, size_t n, const char **out)
{
    const char **text = ARENA_ARRAY(tx_arena(tx), const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        text[i] = arena_printf(tx_arena(tx), "%lld", (long long)ids[i]);
        out[i] = NULL;
    }
    if (n == 0) return true;
    struct query q = query(tx, &emails);
    bind_text_list(&q, text, n);
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (ids[i] == col_i64(&q, "id")) out[i] = col_text(&q, "email");
    return r == ROW_NONE;
}

bool accounts_search(struct tx *tx, const char *begin, size_t most, struct account *out, size_t *count)
{
    char key[EMAIL_KEY_SIZE];
    email_key(begin, key);
    struct query q = query(tx, &by_begin);
    bind_text(&q, key), bind_text(&q, arena_printf(tx_arena(tx), "%s\xf4\x8f\xbf\xbf", key));
    bind_i64(&q, (int64_t)most);
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND && *count < most) account_read(&q, &out[(*count)++]);
    return r != ROW_FAULT;
}

/* ---- all accounts, for operators: a page at a time by age or by the owner's address, of some days, or the disabled
 * ones alone; and those that a search finds. Each page begins behind the place that the account named by `after` has in
 * the order now. The time it was made never changes; its owner's address does when the first owner goes, and then a
 * list by address goes on from where that account stands since. A search takes the newest first, and disabled ones are
 * listed by age: no index serves every mixture. ---- */

STMT(place,
     "SELECT a.created_at_ms, p.email_key FROM accounts a JOIN persons p ON p.id = " OWNER_OF_A " WHERE a.id = ?1");

/* Bounds that the index finds (?1 to ?2), and then the rows of the same time. */
#define NEWEST(which)                                                                                                  \
    ACCOUNT which "a.created_at_ms >= ?1 AND a.created_at_ms <= ?2 AND (a.created_at_ms < ?2 OR a.id < ?3)"            \
                  " ORDER BY a.created_at_ms DESC, a.id DESC LIMIT ?4"
#define OLDEST(which)                                                                                                  \
    ACCOUNT which "a.created_at_ms >= ?1 AND a.created_at_ms <= ?2 AND (a.created_at_ms > ?1 OR a.id > ?3)"            \
                  " ORDER BY a.created_at_ms, a.id LIMIT ?4"
STMT(newest, NEWEST(""));
STMT(oldest, OLDEST(""));
STMT(disabled_newest, NEWEST("a.disabled = 1 AND "));
STMT(disabled_oldest, OLDEST("a.disabled = 1 AND "));

/* CROSS JOIN: SQLite then begins with the persons, whose index has the order. */
#define BY_EMAIL(bound)                                                                                                \
    ACCOUNT_COLUMNS " FROM persons p CROSS JOIN members m CROSS JOIN accounts a WHERE m.person = p.id AND m.role = 1"  \
                    " AND a.id = m.account AND p.id = " OWNER_OF_A                                                     \
                    " AND a.created_at_ms >= ?1 AND a.created_at_ms <= ?2 AND " bound " LIMIT ?5"
#define EMAIL_UP(key) "p.email_key >= " key " AND (p.email_key > " key " OR a.id > ?3) ORDER BY p.email_key, a.id"
#define EMAIL_DOWN(key)                                                                                                \
    "p.email_key <= " key " AND (p.email_key < " key " OR a.id < ?3) ORDER BY p.email_key DESC, a.id DESC"
STMT(by_address, BY_EMAIL(EMAIL_UP("?4")), .postgres = BY_EMAIL(EMAIL_UP("?4::text")));
STMT(by_address_down, BY_EMAIL(EMAIL_DOWN("?4")), .postgres = BY_EMAIL(EMAIL_DOWN("?4::text")));

/* A prefix as a range, so that the address's index can serve it. */
#define PREFIX_OF_NAME(text)                                                                                           \
    "lower(substr(a.name, 1, length(" text "))) = lower(" text ") OR lower(substr(p.name, 1, length(" text ")))"       \
    " = lower(" text ")"
#define FOUND(key, end)                                                                                                \
    ACCOUNT "a.id < ?1 AND ((p.email_key >= " key " AND p.email_key < " end                                            \
            ") OR " PREFIX_OF_NAME(key) ")"                                                                            \
                                        " AND a.created_at_ms >= ?5 AND a.created_at_ms <= "                           \
                                        "?6 AND a.disabled >= ?7 ORDER BY a.id DESC LIMIT ?2"
STMT(found, FOUND("?3", "?4"), .postgres = FOUND("?3::text", "?4::text"));

#define COUNTED(which)                                                                                                 \
    "SELECT COUNT(*) AS n FROM (SELECT 1 FROM accounts WHERE " which "created_at_ms >= ?1 AND created_at_ms <= ?2"     \
    " ORDER BY created_at_ms LIMIT ?3) AS few"
STMT(count_days, COUNTED(""));
STMT(count_disabled, COUNTED("disabled = 1 AND "));

static int64_t end_of(const struct account_page *p) { return p->to_ms ? p->to_ms : INT64_MAX; }

static bool is_down(const struct account_page *p)
{
    return p->sort == ACCOUNTS_NEWEST || p->sort == ACCOUNTS_BY_EMAIL_DOWN;
}

/* Where the page begins; the ends of the order when there was none before. */
struct place {
    int64_t at_ms;
    const char *email_key;
};

static bool place_read(struct tx *tx, const struct account_page *p, struct place *out)
{
    *out = (struct place){ is_down(p) ? end_of(p) : p->from_ms, is_down(p) ? "\xf4\x8f\xbf\xbf" : "" };
    if (p->after == 0) return true;
    struct query q = query(tx, &place);
    bind_i64(&q, p->after);
    switch (query_row(&q)) {
    case ROW_FAULT: return false;
    case ROW_NONE: break;
    case ROW_FOUND: *out = (struct place){ col_i64(&q, "created_at_ms"), col_text(&q, "email_key") };
    }
    return true;
}

static struct query ask_found(struct tx *tx, const struct account_page *p, const char *key)
{
    struct query q = query(tx, &found);
    bind_i64(&q, p->after > 0 ? p->after : INT64_MAX), bind_i64(&q, p->limit), bind_text(&q, key);
    bind_text(&q, arena_printf(tx_arena(tx), "%s\xf4\x8f\xbf\xbf", key)); /* above every text that begins so */
    bind_i64(&q, p->from_ms), bind_i64(&q, end_of(p)), bind_bool(&q, p->disabled);
    return q;
}

static struct query ask_in_order(struct tx *tx, const struct account_page *p, const struct place *at)
{
    bool down = is_down(p), by_text = p->sort == ACCOUNTS_BY_EMAIL || p->sort == ACCOUNTS_BY_EMAIL_DOWN;
    int64_t after = p->after > 0 ? p->after : down ? INT64_MAX : 0;
    if (by_text) {
        struct query q = query(tx, down ? &by_address_down : &by_address);
        bind_i64(&q, p->from_ms), bind_i64(&q, end_of(p)), bind_i64(&q, after), bind_text(&q, at->email_key);
        bind_i64(&q, p->limit);
        return q;
    }
    struct query q = query(tx, p->disabled ? down ? &disabled_newest : &disabled_oldest : down ? &newest : &oldest);
    bind_i64(&q, down ? p->from_ms : at->at_ms), bind_i64(&q, down ? at->at_ms : end_of(p)), bind_i64(&q, after);
    bind_i64(&q, p->limit);
    return q;
}

bool accounts_page(struct tx *tx, const struct account_page *p, struct account *out, size_t *count)
{
    assert(p->limit > 0 && p->after >= 0);
    char key[EMAIL_KEY_SIZE];
    struct place at;
    email_key(p->prefix, key);
    *count = 0;
    if (!key[0] && !place_read(tx, p, &at)) return false;
    struct query q = key[0] ? ask_found(tx, p, key) : ask_in_order(tx, p, &at);
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(*count < (size_t)p->limit);
        account_read(&q, &out[(*count)++]);
    }
    return r == ROW_NONE;
}

bool accounts_count_some(struct tx *tx, const struct account_page *p, int64_t most, int64_t *out)
{
    struct query q = query(tx, p->disabled ? &count_disabled : &count_days);
    bind_i64(&q, p->from_ms), bind_i64(&q, end_of(p)), bind_i64(&q, most);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}
