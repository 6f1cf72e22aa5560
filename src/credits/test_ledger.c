/* test_ledger.c: money. Every test ends with the whole ledger proven (EXPECT_LEDGER_TRUE). Named after the defects of
 * the replaced panel where one is behind it: d01 (parallel debits), d02 (no refund), d05, d06 (an incomplete ledger).
 */
#include "storage/test_verify.h"

#include "base/clock.h"
#include "credits/credits.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

CREDITS_DECLARE(chatbot_enablement)
CREDITS_DEFINE_SERVICE(chatbot_enablement)

#define CREDITS(n) credits_of(n)
enum { AT_MS = 1795320000 };

static int64_t fix_account(struct test_db *t, int64_t credits)
{
    static int64_t next;
    int64_t account = ++next;
    struct credit_entry e;
    EXPECT(credits_open(t->tx, account));
    if (credits)
        EXPECT(credits_grant(t->tx,
                             &(struct credit_change){ .account = account,
                                                      .amount = CREDITS(credits),
                                                      .reason = REASON_grant,
                                                      .note = "start",
                                                      .key = "start",
                                                      .at_ms = AT_MS },
                             &e) == DEBIT_DONE);
    return account;
}

#define EXPECT_LEDGER_TRUE(t) test_expect_sound((t), credits_checks)

static int64_t available(struct test_db *t, int64_t account)
{
    struct credit_balance b;
    EXPECT(credits_balance(t->tx, account, &b) == ROW_FOUND);
    return credits_count(b.available);
}

static struct credit_change debit_of(int64_t account, int64_t amount, const char *key)
{
    return (struct credit_change){ .account = account,
                                   .shop = 7,
                                   .amount = CREDITS(amount),
                                   .reason = REASON_chatbot_enablement,
                                   .key = key,
                                   .at_ms = AT_MS };
}

TEST_EACH_ENGINE(a_replayed_debit_is_free)
{
    struct credit_entry first, again;
    int64_t rich = fix_account(t, 500);
    struct credit_change d = debit_of(rich, 300, "k1");
    EXPECT(credits_debit(t->tx, &d, &first) == DEBIT_DONE);
    EXPECT(credits_count(first.balance_after) == 200 && credits_count(first.amount) == -300);
    EXPECT(credits_debit(t->tx, &d, &again) == DEBIT_REPLAYED && again.id == first.id);
    d.amount = CREDITS(299);
    EXPECT(credits_debit(t->tx, &d, &again) == DEBIT_KEY_REUSED);
    d = debit_of(rich, 300, "k1"), d.shop = 8;
    EXPECT(credits_debit(t->tx, &d, &again) == DEBIT_KEY_REUSED);
    d = debit_of(rich, 201, "k2");
    EXPECT(credits_debit(t->tx, &d, &again) == DEBIT_INSUFFICIENT);
    EXPECT(available(t, rich) == 200);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(the_same_key_serves_two_accounts)
{
    struct credit_entry e;
    int64_t a = fix_account(t, 10), b = fix_account(t, 10);
    struct credit_change d = debit_of(a, 5, "same");
    EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    d.account = b;
    EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    EXPECT(available(t, a) == 5 && available(t, b) == 5);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(many_accounts_are_taken_from_under_one_lock)
{
    struct credit_balance left;
    int64_t account[] = { fix_account(t, 10), fix_account(t, 4), fix_account(t, 7) };
    struct credits_locked *l = credits_lock_each(t->tx, account, 2);
    EXPECT(l != NULL);
    struct credit_change d = debit_of(account[1], 4, "one");
    EXPECT(credits_debit_locked(l, &d, &left) == DEBIT_DONE && credits_count(left.available) == 0);
    d = debit_of(account[0], 4, "one");
    EXPECT(credits_debit_locked(l, &d, &left) == DEBIT_DONE);
    d = debit_of(account[0], 5, "two"); /* what was taken just now counts */
    EXPECT(credits_debit_locked(l, &d, &left) == DEBIT_DONE);
    EXPECT(credits_count(left.balance) == 1 && credits_count(left.held) == 0 && credits_count(left.available) == 1);
    d = debit_of(account[0], 2, "three");
    EXPECT(credits_debit_locked(l, &d, &left) == DEBIT_INSUFFICIENT);
    d = debit_of(account[2], 1, "one"); /* it is not among them */
    EXPECT(credits_debit_locked(l, &d, &left) == DEBIT_FAULT);
    EXPECT(available(t, account[0]) == 1 && available(t, account[1]) == 0 && available(t, account[2]) == 7);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(what_is_held_is_not_taken_under_the_lock_of_many)
{
    struct credit_balance left;
    int64_t account = fix_account(t, 10), hold = 0;
    struct credit_change h = debit_of(account, 8, "hold");
    EXPECT(credits_hold(t->tx, &h, &hold) == DEBIT_DONE);
    struct credits_locked *l = credits_lock_each(t->tx, &account, 1);
    struct credit_change d = debit_of(account, 3, "k");
    EXPECT(l && credits_debit_locked(l, &d, &left) == DEBIT_INSUFFICIENT);
    d = debit_of(account, 2, "k");
    EXPECT(credits_debit_locked(l, &d, &left) == DEBIT_DONE && credits_count(left.held) == 8);
    EXPECT(credits_count(left.available) == 0);
    EXPECT_LEDGER_TRUE(t);
}

/* Nothing is taken twice: the part in which it is tried is in conflict, and is undone. */
TEST_EACH_ENGINE(a_used_key_is_a_conflict_under_the_lock_of_many)
{
    struct credit_entry e;
    struct credit_balance left;
    int64_t account = fix_account(t, 10);
    struct credit_change d = debit_of(account, 3, "k");
    EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    EXPECT(tx_part_begin(t->tx, t->arena));
    struct credits_locked *l = credits_lock_each(t->tx, &account, 1);
    EXPECT(l != NULL);
    bool sent = credits_debit_locked(l, &d, &left) == DEBIT_DONE; /* SQLite says no at once */
    EXPECT(!(sent && tx_part_keep(t->tx)) && tx_fault_of(t->tx) == TX_CONFLICT);
    EXPECT(tx_part_undo(t->tx));
    EXPECT(available(t, account) == 7 && credits_debit(t->tx, &d, &e) == DEBIT_REPLAYED);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(an_unknown_account_has_no_money)
{
    struct credit_entry e;
    struct credit_balance b;
    struct credit_change d = debit_of(999999, 1, "k");
    EXPECT(credits_balance(t->tx, 999999, &b) == ROW_NONE);
    EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_FAULT);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM credit_entries WHERE account = 999999") == 0);
}

TEST_EACH_ENGINE(d02_a_hold_is_captured_once_or_released_once)
{
    struct credit_entry e, again;
    int64_t account = fix_account(t, 100), hold = 0, same = 0, other = 0;
    struct credit_change h = debit_of(account, 60, "enable:7:1");
    EXPECT(credits_hold(t->tx, &h, &hold) == DEBIT_DONE);
    EXPECT(available(t, account) == 40);
    EXPECT(credits_hold(t->tx, &h, &same) == DEBIT_REPLAYED && same == hold);
    struct credit_change more = debit_of(account, 41, "k2");
    EXPECT(credits_debit(t->tx, &more, &e) == DEBIT_INSUFFICIENT);
    EXPECT(credits_hold(t->tx, &more, &other) == DEBIT_INSUFFICIENT);
    EXPECT_LEDGER_TRUE(t);
    EXPECT(credits_capture(t->tx, hold, AT_MS, &e) == DEBIT_DONE && credits_count(e.balance_after) == 40);
    EXPECT(credits_capture(t->tx, hold, AT_MS, &again) == DEBIT_REPLAYED && again.id == e.id);
    EXPECT(credits_release(t->tx, hold, AT_MS) == DEBIT_KEY_REUSED);
    EXPECT(available(t, account) == 40);
    EXPECT_LEDGER_TRUE(t);

    struct credit_change second = debit_of(account, 40, "enable:7:2");
    EXPECT(credits_hold(t->tx, &second, &hold) == DEBIT_DONE && available(t, account) == 0);
    EXPECT(credits_release(t->tx, hold, AT_MS) == DEBIT_DONE && available(t, account) == 40);
    EXPECT(credits_release(t->tx, hold, AT_MS) == DEBIT_REPLAYED && available(t, account) == 40);
    EXPECT(credits_capture(t->tx, hold, AT_MS, &e) == DEBIT_KEY_REUSED);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(a_grant_cannot_pass_the_limit)
{
    struct credit_entry e;
    int64_t account = fix_account(t, 1);
    struct credit_change g = {
        .account = account, .amount = CREDITS(CREDITS_LIMIT), .reason = REASON_grant, .key = "big", .at_ms = AT_MS
    };
    EXPECT(credits_grant(t->tx, &g, &e) == DEBIT_TOO_MANY);
    EXPECT(available(t, account) == 1);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(d06_every_change_has_one_entry_and_the_sum_is_the_balance)
{
    struct credit_entry e;
    int64_t account = fix_account(t, 1000), hold = 0;
    char key[32];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(key, sizeof key, "debit:%d", i);
        struct credit_change d = debit_of(account, i + 1, key);
        EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    }
    struct credit_change h = debit_of(account, 100, "hold");
    EXPECT(credits_hold(t->tx, &h, &hold) == DEBIT_DONE && credits_capture(t->tx, hold, AT_MS, &e) == DEBIT_DONE);
    char sql[160];
    (void)snprintf(sql, sizeof sql, "SELECT CAST(SUM(amount) AS BIGINT) FROM credit_entries WHERE account = %lld",
                   (long long)account);
    EXPECT(test_number(t, sql) == available(t, account) && available(t, account) == 1000 - 210 - 100);
    (void)snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM credit_entries WHERE account = %lld", (long long)account);
    EXPECT(test_number(t, sql) == 22);
    EXPECT_LEDGER_TRUE(t);
}

/* More accounts and entries than a page of either has, with accounts that have none in between. */
TEST_EACH_ENGINE(verify_reads_every_entry_of_every_account)
{
    enum { ACCOUNTS_BEFORE = 70, LONG = 2300 };
    for (int i = 0; i < ACCOUNTS_BEFORE; i++) (void)fix_account(t, i % 3);
    int64_t account = fix_account(t, LONG + 1);
    (void)fix_account(t, 5);
    struct credit_entry e;
    for (int i = 0; i < LONG; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        struct credit_change d = debit_of(account, 1, key);
        EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    }
    struct test_found v = test_verify(t, credits_checks);
    EXPECT(v.unsound == 0 && v.looked == ACCOUNTS_BEFORE + 2);
    EXPECT(v.rows == test_number(t, "SELECT COUNT(*) FROM credit_entries") && v.rows > LONG);
    test_script(t, "UPDATE credit_entries SET amount = amount - 1 WHERE key = 'k2299'");
    EXPECT(test_verify(t, credits_checks).id == account);
}

TEST_EACH_ENGINE(verify_finds_a_changed_entry)
{
    int64_t account = fix_account(t, 100);
    struct credit_entry e;
    struct credit_change d = debit_of(account, 5, "k");
    EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    EXPECT_LEDGER_TRUE(t);
    test_script(t, "UPDATE credit_entries SET note = 'edited' WHERE key = 'start'");
    EXPECT(test_verify(t, credits_checks).id == account);
}

TEST_EACH_ENGINE(verify_finds_a_removed_entry_and_a_moved_balance)
{
    int64_t account = fix_account(t, 100);
    struct credit_entry e;
    struct credit_change d = debit_of(account, 5, "k");
    EXPECT(credits_debit(t->tx, &d, &e) == DEBIT_DONE);
    test_script(t, "UPDATE credit_accounts SET balance = balance + 1, granted = granted + 1");
    EXPECT(test_verify(t, credits_checks).id == account);
    test_script(t, "UPDATE credit_accounts SET balance = balance - 1, granted = granted - 1");
    EXPECT_LEDGER_TRUE(t);
    test_script(t, "DELETE FROM credit_entries WHERE key = 'k'");
    EXPECT(test_verify(t, credits_checks).id == account);
}

/* Each change keeps the table's own checks, as somebody with the database in his hands would. */
TEST_EACH_ENGINE(verify_finds_what_was_done_to_accounts_and_holds)
{
    /* clang-format off */
    static const char *const harms[] = {
        "UPDATE credit_accounts SET granted = granted + 1000, spent = spent + 1000;",
        "UPDATE credit_accounts SET held = 0; UPDATE credit_holds SET state = 2;",               /* given back: below */
        "UPDATE credit_holds SET state = 1;",
        "UPDATE credit_accounts SET held = 1; UPDATE credit_holds SET amount = 1;",
        "UPDATE credit_holds SET shop = 8;",
        "UPDATE credit_holds SET key = 'another';",
        "UPDATE credit_holds SET reason = 'refund';",
        "UPDATE credit_holds SET state = 5;",
        "DELETE FROM credit_holds;",
        "DELETE FROM credit_accounts;",
        "DELETE FROM credit_accounts; DELETE FROM credit_holds;",
        "UPDATE credit_entries SET account = account + 1;",
    };
    /* clang-format on */
    int64_t account = fix_account(t, 100), hold;
    struct credit_change d = debit_of(account, 30, "hold");
    EXPECT(credits_hold(t->tx, &d, &hold) == DEBIT_DONE);
    test_expect_sound(t, credits_checks);
    test_commit(t);
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        test_script(t, harms[i]);
        /* A hold given back is sound by itself: only who waits for it (its tenant) can tell that it is missed. */
        bool found = test_verify(t, credits_checks).unsound > 0;
        if (found != (i != 1)) fail_msg("%s: %s", found ? "found" : "not found", harms[i]);
        test_reopen(t);
    }
    struct credit_entry e;
    EXPECT(credits_capture(t->tx, hold, AT_MS, &e) == DEBIT_DONE);
    test_expect_sound(t, credits_checks);
    test_script(t, "UPDATE credit_holds SET state = 2;");
    EXPECT(strstr(test_verify(t, credits_checks).what, "given back and taken") != NULL);
}

static enum row nobody(struct tx *tx, int64_t account) { return ROW_NONE; }

TEST_EACH_ENGINE(verify_finds_credits_of_nobody)
{
    (void)fix_account(t, 100);
    credits_hooks.account_known = nobody;
    struct test_found f = test_verify(t, credits_checks);
    credits_hooks.account_known = NULL;
    EXPECT(f.unsound == 1 && strstr(f.what, "not there"));
    test_expect_sound(t, credits_checks);
}

TEST_EACH_ENGINE(a_balance_below_zero_cannot_be_stored)
{
    (void)fix_account(t, 10);
    struct query q;
    STMT(overdraw, "UPDATE credit_accounts SET balance = balance - 11, spent = spent + 11 WHERE balance = 10");
    q = query(t->tx, &overdraw);
    EXPECT(query_change(&q) == -1);
    EXPECT(tx_fault_of(t->tx) != TX_SOUND);
    test_reopen(t);
}

/* ---- in parallel, through the lanes ---- */

enum { PARALLEL = 100, PAYABLE = 10 };
struct parallel {
    struct op op;
    struct credit_change change;
    enum debit result;
    char key[32];
    atomic_int *left;
    enum op_outcome outcome;
};

static enum op_wish run_debit(struct op *op, struct tx *tx)
{
    struct parallel *p = OWNER_OF(op, struct parallel, op);
    struct credit_entry e;
    p->result = credits_debit(tx, &p->change, &e);
    return p->result == DEBIT_DONE || p->result == DEBIT_REPLAYED ? OP_COMMIT : OP_REFUSE;
}
static void again(struct op *op) { arena_reset(op->arena); }
static void debit_done(struct op *op, enum op_outcome outcome)
{
    struct parallel *p = OWNER_OF(op, struct parallel, op);
    p->outcome = outcome;
    atomic_fetch_sub(p->left, 1);
}

static void run_parallel(struct test_db *t, struct parallel *p, int64_t account, bool same_key)
{
    atomic_int left = PARALLEL;
    for (int i = 0; i < PARALLEL; i++) {
        (void)snprintf(p[i].key, sizeof p[i].key, "parallel:%d", same_key ? 0 : i);
        p[i].change = debit_of(account, 10, p[i].key);
        p[i].left = &left;
        p[i].op = (struct op){
            .mode = TX_WRITE, .arena = arena_new(1 << 20), .run = run_debit, .again = again, .done = debit_done
        };
    }
    struct lanes *lanes = test_lanes(t, NULL);
    for (int i = 0; i < PARALLEL; i++) EXPECT(lanes_submit(lanes, &p[i].op));
    for (int waited = 0; atomic_load(&left) && waited < 30000; waited++) {
        struct timespec ms = { .tv_nsec = 1000000 };
        (void)nanosleep(&ms, NULL);
    }
    EXPECT(atomic_load(&left) == 0);
    test_lanes_stop(t);
    for (int i = 0; i < PARALLEL; i++) arena_free(p[i].op.arena);
}

TEST_EACH_ENGINE(d01_a_hundred_debits_of_an_account_that_can_pay_ten)
{
    static struct parallel p[PARALLEL];
    int64_t account = fix_account(t, PAYABLE * 10);
    run_parallel(t, p, account, false);
    int paid = 0, refused = 0;
    for (int i = 0; i < PARALLEL; i++) {
        if (p[i].outcome == OP_COMMITTED && p[i].result == DEBIT_DONE) paid++;
        if (p[i].outcome == OP_REFUSED && p[i].result == DEBIT_INSUFFICIENT) refused++;
    }
    EXPECT(paid == PAYABLE);
    EXPECT(refused == PARALLEL - PAYABLE);
    EXPECT(available(t, account) == 0);
    EXPECT_LEDGER_TRUE(t);
}

TEST_EACH_ENGINE(a_hundred_debits_with_one_key_charge_once)
{
    static struct parallel p[PARALLEL];
    int64_t account = fix_account(t, 1000);
    run_parallel(t, p, account, true);
    int done = 0, replayed = 0;
    for (int i = 0; i < PARALLEL; i++) {
        EXPECT(p[i].outcome == OP_COMMITTED);
        done += p[i].result == DEBIT_DONE;
        replayed += p[i].result == DEBIT_REPLAYED;
    }
    EXPECT(done == 1 && replayed == PARALLEL - 1);
    EXPECT(available(t, account) == 990);
    EXPECT_LEDGER_TRUE(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_replayed_debit_is_free),
        EACH_ENGINE(the_same_key_serves_two_accounts),
        EACH_ENGINE(many_accounts_are_taken_from_under_one_lock),
        EACH_ENGINE(what_is_held_is_not_taken_under_the_lock_of_many),
        EACH_ENGINE(a_used_key_is_a_conflict_under_the_lock_of_many),
        EACH_ENGINE(an_unknown_account_has_no_money),
        EACH_ENGINE(d02_a_hold_is_captured_once_or_released_once),
        EACH_ENGINE(a_grant_cannot_pass_the_limit),
        EACH_ENGINE(d06_every_change_has_one_entry_and_the_sum_is_the_balance),
        EACH_ENGINE(verify_reads_every_entry_of_every_account),
        EACH_ENGINE(verify_finds_a_changed_entry),
        EACH_ENGINE(verify_finds_a_removed_entry_and_a_moved_balance),
        EACH_ENGINE(verify_finds_what_was_done_to_accounts_and_holds),
        EACH_ENGINE(verify_finds_credits_of_nobody),
        EACH_ENGINE(a_balance_below_zero_cannot_be_stored),
        EACH_ENGINE(d01_a_hundred_debits_of_an_account_that_can_pay_ten),
        EACH_ENGINE(a_hundred_debits_with_one_key_charge_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
