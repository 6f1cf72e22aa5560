/* passwords.c: argon2id by libsodium, and what makes a password unacceptable.
 *
 * Any character is allowed, nothing is trimmed, folded or cut: what was typed is what is hashed. No rules of
 * composition: they make passwords worse. Rejected: a pepper; the hash is not worth stealing without the database, and
 * who has the database of one machine has the machine. */
#include "accounts/private.h"
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARGON2_MEMORY_KIB = 19456, ARGON2_PASSES = 2 };
static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "room for libsodium's text");

static pthread_once_t started = PTHREAD_ONCE_INIT;
static char dummy_hash[PASSWORD_HASH_SIZE];

static bool hash_text(struct str password, char out[PASSWORD_HASH_SIZE])
{
    return crypto_pwhash_str_alg(out, password.p, password.n, ARGON2_PASSES, (size_t)ARGON2_MEMORY_KIB * 1024,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void start(void)
{
    char nobody_knows[TOKEN_TEXT_SIZE];
    random_token(nobody_knows);
    if (sodium_init() < 0 || !hash_text(str_of(nobody_knows), dummy_hash)) abort();
    wipe(nobody_knows, sizeof nobody_knows);
}

bool password_hash(struct str password, char out[PASSWORD_HASH_SIZE])
{
    assert(password.n <= PASSWORD_MAX_BYTES);
    (void)pthread_once(&started, start);
    return hash_text(password, out);
}

bool password_matches(struct str password, const char *hash)
{
    (void)pthread_once(&started, start);
    bool good = crypto_pwhash_str_verify(hash ? hash : dummy_hash, password.p, password.n) == 0;
    return good && hash != NULL;
}

/* Parameters that were stronger once (another server's table) stay: only weaker ones are worth a rehash. */
bool password_hash_is_weak(const char *hash)
{
    unsigned memory, passes, lanes;
    if (sscanf(hash, "$argon2id$v=19$m=%u,t=%u,p=%u$", &memory, &passes, &lanes) != 3) return true;
    bool usual = memory >= ARGON2_MEMORY_KIB && passes >= ARGON2_PASSES;
    bool one_pass = memory >= 47104 && passes >= 1;          /* the other accepted pair */
    return !usual && !one_pass;
}

/* Where the line begins that holds position `at`. */
static size_t line_start(size_t at)
{
    while (at > 0 && common_passwords[at - 1] != '\n') at--;
    return at;
}

/* Binary search over the text itself: the middle of a range, back to its line's start. */
bool password_is_common(struct str password)
{
    char lower[PASSWORD_MAX_BYTES + 1];
    if (password.n > PASSWORD_MAX_BYTES) return false;
    for (size_t i = 0; i < password.n; i++)
        lower[i] = password.p[i] >= 'A' && password.p[i] <= 'Z' ? (char)(password.p[i] + ('a' - 'A')) : password.p[i];
    size_t low = 0, high = common_passwords_size;            /* both stand at the start of a line, or at the end */
    while (low < high) {
        size_t at = line_start(low + (high - low) / 2);
        size_t n = strcspn(common_passwords + at, "\n");
        size_t common = n < password.n ? n : password.n;
        int order = memcmp(lower, common_passwords + at, common);
        if (order == 0 && n == password.n) return true;
        if (order < 0 || (order == 0 && password.n < n)) high = at;
        else low = at + n + 1;
    }
    return false;
}

const char *password_fault(struct str password, const char *email)
{
    if (password.n > PASSWORD_MAX_BYTES) return "too_long";
    if (utf8_length(password) < PASSWORD_MIN_LENGTH) return "too_short";
    if (email && str_eq_nocase(str_trim(password), str_trim(str_of(email)))) return "equals_email";
    return password_is_common(password) ? "too_common" : NULL;
}
