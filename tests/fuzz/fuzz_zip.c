/* fuzz_zip.c: archives. What is read is of the size that was said, within what was allowed, and the same twice. */
#include "fuzz.h"
#include "payments/zip.h"

enum { ARENA_BYTES = 64 << 20, FILE_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str archive = { (const char *)data, size };
    struct arena *a = arena_new(ARENA_BYTES);
    struct zip_file f[ZIP_FILES_MAX];
    size_t count;
    bool opened = zip_open(archive, f, &count);
    must(opened || count == 0);
    for (size_t i = 0; i < count; i++) {
        struct str one, two;
        must(inside(f[i].name, archive.p, archive.n) && inside(f[i].packed, archive.p, archive.n));
        if (!zip_read(a, &f[i], FILE_BYTES, &one)) continue;
        must(one.n == f[i].size && one.n <= FILE_BYTES);
        must(zip_read(a, &f[i], one.n, &two) && str_eq(one, two));
        must(one.n == 0 || !zip_read(a, &f[i], one.n - 1, &two));
    }
    arena_free(a);
    return 0;
}
