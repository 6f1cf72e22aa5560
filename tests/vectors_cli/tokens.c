/* tokens.c: the judges of jwt/verify (shop tokens, contracts: identity 8) and webhook/verify (identity 9). */
#include "base/jwt.h"
#include "outbound/webhook.h"
#include "tests/vectors_cli/vectors.h"

/* ---- jwt/verify ---- */

enum { LEEWAY_S = 60, LIFETIME_MAX_S = 3600 };

/* The keys of one shop, from the file's `config`. */
static bool shop_keys(void *arg, struct str owner, struct jwt_keys *out)
{
    const json_t *shops = arg;
    const char *name, *kid;
    json_t *shop, *secret;
    out->count = 0;
    json_object_foreach((json_t *)shops, name, shop)
    {
        if (!str_eq(owner, str_of(name))) continue;
        json_object_foreach(json_object_get(shop, "keys"), kid, secret)
        {
            assert(out->count < JWT_MAX_KEYS);
            out->key[out->count].kid = str_of(kid);
            out->key[out->count++].secret = str_of(json_string_value(secret));
        }
        return true;
    }
    return false;
}

static struct outcome deliver_token(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    const json_t *config = json_object_get(file, "config");
    int64_t now_s = 0, leeway_s = LEEWAY_S, lifetime_s = LIFETIME_MAX_S;
    if (!json_get_i64(one, "now", &now_s)) return (struct outcome){ .accepted = false };
    if (json_object_get(config, "leeway") && !json_get_i64(config, "leeway", &leeway_s)) leeway_s = LEEWAY_S;
    if (json_object_get(config, "max_lifetime") && !json_get_i64(config, "max_lifetime", &lifetime_s))
        lifetime_s = LIFETIME_MAX_S;
    const struct jwt_profile profile = { .key_claim = "iss",
                                         .audience = member_text(config, "audience"),
                                         .leeway_s = leeway_s,
                                         .max_lifetime_s = lifetime_s,
                                         .need_sub = true,
                                         .need_jti = true,
                                         .keys = shop_keys,
                                         .arg = json_object_get(config, "shops") };
    struct jwt_claims claims;
    if (jwt_verify(a, member_text(one, "token"), &profile, now_s, &claims) != JWT_OK)
        return (struct outcome){ .accepted = false };
    /* Last, so that a refused token does not burn its id. */
    const char *id = arena_printf(a, "%.*s\n%.*s", (int)claims.iss.n, claims.iss.p, (int)claims.jti.n, claims.jti.p);
    if (!store_first(store, str_of(id))) return (struct outcome){ .accepted = false };
    return (struct outcome){ .accepted = true, .effects = 1, .effect = { "sign_in" } };
}

const struct judge jwt_judge = { .topic = "jwt/verify", .deliver = deliver_token };

/* ---- webhook/verify ---- */

static struct webhook_secrets secrets_of(const json_t *config, const char *key)
{
    struct webhook_secrets s = { 0 };
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(config, key), i, one)
    {
        assert(s.count < WEBHOOK_SECRETS_MAX);
        s.secret[s.count++] = str_of(json_string_value(one));
    }
    return s;
}

static struct outcome deliver_webhook(struct arena *a, const json_t *file, const json_t *one, struct store *store)
{
    (void)a;
    const json_t *config = json_object_get(file, "config"), *request = json_object_get(one, "request");
    struct str scheme = member_text(one, "scheme"), body = member_text(request, "body"), id;
    int64_t now_s = 0;
    enum webhook_verdict verdict = WEBHOOK_MALFORMED;
    if (!json_get_i64(one, "now", &now_s)) return (struct outcome){ .accepted = false };
    if (str_eq(scheme, STR("x-signature"))) {
        struct webhook_secrets s = secrets_of(config, "x_signature_secrets");
        verdict = webhook_verify_x_signature(&s, header_of(request, "x-signature"), body);
        id = header_of(request, "x-request-id"); /* the only replay protection that this form has */
    } else {
        struct webhook_secrets s = secrets_of(config, "webhook_secrets");
        id = header_of(request, "webhook-id");
        verdict = webhook_verify(&s, id, header_of(request, "webhook-timestamp"),
                                 header_of(request, "webhook-signature"), body, now_s);
    }
    if (verdict != WEBHOOK_OK) return (struct outcome){ .accepted = false };
    bool first = !id.p || store_first(store, id);
    return (struct outcome){ .accepted = true, .effects = first ? 1 : 0, .effect = { "process" } };
}

static int signing(struct arena *a, const json_t *file, int *checked)
{
    int bad = 0;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(file, "signing"), i, one)
    {
        int64_t at_s = 0;
        bool read = json_get_i64(one, "timestamp", &at_s);
        struct str made =
            read ? webhook_sign(a, member_text(one, "secret"), member_text(one, "id"), at_s, member_text(one, "body"))
                 : (struct str){ NULL, 0 };
        ++*checked;
        bad += verdict_line(arena_printf(a, "signing %zu", i + 1),
                            made.p && str_eq(made, member_text(one, "signature")) ? NULL : "another signature");
    }
    return bad;
}

const struct judge webhook_judge = { .topic = "webhook/verify", .deliver = deliver_webhook, .beside = signing };
