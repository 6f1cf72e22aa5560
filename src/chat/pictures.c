/* pictures.c: how pictures are kept: each once for a shop, by the hash of its clean bytes. With SQLite they are files
 * in the data folder, written and synced before their row; with PostgreSQL pieces in the database, so that any process
 * can show them. A row counts what shows it: messages, and the faces of who answers (faces.c). Whatever a kill leaves
 * behind, a file without a row or a row without a message, the sweep finds by its age: nothing is removed in the
 * transaction that let go of it, so no rollback can leave a row without its bytes.
 *
 * Rejected: bytes in SQLite (a row of 5 MB holds its one writer); one file shared by several rows (then a removal and a
 * new use of it can meet). */
#include "chat/pictures.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 512 << 10, PIECES_MAX = IMAGE_BYTES_MAX / PIECE + 2, SWEEP_ROWS = 100, SWEEP_FILES = 250 };
#define UNUSED_MS HOUR_MS

STMT(by_hash, "SELECT id, kind, bytes, width, height FROM chat_images WHERE shop = ?1 AND hash = ?2");
STMT(add, "INSERT INTO chat_images (account, shop, hash, kind, bytes, width, height, file, uses, made_at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9) ON CONFLICT (shop, hash) DO NOTHING RETURNING id");
STMT(add_piece, "INSERT INTO chat_image_pieces (image, number, content) VALUES (?1, ?2, ?3)");
STMT(show, "UPDATE chat_messages SET image = ?3 WHERE conversation = ?1 AND number = ?2 AND image = 0");
STMT(use, "UPDATE chat_images SET uses = uses + 1 WHERE id = ?1");
STMT(leave, "UPDATE chat_images SET uses = uses - 1, made_at_ms = ?2 WHERE id = ?1");
STMT(forget, "UPDATE chat_images SET uses = uses - (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation = ?1"
             " AND m.image = chat_images.id), made_at_ms = ?2 WHERE id IN (SELECT image FROM chat_messages"
             " WHERE conversation = ?1 AND image <> 0)");
STMT(unshow, "UPDATE chat_messages SET image = 0 WHERE conversation = ?1 AND image <> 0");
STMT(of_message, "SELECT image FROM chat_messages WHERE conversation = ?1 AND number = ?2 AND image <> 0");
STMT(of_id, "SELECT id, kind, bytes, width, height, file FROM chat_images WHERE id = ?1");
STMT(pieces, "SELECT content FROM chat_image_pieces WHERE image = ?1 ORDER BY number LIMIT ?2");
STMT(unused, "SELECT id FROM chat_images WHERE uses = 0 AND made_at_ms <= ?1 ORDER BY made_at_ms LIMIT ?2");
STMT(drop, "DELETE FROM chat_images WHERE id = ?1 AND uses = 0");
STMT(drop_pieces, "DELETE FROM chat_image_pieces WHERE image = ?1");
STMT(known_files, "SELECT file FROM chat_images WHERE file <> '' AND file IN (SELECT value FROM json_each(?1))",
     .postgres = "SELECT file FROM chat_images WHERE file <> '' AND file = ANY(?1::text[])");

/* clang-format off */
const struct problem problem_image_heic = {
    "image_heic", 415,
    "Pictures in the format HEIC cannot be shown by most browsers. Please send it as JPEG: on an iPhone"
    " choose Settings, Camera, Formats, Most Compatible.",
    "多数浏览器无法显示 HEIC 格式的图片，请改为 JPEG：在 iPhone 上依次选择“设置”、“相机”、“格式”、“兼容性最佳”。"
};
const struct problem problem_image_unknown = {
    "image_unknown", 415, "This is no picture of a kind that can be sent here. JPEG, PNG, WebP and GIF can.",
    "此文件不是可以发送的图片，支持 JPEG、PNG、WebP 和 GIF。"
};
const struct problem problem_image_broken = {
    "image_broken", 422, "This picture is damaged or incomplete.", "图片已损坏或不完整。"
};
const struct problem problem_image_pixels = {
    "image_pixels", 422, "This picture has too many pixels. Please make it smaller.", "图片尺寸过大，请缩小后再发送。"
};
/* clang-format on */

/* ---- off the lanes ---- */

static bool sync_at(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) (void)close(fd);
    return good;
}

/* Under a name of its own from the first byte: what is cut off is a file without a row. */
static bool file_write(const char *path, struct str s)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0;
    while (good && s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) continue;
        good = n > 0;
        if (good) s.p += n, s.n -= (size_t)n;
    }
    good = good && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0) good = false;
    return good && sync_at(chat_settings.image_dir, O_RDONLY | O_DIRECTORY);
}

static const char *image_path(struct arena *a, const char *file)
{
    return arena_printf(a, "%s/%s", chat_settings.image_dir, file);
}

static const struct problem *fault_problem(enum image_fault f)
{
    switch (f) {
    case IMAGE_HEIC: return &problem_image_heic;
    case IMAGE_UNKNOWN: return &problem_image_unknown;
    case IMAGE_BROKEN: return &problem_image_broken;
    case IMAGE_TOO_BIG: return &problem_image_pixels;
    case IMAGE_GOOD: break;
    }
    return NULL;
}

static const struct problem *keep_bytes(struct arena *a, struct str clean, struct picture_new *out)
{
    uint8_t drawn[4];
    char tail[2 * sizeof drawn + 1];
    sha256_hex(clean, out->hash);
    if (chat_settings.image_dir == NULL) {
        out->file = "", out->content = (struct str){ arena_copy(a, clean.p, clean.n), clean.n };
        return NULL;
    }
    random_bytes(drawn, sizeof drawn);
    hex_encode(drawn, sizeof drawn, tail);
    out->file = arena_printf(a, "%s-%s", out->hash, tail), out->content = (struct str){ NULL, 0 };
    const char *path = image_path(a, out->file);
    if (file_write(path, clean)) return NULL;
    LOG(LOG_ERROR, "image_not_written", LOG_TEXT("error", strerror(errno)));
    (void)unlink(path);
    return &problem_storage;
}

enum image_fault picture_prepare_bytes(struct arena *a, struct str file, struct picture_new *out,
                                       const struct problem **problem)
{
    struct image about;
    struct buf clean;
    buf_init(&clean, file.n + IMAGE_MORE_BYTES);
    enum image_fault f = image_clean(file, &clean, &about);
    *problem = fault_problem(f);
    if (f == IMAGE_GOOD) {
        out->about = (struct chat_image){
            .kind = about.kind, .bytes = (int64_t)clean.n, .width = about.width, .height = about.height
        };
        *problem = keep_bytes(a, buf_str(&clean), out);
    }
    buf_free(&clean);
    return f;
}

const struct problem *picture_prepare(struct arena *a, const char *path, size_t size, struct picture_new *out)
{
    const struct problem *p;
    char *bytes = file_bytes(path, size);
    if (bytes == NULL) return &problem_storage;
    (void)picture_prepare_bytes(a, (struct str){ bytes, size }, out, &p);
    free(bytes);
    return p;
}

/* ---- rows ---- */

static void from_row(const struct query *q, struct chat_image *out)
{
    *out = (struct chat_image){ .id = col_i64(q, "id"),
                                .kind = (int)col_i64(q, "kind"),
                                .bytes = col_i64(q, "bytes"),
                                .width = col_i64(q, "width"),
                                .height = col_i64(q, "height") };
}

static enum row find(struct tx *tx, int64_t shop, const char *hash, struct chat_image *out)
{
    struct query q = query(tx, &by_hash);
    bind_i64(&q, shop), bind_text(&q, hash);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) from_row(&q, out);
    return row;
}

static bool put_pieces(struct tx *tx, int64_t image, struct str content)
{
    for (int64_t number = 0; content.n > 0; number++) {
        size_t n = content.n < PIECE ? content.n : PIECE;
        struct query q = query(tx, &add_piece);
        bind_i64(&q, image), bind_i64(&q, number), bind_blob(&q, content.p, n);
        if (query_change(&q) != 1) return false;
        content.p += n, content.n -= n;
    }
    return true;
}

bool picture_keep(struct tx *tx, int64_t account, int64_t shop, const struct picture_new *in, int64_t now_ms,
                  struct chat_image *out)
{
    enum row row = find(tx, shop, in->hash, out);
    if (row != ROW_NONE) return row == ROW_FOUND;
    struct query q = query(tx, &add);
    bind_i64(&q, account), bind_i64(&q, shop), bind_text(&q, in->hash), bind_i64(&q, in->about.kind);
    bind_i64(&q, in->about.bytes), bind_i64(&q, in->about.width), bind_i64(&q, in->about.height);
    bind_text(&q, in->file), bind_i64(&q, now_ms);
    row = query_row(&q);
    if (row == ROW_NONE) return find(tx, shop, in->hash, out) == ROW_FOUND; /* somebody sent the same just now */
    if (row != ROW_FOUND) return false;
    *out = in->about;
    out->id = col_i64(&q, "id");
    return in->content.p == NULL || put_pieces(tx, out->id, in->content);
}

bool picture_use(struct tx *tx, int64_t image)
{
    struct query q = query(tx, &use);
    bind_i64(&q, image);
    return query_change(&q) == 1;
}

bool picture_leave(struct tx *tx, int64_t image, int64_t now_ms)
{
    struct query q = query(tx, &leave);
    bind_i64(&q, image), bind_i64(&q, now_ms);
    return query_change(&q) == 1;
}

bool chat_image_used(struct tx *tx, int64_t conversation, int64_t number, int64_t image)
{
    struct query q = query(tx, &show);
    bind_i64(&q, conversation), bind_i64(&q, number), bind_i64(&q, image);
    if (query_change(&q) != 1) return false;
    return picture_use(tx, image);
}

bool chat_images_forget(struct tx *tx, int64_t conversation, int64_t now_ms)
{
    struct query q = query(tx, &forget);
    bind_i64(&q, conversation), bind_i64(&q, now_ms);
    int64_t changed = query_change(&q);
    if (changed <= 0) return changed == 0;
    q = query(tx, &unshow);
    bind_i64(&q, conversation);
    return query_change(&q) >= 0;
}

static bool read_pieces(struct tx *tx, const struct chat_image *about, struct arena *a, struct str *content)
{
    char *p = arena_alloc(a, (size_t)about->bytes);
    size_t n = 0;
    enum row row;
    struct query q = query(tx, &pieces);
    bind_i64(&q, about->id), bind_i64(&q, PIECES_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct str one = col_str(&q, "content");
        if (one.n > (size_t)about->bytes - n) return false;
        memcpy(p + n, one.p, one.n);
        n += one.n;
    }
    *content = (struct str){ p, n };
    return row == ROW_NONE && n == (size_t)about->bytes;
}

enum row picture_read(struct tx *tx, int64_t conversation, int64_t number, struct arena *a, struct chat_image *about,
                      struct str *content)
{
    struct query q = query(tx, &of_message);
    bind_i64(&q, conversation), bind_i64(&q, number);
    enum row row = query_row(&q);
    return row == ROW_FOUND ? picture_bytes(tx, col_i64(&q, "image"), a, about, content) : row;
}

enum row picture_row(struct tx *tx, int64_t image, struct arena *a, struct chat_image *about, struct str *content,
                     const char **file)
{
    struct query q = query(tx, &of_id);
    bind_i64(&q, image);
    *content = (struct str){ NULL, 0 };
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    from_row(&q, about);
    if (about->bytes < 1 || about->bytes > IMAGE_BYTES_MAX + IMAGE_MORE_BYTES) return ROW_FAULT;
    *file = col_text(&q, "file");
    if ((*file)[0] != '\0') return ROW_FOUND;
    return read_pieces(tx, about, a, content) ? ROW_FOUND : ROW_FAULT;
}

bool picture_file(struct arena *a, const char *file, const struct chat_image *about, struct str *content)
{
    if (chat_settings.image_dir == NULL) return false;
    char *bytes = file_bytes(image_path(a, file), (size_t)about->bytes);
    if (bytes == NULL) {
        LOG(LOG_ERROR, "image_missing", LOG_TEXT("file", file));
        return false;
    }
    *content = (struct str){ arena_copy(a, bytes, (size_t)about->bytes), (size_t)about->bytes };
    free(bytes);
    return true;
}

enum row picture_bytes(struct tx *tx, int64_t image, struct arena *a, struct chat_image *about, struct str *content)
{
    const char *file = "";
    enum row row = picture_row(tx, image, a, about, content, &file);
    if (row != ROW_FOUND || content->p != NULL) return row;
    return picture_file(a, file, about, content) ? ROW_FOUND : ROW_NONE;
}

/* ---- what nobody shows any more, and what a kill left behind ---- */

struct leftovers {
    const char **path;
    size_t count;
};

/* Some files of this folder, all of them when they are few, that have lain there for an hour. */
static size_t old_files(struct arena *a, const char *dir, int64_t before_ms, const char **names)
{
    DIR *d = dir != NULL ? opendir(dir) : NULL;
    size_t seen = 0, chosen = 0, n = 0;
    const struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        size_t at = seen++;
        if (at >= SWEEP_FILES) at = random_below(seen); /* each has the same chance */
        if (at >= SWEEP_FILES) continue;
        names[at] = arena_text(a, e->d_name);
        if (chosen <= at) chosen = at + 1;
    }
    for (size_t i = 0; i < chosen; i++) {
        struct stat st;
        bool file = fstatat(dirfd(d), names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
        if (file && (int64_t)st.st_mtim.tv_sec * 1000 <= before_ms) names[n++] = names[i];
    }
    if (d != NULL) (void)closedir(d);
    return n;
}

static bool is_name(const char *name)
{
    return strspn(name, "0123456789abcdef-") == strlen(name) && strlen(name) == SHA256_HEX_SIZE + 8;
}

static bool without_row(struct tx *tx, const char **names, size_t *count)
{
    const char *asked[SWEEP_FILES];
    size_t n = 0, left = 0;
    for (size_t i = 0; i < *count; i++)
        if (is_name(names[i])) asked[n++] = names[i];
    struct query q = query(tx, &known_files);
    enum row row;
    bind_text_list(&q, asked, n);
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (asked[i] != NULL && text_eq(asked[i], col_text(&q, "file"))) asked[i] = NULL;
    for (size_t i = 0; i < n; i++)
        if (asked[i] != NULL) names[left++] = asked[i];
    *count = left;
    return row == ROW_NONE;
}

static enum job_wish images_load(struct job *job, struct tx *tx)
{
    struct leftovers *l = ARENA_NEW(job->arena, struct leftovers);
    const char **names = ARENA_ARRAY(job->arena, const char *, SWEEP_FILES);
    const char *uploads = chat_settings.upload_dir;
    int64_t before_ms = job->now_ms - UNUSED_MS;
    l->path = ARENA_ARRAY(job->arena, const char *, (size_t)2 * SWEEP_FILES);
    size_t n = old_files(job->arena, chat_settings.image_dir, before_ms, names);
    if (n > 0 && !without_row(tx, names, &n)) return JOB_FAULT;
    for (size_t i = 0; i < n; i++) l->path[l->count++] = image_path(job->arena, names[i]);
    n = old_files(job->arena, uploads, before_ms, names);
    for (size_t i = 0; i < n; i++) l->path[l->count++] = arena_printf(job->arena, "%s/%s", uploads, names[i]);
    job->state = l;
    return JOB_FINISHED;
}

static void images_call(struct job *job)
{
    const struct leftovers *l = job->state;
    for (size_t i = 0; i < l->count; i++) (void)unlink(l->path[i]);
}

static int64_t read_unused(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    size_t n = 0;
    enum row row;
    struct query q = query(tx, &unused);
    bind_i64(&q, job->now_ms - UNUSED_MS), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[n++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : (int64_t)n;
}

static enum job_wish drop_one(struct job *job, struct tx *tx, int64_t id)
{
    (void)job;
    struct query q = query(tx, &drop), its_pieces = query(tx, &drop_pieces);
    bind_i64(&q, id), bind_i64(&its_pieces, id);
    int64_t gone = query_change(&q);
    if (gone <= 0) return gone < 0 ? JOB_FAULT : JOB_FINISHED; /* somebody shows it again */
    return query_change(&its_pieces) < 0 ? JOB_FAULT : JOB_FINISHED;
}

static enum job_wish images_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_unused, .one = drop_one, .max = SWEEP_ROWS });
}

const struct job_kind chat_images_job = {
    .name = "chat.images",
    .doc = "Removes pictures that nothing shows, and what was cut off while it was sent.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .careful = true,
    .every_ms = 10 * MINUTE_MS,
    .pool = JOB_POOL_HOUSE,
    .load = images_load,
    .call = images_call,
    .settle = images_settle,
};

/* ---- verify ---- */

STMT(verify_page,
     "SELECT i.id, i.uses, i.bytes, i.file, (SELECT COUNT(*) FROM chat_messages m WHERE m.image = i.id)"
     " + (SELECT COUNT(*) FROM chat_faces f WHERE f.image = i.id) AS shown,"
     " (SELECT CAST(COALESCE(SUM(LENGTH(p.content)), 0) AS BIGINT) FROM chat_image_pieces p WHERE p.image = i.id)"
     "   AS kept"
     " FROM chat_images i WHERE i.id > ?1 ORDER BY i.id LIMIT ?2");
STMT(verify_faces, "SELECT COUNT(*) AS n FROM chat_faces f"
                   " WHERE NOT EXISTS (SELECT 1 FROM chat_images i WHERE i.id = f.image)");
STMT(verify_orphans, "SELECT COUNT(*) AS n FROM chat_messages m WHERE m.image <> 0"
                     " AND NOT EXISTS (SELECT 1 FROM chat_images i WHERE i.id = m.image)");

static const char *image_complaint(struct tx *tx, const struct query *q)
{
    const char *file = col_text(q, "file");
    struct stat st;
    if (col_i64(q, "uses") != col_i64(q, "shown")) return "what shows it is counted wrong";
    if (file[0] == '\0') return col_i64(q, "kept") == col_i64(q, "bytes") ? NULL : "some of its bytes are missing";
    if (chat_settings.image_dir == NULL) return NULL;
    bool there = stat(image_path(tx_arena(tx), file), &st) == 0 && st.st_size == col_i64(q, "bytes");
    return there ? NULL : "its file is missing or has another size";
}

bool chat_images_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_page);
    enum row row;
    if (found->cursor[0] == 0) {
        struct query o = query(tx, &verify_orphans);
        if (query_row(&o) != ROW_FOUND) return false;
        if (col_i64(&o, "n") > 0) verify_found(found, "picture", 0, "a message shows a picture that is not there");
        o = query(tx, &verify_faces);
        if (query_row(&o) != ROW_FOUND) return false;
        if (col_i64(&o, "n") > 0) verify_found(found, "picture", 0, "who answers has a picture that is not there");
    }
    bind_i64(&q, found->cursor[0]), bind_i64(&q, 200);
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = image_complaint(tx, &q);
        if (what) verify_found(found, "picture", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}
