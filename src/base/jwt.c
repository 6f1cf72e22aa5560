/* jwt.c: the one verifier. Steps in order: shape, header, whose keys, signature, claims. The algorithm is ours and
 * fixed; the header can only agree with it (RFC 8725 3.1). Header and payload are parsed before the signature is known
 * to be good, because they say whose key it must be: so they are held to the limits of json_read first.
 *
 * Rejected: libjwt (takes the algorithm from the header), a list of algorithms (there is one). */
#include "base/jwt.h"
#include "base/crypto.h"
#include "base/json_read.h"

#include <math.h>

enum { SUBJECT_MAX_CHARS = 255, ID_MIN_CHARS = 8, ID_MAX_CHARS = 128 };

struct parts {
    struct str header, payload, signature, signed_text;
};

/* Exactly three parts between two dots. */
static bool split(struct str token, struct parts *out)
{
    if (token.n == 0 || token.n > JWT_MAX_BYTES) return false;
    const char *end = token.p + token.n;
    const char *first = memchr(token.p, '.', token.n);
    if (first == NULL) return false;
    const char *second = memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL || memchr(second + 1, '.', (size_t)(end - second - 1)) != NULL) return false;
    out->header = (struct str){ token.p, (size_t)(first - token.p) };
    out->payload = (struct str){ first + 1, (size_t)(second - first - 1) };
    out->signature = (struct str){ second + 1, (size_t)(end - second - 1) };
    out->signed_text = (struct str){ token.p, (size_t)(second - token.p) };
    return true;
}

/* The JSON object in a part, or NULL; the caller owns it. */
static json_t *part_object(struct arena *a, struct str part)
{
    size_t n = part.n; /* decoding makes it shorter */
    uint8_t *bytes = arena_alloc(a, n);
    if (!base64url_decode(part, bytes, &n)) return NULL;
    json_t *value = json_read_wide((struct str){ (const char *)bytes, n }, JWT_MAX_BYTES, NULL);
    if (!json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static enum jwt_verdict check_header(const json_t *header, bool *has_kid, struct str *kid)
{
    struct str text;
    if (!json_get_str(header, "alg", &text) || !str_eq(text, STR("HS256"))) return JWT_ALGORITHM;
    /* "crit" names extensions that must be understood; we understand none. */
    if (json_object_get(header, "crit") != NULL) return JWT_MALFORMED;
    if (json_object_get(header, "typ") != NULL) {
        if (!json_get_str(header, "typ", &text)) return JWT_MALFORMED;
        if (!str_eq(text, STR("JWT")) && !str_eq(text, STR("jwt"))) return JWT_MALFORMED;
    }
    *has_kid = json_object_get(header, "kid") != NULL;
    if (*has_kid && !json_get_str(header, "kid", kid)) return JWT_MALFORMED;
    return JWT_OK;
}

static enum jwt_verdict check_signature(const struct jwt_keys *keys, bool has_kid, struct str kid,
                                        const struct parts *parts)
{
    uint8_t given[SHA256_SIZE], right[SHA256_SIZE];
    size_t given_n = sizeof(given);
    assert(keys->count <= JWT_MAX_KEYS);
    if (!base64url_decode(parts->signature, given, &given_n) || given_n != sizeof(given)) return JWT_BAD_SIGNATURE;
    enum jwt_verdict verdict = JWT_UNKNOWN_KEY;
    for (size_t i = 0; i < keys->count; i++) {
        struct str name = keys->key[i].kid, secret = keys->key[i].secret;
        if (has_kid && name.n > 0 && !str_eq(name, kid)) continue;
        if (secret.n == 0) continue; /* an empty secret is known to everybody */
        hmac_sha256(secret, parts->signed_text, right);
        if (equal_constant_time(given, right, sizeof(right))) return JWT_OK;
        verdict = JWT_BAD_SIGNATURE;
    }
    return verdict;
}

static bool is_audience(const json_t *payload, struct str audience)
{
    const json_t *aud = json_object_get(payload, "aud");
    struct str text;
    if (json_get_str(payload, "aud", &text)) return str_eq(text, audience);
    /* Members that are no text cannot be ours and do no harm. */
    for (size_t i = 0; i < json_array_size(aud); i++) {
        const json_t *member = json_array_get(aud, i);
        if (!json_is_string(member)) continue;
        if (str_eq((struct str){ json_string_value(member), json_string_length(member) }, audience)) return true;
    }
    return false;
}

/* A time claim: any JSON number, also with a fraction. */
static bool get_time(const json_t *payload, const char *name, double *out)
{
    const json_t *v = json_object_get(payload, name);
    if (!json_is_number(v)) return false;
    *out = json_number_value(v);
    return isfinite(*out);
}

static enum jwt_verdict check_times(const json_t *payload, const struct jwt_profile *p, int64_t now_s,
                                    struct jwt_claims *out)
{
    /* Doubles hold seconds of today to better than a microsecond; what is too large for that fails below anyway. */
    double now = (double)now_s, leeway = (double)p->leeway_s, exp, iat, nbf;
    if (!get_time(payload, "exp", &exp) || !get_time(payload, "iat", &iat)) return JWT_TIMES;
    if (!(now < exp + leeway)) return JWT_EXPIRED;
    if (!(iat <= now + leeway)) return JWT_NOT_YET;
    if (json_object_get(payload, "nbf") != NULL) {
        if (!get_time(payload, "nbf", &nbf)) return JWT_TIMES;
        if (!(nbf <= now + leeway)) return JWT_NOT_YET;
    }
    if (!(exp - iat <= (double)p->max_lifetime_s)) return JWT_LIFETIME;
    /* exp > now - leeway, iat ≤ now + leeway, and they are at most a lifetime apart: both fit int64 now. */
    out->exp_s = (int64_t)floor(exp);
    out->iat_s = (int64_t)floor(iat);
    return JWT_OK;
}

static bool get_text(struct arena *a, const json_t *payload, const char *name, size_t min_chars, size_t max_chars,
                     struct str *out)
{
    struct str text;
    if (!json_get_str(payload, name, &text)) return false;
    size_t chars = utf8_length(text);
    if (chars < min_chars || chars > max_chars) return false;
    *out = (struct str){ arena_text_n(a, text.p, text.n), text.n };
    return true;
}

static bool is_role(const char *const *roles, struct str role)
{
    for (; *roles != NULL; roles++)
        if (str_eq(str_of(*roles), role)) return true;
    return false;
}

static enum jwt_verdict check_claims(struct arena *a, const json_t *payload, const struct jwt_profile *p, int64_t now_s,
                                     struct jwt_claims *out)
{
    if (!get_text(a, payload, "iss", 1, JWT_MAX_BYTES, &out->iss)) return JWT_WRONG_ISSUER;
    if (p->issuer.p != NULL && !str_eq(out->iss, p->issuer)) return JWT_WRONG_ISSUER;
    if (!is_audience(payload, p->audience)) return JWT_WRONG_AUDIENCE;
    enum jwt_verdict times = check_times(payload, p, now_s, out);
    if (times != JWT_OK) return times;
    /* A claim that is not demanded and is not what it should be counts as absent: it is one of "anything else". */
    if (!get_text(a, payload, "sub", 1, SUBJECT_MAX_CHARS, &out->sub) && p->need_sub) return JWT_SUBJECT;
    if (!get_text(a, payload, "jti", ID_MIN_CHARS, ID_MAX_CHARS, &out->jti) && p->need_jti) return JWT_ID;
    if (p->roles != NULL) {
        if (!get_text(a, payload, "role", 1, SUBJECT_MAX_CHARS, &out->role)) return JWT_ROLE;
        if (!is_role(p->roles, out->role)) return JWT_ROLE;
    }
    struct str *optional[] = { &out->email, &out->name };
    const char *const names[] = { "email", "name" };
    for (size_t i = 0; i < ARRAY_LEN(optional); i++)
        if (!get_text(a, payload, names[i], 0, JWT_MAX_BYTES, optional[i])) *optional[i] = (struct str){ 0 };
    return JWT_OK;
}

static enum jwt_verdict judge(struct arena *a, const json_t *header, const json_t *payload, const struct parts *parts,
                              const struct jwt_profile *p, int64_t now_s, struct jwt_claims *out)
{
    bool has_kid = false;
    struct str kid = { 0 };
    enum jwt_verdict verdict = check_header(header, &has_kid, &kid);
    if (verdict != JWT_OK) return verdict;
    if (!get_text(a, payload, p->key_claim, 1, JWT_MAX_BYTES, &out->owner))
        return text_eq(p->key_claim, "iss") ? JWT_WRONG_ISSUER : JWT_UNKNOWN_KEY;
    struct jwt_keys keys = { 0 };
    if (!p->keys(p->arg, out->owner, &keys)) return JWT_UNKNOWN_KEY;
    verdict = check_signature(&keys, has_kid, kid, parts);
    wipe(&keys, sizeof(keys));
    if (verdict != JWT_OK) return verdict;
    return check_claims(a, payload, p, now_s, out);
}

enum jwt_verdict jwt_verify(struct arena *a, struct str token, const struct jwt_profile *p, int64_t now_s,
                            struct jwt_claims *out)
{
    assert(p->key_claim != NULL && p->keys != NULL && p->audience.n > 0);
    assert(p->leeway_s >= 0 && p->max_lifetime_s > 0);
    *out = (struct jwt_claims){ 0 };
    struct parts parts;
    if (!split(token, &parts)) return JWT_MALFORMED;
    json_t *header = part_object(a, parts.header);
    json_t *payload = header == NULL ? NULL : part_object(a, parts.payload);
    enum jwt_verdict verdict = payload == NULL ? JWT_MALFORMED : judge(a, header, payload, &parts, p, now_s, out);
    json_decref(header);
    json_decref(payload);
    if (verdict != JWT_OK) *out = (struct jwt_claims){ 0 };
    return verdict;
}

const char *jwt_verdict_name(enum jwt_verdict v)
{
    switch (v) {
    case JWT_OK: return "ok";
    case JWT_MALFORMED: return "malformed";
    case JWT_ALGORITHM: return "alg";
    case JWT_UNKNOWN_KEY: return "key";
    case JWT_BAD_SIGNATURE: return "signature";
    case JWT_WRONG_ISSUER: return "iss";
    case JWT_WRONG_AUDIENCE: return "aud";
    case JWT_EXPIRED: return "exp";
    case JWT_NOT_YET: return "nbf or iat";
    case JWT_TIMES: return "exp or iat";
    case JWT_LIFETIME: return "lifetime";
    case JWT_SUBJECT: return "sub";
    case JWT_ID: return "jti";
    case JWT_ROLE: return "role";
    }
    assert(!"a verdict that does not exist");
    return "";
}

struct str jwt_sign_hs256(struct arena *a, struct str header_json, struct str payload_json, struct str secret)
{
    assert(secret.n > 0);
    uint8_t signature[SHA256_SIZE];
    size_t n = base64url_size(header_json.n) + 1 + base64url_size(payload_json.n);
    size_t whole_n = n + 1 + base64url_size(sizeof(signature));
    char *token = arena_alloc(a, whole_n + 1);
    base64url_encode(header_json.p, header_json.n, token);
    token[base64url_size(header_json.n)] = '.';
    base64url_encode(payload_json.p, payload_json.n, token + base64url_size(header_json.n) + 1);
    hmac_sha256(secret, (struct str){ token, n }, signature);
    token[n] = '.';
    base64url_encode(signature, sizeof(signature), token + n + 1);
    return (struct str){ token, whole_n };
}
