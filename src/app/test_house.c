/* test_house.c: the house's own shop: made once by a command, at no price; it knows what is sold now, and what its
 * owner has changed stays. On both engines. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "app/house.h"
#include "base/clock.h"
#include "chat/chat.h"
#include "credits/credits.h"
#include "knowledge/knowledge.h"
#include "shops/test_kit.h"
#include "site/site.h"
#include "storage/test_verify.h"

#define OWNER "own@house.example"
static struct config settings;
static struct app app;
static struct keyring *keyring;

static void start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } };
    static const uint8_t id[1] = { 1 };
    if (!keyring) keyring = keyring_new(key, id, 1);
    settings = (struct config){ .data_dir = "/nonexistent",
                                .chatbot_enabled = true,
                                .chatbot_price = credits_of(50),
                                .renewal_price = credits_of(10) };
    app = (struct app){ .config = &settings, .db = t->db, .keyring = keyring, .base_url = "https://chat.example" };
    app_fill_hooks(&app);
    kit_start();
    EXPECT(billing_begin(t->tx, kit_now()));
}

static enum house_made make(struct test_db *t, const char *email, struct house *out)
{
    const struct house_wish w = { .email = email, .hash = "hash", .now_ms = kit_now() };
    return house_make(t->tx, &w, out);
}

static const char *page(struct test_db *t)
{
    return kit_call(t, &(struct kit_request){ .routes = site_routes, .verb = VERB_GET, .path = "/en" }).text;
}

static void expect_sound(struct test_db *t)
{
    for (const struct verify_check *const *table = app_check_tables; *table; table++) {
        if (*table == credits_checks || *table == shops_checks || *table == tenants_checks ||
            *table == knowledge_checks)
            test_expect_sound(t, *table);
    }
}

static struct kit_answer asked(struct test_db *t, const struct house *h, const char *question)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/try", (long long)h->shop);
    const char *body = arena_printf(t->arena, "{\"turns\":[\"%s\"],\"language\":\"en\"}", question);
    return kit_call(
        t, &(struct kit_request){
               .routes = chat_try_routes, .verb = VERB_POST, .path = path, .account = h->account, .body = body });
}

static void expect_said(struct test_db *t, const struct house *h, const char *question, const char *words)
{
    struct kit_answer a = asked(t, h, question);
    assert_int_equal(a.status, 200);
    if (!strstr(a.text, words)) fail_msg("%s: %s", question, a.text);
}

/* An operator sells the plan basic at another price. */
static void sell(struct test_db *t, int price)
{
    const char *body = arena_printf(t->arena,
                                    "{\"code\":\"basic\",\"kind\":\"plan\",\"nameEn\":\"Basic\",\"nameZh\":\"基础版\","
                                    "\"currency\":\"CNY\",\"price\":%d,\"days\":30,\"seats\":1,\"websites\":1}",
                                    price);
    assert_int_equal(kit_call(t, &(struct kit_request){ .routes = billing_offer_routes,
                                                        .verb = VERB_POST,
                                                        .path = "/api/operator/offers",
                                                        .account = 1,
                                                        .body = body })
                         .status,
                     201);
}

TEST_EACH_ENGINE(it_is_made_once_and_costs_nothing)
{
    struct house h, again;
    struct credit_balance b;
    start(t);
    EXPECT(make(t, NULL, &h) == HOUSE_NO_EMAIL && house_refresh(t->tx, kit_now()));
    assert_null(strstr(page(t), "data-chat-shop"));
    EXPECT(make(t, OWNER, &h) == HOUSE_MADE && h.new_shop && h.new_account && h.chat && h.shop > 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE source = 'house' AND charges = 0"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'landing_shop_made'"), 1);
    EXPECT(credits_balance(t->tx, h.account, &b) == ROW_FOUND && credits_count(b.available) == 0);
    assert_non_null(strstr(page(t), arena_printf(t->arena, "data-chat-shop=\"shop-%lld\"", (long long)h.shop)));
    int64_t texts = test_number(t, "SELECT COUNT(*) FROM knowledge_texts");
    EXPECT(texts > 60 && test_number(t, "SELECT COUNT(*) FROM chat_settings") == 1);
    int64_t rows = test_number(t, "SELECT COUNT(*) FROM site_pages");
    EXPECT(make(t, NULL, &again) == HOUSE_MADE && !again.new_shop && !again.new_account && again.shop == h.shop);
    EXPECT(make(t, OWNER, &again) == HOUSE_MADE && again.shop == h.shop && house_refresh(t->tx, kit_now()));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM site_pages"), rows);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops"), 1);
    EXPECT(make(t, "other@house.example", &again) == HOUSE_OF_ANOTHER);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM accounts"), 1);
    expect_sound(t);
}

TEST_EACH_ENGINE(its_prices_are_those_of_now)
{
    struct house h;
    start(t);
    EXPECT(make(t, OWNER, &h) == HOUSE_MADE);
    expect_said(t, &h, "How much does it cost?", "Basic costs ¥50 for 30 days");
    expect_said(t, &h, "How much is the Basic plan?", "¥50.00");
    sell(t, 5550);
    expect_said(t, &h, "How much does it cost?", "Basic costs ¥55.50 for 30 days");
    expect_said(t, &h, "How much is the Basic plan?", "¥55.50");
    expect_said(t, &h, "Which plan is the cheapest?", "¥55.50");
    struct kit_answer a = asked(t, &h, "How much is the Basic plan?");
    assert_null(strstr(a.text, "¥50.00"));
    expect_sound(t);
}

TEST_EACH_ENGINE(what_its_owner_has_written_stays)
{
    struct house h;
    start(t);
    EXPECT(make(t, OWNER, &h) == HOUSE_MADE);
    const char *path = arena_printf(t->arena, "/api/shops/%lld/knowledge/faq/contact", (long long)h.shop);
    const char *faq = arena_printf(t->arena, "/api/shops/%lld/knowledge/faq/refund", (long long)h.shop);
    struct kit_request change = { .routes = knowledge_text_routes,
                                  .verb = VERB_PUT,
                                  .path = faq,
                                  .account = h.account,
                                  .body = "{\"question\":\"Refunds\",\"answer\":\"Within 14 days.\"}" };
    assert_int_equal(kit_call(t, &change).status, 200);
    change.path = path;
    assert_int_equal(kit_call(t, &change).status, 404); /* nobody said how to reach the house */
    settings.support_contact = "mailto:help@house.example";
    settings.trial_credits = credits_of(0);
    app_fill_hooks(&app);
    EXPECT(house_refresh(t->tx, kit_now()));
    assert_int_equal(kit_call(t, &change).status, 200);
    sell(t, 5600);
    expect_said(t, &h, "Can I get a refund?", "Within 14 days.");
    expect_said(t, &h, "How much does it cost?", "¥56");
}

/* Paid for by the house month after month, whatever else happens to the account. */
TEST_EACH_ENGINE(it_goes_on_by_itself)
{
    struct house h;
    start(t);
    EXPECT(make(t, OWNER, &h) == HOUSE_MADE);
    for (int month = 1; month <= 4; month++) {
        kit_set_now(time_add_months(KIT_START_MS, month, 15));
        enum job_wish wish = kit_job(t, &(struct kit_attempt){ .kind = &tenants_renew_job });
        assert_true(wish == JOB_FINISHED || wish == JOB_NEXT);
        assert_non_null(strstr(page(t), "data-chat-shop"));
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_outbox"), 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(who_deletes_it_is_rid_of_it)
{
    struct house h, next;
    start(t);
    EXPECT(make(t, OWNER, &h) == HOUSE_MADE);
    const char *path = arena_printf(t->arena, "/api/shops/%lld", (long long)h.shop);
    const struct kit_request gone = { .routes = shops_routes, .verb = VERB_DELETE, .path = path, .account = h.account };
    assert_int_equal(kit_call(t, &gone).status, 200);
    assert_null(strstr(page(t), "data-chat-shop"));
    EXPECT(house_refresh(t->tx, kit_now()) && make(t, NULL, &next) == HOUSE_NO_EMAIL);
    EXPECT(make(t, OWNER, &next) == HOUSE_MADE && next.new_shop && !next.new_account && next.shop != h.shop);
    assert_non_null(strstr(page(t), arena_printf(t->arena, "data-chat-shop=\"shop-%lld\"", (long long)next.shop)));
    expect_sound(t);
}

TEST_EACH_ENGINE(where_no_chats_are_switched_on_it_waits)
{
    struct house h;
    start(t);
    settings.chatbot_enabled = false;
    app_fill_hooks(&app);
    EXPECT(make(t, OWNER, &h) == HOUSE_MADE && h.new_shop && !h.chat);
    assert_null(strstr(page(t), "data-chat-shop"));
    settings.chatbot_enabled = true;
    app_fill_hooks(&app);
    EXPECT(make(t, NULL, &h) == HOUSE_MADE && h.chat);
    assert_non_null(strstr(page(t), "data-chat-shop"));
    expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(it_is_made_once_and_costs_nothing), EACH_ENGINE(its_prices_are_those_of_now),
        EACH_ENGINE(what_its_owner_has_written_stays),  EACH_ENGINE(it_goes_on_by_itself),
        EACH_ENGINE(who_deletes_it_is_rid_of_it),       EACH_ENGINE(where_no_chats_are_switched_on_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
