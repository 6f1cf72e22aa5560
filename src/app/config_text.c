/* config_text.c: what is too long for a line: keys and certificates, each in a file of its own that a setting names.
 * Who may write it decides whose word we believe, and who may read a secret one has it: both are looked at. */
#include "app/private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_FILE_MAX = 256 << 10 };

static bool read_all(int fd, char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = read(fd, text + at, n - at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += (size_t)got;
    }
    return true;
}

static bool is_fit(const struct stat *st, const char *name, bool secret, struct buf *error)
{
    if (!S_ISREG(st->st_mode) || st->st_size <= 0 || st->st_size > TEXT_FILE_MAX) {
        buf_printf(error, "%s must name a file of 1 to %d bytes.", name, (int)TEXT_FILE_MAX);
        return false;
    }
    if (!owner_is_trusted(st, name, error)) return false;
    if (!secret || !(st->st_mode & S_IRWXO)) return true;
    buf_printf(error, "%s names a file that everybody can read (chmod o-rwx).", name);
    return false;
}

bool config_text_read(struct arena *a, const char *name, const char *path, bool secret, const char **out,
                      struct buf *error)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        buf_printf(error, "%s names a file that cannot be read: %s.", name, strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    bool good = is_fit(&st, name, secret, error);
    if (good) {
        char *text = arena_alloc(a, (size_t)st.st_size + 1);
        good = read_all(fd, text, (size_t)st.st_size) && !memchr(text, '\0', (size_t)st.st_size);
        if (good) *out = text;
        else buf_printf(error, "%s names a file that is no text.", name);
    }
    close(fd);
    return good;
}
