/* sqlite_file.c: the database file as the file system knows it: made for its owner alone, held by one server, and still
 * the same one.
 *
 * Two locks keep a second server away: PATH.lock, which is also there while the file is replaced, and one on the file
 * itself, so that another name of it (a link) is no way in. The second is flock(2), which SQLite does not use. Its
 * descriptor stays open as long as the database: to close any descriptor of the file would drop the locks that SQLite
 * holds on it in this process, whoever opened it.
 *
 * A file that was deleted or replaced under a running server takes writes that nobody will find again. So each
 * transaction that writes looks whether the names still lead to the files that are open. */
#include "base/log.h"
#include "storage/private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>

static int hold(const char *path, bool *held)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    *held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (fd >= 0 && !*held) close(fd);
    return *held ? fd : fd >= 0 ? -2 : -1;
}

bool sqlite_file_lock(struct db *db, char *error, size_t error_size)
{
    char *name;
    bool held;
    if (asprintf(&name, "%s.lock", db->path) < 0) abort();
    db->lock_fd = hold(name, &held);
    if (held) {
        db->file_fd = hold(db->path, &held);
        if (db->file_fd == -2)
            snprintf(error, error_size, "another server is running on this database by another name of %s", db->path);
        if (db->file_fd == -1) snprintf(error, error_size, "cannot open %s: %m", db->path);
    } else if (db->lock_fd == -2) {
        snprintf(error, error_size, "another server is running on this database (it holds %s)", name);
    } else {
        snprintf(error, error_size, "cannot open the lock file %s: %m", name);
    }
    free(name);
    return held;
}

void sqlite_file_unlock(struct db *db)
{
    /* The lock file stays: removing it would let two servers lock two files of the same name. */
    if (db->file_fd >= 0) close(db->file_fd);
    if (db->lock_fd >= 0) close(db->lock_fd);
}

bool sqlite_file_prepare(struct db *db, char *error, size_t error_size)
{
    struct stat st;
    /* Made by us first, so that it (and the log beside it, which inherits) is readable by its owner alone. One that
     * exists is not opened here: see above. */
    int fd = open(db->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
    if ((fd < 0 && errno != EEXIST) || stat(db->path, &st) != 0) {
        snprintf(error, error_size, "cannot open %s: %m", db->path);
        return false;
    }
    const char *fault = NULL;
    if (st.st_mode & 077) fault = "is open to others than its owner, and holds everybody's data; chmod 600 mends it";
    if (st.st_uid != geteuid() && geteuid() != 0) fault = "belongs to another user; chown mends it";
    if (!S_ISREG(st.st_mode)) fault = "is not a file";
    if (fault) snprintf(error, error_size, "%s %s", db->path, fault);
    if (db->file_inode == 0) db->file_device = st.st_dev, db->file_inode = st.st_ino;
    return !fault;
}

bool sqlite_file_is_ours(const struct db *db, const char *log_path, ino_t *log_inode)
{
    struct stat st;
    if (stat(db->path, &st) != 0 || st.st_ino != db->file_inode || st.st_dev != db->file_device) return false;
    /* The log is made with the first change and stays as long as a connection is open. */
    bool has_log = stat(log_path, &st) == 0;
    if (*log_inode != 0) return has_log && st.st_ino == *log_inode;
    if (has_log) *log_inode = st.st_ino;
    return true;
}

int64_t sqlite_file_log_bytes(const struct db *db)
{
    char name[4096];
    struct stat st;
    int n = snprintf(name, sizeof name, "%s-wal", db->path);
    return n > 0 && (size_t)n < sizeof name && stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}
