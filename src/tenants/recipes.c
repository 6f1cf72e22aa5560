/* recipes.c: the table of backends. A new one is a file in recipes/ and a row here. */
#include "tenants/recipes.h"

static const struct recipe *const recipes[] = { &recipe_builtin, &recipe_chatbot };

const struct recipe *recipe_of(enum backend b)
{
    for (size_t i = 0; i < ARRAY_LEN(recipes); i++)
        if (recipes[i]->backend == b) return recipes[i];
    return &recipe_builtin;                  /* a tenant that was never registered anywhere */
}

const struct recipe *recipe_chosen(void)
{
    return tenants_settings.chatbot_base_url ? &recipe_chatbot : &recipe_builtin;
}
