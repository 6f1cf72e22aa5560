/* test_sender.c: see the header. What .act does is a row in test_acts, so doing a thing twice shows. */
#include "inbound/test_sender.h"

#include "outbound/webhook.h"

#include <stdio.h>
#include <unistd.h>

_Atomic int act_fails, acts, deaths;
_Atomic bool act_gives_up, act_refuses, other_secret, act_breaks;

STMT(test_act, "INSERT INTO test_acts (delivery, body) VALUES (?1, ?2)");
STMT(test_bad_act, "INSERT INTO test_acts (delivery, body) VALUES (?1, NULL)");
static const char schema[] = "CREATE TABLE test_acts (delivery {int} NOT NULL, body TEXT NOT NULL) {strict};";
#define KEY                                                                                                            \
    "whsec_"                                                                                                           \
    "dGVzdC1zZW5kZXItdGVzdC1zZW5kZXItMQ=="
#define KEY_2                                                                                                          \
    "whsec_"                                                                                                           \
    "dGVzdC1zZW5kZXItdGVzdC1zZW5kZXItMg=="

static enum inbound_verdict verify(struct delivery *d, struct tx *tx)
{
    (void)tx;
    struct str secret = atomic_load(&other_secret) ? STR(KEY_2) : STR(KEY);
    const struct webhook_secrets secrets = { .count = 1, .secret = { secret } };
    if (str_eq(d->body, STR("{\"challenge\":7}"))) {
        d->answer = (struct inbound_words){ 200, "application/json", "{\"challenge\":7}" };
        return INBOUND_ASKED;
    }
    if (webhook_verify(&secrets, inbound_header(d, "webhook-id"), inbound_header(d, "webhook-timestamp"),
                       inbound_header(d, "webhook-signature"), d->body, d->at_ms / SECOND_MS) != WEBHOOK_OK) {
        d->reason = "signature";
        return INBOUND_REFUSED;
    }
    bool wrong = memmem(d->body.p, d->body.n, "not ours", 8) != NULL;
    if (wrong) d->reason = "another merchant's";
    return wrong ? INBOUND_ALARM : INBOUND_GOOD;
}

static enum job_wish act(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    atomic_fetch_add(&acts, 1);
    if (atomic_load(&act_gives_up)) {
        job_error(job, "cannot be done");
        return JOB_GIVE_UP;
    }
    if (atomic_load(&act_fails) > 0) {
        atomic_fetch_sub(&act_fails, 1);
        job_error(job, "not yet");
        job_again_after(job, 1);
        return JOB_AGAIN;
    }
    struct query q = query(tx, atomic_load(&act_breaks) ? &test_bad_act : &test_act);
    bind_i64(&q, d->row);
    if (!atomic_load(&act_breaks)) bind_str(&q, d->body);
    buf_printf(outcome, "did %s", d->id);
    return query_put(&q) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish dead(const struct delivery *d, struct job *job, struct tx *tx, const char *error)
{
    (void)job, (void)tx;
    assert_string_equal(error, "cannot be done");
    assert_true(d->body.n > 0);
    atomic_fetch_add(&deaths, 1);
    return JOB_FINISHED;
}

/* ---- one that is acted on at once ---- */

static enum job_wish act_now(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome)
{
    atomic_fetch_add(&acts, 1);
    if (job && atomic_load(&act_gives_up)) {
        job_error(job, "cannot be done");
        return JOB_GIVE_UP;
    }
    if (atomic_load(&act_fails) > 0) {
        atomic_fetch_sub(&act_fails, 1);
        return JOB_FAULT;
    }
    struct query q = query(tx, &test_act);
    bind_i64(&q, d->row), bind_str(&q, d->body);
    bool refused = !job && atomic_load(&act_refuses);
    if (refused) buf_text(outcome, "another was sooner");
    else buf_printf(outcome, "%s by %s", job ? "again" : "at once", d->made ? (const char *)d->made : "its bytes");
    if (!query_put(&q)) return JOB_FAULT;
    return refused ? JOB_GIVE_UP : JOB_FINISHED;
}

static enum inbound_verdict verify_now(struct delivery *d, struct tx *tx)
{
    if (d->queried) {
        d->reason = "with a query";
        return INBOUND_REFUSED;
    }
    d->made = (void *)"what was verified";
    return verify(d, tx);
}

static bool alarmed(const struct delivery *d, struct tx *tx)
{
    struct query q = query(tx, &test_act);
    bind_i64(&q, d->row), bind_str(&q, str_of(d->reason));
    return query_put(&q);
}

static enum inbound_verdict identify(struct delivery *d, struct tx *tx)
{
    (void)tx;
    struct str id = inbound_header(d, "webhook-id");
    d->id = id.p ? arena_text_n(d->arena, id.p, id.n) : NULL;
    d->account = str_eq(d->body, STR("of another account")) ? 8 : 7;
    d->same = STR("what counts"); /* like a notice whose time and signature are new each time */
    return INBOUND_GOOD;
}

static const char *const headers[] = { "webhook-id", "webhook-timestamp", "webhook-signature", NULL };
static const struct limit limit = { .name = "test_hooks", .burst = 100000, .per_ms = SECOND_MS };
static const struct limit few = { .name = "test_hooks_few", .burst = 3, .per_ms = HOUR_MS };
#define WORDS .ack = { 200, "text/plain", "success" }, .nack = { 400, "text/plain", "fail" }
/* clang-format off */
static const struct sender by_header = { .name = "test", .doc = "A test.", .path = "/hooks/test", .headers = headers,
    .pool = JOB_POOL_MONEY, WORDS, .id_header = "webhook-id", .verify = verify, .act = act, .dead = dead };
static const struct sender by_member = { .name = "member", .doc = "A test.", .path = "/hooks/member/:address",
    .headers = headers, .ack = { 204, NULL, NULL }, .nack = { 400, "application/json", "{\"code\":\"FAIL\"}" },
    .changed = "{\"code\":\"CHANGED\"}", .id_member = "id", .verify = verify, .act = act };
static const struct sender by_itself = { .name = "itself", .doc = "A test.", .path = "/hooks/itself",
    .headers = headers, WORDS, .identify = identify, .verify = verify, .act = act };
static const struct sender at_once = { .name = "now", .doc = "A test.", .path = "/hooks/now", .headers = headers,
    .pool = JOB_POOL_MONEY, WORDS, .at_once = true, .id_header = "webhook-id", .verify = verify_now,
    .alarmed = alarmed, .act = act_now };
static const struct sender *const senders[] = { &by_header, &by_member, &by_itself, &at_once, NULL };
static const struct route routes[] = {
    SENDER_ROUTE("/hooks/test", 2000, &limit, .doc = "Test."),
    SENDER_ROUTE_ADDRESSED("/hooks/member/:address", 2000, &limit, .doc = "Test."),
    SENDER_ROUTE("/hooks/itself", 4 << 20, &few, .doc = "Test."),
    SENDER_ROUTE("/hooks/now", 2000, &limit, .any_query = true, .doc = "Test."),
    ROUTE_END
};
/* clang-format on */
static const struct route *const tables[] = { routes, inbound_routes, NULL };
static const struct job_kind *const kinds[] = { &inbound_act_job, &inbound_money_job, NULL };

static void with_senders(struct http_options *o)
{
    struct buf complaints;
    buf_init(&complaints, 4096);
    if (!inbound_check(senders, tables, &complaints)) fail_msg("%s", buf_terminated(&complaints));
    buf_free(&complaints);
    static_assert(INBOUND_TEST_MOST == 4, "as the limit says");
    o->limits = "account_changes=100000/10s, account_reads=100000/10s, deliveries_account=4/1h";
    o->routes = tables;
    inbound_settings = (struct inbound_settings){ .senders = senders, .keyring = o->keyring };
}

void inbound_start(struct test_inbound *in, struct test_db *t)
{
    atomic_store(&act_fails, 0), atomic_store(&acts, 0), atomic_store(&deaths, 0);
    atomic_store(&act_gives_up, false), atomic_store(&other_secret, false), atomic_store(&act_breaks, false);
    atomic_store(&act_refuses, false);
    test_script(t, schema);
    test_http_start(&in->s, t, with_senders);
    in->jobs = jobs_start(&(struct job_options){ .lanes = t->lanes, .kinds = kinds });
    assert_non_null(in->jobs);
}

void inbound_stop(struct test_inbound *in, struct test_db *t)
{
    jobs_stop(in->jobs, 5000);
    test_http_stop(&in->s, t);
}

const char *inbound_headers(struct arena *a, const struct test_delivery *d)
{
    int64_t at_s = now_ms() / SECOND_MS - d->age_s;
    struct str body = str_of(d->body), right = webhook_sign(a, STR(KEY), str_of(d->id), at_s, body);
    return arena_printf(a,
                        "Content-Type: text/x-anything\r\nwebhook-id: %s\r\nwebhook-timestamp: %lld\r\n"
                        "webhook-signature: %s\r\n",
                        d->id, (long long)at_s, d->signature ? d->signature : right.p);
}

struct test_answer deliver(struct test_inbound *in, struct arena *a, const struct test_delivery *d)
{
    return ask(&in->s, "POST", d->path ? d->path : "/hooks/test", inbound_headers(a, d), d->body);
}

void expect_delivered(struct test_inbound *in, struct arena *a, const struct test_delivery *d, int status,
                      const char *words)
{
    struct test_answer got = deliver(in, a, d);
    if (got.status != status || strcmp(buf_terminated(&got.body), words) != 0)
        fail_msg("%s: %d %s instead of %d %s", d->id, got.status, buf_terminated(&got.body), status, words);
    answer_free(&got);
}

json_t *look_at(struct test_inbound *in, int64_t id)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/api/operator/deliveries/%lld", (long long)id);
    struct test_answer a = ask(&in->s, "GET", path, AS_OPERATOR, NULL);
    assert_int_equal(a.status, 200);
    json_t *json = answer_json(&a);
    answer_free(&a);
    return json;
}

void expect_state(struct test_inbound *in, int64_t id, const char *state)
{
    char last[32] = "";
    for (int i = 0; i < 2000; i++) {
        json_t *json = look_at(in, id);
        (void)snprintf(last, sizeof last, "%s", json_string_value(json_object_get(json, "state")));
        json_decref(json);
        if (strcmp(last, state) == 0) return;
        (void)usleep(10000);
    }
    fail_msg("delivery %lld is %s instead of %s", (long long)id, last, state);
}
