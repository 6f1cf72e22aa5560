/* local_answer.c: answers about products: price, stock, options, a variant, several that fit, a comparison. Amounts
 * come from the rows and are printed by say_money() alone. */
#include "chat/models/local.h"

#include "base/unicode.h"

enum { LISTED = 5, LINES = 6, VALUES_TEXT = 600, LINE_TEXT = 1200, TITLE = 160 };

/* A title is the merchant's text: sentences that give orders are left out, and a long one is cut. */
const char *local_title(struct local *m, const struct knowledge_product *p)
{
    struct str title = str_of(p->title);
    struct buf b;
    char *memory = arena_alloc(m->arena, title.n + 1);
    buf_fixed(&b, memory, title.n + 1);
    for (size_t at = 0; at < title.n;) {
        struct str s = local_sentence(title, &at);
        if (text_is_quotable(m, s, true)) buf_add(&b, s.p, s.n);
    }
    if (b.n == 0) return p->id;
    return arena_text_n(m->arena, b.p, b.n <= TITLE ? b.n : unicode_cut_bytes(buf_str(&b), TITLE));
}

static enum currency currency_of(const struct local *m, const struct knowledge_product *p)
{
    return p->currency != CURRENCY_NONE ? p->currency : m->source->currency;
}

/* The variants that fit all that was said, in the order of the shop. */
static size_t variants_of(const struct local *m, const struct knowledge_product *p, const struct mention *mention,
                          size_t n, const struct knowledge_variant **out, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < p->variants && count < max; i++)
        if (options_fit(&p->variant[i], mention, n)) out[count++] = &p->variant[i];
    return count;
}

/* A variant without a price of its own costs what the product does; false: nothing says what. */
static bool price_of(const struct knowledge_product *p, const struct knowledge_variant *v, int64_t *out)
{
    *out = v->priced ? v->price : p->price;
    return v->priced || p->priced;
}

struct range {
    int64_t low, high;
    const struct knowledge_variant *lowest;
    bool any, available;
};

static struct range range_of(const struct knowledge_product *p, const struct knowledge_variant *const *v, size_t n)
{
    struct range r = { .any = false };
    if (p->variants == 0)
        return (struct range){ .low = p->price, .high = p->price, .any = p->priced, .available = p->available };
    for (size_t i = 0; i < n; i++) r.available |= v[i]->available;
    for (size_t i = 0; i < n; i++) {
        int64_t price;
        bool priced = price_of(p, v[i], &price);
        /* "from" is what can be had; of what is sold out nothing is said while something else is there */
        if (!priced || (r.available && !v[i]->available)) continue;
        if (!r.any || price < r.low) r.low = price, r.lowest = v[i];
        if (!r.any || price > r.high) r.high = price;
        r.any = true;
    }
    return r;
}

static const char *values_text(struct local *m, const struct knowledge_variant *v)
{
    struct buf b;
    char *memory = arena_alloc(m->arena, VALUES_TEXT);
    buf_fixed(&b, memory, VALUES_TEXT);
    for (size_t i = 0; i < v->options; i++) {
        const char *value = v->option[i].value;
        bool flag = !strcmp(value, "yes") || !strcmp(value, "no") || !strcmp(value, "none") || !strcmp(value, "是") ||
                    !strcmp(value, "否") || !strcmp(value, "无") || !strcmp(value, "有");
        if (i > 0) buf_text(&b, m->language == LOCAL_ZH ? "，" : ", ");
        if (flag) buf_printf(&b, "%s: %s", v->option[i].name, value);
        else buf_text(&b, value);
    }
    return b.overflow ? v->id : buf_terminated(&b);
}

static const char *title_with(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *v)
{
    if (!v || v->options == 0) return local_title(m, p);
    return arena_printf(m->arena, m->language == LOCAL_ZH ? "%s（%s）" : "%s (%s)", local_title(m, p),
                        values_text(m, v));
}

/* Of several variants: what they were chosen by. */
static const char *title_of_choice(struct local *m, const struct knowledge_product *p)
{
    struct buf b;
    char *memory = arena_alloc(m->arena, VALUES_TEXT);
    buf_fixed(&b, memory, VALUES_TEXT);
    for (size_t i = 0; i < m->found.mentions; i++) {
        const struct mention *x = &m->found.mention[i];
        if (x->excluded) continue;
        if (b.n > 0) buf_text(&b, m->language == LOCAL_ZH ? "，" : ", ");
        if (x->name) buf_printf(&b, "%s: %s", x->name, x->value);
        else buf_text(&b, x->value);
    }
    if (b.n == 0 || b.overflow) return local_title(m, p);
    return arena_printf(m->arena, m->language == LOCAL_ZH ? "%s（%s）" : "%s (%s)", local_title(m, p),
                        buf_terminated(&b));
}

static void add_price(struct local *m, const struct knowledge_product *p, const char *title, const struct range *r)
{
    enum currency c = currency_of(m, p);
    const char *low = say_money(m->arena, r->low, c), *high = say_money(m->arena, r->high, c);
    if (!r->any) SAY(m, SAY_PRICE_NONE, { "title", title });
    else if (r->low == r->high) SAY(m, SAY_PRICE, { "title", title }, { "price", low });
    else SAY(m, SAY_PRICE_FROM, { "title", title }, { "low", low }, { "high", high });
}

/* What a list has and nobody can buy is said to be so: else it is taken for an offer. */
static void line_gone(struct local *m)
{
    buf_text(&m->text, m->language == LOCAL_ZH ? "，" : ".");
    SAY(m, SAY_OUT_OF_STOCK, { NULL, NULL });
}

/* "Title: $1.00", a line of a list. */
static void price_line(struct local *m, const struct knowledge_product *p)
{
    const struct knowledge_variant **v = ARENA_ARRAY(m->arena, const struct knowledge_variant *, p->variants + 1);
    size_t n = variants_of(m, p, NULL, 0, v, p->variants);
    struct range r = range_of(p, v, n);
    enum currency c = currency_of(m, p);
    buf_printf(&m->text, "\n- %s", local_title(m, p));
    if (r.any && r.low == r.high)
        buf_printf(&m->text, m->language == LOCAL_ZH ? "：%s" : ": %s", say_money(m->arena, r.low, c));
    else if (r.any)
        buf_printf(&m->text, m->language == LOCAL_ZH ? "：%s–%s" : ": %s–%s", say_money(m->arena, r.low, c),
                   say_money(m->arena, r.high, c));
    if (!r.available) line_gone(m);
    local_cite_product(m, p, NULL);
}

static int64_t lowest(struct local *m, const struct knowledge_product *p, bool *any)
{
    const struct knowledge_variant **v = ARENA_ARRAY(m->arena, const struct knowledge_variant *, p->variants + 1);
    struct range r = range_of(p, v, variants_of(m, p, NULL, 0, v, p->variants));
    *any = r.any;
    return r.low;
}

/* Those that cost no more than was said; where none does, the cheapest is named as what is nearest. */
static void within_budget(struct local *m)
{
    struct found *f = &m->found;
    const struct knowledge_product *cheapest = NULL;
    int64_t least = 0;
    size_t said = 0;
    bool any = false;
    for (size_t i = 0; i < f->n; i++) {
        int64_t low = lowest(m, f->product[i], &any);
        if (!any) continue;
        if (!cheapest || low < least) cheapest = f->product[i], least = low;
        if (low > m->most || said == LISTED) continue;
        if (said++ == 0) SAY(m, SAY_LIST, { NULL, NULL });
        price_line(m, f->product[i]);
    }
    if (said == 0) SAY(m, SAY_NEAR, { NULL, NULL });
    if (said == 0 && cheapest) price_line(m, cheapest);
    m->action = said > 0 ? REPLY_ANSWER : REPLY_ASK, m->why = "within a budget";
}

/* The cheapest first, or the dearest, when that was asked for. */
static void order_by_price(struct local *m)
{
    struct found *f = &m->found;
    int64_t low[LOCAL_PRODUCTS];
    bool dear = (m->h.all & SENSE_DEAR) != 0, any;
    if (!(m->h.all & (SENSE_DEAR | SENSE_CHEAP))) return;
    for (size_t i = 0; i < f->n; i++) {
        const struct knowledge_product *p = f->product[i];
        int64_t price = lowest(m, p, &any);
        price = !any ? INT64_MAX : dear ? -price : price;
        size_t at = i;
        for (; at > 0 && low[at - 1] > price; at--) low[at] = low[at - 1], f->product[at] = f->product[at - 1];
        low[at] = price, f->product[at] = p;
    }
}

/* Several products: the shopper says which. */
static void several(struct local *m)
{
    struct found *f = &m->found;
    if (m->most > 0) {
        within_budget(m);
        return;
    }
    uint64_t of_list = SENSE_HAVE | SENSE_RECOMMEND | SENSE_CHEAP | SENSE_DEAR;
    bool have = (m->h.all & of_list) != 0 && !(m->h.all & SENSE_STOCK);
    order_by_price(m);
    SAY(m, have ? SAY_LIST : SAY_WHICH, { NULL, NULL });
    for (size_t i = 0; i < f->n && i < LISTED; i++) price_line(m, f->product[i]);
    if (f->n > LISTED) SAY(m, SAY_MORE, { NULL, NULL });
    m->action = have ? REPLY_ANSWER : REPLY_ASK, m->why = "several products";
}

static void near(struct local *m)
{
    SAY(m, SAY_NEAR, { NULL, NULL });
    for (size_t i = 0; i < m->found.n && i < 3; i++) {
        if (m->most > 0) price_line(m, m->found.product[i]); /* whether it is within the sum can be seen */
        else {
            buf_printf(&m->text, "\n- %s", local_title(m, m->found.product[i]));
            if (!m->found.product[i]->available) line_gone(m);
        }
        local_cite_product(m, m->found.product[i], NULL);
    }
    m->action = REPLY_ASK, m->why = "near products";
}

/* ---- options ---- */

/* Whether any that has the value, and what was said of the others, can be bought. */
static bool is_there(const struct knowledge_product *p, const struct knowledge_option *o, const struct mention *mention,
                     size_t n)
{
    for (size_t i = 0; i < p->variants; i++) {
        const struct knowledge_variant *v = &p->variant[i];
        if (!v->available || (n > 0 && !options_fit(v, mention, n))) continue;
        for (size_t k = 0; k < v->options; k++)
            if (text_eq(v->option[k].name, o->name) && text_eq(v->option[k].value, o->value)) return true;
    }
    return false;
}

static void option_line(struct local *m, const struct knowledge_product *p, const char *name,
                        const struct mention *mention, size_t n)
{
    /* 墨绿、绯红 is what it comes in; what of it can be had is told where it is asked for */
    static const char *const gone[LOCAL_LANGUAGES] = { " (out of stock)", "", " (agotado)" };
    const char *seen[64];
    size_t count = 0;
    struct buf b;
    char *memory = arena_alloc(m->arena, LINE_TEXT);
    buf_fixed(&b, memory, LINE_TEXT);
    for (size_t i = 0; i < p->variants; i++) {
        const struct knowledge_variant *v = &p->variant[i];
        if (n > 0 && !options_fit(v, mention, n)) continue;
        for (size_t k = 0; k < v->options; k++) {
            bool there = !text_eq(v->option[k].name, name);
            for (size_t j = 0; j < count && !there; j++) there = text_eq(seen[j], v->option[k].value);
            if (there || count == 64) continue;
            seen[count++] = v->option[k].value;
            if (b.n > 0) buf_text(&b, m->language == LOCAL_ZH ? "、" : ", ");
            buf_text(&b, v->option[k].value);
            if (!is_there(p, &v->option[k], mention, n)) buf_text(&b, gone[m->language]);
        }
    }
    if (count > 0 && !b.overflow) SAY(m, SAY_OPTION_LINE, { "name", name }, { "values", buf_terminated(&b) });
}

/* The options that were asked for by name, else all. False: the product has none. */
static bool options_answer(struct local *m, const struct knowledge_product *p, bool by_name_only)
{
    const char *names[16], *asked[16];
    size_t n = options_names(m->arena, p, names, 16), count = 0;
    for (size_t i = 0; i < n; i++)
        if (options_asked(m->arena, &m->h, p, names[i])) asked[count++] = names[i];
    /* "lens color" asks for that, not for each colour */
    size_t whole = 0;
    const char *exact[16];
    for (size_t i = 0; i < count; i++) {
        char joined[LOCAL_JOINED];
        size_t length = joined_of(str_of(asked[i]), joined, sizeof joined);
        for (size_t k = 0; k < m->h.a.n; k++)
            if (atoms_joined(&m->h.a, k, joined, length) > 1) {
                exact[whole++] = asked[i];
                break;
            }
    }
    if (whole > 0) memcpy(asked, exact, sizeof exact), count = whole;
    if (count == 0 && by_name_only) return false;
    if (count == 0) memcpy(asked, names, sizeof names), count = n;
    if (count == 0) return false;
    SAY(m, SAY_OPTIONS, { "title", local_title(m, p) });
    for (size_t i = 0; i < count; i++) option_line(m, p, asked[i], m->found.mention, m->found.mentions);
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "options";
    return true;
}

void local_no_variant(struct local *m, const struct knowledge_product *p)
{
    const char *names[16];
    size_t n = options_names(m->arena, p, names, 16);
    SAY(m, SAY_NO_VARIANT, { "title", local_title(m, p) });
    if (n > 0) {
        buf_char(&m->text, ' ');
        SAY(m, SAY_OPTIONS, { "title", local_title(m, p) });
    }
    for (size_t i = 0; i < n && i < LINES; i++) option_line(m, p, names[i], NULL, 0);
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "no such variant";
}

/* ---- one product ---- */

/* Which option would tell the variants that are left apart. */
static const char *open_option(struct local *m, const struct knowledge_product *p,
                               const struct knowledge_variant *const *v, size_t n)
{
    const char *names[16];
    size_t count = options_names(m->arena, p, names, 16);
    for (size_t k = 0; k < count; k++) {
        const char *first = NULL;
        for (size_t i = 0; i < n; i++)
            for (size_t o = 0; o < v[i]->options; o++) {
                if (!text_eq(v[i]->option[o].name, names[k])) continue;
                if (first && !text_eq(first, v[i]->option[o].value)) return names[k];
                first = v[i]->option[o].value;
            }
    }
    return NULL;
}

static void variant_lines(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *const *v,
                          size_t n, bool in_stock_only)
{
    enum currency c = currency_of(m, p);
    for (size_t i = 0, said = 0; i < n && said < LINES; i++) {
        if (in_stock_only && !v[i]->available) continue;
        said++;
        buf_printf(&m->text, "\n- %s", values_text(m, v[i]));
        int64_t price;
        if (price_of(p, v[i], &price))
            buf_printf(&m->text, m->language == LOCAL_ZH ? "：%s" : ": %s", say_money(m->arena, price, c));
        if (!v[i]->available) line_gone(m);
        local_cite_product(m, p, v[i]);
    }
}

static void stock_answer(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *const *v,
                         size_t n)
{
    const struct knowledge_variant *one = n == 1 ? v[0] : NULL;
    bool named = m->found.mentions > 0 || m->found.variant;
    struct range r = range_of(p, v, n);
    local_cite_product(m, p, one);
    SAY(m, r.available ? SAY_YES_STOCK : SAY_NO_STOCK,
        { "title", one ? title_with(m, p, one) : title_of_choice(m, p) });
    if (one && one->priced && (r.available || (m->h.all & SENSE_PRICE))) {
        buf_char(&m->text, ' ');
        add_price(m, p, local_title(m, p), &r);
    } else if (!one && r.available && named && n <= LINES) {
        variant_lines(m, p, v, n, true);
    }
    m->action = REPLY_ANSWER, m->why = "stock";
}

static void price_answer(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *const *v,
                         size_t n)
{
    const struct knowledge_variant *one = n == 1 ? v[0] : NULL;
    struct range r = range_of(p, v, n);
    const char *title = one ? title_with(m, p, one) : title_of_choice(m, p);
    local_cite_product(m, p, one);
    if (m->h.all & SENSE_HAVE && r.available && !(m->h.all & SENSE_PRICE)) SAY(m, SAY_HAVE, { "title", title });
    add_price(m, p, title, &r);
    bool had = (m->h.all & SENSE_HAVE) && !(m->h.all & SENSE_PRICE) && m->found.mentions > 0; /* "卫衣有XL吗" */
    if (had && !one && r.available) SAY(m, SAY_IN_STOCK, { NULL, NULL });
    if (one || p->variants == 0) SAY(m, r.available ? SAY_IN_STOCK : SAY_OUT_OF_STOCK, { NULL, NULL });
    else if ((m->h.all & SENSE_CHEAP) && r.lowest) {
        buf_text(&m->text, "\n- "), buf_text(&m->text, values_text(m, r.lowest));
        buf_printf(&m->text, m->language == LOCAL_ZH ? "：%s" : ": %s", say_money(m->arena, r.low, currency_of(m, p)));
    } else if (m->found.mentions > 0 && n <= LINES) {
        variant_lines(m, p, v, n, false);
    } else if (r.any) {
        const char *name = open_option(m, p, v, n);
        if (name) SAY(m, SAY_WHICH_OPTION, { "name", name });
    }
    m->action = r.any ? REPLY_ANSWER : REPLY_DECLINE, m->why = "price";
}

static void alternatives_answer(struct local *m, const struct knowledge_product *p,
                                const struct knowledge_variant *const *v, size_t n)
{
    struct range r = range_of(p, v, n);
    bool stock = (m->h.all & SENSE_STOCK) != 0, of_one = options_choice(p, m->found.mention, m->found.mentions);
    local_cite_product(m, p, NULL);
    if (!of_one) { /* "20 cm, 200 sheets": the two do not go together */
        SAY(m, SAY_NO_VARIANT, { "title", local_title(m, p) });
        variant_lines(m, p, v, n, false);
        m->action = REPLY_ANSWER, m->why = "no such variant";
        return;
    }
    if (stock) SAY(m, r.available ? SAY_YES_STOCK : SAY_NO_STOCK, { "title", local_title(m, p) });
    else buf_printf(&m->text, m->language == LOCAL_ZH ? "%s：" : "%s:", local_title(m, p));
    variant_lines(m, p, v, n, stock);
    m->action = REPLY_ANSWER, m->why = stock ? "stock" : "comparison";
    if (stock || n != 2 || !v[0]->priced || !v[1]->priced) return;
    buf_char(&m->text, '\n');
    if (v[0]->price == v[1]->price) SAY(m, SAY_SAME_PRICE, { NULL, NULL });
    else SAY(m, SAY_CHEAPER, { "title", title_with(m, p, v[0]->price < v[1]->price ? v[0] : v[1]) });
}

/* The variants that cost no more than was said and can be had are kept; several are listed. While nothing of the
 * product can be had, those that cost no more. False: one is left, or what can be had costs more. */
static bool variants_within(struct local *m, const struct knowledge_product *p, const struct knowledge_variant **v,
                            size_t *n)
{
    bool there = false;
    int64_t price;
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) there |= v[i]->available;
    for (size_t i = 0; i < *n; i++) kept += price_of(p, v[i], &price) && price <= m->most && v[i]->available == there;
    if (kept == 0) return false;
    kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (price_of(p, v[i], &price) && price <= m->most && v[i]->available == there) v[kept++] = v[i];
    *n = kept;
    if (kept == 1) return false;
    if (there) buf_printf(&m->text, m->language == LOCAL_ZH ? "%s：" : "%s:", local_title(m, p));
    else SAY(m, SAY_NO_STOCK, { "title", title_of_choice(m, p) });
    local_cite_product(m, p, NULL);
    variant_lines(m, p, v, kept, false);
    m->action = REPLY_ANSWER, m->why = "within a budget";
    return true;
}

static bool rules_out_only(const struct found *f)
{
    for (size_t k = 0; k < f->mentions; k++)
        if (f->mention[k].n > 0 && !f->mention[k].excluded) return false;
    return f->mentions > 0;
}

static void single(struct local *m, const struct knowledge_product *p)
{
    const struct knowledge_variant **v = ARENA_ARRAY(m->arena, const struct knowledge_variant *, p->variants + 1);
    uint64_t wanted = m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_HAVE);
    if (!(wanted & ~SENSE_HAVE) && m->found.how == FOUND_TALKED_ABOUT) wanted |= m->wanted;
    size_t n = 0;
    for (size_t i = 0; m->found.variant && i < p->variants; i++)
        if (text_eq(p->variant[i].id, m->found.variant) || text_eq(p->variant[i].sku, m->found.variant))
            v[n++] = &p->variant[i];
    if (n == 0) n = variants_of(m, p, m->found.mention, m->found.mentions, v, p->variants);
    if (m->found.mentions > 0 && n == 0 && p->variants > 0 && !m->found.variant) {
        n = options_alternatives(p, m->found.mention, m->found.mentions, v);
        if (n > 1) alternatives_answer(m, p, v, n);
        else local_no_variant(m, p);
        return;
    }
    if (local_behind(m, p)) {
        local_no_variant(m, p);
        return;
    }
    bool asks_price = (m->h.all & SENSE_PRICE) != 0 || m->most > 0;
    if (m->most > 0 && variants_within(m, p, v, &n)) return;
    if (m->most > 0 && range_of(p, v, n).low > m->most) {
        SAY(m, SAY_NEAR, { NULL, NULL });
        price_line(m, p);
        m->action = REPLY_ANSWER, m->why = "dearer than was said";
        return;
    }
    bool chosen = n == 1 && m->found.mentions > 0 && m->found.how >= FOUND_TALKED_ABOUT; /* "60 cm, plant version" */
    bool others = !(m->h.all & SENSE_STOCK) && (m->found.how == FOUND_TALKED_ABOUT || (wanted & SENSE_HAVE)) &&
                  rules_out_only(&m->found); /* "anything other than black" */
    if (!asks_price && !chosen && (others || (m->h.all & SENSE_OPTIONS)) && options_answer(m, p, false)) return;
    /* "which sizes are available", "the available sizes" */
    bool which = local_said(&m->h, "what") || local_said(&m->h, "which") || options_available(m->arena, &m->h, p);
    if (!asks_price && (which || !(wanted & SENSE_STOCK)) && m->found.mentions == 0 && options_answer(m, p, true))
        return;
    if ((m->h.all & SENSE_STOCK) || (!asks_price && (wanted & SENSE_STOCK))) stock_answer(m, p, v, n);
    else price_answer(m, p, v, n);
}

void local_about(struct local *m, const struct knowledge_product *p)
{
    enum { SAID = 2, LONG = 300 };
    struct str d = str_of(p->description ? p->description : "");
    int said = 0;
    for (size_t at = 0; at < d.n && said < SAID;) {
        struct str s = str_trim(local_sentence(d, &at));
        if (s.n > LONG || s.n < 4 || !text_is_quotable(m, s, false)) continue;
        if (m->text.n > 0) buf_char(&m->text, said > 0 ? ' ' : '\n');
        buf_add(&m->text, s.p, s.n), said++;
    }
    local_cite_product(m, p, NULL);
}

void local_product_answer(struct local *m)
{
    if (m->found.how == FOUND_NEAR) near(m);
    else if (m->found.n > 1) several(m);
    else if (!local_contents(m, m->found.product[0])) single(m, m->found.product[0]);
}

/* ---- two of them ---- */

static bool is_between(const struct heard *h, size_t i)
{
    static const char *const words[] = { "and", "or", "vs", "versus", "with", "to", "than",
                                         "和",  "与", "跟", "y",      "或",   NULL };
    for (size_t k = 0; words[k]; k++)
        if (strcmp(h->a.atom[i].text, words[k]) == 0) return true;
    return i > 0 && h->a.atom[i].broken;
}

static bool first_fact(struct local *m, const struct knowledge_product *p)
{
    struct str d = str_of(p->description ? p->description : "");
    for (size_t at = 0, tries = 0; at < d.n && tries < 4; tries++) {
        struct str s = local_sentence(d, &at);
        if (s.n > 300 || s.n < 8 || !text_is_quotable(m, s, false)) continue;
        while (s.n > 0 && s.p[s.n - 1] == '\n') s.n--;
        buf_text(&m->text, "\n  "), buf_add(&m->text, s.p, s.n);
        return true;
    }
    return false;
}

static void compare_two(struct local *m, const struct knowledge_product *a, const struct knowledge_product *b)
{
    const struct knowledge_product *both[2] = { a, b };
    bool any[2];
    int64_t low[2];
    for (int i = 0; i < 2; i++) {
        const char *names[16];
        price_line(m, both[i]);
        size_t n = options_names(m->arena, both[i], names, 16);
        for (size_t k = 0; k < n && k < 4; k++) {
            buf_text(&m->text, " ");
            option_line(m, both[i], names[k], NULL, 0);
        }
        (void)first_fact(m, both[i]);
        low[i] = lowest(m, both[i], &any[i]);
    }
    if (m->text.n > 0 && m->text.p[0] == '\n') memmove(m->text.p, m->text.p + 1, --m->text.n);
    if (any[0] && any[1] && low[0] == low[1]) SAY(m, SAY_SAME_PRICE, { NULL, NULL });
    else if (any[0] && any[1]) SAY(m, SAY_CHEAPER, { "title", local_title(m, low[0] < low[1] ? a : b) });
    m->action = REPLY_ANSWER, m->why = "comparison";
}

/* All that was said stands in the title: who compares means that one. */
static bool in_title(struct local *m, const struct knowledge_product *p)
{
    struct atoms t = atoms_of(m->arena, str_of(p->title), 60);
    bool any = false;
    for (size_t i = 0; i < m->h.a.n; i++) {
        const struct atom *x = &m->h.a.atom[i];
        bool there = false;
        if (m->h.sense[i] != 0) continue;
        for (size_t k = 0; k < t.n && !there; k++) there = atom_same(&t.atom[k], x->text, x->n);
        if (!there) return false;
        any |= x->kind != ATOM_NUMBER;
    }
    return any;
}

/* The turn is cut where a word stands that joins two names, and each half is read for itself. */
bool local_compare(struct local *m, bool *answered)
{
    struct heard whole = m->h;
    struct found found = m->found;
    const struct knowledge_product *two[2] = { NULL, NULL };
    enum { PIECES = 8 }; /* each asks the search */
    size_t n = 0, from = 0, pieces = 0;
    *answered = false;
    for (size_t i = 0; i <= whole.a.n && n < 2; i++) {
        if (i < whole.a.n && (!is_between(&whole, i) || i == from)) continue;
        size_t begin = from < whole.a.n ? whole.a.atom[from].from : whole.text.n,
               end = i < whole.a.n ? whole.a.atom[i].from : whole.text.n;
        from = i;
        if (end <= begin) continue;
        if (pieces++ == PIECES) break;
        struct arena_mark mark = arena_mark(m->arena);
        m->h = hear(m->arena, m->lexicon, str_of(arena_text_n(m->arena, whole.text.p + begin, end - begin)),
                    LOCAL_TURN_ATOMS);
        m->found = (struct found){ .how = FOUND_NONE };
        if (!local_number(m) || !local_find(m)) return false;
        bool one = m->found.how == FOUND_NEAR && m->found.n == 1 && in_title(m, m->found.product[0]);
        if ((m->found.how != FOUND_NAMED && !one) ||
            (n == 1 && m->found.product[0]->row == two[0]->row && text_eq(m->found.product[0]->id, two[0]->id))) {
            arena_release(m->arena, mark);
            continue;
        }
        two[n++] = m->found.product[0];
    }
    m->h = whole, m->found = found;
    if (n == 1 && m->focuses > 0 && !text_eq(m->focus[0]->id, two[0]->id)) two[1] = m->focus[0], n = 2;
    if (n < 2 && found.how == FOUND_NAMED && found.n == 2) two[0] = found.product[0], two[1] = found.product[1], n = 2;
    if (n < 2) return true;
    compare_two(m, two[0], two[1]);
    *answered = true;
    return true;
}
