/* local_also.c: what a value of an option is also called: in the other language, by one of its two sizes, by what
 * stands before a bracket, with the plus that it has said aloud. */
#include "chat/models/local.h"

static struct option_others others_of(const char *joined)
{
    struct option_others out = { .n = 0 };
    for (const char *other; out.n < OPTION_OTHERS && (other = lexicon_other(joined, out.n)) != NULL;)
        out.text[out.n++] = other;
    return out;
}

/* "UK 7 / EU 40" is one size under two names, and who says one of them means it, where no other value has it. */
static void sides_of(struct arena *a, const struct mention *values, size_t n, size_t which, struct option_others *out)
{
    const char *value = values[which].value;
    if (!strpbrk(value, "/(") || !strpbrk(value, "0123456789")) return;
    for (const char *p = value; *p && out->n < OPTION_OTHERS; p += *p != 0) {
        size_t length = strcspn(p, "/()");
        char *side = arena_alloc(a, LOCAL_JOINED);
        size_t joined = joined_of((struct str){ p, length }, side, LOCAL_JOINED), shared = 0;
        p += length;
        bool named = strpbrk(side, "0123456789") && strpbrk(side, "abcdefghijklmnopqrstuvwxyz");
        if (joined < 3 || !named || length == strlen(value)) continue; /* a number alone may count something */
        for (size_t k = 0; k < n; k++) {
            const char *at = strstr(values[k].joined, side);
            shared += at && !(at[joined] >= '0' && at[joined] <= '9');
        }
        if (shared == 1) out->text[out->n++] = side;
    }
}

/* "喷头加软管" is 喷头+软管. */
static void with_plus(struct arena *a, const struct mention *value, struct option_others *out)
{
    const char *plus = strstr(value->value, "+");
    if (!plus || plus == value->value || out->n == OPTION_OTHERS || (unsigned char)plus[1] < 0xe0) return;
    const char *said = arena_printf(a, "%.*s加%s", (int)(plus - value->value), value->value, plus + 1);
    char *side = arena_alloc(a, LOCAL_JOINED);
    if (joined_of(str_of(said), side, LOCAL_JOINED) > 0) out->text[out->n++] = side;
}

/* "一对(冷+热)" is 一对, where no other value begins so. */
static void before_bracket(struct arena *a, const struct mention *values, size_t n, size_t which,
                           struct option_others *out)
{
    enum { LEAST = 4, HAN_FIRST = 0xe0 }; /* bytes: a figure and a character */
    const char *value = values[which].value, *wide = strstr(value, "（"), *narrow = strchr(value, '(');
    const char *end = !wide ? narrow : !narrow || wide < narrow ? wide : narrow;
    size_t begins = 0;
    if (!end || end < value + LEAST || out->n == OPTION_OTHERS) return;
    bool han = false;
    for (const char *p = value; p < end; p++) han |= (unsigned char)*p >= HAN_FIRST;
    if (!han) return;
    char *side = arena_alloc(a, LOCAL_JOINED);
    size_t joined = joined_of((struct str){ value, (size_t)(end - value) }, side, LOCAL_JOINED);
    for (size_t k = 0; k < n; k++) begins += strncmp(values[k].joined, side, joined) == 0;
    if (begins == 1) out->text[out->n++] = side;
}

struct option_others options_others(struct arena *a, const struct mention *values, size_t n, size_t which)
{
    struct option_others out = others_of(values[which].joined);
    sides_of(a, values, n, which, &out);
    before_bracket(a, values, n, which, &out);
    with_plus(a, &values[which], &out);
    return out;
}
