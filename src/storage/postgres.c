/* postgres.c: the engine for more than one machine: libpq in pipeline mode, few round trips.
 *
 * BEGIN and query_put() are sent with the statement that follows them, or with the COMMIT; query_row, query_next and
 * query_change wait for their answer. So a request that reads, decides and appends takes two round trips:
 *     BEGIN, xid, SELECT, sync  ->         append, append, COMMIT, sync  ->
 * A transaction that reads sends no BEGIN at all: each statement is a transaction of its own, which READ COMMITTED
 * cannot tell apart (no snapshot spans two statements), and the lane saves a COMMIT.
 *
 * The transaction's number (xid) is asked for in the first round trip of a transaction that writes. It costs a small
 * message and no waiting, and settles a lost answer to COMMIT (pg_settle). Only where all goes in one round trip a
 * Flush in front of the COMMIT makes the server send the number before it commits. Rejected: asking for it always in
 * front of the COMMIT with a Flush (one more packet each time), and running again on the hope that it did not commit.
 *
 * Parameters: text and bytes binary, integers as text, since a binary int8 is refused where int4 was inferred.
 * Results: binary. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/pg_wire.h"
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SENT_MAX = 64,          /* then the pipeline is drained: many puts in a row */
    ANSWER_SLACK_MS = 5000, /* waited beyond the statement timeout before the connection is given up */
    XID_SIZE = 24,
};
/* Types of results, by the numbers that never change (pg_type.dat). */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_UNKNOWN = 705,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043
};

enum sent_kind { SENT_FRAME, SENT_COMMIT, SENT_XID, SENT_PREPARE, SENT_PUT, SENT_QUERY };
struct sent {
    enum sent_kind kind;
    const struct stmt *stmt;
};

enum slot_state { SLOT_NEW, SLOT_SENT, SLOT_READY };
struct slot {
    char *sql;
    unsigned params;
    enum slot_state state;
};

struct pg_conn {
    struct conn base;
    PGconn *pg;
    char generation[PG_GENERATION_SIZE], xid[XID_SIZE];
    bool begin_due, begun, committed, broken;
    unsigned sent_count;
    struct sent sent[SENT_MAX + 8]; /* sent and not yet answered */
    struct slot slots[];            /* stmt_count() of them */
};

static const struct stmt frame_stmt = { .name = "transaction frame", .file = __FILE__ };

static struct pg_conn *pg_of(struct conn *c) { return OWNER_OF(c, struct pg_conn, base); }

/* ---- sending ---- */

/* The line itself is gone, or not to be used: what was sent may have been done or not. */
static bool lost(struct tx *tx, const struct stmt *s, const char *what)
{
    pg_of(tx->conn)->broken = true;
    tx_set_fault(tx, TX_LOST, s, "", what);
    return false;
}

static void sent(struct pg_conn *c, enum sent_kind kind, const struct stmt *s)
{
    assert(c->sent_count < ARRAY_LEN(c->sent));
    c->sent[c->sent_count++] = (struct sent){ kind, s };
}

static bool send_frame(struct tx *tx, const char *sql, enum sent_kind kind)
{
    struct pg_conn *c = pg_of(tx->conn);
    if (!PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1)) return lost(tx, &frame_stmt, "cannot send");
    sent(c, kind, &frame_stmt);
    return true;
}

/* One of prepared_frames: what every transaction sends is parsed once a connection. */
static bool send_prepared_frame(struct tx *tx, const char *name, enum sent_kind kind)
{
    struct pg_conn *c = pg_of(tx->conn);
    if (!PQsendQueryPrepared(c->pg, name, 0, NULL, NULL, NULL, 1)) return lost(tx, &frame_stmt, "cannot send");
    sent(c, kind, &frame_stmt);
    return true;
}

static bool send_begin(struct tx *tx)
{
    struct pg_conn *c = pg_of(tx->conn);
    if (!c->begin_due) return true;
    c->begin_due = false;
    c->begun = true;
    if (!send_prepared_frame(tx, "begin", SENT_FRAME)) return false;
    return send_prepared_frame(tx, "xid", SENT_XID);
}

static struct slot *slot_of(struct pg_conn *c, const struct stmt *s)
{
    struct slot *slot = &c->slots[stmt_slot(s)];
    if (!slot->sql) slot->sql = pg_numbered(stmt_text(s, DB_POSTGRES), &slot->params);
    return slot;
}

static void statement_name(const struct stmt *s, char out[24]) { snprintf(out, 24, "s%zu", stmt_slot(s)); }

static bool send_statement(struct query *q, enum sent_kind kind)
{
    struct tx *tx = q->tx;
    struct pg_conn *c = pg_of(tx->conn);
    struct slot *slot = slot_of(c, q->stmt);
    assert(q->params == slot->params);
    char name[24], numbers[QUERY_MAX_PARAMS][24];
    const char *values[QUERY_MAX_PARAMS];
    int lengths[QUERY_MAX_PARAMS], formats[QUERY_MAX_PARAMS];
    for (unsigned i = 0; i < q->params; i++) {
        const struct query_value *v = &q->param[i];
        values[i] = v->bytes;
        lengths[i] = (int)v->n;
        formats[i] = v->type == VALUE_TEXT || v->type == VALUE_BLOB;
        if (v->type == VALUE_NULL) values[i] = NULL;
        if (v->type != VALUE_INT) continue;
        snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)v->number);
        values[i] = numbers[i];
    }
    if (!send_begin(tx)) return false;
    statement_name(q->stmt, name);
    if (slot->state == SLOT_NEW) {
        if (!PQsendPrepare(c->pg, name, slot->sql, 0, NULL)) return lost(tx, q->stmt, "cannot send");
        sent(c, SENT_PREPARE, q->stmt);
        slot->state = SLOT_SENT;
    }
    if (!PQsendQueryPrepared(c->pg, name, (int)q->params, values, lengths, formats, 1))
        return lost(tx, q->stmt, "cannot send");
    sent(c, kind, q->stmt);
    return true;
}

/* ---- answers ---- */

/* The next result, or NULL at the end of one query. Sends what is left to send meanwhile. */
static PGresult *next_result(struct pg_conn *c, bool *broken)
{
    int64_t limit_ms = monotonic_ms() + c->base.db->statement_timeout_ms + ANSWER_SLACK_MS;
    *broken = false;
    while (PQisBusy(c->pg)) {
        int unsent = PQflush(c->pg);
        struct pollfd fd = { .fd = PQsocket(c->pg), .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0)) };
        int64_t left_ms = limit_ms - monotonic_ms();
        int ready = unsent < 0 || left_ms <= 0 ? -1 : poll(&fd, 1, (int)left_ms);
        if (ready < 0 && errno == EINTR && unsent >= 0 && left_ms > 0) continue;
        if (ready <= 0 || !PQconsumeInput(c->pg)) {
            /* What the server said last (it shuts down, it crashed) may already be here; libpq reports it as a result.
             */
            if (ready > 0 && !PQisBusy(c->pg)) break;
            *broken = true;
            return NULL;
        }
    }
    PGresult *r = PQgetResult(c->pg);
    if (PQstatus(c->pg) == CONNECTION_BAD) *broken = true;
    return r;
}

static int64_t integer_of(const PGresult *r, int row, int column, const struct stmt *s)
{
    const char *p = PQgetvalue(r, row, column);
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (PQgetlength(r, row, column)) {
    case 1: return p[0];
    case 2: memcpy(&two, p, 2); return (int16_t)be16toh(two);
    case 4: memcpy(&four, p, 4); return (int32_t)be32toh(four);
    case 8: memcpy(&eight, p, 8); return (int64_t)be64toh(eight);
    default: LOG(LOG_ERROR, "bad_integer", LOG_TEXT("statement", s->name)); abort();
    }
}

/* VALUE_NULL: a type that no col_* reads, for instance the NUMERIC of a SUM without CAST. */
static enum value_type type_of(Oid oid)
{
    switch (oid) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8: return VALUE_INT;
    case OID_TEXT:
    case OID_NAME:
    case OID_UNKNOWN:
    case OID_BPCHAR:
    case OID_VARCHAR: return VALUE_TEXT;
    case OID_BYTEA: return VALUE_BLOB;
    default: return VALUE_NULL;
    }
}

static const char *name_of(void *arg, unsigned i) { return PQfname(arg, (int)i); }

static struct result_row *row_copy(struct query *q, const PGresult *r, int row)
{
    size_t bytes = 0, head = sizeof(struct result_row) + q->columns * sizeof(struct query_value);
    for (unsigned i = 0; i < q->columns; i++) bytes += (size_t)PQgetlength(r, row, (int)i) + 1;
    struct result_row *out = arena_alloc(q->tx->arena, head + bytes);
    char *at = (char *)out + head;
    for (unsigned i = 0; i < q->columns; i++) {
        struct query_value *v = &out->value[i];
        enum value_type type = type_of(PQftype(r, (int)i));
        if (type == VALUE_NULL) {
            LOG(LOG_ERROR, "unreadable_column_type", LOG_TEXT("statement", q->stmt->name),
                LOG_TEXT("column", q->names[i]), LOG_NUMBER("oid", PQftype(r, (int)i)));
            abort();
        }
        if (PQgetisnull(r, row, (int)i)) continue;
        v->type = (uint8_t)type;
        if (type == VALUE_INT) {
            v->number = integer_of(r, row, (int)i, q->stmt);
            continue;
        }
        v->n = (size_t)PQgetlength(r, row, (int)i);
        v->bytes = memcpy(at, PQgetvalue(r, row, (int)i), v->n);
        at += v->n + 1;
    }
    return out;
}

static void take_rows(struct query *q, PGresult *r, size_t max_rows)
{
    const struct columns *columns = db_columns(q->tx->conn->db, q->stmt, (unsigned)PQnfields(r), name_of, r);
    q->names = (const char *const *)columns->name;
    q->columns = columns->count;
    struct result_row *first = NULL, **tail = &first;
    for (int i = 0; i < PQntuples(r) && (size_t)i < max_rows; i++) {
        *tail = row_copy(q, r, i);
        tail = &(*tail)->next;
    }
    q->cursor = first;
}

static void take_error(struct tx *tx, const struct stmt *s, const PGresult *r)
{
    char text[DB_ERROR_SIZE];
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    pg_describe(r, text, sizeof text);
    tx_set_fault(tx, pg_fault_of(state, tx->mode == TX_WRITE), s, state ? state : "", text);
}

/* One answer. `q` is the query that waits, for SENT_QUERY; *changed: the rows it touched. */
static void take_result(struct tx *tx, const struct sent *item, PGresult *r, struct query *q, size_t max_rows,
                        int64_t *changed)
{
    struct pg_conn *c = pg_of(tx->conn);
    ExecStatusType status = PQresultStatus(r);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (item->kind == SENT_PREPARE) slot_of(c, item->stmt)->state = good ? SLOT_READY : SLOT_NEW;
    /* PGRES_PIPELINE_ABORTED: something earlier failed, which was told already. */
    if (!good && status != PGRES_PIPELINE_ABORTED) take_error(tx, item->stmt, r);
    if (!good) return;
    if (item->kind == SENT_XID) snprintf(c->xid, sizeof c->xid, "%s", PQgetvalue(r, 0, 0));
    if (item->kind == SENT_COMMIT) c->committed = strcmp(PQcmdStatus(r), "COMMIT") == 0;
    if (item->kind != SENT_QUERY) return;
    assert(q && q->stmt == item->stmt);
    if (status == PGRES_TUPLES_OK) take_rows(q, r, max_rows);
    *changed = strtoll(PQcmdTuples(r)[0] ? PQcmdTuples(r) : "0", NULL, 10);
}

/* Sends the sync and takes all answers. False: the transaction is faulty now. */
static bool drain(struct tx *tx, struct query *q, size_t max_rows, int64_t *changed)
{
    struct pg_conn *c = pg_of(tx->conn);
    unsigned count = c->sent_count, i = 0;
    bool broken = !PQpipelineSync(c->pg);
    for (; i < count && !broken; i++) {
        PGresult *r = next_result(c, &broken);
        if (r) {
            take_result(tx, &c->sent[i], r, q, max_rows, changed);
            PQclear(r);
            r = broken ? NULL : next_result(c, &broken);
            assert(!r); /* one result a query: no statement of ours has more */
        } else {
            broken = true;
        }
    }
    PGresult *end = broken ? NULL : next_result(c, &broken);
    if (!end || PQresultStatus(end) != PGRES_PIPELINE_SYNC) broken = true;
    PQclear(end);
    c->sent_count = 0;
    if (broken) return lost(tx, i < count ? c->sent[i].stmt : &frame_stmt, "connection lost");
    return tx->fault == TX_SOUND;
}

static bool drain_plain(struct tx *tx)
{
    int64_t ignored;
    return drain(tx, NULL, 0, &ignored);
}

/* ---- connections ---- */

static void pg_close(struct conn *base)
{
    struct pg_conn *c = pg_of(base);
    for (size_t i = 0; i < stmt_count(); i++) free(c->slots[i].sql);
    PQfinish(c->pg);
    free(c);
}

static bool prepare_frames(PGconn *pg)
{
    static const struct {
        const char *name, *sql;
    } prepared_frames[] = { { "begin", "BEGIN" },
                            { "commit", "COMMIT" },
                            { "xid", "SELECT CAST(pg_current_xact_id() AS text)" } };
    bool good = true;
    for (size_t i = 0; i < ARRAY_LEN(prepared_frames) && good; i++) {
        PGresult *r = PQprepare(pg, prepared_frames[i].name, prepared_frames[i].sql, 0, NULL);
        good = PQresultStatus(r) == PGRES_COMMAND_OK;
        PQclear(r);
    }
    return good;
}

static struct conn *pg_open(struct db *db, enum tx_mode mode, char *error, size_t error_size)
{
    struct pg_conn *c = calloc(1, sizeof *c + stmt_count() * sizeof c->slots[0]);
    if (!c) abort();
    c->base.db = db;
    c->pg = pg_connect(db, mode, c->generation, error, error_size);
    if (c->pg && prepare_frames(c->pg) && PQsetnonblocking(c->pg, 1) == 0 && PQenterPipelineMode(c->pg))
        return &c->base;
    /* A statement of that name exists already: the server connection was another client's before. */
    if (c->pg)
        snprintf(error, error_size, "PostgreSQL: %s%s", PQerrorMessage(c->pg),
                 pg_is_pooled(c->pg) ? PG_POOLER_SENTENCE : "");
    pg_close(&c->base);
    return NULL;
}

static bool pg_alive(struct conn *base)
{
    struct pg_conn *c = pg_of(base);
    struct pollfd fd = { .fd = PQsocket(c->pg), .events = POLLIN };
    if (PQstatus(c->pg) != CONNECTION_OK) return false;
    /* Nothing was asked, so a readable socket is a goodbye or a notice. */
    if (poll(&fd, 1, 0) <= 0) return true;
    return PQconsumeInput(c->pg) && PQstatus(c->pg) == CONNECTION_OK && !(fd.revents & (POLLHUP | POLLERR)) &&
           poll(&fd, 1, 0) <= 0;
}

/* Parses and describes; also asks whether each result type can be read. */
static bool pg_prepare(struct conn *base, const struct stmt *s, char *error, size_t error_size)
{
    struct pg_conn *c = pg_of(base);
    struct slot *slot = slot_of(c, s);
    char name[24];
    statement_name(s, name);
    bool parse = slot->state == SLOT_NEW, good = true, broken = false;
    if ((parse && !PQsendPrepare(c->pg, name, slot->sql, 0, NULL)) || !PQsendDescribePrepared(c->pg, name) ||
        !PQpipelineSync(c->pg))
        broken = true;
    for (int i = parse ? 0 : 1; i < 2 && !broken; i++) {
        PGresult *r = next_result(c, &broken);
        if (good && PQresultStatus(r) != PGRES_COMMAND_OK) {
            snprintf(error, error_size, "%s", PQresultErrorMessage(r));
            error[strcspn(error, "\n")] = '\0';
            good = false;
        }
        for (int k = 0; good && k < PQnfields(r); k++) {
            if (type_of(PQftype(r, k)) != VALUE_NULL) continue;
            snprintf(error, error_size, "column %s has type %u, which cannot be read: CAST it", PQfname(r, k),
                     PQftype(r, k));
            good = false;
        }
        if (i == 0 && good) slot->state = SLOT_READY;
        PQclear(r);
        if (!broken) PQclear(next_result(c, &broken)); /* the end of this one */
    }
    if (!broken) PQclear(next_result(c, &broken)); /* the sync */
    if (broken) snprintf(error, error_size, "connection lost");
    if (broken) base->lost = true;
    return good && !broken;
}

/* ---- queries ---- */

static enum row pg_run(struct query *q, size_t max_rows)
{
    int64_t changed;
    if (!send_statement(q, SENT_QUERY) || !drain(q->tx, q, max_rows, &changed)) return ROW_FAULT;
    return q->cursor ? ROW_FOUND : ROW_NONE;
}

static int64_t pg_change(struct query *q)
{
    int64_t changed = 0;
    if (!send_statement(q, SENT_QUERY)) return -1;
    return drain(q->tx, q, 0, &changed) ? changed : -1;
}

static bool pg_put(struct query *q)
{
    if (!send_statement(q, SENT_PUT)) return false;
    return pg_of(q->tx->conn)->sent_count < SENT_MAX || drain_plain(q->tx);
}

/* ---- transactions ---- */

static bool pg_begin(struct tx *tx)
{
    struct pg_conn *c = pg_of(tx->conn);
    assert(c->sent_count == 0);
    c->begin_due = tx->mode == TX_WRITE;
    c->begun = c->committed = false;
    c->xid[0] = '\0';
    return true;
}

static void pg_rollback(struct tx *tx)
{
    struct pg_conn *c = pg_of(tx->conn);
    /* The first ROLLBACK is skipped by the server when something sent before it fails; the second is not. */
    for (int i = 0; i < 2 && c->begun && !c->base.lost; i++) {
        if (!send_frame(tx, "ROLLBACK", SENT_FRAME)) return;
        (void)!drain_plain(tx);
        if (PQtransactionStatus(c->pg) == PQTRANS_IDLE) return;
    }
    if (c->begun) c->base.lost = true; /* closing it rolls back */
    c->sent_count = 0;
}

static enum tx_end pg_commit(struct tx *tx)
{
    struct pg_conn *c = pg_of(tx->conn);
    if (!c->begun) return TX_COMMITTED; /* only reads, or nothing at all */
    bool tell_first = c->xid[0] == '\0';
    if (tell_first && !PQsendFlushRequest(c->pg)) lost(tx, &frame_stmt, "cannot send");
    if (tx->fault != TX_SOUND) return TX_ROLLED_BACK;
    if (send_prepared_frame(tx, "commit", SENT_COMMIT) && drain_plain(tx) && c->committed) return TX_COMMITTED;
    /* A COMMIT that could not be sent whole may have been sent far enough. A connection that is given up for what the
     * server answered is another thing: it skipped the COMMIT. */
    if (c->broken) return c->xid[0] ? pg_settle(tx->conn->db, c->xid, c->generation) : TX_UNCERTAIN;
    if (tx->fault == TX_LOST) return TX_ROLLED_BACK;
    if (tx->fault == TX_SOUND) tx_set_fault(tx, TX_BROKEN, &frame_stmt, "", "COMMIT did not commit");
    if (PQtransactionStatus(c->pg) != PQTRANS_IDLE) pg_rollback(tx);
    return TX_ROLLED_BACK;
}

static bool pg_part_begin(struct tx *tx)
{
    if (!send_begin(tx)) return false;
    return send_frame(tx, "SAVEPOINT p", SENT_FRAME);
}

static bool pg_part_keep(struct tx *tx)
{
    if (!send_frame(tx, "RELEASE p", SENT_FRAME)) return false;
    return drain_plain(tx);
}

static bool pg_part_undo(struct tx *tx)
{
    struct pg_conn *c = pg_of(tx->conn);
    if (c->sent_count > 0) (void)!drain_plain(tx); /* puts of the part, which may fail now */
    if (c->base.lost) return false;
    tx->fault = TX_SOUND;
    if (!send_frame(tx, "ROLLBACK TO p", SENT_FRAME)) return false;
    if (!send_frame(tx, "RELEASE p", SENT_FRAME)) return false;
    return drain_plain(tx);
}

/* Many statements in one text need the simple protocol, which a pipeline does not speak: it is left for the moment. */
static bool pg_script(struct tx *tx, const char *sql, int64_t *number)
{
    struct pg_conn *c = pg_of(tx->conn);
    if (!send_begin(tx) || !drain_plain(tx)) return false;
    if (!PQexitPipelineMode(c->pg)) return lost(tx, &frame_stmt, "cannot leave the pipeline");
    PGresult *r = PQexec(c->pg, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        take_error(tx, &(const struct stmt){ .name = "script", .file = __FILE__ }, r);
    if (status == PGRES_TUPLES_OK && number && PQntuples(r) > 0)
        *number = strtoll(PQgetvalue(r, PQntuples(r) - 1, 0), NULL, 10);
    PQclear(r);
    if (!PQenterPipelineMode(c->pg)) return lost(tx, &frame_stmt, "cannot go back to the pipeline");
    return tx->fault == TX_SOUND;
}

/* The server tidies up by itself. */
static void pg_rest(struct conn *c) { (void)c; }
static void pg_idle(struct conn *c) { (void)c; }

/* Outside the lanes (the command line): told at once, a failure is no fault of the work that is done. */
static void pg_notify(struct conn *base, const char *channel)
{
    struct pg_conn *c = pg_of(base);
    if (!PQexitPipelineMode(c->pg)) return;
    PGresult *r =
        PQexecParams(c->pg, "SELECT pg_notify($1, '')", 1, NULL, (const char *const[]){ channel }, NULL, NULL, 0);
    if (PQresultStatus(r) != PGRES_TUPLES_OK) LOG(LOG_WARN, "notify_failed", LOG_TEXT("channel", channel));
    PQclear(r);
    if (!PQenterPipelineMode(c->pg)) base->lost = true;
}

const struct engine engine_postgres = {
    .id = DB_POSTGRES,
    .open = pg_open,
    .close = pg_close,
    .prepare = pg_prepare,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .part_begin = pg_part_begin,
    .part_keep = pg_part_keep,
    .part_undo = pg_part_undo,
    .script = pg_script,
    .run = pg_run,
    .change = pg_change,
    .put = pg_put,
    .alive = pg_alive,
    .rest = pg_rest,
    .idle = pg_idle,
    .notify = pg_notify,
};
