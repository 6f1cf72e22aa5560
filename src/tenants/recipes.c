/* recipes.c: the table of backends, made from the list in recipe.h. */
#include "tenants/recipe.h"

#include <stdlib.h>

#define RECIPE_ROW(name) &recipe_##name,
#define RECIPE_NAME(name) #name,
static const struct recipe *const all[] = { RECIPES(RECIPE_ROW) NULL };

const struct recipe *const *recipes = all;
const char *const recipe_names[] = { RECIPES(RECIPE_NAME) NULL };

const struct recipe *recipe_of(int64_t number)
{
    for (const struct recipe *const *r = recipes; *r; r++)
        if ((*r)->number == number) return *r;
    return recipes[0];
}

const struct recipe *recipe_chosen(void)
{
    const struct recipe *chosen = recipes[0];
    for (const struct recipe *const *r = recipes; *r; r++)
        if ((*r)->is_chosen()) chosen = *r;
    return chosen;
}

bool recipes_show_panel_secret(void)
{
    for (const struct recipe *const *r = recipes; *r; r++)
        if ((*r)->shows_panel_secret && (*r)->is_chosen()) return true;
    return false;
}

const struct recipe *recipe_here(void)
{
    const struct recipe *const *r = recipes;
    while (!(*r)->here || !(*r)->at_once) r++; /* there is one: the chat is part of this program */
    return *r;
}

size_t recipe_settings(const struct recipe_setting *out[RECIPE_SETTINGS_MAX])
{
    size_t n = 0;
    for (const struct recipe *const *r = recipes; *r; r++)
        for (size_t i = 0; i < (*r)->settings; i++) {
            if (n == RECIPE_SETTINGS_MAX) abort(); /* a row too many: seen at the first start */
            out[n++] = &(*r)->setting[i];
        }
    return n;
}

void recipes_set(const char *const value[RECIPE_SETTINGS_MAX])
{
    const struct recipe_setting *setting[RECIPE_SETTINGS_MAX];
    size_t n = recipe_settings(setting);
    for (size_t i = 0; i < n; i++) *setting[i]->value = value[i];
}
