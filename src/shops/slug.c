/* slug.c: a readable, safe name for addresses from whatever a merchant calls the shop.
 *
 * ASCII letters and digits stay, full-width ones and Latin letters with accents become plain, all else is a dash.
 * Rejected: spelling Chinese in Pinyin. It needs a table of 20,000 characters and still guesses wrong at every second
 * name (行 is hang or xing); a merchant may rename, and nothing else depends on the slug. */
#include "base/random.h"
#include "shops/private.h"
#include <stdio.h>

enum { SLUG_MIN = 3, SLUG_RANDOM_SHORT = 4, SLUG_RANDOM_LONG = 6 };

/* Names that are, or may become, addresses of ours, or that would deceive. */
/* clang-format off */
static const char *const reserved[] = { "admin", "api", "app", "assets", "auth", "billing", "blog", "chat", "chathub",
    "console", "dev", "docs", "health", "healthz", "help", "login", "mail", "metrics", "new", "operator", "root",
    "shop", "shops", "sso", "static", "status", "store", "support", "system", "test", "widget", "www" };
/* clang-format on */

/* U+00C0..U+00FF; '-' where there is no letter. */
static const char latin1[] = "aaaaaaaceeeeiiiidnooooo-ouuuuyts"
                             "aaaaaaaceeeeiiiidnooooo-ouuuuyty";
static_assert(sizeof latin1 == 65, "one letter for each of U+00C0..U+00FF");

/* Base32 without letters that are read wrongly (l, o) or spell words easily (no vowels but one). */
static void random_tail(char *out, size_t n)
{
    static const char letters[] = "abcdfghjkmnpqrstvwxyz23456789";
    for (size_t i = 0; i < n; i++) out[i] = letters[random_below(sizeof letters - 1)];
    out[n] = '\0';
}

/* The plain character for one code point, or '-'. */
static char plain(const char *p, size_t n)
{
    unsigned char first = (unsigned char)p[0];
    unsigned code = first;
    if (n == 2) code = (unsigned)(first & 0x1f) << 6 | ((unsigned char)p[1] & 0x3f);
    if (n == 3) code = (unsigned)(first & 0x0f) << 12 | (unsigned)(p[1] & 0x3f) << 6 | (unsigned)(p[2] & 0x3f);
    if (n > 3) return '-';
    if (code >= 0xff01 && code <= 0xff5e) code -= 0xff01 - 0x21; /* full-width forms */
    if (code >= 0xc0 && code <= 0xff) code = (unsigned char)latin1[code - 0xc0];
    if (code >= 'A' && code <= 'Z') return (char)(code - 'A' + 'a');
    if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) return (char)code;
    return '-';
}

static bool is_reserved(const char *slug)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
        if (strcmp(slug, reserved[i]) == 0) return true;
    return false;
}

void shop_slug_from_name(const char *name, char out[SHOP_SLUG_MAX + 1])
{
    size_t left = strlen(name), used = 0, step;
    /* Room for a tail stays free, so that a collision never has to cut the readable part. */
    enum { READABLE_MAX = SHOP_SLUG_MAX - SLUG_RANDOM_SHORT - 1 };
    for (const char *p = name; left > 0 && used < READABLE_MAX; p += step, left -= step) {
        step = utf8_sequence(p, left);
        char c = step == 0 ? '-' : plain(p, step);
        if (step == 0) step = 1;
        if (c == '-' && (used == 0 || out[used - 1] == '-')) continue;
        out[used++] = c;
    }
    while (used > 0 && out[used - 1] == '-') used--;
    out[used] = '\0';
    if (used == 0) {
        memcpy(out, "shop-", 5);
        random_tail(out + 5, SLUG_RANDOM_LONG);
    } else if (used < SLUG_MIN || is_reserved(out)) {
        out[used] = '-';
        random_tail(out + used + 1, SLUG_RANDOM_SHORT);
    }
}

/* The same name is taken: a random end makes another. Counting up (-2, -3) would tell how many there are. */
void shop_slug_with_tail(const char *slug, char out[SHOP_SLUG_MAX + 1])
{
    char tail[SLUG_RANDOM_SHORT + 1];
    random_tail(tail, SLUG_RANDOM_SHORT);
    int keep = SHOP_SLUG_MAX - SLUG_RANDOM_SHORT - 1;
    snprintf(out, SHOP_SLUG_MAX + 1, "%.*s-%s", keep, slug, tail);
}
