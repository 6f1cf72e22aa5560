/* visitor_token.c: the signed text by which a browser is its visitor. Layout, in base64url behind "chv_": version 1 (1
 * byte), id of the master key (1), zero (6), shop (8), visitor (8), generation (4), end in seconds (4), HMAC-SHA256
 * over all before it (32).
 *
 * The MAC is made under a key derived from the master key whose id stands in it. That one is kept when the master key
 * is changed (app/mac_keys.c), so no shopper loses a conversation by it. A token ends by itself, and at once when the
 * row's generation is raised.
 *
 * Rejected: a random token kept as a hash in a row (a stranger's first click would write, and each request read, one
 * row more); a JWT (its freedom of algorithms and claims is of no use between us and ourselves). */
#include "chat/private.h"

#include "base/clock.h"

enum { VERSION = 1, HEAD_BYTES = 32, TOKEN_BYTES_ALL = HEAD_BYTES + SHA256_SIZE };
#define PREFIX "chv_"
#define PURPOSE STR("visitor token")

struct chat_settings chat_settings;

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

void visitor_token_write(const struct visitor_token *t, char out[VISITOR_TOKEN_SIZE])
{
    uint8_t bytes[TOKEN_BYTES_ALL] = { VERSION, keyring_first_id(chat_settings.keyring) };
    put(bytes + 8, t->shop, 8), put(bytes + 16, t->visitor, 8);
    put(bytes + 24, t->generation, 4), put(bytes + 28, t->expires_at_ms / SECOND_MS, 4);
    keyring_mac(chat_settings.keyring, PURPOSE, (struct str){ (const char *)bytes, HEAD_BYTES }, bytes + HEAD_BYTES);
    memcpy(out, PREFIX, strlen(PREFIX));
    static_assert(VISITOR_TOKEN_SIZE == sizeof PREFIX + (TOKEN_BYTES_ALL * 8 + 5) / 6, "base64url without padding");
    base64url_encode(bytes, sizeof bytes, out + strlen(PREFIX));
}

bool visitor_token_read(struct str text, int64_t shop, int64_t now_ms, struct visitor_token *out)
{
    uint8_t bytes[TOKEN_BYTES_ALL], mac[SHA256_SIZE];
    size_t n = sizeof bytes, prefix = strlen(PREFIX);
    if (text.n != VISITOR_TOKEN_SIZE - 1 || !str_starts(text, STR(PREFIX))) return false;
    if (!base64url_decode((struct str){ text.p + prefix, text.n - prefix }, bytes, &n) || n != sizeof bytes)
        return false;
    if (bytes[0] != VERSION) return false;
    struct str head = { (const char *)bytes, HEAD_BYTES };
    if (!keyring_mac_as(chat_settings.keyring, bytes[1], PURPOSE, head, mac)) return false;
    if (!equal_constant_time(mac, bytes + HEAD_BYTES, sizeof mac)) return false;
    *out = (struct visitor_token){ .shop = get(bytes + 8, 8),
                                   .visitor = get(bytes + 16, 8),
                                   .generation = get(bytes + 24, 4),
                                   .expires_at_ms = get(bytes + 28, 4) * SECOND_MS };
    /* One of a clock that was ahead opens nothing. */
    return out->shop == shop && now_ms < out->expires_at_ms &&
           out->expires_at_ms <= time_latest_end(now_ms, VISITOR_TOKEN_LIFE_MS);
}
