/* channel.h: a shop's own server as a channel: it posts what its customers say, and is sent what is said to them. */
#ifndef CHATHUB_CHAT_CHANNEL_H
#define CHATHUB_CHAT_CHANNEL_H

#include "chat/private.h"

struct channel {
    int64_t shop, account, skipped, changed_at_ms;
    const char *url, *error; /* error "": the last try did not fail */
};
/* Of a request: the shop, its own account's (and its own key's); and whether its channel may be used now. Refuses with
 * a problem, or ANSWER_GO_ON. */
enum answer channel_shop(struct req *req, int64_t id, bool locked, struct shop *s);
enum answer channel_in_use(struct req *req, int64_t shop);
MUST_USE enum row channel_get(struct tx *tx, int64_t shop, struct channel *out);
/* Its last tries, newest first. */
enum { CHANNEL_SENDS = 20 };
struct channel_send {
    int64_t conversation, number, at_ms;
    bool sent, over; /* over: given up */
    const char *error;
};
MUST_USE bool channel_sends(struct tx *tx, int64_t shop, struct channel_send out[CHANNEL_SENDS], size_t *count);
#define CHANNEL_OFF "the chat is off" /* channel.error while it waits */
MUST_USE bool channel_set(struct tx *tx, const struct channel *c);
MUST_USE bool channel_drop(struct tx *tx, int64_t shop);
/* "v1,… v1,…": one for each secret that counts now, so that a change of it loses nothing. */
struct webhook_secrets;
const char *channel_signatures(struct arena *a, const struct webhook_secrets *secrets, struct str id, int64_t at_s,
                               struct str body);
extern const struct problem problem_channel_missing;
/* Before its first message: what is said in it is sent to the server of this shop. Again: nothing. */
MUST_USE bool channel_talk_begin(struct tx *tx, const struct conversation *c, const char *customer);
struct channel_talk {
    int64_t conversation, account, shop, told, tries, next_at_ms, off_since_ms;
    const char *customer;
};
MUST_USE enum row channel_talk_get(struct tx *tx, int64_t conversation, struct channel_talk *out);
/* By which id this visitor was brought. ROW_NONE: it came by itself. */
MUST_USE enum row channel_customer_of(struct tx *tx, const struct visitor *v, const char **out);
/* In the transaction of a message that a customer did not say: it is sent, when its conversation is a channel's. */
MUST_USE bool channel_tell(struct tx *tx, const struct message *m);

/* ---- channel_verify.c: for the folder's table of checks ---- */
MUST_USE bool channel_channels_piece(struct tx *tx, struct verify_piece *found);
MUST_USE bool channel_talks_piece(struct tx *tx, struct verify_piece *found);
MUST_USE bool channel_customers_piece(struct tx *tx, struct verify_piece *found);
MUST_USE bool channel_sends_piece(struct tx *tx, struct verify_piece *found);

#endif
