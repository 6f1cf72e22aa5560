/* http_client.c: calls by libcurl's easy interface, on handles that belong to the thread.
 *
 * Nothing is ever sent twice by this file. libcurl repeats a request by itself when a kept connection turns out to be
 * dead; the other side may have acted before it closed. So only GET and HEAD use kept connections.
 *
 * A merchant's url (not trusted_address): the name is resolved here and refused when any of its addresses is internal,
 * the connection is pinned to the addresses that were looked at, and the socket callback checks once more what libcurl
 * is about to connect to. Such a call neither uses nor leaves a kept connection and its name is looked up every time.
 *
 * Rejected: libcurl's multi interface (job workers block anyway; a few threads are simpler than a state machine);
 * following redirects (each hop would need all checks again, and no API we call redirects). */
#include "outbound/http_client.h"

#include "base/clock.h"
#include "base/log.h"

#include <curl/curl.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ANSWER_DEFAULT_MAX = 64 << 10,
    ANSWER_HEAD_MAX = 32 << 10,
    ANSWER_HEADERS_MAX = 128,
    URL_MAX = 2048,
    HEADER_MAX = 8192,
    HEADER_KEPT_MAX = 2048,
    RETRY_AFTER_MAX_S = 7 * 24 * 3600,
    ADDRESSES_MAX = 16,
    RESOLVE_TRY_S = 2,
    RESOLVE_TRIES = 2, /* for each name server; glibc's default is 5 s */
};

struct call {
    struct buf answer;
    size_t head_bytes, head_lines;
    bool head_overflow, head_complete, internal_refused, untrusted;
    bool retry_after_seen;
    int64_t retry_after_s;
    int status; /* also of an answer that broke off: for the log */
    struct arena *arena;
    const char *kept[4]; /* of kept_headers */
    const char *const *wanted;
    struct outbound_answer *out;
};
static const struct str kept_headers[] = { STR("etag:"), STR("last-modified:"), STR("location:"),
                                           STR("content-type:") };

/* ---- two handles a thread ---- */

/* Kept connections, names and the loaded certificates live in a handle. Merchants' urls have their own, so that nothing
 * which a trusted call opened or looked up can carry an untrusted one. */
struct handles {
    CURL *trusted, *untrusted;
};

static pthread_key_t handles_key;
static pthread_once_t handles_once = PTHREAD_ONCE_INIT;

static void handles_free(void *p)
{
    struct handles *both = p;
    curl_easy_cleanup(both->trusted);
    curl_easy_cleanup(both->untrusted);
    free(both);
}

static void global_start(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) abort();
    if (pthread_key_create(&handles_key, handles_free) != 0) abort();
}

void outbound_start(void)
{
    if (pthread_once(&handles_once, global_start) != 0) abort();
}

static CURL *thread_handle(bool trusted)
{
    outbound_start();
    struct handles *both = pthread_getspecific(handles_key);
    if (!both) {
        both = malloc(sizeof(*both));
        if (!both) abort();
        *both = (struct handles){ .trusted = curl_easy_init(), .untrusted = curl_easy_init() };
        if (!both->trusted || !both->untrusted || pthread_setspecific(handles_key, both) != 0) abort();
        /* The resolver's time-outs of this thread: a dead name server must not hold a worker for half a minute. */
        if (res_init() == 0) _res.retrans = RESOLVE_TRY_S, _res.retry = RESOLVE_TRIES;
    }
    return trusted ? both->trusted : both->untrusted;
}

/* ---- callbacks ---- */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct call *c = arg;
    buf_add(&c->answer, p, size * n);
    return c->answer.overflow ? 0 : size * n; /* 0 ends the transfer */
}

/* Seconds, or a date. Bounded: a far date must not park a job for a year. */
static void read_retry_after(struct call *c, struct str value)
{
    int64_t seconds;
    if (!str_to_i64(value, &seconds)) {
        char text[64];
        if (value.n >= sizeof(text)) return;
        memcpy(text, value.p, value.n);
        text[value.n] = '\0';
        time_t at = curl_getdate(text, NULL);
        if (at < 0) return;
        seconds = (int64_t)at - now_ms() / SECOND_MS;
    }
    c->retry_after_seen = true;
    c->retry_after_s = seconds < 0 ? 0 : seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds;
}

static struct str value_of(const char *p, size_t bytes, struct str name)
{
    struct str value = { p + name.n, bytes - name.n };
    while (value.n > 0 && (value.p[value.n - 1] == '\r' || value.p[value.n - 1] == '\n')) value.n--;
    return str_trim(value);
}

static void keep_header(struct call *c, const char *p, size_t bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(kept_headers); i++) {
        struct str name = kept_headers[i];
        if (bytes <= name.n || !str_eq_nocase((struct str){ p, name.n }, name)) continue;
        struct str value = value_of(p, bytes, name);
        if (value.n > 0 && value.n <= HEADER_KEPT_MAX && utf8_valid(value) && !text_has_controls(value))
            c->kept[i] = arena_text_n(c->arena, value.p, value.n);
    }
}

static void keep_wanted(struct call *c, const char *p, size_t bytes)
{
    for (const char *const *name = c->wanted; name && *name; name++) {
        size_t n = strlen(*name);
        if (bytes <= n || p[n] != ':' || !str_eq_nocase((struct str){ p, n }, str_of(*name))) continue;
        struct str value = value_of(p, bytes, (struct str){ *name, n + 1 });
        if (c->out->got_count == OUT_GOT_MAX || value.n > OUT_GOT_BYTES || !utf8_valid(value)) return;
        if (text_has_controls(value)) return;
        c->out->got[c->out->got_count++] =
            (struct outbound_header){ *name, arena_text_n(c->arena, value.p ? value.p : "", value.n) };
    }
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct call *c = arg;
    size_t bytes = size * n;
    c->head_bytes += bytes, c->head_lines++;
    if (c->head_bytes > ANSWER_HEAD_MAX || c->head_lines > ANSWER_HEADERS_MAX) {
        c->head_overflow = true;
        return 0;
    }
    /* libcurl takes a head that is cut off for a whole one; the empty line behind it tells them apart. */
    if (str_starts((struct str){ p, bytes }, STR("HTTP/"))) c->head_complete = false, c->out->got_count = 0;
    if (bytes <= 2 && p[bytes - 1] == '\n' && (bytes == 1 || p[0] == '\r')) c->head_complete = true;
    struct str name = STR("retry-after:");
    if (bytes > name.n && str_eq_nocase((struct str){ p, name.n }, name)) read_retry_after(c, value_of(p, bytes, name));
    keep_header(c, p, bytes);
    keep_wanted(c, p, bytes);
    return bytes;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *c = arg;
    if (purpose != CURLSOCKTYPE_IPCXN || (c->untrusted && address_is_internal(&address->addr))) {
        c->internal_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- what the caller gave ---- */

static bool header_is_clean(const struct outbound_header *h)
{
    struct str name = str_of(h->name), value = str_of(h->value);
    if (name.n == 0 || value.p == NULL || name.n + value.n > HEADER_MAX) return false;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] >= 0x7f || name.p[i] == ':') return false;
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f) return false;
    return true;
}

/* NULL when a header is not clean. */
static struct curl_slist *header_list(struct arena *a, const struct outbound_request *r)
{
    /* No "Expect: 100-continue" round trip, and no content type that we did not say. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    bool typed = false;
    for (size_t i = 0; i < r->headers && list; i++) {
        if (!header_is_clean(&r->header[i])) goto bad;
        typed |= str_eq_nocase(str_of(r->header[i].name), STR("content-type"));
        /* "Name;" is how libcurl is told of a header with an empty value. */
        const char *line = r->header[i].value[0] ? arena_printf(a, "%s: %s", r->header[i].name, r->header[i].value)
                                                 : arena_printf(a, "%s;", r->header[i].name);
        struct curl_slist *more = curl_slist_append(list, line);
        if (!more) abort();
        list = more;
    }
    if (!list) abort();
    if (!typed) {
        struct curl_slist *more = curl_slist_append(list, "Content-Type:");
        if (!more) abort();
        list = more;
    }
    return list;
bad:
    curl_slist_free_all(list);
    return NULL;
}

static int port_number(const char *text)
{
    int64_t port;
    return text && str_to_i64(str_of(text), &port) && port > 0 && port <= UINT16_MAX ? (int)port : 0;
}

/* Resolves the host and fills `pin` with "host:port:address,address". NULL: fine; else why not, and *outcome. */
static const char *pin_addresses(const char *host, int port, struct buf *pin, enum outcome *outcome)
{
    *outcome = OUTCOME_REFUSED;
    size_t host_n = strlen(host);
    bool literal6 = host[0] == '[';
    char name[256];
    if (host_n - (literal6 ? 2 : 0) >= sizeof(name) || host_n == 0) return "bad host";
    memcpy(name, host + (literal6 ? 1 : 0), host_n - (literal6 ? 2 : 0));
    name[host_n - (literal6 ? 2 : 0)] = '\0';

    struct addrinfo want = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found = NULL;
    if (getaddrinfo(name, NULL, &want, &found) != 0) {
        *outcome = OUTCOME_LATER;
        return "name not resolved";
    }
    const char *fault = NULL;
    int count = 0;
    /* Kept by the handle until the next call pins it anew. A literal IPv6 address cannot be pinned, nor needs it. */
    if (!literal6) buf_printf(pin, "%s:%d:", host, port);
    for (const struct addrinfo *i = found; i && !fault && count < ADDRESSES_MAX; i = i->ai_next) {
        char text[64];
        if (address_is_internal(i->ai_addr)) fault = "address not allowed";
        else if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0 && !literal6)
            buf_printf(pin, i->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", count > 0 ? "," : "", text);
        count++;
    }
    freeaddrinfo(found);
    return fault ? fault : count == 0 ? "name not resolved" : NULL;
}

/* Looks at a merchant's url before anything is sent. NULL: fine. */
static const char *check_untrusted(const char *url, struct buf *pin, enum outcome *outcome)
{
    *outcome = OUTCOME_REFUSED;
    const char *fault = "bad url";
    char *host = NULL, *port = NULL, *user = NULL, *zone = NULL;
    CURLU *u = curl_url();
    if (!u) abort();
    if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK || curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
        goto out;
    if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK ||
        curl_url_get(u, CURLUPART_ZONEID, &zone, 0) == CURLUE_OK)
        goto out;
    for (const char *p = host; *p; p++)
        if (*p <= ' ' || *p >= 0x7f || *p == ',') goto out; /* names come in their ASCII form */
    fault = url_port_is_called(url) ? pin_addresses(host, port_number(port), pin, outcome) : "port not allowed";
out:
    curl_free(host), curl_free(port), curl_free(user), curl_free(zone);
    curl_url_cleanup(u);
    return fault;
}

/* ---- the call ---- */

#define SET(h, option, value)                                                                                          \
    do {                                                                                                               \
        if (curl_easy_setopt((h), (option), (value)) != CURLE_OK) return false;                                        \
    } while (0)

static bool set_method(CURL *h, const struct outbound_request *r)
{
    bool repeatable = text_eq(r->method, "GET") || text_eq(r->method, "HEAD");
    SET(h, CURLOPT_FRESH_CONNECT, repeatable && r->trusted_address ? 0L : 1L);
    SET(h, CURLOPT_FORBID_REUSE, r->trusted_address ? 0L : 1L);
    if (text_eq(r->method, "HEAD")) SET(h, CURLOPT_NOBODY, 1L);
    else if (r->body.p) {
        SET(h, CURLOPT_POST, 1L);
        SET(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        SET(h, CURLOPT_POSTFIELDS, r->body.p);
    } else if (text_eq(r->method, "POST") || text_eq(r->method, "PUT") || text_eq(r->method, "PATCH")) {
        SET(h, CURLOPT_POST, 1L);
        SET(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        SET(h, CURLOPT_POSTFIELDS, "");
    }
    SET(h, CURLOPT_CUSTOMREQUEST, r->method);
    return true;
}

static bool set_options(CURL *h, const struct outbound_request *r, struct call *c, struct curl_slist *headers,
                        struct curl_slist *pins)
{
    SET(h, CURLOPT_URL, r->url);
    SET(h, CURLOPT_PROTOCOLS_STR, r->trusted_address ? "http,https" : "https");
    SET(h, CURLOPT_NOSIGNAL, 1L);
    SET(h, CURLOPT_FOLLOWLOCATION, 0L);
    SET(h, CURLOPT_PROXY, ""); /* no proxy variables: they would undo the address check */
    SET(h, CURLOPT_NOPROXY, "*");
    SET(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(h, CURLOPT_USERAGENT, "Chathub/" CHATHUB_VERSION);
    SET(h, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_ms);
    SET(h, CURLOPT_TIMEOUT_MS, (long)r->total_ms);
    SET(h, CURLOPT_TCP_KEEPALIVE, 1L);
    SET(h, CURLOPT_MAXCONNECTS, 4L);
    SET(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(h, CURLOPT_HTTPHEADER, headers);
    SET(h, CURLOPT_WRITEFUNCTION, on_body);
    SET(h, CURLOPT_WRITEDATA, c);
    SET(h, CURLOPT_HEADERFUNCTION, on_header);
    SET(h, CURLOPT_HEADERDATA, c);
    SET(h, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    SET(h, CURLOPT_OPENSOCKETDATA, c);
    if (!r->trusted_address) SET(h, CURLOPT_RESOLVE, pins);
    return set_method(h, r);
}

static enum outcome outcome_of_status(int status, bool retry_after_seen)
{
    if (status >= 200 && status < 300) return OUTCOME_OK;
    /* Asked to come again, and surely not done: time-out of our request, too early, too many. */
    if (status == 408 || status == 425 || status == 429) return OUTCOME_LATER;
    /* A redirect is a refusal: it is not followed. 501 and 505 say that this can never be done, so nothing was. */
    if (status >= 300 && status < 500) return OUTCOME_REFUSED;
    if (status == 501 || status == 505) return OUTCOME_REFUSED;
    /* A plain 503 may come from a proxy after the work was done; with Retry-After it is a deliberate "not now". */
    if (status == 503 && retry_after_seen) return OUTCOME_LATER;
    return OUTCOME_UNKNOWN;
}

/* The call ended without a whole answer. Once bytes of the request have left, nobody knows what happened. */
static enum outcome outcome_of_failure(CURL *h, CURLcode code, const struct call *c)
{
    long sent_bytes = 0;
    if (curl_easy_getinfo(h, CURLINFO_REQUEST_SIZE, &sent_bytes) != CURLE_OK || sent_bytes > 0) return OUTCOME_UNKNOWN;
    if (c->internal_refused) return OUTCOME_REFUSED;
    switch ((int)code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_LOGIN_DENIED: /* a user name in the url */ return OUTCOME_REFUSED;
    default: return OUTCOME_LATER;
    }
}

static const char *failure_text(CURLcode code, const struct call *c)
{
    if (c->answer.overflow) return "answer too large";
    if (c->head_overflow) return "answer headers too large";
    if (c->internal_refused) return "address not allowed";
    return curl_easy_strerror(code); /* a fixed text: no address, no url */
}

static void perform(struct arena *a, CURL *h, const struct outbound_request *r, struct call *c,
                    struct curl_slist *headers, struct curl_slist *pins, struct outbound_answer *out)
{
    if (!set_options(h, r, c, headers, pins)) {
        *out =
            (struct outbound_answer){ .outcome = OUTCOME_REFUSED, .body = STR(""), .error = "the call cannot be made" };
        return;
    }
    CURLcode code = curl_easy_perform(h);
    long status = 0;
    if (curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK) status = 0;
    c->status = (int)status;
    if (code == CURLE_OK && !c->head_complete) code = CURLE_GOT_NOTHING;
    if (code != CURLE_OK) { /* a head that came before it broke off is no answer: a caller would take it for one */
        *out = (struct outbound_answer){ .outcome = outcome_of_failure(h, code, c),
                                         .body = STR(""),
                                         .error = failure_text(code, c) };
        return;
    }
    out->status = c->status;
    out->retry_after_s = c->retry_after_s;
    out->etag = c->kept[0], out->last_modified = c->kept[1], out->location = c->kept[2];
    out->content_type = c->kept[3];
    out->body = (struct str){ arena_text_n(a, c->answer.p ? c->answer.p : "", c->answer.n), c->answer.n };
    out->outcome = outcome_of_status(out->status, c->retry_after_seen);
    if (out->outcome != OUTCOME_OK) out->error = arena_printf(a, "answered %d", out->status);
}

static void log_call(const struct outbound_request *r, const struct call *c, int64_t ms)
{
    static const char *const names[] = { "ok", "refused", "later", "unknown" };
    const struct outbound_answer *out = c->out;
    LOG(out->outcome == OUTCOME_OK ? LOG_INFO : LOG_WARN, "outbound.call", LOG_TEXT("call", r->log_as),
        LOG_TEXT("outcome", names[out->outcome]), LOG_NUMBER("status", c->status), LOG_NUMBER("ms", ms),
        LOG_NUMBER("bytes", c->answer.n), LOG_TEXT("error", out->error ? out->error : ""));
}

void outbound_call(struct arena *a, const struct outbound_request *r, struct outbound_answer *out)
{
    assert(r->method && r->url && r->log_as);
    assert(r->connect_ms > 0 && r->total_ms >= r->connect_ms);
    assert(r->headers <= OUT_HEADERS_MAX && r->body.n <= OUT_BODY_MAX);
    *out = (struct outbound_answer){ .outcome = OUTCOME_REFUSED, .body = STR("") };
    int64_t begun_ms = monotonic_ms();
    struct call c = { .untrusted = !r->trusted_address, .arena = a, .wanted = r->wanted, .out = out };
    buf_init(&c.answer, r->answer_max ? r->answer_max : ANSWER_DEFAULT_MAX);
    struct buf pin;
    buf_init(&pin, 4096);
    CURL *h = thread_handle(r->trusted_address);
    struct curl_slist *headers = header_list(a, r), *pins = NULL;
    if (!headers) out->error = "bad header";
    else if (strlen(r->url) > URL_MAX) out->error = "url too long";
    else if (c.untrusted) {
        out->error = check_untrusted(r->url, &pin, &out->outcome);
        if (!out->error && pin.n > 0 && !(pins = curl_slist_append(NULL, buf_terminated(&pin)))) abort();
    }
    if (!out->error) perform(a, h, r, &c, headers, pins, out);
    curl_easy_reset(h); /* forget pointers into this frame */
    curl_slist_free_all(headers);
    curl_slist_free_all(pins);
    buf_free(&pin);
    log_call(r, &c, monotonic_ms() - begun_ms);
    buf_free(&c.answer);
}
