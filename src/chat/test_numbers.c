/* test_numbers.c: what conversations come to is what their rows say, on both engines: by the shop's own days, with
 * exact percentiles, of nobody else's. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/numbers.h"
#include "chat/private.h"
#include "chat/settings_fields.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

enum { ANNA = 11 };
static int64_t account, other, shop;

static int64_t at(const char *text)
{
    int64_t ms = 0;
    EXPECT(time_parse(str_of(text), &ms));
    return ms;
}

static int64_t new_shop(struct test_db *t, int64_t of, const char *zone)
{
    struct shop s;
    const struct shop_new in = { .account = of, .name = "Tea", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &in, &s) == SHOP_ADDED);
    if (zone != NULL) {
        const char *document = arena_printf(t->arena, "{\"timezone\":\"%s\"}", zone);
        EXPECT(settings_put(t->tx, of, s.id, 0, document, kit_now()) == ROW_FOUND);
    }
    return s.id;
}

static void start(struct test_db *t, const char *zone)
{
    kit_start();
    account = kit_account(t, 0), other = kit_account(t, 0);
    shop = new_shop(t, account, zone);
}

/* A conversation that begins with its visitor's word. */
static int64_t asked(struct test_db *t, int64_t of, int64_t in, int64_t at_ms)
{
    struct visitor v = { .account = of, .shop = in, .name = "", .language = "en", .page = "" };
    struct message m;
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, at_ms) && visitor_conversation_or_new(t->tx, &v, at_ms, &c));
    /* The word alone: nobody is called, though the shop has taught its assistant nothing. */
    const struct message_new word = {
        .conversation = c.id, .author = CHAT_BY_VISITOR, .text = "Do you ship to Fiji?", .now_ms = at_ms
    };
    EXPECT(message_put(t->tx, &word, &m, &c) == MESSAGE_NEW);
    return c.id;
}

static void says(struct test_db *t, int64_t talk, enum chat_author author, int64_t at_ms)
{
    struct message m;
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    const struct message_new in = { .conversation = talk,
                                    .author = author,
                                    .person = author == CHAT_BY_PERSON ? ANNA : 0,
                                    .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                    .epoch = c.epoch,
                                    .text = "Yes.",
                                    .now_ms = at_ms };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static void does(struct test_db *t, int64_t talk, enum chat_act_kind kind, int64_t at_ms)
{
    struct conversation c;
    enum chat_may may;
    const struct chat_act act = { .kind = kind, .person = ANNA, .person_name = "Anna", .now_ms = at_ms };
    EXPECT(conversation_act(t->tx, talk, &act, &c, &may) == ROW_FOUND && may == CHAT_MAY);
}

static struct kit_answer numbers(struct test_db *t, int64_t who, const char *query)
{
    return kit_call(t, &(struct kit_request){ .routes = chat_numbers_routes,
                                              .verb = VERB_GET,
                                              .path = arena_printf(t->arena, "/api/numbers%s", query),
                                              .account = who });
}

static int64_t in(const json_t *sum, const char *name)
{
    const json_t *v = json_object_get(sum, name);
    return v == NULL || json_is_null(v) ? -1 : json_integer_value(v);
}

static const json_t *all(const struct kit_answer *a)
{
    assert_int_equal(a->status, 200);
    return json_object_get(a->json, "all");
}

TEST_EACH_ENGINE(d37_who_answered_and_how_soon)
{
    start(t, NULL);
    int64_t now = kit_now(), bot = asked(t, account, shop, now), called = asked(t, account, shop, now + MINUTE_MS);
    int64_t taken = asked(t, account, shop, now + 2 * MINUTE_MS), alone = asked(t, account, shop, now + 3 * MINUTE_MS);
    says(t, bot, CHAT_BY_BOT, now + SECOND_MS);
    says(t, called, CHAT_BY_BOT, now + MINUTE_MS + 2 * SECOND_MS);
    does(t, called, ACT_WANT_PERSON, now + 2 * MINUTE_MS);
    says(t, called, CHAT_BY_PERSON, now + 5 * MINUTE_MS);
    says(t, taken, CHAT_BY_PERSON, now + 12 * MINUTE_MS);
    does(t, taken, ACT_RESOLVE, now + 32 * MINUTE_MS);
    does(t, alone, ACT_WANT_PERSON, now + 4 * MINUTE_MS);
    int64_t silent = asked(t, account, shop, now + 6 * MINUTE_MS);
    kit_set_now(now + HOUR_MS);
    struct kit_answer a = numbers(t, account, "");
    const json_t *n = all(&a);
    assert_int_equal(in(n, "conversations"), 5);
    assert_int_equal(in(n, "byAssistant"), 1);
    assert_int_equal(in(n, "byPerson"), 3);
    assert_int_equal(in(n, "unanswered"), 1);
    assert_int_equal(in(n, "resolved"), 1);
    assert_int_equal(in(n, "reopened"), 0);
    assert_int_equal(in(n, "firstMsHalf"), 2 * SECOND_MS);
    assert_int_equal(in(n, "firstMs95"), 10 * MINUTE_MS);
    assert_int_equal(in(n, "personMsHalf"), 3 * MINUTE_MS);
    assert_int_equal(in(n, "resolvedMs95"), 30 * MINUTE_MS);
    assert_int_equal(in(a.json, "waiting"), 1);
    does(t, silent, ACT_WANT_PERSON, now + HOUR_MS);
    a = numbers(t, account, "");
    assert_int_equal(in(a.json, "waiting"), 2);
    assert_int_equal(in(all(&a), "unanswered"), 0);
}

TEST_EACH_ENGINE(what_comes_back_after_its_end_is_reopened_and_not_resolved)
{
    start(t, NULL);
    int64_t now = kit_now(), talk = asked(t, account, shop, now), done = asked(t, account, shop, now);
    does(t, talk, ACT_RESOLVE, now + MINUTE_MS), does(t, done, ACT_RESOLVE, now + MINUTE_MS);
    says(t, talk, CHAT_BY_VISITOR, now + 2 * MINUTE_MS);
    struct kit_answer a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "reopened"), 1);
    assert_int_equal(in(all(&a), "resolved"), 1);
    does(t, talk, ACT_RESOLVE, now + 3 * MINUTE_MS);
    a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "reopened"), 1);
    assert_int_equal(in(all(&a), "resolved"), 2);
    assert_int_equal(in(all(&a), "resolvedMs95"), 3 * MINUTE_MS);
}

TEST_EACH_ENGINE(days_and_hours_are_the_shops_own)
{
    start(t, "Asia/Shanghai");
    (void)asked(t, account, shop, at("2026-10-11T15:59:59Z")); /* 23:59:59 of the 11th there */
    (void)asked(t, account, shop, at("2026-10-11T16:00:00Z"));
    (void)asked(t, account, shop, at("2026-10-12T15:59:59Z"));
    (void)asked(t, account, shop, at("2026-10-12T16:00:00Z"));
    kit_set_now(at("2026-10-12T17:00:00Z"));
    struct kit_answer a = numbers(t, account, "?days=3");
    assert_string_equal(json_string_value(json_object_get(a.json, "timezone")), "Asia/Shanghai");
    assert_string_equal(json_string_value(json_object_get(a.json, "from")), "2026-10-11");
    assert_string_equal(json_string_value(json_object_get(a.json, "to")), "2026-10-13");
    const json_t *days = json_object_get(a.json, "days"), *hours = json_object_get(a.json, "hours");
    assert_int_equal(json_array_size(days), 3);
    assert_int_equal(in(json_array_get(days, 0), "conversations"), 1);
    assert_int_equal(in(json_array_get(days, 1), "conversations"), 2);
    assert_int_equal(in(json_array_get(days, 2), "conversations"), 1);
    assert_int_equal(in(json_array_get(hours, 23), "conversations"), 2);
    assert_int_equal(in(json_array_get(hours, 0), "conversations"), 2);
    a = numbers(t, account, "?days=1&to=2026-10-12");
    assert_int_equal(in(all(&a), "conversations"), 2);
    a = numbers(t, account, "?days=1&to=2026-10-14");
    assert_int_equal(in(all(&a), "conversations"), 0);
    EXPECT(in(all(&a), "firstMsHalf") == -1);
}

TEST_EACH_ENGINE(numbers_are_their_accounts_alone)
{
    start(t, NULL);
    int64_t theirs = new_shop(t, other, "Asia/Tokyo"), second = new_shop(t, account, "Asia/Tokyo");
    (void)asked(t, account, shop, kit_now()), (void)asked(t, other, theirs, kit_now());
    (void)asked(t, account, second, kit_now()), (void)asked(t, account, second, kit_now());
    struct kit_answer a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "conversations"), 3);
    a = numbers(t, account, arena_printf(t->arena, "?shop=%lld", (long long)shop));
    assert_int_equal(in(all(&a), "conversations"), 1);
    assert_string_equal(json_string_value(json_object_get(a.json, "timezone")), "UTC");
    a = numbers(t, account, arena_printf(t->arena, "?shop=%lld", (long long)theirs));
    assert_int_equal(a.status, 404);
    a = numbers(t, other, "");
    assert_int_equal(in(all(&a), "conversations"), 1);
}

TEST_EACH_ENGINE(all_shops_go_by_the_first_zone_that_was_chosen)
{
    start(t, "");
    struct kit_answer a = numbers(t, account, "");
    assert_string_equal(json_string_value(json_object_get(a.json, "timezone")), "UTC");
    (void)new_shop(t, account, NULL), (void)new_shop(t, account, "Asia/Tokyo"),
        (void)new_shop(t, account, "Asia/Dubai");
    a = numbers(t, account, "");
    assert_string_equal(json_string_value(json_object_get(a.json, "timezone")), "Asia/Tokyo");
    a = numbers(t, account, arena_printf(t->arena, "?shop=%lld", (long long)shop));
    assert_string_equal(json_string_value(json_object_get(a.json, "timezone")), "UTC");
}

TEST_EACH_ENGINE(who_opened_the_chat_and_said_nothing_does_not_count)
{
    start(t, NULL);
    struct visitor v = { .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    struct kit_answer a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "conversations"), 0);
    says(t, c.id, CHAT_BY_PERSON, kit_now()); /* begun by hand, and nothing came back */
    a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "conversations"), 0);
    says(t, c.id, CHAT_BY_VISITOR, kit_now() + MINUTE_MS);
    a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "conversations"), 1);
    EXPECT(in(all(&a), "firstMsHalf") == -1); /* what was said before the first word answers nothing */
}

TEST_EACH_ENGINE(days_that_cannot_be_are_refused)
{
    start(t, NULL);
    assert_string_equal(numbers(t, account, "?days=0").fault, "days:too_small");
    assert_string_equal(numbers(t, account, "?days=93").fault, "days:too_large");
    assert_string_equal(numbers(t, account, "?to=yesterday").fault, "to:format");
    assert_string_equal(numbers(t, account, "?to=2026-02-30").fault, "to:format");
    assert_string_equal(numbers(t, account, "?to=2026-02-20T10:00:00Z").fault, "to:format");
    assert_string_equal(numbers(t, account, "?shop=x").fault, "shop:type");
    assert_int_equal(numbers(t, account, "?days=92&to=1970-01-01").status, 200);
    assert_int_equal(numbers(t, account, "?to=9999-12-31").status, 200);
}

TEST_EACH_ENGINE(a_table_has_a_line_a_day)
{
    start(t, NULL);
    says(t, asked(t, account, shop, kit_now()), CHAT_BY_BOT, kit_now() + 1500);
    struct kit_answer a = numbers(t, account, "?days=2&format=csv");
    assert_int_equal(a.status, 200);
    assert_string_equal(a.text, "\xEF\xBB\xBF"
                                "day,conversations,byAssistant,byPerson,unanswered,reopened,resolved,firstMsHalf,"
                                "firstMs95,personMsHalf,personMs95,resolvedMsHalf,resolvedMs95,rated,satisfied\r\n"
                                "2026-10-14,0,0,0,0,0,0,,,,,,,0,0\r\n"
                                "2026-10-15,1,1,0,0,0,0,1500,1500,,,,,0,0\r\n");
}

/* More than a page of them: counted to the end, each once. */
STMT(many, "INSERT INTO chat_conversations (account, shop, visitor, status, owner, epoch, person, person_name,"
           " assignee, last_number, last_note, visitor_read, visitor_unread, team_read, team_unread, waiting_since_ms,"
           " snoozed_until_ms, resolved_at_ms, created_at_ms, last_at_ms)"
           " WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < ?4)"
           " SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), 1, 1, 1, 1, 0, '', 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,"
           " CAST(?3 AS BIGINT) + i / 3, CAST(?3 AS BIGINT) FROM n");
STMT(their_words,
     "INSERT INTO chat_messages (conversation, number, account, author, person, author_name, epoch,"
     " client_key, text, at_ms) SELECT id, 1, account, 1, 0, '', 1, NULL, 'Hello', created_at_ms"
     " FROM chat_conversations WHERE account = ?1 AND last_number = 1 AND NOT EXISTS (SELECT 1 FROM chat_messages"
     " WHERE chat_messages.conversation = chat_conversations.id)");

/* In parts, so that none meets the database's time limit on a busy machine. */
static void put_many(struct test_db *t, int64_t count)
{
    enum { PART = 5000 };
    for (int64_t done = 0; done < count; done += PART) {
        int64_t n = count - done < PART ? count - done : PART;
        struct query q = query(t->tx, &many), words = query(t->tx, &their_words);
        bind_i64(&q, account), bind_i64(&q, shop), bind_i64(&q, kit_now()), bind_i64(&q, n);
        EXPECT(query_change(&q) == n);
        bind_i64(&words, account);
        EXPECT(query_change(&words) == n);
        test_commit(t);
    }
}

TEST_EACH_ENGINE(more_than_a_page_is_counted_to_the_end)
{
    start(t, NULL);
    put_many(t, 2345);
    struct kit_answer a = numbers(t, account, "");
    assert_int_equal(in(all(&a), "conversations"), 2345);
    assert_int_equal(in(all(&a), "unanswered"), 2345);
}

/* What is counted takes no memory of the request but its answer and one page of rows, however many conversations may
 * come. Rows of the database come into the request's own memory, so it is the transaction's too. */
TEST_EACH_ENGINE(a_count_takes_little_of_the_request)
{
    enum { DAYS = 92, PAGE_ROWS = 1000, ROW_BYTES = 600, PAGES = 12 };
    enum { ENOUGH = DAYS * sizeof(struct numbers_sum) + PAGE_ROWS * ROW_BYTES + (64 << 10) };
    struct numbers n;
    start(t, NULL);
    put_many(t, PAGES * PAGE_ROWS);
    struct arena *small = arena_new(ENOUGH); /* more ends the process */
    const struct numbers_asked in = {
        .account = account, .zone = "", .first_day = kit_now() / DAY_MS - DAYS + 1, .days = DAYS
    };
    EXPECT(tx_part_begin(t->tx, small));
    EXPECT(numbers_count(t->tx, &in, small, &n) == NUMBERS_COUNTED);
    EXPECT(tx_part_keep(t->tx) && tx_part_begin(t->tx, t->arena) && tx_part_keep(t->tx));
    assert_int_equal(n.all.talks, PAGES * PAGE_ROWS);
    arena_free(small);
}

TEST_EACH_ENGINE(more_than_can_be_counted_is_refused_in_words)
{
    start(t, NULL);
    put_many(t, NUMBERS_TALKS_MAX);
    int64_t before = monotonic_ms();
    struct kit_answer a = numbers(t, account, "");
    print_message("%d conversations counted in %lld ms\n", NUMBERS_TALKS_MAX, (long long)(monotonic_ms() - before));
    assert_int_equal(in(all(&a), "conversations"), NUMBERS_TALKS_MAX);
    (void)asked(t, account, shop, kit_now() + HOUR_MS);
    assert_string_equal(numbers(t, account, "").error, "numbers_too_many");
    assert_int_equal(numbers(t, account, "?days=1&to=2026-10-14").status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(d37_who_answered_and_how_soon),
        EACH_ENGINE(what_comes_back_after_its_end_is_reopened_and_not_resolved),
        EACH_ENGINE(days_and_hours_are_the_shops_own),
        EACH_ENGINE(numbers_are_their_accounts_alone),
        EACH_ENGINE(all_shops_go_by_the_first_zone_that_was_chosen),
        EACH_ENGINE(who_opened_the_chat_and_said_nothing_does_not_count),
        EACH_ENGINE(days_that_cannot_be_are_refused),
        EACH_ENGINE(a_table_has_a_line_a_day),
        EACH_ENGINE(more_than_a_page_is_counted_to_the_end),
        EACH_ENGINE(a_count_takes_little_of_the_request),
        EACH_ENGINE(more_than_can_be_counted_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
