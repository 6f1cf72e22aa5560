/* problems.c: the refusals of this folder. */
#include "tenants/private.h"

/* clang-format off */
const struct problem problem_chatbot_enabled = {
    "chatbot_already_enabled", 409, "The chatbot is already enabled for this shop.", "该店铺已启用智能客服。"
};
const struct problem problem_chatbot_feature = {
    "chatbot_feature_disabled", 403, "The chatbot is not offered at the moment.", "智能客服功能暂未开放。"
};
const struct problem problem_chatbot_failed = {
    "chatbot_enable_failed", 502, "The chatbot could not be enabled. No credits were taken; please try again later.",
    "启用失败，未扣除积分，请稍后重试。"
};
const struct problem problem_chatbot_not_enabled = {
    "chatbot_not_enabled", 409, "The chatbot of this shop is not switched on. Enable it first.", "该店铺未启用智能客服，请先启用。"
};
/* clang-format on */
const struct problem problem_no_renewal_by_credits = {
    "not_paid_with_credits", 409, "Credits do not pay for this chatbot, so there is no renewal to switch.",
    "该智能客服不是用积分支付的，没有可切换的自动续费。"
};
const struct problem problem_chatbot_provisioning = {
    "chatbot_provisioning", 409, "The chatbot is being set up right now. Please try again in a minute.",
    "智能客服正在创建中，请一分钟后再试。"
};
const struct problem problem_rotation_running = {
    "rotation_running", 409, "The last new secret has not reached the chatbot server yet. Please try again later.",
    "上一个新密钥尚未同步到客服服务器，请稍后再试。"
};
/* clang-format off */
const struct problem problem_nothing_to_revoke = {
    "nothing_to_revoke", 409, "There is no replaced secret that is still valid.", "没有仍然有效的旧密钥。"
};
const struct problem problem_shop_is_ours = {
    "shop_id_reserved", 409, "A shop of this service has this id. Register with another one.", "该店铺编号已被本平台使用，请更换编号。"
};
const struct problem problem_other_merchant = {
    "other_merchant", 409, "This shop is registered for another merchant.", "该店铺已登记在另一商户名下。"
};
const struct problem problem_merchant_disabled = {
    "merchant_disabled", 403, "The account of this merchant is disabled here.", "该商户在本平台的账户已停用。"
};
const struct problem problem_merchant_shops = {
    "merchant_shop_limit", 409, "This merchant has as many shops here as an account may have.", "该商户的店铺数量已达上限。"
};
const struct problem problem_no_panel_chat = {
    "not_registered_anew", 409, "This shop was registered before it could have a chat. Register it once more.",
    "该店铺在支持客服之前登记，请重新登记一次。"
};
const struct problem problem_wrong_shop_token = {
    "wrong_shop", 403, "This token speaks for another shop.", "该令牌属于其他店铺。"
};
const struct problem problem_bad_token = {
    "invalid_credential", 401, "The token or secret is missing, wrong or expired.", "令牌或密钥缺失、错误或已过期。"
};
const struct problem problem_read_only_token = {
    "read_only_token", 403, "This token may read, but not change.", "该令牌只有查看权限，不能修改。"
};
/* clang-format on */
const struct problem problem_launch_code = {
    "invalid_code", 400, "This code was used already or is too old. Go back and open the chat again.",
    "链接已使用或已过期，请返回后重新打开。"
};
