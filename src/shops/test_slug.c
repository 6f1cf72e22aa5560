/* test_slug.c: names from all over the world become addresses. */
#include "base/testing.h"
#include "shops/shops.h"

static void expect_slug(const char *name, const char *want)
{
    char got[SHOP_SLUG_MAX + 1];
    shop_slug_from_name(name, got);
    assert_string_equal(got, want);
}

static void expect_shape(const char *name, const char *start, size_t length)
{
    char got[SHOP_SLUG_MAX + 1];
    shop_slug_from_name(name, got);
    assert_int_equal(strlen(got), length);
    assert_memory_equal(got, start, strlen(start));
    assert_int_equal(strspn(got, "abcdefghijklmnopqrstuvwxyz0123456789-"), length);
}

static void plain_names(void **state)
{
    expect_slug("My Shop!", "my-shop");
    expect_slug("  --Tea & Coffee-- 24 ", "tea-coffee-24");
    expect_slug("Café Zürich", "cafe-zurich");
    expect_slug("ＡＢＣ１２３", "abc123");
    expect_slug("茶 Tea House 茶", "tea-house");
    expect_slug("a_b.c", "a-b-c");
    expect_slug("💐 Flowers", "flowers");
}

/* D-26: the strict slug of a Chinese name was empty, and the second such shop met a conflict. */
static void d26_a_chinese_name_gives_a_usable_slug(void **state)
{
    char one[SHOP_SLUG_MAX + 1], other[SHOP_SLUG_MAX + 1];
    expect_shape("我的店铺", "shop-", 11);
    expect_shape("!!!", "shop-", 11);
    expect_shape("\xff\xfe", "shop-", 11);
    shop_slug_from_name("我的店铺", one);
    shop_slug_from_name("我的店铺", other);
    assert_string_not_equal(one, other);
}

static void reserved_and_short_names_get_an_end(void **state)
{
    expect_shape("Admin", "admin-", 10);
    expect_shape("API", "api-", 8);
    expect_shape("A", "a-", 6);
}

/* D-26: long names collided at 40 characters. */
static void d26_long_names_leave_room_for_an_end(void **state)
{
    char name[81];
    memset(name, 'x', 80);
    name[80] = '\0';
    char got[SHOP_SLUG_MAX + 1];
    shop_slug_from_name(name, got);
    assert_int_equal(strlen(got), 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_names),
        cmocka_unit_test(d26_a_chinese_name_gives_a_usable_slug),
        cmocka_unit_test(reserved_and_short_names_get_an_end),
        cmocka_unit_test(d26_long_names_leave_room_for_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
