/* receipt.c: what a merchant can look at to believe the ledger: how many entries it has, the fingerprint of the last
 * one, which stands on all before it, and whether the newest RECEIPT_ENTRIES are linked, unchanged and add up, looked
 * at now. Who keeps a fingerprint can ask later for the ledger that it belongs to: an entry in between cannot be
 * changed without changing it. `verify` looks at all entries of all accounts; this is one account's, as fast as a page.
 */
#include "credits/private.h"

#include "base/log.h"

enum { RECEIPT_ENTRIES = 1000 };

STMT(receipt_account, "SELECT balance, seq, head, keyed_from, head_mac FROM credit_accounts WHERE account = ?1");
/* One more than is looked at: what the first of them stands on. Later ones than the account told of are passed over. */
STMT(receipt_entries, "SELECT seq, key, amount, balance_after, reason, shop, note, actor, at_ms, hash"
                      " FROM credit_entries WHERE account = ?1 AND seq >= ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4");

struct receipt {
    int64_t account, entries, keyed_from, checked, seq, last_at_ms, now_ms;
    struct credits balance, sum;
    uint8_t head[SHA256_SIZE], hash[SHA256_SIZE];
    bool sound;
};

/* clang-format off */
static const struct shape receipt_shape[] = {
    SHAPE_I64("entries", .doc = "All there are."), SHAPE_I64("checked", .doc = "The newest of them, looked at now."),
    SHAPE_BOOL("sound", .doc = "None of these is missing or changed, and they add up to the balance."),
    SHAPE_I64("balance"), SHAPE_TEXT("fingerprint", .doc = "Of the last entry; it stands on all before it."),
    SHAPE_TIME("lastAt", .nullable = true), SHAPE_TIME("checkedAt"), SHAPE_END
};
/* clang-format on */

static void receipt_json(struct json *j, const void *arg)
{
    const struct receipt *r = arg;
    char hex[SHA256_HEX_SIZE];
    hex_encode(r->head, sizeof r->head, hex);
    json_i64(j, "entries", r->entries);
    json_i64(j, "checked", r->checked);
    json_bool(j, "sound", r->sound);
    json_credits(j, "balance", r->balance);
    json_text(j, "fingerprint", hex);
    json_time(j, "lastAt", r->last_at_ms);
    json_time(j, "checkedAt", r->now_ms);
}

static enum row read_account(struct tx *tx, struct receipt *r)
{
    struct query q = query(tx, &receipt_account);
    uint8_t mac[CHAIN_MAC_SIZE];
    bind_i64(&q, r->account);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    struct str head = col_str(&q, "head"), head_mac = col_str(&q, "head_mac");
    r->balance = col_credits(&q, "balance"), r->entries = col_i64(&q, "seq");
    r->keyed_from = col_i64(&q, "keyed_from");
    r->sound = head.n == SHA256_SIZE;
    if (!r->sound) return ROW_FOUND;
    memcpy(r->head, head.p, SHA256_SIZE);
    ledger_head_mac(r->account, r->entries, r->keyed_from, r->head, mac);
    r->sound = head_mac.n == CHAIN_MAC_SIZE && equal_constant_time(head_mac.p, mac, CHAIN_MAC_SIZE);
    return ROW_FOUND;
}

/* What the entries that are looked at stand on: one that is taken as it is. */
static void stand_on(struct receipt *r, const struct query *q)
{
    struct str hash = col_str(q, "hash");
    r->seq = col_i64(q, "seq"), r->sum = col_credits(q, "balance_after");
    if (hash.n == SHA256_SIZE) memcpy(r->hash, hash.p, SHA256_SIZE);
    else r->sound = false;
}

static void look_at(struct receipt *r, const struct query *q)
{
    struct ledger_record e = ledger_record_read(q, r->account);
    struct str hash = col_str(q, "hash");
    memcpy(e.previous, r->hash, SHA256_SIZE);
    if (e.seq >= r->keyed_from) ledger_mac(&e, r->hash);
    else ledger_hash(&e, r->hash);
    bool adds_up = credits_add(r->sum, e.amount, &r->sum) && credits_equal(r->sum, e.balance_after);
    bool linked = hash.n == SHA256_SIZE && memcmp(hash.p, r->hash, SHA256_SIZE) == 0;
    if (e.seq != r->seq + 1 || !adds_up || !linked) r->sound = false;
    r->seq = e.seq, r->last_at_ms = e.at_ms;
    r->checked++;
}

static bool read_entries(struct tx *tx, struct receipt *r)
{
    int64_t first = r->entries > RECEIPT_ENTRIES ? r->entries - RECEIPT_ENTRIES : 1;
    struct query q = query(tx, &receipt_entries);
    bind_i64(&q, r->account), bind_i64(&q, first), bind_i64(&q, r->entries), bind_i64(&q, RECEIPT_ENTRIES + 1);
    enum row row = query_next(&q);
    if (row == ROW_FOUND && first > 1) {
        stand_on(r, &q);
        row = query_next(&q);
    }
    for (; row == ROW_FOUND; row = query_next(&q)) look_at(r, &q);
    return row == ROW_NONE;
}

static enum answer get_receipt(struct req *req)
{
    struct receipt r = { .account = req->who.account, .now_ms = req->now_ms };
    if (read_account(req->tx, &r) != ROW_FOUND || !read_entries(req->tx, &r)) return reply_fault(req);
    if (r.seq != r.entries || memcmp(r.hash, r.head, SHA256_SIZE) != 0 || !credits_equal(r.sum, r.balance))
        r.sound = false;
    if (!r.sound) LOG(LOG_ERROR, "credit_chain_is_not_sound", LOG_NUMBER("account", r.account));
    return reply_json(req, 200, receipt_json, &r);
}

const struct route credits_receipt_routes[] = {
    { .verb = VERB_GET,
      .path = "/api/billing/ledger",
      .who = WHO_BOOKS,
      .tx = TX_READ,
      .tag = "Billing",
      .answer = receipt_shape,
      .run = get_receipt,
      .doc = "Whether the ledger of the calling account is whole: its newest 1,000 entries are looked at." },
    ROUTE_END
};
