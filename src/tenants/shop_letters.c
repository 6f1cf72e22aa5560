/* shop_letters.c: what we write to a merchant whose shop an operator has suspended, with the operator's reason, and
 * when it is let back. The reason is in the operator's words, in whatever language they were written. */
#include "tenants/private.h"

/* As bad as a name of a shop and a reason can be: previews show that they stay text. */
#define SHOP LETTER_SLOT_TEXT("shop", "Tea <b>& Co</b>")
#define REASON LETTER_SLOT_TEXT("reason", "It sells what <i>nobody</i> may sell")
#define LINK LETTER_SLOT_LINK("link", "https://chat.example/shops/7")
#define APPEAL LETTER_SLOT_TEXT("appeal", "help@chat.example")

const struct letter shop_suspended_letter = {
    .kind = "shop_suspended",
    .slot = { SHOP, REASON, APPEAL, LINK },
    .en = { "The shop {shop} is suspended",
            "Hello,\n\nwe have suspended the shop {shop}, and its chat is off.\n\nThe reason: {reason}\n\n"
            "Everything that came before is kept, and you can read it. What is paid for the shop is not extended by "
            "this time, no credits are taken meanwhile, and paying again does not let it back. {appeal}\n\n"
            "[See it]{link}" },
    .zh = { "店铺“{shop}”已被暂停", "您好：\n\n我们已暂停店铺“{shop}”，其智能客服已关闭。\n\n原因：{reason}\n\n"
                                    "此前的数据均会保留，您仍可查看。暂停期间不扣除积分，已付费的时间照常计算、不会顺延"
                                    "；再次付款也不会解除暂停。"
                                    "{appeal}\n\n[查看]{link}" },
};
const struct letter shop_resumed_letter = {
    .kind = "shop_resumed",
    .slot = { SHOP, LINK },
    .en = { "The shop {shop} is no longer suspended",
            "Hello,\n\nthe shop {shop} is no longer suspended. Where its chat is still paid for, and you have not "
            "switched it off, it is on again; if what was paid ended meanwhile, the page of the shop says so.\n\n"
            "[See it]{link}" },
    .zh = { "店铺“{shop}”已解除暂停",
            "您好：\n\n店铺“{shop}”已解除暂停。如智能客服仍在付费期内且您没有自行关闭，现已恢复运行；"
            "如付费期已在此期间结束，店铺页面会有说明。\n\n[查看]{link}" },
};

bool shop_letter(struct tx *tx, const struct shop *s)
{
    struct tenants_owner owner = { 0 };
    bool suspended = s->status == SHOP_SUSPENDED;
    if (!tenants_settings.mail) return true;
    enum row row = tenants_hooks.owner(tx, s->account, &owner);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const char *where = arena_printf(tx_arena(tx), "%s/shops/%lld", tenants_settings.base_url, (long long)s->id);
    const struct letter_value name = LETTER_VALUE_TEXT("shop", s->name), link = LETTER_VALUE_LINK("link", where),
                              reason = LETTER_VALUE_TEXT("reason", s->suspended_why), end = LETTER_END;
    const char *words = letter_appeal(tx_arena(tx), owner.lang,
                                      "If you think that this is wrong, write to us:", "如有异议，请与我们联系：");
    const struct letter_value appeal = LETTER_VALUE_TEXT("appeal", words);
    struct letter_value values[5] = { name, link, end };
    if (suspended) values[2] = reason, values[3] = appeal, values[4] = end;
    const struct letter_to to = { .email = owner.email, .lang = owner.lang, .account = s->account };
    return letter_put(tx, tenants_settings.mail, suspended ? &shop_suspended_letter : &shop_resumed_letter, &to,
                      values);
}
