/* test_customers.c: customers of an account: who is one, how one is found, what is shown of one and of nobody else's,
 * on both engines. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/customers.h"
#include "chat/desk.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include "storage/migrate.h"

static int64_t account, other, shop, second;

static int64_t new_shop(struct test_db *t, int64_t of)
{
    struct shop s;
    const struct shop_new in = { .account = of, .name = "Tea", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &in, &s) == SHOP_ADDED);
    return s.id;
}

static void start(struct test_db *t)
{
    kit_start();
    account = kit_account(t, 0), other = kit_account(t, 0);
    shop = new_shop(t, account), second = new_shop(t, account);
}

/* With a conversation, each a minute after the one before. */
static struct visitor comes(struct test_db *t, int64_t of, int64_t in, const char *name)
{
    struct visitor v = { .account = of, .shop = in, .name = name, .language = "en", .page = "https://tea.example/a" };
    struct conversation c;
    struct message m;
    kit_set_now(kit_now() + MINUTE_MS);
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    const struct message_new hello = {
        .conversation = c.id, .author = CHAT_BY_VISITOR, .text = "Hello Zanzibar", .now_ms = kit_now()
    };
    EXPECT(message_put(t->tx, &hello, &m, &c) == MESSAGE_NEW);
    return v;
}

static void vouched(struct test_db *t, const struct visitor *v, const char *subject, const char *email,
                    const char *name)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, %lld, %lld, '%s', '%s', '%s', 1)",
                                (long long)v->id, (long long)v->account, (long long)v->shop, subject, email, name));
    EXPECT(customer_known(t->tx, v->id, true));
}

static void bought(struct test_db *t, int64_t of, int64_t in, const char *number, const char *key, const char *email)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO knowledge_orders (account, shop, number, number_key, email, name, status,"
                                " currency, total, items, shipments, content, updated_at_ms) VALUES (%lld, %lld, '%s',"
                                " '%s', '%s', 'Ann', 'shipped', 'USD', 1200, '[]', '[]', 1, 1)",
                                (long long)of, (long long)in, number, key, email));
}

static void teaches(struct test_db *t, int64_t of, int64_t in)
{
    const char *entry = "{\"question\":\"Open?\",\"answer\":\"Always.\"}";
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = knowledge_text_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/faq", (long long)in),
                                  .account = of,
                                  .body = entry });
    assert_int_equal(a.status, 201);
}

static void writes_words(struct test_db *t)
{
    enum job_wish wish;
    while ((wish = kit_job(t, &(struct kit_attempt){ .kind = &chat_customers_job })) == JOB_NEXT) {
    }
    EXPECT(wish == JOB_FINISHED);
}

static struct kit_answer asks(struct test_db *t, int64_t who, const char *path)
{
    return kit_call(
        t, &(struct kit_request){ .routes = chat_customers_routes, .verb = VERB_GET, .path = path, .account = who });
}

/* Their names in the order of the list, with a space behind each. */
static const char *listed(struct test_db *t, int64_t who, const char *query)
{
    struct kit_answer a = asks(t, who, arena_printf(t->arena, "/api/customers%s", query));
    const char *names = "";
    size_t i;
    json_t *row;
    assert_int_equal(a.status, 200);
    json_array_foreach(json_object_get(a.json, "customers"), i, row) names =
        arena_printf(t->arena, "%s%s ", names, json_string_value(json_object_get(row, "name")));
    return names;
}

TEST_EACH_ENGINE(who_is_known_is_a_customer_and_nobody_else)
{
    struct visitor ben, nobody, late = { .account = 0 };
    start(t);
    (void)comes(t, account, shop, "Ann");
    nobody = comes(t, account, shop, "");
    ben = comes(t, account, second, "Ben");
    (void)comes(t, other, new_shop(t, other), "Zoe");
    late = (struct visitor){ .account = account, .shop = shop, .name = "Never", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &late, kit_now())); /* said nothing: there is nothing to look at */
    assert_string_equal(listed(t, account, ""), "Ben Ann ");
    assert_string_equal(listed(t, other, ""), "Zoe ");
    assert_string_equal(listed(t, account, arena_printf(t->arena, "?shop=%lld", (long long)second)), "Ben ");
    assert_int_equal(asks(t, other, arena_printf(t->arena, "/api/customers?shop=%lld", (long long)second)).status, 404);
    EXPECT(visitor_set_email(t->tx, &nobody, "nobody@mail.example")); /* an address is enough */
    assert_string_equal(listed(t, account, ""), "Ben  Ann ");
    EXPECT(visitor_seen(t->tx, &nobody, &(struct visitor){ .name = "Carla" }, kit_now() + MINUTE_MS));
    assert_string_equal(listed(t, account, ""), "Carla Ben Ann "); /* and was seen just now */
    assert_string_equal(asks(t, account, "/api/customers?after=x").fault, "after:format");
    const char *path = arena_printf(t->arena, "/api/customers/%lld", (long long)ben.id);
    struct kit_answer a = asks(t, account, path);
    json_t *c = json_object_get(a.json, "customer");
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(c, "page")), "https://tea.example/a");
    assert_int_equal(json_integer_value(json_object_get(c, "conversation")), ben.conversation);
    assert_true(json_is_false(json_object_get(c, "vouched")) && json_is_false(json_object_get(c, "blocked")));
    assert_int_equal(asks(t, other, path).status, 404);
    assert_int_equal(asks(t, other, arena_printf(t->arena, "%s/conversations", path)).status, 404);
    assert_int_equal(asks(t, account, "/api/customers/99999").status, 404);
}

TEST_EACH_ENGINE(the_list_pages_without_a_gap)
{
    start(t);
    static const char *const names[] = { "A", "B", "C", "D", "E" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) (void)comes(t, account, shop, names[i]);
    test_script(t, "UPDATE chat_visitors SET seen_at_ms = 5000"); /* all at once: their ids decide */
    const char *query = "?limit=2", *all = "";
    for (int pages = 0; pages < 4; pages++) {
        struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers%s", query));
        const char *next = json_string_value(json_object_get(a.json, "next"));
        const char *after = next ? arena_printf(t->arena, "?limit=2&after=%s", next) : NULL;
        all = arena_printf(t->arena, "%s%s", all, listed(t, account, query));
        if (after == NULL) break;
        query = after;
    }
    assert_string_equal(all, "E D C B A ");
}

TEST_EACH_ENGINE(a_customer_is_found_by_name_address_own_id_and_order)
{
    struct visitor ann, lin, old;
    start(t);
    ann = comes(t, account, shop, "Ann Smith");
    lin = comes(t, account, second, "林美");
    old = comes(t, account, shop, "Old");
    EXPECT(visitor_set_email(t->tx, &ann, "Ann.S@mail.example"));
    vouched(t, &lin, "u-1200", "lin@post.example", "林美美");
    bought(t, account, shop, "#SO-10442", "so10442", "ann.s@MAIL.example");
    bought(t, account, second, "777888", "777888", "lin@post.example");
    bought(t, other, 99, "555666", "555666", "lin@post.example"); /* another account's order says nothing here */
    (void)comes(t, other, new_shop(t, other), "Ann Other");
    assert_string_equal(listed(t, account, "?search=ann"), ""); /* some seconds later */
    writes_words(t);
    assert_string_equal(listed(t, account, "?search=ann"), "Ann Smith ");
    assert_string_equal(listed(t, account, "?search=smi"), "Ann Smith ");
    assert_string_equal(listed(t, account, "?search=ann.s@mail.example"), "Ann Smith ");
    assert_string_equal(listed(t, account, "?search=美"), "林美美 ");
    assert_string_equal(listed(t, account, "?search=u-1200"), "林美美 ");
    assert_string_equal(listed(t, account, "?search=so10442"), "Ann Smith ");
    assert_string_equal(listed(t, account, "?search=\u202a#SO-\u200e10442\u202c"), "Ann Smith ");
    assert_string_equal(listed(t, account, "?search=\u2066Ann.S@mail.example\u2069"), "Ann Smith ");
    assert_string_equal(listed(t, account, "?search=777888"), "林美美 ");
    assert_string_equal(listed(t, account, "?search=555666"), "");
    assert_string_equal(listed(t, account, "?search=Zanzibar"), ""); /* what was said is the inbox's */
    assert_string_equal(listed(t, account, arena_printf(t->arena, "?search=777888&shop=%lld", (long long)shop)), "");
    assert_string_equal(listed(t, account, arena_printf(t->arena, "?search=ann&shop=%lld", (long long)second)), "");
    EXPECT(visitor_seen(t->tx, &ann, &(struct visitor){ .name = "Maria" }, kit_now()));
    writes_words(t);
    assert_string_equal(listed(t, account, "?search=smith"), ""); /* it is not their name any more */
    assert_string_equal(listed(t, account, "?search=maria"), "Maria ");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors WHERE known = 1"), 0);
    (void)old;
}

TEST_EACH_ENGINE(a_customer_of_several_browsers_stands_there_once_with_all_that_was_said)
{
    struct visitor phone, desk;
    start(t);
    desk = comes(t, account, shop, ""), phone = comes(t, account, shop, "");
    vouched(t, &desk, "u-1", "ann@store.example", "Ann"), vouched(t, &phone, "u-1", "ann@store.example", "Ann");
    teaches(t, account, shop);
    bought(t, account, shop, "1001", "1001", "ann@store.example");
    bought(t, account, second, "1002", "1002", "ann@store.example"); /* of another shop */
    writes_words(t);
    assert_string_equal(listed(t, account, ""), "Ann ");
    assert_string_equal(listed(t, account, "?search=ann"), "Ann ");
    struct kit_answer list = asks(t, account, "/api/customers");
    json_t *row = json_array_get(json_object_get(list.json, "customers"), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "id")), phone.id);
    struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers/%lld", (long long)desk.id));
    assert_int_equal(json_integer_value(json_object_get(a.json, "browsers")), 2);
    json_t *orders = json_object_get(a.json, "orders");
    assert_int_equal(json_array_size(orders), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(orders, 0), "number")), "1001");
    const char *path = arena_printf(t->arena, "/api/customers/%lld/conversations", (long long)phone.id);
    a = asks(t, account, path);
    json_t *talks = json_object_get(a.json, "conversations");
    assert_int_equal(json_array_size(talks), 2);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(talks, 0), "id")), phone.conversation);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(talks, 1), "id")), desk.conversation);
    a = asks(t, account, arena_printf(t->arena, "%s?limit=1&after=%lld", path, (long long)phone.conversation));
    talks = json_object_get(a.json, "conversations");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(talks, 0), "id")), desk.conversation);
}

TEST_EACH_ENGINE(an_address_that_was_only_typed_shows_no_orders)
{
    struct visitor eve;
    start(t);
    eve = comes(t, account, shop, "Eve");
    teaches(t, account, shop);
    bought(t, account, shop, "1001", "1001", "ann@store.example");
    EXPECT(visitor_set_email(t->tx, &eve, "ann@store.example"));
    struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers/%lld", (long long)eve.id));
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), 0);
    vouched(t, &eve, "u-2", "", ""); /* nor when the shop vouches for somebody without an address */
    a = asks(t, account, arena_printf(t->arena, "/api/customers/%lld", (long long)eve.id));
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(a.json, "customer"), "email")), "");
}

/* A customer of many browsers, each with a conversation. */
static struct visitor guest_of_many(struct test_db *t, int browsers)
{
    struct visitor v = { .id = 0 };
    for (int i = 0; i < browsers; i++)
        v = comes(t, account, shop, ""), vouched(t, &v, "guest", "guest@store.example", "Guest");
    return v;
}

TEST_EACH_ENGINE(a_page_looks_at_a_bounded_number_of_browsers)
{
    start(t);
    (void)comes(t, account, shop, "Ann");
    (void)guest_of_many(t, 7);
    const char *query = "?limit=1", *all = "";
    int pages = 0;
    while (query != NULL && pages < 9) {
        struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers%s", query));
        const char *next = json_string_value(json_object_get(a.json, "next"));
        const char *then = next ? arena_printf(t->arena, "?limit=1&after=%s", next) : NULL;
        all = arena_printf(t->arena, "%s%s|", all, listed(t, account, query));
        query = then, pages++;
    }
    assert_string_equal(all, "Guest ||Ann ||");
}

TEST_EACH_ENGINE(beyond_the_newest_browsers_it_is_the_one_that_was_asked_for)
{
    struct visitor oldest;
    start(t);
    oldest = comes(t, account, shop, "");
    vouched(t, &oldest, "guest", "", "Guest");
    (void)guest_of_many(t, 101);
    const char *path = arena_printf(t->arena, "/api/customers/%lld", (long long)oldest.id);
    struct kit_answer a = asks(t, account, path);
    assert_int_equal(json_integer_value(json_object_get(a.json, "browsers")), 100);
    a = asks(t, account,
             arena_printf(t->arena, "%s/conversations?limit=100&after=%lld", path, (long long)oldest.conversation + 1));
    assert_int_equal(json_array_size(json_object_get(a.json, "conversations")), 1); /* its own */
}

static struct kit_answer by(struct test_db *t, enum verb verb, int64_t conversation, const char *query)
{
    const char *path = arena_printf(t->arena, "/api/inbox/%lld/customer%s", (long long)conversation, query);
    return kit_call(
        t, &(struct kit_request){ .routes = chat_customer_routes, .verb = verb, .path = path, .account = account });
}

/* More browsers than one request looks at, the asked one neither the first nor the last; one never said a word. */
TEST_EACH_ENGINE(all_browsers_are_given_out_and_taken_out_however_many_they_are)
{
    struct visitor asked, silent, stays;
    struct conversation c;
    struct kit_answer a;
    int pages = 0, requests = 0;
    int64_t browsers = 0;
    start(t);
    stays = comes(t, account, shop, "Ann");
    (void)guest_of_many(t, 2);
    asked = guest_of_many(t, 1);
    silent = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &silent, kit_now()));
    vouched(t, &silent, "guest", "guest@store.example", "Guest");
    (void)guest_of_many(t, 516);
    for (const char *query = ""; query; pages++) {
        a = by(t, VERB_GET, asked.conversation, query);
        assert_int_equal(a.status, 200);
        json_t *next = json_object_get(a.json, "next");
        int64_t visitor = json_integer_value(json_object_get(next, "visitor"));
        query = json_is_null(next) ? NULL : arena_printf(t->arena, "?visitor=%lld", (long long)visitor);
    }
    assert_int_equal(pages, 520);
    a = by(t, VERB_GET, asked.conversation, arena_printf(t->arena, "?visitor=%lld", (long long)stays.id));
    assert_int_equal(a.status, 404);
    for (int64_t next = asked.conversation; next && requests < 9; requests++) {
        a = by(t, VERB_DELETE, next, "");
        assert_int_equal(a.status, 200);
        assert_true(json_integer_value(json_object_get(a.json, "browsers")) <= 100);
        browsers += json_integer_value(json_object_get(a.json, "browsers"));
        next = json_integer_value(json_object_get(a.json, "next"));
        EXPECT(next == 0 || conversation_get(t->tx, next, &c) == ROW_FOUND);
    }
    assert_int_equal(requests, 6);
    assert_int_equal(browsers, 520);
    EXPECT(conversation_get(t->tx, asked.conversation, &c) == ROW_NONE);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_identities") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_visitors") == 1);
    EXPECT(conversation_get(t->tx, stays.conversation, &c) == ROW_FOUND);
    assert_int_equal(by(t, VERB_DELETE, asked.conversation, "").status, 404);
}

TEST_EACH_ENGINE(a_whole_address_is_found_among_many_of_its_domain)
{
    struct visitor ann;
    start(t);
    ann = comes(t, account, shop, "Ann");
    EXPECT(visitor_set_email(t->tx, &ann, "ann@everybodyhasone.example"));
    writes_words(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_customer_words WHERE word = 'everybodyhasone'") == 1);
    test_script(t, "INSERT INTO chat_customer_words (account, word, visitor) WITH RECURSIVE n(i) AS (SELECT 1 UNION"
                   " ALL SELECT i + 1 FROM n WHERE i < 600) SELECT w.account, w.word, 100000 + n.i FROM"
                   " chat_customer_words w, n WHERE w.word = 'everybodyhasone'");
    assert_string_equal(listed(t, account, "?search=ann@everybodyhasone.example"), "Ann ");
    assert_string_equal(listed(t, account, "?search=Ann@EverybodyHasOne.example"), "Ann ");
}

TEST_EACH_ENGINE(found_on_one_page_alone_as_the_browser_that_was_seen_last)
{
    struct visitor old, young;
    start(t);
    old = comes(t, account, shop, "");
    (void)comes(t, account, shop, "Guest Smith");
    young = comes(t, account, shop, "");
    vouched(t, &old, "u-1", "", "Guest"), vouched(t, &young, "u-1", "", "Guest");
    EXPECT(visitor_seen(t->tx, &old, &(struct visitor){ .page = "https://tea.example/b" }, kit_now() + MINUTE_MS));
    writes_words(t);
    struct kit_answer a = asks(t, account, "/api/customers?search=guest&limit=1");
    json_t *row = json_array_get(json_object_get(a.json, "customers"), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "id")), old.id);
    const char *next = json_string_value(json_object_get(a.json, "next")), *all = "";
    for (int pages = 0; next != NULL && pages < 5; pages++) {
        const char *query = arena_printf(t->arena, "?search=guest&limit=1&after=%s", next);
        all = arena_printf(t->arena, "%s%s|", all, listed(t, account, query));
        a = asks(t, account, arena_printf(t->arena, "/api/customers%s", query));
        next = json_string_value(json_object_get(a.json, "next"));
    }
    assert_string_equal(all, "Guest Smith ||");
}

/* The one on the page before is found by what that browser typed, and does not stand for the other. */
TEST_EACH_ENGINE(who_is_found_by_what_they_typed_is_hidden_by_nobody_who_did_not_type_it)
{
    struct visitor typed, silent;
    start(t);
    typed = comes(t, account, shop, "Robert");
    (void)comes(t, account, shop, "Robert Young");
    silent = comes(t, account, shop, "");
    (void)comes(t, account, shop, "Robert Old");
    vouched(t, &typed, "u-1", "", "Guest"), vouched(t, &silent, "u-1", "", "Guest");
    writes_words(t);
    const char *query = "?search=robert&limit=1", *all = "";
    for (int pages = 0; query && pages < 9; pages++) {
        all = arena_printf(t->arena, "%s%s|", all, listed(t, account, query));
        struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers%s", query));
        const char *next = json_string_value(json_object_get(a.json, "next"));
        query = next ? arena_printf(t->arena, "?search=robert&limit=1&after=%s", next) : NULL;
    }
    assert_string_equal(all, "Robert Old |Robert Young |Guest |");
}

TEST_EACH_ENGINE(who_has_the_whole_address_stands_on_the_first_page_alone)
{
    struct visitor v;
    start(t);
    v = comes(t, account, shop, "Ann");
    EXPECT(visitor_set_email(t->tx, &v, "ann@store.example"));
    for (int i = 0; i < 3; i++) {
        v = comes(t, account, shop, "Eve");
        EXPECT(visitor_set_email(t->tx, &v, "example@store.ann"));
    }
    writes_words(t);
    const char *query = "?search=ann@store.example&limit=1", *all = "";
    for (int pages = 0; query && pages < 9; pages++) {
        all = arena_printf(t->arena, "%s%s|", all, listed(t, account, query));
        struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers%s", query));
        const char *next = json_string_value(json_object_get(a.json, "next"));
        query = next ? arena_printf(t->arena, "?search=ann@store.example&limit=1&after=%s", next) : NULL;
    }
    assert_string_equal(all, "Eve Ann |Eve |Eve ||");
}

/* More of another shop have it, and came later, than one looks at. */
TEST_EACH_ENGINE(an_address_is_looked_for_in_the_shop_that_is_asked_for)
{
    struct visitor v;
    start(t);
    v = comes(t, account, shop, "Ann");
    EXPECT(visitor_set_email(t->tx, &v, "ann@store.example"));
    bought(t, account, shop, "#SO-10442", "so10442", "ann@store.example");
    for (int i = 0; i < CUSTOMERS_BY_ORDER; i++) {
        v = comes(t, account, second, "Eve");
        EXPECT(visitor_set_email(t->tx, &v, "ann@store.example"));
    }
    writes_words(t);
    assert_string_equal(listed(t, account, arena_printf(t->arena, "?search=so10442&shop=%lld", (long long)shop)),
                        "Ann ");
}

/* As an upgrade finds them: known to their shop, and to nobody's list. */
TEST_EACH_ENGINE(whom_a_shop_vouched_for_before_there_was_a_list_comes_into_it)
{
    struct visitor v;
    start(t);
    v = comes(t, account, shop, "");
    vouched(t, &v, "u-1", "ann@store.example", "");
    test_script(t, "UPDATE chat_visitors SET known = 0");
    assert_string_equal(listed(t, account, ""), "");
    for (const struct migration *m = migrations; m->number; m++)
        if (m->number == 1292) test_script(t, m->up);
    assert_string_equal(listed(t, account, ""), " ");
}

TEST_EACH_ENGINE(who_is_erased_is_found_no_more)
{
    struct visitor ann;
    start(t);
    ann = comes(t, account, shop, "Ann");
    writes_words(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_customer_words") > 0);
    const struct erasure e = { .account = account, .shop = shop, .at_ms = kit_now(), .why = "asked" };
    EXPECT(chat_erase_visitors(t->tx, &e, &ann.id, 1));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_customer_words"), 0);
    assert_string_equal(listed(t, account, ""), "");
    assert_string_equal(listed(t, account, "?search=ann"), "");
}

/* Each is seen a minute after the one before: Ann at 00:01. */
TEST_EACH_ENGINE(the_list_is_sorted_narrowed_and_counted)
{
    static const struct {
        const char *query, *names;
        int64_t total; /* -1: not counted */
    } lists[] = {
        { "", "Dora Carl Ben Ann ", 4 },
        { "?sort=oldest", "Ann Ben Carl Dora ", 4 },
        { "?sort=oldest&limit=2", "Ann Ben ", 4 },
        { "?from=2026-10-15T00:02:00Z&to=2026-10-15T00:04:00Z", "Carl Ben ", 2 },
        { "?from=2026-10-15T00:02:00Z&to=2026-10-15T00:04:00Z&sort=oldest", "Ben Carl ", 2 },
        { "?from=2026-10-15T00:04:00Z", "Dora ", 1 },
        { "?to=2026-10-15T00:01:00Z", "", 0 },
        { "?sort=oldest&to=2026-10-15T00:01:00Z", "", 0 },
        { "?search=tea&from=2026-10-15T00:03:00Z", "Dora Carl ", -1 },
    };
    static const char *const people[] = { "Ann", "Ben", "Carl", "Dora" };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        struct visitor v = comes(t, account, i % 2 ? second : shop, people[i]);
        EXPECT(visitor_set_email(t->tx, &v, arena_printf(t->arena, "%s@tea.example", people[i])));
    }
    writes_words(t);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const char *names = listed(t, account, lists[i].query);
        if (!text_eq(names, lists[i].names)) fail_msg("%s: %s", lists[i].query, names);
        struct kit_answer a = asks(t, account, arena_printf(t->arena, "/api/customers%s", lists[i].query));
        const json_t *total = json_object_get(a.json, "total");
        assert_int_equal(json_is_null(total) ? -1 : json_integer_value(total), lists[i].total);
        assert_true(json_is_false(json_object_get(a.json, "more")));
    }
    struct kit_answer a = asks(t, account, "/api/customers?sort=oldest&limit=3");
    const char *next = json_string_value(json_object_get(a.json, "next"));
    assert_string_equal(listed(t, account, arena_printf(t->arena, "?sort=oldest&limit=3&after=%s", next)), "Dora ");
    assert_string_equal(asks(t, account, "/api/customers?sort=oldest&search=tea").fault, "sort:not_with_search");
    assert_string_equal(asks(t, account, "/api/customers?sort=name").fault, "sort:not_one_of");
    assert_string_equal(asks(t, account, "/api/customers?from=soon").fault, "from:format");
}

/* As many as there are rows in the list: a customer of two browsers is one. */
TEST_EACH_ENGINE(a_customer_of_two_browsers_is_counted_once)
{
    struct visitor old, young;
    start(t);
    old = comes(t, account, shop, ""), young = comes(t, account, shop, "");
    vouched(t, &old, "u-1", "", "Guest"), vouched(t, &young, "u-1", "", "Guest");
    (void)comes(t, account, second, "Ben");
    struct kit_answer a = asks(t, account, "/api/customers?limit=1");
    assert_int_equal(json_integer_value(json_object_get(a.json, "total")), 2);
    a = asks(t, account, arena_printf(t->arena, "/api/customers?shop=%lld&sort=oldest", (long long)shop));
    assert_int_equal(json_integer_value(json_object_get(a.json, "total")), 1);
    assert_int_equal(json_array_size(json_object_get(a.json, "customers")), 1);
    test_script(
        t,
        "INSERT INTO chat_visitors (account, shop, generation, name, email, language, page, conversation, "
        "created_at_ms,"
        " seen_at_ms, blocked_at_ms, known) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 2100) SELECT v.account, v.shop, v.generation, v.name, v.email, v.language, v.page, v.conversation,"
        " v.created_at_ms, v.seen_at_ms + n.i, 0, 1 FROM chat_visitors v, n WHERE v.name = 'Ben'");
    a = asks(t, account, "/api/customers?limit=1");
    assert_in_range(json_integer_value(json_object_get(a.json, "total")), 1999, 2000); /* so many were looked at */
    assert_true(json_is_true(json_object_get(a.json, "more")));
}

TEST_EACH_ENGINE(the_list_as_a_table)
{
    enum { MANY = 130 };
    start(t);
    for (int i = 0; i < MANY; i++) (void)comes(t, account, shop, i == 0 ? "=1+1" : "Ann");
    (void)comes(t, other, new_shop(t, other), "Zoe");
    struct kit_answer a = asks(t, account, "/api/customers?format=csv&sort=oldest");
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.text, "id,shop,name,email,vouched,subject,blocked,since,seenAt,conversation\r\n1,1,"));
    assert_non_null(strstr(a.text, ",\"'=1+1\",,no,,no,2026-10-15T00:01:00.000Z,2026-10-15T00:01:00.000Z,1\r\n"));
    assert_null(strstr(a.text, "Zoe"));
    size_t lines = 0;
    for (const char *p = a.text; *p; p++) lines += *p == '\n';
    assert_int_equal(lines, 1 + MANY);
    a = asks(t, account, "/api/customers?format=csv&from=2026-10-15T00:02:00Z&to=2026-10-15T00:03:00Z");
    assert_null(strstr(a.text, "=1+1"));
    assert_non_null(strstr(a.text, ",Ann,,no,"));
    /* Found by a word, on two pages of which the first shows nobody. */
    writes_words(t);
    a = asks(t, account, "/api/customers?format=csv&search=ann&to=2026-10-15T00:05:00Z");
    lines = 0;
    for (const char *p = a.text; *p; p++) lines += *p == '\n';
    assert_int_equal(lines, 1 + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_is_known_is_a_customer_and_nobody_else),
        EACH_ENGINE(the_list_pages_without_a_gap),
        EACH_ENGINE(a_customer_is_found_by_name_address_own_id_and_order),
        EACH_ENGINE(a_customer_of_several_browsers_stands_there_once_with_all_that_was_said),
        EACH_ENGINE(an_address_that_was_only_typed_shows_no_orders),
        EACH_ENGINE(a_page_looks_at_a_bounded_number_of_browsers),
        EACH_ENGINE(beyond_the_newest_browsers_it_is_the_one_that_was_asked_for),
        EACH_ENGINE(all_browsers_are_given_out_and_taken_out_however_many_they_are),
        EACH_ENGINE(who_is_found_by_what_they_typed_is_hidden_by_nobody_who_did_not_type_it),
        EACH_ENGINE(who_has_the_whole_address_stands_on_the_first_page_alone),
        EACH_ENGINE(an_address_is_looked_for_in_the_shop_that_is_asked_for),
        EACH_ENGINE(a_whole_address_is_found_among_many_of_its_domain),
        EACH_ENGINE(found_on_one_page_alone_as_the_browser_that_was_seen_last),
        EACH_ENGINE(whom_a_shop_vouched_for_before_there_was_a_list_comes_into_it),
        EACH_ENGINE(who_is_erased_is_found_no_more),
        EACH_ENGINE(the_list_is_sorted_narrowed_and_counted),
        EACH_ENGINE(a_customer_of_two_browsers_is_counted_once),
        EACH_ENGINE(the_list_as_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
