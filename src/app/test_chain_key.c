/* test_chain_key.c: the key of the chains: made once, kept under the master key, and never made a second time. */
#include "base/testing.h"

#include "app/chain_key.h"
#include "app/keys.h"
#include "audit/audit.h"
#include "credits/credits.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

static const struct config settings = { .data_dir = "/nonexistent" };
static struct app app;

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

static void use_ring(const char *ids)
{
    keyring_free(app.keyring);
    app.keyring = ids ? ring_of(ids) : NULL;
}

static void fix_app(struct test_db *t)
{
    app = (struct app){ .config = &settings, .db = t->db, .base_url = "http://127.0.0.1" };
    app_fill_hooks(&app);
    credits_hooks.account_known = NULL; /* the kit's ledgers have no accounts behind them */
    kit_start();
    use_ring("1");
}

/* A start. The sentence that it ends with, or NULL when it goes on. */
static const char *start(struct test_db *t)
{
    struct buf error;
    buf_init(&error, 4096);
    app.lanes = test_lanes(t, NULL);
    bool fits = chain_key_fit(&app, &error);
    test_lanes_stop(t);
    const char *said = fits ? NULL : arena_text_n(t->arena, error.p, error.n);
    buf_free(&error);
    return said;
}

static void expect_start(struct test_db *t)
{
    const char *said = start(t);
    if (said) fail_msg("%s", said);
}

static void expect_refused(struct test_db *t, const char *word)
{
    const char *said = start(t);
    if (!said || !strstr(said, word)) fail_msg("%s", said ? said : "it started");
}

/* The rows as a version without a key left them. */
static void make_old(struct test_db *t)
{
    test_script(t, "DELETE FROM chain_keys; DELETE FROM audit_head; DELETE FROM audit_seals;"
                   "UPDATE credit_accounts SET keyed_from = NULL, head_mac = NULL;");
    test_commit(t);
}

static void expect_sound(struct test_db *t, bool sound)
{
    EXPECT((test_verify(t, credits_checks).unsound == 0) == sound);
    EXPECT((test_verify(t, audit_checks).unsound == 0) == sound);
}

static void grant(struct test_db *t, int64_t account, const char *key, enum debit want)
{
    struct credit_entry e;
    EXPECT(credits_grant(t->tx,
                         &(struct credit_change){ .account = account,
                                                  .amount = credits_of(1),
                                                  .key = key,
                                                  .reason = REASON_grant,
                                                  .note = "n",
                                                  .at_ms = kit_now() },
                         &e) == want);
}

TEST_EACH_ENGINE(the_first_start_makes_it_and_later_ones_find_it)
{
    fix_app(t);
    for (int i = 0; i < 1100; i++) (void)kit_account(t, 0); /* more than two pieces */
    make_old(t);
    expect_sound(t, false);
    expect_start(t);
    expect_sound(t, true);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM credit_accounts WHERE head_mac IS NULL") == 0);
    grant(t, 7, "a", DEBIT_DONE);
    test_commit(t);
    expect_start(t);
    grant(t, 7, "b", DEBIT_DONE);
    expect_sound(t, true);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chain_keys") == 1);
    use_ring(NULL);
}

TEST_EACH_ENGINE(an_account_from_before_is_not_taken_later)
{
    fix_app(t);
    int64_t account = kit_account(t, 0);
    make_old(t);
    expect_start(t);
    test_script(t, "UPDATE credit_accounts SET keyed_from = NULL, head_mac = NULL;");
    test_commit(t);
    expect_start(t); /* it starts, but blesses nothing */
    EXPECT(test_verify(t, credits_checks).id == account);
    grant(t, account, "a", DEBIT_FAULT);
    use_ring(NULL);
}

TEST_EACH_ENGINE(a_start_that_was_cut_off_goes_on)
{
    fix_app(t);
    for (int i = 0; i < 3; i++) (void)kit_account(t, 0);
    make_old(t);
    /* As far as the first piece: the key is there, one account is not done. */
    expect_start(t);
    STMT(begun, "UPDATE chain_keys SET sealed = ?1");
    STMT(old, "SELECT sealed FROM chain_keys");
    struct query q = query(t->tx, &old);
    EXPECT(query_row(&q) == ROW_FOUND);
    struct str stored = col_str(&q, "sealed"), plain;
    EXPECT(unseal(app.keyring, t->arena, STR("chain"), STR("whole"),
                  (struct sealed){ (uint8_t *)(uintptr_t)stored.p, stored.n }, &plain));
    struct sealed sealed = seal(app.keyring, t->arena, STR("chain"), STR("begun"), plain);
    struct query put = query(t->tx, &begun);
    bind_blob(&put, sealed.p, sealed.n);
    EXPECT(query_change(&put) == 1);
    test_script(t, "UPDATE credit_accounts SET keyed_from = NULL, head_mac = NULL WHERE account = 2;");
    test_commit(t);
    expect_start(t);
    expect_sound(t, true);
    grant(t, 2, "a", DEBIT_DONE);
    use_ring(NULL);
}

TEST_EACH_ENGINE(a_key_that_is_gone_is_not_made_anew)
{
    fix_app(t);
    (void)kit_account(t, 0);
    make_old(t);
    expect_start(t);
    test_script(t, "DELETE FROM chain_keys;");
    test_commit(t);
    expect_refused(t, "is missing");
    test_script(t, "UPDATE credit_accounts SET keyed_from = NULL, head_mac = NULL;");
    test_commit(t);
    expect_refused(t, "is missing"); /* the end of the seals is there */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chain_keys") == 0);
    use_ring(NULL);
}

TEST_EACH_ENGINE(it_follows_the_master_key)
{
    fix_app(t);
    int64_t account = kit_account(t, 0);
    make_old(t);
    expect_start(t);
    use_ring("21");
    expect_start(t);
    struct reseal_piece p = { .keyring = app.keyring };
    EXPECT(chain_key_sealed[0].piece(t->tx, &p) && !p.more && p.looked == 1 && p.resealed == 1);
    p = (struct reseal_piece){ .keyring = app.keyring };
    EXPECT(chain_key_sealed[0].piece(t->tx, &p) && p.looked == 1 && p.resealed == 0 && p.broken == 0);
    test_commit(t);
    use_ring("2");
    expect_start(t);
    grant(t, account, "a", DEBIT_DONE);
    expect_sound(t, true);
    test_commit(t);
    use_ring("1");
    expect_refused(t, "does not open");
    p = (struct reseal_piece){ .keyring = app.keyring };
    EXPECT(chain_key_sealed[0].piece(t->tx, &p) && p.broken == 1);
    use_ring(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(the_first_start_makes_it_and_later_ones_find_it),
        EACH_ENGINE(an_account_from_before_is_not_taken_later),
        EACH_ENGINE(a_start_that_was_cut_off_goes_on),
        EACH_ENGINE(a_key_that_is_gone_is_not_made_anew),
        EACH_ENGINE(it_follows_the_master_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
