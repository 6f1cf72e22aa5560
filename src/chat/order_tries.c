/* order_tries.c: who guesses at orders. Five wrong tries close that door for a visitor (its row counts them); a new
 * visitor is a click, so the visitors of a network at a shop share a count too: five are free, and one is forgotten
 * every ten minutes. It slows them, for what comes from one network may be many people: an order that is the asker's
 * own by the shop's word is told all the same.
 *
 * A network is kept as a keyed hash: it can be counted by, and says nothing to who reads the row. */
#include "chat/private.h"

#include "base/clock.h"

#define DRAIN_MS (10 * MINUTE_MS)
#define FREE_MS (5 * DRAIN_MS)
#define PURPOSE STR("visitor network")

STMT(tries_of, "SELECT drained_at_ms FROM chat_order_tries WHERE shop = ?1 AND network = ?2");
/* What lies further ahead than it can was written by a clock that was wrong. */
STMT(count_try, "INSERT INTO chat_order_tries (shop, network, drained_at_ms) VALUES (?1, ?2, ?4)"
                " ON CONFLICT (shop, network) DO UPDATE SET drained_at_ms ="
                " CASE WHEN chat_order_tries.drained_at_ms < ?3 OR chat_order_tries.drained_at_ms > ?5 THEN ?4"
                " ELSE chat_order_tries.drained_at_ms + ?6 END");
STMT(old_tries,
     "DELETE FROM chat_order_tries WHERE drained_at_ms < ?1 AND (shop, network) IN (SELECT shop, network"
     " FROM chat_order_tries WHERE drained_at_ms < ?1 ORDER BY drained_at_ms LIMIT ?2)",
     .postgres = "WITH old AS (SELECT shop, network FROM chat_order_tries WHERE drained_at_ms < ?1"
                 " ORDER BY drained_at_ms LIMIT ?2 FOR UPDATE SKIP LOCKED) DELETE FROM chat_order_tries USING old"
                 " WHERE chat_order_tries.shop = old.shop AND chat_order_tries.network = old.network");

int64_t visitor_network(const struct req *req)
{
    uint8_t mac[SHA256_SIZE];
    uint64_t n = 0;
    if (req->client_network == NULL || chat_settings.keyring == NULL) return 0;
    keyring_mac(chat_settings.keyring, PURPOSE, str_of(req->client_network), mac);
    for (size_t i = 0; i < 8; i++) n = n << 8 | mac[i];
    return (int64_t)(n & INT64_MAX);
}

bool order_tries_spent(struct tx *tx, const struct visitor *v, int64_t now_ms, bool *spent)
{
    struct query q = query(tx, &tries_of);
    bind_i64(&q, v->shop), bind_i64(&q, v->network);
    enum row row = query_row(&q);
    int64_t ahead_ms = row == ROW_FOUND ? col_i64(&q, "drained_at_ms") - now_ms : 0;
    *spent = v->network != 0 && ahead_ms > FREE_MS - DRAIN_MS && ahead_ms <= FREE_MS + DRAIN_MS;
    return row != ROW_FAULT;
}

bool order_tries_count(struct tx *tx, const struct visitor *v, int64_t now_ms)
{
    if (v->network == 0) return true;
    struct query q = query(tx, &count_try);
    bind_i64(&q, v->shop), bind_i64(&q, v->network), bind_i64(&q, now_ms), bind_i64(&q, now_ms + DRAIN_MS);
    bind_i64(&q, now_ms + FREE_MS + DRAIN_MS), bind_i64(&q, DRAIN_MS);
    return query_put(&q);
}

int64_t order_tries_forget(struct tx *tx, int64_t now_ms, int64_t most)
{
    struct query q = query(tx, &old_tries);
    bind_i64(&q, now_ms), bind_i64(&q, most);
    return query_change(&q);
}
