/* refund_letters.c: the buyer is told that money is on its way back to where it came from; or, where it was given back
 * outside of us (at the provider, or in another way that two persons have told of), that it went back. */
#include "billing/private.h"

#include "outbound/letters.h"

#define AMOUNT LETTER_SLOT_TEXT("amount", "CNY 50.00")
#define ORDER LETTER_SLOT_TEXT("order", "7k3m9x2c5v8b1n4q6w0e2r5t7y")
#define LINK LETTER_SLOT_LINK("link", "https://chat.example/orders/7k3m")

static const struct letter refunded = {
    .kind = "order.refunded",
    .slot = { AMOUNT, ORDER, LETTER_SLOT_TEXT("provider", "Alipay"), LINK },
    .en = { "{amount} was given back",
            "Hello,\n\n{amount} of the order {order} was given back by {provider}, to where you paid from. It may take "
            "some days until you see it there.\n\n[The order]{link}" },
    .zh = { "已退款 {amount}",
            "您好：\n\n订单 {order} 的 {amount} 已通过{provider}原路退回，到账可能需要几天时间。\n\n[查看订单]{link}" },
};
static const struct letter refunded_outside = {
    .kind = "order.refunded_outside",
    .slot = { AMOUNT, ORDER, LETTER_SLOT_TEXT("appeal", "help@chat.example"), LINK },
    .en = { "{amount} has been given back to you",
            "Hello,\n\n{amount} of the order {order} has been given back to you already: directly by the payment "
            "provider, or in the way that was agreed with you. Nothing more is sent for it. "
            "{appeal}\n\n[The order]{link}" },
    .zh = { "{amount} 已退还给您",
            "您好：\n\n订单 {order} 的 {amount} 此前已退还给您：由支付平台直接退款，或通过与您商定的方式退回，"
            "我们不会再另行退款。{appeal}\n\n[查看订单]{link}" },
};
const struct letter *const billing_refund_letters[] = { &refunded, &refunded_outside, NULL };

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
    bool outside = text_eq(r->cause, REFUND_OUTSIDE);
    const char *words = letter_appeal(a, owner.lang, "If you do not find the money where you paid from, write to us:",
                                      "如果您没有查到这笔款项，请与我们联系：");
    const struct letter_value end = LETTER_END, appeal = LETTER_VALUE_TEXT("appeal", words),
                              by = LETTER_VALUE_TEXT("provider", name_of(r->provider, text_eq(owner.lang, "en")));
    const struct letter_value values[] = { LETTER_VALUE_TEXT("amount", sum),
                                           LETTER_VALUE_TEXT("order", r->order_number), LETTER_VALUE_LINK("link", link),
                                           outside ? appeal : by, end };
    const struct letter_to to = { .email = owner.email, .lang = owner.lang, .account = r->account };
    return letter_put(tx, billing_settings.mail, outside ? &refunded_outside : &refunded, &to, values);
}
