/* papers_routes.c: papers are asked for, listed and printed.
 *
 * A PDF is drawn for each request, from what was frozen in its row, on the pool of slow work: .ask reads the row and
 * finds out whose it is, .prepare draws, .run sends it if it still may. Rejected: keeping the PDF (0.9 MB each with
 * Chinese fonts, for a paper that is looked at once or twice, when a hundred ms make the same bytes again). */
#include "billing/papers.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/csv.h"

enum { PAPERS_USUAL = 50, PAPERS_MAX = 100, FILE_NAME_MAX = PAPER_NUMBER_MAX + 4, RETRY_S = 5 };

static const struct problem problem_details_missing = { "invoice_details_missing", 409,
                                                        "Say first whom the invoice is made out to.",
                                                        "请先填写开票信息（发票抬头）。" };
static const struct problem problem_seller_missing = {
    "seller_missing", 409, "Invoices cannot be made yet: the operator has not said who sells.",
    "暂时无法开具：运营方尚未填写销售方信息。"
};
static const struct problem problem_not_paid = { "order_not_paid", 409, "An invoice is made for an order that is paid.",
                                                 "订单付款后才能开具发票。" };
static const struct problem problem_nothing_left = { "order_refunded", 409, "All of this order was refunded.",
                                                     "该订单已全额退款，无法开票。" };
static const struct problem problem_invoice_other = {
    "invoice_exists", 409,
    "There is an invoice with other details. It can be taken back by a credit note and replaced.",
    "该订单已按其他抬头开具。可先冲销原单据，再按新抬头重新开具。"
};
static const struct problem problem_invoice_often = { "invoice_too_often", 409,
                                                      "This order's invoice was replaced too often.",
                                                      "该订单更换发票的次数过多。" };

/* ---- how a paper is told ---- */

/* clang-format off */
static const struct shape paper_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("number"), SHAPE_ENUM("kind", paper_kind_names), SHAPE_TEXT("order"),
    SHAPE_TEXT("corrects", .nullable = true,
               .doc = "Of a credit note the paper that it takes from, of an invoice the one that it replaces."),
    SHAPE_TEXT("title", .doc = "Whom it is made out to; may be empty."),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money", .doc = "What had gone back when it was made."),
    SHAPE_TIME("issuedAt"), SHAPE_TEXT("url", .doc = "The PDF; ?lang=en or zh."), SHAPE_END
};
static const struct shape papers_shape[] = {
    SHAPE_LIST("invoices", paper_shape, .type_name = "Paper"), SHAPE_END
};
static const struct shape made_shape[] = {
    SHAPE_OBJECT("invoice", paper_shape, .type_name = "Paper"), SHAPE_END
};
static const struct shape house_paper_shape[] = {
    SHAPE_I64("account"), SHAPE_OBJECT("paper", paper_shape, .type_name = "Paper"), SHAPE_END
};
static const struct shape house_papers_shape[] = {
    SHAPE_LIST("invoices", house_paper_shape, .type_name = "HousePaper"), SHAPE_END
};
/* clang-format on */

static void members_json(struct json *j, const struct paper_row *r, const char *base)
{
    char url[128];
    (void)snprintf(url, sizeof url, "%s/%s.pdf", base, r->number); /* both are ours, and short */
    json_i64(j, "id", r->id);
    json_text(j, "number", r->number);
    json_text(j, "kind", paper_kind_names[r->kind - 1]);
    json_text(j, "order", r->order_number);
    json_text(j, "corrects", r->corrects ? r->corrected : NULL);
    json_text(j, "title", r->title);
    amount_json(j, "amount", r->amount);
    amount_json(j, "refunded", r->refunded);
    json_time(j, "issuedAt", r->issued_at_ms);
    json_text(j, "url", url);
}

static void made_json(struct json *j, const void *arg)
{
    json_object(j, "invoice");
    members_json(j, arg, "/api/billing/invoices");
    json_end(j);
}

/* ---- lists ---- */

struct get_papers {
    int64_t after, limit;
    const char *order;
};
static const struct field get_papers_fields[] = { FIELD_PAGE(struct get_papers, PAPERS_USUAL, PAPERS_MAX),
                                                  FIELD_TEXT(struct get_papers, order, .optional = true, .min = 1,
                                                             .max = ORDER_NUMBER_SIZE,
                                                             .doc = "Only of the order of this number."),
                                                  FIELD_END };
struct get_house_papers {
    int64_t after, limit, account;
    int format;
};
static const struct field get_house_papers_fields[] = { FIELD_PAGE(struct get_house_papers, PAPERS_USUAL, PAPERS_MAX),
                                                        FIELD_I64(struct get_house_papers, account, .optional = true,
                                                                  .min = 1, .max = INT64_MAX,
                                                                  .doc = "Only its papers."),
                                                        FIELD_FORMAT(struct get_house_papers), FIELD_END };

struct listed {
    struct paper_row row[PAPERS_MAX];
    size_t count;
};

static void list_json(struct json *j, const void *arg)
{
    const struct listed *l = arg;
    json_array(j, "invoices");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        members_json(j, &l->row[i], "/api/billing/invoices");
        json_end(j);
    }
    json_end(j);
}

static enum answer run_list(struct req *req)
{
    const struct get_papers *in = req->query;
    struct listed *l = ARENA_NEW(req->arena, struct listed);
    struct order o;
    enum row row = in->order ? orders_by_number(req->tx, in->order, false, &o) : ROW_NONE;
    bool own = row == ROW_FOUND && o.account == req->who.account;
    if (row == ROW_FAULT) return reply_fault(req);
    bool read = !in->order ? papers_page(req->tx, req->who.account, in->after, in->limit, l->row, &l->count)
                           : !own || papers_of_order(req->tx, &o, in->after, in->limit, l->row, &l->count);
    if (!read) return reply_fault(req);
    return reply_json(req, 200, list_json, l);
}

static void house_list_json(struct json *j, const void *arg)
{
    const struct listed *l = arg;
    json_array(j, "invoices");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        json_i64(j, "account", l->row[i].account);
        json_object(j, "paper");
        members_json(j, &l->row[i], "/api/operator/invoices");
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

struct csv_pages {
    int64_t account, after;
};

static void paper_csv(struct csv *c, const struct paper_row *r)
{
    char amount[MONEY_TEXT_SIZE], refunded[MONEY_TEXT_SIZE];
    money_text(r->amount, amount), money_text(r->refunded, refunded);
    csv_i64(c, r->id), csv_text(c, r->number), csv_text(c, paper_kind_names[r->kind - 1]), csv_time(c, r->issued_at_ms);
    csv_i64(c, r->seller), csv_i64(c, r->year), csv_i64(c, r->seq), csv_i64(c, r->account);
    csv_text(c, r->title), csv_text(c, r->order_number), csv_text(c, r->corrects ? r->corrected : "");
    csv_text(c, currency_code(money_currency(r->amount)));
    csv_text(c, amount), csv_text(c, refunded);
    csv_end_row(c);
}

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct csv_pages *pages = arg;
    struct listed *l = ARENA_NEW(req->arena, struct listed);
    if (!papers_page(req->tx, pages->account, pages->after, PAPERS_MAX, l->row, &l->count)) return false;
    for (size_t i = 0; i < l->count; i++) {
        pages->after = l->row[i].id;
        paper_csv(c, &l->row[i]);
    }
    if (l->count == PAPERS_MAX) csv_more_i64(c, req, pages->after);
    return true;
}

static enum answer run_house_list(struct req *req)
{
    /* clang-format off */
    static const char *const names[] = { "id", "number", "kind", "issuedAt", "series", "year", "numberInYear",
                                         "account", "title", "order", "corrects", "currency", "amount", "refunded",
                                         NULL };
    /* clang-format on */
    const struct get_house_papers *in = req->query;
    struct csv_pages pages = { in->account, in->after };
    if (csv_is_wanted(req, in->format))
        return reply_csv(req, &(struct csv_list){ "invoices", names, in->after == INT64_MAX, csv_page, &pages });
    struct listed *l = ARENA_NEW(req->arena, struct listed);
    if (!papers_page(req->tx, in->account, in->after, in->limit, l->row, &l->count)) return reply_fault(req);
    return reply_json(req, 200, house_list_json, l);
}

/* ---- an invoice is asked for ---- */

struct path_order {
    const char *number;
};
static const struct field path_order_fields[] = {
    FIELD_TEXT(struct path_order, number, .min = 1, .max = ORDER_NUMBER_SIZE, .doc = "The order's number."), FIELD_END
};
struct post_invoice {
    bool replace;
};
static const struct field post_invoice_fields[] = {
    FIELD_BOOL(struct post_invoice, replace, .optional = true,
               .doc = "Take an invoice with other details back by a credit note, and make a new one."),
    FIELD_END
};

static void trail_json(struct json *j, const void *arg)
{
    const struct paper_row *r = arg;
    json_text(j, "number", r->number);
    json_text(j, "order", r->order_number);
    json_text(j, "title", r->title);
}

static enum answer answer_made(struct req *req, enum papers_invoiced done, const struct order *o,
                               const struct paper_row *r)
{
    switch (done) {
    case PAPERS_FAULT: return reply_fault(req);
    case PAPERS_NOTHING: return reply_problem(req, &problem_nothing_left);
    case PAPERS_TOO_MANY: return reply_problem(req, &problem_invoice_often);
    case PAPERS_OTHER: reply_fact_text(req, "number", r->number); return reply_problem(req, &problem_invoice_other);
    case PAPERS_SAME: return reply_json(req, 201, made_json, r); /* as when it was made */
    case PAPERS_MADE: break;
    }
    if (!audit_request(req, AUDIT_invoice_made, o->account, "order", o->id, trail_json, r)) return reply_fault(req);
    return order_tell(req->tx, o) ? reply_json(req, 201, made_json, r) : reply_fault(req);
}

static enum answer run_invoice(struct req *req)
{
    const struct post_invoice *in = req->body;
    struct order o;
    struct payment paid;
    struct profile profile;
    struct seller seller;
    struct paper_row made;
    enum row row = orders_by_number(req->tx, ((const struct path_order *)req->path)->number, true, &o);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || o.account != req->who.account) return reply_problem(req, &problem_not_found);
    if (o.state == ORDER_GIVEN_BACK) return reply_problem(req, &problem_nothing_left);
    if (o.state != ORDER_DELIVERED || o.paid_by == 0) return reply_problem(req, &problem_not_paid);
    row = profile_get(req->tx, o.account, &profile);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_details_missing);
    row = seller_now(req->tx, &seller);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_seller_missing);
    if (payment_get(req->tx, o.paid_by, true, &paid) != ROW_FOUND) return reply_fault(req);
    const struct papers_wish wish = { .order = &o,
                                      .paid = &paid,
                                      .buyer = &profile.party,
                                      .replace = in->replace,
                                      .actor = req->who.person,
                                      .now_ms = req->now_ms };
    enum papers_invoiced done = papers_invoice(req->tx, &wish, &made);
    return answer_made(req, done, &o, &made);
}

/* ---- printed ---- */

static const char *const lang_names[] = { "en", "zh", NULL };
static_assert(LANG_EN == 0 && LANG_ZH == 1, "lang_names");

struct path_paper {
    const char *paper;
};
static const struct field path_paper_fields[] = { FIELD_TEXT(struct path_paper, paper, .min = 1, .max = FILE_NAME_MAX,
                                                             .doc = "The paper's number and .pdf."),
                                                  FIELD_END };
struct get_paper {
    int lang;
};
static const struct field get_paper_fields[] = { FIELD_ENUM(struct get_paper, lang, lang_names, .optional = true,
                                                            .fallback = -1, .doc = "Absent: the caller's language."),
                                                 FIELD_END };

struct printed {
    const char *number, *content;
    struct str pdf;
};

/* The number in "NUMBER.pdf"; NULL: another ending. */
static const char *number_in(struct arena *a, const char *file)
{
    static const char end[] = ".pdf";
    size_t n = strlen(file), tail = sizeof end - 1;
    return n > tail && text_eq(file + n - tail, end) ? arena_text_n(a, file, n - tail) : NULL;
}

static enum answer find(struct req *req, int64_t account, struct paper_row *r)
{
    const char *number = number_in(req->arena, ((const struct path_paper *)req->path)->paper);
    enum row row = number ? papers_by_number(req->tx, number, account, r) : ROW_NONE;
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_not_found);
}

static enum answer ask(struct req *req, int64_t account)
{
    struct paper_row r = { .id = 0 };
    enum answer a = find(req, account, &r);
    if (a != ANSWER_GO_ON) return a;
    struct printed *p = ARENA_NEW(req->arena, struct printed);
    p->number = arena_text(req->arena, r.number), p->content = arena_text(req->arena, r.content);
    req->prepared = p;
    return ANSWER_GO_ON;
}

static enum answer ask_own(struct req *req)
{
    assert(req->who.account > 0);
    return ask(req, req->who.account);
}

static enum answer ask_any(struct req *req) { return ask(req, 0); }

static enum answer prepare_paper(struct req *req)
{
    struct printed *p = req->prepared;
    int wanted = ((const struct get_paper *)req->query)->lang;
    struct arena *a = arena_new(JSON_READ_MAX_BYTES);
    struct paper paper;
    struct buf b;
    size_t unknown = 0;
    enum paper_drawn drawn = PAPER_FAULT;
    buf_init(&b, PAPER_BYTES_MAX);
    if (paper_read(a, str_of(p->content), &paper))
        drawn = paper_draw(&paper, wanted < 0 ? req->lang : (enum lang)wanted, &b, &unknown);
    else LOG(LOG_ERROR, "paper_not_read", LOG_TEXT("number", p->number));
    if (unknown > 0)
        LOG(LOG_WARN, "paper_without_glyphs", LOG_TEXT("number", p->number), LOG_NUMBER("missing", (int64_t)unknown));
    if (drawn == PAPER_DRAWN) p->pdf = (struct str){ arena_copy(req->arena, b.p, b.n), b.n };
    buf_free(&b);
    arena_free(a);
    if (drawn == PAPER_TOO_LONG)
        return reply_later(req, &problem_busy, RETRY_S); /* what is kept fits: it took too long */
    return drawn == PAPER_DRAWN ? ANSWER_GO_ON : ANSWER_FAULT;
}

static enum answer send(struct req *req, int64_t account)
{
    const struct printed *p = req->prepared;
    struct paper_row r;
    enum answer a = find(req, account, &r);
    if (a != ANSWER_GO_ON) return a;
    a = reply_text(req, 200, "application/pdf", p->pdf);
    reply_header(req, "Content-Disposition", arena_printf(req->arena, "attachment; filename=\"%s.pdf\"", p->number));
    reply_header(req, "Cache-Control", "private, no-store");
    return a;
}

static enum answer run_own(struct req *req) { return send(req, req->who.account); }

static enum answer run_any(struct req *req) { return send(req, 0); }

static const struct limit print_limit = { .name = "billing_papers", .burst = 60, .per_ms = MINUTE_MS };

ROUTE_TAG(papers_tag, "Papers", "Receipts, invoices and credit notes, and what stands on them.");

/* clang-format off */
const struct route billing_paper_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/invoices", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Papers",
      QUERY_FIELDS(get_papers), .answer = papers_shape, .run = run_list,
      .doc = "Receipts, invoices and credit notes of the account, newest first." },
    { .verb = VERB_POST, .path = "/api/billing/orders/:number/invoice", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Papers", .idempotent = true, PATH_FIELDS(path_order), BODY_FIELDS(post_invoice), .body_optional = true,
      .answer = made_shape, .status = 201, .run = run_invoice,
      PROBLEMS(&problem_not_found, &problem_not_paid, &problem_nothing_left, &problem_details_missing,
               &problem_seller_missing, &problem_invoice_other, &problem_invoice_often),
      .doc = "Make the invoice of an order that is paid, made out as the profile says. Asked again: the same one." },
    { .verb = VERB_GET, .path = "/api/billing/invoices/:paper", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Papers",
      PATH_FIELDS(path_paper), QUERY_FIELDS(get_paper), .account_limit = &print_limit, .slow = true, .ask = ask_own,
      .prepare = prepare_paper, .run = run_own, PROBLEMS(&problem_not_found),
      .doc = "A paper as PDF, by its number and .pdf: the same bytes each time." },
    { .verb = VERB_GET, .path = "/api/operator/invoices", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Papers",
      QUERY_FIELDS(get_house_papers), .answer = house_papers_shape, .run = run_house_list,
      .doc = "Papers of all accounts, newest first; also as CSV." },
    { .verb = VERB_GET, .path = "/api/operator/invoices/:paper", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Papers",
      PATH_FIELDS(path_paper), QUERY_FIELDS(get_paper), .account_limit = &print_limit, .slow = true, .ask = ask_any,
      .prepare = prepare_paper, .run = run_any, PROBLEMS(&problem_not_found),
      .doc = "Anybody's paper as PDF." },
    ROUTE_END
};
/* clang-format on */
