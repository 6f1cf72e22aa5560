/* rows.c: the table of deliveries. The sender's id is unique within the sender and the address, so whatever comes twice
 * meets its own row: on SQLite because writers come one after the other, on PostgreSQL because the second INSERT waits
 * for the first one's commit. */
#include "inbound/private.h"

#include "base/clock.h"

#include <limits.h>

/* Of a sender. A stranger's rubbish takes the first alone: what is well signed and refused is kept beside it. */
enum { REFUSED_AN_HOUR = 10, ALARMS_AN_HOUR = 100, REFUSED_BODY_MAX = 32 << 10 };

const char *const inbound_state_names[] = { "received", "acted", "failed", "refused", NULL };
static_assert(DELIVERY_RECEIVED == 0 && DELIVERY_ACTED == 1 && DELIVERY_FAILED == 2 && DELIVERY_REFUSED == 3,
              "deliveries.state is stored: append, never renumber");

STMT(insert, "INSERT INTO deliveries (sender, address, sender_id, account, state, body_hash, same_hash, size, content,"
             " outcome, copies, changes, job, received_at_ms, last_at_ms, acted_at_ms)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, 0, ?11, ?11, 0)"
             " ON CONFLICT (sender, address, sender_id) DO NOTHING RETURNING id");
STMT(find_own,
     "SELECT id, same_hash, told_at_ms FROM deliveries WHERE sender = ?1 AND address = ?2 AND sender_id = ?3");
STMT(count_copy, "UPDATE deliveries SET copies = copies + ?2, changes = changes + ?3, last_at_ms = ?4, told_at_ms = ?5"
                 " WHERE id = ?1");
STMT(set_job, "UPDATE deliveries SET job = ?2 WHERE id = ?1");
/* Of strangers: what .act refused of the sender's own takes no room of theirs. */
STMT(refused_lately, "SELECT id FROM deliveries WHERE state = 3 AND state <> 1 AND sender = ?1 AND sender_id IS NULL"
                     " AND received_at_ms > ?2 AND received_at_ms <= ?4 ORDER BY id DESC LIMIT ?3");
#define ROW_COLUMNS                                                                                                    \
    "id, sender, address, sender_id, account, state, size, outcome, copies, changes, job, received_at_ms, last_at_ms," \
    " acted_at_ms"
#define WHOLE "SELECT " ROW_COLUMNS ", content, body_hash FROM deliveries WHERE id = ?1"
STMT(get, WHOLE);
STMT(get_locked, WHOLE, .postgres = WHOLE " FOR UPDATE");
STMT(end, "UPDATE deliveries SET state = ?2, outcome = ?3, acted_at_ms = ?4 WHERE id = ?1 AND state = 0");
STMT(again, "UPDATE deliveries SET state = 0, job = ?2 WHERE id = ?1 AND state <> 0");
STMT(accept, "UPDATE deliveries SET sender_id = ?2, account = ?3, same_hash = ?4, address = ?5, outcome = NULL"
             " WHERE id = ?1 AND state = 3");

static struct str same_of(const struct delivery *d) { return d->same.p ? d->same : d->body; }

static void hash_of(struct str s, uint8_t out[SHA256_SIZE]) { sha256(s.p ? s.p : "", s.n, out); }

static int64_t put_job(struct tx *tx, const struct sender *s, int64_t id, int64_t account, struct arena *a)
{
    const struct job_kind *kind = s->pool == JOB_POOL_MONEY ? &inbound_money_job
                                  : s->make                 ? &inbound_make_job
                                                            : &inbound_act_job;
    return jobs_put(tx,
                    &(struct job_new){ .kind = kind->name,
                                       .key = arena_printf(a, "delivery:%lld", (long long)id),
                                       .coalesce = true,
                                       .account = account,
                                       .ref = id },
                    NULL);
}

static enum row insert_row(struct tx *tx, const struct delivery *d, enum delivery_state state, bool keep, int64_t *id)
{
    uint8_t body[SHA256_SIZE], same[SHA256_SIZE];
    hash_of(d->body, body);
    hash_of(same_of(d), same);
    struct query q = query(tx, &insert);
    bind_text(&q, d->sender->name), bind_text(&q, d->address), bind_text(&q, d->id), bind_i64(&q, d->account);
    bind_i64(&q, state), bind_blob(&q, body, sizeof body), bind_blob(&q, same, sizeof same);
    bind_i64(&q, (int64_t)d->body.n);
    struct sealed s = keep ? inbound_seal(d, body) : (struct sealed){ 0 };
    if (keep) bind_blob(&q, s.p, s.n);
    else bind_null(&q);
    bind_text(&q, state == DELIVERY_REFUSED ? d->reason : NULL), bind_i64(&q, d->at_ms);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *id = col_i64(&q, "id");
    return row;
}

static bool start_job(struct tx *tx, const struct delivery *d)
{
    int64_t job = put_job(tx, d->sender, d->row, d->account, d->arena);
    struct query q = query(tx, &set_job);
    bind_i64(&q, d->row), bind_i64(&q, job);
    return job > 0 && query_put(&q);
}

enum inbound_stored inbound_store(struct tx *tx, struct delivery *d)
{
    enum row row = insert_row(tx, d, DELIVERY_RECEIVED, true, &d->row);
    if (row == ROW_FAULT) return STORED_FAULT;
    if (row == ROW_FOUND) return d->sender->at_once || start_job(tx, d) ? STORED_NEW : STORED_FAULT;
    struct query q = query(tx, &find_own);
    bind_text(&q, d->sender->name), bind_text(&q, d->address), bind_text(&q, d->id);
    if (query_row(&q) != ROW_FOUND) return STORED_FAULT;
    uint8_t hash[SHA256_SIZE];
    hash_of(same_of(d), hash);
    bool same = str_eq(col_str(&q, "same_hash"), (struct str){ (const char *)hash, sizeof hash });
    int64_t told_at_ms = col_i64(&q, "told_at_ms"); /* or by a clock that was ahead: then nobody was */
    bool told = told_at_ms > d->at_ms - HOUR_MS && !time_is_ahead(told_at_ms, d->at_ms);
    d->row = col_i64(&q, "id");
    q = query(tx, &count_copy);
    bind_i64(&q, d->row), bind_i64(&q, same), bind_i64(&q, !same), bind_i64(&q, d->at_ms);
    bind_i64(&q, same || told ? told_at_ms : d->at_ms);
    if (!query_put(&q)) return STORED_FAULT;
    if (same) return STORED_COPY;
    return told ? STORED_CHANGED_TOLD : STORED_CHANGED;
}

bool inbound_store_refused(struct tx *tx, const struct delivery *d, bool alarm, int64_t *row)
{
    int most = alarm ? REFUSED_AN_HOUR + ALARMS_AN_HOUR : REFUSED_AN_HOUR;
    struct query q = query(tx, &refused_lately);
    bind_text(&q, d->sender->name), bind_i64(&q, d->at_ms - HOUR_MS), bind_i64(&q, most);
    bind_i64(&q, d->at_ms + CLOCK_WITNESS_MS); /* not those of a clock that was ahead */
    enum row more;
    int count = 0;
    *row = 0;
    while ((more = query_next(&q)) == ROW_FOUND) count += col_i64(&q, "id") > 0;
    if (more == ROW_FAULT) return false;
    if (count >= most) return true;
    return insert_row(tx, d, DELIVERY_REFUSED, d->body.n <= REFUSED_BODY_MAX, row) == ROW_FOUND;
}

/* ---- reading ---- */

static struct delivery_row row_of(const struct query *q)
{
    int64_t state = col_state(q, "state", DELIVERY_RECEIVED, DELIVERY_REFUSED);
    return (struct delivery_row){
        .id = col_i64(q, "id"),
        .sender = col_text(q, "sender"),
        .address = col_text(q, "address"),
        .sender_id = col_text(q, "sender_id"),
        .account = col_i64(q, "account"),
        .state = (enum delivery_state)state,
        .size = col_i64(q, "size"),
        .outcome = col_text(q, "outcome"),
        .copies = col_i64(q, "copies"),
        .changes = col_i64(q, "changes"),
        .job = col_i64(q, "job"),
        .received_at_ms = col_i64(q, "received_at_ms"),
        .last_at_ms = col_i64(q, "last_at_ms"),
        .acted_at_ms = col_i64(q, "acted_at_ms"),
    };
}

enum row inbound_get(struct tx *tx, int64_t id, bool lock, struct delivery_row *out)
{
    struct query q = query(tx, lock ? &get_locked : &get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    *out = row_of(&q);
    out->content = col_str(&q, "content");
    out->body_hash = col_str(&q, "body_hash");
    return row;
}

/* Walked from the newest by the key; what is not acted on has an index of its own, and so has a sender. */
#define PAGE "SELECT " ROW_COLUMNS " FROM deliveries WHERE id < ?1 AND received_at_ms >= ?2 AND received_at_ms < ?3"
#define OF_STATE " AND (CAST(?5 AS BIGINT) < 0 OR state = ?5)"
#define NEWEST " ORDER BY id DESC LIMIT ?4"
STMT(page_all, PAGE OF_STATE NEWEST);
STMT(page_open, PAGE " AND state <> 1 AND state = ?5" NEWEST);
STMT(page_sender, PAGE OF_STATE " AND sender = ?6" NEWEST);
STMT(page_open_sender, PAGE " AND state <> 1 AND state = ?5 AND sender = ?6" NEWEST);
STMT(page_account, PAGE OF_STATE " AND account > 0 AND account = ?6 AND (CAST(?7 AS TEXT) = '' OR sender = ?7)" NEWEST);

static struct query ask(struct tx *tx, const struct deliveries_wanted *w)
{
    bool open = w->state >= 0 && w->state != DELIVERY_ACTED;
    const struct stmt *page = w->sender ? open ? &page_open_sender : &page_sender : open ? &page_open : &page_all;
    struct query q = query(tx, w->account > 0 ? &page_account : page);
    bind_i64(&q, w->after), bind_i64(&q, w->from_ms), bind_i64(&q, w->to_ms), bind_i64(&q, w->limit),
        bind_i64(&q, w->state);
    if (w->account > 0) bind_i64(&q, w->account), bind_text(&q, w->sender ? w->sender : "");
    else if (w->sender) bind_text(&q, w->sender);
    return q;
}

bool inbound_page(struct tx *tx, const struct deliveries_wanted *w, struct delivery_row *out, size_t *count)
{
    struct query q = ask(tx, w);
    *count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = row_of(&q);
    return row == ROW_NONE;
}

/* ---- moving ---- */

bool inbound_end(struct tx *tx, int64_t id, enum delivery_state to, const char *outcome, int64_t at_ms)
{
    struct query q = query(tx, &end);
    bind_i64(&q, id), bind_i64(&q, to), bind_text(&q, outcome), bind_i64(&q, at_ms);
    return query_change(&q) == 1;
}

enum row inbound_again(struct tx *tx, const struct delivery_row *r, const struct sender *s)
{
    int64_t job = put_job(tx, s, r->id, r->account, tx_arena(tx));
    if (job < 0) return ROW_FAULT;
    struct query q = query(tx, &again);
    bind_i64(&q, r->id), bind_i64(&q, job);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows > 0 ? ROW_FOUND : ROW_NONE;
}

enum row inbound_accept(struct tx *tx, const struct delivery_row *r, struct delivery *d)
{
    struct query known = query(tx, &find_own);
    bind_text(&known, r->sender), bind_text(&known, d->address), bind_text(&known, d->id);
    enum row row = query_row(&known);
    /* The id may be its own: .act refused what had been verified. */
    if (row == ROW_FAULT || (row == ROW_FOUND && col_i64(&known, "id") != r->id))
        return row == ROW_FOUND ? ROW_NONE : ROW_FAULT;
    uint8_t hash[SHA256_SIZE];
    hash_of(same_of(d), hash);
    struct query q = query(tx, &accept);
    bind_i64(&q, r->id), bind_text(&q, d->id), bind_i64(&q, d->account), bind_blob(&q, hash, sizeof hash);
    bind_text(&q, d->address);
    return query_change(&q) == 1 ? ROW_FOUND : ROW_FAULT;
}
