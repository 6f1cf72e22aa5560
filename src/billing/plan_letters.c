/* plan_letters.c: what we write before a plan or a trial ends: 7, 3 and 1 days before, and, where it would go on by
 * itself, that the credits for it are missing. What comes after the end tenants' own letters say. */
#include "billing/plans.h"

/* As bad as a name of a shop can be: previews show that it stays text. */
#define SHOP LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>")
#define PLAN LETTER_SLOT_TEXT("plan", "Pro")
#define DAYS LETTER_SLOT_NUMBER("days", 3)
#define DATE LETTER_SLOT_DAY("date", INT64_C(1795320000000))
#define LINK LETTER_SLOT_LINK("link", "https://chat.example/billing")

static const struct letter plan_ends_letter = {
    .kind = "plan_ends_soon",
    .slot = { SHOP, PLAN, DAYS, DATE, LINK },
    .en = { "The plan of {shop} ends on {date}",
            "Hello,\n\nthe last day of the plan {plan} of {shop} is {date}. Days left: {days}.\n\nWhoever renews "
            "before "
            "then loses none of them: the new days begin where the present ones end.\n\n[Renew]{link}" },
    .zh = { "“{shop}”的套餐将于{date}到期",
            "您好：\n\n店铺“{shop}”的套餐“{plan}”有效期至{date}（含当天），剩余 {days} 天。\n\n"
            "提前续费不会损失剩余天数：新的时间从当前到期日开始计算。\n\n[去续费]{link}" },
};
static const struct letter trial_ends_letter = {
    .kind = "trial_ends_soon",
    .slot = { SHOP, PLAN, DAYS, DATE, LINK },
    .en = { "The free trial of {shop} ends on {date}",
            "Hello,\n\nthe last day of the free trial of the plan {plan} for {shop} is {date}. Days left: "
            "{days}.\n\nNothing is charged by itself. Choose a plan before then, and the chat goes on without a "
            "break.\n\n[See the "
            "plans]{link}" },
    .zh = { "“{shop}”的免费试用将于{date}结束",
            "您好：\n\n店铺“{shop}”的“{plan}”免费试用的最后一天是{date}，剩余 {days} 天。\n\n"
            "系统不会自动扣费。请在此之前选择套餐，客服即可不间断使用。\n\n[查看套餐]{link}" },
};
static const struct letter plan_short_letter = {
    .kind = "plan_renewal_short",
    .slot = { SHOP, PLAN, LETTER_SLOT_NUMBER("price", 600), LETTER_SLOT_NUMBER("have", 20), DATE, LINK },
    .en = { "Top up by {date}, or the plan of {shop} is not renewed",
            "Hello,\n\nthe last day of what {shop} has now is {date}. It is to go on from your credits with the plan "
            "{plan}. That costs {price} credits; your balance is {have}.\n\nTop up before then, and it renews by "
            "itself.\n\n[Top up]{link}" },
    .zh = { "请在{date}前充值，否则“{shop}”的套餐无法续费",
            "您好：\n\n店铺“{shop}”的当前套餐有效期至{date}（含当天），届时将用积分自动续费为套餐“{plan}”。续费需要 "
            "{price} 积分，您的余额为 {have} 积分。\n\n请在此之前充值，系统会自动续费。\n\n[去充值]{link}" },
};
static const struct letter plan_gone_letter = {
    .kind = "plan_renewal_gone",
    .slot = { SHOP, PLAN, DAYS, DATE, LINK },
    .en = { "The plan of {shop} ends on {date}: it cannot be renewed as you wished",
            "Hello,\n\nthe plan {plan} of {shop} was to be renewed from your credits. What it was to be renewed as is "
            "not sold any more in that way, so nothing is taken, and its last day is {date}. Days left: "
            "{days}.\n\nChoose before then what it shall go on as, and the chat goes on without a break.\n\n[Choose a "
            "plan]{link}" },
    .zh = { "“{shop}”的套餐将于{date}到期，无法按您的选择续费",
            "您好：\n\n店铺“{shop}”的套餐“{plan}"
            "”原定用积分自动续费，但所选的续费套餐已不再按此方式出售，因此不会扣除积分，"
            "套餐有效期至{date}（含当天），剩余 {days} 天。\n\n"
            "请在此之前重新选择套餐，客服即可不间断使用。\n\n[选择套餐]{link}" },
};
static const struct letter plan_end_set_letter = {
    .kind = "plan_end_set",
    .slot = { SHOP, PLAN, DATE, LETTER_SLOT_TEXT("appeal", "help@chat.example"), LINK },
    .en = { "The plan of {shop} now ends on {date}",
            "Hello,\n\nwe have changed the end of the plan {plan} of {shop}: its last day is {date}. Nothing was "
            "charged or given back for it. {appeal}\n\n[See the plan]{link}" },
    .zh = { "“{shop}”的套餐到期日已改为{date}", "您好：\n\n我们更改了店铺“{shop}”的套餐“{plan}”的到期日：有效期至{date}"
                                                "（含当天）。此次更改没有收费，也没有退款。{appeal}\n\n"
                                                "[查看套餐]{link}" },
};
const struct letter *const billing_plan_letters[] = { &plan_ends_letter, &trial_ends_letter,   &plan_short_letter,
                                                      &plan_gone_letter, &plan_end_set_letter, NULL };

enum row plan_letter_begin(struct tx *tx, const struct shop *s, const struct shop_plan *p, struct plan_letter_head *out)
{
    struct tenants_owner owner = { 0 };
    if (!billing_settings.mail) return ROW_NONE;
    enum row row = tenants_hooks.owner(tx, p->account, &owner);
    if (row != ROW_FOUND) return row;
    const char *page =
        arena_printf(tx_arena(tx), "%s/billing/plan?shop=%lld", billing_settings.base_url, (long long)s->id);
    *out = (struct plan_letter_head){ .to = { .email = owner.email, .lang = owner.lang, .account = p->account },
                                      .shop = LETTER_VALUE_TEXT("shop", s->name),
                                      .date = LETTER_VALUE_DAY("date", p->until_ms),
                                      .link = LETTER_VALUE_LINK("link", page) };
    out->plan = plan_letter_name(out, p->name_en, p->name_zh);
    return ROW_FOUND;
}

struct letter_value plan_letter_name(const struct plan_letter_head *h, const char *en, const char *zh)
{
    return (struct letter_value)LETTER_VALUE_TEXT("plan", text_eq(h->to.lang, "en") ? en : zh);
}

bool plan_letter_put(struct tx *tx, const struct plan_letter *l)
{
    const struct shop_plan *p = l->plan;
    const struct offer *next = l->renewal ? l->renewal->offer : NULL;
    struct plan_letter_head h;
    enum row row = plan_letter_begin(tx, l->shop, p, &h);
    if (row != ROW_FOUND) return row == ROW_NONE;
    /* The name that stands beside the price is that of what costs it. */
    if (next) h.plan = plan_letter_name(&h, next->name_en, next->name_zh);
    const struct letter_value days = LETTER_VALUE_NUMBER("days", l->days), end = LETTER_END;
    struct letter_value values[7] = { h.shop, h.plan, h.date, h.link };
    size_t n = 4;
    const struct letter *letter = l->gone                     ? &plan_gone_letter
                                  : p->source == SOURCE_TRIAL ? &trial_ends_letter
                                                              : &plan_ends_letter;
    if (l->renewal) {
        const struct letter_value price = LETTER_VALUE_NUMBER("price", credits_count(l->renewal->credits)),
                                  have = LETTER_VALUE_NUMBER("have", credits_count(l->available));
        letter = &plan_short_letter;
        values[n++] = price, values[n++] = have;
    } else {
        values[n++] = days;
    }
    values[n] = end;
    return letter_put(tx, billing_settings.mail, letter, &h.to, values);
}

bool plan_end_letter(struct tx *tx, const struct shop *s, const struct shop_plan *p)
{
    struct plan_letter_head h;
    enum row row = plan_letter_begin(tx, s, p, &h);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const char *words = letter_appeal(tx_arena(tx), h.to.lang,
                                      "If you do not know why, write to us:", "如果您不清楚原因，请与我们联系：");
    const struct letter_value appeal = LETTER_VALUE_TEXT("appeal", words), end = LETTER_END;
    const struct letter_value values[] = { h.shop, h.plan, h.date, appeal, h.link, end };
    return letter_put(tx, billing_settings.mail, &plan_end_set_letter, &h.to, values);
}
