/* moves.c: what customer, persons and bad luck do next. A request may be lost before it is run, undone because its
 * process was killed before the commit, committed with its answer lost, or come twice; its sender only knows whether
 * it was answered. */
#include "tests/simulate/sim.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum fate { FINE, LOST, KILLED, NO_ANSWER, TWICE };

static const char *const fates[] = { "", ": lost", ": killed before the commit", ": the answer is lost", ", twice" };

static enum fate fate_of(struct sim *s)
{
    uint64_t n = sim_draw(s, 100);
    if (s->calm || n < 70) return FINE;
    return n < 76 ? LOST : n < 83 ? KILLED : n < 92 ? NO_ANSWER : TWICE;
}

static void kill_process(struct sim *s, int process)
{
    sim_say(s, "process %d is killed", process);
    work_drop(s, process);
    for (int i = 0; i < WINDOWS; i++)
        if (s->window[i].process == process) s->window[i].open = false;
    s->stalled[process] = false;
    twin_forget(process);
}

static int64_t person_id(int person) { return PERSON_FIRST + person; }
static const char *person_name(int person) { return person == 0 ? "Anna" : "Bo"; }

/* ---- words ---- */

static int new_word(struct sim *s, enum chat_author author, int person)
{
    static const char *const texts[] = { "is it in stock?", "a person please", "thanks", "and the price?" };
    int n = s->words++;
    struct word *w = &s->word[n];
    size_t text = author == CHAT_BY_VISITOR ? sim_draw(s, 12) : 2;
    if (text >= ARRAY_LEN(texts)) text = 0;
    uint64_t form = author == CHAT_BY_VISITOR ? sim_draw(s, 16) : 0;
    *w = (struct word){ .author = author, .person = person, .life = s->lives, .asks_person = text == 1 };
    if (author == CHAT_BY_PERSON && sim_draw(s, 2) > 0) w->seen_epoch = s->page_epoch[person];
    (void)snprintf(w->id, sizeof w->id, "client-%03d", n);
    if (form < 13) {
        (void)snprintf(w->text, sizeof w->text, "<w%d> %s", n, texts[text]);
        return n;
    }
    w->form = form == 13 ? AS_PICTURE : form == 14 || sim_draw(s, 3) > 0 ? AS_MAIL : AS_MAIL_FROM_ELSEWHERE;
    w->asks_person = false;
    (void)snprintf(w->text, sizeof w->text, "<w%d> %s", n, w->form == AS_PICTURE ? "kettle.png" : "by mail");
    return n;
}

/* Somebody was quicker: nothing is stored, and the next try knows who. Not of what is stored, nor of who speaks. */
static enum message_put is_late(struct sim *s, struct word *w, const struct conversation *c)
{
    bool speaks = c->owner == CHAT_PERSON && c->status == CHAT_OPEN && c->person == person_id(w->person);
    if (w->seen_epoch == 0 || w->seen_epoch == c->epoch || w->stored > 0 || speaks)
        sim_fault(s, "%s was told to be late, and is not", person_name(w->person));
    w->seen_epoch = s->page_epoch[w->person] = c->epoch;
    return MESSAGE_STALE;
}

static enum message_put put_word(struct sim *s, struct tx *tx, struct word *w, struct message *m)
{
    struct conversation c;
    if (w->form == AS_PICTURE) return put_picture(s, tx, w, m);
    if (w->form != AS_TEXT) {
        *m = (struct message){ .number = w->number };
        return mail_arrives(s, tx, w) ? MESSAGE_NEW : MESSAGE_FAULT;
    }
    if (w->author == CHAT_BY_VISITOR) {
        const struct post_message in = { .text = w->text, .clientId = w->id };
        struct visitor v = s->visitor;
        return visitor_says(tx, &v, &in, s->now_ms, m, &c);
    }
    const struct message_new in = { .conversation = s->talk,
                                    .author = CHAT_BY_PERSON,
                                    .person = person_id(w->person),
                                    .author_name = person_name(w->person),
                                    .seen_epoch = w->seen_epoch,
                                    .client_id = w->id,
                                    .text = w->text,
                                    .now_ms = s->now_ms };
    enum message_put put = message_put(tx, &in, m, &c);
    return put == MESSAGE_STALE ? is_late(s, w, &c) : put;
}

static enum cause_kind cause_of(const struct word *w)
{
    if (w->author == CHAT_BY_PERSON) return BY_PERSON_WORD;
    return w->form == AS_TEXT || w->form == AS_PICTURE ? BY_VISITOR_WORD : BY_MAIL;
}

static void send_word(struct sim *s, int n)
{
    struct word *w = &s->word[n];
    if (w->life != s->lives) {
        life_late(s, n);
        return;
    }
    enum fate fate = fate_of(s);
    sim_say(s, "%s sends word %d%s", w->author == CHAT_BY_VISITOR ? "the customer" : person_name(w->person), n,
            fates[fate]);
    if (fate == LOST) return;
    for (int times = fate == TWICE ? 2 : 1; times > 0; times--) {
        struct message m;
        int process = (int)sim_draw(s, PROCESSES);
        twin_process(process);
        enum message_put put = put_word(s, sim_begin(s), w, &m);
        if (put == MESSAGE_STALE) {
            sim_undo(s);
            sim_say(s, "somebody was quicker than word %d", n);
            return;
        }
        if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) sim_fault(s, "word %d was refused with %d", n, (int)put);
        if (fate == KILLED) {
            sim_undo(s);
            kill_process(s, process);
            return;
        }
        sim_commit(s, &(struct cause){ cause_of(w) });
        if (fate == NO_ANSWER) return;
        if (w->acked && w->number != m.number) sim_fault(s, "word %d was acknowledged with two numbers", n);
        w->acked = true, w->number = m.number;
    }
}

/* One of those in that state, beginning at a drawn place; -1: there is none. */
static int some_word(struct sim *s, bool acked)
{
    int from = s->words > 0 ? (int)sim_draw(s, (uint64_t)s->words) : 0;
    for (int i = 0; i < s->words; i++) {
        int n = (from + i) % s->words;
        if (s->word[n].acked == acked) return n;
    }
    return -1;
}

bool moves_unsent(struct sim *s)
{
    bool some = false;
    for (int n = 0; n < s->words; n++) {
        if (s->word[n].acked || s->word[n].life != s->lives) continue;
        send_word(s, n);
        some = true;
    }
    return some;
}

/* ---- who speaks ---- */

static const char *const act_words[] = { [ACT_TAKE] = "takes over",
                                         [ACT_TO_BOT] = "hands it back",
                                         [ACT_TO_TEAM] = "hands it to the team",
                                         [ACT_ASSIGN] = "assigns it",
                                         [ACT_RESOLVE] = "resolves it",
                                         [ACT_REOPEN] = "opens it again",
                                         [ACT_SNOOZE] = "snoozes it",
                                         [ACT_WAKE] = "",
                                         [ACT_WANT_BOT] = "takes the assistant",
                                         [ACT_WANT_PERSON] = "wants one",
                                         [ACT_LEFT] = "leaves the team" };

static void do_act(struct sim *s, struct chat_act *act, const char *who)
{
    static const char *const mays[] = { "done", "so already", "lost", "refused" };
    enum fate fate = fate_of(s);
    enum chat_may may = CHAT_NOTHING;
    struct conversation c;
    if (fate == LOST) return;
    for (int times = fate == TWICE ? 2 : 1; times > 0; times--) {
        struct tx *tx = sim_begin(s);
        struct visitor v = s->visitor;
        act->now_ms = s->now_ms;
        bool theirs = act->kind == ACT_WANT_PERSON || act->kind == ACT_WANT_BOT;
        enum row row;
        if (theirs) row = visitor_wants(tx, &v, act->kind, s->now_ms, &c, &may);
        else if (act->kind == ACT_LEFT) row = conversation_left(tx, s->talk, act->to, s->now_ms, &c, &may);
        else row = conversation_act(tx, s->talk, act, &c, &may);
        if (row != ROW_FOUND) abort();
        if (fate == KILLED) {
            sim_undo(s);
            sim_say(s, "%s %s%s", who, act_words[act->kind], fates[fate]);
            kill_process(s, (int)sim_draw(s, PROCESSES));
            return;
        }
        bool told = (may == CHAT_MAY || may == CHAT_NOTHING) && act->kind == ACT_TAKE;
        int64_t epoch = c.epoch;
        sim_commit(s, &(struct cause){ BY_ACT, .act = act->kind, .may = may });
        sim_say(s, "%s %s: %s, epoch %d%s", who, act_words[act->kind], mays[may], (int)epoch, fates[fate]);
        if (told && s->was.person != act->person) sim_fault(s, "%s was told to speak, and another one does", who);
        if (act->person && fate != NO_ANSWER) s->page_epoch[act->person - PERSON_FIRST] = epoch;
    }
}

static void person_acts(struct sim *s, enum chat_act_kind kind)
{
    int person = (int)sim_draw(s, PERSONS), other = (int)sim_draw(s, PERSONS + 1);
    struct chat_act act = { .kind = kind, .person = person_id(person), .person_name = person_name(person) };
    if (sim_draw(s, 4) > 0) act.seen_epoch = s->page_epoch[person];
    if (kind == ACT_ASSIGN && other < PERSONS) act.to = person_id(other), act.to_name = person_name(other);
    if (kind == ACT_LEFT) act.to = act.person; /* who comes back the next moment is somebody new */
    if (kind == ACT_SNOOZE) act.until_ms = s->now_ms + SECOND_MS * (1 + (int64_t)sim_draw(s, 120));
    do_act(s, &act, person_name(person));
}

static void visitor_wishes(struct sim *s, enum chat_act_kind kind)
{
    do_act(s, &(struct chat_act){ .kind = kind }, "the customer");
}

/* ---- what changes nothing of who speaks ---- */

static void tell_aside(struct sim *s, uint64_t what)
{
    struct conversation c;
    struct tx *tx = sim_begin(s);
    bool visitor = sim_draw(s, 2) == 0, good = conversation_get(tx, s->talk, &c) == ROW_FOUND;
    if (what == 0) good = good && chat_tell_typing(tx, &c, visitor ? SIDE_VISITOR : SIDE_TEAM, "");
    if (what == 1) {
        int64_t number = (int64_t)sim_draw(s, (uint64_t)s->was.last_number + 2);
        good = good && conversation_read(tx, s->talk, visitor ? SIDE_VISITOR : SIDE_TEAM, number, &c) == ROW_FOUND;
    }
    if (what == 2) {
        struct note n = {
            .conversation = s->talk, .person = person_id(0), .person_name = "Anna", .text = "?", .at_ms = s->now_ms
        };
        char id[24];
        (void)snprintf(id, sizeof id, "note-%03d", (int)sim_draw(s, 4));
        good = good && note_put(tx, &n, id, &c) >= MESSAGE_NEW;
    }
    if (!good) abort();
    sim_commit(s, &(struct cause){ BY_NOBODY });
}

/* Somebody of the team does it: it is done or it is not. */
static void erase_customer(struct sim *s)
{
    if (s->lives == LIVES_MAX) return;
    if (sim_draw(s, 4) > 0) {
        life_ends(s);
        return;
    }
    int process = (int)sim_draw(s, PROCESSES);
    const struct erasure e = { .account = s->account, .shop = s->shop, .at_ms = s->now_ms, .why = "asked" };
    if (!chat_erase_visitors(sim_begin(s), &e, &s->visitor.id, 1)) abort();
    sim_undo(s);
    sim_say(s, "the customer is erased: killed before the commit");
    kill_process(s, process);
}

/* ---- the next move ---- */

static void process_works(struct sim *s)
{
    int process = (int)sim_draw(s, PROCESSES);
    if (s->stalled[process]) return;
    for (size_t i = 0; i < s->flights; i++) {
        const struct flight *f = &s->flight[i];
        if (f->process != process) continue;
        if (!f->loaded) work_load(s, i);
        else if (f->ready_at_ms <= s->now_ms) work_settle(s, i);
        else if (sim_draw(s, 2) == 0) sim_pass(s, f->ready_at_ms - s->now_ms);
        else continue;
        return;
    }
    work_look(s, process);
}

static void say_something(struct sim *s)
{
    uint64_t what = sim_draw(s, 10);
    int n = what < 2 ? some_word(s, true) : what < 5 ? some_word(s, false) : -1; /* late again; once more */
    bool person = sim_draw(s, 10) == 0;
    if (n < 0 && s->words == WORDS_MAX) return;
    if (n < 0) n = new_word(s, person ? CHAT_BY_PERSON : CHAT_BY_VISITOR, (int)sim_draw(s, PERSONS));
    send_word(s, n);
}

static void time_passes(struct sim *s)
{
    uint64_t how = sim_draw(s, 16);
    int64_t most_ms = how < 9 ? 2 * SECOND_MS : how < 13 ? 6 * SECOND_MS : how < 15 ? 40 * SECOND_MS : 20 * MINUTE_MS;
    sim_pass(s, 1 + (int64_t)sim_draw(s, (uint64_t)most_ms));
}

static void bad_luck(struct sim *s)
{
    int process = (int)sim_draw(s, PROCESSES), window = (int)sim_draw(s, WINDOWS);
    switch (sim_draw(s, 6)) {
    case 0: kill_process(s, process); break;
    case 1:
    case 2:
        s->stalled[process] = !s->stalled[process];
        sim_say(s, "process %d stands still: %d", process, s->stalled[process]);
        break;
    case 3: window_reload(s, window); break;
    default: s->window[window].open = false; break;
    }
}

/* A reply is being thought: that is when it matters who comes. */
static bool is_thinking(const struct sim *s)
{
    for (size_t i = 0; i < s->flights; i++)
        if (s->flight[i].loaded && s->flight[i].g->run[0].job.state != NULL) return true;
    return false;
}

void move_any(struct sim *s)
{
    static const enum chat_act_kind acts[] = { ACT_TAKE,    ACT_TAKE,   ACT_TO_BOT, ACT_TO_BOT, ACT_TO_BOT, ACT_TO_TEAM,
                                               ACT_RESOLVE, ACT_REOPEN, ACT_SNOOZE, ACT_ASSIGN, ACT_LEFT };
    uint64_t n = sim_draw(s, 100);
    if (is_thinking(s) && sim_draw(s, 6) == 0) n = 80 + sim_draw(s, 15);
    if (n == 94 && sim_draw(s, 2) == 0) n = 101;
    if (s->lives > 0 && sim_draw(s, 8) == 0) n = 100;
    if (n < 17) say_something(s);
    else if (n < 57) process_works(s);
    else if (n < 73) time_passes(s);
    else if (n < 80) window_turn(s, (int)sim_draw(s, WINDOWS));
    else if (n < 88) person_acts(s, acts[sim_draw(s, ARRAY_LEN(acts))]);
    else if (n < 91) visitor_wishes(s, ACT_WANT_PERSON);
    else if (n < 93) visitor_wishes(s, ACT_WANT_BOT);
    else if (n < 96) tell_aside(s, sim_draw(s, 3));
    else if (n == 100) life_late(s, -1);
    else if (n == 101) erase_customer(s);
    else bad_luck(s);
}
