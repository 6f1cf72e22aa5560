/* kinds.c: the names of what a shop knows, as they stand on the wire. */
#include "knowledge/knowledge.h"

const char *knowledge_kind_name(enum knowledge_kind k)
{
    static const char *const names[KNOWLEDGE_KIND_COUNT] = { "faq", "document", "promotion" };
    assert(k >= 0 && k < KNOWLEDGE_KIND_COUNT);
    return names[k];
}
