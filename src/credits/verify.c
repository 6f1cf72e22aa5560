/* verify.c: invariant 1 of the design on a live database. Accounts are read in keyset pages; each page with its entries
 * is one statement, so it is one snapshot on both engines even while credits move. */
#include "base/log.h"
#include "credits/ledger.h"

enum { VERIFY_PAGE_ACCOUNTS = 64 };

STMT(verify_page, "SELECT a.account, a.balance, a.held, a.seq AS last_seq, a.head,"
                  " (SELECT CAST(COALESCE(SUM(h.amount), 0) AS BIGINT) FROM credit_holds h"
                  "   WHERE h.account = a.account AND h.state = 0) AS open_holds,"
                  " e.seq, e.key, e.amount, e.balance_after, e.reason, e.shop, e.note, e.actor, e.at_ms, e.hash"
                  " FROM (SELECT account, balance, held, seq, head FROM credit_accounts WHERE account > ?1"
                  "       ORDER BY account LIMIT ?2) a"
                  " LEFT JOIN credit_entries e ON e.account = a.account ORDER BY a.account, e.seq");

STMT(verify_charges, "SELECT COUNT(*) AS n FROM credit_entries WHERE account = ?1 AND shop = ?2"
                     " AND reason IN ('chatbot_enablement', 'chatbot_renewal')");

bool credits_count_charges(struct tx *tx, int64_t account, int64_t shop, int64_t *count)
{
    struct query q = query(tx, &verify_charges);
    bind_i64(&q, account), bind_i64(&q, shop);
    if (query_row(&q) != ROW_FOUND) return false;
    *count = col_i64(&q, "n");
    return true;
}

struct chain {
    int64_t account, seq, last_seq;
    struct credits sum, balance, held, open_holds;
    uint8_t hash[SHA256_SIZE];
    uint8_t head[SHA256_SIZE];
};

static bool bad(struct credit_verdict *out, int64_t account, const char *what)
{
    if (!out->bad_account) out->bad_account = account, out->what = what;
    return false;
}

static bool chain_end(const struct chain *c, struct credit_verdict *out)
{
    if (!c->account) return true;
    if (c->seq != c->last_seq) return bad(out, c->account, "an entry is missing at the end of the chain");
    if (memcmp(c->hash, c->head, SHA256_SIZE) != 0) return bad(out, c->account, "the head of the chain differs");
    if (!credits_equal(c->sum, c->balance)) return bad(out, c->account, "balance is not the sum of the entries");
    if (!credits_equal(c->held, c->open_holds)) return bad(out, c->account, "held is not the sum of the open holds");
    if (credits_is_negative(c->held) || credits_less(c->balance, c->held))
        return bad(out, c->account, "held is not between 0 and the balance");
    return true;
}

static bool chain_start(struct query *q, struct chain *c, struct credit_verdict *out)
{
    *c = (struct chain){ .account = col_i64(q, "account"),
                         .last_seq = col_i64(q, "last_seq"),
                         .balance = col_credits(q, "balance"),
                         .held = col_credits(q, "held"),
                         .open_holds = col_credits(q, "open_holds") };
    struct str head = col_str(q, "head");
    if (head.n != SHA256_SIZE) return bad(out, c->account, "the head of the chain has a wrong size");
    memcpy(c->head, head.p, SHA256_SIZE);
    out->accounts++;
    return true;
}

static bool chain_add(struct query *q, struct chain *c, struct credit_verdict *out)
{
    if (col_is_null(q, "seq")) return true; /* an account without entries */
    struct ledger_record r = { .account = c->account,
                               .seq = col_i64(q, "seq"),
                               .shop = col_i64(q, "shop"),
                               .actor = col_i64(q, "actor"),
                               .at_ms = col_i64(q, "at_ms"),
                               .amount = col_credits(q, "amount"),
                               .balance_after = col_credits(q, "balance_after"),
                               .key = col_text(q, "key"),
                               .reason = col_text(q, "reason"),
                               .note = col_text(q, "note") };
    memcpy(r.previous, c->hash, SHA256_SIZE);
    out->entries++;
    if (r.seq != c->seq + 1) return bad(out, c->account, "an entry is missing in the chain");
    if (!credits_add(c->sum, r.amount, &c->sum) || !credits_equal(c->sum, r.balance_after))
        return bad(out, c->account, "balance_after is not the running sum");
    ledger_hash(&r, c->hash);
    struct str hash = col_str(q, "hash");
    if (hash.n != SHA256_SIZE || memcmp(hash.p, c->hash, SHA256_SIZE) != 0)
        return bad(out, c->account, "an entry was changed after it was written");
    c->seq = r.seq;
    return true;
}

bool credits_verify(struct tx *tx, struct credit_verdict *out)
{
    *out = (struct credit_verdict){ 0 };
    int64_t after = 0, accounts_before;
    do {
        struct arena_mark mark = arena_mark(tx_arena(tx));
        accounts_before = out->accounts;
        struct query q = query(tx, &verify_page);
        bind_i64(&q, after), bind_i64(&q, VERIFY_PAGE_ACCOUNTS);
        struct chain c = { 0 };
        enum row row;
        bool sound = true;
        while ((row = query_next(&q)) == ROW_FOUND) {
            if (col_i64(&q, "account") != c.account) {
                sound = chain_end(&c, out) && sound;
                sound = chain_start(&q, &c, out) && sound;
            }
            if (sound) sound = chain_add(&q, &c, out);
            after = c.account;
        }
        if (row == ROW_FAULT) return false;
        if (sound) sound = chain_end(&c, out);
        arena_release(tx_arena(tx), mark);
        if (!sound) {
            LOG(LOG_ERROR, "credits_unsound", LOG_NUMBER("account", out->bad_account), LOG_TEXT("what", out->what));
            return true;
        }
    } while (out->accounts > accounts_before);
    return true;
}
