/* routes.c: the addresses of shops. Paths and members are the replaced panel's (snake_case). A shop of another account,
 * a deleted or a purged one is 404 everywhere; only `restore` finds a deleted shop. */
#include "outbound/http_client.h"
#include "shops/private.h"

#include "audit/audit.h"
#include "credits/credits.h"
#include "http/events.h"

/* clang-format off */
FIELD_CODE(not_public, "This is no domain that others can reach.", "此域名无法从外部访问。");
/* clang-format on */

SHOPS_ACTIONS(AUDIT_DEFINE)

static const struct problem problem_shop_limit = {
    "shop_limit", 409, "You have reached the number of shops an account may have. Deleted shops count for 7 days.",
    "店铺数量已达上限，已删除的店铺在 7 天内仍计入数量。"
};

const struct problem problem_shop_suspended = { "shop_suspended", 409,
                                                "Whoever runs this service has suspended this shop. Its page says why.",
                                                "平台已暂停该店铺，原因见店铺页面。" };

static const char *const statuses[] = { "creating", "active", "failed", "suspended", "deleted", NULL };
static const char *const hostings[] = { "external", NULL };
/* clang-format off */
static const char *const chatbot_states[] = { "off", "pending", "provisioning", "active", "suspended", "disabled",
    "failed", NULL };

static const struct shape shop_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("public_id", .doc = "The id in embed codes and tokens: shop-7."),
    SHAPE_TEXT("shop_name"), SHAPE_TEXT("slug"), SHAPE_TEXT("app_name", .nullable = true),
    SHAPE_TEXT("domain", .nullable = true),
    SHAPE_ENUM("hosting", hostings), SHAPE_ENUM("status", statuses), SHAPE_BOOL("chatbot_enabled"),
    SHAPE_TEXT("chatbot_bot_id", .nullable = true), SHAPE_TIME("chatbot_enabled_at", .nullable = true),
    SHAPE_ENUM("chatbot_state", chatbot_states), SHAPE_TIME("created_at"), SHAPE_TIME("updated_at"),
    SHAPE_TIME("deleted_at", .nullable = true), SHAPE_TIME("scheduled_hard_delete_at", .nullable = true),
    SHAPE_TIME("suspended_at", .nullable = true, .doc = "By whoever runs the service."),
    SHAPE_TEXT("suspended_reason", .nullable = true), SHAPE_END };
static const struct shape list_shape[] = { SHAPE_LIST("shops", shop_shape, .type_name = "Shop"),
    SHAPE_I64("credits", .doc = "Balance minus held."), SHAPE_END };
static const struct shape status_shape[] = { SHAPE_OBJECT("shop", shop_shape, .type_name = "Shop"),
    SHAPE_TEXT("deployment", .nullable = true, .doc = "Always null for an external shop."),
    SHAPE_TEXT("shop_url", .nullable = true), SHAPE_END };
static const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
static const struct shape deleted_shape[] = {
    SHAPE_BOOL("success"), SHAPE_TIME("scheduled_hard_delete_at"), SHAPE_END };
/* clang-format on */

struct view {
    struct shop shop;
    struct shop_chatbot chatbot;
};

static void shop_json(struct json *j, const void *arg)
{
    const struct view *v = arg;
    const struct shop *s = &v->shop;
    char public_id[32];
    struct buf b;
    buf_fixed(&b, public_id, sizeof public_id);
    buf_printf(&b, "shop-%lld", (long long)s->id);
    json_i64(j, "id", s->id);
    json_str(j, "public_id", buf_str(&b));
    json_text(j, "shop_name", s->name);
    json_text(j, "slug", s->slug);
    json_null(j, "app_name");
    json_text(j, "domain", s->domain);
    json_text(j, "hosting", "external");
    json_text(j, "status", shop_status_name(s->status));
    json_bool(j, "chatbot_enabled", v->chatbot.enabled);
    json_text(j, "chatbot_bot_id", v->chatbot.bot_id);
    json_time(j, "chatbot_enabled_at", v->chatbot.enabled_at_ms);
    json_text(j, "chatbot_state", v->chatbot.state ? v->chatbot.state : "off");
    json_time(j, "created_at", s->created_at_ms);
    json_time(j, "updated_at", s->updated_at_ms);
    json_time(j, "deleted_at", s->deleted_at_ms);
    json_time(j, "scheduled_hard_delete_at", s->purge_at_ms);
    json_time(j, "suspended_at", s->suspended_at_ms);
    json_text(j, "suspended_reason", s->suspended_at_ms ? s->suspended_why : NULL);
}

static void success_json(struct json *j, const void *arg)
{
    const int64_t *purge_at_ms = arg;
    json_bool(j, "success", true);
    if (purge_at_ms) json_time(j, "scheduled_hard_delete_at", *purge_at_ms);
}

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

struct told {
    const struct shop *shop;
    const char *reason; /* an operator's; NULL: none was asked for */
};

static void details_json(struct json *j, const void *arg)
{
    const struct told *t = arg;
    json_text(j, "shop_name", t->shop->name);
    json_text(j, "domain", t->shop->domain);
    if (t->reason) json_text(j, "reason", t->reason);
}

/* Audit row and event: what every change of a shop leaves behind. */
static bool tell_why(struct req *req, struct audit_action action, const struct shop *s, const char *reason)
{
    const struct told t = { s, reason };
    if (!audit_request(req, action, s->account, "shop", s->id, details_json, &t)) return false;
    return events_put(req->tx, s->account, "shop.changed", event_json, &s->id);
}

static bool tell(struct req *req, struct audit_action action, const struct shop *s)
{
    return tell_why(req, action, s, NULL);
}

static bool load_chatbots(struct req *req, struct view *views, size_t count)
{
    if (count == 0 || !shops_hooks.chatbots) return true;
    int64_t *ids = ARENA_ARRAY(req->arena, int64_t, count);
    struct shop_chatbot *found = ARENA_ARRAY(req->arena, struct shop_chatbot, count);
    for (size_t i = 0; i < count; i++) ids[i] = views[i].shop.id;
    if (!shops_hooks.chatbots(req->tx, req->who.account, ids, count, found)) return false;
    for (size_t i = 0; i < count; i++) views[i].chatbot = found[i];
    return true;
}

/* ---- list ---- */

struct get_shops {
    bool deleted;
};
static const struct field get_shops_fields[] = {
    FIELD_BOOL(struct get_shops, deleted, .optional = true,
               .doc = "true: the deleted shops that can still be restored, and none else."),
    FIELD_END
};

struct shop_list {
    struct view *view;
    size_t count;
    struct credits available;
};

static void list_json(struct json *j, const void *arg)
{
    const struct shop_list *l = arg;
    json_array(j, "shops");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        shop_json(j, &l->view[i]);
        json_end(j);
    }
    json_end(j);
    json_credits(j, "credits", l->available);
}

static enum answer run_list(struct req *req)
{
    const struct get_shops *in = req->query;
    struct shop *shops = ARENA_ARRAY(req->arena, struct shop, SHOPS_LIST_MAX);
    struct credit_balance balance = { 0 };
    struct shop_list l = { 0 };
    if (!shops_list(req->tx, req->who.account, in->deleted, shops, &l.count)) return reply_fault(req);
    l.view = ARENA_ARRAY(req->arena, struct view, l.count + 1);
    for (size_t i = 0; i < l.count; i++) l.view[i].shop = shops[i];
    if (!load_chatbots(req, l.view, l.count)) return reply_fault(req);
    bool sees_money = (req->who.roles & WHO_BOOKS) != 0;
    if (sees_money && credits_balance(req->tx, req->who.account, &balance) == ROW_FAULT) return reply_fault(req);
    l.available = balance.available;
    return reply_json(req, 200, list_json, &l);
}

/* ---- create ---- */

struct post_shop {
    const char *shop_name, *domain;
    int hosting;
};
static const struct field post_shop_fields[] = {
    FIELD_TEXT(struct post_shop, shop_name, .min = 1, .max = SHOP_NAME_MAX, .form = TEXT_NAME,
               .doc = "What the merchant calls the shop."),
    FIELD_TEXT(struct post_shop, domain, .optional = true, .form = TEXT_DOMAIN, .min = 1, .max = 253,
               .doc = "Where the shop is: shop.example.com."),
    FIELD_ENUM(struct post_shop, hosting, hostings, .optional = true, .doc = "external: the merchant's own site."),
    FIELD_END
};

/* A shop is where shoppers are, and others are told to fetch from there. */
static bool is_private(const char *domain) { return domain && !address_host_is_public(str_of(domain)); }

static enum answer run_create(struct req *req)
{
    const struct post_shop *in = req->body;
    struct view v = { 0 };
    if (is_private(in->domain)) return reply_fields(req, "domain", "not_public");
    switch (shops_add(req->tx,
                      &(struct shop_new){ .account = req->who.account,
                                          .actor = req->who.person,
                                          .name = in->shop_name,
                                          .domain = in->domain,
                                          .at_ms = req->now_ms },
                      &v.shop)) {
    case SHOP_ADD_FAULT: return reply_fault(req);
    case SHOP_ADD_LIMIT:
        reply_fact_i64(req, "limit", SHOPS_PER_ACCOUNT_MAX);
        return reply_problem(req, &problem_shop_limit);
    case SHOP_ADDED: break;
    }
    if (!tell(req, AUDIT_shop_created, &v.shop)) return reply_fault(req);
    return reply_json(req, 201, shop_json, &v);
}

/* ---- one shop ---- */

struct path_shop {
    int64_t id;
};
/* clang-format off */
static const struct field path_shop_fields[] = {
    FIELD_ID(struct path_shop, id, .doc = "The shop's number."),
    FIELD_END
};
/* clang-format on */

static int64_t path_id(const struct req *req) { return ((const struct path_shop *)req->path)->id; }

struct one_shop {
    struct view view;
    const char *url;
};

static void status_json(struct json *j, const void *arg)
{
    const struct one_shop *o = arg;
    json_object(j, "shop");
    shop_json(j, &o->view);
    json_end(j);
    json_null(j, "deployment");
    json_text(j, "shop_url", o->url);
}

static enum answer run_status(struct req *req)
{
    struct one_shop o = { 0 };
    switch (shops_owned(req->tx, req->who.account, path_id(req), &o.view.shop)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    if (!load_chatbots(req, &o.view, 1)) return reply_fault(req);
    if (o.view.shop.domain) o.url = arena_printf(req->arena, "https://%s", o.view.shop.domain);
    return reply_json(req, 200, status_json, &o);
}

struct patch_shop {
    const char *shop_name, *domain;
    bool has_name, has_domain;
};
static const struct field patch_shop_fields[] = {
    FIELD_TEXT(struct patch_shop, shop_name, .optional = true, .min = 1, .max = SHOP_NAME_MAX, .form = TEXT_NAME,
               .present_offset = offsetof(struct patch_shop, has_name), .doc = "The new name; the slug stays."),
    FIELD_TEXT(struct patch_shop, domain, .optional = true, .form = TEXT_DOMAIN, .min = 1, .max = 253,
               .present_offset = offsetof(struct patch_shop, has_domain), .doc = "The new domain; null removes it."),
    FIELD_END
};

static enum answer run_patch(struct req *req)
{
    const struct patch_shop *in = req->body;
    struct shop s;
    switch (shops_owned_locked(req->tx, req->who.account, path_id(req), &s)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    if (in->has_name && !in->shop_name) return reply_fields(req, "shop_name", "required");
    if (is_private(in->domain)) return reply_fields(req, "domain", "not_public");
    const char *name = in->shop_name ? in->shop_name : s.name;
    const char *domain = in->has_domain ? in->domain : s.domain;
    if (text_eq(name, s.name) && text_eq(domain, s.domain)) return reply_json(req, 200, success_json, NULL);
    bool moved = !text_eq(domain, s.domain);
    if (!shops_rename(req->tx, &s, name, domain, req->now_ms)) return reply_fault(req);
    if (moved && shops_hooks.domain_changed && !shops_hooks.domain_changed(req->tx, &s, req->now_ms))
        return reply_fault(req);
    if (!tell(req, AUDIT_shop_updated, &s)) return reply_fault(req);
    return reply_json(req, 200, success_json, NULL);
}

static enum answer delete_it(struct req *req, struct shop *s, const char *reason)
{
    if (shops_move(req->tx, s, SHOP_DELETED, "deleted", req->who.person, req->now_ms) != ROW_FOUND)
        return reply_fault(req);
    if (shops_hooks.deleted && !shops_hooks.deleted(req->tx, req, s, req->now_ms)) return reply_fault(req);
    if (!tell_why(req, AUDIT_shop_soft_deleted, s, reason)) return reply_fault(req);
    return reply_json(req, 200, success_json, &s->purge_at_ms);
}

static enum answer run_delete(struct req *req)
{
    struct shop s;
    /* A deleted shop is not found, so deleting again cannot postpone the end of the 7 days (D-27). */
    switch (shops_owned_locked(req->tx, req->who.account, path_id(req), &s)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    return delete_it(req, &s, NULL);
}

static enum answer restore_it(struct req *req, int64_t account, const char *reason)
{
    struct shop s;
    enum row row = shops_deleted_locked(req->tx, account, path_id(req), &s);
    if (row == ROW_FAULT) return reply_fault(req);
    /* After 7 days it is over, also when the purge job has not come yet. */
    if (row == ROW_NONE || s.purge_at_ms <= req->now_ms) return reply_problem(req, &problem_not_found);
    char *slug = arena_alloc(req->arena, SHOP_SLUG_MAX + 1);
    if (!shops_free_slug(req->tx, s.slug, slug)) return reply_fault(req);
    /* Somebody took the name meanwhile. Before the move: it brings the row back under the unique index. */
    if (!text_eq(slug, s.slug) && !shops_set_slug(req->tx, &s, slug, req->now_ms)) return reply_fault(req);
    if (shops_move(req->tx, &s, s.deleted_from, "restored", req->who.person, req->now_ms) != ROW_FOUND)
        return reply_fault(req);
    if (shops_hooks.restored && !shops_hooks.restored(req->tx, req, &s, req->now_ms)) return reply_fault(req);
    if (!tell_why(req, AUDIT_shop_restored, &s, reason)) return reply_fault(req);
    return reply_json(req, 200, success_json, NULL);
}

static enum answer run_restore(struct req *req) { return restore_it(req, req->who.account, NULL); }

/* ---- by an operator, with a reason ---- */

struct post_shop_reason {
    const char *reason;
};
static const struct field post_shop_reason_fields[] = {
    FIELD_REASON(struct post_shop_reason, reason, .doc = "Why; it stands in the trail, also in the account's own."),
    FIELD_END
};

static enum answer run_house_delete(struct req *req)
{
    struct shop s;
    enum row row = shops_locked(req->tx, path_id(req), &s);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || s.status >= SHOP_DELETED) return reply_problem(req, &problem_not_found);
    enum answer done = delete_it(req, &s, ((const struct post_shop_reason *)req->body)->reason);
    events_hint("accounts");
    return done;
}

static enum answer run_house_restore(struct req *req)
{
    struct shop s;
    enum row row = shops_get(req->tx, path_id(req), &s);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    enum answer done = restore_it(req, s.account, ((const struct post_shop_reason *)req->body)->reason);
    events_hint("accounts");
    return done;
}

/* Asking for what it is already is a success that changes nothing and is not told again. A deleted shop is not found:
 * it is restored first, and is then what it was. */
static enum answer find_house(struct req *req, struct shop *s)
{
    enum row row = shops_locked(req->tx, path_id(req), s);
    if (row == ROW_FAULT) return reply_fault(req);
    bool there = row == ROW_FOUND && (s->status == SHOP_ACTIVE || s->status == SHOP_SUSPENDED);
    return there ? ANSWER_GO_ON : reply_problem(req, &problem_not_found);
}

/* Another reason than the one that stands there is what its merchant reads from now on; no second letter is written. */
static enum answer suspend_anew(struct req *req, struct shop *s, const char *reason)
{
    if (text_eq(reason, s->suspended_why)) return reply_json(req, 200, success_json, NULL);
    if (!shops_suspended_anew(req->tx, s, reason)) return reply_fault(req);
    if (!tell_why(req, AUDIT_shop_suspended, s, reason)) return reply_fault(req);
    events_hint("accounts");
    return reply_json(req, 200, success_json, NULL);
}

static enum answer run_house_suspend(struct req *req)
{
    const char *reason = ((const struct post_shop_reason *)req->body)->reason;
    struct shop s;
    enum answer found = find_house(req, &s);
    if (found != ANSWER_GO_ON) return found;
    if (s.status == SHOP_SUSPENDED) return suspend_anew(req, &s, reason);
    if (shops_suspend(req->tx, &s, reason, req->who.person, req->now_ms) != ROW_FOUND) return reply_fault(req);
    if (shops_hooks.suspended && !shops_hooks.suspended(req->tx, req, &s, req->now_ms)) return reply_fault(req);
    if (!tell_why(req, AUDIT_shop_suspended, &s, reason)) return reply_fault(req);
    events_hint("accounts");
    return reply_json(req, 200, success_json, NULL);
}

static enum answer run_house_resume(struct req *req)
{
    const char *reason = ((const struct post_shop_reason *)req->body)->reason;
    struct shop s;
    enum answer found = find_house(req, &s);
    if (found != ANSWER_GO_ON) return found;
    if (s.status == SHOP_ACTIVE) return reply_json(req, 200, success_json, NULL);
    if (shops_resume(req->tx, &s, req->who.person, req->now_ms) != ROW_FOUND) return reply_fault(req);
    if (shops_hooks.resumed && !shops_hooks.resumed(req->tx, req, &s, req->now_ms)) return reply_fault(req);
    if (!tell_why(req, AUDIT_shop_resumed, &s, reason)) return reply_fault(req);
    events_hint("accounts");
    return reply_json(req, 200, success_json, NULL);
}

ROUTE_TAG(shops_tag, "Shops", "The shops of a merchant.");

/* clang-format off */
const struct route shops_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Shops",
      QUERY_FIELDS(get_shops), .answer = list_shape, .run = run_list,
      .doc = "The caller's shops, newest first, and the credits available." },
    { .verb = VERB_POST, .path = "/api/shops", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Shops", .idempotent = true,
      BODY_FIELDS(post_shop), .answer = shop_shape, .status = 201, .run = run_create, PROBLEMS(&problem_shop_limit),
      .doc = "Add a shop." },
    { .verb = VERB_GET, .path = "/api/shops/:id/status", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Shops",
      PATH_FIELDS(path_shop), .answer = status_shape, .run = run_status, PROBLEMS(&problem_not_found),
      .doc = "One shop." },
    { .verb = VERB_PATCH, .path = "/api/shops/:id", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Shops",
      PATH_FIELDS(path_shop), BODY_FIELDS(patch_shop), .answer = success_shape, .run = run_patch,
      PROBLEMS(&problem_not_found), .doc = "Change a shop's name or domain." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Shops",
      PATH_FIELDS(path_shop), .answer = deleted_shape, .run = run_delete, PROBLEMS(&problem_not_found),
      .doc = "Delete a shop: gone at once, its chatbot stops; it can be restored for 7 days." },
    { .verb = VERB_POST, .path = "/api/shops/:id/restore", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Shops",
      .idempotent = true, PATH_FIELDS(path_shop), .answer = success_shape, .run = run_restore,
      PROBLEMS(&problem_not_found), .doc = "Bring a deleted shop back." },
    ROUTE_END
};
const struct route shops_house_routes[] = {
    { .verb = VERB_POST, .path = "/api/operator/shops/:id/delete", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_shop), BODY_FIELDS(post_shop_reason),
      .answer = deleted_shape, .run = run_house_delete, PROBLEMS(&problem_not_found),
      .doc = "Delete anybody's shop, with a reason: as its merchant would, so it can be restored for 7 days." },
    { .verb = VERB_POST, .path = "/api/operator/shops/:id/restore", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_shop), BODY_FIELDS(post_shop_reason),
      .answer = success_shape, .run = run_house_restore, PROBLEMS(&problem_not_found),
      .doc = "Bring anybody's deleted shop back, with a reason." },
    { .verb = VERB_POST, .path = "/api/operator/shops/:id/suspend", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_shop), BODY_FIELDS(post_shop_reason),
      .answer = success_shape, .run = run_house_suspend, PROBLEMS(&problem_not_found),
      .doc = "Suspend a shop, with a reason that its merchant reads: its chat stops, and nothing is lost. One that is"
             " suspended gets another reason." },
    { .verb = VERB_POST, .path = "/api/operator/shops/:id/resume", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_shop), BODY_FIELDS(post_shop_reason),
      .answer = success_shape, .run = run_house_resume, PROBLEMS(&problem_not_found),
      .doc = "Let a suspended shop back, with a reason: its chat is on again where nothing else keeps it off." },
    ROUTE_END
};
/* clang-format on */
