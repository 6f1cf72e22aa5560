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
    for (size_t i = 0; i < s->domains; i++)
        if (host_name_covers(a, s->domain[i], str_of(host))) return true;
    return false;
}
