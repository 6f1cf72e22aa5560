/* problems.c: refusals that every route can meet. Codes are part of the contract: never renamed, never reused. A text
 * says what happened and what to do next, in words a shop owner knows; facts (limits, seconds) stand beside it in the
 * JSON. */
#include "http/route.h"

/* clang-format off */
const struct problem problem_not_found = {
    "not_found", 404, "This does not exist, or it belongs to another account.", "内容不存在，或属于其他账号。"
};
const struct problem problem_role_not_allowed = {
    "role_not_allowed", 403, "Your role in this account does not allow this. Ask an owner of the account.",
    "您在该账号中的角色无权执行此操作，请联系账号所有者。"
};
const struct problem problem_scope_missing = {
    "scope_missing", 403, "This key is not meant for that.", "该密钥不能用于此操作。"
};
const struct problem problem_sign_in = {
    "sign_in_required", 401, "Please sign in and try again.", "请登录后重试。"
};
const struct problem problem_sign_in_again = {
    "sign_in_again", 403, "For your safety, please sign in again before you do this.", "为了账号安全，请重新登录后再进行此操作。"
};
const struct problem problem_invalid_fields = {
    "invalid_fields", 422, "Some entries are missing or not allowed. Please correct the fields named here.",
    "部分内容缺失或不符合要求，请修改所列字段。"
};
const struct problem problem_invalid_json = {
    "invalid_json", 400, "The request body is not valid JSON.", "请求内容不是有效的 JSON。"
};
const struct problem problem_unsupported_media_type = { "unsupported_media_type", 415,
                                                        "Send the body as application/json in UTF-8.",
                                                        "请以 UTF-8 编码的 application/json 发送请求内容。" };
const struct problem problem_too_large = {
    "too_large", 413, "The request is too large. Please send less.", "请求内容过大，请减少后重试。"
};
/* clang-format on */
const struct problem problem_cross_site = {
    "cross_site", 403, "This request did not come from our own pages. Open Chathub in this browser and try again.",
    "请求并非来自本站页面。请在此浏览器中打开 Chathub 后重试。"
};
const struct problem problem_wrong_host = {
    "wrong_host", 421, "This page answers only at 127.0.0.1, localhost, [::1] and the address of the base URL.",
    "此页面仅响应 127.0.0.1、localhost、[::1] 及基础 URL 的地址。"
};
/* clang-format off */
const struct problem problem_too_many_requests = {
    "too_many_requests", 429, "Too many requests. Please wait a little and try again.", "请求过于频繁，请稍候再试。"
};
const struct problem problem_busy = {
    "busy", 503, "The service is busy. Nothing was changed; please try again in a moment.", "系统繁忙，未作任何更改，请稍后重试。"
};
const struct problem problem_in_progress = {
    "in_progress", 409, "The same request is still being worked on. Wait for its answer instead of sending it again.",
    "相同的请求正在处理中，请等待结果，不要重复提交。"
};
const struct problem problem_key_reused = {
    "key_reused", 422, "This Idempotency-Key was used for a different request. Use a new key.",
    "该 Idempotency-Key 已用于另一个请求，请更换新的键。"
};
const struct problem problem_already_shown = {
    "already_shown", 409, "This was shown once and cannot be shown again. Make a new one if you no longer have it.",
    "该内容仅显示一次，无法再次查看。如已遗失，请重新生成。"
};
const struct problem problem_method_not_allowed = {
    "method_not_allowed", 405, "This address does not support this method.", "该地址不支持此请求方法。"
};
const struct problem problem_invalid_path = {
    "invalid_path", 400, "The address is not well formed.", "请求地址格式不正确。"
};
const struct problem problem_invalid_query = {
    "invalid_query", 400, "The part of the address after the question mark is not valid.", "地址中问号之后的参数不正确。"
};
const struct problem problem_storage = {
    "storage", 503, "We could not save this. Nothing was changed; please try again in a moment.", "保存失败，未作任何更改，请稍后重试。"
};
/* clang-format on */
const struct problem problem_internal = {
    "internal", 500, "Something is wrong on our side. Nothing was changed; trying again will not help.",
    "系统内部错误，未作任何更改。问题已记录，重试无法解决。"
};
const struct problem problem_uncertain = {
    "uncertain", 503,
    "We could not confirm that this was saved. Look whether it is there; repeat it only with the same Idempotency-Key.",
    "无法确认是否已保存。请先查看结果；如需重试，请使用相同的 Idempotency-Key。"
};
