/* test_by_steps.c: a backend that needs three things outside, one after the other, none of which may be made twice: an
 * account, an inbox in it, a bot in that. Whatever is lost, and wherever a worker is killed, it ends with one of each
 * and one charge, or with none of them and none. */
#include "tenants/test_fix.h"

enum { DEPOT_NUMBER = 9, PLACES = 3, PRICE = 50 };
enum fault { FAULT_NONE, FAULT_LOST_BEFORE, FAULT_LOST_AFTER, FAULT_LATER, FAULT_REFUSED, FAULT_COUNT };

/* The outside, of one shop. */
static struct {
    int standing[PLACES], makes[PLACES], finds[PLACES], undone[PLACES], order[PLACES], orders;
    enum fault next[PLACES];
    const char *parent[PLACES]; /* the id that `make` was told of the thing before */
} depot;

static const char *const ids[PLACES] = { "acc-1", "inbox-1", "bot-1" };

/* True: the call arrives; *out says what the caller learns. */
static bool arrives(int place, struct recipe_answer *out)
{
    enum fault f = depot.next[place];
    depot.next[place] = FAULT_NONE;
    *out = (struct recipe_answer){ .outcome = f == FAULT_LATER     ? OUTCOME_LATER
                                              : f == FAULT_REFUSED ? OUTCOME_REFUSED
                                              : f == FAULT_NONE    ? OUTCOME_OK
                                                                   : OUTCOME_UNKNOWN };
    if (f != FAULT_NONE) out->error = "the depot did not answer";
    return f == FAULT_NONE || f == FAULT_LOST_AFTER;
}

/* Not repeatable: each call that arrives makes another one. */
static void make(int place, const struct recipe_shop *s, struct recipe_answer *out)
{
    depot.makes[place]++;
    depot.parent[place] = place > 0 ? s->made[place - 1] : NULL;
    if (arrives(place, out)) depot.standing[place]++;
    if (out->outcome == OUTCOME_OK) out->id = ids[place];
}

static void find(int place, struct recipe_answer *out)
{
    depot.finds[place]++;
    *out = (struct recipe_answer){ .outcome = OUTCOME_OK, .known = depot.standing[place] > 0 };
    if (out->known) out->id = ids[place];
}

static void undo(int place, struct recipe_answer *out)
{
    if (arrives(place, out)) depot.standing[place] = 0, depot.undone[place]++;
    if (out->outcome == OUTCOME_OK) depot.order[depot.orders++] = place;
}

#define PLACE(n)                                                                                                       \
    static void make_##n(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)                      \
    {                                                                                                                  \
        (void)a, make(n, s, out);                                                                                      \
    }                                                                                                                  \
    static void find_##n(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)                      \
    {                                                                                                                  \
        (void)a, (void)s, find(n, out);                                                                                \
    }                                                                                                                  \
    static void undo_##n(struct arena *a, const struct recipe_shop *s, struct recipe_answer *out)                      \
    {                                                                                                                  \
        (void)a, (void)s, undo(n, out);                                                                                \
    }
PLACE(0)
PLACE(1)
PLACE(2)

static bool is_chosen(void) { return true; }

static const char *script_base(void) { return "https://depot.example"; }

static bool door(struct arena *a, struct recipe_door *out)
{
    (void)a;
    *out = (struct recipe_door){ .action = "https://depot.example/desk" };
    return true;
}

static const struct recipe_step steps[PLACES] = {
    { .name = "account", .doc = "An account.", .make = make_0, .find = find_0, .undo = undo_0 },
    { .name = "inbox", .doc = "An inbox.", .make = make_1, .find = find_1, .undo = undo_1 },
    { .name = "bot", .doc = "A bot.", .make = make_2, .find = find_2, .undo = undo_2, .is_bot = true },
};
/* clang-format off */
static const struct recipe recipe_depot = { .number = DEPOT_NUMBER, .name = "depot", .is_chosen = is_chosen,
    .step = steps, .steps = PLACES, .script_base = script_base, .door = door };
/* clang-format on */
static const struct recipe *const with_depot[] = { &recipe_builtin, &recipe_chatbot, &recipe_depot, NULL };

static int64_t account, shop;

static void begin(struct test_db *t)
{
    fix_start();
    recipes = with_depot;
    memset(&depot, 0, sizeof depot);
    account = kit_account(t, 100);
    shop = fix_shop(t, account, "Tea");
}

static void ask(struct test_db *t)
{
    test_script(t, "UPDATE jobs SET state = 3;"); /* those before have ended, as the worker leaves them */
    assert_int_equal(fix_enable(t, account, shop).status, 202);
}

static int64_t charges(struct test_db *t)
{
    return test_number(t, arena_printf(t->arena,
                                       "SELECT COUNT(*) FROM credit_entries WHERE amount < 0 AND account ="
                                       " %lld",
                                       (long long)account));
}

static struct kit_attempt attempt(struct test_db *t, int64_t number)
{
    return (struct kit_attempt){ .kind = &tenants_register_job,
                                 .id = test_number(t, "SELECT MAX(id) FROM jobs"),
                                 .ref = shop,
                                 .account = account,
                                 .attempt = number };
}

/* From this attempt on, those that failed too. */
static enum job_wish work(struct test_db *t, int64_t number)
{
    enum job_wish wish = JOB_NEXT;
    for (; wish == JOB_NEXT || wish == JOB_AGAIN; number++) {
        assert_true(number < 40);
        struct kit_attempt a = attempt(t, number);
        wish = kit_job(t, &a);
    }
    return wish;
}

static void expect_one_of_each(struct test_db *t)
{
    for (int i = 0; i < PLACES; i++) assert_int_equal(depot.standing[i], 1);
    assert_int_equal(fix_available(t, account), 100 - PRICE);
    assert_int_equal(charges(t), 1);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "active");
    assert_string_equal(fix_text(&a, "botId"), "bot-1");
    fix_expect_sound(t);
}

static void expect_nothing(struct test_db *t)
{
    for (int i = 0; i < PLACES; i++) assert_int_equal(depot.standing[i], 0);
    assert_int_equal(fix_available(t, account), 100);
    assert_int_equal(charges(t), 0);
    fix_expect_sound(t);
}

/* "credits=done,secrets=done,account=running,..." */
static const char *progress(struct test_db *t)
{
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    const char *text = "";
    size_t i;
    json_t *step;
    json_array_foreach(json_object_get(a.json, "steps"), i, step)
    {
        if (i < 2) continue; /* credits and secrets */
        text = arena_printf(t->arena, "%s%s=%s ", text, json_string_value(json_object_get(step, "name")),
                            json_string_value(json_object_get(step, "state")));
    }
    return text;
}

static int64_t events(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'chatbot.changed'");
}

TEST_EACH_ENGINE(each_step_is_seen_as_it_is_made)
{
    begin(t);
    ask(t);
    assert_string_equal(progress(t), "account=running inbox=waiting bot=waiting subscription=waiting ");
    /* clang-format off */
    static const char *const seen[] = { "account=done inbox=running bot=waiting subscription=waiting ",
        "account=done inbox=done bot=running subscription=waiting ",
        "account=done inbox=done bot=done subscription=waiting " };
    /* clang-format on */
    for (int i = 0; i < PLACES; i++) {
        struct kit_attempt a = attempt(t, i + 1);
        int64_t before = events(t);
        assert_int_equal(kit_job(t, &a), JOB_NEXT);
        assert_string_equal(progress(t), seen[i]);
        assert_int_equal(events(t), before + 1);
        assert_int_equal(charges(t), 0);
    }
    struct kit_attempt a = attempt(t, PLACES + 1);
    assert_int_equal(kit_job(t, &a), JOB_FINISHED);
    assert_string_equal(progress(t), "account=done inbox=done bot=done subscription=done ");
    for (int i = 0; i < PLACES; i++) assert_int_equal(depot.finds[i], 0); /* nobody else can have made them */
    assert_string_equal(depot.parent[1], "acc-1");
    assert_string_equal(depot.parent[2], "inbox-1");
    expect_one_of_each(t);
    a.attempt++; /* a worker that was thought dead settles it again */
    assert_int_equal(kit_job(t, &a), JOB_FINISHED);
    expect_one_of_each(t);
}

/* Each fault in each step. */
TEST_EACH_ENGINE(what_is_lost_is_looked_for_and_made_once)
{
    for (int place = 0; place < PLACES; place++) {
        for (enum fault f = FAULT_LOST_BEFORE; f <= FAULT_LATER; f++) {
            begin(t);
            ask(t);
            depot.next[place] = f;
            assert_int_equal(work(t, 1), JOB_FINISHED);
            expect_one_of_each(t);
        }
    }
}

/* Killed in each attempt: before its call, after its call, and after the last step. */
TEST_EACH_ENGINE(killed_anywhere_it_goes_on_where_it_was)
{
    for (int place = 0; place <= PLACES; place++) {
        for (int called = 0; called < 2; called++) {
            begin(t);
            ask(t);
            for (int i = 0; i < place; i++) {
                struct kit_attempt a = attempt(t, i + 1);
                assert_int_equal(kit_job(t, &a), JOB_NEXT);
            }
            struct kit_attempt killed = attempt(t, place + 1);
            if (called) (void)kit_begin(t, &killed);
            assert_int_equal(work(t, place + 2), JOB_FINISHED);
            for (int i = 0; i < PLACES; i++) assert_int_equal(depot.makes[i], 1);
            expect_one_of_each(t);
        }
    }
}

TEST_EACH_ENGINE(a_refusal_undoes_what_was_made_the_last_first)
{
    begin(t);
    ask(t);
    depot.next[2] = FAULT_REFUSED;
    struct kit_attempt a = attempt(t, 1);
    assert_int_equal(kit_work(t, &a), JOB_GIVE_UP);
    expect_nothing(t);
    assert_int_equal(depot.orders, 2);
    assert_int_equal(depot.order[0], 1);
    assert_int_equal(depot.order[1], 0);
    assert_string_equal(progress(t), "account=undone inbox=undone bot=failed subscription=waiting ");
    assert_int_equal(test_number(t, "SELECT maybe_registered FROM tenants"), 0);
    ask(t); /* and it can be tried again */
    assert_int_equal(work(t, 1), JOB_FINISHED);
    expect_one_of_each(t);
}

/* The credits come back when what was made is gone, not before: until then the tenant is being set up. */
TEST_EACH_ENGINE(an_undoing_that_is_killed_goes_on)
{
    begin(t);
    ask(t);
    depot.next[1] = FAULT_REFUSED;
    for (int i = 0; i < 2; i++) {
        struct kit_attempt a = attempt(t, i + 1);
        assert_int_equal(kit_job(t, &a), i == 0 ? JOB_NEXT : JOB_GIVE_UP);
    }
    assert_int_equal(fix_available(t, account), 100 - PRICE);
    struct kit_attempt killed = attempt(t, 3), rest = attempt(t, 4);
    (void)kit_begin(t, &killed);
    assert_int_equal(kit_work(t, &rest), JOB_GIVE_UP);
    expect_nothing(t);
}

/* What cannot be undone stays in the rows and in the tenant's memory: the next enable finds it. */
TEST_EACH_ENGINE(what_cannot_be_undone_is_found_by_the_next_enable)
{
    begin(t);
    ask(t);
    depot.next[0] = FAULT_NONE, depot.next[1] = FAULT_REFUSED;
    for (int i = 0; i < 2; i++) {
        struct kit_attempt a = attempt(t, i + 1);
        (void)kit_job(t, &a);
    }
    depot.next[0] = FAULT_REFUSED; /* the account does not go */
    struct kit_attempt rest = attempt(t, 3);
    assert_int_equal(kit_work(t, &rest), JOB_GIVE_UP);
    assert_int_equal(fix_available(t, account), 100);
    assert_int_equal(depot.standing[0], 1);
    assert_int_equal(test_number(t, "SELECT maybe_registered FROM tenants"), 1);
    ask(t);
    assert_int_equal(work(t, 1), JOB_FINISHED);
    assert_int_equal(depot.makes[0], 1);
    expect_one_of_each(t);
}

/* Half made when the merchant deletes the shop: it goes, and the shop that comes back waits until it is gone. */
TEST_EACH_ENGINE(a_shop_deleted_half_way_leaves_nothing_outside)
{
    begin(t);
    ask(t);
    struct kit_attempt first = attempt(t, 1), rest = attempt(t, 2);
    assert_int_equal(kit_job(t, &first), JOB_NEXT);
    struct kit_request r = { .routes = shops_routes, .verb = VERB_DELETE, .path = "/api/shops/1", .account = account };
    assert_int_equal(kit_call(t, &r).status, 200);
    assert_int_equal(fix_available(t, account), 100);
    r.verb = VERB_POST, r.path = "/api/shops/1/restore";
    assert_int_equal(kit_call(t, &r).status, 200);
    assert_string_equal(fix_enable(t, account, shop).error, "chatbot_provisioning");
    assert_int_equal(kit_work(t, &rest), JOB_GIVE_UP);
    expect_nothing(t);
    ask(t);
    assert_int_equal(work(t, 1), JOB_FINISHED);
    expect_one_of_each(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(each_step_is_seen_as_it_is_made),
        EACH_ENGINE(what_is_lost_is_looked_for_and_made_once),
        EACH_ENGINE(killed_anywhere_it_goes_on_where_it_was),
        EACH_ENGINE(a_refusal_undoes_what_was_made_the_last_first),
        EACH_ENGINE(an_undoing_that_is_killed_goes_on),
        EACH_ENGINE(what_cannot_be_undone_is_found_by_the_next_enable),
        EACH_ENGINE(a_shop_deleted_half_way_leaves_nothing_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
