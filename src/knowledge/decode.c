/* decode.c: bytes of a file as UTF-8. Spreadsheets write what their system likes: Excel in China GB18030 without a
 * mark, Excel elsewhere UTF-16 with one. Asked for in an order in which none is taken for another: marks, then UTF-8
 * (which no other text is by chance), then UTF-16 by its zeros, then GB18030, strictly. */
#include "knowledge/readers.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

static char *plain(struct str s, size_t *n)
{
    char *out = malloc(s.n + 1);
    if (!out) abort();
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    *n = s.n;
    return out;
}

/* GB18030 grows by half, UTF-16 by half, no text by more than that. */
static char *convert(struct str s, const char *from, size_t *n)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1) return NULL;
    size_t room = s.n * 3 / 2 + 16, left = s.n, free_bytes = room;
    char *out = malloc(room + 1), *to = out, *in = (char *)s.p;
    if (!out) abort();
    size_t got = iconv(cd, &in, &left, &to, &free_bytes);
    (void)iconv_close(cd);
    if (got == (size_t)-1 || left > 0) {
        free(out);
        return NULL;
    }
    *n = (size_t)(to - out);
    *to = '\0';
    return out;
}

/* Text of mostly Latin letters in UTF-16 without a mark: every second byte is zero. */
static const char *utf16_by_zeros(struct str s)
{
    size_t even = 0, odd = 0, n = s.n < 512 ? s.n : 512;
    for (size_t i = 0; i < n; i++)
        if (s.p[i] == '\0') (*(i % 2 ? &odd : &even))++;
    if (n < 4 || s.n % 2) return NULL;
    return odd > n / 4 && even == 0 ? "UTF-16LE" : even > n / 4 && odd == 0 ? "UTF-16BE" : NULL;
}

char *know_decode(struct str bytes, size_t *n, const char **encoding)
{
    const char *from = NULL;
    char *out = NULL;
    *encoding = "UTF-8", *n = 0;
    if (str_starts(bytes, STR("\xef\xbb\xbf"))) bytes = (struct str){ bytes.p + 3, bytes.n - 3 };
    else if (str_starts(bytes, STR("\xff\xfe"))) from = "UTF-16LE";
    else if (str_starts(bytes, STR("\xfe\xff"))) from = "UTF-16BE";
    if (from) {
        bytes = (struct str){ bytes.p + 2, bytes.n - 2 };
    } else if (utf8_valid(bytes)) {
        out = memchr(bytes.p, '\0', bytes.n) ? NULL : plain(bytes, n);
        if (out) return out;
    }
    if (!from) from = utf16_by_zeros(bytes);
    if (!from) from = "GB18030";
    *encoding = str_starts(str_of(from), STR("UTF-16")) ? "UTF-16" : "GB18030";
    out = convert(bytes, from, n);
    if (out && (*n > READ_TEXT_MAX || memchr(out, '\0', *n) || !utf8_valid((struct str){ out, *n }))) {
        free(out);
        out = NULL;
    }
    return out;
}
