/* chat.c: visitors for the benchmark. `bench message` stores words through the lanes, as a socket's frames are;
 * `bench visitors` opens widget sockets, many at a time, and holds them; `bench talk` sends words on one socket of a
 * visitor and clocks when the other one hears them; `bench sync` says what a sync of this disk costs.
 *
 * Tokens are made here under the keyring of the run, for the visitors that seed.c put: number n is a browser of shop
 * 1 + (n - 1) % ENABLED_SHOPS, and its conversation has its number. */
#include "bench.h"
#include "chat/private.h"
#include "base/clock.h"
#include "storage/db_lanes.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OPENING = 256, EVENTS = 512, READ_BYTES = 16384, PER_ADDRESS = 10000, ADDRESSES = 200, TOKEN_DAYS = 30 };
enum { SYNCS = 200, PAGE_BYTES = 4096, CLOSE = 8, PING = 9, PONG = 10, TEXT = 1, OP_ARENA = 1 << 20, TALK_LAST = 64 };

static struct visitor_token token_for(int64_t n)
{
    return (struct visitor_token){ .shop = 1 + (n - 1) % ENABLED_SHOPS,
                                   .visitor = n,
                                   .generation = 1,
                                   .expires_at_ms = now_ms() + TOKEN_DAYS * DAY_MS };
}

/* ---- message: through the lanes ---- */

struct word {
    struct op op;
    uint64_t random;
    int64_t visitor;
    char id[40];
};
static struct lanes *lanes;
static double until;
static _Atomic int64_t numbers, committed, failed, under_way;
static int64_t talking_shops;
static bool opening; /* each shop gets its first word: that makes a conversation, which later ones find */
static _Atomic int64_t next_shop;

static void word_again(struct op *op) { arena_reset(op->arena); }

static enum op_wish word_run(struct op *op, struct tx *tx)
{
    const struct word *w = OWNER_OF(op, struct word, op);
    struct visitor_token token = token_for(w->visitor);
    struct tenant_chat place;
    struct visitor v;
    struct message m;
    struct conversation c;
    const struct post_message in = { .text = "Is the copper kettle in stock, and what does it cost?",
                                     .clientId = w->id };
    if (chat_enter(tx, token.shop, &token, true, &place, &v) != DOOR_OPEN) return OP_REFUSE;
    return visitor_says(tx, &v, &in, now_ms(), &m, &c) == MESSAGE_NEW ? OP_COMMIT : OP_REFUSE;
}

/* False: the round is over. */
static bool next_word(struct word *w)
{
    arena_reset(w->op.arena);
    if (opening ? next_shop >= talking_shops : seconds_now() >= until) return false;
    w->visitor = 1 + (opening ? next_shop++ : (int64_t)(next_random(&w->random) % (uint64_t)talking_shops));
    if (w->visitor > talking_shops) return false;
    (void)snprintf(w->id, sizeof w->id, "bench-%lld", (long long)numbers++);
    if (!lanes_submit(lanes, &w->op)) die("the lanes are full");
    return true;
}

static void word_done(struct op *op, enum op_outcome outcome)
{
    if (outcome == OP_COMMITTED) committed++;
    else failed++;
    if (!next_word(OWNER_OF(op, struct word, op))) under_way--;
}

static void talk_round(struct word all[IN_FLIGHT])
{
    under_way = IN_FLIGHT;
    for (size_t i = 0; i < IN_FLIGHT; i++)
        if (!next_word(&all[i])) under_way--;
    while (under_way > 0) (void)usleep(1000);
}

int drive_message(const char *url, int64_t workers, double seconds, int64_t shops, bool opened)
{
    static struct word all[IN_FLIGHT];
    if (shops < 1 || shops > ENABLED_SHOPS) die("1 to %d shops", ENABLED_SHOPS);
    talking_shops = shops;
    char error[256];
    struct db *db = db_open(&(struct db_options){ .url = url, .exclusive = true }, error, sizeof error);
    if (!db) die("%s", error);
    const struct lane_options options = { .readers = (unsigned)workers, .writers = (unsigned)workers };
    lanes = lanes_start(db, &options, error, sizeof error);
    if (!lanes) die("%s", error);
    numbers = now_ms() * 1000;
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        all[i].random = 0x9e3779b97f4a7c15u * (i + 1);
        all[i].op = (struct op){
            .mode = TX_WRITE, .arena = arena_new(OP_ARENA), .run = word_run, .again = word_again, .done = word_done
        };
    }
    opening = opened;
    if (opening) talk_round(all);
    opening = false, committed = 0;
    double began = seconds_now();
    until = began + seconds;
    talk_round(all);
    double took = seconds_now() - began;
    for (size_t i = 0; i < IN_FLIGHT; i++) arena_free(all[i].op.arena);
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.1f,\"failed\":%lld}\n", (long long)committed, took,
           (double)committed / took, (long long)failed);
    lanes_stop(lanes);
    db_close(db);
    return failed == 0 ? 0 : 1;
}

/* ---- sockets of visitors ---- */

struct peer {
    int fd;
    bool open;
    int64_t visitor;
    size_t n; /* bytes of a frame that is not whole */
    char *left;
};
static int poll_fd;
static struct sockaddr_in server;
static int64_t idle_first; /* so many visitors have their sockets, and their addresses, in another process */

static void begin_socket(struct peer *p, int64_t number, int64_t visitor)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    int on = 1;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)((idle_first + number) / PER_ADDRESS) % ADDRESSES);
    *p = (struct peer){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .visitor = visitor };
    struct epoll_event e = { .events = EPOLLOUT, .data.ptr = p };
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        (connect(p->fd, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS) ||
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, p->fd, &e) != 0)
        die("socket %lld: %s", (long long)number, strerror(errno));
}

static void ask_upgrade(struct peer *p)
{
    char text[700], token[VISITOR_TOKEN_SIZE];
    struct visitor_token t = token_for(p->visitor);
    visitor_token_write(&t, token);
    int n = snprintf(text, sizeof text,
                     "GET /chat/shop-%lld/socket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                     "dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://bench%06lld.example\r\n"
                     "Sec-WebSocket-Protocol: chathub.chat.1, %s\r\n\r\n",
                     (long long)t.shop, ntohs(server.sin_port), (long long)t.shop, token);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = p };
    if (write(p->fd, text, (size_t)n) != n || epoll_ctl(poll_fd, EPOLL_CTL_MOD, p->fd, &e) != 0)
        die("upgrade: %s", strerror(errno));
}

/* Masked by zeros. */
static void send_frame(const struct peer *p, int opcode, const char *data, size_t n)
{
    char frame[READ_BYTES];
    size_t head = n < 126 ? 6 : 8;
    memset(frame, 0, head);
    frame[0] = (char)(0x80 | opcode);
    frame[1] = (char)(0x80 | (n < 126 ? n : 126));
    if (n >= 126) frame[2] = (char)(n >> 8), frame[3] = (char)n;
    memcpy(frame + head, data, n);
    if (write(p->fd, frame, head + n) != (ssize_t)(head + n)) die("write: %s", strerror(errno));
}

typedef void heard(struct peer *p, const char *text, size_t n);

/* The frames of `got`; what is left of one is kept for the next time. */
static size_t frames(struct peer *p, const char *got, size_t n, heard *hear)
{
    size_t at = 0;
    while (n - at >= 2) {
        size_t length = (unsigned char)got[at + 1], head = 2;
        if (length == 126) {
            if (n - at < 4) break;
            length = (size_t)(unsigned char)got[at + 2] << 8 | (unsigned char)got[at + 3], head = 4;
        }
        if (n - at < head + length) break;
        int opcode = got[at] & 15;
        if (opcode == PING) send_frame(p, PONG, got + at + head, length);
        else if (opcode == TEXT && hear) hear(p, got + at + head, length);
        else if (opcode == CLOSE)
            die("visitor %lld: the server closed: %.*s", (long long)p->visitor, length > 2 ? (int)length - 2 : 0,
                got + at + head + 2);
        at += head + length;
    }
    return at;
}

/* True: it has just been opened. */
static bool read_socket(struct peer *p, heard *hear)
{
    char got[READ_BYTES];
    if (p->n > 0) memcpy(got, p->left, p->n);
    ssize_t r = read(p->fd, got + p->n, sizeof got - p->n);
    if (r < 0 && errno == EAGAIN) return false;
    if (r <= 0) die("visitor %lld: the socket ended", (long long)p->visitor);
    size_t n = p->n + (size_t)r, done = 0;
    bool opens = false;
    if (!p->open) {
        const char *end = memmem(got, n, "\r\n\r\n", 4);
        if (end && memcmp(got, "HTTP/1.1 101", 12) != 0) die("no socket: %.*s", (int)(n < 300 ? n : 300), got);
        if (end) p->open = opens = true, done = (size_t)(end - got) + 4;
    }
    if (p->open) done += frames(p, got + done, n - done, hear);
    p->n = n - done;
    if (p->n > 0) {
        p->left = realloc(p->left, p->n);
        if (!p->left) abort();
        memcpy(p->left, got + done, p->n);
    }
    return opens;
}

/* What is ready, for at most so long; how many were opened. */
static int64_t serve(int wait_ms, heard *hear)
{
    struct epoll_event events[EVENTS];
    int64_t opens = 0;
    int n = epoll_wait(poll_fd, events, EVENTS, wait_ms);
    for (int i = 0; i < n; i++) {
        struct peer *p = events[i].data.ptr;
        if (p == NULL) continue; /* the standard input */
        if (events[i].events & EPOLLOUT) ask_upgrade(p);
        else opens += read_socket(p, hear);
    }
    return opens;
}

static void start(int64_t port, int64_t files)
{
    struct rlimit r = { (rlim_t)files + 64, (rlim_t)files + 64 }, now;
    server = (struct sockaddr_in){ .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    chat_settings.keyring = keyring_of_environment();
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0 || getrlimit(RLIMIT_NOFILE, &now) != 0) die("epoll: %s", strerror(errno));
    if (now.rlim_cur < r.rlim_cur && setrlimit(RLIMIT_NOFILE, &r) != 0)
        die("%lld files are not allowed", (long long)files);
}

/* Opens [from, to), so many at a time. */
static void open_all(struct peer *all, int64_t from, int64_t to, int64_t (*visitor_of)(int64_t i))
{
    int64_t begun = from, open = from;
    while (open < to) {
        for (; begun < to && begun - open < OPENING; begun++) begin_socket(&all[begun], begun, visitor_of(begun));
        open += serve(1000, NULL);
    }
}

static bool input_ready(int wait_ms)
{
    double end = seconds_now() + wait_ms / 1000.0;
    char byte;
    do {
        (void)serve(20, NULL);
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n >= 0) return true;
    } while (seconds_now() < end);
    return false;
}

static int64_t one_each(int64_t i) { return idle_first + i + 1; }

/* A tenth first, and the rest when a byte comes in; held until the input ends. */
int visitors_idle(int64_t port, int64_t count, int64_t first)
{
    idle_first = first;
    struct peer *all = calloc((size_t)count, sizeof *all);
    if (!all || fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) != 0) die("no memory");
    start(port, count);
    for (int part = 0; part < 2; part++) {
        int64_t from = part == 0 ? 0 : count / 10, to = part == 0 ? count / 10 : count;
        double began = seconds_now();
        open_all(all, from, to, one_each);
        printf("{\"open\":%lld,\"per_second\":%.0f}\n", (long long)to, (double)(to - from) / (seconds_now() - began));
        if (fflush(stdout) != 0) return 1;
        while (!input_ready(1000)) continue;
    }
    free(all);
    return 0;
}

/* ---- times ---- */

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void print_times(float *ms, size_t n)
{
    qsort(ms, n, sizeof *ms, by_size);
    printf("\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n", (double)ms[n / 2], (double)ms[n * 99 / 100],
           (double)ms[n - 1]);
}

/* ---- talk: one socket says, the other hears ---- */

static struct pair {
    double sent[TALK_LAST]; /* by the number of the word, the last ones */
    int64_t words;
} * pairs;
static float *late_ms;
static int64_t heard_n, heard_max;

static int64_t two_each(int64_t i) { return i / 2 + 1; }

/* Ours hear "clientId":"w-<visitor>-<word>": of the socket that did not say it too. */
static void hear_word(struct peer *p, const char *text, size_t n)
{
    static const char message[] = "{\"type\":\"message\"", id[] = "\"clientId\":\"w-";
    if (n < sizeof message || memcmp(text, message, sizeof message - 1) != 0) return;
    const char *found = memmem(text, n, id, sizeof id - 1);
    if (!found) return;
    char *end;
    int64_t visitor = strtoll(found + sizeof id - 1, &end, 10), word = strtoll(end + 1, NULL, 10);
    struct pair *pair = &pairs[visitor - 1];
    if (visitor != p->visitor || word >= pair->words || pair->words - word >= TALK_LAST || heard_n == heard_max) return;
    double *sent = &pair->sent[word % TALK_LAST];
    if (*sent == 0) return;
    if (*sent > 0) {
        *sent = -*sent; /* the sender's own socket, or the other: the second counts */
        return;
    }
    late_ms[heard_n++] = (float)((seconds_now() + *sent) * 1000);
    *sent = 0;
}

static void say_word(const struct peer *p)
{
    struct pair *pair = &pairs[p->visitor - 1];
    char text[200];
    int n = snprintf(text, sizeof text,
                     "{\"type\":\"message\",\"text\":\"Is it in stock, and what does it cost?\",\"clientId\":"
                     "\"w-%lld-%lld-%d\"}",
                     (long long)p->visitor, (long long)pair->words, (int)getpid());
    pair->sent[pair->words++ % TALK_LAST] = seconds_now();
    send_frame(p, TEXT, text, (size_t)n);
}

int visitors_talk(int64_t port, int64_t count, double per_second, double seconds)
{
    struct peer *all = calloc((size_t)count * 2, sizeof *all);
    pairs = calloc((size_t)count, sizeof *pairs);
    heard_max = (int64_t)(per_second * seconds) + count;
    late_ms = calloc((size_t)heard_max, sizeof *late_ms);
    if (!all || !pairs || !late_ms) die("no memory");
    start(port, count * 2);
    open_all(all, 0, count * 2, two_each);
    int64_t said = 0;
    double began = seconds_now(), now = began;
    for (; now - began < seconds; now = seconds_now()) {
        for (int64_t due = (int64_t)((now - began) * per_second); said < due; said++) say_word(&all[said % count * 2]);
        (void)serve(1, hear_word);
    }
    for (double end = now + 10; heard_n < said && seconds_now() < end;) (void)serve(10, hear_word);
    if (heard_n == 0) die("nothing was heard");
    printf("{\"said\":%lld,\"heard\":%lld,", (long long)said, (long long)heard_n);
    print_times(late_ms, (size_t)heard_n);
    free(all), free(pairs), free(late_ms);
    return heard_n == said ? 0 : 1;
}

/* ---- sync ---- */

int disk_sync(const char *folder)
{
    static char page[PAGE_BYTES] = { 1 };
    float took_ms[SYNCS];
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/sync-%d", folder, (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || unlink(path) != 0) die("%s: %s", path, strerror(errno));
    for (int i = 0; i < SYNCS; i++) {
        double began = seconds_now();
        if (pwrite(fd, page, PAGE_BYTES, (off_t)i * PAGE_BYTES) != PAGE_BYTES || fdatasync(fd) != 0)
            die("sync: %s", strerror(errno));
        took_ms[i] = (float)((seconds_now() - began) * 1000);
    }
    (void)close(fd);
    printf("{");
    print_times(took_ms, SYNCS);
    return 0;
}
