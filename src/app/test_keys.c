/* test_keys.c: a database starts only with the master keys it was sealed with, and those can be changed. */
#include "base/testing.h"

#include "app/keys.h"
#include "base/clock.h"
#include "chat/mail_in.h"
#include "chat/pictures.h"
#include "outbound/mail.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include "tenants/tenants.h"
#include <stdio.h>

static const struct config settings = { .data_dir = "/nonexistent" };
static struct app app;

/* Key number i is made of a byte i, so a ring is named by its numbers. */
static struct keyring *ring_of(const char *ids)
{
    uint8_t keys[KEYRING_MAX_KEYS][MASTER_KEY_SIZE], id[KEYRING_MAX_KEYS];
    size_t n = 0;
    for (; ids[n]; n++) {
        id[n] = (uint8_t)(ids[n] - '0');
        memset(keys[n], id[n], MASTER_KEY_SIZE);
    }
    return keyring_new((const uint8_t(*)[MASTER_KEY_SIZE])keys, id, n);
}

static void use_ring(struct keyring *ring)
{
    keyring_free(app.keyring);
    app.keyring = ring;
    app.mail.keyring = ring;
    tenants_settings.keyring = ring;
    chat_settings.keyring = ring;
}

static void fix_app(struct test_db *t)
{
    app = (struct app){ .config = &settings, .db = t->db, .base_url = "http://127.0.0.1" };
    app_fill_hooks(&app);
    kit_start();
    tenants_settings.feature_enabled = true;
    tenants_settings.enable_price = tenants_settings.renewal_price = credits_of(1);
    use_ring(ring_of("1"));
}

static enum keys_fit check(struct test_db *t, int64_t *id)
{
    app.lanes = test_lanes(t, NULL);
    enum keys_fit fit = keys_check(&app, id);
    test_lanes_stop(t);
    return fit;
}

static void expect_fit(struct test_db *t, const char *ids, enum keys_fit want, int64_t wanted_id)
{
    int64_t id = 0;
    use_ring(ring_of(ids));
    assert_int_equal(check(t, &id), want);
    if (want != KEYS_FIT) assert_int_equal(id, wanted_id);
}

struct said {
    enum exit_code code;
    char out[1024], err[1024];
};

static struct said command_with(struct test_db *t, const char *second, const char *option)
{
    const char *argv[] = { "keys", second, "--json", option };
    struct command c = { .argc = option ? 4 : 3, .argv = argv };
    struct said s;
    buf_init(&c.out, 65536), buf_init(&c.err, 65536);
    app.lanes = test_lanes(t, NULL);
    s.code = command_run(&app, &c);
    test_lanes_stop(t);
    (void)snprintf(s.out, sizeof s.out, "%s", buf_terminated(&c.out));
    (void)snprintf(s.err, sizeof s.err, "%s", buf_terminated(&c.err));
    buf_free(&c.out), buf_free(&c.err);
    return s;
}

static struct said command(struct test_db *t, const char *second) { return command_with(t, second, NULL); }

static void expect_says(const struct said *s, enum exit_code code, const char *out)
{
    if (s->code != code || !strstr(s->out, out)) print_error("%d: %s%s\n", s->code, s->out, s->err);
    assert_int_equal(s->code, code);
    assert_non_null(strstr(s->out, out));
}

/* Values of every sort: secrets of shops, mails that wait, a kept answer, a tenant of an outside panel. */
enum { SHOPS = 120, MAILS = 3, VALUES = 2 * SHOPS + MAILS + 1 + 3 };

static void fix_values(struct test_db *t)
{
    int64_t account = kit_account(t, 1000);
    for (int i = 0; i < SHOPS; i++) {
        struct shop s;
        char path[64];
        EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea", .at_ms = kit_now() }, &s) ==
               SHOP_ADDED);
        (void)snprintf(path, sizeof path, "/api/shops/%lld/chatbot/enable", (long long)s.id);
        struct kit_answer a = kit_call(
            t, &(struct kit_request){
                   .routes = tenants_routes, .verb = VERB_POST, .path = path, .account = account, .body = "{}" });
        assert_int_equal(a.status, 200);
    }
    for (int i = 0; i < MAILS; i++)
        EXPECT(mail_put(
            t->tx, &app.mail,
            &(struct mail){
                .to = "a@test.example", .subject = "S", .text = "the text", .kind = "test", .account = account }));
    struct sealed kept = seal(app.keyring, t->arena, STR("account:1"), STR("2 /api/x"), STR("kept"));
    struct sealed sso = seal(app.keyring, t->arena, STR("panel:1:s9"), STR("sso"), STR("sso-word"));
    struct sealed hook = seal(app.keyring, t->arena, STR("panel:1:s9"), STR("webhook"), STR("hook-word"));
    STMT(put_answer, "INSERT INTO idempotency_keys (account, route, key, request_hash, status, job, secret, answer,"
                     " at_ms) VALUES (1, '2 /api/x', 'k', ?1, 200, 0, 0, ?1, 1)");
    struct query q = query(t->tx, &put_answer);
    bind_blob(&q, kept.p, kept.n);
    EXPECT(query_change(&q) == 1);
    STMT(put_panel, "INSERT INTO panel_tenants (panel, shop_id, merchant_id, instance_url, name, bot_id, sync_scopes,"
                    " sso_sealed, webhook_sealed, old_sso_sealed, old_until_ms, created_at_ms, updated_at_ms)"
                    " VALUES (1, 's9', 'm', 'u', 'n', 'b', '', ?1, ?2, ?1, 0, 1, 1)");
    q = query(t->tx, &put_panel);
    bind_blob(&q, sso.p, sso.n), bind_blob(&q, hook.p, hook.n);
    EXPECT(query_change(&q) == 1);
    STMT(put_purged, "INSERT INTO panel_tenants (panel, shop_id, merchant_id, instance_url, name, bot_id, sync_scopes,"
                     " sso_sealed, webhook_sealed, old_until_ms, created_at_ms, updated_at_ms)"
                     " VALUES (1, 's7', 'm', '', '', 'b', '', ?1, ?1, 0, 1, 1)");
    q = query(t->tx, &put_purged);
    bind_blob(&q, "", 0); /* nothing is sealed there any more */
    EXPECT(query_change(&q) == 1);
    expect_fit(t, "1", KEYS_FIT, 0);
}

STMT(kept_value, "SELECT answer AS value FROM idempotency_keys");
STMT(panel_value, "SELECT old_sso_sealed AS value FROM panel_tenants WHERE shop_id = 's9'");

static bool opens(struct test_db *t, const struct stmt *value, struct str owner, struct str purpose, const char *want)
{
    struct query q = query(t->tx, value);
    struct str plain;
    EXPECT(query_row(&q) == ROW_FOUND);
    struct str v = col_str(&q, "value");
    return unseal(app.keyring, t->arena, owner, purpose, (struct sealed){ (uint8_t *)(uintptr_t)v.p, v.n }, &plain) &&
           str_eq(plain, str_of(want));
}

TEST_EACH_ENGINE(a_database_starts_only_with_the_keys_it_was_sealed_with)
{
    static const uint8_t other[1][MASTER_KEY_SIZE] = { { 99 } }, one[1] = { 1 };
    int64_t id = 0;
    fix_app(t);
    expect_fit(t, "1", KEYS_FIT, 0);
    expect_fit(t, "1", KEYS_FIT, 0);
    expect_fit(t, "2", KEYS_MISSING, 1);
    expect_fit(t, "21", KEYS_FIT, 0);
    expect_fit(t, "12", KEYS_FIT, 0);
    expect_fit(t, "1", KEYS_MISSING, 2);
    use_ring(keyring_new(other, one, 1));
    assert_int_equal(check(t, &id), KEYS_OTHER);
    assert_int_equal(id, 1);
    test_script(t, "UPDATE sealing_keys SET retired_at_ms = 5 WHERE id = 1;");
    test_commit(t);
    expect_fit(t, "2", KEYS_FIT, 0);
    expect_fit(t, "21", KEYS_FIT, 0);
    expect_fit(t, "12", KEYS_RETIRED, 1);
    use_ring(NULL);
}

TEST_EACH_ENGINE(all_values_are_sealed_anew_and_the_old_key_retires)
{
    char want[128];
    fix_app(t);
    fix_values(t);
    test_expect_sound(t, tenants_checks);
    expect_fit(t, "21", KEYS_FIT, 0);
    struct said s = command(t, "rotate");
    /* And of both master keys their keys for MACs, of which the new one's is sealed with it already. */
    (void)snprintf(want, sizeof want, "{\"key\":2,\"looked\":%d,\"resealed\":%d,\"broken\":0,\"retired\":1}",
                   VALUES + 2, VALUES + 1);
    expect_says(&s, EXIT_OK, want);
    s = command(t, "status");
    expect_says(&s, EXIT_OK, "\"id\":1,\"state\":\"retired\"");
    expect_says(&s, EXIT_OK, "\"id\":2,\"state\":\"seals\"");
    expect_fit(t, "2", KEYS_FIT, 0);      /* without the old key */
    test_expect_sound(t, tenants_checks); /* every secret opens */
    EXPECT(opens(t, &kept_value, STR("account:1"), STR("2 /api/x"), "kept"));
    EXPECT(opens(t, &panel_value, STR("panel:1:s9"), STR("sso"), "sso-word"));
    s = command(t, "rotate"); /* again: nothing is left to do */
    expect_says(&s, EXIT_OK, "\"resealed\":0,\"broken\":0,\"retired\":0}");
    use_ring(NULL);
}

/* What `verify` says of everything that is sealed: the table and the row of the first that does not open. */
static void expect_sealed(struct test_db *t, const char *kind, int64_t id)
{
    const struct verify_check *check = NULL;
    struct verify_result r;
    tenants_settings.keyring = app.keyring;
    for (const struct verify_check *const *table = app_check_tables; *table; table++)
        if (text_eq((*table)->name, "app.sealed")) check = *table;
    EXPECT(check && verify_in(t->tx, check, &r) && r.looked > 0);
    if (r.unsound != (kind ? 1 : 0)) fail_msg("%d: %s %d", (int)r.unsound, r.finding[0].kind, (int)r.finding[0].id);
    if (kind) EXPECT(text_eq(r.finding[0].kind, kind) && r.finding[0].id == id);
}

TEST_EACH_ENGINE(whatever_is_sealed_is_opened_by_verify)
{
    /* clang-format off */
    static const struct { const char *sql, *kind; int64_t id; } harms[] = {
        { "UPDATE mail_outbox SET message_id = 'x' WHERE id = 3;", "mail_outbox", 3 },
        { "UPDATE idempotency_keys SET answer = request_hash, account = 9;", "idempotency_keys", 1 },
        { "UPDATE idempotency_keys SET route = '2 /api/y';", "idempotency_keys", 1 },
        { "UPDATE panel_tenants SET shop_id = 's8' WHERE shop_id = 's9';", "panel_tenants", 1 },
        { "UPDATE panel_tenants SET old_sso_sealed = webhook_sealed;", "panel_tenants", 1 },
    };
    /* clang-format on */
    fix_app(t);
    fix_values(t);
    expect_fit(t, "1", KEYS_FIT, 0);
    expect_sealed(t, NULL, 0);
    test_commit(t);
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        test_script(t, harms[i].sql);
        expect_sealed(t, harms[i].kind, harms[i].id);
        test_reopen(t);
    }
    use_ring(NULL);
}

TEST_EACH_ENGINE(a_value_that_does_not_open_keeps_its_key)
{
    fix_app(t);
    fix_values(t);
    test_script(t, "UPDATE tenant_secrets SET sealed = (SELECT sealed FROM tenant_secrets"
                   " WHERE tenant = 2 AND kind = 1) WHERE tenant = 1 AND kind = 1;");
    expect_sealed(t, "tenant_secrets", 1);
    test_commit(t);
    expect_fit(t, "21", KEYS_FIT, 0);
    struct said s = command(t, "rotate");
    expect_says(&s, EXIT_FAILED, "\"broken\":1,\"retired\":0}");
    assert_non_null(strstr(s.err, "do not open"));
    expect_fit(t, "2", KEYS_MISSING, 1);
    use_ring(NULL);
}

/* A stop between two pieces: what was done stays, the rest follows, and nothing is sealed twice. */
TEST_EACH_ENGINE(a_rotation_that_was_stopped_goes_on)
{
    fix_app(t);
    fix_values(t);
    expect_fit(t, "21", KEYS_FIT, 0);
    struct reseal_piece p = { .keyring = app.keyring };
    EXPECT(tenants_sealed[0].piece(t->tx, &p) && p.more && p.resealed == RESEAL_BATCH);
    test_commit(t);
    struct said s = command(t, "rotate");
    char want[64];
    (void)snprintf(want, sizeof want, "\"resealed\":%d,\"broken\":0,\"retired\":1}", VALUES + 1 - RESEAL_BATCH);
    expect_says(&s, EXIT_OK, want);
    use_ring(NULL);
}

/* ---- what a key has signed ---- */

enum { TOKEN_SHOP = 7, TOKEN_VISITOR = 3, TOKEN_CONVERSATION = 9 };
struct signed_things {
    char visitor[VISITOR_TOKEN_SIZE], picture[PICTURE_TOKEN_SIZE];
    const char *reply;
};
static const struct conversation talk = { .id = TOKEN_CONVERSATION, .visitor = TOKEN_VISITOR };

static struct signed_things sign(struct test_db *t)
{
    struct signed_things s;
    chat_settings.reply_domain = "mail.example";
    visitor_token_write(&(struct visitor_token){ .shop = TOKEN_SHOP,
                                                 .visitor = TOKEN_VISITOR,
                                                 .generation = 1,
                                                 .expires_at_ms = kit_now() + VISITOR_TOKEN_LIFE_MS },
                        s.visitor);
    picture_token_write(TOKEN_CONVERSATION, 1, kit_now(), s.picture);
    s.reply = reply_token_address(t->arena, &talk, kit_now());
    return s;
}

static void expect_good(const struct signed_things *s, bool good)
{
    struct visitor_token v;
    struct reply_token r;
    int64_t conversation, number;
    assert_int_equal(visitor_token_read(str_of(s->visitor), TOKEN_SHOP, kit_now(), &v), good);
    assert_int_equal(picture_token_read(str_of(s->picture), kit_now(), &conversation, &number), good);
    assert_true(reply_token_find(str_of(s->reply), &r));
    assert_int_equal(reply_token_is_of(&r, &talk), good);
}

TEST_EACH_ENGINE(what_a_retired_key_has_signed_goes_on)
{
    fix_app(t);
    expect_fit(t, "1", KEYS_FIT, 0);
    struct signed_things first = sign(t);
    expect_fit(t, "21", KEYS_FIT, 0);
    expect_good(&first, true);
    struct said s = command(t, "rotate");
    expect_says(&s, EXIT_OK, "\"retired\":1}");
    expect_fit(t, "2", KEYS_FIT, 0); /* a start without the old key */
    expect_good(&first, true);
    struct signed_things second = sign(t);
    expect_fit(t, "32", KEYS_FIT, 0);
    s = command(t, "rotate");
    expect_says(&s, EXIT_OK, "\"broken\":0,\"retired\":1}");
    expect_fit(t, "3", KEYS_FIT, 0);
    expect_good(&first, true);
    expect_good(&second, true);
    use_ring(ring_of("3")); /* by nothing but what is kept */
    expect_good(&first, false);
    /* No longer than anything that was signed. */
    uint8_t ids[KEYRING_MACS_MAX];
    kit_set_now(kit_now() + VISITOR_TOKEN_LIFE_MS - 1);
    expect_fit(t, "3", KEYS_FIT, 0);
    assert_int_equal(keyring_mac_ids(app.keyring, ids), 3);
    kit_set_now(kit_now() + 1);
    expect_fit(t, "3", KEYS_FIT, 0);
    assert_int_equal(keyring_mac_ids(app.keyring, ids), 1);
    use_ring(NULL);
}

/* The machine's clock is two years behind while the key is changed, and right again at the next start. */
TEST_EACH_ENGINE(a_clock_that_is_behind_ends_nothing)
{
    fix_app(t);
    expect_fit(t, "1", KEYS_FIT, 0);
    struct signed_things first = sign(t);
    expect_fit(t, "21", KEYS_FIT, 0);
    int64_t right_ms = kit_now();
    kit_set_now(right_ms - 730 * DAY_MS);
    struct said s = command(t, "rotate");
    expect_says(&s, EXIT_OK, "\"retired\":1}");
    kit_set_now(right_ms);
    expect_fit(t, "2", KEYS_FIT, 0);
    expect_good(&first, true);
    use_ring(NULL);
}

TEST_EACH_ENGINE(what_a_leaked_key_has_signed_ends_with_it)
{
    fix_app(t);
    expect_fit(t, "1", KEYS_FIT, 0);
    struct signed_things old = sign(t);
    expect_fit(t, "21", KEYS_FIT, 0);
    struct said s = command_with(t, "rotate", "--end-tokens");
    expect_says(&s, EXIT_OK, "\"retired\":1}");
    struct signed_things young = sign(t);
    expect_fit(t, "21", KEYS_FIT, 0); /* it is in the settings yet, and is not kept again */
    expect_good(&old, true);
    expect_fit(t, "2", KEYS_FIT, 0);
    expect_good(&old, false);
    expect_good(&young, true);
    use_ring(NULL);
}

/* A key of MACs in another's row is taken for none. */
TEST_EACH_ENGINE(a_kept_key_is_bound_to_its_master_key)
{
    fix_app(t);
    expect_fit(t, "1", KEYS_FIT, 0);
    struct signed_things old = sign(t);
    expect_fit(t, "21", KEYS_FIT, 0);
    struct said s = command(t, "rotate");
    expect_says(&s, EXIT_OK, "\"retired\":1}");
    test_script(t, "UPDATE sealing_keys SET mac = (SELECT mac FROM sealing_keys WHERE id = 2) WHERE id = 1");
    test_commit(t);
    expect_fit(t, "2", KEYS_FIT, 0);
    expect_good(&old, false);
    expect_sealed(t, "sealing_keys", 1);
    use_ring(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_database_starts_only_with_the_keys_it_was_sealed_with),
        EACH_ENGINE(all_values_are_sealed_anew_and_the_old_key_retires),
        EACH_ENGINE(whatever_is_sealed_is_opened_by_verify),
        EACH_ENGINE(a_value_that_does_not_open_keeps_its_key),
        EACH_ENGINE(a_rotation_that_was_stopped_goes_on),
        EACH_ENGINE(what_a_retired_key_has_signed_goes_on),
        EACH_ENGINE(a_clock_that_is_behind_ends_nothing),
        EACH_ENGINE(what_a_leaked_key_has_signed_ends_with_it),
        EACH_ENGINE(a_kept_key_is_bound_to_its_master_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
