/* chat_command.c: `chat settings`: what a shop's chat is set to, and what is to be another. */
#include "app/app.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "chat/chat.h"
#include "shops/shops.h"
#include <stdio.h>
#include <stdlib.h>

enum { SET_MAX_BYTES = 60 << 10, ANSWER_MAX_BYTES = 1 << 20, WHY_SIZE = 300 };

struct settings {
    int64_t shop;
    const char *members; /* NULL: nothing is set */
    enum chat_set outcome;
    struct buf document;
    char why[WHY_SIZE];
};

static enum op_wish run(void *arg, struct tx *tx)
{
    struct settings *s = arg;
    const char *why = "";
    s->outcome = chat_settings_command(tx, s->shop, s->members, now_ms(), &s->document, &why);
    (void)snprintf(s->why, sizeof s->why, "%s", why);
    return s->outcome == CHAT_SET_DONE ? OP_COMMIT : OP_REFUSE;
}

static bool is_json_object(struct str text)
{
    json_t *json = json_read(text, SET_MAX_BYTES, NULL);
    bool object = json_is_object(json);
    json_decref(json);
    return object;
}

/* A JSON object as it is; else name=value, where a value that is no JSON is a text. NULL: neither. */
static const char *members_of(struct arena *a, const char *given)
{
    struct buf out;
    struct json j;
    const char *equals = strchr(given, '=');
    if (strlen(given) > SET_MAX_BYTES / 8 && given[0] != '{') return NULL;
    if (given[0] == '{') return is_json_object(str_of(given)) ? given : NULL;
    if (!equals || equals == given || !utf8_valid(str_of(given))) return NULL;
    struct str name = { given, (size_t)(equals - given) };
    if (strspn(given, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != name.n) return NULL;
    const char *plain = arena_printf(a, "{\"%.*s\":%s}", (int)name.n, name.p, equals + 1);
    if (is_json_object(str_of(plain))) return plain;
    buf_init(&out, SET_MAX_BYTES);
    json_begin(&j, &out);
    json_object(&j, NULL);
    json_text(&j, arena_text_n(a, name.p, name.n), equals + 1);
    json_end(&j);
    json_finish(&j);
    const char *text = arena_text_n(a, out.p, out.n);
    buf_free(&out);
    return text;
}

/* A line each. */
static void say_lines(struct command *c, struct str document)
{
    const char *name;
    json_t *value, *json = json_read(document, ANSWER_MAX_BYTES, NULL);
    json_object_foreach(json, name, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        buf_printf(&c->out, "%s\t", name);
        buf_text(&c->out, json_is_string(value) ? json_string_value(value) : text ? text : "");
        buf_char(&c->out, '\n');
        free(text);
    }
    json_decref(json);
}

static enum exit_code say(struct command *c, enum exit_code code, const char *text)
{
    buf_text(&c->err, text);
    return code;
}

static enum exit_code ended(struct command *c, const struct settings *s, enum op_outcome outcome)
{
    if (outcome == OP_REFUSED) {
        switch (s->outcome) {
        case CHAT_SET_NO_SHOP: return say(c, EXIT_CONFLICT, "There is no such shop.");
        case CHAT_SET_NO_CHAT: return say(c, EXIT_CONFLICT, "This shop has no chat here.");
        case CHAT_SET_REFUSED:
            buf_printf(&c->err, "This cannot be set (%s); nothing was changed.", s->why);
            return EXIT_CONFLICT;
        case CHAT_SET_FAULT:
        case CHAT_SET_DONE: break;
        }
    }
    if (outcome == OP_UNCERTAIN) return command_unknown(c);
    if (outcome != OP_COMMITTED) return say(c, EXIT_UNAVAILABLE, "The database did not take it; nothing was changed.");
    if (!c->json) {
        say_lines(c, buf_str(&s->document));
        return EXIT_OK;
    }
    buf_add(&c->out, s->document.p, s->document.n);
    buf_char(&c->out, '\n');
    return EXIT_OK;
}

enum exit_code command_chat_settings(struct app *app, struct command *c)
{
    struct arena *a = arena_new(1 << 20);
    const char *given = command_option(c, "--set");
    struct settings s = { .shop = shop_of_public_id(str_of(c->operand)),
                          .members = given ? members_of(a, given) : NULL };
    enum exit_code code;
    if (s.shop == 0 && (!str_to_i64(str_of(c->operand), &s.shop) || s.shop < 1)) {
        code = say(c, EXIT_USAGE, "chat settings needs a shop, as in 7 or shop-7.");
    } else if (given && !s.members) {
        code = say(c, EXIT_USAGE, "--set must be name=value, or a JSON object of names and values.");
    } else {
        buf_init(&s.document, ANSWER_MAX_BYTES);
        code = ended(c, &s, app_do(app, given ? TX_WRITE : TX_READ, run, &s));
        buf_free(&s.document);
    }
    arena_free(a);
    return code;
}
