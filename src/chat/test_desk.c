/* test_desk.c: labels, ready answers, who was named, and what is found, on both engines. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/customers.h"
#include "chat/desk.h"
#include "shops/test_kit.h"

STMT(many_words,
     "INSERT INTO chat_words (account, word, conversation) WITH RECURSIVE n(i) AS (SELECT CAST(?2 AS BIGINT)"
     " UNION ALL SELECT i + 1 FROM n WHERE i < ?3) SELECT CAST(?1 AS BIGINT), 'common', i FROM n");

STMT(no_status, "SELECT 1 AS id, 9 AS status, 2 AS created_at_ms, 3 AS last_at_ms, 4 AS last_number");

static int64_t account, other;

static struct kit_answer ask(struct test_db *t, int64_t who, enum verb verb, const char *path, const char *body)
{
    const struct route *rows = strncmp(path, "/api/replies", 12) == 0 ? chat_canned_routes : chat_inbox_routes;
    if (strncmp(path, "/api/labels", 11) == 0 || strstr(path, "/labels")) rows = chat_label_routes;
    if (strstr(path, "/counts") || strstr(path, "/colleagues") || strstr(path, "/looking")) rows = chat_desk_routes;
    return kit_call(t,
                    &(struct kit_request){ .routes = rows, .verb = verb, .path = path, .account = who, .body = body });
}

#define at(t, format, id) arena_printf((t)->arena, format, (long long)(id))

static int64_t begin(struct test_db *t, int64_t of, const char *name)
{
    struct visitor v = { .account = of, .shop = 7, .name = name, .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    return c.id;
}

static void say(struct test_db *t, int64_t talk, const char *text)
{
    struct message m;
    struct conversation c;
    const struct message_new in = {
        .conversation = talk, .author = CHAT_BY_VISITOR, .text = text, .now_ms = kit_now()
    };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static void start(struct test_db *t)
{
    kit_start();
    account = kit_account(t, 0), other = kit_account(t, 0);
}

static void index_all(struct test_db *t)
{
    for (int i = 0; i < 5; i++)
        (void)kit_job(t, &(struct kit_attempt){ .kind = &chat_words_job, .id = 1, .attempt = 1 });
}

/* Ids of the list, as "3,1". */
static const char *listed(struct test_db *t, int64_t who, const char *query)
{
    struct kit_answer a = ask(t, who, VERB_GET, arena_printf(t->arena, "/api/inbox?%s", query), NULL);
    const char *out = "";
    json_t *item;
    size_t i;
    assert_int_equal(a.status, 200);
    json_array_foreach(json_object_get(a.json, "items"), i, item)
    {
        json_t *c = json_object_get(item, "conversation");
        out = arena_printf(t->arena, "%s%s%lld", out, i ? "," : "", json_integer_value(json_object_get(c, "id")));
    }
    return out;
}

TEST_EACH_ENGINE(a_label_is_its_accounts_alone_and_finds_what_carries_it)
{
    start(t);
    int64_t one = begin(t, account, ""), two = begin(t, account, ""), theirs = begin(t, other, "");
    say(t, one, "1"), say(t, two, "2"), say(t, theirs, "3");
    struct kit_answer a = ask(t, account, VERB_POST, "/api/labels", "{\"name\":\"退货\",\"colour\":\"red\"}");
    assert_int_equal(a.status, 201);
    int64_t label = json_integer_value(json_object_get(a.json, "id"));
    assert_string_equal(ask(t, account, VERB_POST, "/api/labels", "{\"name\":\"退货\"}").error, "label_exists");
    assert_int_equal(ask(t, other, VERB_POST, "/api/labels", "{\"name\":\"退货\"}").status, 201);
    const char *body = at(t, "{\"labels\":[%lld]}", label);
    assert_int_equal(ask(t, account, VERB_PUT, at(t, "/api/inbox/%lld/labels", two), body).status, 200);
    assert_int_equal(ask(t, account, VERB_PUT, at(t, "/api/inbox/%lld/labels", two), body).status, 200);
    assert_int_equal(ask(t, account, VERB_PUT, at(t, "/api/inbox/%lld/labels", theirs), body).status, 404);
    assert_string_equal(ask(t, other, VERB_PUT, at(t, "/api/inbox/%lld/labels", theirs), body).error, "no_label");
    assert_string_equal(listed(t, account, at(t, "label=%lld", label)), at(t, "%lld", two));
    assert_string_equal(listed(t, other, at(t, "label=%lld", label)), "");
    a = ask(t, account, VERB_GET, at(t, "/api/inbox/%lld", two), NULL);
    EXPECT(json_array_size(json_object_get(a.json, "labels")) == 1);
    assert_int_equal(ask(t, other, VERB_DELETE, at(t, "/api/labels/%lld", label), NULL).status, 404);
    assert_int_equal(ask(t, account, VERB_DELETE, at(t, "/api/labels/%lld", label), NULL).status, 200);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_labelled") == 0);
    assert_string_equal(listed(t, account, at(t, "label=%lld", label)), "");
}

TEST_EACH_ENGINE(a_label_that_cannot_be_changes_nothing)
{
    start(t);
    int64_t id =
        json_integer_value(json_object_get(ask(t, account, VERB_POST, "/api/labels", "{\"name\":\"VIP\"}").json, "id"));
    assert_int_equal(ask(t, account, VERB_POST, "/api/labels", "{\"name\":\"New\"}").status, 201);
    assert_string_equal(ask(t, account, VERB_POST, "/api/labels", "{\"name\":\" \"}").fault, "name:required");
    assert_string_equal(ask(t, account, VERB_POST, "/api/labels", "{\"name\":\"a\",\"colour\":\"mauve\"}").fault,
                        "colour:not_one_of");
    assert_string_equal(ask(t, account, VERB_PUT, at(t, "/api/labels/%lld", id), "{\"name\":\"New\"}").error,
                        "label_exists");
    assert_int_equal(ask(t, account, VERB_PUT, at(t, "/api/labels/%lld", id), "{\"name\":\"VIP\"}").status, 200);
    assert_int_equal(ask(t, other, VERB_PUT, at(t, "/api/labels/%lld", id), "{\"name\":\"Mine\"}").status, 404);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_labels") == 2);
    for (int i = 2; i < LABELS_MAX; i++)
        assert_int_equal(ask(t, account, VERB_POST, "/api/labels", at(t, "{\"name\":\"l%lld\"}", i)).status, 201);
    assert_string_equal(ask(t, account, VERB_POST, "/api/labels", "{\"name\":\"more\"}").error, "labels_full");
}

TEST_EACH_ENGINE(ready_answers_are_kept_by_their_word)
{
    start(t);
    const char *body = "{\"shortcut\":\"hi\",\"text\":\"Hello {name},\\n I am {agent}.\"}";
    struct kit_answer a = ask(t, account, VERB_POST, "/api/replies", body);
    assert_int_equal(a.status, 201);
    int64_t id = json_integer_value(json_object_get(a.json, "id"));
    assert_string_equal(json_string_value(json_object_get(a.json, "text")), "Hello {name},\n I am {agent}.");
    assert_string_equal(ask(t, account, VERB_POST, "/api/replies", body).error, "shortcut_taken");
    assert_string_equal(ask(t, account, VERB_POST, "/api/replies", "{\"shortcut\":\"a b\",\"text\":\"x\"}").fault,
                        "shortcut:format");
    assert_string_equal(ask(t, account, VERB_POST, "/api/replies", "{\"shortcut\":\"b\",\"text\":\"  \"}").fault,
                        "text:required");
    assert_int_equal(ask(t, other, VERB_PUT, at(t, "/api/replies/%lld", id), body).status, 404);
    assert_int_equal(
        ask(t, account, VERB_PUT, at(t, "/api/replies/%lld", id), "{\"shortcut\":\"你好\",\"text\":\"您好\"}").status,
        200);
    a = ask(t, account, VERB_GET, "/api/replies", NULL);
    EXPECT(json_array_size(json_object_get(a.json, "replies")) == 1);
    EXPECT(json_array_size(json_object_get(ask(t, other, VERB_GET, "/api/replies", NULL).json, "replies")) == 0);
    assert_int_equal(ask(t, other, VERB_DELETE, at(t, "/api/replies/%lld", id), NULL).status, 404);
    assert_int_equal(ask(t, account, VERB_DELETE, at(t, "/api/replies/%lld", id), NULL).status, 200);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_canned") == 0);
}

TEST_EACH_ENGINE(what_was_said_noted_and_called_is_found_by_its_beginning)
{
    start(t);
    int64_t one = begin(t, account, "Anna Berg"), two = begin(t, account, ""), theirs = begin(t, other, "Anna");
    say(t, one, "Where is my order SO-10442?"), say(t, two, "乌龙茶有货吗"), say(t, theirs, "Where is SO-10442?");
    assert_string_equal(listed(t, account, "search=order"), ""); /* some seconds later */
    index_all(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_conversations WHERE indexed_number <> last_number") == 0);
    const char *first = at(t, "%lld", one), *second = at(t, "%lld", two);
    assert_string_equal(listed(t, account, "search=order"), first);
    assert_string_equal(listed(t, account, "search=orders"), first);
    assert_string_equal(listed(t, account, "search=ORD"), first);
    assert_string_equal(listed(t, account, "search=so 10442"), first);
    assert_string_equal(listed(t, account, "search=SO10442"), first);
    assert_string_equal(listed(t, account, "search=#10442"), first);
    assert_string_equal(listed(t, account, "search=104"), first);
    assert_string_equal(listed(t, account, "search=442"), "");
    assert_string_equal(listed(t, account, "search=anna berg"), first);
    assert_string_equal(listed(t, account, "search=anna tea"), "");
    assert_string_equal(listed(t, account, "search=乌龙"), second);
    assert_string_equal(listed(t, account, "search=茶"), second);
    assert_string_equal(listed(t, account, "search=红茶"), "");
    assert_string_equal(listed(t, account, "search=?"), "");
    EXPECT(words_put(t->tx, account, one, STR("ann.b@mail.example"))); /* an address that was left is found at once */
    assert_string_equal(listed(t, account, "search=ann.b@mail.example"), first);
    assert_string_equal(listed(t, other, "search=ann.b@mail.example"), "");
    struct note n = { .conversation = two, .person = 4, .person_name = "", .text = "wholesale", .at_ms = kit_now() };
    struct conversation c;
    EXPECT(note_put(t->tx, &n, "nnnnnnnn", &c) == MESSAGE_NEW);
    say(t, one, "also wholesale");
    index_all(t);
    assert_string_equal(listed(t, account, "search=wholesale"), arena_printf(t->arena, "%s,%s", second, first));
    assert_string_equal(listed(t, account, "search=wholesale&limit=1"), second);
    assert_string_equal(listed(t, account, at(t, "search=wholesale&after=0-%lld", two)), first);
    assert_string_equal(listed(t, other, "search=wholesale"), "");
    assert_string_equal(listed(t, account, "search=wholesale&shop=8"), "");
}

/* More of one word than a page looks at: the pages together give all, none twice. */
TEST_EACH_ENGINE(a_common_word_is_read_in_bounded_pages)
{
    start(t);
    int64_t first = begin(t, account, "");
    say(t, first, "rare"), index_all(t);
    struct query q = query(t->tx, &many_words);
    bind_i64(&q, account), bind_i64(&q, first), bind_i64(&q, first + 1100);
    EXPECT(query_change(&q) == 1101);
    int64_t ids[10], next = INT64_MAX;
    size_t count, pages = 0, all = 0;
    do {
        EXPECT(words_page(t->tx, account, str_of("common rare"), next, 10, ids, &count, &next));
        all += count, pages++;
    } while (next > 0 && pages < 50);
    EXPECT(all == 1 && pages <= 4 && ids[0] == first);
    next = INT64_MAX, pages = 0, all = 0;
    do {
        EXPECT(words_page(t->tx, account, str_of("common"), next, 10, ids, &count, &next));
        all += count, pages++;
    } while (next > 0 && pages < 500);
    assert_int_equal(all, 1101);
}

TEST_EACH_ENGINE(who_is_named_in_a_note_finds_it_until_they_look)
{
    start(t);
    int64_t talk = begin(t, account, "");
    say(t, talk, "?");
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    struct note n = { .conversation = talk, .person = 4, .person_name = "Wei", .text = "@Ann", .at_ms = kit_now() };
    EXPECT(note_put(t->tx, &n, "mmmmmmmm", &c) == MESSAGE_NEW);
    int64_t told = test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'mention'");
    EXPECT(mention_put(t->tx, &c, &n, 9) && mention_put(t->tx, &c, &n, 9));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'mention'") == told + 1);
    int64_t ids[4];
    size_t count;
    EXPECT(mentions_page(t->tx, account, 9, INT64_MAX, 4, ids, &count) && count == 1 && ids[0] == talk);
    EXPECT(mentions_page(t->tx, other, 9, INT64_MAX, 4, ids, &count) && count == 0);
    EXPECT(mentions_seen(t->tx, account, talk, 8, kit_now() + 1));
    EXPECT(mentions_page(t->tx, account, 9, INT64_MAX, 4, ids, &count) && count == 1);
    EXPECT(mentions_seen(t->tx, account, talk, 9, kit_now() + 1));
    EXPECT(mentions_page(t->tx, account, 9, INT64_MAX, 4, ids, &count) && count == 0);
}

/* ---- found by the customer, or by an order ---- */

/* The shop says who had this conversation. Returns their visitor. */
static int64_t vouch(struct test_db *t, int64_t talk, const char *subject, const char *email)
{
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, %lld, %lld, '%s', '%s', '', 1)",
                                (long long)c.visitor, (long long)c.account, (long long)c.shop, subject, email));
    EXPECT(customer_known(t->tx, c.visitor, true));
    return c.visitor;
}

static void order(struct test_db *t, int64_t of, int64_t shop, const char *key, const char *email)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO knowledge_orders (account, shop, number, number_key, email, name, status,"
                                " currency, total, items, shipments, content, updated_at_ms) VALUES (%lld, %lld,"
                                " '#%s', '%s', '%s', 'Ann', 'shipped', 'USD', 1200, '[]', '[]', 1, 1)",
                                (long long)of, (long long)shop, key, key, email));
}

/* Why the search finds each, the newest first: "order:10442 ". */
static const char *why_found(struct test_db *t, const char *query)
{
    struct kit_answer a = ask(t, account, VERB_GET, arena_printf(t->arena, "/api/inbox?search=%s", query), NULL);
    const char *out = "";
    size_t i;
    json_t *item;
    assert_int_equal(a.status, 200);
    json_array_foreach(json_object_get(a.json, "items"), i, item)
    {
        json_t *f = json_object_get(item, "found");
        out = arena_printf(t->arena, "%s%s:%s ", out, json_string_value(json_object_get(f, "by")),
                           json_string_value(json_object_get(f, "text")));
    }
    return out;
}

TEST_EACH_ENGINE(who_is_vouched_for_and_whose_an_order_is_finds_what_was_said)
{
    start(t);
    int64_t one = begin(t, account, ""), two = begin(t, account, "Ann"), theirs = begin(t, other, "");
    say(t, one, "Hello"), say(t, two, "Hello"), say(t, theirs, "Hello");
    index_all(t); /* before the shop says who it is: nothing of it stands in the conversation */
    assert_string_equal(why_found(t, "ann.s@mail.example"), "");
    (void)vouch(t, one, "u-12", "Ann.S@mail.example"), (void)vouch(t, theirs, "u-12", "ann.s@mail.example");
    struct visitor left = { .id = vouch(t, two, "u-13", ""), .account = account, .shop = 7 };
    EXPECT(visitor_set_email(t->tx, &left, "ann.s@mail.example"));
    order(t, account, 7, "so10442", "ann.s@MAIL.example"), order(t, other, 7, "777888", "ann.s@mail.example");
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_customers_job }) != JOB_FAULT);
    const char *both = "customer:ann.s@mail.example customer:Ann.S@mail.example ";
    assert_string_equal(why_found(t, "ann.s@mail.example"), both);
    assert_string_equal(why_found(t, " ann.s@mail"), both);
    assert_string_equal(why_found(t, "u-12"), "customer:u-12 ");
    assert_string_equal(why_found(t, "so 10442"), "customer:ann.s@mail.example order:so 10442 ");
    assert_string_equal(why_found(t, "\u202aso\u200e 10442\u202c"), "customer:ann.s@mail.example order:so 10442 ");
    assert_string_equal(why_found(t, "\u2068u-12\u2069"), "customer:u-12 ");
    assert_string_equal(why_found(t, "777888"), "");
    assert_string_equal(why_found(t, "so10442&shop=8"), "");
    assert_string_equal(listed(t, account, "search=so10442&limit=1"), at(t, "%lld", two));
    assert_string_equal(listed(t, account, at(t, "search=so10442&limit=1&after=0-%lld", two)), at(t, "%lld", one));
    assert_string_equal(listed(t, account, at(t, "search=so10442&limit=1&after=0-%lld", one)), "");
    assert_string_equal(why_found(t, "hello"), "words: words: ");
    /* "ann" stands in the name of the second as well: once, and for the reason that says more. */
    assert_string_equal(why_found(t, "ann"), both);
    struct kit_answer a = ask(t, account, VERB_GET, "/api/inbox", NULL);
    EXPECT(json_is_null(json_object_get(json_array_get(json_object_get(a.json, "items"), 0), "found")));
}

/* Both ways of finding page together: none twice, none left out. */
TEST_EACH_ENGINE(what_words_and_customers_find_is_one_list)
{
    start(t);
    int64_t talk[6];
    for (int i = 0; i < 6; i++) {
        talk[i] = begin(t, account, "");
        say(t, talk[i], i % 2 ? "about zebra" : "nothing");
        if (i % 3 == 0) (void)vouch(t, talk[i], "u", "zebra@mail.example");
    }
    index_all(t);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_customers_job }) != JOB_FAULT);
    const char *all = "", *after = "";
    for (int pages = 0; after && pages < 9; pages++) {
        const char *query = arena_printf(t->arena, "search=zebra&limit=2%s", after);
        struct kit_answer a = ask(t, account, VERB_GET, arena_printf(t->arena, "/api/inbox?%s", query), NULL);
        const char *next = arena_text(t->arena, json_string_value(json_object_get(a.json, "next")));
        const char *page = listed(t, account, query);
        if (page[0]) all = arena_printf(t->arena, "%s%s;", all, page); /* the last may be empty */
        after = next ? arena_printf(t->arena, "&after=%s", next) : NULL;
    }
    assert_string_equal(all, arena_printf(t->arena, "%lld,%lld;%lld,%lld;", (long long)talk[5], (long long)talk[3],
                                          (long long)talk[1], (long long)talk[0]));
}

/* Each reader of a conversation's row judges by the same function: a status that is none is a fault for good. */
TEST_EACH_ENGINE(a_status_that_is_none_breaks_what_reads_it)
{
    struct query q = query(t->tx, &no_status);
    EXPECT(query_row(&q) == ROW_FOUND);
    EXPECT(conversation_brief(&q).id == 1);
    EXPECT(tx_fault_of(t->tx) == TX_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_label_is_its_accounts_alone_and_finds_what_carries_it),
        EACH_ENGINE(a_label_that_cannot_be_changes_nothing),
        EACH_ENGINE(ready_answers_are_kept_by_their_word),
        EACH_ENGINE(what_was_said_noted_and_called_is_found_by_its_beginning),
        EACH_ENGINE(a_common_word_is_read_in_bounded_pages),
        EACH_ENGINE(who_is_named_in_a_note_finds_it_until_they_look),
        EACH_ENGINE(who_is_vouched_for_and_whose_an_order_is_finds_what_was_said),
        EACH_ENGINE(what_words_and_customers_find_is_one_list),
        EACH_ENGINE(a_status_that_is_none_breaks_what_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
