/* paper_draw.c: papers as PDF, by Pango and Cairo (decision 111).
 *
 * A paper is rows of cells from top to bottom. Each cell is broken into lines of its width; a row takes line after line
 * of all its cells, so a page may end within any of them. What is placed is kept until all is, since each page says how
 * many there are; then it is drawn.
 *
 * Each call has a font map of its own: Pango's are for one thread, and one that others have used could break lines
 * otherwise. The page is in points, hinting is off, the time of making is the paper's: the same bytes each time.
 *
 * Rejected: Pango's markup (names of others would have to be escaped); its default font map (a thread keeps it, with
 * what it has seen); a layout a page (a name of three pages would end on the first). */
#include "base/log.h"
#include "billing/paper_text.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#define A4_WIDTH 595.276 /* points */
#define A4_HEIGHT 841.89
#define MARGIN 48.0
#define INNER (A4_WIDTH - 2 * MARGIN)
#define FOOT_TOP (A4_HEIGHT - 60.0) /* rows end above */
#define GAP 10.0
#define FONT_FAMILIES "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, sans-serif"
#define HAN_SAMPLE "\xE5\x8F\x91\xE7\xA5\xA8" /* fa piao */

#ifdef __SANITIZE_ADDRESS__
/* Cairo 1.16 loses 768 bytes of each Chinese font that it puts into a PDF, fontconfig what it has read once. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libcairo.so\nleak:libfontconfig.so\n"; }
#endif

enum { ITEMS_MAX = 4000, RULES_MAX = 400, CELLS_MAX = 5, LAYOUTS_MAX = 1200, ARENA_MAX = 8 << 20 };

enum face { FACE_PLAIN, FACE_SMALL, FACE_BOLD, FACE_TITLE, FACE_COUNT };
static const struct {
    double points;
    bool bold;
} faces[FACE_COUNT] = { { 9.5, false }, { 8, false }, { 9.5, true }, { 20, true } };

struct cell {
    const char *text;
    double x, width; /* from the left margin */
    enum face face;
    bool right, grey;
};
struct placed {
    PangoLayoutLine *line; /* of one of .layout */
    double x, y;
    int page;
    bool grey;
};
struct rule {
    double y;
    int page;
};
struct sheet {
    const struct paper *p;
    enum lang lang;
    struct arena *a;
    PangoFontMap *map;
    PangoContext *context;
    PangoAttrList *plain; /* no hyphens where a number or a name is broken */
    PangoFontDescription *font[FACE_COUNT];
    PangoLayout *layout[LAYOUTS_MAX];
    struct placed item[ITEMS_MAX];
    struct rule rule[RULES_MAX];
    size_t layouts, items, rules, unknown;
    double y;
    int page; /* from 0 */
    bool full, foot;
    int64_t until_ms;        /* of the monotonic clock */
    const struct cell *head; /* repeated on a new page; NULL: none */
    size_t head_cells;
};

/* ---- rows ---- */

static void sheet_row(struct sheet *s, const struct cell *cells, size_t count);

static void sheet_rule(struct sheet *s)
{
    s->full = s->full || s->rules == RULES_MAX;
    if (s->full) return;
    s->rule[s->rules++] = (struct rule){ s->y, s->page };
    s->y += 4;
}

static void page_end(struct sheet *s)
{
    const struct cell *head = s->head;
    s->page++;
    s->y = MARGIN;
    s->full = s->full || s->page == PAPER_PAGES_MAX || monotonic_ms() > s->until_ms;
    if (!head || s->full) return;
    s->head = NULL; /* it fits */
    sheet_row(s, head, s->head_cells);
    sheet_rule(s);
    s->head = head;
}

/* So much room on this page, or the next one. */
static void sheet_room(struct sheet *s, double height)
{
    if (!s->foot && s->y + height > FOOT_TOP) page_end(s);
}

static PangoLayout *lay(struct sheet *s, const struct cell *c)
{
    s->full = s->full || s->layouts == LAYOUTS_MAX || monotonic_ms() > s->until_ms;
    if (s->full) return NULL;
    PangoLayout *l = pango_layout_new(s->context);
    pango_layout_set_font_description(l, s->font[c->face]);
    pango_layout_set_width(l, (int)(c->width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_single_paragraph_mode(l, TRUE);
    pango_layout_set_auto_dir(l, FALSE); /* cells begin on the left, whatever stands in them first */
    pango_layout_set_attributes(l, s->plain);
    pango_layout_set_text(l, paper_clean(s->a, c->text), -1);
    s->unknown += (size_t)pango_layout_get_unknown_glyphs_count(l);
    s->layout[s->layouts++] = l;
    return l;
}

struct extents {
    double above, below, width;
};

static struct extents extents_of(PangoLayoutLine *line)
{
    PangoRectangle r;
    pango_layout_line_get_extents(line, NULL, &r);
    return (struct extents){ -(double)r.y / PANGO_SCALE, (double)(r.y + r.height) / PANGO_SCALE,
                             (double)r.width / PANGO_SCALE };
}

static void place(struct sheet *s, const struct cell *c, PangoLayoutLine *line, double baseline)
{
    double spare = c->right ? c->width - extents_of(line).width : 0;
    s->full = s->full || s->items == ITEMS_MAX;
    if (s->full) return;
    s->item[s->items++] = (struct placed){ line, MARGIN + c->x + (spare > 0 ? spare : 0), baseline, s->page, c->grey };
}

static void sheet_row(struct sheet *s, const struct cell *cells, size_t count)
{
    PangoLayout *l[CELLS_MAX];
    int lines = 0;
    assert(count <= CELLS_MAX);
    for (size_t i = 0; i < count; i++) {
        l[i] = lay(s, &cells[i]);
        if (!l[i]) return;
        int n = pango_layout_get_line_count(l[i]);
        lines = n > lines ? n : lines;
    }
    for (int k = 0; k < lines && !s->full; k++) {
        double above = 0, below = 0;
        PangoLayoutLine *line[CELLS_MAX];
        for (size_t i = 0; i < count; i++) {
            line[i] = pango_layout_get_line_readonly(l[i], k); /* NULL: this cell has ended */
            struct extents e = line[i] ? extents_of(line[i]) : (struct extents){ 0, 0, 0 };
            above = fmax(above, e.above), below = fmax(below, e.below);
        }
        sheet_room(s, above + below);
        for (size_t i = 0; i < count && !s->full; i++)
            if (line[i]) place(s, &cells[i], line[i], s->y + above);
        s->y += above + below;
    }
}

static void sheet_text(struct sheet *s, enum face face, bool grey, const char *text)
{
    const struct cell c = { .text = text, .width = INNER, .face = face, .grey = grey };
    sheet_row(s, &c, 1);
}

/* ---- what stands on it ---- */

#define NAMED_WIDTH 96.0

static const char *word(const struct sheet *s, enum paper_word w) { return paper_word(w, s->lang); }

/* "Name   value" in the part of the page that begins at x; nothing when there is no value. */
static void sheet_named(struct sheet *s, enum paper_word name, const char *value)
{
    if (value[0] == '\0') return;
    const struct cell c[] = { { .text = word(s, name), .width = NAMED_WIDTH, .grey = true },
                              { .text = value, .x = NAMED_WIDTH, .width = INNER - NAMED_WIDTH } };
    sheet_row(s, c, ARRAY_LEN(c));
}

static void sheet_head(struct sheet *s)
{
    static const enum paper_word titles[PAPER_KIND_COUNT] = { [PAPER_INVOICE] = PAPER_WORD_INVOICE,
                                                              [PAPER_RECEIPT] = PAPER_WORD_RECEIPT,
                                                              [PAPER_CREDIT_NOTE] = PAPER_WORD_CREDIT_NOTE };
    const struct paper *p = s->p;
    const struct cell c[] = {
        { .text = word(s, titles[p->kind]), .width = INNER / 2, .face = FACE_TITLE },
        { .text = p->seller.name, .x = INNER / 2, .width = INNER / 2, .face = FACE_BOLD, .right = true }
    };
    sheet_row(s, c, ARRAY_LEN(c));
    s->y += GAP;
    sheet_named(s, PAPER_WORD_NUMBER, p->number);
    sheet_named(s, PAPER_WORD_ISSUED, paper_day(s->a, p->issued_at_ms));
    sheet_named(s, PAPER_WORD_ORDER, p->order);
    sheet_named(s, PAPER_WORD_REFUND, p->refund);
    sheet_named(s, p->kind == PAPER_CREDIT_NOTE ? PAPER_WORD_TAKES_FROM : PAPER_WORD_REPLACES, p->corrects);
    sheet_named(s, PAPER_WORD_REASON, p->reason);
    s->y += GAP;
}

static void sheet_party(struct sheet *s, enum paper_word who, const struct paper_party *p)
{
    if (p->name[0] == '\0') return;
    sheet_room(s, 3 * faces[FACE_BOLD].points);
    sheet_rule(s);
    const struct cell c[] = { { .text = word(s, who), .width = NAMED_WIDTH, .face = FACE_BOLD },
                              { .text = p->name, .x = NAMED_WIDTH, .width = INNER - NAMED_WIDTH, .face = FACE_BOLD } };
    sheet_row(s, c, ARRAY_LEN(c));
    sheet_named(s, PAPER_WORD_TAX_NUMBER, p->tax_number);
    sheet_named(s, PAPER_WORD_ADDRESS, p->address);
    sheet_named(s, PAPER_WORD_PHONE, p->phone);
    sheet_named(s, PAPER_WORD_EMAIL, p->email);
    sheet_named(s, PAPER_WORD_BANK, p->bank);
    sheet_named(s, PAPER_WORD_BANK_ACCOUNT, p->bank_account);
    s->y += GAP;
}

#define ITEM_WIDTH (INNER - 250.0)

static void sheet_line(struct sheet *s, const struct paper_line *l)
{
    char price[MONEY_TEXT_SIZE], amount[MONEY_TEXT_SIZE];
    money_text(l->price, price), money_text(l->amount, amount);
    const char *count = arena_printf(s->a, "%lld", (long long)l->quantity);
    const struct cell c[] = { { .text = paper_item(s->a, l, s->lang), .width = ITEM_WIDTH - GAP },
                              { .text = count, .x = ITEM_WIDTH, .width = 60, .right = true },
                              { .text = price, .x = ITEM_WIDTH + 65, .width = 85, .right = true },
                              { .text = amount, .x = ITEM_WIDTH + 155, .width = 95, .right = true } };
    sheet_row(s, c, ARRAY_LEN(c));
    if (l->to_ms > 0) {
        const char *days =
            arena_printf(s->a, "%s \xE2\x80\x93 %s", paper_day(s->a, l->from_ms), paper_day(s->a, l->to_ms));
        sheet_text(s, FACE_SMALL, true, days);
    }
    s->y += 3;
}

static void sheet_lines(struct sheet *s)
{
    const char *code = currency_code(money_currency(s->p->amount));
    const char *price = arena_printf(s->a, "%s (%s)", word(s, PAPER_WORD_PRICE), code);
    const char *amount = arena_printf(s->a, "%s (%s)", word(s, PAPER_WORD_AMOUNT), code);
    const struct cell head[] = {
        { .text = word(s, PAPER_WORD_ITEM), .width = ITEM_WIDTH - GAP, .grey = true },
        { .text = word(s, PAPER_WORD_QUANTITY), .x = ITEM_WIDTH, .width = 60, .right = true, .grey = true },
        { .text = price, .x = ITEM_WIDTH + 65, .width = 85, .right = true, .grey = true },
        { .text = amount, .x = ITEM_WIDTH + 155, .width = 95, .right = true, .grey = true }
    };
    sheet_room(s, 5 * faces[FACE_PLAIN].points);
    sheet_rule(s);
    sheet_row(s, head, ARRAY_LEN(head));
    sheet_rule(s);
    s->head = head, s->head_cells = ARRAY_LEN(head);
    for (size_t i = 0; i < s->p->lines && i < PAPER_LINES_MAX && !s->full; i++) sheet_line(s, &s->p->line[i]);
    s->head = NULL;
    sheet_rule(s);
}

static void sheet_sum(struct sheet *s, enum paper_word name, struct money m, enum face face)
{
    const struct cell c[] = {
        { .text = word(s, name), .x = ITEM_WIDTH - 100, .width = 210, .right = true, .face = face },
        { .text = paper_sum(s->a, m), .x = ITEM_WIDTH + 115, .width = 135, .right = true, .face = face }
    };
    sheet_row(s, c, ARRAY_LEN(c));
}

static void sheet_sums(struct sheet *s)
{
    const struct paper *p = s->p;
    struct money net;
    if (p->kind == PAPER_CREDIT_NOTE) {
        sheet_sum(s, PAPER_WORD_CREDITED, p->amount, FACE_BOLD);
    } else {
        bool some = money_is_positive(p->refunded) && money_subtract(p->amount, p->refunded, &net);
        sheet_sum(s, PAPER_WORD_TOTAL, p->amount, some ? FACE_PLAIN : FACE_BOLD);
        if (some) sheet_sum(s, PAPER_WORD_REFUNDED, money_negate(p->refunded), FACE_PLAIN);
        if (some) sheet_sum(s, PAPER_WORD_NET, net, FACE_BOLD);
    }
    s->y += 2 * GAP;
}

static void sheet_payment(struct sheet *s)
{
    const struct paper *p = s->p;
    if (p->paid_at_ms > 0) {
        sheet_text(s, FACE_BOLD, false, word(s, PAPER_WORD_PAYMENT));
        sheet_named(s, PAPER_WORD_PAID_BY, s->lang == LANG_ZH ? p->provider_zh : p->provider_en);
        sheet_named(s, PAPER_WORD_PAID_AT, paper_time(s->a, p->paid_at_ms));
        sheet_named(s, PAPER_WORD_TRADE, p->trade);
        s->y += GAP;
    }
    static const enum paper_word about[PAPER_KIND_COUNT] = { [PAPER_INVOICE] = PAPER_WORD_ABOUT_INVOICE,
                                                             [PAPER_RECEIPT] = PAPER_WORD_ABOUT_RECEIPT,
                                                             [PAPER_CREDIT_NOTE] = PAPER_WORD_ABOUT_CREDIT_NOTE };
    sheet_text(s, FACE_SMALL, true, word(s, about[p->kind]));
}

/* ---- what is placed is drawn ---- */

static cairo_status_t write_bytes(void *arg, const unsigned char *bytes, unsigned n)
{
    struct buf *out = arg;
    buf_add(out, bytes, n);
    return out->overflow ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void draw_page(const struct sheet *s, cairo_t *cr, int page)
{
    for (size_t i = 0; i < s->rules; i++) {
        if (s->rule[i].page != page) continue;
        cairo_set_source_rgb(cr, 0.75, 0.75, 0.75);
        cairo_set_line_width(cr, 0.5);
        cairo_move_to(cr, MARGIN, s->rule[i].y), cairo_line_to(cr, A4_WIDTH - MARGIN, s->rule[i].y);
        cairo_stroke(cr);
    }
    for (size_t i = 0; i < s->items; i++) {
        const struct placed *t = &s->item[i];
        if (t->page != page) continue;
        double ink = t->grey ? 0.35 : 0.05;
        cairo_set_source_rgb(cr, ink, ink, ink);
        cairo_move_to(cr, t->x, t->y);
        pango_cairo_show_layout_line(cr, t->line);
    }
}

/* Number and pages, at the foot of each. */
static void sheet_feet(struct sheet *s)
{
    int pages = s->page + 1;
    for (int i = 0; i < pages; i++) {
        const char *which = s->lang == LANG_ZH ? arena_printf(s->a, "第 %d 页，共 %d 页", i + 1, pages)
                                               : arena_printf(s->a, "Page %d of %d", i + 1, pages);
        const struct cell c[] = {
            { .text = s->p->number, .width = INNER / 2, .face = FACE_SMALL, .grey = true },
            { .text = which, .x = INNER / 2, .width = INNER / 2, .face = FACE_SMALL, .right = true, .grey = true }
        };
        s->page = i, s->y = FOOT_TOP + GAP, s->foot = true;
        sheet_row(s, c, ARRAY_LEN(c));
    }
    s->page = pages - 1;
}

static bool sheet_write(struct sheet *s, struct buf *out)
{
    char made[TIME_TEXT_SIZE];
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_bytes, out, A4_WIDTH, A4_HEIGHT);
    cairo_t *cr = cairo_create(surface);
    time_text(s->p->issued_at_ms, made);
    text_copy(made + strlen("2026-11-29T12:00:00"), 2, "Z"); /* without parts of a second */
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, paper_clean(s->a, s->p->number));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, paper_clean(s->a, s->p->seller.name));
    for (int page = 0; page <= s->page; page++) {
        draw_page(s, cr, page);
        cairo_show_page(cr);
    }
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS && !out->overflow)
        LOG(LOG_ERROR, "paper_not_drawn", LOG_TEXT("number", s->p->number),
            LOG_TEXT("why", cairo_status_to_string(status)));
    return status == CAIRO_STATUS_SUCCESS;
}

/* ---- fonts ---- */

static PangoContext *context_of(PangoFontMap *map, enum lang lang)
{
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *how = cairo_font_options_create();
    cairo_font_options_set_hint_style(how, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(how, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, how);
    cairo_font_options_destroy(how);
    pango_cairo_context_set_resolution(context, 72); /* a point is a unit of the page */
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_context_set_language(context, pango_language_from_string(lang == LANG_ZH ? "zh-cn" : "en"));
    return context;
}

static void sheet_open(struct sheet *s)
{
    s->map = pango_cairo_font_map_new();
    s->context = context_of(s->map, s->lang);
    s->plain = pango_attr_list_new();
    pango_attr_list_insert(s->plain, pango_attr_insert_hyphens_new(FALSE));
    for (int i = 0; i < FACE_COUNT; i++) {
        s->font[i] = pango_font_description_new();
        pango_font_description_set_family_static(s->font[i], FONT_FAMILIES);
        pango_font_description_set_absolute_size(s->font[i], faces[i].points * PANGO_SCALE);
        pango_font_description_set_weight(s->font[i], faces[i].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
}

static void sheet_close(struct sheet *s)
{
    for (size_t i = 0; i < s->layouts; i++) g_object_unref(s->layout[i]);
    for (int i = 0; i < FACE_COUNT; i++) pango_font_description_free(s->font[i]);
    pango_attr_list_unref(s->plain);
    g_object_unref(s->context);
    g_object_unref(s->map);
}

enum paper_drawn paper_draw(const struct paper *p, enum lang lang, struct buf *out, size_t *unknown)
{
    struct arena *a = arena_new(ARENA_MAX);
    struct sheet *s = ARENA_NEW(a, struct sheet);
    assert(p->kind > PAPER_NONE && p->kind < PAPER_KIND_COUNT && out->max == PAPER_BYTES_MAX);
    *s = (struct sheet){ .p = p, .lang = lang, .a = a, .y = MARGIN, .until_ms = monotonic_ms() + PAPER_DRAW_MAX_MS };
    sheet_open(s);
    sheet_head(s);
    sheet_party(s, PAPER_WORD_SELLER, &p->seller);
    sheet_party(s, PAPER_WORD_BUYER, &p->buyer);
    sheet_lines(s);
    sheet_sums(s);
    sheet_payment(s);
    sheet_feet(s);
    enum paper_drawn drawn = s->full ? PAPER_TOO_LONG : PAPER_DRAWN;
    if (drawn == PAPER_DRAWN && !sheet_write(s, out)) drawn = out->overflow ? PAPER_TOO_LONG : PAPER_FAULT;
    *unknown = s->unknown;
    sheet_close(s);
    arena_free(a);
    return drawn;
}

const char *paper_han_font(struct arena *a)
{
    PangoFontMap *map = pango_cairo_font_map_new();
    PangoContext *context = context_of(map, LANG_ZH);
    PangoLayout *l = pango_layout_new(context);
    PangoFontDescription *want = pango_font_description_from_string(FONT_FAMILIES);
    const char *name = NULL;
    pango_layout_set_font_description(l, want);
    pango_layout_set_text(l, HAN_SAMPLE, -1);
    PangoLayoutLine *line = pango_layout_get_line_readonly(l, 0);
    if (pango_layout_get_unknown_glyphs_count(l) == 0 && line && line->runs) {
        const PangoLayoutRun *run = line->runs->data;
        PangoFontDescription *have = pango_font_describe(run->item->analysis.font);
        name = arena_text(a, pango_font_description_get_family(have));
        pango_font_description_free(have);
    }
    pango_font_description_free(want);
    g_object_unref(l);
    g_object_unref(context);
    g_object_unref(map);
    return name;
}
