/* test_rules.c: who speaks, without a database: what each event makes of a conversation, and what must hold after any
 * order of them. */
#include "base/testing.h"

#include "chat/private.h"

enum { ANNA = 11, BORIS = 12 };
#define NOW INT64_C(1792022400000)

static struct conversation fresh(void)
{
    return (struct conversation){ .id = 1,
                                  .account = 1,
                                  .shop = 1,
                                  .visitor = 1,
                                  .status = CHAT_OPEN,
                                  .owner = CHAT_BOT,
                                  .epoch = 1,
                                  .person_name = "" };
}

static enum chat_may act(struct conversation *c, struct chat_act a)
{
    struct conversation before = *c;
    a.now_ms = NOW;
    return conversation_after(&before, &a, c);
}

static void a35_a_person_who_writes_speaks(void **state)
{
    (void)state;
    struct conversation c = fresh();
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_PERSON_WROTE, .person = ANNA, .person_name = "Anna" }),
                     CHAT_MAY);
    assert_true(c.owner == CHAT_PERSON && c.person == ANNA && c.assignee == ANNA && c.epoch == 2);
    assert_string_equal(c.person_name, "Anna");
    /* Each of her words makes what the bot is thinking of old; a colleague's word makes the colleague speak. */
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_PERSON_WROTE, .person = ANNA }), CHAT_MAY);
    assert_int_equal(c.epoch, 3);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_PERSON_WROTE, .person = BORIS }), CHAT_MAY);
    assert_true(c.person == BORIS && c.assignee == ANNA && c.epoch == 4);
}

static void of_two_who_take_it_one_wins(void **state)
{
    (void)state;
    struct conversation c = fresh();
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TAKE, .person = ANNA, .seen_epoch = 1 }), CHAT_MAY);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TAKE, .person = BORIS, .seen_epoch = 1 }), CHAT_LOST);
    assert_true(c.person == ANNA && c.epoch == 2);
    /* Asked again by who has it: nothing. By who knows whose it is: taken over. */
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TAKE, .person = ANNA, .seen_epoch = 1 }), CHAT_NOTHING);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TAKE, .person = BORIS, .seen_epoch = 2 }), CHAT_MAY);
    assert_true(c.person == BORIS && c.assignee == BORIS && c.epoch == 3);
}

/* A word takes it too. */
static void of_two_who_write_the_first_word_one_wins(void **state)
{
    (void)state;
    const struct chat_act want = { .kind = ACT_WANT_PERSON },
                          first = { .kind = ACT_PERSON_WROTE, .person = ANNA, .seen_epoch = 1 },
                          late = { .kind = ACT_PERSON_WROTE, .person = BORIS, .seen_epoch = 1 };
    struct conversation c = fresh();
    assert_int_equal(act(&c, first), CHAT_MAY);
    assert_int_equal(act(&c, late), CHAT_LOST);
    assert_true(c.person == ANNA && c.epoch == 2);
    /* Her own word before it does not make her late; whoever knows whose it is takes it over. */
    assert_int_equal(act(&c, first), CHAT_MAY);
    struct chat_act again = late;
    again.seen_epoch = c.epoch;
    assert_int_equal(act(&c, again), CHAT_MAY);
    assert_true(c.person == BORIS && c.epoch == 4);
    /* It began to wait meanwhile, for whoever comes. */
    c = fresh();
    assert_int_equal(act(&c, want), CHAT_MAY);
    assert_int_equal(act(&c, first), CHAT_MAY);
    assert_int_equal(act(&c, late), CHAT_LOST);
    /* Finished by a colleague in the same moment. */
    c = fresh();
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_RESOLVE, .person = ANNA, .seen_epoch = 1 }), CHAT_MAY);
    assert_int_equal(act(&c, late), CHAT_LOST);
    assert_true(c.status == CHAT_RESOLVED);
}

static void who_speaks_is_not_behind_their_own_words(void **state)
{
    (void)state;
    static const enum chat_act_kind kinds[] = { ACT_TO_BOT, ACT_TO_TEAM, ACT_ASSIGN, ACT_RESOLVE, ACT_SNOOZE };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct conversation c = fresh();
        (void)act(&c, (struct chat_act){ .kind = ACT_PERSON_WROTE, .person = ANNA });
        assert_int_equal(c.epoch, 2);
        struct chat_act handed = {
            .kind = kinds[i], .person = BORIS, .to = BORIS, .to_name = "Boris", .seen_epoch = 1, .until_ms = NOW + 1000
        };
        assert_int_equal(act(&c, handed), CHAT_LOST);
        handed.person = ANNA;
        assert_int_equal(act(&c, handed), CHAT_MAY);
        /* She speaks there no more, so she may not know by whose hand. */
        struct chat_act more = { .kind = kinds[i] == ACT_RESOLVE ? ACT_SNOOZE : ACT_RESOLVE,
                                 .person = ANNA,
                                 .seen_epoch = 2,
                                 .until_ms = NOW + 1000 };
        assert_int_equal(act(&c, more), CHAT_LOST);
    }
}

static void a_wish_for_a_person_waits_and_can_be_taken_back(void **state)
{
    (void)state;
    struct conversation c = fresh();
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WANT_PERSON }), CHAT_MAY);
    assert_true(c.owner == CHAT_WAITING && c.waiting_since_ms == NOW && c.epoch == 2);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WANT_PERSON }), CHAT_NOTHING);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WANT_BOT }), CHAT_MAY);
    assert_true(c.owner == CHAT_BOT && c.waiting_since_ms == 0 && c.epoch == 3);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TAKE, .person = ANNA }), CHAT_MAY);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WANT_PERSON }), CHAT_NOTHING);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WANT_BOT }), CHAT_MAY_NOT);
    /* One that was put off is open again for who asks. */
    c = fresh();
    (void)act(&c, (struct chat_act){ .kind = ACT_WANT_PERSON });
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_SNOOZE, .person = ANNA, .until_ms = NOW + 1000 }),
                     CHAT_MAY);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WANT_BOT }), CHAT_MAY);
    assert_true(c.owner == CHAT_BOT && c.status == CHAT_OPEN && c.snoozed_until_ms == 0);
}

static void handing_on_and_back(void **state)
{
    (void)state;
    struct conversation c = fresh();
    (void)act(&c, (struct chat_act){ .kind = ACT_ASSIGN, .person = ANNA, .to = BORIS, .to_name = "Boris" });
    assert_true(c.owner == CHAT_PERSON && c.person == BORIS && c.assignee == BORIS && c.epoch == 2);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TO_BOT, .person = ANNA, .seen_epoch = 1 }), CHAT_LOST);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TO_BOT, .person = BORIS, .seen_epoch = 2 }), CHAT_MAY);
    assert_true(c.owner == CHAT_BOT && c.person == 0 && c.assignee == 0 && c.epoch == 3);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_TO_TEAM, .person = BORIS }), CHAT_MAY);
    assert_true(c.owner == CHAT_WAITING && c.waiting_since_ms == NOW);
    (void)act(&c, (struct chat_act){ .kind = ACT_ASSIGN, .person = ANNA, .to = ANNA });
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_ASSIGN, .person = ANNA, .to = 0 }), CHAT_MAY);
    assert_true(c.owner == CHAT_WAITING && c.assignee == 0);
}

static void a47_resolved_snoozed_and_back(void **state)
{
    (void)state;
    struct conversation c = fresh();
    (void)act(&c, (struct chat_act){ .kind = ACT_TAKE, .person = ANNA });
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_SNOOZE, .person = ANNA, .until_ms = NOW }), CHAT_MAY_NOT);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_SNOOZE, .person = ANNA, .until_ms = NOW + 5 }), CHAT_MAY);
    assert_true(c.status == CHAT_SNOOZED && c.owner == CHAT_PERSON);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WAKE }), CHAT_NOTHING);
    c.snoozed_until_ms = NOW;
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_WAKE }), CHAT_MAY);
    assert_true(c.status == CHAT_OPEN && c.snoozed_until_ms == 0);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_RESOLVE, .person = ANNA }), CHAT_MAY);
    assert_true(c.status == CHAT_RESOLVED && c.owner == CHAT_BOT && c.resolved_at_ms == NOW);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_VISITOR_WROTE }), CHAT_MAY);
    assert_true(c.status == CHAT_OPEN && c.owner == CHAT_BOT && c.resolved_at_ms == 0);
    assert_int_equal(act(&c, (struct chat_act){ .kind = ACT_VISITOR_WROTE }), CHAT_NOTHING);
}

/* A fixed stream, so that a failing walk is the same again. */
static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void after_any_order_of_events_one_speaks_and_epochs_grow(void **state)
{
    (void)state;
    for (uint32_t walk = 1; walk <= 2000; walk++) {
        uint32_t seed = walk;
        struct conversation c = fresh();
        for (int step = 0; step < 40; step++) {
            struct conversation before = c;
            struct chat_act a = { .kind = (enum chat_act_kind)(next(&seed) % (ACT_LEFT + 1)),
                                  .person = ANNA + next(&seed) % 2,
                                  .to = next(&seed) % 3 == 0 ? 0 : ANNA + next(&seed) % 2,
                                  .seen_epoch = next(&seed) % 3 == 0 ? before.epoch - next(&seed) % 2 : 0,
                                  .until_ms = NOW + next(&seed) % 3,
                                  .back_after_ms = next(&seed) % 2,
                                  .alert_after_ms = next(&seed) % 2,
                                  .now_ms = NOW + step };
            enum chat_may may = conversation_after(&before, &a, &c);
            bool changed = conversation_moved(&before, &c);
            bool sound =
                (c.person != 0) == (c.owner == CHAT_PERSON) && (changed ? c.epoch == before.epoch + 1 : true) &&
                (may == CHAT_MAY ? c.epoch == before.epoch + 1 : c.epoch == before.epoch && !changed) &&
                (c.owner != CHAT_WAITING || c.waiting_since_ms > 0) &&
                (c.status == CHAT_SNOOZED) == (c.snoozed_until_ms > 0) &&
                (c.back_at_ms == 0 || (c.status == CHAT_OPEN && c.owner == CHAT_PERSON)) &&
                (c.alert_at_ms == 0 || (c.status == CHAT_OPEN && c.owner == CHAT_WAITING)) &&
                (a.kind != ACT_VISITOR_WROTE || c.burst_at_ms > 0) &&
                (a.kind != ACT_PERSON_WROTE || may == CHAT_LOST || c.burst_at_ms == 0) &&
                (a.kind != ACT_BACK || may == CHAT_NOTHING || before.back_at_ms <= a.now_ms) &&
                (c.status == CHAT_RESOLVED) == (c.resolved_at_ms > 0) &&
                (a.kind != ACT_PERSON_WROTE || may == CHAT_LOST || (c.owner == CHAT_PERSON && c.person == a.person)) &&
                (a.kind != ACT_BOT_WROTE || may == CHAT_NOTHING);
            if (!sound) fail_msg("walk %u, step %d, act %d", walk, step, (int)a.kind);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a35_a_person_who_writes_speaks),
        cmocka_unit_test(of_two_who_take_it_one_wins),
        cmocka_unit_test(of_two_who_write_the_first_word_one_wins),
        cmocka_unit_test(who_speaks_is_not_behind_their_own_words),
        cmocka_unit_test(a_wish_for_a_person_waits_and_can_be_taken_back),
        cmocka_unit_test(handing_on_and_back),
        cmocka_unit_test(a47_resolved_snoozed_and_back),
        cmocka_unit_test(after_any_order_of_events_one_speaks_and_epochs_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
