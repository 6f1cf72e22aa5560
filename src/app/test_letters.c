/* test_letters.c: every letter of the house, rendered in both languages. The previews are left in letters/ beside the
 * build, to be looked at. */
#include "base/testing.h"

#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { LETTERS_AT_LEAST = 9 };

static void preview(const struct letter *l, const char *lang, const char *end, const char *text)
{
    char path[256];
    const char *folder = access("build", W_OK) == 0 ? "build/letters" : "letters";
    if (mkdir(folder, 0755) != 0) assert_int_equal(errno, EEXIST);
    (void)snprintf(path, sizeof path, "%s/%s.%s.%s", folder, l->kind, lang, end);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* Each '<' of the HTML part begins an element that letters.c wrote. */
static void only_our_elements(const struct letter *l, const char *html)
{
    static const char *const ours[] = {
        "!doctype", "html", "head", "meta", "title", "body", "div", "h1", "p", "br", "a"
    };
    for (const char *p = html; (p = strchr(p, '<')) != NULL; p++) {
        const char *name = p[1] == '/' ? p + 2 : p + 1;
        size_t n = strcspn(name, " >\n");
        bool known = false;
        for (size_t i = 0; i < ARRAY_LEN(ours); i++) known |= strlen(ours[i]) == n && memcmp(ours[i], name, n) == 0;
        if (!known) fail_msg("%s: <%.*s", l->kind, (int)n, name);
    }
}

static void both_parts(struct arena *a, const struct letter *l, const char *lang)
{
    struct letter_value samples[LETTER_SLOTS_MAX + 1];
    struct letter_text t;
    letter_samples(l, samples);
    assert_true(letter_render(a, l, lang, samples, &t));
    preview(l, lang, "txt", t.plain);
    preview(l, lang, "html", t.html);
    assert_true(strlen(t.subject) > 0 && !strchr(t.subject, '{') && !strchr(t.plain, '{'));
    only_our_elements(l, t.html);
    /* The plain part has no markup of ours; a name that looks like some stays as it was typed. */
    assert_true(!strstr(t.plain, "<p") && !strstr(t.plain, "<a") && !strstr(t.plain, "&amp;"));
    for (const struct letter_value *v = samples; v->kind != LETTER_NONE; v++) {
        if (v->kind != LETTER_LINK && v->kind != LETTER_TEXT) continue;
        assert_true(strstr(t.plain, v->text) || strstr(t.subject, v->text));
        if (strchr(v->text, '<')) assert_null(strstr(t.html, v->text));
    }
    if (strcmp(lang, "en") == 0)
        for (const char *p = t.plain; *p != '\0'; p++) assert_true((unsigned char)*p < 0x80);
}

static void every_letter_renders_in_both_languages(void **state)
{
    (void)state;
    size_t n = 0;
    struct buf complaints;
    buf_init(&complaints, 4096);
    for (const struct letter *const *const *table = app_letter_tables; *table; table++) {
        if (!letters_check(*table, &complaints)) fail_msg("%s", buf_terminated(&complaints));
        for (const struct letter *const *l = *table; *l; l++, n++) {
            struct arena *a = arena_new(4 << 20);
            both_parts(a, *l, "en");
            both_parts(a, *l, "zh-CN");
            arena_free(a);
        }
    }
    assert_true(n >= LETTERS_AT_LEAST);
    buf_free(&complaints);
}

static void kinds_are_unique(void **state)
{
    (void)state;
    for (const struct letter *const *const *t = app_letter_tables; *t; t++)
        for (const struct letter *const *l = *t; *l; l++)
            for (const struct letter *const *const *u = app_letter_tables; *u; u++)
                for (const struct letter *const *m = *u; *m; m++)
                    if (l != m && strcmp((*l)->kind, (*m)->kind) == 0) fail_msg("two letters are %s", (*l)->kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_renders_in_both_languages),
        cmocka_unit_test(kinds_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
