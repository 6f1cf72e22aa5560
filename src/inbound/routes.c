/* routes.c: operators see what was delivered, look into one, and have it acted on again. */
#include "inbound/private.h"

#include "audit/audit.h"
#include "http/csv.h"

static const char *const wanted_states[] = { "received", "acted", "failed", "refused", "all", NULL };
struct deliveries_query {
    int64_t after, limit, from, to, account;
    const char *sender;
    int state, format;
};
static const struct field deliveries_query_fields[] = {
    FIELD_PAGE(struct deliveries_query, DELIVERIES_PAGE, DELIVERIES_PAGE_MAX),
    FIELD_RANGE(struct deliveries_query),
    FIELD_ENUM(struct deliveries_query, state, wanted_states, .optional = true, .fallback = 4, .doc = "Only these."),
    FIELD_TEXT(struct deliveries_query, sender, .optional = true, .max = 64, .doc = "Only of this sender."),
    FIELD_I64(struct deliveries_query, account, .optional = true, .min = 1, .max = INT64_MAX,
              .doc = "Only for this account."),
    FIELD_FORMAT(struct deliveries_query),
    FIELD_END
};
struct path_delivery {
    int64_t id;
};
/* clang-format off */
static const struct field path_delivery_fields[] = {
    FIELD_ID(struct path_delivery, id, .doc = "Delivery."), FIELD_END
};

#define DELIVERY_SHAPES                                                                                                \
    SHAPE_I64("id"), SHAPE_TEXT("sender"), SHAPE_TEXT("address", .nullable = true),                                    \
    SHAPE_TEXT("senderId", .nullable = true, .doc = "The sender's own id; none of what was not verified."),            \
    SHAPE_ENUM("state", inbound_state_names), SHAPE_I64("account", .nullable = true), SHAPE_I64("size"),               \
    SHAPE_TEXT("outcome", .nullable = true, .doc = "What came of it, or why it was refused."),                         \
    SHAPE_I64("copies", .doc = "How often it came again."),                                                            \
    SHAPE_I64("changes", .doc = "How often its id came with other contents."), SHAPE_I64("job", .nullable = true),     \
    SHAPE_TIME("receivedAt"), SHAPE_TIME("lastAt"), SHAPE_TIME("actedAt", .nullable = true)
static const struct shape delivery_shape[] = { DELIVERY_SHAPES, SHAPE_END };
static const struct shape deliveries_shape[] = {
    SHAPE_LIST("deliveries", delivery_shape, .type_name = "Delivery"), SHAPE_END
};
static const struct shape header_shape[] = { SHAPE_TEXT("name"), SHAPE_TEXT("value"), SHAPE_END };
static const struct shape contents_shape[] = {
    DELIVERY_SHAPES,
    SHAPE_LIST("headers", header_shape, .type_name = "DeliveryHeader"),
    SHAPE_TEXT("text", .nullable = true, .doc = "The body, when it is text of at most 1 MB."),
    SHAPE_TEXT("base64", .nullable = true, .doc = "The body, when it is something else of at most 1 MB."),
    SHAPE_END
};
/* clang-format on */

static const struct problem problem_delivery_under_way = { "delivery_under_way", 409,
                                                           "This delivery is being acted on already.",
                                                           "该投递正在处理中。" };
static const struct problem problem_delivery_known = { "delivery_known", 409,
                                                       "What this delivery says came again later and was taken.",
                                                       "该投递的内容之后已再次送达并被接收。" };
static const struct problem problem_delivery_refused = { "delivery_refused", 409,
                                                         "This delivery is refused today as well.",
                                                         "该投递现在仍会被拒绝。" };
static const struct problem problem_delivery_unreadable = { "delivery_unreadable", 409,
                                                            "The contents of this delivery were not kept.",
                                                            "该投递的内容未被保留。" };

static void number_or_null(struct json *j, const char *key, int64_t v)
{
    if (v > 0) json_i64(j, key, v);
    else json_null(j, key);
}

static void row_json(struct json *j, const struct delivery_row *r)
{
    json_i64(j, "id", r->id);
    json_text(j, "sender", r->sender);
    json_text(j, "address", r->address[0] ? r->address : NULL);
    json_text(j, "senderId", r->sender_id);
    json_text(j, "state", inbound_state_names[r->state]);
    number_or_null(j, "account", r->account);
    json_i64(j, "size", r->size);
    json_text(j, "outcome", r->outcome);
    json_i64(j, "copies", r->copies);
    json_i64(j, "changes", r->changes);
    number_or_null(j, "job", r->job);
    json_time(j, "receivedAt", r->received_at_ms);
    json_time(j, "lastAt", r->last_at_ms);
    json_time(j, "actedAt", r->acted_at_ms);
}

struct page {
    struct delivery_row row[DELIVERIES_PAGE_MAX];
    size_t count;
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "deliveries");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        row_json(j, &p->row[i]);
        json_end(j);
    }
    json_end(j);
}

static void row_csv(struct csv *c, const struct delivery_row *r)
{
    csv_i64(c, r->id), csv_time(c, r->received_at_ms), csv_text(c, r->sender), csv_text(c, r->address);
    csv_text(c, r->sender_id), csv_text(c, inbound_state_names[r->state]);
    if (r->account > 0) csv_i64(c, r->account);
    else csv_nothing(c);
    csv_i64(c, r->size), csv_text(c, r->outcome), csv_i64(c, r->copies), csv_i64(c, r->changes);
    csv_time(c, r->acted_at_ms);
    csv_end_row(c);
}

struct csv_pages {
    struct deliveries_wanted wanted;
    struct page *page;
};

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct csv_pages *l = arg;
    struct page *p = l->page;
    if (!inbound_page(req->tx, &l->wanted, p->row, &p->count)) return false;
    for (size_t i = 0; i < p->count; i++) row_csv(c, &p->row[i]);
    if (p->count == DELIVERIES_PAGE_MAX) csv_more_i64(c, req, l->wanted.after = p->row[p->count - 1].id);
    return true;
}

static enum answer csv_reply(struct req *req, struct deliveries_wanted w, struct page *p)
{
    /* clang-format off */
    static const char *const names[] = { "id", "receivedAt", "sender", "address", "senderId", "state", "account",
                                         "size", "outcome", "copies", "changes", "actedAt", NULL };
    /* clang-format on */
    bool first = w.after == INT64_MAX;
    w.limit = DELIVERIES_PAGE_MAX;
    struct csv_pages l = { w, p };
    return reply_csv(req, &(struct csv_list){ "deliveries", names, first, csv_page, &l });
}

static enum answer get_deliveries(struct req *req)
{
    const struct deliveries_query *in = req->query;
    struct page *p = ARENA_NEW(req->arena, struct page);
    const struct deliveries_wanted w = { .after = in->after > 0 ? in->after : INT64_MAX,
                                         .limit = in->limit,
                                         .from_ms = in->from,
                                         .to_ms = in->to,
                                         .account = in->account,
                                         .sender = in->sender,
                                         .state = text_eq(wanted_states[in->state], "all") ? -1 : in->state };
    if (csv_is_wanted(req, in->format)) return csv_reply(req, w, p);
    if (!inbound_page(req->tx, &w, p->row, &p->count)) return reply_fault(req);
    return reply_json(req, 200, page_json, p);
}

/* ---- one ---- */

struct contents {
    struct delivery_row row;
    struct delivery d;
};

/* As text a byte may become six: what is larger than this is told by its size alone. */
enum { SHOWN_MAX = 1 << 20 };

static void body_json(struct json *j, const struct delivery *d)
{
    bool shown = d->body.p && d->body.n <= SHOWN_MAX;
    bool text = shown && utf8_valid(d->body) && memchr(d->body.p, '\0', d->body.n) == NULL;
    if (text) json_str(j, "text", d->body);
    else json_null(j, "text");
    if (!shown || text) {
        json_null(j, "base64");
        return;
    }
    char *coded = arena_alloc(d->arena, base64_size(d->body.n) + 1);
    base64_encode(d->body.p, d->body.n, coded);
    json_text(j, "base64", coded);
}

static void contents_json(struct json *j, const void *arg)
{
    const struct contents *c = arg;
    row_json(j, &c->row);
    json_array(j, "headers");
    for (size_t i = 0; i < c->d.headers; i++) {
        json_object(j, NULL);
        json_text(j, "name", c->d.header[i].name);
        json_str(j, "value", c->d.header[i].value);
        json_end(j);
    }
    json_end(j);
    body_json(j, &c->d);
}

/* It holds what customers wrote and what they paid: who looked is told, in the transaction that gives it away. */
static enum answer get_delivery(struct req *req)
{
    int64_t id = ((const struct path_delivery *)req->path)->id;
    struct contents *c = ARENA_NEW(req->arena, struct contents);
    enum row row = inbound_get(req->tx, id, false, &c->row);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    bool opened = inbound_open(&c->row, req->arena, &c->d);
    if (!opened) c->d.body = (struct str){ NULL, 0 };
    if (opened && !audit_request(req, AUDIT_delivery_read, c->row.account, "delivery", id, NULL, NULL))
        return reply_fault(req);
    return reply_json(req, 200, contents_json, c);
}

/* ---- again ---- */

/* What was refused is judged by today's code, at the time it came. */
static enum answer take_refused(struct req *req, const struct delivery_row *r, struct delivery *d)
{
    switch (inbound_judge(d, req->tx)) {
    case INBOUND_FAULT: return reply_fault(req);
    case INBOUND_REFUSED:
    case INBOUND_ALARM:
    case INBOUND_ASKED: return reply_problem(req, &problem_delivery_refused);
    case INBOUND_GOOD: break;
    }
    enum row row = inbound_accept(req->tx, r, d);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_NONE ? reply_problem(req, &problem_delivery_known) : ANSWER_GO_ON;
}

static enum answer post_replay(struct req *req)
{
    int64_t id = ((const struct path_delivery *)req->path)->id;
    struct contents *c = ARENA_NEW(req->arena, struct contents);
    enum row row = inbound_get(req->tx, id, true, &c->row);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (c->row.state == DELIVERY_RECEIVED) return reply_problem(req, &problem_delivery_under_way);
    if (!inbound_open(&c->row, req->arena, &c->d) || !c->d.sender)
        return reply_problem(req, &problem_delivery_unreadable);
    if (c->row.state == DELIVERY_REFUSED) {
        enum answer a = take_refused(req, &c->row, &c->d);
        if (a != ANSWER_GO_ON) return a;
        c->row.account = c->d.account;
    }
    row = inbound_again(req->tx, &c->row, c->d.sender);
    if (row == ROW_NONE) return reply_problem(req, &problem_delivery_under_way);
    if (row == ROW_FAULT || !audit_request(req, AUDIT_delivery_replayed, c->row.account, "delivery", id, NULL, NULL) ||
        inbound_get(req->tx, id, false, &c->row) != ROW_FOUND)
        return reply_fault(req);
    return reply_json(req, 202, contents_json, c);
}

/* clang-format off */
const struct route inbound_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/deliveries", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(deliveries_query), .answer = deliveries_shape, .run = get_deliveries,
      .doc = "What others delivered here, newest first." },
    { .verb = VERB_GET, .path = "/api/operator/deliveries/:id", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Operator",
      PATH_FIELDS(path_delivery), .answer = contents_shape, .run = get_delivery, PROBLEMS(&problem_not_found),
      .doc = "A delivery as it came: its headers that are kept, and its body. That one looked is audited." },
    { .verb = VERB_POST, .path = "/api/operator/deliveries/:id/replay", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_delivery), .answer = contents_shape, .status = 202,
      .run = post_replay,
      PROBLEMS(&problem_not_found, &problem_delivery_under_way, &problem_delivery_known, &problem_delivery_refused,
               &problem_delivery_unreadable),
      .doc = "Act on a delivery again with today's code; one that was refused is judged anew first." },
    ROUTE_END
};
/* clang-format on */
