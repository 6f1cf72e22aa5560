/* secret_routes.c: a merchant sees which secrets a shop has, looks at each once, and replaces it. */
#include "tenants/private.h"

#include "base/clock.h"

struct secret_answer {
    enum secret_kind kind;
    const char *text;
    int64_t previous_until_ms;
    bool rotated;
};

static void answer_json(struct json *j, const void *arg)
{
    const struct secret_answer *s = arg;
    json_text(j, "kind", secret_kind_name(s->kind));
    json_text(j, "secret", s->text);
    if (s->rotated) json_time(j, "previousValidUntil", s->previous_until_ms);
}

struct secret_page {
    const struct secret *secret;
    size_t count;
};

static void page_json(struct json *j, const void *arg)
{
    const struct secret_page *p = arg;
    json_array(j, "secrets");
    for (size_t i = 0; i < p->count; i++) {
        const struct secret *s = &p->secret[i];
        json_object(j, NULL);
        json_text(j, "kind", secret_kind_name(s->kind));
        json_text(j, "state", s->state == SECRET_ACTIVE ? "active" : "previous");
        json_bool(j, "shown", s->shown_at_ms > 0);
        json_time(j, "createdAt", s->created_at_ms);
        json_time(j, "validUntil", s->valid_until_ms);
        json_text(j, "hint", s->hint);
        json_end(j);
    }
    json_end(j);
}

enum answer run_secrets(struct req *req)
{
    struct shop shop;
    struct tenant t;
    struct secret have[SECRETS_MAX];
    struct secret_page page = { .secret = have };
    enum row row = shops_owned(req->tx, req->who.account, path_shop_id(req), &shop);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FOUND) row = tenants_of_shop(req->tx, shop.id, &t);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && !secrets_list(req->tx, t.id, have, &page.count)) return reply_fault(req);
    return reply_json(req, 200, page_json, &page);
}

/* What both showing and rotating begin with. ANSWER_GO_ON: it may. */
struct secret_change {
    struct tenant t;
    enum secret_kind kind;
    struct secret have[SECRETS_MAX];
    size_t count;
};

static enum answer begin_change(struct req *req, struct secret_change *c)
{
    const struct path_secret *in = req->path;
    struct shop shop;
    c->kind = (enum secret_kind)(in->kind + SECRET_SSO);
    enum row row = shops_owned_locked(req->tx, req->who.account, in->id, &shop);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FOUND) row = tenants_of_shop(req->tx, shop.id, &c->t);
    if (row == ROW_NONE) return reply_problem(req, &problem_chatbot_not_enabled);
    if (row == ROW_FAULT || !secrets_list(req->tx, c->t.id, c->have, &c->count)) return reply_fault(req);
    return ANSWER_GO_ON;
}

static enum answer send_secret(struct req *req, struct secret_change *c, struct audit_action action,
                               struct secret_answer *s)
{
    s->kind = c->kind;
    req->reply.shows_secret = true;
    if (!audit_request(req, action, c->t.account, "shop", c->t.shop, secret_kind_json, &c->kind))
        return reply_fault(req);
    return reply_json(req, 200, answer_json, s);
}

/* A service key exists from the first time it is shown: nobody needs to keep one that nobody uses. */
static enum answer show_first_service_key(struct req *req, struct secret_change *c)
{
    char *text = arena_alloc(req->arena, SECRET_TEXT_SIZE);
    int64_t generation;
    secret_make(SECRET_SERVICE, text);
    if (!secret_next_generation(req->tx, c->t.id, SECRET_SERVICE, &generation) ||
        !secret_add(req->tx, &c->t, SECRET_SERVICE, generation, text, true, true, req->now_ms))
        return reply_fault(req);
    return send_secret(req, c, AUDIT_secret_shown, &(struct secret_answer){ .text = text });
}

enum answer run_secret_show(struct req *req)
{
    struct secret_change c = { 0 };
    enum answer go_on = begin_change(req, &c);
    if (go_on != ANSWER_GO_ON) return go_on;
    const struct secret *s = secret_newest(c.have, c.count, c.kind, false);
    if (!s && c.kind == SECRET_SERVICE) return show_first_service_key(req, &c);
    if (!s) return reply_problem(req, &problem_chatbot_not_enabled);
    if (s->shown_at_ms > 0) return reply_problem(req, &problem_already_shown);
    struct str text;
    if (!secret_mark_shown(req->tx, c.t.id, s, req->now_ms) ||
        !secret_open(req->arena, c.t.id, c.kind, s->sealed, &text))
        return reply_fault(req);
    return send_secret(req, &c, AUDIT_secret_shown, &(struct secret_answer){ .text = text.p });
}

/* The newest that the backend knows becomes, or stays, the previous one. Others end now: an older one that was still
 * valid, or a newer one that the backend never confirmed. */
static bool step_down(struct req *req, const struct secret_change *c, int64_t until_ms)
{
    const struct secret *known = secret_newest(c->have, c->count, c->kind, true);
    for (size_t i = 0; i < c->count; i++) {
        const struct secret *s = &c->have[i];
        if (s->kind != c->kind) continue;
        bool good =
            s == known ? secret_make_previous(req->tx, c->t.id, s, until_ms) : secret_revoke(req->tx, c->t.id, s);
        if (!good) return false;
    }
    return true;
}

/* A call tells both secrets, so there is one rotation at a time. ROW_NONE: none is under way; a secret that is still
 * not delivered belongs to a job that has given up, and what is put now tells the newest of both kinds. */
static enum row is_being_told(struct req *req, const struct secret_change *c)
{
    for (enum secret_kind kind = SECRET_SSO; kind <= SECRET_WEBHOOK; kind++) {
        const struct secret *s = secret_newest(c->have, c->count, kind, false);
        if (s && !s->delivered) return tenants_is_being_told(req->tx, &c->t);
    }
    return ROW_NONE;
}

struct revoked {
    enum secret_kind kind;
};

static void revoked_json(struct json *j, const void *arg)
{
    json_bool(j, "success", true);
    json_text(j, "kind", secret_kind_name(((const struct revoked *)arg)->kind));
}

/* The replaced secret ends now, not after its overlap; the outside is told at once too. Until it has confirmed the new
 * one there are no tokens: that is what was asked for. */
enum answer run_secret_revoke(struct req *req)
{
    struct secret_change c = { 0 };
    size_t ended = 0;
    enum answer go_on = begin_change(req, &c);
    if (go_on != ANSWER_GO_ON) return go_on;
    for (size_t i = 0; i < c.count; i++) {
        if (c.have[i].kind != c.kind || c.have[i].state != SECRET_PREVIOUS) continue;
        if (!secret_revoke(req->tx, c.t.id, &c.have[i])) return reply_fault(req);
        ended++;
    }
    if (!ended) return reply_problem(req, &problem_nothing_to_revoke);
    if (c.kind != SECRET_SERVICE && tenant_is_known_outside(&c.t) &&
        (!tenants_must_hear(req->tx, &c.t, 0) || !tenants_keep(req->tx, &c.t, req->now_ms)))
        return reply_fault(req);
    if (!audit_request(req, AUDIT_secret_revoked, c.t.account, "shop", c.t.shop, secret_kind_json, &c.kind))
        return reply_fault(req);
    return reply_json(req, 200, revoked_json, &(struct revoked){ c.kind });
}

enum answer run_secret_rotate(struct req *req)
{
    struct secret_change c = { 0 };
    enum answer go_on = begin_change(req, &c);
    if (go_on != ANSWER_GO_ON) return go_on;
    const struct secret *old = secret_newest(c.have, c.count, c.kind, false);
    if (!old && c.kind != SECRET_SERVICE) return reply_problem(req, &problem_chatbot_not_enabled);
    if (c.t.status == TENANT_PROVISIONING) return reply_problem(req, &problem_chatbot_provisioning);
    enum row told = c.kind != SECRET_SERVICE ? is_being_told(req, &c) : ROW_NONE;
    if (told == ROW_FAULT) return reply_fault(req);
    if (told == ROW_FOUND) return reply_problem(req, &problem_rotation_running);

    char *text = arena_alloc(req->arena, SECRET_TEXT_SIZE);
    int64_t generation, until_ms = old ? req->now_ms + SECRET_OVERLAP_HOURS * HOUR_MS : 0;
    secret_make(c.kind, text);
    bool outside = c.kind != SECRET_SERVICE && tenant_is_known_outside(&c.t);
    if (!secret_next_generation(req->tx, c.t.id, c.kind, &generation) || !step_down(req, &c, until_ms) ||
        !secret_add(req->tx, &c.t, c.kind, generation, text, !outside, true, req->now_ms))
        return reply_fault(req);
    if (outside && (!tenants_must_hear(req->tx, &c.t, 0) || !tenants_keep(req->tx, &c.t, req->now_ms)))
        return reply_fault(req);
    return send_secret(req, &c, AUDIT_secret_rotated,
                       &(struct secret_answer){ .text = text, .previous_until_ms = until_ms, .rotated = true });
}
