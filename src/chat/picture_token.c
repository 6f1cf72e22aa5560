/* picture_token.c: the address of a picture: signed, so that who was told it may look, and nobody who guesses. */
#include "chat/pictures.h"

#include "base/clock.h"

enum { VERSION = 1, HEAD = 24, TOKEN = HEAD + SHA256_SIZE };
#define PREFIX "chi_"
#define PURPOSE STR("chat picture")

static void put(uint8_t *at, int64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) at[i] = (uint8_t)((uint64_t)v >> (8 * (n - 1 - i)));
}

static int64_t get(const uint8_t *at, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | at[i];
    return (int64_t)v;
}

/* Good for one to two days, and the same all day, so that a browser keeps what it has. */
void picture_token_write(int64_t conversation, int64_t number, int64_t now_ms, char out[PICTURE_TOKEN_SIZE])
{
    uint8_t bytes[TOKEN] = { VERSION, keyring_first_id(chat_settings.keyring) };
    int64_t end_ms = (now_ms / DAY_MS + 2) * DAY_MS;
    put(bytes + 4, end_ms / SECOND_MS, 4), put(bytes + 8, conversation, 8), put(bytes + 16, number, 8);
    keyring_mac(chat_settings.keyring, PURPOSE, (struct str){ (const char *)bytes, HEAD }, bytes + HEAD);
    memcpy(out, PREFIX, strlen(PREFIX));
    static_assert(PICTURE_TOKEN_SIZE == sizeof PREFIX + (TOKEN * 8 + 5) / 6, "base64url without padding");
    base64url_encode(bytes, sizeof bytes, out + strlen(PREFIX));
}

bool picture_token_read(struct str text, int64_t now_ms, int64_t *conversation, int64_t *number)
{
    uint8_t bytes[TOKEN], mac[SHA256_SIZE];
    size_t n = sizeof bytes, prefix = strlen(PREFIX);
    if (text.n != PICTURE_TOKEN_SIZE - 1 || !str_starts(text, STR(PREFIX))) return false;
    if (!base64url_decode((struct str){ text.p + prefix, text.n - prefix }, bytes, &n) || n != sizeof bytes)
        return false;
    if (bytes[0] != VERSION) return false;
    struct str head = { (const char *)bytes, HEAD };
    if (!keyring_mac_as(chat_settings.keyring, bytes[1], PURPOSE, head, mac)) return false;
    if (!equal_constant_time(mac, bytes + HEAD, sizeof mac)) return false;
    *conversation = get(bytes + 8, 8), *number = get(bytes + 16, 8);
    int64_t end_ms = get(bytes + 4, 4) * SECOND_MS;
    return now_ms < end_ms && end_ms <= time_latest_end(now_ms, 2 * DAY_MS);
}

const struct shape chat_image_shape[] = { SHAPE_TEXT("type", .doc = "image/jpeg, image/png, image/webp or image/gif."),
                                          SHAPE_I64("size", .doc = "Bytes."),
                                          SHAPE_I64("width"),
                                          SHAPE_I64("height"),
                                          SHAPE_TEXT("url", .doc = "Of this server; good for a day."),
                                          SHAPE_END };

void chat_image_json(struct json *j, const struct message *m)
{
    char url[sizeof "/chat-images/" + PICTURE_TOKEN_SIZE] = "/chat-images/";
    picture_token_write(m->conversation, m->number, now_ms(), url + strlen(url));
    json_object(j, "image");
    json_text(j, "type", image_type((enum image_kind)m->image->kind));
    json_i64(j, "size", m->image->bytes);
    json_i64(j, "width", m->image->width);
    json_i64(j, "height", m->image->height);
    json_text(j, "url", url);
    json_end(j);
}
