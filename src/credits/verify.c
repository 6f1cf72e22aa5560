/* verify.c: invariant 1 of the design on a live database, piece by piece, so that neither a reader nor memory is taken
 * for long: an account may have any number of entries.
 *
 * A piece reads a keyset page of accounts, each with the sum of its open holds, in one statement: one snapshot. Their
 * entries come in pages of their own, a moment later. That is sound because the ledger only grows: what an account's
 * row said of its end (seq, head, balance) holds for the entries up to that seq for ever; later ones are passed over.
 *
 * Here the ledger also asks for what was paid: a charge whose shop was never served is as wrong as a shop that was
 * never charged (tenants/verify.c asks that). */
#include "base/log.h"
#include "credits/ledger.h"

enum { VERIFY_PAGE_ACCOUNTS = 64, VERIFY_PAGE_ENTRIES = 1000 };

STMT(verify_accounts, "SELECT a.account, a.balance, a.held, a.seq, a.head,"
                      " (SELECT CAST(COALESCE(SUM(h.amount), 0) AS BIGINT) FROM credit_holds h"
                      "   WHERE h.account = a.account AND h.state = 0) AS open_holds"
                      " FROM credit_accounts a WHERE a.account > ?1 ORDER BY a.account LIMIT ?2");

STMT(verify_entries, "SELECT account, seq, key, amount, balance_after, reason, shop, note, actor, at_ms, hash"
                     " FROM credit_entries WHERE (account, seq) > (?1, ?2) AND account <= ?3"
                     " ORDER BY account, seq LIMIT ?4");

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
    int64_t account, seq, last_seq;          /* seq: of the last entry that was looked at */
    struct credits sum, balance, held, open_holds;
    uint8_t hash[SHA256_SIZE], head[SHA256_SIZE];
};

struct piece {
    struct chain chain[VERIFY_PAGE_ACCOUNTS];
    size_t count;
};

static bool bad(struct credit_verdict *out, int64_t account, const char *what)
{
    if (out->bad_account) return false;
    out->bad_account = account, out->what = what;
    LOG(LOG_ERROR, "credits_unsound", LOG_NUMBER("account", account), LOG_TEXT("what", what));
    return false;
}

static bool chain_end(const struct chain *c, struct credit_verdict *out)
{
    if (c->seq != c->last_seq) return bad(out, c->account, "an entry is missing at the end of the chain");
    if (memcmp(c->hash, c->head, SHA256_SIZE) != 0) return bad(out, c->account, "the head of the chain differs");
    if (!credits_equal(c->sum, c->balance)) return bad(out, c->account, "balance is not the sum of the entries");
    if (!credits_equal(c->held, c->open_holds)) return bad(out, c->account, "held is not the sum of the open holds");
    if (credits_is_negative(c->held) || credits_less(c->balance, c->held))
        return bad(out, c->account, "held is not between 0 and the balance");
    return true;
}

static bool chain_add(struct query *q, struct chain *c, struct credit_verdict *out)
{
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
    if (r.seq > c->last_seq) return true;    /* written since the account was read */
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

/* False on a storage fault. */
static bool read_accounts(struct tx *tx, struct piece *p, struct credit_verdict *out)
{
    struct query q = query(tx, &verify_accounts);
    bind_i64(&q, out->after), bind_i64(&q, VERIFY_PAGE_ACCOUNTS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && p->count < VERIFY_PAGE_ACCOUNTS) {
        struct chain *c = &p->chain[p->count++];
        *c = (struct chain){ .account = col_i64(&q, "account"),
                             .last_seq = col_i64(&q, "seq"),
                             .balance = col_credits(&q, "balance"),
                             .held = col_credits(&q, "held"),
                             .open_holds = col_credits(&q, "open_holds") };
        struct str head = col_str(&q, "head");
        if (head.n == SHA256_SIZE)
            memcpy(c->head, head.p, SHA256_SIZE);
        else
            (void)bad(out, c->account, "the head of the chain has a wrong size");
        out->accounts++;
    }
    return row != ROW_FAULT;
}

static bool is_charge(const char *reason)
{
    return text_eq(reason, "chatbot_enablement") || text_eq(reason, "chatbot_renewal");
}

/* The shop of a charge must have been served; `asked` is the last that was. False on a storage fault. */
static bool served(struct tx *tx, const struct query *q, const struct chain *c, int64_t *asked,
                   struct credit_verdict *out)
{
    int64_t shop = col_i64(q, "shop");
    if (!credits_hooks.shop_served || !is_charge(col_text(q, "reason")) || shop == *asked) return true;
    *asked = shop;
    enum row row = credits_hooks.shop_served(tx, c->account, shop);
    if (row == ROW_NONE) (void)bad(out, c->account, "a chatbot was charged for and no trace of it is left");
    return row != ROW_FAULT;
}

/* All entries of these accounts, in their order, each handed to its account's chain. False on a storage fault. */
static bool read_entries(struct tx *tx, struct piece *p, struct credit_verdict *out)
{
    int64_t account = p->chain[0].account, seq = INT64_MIN, last = p->chain[p->count - 1].account;
    int64_t asked = 0;
    size_t at = 0;
    bool fault = false;
    for (bool more = true; more && !out->bad_account;) {
        struct arena_mark mark = arena_mark(tx_arena(tx));
        struct query q = query(tx, &verify_entries);
        bind_i64(&q, account), bind_i64(&q, seq), bind_i64(&q, last), bind_i64(&q, VERIFY_PAGE_ENTRIES);
        enum row row;
        more = false;
        while ((row = query_next(&q)) == ROW_FOUND) {
            more = true;
            account = col_i64(&q, "account"), seq = col_i64(&q, "seq");
            while (at < p->count && p->chain[at].account < account) at++;
            /* No such chain: its first entry was written since the accounts were read. */
            if (at == p->count || p->chain[at].account != account || out->bad_account) continue;
            if (chain_add(&q, &p->chain[at], out)) fault = fault || !served(tx, &q, &p->chain[at], &asked, out);
        }
        arena_release(tx_arena(tx), mark);
        if (fault || row == ROW_FAULT) return false;
    }
    return true;
}

bool credits_verify_piece(struct tx *tx, struct credit_verdict *v)
{
    struct arena_mark mark = arena_mark(tx_arena(tx));
    struct piece *p = ARENA_NEW(tx_arena(tx), struct piece);
    bool read = read_accounts(tx, p, v) && (p->count == 0 || read_entries(tx, p, v));
    for (size_t i = 0; read && i < p->count && !v->bad_account; i++) (void)chain_end(&p->chain[i], v);
    v->more = read && p->count > 0 && !v->bad_account;
    if (p->count > 0) v->after = p->chain[p->count - 1].account;
    arena_release(tx_arena(tx), mark);
    return read;
}

bool credits_verify(struct tx *tx, struct credit_verdict *out)
{
    *out = (struct credit_verdict){ .more = true };
    while (out->more)
        if (!credits_verify_piece(tx, out)) return false;
    return true;
}
