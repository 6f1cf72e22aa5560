/* desk.c: what the files of the inbox share: who asks, whether they may write to a visitor, and who was quicker. */
#include "chat/desk.h"

const struct field desk_word_fields[] = {
    FIELD_TEXT(struct desk_word, text, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "Kept to the byte."),
    FIELD_TEXT(struct desk_word, clientId, .min = 8, .max = CLIENT_ID_MAX,
               .doc = "Made by the sender for this message: sent again with it, it is the same message."),
    FIELD_I64(struct desk_word, epoch, .optional = true, .min = 1, .max = CHAT_NUMBER_MAX,
              .doc = "As the page shows it, 1 where there is no conversation yet: with an older one a word that would"
                     " take it from somebody is refused. Absent: whatever it is."),
    FIELD_END
};

enum answer desk_me(struct req *req, struct account_colleague *out)
{
    enum row row = accounts_colleague(req->tx, req->who.account, req->who.person, out);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_role_not_allowed);
}

enum answer desk_speaker(struct req *req, int64_t shop, struct account_colleague *out)
{
    struct shop s;
    enum row row = shops_get(req->tx, shop, &s);
    if (row == ROW_FAULT) return reply_fault(req);
    /* Also while it is deleted: what its team says would reach visitors by mail. */
    if (row == ROW_FOUND && s.suspended_at_ms > 0) return reply_problem(req, &problem_shop_suspended);
    return desk_me(req, out);
}

enum answer desk_moved(struct req *req, const struct conversation *c)
{
    reply_fact_i64(req, "epoch", c->epoch);
    reply_fact_text(req, "status", chat_status_name(c->status));
    reply_fact_text(req, "owner", chat_owner_name(c->owner));
    reply_fact_i64(req, "person", c->person);
    reply_fact_text(req, "name", arena_text(req->arena, c->person_name));
    return reply_problem(req, &problem_moved);
}
