/* shapes.c: holds an answer to the shape that the API reference prints for it. Exact both ways: a member too many is a
 * difference as well, since what a client can see it will use. */
#include "base/clock.h"
#include "http/fields.h"

enum { SHAPE_DEPTH_MAX = 8, PLACE_MAX_BYTES = 128 };

/* Where we are ("shops[3].tenant"), for the message. */
struct place {
    char text[PLACE_MAX_BYTES];
};

static bool differs(struct buf *why, const struct place *at, const char *name, const char *what)
{
    buf_printf(why, "%s%s%s: %s", at->text, at->text[0] && name[0] ? "." : "", name, what);
    return false;
}

static struct place place_in(const struct place *at, const char *name)
{
    struct buf b;
    struct place inner = { "" };
    buf_init(&b, PLACE_MAX_BYTES - 1);
    buf_printf(&b, "%s%s%s", at->text, at->text[0] ? "." : "", name);
    memcpy(inner.text, b.p ? b.p : "", b.p ? b.n : 0);
    buf_free(&b);
    return inner;
}

static bool name_is_known(const char *const *names, const json_t *value)
{
    for (size_t i = 0; names[i]; i++)
        if (text_eq(names[i], json_string_value(value))) return true;
    return false;
}

static bool members_match(const struct shape *members, const json_t *value, const struct place *at, unsigned depth,
                          struct buf *why);

static bool items_match(const struct shape *s, const json_t *list, const struct place *at, unsigned depth,
                        struct buf *why)
{
    if (!json_is_array(list)) return differs(why, at, s->name, "is no list");
    struct place inner = place_in(at, s->name);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        if (s->kind == SHAPE_KIND_TEXT_LIST) {
            if (!json_is_string(item)) return differs(why, &inner, "", "holds something else than text");
        } else if (!members_match(s->of, item, &inner, depth, why)) {
            return false;
        }
    }
    return true;
}

static bool member_matches(const struct shape *s, const json_t *v, const struct place *at, unsigned depth,
                           struct buf *why)
{
    int64_t at_ms;
    if (json_is_null(v)) return s->nullable || differs(why, at, s->name, "is null");
    switch (s->kind) {
    case SHAPE_KIND_I64: return json_is_integer(v) || differs(why, at, s->name, "is no whole number");
    case SHAPE_KIND_TEXT: return json_is_string(v) || differs(why, at, s->name, "is no text");
    case SHAPE_KIND_BOOL: return json_is_boolean(v) || differs(why, at, s->name, "is no boolean");
    case SHAPE_KIND_TIME:
        return (json_is_string(v) && time_parse(str_of(json_string_value(v)), &at_ms)) ||
               differs(why, at, s->name, "is no RFC 3339 time");
    case SHAPE_KIND_ENUM:
        return (json_is_string(v) && name_is_known(s->names, v)) ||
               differs(why, at, s->name, "is not one of its names");
    case SHAPE_KIND_OBJECT: {
        struct place inner = place_in(at, s->name);
        return members_match(s->of, v, &inner, depth, why);
    }
    case SHAPE_KIND_OPEN: return json_is_object(v) || differs(why, at, s->name, "is no object");
    case SHAPE_KIND_LIST:
    case SHAPE_KIND_TEXT_LIST: return items_match(s, v, at, depth, why);
    case SHAPE_KIND_END: break;
    }
    assert(!"the end is no member");
    return false;
}

static bool is_member(const struct shape *members, const char *name)
{
    for (const struct shape *s = members; s->kind != SHAPE_KIND_END; s++)
        if (text_eq(s->name, name)) return true;
    return false;
}

static bool members_match(const struct shape *members, const json_t *value, const struct place *at, unsigned depth,
                          struct buf *why)
{
    assert(depth < SHAPE_DEPTH_MAX);
    if (!json_is_object(value)) return differs(why, at, "", "is no object");
    for (const struct shape *s = members; s->kind != SHAPE_KIND_END; s++) {
        const json_t *v = json_object_get(value, s->name);
        if (!v && !s->maybe) return differs(why, at, s->name, "is missing");
        if (v && !member_matches(s, v, at, depth + 1, why)) return false;
    }
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)value, key, v)
    {
        if (!is_member(members, key)) return differs(why, at, key, "is not in the shape");
    }
    return true;
}

bool shape_matches(const struct shape *members, const json_t *value, struct buf *why)
{
    const struct place top = { "" };
    return members_match(members, value, &top, 0, why);
}
