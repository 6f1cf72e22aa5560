/* test_csv.c: tables for spreadsheets, times in queries, and what lists take. */
#include "base/clock.h"
#include "base/testing.h"
#include "http/csv.h"
#include "http/fields.h"
#include "http/private.h"
#include <cmocka.h>

static void cells(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text, *cell; } cases[] = {
        { "plain", "plain" }, { "", "" }, { NULL, "" }, { "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" },
        { "a\nb", "\"a\nb\"" }, { "=1+1", "\"'=1+1\"" }, { "+1", "\"'+1\"" }, { "-1", "\"'-1\"" },
        { "@SUM(A1)", "\"'@SUM(A1)\"" },
        { "\t=1", "\"'\t'=1\"" }, { "\r=1", "\"'\r'=1\"" }, { " =1", "\" =1\"" }, { "a=1", "a=1" },
        { "店铺", "店铺" }, { "\n=1", "\"'\n'=1\"" }, { "a;b", "\"a;b\"" }, { ";=1", "\";'=1\"" },
        { "\uff1d1+1", "\"'\uff1d1+1\"" }, { "\uff0b1", "\"'\uff0b1\"" }, { "\uff0d1", "\"'\uff0d1\"" },
        { "\uff20A1", "\"'\uff20A1\"" },
        /* Where the semicolon parts cells our quotes say nothing: what would begin a cell there is told apart too. */
        { "x;=cmd|' /C calc'!A0", "\"x;'=cmd|' /C calc'!A0\"" }, { "one\n=two\r\n-three", "\"one\n'=two\r\n'-three\"" },
        { "a\t@b", "\"a\t'@b\"" }, { "one\ntwo", "\"one\ntwo\"" }, { "a; =1", "\"a; =1\"" },
        { "=HYPERLINK(\"http://evil\",\"x\")", "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"" },
    };
    /* clang-format on */
    struct buf out;
    struct csv c;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        c = (struct csv){ .out = &out };
        csv_text(&c, cases[i].text), csv_i64(&c, -5), csv_nothing(&c), csv_time(&c, 0);
        csv_end_row(&c);
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "%s,-5,,\r\n", cases[i].cell);
        assert_string_equal(buf_terminated(&out), wanted);
    }
    buf_free(&out);
}

/* ---- a list in pages ---- */

enum { PAGE = 100 };
struct numbers {
    int64_t next, last, bad_number;
    size_t long_text;
};

static bool numbers_page(struct req *req, struct csv *c, void *arg)
{
    struct numbers *l = arg;
    char *text = arena_alloc(req->arena, l->long_text + 1);
    memset(text, 'x', l->long_text), text[l->long_text] = '\0';
    for (int i = 0; i < PAGE && l->next <= l->last; i++, l->next++) {
        if (l->next == l->bad_number) return false;
        csv_i64(c, l->next), csv_text(c, text);
        csv_end_row(c);
    }
    if (l->next <= l->last) csv_more_i64(c, req, l->next - 1);
    return true;
}

static struct reply *table(struct arena *a, struct numbers *l, bool first)
{
    static const char *const names[] = { "id", "text", NULL };
    static const struct route route = { .path = "/api/numbers" };
    struct exchange *x = ARENA_NEW(a, struct exchange);
    x->req = (struct req){ .arena = a, .route = &route, .raw = x };
    x->head.path = STR("/api/numbers"), x->head.query = STR("format=csv&after=7&from=2026-11-28");
    buf_init(&x->req.reply.body, 64 << 20);
    enum answer said = reply_csv(&x->req, &(struct csv_list){ "numbers", names, first, numbers_page, l });
    assert_int_equal(said, l->bad_number ? ANSWER_FAULT : ANSWER_SENT);
    return &x->req.reply;
}

static size_t rows(struct buf *body)
{
    size_t n = 0;
    for (size_t i = 0; i < body->n; i++) n += body->p[i] == '\n';
    return n;
}

static const char *header_of(const struct reply *r, const char *name)
{
    for (size_t i = 0; i < r->headers; i++)
        if (text_eq(r->header[i].name, name)) return r->header[i].value;
    return NULL;
}

static void pages(void **state)
{
    (void)state;
    struct arena *a = arena_new(64 << 20);
    struct reply *r = table(a, &(struct numbers){ .next = 1, .last = 250 }, true);
    assert_true(r->status == 200 && rows(&r->body) == 1 + 250 && header_of(r, "Link") == NULL);
    assert_int_equal(strncmp(r->body.p, "\xEF\xBB\xBFid,text\r\n1,\r\n2,\r\n", 19), 0);
    assert_string_equal(header_of(r, "Content-Disposition"), "attachment; filename=\"numbers.csv\"");
    buf_free(&r->body);
    /* What is behind the largest table follows by its Link, and has no second line of names. */
    r = table(a, &(struct numbers){ .next = 1, .last = 6000 }, true);
    assert_int_equal(rows(&r->body), 1 + CSV_ROWS_MAX);
    assert_string_equal(header_of(r, "Link"), "</api/numbers?format=csv&from=2026-11-28&after=5000>; rel=\"next\"");
    buf_free(&r->body);
    r = table(a, &(struct numbers){ .next = 5001, .last = 6000 }, false);
    assert_true(rows(&r->body) == 1000 && strncmp(r->body.p, "5001,", 5) == 0 && header_of(r, "Link") == NULL);
    buf_free(&r->body);
    /* Rows that are long end the table sooner, and nothing is lost. */
    r = table(a, &(struct numbers){ .next = 1, .last = 2000, .long_text = 40000 }, true);
    assert_int_equal(r->status, 200);
    assert_true(rows(&r->body) < 400 && header_of(r, "Link") != NULL);
    buf_free(&r->body);
    /* A fault in any page is a fault of the whole: half a table is none. */
    r = table(a, &(struct numbers){ .next = 1, .last = 250, .bad_number = 150 }, true);
    assert_true(r->problem && r->problem->status >= 500 && header_of(r, "Content-Disposition") == NULL);
    buf_free(&r->body);
    arena_free(a);
}

/* What all of them read together is more than a request may take. */
enum { PASSED_OVER = 64 << 10 };
static bool empty_page(struct req *req, struct csv *c, void *arg)
{
    int64_t *asked = arg;
    if (++*asked > 10000) return false;
    (void)arena_alloc(req->arena, PASSED_OVER);
    csv_more_i64(c, req, *asked);
    return true;
}

static void pages_without_rows_end_too(void **state)
{
    (void)state;
    static const char *const names[] = { "id", NULL };
    static const struct route route = { .path = "/api/numbers" };
    struct arena *a = arena_new(1 << 20);
    struct exchange *x = ARENA_NEW(a, struct exchange);
    int64_t asked = 0;
    x->req = (struct req){ .arena = a, .route = &route, .raw = x };
    x->head.path = STR("/api/numbers"), x->head.query = STR("format=csv");
    buf_init(&x->req.reply.body, 1 << 20);
    assert_int_equal(reply_csv(&x->req, &(struct csv_list){ "numbers", names, true, empty_page, &asked }), ANSWER_SENT);
    assert_int_equal(asked, 100);
    assert_string_equal(header_of(&x->req.reply, "Link"), "</api/numbers?format=csv&after=100>; rel=\"next\"");
    buf_free(&x->req.reply.body);
    arena_free(a);
}

struct list {
    int64_t after, limit, from, to;
    int format;
};
/* clang-format off */
static const struct field list_fields[] = {
    FIELD_PAGE(struct list, 50, 100), FIELD_RANGE(struct list), FIELD_FORMAT(struct list), FIELD_END
};
/* clang-format on */

static bool read_list(struct arena *a, const char *query, struct list *out)
{
    struct fields_pair pair[8];
    struct field_faults faults;
    size_t count;
    *out = (struct list){ 0 };
    assert_true(fields_pairs_split(a, str_of(query), pair, ARRAY_LEN(pair), &count));
    return fields_from_pairs(a, list_fields, pair, count, false, out, &faults);
}

static void ranges(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct list l;
    assert_true(read_list(a, "", &l));
    assert_true(l.from == 0 && l.to == INT64_MAX && l.limit == 50 && l.after == INT64_MAX && l.format == FORMAT_JSON);
    assert_true(read_list(a, "from=2026-11-28&to=2026-11-28T08:00:00%2B08:00&format=csv&after=0", &l));
    assert_true(l.from == l.to && l.from == INT64_C(1795824000000) && l.format == FORMAT_CSV);
    /* clang-format off */
    static const char *const bad[] = { "from=yesterday", "from=2026-13-01", "from=2026-11-28T08:00:00", "to=28.11.2026",
                                       "to=1795824000", "format=xml", "limit=0", "limit=101", "from=2026-11-2",
                                       "after=-1" };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (read_list(a, bad[i], &l)) fail_msg("%s", bad[i]);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cells), cmocka_unit_test(pages),
                                        cmocka_unit_test(pages_without_rows_end_too), cmocka_unit_test(ranges) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
