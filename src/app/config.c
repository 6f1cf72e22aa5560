/* config.c: one table of settings. Rejected: a configuration library; a flag per setting beside the environment (two
 * places to look for the truth). */
#include "app/config.h"

#include "base/json_write.h"
#include "base/random.h"
#include "http/proxy.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_FILE_MAX = 65536, KEY_LIST_SIZE = 1024 };
#define KEY_LIST_IS "A master key is 32 bytes in base64, or a list of ID:BASE64 separated by commas."

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_CREDITS, SETTING_BOOL };
struct setting {
    const char *name, *alias; /* alias: an older name for the same */
    enum setting_kind kind;
    size_t offset;
    const char *fallback; /* NULL: none */
    int64_t min, max;
    bool secret;
};
#define TEXT_SETTING(n, m, ...)                                                                                        \
    {                                                                                                                  \
        .name = (n), .kind = SETTING_TEXT, .offset = offsetof(struct config, m), __VA_ARGS__                           \
    }
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

static const struct setting settings[] = {
    TEXT_SETTING("CHATHUB_LISTEN", listen, .fallback = "127.0.0.1:8080"),
    TEXT_SETTING("CHATHUB_DATA_DIR", data_dir, .fallback = "./data"),
    TEXT_SETTING("CHATHUB_BASE_URL", base_url),
    TEXT_SETTING("CHATHUB_DATABASE_URL", database_url, .alias = "DATABASE_URL"),
    TEXT_SETTING("CHATHUB_MASTER_KEY", master_key, .secret = true),
    TEXT_SETTING("CHATHUB_TRUSTED_PROXY", trusted_proxy),
    BOOL_SETTING("CHATHUB_TEST_CLOCK", test_clock, .fallback = "0"),
    BOOL_SETTING("CHATHUB_VERBOSE", verbose, .fallback = "0"),
    NUMBER_SETTING("CHATHUB_LOOPS", loops, .fallback = "0", .min = 0, .max = 64),
    NUMBER_SETTING("CHATHUB_DATABASE_WORKERS", database_workers, .fallback = "0", .min = 0, .max = 64),
    TEXT_SETTING("CHATBOT_BASE_URL", chatbot_base_url),
    TEXT_SETTING("CHATBOT_SHARED_SECRET", chatbot_shared_secret, .alias = "SHOPSAAS_SHARED_SECRET", .secret = true),
    BOOL_SETTING("CHATBOT_FEATURE_ENABLED", chatbot_enabled, .fallback = "true"),
    CREDITS_SETTING("CREDIT_CHATBOT_ENABLEMENT", chatbot_price, .fallback = "50", .min = 1, .max = 1000000),
    CREDITS_SETTING("CREDIT_CHATBOT_RENEWAL", renewal_price, .fallback = "10", .min = 1, .max = 1000000),
    CREDITS_SETTING("SHOP_COST_CREDITS", shop_price, .fallback = "1000", .min = 0, .max = 1000000),
    NUMBER_SETTING("CREDIT_PRICE_CNY", price_cny, .fallback = "100", .min = 1, .max = 1000000),
    TEXT_SETTING("SMTP_HOST", smtp_host),
    NUMBER_SETTING("SMTP_PORT", smtp_port, .fallback = "587", .min = 1, .max = 65535),
    BOOL_SETTING("SMTP_SECURE", smtp_tls_from_start, .fallback = "false"),
    TEXT_SETTING("SMTP_USER", smtp_user),
    TEXT_SETTING("SMTP_PASS", smtp_password, .secret = true),
    TEXT_SETTING("FROM_EMAIL", mail_from, .fallback = "Chathub <no-reply@localhost>"),
};

/* ---- reading ---- */

/* Value of `name` in the text of chathub.conf: NAME=value lines, '#' comments, optional double quotes. */
static const char *file_value(struct arena *a, struct str file, const char *name)
{
    size_t at = 0;
    const char *found = NULL;
    while (at < file.n) {
        const char *line = file.p + at, *end = memchr(line, '\n', file.n - at);
        size_t n = end ? (size_t)(end - line) : file.n - at;
        at += n + 1;
        struct str s = str_trim((struct str){ line, n > 0 && line[n - 1] == '\r' ? n - 1 : n });
        const char *equals = s.n ? memchr(s.p, '=', s.n) : NULL;
        if (!equals || s.p[0] == '#') continue;
        if (!str_eq(str_trim((struct str){ s.p, (size_t)(equals - s.p) }), str_of(name))) continue;
        struct str v = str_trim((struct str){ equals + 1, s.n - (size_t)(equals + 1 - s.p) });
        if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"') v.p++, v.n -= 2;
        found = arena_text_n(a, v.p, v.n);
    }
    return found;
}

static bool read_file(struct arena *a, const char *path, struct str *out, struct buf *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        buf_printf(error, "%s cannot be read: %s.", path, strerror(errno));
        return false;
    }
    char *text = arena_alloc(a, CONFIG_FILE_MAX + 1);
    size_t have = 0;
    ssize_t n;
    while (have < CONFIG_FILE_MAX && (n = read(fd, text + have, CONFIG_FILE_MAX - have)) > 0) have += (size_t)n;
    close(fd);
    if (have == CONFIG_FILE_MAX) {
        buf_printf(error, "%s is larger than %d bytes.", path, CONFIG_FILE_MAX);
        return false;
    }
    *out = (struct str){ text, have };
    return true;
}

static const char *lookup(struct arena *a, struct str file, const struct setting *s)
{
    const char *names[] = { s->name, s->alias };
    for (size_t i = 0; i < ARRAY_LEN(names) && names[i]; i++) {
        const char *v = getenv(names[i]);
        if (!v && file.p) v = file_value(a, file, names[i]);
        if (v && *v) return arena_text(a, v);
    }
    return s->fallback;
}

static bool parse_bool(const char *v, bool *out)
{
    if (text_eq(v, "1") || text_eq(v, "true") || text_eq(v, "yes") || text_eq(v, "on")) return *out = true, true;
    if (text_eq(v, "0") || text_eq(v, "false") || text_eq(v, "no") || text_eq(v, "off")) return *out = false, true;
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
        if (s->kind == SETTING_NUMBER)
            *(int64_t *)(void *)member = number;
        else
            *(struct credits *)(void *)member = credits_of(number);
        return true;
    }
    return false;
}

/* ---- checking ---- */

static bool is_loopback_host(struct str host)
{
    return str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("localhost")) || str_eq(host, STR("[::1]"));
}

static bool listens_on_loopback(const char *listen)
{
    const char *colon = strrchr(listen, ':');
    return colon && is_loopback_host((struct str){ listen, (size_t)(colon - listen) });
}

static bool is_url(const char *url, bool allow_http)
{
    struct str s = str_of(url);
    if (s.n && s.p[s.n - 1] == '/') return false;
    if (str_starts(s, STR("https://"))) return s.n > 8 && !strpbrk(url + 8, " ?#@");
    return allow_http && str_starts(s, STR("http://")) && s.n > 7 && !strpbrk(url + 7, " ?#@");
}

/* Host of http://host[:port], for the rule that plain HTTP is for loopback. */
static struct str url_host(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    return (struct str){ host, n };
}

static bool refuse(struct buf *error, const char *text)
{
    buf_text(error, text);
    return false;
}

static bool check_urls(const struct config *c, struct buf *error)
{
    const char *colon = strrchr(c->listen, ':');
    int64_t port = -1;
    if (!colon || !str_to_i64(str_of(colon + 1), &port) || port < 0 || port > 65535)
        return refuse(error, "CHATHUB_LISTEN must be ADDRESS:PORT, such as 127.0.0.1:8080.");
    if (c->base_url && (!is_url(c->base_url, true) || strchr(strstr(c->base_url, "://") + 3, '/')))
        return refuse(
            error,
            "CHATHUB_BASE_URL must be https://HOST or http://HOST[:PORT], without a path or a slash at the end.");
    if (c->base_url && str_starts(str_of(c->base_url), STR("http://")) && !is_loopback_host(url_host(c->base_url)))
        return refuse(
            error,
            "CHATHUB_BASE_URL may be plain http only on loopback: cookies would cross the network in the clear.");
    if (c->chatbot_base_url && !is_url(c->chatbot_base_url, true))
        return refuse(error, "CHATBOT_BASE_URL must be a URL without a slash at the end.");
    if (c->chatbot_base_url && !c->chatbot_shared_secret)
        return refuse(error, "CHATBOT_BASE_URL is set, so CHATBOT_SHARED_SECRET must be set too.");
    if (c->chatbot_shared_secret && strlen(c->chatbot_shared_secret) < 16)
        return refuse(error, "CHATBOT_SHARED_SECRET must have 16 characters or more.");
    return true;
}

/* "BASE64" (key 1) or "ID:BASE64,ID:BASE64"; NULL when it is neither. */
static struct keyring *keyring_of(const char *list)
{
    char text[KEY_LIST_SIZE];
    if ((size_t)snprintf(text, sizeof text, "%s", list) >= sizeof text) return NULL;
    uint8_t keys[KEYRING_MAX_KEYS][MASTER_KEY_SIZE], ids[KEYRING_MAX_KEYS];
    size_t count = 0;
    char *save = NULL;
    bool sound = true;
    for (char *part = strtok_r(text, ",", &save); part && sound; part = strtok_r(NULL, ",", &save)) {
        int64_t id = 1;
        char *colon = strchr(part, ':');
        struct str value = str_of(colon ? colon + 1 : part);
        size_t n = MASTER_KEY_SIZE;
        if (colon) sound = str_to_i64((struct str){ part, (size_t)(colon - part) }, &id) && id >= 1 && id <= 255;
        sound = sound && count < KEYRING_MAX_KEYS && base64_decode(value, keys[count], &n) && n == MASTER_KEY_SIZE;
        if (sound) ids[count++] = (uint8_t)id;
    }
    struct keyring *ring = NULL;
    if (sound && count) ring = keyring_new((const uint8_t(*)[MASTER_KEY_SIZE])keys, ids, count);
    wipe(keys, sizeof keys), wipe(text, sizeof text);
    return ring;
}

static bool check_master_key(const struct config *c, struct buf *error)
{
    if (!c->master_key) return true;
    struct keyring *ring = keyring_of(c->master_key);
    if (!ring) return refuse(error, "CHATHUB_MASTER_KEY: " KEY_LIST_IS);
    keyring_free(ring);
    return true;
}

const char *config_proxies(const struct config *c)
{
    return c->trusted_proxy && text_eq(c->trusted_proxy, "none") ? NULL : c->trusted_proxy;
}

static bool check_proxy(const struct config *c, struct buf *error)
{
    struct proxy_list list;
    if (!proxy_list_parse(config_proxies(c), &list))
        return refuse(error, "CHATHUB_TRUSTED_PROXY must be addresses or networks with commas, such as 127.0.0.1, or "
                             "none.");
    return true;
}

static bool check(const struct config *c, struct buf *error)
{
    if (!check_urls(c, error) || !check_master_key(c, error)) return false;
    if (strpbrk(c->mail_from, "\r\n")) return refuse(error, "FROM_EMAIL must be one line.");
    if (!c->production && !listens_on_loopback(c->listen))
        return refuse(error, "CHATHUB_ENV=development listens on loopback only; set CHATHUB_ENV=production for any "
                             "other address.");
    if (!check_proxy(c, error)) return false;
    if (!c->production) return true;
    if (c->test_clock) return refuse(error, "CHATHUB_TEST_CLOCK is not allowed in production.");
    if (!c->base_url)
        return refuse(error, "CHATHUB_BASE_URL must be set in production: links in mails are made from it.");
    if (!c->master_key) return refuse(error, "CHATHUB_MASTER_KEY must be set in production (openssl rand -base64 32).");
    if (!c->smtp_host) return refuse(error, "SMTP_HOST must be set in production: sign-up needs mail.");
    return true;
}

bool config_load(struct arena *a, struct config *out, struct buf *error)
{
    *out = (struct config){ 0 };
    struct str file = { NULL, 0 };
    const char *path = getenv("CHATHUB_CONF");
    if (!path && access("chathub.conf", R_OK) == 0) path = "chathub.conf";
    if (path && *path) {
        out->file = arena_text(a, path);
        if (!read_file(a, path, &file, error)) return false;
    }
    const struct setting env_setting = { .name = "CHATHUB_ENV", .fallback = "development" };
    const char *env = lookup(a, file, &env_setting);
    if (!text_eq(env, "development") && !text_eq(env, "production"))
        return refuse(error, "CHATHUB_ENV must be development or production.");
    out->production = text_eq(env, "production");
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const char *value = lookup(a, file, &settings[i]);
        if (value && !set_one(out, &settings[i], value, error)) return false;
    }
    out->base_url_is_set = out->base_url != NULL;
    if (!out->database_url) out->database_url = arena_printf(a, "sqlite:%s/chathub.db", out->data_dir);
    return check(out, error);
}

/* ---- printing ---- */

static const char *shown(struct arena *a, const struct config *c, const struct setting *s)
{
    const char *member = (const char *)c + s->offset;
    switch (s->kind) {
    case SETTING_TEXT: {
        const char *v = *(const char *const *)(const void *)member;
        return !v ? "" : s->secret ? "(set)" : v;
    }
    case SETTING_BOOL: return *(const bool *)member ? "true" : "false";
    case SETTING_NUMBER: return arena_printf(a, "%lld", (long long)*(const int64_t *)(const void *)member);
    case SETTING_CREDITS:
        return arena_printf(a, "%lld", (long long)credits_count(*(const struct credits *)(const void *)member));
    }
    return "";
}

/* A password inside postgres://user:password@host is a secret too. */
static const char *without_password(struct arena *a, const char *url)
{
    const char *start = strstr(url, "://"), *at = strrchr(url, '@');
    const char *colon = start ? strchr(start + 3, ':') : NULL;
    if (!start || !at || !colon || colon > at) return url;
    return arena_printf(a, "%.*s:(set)%s", (int)(colon - url), url, at);
}

void config_print(const struct config *c, bool as_json, struct buf *out)
{
    struct arena *a = arena_new(1 << 20);
    struct json j;
    if (as_json) json_begin(&j, out), json_object(&j, NULL);
    const char *env = c->production ? "production" : "development";
    if (as_json)
        json_text(&j, "CHATHUB_ENV", env);
    else
        buf_printf(out, "CHATHUB_ENV=%s\n", env);
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const char *v = shown(a, c, &settings[i]);
        if (text_eq(settings[i].name, "CHATHUB_DATABASE_URL")) v = without_password(a, v);
        if (as_json)
            json_text(&j, settings[i].name, v);
        else
            buf_printf(out, "%s=%s\n", settings[i].name, v);
    }
    if (as_json) json_end(&j), json_finish(&j), buf_char(out, '\n');
    arena_free(a);
}

/* ---- master key ---- */

static bool key_file(const struct config *c, char *text, size_t size, struct buf *error)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/master.key", c->data_dir) >= (int)sizeof path)
        return refuse(error, "CHATHUB_DATA_DIR is too long.");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        uint8_t key[MASTER_KEY_SIZE];
        char line[64];
        random_bytes(key, sizeof key);
        base64_encode(key, sizeof key, line);
        size_t n = strlen(line);
        line[n++] = '\n';
        /* Synced before use: a sealed row must never outlive its key. */
        bool written = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
        close(fd);
        wipe(key, sizeof key), wipe(line, sizeof line);
        if (!written) {
            (void)unlink(path);
            return refuse(error, "The master key could not be written into CHATHUB_DATA_DIR.");
        }
    } else if (errno != EEXIST) {
        buf_printf(error, "%s cannot be made: %s.", path, strerror(errno));
        return false;
    }
    struct stat st;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, size - 1) : -1;
    bool private_file = fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 077) == 0;
    if (fd >= 0) close(fd);
    if (got <= 0) return refuse(error, "master.key in CHATHUB_DATA_DIR cannot be read.");
    if (!private_file) return refuse(error, "master.key must be readable by its owner only (chmod 600).");
    text[got] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return true;
}

struct keyring *config_keyring(const struct config *c, struct buf *error)
{
    char text[KEY_LIST_SIZE];
    if (c->master_key)
        (void)snprintf(text, sizeof text, "%s", c->master_key); /* fits: check() has read it */
    else if (!key_file(c, text, sizeof text, error))
        return NULL;
    struct keyring *ring = keyring_of(text);
    if (!ring) buf_text(error, KEY_LIST_IS);
    wipe(text, sizeof text);
    return ring;
}
