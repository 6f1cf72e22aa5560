/* test_words.c: what domains register is named on the screens: each audit action, reason of the ledger, and kind of job
 * has a text in both languages. The names are those of this program, the texts those of the console's own lists. */
#include "app/app.h"
#include "audit/audit.h"
#include "credits/credits.h"
#include "storage/test_db.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 1 << 20 };

/* Referenced so that all of it is linked into this program. */
__attribute__((used)) static const void *const everything[] = { app_route_tables, app_job_kinds };

struct words {
    const char *path;
    struct buf text;
    int missing;
};

static void words_read(struct words *w)
{
    char bytes[65536];
    FILE *f = fopen(w->path, "r");
    if (!f) fail_msg("cannot read %s", w->path);
    buf_init(&w->text, TEXT_MAX);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;) buf_add(&w->text, bytes, n);
    (void)fclose(f);
    assert_false(w->text.overflow);
}

/* A line `  "action.shop_created": "Shop created",` with something in it. */
static void want(struct words *w, const char *group, const char *name)
{
    char key[160];
    (void)snprintf(key, sizeof key, "\n  \"%s.%s\": \"", group, name);
    const char *at = strstr(buf_terminated(&w->text), key);
    if (at && at[strlen(key)] != '"') return;
    w->missing++;
    print_error("%s has no text for %s.%s\n", w->path, group, name);
}

static void what_is_registered_has_a_text_in_both_languages(void **state)
{
    (void)state;
    struct words files[] = { { .path = CHATHUB_SOURCE_ROOT "/web/console/src/i18n/en.ts" },
                             { .path = CHATHUB_SOURCE_ROOT "/web/console/src/i18n/zh.ts" } };
    struct words trail[] = { { .path = CHATHUB_SOURCE_ROOT "/web/console/src/i18n/en-audit.ts" },
                             { .path = CHATHUB_SOURCE_ROOT "/web/console/src/i18n/zh-audit.ts" } };
    struct words house[] = { { .path = CHATHUB_SOURCE_ROOT "/web/console/src/i18n/en-operator.ts" },
                             { .path = CHATHUB_SOURCE_ROOT "/web/console/src/i18n/zh-operator.ts" } };
    const struct credit_reason *reasons;
    size_t actions = 0, count = credits_reasons(&reasons);
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        struct words *w = &files[f];
        words_read(w);
        for (size_t i = 0; i < count; i++) want(w, "reason", reasons[i].name);
        buf_free(&w->text);
        assert_int_equal(w->missing, 0);
    }
    for (size_t f = 0; f < ARRAY_LEN(trail); f++) {
        struct words *w = &trail[f];
        words_read(w);
        for (actions = 0; audit_action_names[actions]; actions++) want(w, "action", audit_action_names[actions]);
        buf_free(&w->text);
        assert_int_equal(w->missing, 0);
    }
    for (size_t f = 0; f < ARRAY_LEN(house); f++) {
        words_read(&house[f]);
        for (size_t i = 0; app_job_kinds[i]; i++) want(&house[f], "jobkind", app_job_kinds[i]->name);
        buf_free(&house[f].text);
        assert_int_equal(house[f].missing, 0);
    }
    assert_true(actions > 40 && count >= 6);
    struct words filter = { .path = CHATHUB_SOURCE_ROOT "/web/console/src/ui/ledger.tsx" };
    words_read(&filter);
    for (size_t i = 0; i < count; i++) {
        char name[80];
        (void)snprintf(name, sizeof name, "\n  \"%s\",\n", reasons[i].name);
        if (strstr(buf_terminated(&filter.text), name)) continue;
        filter.missing++;
        print_error("%s does not filter by %s\n", filter.path, reasons[i].name);
    }
    buf_free(&filter.text);
    assert_int_equal(filter.missing, 0);
}

static void a_name_without_a_text_is_found(void **state)
{
    (void)state;
    struct words w = { .path = "(a test)" };
    buf_init(&w.text, 256);
    buf_text(&w.text, "\n  \"action.told\": \"Told\",\n  \"action.empty\": \"\",\n");
    want(&w, "action", "told");
    assert_int_equal(w.missing, 0);
    want(&w, "action", "empty");
    want(&w, "action", "tol");
    assert_int_equal(w.missing, 2);
    buf_free(&w.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_registered_has_a_text_in_both_languages),
        cmocka_unit_test(a_name_without_a_text_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
