/* test_presence.c: who is on a shop's pages now, on both engines: a visit is a row while it beats, the team sees its
 * own shops' alone, and whoever is talked to by hand gets the token of that conversation, once. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/presence.h"
#include "shops/test_kit.h"
#include <stdio.h>

static const char page_a[] = "https://tea.example/a", page_b[] = "https://tea.example/b";
enum { ACCOUNT = 5, SHOP = 7, SECOND = 1000 };

static struct presence beat(struct test_db *t, const char *visit, const char *page, int64_t visitor, int64_t at_ms)
{
    struct presence p = { .account = ACCOUNT,
                          .shop = SHOP,
                          .visitor = visitor,
                          .page = page,
                          .referrer = "https://search.example/",
                          .language = "zh-CN" };
    EXPECT(presence_beat(t->tx, visit, &p, at_ms));
    return p;
}

static size_t there(struct test_db *t, int64_t account, int64_t at_ms, struct presence *out)
{
    size_t count;
    EXPECT(presence_page(t->tx, account, INT64_MAX, 10, at_ms, out, &count));
    return count;
}

TEST_EACH_ENGINE(a_visit_is_one_row_while_it_beats)
{
    struct presence out[10];
    int64_t now = KIT_START_MS;
    struct presence one = beat(t, "0123456789abcdef", page_a, 0, now);
    struct presence again = beat(t, "0123456789abcdef", page_a, 0, now + 30 * SECOND);
    EXPECT(again.id == one.id && again.since_ms == now && again.page_since_ms == now);
    EXPECT(again.seen_at_ms == now + 30 * SECOND);
    again = beat(t, "0123456789abcdef", page_b, 0, now + 60 * SECOND);
    EXPECT(again.id == one.id && again.since_ms == now && again.page_since_ms == now + 60 * SECOND);
    beat(t, "another-visit-name", page_a, 0, now + 60 * SECOND);
    assert_int_equal(there(t, ACCOUNT, now + 61 * SECOND, out), 2);
    assert_string_equal(out[1].page, page_b);
    assert_string_equal(out[1].referrer, "https://search.example/");
    assert_int_equal(there(t, ACCOUNT + 1, now + 61 * SECOND, out), 0);
    /* What does not beat has left, whether its row is gone or not. */
    assert_int_equal(there(t, ACCOUNT, now + 60 * SECOND + PRESENT_MS, out), 0);
    EXPECT(presence_locked(t->tx, ACCOUNT, one.id, now + 61 * SECOND, &again) == ROW_FOUND);
    EXPECT(presence_locked(t->tx, ACCOUNT, one.id, now + 60 * SECOND + PRESENT_MS, &again) == ROW_NONE);
    EXPECT(presence_locked(t->tx, ACCOUNT + 1, one.id, now + 61 * SECOND, &again) == ROW_NONE);
    /* The name of a visit opens a conversation: it is not in the rows. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_presence WHERE visit LIKE '%0123456789abcdef%'"), 0);
    struct kit_attempt a = { .kind = &chat_presence_job, .id = 1 };
    kit_set_now(now + 60 * SECOND + 299 * SECOND);
    EXPECT(kit_job(t, &a) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_presence"), 2);
    kit_set_now(now + 60 * SECOND + 301 * SECOND);
    EXPECT(kit_job(t, &a) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_presence"), 0);
}

TEST_EACH_ENGINE(who_is_invited_is_so_until_the_token_was_shown)
{
    int64_t now = KIT_START_MS;
    struct presence p = beat(t, "0123456789abcdef", page_a, 0, now);
    EXPECT(p.visitor == 0 && p.invited == 0);
    EXPECT(presence_invite(t->tx, p.id, 44));
    p = beat(t, "0123456789abcdef", page_a, 0, now + SECOND);
    EXPECT(p.visitor == 44 && p.invited == 44);
    p = beat(t, "0123456789abcdef", page_a, 44, now + 2 * SECOND);
    EXPECT(p.visitor == 44 && p.invited == 0);
    /* Without a token it is not told again: whoever took it has it, or has ended it. */
    p = beat(t, "0123456789abcdef", page_a, 0, now + 3 * SECOND);
    EXPECT(p.visitor == 44 && p.invited == 0);
}

static int64_t account, shop;

static enum row owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static void open_shop(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct keyring *keys;
    struct shop s;
    kit_start();
    if (!keys) keys = keyring_new(key, id, 1);
    chat_settings.keyring = keys;
    tenants_hooks.owner = owner;
    tenants_settings = (struct tenants_settings){
        .feature_enabled = true, .base_url = "https://chathub.example", .enable_price = credits_of(50), .keyring = keys
    };
    account = kit_account(t, 100);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = tenants_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop),
                                  .account = account,
                                  .body = "{\"botName\":\"Tea Bot\"}" });
    assert_int_equal(a.status, 200);
}

static struct kit_answer here(struct test_db *t, const char *body)
{
    return kit_call(t,
                    &(struct kit_request){ .routes = chat_face_routes,
                                           .verb = VERB_POST,
                                           .path = arena_printf(t->arena, "/api/chat/shop-%lld/here", (long long)shop),
                                           .body = body });
}

static struct kit_answer face(struct test_db *t, const char *language)
{
    return kit_call(t, &(struct kit_request){ .routes = chat_face_routes,
                                              .verb = VERB_GET,
                                              .path = arena_printf(t->arena, "/api/chat/shop-%lld/face?language=%s",
                                                                   (long long)shop, language) });
}

TEST_EACH_ENGINE(a_page_is_told_how_the_chat_looks_in_its_language)
{
    open_shop(t);
    struct kit_answer a = kit_call(
        t,
        &(struct kit_request){ .routes = chat_settings_routes,
                               .verb = VERB_PUT,
                               .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/settings", (long long)shop),
                               .account = account,
                               .body = "{\"colour\":\"#0f766e\",\"proactive\":true,\"proactiveAfterSeconds\":20,"
                                       "\"proactivePages\":[\"/cart\"],\"texts\":[{\"language\":\"en\","
                                       "\"greeting\":\"Tea?\",\"proactive\":\"May we help?\","
                                       "\"opening\":[\"Returns\"]},{\"language\":\"zh\",\"greeting\":\"喝茶吗\"}]}" });
    assert_int_equal(a.status, 200);
    a = face(t, "en-GB");
    assert_non_null(strstr(a.text, "\"colour\":\"#0f766e\""));
    assert_non_null(strstr(a.text, "\"greeting\":\"Tea?\",\"opening\":[\"Returns\"],\"after\":[]"));
    assert_non_null(
        strstr(a.text, "\"proactive\":{\"text\":\"May we help?\",\"afterSeconds\":20,\"pages\":[\"/cart\"]}"));
    assert_null(strstr(a.text, "token"));
    a = face(t, "zh-CN");
    assert_non_null(strstr(a.text, "\"greeting\":\"喝茶吗\""));
    assert_non_null(strstr(a.text, "\"proactive\":null"));
    a = face(t, "fr"); /* as the words of the widget itself */
    assert_non_null(strstr(a.text, "\"greeting\":\"Tea?\""));
    a = here(t, "{\"visit\":\"0123456789abcdef\",\"page\":\"https://tea.example/a\",\"language\":\"en\"}");
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.text, "\"token\":null"));
    assert_string_equal(here(t, "{\"visit\":\"0123456789abcde\"}").fault, "visit:too_short");
    assert_string_equal(here(t, "{\"visit\":\"0123456789abcdef\",\"page\":\"javascript:alert(1)\"}").fault,
                        "page:format");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_presence"), 1);
    test_script(t, "UPDATE tenants SET status = 4"); /* suspended: the launcher goes */
    assert_string_equal(face(t, "en").error, "chat_paused");
    assert_string_equal(here(t, "{\"visit\":\"0123456789abcdef\"}").error, "chat_paused");
    shop += 1000;
    assert_string_equal(face(t, "en").error, "not_found");
}

TEST_EACH_ENGINE(an_invited_visit_is_given_its_token)
{
    struct visitor v;
    struct visitor_token token;
    open_shop(t);
    assert_int_equal(here(t, "{\"visit\":\"0123456789abcdef\"}").status, 200);
    v = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()));
    EXPECT(presence_invite(t->tx, test_number(t, "SELECT id FROM chat_presence"), v.id));
    struct kit_answer a = here(t, "{\"visit\":\"0123456789abcdee\"}"); /* another browser */
    assert_non_null(strstr(a.text, "\"token\":null"));
    a = here(t, "{\"visit\":\"0123456789abcdef\"}");
    const char *given = json_string_value(json_object_get(a.json, "token"));
    assert_non_null(given);
    EXPECT(visitor_token_read(str_of(given), shop, kit_now(), &token) && token.visitor == v.id);
}

/* The account's one person, who has the same number in the kit. */
static void team(struct test_db *t)
{
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (1, '', 1);"
                   "INSERT INTO persons (id, email_key, email, name, role, lang, password_hash, created_at_ms) VALUES"
                   " (1, 'ann', 'ann@shop.example', 'Ann', 1, 'en', '', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 1, 1);");
}

static struct kit_answer begin(struct test_db *t, const char *text, const char *client)
{
    int64_t visit = test_number(t, "SELECT id FROM chat_presence");
    return kit_call(t, &(struct kit_request){
                           .routes = chat_presence_routes,
                           .verb = VERB_POST,
                           .path = arena_printf(t->arena, "/api/visitors/%lld/messages", (long long)visit),
                           .account = account,
                           .body = arena_printf(t->arena, "{\"text\":\"%s\",\"clientId\":\"%s\"}", text, client) });
}

static const char key_a[] = "11111111-1111-4111-8111-111111111111", key_b[] = "22222222-2222-4222-8222-222222222222";

/* What this visitor's browser shows is these two words of the team alone, and nobody else has any. */
static void hears(struct test_db *t, int64_t visitor, const char *first, const char *second)
{
    struct visitor v;
    struct conversation c;
    struct message m[8];
    size_t count;
    EXPECT(visitor_get(t->tx, visitor, &v) == ROW_FOUND && conversation_get(t->tx, v.conversation, &c) == ROW_FOUND);
    EXPECT(messages_after(t->tx, c.id, 0, ARRAY_LEN(m), m, &count));
    assert_int_equal(count, 2);
    assert_string_equal(m[0].text, first);
    assert_string_equal(m[1].text, second);
    EXPECT(m[0].number == 1 && m[1].number == 2 && c.last_number == 2 && c.visitor_unread == 2);
    EXPECT(c.owner == CHAT_PERSON && c.epoch > 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_conversations"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors"), 1);
    assert_int_equal(test_number(t, "SELECT invited FROM chat_presence"), 0);
    assert_int_equal(test_number(t, "SELECT visitor FROM chat_presence"), visitor);
}

/* `before`: the browser has become a visitor before the team wrote, else after it; its beat comes later than both. */
static void crossed(struct test_db *t, bool before, bool opened)
{
    struct visitor v;
    struct conversation c;
    open_shop(t);
    team(t);
    assert_int_equal(here(t, "{\"visit\":\"0123456789abcdef\"}").status, 200);
    v = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    if (before) EXPECT(visitor_add(t->tx, &v, kit_now()));
    if (before && opened) EXPECT(visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    assert_int_equal(begin(t, "Hello", key_a).status, 201);
    assert_int_equal(begin(t, "Anything?", key_b).status, 201);
    if (!before) EXPECT(visitor_add(t->tx, &v, kit_now()));
    if (!before && opened) EXPECT(visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    struct presence p = {
        .account = account, .shop = shop, .visitor = v.id, .page = page_a, .referrer = "", .language = "en"
    };
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &p, kit_now()) && presence_settle(t->tx, &p, kit_now()));
    hears(t, v.id, "Hello", "Anything?");
    /* The next beat, and the same word sent again, are nothing new. */
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &p, kit_now()) && presence_settle(t->tx, &p, kit_now()));
    assert_int_equal(begin(t, "Hello", key_a).status, 201);
    hears(t, v.id, "Hello", "Anything?");
}

TEST_EACH_ENGINE(words_reach_who_had_just_become_a_visitor) { crossed(t, true, false); }
TEST_EACH_ENGINE(words_reach_who_had_just_opened_the_chat) { crossed(t, true, true); }
TEST_EACH_ENGINE(words_reach_who_becomes_a_visitor_before_the_token_comes) { crossed(t, false, false); }
TEST_EACH_ENGINE(words_reach_who_opens_the_chat_before_the_token_comes) { crossed(t, false, true); }

TEST_EACH_ENGINE(an_empty_conversation_is_none_to_open)
{
    struct visitor v;
    struct conversation c;
    struct message m;
    open_shop(t);
    v = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    struct presence p = {
        .account = account, .shop = shop, .visitor = v.id, .page = page_a, .referrer = "", .language = "en"
    };
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &p, kit_now()));
    const struct kit_request list = {
        .routes = chat_presence_routes, .verb = VERB_GET, .path = "/api/visitors", .account = account
    };
    assert_non_null(strstr(kit_call(t, &list).text, "\"conversation\":null"));
    const struct message_new said = {
        .conversation = c.id, .author = CHAT_BY_VISITOR, .text = "Tea?", .now_ms = kit_now()
    };
    EXPECT(message_put(t->tx, &said, &m, &c) == MESSAGE_NEW);
    assert_null(strstr(kit_call(t, &list).text, "\"conversation\":null"));
}

static struct kit_answer where(struct test_db *t, int64_t asking, int64_t conversation)
{
    return kit_call(t, &(struct kit_request){
                           .routes = chat_presence_routes,
                           .verb = VERB_GET,
                           .path = arena_printf(t->arena, "/api/visitors?conversation=%lld", (long long)conversation),
                           .account = asking });
}

TEST_EACH_ENGINE(a_conversation_tells_where_its_visitor_is)
{
    struct visitor v;
    struct conversation c;
    open_shop(t);
    v = (struct visitor){ .account = account, .shop = shop, .name = "Ann", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    assert_string_equal(where(t, account, c.id).text, "{\"visitors\":[],\"next\":null}");
    struct presence tab = {
        .account = account, .shop = shop, .visitor = v.id, .page = page_a, .referrer = "", .language = "en"
    };
    struct presence other = tab, stranger = tab;
    other.page = page_b, stranger.visitor = 0;
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &tab, kit_now()));
    EXPECT(presence_beat(t->tx, "1123456789abcdef", &other, kit_now()));
    EXPECT(presence_beat(t->tx, "2123456789abcdef", &stranger, kit_now()));
    struct kit_answer a = where(t, account, c.id);
    assert_int_equal(json_array_size(json_object_get(a.json, "visitors")), 2);
    json_t *first = json_array_get(json_object_get(a.json, "visitors"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "page")), page_b);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "Ann");
    assert_string_equal(where(t, account + 1, c.id).error, "not_found");
    assert_string_equal(where(t, account, c.id + 1).error, "not_found");
    kit_set_now(kit_now() + PRESENT_MS);
    assert_string_equal(where(t, account, c.id).text, "{\"visitors\":[],\"next\":null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_visit_is_one_row_while_it_beats),
        EACH_ENGINE(who_is_invited_is_so_until_the_token_was_shown),
        EACH_ENGINE(a_page_is_told_how_the_chat_looks_in_its_language),
        EACH_ENGINE(an_invited_visit_is_given_its_token),
        EACH_ENGINE(words_reach_who_had_just_become_a_visitor),
        EACH_ENGINE(words_reach_who_had_just_opened_the_chat),
        EACH_ENGINE(words_reach_who_becomes_a_visitor_before_the_token_comes),
        EACH_ENGINE(words_reach_who_opens_the_chat_before_the_token_comes),
        EACH_ENGINE(an_empty_conversation_is_none_to_open),
        EACH_ENGINE(a_conversation_tells_where_its_visitor_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
