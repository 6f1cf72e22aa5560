/* messages.c: the one way in for a word of anybody, and the pages that readers fill their gaps from.
 *
 * The number is given by the insert itself, from the conversation's row under its lock: numbers have no gap and no two
 * are the same. A bot's reply is inserted by a statement that demands that the bot speaks and that the epoch is the one
 * the reply was made for: the check and the write are one. (PostgreSQL reads a row that it had to wait for anew, so
 * what it checks there is what was committed.) A word that comes again, by its sender's own id, is answered with the
 * one that is there: also when it would be too late by now. */
#include "chat/channel.h"
#include "chat/faces.h"

#include "base/clock.h"

#define INSERT_FROM(epoch, beside, condition)                                                                          \
    "INSERT INTO chat_messages (conversation, number, account, author, person, author_name, epoch, client_key, text,"  \
    " at_ms, cards, sources) SELECT c.id, c.last_number + 1, c.account, ?2, ?3, ?4, " epoch ", ?5, ?6, ?7, " beside    \
    " FROM chat_conversations c WHERE c.id = ?1" condition
#define TYPED_INSERT_FROM(epoch, beside, condition)                                                                    \
    "INSERT INTO chat_messages (conversation, number, account, author, person, author_name, epoch, client_key, text,"  \
    " at_ms, cards, sources) SELECT c.id, c.last_number + 1, c.account, ?2::bigint, ?3::bigint, ?4::text, " epoch      \
    ", ?5::text, ?6::text, ?7::bigint, " beside " FROM chat_conversations c WHERE c.id = ?1" condition                 \
    " FOR UPDATE OF c"
#define ONCE " ON CONFLICT DO NOTHING RETURNING number"
#define BOT_SPEAKS " AND c.owner = 1 AND c.status = 1 AND c.epoch = ?8"

STMT(put, INSERT_FROM("c.epoch", "NULL, NULL", "") ONCE,
     .postgres = TYPED_INSERT_FROM("c.epoch", "NULL::text, NULL::text", "") ONCE);
STMT(put_reply, INSERT_FROM("c.epoch", "?9, ?10", BOT_SPEAKS) ONCE,
     .postgres = TYPED_INSERT_FROM("c.epoch", "?9::text, ?10::text", BOT_SPEAKS) ONCE);
#define IMAGE "image, kind, bytes, width, height"
/* Of a person; the bot's is the same for a whole page. */
#define FACE                                                                                                           \
    "CASE WHEN author = 3 THEN (SELECT f.name FROM chat_faces f WHERE f.person = chat_messages.person AND f.shop = 0)" \
    " END AS picture"
#define WITH_IMAGE " FROM chat_messages LEFT JOIN chat_images ON chat_images.id = image"
STMT(by_client, "SELECT number, author, person, author_name, text, at_ms, cards, sources, " IMAGE ", " FACE WITH_IMAGE
                " WHERE conversation = ?1 AND client_key = ?2");
#define COLUMNS "number, author, person, author_name, client_key, text, at_ms, cards, sources, " IMAGE ", " FACE
STMT(behind, "SELECT " COLUMNS WITH_IMAGE " WHERE conversation = ?1 AND number > ?2 ORDER BY number LIMIT ?3");
STMT(before_it, "SELECT " COLUMNS WITH_IMAGE " WHERE conversation = ?1 AND number < ?2"
                " ORDER BY number DESC LIMIT ?3");
STMT(count_unread, "SELECT COUNT(*) AS unread FROM chat_messages WHERE conversation = ?1 AND number > ?2"
                   " AND ((author = 1) = (CAST(?3 AS BIGINT) = 1))");

STMT(by_author, "SELECT author, COUNT(*) AS said FROM (SELECT author FROM chat_messages WHERE conversation = ?1"
                " ORDER BY number LIMIT ?2) AS few GROUP BY author");

/* Whose id it is: the visitor's and each person's are theirs alone. */
static const char *client_key(struct tx *tx, const struct message_new *in)
{
    if (in->client_id == NULL) return NULL;
    if (in->author == CHAT_BY_PERSON)
        return arena_printf(tx_arena(tx), "p%lld:%s", (long long)in->person, in->client_id);
    const char *who = in->by_mail ? "m" : in->author == CHAT_BY_VISITOR ? "v" : in->author == CHAT_BY_BOT ? "b" : "h";
    return arena_printf(tx_arena(tx), "%s:%s", who, in->client_id);
}

/* "m:<id>" came by mail. "v:<id>" is the visitor's, so that its browser knows its own words again. Nobody else's id is
 * shown. */
static const char *own_id(const char *key, enum chat_author author)
{
    return author == CHAT_BY_VISITOR && key && key[0] == 'v' ? key + 2 : NULL;
}

/* "h:<name>:<epoch>" is a notice of the house: what it says, for who has words of its own for it. */
static void know_key(struct tx *tx, const char *key, struct message *m)
{
    m->client_id = own_id(key, m->author);
    m->by_mail = m->author == CHAT_BY_VISITOR && key != NULL && key[0] == 'm';
    if (m->author != CHAT_BY_HOUSE || key == NULL || key[0] != 'h') return;
    const char *end = strchr(key + 2, ':');
    if (end != NULL) m->notice = arena_text_n(tx_arena(tx), key + 2, (size_t)(end - key) - 2);
}

static const struct chat_image *image_of(const struct query *q)
{
    if (col_i64(q, "image") == 0 || col_is_null(q, "kind")) return NULL;
    struct chat_image *i = ARENA_NEW(tx_arena(q->tx), struct chat_image);
    *i = (struct chat_image){ .id = col_i64(q, "image"),
                              .kind = (int)col_i64(q, "kind"),
                              .bytes = col_i64(q, "bytes"),
                              .width = col_i64(q, "width"),
                              .height = col_i64(q, "height") };
    return i;
}

static bool same_image(const struct chat_image *a, const struct chat_image *b)
{
    return (a ? a->id : 0) == (b ? b->id : 0);
}

static void from_row(const struct query *q, int64_t conversation, struct message *out)
{
    *out = (struct message){ .conversation = conversation,
                             .number = col_i64(q, "number"),
                             .author = (enum chat_author)col_state(q, "author", CHAT_BY_VISITOR, CHAT_BY_HOUSE),
                             .person = col_i64(q, "person"),
                             .author_name = col_text(q, "author_name"),
                             .text = col_text(q, "text"),
                             .image = image_of(q),
                             .cards = col_text(q, "cards"),
                             .sources = col_text(q, "sources"),
                             .picture = col_text(q, "picture"),
                             .at_ms = col_i64(q, "at_ms") };
}

static enum row insert(struct tx *tx, const struct message_new *in, const char *key, int64_t *number)
{
    bool reply = in->author == CHAT_BY_BOT;
    struct query q = query(tx, reply ? &put_reply : &put);
    bind_i64(&q, in->conversation), bind_i64(&q, in->author), bind_i64(&q, in->person);
    bind_text(&q, in->author_name ? in->author_name : ""), bind_text(&q, key), bind_text(&q, in->text);
    bind_i64(&q, in->now_ms);
    if (reply) bind_i64(&q, in->epoch), bind_text(&q, in->cards), bind_text(&q, in->sources);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *number = col_i64(&q, "number");
    return row;
}

/* Nothing is inserted: it was there, or may not be. */
static enum message_put not_inserted(struct tx *tx, const struct message_new *in, const char *key, struct message *out)
{
    bool may_be_late = in->author == CHAT_BY_BOT || in->seen_epoch != 0;
    enum message_put refused = may_be_late ? MESSAGE_STALE : MESSAGE_FAULT;
    if (key == NULL) return refused;
    struct query q = query(tx, &by_client);
    bind_i64(&q, in->conversation), bind_text(&q, key);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return MESSAGE_FAULT;
    if (row == ROW_NONE) return refused;
    from_row(&q, in->conversation, out);
    know_key(tx, key, out);
    return text_eq(out->text, in->text) && same_image(out->image, in->image) ? MESSAGE_AGAIN : MESSAGE_OTHER;
}

static const enum chat_act_kind act_of[] = {
    [CHAT_BY_VISITOR] = ACT_VISITOR_WROTE,
    [CHAT_BY_BOT] = ACT_BOT_WROTE,
    [CHAT_BY_PERSON] = ACT_PERSON_WROTE,
    [CHAT_BY_HOUSE] = ACT_HOUSE_WROTE,
};

/* A person's word takes the conversation over, and somebody was quicker. */
static bool is_late(const struct conversation *before, const struct chat_act *act)
{
    struct conversation after;
    return act->seen_epoch != 0 && conversation_after(before, act, &after) == CHAT_LOST;
}

/* Who writes has read what was there. */
static void count_word(const struct message_new *in, const struct message *m, struct conversation *c)
{
    c->last_number = m->number;
    if (m->at_ms > c->last_at_ms || time_is_ahead(c->last_at_ms, m->at_ms)) c->last_at_ms = m->at_ms;
    if (m->author == CHAT_BY_VISITOR) {
        c->team_unread++;
        if (!in->stays_unread) c->visitor_read = m->number, c->visitor_unread = 0;
    } else {
        c->visitor_unread++;
    }
    if (m->author == CHAT_BY_PERSON) c->team_read = m->number, c->team_unread = 0;
}

static bool put_face(struct tx *tx, struct message *m)
{
    if (m->author == CHAT_BY_BOT) return face_of_bot(tx, m->conversation, &m->picture);
    return m->author != CHAT_BY_PERSON || face_name(tx, &(struct face_owner){ .person = m->person }, &m->picture);
}

enum message_put message_put(struct tx *tx, const struct message_new *in, struct message *out, struct conversation *c)
{
    struct conversation before;
    enum row row = conversation_locked(tx, in->conversation, &before);
    if (row != ROW_FOUND) return row == ROW_NONE ? MESSAGE_NOWHERE : MESSAGE_FAULT;
    const char *key = client_key(tx, in);
    int64_t number = 0;
    struct chat_act act = { .kind = act_of[in->author],
                            .person = in->person,
                            .person_name = in->author_name,
                            .seen_epoch = in->seen_epoch,
                            .failed = in->failed,
                            .now_ms = in->now_ms };
    *c = before;
    if (is_late(&before, &act)) return not_inserted(tx, in, key, out);
    row = insert(tx, in, key, &number);
    if (row == ROW_FAULT) return MESSAGE_FAULT;
    if (row == ROW_NONE) return not_inserted(tx, in, key, out);
    *out = (struct message){ .conversation = in->conversation,
                             .number = number,
                             .author = in->author,
                             .person = in->person,
                             .author_name = in->author_name ? in->author_name : "",
                             .text = in->text,
                             .image = in->image,
                             .cards = in->author == CHAT_BY_BOT ? in->cards : NULL,
                             .sources = in->author == CHAT_BY_BOT ? in->sources : NULL,
                             .at_ms = in->now_ms };
    know_key(tx, key, out);
    if (!put_face(tx, out)) return MESSAGE_FAULT;
    if (in->image && !chat_image_used(tx, in->conversation, number, in->image->id)) return MESSAGE_FAULT;
    if (in->author != CHAT_BY_VISITOR && !channel_tell(tx, out)) return MESSAGE_FAULT;
    if (!chat_due_times(tx, &before, &act)) return MESSAGE_FAULT;
    (void)conversation_after(&before, &act, c);
    if (!conversation_picture(tx, &before, c)) return MESSAGE_FAULT;
    count_word(in, out, c);
    const struct chat_news news = { .before = &before, .after = c, .message = out };
    bool done =
        conversation_save(tx, &before, c, &act) && line_moved(tx, &before, c, in->now_ms) && chat_tell(tx, &news);
    return done ? MESSAGE_NEW : MESSAGE_FAULT;
}

/* ---- reading ---- */

static bool bot_faces(struct tx *tx, int64_t conversation, struct message *m, size_t count)
{
    const char *name = NULL;
    bool known = false;
    for (size_t i = 0; i < count; i++) {
        if (m[i].author != CHAT_BY_BOT) continue;
        if (!known && !face_of_bot(tx, conversation, &name)) return false;
        known = true;
        m[i].picture = name;
    }
    return true;
}

static bool read_page(struct tx *tx, const struct stmt *s, int64_t conversation, int64_t number, size_t most,
                      struct message *out, size_t *count)
{
    struct query q = query(tx, s);
    enum row row;
    *count = 0;
    bind_i64(&q, conversation), bind_i64(&q, number), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct message *m = &out[(*count)++];
        from_row(&q, conversation, m);
        know_key(tx, col_text(&q, "client_key"), m);
    }
    return row == ROW_NONE && bot_faces(tx, conversation, out, *count);
}

bool messages_after(struct tx *tx, int64_t conversation, int64_t after, size_t most, struct message *out, size_t *count)
{
    return read_page(tx, &behind, conversation, after, most, out, count);
}

bool messages_before(struct tx *tx, int64_t conversation, int64_t before, size_t most, struct message *out,
                     size_t *count)
{
    if (!read_page(tx, &before_it, conversation, before, most, out, count)) return false;
    for (size_t i = 0, j = *count; i + 1 < j; i++) {
        struct message last = out[--j];
        out[j] = out[i];
        out[i] = last;
    }
    return true;
}

/* ---- what was read ---- */

enum row conversation_read(struct tx *tx, int64_t id, enum chat_side side, int64_t number, struct conversation *c)
{
    struct conversation before;
    enum row row = conversation_locked(tx, id, &before);
    if (row != ROW_FOUND) return row;
    *c = before;
    int64_t *read = side == SIDE_VISITOR ? &c->visitor_read : &c->team_read;
    int64_t *unread = side == SIDE_VISITOR ? &c->visitor_unread : &c->team_unread;
    if (number > c->last_number) number = c->last_number;
    if (number <= *read) return ROW_FOUND;
    struct query q = query(tx, &count_unread);
    bind_i64(&q, id), bind_i64(&q, number), bind_i64(&q, side == SIDE_TEAM);
    if (query_row(&q) != ROW_FOUND) return ROW_FAULT;
    *read = number, *unread = col_i64(&q, "unread");
    const struct chat_news news = { .before = &before, .after = c, .read_by = side };
    if (!conversation_save(tx, &before, c, NULL)) return ROW_FAULT;
    return chat_tell(tx, &news) ? ROW_FOUND : ROW_FAULT;
}

bool messages_count(struct tx *tx, int64_t conversation, int64_t most, struct message_counts *out)
{
    struct query q = query(tx, &by_author);
    enum row row;
    *out = (struct message_counts){ 0 };
    bind_i64(&q, conversation), bind_i64(&q, most);
    while ((row = query_next(&q)) == ROW_FOUND) {
        enum chat_author author = (enum chat_author)col_state(&q, "author", CHAT_BY_VISITOR, CHAT_BY_HOUSE);
        int64_t said = col_i64(&q, "said");
        if (author == CHAT_BY_VISITOR) out->visitor = said;
        if (author == CHAT_BY_BOT) out->bot = said;
        if (author == CHAT_BY_PERSON) out->person = said;
    }
    return row == ROW_NONE;
}
