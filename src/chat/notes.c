/* notes.c: what colleagues write beside a conversation. Its visitor neither sees them nor could count them: they have
 * numbers of their own, and say behind which message they stand. A note changes nothing of who speaks. */
#include "chat/private.h"

STMT(put, "INSERT INTO chat_notes (conversation, number, account, behind, person, person_name, client_key, text, at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
STMT(by_client, "SELECT number, behind, text, at_ms FROM chat_notes WHERE conversation = ?1 AND client_key = ?2");
STMT(behind, "SELECT number, behind, person, person_name, text, at_ms FROM chat_notes"
             " WHERE conversation = ?1 AND number > ?2 ORDER BY number LIMIT ?3");
STMT(page, "SELECT number, behind, person, person_name, text, at_ms FROM chat_notes"
           " WHERE conversation = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");

static enum message_put there_already(struct query *q, struct note *n)
{
    bool same = text_eq(col_text(q, "text"), n->text);
    n->number = col_i64(q, "number"), n->behind = col_i64(q, "behind"), n->at_ms = col_i64(q, "at_ms");
    return same ? MESSAGE_AGAIN : MESSAGE_OTHER;
}

enum message_put note_put(struct tx *tx, struct note *n, const char *client_id, struct conversation *c)
{
    struct conversation before;
    enum row row = conversation_locked(tx, n->conversation, &before);
    if (row != ROW_FOUND) return row == ROW_NONE ? MESSAGE_NOWHERE : MESSAGE_FAULT;
    *c = before;
    const char *key = arena_printf(tx_arena(tx), "p%lld:%s", (long long)n->person, client_id);
    struct query known = query(tx, &by_client);
    bind_i64(&known, n->conversation), bind_text(&known, key);
    row = query_row(&known);
    if (row != ROW_NONE) return row == ROW_FOUND ? there_already(&known, n) : MESSAGE_FAULT;
    n->number = ++c->last_note;
    n->behind = c->last_number;
    struct query q = query(tx, &put);
    bind_i64(&q, n->conversation), bind_i64(&q, n->number), bind_i64(&q, c->account), bind_i64(&q, n->behind);
    bind_i64(&q, n->person), bind_text(&q, n->person_name), bind_text(&q, key), bind_text(&q, n->text);
    bind_i64(&q, n->at_ms);
    const struct chat_news news = { .before = &before, .after = c, .note = n };
    if (!query_put(&q) || !conversation_save(tx, &before, c, NULL)) return MESSAGE_FAULT;
    return chat_tell(tx, &news) ? MESSAGE_NEW : MESSAGE_FAULT;
}

static bool read_notes(struct tx *tx, const struct stmt *s, int64_t conversation, int64_t number, size_t most,
                       struct note *out, size_t *count)
{
    struct query q = query(tx, s);
    enum row row;
    *count = 0;
    bind_i64(&q, conversation), bind_i64(&q, number), bind_i64(&q, (int64_t)most);
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct note){ .conversation = conversation,
                                         .number = col_i64(&q, "number"),
                                         .behind = col_i64(&q, "behind"),
                                         .person = col_i64(&q, "person"),
                                         .person_name = col_text(&q, "person_name"),
                                         .text = col_text(&q, "text"),
                                         .at_ms = col_i64(&q, "at_ms") };
    return row == ROW_NONE;
}

bool notes_before(struct tx *tx, int64_t conversation, int64_t before, size_t most, struct note *out, size_t *count)
{
    return read_notes(tx, &page, conversation, before, most, out, count);
}

bool notes_after(struct tx *tx, int64_t conversation, int64_t after, size_t most, struct note *out, size_t *count)
{
    return read_notes(tx, &behind, conversation, after, most, out, count);
}
