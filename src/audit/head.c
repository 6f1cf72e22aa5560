/* head.c: the end of the chain of seals, in a row of its own under a MAC. Without it the newest seals could be cut off
 * together with their rows, and nothing would be missed. Who seals looks at it first: the next seal on top of a forged
 * end would make it a true one. */
#include "audit/private.h"
#include "base/chain.h"
#include "base/log.h"

/* One statement, so one moment: the head, the seal it names, and whether there is one behind. */
STMT(head_read, "SELECT h.seq, h.hash, h.keyed_from, h.mac, s.last_id, s.hash AS sealed,"
                " (SELECT COALESCE(MAX(n.seq), 0) FROM audit_seals n) AS newest"
                " FROM audit_head h LEFT JOIN audit_seals s ON s.seq = h.seq WHERE h.only_row = 1");
STMT(head_move, "UPDATE audit_head SET seq = ?2, hash = ?3, mac = ?4 WHERE only_row = 1 AND seq = ?1");
STMT(head_make, "INSERT INTO audit_head (only_row, seq, hash, keyed_from, mac) VALUES (1, ?1, ?2, ?3, ?4)"
                " ON CONFLICT (only_row) DO NOTHING");
STMT(head_last, "SELECT seq, hash FROM audit_seals ORDER BY seq DESC LIMIT 1");
STMT(head_seq, "SELECT seq FROM audit_head WHERE only_row = 1");

static void head_mac(int64_t seq, const char *hash, int64_t keyed_from, uint8_t out[CHAIN_MAC_SIZE])
{
    char memory[256];
    struct buf b;
    buf_fixed(&b, memory, sizeof memory);
    buf_printf(&b, "%lld|%lld|%s", (long long)seq, (long long)keyed_from, hash);
    assert(!b.overflow);
    chain_mac("audit head", b.p, b.n, out);
}

bool audit_head_read(struct tx *tx, struct audit_head *out)
{
    *out = (struct audit_head){ .state = HEAD_GONE };
    struct query q = query(tx, &head_read);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE;
    out->seq = col_i64(&q, "seq"), out->keyed_from = col_i64(&q, "keyed_from");
    out->last_id = col_i64(&q, "last_id");
    struct str hash = col_str(&q, "hash"), mac = col_str(&q, "mac"), sealed = col_str(&q, "sealed");
    uint8_t ours[CHAIN_MAC_SIZE];
    bool empty = out->seq == 0;
    out->state = HEAD_NOT_OURS;
    int64_t newest = col_i64(&q, "newest");
    if (hash.n != (empty ? 0 : SHA256_HEX_SIZE - 1) || mac.n != CHAIN_MAC_SIZE) return true;
    memcpy(out->hash, hash.p, hash.n);
    head_mac(out->seq, out->hash, out->keyed_from, ours);
    if (!equal_constant_time(mac.p, ours, CHAIN_MAC_SIZE)) return true;
    bool at_the_end = newest == out->seq && (empty || (sealed.p && str_eq(sealed, hash)));
    out->state = at_the_end ? HEAD_OURS : HEAD_ELSEWHERE;
    return true;
}

bool audit_head_move(struct tx *tx, int64_t from, const struct audit_head *to, bool *moved)
{
    uint8_t mac[CHAIN_MAC_SIZE];
    head_mac(to->seq, to->hash, to->keyed_from, mac);
    struct query q = query(tx, &head_move);
    bind_i64(&q, from), bind_i64(&q, to->seq), bind_text(&q, to->hash), bind_blob(&q, mac, sizeof mac);
    int64_t n = query_change(&q);
    *moved = n == 1;
    return n >= 0;
}

bool audit_chain_begin(struct tx *tx)
{
    struct query q = query(tx, &head_last);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return false;
    int64_t seq = row == ROW_FOUND ? col_i64(&q, "seq") : 0;
    const char *hash = row == ROW_FOUND ? col_text(&q, "hash") : "";
    uint8_t mac[CHAIN_MAC_SIZE];
    if (strlen(hash) >= SHA256_HEX_SIZE) {
        LOG(LOG_ERROR, "audit_seal_has_no_hash", LOG_NUMBER("seq", seq));
        return false;
    }
    head_mac(seq, hash, seq + 1, mac);
    struct query put = query(tx, &head_make);
    bind_i64(&put, seq), bind_text(&put, hash), bind_i64(&put, seq + 1), bind_blob(&put, mac, sizeof mac);
    return query_change(&put) >= 0;
}

bool audit_chain_used(struct tx *tx, bool *used)
{
    struct query q = query(tx, &head_seq);
    enum row row = query_row(&q);
    *used = row == ROW_FOUND && col_i64(&q, "seq") >= 0;
    return row != ROW_FAULT;
}
