/* test_app.c: the house as a whole: every statement prepares on both engines, every table of routes and jobs is sound,
 * and the admin socket answers. What the statements read is judged in test_plans.c. */
#include "storage/test_db.h"

#include "app/app.h"
#include "jobs/private.h"
#include "base/json_read.h"
#include "http/server.h"
#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Provided by wiring.c and the folders it names; referenced so that all their statements are linked into this program.
 */
static const void *const everything[] = { app_route_tables, app_job_kinds };

TEST_EACH_ENGINE(every_statement_prepares)
{
    char error[512] = "";
    EXPECT(everything[0] && stmt_count() > 100);
    test_close_tx(t);
    if (!conn_prepare_all(t->conn, error, sizeof error)) {
        print_error("%s\n", error);
        fail();
    }
    test_open_tx(t);
}

/* ---- every table is looked at by `verify` ---- */

/* By no statement that is called verify_…, and why not. */
static const struct {
    const char *table, *why;
} unverified[] = {
    { "audit_seals", "computed again by seals.c" },
    { "audit_head", "compared with the seals by head.c" },
    { "chain_keys", "opened at each start, and by app.sealed" },
    { "sealing_keys", "compared with the keys at each start" },
    { "idempotency_keys", "opened by app.sealed; kept for a day" },
    { "sign_in_tries", "counters of a day, whose times are clamped when they are read" },
    { "mail_budgets", "counters of a day, whose times are clamped when they are read" },
    { "trials_had", "hashes of addresses that are given nothing a second time; nothing else hangs on them" },
    { "overview", "counted anew each minute" },
    { "overview_days", "what was counted on days gone by: nothing hangs on it" },
    { "chat_visitors", "nothing is owed to them; their conversations are looked at" },
    { "chat_order_tries", "counters of an hour, whose times are clamped when they are read" },
    { "chat_transcripts", "counters of a day; one whose time is to come counts as over" },
    { "chat_shop_tokens", "what was used once, until it is too old anyway" },
    { "chat_installs", "what a page looked like once: it can be looked at again" },
    { "chat_presence", "who is there now: forgotten within minutes" },
    { "chat_labels", "names; a conversation without one lacks nothing" },
    { "chat_labelled", "the same" },
    { "chat_canned", "words that a person reads before they are sent" },
    { "chat_gaps", "a hint at a message; without it nothing is lacking" },
    { "chat_gaps_aside", "the same" },
    { "chat_customer_words", "made of names and addresses, which can be done again" },
    { "chat_words", "made of the messages, which can be done again" },
    { "chat_mentions_told", "what a letter has told of; without it one is told again" },
    { "chat_mentions", "a hint to look, which is gone when one has" },
    { "knowledge_documents", "a name for passages, which are counted as texts are" },
    { "bill_days", "what a provider's bill said, and when it is asked for: it can be asked again" },
    { "bill_sums", "the same" },
    { "bill_seen", "the same" },
    { "bill_differences", "the same; what lasts is a mismatch" },
    { "order_notes", "what was heard and asked, for people: nothing hangs on it" },
    { "billing_profiles", "words for papers, judged when they are written; a paper keeps its own" },
    { "sellers", "the same" },
    { "quiet_renewals", "a wish about letters: nothing hangs on it" },
    { "site_pages", "what operators wrote, a version each: nothing hangs on it" },
    { "schema_migrations", "compared with the program's at each start" },
};

static bool is_verified(const char *table)
{
    for (size_t i = 0; i < ARRAY_LEN(unverified); i++)
        if (text_eq(unverified[i].table, table)) return true;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (strncmp(s->name, "verify", 6) != 0) continue;
        for (const char *p = s->sql; (p = strstr(p, table)); p++) {
            bool begins = p == s->sql || (!isalnum((unsigned char)p[-1]) && p[-1] != '_');
            char end = p[strlen(table)];
            if (begins && !isalnum((unsigned char)end) && end != '_') return true;
        }
    }
    return false;
}

/* Of a table that is none of these nobody would hear when somebody changed it. */
TEST_EACH_ENGINE(every_table_is_looked_at_by_verify)
{
    sqlite3 *db;
    sqlite3_stmt *tables;
    int forgotten = 0;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    EXPECT(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                              -1, &tables, NULL) == SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(tables, 0);
        if (is_verified(name)) continue;
        print_error("%s is looked at by no check of verify\n", name);
        forgotten++;
    }
    sqlite3_finalize(tables);
    sqlite3_close(db);
    EXPECT(forgotten == 0);
}

static void the_tables_of_routes_are_sound(void **state)
{
    (void)state;
    struct buf complaints;
    buf_init(&complaints, 65536);
    bool sound = routes_check(app_route_tables, &complaints);
    if (!sound) print_error("%s\n", buf_terminated(&complaints));
    buf_free(&complaints);
    assert_true(sound);
}

/* A member that stands twice is refused by the reader, and by those who make clients from it. */
static void the_description_of_the_api_is_read(void **state)
{
    (void)state;
    struct buf text;
    struct json_fault fault = { 0 };
    buf_init(&text, JSON_READ_MAX_BYTES);
    openapi_print(&text, app_route_tables, "0");
    json_t *json = json_read(buf_str(&text), JSON_READ_MAX_BYTES, &fault);
    if (!json) print_error("%s at %zu\n", fault.text, fault.offset);
    buf_free(&text);
    assert_non_null(json);
    json_decref(json);
}

static void the_senders_are_sound(void **state)
{
    (void)state;
    struct buf complaints;
    buf_init(&complaints, 65536);
    bool sound = inbound_check(app_senders, app_route_tables, &complaints);
    if (!sound) print_error("%s\n", buf_terminated(&complaints));
    buf_free(&complaints);
    assert_true(sound);
}

static void the_kinds_of_jobs_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; app_job_kinds[i]; i++) {
        const struct job_kind *k = app_job_kinds[i];
        assert_true(k->name && k->doc && k->settle && k->max_attempts >= 1 && k->max_attempts <= 100);
        assert_true(k->backoff_first_ms > 0 && k->backoff_first_ms <= k->backoff_max_ms);
        for (size_t other = 0; other < i; other++) assert_string_not_equal(k->name, app_job_kinds[other]->name);
    }
}

/* Threads are shared within a pool alone: a silent mail server must not hold up an enable for which a person waits, and
 * neither may hold up money. Machines of merchants' own choice hold up nobody's enable, and mails nobody's answer. */
static void what_is_slow_holds_up_only_its_like(void **state)
{
    static const struct {
        enum job_pool pool;
        const char *kinds;
    } pools[] = {
        { JOB_POOL_CALLS, " tenants.register tenants.rotate billing.start billing.look billing.close billing.refund"
                          " billing.event" },
        { JOB_POOL_SHOPS, " chat.install chat.channel chat.channel_test knowledge.take" },
        { JOB_POOL_MAIL, " mail.send" },
        { JOB_POOL_MONEY, " tenants.renew billing.plans billing.switch_on billing.sweep billing.bills inbound.money" },
        { JOB_POOL_INBOUND, " inbound.act chat.answer chat.line" },
        { JOB_POOL_FILES, " inbound.make billing.bill" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pools); i++) {
        size_t named = 0, found = 0;
        for (const char *p = pools[i].kinds; (p = strchr(p, ' ')); p++) named++;
        for (size_t n = 0; app_job_kinds[n]; n++) {
            if (kind_pool(app_job_kinds[n]) != pools[i].pool) continue;
            found++;
            if (!strstr(pools[i].kinds, app_job_kinds[n]->name)) fail_msg("%s", app_job_kinds[n]->name);
        }
        assert_int_equal(found, named);
    }
}

/* What others delivered is acted on in groups, of which each is settled alone when anything fails (jobs/test_groups.c).
 * A call, or a list that is worked off in one transaction, would make one delivery all the others' affair. */
static void a_delivery_that_fails_is_nobody_elses(void **state)
{
    static const struct job_kind *const acts[] = { &inbound_act_job, &inbound_money_job };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        assert_true(acts[i]->load == NULL && acts[i]->call == NULL && acts[i]->every_ms == 0);
}

/* ---- the admin socket ---- */

static void send_words(int fd, const struct sockaddr_un *to)
{
    static const char line[] = "{\"words\":[\"no-such-command\"]}\n";
    assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof *to), 0);
    assert_int_equal(send(fd, line, sizeof line - 1, MSG_NOSIGNAL), sizeof line - 1);
}

static void expect_words_back(int fd)
{
    char text[512];
    struct timeval limit = { .tv_sec = 5 };
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    assert_true(n > 0);
    text[n] = '\0';
    assert_non_null(strstr(text, "\"code\":2"));
}

static void the_admin_socket_outlives_a_lack_of_descriptors(void **state)
{
    (void)state;
    char dir[] = "/tmp/chathub-admin-XXXXXX"; /* not TMPDIR: the path of a socket has room for 107 bytes */
    assert_non_null(mkdtemp(dir));
    struct config config = { .data_dir = dir };
    struct app app = { .config = &config };
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s/admin.sock", dir);
    struct buf error;
    buf_init(&error, 1024);
    assert_true(admin_socket_start(&app, &error));
    int first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(first >= 0 && second >= 0);
    struct rlimit usual, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = usual;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    send_words(first, &to); /* may still be let in: accept4 takes its descriptor before it waits */
    (void)usleep(300000);
    send_words(second, &to);
    (void)usleep(100000);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    expect_words_back(first);
    expect_words_back(second);
    close(first), close(second);
    admin_socket_stop();
    assert_int_equal(access(to.sun_path, F_OK), -1);
    assert_int_equal(rmdir(dir), 0);
    buf_free(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(every_statement_prepares),
        ONLY_SQLITE(every_table_is_looked_at_by_verify),
        cmocka_unit_test(the_tables_of_routes_are_sound),
        cmocka_unit_test(the_senders_are_sound),
        cmocka_unit_test(the_description_of_the_api_is_read),
        cmocka_unit_test(the_kinds_of_jobs_are_sound),
        cmocka_unit_test(what_is_slow_holds_up_only_its_like),
        cmocka_unit_test(a_delivery_that_fails_is_nobody_elses),
        cmocka_unit_test(the_admin_socket_outlives_a_lack_of_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
