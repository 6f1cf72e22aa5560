/* test_verify_run.c: a finding is believed only when it is still there; a check goes through all of its pieces. */
#include "storage/test_verify.h"

enum { PAGES = 3 };
static int calls, always, once;

/* Three pieces of ten things: 7 is wrong in the second piece whenever it is looked at, 8 only the first time. */
static bool shaky_piece(struct tx *tx, struct verify_piece *p)
{
    (void)tx;
    calls++;
    int64_t page = p->cursor[0]++;
    p->looked += 10;
    p->more = page + 1 < PAGES;
    if (page == 1 && always) verify_found(p, "thing", 7, "is wrong");
    if (page == 1 && once-- > 0) verify_found(p, "thing", 8, "was wrong for a moment");
    return true;
}

static bool flood_piece(struct tx *tx, struct verify_piece *p)
{
    (void)tx;
    p->looked = 1000;
    for (int i = 0; i < 1000; i++) verify_found(p, "thing", i, "is wrong");
    return true;
}

static bool faulty_piece(struct tx *tx, struct verify_piece *p)
{
    (void)tx;
    return p->cursor[0]++ < 1 ? (p->more = true) : false;
}

TEST_EACH_ENGINE(a_finding_is_looked_at_again)
{
    static const struct verify_check check = { "shaky", "Things are right.", shaky_piece };
    struct verify_result r;
    struct lanes *l = test_lanes(t, NULL);
    calls = 0, always = 0, once = 0;
    EXPECT(verify_live(l, &check, &r));
    EXPECT(r.looked == 10 * PAGES && r.unsound == 0 && calls == PAGES);
    calls = 0, once = 1;
    EXPECT(verify_live(l, &check, &r));
    EXPECT(r.looked == 10 * PAGES && r.unsound == 0 && calls == PAGES + VERIFY_LOOKS - 1);
    calls = 0, always = 1, once = 1;
    EXPECT(verify_live(l, &check, &r));
    EXPECT(r.unsound == 1 && r.kept == 1 && r.finding[0].id == 7 && calls == PAGES + VERIFY_LOOKS);
}

TEST_EACH_ENGINE(many_findings_are_counted_and_some_kept)
{
    static const struct verify_check check = { "flood", "Things are right.", flood_piece };
    struct verify_result r;
    EXPECT(verify_in(t->tx, &check, &r) && r.unsound == 1000 && r.kept == VERIFY_KEPT);
    EXPECT(verify_live(test_lanes(t, NULL), &check, &r) && r.unsound == 1000 && r.kept == VERIFY_KEPT);
}

TEST_EACH_ENGINE(what_cannot_be_read_is_not_called_sound)
{
    static const struct verify_check check = { "faulty", "Things are right.", faulty_piece };
    struct verify_result r;
    EXPECT(!verify_in(t->tx, &check, &r));
    EXPECT(!verify_live(test_lanes(t, NULL), &check, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_finding_is_looked_at_again),
        EACH_ENGINE(many_findings_are_counted_and_some_kept),
        EACH_ENGINE(what_cannot_be_read_is_not_called_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
