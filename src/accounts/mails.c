/* mails.c: what we write to people about their account: why, what to press, how long it works, what to do when it was
 * not them. A link carries its token behind '#', which no server and no log on its way sees, to a page of ours that
 * changes nothing when it is only opened. */
#include "accounts/private.h"

#define BASE "https://chat.example"
#define TOKEN_SAMPLE "#token=sample"
/* What a person calls the shop or themselves, as bad as it can be. */
#define NAME_SAMPLE "Tea <b>& Co</b>"

static const struct letter verify_letter = {
    .kind = "verify_email",
    .slot = { LETTER_SLOT_LINK("link", BASE "/auth/verify-email" TOKEN_SAMPLE) },
    .en = { "Verify your Chathub account",
            "Hello,\n\nplease confirm that this address is yours to finish your registration with Chathub.\n\n"
            "[Confirm the address]{link}\n\n"
            "The link works once, for 24 hours. If you did not register, ignore this mail: without it nothing "
            "happens." },
    .zh = { "请验证您的 Chathub 账号",
            "您好：\n\n请确认此邮箱属于您，以完成 Chathub 注册。\n\n[验证邮箱]{link}\n\n"
            "链接 24 小时内有效，仅可使用一次。如果您没有注册，请忽略此邮件，不会有任何变化。" },
};
static const struct letter registered_letter = {
    .kind = "already_registered",
    .slot = { LETTER_SLOT_LINK("link", BASE "/forgot") },
    .en = { "You already have a Chathub account",
            "Hello,\n\nsomebody, perhaps you, tried to register this address with Chathub. You have an account "
            "already, "
            "and nothing was changed.\n\nSign in, or choose a new password if you forgot yours.\n\n"
            "[Choose a new password]{link}" },
    .zh = { "您已拥有 Chathub 账号",
            "您好：\n\n有人（可能是您本人）尝试用此邮箱注册 Chathub。您已拥有账号，未作任何更改。\n\n"
            "请直接登录；如果忘记了密码，可以重新设置。\n\n[重新设置密码]{link}" },
};
static const struct letter reset_letter = {
    .kind = "reset_password",
    .slot = { LETTER_SLOT_LINK("link", BASE "/auth/reset-password" TOKEN_SAMPLE) },
    .en = { "Reset your Chathub password",
            "Hello,\n\nyou can choose a new password for your Chathub account.\n\n[Choose a new password]{link}\n\n"
            "The link works once, for 30 minutes. If you did not ask for it, ignore this mail: your password stays." },
    .zh = { "重置您的 Chathub 密码",
            "您好：\n\n您可以为 Chathub 账号设置新密码。\n\n[设置新密码]{link}\n\n"
            "链接 30 分钟内有效，仅可使用一次。如果不是您本人操作，请忽略此邮件，密码不会改变。" },
};
/* clang-format off */
static const struct letter changed_letter = {
    .kind = "password_changed",
    .slot = { LETTER_SLOT_LINK("link", BASE "/forgot") },
    .en = { "Your Chathub password was changed",
            "Hello,\n\nthe password of your Chathub account was changed, and every other sign-in was ended.\n\n"
            "If this was not you, choose a new password at once.\n\n[Choose a new password]{link}" },
    .zh = { "您的 Chathub 密码已更改",
            "您好：\n\n您的 Chathub 账号密码已更改，其他设备上的登录均已退出。\n\n"
            "如果不是您本人操作，请立即重新设置密码。\n\n[重新设置密码]{link}" },
};
static const struct letter tried_letter = {
    .kind = "sign_in_tried",
    .slot = { LETTER_SLOT_LINK("link", BASE "/forgot") },
    .en = { "Somebody tries to sign in to your Chathub account",
            "Hello,\n\nmany wrong passwords were entered for your Chathub account from networks that we do not know. "
            "Nobody got in.\n\nFor a while, new browsers have to wait before they can try a password. Yours does not, "
            "if "
            "it signed in before. To get in from a new browser, choose a new password.\n\n[Choose a new "
            "password]{link}" },
    .zh = { "有人正在尝试登录您的 Chathub 账号",
            "您好：\n\n有人从陌生网络多次输入您的 Chathub 账号密码，均未成功。\n\n"
            "此后一段时间内，新浏览器需要等待才能再次尝试；您曾登录过的浏览器不受影响。如需在新浏览器登录，请重新设置密码。"
            "\n\n[重新设置密码]{link}" },
};
/* clang-format on */
static const struct letter invited_letter = {
    .kind = "invitation",
    .slot = { LETTER_SLOT_TEXT("account", NAME_SAMPLE), LETTER_SLOT_TEXT("inviter", "ann@shop.example"),
              LETTER_SLOT_LINK("link", BASE "/auth/join" TOKEN_SAMPLE) },
    .en = { "{inviter} invites you to {account} on Chathub",
            "Hello,\n\n{inviter} invites you to work in {account} on Chathub, where its customers are answered.\n\n"
            "[Accept the invitation]{link}\n\n"
            "The link works once, for 7 days, and only with this address. If you do not know who invites you, ignore "
            "this "
            "mail: without it nothing happens." },
    .zh = { "{inviter} 邀请您加入 Chathub 上的 {account}",
            "您好：\n\n{inviter} 邀请您加入 Chathub 上的 {account}，一起为顾客提供客服。\n\n[接受邀请]{link}\n\n"
            "链接 7 天内有效，仅可使用一次，且只能用于此邮箱。如果您不认识邀请人，请忽略此邮件，不会有任何变化。" },
};

/* clang-format off */
const struct letter *const accounts_letters[] = { &verify_letter,  &registered_letter, &reset_letter, &changed_letter,
                                                  &tried_letter,   &invited_letter,    NULL };
/* clang-format on */

/* A page of ours; token NULL: one without. */
static const char *page(struct tx *tx, const char *path, const char *token)
{
    return arena_printf(tx_arena(tx), "%s%s%s%s", accounts_settings.base_url, path, token ? "#token=" : "",
                        token ? token : "");
}

static bool put(struct tx *tx, const struct letter *l, const struct letter_to *to, const char *link)
{
    return letter_put(tx, accounts_settings.mail, l, to,
                      (const struct letter_value[]){ LETTER_VALUE_LINK("link", link), LETTER_END });
}

static struct letter_to owner(const struct person *a)
{
    return (struct letter_to){ .email = a->email, .lang = a->lang, .account = a->id };
}

bool mail_verify_email(struct tx *tx, const char *to, const char *lang, const char *token)
{
    const struct letter_to whom = { .email = to, .lang = lang };
    return put(tx, &verify_letter, &whom, page(tx, "/auth/verify-email", token));
}

bool mail_already_registered(struct tx *tx, const struct person *to)
{
    const struct letter_to whom = owner(to);
    return put(tx, &registered_letter, &whom, page(tx, "/forgot", NULL));
}

bool mail_reset_password(struct tx *tx, const struct person *to, const char *token)
{
    const struct letter_to whom = owner(to);
    return put(tx, &reset_letter, &whom, page(tx, "/auth/reset-password", token));
}

bool mail_password_changed(struct tx *tx, const struct person *to)
{
    const struct letter_to whom = owner(to);
    return put(tx, &changed_letter, &whom, page(tx, "/forgot", NULL));
}

bool mail_sign_in_tried(struct tx *tx, const struct person *to)
{
    const struct letter_to whom = owner(to);
    return put(tx, &tried_letter, &whom, page(tx, "/forgot", NULL));
}

bool mail_invitation(struct tx *tx, const struct mail_invitation *m)
{
    const struct letter_to whom = { .email = m->to, .lang = m->lang, .account = m->account };
    const struct letter_value values[] = { LETTER_VALUE_TEXT("account", m->account_name),
                                           LETTER_VALUE_TEXT("inviter", m->inviter),
                                           LETTER_VALUE_LINK("link", page(tx, "/auth/join", m->token)), LETTER_END };
    return letter_put(tx, accounts_settings.mail, &invited_letter, &whom, values);
}
