/* query.c: the half of db.h that is the same for both engines: binding, columns by name, and the life of a transaction.
 * Which engine, and its connections, is open.c's. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/pg_wire.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- queries ---- */

const struct columns *db_columns(struct db *db, const struct stmt *s, unsigned count,
                                 const char *(*name)(void *arg, unsigned i), void *arg)
{
    struct columns *_Atomic *place = &db->columns[stmt_slot(s)];
    struct columns *known = atomic_load_explicit(place, memory_order_acquire);
    if (known) return known;
    if (count > QUERY_MAX_COLUMNS) {
        LOG(LOG_ERROR, "too_many_columns", LOG_TEXT("statement", s->name), LOG_NUMBER("columns", count));
        abort();
    }
    pthread_mutex_lock(&db->columns_lock);
    known = atomic_load_explicit(place, memory_order_acquire);
    if (!known) {
        known = calloc(1, sizeof *known);
        if (!known) abort();
        known->count = count;
        for (unsigned i = 0; i < count; i++)
            if ((known->name[i] = strdup(name(arg, i))) == NULL) abort();
        atomic_store_explicit(place, known, memory_order_release);
    }
    pthread_mutex_unlock(&db->columns_lock);
    return known;
}

struct query query(struct tx *tx, const struct stmt *s)
{
    /* The parameters are left as they are: 24 of them are much to clear, and only the bound ones are read. */
    struct query q;
    assert(tx->open);
    q.tx = tx;
    q.stmt = s;
    q.params = 0;
    q.cursor = NULL;
    q.names = NULL;
    q.values = NULL;
    q.columns = 0;
    return q;
}

static void bind(struct query *q, struct query_value v)
{
    assert(q->params < QUERY_MAX_PARAMS);
    assert(!q->names); /* it has not run yet */
    q->param[q->params++] = v;
}

void bind_i64(struct query *q, int64_t v) { bind(q, (struct query_value){ .number = v, .type = VALUE_INT }); }

void bind_bool(struct query *q, bool v) { bind_i64(q, v ? 1 : 0); }

void bind_credits(struct query *q, struct credits c) { bind_i64(q, credits_count(c)); }

void bind_null(struct query *q) { bind(q, (struct query_value){ .type = VALUE_NULL }); }

void bind_text(struct query *q, const char *text) { bind_str(q, str_of(text)); }

void bind_str(struct query *q, struct str s)
{
    /* SQLite would store a NUL inside text, PostgreSQL refuses it: here both refuse it alike. */
    if (s.p && memchr(s.p, '\0', s.n)) tx_set_fault(q->tx, TX_BROKEN, q->stmt, "nul", "text with a NUL inside");
    bind(q, (struct query_value){ .bytes = s.p, .n = s.n, .type = s.p ? VALUE_TEXT : VALUE_NULL });
}

void bind_blob(struct query *q, const void *p, size_t n)
{
    bind(q, (struct query_value){ .bytes = p, .n = n, .type = p ? VALUE_BLOB : VALUE_NULL });
}

void bind_text_list(struct query *q, const char *const *items, size_t count)
{
    assert(count <= QUERY_MAX_LIST);
    bool sqlite = tx_engine(q->tx) == DB_SQLITE;
    size_t room = 3;
    for (size_t i = 0; i < count; i++) room += strlen(items[i]) + 3;
    char *text = arena_alloc(q->tx->arena, room), *at = text;
    *at++ = sqlite ? '[' : '{';
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(items[i]);
        assert(n > 0 && strcspn(items[i], "\"\\,{} ") == n);
        if (i > 0) *at++ = ',';
        *at++ = '"'; /* quoted in both, so that NULL stays a word */
        memcpy(at, items[i], n), at += n;
        *at++ = '"';
    }
    *at++ = sqlite ? ']' : '}';
    bind(q, (struct query_value){ .bytes = text, .n = (size_t)(at - text), .type = VALUE_LIST });
}

void bind_i64_list(struct query *q, const int64_t *items, size_t count)
{
    enum { NUMBER_SIZE = 24 };
    assert(count <= QUERY_MAX_LIST);
    char *memory = arena_alloc(q->tx->arena, count * NUMBER_SIZE + 1);
    const char *text[QUERY_MAX_LIST];
    for (size_t i = 0; i < count; i++) {
        text[i] = memory + i * NUMBER_SIZE;
        (void)snprintf(memory + i * NUMBER_SIZE, NUMBER_SIZE, "%lld", (long long)items[i]);
    }
    bind_text_list(q, text, count);
}

static bool may_run(struct query *q)
{
    assert(q->tx->open);
    return q->tx->fault == TX_SOUND;
}

enum row query_row(struct query *q)
{
    if (!may_run(q)) return ROW_FAULT;
    enum row r = q->tx->conn->engine->run(q, 1);
    if (r == ROW_FOUND) q->values = ((struct result_row *)q->cursor)->value;
    return r;
}

enum row query_next(struct query *q)
{
    if (!may_run(q)) return ROW_FAULT;
    struct result_row *row = q->cursor;
    if (!q->names) {
        if (q->tx->conn->engine->run(q, SIZE_MAX) == ROW_FAULT) return ROW_FAULT;
        row = q->cursor;
    }
    q->values = row ? row->value : NULL;
    q->cursor = row ? row->next : NULL;
    return row ? ROW_FOUND : ROW_NONE;
}

int64_t query_change(struct query *q)
{
    assert(q->tx->mode == TX_WRITE);
    return may_run(q) ? q->tx->conn->engine->change(q) : -1;
}

bool query_put(struct query *q)
{
    assert(q->tx->mode == TX_WRITE);
    return may_run(q) && q->tx->conn->engine->put(q);
}

static const struct query_value *column(const struct query *q, const char *name)
{
    assert(q->values); /* a row was found */
    /* The first letters mostly differ: no call for those. */
    for (unsigned i = 0; i < q->columns; i++) {
        if (q->names[i][0] == name[0] && strcmp(q->names[i], name) == 0) return &q->values[i];
    }
    LOG(LOG_ERROR, "unknown_column", LOG_TEXT("statement", q->stmt->name), LOG_TEXT("column", name));
    abort();
}

/* A value of another type than the caller reads is our bug in both engines: better the end than a wrong number. */
static const struct query_value *column_of(const struct query *q, const char *name, bool number)
{
    const struct query_value *v = column(q, name);
    if (v->type != VALUE_NULL && (v->type == VALUE_INT) != number) {
        LOG(LOG_ERROR, "wrong_column_type", LOG_TEXT("statement", q->stmt->name), LOG_TEXT("column", name));
        abort();
    }
    return v;
}

int64_t col_i64(const struct query *q, const char *name) { return column_of(q, name, true)->number; }

int64_t col_state(const struct query *q, const char *name, int64_t first, int64_t last)
{
    int64_t v = col_i64(q, name);
    if (v >= first && v <= last) return v;
    tx_set_fault(q->tx, TX_BROKEN, q->stmt, name, "a stored number is none of its list");
    return first;
}

bool col_bool(const struct query *q, const char *name) { return col_i64(q, name) != 0; }

struct credits col_credits(const struct query *q, const char *name) { return credits_of(col_i64(q, name)); }

const char *col_text(const struct query *q, const char *name) { return column_of(q, name, false)->bytes; }

struct str col_str(const struct query *q, const char *name)
{
    const struct query_value *v = column_of(q, name, false);
    return (struct str){ v->bytes, v->n };
}

bool col_is_null(const struct query *q, const char *name) { return column(q, name)->type == VALUE_NULL; }

/* ---- transactions ---- */

void tx_set_fault(struct tx *tx, enum tx_fault fault, const struct stmt *s, const char *code, const char *text)
{
    static const char *const names[] = { "sound", "conflict", "unable", "lost", "broken" };
    assert(fault != TX_SOUND);
    if (fault == TX_LOST) tx->conn->lost = true;
    if (tx->fault != TX_SOUND) return;
    tx->fault = fault;
    if (fault == TX_CONFLICT) return; /* part of normal life; the lanes run the op again */
    LOG(LOG_ERROR, "database_fault", LOG_TEXT("fault", names[fault]), LOG_TEXT("statement", s ? s->name : ""),
        LOG_TEXT("file", s ? s->file : ""), LOG_TEXT("code", code), LOG_TEXT("text", text));
}

bool conn_is_waited_for(struct conn *c)
{
    bool waited = c->others_wait && (c->has_company || c->others_wait(c->queue));
    if (waited) c->waited_for_at_ms = monotonic_ms();
    return waited;
}

bool tx_is_waited_for(const struct tx *tx) { return conn_is_waited_for(tx->conn); }

struct tx *tx_begin(struct conn *c, enum tx_mode mode, struct arena *a)
{
    assert(mode == TX_READ || (mode == TX_WRITE && c->mode == TX_WRITE));
    struct tx *tx = &c->tx;
    assert(!tx->open);
    tx->arena = a;
    tx->mode = mode;
    tx->fault = TX_SOUND;
    tx->parts = 0;
    tx->notice_count = 0;
    tx->told_count = 0;
    if (c->lost) tx->fault = TX_LOST; /* under the transaction before, perhaps at its very end: it was told there */
    if (tx->fault != TX_SOUND || !c->engine->begin(tx)) return NULL;
    tx->open = true;
    return tx;
}

enum tx_end tx_commit(struct tx *tx)
{
    /* Of one that is lost a part may still be open: it goes with its transaction. */
    assert(tx->open && (tx->parts == 0 || tx->fault != TX_SOUND));
    tx->parts = 0;
    struct conn *c = tx->conn;
    enum tx_end end = TX_ROLLED_BACK;
    if (tx->fault == TX_SOUND) {
        end = c->engine->commit(tx);
    } else {
        c->engine->rollback(tx);
    }
    tx->open = false;
    if (end != TX_COMMITTED) tx->told_count = 0;
    if (end != TX_COMMITTED || tx->notice_count == 0) return end;
    if (c->notices_sink) {
        c->notices_sink(c->notices_arg, (const char(*)[CHANNEL_SIZE])tx->notices, tx->notice_count);
    } else {
        for (unsigned i = 0; i < tx->notice_count; i++) c->engine->notify(c, tx->notices[i]);
    }
    return end;
}

void tx_rollback(struct tx *tx)
{
    assert(tx->open);
    tx->conn->engine->rollback(tx);
    tx->open = false;
    tx->told_count = 0;
}

bool tx_part_begin(struct tx *tx, struct arena *a)
{
    assert(tx->open && tx->parts < TX_MAX_PARTS);
    if (tx->fault != TX_SOUND || !tx->conn->engine->part_begin(tx)) return false;
    tx->part_notices[tx->parts++] = tx->notice_count;
    tx->arena = a;
    return true;
}

bool tx_part_keep(struct tx *tx)
{
    assert(tx->open && tx->parts > 0);
    if (tx->fault != TX_SOUND || !tx->conn->engine->part_keep(tx)) return false;
    tx->parts--;
    return true;
}

bool tx_part_undo(struct tx *tx)
{
    assert(tx->open && tx->parts > 0);
    tx->notice_count = tx->part_notices[--tx->parts];
    if (!tx->conn->engine->part_undo(tx)) return false;
    tx->fault = TX_SOUND;
    return true;
}

enum tx_fault tx_fault_of(const struct tx *tx) { return tx->fault; }

struct arena *tx_arena(struct tx *tx) { return tx->arena; }

enum db_engine tx_engine(const struct tx *tx) { return tx->conn->engine->id; }

void tx_use_arena(struct tx *tx, struct arena *a) { tx->arena = a; }

void tx_clear_fault(struct tx *tx)
{
    assert(tx->mode == TX_READ);
    tx->fault = TX_SOUND;
}

bool tx_script(struct tx *tx, const char *sql)
{
    assert(tx->open);
    return tx->fault == TX_SOUND && tx->conn->engine->script(tx, sql, NULL);
}

void tx_notify(struct tx *tx, const char *channel)
{
    assert(tx->open && channel[0] != '\0' && strlen(channel) < CHANNEL_SIZE);
    for (unsigned i = 0; i < tx->notice_count; i++) {
        if (strcmp(tx->notices[i], channel) == 0) return;
    }
    /* The lanes merge the notices of a whole group commit here; 16 channels is all that may be listened to. */
    assert(tx->notice_count < TX_MAX_NOTICES);
    text_copy(tx->notices[tx->notice_count++], CHANNEL_SIZE, channel);
}

void tx_tell(struct tx *tx, struct tx_told n)
{
    assert(tx->open);
    if (tx->told_count < TX_MAX_TOLD) tx->told[tx->told_count] = n;
    if (tx->told_count <= TX_MAX_TOLD) tx->told_count++;
}
