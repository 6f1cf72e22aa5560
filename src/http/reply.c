/* reply.c: what a handler may say, and how an answer becomes bytes.
 *
 * A handler fills a struct reply; nothing is sent before the commit. Everything that goes into a header line is checked
 * here, so that no value of a handler can end a line. reply_* work on a bare struct req too (unit tests of domains). */
#include "base/log.h"
#include "http/cookies.h"
#include "http/private.h"
#include <stdio.h>

void reply_reset(struct reply *r)
{
    struct buf body = r->body;
    buf_clear(&body);
    *r = (struct reply){ .body = body };
}

/* A handler that changes its mind (a problem after some JSON) starts anew; cookies and headers stay. */
static struct buf *fresh_body(struct req *req)
{
    struct buf *body = &req->reply.body;
    if (body->max == 0) buf_init(body, REPLY_MAX_BYTES);
    buf_clear(body);
    req->reply.problem = NULL;
    return body;
}

enum answer reply_json(struct req *req, int status, json_writer *write, const void *arg)
{
    struct buf *body = fresh_body(req);
    struct json j;
    json_begin(&j, body);
    json_object(&j, NULL);
    write(&j, arg);
    json_end(&j);
    json_finish(&j);
    if (body->overflow) {
        LOG(LOG_ERROR, "reply_too_large", LOG_TEXT("path", req->route ? req->route->path : ""));
        (void)reply_problem(req, &problem_internal);
        return ANSWER_FAULT;
    }
    req->reply.status = status;
    req->reply.content_type = "application/json";
    return ANSWER_SENT;
}

enum answer reply_problem(struct req *req, const struct problem *p)
{
    (void)fresh_body(req);
    req->reply.status = p->status;
    req->reply.problem = p;
    req->reply.wait_job = 0;
    return ANSWER_REFUSED;
}

static void add_fact(struct req *req, struct problem_fact f)
{
    assert(req->reply.facts < REPLY_FACTS_MAX);
    req->reply.fact[req->reply.facts++] = f;
}

void reply_fact_i64(struct req *req, const char *name, int64_t v)
{
    add_fact(req, (struct problem_fact){ .name = name, .number = v });
}

void reply_fact_text(struct req *req, const char *name, const char *text)
{
    add_fact(req, (struct problem_fact){ .name = name, .text = text });
}

enum answer reply_fields(struct req *req, const char *field, const char *code)
{
    struct field_faults *faults = ARENA_NEW(req->arena, struct field_faults);
    faults->count = 1;
    faults->fault[0] = (struct field_fault){ .field = field, .code = code };
    enum answer a = reply_problem(req, &problem_invalid_fields);
    req->reply.faults = faults;
    return a;
}

enum answer reply_later(struct req *req, const struct problem *p, int64_t retry_after_s)
{
    enum answer a = reply_problem(req, p);
    req->reply.retry_after_s = retry_after_s > 0 ? retry_after_s : 1;
    return a;
}

/* Outside a transaction (.prepare, the end of an op) nothing more is known than that it failed. */
static bool may_pass(const struct req *req)
{
    if (req->tx == NULL) return true;
    switch (tx_fault_of(req->tx)) {
    case TX_CONFLICT:
    case TX_UNABLE:
    case TX_LOST: return true;
    case TX_SOUND: /* what was read cannot be: a bug, or broken data */
    case TX_BROKEN: return false;
    }
    return false;
}

enum answer reply_fault(struct req *req)
{
    if (may_pass(req)) {
        (void)reply_later(req, &problem_storage, 1);
        return ANSWER_FAULT;
    }
    LOG(LOG_ERROR, "permanent_fault", LOG_TEXT("path", req->route != NULL ? req->route->path : ""),
        LOG_TEXT("request", req->request_id));
    (void)reply_problem(req, &problem_internal);
    return ANSWER_FAULT;
}

static bool header_value_ok(const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++)
        if ((*p < 0x20 && *p != '\t') || *p == 0x7f) return false;
    return true;
}

void reply_header(struct req *req, const char *name, const char *value)
{
    assert(req->reply.headers < REPLY_HEADERS_MAX);
    if (!header_value_ok(value)) {
        LOG(LOG_ERROR, "bad_header_value", LOG_TEXT("header", name));
        return;
    }
    req->reply.header[req->reply.headers].name = name;
    req->reply.header[req->reply.headers++].value = value;
}

enum answer reply_redirect(struct req *req, int status, const char *location)
{
    assert(status >= 300 && status < 400);
    (void)fresh_body(req);
    req->reply.status = status;
    reply_header(req, "Location", arena_text(req->arena, location));
    return ANSWER_SENT;
}

enum answer reply_text(struct req *req, int status, const char *content_type, struct str body)
{
    struct buf *out = fresh_body(req);
    buf_add(out, body.p, body.n);
    if (out->overflow) return reply_fault(req);
    req->reply.status = status;
    req->reply.content_type = content_type;
    return ANSWER_SENT;
}

bool req_has_tag(const struct req *req, const char *etag)
{
    struct str known = req_header(req, "if-none-match"), tag = str_of(etag);
    if (known.n == 1 && known.p[0] == '*') return true;
    const char *at = known.n >= tag.n + 2 ? memmem(known.p + 1, known.n - 1, tag.p, tag.n) : NULL;
    return at != NULL && at[-1] == '"' && at + tag.n < known.p + known.n && at[tag.n] == '"';
}

enum answer reply_fixed(struct req *req, const char *content_type, struct str body, const char *etag)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    bool same = req_has_tag(req, etag);
    enum answer a = reply_text(req, same ? 304 : 200, content_type, x == NULL && !same ? body : STR(""));
    reply_header(req, "ETag", arena_printf(req->arena, "\"%s\"", etag));
    reply_header(req, "Cache-Control", "no-cache");
    if (x != NULL && !same) x->fixed_body = body;
    return a;
}

void reply_cookie(struct req *req, struct cookie c)
{
    assert(req->reply.cookies < REPLY_COOKIES_MAX);
    assert(cookie_value_ok(c.value));
    c.value = arena_text(req->arena, c.value);
    req->reply.cookie[req->reply.cookies++] = c;
}

void reply_wait(struct req *req, int64_t job)
{
    assert(job > 0);
    assert(req->route == NULL || req->route->wait_ms > 0);
    req->reply.wait_job = job;
}

/* ---- what a handler may ask ---- */

struct str req_header(const struct req *req, const char *lower_case_name)
{
    const struct exchange *x = req->raw;
    return x ? head_get(&x->head, lower_case_name) : (struct str){ 0 };
}

bool req_has_query(const struct req *req)
{
    const struct exchange *x = req->raw;
    return x != NULL && x->head.query.p != NULL;
}

struct str req_cookie(const struct req *req, const char *name)
{
    const struct exchange *x = req->raw;
    return x ? cookies_find(&x->head, name) : (struct str){ 0 };
}

struct str bearer_of(struct str authorization)
{
    static const struct str scheme = STR("Bearer ");
    if (authorization.n <= scheme.n || !str_eq_nocase((struct str){ authorization.p, scheme.n }, scheme))
        return (struct str){ 0 };
    struct str token = str_trim((struct str){ authorization.p + scheme.n, authorization.n - scheme.n });
    return token.n > 0 ? token : (struct str){ 0 };
}

struct str req_bearer(const struct req *req) { return bearer_of(req_header(req, "authorization")); }

struct str req_raw_body(const struct req *req)
{
    const struct exchange *x = req->raw;
    return x ? x->body : (struct str){ 0 };
}

const char *http_session_key(const struct req *req)
{
    const struct exchange *x = req->raw;
    return x && x->session_key[0] != '\0' ? x->session_key : NULL;
}

/* ---- bytes ---- */

/* clang-format off */
static const struct { int status; const char *text; } statuses[] = {
    { 101, "Switching Protocols" },
    { 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 302, "Found" },
    { 303, "See Other" }, { 304, "Not Modified" }, { 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
    { 400, "Bad Request" }, { 401, "Unauthorized" }, { 402, "Payment Required" }, { 403, "Forbidden" },
    { 404, "Not Found" }, { 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 408, "Request Timeout" },
    { 409, "Conflict" }, { 410, "Gone" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
    { 415, "Unsupported Media Type" }, { 417, "Expectation Failed" }, { 421, "Misdirected Request" },
    { 422, "Unprocessable Content" }, { 426, "Upgrade Required" }, { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 502, "Bad Gateway" },
    { 503, "Service Unavailable" }, { 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
    { 507, "Insufficient Storage" },
};
/* clang-format on */

const char *status_text(int status)
{
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
        if (statuses[i].status == status) return statuses[i].text;
    return "Status";
}

/* What a field fault means, for a person: the codes of fields.h. Domains say theirs by FIELD_CODE. */
/* clang-format off */
static const struct field_code fault_texts[] = {
    { "required", "This is required.", "此项必填。" },
    { "type", "This is not of the right kind.", "类型不正确。" },
    { "too_long", "This is too long.", "内容过长。" },
    { "too_short", "This is too short.", "内容过短。" },
    { "too_many", "These are too many.", "数量过多。" },
    { "too_few", "These are too few.", "数量过少。" },
    { "too_small", "This is too small.", "数值过小。" },
    { "too_large", "This is too large.", "数值过大。" },
    { "format", "This is not written in the right way.", "格式不正确。" },
    { "unknown", "This is not known here.", "不支持此字段。" },
    { "not_one_of", "This is not one of the allowed values.", "不在允许的取值范围内。" },
    { "control_characters", "This contains characters that are not allowed.", "包含不允许的字符。" },
    { "invisible", "This needs characters that can be seen, and no hidden ones.", "须包含可见字符，且不能夹带不可见字符。" },
};
/* clang-format on */

/* Made by the linker of all FIELD_CODE; weak, for programs that have none. */
extern const struct field_code __start_field_codes[] __attribute__((weak));
extern const struct field_code __stop_field_codes[] __attribute__((weak));

/* NULL: nobody said it. */
static const struct field_code *field_code_of(const char *code)
{
    for (size_t i = 0; i < ARRAY_LEN(fault_texts); i++)
        if (text_eq(fault_texts[i].code, code)) return &fault_texts[i];
    for (const struct field_code *c = __start_field_codes; c < __stop_field_codes; c++)
        if (text_eq(c->code, code)) return c;
    return NULL;
}

static const char *fault_text(const char *code, enum lang lang)
{
    const struct field_code *c = field_code_of(code);
    if (c == NULL) return lang == LANG_ZH ? "内容不符合要求。" : "This is not allowed.";
    return lang == LANG_ZH ? c->zh : c->en;
}

/* `p` is given apart because fresh_body forgets it. */
static void problem_body(struct req *req, const struct problem *p)
{
    struct reply *r = &req->reply;
    struct json j;
    json_begin(&j, fresh_body(req));
    json_object(&j, NULL);
    json_text(&j, "error", p->code);
    json_text(&j, "message", req->lang == LANG_ZH ? p->zh : p->en);
    for (size_t i = 0; i < r->facts; i++) {
        const struct problem_fact *f = &r->fact[i];
        if (f->text != NULL) json_text(&j, f->name, f->text);
        else json_i64(&j, f->name, f->number);
    }
    if (r->faults != NULL) {
        json_array(&j, "fields");
        for (size_t i = 0; i < r->faults->count; i++) {
            const struct field_fault *f = &r->faults->fault[i];
            json_object(&j, NULL);
            json_text(&j, "field", f->field);
            json_text(&j, "code", f->code);
            if (f->limit != 0) json_i64(&j, "limit", f->limit);
            json_text(&j, "message", fault_text(f->code, req->lang));
            json_end(&j);
        }
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
    r->problem = p;
    r->content_type = "application/json";
}

static bool has_header(const struct reply *r, const char *name)
{
    for (size_t i = 0; i < r->headers; i++)
        if (strcmp(r->header[i].name, name) == 0) return true;
    return false;
}

static void header_line(struct buf *out, const char *name, const char *value)
{
    buf_text(out, name);
    buf_add(out, ": ", 2);
    buf_text(out, value);
    buf_add(out, "\r\n", 2);
}

/* Lines that only some answers have. */
static void rare_headers(const struct exchange *x, struct buf *out)
{
    const struct reply *r = &x->req.reply;
    for (size_t i = 0; i < r->headers; i++) header_line(out, r->header[i].name, r->header[i].value);
    for (size_t i = 0; i < r->cookies; i++) cookies_print(out, &r->cookie[i]);
    if (r->retry_after_s > 0) {
        buf_text(out, "Retry-After: ");
        buf_i64(out, r->retry_after_s);
        buf_add(out, "\r\n", 2);
    }
    if (x->allow != NULL) header_line(out, "Allow", x->allow);
    if (r->status == 401) header_line(out, "WWW-Authenticate", "Bearer");
    if (x->replayed) header_line(out, "Idempotent-Replay", "true");
}

static void status_line(struct buf *out, int status)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\n";
    if (status == 200) {
        buf_add(out, ok, sizeof ok - 1);
        return;
    }
    buf_text(out, "HTTP/1.1 ");
    buf_i64(out, status);
    buf_char(out, ' ');
    buf_text(out, status_text(status));
    buf_add(out, "\r\n", 2);
}

void reply_render(struct exchange *x, struct buf *out)
{
    struct reply *r = &x->req.reply;
    if (r->problem != NULL) problem_body(&x->req, r->problem);
    assert(r->status >= 200);
    size_t length = x->fixed_body.p != NULL ? x->fixed_body.n : r->body.n;
    bool bodiless = r->status == 204 || r->status == 304;
    status_line(out, r->status);
    buf_text(out, x->loop->date);
    security_headers_print(x, out);
    cors_print(x, out);
    buf_add(out, "X-Request-Id: ", 14);
    buf_add(out, x->request_id, sizeof x->request_id - 1);
    buf_add(out, "\r\n", 2);
    if (r->content_type != NULL && !bodiless) header_line(out, "Content-Type", r->content_type);
    if (x->fixed_body.p == NULL && !has_header(r, "Cache-Control")) buf_add(out, "Cache-Control: no-store\r\n", 25);
    if (r->headers + r->cookies > 0 || r->retry_after_s > 0 || x->allow != NULL || r->status == 401 || x->replayed)
        rare_headers(x, out);
    if (x->close) buf_add(out, "Connection: close\r\n", 19);
    else if (x->head.minor == 0) buf_add(out, "Connection: keep-alive\r\n", 24);
    if (x->wants_stream) {
        buf_text(out, x->head.minor == 0 ? "X-Accel-Buffering: no\r\n\r\n"
                                         : "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n");
        return;
    }
    if (!bodiless) {
        buf_add(out, "Content-Length: ", 16);
        buf_i64(out, (int64_t)length);
        buf_add(out, "\r\n", 2);
    }
    buf_add(out, "\r\n", 2);
    if (x->fixed_body.p == NULL && !x->head_only && !bodiless) buf_add(out, r->body.p, r->body.n);
}
