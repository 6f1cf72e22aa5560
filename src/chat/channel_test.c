/* channel_test.c: a test for a shop's own server: one webhook, signed as the real ones are, whose type says that it is
 * a test; and what the server answered, line by line. One row a shop: the last one. It is tried once, since somebody
 * waits for it, and moves no message.
 *
 * Rejected: an example of a real message (a server that does not look at the type would show it to a customer). */
#include "chat/channel.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "outbound/http_client.h"
#include "outbound/webhook.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 15000, WAIT_MS = 17000, ANSWER_MAX = 64 << 10 };
enum { LINES_MAX = 30, LINE_MAX_POINTS = 300, LINES_BYTES = 48 << 10 };
enum test_state { TEST_NONE, TEST_ASKED, TEST_DONE }; /* stored */
static const char *const state_names[] = { "none", "sending", "done", NULL };

STMT(ask, "INSERT INTO chat_channel_tests (shop, account, asks, state, status, took_ms, error, lines, at_ms)"
          " VALUES (?1, ?2, 1, ?3, 0, 0, '', '[]', ?4) ON CONFLICT (shop) DO UPDATE SET account = excluded.account,"
          " asks = chat_channel_tests.asks + 1, state = excluded.state, status = 0, took_ms = 0, error = '',"
          " lines = excluded.lines, at_ms = excluded.at_ms");
STMT(get, "SELECT account, asks, state, status, took_ms, error, lines, at_ms FROM chat_channel_tests WHERE shop = ?1");
STMT(end, "UPDATE chat_channel_tests SET state = ?3, status = ?4, took_ms = ?5, error = ?6, lines = ?7, at_ms = ?8"
          " WHERE shop = ?1 AND asks = ?2");

struct test_row {
    int64_t account, asks, status, took_ms, at_ms;
    enum test_state state;
    const char *error, *lines;
};

static enum row row_get(struct tx *tx, int64_t shop, struct test_row *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    *out = (struct test_row){ .error = "", .lines = "[]" };
    if (row != ROW_FOUND) return row;
    if (col_i64(&q, "state") == TEST_NONE) return ROW_NONE; /* taken back */
    out->account = col_i64(&q, "account"), out->asks = col_i64(&q, "asks");
    out->state = col_i64(&q, "state") == TEST_ASKED ? TEST_ASKED : TEST_DONE;
    out->status = col_i64(&q, "status"), out->took_ms = col_i64(&q, "took_ms"), out->at_ms = col_i64(&q, "at_ms");
    out->error = col_text(&q, "error"), out->lines = col_text(&q, "lines");
    return ROW_FOUND;
}

/* ---- the one call ---- */

struct test { /* job->state; NULL: nothing is to be sent */
    struct test_row row;
    struct webhook_secrets secrets;
    const char *url;
    struct outbound_answer out;
    int64_t took_ms;
    const char *error;
};

static enum job_wish test_load(struct job *job, struct tx *tx)
{
    struct test *s = ARENA_NEW(job->arena, struct test);
    struct channel channel;
    int64_t account = 0;
    enum row row = row_get(tx, job->ref, &s->row);
    if (row == ROW_FOUND && s->row.state != TEST_ASKED) row = ROW_NONE;
    if (row == ROW_FOUND) row = channel_get(tx, job->ref, &channel);
    if (row != ROW_FOUND) return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
    s->url = arena_text(job->arena, channel.url);
    row = tenants_webhook_secrets(tx, job->ref, job->now_ms, job->arena, &s->secrets, &account);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE) s->error = "no secret";
    job->state = s;
    return JOB_FINISHED;
}

static struct str body_of(struct job *job)
{
    char shop[SHOP_PUBLIC_ID_SIZE];
    struct buf b;
    struct json j;
    const size_t room = 400;
    shop_public_id(job->ref, shop);
    buf_fixed(&b, arena_alloc(job->arena, room), room);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_text(&j, "type", "test");
    json_time(&j, "timestamp", job->now_ms);
    json_object(&j, "data");
    json_text(&j, "shopId", shop);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    return buf_str(&b);
}

static void test_call(struct job *job)
{
    struct test *s = job->state;
    if (!s || s->error) return;
    struct str body = body_of(job);
    const char *id = arena_printf(job->arena, "test_%lld_%lld", (long long)job->ref, (long long)s->row.asks);
    int64_t at_s = job->now_ms / SECOND_MS, began = monotonic_ms();
    const struct outbound_request r = {
        .method = "POST",
        .url = s->url,
        .header = { { "Content-Type", "application/json" },
                    { "webhook-id", id },
                    { "webhook-timestamp", arena_printf(job->arena, "%lld", (long long)at_s) },
                    { "webhook-signature", channel_signatures(job->arena, &s->secrets, str_of(id), at_s, body) } },
        .headers = 4,
        .body = body,
        .connect_ms = CONNECT_MS,
        .total_ms = TOTAL_MS,
        .answer_max = ANSWER_MAX,
        .trusted_address = chat_settings.development,
        .log_as = "chat.channel_test"
    };
    outbound_call(job->arena, &r, &s->out);
    s->took_ms = monotonic_ms() - began;
}

/* ---- what came back ---- */

/* As text that can be shown: what is no character, and controls, as U+FFFD. */
static void add_line(struct json *j, struct arena *a, struct str line)
{
    struct buf out;
    size_t room = 3 * line.n + 4;
    buf_fixed(&out, arena_alloc(a, room), room);
    for (size_t i = 0; i < line.n;) {
        size_t n = utf8_sequence(line.p + i, line.n - i);
        struct str one = { line.p + i, n };
        bool shown = n > 0 && (line.p[i] == '\t' || !text_has_controls(one));
        if (shown) buf_add(&out, one.p, n);
        else buf_text(&out, "\xef\xbf\xbd");
        i += n > 0 ? n : 1;
    }
    struct str text = buf_str(&out);
    size_t n = unicode_cut(text, LINE_MAX_POINTS);
    json_text(j, NULL, arena_printf(a, "%.*s%s", (int)n, text.p, n < text.n ? "…" : ""));
}

static void body_lines(struct json *j, struct arena *a, struct str body)
{
    size_t lines = 0;
    while (body.n > 0 && lines < LINES_MAX) {
        const char *lf = memchr(body.p, '\n', body.n);
        struct str line = { body.p, lf ? (size_t)(lf - body.p) : body.n };
        size_t used = line.n + (lf != NULL);
        if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
        if (line.n > LINE_MAX_POINTS * 4) line.n = utf8_cut(line, LINE_MAX_POINTS * 4);
        add_line(j, a, line);
        body.p += used, body.n -= used, lines++;
    }
    if (body.n > 0) json_text(j, NULL, "…");
}

static const char *lines_of(struct arena *a, const struct outbound_answer *out)
{
    struct buf b;
    struct json j;
    buf_init(&b, 8 * LINES_BYTES);
    json_begin(&j, &b);
    json_array(&j, NULL);
    if (out->status > 0) {
        json_text(&j, NULL, arena_printf(a, "HTTP %d", out->status));
        if (out->content_type) add_line(&j, a, str_of(arena_printf(a, "Content-Type: %s", out->content_type)));
        if (out->location) add_line(&j, a, str_of(arena_printf(a, "Location: %s", out->location)));
        body_lines(&j, a, out->body);
    }
    json_end(&j);
    json_finish(&j);
    const char *text = b.overflow ? "[]" : arena_text_n(a, b.p, b.n);
    buf_free(&b);
    return text;
}

static bool keep(struct tx *tx, int64_t shop, const struct test *s, const char *error, int64_t at_ms)
{
    struct query q = query(tx, &end);
    bind_i64(&q, shop), bind_i64(&q, s->row.asks), bind_i64(&q, TEST_DONE), bind_i64(&q, s->out.status);
    bind_i64(&q, s->took_ms), bind_text(&q, error), bind_text(&q, lines_of(tx_arena(tx), &s->out)), bind_i64(&q, at_ms);
    return query_change(&q) >= 0;
}

static enum job_wish test_settle(struct job *job, struct tx *tx)
{
    const struct test *s = job->state;
    if (!s) return JOB_FINISHED;
    const char *error = s->error ? s->error : s->out.outcome == OUTCOME_OK ? "" : s->out.error;
    return keep(tx, job->ref, s, error, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish test_dead(struct job *job, struct tx *tx, const char *error)
{
    struct test s = { .took_ms = 0 };
    (void)error;
    enum row row = row_get(tx, job->ref, &s.row);
    if (row != ROW_FOUND || s.row.state != TEST_ASKED) return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
    return keep(tx, job->ref, &s, "could not be tried", job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind chat_channel_test_job = { .name = "chat.channel_test",
                                                .doc = "Sends a test to a shop's own server.",
                                                .max_attempts = 3,
                                                .backoff_first_ms = SECOND_MS,
                                                .backoff_max_ms = 10 * SECOND_MS,
                                                .pool = JOB_POOL_SHOPS,
                                                .load = test_load,
                                                .call = test_call,
                                                .settle = test_settle,
                                                .dead = test_dead };

/* ---- routes ---- */

struct path_test {
    int64_t id;
};
/* clang-format off */
static const struct field path_test_fields[] = {
    FIELD_ID(struct path_test, id, .doc = "The shop's number."), FIELD_END };
static const struct shape test_shape[] = {
    SHAPE_ENUM("state", state_names), SHAPE_I64("status", .doc = "Of the answer; 0: none came."),
    SHAPE_I64("tookMs"), SHAPE_TEXT("error", .doc = "Why it counts as not taken; empty: it was taken."),
    SHAPE_TEXT_LIST("lines", .doc = "What the server answered: status, type, and the beginning of the body."),
    SHAPE_TIME("at", .nullable = true), SHAPE_END };
/* clang-format on */

static void test_json(struct json *j, const void *arg)
{
    const struct test_row *r = arg;
    json_text(j, "state", state_names[r->state]);
    json_i64(j, "status", r->status), json_i64(j, "tookMs", r->took_ms);
    json_text(j, "error", r->error);
    json_raw(j, "lines", str_of(r->lines));
    json_time(j, "at", r->at_ms);
}

static enum answer shop_of(struct req *req, bool locked, struct shop *s)
{
    return channel_shop(req, ((const struct path_test *)req->path)->id, locked, s);
}

static enum answer show(struct req *req, int64_t shop, int64_t job)
{
    struct test_row row;
    if (row_get(req->tx, shop, &row) == ROW_FAULT) return reply_fault(req);
    enum answer a = reply_json(req, row.state == TEST_ASKED && job ? 202 : 200, test_json, &row);
    if (job) reply_wait(req, job);
    return a;
}

static enum answer run_shown(struct req *req)
{
    struct shop s;
    enum answer a = shop_of(req, false, &s);
    return a == ANSWER_GO_ON ? show(req, s.id, 0) : a;
}

static enum answer run_send(struct req *req)
{
    struct shop s;
    enum answer a = shop_of(req, true, &s);
    if (a == ANSWER_GO_ON) a = channel_in_use(req, s.id);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &ask);
    bind_i64(&q, s.id), bind_i64(&q, s.account), bind_i64(&q, TEST_ASKED), bind_i64(&q, req->now_ms);
    if (query_change(&q) != 1) return reply_fault(req);
    const struct job_new job = { .kind = chat_channel_test_job.name,
                                 .key = arena_printf(req->arena, "shop:%lld", (long long)s.id),
                                 .coalesce = true,
                                 .account = s.account,
                                 .ref = s.id };
    int64_t id = jobs_put(req->tx, &job, NULL);
    return id < 0 ? reply_fault(req) : show(req, s.id, id);
}

static enum answer resume_send(struct req *req)
{
    struct test_row row;
    enum row found = row_get(req->tx, ((const struct path_test *)req->path)->id, &row);
    if (found == ROW_FAULT) return reply_fault(req);
    if (found == ROW_NONE || row.account != req->who.account || row.state != TEST_DONE) return ANSWER_WAIT;
    return reply_json(req, 200, test_json, &row);
}

static const struct limit test_limit = { .name = "chat_channel_test", .burst = 30, .per_ms = 10 * MINUTE_MS };

/* clang-format off */
const struct route chat_channel_test_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops/:id/channel/test", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Channel",
      PATH_FIELDS(path_test), .answer = test_shape, .run = run_shown, PROBLEMS(&problem_not_found),
      .doc = "What the shop's own server answered to the last test." },
    { .verb = VERB_POST, .path = "/api/shops/:id/channel/test", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Channel",
      .idempotent = true, .account_limit = &test_limit, PATH_FIELDS(path_test),
      .answer = test_shape, .wait_ms = WAIT_MS, .run = run_send, .resume = resume_send,
      PROBLEMS(&problem_not_found, &problem_channel_missing, &problem_chat_paused),
      .doc = "Send a test to the shop's own server, signed as a reply is. 202: it takes longer; read it again." },
    ROUTE_END
};
/* clang-format on */
