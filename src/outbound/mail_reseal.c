/* mail_reseal.c: the texts of mails that wait, failed, or are kept, for the change of the master key. */
#include "outbound/mail.h"
#include "outbound/private.h"

STMT(bodies_page, "SELECT id, message_id, body FROM mail_outbox WHERE id > ?1 AND body IS NOT NULL"
                  " ORDER BY id LIMIT ?2");
STMT(body_save, "UPDATE mail_outbox SET body = ?3 WHERE id = ?1 AND body = ?2");
STMT(htmls_page, "SELECT id, message_id, html FROM mail_outbox WHERE id > ?1 AND html IS NOT NULL"
                 " ORDER BY id LIMIT ?2");
STMT(html_save, "UPDATE mail_outbox SET html = ?3 WHERE id = ?1 AND html = ?2");

STMT(replies_page, "SELECT id, message_id, reply_to FROM mail_outbox WHERE id > ?1 AND reply_to IS NOT NULL"
                   " ORDER BY id LIMIT ?2");
STMT(reply_save, "UPDATE mail_outbox SET reply_to = ?3 WHERE id = ?1 AND reply_to = ?2");

static struct reseal_value read_part(struct arena *a, const struct query *q, struct str part, struct str sealed)
{
    return (struct reseal_value){ .id = col_i64(q, "id"),
                                  .owner = mail_seal_owner(a, col_text(q, "message_id")),
                                  .purpose = part,
                                  .sealed = sealed };
}

static struct reseal_value read_body(struct arena *a, const struct query *q)
{
    return read_part(a, q, STR("body"), col_str(q, "body"));
}

static struct reseal_value read_html(struct arena *a, const struct query *q)
{
    return read_part(a, q, STR("html"), col_str(q, "html"));
}

static struct reseal_value read_reply(struct arena *a, const struct query *q)
{
    return read_part(a, q, STR("reply_to"), col_str(q, "reply_to"));
}

static bool bodies_piece(struct tx *tx, struct reseal_piece *p)
{
    return reseal_rows(tx, p, &(struct reseal_rows){ &bodies_page, &body_save, read_body });
}

static bool htmls_piece(struct tx *tx, struct reseal_piece *p)
{
    return reseal_rows(tx, p, &(struct reseal_rows){ &htmls_page, &html_save, read_html });
}

static bool replies_piece(struct tx *tx, struct reseal_piece *p)
{
    return reseal_rows(tx, p, &(struct reseal_rows){ &replies_page, &reply_save, read_reply });
}

/* clang-format off */
const struct reseal_table mail_sealed[] = { { .name = "mail_outbox", .piece = bodies_piece },
                                            { .name = "mail_outbox.html", .piece = htmls_piece },
                                            { .name = "mail_outbox.reply_to", .piece = replies_piece }, RESEAL_END };
/* clang-format on */
