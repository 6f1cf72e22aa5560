/* local_code.c: fault codes: "E3", "F12". Told is the line of a paper of that product in which the code stands. */
#include "chat/models/local.h"

enum { TEXTS = 48 };

static bool is_error(const struct atom *x)
{
    return strcmp(x->text, "err") == 0 || strcmp(x->text, "error") == 0 || strcmp(x->text, "code") == 0;
}

/* "E3", "E-03"; "Err 05", "error 5": the number stands at it, or behind a sign, or apart where it is called an error.
 */
static bool is_one(const struct atoms *a, size_t i)
{
    if (i + 1 >= a->n || a->atom[i].kind != ATOM_LETTERS || a->atom[i + 1].kind != ATOM_NUMBER) return false;
    const struct atom *x = &a->atom[i], *number = x + 1;
    if (number->glued) return true;
    return !number->broken && number->from == x->to + 1 && (is_error(x) || x->n <= 2);
}

/* The sign that stands between them is no space, but where it is called an error. */
static bool is_written_so(const struct heard *h, size_t i)
{
    return h->a.atom[i + 1].glued || is_error(&h->a.atom[i]) || h->text.p[h->a.atom[i].to] != ' ';
}

static bool is_code(const struct heard *h, size_t i)
{
    const struct atom *x = &h->a.atom[i];
    return !h->used[i] && is_one(&h->a, i) && is_written_so(h, i) && (x->n <= 3 || is_error(x)) &&
           h->a.atom[i + 1].n <= 4 && !h->used[i + 1] && !memchr(h->a.atom[i + 1].text, '.', h->a.atom[i + 1].n) &&
           (!x->glued || i == 0 || h->a.atom[i - 1].kind == ATOM_HAN) &&
           (i + 2 >= h->a.n || !h->a.atom[i + 2].glued || h->a.atom[i + 2].kind == ATOM_HAN);
}

/* "Err 5" is "Err 05". */
static const char *without_zeros(const char *number)
{
    while (*number == '0' && number[1] >= '0' && number[1] <= '9') number++;
    return number;
}

static bool is_same(const struct atoms *a, size_t i, const struct atom *code)
{
    bool letters = strcmp(a->atom[i].text, code[0].text) == 0 || (is_error(&a->atom[i]) && is_error(&code[0]));
    return letters && is_one(a, i) && strcmp(without_zeros(a->atom[i + 1].text), without_zeros(code[1].text)) == 0;
}

/* The line in which the code stands by itself. */
static struct str line_with(struct local *m, struct str text, const struct atom *code)
{
    for (size_t at = 0; at < text.n;) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        struct str line = { text.p + at, end ? (size_t)(end - text.p) - at : text.n - at };
        struct arena_mark mark = arena_mark(m->arena);
        struct atoms a = atoms_of(m->arena, line, 120);
        bool there = false;
        for (size_t i = 0; i + 1 < a.n && !there; i++)
            there = is_same(&a, i, code) && (!a.atom[i].glued || i == 0 || a.atom[i - 1].kind == ATOM_HAN);
        arena_release(m->arena, mark);
        if (there) return line;
        at += line.n + 1;
    }
    return (struct str){ NULL, 0 };
}

static bool code_of(struct local *m, const struct knowledge_product *p, const struct atom *code, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    if (!m->source->search_texts(m->source->ctx, local_query_of(m, SENSE_FAULT, true), p->id, TEXTS, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        struct str line = line_with(m, str_of(t[i].text), code);
        if (line.p && local_say_text(m, &t[i], line)) *answered = true;
    }
    if (*answered) local_cite_product(m, p, NULL);
    return true;
}

/* "P20", "Watch S3": a model that the product is called by is no fault of it. */
static bool is_of_title(struct local *m, const struct knowledge_product *p, const struct atom *code)
{
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms title = atoms_of(m->arena, str_of(p->title), 90);
    bool there = false;
    for (size_t i = 0; i + 1 < title.n && !there; i++) there = is_same(&title, i, code);
    arena_release(m->arena, mark);
    return there;
}

bool local_code(struct local *m, bool *answered)
{
    size_t at = m->h.a.n, start = m->text.n; /* what an earlier question of the turn was told stays */
    bool near = m->found.how == FOUND_NEAR && m->found.n == 1;
    bool known = m->found.how == FOUND_NAMED || m->found.how == FOUND_TALKED_ABOUT || near;
    *answered = false;
    for (size_t i = 0; i + 1 < m->h.a.n && at == m->h.a.n; i++) {
        bool model = !is_code(&m->h, i);
        for (size_t k = 0; k < m->found.n && !model; k++) model = is_of_title(m, m->found.product[k], &m->h.a.atom[i]);
        for (size_t k = 0; k < m->found.mentions && !model; k++) /* "有RAV4的吗" */
            model = i >= m->found.mention[k].at && i < m->found.mention[k].at + m->found.mention[k].n;
        if (!model) at = i;
    }
    /* else ("it says E3") it is one if nothing else is asked and a paper of the product has it */
    bool sure = (m->h.all & SENSE_FAULT) != 0;
    const uint64_t broken = SENSE_FAULT | SENSE_WARRANTY | SENSE_DAMAGE; /* "E00是哪里坏了" */
    bool other = (m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | (SENSE_SUBJECTS & ~broken))) != 0;
    /* "it reads E2", of what is talked about */
    bool of_focus = m->focuses == 1 && !sure && m->found.how < FOUND_TALKED_ABOUT;
    if (of_focus) known = near = false;
    if (at == m->h.a.n || (!sure && ((!known && !of_focus) || other))) return true;
    m->why = "fault code", *answered = true;
    if (!known && m->focuses == 0) {
        local_say(m, REPLY_ASK, SAY_WHICH_PRODUCT, "fault code of no product");
        return true;
    }
    const struct knowledge_product *const *p = known ? m->found.product : m->focus;
    size_t n = known ? m->found.n : m->focuses;
    bool said = false;
    for (size_t i = 0; i < n && i < 3; i++) {
        bool one = false;
        if (said) buf_char(&m->text, '\n');
        if (n > 1 || near) buf_printf(&m->text, "%s: ", local_title(m, p[i]));
        size_t before = m->text.n;
        if (!code_of(m, p[i], &m->h.a.atom[at], &one)) return false;
        if (!one && m->text.n == before && n > 1) buf_text(&m->text, "-");
        said |= one;
    }
    if (said) return true;
    m->text.n = start;
    /* "突然灭了 上面写F2": 写 is in the names of others, and the code of what is talked about */
    bool by_chance = known && m->focuses == 1 && (n > 1 || m->found.left_over);
    if (by_chance && !code_of(m, m->focus[0], &m->h.a.atom[at], &said)) return false;
    if (!sure || said) {
        *answered = said;
        return true;
    }
    local_cite_product(m, p[0], NULL);
    SAY(m, SAY_NO_CODE, { "title", local_title(m, p[0]) });
    m->action = REPLY_DECLINE;
    return true;
}

const char *local_open_asked(struct local *m)
{
    const struct heard *h = &m->h;
    const uint64_t papers = SENSE_WARRANTY | SENSE_INSTALL | SENSE_GIFT;
    bool code = false, words = false;
    for (size_t i = 0; i < h->a.n; i++) {
        code |= i + 1 < h->a.n && is_code(h, i);
        words |= h->sense[i] == 0;
    }
    if (m->found.how != FOUND_NONE || m->focuses > 0 || m->new_number || m->new_email) return NULL;
    if (!(code && (h->all & SENSE_FAULT)) && !((h->all & papers) && !words)) return NULL;
    return arena_text_n(m->arena, h->text.p, h->text.n);
}
