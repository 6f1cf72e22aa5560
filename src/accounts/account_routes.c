/* account_routes.c: the caller's sessions and profile, and what an operator does with accounts. */
#include "accounts/private.h"
#include "http/events.h"

/* ---- POST /auth/logout ---- */

/* Also without a session: the browser then loses a cookie that was worth nothing. */
HANDLER(logout_run)
{
    const char *key = http_session_key(req);
    if (key && !session_end_by_key(req->tx, key)) return reply_fault(req);
    if (req->who.session > 0 &&
        (!audit_self(req, AUDIT_logout, req->who.person) || !sessions_changed(req, req->who.person)))
        return reply_fault(req);
    reply_cookie(req, (struct cookie){ .name = session_cookie_name(), .value = "", .max_age_s = 0 });
    return reply_success(req, NULL);
}

/* ---- GET /auth/sessions ---- */

/* clang-format off */
static const struct shape session_shape[] = {
    SHAPE_I64("id"), SHAPE_BOOL("current"), SHAPE_TIME("createdAt"), SHAPE_TIME("lastSeenAt"),
    SHAPE_TEXT("network", .nullable = true), SHAPE_TEXT("userAgent", .nullable = true), SHAPE_END
};
/* clang-format on */
const struct shape sessions_shape[] = { SHAPE_LIST("sessions", session_shape, .type_name = "Session"), SHAPE_END };

struct sessions_page {
    int64_t current;
    struct session_row row[SESSIONS_LISTED_MAX];
    size_t count;
};

static void sessions_json(struct json *j, const void *arg)
{
    const struct sessions_page *p = arg;
    json_array(j, "sessions");
    for (size_t i = 0; i < p->count; i++) {
        const struct session_row *s = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", s->id);
        json_bool(j, "current", s->id == p->current);
        json_time(j, "createdAt", s->created_at_ms);
        json_time(j, "lastSeenAt", s->last_seen_at_ms);
        json_text(j, "network", s->network);
        json_text(j, "userAgent", s->user_agent);
        json_end(j);
    }
    json_end(j);
}

HANDLER(sessions_run)
{
    struct sessions_page *p = ARENA_NEW(req->arena, struct sessions_page);
    p->current = req->who.session;
    if (!sessions_list(req->tx, req->who.person, caller_role(req), req->now_ms, p->row, &p->count))
        return reply_fault(req);
    return reply_json(req, 200, sessions_json, p);
}

/* ---- DELETE /auth/sessions/:id, POST /auth/sessions/end-others ---- */

static void ended_json(struct json *j, const void *arg) { json_i64(j, "session", *(const int64_t *)arg); }

HANDLER(session_end_run)
{
    const struct id_path *path = req->path;
    switch (session_end(req->tx, req->who.person, path->id)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    if (!audit_request(req, AUDIT_session_ended, req->who.account, "session", path->id, ended_json, &path->id) ||
        !sessions_changed(req, req->who.person))
        return reply_fault(req);
    return reply_success(req, NULL);
}

const struct shape sessions_ended_shape[] = { SHAPE_BOOL("success"), SHAPE_I64("ended"), SHAPE_END };

static void count_json(struct json *j, const void *arg)
{
    json_bool(j, "success", true);
    json_i64(j, "ended", *(const int64_t *)arg);
}

static void count_detail(struct json *j, const void *arg) { json_i64(j, "ended", *(const int64_t *)arg); }

HANDLER(sessions_end_run)
{
    int64_t ended = sessions_end_all(req->tx, req->who.person, req->who.session);
    if (ended < 0) return reply_fault(req);
    bool told = ended == 0 || /* nothing changed: no row, no event */
                (audit_request(req, AUDIT_sessions_ended, req->who.account, "account", req->who.account, count_detail,
                               &ended) &&
                 sessions_changed(req, req->who.person));
    return told ? reply_json(req, 200, count_json, &ended) : reply_fault(req);
}

/* ---- GET and PATCH /api/user ---- */

HANDLER(user_run)
{
    struct user_view v = { 0 };
    if (req->who.person > 0 && !user_view_get(req, req->who.person, &v)) return reply_fault(req);
    return reply_user(req, &v);
}

HANDLER(user_patch_run)
{
    static const char *const langs[] = { "zh-CN", "en" };
    const struct patch_user *in = req->body;
    const char *lang = in->lang >= 0 ? langs[in->lang] : NULL;
    struct user_view v = { 0 };
    enum row changed = user_update(req->tx, req->who.person, in->name, lang);
    if (changed == ROW_FAULT) return reply_fault(req);
    bool told = changed == ROW_NONE || audit_self(req, AUDIT_config_changed, req->who.person);
    if (!told || !user_view_get(req, req->who.person, &v)) return reply_fault(req);
    /* The next answers come in this language, also before the page was loaded anew. */
    if (lang)
        reply_cookie(req, (struct cookie){ .name = "lang", .value = lang, .max_age_s = 365 * DAY_MS / SECOND_MS });
    return reply_user(req, &v);
}

/* ---- POST /api/account/switch ---- */

/* Another account of the caller's, for this session and for the next sign-in. One that it does not belong to does not
 * exist for it; a disabled one neither: nobody acts there. */
HANDLER(switch_run)
{
    const struct post_switch *in = req->body;
    struct membership *m = ARENA_ARRAY(req->arena, struct membership, MEMBERSHIPS_MAX);
    struct user_view v = { 0 };
    size_t count;
    bool may = false;
    if (!memberships(req->tx, req->who.person, m, &count)) return reply_fault(req);
    for (size_t i = 0; i < count; i++) may = may || (m[i].account == in->account && !m[i].disabled);
    if (!may) return reply_problem(req, &problem_not_found);
    if (in->account != req->who.account) {
        if (!session_switch(req->tx, req->who.session, in->account) ||
            !person_remember(req->tx, req->who.person, in->account) || !sessions_changed(req, req->who.person))
            return reply_fault(req);
        req->who.account = in->account;
    }
    if (!user_view_get(req, req->who.person, &v)) return reply_fault(req);
    return reply_user(req, &v);
}
