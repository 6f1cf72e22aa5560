/* test_chain.c: the ledger's chains under a key, against somebody who can write every row and has no key. */
#include "storage/test_verify.h"

#include "credits/private.h"

/* Of a domain behind this one. */
CREDITS_DECLARE(chatbot_enablement)
CREDITS_DEFINE_SERVICE(chatbot_enablement)

enum { AT_MS = 1795320000 };

static int64_t fix_account(struct test_db *t, int64_t account, int64_t debits)
{
    struct credit_change c = { .account = account,
                               .amount = credits_of(100),
                               .reason = REASON_grant,
                               .note = "start",
                               .key = "start",
                               .at_ms = AT_MS };
    struct credit_entry e;
    EXPECT(credits_open(t->tx, account));
    EXPECT(credits_grant(t->tx, &c, &e) == DEBIT_DONE);
    for (int64_t i = 1; i <= debits; i++) {
        c = (struct credit_change){ .account = account,
                                    .shop = 7,
                                    .amount = credits_of(10),
                                    .at_ms = AT_MS,
                                    .reason = REASON_chatbot_enablement,
                                    .note = "",
                                    .key = arena_printf(t->arena, "k%d", (int)i) };
        EXPECT(credits_debit(t->tx, &c, &e) == DEBIT_DONE);
    }
    return account;
}

STMT(read_entries, "SELECT seq, key, amount, balance_after, reason, shop, note, actor, at_ms FROM credit_entries"
                   " WHERE account = ?1 ORDER BY seq");
STMT(write_entry, "UPDATE credit_entries SET hash = ?3 WHERE account = ?1 AND seq = ?2");
STMT(write_head, "UPDATE credit_accounts SET head = ?2 WHERE account = ?1");

/* All of an account's entries chained anew by plain hashes, up to the head: what one can do without the key. */
static void chain_anew(struct test_db *t, int64_t account)
{
    struct ledger_record r = { .account = account };
    struct query q = query(t->tx, &read_entries);
    uint8_t hash[SHA256_SIZE] = { 0 };
    bind_i64(&q, account);
    while (query_next(&q) == ROW_FOUND) {
        r.seq = col_i64(&q, "seq"), r.shop = col_i64(&q, "shop"), r.actor = col_i64(&q, "actor");
        r.at_ms = col_i64(&q, "at_ms"), r.amount = col_credits(&q, "amount");
        r.balance_after = col_credits(&q, "balance_after"), r.key = col_text(&q, "key");
        r.reason = col_text(&q, "reason"), r.note = col_text(&q, "note");
        memcpy(r.previous, hash, SHA256_SIZE);
        ledger_hash(&r, hash);
        struct query put = query(t->tx, &write_entry);
        bind_i64(&put, account), bind_i64(&put, r.seq), bind_blob(&put, hash, sizeof hash);
        EXPECT(query_change(&put) == 1);
    }
    struct query head = query(t->tx, &write_head);
    bind_i64(&head, account), bind_blob(&head, hash, sizeof hash);
    EXPECT(query_change(&head) == 1);
}

/* The account as a version without a key left it. */
static void make_old(struct test_db *t, int64_t account)
{
    chain_anew(t, account);
    test_script(t, "UPDATE credit_accounts SET keyed_from = NULL, head_mac = NULL;");
    test_script(t, "UPDATE credit_holds SET hash = NULL;");
}

static void begin(struct test_db *t)
{
    int64_t cursor[2] = { 0 };
    for (bool more = true; more;) EXPECT(credits_chain_begin(t->tx, cursor, &more));
}

static bool is_sound(struct test_db *t) { return test_verify(t, credits_checks).unsound == 0; }

static enum debit debit_more(struct test_db *t, int64_t account, const char *key)
{
    struct credit_entry e;
    struct credit_change c = { .account = account,
                               .shop = 7,
                               .amount = credits_of(1),
                               .at_ms = AT_MS,
                               .reason = REASON_chatbot_enablement,
                               .key = key };
    return credits_debit(t->tx, &c, &e);
}

TEST_EACH_ENGINE(an_entry_rewritten_with_plain_hashes_is_found)
{
    int64_t account = fix_account(t, 1, 3);
    test_expect_sound(t, credits_checks);
    test_script(t, "UPDATE credit_entries SET note = 'forged' WHERE seq = 2;");
    chain_anew(t, account); /* every hash fits again, but none is under the key */
    EXPECT(!is_sound(t));
    EXPECT(debit_more(t, account, "more") == DEBIT_FAULT);        /* and nothing is built on it */
    test_script(t, "UPDATE credit_accounts SET keyed_from = 5;"); /* "they are all from before" */
    EXPECT(!is_sound(t));
    test_script(t, "UPDATE credit_accounts SET keyed_from = NULL, head_mac = NULL;");
    EXPECT(!is_sound(t));
    EXPECT(debit_more(t, account, "more") == DEBIT_FAULT);
}

TEST_EACH_ENGINE(entries_cut_off_at_the_end_are_missed)
{
    int64_t account = fix_account(t, 1, 3);
    /* All that one can see fits: the sums, the number, the head, which is the hash of the entry before. */
    test_script(t, "DELETE FROM credit_entries WHERE seq = 4;"
                   "UPDATE credit_accounts SET seq = 3, balance = 80, spent = 20,"
                   " head = (SELECT e.hash FROM credit_entries e WHERE e.account = 1 AND e.seq = 3);");
    struct test_found f = test_verify(t, credits_checks);
    EXPECT(f.unsound == 1 && f.id == account && strstr(f.what, "cut off") != NULL);
    EXPECT(debit_more(t, account, "more") == DEBIT_FAULT);
}

TEST_EACH_ENGINE(the_end_of_another_account_does_not_fit)
{
    (void)fix_account(t, 1, 3), (void)fix_account(t, 2, 2);
    test_script(t, "UPDATE credit_accounts SET head_mac ="
                   " (SELECT o.head_mac FROM credit_accounts o WHERE o.account = 2) WHERE account = 1;");
    EXPECT(!is_sound(t));
}

TEST_EACH_ENGINE(a_hold_rewritten_with_a_plain_hash_is_found)
{
    int64_t account = fix_account(t, 1, 0), hold;
    struct credit_change c = { .account = account,
                               .shop = 7,
                               .amount = credits_of(60),
                               .at_ms = AT_MS,
                               .reason = REASON_chatbot_enablement,
                               .key = "hold" };
    EXPECT(credits_hold(t->tx, &c, &hold) == DEBIT_DONE);
    test_expect_sound(t, credits_checks);
    test_commit(t);
    test_script(t, "UPDATE credit_holds SET hash = NULL;");
    EXPECT(!is_sound(t));
    test_reopen(t);
    uint8_t hash[SHA256_SIZE];
    STMT(forge, "UPDATE credit_holds SET amount = 1, hash = ?1");
    c.amount = credits_of(1);
    hold_hash(&c, c.reason.name, hash);
    struct query q = query(t->tx, &forge);
    bind_blob(&q, hash, sizeof hash);
    EXPECT(query_change(&q) == 1);
    test_script(t, "UPDATE credit_accounts SET held = 1;");
    EXPECT(!is_sound(t));
}

TEST_EACH_ENGINE(entries_from_before_the_key_stay_and_later_ones_are_under_it)
{
    int64_t account = fix_account(t, 1, 3), empty = fix_account(t, 2, 0), hold;
    struct credit_change c = { .account = account,
                               .shop = 7,
                               .amount = credits_of(5),
                               .at_ms = AT_MS,
                               .reason = REASON_chatbot_enablement,
                               .key = "hold" };
    EXPECT(credits_hold(t->tx, &c, &hold) == DEBIT_DONE);
    chain_anew(t, empty), make_old(t, account);
    EXPECT(!is_sound(t));
    bool used = true;
    EXPECT(credits_chain_used(t->tx, &used) && !used);
    begin(t);
    EXPECT(credits_chain_used(t->tx, &used) && used);
    test_expect_sound(t, credits_checks);
    begin(t); /* again: all is passed over */
    EXPECT(debit_more(t, account, "more") == DEBIT_DONE);
    struct credit_entry e;
    EXPECT(credits_capture(t->tx, hold, AT_MS, &e) == DEBIT_DONE);
    test_expect_sound(t, credits_checks);
    EXPECT(test_number(t, "SELECT keyed_from FROM credit_accounts WHERE account = 1") == 5);
    test_commit(t);
    test_script(t, "UPDATE credit_entries SET note = 'forged' WHERE account = 1 AND seq = 2;");
    EXPECT(!is_sound(t)); /* the plain chain still ends where the first entry under the key says */
    test_reopen(t);
    test_script(t, "UPDATE credit_entries SET note = 'forged' WHERE account = 1 AND seq = 6;");
    EXPECT(!is_sound(t));
}

/* What did not fit before the key is not made to fit by it. */
TEST_EACH_ENGINE(a_hold_that_was_changed_before_the_key_is_still_named)
{
    int64_t account = fix_account(t, 1, 0), hold;
    struct credit_change c = { .account = account,
                               .shop = 7,
                               .amount = credits_of(5),
                               .at_ms = AT_MS,
                               .reason = REASON_chatbot_enablement,
                               .key = "hold" };
    EXPECT(credits_hold(t->tx, &c, &hold) == DEBIT_DONE);
    make_old(t, account);
    STMT(plain, "UPDATE credit_holds SET hash = ?1, shop = ?2");
    for (int64_t shop = 7; shop <= 8; shop++) {
        uint8_t hash[SHA256_SIZE];
        hold_hash(&c, c.reason.name, hash);
        struct query q = query(t->tx, &plain);
        bind_blob(&q, hash, sizeof hash), bind_i64(&q, shop);
        EXPECT(query_change(&q) == 1);
        begin(t);
        EXPECT(is_sound(t) == (shop == 7));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_entry_rewritten_with_plain_hashes_is_found),
        EACH_ENGINE(entries_cut_off_at_the_end_are_missed),
        EACH_ENGINE(the_end_of_another_account_does_not_fit),
        EACH_ENGINE(a_hold_rewritten_with_a_plain_hash_is_found),
        EACH_ENGINE(entries_from_before_the_key_stay_and_later_ones_are_under_it),
        EACH_ENGINE(a_hold_that_was_changed_before_the_key_is_still_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
