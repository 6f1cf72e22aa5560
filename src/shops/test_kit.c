/* test_kit.c: see test_kit.h. */
#include "shops/test_kit.h"

#include "base/clock.h"
#include "credits/credits.h"
#include "http/private.h"
#include "jobs/private.h"
#include <stdio.h>
#include <stdlib.h>

enum { KIT_PAIRS_MAX = 8 };

static int64_t the_time = KIT_START_MS;
static json_t *last_json;

int64_t kit_now(void) { return the_time; }

void kit_set_now(int64_t at_ms)
{
    the_time = at_ms;
    clock_fix_ms(at_ms);
}

void kit_start(void) { kit_set_now(KIT_START_MS); }

int64_t kit_account(struct test_db *t, int64_t credits)
{
    int64_t id = test_number(t, "SELECT COALESCE(MAX(account), 0) + 1 FROM credit_accounts");
    struct credit_entry entry;
    if (!credits_open(t->tx, id)) fail_msg("%s", "no account");
    if (credits > 0 && credits_grant(t->tx,
                                     &(struct credit_change){ .account = id,
                                                              .amount = credits_of(credits),
                                                              .reason = REASON_grant,
                                                              .key = "start",
                                                              .at_ms = the_time },
                                     &entry) != DEBIT_DONE)
        fail_msg("%s", "no credits");
    return id;
}

/* ---- requests ---- */

/* Matches "/api/shops/7/x" with "/api/shops/:id/x" and collects the parts with ':'. */
static bool match(const char *pattern, const char *path, size_t path_n, struct fields_pair *pair, size_t *count)
{
    const char *end = path + path_n;
    *count = 0;
    while (*pattern && path < end) {
        if (*pattern != ':') {
            if (*pattern++ != *path++) return false;
            continue;
        }
        const char *name = ++pattern, *value = path;
        while (*pattern && *pattern != '/') pattern++;
        while (path < end && *path != '/') path++;
        assert_true(*count < KIT_PAIRS_MAX);
        pair[(*count)++] =
            (struct fields_pair){ { name, (size_t)(pattern - name) }, { value, (size_t)(path - value) } };
    }
    return !*pattern && path == end;
}

static const struct route *find_route(const struct kit_request *r, struct fields_pair *pair, size_t *count)
{
    size_t n = strcspn(r->path, "?");
    /* Words before parts: /tenants/register is no shop. */
    for (int with_parts = 0; with_parts < 2; with_parts++)
        for (const struct route *route = r->routes; route->verb != VERB_UNSET; route++)
            if (route->verb == r->verb && (strchr(route->path, ':') != NULL) == with_parts &&
                match(route->path, r->path, n, pair, count))
                return route;
    fail_msg("no route %s", r->path);
    return NULL;
}

static const void *read_pairs(struct exchange *x, const struct field *table, size_t size,
                              const struct fields_pair *pair, size_t count, struct field_faults *faults)
{
    if (!table) return NULL;
    void *out = arena_alloc(x->req.arena, size);
    return fields_from_pairs(x->req.arena, table, pair, count, false, out, faults) ? out : NULL;
}

static size_t query_pairs(const char *path, struct fields_pair *pair)
{
    size_t count = 0;
    const char *p = strchr(path, '?');
    while (p && *p) {
        const char *name = p + 1, *equals = strchr(name, '='), *end = strchrnul(name, '&');
        assert_true(equals && equals < end && count < KIT_PAIRS_MAX);
        pair[count++] =
            (struct fields_pair){ { name, (size_t)(equals - name) }, { equals + 1, (size_t)(end - equals - 1) } };
        p = end;
    }
    return count;
}

static void upload(struct exchange *x, const struct kit_request *r)
{
    struct upload_file *f = ARENA_NEW(x->req.arena, struct upload_file);
    size_t size = r->upload_size ? r->upload_size : strlen(r->body);
    *f = (struct upload_file){ .name = "kit", .size = (int64_t)size };
    FILE *file = fopen(arena_printf(x->req.arena, "%s/%s", r->upload_dir, f->name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(r->body, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    x->req.upload = f;
}

static bool read_body(struct exchange *x, const char *text, struct field_faults *faults)
{
    const struct route *route = x->req.route;
    if (!route->body_fields) {
        x->body = str_of(text);
        return true;
    }
    json_t *json = json_read(text ? str_of(text) : STR("{}"), JSON_READ_MAX_BYTES, NULL);
    assert_non_null(json);
    void *out = arena_alloc(x->req.arena, route->body_size);
    bool good = fields_from_json(x->req.arena, route->body_fields, json, route->ignore_unknown, out, faults);
    json_decref(json);
    x->req.body = out;
    return good;
}

static void add_header(struct exchange *x, const char *name, const char *value)
{
    if (value) x->head.field[x->head.fields++] = (struct head_field){ str_of(name), str_of(value) };
}

struct exchange *kit_exchange(struct arena *a, const struct kit_request *r)
{
    struct exchange *x = ARENA_NEW(a, struct exchange);
    struct fields_pair pair[KIT_PAIRS_MAX];
    size_t count = 0;
    struct field_faults *faults = ARENA_NEW(a, struct field_faults);
    const struct route *route = find_route(r, pair, &count);
    x->req = (struct req){ .route = route,
                           .arena = a,
                           .lang = LANG_EN,
                           .client_ip = "192.0.2.1",
                           .client_network = "192.0.2.0/24",
                           .request_id = "kit",
                           .user_agent = "kit",
                           .now_ms = r->at_ms ? r->at_ms : the_time,
                           .raw = x,
                           .who = { .person = r->key_of_shop ? 0 : r->account,
                                    .account = r->account,
                                    .roles = r->key_of_shop ? WHO_KEY
                                             : r->account   ? WHO_PERSON | WHO_OWNER
                                                            : 0,
                                    .session = r->key_of_shop ? 0 : r->account,
                                    .shop = r->key_of_shop,
                                    .signed_in_at_ms = the_time } };
    add_header(x, "authorization", r->authorization);
    add_header(x, "x-shopsaas-secret", r->shared_secret);
    x->req.path = read_pairs(x, route->path_fields, route->path_size, pair, count, faults);
    if (faults->count == 0)
        x->req.query = read_pairs(x, route->query_fields, route->query_size, pair, query_pairs(r->path, pair), faults);
    if (faults->count == 0 && route->upload) upload(x, r);
    else if (faults->count == 0) (void)read_body(x, r->body, faults);
    if (faults->count == 0) return x;
    (void)reply_problem(&x->req, &problem_invalid_fields);
    x->req.reply.faults = faults;
    return x;
}

/* Within t->tx, as in a transaction of its own. */
static void run(struct test_db *t, struct exchange *x)
{
    struct req *req = &x->req;
    if (req->reply.problem) return;
    req->tx = t->tx;
    if (req->route->ask && req->route->ask(req) != ANSWER_GO_ON) return;
    req->tx = NULL;
    if (req->route->prepare && req->route->prepare(req) != ANSWER_GO_ON) return;
    assert_true(tx_part_begin(t->tx, t->arena));
    req->tx = t->tx;
    enum answer answer = req->route->run(req);
    if (tx_fault_of(t->tx) != TX_SOUND || answer == ANSWER_FAULT) fail_msg("%s", "storage fault in a handler");
    if (answer == ANSWER_SENT) {
        assert_true(tx_part_keep(t->tx));
        return;
    }
    assert_true(tx_part_undo(t->tx));
    if (req->route->refused) assert_true(req->route->refused(req));
    assert_int_equal(tx_fault_of(t->tx), TX_SOUND);
}

static void read_reply(struct test_db *t, struct kit_answer *a, const struct reply *r)
{
    *a = (struct kit_answer){
        .status = r->status, .reply = r, .text = "", .error = r->problem ? r->problem->code : "", .fault = ""
    };
    if (!r->problem && r->body.n > 0) {
        a->text = arena_text_n(t->arena, r->body.p, r->body.n);
        a->size = r->body.n;
        bool other = r->content_type && strncmp(r->content_type, "application/json", 16) != 0;
        if (!other) last_json = a->json = json_read(str_of(a->text), JSON_READ_FILE_MAX_BYTES, NULL);
        assert_true(other || a->json);
    }
    if (r->faults && r->faults->count > 0)
        a->fault = arena_printf(t->arena, "%s:%s", r->faults->fault[0].field, r->faults->fault[0].code);
    for (size_t i = 0; i < r->headers; i++)
        if (strcmp(r->header[i].name, "Location") == 0) a->location = r->header[i].value;
}

struct kit_answer kit_call(struct test_db *t, const struct kit_request *r)
{
    struct kit_answer a;
    json_decref(last_json);
    last_json = NULL;
    struct exchange *x = kit_exchange(t->arena, r);
    run(t, x);
    read_reply(t, &a, &x->req.reply);
    buf_free(&x->req.reply.body);
    return a;
}

int64_t kit_fact(const struct kit_answer *a, const char *name)
{
    for (size_t i = 0; i < a->reply->facts; i++)
        if (strcmp(a->reply->fact[i].name, name) == 0) return a->reply->fact[i].number;
    fail_msg("no fact %s", name);
    return 0;
}

/* ---- jobs ---- */

static struct run *begin(struct test_db *t, const struct kit_attempt *a)
{
    struct run *r = ARENA_NEW(t->arena, struct run);
    r->kind = a->kind;
    r->job = (struct job){ .id = a->id,
                           .ref = a->ref,
                           .account = a->account,
                           .attempt = a->attempt,
                           .note = a->note,
                           .kind = a->kind->name,
                           .arena = t->arena,
                           .now_ms = the_time };
    r->wish = a->kind->load ? a->kind->load(&r->job, t->tx) : JOB_FINISHED;
    if (r->wish == JOB_FINISHED && a->kind->call) a->kind->call(&r->job);
    return r;
}

struct job *kit_begin(struct test_db *t, const struct kit_attempt *a)
{
    struct run *r = begin(t, a);
    assert_int_equal(r->wish, JOB_FINISHED);
    return &r->job;
}

static enum job_wish give_up(struct test_db *t, struct job *job, const char *error)
{
    enum job_wish wish = OWNER_OF(job, struct run, job)->kind->dead(job, t->tx, error);
    assert_int_not_equal(wish, JOB_FAULT);
    return wish;
}

/* *dead: what .dead wished; JOB_FINISHED when it was not called. */
static enum job_wish settle(struct test_db *t, struct run *r, bool last, enum job_wish *dead)
{
    enum job_wish wish = r->wish == JOB_FINISHED ? r->kind->settle(&r->job, t->tx) : r->wish;
    assert_int_not_equal(wish, JOB_FAULT);
    *dead = JOB_FINISHED;
    if ((wish == JOB_GIVE_UP || (wish == JOB_AGAIN && last)) && r->kind->dead) *dead = give_up(t, &r->job, r->error);
    assert_int_equal(tx_fault_of(t->tx), TX_SOUND);
    return wish;
}

enum job_wish kit_settle(struct test_db *t, struct job *job)
{
    enum job_wish dead;
    return settle(t, OWNER_OF(job, struct run, job), false, &dead);
}

enum job_wish kit_job(struct test_db *t, const struct kit_attempt *a)
{
    enum job_wish dead;
    return settle(t, begin(t, a), a->last, &dead);
}

enum job_wish kit_work(struct test_db *t, const struct kit_attempt *a)
{
    struct kit_attempt next = *a;
    enum job_wish ended = JOB_NEXT, dead;
    for (int i = 0; i < 40; i++, next.attempt++) {
        enum job_wish wish = settle(t, begin(t, &next), next.last, &dead);
        if (wish != JOB_NEXT && ended == JOB_NEXT) ended = wish;
        if (wish != JOB_NEXT && dead != JOB_NEXT) return ended;
    }
    fail_msg("%s has no end", a->kind->name);
    return JOB_FAULT;
}

void kit_expire(struct test_db *t, const struct kit_attempt *a)
{
    struct run *r = ARENA_NEW(t->arena, struct run);
    r->kind = a->kind;
    r->job = (struct job){ .id = a->id,
                           .ref = a->ref,
                           .account = a->account,
                           .attempt = a->attempt,
                           .note = a->note,
                           .kind = a->kind->name,
                           .arena = t->arena,
                           .now_ms = the_time };
    if (give_up(t, &r->job, "deadline passed") != JOB_NEXT) return;
    struct kit_attempt next = *a;
    next.attempt++;
    (void)kit_work(t, &next);
}
