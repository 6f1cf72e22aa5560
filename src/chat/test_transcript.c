/* test_transcript.c: a copy of a conversation by mail, on both engines: what is in it, once, and how little of it
 * anybody can make a stranger get. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include <pthread.h>

static struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>", .keep = true };
static int64_t account, shop;

static enum row owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static void start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    struct shop s;
    kit_start();
    if (!mail.keyring) mail.keyring = keyring_new(key, id, 1);
    chat_settings = (struct chat_settings){ .keyring = mail.keyring, .base_url = "https://c.example", .mail = &mail };
    tenants_hooks.owner = owner;
    tenants_settings = (struct tenants_settings){ .feature_enabled = true,
                                                  .base_url = "https://c.example",
                                                  .enable_price = credits_of(50),
                                                  .keyring = mail.keyring };
    account = kit_account(t, 100);
    const struct shop_new new = { .account = account, .name = "Tea", .domain = "tea.example", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &new, &s) == SHOP_ADDED);
    shop = s.id;
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop);
    const struct kit_request enable = {
        .routes = tenants_routes, .verb = VERB_POST, .path = path, .account = account, .body = "{}"
    };
    assert_int_equal(kit_call(t, &enable).status, 200);
}

static struct visitor visitor(struct test_db *t, const char *language)
{
    struct visitor v = {
        .account = account, .shop = shop, .name = "Ann", .language = language, .page = "", .email = ""
    };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    v.conversation = c.id;
    return v;
}

static void says(struct test_db *t, const struct visitor *v, enum chat_author author, const char *text)
{
    struct message m;
    struct conversation c;
    EXPECT(conversation_get(t->tx, v->conversation, &c) == ROW_FOUND);
    const struct message_new in = { .conversation = v->conversation,
                                    .author = author,
                                    .person = author == CHAT_BY_PERSON ? 11 : 0,
                                    .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                    .epoch = c.epoch,
                                    .text = text,
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static struct kit_answer asks(struct test_db *t, const struct visitor *v, const char *email)
{
    struct visitor_token token;
    char text[VISITOR_TOKEN_SIZE];
    visitor_token_new(v, kit_now(), &token, text);
    return kit_call(
        t, &(struct kit_request){ .routes = chat_transcript_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/chat/shop-%lld/transcript", (long long)shop),
                                  .authorization = arena_printf(t->arena, "Bearer %s", text),
                                  .body = arena_printf(t->arena, "{\"email\":\"%s\"}", email) });
}

static int64_t letters(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_transcript'");
}

static struct mail_row newest(struct test_db *t)
{
    struct mail_row row[1];
    size_t count;
    EXPECT(mail_list(t->tx, &mail, 0, 1, row, &count) == ROW_FOUND);
    return row[0];
}

TEST_EACH_ENGINE(a_copy_holds_what_was_said_and_goes_once)
{
    start(t);
    struct visitor ann = visitor(t, "en");
    kit_set_now(INT64_C(1795860000000)); /* 2026-11-28 10:00 UTC */
    says(t, &ann, CHAT_BY_VISITOR, "Is <b>it</b> in stock?");
    assert_string_equal(asks(t, &ann, "ann@store.example").error, "transcript_empty");
    says(t, &ann, CHAT_BY_BOT, "It is.");
    says(t, &ann, CHAT_BY_PERSON, "Hello!");
    struct kit_answer a = asks(t, &ann, "ann@store.example");
    assert_int_equal(a.status, 200);
    struct mail_row row = newest(t);
    assert_string_equal(row.to, "ann@store.example");
    assert_string_equal(row.subject, "Your conversation with Tea");
    assert_non_null(strstr(row.text, "2026-11-28 10:00 Ann: Is <b>it</b> in stock?\n"
                                     "2026-11-28 10:00 Tea Assistant: It is.\n2026-11-28 10:00 Anna: Hello!"));
    assert_non_null(strstr(row.html, "Is &lt;b&gt;it&lt;/b&gt; in stock?"));
    assert_int_equal(asks(t, &ann, "Ann@store.example").status, 200); /* a retry */
    EXPECT(letters(t) == 1);
    says(t, &ann, CHAT_BY_VISITOR, "Thanks");
    assert_int_equal(asks(t, &ann, "ann@store.example").status, 200);
    EXPECT(letters(t) == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_transcripts WHERE counted LIKE '%store%'") == 0);
}

static void team(struct test_db *t)
{
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (1, '', 1), (2, '', 1);"
                   "INSERT INTO persons (id, email_key, email, name, role, lang, password_hash, created_at_ms) VALUES"
                   " (1, 'anna@tea.example', 'anna@tea.example', 'Anna', 1, 'en', 'x', 1),"
                   " (2, 'eve@x.example', 'eve@x.example', 'Eve', 1, 'en', 'x', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 1, 1), (2, 2, 1, 1);");
}

static struct kit_request team_asks(struct test_db *t, const struct visitor *v)
{
    return (struct kit_request){ .routes = chat_transcript_routes,
                                 .verb = VERB_POST,
                                 .path =
                                     arena_printf(t->arena, "/api/inbox/%lld/transcript", (long long)v->conversation),
                                 .account = account };
}

TEST_EACH_ENGINE(somebody_of_the_team_sends_the_copy_to_the_address_that_is_known)
{
    start(t);
    struct visitor ann = visitor(t, "en");
    team(t);
    struct kit_request ask = team_asks(t, &ann);
    says(t, &ann, CHAT_BY_VISITOR, "Is it in stock?");
    assert_string_equal(kit_call(t, &ask).error, "transcript_no_address");
    EXPECT(visitor_set_email(t->tx, &ann, "typed@store.example"));
    assert_string_equal(kit_call(t, &ask).error, "transcript_empty");
    says(t, &ann, CHAT_BY_PERSON, "It is.");
    EXPECT(letters(t) == 0 && test_number(t, "SELECT COUNT(*) FROM chat_notes") == 0);
    assert_int_equal(kit_call(t, &ask).status, 200);
    assert_string_equal(newest(t).to, "typed@store.example");
    assert_non_null(strstr(newest(t).text, "Anna: It is."));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_notes WHERE text LIKE '%typed@store.example%'") == 1);
    assert_int_equal(kit_call(t, &ask).status, 200); /* pressed twice: the same copy */
    EXPECT(letters(t) == 1 && test_number(t, "SELECT COUNT(*) FROM chat_notes") == 1);
    says(t, &ann, CHAT_BY_VISITOR, "Thanks");
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, 1, %lld, 'u-1', 'ann@store.example', 'Ann', 1)",
                                (long long)ann.id, (long long)shop));
    assert_int_equal(kit_call(t, &ask).status, 200); /* the shop's word goes before what was typed */
    assert_string_equal(newest(t).to, "ann@store.example");
    EXPECT(letters(t) == 2 && test_number(t, "SELECT COUNT(*) FROM chat_notes") == 2);
    ask.account = kit_account(t, 0);
    assert_int_equal(kit_call(t, &ask).status, 404);
    EXPECT(letters(t) == 2);
}

static int64_t notes(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM chat_notes"); }

TEST_EACH_ENGINE(a_note_stands_for_each_letter_that_goes_and_for_no_other)
{
    start(t);
    struct visitor ann = visitor(t, "en");
    team(t);
    struct kit_request ask = team_asks(t, &ann);
    says(t, &ann, CHAT_BY_PERSON, "It is.");
    EXPECT(visitor_set_email(t->tx, &ann, "typed@store.example"));
    assert_int_equal(asks(t, &ann, "typed@store.example").status, 200); /* the visitor's own wish */
    assert_int_equal(kit_call(t, &ask).status, 200);                    /* that letter is on its way already */
    EXPECT(letters(t) == 1 && notes(t) == 0);
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, 1, %lld, 'u-1', 'ann@store.example', 'Ann', 1)",
                                (long long)ann.id, (long long)shop));
    assert_int_equal(kit_call(t, &ask).status, 200); /* nothing was added, and it goes elsewhere */
    assert_string_equal(newest(t).to, "ann@store.example");
    EXPECT(letters(t) == 2 && notes(t) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_notes WHERE text LIKE '%ann@store.example%'") == 1);
    kit_set_now(kit_now() + MINUTE_MS);
    test_script(t, "UPDATE chat_identities SET email = 'anna@store.example'");
    assert_int_equal(kit_call(t, &ask).status, 200);
    EXPECT(letters(t) == 3 && notes(t) == 2);
    kit_set_now(kit_now() + DAY_MS);
    test_script(t, "UPDATE persons SET lang = 'zh-CN'; UPDATE chat_identities SET email = 'ann@store.example'");
    assert_int_equal(kit_call(t, &ask).status, 200); /* as before, in other words */
    EXPECT(letters(t) == 4 && notes(t) == 3);
}

struct elsewhere {
    struct conn *conn;
    int64_t visitor, conversation;
    bool gone;
    enum tx_end end;
};

/* As one that was kept long enough goes: both rows, in their order. */
static void *takes_out(void *arg)
{
    struct elsewhere *e = arg;
    struct arena *a = arena_new(1 << 20);
    struct tx *tx = tx_begin(e->conn, TX_WRITE, a);
    struct conversation c;
    const struct erasure why = { .account = account, .shop = shop, .at_ms = kit_now(), .why = "kept" };
    e->gone =
        conversation_get(tx, e->conversation, &c) == ROW_FOUND && chat_erase_conversation(tx, &why, &c) == JOB_FINISHED;
    usleep(500 * 1000); /* meanwhile it is asked for */
    e->end = tx_commit(tx);
    arena_free(a);
    return NULL;
}

TEST_EACH_ENGINE(what_is_taken_out_meanwhile_is_mailed_to_nobody)
{
    char error[200];
    pthread_t thread;
    start(t);
    struct visitor ann = visitor(t, "en");
    team(t);
    struct kit_request ask = team_asks(t, &ann);
    says(t, &ann, CHAT_BY_PERSON, "It is.");
    EXPECT(visitor_set_email(t->tx, &ann, "ann@store.example"));
    test_close_tx(t);
    struct elsewhere e = { .conn = conn_open(t->db, TX_WRITE, error, sizeof error),
                           .visitor = ann.id,
                           .conversation = ann.conversation };
    EXPECT(e.conn != NULL && pthread_create(&thread, NULL, takes_out, &e) == 0);
    usleep(200 * 1000); /* by now it holds the rows */
    test_open_tx(t);
    struct kit_answer a = kit_call(t, &ask);
    EXPECT(pthread_join(thread, NULL) == 0 && e.gone && e.end == TX_COMMITTED);
    conn_close(e.conn);
    assert_int_equal(a.status, 404);
    EXPECT(letters(t) == 0 && notes(t) == 0);
}

TEST_EACH_ENGINE(a_conversation_sends_three_a_day)
{
    start(t);
    struct visitor ann = visitor(t, "zh-CN");
    says(t, &ann, CHAT_BY_VISITOR, "有货吗");
    says(t, &ann, CHAT_BY_PERSON, "有");
    for (int i = 0; i < 3; i++)
        assert_int_equal(asks(t, &ann, arena_printf(t->arena, "a%d@store.example", i)).status, 200);
    assert_string_equal(newest(t).subject, "您与“Tea”的聊天记录");
    struct kit_answer a = asks(t, &ann, "a3@store.example");
    assert_string_equal(a.error, "transcript_limit");
    assert_int_equal(a.status, 429);
    EXPECT(letters(t) == 3);
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(asks(t, &ann, "a3@store.example").status, 200);
    EXPECT(letters(t) == 4);
}

/* Another merchant's shop, from now on the one that is asked. */
static void another(struct test_db *t, int n)
{
    struct shop s;
    account = kit_account(t, 100);
    const char *domain = arena_printf(t->arena, "tea-%d.example", n);
    const struct shop_new new = { .account = account, .name = "Tea", .domain = domain, .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &new, &s) == SHOP_ADDED);
    shop = s.id;
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop);
    const struct kit_request enable = {
        .routes = tenants_routes, .verb = VERB_POST, .path = path, .account = account, .body = "{}"
    };
    assert_int_equal(kit_call(t, &enable).status, 200);
}

TEST_EACH_ENGINE(what_strangers_ask_for_uses_up_nobody_elses_copies)
{
    start(t);
    team(t);
    struct visitor ann = visitor(t, "en"), stranger = visitor(t, "en");
    says(t, &ann, CHAT_BY_PERSON, "It is.");
    EXPECT(visitor_set_email(t->tx, &ann, "ann@store.example"));
    for (int i = 0; i < 4; i++) {
        says(t, &stranger, CHAT_BY_PERSON, "Yes");
        assert_int_equal(asks(t, &stranger, "ann@store.example").status, i < 3 ? 200 : 429);
    }
    assert_int_equal(asks(t, &ann, "ann@store.example").status, 429);
    struct kit_request ask = team_asks(t, &ann); /* the team's are not the visitors' */
    assert_int_equal(kit_call(t, &ask).status, 200);
    EXPECT(letters(t) == 4);
    /* Nor are those of another account, until there are twelve of all. */
    for (int i = 1; i <= 4; i++) {
        another(t, i);
        struct visitor v = visitor(t, "en");
        for (int k = 0; k < 3; k++) {
            says(t, &v, CHAT_BY_BOT, "Hello");
            assert_int_equal(asks(t, &v, "ann@store.example").status, i < 4 ? 200 : 429);
        }
    }
    EXPECT(letters(t) == 4 + 9);
}

TEST_EACH_ENGINE(an_address_gets_three_a_day_from_an_account)
{
    start(t);
    for (int i = 0; i < 4; i++) {
        struct visitor v = visitor(t, "en");
        says(t, &v, CHAT_BY_BOT, "Hello");
        struct kit_answer a = asks(t, &v, i % 2 ? "stranger@else.example" : "Stranger@ELSE.example");
        assert_int_equal(a.status, i < 3 ? 200 : 429);
    }
    EXPECT(letters(t) == 3);
    /* Refused, nothing was counted for the conversation either. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_transcripts WHERE counted LIKE 'c:%'") == 3);
    struct kit_attempt job = { .kind = &chat_tokens_job };
    kit_set_now(kit_now() + 3 * DAY_MS);
    EXPECT(kit_job(t, &job) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_transcripts") == 0);
}

TEST_EACH_ENGINE(what_is_long_is_cut_at_its_beginning)
{
    static char words[3001];
    start(t);
    struct visitor ann = visitor(t, "en");
    memset(words, '<', sizeof words - 1);
    says(t, &ann, CHAT_BY_VISITOR, "the very first");
    for (int i = 0; i < 20; i++) says(t, &ann, CHAT_BY_PERSON, words);
    says(t, &ann, CHAT_BY_PERSON, "the very last");
    assert_int_equal(asks(t, &ann, "ann@store.example").status, 200);
    struct mail_row row = newest(t);
    assert_null(strstr(row.text, "the very first"));
    assert_non_null(strstr(row.text, "the very last"));
    assert_non_null(strstr(row.text, "…\n"));
}

TEST_EACH_ENGINE(who_may_not_talk_gets_no_copy)
{
    start(t);
    struct visitor ann = visitor(t, "en");
    says(t, &ann, CHAT_BY_BOT, "Hello");
    assert_string_equal(asks(t, &ann, "no address").fault, "email:format");
    assert_string_equal(asks(t, &ann, "").fault, "email:required");
    EXPECT(visitor_block(t->tx, ann.id, true, kit_now()));
    assert_string_equal(asks(t, &ann, "ann@store.example").error, "chat_blocked");
    struct visitor other = ann;
    other.generation++;
    assert_string_equal(asks(t, &other, "ann@store.example").error, "chat_token");
    EXPECT(letters(t) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_copy_holds_what_was_said_and_goes_once),
        EACH_ENGINE(somebody_of_the_team_sends_the_copy_to_the_address_that_is_known),
        EACH_ENGINE(a_note_stands_for_each_letter_that_goes_and_for_no_other),
        EACH_ENGINE(what_is_taken_out_meanwhile_is_mailed_to_nobody),
        EACH_ENGINE(a_conversation_sends_three_a_day),
        EACH_ENGINE(an_address_gets_three_a_day_from_an_account),
        EACH_ENGINE(what_strangers_ask_for_uses_up_nobody_elses_copies),
        EACH_ENGINE(what_is_long_is_cut_at_its_beginning),
        EACH_ENGINE(who_may_not_talk_gets_no_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
