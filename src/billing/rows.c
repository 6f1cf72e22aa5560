/* rows.c: what all rows about money have in common: amounts, numbers that tell nothing, and the history of states. */
#include "billing/private.h"

#include "base/random.h"

BILLING_ACTIONS(AUDIT_DEFINE)

struct billing_settings billing_settings;

STMT(move_insert, "INSERT INTO billing_moves (kind, id, version, account, from_state, to_state, why, actor, at_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

bool move_put(struct tx *tx, const struct moved *what, const struct move *m)
{
    assert(what->kind >= MOVED_ORDER && what->kind <= MOVED_REFUND && what->id > 0 && what->version > 0);
    assert(what->to > 0 && what->from != what->to && m->why[0] != '\0');
    struct query q = query(tx, &move_insert);
    bind_i64(&q, what->kind), bind_i64(&q, what->id), bind_i64(&q, what->version), bind_i64(&q, what->account);
    bind_i64(&q, what->from), bind_i64(&q, what->to), bind_text(&q, m->why), bind_i64(&q, m->actor);
    bind_i64(&q, m->at_ms);
    return query_put(&q);
}

struct move move_by(const struct req *req, const char *why)
{
    return (struct move){ .why = why,
                          .actor = req->who.person,
                          .at_ms = req->now_ms,
                          .network = req->client_network,
                          .user_agent = req->user_agent };
}

/* A row that somebody changed by hand breaks its transaction, as col_state does; it does not end the process. */
struct money col_money(const struct query *q, const char *name)
{
    const char *code = col_text(q, "currency");
    enum currency c = code ? currency_from_code(code, strlen(code)) : CURRENCY_NONE;
    int64_t minor = col_state(q, name, c == CURRENCY_NONE ? MONEY_LIMIT + 1 : -MONEY_LIMIT, MONEY_LIMIT);
    return c == CURRENCY_NONE ? money_of(0, CURRENCY_CNY) : money_of(minor, c);
}

/* Five bits a sign; the last one holds the three that are left. Providers take small letters and digits, and no two of
 * these look alike. */
void order_number(char out[ORDER_NUMBER_SIZE])
{
    static const char signs[] = "0123456789abcdefghjkmnpqrstvwxyz";
    enum { BYTES = 16, BITS = 8, SIGN_BITS = 5, SIGN_MASK = 31 };
    uint8_t random[BYTES];
    random_bytes(random, sizeof random);
    uint32_t held = 0, bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < BYTES; i++) {
        held = held << BITS | random[i], bits += BITS;
        for (; bits >= SIGN_BITS; bits -= SIGN_BITS) out[n++] = signs[held >> (bits - SIGN_BITS) & SIGN_MASK];
        held &= (1U << bits) - 1;
    }
    out[n++] = signs[held << (SIGN_BITS - bits) & SIGN_MASK];
    assert(n == ORDER_NUMBER_SIZE - 1);
    out[n] = '\0';
}
