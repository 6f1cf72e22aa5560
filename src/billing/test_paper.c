/* test_paper.c: papers as people and programs read them: their text, their pages, the same bytes each time, and any
 * Unicode in any field. The PDFs are read by poppler's tools; pictures of them stay in build/papers, for eyes. */
#include "base/testing.h"
#include "billing/paper_text.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#define ISSUED INT64_C(1795910400000) /* 2026-11-29T00:00:00Z */
#define CNY(minor) money_of((minor), CURRENCY_CNY)

static struct arena *arena;

static const struct paper_line lines[] = {
    { "plan",
      "Pro plan",
      "专业版套餐",
      1,
      ISSUED,
      ISSUED + 30 * DAY_MS,
      { 6000, CURRENCY_CNY },
      { 6000, CURRENCY_CNY } },
    { "seats", "Enterprise plan", "企业版套餐", 3, 0, 0, { 1000, CURRENCY_CNY }, { 3000, CURRENCY_CNY } },
    { "credited", "", "", 1, 0, 0, { -2000, CURRENCY_CNY }, { -2000, CURRENCY_CNY } },
    { "discount", "", "", 1, 0, 0, { -500, CURRENCY_CNY }, { -500, CURRENCY_CNY } },
};

static struct paper sample(enum paper_kind kind)
{
    return (struct paper){
        .kind = kind,
        .number = "IN-2026-000012",
        .order = "01hxyzabcdefghjkmnpqrstvwx",
        .refund = kind == PAPER_CREDIT_NOTE ? "0refund4567890123456789012" : "",
        .reason = kind == PAPER_CREDIT_NOTE ? "Bought by mistake 买错了" : "",
        .corrects = kind == PAPER_CREDIT_NOTE ? "IN-2026-000007" : "",
        .issued_at_ms = ISSUED,
        .paid_at_ms = ISSUED + 5 * HOUR_MS,
        .seller = { "深圳市某某科技有限公司", "91350100M000100Y43", "广东省深圳市南山区科技园 1 号", "0755-12345678",
                    "招商银行深圳分行", "7559 1234 5678 901", "billing@seller.example" },
        .buyer = { "Tea & Kettles <Shanghai> Ltd. 上海茶壶", "11010519491231002X", "Nanjing Road 1", "021-1",
                   "Bank of China", "6222 0000", "" },
        .line = lines,
        .lines = ARRAY_LEN(lines),
        .amount = CNY(6500),
        .refunded = kind == PAPER_INVOICE ? CNY(1000) : CNY(0),
        .provider_en = "Alipay",
        .provider_zh = "支付宝",
        .trade = "2026112922001412341234123412",
    };
}

static struct str drawn(const struct paper *p, enum lang lang, size_t *unknown)
{
    struct buf b;
    size_t boxes;
    buf_init(&b, PAPER_BYTES_MAX);
    assert_int_equal(paper_draw(p, lang, &b, unknown ? unknown : &boxes), PAPER_DRAWN);
    const struct str out = { arena_copy(arena, b.p, b.n), b.n };
    buf_free(&b);
    return out;
}

/* What a tool prints of it; `rest` stands behind its first word. */
static const char *read_by(struct str pdf, const char *tool, const char *rest)
{
    enum { TEXT_MAX = 200000 };
    char path[] = "/tmp/chathub-paper-XXXXXX", *text = arena_alloc(arena, TEXT_MAX);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, pdf.p, pdf.n) == (ssize_t)pdf.n && close(fd) == 0);
    assert_int_equal(system(arena_printf(arena, "%s %s %s >%s.out", tool, path, rest, path)), 0);
    FILE *out = fopen(arena_printf(arena, "%s.out", path), "r");
    assert_non_null(out);
    size_t n = fread(text, 1, TEXT_MAX - 1, out);
    text[n] = '\0';
    assert_true(fclose(out) == 0 && unlink(path) == 0 && unlink(arena_printf(arena, "%s.out", path)) == 0);
    return text;
}

static const char *text_in(const struct paper *p, enum lang lang)
{
    return read_by(drawn(p, lang, NULL), "pdftotext -layout", "-");
}

static int64_t pages_in(struct str pdf)
{
    const char *at = strstr(read_by(pdf, "pdfinfo", ""), "Pages:");
    int64_t pages;
    assert_non_null(at);
    at += strlen("Pages:") + strspn(at + strlen("Pages:"), " ");
    assert_true(str_to_i64((struct str){ at, strspn(at, "0123456789") }, &pages));
    return pages;
}

static void holds(const char *text, const char *const *wanted)
{
    for (; *wanted; wanted++)
        if (!strstr(text, *wanted)) fail_msg("\"%s\" is not in: %s", *wanted, text);
}

static void what_it_says_is_there_in_both_languages(void **state)
{
    static const char *const both[] = { "IN-2026-000012",
                                        "01hxyzabcdefghjkmnpqrstvwx",
                                        "2026-11-29",
                                        "深圳市某某科技有限公司",
                                        "91350100M000100Y43",
                                        "Tea & Kettles <Shanghai> Ltd. 上海茶壶",
                                        "11010519491231002X",
                                        "60.00",
                                        "-20.00",
                                        "CNY 65.00",
                                        "2026-11-29 13:00 (UTC+8)",
                                        "2026112922001412341234123412",
                                        NULL };
    static const char *const en[] = {
        "Pro plan", "Enterprise plan: further seats", "Discount", "Alipay", "Page 1 of 1", "Tax number", NULL
    };
    static const char *const zh[] = { "专业版套餐",       "企业版套餐：增加坐席", "优惠", "支付宝",
                                      "第 1 页，共 1 页", "纳税人识别号",         NULL };
    static const char *const titles[PAPER_KIND_COUNT][2] = { [PAPER_INVOICE] = { "Invoice", "商业发票" },
                                                             [PAPER_RECEIPT] = { "Receipt", "收据" },
                                                             [PAPER_CREDIT_NOTE] = { "Credit note", "贷项通知单" } };
    (void)state;
    for (int kind = PAPER_INVOICE; kind < PAPER_KIND_COUNT; kind++) {
        const struct paper p = sample((enum paper_kind)kind);
        const char *english = text_in(&p, LANG_EN), *chinese = text_in(&p, LANG_ZH);
        holds(english, both), holds(english, en), holds(english, (const char *const[]){ titles[kind][0], NULL });
        holds(chinese, both), holds(chinese, zh), holds(chinese, (const char *const[]){ titles[kind][1], NULL });
    }
    const struct paper note = sample(PAPER_CREDIT_NOTE), invoice = sample(PAPER_INVOICE);
    holds(text_in(&note, LANG_EN),
          (const char *const[]){ "IN-2026-000007", "0refund4567890123456789012", "Bought by mistake 买错了", NULL });
    holds(text_in(&invoice, LANG_EN), (const char *const[]){ "CNY -10.00", "CNY 55.00", NULL });
}

/* ---- the same bytes ---- */

static void *draw_elsewhere(void *arg)
{
    struct buf *b = arg;
    size_t unknown;
    const struct paper p = sample(PAPER_INVOICE);
    buf_init(b, PAPER_BYTES_MAX);
    return paper_draw(&p, LANG_ZH, b, &unknown) == PAPER_DRAWN ? b : NULL;
}

static void the_same_paper_is_the_same_bytes(void **state)
{
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    struct buf b[THREADS];
    const struct paper p = sample(PAPER_INVOICE), other = sample(PAPER_RECEIPT);
    (void)state;
    struct str first = drawn(&p, LANG_ZH, NULL);
    assert_memory_equal(first.p, "%PDF-1.5", 8);
    (void)drawn(&other, LANG_EN, NULL);
    assert_true(str_eq(first, drawn(&p, LANG_ZH, NULL)));
    assert_false(str_eq(first, drawn(&p, LANG_EN, NULL)));
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&thread[i], NULL, draw_elsewhere, &b[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *ended;
        assert_int_equal(pthread_join(thread[i], &ended), 0);
        assert_true(ended && str_eq(first, buf_str(&b[i])));
        buf_free(&b[i]);
    }
    assert_non_null(strstr(read_by(first, "pdfinfo -isodates", ""), "2026-11-29T00:00:00"));
}

static struct str json_of(const struct paper *p)
{
    struct buf b;
    struct json j;
    buf_init(&b, JSON_READ_MAX_BYTES);
    json_begin(&j, &b);
    json_object(&j, NULL);
    paper_json(&j, p);
    json_end(&j);
    json_finish(&j);
    const struct str out = { arena_copy(arena, b.p, b.n), b.n };
    buf_free(&b);
    return out;
}

static void what_is_kept_prints_the_same(void **state)
{
    (void)state;
    for (int kind = PAPER_INVOICE; kind < PAPER_KIND_COUNT; kind++) {
        const struct paper p = sample((enum paper_kind)kind);
        struct paper again;
        assert_true(paper_read(arena, json_of(&p), &again));
        assert_true(str_eq(json_of(&p), json_of(&again)));
        assert_true(str_eq(drawn(&p, LANG_ZH, NULL), drawn(&again, LANG_ZH, NULL)));
    }
}

static void what_is_no_paper_is_not_read(void **state)
{
    static const char *const swaps[][2] = { { "\"form\":1", "\"form\":2" },
                                            { "\"kind\":\"invoice\"", "\"kind\":\"bill\"" },
                                            { "\"currency\":\"CNY\"", "\"currency\":\"ABC\"" },
                                            { "\"amount\":6500", "\"amount\":\"6500\"" },
                                            { "\"amount\":3000", "\"amount\":null" },
                                            { "\"amount\":6500", "\"amount\":9000000000000000000" },
                                            { "\"taxNumber\"", "\"taxnumber\"" },
                                            { "\"lines\":[", "\"lines\":7,\"l\":[" },
                                            { "\"nameZh\"", "\"nameZH\"" } };
    struct paper p = sample(PAPER_INVOICE), out;
    const char *good = arena_text_n(arena, json_of(&p).p, json_of(&p).n);
    (void)state;
    assert_true(paper_read(arena, str_of(good), &out));
    for (size_t i = 0; i < ARRAY_LEN(swaps); i++) {
        const char *at = strstr(good, swaps[i][0]);
        assert_non_null(at);
        const char *bad =
            arena_printf(arena, "%.*s%s%s", (int)(at - good), good, swaps[i][1], at + strlen(swaps[i][0]));
        if (paper_read(arena, str_of(bad), &out)) fail_msg("read: %s", swaps[i][1]);
    }
    assert_false(paper_read(arena, STR("[]"), &out));
    assert_false(paper_read(arena, STR(""), &out));
}

/* ---- long ones ---- */

static const char *repeated(const char *text, size_t times)
{
    char *out = arena_alloc(arena, strlen(text) * times + 1);
    for (size_t i = 0; i < times; i++) memcpy(out + i * strlen(text), text, strlen(text));
    return out;
}

static void long_names_wrap_and_lines_go_on_on_the_next_page(void **state)
{
    struct paper p = sample(PAPER_RECEIPT);
    struct paper_line many[PAPER_LINES_MAX];
    (void)state;
    assert_int_equal(pages_in(drawn(&p, LANG_EN, NULL)), 1);
    p.buyer.name = repeated("茶", 300), p.seller.address = repeated("Very long street without end ", 10);
    p.seller.name = repeated("W", 300);
    struct str pdf = drawn(&p, LANG_EN, NULL);
    assert_int_equal(pages_in(pdf), 2);
    const char *text = read_by(pdf, "pdftotext -raw", "-");
    size_t tea = 0, w = 0;
    for (const char *at = text; (at = strstr(at, "茶")); at += strlen("茶")) tea++;
    for (const char *at = text; *at; at++) w += *at == 'W';
    assert_int_equal(tea, 300);
    assert_int_equal(w, 600);          /* above and as the seller */
    assert_null(strstr(text, "W-\n")); /* a number that is broken gains no sign */
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        many[i] = lines[0];
        many[i].what = "", many[i].name_en = arena_printf(arena, "line-%02zu %s", i, repeated("word ", 30));
    }
    p.line = many, p.lines = ARRAY_LEN(many);
    pdf = drawn(&p, LANG_EN, NULL);
    int64_t pages = pages_in(pdf);
    assert_true(pages >= 3 && pages <= 8);
    text = read_by(pdf, "pdftotext -layout", "-");
    for (size_t i = 0; i < ARRAY_LEN(many); i++) assert_non_null(strstr(text, arena_printf(arena, "line-%02zu", i)));
    holds(text, (const char *const[]){ arena_printf(arena, "Page 1 of %d", (int)pages),
                                       arena_printf(arena, "Page %d of %d", (int)pages, (int)pages), NULL });
    /* The names of the columns stand on each page that has lines. */
    size_t heads = 0;
    for (const char *at = text; (at = strstr(at, "Price (CNY)")); at++) heads++;
    assert_true(heads >= 3);
}

static void what_has_no_end_is_refused(void **state)
{
    struct paper p = sample(PAPER_RECEIPT);
    struct paper_line many[PAPER_LINES_MAX];
    struct buf b;
    size_t unknown;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        many[i] = lines[0];
        many[i].what = "", many[i].name_en = repeated("WWW ", 2000);
    }
    p.line = many, p.lines = ARRAY_LEN(many);
    buf_init(&b, PAPER_BYTES_MAX);
    assert_int_equal(paper_draw(&p, LANG_EN, &b, &unknown), PAPER_TOO_LONG);
    buf_free(&b);
}

/* ---- pictures ---- */

static bool is_white(const char *rgb)
{
    return (uint8_t)rgb[0] > 250 && (uint8_t)rgb[1] > 250 && (uint8_t)rgb[2] > 250;
}

/* One page as pixels of a point each: is there ink, and none of it in the margins? */
static void ink_keeps_off_the_edges(const struct paper *p, enum lang lang, const char *name)
{
    enum { EDGE = 30, MAX = 4 << 20 };
    char head[64];
    struct str pdf = drawn(p, lang, NULL);
    const char *base = arena_printf(arena, "%s/%s", CHATHUB_BUILD_ROOT "/papers", name);
    (void)mkdir(CHATHUB_BUILD_ROOT "/papers", 0755); /* it may be there */
    (void)read_by(pdf, "pdftoppm -r 72 -f 1 -l 1", base);
    (void)read_by(pdf, "pdftoppm -r 110 -png", base);
    FILE *f = fopen(arena_printf(arena, "%s-1.ppm", base), "r");
    if (!f) f = fopen(arena_printf(arena, "%s-01.ppm", base), "r");
    assert_non_null(f);
    long width = 0, height = 0, ink = 0;
    assert_non_null(fgets(head, sizeof head, f));
    assert_string_equal(head, "P6\n");
    assert_int_equal(fscanf(f, "%ld %ld %*d%*c", &width, &height), 2); /* NOLINT(cert-err34-c): of our own tool */
    assert_true(width >= 595 && width <= 596 && height >= 841 && height <= 842);
    char *pixel = arena_alloc(arena, MAX);
    assert_int_equal(fread(pixel, 3, (size_t)(width * height), f), width * height);
    assert_int_equal(fclose(f), 0);
    for (long y = 0; y < height; y++)
        for (long x = 0; x < width; x++) {
            if (is_white(pixel + 3 * (y * width + x))) continue;
            ink++;
            bool inside = x >= EDGE && x < width - EDGE && y >= EDGE && y < height - EDGE;
            if (!inside) fail_msg("%s: ink at %ld, %ld", name, x, y);
        }
    assert_true(ink > 2000 && ink < width * height / 4);
}

static void pages_are_drawn_within_their_margins(void **state)
{
    struct paper p = sample(PAPER_INVOICE);
    (void)state;
    ink_keeps_off_the_edges(&p, LANG_ZH, "invoice-zh");
    ink_keeps_off_the_edges(&p, LANG_EN, "invoice-en");
    p = sample(PAPER_RECEIPT);
    ink_keeps_off_the_edges(&p, LANG_ZH, "receipt-zh");
    p = sample(PAPER_CREDIT_NOTE);
    ink_keeps_off_the_edges(&p, LANG_EN, "credit-note-en");
    p.buyer.name = repeated("上海茶壶有限公司", 37), p.seller.name = repeated("unbreakable", 30);
    p.buyer.address =
        "\xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D 👍🏽👨‍👩‍👧‍👦 "
        "\xE2\x80\xAE"
        "0.01 YNC";
    ink_keeps_off_the_edges(&p, LANG_ZH, "hard-zh");
}

/* ---- any Unicode ---- */

static uint64_t seed;

static uint64_t draw_number(uint64_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % below;
}

static size_t put_point(char *to, uint32_t c)
{
    if (c < 0x80) return to[0] = (char)c, 1;
    if (c < 0x800) return to[0] = (char)(0xC0 | c >> 6), to[1] = (char)(0x80 | (c & 0x3F)), 2;
    if (c < 0x10000)
        return to[0] = (char)(0xE0 | c >> 12), to[1] = (char)(0x80 | (c >> 6 & 0x3F)),
               to[2] = (char)(0x80 | (c & 0x3F)), 3;
    to[0] = (char)(0xF0 | c >> 18), to[1] = (char)(0x80 | (c >> 12 & 0x3F)), to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    return to[3] = (char)(0x80 | (c & 0x3F)), 4;
}

/* Points of one of the parts of Unicode that are hard to set, or broken bytes. */
static const char *any_text(void)
{
    static const uint32_t parts[][2] = { { 1, 0x7F },          { 0x20, 0x17F },      { 0x300, 0x36F },
                                         { 0x590, 0x6FF },     { 0x900, 0xDFF },     { 0xE00, 0xEFF },
                                         { 0x1100, 0x11FF },   { 0x2000, 0x206F },   { 0x3040, 0x9FFF },
                                         { 0xAC00, 0xD7A3 },   { 0xE000, 0xF8FF },   { 0xFB50, 0xFFFF },
                                         { 0x1F300, 0x1FAFF }, { 0x20000, 0x2A6DF }, { 0xE0000, 0xE01EF },
                                         { 0x10000, 0x10FFFF } };
    size_t points = draw_number(300), n = 0;
    char *out = arena_alloc(arena, points * 4 + 1);
    const uint32_t *part = parts[draw_number(ARRAY_LEN(parts))];
    for (size_t i = 0; i < points; i++) {
        if (draw_number(20) == 0) part = parts[draw_number(ARRAY_LEN(parts))];
        uint32_t c = part[0] + (uint32_t)draw_number(part[1] - part[0] + 1);
        if (draw_number(40) == 0) out[n++] = (char)(0x80 + draw_number(0x80)); /* a byte of no character */
        else if (c < 0xD800 || c > 0xDFFF) n += put_point(out + n, c);
    }
    out[n] = '\0';
    return out;
}

static void any_party(struct paper_party *p)
{
    *p = (struct paper_party){ any_text(), any_text(), any_text(), any_text(), any_text(), any_text(), any_text() };
}

static void draw_any(uint64_t with)
{
    struct paper_line line[PAPER_LINES_MAX];
    struct paper p = sample((enum paper_kind)(1 + with % 3));
    seed = with * UINT64_C(0x9E3779B97F4A7C15) + 1;
    any_party(&p.seller), any_party(&p.buyer);
    p.number = any_text(), p.order = any_text(), p.refund = any_text(), p.reason = any_text();
    p.corrects = any_text(), p.trade = any_text(), p.provider_en = any_text(), p.provider_zh = any_text();
    p.lines = draw_number(6), p.line = line;
    for (size_t i = 0; i < p.lines; i++) {
        line[i] = lines[draw_number(ARRAY_LEN(lines))];
        line[i].name_en = any_text(), line[i].name_zh = any_text();
        if (draw_number(3) == 0) line[i].what = any_text();
    }
    struct buf b;
    size_t unknown;
    buf_init(&b, PAPER_BYTES_MAX);
    int64_t before_ms = monotonic_ms();
    enum paper_drawn drawn_as = paper_draw(&p, with % 2 ? LANG_EN : LANG_ZH, &b, &unknown);
    int64_t took_ms = monotonic_ms() - before_ms;
    struct paper again;
    bool read = paper_read(arena, json_of(&p), &again);
    /* A slow machine may be told that it takes too long; it must not take longer. */
    bool late = drawn_as == PAPER_TOO_LONG && took_ms >= PAPER_DRAW_MAX_MS;
    bool good = late || (drawn_as == PAPER_DRAWN && b.n > 1000 && memcmp(b.p, "%PDF-1.5", 8) == 0);
    good = good && read && took_ms < 3 * PAPER_DRAW_MAX_MS;
    if (!good)
        fail_msg("seed %llu: %d, %zu bytes, %lld ms", (unsigned long long)with, drawn_as, b.n, (long long)took_ms);
    buf_free(&b);
}

static void any_text_in_any_field_makes_a_paper(void **state)
{
    const char *more = getenv("CHATHUB_PAPERS");
    int64_t rounds = 6;
    (void)state;
    if (more && !str_to_i64(str_of(more), &rounds)) fail_msg("CHATHUB_PAPERS=%s", more);
    for (int64_t i = 1; i <= rounds; i++) {
        struct arena_mark mark = arena_mark(arena);
        draw_any((uint64_t)i);
        arena_release(arena, mark);
    }
}

static void texts_are_made_fit_to_be_set(void **state)
{
    (void)state;
    assert_string_equal(paper_clean(arena, "a\tb\nc\x7F"
                                           "d\xC2\x85"
                                           "e\xE2\x80\xA8"
                                           "f"),
                        "a b c d e f");
    assert_string_equal(paper_clean(arena, "5\xE2\x80\xAE"
                                           "00.1\xE2\x81\xA6x\xD8\x9C"),
                        "500.1x");
    assert_string_equal(paper_clean(arena, "a\xFF"
                                           "b\xE4\xB8"),
                        "a\xEF\xBF\xBD"
                        "b\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_string_equal(paper_clean(arena, "\xEF\xBF\xBEx\xEF\xB7\x90y\xF4\x8F\xBF\xBF"),
                        "\xEF\xBF\xBDx\xEF\xBF\xBDy\xEF\xBF\xBD");
    const char *cut = paper_clean(arena, repeated("茶", 5000));
    assert_int_equal(strlen(cut), PAPER_TEXT_MAX_BYTES / 3 * 3 + 3);
    assert_true(utf8_valid(str_of(cut)) && strstr(cut, "\xE2\x80\xA6"));
    assert_int_equal(strlen(paper_clean(arena, repeated("x", PAPER_TEXT_MAX_BYTES))), PAPER_TEXT_MAX_BYTES);
}

/* ---- machines without the fonts ---- */

static void a_machine_without_chinese_says_so(void **state)
{
    const char *font = paper_han_font(arena);
    const struct paper p = sample(PAPER_INVOICE);
    size_t unknown;
    (void)state;
    assert_true(font && strstr(font, "CJK"));
    (void)drawn(&p, LANG_ZH, &unknown);
    assert_int_equal(unknown, 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { /* with one font, which has no Chinese */
        char path[] = "/tmp/chathub-fonts-XXXXXX";
        static const char conf[] = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>"
                                   "<dir>/usr/share/fonts/truetype/dejavu</dir></fontconfig>";
        int fd = mkstemp(path);
        if (fd < 0 || write(fd, conf, sizeof conf - 1) != sizeof conf - 1) _exit(2);
        setenv("FONTCONFIG_FILE", path, 1);
        execl("/proc/self/exe", "test_paper", "without-chinese", path, NULL);
        _exit(3);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* In the child above: 0 when all is as it must be. */
static int without_chinese(const char *path)
{
    const struct paper p = sample(PAPER_INVOICE);
    struct buf b;
    size_t unknown = 0;
    buf_init(&b, PAPER_BYTES_MAX);
    arena = arena_new(1 << 20);
    bool good = paper_han_font(arena) == NULL && paper_draw(&p, LANG_ZH, &b, &unknown) == PAPER_DRAWN && unknown > 20;
    buf_free(&b);
    arena_free(arena);
    return unlink(path) == 0 && good ? 0 : 1;
}

/* ---- numbers of taxpayers ---- */

static void numbers_of_taxpayers_are_judged(void **state)
{
    static const struct {
        const char *typed, *fault;
    } cases[] = {
        { "91350100M000100Y43", NULL },
        { "9135 0100 M000 100y 43", NULL },
        { "92350100M000100Y41", "tax_number_check" },
        { "91350100M000100Y34", "tax_number_check" },
        { "19350100M000100Y43", "tax_number_check" },
        { "9135O100M000100Y43", "tax_number_alphabet" },
        { "91350100MOOO100Y43", "tax_number_alphabet" },
        { "11010519491231002X", NULL },
        { "11010519491231002x", NULL },
        { "110105194912310021", "tax_number_check" },
        { "440300123456789", NULL },
        { "11010519491231002X01", NULL },
        { "44030012345678", "tax_number_length" },
        { "110105194912310020012", "tax_number_length" },
        { "", "tax_number_length" },
        { "91350100M000100Y4？", "tax_number_signs" },
        { "91350100M000100Y4'", "tax_number_signs" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *fault = tax_number_fault(tax_number_read(arena, cases[i].typed));
        if (!text_eq(fault, cases[i].fault))
            fail_msg("%s: %s instead of %s", cases[i].typed, fault ? fault : "good",
                     cases[i].fault ? cases[i].fault : "good");
    }
}

static int arena_begins(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return 0;
}

static int arena_ends(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_begins, arena_ends)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_ARENA(what_it_says_is_there_in_both_languages),
        WITH_ARENA(the_same_paper_is_the_same_bytes),
        WITH_ARENA(what_is_kept_prints_the_same),
        WITH_ARENA(what_is_no_paper_is_not_read),
        WITH_ARENA(long_names_wrap_and_lines_go_on_on_the_next_page),
        WITH_ARENA(what_has_no_end_is_refused),
        WITH_ARENA(pages_are_drawn_within_their_margins),
        WITH_ARENA(any_text_in_any_field_makes_a_paper),
        WITH_ARENA(texts_are_made_fit_to_be_set),
        WITH_ARENA(a_machine_without_chinese_says_so),
        WITH_ARENA(numbers_of_taxpayers_are_judged),
    };
    if (argc == 3 && strcmp(argv[1], "without-chinese") == 0) return without_chinese(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
