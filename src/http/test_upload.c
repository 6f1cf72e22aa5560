/* test_upload.c: bodies that become files: whole and hashed, or not there at all. */
#include "http/test_http.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { FILE_MAX = 8 << 20 };

static char folder[64];
static atomic_int runs;

struct put_query {
    bool refuse, drop;
};
/* clang-format off */
static const struct field put_query_fields[] = {
    FIELD_BOOL(struct put_query, refuse, .optional = true), FIELD_BOOL(struct put_query, drop, .optional = true),
    FIELD_END
};
/* clang-format on */
static const struct problem problem_unwanted = { "unwanted", 409, "Not wanted.", "不需要。" };

static void file_json(struct json *j, const void *arg)
{
    const struct upload_file *f = arg;
    char hash[SHA256_HEX_SIZE];
    hex_encode(f->sha256, sizeof f->sha256, hash);
    json_text(j, "name", f->name);
    json_i64(j, "size", f->size);
    json_text(j, "hash", hash);
}

static enum answer run_put(struct req *req)
{
    const struct put_query *in = req->query;
    (void)atomic_fetch_add(&runs, 1);
    assert_non_null(req->upload);
    if (in != NULL && in->refuse) {
        req_keep_upload(req); /* said too early: the refusal wins */
        return reply_problem(req, &problem_unwanted);
    }
    if (in == NULL || !in->drop) req_keep_upload(req);
    return reply_json(req, 201, file_json, req->upload);
}

ROUTE_TAG(test_tag, "Test", "Rows of this test.");
static const struct upload_rule rule = { .max_bytes = FILE_MAX };
/* clang-format off */
static const struct route upload_routes[] = {
    { .verb = VERB_POST, .path = "/api/files", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Test", .idempotent = true,
      .upload = &rule, QUERY_FIELDS(put_query), PROBLEMS(&problem_unwanted), .run = run_put, .doc = "Keep a file." },
    ROUTE_END
};
/* clang-format on */
static const struct route *const upload_tables[] = { upload_routes, NULL };

static void with_uploads(struct http_options *o)
{
    o->routes = upload_tables;
    o->upload_dir = folder;
}

static void behind_proxy(struct http_options *o)
{
    with_uploads(o);
    o->trusted_proxy = "127.0.0.1";
}

static void start_as(struct test_http *s, struct test_db *t, void (*change)(struct http_options *o))
{
    text_copy(folder, sizeof folder, "/tmp/chathub-upload-XXXXXX");
    assert_non_null(mkdtemp(folder));
    atomic_store(&runs, 0);
    test_http_start(s, t, change);
}

static void start(struct test_http *s, struct test_db *t) { start_as(s, t, with_uploads); }

static int files(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

/* What is removed is removed by another thread, a moment later. */
static void wait_for_files(int n)
{
    int64_t until_ms = monotonic_ms() + 30000;
    while (files() != n) {
        if (monotonic_ms() > until_ms) fail_msg("%d files, wanted %d", files(), n);
        (void)usleep(5000);
    }
}

static void stop(struct test_http *s, struct test_db *t)
{
    test_http_stop(s, t);
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_name[0] != '.') (void)unlink(path);
    }
    (void)closedir(d);
    assert_int_equal(rmdir(folder), 0);
}

static char *some_bytes(size_t n)
{
    char *p = malloc(n + 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++) p[i] = (char)(i * 31 + i / 251);
    return p;
}

static struct test_client *begin(struct test_http *s, const char *query, const char *headers)
{
    char head[512];
    struct test_client *c = client_open(http_port(s->http));
    (void)snprintf(head, sizeof head, "POST /api/files%s HTTP/1.1\r\nHost: a\r\n%s%s\r\n", query, s->origin_line,
                   headers);
    client_send_text(c, head);
    return c;
}

static void expect_answer(struct test_client *c, int status, const char *code)
{
    struct test_answer a = client_read(c, false, 15000);
    if (a.status != status || (code != NULL && strcmp(answer_error(&a), code) != 0))
        fail_msg("%d %s, wanted %d %s", a.status, answer_error(&a), status, code != NULL ? code : "");
    answer_free(&a);
}

/* The answer names a file that holds these bytes, and their hash. */
static void expect_file(struct test_client *c, const char *bytes, size_t n)
{
    char wanted[SHA256_HEX_SIZE], path[400];
    struct test_answer a = client_read(c, false, 15000);
    if (a.status != 201) fail_msg("%d %s", a.status, answer_error(&a));
    json_t *j = answer_json(&a);
    sha256_hex((struct str){ bytes, n }, wanted);
    assert_string_equal(json_string_value(json_object_get(j, "hash")), wanted);
    assert_int_equal(json_integer_value(json_object_get(j, "size")), n);
    (void)snprintf(path, sizeof path, "%s/%s", folder, json_string_value(json_object_get(j, "name")));
    struct stat st;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    assert_int_equal(st.st_size, n);
    assert_int_equal(st.st_mode & 0777, 0600);
    char *read = malloc(n + 1);
    assert_non_null(read);
    assert_int_equal(fread(read, 1, n, f), n);
    assert_memory_equal(read, bytes, n);
    free(read);
    (void)fclose(f);
    json_decref(j);
    answer_free(&a);
}

TEST_EACH_ENGINE(a_body_becomes_a_file)
{
    static const size_t sizes[] = { 0, 1, 1000, 32768, 65535, 65536, 65537, 200000, 3 << 20, FILE_MAX };
    struct test_http s;
    start(&s, t);
    int kept = 0;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        size_t n = sizes[i];
        char *bytes = some_bytes(n), length[64];
        (void)snprintf(length, sizeof length, AS_MERCHANT "Content-Length: %zu\r\n", n);
        struct test_client *c = begin(&s, "", length);
        client_send(c, bytes, n);
        expect_file(c, bytes, n);
        client_close(c);
        c = begin(&s, "", AS_MERCHANT "Transfer-Encoding: chunked\r\n");
        for (size_t at = 0, piece; at < n; at += piece) {
            char line[32];
            piece = n - at < 50000 ? n - at : 50000;
            (void)snprintf(line, sizeof line, "%zx\r\n", piece);
            client_send_text(c, line), client_send(c, bytes + at, piece), client_send_text(c, "\r\n");
        }
        client_send_text(c, "0\r\n\r\n");
        expect_file(c, bytes, n);
        client_send_text(c, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n"); /* the connection goes on */
        expect_answer(c, 404, NULL);
        client_close(c);
        free(bytes);
        kept += 2;
        wait_for_files(kept);
    }
    stop(&s, t);
}

TEST_EACH_ENGINE(who_may_not_sends_nothing)
{
    struct test_http s;
    start(&s, t);
    struct test_client *c = begin(&s, "", "Content-Length: 100000\r\n");
    expect_answer(c, 401, "sign_in_required");
    client_close(c);
    c = begin(&s, "", "Cookie: sid=dead\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n");
    expect_answer(c, 401, "sign_in_required"); /* and no 100 before it */
    client_close(c);
    c = begin(&s, "", "Cookie: sid=dead\r\nContent-Length: 100000\r\n");
    expect_answer(c, 401, "sign_in_required");
    assert_true(client_is_closed(c, 5000));
    client_close(c);
    struct buf got;
    buf_init(&got, 65536);
    c = begin(&s, "", AS_MERCHANT "Content-Length: 3\r\nExpect: 100-continue\r\n");
    assert_true(client_read_until(c, &got, "HTTP/1.1 100 Continue\r\n\r\n", 5000));
    client_send_text(c, "abc");
    expect_file(c, "abc", 3);
    client_close(c), buf_free(&got);
    wait_for_files(1);
    assert_int_equal(atomic_load(&runs), 1);
    stop(&s, t);
}

TEST_EACH_ENGINE(what_is_refused_or_not_wanted_goes)
{
    struct test_http s;
    start(&s, t);
    struct test_client *c = begin(&s, "?refuse=true", AS_MERCHANT "Content-Length: 5\r\n");
    client_send_text(c, "hello");
    expect_answer(c, 409, "unwanted");
    client_close(c);
    c = begin(&s, "?drop=true", AS_MERCHANT "Content-Length: 5\r\n");
    client_send_text(c, "hello");
    expect_answer(c, 201, NULL);
    client_close(c);
    c = begin(&s, "?refuse=perhaps", AS_MERCHANT "Content-Length: 5\r\n");
    client_send_text(c, "hello");
    expect_answer(c, 422, "invalid_fields");
    client_close(c);
    wait_for_files(0);
    /* The same key and bytes: the first answer, and one file. Other bytes: refused. */
    for (int i = 0; i < 2; i++) {
        c = begin(&s, "", AS_MERCHANT "Idempotency-Key: k\r\nContent-Length: 5\r\n");
        client_send_text(c, "hello");
        expect_answer(c, 201, NULL);
        client_close(c);
    }
    c = begin(&s, "", AS_MERCHANT "Idempotency-Key: k\r\nContent-Length: 5\r\n");
    client_send_text(c, "other");
    expect_answer(c, 422, "key_reused");
    client_close(c);
    wait_for_files(1);
    stop(&s, t);
}

TEST_EACH_ENGINE(too_large_cut_off_or_broken)
{
    struct test_http s;
    start(&s, t);
    char length[64];
    (void)snprintf(length, sizeof length, AS_MERCHANT "Content-Length: %d\r\n", FILE_MAX + 1);
    struct test_client *c = begin(&s, "", length);
    expect_answer(c, 413, "too_large");
    client_close(c);
    c = begin(&s, "", AS_MERCHANT "Transfer-Encoding: chunked\r\n");
    char *much = some_bytes(1 << 20);
    for (int i = 0; i < 9; i++) {
        client_send_text(c, "100000\r\n");
        client_send(c, much, 1 << 20);
        client_send_text(c, "\r\n");
    }
    expect_answer(c, 413, "too_large");
    client_close(c);
    c = begin(&s, "", AS_MERCHANT "Content-Length: 1000000\r\n");
    client_send(c, much, 500000);
    int64_t until_ms = monotonic_ms() + 30000;
    while (files() == 0 && monotonic_ms() < until_ms) (void)usleep(2000);
    client_close(c);
    wait_for_files(0);
    c = begin(&s, "", AS_MERCHANT "Content-Length: 1000000\r\n");
    client_send(c, much, 500000);
    client_reset(c);
    c = begin(&s, "", AS_MERCHANT "Transfer-Encoding: chunked\r\n");
    client_send_text(c, "5\r\nhello\r\nzz\r\n");
    expect_answer(c, 400, NULL);
    client_close(c);
    wait_for_files(0);
    assert_int_equal(atomic_load(&runs), 0);
    free(much);
    stop(&s, t);
}

TEST_EACH_ENGINE(a_body_that_drips_ends)
{
    static const struct http_timeouts short_times = {
        .head_ms = 5000, .body_ms = 1500, .idle_ms = 60000, .write_ms = 5000, .linger_ms = 500
    };
    struct test_http s;
    http_timeouts_for_tests(&short_times);
    start(&s, t);
    http_timeouts_for_tests(NULL);
    struct test_client *c = begin(&s, "", AS_MERCHANT "Content-Length: 1000\r\n");
    int64_t began_ms = monotonic_ms();
    for (int i = 0; i < 15; i++) client_send_text(c, "x"), (void)usleep(100 * 1000);
    expect_answer(c, 408, "request_timeout");
    assert_true(monotonic_ms() - began_ms >= 1400);
    client_close(c);
    /* Slow, but it comes: longer than the time for one piece. */
    char *bytes = some_bytes(40 * 65536), length[64];
    (void)snprintf(length, sizeof length, AS_MERCHANT "Content-Length: %d\r\n", 40 * 65536);
    c = begin(&s, "", length);
    for (int i = 0; i < 40; i++) client_send(c, bytes + i * 65536, 65536), (void)usleep(80 * 1000);
    expect_file(c, bytes, 40 * 65536);
    client_close(c);
    free(bytes);
    wait_for_files(1);
    stop(&s, t);
}

/* Of all that may come at once one address has a quarter, however slowly it sends. */
TEST_EACH_ENGINE(one_address_cannot_hold_all_uploads)
{
    enum { PART = UPLOADS_MAX / 4 };
#define FROM(ip) "X-Forwarded-For: " ip "\r\n" AS_MERCHANT "Content-Length: 3\r\n"
    struct test_http s;
    struct test_client *c[PART], *late;
    start_as(&s, t, behind_proxy);
    for (size_t i = 0; i < PART; i++) c[i] = begin(&s, "", FROM("203.0.113.7"));
    for (int i = 0; share_taken(s.http->uploads) < PART; i++) {
        assert_true(i < 3000);
        (void)usleep(10000);
    }
    late = begin(&s, "", FROM("203.0.113.7"));
    struct test_answer a = client_read(late, false, 15000);
    assert_int_equal(a.status, 503);
    assert_string_equal(answer_error(&a), "busy");
    assert_non_null(answer_header(&a, "Retry-After"));
    answer_free(&a);
    client_close(late);
    late = begin(&s, "", FROM("198.51.100.7"));
    client_send(late, "abc", 3);
    expect_file(late, "abc", 3);
    client_close(late);
    client_send(c[0], "def", 3);
    expect_file(c[0], "def", 3);
    late = begin(&s, "", FROM("203.0.113.7"));
    client_send(late, "ghi", 3);
    expect_file(late, "ghi", 3);
    client_close(late);
    for (size_t i = 0; i < PART; i++) client_close(c[i]);
    for (int i = 0; share_taken(s.http->uploads) > 0; i++) {
        assert_true(i < 3000);
        (void)usleep(10000);
    }
    stop(&s, t);
}

/* The file system takes no more of this file. */
TEST_EACH_ENGINE(a_full_disk_is_told)
{
    struct test_http s;
    start(&s, t);
    struct rlimit before, less;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    less = before;
    less.rlim_cur = 6 << 20; /* the database is smaller */
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
    char *bytes = some_bytes(FILE_MAX), length[64];
    (void)snprintf(length, sizeof length, AS_MERCHANT "Content-Length: %d\r\n", FILE_MAX);
    struct test_client *c = begin(&s, "", length);
    client_send(c, bytes, FILE_MAX);
    expect_answer(c, 507, "disk_full");
    client_close(c);
    wait_for_files(0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    c = begin(&s, "", length);
    client_send(c, bytes, FILE_MAX);
    expect_file(c, bytes, FILE_MAX);
    client_close(c);
    assert_int_equal(atomic_load(&runs), 1);
    free(bytes);
    stop(&s, t);
}

TEST_EACH_ENGINE(the_server_may_stop_in_between)
{
    struct test_http s;
    start(&s, t);
    char *bytes = some_bytes(1 << 20);
    struct test_client *c = begin(&s, "", AS_MERCHANT "Content-Length: 2000000\r\n");
    client_send(c, bytes, 1 << 20);
    client_close(c);
    free(bytes);
    test_http_stop(&s, t);
    assert_int_equal(files(), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_body_becomes_a_file),
        EACH_ENGINE(who_may_not_sends_nothing),
        EACH_ENGINE(what_is_refused_or_not_wanted_goes),
        ONLY_SQLITE(too_large_cut_off_or_broken),
        ONLY_SQLITE(a_body_that_drips_ends),
        ONLY_SQLITE(one_address_cannot_hold_all_uploads),
        ONLY_SQLITE(a_full_disk_is_told),
        ONLY_SQLITE(the_server_may_stop_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
