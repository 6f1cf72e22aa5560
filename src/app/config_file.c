/* config_file.c: chathub.conf, read whole before any line counts: a slip anywhere is told with its line, and nothing
 * starts on half of a file. The form is that of systemd's EnvironmentFile and of a shell that sources it: NAME=value,
 * '#' begins a comment line, one pair of quotes around a value is taken off, "export " before a name is passed over.
 *
 * A file in the working directory is believed only when it is ours: whoever can write it names the address that our
 * passwords are sent to. */
#include "app/private.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLIP_DISTANCE = 2, NAME_COMPARED_MAX = 64 };

bool owner_is_trusted(const struct stat *st, const char *what, struct buf *error)
{
    if (st->st_uid != geteuid() && st->st_uid != 0) {
        buf_printf(error, "%s belongs to user %u, not to you (%u) or root, so it is not trusted.", what,
                   (unsigned)st->st_uid, (unsigned)geteuid());
        return false;
    }
    if (st->st_mode & 022) {
        buf_printf(error, "%s can be written by others, so it is not trusted (chmod go-w).", what);
        return false;
    }
    return true;
}

static bool fault(struct buf *error, const char *path, int line, const char *what)
{
    buf_printf(error, "%s, line %d: %s", path, line, what);
    return false;
}

/* The value as written → as meant. False: a quote is not closed, or text stands behind the closing one. */
static bool unquote(struct str *v)
{
    if (v->n == 0 || (v->p[0] != '"' && v->p[0] != '\'')) return true;
    if (v->n < 2 || v->p[v->n - 1] != v->p[0] || memchr(v->p + 1, v->p[0], v->n - 2)) return false;
    v->p++, v->n -= 2;
    return true;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    return s.n > 0;
}

static bool add_line(struct arena *a, struct config_file *f, struct str s, int line, struct buf *error)
{
    if (s.n == 0 || s.p[0] == '#') return true;
    if (str_starts(s, STR("export "))) s = str_trim((struct str){ s.p + 7, s.n - 7 });
    const char *equals = memchr(s.p, '=', s.n);
    if (!equals) return fault(error, f->path, line, "this is not NAME=value.");
    struct str name = str_trim((struct str){ s.p, (size_t)(equals - s.p) });
    struct str value = str_trim((struct str){ equals + 1, s.n - (size_t)(equals + 1 - s.p) });
    if (!is_name(name)) return fault(error, f->path, line, "a name is letters, digits and '_'.");
    if (!unquote(&value)) return fault(error, f->path, line, "a quote is not closed, or text follows the closing one.");
    if (!utf8_valid(value) || text_has_controls(value))
        return fault(error, f->path, line, "the value is not one line of UTF-8 text.");
    if (f->count == CONFIG_LINES_MAX) return fault(error, f->path, line, "too many settings.");
    const char *name_text = arena_text_n(a, name.p, name.n);
    if (config_file_value(f, name_text)) {
        buf_printf(error, "%s, line %d: %s is set a second time.", f->path, line, name_text);
        return false;
    }
    f->line[f->count++] = (struct config_line){ name_text, arena_text_n(a, value.p, value.n), line };
    return true;
}

static bool read_whole(struct arena *a, int fd, const char *path, struct str *out, struct buf *error)
{
    char *text = arena_alloc(a, CONFIG_FILE_MAX + 1);
    size_t have = 0;
    ssize_t n;
    while (have < CONFIG_FILE_MAX && (n = read(fd, text + have, CONFIG_FILE_MAX - have)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            buf_printf(error, "%s cannot be read: %s.", path, strerror(errno));
            return false;
        }
        have += (size_t)n;
    }
    if (have == CONFIG_FILE_MAX) {
        buf_printf(error, "%s is larger than %d bytes.", path, CONFIG_FILE_MAX);
        return false;
    }
    *out = (struct str){ text, have };
    return true;
}

static bool open_and_read(struct arena *a, struct config_file *out, struct str *text, struct buf *error)
{
    struct stat st;
    int fd = open(out->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        buf_printf(error, "%s cannot be read: %s.", out->path, strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    /* Looked at through the open file: what is judged is what is read. */
    bool good = owner_is_trusted(&st, out->path, error) && read_whole(a, fd, out->path, text, error);
    out->readable_by_others = (st.st_mode & 007) != 0;
    close(fd);
    return good;
}

bool config_file_read(struct arena *a, const char *path, struct config_file *out, struct buf *error)
{
    *out = (struct config_file){ .path = arena_text(a, path) };
    struct str text;
    if (!open_and_read(a, out, &text, error)) return false;
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text.p += 3, text.n -= 3; /* byte-order mark */
    int line = 1;
    for (size_t at = 0; at < text.n; line++) {
        const char *from = text.p + at, *end = memchr(from, '\n', text.n - at);
        size_t n = end ? (size_t)(end - from) : text.n - at;
        at += n + 1;
        if (n > 0 && from[n - 1] == '\r') n--;
        if (!add_line(a, out, str_trim((struct str){ from, n }), line, error)) return false;
    }
    return true;
}

const char *config_file_value(const struct config_file *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (text_eq(f->line[i].name, name)) return f->line[i].value;
    return NULL;
}

/* How many letters differ (Levenshtein). Names longer than NAME_COMPARED_MAX are near to nothing. */
static size_t distance(const char *a, const char *b)
{
    size_t an = strlen(a), bn = strlen(b), row[NAME_COMPARED_MAX + 1];
    if (an > NAME_COMPARED_MAX || bn > NAME_COMPARED_MAX) return NAME_COMPARED_MAX;
    for (size_t j = 0; j <= bn; j++) row[j] = j;
    for (size_t i = 1; i <= an; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t swap = diagonal + (a[i - 1] != b[j - 1]), up = row[j] + 1, left = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = swap < up ? swap : up;
            if (left < row[j]) row[j] = left;
        }
    }
    return row[bn];
}

static bool has_our_prefix(const char *name)
{
    static const char *const prefixes[] = { "CHATHUB_", "CHATBOT_", "SMTP_", "CREDIT_" };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(str_of(name), str_of(prefixes[i]))) return true;
    return false;
}

bool config_file_names(const struct config_file *f, const char *const *names, struct buf *error)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct config_line *l = &f->line[i];
        const char *nearest = NULL;
        size_t least = NAME_COMPARED_MAX;
        for (const char *const *n = names; *n && least > 0; n++) {
            size_t d = distance(l->name, *n);
            if (d < least) least = d, nearest = *n;
        }
        if (least == 0) continue;
        if (least <= SLIP_DISTANCE) {
            buf_printf(error, "%s, line %d: %s is not a setting; did you mean %s?", f->path, l->line, l->name, nearest);
            return false;
        }
        if (has_our_prefix(l->name)) {
            buf_printf(error, "%s, line %d: %s is not a setting of this version.", f->path, l->line, l->name);
            return false;
        }
        LOG(LOG_WARN, "setting_of_others_passed_over", LOG_TEXT("name", l->name), LOG_NUMBER("line", l->line));
    }
    return true;
}
