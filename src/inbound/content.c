/* content.c: what came, as it is kept: one sealed value of the headers as a line of JSON and, behind the line, the body
 * as it came. It is sealed for its sender and for the hash of its body, so a value that was moved to another row does
 * not open. It holds what customers wrote and what they paid: nobody reads it out of the database file. */
#include "inbound/private.h"

#include "base/json_read.h"

enum { HEADERS_JSON_MAX = 64 << 10 };

static struct str owner(struct arena *a, const char *sender) { return str_of(arena_printf(a, "inbound:%s", sender)); }

static struct str purpose(struct arena *a, struct str body_hash)
{
    char *hex = arena_alloc(a, body_hash.n * 2 + 1);
    hex_encode(body_hash.p, body_hash.n, hex);
    return str_of(hex);
}

struct sealed inbound_seal(const struct delivery *d, const uint8_t body_hash[SHA256_SIZE])
{
    struct buf out;
    struct json j;
    buf_init(&out, HEADERS_JSON_MAX + DELIVERY_BODY_MAX);
    json_begin(&j, &out);
    json_object(&j, NULL);
    for (size_t i = 0; i < d->headers; i++) json_str(&j, d->header[i].name, d->header[i].value);
    json_end(&j);
    json_finish(&j);
    buf_char(&out, '\n');
    buf_add(&out, d->body.p, d->body.n);
    assert(!out.overflow);
    struct str hash = { (const char *)body_hash, SHA256_SIZE };
    struct str whose = owner(d->arena, d->sender->name), of = purpose(d->arena, hash);
    struct sealed s = seal(inbound_settings.keyring, d->arena, whose, of, buf_str(&out));
    buf_free(&out);
    return s;
}

static bool read_headers(struct delivery *d, struct str line)
{
    json_t *json = json_read(line, HEADERS_JSON_MAX, NULL), *value;
    const char *name;
    if (!json_is_object(json)) {
        json_decref(json);
        return false;
    }
    json_object_foreach(json, name, value)
    {
        if (!json_is_string(value) || d->headers == DELIVERY_HEADERS_MAX) continue;
        d->header[d->headers].name = arena_text(d->arena, name);
        d->header[d->headers++].value =
            (struct str){ arena_text_n(d->arena, json_string_value(value), json_string_length(value)),
                          json_string_length(value) };
    }
    json_decref(json);
    return true;
}

/* d->sender may be NULL here: the row says the name. */
static bool open_content(struct delivery *d, const char *sender, struct str content, struct str body_hash)
{
    struct str plain;
    struct sealed in = { (uint8_t *)(uintptr_t)content.p, content.n };
    if (!unseal(inbound_settings.keyring, d->arena, owner(d->arena, sender), purpose(d->arena, body_hash), in, &plain))
        return false;
    const char *end = memchr(plain.p, '\n', plain.n);
    if (!end || !read_headers(d, (struct str){ plain.p, (size_t)(end - plain.p) })) return false;
    d->body = (struct str){ end + 1, plain.n - (size_t)(end - plain.p) - 1 };
    return true;
}

bool inbound_open(const struct delivery_row *r, struct arena *a, struct delivery *out)
{
    *out = (struct delivery){ .sender = inbound_sender(r->sender),
                              .arena = a,
                              .address = r->address,
                              .at_ms = r->received_at_ms,
                              .row = r->id,
                              .id = r->sender_id,
                              .account = r->account };
    return r->content.p && open_content(out, r->sender, r->content, r->body_hash);
}

/* ---- for the change of the master key ---- */

enum { CONTENT_BATCH = 2 }; /* a body may have 8 MB, and is held sealed, opened and sealed anew */
STMT(content_page, "SELECT id, sender, body_hash, content FROM deliveries WHERE id > ?1 AND content IS NOT NULL"
                   " ORDER BY id LIMIT ?2");
STMT(content_save, "UPDATE deliveries SET content = ?3 WHERE id = ?1 AND content = ?2");

static struct reseal_value read_content(struct arena *a, const struct query *q)
{
    return (struct reseal_value){ .id = col_i64(q, "id"),
                                  .owner = owner(a, col_text(q, "sender")),
                                  .purpose = purpose(a, col_str(q, "body_hash")),
                                  .sealed = col_str(q, "content") };
}

static bool content_piece(struct tx *tx, struct reseal_piece *p)
{
    return reseal_rows(tx, p,
                       &(struct reseal_rows){
                           .page = &content_page, .save = &content_save, .most = CONTENT_BATCH, .read = read_content });
}

const struct reseal_table inbound_sealed[] = { { .name = "deliveries", .piece = content_piece }, RESEAL_END };
