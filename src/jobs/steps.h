/* steps.h: a job that does several things outside, one after the other: create an account, then a user in it, then an
 * inbox. Each step is stored with the id that the outside gave it before the next one begins. So after a crash at any
 * point the job goes on where it was, asks first what the outside has already, and when it must give up it undoes what
 * it made, the last first. Pages read how far it is from the rows.
 *
 *     static const struct job_step shop_steps[] = {
 *         { .name = "account", .doc = "Creates the account.", .find = find_account, .call = make_account,
 *           .undo = delete_account },
 *         { .name = "inbox", .doc = "Creates the inbox.", .find = find_inbox, .call = make_inbox },
 *     };
 *     static const struct step_list shop_list = { shop_steps, ARRAY_LEN(shop_steps) };
 *     static const struct step_plan shop_plan = { .list = &shop_list, .load = load, .done = done, .dead = give_up };
 *     const struct job_kind shop_job = { .name = "shop.make", .doc = "…", .max_attempts = 10, …,
 *                                        JOB_OF_STEPS(&shop_plan) };
 *
 * An attempt does one step and ends with JOB_NEXT, which does not count as an attempt; the kind's back-off, attempts
 * and deadline are for what fails. Rejected: one attempt for all steps (a crash in the fifth would ask again about all
 * five), and keeping the ids in the domain's own rows (each domain would invent this again). */
#ifndef CHATHUB_JOBS_STEPS_H
#define CHATHUB_JOBS_STEPS_H

#include "jobs/jobs.h"

enum step_answer {
    STEP_DONE,    /* made, or found; undo: gone. Its id, if it has one, is said with step_made() before */
    STEP_NONE,    /* of .find: the outside does not have it; of others as STEP_LATER */
    STEP_LATER,   /* surely not done: again by the kind's back-off */
    STEP_UNKNOWN, /* maybe done: again, asking .find first */
    STEP_REFUSED, /* surely not done, and never will be: what was made before is undone and the job is dead */
};
/* Stored: append, never renumber. */
enum step_state {
    STEP_RUNNING, /* begun, maybe done */
    STEP_FINISHED,
    STEP_FAILED, /* refused: nothing was made */
    STEP_UNDONE,
    STEP_KEPT,    /* the job was given up; this step cannot or need not be undone */
    STEP_WAITING, /* never stored: its turn has not come */
};
enum { STEP_ID_MAX = 200, STEPS_MAX = 32 };

struct job_step {
    const char *name; /* stored: never rename; unique in its list */
    const char *doc;
    /* Asks the outside whether it has this already, and adopts it. It is asked before each .call and, when it is not
     * known whether the step was made, before .undo. NULL: there is nothing to ask; then .call must be repeatable (by
     * step_key). */
    enum step_answer (*find)(struct job *job);
    enum step_answer (*call)(struct job *job);
    /* step_id(job) names what is to go; NULL when it is not known whether it was made and there is no .find. What is
     * gone already is STEP_DONE. NULL: it is kept. */
    enum step_answer (*undo)(struct job *job);
};
struct step_list {
    const struct job_step *step;
    size_t count;
};
struct step_row {
    const char *name;
    enum step_state state;
    const char *outside_id, *error;          /* NULL: none */
    int64_t tries, began_at_ms, ended_at_ms; /* 0: not yet */
};
struct step_plan {
    const struct step_list *list; /* NULL: .choose says, after .load, and never NULL */
    const struct step_list *(*choose)(struct job *job);
    /* What the calls need, for each attempt; into job->state. JOB_FINISHED means go on, JOB_GIVE_UP ends it. While
     * steps_undoing(job) it gives what .undo needs, also when the domain has lost interest. May be NULL. */
    enum job_wish (*load)(struct job *job, struct tx *tx);
    /* A row has changed: events, audit. In the same transaction. False: storage fault. May be NULL. */
    bool (*changed)(struct job *job, struct tx *tx, const struct step_row *row);
    /* Never NULL: all steps are made; as .settle of a kind. step_id_of() gives their ids. */
    enum job_wish (*done)(struct job *job, struct tx *tx);
    /* As .dead of a kind, when everything is undone. `error` is why the job was given up. `left`: steps that could not
     * be undone, which stay in the rows for the operator. May be NULL. */
    enum job_wish (*dead)(struct job *job, struct tx *tx, const char *error, bool left);
};

/* ---- for the functions of a step; step_id_of, steps_undoing and steps_drop for .load, step_id_of for .done ---- */
/* The id of the step under way, copied. One that cannot be kept (over STEP_ID_MAX bytes, or no UTF-8) turns STEP_DONE
 * into STEP_UNKNOWN: what is there could not be named again. */
void step_made(struct job *job, const char *outside_id);
const char *step_id(struct job *job);                      /* of the step under way, as far as it is known; or NULL */
const char *step_id_of(struct job *job, const char *name); /* of another one in the list; NULL: not made */
/* One text for each step of a job, the same in every try: for an Idempotency-Key header. */
const char *step_key(struct job *job);
size_t step_place(struct job *job); /* of the step under way, in its list */
bool step_is_new(struct job *job);  /* its first try: this job cannot have made it */
bool steps_undoing(struct job *job);
/* In .load, which then says JOB_FINISHED: nobody wants it any more. The job is done; what was made stays. */
void steps_drop(struct job *job);

/* ---- for pages ---- */
/* Every step of the list in its order, those whose turn has not come as STEP_WAITING. out[list->count]. */
MUST_USE bool steps_progress(struct tx *tx, int64_t job, const struct step_list *list, struct step_row *out);

/* ---- what a kind of steps is made of ---- */
#define JOB_OF_STEPS(the_plan)                                                                                         \
    .plan = (the_plan), .load = steps_load, .call = steps_call, .settle = steps_settle, .dead = steps_dead
enum job_wish steps_load(struct job *job, struct tx *tx);
void steps_call(struct job *job);
enum job_wish steps_settle(struct job *job, struct tx *tx);
enum job_wish steps_dead(struct job *job, struct tx *tx, const char *error);

#endif
