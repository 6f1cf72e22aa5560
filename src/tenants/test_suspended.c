/* test_suspended.c: a shop that an operator has suspended, beside every other reason for which its chat can be off:
 * each lifts itself and no other. Who sells, and who disables accounts, is played by this test. */
#include "tenants/test_outside.h"

#include "outbound/webhook.h"

enum { SHOPS_MOST = 128 };
static struct tenants_entitlement given[SHOPS_MOST]; /* by shop */
static bool is_disabled;

static bool sell(struct tx *tx, const int64_t *of, const int64_t *shops, size_t count,
                 struct tenants_entitlement *found)
{
    assert_non_null(tx);
    for (size_t i = 0; i < count; i++) {
        assert_true(of[i] > 0 && shops[i] > 0 && shops[i] < SHOPS_MOST);
        found[i] = given[shops[i]];
    }
    return true;
}

static bool disabled(struct tx *tx, int64_t of, bool *found)
{
    *found = is_disabled;
    return tx && of > 0;
}

static enum row owner(struct tx *tx, int64_t of, struct tenants_owner *found)
{
    *found = (struct tenants_owner){ .email = "owner@shop.example", .lang = of % 2 ? "en" : "zh-CN" };
    assert_true(tx && of > 0);
    return is_disabled ? ROW_NONE : ROW_FOUND;
}

static void start(struct test_db *t, int64_t credits)
{
    fix_start();
    memset(given, 0, sizeof given);
    is_disabled = false;
    tenants_hooks.owner = owner, tenants_hooks.disabled = disabled, tenants_hooks.entitlements = sell;
    account = kit_account(t, credits);
    shop = fix_shop(t, account, "Tea");
}

static void finish(struct test_db *t)
{
    fix_expect_sound(t);
    tenants_hooks.owner = fix_owner, tenants_hooks.disabled = NULL, tenants_hooks.entitlements = NULL;
    tenants_settings.mail = NULL;
}

static struct kit_answer operates(struct test_db *t, const char *what, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = shops_house_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/operator/shops/%lld/%s", (long long)shop, what),
                                  .account = 900,
                                  .body = body });
}

static void suspend(struct test_db *t)
{
    assert_int_equal(operates(t, "suspend", "{\"reason\":\"It sells <b>nothing</b>\"}").status, 200);
}

static void resume(struct test_db *t)
{
    assert_int_equal(operates(t, "resume", "{\"reason\":\"All is well\"}").status, 200);
}

static int deletes(struct test_db *t)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld", (long long)shop);
    return kit_call(
               t,
               &(struct kit_request){ .routes = shops_routes, .verb = VERB_DELETE, .path = path, .account = account })
        .status;
}

static int restores(struct test_db *t)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/restore", (long long)shop);
    return kit_call(
               t, &(struct kit_request){ .routes = shops_routes, .verb = VERB_POST, .path = path, .account = account })
        .status;
}

static struct tenant tenant(struct test_db *t)
{
    struct tenant found = { .id = 0 };
    EXPECT(tenants_of_shop(t->tx, shop, &found) != ROW_FAULT);
    return found;
}

static bool moved_by(struct test_db *t, const char *why)
{
    struct tenant now = tenant(t);
    return test_number(t, arena_printf(t->arena,
                                       "SELECT COUNT(*) FROM tenant_moves WHERE tenant = %lld AND version = %lld"
                                       " AND why = '%s'",
                                       (long long)now.id, (long long)now.version, why)) == 1;
}

/* Its chat talks, its shop's server is believed, and its tokens are signed; or none of it. */
static bool serves(struct test_db *t)
{
    struct tenant_chat chat = { .active = false };
    struct webhook_secrets secrets = { .count = 0 };
    int64_t whose;
    enum row row = tenants_chat(t->tx, shop, &chat);
    assert_true(row != ROW_FAULT);
    bool talks = row == ROW_FOUND && chat.active;
    row = tenants_webhook_secrets(t->tx, shop, kit_now(), t->arena, &secrets, &whose);
    assert_true(row != ROW_FAULT);
    assert_int_equal(talks, row == ROW_FOUND);
    int signs = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status;
    if (!is_disabled) assert_int_equal(talks, signs == 200); /* who is disabled does not come so far */
    return talks;
}

/* ---- every mixture of reasons ---- */

enum reason { SUSPENDED = 1, UNPAID = 2, DELETED = 4, OFF = 8, DISABLED = 16, ALL = 31 };

static void pays(struct test_db *t)
{
    struct shop s;
    EXPECT(shops_locked(t->tx, shop, &s) == ROW_FOUND);
    assert_true(tenants_begin_paid(t->tx, &s, kit_now()) != TENANTS_BEGUN_FAULT);
}

/* False: it cannot be done to a shop in this state. */
static bool comes(struct test_db *t, enum reason r)
{
    switch (r) {
    case SUSPENDED: return operates(t, "suspend", "{\"reason\":\"a test\"}").status == 200;
    case DELETED: return deletes(t) == 200;
    case OFF: return fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status == 200;
    case DISABLED: return is_disabled = true;
    case UNPAID: break;
    case ALL: return false;
    }
    given[shop].until_ms = kit_now() - 8 * DAY_MS;
    EXPECT(tenants_entitlement_changed(t->tx, account, shop, kit_now()));
    if (tenant(t).status != TENANT_ACTIVE) return true;
    fix_renew(t);
    kit_set_now(kit_now() + 8 * DAY_MS);
    fix_renew(t);
    assert_int_equal(tenant(t).status, TENANT_SUSPENDED);
    return true;
}

static bool goes(struct test_db *t, enum reason r)
{
    switch (r) {
    case SUSPENDED: return operates(t, "resume", "{\"reason\":\"a test\"}").status == 200;
    case DELETED: return restores(t) == 200;
    case OFF: return fix_enable(t, account, shop).status == 200;
    case DISABLED: return !(is_disabled = false);
    case UNPAID: break;
    case ALL: return false;
    }
    given[shop].until_ms = kit_now() + 300 * DAY_MS;
    EXPECT(tenants_entitlement_changed(t->tx, account, shop, kit_now()));
    return true;
}

/* Whoever pays may try at any time: it lifts nothing but what was not paid. */
static void expect_on(struct test_db *t, bool on)
{
    assert_int_equal(serves(t), on);
    pays(t);
    assert_int_equal(serves(t), on);
}

static void mixture(struct test_db *t, int others, bool first, bool lifted_first)
{
    int is = 0, order[5], n = 0;
    kit_set_now(KIT_START_MS);
    shop = fix_shop(t, account, "Tea");
    given[shop] = (struct tenants_entitlement){ SOURCE_ORDER, kit_now() + 300 * DAY_MS };
    pays(t);
    expect_on(t, true);
    if (first) order[n++] = SUSPENDED;
    for (int r = UNPAID; r < ALL; r *= 2) /* UNPAID comes before DELETED, which ends for good after a week */
        if ((others & r) && r != DELETED) order[n++] = r;
    if (others & DELETED) order[n++] = DELETED;
    if (!first) order[n++] = SUSPENDED;
    for (int i = 0; i < n; i++) {
        bool done = comes(t, (enum reason)order[i]);
        bool possible = order[i] != SUSPENDED || !(is & DELETED); /* a deleted one is restored first */
        assert_int_equal(done, possible);
        if (done) is |= order[i];
        expect_on(t, false);
    }
    /* Every one that can go now goes; the operator's first or last. */
    for (int round = 0; is && round < 12; round++)
        for (int i = 0; i < 5; i++) {
            static const int begin[] = { SUSPENDED, DISABLED, DELETED, UNPAID, OFF };
            static const int end[] = { DISABLED, DELETED, UNPAID, OFF, SUSPENDED };
            int r = (lifted_first ? begin : end)[i];
            if (!(is & r)) continue;
            bool gone = goes(t, (enum reason)r);
            if (r == SUSPENDED) assert_int_equal(gone, !(is & DELETED));
            if (r == OFF && (is & SUSPENDED)) assert_false(gone); /* nor does its merchant switch it on */
            if (gone) is &= ~r;
            if (is) expect_on(t, false);
        }
    assert_int_equal(is, 0);
    pays(t); /* as for what is paid is done again and again */
    expect_on(t, true);
}

TEST_EACH_ENGINE(each_reason_lifts_itself_and_no_other)
{
    start(t, 0);
    for (int others = 0; others <= ALL; others += 2)
        for (int way = 0; way < 4; way++) mixture(t, others, way & 1, way & 2);
    finish(t);
    assert_int_equal(fix_charges(t), 0);
}

/* ---- money ---- */

TEST_EACH_ENGINE(time_goes_on_and_nothing_is_taken)
{
    start(t, 200);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    kit_set_now(KIT_START_MS + 10 * DAY_MS);
    suspend(t);
    assert_true(moved_by(t, "shop_suspended"));
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "stoppedBy"), "operator");
    assert_true(json_is_false(json_object_get(a.json, "canEnable")));
    json_t *sub = json_object_get(a.json, "subscription");
    assert_true(json_is_null(json_object_get(sub, "renewsFor")) && json_is_null(json_object_get(sub, "nextRenewalAt")));
    assert_string_equal(fix_enable(t, account, shop).error, "shop_suspended");
    fix_expect_sound(t);
    kit_set_now(KIT_START_MS + 20 * DAY_MS);
    resume(t);
    assert_true(moved_by(t, "shop_resumed"));
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), end_ms); /* not a day more */
    assert_int_equal(test_number(t, "SELECT due_at_ms FROM subscriptions"), end_ms);
    assert_int_equal(fix_available(t, account), 150);
    fix_expect_sound(t);

    /* Its end comes meanwhile: nothing is taken, and within the days of grace the month is asked for as it would have
     * been, by the price of a renewal. */
    suspend(t);
    kit_set_now(end_ms + 6 * DAY_MS);
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 150);
    resume(t);
    assert_true(serves(t));
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 140);
    fix_expect_sound(t);

    /* Later than that it is over, and says so; no month is charged that nobody had. */
    suspend(t);
    end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    kit_set_now(end_ms + 7 * DAY_MS);
    resume(t);
    assert_false(serves(t));
    fix_renew(t);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "stoppedBy"), "unpaid");
    assert_int_equal(fix_available(t, account), 140);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    finish(t);
}

TEST_EACH_ENGINE(days_of_grace_are_not_lost)
{
    start(t, 50);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    kit_set_now(end_ms);
    fix_renew(t);
    assert_true(serves(t)); /* past due */
    suspend(t);
    fix_expect_sound(t);
    kit_set_now(end_ms + 2 * DAY_MS);
    fix_renew(t);
    resume(t);
    assert_true(serves(t));
    fix_expect_sound(t);
    suspend(t);
    kit_set_now(end_ms + 7 * DAY_MS);
    resume(t);
    assert_false(serves(t));
    finish(t);
}

/* As its merchant wished, it ends at its end. */
TEST_EACH_ENGINE(what_does_not_renew_ends)
{
    start(t, 50);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    test_script(t, "UPDATE subscriptions SET renews = 0;");
    suspend(t);
    kit_set_now(test_number(t, "SELECT expires_at_ms FROM subscriptions"));
    resume(t);
    assert_false(serves(t));
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "stoppedBy"), "ended");
    finish(t);
}

/* Delivered while it was suspended, and over before it is let back: it is sound at once, and asked for as any end. */
TEST_EACH_ENGINE(what_came_and_went_meanwhile_is_in_its_days_of_grace)
{
    start(t, 100);
    given[shop] = (struct tenants_entitlement){ SOURCE_ORDER, kit_now() + 30 * DAY_MS };
    pays(t);
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    suspend(t);
    given[shop].until_ms = end_ms + 30 * DAY_MS;
    pays(t);
    kit_set_now(end_ms + 33 * DAY_MS);
    resume(t);
    assert_true(serves(t));
    fix_expect_sound(t);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    assert_true(serves(t)); /* its days count from the notice */
    assert_int_equal(fix_available(t, account), 100);
    finish(t);
}

static struct kit_answer renews(struct test_db *t, bool automatic)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/renewal", (long long)shop);
    return kit_call(t, &(struct kit_request){ .routes = tenants_renewal_routes,
                                              .verb = VERB_POST,
                                              .path = path,
                                              .account = account,
                                              .body = automatic ? "{\"automatic\":true}" : "{\"automatic\":false}" });
}

TEST_EACH_ENGINE(its_renewal_can_be_switched_off_meanwhile)
{
    start(t, 100);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    suspend(t);
    static const bool wishes[] = { false, true, false };
    for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
        struct kit_answer a = renews(t, wishes[i]);
        assert_int_equal(a.status, 200);
        assert_int_equal(json_is_true(json_object_get(a.json, "automatic")), wishes[i]);
        assert_int_equal(test_number(t, "SELECT due_at_ms FROM subscriptions"), 0);
        fix_expect_sound(t);
    }
    kit_set_now(end_ms);
    resume(t);
    assert_false(serves(t));
    assert_int_equal(fix_available(t, account), 50);
    /* Nothing of what is over is switched, whoever keeps it off. */
    assert_string_equal(renews(t, true).error, "chatbot_not_enabled");
    suspend(t);
    assert_string_equal(renews(t, true).error, "chatbot_not_enabled");
    resume(t);
    /* One that is past due ends when it is let back. */
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions"));
    fix_renew(t);
    assert_true(serves(t));
    suspend(t);
    assert_int_equal(renews(t, false).status, 200);
    resume(t);
    assert_false(serves(t));
    finish(t);
}

/* ---- shops without a chat that is on ---- */

TEST_EACH_ENGINE(one_that_never_had_a_chat_gets_none_meanwhile)
{
    start(t, 100);
    suspend(t);
    assert_string_equal(fix_enable(t, account, shop).error, "shop_suspended");
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "off");
    assert_string_equal(fix_text(&a, "stoppedBy"), "operator");
    given[shop] = (struct tenants_entitlement){ SOURCE_ORDER, kit_now() + 30 * DAY_MS };
    pays(t);
    assert_int_equal(tenant(t).status, TENANT_NONE);
    resume(t); /* paid meanwhile: on at once */
    assert_true(serves(t));
    assert_int_equal(fix_available(t, account), 100);
    finish(t);
}

TEST_EACH_ENGINE(one_that_nobody_paid_for_stays_as_it_was)
{
    start(t, 100);
    tenants_settings.enable_price = credits_of(0); /* also where a chat is free: nobody has asked for one */
    suspend(t), resume(t);
    assert_int_equal(tenant(t).status, TENANT_NONE);
    finish(t);
}

TEST_EACH_ENGINE(one_that_is_being_made_gets_its_credits_back)
{
    begin(t);
    ask(t);
    assert_int_equal(held(t), 50);
    suspend(t);
    assert_int_equal(held(t), 0);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED); /* finds that it is not wanted any more */
    assert_int_equal(out.registers, 0);
    assert_int_equal(tenant(t).status, TENANT_PENDING);
    assert_true(moved_by(t, "shop_suspended"));
    resume(t);
    assert_int_equal(tenant(t).status, TENANT_PENDING);
    fix_expect_sound(t);
    ask(t); /* and can be asked for again */
    fix_setting("CHATBOT_BASE_URL", NULL);
}

/* ---- what is told, and to whom ---- */

TEST_EACH_ENGINE(it_is_told_once_and_its_merchant_is_written_to)
{
    start(t, 50);
    const struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>",
                                        .keep = true,
                                        .keyring = fix_keyring };
    tenants_settings.mail = &mail;
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    int64_t events = test_number(t, "SELECT COUNT(*) FROM events");
    for (int i = 0; i < 2; i++) suspend(t); /* the second changes nothing */
    assert_int_equal(fix_audits(t, "shop_suspended"), 1);
    assert_int_equal(fix_audits(t, "tenant_suspended"), 1);
    assert_true(test_number(t, "SELECT COUNT(*) FROM events") >= events + 2);
    kit_set_now(kit_now() + HOUR_MS);
    for (int i = 0; i < 2; i++) /* another reason is read from now on, and is no second letter */
        assert_int_equal(operates(t, "suspend", "{\"reason\":\"It sells weapons\"}").status, 200);
    assert_int_equal(fix_audits(t, "shop_suspended"), 2);
    assert_int_equal(fix_audits(t, "tenant_suspended"), 1);
    assert_int_equal(test_number(t, arena_printf(t->arena,
                                                 "SELECT COUNT(*) FROM shops WHERE suspended_why = 'It sells weapons'"
                                                 " AND suspended_at_ms = %lld",
                                                 (long long)KIT_START_MS)),
                     1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shop_moves WHERE why = 'suspended' AND actor > 0"), 1);
    for (int i = 0; i < 2; i++) resume(t);
    assert_int_equal(fix_audits(t, "shop_resumed") + fix_audits(t, "tenant_resumed"), 2);
    struct mail_row rows[4];
    size_t count;
    EXPECT(mail_list(t->tx, &mail, 0, 4, rows, &count) == ROW_FOUND && count == 2);
    assert_non_null(strstr(rows[1].text, "The reason: It sells <b>nothing</b>"));
    assert_non_null(strstr(rows[1].text, "paying again does not let it back"));
    assert_non_null(
        strstr(rows[1].text, arena_printf(t->arena, "https://chathub.example/shops/%lld", (long long)shop)));
    assert_non_null(strstr(rows[0].text, "no longer suspended"));
    is_disabled = true; /* nobody to write to */
    suspend(t);
    EXPECT(mail_list(t->tx, &mail, 0, 4, rows, &count) == ROW_FOUND && count == 2);
    is_disabled = false;
    resume(t);
    finish(t);
}

TEST_EACH_ENGINE(a_service_key_of_it_opens_nothing_meanwhile)
{
    start(t, 50);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "secrets/service/show", NULL);
    const char *key = arena_text(t->arena, fix_text(&a, "secret"));
    int64_t of = 0, whose = 0;
    EXPECT(tenants_shop_key(t->tx, str_of(key), &of, &whose) == ROW_FOUND && of == shop && whose == account);
    suspend(t);
    EXPECT(tenants_shop_key(t->tx, str_of(key), &of, &whose) == ROW_NONE);
    resume(t);
    EXPECT(tenants_shop_key(t->tx, str_of(key), &of, &whose) == ROW_FOUND);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    EXPECT(tenants_shop_key(t->tx, str_of(key), &of, &whose) == ROW_FOUND); /* off is no such end */
    finish(t);
}

TEST_EACH_ENGINE(deleted_and_restored_it_is_what_it_was)
{
    start(t, 50);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    suspend(t);
    assert_int_equal(deletes(t), 200);
    assert_int_equal(operates(t, "resume", "{\"reason\":\"not so\"}").status, 404);
    assert_int_equal(operates(t, "suspend", "{\"reason\":\"not so\"}").status, 404);
    assert_int_equal(restores(t), 200);
    fix_expect_sound(t);
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = shops_routes, .verb = VERB_GET, .path = "/api/shops", .account = account });
    json_t *one = json_array_get(json_object_get(a.json, "shops"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "status")), "suspended");
    assert_string_equal(json_string_value(json_object_get(one, "suspended_reason")), "It sells <b>nothing</b>");
    assert_true(json_is_string(json_object_get(one, "suspended_at")));
    assert_false(serves(t));
    assert_int_equal(deletes(t), 200);
    kit_set_now(KIT_START_MS + 8 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &shops_purge_job }), JOB_FINISHED);
    /* A tombstone says nothing. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops WHERE suspended_why = '' AND suspended_at_ms = 0"), 1);
    finish(t);
}

TEST_EACH_ENGINE(what_it_does_not_take)
{
    start(t, 0);
    static const struct {
        const char *body, *fault;
    } bad[] = { { "{}", "reason:required" },
                { "{\"reason\":\"违\"}", "reason:too_short" },
                { "{\"reason\":7}", "reason:type" },
                { "{\"reason\":\"a test\",\"days\":3}", "days:unknown" } };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        for (int k = 0; k < 2; k++)
            assert_string_equal(operates(t, k ? "resume" : "suspend", bad[i].body).fault, bad[i].fault);
    shop = 4711;
    assert_int_equal(operates(t, "suspend", "{\"reason\":\"a test\"}").status, 404);
    assert_int_equal(operates(t, "resume", "{\"reason\":\"a test\"}").status, 404);
    for (const struct route *r = shops_house_routes; r->verb != VERB_UNSET; r++) assert_int_equal(r->who, WHO_OPERATOR);
    finish(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(each_reason_lifts_itself_and_no_other),
        EACH_ENGINE(time_goes_on_and_nothing_is_taken),
        EACH_ENGINE(days_of_grace_are_not_lost),
        EACH_ENGINE(what_does_not_renew_ends),
        EACH_ENGINE(what_came_and_went_meanwhile_is_in_its_days_of_grace),
        EACH_ENGINE(its_renewal_can_be_switched_off_meanwhile),
        EACH_ENGINE(one_that_never_had_a_chat_gets_none_meanwhile),
        EACH_ENGINE(one_that_nobody_paid_for_stays_as_it_was),
        EACH_ENGINE(one_that_is_being_made_gets_its_credits_back),
        EACH_ENGINE(it_is_told_once_and_its_merchant_is_written_to),
        EACH_ENGINE(a_service_key_of_it_opens_nothing_meanwhile),
        EACH_ENGINE(deleted_and_restored_it_is_what_it_was),
        EACH_ENGINE(what_it_does_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
