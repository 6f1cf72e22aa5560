/* conversations.c: the rows of conversations, and the inbox's pages of them. What may happen is decided in rules.c, and
 * done in acts.c; here a row is written with the epoch that was read as a second line. */
#include "chat/faces.h"

#include "base/clock.h"

static_assert(CHAT_RESOLVED == 3 && CHAT_PERSON == 3 && CHAT_BY_HOUSE == 4, "stored: append, never renumber");

/* clang-format off */
#define COLUMNS                                                                                                        \
    "id, account, shop, visitor, status, owner, epoch, person, person_name, assignee, last_number, last_note,"        \
    " visitor_read, visitor_unread, team_read, team_unread, waiting_since_ms, snoozed_until_ms, resolved_at_ms,"       \
    " created_at_ms, last_at_ms, burst_at_ms, failed, replies, replies_since_ms, back_at_ms, alert_at_ms, alerts," \
    " score, score_words,"                                                                                            \
    " CASE WHEN person <> 0 THEN (SELECT f.name FROM chat_faces f WHERE f.person = c.person AND f.shop = 0) END"       \
    " AS picture"
#define BY_ID "SELECT " COLUMNS " FROM chat_conversations c WHERE id = ?1"
#define PAGE_FROM(condition)                                                                                           \
    "SELECT " COLUMNS ", (SELECT v.name FROM chat_visitors v WHERE v.id = visitor) AS visitor_name,"                   \
    " (SELECT m.text FROM chat_messages m WHERE m.conversation = c.id AND m.author <> 4 /* the house's */"             \
    " ORDER BY m.number DESC LIMIT 1) AS last_text"                                                                    \
    " FROM chat_conversations c WHERE account = ?1 AND " condition
/* Those that were opened and never used are left out. */
#define PAGE(condition)                                                                                                \
    PAGE_FROM(condition) " AND (last_at_ms, id) < (?3, ?4)"                                                            \
    " AND (last_number > 0 OR owner <> 1) AND (CAST(?5 AS BIGINT) = 0 OR shop = ?5)"                                   \
    " ORDER BY last_at_ms DESC, id DESC LIMIT ?6"
/* clang-format on */

STMT(by_id, BY_ID);
/* SQLite has one writer, so a write transaction there holds everything locked already. */
STMT(by_id_locked, BY_ID, .postgres = BY_ID " FOR UPDATE");
STMT(by_id_free, BY_ID, .postgres = BY_ID " FOR UPDATE SKIP LOCKED");
STMT(page_of_status, PAGE("status = ?2"));
STMT(page_of_owner, PAGE("status = 1 AND owner = ?2"));
STMT(page_of_assignee, PAGE("status = 1 AND assignee = ?2"));
/* In this order; another account's is not there. */
#define LISTED(among) PAGE_FROM("id " among) " ORDER BY id DESC"
STMT(listed, LISTED("IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))"),
     .postgres = LISTED("= ANY((?2::text[])::bigint[])"));
STMT(add, "INSERT INTO chat_conversations (account, shop, visitor, status, owner, epoch, person, person_name, assignee,"
          " last_number, last_note, visitor_read, visitor_unread, team_read, team_unread, waiting_since_ms,"
          " snoozed_until_ms, resolved_at_ms, created_at_ms, last_at_ms)"
          " VALUES (?1, ?2, ?3, 1, 1, 1, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?4, ?4) RETURNING id");
STMT(save, "UPDATE chat_conversations SET status = ?3, owner = ?4, epoch = ?5, person = ?6, person_name = ?7,"
           " assignee = ?8, last_number = ?9, last_note = ?10, visitor_read = ?11, visitor_unread = ?12,"
           " team_read = ?13, team_unread = ?14, waiting_since_ms = ?15, snoozed_until_ms = ?16, resolved_at_ms = ?17,"
           " last_at_ms = ?18, burst_at_ms = ?19, failed = ?20, replies = ?21, replies_since_ms = ?22,"
           " back_at_ms = ?23, alert_at_ms = ?24, alerts = ?25 WHERE id = ?1 AND epoch = ?2");
STMT(history, "INSERT INTO chat_moves (conversation, epoch, account, status, owner, person, why, actor, at_ms)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

/* clang-format off */
static void from_row(const struct query *q, struct conversation *out)
{
    *out = (struct conversation){
        .id = col_i64(q, "id"), .account = col_i64(q, "account"), .shop = col_i64(q, "shop"),
        .visitor = col_i64(q, "visitor"), .status = (enum chat_status)col_state(q, "status", CHAT_OPEN, CHAT_RESOLVED),
        .owner = (enum chat_owner)col_state(q, "owner", CHAT_BOT, CHAT_PERSON),
        .epoch = col_i64(q, "epoch"), .person = col_i64(q, "person"),
        .person_name = col_text(q, "person_name"), .assignee = col_i64(q, "assignee"),
        .last_number = col_i64(q, "last_number"), .last_note = col_i64(q, "last_note"),
        .visitor_read = col_i64(q, "visitor_read"), .visitor_unread = col_i64(q, "visitor_unread"),
        .team_read = col_i64(q, "team_read"), .team_unread = col_i64(q, "team_unread"),
        .waiting_since_ms = col_i64(q, "waiting_since_ms"), .snoozed_until_ms = col_i64(q, "snoozed_until_ms"),
        .resolved_at_ms = col_i64(q, "resolved_at_ms"), .created_at_ms = col_i64(q, "created_at_ms"),
        .last_at_ms = col_i64(q, "last_at_ms"), .burst_at_ms = col_i64(q, "burst_at_ms"),
        .failed = col_i64(q, "failed"), .replies = col_i64(q, "replies"),
        .replies_since_ms = col_i64(q, "replies_since_ms"), .back_at_ms = col_i64(q, "back_at_ms"),
        .alert_at_ms = col_i64(q, "alert_at_ms"), .alerts = col_i64(q, "alerts"),
        .score = col_i64(q, "score"), .score_words = col_text(q, "score_words"),
        .picture = col_text(q, "picture") };
}
/* clang-format on */

static enum row one(struct tx *tx, const struct stmt *s, int64_t id, struct conversation *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    from_row(&q, out);
    return line_place(tx, out) ? ROW_FOUND : ROW_FAULT;
}

enum row conversation_get(struct tx *tx, int64_t id, struct conversation *out) { return one(tx, &by_id, id, out); }

enum row conversation_locked(struct tx *tx, int64_t id, struct conversation *out)
{
    return one(tx, &by_id_locked, id, out);
}

enum row conversation_free(struct tx *tx, int64_t id, struct conversation *out)
{
    return one(tx, &by_id_free, id, out);
}

/* ---- writing ---- */

static bool write_history(struct tx *tx, const struct conversation *c, const char *why, int64_t actor, int64_t now_ms)
{
    struct query q = query(tx, &history);
    bind_i64(&q, c->id), bind_i64(&q, c->epoch), bind_i64(&q, c->account), bind_i64(&q, c->status);
    bind_i64(&q, c->owner), bind_i64(&q, c->person), bind_text(&q, why), bind_i64(&q, actor), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool conversation_add(struct tx *tx, struct conversation *c, int64_t now_ms)
{
    struct query q = query(tx, &add);
    bind_i64(&q, c->account), bind_i64(&q, c->shop), bind_i64(&q, c->visitor), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t id = col_i64(&q, "id");
    return conversation_get(tx, id, c) == ROW_FOUND && write_history(tx, c, "begun", 0, now_ms);
}

static const char *const act_names[] = {
    [ACT_VISITOR_WROTE] = "visitor_wrote",
    [ACT_BOT_WROTE] = "bot_wrote",
    [ACT_PERSON_WROTE] = "person_wrote",
    [ACT_TAKE] = "taken",
    [ACT_TO_BOT] = "to_bot",
    [ACT_TO_TEAM] = "to_team",
    [ACT_ASSIGN] = "assigned",
    [ACT_WANT_PERSON] = "person_wanted",
    [ACT_WANT_BOT] = "bot_wanted",
    [ACT_RESOLVE] = "resolved",
    [ACT_REOPEN] = "reopened",
    [ACT_SNOOZE] = "snoozed",
    [ACT_WAKE] = "woken",
    [ACT_BACK] = "back",
    [ACT_HOUSE_WROTE] = "house_wrote",
    [ACT_LEFT] = "left",
};

/* Every changeable member, over the row that has the epoch it was read with; the history, when it moved. */
bool conversation_save(struct tx *tx, const struct conversation *before, const struct conversation *c,
                       const struct chat_act *act)
{
    struct query q = query(tx, &save);
    bind_i64(&q, c->id), bind_i64(&q, before->epoch), bind_i64(&q, c->status), bind_i64(&q, c->owner);
    bind_i64(&q, c->epoch), bind_i64(&q, c->person), bind_text(&q, c->person_name), bind_i64(&q, c->assignee);
    bind_i64(&q, c->last_number), bind_i64(&q, c->last_note), bind_i64(&q, c->visitor_read);
    bind_i64(&q, c->visitor_unread), bind_i64(&q, c->team_read), bind_i64(&q, c->team_unread);
    bind_i64(&q, c->waiting_since_ms), bind_i64(&q, c->snoozed_until_ms), bind_i64(&q, c->resolved_at_ms);
    bind_i64(&q, c->last_at_ms), bind_i64(&q, c->burst_at_ms), bind_i64(&q, c->failed), bind_i64(&q, c->replies);
    bind_i64(&q, c->replies_since_ms), bind_i64(&q, c->back_at_ms), bind_i64(&q, c->alert_at_ms);
    bind_i64(&q, c->alerts);
    if (query_change(&q) != 1) return false;
    if (act == NULL || !conversation_moved(before, c)) return true;
    return write_history(tx, c, act_names[act->kind], act->person, act->now_ms);
}

bool conversation_picture(struct tx *tx, const struct conversation *before, struct conversation *c)
{
    if (c->person == before->person) return true;
    c->picture = NULL;
    return c->person == 0 || face_name(tx, &(struct face_owner){ .person = c->person }, &c->picture);
}

/* ---- the inbox's pages ---- */

static bool read_rows(struct query *q, struct inbox_row *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) {
        struct inbox_row *r = &out[(*count)++];
        from_row(q, &r->c);
        r->visitor_name = col_text(q, "visitor_name");
        r->last_text = col_text(q, "last_text");
    }
    return row == ROW_NONE;
}

struct conversation conversation_brief(const struct query *q)
{
    return (struct conversation){ .id = col_i64(q, "id"),
                                  .status = (enum chat_status)col_state(q, "status", CHAT_OPEN, CHAT_RESOLVED),
                                  .created_at_ms = col_i64(q, "created_at_ms"),
                                  .last_at_ms = col_i64(q, "last_at_ms"),
                                  .last_number = col_i64(q, "last_number") };
}

bool conversations_listed(struct tx *tx, int64_t account, const int64_t *ids, struct inbox_row *out, size_t *count)
{
    struct query q = query(tx, &listed);
    bind_i64(&q, account), bind_i64_list(&q, ids, *count);
    return read_rows(&q, out, count);
}

bool conversations_page(struct tx *tx, const struct inbox_page *in, struct inbox_row *out, size_t *count)
{
    const struct stmt *s = &page_of_status;
    if (in->owner != CHAT_OWNER_NONE) s = &page_of_owner;
    else if (in->by_assignee) s = &page_of_assignee;
    struct query q = query(tx, s);
    bind_i64(&q, in->account);
    bind_i64(&q, in->owner != CHAT_OWNER_NONE ? (int64_t)in->owner : in->by_assignee ? in->assignee : in->status);
    bind_i64(&q, in->before_ms), bind_i64(&q, in->before_id), bind_i64(&q, in->shop), bind_i64(&q, in->limit);
    return read_rows(&q, out, count);
}
