/* zip.h: the files in a ZIP archive of which we know little: a provider's, fetched from an address that it named. Only
 * what such an archive needs: stored and deflated files, found by the directory at its end. What is encrypted, in parts
 * or larger than 4 GB is refused, and so is all that does not agree with itself. */
#ifndef CHATHUB_PAYMENTS_ZIP_H
#define CHATHUB_PAYMENTS_ZIP_H

#include "base/arena.h"
#include "base/str.h"

enum { ZIP_FILES_MAX = 16 };
struct zip_file {
    struct str name, packed; /* views into the archive; name: as it stands there, in any charset */
    size_t size;             /* unpacked, as the archive says; zip_read holds it to that */
    uint32_t crc;
    bool deflated;
};
/* False: it is no such archive, or has more than ZIP_FILES_MAX files. */
MUST_USE bool zip_open(struct str archive, struct zip_file out[ZIP_FILES_MAX], size_t *count);
/* The file unpacked, in the arena. False: it is longer than `max`, or not what the archive says. */
MUST_USE bool zip_read(struct arena *a, const struct zip_file *f, size_t max, struct str *out);
#endif
