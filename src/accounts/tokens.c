/* tokens.c: tokens in mailed links, for persons. 256 random bits, stored as SHA-256, one live a person and purpose,
 * good once: one conditional update decides. A token says what it is for; nothing else accepts it. */
#include "accounts/private.h"

STMT(make, "INSERT INTO person_tokens (person, purpose, token_hash, created_at_ms, expires_at_ms)"
           " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (person, purpose) DO UPDATE SET token_hash = ?3,"
           " created_at_ms = ?4, expires_at_ms = ?5, used_at_ms = NULL");
STMT(find, "SELECT person FROM person_tokens WHERE token_hash = ?1 AND purpose = ?2 AND used_at_ms IS NULL"
           " AND expires_at_ms > ?3 AND expires_at_ms <= ?4");
STMT(use, "UPDATE person_tokens SET used_at_ms = ?3 WHERE token_hash = ?1 AND purpose = ?2"
          " AND used_at_ms IS NULL AND expires_at_ms > ?3 AND expires_at_ms <= ?4 RETURNING person");
STMT(end, "DELETE FROM person_tokens WHERE person = ?1 AND used_at_ms IS NULL");

static int64_t lifetime_ms(enum token_purpose purpose)
{
    switch (purpose) {
    case TOKEN_RESET: return RESET_LIFETIME_MS;
    }
    return 0; /* one that nobody has: over at once */
}

static const char *token_hash(struct tx *tx, const char *token)
{
    char *hex = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(str_of(token), hex);
    return hex;
}

bool token_make(struct tx *tx, int64_t person, enum token_purpose purpose, int64_t now_ms, char token[TOKEN_TEXT_SIZE])
{
    random_token(token);
    struct query q = query(tx, &make);
    bind_i64(&q, person), bind_i64(&q, purpose), bind_text(&q, token_hash(tx, token)), bind_i64(&q, now_ms);
    bind_i64(&q, now_ms + lifetime_ms(purpose));
    return query_put(&q);
}

static enum row person_of(struct tx *tx, const struct stmt *s, const char *token, enum token_purpose purpose,
                          int64_t now_ms, int64_t *person)
{
    struct query q = query(tx, s);
    bind_text(&q, token_hash(tx, token)), bind_i64(&q, purpose), bind_i64(&q, now_ms);
    bind_i64(&q, time_latest_end(now_ms, lifetime_ms(purpose))); /* one from a clock that was ahead is no token */
    enum row r = query_row(&q);
    if (r == ROW_FOUND) *person = col_i64(&q, "person");
    return r;
}

enum row token_find(struct tx *tx, const char *token, enum token_purpose purpose, int64_t now_ms, int64_t *person)
{
    return person_of(tx, &find, token, purpose, now_ms, person);
}

enum row token_use(struct tx *tx, const char *token, enum token_purpose purpose, int64_t now_ms, int64_t *person)
{
    return person_of(tx, &use, token, purpose, now_ms, person);
}

bool tokens_end(struct tx *tx, int64_t person)
{
    struct query q = query(tx, &end);
    bind_i64(&q, person);
    return query_put(&q);
}
