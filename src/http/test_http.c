/* test_http.c: see the header. The routes do one thing each that the tests look for. */
#include "http/test_http.h"
#include "http/events.h"
#include <stdio.h>

atomic_int test_runs, test_refused_runs, test_gate, test_look_gate, test_at_gate, test_session_age_s;
atomic_long test_ended_account;

STMT(test_add_note, "INSERT INTO test_notes (account, text) VALUES (?1, ?2)");
STMT(test_count_notes, "SELECT COUNT(*) AS n FROM test_notes WHERE account = ?1");
STMT(test_ended, "SELECT COUNT(*) AS n FROM test_notes WHERE text = 'job ended'");
STMT(test_lock_note, "UPDATE test_notes SET account = account WHERE account = ?1 AND text = 'lock'");
STMT(test_single, "SELECT COUNT(*) AS n FROM test_notes WHERE account = ?1 AND text = 'single'");
STMT(test_broken, "INSERT INTO test_notes (account, text) VALUES (?1, NULL)");

static const char schema[] = "CREATE TABLE test_notes (id {id}, account {int} NOT NULL, text TEXT NOT NULL) {strict};";

/* ---- who calls ---- */

/* m: owner, o: owner and operator; a, g, v: admin, agent, viewer; p: a person without a role in the account. */
static unsigned roles_of(char letter)
{
    switch (letter) {
    case 'm': return WHO_PERSON | WHO_OWNER;
    case 'o': return WHO_PERSON | WHO_OWNER | WHO_OPERATOR;
    case 'a': return WHO_PERSON | WHO_ADMIN;
    case 'g': return WHO_PERSON | WHO_AGENT;
    case 'v': return WHO_PERSON | WHO_VIEWER;
    case 'p': return WHO_PERSON;
    default: return 0;
    }
}

/* Who is asked for again (a stream, a socket) shows the key of the session and no cookie: the cookie of each key. */
/* clang-format off */
static struct { pthread_mutex_t lock; size_t n; char key[64][SHA256_HEX_SIZE], sid[64][32]; } seen = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
};
/* clang-format on */

static struct str sid_of(struct req *req)
{
    struct str sid = req_cookie(req, "sid");
    const char *key = http_session_key(req);
    if (key == NULL) return sid;
    (void)pthread_mutex_lock(&seen.lock);
    size_t i = 0;
    while (i < seen.n && strcmp(seen.key[i], key) != 0) i++;
    bool is_new = i == seen.n && i < ARRAY_LEN(seen.key) && sid.n > 0 && sid.n < sizeof seen.sid[0];
    if (is_new) {
        text_copy(seen.key[i], SHA256_HEX_SIZE, key);
        memcpy(seen.sid[i], sid.p, sid.n);
        seen.n++;
    }
    if (sid.p == NULL && i < seen.n) sid = str_of(arena_text(req->arena, seen.sid[i]));
    (void)pthread_mutex_unlock(&seen.lock);
    return sid;
}

static bool authenticate(struct req *req)
{
    struct str bearer = req_bearer(req), sid = sid_of(req);
    static const char *const scopes[] = { "notes.read", NULL };
    if (str_eq(bearer, STR("chsk_7_3"))) {
        req->who = (struct caller){ .account = 7, .roles = WHO_KEY, .shop = 3, .scopes = scopes };
        return true;
    }
    if (str_eq(bearer, STR("chsk_7_4"))) { /* of another shop of that account */
        req->who = (struct caller){ .account = 7, .roles = WHO_KEY, .shop = 4, .scopes = scopes };
        return true;
    }
    if (str_eq(bearer, STR("chsk_7_none"))) {
        req->who = (struct caller){ .account = 7, .roles = WHO_KEY, .shop = 3 };
        return true;
    }
    if (str_eq(sid, STR("fault"))) return false;
    unsigned roles = sid.n >= 3 ? roles_of(sid.p[0]) : 0;
    if (roles == 0) return true;
    int64_t account = 0;
    const char *dash = memchr(sid.p, '-', sid.n);
    if (dash == NULL || !str_to_i64((struct str){ sid.p + 1, (size_t)(dash - sid.p) - 1 }, &account)) return true;
    if (account == atomic_load(&test_ended_account)) return true;
    req->who = (struct caller){ .person = account,
                                .account = account,
                                .roles = roles,
                                .session = 1,
                                .email = "a@example.com",
                                .signed_in_at_ms = req->now_ms - atomic_load(&test_session_age_s) * SECOND_MS };
    return http_session_key(req) != NULL;
}

/* ---- routes ---- */

struct note_in {
    const char *text;
    int64_t number;
};
/* clang-format off */
static const struct field note_in_fields[] = {
    FIELD_TEXT(struct note_in, text, .max = 20),
    FIELD_I64(struct note_in, number, .min = 0, .max = 100, .optional = true),
    FIELD_END
};
struct shop_path { int64_t id; };
static const struct field shop_path_fields[] = { FIELD_ID(struct shop_path, id), FIELD_END };
struct page_query { int64_t after; const char *q; };
static const struct field page_query_fields[] = {
    FIELD_I64(struct page_query, after, .min = 0, .max = 1000, .optional = true),
    FIELD_SEARCH(struct page_query, q, 10, "Words of it."),
    FIELD_END
};
/* clang-format on */

static const struct problem problem_test = { "test_refused", 409, "Refused for the test.", "测试拒绝。" };

static void hello_json(struct json *j, const void *arg)
{
    const struct req *req = arg;
    json_text(j, "ip", req->client_ip);
    json_text(j, "network", req->client_network);
    json_i64(j, "account", req->who.account);
    json_text(j, "agent", req->user_agent);
    json_text(j, "lang", req->lang == LANG_ZH ? "zh" : "en");
}

static enum answer get_hello(struct req *req) { return reply_json(req, 200, hello_json, req); }
static enum answer get_health(struct req *req) { return reply_text(req, 200, "text/plain", STR("ok\n")); }

static enum answer post_echo(struct req *req)
{
    return reply_text(req, 200, "application/octet-stream", req_raw_body(req));
}

static enum answer get_big(struct req *req)
{
    enum { BIG = 4 << 20 };
    char *p = arena_alloc(req->arena, BIG);
    memset(p, 'x', BIG);
    return reply_text(req, 200, "text/plain", (struct str){ p, BIG });
}

static enum answer wait_at_gate(struct req *req)
{
    atomic_fetch_add(&test_at_gate, 1);
    while (atomic_load(&test_gate) != 0) (void)usleep(1000);
    return ANSWER_GO_ON;
}

static void shop_json(struct json *j, const void *arg)
{
    const struct req *req = arg;
    const struct shop_path *path = req->path;
    const struct page_query *page = req->query;
    json_i64(j, "id", path->id);
    if (page == NULL) return;
    json_i64(j, "after", page->after);
    json_text(j, "q", page->q);
}

static enum answer get_shop(struct req *req) { return reply_json(req, 200, shop_json, req); }

static bool add_note(struct req *req, const char *text)
{
    struct query q = query(req->tx, &test_add_note);
    bind_i64(&q, req->who.account);
    bind_text(&q, text);
    return query_change(&q) == 1;
}

static void note_json(struct json *j, const void *arg)
{
    const struct note_in *in = arg;
    json_text(j, "text", in->text);
    json_i64(j, "run", atomic_load(&test_runs));
}

static void event_json(struct json *j, const void *arg) { json_text(j, "text", arg); }

/* What may be done once: whoever comes at the same time waits for the row, then sees it done. */
static enum row single_done(struct req *req)
{
    struct query lock = query(req->tx, &test_lock_note), look = query(req->tx, &test_single);
    bind_i64(&lock, req->who.account);
    bind_i64(&look, req->who.account);
    if (query_change(&lock) != 1 || query_row(&look) != ROW_FOUND) return ROW_FAULT;
    if (col_i64(&look, "n") > 0) return ROW_FOUND;
    (void)usleep(100000);
    return ROW_NONE;
}

/* The text says what is to happen. */
static enum answer post_note(struct req *req)
{
    const struct note_in *in = req->body;
    atomic_fetch_add(&test_runs, 1);
    enum row single = strcmp(in->text, "single") == 0 ? single_done(req) : ROW_NONE;
    if (single != ROW_NONE) return single == ROW_FOUND ? reply_problem(req, &problem_test) : reply_fault(req);
    if (!add_note(req, in->text)) return reply_fault(req);
    const char *type = strcmp(in->text, "sessions") == 0 ? EVENT_SESSIONS_CHANGED : "note.added";
    if (!events_put(req->tx, req->who.account, type, event_json, in->text)) return reply_fault(req);
    if (strncmp(in->text, "refuse", 6) == 0) {
        reply_fact_i64(req, "need", 50);
        return reply_problem(req, &problem_test);
    }
    if (strcmp(in->text, "nowhere") == 0) return reply_problem(req, &problem_not_found);
    if (strcmp(in->text, "fault") == 0) return reply_fault(req);
    if (strcmp(in->text, "broken") == 0) {
        struct query q = query(req->tx, &test_broken);
        bind_i64(&q, 1);
        return query_change(&q) < 0 ? reply_fault(req) : ANSWER_SENT;
    }
    if (strcmp(in->text, "silent") == 0) return ANSWER_SENT;
    if (strcmp(in->text, "field") == 0) return reply_fields(req, "text", "too_common");
    if (strcmp(in->text, "secret") == 0) req->reply.shows_secret = true;
    reply_header(req, "Location", "/api/notes/1");
    enum answer a = reply_json(req, 201, note_json, in);
    return strcmp(in->text, "neither") == 0 ? ANSWER_GO_ON : a;
}

/* What a refusal leaves behind; two texts say that this goes wrong, by itself or by the storage. */
static bool note_refused(struct req *req)
{
    const struct note_in *in = req->body;
    atomic_fetch_add(&test_refused_runs, 1);
    assert_true(add_note(req, "was refused"));
    struct query q = query(req->tx, &test_broken);
    bind_i64(&q, 1);
    return strcmp(in->text, "refuse badly") != 0 && (strcmp(in->text, "refuse broken") != 0 || query_change(&q) == 1);
}

static enum answer post_cookie(struct req *req)
{
    reply_cookie(req, (struct cookie){ .name = "sid", .value = "m7-new", .max_age_s = 60 });
    reply_cookie(req, (struct cookie){ .name = "old", .value = "", .max_age_s = 0, .strict = true });
    return reply_redirect(req, 303, "/dashboard");
}

static enum answer count_notes(struct req *req)
{
    struct query q = query(req->tx, &test_count_notes);
    bind_i64(&q, req->who.account);
    if (query_row(&q) != ROW_FOUND) return reply_fault(req);
    const char *n = arena_printf(req->arena, "%lld", (long long)col_i64(&q, "n"));
    return reply_text(req, 200, "text/plain", str_of(n));
}

/* ---- a job that a test ends by hand: a note "job ended" ---- */

static void late_json(struct json *j, const void *arg) { json_text(j, "state", arg); }

static enum answer post_job(struct req *req)
{
    atomic_fetch_add(&test_runs, 1);
    if (!add_note(req, "job put")) return reply_fault(req);
    reply_wait(req, 42);
    return reply_json(req, 202, late_json, "working");
}

static enum answer resume_job(struct req *req)
{
    struct query q = query(req->tx, &test_ended);
    if (query_row(&q) != ROW_FOUND) return reply_fault(req);
    if (col_i64(&q, "n") == 0) return ANSWER_WAIT;
    return reply_json(req, 200, late_json, "done");
}

static enum answer post_end_job(struct req *req)
{
    return add_note(req, "job ended") ? reply_text(req, 200, "text/plain", STR("ended")) : reply_fault(req);
}

static enum answer get_local(struct req *req)
{
    return req_is_local(req) ? get_health(req) : reply_problem(req, &problem_not_found);
}

static enum answer post_try(struct req *req)
{
    const struct note_in *in = req->body;
    return strcmp(in->text, "right") == 0 ? get_health(req) : reply_problem(req, &problem_test);
}

static enum answer get_fixed(struct req *req) { return reply_fixed(req, "text/plain", STR("always"), "tag-1"); }

static enum answer get_own_policy(struct req *req)
{
    reply_policy(req, "default-src 'none'; frame-ancestors 'none'");
    return get_health(req);
}

/* What a shop's domain would say. */
static enum row shop_origin(struct req *req, struct str origin)
{
    assert_non_null(req->tx);
    if (str_eq(origin, STR("https://fault.example"))) return ROW_FAULT;
    return str_eq(origin, STR("https://shop.example")) ? ROW_FOUND : ROW_NONE;
}

static enum answer post_widget(struct req *req)
{
    const struct note_in *in = req->body;
    atomic_fetch_add(&test_runs, 1);
    reply_frame_ancestors(req, in->text);
    return strcmp(in->text, "refuse") == 0 ? reply_problem(req, &problem_test) : get_health(req);
}

static bool never(void) { return false; }

static enum answer say_nothing(struct req *req)
{
    (void)req;
    return ANSWER_SENT;
}

/* Whose header says so may not. */
static enum answer ask_work(struct req *req)
{
    assert_non_null(req->tx);
    assert_int_not_equal(req->who.account, 0);
    struct str no = req_header(req, "x-refuse");
    if (str_eq(no, STR("fault"))) return reply_fault(req);
    if (req_header(req, "x-wait").p != NULL) {
        atomic_fetch_add(&test_runs, 1);
        while (atomic_load(&test_gate) != 0) (void)usleep(1000);
    }
    if (no.p != NULL) return reply_problem(req, &problem_test);
    req->prepared = arena_printf(req->arena, "asked for %lld", (long long)req->who.account);
    return ANSWER_GO_ON;
}

static enum answer prepare_work(struct req *req)
{
    assert_null(req->tx);
    atomic_fetch_add(&test_at_gate, 1);
    while (atomic_load(&test_look_gate) != 0) (void)usleep(1000);
    req->prepared = arena_printf(req->arena, "%s, worked", (const char *)req->prepared);
    return ANSWER_GO_ON;
}

static enum answer run_work(struct req *req) { return reply_text(req, 200, "text/plain", str_of(req->prepared)); }

static enum answer post_proven(struct req *req) { return reply_problem(req, &problem_sign_in); }

/* Finds out here whose rows it changes: the number that the text is. */
static enum answer post_late(struct req *req)
{
    enum answer a = req_count_change(req, COUNTED_ACCOUNT, atoi(((const struct note_in *)req->body)->text));
    if (a != ANSWER_GO_ON) return a;
    atomic_fetch_add(&test_runs, 1);
    return reply_text(req, 200, "text/plain", STR("changed"));
}

/* As one that runs again after a conflict: what it counted in the first run is counted. */
static enum answer post_counted(struct req *req)
{
    for (int run = 0; run < 3; run++)
        if (!req_count(req, 0, str_of(((const struct note_in *)req->body)->text))) return ANSWER_REFUSED;
    return reply_text(req, 200, "text/plain", STR("counted"));
}

static const struct limit counted = { .name = "counted", .burst = 3, .per_ms = 60000 };
static const struct limit few = { .name = "few", .burst = 3, .per_ms = 60000 };
static const struct limit roomy = { .name = "roomy", .burst = 100000, .per_ms = 60000 };
static const struct limit often = { .name = "often", .burst = 1000, .per_ms = 60000 };
static const struct limit work = { .name = "work", .burst = 3, .per_ms = 60000 };
static const struct limit tries = { .name = "tries", .burst = 3, .per_ms = 60000 };

#define COMMON .doc = "Test.", .tag = "test", .hidden = true
/* clang-format off */
static const struct route routes[] = {
    { .verb = VERB_GET, .path = "/healthz", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_health, COMMON },
    { .verb = VERB_GET, .path = "/api/hello", .who = WHO_ANYONE, .tx = TX_READ, .run = get_hello, COMMON },
    { .verb = VERB_GET, .path = "/api/ours", .who = WHO_ANYONE, .tx = TX_READ, .run = get_hello, .own_host = true,
      COMMON },
    { .verb = VERB_GET, .path = "/api/here", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_hello, COMMON },
    { .verb = VERB_GET, .path = "/api/big", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_big, COMMON },
    { .verb = VERB_POST, .path = "/api/echo", .who = WHO_ANYONE, .tx = TX_NONE, .run = post_echo, .body_max = 100000,
      .origins = ORIGINS_UNCHECKED, COMMON },
    { .verb = VERB_POST, .path = "/api/echo-lane", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy, .run = post_echo,
      .body_max = 100000, .origins = ORIGINS_UNCHECKED, COMMON },
    { .verb = VERB_POST, .path = "/api/slow", .who = WHO_ANYONE, .tx = TX_NONE, .run = get_hello, .slow = true,
      .prepare = wait_at_gate, .origins = ORIGINS_UNCHECKED, COMMON },
    { .verb = VERB_POST, .path = "/api/unsaid", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy, .run = get_hello,
      .prepare = say_nothing, .origins = ORIGINS_UNCHECKED, COMMON },
    { .verb = VERB_GET, .path = "/api/few", .who = WHO_ANYONE, .tx = TX_NONE, .run = get_health,
      .limit = &few, COMMON },
    { .verb = VERB_POST, .path = "/api/few", .who = WHO_ANYONE, .tx = TX_NONE, .run = get_health,
      .limit = &few, COMMON },
    { .verb = VERB_GET, .path = "/api/any-query", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_health,
      .any_query = true, COMMON },
    { .verb = VERB_GET, .path = "/api/own-policy", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_own_policy, COMMON },
    { .verb = VERB_GET, .path = "/api/public", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_fixed,
      .origins = ORIGINS_ANY, .framing = FRAMING_OWN, COMMON },
    { .verb = VERB_POST, .path = "/api/widget", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy, .run = post_widget,
      .origins = ORIGINS_ASKED, .origin = shop_origin, .framing = FRAMING_ASKED, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_GET, .path = "/api/widget", .who = WHO_MEMBERS, .tx = TX_READ, .run = get_hello,
      .origins = ORIGINS_ASKED, .origin = shop_origin, .cors_credentials = true, COMMON },
    { .verb = VERB_GET, .path = "/api/local", .who = WHO_SYSTEM, .tx = TX_NONE, .run = get_local, COMMON },
    { .verb = VERB_POST, .path = "/api/tries", .who = WHO_ANYONE, .tx = TX_WRITE, .run = post_try, .limit = &tries,
      .give_back_on_success = true, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_GET, .path = "/api/me", .who = WHO_MEMBERS, .tx = TX_READ, .run = get_hello, COMMON },
    { .verb = VERB_GET, .path = "/api/none", .who = WHO_MEMBERS, .tx = TX_NONE, .run = get_hello, COMMON },
    { .verb = VERB_GET, .path = "/api/fresh", .who = WHO_MEMBERS, .tx = TX_READ, .run = get_hello,
      .fresh = true, COMMON },
    { .verb = VERB_GET, .path = "/api/managers", .who = WHO_MANAGERS, .tx = TX_READ, .run = get_hello, COMMON },
    { .verb = VERB_GET, .path = "/api/own", .who = WHO_PERSON, .tx = TX_READ, .run = get_hello, COMMON },
    { .verb = VERB_GET, .path = "/api/operator", .who = WHO_OPERATOR, .tx = TX_READ, .run = get_hello, COMMON },
    { .verb = VERB_POST, .path = "/api/operator", .who = WHO_OPERATOR, .tx = TX_WRITE, .run = post_note,
      BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_GET, .path = "/api/shops/:id", .who = WHO_SHOP, .scope = "notes.read", .tx = TX_READ,
      .run = get_shop,
      PATH_FIELDS(shop_path), QUERY_FIELDS(page_query), COMMON },
    { .verb = VERB_GET, .path = "/api/shops/count", .who = WHO_MEMBERS, .tx = TX_READ, .run = count_notes, COMMON },
    { .verb = VERB_POST, .path = "/api/notes", .who = WHO_STAFF, .tx = TX_WRITE, .run = post_note,
      .refused = note_refused, .idempotent = true, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_POST, .path = "/api/often", .who = WHO_STAFF, .tx = TX_WRITE, .run = post_note,
      .account_limit = &often, .give_back_on_success = true, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_POST, .path = "/api/by-key", .who = WHO_STAFF | WHO_KEY, .scope = "notes.read", .tx = TX_WRITE,
      .run = post_note, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_POST, .path = "/api/late", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy, .run = post_late,
      BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_POST, .path = "/api/counted", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy,
      .key_limit = { &counted }, .run = post_counted, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_POST, .path = "/api/work", .who = WHO_STAFF, .tx = TX_READ, .reads = true, .slow = true,
      .account_limit = &work, .ask = ask_work, .prepare = prepare_work, .run = run_work, COMMON },
    { .verb = VERB_POST, .path = "/api/work/by-key", .who = WHO_STAFF | WHO_KEY, .scope = "notes.read", .tx = TX_READ,
      .reads = true, .slow = true, .account_limit = &work, .ask = ask_work, .prepare = prepare_work, .run = run_work,
      COMMON },
    { .verb = VERB_POST, .path = "/api/proven", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy, .run = post_proven,
      .origins = ORIGINS_UNCHECKED, BODY_FIELDS(note_in), COMMON },
    { .verb = VERB_POST, .path = "/api/cookie", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy,
      .run = post_cookie, COMMON },
    { .verb = VERB_POST, .path = "/api/jobs", .who = WHO_STAFF, .tx = TX_WRITE, .run = post_job,
      .resume = resume_job, .wait_ms = 1500, .idempotent = true, COMMON },
    { .verb = VERB_POST, .path = "/api/jobs/end", .who = WHO_STAFF, .tx = TX_WRITE, .run = post_end_job, COMMON },
    { .verb = VERB_POST, .path = "/auth/password/login", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy,
      .run = post_cookie, COMMON },
    { .verb = VERB_POST, .path = "/api/absent", .who = WHO_ANYONE, .tx = TX_WRITE, .limit = &roomy,
      .run = post_note, .exists = never, .origins = ORIGINS_UNCHECKED, BODY_FIELDS(note_in), COMMON },
    ROUTE_END
};
/* clang-format on */
static const struct route *const tables[] = { routes, events_routes, NULL };

/* ---- what is told of refusals ---- */

struct test_refusals test_refusals = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool keep_refusals(struct tx *tx, const struct refusal_sum *list, size_t count)
{
    assert_non_null(tx);
    (void)pthread_mutex_lock(&test_refusals.lock);
    test_refusals.told++;
    for (size_t i = 0; i < count; i++) {
        test_refusals.count[list[i].kind] += list[i].count;
        assert_true(list[i].network[0] != '\0');
    }
    (void)pthread_mutex_unlock(&test_refusals.lock);
    return true;
}

/* ---- the server ---- */

void test_http_start(struct test_http *s, struct test_db *t, void (*change)(struct http_options *o))
{
    static const struct http_hooks hooks = { .authenticate = authenticate, .refusals = keep_refusals };
    static const uint8_t keys[1][MASTER_KEY_SIZE] = { { 1, 2, 3 } }, ids[1] = { 1 };
    *s = (struct test_http){ 0 };
    atomic_store(&test_runs, 0);
    atomic_store(&test_refused_runs, 0);
    atomic_store(&test_gate, 0);
    atomic_store(&test_look_gate, 0);
    atomic_store(&test_at_gate, 0);
    atomic_store(&test_session_age_s, 0);
    atomic_store(&test_ended_account, 0);
    test_script(t, schema);
    struct lanes *lanes = test_lanes(t, NULL);
    s->keyring = keyring_new(keys, ids, 1);
    assert_non_null(s->keyring);
    struct http_options o = { .listen = "127.0.0.1:0",
                              .loops = 2,
                              .lanes = lanes,
                              .db = t->db,
                              .keyring = s->keyring,
                              .routes = tables,
                              .hooks = &hooks,
                              .limits = "account_changes=100000/10s, account_reads=100000/10s" };
    if (change != NULL) change(&o);
    char error[512] = "";
    s->http = http_start(&o, error, sizeof error);
    if (s->http == NULL) fail_msg("http_start: %s", error);
    (void)snprintf(s->origin, sizeof s->origin, "http://127.0.0.1:%d", http_port(s->http));
    (void)snprintf(s->origin_line, sizeof s->origin_line, "Origin: %s\r\n", s->origin);
    s->client = client_open(http_port(s->http));
    client_always(s->client, s->origin_line);
}

void test_http_narrow(struct test_http *s)
{
    int least = 1;
    for (unsigned i = 0; i < s->http->loops; i++) {
        uv_os_fd_t fd;
        assert_int_equal(uv_fileno((const uv_handle_t *)&s->http->loop[i]->listener, &fd), 0);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least), 0);
    }
}

void test_http_stop(struct test_http *s, struct test_db *t)
{
    client_close(s->client);
    http_stop(s->http);
    test_lanes_stop(t);
    keyring_free(s->keyring);
}

struct test_answer ask(struct test_http *s, const char *method, const char *path, const char *headers, const char *body)
{
    return client_request(s->client, method, path, headers, body);
}

void expect_status(struct test_http *s, const char *method, const char *path, const char *headers, const char *body,
                   int status, const char *code)
{
    struct test_answer a = ask(s, method, path, headers, body);
    if (a.status != status || (code != NULL && strcmp(answer_error(&a), code) != 0))
        fail_msg("%s %s: %d %s instead of %d %s", method, path, a.status, answer_error(&a), status, code ? code : "");
    answer_free(&a);
}
