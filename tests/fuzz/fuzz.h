/* fuzz.h: what the targets share. A target aborts when something that must hold does not; libFuzzer keeps the input. */
#ifndef CHATHUB_FUZZ_H
#define CHATHUB_FUZZ_H

#include "base/arena.h"
#include "base/str.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool ok)
{
    if (!ok) abort();
}

static inline bool inside(struct str part, const char *p, size_t n)
{
    return part.n == 0 || (part.p >= p && part.p + part.n <= p + n);
}

/* Cuts the text up to the next line feed from *rest; all of it when there is none. */
static inline struct str line_cut(struct str *rest)
{
    const char *lf = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    struct str line = { rest->p, lf ? (size_t)(lf - rest->p) : rest->n };
    size_t step = lf ? line.n + 1 : line.n;
    if (step > 0) rest->p += step, rest->n -= step;
    return line;
}

#endif
