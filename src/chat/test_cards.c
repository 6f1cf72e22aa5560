/* test_cards.c: what stands on the cards of a reply: the shop's facts alone, a link and a picture only where they may
 * lead. */
#include "base/testing.h"

#include "chat/cards.h"
#include "chat/private.h"
#include <stdio.h>

static struct knowledge_product shown;
static bool broken;

static bool product(void *ctx, const char *id, struct arena *a, struct knowledge_product **out)
{
    (void)ctx, (void)a;
    *out = text_eq(id, shown.id) ? &shown : NULL;
    return !broken;
}

static const char *cards_of(struct arena *a, const char *domain, const struct model_cited *cited, size_t n,
                            enum model_action action)
{
    const struct knowledge_source source = { .shop_url = "https://harbor.example",
                                             .currency = CURRENCY_CNY,
                                             .product = product };
    const struct model_reply r = { .action = action, .source = cited, .sources = n };
    const char *out;
    assert_true(chat_cards(a, &source, domain, &r, &out));
    return out;
}

static json_t *only_card(struct arena *a, const char *domain)
{
    static const struct model_cited cited = { .kind = CITED_PRODUCT, .id = "p1" };
    const char *text = cards_of(a, domain, &cited, 1, REPLY_ANSWER);
    assert_non_null(text);
    json_t *all = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    assert_int_equal(json_array_size(all), 1);
    json_t *card = json_incref(json_array_get(all, 0));
    json_decref(all);
    return card;
}

static void expect(const char *member, const char *want)
{
    struct arena *a = arena_new(1 << 20);
    json_t *card = only_card(a, "tea.example");
    const char *got = json_string_value(json_object_get(card, member));
    if (!text_eq(got, want)) fail_msg("%s of %s, %s: %s", member, shown.url, shown.image, got ? got : "null");
    json_decref(card);
    arena_free(a);
}

static void links(void **state)
{
    (void)state;
    static const struct {
        const char *url, *want;
    } cases[] = {
        { "https://harbor.example/p?a=b#c", "https://harbor.example/p?a=b" },
        { "http://harbor.example/p", "http://harbor.example/p" },
        { "/p", "https://harbor.example/p" },
        { "javascript:alert(1)", NULL },
        { "data:text/html,x", NULL },
        { "https://me:secret@harbor.example/p", NULL },
        { "https://harbor.example/\"onclick", NULL },
        { NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        shown = (struct knowledge_product){ .id = "p1", .title = "Kettle", .url = cases[i].url };
        expect("url", cases[i].want);
    }
    char *large = test_malloc(CARD_URL_MAX + 40);
    memset(large, 'x', CARD_URL_MAX + 39), large[CARD_URL_MAX + 39] = '\0';
    memcpy(large, "https://harbor.example/", 23);
    shown = (struct knowledge_product){ .id = "p1", .title = "Kettle", .url = large, .image = large };
    expect("url", NULL), expect("image", NULL);
    test_free(large);
}

static void pictures(void **state)
{
    (void)state;
    static const struct {
        const char *image, *want;
    } cases[] = {
        { "https://harbor.example/k.jpg", "https://harbor.example/k.jpg" },
        { "https://img.tea.example/k.jpg", "https://img.tea.example/k.jpg" },
        { "https://pages.example/k.jpg", "https://pages.example/k.jpg" }, /* where the product's page is */
        { "https://cdn.shopify.com/s/k.jpg", "https://cdn.shopify.com/s/k.jpg" },
        { "//img.alicdn.com/k.jpg", "https://img.alicdn.com/k.jpg" },
        { "/k.jpg", "https://pages.example/k.jpg" },
        { "https://tracker.example/k.gif", NULL },
        { "https://evilcdn.shopify.com.tracker.example/k.gif", NULL },
        { "https://eviltea.example/k.gif", NULL },
        { "http://harbor.example/k.jpg", NULL },
        { "http://localhost:8081/k.svg", NULL },
        { "data:image/svg+xml,<svg/>", NULL },
        { NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        shown = (struct knowledge_product){
            .id = "p1", .title = "Kettle", .url = "https://pages.example/p", .image = cases[i].image
        };
        expect("image", cases[i].want);
    }
    chat_settings.development = true;
    shown.image = "http://localhost:8081/k.svg";
    expect("image", "http://localhost:8081/k.svg");
    chat_settings.development = false;
}

static void prices(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    static const struct knowledge_variant three[] = {
        { .id = "v1", .priced = true, .price = 5900, .available = true },
        { .id = "v2", .priced = true, .price = 3900, .available = false },
        { .id = "v3", .priced = true, .price = 4900, .available = true },
    };
    static const struct model_cited v2[] = { { .kind = CITED_VARIANT, .id = "v2" },
                                             { .kind = CITED_PRODUCT, .id = "p1" } };
    shown = (struct knowledge_product){
        .id = "p1", .title = "<b>\"Kettle\"</b>", .variant = three, .variants = 3, .available = true
    };
    json_t *card = only_card(a, NULL);
    assert_string_equal(json_string_value(json_object_get(card, "price")), "¥49.00"); /* the lowest that can be had */
    assert_true(json_is_true(json_object_get(card, "from")) && json_is_true(json_object_get(card, "available")));
    assert_string_equal(json_string_value(json_object_get(card, "title")), "<b>\"Kettle\"</b>");
    json_decref(card);
    assert_non_null(
        strstr(cards_of(a, NULL, v2, 2, REPLY_ANSWER), "\"price\":\"¥39.00\",\"from\":false,\"available\":false"));
    shown.variants = 0, shown.currency = CURRENCY_USD, shown.priced = true, shown.price = 0;
    assert_non_null(strstr(cards_of(a, NULL, v2, 2, REPLY_ASK), "\"price\":\"$0.00\",\"from\":false"));
    shown.priced = false;
    assert_non_null(strstr(cards_of(a, NULL, v2, 2, REPLY_ASK), "\"price\":null"));
    arena_free(a);
}

static void what_shows_none(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct model_cited many[5];
    shown = (struct knowledge_product){ .id = "p1", .title = "Kettle" };
    for (size_t i = 0; i < 5; i++) many[i] = (struct model_cited){ .kind = CITED_PRODUCT, .id = "p1" };
    const char *text = cards_of(a, NULL, many, 5, REPLY_ANSWER);
    size_t cards = 0;
    for (const char *p = text; (p = strstr(p, "\"id\":")) != NULL; p++) cards++;
    assert_int_equal(cards, CARDS_MAX);
    assert_null(cards_of(a, NULL, many, 5, REPLY_DECLINE));
    assert_null(cards_of(a, NULL, many, 5, REPLY_HAND_OFF));
    assert_null(cards_of(a, NULL, many, 0, REPLY_ANSWER));
    many[0] = (struct model_cited){ .kind = CITED_FAQ, .id = "p1" };
    assert_null(cards_of(a, NULL, many, 1, REPLY_ANSWER));
    many[0] = (struct model_cited){ .kind = CITED_PRODUCT, .id = "gone" };
    assert_null(cards_of(a, NULL, many, 1, REPLY_ANSWER));
    const struct knowledge_source source = { .product = product };
    const struct model_reply r = { .action = REPLY_ANSWER, .source = many, .sources = 1 };
    broken = true;
    assert_false(chat_cards(a, &source, NULL, &r, &text));
    broken = false;
    /* A long title is cut between characters. */
    char *title = arena_alloc(a, 400);
    for (size_t i = 0; i < 133; i++) memcpy(title + i * 3, "茶", 3);
    title[399] = '\0', shown.title = title;
    json_t *card = only_card(a, NULL);
    const char *cut = json_string_value(json_object_get(card, "title"));
    assert_true(strlen(cut) <= CARD_TITLE_MAX && utf8_valid(str_of(cut)));
    json_decref(card);
    arena_free(a);
}

/* What the model has read is shown as it read it, and is not asked for again. */
static void what_the_model_has_is_not_read_again(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct knowledge_product had = { .id = "p1", .title = "Copper kettle", .available = true };
    const struct model_cited cited[] = { { .kind = CITED_PRODUCT, .id = "p1", .product = &had } };
    broken = true;
    const char *text = cards_of(a, NULL, cited, 1, REPLY_ANSWER);
    broken = false;
    assert_non_null(text);
    assert_non_null(strstr(text, "\"title\":\"Copper kettle\""));
    arena_free(a);
}

static json_t *sources_of(struct arena *a, const struct model_cited *cited, size_t n)
{
    const struct knowledge_source source = { .shop_url = "https://harbor.example" };
    const struct model_reply r = { .action = REPLY_ANSWER, .source = cited, .sources = n };
    const char *out;
    chat_sources(a, &source, &r, &out);
    if (!out) return NULL;
    assert_true(strlen(out) <= SOURCES_BYTES + 2);
    json_t *all = json_read(str_of(out), JSON_READ_MAX_BYTES, NULL);
    assert_true(json_is_array(all));
    return all;
}

static void what_it_stands_on(void **state)
{
    (void)state;
    static const struct knowledge_product kettle = { .id = "p1", .title = "Kettle", .url = "/kettle" };
    static const struct model_cited cited[] = {
        { .kind = CITED_PRODUCT, .id = "p1", .title = "Kettle", .product = &kettle },
        { .kind = CITED_FAQ, .id = "f1", .title = "Can I return it?" },
        { .kind = CITED_PRODUCT, .id = "p1", .title = "Kettle", .product = &kettle },
        { .kind = CITED_DOCUMENT, .id = "d1", .title = "Care", .url = "javascript:alert(1)" },
    };
    static const struct {
        const char *kind, *id, *url;
    } want[] = { { "product", "p1", "https://harbor.example/kettle" },
                 { "faq", "f1", NULL },
                 { "document", "d1", NULL } };
    struct arena *a = arena_new(1 << 20);
    json_t *all = sources_of(a, cited, ARRAY_LEN(cited));
    assert_int_equal(json_array_size(all), ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        const json_t *one = json_array_get(all, i);
        assert_string_equal(json_string_value(json_object_get(one, "kind")), want[i].kind);
        assert_string_equal(json_string_value(json_object_get(one, "id")), want[i].id);
        assert_true(text_eq(json_string_value(json_object_get(one, "url")), want[i].url));
    }
    json_decref(all);
    assert_null(sources_of(a, NULL, 0));
    arena_free(a);
}

/* Of many, and of long ones, the first are kept, and none is kept in part. */
static void what_it_stands_on_is_bounded(void **state)
{
    (void)state;
    char long_title[CARD_TITLE_MAX + 40];
    char id[MODEL_CITED][8];
    struct model_cited cited[MODEL_CITED];
    struct arena *a = arena_new(1 << 20);
    memset(long_title, '"', sizeof long_title - 1),
        long_title[sizeof long_title - 1] = '\0'; /* two bytes each in JSON */
    for (int large = 0; large < 2; large++) {
        for (size_t i = 0; i < MODEL_CITED; i++) {
            (void)snprintf(id[i], sizeof id[i], "d%zu", i);
            cited[i] =
                (struct model_cited){ .kind = CITED_DOCUMENT, .id = id[i], .title = large ? long_title : "Care" };
        }
        json_t *all = sources_of(a, cited, MODEL_CITED);
        size_t n = json_array_size(all);
        if (large) assert_in_range(n, 2, SOURCES_MAX - 1);
        else assert_int_equal(n, SOURCES_MAX);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(json_string_value(json_object_get(json_array_get(all, i), "id")), id[i]);
        json_decref(all);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_model_has_is_not_read_again),
        cmocka_unit_test(links),
        cmocka_unit_test(pictures),
        cmocka_unit_test(prices),
        cmocka_unit_test(what_shows_none),
        cmocka_unit_test(what_it_stands_on),
        cmocka_unit_test(what_it_stands_on_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
