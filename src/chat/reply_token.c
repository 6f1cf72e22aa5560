/* reply_token.c: the address that an answer by mail comes back to: reply+TOKEN@domain. The token is hex, since programs
 * change the case of addresses, and short, since the part before the @ has at most 64 characters: version (1 byte), id
 * of the master key (1), conversation (6), end in hours (4), and the first 16 bytes of an HMAC-SHA256 over these and
 * the visitor. It is of one conversation of one visitor and ends by itself; the conversation's row says whose it is.
 * A change of the master key ends none of them (app/mac_keys.c). */
#include "chat/mail_in.h"

#include "base/clock.h"

#include <stdlib.h>

enum { VERSION = 1, HEAD_BYTES = 12, MAC_BYTES = 16, ALL_BYTES = HEAD_BYTES + MAC_BYTES, VISITOR_BYTES = 8 };
#define PURPOSE STR("reply by mail")
#define PREFIX "reply+"
static_assert(REPLY_TOKEN_LIFE_MS <= CHAT_TOKENS_LIFE_MS, "its key is kept as long");
static_assert(REPLY_TOKEN_HEX == ALL_BYTES * 2, "two digits a byte");
static_assert(REPLY_TOKEN_HEX + sizeof PREFIX - 1 <= 64, "what stands before an @");

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

static bool mac_of(const uint8_t head[HEAD_BYTES], int64_t visitor, uint8_t out[SHA256_SIZE])
{
    uint8_t bytes[HEAD_BYTES + VISITOR_BYTES];
    memcpy(bytes, head, HEAD_BYTES);
    put(bytes + HEAD_BYTES, visitor, VISITOR_BYTES);
    return keyring_mac_as(chat_settings.keyring, head[1], PURPOSE, (struct str){ (const char *)bytes, sizeof bytes },
                          out);
}

const char *reply_token_address(struct arena *a, const struct conversation *c, int64_t now_ms)
{
    uint8_t bytes[ALL_BYTES] = { VERSION, keyring_first_id(chat_settings.keyring) }, mac[SHA256_SIZE];
    char hex[REPLY_TOKEN_HEX + 1];
    put(bytes + 2, c->id, 6), put(bytes + 8, (now_ms + REPLY_TOKEN_LIFE_MS) / HOUR_MS, 4);
    if (!mac_of(bytes, c->visitor, mac)) abort(); /* the ring has its own first key */
    memcpy(bytes + HEAD_BYTES, mac, MAC_BYTES);
    hex_encode(bytes, sizeof bytes, hex);
    return arena_printf(a, PREFIX "%s@%s", hex, chat_settings.reply_domain);
}

bool reply_token_find(struct str to, struct reply_token *out)
{
    const struct str domain = str_of(chat_settings.reply_domain);
    const size_t prefix = strlen(PREFIX), all = prefix + REPLY_TOKEN_HEX + 1 + domain.n;
    for (size_t i = 0; domain.n > 0 && i + all <= to.n; i++) {
        const char *p = to.p + i;
        struct str host = { p + prefix + REPLY_TOKEN_HEX + 1, domain.n };
        if (strncasecmp(p, PREFIX, prefix) != 0 || p[prefix + REPLY_TOKEN_HEX] != '@' || !str_eq_nocase(host, domain))
            continue;
        if (!hex_decode((struct str){ p + prefix, REPLY_TOKEN_HEX }, out->bytes, ALL_BYTES)) continue;
        if (out->bytes[0] != VERSION) continue;
        out->conversation = get(out->bytes + 2, 6);
        out->ends_ms = get(out->bytes + 8, 4) * HOUR_MS;
        return true;
    }
    return false;
}

bool reply_token_is_of(const struct reply_token *t, const struct conversation *c)
{
    uint8_t mac[SHA256_SIZE];
    return c->id == t->conversation && mac_of(t->bytes, c->visitor, mac) &&
           equal_constant_time(mac, t->bytes + HEAD_BYTES, MAC_BYTES);
}
