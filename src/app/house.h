/* house.h: the house's own shop, whose chat stands on the landing page; see house.c. */
#ifndef CHATHUB_APP_HOUSE_H
#define CHATHUB_APP_HOUSE_H

#include "app/app.h"
#include "billing/billing.h"

struct house_wish {
    const char *email; /* of the account that answers there; NULL: that of before */
    const char *hash;  /* of a password, should there be no such account yet */
    int64_t now_ms;
};
struct house {
    int64_t shop, account;
    bool new_shop, new_account;
    bool chat; /* it is on; false: somebody has switched it off, or no chats are switched on here */
};
enum house_made {
    HOUSE_FAULT = -1,
    HOUSE_MADE, /* or was there, and knows what the program tells now */
    HOUSE_NO_EMAIL,
    HOUSE_OF_ANOTHER, /* it is there, and another account's */
    HOUSE_SHOPS_FULL
};
MUST_USE enum house_made house_make(struct tx *tx, const struct house_wish *w, struct house *out);
/* What it knows is what the program tells now; true also where none was made. False: storage fault. */
MUST_USE bool house_refresh(struct tx *tx, int64_t now_ms);

/* Hooks: for tenants (what pays for a shop), for site (the ways to pay that are open). */
bool house_entitlements(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count,
                        struct tenants_entitlement *out);
const char *house_ways(struct arena *a, enum lang lang);

enum exit_code command_landing(struct app *app, struct command *c); /* house_command.c */
#endif
