/* account_name.c: what an account is called: in invitations, and in the menu of who belongs to several. Until it has a
 * name its owner's address stands for it. */
#include "accounts/private.h"
#include "http/events.h"

static void name_json(struct json *j, const void *arg) { json_text(j, "name", arg); }

HANDLER(account_patch_run)
{
    const struct patch_account *in = req->body;
    int64_t account = req->who.account;
    struct user_view v = { 0 };
    enum row renamed = account_rename(req->tx, account, in->name);
    if (renamed == ROW_FAULT) return reply_fault(req);
    bool told = renamed == ROW_NONE ||
                (audit_request(req, AUDIT_account_renamed, account, "account", account, name_json, in->name) &&
                 events_put(req->tx, account, EVENT_SESSIONS_CHANGED, NULL, NULL));
    if (!told || !user_view_get(req, req->who.person, &v)) return reply_fault(req);
    return reply_user(req, &v);
}
