/* rsa.h: RSASSA-PKCS1-v1_5 with SHA-256, and nothing else: no other hash or padding can be asked for, so no message can
 * choose a weaker one. Keys are read once and shared; signatures are standard base64, read strictly. */
#ifndef CHATHUB_BASE_RSA_H
#define CHATHUB_BASE_RSA_H

#include "base/arena.h"
#include "base/str.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, RSA_TEXT_MAX = 65536 };

/* Immutable: all threads may use one at once. */
struct rsa_key;
/* PEM, or the base64 of its DER alone, as some consoles give it. A public key is SubjectPublicKeyInfo or PKCS#1, a
 * private one PKCS#8 or PKCS#1 without a password. NULL: not one, not RSA, or outside the limits above. */
MUST_USE struct rsa_key *rsa_key_public(struct str text);
MUST_USE struct rsa_key *rsa_key_private(struct str text);
/* Takes over an EVP_PKEY (void, so that OpenSSL's headers stay in few files). NULL, and it is freed, when it is no RSA
 * key within the limits. */
MUST_USE struct rsa_key *rsa_key_adopt(void *evp_pkey);
void rsa_key_free(struct rsa_key *k);                                         /* NULL is allowed */
MUST_USE bool rsa_key_same(const struct rsa_key *a, const struct rsa_key *b); /* the public halves */

/* Base64 in the arena. The key MUST be a private one. */
struct str rsa_sign(struct arena *a, const struct rsa_key *k, struct str message);
/* The message may come in parts that stand in a row. False for any signature that is not exactly right. */
MUST_USE bool rsa_verify(const struct rsa_key *k, const struct str parts[], size_t count, struct str signature);

#endif
