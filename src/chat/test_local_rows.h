/* test_local_rows.h: what a shop's chatbot is asked and what must stand in its answer, as rows. */
#ifndef CHATHUB_CHAT_TEST_LOCAL_ROWS_H
#define CHATHUB_CHAT_TEST_LOCAL_ROWS_H

#include "base/testing.h"

#include "chat/models/local.h"
#include "chat/test_memory.h"

/* ---- a shop.json in pieces ---- */

#define SHOP(name, language, currency)                                                                                 \
    "{\"name\":\"" name "\",\"languages\":[\"" language "\"],\"currency\":\"" currency                                 \
    "\",\"url\":\"https://shop.example\","
#define FAQ(id, question, answer) "{\"id\":\"" id "\",\"question\":\"" question "\",\"answer\":\"" answer "\"}"
#define PAPER(id, product, title, text)                                                                                \
    "{\"id\":\"" id "\",\"product\":\"" product "\",\"title\":\"" title "\",\"text\":\"" text "\"}"
#define ONE(name, value, price)                                                                                        \
    "{\"id\":\"" price "\",\"options\":{\"" name "\":\"" value "\"},\"price\":" price ",\"available\":true}"
#define TWO(name, value, name2, value2, price, there)                                                                  \
    "{\"id\":\"" price "\",\"options\":{\"" name "\":\"" value "\",\"" name2 "\":\"" value2 "\"},\"price\":" price     \
    ",\"available\":" there "}"
#define THING(id, title, description, variants)                                                                        \
    "{\"id\":\"" id "\",\"title\":\"" title "\",\"description\":\"" description "\",\"variants\":[" variants "]}"
#define THING_AT(id, title, description, price)                                                                        \
    "{\"id\":\"" id "\",\"title\":\"" title "\",\"description\":\"" description "\",\"price\":" price "}"

/* ---- rows ---- */

struct asked_row {
    const char *said[2], *there, *not_there; /* in the last reply; NULL: one turn, nothing that may not be */
};

/* Each to a shop that nobody has spoken with; `told` is its shop.json. */
static void each_is_answered(const char *told, const struct asked_row *rows, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new(64 << 20);
        struct memory_shop *shop = memory_shop_read(a, str_of(told));
        assert_non_null(shop);
        struct model_turn turn[3] = { { .customer = true, .text = rows[i].said[0] },
                                      { .text = "…" },
                                      { .customer = true, .text = rows[i].said[1] } };
        struct model_ask ask = {
            .turn = turn, .turns = rows[i].said[1] ? 3 : 1, .source = memory_shop_source(shop), .arena = a
        };
        struct model_reply r;
        assert_true(model_local(&ask, &r));
        if (!strstr(r.text, rows[i].there) || (rows[i].not_there && strstr(r.text, rows[i].not_there))) {
            print_error("%s: [%s] %s\n", rows[i].said[rows[i].said[1] ? 1 : 0], r.why, r.text);
            wrong++;
        }
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}
#define EACH(told, ...)                                                                                                \
    do {                                                                                                               \
        static const struct asked_row rows[] = { __VA_ARGS__ };                                                        \
        each_is_answered(told, rows, ARRAY_LEN(rows));                                                                 \
        (void)state;                                                                                                   \
    } while (0)

#endif
