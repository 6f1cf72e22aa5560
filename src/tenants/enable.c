/* enable.c: switching the chat on and off: the sale itself.
 *
 * With the built-in backend everything is one transaction, made while the shop's row is locked. A first enable writes
 * 12 rows: tenant, its move, two secrets, subscription, ledger entry, the account's balance (update), audit, and two
 * events with the account's event counter (update). It reads the shop, the tenant, the ledger's end and the balance.
 * Indexes that grow: tenants by shop, subscriptions due, ledger by key.
 *
 * With an outside server the credits are held, the tenant is `provisioning`, and a job asks that server; its settlement
 * captures or releases (register_job.c). `generation` is in every key, so an attempt that is repeated (a conflict, a
 * second worker, a lost answer) meets its own charge, hold and job again.
 *
 * Rejected: charging first and refunding on failure (the replaced panel did the first half only, D-02); a row per step
 * (tenant_moves and the dates tell the same with no further writes). */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "credits/credits.h"

/* ---- answers ---- */

struct enabled {
    const char *bot_id;
    struct credits available;
    int64_t shop;
};

static void enabled_json(struct json *j, const void *arg)
{
    const struct enabled *e = arg;
    json_bool(j, "success", true);
    json_text(j, "botId", e->bot_id);
    json_credits(j, "creditsRemaining", e->available);
}

static void provisioning_json(struct json *j, const void *arg)
{
    char url[64];
    struct buf b;
    buf_fixed(&b, url, sizeof url);
    buf_printf(&b, "/api/shops/%lld/chatbot", (long long)((const struct tenant *)arg)->shop);
    json_bool(j, "success", true);
    json_text(j, "status", "provisioning");
    json_str(j, "statusUrl", buf_str(&b));
}

static enum answer reply_provisioning(struct req *req, const struct tenant *t)
{
    enum answer a = reply_json(req, 202, provisioning_json, t);
    if (t->job) reply_wait(req, t->job);
    return a;
}

static enum answer reply_insufficient(struct req *req)
{
    struct credit_balance balance = { 0 };
    if (credits_balance(req->tx, req->who.account, &balance) == ROW_FAULT) return reply_fault(req);
    reply_fact_i64(req, "need", credits_count(tenants_settings.enable_price));
    reply_fact_i64(req, "have", credits_count(balance.available));
    return reply_problem(req, &problem_insufficient_credits);
}

/* ---- switching on, for a request and for what was paid ---- */

struct enabling {
    struct tx *tx;
    struct req *req;      /* NULL: nobody asked, it was paid for */
    const char *bot_name; /* as it was asked for; NULL: it was not */
    int64_t person, now_ms;
    struct shop shop;
    struct tenant t;
    struct entitlement paid_by;
    struct credit_change change; /* of no credits: it is free now */
    const struct recipe *recipe;
    struct credit_balance balance; /* afterwards */
};
enum enabled_as { ENABLED_FAULT = -1, ENABLED_NOW, ENABLED_BY_JOB, ENABLED_UNPAID };

/* Taken, or with `hold` reserved for the job. */
static enum enabled_as take_price(struct enabling *e, bool hold)
{
    struct credit_entry entry;
    if (!credits_is_positive(e->change.amount)) return ENABLED_NOW;
    switch (hold ? credits_hold(e->tx, &e->change, &e->t.hold) : credits_debit(e->tx, &e->change, &entry)) {
    case DEBIT_INSUFFICIENT: return ENABLED_UNPAID;
    case DEBIT_FAULT:
    case DEBIT_TOO_MANY:
    case DEBIT_KEY_REUSED: break;
    case DEBIT_DONE:
    case DEBIT_REPLAYED: return ENABLED_NOW;
    }
    return ENABLED_FAULT;
}

static enum enabled_as enable_now(struct enabling *e)
{
    enum enabled_as charged = take_price(e, false);
    if (charged != ENABLED_NOW) return charged;
    /* A tenant that comes back from suspension is still known where it was. */
    if (e->t.status != TENANT_SUSPENDED) {
        const struct recipe *recipe = e->recipe;
        struct recipe_bot bot = { 0 };
        bool same = e->t.backend == recipe->number; /* a bot of another backend is not this one's to keep */
        recipe->at_once(tx_arena(e->tx), (struct recipe_bot){ same ? e->t.bot_id : NULL, e->t.bot_state }, &bot);
        e->t.bot_id = bot.id, e->t.bot_state = bot.state, e->t.backend = recipe->number;
        e->t.outside = OUTSIDE_NONE;
    } else if (!tenants_stands_anew(e->tx, &e->t)) {
        return ENABLED_FAULT;
    }
    bool done = tenants_activate(e->tx, e->req, &e->t,
                                 &(struct activation){ .bot_id = e->t.bot_id,
                                                       .bot_state = e->t.bot_state,
                                                       .begins = !e->paid_by.runs,
                                                       .begin_ms = e->now_ms,
                                                       .given = e->paid_by.next,
                                                       .end_ms = e->paid_by.end_ms,
                                                       .charged = e->change.amount,
                                                       .actor = e->person },
                                 e->now_ms) &&
                secrets_ensure(e->tx, &e->t, e->now_ms) && credits_tell(e->tx, e->t.account, &e->balance);
    return done ? ENABLED_NOW : ENABLED_FAULT;
}

static enum enabled_as enable_by_job(struct enabling *e)
{
    enum enabled_as held = take_price(e, true);
    if (held != ENABLED_NOW) return held;
    e->t.job = jobs_put(
        e->tx,
        &(struct job_new){
            .kind = tenants_register_job.name, .key = e->change.key, .account = e->t.account, .ref = e->t.shop },
        NULL);
    if (e->t.job < 0) return ENABLED_FAULT;
    const struct recipe *recipe = e->recipe;
    if (e->t.backend != recipe->number) e->t.bot_id = NULL; /* a bot of another backend */
    e->t.backend = recipe->number;
    e->t.word++;
    struct charge charge = { .credits = e->change.amount, .backend = recipe->name, .source = e->paid_by.source };
    bool asked = tenants_move(e->tx, &e->t, TENANT_PROVISIONING, "asked", e->person, e->now_ms) == ROW_FOUND &&
                 secrets_ensure(e->tx, &e->t, e->now_ms) && credits_tell(e->tx, e->t.account, &e->balance) &&
                 tenants_tell(e->tx, e->req, AUDIT_chatbot_enable_asked, &e->t, credits_details, &charge, e->now_ms);
    return asked ? ENABLED_BY_JOB : ENABLED_FAULT;
}

/* Within the limit that a typed name meets; a long shop name is cut where a reader sees a character end. */
static const char *default_bot_name(struct arena *a, const char *shop_name)
{
    struct str name = str_of(shop_name), end = STR(" Assistant");
    return arena_printf(a, "%.*s%s", (int)unicode_cut(name, BOT_NAME_MAX - end.n), name.p, end.p);
}

/* The tenant as this attempt wants it, and what it will cost. */
static bool prepare(struct enabling *e)
{
    struct tenant *t = &e->t;
    struct subscription s;
    if (t->status == TENANT_NONE) {
        *t = (struct tenant){ .shop = e->shop.id, .account = e->shop.account, .sync_scopes = "" };
        t->embed_id = tenants_embed_id(tx_arena(e->tx));
    }
    if (subscriptions_get(e->tx, t->id, t->subscription, &s) == ROW_FAULT) return false;
    if (!entitlement_of(e->tx, t->account, t->shop, &s, e->now_ms, &e->paid_by)) return false;
    /* What a panel registered here has its chat here, and so has the house. */
    bool of_panel = e->paid_by.source == SOURCE_PANEL || e->paid_by.next.source == SOURCE_PANEL;
    bool of_house = e->paid_by.source == SOURCE_HOUSE || e->paid_by.next.source == SOURCE_HOUSE;
    e->recipe = of_panel || of_house ? recipe_here() : recipe_chosen();
    if (e->bot_name) t->bot_name = e->bot_name;
    else if (!t->bot_name || !t->bot_name[0]) t->bot_name = default_bot_name(tx_arena(e->tx), e->shop.name);
    t->error_code = NULL;
    t->asked_at_ms = e->now_ms;
    t->hold = t->job = t->settled_attempt = 0;
    t->generation++;
    e->change = (struct credit_change){ .account = t->account,
                                        .shop = t->shop,
                                        .amount = entitlement_price(&e->paid_by),
                                        .reason = REASON_chatbot_enablement,
                                        .key = enable_key(tx_arena(e->tx), t),
                                        .actor = e->person,
                                        .at_ms = e->now_ms };
    return true;
}

static enum enabled_as switch_on(struct enabling *e)
{
    bool at_once = e->recipe->at_once || e->t.status == TENANT_SUSPENDED;
    return at_once ? enable_now(e) : enable_by_job(e);
}

/* Never was on, or stopped for want of payment. What its merchant switched off, or what rests with a deleted shop, was
 * not stopped by that. */
static bool waits_for_payment(const struct tenant *t)
{
    switch (t->status) {
    case TENANT_NONE:
    case TENANT_PENDING:
    case TENANT_SUSPENDED: return !t->shop_deleted;
    case TENANT_PROVISIONING:
    case TENANT_ACTIVE:
    case TENANT_DISABLED:
    case TENANT_STATUS_COUNT: break;
    }
    return false;
}

/* ROW_FOUND: it rests with its shop, which is being let back: tenants_shop_resumed goes on with what it has. */
static enum row rests_with_shop(struct tx *tx, const struct tenant *t)
{
    struct subscription s;
    if (t->status != TENANT_SUSPENDED) return ROW_NONE;
    enum row row = subscriptions_get(tx, t->id, t->subscription, &s);
    return row == ROW_FOUND && !subscription_goes_on(&s) ? ROW_NONE : row;
}

enum tenants_begun tenants_begin_paid(struct tx *tx, const struct shop *shop, int64_t now_ms)
{
    struct enabling e = { .tx = tx, .now_ms = now_ms, .shop = *shop };
    enum row row = tenants_of_shop(tx, shop->id, &e.t);
    if (row == ROW_FAULT) return TENANTS_BEGUN_FAULT;
    /* What runs learns of its new end. */
    if (!tenants_entitlement_changed(tx, shop->account, shop->id, now_ms)) return TENANTS_BEGUN_FAULT;
    if (e.t.status == TENANT_ACTIVE) return TENANTS_BEGUN_ON;
    if (e.t.status == TENANT_PROVISIONING) return TENANTS_BEGUN_ASKED;
    if (shop->status == SHOP_SUSPENDED) return TENANTS_BEGUN_OFF; /* paying lifts nothing that an operator has done */
    if (!tenants_settings.feature_enabled || !waits_for_payment(&e.t)) return TENANTS_BEGUN_OFF;
    row = rests_with_shop(tx, &e.t);
    if (row == ROW_NONE) row = register_is_undoing(tx, &e.t);
    if (row != ROW_NONE) return row == ROW_FOUND ? TENANTS_BEGUN_OFF : TENANTS_BEGUN_FAULT;
    if (!prepare(&e)) return TENANTS_BEGUN_FAULT;
    if (credits_is_positive(e.change.amount)) return TENANTS_BEGUN_OFF; /* nothing pays for it but credits */
    switch (switch_on(&e)) {
    case ENABLED_NOW: return TENANTS_BEGUN_ON;
    case ENABLED_BY_JOB: return TENANTS_BEGUN_ASKED;
    case ENABLED_UNPAID:
    case ENABLED_FAULT: break;
    }
    return TENANTS_BEGUN_FAULT;
}

/* ---- enable ---- */

enum answer run_enable(struct req *req)
{
    struct enabling e = { .tx = req->tx,
                          .req = req,
                          .bot_name = ((const struct post_enable *)req->body)->botName,
                          .person = req->who.person,
                          .now_ms = req->now_ms };
    switch (shops_owned_locked(req->tx, req->who.account, path_shop_id(req), &e.shop)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    if (e.shop.status == SHOP_SUSPENDED) return reply_problem(req, &problem_shop_suspended);
    if (!tenants_settings.feature_enabled) return reply_problem(req, &problem_chatbot_feature);
    if (tenants_of_shop(req->tx, e.shop.id, &e.t) == ROW_FAULT) return reply_fault(req);
    switch (e.t.status) {
    case TENANT_ACTIVE: return reply_problem(req, &problem_chatbot_enabled);
    case TENANT_PROVISIONING: return reply_provisioning(req, &e.t); /* asking again joins the wait */
    case TENANT_NONE:
    case TENANT_PENDING:
    case TENANT_SUSPENDED:
    case TENANT_DISABLED:
    case TENANT_STATUS_COUNT: break;
    }
    switch (register_is_undoing(req->tx, &e.t)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_FOUND: return reply_problem(req, &problem_chatbot_provisioning);
    case ROW_NONE: break;
    }
    if (!prepare(&e)) return reply_fault(req);
    switch (switch_on(&e)) {
    case ENABLED_FAULT: break;
    case ENABLED_UNPAID: return reply_insufficient(req);
    case ENABLED_BY_JOB: return reply_provisioning(req, &e.t);
    case ENABLED_NOW:
        return reply_json(req, 200, enabled_json,
                          &(struct enabled){ .bot_id = e.t.bot_id, .available = e.balance.available });
    }
    return reply_fault(req);
}

/* Did the try of this request fail? A tenant that is pending says so of its last try (it ended nowhere else), an older
 * one is known by its job. A try that ended well stays a success, whatever came after it: its credits were taken. */
static enum row try_failed(struct req *req, const struct tenant *t)
{
    struct job_row job;
    if (t->job == req->job) return t->status == TENANT_PENDING && t->error_code ? ROW_FOUND : ROW_NONE;
    enum row row = jobs_get(req->tx, req->job, &job);
    if (row != ROW_FOUND) return row;
    return text_eq(job.state, "dead") ? ROW_FOUND : ROW_NONE;
}

/* The job has ended, or another one of the same shop has: what does the tenant say? Also asked for a request that is
 * repeated a day later: then other tries may have come after it, or the chat was switched off again. */
enum answer resume_enable(struct req *req)
{
    struct tenant t;
    struct credit_balance balance;
    enum row row = tenants_of_shop(req->tx, path_shop_id(req), &t);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || t.account != req->who.account || t.shop_deleted)
        return reply_problem(req, &problem_not_found);
    if (t.status == TENANT_PROVISIONING && t.job == req->job) return ANSWER_WAIT;
    if (t.status != TENANT_ACTIVE) {
        row = try_failed(req, &t);
        if (row == ROW_FAULT) return reply_fault(req);
        if (row == ROW_FOUND) return reply_problem(req, &problem_chatbot_failed);
        if (t.job != req->job) return ANSWER_WAIT; /* the first answer still tells where to look */
    }
    if (credits_balance(req->tx, t.account, &balance) != ROW_FOUND) return reply_fault(req);
    return reply_json(req, 200, enabled_json, &(struct enabled){ .bot_id = t.bot_id, .available = balance.available });
}

static void refusal_details(struct json *j, const void *arg)
{
    json_text(j, "reason", ((const struct problem *)arg)->code);
}

/* Refusals for money or by configuration stand in the trail. A second click on a button that was slow does not. */
bool refused_enable(struct req *req)
{
    const struct problem *p = req->reply.problem;
    if (p != &problem_insufficient_credits && p != &problem_chatbot_feature) return true;
    return audit_request(req, AUDIT_chatbot_enable_refused, req->who.account, "shop", path_shop_id(req),
                         refusal_details, p);
}

/* ---- disable ---- */

static void disabled_json(struct json *j, const void *arg)
{
    json_bool(j, "success", true);
    json_time(j, "freeUntil", *(const int64_t *)arg);
}

/* Off at once: no tokens, no renewals. What is paid stays paid: until then switching on again is free. */
enum answer run_disable(struct req *req)
{
    struct shop shop;
    struct tenant t = { 0 };
    struct subscription s;
    struct entitlement paid_by;
    enum row row = shops_owned_locked(req->tx, req->who.account, path_shop_id(req), &shop);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FOUND) row = tenants_of_shop(req->tx, shop.id, &t);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && t.status == TENANT_PROVISIONING) return reply_problem(req, &problem_chatbot_provisioning);
    if (row == ROW_NONE || (t.status != TENANT_ACTIVE && t.status != TENANT_SUSPENDED))
        return reply_problem(req, &problem_chatbot_not_enabled);
    if (subscriptions_get(req->tx, t.id, t.subscription, &s) != ROW_FOUND) return reply_fault(req);
    if (!entitlement_of(req->tx, t.account, t.shop, &s, req->now_ms, &paid_by)) return reply_fault(req);
    s.status = paid_by.runs ? SUBSCRIPTION_CANCELLED : SUBSCRIPTION_EXPIRED;
    int64_t free_until_ms = entitlement_free_until_ms(&paid_by);
    s.due_at_ms = 0;
    if (!tenants_stands_anew(req->tx, &t) ||
        tenants_move(req->tx, &t, TENANT_DISABLED, "disabled", req->who.person, req->now_ms) != ROW_FOUND ||
        !subscription_save(req->tx, &s, req->now_ms) ||
        !tenants_tell(req->tx, req, AUDIT_chatbot_disabled, &t, NULL, NULL, req->now_ms))
        return reply_fault(req);
    return reply_json(req, 200, disabled_json, &free_until_ms);
}
