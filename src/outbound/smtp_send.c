/* smtp_send.c: one mail, one connection, by libcurl.
 *
 * TLS: from the first byte (smtps) or STARTTLS, demanded and verified. Only to a loopback host it is not used at all: a
 * relay on the same machine often offers it with a certificate that nobody signed.
 *
 * Time is limited by phase, as RFC 5321 4.5.3.2 wants it, not in all: a server that looks through a text for 70 s has
 * taken it, and whoever gives up before it answers sends the mail again. Once the whole text was handed over and no
 * answer came, nobody knows what became of it; that is an outcome of its own, for mail.c to be careful with.
 *
 * What a refusal means: 4xx is temporary and 5xx is for ever, but relays that count say "too many, later" with a 550.
 * Their words and the enhanced code (RFC 3463) are looked at: too patient is a delay, too quick is a lost mail. */
#include "base/clock.h"
#include "outbound/http_client.h"
#include "outbound/private.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { SMTP_CONNECT_MS = 30000, ANSWER_MAX = 512 };

/* RFC 5321 4.5.3.2; the last is ours: the mail is taken by then, and nothing hangs on the farewell. */
/* clang-format off */
const struct mail_patience smtp_patience = {
    .command_ms = 5 * MINUTE_MS, .data_ms = 2 * MINUTE_MS, .block_ms = 3 * MINUTE_MS, .end_ms = 10 * MINUTE_MS,
    .quit_ms = 5 * SECOND_MS,
};
/* clang-format on */

/* What the next answer is about. */
enum phase { AT_START, AT_SENDER, AT_RECIPIENT, AT_DATA, AT_TEXT, AT_END };
struct smtp_call {
    struct str message;
    size_t sent;
    enum phase at;
    int64_t since_ms; /* monotonic: begin of the phase, or of this block of text */
    const struct mail_patience *patience;
    bool leaving, too_slow;  /* QUIT was said: `at` stays what the outcome is about */
    char answer[ANSWER_MAX]; /* the last line that the server said */
};

static void phase_begins(struct smtp_call *c, enum phase at)
{
    c->at = at;
    c->since_ms = monotonic_ms();
}

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
    struct smtp_call *c = arg;
    size_t left = c->message.n - c->sent, bytes = size * n < left ? size * n : left;
    memcpy(out, c->message.p + c->sent, bytes);
    c->sent += bytes;
    phase_begins(c, bytes == 0 ? AT_END : AT_TEXT);
    return bytes;
}

static bool begins(const char *data, size_t n, struct str word)
{
    return n >= word.n && strncasecmp(data, word.p, word.n) == 0;
}

/* libcurl tells here which commands it sends and what is answered. Nothing is printed, and of the commands nothing is
 * kept: there are passwords among them. */
static int on_debug(CURL *h, curl_infotype type, char *data, size_t n, void *arg)
{
    (void)h;
    struct smtp_call *c = arg;
    if (type == CURLINFO_HEADER_IN && !c->leaving) {
        size_t kept = n < ANSWER_MAX - 1 ? n : ANSWER_MAX - 1;
        memcpy(c->answer, data, kept);
        c->answer[kept] = '\0';
    }
    if (type != CURLINFO_HEADER_OUT) return 0;
    if (begins(data, n, STR("MAIL "))) phase_begins(c, AT_SENDER);
    else if (begins(data, n, STR("RCPT "))) phase_begins(c, AT_RECIPIENT);
    else if (begins(data, n, STR("DATA"))) phase_begins(c, AT_DATA);
    else if (begins(data, n, STR("QUIT"))) c->leaving = true, phase_begins(c, c->at);
    else if (c->at == AT_START) phase_begins(c, AT_START); /* EHLO, STARTTLS, AUTH: each has its time */
    return 0;
}

static int64_t patience_of(const struct smtp_call *c)
{
    if (c->leaving) return c->patience->quit_ms;
    switch (c->at) {
    case AT_START:
    case AT_SENDER:
    case AT_RECIPIENT: return c->patience->command_ms;
    case AT_DATA: return c->patience->data_ms;
    case AT_TEXT: return c->patience->block_ms;
    case AT_END: return c->patience->end_ms;
    }
    return 0;
}

/* Asked by libcurl at least once a second. */
static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e)
{
    (void)a, (void)b, (void)d, (void)e;
    struct smtp_call *c = arg;
    bool enough = monotonic_ms() - c->since_ms > patience_of(c);
    if (enough && !c->leaving) c->too_slow = true;
    return enough;
}

static bool is_loopback(const char *host)
{
    return text_eq(host, "localhost") || text_eq(host, "::1") || strncmp(host, "127.", 4) == 0;
}

#define SET(h, option, value)                                                                                          \
    do {                                                                                                               \
        if (curl_easy_setopt((h), (option), (value)) != CURLE_OK) return false;                                        \
    } while (0)

/* libcurl's own limits stand behind ours, so that ours decide. */
static bool set_times(CURL *h, struct smtp_call *c)
{
    SET(h, CURLOPT_CONNECTTIMEOUT_MS, (long)SMTP_CONNECT_MS);
    SET(h, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(c->patience->end_ms / SECOND_MS + MINUTE_MS / SECOND_MS));
    SET(h, CURLOPT_NOPROGRESS, 0L);
    SET(h, CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(h, CURLOPT_XFERINFODATA, c);
    SET(h, CURLOPT_FORBID_REUSE, 1L); /* the farewell is said within the call, where our limit counts */
    return true;
}

static bool set_options(CURL *h, struct arena *a, const struct mail_settings *s, struct smtp_call *c,
                        struct curl_slist *to)
{
    struct str from = smtp_address(s->from);
    const char *domain = memchr(from.p, '@', from.n); /* we greet with the name that the sender belongs to */
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
    if (s->user) {
        SET(h, CURLOPT_USERNAME, s->user);
        SET(h, CURLOPT_PASSWORD, s->password ? s->password : "");
        SET(h, CURLOPT_SASL_IR, 1L); /* sign in with one round trip less */
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
    return set_times(h, c);
}

/* ---- what came of it ---- */

bool smtp_sounds_temporary(const char *answer)
{
    /* clang-format off */
    static const char *const words[] = { "too many", "too much", "rate limit", "ratelimit", "rate exceeded", "throttl",
                                         "try again", "try later", "later", "temporar", "frequen", "greylist",
                                         "graylist", "limit exceeded", "exceeded the limit", "quota", "busy" };
    /* clang-format on */
    const char *enhanced = strlen(answer) > 4 ? answer + 4 : "";
    if (enhanced[0] == '4' && enhanced[1] == '.') return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasestr(answer, words[i])) return true;
    return false;
}

static enum smtp_outcome refusal(const struct smtp_call *c, long answer)
{
    bool ours = c->at == AT_START || c->at == AT_SENDER; /* what the operator has to mend */
    bool full = answer == 552 && c->at == AT_RECIPIENT;  /* RFC 5321 4.5.3.1.10: to be read as 452 */
    bool for_ever = answer >= 500 && !ours && !full && !smtp_sounds_temporary(c->answer);
    return for_ever ? SMTP_REFUSED : SMTP_LATER;
}

static enum smtp_outcome outcome_of(CURL *h, struct arena *a, CURLcode code, const struct smtp_call *c,
                                    const char **error)
{
    /* clang-format off */
    static const char *const about[] = { "the sign-in", "the sender", "the recipient", "the text", "the text",
                                         "the text" };
    /* clang-format on */
    if (code == CURLE_OK) return SMTP_SENT;
    long answer = 0;
    if (curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &answer) != CURLE_OK) answer = 0;
    /* libcurl says so when the server answered what it did not want to hear; else the connection itself failed. */
    bool answered = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_LOGIN_DENIED;
    if (answered && answer >= 400) {
        *error = arena_printf(a, "%s was answered %ld", about[c->at], answer);
        return refusal(c, answer);
    }
    if (c->too_slow) *error = arena_printf(a, "%s was not answered in time", about[c->at]);
    else *error = arena_printf(a, "%s", curl_easy_strerror(code));
    return c->message.n > 0 && c->sent == c->message.n ? SMTP_UNKNOWN : SMTP_LATER;
}

enum smtp_outcome smtp_send(struct arena *a, const struct mail_settings *s, const struct smtp_mail *m,
                            const char **error)
{
    assert(s->host && s->from && s->port > 0);
    *error = NULL;
    outbound_start();
    struct smtp_call c = { .message = smtp_message(a, s->from, m),
                           .patience = s->patience ? s->patience : &smtp_patience };
    phase_begins(&c, AT_START);
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
