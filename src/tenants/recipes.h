/* recipes.h: one recipe a backend: where a tenant's conversations live and how it is registered there. A recipe
 * translates words; it knows no SQL, no credits and no state. Private to tenants/. */
#ifndef CHATHUB_TENANTS_RECIPES_H
#define CHATHUB_TENANTS_RECIPES_H

#include "outbound/http_client.h"
#include "tenants/rows.h"

enum { BOT_ID_MAX = 100 };

struct registration {                        /* what the outside server is told; secrets opened in memory alone */
    int64_t shop, account;
    const char *instance_url, *bot_name, *logo_url;          /* logo_url NULL: none */
    struct str sso_secret, webhook_secret;
    int64_t sso_generation, now_ms;
};
struct registered {
    enum outcome outcome;
    bool known;                              /* of `ask`: it has this tenant */
    const char *bot_id;                      /* NULL: the bot is not made yet */
    const char *error;                       /* for people, without secrets */
};

struct recipe {
    enum backend backend;
    const char *name;                        /* on the wire */
    /* Registers at once, in the caller's transaction: bot id and state. NULL: `call` and `ask` are set. */
    void (*at_once)(struct arena *a, struct tenant *t);
    /* Idempotent by shop: the same secrets again change nothing, others replace them. */
    void (*call)(struct arena *a, const struct registration *r, struct registered *out);
    /* After an attempt of unknown outcome: is this shop registered with these secrets? OUTCOME_OK: `known` says. */
    void (*ask)(struct arena *a, const struct registration *r, struct registered *out);
};
extern const struct recipe recipe_builtin, recipe_chatbot;
const struct recipe *recipe_of(enum backend b);
const struct recipe *recipe_chosen(void);    /* by configuration */

#endif
