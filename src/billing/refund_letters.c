/* refund_letters.c: the buyer is told that money is on its way back to where it came from. */
#include "billing/private.h"

#include "outbound/letters.h"

static const struct letter refunded = {
    .kind = "order.refunded",
    .slot = { LETTER_SLOT_TEXT("amount", "CNY 50.00"), LETTER_SLOT_TEXT("order", "7k3m9x2c5v8b1n4q6w0e2r5t7y"),
              LETTER_SLOT_TEXT("provider", "Alipay"), LETTER_SLOT_LINK("link", "https://chat.example/orders/7k3m") },
    .en = { "{amount} was given back",
            "Hello,\n\n{amount} of the order {order} was given back by {provider}, to where you paid from. It may take "
            "some days until you see it there.\n\n[The order]{link}" },
    .zh = { "已退款 {amount}",
            "您好：\n\n订单 {order} 的 {amount} 已通过{provider}原路退回，到账可能需要几天时间。\n\n[查看订单]{link}" },
};
const struct letter *const billing_refund_letters[] = { &refunded, NULL };

static const char *name_of(const char *provider, bool en)
{
    for (const struct provider *const *p = billing_providers; *p; p++)
        if (text_eq((*p)->name, provider)) return en ? (*p)->name_en : (*p)->name_zh;
    return provider;
}

bool refund_letter(struct tx *tx, const struct refund *r)
{
    char text[MONEY_TEXT_SIZE];
    struct tenants_owner owner = { 0 };
    if (!billing_settings.mail) return true;
    enum row row = tenants_hooks.owner(tx, r->account, &owner);
    if (row != ROW_FOUND) return row == ROW_NONE;
    struct arena *a = tx_arena(tx);
    money_text(r->amount, text);
    const char *sum = arena_printf(a, "%s %s", currency_code(money_currency(r->amount)), text);
    const char *link = arena_printf(a, "%s/orders/%s", billing_settings.base_url, r->order_number);
    const struct letter_value values[] = {
        LETTER_VALUE_TEXT("amount", sum), LETTER_VALUE_TEXT("order", r->order_number),
        LETTER_VALUE_TEXT("provider", name_of(r->provider, text_eq(owner.lang, "en"))), LETTER_VALUE_LINK("link", link),
        LETTER_END
    };
    const struct letter_to to = { .email = owner.email, .lang = owner.lang, .account = r->account };
    return letter_put(tx, billing_settings.mail, &refunded, &to, values);
}
