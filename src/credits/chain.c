/* chain.c: rows from before there was a chain key get what later ones are made with. It runs once in the life of a
 * database, before anything is served (app/chain_key.c), and may be stopped anywhere: what has it is passed over.
 *
 * The chain of an account stays as it is up to its last entry; that end goes under a MAC, and every later entry carries
 * one. A hold's hash is made anew under the key; one that does not fit its row is left for `verify` to name. */
#include "credits/private.h"

enum { CHAIN_BATCH = 500 };

STMT(chains_unkeyed, "SELECT account, seq, head FROM credit_accounts WHERE account > ?1 AND head_mac IS NULL"
                     " ORDER BY account LIMIT ?2");
STMT(chain_key, "UPDATE credit_accounts SET keyed_from = seq + 1, head_mac = ?3"
                " WHERE account = ?1 AND seq = ?2 AND head_mac IS NULL");
STMT(holds_all, "SELECT id, account, key, amount, reason, shop, put_at_ms, hash FROM credit_holds WHERE id > ?1"
                " ORDER BY id LIMIT ?2");
STMT(hold_key, "UPDATE credit_holds SET hash = ?2 WHERE id = ?1");
STMT(chains_used, "SELECT CASE WHEN EXISTS (SELECT 1 FROM credit_accounts WHERE head_mac IS NOT NULL) THEN 1 ELSE 0 END"
                  " AS used");

bool credits_chain_used(struct tx *tx, bool *used)
{
    struct query q = query(tx, &chains_used);
    if (query_row(&q) != ROW_FOUND) return false;
    *used = col_i64(&q, "used") != 0;
    return true;
}

static bool accounts_piece(struct tx *tx, int64_t *after, bool *more)
{
    struct query q = query(tx, &chains_unkeyed);
    bind_i64(&q, *after), bind_i64(&q, CHAIN_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        *more = true;
        *after = col_i64(&q, "account");
        struct str head = col_str(&q, "head");
        if (head.n != SHA256_SIZE) continue; /* `verify` names it */
        int64_t seq = col_i64(&q, "seq");
        uint8_t *mac = arena_alloc(tx_arena(tx), CHAIN_MAC_SIZE);
        ledger_head_mac(*after, seq, seq + 1, (const uint8_t *)head.p, mac);
        struct query put = query(tx, &chain_key);
        bind_i64(&put, *after), bind_i64(&put, seq), bind_blob(&put, mac, CHAIN_MAC_SIZE);
        if (!query_put(&put)) return false;
    }
    return row != ROW_FAULT;
}

static bool holds_piece(struct tx *tx, int64_t *after, bool *more)
{
    struct query q = query(tx, &holds_all);
    bind_i64(&q, *after), bind_i64(&q, CHAIN_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        const struct credit_change in = { .account = col_i64(&q, "account"),
                                          .shop = col_i64(&q, "shop"),
                                          .amount = col_credits(&q, "amount"),
                                          .key = col_text(&q, "key"),
                                          .at_ms = col_i64(&q, "put_at_ms") };
        struct str kept = col_str(&q, "hash");
        uint8_t plain[SHA256_SIZE], *mac = arena_alloc(tx_arena(tx), CHAIN_MAC_SIZE);
        *more = true;
        *after = col_i64(&q, "id");
        hold_hash(&in, col_text(&q, "reason"), plain);
        if (kept.p && (kept.n != SHA256_SIZE || memcmp(kept.p, plain, SHA256_SIZE) != 0)) continue;
        hold_mac(&in, col_text(&q, "reason"), mac);
        struct query put = query(tx, &hold_key);
        bind_i64(&put, *after), bind_blob(&put, mac, CHAIN_MAC_SIZE);
        if (!query_put(&put)) return false;
    }
    return row != ROW_FAULT;
}

bool credits_chain_begin(struct tx *tx, int64_t cursor[2], bool *more)
{
    bool accounts = false, holds = false;
    if (!accounts_piece(tx, &cursor[0], &accounts) || !holds_piece(tx, &cursor[1], &holds)) return false;
    *more = accounts || holds;
    return true;
}
