/* builtin.c: the conversations live in this binary. Nothing can fail, so registering is part of the transaction. */
#include "tenants/recipes.h"

#include "base/random.h"

enum { BOT_ID_BYTES = 12 };

static void register_at_once(struct arena *a, struct tenant *t)
{
    uint8_t random[BOT_ID_BYTES];
    char text[BOT_ID_BYTES * 2 + 1];
    t->bot_state = BOT_READY;
    /* A shop that comes back keeps its bot: the embed code stands in the merchant's pages. One from another backend is
     * not ours to keep. */
    if (t->bot_id && t->backend == BACKEND_BUILTIN) return;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, text);
    t->bot_id = arena_printf(a, "bot_%s", text);
}

const struct recipe recipe_builtin = { .backend = BACKEND_BUILTIN, .name = "builtin", .at_once = register_at_once };
