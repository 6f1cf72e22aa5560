/* test_export.c: what a customer is given of what is kept of them, on both engines: pictures with their bytes, as many
 * on a page as fit; orders of the address that their shop vouches for, once; and nothing of anybody else's. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/customers.h"
#include "chat/pictures.h"
#include "http/private.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

enum { BIG = 5 << 19, ORDERS_GIVEN = 100 }; /* two of the big ones are more than a page takes */
static int64_t account, other, shop, second;

static int64_t new_shop(struct test_db *t, int64_t of)
{
    struct shop s;
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = of, .name = "Tea", .at_ms = kit_now() }, &s) == SHOP_ADDED);
    return s.id;
}

static void start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct keyring *keys;
    kit_start();
    clock_fix_ms(kit_now());
    if (!keys) keys = keyring_new(key, id, 1);
    chat_settings.keyring = keys;
    chat_settings.image_dir = NULL; /* in the database: no file of another test is in the way */
    account = kit_account(t, 0), other = kit_account(t, 0);
    shop = new_shop(t, account), second = new_shop(t, account);
}

static int64_t says(struct test_db *t, const struct visitor *v, const char *text, const struct chat_image *image)
{
    struct conversation c;
    struct message m;
    const struct message_new in = {
        .conversation = v->conversation, .author = CHAT_BY_VISITOR, .text = text, .image = image, .now_ms = kit_now()
    };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
    return m.number;
}

static struct visitor comes(struct test_db *t, int64_t of, int64_t in, const char *subject, const char *email)
{
    struct visitor v = { .account = of, .shop = in, .name = "Ann", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    if (subject)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                    " VALUES (%lld, %lld, %lld, '%s', '%s', 'Ann', 1)",
                                    (long long)v.id, (long long)of, (long long)in, subject, email));
    (void)says(t, &v, "Hello", NULL);
    return v;
}

static void bought(struct test_db *t, int64_t of, int64_t in, const char *number, const char *email)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO knowledge_orders (account, shop, number, number_key, email, name, status,"
                                " currency, total, items, shipments, content, updated_at_ms) VALUES (%lld, %lld, '%s',"
                                " '%s', '%s', 'Ann', 'shipped', 'USD', 1200, '[]', '[]', 1, 1)",
                                (long long)of, (long long)in, number, number, email));
}

static void teaches(struct test_db *t, int64_t of, int64_t in)
{
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = knowledge_text_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/faq", (long long)in),
                                  .account = of,
                                  .body = "{\"question\":\"Open?\",\"answer\":\"Always.\"}" });
    assert_int_equal(a.status, 201);
}

/* So many bytes of this sign, in the shop of this visitor. */
static const struct chat_image *picture(struct test_db *t, const struct visitor *v, size_t bytes, char sign)
{
    char *content = arena_alloc(t->arena, bytes);
    struct chat_image *image = ARENA_NEW(t->arena, struct chat_image);
    memset(content, sign, bytes);
    struct picture_new made = { .about = { .kind = IMAGE_PNG, .bytes = (int64_t)bytes, .width = 1, .height = 1 },
                                .file = "",
                                .content = { content, bytes } };
    sha256_hex(made.content, made.hash);
    EXPECT(picture_keep(t->tx, v->account, v->shop, &made, kit_now(), image));
    return image;
}

static struct kit_answer page(struct test_db *t, int64_t who, int64_t conversation, const char *query)
{
    return kit_call(t, &(struct kit_request){
                           .routes = chat_customer_routes,
                           .verb = VERB_GET,
                           .path = arena_printf(t->arena, "/api/inbox/%lld/customer%s", (long long)conversation, query),
                           .account = who });
}

static const char *query_of(struct test_db *t, const struct kit_answer *a)
{
    json_t *next = json_object_get(a->json, "next");
    if (json_is_null(next)) return NULL;
    return arena_printf(t->arena, "?visitor=%lld&conversation=%lld&number=%lld&note=%lld",
                        (long long)json_integer_value(json_object_get(next, "visitor")),
                        (long long)json_integer_value(json_object_get(next, "conversation")),
                        (long long)json_integer_value(json_object_get(next, "number")),
                        (long long)json_integer_value(json_object_get(next, "note")));
}

/* Numbers of all orders that are given out, with a space behind each. */
static const char *orders(struct test_db *t, int64_t conversation, int *pages)
{
    const char *all = "";
    *pages = 0;
    for (const char *query = ""; query && *pages < 20; (*pages)++) {
        struct kit_answer a = page(t, account, conversation, query);
        size_t i;
        json_t *one;
        assert_int_equal(a.status, 200);
        json_array_foreach(json_object_get(a.json, "orders"), i, one) all =
            arena_printf(t->arena, "%s%s ", all, json_string_value(json_object_get(one, "number")));
        assert_true(json_is_false(json_object_get(a.json, "ordersMore")));
        query = query_of(t, &a);
    }
    return all;
}

TEST_EACH_ENGINE(orders_of_a_vouched_address_are_given_out_once_and_nobody_elses)
{
    struct visitor desk, phone, typed, theirs;
    int pages;
    start(t);
    theirs = comes(t, other, new_shop(t, other), "u-1", "ann@store.example");
    desk = comes(t, account, shop, "u-1", "ann@store.example");
    phone = comes(t, account, shop, "u-1", "Ann@Store.example"); /* the same address */
    typed = comes(t, account, shop, NULL, NULL);
    EXPECT(visitor_set_email(t->tx, &typed, "ann@store.example"));
    teaches(t, account, shop), teaches(t, account, second), teaches(t, other, theirs.shop);
    bought(t, account, shop, "1001", "ann@store.example");
    bought(t, account, shop, "1002", "bob@store.example");
    bought(t, account, second, "1003", "ann@store.example"); /* another shop's customer of this address */
    bought(t, other, theirs.shop, "1004", "ann@store.example");
    assert_string_equal(orders(t, desk.conversation, &pages), "1001 ");
    assert_int_equal(pages, 2);
    assert_string_equal(orders(t, phone.conversation, &pages), "1001 ");
    assert_string_equal(orders(t, typed.conversation, &pages), ""); /* anybody may have typed it */
    assert_int_equal(pages, 1);
    assert_int_equal(page(t, other, desk.conversation, "").status, 404);
    assert_int_equal(page(t, account, theirs.conversation, "").status, 404);
    /* Another address of the same customer has orders of its own. */
    (void)comes(t, account, shop, "u-1", "ann@home.example");
    bought(t, account, shop, "1005", "ann@home.example");
    assert_string_equal(orders(t, desk.conversation, &pages), "1001 1005 ");
}

TEST_EACH_ENGINE(more_orders_than_are_given_out_are_said_to_be_there)
{
    struct visitor v;
    start(t);
    v = comes(t, account, shop, "u-1", "ann@store.example");
    teaches(t, account, shop);
    for (int i = 0; i < ORDERS_GIVEN; i++)
        bought(t, account, shop, arena_printf(t->arena, "%d", 5000 + i), "ann@store.example");
    struct kit_answer a = page(t, account, v.conversation, "");
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), ORDERS_GIVEN);
    assert_true(json_is_false(json_object_get(a.json, "ordersMore")));
    bought(t, account, shop, "6000", "ann@store.example");
    a = page(t, account, v.conversation, "");
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), ORDERS_GIVEN);
    assert_true(json_is_true(json_object_get(a.json, "ordersMore")));
    json_t *first = json_array_get(json_object_get(a.json, "orders"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "number")), "6000"); /* the newest are there */
}

static size_t bytes_of(json_t *one, char sign)
{
    struct str text = str_of(json_string_value(json_object_get(one, "content")));
    uint8_t *out = malloc(text.n + 1);
    size_t n = text.n;
    assert_non_null(out);
    assert_true(base64_decode(text, out, &n));
    for (size_t i = 0; i < n; i++) assert_int_equal(out[i], sign);
    free(out);
    return n;
}

TEST_EACH_ENGINE(pictures_come_with_their_bytes_and_a_page_holds_what_fits)
{
    struct visitor v, neighbour;
    int64_t number[4];
    size_t given = 0, said = 0;
    int pages = 0;
    start(t);
    v = comes(t, account, shop, NULL, NULL), neighbour = comes(t, account, shop, NULL, NULL);
    (void)says(t, &neighbour, "x.png", picture(t, &neighbour, 10, 'x'));
    number[0] = says(t, &v, "a.png", picture(t, &v, BIG, 'a'));
    number[1] = says(t, &v, "b.png", picture(t, &v, BIG, 'b'));
    number[2] = says(t, &v, "c.png", picture(t, &v, BIG + (BIG >> 1), 'c'));
    number[3] = says(t, &v, "d.png", picture(t, &v, 7, 'd'));
    const int64_t last = number[3];
    for (const char *query = ""; query && pages < 9; pages++) {
        size_t i;
        json_t *one;
        struct kit_answer a = page(t, account, v.conversation, query);
        assert_int_equal(a.status, 200);
        assert_true(strlen(a.text) < (size_t)12 << 20);
        said += json_array_size(json_object_get(a.json, "messages"));
        json_array_foreach(json_object_get(a.json, "pictures"), i, one)
        {
            assert_true(given < ARRAY_LEN(number));
            assert_int_equal(json_integer_value(json_object_get(one, "number")), number[given]);
            assert_string_equal(json_string_value(json_object_get(one, "type")), "image/png");
            size_t n = bytes_of(one, (char)('a' + given));
            assert_int_equal(n, given == 3 ? 7 : given == 2 ? BIG + (BIG >> 1) : BIG);
            given++;
        }
        query = query_of(t, &a);
    }
    assert_int_equal(given, 4);
    assert_int_equal(pages, 3);   /* a; b and what follows does not fit beside it; c and d */
    assert_int_equal(said, last); /* each message once */
    /* One whose bytes are lost is said to be there. */
    test_script(t, "DELETE FROM chat_image_pieces; UPDATE chat_images SET file = 'gone'");
    struct kit_answer a = page(t, account, v.conversation, "");
    json_t *first = json_array_get(json_object_get(a.json, "pictures"), 0);
    assert_int_equal(json_integer_value(json_object_get(first, "number")), number[0]);
    assert_true(json_is_null(json_object_get(first, "content")));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_customer_exported'"), 2);
}

TEST_EACH_ENGINE(all_notes_are_given_out_the_oldest_first)
{
    enum { NOTES = 1203 };
    struct visitor v, neighbour;
    int pages = 0;
    int64_t given = 0, said = 0;
    start(t);
    v = comes(t, account, shop, NULL, NULL), neighbour = comes(t, account, shop, NULL, NULL);
    static const char of[] =
        "INSERT INTO chat_notes (conversation, number, account, behind, person, person_name, client_key,"
        " text, at_ms) VALUES (%lld, %d, %lld, 1, 11, 'Nia', 'k%d', '%s', 1)";
    for (int i = 1; i <= NOTES; i++)
        test_script(t, arena_printf(t->arena, of, (long long)v.conversation, i, (long long)account, i, "x"));
    test_script(t, arena_printf(t->arena, of, (long long)neighbour.conversation, 1, (long long)account, 0, "y"));
    for (const char *query = ""; query && pages < 9; pages++) {
        size_t i;
        json_t *one;
        struct kit_answer a = page(t, account, v.conversation, query);
        assert_int_equal(a.status, 200);
        said += (int64_t)json_array_size(json_object_get(a.json, "messages"));
        json_array_foreach(json_object_get(a.json, "notes"), i, one)
            assert_int_equal(json_integer_value(json_object_get(one, "number")), ++given);
        query = query_of(t, &a);
    }
    assert_int_equal(given, NOTES);
    assert_int_equal(said, 1); /* once, on the first of them */
    assert_int_equal(pages, 3);
}

TEST_EACH_ENGINE(whoever_begins_with_a_browser_is_in_the_trail)
{
    static const char trail[] = "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_customer_exported'";
    struct visitor desk, phone, theirs;
    start(t);
    desk = comes(t, account, shop, "u-1", "ann@store.example");
    phone = comes(t, account, shop, "u-1", "ann@store.example");
    theirs = comes(t, other, new_shop(t, other), "u-1", "ann@store.example");
    const char *second_browser = arena_printf(t->arena, "?visitor=%lld", (long long)phone.id);
    assert_int_equal(page(t, account, desk.conversation, second_browser).status, 200);
    assert_int_equal(test_number(t, trail), 1);
    assert_int_equal(page(t, other, desk.conversation, second_browser).status, 404);
    const char *of_theirs = arena_printf(t->arena, "?visitor=%lld", (long long)theirs.id);
    assert_int_equal(page(t, account, desk.conversation, of_theirs).status, 404);
    assert_int_equal(test_number(t, trail), 1);
}

/* What may take long is done before the transaction that writes: taken out meanwhile, nothing is given out. */
TEST_EACH_ENGINE(what_is_taken_out_while_it_is_put_together_is_not_given_out)
{
    struct visitor v;
    start(t);
    v = comes(t, account, shop, NULL, NULL);
    struct exchange *x = kit_exchange(
        t->arena,
        &(struct kit_request){ .routes = chat_customer_routes,
                               .verb = VERB_GET,
                               .path = arena_printf(t->arena, "/api/inbox/%lld/customer", (long long)v.conversation),
                               .account = account });
    struct req *req = &x->req;
    req->tx = t->tx;
    assert_int_equal(req->route->ask(req), ANSWER_GO_ON);
    req->tx = NULL;
    assert_int_equal(req->route->prepare(req), ANSWER_GO_ON);
    const struct erasure e = { .account = account, .shop = shop, .person = 1, .at_ms = kit_now(), .why = "asked" };
    EXPECT(chat_erase_visitors(t->tx, &e, &v.id, 1));
    req->tx = t->tx;
    assert_int_equal(req->route->run(req), ANSWER_REFUSED);
    assert_int_equal(req->reply.status, 404);
    buf_free(&req->reply.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(orders_of_a_vouched_address_are_given_out_once_and_nobody_elses),
        EACH_ENGINE(more_orders_than_are_given_out_are_said_to_be_there),
        EACH_ENGINE(pictures_come_with_their_bytes_and_a_page_holds_what_fits),
        EACH_ENGINE(all_notes_are_given_out_the_oldest_first),
        EACH_ENGINE(whoever_begins_with_a_browser_is_in_the_trail),
        EACH_ENGINE(what_is_taken_out_while_it_is_put_together_is_not_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
