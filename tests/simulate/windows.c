/* windows.c: windows, as docs/chat-protocol.md wants a client to be: the highest number up to which it has everything;
 * after any loss it asks for what is behind it, and passes over what it has. */
#include "tests/simulate/sim.h"

#include "base/json_read.h"
#include "http/events.h"
#include "http/private.h"

#include <stdlib.h>

bool window_is_visitors(int i) { return i < WINDOWS - PERSONS; }

static struct topic topic_of(const struct sim *s, int i)
{
    return window_is_visitors(i) ? (struct topic){ TOPIC_CONVERSATION, s->talk }
                                 : (struct topic){ TOPIC_INBOX, s->account };
}

static void keep(struct window *r, int64_t number, uint64_t hash)
{
    r->hash[number] = hash;
    r->have = number;
}

static void hear_state(struct sim *s, int i, const struct conversation *c)
{
    struct window *r = &s->window[i];
    r->told_last = c->last_number, r->epoch = c->epoch;
    text_copy(r->owner, sizeof r->owner, chat_owner_name(c->owner));
    text_copy(r->status, sizeof r->status, chat_status_name(c->status));
    if (!window_is_visitors(i)) s->page_epoch[i - (WINDOWS - PERSONS)] = c->epoch;
}

/* hello: what the conversation is now, and the place from which events will be told. */
static void open_window(struct sim *s, int i)
{
    struct window *r = &s->window[i];
    struct conversation c;
    struct tx *tx = sim_begin(s);
    if (conversation_get(tx, s->talk, &c) != ROW_FOUND || !events_last(tx, topic_of(s, i), &r->cursor)) abort();
    hear_state(s, i, &c);
    sim_commit(s, NULL);
    r->open = true;
    r->process = (int)sim_draw(s, PROCESSES);
    r->behind = r->told_last > r->have;
    sim_say(s, "window %d opens, has %d of %d", i, (int)r->have, (int)r->told_last);
}

static void fill_gap(struct sim *s, int i)
{
    struct window *r = &s->window[i];
    struct message page[8];
    struct conversation c;
    size_t count;
    struct tx *tx = sim_begin(s);
    if (conversation_get(tx, s->talk, &c) != ROW_FOUND) abort();
    if (!messages_after(tx, s->talk, r->have, ARRAY_LEN(page), page, &count)) abort();
    for (size_t n = 0; n < count; n++)
        if (page[n].number == r->have + 1)
            keep(r, page[n].number, sim_hash(chat_author_names[page[n].author - CHAT_BY_VISITOR], page[n].text));
    hear_state(s, i, &c);
    r->behind = r->have < r->told_last;
    sim_commit(s, NULL);
    sim_say(s, "window %d asked and has %d of %d", i, (int)r->have, (int)r->told_last);
}

static void hear_message(struct window *r, const json_t *m)
{
    struct str author, text;
    int64_t number;
    if (!json_get_i64(m, "number", &number) || !json_get_str(m, "author", &author)) abort();
    if (number <= r->have) return;
    if (number > r->have + 1 || !json_get_str(m, "text", &text)) r->behind = true;
    else keep(r, number, sim_hash(json_string_value(json_object_get(m, "author")), text.p));
    if (number > r->told_last) r->told_last = number;
}

static bool hear_event(struct sim *s, int i, struct str type, struct str data)
{
    struct window *r = &s->window[i];
    json_t *json = json_read(data, JSON_READ_MAX_BYTES, NULL);
    struct str owner, status;
    int64_t talk;
    if (!json_is_object(json)) abort();
    if (!json_get_i64(json, "conversation", &talk)) talk = s->talk;
    const json_t *message = window_is_visitors(i) ? json : json_object_get(json, "message");
    bool heard = talk == s->talk && str_eq(type, STR("message")) && message;
    if (talk == s->talk && json_get_str(json, "owner", &owner) && json_get_str(json, "status", &status)) {
        text_copy(r->owner, sizeof r->owner, owner.p);
        text_copy(r->status, sizeof r->status, status.p);
        if (!json_get_i64(json, "lastNumber", &r->told_last)) abort();
        if (json_get_i64(json, "epoch", &r->epoch)) s->page_epoch[i - (WINDOWS - PERSONS)] = r->epoch;
    }
    if (heard) hear_message(r, message);
    if (r->told_last > r->have) r->behind = true;
    json_decref(json);
    return heard;
}

static void read_on(struct sim *s, int i)
{
    struct window *r = &s->window[i];
    struct topic_read want = { .topic = topic_of(s, i), .cursor = r->cursor };
    struct event_rows rows;
    bool more = false, heard = false;
    event_rows_init(&rows);
    struct tx *tx = sim_begin(s);
    if (!events_read(tx, &want, 1, &rows, &more)) abort();
    sim_commit(s, NULL);
    for (size_t n = 0; n < want.n; n++) {
        const struct event_row *e = &rows.row[want.first + n];
        heard |= hear_event(s, i, (struct str){ rows.text.p + e->type_at, e->type_n },
                            (struct str){ rows.text.p + e->data_at, e->data_n });
        r->cursor = e->seq;
    }
    event_rows_free(&rows);
#ifdef TWIN_EMPTY_TURN
    if (!heard) r->have = r->told_last, r->behind = false;
#endif
    sim_say(s, "window %d heard %d events%s and has %d", i, (int)want.n, heard ? ", a message," : "", (int)r->have);
}

void window_turn(struct sim *s, int i)
{
    struct window *r = &s->window[i];
#ifdef TWIN_EMPTY_TURN
    r->behind = r->behind && sim_draw(s, 2) == 0; /* it asks, unless an event comes first */
#endif
    if (!r->open) open_window(s, i);
    else if (r->behind) fill_gap(s, i);
    else read_on(s, i);
}

void window_reload(struct sim *s, int i)
{
    s->window[i] = (struct window){ 0 };
    sim_say(s, "window %d is loaded anew", i);
}
