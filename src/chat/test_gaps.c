/* test_gaps.c: questions that found no answer, on both engines: the same one in other words is one, an entry answers
 * it, somebody puts it aside, and it goes with what was said. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/gaps.h"
#include "knowledge/knowledge.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

static int64_t account, other, shop;

static struct kit_answer ask(struct test_db *t, const struct route *rows, int64_t who, enum verb verb, const char *path,
                             const char *body)
{
    return kit_call(t,
                    &(struct kit_request){ .routes = rows, .verb = verb, .path = path, .account = who, .body = body });
}

static struct kit_answer teach(struct test_db *t, const char *id, const char *question, const char *reply)
{
    return ask(t, knowledge_text_routes, account, VERB_POST,
               arena_printf(t->arena, "/api/shops/%lld/knowledge/faq", (long long)shop),
               arena_printf(t->arena, "{\"id\":\"%s\",\"question\":\"%s\",\"answer\":\"%s\"}", id, question, reply));
}

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0), other = kit_account(t, 0);
    const struct shop_new in = { .account = account, .name = "Tea", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &in, &s) == SHOP_ADDED);
    shop = s.id;
    assert_int_equal(teach(t, "f1", "Returns", "Within 30 days.").status, 201);
}

static struct visitor someone(struct test_db *t)
{
    struct visitor v = { .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()));
    return v;
}

static int64_t says(struct test_db *t, struct visitor *v, const char *text)
{
    static int n;
    struct message m;
    struct conversation c;
    const struct post_message in = { .text = text, .clientId = arena_printf(t->arena, "id-%08d", n++) };
    EXPECT(visitor_says(t->tx, v, &in, kit_now(), &m, &c) == MESSAGE_NEW);
    return c.id;
}

static void is_answered(struct test_db *t, int64_t talk)
{
    kit_set_now(kit_now() + MINUTE_MS);
    const struct kit_attempt a = { .kind = &chat_answer_job, .id = 1, .ref = talk, .account = account, .attempt = 1 };
    assert_int_equal(kit_job(t, &a), JOB_FINISHED);
}

/* By a new visitor, and answered. */
static int64_t asks(struct test_db *t, const char *text)
{
    struct visitor v = someone(t);
    int64_t talk = says(t, &v, text);
    is_answered(t, talk);
    return talk;
}

static const json_t *gaps(struct test_db *t, int64_t who, const char *query)
{
    struct kit_answer a =
        ask(t, chat_gap_routes, who, VERB_GET, arena_printf(t->arena, "/api/numbers/gaps%s", query), NULL);
    assert_int_equal(a.status, 200);
    return json_object_get(a.json, "gaps");
}

static const char *text_in(const json_t *gap, const char *name)
{
    return json_string_value(json_object_get(gap, name));
}
static int64_t number_in(const json_t *gap, const char *name) { return json_integer_value(json_object_get(gap, name)); }

static struct kit_answer aside(struct test_db *t, int64_t who, const char *question)
{
    return ask(t, chat_gap_routes, who, VERB_POST, "/api/numbers/gaps/aside",
               arena_printf(t->arena, "{\"shop\":%lld,\"question\":\"%s\"}", (long long)shop, question));
}

TEST_EACH_ENGINE(the_same_question_in_other_words_is_one)
{
    start(t);
    (void)asks(t, "Do you engrave the zeppelin?");
    (void)asks(t, "engrave zeppelins, please");
    int64_t last = asks(t, "Hi! ZEPPELIN engraved? can you engrave the zeppelin");
    (void)last;
    (void)asks(t, "Where can I park my balloon?");
    int64_t talk = asks(t, "Can you engrave the Zeppelin");
    const json_t *l = gaps(t, account, "");
    EXPECT(json_array_size(l) >= 2);
    const json_t *first = json_array_get(l, 0);
    EXPECT(number_in(first, "asked") >= 3);
    assert_string_equal(text_in(first, "text"), "Can you engrave the Zeppelin");
    assert_int_equal(number_in(first, "conversation"), talk);
    assert_int_equal(number_in(first, "shop"), shop);
    assert_int_equal(json_array_size(gaps(t, other, "")), 0);
}

TEST_EACH_ENGINE(what_was_answered_is_no_gap)
{
    start(t);
    (void)asks(t, "Returns?");
    (void)asks(t, "Can you give me a lower price?");
    (void)asks(t, "I want to talk to a real person");
    const json_t *l = gaps(t, account, "");
    if (json_array_size(l) > 0) fail_msg("%s", text_in(json_array_get(l, 0), "text"));
}

TEST_EACH_ENGINE(of_a_burst_the_question_is_what_stands_there)
{
    start(t);
    struct visitor v = someone(t);
    (void)says(t, &v, "hello"), (void)says(t, &v, "Do you engrave zeppelins?");
    is_answered(t, says(t, &v, "hm?"));
    const json_t *l = gaps(t, account, "");
    assert_int_equal(json_array_size(l), 1);
    assert_string_equal(text_in(json_array_get(l, 0), "text"), "Do you engrave zeppelins?");
}

TEST_EACH_ENGINE(an_entry_of_its_name_answers_it)
{
    start(t);
    (void)asks(t, "Do you engrave zeppelins?");
    const json_t *gap = json_array_get(gaps(t, account, ""), 0);
    const char *entry = arena_text(t->arena, text_in(gap, "entry"));
    assert_int_equal(teach(t, "another", "Balloons", "No.").status, 201);
    assert_int_equal(json_array_size(gaps(t, account, "")), 1);
    assert_int_equal(teach(t, entry, "Do you engrave zeppelins?", "We do.").status, 201);
    assert_int_equal(json_array_size(gaps(t, account, "")), 0);
    (void)asks(t, "Do you engrave zeppelins?");
    assert_int_equal(json_array_size(gaps(t, account, "")), 0);
}

TEST_EACH_ENGINE(put_aside_it_comes_back_when_it_is_asked_again)
{
    start(t);
    (void)asks(t, "Do you engrave zeppelins?");
    const char *question = arena_text(t->arena, text_in(json_array_get(gaps(t, account, ""), 0), "question"));
    assert_int_equal(aside(t, other, question).status, 404);
    assert_string_equal(aside(t, account, "12").fault, "question:too_short");
    assert_int_equal(json_array_size(gaps(t, account, "")), 1);
    assert_int_equal(aside(t, account, question).status, 200);
    assert_int_equal(aside(t, account, question).status, 200);
    assert_int_equal(json_array_size(gaps(t, account, "")), 0);
    (void)asks(t, "Do you engrave zeppelins?");
    const json_t *l = gaps(t, account, "");
    assert_int_equal(json_array_size(l), 1);
    assert_int_equal(number_in(json_array_get(l, 0), "asked"), 1);
}

TEST_EACH_ENGINE(it_goes_with_what_was_said_and_with_its_time)
{
    start(t);
    struct visitor v = someone(t);
    is_answered(t, says(t, &v, "Do you engrave zeppelins?"));
    (void)asks(t, "Where can I park my balloon?");
    assert_int_equal(json_array_size(gaps(t, account, "?days=1")), 2);
    const struct erasure e = { .account = account, .shop = shop, .why = "asked", .at_ms = kit_now() };
    EXPECT(chat_erase_visitors(t->tx, &e, &v.id, 1));
    assert_int_equal(json_array_size(gaps(t, account, "")), 1); /* at once */
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_erase_job }) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_gaps") == 1);
    kit_set_now(kit_now() + DAY_MS + 1);
    assert_int_equal(json_array_size(gaps(t, account, "?days=1")), 0);
    assert_int_equal(json_array_size(gaps(t, account, "?days=3")), 1);
    const char *question = arena_text(t->arena, text_in(json_array_get(gaps(t, account, ""), 0), "question"));
    assert_int_equal(aside(t, account, question).status, 200);
    EXPECT(chat_shop_purged(t->tx, account, shop, kit_now()));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_gaps_aside") == 0);
}

static void what_words_come_to(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } pairs[] = {
        { "Do you ship to Fiji?", "do you ship to FIJI please", true },
        { "Ship to Fiji?", "Do you ship to Peru?", false },
        { "请问你们可以刻字吗？", "可以刻字吗", true },
        { "可以刻字吗", "可以包装吗", false },
        { "JSQ22-HWA 有货吗", "有货吗？jsq22-hwa", true },
        { "Can you do it?", "can you do it", true },
    };
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        char x[GAP_SIZE], y[GAP_SIZE];
        assert_true(gap_of(a, str_of(pairs[i].a), x) && gap_of(a, str_of(pairs[i].b), y));
        if (text_eq(x, y) != pairs[i].same) fail_msg("%s, %s", pairs[i].a, pairs[i].b);
    }
    char none[GAP_SIZE];
    assert_false(gap_of(a, str_of("?!"), none));
    assert_false(gap_of(a, str_of("🙂"), none));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_words_come_to),
        EACH_ENGINE(the_same_question_in_other_words_is_one),
        EACH_ENGINE(what_was_answered_is_no_gap),
        EACH_ENGINE(of_a_burst_the_question_is_what_stands_there),
        EACH_ENGINE(an_entry_of_its_name_answers_it),
        EACH_ENGINE(put_aside_it_comes_back_when_it_is_asked_again),
        EACH_ENGINE(it_goes_with_what_was_said_and_with_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
