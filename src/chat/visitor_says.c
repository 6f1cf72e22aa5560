/* visitor_says.c: a visitor's word and wish, however it comes: over HTTP (visitor_routes.c), a socket (socket.c), or
 * from its shop's own server (channel_routes.c). */
#include "chat/private.h"

const struct field post_message_fields[] = {
    FIELD_TEXT(struct post_message, text, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "Kept to the byte."),
    FIELD_TEXT(struct post_message, clientId, .min = 8, .max = CLIENT_ID_MAX, .form = TEXT_EXACT,
               .doc = "Made by the sender for this message: sent again with it, it is the same message."),
    FIELD_END
};

enum message_put visitor_says(struct tx *tx, struct visitor *v, const struct post_message *in, int64_t now_ms,
                              struct message *m, struct conversation *c)
{
    if (!visitor_conversation_or_new(tx, v, now_ms, c)) return MESSAGE_FAULT;
    const struct message_new new = { .conversation = c->id,
                                     .author = CHAT_BY_VISITOR,
                                     .author_name = v->name,
                                     .client_id = in->clientId,
                                     .text = in->text,
                                     .now_ms = now_ms };
    enum message_put put = message_put(tx, &new, m, c);
    return put == MESSAGE_NEW && !chat_answer_later(tx, c, now_ms) ? MESSAGE_FAULT : put;
}

enum row visitor_wants(struct tx *tx, struct visitor *v, enum chat_act_kind kind, int64_t now_ms,
                       struct conversation *c, enum chat_may *may)
{
    if (!visitor_conversation_or_new(tx, v, now_ms, c)) return ROW_FAULT;
    return conversation_act(tx, c->id, &(struct chat_act){ .kind = kind, .now_ms = now_ms }, c, may);
}
