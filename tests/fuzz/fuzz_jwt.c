/* fuzz_jwt.c: the token verifier. The input is tried as a token, and as header and payload (split at the first line
 * feed) that are signed with a good key, so that the checks behind the signature are reached too. */
#include "base/crypto.h"
#include "base/jwt.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 1 << 20, NOW_S = 1795320000, LEEWAY_S = 60, LIFETIME_S = 3600 };

static void must(bool ok)
{
    if (!ok) abort();
}

static bool keys_of(void *arg, struct str owner, struct jwt_keys *out)
{
    must(owner.n > 0);
    if (str_eq(owner, STR("nobody"))) return false;
    out->count = 2;
    out->key[0].kid = STR("k1"), out->key[0].secret = STR("pWYpeqJycKS9cK435t2h4WABR5GiU8MSkRCMyykh6ClQXIBU");
    out->key[1].secret = STR("test-sso-secret");
    return true;
}

static const char *const roles[] = { "admin", "viewer", NULL };
static const struct jwt_profile profiles[] = {
    { .key_claim = "iss",
      .audience = { "https://pay.example.test", 24 },
      .leeway_s = LEEWAY_S,
      .max_lifetime_s = LIFETIME_S,
      .need_sub = true,
      .need_jti = true,
      .keys = keys_of },
    { .key_claim = "shopId",
      .issuer = { "shopsaas", 8 },
      .audience = { "chatbot-node", 12 },
      .leeway_s = LEEWAY_S,
      .max_lifetime_s = LIFETIME_S,
      .roles = roles,
      .keys = keys_of },
};

/* What every accepted token must be, said a second time and simpler. */
static void check_accepted(const struct jwt_profile *p, const struct jwt_claims *c, struct str token)
{
    must(token.n <= JWT_MAX_BYTES);
    must(c->owner.n > 0 && c->iss.n > 0);
    must(c->exp_s + LEEWAY_S >= NOW_S && c->iat_s <= NOW_S + LEEWAY_S && c->exp_s - c->iat_s <= LIFETIME_S + 1);
    must(!p->need_sub || (c->sub.n >= 1 && utf8_length(c->sub) <= 255));
    must(!p->need_jti || (c->jti.n >= 8 && utf8_length(c->jti) <= 128));
    must(p->roles == NULL || str_eq(c->role, STR("admin")) || str_eq(c->role, STR("viewer")));
    must(p->issuer.p == NULL || str_eq(c->iss, p->issuer));
}

static void try_token(struct arena *a, struct str token)
{
    for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
        static const struct jwt_claims zero;
        struct jwt_claims claims;
        enum jwt_verdict verdict = jwt_verify(a, token, &profiles[i], NOW_S, &claims);
        must(jwt_verdict_name(verdict)[0] != '\0');
        if (verdict == JWT_OK) check_accepted(&profiles[i], &claims, token);
        else must(memcmp(&claims, &zero, sizeof(zero)) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = { (const char *)data, size };
    if (size > 2 * JWT_MAX_BYTES) return 0;
    struct arena *a = arena_new(ARENA_BYTES);
    try_token(a, in);
    const char *line_feed = size > 0 ? memchr(in.p, '\n', size) : NULL;
    if (line_feed != NULL) {
        struct str header = { in.p, (size_t)(line_feed - in.p) };
        struct str payload = { line_feed + 1, size - header.n - 1 };
        try_token(a, jwt_sign_hs256(a, header, payload, STR("test-sso-secret")));
    }
    arena_free(a);
    return 0;
}
