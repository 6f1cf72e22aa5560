/* test_visitor_token.c: whose browser it is, and nobody else's. */
#include "base/testing.h"

#include "chat/private.h"
#include "base/clock.h"

#define NOW INT64_C(1792022400000)

static struct keyring *ring(uint8_t first, uint8_t second)
{
    const uint8_t keys[2][MASTER_KEY_SIZE] = { { first }, { second } };
    const uint8_t ids[2] = { first, second };
    return keyring_new(keys, ids, second ? 2 : 1);
}

static void use(struct keyring *k)
{
    keyring_free((struct keyring *)(uintptr_t)chat_settings.keyring);
    chat_settings.keyring = k;
}

static const struct visitor_token token = {
    .shop = 7, .visitor = 12345678901, .generation = 3, .expires_at_ms = NOW + DAY_MS
};

static bool reads(const char *text, int64_t shop, int64_t at_ms)
{
    struct visitor_token got;
    return visitor_token_read(str_of(text), shop, at_ms, &got);
}

static void a_token_says_who_it_is(void **state)
{
    (void)state;
    char text[VISITOR_TOKEN_SIZE];
    struct visitor_token got;
    use(ring(1, 0));
    visitor_token_write(&token, text);
    assert_true(visitor_token_read(str_of(text), 7, NOW, &got));
    assert_true(got.shop == 7 && got.visitor == 12345678901 && got.generation == 3);
    assert_int_equal(got.expires_at_ms, NOW + DAY_MS);
}

static void another_shop_and_a_later_day_are_refused(void **state)
{
    (void)state;
    char text[VISITOR_TOKEN_SIZE];
    use(ring(1, 0));
    visitor_token_write(&token, text);
    assert_false(reads(text, 8, NOW));
    assert_true(reads(text, 7, NOW + DAY_MS - 1));
    assert_false(reads(text, 7, NOW + DAY_MS));
}

/* Each character is changed to every other one; and it is cut and made longer. */
static void what_was_changed_is_refused(void **state)
{
    (void)state;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+. ";
    char text[VISITOR_TOKEN_SIZE + 1] = "";
    use(ring(1, 0));
    visitor_token_write(&token, text);
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        char was = text[i];
        for (const char *c = letters; *c; c++) {
            text[i] = *c;
            if (*c != was && reads(text, 7, NOW)) fail_msg("character %zu as %c is taken", i, *c);
        }
        text[i] = was;
    }
    for (size_t i = 0; i < n; i++) {
        struct visitor_token got;
        assert_false(visitor_token_read((struct str){ text, i }, 7, NOW, &got));
    }
    text[n] = 'A';
    assert_false(reads(text, 7, NOW));
}

static void a_changed_master_key_opens_the_old_ones_while_it_is_kept(void **state)
{
    (void)state;
    char text[VISITOR_TOKEN_SIZE];
    use(ring(1, 0));
    visitor_token_write(&token, text);
    use(ring(2, 1));
    assert_true(reads(text, 7, NOW));
    use(ring(2, 0));
    assert_false(reads(text, 7, NOW));
    use(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_says_who_it_is),
        cmocka_unit_test(another_shop_and_a_later_day_are_refused),
        cmocka_unit_test(what_was_changed_is_refused),
        cmocka_unit_test(a_changed_master_key_opens_the_old_ones_while_it_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
