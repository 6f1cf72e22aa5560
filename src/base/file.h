/* file.h: files that are read whole. */
#ifndef CHATHUB_BASE_FILE_H
#define CHATHUB_BASE_FILE_H

#include <stddef.h>

/* The `size` bytes that the file has, malloc'ed with room for one more. NULL: it is not there, it is a link, it cannot
 * be read or it is shorter. */
char *file_bytes(const char *path, size_t size);

#endif
