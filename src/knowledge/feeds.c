/* feeds.c: the rows of addresses that are read each day, and what starts a reading. */
#include "knowledge/fetch.h"
#include "knowledge/intake.h"

#include "base/log.h"
#include <stdio.h>
#include <unistd.h>

const char *const feed_kind_names[] = { "feed", "pages", NULL };
const char *const feed_state_names[] = { "never", "reading", "read", "failed", NULL };
static_assert(ARRAY_LEN(feed_kind_names) == FEED_KINDS + 1, "a name each");
static_assert(ARRAY_LEN(feed_state_names) == FEED_STATES + 1, "a name each");

enum { FEED_MS = 60000, DUE_MAX = 50, OLD_MAX = 50, FILES_KEPT_MS = 24 * 60 * 60 * 1000, PATH_BYTES = 1100 };
enum { INTAKES_KEPT_DAYS = 30, FULL_RETRY_MS = 10 * 60 * 1000 };

#define COLUMNS                                                                                                        \
    "id, account, shop, kind, url, currency, etag, modified, next_at_ms, state, error, status, intake, import,"        \
    " products, texts, orders, changed, tried_at_ms, read_at_ms, created_at_ms"
STMT(get, "SELECT " COLUMNS " FROM knowledge_feeds WHERE id = ?1");
STMT(keep, "UPDATE knowledge_feeds SET etag = ?2, modified = ?3, next_at_ms = ?4, state = ?5, error = ?6, status = ?7,"
           " intake = ?8, import = ?9, products = ?10, texts = ?11, orders = ?12, changed = ?13, tried_at_ms = ?14,"
           " read_at_ms = ?15 WHERE id = ?1");
static_assert(FEED_READING == 1, "as below");
/* Of two that see it at rest one begins: the row is looked at again under its lock. */
STMT(claim, "UPDATE knowledge_feeds SET state = 1 WHERE id = ?1 AND state <> 1");
STMT(put_off, "UPDATE knowledge_feeds SET next_at_ms = ?2 WHERE id = ?1");
STMT(due, "SELECT id FROM knowledge_feeds WHERE next_at_ms <= ?1 ORDER BY next_at_ms, id LIMIT ?2");
STMT(old_files, "SELECT id, file FROM knowledge_files WHERE at_ms <= ?1 ORDER BY at_ms LIMIT ?2");
STMT(file_in_use, "SELECT id FROM knowledge_intakes WHERE shop = (SELECT shop FROM knowledge_files WHERE id = ?1)"
                  " AND file = ?1 AND ended_at_ms IS NULL ORDER BY id LIMIT 1");
STMT(drop_file, "DELETE FROM knowledge_files WHERE id = ?1");
STMT(old_intakes,
     "DELETE FROM knowledge_intakes WHERE id IN (SELECT id FROM knowledge_intakes WHERE ended_at_ms <= ?1"
     " ORDER BY ended_at_ms LIMIT ?2)",
     .postgres = "DELETE FROM knowledge_intakes WHERE id = ANY(ARRAY(SELECT id FROM knowledge_intakes"
                 " WHERE ended_at_ms <= ?1 ORDER BY ended_at_ms LIMIT ?2 FOR UPDATE SKIP LOCKED))");
/* What was written by a clock that was ahead is as if it were of now: due, or beginning to age. */
#define PULL(table, column)                                                                                            \
    "UPDATE " table " SET " column " = ?1 WHERE id IN (SELECT id FROM " table " WHERE " column                         \
    " > ?2 ORDER BY " column " LIMIT ?3)"
#define PULL_FREE(table, column)                                                                                       \
    "UPDATE " table " SET " column " = ?1 WHERE id = ANY(ARRAY(SELECT id FROM " table " WHERE " column " > ?2"         \
    " ORDER BY " column " LIMIT ?3 FOR UPDATE SKIP LOCKED))"
STMT(pull_feeds, PULL("knowledge_feeds", "next_at_ms"), .postgres = PULL_FREE("knowledge_feeds", "next_at_ms"));
STMT(pull_files, PULL("knowledge_files", "at_ms"), .postgres = PULL_FREE("knowledge_files", "at_ms"));
STMT(pull_intakes, PULL("knowledge_intakes", "ended_at_ms"), .postgres = PULL_FREE("knowledge_intakes", "ended_at_ms"));
STMT(forget_shop, "DELETE FROM knowledge_feeds WHERE shop = ?1");

static void bind_time(struct query *q, int64_t at_ms)
{
    if (at_ms) bind_i64(q, at_ms);
    else bind_null(q);
}

enum row know_feed_get(struct tx *tx, int64_t id, struct feed *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    const char *currency = col_text(&q, "currency");
    *out = (struct feed){ .id = col_i64(&q, "id"),
                          .account = col_i64(&q, "account"),
                          .shop = col_i64(&q, "shop"),
                          .kind = (enum feed_kind)col_state(&q, "kind", FEED_FILE, FEED_PAGES),
                          .url = col_text(&q, "url"),
                          .etag = col_text(&q, "etag"),
                          .modified = col_text(&q, "modified"),
                          .error = col_text(&q, "error"),
                          .currency = currency_from_code(currency, strlen(currency)),
                          .next_at_ms = col_i64(&q, "next_at_ms"),
                          .state = (enum feed_state)col_state(&q, "state", FEED_NEVER, FEED_FAILED),
                          .status = col_i64(&q, "status"),
                          .intake = col_i64(&q, "intake"),
                          .import = col_i64(&q, "import"),
                          .products = col_i64(&q, "products"),
                          .texts = col_i64(&q, "texts"),
                          .orders = col_i64(&q, "orders"),
                          .changed = col_i64(&q, "changed"),
                          .tried_at_ms = col_i64(&q, "tried_at_ms"),
                          .read_at_ms = col_i64(&q, "read_at_ms"),
                          .created_at_ms = col_i64(&q, "created_at_ms") };
    return row;
}

bool know_feed_keep(struct tx *tx, const struct feed *f)
{
    struct query q = query(tx, &keep);
    bind_i64(&q, f->id), bind_text(&q, f->etag), bind_text(&q, f->modified), bind_time(&q, f->next_at_ms);
    bind_i64(&q, (int64_t)f->state), bind_text(&q, f->error), bind_i64(&q, f->status), bind_i64(&q, f->intake);
    bind_i64(&q, f->import), bind_i64(&q, f->products), bind_i64(&q, f->texts), bind_i64(&q, f->orders);
    bind_i64(&q, f->changed), bind_time(&q, f->tried_at_ms), bind_time(&q, f->read_at_ms);
    return query_put(&q);
}

enum row know_feed_start(struct tx *tx, struct feed *f, int64_t now_ms, int64_t *intake)
{
    static const char *const sources[] = { "feed", "pages" };
    struct intake in = { .account = f->account,
                         .shop = f->shop,
                         .feed = f->id,
                         .source = sources[f->kind],
                         .whole = true,
                         .began_at_ms = now_ms };
    int64_t job;
    struct query q = query(tx, &claim);
    bind_i64(&q, f->id);
    int64_t claimed = query_change(&q);
    enum row row = claimed < 0 ? ROW_FAULT : know_feed_get(tx, f->id, f);
    *intake = f->intake;
    if (row != ROW_FOUND || claimed == 0) return row == ROW_FAULT ? ROW_FAULT : ROW_NONE;
    if (!know_intake_begin(tx, &in, &job)) return ROW_FAULT;
    f->state = FEED_READING, f->error = "", f->status = 0, f->intake = *intake = in.id, f->tried_at_ms = now_ms;
    return know_feed_keep(tx, f) ? ROW_FOUND : ROW_FAULT;
}

bool know_feeds_purged(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &forget_shop);
    bind_i64(&q, shop);
    return query_change(&q) >= 0;
}

/* ---- a file of products at an address ---- */

void know_take_feed(struct job *job, struct know_taking *t)
{
    const struct feed *f = t->feed;
    struct outbound_answer out;
    bool again = t->in.parts > 0;
    if (again && know_readings_slice(t->in.id, t->in.parts, job->arena, &t->parts, &t->finished)) return;
    t->restart = again, t->in.parts = 0;
    struct arena *a = arena_new((size_t)READ_FILE_MAX * 3);
    const struct know_fetch ask = { .url = f->url,
                                    .etag = again ? NULL : f->etag,
                                    .modified = again ? NULL : f->modified,
                                    .accept = "application/xml, text/csv, application/json;q=0.9, */*;q=0.5",
                                    .log_as = "knowledge.feed",
                                    .max = READ_FILE_MAX,
                                    .total_ms = FEED_MS };
    know_fetch(a, &ask, &out);
    t->status = out.status;
    /* "As before" is believed of who was told what it was before. */
    bool told = ask.etag != NULL && (ask.etag[0] != '\0' || ask.modified[0] != '\0');
    if (out.status == 304 && told) t->unchanged = t->finished = true;
    else if ((t->error = know_fetch_error(&out, &t->later)) == NULL) {
        t->etag = arena_text(job->arena, out.etag ? out.etag : "");
        t->modified = arena_text(job->arena, out.last_modified ? out.last_modified : "");
        know_take_bytes(job, t, out.body);
    }
    arena_free(a);
}

/* ---- what is due, and what is old ---- */

struct old {
    int64_t id[OLD_MAX];
    const char *file[OLD_MAX];
    size_t count;
};

static enum job_wish due_load(struct job *job, struct tx *tx)
{
    struct old *o = job->state = ARENA_NEW(job->arena, struct old);
    struct query q = query(tx, &old_files);
    bind_i64(&q, job->now_ms - FILES_KEPT_MS), bind_i64(&q, OLD_MAX);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        o->id[o->count] = col_i64(&q, "id"), o->file[o->count++] = col_text(&q, "file");
    size_t kept = 0;
    for (size_t i = 0; i < o->count && row != ROW_FAULT; i++) {
        struct query u = query(tx, &file_in_use);
        bind_i64(&u, o->id[i]);
        row = query_row(&u);
        if (row == ROW_NONE) o->id[kept] = o->id[i], o->file[kept++] = o->file[i];
    }
    o->count = kept;
    return row == ROW_FAULT ? JOB_AGAIN : JOB_FINISHED;
}

static void due_call(struct job *job)
{
    const struct old *o = job->state;
    char path[PATH_BYTES];
    for (size_t i = 0; i < o->count; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", knowledge_settings.upload_dir, o->file[i]);
        if (n > 0 && (size_t)n < sizeof path) (void)unlink(path); /* of another process: that one has it */
    }
}

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    size_t n = 0;
    enum row row;
    struct query q = query(tx, &due);
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[n++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : (int64_t)n;
}

static enum job_wish start_one(struct job *job, struct tx *tx, int64_t id)
{
    struct feed f = { .id = 0 };
    int64_t intake;
    bool room;
    enum row row = know_feed_get(tx, id, &f);
    if (row != ROW_FOUND) return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
    if (!know_intakes_room(tx, f.shop, &room)) return JOB_FAULT;
    struct query later = query(tx, &put_off);
    bind_i64(&later, f.id);
    bind_i64(&later, job->now_ms + (room ? FILES_KEPT_MS : FULL_RETRY_MS)); /* set anew when it ends */
    if (query_change(&later) < 0) return JOB_FAULT;
    if (!room) return JOB_FINISHED;
    /* A disabled account is not worked for; enabled again, its feeds are read at their next time. */
    struct tenants_owner alive;
    row = tenants_hooks.owner ? tenants_hooks.owner(tx, f.account, &alive) : ROW_FOUND;
    if (row != ROW_FOUND) return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
    return know_feed_start(tx, &f, job->now_ms, &intake) == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
}

static bool pull(struct tx *tx, const struct stmt *s, int64_t now_ms, int64_t longest_ms)
{
    struct query q = query(tx, s);
    bind_i64(&q, now_ms), bind_i64(&q, time_latest_end(now_ms, longest_ms)), bind_i64(&q, OLD_MAX);
    return query_put(&q);
}

static enum job_wish due_settle(struct job *job, struct tx *tx)
{
    const struct old *o = job->state;
    if (!pull(tx, &pull_feeds, job->now_ms, DAY_MS) || !pull(tx, &pull_files, job->now_ms, 0) ||
        !pull(tx, &pull_intakes, job->now_ms, 0))
        return JOB_FAULT;
    for (size_t i = 0; i < o->count; i++) {
        struct query q = query(tx, &drop_file);
        bind_i64(&q, o->id[i]);
        if (!query_put(&q)) return JOB_FAULT;
    }
    struct query q = query(tx, &old_intakes);
    bind_i64(&q, job->now_ms - INTAKES_KEPT_DAYS * DAY_MS), bind_i64(&q, OLD_MAX);
    if (!query_put(&q)) return JOB_FAULT;
    /* A shop whose reading cannot begin stops nobody else's. */
    enum job_wish wish = jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = start_one, .max = DUE_MAX });
    return wish == JOB_FINISHED && o->count == OLD_MAX ? JOB_NEXT : wish;
}

const struct job_kind knowledge_due_job = { .name = "knowledge.due",
                                            .doc = "Starts readings that are due; removes files of yesterday.",
                                            .max_attempts = 3,
                                            .backoff_first_ms = 5 * SECOND_MS,
                                            .backoff_max_ms = MINUTE_MS,
                                            .every_ms = 5 * MINUTE_MS,
                                            .careful = true,
                                            .pool = JOB_POOL_HOUSE,
                                            .load = due_load,
                                            .call = due_call,
                                            .settle = due_settle };
