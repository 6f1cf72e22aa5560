/* local_options.c: which variant is meant. Values of options are looked for in the turn, the longest first ("rose gold"
 * before "gold"); a value that two options share is given to whichever leaves every other word a place. */
#include "chat/models/local.h"

enum { VALUES = 256, FIT_DEPTH = 12 };

static bool one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (str_eq_nocase(str_of(text), str_of(*list))) return true;
    return false;
}
static bool says_yes(const char *v)
{
    static const char *const list[] = { "yes", "true", "y", "with", "有", "是", "支持", "带", NULL };
    return one_of(v, list);
}
static bool says_no(const char *v)
{
    static const char *const list[] = { "no", "false",  "n",    "none", "without", "无",
                                        "否", "不支持", "不带", "没有", NULL };
    return one_of(v, list);
}

/* Each value once, of all variants. */
static size_t values_of(struct arena *a, const struct knowledge_product *p, struct mention *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            const struct knowledge_option *o = &p->variant[i].option[k];
            bool there = false;
            for (size_t j = 0; j < n && !there; j++)
                there = text_eq(out[j].value, o->value) && text_eq(out[j].name, o->name);
            if (there || n == VALUES) continue;
            out[n] = (struct mention){ .value = o->value, .name = o->name };
            if (joined_of(str_of(o->value), out[n].joined, sizeof out[n].joined) > 0) n++;
        }
    return n;
}

size_t options_names(struct arena *a, const struct knowledge_product *p, const char **out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            bool there = false;
            for (size_t j = 0; j < n && !there; j++) there = text_eq(out[j], p->variant[i].option[k].name);
            if (!there && n < max) out[n++] = p->variant[i].option[k].name;
        }
    return n;
}

/* The words of a name from i on, where "resistant" is as good as "resistance". */
static size_t name_at(const struct heard *h, size_t i, const char *name)
{
    char joined[LOCAL_JOINED];
    size_t n = joined_of(str_of(name), joined, sizeof joined), at = 0, count = 0;
    size_t plain = atoms_joined(&h->a, i, joined, n);
    for (size_t k = 0; plain == 0; k++) {
        const char *other = lexicon_other(joined, k);
        if (!other) break;
        plain = atoms_joined(&h->a, i, other, strlen(other));
    }
    if (plain > 0) return plain;
    while (at < n && i + count < h->a.n) {
        const struct atom *x = &h->a.atom[i + count];
        size_t same = 0;
        while (same < x->n && at + same < n && x->text[same] == joined[at + same]) same++;
        if (same == x->n) at += same;
        else if (same >= 6 && n - at - same <= 4 && x->n - same <= 4) at = n;
        else return 0;
        count++;
    }
    return at >= n && count > 0 ? count : 0;
}

size_t options_name_at(const struct heard *h, size_t i, const char *name) { return name_at(h, i, name); }

bool options_named(const struct heard *h, const char *name)
{
    for (size_t i = 0; i < h->a.n; i++) {
        if (name_at(h, i, name) > 0) return true;
        /* "colors" asks for "frame color" too */
        const char *last = strrchr(name, ' ');
        if (last && name_at(h, i, last + 1) > 0) return true;
    }
    return false;
}

static bool negated(const struct heard *h, size_t at)
{
    if (at > 0 && (h->sense[at - 1] & SENSE_NOT)) return true;
    return at > 1 && (h->sense[at - 2] & SENSE_NOT) && (h->sense[at - 1] & SENSE_STOP) && !h->a.atom[at - 1].broken;
}

static size_t value_at(const struct heard *h, size_t i, const char *joined)
{
    size_t n = atoms_joined(&h->a, i, joined, strlen(joined));
    for (size_t k = 0; n == 0; k++) {
        const char *other = lexicon_other(joined, k);
        if (!other) break;
        n = atoms_joined(&h->a, i, other, strlen(other));
    }
    if (n != 1) return n;
    const struct atom *x = &h->a.atom[i];
    bool glued_after = i + 1 < h->a.n && h->a.atom[i + 1].glued && h->a.atom[i + 1].kind != ATOM_HAN;
    bool glued_before = x->glued && i > 0 && h->a.atom[i - 1].kind != ATOM_HAN;
    /* part of a longer word: the 9 of "9mm", the l of "l27" */
    return x->kind != ATOM_HAN && (glued_after || glued_before) ? 0 : n;
}

/* Words of one letter that are values only where a size is meant ("size s", "M"). */
static bool is_weak(const struct heard *h, size_t i, size_t n)
{
    const struct atom *x = &h->a.atom[i];
    if (n != 1) return false;
    if (x->kind == ATOM_LETTERS && x->n == 1 && x->text[0] == 'a') return true;
    return x->kind == ATOM_HAN && (h->sense[i] & (SENSE_STOP | SENSE_SOFT)) != 0;
}

/* A value before which its option's name stands ("size 9") belongs to that option, if it has it. */
static const char *name_before(const struct heard *h, size_t at, const struct mention *values, size_t n,
                               const char *joined)
{
    if (h->a.atom[at].broken) return NULL;
    for (size_t k = 0; k < n; k++)
        for (size_t back = 1; back <= 3 && back <= at && strcmp(values[k].joined, joined) == 0; back++)
            if (name_at(h, at - back, values[k].name) == back) return values[k].name;
    return NULL;
}

static void add(struct found *f, struct mention x)
{
    if (f->mentions < LOCAL_MENTIONS) f->mention[f->mentions++] = x;
}

/* "waterproof", "not waterproof", "no features": a name whose values are yes and no. */
static size_t yes_or_no_at(struct found *f, const struct heard *h, size_t i, const struct mention *values, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool yes = says_yes(values[k].value), no = says_no(values[k].value);
        size_t count = yes || no ? name_at(h, i, values[k].name) : 0;
        if (count == 0) continue;
        bool want_no = negated(h, i);
        if (want_no ? !no : !yes) continue;
        struct mention x = values[k];
        x.at = i, x.n = count;
        add(f, x);
        return count;
    }
    return 0;
}

void options_heard(struct local *m, const struct knowledge_product *p, struct found *f)
{
    struct mention *values = ARENA_ARRAY(m->arena, struct mention, VALUES);
    size_t n = values_of(m->arena, p, values);
    const struct heard *h = &m->h;
    f->mentions = 0;
    for (size_t i = 0; i < h->a.n;) {
        size_t best = 0, which = 0;
        for (size_t k = 0; k < n && !h->used[i]; k++) {
            if (says_yes(values[k].value) || says_no(values[k].value)) continue;
            size_t length = value_at(h, i, values[k].joined);
            if (length > best && !is_weak(h, i, length)) best = length, which = k;
        }
        size_t flag = h->used[i] ? 0 : yes_or_no_at(f, h, i, values, n);
        if (flag > 0) {
            i += flag;
            continue;
        }
        if (best > 0) {
            struct mention x = values[which];
            x.name = name_before(h, i, values, n, values[which].joined);
            x.at = i, x.n = best, x.excluded = negated(h, i);
            add(f, x);
        }
        i += best ? best : 1;
    }
}

static bool fits(const struct knowledge_variant *v, const struct mention *x, size_t n, uint32_t used)
{
    if (n == 0) return true;
    for (size_t k = 0; k < v->options && k < 32; k++) {
        char joined[LOCAL_JOINED];
        joined_of(str_of(v->option[k].value), joined, sizeof joined);
        bool same = strcmp(joined, x->joined) == 0 && (!x->name || text_eq(x->name, v->option[k].name));
        if (x->excluded && same) return false;
        if (!x->excluded && same && !(used & (UINT32_C(1) << k)) && fits(v, x + 1, n - 1, used | UINT32_C(1) << k))
            return true;
    }
    return x->excluded ? fits(v, x + 1, n - 1, used) : false;
}

bool options_fit(const struct knowledge_variant *v, const struct mention *mention, size_t n)
{
    return fits(v, mention, n < FIT_DEPTH ? n : FIT_DEPTH, 0);
}
