/* verify.c: invariant 1 of the design on a live database, piece by piece, so that neither a reader nor memory is taken
 * for long: an account may have any number of entries.
 *
 * A piece reads a keyset page of accounts, each with the sum of its open holds, in one statement: one snapshot. Their
 * entries come in pages of their own, a moment later. That is sound because the ledger only grows: what an account's
 * row said of its end (seq, head, balance) holds for the entries up to that seq for ever; later ones are passed over.
 *
 * Here the ledger also asks for what was paid: a charge whose shop was never served is as wrong as a shop that was
 * never charged (tenants/verify.c asks that). */
#include "credits/private.h"

enum { VERIFY_PAGE_ACCOUNTS = 64, VERIFY_PAGE_ENTRIES = 1000, VERIFY_PAGE_HOLDS = 500 };

STMT(verify_accounts, "SELECT a.account, a.balance, a.held, a.granted, a.spent, a.seq, a.head,"
                      " a.keyed_from, a.head_mac,"
                      " (SELECT CAST(COALESCE(SUM(h.amount), 0) AS BIGINT) FROM credit_holds h"
                      "   WHERE h.account = a.account AND h.state = 0) AS open_holds"
                      " FROM credit_accounts a WHERE a.account > ?1 ORDER BY a.account LIMIT ?2");

STMT(verify_entries, "SELECT account, seq, key, amount, balance_after, reason, shop, note, actor, at_ms, hash"
                     " FROM credit_entries WHERE (account, seq) > (?1, ?2) AND account <= ?3"
                     " ORDER BY account, seq LIMIT ?4");

/* clang-format off */
STMT(verify_charges, "SELECT COUNT(*) AS n FROM credit_entries WHERE account = ?1 AND shop = ?2"
                     " AND reason IN (SELECT value FROM json_each(?3))",
     .postgres = "SELECT COUNT(*) AS n FROM credit_entries WHERE account = ?1 AND shop = ?2"
                 " AND reason = ANY(?3::text[])");

enum { SERVICES_MAX = 32 };
/* clang-format on */

static size_t services(const char *out[SERVICES_MAX])
{
    const struct credit_reason *all;
    size_t count = credits_reasons(&all), found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!all[i].service) continue;
        assert(found < SERVICES_MAX);
        out[found++] = all[i].name;
    }
    return found;
}

bool credits_count_charges(struct tx *tx, int64_t account, int64_t shop, int64_t *count)
{
    struct query q = query(tx, &verify_charges);
    const char *names[SERVICES_MAX];
    size_t n = services(names);
    bind_i64(&q, account), bind_i64(&q, shop), bind_text_list(&q, names, n);
    if (query_row(&q) != ROW_FOUND) return false;
    *count = col_i64(&q, "n");
    return true;
}

STMT(verify_key, "SELECT (SELECT COUNT(*) FROM credit_entries WHERE account = ?1 AND key = ?2)"
                 " + (SELECT COUNT(*) FROM credit_holds WHERE account = ?1 AND key = ?2) AS n");

bool credits_key_is_used(struct tx *tx, int64_t account, const char *key, bool *used)
{
    struct query q = query(tx, &verify_key);
    bind_i64(&q, account), bind_text(&q, key);
    if (query_row(&q) != ROW_FOUND) return false;
    *used = col_i64(&q, "n") > 0;
    return true;
}

/* A hold with its account and the entry of its key: what a capture wrote, and nothing else does. */
/* clang-format off */
STMT(verify_holds, "SELECT h.id, h.account, h.key, h.amount, h.reason, h.shop, h.state, h.put_at_ms, h.hash,"
                   " a.account AS owner, e.amount AS taken"
                   " FROM credit_holds h LEFT JOIN credit_accounts a ON a.account = h.account"
                   " LEFT JOIN credit_entries e ON e.account = h.account AND e.key = h.key"
                   " WHERE h.id > ?1 ORDER BY h.id LIMIT ?2");

struct chain {
    int64_t account, seq, last_seq, keyed_from;              /* seq: of the last entry that was looked at */
    struct credits sum, given, taken;        /* of the entries */
    struct credits balance, held, granted, spent, open_holds;                                 /* of the account's row */
    uint8_t hash[SHA256_SIZE], head[SHA256_SIZE];
    bool unsound;                            /* one finding an account is enough */
};
/* clang-format on */

struct page {
    struct chain chain[VERIFY_PAGE_ACCOUNTS];
    size_t count;
    struct verify_piece *found;
};

static void bad(struct page *p, struct chain *c, const char *what)
{
    if (!c->unsound) verify_found(p->found, "account", c->account, what);
    c->unsound = true;
}

static void chain_end(struct page *p, struct chain *c)
{
    if (c->seq != c->last_seq) bad(p, c, "an entry is missing at the end of the chain");
    if (memcmp(c->hash, c->head, SHA256_SIZE) != 0) bad(p, c, "the head of the chain differs");
    if (!credits_equal(c->sum, c->balance)) bad(p, c, "balance is not the sum of the entries");
    if (!credits_equal(c->given, c->granted)) bad(p, c, "granted is not the sum of what was given");
    if (!credits_equal(c->taken, c->spent)) bad(p, c, "spent is not the sum of what was taken");
    if (!credits_equal(c->held, c->open_holds)) bad(p, c, "held is not the sum of the open holds");
    if (credits_is_negative(c->held) || credits_less(c->balance, c->held))
        bad(p, c, "held is not between 0 and the balance");
}

static bool add_up(struct chain *c, struct credits amount)
{
    if (!credits_add(c->sum, amount, &c->sum)) return false;
    if (credits_is_negative(amount)) return credits_subtract(c->taken, amount, &c->taken);
    return credits_add(c->given, amount, &c->given);
}

static void chain_add(struct page *p, struct query *q, struct chain *c)
{
    struct ledger_record r = ledger_record_read(q, c->account);
    if (r.seq > c->last_seq) return; /* written since the account was read */
    memcpy(r.previous, c->hash, SHA256_SIZE);
    p->found->rows++;
    if (r.seq != c->seq + 1) bad(p, c, "an entry is missing in the chain");
    if (!add_up(c, r.amount) || !credits_equal(c->sum, r.balance_after))
        bad(p, c, "balance_after is not the running sum");
    if (r.seq >= c->keyed_from) ledger_mac(&r, c->hash);
    else ledger_hash(&r, c->hash);
    struct str hash = col_str(q, "hash");
    if (hash.n != SHA256_SIZE || memcmp(hash.p, c->hash, SHA256_SIZE) != 0)
        bad(p, c, "an entry was changed after it was written");
    c->seq = r.seq;
}

/* Credits of an account that is not there belong to nobody. False on a storage fault. */
static bool ask_accounts(struct tx *tx, struct page *p)
{
    for (size_t i = 0; credits_hooks.account_known && i < p->count; i++) {
        enum row row = credits_hooks.account_known(tx, p->chain[i].account);
        if (row == ROW_FAULT) return false;
        if (row == ROW_NONE) bad(p, &p->chain[i], "credits are of an account that is not there");
    }
    return true;
}

/* False on a storage fault. */
static bool read_accounts(struct tx *tx, struct page *p, int64_t after)
{
    struct query q = query(tx, &verify_accounts);
    bind_i64(&q, after), bind_i64(&q, VERIFY_PAGE_ACCOUNTS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && p->count < VERIFY_PAGE_ACCOUNTS) {
        struct chain *c = &p->chain[p->count++];
        *c = (struct chain){ .account = col_i64(&q, "account"),
                             .last_seq = col_i64(&q, "seq"),
                             .keyed_from = col_i64(&q, "keyed_from"),
                             .balance = col_credits(&q, "balance"),
                             .held = col_credits(&q, "held"),
                             .granted = col_credits(&q, "granted"),
                             .spent = col_credits(&q, "spent"),
                             .open_holds = col_credits(&q, "open_holds") };
        struct str head = col_str(&q, "head");
        if (head.n == SHA256_SIZE) memcpy(c->head, head.p, SHA256_SIZE);
        else bad(p, c, "the head of the chain has a wrong size");
        uint8_t mac[CHAIN_MAC_SIZE];
        struct str kept = col_str(&q, "head_mac");
        ledger_head_mac(c->account, c->last_seq, c->keyed_from, c->head, mac);
        if (kept.n != CHAIN_MAC_SIZE || !equal_constant_time(kept.p, mac, CHAIN_MAC_SIZE))
            bad(p, c, "the end of the chain was changed: entries were cut off or written anew");
        p->found->looked++;
    }
    return row != ROW_FAULT && ask_accounts(tx, p);
}

static bool is_charge(const char *reason)
{
    const char *names[SERVICES_MAX];
    size_t n = services(names), i = 0;
    while (i < n && !text_eq(names[i], reason)) i++;
    return i < n;
}

/* The shop of a charge must have been served; `asked` is the last that was. False on a storage fault. */
static bool served(struct tx *tx, struct page *p, const struct query *q, struct chain *c, int64_t *asked)
{
    int64_t shop = col_i64(q, "shop");
    bool charge = is_charge(col_text(q, "reason"));
    if (!credits_hooks.shop_served || !charge || shop == *asked) return true;
    *asked = shop;
    enum row row = credits_hooks.shop_served(tx, c->account, shop);
    if (row == ROW_NONE) bad(p, c, "a chatbot was charged for and no trace of it is left");
    return row != ROW_FAULT;
}

/* All entries behind the page before, up to the last account of this one (on the last page: up to the end), each handed
 * to its account's chain. False on a storage fault. */
static bool read_entries(struct tx *tx, struct page *p, int64_t after)
{
    int64_t account = after, seq = INT64_MAX, orphan = 0, asked = 0;
    int64_t last = p->count == VERIFY_PAGE_ACCOUNTS ? p->chain[p->count - 1].account : INT64_MAX;
    size_t at = 0;
    for (bool more = true, fault = false; more;) {
        struct arena_mark mark = arena_mark(tx_arena(tx));
        struct query q = query(tx, &verify_entries);
        bind_i64(&q, account), bind_i64(&q, seq), bind_i64(&q, last), bind_i64(&q, VERIFY_PAGE_ENTRIES);
        enum row row;
        more = false;
        while ((row = query_next(&q)) == ROW_FOUND) {
            more = true;
            account = col_i64(&q, "account"), seq = col_i64(&q, "seq");
            while (at < p->count && p->chain[at].account < account) at++;
            if (at < p->count && p->chain[at].account == account) {
                chain_add(p, &q, &p->chain[at]);
                fault = fault || !served(tx, p, &q, &p->chain[at], &asked);
            } else if (account != orphan) {
                /* Or its account came since the accounts were read: then the next look finds it. */
                orphan = account;
                verify_found(p->found, "account", account, "entries stand without their account's credits");
            }
        }
        arena_release(tx_arena(tx), mark);
        if (fault || row == ROW_FAULT) return false;
    }
    return true;
}

static bool ledger_piece(struct tx *tx, struct verify_piece *found)
{
    struct page *p = ARENA_NEW(tx_arena(tx), struct page);
    p->found = found;
    if (!read_accounts(tx, p, found->cursor[0]) || !read_entries(tx, p, found->cursor[0])) return false;
    for (size_t i = 0; i < p->count; i++) chain_end(p, &p->chain[i]);
    found->more = p->count == VERIFY_PAGE_ACCOUNTS;
    if (found->more) found->cursor[0] = p->chain[p->count - 1].account;
    return true;
}

/* ---- holds ---- */

static const char *bad_hold(const struct query *q)
{
    const struct credit_change put = { .account = col_i64(q, "account"),
                                       .shop = col_i64(q, "shop"),
                                       .amount = col_credits(q, "amount"),
                                       .key = col_text(q, "key"),
                                       .at_ms = col_i64(q, "put_at_ms") };
    uint8_t mac[CHAIN_MAC_SIZE];
    hold_mac(&put, col_text(q, "reason"), mac);
    struct str kept = col_str(q, "hash");
    if (kept.n != CHAIN_MAC_SIZE || !equal_constant_time(kept.p, mac, CHAIN_MAC_SIZE))
        return "a hold was changed after it was put";
    if (col_is_null(q, "owner")) return "credits are held of an account that has none";
    bool taken = !col_is_null(q, "taken");
    struct credits amount = col_credits(q, "taken");
    switch ((enum hold_state)col_i64(q, "state")) {
    case HOLD_OPEN: return taken ? "a hold is open and was taken" : NULL;
    case HOLD_RELEASED: return taken ? "a hold was given back and taken" : NULL;
    case HOLD_CAPTURED:
        return taken && credits_equal(amount, credits_negate(put.amount)) ? NULL : "a hold was taken without its entry";
    }
    return "a hold is in no state that there is";
}

static bool holds_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_holds);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_HOLDS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_hold(&q);
        if (what) verify_found(found, "hold", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* clang-format off */
const struct verify_check credits_checks[] = {
    { .name = "credits.ledger", .doc = "Balances are the sums of their entries, and every entry is in its chain.",
      .piece = ledger_piece },
    { .name = "credits.holds", .doc = "Held credits were put, and ended, as their rows say.", .piece = holds_piece },
    VERIFY_END
};
/* clang-format on */
