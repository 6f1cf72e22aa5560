/* test_bill.c: bills of a day, as providers make them, cut short, changed and hostile. What is wrong in a file is said
 * in words, and nothing of such a file is used. */
#include "payments/bill_lines.h"
#include "payments/test_bill_fix.h"
#include "payments/zip.h"

#define CNY(minor) money_of((minor), CURRENCY_CNY)

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_new(256 << 20);
    return 0;
}
static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

static void expect_row(const struct bill_row *r, bool refund, const char *order, const char *trade,
                       const char *refund_number, struct money amount)
{
    assert_int_equal(r->is_refund, refund);
    assert_true(str_eq(r->order, str_of(order)));
    assert_true(str_eq(r->trade, str_of(trade)));
    assert_true(str_eq(r->refund, str_of(refund_number)));
    assert_true(money_equal(r->amount, amount));
}

static void expect_fault(const char *why, const char *words)
{
    assert_non_null(why);
    if (!strstr(why, words)) fail_msg("%s", why);
}

/* ---- lines and cells ---- */

static void cells(void **state)
{
    struct str rest = STR("\n \r\na,b\r\n\r\n`c\t,` d ,,`\nlast"), line;
    struct bill_cells c;
    assert_true(bill_line(&rest, &line) && str_eq(line, STR("a,b")));
    assert_true(bill_line(&rest, &line) && bill_cells(line, &c));
    assert_int_equal(c.count, 4);
    assert_true(str_eq(c.cell[0], STR("c")) && str_eq(c.cell[1], STR("d")) && c.cell[2].n == 0 && c.cell[3].n == 0);
    assert_true(bill_line(&rest, &line) && str_eq(line, STR("last")));
    assert_false(bill_line(&rest, &line));
    struct buf many;
    buf_init(&many, 1024);
    for (int i = 0; i < BILL_CELLS_MAX; i++) buf_char(&many, ',');
    assert_false(bill_cells(buf_str(&many), &c));
    assert_true(bill_cells((struct str){ many.p, many.n - 1 }, &c));
    buf_free(&many);
}

static void sums_are_exact(void **state)
{
    struct money m;
    bool negative;
    static const struct {
        const char *text;
        int64_t minor;
    } good[] = { { "0", 0 }, { "0.0", 0 }, { "0.01", 1 }, { "88", 8800 }, { "100000000.99", 10000000099 } };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(bill_yuan(str_of(good[i].text), NULL, &m));
        assert_int_equal(money_minor(m), good[i].minor);
    }
    static const char *const bad[] = {
        "", "-", "-1", "+1", "1.", ".5", "1.001", "1e2", "1,0", "0x1", "1 ", "NaN", "99999999999999999999"
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(bill_yuan(str_of(bad[i]), NULL, &m));
    assert_true(bill_yuan(STR("-35.80"), &negative, &m) && negative && money_equal(m, CNY(3580)));
    assert_false(bill_yuan(STR("--1"), &negative, &m));
}

static void dates(void **state)
{
    char text[BILL_DATE_SIZE];
    bill_date(0, text);
    assert_string_equal(text, "1970-01-01");
    bill_date(20785, text);
    assert_string_equal(text, "2026-11-28");
}

/* ---- archives ---- */

static void archives(void **state)
{
    struct zip_file f[ZIP_FILES_MAX];
    size_t count;
    struct str out;
    const struct test_file two[] = { { "a", STR("hello hello hello"), false }, { "b", STR("stored"), true } };
    struct str zip = test_zip(arena, two, 2);
    assert_true(zip_open(zip, f, &count));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(str_eq(f[i].name, str_of(two[i].name)));
        assert_true(zip_read(arena, &f[i], 100, &out) && str_eq(out, two[i].content));
        assert_false(zip_read(arena, &f[i], 5, &out)); /* more than the caller takes */
    }
    /* A comment behind the end is allowed when it is as long as it says. */
    struct str commented = { arena_copy(arena, zip.p, zip.n), zip.n };
    ((char *)(uintptr_t)commented.p)[zip.n - 2] = 3;
    assert_false(zip_open(commented, f, &count));
    char *longer = arena_alloc(arena, zip.n + 3);
    memcpy(longer, commented.p, zip.n), memcpy(longer + zip.n, "abc", 3);
    assert_true(zip_open((struct str){ longer, zip.n + 3 }, f, &count));
    assert_false(zip_open(STR(""), f, &count));
    assert_false(zip_open(STR("<html>maintenance</html>"), f, &count));
    const struct test_file many[ZIP_FILES_MAX + 1] = { [0 ... ZIP_FILES_MAX] = { "x", STR("y"), true } };
    assert_true(zip_open(test_zip(arena, many, ZIP_FILES_MAX), f, &count));
    assert_false(zip_open(test_zip(arena, many, ZIP_FILES_MAX + 1), f, &count));
    const struct test_file none = { "empty", STR(""), false };
    assert_true(zip_open(test_zip(arena, &none, 1), f, &count) && zip_read(arena, &f[0], 0, &out) && out.n == 0);
}

/* Every byte changed, and cut off everywhere: refused, or the same content; never anything else, and never a read
 * outside (the sanitizers look). */
static void archives_that_are_broken(void **state)
{
    const struct test_file one = { "file.csv", STR("abcabcabcabcabcabcabc 123"), false };
    struct str zip = test_zip(arena, &one, 1);
    struct zip_file f[ZIP_FILES_MAX];
    size_t count, kept = 0;
    struct str out;
    for (size_t i = 0; i < zip.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            struct arena_mark m = arena_mark(arena);
            char *bent = arena_copy(arena, zip.p, zip.n);
            bent[i] = (char)(bent[i] ^ (1 << bit));
            if (zip_open((struct str){ bent, zip.n }, f, &count) && count > 0 &&
                zip_read(arena, &f[0], 1 << 20, &out)) {
                assert_true(str_eq(out, one.content));
                kept++;
            }
            arena_release(arena, m);
        }
    assert_true(kept > 0); /* names and times are nobody's affair */
    for (size_t n = 0; n < zip.n; n++) assert_false(zip_open((struct str){ zip.p, n }, f, &count));
}

static void an_archive_that_says_it_is_huge(void **state)
{
    struct zip_file f[ZIP_FILES_MAX];
    size_t count;
    struct str out;
    char *zeros = arena_alloc(arena, 8 << 20);
    const struct test_file bomb = { "bomb", { zeros, 8 << 20 }, false };
    struct str zip = test_zip(arena, &bomb, 1);
    assert_true(zip.n < 10000 && zip_open(zip, f, &count));
    assert_false(zip_read(arena, &f[0], (8 << 20) - 1, &out));
    f[0].size = 100; /* and one that says less than it has */
    assert_false(zip_read(arena, &f[0], 1 << 20, &out));
}

/* ---- Alipay ---- */

/* clang-format off */
#define AHEAD \
    "#支付宝业务明细查询\r\n#账号：[20880355251274690156]\r\n" \
    "#-----------------------------------------业务明细列表----------------------------------------\r\n"
#define TITLES \
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,对方账户,订单金额（元）,商家实收（元）," \
    "退款批次号/请求号,服务费（元）,备注\r\n"
#define PAID "2026112822001\t,order1\t,交易,Chathub · 积分,t,t,b***@e.com,100.00,99.40,,-0.60,\r\n"
#define BACK "2026112822001\t,order1\t,退款,Chathub · 积分,t,t,b***@e.com,-35.80,-35.80,refund1\t,0.21,\r\n"
#define BEHIND \
    "#-----------------------------------------业务明细列表结束------------------------------------\r\n" \
    "#交易合计：1笔，商家实收共99.40元，商家优惠共0.00元\r\n#退款合计：1笔，商家实收退款共35.80元\r\n"
#define SUMS "#业务汇总列表\r\n门店编号,门店名称\r\n#业务汇总列表结束\r\n"
/* clang-format on */

static const char *alipay(const char *text, struct bill *out)
{
    const struct test_file files[] = { { "x.csv", test_gbk(arena, text), false },
                                       { "sums.csv", test_gbk(arena, SUMS), false } };
    return bill_read_alipay(arena, test_zip(arena, files, 2), out);
}

static void alipays(void **state)
{
    struct bill b;
    assert_null(alipay(AHEAD TITLES PAID BACK BEHIND, &b));
    assert_int_equal(b.count, 2);
    expect_row(&b.row[0], false, "order1", "2026112822001", "", CNY(10000));
    expect_row(&b.row[1], true, "order1", "2026112822001", "refund1", CNY(3580));
    /* A name with commas in it moves what stands behind it. */
    assert_null(alipay(AHEAD TITLES "T1,o,交易,\"a, b\", c,t,t,x,8.00,8.00,,0,\r\n"
                                    "#业务明细列表结束\r\n",
                       &b));
    expect_row(&b.row[0], false, "o", "T1", "", CNY(800));
    /* Nothing moved; something else; none at all. */
    assert_null(alipay(AHEAD TITLES "T1,o,交易,n,t,t,x,0.00,0.00,,0,\r\nT2,o,其他,n,t,t,x,1.00,0.00,,0,\r\n"
                                    "#业务明细列表结束\r\n",
                       &b));
    assert_int_equal(b.count, 0);
    assert_int_equal(b.other, 1);
    assert_null(alipay(AHEAD TITLES "#业务明细列表结束\r\n#交易合计：0笔\r\n#退款合计：0笔\r\n", &b));
    assert_int_equal(b.count, 0);
    /* In UTF-8 too, with a mark. */
    const struct test_file utf8 = { "x", STR("\xef\xbb\xbf" AHEAD TITLES PAID BACK BEHIND), true };
    assert_null(bill_read_alipay(arena, test_zip(arena, &utf8, 1), &b));
    assert_int_equal(b.count, 2);
}

static void alipays_that_are_none(void **state)
{
    struct bill b;
    static const struct {
        const char *text, *words;
    } bad[] = {
        { AHEAD TITLES PAID BACK, "cut short" },
        { AHEAD TITLES PAID BEHIND, "another number of rows" },
        { AHEAD TITLES PAID PAID BACK BEHIND, "another number of rows" },
        { AHEAD TITLES BEHIND PAID BACK, "rows behind its end" },
        { AHEAD PAID BACK BEHIND, "columns" },
        { AHEAD "支付宝交易号,商户订单号\r\n" BEHIND, "columns" },
        { AHEAD BEHIND, "cut short" },
        { AHEAD TITLES "T1,o,交易,n,t\r\n" BEHIND, "too few cells" },
        { AHEAD TITLES "T1,o,交易,n,t,t,x,1.005,1,,0,\r\n" BEHIND, "amount cannot be read" },
        { AHEAD TITLES "T1,o,交易,n,t,t,x,-1.00,1,,0,\r\n" BEHIND, "wrong sign" },
        { AHEAD TITLES "T1,o,退款,n,t,t,x,1.00,1,r,0,\r\n" BEHIND, "wrong sign" },
        { AHEAD TITLES ",o,交易,n,t,t,x,1.00,1,,0,\r\n" BEHIND, "no trade number" },
        { AHEAD TITLES
          "12345678901234567890123456789012345678901234567890123456789012345,o,交易,n,t,t,x,1.00,1,,0,\r\n" BEHIND,
          "too long" },
        { SUMS, "no list of trades" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) expect_fault(alipay(bad[i].text, &b), bad[i].words);
    const struct test_file no_text = { "x", STR("\xff\xff\xff\x81"), true };
    expect_fault(bill_read_alipay(arena, test_zip(arena, &no_text, 1), &b), "no text");
    expect_fault(bill_read_alipay(arena, STR("PK"), &b), "no archive");
    expect_fault(bill_read_alipay(arena, (struct str){ arena_alloc(arena, BILL_FILE_MAX + 1), BILL_FILE_MAX + 1 }, &b),
                 "no archive");
    struct arena_mark m = arena_mark(arena);
    const struct test_file bomb = { "bomb", { arena_alloc(arena, BILL_TEXT_MAX + 1), BILL_TEXT_MAX + 1 }, false };
    expect_fault(bill_read_alipay(arena, test_zip(arena, &bomb, 1), &b), "too large");
    arena_release(arena, m);
}

static void alipays_of_many_rows(void **state)
{
    struct bill b;
    struct buf text;
    struct arena_mark m = arena_mark(arena);
    buf_init(&text, 32 << 20);
    buf_text(&text, AHEAD TITLES);
    for (int i = 0; i < BILL_ROWS_MAX; i++) buf_printf(&text, "T%d,o%d,交易,n,t,t,x,1.00,1,,0,\n", i, i);
    size_t full = text.n;
    buf_text(&text, "#业务明细列表结束\n");
    assert_null(alipay(buf_terminated(&text), &b));
    assert_int_equal(b.count, BILL_ROWS_MAX);
    text.n = full;
    buf_text(&text, "T,o,交易,n,t,t,x,1.00,1,,0,\n#业务明细列表结束\n");
    expect_fault(alipay(buf_terminated(&text), &b), "too many rows");
    buf_free(&text);
    arena_release(arena, m);
}

/* ---- WeChat Pay ---- */

/* clang-format off */
#define WX_TITLES \
    "交易时间,公众账号ID,商户号,特约商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,代金券金额," \
    "微信退款单号,商户退款单号,退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额\n"
#define WX_ROW(app, state, refund, refund_state, paid, back) \
    "`2026-11-28 16:33:45,`" app ",`m1,`0,`42000001,`order1,`" state ",`CNY,`" paid ",`0.00,`0,`" refund \
    ",`0.00,`,`" refund_state ",`Chathub,`,`0.60,`0.60%,`" paid ",`" back "\n"
#define WX_PAID WX_ROW("wx1", "SUCCESS", "0", "", "100.00", "0.00")
#define WX_BACK WX_ROW("wx1", "REFUND", "refund1", "SUCCESS", "0.00", "35.80")
#define WX_SUMS(count, paid, back) \
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n" \
    "`" count ",`99.00,`35.80,`0.00,`0.60,`" paid ",`" back "\n"
/* clang-format on */

static const char *wechat(const char *text, struct bill *out)
{
    return bill_read_wechat(arena, STR("m1"), STR("wx1"), str_of(text), out);
}

static void wechats(void **state)
{
    struct bill b;
    assert_null(wechat("\xef\xbb\xbf" WX_TITLES WX_PAID WX_BACK WX_SUMS("2", "100.00", "35.80"), &b));
    assert_int_equal(b.count, 2);
    expect_row(&b.row[0], false, "order1", "42000001", "", CNY(10000));
    expect_row(&b.row[1], true, "order1", "42000001", "refund1", CNY(3580));
    /* Another app of the same merchant's, a payment that was revoked, a refund that failed: counted in their sums. */
    assert_null(wechat(
        WX_TITLES WX_ROW("wx2", "SUCCESS", "0", "", "1.00", "0.00") WX_ROW("wx1", "REVOKED", "0", "", "2.00", "0.00")
            WX_ROW("wx1", "REFUND", "r", "FAIL", "0.00", "3.00")
                WX_ROW("wx1", "REFUND", "r", "PROCESSING", "0.00", "4.00") WX_SUMS("4", "3.00", "7.00"),
        &b));
    assert_int_equal(b.count, 1);
    assert_int_equal(b.other, 3);
    expect_row(&b.row[0], true, "order1", "42000001", "r", CNY(400));
    assert_null(wechat(WX_TITLES WX_SUMS("0", "0.00", "0.00"), &b));
    assert_int_equal(b.count, 0);
}

static void wechats_that_are_none(void **state)
{
    struct bill b;
    static const struct {
        const char *text, *words;
    } bad[] = {
        { "", "columns" },
        { "<html>maintenance</html>", "columns" },
        { "{\"code\":\"PARAM_ERROR\"}", "columns" },
        { WX_TITLES, "cut short" },
        { WX_TITLES WX_PAID, "cut short" },
        { WX_TITLES WX_PAID "总交易单数,订单总金额,申请退款总金额\n", "cut short" },
        { WX_TITLES WX_PAID WX_SUMS("2", "100.00", "0.00"), "sums are not those" },
        { WX_TITLES WX_PAID WX_SUMS("1", "100.01", "0.00"), "sums are not those" },
        { WX_TITLES WX_PAID WX_SUMS("1", "100.00", "0.01"), "sums are not those" },
        { WX_TITLES WX_PAID WX_SUMS("x", "100.00", "0.00"), "sums cannot be read" },
        { WX_TITLES WX_PAID WX_SUMS("1", "100.00", "0.00") WX_PAID, "behind its sums" },
        { WX_TITLES "`a,`b\n" WX_SUMS("1", "100.00", "0.00"), "too few cells" },
        { WX_TITLES WX_ROW("wx1", "SUCCESS", "0", "", "1e2", "0.00") WX_SUMS("1", "100.00", "0.00"),
          "amount cannot be read" },
        { WX_TITLES WX_ROW("wx1", "SUCCESS", "0", "", "-1.00", "0.00") WX_SUMS("1", "-1.00", "0.00"),
          "amount cannot be read" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) expect_fault(wechat(bad[i].text, &b), bad[i].words);
    expect_fault(bill_read_wechat(arena, STR("m2"), STR("wx1"), STR(WX_TITLES WX_PAID), &b), "another merchant");
    expect_fault(bill_read_wechat(arena, STR("m1"), STR("wx1"), STR("\xff\xfe"), &b), "no text");
    /* Cut off at any place: never a whole one. */
    struct str whole = STR(WX_TITLES WX_PAID WX_BACK WX_SUMS("2", "100.00", "35.80"));
    for (size_t n = 0; n + 6 < whole.n; n++) { /* the last sum, "35.80", can lose its zero and its end of line */
        struct arena_mark m = arena_mark(arena);
        assert_non_null(bill_read_wechat(arena, STR("m1"), STR("wx1"), (struct str){ whole.p, n }, &b));
        arena_release(arena, m);
    }
}

/* ---- Stripe ---- */

#define CHARGE(id, more)                                                                                               \
    "{\"id\":\"" id "\",\"object\":\"charge\",\"livemode\":false,\"amount\":10000,\"currency\":\"cny\","               \
    "\"status\":\"succeeded\",\"payment_intent\":\"pi_1\"" more "}"
#define OURS ",\"metadata\":{\"order_id\":\"order1\"}"
#define REFUND(more)                                                                                                   \
    "{\"id\":\"re_1\",\"object\":\"refund\",\"amount\":300,\"currency\":\"cny\",\"payment_intent\":\"pi_1\"" more "}"
/* Past int64, in a member that nobody reads. */
#define GROWN ",\"risk\":{\"seed\":92233720368547758070}"
#define LIST(more, data) "{\"object\":\"list\",\"has_more\":" more ",\"data\":[" data "]}"

static const char *stripe(const char *text, struct bill *b, struct str *last)
{
    return bill_read_stripe(arena, false, str_of(text), b, last);
}

static void stripes(void **state)
{
    struct bill b;
    struct str last;
    bill_begin(arena, &b);
    assert_null(stripe(LIST("true", CHARGE("ch_0", GROWN) "," CHARGE("ch_1", OURS)), &b, &last));
    assert_true(str_eq(last, STR("ch_1")));
    assert_null(stripe(LIST("false", REFUND(",\"status\":\"pending\",\"metadata\":{\"refund_id\":\"r1\"}") "," REFUND(
                                         ",\"status\":\"failed\"") "," REFUND(",\"status\":\"succeeded\"")),
                       &b, &last));
    assert_null(last.p);
    assert_int_equal(b.count, 3);
    assert_int_equal(b.other, 2);
    expect_row(&b.row[0], false, "order1", "pi_1", "", CNY(10000));
    expect_row(&b.row[1], true, "", "pi_1", "r1", CNY(300));
    expect_row(&b.row[2], true, "", "pi_1", "", CNY(300));
    static const struct {
        const char *text, *words;
    } bad[] = {
        { "", "no list" },
        { "<html></html>", "no list" },
        { "{\"object\":\"list\",\"data\":[]}", "no list" },
        { LIST("true", ""), "no list" },
        { LIST("false", "1"), "neither" },
        { LIST("false", "{\"object\":\"event\"}"), "neither" },
        { LIST("false", "{\"object\":\"charge\",\"livemode\":true}"), "other mode" },
        { LIST("false", "{\"object\":\"charge\"}"), "other mode" },
        { LIST("false", "{\"id\":\"ch\",\"object\":\"charge\",\"livemode\":false,\"amount\":1.5,\"currency\":\"cny\","
                        "\"status\":\"succeeded\",\"payment_intent\":\"pi_1\"" OURS "}"),
          "amount" },
        { LIST("false", "{\"id\":\"ch\",\"object\":\"charge\",\"livemode\":false,\"amount\":1,\"currency\":\"CNY\","
                        "\"status\":\"succeeded\",\"payment_intent\":\"pi_1\"" OURS "}"),
          "amount" },
        { LIST("false", "{\"id\":\"ch\",\"object\":\"charge\",\"livemode\":false,\"amount\":92233720368547758070,"
                        "\"currency\":\"cny\",\"status\":\"succeeded\",\"payment_intent\":\"pi_1\"" OURS "}"),
          "amount" },
        { LIST("true", "{\"object\":\"charge\",\"livemode\":false}"), "no id" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) expect_fault(stripe(bad[i].text, &b, &last), bad[i].words);
}

static void events_by_their_ids(void **state)
{
    struct str ids[BILL_EVENTS_MAX], last;
    size_t count;
    const struct str two =
        STR(LIST("true", "{\"id\":\"evt_2\",\"object\":\"event\"" GROWN "},{\"id\":\"evt_1\",\"object\":"
                         "\"event\"}"));
    assert_true(bill_read_events(arena, two, ids, &count, &last));
    assert_int_equal(count, 2);
    assert_true(str_eq(ids[0], STR("evt_2")) && str_eq(last, STR("evt_1")));
    assert_true(bill_read_events(arena, STR(LIST("false", "")), ids, &count, &last) && count == 0 && !last.p);
    static const char *const bad[] = { "",
                                       "[]",
                                       LIST("false", "{}"),
                                       LIST("false", "{\"object\":\"event\"}"),
                                       LIST("false", "{\"id\":\"\",\"object\":\"event\"}"),
                                       LIST("false", "{\"id\":\"ch_1\",\"object\":\"charge\"}") };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(bill_read_events(arena, str_of(bad[i]), ids, &count, &last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(dates),
        cmocka_unit_test(archives),
        cmocka_unit_test(archives_that_are_broken),
        cmocka_unit_test(an_archive_that_says_it_is_huge),
        cmocka_unit_test(alipays),
        cmocka_unit_test(alipays_that_are_none),
        cmocka_unit_test(alipays_of_many_rows),
        cmocka_unit_test(wechats),
        cmocka_unit_test(wechats_that_are_none),
        cmocka_unit_test(stripes),
        cmocka_unit_test(events_by_their_ids),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
