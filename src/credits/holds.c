/* holds.c: credits reserved for work whose outcome is not known yet. A hold moves open → captured | released, once, by
 * a conditional update under the account's lock; `held` of the account is the sum of its open holds. */
#include "credits/private.h"

static_assert(HOLD_OPEN == 0 && HOLD_CAPTURED == 1 && HOLD_RELEASED == 2, "credit_holds.state is stored");

STMT(hold_by_key, "SELECT id, amount, reason, shop FROM credit_holds WHERE account = ?1 AND key = ?2");
STMT(hold_by_id, "SELECT account, key, amount, reason, shop, state FROM credit_holds WHERE id = ?1");
STMT(hold_insert, "INSERT INTO credit_holds (account, key, amount, reason, shop, state, put_at_ms, hash)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7) RETURNING id");
STMT(hold_get, "SELECT account, shop, amount, state FROM credit_holds WHERE id = ?1");
STMT(holds_open, "SELECT id, account, shop, reason FROM credit_holds WHERE state = 0 AND id > ?1 ORDER BY id LIMIT ?2");
STMT(hold_move, "UPDATE credit_holds SET state = ?2, ended_at_ms = ?3 WHERE id = ?1 AND state = 0");
STMT(account_reserve, "UPDATE credit_accounts SET held = held + ?2 WHERE account = ?1 AND balance - held >= ?2");
STMT(account_unreserve, "UPDATE credit_accounts SET held = held - ?2 WHERE account = ?1 AND held >= ?2");

enum { HOLD_MAX_BYTES = 2048 };

static struct str hold_bytes(const struct credit_change *in, const char *reason, char memory[HOLD_MAX_BYTES])
{
    struct buf b;
    buf_fixed(&b, memory, HOLD_MAX_BYTES);
    buf_printf(&b, "hold|%lld|%lld|%lld|%lld|", (long long)in->account, (long long)in->shop,
               (long long)credits_count(in->amount), (long long)in->at_ms);
    buf_printf(&b, "%zu:%s|%zu:%s", strlen(in->key), in->key, strlen(reason), reason);
    assert(!b.overflow);
    return buf_str(&b);
}

void hold_mac(const struct credit_change *in, const char *reason, uint8_t out[CHAIN_MAC_SIZE])
{
    char memory[HOLD_MAX_BYTES];
    struct str bytes = hold_bytes(in, reason, memory);
    chain_mac("credit hold", bytes.p, bytes.n, out);
}

void hold_hash(const struct credit_change *in, const char *reason, uint8_t out[SHA256_SIZE])
{
    char memory[HOLD_MAX_BYTES];
    struct str bytes = hold_bytes(in, reason, memory);
    sha256(bytes.p, bytes.n, out);
}

static enum debit hold_replay(struct query *q, const struct credit_change *in, int64_t *hold)
{
    if (!credits_equal(col_credits(q, "amount"), in->amount) || col_i64(q, "shop") != in->shop ||
        !text_eq(col_text(q, "reason"), in->reason.name))
        return DEBIT_KEY_REUSED;
    *hold = col_i64(q, "id");
    return DEBIT_REPLAYED;
}

enum debit credits_hold(struct tx *tx, const struct credit_change *in, int64_t *hold)
{
    assert(in->account > 0 && credits_is_positive(in->amount) && in->key && in->key[0] != '\0');
    struct query old = query(tx, &hold_by_key);
    bind_i64(&old, in->account), bind_text(&old, in->key);
    switch (query_row(&old)) {
    case ROW_FAULT: return DEBIT_FAULT;
    case ROW_FOUND: return hold_replay(&old, in, hold);
    case ROW_NONE: break;
    }
    struct query take = query(tx, &account_reserve);
    bind_i64(&take, in->account), bind_credits(&take, in->amount);
    int64_t taken = query_change(&take);
    if (taken < 0) return DEBIT_FAULT;
    if (taken == 0) return DEBIT_INSUFFICIENT;
    struct query q = query(tx, &hold_insert);
    bind_i64(&q, in->account), bind_text(&q, in->key), bind_credits(&q, in->amount);
    bind_text(&q, in->reason.name);
    if (in->shop) bind_i64(&q, in->shop);
    else bind_null(&q);
    uint8_t mac[CHAIN_MAC_SIZE];
    hold_mac(in, in->reason.name, mac);
    bind_i64(&q, in->at_ms), bind_blob(&q, mac, sizeof mac);
    if (query_row(&q) != ROW_FOUND) return DEBIT_FAULT;
    *hold = col_i64(&q, "id");
    return DEBIT_DONE;
}

struct hold_row {
    int64_t id, shop;
    struct credit_change change;
    struct ledger_account account;
    enum hold_state state;
};

static bool reason_from_name(const char *name, struct credit_reason *out)
{
    const struct credit_reason *known;
    size_t count = credits_reasons(&known);
    for (size_t i = 0; i < count; i++)
        if (text_eq(name, known[i].name)) {
            *out = known[i];
            return true;
        }
    return false;
}

/* The hold under its account's lock. Its account never changes, so reading the row before locking is safe; its state
 * may, so that is decided by hold_move alone. */
static enum row hold_lock(struct tx *tx, int64_t hold, int64_t at_ms, struct hold_row *out)
{
    struct query q = query(tx, &hold_by_id);
    bind_i64(&q, hold);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    out->id = hold;
    out->state = (enum hold_state)col_state(&q, "state", HOLD_OPEN, HOLD_RELEASED);
    out->change = (struct credit_change){ .account = col_i64(&q, "account"),
                                          .shop = col_i64(&q, "shop"),
                                          .amount = col_credits(&q, "amount"),
                                          .key = col_text(&q, "key"),
                                          .at_ms = at_ms };
    if (!reason_from_name(col_text(&q, "reason"), &out->change.reason)) return ROW_FAULT;
    return ledger_lock(tx, out->change.account, out->change.key, &out->account);
}

static enum row hold_end(struct tx *tx, int64_t hold, enum hold_state to, int64_t at_ms)
{
    struct query q = query(tx, &hold_move);
    bind_i64(&q, hold), bind_i64(&q, to), bind_i64(&q, at_ms);
    int64_t moved = query_change(&q);
    return moved < 0 ? ROW_FAULT : moved == 0 ? ROW_NONE : ROW_FOUND;
}

enum debit credits_capture(struct tx *tx, int64_t hold, int64_t at_ms, struct credit_entry *out)
{
    struct hold_row h;
    if (hold_lock(tx, hold, at_ms, &h) != ROW_FOUND) return DEBIT_FAULT;
    switch (hold_end(tx, hold, HOLD_CAPTURED, at_ms)) {
    case ROW_FAULT: return DEBIT_FAULT;
    case ROW_FOUND: break;
    case ROW_NONE:
        if (!h.account.replayed) return DEBIT_KEY_REUSED; /* ended, and not by a capture */
        *out = h.account.old;
        return DEBIT_REPLAYED;
    }
    if (h.account.replayed) return DEBIT_KEY_REUSED; /* a debit has used this key: the caller's bug */
    struct credits back = credits_negate(h.change.amount);
    return ledger_append(tx, &h.account, &h.change, back, back, out) ? DEBIT_DONE : DEBIT_FAULT;
}

enum debit credits_release(struct tx *tx, int64_t hold, int64_t at_ms)
{
    struct hold_row h;
    if (hold_lock(tx, hold, at_ms, &h) != ROW_FOUND) return DEBIT_FAULT;
    switch (hold_end(tx, hold, HOLD_RELEASED, at_ms)) {
    case ROW_FAULT: return DEBIT_FAULT;
    case ROW_NONE: return h.account.replayed ? DEBIT_KEY_REUSED : DEBIT_REPLAYED;
    case ROW_FOUND: break;
    }
    struct query q = query(tx, &account_unreserve);
    bind_i64(&q, h.change.account), bind_credits(&q, h.change.amount);
    return query_change(&q) == 1 ? DEBIT_DONE : DEBIT_FAULT;
}

bool credits_open_holds(struct tx *tx, int64_t after, struct hold_open *out, size_t limit, size_t *count)
{
    struct query q = query(tx, &holds_open);
    bind_i64(&q, after), bind_i64(&q, (int64_t)limit);
    *count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && *count < limit)
        out[(*count)++] = (struct hold_open){ .id = col_i64(&q, "id"),
                                              .account = col_i64(&q, "account"),
                                              .shop = col_i64(&q, "shop"),
                                              .reason = col_text(&q, "reason") };
    return row != ROW_FAULT;
}

enum row credits_hold_get(struct tx *tx, int64_t id, struct hold *out)
{
    struct query q = query(tx, &hold_get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct hold){ .account = col_i64(&q, "account"),
                              .shop = col_i64(&q, "shop"),
                              .amount = col_credits(&q, "amount"),
                              .state = (enum hold_state)col_state(&q, "state", HOLD_OPEN, HOLD_RELEASED) };
    return row;
}
