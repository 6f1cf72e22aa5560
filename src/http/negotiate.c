/* negotiate.c: see the header. What is no weight counts as 1000, as if it were not there: a client that writes it wrong
 * still wants an answer. */
#include "http/negotiate.h"

enum { WEIGHT_FULL = 1000 };

/* "0", "1", "0.5", "0.123". -1: not a weight. */
static int weight_of(struct str s)
{
    if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1')) return -1;
    int value = (s.p[0] - '0') * WEIGHT_FULL, unit = WEIGHT_FULL / 10;
    if (s.n > 1 && s.p[1] != '.') return -1;
    for (size_t i = 2; i < s.n; i++, unit /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9') return -1;
        value += (s.p[i] - '0') * unit;
    }
    return value <= WEIGHT_FULL ? value : -1;
}

/* Takes what stands before `mark` off the list. */
static struct str next_part(struct str *list, char mark)
{
    const char *end = list->n > 0 ? memchr(list->p, mark, list->n) : NULL;
    struct str part = { list->p, end != NULL ? (size_t)(end - list->p) : list->n };
    size_t step = end != NULL ? part.n + 1 : part.n;
    list->p += step, list->n -= step;
    return str_trim(part);
}

static int weight_in(struct str parameters)
{
    while (parameters.n > 0) {
        struct str value = next_part(&parameters, ';');
        struct str name = next_part(&value, '=');
        if (!str_eq_nocase(name, STR("q"))) continue;
        int weight = weight_of(str_trim(value));
        return weight < 0 ? WEIGHT_FULL : weight;
    }
    return WEIGHT_FULL;
}

static bool means(struct str word, struct str name, bool prefix)
{
    if (word.n == name.n) return str_eq_nocase(word, name);
    return prefix && word.n > name.n && word.p[name.n] == '-' && str_eq_nocase((struct str){ word.p, name.n }, name);
}

int accept_weight(struct str list, struct str name, bool prefix)
{
    int found = -1, any = -1;
    while (list.n > 0) {
        struct str parameters = next_part(&list, ',');
        struct str word = next_part(&parameters, ';');
        int weight = weight_in(parameters);
        if (word.n == 1 && word.p[0] == '*') any = weight;
        else if (means(word, name, prefix) && weight > found) found = weight;
    }
    return found >= 0 ? found : any;
}
