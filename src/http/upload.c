/* upload.c: the body of a row with .upload, streamed into a file of its own. Who may is asked before the first byte is
 * taken, so that no stranger fills the disk; the file is written, hashed, synced and named by a thread of libuv's pool,
 * so that no loop waits for a disk; and while one piece is being written and another waits, nothing more is read from
 * the client: what is in memory has a limit, whatever the client sends.
 *
 * A file is there under its name, whole and on the disk with its directory, before .run sees it. It stays when .run
 * said so and its transaction was committed, or perhaps was; else it is removed. What a crash leaves behind, a
 * NAME.part or a NAME that no row knows, is for the domain's own sweep.
 *
 * Rejected: multipart (a format in a format, with its own history of holes: a browser can send a file as it is); the
 * body in memory (as many of the largest as somebody cares to send); a rename after the commit (a crash in between
 * loses what was acknowledged). */
#include "base/log.h"
#include "base/random.h"
#include "http/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE_BYTES = 65536, PATH_SIZE = 1024 };

static const struct problem problem_disk_full = {
    "disk_full", 507, "There is no room for this file at the moment. Please try again later.",
    "存储空间不足，暂时无法保存文件，请稍后再试。"
};

struct upload {
    struct loop *loop;
    struct exchange *exchange; /* NULL: it has gone, and the file goes too */
    uint8_t address[16];       /* whose share of all uploads it is in */
    upload_told *told;
    uv_work_t work;
    bool working;      /* the pool's until then, but for `filling` */
    bool ended;        /* all bytes are here */
    bool last, remove; /* what the work does besides writing */
    int error;         /* errno of the first failure */
    int fd;
    struct sha256 *sha;
    struct buf filling, writing;
    size_t renewed; /* bytes since the client's time began again */
    struct upload_file file;
    char name[UPLOAD_NAME_SIZE], directory[PATH_SIZE], path[PATH_SIZE + 64], part[PATH_SIZE + 64];
};

/* ---- on a thread of the pool ---- */

static bool write_all(int fd, struct str s)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        s.p += n, s.n -= (size_t)n;
    }
    return true;
}

static bool sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    bool good = fsync(fd) == 0;
    (void)close(fd);
    return good;
}

static bool work_write(struct upload *u)
{
    if (u->fd < 0) u->fd = open(u->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (u->fd < 0 || !write_all(u->fd, buf_str(&u->writing))) return false;
    sha256_add(u->sha, u->writing.p, u->writing.n);
    u->file.size += (int64_t)u->writing.n;
    if (!u->last) return true;
    sha256_end(u->sha, u->file.sha256);
    u->sha = NULL;
    if (fsync(u->fd) != 0 || rename(u->part, u->path) != 0) return false;
    return sync_directory(u->directory);
}

static void work_run(uv_work_t *work)
{
    struct upload *u = OWNER_OF(work, struct upload, work);
    if (!u->remove) {
        errno = 0;
        if (!work_write(u)) u->error = errno != 0 ? errno : EIO;
    }
    if ((u->remove || u->last) && u->fd >= 0) {
        if (close(u->fd) != 0 && u->error == 0) u->error = errno;
        u->fd = -1;
    }
    if (!u->remove) return;
    (void)unlink(u->part);
    (void)unlink(u->path);
}

/* ---- on the loop ---- */

static void work_done(uv_work_t *work, int status);

static void start_work(struct upload *u)
{
    struct buf full = u->filling;
    u->filling = u->writing;
    u->writing = full;
    buf_clear(&u->filling);
    u->working = true;
    if (uv_queue_work(&u->loop->uv, &u->work, work_run, work_done) != 0) abort();
}

static void upload_free(struct upload *u)
{
    assert(u->fd < 0);
    sha256_free(u->sha);
    buf_free(&u->filling);
    buf_free(&u->writing);
    share_give(u->loop->http->uploads, u->loop->http->limits, u->address, 1);
    free(u);
}

static void work_done(uv_work_t *work, int status)
{
    struct upload *u = OWNER_OF(work, struct upload, work);
    struct exchange *x = u->exchange;
    (void)status;
    u->working = false;
    if (u->remove) {
        upload_free(u);
        return;
    }
    if (x == NULL) {
        u->remove = true;
        start_work(u);
        return;
    }
    if (u->error != 0) {
        LOG(LOG_ERROR, "upload_failed", LOG_TEXT("error", strerror(u->error)), LOG_NUMBER("bytes", u->file.size));
        bool full = u->error == ENOSPC || u->error == EDQUOT || u->error == EFBIG;
        (void)reply_problem(&x->req, full ? &problem_disk_full : &problem_busy);
        u->told(x, UPLOAD_FAILED);
        return;
    }
    if (u->last) {
        x->req.upload = &u->file;
        u->told(x, UPLOAD_DONE);
        return;
    }
    u->last = u->ended;
    if (u->last || u->filling.n > 0) start_work(u);
    u->told(x, UPLOAD_ROOM);
}

void upload_add(struct exchange *x, const char *p, size_t n)
{
    struct upload *u = x->upload;
    buf_add(&u->filling, p, n);
    assert(!u->filling.overflow);
    u->renewed += n;
    if (!u->working && u->filling.n >= PIECE_BYTES / 2) start_work(u);
}

bool upload_full(const struct exchange *x)
{
    const struct upload *u = x->upload;
    return u->working && u->filling.n >= PIECE_BYTES;
}

bool upload_renews(struct exchange *x)
{
    struct upload *u = x->upload;
    if (u->renewed < PIECE_BYTES) return false;
    u->renewed = 0;
    return true;
}

void upload_finish(struct exchange *x)
{
    struct upload *u = x->upload;
    u->ended = true;
    if (u->working) return;
    u->last = true;
    start_work(u);
}

const uint8_t *upload_hash(const struct exchange *x) { return x->upload->file.sha256; }

void upload_end(struct exchange *x)
{
    struct upload *u = x->upload;
    bool perhaps = x->outcome == OP_COMMITTED || x->outcome == OP_UNCERTAIN;
    bool stays = u->last && !u->working && u->error == 0 && x->req.upload_kept && perhaps;
    x->upload = NULL;
    u->exchange = NULL;
    if (u->working) return; /* work_done removes it */
    if (stays) {
        upload_free(u);
        return;
    }
    u->remove = true;
    start_work(u);
}

void req_keep_upload(struct req *req) { req->upload_kept = true; }

/* ---- the beginning ---- */

bool upload_begin(struct exchange *x, upload_told *told)
{
    struct loop *l = x->loop;
    if (!share_take(l->http->uploads, l->http->limits, x->address, 1)) return false;
    struct upload *u = calloc(1, sizeof *u);
    uint8_t drawn[(UPLOAD_NAME_SIZE - 1) / 2];
    if (u == NULL) abort();
    u->loop = l;
    u->exchange = x;
    memcpy(u->address, x->address, sizeof u->address);
    u->told = told;
    u->fd = -1;
    u->sha = sha256_begin();
    buf_init(&u->filling, 4 * PIECE_BYTES); /* a piece, and what one read brings */
    buf_init(&u->writing, 4 * PIECE_BYTES);
    random_bytes(drawn, sizeof drawn);
    hex_encode(drawn, sizeof drawn, u->name);
    u->file.name = u->name;
    const char *folder = x->req.route->upload->folder;
    int d = snprintf(u->directory, sizeof u->directory, "%s%s%s", l->http->o.upload_dir, folder ? "/" : "",
                     folder ? folder : "");
    (void)snprintf(u->part, sizeof u->part, "%s/%s.part", u->directory, u->name);
    (void)snprintf(u->path, sizeof u->path, "%s/%s", u->directory, u->name);
    if (d >= (int)sizeof u->directory) u->error = ENAMETOOLONG;
    x->upload = u;
    return true;
}
