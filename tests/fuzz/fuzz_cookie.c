/* fuzz_cookie.c: a Cookie header. First line: the name asked for; the rest: the header. What is found lies in the
 * header and ends at its ';'; a value that we would set ourselves comes back as it was. */
#include "fuzz.h"
#include "http/cookies.h"

enum { NAME_MAX_BYTES = 64 };

static void check_find(struct str header, const char *name)
{
    struct str found = cookies_find_in(header, name);
    if (!found.p) return;
    must(inside(found, header.p, header.n) && !memchr(found.p, ';', found.n));
    must(memmem(header.p, header.n, name, strlen(name)) != NULL);
    /* Cookies of others before and behind change nothing. */
    struct buf more;
    buf_init(&more, header.n + 64);
    buf_text(&more, "!other=1; ");
    buf_add(&more, header.p, header.n);
    buf_text(&more, "; !last=2");
    if (!text_eq(name, "!other")) must(str_eq(cookies_find_in(buf_str(&more), name), found));
    buf_free(&more);
}

static void check_set(const char *name, const char *value)
{
    if (name[0] == '\0' || strchr(name, '=') || !cookie_value_ok(name) || !cookie_value_ok(value)) return;
    struct buf out;
    buf_init(&out, 65536);
    cookies_print(&out, &(struct cookie){ .name = name, .value = value, .max_age_s = 60 });
    if (!out.overflow) {
        struct str line = buf_str(&out), prefix = STR("Set-Cookie: ");
        must(str_starts(line, prefix) && memchr(line.p, '\n', line.n) == line.p + line.n - 1);
        struct str pair = { line.p + prefix.n, line.n - prefix.n };
        must(str_eq(cookies_find_in(pair, name), str_of(value)));
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = { (const char *)data, size }, first = line_cut(&rest);
    if (first.n > NAME_MAX_BYTES || size > 8192) return 0;
    struct arena *a = arena_new(1 << 16);
    const char *name = arena_text_n(a, first.p, first.n), *value = arena_text_n(a, rest.p, rest.n);
    if (name[0] != '\0' && strlen(name) == first.n) check_find(rest, name);
    check_set(name, value);
    arena_free(a);
    return 0;
}
