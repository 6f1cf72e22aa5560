/* test_columns.c: what a statement gives and what is read of it are the same. A column that is read and not given ends
 * the process when it happens (query.c). One that is given and that nobody reads is work for nothing, and often a value
 * that somebody meant to look at. The names that are given come from the engine, those that are read from the text of
 * the file in which the statement stands, and of the one that reads rows for the other files of its folder, where the
 * file calls it. */
#include "storage/private.h"
#include "storage/test_db.h"

#include "app/app.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 4 << 20 };

/* Referenced so that all their statements are linked into this program. */
__attribute__((used)) static const void *const everything[] = { app_route_tables, app_job_kinds };

/* Functions that are given a query and read its row, for all statements that ask for the same. */
static const struct {
    const char *file, *call;
} readers[] = { { "src/billing/rows.c", "col_money(" }, /* with the currency beside it */
                { "src/chat/conversations.c", "conversation_brief(" },
                { "src/credits/ledger.c", "ledger_record_read(" },
                { "src/credits/ledger.c", "transaction_json(" }, /* which calls it */
                { "src/knowledge/switch.c", "know_counted(" } };

static bool in_one_folder(const char *a, const char *b)
{
    size_t n = (size_t)(strrchr(a, '/') - a);
    return strncmp(a, b, n + 1) == 0 && strrchr(b, '/') == b + n;
}

static void add_file(struct buf *text, const char *path)
{
    char bytes[65536];
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("cannot read %s", path);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;) buf_add(text, bytes, n);
    fclose(f);
}

TEST_EACH_ENGINE(what_is_given_is_read)
{
    sqlite3 *db;
    struct buf text;
    const char *last = "";
    int bad = 0;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        sqlite3_stmt *p = NULL;
        if (!text_eq(s->file, last)) {
            buf_free(&text);
            buf_init(&text, TEXT_MAX);
            const char *file = strstr(s->file, "src/");
            add_file(&text, arena_printf(t->arena, "%s/%s", CHATHUB_SOURCE_ROOT, file));
            for (size_t k = 0; k < ARRAY_LEN(readers); k++)
                if (in_one_folder(readers[k].file, file) &&
                    memmem(text.p, text.n, readers[k].call, strlen(readers[k].call)))
                    add_file(&text, arena_printf(t->arena, "%s/%s", CHATHUB_SOURCE_ROOT, readers[k].file));
            last = s->file;
        }
        EXPECT(!text.overflow && sqlite3_prepare_v2(db, s->sql, -1, &p, NULL) == SQLITE_OK);
        int columns = sqlite3_column_count(p);
        for (int k = 0; columns > 1 && k < columns; k++) { /* a single one asks whether there is a row */
            const char *name = sqlite3_column_name(p, k), *read = arena_printf(t->arena, ", \"%s\")", name);
            const char *handed = arena_printf(t->arena, "q, \"%s\"", name); /* to a function that reads it */
            if (memmem(text.p, text.n, read, strlen(read)) || memmem(text.p, text.n, handed, strlen(handed))) continue;
            print_error("%s in %s gives %s, which nobody reads\n", s->name, s->file, name);
            bad++;
        }
        sqlite3_finalize(p);
    }
    buf_free(&text);
    sqlite3_close(db);
    EXPECT(bad == 0 && stmt_count() > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { ONLY_SQLITE(what_is_given_is_read) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
