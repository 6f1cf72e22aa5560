/* kinds.c: the names of what a shop knows, as they stand on the wire. */
#include "knowledge/private.h"

const char *knowledge_kind_name(enum knowledge_kind k)
{
    static const char *const names[KNOWLEDGE_KIND_COUNT] = { "faq", "document", "promotion" };
    assert(k >= 0 && k < KNOWLEDGE_KIND_COUNT);
    return names[k];
}

#define CURRENCY_NAME(code, digits) #code,
const char *const know_currency_names[] = { CURRENCIES(CURRENCY_NAME) NULL };
static_assert(ARRAY_LEN(know_currency_names) == CURRENCY_COUNT, "a name each, but for none");
