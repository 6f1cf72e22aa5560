/* reseal.c: the kept answers, for the change of the master key. */
#include "http/idempotency.h"
#include "http/loop.h"

STMT(answers_page, "SELECT id, account, route, answer FROM idempotency_keys WHERE id > ?1 AND answer IS NOT NULL"
                   " ORDER BY id LIMIT ?2");
STMT(answer_save, "UPDATE idempotency_keys SET answer = ?3 WHERE id = ?1 AND answer = ?2");

static bool answers_piece(struct tx *tx, struct reseal_piece *p)
{
    struct query q = query(tx, &answers_page);
    bind_i64(&q, p->cursor[0]), bind_i64(&q, RESEAL_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool changed;
        p->more = true;
        p->cursor[0] = col_i64(&q, "id");
        struct str stored = col_str(&q, "answer");
        struct sealed now = reseal_one(tx, p, p->cursor[0], kept_owner(tx_arena(tx), col_i64(&q, "account")),
                                       str_of(col_text(&q, "route")), stored, &changed);
        if (!changed) continue;
        struct query save = query(tx, &answer_save);
        bind_i64(&save, p->cursor[0]), bind_blob(&save, stored.p, stored.n), bind_blob(&save, now.p, now.n);
        if (!query_put(&save)) return false;
    }
    return row != ROW_FAULT;
}

const struct reseal_table http_sealed[] = { { .name = "idempotency_keys", .piece = answers_piece }, RESEAL_END };
