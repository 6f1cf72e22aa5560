/* renewal_letters.c: what we write when a chat is not paid for any more: when it is noticed, once more when three days
 * are left, and when the chat has stopped. Each says what to do and until when. A chat that others than credits paid
 * for (an order, a trial) is not kept by a top-up, so none is promised. Nothing here knows of plans: that one has gone
 * on or soon ends says billing, which knows its name and price. */
#include "tenants/private.h"

#include "base/clock.h"

/* As bad as a name of a shop can be: previews show that it stays text. */
#define SHOP LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>")
#define PRICE LETTER_SLOT_NUMBER("price", 10)
#define DATE LETTER_SLOT_DAY("date", INT64_C(1795320000000))
#define LINK LETTER_SLOT_LINK("link", "https://chat.example/billing")

static const struct letter first_letter = {
    .kind = "renewal_not_paid",
    .slot = { SHOP, PRICE, DATE, LINK },
    .en = { "Top up by {date}, or the chat of {shop} stops",
            "Hello,\n\nthe next month of the chatbot of {shop} costs {price} credits, and your balance does not cover "
            "it."
            "\n\nThe chat goes on until the end of {date}. Top up before then, and it renews by itself.\n\n[Top "
            "up]{link}" },
    .zh = { "请在{date}前充值，否则“{shop}”的智能客服将停用",
            "您好：\n\n店铺“{shop}”的智能客服下个月需要 {price} 积分，您的余额不足。\n\n"
            "客服可使用至{date}（含当天）。请在此之前充值，系统会自动续费。\n\n[去充值]{link}" },
};
static const struct letter last_letter = {
    .kind = "renewal_last_call",
    .slot = { SHOP, PRICE, DATE, LINK },
    .en = { "The chat of {shop} stops on {date}",
            "Hello,\n\nthe chatbot of {shop} has not been paid for yet. Its last day is {date}. {price} credits "
            "keep it "
            "running.\n\n[Top up]{link}" },
    .zh = { "“{shop}”的智能客服将于{date}停用", "您好：\n\n店铺“{shop}”的智能客服尚未续费，可使用至{date}"
                                                "（含当天），之后停用。充值 {price} 积分即可继续使用。\n\n"
                                                "[去充值]{link}" },
};
static const struct letter over_letter = {
    .kind = "chatbot_time_over",
    .slot = { SHOP, DATE, LINK },
    .en = { "What paid for the chat of {shop} is over: it stops on {date}",
            "Hello,\n\nthe time that the chatbot of {shop} was paid for is over. No credits are taken for it.\n\n"
            "The chat goes on until the end of {date}. Extend it before then, and nothing changes.\n\n[See it]{link}" },
    .zh = { "“{shop}”的智能客服已到期，将于{date}停用",
            "您好：\n\n店铺“{shop}”的智能客服已到期，系统不会为此扣除积分。\n\n"
            "客服可使用至{date}（含当天）。请在此之前续期。\n\n[查看]{link}" },
};
static const struct letter over_last_letter = {
    .kind = "chatbot_time_over_last_call",
    .slot = { SHOP, DATE, LINK },
    .en = { "The chat of {shop} stops on {date}",
            "Hello,\n\nthe chatbot of {shop} has not been extended yet. Its last day is {date}.\n\n[See it]{link}" },
    .zh = { "“{shop}”的智能客服将于{date}停用",
            "您好：\n\n店铺“{shop}”的智能客服尚未续期，可使用至{date}（含当天），之后停用。\n\n[查看]{link}" },
};
static const struct letter stopped_letter = {
    .kind = "chatbot_stopped",
    .slot = { SHOP, PRICE, LINK },
    .en = { "The chat of {shop} has stopped",
            "Hello,\n\nthe chatbot of {shop} has stopped, because it was not paid for any further. Nothing is lost: "
            "with "
            "{price} "
            "credits you enable it again, and it comes back as it was.\n\n[Enable it again]{link}" },
    .zh = { "“{shop}”的智能客服已停用",
            "您好：\n\n由于未续费，店铺“{shop}”的智能客服已停用。数据仍保留：使用 {price} 积分重新启用即可恢复。\n\n"
            "[重新启用]{link}" },
};
const struct letter *const tenants_letters[] = { &first_letter,        &last_letter,
                                                 &over_letter,         &over_last_letter,
                                                 &stopped_letter,      &shop_suspended_letter,
                                                 &shop_resumed_letter, NULL };

static const struct letter *letter_for(const struct entitlement *e, int days_left)
{
    if (days_left == 0) return &stopped_letter;
    if (days_left <= RENEWAL_LAST_CALL_DAYS) return e->by_credits ? &last_letter : &over_last_letter;
    return e->by_credits ? &first_letter : &over_letter;
}

bool renewal_letter(struct tx *tx, const struct tenant *t, const struct subscription *s, const struct entitlement *e,
                    int days_left, int64_t now_ms)
{
    struct tenants_owner owner = { 0 };
    struct shop shop;
    if (!tenants_settings.mail) return true;
    enum row row = tenants_hooks.owner(tx, t->account, &owner);
    if (row == ROW_FOUND) row = shops_get(tx, t->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE;
    bool stopped = days_left == 0, billing = !stopped && e->by_credits;
    const char *where =
        billing ? arena_printf(tx_arena(tx), "%s/billing", tenants_settings.base_url)
                : arena_printf(tx_arena(tx), "%s/shops/%lld", tenants_settings.base_url, (long long)t->shop);
    /* What has stopped is enabled anew, which costs another price than a further month. */
    struct credits credits = stopped ? tenants_settings.enable_price : tenants_settings.renewal_price;
    const struct letter_value name = LETTER_VALUE_TEXT("shop", shop.name), link = LETTER_VALUE_LINK("link", where),
                              price = LETTER_VALUE_NUMBER("price", credits_count(credits)), end = LETTER_END,
                              date = LETTER_VALUE_DAY("date", subscription_grace_end(s, now_ms));
    struct letter_value values[5] = { name, link };
    size_t n = 2;
    if (stopped || billing) values[n++] = price;
    if (!stopped) values[n++] = date;
    values[n] = end;
    const struct letter_to to = { .email = owner.email, .lang = owner.lang, .account = t->account };
    return letter_put(tx, tenants_settings.mail, letter_for(e, days_left), &to, values);
}
