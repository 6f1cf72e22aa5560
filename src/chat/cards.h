/* cards.h: what a reply shows beside its words: its products, as cards; and, for the team alone, what it stands on. */
#ifndef CHATHUB_CHAT_CARDS_H
#define CHATHUB_CHAT_CARDS_H

#include "chat/models/model.h"

enum { CARDS_MAX = 3, CARD_TITLE_MAX = 160, CARD_URL_MAX = 300 };
/* *out: a JSON list, NULL when the reply shows none. `domain`: the shop's, NULL: none. False: storage fault. */
MUST_USE bool chat_cards(struct arena *a, const struct knowledge_source *source, const char *domain,
                         const struct model_reply *r, const char **out);
extern const struct shape chat_card_shape[];

/* What the reply stands on, in its order: *out is a JSON list, NULL when that is nothing. */
enum { SOURCES_MAX = 8, SOURCES_BYTES = 2000 };
void chat_sources(struct arena *a, const struct knowledge_source *source, const struct model_reply *r,
                  const char **out);
extern const struct shape chat_source_shape[];

#endif
