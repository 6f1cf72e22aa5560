/* test_settle.c: the answer to COMMIT is lost. A small proxy between the lanes and PostgreSQL lets the COMMIT through
 * and cuts the line before its answer, or cuts it in front of the COMMIT; the op must be told what really happened. */
#include "base/clock.h"
#include "storage/private.h"
#include "storage/pg_wire.h"
#include "storage/test_db.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

STMT(note_put, "INSERT INTO t_notes (text) VALUES (?1)");
STMT(note_count, "SELECT COUNT(*) AS notes FROM t_notes");

static const char table_sql[] = "CREATE TABLE t_notes (text TEXT NOT NULL) {strict};";

/* ---- the proxy ---- */

enum cut { CUT_NOTHING, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT };
enum { LINES_MAX = 64, CHUNK = 16384, LOOK_AGAIN_MS = 20 };

struct proxy {
    int listener, stop[2];
    struct sockaddr_in server;
    atomic_bool down;      /* cuts all lines and takes no new ones */
    atomic_bool full;      /* takes no new ones */
    atomic_uint cut_lines; /* cuts so many of those that are open, the newest first */
    _Atomic int cut;       /* what to do to the next COMMIT; then back to CUT_NOTHING */
    pthread_t thread;
    struct {
        int client, server;
    } line[LINES_MAX];
    unsigned lines;
};

static void line_close(struct proxy *p, unsigned i)
{
    close(p->line[i].client);
    close(p->line[i].server);
    p->line[i] = p->line[--p->lines];
}

static bool pass(int to, const char *bytes, ssize_t n)
{
    for (ssize_t done = 0, one; done < n; done += one) {
        if ((one = send(to, bytes + done, (size_t)(n - done), MSG_NOSIGNAL)) <= 0) return false;
    }
    return true;
}

/* From client to server. False: the line is cut. */
static bool pass_up(struct proxy *p, unsigned i)
{
    char bytes[CHUNK];
    ssize_t n = recv(p->line[i].client, bytes, sizeof bytes, 0);
    if (n <= 0) return false;
    enum cut cut = CUT_NOTHING;
    /* The Bind of the prepared statement "commit": an empty portal's name stands before it. */
    if (memmem(bytes, (size_t)n, "\0commit", 8)) cut = (enum cut)atomic_exchange(&p->cut, CUT_NOTHING);
    if (cut == CUT_BEFORE_COMMIT || !pass(p->line[i].server, bytes, n)) return false;
    if (cut == CUT_NOTHING) return true;
    usleep(200000); /* the server commits; nobody hears of it */
    return false;
}

static bool pass_down(struct proxy *p, unsigned i)
{
    char bytes[CHUNK];
    ssize_t n = recv(p->line[i].server, bytes, sizeof bytes, 0);
    return n > 0 && pass(p->line[i].client, bytes, n);
}

static void line_open(struct proxy *p)
{
    int client = accept(p->listener, NULL, NULL), server = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || server < 0 || connect(server, (struct sockaddr *)&p->server, sizeof p->server) != 0) abort();
    if (p->lines == LINES_MAX) abort();
    if (atomic_load(&p->full)) {
        close(client);
        close(server);
        return;
    }
    p->line[p->lines].client = client;
    p->line[p->lines++].server = server;
}

static void *proxy_thread(void *arg)
{
    struct proxy *p = arg;
    for (;;) {
        struct pollfd fds[2 + 2 * LINES_MAX] = { { .fd = p->stop[0], .events = POLLIN },
                                                 { .fd = p->listener, .events = POLLIN } };
        for (unsigned i = 0; i < p->lines; i++) {
            fds[2 + 2 * i] = (struct pollfd){ .fd = p->line[i].client, .events = POLLIN };
            fds[3 + 2 * i] = (struct pollfd){ .fd = p->line[i].server, .events = POLLIN };
        }
        if (poll(fds, 2 + 2 * p->lines, LOOK_AGAIN_MS) < 0 && errno != EINTR) abort();
        if (fds[0].revents) break;
        for (unsigned i = p->lines; i-- > 0;) { /* from the end: a closed line is replaced by the last */
            bool open = true;
            if (fds[2 + 2 * i].revents) open = pass_up(p, i);
            if (open && fds[3 + 2 * i].revents) open = pass_down(p, i);
            if (!open) line_close(p, i);
        }
        if (fds[1].revents) line_open(p);
        while (p->lines > 0 && atomic_load(&p->down)) line_close(p, 0);
        for (; p->lines > 0 && atomic_load(&p->cut_lines) > 0; atomic_fetch_sub(&p->cut_lines, 1))
            line_close(p, p->lines - 1);
    }
    while (p->lines > 0) line_close(p, 0);
    return NULL;
}

/* The URL's server, and the URL with the proxy in its place. */
static void proxy_start(struct proxy *p, const char *url, char *through, size_t through_size)
{
    *p = (struct proxy){ 0 };
    PGconn *direct = PQconnectdb(url);
    EXPECT(PQstatus(direct) == CONNECTION_OK);
    p->server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(PQport(direct))) };
    EXPECT(inet_pton(AF_INET, PQhostaddr(direct), &p->server.sin_addr) == 1);
    PQfinish(direct);
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof own;
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT(p->listener >= 0 && bind(p->listener, (struct sockaddr *)&own, sizeof own) == 0 &&
           listen(p->listener, 16) == 0);
    EXPECT(getsockname(p->listener, (struct sockaddr *)&own, &size) == 0 && pipe(p->stop) == 0);
    EXPECT(pthread_create(&p->thread, NULL, proxy_thread, p) == 0);
    snprintf(through, through_size, "%s&hostaddr=127.0.0.1&port=%d&sslmode=disable", url, ntohs(own.sin_port));
}

static void proxy_stop(struct proxy *p)
{
    EXPECT(write(p->stop[1], "x", 1) == 1);
    EXPECT(pthread_join(p->thread, NULL) == 0);
    close(p->stop[0]);
    close(p->stop[1]);
    close(p->listener);
}

/* ---- ops ---- */

struct note {
    struct op op;
    bool look_first;
};

static enum op_wish note_run(struct op *op, struct tx *tx)
{
    if (OWNER_OF(op, struct note, op)->look_first) {
        struct query q = query(tx, &note_count);
        if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    }
    struct query q = query(tx, &note_put);
    bind_text(&q, "once");
    return query_put(&q) ? OP_COMMIT : OP_REFUSE;
}

static void note_again(struct op *op) { arena_reset(op->arena); }

TEST_EACH_ENGINE(a_lost_answer_is_settled)
{
    static const struct {
        enum cut cut;
        bool look_first;
        enum op_outcome outcome;
        int notes;
    } cases[] = {
        { CUT_AFTER_COMMIT, true, OP_COMMITTED, 1 },
        { CUT_BEFORE_COMMIT, true, OP_COMMITTED, 2 }, /* it did not, so it runs again */
        /* All in one round trip: in front of the server's number nothing can be known, and we say so. */
        { CUT_BEFORE_COMMIT, false, OP_UNCERTAIN, 2 },
        { CUT_NOTHING, false, OP_COMMITTED, 3 },
        { CUT_NOTHING, true, OP_COMMITTED, 4 },
        { CUT_AFTER_COMMIT, true, OP_COMMITTED, 5 },
    };
    struct proxy p;
    char through[1200], error[256];
    test_script(t, table_sql);
    test_commit(t);
    proxy_start(&p, t->url, through, sizeof through);
    struct db *db = db_open(&(struct db_options){ .url = through }, error, sizeof error);
    if (!db) fail_msg("%s", error);
    struct lanes *lanes = lanes_start(db, &(struct lane_options){ .readers = 1, .writers = 1 }, error, sizeof error);
    assert_non_null(lanes);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct note n = { .look_first = cases[i].look_first,
                          .op = { .mode = TX_WRITE, .arena = t->arena, .run = note_run, .again = note_again } };
        atomic_store(&p.cut, cases[i].cut);
        assert_int_equal(lanes_run(lanes, &n.op), cases[i].outcome);
        assert_int_equal(test_number(t, "SELECT COUNT(*) FROM t_notes"), cases[i].notes);
    }
    lanes_stop(lanes);
    db_close(db);
    proxy_stop(&p);
}

static enum op_outcome note(struct test_db *t, struct lanes *lanes)
{
    struct note n = { .op = { .mode = TX_WRITE, .arena = t->arena, .run = note_run, .again = note_again } };
    return lanes_run(lanes, &n.op);
}

TEST_EACH_ENGINE(a_server_that_is_away_fails_ops_at_once_and_comes_back)
{
    struct proxy p;
    char through[1200], error[256];
    test_script(t, table_sql);
    test_commit(t);
    proxy_start(&p, t->url, through, sizeof through);
    struct db *db = db_open(&(struct db_options){ .url = through }, error, sizeof error);
    if (!db) fail_msg("%s", error);
    struct lanes *lanes = lanes_start(db, &(struct lane_options){ .readers = 1, .writers = 1 }, error, sizeof error);
    assert_non_null(lanes);
    EXPECT(note(t, lanes) == OP_COMMITTED);
    atomic_store(&p.down, true);
    usleep(4 * LOOK_AGAIN_MS * 1000);
    int64_t began_ms = monotonic_ms();
    for (int i = 0; i < 20; i++) EXPECT(note(t, lanes) == OP_FAILED);
    EXPECT(monotonic_ms() - began_ms < 10000); /* nobody waits for the next attempt to connect */
    atomic_store(&p.down, false);
    enum op_outcome outcome = OP_FAILED;
    for (int i = 0; i < 1000 && outcome == OP_FAILED; i++) {
        usleep(50000);
        outcome = note(t, lanes);
    }
    EXPECT(outcome == OP_COMMITTED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_notes") == 2);
    atomic_store(&p.down, true);
    lanes_stop(lanes); /* also ends without a server */
    db_close(db);
    proxy_stop(&p);
}

/* Writes, then loses its server, then refuses: undoing finds the line cut, and what the refusal leaves behind cannot be
 * written any more. */
struct cut_op {
    struct op op;
    struct proxy *proxy;
    bool conflict;
    int refusals;
};

static enum op_wish cut_run(struct op *op, struct tx *tx)
{
    struct cut_op *o = OWNER_OF(op, struct cut_op, op);
    struct query q = query(tx, &note_put), look = query(tx, &note_count);
    bind_text(&q, "never");
    EXPECT(query_put(&q) && query_row(&look) == ROW_FOUND);
    atomic_store(&o->proxy->down, true);
    usleep(4 * LOOK_AGAIN_MS * 1000);
    if (o->conflict) tx_set_fault(tx, TX_CONFLICT, NULL, "", "");
    return OP_REFUSE;
}

static bool cut_refused(struct op *op, struct tx *tx)
{
    (void)tx;
    OWNER_OF(op, struct cut_op, op)->refusals++;
    return true;
}

TEST_EACH_ENGINE(a_line_that_is_cut_while_an_op_is_undone_fails_the_op)
{
    struct proxy p;
    char through[1200], error[256];
    test_script(t, table_sql);
    test_commit(t);
    proxy_start(&p, t->url, through, sizeof through);
    struct db *db = db_open(&(struct db_options){ .url = through }, error, sizeof error);
    if (!db) fail_msg("%s", error);
    struct lanes *lanes = lanes_start(db, &(struct lane_options){ .readers = 1, .writers = 1 }, error, sizeof error);
    assert_non_null(lanes);
    for (int conflict = 0; conflict <= 1; conflict++) {
        struct cut_op o = {
            .proxy = &p,
            .conflict = conflict == 1,
            .op = { .mode = TX_WRITE, .arena = t->arena, .run = cut_run, .again = note_again, .refused = cut_refused }
        };
        EXPECT(lanes_run(lanes, &o.op) == OP_FAILED);
        EXPECT(o.refusals == 0);
        atomic_store(&p.down, false);
        enum op_outcome outcome = OP_FAILED;
        for (int i = 0; i < 1000 && outcome == OP_FAILED; i++) {
            usleep(50000);
            outcome = note(t, lanes);
        }
        EXPECT(outcome == OP_COMMITTED);
        EXPECT(test_number(t, "SELECT COUNT(*) FROM t_notes") == conflict + 1);
    }
    lanes_stop(lanes);
    db_close(db);
    proxy_stop(&p);
}

static void new_number(struct test_db *t, char xid[32])
{
    snprintf(xid, 32, "%lld", (long long)test_number(t, "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)"));
}

TEST_EACH_ENGINE(the_verdict_on_a_number)
{
    char generation[PG_GENERATION_SIZE], error[256], xid[32];
    char *crashed, *promoted;
    test_script(t, table_sql);
    t->db->settle_limit_ms = 300;
    PGconn *pg = pg_connect(t->db, TX_READ, generation, error, sizeof error);
    assert_non_null(pg);
    PQfinish(pg);
    const char *line = strchr(generation, '@');
    assert_non_null(line);
    assert_int_equal(strlen(line), 9);
    crashed = arena_printf(t->arena, "another run%s", line ? line : "");
    promoted = arena_printf(t->arena, "another run@%s", strcmp(line, "@00000001") == 0 ? "00000002" : "00000001");
    new_number(t, xid);
    test_commit(t);
    EXPECT(pg_settle(t->db, xid, generation) == TX_COMMITTED);
    /* The server crashed since: the number may have been given to somebody else. */
    EXPECT(pg_settle(t->db, xid, crashed) == TX_UNCERTAIN);
    EXPECT(pg_settle(t->db, xid, promoted) == TX_UNCERTAIN);
    new_number(t, xid);
    test_reopen(t);
    EXPECT(pg_settle(t->db, xid, generation) == TX_ROLLED_BACK);
    EXPECT(pg_settle(t->db, xid, crashed) == TX_ROLLED_BACK);
    /* A standby that was promoted: what it did not get it calls aborted, or in the future. */
    EXPECT(pg_settle(t->db, xid, promoted) == TX_UNCERTAIN);
    EXPECT(pg_settle(t->db, "4000000000", promoted) == TX_UNCERTAIN);
    EXPECT(pg_settle(t->db, "4000000000", generation) == TX_UNCERTAIN);
    EXPECT(pg_settle(t->db, "4000000000", crashed) == TX_ROLLED_BACK); /* lost in that crash */
    EXPECT(pg_settle(t->db, xid, "from before timelines were looked at") == TX_UNCERTAIN);
}

/* A server that only reads is given up; the same words on a connection that reads are our own bug. */
static void what_ends_a_connection(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        enum tx_fault writing, reading;
    } cases[] = {
        { NULL, TX_LOST, TX_LOST },
        { "25006", TX_LOST, TX_BROKEN },
        { "57P01", TX_LOST, TX_LOST },
        { "57P02", TX_LOST, TX_LOST },
        { "57P03", TX_LOST, TX_LOST },
        { "57P04", TX_LOST, TX_LOST },
        { "57P05", TX_LOST, TX_LOST },
        { "08006", TX_LOST, TX_LOST },
        { "08P01", TX_LOST, TX_LOST },
        { "25P03", TX_LOST, TX_LOST },
        { "25P04", TX_LOST, TX_LOST },
        { "25P02", TX_BROKEN, TX_BROKEN },
        { "26000", TX_LOST, TX_LOST },
        { "42P05", TX_LOST, TX_LOST },
        { "0A000", TX_LOST, TX_LOST },
        { "28P01", TX_LOST, TX_LOST },
        { "3D000", TX_LOST, TX_LOST },
        { "40001", TX_CONFLICT, TX_CONFLICT },
        { "40P01", TX_CONFLICT, TX_CONFLICT },
        { "57014", TX_UNABLE, TX_UNABLE },
        { "53100", TX_UNABLE, TX_UNABLE },
        { "42703", TX_BROKEN, TX_BROKEN },
        { "XX000", TX_BROKEN, TX_BROKEN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(pg_fault_of(cases[i].state, true), cases[i].writing);
        assert_int_equal(pg_fault_of(cases[i].state, false), cases[i].reading);
    }
}

/* A server that was told to take no more writes: the connection is given up with the first one, nothing is written, and
 * it is no mystery what became of the COMMIT that was sent along. */
TEST_EACH_ENGINE(a_server_that_only_reads_is_given_up)
{
    test_script(t, table_sql);
    test_commit(t);
    for (int look_first = 0; look_first <= 1; look_first++) {
        struct conn *c = conn_open(t->db, TX_WRITE, (char[256]){ 0 }, 256);
        assert_non_null(c);
        struct tx *tx = tx_begin(c, TX_WRITE, t->arena);
        EXPECT(tx && tx_script(tx, "SET default_transaction_read_only = on"));
        EXPECT(tx_commit(tx) == TX_COMMITTED);
        tx = tx_begin(c, TX_WRITE, t->arena);
        struct query q = query(tx, &note_count);
        if (look_first) EXPECT(query_row(&q) == ROW_FOUND);
        q = query(tx, &note_put);
        bind_text(&q, "never");
        EXPECT(query_put(&q) && tx_commit(tx) == TX_ROLLED_BACK && tx_fault_of(tx) == TX_LOST);
        EXPECT(!conn_usable(c));
        conn_close(c);
    }
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_notes") == 0);
}

static unsigned usable(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    unsigned n = q->usable;
    pthread_mutex_unlock(&q->lock);
    return n;
}

/* Of four lanes only some get a connection: those who have none leave the work to the others. */
TEST_EACH_ENGINE(lanes_without_a_connection_take_no_work)
{
    enum { LANES = 4, NOTES = 200 };
    struct proxy p;
    char through[1200], error[256];
    test_script(t, table_sql);
    test_commit(t);
    proxy_start(&p, t->url, through, sizeof through);
    struct db *db = db_open(&(struct db_options){ .url = through }, error, sizeof error);
    if (!db) fail_msg("%s", error);
    struct lanes *lanes =
        lanes_start(db, &(struct lane_options){ .readers = 1, .writers = LANES }, error, sizeof error);
    assert_non_null(lanes);
    for (int i = 0; i < 3000 && usable(&lanes->write) < LANES; i++) usleep(10000);
    EXPECT(usable(&lanes->write) == LANES);
    atomic_store(&p.full, true); /* no new ones */
    atomic_store(&p.cut_lines, LANES - 1);
    for (int i = 0; i < 3000 && atomic_load(&p.cut_lines) > 0; i++) usleep(10000);
    usleep(10 * LOOK_AGAIN_MS * 1000); /* and the ends have arrived */
    for (int i = 0; i < NOTES; i++) EXPECT(note(t, lanes) == OP_COMMITTED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_notes") == NOTES);
    lanes_stop(lanes);
    db_close(db);
    proxy_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_POSTGRES(a_lost_answer_is_settled),
        ONLY_POSTGRES(a_server_that_is_away_fails_ops_at_once_and_comes_back),
        ONLY_POSTGRES(a_line_that_is_cut_while_an_op_is_undone_fails_the_op),
        ONLY_POSTGRES(the_verdict_on_a_number),
        ONLY_POSTGRES(a_server_that_only_reads_is_given_up),
        ONLY_POSTGRES(lanes_without_a_connection_take_no_work),
        cmocka_unit_test(what_ends_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
