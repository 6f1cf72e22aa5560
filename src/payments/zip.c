/* zip.c: archives by zlib's raw inflate. Nothing is believed but the directory, and that only within the archive: each
 * offset is checked before it is read, the room for a file is what its entry says and the caller allows, and inflate
 * never writes past it. */
#include "payments/zip.h"

#include <zlib.h>

enum {
    END_SIZE = 22,
    ENTRY_SIZE = 46,
    HEAD_SIZE = 30,
    COMMENT_MAX = 0xffff,
    ENCRYPTED = 1,
    STORED = 0,
    DEFLATED = 8,
};
#define END_MARK UINT32_C(0x06054b50)
#define ENTRY_MARK UINT32_C(0x02014b50)
#define HEAD_MARK UINT32_C(0x04034b50)

static uint32_t le16(const char *p) { return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8; }
static uint32_t le32(const char *p) { return le16(p) | le16(p + 2) << 16; }

/* The record at the end, behind which only a comment may stand, as long as it says. NULL: there is none. */
static const char *find_end(struct str archive)
{
    if (archive.n < END_SIZE) return NULL;
    size_t last = archive.n - END_SIZE, first = last > COMMENT_MAX ? last - COMMENT_MAX : 0;
    for (size_t at = last + 1; at-- > first;) {
        const char *p = archive.p + at;
        if (le32(p) == END_MARK && le16(p + 20) == last - at) return p;
    }
    return NULL;
}

/* Where its bytes stand: behind a head of its own, whose length the directory does not say. */
static bool find_packed(struct str archive, size_t head, size_t packed, struct str *out)
{
    if (head > archive.n || archive.n - head < HEAD_SIZE) return false;
    const char *p = archive.p + head;
    size_t begin = head + HEAD_SIZE + le16(p + 26) + le16(p + 28);
    if (le32(p) != HEAD_MARK || begin > archive.n || packed > archive.n - begin) return false;
    *out = (struct str){ archive.p + begin, packed };
    return true;
}

static bool read_entry(struct str archive, size_t *at, size_t end, struct zip_file *out)
{
    if (end - *at < ENTRY_SIZE) return false;
    const char *p = archive.p + *at;
    size_t name = le16(p + 28), behind = le16(p + 30) + (size_t)le16(p + 32);
    uint32_t method = le16(p + 10);
    if (le32(p) != ENTRY_MARK || end - *at - ENTRY_SIZE < name + behind) return false;
    if ((le16(p + 8) & ENCRYPTED) || (method != STORED && method != DEFLATED)) return false;
    *out = (struct zip_file){
        .name = { p + ENTRY_SIZE, name }, .size = le32(p + 24), .crc = le32(p + 16), .deflated = method == DEFLATED
    };
    *at += ENTRY_SIZE + name + behind;
    return find_packed(archive, le32(p + 42), le32(p + 20), &out->packed);
}

bool zip_open(struct str archive, struct zip_file out[ZIP_FILES_MAX], size_t *count)
{
    const char *end = find_end(archive);
    *count = 0;
    if (end == NULL) return false;
    size_t files = le16(end + 10), at = le32(end + 16), size = le32(end + 12);
    size_t end_at = (size_t)(end - archive.p);
    /* This disk and the one of the directory are the first, and all of it is here. */
    if (le32(end + 4) != 0 || le16(end + 8) != files || files > ZIP_FILES_MAX) return false;
    if (at > end_at || size != end_at - at) return false;
    for (size_t i = 0; i < files; i++)
        if (!read_entry(archive, &at, end_at, &out[i])) return false;
    if (at == end_at) *count = files;
    return at == end_at;
}

/* All of `packed` makes exactly `size` bytes. */
static bool inflate_all(struct str packed, char *to, size_t size)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.p,
                   .avail_in = (uInt)packed.n,
                   .next_out = (Bytef *)to,
                   .avail_out = (uInt)size };
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) return false;
    int got = inflate(&z, Z_FINISH);
    bool whole = got == Z_STREAM_END && z.avail_in == 0 && z.total_out == size;
    return inflateEnd(&z) == Z_OK && whole;
}

bool zip_read(struct arena *a, const struct zip_file *f, size_t max, struct str *out)
{
    *out = (struct str){ "", 0 };
    if (f->size > max || f->packed.n > UINT32_MAX) return false;
    if (!f->deflated && f->packed.n != f->size) return false;
    char *to = arena_alloc(a, f->size + 1);
    if (!f->deflated && f->size > 0) memcpy(to, f->packed.p, f->size);
    if (f->deflated && !inflate_all(f->packed, to, f->size)) return false;
    if (crc32(crc32(0, NULL, 0), (const Bytef *)to, (uInt)f->size) != f->crc) return false;
    *out = (struct str){ to, f->size };
    return true;
}
