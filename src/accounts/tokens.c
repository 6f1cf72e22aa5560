/* tokens.c: tokens in mailed links, for accounts. 256 random bits, stored as SHA-256, one live an account and purpose,
 * good once: one conditional update decides. A token says what it is for; nothing else accepts it. */
#include "accounts/private.h"

STMT(make, "INSERT INTO account_tokens (account, purpose, token_hash, created_at_ms, expires_at_ms)"
           " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, purpose) DO UPDATE SET token_hash = ?3,"
           " created_at_ms = ?4, expires_at_ms = ?5, used_at_ms = NULL");
STMT(use, "UPDATE account_tokens SET used_at_ms = ?3 WHERE token_hash = ?1 AND purpose = ?2"
          " AND used_at_ms IS NULL AND expires_at_ms > ?3 RETURNING account");
STMT(end, "DELETE FROM account_tokens WHERE account = ?1 AND used_at_ms IS NULL");

static int64_t lifetime_ms(enum token_purpose purpose)
{
    switch (purpose) {
    case TOKEN_RESET: return RESET_LIFETIME_MS;
    }
    assert(!"a purpose without a lifetime");
    return 0;
}

static const char *token_hash(struct tx *tx, const char *token)
{
    char *hex = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(str_of(token), hex);
    return hex;
}

bool token_make(struct tx *tx, int64_t account, enum token_purpose purpose, int64_t now, char token[TOKEN_TEXT_SIZE])
{
    random_token(token);
    struct query q = query(tx, &make);
    bind_i64(&q, account), bind_i64(&q, purpose), bind_text(&q, token_hash(tx, token)), bind_i64(&q, now);
    bind_i64(&q, now + lifetime_ms(purpose));
    return query_put(&q);
}

enum row token_use(struct tx *tx, const char *token, enum token_purpose purpose, int64_t now, int64_t *account)
{
    struct query q = query(tx, &use);
    bind_text(&q, token_hash(tx, token)), bind_i64(&q, purpose), bind_i64(&q, now);
    enum row r = query_row(&q);
    if (r == ROW_FOUND) *account = col_i64(&q, "account");
    return r;
}

bool tokens_end(struct tx *tx, int64_t account)
{
    struct query q = query(tx, &end);
    bind_i64(&q, account);
    return query_put(&q);
}
