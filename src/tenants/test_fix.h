/* test_fix.h: what the tests of tenants/ share: settings, a shop, calls, and the proof that all invariants hold. */
#ifndef CHATHUB_TENANTS_TEST_FIX_H
#define CHATHUB_TENANTS_TEST_FIX_H

#include "base/testing.h"
#include "accounts/accounts.h"
#include "base/clock.h"
#include "credits/credits.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include "tenants/private.h"
#include <stdio.h>

static struct keyring *fix_keyring;

static inline enum row fix_owner(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && account > 0 ? ROW_FOUND : ROW_FAULT;
}

/* Of a panel's merchant. Accounts that kit_account makes are none in accounts/: in a test they come after these. */
static inline bool fix_merchant_opened(struct tx *tx, int64_t account) { return credits_open(tx, account); }

/* A setting of a backend, by its name. */
static inline void fix_setting(const char *name, const char *value)
{
    const struct recipe_setting *setting[RECIPE_SETTINGS_MAX];
    size_t n = recipe_settings(setting), i = 0;
    while (i < n && !text_eq(setting[i]->name, name)) i++;
    assert_true(i < n);
    *setting[i]->value = value;
}

static inline void fix_start(void)
{
    static const char *const none[RECIPE_SETTINGS_MAX];
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } };
    static const uint8_t id[1] = { 1 };
    kit_start();
    if (!fix_keyring) fix_keyring = keyring_new(key, id, 1);
    shops_hooks = (struct shops_hooks){ .deleted = tenants_shop_deleted,
                                        .restored = tenants_shop_restored,
                                        .suspended = tenants_shop_suspended,
                                        .resumed = tenants_shop_resumed,
                                        .purged = tenants_shop_purged,
                                        .domain_changed = tenants_domain_changed,
                                        .chatbots = tenants_chatbots };
    recipes_set(none);
    tenants_hooks.owner = fix_owner;
    accounts_hooks.merchant_opened = fix_merchant_opened;
    credits_hooks.granted = tenants_credits_came;
    credits_hooks.shop_served = tenants_shop_served;
    tenants_settings = (struct tenants_settings){ .feature_enabled = true,
                                                  .base_url = "https://chathub.example",
                                                  .enable_price = credits_of(50),
                                                  .renewal_price = credits_of(10),
                                                  .keyring = fix_keyring };
}

static inline int64_t fix_shop(struct test_db *t, int64_t account, const char *name)
{
    struct shop s;
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = name, .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    return s.id;
}

/* `path` behind /api/shops/<shop>/ */
static inline struct kit_answer fix_call(struct test_db *t, int64_t account, enum verb verb, int64_t shop,
                                         const char *path, const char *body)
{
    char whole[160];
    snprintf(whole, sizeof whole, "/api/shops/%lld/%s", (long long)shop, path);
    return kit_call(t, &(struct kit_request){
                           .routes = tenants_routes, .verb = verb, .path = whole, .account = account, .body = body });
}

static inline struct kit_answer fix_enable(struct test_db *t, int64_t account, int64_t shop)
{
    return fix_call(t, account, VERB_POST, shop, "chatbot/enable", "{}");
}

static inline int64_t fix_available(struct test_db *t, int64_t account)
{
    struct credit_balance b;
    EXPECT(credits_balance(t->tx, account, &b) == ROW_FOUND);
    return credits_count(b.available);
}

static inline int64_t fix_charges(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM credit_entries WHERE amount < 0");
}

static inline int64_t fix_audits(struct test_db *t, const char *action)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM audit_log WHERE action = '%s'", action);
    return test_number(t, sql);
}

static inline const char *fix_text(const struct kit_answer *a, const char *name)
{
    return json_string_value(json_object_get(a->json, name));
}

static inline void fix_renew(struct test_db *t)
{
    enum job_wish wish = kit_job(t, &(struct kit_attempt){ .kind = &tenants_renew_job });
    assert_true(wish == JOB_FINISHED || wish == JOB_NEXT);
}

/* Runs after every test of money: ledger, shops and tenants are sound. */
static inline void fix_expect_sound(struct test_db *t)
{
    test_expect_sound(t, credits_checks);
    test_expect_sound(t, shops_checks);
    test_expect_sound(t, tenants_checks);
}

#endif
