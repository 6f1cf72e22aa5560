/* mentions.c: who was named in a note, and has not looked since. */
#include "chat/desk.h"

#include "http/events.h"

STMT(put, "INSERT INTO chat_mentions (conversation, note, person, account, at_ms, seen_at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING");
STMT(seen, "UPDATE chat_mentions SET seen_at_ms = ?4 WHERE account = ?1 AND person = ?2 AND conversation = ?3"
           " AND seen_at_ms = 0");
STMT(page, "SELECT DISTINCT conversation FROM chat_mentions WHERE account = ?1 AND person = ?2 AND conversation < ?3"
           " AND seen_at_ms = 0 ORDER BY conversation DESC LIMIT ?4");

struct mention {
    const struct note *note;
    int64_t person;
};

static void mention_json(struct json *j, const void *arg)
{
    const struct mention *m = arg;
    json_i64(j, "conversation", m->note->conversation);
    json_i64(j, "person", m->person);
    json_text(j, "name", m->note->person_name);
}

bool mention_put(struct tx *tx, const struct conversation *c, const struct note *n, int64_t person)
{
    const struct mention m = { n, person };
    struct query q = query(tx, &put);
    bind_i64(&q, c->id), bind_i64(&q, n->number), bind_i64(&q, person), bind_i64(&q, c->account);
    bind_i64(&q, n->at_ms);
    int64_t added = query_change(&q);
    if (added != 1) return added == 0;
    return mention_mail_later(tx, c, n, person) &&
           events_put_to(tx, (struct topic){ TOPIC_INBOX, c->account }, "mention", mention_json, &m);
}

bool mentions_seen(struct tx *tx, int64_t account, int64_t conversation, int64_t person, int64_t now_ms)
{
    struct query q = query(tx, &seen);
    bind_i64(&q, account), bind_i64(&q, person), bind_i64(&q, conversation), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool mentions_page(struct tx *tx, int64_t account, int64_t person, int64_t before, size_t most, int64_t *ids,
                   size_t *count)
{
    struct query q = query(tx, &page);
    enum row row;
    bind_i64(&q, account), bind_i64(&q, person), bind_i64(&q, before), bind_i64(&q, (int64_t)most);
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND) ids[(*count)++] = col_i64(&q, "conversation");
    return row == ROW_NONE;
}
