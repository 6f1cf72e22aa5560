/* developer_routes.c: pages for development, absent in production: the mails that were "sent", a clock that can be
 * moved when CHATHUB_TEST_CLOCK=1, a WebSocket that says everything back, and a sender to try deliveries with. */
#include "app/app.h"
#include "base/clock.h"
#include "http/socket.h"
#include "outbound/webhook.h"
#include <stdlib.h>

enum { OUTBOX_PAGE = 50, OUTBOX_MAX = 1 << 20 };
#define CLOCK_STEP_MAX_S (400 * 24 * 3600)
#define CLOCK_STANDS_MAX_S INT64_C(253402300799) /* the last second of 9999 */

struct outbox {
    size_t count;
    struct mail_row row[OUTBOX_PAGE];
};

static void outbox_json(struct json *j, const void *arg)
{
    const struct outbox *o = arg;
    json_array(j, "mails");
    for (size_t i = 0; i < o->count; i++) {
        const struct mail_row *m = &o->row[i];
        json_object(j, NULL);
        json_i64(j, "id", m->id);
        json_text(j, "to", m->to);
        json_text(j, "subject", m->subject);
        json_text(j, "text", m->text);
        json_text(j, "html", m->html);
        if (m->reply_to) json_text(j, "replyTo", m->reply_to);
        json_text(j, "kind", m->kind);
        json_text(j, "state", m->state);
        json_time(j, "at", m->at_ms);
        json_end(j);
    }
    json_end(j);
}

static void cell(struct buf *b, const char *label, const char *text)
{
    buf_printf(b, "<dt>%s</dt><dd>", label);
    html_escape(b, str_of(text ? text : "-"));
    buf_text(b, "</dd>");
}

/* The links in a mail's text become links to click, so the page can be used in place of a mailbox. */
static void mail_text(struct buf *b, const char *text)
{
    buf_text(b, "<pre>");
    for (const char *p = text ? text : ""; *p;) {
        const char *link = strstr(p, "http");
        if (!link) {
            html_escape(b, str_of(p));
            break;
        }
        html_escape(b, (struct str){ p, (size_t)(link - p) });
        struct str url = { link, strcspn(link, " \r\n\t<>\"") };
        buf_text(b, "<a href=\"");
        html_escape(b, url);
        buf_text(b, "\">");
        html_escape(b, url);
        buf_text(b, "</a>");
        p = link + url.n;
    }
    buf_text(b, "</pre>");
}

static enum answer outbox_html(struct req *req, const struct outbox *o)
{
    struct buf b;
    buf_init(&b, OUTBOX_MAX);
    buf_text(&b,
             "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Outbox</title><meta name=\"viewport\" "
             "content=\"width=device-width\"><style>body{font:16px system-ui;max-width:60rem;margin:2rem "
             "auto;padding:0 1rem}"
             "article{border:1px solid #8884;border-radius:8px;padding:1rem;margin:1rem 0}pre{white-space:pre-wrap}"
             "iframe{width:100%;height:24rem;border:1px solid #8884}"
             "dt{float:left;width:6rem;color:#777}dd{margin:0 0 .2rem 6rem}:root{color-scheme:light dark}</style>"
             "<main><h1>Outbox</h1><p>Mail of this development server, newest first. "
             "As JSON: <code>Accept: application/json</code>.</p>");
    if (!o->count) buf_text(&b, "<p>Nothing was sent yet. Register an account and its mail appears here.</p>");
    for (size_t i = 0; i < o->count; i++) {
        char at[TIME_TEXT_SIZE];
        time_text(o->row[i].at_ms, at);
        buf_text(&b, "<article><dl>");
        cell(&b, "To", o->row[i].to);
        cell(&b, "Subject", o->row[i].subject);
        cell(&b, "At", at);
        cell(&b, "State", o->row[i].state);
        buf_text(&b, "</dl>");
        mail_text(&b, o->row[i].text);
        if (o->row[i].html) { /* as a reader shows it: no script, no origin of ours */
            buf_text(&b, "<iframe sandbox title=\"HTML\" srcdoc=\"");
            html_escape(&b, str_of(o->row[i].html));
            buf_text(&b, "\"></iframe>");
        }
        buf_text(&b, "</article>");
    }
    buf_text(&b, "</main></html>");
    reply_header(req, "Vary", "Accept");
    enum answer answer = reply_text(req, 200, "text/html; charset=utf-8", buf_str(&b));
    buf_free(&b);
    return answer;
}

static bool wants_json(const struct req *req)
{
    struct str accept = req_header(req, "accept");
    return accept.p && memmem(accept.p, accept.n, "application/json", 16) != NULL;
}

static enum answer get_outbox(struct req *req)
{
    const struct app *app = app_of(req);
    if (app->config->production) return reply_problem(req, &problem_not_found);
    struct outbox *o = ARENA_NEW(req->arena, struct outbox);
    if (mail_list(req->tx, &app->mail, 0, OUTBOX_PAGE, o->row, &o->count) == ROW_FAULT) return reply_fault(req);
    if (!wants_json(req)) return outbox_html(req, o);
    reply_header(req, "Vary", "Accept");
    return reply_json(req, 200, outbox_json, o);
}

struct post_clock {
    int64_t advance_s, jump_s, stands_s;
};
static const struct field post_clock_fields[] = {
    FIELD_I64(struct post_clock, advance_s, .optional = true, .min = 1, .max = CLOCK_STEP_MAX_S,
              .doc = "Seconds that go by."),
    FIELD_I64(struct post_clock, jump_s, .optional = true, .min = -CLOCK_STEP_MAX_S, .max = CLOCK_STEP_MAX_S,
              .doc = "Seconds that the machine's clock jumps, while no time goes by."),
    FIELD_I64(struct post_clock, stands_s, .optional = true, .min = -1, .max = CLOCK_STANDS_MAX_S,
              .doc = "Unix seconds at which it stands still from now on; -1: it goes on."),
    FIELD_END
};
static const struct shape clock_shape[] = { SHAPE_TIME("now"), SHAPE_END };

static void clock_json(struct json *j, const void *arg)
{
    (void)arg;
    json_time(j, "now", now_ms());
}

static enum answer run_clock(struct req *req)
{
    const struct app *app = app_of(req);
    if (app->config->production || !app->config->test_clock) return reply_problem(req, &problem_not_found);
    const struct post_clock *in = req->body;
    if (in->advance_s != 0) clock_advance_ms(in->advance_s * SECOND_MS);
    if (in->jump_s != 0) clock_jump_ms(in->jump_s * SECOND_MS);
    if (in->stands_s != 0) clock_fix_ms(in->stands_s > 0 ? in->stands_s * SECOND_MS : 0);
    if (app->jobs) jobs_wake(app->jobs);
    return reply_json(req, 200, clock_json, NULL);
}

/* ---- echo: what a WebSocket's client can be tried against ---- */

enum { ECHO_MESSAGE_MAX = 4 << 20, ECHO_FRAGMENTS_MAX = 4096, ECHO_PER_ACCOUNT = 1 };

static void echo_message(struct socket *s, enum socket_message kind, struct str data)
{
    if (!socket_send(s, kind, data)) return; /* too slow, and closed */
}

static const struct socket_kind echo_kind = { .name = "echo",
                                              .message_max = ECHO_MESSAGE_MAX,
                                              .fragments_max = ECHO_FRAGMENTS_MAX,
                                              .queue_max = 4 * ECHO_MESSAGE_MAX,
                                              .per_account = ECHO_PER_ACCOUNT,
                                              .rate = { "echo", 1000000, SECOND_MS },
                                              .message = echo_message };

static bool in_development(void) { return app_development; }

static enum answer get_echo(struct req *req) { return reply_socket(req, NULL); }

/* ---- a sender, to try deliveries with: Standard Webhooks, under a key that is no secret ---- */

#define DEVELOPER_KEY                                                                                                  \
    "whsec_"                                                                                                           \
    "Y2hhdGh1Yi1kZXZlbG9wbWVudC1vbmx5" /* "chathub-development-only" */
enum { DEVELOPER_BODY_MAX = 64 << 10 };

static enum inbound_verdict developer_verify(struct delivery *d, struct tx *tx)
{
    (void)tx;
    const struct webhook_secrets secrets = { .count = 1, .secret = { STR(DEVELOPER_KEY) } };
    switch (webhook_verify(&secrets, inbound_header(d, "webhook-id"), inbound_header(d, "webhook-timestamp"),
                           inbound_header(d, "webhook-signature"), d->body, d->at_ms / SECOND_MS)) {
    case WEBHOOK_OK: return INBOUND_GOOD;
    case WEBHOOK_MISSING_HEADER: d->reason = "a header is missing"; break;
    case WEBHOOK_MALFORMED: d->reason = "a header is malformed"; break;
    case WEBHOOK_TIMESTAMP: d->reason = "too old, or from the future"; break;
    case WEBHOOK_SIGNATURE: d->reason = "signed by somebody else"; break;
    }
    return INBOUND_REFUSED;
}

static enum job_wish developer_act(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    (void)job, (void)tx;
    buf_printf(outcome, "heard: %zu bytes", d->body.n);
    return JOB_FINISHED;
}

static const char *const developer_headers[] = { "webhook-id", "webhook-timestamp", "webhook-signature", NULL };
static const struct limit developer_limit = { .name = "dev_deliveries", .burst = 10000, .per_ms = MINUTE_MS };
const struct sender app_developer_sender = { .name = "development",
                                             .doc = "Says what it heard; for trying and for tests.",
                                             .path = "/dev/deliveries",
                                             .headers = developer_headers,
                                             .ack = { 200, "text/plain", "taken" },
                                             .nack = { 400, "text/plain", "no" },
                                             .id_header = "webhook-id",
                                             .verify = developer_verify,
                                             .act = developer_act };

const struct route developer_routes[] = { { .verb = VERB_GET,
                                            .path = "/dev/outbox",
                                            .who = WHO_SYSTEM,
                                            .tx = TX_READ,
                                            .tag = "Development",
                                            .own_host = true,
                                            .hidden = true,
                                            .run = get_outbox,
                                            .doc = "Mail that was sent, in development." },
                                          { .verb = VERB_POST,
                                            .path = "/dev/clock",
                                            .who = WHO_SYSTEM,
                                            .tx = TX_NONE,
                                            .tag = "Development",
                                            .own_host = true,
                                            .hidden = true,
                                            .origins = ORIGINS_UNCHECKED,
                                            BODY_FIELDS(post_clock),
                                            .answer = clock_shape,
                                            .run = run_clock,
                                            .doc = "Move the clock, in tests." },
                                          { .verb = VERB_GET,
                                            .path = "/dev/echo",
                                            .who = WHO_SYSTEM,
                                            .tx = TX_NONE,
                                            .tag = "Development",
                                            .own_host = true,
                                            .hidden = true,
                                            .exists = in_development,
                                            .socket = &echo_kind,
                                            .run = get_echo,
                                            .doc = "A WebSocket that says everything back." },
                                          SENDER_ROUTE("/dev/deliveries", DEVELOPER_BODY_MAX, &developer_limit,
                                                       .exists = in_development,
                                                       .doc = "Deliveries of the development sender."),
                                          ROUTE_END };
