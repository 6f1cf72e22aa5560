/* chatbot.c: the conversations live on an outside server that speaks the chatbot-node contract. Two calls, made by
 * jobs: register (shared secret in a header) and config (our own SSO token), which settles what a lost answer left
 * open.
 *
 * A 2xx that cannot be read is unknown, not success: a proxy's page must not cost a merchant credits. `botId` null is
 * success; that server makes the bot later, and the bot state says so. */
#include "tenants/recipes.h"

enum {
    REGISTER_TOTAL_MS = 10000,
    CONFIG_TOTAL_MS = 5000,
    CONNECT_MS = 3000,
    BODY_MAX_BYTES = 8192,
    THEIR_ERROR_MAX = 160,
    ASK_TTL_S = 60
};

static void body_json(struct json *j, const struct registration *r)
{
    char shop[SHOP_PUBLIC_ID_SIZE], merchant[24];
    struct buf b;
    shop_public_id(r->shop, shop);
    buf_fixed(&b, merchant, sizeof merchant);
    buf_i64(&b, r->account);
    json_object(j, NULL);
    json_text(j, "shopId", shop);
    json_str(j, "merchantId", buf_str(&b));
    json_text(j, "instanceUrl", r->instance_url);
    json_text(j, "ssoType", "shared");
    json_str(j, "ssoSharedSecret", r->sso_secret);
    json_str(j, "webhookSecret", r->webhook_secret);
    json_text(j, "botName", r->bot_name);
    if (r->logo_url) json_text(j, "logoUrl", r->logo_url);
    json_end(j);
}

/* Their bot id when it is one we can store and print; what is not counts as "not made yet". */
static const char *read_bot_id(struct arena *a, const json_t *config)
{
    struct str id;
    if (!json_get_str(config, "botId", &id) || id.n == 0 || id.n > BOT_ID_MAX || text_has_controls(id)) return NULL;
    return arena_text_n(a, id.p, id.n);
}

static const char *their_error(struct arena *a, const json_t *answer, const char *fallback)
{
    struct str text;
    if (!json_get_str(answer, "error", &text) || text_has_controls(text)) return fallback;
    return arena_text_n(a, text.p, utf8_cut(text, THEIR_ERROR_MAX));
}

static void chatbot_register(struct arena *a, const struct registration *r, struct registered *out)
{
    struct buf body;
    buf_fixed(&body, arena_alloc(a, BODY_MAX_BYTES), BODY_MAX_BYTES);
    struct json j;
    json_begin(&j, &body);
    body_json(&j, r);
    json_finish(&j);
    *out = (struct registered){ .outcome = OUTCOME_REFUSED, .error = "the registration is too large" };
    if (body.overflow) return;
    const struct out_request call = {
        .method = "POST",
        .url = arena_printf(a, "%s/api/admin/tenants/register", tenants_settings.chatbot_base_url),
        .header = { { "Content-Type", "application/json" },
                    { "x-shopsaas-secret",
                      tenants_settings.chatbot_shared_secret ? tenants_settings.chatbot_shared_secret : "" } },
        .headers = 2,
        .body = buf_str(&body),
        .connect_ms = CONNECT_MS,
        .total_ms = REGISTER_TOTAL_MS,
        .trusted_address = true,
        .log_as = "chatbot.register"
    };
    struct out_answer answer = { 0 };
    http_call(a, &call, &answer);
    wipe(body.p, body.n);
    *out = (struct registered){ .outcome = answer.outcome, .error = answer.error };
    json_t *json = answer.body.p ? json_read(answer.body, JSON_READ_MAX_BYTES, NULL) : NULL;
    if (answer.outcome == OUTCOME_OK) {
        if (json_is_object(json)) {
            out->bot_id = read_bot_id(a, json_object_get(json, "config"));
        } else {
            out->outcome = OUTCOME_UNKNOWN;
            out->error = "the chatbot server's answer cannot be read";
        }
    } else if (answer.outcome == OUTCOME_REFUSED) {
        out->error = their_error(a, json, answer.error ? answer.error : "the chatbot server refused");
    }
    json_decref(json);
}

static void chatbot_ask(struct arena *a, const struct registration *r, struct registered *out)
{
    char shop[SHOP_PUBLIC_ID_SIZE];
    shop_public_id(r->shop, shop);
    struct str token = sso_token(a, &(struct sso_claims){ .shop = r->shop, .now_ms = r->now_ms, .ttl_s = ASK_TTL_S,
        .secret_generation = r->sso_generation, .role = SSO_ADMIN, .subject = "service:chathub" }, r->sso_secret);
    const struct out_request call = {
        .method = "GET",
        .url = arena_printf(a, "%s/api/admin/tenants/%s/config", tenants_settings.chatbot_base_url, shop),
        .header = { { "Authorization", arena_printf(a, "Bearer %.*s", (int)token.n, token.p) } },
        .headers = 1,
        .connect_ms = CONNECT_MS,
        .total_ms = CONFIG_TOTAL_MS,
        .trusted_address = true,
        .log_as = "chatbot.config"
    };
    struct out_answer answer = { 0 };
    http_call(a, &call, &answer);
    *out = (struct registered){ .outcome = answer.outcome, .error = answer.error };
    if (answer.outcome == OUTCOME_REFUSED) {
        /* 401, 403 and 404 say that it does not know this shop with this secret; any other refusal says nothing. */
        bool unknown_shop = answer.status == 401 || answer.status == 403 || answer.status == 404;
        out->outcome = unknown_shop ? OUTCOME_OK : OUTCOME_UNKNOWN;
        return;
    }
    if (answer.outcome != OUTCOME_OK) return;
    json_t *json = json_read(answer.body, JSON_READ_MAX_BYTES, NULL);
    struct str their_shop;
    out->known = json_get_str(json, "shopId", &their_shop) && str_eq(their_shop, str_of(shop));
    if (out->known) out->bot_id = read_bot_id(a, json);
    else out->outcome = OUTCOME_UNKNOWN, out->error = "the chatbot server answered for another shop";
    json_decref(json);
}

const struct recipe recipe_chatbot = { .backend = BACKEND_CHATBOT, .name = "chatbot", .call = chatbot_register,
                                       .ask = chatbot_ask };
