/* test_scores.c: what a visitor says of a conversation, on both engines: after its end, once, and counted. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/numbers.h"
#include "chat/private.h"
#include "http/events.h"
#include "shops/test_kit.h"

enum { SHOP = 7, ANNA = 11 };
static int64_t account;

static struct visitor someone(struct test_db *t)
{
    struct visitor v = { .account = account, .shop = SHOP, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()));
    return v;
}

static int64_t says(struct test_db *t, struct visitor *v)
{
    static int n;
    struct message m;
    struct conversation c;
    const struct post_message in = { .text = "Hello", .clientId = arena_printf(t->arena, "id-%08d", n++) };
    EXPECT(visitor_says(t->tx, v, &in, kit_now(), &m, &c) == MESSAGE_NEW);
    return c.id;
}

static void ends(struct test_db *t, int64_t talk)
{
    struct conversation c;
    enum chat_may may;
    const struct chat_act end = { .kind = ACT_RESOLVE, .person = ANNA, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &end, &c, &may) == ROW_FOUND && may == CHAT_MAY);
}

static enum score_put scores(struct test_db *t, const struct visitor *v, int64_t score, const char *words)
{
    struct conversation c;
    return visitor_scores(t->tx, v, score, words, kit_now(), &c);
}

static struct numbers_sum sum(struct test_db *t)
{
    struct numbers n;
    const struct numbers_asked in = { .account = account, .zone = "", .first_day = kit_now() / DAY_MS, .days = 1 };
    EXPECT(numbers_count(t->tx, &in, t->arena, &n) == NUMBERS_COUNTED);
    return n.all;
}

TEST_EACH_ENGINE(a_conversation_is_rated_once_after_its_end)
{
    struct conversation c;
    kit_start();
    account = kit_account(t, 0);
    struct visitor v = someone(t), silent = someone(t);
    int64_t talk = says(t, &v);
    EXPECT(scores(t, &v, 5, "") == SCORE_TOO_EARLY && scores(t, &silent, 5, "") == SCORE_TOO_EARLY);
    ends(t, talk);
    EXPECT(scores(t, &v, 4, "Quick & kind 👍") == SCORE_PUT);
    EXPECT(scores(t, &v, 4, "Quick & kind 👍") == SCORE_PUT); /* the same again */
    EXPECT(scores(t, &v, 1, "") == SCORE_OTHER && scores(t, &v, 4, "") == SCORE_OTHER);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND && c.score == 4);
    assert_string_equal(c.score_words, "Quick & kind 👍");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%\"score\":4%' AND kind = 2"), 1);
}

TEST_EACH_ENGINE(it_stays_when_the_conversation_goes_on)
{
    struct conversation c;
    kit_start();
    account = kit_account(t, 0);
    struct visitor v = someone(t);
    int64_t talk = says(t, &v);
    ends(t, talk);
    EXPECT(scores(t, &v, 2, "") == SCORE_PUT);
    assert_int_equal(says(t, &v), talk);
    EXPECT(scores(t, &v, 2, "") == SCORE_TOO_EARLY);
    ends(t, talk);
    EXPECT(scores(t, &v, 5, "") == SCORE_OTHER);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND && c.score == 2);
    kit_set_now(kit_now() + 8 * DAY_MS); /* another one would begin: there is nothing to rate */
    EXPECT(scores(t, &v, 5, "") == SCORE_TOO_EARLY);
}

TEST_EACH_ENGINE(scores_are_counted)
{
    kit_start();
    account = kit_account(t, 0);
    for (int64_t score = 0; score <= 5; score++) {
        struct visitor v = someone(t);
        ends(t, says(t, &v));
        if (score > 0) EXPECT(scores(t, &v, score, "") == SCORE_PUT);
    }
    struct numbers_sum s = sum(t);
    EXPECT(s.talks == 6 && s.rated == 5 && s.satisfied == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_conversation_is_rated_once_after_its_end),
        EACH_ENGINE(it_stays_when_the_conversation_goes_on),
        EACH_ENGINE(scores_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
