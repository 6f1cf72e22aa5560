/* waiting.c: requests whose answer waits for a job (a route with .wait_ms whose .run said so). Their clients get what
 * .resume says when the job has ended, or the 202 that .run made when the time is over. .resume is asked at once, when
 * a job ended in this process, and each second, since it may have ended in another. */
#include "http/private.h"

static enum op_wish resume_run(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    x->req.tx = tx;
    enum answer a = x->req.route->resume(&x->req);
    x->req.tx = NULL;
    if (a == ANSWER_FAULT) reply_reset(&x->req.reply); /* status 0: goes on waiting */
    return a == ANSWER_SENT ? OP_COMMIT : OP_REFUSE;
}

static void resumed(struct exchange *x);

static void ask(struct exchange *x)
{
    x->ask_again = false;
    x->away = exchange_away(x, resume_run, resumed); /* no room: the next tick asks again */
}

/* The 202 made by .run steps aside for what .resume may say. */
void waiting_begin(struct exchange *x, exchange_back *over)
{
    struct loop *l = x->loop;
    struct reply made = x->req.reply;
    x->over = over;
    x->req.reply = x->late;
    x->late = made;
    reply_reset(&x->req.reply);
    x->wait_job = x->req.job = made.wait_job;
    x->wait_until_ms = (int64_t)uv_now(&l->uv) + x->req.route->wait_ms;
    x->parked_previous = NULL;
    x->parked_next = l->parked;
    if (l->parked != NULL) l->parked->parked_previous = x;
    l->parked = x;
    atomic_fetch_add(&l->parked_count, 1); /* before the first look: an end after it is told to us */
    ask(x);
}

static void unpark(struct exchange *x)
{
    struct loop *l = x->loop;
    if (x->parked_previous != NULL) x->parked_previous->parked_next = x->parked_next;
    else l->parked = x->parked_next;
    if (x->parked_next != NULL) x->parked_next->parked_previous = x->parked_previous;
    atomic_fetch_sub(&l->parked_count, 1);
}

static void end_waiting(struct exchange *x, bool late)
{
    unpark(x);
    if (late) {
        struct reply made = x->late;
        x->late = x->req.reply;
        x->req.reply = made;
    }
    x->over(x);
}

static void resumed(struct exchange *x)
{
    x->away = false;
    bool gone = loop_find(x->loop, x->slot, x->generation) == NULL;
    bool said = (x->outcome == OP_COMMITTED || x->outcome == OP_REFUSED) && x->req.reply.status != 0;
    bool over = (int64_t)uv_now(&x->loop->uv) >= x->wait_until_ms;
    if (gone || said || over || atomic_load(&x->loop->http->stopping)) {
        end_waiting(x, !said);
        return;
    }
    reply_reset(&x->req.reply);
    arena_release(x->req.arena, x->mark);
    if (x->ask_again) ask(x);
}

void waiting_tick(struct loop *l, int64_t at_ms)
{
    for (struct exchange *x = l->parked, *next; x != NULL; x = next) {
        next = x->parked_next;
        if (x->away) continue;
        bool gone = loop_find(l, x->slot, x->generation) == NULL;
        if (gone || at_ms >= x->wait_until_ms) end_waiting(x, true);
        else ask(x); /* the job may have ended in another process */
    }
}

void waiting_job_ended(struct loop *l, int64_t job, bool any)
{
    for (struct exchange *x = l->parked, *next; x != NULL; x = next) {
        next = x->parked_next;
        if (!any && x->wait_job != job) continue;
        if (x->away) x->ask_again = true;
        else ask(x);
    }
}

void waiting_release(struct loop *l)
{
    for (struct exchange *x = l->parked, *next; x != NULL; x = next) {
        next = x->parked_next;
        if (!x->away) end_waiting(x, true);
    }
}
