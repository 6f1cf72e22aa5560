/* test_verify.h: a domain's checks, run in the test's own transaction. */
#ifndef CHATHUB_STORAGE_TEST_VERIFY_H
#define CHATHUB_STORAGE_TEST_VERIFY_H

#include "storage/test_db.h"
#include "storage/verify.h"

struct test_found {
    int64_t unsound, id, looked, rows;
    const char *what;
};

/* All checks of a table; `id` and `what` of the first finding, looked and rows of the first check. */
static inline struct test_found test_verify(struct test_db *t, const struct verify_check *table)
{
    struct test_found f = { 0 };
    for (const struct verify_check *c = table; c->name; c++) {
        struct verify_result r;
        EXPECT(verify_in(t->tx, c, &r));
        if (c == table) f.looked = r.looked, f.rows = r.rows;
        if (f.unsound == 0 && r.kept > 0) f.id = r.finding[0].id, f.what = r.finding[0].what;
        f.unsound += r.unsound;
    }
    return f;
}

static inline void test_expect_sound(struct test_db *t, const struct verify_check *table)
{
    struct test_found f = test_verify(t, table);
    if (f.unsound) fail_msg("%d: %s", (int)f.id, f.what);
}

/* What somebody with the database in his hands could do, and words of what is said of it. */
struct test_harm {
    const char *sql, *says;
};

/* One after the other, each undone by a roll-back: what is committed stays sound. */
static inline void test_expect_found(struct test_db *t, const struct verify_check *table, const struct test_harm *harms,
                                     size_t n)
{
    test_expect_sound(t, table);
    test_commit(t);
    for (size_t i = 0; i < n; i++) {
        test_script(t, harms[i].sql);
        struct test_found f = test_verify(t, table);
        if (!f.unsound || !strstr(f.what, harms[i].says))
            fail_msg("%s: %s", harms[i].sql, f.unsound ? f.what : "not found");
        test_reopen(t);
    }
    test_expect_sound(t, table);
}

#endif
