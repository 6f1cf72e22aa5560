/* config.c: one table of settings; behind it stands what backends have of their own (tenants/recipe.h). Rejected: a
 * configuration library; a flag per setting beside the environment (two places to look for the truth). */
#include "app/private.h"
#include "base/json_write.h"
#include "storage/db_url.h"
#include <stdlib.h>
#include <unistd.h>

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_CREDITS, SETTING_BOOL };
struct setting {
    const char *name, *alias; /* alias: an older name for the same */
    const char *needs;        /* the name of a text that must be set when this one is; NULL: none */
    enum setting_kind kind;
    size_t offset;
    const char *fallback; /* NULL: none */
    int64_t min, max;
    bool secret;
    bool file; /* text of many lines: NAME_FILE may name a file that holds it, and it is not printed */
};
#define TEXT_SETTING(n, m, ...)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = SETTING_TEXT, .offset = offsetof(struct config, m), __VA_ARGS__                           \
    }
#define FILE_SETTING(n, m, ...) TEXT_SETTING(n, m, .file = true, __VA_ARGS__)
#define NUMBER_SETTING(n, m, ...)                                                                                      \
    {                                                                                                                  \
        .name = (n), .kind = SETTING_NUMBER, .offset = offsetof(struct config, m), __VA_ARGS__                         \
    }
#define CREDITS_SETTING(n, m, ...)                                                                                     \
    {                                                                                                                  \
        .name = (n), .kind = SETTING_CREDITS, .offset = offsetof(struct config, m), __VA_ARGS__                        \
    }
#define BOOL_SETTING(n, m, ...)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = SETTING_BOOL, .offset = offsetof(struct config, m), __VA_ARGS__                           \
    }

static const struct setting house[] = {
    TEXT_SETTING("CHATHUB_LISTEN", listen, .fallback = "127.0.0.1:8080"),
    TEXT_SETTING("CHATHUB_DATA_DIR", data_dir, .fallback = "./data"),
    TEXT_SETTING("CHATHUB_BASE_URL", base_url),
    TEXT_SETTING("CHATHUB_DATABASE_URL", database_url, .alias = "DATABASE_URL"),
    TEXT_SETTING("CHATHUB_MASTER_KEY", master_key, .secret = true),
    TEXT_SETTING("CHATHUB_TRUSTED_PROXY", trusted_proxy),
    TEXT_SETTING("CHATHUB_ACCEPT_RISKS", accept_risks),
    BOOL_SETTING("CHATHUB_TEST_CLOCK", test_clock, .fallback = "0"),
    BOOL_SETTING("CHATHUB_TEST_RARE_LOOKS", test_rare_looks, .fallback = "0"),
    BOOL_SETTING("CHATHUB_VERBOSE", verbose, .fallback = "0"),
    TEXT_SETTING("CHATHUB_LIMITS", limits),
    TEXT_SETTING("CHATHUB_SECURITY_CONTACT", security_contact),
    TEXT_SETTING("CHATHUB_COMPANY", company),
    TEXT_SETTING("CHATHUB_ICP_NUMBER", icp_number),
    TEXT_SETTING("CHATHUB_SUPPORT_CONTACT", support_contact),
    TEXT_SETTING("CHATHUB_SUPPORT_HOURS", support_hours),
    TEXT_SETTING("CHATHUB_STATUS_URL", status_url),
    TEXT_SETTING("CHATHUB_LANDING_SHOP", landing_shop),
    NUMBER_SETTING("CHATHUB_LOOPS", loops, .fallback = "0", .min = 0, .max = 64),
    NUMBER_SETTING("CHATHUB_CONNECTIONS", connections, .fallback = "20000", .min = 100, .max = 1000000),
    NUMBER_SETTING("CHATHUB_SHOP_CONNECTIONS", shop_connections, .fallback = "0", .min = 0, .max = 1000000),
    NUMBER_SETTING("CHATHUB_DATABASE_WORKERS", database_workers, .fallback = "0", .min = 0, .max = LANE_MAX_EACH),
    TEXT_SETTING("CHATBOT_SHARED_SECRET", panel_secret, .alias = "SHOPSAAS_SHARED_SECRET", .secret = true),
    BOOL_SETTING("CHATBOT_FEATURE_ENABLED", chatbot_enabled, .fallback = "true"),
    CREDITS_SETTING("CREDIT_CHATBOT_ENABLEMENT", chatbot_price, .fallback = "50", .min = 1, .max = 1000000),
    CREDITS_SETTING("CREDIT_CHATBOT_RENEWAL", renewal_price, .fallback = "10", .min = 1, .max = 1000000),
    CREDITS_SETTING("SHOP_COST_CREDITS", shop_price, .fallback = "1000", .min = 0, .max = 1000000),
    CREDITS_SETTING("CHATHUB_TRIAL_CREDITS", trial_credits, .fallback = "60", .min = 0, .max = 1000000),
    NUMBER_SETTING("CHATHUB_REFUND_APPROVE_ABOVE", refund_approve_above, .fallback = "100000", .min = 0,
                   .max = INT64_C(1000000000000)),
    NUMBER_SETTING("CHATHUB_SEATS_WITHOUT_PLAN", seats_without_plan, .fallback = "3", .min = 1, .max = 1000),
    CREDITS_SETTING("CHATHUB_GRANT_CONFIRM_ABOVE", grant_confirm_above, .fallback = "10000", .min = 0, .max = 1000000),
    NUMBER_SETTING("CREDIT_PRICE_CNY", price_cny, .fallback = "100", .min = 1, .max = 1000000),
    TEXT_SETTING("SMTP_HOST", smtp_host),
    NUMBER_SETTING("SMTP_PORT", smtp_port, .fallback = "587", .min = 1, .max = 65535),
    BOOL_SETTING("SMTP_SECURE", smtp_tls_from_start, .fallback = "false"),
    TEXT_SETTING("SMTP_USER", smtp_user),
    TEXT_SETTING("SMTP_PASS", smtp_password, .secret = true),
    TEXT_SETTING("FROM_EMAIL", mail_from, .fallback = "Chathub <no-reply@localhost>"),
    TEXT_SETTING("CHATHUB_REPLY_DOMAIN", reply_domain),
    TEXT_SETTING("CHATHUB_MAIL_SECRET", mail_secret, .secret = true),
    TEXT_SETTING("CHATHUB_NOTIFY_URL", pay.notify_url),
    TEXT_SETTING("ALIPAY_GATEWAY", pay.alipay_gateway, .fallback = "https://openapi.alipay.com/gateway.do"),
    TEXT_SETTING("ALIPAY_APP_ID", pay.alipay_app_id),
    TEXT_SETTING("ALIPAY_SELLER_ID", pay.alipay_seller_id),
    TEXT_SETTING("ALIPAY_CODE_PRODUCT", pay.alipay_product),
    FILE_SETTING("ALIPAY_APP_KEY", pay.alipay_app_key, .secret = true),
    FILE_SETTING("ALIPAY_PUBLIC_KEY", pay.alipay_public_key),
    FILE_SETTING("ALIPAY_APP_CERT", pay.alipay_app_cert),
    FILE_SETTING("ALIPAY_CERTS", pay.alipay_certs),
    FILE_SETTING("ALIPAY_ROOT_CERTS", pay.alipay_root_certs),
    TEXT_SETTING("WECHAT_BASE_URL", pay.wechat_base, .fallback = "https://api.mch.weixin.qq.com"),
    TEXT_SETTING("WECHAT_MCHID", pay.wechat_mchid),
    TEXT_SETTING("WECHAT_APPID", pay.wechat_appid),
    TEXT_SETTING("WECHAT_API_V3_KEY", pay.wechat_v3_key, .secret = true),
    TEXT_SETTING("WECHAT_MERCHANT_SERIAL", pay.wechat_merchant_serial),
    FILE_SETTING("WECHAT_MERCHANT_KEY", pay.wechat_merchant_key, .secret = true),
    TEXT_SETTING("WECHAT_PUBLIC_KEY_ID", pay.wechat_public_key_id),
    FILE_SETTING("WECHAT_PUBLIC_KEY", pay.wechat_public_key),
    FILE_SETTING("WECHAT_CERTS", pay.wechat_certs),
    TEXT_SETTING("STRIPE_BASE_URL", pay.stripe_base, .fallback = "https://api.stripe.com"),
    TEXT_SETTING("STRIPE_SECRET_KEY", pay.stripe_key, .secret = true),
    TEXT_SETTING("STRIPE_WEBHOOK_SECRET", pay.stripe_webhook_secret, .secret = true),
    TEXT_SETTING("STRIPE_WEBHOOK_SECRET_PREVIOUS", pay.stripe_webhook_secret_previous, .secret = true),
};

struct settings {
    size_t count;
    struct setting one[ARRAY_LEN(house) + RECIPE_SETTINGS_MAX];
};

static void all_settings(struct settings *out)
{
    const struct recipe_setting *of_recipe[RECIPE_SETTINGS_MAX];
    size_t n = recipe_settings(of_recipe);
    memcpy(out->one, house, sizeof house);
    out->count = ARRAY_LEN(house);
    for (size_t i = 0; i < n; i++)
        out->one[out->count++] = (struct setting){ .name = of_recipe[i]->name,
                                                   .alias = of_recipe[i]->alias,
                                                   .needs = of_recipe[i]->needs,
                                                   .secret = of_recipe[i]->secret,
                                                   .kind = SETTING_TEXT,
                                                   .offset = offsetof(struct config, recipe) + i * sizeof(char *) };
}

/* NULL: it is not set. */
static const char *text_of(const struct config *c, const struct setting *s)
{
    assert(s->kind == SETTING_TEXT);
    return *(const char *const *)(const void *)((const char *)c + s->offset);
}

/* ---- reading ---- */

/* NULL: not set, or empty. */
static const char *lookup_name(struct arena *a, const struct config_file *file, const char *name)
{
    const char *v = getenv(name);
    if (!v && file) v = config_file_value(file, name);
    return v && *v ? arena_text(a, v) : NULL;
}

static const char *lookup(struct arena *a, const struct config_file *file, const struct setting *s)
{
    const char *v = lookup_name(a, file, s->name);
    if (!v && s->alias) v = lookup_name(a, file, s->alias);
    return v ? v : s->fallback;
}

/* What stands in the file that NAME_FILE names. *value stays when there is no such setting. */
static bool from_file(struct arena *a, const struct config_file *file, const struct setting *s, const char **value,
                      struct buf *error)
{
    const char *name = arena_printf(a, "%s_FILE", s->name);
    const char *path = s->file ? lookup_name(a, file, name) : NULL;
    if (!path) return true;
    if (*value) {
        buf_printf(error, "%s and %s are both set: one of them is wanted.", s->name, name);
        return false;
    }
    return config_text_read(a, name, path, s->secret, value, error);
}

static bool parse_bool(const char *v, bool *out)
{
    if (text_eq(v, "1") || text_eq(v, "true") || text_eq(v, "yes") || text_eq(v, "on")) {
        *out = true;
        return true;
    }
    if (text_eq(v, "0") || text_eq(v, "false") || text_eq(v, "no") || text_eq(v, "off")) {
        *out = false;
        return true;
    }
    return false;
}

static bool set_one(struct config *c, const struct setting *s, const char *value, struct buf *error)
{
    char *member = (char *)c + s->offset;
    int64_t number = 0;
    switch (s->kind) {
    case SETTING_TEXT: *(const char **)(void *)member = value; return true;
    case SETTING_BOOL:
        if (parse_bool(value, (bool *)member)) return true;
        buf_printf(error, "%s must be true or false.", s->name);
        return false;
    case SETTING_NUMBER:
    case SETTING_CREDITS:
        if (!str_to_i64(str_of(value), &number) || number < s->min || number > s->max) {
            buf_printf(error, "%s must be a whole number from %lld to %lld.", s->name, (long long)s->min,
                       (long long)s->max);
            return false;
        }
        if (s->kind == SETTING_NUMBER) *(int64_t *)(void *)member = number;
        else *(struct credits *)(void *)member = credits_of(number);
        return true;
    }
    return false;
}

static bool check_needs(const struct config *c, const struct settings *s, struct buf *error)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct setting *one = &s->one[i];
        bool has = !one->needs || !text_of(c, one);
        for (size_t k = 0; k < s->count && !has; k++)
            has = text_eq(s->one[k].name, one->needs) && text_of(c, &s->one[k]) != NULL;
        if (has) continue;
        buf_printf(error, "%s is set, so %s must be set too.", one->name, one->needs);
        return false;
    }
    return true;
}

/* Every name that may stand in the file, NULL-ended. */
static const char *const *known_names(struct arena *a, const struct settings *s)
{
    size_t n = 0;
    const char **names = ARENA_ARRAY(a, const char *, 3 * s->count + 2);
    names[n++] = "CHATHUB_ENV";
    for (size_t i = 0; i < s->count; i++) {
        names[n++] = s->one[i].name;
        if (s->one[i].alias) names[n++] = s->one[i].alias;
        if (s->one[i].file) names[n++] = arena_printf(a, "%s_FILE", s->one[i].name);
    }
    return names;
}

/* A file that holds secrets is for its owner and group alone. */
static bool secrets_are_private(const struct config_file *f, const struct settings *s, struct buf *error)
{
    if (!f->readable_by_others) return true;
    for (size_t i = 0; i < s->count; i++) {
        const struct setting *one = &s->one[i];
        const char *v = one->secret ? config_file_value(f, one->name) : NULL;
        if (!v && one->secret && one->alias) v = config_file_value(f, one->alias);
        if (!v || !*v) continue;
        buf_printf(error, "%s holds %s and can be read by everybody (chmod o-rwx).", f->path, one->name);
        return false;
    }
    return true;
}

static bool load_file(struct arena *a, const struct settings *s, const struct config_file **out, struct buf *error)
{
    const char *path = getenv("CHATHUB_CONF");
    if (!path && access("chathub.conf", F_OK) == 0) path = "chathub.conf";
    if (!path || !*path) return true;
    struct config_file *f = ARENA_NEW(a, struct config_file);
    *out = f;
    return config_file_read(a, path, f, error) && config_file_names(f, known_names(a, s), error) &&
           secrets_are_private(f, s, error);
}

bool config_load(struct arena *a, struct config *out, struct buf *error)
{
    *out = (struct config){ 0 };
    const struct config_file *file = NULL;
    struct settings s;
    all_settings(&s);
    if (!load_file(a, &s, &file, error)) return false;
    if (file) out->file = file->path;
    const struct setting env_setting = { .name = "CHATHUB_ENV", .fallback = "development" };
    const char *env = lookup(a, file, &env_setting);
    if (!text_eq(env, "development") && !text_eq(env, "production")) {
        buf_text(error, "CHATHUB_ENV must be development or production.");
        return false;
    }
    out->production = text_eq(env, "production");
    for (size_t i = 0; i < s.count; i++) {
        const char *value = lookup(a, file, &s.one[i]);
        if (!from_file(a, file, &s.one[i], &value, error)) return false;
        if (value && !set_one(out, &s.one[i], value, error)) return false;
    }
    if (!out->database_url) out->database_url = arena_printf(a, "sqlite:%s/chathub.db", out->data_dir);
    return check_needs(out, &s, error) && config_check(out, error);
}

/* ---- printing ---- */

static const char *shown(struct arena *a, const struct config *c, const struct setting *s)
{
    const char *member = (const char *)c + s->offset;
    switch (s->kind) {
    case SETTING_TEXT: return !text_of(c, s) ? "" : s->secret || s->file ? "(set)" : text_of(c, s);
    case SETTING_BOOL: return *(const bool *)member ? "true" : "false";
    case SETTING_NUMBER: return arena_printf(a, "%lld", (long long)*(const int64_t *)(const void *)member);
    case SETTING_CREDITS:
        return arena_printf(a, "%lld", (long long)credits_count(*(const struct credits *)(const void *)member));
    }
    return "";
}

void config_print(const struct config *c, bool as_json, struct buf *out)
{
    struct arena *a = arena_new(1 << 20);
    struct settings s;
    struct json j;
    all_settings(&s);
    if (as_json) json_begin(&j, out), json_object(&j, NULL);
    const char *env = c->production ? "production" : "development";
    if (as_json) json_text(&j, "CHATHUB_ENV", env);
    else buf_printf(out, "CHATHUB_ENV=%s\n", env);
    for (size_t i = 0; i < s.count; i++) {
        const char *v = shown(a, c, &s.one[i]);
        if (text_eq(s.one[i].name, "CHATHUB_DATABASE_URL")) v = db_url_shown(a, v);
        if (as_json) json_text(&j, s.one[i].name, v);
        else buf_printf(out, "%s=%s\n", s.one[i].name, v);
    }
    if (as_json) json_end(&j), json_finish(&j), buf_char(out, '\n');
    arena_free(a);
}
