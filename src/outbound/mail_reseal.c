/* mail_reseal.c: the texts of mails that wait, failed, or are kept, for the change of the master key. */
#include "outbound/mail.h"
#include "outbound/private.h"

STMT(bodies_page, "SELECT id, message_id, body AS sealed FROM mail_outbox WHERE id > ?1 AND body IS NOT NULL"
                  " ORDER BY id LIMIT ?2");
STMT(body_save, "UPDATE mail_outbox SET body = ?3 WHERE id = ?1 AND body = ?2");
STMT(htmls_page, "SELECT id, message_id, html AS sealed FROM mail_outbox WHERE id > ?1 AND html IS NOT NULL"
                 " ORDER BY id LIMIT ?2");
STMT(html_save, "UPDATE mail_outbox SET html = ?3 WHERE id = ?1 AND html = ?2");

static bool piece(struct tx *tx, struct reseal_piece *p, const struct stmt *page, const struct stmt *save,
                  struct str purpose)
{
    struct query q = query(tx, page);
    bind_i64(&q, p->cursor[0]), bind_i64(&q, RESEAL_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool changed;
        p->more = true;
        p->cursor[0] = col_i64(&q, "id");
        struct str stored = col_str(&q, "sealed");
        struct sealed now = reseal_one(tx, p, p->cursor[0], mail_seal_owner(tx_arena(tx), col_text(&q, "message_id")),
                                       purpose, stored, &changed);
        if (!changed) continue;
        struct query put = query(tx, save);
        bind_i64(&put, p->cursor[0]), bind_blob(&put, stored.p, stored.n), bind_blob(&put, now.p, now.n);
        if (!query_put(&put)) return false;
    }
    return row != ROW_FAULT;
}

static bool bodies_piece(struct tx *tx, struct reseal_piece *p)
{
    return piece(tx, p, &bodies_page, &body_save, STR("body"));
}

static bool htmls_piece(struct tx *tx, struct reseal_piece *p)
{
    return piece(tx, p, &htmls_page, &html_save, STR("html"));
}

/* clang-format off */
const struct reseal_table mail_sealed[] = { { .name = "mail_outbox", .piece = bodies_piece },
                                            { .name = "mail_outbox.html", .piece = htmls_piece }, RESEAL_END };
/* clang-format on */
