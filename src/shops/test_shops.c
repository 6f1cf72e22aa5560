/* test_shops.c: the routes and the life of shops, on both engines. */
#include "base/testing.h"
#include "base/clock.h"
#include "shops/private.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

static struct kit_answer call(struct test_db *t, int64_t account, enum verb verb, const char *path, const char *body)
{
    return kit_call(t, &(struct kit_request){
                           .routes = shops_routes, .verb = verb, .path = path, .account = account, .body = body });
}

static int64_t create(struct test_db *t, int64_t account, const char *name)
{
    struct shop s;
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = name, .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    return s.id;
}

static void expect_sound(struct test_db *t) { test_expect_sound(t, shops_checks); }

static struct {
    int deleted, restored, purged;
} seen;
static bool on_deleted(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    return ++seen.deleted > 0;
}
static bool on_restored(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    return ++seen.restored > 0;
}
static bool on_purged(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    assert_int_equal(s->status, SHOP_DELETED); /* as it was, with its words */
    return ++seen.purged > 0;
}
static bool on_chatbots(struct tx *tx, int64_t account, const int64_t *ids, size_t count, struct shop_chatbot *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (struct shop_chatbot){ .enabled = true, .bot_id = "bot_x", .state = "active" };
    return true;
}

static void begin(void)
{
    kit_start();
    memset(&seen, 0, sizeof seen);
    shops_hooks = (struct shops_hooks){
        .deleted = on_deleted, .restored = on_restored, .purged = on_purged, .chatbots = on_chatbots
    };
}

TEST_EACH_ENGINE(a_shop_is_created_and_listed)
{
    begin();
    int64_t account = kit_account(t, 70);
    struct kit_answer a =
        call(t, account, VERB_POST, "/api/shops",
             "{\"shop_name\":\" My Shop! \",\"domain\":\"https://Shop.Example.com\",\"hosting\":\"external\"}");
    assert_int_equal(a.status, 201);
    assert_string_equal(json_string_value(json_object_get(a.json, "slug")), "my-shop");
    assert_string_equal(json_string_value(json_object_get(a.json, "public_id")), "shop-1");
    assert_string_equal(json_string_value(json_object_get(a.json, "domain")), "shop.example.com");
    assert_string_equal(json_string_value(json_object_get(a.json, "status")), "active");
    assert_string_equal(json_string_value(json_object_get(a.json, "chatbot_state")), "off");
    assert_true(json_is_null(json_object_get(a.json, "app_name")) &&
                json_is_null(json_object_get(a.json, "deleted_at")));

    (void)create(t, account, "Second");
    (void)create(t, kit_account(t, 0), "Not mine");
    a = call(t, account, VERB_GET, "/api/shops", NULL);
    assert_int_equal(a.status, 200);
    json_t *shops = json_object_get(a.json, "shops");
    assert_int_equal(json_array_size(shops), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(shops, 0), "shop_name")), "Second");
    assert_string_equal(json_string_value(json_object_get(json_array_get(shops, 0), "chatbot_bot_id")), "bot_x");
    assert_int_equal(json_integer_value(json_object_get(a.json, "credits")), 70);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'shop_created'"), 1);
    const char *told = "SELECT COUNT(*) FROM events WHERE kind = 1 AND topic = 1 AND type = 'shop.changed'";
    assert_int_equal(test_number(t, told), 1);
    expect_sound(t);
}

TEST_EACH_ENGINE(bad_bodies_are_refused)
{
    /* clang-format off */
    static const struct { const char *body, *fault; } cases[] = {
        { "{}", "shop_name:required" },
        { "{\"shop_name\":\"   \"}", "shop_name:required" },
        { "{\"shop_name\":7}", "shop_name:type" },
        { "{\"shop_name\":\"a\\u0007b\"}", "shop_name:control_characters" },
        { "{\"shop_name\":\"a\",\"domain\":\"not a domain\"}", "domain:format" },
        { "{\"shop_name\":\"a\",\"domain\":\"javascript:alert(1)\"}", "domain:format" },
        { "{\"shop_name\":\"a\",\"hosting\":\"moon\"}", "hosting:not_one_of" },
        { "{\"shop_name\":\"a\",\"admin_password\":\"x\"}", "admin_password:unknown" },
    };
    /* clang-format on */
    begin();
    int64_t account = kit_account(t, 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kit_answer a = call(t, account, VERB_POST, "/api/shops", cases[i].body);
        assert_int_equal(a.status, 422);
        assert_string_equal(a.fault, cases[i].fault);
    }
    const char *long_body = arena_printf(t->arena, "{\"shop_name\":\"%0*d\"}", SHOP_NAME_MAX + 1, 0);
    assert_string_equal(call(t, account, VERB_POST, "/api/shops", long_body).fault, "shop_name:too_long");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops"), 0);
}

/* D-22, D-24 and invariant 6: every id of another merchant answers 404 and changes nothing. */
TEST_EACH_ENGINE(d22_another_accounts_shop_is_not_found)
{
    begin();
    int64_t owner = kit_account(t, 0), thief = kit_account(t, 0);
    (void)create(t, owner, "Mine");
    assert_int_equal(call(t, thief, VERB_GET, "/api/shops/1/status", NULL).status, 404);
    assert_int_equal(call(t, thief, VERB_PATCH, "/api/shops/1", "{\"shop_name\":\"Stolen\"}").status, 404);
    assert_int_equal(call(t, thief, VERB_DELETE, "/api/shops/1", NULL).status, 404);
    assert_int_equal(call(t, thief, VERB_POST, "/api/shops/1/restore", "{}").status, 404);
    assert_int_equal(call(t, owner, VERB_GET, "/api/shops/2/status", NULL).status, 404);
    assert_int_equal(call(t, owner, VERB_GET, "/api/shops/1/status", NULL).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops WHERE name = 'Mine' AND status = 2"), 1);
    assert_int_equal(seen.deleted, 0);
}

TEST_EACH_ENGINE(renaming_keeps_the_slug_and_null_removes_the_domain)
{
    begin();
    int64_t account = kit_account(t, 0);
    (void)create(t, account, "Before");
    assert_int_equal(
        call(t, account, VERB_PATCH, "/api/shops/1", "{\"shop_name\":\"After\",\"domain\":\"a.example\"}").status, 200);
    struct kit_answer a = call(t, account, VERB_GET, "/api/shops/1/status", NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "shop_url")), "https://a.example");
    assert_true(json_is_null(json_object_get(a.json, "deployment")));
    json_t *shop = json_object_get(a.json, "shop");
    assert_string_equal(json_string_value(json_object_get(shop, "shop_name")), "After");
    assert_string_equal(json_string_value(json_object_get(shop, "slug")), "before");
    assert_int_equal(call(t, account, VERB_PATCH, "/api/shops/1", "{\"domain\":null}").status, 200);
    a = call(t, account, VERB_GET, "/api/shops/1/status", NULL);
    assert_true(json_is_null(json_object_get(a.json, "shop_url")));
    assert_int_equal(call(t, account, VERB_PATCH, "/api/shops/1", "{}").status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'shop_updated'"), 2);
}

/* D-27: a deleted shop stayed public, deleting again postponed its end, nothing could be restored, its name was
 * blocked. */
TEST_EACH_ENGINE(d27_a_deleted_shop_is_gone_at_once_and_restorable_for_seven_days)
{
    begin();
    int64_t account = kit_account(t, 0);
    (void)create(t, account, "Flowers");
    struct kit_answer a = call(t, account, VERB_DELETE, "/api/shops/1", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(a.json, "scheduled_hard_delete_at")),
                        "2026-10-22T00:00:00.000Z");
    assert_int_equal(seen.deleted, 1);
    assert_int_equal(call(t, account, VERB_GET, "/api/shops/1/status", NULL).status, 404);
    kit_set_now(KIT_START_MS + DAY_MS);
    assert_int_equal(call(t, account, VERB_DELETE, "/api/shops/1", NULL).status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops WHERE purge_at_ms = 1792627200000"), 1);

    a = call(t, account, VERB_GET, "/api/shops", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "shops")), 0);
    a = call(t, account, VERB_GET, "/api/shops?deleted=true", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "shops")), 1);

    int64_t other = create(t, kit_account(t, 0), "Flowers"); /* the name is free */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops WHERE slug = 'flowers' AND status = 2"), 1);
    assert_int_equal(call(t, account, VERB_POST, "/api/shops/1/restore", "{}").status, 200);
    assert_int_equal(seen.restored, 1);
    a = call(t, account, VERB_GET, "/api/shops/1/status", NULL);
    const char *slug = json_string_value(json_object_get(json_object_get(a.json, "shop"), "slug"));
    assert_int_equal(strlen(slug), strlen("flowers-xxxx"));
    assert_true(json_is_null(json_object_get(json_object_get(a.json, "shop"), "scheduled_hard_delete_at")));
    assert_int_equal(other, 2);
    assert_int_equal(call(t, account, VERB_POST, "/api/shops/1/restore", "{}").status, 404);

    assert_int_equal(call(t, account, VERB_DELETE, "/api/shops/1", NULL).status, 200);
    kit_set_now(KIT_START_MS + 8 * DAY_MS); /* over, though no job has come */
    assert_int_equal(call(t, account, VERB_POST, "/api/shops/1/restore", "{}").status, 404);
    expect_sound(t);
}

/* D-28: the row went even when the remote parts could not be ended, and nothing was audited. */
TEST_EACH_ENGINE(d28_a_purge_leaves_a_tombstone)
{
    begin();
    int64_t account = kit_account(t, 0);
    struct shop s;
    EXPECT(shops_add(t->tx,
                     &(struct shop_new){
                         .account = account, .name = "Alice's", .domain = "alice.example", .at_ms = kit_now() },
                     &s) == SHOP_ADDED);
    (void)create(t, account, "Stays");
    assert_int_equal(call(t, account, VERB_DELETE, "/api/shops/1", NULL).status, 200);
    const struct kit_attempt purge = { .kind = &shops_purge_job };
    kit_set_now(KIT_START_MS + 7 * DAY_MS - 1);
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    assert_int_equal(seen.purged, 0);
    kit_set_now(KIT_START_MS + 7 * DAY_MS);
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED); /* again: nothing is left to do */
    assert_int_equal(seen.purged, 1);
    assert_int_equal(test_number(t,
                                 "SELECT COUNT(*) FROM shops WHERE id = 1 AND status = 6 AND account = 1 AND name = ''"
                                 " AND slug = '' AND domain IS NULL AND LENGTH(slug_hash) = 64 AND purge_at_ms > 0"),
                     1);
    assert_int_equal(
        test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'shop_hard_deleted' AND resource_id = 1"), 1);
    assert_int_equal(call(t, account, VERB_POST, "/api/shops/1/restore", "{}").status, 404);
    struct kit_answer a = call(t, account, VERB_GET, "/api/shops?deleted=true", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "shops")), 0);
    EXPECT(shops_get(t->tx, 1, &s) == ROW_FOUND && s.status == SHOP_PURGED);
    expect_sound(t);
}

/* Deleted while the clock was a month ahead: it waits for its 7 days, not for the month. */
TEST_EACH_ENGINE(a_shop_deleted_by_a_clock_that_was_ahead_is_purged_in_time)
{
    begin();
    int64_t account = kit_account(t, 0);
    const struct kit_attempt purge = { .kind = &shops_purge_job };
    (void)create(t, account, "Ahead");
    kit_set_now(KIT_START_MS + 30 * DAY_MS);
    assert_int_equal(call(t, account, VERB_DELETE, "/api/shops/1", NULL).status, 200);
    kit_set_now(KIT_START_MS);
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    expect_sound(t);
    kit_set_now(KIT_START_MS + 7 * DAY_MS - 1);
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    assert_int_equal(seen.purged, 0);
    kit_set_now(KIT_START_MS + 7 * DAY_MS);
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    assert_int_equal(seen.purged, 1);
    expect_sound(t);
}

/* What this transaction has locked of the shops that are still to be purged. A lock stands in xmax. */
STMT(locked_by_us, "SELECT COUNT(*) AS n FROM shops WHERE status = 5",
     .postgres = "SELECT COUNT(*) AS n FROM shops WHERE status = 5 AND xmax::text = pg_current_xact_id()::xid::text");

static bool on_purged_of_three(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    (void)s, (void)now_ms;
    struct query q = query(tx, &locked_by_us);
    assert_int_equal(query_row(&q), ROW_FOUND);
    assert_int_equal(col_i64(&q, "n"), 2 - seen.purged);
    return ++seen.purged > 0;
}

/* The end of the first takes locks of its account, so by then all shops are locked. */
TEST_EACH_ENGINE(a_purge_locks_all_its_shops_first)
{
    begin();
    shops_hooks.purged = on_purged_of_three;
    int64_t account = kit_account(t, 0);
    for (int i = 0; i < 3; i++) (void)create(t, account, "Goes");
    test_script(t, "UPDATE shops SET status = 5, purge_at_ms = 1");
    test_commit(t);
    const struct kit_attempt purge = { .kind = &shops_purge_job };
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    assert_int_equal(seen.purged, 3);
}

static int64_t purged_of[4];
static size_t purges;

static bool note_account(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    (void)tx, (void)now_ms;
    if (purges < ARRAY_LEN(purged_of)) purged_of[purges++] = s->account;
    return true;
}

/* Each purge takes its account's counter of events, and two purges must not wait for each other's: whatever is longest
 * overdue, accounts come in the order of their numbers. */
TEST_EACH_ENGINE(a_purge_takes_accounts_in_their_order)
{
    int64_t account[ARRAY_LEN(purged_of)];
    begin();
    shops_hooks.purged = note_account;
    purges = 0;
    for (size_t i = 0; i < ARRAY_LEN(account); i++) account[i] = kit_account(t, 0);
    /* Neither the ids of shops nor their times are in that order. */
    for (size_t i = ARRAY_LEN(account); i-- > 0;) (void)create(t, account[i ^ 1], "Goes");
    test_script(t, "UPDATE shops SET status = 5, purge_at_ms = 1 + (id * 7) % 5");
    test_commit(t);
    const struct kit_attempt purge = { .kind = &shops_purge_job };
    assert_int_equal(kit_job(t, &purge), JOB_FINISHED);
    assert_int_equal(purges, ARRAY_LEN(account));
    assert_memory_equal(purged_of, account, sizeof account);
}

TEST_EACH_ENGINE(the_number_of_shops_is_limited)
{
    begin();
    int64_t account = kit_account(t, 0);
    for (int i = 0; i < SHOPS_PER_ACCOUNT_MAX; i++) (void)create(t, account, "Shop");
    struct kit_answer a = call(t, account, VERB_POST, "/api/shops", "{\"shop_name\":\"One more\"}");
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "shop_limit");
    assert_int_equal(kit_fact(&a, "limit"), SHOPS_PER_ACCOUNT_MAX);
    a = call(t, account, VERB_GET, "/api/shops", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "shops")), SHOPS_PER_ACCOUNT_MAX);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT slug) FROM shops"), SHOPS_PER_ACCOUNT_MAX);
}

TEST_EACH_ENGINE(verify_finds_a_status_that_no_mover_wrote)
{
    begin();
    int64_t account = kit_account(t, 0);
    (void)create(t, account, "Good"), (void)create(t, account, "Bad");
    EXPECT(test_verify(t, shops_checks).looked == 2);
    expect_sound(t);
    test_script(t, "UPDATE shops SET status = 4 WHERE id = 2;");
    EXPECT(test_verify(t, shops_checks).id == 2);
    test_script(t, "UPDATE shops SET status = 2, suspended_why = 'nobody knows' WHERE id = 2;");
    EXPECT(test_verify(t, shops_checks).id == 2);
    test_script(t, "UPDATE shops SET suspended_why = '' WHERE id = 2; DELETE FROM shop_moves WHERE shop = 1;");
    EXPECT(test_verify(t, shops_checks).id == 1);
}

TEST_EACH_ENGINE(only_allowed_moves_are_made)
{
    begin();
    struct shop s;
    int64_t id = create(t, kit_account(t, 0), "Moves");
    EXPECT(shops_locked(t->tx, id, &s) == ROW_FOUND);
    EXPECT(shops_move(t->tx, &s, SHOP_PURGED, "x", 0, kit_now()) == ROW_NONE);
    EXPECT(shops_move(t->tx, &s, SHOP_FAILED, "x", 0, kit_now()) == ROW_NONE);
    EXPECT(shops_resume(t->tx, &s, 0, kit_now()) == ROW_NONE);
    EXPECT(shops_suspend(t->tx, &s, "abuse", 0, kit_now()) == ROW_FOUND);
    EXPECT(shops_suspend(t->tx, &s, "again", 0, kit_now()) == ROW_NONE);
    assert_string_equal(s.suspended_why, "abuse");
    struct shop stale = s;
    EXPECT(shops_move(t->tx, &s, SHOP_DELETED, "x", 0, kit_now()) == ROW_FOUND);
    EXPECT(shops_move(t->tx, &s, SHOP_ACTIVE, "x", 0, kit_now()) == ROW_NONE);     /* it was suspended */
    EXPECT(shops_move(t->tx, &stale, SHOP_ACTIVE, "x", 0, kit_now()) == ROW_NONE); /* somebody was first */
    EXPECT(shops_move(t->tx, &s, SHOP_SUSPENDED, "x", 0, kit_now()) == ROW_FOUND);
    expect_sound(t);
}

/* Others are told to fetch from a shop's domain, and it must not be the inside of a house. */
TEST_EACH_ENGINE(a_domain_that_is_not_public_is_refused)
{
    /* clang-format off */
    static const char *const domains[] = { "localhost", "localhost:6379", "redis.localhost", "db.internal",
        "printer.local", "nas.lan", "a.home.arpa", "x.corp" };
    /* clang-format on */
    kit_start();
    int64_t account = kit_account(t, 0);
    for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
        const char *body = arena_printf(t->arena, "{\"shop_name\":\"Tea\",\"domain\":\"%s\"}", domains[i]);
        struct kit_answer a = kit_call(
            t, &(struct kit_request){
                   .routes = shops_routes, .verb = VERB_POST, .path = "/api/shops", .account = account, .body = body });
        assert_int_equal(a.status, 422);
        assert_int_equal(strncmp(a.fault, "domain:", 7), 0);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops"), 0);
}

static bool accounts_there;
static enum row account_known(struct tx *tx, int64_t account) { return accounts_there ? ROW_FOUND : ROW_NONE; }

TEST_EACH_ENGINE(what_was_done_to_shops_is_found)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE shops SET status = 9 WHERE id = 1; UPDATE shop_moves SET to_status = 9 WHERE shop = 1;",
          "in no state" },
        { "UPDATE shops SET status = 4 WHERE id = 1;", "without its mover" },
        { "UPDATE shops SET version = 2 WHERE id = 1;", "gap" },
        { "DELETE FROM shop_moves WHERE shop = 1;", "gap" },
        { "UPDATE shops SET name = '' WHERE id = 1;", "lost its name" },
        { "UPDATE shops SET slug = '' WHERE id = 1;", "lost its name" },
        { "UPDATE shops SET purge_at_ms = 5 WHERE id = 1;", "date of its end" },
        { "UPDATE shops SET deleted_from = 2 WHERE id = 1;", "back to nowhere" },
        { "UPDATE shops SET deleted_from = 0 WHERE id = 2;", "back to nowhere" },
        { "UPDATE shops SET deleted_from = 6 WHERE id = 2;", "back to nowhere" },
        { "UPDATE shops SET purge_at_ms = 99999999999999 WHERE id = 2;", "when it was promised" },
        { "UPDATE shops SET purge_at_ms = 0 WHERE id = 2;", "when it was promised" },
        { "UPDATE shops SET name = 'Tea' WHERE id = 3;", "lost its words" },
        { "UPDATE shops SET domain = 'tea.example' WHERE id = 3;", "lost its words" },
        { "UPDATE shops SET slug_hash = NULL WHERE id = 3;", "lost its words" },
        { "DELETE FROM shops WHERE id = 1;", "of no shop" },
        { "UPDATE shops SET account = 77 WHERE id = 1;", "another account" },
    };
    /* clang-format on */
    struct shop s;
    begin();
    accounts_there = true;
    shops_hooks.account_known = account_known;
    int64_t account = kit_account(t, 0), one = create(t, account, "One"), two = create(t, account, "Two"),
            three = create(t, account, "Three");
    EXPECT(one == 1 && shops_owned_locked(t->tx, account, two, &s) == ROW_FOUND);
    EXPECT(shops_move(t->tx, &s, SHOP_DELETED, "deleted", 0, kit_now()) == ROW_FOUND);
    EXPECT(shops_owned_locked(t->tx, account, three, &s) == ROW_FOUND);
    EXPECT(shops_move(t->tx, &s, SHOP_DELETED, "deleted", 0, kit_now()) == ROW_FOUND);
    EXPECT(shops_move(t->tx, &s, SHOP_PURGED, "purged", 0, kit_now()) == ROW_FOUND && shops_blank(t->tx, &s));
    test_expect_found(t, shops_checks, harms, ARRAY_LEN(harms));
    accounts_there = false;
    EXPECT(strstr(test_verify(t, shops_checks).what, "not there"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_domain_that_is_not_public_is_refused),
        EACH_ENGINE(a_shop_is_created_and_listed),
        EACH_ENGINE(bad_bodies_are_refused),
        EACH_ENGINE(d22_another_accounts_shop_is_not_found),
        EACH_ENGINE(renaming_keeps_the_slug_and_null_removes_the_domain),
        EACH_ENGINE(d27_a_deleted_shop_is_gone_at_once_and_restorable_for_seven_days),
        EACH_ENGINE(d28_a_purge_leaves_a_tombstone),
        EACH_ENGINE(a_shop_deleted_by_a_clock_that_was_ahead_is_purged_in_time),
        EACH_ENGINE(a_purge_locks_all_its_shops_first),
        EACH_ENGINE(a_purge_takes_accounts_in_their_order),
        EACH_ENGINE(the_number_of_shops_is_limited),
        EACH_ENGINE(verify_finds_a_status_that_no_mover_wrote),
        EACH_ENGINE(only_allowed_moves_are_made),
        EACH_ENGINE(what_was_done_to_shops_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
