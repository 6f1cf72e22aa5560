/* test_log.c: each line is one JSON object that holds no secret and has an end, whatever it is given. */
#include "base/testing.h"

#include "base/clock.h"
#include "base/json_read.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

static int ends[2]; /* a datagram pair: one write is one message, so a line in two pieces would be seen */

static int setup(void **state)
{
    log_start(LOG_INFO, STDERR_FILENO);
    int failed = socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    if (failed == 0) log_start(LOG_INFO, ends[1]);
    return failed;
}

static int teardown(void **state)
{
    log_start(LOG_INFO, STDERR_FILENO);
    return close(ends[0]) | close(ends[1]);
}

/* The next line, parsed; NULL when there is none. */
static json_t *next_line(void)
{
    static char line[16384];
    ssize_t n = recv(ends[0], line, sizeof(line), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return NULL;
    assert_true(n > 1 && n <= 8192);
    assert_int_equal(line[n - 1], '\n');
    assert_null(memchr(line, '\n', (size_t)n - 1));
    json_t *v = json_read((struct str){ line, (size_t)n }, sizeof(line), NULL);
    assert_true(json_is_object(v));
    return v;
}

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static void a_line_says_when_what_and_with_what(void **state)
{
    clock_fix_ms(INT64_C(1700000000123));
    LOG(LOG_WARN, "job.failed", LOG_TEXT("job", "shop.provision"), LOG_NUMBER("attempt", 3), LOG_TEXT("detail", NULL));
    clock_fix_ms(0);
    json_t *line = next_line();
    assert_string_equal(text_of(line, "time"), "2023-11-14T22:13:20.123Z");
    assert_string_equal(text_of(line, "level"), "warn");
    assert_string_equal(text_of(line, "event"), "job.failed");
    assert_string_equal(text_of(line, "job"), "shop.provision");
    assert_int_equal(json_integer_value(json_object_get(line, "attempt")), 3);
    assert_true(json_is_null(json_object_get(line, "detail")));
    assert_int_equal(json_object_size(line), 6);
    json_decref(line);
    log_write(LOG_ERROR, "bare", NULL, 0);
    line = next_line();
    assert_int_equal(json_object_size(line), 3);
    json_decref(line);
}

static void levels_below_are_not_written(void **state)
{
    LOG(LOG_DEBUG, "x", LOG_NUMBER("n", 1));
    assert_null(next_line());
    log_start(LOG_DEBUG, ends[1]);
    LOG(LOG_DEBUG, "x", LOG_NUMBER("n", 1));
    json_t *line = next_line();
    assert_string_equal(text_of(line, "level"), "debug");
    json_decref(line);
    log_start(LOG_ERROR, ends[1]);
    LOG(LOG_WARN, "x", LOG_NUMBER("n", 1));
    assert_null(next_line());
}

static void secrets_are_redacted_by_name(void **state)
{
    static const char *const secret[] = { "password",      "newPassword",   "token",   "sso_token",
                                          "secret",        "client_secret", "Cookie",  "set-cookie",
                                          "Authorization", "key",           "API_KEY", "idempotency_key" };
    for (size_t i = 0; i < ARRAY_LEN(secret); i++) {
        LOG(LOG_INFO, "x", LOG_TEXT(secret[i], "hunter2"), LOG_TEXT("open", "seen"));
        json_t *line = next_line();
        assert_string_equal(text_of(line, secret[i]), "[redacted]");
        assert_string_equal(text_of(line, "open"), "seen");
        json_decref(line);
        LOG(LOG_INFO, "x", LOG_NUMBER(secret[i], 12345));
        line = next_line();
        assert_string_equal(text_of(line, secret[i]), "[redacted]");
        json_decref(line);
    }
}

static void nasty_values_stay_in_their_line(void **state)
{
    LOG(LOG_INFO, "x", LOG_TEXT("v", "a\nb\r\"}{\\\x1b[31m\xFF"));
    json_t *line = next_line();
    assert_string_equal(text_of(line, "v"), "a\nb\r\"}{\\\x1b[31m\xEF\xBF\xBD");
    json_decref(line);
}

static void long_values_are_cut_between_characters(void **state)
{
    char *huge = malloc(1 << 20);
    assert_non_null(huge);
    memset(huge, 'x', (1 << 20) - 1);
    huge[(1 << 20) - 1] = '\0';
    LOG(LOG_INFO, huge, LOG_TEXT("v", huge));
    json_t *line = next_line();
    assert_int_equal(strlen(text_of(line, "v")), 1024 + 3);
    assert_string_equal(text_of(line, "v") + 1024, "\xE2\x80\xA6");
    json_decref(line);
    for (int i = 0; i < 3000; i += 3) memcpy(huge + i, "店", 3);
    huge[3000] = '\0';
    LOG(LOG_INFO, "x", LOG_TEXT("v", huge));
    line = next_line();
    assert_int_equal(strlen(text_of(line, "v")), 1023 + 3);
    json_decref(line);
    memset(huge, 1, 5000); /* each byte becomes six */
    huge[5000] = '\0';
    LOG(LOG_INFO, huge, LOG_TEXT("a", huge), LOG_TEXT("b", huge), LOG_TEXT("c", huge), LOG_NUMBER("n", 1),
        LOG_TEXT("d", huge));
    line = next_line();
    assert_non_null(line);
    json_decref(line);
    free(huge);
}

static void many_fields_are_left_out_at_the_end(void **state)
{
    struct log_field fields[300];
    char value[101];
    memset(value, 'v', 100);
    value[100] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) fields[i] = LOG_TEXT(i == 0 ? "first" : "again", value);
    log_write(LOG_INFO, "x", fields, ARRAY_LEN(fields));
    char line[16384];
    ssize_t n = recv(ends[0], line, sizeof(line), MSG_DONTWAIT);
    assert_true(n > 7000 && n <= 8192);
    assert_memory_equal(line + n - 13, ",\"cut\":true}\n", 13);
}

static void *log_much(void *arg)
{
    for (int i = 0; i < 20; i++) LOG(LOG_INFO, "thread", LOG_NUMBER("i", i), LOG_TEXT("name", arg));
    return NULL;
}

static void threads_do_not_mix_lines(void **state)
{
    pthread_t threads[4];
    char names[4][2] = { "a", "b", "c", "d" };
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, log_much, names[i]), 0);
    int lines = 0;
    /* Read while they write: the socket's queue is short. */
    while (lines < 80) {
        json_t *line = next_line();
        if (line == NULL) continue;
        assert_string_equal(text_of(line, "event"), "thread");
        json_decref(line);
        lines++;
    }
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void errno_is_kept_and_a_dead_log_is_survived(void **state)
{
    errno = ENOENT;
    LOG(LOG_INFO, "x", LOG_NUMBER("n", 1));
    assert_int_equal(errno, ENOENT);
    json_decref(next_line());
    int closed = dup(ends[1]);
    assert_true(closed >= 0);
    assert_int_equal(close(closed), 0);
    log_start(LOG_INFO, closed);
    LOG(LOG_INFO, "x", LOG_NUMBER("n", 1));
    assert_null(next_line());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_says_when_what_and_with_what, setup, teardown),
        cmocka_unit_test_setup_teardown(levels_below_are_not_written, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_are_redacted_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(nasty_values_stay_in_their_line, setup, teardown),
        cmocka_unit_test_setup_teardown(long_values_are_cut_between_characters, setup, teardown),
        cmocka_unit_test_setup_teardown(many_fields_are_left_out_at_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_mix_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(errno_is_kept_and_a_dead_log_is_survived, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
