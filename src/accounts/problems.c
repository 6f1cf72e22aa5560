/* problems.c: refusals of this folder. The sign-in's one text says neither whether the address is known, nor whether
 * the account has a password, nor whether it is disabled. */
#include "accounts/private.h"

/* clang-format off */
const struct problem problem_invalid_credentials = {
    "invalid_credentials", 401, "The e-mail address or the password is not right.", "邮箱或密码不正确。"
};
const struct problem problem_too_many_tries = {
    "too_many_tries", 429, "Too many attempts with this address. Please wait a little, or reset the password by mail.",
    "尝试次数过多，请稍候再试，或通过邮件重置密码。"
};
const struct problem problem_invalid_token = {
    "invalid_token", 400, "This link is no longer valid. Please ask for a new one.", "链接已失效，请重新获取。"
};
const struct problem problem_password_needed = {
    "password_needed", 403, "You opened the link in another browser. Please enter the password you chose before.",
    "您正在使用另一个浏览器打开链接，请输入注册时设置的密码。"
};
const struct problem problem_wrong_password = {
    "wrong_password", 400, "The current password is not right.", "当前密码不正确。"
};
const struct problem problem_only_owner = {
    "only_owner", 409,
    "You are the only owner of an account that has shops or colleagues. Make a colleague its owner first, or delete its"
    " shops and remove its people.",
    "您是某个账号的唯一所有者，而该账号仍有店铺或同事。请先将一位同事设为所有者，或删除店铺并移除成员。"
};
const struct problem problem_last_operator = {
    "last_operator", 409, "You are the only operator. Make somebody else one first.",
    "您是唯一的运营人员，请先添加另一位运营人员。"
};
const struct problem problem_account_closed = {
    "account_closed", 409, "This account was closed when its owner deleted their sign-in: nobody is left to act in it.",
    "该账号的所有者已删除登录信息，账号随之关闭，无法再启用。"
};
const struct problem problem_not_yourself = {
    "not_yourself", 409, "You cannot disable the account you are signed in with.", "不能停用当前登录的账号。"
};
/* clang-format on */
