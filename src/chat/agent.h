/* agent.h: what the assistant does with a turn: the model's reply, and when a person is called instead. The outcome is
 * data. The live chat and the merchant's test-drive both ask here. */
#ifndef CHATHUB_CHAT_AGENT_H
#define CHATHUB_CHAT_AGENT_H

#include "chat/models/model.h"
#include "chat/settings.h"

enum { AGENT_FAILS_MAX = 2 }; /* answers in a row that found nothing: then a person is called */
struct agent_reply {
    struct model_reply reply;
    int64_t failed; /* in a row, with this one */
};
/* `ask` as a model takes it; `failed` before it. False: storage fault. */
MUST_USE bool agent_answer(const struct model_ask *ask, const struct chat_shop_settings *s, int64_t failed,
                           struct agent_reply *out);

#endif
