/* test_config.c: settings that are wrong or unsafe are refused with a sentence; a file of settings is read as systemd
 * and a shell would read it, and believed only when it is ours. */
#include "base/testing.h"

#include "app/private.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Drawn for these tests alone. */
#define GOOD_KEY                                                                                                       \
    "XEk6VGW50TKY7QirSLByH61Hh1HC50+17Lvkyj1l"                                                                         \
    "Q3c="

struct wrong {
    const char *name, *value, *says;
};
/* clang-format off */
static const char *const names[] = { "CHATHUB_ENV",
                                     "CHATHUB_LISTEN",
                                     "CHATHUB_BASE_URL",
                                     "CHATHUB_TEST_CLOCK",
                                     "CHATHUB_TEST_RARE_LOOKS",
                                     "CHATHUB_TRUSTED_PROXY",
                                     "SMTP_HOST",
                                     "CHATHUB_MASTER_KEY",
                                     "CHATBOT_BASE_URL",
                                     "CHATBOT_SHARED_SECRET",
                                     "SMTP_PORT",
                                     "CREDIT_CHATBOT_ENABLEMENT",
                                     "FROM_EMAIL",
                                     "CHATHUB_REPLY_DOMAIN",
                                     "CHATHUB_MAIL_SECRET",
                                     "SMTP_SECURE",
                                     "CHATHUB_DATA_DIR",
                                     "CHATBOT_FEATURE_ENABLED",
                                     "CHATHUB_CONF",
                                     "CHATHUB_DATABASE_URL",
                                     "DATABASE_URL",
                                     "CHATHUB_COMPANY",
                                     "CHATHUB_ICP_NUMBER",
                                     "CHATHUB_SUPPORT_CONTACT",
                                     "CHATHUB_SUPPORT_HOURS",
                                     "CHATHUB_STATUS_URL",
                                     "CHATHUB_SECURITY_CONTACT",
                                     "CHATHUB_ACCEPT_RISKS",
                                     "RELAY_URL",
                                     "RELAY_KEY",
                                     "OLD_RELAY_KEY" };
/* clang-format on */

static void clear_environment(void)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) assert_int_equal(unsetenv(names[i]), 0);
}

static bool load(char *said, size_t size, struct config *c, struct arena *a)
{
    struct buf error;
    buf_init(&error, 4096);
    bool good = config_load(a, c, &error);
    (void)snprintf(said, size, "%s", buf_terminated(&error));
    buf_free(&error);
    return good;
}

static void a_wrong_setting_is_refused_by_name(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        { "CHATHUB_ENV", "prod", "CHATHUB_ENV" },
        { "CHATHUB_LISTEN", "8080", "CHATHUB_LISTEN" },
        { "CHATHUB_LISTEN", "0.0.0.0:8080", "loopback" },
        { "CHATHUB_LISTEN", "127.0.0.1:70000", "CHATHUB_LISTEN" },
        { "CHATHUB_BASE_URL", "http://shop.example", "loopback" },
        { "CHATHUB_BASE_URL", "https://shop.example/", "CHATHUB_BASE_URL" },
        { "CHATHUB_BASE_URL", "https://shop.example/path", "CHATHUB_BASE_URL" },
        { "CHATHUB_BASE_URL", "ftp://shop.example", "CHATHUB_BASE_URL" },
        { "SMTP_PORT", "0", "SMTP_PORT" },
        { "SMTP_PORT", "25x", "SMTP_PORT" },
        { "CREDIT_CHATBOT_ENABLEMENT", "-1", "CREDIT_CHATBOT_ENABLEMENT" },
        { "CHATBOT_FEATURE_ENABLED", "maybe", "CHATBOT_FEATURE_ENABLED" },
        { "CHATBOT_BASE_URL", "http://127.0.0.1:3000", "CHATBOT_SHARED_SECRET" },
        { "CHATBOT_SHARED_SECRET", "short", "CHATBOT_SHARED_SECRET" },
        { "CHATHUB_MASTER_KEY", "c2hvcnQ=", "CHATHUB_MASTER_KEY" },
        { "CHATHUB_MASTER_KEY", "256:" GOOD_KEY, "CHATHUB_MASTER_KEY" },
        { "CHATHUB_MASTER_KEY", ",", "CHATHUB_MASTER_KEY" },
        { "CHATHUB_TRUSTED_PROXY", "10.0.0.0/99", "CHATHUB_TRUSTED_PROXY" },
        { "CHATHUB_TRUSTED_PROXY", "none,127.0.0.1", "CHATHUB_TRUSTED_PROXY" },
        { "FROM_EMAIL", "a@b.example\nBcc: c@d.example", "FROM_EMAIL" },
        { "FROM_EMAIL", "客服@shop.example", "plain ASCII" },
        { "FROM_EMAIL", "Shop <客服@shop.example>", "plain ASCII" },
        { "FROM_EMAIL", "no-reply", "FROM_EMAIL" },
        { "CHATHUB_REPLY_DOMAIN", "reply.example", "go together" },
        { "CHATHUB_MAIL_SECRET", "0123456789abcdef", "go together" },
        { "CHATHUB_CONF", "/no/such/file", "/no/such/file" },
        { "CHATHUB_COMPANY", "two\nlines", "CHATHUB_COMPANY" },
        { "CHATHUB_COMPANY", "\xe3\x85\xa4", "CHATHUB_COMPANY" }, /* U+3164 shows nothing */
        { "CHATHUB_COMPANY", "\xff", "CHATHUB_COMPANY" },
        { "CHATHUB_ICP_NUMBER", " ", "CHATHUB_ICP_NUMBER" },
        { "CHATHUB_SUPPORT_CONTACT", "help@chathub.example", "CHATHUB_SUPPORT_CONTACT" },
        { "CHATHUB_SUPPORT_CONTACT", "mailto:", "CHATHUB_SUPPORT_CONTACT" },
        { "CHATHUB_SUPPORT_CONTACT", "http://chathub.example/help", "CHATHUB_SUPPORT_CONTACT" },
        { "CHATHUB_SUPPORT_CONTACT", "javascript:alert(1)", "CHATHUB_SUPPORT_CONTACT" },
        { "CHATHUB_SUPPORT_CONTACT", "https://chathub.example/\"", "CHATHUB_SUPPORT_CONTACT" },
        { "CHATHUB_SUPPORT_HOURS", "Mo-Fr 9-18", "CHATHUB_SUPPORT_CONTACT" }, /* hours of nobody */
        { "CHATHUB_STATUS_URL", "status.chathub.example", "CHATHUB_STATUS_URL" },
        { "CHATHUB_STATUS_URL", "mailto:help@chathub.example", "CHATHUB_STATUS_URL" },
        { "CHATHUB_SECURITY_CONTACT", "https://", "CHATHUB_SECURITY_CONTACT" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        clear_environment();
        assert_int_equal(setenv(cases[i].name, cases[i].value, 1), 0);
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        bool good = load(said, sizeof said, &c, a);
        if (good || !strstr(said, cases[i].says)) print_error("%s=%s: %s\n", cases[i].name, cases[i].value, said);
        assert_false(good);
        assert_non_null(strstr(said, cases[i].says));
        arena_free(a);
    }
    clear_environment();
}

static void nothing_set_works_in_development(void **state)
{
    (void)state;
    clear_environment();
    struct arena *a = arena_new(1 << 20);
    struct config c;
    char said[1024];
    assert_true(load(said, sizeof said, &c, a));
    assert_string_equal(c.listen, "127.0.0.1:8080");
    assert_string_equal(c.database_url, "sqlite:./data/chathub.db");
    assert_true(!c.production && c.chatbot_enabled && credits_count(c.chatbot_price) == 50);
    arena_free(a);
}

static void a_house_says_who_it_is(void **state)
{
    (void)state;
    static const char *const set[][2] = { { "CHATHUB_COMPANY", "茶馆（杭州）科技有限公司" },
                                          { "CHATHUB_ICP_NUMBER", "浙ICP备12345678号-1" },
                                          { "CHATHUB_SUPPORT_CONTACT", "tel:+86-571-1234567" },
                                          { "CHATHUB_SUPPORT_HOURS", "周一至周五 9:00–18:00" },
                                          { "CHATHUB_STATUS_URL", "https://status.chathub.example/" } };
    clear_environment();
    for (size_t i = 0; i < ARRAY_LEN(set); i++) assert_int_equal(setenv(set[i][0], set[i][1], 1), 0);
    struct arena *a = arena_new(1 << 20);
    struct config c;
    char said[1024];
    if (!load(said, sizeof said, &c, a)) fail_msg("%s", said);
    struct buf printed;
    buf_init(&printed, 1 << 16);
    config_print(&c, false, &printed);
    for (size_t i = 0; i < ARRAY_LEN(set); i++)
        assert_non_null(strstr(buf_terminated(&printed), arena_printf(a, "%s=%s\n", set[i][0], set[i][1])));
    buf_free(&printed);
    arena_free(a);
    clear_environment();
}

/* Port 465 speaks TLS from its first byte: a client that waits for a greeting there only times out. */
static void the_port_of_smtps_means_tls_from_the_start(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *port, *secure; bool tls; } cases[] = {
        { "465", NULL, true }, { "465", "true", true }, { "587", NULL, false }, { "587", "true", true },
        { "25", NULL, false }, { NULL, NULL, false },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        clear_environment();
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        if (cases[i].port) assert_int_equal(setenv("SMTP_PORT", cases[i].port, 1), 0);
        if (cases[i].secure) assert_int_equal(setenv("SMTP_SECURE", cases[i].secure, 1), 0);
        assert_true(load(said, sizeof said, &c, a));
        assert_int_equal(config_smtp_tls(&c), cases[i].tls);
        arena_free(a);
    }
    clear_environment();
}

static void d18_production_does_not_start_on_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
    } good[] = { { "CHATHUB_ENV", "production" },
                 { "CHATHUB_BASE_URL", "https://chat.example" },
                 { "SMTP_HOST", "mail.example" },
                 { "CHATHUB_TRUSTED_PROXY", "127.0.0.1" },
                 { "CHATHUB_MASTER_KEY", GOOD_KEY } };
    struct config c;
    char said[1024];
    for (size_t missing = 0; missing <= ARRAY_LEN(good); missing++) {
        clear_environment();
        struct arena *a = arena_new(1 << 20);
        for (size_t i = 0; i < ARRAY_LEN(good); i++)
            if (i != missing || missing == 0) assert_int_equal(setenv(good[i].name, good[i].value, 1), 0);
        bool started = load(said, sizeof said, &c, a);
        assert_int_equal(started, missing == 0 || missing == ARRAY_LEN(good));
        if (!started) assert_non_null(strstr(said, good[missing].name));
        arena_free(a);
    }
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "CHATHUB_TEST_CLOCK" : "CHATHUB_TEST_RARE_LOOKS";
        assert_int_equal(setenv(name, "1", 1), 0);
        assert_false(load(said, sizeof said, &c, a));
        assert_non_null(strstr(said, name));
        assert_int_equal(unsetenv(name), 0);
    }
    clear_environment();
    arena_free(a);
}

/* Said on purpose, so that the start does not warn. */
static void nobody_may_be_the_trusted_proxy(void **state)
{
    (void)state;
    static const char *const said_by[] = { "none", "127.0.0.1" };
    for (size_t i = 0; i < ARRAY_LEN(said_by); i++) {
        clear_environment();
        assert_int_equal(setenv("CHATHUB_ENV", "production", 1), 0);
        assert_int_equal(setenv("CHATHUB_BASE_URL", "https://chat.example", 1), 0);
        assert_int_equal(setenv("SMTP_HOST", "mail.example", 1), 0);
        assert_int_equal(setenv("CHATHUB_MASTER_KEY", GOOD_KEY, 1), 0);
        assert_int_equal(setenv("CHATHUB_TRUSTED_PROXY", said_by[i], 1), 0);
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        assert_true(load(said, sizeof said, &c, a));
        if (i == 0) assert_null(config_proxies(&c));
        else assert_string_equal(config_proxies(&c), said_by[i]);
        arena_free(a);
    }
    clear_environment();
}

static void secrets_are_not_printed(void **state)
{
    (void)state;
    clear_environment();
    assert_int_equal(setenv("CHATHUB_MASTER_KEY", GOOD_KEY, 1), 0);
    assert_int_equal(setenv("CHATBOT_SHARED_SECRET", "a-secret-nobody-may-see", 1), 0);
    assert_int_equal(setenv("CHATHUB_DATABASE_URL",
                            "postgres://user:"
                            "hidden-word"
                            "@host/db",
                            1),
                     0);
    struct arena *a = arena_new(1 << 20);
    struct config c;
    char said[1024];
    assert_true(load(said, sizeof said, &c, a));
    for (int json = 0; json < 2; json++) {
        struct buf out;
        buf_init(&out, 65536);
        config_print(&c, json, &out);
        const char *text = buf_terminated(&out);
        assert_null(strstr(text, GOOD_KEY));
        assert_null(strstr(text, "a-secret-nobody-may-see"));
        assert_null(strstr(text, "hidden-word"));
        assert_non_null(strstr(text, "CHATHUB_LISTEN"));
        buf_free(&out);
    }
    clear_environment();
    arena_free(a);
}

/* ---- what production refuses, and the words that allow it ---- */

static void set_production(void)
{
    clear_environment();
    assert_int_equal(setenv("CHATHUB_ENV", "production", 1), 0);
    assert_int_equal(setenv("CHATHUB_BASE_URL", "https://chat.example", 1), 0);
    assert_int_equal(setenv("SMTP_HOST", "mail.example", 1), 0);
    assert_int_equal(setenv("CHATHUB_MASTER_KEY", GOOD_KEY, 1), 0);
    assert_int_equal(setenv("CHATHUB_TRUSTED_PROXY", "127.0.0.1", 1), 0);
}

struct unsafe {
    const char *name, *value, *says, *risk;
    bool fine;
};

static void production_refuses_what_is_unsafe(void **state)
{
    (void)state;
    static const struct unsafe cases[] = {
        { "CHATHUB_TRUSTED_PROXY", "", "CHATHUB_TRUSTED_PROXY must be set", NULL },
        { "CHATHUB_TRUSTED_PROXY", "0.0.0.0/0", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "::/0", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "127.0.0.1, 2000::/3", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "128.0.0.0/1", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "::ffff:0:0/96", "CHATHUB_TRUSTED_PROXY must be addresses", NULL },
        { "CHATHUB_TRUSTED_PROXY", "54.0.0.0/8", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "127.0.0.1, 11.0.0.0/11", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "10.0.0.0/7", "strangers", "wide-proxy" }, /* the half of it is private */
        { "CHATHUB_TRUSTED_PROXY", "2600::/16", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "fc00::/6", "strangers", "wide-proxy" },
        { "CHATHUB_TRUSTED_PROXY", "10.0.0.0/8", NULL, NULL, true },
        { "CHATHUB_TRUSTED_PROXY", "fd00::/8", NULL, NULL, true },
        { "CHATHUB_TRUSTED_PROXY", "104.16.0.0/13, 2a06:98c0::/29", NULL, NULL, true },
        { "CHATHUB_TRUSTED_PROXY", "2001:db8::/32", NULL, NULL, true },
        { "CHATBOT_BASE_URL", "http://bot.example", "plain http", "plain-chatbot" },
        { "CHATBOT_BASE_URL", "http://10.1.2.3:3000", "plain http", "plain-chatbot" },
        { "CHATBOT_BASE_URL", "http://localhost.evil.example", "plain http", "plain-chatbot" },
        { "CHATBOT_BASE_URL", "http://127.0.0.1:3000", NULL, NULL, true },
        { "CHATBOT_BASE_URL", "http://LOCALHOST:3000/base", NULL, NULL, true },
        { "CHATBOT_BASE_URL", "https://bot.example", NULL, NULL, true },
        { "CHATHUB_DATABASE_URL", "postgres://db.example/chathub", "TLS", "plain-database" },
        { "CHATHUB_DATABASE_URL", "postgres://db.example/chathub?sslmode=prefer", "TLS", "plain-database" },
        { "CHATHUB_DATABASE_URL", "postgres://127.0.0.1,db.example/chathub", "TLS", "plain-database" },
        { "CHATHUB_DATABASE_URL", "postgres:///chathub?host=db.example", "TLS", "plain-database" },
        { "CHATHUB_DATABASE_URL", "postgres://localhost/chathub?hostaddr=10.0.0.5", "TLS", "plain-database" },
        { "CHATHUB_DATABASE_URL", "postgres://db.example/chathub?nonsense=1", "CHATHUB_DATABASE_URL", NULL },
        { "CHATHUB_DATABASE_URL", "postgres://db.example/chathub?sslmode=verify-full", NULL, NULL, true },
        { "CHATHUB_DATABASE_URL", "postgres://db.example/chathub?sslmode=require", NULL, NULL, true },
        { "CHATHUB_DATABASE_URL", "postgres:///chathub?host=/run/postgresql", NULL, NULL, true },
        { "CHATHUB_DATABASE_URL", "postgres://127.0.0.1/chathub", NULL, NULL, true },
        { "CHATHUB_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "random", NULL },
        { "CHATHUB_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "random", NULL },
        { "CHATHUB_MASTER_KEY", "YWJjZGFiY2RhYmNkYWJjZGFiY2RhYmNkYWJjZGFiY2Q=", "random", NULL },
        { "CHATHUB_MASTER_KEY", "2:" GOOD_KEY ",1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "random", NULL },
        { "CHATHUB_ACCEPT_RISKS", "plain-databse", "CHATHUB_ACCEPT_RISKS", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct unsafe *u = &cases[i];
        for (int accept = 0; accept < 2; accept++) {
            set_production();
            assert_int_equal(setenv("CHATBOT_SHARED_SECRET", "sixteen letters and more", 1), 0);
            if (accept) assert_int_equal(setenv("CHATHUB_ACCEPT_RISKS", u->risk ? u->risk : "wide-proxy", 1), 0);
            assert_int_equal(setenv(u->name, u->value, 1), 0);
            struct arena *a = arena_new(1 << 20);
            struct config c;
            char said[1024];
            bool good = load(said, sizeof said, &c, a), wanted = u->fine || (accept && u->risk);
            if (good != wanted) print_error("%s=%s (%d): %s\n", u->name, u->value, accept, said);
            assert_int_equal(good, wanted);
            if (!wanted && !strstr(said, u->says)) print_error("%s=%s: %s\n", u->name, u->value, said);
            if (!wanted) assert_non_null(strstr(said, u->says));
            arena_free(a);
        }
    }
    clear_environment();
}

static void no_secret_of_a_database_address_is_shown(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const urls[] = {
        "postgres://user:" "hidden-word" "@host/db",
        "postgres://host/db?user=u&password=hidden-word",
        "postgres://host/db?sslpassword=hidden-word&sslmode=require",
        "postgresql://user:" "hidden-word" "@[::1]:5433/db?application_name=x",
        "postgres://a:1,b:2/db?password=hidden-word",
        /* Mistyped, so that nothing knows where in it the password stands. */
        "postgress://user:" "hidden-word" "@host/db",
        "Postgres://user:" "hidden-word" "@host/db",
        "mysql://user:" "hidden-word" "@host/db",
        "user:" "hidden-word" "@host/db",
        " postgres://user:" "hidden-word" "@host/db",
        "host=db password=hidden-word",
    };
    enum { MISTYPED = 5 };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        clear_environment();
        assert_int_equal(setenv("CHATHUB_DATABASE_URL", urls[i], 1), 0);
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        struct buf out;
        buf_init(&out, 65536);
        assert_true(load(said, sizeof said, &c, a));
        config_print(&c, false, &out);
        const char *text = buf_terminated(&out);
        assert_null(strstr(text, "hidden-word"));
        assert_non_null(strstr(text, i < MISTYPED ? "/db" : "CHATHUB_DATABASE_URL=(cannot be read)\n"));
        if (i < MISTYPED) assert_non_null(strstr(text, "(set)"));
        buf_free(&out);
        arena_free(a);
    }
    clear_environment();
}

/* ---- chathub.conf ---- */

static void with_file(const char *text, size_t n, mode_t mode, const char *says)
{
    char path[] = "/tmp/chathub-conf-XXXXXX", said[1024];
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, n) == (ssize_t)n && fchmod(fd, mode) == 0);
    close(fd);
    clear_environment();
    assert_int_equal(setenv("CHATHUB_CONF", path, 1), 0);
    struct arena *a = arena_new(1 << 20);
    struct config c;
    bool good = load(said, sizeof said, &c, a);
    if (good != !says || (says && !strstr(said, says))) print_error("%.60s: %s\n", text, said);
    assert_int_equal(good, !says);
    if (says) assert_non_null(strstr(said, says));
    if (!says) assert_string_equal(c.smtp_host, "mail.example");
    arena_free(a);
    clear_environment();
    assert_int_equal(unlink(path), 0);
}

#define FILE_OF(text, mode, says) with_file((text), sizeof(text) - 1, (mode), (says))

static void a_file_of_settings_is_read_as_a_shell_would(void **state)
{
    (void)state;
    FILE_OF("SMTP_HOST=mail.example", 0600, NULL);
    FILE_OF("SMTP_HOST=\"mail.example\"\n", 0600, NULL);
    FILE_OF("SMTP_HOST='mail.example'\n", 0600, NULL);
    FILE_OF("  export SMTP_HOST=mail.example  \r\n", 0600, NULL);
    FILE_OF("\xEF\xBB\xBF"
            "SMTP_HOST=mail.example\n",
            0600, NULL);
    FILE_OF("# a comment\n\nSMTP_HOST = mail.example\nFROM_EMAIL='Shop <a@b.example>'\n", 0600, NULL);
    FILE_OF("SMTP_HOST=mail.example\nGOOGLE_MAPS_KEY=of-somebody-else\n", 0600, NULL);
}

static void a_slip_in_a_file_of_settings_is_told_with_its_line(void **state)
{
    (void)state;
    FILE_OF("SMTP_HOST=mail.example\nCHATHUB_LISTN=127.0.0.1:1\n", 0600, "line 2: CHATHUB_LISTN is not a setting; did");
    FILE_OF("FROM_EMIAL=a@b.example\n", 0600, "FROM_EMAIL");
    FILE_OF("CHATHUB_COLOUR=red\n", 0600, "line 1: CHATHUB_COLOUR is not a setting");
    FILE_OF("SMTP_HOST\n", 0600, "line 1: this is not NAME=value");
    FILE_OF("SMTP_HOST=\"mail.example\n", 0600, "quote");
    FILE_OF("SMTP_HOST='mail.example' # here\n", 0600, "quote");
    FILE_OF("SMTP_HOST='mail'.example'\n", 0600, "quote");
    FILE_OF("SMTP_HOST=a.example\nSMTP_HOST=b.example\n", 0600, "second time");
    FILE_OF("SMTP HOST=a.example\n", 0600, "letters, digits");
    FILE_OF("SMTP_HOST=a\0b.example\n", 0600, "UTF-8");
    FILE_OF("SMTP_HOST=\xff\xfe\n", 0600, "UTF-8");
}

static void a_file_that_others_may_write_or_read_is_not_believed(void **state)
{
    (void)state;
    FILE_OF("SMTP_HOST=mail.example\n", 0644, NULL);
    FILE_OF("SMTP_HOST=mail.example\n", 0666, "written by others");
    FILE_OF("SMTP_HOST=mail.example\n", 0660, "written by others");
    FILE_OF("SMTP_HOST=mail.example\nSMTP_PASS=word\n", 0644, "SMTP_PASS");
    FILE_OF("SMTP_HOST=mail.example\nSHOPSAAS_SHARED_SECRET=sixteen-letters-and-more\n", 0604, "SHARED_SECRET");
    FILE_OF("SMTP_HOST=mail.example\nSMTP_PASS=word\n", 0640, NULL);
    struct stat st = { .st_uid = geteuid() + 1, .st_mode = S_IFREG | 0600 };
    struct buf error;
    buf_init(&error, 1024);
    assert_false(owner_is_trusted(&st, "chathub.conf", &error));
    assert_non_null(strstr(buf_terminated(&error), "belongs to user"));
    buf_free(&error);
}

/* ---- a backend that the house has never heard of, and what it is set with ---- */

static const char *relay_url, *relay_key;
static const struct recipe_setting relay_settings[] = {
    { .name = "RELAY_URL", .value = &relay_url, .is_url = true, .needs = "RELAY_KEY", .risk = "plain-relay" },
    { .name = "RELAY_KEY", .alias = "OLD_RELAY_KEY", .value = &relay_key, .secret = true, .length_min = 16 },
};
static const struct recipe relay = {
    .number = 9, .name = "relay", .setting = relay_settings, .settings = ARRAY_LEN(relay_settings)
};
static const struct recipe *const with_relay[] = { &recipe_builtin, &recipe_chatbot, &relay, NULL };
#define RELAY_KEY_SET "the-key-of-the-relay-which-nobody-may-see"

static const char *printed(struct arena *a, const struct config *c, bool as_json)
{
    struct buf out;
    buf_fixed(&out, arena_alloc(a, 65536), 65536);
    config_print(c, as_json, &out);
    return buf_terminated(&out);
}

static void a_backend_brings_settings_of_its_own(void **state)
{
    (void)state;
    const struct recipe *const *house = recipes;
    struct arena *a = arena_new(1 << 20);
    struct config c;
    char said[1024];
    clear_environment();
    assert_int_equal(setenv("RELAY_URL", "https://relay.example", 1), 0);
    assert_int_equal(setenv("OLD_RELAY_KEY", RELAY_KEY_SET, 1), 0);
    assert_true(load(said, sizeof said, &c, a)); /* without such a backend these are somebody else's */
    assert_null(strstr(printed(a, &c, false), "RELAY"));
    recipes = with_relay;
    assert_true(load(said, sizeof said, &c, a));
    recipes_set(c.recipe);
    assert_string_equal(relay_url, "https://relay.example");
    assert_string_equal(relay_key, RELAY_KEY_SET);
    assert_non_null(strstr(printed(a, &c, false), "RELAY_URL=https://relay.example\nRELAY_KEY=(set)\n"));
    assert_non_null(strstr(printed(a, &c, true), "\"RELAY_KEY\":\"(set)\""));
    assert_null(strstr(printed(a, &c, true), RELAY_KEY_SET));
    clear_environment();
    assert_true(load(said, sizeof said, &c, a));
    recipes_set(c.recipe);
    assert_null(relay_url);
    assert_null(relay_key);
    recipes = house;
    arena_free(a);
}

static void settings_of_a_backend_are_judged_by_its_row(void **state)
{
    (void)state;
    static const struct {
        const char *url, *key, *risks, *says; /* says NULL: taken */
    } cases[] = {
        { "https://relay.example", RELAY_KEY_SET, NULL, NULL },
        { "https://relay.example", NULL, NULL, "RELAY_URL is set, so RELAY_KEY must be set too." },
        { "https://relay.example/", RELAY_KEY_SET, NULL, "RELAY_URL must be a URL" },
        { "relay.example", RELAY_KEY_SET, NULL, "RELAY_URL must be a URL" },
        { NULL, "too short", NULL, "RELAY_KEY must have 16 characters or more." },
        { NULL, RELAY_KEY_SET, NULL, NULL },
        { "http://relay.example", RELAY_KEY_SET, NULL, "CHATHUB_ACCEPT_RISKS=plain-relay" },
        { "http://relay.example", RELAY_KEY_SET, "plain-chatbot", "RELAY_URL is plain http" },
        { "http://relay.example", RELAY_KEY_SET, "wide-proxy,plain-relay", NULL },
        { "http://127.0.0.1:8000", RELAY_KEY_SET, NULL, NULL },
        { NULL, NULL, "plain-rely", "plain-database, wide-proxy, plain-chatbot, plain-relay" },
    };
    const struct recipe *const *house = recipes;
    recipes = with_relay;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        set_production();
        if (cases[i].url) assert_int_equal(setenv("RELAY_URL", cases[i].url, 1), 0);
        if (cases[i].key) assert_int_equal(setenv("RELAY_KEY", cases[i].key, 1), 0);
        if (cases[i].risks) assert_int_equal(setenv("CHATHUB_ACCEPT_RISKS", cases[i].risks, 1), 0);
        bool good = load(said, sizeof said, &c, a);
        if (good != (cases[i].says == NULL)) print_error("case %zu: %s\n", i, said);
        assert_true(good == (cases[i].says == NULL));
        if (cases[i].says) assert_non_null(strstr(said, cases[i].says));
        arena_free(a);
    }
    FILE_OF("RELAY_KEY=" RELAY_KEY_SET "\n", 0644, "RELAY_KEY and can be read by everybody");
    FILE_OF("OLD_RELAY_KEY=" RELAY_KEY_SET "\n", 0644, "RELAY_KEY and can be read by everybody");
    FILE_OF("SMTP_HOST=mail.example\nRELAY_KEY=" RELAY_KEY_SET "\n", 0640, NULL);
    FILE_OF("RELAY_KYE=" RELAY_KEY_SET "\n", 0640, "did you mean RELAY_KEY?");
    clear_environment();
    recipes = house;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_setting_is_refused_by_name),
        cmocka_unit_test(nothing_set_works_in_development),
        cmocka_unit_test(a_house_says_who_it_is),
        cmocka_unit_test(the_port_of_smtps_means_tls_from_the_start),
        cmocka_unit_test(d18_production_does_not_start_on_defaults),
        cmocka_unit_test(nobody_may_be_the_trusted_proxy),
        cmocka_unit_test(secrets_are_not_printed),
        cmocka_unit_test(production_refuses_what_is_unsafe),
        cmocka_unit_test(no_secret_of_a_database_address_is_shown),
        cmocka_unit_test(a_file_of_settings_is_read_as_a_shell_would),
        cmocka_unit_test(a_slip_in_a_file_of_settings_is_told_with_its_line),
        cmocka_unit_test(a_file_that_others_may_write_or_read_is_not_believed),
        cmocka_unit_test(a_backend_brings_settings_of_its_own),
        cmocka_unit_test(settings_of_a_backend_are_judged_by_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
