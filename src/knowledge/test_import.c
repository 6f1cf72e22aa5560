/* test_import.c: a file of knowledge is taken whole or not at all, and what merchants write by hand is kept. On both
 * engines. */
#include "base/testing.h"
#include "credits/credits.h"
#include "knowledge/private.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include <stdio.h>
#include <sys/stat.h>

/* clang-format off */
static const char good[] =
    "{\"name\":\"Harbor\",\"languages\":[\"en\"],\"currency\":\"USD\",\"url\":\"https://store.example\",\"extra\":1,"
    "\"products\":[{\"id\":\"p1\",\"title\":\"Kettle \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9 \xe2\x80\xae\","
      "\"description\":\"<script>1</script>\\u2028\",\"url\":\"https://store.example/p/1\",\"variants\":["
      "{\"id\":\"v1\",\"options\":{\"color\":\"blue\",\"liters\":2},\"price\":3900,\"available\":true},"
      "{\"id\":\"v2\",\"options\":{},\"price\":4100,\"available\":false}]},"
     "{\"id\":2,\"title\":\"Lamp\",\"price\":0}],"
    "\"orders\":[{\"number\":\"#W1\",\"email\":\"a@b.example\",\"name\":\"Ann\",\"status\":\"shipped\","
      "\"currency\":\"EUR\",\"total\":3900,\"items\":[{\"productId\":\"p1\",\"quantity\":1,\"price\":3900}],"
      "\"shipments\":[{\"carrier\":\"UPS\",\"tracking\":\"1Z\"}]}],"
    "\"faq\":[{\"id\":\"f\",\"question\":\"Returns\",\"answer\":\"30 days\"}],"
    "\"documents\":[{\"id\":\"d\",\"product\":\"p1\",\"title\":\"Use\",\"text\":\"Fill it.\"}],\"promotions\":[]}";
/* clang-format on */

static int64_t account, shop;
static char dir[64];

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    (void)snprintf(dir, sizeof dir, "/tmp/know-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
}

static const char *path_of(struct test_db *t, const char *rest)
{
    return arena_printf(t->arena, "/api/shops/%lld/knowledge%s", (long long)shop, rest);
}

static struct kit_answer import_as(struct test_db *t, int64_t who, int64_t key, const char *body)
{
    return kit_call(t, &(struct kit_request){ .routes = knowledge_routes,
                                              .verb = VERB_POST,
                                              .path = path_of(t, "/import"),
                                              .account = who,
                                              .key_of_shop = key,
                                              .upload_dir = dir,
                                              .body = body });
}

static struct kit_answer import(struct test_db *t, const char *body) { return import_as(t, account, 0, body); }

static struct kit_answer get(struct test_db *t, int64_t who, const char *rest)
{
    return kit_call(t, &(struct kit_request){
                           .routes = knowledge_routes, .verb = VERB_GET, .path = path_of(t, rest), .account = who });
}

static struct kit_answer text(struct test_db *t, enum verb verb, const char *rest, const char *body)
{
    return kit_call(t, &(struct kit_request){ .routes = knowledge_text_routes,
                                              .verb = verb,
                                              .path = path_of(t, rest),
                                              .account = account,
                                              .body = body });
}

static int64_t number(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(a->json, name));
}

static const char *word(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

static int64_t rows(struct test_db *t)
{
    return test_number(t, "SELECT (SELECT COUNT(*) FROM knowledge_products) + (SELECT COUNT(*) FROM knowledge_texts) +"
                          " (SELECT COUNT(*) FROM knowledge_orders) + (SELECT COUNT(*) FROM knowledge_postings) +"
                          " (SELECT COUNT(*) FROM knowledge_shops)");
}

TEST_EACH_ENGINE(a_file_is_taken_and_comes_back_to_the_byte)
{
    start(t);
    struct kit_answer a = import(t, good);
    assert_int_equal(a.status, 200);
    assert_string_equal(word(a.json, "status"), "done");
    assert_int_equal(number(&a, "products"), 2);
    assert_int_equal(number(&a, "variants"), 2);
    assert_int_equal(number(&a, "orders"), 1);
    assert_int_equal(number(&a, "faq"), 1);
    assert_int_equal(number(&a, "documents"), 1);
    assert_int_equal(number(&a, "changed"), 5);
    a = get(t, account, "/products/p1");
    assert_int_equal(a.status, 200);
    assert_string_equal(word(a.json, "title"), "Kettle \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9 \xe2\x80\xae");
    assert_string_equal(word(a.json, "description"), "<script>1</script>\xe2\x80\xa8");
    assert_string_equal(word(a.json, "currency"), "USD");
    assert_true(json_is_null(json_object_get(a.json, "price")));
    assert_true(json_is_true(json_object_get(a.json, "available")));
    const json_t *v = json_array_get(json_object_get(a.json, "variants"), 0);
    assert_int_equal(json_integer_value(json_object_get(v, "price")), 3900);
    assert_string_equal(word(json_array_get(json_object_get(v, "options"), 1), "value"), "2");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "texts"), 0), "id"), "d");
    a = get(t, account, "/products/2");
    assert_int_equal(number(&a, "price"), 0);
    assert_true(json_is_integer(json_object_get(a.json, "price")));
    a = get(t, account, "/products?search=kettles");
    assert_int_equal(json_array_size(json_object_get(a.json, "products")), 1);
    a = get(t, account, "/products?limit=1");
    assert_string_equal(word(json_array_get(json_object_get(a.json, "products"), 0), "id"), "2");
    a = get(t, account, arena_printf(t->arena, "/products?limit=1&after=%lld", (long long)number(&a, "next")));
    assert_string_equal(word(json_array_get(json_object_get(a.json, "products"), 0), "id"), "p1");
    a = get(t, account, "");
    assert_int_equal(number(&a, "products"), 2);
    assert_int_equal(number(&a, "texts"), 2);
    assert_string_equal(word(a.json, "language"), "en");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'knowledge_imported'"), 1);
}

TEST_EACH_ENGINE(the_same_file_again_is_the_same_state)
{
    start(t);
    assert_int_equal(import(t, good).status, 200);
    int64_t before = rows(t), docs = test_number(t, "SELECT SUM(n) FROM knowledge_postings");
    struct kit_answer a = import(t, good);
    assert_int_equal(a.status, 200);
    assert_int_equal(number(&a, "changed"), 0);
    assert_int_equal(rows(t), before);
    assert_int_equal(test_number(t, "SELECT SUM(n) FROM knowledge_postings"), docs);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'knowledge_imported'"), 1);
    /* A file that names one product alone leaves the others. */
    a = import(t, "{\"products\":[{\"id\":\"2\",\"title\":\"Lamp\",\"price\":5}]}");
    assert_int_equal(number(&a, "changed"), 1);
    assert_int_equal(get(t, account, "/products/p1").status, 200);
}

TEST_EACH_ENGINE(a_file_with_a_fault_changes_nothing_and_says_where)
{
#define P(rest) "{\"currency\":\"USD\",\"products\":[{\"id\":\"a\",\"title\":\"A\"}," rest "]}"
#define O(rest) "{\"orders\":[{\"number\":\"1\",\"email\":\"a@b\",\"status\":\"x\"," rest "}]}"
    static const struct {
        const char *body, *fault;
    } bad[] = {
        { P("{\"id\":\"b\",\"title\":\"B\",\"price\":\"19.90\"}"), "products[1].price:type" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"price\":19.9}"), "products[1].price:type" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"price\":-1}"), "products[1].price:too_small" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"price\":1000000000000001}"), "products[1].price:too_large" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"currency\":\"EUR\"}"), "products[1].currency:other_currency" },
        { P("{\"id\":\"a\",\"title\":\"B\"}"), "products[1].id:duplicate" },
        { P("{\"title\":\"B\"}"), "products[1].id:required" },
        { P("{\"id\":\"b\"}"), "products[1].title:required" },
        { P("{\"id\":\"b\",\"title\":\"\\u3164 \\u200d\"}"), "products[1].title:invisible" },
        { P("{\"id\":\" b\",\"title\":\"B\"}"), "products[1].id:format" },
        { P("{\"id\":\"b\\n\",\"title\":\"B\"}"), "products[1].id:control_characters" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"url\":\"javascript:1\"}"), "products[1].url:format" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"available\":\"yes\"}"), "products[1].available:type" },
        { P("7"), "products[1]:type" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"variants\":[{\"id\":\"v\",\"price\":\"1\"}]}"),
          "products[1].variants[0].price:type" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"variants\":[{\"id\":\"v\"},{\"id\":\"v\"}]}"),
          "products[1].variants[1].id:duplicate" },
        { P("{\"id\":\"b\",\"title\":\"B\",\"variants\":[{\"id\":\"v\",\"options\":{\"c\":[]}}]}"),
          "products[1].variants[0].options:type" },
        { "{\"products\":[{\"id\":\"a\",\"title\":\"A\"}]}", "currency:required" },
        { "{\"currency\":\"usd\"}", "currency:not_one_of" },
        { "{\"products\":{}}", "products:type" },
        { "[]", ":type" },
        { O("\"total\":1"), "orders[0].currency:required" },
        { O("\"currency\":\"USD\",\"total\":\"1\""), "orders[0].total:type" },
        { O("\"currency\":\"USD\",\"total\":1,\"items\":[{\"quantity\":-1}]"),
          "orders[0].items[0].quantity:too_small" },
        { "{\"faq\":[{\"id\":\"f\",\"question\":\"Q\"}]}", "faq[0].answer:required" },
        { "{\"documents\":[{\"id\":\"f\",\"title\":\"Q\",\"text\":5}]}", "documents[0].text:type" },
    };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct kit_answer a = import(t, bad[i].body);
        assert_int_equal(a.status, 422);
        assert_string_equal(a.fault, bad[i].fault);
        assert_int_equal(rows(t), 0);
    }
    assert_string_equal(import(t, "{\"products\":[").error, "invalid_json");
    assert_string_equal(import(t, "{\"a\":1,\"a\":2}").error, "invalid_json");
    struct kit_answer a = get(t, account, "");
    const json_t *last = json_array_get(json_object_get(a.json, "imports"), 1), *row;
    assert_int_equal(json_array_size(json_object_get(a.json, "imports")), 10);
    assert_string_equal(word(last, "status"), "failed");
    row = json_array_get(json_object_get(json_array_get(json_object_get(a.json, "imports"), 2), "refused"), 0);
    assert_string_equal(word(row, "field"), "documents[0].text");
    assert_string_equal(word(row, "code"), "type");
}

TEST_EACH_ENGINE(another_currency_is_refused_when_there_are_prices)
{
    start(t);
    assert_int_equal(import(t, good).status, 200);
    assert_string_equal(import(t, "{\"currency\":\"EUR\",\"products\":[{\"id\":\"p1\",\"title\":\"K\"}]}").fault,
                        "currency:other_currency");
    assert_int_equal(import(t, "{\"products\":[{\"id\":\"p1\",\"title\":\"K\"}]}").status, 200);
}

TEST_EACH_ENGINE(only_who_may_is_let_in)
{
    start(t);
    int64_t other = kit_account(t, 0);
    assert_int_equal(import_as(t, other, 0, good).status, 404);
    assert_int_equal(import_as(t, account, shop + 1, good).status, 404); /* a key of another shop */
    assert_int_equal(rows(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_imports"), 0);
    assert_int_equal(import_as(t, account, shop, good).status, 200);
    assert_int_equal(get(t, other, "").status, 404);
    assert_int_equal(get(t, other, "/products/p1").status, 404);
    assert_int_equal(get(t, account, "/products/nothing").status, 404);
}

TEST_EACH_ENGINE(what_is_written_by_hand_is_kept_changed_and_removed)
{
    start(t);
    struct kit_answer a =
        text(t, VERB_POST, "/faq", "{\"question\":\"Returns?\",\"answer\":\"30 days \xf0\x9f\x99\x82\"}");
    assert_int_equal(a.status, 201);
    const char *entry = arena_printf(t->arena, "/faq/%s", word(a.json, "id"));
    assert_int_equal(text(t, VERB_POST, "/faq", "{\"id\":\"x\",\"question\":\"Q\",\"answer\":\"A\"}").status, 201);
    assert_string_equal(text(t, VERB_POST, "/faq", "{\"id\":\"x\",\"question\":\"Q\",\"answer\":\"A\"}").error,
                        "entry_exists");
    assert_string_equal(text(t, VERB_POST, "/faq", "{\"question\":\" \",\"answer\":\"A\"}").fault, "question:required");
    a = text(t, VERB_GET, "/faq", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "faq")), 2);
    a = text(t, VERB_PUT, entry, "{\"question\":\"Returns?\",\"answer\":\"60 days\"}");
    assert_string_equal(word(a.json, "answer"), "60 days");
    assert_int_equal(text(t, VERB_PUT, "/faq/none", "{\"question\":\"Q\",\"answer\":\"A\"}").status, 404);
    a = text(t, VERB_POST, "/documents", "{\"id\":\"d\",\"title\":\"Use\",\"text\":\"Fill it.\",\"product\":\"p1\"}");
    assert_string_equal(word(a.json, "product"), "p1");
    assert_int_equal(text(t, VERB_DELETE, "/faq/d", NULL).status, 404); /* of another kind */
    assert_int_equal(text(t, VERB_DELETE, entry, NULL).status, 200);
    assert_int_equal(text(t, VERB_DELETE, entry, NULL).status, 404);
    a = get(t, account, "");
    assert_int_equal(number(&a, "texts"), 2);
    /* An import does not touch what it does not name. */
    assert_int_equal(import(t, good).status, 200);
    a = text(t, VERB_GET, "/faq", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "faq")), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'knowledge_text_removed'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_file_is_taken_and_comes_back_to_the_byte),
        EACH_ENGINE(the_same_file_again_is_the_same_state),
        EACH_ENGINE(a_file_with_a_fault_changes_nothing_and_says_where),
        EACH_ENGINE(another_currency_is_refused_when_there_are_prices),
        EACH_ENGINE(only_who_may_is_let_in),
        EACH_ENGINE(what_is_written_by_hand_is_kept_changed_and_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
