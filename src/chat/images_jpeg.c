/* images_jpeg.c: JPEG. Kept are tables, frame and scans, the mark of Adobe's colours and a colour profile. Of Exif only
 * one fact is written again: how the picture must be turned to stand upright, since a telephone's photo lies on its
 * side without it. */
#include "chat/images.h"

enum {
    EXIF_ENTRY = 12,
    EXIF_HEAD = 8,
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
    UPRIGHT = 1,
    TURNS = 8,
    SCAN = 0xda,
    END = 0xd9
};

static uint32_t number(const uint8_t *p, size_t n, bool big)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint32_t)p[i] << (big ? 8 * (n - 1 - i) : 8 * i);
    return v;
}

/* 0: not told. `exif` is what follows "Exif\0\0". */
static unsigned orientation_of(const uint8_t *exif, size_t n)
{
    if (n < EXIF_HEAD) return 0;
    bool big = memcmp(exif, "MM\0*", 4) == 0;
    if (!big && memcmp(exif, "II*\0", 4) != 0) return 0;
    size_t at = number(exif + 4, 4, big);
    if (at > n || n - at < 2) return 0;
    size_t entries = number(exif + at, 2, big);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = at + 2 + i * EXIF_ENTRY;
        if (n < entry || n - entry < EXIF_ENTRY) return 0;
        if (number(exif + entry, 2, big) != TAG_ORIENTATION) continue;
        uint32_t v = number(exif + entry + 8, 2, big);
        return number(exif + entry + 2, 2, big) == TYPE_SHORT && v >= UPRIGHT && v <= TURNS ? v : 0;
    }
    return 0;
}

/* A segment with one entry. */
static void write_orientation(struct buf *out, unsigned turn)
{
    uint8_t segment[] = { 0xff, 0xe1, 0, 34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, '*', 0, 0, 0, 8,
                          0,    1,    1, 0x12, 0,   3,   0,   0,   0, 1, 0,   0,   0, 0,   0, 0, 0, 0 };
    segment[29] = (uint8_t)turn;
    buf_add(out, segment, sizeof segment);
}

static bool is(const uint8_t *body, size_t n, const char *mark, size_t of)
{
    return n >= of && memcmp(body, mark, of) == 0;
}

/* Whether a segment goes on into the clean file. */
static bool kept(uint8_t marker, const uint8_t *body, size_t n)
{
    switch (marker) {
    case 0xc0: /* frames: baseline, extended, progressive */
    case 0xc1:
    case 0xc2:
    case 0xc4: /* tables */
    case 0xdb:
    case 0xdd:
    case SCAN: return true;
    case 0xe0: return is(body, n, "JFIF\0", 5) && n == 14;
    case 0xe2: return is(body, n, "ICC_PROFILE\0", 12);
    case 0xee: return is(body, n, "Adobe", 5) && n == 12;
    default: return false;
    }
}

/* What a marker may be at all: application's data, comments and the ones above. */
static bool known(uint8_t marker)
{
    return (marker >= 0xe0 && marker <= 0xef) || marker == 0xfe || marker == 0xc0 || marker == 0xc1 || marker == 0xc2 ||
           marker == 0xc4 || marker == 0xdb || marker == 0xdd || marker == SCAN;
}

/* From behind the head of a scan to the next marker that is none of the scan's own. */
static size_t scan_end(struct image_bytes in, size_t at)
{
    while (at + 1 < in.n) {
        const uint8_t *ff = memchr(in.p + at, 0xff, in.n - at - 1);
        if (ff == NULL) break;
        at = (size_t)(ff - in.p);
        uint8_t next = in.p[at + 1];
        if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7)) return at;
        at += next == 0xff ? 1 : 2;
    }
    return in.n;
}

struct jpeg {
    bool frame, scan;
    unsigned turn;
};

static enum image_fault frame(struct jpeg *j, const uint8_t *body, size_t n, struct image *about)
{
    if (j->frame || n < 6) return IMAGE_BROKEN;
    j->frame = true;
    return image_sized(about, number(body + 3, 2, true), number(body + 1, 2, true));
}

enum image_fault image_clean_jpeg(struct image_bytes in, struct buf *out, struct image *about)
{
    struct jpeg j = { .turn = 0 };
    buf_add(out, in.p, 2);
    for (size_t at = 2;;) {
        if (at >= in.n || in.p[at] != 0xff) return IMAGE_BROKEN;
        while (at < in.n && in.p[at] == 0xff) at++; /* as many as it likes */
        if (at >= in.n) return IMAGE_BROKEN;
        uint8_t marker = in.p[at++];
        if (marker == END) {
            buf_add(out, "\xff\xd9", 2);
            return j.frame && j.scan ? IMAGE_GOOD : IMAGE_BROKEN;
        }
        if (!known(marker) || in.n - at < 2) return IMAGE_BROKEN;
        size_t n = number(in.p + at, 2, true);
        if (n < 2 || n > in.n - at) return IMAGE_BROKEN;
        const uint8_t *body = in.p + at + 2;
        if (marker == 0xc0 || marker == 0xc1 || marker == 0xc2) {
            enum image_fault f = frame(&j, body, n - 2, about);
            if (f != IMAGE_GOOD) return f;
        }
        if (marker == 0xe1 && j.turn == 0 && !j.scan && is(body, n - 2, "Exif\0\0", 6)) {
            j.turn = orientation_of(body + 6, n - 8);
            if (j.turn > UPRIGHT) write_orientation(out, j.turn);
        }
        if (kept(marker, body, n - 2)) {
            const char head[2] = { '\xff', (char)marker };
            buf_add(out, head, sizeof head);
            buf_add(out, in.p + at, n);
        }
        at += n;
        if (marker != SCAN) continue;
        if (!j.frame) return IMAGE_BROKEN;
        size_t end = scan_end(in, at);
        buf_add(out, in.p + at, end - at);
        j.scan = true;
        at = end;
    }
}
