/* test_block.c: who is blocked with a customer for whom the shop vouches, and who is not. On both engines. */
#include "base/testing.h"

#include "chat/private.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

static int64_t account, shop;

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0);
    const struct shop_new in = { .account = account, .name = "Tea", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &in, &s) == SHOP_ADDED);
    shop = s.id;
}

static int64_t comes(struct test_db *t, const char *subject, const char *email)
{
    struct visitor v = { .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()));
    if (!subject) return v.id;
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, %lld, %lld, '%s', '%s', '', 1)",
                                (long long)v.id, (long long)account, (long long)shop, subject, email));
    return v.id;
}

static bool is_blocked(struct test_db *t, int64_t visitor)
{
    struct visitor v;
    EXPECT(visitor_get(t->tx, visitor, &v) == ROW_FOUND);
    return v.blocked_at_ms != 0;
}

static bool blocks(struct test_db *t, int64_t visitor, bool blocked)
{
    return customer_block(t->tx, visitor, &(struct block){ .blocked = blocked, .person = 11, .now_ms = kit_now() });
}

static bool would_be(struct test_db *t, const char *subject, const char *email)
{
    const struct identity who = { .shop = shop, .subject = subject, .email = email };
    bool blocked;
    EXPECT(customer_is_blocked(t->tx, &who, &blocked));
    return blocked;
}

TEST_EACH_ENGINE(a_customer_is_blocked_in_all_browsers_and_by_the_address_however_it_is_written)
{
    start(t);
    int64_t first = comes(t, "7", "Ann@Shop.example"), second = comes(t, "7", "Ann@Shop.example");
    int64_t renamed = comes(t, "8", "ann@shop.EXAMPLE"), ben = comes(t, "9", "ben@shop.example");
    int64_t nobody = comes(t, "10", ""), stranger = comes(t, NULL, NULL);
    EXPECT(blocks(t, first, true));
    assert_true(is_blocked(t, first) && is_blocked(t, second) && is_blocked(t, renamed));
    assert_false(is_blocked(t, ben) || is_blocked(t, nobody) || is_blocked(t, stranger));
    assert_true(would_be(t, "7", "") && would_be(t, "11", "ANN@shop.example"));
    assert_false(would_be(t, "9", "ben@shop.example") || would_be(t, "11", ""));
    EXPECT(blocks(t, renamed, false));
    assert_false(is_blocked(t, first) || is_blocked(t, second) || is_blocked(t, renamed));
    assert_false(would_be(t, "7", "ann@shop.example"));
}

TEST_EACH_ENGINE(of_guests_that_are_named_alike_a_bounded_number_is_touched)
{
    int64_t guest[150];
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(guest); i++) guest[i] = comes(t, "guest", "noreply@shop.example");
    EXPECT(blocks(t, guest[3], true));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors WHERE blocked_at_ms > 0"), 101);
    assert_true(is_blocked(t, guest[3]) && is_blocked(t, guest[50]) && is_blocked(t, guest[149]));
    assert_false(is_blocked(t, guest[2]) || is_blocked(t, guest[49]));
    EXPECT(blocks(t, guest[3], false));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors WHERE blocked_at_ms > 0"), 0);
    /* Whom one looks for is among the newest, however many there are. */
    EXPECT(visitor_block(t->tx, guest[0], true, kit_now()));
    assert_false(would_be(t, "guest", "noreply@shop.example"));
    EXPECT(visitor_block(t->tx, guest[60], true, kit_now()));
    assert_true(would_be(t, "guest", ""));
}

/* They waited for a person: nobody waits any more, in none of their browsers, and no place in line is kept. */
TEST_EACH_ENGINE(what_was_open_with_who_is_blocked_is_finished)
{
    start(t);
    const int64_t who[] = { comes(t, "7", "ann@shop.example"), comes(t, "7", "ann@shop.example"),
                            comes(t, NULL, NULL) };
    struct conversation c[ARRAY_LEN(who)];
    const struct chat_act wish = { .kind = ACT_WANT_PERSON, .now_ms = kit_now() };
    for (size_t i = 0; i < ARRAY_LEN(who); i++) {
        struct visitor v;
        enum chat_may may;
        EXPECT(visitor_locked(t->tx, who[i], &v) == ROW_FOUND);
        EXPECT(visitor_conversation_or_new(t->tx, &v, kit_now(), &c[i]));
        EXPECT(conversation_act(t->tx, c[i].id, &wish, &c[i], &may) == ROW_FOUND && may == CHAT_MAY);
    }
    EXPECT(blocks(t, who[0], true));
    for (size_t i = 0; i < ARRAY_LEN(who); i++) EXPECT(conversation_get(t->tx, c[i].id, &c[i]) == ROW_FOUND);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(c[i].status, CHAT_RESOLVED);
        assert_int_equal(c[i].owner, CHAT_BOT);
        assert_int_equal(c[i].alert_at_ms, 0);
        assert_int_equal(c[i].burst_at_ms, 0);
    }
    assert_int_equal(c[2].owner, CHAT_WAITING);
    int64_t epoch = c[0].epoch;
    EXPECT(blocks(t, who[0], true) && blocks(t, who[0], false));
    EXPECT(conversation_get(t->tx, c[0].id, &c[0]) == ROW_FOUND);
    assert_int_equal(c[0].epoch, epoch);
    assert_int_equal(c[0].status, CHAT_RESOLVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_customer_is_blocked_in_all_browsers_and_by_the_address_however_it_is_written),
        EACH_ENGINE(what_was_open_with_who_is_blocked_is_finished),
        EACH_ENGINE(of_guests_that_are_named_alike_a_bounded_number_is_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
