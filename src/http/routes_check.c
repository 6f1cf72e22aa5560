/* routes_check.c: faults of the route tables, found at start.
 *
 * A table that forgets something should not compile; what C cannot refuse is refused here, before the first request,
 * all at once and by name. So "who may call this" cannot be left for later, a field cannot be without a limit, and two
 * rows cannot fight for one address. Every build's tests start the server, so nobody meets them in production. */
#include "http/private.h"
#include "http/openapi_parts.h"

#include <stdarg.h>
#include <stdio.h>

enum { PATH_PARTS_MAX = 4, WAIT_MAX_MS = 60000, SHAPE_DEPTH_MAX = 8, COMPLAINT_MAX_BYTES = 256 };

/* clang-format off */
static const char *const verb_texts[] = {
    [VERB_UNSET] = "?", [VERB_GET] = "GET", [VERB_POST] = "POST", [VERB_PUT] = "PUT", [VERB_PATCH] = "PATCH",
    [VERB_DELETE] = "DELETE"
};
/* clang-format on */

/* One row under examination. */
struct check {
    const struct route *r;
    const struct route *const *routes;
    struct buf *out;
    bool good;
    unsigned depth;
};

static void complain(struct check *c, const char *format, ...) PRINTF_LIKE(2, 3);
static void complain(struct check *c, const char *format, ...)
{
    char text[COMPLAINT_MAX_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args); /* a text cut short still says where */
    va_end(args);
    buf_printf(c->out, "%s %s: %s\n", verb_texts[c->r->verb], c->r->path ? c->r->path : "(no path)", text);
    c->good = false;
}

static bool text_given(const char *text) { return text && text[0] != '\0'; }

/* ---- paths ---- */

/* The next part between slashes; false at the end. */
static bool part_next(const char **at, struct str *part)
{
    if (**at != '/') return false;
    const char *start = *at + 1;
    *part = (struct str){ start, strcspn(start, "/") };
    *at = start + part->n;
    return true;
}

static bool is_parameter(struct str part) { return part.n > 0 && part.p[0] == ':'; }

static const struct field *field_named(const struct field *table, struct str name)
{
    for (const struct field *f = table; f && f->kind != FIELD_KIND_END; f++)
        if (f->name && str_eq(str_of(f->name), name)) return f;
    return NULL;
}

static bool path_has(const char *path, const char *name)
{
    const char *at = path;
    struct str part;
    while (part_next(&at, &part))
        if (is_parameter(part) && str_eq((struct str){ part.p + 1, part.n - 1 }, str_of(name))) return true;
    return false;
}

static void check_path(struct check *c)
{
    const struct route *r = c->r;
    if (!r->path || r->path[0] != '/') {
        complain(c, "path does not begin with '/'");
        return;
    }
    const char *at = r->path;
    struct str part;
    unsigned parameters = 0;
    while (part_next(&at, &part)) {
        if (part.n == 0 && r->path[1] != '\0') complain(c, "path has an empty part");
        if (is_parameter(part)) {
            parameters++;
            if (!field_named(r->path_fields, (struct str){ part.p + 1, part.n - 1 }))
                complain(c, "path part %.*s has no path field", (int)part.n, part.p);
        }
        for (size_t i = is_parameter(part) ? 1 : 0; i < part.n; i++)
            if (part.p[i] <= ' ' || part.p[i] >= 0x7F || strchr("?#%:{}", part.p[i]))
                complain(c, "path holds '%c'", part.p[i]);
    }
    if (parameters > PATH_PARTS_MAX) complain(c, "more than %d parts with ':'", PATH_PARTS_MAX);
    for (const struct field *f = r->path_fields; f && f->kind != FIELD_KIND_END; f++) {
        if (f->name && !path_has(r->path, f->name)) complain(c, "path field %s is not in the path", f->name);
        if (f->optional) complain(c, "path field %s is optional: a path part is always there", f->name);
    }
}

/* ---- fields ---- */

enum { LIST_ITEMS_MAX = 1000, FIELDS_DEPTH_MAX = 8 };

static size_t member_size(enum field_kind kind)
{
    switch (kind) {
    case FIELD_KIND_I64: return sizeof(int64_t);
    case FIELD_KIND_CREDITS: return sizeof(struct credits);
    case FIELD_KIND_TEXT: return sizeof(const char *);
    case FIELD_KIND_BOOL: return sizeof(bool);
    case FIELD_KIND_TIME: return sizeof(int64_t);
    case FIELD_KIND_ENUM: return sizeof(int);
    case FIELD_KIND_LIST: return sizeof(struct field_list);
    case FIELD_KIND_OBJECT: return sizeof(const void *);
    case FIELD_KIND_END: break;
    }
    return 0;
}

static void check_limits(struct check *c, const struct field *f)
{
    switch (f->kind) {
    case FIELD_KIND_CREDITS:
        if (f->min < -CREDITS_LIMIT || f->max > CREDITS_LIMIT)
            complain(c, "field %s: range past what credits hold", f->name);
        if (f->fallback < -CREDITS_LIMIT || f->fallback > CREDITS_LIMIT)
            complain(c, "field %s: fallback past credits", f->name);
        __attribute__((fallthrough));
    case FIELD_KIND_I64:
        if (f->min == 0 && f->max == 0) complain(c, "field %s: no range", f->name);
        if (f->min > f->max) complain(c, "field %s: min is above max", f->name);
        break;
    case FIELD_KIND_TEXT:
        if (f->max <= 0) complain(c, "field %s: text without a maximum", f->name);
        if (f->min < 0 || f->min > f->max) complain(c, "field %s: min is above max", f->name);
        break;
    case FIELD_KIND_ENUM: {
        int64_t count = 0;
        while (f->names && f->names[count]) count++;
        if (count == 0) complain(c, "field %s: enum without names", f->name);
        else if (f->optional && (f->fallback < -1 || f->fallback >= count))
            complain(c, "field %s: fallback is no name", f->name);
        break;
    }
    case FIELD_KIND_LIST:
        if (f->max <= 0 || f->max > LIST_ITEMS_MAX) complain(c, "field %s: a list without a maximum", f->name);
        if (f->min < 0 || f->min > f->max) complain(c, "field %s: min is above max", f->name);
        break;
    case FIELD_KIND_BOOL:
    case FIELD_KIND_TIME:
    case FIELD_KIND_OBJECT:
    case FIELD_KIND_END: break;
    }
}

static void check_fields(struct check *c, const char *what, const struct field *table, size_t size, bool in_address);

/* What a list or an object is made of. */
static void check_inside(struct check *c, const struct field *f, bool in_address)
{
    if (f->kind != FIELD_KIND_LIST && f->kind != FIELD_KIND_OBJECT) return;
    if (in_address) complain(c, "field %s: a list or an object in an address", f->name);
    if (!f->of || f->of_size == 0) {
        complain(c, "field %s: what it is made of is not said", f->name);
        return;
    }
    if (c->depth == FIELDS_DEPTH_MAX) {
        complain(c, "field %s is nested too deep", f->name);
        return;
    }
    c->depth++;
    if (f->kind == FIELD_KIND_OBJECT) {
        check_fields(c, f->name, f->of, f->of_size, false);
    } else {
        struct field one[2] = { *f->of, FIELD_END };
        one[0].name = f->name;
        if (one[0].offset != 0) complain(c, "field %s: an item begins behind its place", f->name);
        check_fields(c, f->name, one, f->of_size, false);
    }
    c->depth--;
}

static void check_fields(struct check *c, const char *what, const struct field *table, size_t size, bool in_address)
{
    if (!table) {
        if (size != 0) complain(c, "%s has a size but no fields", what);
        return;
    }
    if (size == 0 && table->kind != FIELD_KIND_END) complain(c, "%s has fields but no size", what);
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++) {
        if (!text_given(f->name)) {
            complain(c, "%s has a field without a name", what);
            continue;
        }
        for (const struct field *other = table; other < f; other++)
            if (text_eq(other->name, f->name)) complain(c, "%s has two fields %s", what, f->name);
        if (f->offset + member_size(f->kind) > size || f->present_offset + sizeof(bool) > size)
            complain(c, "field %s lies outside its struct", f->name);
        if (in_address && f->kind == FIELD_KIND_TEXT && f->form == TEXT_SECRET)
            complain(c, "field %s: a secret in an address is written into every log on the way", f->name);
        bool searches = text_eq(f->name, "search") || text_eq(f->name, "q");
        if (in_address && searches && f->form != TEXT_SEARCH)
            complain(c, "field %s: what is searched for is a FIELD_SEARCH", f->name);
        if (in_address && f->multiline) complain(c, "field %s: several lines in an address", f->name);
        check_limits(c, f);
        check_inside(c, f, in_address);
    }
}

/* ---- answers ---- */

/* The first named shape of the tables, in order: what this name means. */
static const struct shape *shape_of_name(const struct shape *members, const char *name, unsigned depth)
{
    if (depth == SHAPE_DEPTH_MAX) return NULL;
    for (const struct shape *s = members; s && s->kind != SHAPE_KIND_END; s++) {
        if (s->kind != SHAPE_KIND_OBJECT && s->kind != SHAPE_KIND_LIST) continue;
        if (s->type_name && text_eq(s->type_name, name)) return s->of;
        const struct shape *inner = shape_of_name(s->of, name, depth + 1);
        if (inner) return inner;
    }
    return NULL;
}

static const struct shape *meaning_of(const struct check *c, const char *name)
{
    for (size_t t = 0; c->routes[t]; t++)
        for (const struct route *r = c->routes[t]; r->verb != VERB_UNSET; r++) {
            const struct shape *found = shape_of_name(r->answer, name, 0);
            if (found) return found;
        }
    return NULL;
}

static void check_shape(struct check *c, const struct shape *members, unsigned depth)
{
    if (depth == SHAPE_DEPTH_MAX) {
        complain(c, "answer is nested too deep");
        return;
    }
    for (const struct shape *s = members; s->kind != SHAPE_KIND_END; s++) {
        if (!text_given(s->name)) {
            complain(c, "answer has a member without a name");
            continue;
        }
        for (const struct shape *other = members; other < s; other++)
            if (text_eq(other->name, s->name)) complain(c, "answer has two members %s", s->name);
        if (s->kind == SHAPE_KIND_ENUM && (!s->names || !s->names[0]))
            complain(c, "answer's %s: enum without names", s->name);
        if (s->kind != SHAPE_KIND_OBJECT && s->kind != SHAPE_KIND_LIST) continue;
        if (!s->of) {
            complain(c, "answer's %s: no members", s->name);
            continue;
        }
        if (s->type_name && meaning_of(c, s->type_name) != s->of)
            complain(c, "answer's %s: type name %s means another shape elsewhere", s->name, s->type_name);
        if (s->type_name && text_eq(s->type_name, "Problem"))
            complain(c, "answer's %s: the name Problem is taken", s->name);
        check_shape(c, s->of, depth + 1);
    }
}

static bool code_is_stable(const char *code)
{
    if (!text_given(code)) return false;
    return strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(code);
}

/* The same code from another row with another status or text: a client could not tell what it means. */
static void check_code_everywhere(struct check *c, const struct problem *p)
{
    for (size_t t = 0; c->routes[t]; t++)
        for (const struct route *r = c->routes[t]; r->verb != VERB_UNSET; r++) {
            if (r == c->r) return; /* rows before this one: each pair is named once */
            for (size_t i = 0; r->problems && r->problems[i]; i++) {
                const struct problem *other = r->problems[i];
                if (other == p || !text_eq(other->code, p->code)) continue;
                if (other->status != p->status || !text_eq(other->en, p->en) || !text_eq(other->zh, p->zh))
                    complain(c, "problem %s is another one at %s %s", p->code, verb_texts[r->verb], r->path);
            }
        }
}

static void check_problems(struct check *c)
{
    for (size_t i = 0; c->r->problems && c->r->problems[i]; i++) {
        const struct problem *p = c->r->problems[i];
        if (!code_is_stable(p->code)) {
            complain(c, "problem code '%s' is not lower case with '_'", p->code ? p->code : "");
            continue;
        }
        if (p->status < 400 || p->status > 599) complain(c, "problem %s has status %d", p->code, p->status);
        if (!text_given(p->en) || !text_given(p->zh)) complain(c, "problem %s lacks a text", p->code);
        for (size_t k = 0; k < i; k++)
            if (text_eq(c->r->problems[k]->code, p->code)) complain(c, "problem %s is listed twice", p->code);
        check_code_everywhere(c, p);
    }
}

/* ---- the row itself ---- */

static bool is_auth(const struct route *r) { return r->path && strncmp(r->path, "/auth/", 6) == 0; }

static void check_who(struct check *c)
{
    const struct route *r = c->r;
    bool key = (r->who & WHO_KEY) != 0;
    if (r->who == WHO_UNSET) complain(c, "who may call it is not said");
    if ((r->who & WHO_SYSTEM) && r->who != WHO_SYSTEM) complain(c, "WHO_SYSTEM asks nobody: no role beside it counts");
    if ((r->who & WHO_NOBODY) && r->who != WHO_ANYONE) complain(c, "who shows nothing may: no role beside it counts");
    if (r->verb != VERB_GET && (r->who & WHO_VIEWER)) complain(c, "a viewer may change something");
    if (key && !text_given(r->scope)) complain(c, "a service key may, and its scope is not said");
    if (!key && r->scope) complain(c, "scope without WHO_KEY");
    if (r->origins == ORIGINS_UNCHECKED && route_wants_caller(r) && !key)
        complain(c, "origins unchecked with a session: any site could send it");
    if (r->origins == ORIGINS_ANY && (r->cors_credentials || route_wants_caller(r)))
        complain(c, "open to any origin with credentials: any site could read it");
    if ((r->origins == ORIGINS_ASKED) != (r->origin != NULL)) complain(c, "ORIGINS_ASKED and .origin belong together");
    if (r->origins == ORIGINS_ASKED && r->tx != TX_READ && r->tx != TX_WRITE)
        complain(c, "ORIGINS_ASKED without a transaction to ask in");
    if (r->cors_credentials && r->origins != ORIGINS_ASKED) complain(c, "cors_credentials without ORIGINS_ASKED");
    if (r->any_query && r->query_fields != NULL) complain(c, "any_query with query fields");
    if (r->fresh && (!route_wants_caller(r) || key)) complain(c, "fresh without a session");
}

static void check_socket(struct check *c)
{
    const struct socket_kind *k = c->r->socket;
    bool rate = text_given(k->rate.name) && k->rate.burst > 0 && k->rate.per_ms > 0;
    if (!text_given(k->name) || !k->message || k->message_max == 0 || !rate)
        complain(c, "a socket without a name, a limit or what its messages mean");
    if (c->r->who != WHO_SYSTEM && k->per_account == 0) complain(c, "a socket's per_account is not set");
    if (c->r->verb != VERB_GET) complain(c, "a socket is asked for by GET");
    if (c->r->answer) complain(c, "a socket has no answer to describe");
}

static void check_upload(struct check *c)
{
    const struct route *r = c->r;
    if (r->upload->max_bytes <= 0) complain(c, "an upload without a limit");
    if (r->body_fields || r->body_max) complain(c, "an upload is the whole body: no fields, no other limit");
    if (r->verb == VERB_GET || r->tx != TX_WRITE) complain(c, "an upload is remembered in a row: it needs TX_WRITE");
    if (!route_wants_caller(r) && !r->upload->admit) complain(c, "an upload that anybody may send");
}

static void check_row(struct check *c)
{
    const struct route *r = c->r;
    size_t doc = r->doc ? strlen(r->doc) : 0;
    if (r->tx == TX_UNSET) complain(c, "tx is not said");
    if (doc == 0) complain(c, "doc is empty");
    else if (r->doc[doc - 1] != '.') complain(c, "doc is no sentence");
    if (!r->hidden && !text_given(r->tag)) complain(c, "tag is empty");
    else if (!r->hidden && !text_given(route_tag_doc(r->tag))) complain(c, "no ROUTE_TAG says what %s means", r->tag);
    if (!r->run) complain(c, "no run");
    if (r->verb == VERB_GET && r->body_fields) complain(c, "GET with a body");
    if (r->reads && (r->verb != VERB_POST || r->tx != TX_READ)) complain(c, "reads is of a POST with TX_READ");
    if (r->verb != VERB_GET && r->tx == TX_READ && !r->reads)
        complain(c, "a request that changes something cannot have TX_READ");
    if (r->verb == VERB_GET && r->idempotent) complain(c, "GET is idempotent by itself");
    if (r->idempotent && r->tx != TX_WRITE) complain(c, "idempotent keeps the answer: it needs TX_WRITE");
    /* Keys are an account's: what pages of others send without one has ids of its own. */
    bool no_account = r->origins == ORIGINS_UNCHECKED || r->origins == ORIGINS_ASKED;
    if (r->verb == VERB_POST && !r->idempotent && !r->reads && !is_auth(r) && !no_account && !r->hidden)
        complain(c, "POST outside /auth must be idempotent");
    check_who(c);
    if (r->socket) check_socket(c);
    if (r->upload) check_upload(c);
    if ((r->wait_ms != 0) != (r->resume != NULL)) complain(c, "wait_ms and resume belong together");
    if (r->wait_ms < 0 || r->wait_ms > WAIT_MAX_MS) complain(c, "wait_ms is out of range");
    if (r->slow && !r->prepare) complain(c, "slow without prepare");
    if (r->give_back_to_known && (!r->limit || !r->key_limit[0]))
        complain(c, "gives back to who is known, and counts them by nothing else");
    if (r->ask && (!r->slow || !route_wants_caller(r) || r->origins == ORIGINS_ASKED))
        complain(c, "ask is of slow work for a caller who is known");
    if (r->refused && r->tx != TX_WRITE) complain(c, "refused writes rows: it needs TX_WRITE");
    if (r->body_max > (r->body_fields ? JSON_READ_MAX_BYTES : BODY_RAW_MAX))
        complain(c, "body_max is above what JSON may be, or a body that is held in memory");
    if (r->body_optional && !r->body_fields) complain(c, "body_optional without a body");
    if (r->tx == TX_WRITE && !route_wants_caller(r) && !r->limit)
        complain(c, "changes something for callers that nobody counts: it needs a limit");
    if (r->limit && (!text_given(r->limit->name) || r->limit->burst <= 0 || r->limit->per_ms <= 0))
        complain(c, "limit is not set");
    if (r->status != 0 && (r->status < 200 || r->status > 399)) complain(c, "status %d is no success", r->status);
    if (r->answer && (r->status == 204 || r->status >= 300))
        complain(c, "status %d has no body to describe", r->status);
}

/* ---- rows against each other ---- */

/* Whether one address could mean both, and whether neither is the more literal one. */
struct overlap {
    bool both, left_wins, right_wins;
};

static struct overlap paths_overlap(const char *a, const char *b)
{
    struct overlap o = { .both = true };
    struct str left, right;
    for (;;) {
        bool more_left = part_next(&a, &left), more_right = part_next(&b, &right);
        if (more_left != more_right) return (struct overlap){ 0 };
        if (!more_left) return o;
        bool l = is_parameter(left), r = is_parameter(right);
        if (!l && !r && !str_eq(left, right)) return (struct overlap){ 0 };
        o.left_wins = o.left_wins || (!l && r);
        o.right_wins = o.right_wins || (l && !r);
    }
}

static void check_pair(struct check *c, const struct route *before)
{
    const struct route *r = c->r;
    if (!r->path || !before->path) return;
    struct overlap o = paths_overlap(before->path, r->path);
    if (o.both && !o.left_wins && !o.right_wins) {
        if (before->verb == r->verb)
            complain(c, "answers to the same address as %s %s", verb_texts[r->verb], before->path);
        else if (!text_eq(before->path, r->path)) complain(c, "names the parts of %s otherwise", before->path);
        return;
    }
    if (before->verb != r->verb) return;
    if (o.both && o.left_wins && o.right_wins) complain(c, "one address could mean this or %s", before->path);
    if (r->hidden || before->hidden) return;
    struct buf left, right;
    buf_init(&left, COMPLAINT_MAX_BYTES), buf_init(&right, COMPLAINT_MAX_BYTES);
    openapi_operation_id(&left, before), openapi_operation_id(&right, r);
    if (str_eq(buf_str(&left), buf_str(&right))) complain(c, "has the operation id of %s", before->path);
    buf_free(&left), buf_free(&right);
}

static void check_others(struct check *c)
{
    for (size_t t = 0; c->routes[t]; t++)
        for (const struct route *r = c->routes[t]; r->verb != VERB_UNSET; r++) {
            if (r == c->r) return;
            check_pair(c, r);
        }
}

bool routes_check(const struct route *const *routes, struct buf *complaints)
{
    bool good = true;
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *r = routes[t]; r->verb != VERB_UNSET; r++) {
            struct check c = { .r = r, .routes = routes, .out = complaints, .good = true };
            check_row(&c);
            check_path(&c);
            check_fields(&c, "path", r->path_fields, r->path_size, true);
            check_fields(&c, "query", r->query_fields, r->query_size, true);
            check_fields(&c, "body", r->body_fields, r->body_size, false);
            if (r->answer) check_shape(&c, r->answer, 0);
            check_problems(&c);
            check_others(&c);
            good = good && c.good;
        }
    return good;
}
