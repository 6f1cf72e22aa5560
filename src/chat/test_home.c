/* test_home.c: the first page's figures are those of the numbers and of the ledger, for the same days, on both engines;
 * where nothing was before, nothing is compared. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/numbers.h"
#include "chat/private.h"
#include "chat/settings_fields.h"
#include "credits/credits.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

enum { HOME_MOST = 5000 };
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
    const char *document = arena_printf(t->arena, "{\"timezone\":\"%s\"}", zone);
    EXPECT(settings_put(t->tx, of, s.id, 0, document, kit_now()) == ROW_FOUND);
    return s.id;
}

static void start(struct test_db *t, const char *zone)
{
    kit_start();
    account = kit_account(t, 0), other = kit_account(t, 0);
    shop = new_shop(t, account, zone);
}

static void talk(struct test_db *t, int64_t of, int64_t in, const char *when, bool answered)
{
    int64_t at_ms = at(when);
    struct visitor v = { .account = of, .shop = in, .name = "", .language = "en", .page = "" };
    struct message m;
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, at_ms) && visitor_conversation_or_new(t->tx, &v, at_ms, &c));
    const struct message_new word = {
        .conversation = c.id, .author = CHAT_BY_VISITOR, .text = "Do you ship to Fiji?", .now_ms = at_ms
    };
    EXPECT(message_put(t->tx, &word, &m, &c) == MESSAGE_NEW);
    const struct message_new reply = { .conversation = c.id,
                                       .author = CHAT_BY_BOT,
                                       .author_name = "",
                                       .epoch = c.epoch,
                                       .text = "Yes.",
                                       .now_ms = at_ms + SECOND_MS };
    if (answered) EXPECT(message_put(t->tx, &reply, &m, &c) == MESSAGE_NEW);
}

static void changes(struct test_db *t, const char *when, int64_t amount)
{
    struct credit_entry entry;
    const struct credit_change in = { .account = account,
                                      .amount = credits_of(amount > 0 ? amount : -amount),
                                      .reason = amount > 0 ? REASON_grant : REASON_correction,
                                      .key = when,
                                      .at_ms = at(when) };
    EXPECT((amount > 0 ? credits_grant(t->tx, &in, &entry) : credits_debit(t->tx, &in, &entry)) == DEBIT_DONE);
}

static struct kit_answer get(struct test_db *t, const struct route *routes, const char *path)
{
    struct kit_answer a =
        kit_call(t, &(struct kit_request){ .routes = routes, .verb = VERB_GET, .path = path, .account = account });
    assert_int_equal(a.status, 200);
    return a;
}

static struct kit_answer figures(struct test_db *t) { return get(t, chat_home_routes, "/api/home/figures"); }

/* -1: null */
static int64_t in(const json_t *of, const char *name)
{
    const json_t *v = json_object_get(of, name);
    assert_non_null(v);
    return json_is_null(v) ? -1 : json_integer_value(v);
}

static void expect_figure(const struct kit_answer *a, const char *name, int64_t now, int64_t before)
{
    const json_t *f = json_object_get(a->json, name);
    assert_int_equal(in(f, "now"), now);
    assert_int_equal(in(f, "before"), before);
}

TEST_EACH_ENGINE(who_has_just_come_has_nothing_to_compare_with)
{
    start(t, "UTC");
    struct kit_answer a = figures(t);
    expect_figure(&a, "conversations", 0, -1);
    expect_figure(&a, "byAssistant", 0, -1);
    expect_figure(&a, "balance", 0, -1);
    assert_int_equal(in(a.json, "waiting"), 0);
    talk(t, account, shop, "2026-10-15T00:00:00Z", true);
    changes(t, "2026-10-15T00:00:00Z", 60);
    a = figures(t);
    expect_figure(&a, "conversations", 1, -1);
    expect_figure(&a, "byAssistant", 1, -1);
    expect_figure(&a, "balance", 60, -1);
}

TEST_EACH_ENGINE(seven_days_stand_beside_the_seven_before)
{
    start(t, "Asia/Shanghai"); /* it is the 15th there: since the 9th, and the 2nd to the 8th */
    talk(t, account, shop, "2026-10-01T15:59:59Z", true);  /* the 1st */
    talk(t, account, shop, "2026-10-01T16:00:00Z", true);  /* the 2nd */
    talk(t, account, shop, "2026-10-08T15:59:59Z", false); /* the 8th */
    talk(t, account, shop, "2026-10-08T16:00:00Z", true);  /* the 9th */
    talk(t, account, shop, "2026-10-12T00:00:00Z", true);
    talk(t, account, shop, "2026-10-15T00:00:00Z", false);
    talk(t, other, new_shop(t, other, "UTC"), "2026-10-12T00:00:00Z", true);
    struct kit_answer a = figures(t);
    assert_string_equal(json_string_value(json_object_get(a.json, "from")), "2026-10-09");
    assert_string_equal(json_string_value(json_object_get(a.json, "to")), "2026-10-15");
    expect_figure(&a, "conversations", 3, 2);
    expect_figure(&a, "byAssistant", 2, 1);
    const json_t *daily = json_object_get(a.json, "daily");
    assert_int_equal(json_array_size(daily), 14);
    assert_string_equal(json_string_value(json_object_get(json_array_get(daily, 0), "day")), "2026-10-02");
    assert_int_equal(in(json_array_get(daily, 0), "byAssistant"), 1);
    assert_int_equal(in(json_array_get(daily, 6), "unanswered") + in(json_array_get(daily, 6), "byPerson"), 1);
    assert_int_equal(in(json_array_get(daily, 6), "byAssistant"), 0);
    assert_string_equal(json_string_value(json_object_get(json_array_get(daily, 13), "day")), "2026-10-15");
    /* The same as under Analytics, for the same days. */
    a = get(t, chat_numbers_routes, "/api/numbers?days=7");
    assert_int_equal(in(json_object_get(a.json, "all"), "conversations"), 3);
    assert_int_equal(in(json_object_get(a.json, "all"), "byAssistant"), 2);
    a = get(t, chat_numbers_routes, "/api/numbers?days=7&to=2026-10-08");
    assert_int_equal(in(json_object_get(a.json, "all"), "conversations"), 2);
    assert_int_equal(in(json_object_get(a.json, "all"), "byAssistant"), 1);
}

TEST_EACH_ENGINE(a_week_without_a_word_after_others_counts_as_none)
{
    start(t, "UTC");
    talk(t, account, shop, "2026-09-01T00:00:00Z", true);
    struct kit_answer a = figures(t);
    expect_figure(&a, "conversations", 0, 0);
    expect_figure(&a, "byAssistant", 0, 0);
}

TEST_EACH_ENGINE(a_week_that_is_not_all_there_is_not_compared_with)
{
    start(t, "UTC"); /* the 9th to the 15th, and the 2nd to the 8th before */
    talk(t, account, shop, "2026-10-03T00:00:00Z", true);
    talk(t, account, shop, "2026-10-10T00:00:00Z", true);
    struct kit_answer a = figures(t);
    expect_figure(&a, "conversations", 1, -1); /* it began in the middle of that week */
    talk(t, account, shop, "2026-10-02T23:59:59Z", true);
    a = figures(t);
    expect_figure(&a, "conversations", 1, 2);
    expect_figure(&a, "byAssistant", 1, 2);
    EXPECT(chat_keep_set(t->tx, shop, 13)); /* the 2nd is taken out while it is still to be compared with */
    a = figures(t);
    expect_figure(&a, "conversations", 1, -1);
    expect_figure(&a, "byAssistant", 1, -1);
    EXPECT(chat_keep_set(t->tx, shop, 14));
    a = figures(t);
    expect_figure(&a, "conversations", 1, 2);
}

TEST_EACH_ENGINE(the_balance_is_the_ledgers)
{
    start(t, "UTC");
    changes(t, "2026-10-01T00:00:00Z", 300);
    changes(t, "2026-10-08T23:59:59Z", -50); /* the last entry before the seven days */
    changes(t, "2026-10-09T00:00:00Z", -10);
    changes(t, "2026-10-14T00:00:00Z", 7);
    int64_t hold;
    const struct credit_change reserved = { .account = account,
                                            .shop = shop,
                                            .amount = credits_of(20),
                                            .reason = REASON_correction,
                                            .key = "hold",
                                            .at_ms = kit_now() };
    EXPECT(credits_hold(t->tx, &reserved, &hold) == DEBIT_DONE);
    struct kit_answer a = figures(t);
    expect_figure(&a, "balance", 247, 250); /* what is reserved is not spent */
    a = get(t, credits_routes, "/api/billing/transactions?to=2026-10-09&limit=1");
    const json_t *entry = json_array_get(json_object_get(a.json, "transactions"), 0);
    assert_int_equal(in(entry, "balanceAfter"), 250);
}

STMT(many, "INSERT INTO chat_conversations (account, shop, visitor, status, owner, epoch, person, person_name,"
           " assignee, last_number, last_note, visitor_read, visitor_unread, team_read, team_unread, waiting_since_ms,"
           " snoozed_until_ms, resolved_at_ms, created_at_ms, last_at_ms)"
           " WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < ?4)"
           " SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), 1, 1, 1, 1, 0, '', 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,"
           " CAST(?3 AS BIGINT), CAST(?3 AS BIGINT) FROM n");

TEST_EACH_ENGINE(what_is_too_much_to_count_is_not_guessed)
{
    start(t, "UTC");
    changes(t, "2026-10-01T00:00:00Z", 5);
    struct query q = query(t->tx, &many);
    bind_i64(&q, account), bind_i64(&q, shop), bind_i64(&q, kit_now()), bind_i64(&q, HOME_MOST / 2 + 1);
    EXPECT(query_change(&q) == HOME_MOST / 2 + 1);
    q = query(t->tx, &many);
    bind_i64(&q, account), bind_i64(&q, shop), bind_i64(&q, kit_now()), bind_i64(&q, HOME_MOST / 2);
    EXPECT(query_change(&q) == HOME_MOST / 2);
    struct kit_answer a = figures(t);
    expect_figure(&a, "conversations", -1, -1);
    assert_int_equal(in(a.json, "waiting"), 0); /* that is always known */
    assert_int_equal(json_array_size(json_object_get(a.json, "daily")), 0);
    expect_figure(&a, "balance", 5, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_has_just_come_has_nothing_to_compare_with),
        EACH_ENGINE(seven_days_stand_beside_the_seven_before),
        EACH_ENGINE(a_week_without_a_word_after_others_counts_as_none),
        EACH_ENGINE(a_week_that_is_not_all_there_is_not_compared_with),
        EACH_ENGINE(the_balance_is_the_ledgers),
        EACH_ENGINE(what_is_too_much_to_count_is_not_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
