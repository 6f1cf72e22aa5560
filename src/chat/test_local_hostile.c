/* test_local_hostile.c: shops and turns that are made to wear the local model out, or to have it tell of one thing what
 * is another's. An ask that takes more than a quarter of what a job may take ends this test, as it would end the
 * server. */
#include "base/testing.h"

#include "chat/models/local.h"
#include "chat/test_memory.h"

#include <time.h>

enum { JOB_BYTES = 128 << 20, ASK_BYTES = JOB_BYTES / 4, SHOP_BYTES = 24 << 20 };
enum { JSON_BYTES = 1 << 20, ASK_SECONDS = 20 };

struct shop {
    struct arena *arena;
    struct memory_shop *memory;
    struct buf json;
};

static struct shop shop_new(const char *products_of)
{
    struct shop s = { .arena = arena_new(SHOP_BYTES) };
    buf_fixed(&s.json, arena_alloc(s.arena, JSON_BYTES), JSON_BYTES);
    buf_printf(&s.json, "{\"name\":\"Test\",\"languages\":[\"%s\"],\"currency\":\"USD\",\"products\":[", products_of);
    return s;
}

static void shop_done(struct shop *s)
{
    buf_text(&s->json, "}");
    assert_false(s->json.overflow);
    s->memory = memory_shop_read(s->arena, buf_str(&s->json));
    assert_non_null(s->memory);
}

static struct shop shop_of(const char *language, const char *rest)
{
    struct shop s = shop_new(language);
    buf_text(&s.json, rest);
    shop_done(&s);
    return s;
}

/* The turns, one after the other; what the last one gets, to be freed. */
static char *said_last(const struct shop *s, const char *const *text, size_t n, enum model_action *action)
{
    struct arena *a = arena_new(ASK_BYTES);
    struct model_turn *turn = ARENA_ARRAY(a, struct model_turn, n);
    struct model_reply r;
    clock_t begin = clock();
    for (size_t i = 0; i < n; i++) turn[i] = (struct model_turn){ .customer = true, .text = text[i] };
    struct model_ask ask = { .turn = turn, .turns = n, .source = memory_shop_source(s->memory), .arena = a };
    assert_true(model_local(&ask, &r));
    assert_true((clock() - begin) / CLOCKS_PER_SEC < ASK_SECONDS);
    char *out = strdup(r.text);
    assert_non_null(out);
    *action = r.action;
    arena_free(a);
    return out;
}

struct asked_row {
    const char *before; /* said before; NULL: nothing */
    const char *said, *there, *not_there;
};

static void check_rows(const struct shop *s, const struct asked_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *both[] = { rows[i].before, rows[i].said };
        bool two = rows[i].before != NULL;
        enum model_action action;
        char *text = said_last(s, two ? both : both + 1, two ? 2 : 1, &action);
        if (!strstr(text, rows[i].there) || (rows[i].not_there && strstr(text, rows[i].not_there)))
            fail_msg("\"%s\": %s", rows[i].said, text);
        free(text);
    }
}

#define RULES                                                                                                          \
    "\"faq\":[{\"id\":\"f1\",\"question\":\"How long does delivery take?\",\"answer\":\"Delivery takes two to four "   \
    "days. We hand the parcel to the carrier in the evening, and it is brought to your door between eight and six. "   \
    "You get a letter with the number of the parcel when it leaves our house. Parcels for islands take two days more " \
    "than others.\"},{\"id\":\"f2\",\"question\":\"Can I return goods?\",\"answer\":\"You can return goods within 14 " \
    "days.\"}],"

static const char codes_shop[] =
    "{\"id\":\"v\",\"title\":\"Vacuum M9 Pro\",\"description\":\"Cleans floors.\",\"price\":25000,\"available\":true},"
    "{\"id\":\"w\",\"title\":\"Watch S3\",\"description\":\"Tells the time.\",\"price\":9900,\"available\":true},"
    "{\"id\":\"k\",\"title\":\"Copper kettle\",\"description\":\"Weighs 1.2 kg. Height 30 cm. Holds water for the "
    "whole family.\","
    "\"price\":4500,\"available\":true}],\"orders\":[]," RULES
    "\"documents\":[{\"id\":\"dw\",\"product\":\"w\",\"title\":\"Guide\",\"text\":\"Watch S3 quick guide\\nE4: the "
    "battery is empty.\"},{\"id\":\"dv\",\"product\":\"v\",\"title\":\"Faults\",\"text\":\"M9 Pro handbook\\nE3: the "
    "brush is blocked.\"}],\"promotions\":[]";

/* Of two questions the first has its answer; the second finds none. */
static void a_code_of_no_paper_takes_nothing_of_what_was_said(void **state)
{
    static const struct asked_row rows[] = {
        { NULL, "How long does delivery take? My M9 Pro shows E7", "nothing on this code", NULL },
        { NULL, "How long does delivery take? My M9 Pro shows error E7", "", "brush" },
        { NULL, "How long does delivery take?\nMy vacuum M9 Pro has the error E7", "", "brush" },
        { NULL, "How long does delivery take? error E7", "", NULL },
        { NULL, "How long does delivery take? Does the Watch S3 show E9?", "", "empty" },
        { NULL, "My vacuum M9 Pro shows error E3", "brush", NULL },
        { NULL, "My watch S3 says E4", "battery is empty", "quick guide" },
        { NULL, "How long does delivery take? My vacuum M9 Pro shows error E3", "brush", NULL },
    };
    struct shop s = shop_of("en", codes_shop);
    check_rows(&s, rows, ARRAY_LEN(rows));
    arena_free(s.arena);
}

static const char robot_shop[] =
    "{\"id\":\"p\",\"title\":\"扫地机器人P20 Pro\",\"description\":\"扫得干净。\",\"price\":99900,\"available\":true}],"
    "\"orders\":[],\"faq\":[],\"documents\":[{\"id\":\"d\",\"product\":\"p\",\"title\":\"说明书\","
    "\"text\":\"扫地器P20 Pro使用说明\\n先充电。\"}],\"promotions\":[]";

static void a_model_is_no_code_of_a_fault(void **state)
{
    static const struct asked_row rows[] = {
        { NULL, "how much is the Watch S3?", "99.00", "quick guide" },
        { NULL, "is the watch S3 in stock", "Watch S3", "quick guide" },
        { NULL, "tell me of the Watch S3", "Watch S3", "quick guide" },
    };
    static const struct asked_row chinese[] = { { NULL, "P20 Pro多少钱", "999.00", "说明" },
                                                { NULL, "扫地机器人P20 Pro有货吗", "P20", "说明" } };
    struct shop s = shop_of("en", codes_shop), zh = shop_of("zh-CN", robot_shop);
    check_rows(&s, rows, ARRAY_LEN(rows));
    check_rows(&zh, chinese, ARRAY_LEN(chinese));
    arena_free(zh.arena), arena_free(s.arena);
}

static const char kettle_shop[] =
    "{\"id\":\"k\",\"title\":\"铜壶\",\"description\":\"重1.2公斤。\",\"price\":4500,\"available\":true}],"
    "\"orders\":[],\"faq\":[],\"documents\":[],\"promotions\":[]";

static void what_is_not_sold_is_told_no_fact_of_another(void **state)
{
    static const struct asked_row rows[] = {
        { NULL, "How much does the copper pan weigh?", "", "1.2" },
        { NULL, "how heavy is the copper pan", "", "1.2" },
        { NULL, "How much does the copper kettle weigh?", "1.2", NULL },
        { NULL, "how tall does the copper kettle grow?", "30 cm", NULL },
        { NULL, "how tall is the copper pan?", "", "30 cm" },
        { "Can I return a copper pan?", "how much is it?", "", "45.00" },
        { "Can I return the copper kettle?", "how much is it?", "45.00", NULL },
    };
    static const struct asked_row chinese[] = { { NULL, "铜锅多重", "", "1.2" }, { NULL, "铜壶多重", "1.2", NULL } };
    struct shop s = shop_of("en", codes_shop), zh = shop_of("zh-CN", kettle_shop);
    check_rows(&s, rows, ARRAY_LEN(rows));
    check_rows(&zh, chinese, ARRAY_LEN(chinese));
    arena_free(zh.arena), arena_free(s.arena);
}

/* The word over and over, as far as a turn is read. */
static char *many(const char *first, const char *word)
{
    size_t n = strlen(first), one = strlen(word);
    char *out = calloc(1, 4000);
    assert_non_null(out);
    memcpy(out, first, n);
    for (; n + one < 4000; n += one) memcpy(out + n, word, one);
    return out;
}

/* Each turn after many more like it, so that the memory of all that are read anew is taken, too. */
static void ask_worn(const struct shop *s, const char *first, const char *word)
{
    char *text = many(first, word);
    const char *turns[4];
    enum model_action action;
    for (size_t i = 0; i < ARRAY_LEN(turns); i++) turns[i] = text;
    char *reply = said_last(s, turns, ARRAY_LEN(turns), &action);
    assert_true(strlen(reply) > 0 && strlen(reply) < 8000);
    free(reply);
    free(text);
}

static void products_of_many_values_take_bounded_memory(void **state)
{
    struct shop s = shop_new("en");
    for (int i = 0; i < 40; i++) {
        buf_printf(&s.json, "%s{\"id\":\"c%d\",\"title\":\"Phone case %d\",\"description\":\"\",\"variants\":[",
                   i ? "," : "", i, i);
        for (int k = 0; k < 20; k++)
            buf_printf(&s.json,
                       "%s{\"id\":\"c%dv%d\",\"price\":900,\"available\":true,\"options\":{\"weight\":\"%d g "
                       "%d ml\"}}",
                       k ? "," : "", i, k, k + 2, k + 100);
        buf_text(&s.json, "]}");
    }
    buf_text(&s.json, "],\"orders\":[],\"faq\":[],\"documents\":[],\"promotions\":[]");
    shop_done(&s);
    ask_worn(&s, "case", " 1g");
    ask_worn(&s, "how much is the phone case of", " 3kg");
    ask_worn(&s, "case 一", "两斤");
    arena_free(s.arena);
}

/* Eight papers of 64 kB whose lines say next to nothing, and a description that is no better. */
static void papers_of_many_lines_take_bounded_memory(void **state)
{
    static const char *const lines[] = { "a\\n", "\\n\\n#", "1 kg\\n", "E1\\n", "重\\n" };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct shop s = shop_new("en");
        buf_text(&s.json, "{\"id\":\"k\",\"title\":\"Copper kettle\",\"price\":4500,\"available\":true,"
                          "\"description\":\"");
        for (size_t n = 0; n < 32 << 10; n += strlen(lines[i])) buf_text(&s.json, lines[i]);
        buf_text(&s.json, "\"}],\"orders\":[],\"faq\":[],\"promotions\":[],\"documents\":[");
        for (int k = 0; k < 8; k++) {
            buf_printf(&s.json, "%s{\"id\":\"d%d\",\"product\":\"k\",\"title\":\"Kettle %d\",\"text\":\"", k ? "," : "",
                       k, k);
            for (size_t n = 0; n < 64 << 10; n += strlen(lines[i])) buf_text(&s.json, lines[i]);
            buf_text(&s.json, "\"}");
        }
        buf_text(&s.json, "]");
        shop_done(&s);
        static const char *const turns[] = { "does the copper kettle whistle loudly on induction hobs?",
                                             "how heavy is the copper kettle?",
                                             "铜 copper kettle 多重 噪音 防水",
                                             "the copper kettle shows error E7",
                                             "what is the warranty of the copper kettle?",
                                             "is the copper kettle waterproof? how heavy is it? does it whistle?" };
        for (size_t k = 0; k < ARRAY_LEN(turns); k++) {
            enum model_action action;
            char *reply = said_last(&s, &turns[k], 1, &action);
            assert_true(strlen(reply) > 0);
            free(reply);
        }
        if (i == 0) ask_worn(&s, "copper kettle", " whistle");
        arena_free(s.arena);
    }
}

static void options_of_one_value_are_fitted_at_once(void **state)
{
    struct knowledge_option option[40];
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n" };
    for (size_t i = 0; i < ARRAY_LEN(option); i++)
        option[i] = (struct knowledge_option){ .name = names[i % ARRAY_LEN(names)], .value = "red" };
    struct knowledge_variant v = { .option = option, .options = 20 };
    struct mention x[LOCAL_MENTIONS];
    for (size_t i = 0; i < ARRAY_LEN(x); i++) x[i] = (struct mention){ .joined = "red", .value = "red" };
    assert_true(options_fit(&v, x, ARRAY_LEN(x)));
    x[11] = (struct mention){ .joined = "blue", .value = "blue" };
    assert_false(options_fit(&v, x, ARRAY_LEN(x)));
    x[11].excluded = true;
    assert_true(options_fit(&v, x, ARRAY_LEN(x)));
    x[11] = (struct mention){ .joined = "red", .value = "red", .excluded = true };
    assert_false(options_fit(&v, x, ARRAY_LEN(x)));
    /* who may have the first alone gets it, though another came before */
    v.options = 2;
    x[0] = (struct mention){ .joined = "red" }, x[1] = (struct mention){ .joined = "red", .name = "a" };
    assert_true(options_fit(&v, x, 2));
    x[0].name = "a";
    assert_false(options_fit(&v, x, 2)); /* one option is no two */
    x[0].name = x[1].name = NULL;
    assert_false(options_fit(&v, x, 3));
    assert_true(options_fit(&v, x, 0));
    v.options = ARRAY_LEN(option); /* more than are looked at */
    assert_true(options_fit(&v, x, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_of_no_paper_takes_nothing_of_what_was_said),
        cmocka_unit_test(a_model_is_no_code_of_a_fault),
        cmocka_unit_test(what_is_not_sold_is_told_no_fact_of_another),
        cmocka_unit_test(products_of_many_values_take_bounded_memory),
        cmocka_unit_test(papers_of_many_lines_take_bounded_memory),
        cmocka_unit_test(options_of_one_value_are_fitted_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
