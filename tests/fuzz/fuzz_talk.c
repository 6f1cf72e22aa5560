/* fuzz_talk.c: a shop's words and a shopper's, to the local model: the first line is a product's title, the second its
 * description, the third a text of the shop, the others are turns. Each turn gets an answer of valid text, the same
 * when it is asked again, with sources that the shop has. Words are kept whole by the dictionary (talk.dict). */
#include "base/json_write.h"
#include "base/unicode.h"
#include "chat/models/local.h"
#include "chat/test_memory.h"
#include "fuzz.h"

#define BUYER "ann@shop.example"
#define CARRIER "QUOKKA-POST" /* of the one order */

enum { INPUT_MAX_BYTES = 1500, SHOP_BYTES = 4 << 20, ASK_BYTES = 64 << 20, TURNS = 4 };

static void write_product(struct json *j, const char *id, struct str title, struct str description)
{
    json_object(j, NULL);
    json_text(j, "id", id), json_str(j, "title", title), json_str(j, "description", description);
    json_array(j, "variants");
    for (int i = 0; i < 2; i++) {
        json_object(j, NULL);
        json_text(j, "id", i ? "v2" : "v1"), json_bool(j, "available", i == 0);
        json_raw(j, "price", i ? STR("2900") : STR("1900"));
        json_object(j, "options");
        json_text(j, "Colour", i ? "sea green" : "红色"), json_text(j, "Size", i ? "2 m" : "10 x 20 cm");
        json_end(j), json_end(j);
    }
    json_end(j), json_end(j);
}

static struct memory_shop *shop_of(struct arena *a, struct str title, struct str description, struct str rule)
{
    struct buf b;
    struct json j;
    buf_init(&b, SHOP_BYTES);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_text(&j, "name", "Shop"), json_text(&j, "currency", "EUR"), json_text(&j, "url", "https://shop.example");
    json_array(&j, "languages");
    json_text(&j, NULL, "en"), json_text(&j, NULL, "zh-CN");
    json_end(&j);
    json_array(&j, "products");
    write_product(&j, "p1", title, description);
    write_product(&j, "p2", STR("Winter gloves 手套 HX-20"), STR("Knives, sleeves and batteries. 重3.5公斤。"));
    json_end(&j);
    json_array(&j, "documents");
    json_object(&j, NULL);
    json_text(&j, "id", "d1"), json_text(&j, "title", "Returns 退货"), json_str(&j, "text", rule);
    json_end(&j), json_end(&j);
    json_array(&j, "orders");
    json_object(&j, NULL);
    json_text(&j, "number", "HX-2048"), json_text(&j, "email", BUYER), json_text(&j, "name", "Ann");
    json_text(&j, "status", "shipped"), json_text(&j, "currency", "EUR"), json_raw(&j, "total", STR("1900"));
    json_array(&j, "shipments");
    json_object(&j, NULL);
    json_text(&j, "carrier", CARRIER), json_text(&j, "tracking", CARRIER "-1");
    json_end(&j), json_end(&j);
    json_end(&j), json_end(&j);
    json_end(&j);
    json_finish(&j);
    struct memory_shop *shop = memory_shop_read(a, (struct str){ b.p, b.n });
    buf_free(&b);
    return shop;
}

static bool was_said(const struct model_ask *ask, const char *words)
{
    for (size_t i = 0; i < ask->turns; i++)
        if (strcasestr(ask->turn[i].text, words)) return true;
    return false;
}

static void answered(const struct model_ask *ask)
{
    static const char *const ids[] = { "p1", "p2", "v1", "v2", "d1" };
    struct model_reply one = { 0 }, two = { 0 };
    must(model_local(ask, &one) && model_local(ask, &two));
    must(one.action == two.action && one.sources == two.sources && !one.text == !two.text);
    must(one.text ? utf8_valid(str_of(one.text)) && text_eq(one.text, two.text) : one.action == REPLY_NOTHING);
    must(!one.text || was_said(ask, BUYER) || was_said(ask, CARRIER) || !strcasestr(one.text, CARRIER));
    for (size_t i = 0; i < one.sources; i++) {
        size_t k = 0;
        while (k < ARRAY_LEN(ids) && !text_eq(one.source[i].id, ids[k])) k++;
        must(k < ARRAY_LEN(ids));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = { (const char *)data, size };
    if (size > INPUT_MAX_BYTES || !utf8_valid(rest) || memchr(data, 0, size)) return 0; /* the doors refuse these */
    struct str title = line_cut(&rest), description = line_cut(&rest), rule = line_cut(&rest);
    struct arena *shops = arena_new(SHOP_BYTES), *a = arena_new(ASK_BYTES);
    const struct memory_shop *shop = shop_of(shops, title, description, rule);
    struct model_turn turn[TURNS];
    for (size_t n = 0; shop && n < TURNS && rest.n > 0;) {
        struct str said = line_cut(&rest);
        turn[n++] = (struct model_turn){ .customer = true, .text = arena_text_n(a, said.p, said.n) };
        answered(&(struct model_ask){ .turn = turn, .turns = n, .source = memory_shop_source(shop), .arena = a });
    }
    arena_free(a), arena_free(shops);
    return 0;
}
