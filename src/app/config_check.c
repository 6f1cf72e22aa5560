/* config_check.c: what would be unsafe is refused at start, with a sentence that names the setting and the way on. What
 * may be right somewhere, but is wrong nearly everywhere, starts only when CHATHUB_ACCEPT_RISKS names it: a risk is
 * taken by somebody who wrote its name down. */
#include "app/private.h"
#include "base/unicode.h"
#include "http/proxy.h"
#include "outbound/mail.h"
#include "storage/db_url.h"

enum { SECRET_MIN = 16 }; /* characters */
/* Public networks of proxies wider than these hold strangers: the widest that a large delivery network publishes of
 * its own are a /13 and a /29. */
enum { PROXY_V4_BITS_MIN = 12, PROXY_V6_BITS_MIN = 28, V4_PREFIX_BITS = 96 };
/* Nobody comes from these over the Internet. */
#define PRIVATE_NETWORKS                                                                                               \
    "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,169.254.0.0/16,100.64.0.0/10,fc00::/7,fe80::/10,::1"

static const char *const house_risks[] = { "plain-database", "wide-proxy" };
enum { RISKS_MAX = ARRAY_LEN(house_risks) + RECIPE_SETTINGS_MAX };

/* The words there are: of the house, and of backends. */
static size_t all_risks(const char *out[RISKS_MAX])
{
    const struct recipe_setting *setting[RECIPE_SETTINGS_MAX];
    size_t settings = recipe_settings(setting), n = ARRAY_LEN(house_risks);
    memcpy(out, house_risks, sizeof house_risks);
    for (size_t i = 0; i < settings; i++)
        if (setting[i]->risk) out[n++] = setting[i]->risk;
    return n;
}

static bool refuse(struct buf *error, const char *text)
{
    buf_text(error, text);
    return false;
}

static bool accepted(const struct config *c, const char *risk)
{
    size_t n = strlen(risk);
    for (const char *p = c->accept_risks; p && *p; p += strcspn(p, ","), p += *p == ',') {
        struct str word = str_trim((struct str){ p, strcspn(p, ",") });
        if (word.n == n && memcmp(word.p, risk, n) == 0) return true;
    }
    return false;
}

/* A misspelt risk is not accepted, so it is told. */
static bool check_risks(const struct config *c, struct buf *error)
{
    const char *risk[RISKS_MAX];
    size_t risks = all_risks(risk);
    for (const char *p = c->accept_risks; p && *p; p += strcspn(p, ","), p += *p == ',') {
        struct str word = str_trim((struct str){ p, strcspn(p, ",") });
        bool known = false;
        for (size_t i = 0; i < risks; i++) known = known || str_eq(word, str_of(risk[i]));
        if (known) continue;
        buf_text(error, "CHATHUB_ACCEPT_RISKS takes these words, with commas:");
        for (size_t i = 0; i < risks; i++) buf_printf(error, "%s %s", i > 0 ? "," : "", risk[i]);
        buf_char(error, '.');
        return false;
    }
    return true;
}

static bool is_loopback_host(struct str host)
{
    return str_eq(host, STR("127.0.0.1")) || str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("[::1]"));
}

static bool listens_on_loopback(const char *listen)
{
    const char *colon = strrchr(listen, ':');
    return colon && is_loopback_host((struct str){ listen, (size_t)(colon - listen) });
}

static bool is_url(const char *url)
{
    struct str s = str_of(url);
    if (s.n && s.p[s.n - 1] == '/') return false;
    if (str_starts(s, STR("https://"))) return s.n > 8 && !strpbrk(url + 8, " ?#@");
    return str_starts(s, STR("http://")) && s.n > 7 && !strpbrk(url + 7, " ?#@");
}

/* Of http://host[:port]/..., for the rule that plain HTTP is for loopback. */
static struct str host_part(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    return (struct str){ host, n };
}

static bool is_plain_and_far(const char *url)
{
    return str_starts(str_of(url), STR("http://")) && !is_loopback_host(host_part(url));
}

/* It goes into a line of /.well-known/security.txt. */
static bool check_contact(const struct config *c, struct buf *error)
{
    if (!c->security_contact || config_is_contact(c->security_contact)) return true;
    return refuse(error, "CHATHUB_SECURITY_CONTACT must be mailto:ADDRESS, tel:NUMBER or an https:// address.");
}

/* What a backend has of its own, as its row says. */
static bool check_recipe_setting(const struct config *c, const struct recipe_setting *s, const char *value,
                                 struct buf *error)
{
    size_t before = error->n;
    if (s->is_url && !is_url(value)) buf_printf(error, "%s must be a URL without a slash at the end.", s->name);
    else if ((int64_t)strlen(value) < s->length_min)
        buf_printf(error, "%s must have %lld characters or more.", s->name, (long long)s->length_min);
    else if (c->production && s->is_url && is_plain_and_far(value) && !(s->risk && accepted(c, s->risk))) {
        buf_printf(error,
                   "%s is plain http to another machine: every shop's secrets, and what opens that machine to us, would"
                   " cross the network in the clear. Use https",
                   s->name);
        if (s->risk) buf_printf(error, ", or set CHATHUB_ACCEPT_RISKS=%s when the network between is yours", s->risk);
        buf_char(error, '.');
    }
    return error->n == before;
}

static bool check_backends(const struct config *c, struct buf *error)
{
    const struct recipe_setting *setting[RECIPE_SETTINGS_MAX];
    size_t n = recipe_settings(setting);
    for (size_t i = 0; i < n; i++)
        if (c->recipe[i] && !check_recipe_setting(c, setting[i], c->recipe[i], error)) return false;
    if (c->panel_secret && strlen(c->panel_secret) < SECRET_MIN)
        return refuse(error, "CHATBOT_SHARED_SECRET must have 16 characters or more.");
    return true;
}

/* Where providers of payments are, and where they reach us. Their keys are opened at start. */
static bool check_payments(const struct config *c, struct buf *error)
{
    const struct {
        const char *name, *url;
    } bases[] = { { "ALIPAY_GATEWAY", c->pay.alipay_gateway },
                  { "WECHAT_BASE_URL", c->pay.wechat_base },
                  { "STRIPE_BASE_URL", c->pay.stripe_base },
                  { "CHATHUB_NOTIFY_URL", c->pay.notify_url } };
    for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
        if (!bases[i].url) continue;
        if (is_url(bases[i].url) && !is_plain_and_far(bases[i].url)) continue;
        buf_printf(error, "%s must be an https:// address without a slash at the end.", bases[i].name);
        return false;
    }
    return true;
}

static bool check_urls(const struct config *c, struct buf *error)
{
    const char *colon = strrchr(c->listen, ':');
    int64_t port = -1;
    if (!colon || !str_to_i64(str_of(colon + 1), &port) || port < 0 || port > 65535)
        return refuse(error, "CHATHUB_LISTEN must be ADDRESS:PORT, such as 127.0.0.1:8080.");
    if (c->base_url && (!is_url(c->base_url) || strchr(strstr(c->base_url, "://") + 3, '/')))
        return refuse(
            error,
            "CHATHUB_BASE_URL must be https://HOST or http://HOST[:PORT], without a path or a slash at the end.");
    if (c->base_url && is_plain_and_far(c->base_url))
        return refuse(
            error,
            "CHATHUB_BASE_URL may be plain http only on loopback: cookies would cross the network in the clear.");
    return check_payments(c, error) && check_backends(c, error);
}

const char *config_proxies(const struct config *c)
{
    return c->trusted_proxy && text_eq(c->trusted_proxy, "none") ? NULL : c->trusted_proxy;
}

static bool is_private(const struct network *n)
{
    struct proxy_list list;
    if (!proxy_list_parse(PRIVATE_NETWORKS, &list)) return false;
    for (size_t i = 0; i < list.count; i++) {
        const struct proxy_list one = { .count = 1, .network = { list.network[i] } };
        if (n->bits >= list.network[i].bits && proxy_list_has(&one, n->address)) return true;
    }
    return false;
}

static bool is_wide(const struct network *n)
{
    if (is_private(n)) return false;
    bool v4 = n->bits >= V4_PREFIX_BITS && address_is_v4(n->address);
    return v4 ? n->bits < V4_PREFIX_BITS + PROXY_V4_BITS_MIN : n->bits < PROXY_V6_BITS_MIN;
}

static bool check_proxy(const struct config *c, struct buf *error)
{
    struct proxy_list list;
    if (!proxy_list_parse(config_proxies(c), &list))
        return refuse(error, "CHATHUB_TRUSTED_PROXY must be addresses or networks with commas, such as 127.0.0.1, or "
                             "none.");
    if (!c->production) return true;
    if (!c->trusted_proxy)
        return refuse(error, "CHATHUB_TRUSTED_PROXY must be set in production: the address of the proxy that ends TLS "
                             "(such as 127.0.0.1), or none when clients connect to this program themselves. Unnamed, "
                             "a proxy makes the whole world one client to every limit.");
    for (size_t i = 0; i < list.count; i++)
        if (is_wide(&list.network[i]) && !accepted(c, "wide-proxy"))
            return refuse(error, "CHATHUB_TRUSTED_PROXY names a network that strangers are in: each of them could say "
                                 "who he is. Name the proxy's own addresses, or set CHATHUB_ACCEPT_RISKS=wide-proxy "
                                 "when nothing but proxies can reach this program.");
    return true;
}

static bool check_database(const struct config *c, struct buf *error)
{
    struct db_url url;
    char why[256];
    if (!db_url_read(c->database_url, &url, why, sizeof why)) {
        buf_printf(error, "CHATHUB_DATABASE_URL: %s", why);
        return false;
    }
    if (!c->production || !url.postgres || !url.remote || url.encrypted || accepted(c, "plain-database")) return true;
    return refuse(error, "CHATHUB_DATABASE_URL leads to another machine without demanding TLS: add sslmode=verify-full "
                         "(or require), or set CHATHUB_ACCEPT_RISKS=plain-database when the network between is yours.");
}

/* What development does without. */
static bool check_production(const struct config *c, struct buf *error)
{
    if (c->test_clock) return refuse(error, "CHATHUB_TEST_CLOCK is not allowed in production.");
    if (c->test_rare_looks) return refuse(error, "CHATHUB_TEST_RARE_LOOKS is not allowed in production.");
    if (!c->base_url)
        return refuse(error, "CHATHUB_BASE_URL must be set in production: links in mails are made from it.");
    if (!c->master_key) return refuse(error, "CHATHUB_MASTER_KEY must be set in production (openssl rand -base64 32).");
    if (!c->smtp_host) return refuse(error, "SMTP_HOST must be set in production: sign-up needs mail.");
    return true;
}

bool config_smtp_tls(const struct config *c)
{
    enum { SMTPS_PORT = 465 }; /* RFC 8314; STARTTLS there would only time out */
    return c->smtp_tls_from_start || c->smtp_port == SMTPS_PORT;
}

static bool check_sender(const struct config *c, struct buf *error)
{
    struct arena *a = arena_new(64 << 10);
    bool good = strlen(c->mail_from) < 1024 && mail_sender(a, c->mail_from) != NULL;
    arena_free(a);
    return good || refuse(error, "FROM_EMAIL must be one address, or NAME <ADDRESS> in one line. Before the @ only "
                                 "plain ASCII can be sent from; an international host may be written either way.");
}

/* The part of an address behind the @, in lower case: what a mail says is compared with it. */
static bool check_replies(const struct config *c, struct buf *error)
{
    if (!c->reply_domain != !c->mail_secret)
        return refuse(error, "CHATHUB_REPLY_DOMAIN and CHATHUB_MAIL_SECRET go together: set both, or neither.");
    if (!c->reply_domain) return true;
    struct arena *a = arena_new(64 << 10);
    const char *address = strlen(c->reply_domain) < 200 ? arena_printf(a, "reply@%s", c->reply_domain) : "";
    const char *read = email_read(a, str_of(address));
    bool good = text_eq(read, address);
    arena_free(a);
    if (!good)
        return refuse(error,
                      "CHATHUB_REPLY_DOMAIN must be a domain that mail can be sent to, such as reply.chathub.example "
                      "(an international one as xn--...).");
    return strlen(c->mail_secret) >= SECRET_MIN ||
           refuse(error, "CHATHUB_MAIL_SECRET must have 16 characters or more.");
}

bool config_check(const struct config *c, struct buf *error)
{
    if (!check_risks(c, error) || !check_urls(c, error) || !config_keys_check(c, error)) return false;
    if (!check_replies(c, error)) return false;
    if (!check_sender(c, error) || !check_contact(c, error) || !config_public_check(c, error)) return false;
    if (!c->production && !listens_on_loopback(c->listen))
        return refuse(error, "CHATHUB_ENV=development listens on loopback only; set CHATHUB_ENV=production for any "
                             "other address.");
    if (c->production && !check_production(c, error)) return false;
    return check_proxy(c, error) && check_database(c, error);
}
