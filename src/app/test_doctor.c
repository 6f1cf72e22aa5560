/* test_doctor.c: the doctor looks and makes nothing, says well only of what it looked at, and comes to an end. The
 * linker puts __wrap_getaddrinfo between it and the machine's resolver (meson.build). */
#include "base/testing.h"

#include "app/app.h"
#include "app/doctor.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "storage/test_db.h"
#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SAID_MAX = 65536, CALLS = 4, FAR = 9999 };
#define KEY "1:AAECAwUIDRUiN1mQ6XnWTw8eLTxLWml4h5altMPS4fA="
#define OTHER_KEY "1:/x7vDu0N7AzrC+oK6QnoCOcH5gblBeQE4wPiAuEB4AA="

/* ---- a resolver ---- */

static struct {
    int sleep_ms;
    int port; /* > 0: every name has this port of this machine, so many times: */
    int times;
} resolver;

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *want, struct addrinfo **out);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *want, struct addrinfo **out);

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *want, struct addrinfo **out)
{
    char number[16];
    (void)usleep((useconds_t)resolver.sleep_ms * 1000);
    if (resolver.port == 0) return __real_getaddrinfo(host, port, want, out);
    (void)snprintf(number, sizeof number, "%d", resolver.port);
    for (int i = 0; i < resolver.times; i++, out = &(*out)->ai_next)
        if (__real_getaddrinfo("127.0.0.1", number, want, out) != 0) return EAI_FAIL;
    return 0;
}

static int listener(int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT(fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0 && listen(fd, 0) == 0);
    EXPECT(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void reaching_has_one_limit_for_all(void **state)
{
    (void)state;
    int port, fd = listener(&port), call[CALLS];
    resolver.port = 0;
    assert_null(doctor_reach("127.0.0.1", port, 5000));
    assert_string_equal(doctor_reach("127.0.0.1", 1, 5000), "it does not answer");
    /* Somebody who lets nobody in any more: calls wait. Three addresses wait no longer than one. */
    for (int i = 0; i < CALLS; i++) {
        struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        at.sin_port = htons((uint16_t)port);
        call[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(call[i], (struct sockaddr *)&at, sizeof at);
    }
    resolver.port = port, resolver.times = 3;
    int64_t began_ms = monotonic_ms();
    assert_string_equal(doctor_reach("mail.test.example", 25, 1000), "it does not answer");
    int64_t took_ms = monotonic_ms() - began_ms;
    assert_in_range(took_ms, 900, 1900);
    /* A resolver that sleeps is not waited for, and may come back later. */
    resolver.sleep_ms = 3000;
    began_ms = monotonic_ms();
    assert_string_equal(doctor_reach("mail.test.example", 25, 200), "its name is not found in time");
    assert_true(monotonic_ms() - began_ms < 2000);
    (void)usleep(3300 * 1000);
    resolver.sleep_ms = 0, resolver.port = 0;
    for (int i = 0; i < CALLS; i++) (void)close(call[i]);
    (void)close(fd);
}

static void small_blocks_are_counted(void **state)
{
    (void)state;
    assert_int_equal(doctor_free_mb(&(struct statvfs){ .f_frsize = 512, .f_bavail = 4 << 20 }), 2048);
    assert_int_equal(doctor_free_mb(&(struct statvfs){ .f_frsize = 4096, .f_bavail = 1 << 20 }), 4096);
    assert_int_equal(doctor_free_mb(&(struct statvfs){ .f_frsize = 65536, .f_bavail = UINT64_C(1) << 40 }), INT64_C(1)
                                                                                                                << 36);
}

/* ---- a house ---- */

static char dir[64];
static struct config settings;

static void start(struct test_db *t)
{
    text_copy(dir, sizeof dir, "/tmp/chathub-doctor-XXXXXX");
    EXPECT(mkdtemp(dir) != NULL);
    settings = (struct config){ .mail_from = "chat@shop.example",
                                .data_dir = dir,
                                .listen = "127.0.0.1:1",
                                .database_url = t->url,
                                .master_key = KEY };
    test_close_tx(t);
}

static void stop(void)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/master.key", dir);
    (void)unlink(path);
    EXPECT(rmdir(dir) == 0); /* nothing else was made */
}

static size_t files_of(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;
    EXPECT(d != NULL);
    for (const struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

/* What the doctor says, as when no server runs (or as the server says it); the caller lets it go. */
static json_t *ask(bool served, enum exit_code wanted)
{
    const char *argv[] = { "doctor", "--json" };
    struct command c = { .argc = 2, .argv = argv, .served = served };
    struct app app = { 0 };
    buf_init(&c.out, SAID_MAX), buf_init(&c.err, SAID_MAX);
    EXPECT(command_read(&c));
    enum exit_code code = app_open(&app, &settings, c.rule->use, &c.err)
                              ? command_run(&app, &c)
                              : command_doctor_without(&settings, &c, buf_terminated(&c.err));
    app_close(&app);
    json_t *said = json_read(buf_str(&c.out), SAID_MAX, NULL);
    if (code != wanted) print_error("%s\n", buf_terminated(&c.out));
    assert_int_equal(code, wanted);
    assert_non_null(said);
    buf_free(&c.out), buf_free(&c.err);
    return said;
}

static const json_t *line_of(const json_t *said, const char *name)
{
    const json_t *list = json_object_get(said, "lines");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (text_eq(json_string_value(json_object_get(json_array_get(list, i), "name")), name))
            return json_array_get(list, i);
    return NULL;
}

static void expect_line(json_t *said, const char *name, const char *state, const char *says)
{
    const json_t *line = line_of(said, name);
    const char *got = json_string_value(json_object_get(line, "says"));
    if (!got || !strstr(got, says)) print_error("%s: %s\n", name, got ? got : "is not said");
    assert_non_null(got);
    assert_string_equal(json_string_value(json_object_get(line, "state")), state);
    assert_non_null(strstr(got, says));
    json_decref(said);
}

static void open_and_close(void)
{
    struct app app = { 0 };
    struct buf error;
    buf_init(&error, SAID_MAX);
    if (!app_open(&app, &settings, APP_COMMAND, &error)) print_error("%s\n", buf_terminated(&error));
    EXPECT(error.n == 0);
    app_close(&app);
    buf_free(&error);
}

TEST_EACH_ENGINE(a_schema_from_before_is_told_and_stays)
{
    start(t);
    open_and_close();
    expect_line(ask(false, EXIT_OK), "database", "well", "its schema is of this version");
    int pending = 0, before = migrate_before_last(t->db);
    EXPECT(before > 0 && migrate_down(t->db, before, DOWN_DROP_DATA, NULL) == 1);
    for (int i = 0; i < 2; i++) {
        expect_line(ask(false, EXIT_FAILED), "database", "bad", "1 migrations are missing");
        EXPECT(migrate_status(t->db, &pending) >= 0);
        assert_int_equal(pending, 1);
    }
    EXPECT(migrate_up(t->db) == 1);
    test_open_tx(t);
    test_script(
        t, arena_printf(t->arena, "INSERT INTO schema_migrations (number, name, applied_ms) VALUES (%d, 'x', 1)", FAR));
    test_close_tx(t);
    expect_line(ask(false, EXIT_FAILED), "database", "bad", "of a newer version");
    stop();
}

TEST_EACH_ENGINE(what_is_not_there_is_told_and_not_made)
{
    char none[128];
    struct stat st;
    start(t);
    (void)snprintf(none, sizeof none, "%s/none", dir);
    settings.data_dir = none;
    expect_line(ask(false, EXIT_FAILED), "data folder", "bad", "No such file");
    expect_line(ask(false, EXIT_FAILED), "database", "bad", "is not there");
    assert_int_equal(stat(none, &st), -1);
    settings.data_dir = dir, settings.master_key = NULL;
    expect_line(ask(false, EXIT_FAILED), "database", "bad", "no master key");
    assert_int_equal(files_of(dir), 0);
    settings.master_key = KEY;
    settings.database_url = arena_printf(t->arena, "sqlite:%s/chathub.db", dir);
    expect_line(ask(false, EXIT_FAILED), "database", "bad", "no database at");
    assert_int_equal(files_of(dir), 0);
    stop();
}

TEST_EACH_ENGINE(keys_are_well_when_they_open_the_database)
{
    static const char made[] = "SELECT (SELECT COUNT(*) FROM sealing_keys) + (SELECT COUNT(*) FROM chain_keys)";
    start(t);
    expect_line(ask(false, EXIT_OK), "keys", "look", "not all of them are written down");
    test_open_tx(t);
    assert_int_equal(test_number(t, made), 0);
    test_close_tx(t);
    open_and_close();
    expect_line(ask(false, EXIT_OK), "keys", "well", "belong to this database");
    settings.master_key = OTHER_KEY;
    expect_line(ask(false, EXIT_FAILED), "keys", "bad", "is not the one that the database was sealed with");
    settings.master_key = KEY;
    test_open_tx(t);
    test_script(t, "UPDATE chain_keys SET sealed = (SELECT proof FROM sealing_keys)");
    test_close_tx(t);
    expect_line(ask(false, EXIT_FAILED), "keys", "bad", "does not open with these master keys");
    stop();
}

TEST_EACH_ENGINE(the_clock_is_well_when_somebody_knows_it)
{
    bool has_other = t->engine == DB_POSTGRES;
    start(t);
    open_and_close();
    expect_line(ask(true, EXIT_OK), "clock", "well", has_other ? "agrees with the database's" : "not in doubt");
    expect_line(ask(false, EXIT_OK), "clock", has_other ? "well" : "look", has_other ? "agrees" : "not known");
    clock_advance_ms(HOUR_MS);
    if (has_other) expect_line(ask(false, EXIT_FAILED), "clock", "bad", "ahead of the database's");
    else expect_line(ask(false, EXIT_OK), "clock", "look", "not known");
    clock_advance_ms(-HOUR_MS);
    if (has_other) {
        clock_advance_ms(-HOUR_MS);
        expect_line(ask(false, EXIT_FAILED), "clock", "bad", " s behind the database's");
        clock_advance_ms(HOUR_MS);
    }
    stop();
}

/* Neither clock stepped, and they went apart: there is no step to tell the size of. */
TEST_EACH_ENGINE(a_clock_that_is_disputed_is_told_as_such)
{
    enum { STEPS = 9, STEP_MS = 8000 };
    struct clock_state clock;
    start(t);
    open_and_close();
    clock_witness_ms(now_ms());
    for (int i = 0; i < STEPS; i++) clock_jump_ms(STEP_MS), clock_check();
    clock_state(&clock);
    EXPECT(clock.doubt == CLOCK_DISPUTED && clock.off_ms == 0);
    bool has_other = t->engine == DB_POSTGRES;
    expect_line(ask(true, EXIT_FAILED), "clock", "bad", has_other ? " s ahead of the database's" : "another way");
    for (int i = 0; i < STEPS; i++) clock_jump_ms(-STEP_MS), clock_check();
    clock_state(&clock);
    EXPECT(clock.doubt == CLOCK_SOUND);
    stop();
}

/* A backend that the house has never heard of: its settings are told by their names, its secret is not. */
TEST_EACH_ENGINE(what_a_backend_is_set_with_is_told)
{
    static const char *url, *key;
    static const struct recipe_setting setting[] = { { .name = "RELAY_URL", .value = &url, .is_url = true },
                                                     { .name = "RELAY_KEY", .value = &key, .secret = true } };
    static const struct recipe relay = { .number = 9, .name = "relay", .setting = setting, .settings = 2 };
    static const struct recipe *const with_relay[] = { &recipe_builtin, &relay, NULL };
    const struct recipe *const *house = recipes;
    start(t);
    recipes = with_relay;
    open_and_close();
    expect_line(ask(false, EXIT_OK), "backends", "well", "conversations are in this program");
    settings.recipe[0] = "https://relay.example", settings.recipe[1] = "nobody may see this";
    json_t *said = ask(false, EXIT_OK);
    assert_null(strstr(json_string_value(json_object_get(line_of(said, "backends"), "says")), "nobody may see"));
    expect_line(said, "backends", "well", "relay with RELAY_URL https://relay.example, relay with RELAY_KEY (set)");
    recipes = house;
    stop();
}

/* Nobody can write to a house that does not say where. */
TEST_EACH_ENGINE(a_house_without_an_address_is_told)
{
    start(t);
    open_and_close();
    expect_line(ask(false, EXIT_OK), "contact", "look", "nobody is told how to reach you");
    settings.support_contact = "mailto:help@house.example";
    expect_line(ask(false, EXIT_OK), "contact", "well", "mailto:help@house.example");
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_a_backend_is_set_with_is_told),
        cmocka_unit_test(reaching_has_one_limit_for_all),
        cmocka_unit_test(small_blocks_are_counted),
        EACH_ENGINE(a_schema_from_before_is_told_and_stays),
        EACH_ENGINE(what_is_not_there_is_told_and_not_made),
        EACH_ENGINE(keys_are_well_when_they_open_the_database),
        EACH_ENGINE(the_clock_is_well_when_somebody_knows_it),
        EACH_ENGINE(a_clock_that_is_disputed_is_told_as_such),
        EACH_ENGINE(a_house_without_an_address_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
