/* local_numbers.c: the number of an item, in whatever spelling: "jsq22 hwa", "FH-25-12", "TG-XL-O". */
#include "chat/models/local.h"

enum { NUMBER_CALLS = 16, NUMBER_WORDS = 6, TITLE_ATOMS = 90 };

/* Letters and digits that stand together: "m9pro", "udpros", "13". */
size_t local_word_end(const struct heard *h, size_t i)
{
    size_t end = i + 1;
    while (end < h->a.n && h->a.atom[end].glued && h->a.atom[end].kind != ATOM_HAN && !h->used[end]) end++;
    return end;
}

static bool has_digit(const struct heard *h, size_t i, size_t end)
{
    for (; i < end; i++)
        if (h->a.atom[i].kind == ATOM_NUMBER) return true;
    return false;
}

/* "TG-XL-O": a number of an item without a digit. */
static bool is_capitals(struct str s)
{
    size_t signs = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '-' || s.p[i] == '_' || s.p[i] == '/') signs++;
        else if (s.p[i] < 'A' || s.p[i] > 'Z') return false;
    }
    return signs > 0;
}

/* One sign stands between it and the word before, and that is no space. */
static bool is_tied(const struct heard *h, size_t i)
{
    return h->a.atom[i].from == h->a.atom[i - 1].to + 1 && h->text.p[h->a.atom[i].from - 1] != ' ';
}

/* Where a number that begins at word i may end: the longest first, by the caller. A word without digits may begin it
 * ("iphone 15") or follow it ("M9 Pro"), one that a list knows may not. */
static size_t number_ends(const struct heard *h, size_t i, size_t *ends)
{
    size_t count = 0;
    for (size_t end = i; end < h->a.n && count < NUMBER_WORDS && h->a.atom[end].kind != ATOM_HAN && !h->used[end];) {
        size_t next = local_word_end(h, end);
        bool digits = has_digit(h, end, next);
        bool tied = end > i && is_tied(h, end), stroke = tied && h->text.p[h->a.atom[end].from - 1] == '/';
        if (end > i && h->a.atom[end].broken && !digits && !stroke) break; /* "XR-200/C" */
        bool ties = end == i && next < h->a.n && h->a.atom[next].kind == ATOM_NUMBER && is_tied(h, next); /* PW-16 */
        if (!digits && h->sense[end] != 0 && !tied && !ties) break;
        ends[count++] = end = next;
    }
    return count;
}

static bool title_joins(struct local *m, const struct knowledge_product *p, const char *joined, size_t n)
{
    struct atoms t = atoms_of(m->arena, str_of(p->title), TITLE_ATOMS);
    for (size_t i = 0; i < t.n; i++)
        if (atoms_joined(&t, i, joined, n) > 1) return true;
    return false;
}

/* "bx900pro" of a title that has BX-900(Pro): found by what stands before the bracket, and held against the title. */
static bool number_before(struct local *m, size_t i, size_t end, struct knowledge_product **p, size_t *n)
{
    const struct atom *x = m->h.a.atom;
    char joined[LOCAL_JOINED];
    const char *variant = NULL;
    size_t length =
        joined_of((struct str){ m->h.text.p + x[i].from, x[end - 1].to - x[i].from }, joined, sizeof joined);
    if (end < i + 2 || x[end - 1].kind != ATOM_LETTERS || !x[end - 1].glued) return true;
    struct str text = { m->h.text.p + x[i].from, x[end - 2].to - x[i].from };
    size_t found = 0;
    if (text.n < 4 || !m->source->by_number(m->source->ctx, text, m->arena, p, &found, &variant)) return text.n < 4;
    for (size_t k = 0; k < found && k < LOCAL_PRODUCTS; k++)
        if (title_joins(m, &(*p)[k], joined, length)) (*p)[(*n)++] = (*p)[k];
    return true;
}

/* "OC-40 impeller" is one thing, and more are called OC-40: those are kept beside it. `count`: of the shorter ends. */
static bool same_model(struct local *m, size_t i, const size_t *ends, size_t count)
{
    const struct heard *h = &m->h;
    struct knowledge_product *p = NULL;
    const char *variant = NULL;
    size_t n = 0, k = 0;
    while (k < count && !has_digit(h, i, ends[k])) k++;
    if (k == count) return true;
    struct str text = { h->text.p + h->a.atom[i].from, h->a.atom[ends[k] - 1].to - h->a.atom[i].from };
    if (text.n < 4 || text.n > LOCAL_JOINED) return true;
    if (!m->source->by_number(m->source->ctx, text, m->arena, &p, &n, &variant)) return false;
    if (n > LOCAL_PRODUCTS || variant) return true;
    while (m->found.models < n) m->found.model[m->found.models] = &p[m->found.models], m->found.models++;
    return true;
}

/* Up to six words of letters and digits: "jsq22 hwa", "1586641416". */
bool local_number(struct local *m)
{
    struct heard *h = &m->h;
    int calls = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t ends[NUMBER_WORDS];
        if (h->used[i] || h->a.atom[i].kind == ATOM_HAN ||
            (h->a.atom[i].glued && i > 0 && h->a.atom[i - 1].kind != ATOM_HAN))
            continue;
        size_t count = number_ends(h, i, ends);
        while (count > 0 && calls < NUMBER_CALLS) {
            size_t end = ends[--count], n = 0;
            struct str text = { h->text.p + h->a.atom[i].from, h->a.atom[end - 1].to - h->a.atom[i].from };
            if (text.n < 4 || text.n > LOCAL_JOINED || !(has_digit(h, i, end) || is_capitals(text))) continue;
            struct knowledge_product *p = NULL;
            const char *variant = NULL;
            calls++;
            if (!m->source->by_number(m->source->ctx, text, m->arena, &p, &n, &variant)) return false;
            if (n == 0 && !number_before(m, i, end, &p, &n)) return false;
            if (n == 0 || n > LOCAL_PRODUCTS) continue;
            m->found.how = FOUND_NAMED, m->found.n = n, m->found.variant = variant;
            for (size_t k = 0; k < n; k++) m->found.product[k] = &p[k];
            for (size_t k = 0; k < n && variant; k++) /* who names a variant means its product alone */
                for (size_t v = 0; v < p[k].variants; v++)
                    if (text_eq(p[k].variant[v].id, variant)) m->found.product[0] = &p[k], m->found.n = 1;
            for (size_t k = i; k < end; k++) { /* the "pw" of PW-16 is no password */
                local_hear_anew(h, k, 0);
                h->used[k] = m->numbered[k] = true;
            }
            return n > 1 || variant || calls == NUMBER_CALLS || same_model(m, i, ends, count);
        }
    }
    return true;
}

size_t options_number_within(const struct mention *values, size_t n, const char *number, size_t *which)
{
    size_t found = 0, length = strlen(number);
    for (size_t k = 0; k < n; k++) {
        bool has = false;
        for (const char *at = strstr(values[k].value, number); at && !has; at = strstr(at + 1, number))
            has = at > values[k].value && !strchr("0123456789.", at[-1]) &&
                  !(at[length] && strchr("0123456789.", at[length]));
        if (has) *which = k, found++;
    }
    return found;
}
