/* builtin.c: the conversations live in this binary. Nothing can fail, so registering is part of the transaction, and
 * nobody outside has to be told of anything. */
#include "tenants/recipe.h"

#include "base/random.h"

enum { BUILTIN_NUMBER = 1, BOT_ID_BYTES = 12 };

static bool is_chosen(void) { return true; }

/* A shop that comes back keeps its bot: the embed code stands in the merchant's pages. */
static void at_once(struct arena *a, struct recipe_bot had, struct recipe_bot *made)
{
    uint8_t random[BOT_ID_BYTES];
    char text[BOT_ID_BYTES * 2 + 1];
    *made = (struct recipe_bot){ .id = had.id, .state = BOT_READY };
    if (had.id) return;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, text);
    made->id = arena_printf(a, "bot_%s", text);
}

static const char *script_base(void) { return tenants_settings.base_url; }

static bool door(struct arena *a, struct recipe_door *out)
{
    *out = (struct recipe_door){ .action = arena_printf(a, "%s/admin", tenants_settings.base_url), .takes_code = true };
    return true;
}

/* clang-format off */
const struct recipe recipe_builtin = { .number = BUILTIN_NUMBER, .name = "builtin", .is_chosen = is_chosen,
                                       .here = true, .at_once = at_once, .script_base = script_base, .door = door };
/* clang-format on */
