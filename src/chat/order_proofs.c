/* order_proofs.c: which orders a conversation has proved: the assistant told them, since their number and the address
 * that they were placed with were both said in it. Kept as numbers, in the transaction of that reply; what the order is
 * today is read from the shop's orders whenever somebody looks.
 *
 * Rejected: an address that is believed from then on (who knows one order's address knows that of the others too, and
 * did not prove theirs); finding it in the words of the replies (each look would read the whole conversation). */
#include "chat/desk.h"

#include "knowledge/tokens.h"

STMT(prove, "INSERT INTO chat_order_proofs (conversation, number, number_key, account, shop)"
            " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");
STMT(of_conversation, "SELECT number FROM chat_order_proofs WHERE conversation = ?1 ORDER BY number LIMIT ?2");
STMT(of_number, "SELECT conversation, MIN(number) AS number FROM chat_order_proofs WHERE account = ?1"
                " AND number_key = ?2 AND conversation < ?3 AND CAST(?4 AS BIGINT) IN (0, shop)"
                " GROUP BY conversation ORDER BY conversation DESC LIMIT ?5");

bool order_proof_put(struct tx *tx, const struct conversation *c, const char *number)
{
    char key[TOKEN_NUMBER_MAX + 1];
    struct query q = query(tx, &prove);
    if (token_number(str_of(number), key) == 0) key[0] = '\0'; /* found by no number, and shown all the same */
    bind_i64(&q, c->id), bind_text(&q, number), bind_text(&q, key), bind_i64(&q, c->account), bind_i64(&q, c->shop);
    return query_put(&q);
}

bool order_proofs_of(struct tx *tx, int64_t conversation, size_t most, const char **out, size_t *count)
{
    struct query q = query(tx, &of_conversation);
    enum row row;
    *count = 0;
    bind_i64(&q, conversation), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = col_text(&q, "number");
    return row == ROW_NONE;
}

bool order_proofs_page(struct tx *tx, int64_t account, int64_t shop, struct str number, int64_t before, size_t most,
                       struct found *out, size_t *count)
{
    char key[TOKEN_NUMBER_MAX + 1];
    struct query q = query(tx, &of_number);
    enum row row;
    *count = 0;
    if (token_number(number, key) == 0) return true;
    bind_i64(&q, account), bind_text(&q, key), bind_i64(&q, before), bind_i64(&q, shop), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct found){ .conversation = col_i64(&q, "conversation"),
                                          .by = FOUND_ORDER,
                                          .text = col_text(&q, "number") };
    return row == ROW_NONE;
}
