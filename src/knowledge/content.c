/* content.c: whether a row says what it said before: a number made of all its words. */
#include "knowledge/private.h"

#include "base/crypto.h"

void know_content_part(struct buf *b, const char *text)
{
    if (text) buf_text(b, text);
    buf_char(b, '\0');
}

int64_t know_content_hash(const struct buf *b)
{
    uint8_t digest[SHA256_SIZE];
    uint64_t h = 0;
    sha256(b->p, b->n, digest);
    for (size_t i = 0; i < sizeof h; i++) h = h << 8 | digest[i];
    return (int64_t)(h >> 1);
}
