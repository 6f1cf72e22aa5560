/* vectors.c: judges test vectors (tests/vectors/README.md) with the product's own code.
 *
 *     vectors [--server PROGRAM | --port N] FILE...
 *
 * Prints each case and exits with the number of mismatches (255 at most). Each case of a topic without a judge is a
 * mismatch: silence would read as success. Raw HTTP probes need a running server: --port names one, with --server one
 * is started. */
#include "tests/vectors_cli/vectors.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX_BYTES = 1 << 20, EXIT_MAX = 255, USAGE = 2 };

static const struct judge *const judges[] = { &jwt_judge,
                                              &webhook_judge,
                                              &alipay_request_judge,
                                              &alipay_response_judge,
                                              &alipay_notify_judge,
                                              &wechat_request_judge,
                                              &wechat_response_judge,
                                              &wechat_notify_judge,
                                              &stripe_request_judge,
                                              &stripe_webhook_judge,
                                              NULL };

bool store_first(struct store *s, struct str id)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->seen[i], id)) return false;
    assert(s->count < SEEN_MAX);
    s->seen[s->count++] = id;
    return true;
}

struct str member_text(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (struct str){ json_string_value(v), json_string_length(v) } : (struct str){ NULL, 0 };
}

struct str header_of(const json_t *message, const char *wanted)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(message, "headers"), name,
                        value) if (str_eq_nocase(str_of(name), str_of(wanted))) return (struct str){
        json_string_value(value), json_string_length(value)
    };
    return (struct str){ NULL, 0 };
}

int verdict_line(const char *name, const char *why)
{
    if (why) printf("MISMATCH %s: %s\n", name, why);
    else printf("ok       %s\n", name);
    return why != NULL;
}

static const json_t *case_by_name(const json_t *cases, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(cases, i, one) if (text_eq(json_string_value(json_object_get(one, "name")), name)) return one;
    return NULL;
}

/* Only what the format promises is compared: verdict, effects in order, and the reply that follows from the verdict. */
static const char *compare(struct arena *a, const json_t *expect, struct outcome got)
{
    const json_t *effects = json_object_get(expect, "effects");
    const char *verdict = got.accepted ? "accept" : "reject", *reply = got.accepted ? "ack" : "nack";
    if (!str_eq(member_text(expect, "verdict"), str_of(verdict)))
        return arena_printf(a, "the product says %s", verdict);
    if (json_object_get(expect, "reply") && !str_eq(member_text(expect, "reply"), str_of(reply)))
        return arena_printf(a, "the product answers %s", reply);
    if (!effects) return got.why;
    for (size_t i = 0; i < got.effects; i++)
        if (!text_eq(json_string_value(json_array_get(effects, i)), got.effect[i]))
            return arena_printf(a, "effect %s", got.effect[i]);
    return json_array_size(effects) == got.effects ? got.why : arena_printf(a, "%zu effects", got.effects);
}

static int judge_case(const struct judge *judge, struct arena *a, const json_t *file, const json_t *one)
{
    const json_t *cases = json_object_get(file, "cases");
    const char *name = json_string_value(json_object_get(one, "name"));
    struct store store = { .count = 0 };
    size_t i;
    json_t *before;
    if (!name) return verdict_line("(no name)", "a case needs a name");
    if (judge->make) return verdict_line(name, judge->make(a, file, one));
    json_array_foreach(json_object_get(one, "after"), i, before)
    {
        const json_t *earlier = case_by_name(cases, json_string_value(before));
        if (!earlier) return verdict_line(name, "`after` names a case that is not in this file");
        (void)judge->deliver(a, file, earlier, &store);
    }
    return verdict_line(name, compare(a, json_object_get(one, "expect"), judge->deliver(a, file, one, &store)));
}

static int judge_file(const json_t *file, struct arena *a, int *checked)
{
    const json_t *cases = json_object_get(file, "cases");
    const char *topic = json_string_value(json_object_get(file, "topic"));
    const char *format = json_string_value(json_object_get(file, "format"));
    const struct judge *judge = NULL;
    for (size_t i = 0; judges[i] && text_eq(format, "payvec-1"); i++)
        if (text_eq(judges[i]->topic, topic)) judge = judges[i];
    int bad = 0;
    size_t i;
    json_t *one;
    json_array_foreach(cases, i, one)
    {
        struct arena_mark before = arena_mark(a);
        ++*checked;
        if (judge) bad += judge_case(judge, a, file, one);
        else
            bad += verdict_line(json_string_value(json_object_get(one, "name")), arena_printf(a, "not implemented: %s",
                                                                                              topic    ? topic
                                                                                              : format ? format
                                                                                                       : "no format"));
        arena_release(a, before);
    }
    if (judge && judge->beside) bad += judge->beside(a, file, checked);
    return bad;
}

/* Vectors hold NUL in raw requests, so jansson is asked directly, not through base/json_read.h. */
static json_t *load(const char *path)
{
    json_error_t error;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!file) (void)fprintf(stderr, "vectors: %s:%d: %s\n", path, error.line, error.text);
    else if (json_array_size(json_object_get(file, "cases")) > 0) return file;
    else (void)fprintf(stderr, "vectors: %s: no cases\n", path);
    json_decref(file);
    return NULL;
}

static int judge_path(const char *path, const char *program, int *port, struct own_server *own, int *checked)
{
    json_t *file = load(path);
    int bad = 0;
    printf("%s\n", path);
    if (!file) {
        bad = verdict_line(path, "cannot be read"), ++*checked;
    } else if (str_eq(member_text(file, "format"), STR("httpprobe-1"))) {
        if (!*port && program && own_server_start(own, program)) *port = own->port;
        if (*port) bad = judge_probes(file, *port, checked);
        else bad = verdict_line(path, "the probes need --server PROGRAM or --port N"), ++*checked;
    } else {
        struct arena *a = arena_new(FILE_MAX_BYTES * 16);
        bad = judge_file(file, a, checked);
        arena_free(a);
    }
    json_decref(file);
    return bad;
}

int main(int argc, char **argv)
{
    const char *program = NULL;
    int64_t port_given = 0;
    int at = 1, bad = 0, checked = 0;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        if (text_eq(argv[at], "--server")) program = argv[at + 1];
        else if (!text_eq(argv[at], "--port") || !str_to_i64(str_of(argv[at + 1]), &port_given)) break;
    }
    if (at >= argc || argv[at][0] == '-' || port_given < 0 || port_given > 65535) {
        (void)fputs("usage: vectors [--server PROGRAM | --port N] FILE...\n", stderr);
        return USAGE;
    }
    struct own_server own = { .pid = 0 };
    int port = (int)port_given;
    for (; at < argc; at++) bad += judge_path(argv[at], program, &port, &own, &checked);
    own_server_stop(&own);
    printf("%d passed, %d failed\n", checked - bad, bad);
    return bad < EXIT_MAX ? bad : EXIT_MAX;
}
