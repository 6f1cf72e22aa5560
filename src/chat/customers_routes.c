/* customers_routes.c: a team looks at its shops' customers: who they are, what was said with them, what they bought.
 * What is done with one (given out, taken out, blocked) is done by one of their conversations: customer.c,
 * inbox_routes.c. */
#include "chat/customers.h"
#include "chat/desk.h"

#include "http/csv.h"
#include "shops/shops.h"
#include <stdio.h>

enum { CUSTOMERS_USUAL = 50, CUSTOMERS_MAX = 100, SEARCH_MAX = 100, ORDERS_SHOWN = 20, BROWSERS_MAX = 100 };
enum { TALKS_USUAL = 20, TALKS_MAX = 100 };

/* Unary plus: by the visitors, and never along the primary key until enough are found. */
#define TALKS_OF(among)                                                                                                \
    "SELECT id, status, created_at_ms, last_at_ms, last_number, score FROM chat_conversations"                         \
    " WHERE visitor " among " AND +id < ?2 AND (last_number > 0 OR owner <> 1) ORDER BY +id DESC LIMIT ?3"
STMT(talks_of, TALKS_OF("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = TALKS_OF("= ANY((?1::text[])::bigint[])"));

/* clang-format off */
static const char *const sort_names[] = { "newest", "oldest", NULL };
enum { SORT_NEWEST, SORT_OLDEST };
struct get_customers { const char *search, *after; int64_t shop, from, to, limit; int sort, format; };
static const struct field get_customers_fields[] = {
    FIELD_SEARCH(struct get_customers, search, SEARCH_MAX,
                 "Words of the name, the address or the shop's own id; or an order's number."),
    FIELD_I64(struct get_customers, shop, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Of this shop alone."),
    FIELD_RANGE(struct get_customers),
    FIELD_ENUM(struct get_customers, sort, sort_names, .optional = true,
               .doc = "By when they were last seen. What is searched comes newest first."),
    FIELD_FORMAT(struct get_customers),
    FIELD_TEXT(struct get_customers, after, .optional = true, .max = 45, .doc = "`next` of the page before."),
    FIELD_I64(struct get_customers, limit, .optional = true, .min = 1, .max = CUSTOMERS_MAX,
              .fallback = CUSTOMERS_USUAL, .doc = "How many."),
    FIELD_END };
struct path_one { int64_t id; };
static const struct field path_one_fields[] = { FIELD_ID(struct path_one, id, .doc = "Of a customer."), FIELD_END };
struct get_talks { int64_t after, limit; };
static const struct field get_talks_fields[] = { FIELD_PAGE(struct get_talks, TALKS_USUAL, TALKS_MAX), FIELD_END };

static const struct shape known_shape[] = {
    SHAPE_I64("id"), SHAPE_I64("shop"), SHAPE_TEXT("name", .doc = "Empty: not known."),
    SHAPE_TEXT("email", .doc = "Empty: not known."),
    SHAPE_BOOL("vouched", .doc = "The shop says who this is; else it is what they said themselves."),
    SHAPE_TEXT("subject", .doc = "The shop's own id of them; empty unless vouched."), SHAPE_TEXT("language"),
    SHAPE_TEXT("page", .doc = "Where they were last."), SHAPE_BOOL("blocked"), SHAPE_TIME("since"),
    SHAPE_TIME("seenAt"), SHAPE_I64("conversation", .doc = "The last one."), SHAPE_END };
static const struct shape list_shape[] = {
    SHAPE_LIST("customers", known_shape, .type_name = "KnownCustomer"),
    SHAPE_I64("total", .nullable = true,
              .doc = "How many there are, of those asked for; null for a search and for further pages."),
    SHAPE_BOOL("more", .doc = "There are more than `total`: it was not counted further."),
    SHAPE_TEXT("next", .nullable = true, .doc = "`after` of the next page; null: this is the last."), SHAPE_END };
static const struct shape detail_shape[] = {
    SHAPE_OBJECT("customer", known_shape, .type_name = "KnownCustomer"),
    SHAPE_I64("browsers", .doc = "In how many they are known to this shop."),
    SHAPE_LIST("orders", customer_order_shape, .type_name = "AskerOrder",
               .doc = "Of the address that the shop vouches for, the newest first; none of one that was only typed."),
    SHAPE_END };
static const struct shape talk_shape[] = {
    SHAPE_I64("id"), SHAPE_ENUM("status", chat_status_names), SHAPE_TIME("beganAt"), SHAPE_TIME("lastAt"),
    SHAPE_I64("messages"), SHAPE_I64("score", .doc = "1 to 5; 0: none was given."), SHAPE_END };
static const struct shape talks_shape[] = {
    SHAPE_LIST("conversations", talk_shape, .type_name = "CustomerTalk"), SHAPE_END };
/* clang-format on */

/* ---- the list ---- */

struct list {
    struct customers_page page;
    const char *search; /* NULL: none */
    struct customer_row *row;
    size_t count;
    int64_t total; /* -1: not counted */
    bool more, first;
    const char *next; /* NULL: this was all */
    char place[2 * 20 + 2];
};

static void put_known(struct json *j, const char *name, const struct customer_row *c)
{
    json_object(j, name);
    json_i64(j, "id", c->id), json_i64(j, "shop", c->shop);
    json_text(j, "name", c->name), json_text(j, "email", c->email);
    json_bool(j, "vouched", c->subject != NULL), json_text(j, "subject", c->subject ? c->subject : "");
    json_text(j, "language", c->language), json_text(j, "page", c->page);
    json_bool(j, "blocked", c->blocked_at_ms != 0);
    json_time(j, "since", c->since_ms), json_time(j, "seenAt", c->seen_at_ms);
    json_i64(j, "conversation", c->conversation);
    json_end(j);
}

static void list_json(struct json *j, const void *arg)
{
    const struct list *l = arg;
    json_array(j, "customers");
    for (size_t i = 0; i < l->count; i++) put_known(j, NULL, &l->row[i]);
    json_end(j);
    if (l->total >= 0) json_i64(j, "total", l->total);
    else json_null(j, "total");
    json_bool(j, "more", l->more);
    json_text(j, "next", l->next);
}

/* Of a search only the number counts, of the list both: "TIME-ID". */
static bool read_place(const char *text, struct list *l)
{
    struct customers_page *p = &l->page;
    l->first = text == NULL;
    if (l->first && l->search) p->id = INT64_MAX;
    else if (l->first) customers_begin(p);
    if (!text) return true;
    const char *dash = strchr(text, '-');
    return dash && str_to_i64((struct str){ text, (size_t)(dash - text) }, &p->at_ms) &&
           str_to_i64(str_of(dash + 1), &p->id) && p->at_ms >= 0 && p->id > 0;
}

/* Stands in the list itself: it outlives the rows of its page. */
static void set_next(struct list *l, int64_t at_ms, int64_t id)
{
    (void)snprintf(l->place, sizeof l->place, "%lld-%lld", (long long)at_ms, (long long)id);
    l->next = id ? l->place : NULL;
}

/* What words find comes by ids; of that only who was seen in those days. */
static bool find_page(struct tx *tx, struct list *l)
{
    int64_t next = 0;
    size_t found = 0, kept = 0;
    if (!customers_found(tx, &l->page, str_of(l->search), l->row, &found, &next)) return false;
    for (size_t i = 0; i < found; i++) {
        int64_t seen_ms = l->row[i].seen_at_ms;
        if (seen_ms >= l->page.from_ms && seen_ms < l->page.to_ms) l->row[kept++] = l->row[i];
    }
    l->count = kept, l->page.id = next;
    set_next(l, 0, next);
    return true;
}

/* The next page; moves the list on. */
static bool read_page(struct tx *tx, struct list *l)
{
    struct customers_page then;
    if (l->search) return find_page(tx, l);
    if (!customers_page(tx, &l->page, l->row, &l->count, &then)) return false;
    l->page = then;
    set_next(l, then.at_ms, then.id);
    return true;
}

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct list *l = arg;
    if (!read_page(req->tx, l)) return false;
    for (size_t i = 0; i < l->count; i++) {
        const struct customer_row *r = &l->row[i];
        csv_i64(c, r->id), csv_i64(c, r->shop), csv_text(c, r->name), csv_text(c, r->email);
        csv_text(c, r->subject ? "yes" : "no"), csv_text(c, r->subject), csv_text(c, r->blocked_at_ms ? "yes" : "no");
        csv_time(c, r->since_ms), csv_time(c, r->seen_at_ms), csv_i64(c, r->conversation);
        csv_end_row(c);
    }
    if (l->next) csv_more_text(c, l->next);
    return true;
}

static enum answer customers_csv(struct req *req, struct list *l)
{
    static const char *const names[] = { "id",      "shop",  "name",   "email",        "vouched", "subject",
                                         "blocked", "since", "seenAt", "conversation", NULL };
    return reply_csv(req, &(struct csv_list){ "customers", names, l->first, csv_page, l });
}

static enum answer run_customers(struct req *req)
{
    const struct get_customers *in = req->query;
    bool csv = csv_is_wanted(req, in->format);
    struct list l = { .search = in->search, .total = -1 };
    struct shop s;
    l.page = (struct customers_page){ .account = req->who.account,
                                      .shop = in->shop,
                                      .from_ms = in->from,
                                      .to_ms = in->to,
                                      .limit = csv ? CUSTOMERS_MAX : in->limit,
                                      .oldest = in->sort == SORT_OLDEST };
    if (in->search && in->sort != SORT_NEWEST) return reply_fields(req, "sort", "not_with_search");
    if (!read_place(in->after, &l)) return reply_fields(req, "after", "format");
    l.row = ARENA_ARRAY(req->arena, struct customer_row, (size_t)l.page.limit + CUSTOMERS_BY_ORDER);
    enum row row = in->shop == 0 ? ROW_FOUND : shops_owned(req->tx, req->who.account, in->shop, &s);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT) return reply_fault(req);
    if (csv) return customers_csv(req, &l);
    bool counts = l.first && !l.search;
    if (counts && !customers_count(req->tx, &l.page, &l.total, &l.more)) return reply_fault(req);
    return read_page(req->tx, &l) ? reply_json(req, 200, list_json, &l) : reply_fault(req);
}

/* ---- one of them ---- */

struct detail {
    struct customer_row c;
    int64_t browser[BROWSERS_MAX];
    size_t browsers;
    struct knowledge_order *order;
    size_t orders;
};

static void detail_json(struct json *j, const void *arg)
{
    const struct detail *d = arg;
    put_known(j, "customer", &d->c);
    json_i64(j, "browsers", (int64_t)d->browsers);
    json_array(j, "orders");
    for (size_t i = 0; i < d->orders; i++) customer_order_json(j, &d->order[i]);
    json_end(j);
}

/* Another account's is not there. With all browsers in which the shop vouches for the same customer. */
static enum answer theirs(struct req *req, struct detail *d)
{
    enum row row = customer_get(req->tx, req->who.account, ((const struct path_one *)req->path)->id, &d->c);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT) return reply_fault(req);
    size_t others = 0;
    d->browser[0] = d->c.id, d->browsers = 1;
    const struct identity who = { .shop = d->c.shop, .subject = d->c.subject };
    if (who.subject && !identity_others(req->tx, &who, d->c.id, d->browser + 1, BROWSERS_MAX - 1, &others))
        return reply_fault(req);
    d->browsers += others;
    return ANSWER_GO_ON;
}

/* Those of an address that was only typed are not shown: it may be anybody's. */
static enum answer run_customer(struct req *req)
{
    struct detail *d = ARENA_NEW(req->arena, struct detail);
    struct knowledge_source source;
    *d = (struct detail){ .orders = 0 };
    enum answer a = theirs(req, d);
    if (a != ANSWER_GO_ON) return a;
    if (d->c.subject && d->c.email[0]) {
        enum row row = knowledge_source_of(req->tx, req->who.account, d->c.shop, req->arena, &source);
        if (row == ROW_FAULT) return reply_fault(req);
        if (row == ROW_FOUND &&
            !source.orders_of(source.ctx, str_of(d->c.email), ORDERS_SHOWN, req->arena, &d->order, &d->orders))
            return reply_fault(req);
    }
    return reply_json(req, 200, detail_json, d);
}

struct talks {
    struct conversation *c;
    size_t count;
};

static void talks_json(struct json *j, const void *arg)
{
    const struct talks *t = arg;
    json_array(j, "conversations");
    for (size_t i = 0; i < t->count; i++) {
        const struct conversation *c = &t->c[i];
        json_object(j, NULL);
        json_i64(j, "id", c->id), json_text(j, "status", chat_status_name(c->status));
        json_time(j, "beganAt", c->created_at_ms), json_time(j, "lastAt", c->last_at_ms);
        json_i64(j, "messages", c->last_number), json_i64(j, "score", c->score);
        json_end(j);
    }
    json_end(j);
}

static enum answer run_talks(struct req *req)
{
    const struct get_talks *in = req->query;
    struct detail *d = ARENA_NEW(req->arena, struct detail);
    struct talks t = { .c = ARENA_ARRAY(req->arena, struct conversation, (size_t)in->limit) };
    enum row row;
    *d = (struct detail){ .orders = 0 };
    enum answer a = theirs(req, d);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &talks_of);
    bind_i64_list(&q, d->browser, d->browsers), bind_i64(&q, in->after), bind_i64(&q, in->limit);
    while ((row = query_next(&q)) == ROW_FOUND) {
        t.c[t.count] = conversation_brief(&q);
        t.c[t.count++].score = col_i64(&q, "score");
    }
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, talks_json, &t);
}

ROUTE_TAG(customers_tag, "Customers", "Visitors of whom it is known who they are.");

#define READS .verb = VERB_GET, .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Customers", PROBLEMS(&problem_not_found)

/* clang-format off */
const struct route chat_customers_routes[] = {
    { READS, .path = "/api/customers", QUERY_FIELDS(get_customers), .answer = list_shape, .run = run_customers,
      .doc = "Customers of the account's shops: who was seen last first; found ones the newest first." },
    { READS, .path = "/api/customers/:id", PATH_FIELDS(path_one), .answer = detail_shape, .run = run_customer,
      .doc = "A customer, and the orders of an address that the shop vouches for." },
    { READS, .path = "/api/customers/:id/conversations", PATH_FIELDS(path_one), QUERY_FIELDS(get_talks),
      .answer = talks_shape, .run = run_talks, .doc = "What was said with a customer, the newest conversation first." },
    ROUTE_END
};
/* clang-format on */
