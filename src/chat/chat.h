/* chat.h: people talk. A visitor of a shop, a conversation, messages, and who speaks: the bot, nobody yet, a person. */
#ifndef CHATHUB_CHAT_CHAT_H
#define CHATHUB_CHAT_CHAT_H

#include "base/crypto.h"

struct chat_settings {
    const struct keyring *keyring; /* visitor tokens are made under it */
};
extern struct chat_settings chat_settings;

#endif
