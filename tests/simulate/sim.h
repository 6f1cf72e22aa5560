/* sim.h: the hand-off model check. One schedule is one conversation: a customer with several windows, two persons, the
 * assistant's jobs in two processes, and a clock that only the schedule moves. What it does is drawn from its seed;
 * what is done is the product's own code over a real database. After each commit the judge compares the rows with what
 * may be true (judge.c); at the end everybody comes back, all work is done, and the judge asks what must be true then.
 *
 * A transaction is a step: nothing runs inside another one's. It may be undone at its end (the process was killed
 * before the commit), its answer may be lost behind it, and it may come twice. On SQLite a transaction is a part of one
 * that is rolled back with the schedule, as the writer's lane runs them too, so a hundred thousand schedules leave
 * nothing behind; with `commits` each is committed by itself.
 *
 * Now and then the customer is erased, with words, turns and mails of theirs still under way. Nothing of them may be
 * left or come back; they return as a stranger, in a conversation that is judged from its beginning.
 *
 * Twins are the same program with one fault in it (twins.py, TWIN_…): each must be found out, or this proves
 * nothing. */
#ifndef CHATHUB_TESTS_SIMULATE_SIM_H
#define CHATHUB_TESTS_SIMULATE_SIM_H

#include "chat/private.h"
#include "jobs/private.h"
#include "storage/test_db.h"

enum { PERSONS = 2, PROCESSES = 2, WINDOWS = 4, WORDS_MAX = 48, ROWS_MAX = 200, FLIGHTS_MAX = 6, LIVES_MAX = 3 };
#define PERSON_FIRST INT64_C(11) /* their ids: 11, 12 */

/* As what a word comes. A mail from another address than the customer's may only become a note. */
enum form { AS_TEXT, AS_PICTURE, AS_MAIL, AS_MAIL_FROM_ELSEWHERE };

/* What a client wants stored. Its text says which word it is, so every copy of it is found. */
struct word {
    enum chat_author author;
    enum form form;
    int life;   /* the customer's, in which it was said */
    int person; /* index */
    char id[16], text[40];
    bool asks_person, acked;
    int64_t seen_epoch;   /* of a person: what their page showed; 0: it does not say */
    int64_t number;       /* as acknowledged */
    int stored, answered; /* how often, in rows; by the assistant */
};
/* A row of the conversation, as the judge saw it first. */
struct seen {
    enum chat_author author;
    int64_t epoch;
    int word; /* -1: none of the clients' */
    uint64_t hash;
};
/* A window: a visitor's (by the conversation's events) or a person's (by the inbox's). It does what
 * docs/chat-protocol.md asks of a client. */
struct window {
    bool open, behind;
    int process;
    int64_t cursor; /* of events */
    int64_t have;   /* all messages up to this one */
    uint64_t hash[ROWS_MAX + 1];
    int64_t told_last, epoch;
    char owner[12], status[12];
};
struct flight { /* an attempt of a job in a process */
    struct group *g;
    int process;
    bool loaded, looked, stale;
    int64_t ready_at_ms;   /* the model has thought until then */
    int64_t epoch, newest; /* when it was loaded: of the conversation; the last word of a customer or a person */
};

enum cause_kind { BY_NOBODY, BY_VISITOR_WORD, BY_PERSON_WORD, BY_MAIL, BY_ACT, BY_JOB };
struct cause {
    enum cause_kind kind;
    enum chat_act_kind act;
    enum chat_may may;
    const struct flight *flight;
};

/* Of a customer who was erased. */
struct life {
    int64_t talk, messages, notes; /* rows when it ended: from then on there are only fewer */
    struct visitor visitor;
};

struct sim {
    struct test_db *t;
    bool commits, trace;
    uint64_t seed, random, digest;
    int64_t now_ms, cron_period[4];
    int64_t account, shop, talk;
    struct visitor visitor;
    struct life life[LIVES_MAX]; /* those before this one */
    int lives;
    struct arena_mark mark;
    bool stalled[PROCESSES];
    struct flight flight[FLIGHTS_MAX];
    size_t flights;
    struct word word[WORDS_MAX];
    int words;
    struct window window[WINDOWS];
    int64_t page_epoch[PERSONS]; /* what a person's page shows */
    bool calm;                   /* the end: nothing goes wrong any more */
    /* the judge's */
    struct conversation was;
    struct seen row[ROWS_MAX + 1]; /* [number] */
    int64_t newest;                /* number of the last word of a customer or a person */
    int64_t silent_at;             /* the model chose to say nothing to it */
    bool wants_person, says_person, told_waiting;
    bool unheard; /* a person was wished for, and none has said anything since */
    char fault[300];
};

/* ---- simulate.c ---- */
uint64_t sim_draw(struct sim *s, uint64_t limit); /* below `limit` */
bool sim_chance(struct sim *s, unsigned one_in);  /* never when all is calm */
/* A line of the trace; it is part of the digest, so it says nothing that another run would not say too. */
void sim_say(struct sim *s, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_fault(struct sim *s, const char *format, ...) PRINTF_LIKE(2, 3); /* the first one counts */
void sim_pass(struct sim *s, int64_t by_ms);
struct tx *sim_begin(struct sim *s);
void sim_commit(struct sim *s, const struct cause *why); /* NULL: it only read */
void sim_undo(struct sim *s);
uint64_t sim_hash(const char *author, const char *text);

/* ---- moves.c ---- */
void move_any(struct sim *s);
bool moves_unsent(struct sim *s); /* sends what has no acknowledgement; true: there was some */

/* ---- work.c ---- */
void work_start(void);
void work_look(struct sim *s, int process); /* as the claimer does: leases, lines, cron, claims */
void work_load(struct sim *s, size_t flight);
void work_settle(struct sim *s, size_t flight);
void work_drop(struct sim *s, int process); /* its attempts are gone */
void work_end(struct sim *s);               /* until nothing is left to do */

/* ---- forms.c: what is no plain text ---- */
void forms_start(void);
MUST_USE enum message_put put_picture(struct sim *s, struct tx *tx, const struct word *w, struct message *m);
/* The same mail, by another way. True: its words are there, as they may be. */
bool mail_arrives(struct sim *s, struct tx *tx, const struct word *w);

/* ---- lives.c: who is erased ---- */
void lives_start(struct sim *s);
void life_begin(struct sim *s);          /* a customer whom nobody knows */
void life_ends(struct sim *s);           /* erased; then a new one begins */
void life_late(struct sim *s, int word); /* something of a life that is over arrives; word -1: whatever else there is */
bool lives_to_clear(struct sim *s);      /* a job has to take out more */
void judge_lives(struct sim *s);         /* nothing has come back */
void judge_lives_end(struct sim *s);     /* and nothing is left */

/* ---- windows.c ---- */
bool window_is_visitors(int i);
void window_turn(struct sim *s, int i); /* opens, fills its gap, or reads on */
void window_reload(struct sim *s, int i);

/* ---- judge.c ---- */
void judge_begin(struct sim *s);
void judge_look(struct sim *s, const struct cause *why); /* in the transaction that is about to be committed */
void judge_end(struct sim *s);

/* ---- model.c: instead of the local model ---- */
extern struct sim *sim_of_model;
struct model_ask;
struct model_reply;
bool __real_model_local(const struct model_ask *ask, struct model_reply *out);
bool __wrap_model_local(const struct model_ask *ask, struct model_reply *out);

/* ---- twin.c: memory that a twin trusts instead of rows; nothing in the others ---- */
void twin_process(int process);
void twin_kept(bool committed);
void twin_forget(int process);
void twin_start(void);

#endif
