/* judge.c: what must be true of a conversation, whatever the schedule did. It keeps its own account of what was
 * committed and asks the rows; it calls none of the rules that it judges. */
#include "tests/simulate/sim.h"

#include <stdio.h>
#include <stdlib.h>

/* The word that a text names at `at`, and behind it; -1: none. */
static int next_word(const char **at)
{
    const char *p = strstr(*at, "<w");
    if (p == NULL) return -1;
    *at = p + 2;
    return (int)strtol(p + 2, NULL, 10);
}

static bool is_human(enum chat_author a) { return a == CHAT_BY_VISITOR || a == CHAT_BY_PERSON; }

/* ---- a message ---- */

/* The customer's words behind the last answer, which are what an answer answers. */
static bool is_of_burst(const struct sim *s, int64_t last, int word)
{
    for (int64_t n = last; n > 0 && (s->row[n].author == CHAT_BY_VISITOR || s->row[n].author == CHAT_BY_HOUSE); n--)
        if (s->row[n].word == word) return true;
    return false;
}

static void judge_reply(struct sim *s, const struct message *m, const struct cause *why)
{
    const struct flight *f = why->flight;
    if (why->kind != BY_JOB || f == NULL) {
        sim_fault(s, "message %lld of the assistant came without a turn of it", (long long)m->number);
        return;
    }
    if (f->g->run[0].job.ref != s->talk)
        sim_fault(s, "message %lld of the assistant was thought for somebody else", (long long)m->number);
    if (s->was.owner != CHAT_BOT || s->was.status != CHAT_OPEN)
        sim_fault(s, "message %lld: the assistant spoke, and it was not its turn", (long long)m->number);
    if (s->was.epoch != f->epoch)
        sim_fault(s, "message %lld of the assistant was thought in epoch %lld and written in %lld",
                  (long long)m->number, (long long)f->epoch, (long long)s->was.epoch);
    if (s->newest != f->newest)
        sim_fault(s, "message %lld of the assistant does not know message %lld", (long long)m->number,
                  (long long)s->newest);
    const char *at = m->text;
    for (int w = next_word(&at); w >= 0; w = next_word(&at)) {
        if (w >= s->words || s->word[w].answered++ > 0) sim_fault(s, "word %d was answered twice", w);
        else if (!is_of_burst(s, m->number - 1, w)) sim_fault(s, "word %d was answered out of its burst", w);
    }
}

static void judge_word(struct sim *s, const struct message *m, const struct cause *why)
{
    const char *at = m->text;
    int w = next_word(&at);
    if (w < 0 || w >= s->words || s->word[w].author != m->author || strcmp(s->word[w].text, m->text) != 0) {
        sim_fault(s, "message %lld is nobody's", (long long)m->number);
        return;
    }
    if (s->word[w].stored++ > 0) sim_fault(s, "word %d is stored twice", w);
    s->row[m->number].word = w;
    const struct word *word = &s->word[w];
    enum cause_kind by = m->author == CHAT_BY_PERSON ? BY_PERSON_WORD : m->by_mail ? BY_MAIL : BY_VISITOR_WORD;
    if (word->life != s->lives) sim_fault(s, "word %d came back after its customer was erased", w);
    if (word->form == AS_MAIL_FROM_ELSEWHERE || m->by_mail != (word->form == AS_MAIL))
        sim_fault(s, "message %lld is no words of the customer's", (long long)m->number);
    if ((m->image != NULL) != (word->form == AS_PICTURE))
        sim_fault(s, "message %lld has a picture, or lost one", (long long)m->number);
    if (why->kind != by) sim_fault(s, "message %lld came without its sender", (long long)m->number);
    s->newest = m->number;
}

static void judge_messages(struct sim *s, const struct conversation *c, const struct cause *why)
{
    struct message page[16];
    int64_t known = s->was.last_number;
    size_t count = 0;
    if (c->last_number >= ROWS_MAX) abort();
    if (!messages_after(s->t->tx, s->talk, known, ARRAY_LEN(page), page, &count)) abort();
    if (known + (int64_t)count != c->last_number)
        sim_fault(s, "%zu messages behind %lld, and the last is %lld", count, (long long)known,
                  (long long)c->last_number);
    for (size_t i = 0; i < count && s->fault[0] == '\0'; i++) {
        const struct message *m = &page[i];
        if (m->number != known + 1 + (int64_t)i) {
            sim_fault(s, "the numbers have a gap before %lld", (long long)m->number);
            return;
        }
        s->row[m->number] = (struct seen){ .author = m->author,
                                           .word = -1,
                                           .hash = sim_hash(chat_author_names[m->author - CHAT_BY_VISITOR], m->text) };
        if (m->author == CHAT_BY_BOT) judge_reply(s, m, why);
        else if (is_human(m->author)) judge_word(s, m, why);
    }
}

/* ---- who speaks ---- */

static void judge_owner(struct sim *s, const struct conversation *c)
{
    const struct conversation *was = &s->was;
    if ((c->owner == CHAT_PERSON) != (c->person != 0)) sim_fault(s, "nobody speaks, or two do");
    if ((c->owner == CHAT_WAITING) != (c->waiting_since_ms != 0)) sim_fault(s, "it does not say since when it waits");
    if (c->epoch < was->epoch) sim_fault(s, "the epoch went back");
    bool same = c->owner == was->owner && c->person == was->person && c->status == was->status;
    if (c->epoch == was->epoch && !same) sim_fault(s, "epoch %lld has two owners", (long long)c->epoch);
}

/* Who has left the team has nothing that is not finished, and whoever waits for their answer waits for a person. */
static void judge_left(struct sim *s, const struct conversation *c, const struct cause *why)
{
    const struct conversation *was = &s->was;
    bool left = why->kind == BY_ACT && why->act == ACT_LEFT && why->may == CHAT_MAY;
    bool spoke = left && was->owner == CHAT_PERSON && c->owner != CHAT_PERSON;
    for (int64_t n = was->last_number + 1; n <= c->last_number; n++)
        if (s->row[n].author == CHAT_BY_PERSON) s->unheard = false;
    if (spoke && c->owner == CHAT_BOT && (s->unheard || c->burst_at_ms != 0))
        sim_fault(s, "somebody left, and who waited for their answer waits for nobody's");
    if (spoke && c->assignee == was->person) sim_fault(s, "who has left still has it");
    s->unheard = c->owner == CHAT_WAITING || (c->owner == CHAT_PERSON && s->unheard);
}

/* A wish for a person stands until one speaks, or somebody who may has ended it. */
static void judge_wishes(struct sim *s, const struct conversation *c, const struct cause *why)
{
    bool acted = why->kind == BY_ACT && why->may == CHAT_MAY;
    bool ended = acted && (why->act == ACT_TO_BOT || why->act == ACT_RESOLVE || why->act == ACT_WANT_BOT);
    const struct seen *last = &s->row[c->last_number];
    bool said = c->last_number > s->was.last_number && last->author == CHAT_BY_VISITOR && last->word >= 0;
    if (why->kind == BY_ACT && why->act == ACT_WANT_PERSON && why->may != CHAT_LOST) s->wants_person = true;
    if (said && s->word[last->word].asks_person) s->says_person = true;
    if (ended || c->owner == CHAT_PERSON) s->wants_person = false;
    if (ended || c->owner != CHAT_BOT) s->says_person = false;
    if (s->was.owner != CHAT_WAITING) s->told_waiting = false;
    /* An answer by mail is for a person, one from another address too. */
    bool mailed = why->kind == BY_MAIL && (c->last_number > s->was.last_number || c->last_note > s->was.last_note);
    if (mailed && c->owner != CHAT_PERSON) s->wants_person = true;
    for (int64_t n = s->was.last_number + 1; n <= c->last_number; n++)
        if (s->row[n].author == CHAT_BY_HOUSE && c->owner == CHAT_WAITING) s->told_waiting = true;
    if (s->wants_person && c->owner == CHAT_BOT) sim_fault(s, "a wish for a person was lost");
}

void judge_look(struct sim *s, const struct cause *why)
{
    struct conversation c;
    if (conversation_get(s->t->tx, s->talk, &c) != ROW_FOUND) abort();
    judge_owner(s, &c);
    if (c.last_number != s->was.last_number) judge_messages(s, &c, why);
    judge_wishes(s, &c, why);
    judge_left(s, &c, why);
    c.person_name = NULL; /* it goes with the transaction */
    s->was = c;
    if (s->lives > 0) judge_lives(s);
}

void judge_begin(struct sim *s)
{
    struct conversation c;
    if (conversation_get(s->t->tx, s->talk, &c) != ROW_FOUND) abort();
    c.person_name = NULL;
    s->was = c;
    s->silent_at = -1;
}

/* ---- the end ---- */

static void judge_window(struct sim *s, int i)
{
    const struct window *r = &s->window[i];
    int64_t last = s->was.last_number;
    if (r->have != last) sim_fault(s, "window %d has %lld of %lld messages", i, (long long)r->have, (long long)last);
    for (int64_t n = 1; n <= last; n++)
        if (r->hash[n] != s->row[n].hash) sim_fault(s, "window %d: message %lld is another one", i, (long long)n);
    if (strcmp(r->owner, chat_owner_name(s->was.owner)) != 0 || strcmp(r->status, chat_status_name(s->was.status)) != 0)
        sim_fault(s, "window %d was not told who answers", i);
}

static void judge_answered(struct sim *s)
{
    int64_t n = s->was.last_number;
    if (s->was.status == CHAT_RESOLVED) return;
    if (s->says_person) sim_fault(s, "somebody asked for a person in words, and nobody was called");
    while (n > 0 && s->row[n].author == CHAT_BY_HOUSE) n--;
    bool unanswered = n > 0 && s->row[n].author == CHAT_BY_VISITOR;
    if (unanswered && s->was.owner == CHAT_BOT && s->silent_at != s->newest)
        sim_fault(s, "message %lld was neither answered nor handed to anybody", (long long)n);
    /* The team was told twice, a person who fell silent has left it to the assistant. */
    if (unanswered && s->was.owner == CHAT_PERSON)
        sim_fault(s, "message %lld was left with a person who is silent", (long long)n);
    if (s->was.owner == CHAT_WAITING && s->was.alerts < 2) sim_fault(s, "the team was not told again who waits");
    if (s->was.owner == CHAT_WAITING && !s->told_waiting) sim_fault(s, "who waits was told nothing");
}

void judge_end(struct sim *s)
{
    for (int w = 0; w < s->words; w++) {
        const struct word *word = &s->word[w];
        if (word->life != s->lives) continue;
        int times = word->form == AS_MAIL_FROM_ELSEWHERE ? 0 : 1;
        if (!word->acked || word->stored != times) sim_fault(s, "word %d is stored %d times", w, word->stored);
        else if (word->form <= AS_PICTURE && s->row[word->number].word != w)
            sim_fault(s, "word %d was acknowledged under another number", w);
    }
    for (int i = 0; i < WINDOWS; i++) judge_window(s, i);
    judge_answered(s);
    struct verify_piece found = { .cursor = { s->talk - 1 } };
    if (!chat_checks[0].piece(s->t->tx, &found)) abort();
    if (found.unsound > 0) sim_fault(s, "verify: %s", "the conversation is unsound");
    judge_lives_end(s);
}
