/* webhook.c: the three signature forms. All work on the raw bytes that were received: a body that was parsed and
 * written again is another body (the defect of the older receivers). Everything here is bounded by the caller's limits
 * on headers; the number of signatures tried is bounded here, since each costs an HMAC over the body. */
#include "outbound/webhook.h"

#include "base/crypto.h"

#include <stdio.h>

enum {
    SECRET_KEY_MIN = 24,
    SECRET_KEY_MAX = 64, /* bytes behind "whsec_" (Standard Webhooks 1.0.0) */
    WEBHOOK_ID_MAX = 256,
    ENTRIES_MAX = 16,     /* signatures in one header */
    MAC_BASE64_SIZE = 45, /* 44 characters for 32 bytes, and NUL */
    MAC_HEX_CHARS = 64,
};

/* The bytes of a "whsec_" secret. False when it is not one. */
static bool secret_key(struct str secret, uint8_t out[SECRET_KEY_MAX], size_t *out_n)
{
    struct str prefix = STR("whsec_");
    if (!str_starts(secret, prefix)) return false;
    struct str text = { secret.p + prefix.n, secret.n - prefix.n };
    *out_n = SECRET_KEY_MAX;
    return base64_decode(text, out, out_n) && *out_n >= SECRET_KEY_MIN;
}

/* HMAC over "first.second.body" (or "first.body" when second.p is NULL). The pieces are joined in a buffer, because the
 * one-shot HMAC of base/crypto.h keeps no state; bodies are at most a few hundred KiB. */
static void mac_joined(struct str key, struct str first, struct str second, struct str body, uint8_t out[SHA256_SIZE])
{
    struct buf joined;
    buf_init(&joined, first.n + second.n + body.n + 2);
    buf_add(&joined, first.p, first.n);
    buf_char(&joined, '.');
    if (second.p) {
        buf_add(&joined, second.p, second.n);
        buf_char(&joined, '.');
    }
    buf_add(&joined, body.p, body.n);
    assert(!joined.overflow);
    hmac_sha256(key, buf_str(&joined), out);
    buf_free(&joined);
}

struct str webhook_sign(struct arena *a, struct str secret, struct str id, int64_t timestamp_s, struct str body)
{
    assert(id.n > 0 && memchr(id.p, '.', id.n) == NULL);
    assert(timestamp_s >= 0);
    uint8_t key[SECRET_KEY_MAX];
    size_t key_n;
    if (!secret_key(secret, key, &key_n)) return (struct str){ NULL, 0 };

    char seconds[24];
    int seconds_n = snprintf(seconds, sizeof(seconds), "%lld", (long long)timestamp_s);
    assert(seconds_n > 0);
    uint8_t mac[SHA256_SIZE];
    mac_joined((struct str){ (const char *)key, key_n }, id, (struct str){ seconds, (size_t)seconds_n }, body, mac);
    wipe(key, sizeof(key));
    char text[MAC_BASE64_SIZE];
    base64_encode(mac, sizeof(mac), text);
    return str_of(arena_printf(a, "v1,%s", text));
}

/* All digits (no sign, no space) and within the tolerance both ways: an old message may be a replay, one from the
 * future would stay replayable. */
static enum webhook_verdict timestamp_verdict(struct str text, int64_t now_s, int64_t *out_s)
{
    if (text.n == 0) return WEBHOOK_MALFORMED;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9') return WEBHOOK_MALFORMED;
    if (!str_to_i64(text, out_s)) return WEBHOOK_MALFORMED;
    if (*out_s > now_s + WEBHOOK_TOLERANCE_S || *out_s < now_s - WEBHOOK_TOLERANCE_S) return WEBHOOK_TIMESTAMP;
    return WEBHOOK_OK;
}

/* Cuts the text up to the next separator from *rest. False when nothing is left. */
static bool next_part(struct str *rest, char separator, struct str *part)
{
    if (rest->p == NULL) return false;
    const char *end = memchr(rest->p, separator, rest->n);
    if (!end) {
        *part = *rest;
        *rest = (struct str){ NULL, 0 };
        return true;
    }
    *part = (struct str){ rest->p, (size_t)(end - rest->p) };
    *rest = (struct str){ end + 1, rest->n - part->n - 1 };
    return true;
}

enum webhook_verdict webhook_verify(const struct webhook_secrets *s, struct str id, struct str timestamp,
                                    struct str signature, struct str body, int64_t now_s)
{
    assert(s->count <= WEBHOOK_SECRETS_MAX);
    if (id.n == 0 || timestamp.n == 0 || signature.n == 0) return WEBHOOK_MISSING_HEADER;
    /* A '.' in the id would let "a.1" + "2" and "a" + "1.2" sign the same bytes. */
    if (id.n > WEBHOOK_ID_MAX || memchr(id.p, '.', id.n) != NULL || text_has_controls(id)) return WEBHOOK_MALFORMED;
    int64_t at_s;
    enum webhook_verdict verdict = timestamp_verdict(timestamp, now_s, &at_s);
    if (verdict != WEBHOOK_OK) return verdict;

    char expected[WEBHOOK_SECRETS_MAX][MAC_BASE64_SIZE];
    size_t expected_n = 0;
    for (size_t i = 0; i < s->count; i++) {
        uint8_t key[SECRET_KEY_MAX], mac[SHA256_SIZE];
        size_t key_n;
        if (!secret_key(s->secret[i], key, &key_n)) continue;
        mac_joined((struct str){ (const char *)key, key_n }, id, timestamp, body, mac);
        wipe(key, sizeof(key));
        base64_encode(mac, sizeof(mac), expected[expected_n++]);
    }

    bool matched = false;
    struct str rest = signature, entry;
    for (size_t n = 0; next_part(&rest, ' ', &entry); n++) {
        if (n == ENTRIES_MAX) return WEBHOOK_MALFORMED;
        struct str prefix = STR("v1,"); /* "v1a," is Ed25519: skipped with every other version */
        if (!str_starts(entry, prefix) || entry.n - prefix.n != MAC_BASE64_SIZE - 1) continue;
        for (size_t i = 0; i < expected_n; i++) /* no early end: time must not tell which secret matched */
            matched |= equal_constant_time(entry.p + prefix.n, expected[i], MAC_BASE64_SIZE - 1);
    }
    return matched ? WEBHOOK_OK : WEBHOOK_SIGNATURE;
}

/* 64 hex digits, either case, against the MAC. */
static bool hex_matches(struct str hex, const uint8_t mac[SHA256_SIZE])
{
    uint8_t bytes[SHA256_SIZE];
    return hex.n == MAC_HEX_CHARS && hex_decode(hex, bytes, sizeof(bytes)) &&
           equal_constant_time(bytes, mac, SHA256_SIZE);
}

static bool is_hex_mac(struct str hex)
{
    uint8_t bytes[SHA256_SIZE];
    return hex.n == MAC_HEX_CHARS && hex_decode(hex, bytes, sizeof(bytes));
}

enum webhook_verdict webhook_verify_x_signature(const struct webhook_secrets *s, struct str header, struct str body)
{
    assert(s->count <= WEBHOOK_SECRETS_MAX);
    if (header.n == 0) return WEBHOOK_MISSING_HEADER;
    struct str prefix = STR("sha256="); /* "sha1=" and a bare value are refused: no choice of algorithm */
    if (!str_starts(header, prefix)) return WEBHOOK_MALFORMED;
    struct str hex = { header.p + prefix.n, header.n - prefix.n };
    return is_hex_mac(hex) ? webhook_verify_bare(s, hex, body) : WEBHOOK_MALFORMED;
}

bool webhook_is_bare(struct str header) { return is_hex_mac(header); }

enum webhook_verdict webhook_verify_bare(const struct webhook_secrets *s, struct str header, struct str body)
{
    assert(s->count <= WEBHOOK_SECRETS_MAX);
    if (header.n == 0) return WEBHOOK_MISSING_HEADER;
    if (!is_hex_mac(header)) return WEBHOOK_MALFORMED;
    bool matched = false;
    for (size_t i = 0; i < s->count; i++) {
        if (s->secret[i].n == 0) continue; /* an unset secret must not verify anything */
        uint8_t mac[SHA256_SIZE];
        hmac_sha256(s->secret[i], body, mac);
        matched |= hex_matches(header, mac);
    }
    return matched ? WEBHOOK_OK : WEBHOOK_SIGNATURE;
}

enum webhook_verdict webhook_verify_evershop(const struct webhook_secrets *s, struct str header, struct str body,
                                             int64_t now_s)
{
    assert(s->count <= WEBHOOK_SECRETS_MAX);
    if (header.n == 0) return WEBHOOK_MISSING_HEADER;
    struct str timestamp = { NULL, 0 }, given[ENTRIES_MAX], rest = header, part;
    size_t given_n = 0;
    while (next_part(&rest, ',', &part)) {
        if (str_starts(part, STR("t="))) {
            if (timestamp.p) return WEBHOOK_MALFORMED; /* two times: which one was signed? */
            timestamp = (struct str){ part.p + 2, part.n - 2 };
        } else if (str_starts(part, STR("v1="))) {
            if (given_n == ENTRIES_MAX) return WEBHOOK_MALFORMED;
            given[given_n] = (struct str){ part.p + 3, part.n - 3 };
            if (!is_hex_mac(given[given_n++])) return WEBHOOK_MALFORMED;
        }
    }
    if (!timestamp.p || given_n == 0) return WEBHOOK_MALFORMED;
    int64_t at_s;
    enum webhook_verdict verdict = timestamp_verdict(timestamp, now_s, &at_s);
    if (verdict != WEBHOOK_OK) return verdict;

    bool matched = false;
    for (size_t i = 0; i < s->count; i++) {
        if (s->secret[i].n == 0) continue;
        uint8_t mac[SHA256_SIZE];
        mac_joined(s->secret[i], timestamp, (struct str){ NULL, 0 }, body, mac);
        for (size_t g = 0; g < given_n; g++) matched |= hex_matches(given[g], mac);
    }
    return matched ? WEBHOOK_OK : WEBHOOK_SIGNATURE;
}
