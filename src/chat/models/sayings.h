/* sayings.h: the sentences that the local model says of its own, and a shop's own of these. A sentence has holes,
 * "{title}", which are filled with facts; a shop may say all of it otherwise, and may not lose a hole, or the fact
 * would not be told. Amounts and addresses are facts and stand in no sentence. */
#ifndef CHATHUB_CHAT_MODELS_SAYINGS_H
#define CHATHUB_CHAT_MODELS_SAYINGS_H

#include "base/arena.h"
#include "base/str.h"

/* clang-format off */
#define SAYINGS(X) \
    X(GREETING, "greeting") X(THANKS, "thanks") X(BYE, "bye") X(WHO, "who") X(FINE, "fine") X(HAND_OFF, "handOff") \
    X(HAND_OFF_ANGER, "handOffAnger") X(INJECTION, "injection") X(UNKNOWN, "unknown") X(UNKNOWN_OF, "unknownOf") \
    X(NOT_SOLD, "notSold") X(NEAR, "near") X(PRICE, "price") X(PRICE_FROM, "priceFrom") X(PRICE_NONE, "priceNone") \
    X(IN_STOCK, "inStock") X(OUT_OF_STOCK, "outOfStock") X(YES_STOCK, "yesStock") X(NO_STOCK, "noStock") \
    X(NO_VARIANT, "noVariant") X(OPTIONS, "options") X(OPTION_LINE, "optionLine") X(WHICH, "which") \
    X(WHICH_OPTION, "whichOption") X(LIST, "list") X(MORE, "more") X(HAVE, "have") X(HAGGLE, "haggle") \
    X(HAGGLE_PRICE, "hagglePrice") X(OTHER_LANGUAGE, "otherLanguage") X(ORDER_NEED_BOTH, "orderNeedBoth") \
    X(ORDER_NEED_EMAIL, "orderNeedEmail") X(ORDER_NEED_NUMBER, "orderNeedNumber") X(ORDER_NO_MATCH, "orderNoMatch") \
    X(ORDERS_REST, "ordersRest") \
    X(ORDER_STATE, "orderState") X(ORDER_SHIPMENT, "orderShipment") X(ORDER_ITEMS, "orderItems") \
    X(WHICH_PRODUCT, "whichProduct") X(NO_CODE, "noCode") X(NO_GIFT, "noGift") X(CHEAPER, "cheaper") \
    X(SAME_PRICE, "samePrice") X(ITEM_UNKNOWN, "itemUnknown") X(EMPTY, "empty") X(PICTURE, "picture")
/* clang-format on */
#define SAYING_KEY(key, name) SAY_##key,
enum say { SAYINGS(SAYING_KEY) SAY_COUNT };
enum local_language { LOCAL_EN, LOCAL_ZH, LOCAL_ES, LOCAL_LANGUAGES };
extern const char *const say_names[], *const say_language_names[]; /* as on the wire; NULL-ended */

struct sayings { /* of one shop; NULL: the built-in one */
    const char *text[LOCAL_LANGUAGES][SAY_COUNT];
};
/* `own` NULL: none. With the blanks around it by which it stands beside others. */
const char *say_text(const struct sayings *own, enum local_language l, enum say s);
struct str say_built_in(enum local_language l, enum say s); /* without those */
enum { SAYING_HOLES = 4 };
/* The names of its holes. */
size_t say_holes(struct str text, struct str out[SAYING_HOLES]);
/* NULL: it may be said instead; else a code. */
const char *say_judge(enum local_language l, enum say s, const char *text);

#endif
