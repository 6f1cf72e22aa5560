/* test_bill_fix.h: archives as Alipay makes them, for tests. */
#ifndef CHATHUB_PAYMENTS_TEST_BILL_FIX_H
#define CHATHUB_PAYMENTS_TEST_BILL_FIX_H

#include "base/testing.h"
#include "payments/bill.h"

#include <iconv.h>
#include <zlib.h>

struct test_file {
    const char *name;
    struct str content;
    bool stored;
};

static inline void test_le(struct buf *b, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++, n >>= 8) buf_char(b, (char)(n & 0xff));
}

static inline struct str test_deflate(struct arena *a, struct str in)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, in.n);
    char *out = arena_alloc(a, room);
    z.next_out = (Bytef *)out, z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    struct str packed = { out, z.total_out };
    assert_int_equal(deflateEnd(&z), Z_OK);
    return packed;
}

static inline void test_same(struct buf *b, const struct test_file *f, struct str packed)
{
    test_le(b, 20, 2), test_le(b, 0, 2), test_le(b, f->stored ? 0 : 8, 2), test_le(b, 0, 4);
    test_le(b, crc32(crc32(0, NULL, 0), (const Bytef *)f->content.p, (uInt)f->content.n), 4);
    test_le(b, packed.n, 4), test_le(b, f->content.n, 4), test_le(b, strlen(f->name), 2), test_le(b, 0, 2);
}

static inline struct str test_zip(struct arena *a, const struct test_file *files, size_t count)
{
    struct buf heads, entries;
    buf_init(&heads, 64 << 20), buf_init(&entries, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        struct str packed = files[i].stored ? files[i].content : test_deflate(a, files[i].content);
        size_t at = heads.n;
        test_le(&heads, 0x04034b50, 4), test_same(&heads, &files[i], packed);
        buf_text(&heads, files[i].name), buf_add(&heads, packed.p, packed.n);
        test_le(&entries, 0x02014b50, 4), test_le(&entries, 20, 2), test_same(&entries, &files[i], packed);
        test_le(&entries, 0, 10), test_le(&entries, at, 4), buf_text(&entries, files[i].name);
    }
    size_t at = heads.n;
    buf_add(&heads, entries.p ? entries.p : "", entries.n);
    test_le(&heads, 0x06054b50, 4), test_le(&heads, 0, 4), test_le(&heads, count, 2), test_le(&heads, count, 2);
    test_le(&heads, entries.n, 4), test_le(&heads, at, 4), test_le(&heads, 0, 2);
    struct str out = { arena_copy(a, heads.p, heads.n), heads.n };
    buf_free(&heads), buf_free(&entries);
    return out;
}

static inline struct str test_gbk(struct arena *a, const char *text)
{
    iconv_t cd = iconv_open("GBK", "UTF-8");
    assert_true(cd != (iconv_t)-1);
    size_t left = strlen(text), room = left + 16, free_bytes = room;
    char *in = arena_text(a, text), *out = arena_alloc(a, room), *to = out;
    assert_true(iconv(cd, &in, &left, &to, &free_bytes) != (size_t)-1);
    assert_int_equal(iconv_close(cd), 0);
    return (struct str){ out, room - free_bytes };
}

#endif
