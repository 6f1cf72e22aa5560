/* passwords.c: argon2id by libsodium, and what makes a password unacceptable.
 *
 * Any character is allowed, nothing is trimmed, folded or cut. What is hashed is one spelling of what was typed
 * (unicode_password): the same accent comes composed from one keyboard and in two parts from another. Hashes of 0.1.0
 * were made of the bytes as they came, so those are tried too. No rules of composition: they make passwords worse.
 * Rejected: a pepper; the hash is not worth stealing without the database, and who has the database of one machine has
 * the machine. */
#include "accounts/private.h"
#include "base/unicode.h"
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* clang-format off */
FIELD_CODE(too_common, "This password is used by too many people. Please choose another.", "此密码过于常见，请换一个。");
FIELD_CODE(too_guessable, "This password is made of words that others try here first. Please choose another.",
           "此密码由容易被猜到的词组成，请换一个。");
FIELD_CODE(equals_email, "The password must differ from the e-mail address.", "密码不能与邮箱地址相同。");
/* clang-format on */

#ifdef CHATHUB_QUICK_PASSWORDS /* most programs of the tests: they sign in some ten thousand times */
enum { ARGON2_MEMORY_KIB = 64, ARGON2_PASSES = 1 };
#else
enum { ARGON2_MEMORY_KIB = 19456, ARGON2_PASSES = 2 };
#endif
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

/* One spelling, in `memory`; wiped by the caller. */
enum { SPELLED_MAX_BYTES = PASSWORD_MAX_BYTES * UNICODE_PASSWORD_GROWTH };

static struct str spelled(struct str password, char memory[SPELLED_MAX_BYTES])
{
    size_t n = 0;
    bool fits = password.n <= PASSWORD_MAX_BYTES && utf8_valid(password) &&
                unicode_password(password, memory, SPELLED_MAX_BYTES, &n);
    return fits ? (struct str){ memory, n } : password; /* none that anybody could set by a form */
}

bool password_hash(struct str password, char out[PASSWORD_HASH_SIZE])
{
    char memory[SPELLED_MAX_BYTES];
    assert(password.n <= PASSWORD_MAX_BYTES);
    (void)pthread_once(&started, start);
    bool made = hash_text(spelled(password, memory), out);
    wipe(memory, sizeof memory);
    return made;
}

static bool verifies(struct str password, const char *hash)
{
    return crypto_pwhash_str_verify(hash, password.p, password.n) == 0;
}

/* The second look costs the same for every address, or its time would tell which have an account. */
enum password_match password_matches(struct str password, const char *hash)
{
    char memory[SPELLED_MAX_BYTES];
    const char *against = hash ? hash : dummy_hash;
    (void)pthread_once(&started, start);
    struct str one = spelled(password, memory);
    enum password_match m = verifies(one, against) ? PASSWORD_RIGHT : PASSWORD_WRONG;
    if (m == PASSWORD_WRONG && !str_eq(one, password) && verifies(password, against)) m = PASSWORD_RIGHT_AS_TYPED;
    wipe(memory, sizeof memory);
    return hash ? m : PASSWORD_WRONG;
}

/* Parameters that were stronger once (another server's table) stay: only weaker ones are worth a rehash. */
bool password_hash_is_weak(const char *hash)
{
    unsigned memory, passes, lanes;
    if (sscanf(hash, "$argon2id$v=19$m=%u,t=%u,p=%u$", &memory, &passes, &lanes) != 3) return true;
    bool usual = memory >= ARGON2_MEMORY_KIB && passes >= ARGON2_PASSES;
    bool one_pass = memory >= 47104 && passes >= 1; /* the other accepted pair */
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
    size_t low = 0, high = common_passwords_size; /* both stand at the start of a line, or at the end */
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

static const char *fault_of(struct str password, const char *email)
{
    if (email && str_eq_nocase(str_trim(password), str_trim(str_of(email)))) return "equals_email";
    if (password_is_common(password)) return "too_common";
    return password_is_of_here(password, email) ? "too_guessable" : NULL;
}

const char *password_fault(struct str password, const char *email)
{
    char memory[SPELLED_MAX_BYTES];
    if (password.n > PASSWORD_MAX_BYTES) return "too_long";
    struct str one = spelled(password, memory);
    /* As typed and as hashed: one spelling may be longer than the other, and neither may be short. */
    bool is_short = utf8_length(password) < PASSWORD_MIN_LENGTH || utf8_length(one) < PASSWORD_MIN_LENGTH;
    const char *fault = is_short ? "too_short" : fault_of(one, email);
    wipe(memory, sizeof memory);
    return fault;
}
