/* smtp_send.c: one mail, one connection, by libcurl.
 *
 * TLS: from the first byte (smtps) or STARTTLS, demanded and verified. Only to a loopback host it is not used at all: a
 * relay on the same machine often offers it with a certificate that nobody signed.
 *
 * Mail is at least once. When the connection breaks after the text was handed over, nobody knows; the mail is sent
 * again with the same Message-ID and date, which lets the receiving side see that it is the same one. */
#include "outbound/http_client.h"
#include "outbound/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

/* The whole conversation may take longer than a lease (servers delay strangers on purpose); the worker renews it. */
enum { SMTP_CONNECT_MS = 10000, SMTP_TOTAL_MS = 60000 };

enum command { AT_START, AT_SENDER, AT_RECIPIENT, AT_TEXT };
struct smtp_call {
    struct str message;
    size_t sent;
    enum command at;             /* the last command we gave, to know what an answer is about */
};

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
    struct smtp_call *c = arg;
    size_t left = c->message.n - c->sent, bytes = size * n < left ? size * n : left;
    memcpy(out, c->message.p + c->sent, bytes);
    c->sent += bytes;
    return bytes;
}

/* libcurl tells here which commands it sends. Nothing is printed or kept: there are passwords among them. */
static int on_debug(CURL *h, curl_infotype type, char *data, size_t n, void *arg)
{
    (void)h;
    struct smtp_call *c = arg;
    struct str s = { data, n };
    if (type != CURLINFO_HEADER_OUT) return 0;
    if (str_starts(s, STR("MAIL "))) c->at = AT_SENDER;
    else if (str_starts(s, STR("RCPT "))) c->at = AT_RECIPIENT;
    else if (str_starts(s, STR("DATA"))) c->at = AT_TEXT;
    return 0;
}

static bool is_loopback(const char *host)
{
    return text_eq(host, "localhost") || text_eq(host, "::1") || strncmp(host, "127.", 4) == 0;
}

#define SET(h, option, value)                                                                                          \
    do {                                                                                                               \
        if (curl_easy_setopt((h), (option), (value)) != CURLE_OK) return false;                                        \
    } while (0)

static bool set_options(CURL *h, struct arena *a, const struct mail_settings *s,
                        struct smtp_call *c, struct curl_slist *to)
{
    struct str from = smtp_address(s->from);
    const char *domain = memchr(from.p, '@', from.n);        /* we greet with the name that the sender belongs to */
    const char *greeting = domain ? arena_text_n(a, domain + 1, (size_t)(from.p + from.n - domain) - 1) : "localhost";
    bool ipv6 = strchr(s->host, ':') != NULL;
    SET(h, CURLOPT_URL,
        arena_printf(a, ipv6 ? "%s://[%s]:%d/%s" : "%s://%s:%d/%s", s->tls_from_start ? "smtps" : "smtp", s->host,
                     s->port, greeting));
    SET(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(h, CURLOPT_USE_SSL, (long)(is_loopback(s->host) && !s->tls_from_start ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    SET(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(h, CURLOPT_NOSIGNAL, 1L);
    SET(h, CURLOPT_PROXY, "");
    SET(h, CURLOPT_CONNECTTIMEOUT_MS, (long)SMTP_CONNECT_MS);
    SET(h, CURLOPT_TIMEOUT_MS, (long)SMTP_TOTAL_MS);
    if (s->user) {
        SET(h, CURLOPT_USERNAME, s->user);
        SET(h, CURLOPT_PASSWORD, s->password ? s->password : "");
        SET(h, CURLOPT_SASL_IR, 1L);             /* sign in with one round trip less */
    }
    SET(h, CURLOPT_MAIL_FROM, arena_text_n(a, from.p, from.n));
    SET(h, CURLOPT_MAIL_RCPT, to);
    SET(h, CURLOPT_UPLOAD, 1L);
    SET(h, CURLOPT_READFUNCTION, on_read);
    SET(h, CURLOPT_READDATA, c);
    SET(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)c->message.n);
    SET(h, CURLOPT_VERBOSE, 1L);
    SET(h, CURLOPT_DEBUGFUNCTION, on_debug);
    SET(h, CURLOPT_DEBUGDATA, c);
    return true;
}

static enum smtp_outcome outcome_of(CURL *h, struct arena *a, CURLcode code, const struct smtp_call *c,
                                    const char **error)
{
    if (code == CURLE_OK) return SMTP_SENT;
    long answer = 0;
    if (curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &answer) != CURLE_OK) answer = 0;
    /* libcurl says so when the server answered what it did not want to hear; else the connection itself failed. */
    bool answered = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_LOGIN_DENIED;
    static const char *const about[] = { "the sign-in", "the sender", "the recipient", "the text" };
    if (!answered || answer < 400) {
        *error = arena_printf(a, "%s", curl_easy_strerror(code));
        return SMTP_LATER;
    }
    *error = arena_printf(a, "%s was answered %ld", about[c->at], answer);
    bool ours = c->at == AT_START || c->at == AT_SENDER;     /* what the operator has to mend */
    return answer >= 500 && !ours ? SMTP_REFUSED : SMTP_LATER;
}

enum smtp_outcome smtp_send(struct arena *a, const struct mail_settings *s, const struct smtp_mail *m,
                            const char **error)
{
    assert(s->host && s->from && s->port > 0);
    *error = NULL;
    outbound_start();
    struct smtp_call c = { .message = smtp_message(a, s->from, m) };
    CURL *h = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, m->to);
    if (!h || !to) abort();
    enum smtp_outcome outcome = SMTP_LATER;
    if (set_options(h, a, s, &c, to)) outcome = outcome_of(h, a, curl_easy_perform(h), &c, error);
    else *error = "the mail settings cannot be used";
    curl_slist_free_all(to);
    curl_easy_cleanup(h);
    return outcome;
}
