/* settings.h: prices, filled by app from the configuration before the server starts. */
#ifndef CHATHUB_CREDITS_SETTINGS_H
#define CHATHUB_CREDITS_SETTINGS_H

#include "base/money.h"

struct credits_settings {
    struct credits shop_price, chatbot_price, renewal_price; /* credits */
    int64_t price_cny;                                       /* yuan for 1000 credits */
};
extern struct credits_settings credits_settings;

#endif
