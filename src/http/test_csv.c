/* test_csv.c: tables for spreadsheets, times in queries, and what lists take. */
#include "base/clock.h"
#include "base/testing.h"
#include "http/csv.h"
#include "http/fields.h"
#include <cmocka.h>

static void cells(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text, *cell; } cases[] = {
        { "plain", "plain" }, { "", "" }, { NULL, "" }, { "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" },
        { "a\nb", "\"a\nb\"" }, { "=1+1", "\"'=1+1\"" }, { "+1", "\"'+1\"" }, { "-1", "\"'-1\"" },
        { "@SUM(A1)", "\"'@SUM(A1)\"" },
        { "\t=1", "\"'\t=1\"" }, { "\r=1", "\"'\r=1\"" }, { " =1", "\" =1\"" }, { "a=1", "a=1" },
        { "店铺", "店铺" },
        { "=HYPERLINK(\"http://evil\",\"x\")", "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"" },
    };
    /* clang-format on */
    struct buf out;
    struct csv c;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        csv_begin(&c, &out, NULL, false);
        csv_text(&c, cases[i].text), csv_i64(&c, -5), csv_nothing(&c), csv_time(&c, 0);
        csv_end_row(&c);
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "%s,-5,,\r\n", cases[i].cell);
        assert_string_equal(buf_terminated(&out), wanted);
    }
    static const char *const names[] = { "id", "at", NULL };
    buf_clear(&out);
    csv_begin(&c, &out, names, true);
    csv_i64(&c, 7), csv_time(&c, 1000);
    csv_end_row(&c);
    assert_int_equal(c.rows, 1);
    assert_string_equal(buf_terminated(&out), "\xEF\xBB\xBFid,at\r\n7,1970-01-01T00:00:01.000Z\r\n");
    buf_free(&out);
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
    struct name_value pair[8];
    struct field_faults faults;
    size_t count;
    *out = (struct list){ 0 };
    assert_true(pairs_split(a, str_of(query), pair, ARRAY_LEN(pair), &count));
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
    const struct CMUnitTest tests[] = { cmocka_unit_test(cells), cmocka_unit_test(ranges) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
