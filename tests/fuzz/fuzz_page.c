/* fuzz_page.c: what a site sends: a page's words, its robots.txt, its sitemap. Bounded, and whole characters alone. */
#include "knowledge/readers.h"
#include "knowledge/robots.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = { (const char *)data, size };
    struct buf text, title;
    buf_init(&text, 2000), buf_init(&title, 100);
    know_html_text(in, &text, &title);
    must(!text.overflow && !title.overflow && text.n <= 2000 && title.n <= 100);
    if (utf8_valid(in)) must(utf8_valid(buf_str(&text)) && utf8_valid(buf_str(&title)));
    buf_free(&text), buf_free(&title);

    struct arena *a = arena_new(64 << 20);
    struct robots *r = ARENA_NEW(a, struct robots);
    robots_read(a, in, r);
    must(r->rules <= ROBOTS_RULES_MAX && r->sitemaps <= ROBOTS_SITEMAPS_MAX);
    (void)robots_allow(r, "/a/b.html?c=d");
    const char *url[16];
    size_t n;
    bool index;
    if (robots_sitemap_read(a, in, url, 16, &n, &index)) must(n <= 16);
    int64_t minor;
    enum currency told;
    if (size < 100 && !know_price_read(in, CURRENCY_USD, &minor, &told)) must(minor >= 0 && minor <= MONEY_LIMIT);
    arena_free(a);
    return 0;
}
