/* told.c: what the program tells about itself, for the assistant of the house's own shop: questions with answers,
 * papers and the plans, in both languages, in the form of docs/knowledge.md.
 *
 * The texts are files (texts/told_*.txt). A price, a number of days, a way to pay stands in none of them: they have
 * places, filled with what is sold and set now, as the landing page is. An entry begins with "== KIND ID" on a line of
 * its own, then its title or question on one line, then its text. */
#include "base/json_write.h"
#include "site/private.h"

enum { TOLD_MAX = 256 << 10, LINE_MAX_BYTES = 4000 };

struct telling {
    struct arena *a;
    const struct sold *sold;
    enum lang lang;
    const char *suffix; /* of ids: the same text in another language is another entry */
};

/* The line of texts/told_lines_*.txt that begins with this word, filled. */
static const char *line_filled(const struct telling *t, const char *word, const struct template_slots *s)
{
    const char *lines = t->lang == LANG_ZH ? text_told_lines_zh_txt : text_told_lines_en_txt;
    struct buf b;
    size_t n = strlen(word);
    while (strncmp(lines, word, n) != 0 || lines[n] != ' ') {
        const char *end = strchr(lines, '\n');
        assert(end && end[1] != '\0');
        lines = end + 1;
    }
    buf_init(&b, LINE_MAX_BYTES);
    template_fill(&b, arena_text_n(t->a, lines + n + 1, strcspn(lines, "\n") - n - 1), t->lang, s);
    const char *line = arena_text_n(t->a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return line;
}

static const char *line_of(const struct telling *t, const char *word, const struct site_offer *o)
{
    struct template_slots s = { .plain = true };
    sold_slots(&s, t->a, o, t->lang);
    return line_filled(t, word, &s);
}

/* The lines of all plans, or of all packs of credits, one after the other. */
static const char *lines_of(const struct telling *t, const char *word, bool plans)
{
    const char *between = t->lang == LANG_ZH ? plans ? "" : "、" : plans ? " " : ", ";
    struct buf b;
    buf_init(&b, TOLD_MAX);
    for (size_t i = 0; i < t->sold->count; i++) {
        const struct site_offer *o = &t->sold->offer[i];
        const char *line = o->plan == plans ? line_of(t, word, o) : "";
        if (line[0] == '\0') continue;
        if (b.n > 0) buf_text(&b, between);
        buf_text(&b, line);
    }
    const char *all = arena_text_n(t->a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return all;
}

static const struct site_offer *plan_at_end(const struct sold *sold, bool last)
{
    const struct site_offer *found = NULL;
    for (size_t i = 0; i < sold->count; i++)
        if (sold->offer[i].plan && (last || !found)) found = &sold->offer[i];
    return found;
}

static void plan_slots(struct template_slots *s, const struct telling *t)
{
    const struct site_offer *first = plan_at_end(t->sold, false), *last = plan_at_end(t->sold, true);
    template_text(s, t->a, "plans", lines_of(t, "plan", true));
    template_text(s, t->a, "seats", lines_of(t, "seats", true));
    template_text(s, t->a, "more.seats", lines_of(t, "more", true));
    template_text(s, t->a, "packs", lines_of(t, "pack", false));
    template_text(s, t->a, "cheapest", first ? line_of(t, "short", first) : NULL);
    template_text(s, t->a, "smallest", first ? sold_name(first, t->lang) : NULL);
    template_text(s, t->a, "largest", first != last ? sold_name(last, t->lang) : NULL);
}

static const char *shown_contact(const char *contact)
{
    return contact && str_starts(str_of(contact), STR("mailto:")) ? contact + strlen("mailto:") : contact;
}

static void fill_texts(const struct telling *t, struct buf *out)
{
    const struct site_settings *h = &site_settings;
    struct template_slots s = { .plain = true };
    plan_slots(&s, t);
    template_text(&s, t->a, "base", h->base_url);
    template_text(&s, t->a, "trial.days",
                  site_hooks.trial_days > 0 ? arena_printf(t->a, "%lld", (long long)site_hooks.trial_days) : NULL);
    template_text(&s, t->a, "enable.credits", arena_printf(t->a, "%lld", (long long)h->enable_credits));
    template_text(&s, t->a, "renewal.credits", arena_printf(t->a, "%lld", (long long)h->renewal_credits));
    template_text(&s, t->a, "ways", site_hooks.ways ? site_hooks.ways(t->a, t->lang) : NULL);
    template_text(&s, t->a, "support", shown_contact(h->support_contact));
    template_text(&s, t->a, "hours", h->support_hours);
    template_text(&s, t->a, "company", h->company);
    template_fill(out, t->lang == LANG_ZH ? text_told_zh_txt : text_told_en_txt, t->lang, &s);
}

/* ---- as a file of knowledge ---- */

static struct str trimmed(const char *from, const char *to)
{
    while (from < to && (*from == '\n' || *from == ' ')) from++;
    while (to > from && (to[-1] == '\n' || to[-1] == ' ')) to--;
    return (struct str){ from, (size_t)(to - from) };
}

/* The next line, and *at behind it. */
static struct str line_next(const char **at)
{
    const char *from = *at, *end = strchr(from, '\n');
    if (end == NULL) end = from + strlen(from);
    *at = *end ? end + 1 : end;
    return trimmed(from, end);
}

static void write_entry(struct json *j, const struct telling *t, const char *id, const char *entry, bool faq)
{
    const char *at = entry, *end = strstr(entry, "\n== ");
    struct str title = line_next(&at), text = trimmed(at, end ? end + 1 : at + strlen(at));
    json_object(j, NULL);
    json_text(j, "id", arena_printf(t->a, "%s%s", id, t->suffix));
    json_str(j, faq ? "question" : "title", title);
    json_str(j, faq ? "answer" : "text", text);
    json_end(j);
}

/* The entries of this kind: "== faq ID". */
static void write_entries(struct json *j, const struct telling *t, const char *texts, const char *kind)
{
    const char *mark = arena_printf(t->a, "== %s ", kind);
    for (const char *at = strstr(texts, mark); at; at = strstr(at, mark)) {
        at += strlen(mark);
        struct str id = line_next(&at);
        write_entry(j, t, arena_text_n(t->a, id.p, id.n), at, text_eq(kind, "faq"));
    }
}

/* What a plan costs with more people, by the number of them: nobody has to multiply, and no model does. */
enum { SEATS_TOLD = 8 };

static bool price_with(const struct site_offer *o, int64_t further, struct money *out)
{
    struct money more;
    return money_times(o->seat_price, further, &more) && money_add(o->price, more, out);
}

static void write_seats_of(struct json *j, const struct telling *t, const struct site_offer *o)
{
    const char *counts = "", *prices = "", *between = t->lang == LANG_ZH ? "、" : ", ";
    for (int64_t n = 1; n <= SEATS_TOLD; n++) {
        struct template_slots s = { .plain = true };
        struct money sum;
        if (!price_with(o, n, &sum)) break;
        const char *count = arena_printf(t->a, "%lld", (long long)(o->seats + n));
        template_set(&s, "count", count);
        template_text(&s, t->a, "sum", sold_price_text(t->a, sum));
        counts = arena_printf(t->a, "%s%s%s", counts, n > 1 ? between : "", count);
        prices = arena_printf(t->a, "%s%s%s", prices, n > 1 ? between : "", line_filled(t, "with", &s));
    }
    struct template_slots s = { .plain = true };
    sold_slots(&s, t->a, o, t->lang);
    template_set(&s, "counts", counts);
    template_text(&s, t->a, "sums", prices);
    json_object(j, NULL);
    json_text(j, "id", arena_printf(t->a, "seats-%s%s", o->code, t->suffix));
    json_text(j, "question", line_filled(t, "with.question", &s));
    json_text(j, "answer", line_filled(t, "with.answer", &s));
    json_end(j);
}

static void write_seats(struct json *j, const struct telling *t)
{
    for (size_t i = 0; i < t->sold->count; i++)
        if (t->sold->offer[i].plan && t->sold->offer[i].more_seats) write_seats_of(j, t, &t->sold->offer[i]);
}

/* "a|b|c" of a line: what stands before the next bar, and *rest behind it. */
static struct str piece_next(struct str *rest)
{
    const char *bar = memchr(rest->p, '|', rest->n);
    struct str piece = { rest->p, bar ? (size_t)(bar - rest->p) : rest->n };
    size_t step = piece.n + (bar ? 1 : 0);
    rest->p += step, rest->n -= step;
    return piece;
}

/* A plan with so many people, in each of the words in which they are counted: "5 seats", "5 colleagues". */
static void write_variant(struct json *j, const struct telling *t, const struct site_offer *o, int64_t further)
{
    struct template_slots s = { .plain = true };
    struct money sum;
    if (!price_with(o, further, &sum)) return;
    template_set(&s, "count", arena_printf(t->a, "%lld", (long long)(o->seats + further)));
    struct str name = str_of(line_filled(t, "unit.names", &s)), value = str_of(line_filled(t, "unit.values", &s));
    json_object(j, NULL);
    json_text(j, "id", arena_printf(t->a, "%s%s-%lld", o->code, t->suffix, (long long)(o->seats + further)));
    json_object(j, "options");
    while (name.n > 0) {
        struct str unit = piece_next(&name);
        json_str(j, arena_text_n(t->a, unit.p, unit.n), piece_next(&value));
    }
    json_end(j);
    json_i64(j, "price", money_minor(sum));
    json_bool(j, "available", true);
    json_end(j);
}

static void write_variants(struct json *j, const struct telling *t, const struct site_offer *o)
{
    if (!o->more_seats) return;
    json_array(j, "variants");
    for (int64_t n = 0; n <= SEATS_TOLD; n++) write_variant(j, t, o, n);
    json_end(j);
}

static void write_plans(struct json *j, const struct telling *t)
{
    for (size_t i = 0; i < t->sold->count; i++) {
        const struct site_offer *o = &t->sold->offer[i];
        if (!o->plan) continue;
        json_object(j, NULL);
        json_text(j, "id", arena_printf(t->a, "%s%s", o->code, t->suffix));
        json_text(j, "title", line_of(t, "title", o));
        json_text(j, "description", line_of(t, "about", o));
        json_text(j, "url", arena_printf(t->a, "%s/%s#plans", site_settings.base_url, page_langs[t->lang]));
        json_i64(j, "price", money_minor(o->price));
        json_bool(j, "available", true);
        write_variants(j, t, o);
        json_end(j);
    }
}

enum { TOLD_LANGS = 2 };

static void write_lists(struct json *j, const struct telling t[TOLD_LANGS], const char *const texts[TOLD_LANGS])
{
    static const struct {
        const char *list, *kind;
    } lists[] = { { "faq", "faq" }, { "documents", "document" } };
    json_array(j, "products");
    for (size_t k = 0; k < TOLD_LANGS; k++) write_plans(j, &t[k]);
    json_end(j);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        json_array(j, lists[i].list);
        for (size_t k = 0; k < TOLD_LANGS; k++) {
            write_entries(j, &t[k], texts[k], lists[i].kind);
            if (text_eq(lists[i].kind, "faq")) write_seats(j, &t[k]);
        }
        json_end(j);
    }
}

void site_told_of(struct buf *out, struct arena *a, const struct site_offer *offer, size_t count)
{
    struct sold *sold = ARENA_NEW(a, struct sold);
    struct telling t[TOLD_LANGS];
    const char *texts[TOLD_LANGS];
    struct json j;
    assert(count <= SITE_OFFERS_MAX);
    *sold = (struct sold){ .count = count };
    if (count > 0) memcpy(sold->offer, offer, count * sizeof *offer);
    sold_arrange(sold);
    for (int lang = LANG_EN; lang <= LANG_ZH; lang++) {
        struct buf b;
        t[lang] =
            (struct telling){ .a = a, .sold = sold, .lang = (enum lang)lang, .suffix = lang == LANG_ZH ? ".zh" : "" };
        buf_init(&b, TOLD_MAX);
        fill_texts(&t[lang], &b);
        texts[lang] = arena_text_n(a, b.p, b.n);
        buf_free(&b);
    }
    json_begin(&j, out);
    json_object(&j, NULL);
    json_text(&j, "name", "Chathub");
    json_array(&j, "languages");
    for (int lang = LANG_EN; lang <= LANG_ZH; lang++) json_text(&j, NULL, page_langs[lang]);
    json_end(&j);
    if (count > 0) json_text(&j, "currency", currency_code(money_currency(sold->offer[0].price)));
    json_text(&j, "url", site_settings.base_url);
    write_lists(&j, t, texts);
    json_end(&j);
    json_finish(&j);
}

const char *site_house_settings(void) { return text_house_settings_json; }

bool site_told(struct tx *tx, struct buf *out)
{
    struct sold *sold;
    if (!sold_now(tx, &sold)) return false;
    site_told_of(out, tx_arena(tx), sold->offer, sold->count);
    return true;
}
