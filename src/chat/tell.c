/* tell.c: what is told of a change, and to whom: those who hold the conversation open (its topic: the visitor too), and
 * the account's inbox. Numbers of events are not numbers of messages: whoever misses events reads messages from its own
 * cursor.
 *
 * The words travel with the event when they are short; a long message is announced, and read from its number. Notes are
 * told to the inbox alone. */
#include "chat/faces.h"

#include "accounts/accounts.h"
#include "http/events.h"

enum { TOLD_TEXT_MAX = 1450 }; /* bytes: an event holds 4 KiB, and a byte may be escaped to two */

const char *const chat_author_names[] = { "visitor", "bot", "person", "house", NULL };
const char *const chat_status_names[] = { "open", "snoozed", "resolved", NULL };
const char *const chat_owner_names[] = { "bot", "waiting", "person", NULL };

static const char *author_name(enum chat_author a) { return chat_author_names[a - CHAT_BY_VISITOR]; }
const char *chat_status_name(enum chat_status s) { return chat_status_names[s - CHAT_OPEN]; }
const char *chat_owner_name(enum chat_owner o) { return chat_owner_names[o - CHAT_BOT]; }

/* `team`: also what visitors are not told. */
static void put_message(struct json *j, const struct message *m, bool team)
{
    json_i64(j, "number", m->number);
    json_text(j, "author", author_name(m->author));
    json_text(j, "name", m->author_name);
    if (m->person > 0 && team) json_i64(j, "person", m->person);
    face_member(j, m->picture);
    json_text(j, "text", m->text);
    if (m->image) chat_image_json(j, m);
    if (m->cards) json_raw(j, "cards", str_of(m->cards));
    if (m->sources && team) json_raw(j, "sources", str_of(m->sources));
    json_time(j, "at", m->at_ms);
    if (m->client_id) json_text(j, "clientId", m->client_id);
    if (m->by_mail) json_bool(j, "byMail", true);
    if (m->notice) json_text(j, "notice", m->notice);
}

void message_json(struct json *j, const void *arg) { put_message(j, arg, false); }

static void put_messages(struct json *j, const struct message *m, size_t count, bool team)
{
    json_array(j, "messages");
    for (size_t i = 0; i < count; i++) {
        json_object(j, NULL);
        put_message(j, &m[i], team);
        json_end(j);
    }
    json_end(j);
}

void messages_json(struct json *j, const struct message *m, size_t count) { put_messages(j, m, count, false); }

void team_messages_json(struct json *j, const struct message *m, size_t count) { put_messages(j, m, count, true); }

static bool is_short(const char *text, const char *cards)
{
    size_t n = cards ? strlen(cards) : 0;
    for (const char *p = text; *p && n <= TOLD_TEXT_MAX; p++) n += (unsigned char)*p < 0x20 ? 6 : 1;
    return n <= TOLD_TEXT_MAX;
}

/* A message whose words do not fit says so by having none. What it stands on is no longer than words are when each of
 * their bytes is escaped, or is left to the page that is read. */
static void tell_message(struct json *j, const struct message *told, bool team)
{
    struct message m = *told;
    size_t beside = (m.cards ? strlen(m.cards) : 0) + (m.sources ? strlen(m.sources) : 0);
    if (!is_short(m.text, m.cards)) m.text = NULL, m.cards = NULL, m.sources = NULL;
    else if (team && m.sources && 2 * strlen(m.text) + beside > 2 * TOLD_TEXT_MAX)
        m.text = NULL, m.cards = NULL, m.sources = NULL;
    put_message(j, &m, team);
}

static void told_message_json(struct json *j, const void *arg) { tell_message(j, arg, false); }

void state_json(struct json *j, const void *arg)
{
    const struct conversation *c = arg;
    json_time(j, "beganAt", c->created_at_ms);
    json_text(j, "status", chat_status_name(c->status));
    json_text(j, "owner", chat_owner_name(c->owner));
    json_text(j, "name", c->person_name);
    face_member(j, c->picture);
    if (c->place > 0 && c->owner == CHAT_WAITING) json_i64(j, "place", c->place);
    json_i64(j, "score", c->score);
    json_i64(j, "lastNumber", c->last_number);
    json_i64(j, "readByVisitor", c->visitor_read);
    json_i64(j, "readByTeam", c->team_read);
}

static void inbox_json(struct json *j, const void *arg)
{
    const struct chat_news *n = arg;
    const struct conversation *c = n->after;
    json_i64(j, "conversation", c->id);
    json_i64(j, "shop", c->shop);
    json_i64(j, "epoch", c->epoch);
    json_i64(j, "person", c->person);
    json_i64(j, "assignee", c->assignee);
    json_i64(j, "unread", c->team_unread);
    json_i64(j, "lastNote", c->last_note);
    state_json(j, c);
    if (n->message) {
        json_object(j, "message");
        tell_message(j, n->message, true);
        json_end(j);
    }
}

struct typing_news {
    enum chat_side side;
    const char *name;
    int64_t conversation;
};

static const char *side_name(enum chat_side side) { return side == SIDE_VISITOR ? "visitor" : "team"; }

static void typing_json(struct json *j, const void *arg)
{
    const struct typing_news *t = arg;
    json_text(j, "side", side_name(t->side));
    json_text(j, "name", t->name);
}

/* The inbox hears of many conversations; a visitor's line is of one, whose number is ours. */
static void inbox_typing_json(struct json *j, const void *arg)
{
    const struct typing_news *t = arg;
    json_i64(j, "conversation", t->conversation);
    typing_json(j, arg);
}

static struct topic talk(const struct conversation *c) { return (struct topic){ TOPIC_CONVERSATION, c->id }; }
static struct topic inbox(const struct conversation *c) { return (struct topic){ TOPIC_INBOX, c->account }; }

bool chat_tell(struct tx *tx, const struct chat_news *n)
{
    const struct conversation *c = n->after;
    if (n->message && !events_put_to(tx, talk(c), "message", told_message_json, n->message)) return false;
    bool changed = conversation_moved(n->before, c) || n->before->score != c->score;
    if (changed || n->read_by != SIDE_NONE)
        if (!events_put_to(tx, talk(c), n->read_by != SIDE_NONE ? "read" : "state", state_json, c)) return false;
    const char *type = n->message ? "message" : n->note ? "note" : n->read_by != SIDE_NONE ? "read" : "conversation";
    return events_put_to(tx, inbox(c), type, inbox_json, n);
}

bool chat_tell_typing(struct tx *tx, const struct conversation *c, enum chat_side side, const char *name)
{
    const struct typing_news t = { .side = side, .name = name, .conversation = c->id };
    if (!events_put_to(tx, talk(c), "typing", typing_json, &t)) return false;
    return events_put_to(tx, inbox(c), "typing", inbox_typing_json, &t);
}

struct writing_news {
    const struct account_colleague *who;
    int64_t conversation;
    bool note;
};

static void writing_json(struct json *j, const void *arg)
{
    const struct writing_news *w = arg;
    json_i64(j, "conversation", w->conversation);
    json_text(j, "side", side_name(SIDE_TEAM));
    json_i64(j, "person", w->who->person);
    json_text(j, "name", w->who->name && w->who->name[0] ? w->who->name : w->who->email);
    json_bool(j, "note", w->note);
}

bool chat_tell_writing(struct tx *tx, const struct conversation *c, const struct account_colleague *who, bool note)
{
    const struct typing_news seen = { .side = SIDE_TEAM, .name = who->name ? who->name : "" };
    const struct writing_news known = { .who = who, .conversation = c->id, .note = note };
    if (!note && !events_put_to(tx, talk(c), "typing", typing_json, &seen)) return false;
    return events_put_to(tx, inbox(c), "typing", writing_json, &known);
}

static void place_json(struct json *j, const void *arg) { json_i64(j, "place", *(const int64_t *)arg); }

bool chat_tell_place(struct tx *tx, const struct conversation *c)
{
    return events_put_to(tx, talk(c), "place", place_json, &c->place);
}

struct presence_news {
    int64_t conversation;
    bool present;
};

static void presence_json(struct json *j, const void *arg)
{
    const struct presence_news *p = arg;
    json_i64(j, "conversation", p->conversation);
    json_bool(j, "present", p->present);
}

bool chat_tell_presence(struct tx *tx, const struct conversation *c, bool present)
{
    const struct presence_news p = { .conversation = c->id, .present = present };
    return events_put_to(tx, inbox(c), "presence", presence_json, &p);
}

static void ended_json(struct json *j, const void *arg) { json_text(j, "error", ((const struct problem *)arg)->code); }

bool chat_tell_ended(struct tx *tx, const struct visitor *v, const struct problem *why)
{
    const struct topic talk = { TOPIC_CONVERSATION, v->conversation };
    return v->conversation == 0 || events_put_to(tx, talk, EVENT_ENDED, ended_json, why);
}
