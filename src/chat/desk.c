/* desk.c: what the files of the inbox share: who asks. */
#include "chat/desk.h"

enum answer desk_me(struct req *req, struct account_colleague *out)
{
    enum row row = accounts_colleague(req->tx, req->who.account, req->who.person, out);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_role_not_allowed);
}
