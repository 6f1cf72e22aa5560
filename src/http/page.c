/* page.c: pages that the program writes itself. The tag is made of the bytes, so whoever has them gets 304, whichever
 * process wrote them. Packing costs far more than writing, and the same few pages are asked for again and again: what
 * was packed is kept by its tag. Rejected: packing answers of the API (a secret beside text that somebody else chose,
 * and its length tells about it). */
#include "base/log.h"
#include "http/negotiate.h"
#include "http/private.h"

#include <pthread.h>
#include <stdlib.h>
#include <zlib.h>

enum { PACKED_KEPT = 32, PACKED_MAX_BYTES = 256 << 10, PAGE_TAG_BYTES = 16, PACK_LEVEL = 9 };

struct packed {
    char tag[2 * PAGE_TAG_BYTES + 1];
    char *bytes;
    size_t n;
};
static struct packed kept[PACKED_KEPT];
static size_t kept_next; /* the place that is used again: the oldest */
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

bool head_takes_gzip(const struct head *h)
{
    return accept_weight(head_get(h, "accept-encoding"), STR("gzip"), false) > 0;
}

static bool find_kept(const char *tag, struct arena *a, struct str *out)
{
    bool found = false;
    (void)pthread_mutex_lock(&kept_lock);
    for (size_t i = 0; i < PACKED_KEPT && !found; i++) {
        if (kept[i].bytes == NULL || !text_eq(kept[i].tag, tag)) continue;
        *out = (struct str){ arena_copy(a, kept[i].bytes, kept[i].n), kept[i].n };
        found = true;
    }
    (void)pthread_mutex_unlock(&kept_lock);
    return found;
}

static void keep_packed(const char *tag, struct str packed)
{
    if (packed.n > PACKED_MAX_BYTES) return;
    char *bytes = malloc(packed.n);
    if (bytes == NULL) abort();
    memcpy(bytes, packed.p, packed.n);
    (void)pthread_mutex_lock(&kept_lock);
    struct packed *place = &kept[kept_next];
    kept_next = (kept_next + 1) % PACKED_KEPT;
    char *before = place->bytes;
    text_copy(place->tag, sizeof place->tag, tag);
    place->bytes = bytes, place->n = packed.n;
    (void)pthread_mutex_unlock(&kept_lock);
    free(before);
}

/* False: it cannot be packed, and goes out as it is. */
static bool pack(struct arena *a, struct str body, struct str *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)body.p, .avail_in = (uInt)body.n };
    if (deflateInit2(&z, PACK_LEVEL, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    size_t room = deflateBound(&z, (uLong)body.n);
    char *bytes = arena_alloc(a, room);
    z.next_out = (Bytef *)bytes, z.avail_out = (uInt)room;
    bool good = deflate(&z, Z_FINISH) == Z_STREAM_END;
    *out = (struct str){ bytes, z.total_out };
    bool ended = deflateEnd(&z) == Z_OK;
    return good && ended;
}

static bool packed_page(struct req *req, const char *tag, struct str body, struct str *out)
{
    const struct exchange *x = req->raw;
    if (x == NULL || !head_takes_gzip(&x->head)) return false;
    if (find_kept(tag, req->arena, out)) return true;
    if (!pack(req->arena, body, out)) {
        LOG(LOG_ERROR, "page_not_packed", LOG_NUMBER("bytes", body.n));
        return false;
    }
    keep_packed(tag, *out);
    return true;
}

enum answer reply_packed(struct req *req, const char *content_type, struct str body, const char *keep, const char *vary)
{
    char tag[2 * PAGE_TAG_BYTES + 1];
    uint8_t hash[SHA256_SIZE];
    struct str sent = body;
    sha256(body.p, body.n, hash);
    hex_encode(hash, PAGE_TAG_BYTES, tag);
    bool packed = packed_page(req, tag, body, &sent);
    const char *etag = arena_printf(req->arena, "%s%s", tag, packed ? "-gz" : "");
    bool same = req_has_tag(req, etag);
    enum answer a = reply_text(req, same ? 304 : 200, content_type, same ? STR("") : sent);
    if (a != ANSWER_SENT) return a;
    reply_header(req, "ETag", arena_printf(req->arena, "\"%s\"", etag));
    reply_header(req, "Cache-Control", keep);
    reply_header(req, "Vary", vary ? arena_printf(req->arena, "Accept-Encoding, %s", vary) : "Accept-Encoding");
    if (packed && !same) reply_header(req, "Content-Encoding", "gzip");
    return ANSWER_SENT;
}
