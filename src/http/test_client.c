/* test_client.c: see the header. */
#include "base/testing.h"
#include "http/test_client.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

enum { ANSWER_MAX_BYTES = 64 << 20, COOKIES = 8, WAIT_MS = 10000, LIMIT_MS = 3000, SLOW_MACHINE = 6 };

struct test_client {
    int fd, port;
    struct buf in; /* received, not yet taken */
    bool ended, narrow;
    char always[1024];
    struct {
        char name[64], value[512];
    } cookie[COOKIES];
    size_t cookies;
};

static int64_t clock_ms(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Seconds are a limit for what must come, and a busy machine may need more of them. Less is a look at what is there. */
static int64_t end_of(int wait_ms) { return clock_ms() + (wait_ms < LIMIT_MS ? wait_ms : wait_ms * SLOW_MACHINE); }

static void dial(struct test_client *c)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)c->port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (c->fd >= 0) (void)close(c->fd);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(c->fd >= 0);
    int least = 1;
    if (c->narrow && setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least) != 0) fail_msg("SO_RCVBUF");
    if (connect(c->fd, (const struct sockaddr *)&to, sizeof to) != 0) fail_msg("connect: %s", strerror(errno));
    int on = 1;
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    buf_clear(&c->in);
    c->ended = false;
}

static struct test_client *open_as(int port, bool narrow)
{
    struct test_client *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->port = port;
    c->narrow = narrow;
    c->fd = -1;
    buf_init(&c->in, ANSWER_MAX_BYTES);
    dial(c);
    return c;
}

struct test_client *client_open(int port) { return open_as(port, false); }
struct test_client *client_open_narrow(int port) { return open_as(port, true); }

void client_close(struct test_client *c)
{
    (void)close(c->fd);
    buf_free(&c->in);
    free(c);
}

void client_reset(struct test_client *c)
{
    struct linger at_once = { .l_onoff = 1 };
    (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    client_close(c);
}

void client_always(struct test_client *c, const char *headers)
{
    int n = snprintf(c->always, sizeof c->always, "%s", headers ? headers : "");
    assert_true(n >= 0 && (size_t)n < sizeof c->always);
}

void client_forget_cookies(struct test_client *c) { c->cookies = 0; }

const char *client_cookie(struct test_client *c, const char *name)
{
    for (size_t i = 0; i < c->cookies; i++)
        if (strcmp(c->cookie[i].name, name) == 0) return c->cookie[i].value;
    return NULL;
}

void client_send(struct test_client *c, const void *p, size_t n)
{
    for (const char *at = p; n > 0;) {
        ssize_t sent = send(c->fd, at, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return; /* refused and closed: the answer is read next */
        at += sent, n -= (size_t)sent;
    }
}

void client_send_text(struct test_client *c, const char *text) { client_send(c, text, strlen(text)); }
void client_send_end(struct test_client *c) { (void)shutdown(c->fd, SHUT_WR); }

/* Waits for more bytes. False at the end of the stream or after the time. */
static bool more(struct test_client *c, int64_t until_ms)
{
    if (c->ended) return false;
    for (;;) {
        int64_t left = until_ms - clock_ms();
        struct pollfd p = { .fd = c->fd, .events = POLLIN };
        if (left < 0 || poll(&p, 1, (int)left) == 0) return false;
        char bytes[65536];
        ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            c->ended = true;
            return false;
        }
        buf_add(&c->in, bytes, (size_t)n);
        assert_false(c->in.overflow);
        return true;
    }
}

static void drop(struct test_client *c, size_t n)
{
    memmove(c->in.p, c->in.p + n, c->in.n - n);
    c->in.n -= n;
}

static bool need(struct test_client *c, size_t n, int64_t until_ms)
{
    while (c->in.n < n)
        if (!more(c, until_ms)) return false;
    return true;
}

const char *answer_header(const struct test_answer *a, const char *name)
{
    static _Thread_local char value[8192];
    size_t n = strlen(name);
    for (const char *line = a->head; line != NULL && *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        if (end == NULL) return NULL;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            (void)snprintf(value, sizeof value, "%.*s", (int)(end - line - (ptrdiff_t)n - 2), line + n + 2);
            return value;
        }
        line = end + 2;
    }
    return NULL;
}

static void take_cookies(struct test_client *c, const char *head)
{
    for (const char *at = head; (at = strcasestr(at, "\r\nset-cookie: ")) != NULL;) {
        at += 14;
        const char *equals = strchr(at, '='), *end = equals ? strchr(equals, ';') : NULL;
        if (end == NULL) fail_msg("Set-Cookie without attributes");
        size_t i = 0;
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)(equals - at), at);
        while (i < c->cookies && strcmp(c->cookie[i].name, name) != 0) i++;
        if (i == COOKIES) fail_msg("too many cookies");
        if (i == c->cookies) c->cookies++;
        memcpy(c->cookie[i].name, name, sizeof name);
        (void)snprintf(c->cookie[i].value, sizeof c->cookie[i].value, "%.*s", (int)(end - equals - 1), equals + 1);
        if (equals + 1 == end) c->cookie[i] = c->cookie[--c->cookies];
    }
}

static bool read_chunks(struct test_client *c, struct test_answer *a, int64_t until_ms)
{
    for (;;) {
        char *end;
        while ((end = c->in.n > 0 ? memmem(c->in.p, c->in.n, "\r\n", 2) : NULL) == NULL)
            if (!more(c, until_ms)) return false;
        size_t line = (size_t)(end - c->in.p) + 2, n = (size_t)strtoul(buf_terminated(&c->in), NULL, 16);
        if (!need(c, line + n + 2, until_ms)) return false;
        buf_add(&a->body, c->in.p + line, n);
        drop(c, line + n + 2);
        if (n == 0) return true;
    }
}

struct test_answer client_read(struct test_client *c, bool to_head, int wait_ms)
{
    int64_t until_ms = end_of(wait_ms);
    struct test_answer a = { 0 };
    buf_init(&a.body, ANSWER_MAX_BYTES);
    char *end;
    while ((end = c->in.n > 0 ? memmem(c->in.p, c->in.n, "\r\n\r\n", 4) : NULL) == NULL)
        if (!more(c, until_ms)) return a;
    size_t head_n = (size_t)(end - c->in.p) + 2;
    a.head = strndup(c->in.p, head_n);
    assert_non_null(a.head);
    drop(c, head_n + 2);
    if (strncmp(a.head, "HTTP/1.1 ", 9) != 0) fail_msg("no status line: %.40s", a.head);
    a.status = atoi(a.head + 9);
    take_cookies(c, a.head);
    bool bodiless = to_head || a.status < 200 || a.status == 204 || a.status == 304;
    const char *length = answer_header(&a, "Content-Length");
    if (bodiless) return a;
    if (length != NULL) {
        size_t n = (size_t)strtoul(length, NULL, 10);
        if (!need(c, n, until_ms)) fail_msg("the body ended early");
        buf_add(&a.body, c->in.p, n);
        drop(c, n);
    } else if (answer_header(&a, "Transfer-Encoding") == NULL || !read_chunks(c, &a, until_ms)) {
        fail_msg("the answer has neither a length nor chunks");
    }
    return a;
}

struct test_answer client_request(struct test_client *c, const char *method, const char *path, const char *headers,
                                  const char *body)
{
    char byte;
    bool gone = c->ended || recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    if (gone && c->in.n == 0) dial(c);
    struct buf out;
    buf_init(&out, ANSWER_MAX_BYTES);
    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", method, path, c->port);
    buf_text(&out, c->always);
    if (headers != NULL) buf_text(&out, headers);
    for (size_t i = 0; i < c->cookies; i++)
        buf_printf(&out, "%s%s=%s%s", i == 0 ? "Cookie: " : "; ", c->cookie[i].name, c->cookie[i].value,
                   i + 1 == c->cookies ? "\r\n" : "");
    if (body != NULL) {
        bool typed = headers != NULL && strcasestr(headers, "content-type:") != NULL;
        buf_printf(&out, "%sContent-Length: %zu\r\n", typed ? "" : "Content-Type: application/json\r\n", strlen(body));
    }
    buf_text(&out, "\r\n");
    if (body != NULL) buf_text(&out, body);
    client_send(c, out.p, out.n);
    buf_free(&out);
    struct test_answer a = client_read(c, strcmp(method, "HEAD") == 0, WAIT_MS);
    if (a.status == 0) fail_msg("%s %s: no answer", method, path);
    return a;
}

bool client_read_until(struct test_client *c, struct buf *out, const char *text, int wait_ms)
{
    int64_t until_ms = end_of(wait_ms);
    for (;;) {
        buf_add(out, c->in.p, c->in.n);
        buf_clear(&c->in);
        if (out->n > 0 && memmem(out->p, out->n, text, strlen(text)) != NULL) return true;
        if (!more(c, until_ms)) return false;
    }
}

bool client_is_closed(struct test_client *c, int wait_ms)
{
    if (c->in.n > 0) return false;
    return !more(c, end_of(wait_ms)) && c->ended;
}

json_t *answer_json(const struct test_answer *a) { return json_read(buf_str(&a->body), JSON_READ_MAX_BYTES, NULL); }

const char *answer_error(const struct test_answer *a)
{
    static _Thread_local char code[128];
    struct str error = { 0 };
    json_t *json = answer_json(a);
    code[0] = '\0';
    if (json != NULL && json_get_str(json, "error", &error))
        (void)snprintf(code, sizeof code, "%.*s", (int)error.n, error.p);
    json_decref(json);
    return code;
}

void answer_free(struct test_answer *a)
{
    free(a->head);
    buf_free(&a->body);
}
