/* says.c: what a shop's chat settings say to this folder: they are kept by a later one. */
#include "knowledge/private.h"

#include "base/unicode.h"

struct knowledge_hooks knowledge_hooks;

bool know_shop_says(struct tx *tx, int64_t shop, struct arena *a, struct knowledge_says *out)
{
    *out = (struct knowledge_says){ .domains = 0 };
    return knowledge_hooks.shop_says == NULL || knowledge_hooks.shop_says(tx, shop, a, out);
}

bool know_says_own(struct arena *a, const struct knowledge_says *s, const char *host)
{
    struct arena_mark m = arena_mark(a);
    bool own = false;
    for (size_t i = 0; i < s->domains && !own; i++) own = host_name_covers(a, s->domain[i], str_of(host));
    arena_release(a, m); /* it is asked for each address of a map: what was read of the names would add up */
    return own;
}
