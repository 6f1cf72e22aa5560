/* verify.c: what must be true of conversations: numbers without a gap, a history that leads to where they are, unread
 * words counted. */
#include "chat/channel.h"
#include "chat/pictures.h"

enum { VERIFY_PAGE = 200 };

STMT(verify_page,
     "SELECT c.id, c.back_at_ms, c.alert_at_ms, c.status, c.owner, c.person, c.epoch, c.last_number, c.last_note, "
     "c.team_unread, c.visitor_unread,"
     " (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation = c.id) AS messages,"
     " (SELECT COALESCE(MAX(m.number), 0) FROM chat_messages m WHERE m.conversation = c.id) AS newest,"
     " (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation = c.id AND m.author = 1 AND m.number > c.team_read)"
     "   AS behind_team,"
     " (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation = c.id AND m.author <> 1"
     "   AND m.number > c.visitor_read) AS behind_visitor,"
     " (SELECT COUNT(*) FROM chat_notes n WHERE n.conversation = c.id) AS notes,"
     " (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation = c.id AND m.epoch > c.epoch) AS from_later,"
     " (SELECT v.status * 1000 + v.owner * 100 + (CASE WHEN v.person = c.person THEN 1 ELSE 0 END) FROM chat_moves v"
     "   WHERE v.conversation = c.id ORDER BY v.epoch DESC LIMIT 1) AS last_move"
     " FROM chat_conversations c WHERE c.id > ?1 ORDER BY c.id LIMIT ?2");

static const char *complaint(const struct query *q)
{
    int64_t last = col_i64(q, "last_number");
    if (col_i64(q, "messages") != last || col_i64(q, "newest") != last) return "its messages' numbers have a gap";
    if (col_i64(q, "notes") != col_i64(q, "last_note")) return "its notes' numbers have a gap";
    if (col_i64(q, "team_unread") != col_i64(q, "behind_team")) return "what the team has not read is counted wrong";
    if (col_i64(q, "visitor_unread") != col_i64(q, "behind_visitor"))
        return "what its visitor has not read is counted wrong";
    if (col_i64(q, "from_later") != 0 || col_i64(q, "epoch") < 1) return "a message is of an epoch to come";
    int64_t is = col_i64(q, "status") * 1000 + col_i64(q, "owner") * 100 + 1;
    if (col_i64(q, "last_move") != is) return "it was moved without its mover";
    bool open = col_i64(q, "status") == CHAT_OPEN;
    int64_t owner = col_i64(q, "owner");
    if (col_i64(q, "back_at_ms") != 0 && !(open && owner == CHAT_PERSON))
        return "the assistant is due where it cannot be";
    if (col_i64(q, "alert_at_ms") != 0 && !(open && owner == CHAT_WAITING)) return "a letter is due and nobody waits";
    return (col_i64(q, "person") != 0) == (owner == CHAT_PERSON) ? NULL : "nobody speaks, or two do";
}

static bool conversations_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_page);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = complaint(&q);
        if (what) verify_found(found, "conversation", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* ---- what was taken out ---- */

STMT(verify_erasures, "SELECT e.id, e.kind, e.done_at_ms,"
                      " (SELECT COUNT(*) FROM chat_conversations c WHERE c.id = e.subject) AS conversations,"
                      " (SELECT COUNT(*) FROM chat_visitors v WHERE v.id = e.subject) AS visitors,"
                      " (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation = e.subject) +"
                      " (SELECT COUNT(*) FROM chat_notes n WHERE n.conversation = e.subject) +"
                      " (SELECT COUNT(*) FROM chat_order_proofs p WHERE p.conversation = e.subject) AS words"
                      " FROM chat_erasures e WHERE e.id > ?1 ORDER BY e.id LIMIT ?2");

static const char *survivor(const struct query *q)
{
    enum { CONVERSATION = 1, VISITOR };
    int64_t kind = col_i64(q, "kind");
    if (kind == VISITOR && col_i64(q, "visitors") != 0) return "a visitor who was erased is there";
    if (kind != CONVERSATION) return NULL;
    if (col_i64(q, "conversations") != 0) return "a conversation that was taken out is there";
    bool over = col_i64(q, "done_at_ms") != 0;
    return over && col_i64(q, "words") != 0 ? "words of a conversation that was taken out are there" : NULL;
}

static bool erasures_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_erasures);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = survivor(&q);
        if (what) verify_found(found, "erasure", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* ---- whom shops vouch for ---- */

STMT(verify_identities,
     "SELECT i.visitor, (SELECT COUNT(*) FROM chat_visitors v WHERE v.id = i.visitor AND v.shop = i.shop"
     " AND v.account = i.account) AS visitors FROM chat_identities i WHERE i.visitor > ?1 ORDER BY i.visitor LIMIT ?2");

static bool identities_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_identities);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "visitor");
        if (col_i64(&q, "visitors") != 1)
            verify_found(found, "visitor", found->cursor[0],
                         "a shop vouches for a visitor who is not there, or not its");
    }
    return row != ROW_FAULT;
}

const struct verify_check chat_checks[] = {
    { .name = "chat.conversations",
      .doc = "Every message has its number, and who speaks came through the mover.",
      .piece = conversations_piece },
    { .name = "chat.identities", .doc = "Whom a shop vouches for is a visitor of it.", .piece = identities_piece },
    { .name = "chat.settings",
      .doc = "What is stored of a shop's chat settings would be taken today.",
      .piece = chat_settings_piece },
    { .name = "chat.erasures", .doc = "What was taken out is not there.", .piece = erasures_piece },
    { .name = "chat.gone",
      .doc = "Of who was erased there is no picture, and no name that nobody takes out.",
      .piece = chat_gone_piece },
    { .name = "chat.images",
      .doc = "Every picture has its bytes and is shown as often as it says.",
      .piece = chat_images_piece },
    { .name = "chat.channels",
      .doc = "A channel is of a shop of its account, and a test under way is sent.",
      .piece = channel_channels_piece },
    { .name = "chat.channel_talks",
      .doc = "What a channel tells is of a conversation of its shop, and what waits is sent.",
      .piece = channel_talks_piece },
    { .name = "chat.channel_customers",
      .doc = "A channel's customer is a visitor of its shop, whose conversations are told.",
      .piece = channel_customers_piece },
    { .name = "chat.channel_sends",
      .doc = "The last tries of a channel are of messages of its shop.",
      .piece = channel_sends_piece },
    VERIFY_END
};
