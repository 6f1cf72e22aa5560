/* requests.c: a route's handler as the dispatcher runs it, without a server: fields by the route's own tables, .run in
 * a part of the transaction that a refusal undoes. Its process may be killed before the commit, and its answer may be
 * lost behind it. */
#include "tests/money/money.h"

#include "http/private.h"
#include "shops/test_kit.h"

static void run(struct sim *s, struct req *req, struct tx *tx)
{
    if (req->reply.problem) return;
    if (!tx_part_begin(tx, req->arena)) abort();
    req->tx = tx;
    enum answer answer = req->route->run(req);
    if (answer == ANSWER_FAULT || tx_fault_of(tx) != TX_SOUND)
        sim_fault(s, "a handler of %s met a fault of storage", req->route->path);
    if (answer == ANSWER_SENT) {
        if (!tx_part_keep(tx)) abort();
        return;
    }
    if (!tx_part_undo(tx)) abort();
    if (req->route->refused && !req->route->refused(req)) abort();
}

int request(struct sim *s, enum verb verb, const struct route *routes, const char *path, int64_t person,
            const char *body)
{
    const struct kit_request r = {
        .routes = routes, .verb = verb, .path = path, .account = person, .body = body, .at_ms = s->now_ms
    };
    struct tx *tx = sim_begin(s);
    struct exchange *x = kit_exchange(s->t->arena, &r);
    run(s, &x->req, tx);
    int status = x->req.reply.status;
    buf_free(&x->req.reply.body);
    if (sim_chance(s, 14)) {
        sim_undo(s);
        return 0;
    }
    sim_commit(s);
    return sim_chance(s, 16) ? 0 : status;
}
