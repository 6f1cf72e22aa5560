/* page_routes.c: the texts of the public pages, for operators. Saving makes a new version; two who save at once are
 * told of each other. A look at a text that is not saved yet is the page as it will be, made by the same code. */
#include "site/private.h"

SITE_ACTIONS(AUDIT_DEFINE)

enum { PAGE_BODY_MAX = 120 << 10 }; /* of such a text in Chinese, with its line ends escaped */

static const struct problem problem_page_changed = { "page_changed", 409,
                                                     "Somebody else changed this text in the meantime. Load it again.",
                                                     "此文本刚刚被其他人修改，请重新加载。" };

struct path_page {
    int name;
};
struct query_page {
    int lang;
    int64_t version;
};
struct query_lang {
    int lang;
};
struct put_page {
    int64_t version;
    const char *text;
};
struct post_preview {
    const char *text;
};
/* clang-format off */
static const struct field path_page_fields[] = {
    FIELD_ENUM(struct path_page, name, page_names, .doc = "Which page."), FIELD_END };
static const struct field query_page_fields[] = {
    FIELD_ENUM(struct query_page, lang, page_langs, .doc = "In which language."),
    FIELD_I64(struct query_page, version, .optional = true, .min = 0, .max = PAGE_VERSIONS_MAX,
              .doc = "An older one; 0: the newest."), FIELD_END };
static const struct field query_lang_fields[] = {
    FIELD_ENUM(struct query_lang, lang, page_langs, .doc = "In which language."), FIELD_END };
static const struct field put_page_fields[] = {
    FIELD_I64(struct put_page, version, .min = 0, .max = PAGE_VERSIONS_MAX,
              .doc = "The newest one as it was read: when it is another by now, nothing is saved."),
    FIELD_TEXT(struct put_page, text, .min = 1, .max = PAGE_TEXT_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "Markdown: headings, lists, quotes, **strong**, *emphasis*, `code`, [words](address)."),
    FIELD_END };
static const struct field post_preview_fields[] = {
    FIELD_TEXT(struct post_preview, text, .min = 1, .max = PAGE_TEXT_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "As it would be saved."), FIELD_END };
static const struct shape page_shape[] = {
    SHAPE_ENUM("name", page_names), SHAPE_ENUM("lang", page_langs),
    SHAPE_I64("version", .doc = "0: the text that comes with the program."), SHAPE_I64("newest"), SHAPE_TEXT("text"),
    SHAPE_TEXT("standardText", .doc = "The text that comes with the program."),
    SHAPE_I64("changedBy", .nullable = true, .doc = "A person."), SHAPE_TIME("changedAt", .nullable = true),
    SHAPE_TEXT("path", .doc = "Where everybody reads it."), SHAPE_END };
static const struct shape line_shape[] = {
    SHAPE_ENUM("name", page_names), SHAPE_ENUM("lang", page_langs), SHAPE_I64("version"),
    SHAPE_TIME("changedAt", .nullable = true), SHAPE_TEXT("path"), SHAPE_END };
/* clang-format on */
static const struct shape list_shape[] = { SHAPE_LIST("pages", line_shape, .type_name = "SitePageLine"), SHAPE_END };
static const struct shape preview_shape[] = { SHAPE_TEXT("html", .doc = "The whole page."), SHAPE_END };

struct shown_page {
    enum page_name name;
    enum lang lang;
    int64_t newest;
    struct page page;
};

static void who_and_where(struct json *j, enum page_name name, enum lang lang)
{
    char path[64];
    struct buf b;
    buf_fixed(&b, path, sizeof path);
    buf_printf(&b, "/%s/%s", page_langs[lang], page_names[name]);
    json_text(j, "name", page_names[name]);
    json_text(j, "lang", page_langs[lang]);
    json_text(j, "path", buf_terminated(&b));
}

static void changed_at(struct json *j, const struct page *p)
{
    if (p->version > 0) json_time(j, "changedAt", p->created_at_ms);
    else json_null(j, "changedAt");
}

static void page_json(struct json *j, const void *arg)
{
    const struct shown_page *s = arg;
    who_and_where(j, s->name, s->lang);
    json_i64(j, "version", s->page.version);
    json_i64(j, "newest", s->newest);
    json_text(j, "text", s->page.text);
    json_text(j, "standardText", page_standard_text(s->name, s->lang));
    if (s->page.version > 0) json_i64(j, "changedBy", s->page.actor);
    else json_null(j, "changedBy");
    changed_at(j, &s->page);
}

static void list_json(struct json *j, const void *arg)
{
    const struct pages *all = arg;
    json_array(j, "pages");
    for (int name = 0; name < PAGE_NAMES; name++)
        for (int lang = LANG_EN; lang <= LANG_ZH; lang++) {
            const struct page *p = &all->page[name][lang];
            json_object(j, NULL);
            who_and_where(j, (enum page_name)name, (enum lang)lang);
            json_i64(j, "version", p->version);
            changed_at(j, p);
            json_end(j);
        }
    json_end(j);
}

static enum answer run_list(struct req *req)
{
    struct pages *all = ARENA_NEW(req->arena, struct pages);
    return pages_newest(req->tx, all) ? reply_json(req, 200, list_json, all) : reply_fault(req);
}

static enum page_name name_in(const struct req *req)
{
    return (enum page_name)((const struct path_page *)req->path)->name;
}

static enum answer run_get(struct req *req)
{
    const struct query_page *in = req->query;
    struct shown_page s = { .name = name_in(req), .lang = (enum lang)in->lang };
    enum row row = page_get(req->tx, s.name, s.lang, 0, &s.page);
    s.newest = s.page.version;
    if (row != ROW_FAULT && in->version != 0) {
        row = page_get(req->tx, s.name, s.lang, in->version, &s.page);
        if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    }
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, page_json, &s);
}

static void changed_json(struct json *j, const void *arg)
{
    const struct shown_page *s = arg;
    json_text(j, "name", page_names[s->name]);
    json_text(j, "lang", page_langs[s->lang]);
    json_i64(j, "version", s->newest);
}

static enum answer run_put(struct req *req)
{
    const struct query_lang *query = req->query;
    const struct put_page *in = req->body;
    struct shown_page s = { .name = name_in(req), .lang = (enum lang)query->lang };
    if (page_get(req->tx, s.name, s.lang, 0, &s.page) == ROW_FAULT) return reply_fault(req);
    if (s.page.version != in->version) return reply_problem(req, &problem_page_changed);
    s.newest = in->version + 1;
    s.page =
        (struct page){ .version = s.newest, .text = in->text, .actor = req->who.person, .created_at_ms = req->now_ms };
    if (!page_put(req->tx, s.name, s.lang, &s.page) ||
        !audit_request(req, AUDIT_page_changed, 0, "page", 0, changed_json, &s))
        return reply_fault(req);
    return reply_json(req, 200, page_json, &s);
}

static void preview_json(struct json *j, const void *arg)
{
    const struct buf *html = arg;
    json_str(j, "html", buf_str(html));
}

static enum answer run_preview(struct req *req)
{
    const struct query_lang *query = req->query;
    const struct post_preview *in = req->body;
    const struct page p = { .version = 1, .text = in->text, .created_at_ms = req->now_ms };
    struct buf html;
    buf_init(&html, DOCUMENT_MAX);
    page_document(&html, req->arena, name_in(req), (enum lang)query->lang, &p, false);
    enum answer a = html.overflow ? reply_fault(req) : reply_json(req, 200, preview_json, &html);
    buf_free(&html);
    return a;
}

/* clang-format off */
const struct route site_page_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/pages", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      .answer = list_shape, .run = run_list, .doc = "The texts of the public pages, and which were replaced." },
    { .verb = VERB_GET, .path = "/api/operator/pages/:name", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      PATH_FIELDS(path_page), QUERY_FIELDS(query_page), .answer = page_shape, .run = run_get,
      PROBLEMS(&problem_not_found), .doc = "One text, as it is or as it was." },
    { .verb = VERB_PUT, .path = "/api/operator/pages/:name", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Operator",
      PATH_FIELDS(path_page), QUERY_FIELDS(query_lang), .body_max = PAGE_BODY_MAX, BODY_FIELDS(put_page),
      .answer = page_shape, .run = run_put, PROBLEMS(&problem_page_changed, &problem_not_found),
      .doc = "Replace a text. The one before can still be read by its version." },
    { .verb = VERB_POST, .path = "/api/operator/pages/:name/preview", .who = WHO_OPERATOR, .tx = TX_READ,
      .reads = true, .tag = "Operator", PATH_FIELDS(path_page), QUERY_FIELDS(query_lang), .body_max = PAGE_BODY_MAX,
      BODY_FIELDS(post_preview), .answer = preview_shape, .run = run_preview, PROBLEMS(&problem_not_found),
      .doc = "The page as it would be with this text; nothing is saved." },
    ROUTE_END
};
/* clang-format on */
