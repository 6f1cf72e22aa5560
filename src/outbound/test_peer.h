/* test_peer.h: a server on a loopback port that plays the outside, one thread, one connection at a time. What it does
 * with a connection is the test's function; it is closed afterwards. */
#ifndef CHATHUB_OUTBOUND_TEST_PEER_H
#define CHATHUB_OUTBOUND_TEST_PEER_H

#include "base/testing.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum { PEER_SEEN_MAX = 256 << 10 };
struct peer {
    int listener, port;
    pthread_t thread;
    atomic_bool stopping;
    atomic_int connections;
    void (*serve)(struct peer *p, int fd);
    const void *script;       /* the test's */
    char seen[PEER_SEEN_MAX]; /* what the function kept of what it read */
    size_t seen_n;
};

static inline void *peer_thread(void *arg)
{
    struct peer *p = arg;
    while (!atomic_load(&p->stopping)) {
        struct pollfd wait = { .fd = p->listener, .events = POLLIN };
        if (poll(&wait, 1, 20) <= 0) continue;
        int fd = accept(p->listener, NULL, NULL);
        if (fd < 0) continue;
        struct timeval limit = { .tv_sec = 1 };
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0) abort();
        atomic_fetch_add(&p->connections, 1);
        p->serve(p, fd);
        close(fd);
    }
    return NULL;
}

static inline void peer_start(struct peer *p, void (*serve)(struct peer *p, int fd))
{
    *p = (struct peer){ .serve = serve, .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(at);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(p->listener, 16), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&at, &n), 0);
    p->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, peer_thread, p), 0);
}

static inline void peer_stop(struct peer *p)
{
    atomic_store(&p->stopping, true);
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    close(p->listener);
}

/* Sends what it can; the other side may hang up. */
static inline void peer_send(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) return;
        p += sent, n -= (size_t)sent;
    }
}

/* Reads into `seen` until `end` stands in it (behind `from`) or the other side is silent or gone. */
static inline bool peer_read_until(struct peer *p, int fd, size_t from, const char *end)
{
    while (p->seen_n < PEER_SEEN_MAX - 1) {
        if (memmem(p->seen + from, p->seen_n - from, end, strlen(end))) return true;
        ssize_t got = recv(fd, p->seen + p->seen_n, PEER_SEEN_MAX - 1 - p->seen_n, 0);
        if (got <= 0) return false;
        p->seen_n += (size_t)got;
        p->seen[p->seen_n] = '\0';
    }
    return false;
}

#endif
