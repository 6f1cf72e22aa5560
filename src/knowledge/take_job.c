/* take_job.c: the job that takes in a file or what an address told: reads, writes beside the live rows, switches. Each
 * attempt is a slice; after a kill it goes on with the next one. */
#include "knowledge/intake.h"

#include "audit/audit.h"
#include "http/events.h"
#include "knowledge/evershop.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PATH_BYTES = 1100,
    REFUSALS_BYTES = 4096,
    TRIES = 4,
    GUARD_ROWS = 10,
    FEED_EVERY_MS = 24 * 60 * 60 * 1000,
    FEED_RETRY_MS = 60 * 60 * 1000
};

STMT(file_of, "SELECT file, title, bytes FROM knowledge_files WHERE id = ?1 AND shop = ?2");
/* Taken: housekeeping removes it with its file. */
STMT(file_done, "UPDATE knowledge_files SET at_ms = 0 WHERE id = ?1");

/* Planned for the tables as they are, until the transaction ends: PostgreSQL keeps a plan until it has new statistics,
 * and at the first of a thousand parts the table was empty. */
STMT(plan_anew, "SELECT 1 AS done",
     .postgres = "SELECT set_config('plan_cache_mode', 'force_custom_plan', TRUE) AS done");

/* ---- reading ---- */

static void take_file(struct job *job, struct know_taking *t)
{
    char path[PATH_BYTES];
    if (know_readings_slice(t->in.id, t->in.parts, job->arena, &t->parts, &t->finished)) return;
    int n = snprintf(path, sizeof path, "%s/%s", knowledge_settings.upload_dir, t->file ? t->file : "");
    int fd = t->file && n > 0 && (size_t)n < sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    size_t size = (size_t)t->file_bytes, have = 0;
    char *bytes = fd >= 0 ? malloc(size + 1) : NULL;
    while (bytes && have < size) {
        ssize_t got = read(fd, bytes + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        have += (size_t)got;
    }
    if (fd >= 0) (void)close(fd);
    if (bytes && have == size) know_take_bytes(job, t, (struct str){ bytes, size });
    else t->error = "file_gone", t->later = true; /* another process may have it */
    free(bytes);
}

/* A part is read where nobody waits for it: its transaction is one that writes. */
static void read_part(struct job *job, struct know_taking *t)
{
    struct field_faults faults = { 0 };
    json_t *root = json_read(str_of(t->part), READ_JSON_MAX, NULL);
    t->piece = ARENA_NEW(job->arena, struct knowledge_import);
    if (!root || !know_import_read(job->arena, root, t->piece, &faults)) t->piece = NULL;
    json_decref(root);
}

/* ---- load, call ---- */

static enum job_wish take_load(struct job *job, struct tx *tx)
{
    struct know_taking *t = job->state = ARENA_NEW(job->arena, struct know_taking);
    struct knowledge_head h;
    struct shop s;
    enum row row = know_intake_get(tx, job->ref, &t->in);
    if (row == ROW_FAULT) return JOB_AGAIN;
    if (row == ROW_FOUND && t->in.state == INTAKE_WRITING && t->in.written < t->in.parts)
        return know_intake_part_get(tx, t->in.id, t->in.written, &t->part) == ROW_FAULT ? JOB_AGAIN : JOB_FINISHED;
    if (row == ROW_NONE || t->in.state != INTAKE_READING) return JOB_FINISHED;
    if (know_head_get(tx, t->in.shop, t->in.account, &h) == ROW_FAULT) return JOB_AGAIN;
    if (!know_shop_says(tx, t->in.shop, job->arena, &t->says)) return JOB_AGAIN;
    t->currency = h.currency;
    row = shops_get(tx, t->in.shop, &s);
    if (row == ROW_FAULT) return JOB_AGAIN;
    if (row == ROW_FOUND) {
        t->shop_host = s.domain;
        t->shop_url = h.url ? h.url : s.domain ? arena_printf(job->arena, "https://%s", s.domain) : NULL;
    }
    if (t->in.file) {
        struct query q = query(tx, &file_of);
        bind_i64(&q, t->in.file), bind_i64(&q, t->in.shop);
        row = query_row(&q);
        if (row == ROW_FOUND) {
            t->file = col_text(&q, "file"), t->file_bytes = col_i64(&q, "bytes");
            t->file_name = col_text(&q, "title");
        }
    } else if (t->in.feed) {
        t->feed = ARENA_NEW(job->arena, struct feed);
        row = know_feed_get(tx, t->in.feed, t->feed);
        if (row == ROW_NONE) t->feed = NULL;
    } else row = know_store_load(tx, job->arena, &t->in, job->now_ms, &t->store);
    return row == ROW_FAULT ? JOB_AGAIN : JOB_FINISHED;
}

static void take_call(struct job *job)
{
    struct know_taking *t = job->state;
    if (t->part) read_part(job, t);
    if (t->in.state != INTAKE_READING || t->in.id == 0) return;
    if (t->store) know_take_store(job, t);
    else if (t->in.feed <= 0) take_file(job, t); /* < 0: a document, whose bytes are a file too */
    else if (!t->feed) t->error = "removed";
    else if (t->feed->kind == FEED_FILE) know_take_feed(job, t);
    else know_take_pages(job, t);
}

/* ---- the end of one ---- */

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static void details_json(struct json *j, const void *arg)
{
    const struct intake *in = arg;
    json_i64(j, "import", in->import);
    json_i64(j, "changed", in->changed);
}

static const char *refusals_text(struct arena *a, const struct field_faults *f)
{
    struct buf b;
    struct json j;
    buf_fixed(&b, arena_alloc(a, REFUSALS_BYTES), REFUSALS_BYTES);
    json_begin(&j, &b);
    json_array(&j, NULL);
    for (size_t i = 0; i < f->count; i++) {
        json_object(&j, NULL);
        json_text(&j, "field", f->fault[i].field);
        json_text(&j, "code", f->fault[i].code);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
    return b.overflow ? "[]" : buf_terminated(&b);
}

static bool feed_ended(struct tx *tx, const struct know_taking *t, const struct intake *in, int64_t now_ms)
{
    struct feed f;
    if (in->feed <= 0) return true;
    enum row row = know_feed_get(tx, in->feed, &f);
    if (row != ROW_FOUND) return row == ROW_NONE;
    bool done = in->state == INTAKE_DONE;
    f.state = done ? FEED_READ : FEED_FAILED, f.intake = 0;
    f.error = t && t->error ? t->error : done ? "" : "refused";
    f.status = t ? t->status : 0;
    if (done) f.read_at_ms = now_ms;
    else f.etag = f.modified = ""; /* what was refused is read whole again: "not modified" would pass for taken */
    if (in->import) f.import = in->import;
    if (done && !(t && t->unchanged))
        f.products = in->products, f.texts = in->texts, f.orders = in->orders, f.changed = in->changed;
    if (f.next_at_ms) f.next_at_ms = now_ms + (t && t->error && t->later ? FEED_RETRY_MS : FEED_EVERY_MS);
    return know_feed_keep(tx, &f);
}

/* *name: how its owner calls the file; stays as it is where there is none. False: fault. */
static bool file_named(struct tx *tx, const struct intake *in, const char **name)
{
    if (!in->file) return true;
    struct query q = query(tx, &file_of);
    bind_i64(&q, in->file), bind_i64(&q, in->shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *name = col_text(&q, "title");
    return row != ROW_FAULT;
}

/* In every end: the line in the list of imports, the feed's row, the trail, the open pages. */
static bool ended(struct job *job, struct tx *tx, struct intake *in, const struct know_taking *t,
                  const struct field_faults *faults)
{
    struct knowledge_import counts = { .products = (size_t)in->products,
                                       .texts = (size_t)in->texts,
                                       .orders = (size_t)in->orders };
    const struct shop s = { .id = in->shop, .account = in->account };
    struct know_report r = { .source = in->source, .in = &counts, .faults = faults, .changed = in->changed };
    if (!file_named(tx, in, &r.name)) return false;
    if (!know_document_ended(tx, in, job->now_ms)) return false;
    in->ended_at_ms = job->now_ms, in->todo = "";
    in->refusals = refusals_text(job->arena, faults);
    if (!(t && t->unchanged) && !know_import_remember(tx, &s, &r, job->now_ms, &in->import)) return false;
    /* What was taken is forgotten afterwards, some at a time: the switch alone is long enough. */
    if (in->state == INTAKE_FAILED && !know_intake_forget_parts(tx, in->id)) return false;
    if (!feed_ended(tx, t, in, job->now_ms)) return false;
    if (in->file) {
        struct query q = query(tx, &file_done);
        bind_i64(&q, in->file);
        if (in->state == INTAKE_DONE && !query_put(&q)) return false;
    }
    const struct audit_entry e = { .action = AUDIT_knowledge_imported,
                                   .account = in->account,
                                   .resource = "shop",
                                   .resource_id = in->shop,
                                   .details = details_json,
                                   .arg = in,
                                   .at_ms = job->now_ms };
    if (in->changed > 0 && !audit_put(tx, &e)) return false;
    if (!know_intake_keep(tx, in)) return false;
    return events_put(tx, in->account, "shop.changed", event_json, &in->shop);
}

/* Nothing of it stays but the line that says why. */
static enum job_wish fail(struct job *job, struct tx *tx, struct intake *in, const struct know_taking *t,
                          const struct field_faults *faults)
{
    struct knowledge_head h;
    if (in->state == INTAKE_WRITING) {
        if (know_head_get(tx, in->shop, in->account, &h) != ROW_FOUND) return JOB_FAULT;
        if (h.intakes > 0) h.intakes--;
        /* Numbers that were given out belong to nothing now. */
        h.stale_products += in->products, h.stale_texts += in->texts;
        if (!know_head_keep(tx, &h, job->now_ms)) return JOB_FAULT;
    }
    in->state = INTAKE_FAILED; /* changed: orders that were written stay */
    return ended(job, tx, in, t, faults) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish fail_with(struct job *job, struct tx *tx, struct intake *in, const struct know_taking *t,
                               const char *field, const char *code)
{
    const struct field_faults f = { 1, { { .field = field, .code = code } } };
    return fail(job, tx, in, t, &f);
}

bool know_intake_stop(struct tx *tx, struct arena *a, int64_t now_ms, struct intake *in)
{
    struct job now = { .arena = a, .now_ms = now_ms };
    return fail_with(&now, tx, in, NULL, "", "stopped") == JOB_FINISHED;
}

/* ---- slices ---- */

static enum job_wish settle_read(struct job *job, struct tx *tx, struct intake *in, struct know_taking *t)
{
    if (t->error && t->later && job->attempt < TRIES) {
        job_error(job, "%s", t->error);
        return JOB_AGAIN;
    }
    if (t->error) return fail_with(job, tx, in, t, "", t->error);
    if (t->faults.count > 0) return fail(job, tx, in, t, &t->faults);
    const int64_t parts = t->restart ? 0 : in->parts;
    *in = t->in; /* with what the reader found */
    in->parts = parts;
    if (t->unchanged) {
        in->state = INTAKE_DONE;
        return ended(job, tx, in, t, &(struct field_faults){ 0 }) ? JOB_FINISHED : JOB_FAULT;
    }
    if (t->document) {
        enum row row = know_document_begin(tx, in, t->document);
        if (row == ROW_FAULT) return JOB_FAULT;
        if (row == ROW_NONE) return fail_with(job, tx, in, t, "documents", "too_many");
    }
    for (size_t i = 0; i < t->parts.count; i++)
        if (!know_intake_part(tx, in->id, in->parts++, t->parts.body[i])) return JOB_FAULT;
    if (t->feed && (t->etag || t->modified)) {
        struct feed f;
        enum row row = know_feed_get(tx, t->feed->id, &f);
        if (row == ROW_FAULT) return JOB_FAULT;
        if (row == ROW_NONE) return fail_with(job, tx, in, t, "", "removed");
        f.etag = t->etag ? t->etag : "", f.modified = t->modified ? t->modified : "";
        if (!know_feed_keep(tx, &f)) return JOB_FAULT;
    }
    if (t->finished) {
        struct knowledge_head h;
        struct knowledge_import counts = { .products = (size_t)in->products, .currency = in->currency };
        const char *code;
        if (know_head_get(tx, in->shop, in->account, &h) == ROW_FAULT) return JOB_FAULT;
        const char *field = know_import_misfit(&h, &counts, &code);
        if (field) return fail_with(job, tx, in, t, field, code);
        if (h.orders + in->orders > KNOWLEDGE_ORDERS_MAX) return fail_with(job, tx, in, t, "orders", "too_many");
        in->state = INTAKE_WRITING;
        h.intakes++;
        if (h.currency == CURRENCY_NONE) h.currency = in->currency;
        if (!know_head_keep(tx, &h, job->now_ms)) return JOB_FAULT;
    }
    if (t->again_ms) job_again_after(job, t->again_ms);
    return know_intake_keep(tx, in) ? JOB_NEXT : JOB_FAULT;
}

static bool is_store(const struct intake *in) { return str_starts(str_of(in->source), STR("store_")); }

static enum job_wish write_part(struct job *job, struct tx *tx, struct intake *in, const struct know_taking *t)
{
    const struct knowledge_import *part = t->piece;
    struct knowledge_head h;
    struct know_write w = { .now_ms = job->now_ms, .intake = in->id, .feed = in->feed, .began_ms = in->began_at_ms };
    /* What a store exports is as new as the moment when it was asked: a delivery of since then counts more. */
    struct know_write orders = { .now_ms = job->now_ms, .version = is_store(in) ? in->began_at_ms : 0 };
    if (t->in.state != INTAKE_WRITING || t->in.written != in->written || !t->part) return JOB_FAULT;
    if (!part) return fail_with(job, tx, in, NULL, "", "format");
    if (know_head_get(tx, in->shop, in->account, &h) == ROW_FAULT) return JOB_FAULT;
    if (is_store(in) && h.currency == CURRENCY_NONE) h.currency = know_evershop_currency(part->order, part->orders);
    if (!know_products_save(tx, &h, part->product, part->products, &w) ||
        !know_texts_save(tx, &h, part->text, part->texts, &w) ||
        !know_orders_save(tx, &h, part->order, part->orders, &orders) || !know_head_keep(tx, &h, job->now_ms))
        return JOB_FAULT;
    in->written++, in->changed += orders.changed; /* of what only the switch makes live, it counts */
    return know_intake_keep(tx, in) ? JOB_NEXT : JOB_FAULT;
}

/* A feed that suddenly names less than half of what it did is more likely broken than right. */
static bool is_suspicious(struct tx *tx, const struct intake *in, const struct know_switch *s, bool *out)
{
    int64_t none, all;
    *out = false;
    if (!in->whole || !in->feed) return true;
    if (!know_products_unnamed(tx, in->shop, s, &none, &all)) return false;
    *out = all >= GUARD_ROWS && none * 2 > all;
    return true;
}

static enum job_wish switch_over(struct job *job, struct tx *tx, struct intake *in)
{
    struct knowledge_head h;
    struct know_switch s = {
        .intake = in->id, .feed = in->feed, .began_ms = in->began_at_ms, .now_ms = job->now_ms, .whole = in->whole
    };
    bool suspicious;
    if (know_head_get(tx, in->shop, in->account, &h) == ROW_FAULT) return JOB_FAULT;
    enum row document = know_document_is_there(tx, in);
    if (document == ROW_FAULT || !is_suspicious(tx, in, &s, &suspicious)) return JOB_FAULT;
    if (document == ROW_NONE) return fail_with(job, tx, in, NULL, "", "removed");
    if (suspicious) return fail_with(job, tx, in, NULL, "products", "too_few");
    /* Which of them are new is asked only where all of them would be too many: it is a walk over both. */
    int64_t products = in->products, texts = in->texts;
    if (h.products + products > KNOWLEDGE_PRODUCTS_MAX && !know_products_new(tx, in->shop, in->id, &products))
        return JOB_FAULT;
    if (h.texts + texts > KNOWLEDGE_TEXTS_MAX && !know_texts_new(tx, in->shop, in->id, &texts)) return JOB_FAULT;
    if (h.products + products > KNOWLEDGE_PRODUCTS_MAX) return fail_with(job, tx, in, NULL, "products", "too_many");
    if (h.texts + texts > KNOWLEDGE_TEXTS_MAX) return fail_with(job, tx, in, NULL, "documents", "too_many");
    if (!know_products_switch(tx, &h, &s) || !know_texts_switch(tx, &h, &s)) return JOB_FAULT;
    in->changed += s.changed;
    if (in->currency != CURRENCY_NONE) h.currency = in->currency;
    if (in->language) h.language = in->language;
    if (in->name) h.name = in->name;
    if (in->url) h.url = in->url;
    if (h.intakes > 0) h.intakes--;
    if (in->cut != TOKENS_VERSION) h.cut = in->cut; /* so that it is made anew */
    in->state = INTAKE_DONE;
    if (!know_head_keep(tx, &h, job->now_ms)) return JOB_FAULT;
    return ended(job, tx, in, NULL, &(struct field_faults){ 0 }) ? JOB_NEXT : JOB_FAULT;
}

static enum job_wish forget_some(struct tx *tx, const struct intake *in)
{
    bool left;
    if (!know_intake_forget_some(tx, in->id, &left)) return JOB_FAULT;
    return left ? JOB_NEXT : JOB_FINISHED;
}

/* Its shop was purged while it began: nothing of it stays, and there is nobody to tell. */
static bool is_purged(enum row row, const struct shop *s) { return row == ROW_NONE || s->status == SHOP_PURGED; }

static enum job_wish drop(struct tx *tx, int64_t intake)
{
    return know_intake_drop(tx, intake) ? JOB_FINISHED : JOB_FAULT;
}

static bool planned_anew(struct tx *tx)
{
    if (tx_engine(tx) != DB_POSTGRES) return true;
    struct query q = query(tx, &plan_anew);
    return query_row(&q) == ROW_FOUND;
}

static enum job_wish take_settle(struct job *job, struct tx *tx)
{
    struct know_taking *t = job->state;
    struct intake in;
    struct shop s;
    enum row row = know_intake_get(tx, job->ref, &in);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    row = shops_locked(tx, in.shop, &s);
    /* As it is under the lock: somebody may have stopped it meanwhile. */
    if (row == ROW_FAULT || know_intake_get(tx, job->ref, &in) != ROW_FOUND) return JOB_FAULT;
    if (is_purged(row, &s)) return drop(tx, in.id);
    if (!planned_anew(tx)) return JOB_FAULT;
    if (in.state >= INTAKE_DONE) return forget_some(tx, &in);
    if (s.account != in.account || s.status >= SHOP_DELETED) return fail_with(job, tx, &in, t, "", "shop_gone");
    if (in.state == INTAKE_READING) return settle_read(job, tx, &in, t);
    return in.written < in.parts ? write_part(job, tx, &in, t) : switch_over(job, tx, &in);
}

static enum job_wish take_dead(struct job *job, struct tx *tx, const char *error)
{
    struct intake in;
    struct shop s;
    enum row row = know_intake_get(tx, job->ref, &in);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    row = shops_locked(tx, in.shop, &s); /* the head is written under its shop's lock */
    if (row == ROW_FAULT) return JOB_FAULT;
    if (is_purged(row, &s)) return drop(tx, in.id);
    /* As it is under the lock: somebody may have stopped it meanwhile. */
    if (know_intake_get(tx, job->ref, &in) != ROW_FOUND) return JOB_FAULT;
    if (in.state >= INTAKE_DONE) return know_intake_forget_parts(tx, in.id) ? JOB_FINISHED : JOB_FAULT;
    return fail_with(job, tx, &in, NULL, "", "interrupted");
}

const struct job_kind knowledge_take_job = { .name = "knowledge.take",
                                             .doc = "Takes in a file, a feed or the pages of a shop.",
                                             .max_attempts = TRIES + 2,
                                             .backoff_first_ms = 5 * SECOND_MS,
                                             .backoff_max_ms = 2 * MINUTE_MS,
                                             .pool = JOB_POOL_SHOPS,
                                             .keeps_claim = true,
                                             .load = take_load,
                                             .call = take_call,
                                             .settle = take_settle,
                                             .dead = take_dead };
