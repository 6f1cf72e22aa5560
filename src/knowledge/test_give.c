/* test_give.c: what a program tells about itself follows the program, and what a person has done to it stays. On both
 * engines. */
#include "base/testing.h"
#include "knowledge/private.h"
#include "shops/test_kit.h"

static struct shop shop;
static const char *given;

static void start(struct test_db *t)
{
    kit_start();
    const struct shop_new in = { .account = kit_account(t, 0), .name = "House", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &in, &shop) == SHOP_ADDED);
    given = "{}";
}

static bool give(struct test_db *t, const char *told)
{
    const struct knowledge_gift gift = { .shop = &shop, .told = str_of(told), .given = given, .now_ms = kit_now() };
    return knowledge_give(t->tx, &gift, &given);
}

static const char *answer(struct test_db *t, const char *id)
{
    struct knowledge_text x;
    enum row row = know_texts_get(t->tx, shop.id, KNOWLEDGE_FAQ, id, t->arena, &x);
    assert_true(row != ROW_FAULT);
    return row == ROW_FOUND ? x.text : "(none)";
}

static int64_t price(struct test_db *t, const char *id)
{
    struct knowledge_head h;
    struct knowledge_product p;
    EXPECT(know_head_get(t->tx, shop.id, shop.account, &h) == ROW_FOUND);
    return know_products_get(t->tx, &h, id, t->arena, &p) == ROW_FOUND ? p.price : -1;
}

static int64_t imports(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM knowledge_imports"); }

/* As a person does it on the page Knowledge. */
static void by_hand(struct test_db *t, enum verb verb, const char *id, const char *body)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/knowledge/faq%s%s", (long long)shop.id,
                                    verb == VERB_POST ? "" : "/", verb == VERB_POST ? "" : id);
    struct kit_answer a = kit_call(
        t, &(struct kit_request){
               .routes = knowledge_text_routes, .verb = verb, .path = path, .account = shop.account, .body = body });
    assert_int_equal(a.status, verb == VERB_POST ? 201 : 200);
}

#define FAQ(id, text) "{\"id\":\"" id "\",\"question\":\"" id "?\",\"answer\":\"" text "\"}"
#define PLAN(id, price) "{\"id\":\"" id "\",\"title\":\"" id "\",\"price\":" price "}"

TEST_EACH_ENGINE(it_follows_the_program)
{
    start(t);
    EXPECT(give(
        t, "{\"currency\":\"CNY\",\"products\":[" PLAN("basic", "5000") "," PLAN("old", "1") "],\"faq\":[" FAQ(
               "a", "one") "," FAQ("b", "two") "],\"documents\":[{\"id\":\"d\",\"title\":\"D\",\"text\":\"d\"}]}"));
    assert_string_equal(answer(t, "a"), "one");
    assert_int_equal(price(t, "basic"), 5000);
    assert_int_equal(imports(t), 1);
    const char *first = given;
    EXPECT(give(
        t, "{\"currency\":\"CNY\",\"products\":[" PLAN("basic", "5000") "," PLAN("old", "1") "],\"faq\":[" FAQ(
               "a", "one") "," FAQ("b", "two") "],\"documents\":[{\"id\":\"d\",\"title\":\"D\",\"text\":\"d\"}]}"));
    assert_string_equal(given, first);
    assert_int_equal(imports(t), 1); /* nothing new: nothing told */
    EXPECT(give(t, "{\"currency\":\"CNY\",\"products\":[" PLAN("basic", "6000") "],\"faq\":[" FAQ("a", "uno") "]}"));
    assert_string_equal(answer(t, "a"), "uno");
    assert_string_equal(answer(t, "b"), "(none)");
    assert_int_equal(price(t, "basic"), 6000);
    assert_int_equal(price(t, "old"), -1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'knowledge_imported'"), 2);
    EXPECT(give(t, "{\"faq\":[" FAQ("a", "uno") "," FAQ("b", "again") "]}"));
    assert_string_equal(answer(t, "b"), "again");
    assert_int_equal(price(t, "basic"), -1); /* nothing is sold any more */
}

TEST_EACH_ENGINE(what_a_person_has_done_stays)
{
    start(t);
    by_hand(t, VERB_POST, "mine", FAQ("mine", "before"));
    EXPECT(give(t, "{\"faq\":[" FAQ("a", "one") "," FAQ("b", "two") "," FAQ("c", "three") "," FAQ("mine", "x") "]}"));
    assert_string_equal(answer(t, "mine"), "before");
    by_hand(t, VERB_PUT, "a", "{\"question\":\"a?\",\"answer\":\"better\"}");
    by_hand(t, VERB_DELETE, "b", NULL);
    EXPECT(give(t, "{\"faq\":[" FAQ("a", "new") "," FAQ("b", "new") "," FAQ("c", "new") "," FAQ("mine", "y") "]}"));
    assert_string_equal(answer(t, "a"), "better");
    assert_string_equal(answer(t, "b"), "(none)");
    assert_string_equal(answer(t, "c"), "new");
    assert_string_equal(answer(t, "mine"), "before");
    EXPECT(give(t, "{\"faq\":[]}")); /* told no more: what is still the program's goes */
    assert_string_equal(answer(t, "a"), "better");
    assert_string_equal(answer(t, "c"), "(none)");
    EXPECT(give(t, "{\"faq\":[" FAQ("b", "back") "," FAQ("c", "back") "]}"));
    assert_string_equal(answer(t, "b"), "(none)"); /* who removed it does not meet it again */
    assert_string_equal(answer(t, "c"), "back");
    /* Written as the program would write it: the program's again. */
    by_hand(t, VERB_PUT, "c", "{\"question\":\"c?\",\"answer\":\"mine\"}");
    by_hand(t, VERB_PUT, "c", "{\"question\":\"c?\",\"answer\":\"back\"}");
    EXPECT(give(t, "{\"faq\":[" FAQ("c", "newest") "]}"));
    assert_string_equal(answer(t, "c"), "newest");
}

TEST_EACH_ENGINE(prices_may_be_in_another_currency_from_now_on)
{
    start(t);
    EXPECT(give(t, "{\"currency\":\"CNY\",\"products\":[" PLAN("basic", "5000") "]}"));
    EXPECT(give(t, "{\"currency\":\"USD\",\"products\":[" PLAN("basic", "900") "]}"));
    assert_int_equal(price(t, "basic"), 900);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_shops WHERE currency = 'USD'"), 1);
    /* Somebody's own product beside them keeps the currency: a price in it would be a lie. */
    struct knowledge_head h;
    struct know_write w = { .now_ms = kit_now() };
    const struct knowledge_product own = { .id = "own", .title = "Own", .description = "", .priced = true, .price = 5 };
    EXPECT(know_head_get(t->tx, shop.id, shop.account, &h) == ROW_FOUND);
    EXPECT(know_products_save(t->tx, &h, &own, 1, &w) && know_head_keep(t->tx, &h, kit_now()));
    EXPECT(give(t, "{\"currency\":\"EUR\",\"products\":[" PLAN("basic", "800") "]}"));
    assert_int_equal(price(t, "basic"), -1);
    assert_int_equal(price(t, "own"), 5);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_shops WHERE currency = 'USD'"), 1);
    /* One that has the id of a plan is somebody's, too. */
    EXPECT(give(t, "{\"currency\":\"USD\",\"products\":[" PLAN("own", "1") "]}"));
    assert_int_equal(price(t, "own"), 5);
}

TEST_EACH_ENGINE(what_is_no_file_changes_nothing)
{
    static const char *const bad[] = { "", "[]", "{\"faq\":[{\"id\":\"a\"}]}", "{\"products\":[{\"id\":\"p\"}]}",
                                       "{\"faq\":[" FAQ("a", "one") "" };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        EXPECT(!give(t, bad[i]));
        assert_string_equal(given, "{}");
    }
    given = "no json";
    EXPECT(!give(t, "{\"faq\":[" FAQ("a", "one") "]}"));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_texts"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(it_follows_the_program),
        EACH_ENGINE(what_a_person_has_done_stays),
        EACH_ENGINE(prices_may_be_in_another_currency_from_now_on),
        EACH_ENGINE(what_is_no_file_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
