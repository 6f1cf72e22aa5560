/* probes.c: raw requests against the running server (httpprobe-1). A refused request must end the connection: what
 * stands behind it is never read as a request, which is what smuggling needs. */
#include "tests/vectors_cli/vectors.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RAW_MAX = 65536,
    ANSWER_MAX = 1 << 20,
    WAIT_MS = 5000,
    QUIET_MS = 300, /* an answer too many would come at once */
    START_MS = 30000,
    OPEN_FILES = 16,
};

struct answers {
    int count, status;
    bool closed;
}; /* status: of the last one */

/* Raw bytes are latin-1 written as UTF-8: every character is one byte. 0 when one is not. */
static size_t latin1(struct str text, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < RAW_MAX; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= 0xC4) return 0;
        if (c >= 0xC2) c = (unsigned char)((unsigned)(c & 3) << 6 | ((unsigned char)text.p[++i] & 0x3F));
        out[n++] = (char)c;
    }
    return n;
}

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* Whole answers in `text` (ended by a NUL), cut by their Content-Length. */
static void count_answers(const char *text, size_t n, struct answers *out)
{
    out->count = 0;
    for (size_t at = 0; at < n;) {
        const char *head = text + at, *end = strstr(head, "\r\n\r\n");
        if (!end || n - at < 12 || memcmp(head, "HTTP/1.", 7) != 0) return;
        size_t body = 0;
        for (const char *line = head; line < end; line++)
            if (strncasecmp(line, "\r\ncontent-length: ", 18) == 0) body = strtoul(line + 18, NULL, 10);
        size_t whole = (size_t)(end - head) + 4 + body;
        if (whole > n - at) return;
        out->status = (int)strtol(head + 9, NULL, 10);
        out->count++;
        at += whole;
    }
}

/* Reads until the server closes, or `enough` answers came and nothing follows for a while. */
static void read_answers(int fd, int enough, struct answers *out)
{
    static char text[ANSWER_MAX];
    size_t n = 0;
    *out = (struct answers){ .count = 0 };
    while (n < ANSWER_MAX - 1) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, enough && out->count >= enough ? QUIET_MS : WAIT_MS) <= 0) break;
        ssize_t got = read(fd, text + n, ANSWER_MAX - 1 - n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            out->closed = true;
            break;
        }
        n += (size_t)got;
        text[n] = '\0';
        count_answers(text, n, out);
    }
}

static const char *probe(const json_t *one, int port)
{
    static char raw[RAW_MAX], why[128];
    struct str expect = member_text(one, "expect");
    size_t n = latin1(member_text(one, "raw"), raw);
    int64_t status = 0, wanted = 1;
    bool refuse = str_eq(expect, STR("refuse"));
    if (n == 0) return "raw is not latin-1";
    if (str_eq(expect, STR("answers")) && !json_get_i64(one, "count", &wanted)) return "no count";
    if (str_eq(expect, STR("answer")) && !json_get_i64(one, "status", &status)) return "no status";
    int fd = connect_to(port);
    if (fd < 0) return "the server does not accept connections";
    struct answers got;
    bool sent = send(fd, raw, n, MSG_NOSIGNAL) == (ssize_t)n;
    read_answers(fd, refuse ? 0 : (int)wanted, &got);
    close(fd);
    if (!sent) return "the bytes were not taken";
    (void)snprintf(why, sizeof why, "%d answers, the last with status %d, connection %s", got.count, got.status,
                   got.closed ? "closed" : "open");
    bool status_fits =
        refuse ? got.status == 400 || got.status == 501 || got.status == 505 : status == 0 || got.status == status;
    bool fits = got.count == wanted && status_fits && (!refuse || got.closed);
    return fits ? NULL : why;
}

int judge_probes(const json_t *file, int port, int *checked)
{
    int bad = 0;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(file, "cases"), i, one)
    {
        ++*checked;
        bad += verdict_line(json_string_value(json_object_get(one, "name")), probe(one, port));
    }
    return bad;
}

/* ---- a server of our own ---- */

static void run_server(const struct own_server *s, const char *program, int out)
{
    if (setenv("CHATHUB_DATA_DIR", s->dir, 1) != 0 || setenv("CHATHUB_LISTEN", "127.0.0.1:0", 1) != 0 ||
        unsetenv("CHATHUB_BASE_URL") != 0 || unsetenv("CHATHUB_DATABASE_URL") != 0 || unsetenv("DATABASE_URL") != 0 ||
        unsetenv("CHATHUB_ENV") != 0 || dup2(out, STDOUT_FILENO) < 0 || !freopen("/dev/null", "w", stderr))
        _exit(1);
    execl(program, program, "serve", (char *)NULL);
    _exit(1);
}

/* The port in "... is ready at http://127.0.0.1:PORT". */
static int port_from(int fd)
{
    char text[4096];
    size_t n = 0;
    while (n < sizeof text - 1) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, START_MS) <= 0) return 0;
        ssize_t got = read(fd, text + n, sizeof text - 1 - n);
        if (got <= 0) return 0;
        n += (size_t)got;
        text[n] = '\0';
        const char *address = strstr(text, "http://127.0.0.1:");
        if (address && strchr(address, '\n')) return (int)strtol(address + 17, NULL, 10);
    }
    return 0;
}

bool own_server_start(struct own_server *s, const char *program)
{
    int out[2];
    (void)snprintf(s->dir, sizeof s->dir, "/tmp/chathub-vectors-XXXXXX");
    if (!mkdtemp(s->dir) || pipe(out) != 0) return false;
    s->pid = fork();
    if (s->pid == 0) run_server(s, program, out[1]);
    close(out[1]);
    s->port = s->pid > 0 ? port_from(out[0]) : 0;
    close(out[0]);
    if (!s->port) (void)fprintf(stderr, "vectors: %s did not start\n", program);
    return s->port != 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

void own_server_stop(struct own_server *s)
{
    if (s->pid > 0) {
        (void)kill(s->pid, SIGTERM);
        while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) continue;
    }
    if (s->dir[0]) (void)nftw(s->dir, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}
