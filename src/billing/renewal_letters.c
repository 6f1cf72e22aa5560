/* renewal_letters.c: the letter about a plan that has gone on from credits: what was taken, what is left, until when it
 * runs; one for each renewal, in its transaction. It costs a fifth of a renewal and more (docs/performance.md), so an
 * account may do without it: a row says that it wants none. Chats that credits pay for month by month have no such
 * letter: there are more of them, and their owner sees each in the ledger. What is written when a chat is not paid for
 * any more is tenants' (tenants/renewal_letters.c): it is said whoever paid, by a folder that knows no plans. */
#include "billing/plans.h"

STMT(is_quiet, "SELECT account FROM quiet_renewals WHERE account = ?1");
STMT(be_quiet, "INSERT INTO quiet_renewals (account, at_ms) VALUES (?1, ?2) ON CONFLICT (account) DO NOTHING");
STMT(speak_again, "DELETE FROM quiet_renewals WHERE account = ?1");

static const struct letter plan_renewed = {
    .kind = "plan_renewed",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>"), LETTER_SLOT_TEXT("plan", "Pro"),
              LETTER_SLOT_NUMBER("price", 600), LETTER_SLOT_NUMBER("have", 20),
              LETTER_SLOT_DAY("date", INT64_C(1795320000000)),
              LETTER_SLOT_LINK("link", "https://chat.example/billing/plan") },
    .en = { "The plan of {shop} was renewed until {date}",
            "Hello,\n\nthe plan {plan} of {shop} was renewed from your credits, as you have set it: it now runs until "
            "{date}. Credits taken: {price}. Credits left: {have}.\n\nOn the page of the plan you can switch off "
            "that it renews by itself, and these letters.\n\n[See the plan]{link}" },
    .zh = { "“{shop}”的套餐已续费至{date}",
            "您好：\n\n店铺“{shop}”的套餐“{plan}”已按您的设置用积分自动续费，有效期延长至{date}（含当天）。本次使用 "
            "{price} 积分，余额 {have} "
            "积分。\n\n您可以在套餐页面关闭自动续费，或不再接收此类邮件。\n\n[查看套餐]{link}" },
};
const struct letter *const billing_renewal_letters[] = { &plan_renewed, NULL };

/* ROW_FOUND: it wants none. */
static enum row quiet(struct tx *tx, int64_t account)
{
    struct query q = query(tx, &is_quiet);
    bind_i64(&q, account);
    return query_row(&q);
}

bool plan_renewed_letter(struct tx *tx, const struct shop *s, const struct shop_plan *p, struct credits taken,
                         struct credits left)
{
    struct plan_letter_head h;
    enum row row = quiet(tx, p->account);
    if (row != ROW_NONE) return row == ROW_FOUND;
    row = plan_letter_begin(tx, s, p, &h);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const struct letter_value price = LETTER_VALUE_NUMBER("price", credits_count(taken)),
                              have = LETTER_VALUE_NUMBER("have", credits_count(left)), end = LETTER_END;
    const struct letter_value values[] = { h.shop, h.plan, price, have, h.date, h.link, end };
    return letter_put(tx, billing_settings.mail, &plan_renewed, &h.to, values);
}

/* ---- GET, PUT /api/billing/renewal-letters ---- */

struct put_renewal_letters {
    bool on;
};
/* clang-format off */
static const struct field put_renewal_letters_fields[] = {
    FIELD_BOOL(struct put_renewal_letters, on, .doc = "false: none from now on."), FIELD_END };
static const struct shape renewal_letters_shape[] = {
    SHAPE_BOOL("on", .doc = "The account's owner is written to when a plan was renewed from credits."), SHAPE_END };
/* clang-format on */

static void on_json(struct json *j, const void *arg) { json_bool(j, "on", *(const bool *)arg); }

static enum answer run_get(struct req *req)
{
    enum row row = quiet(req->tx, req->who.account);
    bool on = row == ROW_NONE;
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, on_json, &on);
}

static enum answer run_put(struct req *req)
{
    bool on = ((const struct put_renewal_letters *)req->body)->on;
    int64_t account = req->who.account;
    struct query q = query(req->tx, on ? &speak_again : &be_quiet);
    bind_i64(&q, account);
    if (!on) bind_i64(&q, req->now_ms);
    int64_t changed = query_change(&q);
    if (changed < 0) return reply_fault(req);
    if (changed > 0 && !audit_request(req, AUDIT_renewal_letters_changed, account, "account", account, on_json, &on))
        return reply_fault(req);
    return reply_json(req, 200, on_json, &on);
}

/* clang-format off */
const struct route billing_renewal_letter_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/renewal-letters", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Plans",
      .answer = renewal_letters_shape, .run = run_get,
      .doc = "Whether the account's owner gets a letter for each plan that was renewed from credits." },
    { .verb = VERB_PUT, .path = "/api/billing/renewal-letters", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Plans",
      BODY_FIELDS(put_renewal_letters), .answer = renewal_letters_shape, .run = run_put,
      .doc = "Switch these letters on or off." },
    ROUTE_END
};
/* clang-format on */
