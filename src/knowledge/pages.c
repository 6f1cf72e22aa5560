/* pages.c: the pages of a shop as documents. Its sitemap says which there are; only those of its own hosts are read,
 * only where the robots.txt of the page's own host lets us (also where a redirect leads), a few at a time with a pause,
 * and not without end. */
#include "knowledge/fetch.h"
#include "knowledge/intake.h"
#include "knowledge/robots.h"

#include "base/crypto.h"
#include "base/unicode.h"
#include <stdlib.h>

enum {
    PAGES_MAX = 200,
    MAPS_MAX = 10,
    MAPS_ALL = 20,
    MAPS_BYTES = 4 << 20, /* of all maps before the last one */
    MAP_BYTES = 4 << 20,
    PAGE_BYTES = 1 << 20,
    ROBOTS_BYTES = 512 << 10,
    FETCH_MS = 15000,
    AT_ONCE = 4,
    PAUSE_MS = 1000,
    TEXT_LEAST = 40,
    TITLE_BYTES = 300,
    SITES_MAX = 8,
    SITES_ARENA_MAX = 16 << 20,
    ARENA_MAX = 64 << 20
};

/* What one host asks of readers. */
struct site {
    const char *address; /* of its robots.txt */
    struct robots robots;
    bool closed; /* it could not be asked: nothing is read there */
    int status;
    const char *error;
    bool later;
};

struct walk {
    struct arena *a, *kept; /* kept: what outlives a page */
    const char *base, *host, *shop_host;
    const struct knowledge_says *says;
    struct site *site[SITES_MAX];
    size_t sites;
    bool asks_robots; /* a redirect is judged by them */
    const char *url[PAGES_MAX], *id[PAGES_MAX];
    size_t count, maps, bytes; /* pages found; maps asked for, and their bytes */
};

static const char *without_www(const char *host) { return strncmp(host, "www.", 4) == 0 ? host + 4 : host; }

/* The host of the address that the merchant gave, the shop's domain, what stands below them, and the domains that the
 * shop's chat settings allow. */
static bool is_own(const struct walk *w, const char *host)
{
    const char *const own[] = { w->host, w->shop_host };
    size_t n = strlen(host);
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (!own[i]) continue;
        const char *name = without_www(own[i]);
        size_t m = strlen(name);
        if (n >= m && strcmp(host + n - m, name) == 0 && (n == m || host[n - m - 1] == '.')) return true;
    }
    return know_says_own(w->a, w->says, host);
}

static bool may_read(struct walk *w, const char *url);

static bool allowed(void *ctx, const char *url)
{
    struct walk *w = ctx;
    const char *host = url_host(w->a, url);
    return host && is_own(w, host) && (!w->asks_robots || may_read(w, url));
}

static void fetch(struct walk *w, struct arena *a, const char *url, size_t max, struct outbound_answer *out)
{
    const struct know_fetch ask = { .url = url,
                                    .accept = "text/html, application/xml;q=0.9, text/plain;q=0.8, */*;q=0.1",
                                    .log_as = "knowledge.page",
                                    .max = max,
                                    .total_ms = FETCH_MS,
                                    .allowed = allowed,
                                    .ctx = w };
    know_fetch(a, &ask, out);
}

/* Asked once in a slice. NULL: there are more hosts than one shop has. */
static const struct site *site_of(struct walk *w, const char *url)
{
    struct outbound_answer out;
    const char *address = url_resolve(w->a, url, "/robots.txt");
    for (size_t i = 0; address && i < w->sites; i++)
        if (strcmp(w->site[i]->address, address) == 0) return w->site[i];
    if (!address || w->sites == SITES_MAX) return NULL;
    struct site *s = w->site[w->sites++] = ARENA_NEW(w->kept, struct site);
    s->address = arena_text(w->kept, address);
    bool asks = w->asks_robots;
    w->asks_robots = false; /* what says the rules is under none */
    fetch(w, w->kept, s->address, ROBOTS_BYTES, &out);
    w->asks_robots = asks;
    s->closed = out.status == 0 || out.status >= 500;
    if (out.outcome == OUTCOME_OK) robots_read(w->kept, out.body, &s->robots);
    else if (s->closed) s->status = out.status, s->error = know_fetch_error(&out, &s->later);
    return s;
}

static bool may_read(struct walk *w, const char *url)
{
    const struct site *s = site_of(w, url);
    return s && !s->closed && robots_allow(&s->robots, url_path(w->a, url));
}

/* What a page is known by: its path, of another host than the shop's with that host before it; where that is too long a
 * number that stands for it. With "www." or without it is one host. */
static const char *id_of(struct walk *w, const char *url)
{
    char hex[SHA256_HEX_SIZE];
    const char *path = url_path(w->a, url), *host = url_host(w->a, url);
    const char *home = w->shop_host ? w->shop_host : w->host;
    if (host && strcmp(without_www(host), without_www(home)) != 0) path = arena_printf(w->a, "//%s%s", host, path);
    if (strlen(path) <= KNOWLEDGE_ID_MAX && !text_has_controls(str_of(path))) return path;
    sha256_hex(str_of(url), hex);
    return arena_printf(w->a, "page-%.32s", hex);
}

static void add_page(struct walk *w, const char *url)
{
    url = url_resolve(w->a, w->base, url);
    const char *host = url ? url_host(w->a, url) : NULL;
    if (!host || w->count == PAGES_MAX || !is_own(w, host)) return;
    const char *id = id_of(w, url);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->id[i], id) == 0) return;
    if (!may_read(w, url)) return;
    w->id[w->count] = id;
    w->url[w->count++] = url;
}

/* A sitemap, and those that it names: one deep. */
static bool read_map(struct walk *w, const char *url, bool deep, struct outbound_answer *out)
{
    const char **found = ARENA_ARRAY(w->a, const char *, PAGES_MAX * 4);
    size_t n;
    bool index;
    url = url_resolve(w->a, w->base, url);
    if (!url || !allowed(w, url) || w->maps++ >= MAPS_ALL || w->bytes > MAPS_BYTES) return false;
    fetch(w, w->a, url, MAP_BYTES, out);
    w->bytes += out->body.n;
    if (out->outcome != OUTCOME_OK || !robots_sitemap_read(w->a, out->body, found, PAGES_MAX * 4, &n, &index))
        return false;
    for (size_t i = 0; i < n && w->count < PAGES_MAX; i++) {
        if (!index) add_page(w, found[i]);
        else if (deep && i < MAPS_MAX) (void)read_map(w, found[i], false, out);
    }
    return true;
}

/* A host that does not tell its rules: nothing may be read there now, and a site without its pages is not the site. */
static bool is_shut(const struct walk *w, struct know_taking *t)
{
    const struct site *s = NULL;
    for (size_t i = 0; i < w->sites && !s; i++)
        if (w->site[i]->closed) s = w->site[i];
    if (s) t->status = s->status, t->later = s->later, t->error = s->error ? s->error : "cannot_reach";
    return s != NULL;
}

static void begin(struct job *job, struct walk *w, struct know_taking *t)
{
    struct outbound_answer out = { .outcome = OUTCOME_REFUSED,
                                   .status = 404 }; /* a list that is not asked for is not there */
    bool later = false, found = false;
    const struct site *home = site_of(w, w->base);
    if (!home || is_shut(w, t)) return;
    const struct robots *robots = &home->robots;
    size_t n = strlen(w->base);
    bool is_map = n > 4 && (strcmp(w->base + n - 4, ".xml") == 0 || strcmp(w->base + n - 4, ".txt") == 0);
    if (is_map) found = read_map(w, w->base, true, &out);
    for (size_t i = 0; !is_map && i < robots->sitemaps; i++)
        found = read_map(w, robots->sitemap[i], true, &out) || found;
    if (!is_map && robots->sitemaps == 0) found = read_map(w, "/sitemap.xml", true, &out);
    /* A list that is only out of reach now must not pass for a site of one page. */
    if (!found && (is_map || out.status == 0 || out.status >= 500)) {
        t->status = out.status;
        t->error = know_fetch_error(&out, &later);
        t->later = later && t->error != NULL;
        if (!t->error) t->error = "no_sitemap";
        return;
    }
    if (w->count == 0) add_page(w, w->base); /* no list: the page itself */
    if (is_shut(w, t)) return;
    if (w->count == 0) {
        t->error = "no_pages";
        return;
    }
    struct buf b;
    struct json j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_array(&j, NULL);
    for (size_t i = 0; i < w->count; i++) json_text(&j, NULL, w->url[i]);
    json_end(&j);
    json_finish(&j);
    t->in.todo = arena_text_n(job->arena, b.p, b.n);
    buf_free(&b);
    t->in.place = 0;
}

static bool is_html(const struct outbound_answer *out)
{
    return !out->content_type || strncmp(out->content_type, "text/html", 9) == 0 ||
           strncmp(out->content_type, "application/xhtml", 17) == 0;
}

static void page_json(struct walk *w, struct json *j, const char *url, struct know_taking *t)
{
    struct outbound_answer out;
    struct buf text, title;
    size_t n;
    const char *encoding;
    w->asks_robots = true;
    fetch(w, w->a, url, PAGE_BYTES, &out);
    bool plain = out.content_type && strncmp(out.content_type, "text/plain", 10) == 0;
    if (out.outcome != OUTCOME_OK || (!plain && !is_html(&out))) return;
    char *bytes = know_decode(out.body, &n, &encoding);
    if (!bytes) return;
    buf_init(&text, KNOWLEDGE_BODY_MAX), buf_init(&title, TITLE_BYTES);
    if (plain) buf_add(&text, bytes, utf8_cut((struct str){ bytes, n }, KNOWLEDGE_BODY_MAX - 1));
    else know_html_text((struct str){ bytes, n }, &text, &title);
    if (utf8_length(buf_str(&text)) >= TEXT_LEAST && unicode_has_ink(buf_str(&text))) {
        json_object(j, NULL);
        json_text(j, "id", id_of(w, url));
        if (title.n > 0 && unicode_has_ink(buf_str(&title))) json_str(j, "title", buf_str(&title));
        else json_text(j, "title", id_of(w, url));
        json_str(j, "text", buf_str(&text));
        json_text(j, "url", url);
        json_end(j);
        t->in.texts++;
    }
    buf_free(&text), buf_free(&title);
    free(bytes);
}

static void go_on(struct job *job, struct walk *w, struct know_taking *t)
{
    json_t *list = json_read(str_of(t->in.todo), JSON_READ_MAX_BYTES, NULL);
    size_t n = json_array_size(list), until = (size_t)t->in.place + AT_ONCE;
    struct buf b;
    struct json j;
    int64_t before = t->in.texts;
    buf_init(&b, READ_JSON_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_array(&j, "documents");
    for (; (size_t)t->in.place < n && (size_t)t->in.place < until; t->in.place++) {
        struct arena_mark m = arena_mark(w->a);
        page_json(w, &j, json_string_value(json_array_get(list, (size_t)t->in.place)), t);
        arena_release(w->a, m);
    }
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    /* A page led to a host whose rules could not be had: what is not named at the end is removed, so it is not left
     * out. */
    if (is_shut(w, t)) {
        buf_free(&b);
        json_decref(list);
        return;
    }
    if (t->in.texts > before) {
        t->parts = (struct know_parts){ .body = ARENA_ARRAY(job->arena, const char *, 1), .count = 1 };
        t->parts.body[0] = arena_text_n(job->arena, b.p, b.n);
    }
    buf_free(&b);
    t->finished = (size_t)t->in.place >= n;
    if (t->finished && t->in.texts == 0) t->error = "no_text";
    if (!t->finished) t->again_ms = PAUSE_MS;
    json_decref(list);
}

void know_take_pages(struct job *job, struct know_taking *t)
{
    struct arena *a = arena_new(ARENA_MAX), *kept = arena_new(SITES_ARENA_MAX);
    struct walk *w = ARENA_NEW(a, struct walk);
    *w = (struct walk){ .a = a, .kept = kept, .base = t->feed->url, .shop_host = t->shop_host, .says = &t->says };
    w->host = url_host(a, w->base);
    if (t->in.todo[0]) go_on(job, w, t);
    else begin(job, w, t);
    arena_free(a), arena_free(kept);
}
