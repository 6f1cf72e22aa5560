/* test_farewell.c: that visitors have gone is told once of each, in few transactions, which wait for nobody's row. On
 * both engines. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "http/events.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include <stdatomic.h>
#include <unistd.h>

enum { ACCOUNTS = 2, EACH = 40, ALL = ACCOUNTS * EACH, LONG_MS = 20 * 1000, OP_BYTES = 1 << 16 };

static int64_t account[ACCOUNTS], shop[ACCOUNTS], talk[ALL], visitor[ALL];

static void comes(struct test_db *t, size_t i)
{
    size_t whose = i % ACCOUNTS;
    struct visitor v = { .account = account[whose], .shop = shop[whose], .name = "", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()));
    EXPECT(visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    talk[i] = c.id, visitor[i] = v.id;
}

/* All have said something, and were seen last a long time ago. */
static void start(struct test_db *t)
{
    kit_start();
    for (size_t i = 0; i < ACCOUNTS; i++) {
        struct shop s;
        account[i] = kit_account(t, 0);
        const struct shop_new in = { .account = account[i], .name = "Tea", .at_ms = kit_now() };
        EXPECT(shops_add(t->tx, &in, &s) == SHOP_ADDED);
        shop[i] = s.id;
    }
    for (size_t i = 0; i < ALL; i++) comes(t, i);
    test_script(t, "UPDATE chat_conversations SET last_number = 1");
    test_script(t, "UPDATE chat_visitors SET seen_at_ms = 1");
}

static void lanes(struct test_db *t, unsigned writers)
{
    const struct lane_options options = { .readers = 1, .writers = writers };
    chat_settings.lanes = test_lanes(t, &options);
}

static int64_t told(struct test_db *t, size_t whose)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM events WHERE type = 'presence' AND topic = %lld",
                                       (long long)account[whose]));
}

static int64_t seen_long_ago(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM chat_visitors WHERE seen_at_ms = 1");
}

TEST_EACH_ENGINE(each_who_goes_is_told_once)
{
    start(t);
    lanes(t, 2);
    for (size_t i = 0; i < ALL; i++) chat_farewell(talk[i]);
    chat_farewell(INT64_MAX); /* erased meanwhile */
    chat_farewells_end(LONG_MS);
    test_lanes_stop(t);
    for (size_t i = 0; i < ACCOUNTS; i++) assert_int_equal(told(t, i), EACH);
    assert_int_equal(seen_long_ago(t), 0);
}

TEST_EACH_ENGINE(of_those_who_said_nothing_nothing_is_told)
{
    start(t);
    test_script(t, "UPDATE chat_conversations SET last_number = 0");
    lanes(t, 2);
    for (size_t i = 0; i < ALL; i++) chat_farewell(talk[i]);
    chat_farewells_end(LONG_MS);
    test_lanes_stop(t);
    for (size_t i = 0; i < ACCOUNTS; i++) assert_int_equal(told(t, i), 0);
    assert_int_equal(seen_long_ago(t), 0);
}

/* Who holds a visitor is there, and may want what a farewell holds. */
TEST_EACH_ENGINE(a_visitor_whose_row_is_held_is_not_waited_for)
{
    struct visitor v;
    start(t);
    lanes(t, 2);
    test_open_tx(t);
    EXPECT(visitor_locked(t->tx, visitor[0], &v) == ROW_FOUND);
    for (size_t i = 0; i < ALL; i++) chat_farewell(talk[i]);
    int64_t began = monotonic_ms();
    chat_farewells_end(LONG_MS);
    EXPECT(monotonic_ms() - began < LONG_MS);
    for (size_t i = 0; i < ACCOUNTS; i++) assert_int_equal(told(t, i), EACH);
    assert_int_equal(seen_long_ago(t), 1);
    test_close_tx(t);
    test_lanes_stop(t);
}

static atomic_bool may_go;

static enum op_wish hold(struct op *op, struct tx *tx)
{
    (void)op, (void)tx;
    while (!atomic_load(&may_go)) (void)usleep(1000);
    return OP_COMMIT;
}

static void nothing(struct op *op) { (void)op; }
static void over(struct op *op, enum op_outcome outcome) { (void)op, (void)outcome; }

/* The first is with the lanes already; the second waits for it, and comes back before its turn. */
TEST_EACH_ENGINE(who_is_here_again_has_not_gone)
{
    start(t);
    lanes(t, 1);
    atomic_store(&may_go, false);
    struct op op = { .mode = TX_WRITE, .arena = arena_new(OP_BYTES), .run = hold, .again = nothing, .done = over };
    EXPECT(lanes_submit(t->lanes, &op));
    for (size_t i = 0; i < 3; i++) chat_farewell(talk[i]);
    for (size_t i = 0; i < 2; i++) chat_here_again(talk[i]);
    atomic_store(&may_go, true);
    chat_farewells_end(LONG_MS);
    test_lanes_stop(t);
    arena_free(op.arena);
    assert_int_equal(told(t, 0), 2);
    assert_int_equal(told(t, 1), 0);
    assert_int_equal(seen_long_ago(t), ALL - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(each_who_goes_is_told_once),
        EACH_ENGINE(of_those_who_said_nothing_nothing_is_told),
        ONLY_POSTGRES(a_visitor_whose_row_is_held_is_not_waited_for),
        EACH_ENGINE(who_is_here_again_has_not_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
