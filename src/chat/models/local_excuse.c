/* local_excuse.c: words beside a product's name that make no other thing of it: the name of an option ("kit size"),
 * what stands beside a value ("a small frame"), what the description says it goes with. */
#include "chat/models/local_fitting.h"

static bool has_word(const char *name, const struct atom *x)
{
    for (const char *p = name; *p;) {
        size_t n = strcspn(p, " ");
        if (n == x->n && strncasecmp(p, x->text, n) == 0) return true;
        p += n + strspn(p + n, " ");
    }
    return false;
}

/* The name of an option ("kit size") is no other thing. */
static void excuse_names(struct fitting *f, const struct knowledge_product *p)
{
    const char *names[16];
    size_t n = options_names(NULL, p, names, 16);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < f->h->a.n; i++) {
            const char *last = strrchr(names[k], ' ');
            size_t count = options_name_at(f->h, i, names[k]);
            if (count == 0 && last) count = options_name_at(f->h, i, last + 1);
            bool whole = count > 0 && last;
            while (count > 0) f->missed[i + --count] = false;
            /* "what colours is the frame in": the words of "frame colour", apart */
            for (size_t j = 0; whole && j < f->h->a.n; j++)
                if (f->h->a.atom[j].n >= 3 && has_word(names[k], &f->h->a.atom[j])) f->missed[j] = false;
        }
}

/* "A small frame", where a frame size is small: a word of the option's name beside its value. */
static void excuse_beside_values(struct fitting *f, const struct knowledge_product *p, const struct found *options)
{
    const struct atoms *a = &f->h->a;
    for (size_t k = 0; k < options->mentions; k++) {
        const struct mention *x = &options->mention[k];
        for (size_t o = 0; p->variants > 0 && o < p->variant[0].options; o++) {
            const char *name = p->variant[0].option[o].name;
            size_t after = x->at + x->n;
            bool of_it = false;
            for (size_t v = 0; v < p->variants && !of_it; v++)
                of_it = o < p->variant[v].options && text_eq(p->variant[v].option[o].value, x->value);
            if (of_it && after < a->n && has_word(name, &a->atom[after])) f->missed[after] = false;
            if (of_it && x->at > 0 && has_word(name, &a->atom[x->at - 1])) f->missed[x->at - 1] = false;
        }
    }
}

/* 架子 beside 木架三踏板, of which 踏板 was taken: it is of that value too. */
static void excuse_parts(struct fitting *f, const struct found *options)
{
    for (size_t k = 0; k < options->mentions; k++)
        for (size_t i = 0; i < f->h->a.n; i++) {
            const struct atom *x = &f->h->a.atom[i];
            if (!f->missed[i] || x->kind != ATOM_HAN || !strstr(options->mention[k].joined, x->text)) continue;
            f->missed[i] = false;
            if (i + 1 < f->h->a.n && strcmp(f->h->a.atom[i + 1].text, "子") == 0) f->missed[i + 1] = false;
        }
}

/* Whether the description speaks of these atoms, and not to say that it is none of that: with no word of denial before
 * them in their clause, nor in what is left of it. */
static bool speaks_of(const struct atoms *d, const struct atoms *a, size_t from, size_t end)
{
    static const char not [] = "不|无|非|没|勿|除|not|no|without|never|except|cannot|cant|dont|wont|arent|isnt|doesnt";
    bool denied = false, spoken = false;
    for (size_t i = 0; i < d->n; i++) {
        size_t n = 0;
        if (d->atom[i].broken) {
            if (spoken && !denied) return true;
            denied = spoken = false;
        }
        denied |= lexicon_phrase(d, i, not ) > 0;
        while (from + n < end && i + n < d->n &&
               atom_same(&d->atom[i + n], a->atom[from + n].text, a->atom[from + n].n))
            n++;
        spoken |= from + n == end;
    }
    return spoken && !denied;
}

/* "吉他变调夹" where the shop has a 变调夹 of which it writes that it goes with a 吉他: a word before the name, of
 * which the description speaks, makes no other thing of it. */
static void excuse_told(struct local *m, struct fitting *f, const struct knowledge_product *p)
{
    const struct atoms *a = &f->h->a;
    struct atoms d = { NULL, 0 };
    for (size_t i = 0, end; i < a->n; i = end) {
        bool numbers = false;
        end = i + 1;
        if (!f->missed[i]) continue;
        while (end < a->n && f->missed[end] && !a->atom[end].broken && a->atom[end].kind == a->atom[i].kind) end++;
        for (size_t k = i; k < end; k++) numbers |= a->atom[k].kind == ATOM_NUMBER;
        bool name = end < a->n && f->named[end] && !a->atom[end].broken && a->atom[end].kind == a->atom[i].kind;
        bool word = a->atom[i].kind == ATOM_HAN ? end - i >= 2 : a->atom[i].n >= 4;
        if (!name || !word || numbers) continue;
        if (d.n == 0) d = atoms_of(m->arena, str_of(p->description ? p->description : ""), LOCAL_TEXT_ATOMS);
        if (speaks_of(&d, a, i, end)) memset(f->missed + i, 0, end - i);
    }
}

void local_fit_excuse(struct local *m, struct fitting *f, const struct found *options)
{
    excuse_names(f, f->fit.product);
    excuse_beside_values(f, f->fit.product, options);
    excuse_parts(f, options);
    excuse_told(m, f, f->fit.product);
}
