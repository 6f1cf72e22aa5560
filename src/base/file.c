/* file.c: files that are read whole. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

char *file_bytes(const char *path, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return NULL;
    char *p = malloc(size + 1);
    size_t have = 0;
    if (!p) abort();
    while (have < size) {
        ssize_t got = read(fd, p + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        have += (size_t)got;
    }
    (void)close(fd);
    if (have == size) return p;
    free(p);
    return NULL;
}
