/* assets.c: static files. Bodies are written from where the program was loaded to, without a copy. Files with a hash in
 * their name may be kept for ever; index.html is asked for each time and mostly answered 304. The widget's stand in
 * pages of others, some of which let nothing in that does not allow it; and a page that was opened before an update
 * asks for the chat by the name that it had then: it gets the one that there is. A client that does not take gzip
 * (rare: scripts) gets the file inflated once and kept. */
#include "http/assets.h"
#include "base/log.h"
#include "http/cookies.h"
#include "http/private.h"
#include "http/negotiate.h"
#include <stdlib.h>
#include <zlib.h>

enum { ASSETS_INFLATED_MAX = 1024, ASSET_MAX_BYTES = 8 << 20 };

static bool page_matches(const char *pattern, const char *p, const char *end)
{
    while (*pattern != '\0') {
        if (*pattern == ':') {
            const char *start = p;
            while (*pattern != '\0' && *pattern != '/') pattern++;
            while (p < end && *p != '/') p++;
            if (p == start) return false;
        } else {
            if (p == end || *p != *pattern) return false;
            p++, pattern++;
        }
    }
    return p == end;
}

bool assets_has_page(const char *path, size_t n)
{
    for (size_t i = 0; assets_pages[i] != NULL; i++)
        if (page_matches(assets_pages[i], path, path + n)) return true;
    return false;
}

static const struct asset *find(struct str path)
{
    size_t low = 0, high = asset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct str name = str_of(assets[middle].path);
        size_t n = name.n < path.n ? name.n : path.n;
        int order = memcmp(name.p, path.p, n);
        if (order == 0 && name.n == path.n) return &assets[middle];
        if (order < 0 || (order == 0 && name.n < path.n)) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

/* NULL when the packed bytes are broken, which the build's own test would have seen. */
static const char *inflated(const struct asset *a)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char *made[ASSETS_INFLATED_MAX];
    size_t i = (size_t)(a - assets);
    if (i >= ASSETS_INFLATED_MAX || a->plain_n > ASSET_MAX_BYTES) return NULL;
    (void)pthread_mutex_lock(&lock);
    if (made[i] == NULL) {
        char *out = malloc(a->plain_n + 1);
        if (out == NULL) abort();
        z_stream z = { .next_in = (Bytef *)(uintptr_t)a->body,
                       .avail_in = (uInt)a->n,
                       .next_out = (Bytef *)out,
                       .avail_out = (uInt)a->plain_n + 1 };
        bool good = inflateInit2(&z, 16 + MAX_WBITS) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END &&
                    z.total_out == a->plain_n;
        (void)inflateEnd(&z);
        if (good) made[i] = out;
        else free(out);
    }
    const char *body = made[i];
    (void)pthread_mutex_unlock(&lock);
    return body;
}

static bool contains_token(struct str list, struct str token)
{
    for (size_t i = 0; i + token.n <= list.n; i++)
        if (str_eq_nocase((struct str){ list.p + i, token.n }, token)) return true;
    return false;
}

/* /assets/chat-HASH.js: the widget's second file, of whatever version. */
static bool is_chat(struct str path)
{
    return path.n == strlen("/assets/chat-01234567.js") && str_starts(path, STR("/assets/chat-")) &&
           memcmp(path.p + path.n - 3, ".js", 3) == 0;
}

static const struct asset *present_chat(void)
{
    for (size_t i = 0; i < asset_count; i++)
        if (is_chat(str_of(assets[i].path))) return &assets[i];
    return NULL;
}

/* `keep`, `vary`: what Cache-Control and Vary say. */
static void serve_asset(struct exchange *x, const struct asset *a, int status, const char *keep, const char *vary)
{
    struct req *req = &x->req;
    struct reply *r = &req->reply;
    bool packed = a->gzip && head_takes_gzip(&x->head);
    const char *body = a->gzip && !packed ? inflated(a) : a->body;
    if (body == NULL) {
        LOG(LOG_ERROR, "asset_unreadable", LOG_TEXT("path", a->path));
        (void)reply_fault(req);
        return;
    }
    const char *etag = arena_printf(req->arena, "\"%s%s\"", a->etag, packed ? "-gz" : "");
    struct str known = head_get(&x->head, "if-none-match");
    bool same = status == 200 && known.p != NULL && contains_token(known, str_of(etag));
    r->status = same ? 304 : status;
    r->content_type = a->type;
    reply_header(req, "ETag", etag);
    reply_header(req, "Cache-Control", keep);
    reply_header(req, "Vary", vary);
    struct str path = str_of(a->path);
    if (is_chat(path) || str_starts(path, STR("/widget")))
        reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    if (same) return;
    if (packed) reply_header(req, "Content-Encoding", "gzip");
    x->fixed_body = (struct str){ body, packed ? a->n : a->plain_n };
}

static const char by_coding[] = "Accept-Encoding", by_cookie[] = "Accept-Encoding, Cookie";

static bool of_api(struct str path)
{
    return str_starts(path, STR("/api/")) || str_starts(path, STR("/auth/")) || str_eq(path, STR("/api")) ||
           str_eq(path, STR("/auth"));
}

bool assets_answer(struct exchange *x)
{
    struct str path = x->head.path;
    if (path.n == 0 || path.p[0] != '/') return false;
    bool page = assets_has_page(path.p, path.n);
    if (!page && of_api(path)) return false;
    const struct asset *a = find(path);
    if (a != NULL) {
        serve_asset(x, a, 200, a->immutable ? "public, max-age=31536000, immutable" : "no-cache", by_coding);
        return true;
    }
    a = is_chat(path) ? present_chat() : NULL;
    if (a != NULL) { /* asked for by a page of before an update, or, beside another process, of after it */
        serve_asset(x, a, 200, "no-cache", by_coding);
        return true;
    }
    /* A missing script must not look like a page that was found. */
    if (str_starts(path, STR("/assets/"))) return false;
    /* Who is not signed in and is lost needs no console for that. */
    bool lost = !page && cookies_find(&x->head, x->loop->http->session_cookie).p == NULL;
    const char *plain = lost ? asset_named("/site/", "not-found.html") : NULL;
    a = find(plain != NULL ? str_of(plain) : STR("/index.html"));
    if (a == NULL) return false;
    /* These addresses carry a token: it must not travel on in a Referer, and no cache may keep it. */
    bool token = str_eq(path, STR("/auth/verify-email")) || str_eq(path, STR("/auth/reset-password"));
    serve_asset(x, a, page ? 200 : 404, token ? "no-store" : "no-cache", page ? by_coding : by_cookie);
    if (token) reply_header(&x->req, "Referrer-Policy", "no-referrer");
    return true;
}

enum answer reply_console(struct req *req)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    const struct asset *a = find(STR("/index.html"));
    if (a == NULL) return reply_problem(req, &problem_not_found);
    serve_asset(x, a, 200, "private, no-cache", by_cookie);
    return ANSWER_SENT;
}

const char *asset_named(const char *folder, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t before = strlen(folder), stem = dot ? (size_t)(dot - name) : strlen(name);
    for (size_t i = 0; i < asset_count; i++) {
        const char *path = assets[i].path;
        bool same = strncmp(path, folder, before) == 0 && strncmp(path + before, name, stem) == 0 &&
                    path[before + stem] == '-' && text_eq(strrchr(path, '.'), dot);
        if (same) return path;
    }
    return NULL;
}
