/* view.c: what a merchant sees of the chat of a shop. `status` is the integration plan's, to the letter, and one query;
 * `view` is ours: it tells state, price, steps and embed code, so that a screen computes nothing. */
#include "tenants/private.h"

#include "credits/credits.h"

STMT(status,
     "SELECT t.bot_id, t.bot_name, t.sync_scopes, t.status, s.status AS sub_status, s.expires_at_ms FROM tenants t"
     " LEFT JOIN subscriptions s ON s.tenant = t.id AND s.number = t.subscription"
     " WHERE t.shop = ?1 AND t.account = ?2 AND t.shop_deleted = 0");

void tenants_scopes_json(struct json *j, const char *scopes)
{
    json_array(j, "syncScopes");
    for (const char *p = scopes; *p;) {
        const char *end = strchrnul(p, ',');
        json_str(j, NULL, (struct str){ p, (size_t)(end - p) });
        p = *end ? end + 1 : end;
    }
    json_end(j);
}

/* ---- GET .../chatbot/status ---- */

static void status_json(struct json *j, const void *arg)
{
    const struct query *q = arg;
    json_bool(j, "enabled", q != NULL);
    if (!q) return;
    json_text(j, "botId", col_text(q, "bot_id"));
    json_text(j, "botName", col_text(q, "bot_name"));
    tenants_scopes_json(j, col_text(q, "sync_scopes"));
    json_object(j, "subscription");
    json_text(j, "status",
              subscription_status_name(
                  (enum subscription_status)col_state(q, "sub_status", SUBSCRIPTION_NONE, SUBSCRIPTION_CANCELLED)));
    json_time(j, "expiresAt", col_i64(q, "expires_at_ms"));
    json_end(j);
}

enum answer run_status(struct req *req)
{
    struct query q = query(req->tx, &status);
    bind_i64(&q, path_shop_id(req)), bind_i64(&q, req->who.account);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) return reply_json(req, 200, status_json, col_i64(&q, "status") == TENANT_ACTIVE ? &q : NULL);
    struct shop shop; /* never enabled, or not theirs? */
    row = shops_owned(req->tx, req->who.account, path_shop_id(req), &shop);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? reply_json(req, 200, status_json, NULL) : reply_problem(req, &problem_not_found);
}

/* ---- GET .../chatbot ---- */

struct view {
    struct tenant t;
    struct subscription s;
    struct entitlement paid_by;
    bool shop_suspended;
    struct job_row job; /* of the attempt under way; id 0: none */
    struct credit_balance balance;
    int64_t now_ms, shop;
    enum lang lang;
    const char *embed_code, *launch_url;
    struct step_row *step; /* of the backend */
    size_t steps;
};

/* A bot that nobody asked for yet is pending too: screens need no fourth word. */
static const char *const bot_state_names[] = { "pending", "pending", "ready", "error" };

struct view_step {
    const char *name, *state, *error;
    int64_t began_ms, ended_ms;
};

static void step_json(struct json *j, const struct view_step *s)
{
    json_object(j, NULL);
    json_text(j, "name", s->name);
    json_text(j, "state", s->state);
    json_time(j, "at", s->ended_ms ? s->ended_ms : s->began_ms);
    json_time(j, "startedAt", s->began_ms);
    json_time(j, "endedAt", s->ended_ms);
    json_text(j, "error", s->error);
    json_end(j);
}

/* One step of the backend as its row says. While nobody has begun it the tenant knows more: it waits for its turn among
 * other shops, it is long done (rows go with their job), or what was before it failed. *open: it is the first that is
 * not done. */
static struct view_step backend_step(const struct view *v, const struct step_row *row, bool done, bool *open)
{
    const struct tenant *t = &v->t;
    bool running = t->status == TENANT_PROVISIONING, first = *open && row->state != STEP_FINISHED;
    struct view_step s = { .name = row->name,
                           .state = "waiting",
                           .error = row->error,
                           .began_ms = row->began_at_ms,
                           .ended_ms = row->ended_at_ms };
    if (first) *open = false;
    switch (row->state) {
    case STEP_FINISHED: s.state = "done"; return s;
    case STEP_FAILED: s.state = "failed"; return s;
    case STEP_UNDONE: s.state = "undone"; return s;
    case STEP_KEPT:
    case STEP_RUNNING:
    case STEP_WAITING: break;
    }
    if (done) {
        s.state = "done", s.error = NULL, s.began_ms = t->asked_at_ms, s.ended_ms = t->enabled_at_ms;
    } else if (running && first) {
        s.state = "running", s.began_ms = s.began_ms ? s.began_ms : t->asked_at_ms, s.ended_ms = 0;
    } else if (t->error_code && (first || row->state != STEP_WAITING)) {
        s.state = "failed", s.ended_ms = t->updated_at_ms;
    }
    return s;
}

/* What an enable goes through, read off the rows. After a failure the credits are back and the secrets stay. */
static void steps_json(struct json *j, const struct view *v)
{
    const struct tenant *t = &v->t;
    bool known = t->status != TENANT_NONE, running = t->status == TENANT_PROVISIONING, failed = t->error_code != NULL;
    bool done = known && t->status != TENANT_PENDING && !running && !failed && t->enabled_at_ms > 0;
    bool taken = done || running, open = true;
    int64_t asked_ms = taken ? t->asked_at_ms : 0, made_ms = known ? t->created_at_ms : 0;
    int64_t paid_ms = done ? v->s.started_at_ms : 0;
    json_array(j, "steps");
    step_json(j, &(struct view_step){ "credits", taken ? "done" : "waiting", NULL, asked_ms, asked_ms });
    step_json(j, &(struct view_step){ "secrets", known ? "done" : "waiting", NULL, made_ms, made_ms });
    for (size_t i = 0; i < v->steps; i++) {
        const struct view_step s = backend_step(v, &v->step[i], done, &open);
        step_json(j, &s);
    }
    step_json(j, &(struct view_step){ "subscription", done ? "done" : "waiting", NULL, paid_ms, paid_ms });
    json_end(j);
}

static bool may_enable(const struct view *v)
{
    if (v->shop_suspended || !tenants_settings.feature_enabled || v->t.status == TENANT_ACTIVE ||
        v->t.status == TENANT_PROVISIONING)
        return false;
    return !credits_less(v->balance.available, entitlement_price(&v->paid_by));
}

/* Credits that the balance lacks for this price. */
static struct credits missing_for(const struct view *v, struct credits price)
{
    struct credits missing = credits_of(0);
    if (!credits_less(v->balance.available, price)) return missing;
    return credits_subtract(price, v->balance.available, &missing) ? missing : price;
}

static void subscription_json(struct json *j, const struct view *v)
{
    const struct subscription *s = &v->s;
    if (s->number == 0) {
        json_null(j, "subscription");
        return;
    }
    bool by_credits = v->paid_by.by_credits, past_due = s->status == SUBSCRIPTION_PAST_DUE;
    bool asked = by_credits && !v->shop_suspended; /* nothing is taken for what an operator keeps off */
    bool renews = asked && s->renews && (s->status == SUBSCRIPTION_ACTIVE || past_due);
    int64_t end_ms = v->paid_by.end_ms ? v->paid_by.end_ms : s->expires_at_ms, given_ms = v->paid_by.next.until_ms;
    bool grace = past_due && end_ms <= v->now_ms && !given_ms;
    json_object(j, "subscription");
    json_text(j, "status", subscription_status_name(s->status));
    json_time(j, "startedAt", s->started_at_ms);
    json_time(j, "expiresAt", end_ms);
    if (renews) json_credits(j, "renewsFor", tenants_settings.renewal_price);
    else json_null(j, "renewsFor");
    json_text(j, "source", subscription_source_name(s->source));
    json_bool(j, "automatic", by_credits && s->renews);
    json_credits(j, "renewalPrice", by_credits ? tenants_settings.renewal_price : credits_of(0));
    json_time(j, "nextRenewalAt", renews ? end_ms : 0);
    /* What a panel or the house gives goes on until it is taken back: nobody knows an end. */
    bool given = s->source == SOURCE_PANEL || s->source == SOURCE_HOUSE;
    bool endless = renews || (given && end_ms > v->now_ms);
    json_time(j, "stopsAt", grace ? subscription_grace_end(s, v->now_ms) : endless ? 0 : given_ms ? given_ms : end_ms);
    json_credits(j, "topUp", renews ? missing_for(v, tenants_settings.renewal_price) : credits_of(0));
    json_end(j);
}

static void error_json(struct json *j, const struct view *v)
{
    if (!v->t.error_code || v->t.status != TENANT_PENDING) {
        json_null(j, "error");
        return;
    }
    json_object(j, "error");
    json_text(j, "code", v->t.error_code);
    json_text(j, "message", v->lang == LANG_ZH ? problem_chatbot_failed.zh : problem_chatbot_failed.en);
    json_end(j);
}

/* Why it is not on although it was; NULL: it is on, or never was. An operator keeps off also what never was on. */
static const char *stopped_by(const struct view *v)
{
    if (v->shop_suspended) return "operator";
    if (v->t.status == TENANT_DISABLED) return "merchant";
    if (v->t.status != TENANT_SUSPENDED) return NULL;
    if (v->t.shop_deleted) return "shop_deleted";
    return v->s.renews ? "unpaid" : "ended";
}

static void view_json(struct json *j, const void *arg)
{
    const struct view *v = arg;
    const struct tenant *t = &v->t;
    const struct recipe *recipe = t->status == TENANT_NONE ? recipe_chosen() : recipe_of(t->backend);
    json_text(j, "state", tenant_state_word(t));
    json_text(j, "botId", t->bot_id);
    json_text(j, "botName", t->bot_name);
    json_text(j, "botState", bot_state_names[t->bot_state]);
    json_text(j, "backend", recipe->name);
    json_bool(j, "managedHere", recipe->here);
    tenants_scopes_json(j, t->sync_scopes ? t->sync_scopes : "");
    struct credits price = entitlement_price(&v->paid_by), after = v->balance.available;
    if (credits_less(after, price) || !credits_subtract(after, price, &after)) after = credits_of(0);
    json_credits(j, "price", price);
    json_credits(j, "available", v->balance.available);
    json_credits(j, "balanceAfter", after);
    json_credits(j, "topUp", missing_for(v, price));
    json_credits(j, "renewalPrice", tenants_settings.renewal_price);
    json_text(j, "stoppedBy", stopped_by(v));
    json_text(j, "embedCode", v->embed_code);
    json_time(j, "enabledAt", t->enabled_at_ms);
    error_json(j, v);
    json_bool(j, "canEnable", may_enable(v));
    json_time(j, "freeUntil", t->status == TENANT_ACTIVE ? 0 : entitlement_free_until_ms(&v->paid_by));
    steps_json(j, v);
    json_i64(j, "attempts", v->job.attempts);
    json_time(j, "nextAttemptAt", v->job.run_at_ms);
    subscription_json(j, v);
    json_text(j, "launchUrl", v->launch_url);
}

/* The built-in backend registers at once: that is one step too. */
static bool load_steps(struct req *req, struct view *v)
{
    const struct recipe *r = v->t.status == TENANT_NONE ? recipe_chosen() : recipe_of(v->t.backend);
    const struct step_list *list = register_steps(req->arena, r);
    v->steps = r->steps > 0 ? r->steps : 1;
    v->step = ARENA_ARRAY(req->arena, struct step_row, v->steps);
    v->step[0] = (struct step_row){ .name = "register", .state = STEP_WAITING };
    return list->count == 0 || steps_progress(req->tx, v->t.job, list, v->step);
}

/* ROW_NONE: no such shop of theirs. */
static enum row load_view(struct req *req, struct view *v)
{
    struct shop shop;
    enum row row = shops_owned(req->tx, req->who.account, path_shop_id(req), &shop);
    if (row != ROW_FOUND) return row;
    v->shop = shop.id;
    v->shop_suspended = shop.status == SHOP_SUSPENDED;
    if (credits_balance(req->tx, req->who.account, &v->balance) == ROW_FAULT) return ROW_FAULT;
    row = tenants_of_shop(req->tx, shop.id, &v->t);
    if (row == ROW_FAULT || !load_steps(req, v)) return ROW_FAULT;
    if (subscriptions_get(req->tx, v->t.id, v->t.subscription, &v->s) == ROW_FAULT) return ROW_FAULT;
    if (!entitlement_of(req->tx, shop.account, shop.id, &v->s, v->now_ms, &v->paid_by)) return ROW_FAULT;
    if (row == ROW_NONE) return ROW_FOUND;
    if (v->t.status == TENANT_PROVISIONING && jobs_get(req->tx, v->t.job, &v->job) == ROW_FAULT) return ROW_FAULT;
    return ROW_FOUND;
}

enum answer run_view(struct req *req)
{
    struct view v = { .now_ms = req->now_ms, .lang = req->lang };
    switch (load_view(req, &v)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    if (v.t.status == TENANT_ACTIVE) {
        v.embed_code = tenants_embed_code(req->arena, &v.t);
        v.launch_url = arena_printf(req->arena, "/api/shops/%lld/sso/launch", (long long)v.shop);
    }
    return reply_json(req, 200, view_json, &v);
}
