/* mail_files.c: what is attached to an answer by mail. Pictures become pictures of the conversation, by the same judge
 * and cleaned as those that are uploaded; what else was attached is named to the team and the visitor, so that nobody
 * waits for what did not come. Cleaned and written before the transaction in which they are shown (inbound.make).
 *
 * Rejected: other files as attachments of the conversation (a stranger's documents, opened on a merchant's machine). */
#include "chat/mail_in.h"

/* What is shown within an HTML part and is smaller than this, in bytes and on a side, is taken for the logo of a
 * signature. A strip that was cut out of a screen is low, but not small. */
enum { LOGO_BYTES = 20 * 1000, LOGO_SIDE = 200, SIZE_TEXT = 24 };

static enum mail_in_fate fate_of(enum image_fault f)
{
    switch (f) {
    case IMAGE_GOOD: return MAIL_FILE_TAKEN;
    case IMAGE_HEIC: return MAIL_FILE_HEIC;
    case IMAGE_BROKEN: return MAIL_FILE_BROKEN;
    case IMAGE_TOO_BIG: return MAIL_FILE_PIXELS;
    case IMAGE_UNKNOWN: break;
    }
    return MAIL_FILE_STAYS;
}

/* Looked at without being kept: a logo, or more than is kept. */
static enum mail_in_fate look(const struct mail_in_file *f, const struct mail_in_made *made, struct image *about)
{
    struct buf clean;
    buf_init(&clean, f->bytes.n + IMAGE_MORE_BYTES);
    enum mail_in_fate fate = fate_of(image_clean(f->bytes, &clean, about));
    buf_free(&clean);
    bool small = f->bytes.n < LOGO_BYTES && (about->width < LOGO_SIDE || about->height < LOGO_SIDE);
    if (f->shown && small) return MAIL_FILE_STAYS;
    if (fate == MAIL_FILE_STAYS) return fate;
    if (f->bytes.n > IMAGE_BYTES_MAX) return MAIL_FILE_LARGE;
    return fate == MAIL_FILE_TAKEN && made->pictures == MAIL_PICTURES_MAX ? MAIL_FILE_MANY : fate;
}

static const char *picture_name(struct arena *a, const struct mail_in_file *f, enum image_kind kind)
{
    const char *type = image_type(kind), *slash = strchr(type, '/');
    return f->name[0] ? f->name : arena_printf(a, "image.%s", slash + 1);
}

void mail_in_make(struct delivery *d)
{
    struct mail_in_made *made = d->made;
    made->readable = mail_read(d->arena, d->body, &made->mail);
    bool theirs = made->readable && made->email && mail_in_is_from(&made->mail, made->email);
    if (!theirs || made->mail.kind != MAIL_OF_PERSON) return;
    for (size_t i = 0; i < made->mail.kept; i++) {
        struct mail_in_file *f = &made->mail.file[i];
        struct mail_in_picture *p = &made->picture[made->pictures];
        const struct problem *problem;
        struct image about;
        f->fate = look(f, made, &about);
        if (f->fate != MAIL_FILE_TAKEN) continue;
        (void)picture_prepare_bytes(d->arena, f->bytes, &p->picture, &problem);
        made->unwritten |= problem != NULL;
        p->name = picture_name(d->arena, f, about.kind);
        made->pictures++;
    }
}

/* ---- what did not come ---- */

static void add_size(char out[SIZE_TEXT], size_t n)
{
    if (n < 1000) (void)snprintf(out, SIZE_TEXT, "%zu B", n);
    else if (n < 1000 * 1000) (void)snprintf(out, SIZE_TEXT, "%zu kB", (n + 500) / 1000);
    else (void)snprintf(out, SIZE_TEXT, "%zu.%zu MB", n / 1000000, n % 1000000 / 100000);
}

static void add_line(struct buf *out, const struct mail_in_file *f, bool english)
{
    static const char *const why[][2] = {
        [MAIL_FILE_HEIC] = { "browsers do not show HEIC", "浏览器无法显示 HEIC 格式" },
        [MAIL_FILE_BROKEN] = { "it is damaged", "图片已损坏" },
        [MAIL_FILE_PIXELS] = { "it has too many pixels", "图片尺寸过大" },
        [MAIL_FILE_LARGE] = { "it is larger than 5 MB", "超过 5 MB" },
        [MAIL_FILE_MANY] = { "a mail brings ten pictures at most", "每封邮件最多收录 10 张图片" },
    };
    char size[SIZE_TEXT];
    bool picture = f->fate > MAIL_FILE_TAKEN;
    add_size(size, f->bytes.n);
    if (out->n > 0) buf_char(out, '\n');
    if (english) {
        buf_printf(out, "[A %s%s%s, %s, was not taken%s%s]", picture ? "picture" : "file", f->name[0] ? " " : "",
                   f->name, size, picture ? ": " : "", picture ? why[f->fate][0] : "");
    } else {
        buf_printf(out, "［%s%s%s（%s）未收录%s%s］", picture ? "图片" : "文件", f->name[0] ? " " : "", f->name, size,
                   picture ? "：" : "", picture ? why[f->fate][1] : "");
    }
}

const char *mail_in_files_lines(struct arena *a, const struct mail_in *m, bool english)
{
    struct buf out;
    size_t named = 0, left = m->files;
    const size_t room = 8192;
    buf_fixed(&out, arena_alloc(a, room), room);
    for (size_t i = 0; i < m->kept; i++) {
        const struct mail_in_file *f = &m->file[i];
        if (f->shown && f->fate <= MAIL_FILE_TAKEN) continue; /* a logo, or taken */
        if (f->shown) left++;
        if (f->fate == MAIL_FILE_TAKEN) left--;
        else if (named < MAIL_FILES_NAMED) add_line(&out, f, english), named++, left--;
    }
    if (left == 0) return buf_terminated(&out);
    if (out.n > 0) buf_char(&out, '\n');
    if (english) buf_printf(&out, "[%zu more %s not taken]", left, left == 1 ? "was" : "were");
    else buf_printf(&out, "［另有 %zu 个未收录］", left);
    return buf_terminated(&out);
}
