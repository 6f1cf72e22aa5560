/* images_webp.c: WebP: a RIFF of chunks. Kept are the picture, its transparency, its colours and its frames; the flags
 * of the first chunk no longer promise Exif or XMP. */
#include "chat/images.h"

enum {
    RIFF_HEAD = 12,
    CHUNK_HEAD = 8,
    EXTENDED = 10,
    FLAG_EXIF = 0x08,
    FLAG_XMP = 0x04,
    FRAME_HEAD = 16,
    LOSSY_HEAD = 10,
    LOSSLESS_HEAD = 5
};

static uint32_t le(const uint8_t *p, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint32_t)p[i] << 8 * i;
    return v;
}

static bool named(const uint8_t *chunk, const char *name) { return memcmp(chunk, name, 4) == 0; }

/* A chunk and the byte that makes it even; 0: it goes past the end. */
static size_t whole(struct image_bytes in, size_t at)
{
    if (in.n - at < CHUNK_HEAD) return 0;
    size_t n = le(in.p + at + 4, 4), even = n + (n & 1);
    return even <= in.n - at - CHUNK_HEAD ? CHUNK_HEAD + even : 0;
}

static enum image_fault sized_by_data(const uint8_t *chunk, struct image *about)
{
    const uint8_t *p = chunk + CHUNK_HEAD;
    size_t n = le(chunk + 4, 4);
    if (named(chunk, "VP8 ")) {
        if (n < LOSSY_HEAD || memcmp(p + 3, "\x9d\x01\x2a", 3) != 0) return IMAGE_BROKEN;
        return image_sized(about, le(p + 6, 2) & 0x3fff, le(p + 8, 2) & 0x3fff);
    }
    if (n < LOSSLESS_HEAD || p[0] != 0x2f) return IMAGE_BROKEN;
    uint32_t bits = le(p + 1, 4);
    return image_sized(about, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
}

/* Of a picture that moves: each frame holds chunks of its own. */
static bool frame_sound(const uint8_t *chunk)
{
    struct image_bytes in = { chunk + CHUNK_HEAD, le(chunk + 4, 4) };
    bool data = false;
    if (in.n < FRAME_HEAD) return false;
    for (size_t at = FRAME_HEAD; at < in.n;) {
        size_t n = whole(in, at);
        const uint8_t *one = in.p + at;
        struct image size;
        if (n == 0) return false;
        if (named(one, "VP8 ") || named(one, "VP8L")) {
            if (data || sized_by_data(one, &size) != IMAGE_GOOD) return false;
            data = true;
        } else if (!named(one, "ALPH")) {
            return false;
        }
        at += n;
    }
    return data;
}

static enum image_fault chunk_judge(const uint8_t *chunk, bool first, bool *data, struct image *about)
{
    if (named(chunk, "VP8X")) {
        const uint8_t *p = chunk + CHUNK_HEAD;
        if (!first || le(chunk + 4, 4) != EXTENDED) return IMAGE_BROKEN;
        return image_sized(about, le(p + 4, 3) + 1, le(p + 7, 3) + 1);
    }
    if (named(chunk, "ANMF")) {
        *data = true;
        return !first && frame_sound(chunk) ? IMAGE_GOOD : IMAGE_BROKEN;
    }
    if (named(chunk, "VP8 ") || named(chunk, "VP8L")) {
        struct image inside = *about;
        if (*data) return IMAGE_BROKEN;
        *data = true;
        enum image_fault f = sized_by_data(chunk, &inside);
        if (f == IMAGE_GOOD && first) *about = inside;
        return f;
    }
    return first ? IMAGE_BROKEN : IMAGE_GOOD;
}

static bool kept(const uint8_t *chunk)
{
    static const char names[][5] = { "VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (named(chunk, names[i])) return true;
    return false;
}

enum image_fault image_clean_webp(struct image_bytes in, struct buf *out, struct image *about)
{
    size_t says = le(in.p + 4, 4);
    bool data = false;
    if (says < 4 || says > in.n - CHUNK_HEAD) return IMAGE_BROKEN;
    in.n = says + CHUNK_HEAD; /* what stands behind is no part of it */
    buf_add(out, in.p, RIFF_HEAD);
    for (size_t at = RIFF_HEAD; at < in.n;) {
        size_t n = whole(in, at), before = out->n;
        const uint8_t *chunk = in.p + at;
        if (n == 0) return IMAGE_BROKEN;
        enum image_fault f = chunk_judge(chunk, at == RIFF_HEAD, &data, about);
        if (f != IMAGE_GOOD) return f;
        if (kept(chunk)) buf_add(out, chunk, n);
        if (kept(chunk) && named(chunk, "VP8X") && !out->overflow)
            out->p[before + CHUNK_HEAD] = (char)((uint8_t)out->p[before + CHUNK_HEAD] & ~(FLAG_EXIF | FLAG_XMP));
        at += n;
    }
    if (!data || out->overflow) return IMAGE_BROKEN;
    for (size_t i = 0; i < 4; i++) out->p[4 + i] = (char)((out->n - CHUNK_HEAD) >> 8 * i & 0xff);
    return IMAGE_GOOD;
}
