/* fields_pairs.c: field tables against names and values that are text: a query, a form, path parts; and how a query or
 * a form is split into them.
 *
 * Each value has one spelling: "7", never "07", "+7" or "7.0"; otherwise two addresses name one shop, and caches,
 * limits and audit rows that compare text see two. A name given twice is refused: frameworks differ in which one
 * counts. */
#include "http/fields_check.h"

/* Canonical decimal: no leading zero, no "-0". */
static bool is_number(struct str s)
{
    size_t sign = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    if (s.n == sign || (s.p[sign] == '0' && s.n > 1)) return false;
    for (size_t i = sign; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

static void take_number(struct field_run *r, const struct field *f, struct str s)
{
    int64_t v = 0;
    if (!is_number(s)) field_fault_add(r, f->name, "type", 0);
    else if (str_to_i64(s, &v)) field_take_number(r, f, v);
    else if (s.p[0] == '-') field_fault_add(r, f->name, "too_small", f->min); /* past int64 */
    else field_fault_add(r, f->name, "too_large", f->max);
}

static void take_pair(struct field_run *r, const struct field *f, struct str value)
{
    if (!utf8_valid(value)) {
        field_fault_add(r, f->name, "format", 0);
        return;
    }
    switch (f->kind) {
    case FIELD_KIND_I64:
    case FIELD_KIND_CREDITS: take_number(r, f, value); break;
    case FIELD_KIND_TEXT: field_take_text(r, f, value); break;
    case FIELD_KIND_ENUM: field_take_name(r, f, value); break;
    case FIELD_KIND_TIME: field_take_time(r, f, value); break;
    case FIELD_KIND_BOOL:
        if (str_eq(value, STR("true"))) field_take_bool(r, f, true);
        else if (str_eq(value, STR("false"))) field_take_bool(r, f, false);
        else field_fault_add(r, f->name, "type", 0);
        break;
    case FIELD_KIND_LIST:
    case FIELD_KIND_OBJECT: field_fault_add(r, f->name, "type", 0); break; /* routes_check lets none in */
    case FIELD_KIND_END: assert(!"the end is no field"); break;
    }
}

static const struct field *in_table(const struct field *table, struct str name)
{
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++)
        if (str_eq(str_of(f->name), name)) return f;
    return NULL;
}

bool fields_from_pairs(struct arena *a, const struct field *table, const struct fields_pair *pairs, size_t count,
                       bool ignore_unknown, void *out, struct field_faults *faults)
{
    struct field_run r = { .arena = a, .out = out, .faults = faults };
    faults->count = 0;
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++) {
        const struct fields_pair *found = NULL;
        size_t times = 0;
        for (size_t i = 0; i < count; i++)
            if (str_eq(pairs[i].name, str_of(f->name))) found = &pairs[i], times++;
        if (times > 0) field_mark_present(&r, f);
        if (times > 1) field_fault_add(&r, f->name, "duplicate", 0);
        else if (times == 1) take_pair(&r, f, found->value);
        else field_take_nothing(&r, f);
    }
    for (size_t i = 0; !ignore_unknown && i < count; i++)
        if (!in_table(table, pairs[i].name)) field_fault_name(&r, pairs[i].name, "unknown");
    return faults->count == 0;
}

static bool decoded(struct arena *a, struct str in, struct str *out)
{
    char *p = arena_alloc(a, in.n + 1);
    *out = (struct str){ p, 0 };
    return percent_decode(in, true, p, in.n, &out->n);
}

bool fields_pairs_split(struct arena *a, struct str text, struct fields_pair *pairs, size_t max, size_t *count)
{
    *count = 0;
    while (text.n > 0) {
        const char *and = memchr(text.p, '&', text.n);
        struct str one = { text.p, and? (size_t)(and-text.p) : text.n };
        size_t step = and? one.n + 1 : one.n;
        text.p += step, text.n -= step;
        if (one.n == 0) continue;
        const char *equals = memchr(one.p, '=', one.n);
        struct str name = { one.p, equals ? (size_t)(equals - one.p) : one.n }, value = { one.p + one.n, 0 };
        if (equals) value = (struct str){ equals + 1, one.n - name.n - 1 };
        if (*count == max || !decoded(a, name, &pairs[*count].name) || !decoded(a, value, &pairs[*count].value))
            return false;
        (*count)++;
    }
    return true;
}
