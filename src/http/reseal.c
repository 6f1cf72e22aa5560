/* reseal.c: the kept answers, for the change of the master key. */
#include "http/idempotency.h"
#include "http/private.h"

STMT(answers_page, "SELECT id, account, route, answer FROM idempotency_keys WHERE id > ?1 AND answer IS NOT NULL"
                   " ORDER BY id LIMIT ?2");
STMT(answer_save, "UPDATE idempotency_keys SET answer = ?3 WHERE id = ?1 AND answer = ?2");

static struct reseal_value read_answer(struct arena *a, const struct query *q)
{
    return (struct reseal_value){ .id = col_i64(q, "id"),
                                  .owner = kept_owner(a, col_i64(q, "account")),
                                  .purpose = str_of(col_text(q, "route")),
                                  .sealed = col_str(q, "answer") };
}

static bool answers_piece(struct tx *tx, struct reseal_piece *p)
{
    return reseal_rows(tx, p, &(struct reseal_rows){ &answers_page, &answer_save, read_answer });
}

const struct reseal_table http_sealed[] = { { .name = "idempotency_keys", .piece = answers_piece }, RESEAL_END };
