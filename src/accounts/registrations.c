/* registrations.c: someone wants an account and has not proven the address yet. Nothing hangs on a registration: no
 * credits, no shops, no sign-in, and it keeps nobody else from the address. Its password counts only together with the
 * mailbox.
 *
 * Rejected: an unverified account (the replaced panel): who registered first would own what the other adds. */
#include "accounts/private.h"

STMT(put, "INSERT INTO registrations (email_key, email, name, password_hash, token_hash, browser_hash, lang,"
          " created_at_ms, expires_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
          " ON CONFLICT (email_key) DO UPDATE SET email = ?2, name = ?3, password_hash = ?4, token_hash = ?5,"
          " browser_hash = ?6, lang = ?7, created_at_ms = ?8, expires_at_ms = ?9, used_at_ms = NULL");
STMT(by_token, "SELECT id, email, name, password_hash, browser_hash, lang FROM registrations"
               " WHERE token_hash = ?1 AND used_at_ms IS NULL AND expires_at_ms > ?2"
               " AND expires_at_ms <= ?3");
/* Its password moved to the account: the copy goes. */
STMT(use, "UPDATE registrations SET used_at_ms = ?2, password_hash = '' WHERE token_hash = ?1"
          " AND used_at_ms IS NULL AND expires_at_ms > ?2 AND expires_at_ms <= ?3");
STMT(renew, "UPDATE registrations SET token_hash = ?2, expires_at_ms = ?3 WHERE email_key = ?1 AND used_at_ms IS NULL"
            " RETURNING id, email, name, password_hash, browser_hash, lang");

static const char *hashed(struct tx *tx, const char *text)
{
    char *hex = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(str_of(text), hex);
    return hex;
}

bool registration_put(struct tx *tx, const struct registration_new *in, char token[TOKEN_TEXT_SIZE])
{
    char *key = arena_alloc(tx_arena(tx), EMAIL_KEY_SIZE);
    email_key(in->email, key);
    random_token(token);
    struct query q = query(tx, &put);
    bind_text(&q, key), bind_str(&q, str_trim(str_of(in->email))), bind_text(&q, in->name ? in->name : "");
    bind_text(&q, in->password_hash), bind_text(&q, hashed(tx, token)), bind_text(&q, in->browser_hash);
    bind_text(&q, in->lang), bind_i64(&q, in->now_ms), bind_i64(&q, in->now_ms + REGISTRATION_LIFETIME_MS);
    return query_put(&q);
}

static void registration_read(const struct query *q, struct registration *out)
{
    *out = (struct registration){
        .id = col_i64(q, "id"),
        .email = col_text(q, "email"),
        .name = col_text(q, "name"),
        .password_hash = col_text(q, "password_hash"),
        .browser_hash = col_text(q, "browser_hash"),
        .lang = col_text(q, "lang"),
    };
}

enum row registration_by_token(struct tx *tx, const char *token, int64_t now_ms, struct registration *out)
{
    struct query q = query(tx, &by_token);
    bind_text(&q, hashed(tx, token)), bind_i64(&q, now_ms),
        bind_i64(&q, time_latest_end(now_ms, REGISTRATION_LIFETIME_MS));
    enum row r = query_row(&q);
    if (r == ROW_FOUND) registration_read(&q, out);
    return r;
}

enum row registration_use(struct tx *tx, const char *token, int64_t now_ms)
{
    struct query q = query(tx, &use);
    bind_text(&q, hashed(tx, token)), bind_i64(&q, now_ms),
        bind_i64(&q, time_latest_end(now_ms, REGISTRATION_LIFETIME_MS));
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

/* The browser stays the one that registered: who asks for the mail again is not proven to be the same person. */
enum row registration_renew(struct tx *tx, const char *email, int64_t now_ms, char token[TOKEN_TEXT_SIZE],
                            struct registration *out)
{
    char key[EMAIL_KEY_SIZE];
    email_key(email, key);
    random_token(token);
    struct query q = query(tx, &renew);
    bind_text(&q, key), bind_text(&q, hashed(tx, token)), bind_i64(&q, now_ms + REGISTRATION_LIFETIME_MS);
    enum row r = query_row(&q);
    if (r == ROW_FOUND) registration_read(&q, out);
    return r;
}
