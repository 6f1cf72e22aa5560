/* fan.c: `bench fan PORT SHOP ROUNDS`: one word to many readers. Tokens of visitors of the shop come in, a line each,
 * and each gets a widget socket. Then the shop's chat is switched off: that is told to all of them at once, through the
 * topic of the shop, as a message is through the topic of its conversation (which has no more than eight sockets of a
 * visitor and sixteen pages of a team, so a thousand readers hear nothing else together). The clock runs from the
 * request on, over its transaction, until the last one has heard. Each round switches the chat on again and opens all
 * anew. */
#include "bench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TOKEN_BYTES = 512, ANSWER_BYTES = 16384, EVENTS = 512, ROUNDS_MAX = 200, WAIT_MS = 10000, REST_MS = 300 };

struct reader {
    int fd;
    bool heard;
};
static int port_number;
static int64_t shop_number;

static int connected(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port_number) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        die("connect: %s", strerror(errno));
    return fd;
}

/* Up to `end`, which must come. */
static void read_up_to(int fd, const char *end, const char *status, const char *what)
{
    char got[ANSWER_BYTES];
    size_t n = 0;
    while (!memmem(got, n, end, strlen(end))) {
        ssize_t r = n < sizeof got ? read(fd, got + n, sizeof got - n) : -1;
        if (r <= 0) die("%s: %.*s", what, (int)n, got);
        n += (size_t)r;
    }
    if (n < 12 || memcmp(got + 9, status, 3) != 0) die("%s: %.*s", what, (int)n, got);
}

static int opened(const char *token)
{
    char text[TOKEN_BYTES + 512];
    int fd = connected();
    int n = snprintf(text, sizeof text,
                     "GET /chat/shop-%lld/socket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                     "dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://bench%06lld.example\r\n"
                     "Sec-WebSocket-Protocol: chathub.chat.1, %s\r\n\r\n",
                     (long long)shop_number, port_number, (long long)shop_number, token);
    if (write(fd, text, (size_t)n) != n) die("write: %s", strerror(errno));
    read_up_to(fd, "\"hello\"", "101", "no socket");
    return fd;
}

static void ask(int fd, const char *what)
{
    char text[512], cookie[TOKEN_SIZE];
    token_of(shop_number, cookie);
    int n = snprintf(text, sizeof text,
                     "POST /api/shops/%lld/chatbot/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\n"
                     "Cookie: sid=%s\r\nContent-Length: 0\r\n\r\n",
                     (long long)shop_number, what, port_number, port_number, cookie);
    if (write(fd, text, (size_t)n) != n) die("write: %s", strerror(errno));
}

/* Until all have heard; in ms: half of them, the last one. */
static void listen_all(int poll, size_t count, double began, float *half_ms, float *last_ms)
{
    size_t heard = 0;
    while (heard < count) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(poll, events, EVENTS, WAIT_MS);
        if (n <= 0) die("%zu of %zu have heard", heard, count);
        for (int i = 0; i < n; i++) {
            char got[ANSWER_BYTES];
            struct reader *r = events[i].data.ptr;
            ssize_t bytes = read(r->fd, got, sizeof got);
            if (!r->heard && bytes > 0 && memmem(got, (size_t)bytes, "\"ended\"", 7)) {
                r->heard = true;
                if (++heard == count / 2) *half_ms = (float)((seconds_now() - began) * 1000);
            }
            if (bytes <= 0 && !r->heard) die("a socket ended and had heard nothing");
            if (bytes <= 0) (void)epoll_ctl(poll, EPOLL_CTL_DEL, r->fd, NULL);
        }
    }
    *last_ms = (float)((seconds_now() - began) * 1000);
}

static void one_round(const char (*token)[TOKEN_BYTES], struct reader *reader, size_t count, float *half_ms,
                      float *last_ms)
{
    int poll = epoll_create1(EPOLL_CLOEXEC), fd;
    if (poll < 0) die("epoll: %s", strerror(errno));
    for (size_t i = 0; i < count; i++) {
        reader[i] = (struct reader){ .fd = opened(token[i]) };
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &reader[i] };
        if (epoll_ctl(poll, EPOLL_CTL_ADD, reader[i].fd, &e) != 0) die("epoll: %s", strerror(errno));
    }
    fd = connected();
    const struct timespec rest = { .tv_nsec = REST_MS * 1000000L }; /* what a socket asks for when it opens is over */
    (void)nanosleep(&rest, NULL);
    double began = seconds_now();
    ask(fd, "disable");
    read_up_to(fd, "\r\n\r\n", "200", "disable"); /* what was told meanwhile waits in the sockets */
    listen_all(poll, count, began, half_ms, last_ms);
    for (size_t i = 0; i < count; i++) (void)close(reader[i].fd);
    (void)close(fd), (void)close(poll);
    fd = connected();
    ask(fd, "enable");
    read_up_to(fd, "\r\n\r\n", "200", "enable");
    (void)close(fd);
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

int visitors_fan(int64_t port, int64_t shop, int64_t rounds)
{
    enum { READERS_MAX = 4000 };
    static char token[READERS_MAX][TOKEN_BYTES];
    static struct reader reader[READERS_MAX];
    float half_ms[ROUNDS_MAX], last_ms[ROUNDS_MAX];
    struct rlimit r;
    size_t count = 0;
    while (count < READERS_MAX && fgets(token[count], TOKEN_BYTES, stdin)) {
        token[count][strcspn(token[count], "\n")] = '\0';
        count++;
    }
    if (count < 2 || rounds < 1 || rounds > ROUNDS_MAX) die("two tokens and a round, or more");
    if (getrlimit(RLIMIT_NOFILE, &r) != 0) die("getrlimit: %s", strerror(errno));
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &r) != 0) die("setrlimit: %s", strerror(errno));
    port_number = (int)port, shop_number = shop;
    for (int64_t i = 0; i < rounds; i++)
        one_round((const char(*)[TOKEN_BYTES])token, reader, count, &half_ms[i], &last_ms[i]);
    qsort(half_ms, (size_t)rounds, sizeof half_ms[0], by_size),
        qsort(last_ms, (size_t)rounds, sizeof last_ms[0], by_size);
    printf("{\"readers\":%zu,\"half_ms\":%.2f,\"last_ms\":%.2f,\"worst_ms\":%.2f}\n", count,
           (double)half_ms[rounds / 2], (double)last_ms[rounds / 2], (double)last_ms[rounds - 1]);
    return 0;
}
