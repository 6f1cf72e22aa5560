/* jwt.h: compact JWS with HS256 (RFC 7515, 7519, 8725). One verifier, and a profile says what a kind of token must
 * hold. Pure: bytes, a key look-up and the time in; claims out. Replay (jti) is the caller's last step, because it
 * needs a row. Works on at most 8 KiB. */
#ifndef CHATHUB_BASE_JWT_H
#define CHATHUB_BASE_JWT_H

#include "base/arena.h"
#include "base/str.h"

enum { JWT_MAX_BYTES = 8192, JWT_MAX_KEYS = 8 };

struct jwt_keys {
    size_t count;
    struct {
        struct str kid, secret;
    } key[JWT_MAX_KEYS];
};

struct jwt_profile {
    /* Claim that names whose keys to use: "iss" (shop tokens), "shopId" (panel SSO tokens). */
    const char *key_claim;
    struct str issuer;   /* exact `iss`; p NULL: any non-empty text (the key look-up decides) */
    struct str audience; /* exact text, or a member of the list */
    int64_t leeway_s, max_lifetime_s;
    bool need_sub, need_jti;  /* non-empty ≤ 255; 8..128 characters */
    const char *const *roles; /* NULL: no `role` claim wanted; else a NULL-ended list it must be in */
    /* Fills keys for the owner named by key_claim; false when unknown. The verifier picks by `kid`: a token with one is
     * held to the key of that name, a token without is tried with each. A key whose kid is empty has no known name
     * (registered by an outside panel) and is tried for every token of its owner. */
    bool (*keys)(void *arg, struct str owner, struct jwt_keys *out);
    void *arg;
};

enum jwt_verdict {
    JWT_OK,
    JWT_MALFORMED,
    JWT_ALGORITHM,
    JWT_UNKNOWN_KEY,
    JWT_BAD_SIGNATURE,
    JWT_WRONG_ISSUER,
    JWT_WRONG_AUDIENCE,
    JWT_EXPIRED,
    JWT_NOT_YET,
    JWT_TIMES,
    JWT_LIFETIME,
    JWT_SUBJECT,
    JWT_ID,
    JWT_ROLE,
};
struct jwt_claims {
    struct str iss, sub, jti, role, owner, email, name;
    int64_t iat_s, exp_s;
};

/* Claims live in `a`. On anything but JWT_OK *out is zero. */
MUST_USE enum jwt_verdict jwt_verify(struct arena *a, struct str token, const struct jwt_profile *p, int64_t now_s,
                                     struct jwt_claims *out);
const char *jwt_verdict_name(enum jwt_verdict v); /* for logs: "exp", "signature", ... */
/* header and payload are JSON objects, written by the caller; adds the signature. In `a`. */
struct str jwt_sign_hs256(struct arena *a, struct str header_json, struct str payload_json, struct str secret);

#endif
