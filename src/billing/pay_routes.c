/* pay_routes.c: a buyer pays, says that it was paid, or gives it up. The provider is spoken to by a job, for which the
 * answer waits a little; whoever is impatient reads the order. Nothing that a browser says makes an order paid: not the
 * address that it comes back to, and not "I have paid", which only asks the provider. */
#include "billing/plans.h"

enum { WAIT_MS = 10000, PROVIDER_NAME_MAX = 20 };
#define LINK_MS (4 * MINUTE_MS) /* so long an address of WeChat Pay's for phones is given out again: it lives five */
#define BEGINNING_MS MINUTE_MS  /* so long one that is begun may still get its address */

static const struct problem problem_order_not_open = {
    "order_not_open", 409, "This order is paid, closed or being closed: nothing can be paid for it.",
    "该订单已支付、已关闭或正在关闭，无法再付款。"
};
static const struct problem problem_order_processing = {
    "order_processing", 409, "A payment of this order is on its way and cannot be called back.",
    "该订单的付款正在处理中，无法取消。"
};
static const struct problem problem_payments_too_many = {
    "payments_too_many", 409, "This order was begun to be paid too often. Give it up and order again.",
    "该订单发起付款的次数过多，请取消后重新下单。"
};
static const struct problem problem_nothing_owed = { "nothing_owed", 409, "Nothing of this order waits to be set up.",
                                                     "该订单没有待开通的服务。" };
static const struct problem problem_provider_unfit = { "provider_unfit", 422, "This order cannot be paid in this way.",
                                                       "该订单不支持此付款方式。" };

struct pay_body {
    const char *provider, *way;
};
/* clang-format off */
static const struct field pay_body_fields[] = {
    FIELD_TEXT(struct pay_body, provider, .min = 1, .max = PROVIDER_NAME_MAX, .doc = "One of those that are offered."),
    FIELD_TEXT(struct pay_body, way, .optional = true, .min = 1, .max = PROVIDER_NAME_MAX,
               .doc = "One of the provider's ways; absent: the one for this browser."),
    FIELD_END };
static const struct shape paying_shape[] = {
    SHAPE_OBJECT("order", order_view_shape, .type_name = "Order"),
    SHAPE_OBJECT("payment", order_payment_shape, .type_name = "OrderPayment"),
    SHAPE_TEXT("url", .nullable = true, .doc = "Where the buyer goes to pay."),
    SHAPE_TEXT("scan", .nullable = true, .doc = "What the code says that a phone scans."),
    SHAPE_TEXT("qr", .nullable = true, .doc = "That code, as SVG."),
    SHAPE_END };
/* clang-format on */

/* ---- what is answered ---- */

struct paying {
    struct order_view view;
    struct payment p;
    const char *qr;
};

static void paying_json(struct json *j, const void *arg)
{
    const struct paying *s = arg;
    bool open = s->p.state == PAYMENT_OPEN;
    json_object(j, "order");
    order_view_json(j, &s->view);
    json_end(j);
    json_object(j, "payment");
    order_payment_json(j, &s->p);
    json_end(j);
    json_text(j, "url", open && s->p.url[0] ? s->p.url : NULL);
    json_text(j, "scan", open && s->p.scan[0] ? s->p.scan : NULL);
    json_text(j, "qr", open ? s->qr : NULL);
}

static enum answer show_paying(struct req *req, int status, const struct order *o, const struct payment *p)
{
    struct paying *s = ARENA_NEW(req->arena, struct paying);
    s->p = *p;
    if (p->scan[0]) s->qr = qr_svg(req->arena, str_of(p->scan));
    if (!order_view_read(req->tx, o, req->now_ms, &s->view)) return reply_fault(req);
    return reply_json(req, status, paying_json, s);
}

static enum answer show_order(struct req *req, int status, const struct order *o)
{
    struct order_view *v = ARENA_NEW(req->arena, struct order_view);
    if (!order_view_read(req->tx, o, req->now_ms, v)) return reply_fault(req);
    return reply_json(req, status, order_view_json, v);
}

static enum answer own_order(struct req *req, bool lock, struct order *o)
{
    enum row row = order_of_caller(req, lock, o);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_NONE ? reply_problem(req, &problem_not_found) : ANSWER_GO_ON;
}

/* Asked before what the job writes is read: each statement sees what was committed before it, so a job that ends
 * between the two would be over, and not yet have done anything. */
static enum row job_is_live(struct req *req, bool *live)
{
    struct job_row job;
    enum row row = jobs_get(req->tx, req->job, &job);
    *live = row == ROW_FOUND && job_row_is_live(&job);
    return row;
}

/* ---- pay ---- */

static bool is_phone(const struct req *req)
{
    const char *agent = req->user_agent ? req->user_agent : "";
    return strstr(agent, "Mobile") || strstr(agent, "Android") || strstr(agent, "iPhone");
}

static const char *way_of(const struct req *req, const struct provider *p, const char *asked)
{
    if (!asked) return p->way_for(is_phone(req));
    for (const char *const *way = p->ways; *way; way++)
        if (text_eq(*way, asked)) return *way;
    return NULL;
}

/* What was begun is gone on with: a second address for one payment, not a second payment. */
static const struct payment *begun_before(const struct payment *all, size_t count, const char *provider,
                                          const char *way, int64_t now_ms)
{
    for (size_t i = count; i-- > 0;)
        if (all[i].state == PAYMENT_OPEN && text_eq(all[i].provider, provider) && text_eq(all[i].way, way) &&
            all[i].expires_at_ms > now_ms + MINUTE_MS)
            return &all[i];
    return NULL;
}

/* WeChat Pay is told the buyer's address with such a one, and refuses another address under the same number; a phone
 * changes its address any time. So it is begun once, and what was begun long ago is left for another payment of the
 * order. Rejected: to keep the first address for a second call (it is somebody's, and the page that it opens would
 * refuse the present one). */
static bool begins_once(const struct payment *p) { return text_eq(p->way, "h5"); }

static bool is_stale(const struct payment *p, int64_t now_ms)
{
    return begins_once(p) && now_ms - p->started_at_ms >= LINK_MS;
}

static int64_t begin(struct req *req, struct order *o, struct payment *p)
{
    const char *lang = req->lang == LANG_ZH ? "zh-CN" : "en";
    const char *address = text_eq(p->way, "h5") ? req->client_ip : "";
    p->url = p->scan = p->error = "";
    p->started_at_ms = req->now_ms;
    if (!payment_save(req->tx, p, req->now_ms)) return -1;
    order_look_soon(o, req->now_ms);
    if (!order_save(req->tx, o, req->now_ms)) return -1;
    return payment_start_put(req->tx, p, arena_printf(req->arena, "%s %s", lang, address));
}

static enum answer pay(struct req *req, struct order *o, const struct provider *provider, const char *way)
{
    struct payment *all = ARENA_ARRAY(req->arena, struct payment, PAYMENTS_OF_ORDER_MAX), p;
    size_t count;
    if (!payments_of(req->tx, o->id, all, &count)) return reply_fault(req);
    const struct payment *before = begun_before(all, count, provider->name, way, req->now_ms);
    if (before && (before->url[0] || before->scan[0]) && !is_stale(before, req->now_ms))
        return show_paying(req, 200, o, before);
    if (before && begins_once(before)) {
        bool waits = !before->url[0] && req->now_ms - before->started_at_ms < BEGINNING_MS;
        if (waits) return show_paying(req, 202, o, before); /* its job is at it */
        before = NULL;
    }
    if (!before && count == PAYMENTS_OF_ORDER_MAX) return reply_problem(req, &problem_payments_too_many);
    if (before) {
        p = *before;
    } else {
        int64_t least_ms = req->now_ms + provider->least_ms;
        p = (struct payment){ .order = o->id,
                              .account = o->account,
                              .provider = provider->name,
                              .way = way,
                              .amount = o->amount,
                              .expires_at_ms = o->expires_at_ms > least_ms ? o->expires_at_ms : least_ms };
        if (!payment_insert(req->tx, &p, req->now_ms)) return reply_fault(req);
    }
    int64_t job = begin(req, o, &p);
    if (job < 0) return reply_fault(req);
    enum answer a = show_paying(req, 202, o, &p);
    reply_wait(req, job);
    return a;
}

/* Nobody pays for what stays off. What was paid in that moment all the same is delivered (plan_deliver). */
static enum answer refuse_suspended(struct req *req, const struct order *o)
{
    struct shop shop;
    if (o->shop == 0) return ANSWER_GO_ON;
    enum row row = shops_get(req->tx, o->shop, &shop);
    if (row == ROW_FAULT) return reply_fault(req);
    bool suspended = row == ROW_FOUND && shop.status == SHOP_SUSPENDED;
    return suspended ? reply_problem(req, &problem_shop_suspended) : ANSWER_GO_ON;
}

static enum answer run_pay(struct req *req)
{
    const struct pay_body *in = req->body;
    const struct provider *provider = provider_named(in->provider);
    struct order o;
    enum answer a = own_order(req, true, &o);
    if (a != ANSWER_GO_ON) return a;
    if (!provider || !provider->ready()) return reply_fields(req, "provider", "not_one_of");
    const char *way = way_of(req, provider, in->way);
    if (!way) return reply_fields(req, "way", "not_one_of");
    if (!provider->takes(o.amount)) return reply_problem(req, &problem_provider_unfit);
    if (o.state != ORDER_OPEN || o.closing || o.expires_at_ms <= req->now_ms)
        return reply_problem(req, &problem_order_not_open);
    a = refuse_suspended(req, &o);
    return a == ANSWER_GO_ON ? pay(req, &o, provider, way) : a;
}

static enum answer resume_pay(struct req *req)
{
    struct order o;
    struct payment *all = ARENA_ARRAY(req->arena, struct payment, PAYMENTS_OF_ORDER_MAX);
    const struct pay_body *in = req->body;
    size_t count;
    bool live;
    if (job_is_live(req, &live) == ROW_FAULT) return reply_fault(req);
    enum answer a = own_order(req, false, &o);
    if (a != ANSWER_GO_ON) return a;
    if (!payments_of(req->tx, o.id, all, &count)) return reply_fault(req);
    for (size_t i = count; i-- > 0;) {
        if (!text_eq(all[i].provider, in->provider) || (in->way && !text_eq(all[i].way, in->way))) continue;
        bool known = all[i].url[0] || all[i].scan[0] || all[i].state != PAYMENT_OPEN;
        return known || !live ? show_paying(req, known ? 200 : 202, &o, &all[i]) : ANSWER_WAIT;
    }
    return reply_fault(req);
}

/* ---- "I have paid", and giving it up ---- */

static enum answer show_ended(struct req *req, bool wanted_end)
{
    struct order o;
    bool live;
    if (job_is_live(req, &live) == ROW_FAULT) return reply_fault(req);
    enum answer a = own_order(req, false, &o);
    if (a != ANSWER_GO_ON) return a;
    if (live && !(wanted_end && o.state != ORDER_OPEN)) return ANSWER_WAIT;
    return show_order(req, 200, &o);
}

static enum answer resume_check(struct req *req) { return show_ended(req, false); }
static enum answer resume_cancel(struct req *req) { return show_ended(req, true); }

/* All that may have been paid are asked about; the answer waits for the newest. */
static bool ask_all(struct req *req, const struct order *o, int64_t *job)
{
    struct payment *all = ARENA_ARRAY(req->arena, struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count;
    *job = 0;
    if (!payments_of(req->tx, o->id, all, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        if (all[i].started_at_ms == 0 || all[i].state == PAYMENT_PAID) continue;
        int64_t id = payment_look_put(req->tx, &all[i]);
        if (id < 0) return false;
        *job = id;
    }
    return true;
}

static enum answer run_check(struct req *req)
{
    struct order o;
    int64_t job = 0;
    enum answer a = own_order(req, true, &o);
    if (a != ANSWER_GO_ON) return a;
    bool settled = o.state == ORDER_DELIVERED || o.state == ORDER_GIVEN_BACK;
    if (!settled && !ask_all(req, &o, &job)) return reply_fault(req);
    a = show_order(req, job ? 202 : 200, &o);
    if (job) reply_wait(req, job);
    return a;
}

static enum answer run_cancel(struct req *req)
{
    struct order o;
    struct payment *all = ARENA_ARRAY(req->arena, struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count;
    bool begun = false;
    enum answer a = own_order(req, true, &o);
    if (a != ANSWER_GO_ON) return a;
    if (o.state == ORDER_PROCESSING) return reply_problem(req, &problem_order_processing);
    if (o.state == ORDER_CLOSED) return show_order(req, 200, &o);
    if (o.state != ORDER_OPEN) return reply_problem(req, &problem_order_not_open);
    if (!payments_of(req->tx, o.id, all, &count)) return reply_fault(req);
    for (size_t i = 0; i < count; i++)
        begun |= (all[i].state == PAYMENT_OPEN || all[i].state == PAYMENT_FAILED) && all[i].started_at_ms > 0;
    if (!begun) {
        if (!order_close_here(req->tx, &o, "given up", req->who.person, req->now_ms)) return reply_fault(req);
        return show_order(req, 200, &o);
    }
    o.closing = true;
    if (!order_save(req->tx, &o, req->now_ms)) return reply_fault(req);
    int64_t job = order_close_put(req->tx, &o);
    if (job < 0) return reply_fault(req);
    a = show_order(req, 202, &o);
    reply_wait(req, job);
    return a;
}

/* ---- what was paid is tried again now ---- */

static enum answer run_reprovision(struct req *req)
{
    struct order_view *v = ARENA_NEW(req->arena, struct order_view);
    struct order o;
    struct shop shop;
    enum answer a = own_order(req, true, &o);
    if (a != ANSWER_GO_ON) return a;
    if (o.shop == 0) return reply_problem(req, &problem_nothing_owed);
    enum row row = shops_owned_locked(req->tx, o.account, o.shop, &shop);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_nothing_owed); /* the shop was deleted */
    if (!order_view_read(req->tx, &o, req->now_ms, v)) return reply_fault(req);
    if (!v->reprovision) return reply_problem(req, &problem_nothing_owed);
    if (!plan_switch_on(req->tx, &shop, 0, req->now_ms)) return reply_fault(req);
    return show_order(req, 200, &o);
}

static const struct limit pay_limit = { .name = "payments", .burst = 60, .per_ms = 10 * MINUTE_MS };

/* clang-format off */
const struct route billing_pay_routes[] = {
    { .verb = VERB_POST, .path = "/api/billing/orders/:number/pay", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Orders", .idempotent = true, .account_limit = &pay_limit, PATH_FIELDS(order_path), BODY_FIELDS(pay_body),
      .answer = paying_shape, .wait_ms = WAIT_MS, .run = run_pay, .resume = resume_pay,
      PROBLEMS(&problem_not_found, &problem_order_not_open, &problem_payments_too_many, &problem_provider_unfit,
               &problem_shop_suspended),
      .doc = "Begin to pay an order, or go on. 202: the provider has not answered yet; ask again." },
    { .verb = VERB_POST, .path = "/api/billing/orders/:number/check", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Orders", .idempotent = true, .account_limit = &pay_limit, PATH_FIELDS(order_path),
      .answer = order_view_shape, .wait_ms = WAIT_MS, .run = run_check, .resume = resume_check,
      PROBLEMS(&problem_not_found), .doc = "\"I have paid\": asks the provider. 202: it has not answered yet." },
    { .verb = VERB_POST, .path = "/api/billing/orders/:number/cancel", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Orders", .idempotent = true, .account_limit = &pay_limit, PATH_FIELDS(order_path),
      .answer = order_view_shape, .wait_ms = WAIT_MS, .run = run_cancel, .resume = resume_cancel,
      PROBLEMS(&problem_not_found, &problem_order_not_open, &problem_order_processing),
      .doc = "Give an order up: it is closed at the providers, and then here. 202: that is under way." },
    { .verb = VERB_POST, .path = "/api/billing/orders/:number/reprovision", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Orders", .idempotent = true, .account_limit = &pay_limit, PATH_FIELDS(order_path),
      .answer = order_view_shape, .run = run_reprovision, PROBLEMS(&problem_not_found, &problem_nothing_owed),
      .doc = "Try now to switch on the chat of an order that is paid. It is tried by itself, too." },
    ROUTE_END
};
/* clang-format on */
