/* test_markdown.c: what a text becomes; and that nothing which is typed, however broken, becomes anything else than
 * closed elements of the list. */
#include "base/testing.h"

#include "base/random.h"
#include "site/private.h"

enum { OUT_MAX = 4 << 20, SPOILED = 4000, SPOILED_MAX = 60, LONG = 40000 };

static struct buf out;

static const char *html(struct str text)
{
    buf_clear(&out);
    markdown_html(&out, text);
    assert_false(out.overflow);
    return buf_terminated(&out);
}

static void becomes(const char *text, const char *wanted) { assert_string_equal(html(str_of(text)), wanted); }

static void what_the_signs_mean(void **state)
{
    (void)state;
    becomes("", "");
    becomes("\n \n\t\n", "");
    becomes("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n");
    becomes("one\r\ntwo\r\n", "<p>one<br>\ntwo</p>\n");
    becomes("# A\n## B\n### C", "<h2>A</h2>\n<h3>B</h3>\n<h4>C</h4>\n");
    becomes("### C\n# A\n### C", "<h2>C</h2>\n<h2>A</h2>\n<h3>C</h3>\n");
    becomes("#A\n#### B\n#", "<p>#A<br>\n#### B<br>\n#</p>\n");
    becomes("- a\n- b\n  more\n\n- c", "<ul>\n<li>a</li>\n<li>b<br>\nmore</li>\n</ul>\n<ul>\n<li>c</li>\n</ul>\n");
    becomes("* a\n+ b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    becomes("1. a\n2) b\ntext", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<p>text</p>\n");
    becomes("7. a", "<ol start=\"7\">\n<li>a</li>\n</ol>\n");
    becomes("0. a", "<p>0. a</p>\n");
    becomes("- a\n1. b", "<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n</ol>\n");
    becomes("> a\n> b\n\nc", "<blockquote><p>a<br>\nb</p></blockquote>\n<p>c</p>\n");
    becomes("a\n---\n***\n__", "<p>a</p>\n<hr>\n<hr>\n<p>__</p>\n");
    becomes("**a** *b* `c*` \\*d\\*", "<p><strong>a</strong> <em>b</em> <code>c*</code> *d*</p>\n");
    becomes("***a***", "<p><strong><em>a</em></strong></p>\n");
    becomes("*a **b** c*", "<p><em>a <strong>b</strong> c</em></p>\n");
    becomes("**重要**：请看", "<p><strong>重要</strong>：请看</p>\n");
}

static void what_is_no_sign_is_text(void **state)
{
    (void)state;
    becomes("2 * 3 * 4 ** 5", "<p>2 * 3 * 4 ** 5</p>\n");
    becomes("**a", "<p>**a</p>\n");
    becomes("*a", "<p>*a</p>\n");
    becomes("a** b*", "<p>a** b*</p>\n");
    becomes("** a**", "<p>** a**</p>\n");
    becomes("`a", "<p>`a</p>\n");
    becomes("``", "<p>``</p>\n");
    becomes("****", "<hr>\n");
    becomes("a ****", "<p>a ****</p>\n");
    becomes("\\", "<p>\\</p>\n");
    becomes("\\a", "<p>\\a</p>\n");
    becomes("snake_case_name", "<p>snake_case_name</p>\n");
    becomes("12.a\n1.", "<p>12.a<br>\n1.</p>\n");
    becomes("1234567. a", "<p>1234567. a</p>\n");
}

static void everything_is_escaped(void **state)
{
    (void)state;
    becomes("<script>alert(1)</script> & \"'", "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;</p>\n");
    becomes("# <b>\n- <i>\n> <u>\n`<s>` **<a>**",
            "<h2>&lt;b&gt;</h2>\n<ul>\n<li>&lt;i&gt;</li>\n</ul>\n<blockquote><p>&lt;u&gt;</p></blockquote>\n"
            "<p><code>&lt;s&gt;</code> <strong>&lt;a&gt;</strong></p>\n");
    becomes("<!-- a -->\n&lt;", "<p>&lt;!-- a --&gt;<br>\n&amp;lt;</p>\n");
}

static void only_good_addresses_are_links(void **state)
{
    static const char *const none[] = {
        "[a](javascript:alert(1))",
        "[a](JavaScript:x)",
        "[a](data:text/html,x)",
        "[a](//evil.example)",
        "[a](/\\evil.example)",
        "[a](https://)",
        "[a](https://a b)",
        "[a](https://a\"onclick=x)",
        "[a](https://a<b)",
        "[a](vbscript:x)",
        "[a]()",
        "[](https://a.example)",
        "[a] (https://a.example)",
        "[a](https://a",
        "[a(https://a.example)",
        "[a](ftp://a.example)",
        "[a](\xe4\xb8\x80)",
        "[a](relative)",
        "[a](#there)",
    };
    (void)state;
    becomes("[a](https://a.example/x?y=1&z=2)",
            "<p><a href=\"https://a.example/x?y=1&amp;z=2\" rel=\"noopener\">a</a></p>\n");
    becomes("[**a** b](/terms)", "<p><a href=\"/terms\"><strong>a</strong> b</a></p>\n");
    becomes("[write](mailto:a@b.example) [call](tel:+861)",
            "<p><a href=\"mailto:a@b.example\" rel=\"noopener\">write</a> "
            "<a href=\"tel:+861\" rel=\"noopener\">call</a></p>\n");
    becomes("[x [a](/a)](/b)", "<p>[x <a href=\"/a\">a</a>](/b)</p>\n");
    becomes("[`[a](/a)`](/b)", "<p>[<code>[a](/a)</code>](/b)</p>\n");
    for (size_t i = 0; i < ARRAY_LEN(none); i++) assert_null(strstr(html(str_of(none[i])), "<a "));
}

/* Every element that is opened is closed in its turn, and none has a name or an attribute but those that are known. */
static void assert_sound(const char *text)
{
    static const char *const known[] = { "p",  "h2",     "h3", "h4",   "ul",         "ol", "li",
                                         "em", "strong", "a",  "code", "blockquote", NULL };
    const char *open[32];
    size_t depth = 0;
    for (const char *p = text; (p = strchr(p, '<')) != NULL; p++) {
        bool end = p[1] == '/';
        const char *name = p + 1 + end;
        size_t n = strcspn(name, " >");
        if (strncmp(p, "<br>", 4) == 0 || strncmp(p, "<hr>", 4) == 0) continue;
        size_t i = 0;
        while (known[i] && !str_eq(str_of(known[i]), (struct str){ name, n })) i++;
        if (!known[i]) fail_msg("no such element: %s", text);
        bool plain = name[n] == '>' || strncmp(p, "<a href=\"", 9) == 0 || strncmp(p, "<ol start=\"", 11) == 0;
        if (!plain) fail_msg("an attribute: %s", text);
        if (end && (depth == 0 || open[--depth] != known[i])) fail_msg("not closed in turn: %s", text);
        if (!end) {
            assert_true(depth < ARRAY_LEN(open));
            open[depth++] = known[i];
        }
    }
    if (depth != 0) fail_msg("left open: %s", text);
    assert_null(strstr(text, "\"javascript:"));
}

static void whatever_is_typed_comes_out_closed(void **state)
{
    static const char *const parts[] = {
        "*",  "**", "`",   "[",  "](", ")",    "\\",           "\n", "\n\n",
        "# ", "- ", "1. ", "> ", " ",  "a",    "<b>",          "/a", "https://a.example",
        "\"", "&",  "---", "\t", "]",  "\r\n", "\xe4\xb8\x80", "  ", "javascript:"
    };
    (void)state;
    for (int i = 0; i < SPOILED; i++) {
        struct buf text;
        uint8_t drawn[SPOILED_MAX];
        buf_init(&text, 4096);
        random_bytes(drawn, sizeof drawn);
        for (size_t k = 0; k < sizeof drawn; k++) buf_text(&text, parts[drawn[k] % ARRAY_LEN(parts)]);
        assert_sound(html(buf_str(&text)));
        buf_free(&text);
    }
}

/* As long as a text may be, of what is searched for and not found: the work stays in proportion. */
static void a_long_text_of_signs_is_soon_done(void **state)
{
    static const char *const signs[] = {
        "*", "**a ", "`", "[", "[a](", "\\", "[a](x) ", "*a **b ", "> ", "- a\n", "***"
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        struct buf text;
        buf_init(&text, 2 * LONG);
        while (text.n < LONG) buf_text(&text, signs[i]);
        assert_sound(html(buf_str(&text)));
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_signs_mean),
        cmocka_unit_test(what_is_no_sign_is_text),
        cmocka_unit_test(everything_is_escaped),
        cmocka_unit_test(only_good_addresses_are_links),
        cmocka_unit_test(whatever_is_typed_comes_out_closed),
        cmocka_unit_test(a_long_text_of_signs_is_soon_done),
    };
    buf_init(&out, OUT_MAX);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&out);
    return failed;
}
