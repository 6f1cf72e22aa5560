/* inbox_routes.c: what a merchant's people do with conversations: look, answer, take over, hand on, finish. Viewers
 * look, and change nothing. Who takes (with a press or a word), hands on or finishes says which epoch their page shows.
 * Of two who do it in the same moment one is answered 409 `conversation_moved`, with who was quicker. */
#include "chat/desk.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "http/events.h"

enum { INBOX_USUAL = 50, INBOX_MAX = 100, THREAD_USUAL = 50, NOTES_MAX = 200, EXCERPT_MAX = 120 };
#define SNOOZE_MAX_MS (366 * DAY_MS)

CHAT_ACTIONS(AUDIT_DEFINE)

/* clang-format off */
static const struct problem problem_until = {
    "until_is_past", 422, "A conversation is snoozed until a time to come.", "暂缓的时间须晚于现在。"
};
static const struct problem problem_until_far = {
    "until_is_far", 422, "A conversation is snoozed for a year at most.", "最多可暂缓一年。"
};
static const struct problem problem_no_colleague = {
    "no_colleague", 422, "This person cannot answer in this account.", "该人员无法在此账户中回复。"
};
/* clang-format on */

/* ---- fields ---- */

enum filter {
    FILTER_OPEN,
    FILTER_MINE,
    FILTER_UNASSIGNED,
    FILTER_WAITING,
    FILTER_BOT,
    FILTER_SNOOZED,
    FILTER_RESOLVED,
    FILTER_MENTIONS
};
static const char *const filter_names[] = { "open",    "mine",     "unassigned", "waiting", "bot",
                                            "snoozed", "resolved", "mentions",   NULL };

struct get_inbox {
    int filter;
    int64_t shop, label, limit;
    const char *after, *search;
};
static const struct field get_inbox_fields[] = {
    FIELD_ENUM(struct get_inbox, filter, filter_names, .optional = true, .fallback = FILTER_OPEN, .doc = "Which ones."),
    FIELD_I64(struct get_inbox, shop, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Of this shop alone."),
    FIELD_I64(struct get_inbox, label, .optional = true, .min = 1, .max = INT64_MAX,
              .doc = "That carry this label, in any state; the filter says nothing then."),
    FIELD_SEARCH(struct get_inbox, search, 100,
                 "In which these words stand, or of a customer or an order that they name."),
    FIELD_TEXT(struct get_inbox, after, .optional = true, .max = 45, .doc = "`next` of the page before."),
    FIELD_I64(struct get_inbox, limit, .optional = true, .min = 1, .max = INBOX_MAX, .fallback = INBOX_USUAL,
              .doc = "How many."),
    FIELD_END
};
struct path_inbox {
    int64_t id;
};
static const struct field path_inbox_fields[] = { FIELD_ID(struct path_inbox, id, .doc = "Of a conversation."),
                                                  FIELD_END };
struct get_thread {
    int64_t before, limit;
};
static const struct field get_thread_fields[] = {
    FIELD_I64(struct get_thread, before, .optional = true, .min = 1, .max = INT64_MAX, .fallback = INT64_MAX,
              .doc = "The number of the oldest message that the reader has; older ones come."),
    FIELD_I64(struct get_thread, limit, .optional = true, .min = 1, .max = MESSAGES_PAGE_MAX, .fallback = THREAD_USUAL,
              .doc = "How many messages."),
    FIELD_END
};
struct get_inbox_events {
    int64_t after;
};
static const struct field get_inbox_events_fields[] = {
    FIELD_I64(struct get_inbox_events, after, .optional = true, .min = 0, .max = INT64_MAX, .fallback = -1,
              .doc = "Last number seen, for a first connection; Last-Event-ID wins."),
    FIELD_END
};
struct post_epoch {
    int64_t epoch;
};
static const struct field post_epoch_fields[] = { FIELD_EPOCH(struct post_epoch), FIELD_END };
enum hand { HAND_BOT, HAND_TEAM };
static const char *const hand_names[] = { "bot", "team", NULL };
struct post_hand {
    int64_t epoch;
    int to;
};
static const struct field post_hand_fields[] = { FIELD_ENUM(struct post_hand, to, hand_names,
                                                            .doc = "To the bot, or to whoever comes."),
                                                 FIELD_EPOCH(struct post_hand), FIELD_END };
struct post_assign {
    int64_t epoch, person;
};
static const struct field post_assign_fields[] = { FIELD_I64(struct post_assign, person, .min = 0,
                                                             .max = CHAT_NUMBER_MAX, .doc = "Of the team; 0: nobody."),
                                                   FIELD_EPOCH(struct post_assign), FIELD_END };
struct post_status {
    int64_t epoch, until;
    int status;
};
static const struct field post_status_fields[] = {
    FIELD_ENUM(struct post_status, status, chat_status_names, .doc = "Finish, reopen or snooze."),
    FIELD_TIME(struct post_status, until, .optional = true, .doc = "With snoozed: when it comes back, within a year."),
    FIELD_EPOCH(struct post_status), FIELD_END
};
struct post_note {
    const char *text, *clientId;
    struct field_list mentions;
};
struct person_id {
    int64_t id;
};
static const struct field person_id_field = FIELD_ID(struct person_id, id);
static const struct field post_note_fields[] = {
    FIELD_TEXT(struct post_note, text, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT, .multiline = true,
               .doc = "For colleagues."),
    FIELD_TEXT(struct post_note, clientId, .min = 8, .max = CLIENT_ID_MAX,
               .doc = "Your own id for this note: the same again is the same note."),
    FIELD_LIST(struct post_note, mentions, &person_id_field, struct person_id, .optional = true, .max = MENTIONS_MAX,
               .doc = "Colleagues who should look at it."),
    FIELD_END
};
struct post_visitor {
    bool blocked;
};
static const struct field post_visitor_fields[] = {
    FIELD_BOOL(struct post_visitor, blocked,
               .doc = "It can say nothing more, nothing is shown to it, and what was open with it is resolved."),
    FIELD_END
};
struct post_writing {
    bool typing, note;
};
static const struct field post_writing_fields[] = {
    FIELD_BOOL(struct post_writing, typing, .optional = true, .doc = "Not looked at."),
    FIELD_BOOL(struct post_writing, note, .optional = true, .doc = "A note: the visitor hears nothing of it."),
    FIELD_END
};

/* ---- answers ---- */

static const struct shape inbox_visitor_shape[] = { SHAPE_I64("id"),        SHAPE_TEXT("name"),
                                                    SHAPE_TEXT("language"), SHAPE_TEXT("page"),
                                                    SHAPE_TEXT("email"),    SHAPE_BOOL("blocked"),
                                                    SHAPE_TIME("seenAt"),   SHAPE_END };
/* clang-format off */
static const struct shape inbox_conversation_shape[] = {
    SHAPE_I64("id"), SHAPE_I64("shop"), SHAPE_I64("epoch"), SHAPE_ENUM("status", chat_status_names),
    SHAPE_ENUM("owner", chat_owner_names), SHAPE_I64("person", .doc = "Who speaks; 0: no person."), SHAPE_TEXT("name"),
    SHAPE_TEXT("picture", .maybe = true, .doc = "Of who speaks, at this server."),
    SHAPE_I64("place", .maybe = true, .doc = "In line."), SHAPE_I64("assignee"), SHAPE_I64("unread"),
    SHAPE_I64("score", .doc = "The visitor's; 0: none."), SHAPE_TEXT("scoreWords"), SHAPE_I64("lastNumber"),
    SHAPE_I64("readByVisitor"), SHAPE_I64("readByTeam"), SHAPE_TIME("waitingSince", .nullable = true),
    SHAPE_TIME("snoozedUntil", .nullable = true), SHAPE_TIME("resolvedAt", .nullable = true), SHAPE_TIME("beganAt"),
    SHAPE_TIME("lastAt"), SHAPE_END };
/* clang-format on */
static const struct shape inbox_item_shape[] = {
    SHAPE_OBJECT("conversation", inbox_conversation_shape, .type_name = "InboxConversation"),
    SHAPE_TEXT("visitorName"),
    SHAPE_TEXT("excerpt", .doc = "The beginning of the last message."),
    SHAPE_LIST("labels", label_ref_shape, .type_name = "ChatLabelRef"),
    SHAPE_OBJECT("found", found_shape, .nullable = true, .type_name = "InboxFound", .doc = "Of a search: why."),
    SHAPE_END
};
static const struct shape inbox_shape[] = {
    SHAPE_LIST("items", inbox_item_shape, .type_name = "InboxItem"),
    SHAPE_TEXT("next", .nullable = true, .doc = "`after` of the next page; null: there is none."), SHAPE_END
};
/* clang-format off */
static const struct shape note_shape[] = {
    SHAPE_I64("number"), SHAPE_I64("behind", .doc = "The message that it stands behind; 0: before all."),
    SHAPE_I64("person"), SHAPE_TEXT("name"), SHAPE_TEXT("text"), SHAPE_TIME("at"), SHAPE_END };
static const struct shape thread_shape[] = {
    SHAPE_OBJECT("conversation", inbox_conversation_shape, .type_name = "InboxConversation"),
    SHAPE_OBJECT("visitor", inbox_visitor_shape, .type_name = "InboxVisitor"),
    SHAPE_LIST("messages", chat_message_shape, .type_name = "ChatMessage"),
    SHAPE_BOOL("more", .doc = "There are older messages."),
    SHAPE_LIST("notes", note_shape, .type_name = "InboxNote"),
    SHAPE_LIST("labels", label_ref_shape, .type_name = "ChatLabelRef"), SHAPE_END };
/* clang-format on */
static const struct shape one_shape[] = {
    SHAPE_OBJECT("conversation", inbox_conversation_shape, .type_name = "InboxConversation"), SHAPE_END
};
static const struct shape sent_shape[] = {
    SHAPE_OBJECT("conversation", inbox_conversation_shape, .type_name = "InboxConversation"),
    SHAPE_OBJECT("message", chat_message_shape, .type_name = "ChatMessage"), SHAPE_END
};
static const struct shape noted_shape[] = { SHAPE_OBJECT("conversation", inbox_conversation_shape,
                                                         .type_name = "InboxConversation"),
                                            SHAPE_OBJECT("note", note_shape, .type_name = "InboxNote"), SHAPE_END };

static void put_conversation(struct json *j, const struct conversation *c)
{
    json_object(j, "conversation");
    json_i64(j, "id", c->id), json_i64(j, "shop", c->shop), json_i64(j, "epoch", c->epoch);
    json_i64(j, "person", c->person), json_i64(j, "assignee", c->assignee), json_i64(j, "unread", c->team_unread);
    state_json(j, c);
    json_time(j, "waitingSince", c->waiting_since_ms), json_time(j, "snoozedUntil", c->snoozed_until_ms);
    json_time(j, "resolvedAt", c->resolved_at_ms);
    json_time(j, "lastAt", c->last_at_ms), json_text(j, "scoreWords", c->score_words);
    json_end(j);
}

static void one_json(struct json *j, const void *arg) { put_conversation(j, arg); }

static void put_note(struct json *j, const char *key, const struct note *n)
{
    json_object(j, key);
    json_i64(j, "number", n->number), json_i64(j, "behind", n->behind), json_i64(j, "person", n->person);
    json_text(j, "name", n->person_name), json_text(j, "text", n->text), json_time(j, "at", n->at_ms);
    json_end(j);
}

/* ---- the list ---- */

struct inbox {
    struct inbox_row *row;
    struct conversation_label *label;
    struct found *found;
    size_t count, labels, founds;
    const char *next;
};

static void inbox_json(struct json *j, const void *arg)
{
    const struct inbox *in = arg;
    json_array(j, "items");
    for (size_t i = 0; i < in->count; i++) {
        struct str text = str_of(in->row[i].last_text ? in->row[i].last_text : "");
        json_object(j, NULL);
        put_conversation(j, &in->row[i].c);
        json_text(j, "visitorName", in->row[i].visitor_name ? in->row[i].visitor_name : "");
        json_str(j, "excerpt", (struct str){ text.p, unicode_cut(text, EXCERPT_MAX) });
        labels_of_json(j, in->label, in->labels, in->row[i].c.id);
        found_json(j, in->found, in->founds, in->row[i].c.id);
        json_end(j);
    }
    json_end(j);
    json_text(j, "next", in->next);
}

/* "<last_at_ms>-<id>" of the last row seen. */
static bool read_place(const char *text, struct inbox_page *p)
{
    p->before_ms = p->before_id = INT64_MAX;
    if (text == NULL) return true;
    const char *dash = strchr(text, '-');
    return dash && str_to_i64((struct str){ text, (size_t)(dash - text) }, &p->before_ms) &&
           str_to_i64(str_of(dash + 1), &p->before_id) && p->before_ms >= 0 && p->before_id > 0;
}

static void choose(struct inbox_page *p, enum filter filter, int64_t me)
{
    p->status = CHAT_OPEN;
    switch (filter) {
    case FILTER_MINE: p->by_assignee = true, p->assignee = me; break;
    case FILTER_UNASSIGNED: p->by_assignee = true; break;
    case FILTER_WAITING: p->owner = CHAT_WAITING; break;
    case FILTER_BOT: p->owner = CHAT_BOT; break;
    case FILTER_SNOOZED: p->status = CHAT_SNOOZED; break;
    case FILTER_RESOLVED: p->status = CHAT_RESOLVED; break;
    case FILTER_MENTIONS:
    case FILTER_OPEN: break;
    }
}

/* Found by other rows than their own. A page may be empty and have a next one. */
static bool read_found(struct req *req, const struct get_inbox *in, int64_t before, struct inbox *out)
{
    int64_t *ids = ARENA_ARRAY(req->arena, int64_t, in->limit), account = req->who.account, next = 0;
    size_t count = 0, most = (size_t)in->limit;
    bool done;
    if (in->search)
        done = found_page(req->tx, account, in->shop, in->search, before, most, out->found, ids, &count, &next);
    else if (in->label) done = labels_page(req->tx, account, in->label, before, most, ids, &count);
    else done = mentions_page(req->tx, account, req->who.person, before, most, ids, &count);
    if (in->search) out->founds = count;
    else if (done && count == most) next = ids[count - 1];
    if (next > 0) out->next = arena_printf(req->arena, "0-%lld", (long long)next);
    if (!done || !conversations_listed(req->tx, account, ids, out->row, &count)) return false;
    for (size_t i = 0; i < count; i++)
        if (in->shop == 0 || out->row[i].c.shop == in->shop) out->row[out->count++] = out->row[i];
    return true;
}

static bool read_list(struct req *req, const struct get_inbox *in, struct inbox_page *p, struct inbox *out)
{
    choose(p, (enum filter)in->filter, req->who.person);
    if (!conversations_page(req->tx, p, out->row, &out->count)) return false;
    if (out->count < (size_t)in->limit) return true;
    const struct conversation *last = &out->row[out->count - 1].c;
    out->next = arena_printf(req->arena, "%lld-%lld", (long long)last->last_at_ms, (long long)last->id);
    return true;
}

static enum answer run_inbox(struct req *req)
{
    const struct get_inbox *in = req->query;
    struct inbox_page p = { .account = req->who.account, .shop = in->shop, .limit = in->limit };
    struct inbox out = { .row = ARENA_ARRAY(req->arena, struct inbox_row, in->limit),
                         .found = ARENA_ARRAY(req->arena, struct found, 3 * in->limit) };
    int64_t *ids = ARENA_ARRAY(req->arena, int64_t, in->limit);
    if (!read_place(in->after, &p)) return reply_fields(req, "after", "format");
    bool found = in->search || in->label || in->filter == FILTER_MENTIONS;
    if (!(found ? read_found(req, in, p.before_id, &out) : read_list(req, in, &p, &out))) return reply_fault(req);
    for (size_t i = 0; i < out.count; i++) ids[i] = out.row[i].c.id;
    if (!labels_of(req->tx, ids, out.count, &out.label, &out.labels)) return reply_fault(req);
    return reply_json(req, 200, inbox_json, &out);
}

static enum answer run_inbox_events(struct req *req)
{
    const struct get_inbox_events *in = req->query;
    return reply_events_until(req, (struct topic){ TOPIC_INBOX, req->who.account }, in->after,
                              (struct topic){ TOPIC_ACCOUNT, req->who.account });
}

/* ---- one conversation ---- */

/* Another account's is not there. */
static enum answer theirs(struct req *req, struct conversation *c)
{
    enum row row = conversation_get(req->tx, ((const struct path_inbox *)req->path)->id, c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || c->account != req->who.account) return reply_problem(req, &problem_not_found);
    return ANSWER_GO_ON;
}

struct thread {
    const struct conversation *c;
    const struct visitor *v;
    const struct message *message;
    const struct note *note;
    struct conversation_label *label;
    size_t messages, notes, labels;
    bool more;
};

static void thread_json(struct json *j, const void *arg)
{
    const struct thread *t = arg;
    put_conversation(j, t->c);
    json_object(j, "visitor");
    json_i64(j, "id", t->v->id), json_text(j, "name", t->v->name), json_text(j, "language", t->v->language);
    json_text(j, "page", t->v->page), json_text(j, "email", t->v->email),
        json_bool(j, "blocked", t->v->blocked_at_ms != 0);
    json_time(j, "seenAt", t->v->seen_at_ms);
    json_end(j);
    team_messages_json(j, t->message, t->messages);
    json_bool(j, "more", t->more);
    json_array(j, "notes");
    for (size_t i = t->notes; i-- > 0;) put_note(j, NULL, &t->note[i]);
    json_end(j);
    labels_of_json(j, t->label, t->labels, t->c->id);
}

static enum answer run_thread(struct req *req)
{
    const struct get_thread *in = req->query;
    struct conversation c;
    struct visitor v = { .name = "", .language = "", .page = "", .email = "" };
    enum answer a = theirs(req, &c);
    if (a != ANSWER_GO_ON) return a;
    struct message *m = ARENA_ARRAY(req->arena, struct message, in->limit);
    struct note *n = ARENA_ARRAY(req->arena, struct note, NOTES_MAX);
    struct thread t = { .c = &c, .v = &v, .message = m, .note = n };
    if (visitor_get(req->tx, c.visitor, &v) == ROW_FAULT ||
        !messages_before(req->tx, c.id, in->before, (size_t)in->limit, m, &t.messages) ||
        !notes_before(req->tx, c.id, INT64_MAX, NOTES_MAX, n, &t.notes) ||
        !labels_of(req->tx, &c.id, 1, &t.label, &t.labels))
        return reply_fault(req);
    t.more = t.messages > 0 && m[0].number > 1;
    return reply_json(req, 200, thread_json, &t);
}

struct sent {
    const struct conversation *c;
    const struct message *m;
    const struct note *n;
};

static void sent_json(struct json *j, const void *arg)
{
    const struct sent *s = arg;
    put_conversation(j, s->c);
    if (s->n) put_note(j, "note", s->n);
    if (s->m == NULL) return;
    json_object(j, "message");
    message_json(j, s->m);
    json_end(j);
}

static enum answer run_send(struct req *req)
{
    const struct desk_word *in = req->body;
    struct conversation c;
    struct account_colleague who;
    struct message m;
    enum answer a = theirs(req, &c);
    if (a == ANSWER_GO_ON) a = desk_speaker(req, c.shop, &who);
    if (a != ANSWER_GO_ON) return a;
    const struct message_new new = { .conversation = c.id,
                                     .author = CHAT_BY_PERSON,
                                     .person = who.person,
                                     .author_name = who.name,
                                     .seen_epoch = in->epoch,
                                     .client_id = in->clientId,
                                     .text = in->text,
                                     .now_ms = req->now_ms };
    enum message_put put = message_put(req->tx, &new, &m, &c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put == MESSAGE_STALE) return desk_moved(req, &c);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    return reply_json(req, 201, sent_json, &(struct sent){ .c = &c, .m = &m });
}

/* Once the note is there. Who is no colleague cannot be named. */
static enum answer name_colleagues(struct req *req, const struct post_note *in, const struct conversation *c,
                                   const struct note *n)
{
    const struct person_id *person = in->mentions.item;
    for (size_t i = 0; i < in->mentions.count; i++) {
        struct account_colleague who;
        enum row row = accounts_colleague(req->tx, c->account, person[i].id, &who);
        if (row == ROW_NONE) return reply_problem(req, &problem_no_colleague);
        if (row == ROW_FAULT || !mention_put(req->tx, c, n, who.person)) return reply_fault(req);
    }
    return ANSWER_GO_ON;
}

static enum answer run_note(struct req *req)
{
    const struct post_note *in = req->body;
    struct conversation c;
    struct account_colleague who;
    enum answer a = theirs(req, &c);
    if (a == ANSWER_GO_ON) a = desk_me(req, &who);
    if (a != ANSWER_GO_ON) return a;
    struct note n = {
        .conversation = c.id, .person = who.person, .person_name = who.name, .text = in->text, .at_ms = req->now_ms
    };
    if (in->mentions.count > 0 && !mentions_hint(req->tx, c.id)) return reply_fault(req);
    enum message_put put = note_put(req->tx, &n, in->clientId, &c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    if (put == MESSAGE_NEW) a = name_colleagues(req, in, &c, &n);
    if (a != ANSWER_GO_ON) return a;
    return reply_json(req, 201, sent_json, &(struct sent){ .c = &c, .n = &n });
}

/* ---- who speaks ---- */

static enum answer act(struct req *req, struct chat_act *what)
{
    struct conversation c;
    struct account_colleague who;
    enum chat_may may;
    enum answer a = theirs(req, &c);
    if (a == ANSWER_GO_ON) a = desk_me(req, &who);
    if (a != ANSWER_GO_ON) return a;
    what->person = who.person, what->person_name = who.name, what->now_ms = req->now_ms;
    if (conversation_act(req->tx, c.id, what, &c, &may) != ROW_FOUND) return reply_fault(req);
    if (may == CHAT_LOST) return desk_moved(req, &c);
    if (may == CHAT_MAY_NOT) return reply_problem(req, &problem_until);
    return reply_json(req, 200, one_json, &c);
}

static enum answer run_take(struct req *req)
{
    const struct post_epoch *in = req->body;
    return act(req, &(struct chat_act){ .kind = ACT_TAKE, .seen_epoch = in->epoch });
}

static enum answer run_hand(struct req *req)
{
    const struct post_hand *in = req->body;
    enum chat_act_kind kind = in->to == HAND_BOT ? ACT_TO_BOT : ACT_TO_TEAM;
    return act(req, &(struct chat_act){ .kind = kind, .seen_epoch = in->epoch });
}

static enum answer run_assign(struct req *req)
{
    const struct post_assign *in = req->body;
    struct conversation c;
    struct account_colleague to = { .name = "" };
    enum answer a = theirs(req, &c); /* before anything is said of who could answer it */
    if (a != ANSWER_GO_ON) return a;
    if (in->person != 0) {
        enum row row = accounts_colleague(req->tx, req->who.account, in->person, &to);
        if (row == ROW_FAULT) return reply_fault(req);
        if (row == ROW_NONE || (to.roles & WHO_STAFF) == 0) return reply_problem(req, &problem_no_colleague);
    }
    return act(req,
               &(struct chat_act){ .kind = ACT_ASSIGN, .to = in->person, .to_name = to.name, .seen_epoch = in->epoch });
}

static enum answer run_state(struct req *req)
{
    static const enum chat_act_kind kinds[] = { ACT_REOPEN, ACT_SNOOZE, ACT_RESOLVE };
    const struct post_status *in = req->body;
    if (kinds[in->status] == ACT_SNOOZE && in->until > req->now_ms + SNOOZE_MAX_MS)
        return reply_problem(req, &problem_until_far);
    return act(req, &(struct chat_act){ .kind = kinds[in->status], .seen_epoch = in->epoch, .until_ms = in->until });
}

static enum answer run_team_read(struct req *req)
{
    const struct post_read *in = req->body;
    struct conversation c;
    enum answer a = theirs(req, &c);
    if (a != ANSWER_GO_ON) return a;
    if (conversation_read(req->tx, c.id, SIDE_TEAM, in->number, &c) != ROW_FOUND) return reply_fault(req);
    return reply_json(req, 200, one_json, &c);
}

static enum answer run_team_typing(struct req *req)
{
    struct conversation c;
    struct account_colleague who;
    enum answer a = theirs(req, &c);
    if (a == ANSWER_GO_ON) a = desk_me(req, &who);
    if (a != ANSWER_GO_ON) return a;
    if (!chat_tell_writing(req->tx, &c, &who, ((const struct post_writing *)req->body)->note)) return reply_fault(req);
    return reply_json(req, 200, one_json, &c);
}

static enum answer run_block(struct req *req)
{
    const struct post_visitor *in = req->body;
    struct conversation c;
    struct account_colleague who;
    enum answer a = theirs(req, &c);
    if (a == ANSWER_GO_ON) a = desk_me(req, &who);
    if (a != ANSWER_GO_ON) return a;
    const struct block how = { .blocked = in->blocked, .person = who.person, .now_ms = req->now_ms };
    if (!customer_block(req->tx, c.visitor, &how) || conversation_get(req->tx, c.id, &c) != ROW_FOUND ||
        !audit_request(req, in->blocked ? AUDIT_chat_visitor_blocked : AUDIT_chat_visitor_unblocked, c.account,
                       "visitor", c.visitor, NULL, NULL))
        return reply_fault(req);
    return reply_json(req, 200, one_json, &c);
}

ROUTE_TAG(inbox_tag, "Inbox", "Conversations with customers, and who answers them.");

#define READS .verb = VERB_GET, .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Inbox"
#define DOES                                                                                                           \
    .verb = VERB_POST, .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Inbox", .idempotent = true, PATH_FIELDS(path_inbox)
#define SPEAKS .answer = one_shape

/* clang-format off */
const struct route chat_inbox_routes[] = {
    { READS, .path = "/api/inbox", QUERY_FIELDS(get_inbox), .answer = inbox_shape, .run = run_inbox,
      .doc = "Conversations, the newest word first." },
    { READS, .path = "/api/inbox/events", QUERY_FIELDS(get_inbox_events), .passive = true, .run = run_inbox_events,
      .doc = "Server events of all conversations of the account, as text/event-stream." },
    { READS, .path = "/api/inbox/:id", PATH_FIELDS(path_inbox), QUERY_FIELDS(get_thread), .answer = thread_shape,
      .run = run_thread, .doc = "A conversation: its newest messages, or those before one, and its notes." },
    { DOES, .path = "/api/inbox/:id/messages", .body_max = CHAT_BODY_MAX, BODY_FIELDS(desk_word), .answer = sent_shape,
      .status = 201, PROBLEMS(&problem_message_other, &problem_moved, &problem_shop_suspended), .run = run_send,
      .doc = "Answer as a person, who takes it over by that: of two who do so at once, one does." },
    { DOES, .path = "/api/inbox/:id/notes", .body_max = CHAT_BODY_MAX, BODY_FIELDS(post_note), .answer = noted_shape,
      .status = 201, PROBLEMS(&problem_message_other, &problem_no_colleague), .run = run_note,
      .doc = "Write a note for colleagues, which the visitor never sees." },
    { DOES, .path = "/api/inbox/:id/take", BODY_FIELDS(post_epoch), .body_optional = true, SPEAKS,
      PROBLEMS(&problem_moved), .run = run_take, .doc = "Take over: of two who do so at once, one does." },
    { DOES, .path = "/api/inbox/:id/hand", BODY_FIELDS(post_hand), SPEAKS, PROBLEMS(&problem_moved), .run = run_hand,
      .doc = "Hand it back to the bot, or to the team." },
    { DOES, .path = "/api/inbox/:id/assign", BODY_FIELDS(post_assign), SPEAKS,
      PROBLEMS(&problem_moved, &problem_no_colleague), .run = run_assign, .doc = "Make it a colleague's." },
    { DOES, .path = "/api/inbox/:id/state", BODY_FIELDS(post_status), SPEAKS,
      PROBLEMS(&problem_moved, &problem_until, &problem_until_far), .run = run_state,
      .doc = "Resolve, reopen or snooze." },
    { DOES, .path = "/api/inbox/:id/read", BODY_FIELDS(post_read), SPEAKS, .run = run_team_read,
      .doc = "The team has read up to a message." },
    { DOES, .path = "/api/inbox/:id/typing", BODY_FIELDS(post_writing), .body_optional = true, SPEAKS,
      .run = run_team_typing, .doc = "Somebody is typing; say it every few seconds." },
    { DOES, .path = "/api/inbox/:id/visitor", BODY_FIELDS(post_visitor), SPEAKS, .run = run_block,
      .doc = "Block its visitor, or let them in again: a customer for whom the shop vouches, in all browsers." },
    ROUTE_END
};
/* clang-format on */
