/* test_plan_next.c: a plan that renews from credits becomes another one with its next period, and not before; what is
 * wished is shown, taken back, and judged when it is renewed. */
#include "billing/test_plan_fix.h"

static void renew_by_itself(struct test_db *t, bool on)
{
    assert_int_equal(plan_call(t, "renewal", on ? "{\"on\":true}" : "{\"on\":false}").status, 200);
}

/* Has this plan, which goes on from credits. When it ends. */
static int64_t renewing(struct test_db *t, const char *code, int64_t seats)
{
    (void)bought(t, code, seats);
    renew_by_itself(t, true);
    return plan(t).until_ms;
}

static struct kit_answer wish(struct test_db *t, const char *code, int seats)
{
    const char *body = arena_printf(t->arena, "{\"offer\":\"%s\",\"seats\":%d}", code, seats);
    return plan_call(t, "next", body);
}

static struct kit_answer take_wish_back(struct test_db *t)
{
    return plans(t, VERB_DELETE, arena_printf(t->arena, "/%lld/next", (long long)shop), NULL);
}

static int64_t number_of(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(a->json, name));
}

static const char *next_of(const struct kit_answer *a)
{
    return json_string_value(json_object_get(json_object_get(a->json, "next"), "offer"));
}

static void runs_at(struct test_db *t, int64_t at_ms)
{
    kit_set_now(at_ms);
    clock_runs(t), clock_runs(t);
}

static int64_t letters(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM mail_outbox WHERE kind = '%s'", kind));
}

static void expect_refused(const struct kit_answer *a, int status, const char *code)
{
    assert_int_equal(a->status, status);
    assert_string_equal(a->error, code);
}

TEST_EACH_ENGINE(it_has_what_was_paid_until_its_end_and_the_other_plan_then)
{
    start_with_mail(t, 2000);
    int64_t end_ms = renewing(t, "enterprise", 5);
    struct kit_answer a = wish(t, "basic", 0);
    assert_int_equal(a.status, 200);
    assert_string_equal(next_of(&a), "basic");
    EXPECT(number_of(&a, "renewsFor") == 500 && number_of(&a, "seats") == 5);
    assert_string_equal(plan(t).code, "enterprise");
    a = plans(t, VERB_GET, "", NULL);
    const json_t *shown = json_array_get(json_object_get(a.json, "plans"), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(shown, "next"), "nameEn")), "Basic");
    /* A day before, when others are renewed, and until minutes before its end nothing happens. */
    runs_at(t, end_ms - DAYS(1));
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS - 1);
    EXPECT(fix_available(t, account) == 2000 && plan(t).seats == 5 && plan(t).until_ms == end_ms);
    assert_int_equal(letters(t, "plan_ends_soon"), 0);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    struct shop_plan p = plan(t);
    EXPECT(fix_available(t, account) == 1500 && p.seats == 1 && p.websites == 1 && p.until_ms == end_ms + DAYS(30));
    assert_string_equal(p.code, "basic");
    EXPECT(p.renews && !plan_wishes(&p));
    EXPECT(test_number(t, "SELECT MAX(from_ms) FROM plan_periods") == end_ms);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM plan_periods WHERE ended_ms > 0") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM plan_moves WHERE kind = 4") == 1);
    fix_renew(t);
    EXPECT(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions") == end_ms + DAYS(30));
    expect_sound(t);
    /* And from then on it renews as every other. */
    runs_at(t, end_ms + DAYS(29));
    EXPECT(fix_available(t, account) == 1000 && plan(t).until_ms == end_ms + DAYS(60));
    expect_sound(t);
}

TEST_EACH_ENGINE(what_is_wished_already_changes_nothing)
{
    static const char changes[] = "SELECT COUNT(*) FROM audit_log WHERE action = 'plan_changed'";
    start(t, 2000);
    (void)renewing(t, "pro", 0);
    int64_t before = test_number(t, changes);
    assert_int_equal(wish(t, "pro", 0).status, 200); /* as it is */
    EXPECT(test_number(t, changes) == before);
    for (int i = 0; i < 2; i++) {
        struct kit_answer a = wish(t, "basic", 0);
        EXPECT(a.status == 200 && text_eq(next_of(&a), "basic"));
    }
    EXPECT(test_number(t, changes) == before + 1);
    struct kit_answer a = wish(t, "pro", 0); /* and back */
    EXPECT(a.status == 200 && !next_of(&a));
    EXPECT(test_number(t, changes) == before + 2);
    expect_sound(t);
}

TEST_EACH_ENGINE(fewer_seats_come_the_same_way)
{
    start(t, 2000);
    int64_t end_ms = renewing(t, "enterprise", 5);
    struct kit_answer a = wish(t, "enterprise", 3);
    EXPECT(a.status == 200 && number_of(&a, "renewsFor") == 800);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    EXPECT(fix_available(t, account) == 1200 && plan(t).seats == 3 && plan(t).until_ms == end_ms + DAYS(30));
    expect_sound(t);
}

TEST_EACH_ENGINE(a_wish_is_taken_back)
{
    start(t, 2000);
    int64_t end_ms = renewing(t, "pro", 0);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    EXPECT(plan(t).due_at_ms == end_ms - DAYS(7));
    struct kit_answer a = take_wish_back(t);
    EXPECT(a.status == 200 && json_is_null(json_object_get(a.json, "next")) && number_of(&a, "renewsFor") == 600);
    assert_int_equal(take_wish_back(t).status, 200);
    /* What it is anyhow is no wish. */
    a = wish(t, "pro", 2);
    EXPECT(a.status == 200 && json_is_null(json_object_get(a.json, "next")));
    runs_at(t, end_ms - DAYS(1));
    EXPECT(fix_available(t, account) == 1400 && plan(t).seats == 2);
    /* With its renewal it goes. */
    assert_int_equal(wish(t, "basic", 0).status, 200);
    renew_by_itself(t, false);
    renew_by_itself(t, true);
    struct shop_plan p = plan(t);
    EXPECT(!plan_wishes(&p) && test_number(t, "SELECT next_seats FROM shop_plans") == 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_cannot_be_had_is_refused)
{
    start(t, 0);
    struct kit_answer a = wish(t, "basic", 0);
    expect_refused(&a, 409, "no_plan");
    (void)bought(t, "pro", 0);
    a = wish(t, "golden", 0);
    expect_refused(&a, 404, "offer_gone");
    a = wish(t, "credits-1000", 0);
    expect_refused(&a, 404, "offer_gone");
    a = wish(t, "basic", 2);
    expect_refused(&a, 422, "seats_not_sold");
    a = wish(t, "enterprise", 1);
    expect_refused(&a, 422, "seats_not_sold");
    struct shop_plan p = plan(t);
    EXPECT(!plan_wishes(&p) && !p.renews);
    int64_t mine = account;
    account = kit_account(t, 0);
    a = wish(t, "basic", 0);
    expect_refused(&a, 404, "not_found");
    assert_int_equal(take_wish_back(t).status, 404);
    account = mine;
}

static const char *not_of(const struct kit_answer *a)
{
    return json_string_value(json_object_get(a->json, "renewsNot"));
}

/* What is sold no more could not be renewed by itself, and so could not be switched on before it is wished otherwise.
 */
TEST_EACH_ENGINE(a_wish_switches_the_renewal_on)
{
    start(t, 2000);
    (void)bought(t, "pro", 0);
    int64_t end_ms = plan(t).until_ms;
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'pro'");
    struct kit_answer a = plan_call(t, "renewal", "{\"on\":true}");
    expect_refused(&a, 409, "plan_not_renewable");
    a = wish(t, "basic", 0);
    EXPECT(a.status == 200 && json_is_true(json_object_get(a.json, "renews")) && number_of(&a, "renewsFor") == 500);
    assert_string_equal(next_of(&a), "basic");
    EXPECT(json_is_null(json_object_get(json_object_get(a.json, "next"), "staysFor")));
    EXPECT(json_is_null(json_object_get(a.json, "renewsNot")));
    a = take_wish_back(t);
    EXPECT(a.status == 200 && json_is_null(json_object_get(a.json, "renewsFor")));
    assert_string_equal(not_of(&a), "notSold");
    assert_int_equal(wish(t, "basic", 0).status, 200);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    EXPECT(fix_available(t, account) == 1500 && plan(t).until_ms == end_ms + DAYS(30));
    expect_sound(t);
}

TEST_EACH_ENGINE(it_is_told_why_it_cannot_be_renewed)
{
    start(t, 2000);
    (void)bought(t, "pro", 0);
    renew_by_itself(t, true);
    struct kit_answer a = wish(t, "basic", 0);
    assert_string_equal(json_string_value(json_object_get(a.json, "currency")), "CNY");
    EXPECT(number_of(&a, "renewsFor") == 500);
    EXPECT(json_integer_value(json_object_get(json_object_get(a.json, "next"), "staysFor")) == 600);
    /* Fewer seats are in its price now than it has, and none beside them are sold. */
    test_script(t, "UPDATE offers SET seats = 1 WHERE code = 'pro'");
    a = take_wish_back(t);
    EXPECT(json_is_null(json_object_get(a.json, "renewsFor")));
    assert_string_equal(not_of(&a), "seats");
    renew_by_itself(t, false);
    a = plan_call(t, "renewal", "{\"on\":true}");
    expect_refused(&a, 422, "seats_not_sold");
    test_script(t, "UPDATE offers SET seats = 2 WHERE code = 'pro'");
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE kind = 2");
    a = take_wish_back(t);
    assert_string_equal(not_of(&a), "noCredits");
}

/* Nothing could be taken for it: it would stand there, and not happen. */
TEST_EACH_ENGINE(where_no_credits_are_sold_nothing_is_wished)
{
    start(t, 2000);
    (void)bought(t, "pro", 0);
    struct shop_plan before = plan(t);
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE kind = 2");
    struct kit_answer a = wish(t, "basic", 0);
    expect_refused(&a, 409, "no_credits_sold");
    a = wish(t, "pro", 0);
    expect_refused(&a, 409, "no_credits_sold");
    struct shop_plan p = plan(t);
    EXPECT(!p.renews && !plan_wishes(&p) && p.due_at_ms == before.due_at_ms);
    assert_int_equal(fix_audits(t, "plan_changed"), 0);
    /* Those of another currency are no price for it. */
    test_script(t, "UPDATE offers SET replaced_at_ms = 0, currency = 'EUR' WHERE kind = 2");
    a = wish(t, "basic", 0);
    expect_refused(&a, 409, "no_credits_sold");
    test_script(t, "UPDATE offers SET currency = 'CNY' WHERE kind = 2");
    a = wish(t, "basic", 0);
    EXPECT(a.status == 200 && text_eq(next_of(&a), "basic"));
    /* A wish that is older than that can be taken back. */
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE kind = 2");
    a = take_wish_back(t);
    EXPECT(a.status == 200 && !next_of(&a));
}

/* What is sold no more when its time has come is not renewed, and not replaced by something dearer. */
TEST_EACH_ENGINE(it_is_judged_when_it_is_renewed)
{
    start_with_mail(t, 2000);
    int64_t end_ms = renewing(t, "pro", 0);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'basic'");
    struct kit_answer a = plans(t, VERB_GET, "", NULL);
    const json_t *shown = json_array_get(json_object_get(a.json, "plans"), 0);
    EXPECT(json_is_null(json_object_get(shown, "renewsFor")) && json_is_object(json_object_get(shown, "next")));
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    EXPECT(fix_available(t, account) == 2000 && plan(t).until_ms == end_ms);
    assert_int_equal(letters(t, "plan_renewal_gone"), 1);
    assert_int_equal(letters(t, "plan_ends_soon"), 0);
    assert_int_equal(take_wish_back(t).status, 200);
    runs_at(t, end_ms - 1);
    EXPECT(fix_available(t, account) == 1400 && plan(t).until_ms == end_ms + DAYS(30));
    expect_sound(t);
}

TEST_EACH_ENGINE(credits_for_what_is_wished_are_enough)
{
    start_with_mail(t, 550);
    int64_t end_ms = renewing(t, "pro", 0);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    for (int64_t day = 8; day > 0; day--) runs_at(t, end_ms - DAYS(day));
    assert_int_equal(letters(t, "plan_renewal_short"), 0);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    EXPECT(fix_available(t, account) == 50 && plan(t).seats == 1);
    expect_sound(t);
}

static const char *letter_text(struct test_db *t, const char *kind)
{
    struct mail_row row[16];
    size_t count;
    EXPECT(mail_list(t->tx, billing_settings.mail, 0, ARRAY_LEN(row), row, &count) == ROW_FOUND);
    for (size_t i = 0; i < count; i++)
        if (text_eq(row[i].kind, kind)) return row[i].text;
    fail_msg("no %s", kind);
    return "";
}

/* What two of them wish is there for one: both were silent a day before, and one is told when its time has come. */
TEST_EACH_ENGINE(who_finds_the_credits_gone_in_the_last_minutes_is_told)
{
    start_with_mail(t, 700);
    int64_t first = shop, both[] = { shop, fix_shop(t, account, "Coffee") }, end_ms = 0;
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        shop = both[i];
        (void)bought(t, "pro", 0);
        end_ms = plan(t).until_ms;
        renew_by_itself(t, true);
        assert_int_equal(wish(t, "basic", 0).status, 200);
    }
    for (int64_t hour = 24 * 8; hour > 0; hour--) runs_at(t, end_ms - hour * HOUR_MS);
    assert_int_equal(letters(t, "plan_renewal_short"), 0);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    EXPECT(fix_available(t, account) == 200 && letters(t, "plan_renewal_short") == 1);
    runs_at(t, end_ms - MINUTE_MS);
    assert_int_equal(letters(t, "plan_renewal_short"), 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM shop_plans WHERE renews = 1") == 2);
    expect_sound(t);
    shop = first;
}

/* Silent a day before; what becomes of it then is seen within the hour, and told once. */
static void is_told_in_its_last_day(struct test_db *t, const char *becomes, const char *kind, const char *says)
{
    const char *told = "SELECT COUNT(*) FROM mail_outbox WHERE kind LIKE 'plan_%'";
    start_with_mail(t, 550);
    int64_t end_ms = renewing(t, "pro", 0);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    runs_at(t, end_ms - DAYS(7)), runs_at(t, end_ms - DAYS(3)), runs_at(t, end_ms - DAYS(1));
    EXPECT(test_number(t, told) == 0 && plan(t).due_at_ms == end_ms - DAYS(1) + HOUR_MS);
    test_script(t, becomes);
    runs_at(t, end_ms - DAYS(1) + HOUR_MS);
    if (!strstr(letter_text(t, kind), says)) fail_msg("%s", letter_text(t, kind));
    assert_int_equal(plan(t).due_at_ms, end_ms - PLAN_NEXT_BEFORE_MS);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS), runs_at(t, end_ms);
    EXPECT(test_number(t, told) == 1 && fix_available(t, account) == 550);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_is_missing_in_the_last_day_is_told_then)
{
    is_told_in_its_last_day(t, "UPDATE offers SET price = 900000 WHERE code = 'basic' AND replaced_at_ms = 0",
                            "plan_renewal_short", "with the plan Basic");
}

TEST_EACH_ENGINE(what_is_sold_no_more_in_the_last_day_is_told_then)
{
    is_told_in_its_last_day(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'basic'", "plan_renewal_gone",
                            "the plan Pro of Tea was to be renewed");
}

/* The price beside it is that of the plan that is wished, and so is the name. */
TEST_EACH_ENGINE(what_is_short_is_called_by_its_name)
{
    start_with_mail(t, 100);
    (void)bought(t, "pro", 0);
    renew_by_itself(t, true);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    runs_at(t, plan(t).until_ms - DAYS(7));
    const char *text = letter_text(t, "plan_renewal_short");
    if (!strstr(text, "with the plan Basic. That costs 500 credits")) fail_msg("%s", text);
}

/* ---- an order that may still be paid ---- */

TEST_EACH_ENGINE(more_of_the_same_that_is_ordered_goes_before_what_is_wished)
{
    const char *why = "";
    start(t, 2000);
    int64_t end_ms = renewing(t, "pro", 0);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    kit_set_now(end_ms - HOUR_MS);
    struct order o = ordered(t, "pro", 0);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    assert_int_equal(plan(t).due_at_ms, end_ms - PLAN_WAITS_BEFORE_MS);
    runs_at(t, end_ms - PLAN_WAITS_BEFORE_MS - 1);
    EXPECT(fix_available(t, account) == 2000 && plan(t).until_ms == end_ms);
    const struct move waits = { .why = "processing", .at_ms = kit_now() };
    EXPECT(order_move(t->tx, &o, ORDER_PROCESSING, &waits));
    runs_at(t, end_ms - PLAN_WAITS_BEFORE_MS - 1);
    assert_int_equal(fix_available(t, account), 2000);
    if (delivered(t, &o, &why) != DELIVER_DONE) fail_msg("%s", why);
    struct shop_plan p = plan(t);
    EXPECT(plan_wishes(&p) && p.until_ms == end_ms + DAYS(30) && text_eq(p.code, "pro"));
    runs_at(t, p.until_ms - PLAN_NEXT_BEFORE_MS);
    EXPECT(fix_available(t, account) == 1500 && text_eq(plan(t).code, "basic"));
    expect_sound(t);
}

/* Nobody has paid it: the chat goes on without a break. What is paid behind that goes back. */
TEST_EACH_ENGINE(what_nobody_pays_is_not_waited_for_longer_than_its_end)
{
    const char *why = "";
    start(t, 2000);
    int64_t end_ms = renewing(t, "pro", 0);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    kit_set_now(end_ms - HOUR_MS);
    struct order o = ordered(t, "pro", 0);
    runs_at(t, end_ms - PLAN_NEXT_BEFORE_MS);
    runs_at(t, end_ms - PLAN_WAITS_BEFORE_MS);
    EXPECT(fix_available(t, account) == 1500 && plan(t).until_ms == end_ms + DAYS(30));
    kit_set_now(end_ms + MINUTE_MS);
    EXPECT(delivered(t, &o, &why) == DELIVER_CANNOT);
    expect_sound(t);
}

/* The same of a renewal as it is: another plan was priced by what is there now. */
TEST_EACH_ENGINE(another_plan_that_is_ordered_goes_before_a_renewal)
{
    const char *why = "";
    start(t, 2000);
    int64_t end_ms = renewing(t, "pro", 0);
    kit_set_now(end_ms - DAYS(1) - MINUTE_MS);
    struct order o = ordered(t, "enterprise", 5), other;
    runs_at(t, end_ms - DAYS(1));
    EXPECT(fix_available(t, account) == 2000 && plan(t).due_at_ms == kit_now() + HOUR_MS);
    if (delivered(t, &o, &why) != DELIVER_DONE) fail_msg("%s", why);
    EXPECT(fix_available(t, account) == 2000 && text_eq(plan(t).code, "enterprise"));
    /* One that is closed holds nothing up, nor one for another shop. */
    end_ms = plan(t).until_ms;
    kit_set_now(end_ms - DAYS(1) - MINUTE_MS);
    o = ordered(t, "enterprise", 5);
    int64_t first = shop;
    shop = fix_shop(t, account, "Coffee");
    other = ordered(t, "pro", 0);
    shop = first;
    runs_at(t, end_ms - DAYS(1));
    assert_int_equal(fix_available(t, account), 2000);
    const struct move closed = { .why = "nobody paid", .at_ms = kit_now() };
    EXPECT(order_move(t->tx, &o, ORDER_CLOSED, &closed) && other.id > 0);
    runs_at(t, end_ms - DAYS(1) + HOUR_MS);
    EXPECT(fix_available(t, account) == 1000 && plan(t).until_ms == end_ms + DAYS(30));
    expect_sound(t);
}

TEST_EACH_ENGINE(where_nobody_looked_before_its_end_it_begins_late)
{
    start(t, 2000);
    int64_t end_ms = renewing(t, "enterprise", 5);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    runs_at(t, end_ms + HOUR_MS);
    struct shop_plan p = plan(t);
    EXPECT(fix_available(t, account) == 1500 && p.seats == 1 && p.until_ms == end_ms + HOUR_MS + DAYS(30));
    EXPECT(!plan_wishes(&p));
    expect_sound(t);
}

TEST_EACH_ENGINE(what_is_bought_meanwhile_counts)
{
    start(t, 2000);
    (void)bought(t, "pro", 0);
    renew_by_itself(t, true);
    assert_int_equal(wish(t, "basic", 0).status, 200);
    /* More of the same lies before it. */
    (void)bought(t, "pro", 0);
    struct shop_plan p = plan(t);
    EXPECT(plan_wishes(&p) && p.due_at_ms == p.until_ms - DAYS(7));
    kit_set_now(kit_now() + DAYS(1));
    /* Another plan takes the place of what was wished. */
    (void)bought(t, "enterprise", 7);
    p = plan(t);
    EXPECT(!plan_wishes(&p) && p.seats == 7 && p.renews);
    expect_sound(t);
}

static bool zone_of(struct tx *tx, int64_t of, struct arena *a, const char **zone)
{
    *zone = arena_text(a, "east");
    return tx && of == account;
}
static int64_t day_of(const char *zone, int64_t at_ms) { return (at_ms + (zone[0] ? 8 * HOUR_MS : 0)) / DAY_MS; }

static void expect_last_day(struct test_db *t, const char *day)
{
    struct mail_row row[8];
    size_t count;
    kit_set_now(plan(t).until_ms - DAYS(1)), clock_runs(t);
    EXPECT(mail_list(t->tx, billing_settings.mail, 0, ARRAY_LEN(row), row, &count) == ROW_FOUND);
    if (!strstr(row[0].text, day)) fail_msg("%s: %s", day, row[0].text);
}

/* As screens do: the day of the last moment, by the account's calendar. */
TEST_EACH_ENGINE(letters_name_the_last_day_of_the_account)
{
    int64_t midnight_ms = 0;
    EXPECT(time_parse(STR("2026-12-09T16:00:00Z"), &midnight_ms)); /* in the east */
    for (int i = 0; i < 2; i++) {
        start_with_mail(t, 0);
        letters_calendar = (struct letters_calendar){ zone_of, day_of };
        kit_set_now(midnight_ms - DAYS(30) + i);
        (void)bought(t, "basic", 0);
        expect_last_day(t, i == 0 ? "is 9 December 2026" : "is 10 December 2026");
    }
    letters_calendar = (struct letters_calendar){ 0 };
    start_with_mail(t, 0);
    kit_set_now(midnight_ms - DAYS(30) + 1);
    (void)bought(t, "basic", 0);
    expect_last_day(t, "is 9 December 2026"); /* in UTC */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(it_has_what_was_paid_until_its_end_and_the_other_plan_then),
        EACH_ENGINE(what_is_wished_already_changes_nothing),
        EACH_ENGINE(fewer_seats_come_the_same_way),
        EACH_ENGINE(a_wish_is_taken_back),
        EACH_ENGINE(what_cannot_be_had_is_refused),
        EACH_ENGINE(a_wish_switches_the_renewal_on),
        EACH_ENGINE(it_is_told_why_it_cannot_be_renewed),
        EACH_ENGINE(where_no_credits_are_sold_nothing_is_wished),
        EACH_ENGINE(it_is_judged_when_it_is_renewed),
        EACH_ENGINE(credits_for_what_is_wished_are_enough),
        EACH_ENGINE(who_finds_the_credits_gone_in_the_last_minutes_is_told),
        EACH_ENGINE(what_is_missing_in_the_last_day_is_told_then),
        EACH_ENGINE(what_is_sold_no_more_in_the_last_day_is_told_then),
        EACH_ENGINE(what_is_short_is_called_by_its_name),
        EACH_ENGINE(more_of_the_same_that_is_ordered_goes_before_what_is_wished),
        EACH_ENGINE(what_nobody_pays_is_not_waited_for_longer_than_its_end),
        EACH_ENGINE(another_plan_that_is_ordered_goes_before_a_renewal),
        EACH_ENGINE(where_nobody_looked_before_its_end_it_begins_late),
        EACH_ENGINE(what_is_bought_meanwhile_counts),
        EACH_ENGINE(letters_name_the_last_day_of_the_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
