/* users.c: the table accounts. Addresses are compared trimmed and in lower case (ASCII: the only letters a mailbox of
 * ours can hold in another case) and sent to as typed. */
#include "accounts/private.h"

static_assert(ROLE_MERCHANT == 1 && ROLE_OPERATOR == 2, "accounts.role is stored: never renumber");

#define COLUMNS                                                                                                        \
    "id, role, email, name, lang, disabled, first_shop_redeemed, created_at_ms, last_login_at_ms, password_hash"
STMT(by_id, "SELECT " COLUMNS " FROM accounts WHERE id = ?1");
/* NO KEY UPDATE: rows that refer to the account (sessions) are still added meanwhile. */
STMT(by_id_locked, "SELECT " COLUMNS " FROM accounts WHERE id = ?1",
     .postgres = "SELECT " COLUMNS " FROM accounts WHERE id = ?1 FOR NO KEY UPDATE");
STMT(by_key, "SELECT " COLUMNS " FROM accounts WHERE email_key = ?1");
STMT(add, "INSERT INTO accounts (email_key, email, name, role, lang, password_hash, created_at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (email_key) DO NOTHING RETURNING id");
STMT(set_password, "UPDATE accounts SET password_hash = ?2 WHERE id = ?1");
STMT(change_password, "UPDATE accounts SET password_hash = ?2 WHERE id = ?1 AND password_hash = ?3");
STMT(set_login, "UPDATE accounts SET last_login_at_ms = ?2 WHERE id = ?1");
STMT(update, "UPDATE accounts SET name = COALESCE(?2, name), lang = COALESCE(?3, lang) WHERE id = ?1");
STMT(set_disabled, "UPDATE accounts SET disabled = ?2 WHERE id = ?1 AND disabled <> ?2");
STMT(page, "SELECT " COLUMNS " FROM accounts WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
/* A prefix as a range, so that the address's index can serve it. */
STMT(page_of_prefix, "SELECT " COLUMNS " FROM accounts WHERE id < ?1 AND ((email_key >= ?3 AND email_key < ?4)"
                     " OR lower(substr(name, 1, length(?3))) = lower(?3)) ORDER BY id DESC LIMIT ?2",
     .postgres = "SELECT " COLUMNS " FROM accounts WHERE id < ?1 AND ((email_key >= ?3::text AND email_key < ?4::text)"
                 " OR lower(left(name, length(?3::text))) = lower(?3::text)) ORDER BY id DESC LIMIT ?2");
STMT(count_all, "SELECT COUNT(*) AS accounts FROM accounts");

struct accounts_hooks accounts_hooks;
struct accounts_settings accounts_settings;

void email_key(const char *email, char out[EMAIL_KEY_SIZE])
{
    struct str s = str_trim(str_of(email));
    size_t n = s.n < EMAIL_KEY_SIZE - 1 ? s.n : EMAIL_KEY_SIZE - 1;      /* longer ones were refused as a field */
    for (size_t i = 0; i < n; i++) out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + ('a' - 'A')) : s.p[i];
    out[n] = '\0';
}

static void user_read(const struct query *q, struct user *out)
{
    *out = (struct user){
        .account = {
            .id = col_i64(q, "id"), .role = (enum role)col_i64(q, "role"), .email = col_text(q, "email"),
            .name = col_text(q, "name"), .lang = col_text(q, "lang"), .disabled = col_bool(q, "disabled"),
            .first_shop_redeemed = col_bool(q, "first_shop_redeemed"), .created_at_ms = col_i64(q, "created_at_ms"),
            .last_login_at_ms = col_i64(q, "last_login_at_ms"),
        },
        .password_hash = col_text(q, "password_hash"),
    };
}

enum row user_by_key(struct tx *tx, const char *key, struct user *out)
{
    struct query q = query(tx, &by_key);
    bind_text(&q, key);
    enum row r = query_row(&q);
    if (r == ROW_FOUND) user_read(&q, out);
    return r;
}

static enum row one_by_id(struct tx *tx, const struct stmt *s, int64_t id, struct user *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, id);
    enum row r = query_row(&q);
    if (r == ROW_FOUND) user_read(&q, out);
    return r;
}

enum row user_by_id(struct tx *tx, int64_t id, struct user *out)
{
    return one_by_id(tx, &by_id, id, out);
}

enum row user_by_id_locked(struct tx *tx, int64_t id, struct user *out)
{
    return one_by_id(tx, &by_id_locked, id, out);
}

enum row accounts_get(struct tx *tx, int64_t id, struct account *out)
{
    struct user u;
    enum row r = user_by_id(tx, id, &u);
    if (r == ROW_FOUND) *out = u.account;
    return r;
}

enum row accounts_by_email(struct tx *tx, const char *email, struct account *out)
{
    char key[EMAIL_KEY_SIZE];
    struct user u;
    email_key(email, key);
    enum row r = user_by_key(tx, key, &u);
    if (r == ROW_FOUND) *out = u.account;
    return r;
}

enum row user_add(struct tx *tx, const struct user_new *in, int64_t *id)
{
    char key[EMAIL_KEY_SIZE];
    email_key(in->email, key);
    assert(key[0] != '\0' && (in->role == ROLE_MERCHANT || in->role == ROLE_OPERATOR));
    struct str email = str_trim(str_of(in->email));
    struct query q = query(tx, &add);
    bind_text(&q, key), bind_str(&q, email), bind_text(&q, in->name ? in->name : ""), bind_i64(&q, in->role);
    bind_text(&q, in->lang), bind_text(&q, in->password_hash), bind_i64(&q, in->now);
    enum row r = query_row(&q);
    if (r != ROW_FOUND) return r;
    *id = col_i64(&q, "id");
    return accounts_hooks.account_created(tx, *id, in->now) ? ROW_FOUND : ROW_FAULT;
}

enum account_add accounts_add(struct tx *tx, const char *email, const char *name, enum role role,
                              const char *hash, int64_t now, int64_t *id)
{
    const struct user_new u = { .email = email, .name = name, .role = role, .lang = "zh-CN", .password_hash = hash,
                                .now = now };
    switch (user_add(tx, &u, id)) {
    case ROW_FAULT: return ACCOUNT_FAULT;
    case ROW_NONE:  return ACCOUNT_EXISTS;
    case ROW_FOUND: break;
    }
    const struct audit_entry e = { .action = AUDIT_account_created, .account = *id, .resource = "account",
                                   .resource_id = *id, .at_ms = now };
    return audit_put(tx, &e) ? ACCOUNT_ADDED : ACCOUNT_FAULT;
}

bool accounts_count(struct tx *tx, int64_t *count)
{
    struct query q = query(tx, &count_all);
    if (query_row(&q) != ROW_FOUND) return false;
    *count = col_i64(&q, "accounts");
    return true;
}

static enum row changed(struct query *q)
{
    int64_t rows = query_change(q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

enum row user_set_password(struct tx *tx, int64_t id, const char *old, const char *hash)
{
    struct query q = query(tx, old ? &change_password : &set_password);
    bind_i64(&q, id), bind_text(&q, hash);
    if (old) bind_text(&q, old);
    return changed(&q);
}

bool user_signed_in(struct tx *tx, int64_t id, int64_t now)
{
    struct query q = query(tx, &set_login);
    bind_i64(&q, id), bind_i64(&q, now);
    return query_put(&q);
}

bool user_update(struct tx *tx, int64_t id, const char *name, const char *lang)
{
    struct query q = query(tx, &update);
    bind_i64(&q, id), bind_text(&q, name), bind_text(&q, lang);
    return query_change(&q) == 1;
}

enum row user_set_disabled(struct tx *tx, int64_t id, bool disabled)
{
    struct query q = query(tx, &set_disabled);
    bind_i64(&q, id), bind_bool(&q, disabled);
    return changed(&q);
}

bool users_page(struct tx *tx, const struct user_page *p, struct account *out, size_t *count)
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
        struct user u;
        assert(*count < (size_t)p->limit);
        user_read(&q, &u);
        out[(*count)++] = u.account;
    }
    return r == ROW_NONE;
}
