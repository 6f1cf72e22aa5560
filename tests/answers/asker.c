/* asker.c: asks the assistant and its local model over a shop in memory. usage: asker SHOP.JSON; a question a line on
 * the standard input,
 * {"turns":[...],"language":"en"}; a line of replies for each on the standard output, as POST .../chatbot/try gives
 * them. run.mjs judges.
 *
 * asker --house SOLD.JSON writes the shop of the house instead: what the program tells about itself at these prices. */
#include "base/json_read.h"
#include "base/json_write.h"
#include "chat/agent.h"
#include "chat/test_memory.h"
#include "site/site.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHOP_BYTES = 64 << 20, ASK_BYTES = 64 << 20, LINE_BYTES = 1 << 20, TURNS = 32 };

static struct str file_read(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return (struct str){ NULL, 0 };
    char *p = arena_alloc(a, JSON_READ_MAX_BYTES);
    size_t n = fread(p, 1, JSON_READ_MAX_BYTES, f);
    (void)fclose(f);
    return (struct str){ p, n };
}

static void write_reply(struct json *j, const struct model_reply *r)
{
    json_object(j, NULL);
    json_text(j, "text", r->text ? r->text : "");
    json_text(j, "language", r->language);
    json_text(j, "action", model_action_name(r->action));
    json_bool(j, "asked", r->action == REPLY_HAND_OFF_ASKED);
    json_text(j, "why", r->why);
    json_array(j, "sources");
    for (size_t i = 0; i < r->sources; i++) {
        json_object(j, NULL);
        json_text(j, "kind", model_cited_name(r->source[i].kind)), json_text(j, "id", r->source[i].id);
        json_text(j, "title", r->source[i].title), json_text(j, "url", r->source[i].url);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void answer_line(const struct knowledge_source *source, const json_t *line)
{
    const json_t *turns = json_object_get(line, "turns");
    struct model_turn turn[TURNS * 2];
    struct arena *a = arena_new(ASK_BYTES);
    struct buf out;
    struct json j;
    const struct chat_shop_settings settings = { .timezone = "" }; /* no words of its own */
    int64_t failed = 0;
    size_t n = 0;
    buf_init(&out, LINE_BYTES);
    json_begin(&j, &out);
    json_object(&j, NULL);
    json_array(&j, "replies");
    for (size_t i = 0; i < json_array_size(turns) && i < TURNS; i++) {
        struct agent_reply r;
        turn[n++] = (struct model_turn){ .customer = true, .text = json_string_value(json_array_get(turns, i)) };
        struct model_ask ask = { .turn = turn,
                                 .turns = n,
                                 .language = json_string_value(json_object_get(line, "language")),
                                 .source = source,
                                 .arena = a };
        if (!agent_answer(&ask, &settings, failed, &r)) exit(1);
        failed = r.reply.action >= REPLY_HAND_OFF ? 0 : r.failed;
        write_reply(&j, &r.reply);
        turn[n++] = (struct model_turn){ .customer = false, .text = r.reply.text };
    }
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    (void)printf("%.*s\n", (int)out.n, out.p);
    buf_free(&out);
    arena_free(a);
}

/* ---- the shop of the house ---- */

static const char *text_in(struct arena *a, const json_t *o, const char *key)
{
    struct str s;
    return json_get_str(o, key, &s) ? arena_text_n(a, s.p, s.n) : NULL;
}

static int64_t number_in(const json_t *o, const char *key)
{
    int64_t n;
    return json_get_i64(o, key, &n) ? n : 0;
}

static const json_t *sold;

static const char *ways(struct arena *a, enum lang lang)
{
    return text_in(a, sold, lang == LANG_ZH ? "waysZh" : "waysEn");
}

static struct site_offer offer_in(struct arena *a, const json_t *o)
{
    return (struct site_offer){ .code = text_in(a, o, "code"),
                                .name_en = text_in(a, o, "nameEn"),
                                .name_zh = text_in(a, o, "nameZh"),
                                .plan = number_in(o, "credits") == 0,
                                .price = money_of(number_in(o, "price"), CURRENCY_CNY),
                                .seat_price = money_of(number_in(o, "seatPrice"), CURRENCY_CNY),
                                .more_seats = number_in(o, "seatPrice") > 0,
                                .days = number_in(o, "days"),
                                .seats = number_in(o, "seats"),
                                .websites = number_in(o, "websites"),
                                .credits = number_in(o, "credits") };
}

static int write_house(struct arena *a, const char *path)
{
    struct site_offer offer[SITE_OFFERS_MAX];
    size_t n = 0;
    struct buf out;
    sold = json_read(file_read(a, path), JSON_READ_MAX_BYTES, NULL);
    if (!sold) return 2;
    site_settings = (struct site_settings){ .base_url = text_in(a, sold, "url"),
                                            .company = text_in(a, sold, "company"),
                                            .support_contact = text_in(a, sold, "support"),
                                            .support_hours = text_in(a, sold, "hours"),
                                            .enable_credits = number_in(sold, "enableCredits"),
                                            .renewal_credits = number_in(sold, "renewalCredits") };
    site_hooks = (struct site_hooks){ .trial_days = number_in(sold, "trialDays"), .ways = ways };
    const json_t *list = json_object_get(sold, "offers");
    for (size_t i = 0; i < json_array_size(list) && n < SITE_OFFERS_MAX; i++)
        offer[n++] = offer_in(a, json_array_get(list, i));
    buf_init(&out, SHOP_BYTES);
    site_told_of(&out, a, offer, n);
    (void)printf("%.*s\n", (int)out.n, out.p);
    buf_free(&out);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new(SHOP_BYTES);
    if (argc == 3 && text_eq(argv[1], "--house")) return write_house(a, argv[2]);
    struct memory_shop *shop = argc == 2 ? memory_shop_read(a, file_read(a, argv[1])) : NULL;
    static char line[LINE_BYTES];
    if (!shop) {
        (void)fputs("usage: asker SHOP.JSON | asker --house SOLD.JSON\n", stderr);
        return 2;
    }
    while (fgets(line, sizeof line, stdin)) {
        json_t *o = json_read(str_of(line), sizeof line, NULL);
        if (!o) return 2;
        answer_line(memory_shop_source(shop), o);
        json_decref(o);
    }
    arena_free(a);
    return 0;
}
