/* routes.c: the addresses of tenants. The first three and the panel's are contracts that others wrote: exact JSON,
 * unknown members ignored. */
#include "tenants/private.h"

#include "credits/credits.h"

enum { ENABLE_WAIT_MS = 10000 };

/* clang-format off */
static const struct field path_shop_fields[] = {
    FIELD_ID(struct path_shop, id, .doc = "The shop's number."),
    FIELD_END
};
/* clang-format on */

static const struct field post_enable_fields[] = {
    FIELD_TEXT(struct post_enable, botName, .optional = true, .min = 1, .max = BOT_NAME_MAX, .form = TEXT_NAME,
               .doc = "What the bot calls itself; unset: the shop's name and Assistant."),
    FIELD_END
};
/* clang-format off */
static const struct field post_role_fields[] = {
    FIELD_ENUM(struct post_role, role, sso_role_names, .optional = true, .fallback = SSO_ADMIN,
               .doc = "admin may change, viewer may look."),
    FIELD_END
};
static const char *const secret_kinds[] = { "sso", "webhook", "service", NULL };
static const char *const secret_states[] = { "active", "previous", NULL };
static const struct field path_secret_fields[] = {
    FIELD_ID(struct path_secret, id, .doc = "The shop's number."),
    FIELD_ENUM(struct path_secret, kind, secret_kinds, .doc = "Which secret."),
    FIELD_END
};
static const struct field path_panel_fields[] = {
    FIELD_TEXT(struct path_panel, shopId, .min = 1, .max = 100, .doc = "The shop's public id: shop-7."),
    FIELD_END
};
/* clang-format on */
static const char *const sso_types[] = { "shared", NULL };
enum { SYNC_SCOPES_GIVEN_MAX = 16 };
static const struct field sync_scope = FIELD_ENUM(struct sync_scope, word, sync_scope_names);
static const struct field put_config_fields[] = {
    FIELD_TEXT(struct put_config, name, .optional = true, .min = 1, .max = BOT_NAME_MAX, .form = TEXT_NAME,
               .present_offset = offsetof(struct put_config, has_name), .doc = "What the bot calls itself."),
    FIELD_TEXT(struct put_config, logoUrl, .optional = true, .form = TEXT_URL, .min = 1, .max = 2048,
               .present_offset = offsetof(struct put_config, has_logo), .doc = "The bot's picture; null: none."),
    FIELD_LIST(struct put_config, syncScopes, &sync_scope, struct sync_scope, .optional = true,
               .max = SYNC_SCOPES_GIVEN_MAX, .present_offset = offsetof(struct put_config, has_scopes),
               .doc = "What is synchronised."),
    FIELD_END
};
static const struct field post_register_fields[] = {
    FIELD_TEXT(struct post_register, shopId, .min = 1, .max = 100, .doc = "The panel's id of the shop."),
    FIELD_TEXT(struct post_register, merchantId, .min = 1, .max = 100, .doc = "The panel's account."),
    FIELD_TEXT(struct post_register, instanceUrl, .min = 1, .max = 2048, .doc = "Where the shop is."),
    FIELD_ENUM(struct post_register, ssoType, sso_types, .optional = true, .doc = "How tokens are signed."),
    FIELD_TEXT(struct post_register, ssoSharedSecret, .form = TEXT_SECRET, .min = 16, .max = 512,
               .doc = "Signs the panel's SSO tokens."),
    FIELD_TEXT(struct post_register, webhookSecret, .form = TEXT_SECRET, .min = 16, .max = 512,
               .doc = "Signs the shop's webhooks."),
    FIELD_TEXT(struct post_register, botName, .optional = true, .min = 1, .max = BOT_NAME_MAX, .form = TEXT_NAME,
               .doc = "What the bot calls itself."),
    FIELD_TEXT(struct post_register, logoUrl, .optional = true, .form = TEXT_URL, .min = 1, .max = 2048,
               .doc = "The bot's picture."),
    FIELD_END
};

/* ---- what answers look like ---- */

static const char *const stops[] = { "merchant", "unpaid", "ended", "shop_deleted", "operator", NULL };
static const char *const subscription_states[] = { "active", "past_due", "expired", "cancelled", NULL };
/* clang-format off */
static const char *const states[] = { "off", "pending", "provisioning", "active", "suspended", "disabled", "failed",
    NULL };
static const char *const bot_states[] = { "pending", "ready", "error", NULL };
static const char *const step_states[] = { "waiting", "running", "done", "failed", "undone", NULL };
static const char *const provisioning[] = { "provisioning", NULL };

static const struct shape enabled_shape[] = {
    SHAPE_BOOL("success"), SHAPE_TEXT("botId", .maybe = true, .nullable = true),
    SHAPE_I64("creditsRemaining", .maybe = true),
    SHAPE_ENUM("status", provisioning, .maybe = true, .doc = "With 202: it is still being set up."),
    SHAPE_TEXT("statusUrl", .maybe = true, .doc = "With 202: where to look."), SHAPE_END };
static const struct shape short_subscription_shape[] = {
    SHAPE_ENUM("status", subscription_states), SHAPE_TIME("expiresAt"), SHAPE_END };
static const struct shape status_shape[] = { SHAPE_BOOL("enabled"),
    SHAPE_TEXT("botId", .maybe = true, .nullable = true),
    SHAPE_TEXT("botName", .maybe = true), SHAPE_TEXT_LIST("syncScopes", .maybe = true),
    SHAPE_OBJECT("subscription", short_subscription_shape, .maybe = true), SHAPE_END };
static const struct shape token_shape[] = { SHAPE_TEXT("token"), SHAPE_I64("expiresIn", .doc = "Seconds."), SHAPE_END };
static const struct shape error_shape[] = { SHAPE_TEXT("code"), SHAPE_TEXT("message"), SHAPE_END };
static const struct shape step_shape[] = {
    SHAPE_TEXT("name", .doc = "credits, secrets, what the backend makes one after the other, subscription."),
    SHAPE_ENUM("state", step_states),
    SHAPE_TIME("at", .nullable = true, .doc = "The end, or the beginning while there is none."),
    SHAPE_TIME("startedAt", .nullable = true), SHAPE_TIME("endedAt", .nullable = true),
    SHAPE_TEXT("error", .nullable = true, .doc = "What the last try met, in the words of the outside."), SHAPE_END };
static const struct shape subscription_shape[] = { SHAPE_ENUM("status", subscription_states), SHAPE_TIME("startedAt"),
    SHAPE_TIME("expiresAt"),
    SHAPE_I64("renewsFor", .nullable = true, .doc = "Credits at the next renewal; null: it ends."),
    SHAPE_ENUM("source", subscription_source_names, .doc = "What pays for it."),
    SHAPE_BOOL("automatic", .doc = "It renews by itself, by credits."),
    SHAPE_I64("renewalPrice", .doc = "Credits for a further month; 0: credits do not pay for it."),
    SHAPE_TIME("nextRenewalAt", .nullable = true), SHAPE_TIME("stopsAt", .nullable = true,
               .doc = "When the chatbot stops: not paid until then, or not renewed."),
    SHAPE_I64("topUp", .doc = "Credits that are missing for the next renewal."), SHAPE_END };
static const struct shape view_shape[] = {
    SHAPE_ENUM("state", states), SHAPE_TEXT("botId", .nullable = true), SHAPE_TEXT("botName", .nullable = true),
    SHAPE_ENUM("botState", bot_states), SHAPE_ENUM("backend", recipe_names),
    SHAPE_BOOL("managedHere", .doc = "Its pages are this console's; else it has its own, to which `launchUrl` leads."),
    SHAPE_TEXT_LIST("syncScopes"),
    SHAPE_I64("price", .doc = "Credits it costs to enable now."),
    SHAPE_I64("available", .doc = "Credits that can be spent."),
    SHAPE_I64("balanceAfter", .doc = "What is left of them after enabling now."),
    SHAPE_I64("topUp", .doc = "Credits that are missing to enable now."),
    SHAPE_I64("renewalPrice", .doc = "Credits for each further month."),
    SHAPE_ENUM("stoppedBy", stops, .nullable = true, .doc = "Why it is off although it was on."),
    SHAPE_TEXT("embedCode", .nullable = true),
    SHAPE_TIME("enabledAt", .nullable = true), SHAPE_OBJECT("error", error_shape, .nullable = true),
    SHAPE_BOOL("canEnable"), SHAPE_TIME("freeUntil", .nullable = true, .doc = "Until then enabling is free."),
    SHAPE_LIST("steps", step_shape, .type_name = "ChatbotStep"), SHAPE_I64("attempts"),
    SHAPE_TIME("nextAttemptAt", .nullable = true),
    SHAPE_OBJECT("subscription", subscription_shape, .nullable = true, .type_name = "Subscription"),
    SHAPE_TEXT("launchUrl", .nullable = true), SHAPE_END };
static const struct shape disabled_shape[] = {
    SHAPE_BOOL("success"), SHAPE_TIME("freeUntil", .nullable = true), SHAPE_END };
static const struct shape secret_shape[] = { SHAPE_ENUM("kind", secret_kinds), SHAPE_ENUM("state", secret_states),
    SHAPE_BOOL("shown"), SHAPE_TIME("createdAt"), SHAPE_TIME("validUntil", .nullable = true),
    SHAPE_TEXT("hint", .doc = "Its last characters."), SHAPE_END };
static const struct shape secrets_shape[] = { SHAPE_LIST("secrets", secret_shape, .type_name = "Secret"), SHAPE_END };
static const struct shape shown_shape[] = { SHAPE_ENUM("kind", secret_kinds), SHAPE_TEXT("secret"), SHAPE_END };
static const struct shape revoked_shape[] = { SHAPE_BOOL("success"), SHAPE_ENUM("kind", secret_kinds), SHAPE_END };
static const struct shape rotated_shape[] = { SHAPE_ENUM("kind", secret_kinds), SHAPE_TEXT("secret"),
    SHAPE_TIME("previousValidUntil", .nullable = true), SHAPE_END };
static const struct shape form_shape[] = { SHAPE_TEXT("code", .maybe = true), SHAPE_TEXT("token", .maybe = true),
    SHAPE_TEXT("shopId", .maybe = true), SHAPE_END };
static const struct shape launch_shape[] = { SHAPE_TEXT("action"), SHAPE_TEXT("method"),
    SHAPE_OBJECT("fields", form_shape), SHAPE_I64("expiresIn", .doc = "Seconds."), SHAPE_END };
static const struct shape config_shape[] = { SHAPE_I64("id"), SHAPE_TEXT("shopId"), SHAPE_TEXT("name"),
    SHAPE_TEXT("logoUrl", .nullable = true), SHAPE_TEXT("botId", .nullable = true), SHAPE_TEXT_LIST("syncScopes"),
    SHAPE_TIME("createdAt"), SHAPE_TIME("updatedAt"), SHAPE_END };
static const struct shape panel_tenant_shape[] = { SHAPE_I64("id"), SHAPE_TEXT("shopId"), SHAPE_TEXT("merchantId"),
    SHAPE_TEXT("instanceUrl"), SHAPE_TEXT("status"), SHAPE_END };
static const struct shape panel_chat_shape[] = {
    SHAPE_TEXT("shopId", .doc = "What the shop is called here: in its pages and in /api/chat/<shopId>/…"),
    SHAPE_TEXT("embedCode", .nullable = true, .doc = "The line for the shop's pages."), SHAPE_END };
static const struct shape registered_shape[] = {
    SHAPE_OBJECT("tenant", panel_tenant_shape), SHAPE_OBJECT("config", config_shape),
    SHAPE_OBJECT("chat", panel_chat_shape, .type_name = "PanelChat"), SHAPE_END };
/* clang-format on */

/* Guessing the shared secret is slow from one network; a panel that registers hundreds of shops is not in its way. */
static const struct limit register_limit = { .name = "panel_register", .burst = 60, .per_ms = 60000 };

/* What fails counts: the outside chatbot server speaks for all merchants from one address. What is changed is counted
 * by whose it is. */
static const struct limit panel_config_limit = { .name = "panel_config", .burst = 120, .per_ms = 60000 };

/* Guessing a code is slow; who has one is not in the way of others at the same address. */
static const struct limit admin_limit = { .name = "admin_enter", .burst = 60, .per_ms = 60000 };

#define CHATBOT .tag = "Chatbot", PATH_FIELDS(path_shop)

ROUTE_TAG(chatbot_tag, "Chatbot", "A shop's chatbot: switching it on and off, its state, secrets and tokens.");
ROUTE_TAG(panel_tag, "Panel", "For outside panels that register their shops here.");

/* clang-format off */
const struct route tenants_routes[] = {
    { .verb = VERB_POST, .path = "/api/shops/:id/chatbot/enable", .who = WHO_MANAGERS, .tx = TX_WRITE, CHATBOT,
      BODY_FIELDS(post_enable), .body_optional = true, .ignore_unknown = true, .idempotent = true,
      .wait_ms = ENABLE_WAIT_MS, .answer = enabled_shape,
      .run = run_enable, .resume = resume_enable, .refused = refused_enable,
      PROBLEMS(&problem_not_found, &problem_chatbot_feature, &problem_chatbot_enabled, &problem_insufficient_credits,
               &problem_chatbot_failed, &problem_chatbot_provisioning, &problem_shop_suspended),
      .doc = "Switch the chatbot on for credits." },
    { .verb = VERB_GET, .path = "/api/shops/:id/chatbot/status", .who = WHO_MEMBERS, .tx = TX_READ, CHATBOT,
      .answer = status_shape, .run = run_status, PROBLEMS(&problem_not_found), .doc = "Whether the chatbot is on." },
    { .verb = VERB_POST, .path = "/api/shops/:id/sso/issue", .who = WHO_MANAGERS | WHO_KEY, .tx = TX_WRITE,
      .scope = KEY_SCOPE_SSO, CHATBOT, BODY_FIELDS(post_role), .body_optional = true, .ignore_unknown = true,
      .idempotent = true, .answer = token_shape,
      .run = run_sso_issue, .refused = refused_sso, PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled),
      .doc = "A token of one hour for the chatbot's pages; a shop's service key may ask too." },
    { .verb = VERB_GET, .path = "/api/shops/:id/chatbot", .who = WHO_BOOKS, .tx = TX_READ, CHATBOT,
      .answer = view_shape, .run = run_view, PROBLEMS(&problem_not_found),
      .doc = "The chatbot of a shop: state, price, steps, embed code." },
    { .verb = VERB_POST, .path = "/api/shops/:id/chatbot/disable", .who = WHO_MANAGERS, .tx = TX_WRITE, CHATBOT,
      .idempotent = true, .answer = disabled_shape, .run = run_disable,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled, &problem_chatbot_provisioning),
      .doc = "Switch the chatbot off; until the paid month ends it can be switched on again for nothing." },
    { .verb = VERB_GET, .path = "/api/shops/:id/secrets", .who = WHO_MANAGERS, .tx = TX_READ, CHATBOT,
      .answer = secrets_shape, .run = run_secrets, PROBLEMS(&problem_not_found),
      .doc = "Which secrets the shop has; never the secrets themselves." },
    { .verb = VERB_POST, .path = "/api/shops/:id/secrets/:kind/show", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Chatbot", PATH_FIELDS(path_secret), .idempotent = true, .fresh = true,
      .answer = shown_shape, .run = run_secret_show,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled, &problem_already_shown),
      .doc = "Show a secret, once." },
    { .verb = VERB_POST, .path = "/api/shops/:id/secrets/:kind/rotate", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Chatbot", PATH_FIELDS(path_secret), .idempotent = true, .fresh = true,
      .answer = rotated_shape, .run = run_secret_rotate,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled, &problem_chatbot_provisioning,
               &problem_rotation_running),
      .doc = "Replace a secret; the old one stays valid for 24 hours." },
    { .verb = VERB_POST, .path = "/api/shops/:id/secrets/:kind/revoke", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Chatbot", PATH_FIELDS(path_secret), .idempotent = true, .fresh = true,
      .answer = revoked_shape, .run = run_secret_revoke,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled, &problem_nothing_to_revoke),
      .doc = "End a replaced secret now, without waiting for the 24 hours." },
    { .verb = VERB_POST, .path = "/api/shops/:id/sso/launch", .who = WHO_MANAGERS, .tx = TX_WRITE, CHATBOT,
      BODY_FIELDS(post_role), .body_optional = true, .idempotent = true, .answer = launch_shape, .run = run_sso_launch,
      .refused = refused_sso, PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled),
      .doc = "A form that carries the browser into the chatbot's pages." },
    { .verb = VERB_POST, .path = "/admin", .who = WHO_ANYONE, .tx = TX_WRITE, .tag = "Chatbot", .hidden = true,
      .origins = ORIGINS_UNCHECKED, .limit = &admin_limit, .give_back_on_success = true,
      .status = 303, .run = run_admin_enter,
      PROBLEMS(&problem_launch_code, &problem_merchant_disabled, &problem_no_panel_chat, &problem_chatbot_not_enabled),
      .doc = "Take a launch form; its code works once, for a minute, and leads to the shop's inbox. One that a panel's"
             " token made opens a session." },
    { .verb = VERB_POST, .path = "/sso/enter", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Chatbot", .hidden = true,
      .status = 303, .run = run_sso_enter, PROBLEMS(&problem_launch_code),
      .doc = "The same, as forms of 0.1.0 name it." },
    { .verb = VERB_POST, .path = "/api/admin/tenants/register", .who = WHO_ANYONE, .tx = TX_WRITE, .tag = "Panel",
      .exists = panel_may_register, BODY_FIELDS(post_register), .ignore_unknown = true, .origins = ORIGINS_UNCHECKED,
      .limit = &register_limit, .give_back_on_success = true,
      .answer = registered_shape, .run = run_panel_register,
      PROBLEMS(&problem_not_found, &problem_bad_token, &problem_shop_is_ours, &problem_other_merchant,
               &problem_merchant_disabled, &problem_merchant_shops, &problem_chatbot_feature, &problem_shop_suspended),
      .doc = "An outside panel registers a shop (x-shopsaas-secret): its merchant has an account here, and the shop its"
             " chat; idempotent by shopId." },
    { .verb = VERB_POST, .path = "/api/admin/tenants/:shopId/launch", .who = WHO_ANYONE, .tx = TX_WRITE, .tag = "Panel",
      PATH_FIELDS(path_panel), .origins = ORIGINS_UNCHECKED, .limit = &panel_config_limit, .give_back_on_success = true,
      .answer = launch_shape, .run = run_panel_launch,
      PROBLEMS(&problem_not_found, &problem_bad_token, &problem_wrong_shop_token, &problem_no_panel_chat,
               &problem_chatbot_not_enabled),
      .doc = "A form that carries the browser of a panel's merchant into the inbox of this shop (Bearer SSO token)." },
    { .verb = VERB_GET, .path = "/api/admin/tenants/:shopId/config", .who = WHO_ANYONE, .tx = TX_READ, .tag = "Panel",
      PATH_FIELDS(path_panel), .answer = config_shape, .run = run_panel_config,
      PROBLEMS(&problem_bad_token, &problem_wrong_shop_token), .doc = "A tenant's configuration (Bearer SSO token)." },
    { .verb = VERB_PUT, .path = "/api/admin/tenants/:shopId/config", .who = WHO_ANYONE, .tx = TX_WRITE, .tag = "Panel",
      PATH_FIELDS(path_panel), BODY_FIELDS(put_config), .ignore_unknown = true, .origins = ORIGINS_UNCHECKED,
      .limit = &panel_config_limit, .give_back_on_success = true,
      .answer = config_shape, .run = run_panel_change,
      PROBLEMS(&problem_bad_token, &problem_wrong_shop_token, &problem_read_only_token),
      .doc = "Change name, logoUrl and syncScopes (products, orders, promotions); role admin." },
    ROUTE_END
};
/* clang-format on */
