/* sso_tokens.c: short-lived statements "this browser is that shop's admin", signed with the shop's SSO secret, for the
 * chat's pages. Roles are two words, never free text (D-19, D-20). */
#include "tenants/recipe.h"

#include "base/clock.h"
#include "base/jwt.h"
#include "base/random.h"

enum { CLAIMS_MAX_BYTES = 512, JTI_BYTES = 16 };

const char *const sso_role_names[] = { "admin", "viewer", NULL };

static struct str json_of(struct arena *a, json_writer *write, const void *arg)
{
    struct buf b;
    buf_fixed(&b, arena_alloc(a, CLAIMS_MAX_BYTES), CLAIMS_MAX_BYTES);
    struct json j;
    json_begin(&j, &b);
    json_object(&j, NULL);
    write(&j, arg);
    json_end(&j);
    json_finish(&j);
    assert(!b.overflow);
    return buf_str(&b);
}

static void header_json(struct json *j, const void *arg)
{
    char kid[24];
    struct buf b;
    int64_t generation = ((const struct sso_claims *)arg)->secret_generation;
    buf_fixed(&b, kid, sizeof kid);
    buf_printf(&b, "k%lld", (long long)generation);
    json_text(j, "alg", "HS256");
    json_text(j, "typ", "JWT");
    if (generation == 0) return;
    json_str(j, "kid", buf_str(&b));
}

static void payload_json(struct json *j, const void *arg)
{
    const struct sso_claims *c = arg;
    char shop[SHOP_PUBLIC_ID_SIZE], jti[24];
    uint8_t random[JTI_BYTES];
    random_bytes(random, sizeof random);
    base64url_encode(random, sizeof random, jti);
    shop_public_id(c->shop, shop);
    json_text(j, "shopId", c->shop_id ? c->shop_id : shop);
    json_text(j, "role", sso_role_names[c->role]);
    json_text(j, "iss", "shopsaas");
    json_text(j, "aud", "chatbot-node");
    json_i64(j, "iat", c->now_ms / 1000);
    json_i64(j, "exp", c->now_ms / 1000 + c->ttl_s);
    json_text(j, "sub", c->subject);
    json_text(j, "jti", jti);
}

struct str sso_token(struct arena *a, const struct sso_claims *c, struct str secret)
{
    return jwt_sign_hs256(a, json_of(a, header_json, c), json_of(a, payload_json, c), secret);
}
