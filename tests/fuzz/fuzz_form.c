/* fuzz_form.c: a form or query, and the same bytes as JSON, against a field table with every kind of field. Whatever is
 * accepted keeps what the table promises to handlers. */
#include "fuzz.h"
#include "http/fields.h"

enum { PAIRS_MAX = 32, ARENA_BYTES = 1 << 20, INPUT_MAX_BYTES = 16384 };

static const char *const names[] = { "red", "green", NULL };
struct thing {
    int64_t n;
    bool given, on;
    struct credits c;
    const char *t, *m, *s, *e, *d, *u;
    int k;
};
/* clang-format off */
static const struct field table[] = {
    FIELD_I64(struct thing, n, .optional = true, .min = -5, .max = 1000000,
              .present_offset = offsetof(struct thing, given)),
    FIELD_CREDITS(struct thing, c, .optional = true, .min = 1, .max = 1000, .fallback = 1),
    FIELD_TEXT(struct thing, t, .optional = true, .min = 2, .max = 20),
    FIELD_TEXT(struct thing, m, .optional = true, .max = 50, .multiline = true),
    FIELD_TEXT(struct thing, s, .optional = true, .max = 30, .form = TEXT_SECRET),
    FIELD_TEXT(struct thing, e, .optional = true, .max = 254, .form = TEXT_EMAIL),
    FIELD_TEXT(struct thing, d, .optional = true, .max = 300, .form = TEXT_DOMAIN),
    FIELD_TEXT(struct thing, u, .optional = true, .max = 300, .form = TEXT_URL),
    FIELD_BOOL(struct thing, on, .optional = true),
    FIELD_ENUM(struct thing, k, names, .optional = true),
    FIELD_END
};
/* clang-format on */

static void check_text(const char *text, size_t min, size_t max, bool multiline)
{
    if (!text) return;
    struct str s = str_of(text);
    must(s.n > 0 && utf8_valid(s));
    must(utf8_length(s) >= min && utf8_length(s) <= max);
    for (size_t i = 0; i < s.n; i++) must((uint8_t)s.p[i] >= 0x20 || (multiline && (s.p[i] == '\n' || s.p[i] == '\t')));
    must(multiline || !text_has_controls(s));
}

static void check_domain(const char *text)
{
    if (!text) return;
    struct str s = str_of(text);
    must(s.p[0] != '.' && s.p[0] != '-' && s.p[s.n - 1] != '.');
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        must((uint8_t)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
             c == ':');
    }
    /* What was accepted once is accepted again, and does not change. */
    struct arena *a = arena_new(ARENA_BYTES);
    struct fields_pair pair = { STR("d"), s };
    struct thing again = { 0 };
    struct field_faults faults;
    must(fields_from_pairs(a, table, &pair, 1, false, &again, &faults) && text_eq(again.d, text));
    arena_free(a);
}

static void check_thing(const struct thing *x)
{
    must(x->n >= -5 && x->n <= 1000000);
    must(credits_count(x->c) >= 1 && credits_count(x->c) <= 1000);
    must(x->k == 0 || x->k == 1);
    check_text(x->t, 2, 20, false);
    check_text(x->m, 1, 50, true);
    check_text(x->s, 1, 30, false);
    check_text(x->e, 5, 254, false);
    check_text(x->d, 3, 300, false);
    check_text(x->u, 8, 300, false);
    check_domain(x->d);
    if (x->e) must(strchr(x->e, '@') && strchr(strchr(x->e, '@'), '.') && !strpbrk(x->e, " <>,;\"\\"));
    if (x->u)
        must(!strpbrk(x->u, " <>\"\\") && (strncmp(x->u, "http://", 7) == 0 || strncmp(x->u, "https://", 8) == 0));
}

static void check_faults(const struct field_faults *faults)
{
    must(faults->count >= 1 && faults->count <= FIELD_FAULTS_MAX);
    for (size_t i = 0; i < faults->count; i++) {
        must(faults->fault[i].field && faults->fault[i].code && utf8_valid(str_of(faults->fault[i].field)));
        must(strlen(faults->fault[i].field) <= 64);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX_BYTES) return 0;
    struct str in = { (const char *)data, size };
    struct arena *a = arena_new(ARENA_BYTES);
    struct fields_pair pairs[PAIRS_MAX];
    struct field_faults faults;
    size_t count;
    if (fields_pairs_split(a, in, pairs, PAIRS_MAX, &count)) {
        struct thing x = { 0 };
        must(count <= PAIRS_MAX);
        if (fields_from_pairs(a, table, pairs, count, (size & 1) != 0, &x, &faults)) check_thing(&x);
        else check_faults(&faults);
    }
    json_t *json = json_read(in, JSON_READ_MAX_BYTES, NULL);
    if (json) {
        struct thing x = { 0 };
        if (fields_from_json(a, table, json, (size & 1) != 0, &x, &faults)) check_thing(&x);
        else check_faults(&faults);
        json_decref(json);
    }
    arena_free(a);
    return 0;
}
