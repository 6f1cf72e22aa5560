/* devices.c: browsers that signed in before. Such a browser keeps a cookie that says for which addresses; its failed
 * passwords and its reset mails are counted apart from strangers' (the device cookies of OWASP). The cookie proves
 * nothing else: it signs nobody in, and who steals it gets one count of failures of its own.
 *
 *   NONCE "." TAG { "." TAG }    128 random bits of the browser; a MAC of nonce and address, the newest first
 *
 * Nothing is stored. Rejected: a table of devices (rows to write at each sign-in and to purge, for what a MAC says);
 * a cookie for one address (who has two accounts in one browser would be a stranger to one of them). It ends after a
 * year without a sign-in, or some months after the master key was changed; a sign-in in between makes it new. */
#include "accounts/private.h"

enum { NONCE_BYTES = 16, TAG_BYTES = 16, PART_SIZE = 23, ADDRESSES_MAX = 4 }; /* a part: 22 characters and NUL */
#define DEVICE_COOKIE_S (365 * DAY_MS / SECOND_MS)
static_assert((int)DEVICE_SIZE >= (int)PART_SIZE, "a device is named by its nonce");

struct device {
    char nonce[PART_SIZE], tag[ADDRESSES_MAX][PART_SIZE];
    size_t tags;
};

static const char *cookie_name(void) { return accounts_settings.secure_cookies ? "__Host-device" : "device"; }

static bool part_read(struct str part, char out[PART_SIZE])
{
    uint8_t bytes[NONCE_BYTES];
    size_t n = sizeof bytes;
    if (part.n != PART_SIZE - 1 || !base64url_decode(part, bytes, &n) || n != sizeof bytes) return false;
    memcpy(out, part.p, part.n);
    out[part.n] = '\0';
    return true;
}

/* False: none, or not of this form. */
static bool device_read(const struct req *req, struct device *d)
{
    struct str rest = req_cookie(req, cookie_name());
    *d = (struct device){ .tags = 0 };
    if (!rest.p) return false;
    for (size_t i = 0; i <= ADDRESSES_MAX; i++) {
        const char *dot = memchr(rest.p, '.', rest.n);
        struct str part = { rest.p, dot ? (size_t)(dot - rest.p) : rest.n };
        if (!part_read(part, i == 0 ? d->nonce : d->tag[d->tags++])) return false;
        if (!dot) return true;
        rest.p += part.n + 1, rest.n -= part.n + 1;
    }
    return false;
}

/* False: this key is not known any more. */
static bool tag_of(const char *nonce, const char *address, uint8_t key, char out[PART_SIZE])
{
    char message[PART_SIZE + SHA256_HEX_SIZE];
    uint8_t mac[SHA256_SIZE];
    struct buf b;
    buf_fixed(&b, message, sizeof message);
    buf_printf(&b, "%s%s", nonce, address); /* both of a fixed length */
    if (!keyring_mac_as(accounts_settings.mail->keyring, key, STR("device"), buf_str(&b), mac)) return false;
    base64url_encode(mac, TAG_BYTES, out);
    return true;
}

/* A tag does not say under which key it was made. The places of those that are of this address, as bits. */
static unsigned tags_of(const struct device *d, const char *address)
{
    uint8_t keys[KEYRING_MACS_MAX];
    char tag[PART_SIZE];
    unsigned found = 0;
    size_t n = keyring_mac_ids(accounts_settings.mail->keyring, keys);
    for (size_t k = 0; k < n; k++) {
        if (!tag_of(d->nonce, address, keys[k], tag)) continue;
        for (size_t i = 0; i < d->tags; i++)
            if (equal_constant_time(d->tag[i], tag, PART_SIZE - 1)) found |= 1U << i;
    }
    return found;
}

bool device_knows(const struct req *req, const char *address, char device[DEVICE_SIZE])
{
    struct device d;
    if (!device_read(req, &d) || tags_of(&d, address) == 0) return false;
    text_copy(device, DEVICE_SIZE, d.nonce);
    return true;
}

void device_remember_email(struct req *req, const char *email)
{
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE];
    email_key(email, key);
    address_hash(key, address);
    device_remember(req, address);
}

void device_remember(struct req *req, const char *address)
{
    struct device d;
    char tag[PART_SIZE];
    if (!device_read(req, &d)) {
        uint8_t nonce[NONCE_BYTES];
        random_bytes(nonce, sizeof nonce);
        base64url_encode(nonce, sizeof nonce, d.nonce);
        d.tags = 0;
    }
    const struct keyring *ring = accounts_settings.mail->keyring;
    if (!tag_of(d.nonce, address, keyring_first_id(ring), tag)) return;
    unsigned same = tags_of(&d, address);
    struct buf value;
    size_t size = (ADDRESSES_MAX + 1) * PART_SIZE;
    buf_fixed(&value, arena_alloc(req->arena, size), size);
    buf_printf(&value, "%s.%s", d.nonce, tag);
    for (size_t i = 0, kept = 1; i < d.tags && kept < ADDRESSES_MAX; i++) {
        if (same & 1U << i) continue;
        buf_printf(&value, ".%s", d.tag[i]);
        kept++;
    }
    reply_cookie(
        req, (struct cookie){ .name = cookie_name(), .value = buf_terminated(&value), .max_age_s = DEVICE_COOKIE_S });
}
