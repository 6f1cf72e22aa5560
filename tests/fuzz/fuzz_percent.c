/* fuzz_percent.c: decoding of paths, queries and forms: never longer than the input, no NUL in it, the same in place
 * and beside, and encoding is its inverse. The fields of a form are cut before they are decoded, as the reader does it.
 */
#include "base/str.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static void decode_one(struct str in, bool plus_is_space)
{
    /* Exactly as large as allowed, so that the sanitizer sees a write behind it. */
    char *out = malloc(in.n + 1), *place = malloc(in.n + 1);
    must(out != NULL && place != NULL);
    size_t n = SIZE_MAX, place_n = SIZE_MAX;
    bool ok = percent_decode(in, plus_is_space, out, in.n, &n);
    if (in.n > 0) memcpy(place, in.p, in.n);
    must(percent_decode((struct str){ place, in.n }, plus_is_space, place, in.n, &place_n) == ok && place_n == n);
    if (ok) {
        must(n <= in.n && memchr(out, '\0', n) == NULL && memcmp(out, place, n) == 0);
        if (n > 0) must(!percent_decode(in, plus_is_space, place, n - 1, &place_n));
        struct buf encoded;
        buf_init(&encoded, 3 * in.n + 1);
        percent_encode(&encoded, (struct str){ out, n });
        must(!encoded.overflow);
        must(percent_decode(buf_str(&encoded), plus_is_space, place, n, &place_n) && place_n == n);
        must(memcmp(out, place, n) == 0);
        buf_free(&encoded);
    } else {
        must(n == SIZE_MAX);
    }
    free(out);
    free(place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = { (const char *)data, size };
    decode_one(in, false);
    decode_one(in, true);
    for (size_t start = 0, i = 0; i <= size; i++) {
        if (i < size && strchr("&=/?;", in.p[i]) == NULL) continue;
        decode_one((struct str){ in.p + start, i - start }, true);
        start = i + 1;
    }
    return 0;
}
