/* routes.c: the audit trail, for its owner and for operators. */
#include "audit/private.h"
#include "http/csv.h"

struct audit_query {
    int64_t after, limit, account, shop, from, to;
    const char *action;
    int format;
};
/* clang-format off */
#define PAGE_FIELDS                                                                                                    \
    FIELD_PAGE(struct audit_query, AUDIT_PAGE_DEFAULT, AUDIT_PAGE_MAX), FIELD_RANGE(struct audit_query),               \
    FIELD_TEXT(struct audit_query, action, .optional = true, .max = 64, .doc = "Of this action alone."),               \
    FIELD_FORMAT(struct audit_query)
static const struct field own_fields[] = { PAGE_FIELDS, FIELD_END };
static const struct field all_fields[] = {
    PAGE_FIELDS,
    FIELD_I64(struct audit_query, account, .optional = true, .min = 0, .max = INT64_MAX,
              .doc = "Of this account alone."),
    FIELD_I64(struct audit_query, shop, .optional = true, .min = 0, .max = INT64_MAX,
              .doc = "What was done to this shop of the account alone."),
    FIELD_END
};
/* clang-format on */

/* By whom, seen from the account: by who looks, by another member, with a shop's key, by somebody else. */
enum actor { BY_SELF, BY_MEMBER, BY_KEY, BY_OPERATOR, BY_SYSTEM };
static const char *const own_actors[] = { "you", "member", "key", "operator", "system", NULL };
static const char *const all_actors[] = { "account", "operator", "system", NULL };
static const char *const all_actor_of[] = { "account", "account", "account", "operator", "system" };

/* clang-format off */
#define ENTRY_SHAPES(actors)                                                                                           \
    SHAPE_I64("id"), SHAPE_ENUM("action", audit_action_names), SHAPE_TEXT("resource", .nullable = true),               \
    SHAPE_I64("resourceId", .nullable = true), SHAPE_OPEN("details", .doc = "What depends on the action."),            \
    SHAPE_TEXT("network", .nullable = true), SHAPE_TEXT("userAgent", .nullable = true), SHAPE_ENUM("actor", (actors)), \
    SHAPE_I64("actorPerson", .nullable = true, .doc = "Who did it; not told of operators to others."),                 \
    SHAPE_TEXT("actorEmail", .nullable = true, .doc = "Where the person is told: by which address one knows them."),   \
    SHAPE_TIME("createdAt")
static const struct shape own_entry[] = { ENTRY_SHAPES(own_actors), SHAPE_END };
static const struct shape all_entry[] = {
    ENTRY_SHAPES(all_actors), SHAPE_I64("account", .nullable = true), SHAPE_I64("actorAccount", .nullable = true),
    SHAPE_END
};
static const struct shape own_shape[] = { SHAPE_LIST("entries", own_entry, .type_name = "AuditEntry"), SHAPE_END };
static const struct shape all_shape[] = {
    SHAPE_LIST("entries", all_entry, .type_name = "OperatorAuditEntry"), SHAPE_END
};
/* clang-format on */

struct page {
    struct audit_row row[AUDIT_PAGE_MAX];
    struct audit_person who[AUDIT_PAGE_MAX]; /* did the row beside it */
    size_t count;
    int64_t person /* who looks */;
    bool all;
};

static void number_or_null(struct json *j, const char *key, int64_t v)
{
    if (v > 0) json_i64(j, key, v);
    else json_null(j, key);
}

static enum actor actor_of(const struct audit_row *r, int64_t person)
{
    bool within = r->actor_account == r->account && r->actor_account > 0;
    if (within) return r->actor == 0 ? BY_KEY : r->actor == person ? BY_SELF : BY_MEMBER;
    return r->actor > 0 ? BY_OPERATOR : BY_SYSTEM;
}

/* An operator who does something in an account of the own is still one of the house. */
static const char *actor_text(const struct page *p, size_t i)
{
    enum actor by = actor_of(&p->row[i], p->person);
    if (!p->all) return own_actors[by];
    return all_actor_of[p->who[i].operator ? BY_OPERATOR : by];
}

/* Where an operator sits is nobody else's business, nor who it was. */
static bool is_told(const struct page *p, size_t i) { return p->all || actor_of(&p->row[i], p->person) != BY_OPERATOR; }

static bool read_page(struct req *req, const struct audit_wanted *w, struct page *p)
{
    int64_t person[AUDIT_PAGE_MAX];
    if (!audit_page(req->tx, w, p->row, &p->count)) return false;
    for (size_t i = 0; i < p->count; i++) person[i] = is_told(p, i) ? p->row[i].actor : 0;
    return audit_people(req->tx, p->all ? 0 : w->account, person, p->count, p->who);
}

static void entry_json(struct json *j, const struct page *p, size_t i)
{
    const struct audit_row *r = &p->row[i];
    json_object(j, NULL);
    json_i64(j, "id", r->id);
    json_text(j, "action", r->action);
    json_text(j, "resource", r->resource);
    number_or_null(j, "resourceId", r->resource_id);
    json_raw(j, "details", r->details ? str_of(r->details) : STR("{}"));
    /* A failed sign-in (actor 0) is shown with its origin. */
    bool origin = is_told(p, i);
    json_text(j, "network", origin ? r->network : NULL);
    json_text(j, "userAgent", origin ? r->user_agent : NULL);
    json_text(j, "actor", actor_text(p, i));
    number_or_null(j, "actorPerson", origin ? r->actor : 0);
    json_text(j, "actorEmail", p->who[i].email);
    json_time(j, "createdAt", r->at_ms);
    if (p->all) {
        number_or_null(j, "account", r->account);
        number_or_null(j, "actorAccount", r->actor_account);
    }
    json_end(j);
}

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "entries");
    for (size_t i = 0; i < p->count; i++) entry_json(j, p, i);
    json_end(j);
}

static void entry_csv(struct csv *c, const struct page *p, size_t i)
{
    const struct audit_row *r = &p->row[i];
    bool origin = is_told(p, i);
    csv_i64(c, r->id), csv_time(c, r->at_ms), csv_text(c, r->action);
    csv_text(c, actor_text(p, i)), csv_text(c, p->who[i].email);
    csv_text(c, r->resource);
    if (r->resource_id > 0) csv_i64(c, r->resource_id);
    else csv_nothing(c);
    csv_text(c, origin ? r->network : NULL), csv_text(c, origin ? r->user_agent : NULL), csv_text(c, r->details);
    if (p->all && r->account > 0) csv_i64(c, r->account);
    else csv_nothing(c);
    csv_end_row(c);
}

struct csv_pages {
    struct audit_wanted wanted;
    struct page *page;
};

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct csv_pages *l = arg;
    struct page *p = l->page;
    if (!read_page(req, &l->wanted, p)) return false;
    for (size_t i = 0; i < p->count; i++) entry_csv(c, p, i);
    if (p->count == AUDIT_PAGE_MAX) csv_more_i64(c, req, l->wanted.after = p->row[p->count - 1].id);
    return true;
}

static enum answer csv_reply(struct req *req, struct audit_wanted w, struct page *p)
{
    /* clang-format off */
    static const char *const names[] = { "id", "createdAt", "action", "actor", "actorEmail", "resource",
                                         "resourceId", "network", "userAgent", "details", "account", NULL };
    /* clang-format on */
    bool first = w.after == INT64_MAX;
    w.limit = AUDIT_PAGE_MAX;
    struct csv_pages l = { w, p };
    return reply_csv(req, &(struct csv_list){ "audit", names, first, csv_page, &l });
}

static enum answer page_reply(struct req *req, int64_t account, bool all)
{
    const struct audit_query *in = req->query;
    struct page *p = ARENA_NEW(req->arena, struct page);
    p->all = all;
    p->person = req->who.person;
    const struct audit_wanted w = { .account = account,
                                    .after = in->after > 0 ? in->after : INT64_MAX,
                                    .limit = in->limit,
                                    .from_ms = in->from,
                                    .to_ms = in->to,
                                    .shop = in->shop,
                                    .action = in->action };
    if (csv_is_wanted(req, in->format)) return csv_reply(req, w, p);
    if (!read_page(req, &w, p)) return reply_fault(req);
    return reply_json(req, 200, page_json, p);
}

static enum answer get_audit(struct req *req) { return page_reply(req, req->who.account, false); }

static enum answer get_operator_audit(struct req *req)
{
    const struct audit_query *in = req->query;
    if (in->shop > 0 && in->account == 0) return reply_fields(req, "account", "required");
    return page_reply(req, in->account, true);
}

ROUTE_TAG(audit_tag, "Audit", "Who did what to the own account.");

/* clang-format off */
const struct route audit_routes[] = {
    { .verb = VERB_GET, .path = "/api/audit", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Audit",
      .doc = "The caller's own audit trail, newest first.", .query_fields = own_fields,
      .query_size = sizeof(struct audit_query), .answer = own_shape, .run = get_audit },
    { .verb = VERB_GET, .path = "/api/operator/audit", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      .doc = "The audit trail of everybody, newest first.", .query_fields = all_fields,
      .query_size = sizeof(struct audit_query), .answer = all_shape, .run = get_operator_audit },
    ROUTE_END
};
/* clang-format on */
