/* mention_routes.c: where somebody was named in notes and has not looked since: what the bell of every page of the
 * console shows. The naming itself stands in mentions.c. */
#include "chat/desk.h"

#include "base/unicode.h"
#include "http/events.h"

enum { NAMED_MAX = 20, WORDS_MAX = 140 };

/* Of a conversation the newest note alone. */
STMT(named, "SELECT m.conversation, n.person_name, n.text, n.at_ms, v.name AS visitor, c.shop FROM chat_mentions m"
            " JOIN chat_notes n ON n.conversation = m.conversation AND n.number = m.note"
            " JOIN chat_conversations c ON c.id = m.conversation JOIN chat_visitors v ON v.id = c.visitor"
            " WHERE m.account = ?1 AND m.person = ?2 AND m.seen_at_ms = 0 AND m.note = (SELECT MAX(x.note)"
            " FROM chat_mentions x WHERE x.conversation = m.conversation AND x.account = ?1 AND x.person = ?2"
            " AND x.seen_at_ms = 0) ORDER BY m.conversation DESC LIMIT ?3");

struct named {
    int64_t conversation, shop, at_ms;
    const char *by, *visitor, *words;
};
struct named_list {
    struct named one[NAMED_MAX];
    size_t count;
    bool more;
};

/* clang-format off */
static const struct shape naming_shape[] = {
    SHAPE_I64("conversation"), SHAPE_I64("shop"), SHAPE_TEXT("visitorName", .doc = "Empty: it is not known."),
    SHAPE_TEXT("by", .doc = "Who wrote the note."), SHAPE_TEXT("words", .doc = "Its beginning."), SHAPE_TIME("at"),
    SHAPE_END };
static const struct shape named_shape[] = {
    SHAPE_LIST("mentions", naming_shape, .type_name = "ChatMention"),
    SHAPE_BOOL("more", .doc = "There are others, which the inbox lists."), SHAPE_END };
/* clang-format on */

static void named_json(struct json *j, const void *arg)
{
    const struct named_list *l = arg;
    json_array(j, "mentions");
    for (size_t i = 0; i < l->count; i++) {
        const struct named *n = &l->one[i];
        json_object(j, NULL);
        json_i64(j, "conversation", n->conversation), json_i64(j, "shop", n->shop);
        json_text(j, "visitorName", n->visitor), json_text(j, "by", n->by), json_text(j, "words", n->words);
        json_time(j, "at", n->at_ms);
        json_end(j);
    }
    json_end(j);
    json_bool(j, "more", l->more);
}

static enum answer run_mentions(struct req *req)
{
    struct named_list *l = ARENA_NEW(req->arena, struct named_list);
    struct query q = query(req->tx, &named);
    enum row row;
    *l = (struct named_list){ .count = 0 };
    bind_i64(&q, req->who.account), bind_i64(&q, req->who.person), bind_i64(&q, NAMED_MAX + 1);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct str words = col_str(&q, "text");
        size_t n = unicode_cut(words, WORDS_MAX);
        l->more = l->count == NAMED_MAX;
        if (l->more) continue;
        l->one[l->count++] =
            (struct named){ .conversation = col_i64(&q, "conversation"),
                            .shop = col_i64(&q, "shop"),
                            .at_ms = col_i64(&q, "at_ms"),
                            .by = col_text(&q, "person_name"),
                            .visitor = col_text(&q, "visitor"),
                            .words = arena_printf(req->arena, "%.*s%s", (int)n, words.p, n < words.n ? "…" : "") };
    }
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, named_json, l);
}

static void hint_json(struct json *j, const void *arg) { json_i64(j, "conversation", *(const int64_t *)arg); }

bool mentions_hint(struct tx *tx, int64_t conversation)
{
    struct conversation c;
    enum row row = conversation_locked(tx, conversation, &c);
    if (row != ROW_FOUND) return row == ROW_NONE;
    return events_put(tx, c.account, "mention", hint_json, &c.id);
}

/* clang-format off */
const struct route chat_mention_routes[] = {
    { .verb = VERB_GET, .path = "/api/inbox/mentions", .who = WHO_STAFF, .tx = TX_READ, .tag = "Inbox",
      .answer = named_shape, .run = run_mentions,
      .doc = "Notes that name you, in conversations that you have not looked at since." },
    ROUTE_END
};
/* clang-format on */
