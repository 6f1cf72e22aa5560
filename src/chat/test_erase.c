/* test_erase.c: what is taken out is gone, everywhere, on both engines: on a wish, with its shop, and what was never
 * used. And no table of the chat is forgotten. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "chat/settings_fields.h"
#include "http/events.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include <sqlite3.h>

#define NOW INT64_C(1792022400000)
enum { ACCOUNT = 5, SHOP = 7, ANNA = 11 };

static struct visitor someone(struct test_db *t)
{
    struct visitor v = { .account = ACCOUNT, .shop = SHOP, .name = "Ann", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()));
    return v;
}

/* Of its conversation, which is begun when there is none. */
static int64_t says(struct test_db *t, struct visitor *v, const char *text)
{
    struct message m;
    struct conversation c;
    static int n;
    const struct post_message in = { .text = text, .clientId = arena_printf(t->arena, "id-%08d", n++) };
    EXPECT(visitor_says(t->tx, v, &in, kit_now(), &m, &c) == MESSAGE_NEW);
    return c.id;
}

static int64_t opens(struct test_db *t, struct visitor *v)
{
    struct conversation c;
    EXPECT(visitor_conversation_or_new(t->tx, v, kit_now(), &c));
    return c.id;
}

static void note(struct test_db *t, int64_t conversation, const char *text)
{
    struct conversation c;
    struct note n = {
        .conversation = conversation, .person = ANNA, .person_name = "Anna", .text = text, .at_ms = kit_now()
    };
    EXPECT(note_put(t->tx, &n, arena_printf(t->arena, "note-%lld", (long long)conversation), &c) == MESSAGE_NEW);
}

static enum job_wish runs(struct test_db *t, const struct job_kind *kind)
{
    return kit_job(t, &(struct kit_attempt){ .kind = kind });
}

/* To its end; how often it was asked. */
static int works_off(struct test_db *t, const struct job_kind *kind)
{
    int times = 1;
    while (runs(t, kind) == JOB_NEXT) EXPECT(++times < 100);
    return times;
}

static int64_t rows_of(struct test_db *t, int64_t conversation)
{
    static const char *const tables[] = { "chat_messages", "chat_notes", "chat_moves" };
    int64_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        n += test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM %s WHERE conversation = %lld", tables[i],
                                         (long long)conversation));
    return n;
}

static const struct erasure asked = { .account = ACCOUNT, .shop = SHOP, .person = ANNA, .at_ms = NOW, .why = "asked" };

TEST_EACH_ENGINE(who_is_erased_is_gone_at_once_and_their_words_soon)
{
    struct visitor v, other, found;
    struct visitor_token token;
    struct conversation c;
    kit_start();
    v = someone(t), other = someone(t);
    int64_t first = says(t, &v, "My secret number is 4711"), theirs = says(t, &other, "Nothing to do with it");
    note(t, first, "a note of 4711"), note(t, theirs, "a note that stays");
    kit_set_now(kit_now() + 30 * DAY_MS);
    EXPECT(conversation_act(t->tx, first, &(struct chat_act){ .kind = ACT_RESOLVE, .person = ANNA, .now_ms = NOW }, &c,
                            &(enum chat_may){ CHAT_MAY }) == ROW_FOUND);
    int64_t second = says(t, &v, "And again 4711");
    EXPECT(first != second);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%4711%'") > 0);
    token = (struct visitor_token){ .shop = SHOP, .visitor = v.id, .generation = v.generation };
    EXPECT(visitor_of_token(t->tx, &token, false, &found) == ROW_FOUND);
    EXPECT(chat_erase_visitors(t->tx, &asked, &v.id, 1));
    EXPECT(visitor_of_token(t->tx, &token, false, &found) == ROW_NONE);
    EXPECT(conversation_get(t->tx, first, &c) == ROW_NONE && conversation_get(t->tx, second, &c) == ROW_NONE);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%4711%'") == 0);
    EXPECT(test_number(t, arena_printf(t->arena,
                                       "SELECT COUNT(*) FROM events WHERE kind = 2 AND topic = %lld AND type = 'ended'",
                                       (long long)second)) == 1);
    EXPECT(rows_of(t, first) > 0);
    EXPECT(works_off(t, &chat_erase_job) == 1);
    EXPECT(rows_of(t, first) == 0 && rows_of(t, second) == 0);
    EXPECT(test_number(
               t, "SELECT COUNT(*) FROM chat_erasures WHERE why = 'asked' AND person = 11 AND done_at_ms > 0") == 3);
    EXPECT(conversation_get(t->tx, theirs, &c) == ROW_FOUND && rows_of(t, theirs) > 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%Nothing to do with it%'") > 0);
    EXPECT(chat_erase_visitors(t->tx, &asked, &v.id, 1)); /* once more: nothing is left to do */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures") == 3);
    test_expect_sound(t, chat_checks);
}

/* What one account takes out stands before nobody else's, however much it is. */
TEST_EACH_ENGINE(accounts_take_turns)
{
    enum { MANY = 60, OTHERS = 3 };
    struct visitor v, theirs[OTHERS];
    int64_t talk[OTHERS];
    kit_start();
    for (int i = 0; i < MANY; i++) {
        v = someone(t);
        (void)says(t, &v, "Goodbye");
        EXPECT(chat_erase_visitors(t->tx, &asked, &v.id, 1));
    }
    for (int i = 0; i < OTHERS; i++) {
        struct erasure e = { .account = ACCOUNT + 1 + i, .shop = 80 + i, .at_ms = NOW, .why = "asked" };
        theirs[i] = (struct visitor){ .account = e.account, .shop = e.shop, .name = "", .language = "en", .page = "" };
        EXPECT(visitor_add(t->tx, &theirs[i], kit_now()));
        talk[i] = says(t, &theirs[i], "Goodbye");
        EXPECT(chat_erase_visitors(t->tx, &e, &theirs[i].id, 1));
    }
    /* Two tombstones each, of four accounts: in two or three batches of four they are through. */
    for (int i = 0; i < 3; i++) EXPECT(runs(t, &chat_erase_job) == JOB_NEXT);
    for (int i = 0; i < OTHERS; i++) EXPECT(rows_of(t, talk[i]) == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE account > 5 AND done_at_ms = 0") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE account = 5 AND done_at_ms > 0") >= 3);
    EXPECT(works_off(t, &chat_erase_job) > 20); /* alone it goes on four at a time */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE done_at_ms = 0") == 0);
    test_expect_sound(t, chat_checks);
}

/* More accounts than a batch serves: who was last is behind the others. */
TEST_EACH_ENGINE(each_of_many_accounts_has_its_turn)
{
    enum { ACCOUNTS = 11, EACH = 3 };
    kit_start();
    for (int i = 0; i < ACCOUNTS * EACH; i++)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO chat_erasures (account, shop, kind, subject, why, person, at_ms,"
                                    " done_at_ms) VALUES (%d, 1, 1, %d, 'kept', 0, 1, 0)",
                                    100 + i / EACH, 90000 + i));
    for (int i = 0; i < 3; i++) EXPECT(runs(t, &chat_erase_job) == JOB_NEXT);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT account) FROM chat_erasures WHERE done_at_ms > 0") == ACCOUNTS);
    EXPECT(works_off(t, &chat_erase_job) < 10);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE done_at_ms = 0") == 0);
}

/* Many words, many conversations: each transaction is a batch. */
TEST_EACH_ENGINE(much_goes_in_batches)
{
    struct visitor v;
    kit_start();
    v = someone(t);
    int64_t talk = says(t, &v, "first");
    test_script(t, "UPDATE chat_conversations SET last_number = 1200, visitor_read = 1200, team_unread = 1200");
    for (int i = 3; i <= 1200; i++) /* the second is the house's: somebody was called */
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO chat_messages (conversation, number, account, author, person,"
                                    " author_name, epoch, client_key, text, at_ms)"
                                    " VALUES (%lld, %d, 5, 1, 0, '', 1, NULL, 'w', 1)",
                                    (long long)talk, i));
    for (int i = 0; i < 45; i++)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO chat_conversations (account, shop, visitor, status, owner, epoch,"
                                    " person, person_name, assignee, last_number, last_note, visitor_read,"
                                    " visitor_unread, team_read, team_unread, waiting_since_ms, snoozed_until_ms,"
                                    " resolved_at_ms, created_at_ms, last_at_ms) VALUES (5, 7, %lld, 3, 1, 2, 0, '', 0,"
                                    " 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1)",
                                    (long long)v.id));
    EXPECT(chat_erase_visitors(t->tx, &asked, &v.id, 1));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_conversations") == 26);
    EXPECT(rows_of(t, talk) > 1200);
    EXPECT(works_off(t, &chat_erase_job) > 3);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_conversations") == 0 && rows_of(t, talk) == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE done_at_ms = 0") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures") == 47);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(what_was_said_to_a_purged_shop_goes_with_it)
{
    struct visitor v[25], elsewhere = { .account = ACCOUNT, .shop = 8, .name = "", .language = "", .page = "" };
    kit_start();
    for (size_t i = 0; i < ARRAY_LEN(v); i++) v[i] = someone(t), (void)says(t, &v[i], "Hello");
    EXPECT(visitor_add(t->tx, &elsewhere, kit_now()));
    (void)says(t, &elsewhere, "Hello there");
    EXPECT(chat_shop_purged(t->tx, ACCOUNT, SHOP, kit_now()));
    (void)works_off(t, &chat_erase_job);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_visitors WHERE shop = 7") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_conversations WHERE shop = 7") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE author = 1") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages") == 2); /* and that somebody was called */
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(what_was_never_used_goes_by_itself)
{
    struct visitor empty, silent, speaker, noted;
    struct conversation c;
    kit_start();
    empty = someone(t), silent = someone(t), speaker = someone(t), noted = someone(t);
    int64_t opened = opens(t, &silent), spoken = says(t, &speaker, "Hello"), beside = opens(t, &noted);
    note(t, beside, "who is this?");
    kit_set_now(kit_now() + DAY_MS - 1);
    EXPECT(works_off(t, &chat_empty_job) == 1 && conversation_get(t->tx, opened, &c) == ROW_FOUND);
    kit_set_now(kit_now() + 2);
    EXPECT(works_off(t, &chat_empty_job) == 1 && conversation_get(t->tx, opened, &c) == ROW_NONE);
    EXPECT(rows_of(t, opened) == 0);
    EXPECT(conversation_get(t->tx, spoken, &c) == ROW_FOUND && conversation_get(t->tx, beside, &c) == ROW_FOUND);
    EXPECT(visitor_get(t->tx, silent.id, &silent) == ROW_FOUND && silent.conversation == 0);
    EXPECT(opens(t, &silent) != opened); /* a new one, with a number of its own */
    kit_set_now(kit_now() + 6 * DAY_MS);
    EXPECT(works_off(t, &chat_unused_job) == 1 && visitor_get(t->tx, empty.id, &empty) == ROW_NONE);
    EXPECT(visitor_get(t->tx, silent.id, &silent) == ROW_FOUND &&
           visitor_get(t->tx, speaker.id, &speaker) == ROW_FOUND);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures") == 0); /* nothing was said: nothing to be remembered */
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(conversations_are_kept_as_long_as_the_shop_has_set)
{
    struct visitor mine[3], elsewhere = { .account = ACCOUNT, .shop = 8, .name = "", .language = "", .page = "" };
    struct conversation c;
    kit_start();
    test_script(t, "INSERT INTO chat_settings (shop, account, revision, document, changed_at_ms)"
                   " VALUES (7, 5, 1, '{}', 1), (8, 5, 1, '{}', 1)");
    EXPECT(chat_keep_set(t->tx, SHOP, 30));
    for (int i = 0; i < 3; i++) mine[i] = someone(t);
    EXPECT(visitor_add(t->tx, &elsewhere, kit_now()));
    int64_t old = says(t, &mine[0], "old"), fresh = says(t, &mine[1], "old too"), theirs = says(t, &elsewhere, "kept");
    int64_t other = says(t, &mine[2], "taken with it");
    kit_set_now(kit_now() + 20 * DAY_MS);
    (void)says(t, &mine[1], "and something new");
    EXPECT(works_off(t, &chat_keep_job) == 1 && conversation_get(t->tx, old, &c) == ROW_FOUND);
    kit_set_now(kit_now() + 10 * DAY_MS + 1);
    (void)works_off(t, &chat_keep_job);
    EXPECT(conversation_get(t->tx, old, &c) == ROW_NONE && conversation_get(t->tx, other, &c) == ROW_NONE);
    EXPECT(conversation_get(t->tx, fresh, &c) == ROW_FOUND && conversation_get(t->tx, theirs, &c) == ROW_FOUND);
    EXPECT(visitor_get(t->tx, mine[0].id, &mine[0]) == ROW_FOUND && mine[0].conversation == 0);
    (void)works_off(t, &chat_erase_job);
    EXPECT(rows_of(t, old) == 0 && rows_of(t, fresh) > 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE why = 'kept' AND person = 0") == 2);
    EXPECT(says(t, &mine[0], "I am still here") > theirs);
    test_expect_sound(t, chat_checks);
}

#define TOMBSTONE(kind)                                                                                                \
    "INSERT INTO chat_erasures (account, shop, kind, subject, why, person, at_ms, done_at_ms)"                         \
    " VALUES (5, 7, " kind ", 1, 'asked', 11, 1, 2)"

TEST_EACH_ENGINE(what_survived_its_erasure_is_found)
{
    static const struct test_harm harms[] = {
        { TOMBSTONE("1"), "a conversation that was taken out is there" },
        { TOMBSTONE("2"), "a visitor who was erased is there" },
        { "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
          " VALUES (99, 5, 7, 'u', '', '', 1)",
          "a visitor who is not there" },
        { "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
          " VALUES (1, 5, 8, 'u', '', '', 1)",
          "or not its" },
        { TOMBSTONE("1") "; DELETE FROM chat_conversations", "words of a conversation that was taken out are there" },
    };
    struct visitor v;
    kit_start();
    v = someone(t);
    EXPECT(says(t, &v, "Hello") == 1 && v.id == 1);
    test_expect_found(t, chat_checks, harms, ARRAY_LEN(harms));
}

/* Whoever adds a table that hangs on a conversation or a visitor says how it is taken out. */
TEST_EACH_ENGINE(no_table_is_forgotten)
{
    static const char *const named[][2] = { { "chat_erasures", "tombstones: they are what stays" },
                                            { "chat_channel_sends",
                                              "numbers alone, twenty a shop, until newer ones" } };
    sqlite3 *db;
    sqlite3_stmt *columns;
    int forgotten = 0;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    EXPECT(sqlite3_prepare_v2(db,
                              "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
                              " WHERE m.type = 'table' AND m.name LIKE 'chat\\_%' ESCAPE '\\'"
                              " AND c.name IN ('conversation', 'visitor')"
                              " AND m.name NOT IN ('chat_visitors', 'chat_conversations')",
                              -1, &columns, NULL) == SQLITE_OK);
    while (sqlite3_step(columns) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(columns, 0);
        const char *column = (const char *)sqlite3_column_text(columns, 1);
        bool known = false;
        for (size_t i = 0; i < ARRAY_LEN(named); i++) known = known || text_eq(named[i][0], table);
        for (size_t i = 0; i < stmt_count() && !known; i++) {
            const struct stmt *s = stmt_at(i);
            const char *begins = arena_printf(t->arena, "DELETE FROM %s WHERE %s", table, column);
            known = strstr(s->file, "erase.c") && strncmp(s->sql, begins, strlen(begins)) == 0;
        }
        if (known) continue;
        print_error("%s.%s: src/chat/erase.c does not take its rows out\n", table, column);
        forgotten++;
    }
    sqlite3_finalize(columns);
    sqlite3_close(db);
    EXPECT(forgotten == 0);
}

/* Each page reads an index that leaves out what was opened and never used: there is more of that than of anything. */
TEST_EACH_ENGINE(pages_of_the_inbox_do_not_walk_over_what_nobody_used)
{
    sqlite3 *db;
    int pages = 0;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        sqlite3_stmt *plan;
        if (strncmp(s->name, "page_of_", 8) != 0 || !strstr(s->file, "conversations.c")) continue;
        const char *sql = arena_printf(t->arena, "EXPLAIN QUERY PLAN %s", s->sql);
        bool good = false;
        EXPECT(sqlite3_prepare_v2(db, sql, -1, &plan, NULL) == SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW)
            good = good || strstr((const char *)sqlite3_column_text(plan, 3), "INDEX chat_inbox_");
        sqlite3_finalize(plan);
        if (!good) fail_msg("%s reads another index", s->name);
        pages++;
    }
    sqlite3_close(db);
    EXPECT(pages >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_is_erased_is_gone_at_once_and_their_words_soon),
        EACH_ENGINE(accounts_take_turns),
        EACH_ENGINE(each_of_many_accounts_has_its_turn),
        EACH_ENGINE(much_goes_in_batches),
        EACH_ENGINE(what_was_said_to_a_purged_shop_goes_with_it),
        EACH_ENGINE(what_was_never_used_goes_by_itself),
        EACH_ENGINE(conversations_are_kept_as_long_as_the_shop_has_set),
        EACH_ENGINE(what_survived_its_erasure_is_found),
        ONLY_SQLITE(no_table_is_forgotten),
        ONLY_SQLITE(pages_of_the_inbox_do_not_walk_over_what_nobody_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
