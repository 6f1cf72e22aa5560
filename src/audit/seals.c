/* seals.c: the hash chain over the audit log.
 *
 * A seal covers every row with an id behind the last_id of the seal before it, up to its own last_id. Its hash is
 *     HMAC-SHA256( previous hash, seq, last_id, row count, SHA-256 of each row in id order )
 * under the chain key (seals before audit_head's keyed_from: plain SHA-256), so a row that is changed, removed or put
 * in later under a sealed id is found by computing it again, and nobody without the key can make a seal. `marks` keeps
 * (id, first 8 bytes of the row's hash) for each row: they let `verify` name the row, they prove nothing.
 * Where the chain ends stands in audit_head (head.c), so that seals which are cut off are missed.
 * What it cannot see: a whole database of earlier put back. The job therefore logs each seal's hash; keep those lines
 * elsewhere and compare.
 *
 * Which rows may be sealed? An id is drawn before its transaction commits, so on PostgreSQL 7 may be visible while 6 is
 * still to come. A transaction has its number before it draws an id (see the schema). So: (1) look at the highest
 * visible id N, in the reading transaction; (2) only then begin the sealing one, which takes its number X as it begins:
 * whoever drew an id up to N has a number below X; (3) once pg_snapshot_xmin has reached X all of those have ended, and
 * no id up to N can appear any more. N and X wait in audit_horizon from one run of the job to the next. No lock,
 * nothing to update in the rows, no further index.
 * After a dump was restored into another cluster X may be from a longer history; it is then taken anew.
 * SQLite has one writer: what is visible is final.
 *
 * Rejected: seals by time ("older than 10 s": a slow transaction may be older); a column for the seal in each row
 * (every row written twice); hashing under a lock when the row is written (all commits would wait in one line). */
#include "audit/private.h"
#include "base/chain.h"
#include "base/clock.h"
#include "base/log.h"
#include <string.h>

enum {
    SEAL_ROWS_MAX = 500, /* rows of one seal */
    SEALS_PER_RUN = 100, /* so one run catches up with 50,000 rows; the next goes on */
    MARK_BYTES = 16,     /* id big-endian, then 8 bytes of the row's hash */
    SEAL_EVERY_MS = 5000,
    ROW_TEXT_MAX_BYTES = 8192,
};

STMT(final_id, "SELECT COALESCE(MAX(id), 0) AS final FROM audit_log",
     .postgres = "SELECT CASE WHEN pending_xact <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                 " THEN pending_id ELSE 0 END AS final FROM audit_horizon WHERE only_row = 1");
STMT(highest_id, "SELECT COALESCE(MAX(id), 0) AS id FROM audit_log");
STMT(move_horizon, "UPDATE audit_horizon SET pending_id = ?1 WHERE only_row = 1 AND pending_id < ?1",
     .postgres = "UPDATE audit_horizon SET pending_id = ?1, pending_xact = pg_current_xact_id()::text::bigint"
                 " WHERE only_row = 1 AND pending_id < ?1"
                 " AND (pending_xact <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                 "      OR pending_xact > pg_current_xact_id()::text::bigint)");
STMT(add_seal, "INSERT INTO audit_seals (seq, last_id, row_count, hash, previous, marks, sealed_at_ms)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (seq) DO NOTHING");
STMT(rows_between, "SELECT id, account, actor, actor_account, action, resource, resource_id, details, network,"
                   " user_agent, at_ms FROM audit_log WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3");
STMT(seals_behind, "SELECT seq, last_id, row_count, hash, previous, marks FROM audit_seals"
                   " WHERE seq > ?1 ORDER BY seq LIMIT 20");

struct seal {
    int64_t seq, last_id, row_count;
    bool keyed;
    char hash[SHA256_HEX_SIZE], previous[SHA256_HEX_SIZE];
    uint8_t *marks;
};
struct audit_batch {
    struct audit_head head;
    int64_t highest_id;
    size_t count;
    struct seal seal[SEALS_PER_RUN];
};

/* ---- what is hashed ---- */

static void add_number(struct buf *out, int64_t v)
{
    buf_i64(out, v);
    buf_char(out, ',');
}

/* With its length in front, so that no two different rows give the same bytes. */
static void add_text(struct buf *out, const char *text)
{
    if (!text) {
        buf_text(out, "-,");
        return;
    }
    add_number(out, (int64_t)strlen(text));
    buf_text(out, text);
    buf_char(out, ',');
}

static void row_hash(const struct query *q, uint8_t out[SHA256_SIZE])
{
    char memory[ROW_TEXT_MAX_BYTES];
    struct buf b;
    buf_fixed(&b, memory, sizeof memory);
    add_number(&b, col_i64(q, "id"));
    add_number(&b, col_i64(q, "account"));
    add_number(&b, col_i64(q, "actor"));
    add_text(&b, col_text(q, "action"));
    add_text(&b, col_text(q, "resource"));
    add_number(&b, col_i64(q, "resource_id"));
    add_number(&b, col_i64(q, "at_ms"));
    add_text(&b, col_text(q, "network"));
    add_text(&b, col_text(q, "user_agent"));
    add_text(&b, col_text(q, "details"));
    /* Behind the rest and only where there is one: rows from before the column keep their hash, and neither setting it
     * in an old row nor clearing it in a new one goes unseen. */
    if (!col_is_null(q, "actor_account")) add_number(&b, col_i64(q, "actor_account"));
    /* No row of ours is that long. One that somebody made so gets a hash that no honest row has. */
    if (b.overflow) {
        memset(out, 0, SHA256_SIZE);
        return;
    }
    sha256(b.p, b.n, out);
}

static void mark_set(uint8_t *mark, int64_t id, const uint8_t hash[SHA256_SIZE])
{
    for (int i = 0; i < 8; i++) mark[i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
    memcpy(mark + 8, hash, 8);
}

static int64_t mark_id(const uint8_t *mark)
{
    uint64_t id = 0;
    for (int i = 0; i < 8; i++) id = id << 8 | mark[i];
    return (int64_t)id;
}

static void seal_hash(const struct seal *s, const uint8_t *row_hashes, struct arena *a, bool keyed,
                      char out[SHA256_HEX_SIZE])
{
    size_t size = 512 + (size_t)s->row_count * SHA256_SIZE;
    char *memory = arena_alloc(a, size);
    struct buf b;
    buf_fixed(&b, memory, size);
    add_text(&b, s->previous);
    add_number(&b, s->seq);
    add_number(&b, s->last_id);
    add_number(&b, s->row_count);
    buf_add(&b, row_hashes, (size_t)s->row_count * SHA256_SIZE);
    assert(!b.overflow);
    if (!keyed) {
        sha256_hex(buf_str(&b), out);
        return;
    }
    uint8_t mac[CHAIN_MAC_SIZE];
    chain_mac("audit seal", b.p, b.n, mac);
    hex_encode(mac, sizeof mac, out);
}

void audit_plain_seal(struct arena *a, struct query *rows, int64_t seq, int64_t last_id, const char *previous,
                      char out[SHA256_HEX_SIZE])
{
    struct seal s = { .seq = seq, .last_id = last_id };
    uint8_t *hashes = arena_alloc(a, (size_t)SEAL_ROWS_MAX * SHA256_SIZE);
    for (; s.row_count < SEAL_ROWS_MAX && query_next(rows) == ROW_FOUND; s.row_count++)
        row_hash(rows, hashes + s.row_count * SHA256_SIZE);
    memcpy(s.previous, previous, strlen(previous) + 1);
    seal_hash(&s, hashes, a, false, out);
}

/* ---- sealing ---- */

/* Ids up to *final can no longer appear. */
static bool final_id_now(struct tx *tx, int64_t *final)
{
    struct query q = query(tx, &final_id);
    enum row r = query_row(&q);
    *final = r == ROW_FOUND ? col_i64(&q, "final") : 0;
    return r != ROW_FAULT;
}

/* The rows of the next seal. False on a fault; row_count 0: there are none. */
static bool seal_read(struct tx *tx, struct arena *a, int64_t behind, int64_t final, struct seal *s)
{
    struct arena_mark mark = arena_mark(a);
    uint8_t *hashes = arena_alloc(a, (size_t)SEAL_ROWS_MAX * SHA256_SIZE);
    uint8_t marks[SEAL_ROWS_MAX * MARK_BYTES];
    struct query q = query(tx, &rows_between);
    bind_i64(&q, behind), bind_i64(&q, final), bind_i64(&q, SEAL_ROWS_MAX);
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        uint8_t *hash = hashes + s->row_count * SHA256_SIZE;
        row_hash(&q, hash);
        s->last_id = col_i64(&q, "id");
        mark_set(marks + s->row_count * MARK_BYTES, s->last_id, hash);
        s->row_count++;
    }
    if (r == ROW_NONE && s->row_count > 0) seal_hash(s, hashes, a, true, s->hash);
    /* Rows and hashes go at once: a run that catches up reads far more than it keeps. */
    arena_release(a, mark);
    if (r == ROW_NONE && s->row_count > 0) s->marks = arena_copy(a, marks, (size_t)s->row_count * MARK_BYTES);
    return r == ROW_NONE;
}

struct audit_batch *audit_batch_read(struct tx *tx, struct arena *a)
{
    assert(tx_arena(tx) == a); /* seal_read gives back what its rows took */
    struct audit_batch *b = ARENA_NEW(a, struct audit_batch);
    struct query high = query(tx, &highest_id);
    if (query_row(&high) != ROW_FOUND) return NULL;
    b->highest_id = col_i64(&high, "id");
    if (!audit_head_read(tx, &b->head)) return NULL;
    if (b->head.state != HEAD_OURS) {
        LOG(LOG_ERROR, "audit_chain_is_broken", LOG_NUMBER("seq", b->head.seq), LOG_NUMBER("how", b->head.state));
        return NULL;
    }
    int64_t seq = b->head.seq, behind = seq > 0 ? b->head.last_id : INT64_MIN;
    const char *previous = b->head.hash;
    int64_t final;
    if (!final_id_now(tx, &final)) return NULL;
    while (b->count < SEALS_PER_RUN && behind < final) {
        struct seal *s = &b->seal[b->count];
        s->seq = ++seq;
        memcpy(s->previous, previous, strlen(previous) + 1);
        if (!seal_read(tx, a, behind, final, s)) return NULL;
        if (s->row_count == 0) break;
        behind = s->last_id;
        previous = s->hash;
        b->count++;
    }
    return b;
}

/* Stores what was read, and takes the next horizon: `tx` began after audit_batch_read, so its number is above those of
 * all who drew an id up to the one seen there. */
bool audit_batch_store(struct tx *tx, const struct audit_batch *b, int64_t now_ms)
{
    struct audit_head to = b->head;
    for (size_t i = 0; i < b->count; i++) {
        const struct seal *s = &b->seal[i];
        struct query q = query(tx, &add_seal);
        bind_i64(&q, s->seq), bind_i64(&q, s->last_id), bind_i64(&q, s->row_count);
        bind_text(&q, s->hash), bind_text(&q, s->previous);
        bind_blob(&q, s->marks, (size_t)s->row_count * MARK_BYTES), bind_i64(&q, now_ms);
        int64_t added = query_change(&q);
        if (added < 0) return false;
        if (added == 0) break; /* another process was first; ours are the same or follow from theirs next time */
        to.seq = s->seq;
        memcpy(to.hash, s->hash, sizeof to.hash);
    }
    bool moved = true;
    if (to.seq != b->head.seq && !audit_head_move(tx, b->head.seq, &to, &moved)) return false;
    if (!moved) return false; /* seals that the head does not know would break it */
    if (tx_engine(tx) == DB_SQLITE) return true;
    struct query move = query(tx, &move_horizon);
    bind_i64(&move, b->highest_id);
    return query_change(&move) >= 0;
}

static enum job_wish seal_load(struct job *job, struct tx *tx)
{
    job->state = audit_batch_read(tx, job->arena);
    return job->state ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish seal_settle(struct job *job, struct tx *tx)
{
    const struct audit_batch *b = job->state;
    if (!audit_batch_store(tx, b, now_ms())) return JOB_FAULT;
    if (b->count > 0) {
        const struct seal *last = &b->seal[b->count - 1];
        LOG(LOG_INFO, "audit_sealed", LOG_NUMBER("seq", last->seq), LOG_NUMBER("last_id", last->last_id),
            LOG_TEXT("hash", last->hash));
    }
    return JOB_FINISHED;
}

/* clang-format off */
const struct job_kind audit_seal_job = {
    .name = "audit.seal", .doc = "Seals new audit rows into the hash chain.", .max_attempts = 10,
    .backoff_first_ms = 1000, .backoff_max_ms = 30000, .every_ms = SEAL_EVERY_MS,
    .load = seal_load, .settle = seal_settle,
};
/* clang-format on */

/* ---- verifying ---- */

/* The rows that stand behind `behind` up to the seal's last_id against the seal. *bad: the first that differs. */
static bool seal_check(struct tx *tx, struct arena *a, const struct seal *s, size_t marks_n, int64_t behind,
                       int64_t *bad)
{
    uint8_t *hashes = arena_alloc(a, (size_t)s->row_count * SHA256_SIZE + 1);
    struct query q = query(tx, &rows_between);
    /* One row more than the seal has is enough to see that there are too many. */
    bind_i64(&q, behind), bind_i64(&q, s->last_id), bind_i64(&q, s->row_count + 1);
    int64_t n = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        int64_t id = col_i64(&q, "id");
        uint8_t hash[SHA256_SIZE], mark[MARK_BYTES];
        row_hash(&q, hash);
        mark_set(mark, id, hash);
        bool marked = n < s->row_count && (size_t)(n + 1) * MARK_BYTES <= marks_n;
        if (!marked) {
            *bad = id;
            break;
        }
        const uint8_t *expected = s->marks + n * MARK_BYTES;
        if (memcmp(expected, mark, MARK_BYTES) != 0) {
            /* Another id stands here: a lower one was put in, a higher one means that the expected row is gone. */
            *bad = id < mark_id(expected) ? id : mark_id(expected);
            break;
        }
        memcpy(hashes + n++ * SHA256_SIZE, hash, SHA256_SIZE);
    }
    if (r == ROW_FAULT) return false;
    if (*bad == 0 && n < s->row_count)
        *bad = (size_t)(n + 1) * MARK_BYTES <= marks_n ? mark_id(s->marks + n * MARK_BYTES) : s->last_id;
    char hash[SHA256_HEX_SIZE];
    if (*bad == 0) {
        seal_hash(s, hashes, a, s->keyed, hash);
        if (strcmp(hash, s->hash) != 0) *bad = s->last_id;
    }
    return true;
}

/* One stored seal against the chain so far and against its rows; then the chain is one longer. */
static bool chain_check(struct tx *tx, struct audit_verdict *c, const struct audit_head *head, const struct query *q)
{
    struct seal s = { .seq = col_i64(q, "seq"),
                      .keyed = col_i64(q, "seq") >= head->keyed_from,
                      .last_id = col_i64(q, "last_id"),
                      .row_count = col_i64(q, "row_count") };
    struct str hash = col_str(q, "hash"), previous = col_str(q, "previous"), marks = col_str(q, "marks");
    int64_t behind = c->seq == 0 ? INT64_MIN : c->last_id;
    bool follows = s.seq == c->seq + 1 && hash.n == SHA256_HEX_SIZE - 1 && str_eq(previous, str_of(c->hash)) &&
                   s.row_count > 0 && s.row_count <= SEAL_ROWS_MAX && s.last_id > behind;
    if (!follows) {
        c->bad = s.last_id > 0 ? s.last_id : 1;
        return true;
    }
    memcpy(s.hash, hash.p, hash.n);
    memcpy(s.previous, previous.p, previous.n);
    s.marks = (uint8_t *)marks.p;
    struct arena_mark mark = arena_mark(tx_arena(tx));
    bool sound = seal_check(tx, tx_arena(tx), &s, marks.n, behind, &c->bad);
    arena_release(tx_arena(tx), mark);
    if (c->bad == 0) c->checked += s.row_count;
    c->seq = s.seq;
    c->last_id = s.last_id;
    memcpy(c->hash, s.hash, sizeof c->hash);
    return sound;
}

bool audit_verify_piece(struct tx *tx, struct audit_verdict *v)
{
    struct arena_mark mark = arena_mark(tx_arena(tx));
    struct audit_head head;
    /* First, so that the seals are read later than the head: it may be behind them, never ahead. */
    if (!audit_head_read(tx, &head)) return false;
    struct query q = query(tx, &seals_behind);
    bind_i64(&q, v->seq);
    enum row r;
    v->more = false;
    while ((r = query_next(&q)) == ROW_FOUND && v->bad == 0) {
        v->more = true;
        if (!chain_check(tx, v, &head, &q)) return false;
    }
    if (r == ROW_FAULT) return false;
    /* At the end of the seals, all of which were there before the head was read. */
    if (!v->more) v->cut = head.state != HEAD_OURS || head.seq != v->seq || strcmp(head.hash, v->hash) != 0;
    arena_release(tx_arena(tx), mark);
    v->more = v->more && v->bad == 0;
    return true;
}

bool audit_verify(struct tx *tx, struct audit_verdict *out)
{
    *out = (struct audit_verdict){ .more = true };
    while (out->more)
        if (!audit_verify_piece(tx, out)) return false;
    return true;
}
