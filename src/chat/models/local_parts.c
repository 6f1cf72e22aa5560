/* local_parts.c: several questions in one turn: where one ends and the next begins. */
#include "chat/models/local.h"

enum { PART_LEAST = 8 };

static bool is_wide(const char *p) { return (unsigned char)*p >= 0xe3; } /* Han, and its punctuation */

/* Where the next question begins behind `at`; 0: it is the last. Messages of a burst stand on lines of their own.
 * `pauses`: at a comma too, and at a gap between Han characters. */
static size_t part_end(const char *text, size_t at, bool pauses)
{
    static const char *const ends[] = { "?", "\xef\xbc\x9f", "\n", NULL };
    static const char *const commas[] = { ",", "，", "。", "；", "！", "~", "～", NULL };
    static const char *const joins[] = { " and can ",   " and do ",    " and does ", " and how ",
                                         " and what ",  " and is ",    " and are ",  " and when ",
                                         " and where ", " and could ", " and will ", NULL };
    for (const char *p = text + at; *p; p++) {
        for (size_t i = 0; ends[i]; i++)
            if (strncmp(p, ends[i], strlen(ends[i])) == 0) return (size_t)(p - text) + strlen(ends[i]);
        for (size_t i = 0; pauses && commas[i]; i++)
            if (strncmp(p, commas[i], strlen(commas[i])) == 0 && is_wide(p + strlen(commas[i])))
                return (size_t)(p - text) + strlen(commas[i]);
        if (pauses && *p == ' ' && p > text + 2 && is_wide(p - 3) && is_wide(p + 1)) return (size_t)(p - text) + 1;
        for (size_t i = 0; joins[i]; i++)
            if (strncasecmp(p, joins[i], strlen(joins[i])) == 0) return (size_t)(p - text) + 4;
    }
    return 0;
}

/* At most LOCAL_PARTS; 0: it is one, or more than these. What is too short to be one goes with the one before.
 */
static size_t parts_of(struct arena *a, const char *text, bool pauses, const char **out)
{
    size_t n = 0, from = 0, all = strlen(text);
    while (from < all) {
        size_t end = part_end(text, from, pauses);
        while (end > 0 && end < all && strspn(text + end, " ?\n") > 0) end++;
        if (end > 0 && end + PART_LEAST / 2 > all) end = all;
        if (end == 0) end = all;
        if (n == LOCAL_PARTS) return 0;
        out[n++] = arena_text_n(a, text + from, end - from);
        from = end;
    }
    return n > 1 ? n : 0;
}

/* Whether words ask something: a part that only goes on telling is no question that could be left without an answer. */
bool local_asks_something(struct local *m, const char *text)
{
    static const char words[] = "吗|呢|么|不|没|什么|啥|怎么|咋|如何|几|多少|哪|谁|能|可以|what|whats|who|whos|how|"
                                "when|where|why|which|can|could|"
                                "do|does|is|are|will|would";
    struct atoms a = atoms_of(m->arena, str_of(text), LOCAL_TURN_ATOMS);
    if (lexicon_says(&a, words)) return true;
    return strchr(text, '?') != NULL || strstr(text, "？") != NULL;
}

/* "我买的月季，", "给公司买那款笔，": in Chinese what is told before a question, or behind it, is no question. */
static bool only_tells(struct local *m, const char *text)
{
    const uint64_t background = SENSE_BULK | SENSE_WRAP | SENSE_USED_FOR | SENSE_GIFT,
                   asked = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_RECOMMEND | SENSE_COMPARE | SENSE_GREET |
                           SENSE_THANKS | SENSE_BYE | SENSE_ORDER | SENSE_TRACK | SENSE_INJECT | SENSE_HAGGLE |
                           (SENSE_SUBJECTS & ~background);
    struct heard h = hear(m->arena, m->lexicon, str_of(text), LOCAL_TURN_ATOMS);
    bool han = false, unknown = false;
    for (size_t i = 0; i < h.a.n; i++) han |= h.a.atom[i].kind == ATOM_HAN, unknown |= h.sense[i] == 0;
    return han && unknown && !(h.all & asked) && !local_asks_something(m, text);
}

size_t local_parts(struct local *m, const char *text, bool pauses, const char **out)
{
    size_t all = parts_of(m->arena, text, pauses, out), n = 0;
    const char *told = ""; /* what stands before the question that it belongs to */
    for (size_t i = 0; i < all; i++) {
        const char *part = *told ? arena_printf(m->arena, "%s%s", told, out[i]) : out[i];
        bool tells = only_tells(m, out[i]), last = i + 1 == all;
        told = tells && !last ? part : "";
        if (tells && !last) continue;
        if (tells && n > 0) out[n - 1] = arena_printf(m->arena, "%s%s", out[n - 1], part);
        else out[n++] = part;
    }
    return n > 1 ? n : 0;
}

/* A pause parts two questions only where one is of a product and another of a rule ("电子琴多少钱，能开发票吗"); else
 * what stands behind it goes on with what stood before. */
size_t local_parts_at_pauses(struct local *m, const char *text, const char **out)
{
    size_t n = local_parts(m, text, true, out), products = 0, rules = 0;
    for (size_t i = 0; i < n; i++) {
        struct heard h = hear(m->arena, m->lexicon, str_of(out[i]), LOCAL_TURN_ATOMS);
        bool rule = (h.all & SENSE_SUBJECTS) != 0, product = (h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS)) != 0;
        rules += rule, products += product && !rule;
    }
    return products > 0 && rules > 0 && products + rules == n ? n : 0;
}
