/* chatbot.c: the conversations live on an outside server that speaks the chatbot-node contract. Two calls, made by
 * jobs: register (shared secret in a header; also how that server hears of another secret or domain) and config (our
 * own SSO token), which settles what a lost answer left open. It has no call for suspending or removing: what is off
 * here gets no tokens.
 *
 * Success is an answer that names this shop. A 2xx that cannot be read, that speaks of an error or of another shop
 * is unknown: neither a proxy's page nor a stranger's tenant may cost a merchant credits. `botId` null is success;
 * that server makes the bot later, and the bot state says so. */
#include "tenants/recipe.h"

enum {
    CHATBOT_NUMBER = 2,
    REGISTER_TOTAL_MS = 10000,
    CONFIG_TOTAL_MS = 5000,
    CONNECT_MS = 3000,
    BODY_MAX_BYTES = 8192,
    THEIR_ERROR_MAX = 160,
    ASK_TTL_S = 60,
    DOUBT_MS = 30000 /* that server, or what stands before it, may hold a request for a while */
};

static const char *base_url; /* NULL: shops are not enabled here */
static const struct recipe_setting settings[] = {
    { .name = "CHATBOT_BASE_URL",
      .value = &base_url,
      .is_url = true,
      .needs = "CHATBOT_SHARED_SECRET",
      .risk = "plain-chatbot" },
};

static void body_json(struct json *j, const struct recipe_shop *r)
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
    if (!json_get_str(config, "botId", &id) || id.n == 0 || id.n > RECIPE_BOT_ID_MAX) return NULL;
    if (text_has_controls(id)) return NULL;
    return arena_text_n(a, id.p, id.n);
}

static const char *their_error(struct arena *a, const json_t *answer, const char *fallback)
{
    struct str text;
    if (!json_get_str(answer, "error", &text) || text_has_controls(text)) return fallback;
    return arena_text_n(a, text.p, utf8_cut(text, THEIR_ERROR_MAX));
}

/* Does one member of the answer name this shop, and none another? */
static bool names_this_shop(const json_t *answer, int64_t shop)
{
    const json_t *const parts[] = { json_object_get(answer, "config"), json_object_get(answer, "tenant"), answer };
    char ours[SHOP_PUBLIC_ID_SIZE];
    bool named = false;
    shop_public_id(shop, ours);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const json_t *id = json_object_get(parts[i], "shopId");
        struct str theirs;
        if (!id) continue;
        if (!json_get_str(parts[i], "shopId", &theirs) || !str_eq(theirs, str_of(ours))) return false;
        named = true;
    }
    return named;
}

/* What a 2xx says. */
static void judge(struct arena *a, const json_t *answer, int64_t shop, struct recipe_answer *out)
{
    const json_t *config = json_object_get(answer, "config"), *error = json_object_get(answer, "error");
    bool failed = (error && !json_is_null(error)) || json_is_false(json_object_get(answer, "success"));
    if (!json_is_object(answer)) out->error = "the chatbot server's answer cannot be read";
    else if (failed) out->error = their_error(a, answer, "the chatbot server told of a failure");
    else if (!names_this_shop(answer, shop)) out->error = "the chatbot server's answer does not name this shop";
    else out->id = read_bot_id(a, config ? config : answer);
    if (out->error) out->outcome = OUTCOME_UNKNOWN;
}

static void chatbot_register(struct arena *a, const struct recipe_shop *r, struct recipe_answer *out)
{
    struct buf body;
    buf_fixed(&body, arena_alloc(a, BODY_MAX_BYTES), BODY_MAX_BYTES);
    struct json j;
    json_begin(&j, &body);
    body_json(&j, r);
    json_finish(&j);
    *out = (struct recipe_answer){ .outcome = OUTCOME_REFUSED, .error = "the registration is too large" };
    if (body.overflow) return;
    const struct outbound_request call = {
        .method = "POST",
        .url = arena_printf(a, "%s/api/admin/tenants/register", base_url),
        .header = { { "Content-Type", "application/json" },
                    { "x-shopsaas-secret", tenants_settings.panel_secret ? tenants_settings.panel_secret : "" } },
        .headers = 2,
        .body = buf_str(&body),
        .connect_ms = CONNECT_MS,
        .total_ms = REGISTER_TOTAL_MS,
        .trusted_address = true,
        .log_as = "chatbot.register"
    };
    struct outbound_answer answer = { 0 };
    outbound_call(a, &call, &answer);
    wipe(body.p, body.n);
    *out = (struct recipe_answer){ .outcome = answer.outcome, .error = answer.error };
    json_t *json = answer.body.p ? json_read(answer.body, JSON_READ_MAX_BYTES, NULL) : NULL;
    if (answer.outcome == OUTCOME_OK) {
        out->error = NULL;
        judge(a, json, r->shop, out);
    } else if (answer.outcome == OUTCOME_REFUSED) {
        out->error = their_error(a, json, answer.error ? answer.error : "the chatbot server refused");
    }
    json_decref(json);
}

static void chatbot_ask(struct arena *a, const struct recipe_shop *r, struct recipe_answer *out)
{
    char shop[SHOP_PUBLIC_ID_SIZE];
    shop_public_id(r->shop, shop);
    struct str token = sso_token(a,
                                 &(struct sso_claims){ .shop = r->shop,
                                                       .now_ms = r->now_ms,
                                                       .ttl_s = ASK_TTL_S,
                                                       .secret_generation = r->sso_generation,
                                                       .role = SSO_ADMIN,
                                                       .subject = "service:chathub" },
                                 r->sso_secret);
    const struct outbound_request call = { .method = "GET",
                                           .url = arena_printf(a, "%s/api/admin/tenants/%s/config", base_url, shop),
                                           .header = { { "Authorization",
                                                         arena_printf(a, "Bearer %.*s", (int)token.n, token.p) } },
                                           .headers = 1,
                                           .connect_ms = CONNECT_MS,
                                           .total_ms = CONFIG_TOTAL_MS,
                                           .trusted_address = true,
                                           .log_as = "chatbot.config" };
    struct outbound_answer answer = { 0 };
    outbound_call(a, &call, &answer);
    *out = (struct recipe_answer){ .outcome = answer.outcome, .error = answer.error };
    if (answer.outcome == OUTCOME_REFUSED) {
        /* 401, 403 and 404 say that it does not know this shop with this secret; any other refusal says nothing. */
        bool unknown_shop = answer.status == 401 || answer.status == 403 || answer.status == 404;
        out->outcome = unknown_shop ? OUTCOME_OK : OUTCOME_UNKNOWN;
        return;
    }
    if (answer.outcome != OUTCOME_OK) return;
    json_t *json = json_read(answer.body, JSON_READ_MAX_BYTES, NULL);
    out->error = NULL;
    judge(a, json, r->shop, out);
    out->known = out->outcome == OUTCOME_OK;
    json_decref(json);
}

static bool is_chosen(void) { return base_url != NULL; }

static const char *script_base(void) { return base_url; }

static bool door(struct arena *a, struct recipe_door *out)
{
    if (!base_url) return false;
    *out = (struct recipe_door){ .action = arena_printf(a, "%s/admin", base_url) };
    return true;
}

/* clang-format off */
static const struct recipe_step steps[] = {
    { .name = "register", .doc = "Registers the shop.", .make = chatbot_register, .find = chatbot_ask, .replaces = true,
      .is_bot = true },
};

const struct recipe recipe_chatbot = { .number = CHATBOT_NUMBER, .name = "chatbot", .is_chosen = is_chosen,
                                       .shows_panel_secret = true,
                                       .setting = settings, .settings = ARRAY_LEN(settings),
                                       .step = steps, .steps = ARRAY_LEN(steps), .tell = chatbot_register,
                                       .look = chatbot_ask, .doubt_ms = DOUBT_MS, .script_base = script_base,
                                       .door = door };
/* clang-format on */
