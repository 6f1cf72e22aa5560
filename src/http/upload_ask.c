/* upload_ask.c: may the body of this request be taken? Asked before its first byte, so that no stranger fills the disk:
 * who calls, what their account has left of its limits, and the row's own rule. */
#include "http/private.h"

/* Rows that anybody may call know by themselves who may send. What it found out is not kept: the request itself finds
 * it again. */
static bool admitted_by_rule(struct exchange *x, struct tx *tx)
{
    const struct upload_rule *rule = x->req.route->upload;
    if (rule->admit == NULL) return true;
    x->req.tx = tx;
    enum answer a = rule->admit(&x->req);
    x->req.tx = NULL;
    x->req.prepared = NULL;
    if (a == ANSWER_FAULT) (void)reply_fault(&x->req);
    return a == ANSWER_GO_ON;
}

static enum op_wish ask_run(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    if (!exchange_caller(x, tx, &x->admitted)) {
        (void)reply_fault(&x->req);
        return OP_REFUSE;
    }
    if (x->admitted && !admission_of_caller(x)) {
        x->admitted = false;
        return OP_REFUSE;
    }
    if (x->admitted) {
        x->admitted = admitted_by_rule(x, tx);
        return x->admitted ? OP_COMMIT : OP_REFUSE;
    }
    (void)reply_problem(&x->req, caller_judge(&x->req));
    return OP_REFUSE;
}

bool upload_ask(struct exchange *x, exchange_back *back) { return exchange_away(x, ask_run, back); }
