/* order_letters.c: what we write about orders: that one is paid. What became of a refund is in refund_letters.c. */
#include "billing/private.h"

#include "outbound/letters.h"

static const struct letter paid_letter = {
    .kind = "order.paid",
    .slot = { LETTER_SLOT_TEXT("what", "Enterprise <b>3 seats</b>"), LETTER_SLOT_TEXT("amount", "CNY 80.00"),
              LETTER_SLOT_TEXT("number", "0123456789abcdefghjkmnpqrs"),
              LETTER_SLOT_LINK("link", "https://chat.example/orders/0123456789abcdefghjkmnpqrs") },
    .en = { "We have received your payment: {what}",
            "Hello,\n\nyour payment of {amount} for {what} has arrived. The order {number} is paid.\n\n"
            "[See the order]{link}" },
    .zh = { "已收到您的付款：{what}",
            "您好：\n\n我们已收到您为“{what}”支付的 {amount}，订单 {number} 已支付成功。\n\n[查看订单]{link}" },
};
const struct letter *const billing_letters[] = { &paid_letter, NULL };

bool order_letter_paid(struct tx *tx, const struct order *o, const struct offer *offer)
{
    struct tenants_owner owner = { 0 };
    char sum[MONEY_TEXT_SIZE];
    if (!billing_settings.mail) return true;
    enum row row = tenants_hooks.owner(tx, o->account, &owner);
    if (row != ROW_FOUND) return row == ROW_NONE;
    struct arena *a = tx_arena(tx);
    money_text(o->amount, sum);
    bool english = text_eq(owner.lang, "en");
    const char *name = english ? offer->name_en : offer->name_zh;
    const char *what = o->quantity > 1 ? arena_printf(a, "%lld × %s", (long long)o->quantity, name) : name;
    const struct letter_value values[] = {
        LETTER_VALUE_TEXT("what", what),
        LETTER_VALUE_TEXT("amount", arena_printf(a, "%s %s", currency_code(money_currency(o->amount)), sum)),
        LETTER_VALUE_TEXT("number", o->number),
        LETTER_VALUE_LINK("link", arena_printf(a, "%s/orders/%s", billing_settings.base_url, o->number)), LETTER_END
    };
    const struct letter_to to = { .email = owner.email, .lang = owner.lang, .account = o->account };
    return letter_put(tx, billing_settings.mail, &paid_letter, &to, values);
}
