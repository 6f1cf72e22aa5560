/* test_robots.c: what robots.txt and a sitemap say, read from bytes of strangers. */
#include "base/testing.h"
#include "knowledge/robots.h"
#include "shops/test_kit.h"

static void robots_say_what_may_be_read(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct robots *r = ARENA_NEW(a, struct robots);
    robots_read(a,
                STR("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /a # all of it\nAllow: /a/b$\n"
                    "Disallow: /*.pdf$\nDisallow:\nSitemap: https://s.example/m.xml\r\n"),
                r);
    assert_true(robots_allow(r, "/"));
    assert_false(robots_allow(r, "/a"));
    assert_false(robots_allow(r, "/a/x"));
    assert_true(robots_allow(r, "/a/b"));
    assert_false(robots_allow(r, "/a/bc"));
    assert_false(robots_allow(r, "/x/y.pdf"));
    assert_true(robots_allow(r, "/x/y.pdfx"));
    assert_string_equal(r->sitemap[0], "https://s.example/m.xml");
    robots_read(a, STR("User-agent: Chathub\nUser-agent: x\nDisallow: /us\n\nUser-agent: *\nDisallow: /\n"), r);
    assert_true(robots_allow(r, "/them"));
    assert_false(robots_allow(r, "/us"));
    /* No time is lost on a rule of stars. */
    struct buf b;
    buf_init(&b, 4096);
    buf_text(&b, "User-agent: *\nDisallow: /");
    for (int i = 0; i < 200; i++) buf_text(&b, "*a");
    robots_read(a, buf_str(&b), r);
    char path[1500];
    memset(path, 'a', sizeof path - 2);
    path[0] = '/', path[sizeof path - 2] = 'b', path[sizeof path - 1] = '\0';
    assert_false(robots_allow(r, path));
    buf_free(&b);
    const char *url[4];
    size_t n;
    bool index;
    assert_true(robots_sitemap_read(a, STR("https://a.example/1\nhttps://a.example/2\n"), url, 4, &n, &index));
    assert_int_equal(n, 2);
    assert_false(robots_sitemap_read(a, STR("<html><body>no</body></html>"), url, 4, &n, &index));
    assert_false(robots_sitemap_read(
        a, STR("<!DOCTYPE x [<!ENTITY a \"b\">]><urlset><url><loc>&a;</loc></url></urlset>"), url, 4, &n, &index));
    assert_true(robots_sitemap_read(a,
                                    STR("<urlset><url><loc>1</loc></url><url><loc>2</loc></url><url><loc>3</loc></url>"
                                        "<url><loc>4</loc></url><url><loc>5</loc></url></urlset>"),
                                    url, 4, &n, &index));
    assert_int_equal(n, 4);
    /* A rule that costs its length times that of the path is not followed to its end, and not passed over. */
    char rule[300] = "User-agent: *\nDisallow: /*", way[1902] = "/";
    memset(rule + strlen(rule), 'a', 190), memset(way + 1, 'a', 1900);
    text_copy(rule + strlen(rule), 8, "b\n");
    *r = (struct robots){ .rules = 0 };
    robots_read(a, str_of(rule), r);
    assert_false(robots_allow(r, way));
    assert_true(robots_allow(r, "/short"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(robots_say_what_may_be_read) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
