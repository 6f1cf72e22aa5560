/* install_judge.c: a page that was fetched, made into lines: what is there, what stands in the way. */
#include "chat/install.h"

const char *const install_headers[] = { "content-security-policy", "cross-origin-embedder-policy", NULL };

/* clang-format off */
#define INSTALL_NAME(code, level) #code,
const char *const install_code_names[] = { INSTALL_CODES(INSTALL_NAME) NULL };
#define INSTALL_LEVEL(code, level) INSTALL_##level,
static const enum install_level levels[] = { INSTALL_CODES(INSTALL_LEVEL) };
/* clang-format on */
const char *const install_level_names[] = { "good", "warn", "bad", NULL };

enum install_level install_level_of(enum install_code code) { return levels[code]; }

void install_say(struct arena *a, struct install_findings *f, enum install_code code, const char *detail)
{
    struct str s = str_of(detail);
    if (f->count == INSTALL_FINDINGS_MAX) return;
    if (s.n > INSTALL_DETAIL_MAX) s.n = utf8_cut(s, INSTALL_DETAIL_MAX);
    if (s.n == 0 || !utf8_valid(s) || text_has_controls(s)) s = STR("");
    f->item[f->count++] = (struct install_finding){ code, arena_text_n(a, s.p, s.n) };
}

/* ---- the script ---- */

static bool is_ours(struct arena *a, const struct install_wish *w, const char *url)
{
    return url && install_is_widget_path(str_of(url)) && text_eq(install_origin(a, url), install_origin(a, w->base));
}

/* The same host under http: what is mixed in there is blocked. */
static bool is_ours_unsafe(struct arena *a, const struct install_wish *w, const char *url)
{
    if (!url || !install_is_widget_path(str_of(url)) || !str_starts(str_of(url), STR("http://"))) return false;
    return str_starts(str_of(w->base), STR("https://")) && text_eq(url_host(a, url), url_host(a, w->base));
}

static bool is_javascript(const char *type)
{
    static const char *const names[] = { "",       "text/javascript",          "application/javascript",
                                         "module", "application/x-javascript", "text/ecmascript" };
    if (!type) return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(str_of(type), str_of(names[i]))) return true;
    return false;
}

struct looked {
    struct arena *a;
    const struct install_wish *w;
    const struct install_page *page;
    struct install_findings *f;
    struct install_seen seen;
    const struct install_tag *tag; /* the one that counts; NULL: none runs */
    const char *src;               /* its address, whole */
};

static const char *whole(const struct looked *l, const char *reference)
{
    const char *base = l->seen.base ? url_resolve(l->a, l->page->url, l->seen.base) : NULL;
    return reference ? url_resolve(l->a, base ? base : l->page->url, reference) : NULL;
}

static void no_tag(struct looked *l)
{
    struct arena *a = l->a;
    struct install_seen *s = &l->seen;
    const struct install_tag *other = NULL, *hidden = NULL;
    for (size_t i = 0; i < s->tags; i++) {
        const char *src = whole(l, s->tag[i].src);
        bool runs = !s->tag[i].in_comment && !s->tag[i].inert;
        if (runs && is_ours_unsafe(a, l->w, src)) {
            install_say(a, l->f, INSTALL_base_http, src);
            return;
        }
        if (is_ours(a, l->w, src)) hidden = hidden ? hidden : &s->tag[i];
        else if (runs && src && install_is_widget_path(str_of(src)) && s->tag[i].shop) other = &s->tag[i];
    }
    if (hidden) install_say(a, l->f, hidden->in_comment ? INSTALL_script_comment : INSTALL_script_inert, hidden->src);
    else if (other) install_say(a, l->f, INSTALL_base_other, whole(l, other->src));
    else if (s->by_code) install_say(a, l->f, INSTALL_script_by_code, NULL);
    else if (s->tag_manager) install_say(a, l->f, INSTALL_script_tag_manager, NULL);
    else install_say(a, l->f, INSTALL_script_missing, NULL);
}

static void judge_tag(struct looked *l, size_t count, bool two_shops)
{
    struct arena *a = l->a;
    const struct install_tag *t = l->tag;
    install_say(a, l->f, INSTALL_script_found, l->src);
    if (!is_javascript(t->type)) install_say(a, l->f, INSTALL_script_type, t->type);
    if (t->crossorigin || (t->type && str_eq_nocase(str_of(t->type), STR("module"))))
        install_say(a, l->f, INSTALL_script_crossorigin, t->crossorigin ? "crossorigin" : "type=\"module\"");
    if (two_shops) install_say(a, l->f, INSTALL_script_two_shops, NULL);
    else if (count > 1) install_say(a, l->f, INSTALL_script_several, arena_printf(a, "%zu", count));
    if (!t->shop || !t->shop[0]) install_say(a, l->f, INSTALL_shop_missing, l->w->shop);
    else if (!text_eq(t->shop, l->w->shop)) install_say(a, l->f, INSTALL_shop_other, t->shop);
    else install_say(a, l->f, INSTALL_shop_right, t->shop);
}

/* The first that runs starts the launcher; others find it there. */
static void judge_script(struct looked *l)
{
    size_t count = 0;
    bool two_shops = false;
    for (size_t i = 0; i < l->seen.tags; i++) {
        const struct install_tag *t = &l->seen.tag[i];
        const char *src = t->in_comment || t->inert ? NULL : whole(l, t->src);
        if (!is_ours(l->a, l->w, src)) continue;
        if (count++ == 0) l->tag = t, l->src = src;
        else if (!text_eq(l->tag->shop, t->shop)) two_shops = true;
    }
    if (l->tag) judge_tag(l, count, two_shops);
    else no_tag(l);
}

/* ---- the policy ---- */

static void ask_policies(struct str list, bool of_meta, const struct install_use *use, struct install_verdict *v)
{
    while (list.n > 0) {
        const char *comma = memchr(list.p, ',', list.n);
        struct str one = { list.p, comma ? (size_t)(comma - list.p) : list.n };
        list = comma ? (struct str){ comma + 1, list.n - one.n - 1 } : (struct str){ list.p, 0 };
        install_policy(one, of_meta, use, v);
    }
}

static void say_verdict(struct looked *l, const struct install_verdict *v, const char *base)
{
    const char *host = strstr(base, "://") + 3;
    const char *socket = arena_printf(l->a, "%s://%s", str_starts(str_of(base), STR("https")) ? "wss" : "ws", host);
    const struct {
        bool stands;
        enum install_code code;
        const char *detail;
    } all[] = {
        { v->script, INSTALL_policy_script, arena_printf(l->a, "script-src %s", base) },
        { v->nonce, INSTALL_policy_nonce, "script-src" },
        { v->connect, INSTALL_policy_connect, arena_printf(l->a, "connect-src %s %s", base, socket) },
        { v->socket, INSTALL_policy_socket, arena_printf(l->a, "connect-src %s", socket) },
        { v->pictures, INSTALL_policy_pictures, arena_printf(l->a, "img-src %s", base) },
        { v->sandbox, INSTALL_policy_sandbox, "sandbox allow-scripts allow-same-origin" },
        { v->trusted_types, INSTALL_policy_trusted_types, "require-trusted-types-for 'script'" },
    };
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (all[i].stands) install_say(l->a, l->f, all[i].code, all[i].detail);
        any |= all[i].stands;
    }
    if (!any) install_say(l->a, l->f, INSTALL_policy_fits, NULL);
}

static void judge_policy(struct looked *l)
{
    struct arena *a = l->a;
    const char *base = install_origin(a, l->w->base);
    const char *socket = arena_printf(a, "ws%s", base + strlen("http"));
    struct install_use use = {
        .page = l->page->url,
        .script = l->src ? l->src : arena_printf(a, "%s/widget.js", base),
        .panel = arena_printf(a, "%s/assets/chat.js", base),
        .connect = arena_printf(a, "%s/api/chat/%s/session", base, l->w->shop),
        .socket = arena_printf(a, "%s/chat/%s/socket", socket, l->w->shop),
        .picture = arena_printf(a, "%s/chat-images/chi", base),
        .nonce = l->tag ? l->tag->nonce : NULL,
    };
    struct install_verdict v = { .script = false };
    bool some = l->seen.policies > 0, embedder = false;
    for (size_t i = 0; i < l->page->headers; i++) {
        const struct outbound_header *h = &l->page->header[i];
        if (text_eq(h->name, install_headers[0])) some = true, ask_policies(str_of(h->value), false, &use, &v);
        else if (text_eq(h->name, install_headers[1])) embedder |= str_starts(str_of(h->value), STR("require-corp"));
    }
    for (size_t i = 0; i < l->seen.policies; i++) ask_policies(str_of(l->seen.policy[i]), true, &use, &v);
    if (some) say_verdict(l, &v, base);
    else install_say(a, l->f, INSTALL_policy_none, NULL);
    if (embedder) install_say(a, l->f, INSTALL_policy_embedder, "Cross-Origin-Embedder-Policy: require-corp");
}

/* ---- all of it ---- */

void install_judge(struct arena *a, const struct install_wish *w, const struct install_page *page,
                   struct install_findings *f)
{
    struct looked l = { .a = a, .w = w, .page = page, .f = f };
    const char *host = url_host(a, page->url), *path = url_path(a, page->url);
    bool ours = door_admits_origin(a, w->domain, &w->more, str_of(install_origin(a, page->url)));
    install_say(a, f, ours ? INSTALL_domain_fits : INSTALL_domain_other, host);
    if (text_eq(path, "/password") || str_starts(str_of(path), STR("/password?")))
        install_say(a, f, INSTALL_page_password, NULL);
    install_scan(a, page->html, &l.seen);
    judge_script(&l);
    judge_policy(&l);
}
