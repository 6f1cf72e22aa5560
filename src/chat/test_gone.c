/* test_gone.c: a colleague whose sign-in was erased stands in no conversation by name, on both engines: not in what
 * they said, noted or took over, in whatever language it was told, nor in what is searched; others stay who they are.
 */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/desk.h"
#include "chat/faces.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

enum { ACCOUNT = 5, SHOP = 7, NIA = 11, BERT = 12 };

static int64_t talk_in(struct test_db *t, const char *language)
{
    struct visitor v = { .account = ACCOUNT, .shop = SHOP, .name = "", .language = language, .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    return c.id;
}

static void says(struct test_db *t, int64_t talk, int64_t person, const char *name)
{
    struct message m;
    struct conversation c;
    const struct message_new in = { .conversation = talk,
                                    .author = CHAT_BY_PERSON,
                                    .person = person,
                                    .author_name = name,
                                    .text = "It is in stock.",
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

/* It is told that they came. */
static void takes(struct test_db *t, int64_t talk, int64_t person, const char *name)
{
    struct conversation c;
    enum chat_may may = CHAT_NOTHING;
    const struct chat_act act = { .kind = ACT_TAKE, .person = person, .person_name = name, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &act, &c, &may) == ROW_FOUND && may == CHAT_MAY && c.person == person);
}

static void notes(struct test_db *t, int64_t talk, int64_t person, const char *name)
{
    static int number;
    struct conversation c;
    struct note n = {
        .conversation = talk, .person = person, .person_name = name, .text = "Asked before.", .at_ms = kit_now()
    };
    EXPECT(note_put(t->tx, &n, arena_printf(t->arena, "note-%d", ++number), &c) == MESSAGE_NEW);
}

static void gathers(struct test_db *t)
{
    enum job_wish wish;
    while ((wish = kit_job(t, &(struct kit_attempt){ .kind = &chat_words_job })) == JOB_NEXT) {
    }
    EXPECT(wish == JOB_FINISHED);
}

static int64_t named(struct test_db *t, const char *name)
{
    static const char *const where[] = { "chat_messages WHERE author_name", "chat_messages WHERE text",
                                         "chat_notes WHERE person_name", "chat_conversations WHERE person_name",
                                         "chat_words WHERE word" };
    int64_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(where); i++)
        n += test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM %s LIKE '%%%s%%'", where[i], name));
    return n;
}

STMT(following, "SELECT note FROM jobs WHERE kind = 'chat.gone' AND note IS NOT NULL ORDER BY id LIMIT 1");

/* The note of the job that an attempt has left behind, which is then taken out; NULL: none. */
static const char *note_left(struct test_db *t)
{
    struct query q = query(t->tx, &following);
    enum row row = query_row(&q);
    EXPECT(row != ROW_FAULT);
    if (row == ROW_NONE) return NULL;
    test_script(t, "DELETE FROM jobs WHERE kind = 'chat.gone' AND note IS NOT NULL");
    return col_text(&q, "note");
}

/* How many attempts, with those of the jobs that follow. */
static int works_off(struct test_db *t, int64_t person)
{
    struct kit_attempt a = { .kind = &chat_gone_job, .ref = person };
    for (int times = 1; times < 100; times++) {
        if (kit_job(t, &a) == JOB_NEXT) continue;
        a.note = note_left(t);
        if (!a.note) return times;
    }
    fail_msg("%s", "it goes on for ever");
    return 0;
}

TEST_EACH_ENGINE(their_name_is_taken_out_of_all_that_they_did)
{
    static const char *const languages[] = { "en", "zh-CN", "es" };
    static const char *const came[] = { "A member of the team is here.", "客服人员 已接入会话。",
                                        "Una persona del equipo está aquí." };
    int64_t talk[3], shared;
    struct conversation c;
    kit_start();
    clock_fix_ms(kit_now());
    for (int i = 0; i < 3; i++) {
        talk[i] = talk_in(t, languages[i]);
        takes(t, talk[i], NIA, "Zanzia");
        says(t, talk[i], NIA, "Zanzia"), notes(t, talk[i], NIA, "Zanzia");
    }
    shared = talk_in(t, "en");
    takes(t, shared, NIA, "Zanzia"), says(t, shared, NIA, "Zanzia");
    takes(t, shared, BERT, "Berthold"), says(t, shared, BERT, "Berthold"), notes(t, shared, BERT, "Berthold");
    gathers(t);
    const int64_t of_bert = named(t, "erthold");
    assert_int_equal(of_bert, 6); /* he came, in two columns, said, noted, holds, and is found */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_words WHERE word = 'zanzia'"), 4);
    const int64_t messages = test_number(t, "SELECT COUNT(*) FROM chat_messages");
    EXPECT(chat_person_erased(t->tx, NIA, kit_now()));
    /* Once more in a minute, for what is under way now. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.gone' AND ref = 11") == 2);
    EXPECT(
        test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.gone' AND run_at_ms = %lld",
                                    (long long)(kit_now() + MINUTE_MS))) == 1);
    (void)works_off(t, NIA);
    gathers(t);
    EXPECT(named(t, "anzia") == 0 && named(t, "erthold") == of_bert);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages") == messages);
    for (int i = 0; i < 3; i++) {
        EXPECT(test_number(t, arena_printf(t->arena,
                                           "SELECT COUNT(*) FROM chat_messages WHERE conversation = %lld"
                                           " AND author = 4 AND text = '%s'",
                                           (long long)talk[i], came[i])) == 1);
        EXPECT(conversation_get(t->tx, talk[i], &c) == ROW_FOUND && c.person == NIA && c.person_name[0] == '\0');
    }
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE person = 11") == 4); /* the number stays */
    EXPECT(works_off(t, NIA) == 1); /* once more: nothing is left to do */
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(much_goes_in_batches)
{
    kit_start();
    clock_fix_ms(kit_now());
    int64_t talk = talk_in(t, "en");
    says(t, talk, NIA, "Zanzia");
    const int64_t there = test_number(t, "SELECT MAX(number) FROM chat_messages");
    for (int64_t i = there + 1; i <= there + 1200; i++)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO chat_messages (conversation, number, account, author, person,"
                                    " author_name, epoch, client_key, text, at_ms)"
                                    " VALUES (%lld, %lld, 5, 3, 11, 'Zanzia', 1, NULL, 'w', 1)",
                                    (long long)talk, (long long)i));
    EXPECT(works_off(t, NIA) == 3 && named(t, "anzia") == 0);
}

TEST_EACH_ENGINE(notices_are_gone_through_once_and_while_the_search_keeps_up)
{
    enum { TALKS = 130, STEP = 100 };
    kit_start();
    clock_fix_ms(kit_now());
    for (int i = 0; i < TALKS; i++) takes(t, talk_in(t, "en"), NIA, "Zanzia");
    const struct kit_attempt first = { .kind = &chat_gone_job, .ref = NIA };
    const char *notices = "SELECT COUNT(*) FROM chat_messages WHERE author = 4 AND author_name <> ''";
    EXPECT(kit_job(t, &first) == JOB_NEXT); /* much is to be gathered: names go, notices wait */
    EXPECT(test_number(t, notices) == TALKS && note_left(t) == NULL);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_conversations WHERE person_name <> ''") == 0);
    gathers(t);
    EXPECT(kit_job(t, &first) == JOB_FINISHED && test_number(t, notices) == TALKS - STEP);
    const char *note = note_left(t);
    assert_non_null(note);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_gone_job, .ref = NIA, .note = note }) == JOB_FINISHED);
    EXPECT(note_left(t) == NULL && test_number(t, notices) == 0);
    gathers(t);
    EXPECT(named(t, "anzia") == 0);
    /* One that begins behind the last goes through none of them again. */
    test_script(t, "UPDATE chat_messages SET author_name = 'Zanzia' WHERE author = 4");
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_gone_job, .ref = NIA, .note = note }) == JOB_FINISHED);
    assert_int_equal(test_number(t, notices), STEP);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_gone_job, .ref = NIA, .note = "x" }) == JOB_FINISHED);
    assert_int_equal(test_number(t, notices), 0); /* no such place: from the first */
}

static void was_erased(struct test_db *t, int64_t person)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO persons (id, email_key, email, name, role, lang, disabled, created_at_ms,"
                                " erased_at_ms) VALUES (%lld, 'erased-%lld', 'erased-%lld', '', 1, 'en', 1, 1, 5)",
                                (long long)person, (long long)person, (long long)person));
}

TEST_EACH_ENGINE(what_is_left_of_somebody_erased_is_found)
{
    static const char stays[] = "the name of somebody who was erased stays in conversations";
    static const struct test_harm harms[] = {
        { "UPDATE chat_messages SET author_name = 'Zanzia' WHERE author = 3", stays },
        { "UPDATE chat_messages SET author_name = 'Zanzia' WHERE author = 4", stays },
        { "UPDATE chat_notes SET person_name = 'Zanzia'", stays },
        { "UPDATE chat_conversations SET person_name = 'Zanzia'", stays },
    };
    kit_start();
    clock_fix_ms(kit_now());
    int64_t talk = talk_in(t, "en");
    takes(t, talk, NIA, "Zanzia"), says(t, talk, NIA, "Zanzia"), notes(t, talk, NIA, "Zanzia");
    was_erased(t, NIA);
    assert_string_equal(test_verify(t, chat_checks).what, stays); /* and nobody works on it */
    EXPECT(chat_person_erased(t->tx, NIA, kit_now()));
    test_expect_sound(t, chat_checks);
    (void)works_off(t, NIA);
    test_script(t, "DELETE FROM jobs WHERE kind = 'chat.gone'");
    test_expect_found(t, chat_checks, harms, ARRAY_LEN(harms));
}

TEST_EACH_ENGINE(a_picture_of_somebody_erased_is_found)
{
    static const char dot[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b";
    const struct face_owner nia = { .person = NIA };
    struct picture_new made;
    const struct problem *p;
    const char *name;
    kit_start();
    clock_fix_ms(kit_now());
    chat_settings.image_dir = NULL;
    EXPECT(picture_prepare_bytes(t->arena, (struct str){ dot, sizeof dot - 1 }, &made, &p) == IMAGE_GOOD && p == NULL);
    EXPECT(face_put(t->tx, &nia, &made, kit_now(), &name));
    test_expect_sound(t, chat_checks);
    was_erased(t, NIA);
    EXPECT(strstr(test_verify(t, chat_checks).what, "has a picture"));
}

TEST_EACH_ENGINE(their_picture_goes_at_once)
{
    static const char dot[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b";
    const struct face_owner nia = { .person = NIA }, bert = { .person = BERT };
    struct picture_new made;
    const struct problem *p;
    const char *name;
    kit_start();
    clock_fix_ms(kit_now());
    chat_settings.image_dir = NULL;
    EXPECT(picture_prepare_bytes(t->arena, (struct str){ dot, sizeof dot - 1 }, &made, &p) == IMAGE_GOOD && p == NULL);
    EXPECT(face_put(t->tx, &nia, &made, kit_now(), &name) && face_put(t->tx, &bert, &made, kit_now(), &name));
    EXPECT(chat_person_erased(t->tx, NIA, kit_now()));
    EXPECT(face_name(t->tx, &nia, &name) && name == NULL);
    EXPECT(face_name(t->tx, &bert, &name) && name != NULL);
    EXPECT(chat_person_erased(t->tx, NIA, kit_now())); /* who has none loses none */
    test_expect_sound(t, chat_checks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(their_name_is_taken_out_of_all_that_they_did),
        EACH_ENGINE(much_goes_in_batches),
        EACH_ENGINE(notices_are_gone_through_once_and_while_the_search_keeps_up),
        EACH_ENGINE(what_is_left_of_somebody_erased_is_found),
        EACH_ENGINE(a_picture_of_somebody_erased_is_found),
        EACH_ENGINE(their_picture_goes_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
