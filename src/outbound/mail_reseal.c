/* mail_reseal.c: the texts of mails that wait, failed, or are kept, for the change of the master key. */
#include "outbound/mail.h"
#include "outbound/smtp.h"

STMT(bodies_page, "SELECT id, message_id, body FROM mail_outbox WHERE id > ?1 AND body IS NOT NULL"
                  " ORDER BY id LIMIT ?2");
STMT(body_save, "UPDATE mail_outbox SET body = ?3 WHERE id = ?1 AND body = ?2");

static bool bodies_piece(struct tx *tx, struct reseal_piece *p)
{
    struct query q = query(tx, &bodies_page);
    bind_i64(&q, p->cursor[0]), bind_i64(&q, RESEAL_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool changed;
        p->more = true;
        p->cursor[0] = col_i64(&q, "id");
        struct str stored = col_str(&q, "body");
        struct sealed now = reseal_one(tx, p, p->cursor[0], mail_seal_owner(tx_arena(tx), col_text(&q, "message_id")),
                                       STR("body"), stored, &changed);
        if (!changed) continue;
        struct query save = query(tx, &body_save);
        bind_i64(&save, p->cursor[0]), bind_blob(&save, stored.p, stored.n), bind_blob(&save, now.p, now.n);
        if (!query_put(&save)) return false;
    }
    return row != ROW_FAULT;
}

const struct reseal_table mail_sealed[] = { { .name = "mail_outbox", .piece = bodies_piece }, RESEAL_END };
