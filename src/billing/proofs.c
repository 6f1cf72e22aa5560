/* proofs.c: the trade that a person names when a payment is marked by hand, as it can be compared. */
#include "billing/private.h"

STMT(proof_named, "SELECT payment FROM hand_payments WHERE proof = ?1 AND proof <> ''");

char *proof_without_gaps(struct arena *a, const char *trade)
{
    assert(trade != NULL);
    char *out = arena_text(a, trade);
    size_t n = 0;
    for (const char *c = trade; *c; c++)
        if (*c != ' ' && *c != '-') out[n++] = *c;
    if (n > 0) out[n] = '\0';
    return out;
}

const char *proof_text(struct arena *a, const char *trade)
{
    char *out = proof_without_gaps(a, trade);
    for (char *c = out; *c; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    return out;
}

enum row proof_payment(struct tx *tx, const char *trade, int64_t *payment)
{
    struct query q = query(tx, &proof_named);
    bind_text(&q, proof_text(tx_arena(tx), trade));
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *payment = col_i64(&q, "payment");
    return row;
}
