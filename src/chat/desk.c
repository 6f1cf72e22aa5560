/* desk.c: what the files of the inbox share: lists of ids, as statements of both engines take them, and who asks. */
#include "chat/desk.h"

const char *desk_ids(struct arena *a, const int64_t *ids, size_t count)
{
    struct buf out;
    size_t size = count * 21 + 3;
    buf_fixed(&out, arena_alloc(a, size), size);
    buf_char(&out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_char(&out, ',');
        buf_i64(&out, ids[i]);
    }
    buf_char(&out, ']');
    return buf_terminated(&out);
}

enum answer desk_me(struct req *req, struct colleague *out)
{
    enum row row = accounts_colleague(req->tx, req->who.account, req->who.person, out);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_role_not_allowed);
}
