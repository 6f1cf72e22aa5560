/* renewal_routes.c: what a merchant must know about the months to come: what is not paid for, what the balance does not
 * cover, what ends; and the switch of automatic renewal. The operator's list of renewals that fail stands here too. */
#include "tenants/private.h"

#include "base/clock.h"
#include "credits/credits.h"
#include "http/csv.h"

enum { ATTENTION_MAX = 50, ATTENTION_DAYS = 7, FAILURES_DEFAULT = 50, FAILURES_MAX = 100 };

/* Past due ones are over already, so they come first. */
STMT(ending, "SELECT s.shop, s.status, s.source, s.renews, s.expires_at_ms, s.past_due_at_ms FROM subscriptions s"
             " JOIN tenants t"
             " ON t.id = s.tenant AND t.subscription = s.number AND t.status = 3"
             " WHERE s.account = ?1 AND s.due_at_ms > 0 AND s.expires_at_ms < ?2 ORDER BY s.expires_at_ms LIMIT ?3");

/* ---- GET /api/home ---- */

enum attention_kind { ATTENTION_UNPAID, ATTENTION_SHORT, ATTENTION_ENDING };
static const char *const attention_names[] = { "renewal_unpaid", "renewal_short", "ending", NULL };
struct attention {
    enum attention_kind kind;
    enum subscription_source source;
    int64_t shop, by_ms;
    const char *shop_name;
    struct credits amount;
};
struct home {
    struct attention item[ATTENTION_MAX];
    size_t count;
    struct credit_balance balance;
};

/* clang-format off */
static const struct shape attention_shape[] = {
    SHAPE_ENUM("kind", attention_names,
               .doc = "Not paid; not enough for the next month; ends as it was wished, or as it was bought."),
    SHAPE_ENUM("source", subscription_source_names, .doc = "What pays for it."),
    SHAPE_I64("shop"), SHAPE_TEXT("shopName"), SHAPE_I64("amount", .doc = "Credits that are missing; 0: none."),
    SHAPE_TIME("by", .doc = "When the chatbot stops unless something is done."), SHAPE_END };
static const struct shape home_shape[] = {
    SHAPE_I64("credits", .doc = "Available."), SHAPE_LIST("attention", attention_shape, .type_name = "Attention"),
    SHAPE_END };
/* clang-format on */

static void home_json(struct json *j, const void *arg)
{
    const struct home *h = arg;
    json_credits(j, "credits", h->balance.available);
    json_array(j, "attention");
    for (size_t i = 0; i < h->count; i++) {
        const struct attention *a = &h->item[i];
        json_object(j, NULL);
        json_text(j, "kind", attention_names[a->kind]);
        json_text(j, "source", subscription_source_name(a->source));
        json_i64(j, "shop", a->shop);
        json_text(j, "shopName", a->shop_name);
        json_credits(j, "amount", a->amount);
        json_time(j, "by", a->by_ms);
        json_end(j);
    }
    json_end(j);
}

/* Others have paid, or have not: no credits are missing. */
static bool judge_given(const struct subscription *s, const struct entitlement *e, int64_t now_ms,
                        struct attention *out)
{
    int64_t end_ms = e->next.until_ms ? e->next.until_ms : e->end_ms;
    bool unpaid = s->status == SUBSCRIPTION_PAST_DUE && end_ms <= now_ms;
    out->kind = unpaid ? ATTENTION_UNPAID : ATTENTION_ENDING;
    out->by_ms = unpaid ? subscription_grace_end(s, now_ms) : end_ms;
    return end_ms < now_ms + ATTENTION_DAYS * DAY_MS;
}

/* *left is what remains for the ones that end later. False: nothing to look at. */
static bool judge(const struct subscription *s, const struct entitlement *e, int64_t now_ms, struct credits *left,
                  struct attention *out)
{
    struct credits price = tenants_settings.renewal_price, missing = credits_of(0);
    *out = (struct attention){ .shop = s->shop, .source = e->source, .amount = missing };
    if (!e->by_credits) return judge_given(s, e, now_ms, out);
    if (!s->renews) {
        out->kind = ATTENTION_ENDING, out->by_ms = s->expires_at_ms;
        return true;
    }
    bool covered = !credits_less(*left, price);
    if (!covered && !credits_subtract(price, *left, &missing)) return false;
    if (!credits_subtract(*left, covered ? price : *left, left)) return false;
    out->kind = s->status == SUBSCRIPTION_PAST_DUE ? ATTENTION_UNPAID : ATTENTION_SHORT;
    out->amount = missing;
    out->by_ms = subscription_grace_end(s, now_ms);
    return !covered; /* what is past due and covered is renewed in a moment */
}

static enum row read_ending(struct req *req, struct subscription *out, size_t *count)
{
    struct query q = query(req->tx, &ending);
    bind_i64(&q, req->who.account), bind_i64(&q, req->now_ms + ATTENTION_DAYS * DAY_MS), bind_i64(&q, ATTENTION_MAX);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && *count < ATTENTION_MAX)
        out[(*count)++] = (struct subscription){ .shop = col_i64(&q, "shop"),
                                                 .renews = col_bool(&q, "renews"),
                                                 .source = subscription_source_named(col_text(&q, "source")),
                                                 .status = (enum subscription_status)col_state(
                                                     &q, "status", SUBSCRIPTION_ACTIVE, SUBSCRIPTION_CANCELLED),
                                                 .expires_at_ms = col_i64(&q, "expires_at_ms"),
                                                 .past_due_at_ms = col_i64(&q, "past_due_at_ms") };
    return row;
}

/* Three queries, however many shops there are, and one question to whoever else sells. */
static enum answer run_home(struct req *req)
{
    struct home *h = ARENA_NEW(req->arena, struct home);
    struct subscription *s = ARENA_ARRAY(req->arena, struct subscription, ATTENTION_MAX);
    struct entitlement *e = ARENA_ARRAY(req->arena, struct entitlement, ATTENTION_MAX);
    int64_t shop[ATTENTION_MAX], account = req->who.account;
    const char *name[ATTENTION_MAX];
    size_t ends = 0, found = 0;
    if (credits_balance(req->tx, account, &h->balance) == ROW_FAULT) return reply_fault(req);
    struct credits left = h->balance.available;
    if (read_ending(req, s, &ends) == ROW_FAULT) return reply_fault(req);
    if (!entitlements_of(req->tx, account, s, ends, req->now_ms, e)) return reply_fault(req);
    for (size_t i = 0; i < ends; i++) {
        if (s[i].source == SOURCE_COUNT) return reply_fault(req);
        if (!judge(&s[i], &e[i], req->now_ms, &left, &h->item[found])) continue;
        shop[found++] = s[i].shop;
    }
    if (!shops_names(req->tx, account, shop, found, name)) return reply_fault(req);
    for (size_t i = 0; i < found; i++) {
        if (!name[i]) continue;
        h->item[h->count] = h->item[i];
        h->item[h->count++].shop_name = name[i];
    }
    return reply_json(req, 200, home_json, h);
}

/* ---- POST .../chatbot/renewal ---- */

struct post_renewal {
    bool automatic, given;
};
/* clang-format off */
static const struct field post_renewal_fields[] = {
    FIELD_BOOL(struct post_renewal, automatic, .present_offset = offsetof(struct post_renewal, given),
               .doc = "false: the paid month is the last."),
    FIELD_END
};
static const struct shape renewal_shape[] = {
    SHAPE_BOOL("success"), SHAPE_BOOL("automatic"), SHAPE_TIME("expiresAt"), SHAPE_END };
/* clang-format on */

static void renewal_json(struct json *j, const void *arg)
{
    const struct subscription *s = arg;
    json_bool(j, "success", true);
    json_bool(j, "automatic", s->renews);
    json_time(j, "expiresAt", s->expires_at_ms);
}

static void renewal_details(struct json *j, const void *arg)
{
    json_bool(j, "automatic", ((const struct subscription *)arg)->renews);
}

/* It rests because an operator has suspended the shop, and for no other reason. */
static bool rests_with_shop(const struct shop *shop, const struct tenant *t, const struct subscription *s)
{
    return t->status == TENANT_SUSPENDED && shop->status == SHOP_SUSPENDED && subscription_goes_on(s);
}

/* A month that is past due ends at its next look when the renewal is switched off: nobody keeps what he will not
 * pay. What rests with its shop is looked at when that is let back. */
static enum answer run_renewal(struct req *req)
{
    const struct post_renewal *in = req->body;
    struct shop shop;
    struct tenant t = { 0 };
    struct subscription s;
    struct entitlement paid_by;
    enum row row = shops_owned_locked(req->tx, req->who.account, path_shop_id(req), &shop);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FOUND) row = tenants_of_shop(req->tx, shop.id, &t);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_chatbot_not_enabled);
    row = subscriptions_get(req->tx, t.id, t.subscription, &s);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || (t.status != TENANT_ACTIVE && !rests_with_shop(&shop, &t, &s)))
        return reply_problem(req, &problem_chatbot_not_enabled);
    if (!entitlement_of(req->tx, t.account, t.shop, &s, req->now_ms, &paid_by)) return reply_fault(req);
    if (!paid_by.by_credits) return reply_problem(req, &problem_no_renewal_by_credits);
    if (s.renews == in->automatic) return reply_json(req, 200, renewal_json, &s); /* no change, no trail */
    s.renews = in->automatic;
    if (!subscription_save(req->tx, &s, req->now_ms) ||
        !tenants_tell(req->tx, req, AUDIT_chatbot_renewal_changed, &t, renewal_details, &s, req->now_ms))
        return reply_fault(req);
    return reply_json(req, 200, renewal_json, &s);
}

/* ---- GET /api/operator/renewals ---- */

struct get_failures {
    int64_t limit, after;
    int format;
};
/* clang-format off */
static const struct field get_failures_fields[] = {
    FIELD_I64(struct get_failures, limit, .optional = true, .min = 1, .max = FAILURES_MAX,
              .fallback = FAILURES_DEFAULT, .doc = "How many."),
    FIELD_I64(struct get_failures, after, .optional = true, .min = 0, .max = INT64_MAX, .fallback = 0,
              .doc = "The last shop seen: those with larger numbers follow."),
    FIELD_FORMAT(struct get_failures),
    FIELD_END
};
static const struct shape failure_shape[] = {
    SHAPE_I64("shop"), SHAPE_I64("account"), SHAPE_I64("tries"), SHAPE_TIME("since"), SHAPE_TIME("lastTryAt"),
    SHAPE_TIME("nextTryAt"), SHAPE_TEXT("error"), SHAPE_END };
static const struct shape failures_shape[] = {
    SHAPE_LIST("renewals", failure_shape, .type_name = "FailingRenewal"), SHAPE_END };
/* clang-format on */

struct failures {
    struct tenants_renewal_failure item[FAILURES_MAX];
    size_t count;
    int64_t after;
};

static void failures_json(struct json *j, const void *arg)
{
    const struct failures *f = arg;
    json_array(j, "renewals");
    for (size_t i = 0; i < f->count; i++) {
        const struct tenants_renewal_failure *r = &f->item[i];
        json_object(j, NULL);
        json_i64(j, "shop", r->shop);
        json_i64(j, "account", r->account);
        json_i64(j, "tries", r->tries);
        json_time(j, "since", r->first_at_ms);
        json_time(j, "lastTryAt", r->last_at_ms);
        json_time(j, "nextTryAt", r->retry_at_ms);
        json_text(j, "error", r->error);
        json_end(j);
    }
    json_end(j);
}

static bool failures_csv_page(struct req *req, struct csv *c, void *arg)
{
    struct failures *f = arg;
    if (!tenants_renewals_failed(req->tx, f->after, f->item, FAILURES_MAX, &f->count)) return false;
    for (size_t i = 0; i < f->count; i++) {
        const struct tenants_renewal_failure *r = &f->item[i];
        csv_i64(c, r->shop), csv_i64(c, r->account), csv_i64(c, r->tries), csv_time(c, r->first_at_ms);
        csv_time(c, r->last_at_ms), csv_time(c, r->retry_at_ms), csv_text(c, r->error);
        csv_end_row(c);
    }
    if (f->count == FAILURES_MAX) csv_more_i64(c, req, f->after = f->item[f->count - 1].shop);
    return true;
}

static enum answer failures_csv(struct req *req, struct failures *f)
{
    /* clang-format off */
    static const char *const names[] = { "shop", "account", "tries", "since", "lastTryAt", "nextTryAt", "error", NULL };
    /* clang-format on */
    return reply_csv(req, &(struct csv_list){ "renewals", names, f->after == 0, failures_csv_page, f });
}

static enum answer run_failures(struct req *req)
{
    const struct get_failures *in = req->query;
    struct failures *f = ARENA_NEW(req->arena, struct failures);
    f->after = in->after;
    if (csv_is_wanted(req, in->format)) return failures_csv(req, f);
    if (!tenants_renewals_failed(req->tx, in->after, f->item, (size_t)in->limit, &f->count)) return reply_fault(req);
    return reply_json(req, 200, failures_json, f);
}

/* clang-format off */
static const struct field path_shop_fields[] = {
    FIELD_ID(struct path_shop, id, .doc = "The shop's number."),
    FIELD_END
};

const struct route tenants_renewal_routes[] = {
    { .verb = VERB_GET, .path = "/api/home", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Account",
      .answer = home_shape, .run = run_home, .doc = "The balance, and what must be looked at soon." },
    { .verb = VERB_POST, .path = "/api/shops/:id/chatbot/renewal", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Chatbot", PATH_FIELDS(path_shop), BODY_FIELDS(post_renewal), .idempotent = true,
      .answer = renewal_shape, .run = run_renewal,
      PROBLEMS(&problem_not_found, &problem_chatbot_not_enabled, &problem_no_renewal_by_credits),
      .doc = "Switch automatic renewal on or off." },
    { .verb = VERB_GET, .path = "/api/operator/renewals", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_failures), .answer = failures_shape, .run = run_failures,
      .doc = "Shops whose renewal fails for a reason that is not the merchant's, by their number." },
    ROUTE_END
};
/* clang-format on */
