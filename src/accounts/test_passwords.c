/* test_passwords.c: what is stored, what is accepted, and what is refused as a password. */
#include <setjmp.h>
#include <stdarg.h>
#include "accounts/private.h"
#include <cmocka.h>
#include <sodium.h>
#include <string.h>

static void a_hash_is_argon2id_with_our_parameters(void **state)
{
    char one[PASSWORD_HASH_SIZE], two[PASSWORD_HASH_SIZE];
    assert_true(password_hash(STR("correct horse battery"), one));
    assert_true(password_hash(STR("correct horse battery"), two));
    assert_memory_equal(one, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_string_not_equal(one, two);
    assert_int_equal(password_matches(STR("correct horse battery"), one), PASSWORD_RIGHT);
    assert_int_equal(password_matches(STR("correct horse batterY"), one), PASSWORD_WRONG);
    assert_int_equal(password_matches(STR("correct horse battery "), one), PASSWORD_WRONG);
    assert_int_equal(password_matches(STR(""), one), PASSWORD_WRONG);
    assert_int_equal(password_matches(STR("correct horse battery"), NULL), PASSWORD_WRONG);
    assert_int_equal(password_matches(STR("x"), "no hash at all"), PASSWORD_WRONG);
    assert_int_equal(password_matches(STR("x"), ""), PASSWORD_WRONG);
}

/* The same word from two keyboards: e with an accent, and e followed by one; full-width digits. */
static void a_password_is_one_in_every_spelling(void **state)
{
    char hash[PASSWORD_HASH_SIZE], old[PASSWORD_HASH_SIZE];
    struct str composed = STR("caf\xC3\xA9 lait 12"), apart = STR("cafe\xCC\x81 lait \xEF\xBC\x91\xEF\xBC\x92");
    assert_true(password_hash(apart, hash));
    assert_int_equal(password_matches(composed, hash), PASSWORD_RIGHT);
    assert_int_equal(password_matches(apart, hash), PASSWORD_RIGHT);
    assert_int_equal(password_matches(STR("cafe lait 12"), hash), PASSWORD_WRONG);
    /* As 0.1.0 made them: of the bytes as they came. */
    assert_int_equal(crypto_pwhash_str_alg(old, apart.p, apart.n, 2, 19456 * 1024, crypto_pwhash_ALG_ARGON2ID13), 0);
    assert_int_equal(password_matches(apart, old), PASSWORD_RIGHT_AS_TYPED);
    assert_int_equal(password_matches(composed, old), PASSWORD_WRONG);
    char longest[4 * PASSWORD_MAX_BYTES];
    memset(longest, 'k', sizeof longest); /* a form may bring this much; nobody's can be so long */
    assert_int_equal(password_matches((struct str){ longest, sizeof longest }, hash), PASSWORD_WRONG);
    assert_int_equal(password_matches(STR("\xff\xfe raw bytes"), hash), PASSWORD_WRONG);
    /* Eight marks are no eight characters, and a common one stays common in full width. */
    assert_string_equal(password_fault(STR("e\xCC\x81"
                                           "e\xCC\x81"
                                           "e\xCC\x81"
                                           "e\xCC\x81"),
                                       NULL),
                        "too_short");
    assert_string_equal(password_fault(STR("\xEF\xBD\x90"
                                           "assword"),
                                       NULL),
                        "too_common");
}

static void only_weaker_hashes_are_weak(void **state)
{
    /* clang-format off */
    static const struct { const char *hash; bool weak; } cases[] = {
        { "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", false },
        { "$argon2id$v=19$m=47104,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", false },
        { "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", false },
        { "$argon2id$v=19$m=19456,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", true },
        { "$argon2id$v=19$m=8192,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", true },
        { "$argon2i$v=19$m=65536,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA", true },
        { "$2b$12$KIXQJQ", true },
        { "", true },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_int_equal(password_hash_is_weak(cases[i].hash), cases[i].weak);
}

static void common_passwords_are_found(void **state)
{
    static const char *const common[] = { "password", "12345678",  "PassWord",   "iloveyou",  "qwertyuiop",
                                          "!qaz2wsx", "abc123456", "zxcvbnm123", "a123456789" };
    static const char *const rare[] = {
        "correct horse battery", "", "z", "zzzzzzzzzzzzzzzzzzzzzzzzzzzz", "passwor", "!", "\n", "password\n12345678",
        "密码密码密码密码"
    };
    for (size_t i = 0; i < ARRAY_LEN(common); i++) assert_true(password_is_common(str_of(common[i])));
    for (size_t i = 0; i < ARRAY_LEN(rare); i++) assert_false(password_is_common(str_of(rare[i])));
    size_t lines = 0;
    for (size_t at = 0; at < common_passwords_size; at++) {
        size_t n = strcspn(common_passwords + at, "\n");
        assert_true(password_is_common((struct str){ common_passwords + at, n }));
        at += n;
        lines++;
    }
    assert_true(lines >= 3000);
}

static void faults_are_named(void **state)
{
    char long_text[PASSWORD_MAX_BYTES + 2];
    memset(long_text, 'k', sizeof long_text);
    assert_string_equal(password_fault(STR("1234567"), NULL), "too_short");
    assert_string_equal(password_fault(STR(""), NULL), "too_short");
    assert_string_equal(password_fault(STR("password"), NULL), "too_common");
    assert_string_equal(password_fault(STR("Ann@Example.com"), " ann@example.COM"), "equals_email");
    assert_string_equal(password_fault((struct str){ long_text, PASSWORD_MAX_BYTES + 1 }, NULL), "too_long");
    assert_null(password_fault((struct str){ long_text, PASSWORD_MAX_BYTES }, NULL));
    assert_null(password_fault(STR("ann@example.com"), NULL));
    assert_null(password_fault(STR("密码一二三四五六"), "ann@example.com")); /* eight characters, not bytes */
    assert_string_equal(password_fault(STR("密码一二三"), NULL), "too_short");
    assert_null(password_fault(STR("    spaces    "), NULL));
}

static void words_of_this_service_are_no_password(void **state)
{
    static const char *const bad[] = {
        "ChatHub2026", "ch4thub!!!", "chathub-chathub", "P@ssw0rd-Admin",  "customer_service_1",
        "shopadmin99", "anna.2026",  "Anna-Anna-1",     "miller!miller!9", "annachathub",
    };
    static const char *const good[] = { "chathub or tea",
                                        "my shop has nine cats",
                                        "bottle-shop",
                                        "my shop 123",
                                        "annabelle",
                                        "chat密码hub一二",
                                        "1234 5678 90!",
                                        "evershop is not",
                                        "九只猫住在我的店里shop",
                                        "shop九只猫住在我的店里",
                                        "МойМагазинshop" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *fault = password_fault(str_of(bad[i]), "Anna@Miller.example");
        if (!fault || strcmp(fault, "too_guessable") != 0) fail_msg("taken: %s (%s)", bad[i], fault ? fault : "-");
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (password_fault(str_of(good[i]), "Anna@Miller.example")) fail_msg("refused: %s", good[i]);
    assert_null(password_fault(STR("Anna-Anna-1"), NULL)); /* whose it is, is not known */
}

/* SECURITY.md tells which words these are. */
static void the_words_are_told(void **state)
{
    static char text[200000];
    FILE *f = fopen(CHATHUB_SOURCE_ROOT "/SECURITY.md", "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    assert_int_equal(fclose(f), 0);
    for (size_t i = 0; password_words[i]; i++) {
        char word[64];
        (void)snprintf(word, sizeof word, "`%s`", password_words[i]);
        if (!strstr(text, word)) fail_msg("SECURITY.md does not name %s", password_words[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_argon2id_with_our_parameters),
        cmocka_unit_test(a_password_is_one_in_every_spelling),
        cmocka_unit_test(only_weaker_hashes_are_weak),
        cmocka_unit_test(common_passwords_are_found),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(words_of_this_service_are_no_password),
        cmocka_unit_test(the_words_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
