/* model.h: what answers a shopper. A model gets the words of a conversation and a struct knowledge_source, and gives
 * one reply: text, what kind of reply it is, and what it stands on. It changes nothing and keeps nothing: who may
 * speak, when, and what is stored is the agent's matter.
 *
 * The outcome is data (enum model_action), because others act on it: a decline is counted among the questions that
 * found no answer, a hand-off calls a person. Rejected: finding that out from the words of the reply. */
#ifndef CHATHUB_CHAT_MODELS_MODEL_H
#define CHATHUB_CHAT_MODELS_MODEL_H

#include "chat/models/sayings.h"
#include "knowledge/knowledge.h"

struct model_turn {
    bool customer;    /* false: the shop's side, bot or person */
    const char *text; /* "" when it was a picture alone */
    bool picture;     /* it brought one, which no model here can look at */
};

struct model_ask {
    const struct model_turn *turn; /* the oldest first; the last is the customer's, and is what is answered */
    size_t turns;
    const char *language;       /* the page's, when the words do not tell; NULL: the shop's */
    const char *verified_email; /* of a customer whom the shop vouches for; NULL: a stranger */
    const struct knowledge_source *source;
    bool orders_rest; /* somebody has guessed at orders: none is told by its number, and `source` knows none */
    const struct sayings *sayings; /* the shop's own; NULL: none */
    bool no_wish;                  /* its words are known to be no wish for a person */
    struct arena *arena;
};

enum model_action {
    REPLY_NOTHING, /* say nothing */
    REPLY_ANSWER,
    REPLY_ASK,           /* a question back */
    REPLY_DECLINE,       /* does not know, or may not; offers a person in words */
    REPLY_HAND_OFF,      /* a person should take over, though nobody asked for one */
    REPLY_HAND_OFF_ASKED /* the shopper's words were taken as a wish for a person */
};
const char *model_action_name(enum model_action a);

enum model_cited_kind { CITED_PRODUCT, CITED_VARIANT, CITED_FAQ, CITED_DOCUMENT, CITED_PROMOTION };
const char *model_cited_name(enum model_cited_kind k);
struct model_cited {
    enum model_cited_kind kind;
    const char *id, *title, *url;            /* url NULL: none */
    const struct knowledge_product *product; /* of CITED_PRODUCT, as the model read it; NULL: by its id alone */
};

enum { MODEL_CITED = 16 };
struct model_reply {
    const char *text;     /* NULL: nothing */
    const char *language; /* "en", "zh-CN", "es" */
    enum model_action action;
    const struct model_cited *source;
    size_t sources;
    bool failed;       /* it looked, and found nothing: others than this are declined for a reason */
    bool order_missed; /* an order's number and an address that do not belong together: the agent counts these */
    const char *order; /* the number of one that was told for its number and the address that were said; NULL: none */
    const char *why;   /* for the merchant's test-drive: how the question was read */
};

/* The model that needs no outside service (local.c). False: the storage failed, and nothing was answered. */
MUST_USE bool model_local(const struct model_ask *ask, struct model_reply *out);

#endif
