/* asker.c: asks the assistant and its local model over a shop in memory. usage: asker SHOP.JSON; a question a line on
 * the standard input,
 * {"turns":[...],"language":"en"}; a line of replies for each on the standard output, as POST .../chatbot/try gives
 * them. run.mjs judges. */
#include "base/json_read.h"
#include "base/json_write.h"
#include "chat/agent.h"
#include "chat/test_memory.h"

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

int main(int argc, char **argv)
{
    struct arena *a = arena_new(SHOP_BYTES);
    struct memory_shop *shop = argc == 2 ? memory_shop_read(a, file_read(a, argv[1])) : NULL;
    static char line[LINE_BYTES];
    if (!shop) {
        (void)fputs("usage: asker SHOP.JSON\n", stderr);
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
