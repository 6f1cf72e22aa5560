/* images.c: which format it is; PNG and GIF. Each reader knows the parts of its format that make the picture, copies
 * those in their order, and leaves all others out; a length that goes past the end, or a part that it cannot judge, is
 * a broken file. Nothing is unpacked: what a picture costs to show is bounded by its dimensions.
 *
 * Rejected: a library that decodes and encodes again (its holes would be ours, a picture of 50 million pixels takes
 * 200 MB, and a photo loses quality); taking the type that was claimed (a page named photo.png is a page). */
#include "chat/images.h"

#include <zlib.h>

const char *image_type(enum image_kind kind)
{
    static const char *const types[] = { "", "image/jpeg", "image/png", "image/webp", "image/gif" };
    return types[kind];
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static uint32_t le16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

/* ---- PNG ---- */

enum { PNG_SIGNATURE = 8, PNG_AROUND = 12, PNG_HEAD = 13 }; /* AROUND: length, name and check sum of a chunk */
static const uint8_t png_signature[PNG_SIGNATURE] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

/* The picture, its colours, and its frames when it moves. */
static bool png_kept(const uint8_t *name)
{
    static const char kept[][5] = { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB",
                                    "iCCP", "sBIT", "bKGD", "pHYs", "acTL", "fcTL", "fdAT" };
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (memcmp(name, kept[i], 4) == 0) return true;
    return false;
}

static enum image_fault clean_png(struct image_bytes in, struct buf *out, struct image *about)
{
    bool data = false;
    buf_add(out, in.p, PNG_SIGNATURE);
    for (size_t at = PNG_SIGNATURE;;) {
        if (in.n - at < PNG_AROUND) return IMAGE_BROKEN;
        const uint8_t *chunk = in.p + at, *name = chunk + 4, *body = chunk + 8;
        size_t n = be32(chunk);
        bool first = at == PNG_SIGNATURE, head = memcmp(name, "IHDR", 4) == 0;
        if (n > in.n - at - PNG_AROUND || first != head) return IMAGE_BROKEN;
        if (be32(body + n) != (uint32_t)crc32(0, name, (uInt)(n + 4))) return IMAGE_BROKEN;
        if (head) {
            enum image_fault f = n == PNG_HEAD ? image_sized(about, be32(body), be32(body + 4)) : IMAGE_BROKEN;
            if (f != IMAGE_GOOD) return f;
        }
        bool critical = (name[0] & 0x20) == 0, kept = png_kept(name);
        if (critical && !kept) return IMAGE_BROKEN;
        if (kept) buf_add(out, chunk, n + PNG_AROUND);
        data |= memcmp(name, "IDAT", 4) == 0;
        at += n + PNG_AROUND;
        if (memcmp(name, "IEND", 4) == 0) return data ? IMAGE_GOOD : IMAGE_BROKEN;
    }
}

/* ---- GIF ---- */

enum { GIF_HEAD = 13, GIF_FRAME = 10, GIF_LOOP = 14 };

/* A table of colours, when the flags say so. */
static bool gif_colors(struct image_bytes in, size_t *at, uint8_t flags)
{
    size_t n = flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
    if (in.n - *at < n) return false;
    *at += n;
    return true;
}

/* Pieces of up to 255 bytes, up to an empty one. */
static bool gif_pieces(struct image_bytes in, size_t *at)
{
    for (;;) {
        if (in.n == *at) return false;
        size_t n = in.p[*at];
        if (in.n - *at - 1 < n) return false;
        *at += n + 1;
        if (n == 0) return true;
    }
}

/* How long a frame stays, and how often it begins anew; no words, no other application's data. */
static bool gif_kept(const uint8_t *block, size_t n)
{
    if (block[1] == 0xf9) return n == 8;
    bool loops = block[1] == 0xff && n == GIF_LOOP + 5 && block[2] == 11 && block[GIF_LOOP] == 3;
    return loops && (memcmp(block + 3, "NETSCAPE2.0", 11) == 0 || memcmp(block + 3, "ANIMEXTS1.0", 11) == 0);
}

static enum image_fault clean_gif(struct image_bytes in, struct buf *out, struct image *about)
{
    bool frames = false;
    size_t at = GIF_HEAD;
    if (in.n < GIF_HEAD) return IMAGE_BROKEN;
    enum image_fault f = image_sized(about, le16(in.p + 6), le16(in.p + 8));
    if (f != IMAGE_GOOD) return f;
    if (!gif_colors(in, &at, in.p[10])) return IMAGE_BROKEN;
    buf_add(out, in.p, at);
    for (;;) {
        size_t from = at;
        if (in.n == at) return IMAGE_BROKEN;
        uint8_t what = in.p[at];
        if (what == 0x3b) {
            buf_char(out, 0x3b);
            return frames ? IMAGE_GOOD : IMAGE_BROKEN;
        }
        if (what == 0x21) {
            if (in.n - at < 3) return IMAGE_BROKEN;
            at += 2;
            if (!gif_pieces(in, &at)) return IMAGE_BROKEN;
            if (gif_kept(in.p + from, at - from)) buf_add(out, in.p + from, at - from);
        } else if (what == 0x2c) {
            struct image frame = { .kind = IMAGE_GIF };
            if (in.n - at <= GIF_FRAME) return IMAGE_BROKEN;
            if (image_sized(&frame, le16(in.p + at + 5), le16(in.p + at + 7)) != IMAGE_GOOD) return IMAGE_BROKEN;
            uint8_t flags = in.p[at + 9];
            at += GIF_FRAME;
            if (!gif_colors(in, &at, flags) || in.n == at) return IMAGE_BROKEN;
            at++; /* the first size of a code */
            if (!gif_pieces(in, &at)) return IMAGE_BROKEN;
            buf_add(out, in.p + from, at - from);
            frames = true;
        } else {
            return IMAGE_BROKEN;
        }
    }
}

/* ---- which one ---- */

static bool begins(struct image_bytes in, const void *with, size_t n)
{
    return in.n >= n && memcmp(in.p, with, n) == 0;
}

/* A box "ftyp" with the brand of a still picture of the HEIF family. */
static bool is_heic(struct image_bytes in)
{
    static const char brands[][5] = { "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1" };
    if (in.n < 12 || memcmp(in.p + 4, "ftyp", 4) != 0) return false;
    for (size_t i = 0; i < ARRAY_LEN(brands); i++)
        if (memcmp(in.p + 8, brands[i], 4) == 0) return true;
    return false;
}

enum image_fault image_clean(struct str file, struct buf *out, struct image *about)
{
    struct image_bytes in = { (const uint8_t *)file.p, file.n };
    enum image_fault f = IMAGE_UNKNOWN;
    *about = (struct image){ .kind = IMAGE_NONE };
    buf_clear(out);
    if (begins(in, png_signature, sizeof png_signature)) about->kind = IMAGE_PNG, f = clean_png(in, out, about);
    else if (begins(in, "\xff\xd8\xff", 3)) about->kind = IMAGE_JPEG, f = image_clean_jpeg(in, out, about);
    else if (begins(in, "GIF87a", 6) || begins(in, "GIF89a", 6)) about->kind = IMAGE_GIF, f = clean_gif(in, out, about);
    else if (begins(in, "RIFF", 4) && in.n >= 12 && memcmp(in.p + 8, "WEBP", 4) == 0)
        about->kind = IMAGE_WEBP, f = image_clean_webp(in, out, about);
    else if (is_heic(in)) f = IMAGE_HEIC;
    if (f == IMAGE_GOOD && !out->overflow) return IMAGE_GOOD;
    buf_clear(out);
    *about = (struct image){ .kind = IMAGE_NONE };
    return f == IMAGE_GOOD ? IMAGE_BROKEN : f;
}
