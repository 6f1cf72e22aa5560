/* public_routes.c: the pages that everybody may read, and what tells search engines of them.
 *
 * "/" is the landing page for whoever is not signed in, in the language that they asked for, and the console for
 * whoever is; "/en" and "/zh-CN" are the landing page for everybody, which is what links and search engines name. */
#include "base/clock.h"
#include "site/private.h"

static const char html_type[] = "text/html; charset=utf-8", by_language[] = "Accept-Language, Cookie";

static enum answer send_page(struct req *req, struct buf *html, const char *type, bool negotiated, const char *rules)
{
    bool whole = !html->overflow;
    const char *keep = negotiated ? "private, no-cache" : "public, no-cache";
    enum answer a =
        whole ? reply_packed(req, type, buf_str(html), keep, negotiated ? by_language : NULL) : reply_fault(req);
    if (a == ANSWER_SENT && rules) reply_policy(req, rules);
    buf_free(html);
    return a;
}

/* ---- the landing page ---- */

static enum answer send_landing(struct req *req, enum lang lang, bool negotiated)
{
    struct buf html;
    bool chat;
    buf_init(&html, DOCUMENT_MAX);
    if (!landing_write(&html, req->tx, lang, negotiated, &chat)) {
        buf_free(&html);
        return reply_fault(req);
    }
    return send_page(req, &html, html_type, negotiated, document_policy(req->arena, chat));
}

static enum answer run_home(struct req *req)
{
    return req->who.person != 0 ? reply_console(req) : send_landing(req, req->lang, true);
}

static enum answer run_home_en(struct req *req) { return send_landing(req, LANG_EN, false); }
static enum answer run_home_zh(struct req *req) { return send_landing(req, LANG_ZH, false); }

/* ---- the texts ---- */

static const char *day_of(struct arena *a, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms, text);
    return arena_text_n(a, text, strcspn(text, "T"));
}

void page_document(struct buf *out, struct arena *a, enum page_name name, enum lang lang, const struct page *p,
                   bool negotiated)
{
    struct template_slots s = { .count = 0 };
    const char *title = arena_printf(a, "%s.title", page_names[name]);
    const char *description = arena_printf(a, "%s.description", page_names[name]);
    struct buf text, body;
    buf_init(&text, DOCUMENT_MAX);
    buf_init(&body, DOCUMENT_MAX);
    markdown_html(&text, str_of(p->text));
    title = word_of(title, strlen(title), lang);
    description = word_of(description, strlen(description), lang);
    template_text(&s, a, "title", title);
    template_set(&s, "text", buf_terminated(&text));
    template_set(&s, "standard", p->version == 0 ? "1" : "");
    template_set(&s, "changed", p->version > 0 ? day_of(a, p->created_at_ms) : "");
    template_fill(&body, text_page_html, lang, &s);
    const struct document d = { .place = (enum site_place)(PLACE_TERMS + (int)name),
                                .lang = lang,
                                .negotiated = negotiated,
                                .unlisted = p->version == 0,
                                .title = arena_printf(a, "%s · Chathub", title),
                                .description = description,
                                .body = buf_terminated(&body) };
    if (!text.overflow && !body.overflow) document_write(out, a, &d);
    else out->overflow = true;
    buf_free(&text);
    buf_free(&body);
}

static enum answer send_text(struct req *req, enum page_name name, int lang)
{
    struct page p;
    struct buf html;
    enum lang shown = lang < 0 ? req->lang : (enum lang)lang;
    if (page_get(req->tx, name, shown, 0, &p) == ROW_FAULT) return reply_fault(req);
    buf_init(&html, DOCUMENT_MAX);
    page_document(&html, req->arena, name, shown, &p, lang < 0);
    return send_page(req, &html, html_type, lang < 0, document_policy(req->arena, false));
}

#define TEXT_PAGE(name, which)                                                                                         \
    static enum answer run_##name(struct req *req) { return send_text(req, which, -1); }                               \
    static enum answer run_##name##_en(struct req *req) { return send_text(req, which, LANG_EN); }                     \
    static enum answer run_##name##_zh(struct req *req) { return send_text(req, which, LANG_ZH); }
TEXT_PAGE(terms, PAGE_TERMS)
TEXT_PAGE(privacy, PAGE_PRIVACY)
TEXT_PAGE(refunds, PAGE_REFUNDS)

/* ---- for search engines ---- */

/* What stands behind a sign-in is nothing for them. */
static enum answer run_robots(struct req *req)
{
    const char *text = arena_printf(req->arena,
                                    "User-agent: *\nAllow: /$\nAllow: /en\nAllow: /zh-CN\nAllow: /terms\n"
                                    "Allow: /privacy\nAllow: /refunds\nAllow: /site/\nAllow: /favicon.ico\n"
                                    "Disallow: /\nSitemap: %s/sitemap.xml\n",
                                    site_settings.base_url);
    return reply_text(req, 200, "text/plain; charset=utf-8", str_of(text));
}

static void alternate(struct buf *b, const char *hreflang, const char *address)
{
    buf_printf(b, "<xhtml:link rel=\"alternate\" hreflang=\"%s\" href=\"", hreflang);
    html_escape(b, str_of(address));
    buf_text(b, "\"/>");
}

static void sitemap_url(struct buf *b, struct arena *a, enum site_place place, int lang, int64_t changed_at_ms)
{
    const char *base = site_settings.base_url;
    buf_text(b, "<url><loc>");
    html_escape(b, str_of(arena_printf(a, "%s%s", base, place_path(a, place, lang))));
    buf_text(b, "</loc>");
    if (changed_at_ms > 0) buf_printf(b, "<lastmod>%s</lastmod>", day_of(a, changed_at_ms));
    for (int other = LANG_EN; other <= LANG_ZH; other++)
        alternate(b, page_langs[other], arena_printf(a, "%s%s", base, place_path(a, place, other)));
    alternate(b, "x-default", arena_printf(a, "%s%s", base, place_path(a, place, -1)));
    buf_text(b, "</url>\n");
}

/* A text that nobody has replaced is not for them either. */
static enum answer run_sitemap(struct req *req)
{
    struct pages *all = ARENA_NEW(req->arena, struct pages);
    struct buf b;
    if (!pages_newest(req->tx, all)) return reply_fault(req);
    buf_init(&b, DOCUMENT_MAX);
    buf_text(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" "
                 "xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
    for (int lang = -1; lang <= LANG_ZH; lang++) sitemap_url(&b, req->arena, PLACE_HOME, lang, 0);
    for (int name = 0; name < PAGE_NAMES; name++)
        for (int lang = LANG_EN; lang <= LANG_ZH; lang++)
            if (all->page[name][lang].version > 0)
                sitemap_url(&b, req->arena, (enum site_place)(PLACE_TERMS + name), lang,
                            all->page[name][lang].created_at_ms);
    buf_text(&b, "</urlset>\n");
    return send_page(req, &b, "application/xml; charset=utf-8", false, NULL);
}

#define PUBLIC .verb = VERB_GET, .who = WHO_SYSTEM, .tx = TX_READ, .tag = "System", .hidden = true, .any_query = true
#define TEXT_ROWS(name, says)                                                                                          \
    { PUBLIC, .path = "/" #name, .run = run_##name, .doc = says },                                                     \
        { PUBLIC, .path = "/en/" #name, .run = run_##name##_en, .doc = says },                                         \
    {                                                                                                                  \
        PUBLIC, .path = "/zh-CN/" #name, .run = run_##name##_zh, .doc = says                                           \
    }
/* clang-format off */
const struct route site_routes[] = {
    { PUBLIC, .path = "/", .who = WHO_ANYONE, .run = run_home, .doc = "The landing page, or the console." },
    { PUBLIC, .path = "/en", .run = run_home_en, .doc = "The landing page in English." },
    { PUBLIC, .path = "/zh-CN", .run = run_home_zh, .doc = "The landing page in Chinese." },
    TEXT_ROWS(terms, "The terms of service."),
    TEXT_ROWS(privacy, "What is kept of persons."),
    TEXT_ROWS(refunds, "When money goes back."),
    { PUBLIC, .path = "/robots.txt", .tx = TX_NONE, .run = run_robots, .doc = "What crawlers may look at." },
    { PUBLIC, .path = "/sitemap.xml", .run = run_sitemap, .doc = "The public pages, for crawlers." },
    ROUTE_END
};
/* clang-format on */
