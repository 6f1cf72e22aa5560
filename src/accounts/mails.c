/* mails.c: what we write to people, in their language: why, what to press, how long it works, what to do when it was
 * not them. A link carries its token in the query of a page of ours that changes nothing when it is only fetched. */
#include "accounts/private.h"

struct words { const char *subject, *text; };                /* %s: the link, where there is one */
struct letter { const char *kind; struct words en, zh; };

static const struct letter verify_letter = {
    "verify_email",
    { "Verify your Chathub account",
      "Hello,\n\nplease confirm that this address is yours to finish your registration with Chathub:\n\n%s\n\n"
      "The link works once, for 24 hours. If you did not register, ignore this mail: without it nothing happens.\n" },
    { "请验证您的 Chathub 账号",
      "您好：\n\n请点击以下链接确认邮箱，完成 Chathub 注册：\n\n%s\n\n"
      "链接 24 小时内有效，仅可使用一次。如果您没有注册，请忽略此邮件，不会有任何变化。\n" },
};
static const struct letter registered_letter = {
    "already_registered",
    { "You already have a Chathub account",
      "Hello,\n\nsomebody, perhaps you, tried to register this address with Chathub. You have an account already, and "
      "nothing was changed.\n\nSign in, or choose a new password if you forgot yours:\n\n%s\n" },
    { "您已拥有 Chathub 账号",
      "您好：\n\n有人（可能是您本人）尝试用此邮箱注册 Chathub。您已拥有账号，未作任何更改。\n\n"
      "请直接登录；如果忘记了密码，可在此重新设置：\n\n%s\n" },
};
static const struct letter reset_letter = {
    "reset_password",
    { "Reset your Chathub password",
      "Hello,\n\nyou can choose a new password for your Chathub account here:\n\n%s\n\n"
      "The link works once, for 30 minutes. If you did not ask for it, ignore this mail: your password stays.\n" },
    { "重置您的 Chathub 密码",
      "您好：\n\n请点击以下链接为您的 Chathub 账号设置新密码：\n\n%s\n\n"
      "链接 30 分钟内有效，仅可使用一次。如果不是您本人操作，请忽略此邮件，密码不会改变。\n" },
};
static const struct letter changed_letter = {
    "password_changed",
    { "Your Chathub password was changed",
      "Hello,\n\nthe password of your Chathub account was changed, and every other sign-in was ended.\n\n"
      "If this was not you, choose a new password at once:\n\n%s\n" },
    { "您的 Chathub 密码已更改",
      "您好：\n\n您的 Chathub 账号密码已更改，其他设备上的登录均已退出。\n\n如果不是您本人操作，请立即重新设置密码：\n\n%s\n" },
};

static const struct letter tried_letter = {
    "sign_in_tried",
    { "Somebody tries to sign in to your Chathub account",
      "Hello,\n\nmany wrong passwords were entered for your Chathub account from networks that we do not know. Nobody "
      "got in. For a while, new browsers have to wait before they can try a password; yours, if it signed in before, "
      "does not.\n\nIf you need to get in from a new browser, choose a new password here:\n\n%s\n" },
    { "有人正在尝试登录您的 Chathub 账号",
      "您好：\n\n有人从陌生网络多次输入您的 Chathub 账号密码，均未成功。此后一段时间内，新浏览器需要等待才能再次尝试；"
      "您曾登录过的浏览器不受影响。\n\n如需在新浏览器登录，可在此重新设置密码：\n\n%s\n" },
};

static bool letter_put(struct tx *tx, const struct letter *l, const char *to, const char *lang, int64_t account,
                       const char *path, const char *token)
{
    struct arena *a = tx_arena(tx);
    const struct words *w = text_eq(lang, "en") ? &l->en : &l->zh;
    const char *link = arena_printf(a, "%s%s%s%s", accounts_settings.base_url, path, token ? "?token=" : "",
                                    token ? token : "");
    struct buf text;
    size_t room = strlen(w->text) + strlen(link) + 1;
    buf_fixed(&text, arena_alloc(a, room), room);
    /* Not printf: the format would be a variable. Each text has exactly one %s. */
    const char *hole = strstr(w->text, "%s");
    assert(hole != NULL);
    buf_add(&text, w->text, (size_t)(hole - w->text));
    buf_text(&text, link);
    buf_text(&text, hole + 2);
    const struct mail m = { .to = arena_text(a, to), .subject = w->subject, .text = buf_terminated(&text),
                            .kind = l->kind, .account = account };
    return mail_put(tx, accounts_settings.mail, &m);
}

bool mail_verify_email(struct tx *tx, const char *to, const char *lang, const char *token)
{
    return letter_put(tx, &verify_letter, to, lang, 0, "/auth/verify-email", token);
}

bool mail_already_registered(struct tx *tx, const struct person *to)
{
    return letter_put(tx, &registered_letter, to->email, to->lang, to->id, "/forgot", NULL);
}

bool mail_reset_password(struct tx *tx, const struct person *to, const char *token)
{
    return letter_put(tx, &reset_letter, to->email, to->lang, to->id, "/auth/reset-password", token);
}

bool mail_password_changed(struct tx *tx, const struct person *to)
{
    return letter_put(tx, &changed_letter, to->email, to->lang, to->id, "/forgot", NULL);
}

bool mail_sign_in_tried(struct tx *tx, const struct person *to)
{
    return letter_put(tx, &tried_letter, to->email, to->lang, to->id, "/forgot", NULL);
}
