/* settings.h: prices, filled by app from the configuration before the server starts. */
#ifndef CHATHUB_CREDITS_SETTINGS_H
#define CHATHUB_CREDITS_SETTINGS_H

#include "base/money.h"

struct credits_settings {
    struct credits shop_price, chatbot_price, renewal_price; /* credits */
    struct credits trial;                                    /* to each new account; 0: none */
    struct credits confirm_above;                            /* a larger grant or correction wants to be confirmed */
    int64_t price_cny;                                       /* yuan for 1000 credits */
};
extern struct credits_settings credits_settings;

#endif
