/* sockets.c: a client of many WebSockets for the benchmark, one thread and one epoll: `bench echo PORT CLIENTS SECONDS`
 * sends a message on each, waits for it to come back and sends the next; `bench idle PORT SOCKETS` opens them against
 * /dev/echo, says how many are open (at a tenth and at the end) and holds them until its input ends. Of one loopback
 * address only some are opened: where half of its ports are in use, the kernel searches long for a free one. */
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
#include <unistd.h>

enum { ADDRESSES = 16, EVENTS = 512, ANSWER_BYTES = 4096, PER_ADDRESS = 10000 };

/* "hello, there": 12 bytes, masked by zeros. */
static const char message[] = "\x81\x8c\0\0\0\0hello, there", answer[] = "\x81\x0chello, there";
enum { MESSAGE_BYTES = sizeof message - 1, ECHO_BYTES = sizeof answer - 1 };

static int connected(int port, int64_t number)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in from = { .sin_family = AF_INET }, to = from;
    to.sin_port = htons((uint16_t)port);
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number / PER_ADDRESS) % ADDRESSES);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) die("socket: %s", strerror(errno));
    if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        die("connect %lld: %s", (long long)number, strerror(errno));
    return fd;
}

static int opened(int port, int64_t number)
{
    char text[512], got[ANSWER_BYTES];
    int fd = connected(port, number),
        n = snprintf(
            text, sizeof text,
            "GET /dev/echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            port, port);
    size_t have = 0;
    if (write(fd, text, (size_t)n) != n) die("write: %s", strerror(errno));
    while (have < 4 || memcmp(got + have - 4, "\r\n\r\n", 4) != 0) {
        ssize_t r = read(fd, got + have, sizeof got - have);
        if (r <= 0) die("no answer to upgrade %lld", (long long)number);
        have += (size_t)r;
    }
    if (memcmp(got, "HTTP/1.1 101", 12) != 0) die("no socket: %.40s", got);
    return fd;
}

static void allow_files(int64_t n)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0) die("getrlimit: %s", strerror(errno));
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &r) != 0 || (int64_t)r.rlim_cur < n + 64)
        die("%lld files are not allowed", (long long)n);
}

/* A tenth first, and the rest when a byte comes in: what the rest costs is what a socket costs, whatever the
 * server made once for all of them. */
int sockets_idle(int64_t port, int64_t count)
{
    char byte;
    allow_files(count);
    for (int64_t i = 0; i < count; i++) {
        if (i == count / 10) {
            printf("{\"open\":%lld}\n", (long long)i);
            if (fflush(stdout) != 0 || read(STDIN_FILENO, &byte, 1) != 1) return 1;
        }
        (void)opened((int)port, i);
    }
    printf("{\"open\":%lld}\n", (long long)count);
    if (fflush(stdout) != 0) return 1;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    return 0;
}

int sockets_echo(int64_t port, int64_t clients, double seconds)
{
    int poll = epoll_create1(EPOLL_CLOEXEC);
    unsigned *had = calloc((size_t)clients + 1, sizeof *had);
    int *fd = calloc((size_t)clients + 1, sizeof *fd);
    if (poll < 0 || had == NULL || fd == NULL) die("no memory");
    for (int64_t i = 0; i < clients; i++) {
        fd[i] = opened((int)port, i);
        struct epoll_event e = { .events = EPOLLIN, .data.u64 = (uint64_t)i };
        if (epoll_ctl(poll, EPOLL_CTL_ADD, fd[i], &e) != 0) die("epoll: %s", strerror(errno));
        if (write(fd[i], message, MESSAGE_BYTES) != MESSAGE_BYTES) die("write: %s", strerror(errno));
    }
    int64_t echoes = 0;
    double began = seconds_now(), end = began + seconds;
    while (seconds_now() < end) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(poll, events, EVENTS, 100);
        for (int k = 0; k < n; k++) {
            char got[ANSWER_BYTES];
            uint64_t i = events[k].data.u64;
            ssize_t r = read(fd[i], got, sizeof got);
            if (r <= 0) die("a socket ended: %s", strerror(errno));
            had[i] += (unsigned)r;
            if (had[i] < ECHO_BYTES) continue;
            had[i] -= ECHO_BYTES;
            echoes++;
            if (write(fd[i], message, MESSAGE_BYTES) != MESSAGE_BYTES) die("write: %s", strerror(errno));
        }
    }
    double took = seconds_now() - began;
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.0f}\n", (long long)echoes, took, (double)echoes / took);
    free(had), free(fd);
    return 0;
}
