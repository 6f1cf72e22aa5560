/* ledger.c: the one writer of balances and entries.
 *
 * Every change goes: lock and read the account together with the entry that has this key → decide in C → update the
 * account only if its `seq` is still the one read → append the entry. PostgreSQL holds the row lock in between, SQLite
 * has one writer; should either ever fail us, the update matches nothing, the append meets the primary key, and the
 * transaction is in conflict and runs again. Both writes need no answer, so they travel with the COMMIT.
 *
 * Rejected: `UPDATE ... SET balance = balance - n WHERE balance >= n RETURNING` with the chain's head written by a
 * second update. It costs one statement more and a round trip more on PostgreSQL. */
#include "credits/private.h"

#include "base/log.h"

CREDITS_REASONS(CREDITS_DEFINE)
extern const struct credit_reason __start_credit_reasons[], __stop_credit_reasons[];

size_t credits_reasons(const struct credit_reason **first)
{
    *first = __start_credit_reasons;
    return (size_t)(__stop_credit_reasons - __start_credit_reasons);
}

/* Lost race on the key: this snapshot has no entry, the append then meets credit_entries_key, and the transaction is
 * run again and finds it here. */
STMT(account_lock,
     "SELECT a.balance, a.held, a.seq, a.head, a.keyed_from, a.head_mac, e.seq AS old_seq,"
     " e.amount AS old_amount, e.reason AS old_reason, e.shop AS old_shop,"
     " e.balance_after AS old_balance, e.at_ms AS old_at"
     " FROM credit_accounts a LEFT JOIN credit_entries e ON e.account = a.account AND e.key = ?2 WHERE a.account = ?1",
     .postgres = "SELECT a.balance, a.held, a.seq, a.head, a.keyed_from, a.head_mac, e.seq AS old_seq,"
                 " e.amount AS old_amount, e.reason AS old_reason, e.shop AS old_shop,"
                 " e.balance_after AS old_balance, e.at_ms AS old_at"
                 " FROM credit_accounts a LEFT JOIN credit_entries e ON e.account = a.account AND e.key = ?2"
                 " WHERE a.account = ?1 FOR UPDATE OF a");
STMT(accounts_lock,
     "SELECT account, balance, held, seq, head, keyed_from, head_mac FROM credit_accounts"
     " WHERE account IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT account, balance, held, seq, head, keyed_from, head_mac FROM credit_accounts"
                 " WHERE account = ANY((?1::text[])::bigint[]) ORDER BY account FOR UPDATE");
STMT(account_move,
     "UPDATE credit_accounts SET balance = balance + ?3, held = held + ?4, granted = granted + ?5, spent = spent + ?6,"
     " seq = ?2 + 1, head = ?7, head_mac = ?8 WHERE account = ?1 AND seq = ?2");
STMT(entry_append,
     "INSERT INTO credit_entries (account, seq, key, amount, balance_after, reason, shop, note, actor, at_ms, hash)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
STMT(account_open,
     "INSERT INTO credit_accounts (account, balance, held, granted, spent, seq, head, keyed_from, head_mac)"
     " VALUES (?1, 0, 0, 0, 0, 0, ?2, 1, ?3)");
STMT(account_balance, "SELECT balance, held FROM credit_accounts WHERE account = ?1");
STMT(balance_then, "SELECT balance_after FROM credit_entries WHERE account = ?1 AND at_ms < ?2"
                   " ORDER BY seq DESC LIMIT 1");

STMT(all_totals,
     "SELECT CAST(COALESCE(SUM(granted), 0) AS BIGINT) AS granted, CAST(COALESCE(SUM(spent), 0) AS BIGINT) AS spent,"
     " CAST(COALESCE(SUM(balance), 0) AS BIGINT) AS outstanding, CAST(COALESCE(SUM(held), 0) AS BIGINT) AS held"
     " FROM credit_accounts");

STMT(available_each,
     "SELECT account, balance - held AS available FROM credit_accounts"
     " WHERE account IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT account, balance - held AS available FROM credit_accounts"
                 " WHERE account = ANY((?1::text[])::bigint[])");

static_assert((int)CHAIN_MAC_SIZE == (int)SHA256_SIZE, "a head is either of them");
static const uint8_t chain_start[SHA256_SIZE]; /* zeros: the head of an account without entries */

bool credits_open(struct tx *tx, int64_t account)
{
    assert(account > 0);
    uint8_t *mac = arena_alloc(tx_arena(tx), CHAIN_MAC_SIZE);
    ledger_head_mac(account, 0, 1, chain_start, mac);
    struct query q = query(tx, &account_open);
    bind_i64(&q, account), bind_blob(&q, chain_start, sizeof chain_start), bind_blob(&q, mac, CHAIN_MAC_SIZE);
    return query_put(&q);
}

enum row credits_balance(struct tx *tx, int64_t account, struct credit_balance *out)
{
    struct query q = query(tx, &account_balance);
    bind_i64(&q, account);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    out->balance = col_credits(&q, "balance");
    out->held = col_credits(&q, "held");
    return credits_subtract(out->balance, out->held, &out->available) ? ROW_FOUND : ROW_FAULT;
}

enum row credits_balance_at(struct tx *tx, int64_t account, int64_t at_ms, struct credits *out)
{
    struct query q = query(tx, &balance_then);
    bind_i64(&q, account), bind_i64(&q, at_ms);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = col_credits(&q, "balance_after");
    return row;
}

bool credits_totals(struct tx *tx, struct credit_totals *out)
{
    struct query q = query(tx, &all_totals);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct credit_totals){ .granted = col_i64(&q, "granted"),
                                   .spent = col_i64(&q, "spent"),
                                   .outstanding = col_i64(&q, "outstanding"),
                                   .held = col_i64(&q, "held") };
    return true;
}

bool credits_available_each(struct tx *tx, const int64_t *accounts, size_t n, struct credits *out)
{
    assert(n <= CREDITS_PAGE_MAX);
    for (size_t i = 0; i < n; i++) out[i] = credits_of(0);
    struct query q = query(tx, &available_each);
    bind_i64_list(&q, accounts, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < n; i++)
            if (accounts[i] == col_i64(&q, "account")) out[i] = col_credits(&q, "available");
    return row == ROW_NONE;
}

void ledger_head_mac(int64_t account, int64_t seq, int64_t keyed_from, const uint8_t head[SHA256_SIZE],
                     uint8_t out[CHAIN_MAC_SIZE])
{
    const int64_t numbers[] = { account, seq, keyed_from };
    uint8_t message[sizeof numbers + SHA256_SIZE];
    for (size_t i = 0; i < sizeof numbers; i++) message[i] = (uint8_t)((uint64_t)numbers[i / 8] >> (56 - 8 * (i % 8)));
    memcpy(message + sizeof numbers, head, SHA256_SIZE);
    chain_mac("credit head", message, sizeof message, out);
}

/* The next entry would make a forged end of the chain a true one, so nothing is appended to it. */
static bool head_is_ours(const struct ledger_account *a, struct str mac)
{
    uint8_t ours[CHAIN_MAC_SIZE];
    ledger_head_mac(a->account, a->seq, a->keyed_from, a->head, ours);
    if (mac.n == CHAIN_MAC_SIZE && equal_constant_time(mac.p, ours, CHAIN_MAC_SIZE)) return true;
    LOG(LOG_ERROR, "credit_head_is_not_ours", LOG_NUMBER("account", a->account), LOG_NUMBER("seq", a->seq));
    return false;
}

/* False: the end of its chain is not what we wrote. */
static bool read_account(const struct query *q, int64_t account, struct ledger_account *out)
{
    *out = (struct ledger_account){ .account = account,
                                    .balance = col_credits(q, "balance"),
                                    .held = col_credits(q, "held"),
                                    .seq = col_i64(q, "seq"),
                                    .keyed_from = col_i64(q, "keyed_from") };
    struct str head = col_str(q, "head");
    if (head.n != SHA256_SIZE) {
        LOG(LOG_ERROR, "credit_head_size", LOG_NUMBER("account", account));
        return false;
    }
    memcpy(out->head, head.p, SHA256_SIZE);
    return head_is_ours(out, col_str(q, "head_mac"));
}

enum row ledger_lock(struct tx *tx, int64_t account, const char *key, struct ledger_account *out)
{
    struct query q = query(tx, &account_lock);
    bind_i64(&q, account), bind_text(&q, key);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    if (!read_account(&q, account, out)) return ROW_FAULT;
    out->replayed = !col_is_null(&q, "old_seq");
    if (out->replayed)
        out->old = (struct credit_entry){ .id = col_i64(&q, "old_seq"),
                                          .amount = col_credits(&q, "old_amount"),
                                          .balance_after = col_credits(&q, "old_balance"),
                                          .shop = col_i64(&q, "old_shop"),
                                          .reason = col_text(&q, "old_reason"),
                                          .at_ms = col_i64(&q, "old_at") };
    return ROW_FOUND;
}

enum { RECORD_MAX_BYTES = 4096 };

/* Fixed order, every text with its length before it: two different entries never have the same bytes. */
static struct str record_bytes(const struct ledger_record *r, char memory[RECORD_MAX_BYTES])
{
    struct buf b;
    buf_fixed(&b, memory, RECORD_MAX_BYTES);
    buf_add(&b, r->previous, SHA256_SIZE);
    const int64_t numbers[] = { r->account, r->seq,  credits_count(r->amount), credits_count(r->balance_after), r->shop,
                                r->actor,   r->at_ms };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) buf_i64(&b, numbers[i]), buf_char(&b, '|');
    const char *const texts[] = { r->key, r->reason, r->note ? r->note : "" };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        size_t n = strlen(texts[i]);
        buf_i64(&b, (int64_t)n), buf_char(&b, ':'), buf_add(&b, texts[i], n), buf_char(&b, '|');
    }
    assert(!b.overflow);
    return buf_str(&b);
}

struct ledger_record ledger_record_read(const struct query *q, int64_t account)
{
    return (struct ledger_record){ .account = account,
                                   .seq = col_i64(q, "seq"),
                                   .shop = col_i64(q, "shop"),
                                   .actor = col_i64(q, "actor"),
                                   .at_ms = col_i64(q, "at_ms"),
                                   .amount = col_credits(q, "amount"),
                                   .balance_after = col_credits(q, "balance_after"),
                                   .key = col_text(q, "key"),
                                   .reason = col_text(q, "reason"),
                                   .note = col_text(q, "note") };
}

void ledger_mac(const struct ledger_record *r, uint8_t out[CHAIN_MAC_SIZE])
{
    char memory[RECORD_MAX_BYTES];
    struct str bytes = record_bytes(r, memory);
    chain_mac("credit entry", bytes.p, bytes.n, out);
}

void ledger_hash(const struct ledger_record *r, uint8_t out[SHA256_SIZE])
{
    char memory[RECORD_MAX_BYTES];
    struct str bytes = record_bytes(r, memory);
    sha256(bytes.p, bytes.n, out);
}

bool ledger_append(struct tx *tx, struct ledger_account *a, const struct credit_change *in, struct credits amount,
                   struct credits held_change, struct credit_entry *out)
{
    struct credits after, held;
    if (!credits_add(a->balance, amount, &after) || credits_is_negative(after)) return false;
    if (!credits_add(a->held, held_change, &held)) return false;
    struct ledger_record *r = ARENA_NEW(tx_arena(tx), struct ledger_record);
    *r = (struct ledger_record){ .account = in->account,
                                 .seq = a->seq + 1,
                                 .amount = amount,
                                 .balance_after = after,
                                 .shop = in->shop,
                                 .actor = in->actor,
                                 .at_ms = in->at_ms,
                                 .key = in->key,
                                 .reason = in->reason.name,
                                 .note = in->note };
    memcpy(r->previous, a->head, SHA256_SIZE);
    uint8_t *hash = arena_alloc(tx_arena(tx), CHAIN_MAC_SIZE), *mac = arena_alloc(tx_arena(tx), CHAIN_MAC_SIZE);
    ledger_mac(r, hash);
    ledger_head_mac(r->account, r->seq, a->keyed_from, hash, mac);

    bool gives = credits_is_positive(amount);
    struct query move = query(tx, &account_move);
    bind_i64(&move, in->account), bind_i64(&move, a->seq), bind_credits(&move, amount),
        bind_credits(&move, held_change);
    bind_credits(&move, gives ? amount : credits_of(0)),
        bind_credits(&move, gives ? credits_of(0) : credits_negate(amount));
    bind_blob(&move, hash, CHAIN_MAC_SIZE), bind_blob(&move, mac, CHAIN_MAC_SIZE);
    if (!query_put(&move)) return false;

    struct query q = query(tx, &entry_append);
    bind_i64(&q, r->account), bind_i64(&q, r->seq), bind_text(&q, r->key), bind_credits(&q, r->amount);
    bind_credits(&q, r->balance_after), bind_text(&q, r->reason);
    if (r->shop) bind_i64(&q, r->shop);
    else bind_null(&q);
    bind_text(&q, r->note), bind_i64(&q, r->actor), bind_i64(&q, r->at_ms), bind_blob(&q, hash, CHAIN_MAC_SIZE);
    *out = (struct credit_entry){ .id = r->seq,
                                  .amount = amount,
                                  .balance_after = after,
                                  .shop = in->shop,
                                  .reason = r->reason,
                                  .at_ms = in->at_ms };
    a->seq = r->seq, a->balance = after, a->held = held;
    memcpy(a->head, hash, SHA256_SIZE);
    return query_put(&q);
}

/* A replay is compared field by field: the same key for another change is the caller's bug. */
static enum debit replay(const struct ledger_account *a, const struct credit_change *in, struct credits amount,
                         struct credit_entry *out)
{
    if (!credits_equal(a->old.amount, amount) || a->old.shop != in->shop || !text_eq(a->old.reason, in->reason.name))
        return DEBIT_KEY_REUSED;
    *out = a->old;
    return DEBIT_REPLAYED;
}

static void assert_change(const struct credit_change *in)
{
    assert(in->account > 0 && in->shop >= 0 && in->at_ms > 0);
    assert(credits_is_positive(in->amount));
    assert(in->key && in->key[0] != '\0');
}

enum debit credits_debit(struct tx *tx, const struct credit_change *in, struct credit_entry *out)
{
    assert_change(in);
    struct ledger_account a;
    if (ledger_lock(tx, in->account, in->key, &a) != ROW_FOUND) return DEBIT_FAULT;
    /* Key before balance: a replay must succeed even after its money is spent. */
    if (a.replayed) return replay(&a, in, credits_negate(in->amount), out);
    struct credits available;
    if (!credits_subtract(a.balance, a.held, &available)) return DEBIT_FAULT;
    if (credits_less(available, in->amount)) return DEBIT_INSUFFICIENT;
    return ledger_append(tx, &a, in, credits_negate(in->amount), credits_of(0), out) ? DEBIT_DONE : DEBIT_FAULT;
}

/* ---- many at once ---- */

struct credits_locked {
    struct tx *tx;
    struct ledger_account *account;
    size_t count;
};

struct credits_locked *credits_lock_each(struct tx *tx, const int64_t *accounts, size_t count)
{
    assert(count <= CREDITS_PAGE_MAX);
    struct credits_locked *l = ARENA_NEW(tx_arena(tx), struct credits_locked);
    *l = (struct credits_locked){ .tx = tx, .account = ARENA_ARRAY(tx_arena(tx), struct ledger_account, count) };
    struct query q = query(tx, &accounts_lock);
    bind_i64_list(&q, accounts, count);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(l->count < count);
        if (!read_account(&q, col_i64(&q, "account"), &l->account[l->count++])) return NULL;
    }
    return row == ROW_NONE ? l : NULL;
}

enum debit credits_debit_locked(struct credits_locked *l, const struct credit_change *in, struct credit_balance *left)
{
    assert_change(in);
    struct ledger_account *a = NULL;
    for (size_t i = 0; i < l->count && !a; i++)
        if (l->account[i].account == in->account) a = &l->account[i];
    if (!a) return DEBIT_FAULT;
    struct credits available;
    if (!credits_subtract(a->balance, a->held, &available)) return DEBIT_FAULT;
    if (credits_less(available, in->amount)) return DEBIT_INSUFFICIENT;
    struct credit_entry entry;
    if (!ledger_append(l->tx, a, in, credits_negate(in->amount), credits_of(0), &entry)) return DEBIT_FAULT;
    *left = (struct credit_balance){ .balance = a->balance, .held = a->held };
    return credits_subtract(a->balance, a->held, &left->available) ? DEBIT_DONE : DEBIT_FAULT;
}

enum debit credits_grant(struct tx *tx, const struct credit_change *in, struct credit_entry *out)
{
    assert_change(in);
    struct ledger_account a;
    if (ledger_lock(tx, in->account, in->key, &a) != ROW_FOUND) return DEBIT_FAULT;
    if (a.replayed) return replay(&a, in, in->amount, out);
    struct credits after;
    if (!credits_add(a.balance, in->amount, &after)) return DEBIT_TOO_MANY;
    if (!ledger_append(tx, &a, in, in->amount, credits_of(0), out)) return DEBIT_FAULT;
    return !credits_hooks.granted || credits_hooks.granted(tx, in->account, in->at_ms) ? DEBIT_DONE : DEBIT_FAULT;
}
