/* mismatch_routes.c: one list of what does not agree, and the end of each: what a person found out. */
#include "billing/private.h"

#include "http/events.h"

enum { MISMATCHES_PAGE = 50, MISMATCHES_PAGE_MAX = 100, RESOLUTION_MIN = 3, RESOLUTION_MAX = 4000 };

static const struct problem problem_mismatch_resolved = { "mismatch_resolved", 409,
                                                          "Somebody has resolved this already.", "该差异已被处理。" };

/* clang-format off */
const struct shape operator_mismatch_shape[] = {
    SHAPE_I64("id"),
    SHAPE_TEXT("kind", .doc = "amount, unknown_order, late, twice, refunded_outside, dispute, refund_failed, "
                              "undelivered or drift (a bill)."),
    SHAPE_TEXT("provider", .nullable = true), SHAPE_TEXT("order", .nullable = true),
    SHAPE_I64("account", .nullable = true), SHAPE_I64("delivery", .nullable = true, .doc = "What was delivered."),
    SHAPE_TEXT("trade", .nullable = true, .doc = "The provider's number of the payment."),
    SHAPE_OBJECT("amount", amount_shape, .nullable = true, .type_name = "Money"), SHAPE_TEXT("said", .nullable = true),
    SHAPE_TIME("createdAt"), SHAPE_TIME("resolvedAt", .nullable = true), SHAPE_I64("resolver", .nullable = true),
    SHAPE_TEXT("resolverEmail", .nullable = true),
    SHAPE_TEXT("resolution", .nullable = true), SHAPE_END
};
static const struct shape mismatches_shape[] = {
    SHAPE_LIST("mismatches", operator_mismatch_shape, .type_name = "OperatorMismatch"), SHAPE_END
};
/* clang-format on */

bool mismatches_name_people(struct tx *tx, struct mismatch *list, size_t count)
{
    int64_t id[MISMATCHES_PAGE_MAX] = { 0 };
    struct audit_person person[MISMATCHES_PAGE_MAX];
    assert(count <= MISMATCHES_PAGE_MAX);
    for (size_t i = 0; i < count; i++) id[i] = list[i].resolver;
    if (!audit_people(tx, 0, id, count, person)) return false;
    for (size_t i = 0; i < count; i++) list[i].resolver_email = person[i].email;
    return true;
}

void operator_mismatch_json(struct json *j, const struct mismatch *m)
{
    json_i64(j, "id", m->id);
    json_text(j, "kind", m->kind);
    operator_text_json(j, "provider", m->provider);
    operator_text_json(j, "order", m->order_number);
    operator_id_json(j, "account", m->account);
    operator_id_json(j, "delivery", m->delivery);
    operator_text_json(j, "trade", m->trade);
    if (m->currency != CURRENCY_NONE) amount_json(j, "amount", money_of(m->minor, m->currency));
    else json_null(j, "amount");
    operator_text_json(j, "said", m->said);
    json_time(j, "createdAt", m->created_at_ms);
    json_time(j, "resolvedAt", m->resolved_at_ms);
    operator_id_json(j, "resolver", m->resolver);
    json_text(j, "resolverEmail", m->resolver_email);
    operator_text_json(j, "resolution", m->resolution);
}

struct get_mismatches {
    int64_t after, limit;
    bool open, has_open;
};
static const struct field get_mismatches_fields[] = {
    FIELD_PAGE(struct get_mismatches, MISMATCHES_PAGE, MISMATCHES_PAGE_MAX),
    FIELD_BOOL(struct get_mismatches, open, .optional = true,
               .present_offset = offsetof(struct get_mismatches, has_open),
               .doc = "true: those that nobody has resolved; false: the others; absent: all."),
    FIELD_END
};

struct page {
    struct mismatch *row;
    size_t count;
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "mismatches");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        operator_mismatch_json(j, &p->row[i]);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_mismatches(struct req *req)
{
    const struct get_mismatches *in = req->query;
    enum mismatches_wanted wanted = !in->has_open ? MISMATCHES_ALL : in->open ? MISMATCHES_OPEN : MISMATCHES_RESOLVED;
    struct page p = { .row = ARENA_ARRAY(req->arena, struct mismatch, (size_t)in->limit) };
    if (!mismatches_page(req->tx, wanted, in->after, p.row, (size_t)in->limit, &p.count)) return reply_fault(req);
    if (!mismatches_name_people(req->tx, p.row, p.count)) return reply_fault(req);
    return reply_json(req, 200, page_json, &p);
}

/* ---- the end of one ---- */

struct mismatch_path {
    int64_t id;
};
static const struct field mismatch_path_fields[] = { FIELD_ID(struct mismatch_path, id, .doc = "Mismatch."),
                                                     FIELD_END };
struct post_resolve {
    const char *resolution;
};
static const struct field post_resolve_fields[] = { FIELD_TEXT(struct post_resolve, resolution, .min = RESOLUTION_MIN,
                                                               .max = RESOLUTION_MAX, .multiline = true,
                                                               .doc = "What it was, and what was done."),
                                                    FIELD_END };

/* For the trail: what was known beforehand stands in its row. */
static void resolved_json(struct json *j, const void *arg)
{
    const struct mismatch *m = arg;
    json_text(j, "kind", m->kind);
    if (m->order_number) json_text(j, "order", m->order_number);
    if (m->currency != CURRENCY_NONE) amount_json(j, "amount", money_of(m->minor, m->currency));
    if (m->said[0]) json_text(j, "said", m->said);
    json_text(j, "resolution", m->resolution);
}

/* That somebody has looked at money that came stands on the page of who ordered. */
static bool tell_order(struct tx *tx, const struct mismatch *m)
{
    struct order o;
    if (m->order == 0 || !(text_eq(m->kind, "amount") || text_eq(m->kind, "twice"))) return true;
    enum row row = orders_get(tx, m->order, false, &o);
    return row == ROW_FOUND ? order_tell(tx, &o) : row == ROW_NONE;
}

static void one_json(struct json *j, const void *arg) { operator_mismatch_json(j, arg); }

static enum answer post_resolve(struct req *req)
{
    const struct post_resolve *in = req->body;
    int64_t id = ((const struct mismatch_path *)req->path)->id;
    struct mismatch m;
    enum row row = mismatch_get_row(req->tx, id, &m);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    const struct move by = move_by(req, "resolved");
    row = mismatch_end(req->tx, &m, in->resolution, &by);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_mismatch_resolved) : reply_fault(req);
    if (mismatch_get_row(req->tx, id, &m) != ROW_FOUND) return reply_fault(req);
    if (!audit_request(req, AUDIT_mismatch_resolved, 0, "mismatch", id, resolved_json, &m)) return reply_fault(req);
    if (!mismatches_name_people(req->tx, &m, 1) || !tell_order(req->tx, &m)) return reply_fault(req);
    events_hint("money");
    return reply_json(req, 200, one_json, &m);
}

/* clang-format off */
const struct route billing_mismatch_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/mismatches", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_mismatches), .answer = mismatches_shape, .run = get_mismatches,
      .doc = "What does not agree about money, newest first." },
    { .verb = VERB_POST, .path = "/api/operator/mismatches/:id/resolve", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(mismatch_path), BODY_FIELDS(post_resolve),
      .answer = operator_mismatch_shape, .run = post_resolve,
      PROBLEMS(&problem_not_found, &problem_mismatch_resolved),
      .doc = "Say what a mismatch was and what was done. It moves no money." },
    ROUTE_END
};
/* clang-format on */
