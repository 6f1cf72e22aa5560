/* problems.c: why a visitor, who speaks for one, or a colleague is not let in or not heard. */
#include "chat/private.h"

/* clang-format off */
const struct problem problem_chat_paused = {
    "chat_paused", 403, "The chat of this shop is not available at the moment.", "该店铺的客服聊天暂不可用。"
};
const struct problem problem_chat_token = {
    "chat_token", 401, "This chat session is over. Start a new one.", "聊天会话已结束，请重新开始。"
};
const struct problem problem_chat_blocked = {
    "chat_blocked", 403, "This chat is not open to you.", "您无法使用此聊天。"
};
const struct problem problem_message_other = {
    "message_differs", 409, "A message with this id was sent with other words.", "相同编号的消息内容不同。"
};
const struct problem problem_moved = {
    "conversation_moved", 409, "Somebody was quicker: this conversation is not as your page shows it.",
    "有人先您一步，此对话已不是页面所示的状态。"
};
const struct problem problem_person_answers = {
    "person_answers", 409, "A person is answering this conversation.", "已有客服人员在处理此对话。"
};
/* clang-format on */
