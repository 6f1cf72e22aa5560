/* admin_socket.c: how the command line reaches the server that holds a SQLite database. A Unix socket in the data
 * directory, mode 0600, peers of the same user (or root) only. One command a connection: a JSON line with the words and
 * the line of standard input goes in, a JSON line with exit code and texts comes back. */
#include "app/private.h"
#include "app/app.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ADMIN_LINE_MAX = 65536,
    ADMIN_ANSWER_MAX = 16 << 20,
    ADMIN_WORDS_MAX = 24,
    ADMIN_TIMEOUT_S = 600,
    ACCEPT_PAUSE_US = 100000
};

static struct {
    struct app *app;
    int fd;
    pthread_t thread;
    atomic_bool running;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
} admin = { .fd = -1 };

static bool socket_address(const struct config *c, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/admin.sock", c->data_dir);
    return n > 0 && (size_t)n < sizeof out->sun_path;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t wrote = send(fd, p, n, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        p += wrote, n -= (size_t)wrote;
    }
    return true;
}

/* To the end of the line; false when it never comes or does not fit. So a command whose caller could not send all of it
 * is surely not run, and the caller may say so. */
static bool read_line(int fd, struct buf *in)
{
    char part[4096];
    while (!in->overflow) {
        ssize_t n = recv(fd, part, sizeof part, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        buf_add(in, part, (size_t)n);
        if (part[n - 1] == '\n') return !in->overflow;
    }
    return false;
}

/* Who is at the other end: us or root. The kernel says so, so both sides can ask before anything is told. */
static bool peer_allowed(int fd)
{
    struct ucred peer;
    socklen_t n = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 && (peer.uid == geteuid() || peer.uid == 0);
}

static void answer(int fd, struct command *c, enum exit_code code)
{
    struct buf line;
    buf_init(&line, ADMIN_ANSWER_MAX);
    struct json j;
    json_begin(&j, &line);
    json_object(&j, NULL);
    json_i64(&j, "code", code);
    json_str(&j, "out", buf_str(&c->out));
    json_str(&j, "err", buf_str(&c->err));
    json_end(&j);
    json_finish(&j);
    buf_char(&line, '\n');
    if (line.overflow || !write_all(fd, line.p, line.n)) LOG(LOG_WARN, "admin_answer_lost", LOG_NUMBER("code", code));
    buf_free(&line);
}

static void serve_one(int fd)
{
    struct timeval limit = { .tv_sec = 5 };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    struct buf in;
    buf_init(&in, ADMIN_LINE_MAX);
    struct command c = { .served = true };
    buf_init(&c.out, ADMIN_ANSWER_MAX / 4);
    buf_init(&c.err, 65536);
    struct json_fault fault;
    bool whole = read_line(fd, &in);
    json_t *request = whole && peer_allowed(fd) ? json_read(buf_str(&in), ADMIN_LINE_MAX, &fault) : NULL;
    json_t *words = request ? json_object_get(request, "words") : NULL;
    const char *argv[ADMIN_WORDS_MAX];
    size_t count = json_array_size(words);
    bool texts = count > 0 && count <= ADMIN_WORDS_MAX;
    for (size_t i = 0; texts && i < count; i++) texts = (argv[i] = json_string_value(json_array_get(words, i))) != NULL;
    enum exit_code code = EXIT_USAGE;
    if (texts) {
        c.argc = (int)count;
        c.argv = argv;
        c.input = json_string_value(json_object_get(request, "input"));
        code = command_run(admin.app, &c);
    } else {
        buf_text(&c.err, "The server does not take this command from here.");
    }
    if (whole) answer(fd, &c, code);
    json_decref(request);
    if (in.p) wipe(in.p, in.n);
    buf_free(&in), buf_free(&c.out), buf_free(&c.err);
}

static void *accept_loop(void *arg)
{
    (void)arg;
    while (atomic_load(&admin.running)) {
        int fd = accept4(admin.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            serve_one(fd);
            close(fd);
        } else if (errno != EINTR) {
            /* No descriptors, no memory: that passes, and an operator needs this door most of all then. */
            (void)usleep(ACCEPT_PAUSE_US);
        }
    }
    return NULL;
}

bool admin_socket_start(struct app *app, struct buf *error)
{
    struct sockaddr_un address;
    if (!socket_address(app->config, &address)) {
        buf_text(error, "CHATHUB_DATA_DIR is too long for the admin socket.");
        return false;
    }
    admin.app = app;
    admin.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(address.sun_path); /* we hold the database's lock: nobody else serves here */
    mode_t before = umask(0177);
    bool bound = admin.fd >= 0 && bind(admin.fd, (struct sockaddr *)&address, sizeof address) == 0;
    umask(before);
    atomic_store(&admin.running, true); /* the thread looks at it */
    if (!bound || listen(admin.fd, 8) != 0 || pthread_create(&admin.thread, NULL, accept_loop, NULL) != 0) {
        atomic_store(&admin.running, false);
        buf_printf(error, "The admin socket %s cannot be made: %s.", address.sun_path, strerror(errno));
        return false;
    }
    memcpy(admin.path, address.sun_path, sizeof admin.path);
    return true;
}

void admin_socket_stop(void)
{
    if (!atomic_exchange(&admin.running, false)) return;
    (void)shutdown(admin.fd, SHUT_RDWR);
    (void)pthread_join(admin.thread, NULL);
    close(admin.fd);
    (void)unlink(admin.path);
}

/* ---- the caller's side ---- */

static bool send_command(int fd, const struct command *c)
{
    struct buf line;
    buf_init(&line, ADMIN_LINE_MAX);
    struct json j;
    json_begin(&j, &line);
    json_object(&j, NULL);
    json_array(&j, "words");
    for (int i = 0; i < c->argc; i++) json_text(&j, NULL, c->argv[i]);
    if (c->key == c->own_key) json_text(&j, NULL, "--key"), json_text(&j, NULL, c->key); /* we know it too then */
    json_end(&j);
    json_text(&j, "input", c->input);
    json_end(&j);
    json_finish(&j);
    buf_char(&line, '\n');
    bool sent = !line.overflow && write_all(fd, line.p, line.n);
    if (line.p) wipe(line.p, line.n);
    buf_free(&line);
    return sent;
}

bool admin_socket_call(const struct config *c, struct command *cmd, enum exit_code *code)
{
    struct sockaddr_un address;
    if (!str_starts(str_of(c->database_url), STR("sqlite:")) || !socket_address(c, &address)) return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = { .tv_sec = ADMIN_TIMEOUT_S };
    if (fd < 0) return false;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return false;
    }
    /* A socket that somebody else left in our working directory would be told a password. */
    if (!peer_allowed(fd)) {
        close(fd);
        buf_printf(&cmd->err,
                   "The server at %s is run by another user, so nothing is told to it. Run the command as "
                   "that user.",
                   address.sun_path);
        *code = EXIT_USAGE;
        return true;
    }
    struct buf in;
    buf_init(&in, ADMIN_ANSWER_MAX);
    bool sent = send_command(fd, cmd);
    json_t *reply = sent && read_line(fd, &in) ? json_loadb(in.p, in.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    close(fd);
    int64_t number = 0;
    struct str out = { NULL, 0 }, err = { NULL, 0 };
    if (reply && json_get_i64(reply, "code", &number) && json_get_str(reply, "out", &out) &&
        json_get_str(reply, "err", &err)) {
        *code = (enum exit_code)number;
        buf_add(&cmd->out, out.p, out.n);
        buf_add(&cmd->err, err.p, err.n);
    } else if (sent && cmd->rule->unknown) {
        *code = command_unknown(cmd); /* the server may have done it: it is not done here a second time */
    } else {
        buf_text(&cmd->err, "The server did not answer; nothing was changed.");
        *code = EXIT_UNAVAILABLE;
    }
    json_decref(reply);
    buf_free(&in);
    return true;
}
