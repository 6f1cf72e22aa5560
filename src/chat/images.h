/* images.h: pictures that visitors and people of the team send. What may be sent is judged by its content, never by its
 * name or the type that somebody claims: image_clean reads the file to its end and writes it anew with the parts that
 * make the picture, and nothing else: no position, no camera, no comment, no second file behind the first. */
#ifndef CHATHUB_CHAT_IMAGES_H
#define CHATHUB_CHAT_IMAGES_H

#include "base/str.h"

enum image_kind { IMAGE_NONE, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP, IMAGE_GIF }; /* stored: append, never renumber */
enum image_fault {
    IMAGE_GOOD,
    IMAGE_HEIC,    /* what telephones make, and few browsers show */
    IMAGE_UNKNOWN, /* no picture, or one of another format: SVG and HTML are texts that run */
    IMAGE_BROKEN,  /* cut off, contradicts itself, or holds what it must not */
    IMAGE_TOO_BIG, /* more pixels than a browser should be asked to unpack */
};
struct image {
    enum image_kind kind;
    int64_t width, height; /* as stored; a JPEG may be turned when it is shown */
};
enum { IMAGE_BYTES_MAX = 5 << 20, IMAGE_SIDE_MAX = 16384, IMAGE_PIXELS_MAX = 50 * 1000 * 1000 };
/* Bytes that the clean file may need beside those of `in`. */
enum { IMAGE_MORE_BYTES = 64 };
/* `out` has room for in.n + IMAGE_MORE_BYTES. What is written is clean: to clean it again changes nothing. */
enum image_fault image_clean(struct str in, struct buf *out, struct image *about);

const char *image_type(enum image_kind kind); /* "image/jpeg" */

/* Of image_clean, a reader each (images_webp.c, images_jpeg.c): `in` begins as such a file does. */
struct image_bytes {
    const uint8_t *p;
    size_t n;
};
enum image_fault image_clean_jpeg(struct image_bytes in, struct buf *out, struct image *about);
enum image_fault image_clean_webp(struct image_bytes in, struct buf *out, struct image *about);
static inline enum image_fault image_sized(struct image *about, uint64_t width, uint64_t height)
{
    if (width == 0 || height == 0) return IMAGE_BROKEN;
    if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX || width * height > IMAGE_PIXELS_MAX) return IMAGE_TOO_BIG;
    about->width = (int64_t)width, about->height = (int64_t)height;
    return IMAGE_GOOD;
}

#endif
