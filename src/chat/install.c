/* install.c: "check installation": a merchant has the shop's page fetched, by a job, and reads what it was and what to
 * do. One row a shop: the last look. Whoever asks waits up to the route's time for the end of it.
 *
 * It begins at a page of the shop's own domain (or a name under it); each hop of a redirect is judged by the outbound
 * client as the first address was. In development any address may be looked at. */
#include "chat/install.h"

#include "base/clock.h"
#include "base/unicode.h"

enum {
    HOPS_MAX = 5,
    CONNECT_MS = 4000,
    WHOLE_MS = 8000,
    HOP_LEAST_MS = 200,
    PAGE_BYTES_MAX = 4 << 20,
    WAIT_MS = 10000
};
enum { ADDRESS_MAX = 1000, FINDINGS_BYTES = 24 << 10 };
enum install_state { STATE_NONE, STATE_CHECKING, STATE_DONE }; /* stored */
static const char *const state_names[] = { "none", "checking", "done", NULL };

STMT(ask, "INSERT INTO chat_installs (shop, account, asks, state, page, findings, asked_at_ms, checked_at_ms)"
          " VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (shop) DO UPDATE SET account = excluded.account,"
          " asks = chat_installs.asks + 1, state = excluded.state, page = excluded.page, findings = excluded.findings,"
          " asked_at_ms = excluded.asked_at_ms, checked_at_ms = excluded.checked_at_ms");
STMT(get, "SELECT account, asks, state, page, findings, asked_at_ms, checked_at_ms FROM chat_installs WHERE shop = ?1");
STMT(end, "UPDATE chat_installs SET state = ?3, findings = ?4, checked_at_ms = ?5 WHERE shop = ?1 AND asks = ?2");
STMT(forget, "DELETE FROM chat_installs WHERE shop = ?1");

struct install_row {
    int64_t shop, account, asks, asked_at_ms, checked_at_ms;
    enum install_state state;
    const char *page, *findings;
};

static enum row install_get(struct tx *tx, int64_t shop, struct install_row *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    *out = (struct install_row){ .shop = shop, .page = "", .findings = "[]" };
    if (row != ROW_FOUND) return row;
    out->account = col_i64(&q, "account"), out->asks = col_i64(&q, "asks");
    out->state = (enum install_state)col_state(&q, "state", STATE_NONE, STATE_DONE);
    out->page = col_text(&q, "page"), out->findings = col_text(&q, "findings");
    out->asked_at_ms = col_i64(&q, "asked_at_ms"), out->checked_at_ms = col_i64(&q, "checked_at_ms");
    return ROW_FOUND;
}

bool chat_installs_forget(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &forget);
    bind_i64(&q, shop);
    return query_change(&q) >= 0;
}

static const char *findings_text(struct arena *a, const struct install_findings *f)
{
    struct buf b;
    struct json j;
    buf_init(&b, FINDINGS_BYTES);
    json_begin(&j, &b);
    json_array(&j, NULL);
    for (size_t i = 0; i < f->count; i++) {
        json_object(&j, NULL);
        json_text(&j, "code", install_code_names[f->item[i].code]);
        json_text(&j, "level", install_level_names[install_level_of(f->item[i].code)]);
        json_text(&j, "detail", f->item[i].detail);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
    const char *out = arena_text(a, b.overflow ? "[]" : buf_terminated(&b));
    buf_free(&b);
    return out;
}

/* ---- the look ---- */

struct look {
    struct install_row row;
    struct install_wish wish;
    struct install_findings found;
    bool nothing; /* it was looked at, or its shop has gone */
};

/* Of the chat itself. False: storage fault. */
static bool judge_chat(struct tx *tx, int64_t shop, struct arena *a, struct install_wish *w, struct install_findings *f)
{
    struct tenant_chat place = { .active = false };
    char name[SHOP_PUBLIC_ID_SIZE];
    struct chat_doors doors;
    if (tenants_chat(tx, shop, &place) == ROW_FAULT || !chat_doors_read(tx, shop, a, &doors)) return false;
    if (!chat_domains_in_plan(tx, place.account, shop, now_ms(), &doors.domains)) return false;
    shop_public_id(shop, name);
    *w = (struct install_wish){ .base = chat_settings.base_url,
                                .shop = arena_text(a, name),
                                .domain = arena_text(a, place.domain) };
    const char **more = ARENA_ARRAY(a, const char *, doors.domains.count + 1);
    for (size_t i = 0; i < doors.domains.count; i++) more[i] = arena_text(a, doors.domains.text[i]);
    w->more = (struct chat_words){ more, doors.domains.count };
    install_say(a, f, place.active ? INSTALL_chat_on : INSTALL_chat_suspended, NULL);
    if (!w->domain && w->more.count == 0 && !chat_settings.development) install_say(a, f, INSTALL_domain_missing, NULL);
    return true;
}

static enum job_wish look_load(struct job *job, struct tx *tx)
{
    struct look *l = ARENA_NEW(job->arena, struct look);
    job->state = l;
    enum row row = install_get(tx, job->ref, &l->row);
    if (row == ROW_FAULT) return JOB_FAULT;
    l->nothing = row == ROW_NONE || l->row.state != STATE_CHECKING;
    if (l->nothing) return JOB_FINISHED;
    l->row.page = arena_text(job->arena, l->row.page);
    return judge_chat(tx, job->ref, job->arena, &l->wish, &l->found) ? JOB_FINISHED : JOB_FAULT;
}

/* Why there is no page to be read. True: there is one. */
static bool judge_answer(struct arena *a, const char *url, const struct outbound_answer *out,
                         struct install_findings *f)
{
    const char *error = out->error ? out->error : "", *status = arena_printf(a, "%d", out->status);
    bool barred = text_eq(error, "address not allowed") || text_eq(error, "port not allowed") ||
                  text_eq(error, "bad url") || text_eq(error, "url too long");
    /* The second is curl's, which resolves for itself where addresses of this machine may be called. */
    bool unnamed = text_eq(error, "name not resolved") || strstr(error, "resolve host");
    if (unnamed) install_say(a, f, INSTALL_page_name, url_host(a, url));
    else if (barred) install_say(a, f, INSTALL_page_not_allowed, url);
    else if (text_eq(error, "answer too large")) install_say(a, f, INSTALL_page_large, url);
    else if (out->status == 0 && (strstr(error, "SSL") || strstr(error, "certificate")))
        install_say(a, f, INSTALL_page_tls, url_host(a, url));
    else if (out->status == 401 || out->status == 403 || out->status == 429)
        install_say(a, f, INSTALL_page_refused, status);
    else if (out->status >= 300) install_say(a, f, INSTALL_page_status, status);
    else if (out->outcome != OUTCOME_OK) install_say(a, f, INSTALL_page_unreachable, error);
    else if (out->content_type && !strcasestr(out->content_type, "html"))
        install_say(a, f, INSTALL_page_not_html, out->content_type);
    else return true;
    return false;
}

static bool is_moved(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where the answer leads. NULL: nowhere, or it was told that this way is closed. */
static const char *next_hop(struct arena *a, const char *url, const struct outbound_answer *out, int hop,
                            struct install_findings *f, bool *told)
{
    const char *to = is_moved(out->status) && out->location ? url_resolve(a, url, out->location) : NULL;
    *told = false;
    if (!to) return NULL;
    if (hop == HOPS_MAX) install_say(a, f, INSTALL_page_loops, to);
    else if (!chat_settings.development && !str_starts(str_of(to), STR("https://")))
        install_say(a, f, INSTALL_page_http, to);
    else return to;
    *told = true;
    return NULL;
}

static void look_call(struct job *job)
{
    struct look *l = job->state;
    struct arena *a = job->arena;
    struct outbound_answer out;
    const char *url = l->row.page, *next;
    int64_t until_ms = monotonic_ms() + WHOLE_MS;
    bool told;
    if (l->nothing) return;
    for (int hop = 0;; hop++, url = next) {
        int64_t left_ms = until_ms - monotonic_ms();
        left_ms = left_ms < HOP_LEAST_MS ? HOP_LEAST_MS : left_ms;
        struct outbound_request r = { .method = "GET",
                                      .url = url,
                                      .connect_ms = left_ms < CONNECT_MS ? left_ms : CONNECT_MS,
                                      .total_ms = left_ms,
                                      .answer_max = PAGE_BYTES_MAX,
                                      .trusted_address = chat_settings.development,
                                      .wanted = install_headers,
                                      .log_as = "chat.install" };
        r.header[r.headers++] = (struct outbound_header){ "Accept", "text/html,application/xhtml+xml,*/*;q=0.5" };
        outbound_call(a, &r, &out);
        next = next_hop(a, url, &out, hop, &l->found, &told);
        if (told) return;
        if (!next) break;
    }
    if (!judge_answer(a, url, &out, &l->found)) return;
    bool moved = !text_eq(url, l->row.page);
    install_say(a, &l->found, moved ? INSTALL_page_redirected : INSTALL_page_reached, url);
    install_judge(a, &l->wish, &(struct install_page){ url, out.body, out.got, out.got_count }, &l->found);
}

static bool end_look(struct tx *tx, const struct look *l, int64_t at_ms)
{
    struct query q = query(tx, &end);
    bind_i64(&q, l->row.shop), bind_i64(&q, l->row.asks), bind_i64(&q, STATE_DONE);
    bind_text(&q, findings_text(tx_arena(tx), &l->found)), bind_i64(&q, at_ms);
    return query_change(&q) >= 0;
}

static enum job_wish look_settle(struct job *job, struct tx *tx)
{
    const struct look *l = job->state;
    return l->nothing || end_look(tx, l, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish look_dead(struct job *job, struct tx *tx, const char *error)
{
    struct look l = { .nothing = false };
    (void)error;
    enum row row = install_get(tx, job->ref, &l.row);
    if (row != ROW_FOUND || l.row.state != STATE_CHECKING) return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
    install_say(job->arena, &l.found, INSTALL_page_unreachable, NULL);
    return end_look(tx, &l, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind chat_install_job = { .name = "chat.install",
                                           .doc = "Looks at a shop's page: is the chat there, and can it work.",
                                           .max_attempts = 3,
                                           .backoff_first_ms = SECOND_MS,
                                           .backoff_max_ms = 10 * SECOND_MS,
                                           .pool = JOB_POOL_SHOPS,
                                           .load = look_load,
                                           .call = look_call,
                                           .settle = look_settle,
                                           .dead = look_dead };

/* ---- routes ---- */

struct path_install {
    int64_t id;
};
struct post_install {
    const char *page;
};
/* clang-format off */
static const struct field path_install_fields[] = {
    FIELD_ID(struct path_install, id, .doc = "The shop's number."), FIELD_END };
static const struct field post_install_fields[] = {
    FIELD_TEXT(struct post_install, page, .optional = true, .max = ADDRESS_MAX, .form = TEXT_URL,
               .doc = "A page of the shop's domain, or of one that its chat settings allow, https;"
                      " unset: its first one."), FIELD_END };
static const struct shape finding_shape[] = {
    SHAPE_ENUM("code", install_code_names), SHAPE_ENUM("level", install_level_names),
    SHAPE_TEXT("detail", .doc = "An address, a host, a directive; empty: none."), SHAPE_END };
static const struct shape install_shape[] = {
    SHAPE_ENUM("state", state_names), SHAPE_TEXT("page"),
    SHAPE_LIST("findings", finding_shape, .type_name = "InstallFinding"),
    SHAPE_TIME("askedAt", .nullable = true), SHAPE_TIME("checkedAt", .nullable = true), SHAPE_END };
/* clang-format on */

static void install_json(struct json *j, const void *arg)
{
    const struct install_row *r = arg;
    json_text(j, "state", state_names[r->state]);
    json_text(j, "page", r->page);
    json_raw(j, "findings", str_of(r->findings));
    json_time(j, "askedAt", r->asked_at_ms);
    json_time(j, "checkedAt", r->checked_at_ms);
}

/* ANSWER_GO_ON: the shop is the caller's and has a chat here. */
static enum answer read_shop(struct req *req, bool locked, struct shop *s)
{
    struct tenant_chat place;
    int64_t id = ((const struct path_install *)req->path)->id;
    enum row row =
        locked ? shops_owned_locked(req->tx, req->who.account, id, s) : shops_owned(req->tx, req->who.account, id, s);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = tenants_chat(req->tx, id, &place);
    if (row == ROW_NONE) return reply_problem(req, &problem_chatbot_not_enabled);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_fault(req);
}

static enum answer show(struct req *req, int64_t shop, int64_t job)
{
    struct install_row row;
    if (install_get(req->tx, shop, &row) == ROW_FAULT) return reply_fault(req);
    enum answer a = reply_json(req, row.state == STATE_CHECKING && job ? 202 : 200, install_json, &row);
    if (job) reply_wait(req, job);
    return a;
}

static enum answer run_shown(struct req *req)
{
    struct shop s;
    enum answer a = read_shop(req, false, &s);
    return a == ANSWER_GO_ON ? show(req, s.id, 0) : a;
}

/* The address to begin with. NULL: *code says what is wrong with the one that was given. */
static const char *first_page(struct arena *a, const char *domain, const struct chat_words *more, const char *given,
                              const char **code)
{
    struct host_name name = { .ascii = "" };
    const char *url = given ? url_resolve(a, NULL, given) : NULL, *host = url ? url_host(a, url) : NULL;
    bool known = domain && host_name_read(a, str_of(domain), &name);
    *code = "format";
    if (given && !host) return NULL;
    if (!given) return known ? arena_printf(a, "https://%s/", name.ascii) : "";
    if (chat_settings.development) return url;
    size_t n = strlen(host), m = strlen(name.ascii);
    *code = "https";
    if (!str_starts(str_of(url), STR("https://"))) return NULL;
    *code = "other_domain";
    for (size_t i = 0; i < more->count; i++)
        if (host_name_covers(a, more->text[i], str_of(host))) return url;
    if (!known) return "";
    bool under = n >= m && text_eq(host + n - m, name.ascii) && (n == m || host[n - m - 1] == '.');
    return under ? url : NULL;
}

static bool put_row(struct req *req, const struct shop *s, enum install_state state, const char *page,
                    const struct install_findings *f)
{
    struct query q = query(req->tx, &ask);
    bind_i64(&q, s->id), bind_i64(&q, s->account), bind_i64(&q, state), bind_text(&q, page);
    bind_text(&q, findings_text(req->arena, f)), bind_i64(&q, req->now_ms);
    bind_i64(&q, state == STATE_DONE ? req->now_ms : 0);
    return query_change(&q) == 1;
}

static enum answer run_check(struct req *req)
{
    struct install_findings found = { .count = 0 };
    struct install_wish wish;
    struct shop s;
    const char *code;
    enum answer a = read_shop(req, true, &s);
    if (a != ANSWER_GO_ON) return a;
    struct chat_doors doors;
    if (!chat_doors_read(req->tx, s.id, req->arena, &doors)) return reply_fault(req);
    if (!chat_domains_in_plan(req->tx, s.account, s.id, req->now_ms, &doors.domains)) return reply_fault(req);
    const char *page =
        first_page(req->arena, s.domain, &doors.domains, ((const struct post_install *)req->body)->page, &code);
    if (!page) return reply_fields(req, "page", code);
    if (!page[0]) { /* no domain, so no page */
        if (!judge_chat(req->tx, s.id, req->arena, &wish, &found)) return reply_fault(req);
        if (chat_settings.development) install_say(req->arena, &found, INSTALL_domain_missing, NULL);
        return put_row(req, &s, STATE_DONE, "", &found) ? show(req, s.id, 0) : reply_fault(req);
    }
    const struct job_new job = { .kind = chat_install_job.name,
                                 .key = arena_printf(req->arena, "shop:%lld", (long long)s.id),
                                 .coalesce = true,
                                 .account = s.account,
                                 .ref = s.id };
    if (!put_row(req, &s, STATE_CHECKING, page, &found)) return reply_fault(req);
    int64_t id = jobs_put(req->tx, &job, NULL);
    return id < 0 ? reply_fault(req) : show(req, s.id, id);
}

static enum answer resume_check(struct req *req)
{
    struct install_row row;
    enum row found = install_get(req->tx, ((const struct path_install *)req->path)->id, &row);
    if (found == ROW_FAULT) return reply_fault(req);
    if (found == ROW_NONE || row.account != req->who.account || row.state != STATE_DONE) return ANSWER_WAIT;
    return reply_json(req, 200, install_json, &row);
}

static const struct limit install_limit = { .name = "chat_install", .burst = 60, .per_ms = 10 * MINUTE_MS };

/* clang-format off */
const struct route chat_install_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops/:id/chatbot/installation", .who = WHO_MEMBERS, .tx = TX_READ,
      .tag = "Chat settings", PATH_FIELDS(path_install), .answer = install_shape, .run = run_shown,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled),
      .doc = "What was found when the shop's page was looked at last." },
    { .verb = VERB_POST, .path = "/api/shops/:id/chatbot/installation", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Chat settings", .idempotent = true, .account_limit = &install_limit, PATH_FIELDS(path_install),
      BODY_FIELDS(post_install), .body_optional = true, .answer = install_shape, .wait_ms = WAIT_MS,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled), .run = run_check, .resume = resume_check,
      .doc = "Look at the shop's page: is the chat there, and can it work. 202: it takes longer; read it again." },
    ROUTE_END
};
/* clang-format on */
