/* test_backend.c: a backend that the house has never heard of, written here: one recipe, put into the same table.
 * What it needs beyond the two of the house (suspended, resumed and removed outside) works without a line elsewhere. */
#include "tenants/test_fix.h"

enum { RELAY_NUMBER = 9 };
enum fault { FAULT_NONE, FAULT_LOST_BEFORE, FAULT_LOST_AFTER, FAULT_LATER, FAULT_REFUSED, FAULT_SILENT };

/* The outside, of one shop. */
static struct {
    bool known, suspended;
    int makes, finds, tells, suspends, resumes, removes;
    enum fault next;
} relay;

/* True: the call arrives; *out says what the caller learns. */
static bool arrives(struct recipe_answer *out)
{
    enum fault f = relay.next;
    relay.next = FAULT_NONE;
    if (f == FAULT_SILENT) return false; /* *out stays as it was given */
    *out = (struct recipe_answer){ .outcome = f == FAULT_LATER     ? OUTCOME_LATER
                                              : f == FAULT_REFUSED ? OUTCOME_REFUSED
                                              : f == FAULT_NONE    ? OUTCOME_OK
                                                                   : OUTCOME_UNKNOWN };
    if (f != FAULT_NONE) out->error = "the relay did not answer";
    return f == FAULT_NONE || f == FAULT_LOST_AFTER;
}

static void make(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)
{
    relay.makes++;
    if (arrives(out)) relay.known = true, relay.suspended = false;
    if (out->outcome == OUTCOME_OK) out->id = arena_printf(a, "relay-%lld", (long long)s->shop);
}

static void find(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)
{
    relay.finds++;
    if (!arrives(out) || out->outcome != OUTCOME_OK) return;
    out->known = relay.known;
    if (out->known) out->id = arena_printf(a, "relay-%lld", (long long)s->shop);
}

static void tell(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)
{
    (void)a, (void)s;
    relay.tells++;
    (void)arrives(out);
}

static void suspend(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)
{
    (void)a, (void)s;
    relay.suspends++;
    if (arrives(out)) relay.suspended = true;
}

static void resume(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)
{
    (void)a, (void)s;
    relay.resumes++;
    if (arrives(out)) relay.suspended = false;
}

static void forget(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)
{
    (void)a, (void)s;
    relay.removes++;
    if (arrives(out)) relay.known = false;
}

static const char *relay_url, *relay_key;
static const struct recipe_setting settings[] = {
    { .name = "RELAY_URL", .value = &relay_url, .is_url = true, .needs = "RELAY_KEY", .risk = "plain-relay" },
    { .name = "RELAY_KEY", .value = &relay_key, .secret = true, .length_min = 16 },
};

static bool is_chosen(void) { return relay_url != NULL; }

static const char *script_base(void) { return relay_url; }

static bool door(struct arena *a, struct recipe_door *out)
{
    if (!relay_url) return false;
    *out = (struct recipe_door){ .action = arena_printf(a, "%s/desk", relay_url) };
    return true;
}

static const struct recipe_step steps[] = {
    { .name = "relay", .doc = "Makes it.", .make = make, .find = find, .replaces = true, .is_bot = true },
};
/* clang-format off */
static const struct recipe recipe_relay = { .number = RELAY_NUMBER, .name = "relay", .is_chosen = is_chosen,
    .setting = settings, .settings = ARRAY_LEN(settings), .step = steps, .steps = ARRAY_LEN(steps), .tell = tell,
    .suspend = suspend, .resume = resume, .remove = forget,
    .doubt_ms = 5000, .script_base = script_base, .door = door };
/* clang-format on */
static const struct recipe *const with_relay[] = { &recipe_builtin, &recipe_chatbot, &recipe_relay, NULL };

static int64_t account, shop;

static void begin(struct test_db *t)
{
    fix_start();
    recipes = with_relay;
    fix_setting("RELAY_URL", "https://relay.example");
    memset(&relay, 0, sizeof relay);
    account = kit_account(t, 1000);
    shop = fix_shop(t, account, "Tea");
}

static int64_t last_job(struct test_db *t) { return test_number(t, "SELECT MAX(id) FROM jobs"); }

static enum job_wish run_job(struct test_db *t, const struct job_kind *kind, int64_t number, bool last)
{
    const struct kit_attempt a = {
        .kind = kind, .id = last_job(t), .ref = shop, .account = account, .attempt = number, .last = last
    };
    return kind == &tenants_register_job ? kit_work(t, &a) : kit_job(t, &a);
}

static void enabled(struct test_db *t)
{
    begin(t);
    assert_int_equal(fix_enable(t, account, shop).status, 202);
    assert_int_equal(run_job(t, &tenants_register_job, 1, false), JOB_FINISHED);
}

/* Nobody pays for what nobody has said. */
TEST_EACH_ENGINE(a_recipe_that_says_nothing_has_not_said_yes)
{
    begin(t);
    assert_int_equal(fix_enable(t, account, shop).status, 202);
    relay.next = FAULT_SILENT;
    assert_int_equal(run_job(t, &tenants_register_job, 1, false), JOB_AGAIN);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM credit_holds WHERE state = 0") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM credit_holds WHERE state = 1") == 0);
}

/* Its settings are its own: set, it is chosen for shops that are enabled now; unset, nothing of it is left. */
TEST_EACH_ENGINE(what_it_is_set_with_chooses_it)
{
    const struct recipe_setting *all[RECIPE_SETTINGS_MAX];
    const char *value[RECIPE_SETTINGS_MAX] = { NULL };
    begin(t);
    size_t n = recipe_settings(all);
    EXPECT(n >= 2 && text_eq(all[n - 2]->name, "RELAY_URL") && text_eq(all[n - 1]->name, "RELAY_KEY"));
    value[n - 2] = "https://other.example", value[n - 1] = "a key of sixteen letters";
    recipes_set(value);
    EXPECT(recipe_chosen() == &recipe_relay && text_eq(relay_url, value[n - 2]) && text_eq(relay_key, value[n - 1]));
    value[n - 2] = value[n - 1] = NULL;
    recipes_set(value);
    EXPECT(recipe_chosen() == &recipe_builtin && relay_url == NULL && relay_key == NULL);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "backend"), "builtin");
}

static struct kit_answer view(struct test_db *t) { return fix_call(t, account, VERB_GET, shop, "chatbot", NULL); }

TEST_EACH_ENGINE(it_is_registered_shown_and_entered)
{
    enabled(t);
    struct kit_answer a = view(t);
    assert_string_equal(fix_text(&a, "state"), "active");
    assert_string_equal(fix_text(&a, "backend"), "relay");
    assert_true(json_is_false(json_object_get(a.json, "managedHere"))); /* it has pages of its own */
    assert_string_equal(fix_text(&a, "botId"), "relay-1");
    assert_non_null(strstr(fix_text(&a, "embedCode"), "src=\"https://relay.example/widget/"));
    a = fix_call(t, account, VERB_POST, shop, "sso/launch", "{}");
    assert_string_equal(fix_text(&a, "action"), "https://relay.example/desk");
    assert_int_equal(fix_available(t, account), 950);
    assert_int_equal(relay.makes, 1);
    assert_int_equal(relay.finds, 0);
    fix_expect_sound(t);
    recipes = with_relay;
}

/* Whatever is lost on its way: made once, charged once. */
TEST_EACH_ENGINE(faults_and_kills_make_it_once)
{
    static const enum fault faults[] = { FAULT_LOST_BEFORE, FAULT_LOST_AFTER, FAULT_LATER };
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        begin(t);
        assert_int_equal(fix_enable(t, account, shop).status, 202);
        relay.next = faults[i];
        assert_int_equal(run_job(t, &tenants_register_job, 1, false), JOB_AGAIN);
        (void)kit_begin(t, &(struct kit_attempt){ .kind = &tenants_register_job,
                                                  .id = last_job(t),
                                                  .ref = shop,
                                                  .account = account,
                                                  .attempt = 2 }); /* and its worker dies */
        assert_int_equal(run_job(t, &tenants_register_job, 3, false), JOB_FINISHED);
        assert_true(relay.known);
        assert_int_equal(relay.makes, faults[i] == FAULT_LOST_AFTER ? 1 : 2);
        assert_int_equal(fix_available(t, account), 950);
        fix_expect_sound(t);
    }
}

TEST_EACH_ENGINE(a_refusal_gives_the_credits_back)
{
    begin(t);
    assert_int_equal(fix_enable(t, account, shop).status, 202);
    relay.next = FAULT_REFUSED;
    assert_int_equal(run_job(t, &tenants_register_job, 1, false), JOB_GIVE_UP);
    struct kit_answer a = view(t);
    assert_string_equal(fix_text(&a, "state"), "failed");
    assert_int_equal(fix_available(t, account), 1000);
    fix_expect_sound(t);
}

/* Unpaid: suspended outside; paid: resumed; in between its words stay true. */
TEST_EACH_ENGINE(it_is_suspended_and_resumed_outside)
{
    enabled(t);
    test_script(t, "UPDATE credit_accounts SET balance = 0, spent = granted;"); /* nothing is left */
    kit_set_now(KIT_START_MS + 31 * DAY_MS);
    fix_renew(t);
    kit_set_now(KIT_START_MS + 38 * DAY_MS);
    fix_renew(t);
    struct kit_answer a = view(t);
    assert_string_equal(fix_text(&a, "state"), "suspended");
    relay.next = FAULT_LOST_AFTER;
    assert_int_equal(run_job(t, &tenants_tell_job, 1, false), JOB_AGAIN);
    assert_int_equal(run_job(t, &tenants_tell_job, 2, false), JOB_NEXT); /* once more when the doubt is over */
    kit_set_now(kit_now() + 5000);
    assert_int_equal(run_job(t, &tenants_tell_job, 3, false), JOB_FINISHED);
    assert_true(relay.suspended);
    test_script(t, "UPDATE credit_accounts SET balance = granted, spent = 0;");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(run_job(t, &tenants_tell_job, 1, false), JOB_FINISHED);
    assert_false(relay.suspended);
    assert_int_equal(relay.resumes, 1);
    assert_int_equal(relay.makes, 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE word = told AND outside = 1"), 1);
}

TEST_EACH_ENGINE(what_an_operator_suspends_is_suspended_outside)
{
    enabled(t);
    struct kit_request r = { .routes = shops_house_routes,
                             .verb = VERB_POST,
                             .path = "/api/operator/shops/1/suspend",
                             .account = 900,
                             .body = "{\"reason\":\"a test\"}" };
    assert_int_equal(kit_call(t, &r).status, 200);
    assert_int_equal(run_job(t, &tenants_tell_job, 1, false), JOB_FINISHED);
    assert_true(relay.suspended);
    r.path = "/api/operator/shops/1/resume";
    assert_int_equal(kit_call(t, &r).status, 200);
    assert_int_equal(run_job(t, &tenants_tell_job, 1, false), JOB_FINISHED);
    assert_false(relay.suspended);
    assert_int_equal(relay.suspends + relay.resumes, 2);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(off_and_on_quickly_ends_on)
{
    enabled(t);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    int64_t off = last_job(t);
    assert_int_equal(fix_enable(t, account, shop).status, 202); /* before anybody was told of "off" */
    assert_int_equal(run_job(t, &tenants_register_job, 1, false), JOB_FINISHED);
    struct kit_attempt tell = { .kind = &tenants_tell_job, .id = off, .ref = shop, .account = account, .attempt = 1 };
    assert_int_equal(kit_job(t, &tell), JOB_NEXT); /* an "off" may still be on its way: "on" once more */
    relay.suspended = true;
    kit_set_now(kit_now() + 5000);
    tell.attempt = 2;
    assert_int_equal(kit_job(t, &tell), JOB_FINISHED);
    assert_false(relay.suspended);
    struct kit_answer a = view(t);
    assert_string_equal(fix_text(&a, "state"), "active");
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_purged_shop_is_removed_outside)
{
    enabled(t);
    struct kit_request r = { .routes = shops_routes, .verb = VERB_DELETE, .path = "/api/shops/1", .account = account };
    assert_int_equal(kit_call(t, &r).status, 200);
    assert_int_equal(run_job(t, &tenants_tell_job, 1, false), JOB_FINISHED);
    assert_true(relay.suspended);
    kit_set_now(KIT_START_MS + 8 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &shops_purge_job }), JOB_FINISHED);
    assert_int_equal(run_job(t, &tenants_tell_job, 1, false), JOB_FINISHED);
    assert_int_equal(relay.removes, 1);
    assert_false(relay.known);
    assert_int_equal(test_number(t, "SELECT outside FROM tenants"), 3);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_it_is_set_with_chooses_it),
        EACH_ENGINE(a_recipe_that_says_nothing_has_not_said_yes),
        EACH_ENGINE(it_is_registered_shown_and_entered),
        EACH_ENGINE(faults_and_kills_make_it_once),
        EACH_ENGINE(a_refusal_gives_the_credits_back),
        EACH_ENGINE(it_is_suspended_and_resumed_outside),
        EACH_ENGINE(off_and_on_quickly_ends_on),
        EACH_ENGINE(a_purged_shop_is_removed_outside),
        EACH_ENGINE(what_an_operator_suspends_is_suspended_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
