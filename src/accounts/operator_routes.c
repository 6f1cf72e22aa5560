/* operator_routes.c: what an operator sees of accounts and may do to them. Merchants get 404 (the row says so). */
#include "accounts/private.h"
#include "http/csv.h"
#include "http/events.h"

/* clang-format off */
FIELD_CODE(not_with_search, "What is found by a search cannot be sorted so.", "搜索结果不支持此排序。");
FIELD_CODE(not_with_state, "This list cannot be sorted so.", "此列表不支持此排序。");
/* clang-format on */

static const char *const role_names[] = { "merchant", "operator", NULL };
const char *const accounts_sort_names[] = { "newest", "oldest", "email", "emailDown", NULL };
const char *const accounts_state_names[] = { "all", "disabled", NULL };
enum { ACCOUNTS_COUNTED_MAX = 10000 };
/* clang-format off */
static const struct shape operator_account_members[] = {
    SHAPE_I64("id"), SHAPE_TEXT("email"), SHAPE_TEXT("name", .nullable = true), SHAPE_ENUM("role", role_names),
    SHAPE_BOOL("disabled"), SHAPE_I64("credits"), SHAPE_I64("shops"), SHAPE_TIME("createdAt"),
    SHAPE_TIME("lastLoginAt", .nullable = true),
    SHAPE_TEXT("merchantId", .nullable = true,
               .doc = "How the outside panel that registered it calls it; null: a customer of ours."), SHAPE_END
};
static const struct shape operator_member_members[] = {
    SHAPE_I64("person"), SHAPE_TEXT("email"), SHAPE_TEXT("name", .nullable = true),
    SHAPE_ENUM("role", member_role_names), SHAPE_BOOL("disabled"), SHAPE_TIME("joinedAt"),
    SHAPE_TIME("lastLoginAt", .nullable = true), SHAPE_END
};
static const struct shape operator_shop_members[] = {
    SHAPE_I64("id"), SHAPE_TEXT("shop_name"), SHAPE_TEXT("status"), SHAPE_TEXT("chatbot_state"), SHAPE_END
};
const struct shape operator_accounts_shape[] = {
    SHAPE_LIST("accounts", operator_account_members, .type_name = "OperatorAccount"),
    SHAPE_I64("total", .nullable = true, .doc = "How many there are in all, of those asked for; null for a search."),
    SHAPE_BOOL("more", .doc = "There are more than `total`: it was not counted further."), SHAPE_END
};
/* clang-format on */
const struct shape operator_account_shape[] = {
    SHAPE_OBJECT("account", operator_account_members, .type_name = "OperatorAccount"),
    SHAPE_LIST("shops", operator_shop_members, .type_name = "OperatorShop"),
    SHAPE_LIST("members", operator_member_members, .type_name = "OperatorMember", .doc = "The first 100."), SHAPE_END
};

struct accounts_page {
    struct account account[ACCOUNTS_PAGE_MAX];
    struct account_facts facts[ACCOUNTS_PAGE_MAX];
    size_t count;
    bool counted, more;
    int64_t total;
    struct account_page wanted;
    struct member member[ACCOUNTS_PAGE_MAX];
    size_t members;
    struct buf shops; /* of one account: a JSON list, written before the answer is begun */
};

static void account_members(struct json *j, const struct account *a, const struct account_facts *f)
{
    const char *name = a->name[0] ? a->name : a->owner.name;
    json_i64(j, "id", a->id);
    json_text(j, "email", a->owner.email);
    json_text(j, "name", name[0] ? name : NULL);
    json_text(j, "role", a->owner.role == ROLE_OPERATOR ? "operator" : "merchant");
    json_bool(j, "disabled", a->disabled);
    json_credits(j, "credits", f->credits);
    json_i64(j, "shops", f->shops);
    json_time(j, "createdAt", a->created_at_ms);
    json_time(j, "lastLoginAt", a->owner.last_login_at_ms);
    json_text(j, "merchantId", a->merchant);
}

/* Credits and shops of all accounts of the page, in as many queries as for one. */
static bool facts_read(struct req *req, struct accounts_page *p)
{
    int64_t ids[ACCOUNTS_PAGE_MAX];
    for (size_t i = 0; i < p->count; i++) ids[i] = p->account[i].id;
    return p->count == 0 || accounts_hooks.operator_facts(req->tx, ids, p->count, p->facts);
}

static void accounts_json(struct json *j, const void *arg)
{
    const struct accounts_page *p = arg;
    json_array(j, "accounts");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        account_members(j, &p->account[i], &p->facts[i]);
        json_end(j);
    }
    json_end(j);
    if (p->counted) json_i64(j, "total", p->total);
    else json_null(j, "total");
    json_bool(j, "more", p->more);
}

static void account_csv(struct csv *c, const struct account *a, const struct account_facts *f)
{
    const char *name = a->name[0] ? a->name : a->owner.name;
    csv_i64(c, a->id), csv_text(c, a->owner.email), csv_text(c, name);
    csv_text(c, a->owner.role == ROLE_OPERATOR ? "operator" : "merchant"), csv_text(c, a->disabled ? "yes" : "no");
    csv_i64(c, credits_count(f->credits)), csv_i64(c, f->shops);
    csv_time(c, a->created_at_ms), csv_time(c, a->owner.last_login_at_ms);
    csv_text(c, a->merchant);
    csv_end_row(c);
}

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct accounts_page *p = arg;
    if (!accounts_page(req->tx, &p->wanted, p->account, &p->count) || !facts_read(req, p)) return false;
    for (size_t i = 0; i < p->count; i++) account_csv(c, &p->account[i], &p->facts[i]);
    if (p->count == ACCOUNTS_PAGE_MAX) csv_more_i64(c, req, p->wanted.after = p->account[p->count - 1].id);
    return true;
}

static enum answer accounts_csv(struct req *req, struct accounts_page *p)
{
    /* clang-format off */
    static const char *const names[] = { "id", "email", "name", "role", "disabled", "credits", "shops", "createdAt",
                                         "lastLoginAt", "merchantId", NULL };
    /* clang-format on */
    bool first = p->wanted.after == 0;
    p->wanted.limit = ACCOUNTS_PAGE_MAX;
    return reply_csv(req, &(struct csv_list){ "accounts", names, first, csv_page, p });
}

static bool page_read(struct req *req, struct accounts_page *p)
{
    if (!accounts_page(req->tx, &p->wanted, p->account, &p->count) || !facts_read(req, p)) return false;
    p->counted = !p->wanted.prefix[0];
    if (p->counted && !accounts_count_some(req->tx, &p->wanted, ACCOUNTS_COUNTED_MAX + 1, &p->total)) return false;
    p->more = p->total > ACCOUNTS_COUNTED_MAX;
    if (p->more) p->total = ACCOUNTS_COUNTED_MAX;
    return true;
}

HANDLER(operator_accounts_run)
{
    const struct accounts_query *in = req->query;
    struct accounts_page *p = ARENA_NEW(req->arena, struct accounts_page);
    bool by_text = in->sort == ACCOUNTS_BY_EMAIL || in->sort == ACCOUNTS_BY_EMAIL_DOWN;
    if (in->search && in->sort != ACCOUNTS_NEWEST) return reply_fields(req, "sort", "not_with_search");
    if (in->state == ACCOUNTS_DISABLED && by_text) return reply_fields(req, "sort", "not_with_state");
    p->wanted = (struct account_page){ .prefix = in->search ? in->search : "",
                                       .sort = (enum accounts_sort)in->sort,
                                       .disabled = in->state == ACCOUNTS_DISABLED,
                                       .from_ms = in->from,
                                       .to_ms = in->to == INT64_MAX ? 0 : in->to - 1,
                                       .after = in->after,
                                       .limit = in->limit };
    if (csv_is_wanted(req, in->format)) return accounts_csv(req, p);
    return page_read(req, p) ? reply_json(req, 200, accounts_json, p) : reply_fault(req);
}

static void account_json(struct json *j, const void *arg)
{
    const struct accounts_page *p = arg;
    json_object(j, "account");
    account_members(j, &p->account[0], &p->facts[0]);
    json_end(j);
    json_raw(j, "shops", buf_str(&p->shops));
    json_array(j, "members");
    for (size_t i = 0; i < p->members; i++) {
        const struct member *m = &p->member[i];
        json_object(j, NULL);
        json_i64(j, "person", m->person);
        json_text(j, "email", m->email);
        json_text(j, "name", m->name[0] ? m->name : NULL);
        json_text(j, "role", member_role_names[m->role - 1]);
        json_bool(j, "disabled", m->disabled);
        json_time(j, "joinedAt", m->joined_at_ms);
        json_time(j, "lastLoginAt", m->last_login_at_ms);
        json_end(j);
    }
    json_end(j);
}

/* A list that breaks off at a fault must not have begun the answer, so it is written aside. */
static bool shops_read(struct req *req, struct accounts_page *p)
{
    enum { SHOPS_JSON_MAX_BYTES = 1 << 18 };
    struct json j;
    buf_fixed(&p->shops, arena_alloc(req->arena, SHOPS_JSON_MAX_BYTES), SHOPS_JSON_MAX_BYTES);
    json_begin(&j, &p->shops);
    json_array(&j, NULL);
    bool good = accounts_hooks.account_shops_json(req->tx, p->account[0].id, &j);
    json_end(&j);
    json_finish(&j);
    return good && !p->shops.overflow;
}

HANDLER(operator_account_run)
{
    const struct id_path *path = req->path;
    struct accounts_page *p = ARENA_NEW(req->arena, struct accounts_page);
    p->count = 1;
    switch (accounts_get(req->tx, path->id, &p->account[0])) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    if (!facts_read(req, p) || !shops_read(req, p) ||
        !members_page(req->tx, path->id, 0, ACCOUNTS_PAGE_MAX, p->member, &p->members))
        return reply_fault(req);
    return reply_json(req, 200, account_json, p);
}

/* ---- POST /api/operator/accounts/:id/disable, .../enable ---- */

static void reason_json(struct json *j, const void *arg) { json_text(j, "reason", arg); }

/* Asking for the state it has already is a success that changes nothing and is not told again. */
static enum answer set_disabled(struct req *req, bool disabled)
{
    const struct id_path *path = req->path;
    const struct post_reason *in = req->body;
    struct account a;
    bool led = true;
    if (disabled && path->id == req->who.account) return reply_problem(req, &problem_not_yourself);
    enum row known = accounts_get(req->tx, path->id, &a);
    if (known == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (!disabled && !account_is_led(req->tx, path->id, &led)) return reply_fault(req);
    if (!led) return reply_problem(req, &problem_account_closed);
    enum row changed = known == ROW_FOUND ? account_set_disabled(req->tx, path->id, disabled) : ROW_FAULT;
    if (changed == ROW_NONE) return reply_success(req, NULL);
    struct audit_action action = disabled ? AUDIT_account_disabled : AUDIT_account_enabled;
    if (changed == ROW_FAULT || !audit_request(req, action, path->id, "account", path->id, reason_json, in->reason) ||
        !events_put(req->tx, path->id, EVENT_SESSIONS_CHANGED, NULL, NULL))
        return reply_fault(req);
    if (disabled && accounts_hooks.account_disabled && !accounts_hooks.account_disabled(req->tx, path->id))
        return reply_fault(req);
    events_hint("accounts");
    return reply_success(req, NULL);
}

HANDLER(operator_disable_run) { return set_disabled(req, true); }

HANDLER(operator_enable_run) { return set_disabled(req, false); }

/* ---- POST /api/operator/persons/:id/end-sessions ---- */

struct ended {
    const char *reason;
    int64_t count;
};

static void ended_details(struct json *j, const void *arg)
{
    const struct ended *e = arg;
    json_text(j, "reason", e->reason);
    json_i64(j, "ended", e->count);
}

static void ended_json(struct json *j, const void *arg)
{
    const struct ended *e = arg;
    json_bool(j, "success", true);
    json_i64(j, "ended", e->count);
}

HANDLER(operator_sessions_end_run)
{
    const struct id_path *path = req->path;
    const struct post_reason *in = req->body;
    struct person p;
    struct ended e = { .reason = in->reason };
    int64_t account;
    enum row known = persons_get(req->tx, path->id, &p);
    if (known == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (known == ROW_FAULT) return reply_fault(req);
    /* The own one stays: an operator who cleans up after a theft goes on working. */
    e.count = sessions_end_all(req->tx, path->id, req->who.person == path->id ? req->who.session : 0);
    if (e.count == 0) return reply_json(req, 200, ended_json, &e); /* nothing changed: no row, no event */
    if (e.count < 0 || person_home(req->tx, path->id, &account) == ROW_FAULT ||
        !audit_request(req, AUDIT_sessions_ended, account, "person", path->id, ended_details, &e) ||
        !sessions_changed(req, path->id))
        return reply_fault(req);
    return reply_json(req, 200, ended_json, &e);
}
