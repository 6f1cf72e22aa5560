/* persons.c: the table persons: who signs in. Mails go to the address as it was typed; compared is
 * its key (email_key.c). */
#include "accounts/private.h"

static_assert(ROLE_MERCHANT == 1 && ROLE_OPERATOR == 2, "persons.role is stored: never renumber");

/* Shut out: the person is, or every account it belongs to. */
#define SHUT_OUT                                                                                                       \
    "CASE WHEN p.disabled = 1 OR (EXISTS (SELECT 1 FROM members m WHERE m.person = p.id) AND NOT EXISTS"               \
    " (SELECT 1 FROM members m JOIN accounts a ON a.id = m.account WHERE m.person = p.id AND a.disabled = 0))"         \
    " THEN 1 ELSE 0 END AS disabled"
#define PERSON                                                                                                         \
    "SELECT p.id, p.role, p.email, p.name, p.lang, p.created_at_ms, p.last_login_at_ms, p.password_hash, " SHUT_OUT    \
    " FROM persons p WHERE "
STMT(by_id, PERSON "p.id = ?1");
/* NO KEY UPDATE: rows that refer to the person (sessions) are still added meanwhile. */
STMT(by_id_locked, PERSON "p.id = ?1", .postgres = PERSON "p.id = ?1 FOR NO KEY UPDATE OF p");
STMT(by_key, PERSON "p.email_key = ?1");
STMT(add, "INSERT INTO persons (email_key, email, name, role, lang, password_hash, created_at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (email_key) DO NOTHING RETURNING id");
STMT(set_password, "UPDATE persons SET password_hash = ?2 WHERE id = ?1");
STMT(change_password, "UPDATE persons SET password_hash = ?2 WHERE id = ?1 AND password_hash = ?3");
STMT(set_login, "UPDATE persons SET last_login_at_ms = ?2 WHERE id = ?1");
STMT(set_account, "UPDATE persons SET last_account = ?2 WHERE id = ?1");
/* Erased beside this: it stays blank. */
STMT(update, "UPDATE persons SET name = COALESCE(?2, name), lang = COALESCE(?3, lang) WHERE id = ?1"
             " AND erased_at_ms = 0 AND (name <> COALESCE(?2, name) OR lang <> COALESCE(?3, lang))");
/* No address of anybody reads like this one: it has no @. */
STMT(blank, "UPDATE persons SET email_key = 'erased-' || id, email = 'erased-' || id, name = '', password_hash = NULL,"
            " disabled = 1, last_account = NULL, last_login_at_ms = 0, erased_at_ms = ?2"
            " WHERE id = ?1 AND erased_at_ms = 0");
STMT(stays, "SELECT id FROM persons WHERE id = ?1 AND erased_at_ms = 0",
     .postgres = "SELECT id FROM persons WHERE id = ?1 AND erased_at_ms = 0 FOR NO KEY UPDATE");
#define OTHER_OPERATORS PERSON "p.role = 2 AND p.id <> ?1 ORDER BY p.id LIMIT ?2"
STMT(other_operators, OTHER_OPERATORS, .postgres = OTHER_OPERATORS " FOR NO KEY UPDATE OF p");
STMT(verify_erased, "SELECT id FROM persons WHERE id > ?1 AND erased_at_ms > 0 ORDER BY id LIMIT ?2");
/* Where a sign-in begins: where the last one was, else where the person is most, else the oldest. */
STMT(home, "SELECT m.account FROM members m JOIN accounts a ON a.id = m.account JOIN persons p ON p.id = m.person"
           " WHERE m.person = ?1 AND a.disabled = 0"
           " ORDER BY CASE WHEN m.account = p.last_account THEN 0 ELSE 1 END, m.role, m.account LIMIT 1");

/* Of an account (0: of any): whoever has left it may have another address by now, which is not theirs to know. */
#define TOLD(these)                                                                                                    \
    "SELECT id, email, role FROM persons p WHERE erased_at_ms = 0 AND id " these " AND (CAST(?2 AS BIGINT) = 0"        \
    " OR EXISTS (SELECT 1 FROM members m WHERE m.account = ?2 AND m.person = p.id))"
STMT(told, TOLD("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = TOLD("= ANY((?1::text[])::bigint[])"));

enum { OPERATORS_LOOKED_AT = 100 };

struct accounts_hooks accounts_hooks;
struct accounts_settings accounts_settings;

static void user_read(const struct query *q, struct user *out)
{
    *out = (struct user){
        .person = {
            .id = col_i64(q, "id"),
            .role = (enum person_role)col_state(q, "role", ROLE_MERCHANT, ROLE_OPERATOR),
            .email = col_text(q, "email"),
            .name = col_text(q, "name"), .lang = col_text(q, "lang"), .disabled = col_bool(q, "disabled"),
            .created_at_ms = col_i64(q, "created_at_ms"), .last_login_at_ms = col_i64(q, "last_login_at_ms"),
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

enum row user_by_id(struct tx *tx, int64_t id, struct user *out) { return one_by_id(tx, &by_id, id, out); }

enum row user_by_id_locked(struct tx *tx, int64_t id, struct user *out)
{
    return one_by_id(tx, &by_id_locked, id, out);
}

enum row persons_get(struct tx *tx, int64_t id, struct person *out)
{
    struct user u;
    enum row r = user_by_id(tx, id, &u);
    if (r == ROW_FOUND) *out = u.person;
    return r;
}

bool persons_told(struct tx *tx, int64_t account, const int64_t *ids, size_t n, struct audit_person *out)
{
    struct query q = query(tx, &told);
    enum row r;
    bind_i64_list(&q, ids, n), bind_i64(&q, account);
    while ((r = query_next(&q)) == ROW_FOUND) {
        const struct audit_person one = { .email = col_text(&q, "email"),
                                          .operator= col_i64(&q, "role") == ROLE_OPERATOR };
        for (size_t i = 0; i < n; i++)
            if (ids[i] == col_i64(&q, "id")) out[i] = one;
    }
    return r == ROW_NONE;
}

enum row person_home(struct tx *tx, int64_t person, int64_t *account)
{
    struct query q = query(tx, &home);
    bind_i64(&q, person);
    enum row r = query_row(&q);
    *account = r == ROW_FOUND ? col_i64(&q, "account") : 0;
    return r;
}

bool person_remember(struct tx *tx, int64_t person, int64_t account)
{
    struct query q = query(tx, &set_account);
    bind_i64(&q, person), bind_i64(&q, account);
    return query_put(&q);
}

enum row user_add(struct tx *tx, const struct user_new *in, int64_t *id)
{
    char key[EMAIL_KEY_SIZE];
    email_key(in->email, key);
    assert(key[0] != '\0' && (in->role == ROLE_MERCHANT || in->role == ROLE_OPERATOR));
    struct str email = str_trim(str_of(in->email));
    struct query q = query(tx, &add);
    bind_text(&q, key), bind_str(&q, email), bind_text(&q, in->name ? in->name : ""), bind_i64(&q, in->role);
    bind_text(&q, in->lang), bind_text(&q, in->password_hash), bind_i64(&q, in->now_ms);
    enum row r = query_row(&q);
    if (r != ROW_FOUND) return r;
    *id = col_i64(&q, "id");
    int64_t account;
    return account_open(tx, *id, in->name ? in->name : "", in->now_ms, &account) ? ROW_FOUND : ROW_FAULT;
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

bool user_signed_in(struct tx *tx, int64_t id, int64_t now_ms)
{
    struct query q = query(tx, &set_login);
    bind_i64(&q, id), bind_i64(&q, now_ms);
    return query_put(&q);
}

enum row user_update(struct tx *tx, int64_t id, const char *name, const char *lang)
{
    struct query q = query(tx, &update);
    bind_i64(&q, id), bind_text(&q, name), bind_text(&q, lang);
    return changed(&q);
}

bool person_blank(struct tx *tx, int64_t id, int64_t now_ms)
{
    struct query q = query(tx, &blank);
    bind_i64(&q, id), bind_i64(&q, now_ms);
    return query_change(&q) == 1;
}

enum row accounts_person_stays(struct tx *tx, int64_t id)
{
    struct query q = query(tx, &stays);
    bind_i64(&q, id);
    return query_row(&q);
}

bool operators_others(struct tx *tx, int64_t person, bool *others)
{
    struct query q = query(tx, &other_operators);
    struct user u;
    enum row r;
    bind_i64(&q, person), bind_i64(&q, OPERATORS_LOOKED_AT);
    *others = false;
    while ((r = query_next(&q)) == ROW_FOUND) {
        user_read(&q, &u);
        *others = *others || !u.person.disabled;
    }
    return r == ROW_NONE;
}

bool accounts_erased(struct tx *tx, int64_t after, size_t most, int64_t *out, size_t *count)
{
    struct query q = query(tx, &verify_erased);
    enum row r;
    bind_i64(&q, after), bind_i64(&q, (int64_t)most);
    *count = 0;
    while ((r = query_next(&q)) == ROW_FOUND) out[(*count)++] = col_i64(&q, "id");
    return r == ROW_NONE;
}

/* With an account of its own, for commands. */
enum account_add accounts_add(struct tx *tx, const char *email, const char *name, enum person_role role,
                              const char *hash, int64_t now_ms, int64_t *id)
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
