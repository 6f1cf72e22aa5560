/* mail_verify.c: what must be true of the outbox: whatever waits is sent by somebody, and whatever was sent says when.
 */
#include "outbound/private.h"

enum { VERIFY_PAGE_MAILS = 200 };

STMT(verify_mails,
     "SELECT id, recipient, state, body IS NULL AS blank, sent_at_ms FROM mail_outbox WHERE id > ?1"
     " ORDER BY id LIMIT ?2",
     .postgres = "SELECT id, recipient, state, CASE WHEN body IS NULL THEN 1 ELSE 0 END AS blank, sent_at_ms"
                 " FROM mail_outbox WHERE id > ?1 ORDER BY id LIMIT ?2");

static const char *bad_mail(const struct query *q)
{
    if (!mail_address_is_sound(col_str(q, "recipient"))) return "a mail goes to nobody";
    switch (col_i64(q, "state")) {
    case MAIL_QUEUED: return col_bool(q, "blank") ? "a mail that waits has no text" : NULL;
    case MAIL_SENT: return col_is_null(q, "sent_at_ms") ? "a mail was sent at no time" : NULL;
    case MAIL_FAILED: return NULL;
    default: return "a mail is in no state";
    }
}

static bool mails_piece(struct tx *tx, struct verify_piece *found)
{
    int64_t queued[VERIFY_PAGE_MAILS];
    bool unworked[VERIFY_PAGE_MAILS];
    size_t count = 0;
    struct query q = query(tx, &verify_mails);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_MAILS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_mail(&q);
        if (what) verify_found(found, "mail", found->cursor[0], what);
        if (col_i64(&q, "state") == MAIL_QUEUED) queued[count++] = found->cursor[0];
    }
    if (row == ROW_FAULT || !jobs_unworked(tx, mail_send_job.name, queued, count, unworked)) return false;
    for (size_t i = 0; i < count; i++)
        if (unworked[i]) verify_found(found, "mail", queued[i], "a mail waits and nobody sends it");
    return true;
}

const struct verify_check mail_checks[] = {
    { .name = "mail.outbox", .doc = "Every mail that waits is sent by somebody.", .piece = mails_piece }, VERIFY_END
};
