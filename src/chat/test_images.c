/* test_images.c: what is taken for a picture, and what is left of it. Samples have the structure of real files; that
 * they are still pictures afterwards is tried in a browser (tests/e2e/pictures.mjs). */
#include "base/testing.h"

#include "chat/images.h"
#include <zlib.h>

enum { ROOM = 1 << 16 };

static struct buf sample(void)
{
    struct buf b;
    buf_init(&b, ROOM);
    return b;
}
static void bytes(struct buf *b, const char *p, size_t n) { buf_add(b, p, n); }
#define BYTES(b, literal) bytes((b), (literal), sizeof(literal) - 1)

static void be(struct buf *b, uint32_t v, size_t n)
{
    for (size_t i = n; i-- > 0;) buf_char(b, (char)(v >> 8 * i));
}
static void le(struct buf *b, uint32_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) buf_char(b, (char)(v >> 8 * i));
}

/* ---- samples ---- */

static void segment(struct buf *b, uint8_t marker, const char *p, size_t n)
{
    buf_char(b, (char)0xff), buf_char(b, (char)marker);
    be(b, (uint32_t)n + 2, 2);
    buf_add(b, p, n);
}
#define SEGMENT(b, marker, literal) segment((b), (marker), (literal), sizeof(literal) - 1)

/* As a telephone writes it: turned, with a position, a comment and a second file behind it. */
static struct buf jpeg(uint32_t width, uint32_t height)
{
    struct buf b = sample(), frame = sample();
    BYTES(&b, "\xff\xd8");
    SEGMENT(&b, 0xe0, "JFIF\0\1\2\0\0\1\0\1\0\0");
    SEGMENT(&b, 0xe1,
            "Exif\0\0II*\0\x08\0\0\0\2\0"
            "\x0f\x01\2\0\4\0\0\0SECR"
            "\x12\x01\3\0\1\0\0\0\6\0\0\0"
            "\0\0\0\0GPS SECRET 52.1N");
    SEGMENT(&b, 0xe1, "http://ns.adobe.com/xap/1.0/\0SECRET");
    SEGMENT(&b, 0xe2, "ICC_PROFILE\0\1\1profile");
    SEGMENT(&b, 0xed, "Photoshop 3.0\0SECRET");
    SEGMENT(&b, 0xfe, "a SECRET comment");
    SEGMENT(&b, 0xdb, "table");
    buf_char(&frame, 8), be(&frame, height, 2), be(&frame, width, 2), BYTES(&frame, "\1\1\x11\0");
    segment(&b, 0xc0, frame.p, frame.n);
    SEGMENT(&b, 0xc4, "codes");
    SEGMENT(&b, 0xda, "\1\1\0\0\x3f\0");
    BYTES(&b, "scan\xff\x00"
              "data\xff\xd3"
              "more");
    BYTES(&b, "\xff\xd9"
              "PK SECRET archive");
    buf_free(&frame);
    return b;
}

static void chunk(struct buf *b, const char *name, const char *p, size_t n)
{
    be(b, (uint32_t)n, 4);
    size_t from = b->n;
    buf_add(b, name, 4), buf_add(b, p, n);
    be(b, (uint32_t)crc32(0, (const Bytef *)b->p + from, (uInt)(n + 4)), 4);
}
#define CHUNK(b, name, literal) chunk((b), (name), (literal), sizeof(literal) - 1)

static struct buf png(uint32_t width, uint32_t height)
{
    struct buf b = sample(), head = sample();
    BYTES(&b, "\x89PNG\r\n\x1a\n");
    be(&head, width, 4), be(&head, height, 4), BYTES(&head, "\x08\2\0\0\0");
    chunk(&b, "IHDR", head.p, head.n);
    CHUNK(&b, "eXIf", "II*\0 SECRET");
    CHUNK(&b, "tEXt", "Comment\0SECRET");
    CHUNK(&b, "gAMA", "\0\0\xb1\x8f");
    CHUNK(&b, "IDAT", "pixels");
    CHUNK(&b, "iTXt", "SECRET");
    CHUNK(&b, "IEND", "");
    BYTES(&b, "SECRET behind the end");
    buf_free(&head);
    return b;
}

static struct buf gif(uint32_t width, uint32_t height)
{
    struct buf b = sample();
    BYTES(&b, "GIF89a");
    le(&b, width, 2), le(&b, height, 2);
    BYTES(&b, "\x80\0\0"
              "\0\0\0\xff\xff\xff");
    BYTES(&b, "\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0");
    BYTES(&b, "\x21\xff\x0bXMP DataXMP\6SECRET\0");
    BYTES(&b, "\x21\xfe\6SECRET\0");
    BYTES(&b, "\x21\xf9\4\0\0\0\0\0");
    BYTES(&b, "\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0");
    BYTES(&b, "\x3bSECRET");
    return b;
}

static void riff(struct buf *b, const char *name, const char *p, size_t n)
{
    buf_add(b, name, 4), le(b, (uint32_t)n, 4), buf_add(b, p, n);
    if (n & 1) buf_char(b, 0);
}
#define RIFF(b, name, literal) riff((b), (name), (literal), sizeof(literal) - 1)

static struct buf webp(uint32_t width, uint32_t height)
{
    struct buf b = sample(), head = sample();
    BYTES(&b, "RIFF\0\0\0\0WEBP");
    BYTES(&head, "\x0c\0\0\0"), le(&head, width - 1, 3), le(&head, height - 1, 3);
    riff(&b, "VP8X", head.p, head.n);
    RIFF(&b, "ICCP", "profile");
    RIFF(&b, "VP8 ", "\0\0\0\x9d\x01\x2a\x10\0\x08\0data");
    RIFF(&b, "EXIF", "SECRET position");
    RIFF(&b, "XMP ", "SECRET");
    RIFF(&b, "what", "SECRET");
    for (size_t i = 0; i < 4; i++) b.p[4 + i] = (char)((b.n - 8) >> 8 * i);
    BYTES(&b, "SECRET behind the end");
    buf_free(&head);
    return b;
}

static struct {
    enum image_kind kind;
    struct buf (*make)(uint32_t width, uint32_t height);
} const samples[] = { { IMAGE_JPEG, jpeg }, { IMAGE_PNG, png }, { IMAGE_WEBP, webp }, { IMAGE_GIF, gif } };

/* ---- */

static enum image_fault clean(struct str in, struct buf *out, struct image *about)
{
    buf_init(out, in.n + IMAGE_MORE_BYTES);
    return image_clean(in, out, about);
}

static enum image_fault judged(struct str in)
{
    struct buf out;
    struct image about;
    enum image_fault f = clean(in, &out, &about);
    if (f != IMAGE_GOOD) assert_true(out.n == 0 && about.kind == IMAGE_NONE);
    buf_free(&out);
    return f;
}

static void nothing_but_the_picture_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf in = samples[i].make(640, 480), out, again;
        struct image about, same;
        assert_int_equal(clean(buf_str(&in), &out, &about), IMAGE_GOOD);
        assert_int_equal(about.kind, samples[i].kind);
        assert_true(about.width == 640 && about.height == 480);
        assert_null(memmem(out.p, out.n, "SECR", 4));
        assert_true(out.n < in.n);
        assert_int_equal(clean(buf_str(&out), &again, &same), IMAGE_GOOD);
        assert_true(str_eq(buf_str(&out), buf_str(&again)) && same.width == 640 && same.kind == about.kind);
        buf_free(&in), buf_free(&out), buf_free(&again);
    }
}

static void a_photo_still_knows_how_it_stands_and_its_colours(void **state)
{
    (void)state;
    struct buf in = jpeg(4032, 3024), out;
    struct image about;
    assert_int_equal(clean(buf_str(&in), &out, &about), IMAGE_GOOD);
    assert_non_null(memmem(out.p, out.n, "\x01\x12\0\3\0\0\0\1\0\6", 10));
    assert_non_null(memmem(out.p, out.n, "ICC_PROFILE", 11));
    assert_non_null(memmem(out.p, out.n, "more\xff\xd9", 6));
    buf_free(&in), buf_free(&out);
}

static void a_webp_promises_no_exif_that_it_has_not(void **state)
{
    (void)state;
    struct buf in = webp(16, 8), out;
    struct image about;
    assert_int_equal(clean(buf_str(&in), &out, &about), IMAGE_GOOD);
    assert_int_equal(out.p[20], 0);
    assert_int_equal((uint8_t)out.p[4] | (uint8_t)out.p[5] << 8, out.n - 8);
    buf_free(&in), buf_free(&out);
}

static void what_is_cut_off_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf in = samples[i].make(64, 48), out;
        struct image about;
        assert_int_equal(clean(buf_str(&in), &out, &about), IMAGE_GOOD);
        for (size_t n = 0; n < out.n; n++) {
            char *exact = malloc(n + 1); /* so that a read behind the end is seen */
            assert_non_null(exact);
            memcpy(exact, out.p, n);
            assert_int_not_equal(judged((struct str){ exact, n }), IMAGE_GOOD);
            free(exact);
        }
        buf_free(&in), buf_free(&out);
    }
}

static void a_changed_byte_harms_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf in = samples[i].make(64, 48);
        for (size_t at = 0; at < in.n; at++)
            for (int bit = 0; bit < 8; bit++) {
                in.p[at] ^= (char)(1 << bit);
                (void)judged(buf_str(&in));
                in.p[at] ^= (char)(1 << bit);
            }
        buf_free(&in);
    }
}

static void what_is_no_picture_is_told_so_by_its_content(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        enum image_fault is;
    } cases[] = {
        { STR(""), IMAGE_UNKNOWN },
        { STR("hello"), IMAGE_UNKNOWN },
        { STR("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"), IMAGE_UNKNOWN },
        { STR("<!doctype html><script>alert(1)</script>"), IMAGE_UNKNOWN },
        { STR("%PDF-1.7"), IMAGE_UNKNOWN },
        { STR("BM\x3a\0\0\0"), IMAGE_UNKNOWN },
        { STR("\0\0\0\x18"
              "ftypheic\0\0\0\0mif1heic"),
          IMAGE_HEIC },
        { STR("\0\0\0\x18"
              "ftypmif1\0\0\0\0mif1heic"),
          IMAGE_HEIC },
        { STR("\0\0\0\x18"
              "ftypavif\0\0\0\0avifmif1"),
          IMAGE_UNKNOWN },
        { STR("\0\0\0\x18"
              "ftypisom\0\0\0\0isommp41"),
          IMAGE_UNKNOWN },
        { STR("GIF89a<script>alert(1)</script>"), IMAGE_TOO_BIG },
        { STR("GIF89a\1\0\1\0\0\0\0;"), IMAGE_BROKEN },
        { STR("\xff\xd8\xff<script>"), IMAGE_BROKEN },
        { STR("\x89PNG\r\n\x1a\n<html>"), IMAGE_BROKEN },
        { STR("RIFF\x04\0\0\0WEBP"), IMAGE_BROKEN },
        { STR("RIFF\x04\0\0\0WAVE"), IMAGE_UNKNOWN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_int_equal(judged(cases[i].bytes), cases[i].is);
}

static void a_picture_that_would_unpack_to_gigabytes_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf wide = samples[i].make(16385, 1), many = samples[i].make(10000, 10000),
                   edge = samples[i].make(16383, 3000);
        assert_int_equal(judged(buf_str(&wide)), IMAGE_TOO_BIG);
        assert_int_equal(judged(buf_str(&many)), IMAGE_TOO_BIG);
        assert_int_equal(judged(buf_str(&edge)), IMAGE_GOOD);
        buf_free(&wide), buf_free(&many), buf_free(&edge);
    }
    struct buf flat = png(100, 0);
    assert_int_equal(judged(buf_str(&flat)), IMAGE_BROKEN);
    buf_free(&flat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_the_picture_is_left),
        cmocka_unit_test(a_photo_still_knows_how_it_stands_and_its_colours),
        cmocka_unit_test(a_webp_promises_no_exif_that_it_has_not),
        cmocka_unit_test(what_is_cut_off_is_refused),
        cmocka_unit_test(a_changed_byte_harms_nobody),
        cmocka_unit_test(what_is_no_picture_is_told_so_by_its_content),
        cmocka_unit_test(a_picture_that_would_unpack_to_gigabytes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
