/* operator_find.c: what an operator's request names, locked in the order of locks: an order by its number, then its
 * payment. */
#include "billing/private.h"

const struct problem problem_payment_unknown = { "payment_unknown", 404, "This order has no such payment.",
                                                 "该订单没有这笔付款。" };

const struct field operator_order_fields[] = { FIELD_TEXT(struct operator_order_path, number,
                                                          .min = ORDER_NUMBER_SIZE - 1, .max = ORDER_NUMBER_SIZE - 1,
                                                          .doc = "The order's number."),
                                               FIELD_END };

enum answer operator_find(struct req *req, const char *payment, struct order *o, struct payment *p)
{
    const struct operator_order_path *path = req->path;
    struct payment *all = ARENA_ARRAY(req->arena, struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count, i = 0;
    enum row row = orders_by_number(req->tx, path->number, true, o);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (!payments_of(req->tx, o->id, all, &count)) return reply_fault(req);
    while (i < count && !text_eq(all[i].number, payment)) i++;
    if (i == count) return reply_problem(req, &problem_payment_unknown);
    return payment_get(req->tx, all[i].id, true, p) == ROW_FOUND ? ANSWER_GO_ON : reply_fault(req);
}

/* A number or null. */
void operator_id_json(struct json *j, const char *name, int64_t id)
{
    if (id > 0) json_i64(j, name, id);
    else json_null(j, name);
}

/* A text or null. */
void operator_text_json(struct json *j, const char *name, const char *text)
{
    json_text(j, name, text && text[0] ? text : NULL);
}
