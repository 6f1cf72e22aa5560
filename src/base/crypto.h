/* crypto.h: hashes, MACs, encodings and sealing, all on OpenSSL 3 (EVP) and libsodium; no primitive of our own. */
#ifndef CHATHUB_BASE_CRYPTO_H
#define CHATHUB_BASE_CRYPTO_H

#include "base/arena.h"
#include "base/str.h"

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 65 };
void sha256(const void *p, size_t n, uint8_t out[SHA256_SIZE]);
/* The same in pieces. `end` frees it, `free` gives it up; NULL is allowed. */
struct sha256;
MUST_USE struct sha256 *sha256_begin(void);
void sha256_add(struct sha256 *s, const void *p, size_t n);
void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);
void sha256_free(struct sha256 *s);
void sha256_hex(struct str s, char out[SHA256_HEX_SIZE]); /* lower case */
enum { SHA1_SIZE = 20 };
void sha1(const void *p, size_t n, uint8_t out[SHA1_SIZE]); /* for what a protocol asks for: it proves nothing */
void hmac_sha256(struct str key, struct str message, uint8_t out[SHA256_SIZE]);
/* The same over several parts in a row; put lengths between them where they could be cut differently. */
void hmac_sha256_parts(struct str key, const struct str parts[], size_t count, uint8_t out[SHA256_SIZE]);
MUST_USE bool equal_constant_time(const void *a, const void *b, size_t n);
void wipe(void *p, size_t n); /* not optimised away */

void hex_encode(const void *p, size_t n, char *out);                /* 2n + NUL */
MUST_USE bool hex_decode(struct str s, uint8_t *out, size_t out_n); /* exactly out_n bytes; either case */

/* base64url without padding (RFC 4648 5) and standard base64 with padding. Decoding is strict: wrong alphabet,
 * padding, length or unused bits that are not zero are refused. *out_n in: room, out: bytes written. */
size_t base64url_size(size_t n);                           /* characters, without NUL */
void base64url_encode(const void *p, size_t n, char *out); /* NUL-terminated */
MUST_USE bool base64url_decode(struct str s, uint8_t *out, size_t *out_n);
size_t base64_size(size_t n);
void base64_encode(const void *p, size_t n, char *out);
MUST_USE bool base64_decode(struct str s, uint8_t *out, size_t *out_n);

/* Sealing: AES-256-GCM with a random 96-bit nonce. Layout: version 1 (1 byte), key id (1), nonce (12), ciphertext,
 * tag (16). The associated data binds a record to its owner and purpose ("shop:7", "sso_secret"), each with its length
 * in front: a sealed value moved to another row or column does not open. */
struct keyring; /* immutable after start; shared by all threads */
enum { MASTER_KEY_SIZE = 32, SEAL_OVERHEAD = 30, KEYRING_MAX_KEYS = 8 };
/* keys[0] seals and makes MACs, all open. Key ids are 1..255, each once; NULL when they are not, or count is not
 * 1..KEYRING_MAX_KEYS. From each master key two keys are derived at start by HKDF-SHA256, one to seal and one for MACs;
 * the purpose is no key of its own but part of what is authenticated (deriving per purpose would cost each call). */
MUST_USE struct keyring *keyring_new(const uint8_t keys[][MASTER_KEY_SIZE], const uint8_t ids[], size_t count);
void keyring_free(struct keyring *k);
struct sealed {
    uint8_t *p;
    size_t n;
};
struct sealed seal(const struct keyring *k, struct arena *a, struct str owner, struct str purpose, struct str plain);
/* False when the bytes were changed, belong to another owner or purpose, or the key is unknown. *plain lives in `a`
 * and has a NUL behind it. */
MUST_USE bool unseal(const struct keyring *k, struct arena *a, struct str owner, struct str purpose, struct sealed in,
                     struct str *plain);
/* The same under another key of the ring; `id` MUST be one of it. */
struct sealed seal_as(const struct keyring *k, uint8_t id, struct arena *a, struct str owner, struct str purpose,
                      struct str plain);
uint8_t keyring_first_id(const struct keyring *k);                          /* of the key that seals */
size_t keyring_ids(const struct keyring *k, uint8_t out[KEYRING_MAX_KEYS]); /* how many, in order */
bool keyring_has(const struct keyring *k, int64_t id);
uint8_t sealed_key_id(struct sealed in); /* 0: too short to be a sealed value */
/* A value as it is stored → sealed with the first key. BROKEN: it does not open; it is left as it is. */
enum seal_again { RESEAL_BROKEN = -1, RESEAL_CURRENT, RESEAL_DONE };
MUST_USE enum seal_again seal_again(const struct keyring *k, struct arena *a, struct str owner, struct str purpose,
                                    struct sealed in, struct sealed *out);
/* A MAC over purpose and message (CSRF tokens, cursors) under the MAC key of keys[0]: it ends when that key changes. */
void keyring_mac(const struct keyring *k, struct str purpose, struct str message, uint8_t out[SHA256_SIZE]);
/* The same under the key of this id, for what must outlive a change of the first key: who made it wrote the id down
 * (keyring_first_id). Also under a key of which only that for MACs is kept. False: the ring knows no such key. */
MUST_USE bool keyring_mac_as(const struct keyring *k, uint8_t id, struct str purpose, struct str message,
                             uint8_t out[SHA256_SIZE]);

/* What outlives even its master key: the key for MACs that was derived from it, kept by who starts the program. A
 * master key that is not in the ring any more makes no MAC, but what was made under it can be told for as long. */
enum { KEYRING_MAC_KEY_SIZE = 32, KEYRING_KEPT_MAX = 16 };
MUST_USE bool keyring_mac_key(const struct keyring *k, uint8_t id, uint8_t out[KEYRING_MAC_KEY_SIZE]); /* of the ring */
/* Before any other thread uses the ring. False: it has the key itself, or no room. */
bool keyring_keep_mac(struct keyring *k, uint8_t id, const uint8_t key[KEYRING_MAC_KEY_SIZE]);
/* The ids that keyring_mac_as knows, the ring's own first. */
enum { KEYRING_MACS_MAX = KEYRING_MAX_KEYS + KEYRING_KEPT_MAX };
size_t keyring_mac_ids(const struct keyring *k, uint8_t out[KEYRING_MACS_MAX]);

#endif
