/* fuzz_webhook.c: the headers of webhooks. Lines: id, timestamp, signature; then the body. Nothing unsigned is
 * accepted: the right signature is put together here a second time. What we sign verifies, and nothing near it. */
#include "fuzz.h"
#include "base/crypto.h"
#include "outbound/webhook.h"

enum { ARENA_BYTES = 1 << 20, NOW_S = 1795320000 };
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER "another-secret-of-some-shop"

static const struct webhook_secrets secrets = { 2, { { SECRET, sizeof(SECRET) - 1 }, { OTHER, sizeof(OTHER) - 1 } } };

static bool contains(struct str whole, struct str part)
{
    return part.n > 0 && whole.n >= part.n && memmem(whole.p, whole.n, part.p, part.n) != NULL;
}

static void check_standard(struct arena *a, struct str id, struct str timestamp, struct str signature, struct str body)
{
    enum webhook_verdict verdict = webhook_verify(&secrets, id, timestamp, signature, body, NOW_S);
    int64_t at_s = 0;
    if (verdict == WEBHOOK_OK) {
        must(str_to_i64(timestamp, &at_s) && at_s >= NOW_S - WEBHOOK_TOLERANCE_S &&
             at_s <= NOW_S + WEBHOOK_TOLERANCE_S);
        /* Leading zeros would be signed as they are: then our own signature of the number differs. */
        if (timestamp.p[0] != '0') must(contains(signature, webhook_sign(a, secrets.secret[0], id, at_s, body)));
    }
    if (id.n == 0 || id.n > 256 || memchr(id.p, '.', id.n) || text_has_controls(id)) return;
    struct str ours = webhook_sign(a, secrets.secret[0], id, NOW_S, body);
    struct str now_text = str_of(arena_printf(a, "%d", NOW_S));
    must(webhook_verify(&secrets, id, now_text, ours, body, NOW_S) == WEBHOOK_OK);
    must(webhook_verify(&secrets, id, now_text, ours, body, NOW_S + WEBHOOK_TOLERANCE_S + 1) == WEBHOOK_TIMESTAMP);
    char *other = arena_copy(a, ours.p, ours.n);
    other[3 + ours.n % 40] ^= 1;
    must(webhook_verify(&secrets, id, now_text, (struct str){ other, ours.n }, body, NOW_S) != WEBHOOK_OK);
}

static void check_hex(struct arena *a, struct str header, struct str body)
{
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    hmac_sha256(secrets.secret[1], body, mac);
    hex_encode(mac, sizeof(mac), hex);
    struct str good = str_of(arena_printf(a, "sha256=%s", hex));
    must(webhook_verify_x_signature(&secrets, good, body) == WEBHOOK_OK);
    if (webhook_verify_x_signature(&secrets, header, body) == WEBHOOK_OK) {
        hmac_sha256(secrets.secret[0], body, mac);
        hex_encode(mac, sizeof(mac), hex);
        must(str_eq_nocase(header, good) || str_eq_nocase(header, str_of(arena_printf(a, "sha256=%s", hex))));
    }
    if (webhook_verify_evershop(&secrets, header, body, NOW_S) == WEBHOOK_OK)
        must(contains(header, STR("t=")) && contains(header, STR("v1=")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536) return 0;
    struct str body = { (const char *)data, size };
    struct str id = line_cut(&body), timestamp = line_cut(&body), signature = line_cut(&body);
    struct arena *a = arena_new(ARENA_BYTES);
    check_standard(a, id, timestamp, signature, body);
    check_hex(a, signature, body);
    arena_free(a);
    return 0;
}
