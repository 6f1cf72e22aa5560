/* cors.c: pages of other origins: who may call from one, and who may put an answer into a frame. Both are said by the
 * row of a route; a row that says nothing is for our own pages, in no frame.
 *
 * A preflight is answered from the row alone, without a transaction: it lets the browser send the request, and the
 * request is judged for itself. Only who asks with an origin that the row admits may read the answer. "*" is never said
 * together with credentials, and an answer that depends on the origin says so to caches (Vary).
 *
 * A refusal that was found before the origin was asked for (too many requests, a field) may be read by any page of a
 * row that is open to others: it holds nothing of anybody, and a widget that cannot read "wait 30 s" does not wait. */
#include "http/private.h"
#include "http/origin.h"

static const char allowed_headers[] = "Content-Type, Authorization, Idempotency-Key, Last-Event-ID";
static const char exposed_headers[] = "Retry-After, X-Request-Id, Idempotent-Replay, Location, ETag";

static bool is_open(const struct route *r) { return r->origins == ORIGINS_ANY || r->origins == ORIGINS_ASKED; }

static bool is_header_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= 0x20 || s.p[i] >= 0x7f) return false;
    return s.n > 0 && s.n <= 300;
}

static struct str given_origin(const struct exchange *x)
{
    struct str origin = head_get(&x->head, "origin");
    return is_header_text(origin) ? origin : (struct str){ 0 };
}

bool cors_at_the_door(struct exchange *x, bool by_key_alone)
{
    const struct route *r = x->req.route;
    const struct http_options *o = &x->loop->http->o;
    bool acts = r->verb != VERB_GET || r->socket != NULL; /* a socket is its visitor for as long as it is open */
    switch (r->origins) {
    case ORIGINS_OWN: return !acts || by_key_alone || origin_ok(&x->head, o->origin, o->development);
    case ORIGINS_UNCHECKED:
    case ORIGINS_ANY: return true;
    case ORIGINS_ASKED: /* the row's hook is asked in the transaction */
        return !acts || by_key_alone || given_origin(x).p != NULL;
    }
    return false;
}

enum row cors_ask(struct exchange *x)
{
    const struct route *r = x->req.route;
    struct str origin = given_origin(x);
    x->origin_admitted = x->origin_asked = false;
    if (r->origins != ORIGINS_ASKED || origin.p == NULL) return ROW_FOUND;
    enum row row = origin_ok(&x->head, x->loop->http->o.origin, x->loop->http->o.development)
                       ? ROW_FOUND
                       : r->origin(&x->req, origin);
    x->origin_asked = row != ROW_FAULT;
    x->origin_admitted = row == ROW_FOUND;
    return row;
}

/* ---- what answers say ---- */

static void line(struct buf *out, const char *name, struct str value)
{
    buf_text(out, name);
    buf_add(out, value.p, value.n);
    buf_add(out, "\r\n", 2);
}

static void allow(const struct route *r, struct str origin, struct buf *out)
{
    line(out, "Access-Control-Allow-Origin: ", r->origins == ORIGINS_ANY ? STR("*") : origin);
    if (r->cors_credentials) buf_text(out, "Access-Control-Allow-Credentials: true\r\n");
}

void cors_print(const struct exchange *x, struct buf *out)
{
    const struct route *r = x->req.route != NULL ? x->req.route : x->preflight;
    if (r == NULL || !is_open(r)) return;
    struct str origin = given_origin(x);
    if (x->preflight != NULL) {
        buf_text(out, "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n");
        allow(r, origin, out);
        line(out, "Access-Control-Allow-Methods: ", head_get(&x->head, "access-control-request-method"));
        line(out, "Access-Control-Allow-Headers: ", str_of(allowed_headers));
        buf_text(out, "Access-Control-Max-Age: 600\r\n");
        return;
    }
    if (r->origins == ORIGINS_ASKED) buf_text(out, "Vary: Origin\r\n");
    bool general_refusal = !x->origin_asked && x->req.reply.status >= 400;
    if (origin.p == NULL || (r->origins == ORIGINS_ASKED && !x->origin_admitted && !general_refusal)) return;
    allow(r, origin, out);
    line(out, "Access-Control-Expose-Headers: ", str_of(exposed_headers));
}

void cors_preflight(struct exchange *x)
{
    struct str method = head_get(&x->head, "access-control-request-method");
    enum verb verb = method.p != NULL ? verb_of(method) : VERB_UNSET;
    x->preflight = NULL;
    if (verb == VERB_UNSET || given_origin(x).p == NULL) return;
    struct route_match m;
    router_find(x->loop->http->router, verb, x->head.path, &m);
    if (m.route != NULL && is_open(m.route)) x->preflight = m.route;
}

/* ---- frames, and what else every answer says ---- */

static const char *frames_of(enum route_framing framing)
{
    switch (framing) {
    case FRAMING_NONE: return "frame-ancestors 'none'";
    case FRAMING_OWN: return "frame-ancestors 'self'";
    case FRAMING_ASKED: return NULL;
    }
    return NULL;
}

void security_headers_make(struct http *h)
{
    /* clang-format off */
    static const char *const old_words[] = { [FRAMING_NONE] = "X-Frame-Options: DENY\r\n",
                                             [FRAMING_OWN] = "X-Frame-Options: SAMEORIGIN\r\n" };
    /* clang-format on */
    const struct http_options *o = &h->o;
    h->before_policy = arena_printf(h->text,
                                    "%sX-Content-Type-Options: nosniff\r\n"
                                    "Referrer-Policy: strict-origin-when-cross-origin\r\n"
                                    "Cross-Origin-Opener-Policy: same-origin\r\n",
                                    o->secure_cookies ? "Strict-Transport-Security: max-age=31536000\r\n" : "");
    /* Ant Design writes its styles into the page at run time, so inline styles are allowed; scripts are not. */
    h->policy = arena_printf(
        h->text,
        "%sContent-Security-Policy: default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'%s%s; ",
        h->before_policy, o->form_targets ? " " : "", o->form_targets ? o->form_targets : "");
    for (enum route_framing f = FRAMING_NONE; f < FRAMING_ASKED; f++)
        h->common_headers[f] = str_of(arena_printf(h->text, "%s%s\r\n%s", h->policy, frames_of(f), old_words[f]));
}

void security_headers_print(const struct exchange *x, struct buf *out)
{
    const struct http *h = x->loop->http;
    const struct route *r = x->req.route;
    const struct reply *reply = &x->req.reply;
    if (reply->policy != NULL) {
        buf_text(out, h->before_policy);
        line(out, "X-Frame-Options: ", STR("DENY"));
        line(out, "Content-Security-Policy: ", str_of(reply->policy));
        return;
    }
    if (r != NULL && r->framing == FRAMING_ASKED && reply->frame_ancestors != NULL) {
        buf_text(out, h->policy);
        line(out, "frame-ancestors ", str_of(reply->frame_ancestors));
        return;
    }
    struct str known = h->common_headers[r != NULL && r->framing == FRAMING_OWN ? FRAMING_OWN : FRAMING_NONE];
    buf_add(out, known.p, known.n);
}

void reply_policy(struct req *req, const char *policy)
{
    assert(strchr(policy, '\n') == NULL && strstr(policy, "frame-ancestors 'none'") != NULL);
    req->reply.policy = policy;
}

/* A list of origins goes into a header: what could end the directive is no origin. */
void reply_frame_ancestors(struct req *req, const char *origins)
{
    for (const char *p = origins; *p != '\0'; p++) {
        bool fine = *p == ' ' || (*p > 0x20 && *p < 0x7f && *p != ';' && *p != ',' && *p != '\'' && *p != '"');
        if (!fine) return;
    }
    req->reply.frame_ancestors = arena_text(req->arena, origins);
}
