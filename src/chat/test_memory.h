/* test_memory.h: what a shop knows, in memory: a struct knowledge_source over a shop.json (tests/answers/README.md),
 * with a search that looks at everything. For tests of the models, and for the answer sets without a server. */
#ifndef CHATHUB_CHAT_TEST_MEMORY_H
#define CHATHUB_CHAT_TEST_MEMORY_H

#include "knowledge/knowledge.h"

struct memory_shop;
/* All of it lives in the arena. NULL: the text is no shop. */
struct memory_shop *memory_shop_read(struct arena *a, struct str json);
const struct knowledge_source *memory_shop_source(const struct memory_shop *s);
/* The storage is gone: every question to it fails, after `good` more. */
void memory_shop_break(struct memory_shop *s, int good);

#endif
