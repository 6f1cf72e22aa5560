/* fields.c: field tables against JSON.
 *
 * Goal: a handler sees only values that its table allows, and the caller hears everything that is wrong in one answer
 * (up to FIELD_FAULTS_MAX), each with a stable code. What is not in the table is refused, so a misspelt optional field
 * is an error instead of a silent default; routes whose contract others wrote ignore it.
 *
 * Rejected: JSON Schema at run time (a second language to validate in, and texts nobody can act on); conversion of "5"
 * to 5 (the other side then relies on it, and the API reference lies). */
#include "http/fields_check.h"

#include "base/clock.h"

enum { FAULT_NAME_MAX_BYTES = 64 };

void field_fault_add(struct field_run *r, const char *field, const char *code, int64_t limit)
{
    if (r->faults->count == FIELD_FAULTS_MAX) return;
    if (r->item) field = r->item;
    else if (r->inside) field = arena_printf(r->arena, "%s%s", r->inside, field);
    r->faults->fault[r->faults->count++] = (struct field_fault){ field, code, limit };
}

void field_fault_name(struct field_run *r, struct str name, const char *code)
{
    if (name.n > FAULT_NAME_MAX_BYTES) {
        name.n = FAULT_NAME_MAX_BYTES;
        while (name.n > 0 && ((uint8_t)name.p[name.n] & 0xC0) == 0x80) name.n--; /* not inside a character */
    }
    if (!utf8_valid(name) || text_has_controls(name)) name = STR("?");
    field_fault_add(r, arena_text_n(r->arena, name.p, name.n), code, 0);
}

void field_mark_present(struct field_run *r, const struct field *f)
{
    if (f->present_offset != 0) memcpy(r->out + f->present_offset, &(bool){ true }, sizeof(bool));
}

/* Numbers are stored by kind: credits are a struct of their own, so that nobody adds them to ids. */
static void store_number(struct field_run *r, const struct field *f, int64_t v)
{
    if (f->kind == FIELD_KIND_CREDITS) {
        struct credits c = credits_of(v);
        memcpy(r->out + f->offset, &c, sizeof(c));
    } else {
        memcpy(r->out + f->offset, &v, sizeof(v));
    }
}

static void store_text(struct field_run *r, const struct field *f, const char *text)
{
    memcpy(r->out + f->offset, &text, sizeof(text));
}

static void store_index(struct field_run *r, const struct field *f, int64_t index)
{
    int i = (int)index;
    memcpy(r->out + f->offset, &i, sizeof(i));
}

void field_take_number(struct field_run *r, const struct field *f, int64_t v)
{
    assert(f->kind == FIELD_KIND_I64 || f->kind == FIELD_KIND_CREDITS);
    if (v < f->min) field_fault_add(r, f->name, "too_small", f->min);
    else if (v > f->max) field_fault_add(r, f->name, "too_large", f->max);
    else store_number(r, f, v);
}

void field_take_name(struct field_run *r, const struct field *f, struct str name)
{
    for (int64_t i = 0; f->names[i]; i++)
        if (str_eq(name, str_of(f->names[i]))) {
            store_index(r, f, i);
            return;
        }
    field_fault_add(r, f->name, "not_one_of", 0);
}

void field_take_time(struct field_run *r, const struct field *f, struct str text)
{
    enum { DAY_BYTES = 10, WHOLE_BYTES = DAY_BYTES + 10 };
    char whole[WHOLE_BYTES + 1];
    int64_t at_ms;
    if (text.n == DAY_BYTES) {
        memcpy(whole, text.p, DAY_BYTES);
        memcpy(whole + DAY_BYTES, "T00:00:00Z", sizeof "T00:00:00Z");
        text = str_of(whole);
    }
    if (time_parse(text, &at_ms)) store_number(r, f, at_ms);
    else field_fault_add(r, f->name, "format", 0);
}

void field_take_bool(struct field_run *r, const struct field *f, bool v) { memcpy(r->out + f->offset, &v, sizeof(v)); }

void field_take_text(struct field_run *r, const struct field *f, struct str text)
{
    const char *result = NULL;
    int64_t limit = 0;
    const char *code = fields_text_judge(r->arena, f, text, &result, &limit);
    if (code) field_fault_add(r, f->name, code, limit);
    else if (!result) field_take_nothing(r, f);
    else store_text(r, f, result);
}

void field_take_nothing(struct field_run *r, const struct field *f)
{
    if (!f->optional) {
        field_fault_add(r, f->name, "required", 0);
        return;
    }
    switch (f->kind) {
    case FIELD_KIND_I64:
    case FIELD_KIND_CREDITS: store_number(r, f, f->fallback); break;
    case FIELD_KIND_ENUM: store_index(r, f, f->fallback); break;
    case FIELD_KIND_TEXT: store_text(r, f, NULL); break;
    case FIELD_KIND_BOOL: field_take_bool(r, f, false); break;
    case FIELD_KIND_TIME: store_number(r, f, f->fallback); break;
    case FIELD_KIND_LIST: memset(r->out + f->offset, 0, sizeof(struct field_list)); break;
    case FIELD_KIND_OBJECT: store_text(r, f, NULL); break;
    case FIELD_KIND_END: assert(!"the end is no field"); break;
    }
}

static struct str text_of(const json_t *v) { return (struct str){ json_string_value(v), json_string_length(v) }; }

static void take_table(struct field_run *r, const struct field *table, const json_t *object);
static void take_json(struct field_run *r, const struct field *f, const json_t *v);

/* The faults of what is inside say where they are. */
static const char *name_of(const struct field_run *r, const struct field *f)
{
    return r->item ? r->item : r->inside ? arena_printf(r->arena, "%s%s", r->inside, f->name) : f->name;
}

static void take_object(struct field_run *r, const struct field *f, const json_t *v)
{
    struct field_run in = *r;
    in.out = arena_alloc(r->arena, f->of_size);
    in.inside = arena_printf(r->arena, "%s.", name_of(r, f)), in.item = NULL;
    take_table(&in, f->of, v);
    store_text(r, f, in.out);
}

static void take_list(struct field_run *r, const struct field *f, const json_t *v)
{
    size_t count = json_array_size(v);
    if (count > (size_t)f->max || count < (size_t)f->min) {
        bool many = count > (size_t)f->max;
        field_fault_add(r, f->name, many ? "too_many" : "too_few", many ? f->max : f->min);
        return;
    }
    struct field_list list = { .item = arena_array(r->arena, f->of_size, count + 1), .count = count };
    for (size_t i = 0; i < count; i++) {
        struct field_run in = *r;
        in.out = (char *)(uintptr_t)list.item + i * f->of_size;
        in.item = arena_printf(r->arena, "%s[%zu]", name_of(r, f), i);
        take_json(&in, f->of, json_array_get(v, i));
    }
    memcpy(r->out + f->offset, &list, sizeof(list));
}

static void take_json(struct field_run *r, const struct field *f, const json_t *v)
{
    bool fits = false;
    switch (f->kind) {
    case FIELD_KIND_I64:
    case FIELD_KIND_CREDITS: fits = json_is_integer(v); break;
    case FIELD_KIND_TEXT:
    case FIELD_KIND_TIME:
    case FIELD_KIND_ENUM: fits = json_is_string(v); break;
    case FIELD_KIND_BOOL: fits = json_is_boolean(v); break;
    case FIELD_KIND_LIST: fits = json_is_array(v); break;
    case FIELD_KIND_OBJECT: fits = json_is_object(v); break;
    case FIELD_KIND_END: break;
    }
    if (!fits) {
        field_fault_add(r, f->name, "type", 0);
        return;
    }
    switch (f->kind) {
    case FIELD_KIND_I64:
    case FIELD_KIND_CREDITS: field_take_number(r, f, json_integer_value(v)); break;
    case FIELD_KIND_TEXT: field_take_text(r, f, text_of(v)); break;
    case FIELD_KIND_ENUM: field_take_name(r, f, text_of(v)); break;
    case FIELD_KIND_BOOL: field_take_bool(r, f, json_is_true(v)); break;
    case FIELD_KIND_TIME: field_take_time(r, f, text_of(v)); break;
    case FIELD_KIND_LIST: take_list(r, f, v); break;
    case FIELD_KIND_OBJECT: take_object(r, f, v); break;
    case FIELD_KIND_END: break;
    }
}

bool fields_have(const struct field *table, const char *name)
{
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++)
        if (text_eq(f->name, name)) return true;
    return false;
}

static void take_table(struct field_run *r, const struct field *table, const json_t *object)
{
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++) {
        const json_t *v = json_object_get(object, f->name);
        if (v) field_mark_present(r, f);
        if (!v || json_is_null(v)) field_take_nothing(r, f);
        else take_json(r, f, v);
    }
    const char *key;
    json_t *v;
    if (!r->ignore_unknown) json_object_foreach((json_t *)object, key, v)
        {
            if (!fields_have(table, key)) field_fault_name(r, str_of(key), "unknown");
        }
}

bool fields_from_json(struct arena *a, const struct field *table, const json_t *object, bool ignore_unknown, void *out,
                      struct field_faults *faults)
{
    struct field_run r = { .arena = a, .out = out, .faults = faults, .ignore_unknown = ignore_unknown };
    faults->count = 0;
    if (json_is_object(object)) take_table(&r, table, object);
    else field_fault_add(&r, "", "type", 0);
    return faults->count == 0;
}
