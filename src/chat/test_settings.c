/* test_settings.c: a shop's chat settings, on both engines: defaults, one judge for requests and rows, writers who have
 * not seen the other's change, and one truth about the bot's name. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/settings_fields.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

#include <stdio.h>

static int64_t account, shop;
static struct keyring *keys;

static enum row no_owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static void start(struct test_db *t, bool enabled)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    struct shop s;
    kit_start();
    if (!keys) keys = keyring_new(key, id, 1);
    tenants_hooks.owner = no_owner;
    tenants_settings = (struct tenants_settings){
        .feature_enabled = true, .base_url = "https://chathub.example", .enable_price = credits_of(50), .keyring = keys
    };
    account = kit_account(t, 100);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    if (!enabled) return;
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = tenants_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop),
                                  .account = account,
                                  .body = "{\"botName\":\"Tea Bot\"}" });
    assert_int_equal(a.status, 200);
}

static struct kit_answer settings(struct test_db *t, enum verb verb, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = chat_settings_routes,
                                  .verb = verb,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/settings", (long long)shop),
                                  .account = account,
                                  .body = body });
}

static int64_t revision(const struct kit_answer *a) { return json_integer_value(json_object_get(a->json, "revision")); }

static const char *text_of(const struct kit_answer *a, const char *member)
{
    return json_string_value(json_object_get(a->json, member));
}

static const struct verify_check *settings_check(void)
{
    const struct verify_check *c = chat_checks;
    while (!text_eq(c->name, "chat.settings")) c++;
    return c;
}

TEST_EACH_ENGINE(a43_a_shop_without_a_row_has_every_default)
{
    struct chat_shop_settings s;
    start(t, false);
    EXPECT(chat_settings_read(t->tx, shop, t->arena, &s));
    assert_string_equal(s.bot_name, "");
    assert_string_equal(s.timezone, "");
    assert_true(s.disclosure && s.ask_score && s.alert_mail && !s.hours_on && !s.proactive && s.revision == 0);
    assert_int_equal(s.back_after_ms, 15 * MINUTE_MS);
    assert_int_equal(s.alert_first_ms, 2 * MINUTE_MS);
    assert_int_equal(s.alert_again_ms, 10 * MINUTE_MS);
    assert_int_equal(s.keep_days, 0);
    assert_int_equal(s.alert_to, ALERT_EVERYBODY);
    assert_null(chat_texts_for(&s, "en"));
    /* Whoever has no chat here has nothing to set. */
    assert_string_equal(settings(t, VERB_GET, NULL).error, "chatbot_not_enabled");
    assert_string_equal(settings(t, VERB_PUT, "{}").error, "chatbot_not_enabled");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_settings"), 0);
}

static const char whole[] =
    "{\"revision\":0,\"botName\":\"Ling\",\"avatarUrl\":\"https://tea.example/ling.png\",\"avatar\":\"leaf\","
    "\"position\":\"left\",\"colour\":\"#0F766e\",\"texts\":[{\"language\":\"en\",\"greeting\":\"Hello!\\nTea?\","
    "\"away\":\"Back at nine.\",\"opening\":[\"Where is my order?\",\"Returns\"],\"handOff\":[\"I can wait\"]},"
    "{\"language\":\"zh-TW\",\"greeting\":\"您好\"},{\"language\":\"zh\",\"greeting\":\"你好\"}],"
    "\"timezone\":\"Asia/Shanghai\",\"hoursOn\":true,\"hours\":[{\"day\":\"mon\",\"from\":780,\"to\":1440},"
    "{\"day\":\"mon\",\"from\":540,\"to\":720},{\"day\":\"sun\",\"from\":600,\"to\":601}],"
    "\"holidays\":[\"2026-12-25\",\"2028-02-29\"],\"disclosure\":false,\"askScore\":false,\"backAfterMinutes\":0,"
    "\"personWords\":[\"客服妹妹\"],\"notPersonWords\":[\"人工草坪\"],\"alertMail\":false,\"alertTo\":\"owner\","
    "\"alertFirstMinutes\":5,\"alertAgainMinutes\":0,\"keepDays\":365,\"proactive\":true,"
    "\"proactiveAfterSeconds\":45,\"proactivePages\":[\"/cart\",\"/tea\"]}";

TEST_EACH_ENGINE(what_is_set_is_what_is_read)
{
    struct chat_shop_settings s;
    struct verify_result found;
    start(t, true);
    struct kit_answer a = settings(t, VERB_PUT, whole);
    assert_int_equal(a.status, 200);
    assert_int_equal(revision(&a), 1);
    assert_string_equal(text_of(&a, "botName"), "Ling");
    EXPECT(chat_settings_read(t->tx, shop, t->arena, &s));
    assert_string_equal(s.bot_name, "Ling");
    assert_string_equal(s.avatar_url, "https://tea.example/ling.png");
    assert_string_equal(s.avatar, "leaf");
    assert_string_equal(s.colour, "#0F766e");
    assert_string_equal(s.timezone, "Asia/Shanghai");
    assert_true(s.position == POSITION_LEFT && s.hours_on && !s.disclosure && !s.ask_score && !s.alert_mail &&
                s.proactive);
    /* In the order of the day, whatever order they came in. */
    assert_true(s.day[0][0].from_min == 540 && s.day[0][0].to_min == 720 && s.day[0][1].from_min == 780);
    assert_true(s.day[0][1].to_min == DAY_MINUTES && s.day[0][2].from_min == s.day[0][2].to_min);
    assert_true(s.day[6][0].from_min == 600 && s.day[3][0].to_min == 0);
    assert_int_equal(s.holidays.count, 2);
    assert_string_equal(s.holidays.text[1], "2028-02-29");
    assert_string_equal(s.person_words.text[0], "客服妹妹");
    assert_string_equal(s.not_person_words.text[0], "人工草坪");
    assert_true(s.back_after_ms == 0 && s.alert_first_ms == 5 * MINUTE_MS && s.alert_again_ms == 0);
    assert_true(s.keep_days == 365 && s.proactive_after_ms == 45 * SECOND_MS && s.proactive_pages.count == 2);
    const struct chat_texts *en = chat_texts_for(&s, "en-GB");
    assert_string_equal(en->greeting, "Hello!\nTea?");
    assert_true(en->opening.count == 2 && en->after.count == 0 && en->hand_off.count == 1);
    /* By the script that a region writes. */
    assert_string_equal(chat_texts_for(&s, "zh-Hant-HK")->greeting, "您好");
    assert_string_equal(chat_texts_for(&s, "zh_CN")->greeting, "你好");
    /* Spoken otherwise, written alike. */
    assert_string_equal(chat_texts_for(&s, "yue-Hant-HK")->greeting, "您好");
    assert_string_equal(chat_texts_for(&s, "cmn-Hans-CN")->greeting, "你好");
    assert_string_equal(chat_texts_for(&s, "zh-Hans-HK")->greeting, "你好");
    assert_null(chat_texts_for(&s, "fr"));
    /* The answer is a body that may be sent again, and then nothing changes. */
    a = settings(t, VERB_GET, NULL);
    json_t *again = json_object_get(a.json, "changedAt") ? json_deep_copy(a.json) : NULL;
    json_object_del(again, "changedAt"), json_object_del(again, "domain");
    char *body = json_dumps(again, JSON_COMPACT);
    a = settings(t, VERB_PUT, body);
    free(body), json_decref(again);
    assert_int_equal(a.status, 200);
    assert_int_equal(revision(&a), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_settings_changed'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chatbot_config_changed'"), 1);
    EXPECT(verify_in(t->tx, settings_check(), &found) && found.looked == 1 && found.unsound == 0);
}

TEST_EACH_ENGINE(doors_are_shut_until_they_are_opened_and_that_is_in_the_trail)
{
    struct chat_doors doors;
    start(t, true);
    EXPECT(chat_doors_read(t->tx, shop, t->arena, &doors));
    assert_true(doors.domains.count == 0 && !doors.old_signature);
    assert_int_equal(settings(t, VERB_PUT,
                              "{\"domains\":[\"https://Blog.Tea.example/\",\"*.b\xc3\xbc"
                              "cher.de\"],\"oldSignature\":true}")
                         .status,
                     200);
    EXPECT(chat_doors_read(t->tx, shop, t->arena, &doors));
    assert_int_equal(doors.domains.count, 2);
    assert_string_equal(doors.domains.text[0], "blog.tea.example");
    assert_string_equal(doors.domains.text[1], "*.b\xc3\xbc"
                                               "cher.de");
    assert_true(doors.old_signature);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_settings_changed'"
                                    " AND details LIKE '%domains%oldSignature%'"),
                     1);
    assert_int_equal(settings(t, VERB_PUT, "{\"revision\":1}").status, 200);
    EXPECT(chat_doors_read(t->tx, shop, t->arena, &doors));
    assert_true(doors.domains.count == 0 && !doors.old_signature);
}

/* A plan of so many websites that runs until then. */
static void give_plan(struct test_db *t, int64_t websites, int64_t until_ms)
{
    test_script(t, "DELETE FROM shop_plans; DELETE FROM offers;");
    test_script(t,
                "INSERT INTO offers (code, version, kind, name_en, name_zh, currency, price, days, seats, seat_price,"
                " websites, credits, actor, created_at_ms, replaced_at_ms) VALUES ('basic', 1, 1, 'Basic', '基础版',"
                " 'CNY', 5000, 30, 1, 0, 1, 0, 0, 1, 0);");
    test_script(t,
                arena_printf(t->arena,
                             "INSERT INTO shop_plans (shop, account, offer, source, seats, websites, began_at_ms,"
                             " until_ms, renews, warned, due_at_ms, updated_at_ms) SELECT %lld, %lld, id, 'order', 1,"
                             " %lld, 1, %lld, 0, 0, 1, 1 FROM offers;",
                             (long long)shop, (long long)account, (long long)websites, (long long)until_ms));
}

TEST_EACH_ENGINE(a_plan_says_how_many_websites_there_may_be)
{
    start(t, true);
    assert_int_equal(settings(t, VERB_PUT, "{\"domains\":[\"a.example\",\"b.example\",\"c.example\"]}").status, 200);
    give_plan(t, 3, kit_now() + DAY_MS);
    /* What is there stays, in any order, and may become less; nothing comes beside it. */
    assert_int_equal(
        settings(t, VERB_PUT, "{\"revision\":1,\"domains\":[\"c.example\",\"b.example\",\"a.example\"]}").status, 200);
    struct kit_answer a =
        settings(t, VERB_PUT, "{\"revision\":2,\"domains\":[\"a.example\",\"b.example\",\"d.example\"]}");
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "websites_full");
    assert_int_equal(kit_fact(&a, "websites"), 3);
    assert_int_equal(kit_fact(&a, "used"), 4);
    assert_int_equal(settings(t, VERB_PUT, "{\"revision\":2,\"domains\":[\"a.example\",\"d.example\"]}").status, 200);
    assert_int_equal(
        settings(t, VERB_PUT, "{\"revision\":3,\"colour\":\"#112233\",\"domains\":[\"a.example\",\"d.example\"]}")
            .status,
        200);
    give_plan(t, 1, kit_now() + DAY_MS);
    assert_string_equal(settings(t, VERB_PUT, "{\"revision\":4,\"domains\":[\"e.example\"]}").error, "websites_full");
    give_plan(t, 0, kit_now() + DAY_MS); /* any number */
    assert_int_equal(
        settings(t, VERB_PUT, "{\"revision\":4,\"domains\":[\"a.example\",\"e.example\",\"f.example\"]}").status, 200);
    give_plan(t, 1, kit_now()); /* in its days of grace it still counts */
    const char *other = "{\"revision\":5,\"domains\":[\"g.example\"]}";
    assert_string_equal(settings(t, VERB_PUT, other).error, "websites_full");
    give_plan(t, 1, kit_now() - 7 * DAY_MS); /* over: as without one */
    assert_int_equal(settings(t, VERB_PUT, other).status, 200);
}

static size_t domains_open(struct test_db *t)
{
    struct chat_doors doors;
    EXPECT(chat_doors_read(t->tx, shop, t->arena, &doors));
    EXPECT(chat_domains_in_plan(t->tx, account, shop, kit_now(), &doors.domains));
    return doors.domains.count;
}

static enum row let_in(struct test_db *t, const char *origin)
{
    static const struct route none;
    struct visitor_call call = { .shop = shop };
    struct req req = { .route = &none, .arena = t->arena, .tx = t->tx, .prepared = &call, .now_ms = kit_now() };
    return visitor_origin(&req, str_of(origin));
}

/* Saved before the plan was bought. */
TEST_EACH_ENGINE(websites_beyond_the_plan_open_no_chat)
{
    start(t, true);
    struct kit_answer a = settings(t, VERB_PUT, "{\"domains\":[\"a.example\",\"b.example\",\"c.example\"]}");
    assert_null(json_object_get(a.json, "domainsInPlan"));
    assert_int_equal(domains_open(t), 3);
    assert_int_equal(let_in(t, "https://c.example"), ROW_FOUND);
    give_plan(t, 3, kit_now() + DAY_MS);
    a = settings(t, VERB_GET, NULL);
    assert_int_equal(json_integer_value(json_object_get(a.json, "domainsInPlan")), 2);
    assert_int_equal(json_array_size(json_object_get(a.json, "domains")), 3);
    assert_int_equal(domains_open(t), 2);
    assert_int_equal(let_in(t, "https://b.example"), ROW_FOUND);
    assert_int_equal(let_in(t, "https://c.example"), ROW_NONE);
    give_plan(t, 1, kit_now());
    assert_int_equal(domains_open(t), 0);
    give_plan(t, 0, kit_now() + DAY_MS); /* any number */
    assert_int_equal(domains_open(t), 3);
    assert_int_equal(let_in(t, "https://c.example"), ROW_FOUND);
}

TEST_EACH_ENGINE(a_name_and_a_picture_are_of_what_was_seen)
{
    start(t, true);
    struct kit_answer a = settings(t, VERB_PUT, "{\"revision\":0}");
    int64_t first = revision(&a);
    const char *named = arena_printf(t->arena, "{\"revision\":%lld,\"botName\":\"BBB\"}", (long long)first);
    a = settings(t, VERB_PUT, named);
    assert_int_equal(revision(&a), first + 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_settings_changed'"
                                    " AND details LIKE '%\"botName\"%' AND details NOT LIKE '%avatarUrl%'"),
                     1);
    const char *late = arena_printf(t->arena, "{\"revision\":%lld,\"botName\":\"AAA\"}", (long long)first);
    assert_string_equal(settings(t, VERB_PUT, late).error, "settings_changed");
    const char *worn =
        arena_printf(t->arena, "{\"revision\":%lld,\"avatarUrl\":\"https://tea.example/b.png\"}", (long long)first + 1);
    a = settings(t, VERB_PUT, worn);
    assert_int_equal(revision(&a), first + 2);
    assert_string_equal(text_of(&a, "botName"), "BBB");
    assert_string_equal(settings(t, VERB_PUT, worn).error, "settings_changed");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_settings_changed'"
                                    " AND details LIKE '%avatarUrl%'"),
                     1);
}

TEST_EACH_ENGINE(who_has_not_seen_the_last_change_changes_nothing)
{
    start(t, true);
    assert_int_equal(settings(t, VERB_PUT, "{\"revision\":0,\"colour\":\"#112233\"}").status, 200);
    assert_string_equal(settings(t, VERB_PUT, "{\"revision\":0,\"colour\":\"#445566\"}").error, "settings_changed");
    assert_string_equal(settings(t, VERB_PUT, "{\"revision\":2,\"botName\":\"Other\"}").error, "settings_changed");
    assert_string_equal(settings(t, VERB_PUT, "{\"colour\":\"#445566\"}").error, "settings_changed");
    struct kit_answer a = settings(t, VERB_GET, NULL);
    assert_string_equal(text_of(&a, "colour"), "#112233");
    assert_string_equal(text_of(&a, "botName"), "Tea Bot");
    a = settings(t, VERB_PUT, "{\"revision\":1,\"colour\":\"#445566\"}");
    assert_int_equal(revision(&a), 2);
    int64_t mine = account;
    account = kit_account(t, 0);
    assert_int_equal(settings(t, VERB_GET, NULL).status, 404);
    assert_int_equal(settings(t, VERB_PUT, "{\"revision\":2}").status, 404);
    account = mine;
    EXPECT(chat_settings_forget(t->tx, shop));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_settings"), 0);
}

TEST_EACH_ENGINE(a_name_has_one_truth_and_what_is_left_out_of_it_stays)
{
    struct tenant_face face;
    start(t, true);
    assert_int_equal(settings(t, VERB_PUT, "{\"avatarUrl\":\"https://tea.example/a.png\"}").status, 200);
    EXPECT(tenants_face(t->tx, shop, &face) == ROW_FOUND);
    assert_string_equal(face.bot_name, "Tea Bot");
    assert_string_equal(face.logo_url, "https://tea.example/a.png");
    struct kit_answer a = settings(t, VERB_PUT, "{\"revision\":1,\"avatarUrl\":null,\"botName\":\"Ling\"}");
    assert_string_equal(text_of(&a, "botName"), "Ling");
    EXPECT(tenants_face(t->tx, shop, &face) == ROW_FOUND && face.logo_url == NULL);
    /* None of it is in the document: there is no second one that could differ. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_settings WHERE revision = 2 AND"
                                    " document NOT LIKE '%botName%' AND document NOT LIKE '%avatarUrl%'"),
                     1);
    /* What went is named as what came is. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_settings_changed'"
                                    " AND details LIKE '%botName%' AND details LIKE '%avatarUrl%'"),
                     1);
}

static const struct {
    const char *body, *fault;
} refused[] = {
    { "{\"colour\":\"blue\"}", "colour:format" },
    { "{\"colour\":\"#12345\"}", "colour:format" },
    { "{\"colour\":\"#12345g\"}", "colour:format" },
    { "{\"avatar\":\"cat\"}", "avatar:not_one_of" },
    { "{\"avatarUrl\":\"javascript:alert(1)\"}", "avatarUrl:format" },
    { "{\"botName\":\"\\u202Etob\"}", "botName:control_characters" },
    { "{\"timezone\":\"Asia/Shangai\"}", "timezone:format" },
    { "{\"timezone\":\"../../etc/passwd\"}", "timezone:format" },
    { "{\"timezone\":\"Asia/../../../etc/passwd\"}", "timezone:format" },
    { "{\"timezone\":\"Asia\"}", "timezone:format" },
    { "{\"timezone\":\"zone.tab\"}", "timezone:format" },
    { "{\"hours\":[{\"day\":\"mon\",\"from\":600,\"to\":600}]}", "hours:order" },
    { "{\"hours\":[{\"day\":\"mon\",\"from\":0,\"to\":60},{\"day\":\"mon\",\"from\":59,\"to\":90}]}", "hours:overlap" },
    { "{\"hours\":[{\"day\":\"mon\",\"from\":0,\"to\":1},{\"day\":\"mon\",\"from\":1,\"to\":2},{\"day\":\"mon\","
      "\"from\":2,\"to\":3},{\"day\":\"mon\",\"from\":3,\"to\":4}]}",
      "hours:too_many" },
    { "{\"hours\":[{\"day\":\"mon\",\"from\":0,\"to\":1441}]}", "hours[0].to:too_large" },
    { "{\"hours\":[{\"day\":\"funday\",\"from\":0,\"to\":1}]}", "hours[0].day:not_one_of" },
    { "{\"alertFirstMinutes\":10,\"alertAgainMinutes\":5}", "alertAgainMinutes:order" },
    { "{\"alertFirstMinutes\":10,\"alertAgainMinutes\":10}", "alertAgainMinutes:order" },
    { "{\"holidays\":[\"2026-02-29\"]}", "holidays[0]:format" },
    { "{\"holidays\":[\"2026-12-25\",\"25.12.2026\"]}", "holidays[1]:format" },
    { "{\"texts\":[{\"language\":\"english!\"}]}", "texts:format" },
    { "{\"texts\":[{\"language\":\"en\"},{\"language\":\"EN\"}]}", "texts:duplicate" },
    { "{\"texts\":[{\"language\":\"en\",\"opening\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"]}]}",
      "texts[0].opening:too_many" },
    { "{\"texts\":[{\"language\":\"en\",\"after\":[\"\\u200b\"]}]}", "texts[0].after[0]:required" },
    { "{\"backAfterMinutes\":-1}", "backAfterMinutes:too_small" },
    { "{\"alertFirstMinutes\":0}", "alertFirstMinutes:too_small" },
    { "{\"keepDays\":3651}", "keepDays:too_large" },
    { "{\"proactivePages\":[\"cart\"]}", "proactivePages[0]:format" },
    { "{\"personWord\":[]}", "personWord:unknown" },
    { "{\"disclosure\":\"yes\"}", "disclosure:type" },
    { "{\"askScore\":0}", "askScore:type" },
    { "{\"oldSignature\":1}", "oldSignature:type" },
    { "{\"domains\":[\"not a domain\"]}", "domains[0]:format" },
    { "{\"domains\":[\"*.example\"]}", "domains[0]:format" },
    { "{\"domains\":[\"*.*.tea.example\"]}", "domains[0]:format" },
    { "{\"domains\":[\"tea.example/path\"]}", "domains[0]:format" },
    { "{\"domains\":[\"10.0.0.1\"]}", "domains[0]:format" },
    { "{\"domains\":[\"tea.example\",\"https://TEA.example/\"]}", "domains[1]:duplicate" },
/* clang-format off */
#define SITE(name) "\"" name ".x.yz\","
#define TEN_SITES(name)                                                                                                \
    SITE(name "0") SITE(name "1") SITE(name "2") SITE(name "3") SITE(name "4") SITE(name "5") SITE(name "6")           \
    SITE(name "7") SITE(name "8") SITE(name "9")
    { "{\"domains\":[" TEN_SITES("a") TEN_SITES("b") TEN_SITES("c") TEN_SITES("d") TEN_SITES("e") TEN_SITES("f")
      TEN_SITES("g") TEN_SITES("h") TEN_SITES("i") TEN_SITES("j") "\"k.x.yz\"]}", "domains:too_many" },
/* clang-format on */
#define SAYING(language, key, text) "{\"language\":\"" language "\",\"key\":\"" key "\",\"text\":\"" text "\"}"
    { "{\"sayings\":[" SAYING("en", "greeting", "Hi") "," SAYING("en", "price", "It costs {price}.") "]}",
      "sayings[1].text:hole_missing" },
    { "{\"sayings\":[" SAYING("en", "price", "{title} costs {price}, {name}.") "]}", "sayings[0].text:hole_unknown" },
    { "{\"sayings\":[" SAYING("en", "price", "{title} costs {price} {") "]}", "sayings[0].text:hole_unknown" },
    { "{\"sayings\":[" SAYING("es", "greeting", "5 € menos") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("en", "price", "{title} costs {price}0.") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("en", "price", "{title} costs {price}.5") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("en", "price", "{title} costs 1{price}.") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("zh-CN", "price", "{title}：{price}万") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("zh-CN", "price", "{title}：{price}０") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("zh-CN", "price", "{title}：９{price}") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("en", "bye", "See www.evil.example") "]}", "sayings[0].text:names_facts" },
    { "{\"sayings\":[" SAYING("en", "bye", "Bye") "," SAYING("en", "bye", "Ciao") "]}", "sayings[1]:duplicate" },
    { "{\"sayings\":[" SAYING("fr", "bye", "Adieu") "]}", "sayings[0].language:not_one_of" },
    { "{\"sayings\":[" SAYING("en", "goodbye", "Bye") "]}", "sayings[0].key:not_one_of" },
};

/* Each sentence of the assistant may stand for itself: the built-in ones are shown, and taken back as they are. */
TEST_EACH_ENGINE(the_built_in_sentences_are_shown_and_may_be_said)
{
    start(t, true);
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = chat_settings_routes,
                                  .verb = VERB_GET,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/sayings", (long long)shop),
                                  .account = account });
    json_t *list = json_object_get(a.json, "sayings"), *one = json_array_get(list, 0);
    assert_int_equal(a.status, 200);
    assert_int_equal(json_array_size(list), 3 * 46);
    assert_string_equal(json_string_value(json_object_get(one, "key")), "greeting");
    json_t *body = json_pack("{s:[]}", "sayings"), *own = json_object_get(body, "sayings");
    size_t i;
    json_array_foreach(list, i, one)
    {
        json_t *copy = json_copy(one);
        (void)json_object_del(copy, "holes");
        (void)json_array_append_new(own, copy);
    }
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    a = settings(t, VERB_PUT, arena_text(t->arena, text));
    free(text);
    assert_int_equal(a.status, 200);
    assert_int_equal(json_array_size(json_object_get(a.json, "sayings")), 3 * 46);
}

TEST_EACH_ENGINE(what_no_chat_can_be_is_refused_by_name)
{
    start(t, true);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct kit_answer a = settings(t, VERB_PUT, refused[i].body);
        if (!text_eq(a.fault, refused[i].fault)) print_error("%s: %s\n", refused[i].body, a.fault);
        assert_string_equal(a.fault, refused[i].fault);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_settings"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_settings_changed'"), 0);
}

TEST_EACH_ENGINE(a_row_that_somebody_changed_by_hand_reads_as_the_defaults_and_is_found)
{
    static const char *const broken[] = { "", "{", "[]", "{\"colour\":\"blue\"}", "{\"unknown\":1}" };
    struct chat_shop_settings s;
    struct verify_result found;
    start(t, true);
    assert_int_equal(settings(t, VERB_PUT, "{\"colour\":\"#112233\",\"disclosure\":false}").status, 200);
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        test_script(t, arena_printf(t->arena, "UPDATE chat_settings SET document = '%s'", broken[i]));
        EXPECT(chat_settings_read(t->tx, shop, t->arena, &s));
        assert_true(s.disclosure);
        assert_string_equal(s.colour, "#1d4ed8");
        EXPECT(verify_in(t->tx, settings_check(), &found) && found.unsound == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a43_a_shop_without_a_row_has_every_default),
        EACH_ENGINE(what_is_set_is_what_is_read),
        EACH_ENGINE(doors_are_shut_until_they_are_opened_and_that_is_in_the_trail),
        EACH_ENGINE(a_plan_says_how_many_websites_there_may_be),
        EACH_ENGINE(websites_beyond_the_plan_open_no_chat),
        EACH_ENGINE(a_name_and_a_picture_are_of_what_was_seen),
        EACH_ENGINE(who_has_not_seen_the_last_change_changes_nothing),
        EACH_ENGINE(a_name_has_one_truth_and_what_is_left_out_of_it_stays),
        EACH_ENGINE(the_built_in_sentences_are_shown_and_may_be_said),
        EACH_ENGINE(what_no_chat_can_be_is_refused_by_name),
        EACH_ENGINE(a_row_that_somebody_changed_by_hand_reads_as_the_defaults_and_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
