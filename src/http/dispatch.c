/* dispatch.c: the only place that sends a route's work to a transaction and decides what its end means.
 *
 *   loop: fields are good → (.ask on a lane, and back) → .prepare here, or on a crypto thread when slow
 *   → a lane: who calls, may they, was this key answered before, .run → commit
 *   → back to the loop, whose requests.c answers or lets it wait for a job (waiting.c).
 *
 * The caller is asked for inside the transaction, so a session that ended a moment ago does not act. What the end of an
 * op means for the client: committed or refused, the reply stands as made; in conflict or failed, nothing was written
 * and they may try again; uncertain, they must look or repeat with the same key. */
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"

/* ---- inside the transaction ---- */

static bool recognise(struct exchange *x)
{
    struct req *req = &x->req;
    const struct http_hooks *hooks = x->loop->http->o.hooks;
    req->who = (struct caller){ 0 };
    if (req->route->who == WHO_SYSTEM || hooks == NULL || hooks->authenticate == NULL) return true;
    bool nothing_to_show = x->session_key[0] == '\0' && head_get(&x->head, "authorization").p == NULL;
    if (nothing_to_show) return true;
    if (!hooks->authenticate(req)) return false;
    /* A shop's key speaks on the routes that say so, and is nobody everywhere else. */
    if (req->who.session == 0 && !(req->route->who & WHO_KEY)) req->who = (struct caller){ 0 };
    return true;
}

/* The refusal that was found before the caller was known. */
static void copy_refusal(struct reply *to, const struct reply *from)
{
    to->status = from->status;
    to->problem = from->problem;
    memcpy(to->fact, from->fact, sizeof to->fact);
    to->facts = from->facts;
    to->faults = from->faults;
}

/* Whether the key has an answer already, or cannot be looked up: then the reply is made. */
static bool answered_before(struct exchange *x, struct tx *tx)
{
    enum idempotency found = idempotency_before(x, tx);
    if (found == IDEMPOTENCY_FAULT) (void)reply_fault(&x->req);
    return found != IDEMPOTENCY_NEW;
}

static void answer_unsaid(struct req *req)
{
    LOG(LOG_ERROR, "handler_without_reply", LOG_TEXT("path", req->route->path));
    (void)reply_problem(req, &problem_internal);
}

static enum op_wish run_route(struct exchange *x, struct tx *tx)
{
    struct req *req = &x->req;
    const struct route *r = req->route;
    bool by_key = r->idempotent && req->idempotency_key != NULL && req->who.account != 0 && r->tx == TX_WRITE;
    if (by_key && answered_before(x, tx)) return req->reply.problem != NULL ? OP_REFUSE : OP_COMMIT;
    req->tx = r->tx == TX_NONE ? NULL : tx;
    enum answer a = r->run(req);
    /* Must not commit what nobody is told of, nor tell of what is not committed. */
    bool said = req->reply.status != 0 && (a == ANSWER_SENT || a == ANSWER_REFUSED);
    if (a != ANSWER_FAULT && !said) {
        answer_unsaid(req);
        return OP_REFUSE;
    }
    /* On PostgreSQL the first request with this key may have ended while this one waited for a row: what refused it may
     * be its own work ("enabled already"), so the key is looked up once more. What this run wrote is undone. */
    if (a == ANSWER_REFUSED && by_key && tx_engine(tx) == DB_POSTGRES && answered_before(x, tx)) return OP_REFUSE;
    x->ran = a == ANSWER_REFUSED;
    if (a == ANSWER_SENT && by_key && !idempotency_after(x, tx)) a = ANSWER_FAULT;
    if (a == ANSWER_FAULT) (void)reply_fault(req);
    return a == ANSWER_SENT ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish op_run(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    struct req *req = &x->req;
    enum op_wish wish = OP_REFUSE;
    req->tx = tx;
    const struct problem *p = NULL;
    enum row origin;
    if (!recognise(x)) {
        (void)reply_fault(req);
    } else if ((p = caller_judge(req)) != NULL) {
        (void)reply_problem(req, p);
    } else if (!admission_of_caller(x)) {
        /* the reply says so */
    } else if ((origin = cors_ask(x)) != ROW_FOUND) {
        if (origin == ROW_FAULT) (void)reply_fault(req);
        else (void)reply_problem(req, &problem_cross_site);
    } else if (x->deferred) {
        copy_refusal(&req->reply, &x->late);
    } else {
        wish = run_route(x, tx);
    }
    x->broken = tx_fault_of(tx) == TX_BROKEN;
    req->tx = NULL;
    return wish;
}

/* A fault that is not the storage's is ours, and the same again would fail again. */
static bool op_refused(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    if (!x->ran) return true;
    x->req.tx = tx;
    bool said = x->req.route->refused(&x->req);
    x->req.tx = NULL;
    enum tx_fault f = tx_fault_of(tx);
    x->broken = f == TX_BROKEN || (f == TX_SOUND && !said);
    if (f == TX_SOUND && !said) LOG(LOG_ERROR, "refusal_not_kept", LOG_TEXT("path", x->req.route->path));
    return said;
}

static void op_again(struct op *op)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    arena_release(x->req.arena, x->mark);
    reply_reset(&x->req.reply);
    x->req.who = (struct caller){ 0 };
    x->ran = x->replayed = x->wants_stream = x->req.upload_kept = false;
}

static void op_done(struct op *op, enum op_outcome outcome)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    x->outcome = outcome;
    const struct http_hooks *hooks = x->loop->http->o.hooks;
    if (outcome == OP_COMMITTED && hooks != NULL && hooks->committed != NULL) hooks->committed(&x->req);
    loop_return(x);
}

/* ---- sent away with something else than the route ---- */

static void errand_done(struct op *op, enum op_outcome outcome)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    x->outcome = outcome;
    loop_return(x);
}

static void errand_again(struct op *op)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    arena_release(x->req.arena, x->mark);
    reply_reset(&x->req.reply);
}

bool exchange_away(struct exchange *x, op_runner *run, exchange_back *back)
{
    x->mark = arena_mark(x->req.arena);
    x->op = (struct op){ .mode = TX_READ,
                         .arena = x->req.arena,
                         .run = run,
                         .again = errand_again,
                         .done = errand_done,
                         .session_key = x->session_key[0] != '\0' ? x->session_key : NULL };
    x->back = back;
    x->loop->under_way++;
    if (lanes_submit(x->loop->http->o.lanes, &x->op)) return true;
    x->loop->under_way--;
    return false;
}

bool exchange_caller(struct exchange *x, struct tx *tx, bool *admitted)
{
    struct req *req = &x->req;
    req->tx = tx;
    bool known = recognise(x);
    *admitted = known && caller_judge(req) == NULL;
    req->tx = NULL;
    return known;
}

/* ---- on the way there ---- */

/* Any thread. False: the lanes have no room, the reply says so. */
static bool to_lane(struct exchange *x)
{
    const struct route *r = x->req.route;
    bool writes = r->tx == TX_WRITE && !x->deferred;
    x->mark = arena_mark(x->req.arena);
    x->op = (struct op){
        .mode = writes ? TX_WRITE : TX_READ,
        .arena = x->req.arena,
        .run = op_run,
        .again = op_again,
        .done = op_done,
        .refused = writes && r->refused != NULL ? op_refused : NULL,
        .session_key = x->session_key[0] != '\0' ? x->session_key : NULL,
    };
    if (lanes_submit(x->loop->http->o.lanes, &x->op)) return true;
    (void)reply_later(&x->req, &problem_busy, 1);
    return false;
}

/* A socket takes its connection over when it is answered, which is done for what comes back from a lane. */
static bool runs_here(const struct route *r) { return r->tx == TX_NONE && !route_wants_caller(r) && r->socket == NULL; }

static bool prepared(struct exchange *x)
{
    const struct route *r = x->req.route;
    if (r->prepare == NULL) return true;
    enum answer a = r->prepare(&x->req);
    if (a == ANSWER_GO_ON) return true;
    if (a == ANSWER_FAULT) (void)reply_fault(&x->req);
    else if (x->req.reply.status == 0) answer_unsaid(&x->req);
    return false;
}

/* True: answered. */
static bool go_on(struct exchange *x)
{
    if (!runs_here(x->req.route)) return !to_lane(x);
    if (x->req.route->run(&x->req) == ANSWER_FAULT) (void)reply_fault(&x->req);
    else if (x->req.reply.status == 0) answer_unsaid(&x->req);
    return true;
}

void dispatch_prepare(struct exchange *x)
{
    x->outcome = OP_REFUSED; /* whatever is answered here stands */
    if (!prepared(x) || go_on(x)) loop_return(x);
}

void dispatch_late(struct exchange *x)
{
    x->outcome = OP_REFUSED;
    (void)reply_later(&x->req, &problem_busy, 10);
    loop_return(x);
}

/* A password waits behind no picture of the same office, nor a picture behind passwords. */
static bool to_crypto_pool(struct exchange *x)
{
    uint64_t network[CRYPTO_LEVELS];
    const struct http *h = x->loop->http;
    bool looks = x->req.route->upload != NULL || x->req.route->ask != NULL;
    for (unsigned i = 0; i < CRYPTO_LEVELS; i++) network[i] = limits_hash(h->limits, x->address, i);
    return crypto_pool_submit(looks ? h->looks : h->pool, x, network);
}

/* ---- may this be worked on? ---- */

static bool answered_here(struct exchange *x)
{
    admission_settle(x);
    return true;
}

static enum op_wish ask_run(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    struct req *req = &x->req;
    enum answer a = ANSWER_REFUSED;
    const struct problem *p = NULL;
    req->tx = tx;
    if (!recognise(x)) (void)reply_fault(req);
    else if ((p = caller_judge(req)) != NULL) (void)reply_problem(req, p);
    else if (admission_of_caller(x)) a = req->route->ask(req);
    if (a == ANSWER_FAULT) (void)reply_fault(req);
    else if (a != ANSWER_GO_ON && req->reply.status == 0) answer_unsaid(req);
    x->broken = tx_fault_of(tx) == TX_BROKEN;
    req->tx = NULL;
    return a == ANSWER_GO_ON ? OP_COMMIT : OP_REFUSE;
}

static void asked(struct exchange *x)
{
    x->back = x->over;
    /* What reads alone is for nobody when its client has left meanwhile. */
    bool left = x->req.route->tx == TX_READ && loop_find(x->loop, x->slot, x->generation) == NULL;
    if (x->outcome == OP_COMMITTED && left) {
        x->outcome = OP_REFUSED;
        (void)reply_later(&x->req, &problem_busy, 1);
    } else if (x->outcome == OP_COMMITTED) {
        x->loop->under_way++;
        if (to_crypto_pool(x)) return;
        x->loop->under_way--;
        x->outcome = OP_REFUSED;
        (void)reply_later(&x->req, &problem_busy, 2);
    }
    x->back(x);
}

/* True: answered. */
static bool ask_first(struct exchange *x, exchange_back *back)
{
    exchange_keep(x);
    x->over = back;
    if (exchange_away(x, ask_run, asked)) return false;
    (void)reply_later(&x->req, &problem_busy, 1);
    return answered_here(x);
}

/* ---- the start ---- */

/* The count goes first: x may be back before the submitting call returns, and is not ours to touch behind it. */
static bool away(struct exchange *x, bool answered)
{
    if (!answered) return false;
    x->loop->under_way--;
    admission_settle(x);
    return true;
}

bool dispatch_start(struct exchange *x, exchange_back *back)
{
    struct loop *l = x->loop;
    const struct route *r = x->req.route;
    x->back = back;
    if (x->deferred) {
        copy_refusal(&x->late, &x->req.reply);
        reply_reset(&x->req.reply);
        exchange_keep(x);
        l->under_way++;
        return away(x, !to_lane(x));
    }
    if (r->ask != NULL) return ask_first(x, back);
    if (r->slow && r->prepare != NULL) {
        exchange_keep(x);
        l->under_way++;
        if (to_crypto_pool(x)) return false;
        (void)reply_later(&x->req, &problem_busy, 2);
        return away(x, true);
    }
    if (runs_here(r)) return prepared(x) && !go_on(x) ? false : answered_here(x);
    exchange_keep(x);
    if (!prepared(x)) return answered_here(x);
    l->under_way++;
    return away(x, !to_lane(x));
}

/* ---- back on the loop ---- */

static void tell_outcome(struct exchange *x)
{
    struct req *req = &x->req;
    switch (x->outcome) {
    case OP_COMMITTED:
    case OP_REFUSED: assert(req->reply.status != 0); return;
    case OP_CONFLICT:
    case OP_DROPPED:
        reply_reset(&req->reply);
        (void)reply_later(req, &problem_busy, 1);
        return;
    case OP_FAILED:
        reply_reset(&req->reply);
        (void)(x->broken ? reply_problem(req, &problem_internal) : reply_fault(req));
        return;
    case OP_UNCERTAIN:
        reply_reset(&req->reply);
        (void)reply_later(req, &problem_uncertain, 1);
        return;
    }
}

void dispatch_end(struct exchange *x)
{
    tell_outcome(x);
    admission_settle(x);
}
