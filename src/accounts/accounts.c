/* accounts.c: the table accounts: what owns shops, credits and tenants. Nobody signs in as an account; persons act
 * in it as its members (members.c). Its owner is the first person with that role: whom to write to. */
#include "accounts/private.h"

ACCOUNTS_ACTIONS(AUDIT_DEFINE)

#define OWNER_OF_A "(SELECT MIN(o.person) FROM members o WHERE o.account = a.id AND o.role = 1)"
/* clang-format off */
#define ACCOUNT                                                                                                        \
    "SELECT a.id, a.name, a.disabled, a.first_shop_redeemed, a.created_at_ms, p.id AS person, p.role, p.email,"        \
    " p.name AS person_name, p.lang, p.created_at_ms AS person_created_at_ms, p.last_login_at_ms,"      \
    " p.disabled AS person_disabled"                      \
    " FROM accounts a JOIN persons p ON p.id = " OWNER_OF_A " WHERE "
STMT(by_id, ACCOUNT "a.id = ?1");
STMT(by_email, ACCOUNT "a.id = (SELECT MIN(m.account) FROM members m JOIN persons q ON q.id = m.person"
                       " WHERE q.email_key = ?1 AND m.role = 1)");
STMT(add, "INSERT INTO accounts (name, created_at_ms) VALUES (?1, ?2) RETURNING id");
STMT(lock, "SELECT disabled FROM accounts WHERE id = ?1",
     .postgres = "SELECT disabled FROM accounts WHERE id = ?1 FOR NO KEY UPDATE");
STMT(set_disabled, "UPDATE accounts SET disabled = ?2 WHERE id = ?1 AND disabled <> ?2");
STMT(end_tokens, "DELETE FROM person_tokens WHERE used_at_ms IS NULL"
                 " AND person IN (SELECT person FROM members WHERE account = ?1)");
STMT(page, ACCOUNT "a.id < ?1 ORDER BY a.id DESC LIMIT ?2");
/* A prefix as a range, so that the address's index can serve it. */
#define PREFIX_OF_NAME(text)                                                                                           \
    "lower(substr(a.name, 1, length(" text "))) = lower(" text ") OR lower(substr(p.name, 1, length(" text ")))"   \
    " = lower(" text ")"
STMT(page_of_prefix,
     ACCOUNT "a.id < ?1 AND ((p.email_key >= ?3 AND p.email_key < ?4) OR " PREFIX_OF_NAME("?3") ")"
             " ORDER BY a.id DESC LIMIT ?2",
     .postgres = ACCOUNT "a.id < ?1 AND ((p.email_key >= ?3::text AND p.email_key < ?4::text) OR "
                         PREFIX_OF_NAME("?3::text") ") ORDER BY a.id DESC LIMIT ?2");
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
        .owner = {
            .id = col_i64(q, "person"), .role = (enum role)col_i64(q, "role"), .email = col_text(q, "email"),
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

enum account_add accounts_add(struct tx *tx, const char *email, const char *name, enum role role, const char *hash,
                              int64_t now_ms, int64_t *id)
{
    const struct user_new u = {
        .email = email, .name = name, .role = role, .lang = "zh-CN", .password_hash = hash, .now_ms = now_ms
    };
    int64_t person;
    switch (user_add(tx, &u, &person)) {
    case ROW_FAULT: return ACCOUNT_FAULT;
    case ROW_NONE: return ACCOUNT_EXISTS;
    case ROW_FOUND: break;
    }
    if (person_home(tx, person, id) != ROW_FOUND) return ACCOUNT_FAULT;
    const struct audit_entry e = {
        .action = AUDIT_account_created, .account = *id, .resource = "account", .resource_id = *id, .at_ms = now_ms
    };
    return audit_put(tx, &e) ? ACCOUNT_ADDED : ACCOUNT_FAULT;
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

bool accounts_page(struct tx *tx, const struct account_page *p, struct account *out, size_t *count)
{
    char key[EMAIL_KEY_SIZE];
    email_key(p->prefix, key);
    /* Above every text that begins so: U+10FFFF behind it. */
    char *end = arena_printf(tx_arena(tx), "%s\xf4\x8f\xbf\xbf", key);
    struct query q = query(tx, key[0] ? &page_of_prefix : &page);
    bind_i64(&q, p->after > 0 ? p->after : INT64_MAX), bind_i64(&q, p->limit);
    if (key[0]) bind_text(&q, key), bind_text(&q, end);
    *count = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(*count < (size_t)p->limit);
        account_read(&q, &out[(*count)++]);
    }
    return r == ROW_NONE;
}
