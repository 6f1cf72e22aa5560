/* callers.c: the one judge of who may call a route. The route names a set of roles, the caller has a set of roles: it
 * may when the two meet. That an id belongs to another account is the handler's to see (404).
 *
 * Rejected: a check in each handler (one is forgotten); levels instead of sets ("at least admin": an agent answers
 * customers and sees no money, a viewer sees money and answers nobody; neither is above the other). */
#include "base/clock.h"
#include "http/private.h"

#define FRESH_MS (5 * MINUTE_MS)

const struct role_name role_names_of_callers[] = {
    { WHO_OWNER, "owner" },   { WHO_ADMIN, "admin" },       { WHO_AGENT, "agent" },
    { WHO_VIEWER, "viewer" }, { WHO_OPERATOR, "operator" }, { WHO_PERSON, "person" },
    { WHO_KEY, "key" },       { WHO_NOBODY, "nobody" },     { WHO_SYSTEM, NULL },
};

static bool has_scope(const struct caller *who, const char *scope)
{
    for (size_t i = 0; who->scopes && who->scopes[i]; i++)
        if (text_eq(who->scopes[i], scope)) return true;
    return false;
}

bool route_wants_caller(const struct route *r) { return !(r->who & (WHO_NOBODY | WHO_SYSTEM)); }

const struct problem *caller_judge(const struct req *req)
{
    const struct caller *who = &req->who;
    const struct route *r = req->route;
    if (!route_wants_caller(r)) return NULL;
    if (who->roles == 0) return &problem_sign_in;
    bool admitted = (who->roles & (unsigned)r->who) != 0;
    if (!admitted) return r->who == WHO_OPERATOR ? &problem_not_found : &problem_role_not_allowed;
    if (who->session == 0 && !has_scope(who, r->scope)) return &problem_scope_missing;
    bool fresh = who->session != 0 && req->now_ms - who->signed_in_at_ms <= FRESH_MS &&
                 !time_is_ahead(who->signed_in_at_ms, req->now_ms);
    if (r->fresh && !fresh) return &problem_sign_in_again;
    return NULL;
}
