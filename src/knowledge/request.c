/* request.c: what the addresses of knowledge/ share: whose shop it is, what a change tells, how a refusal looks. */
#include "knowledge/private.h"

#include "http/events.h"
#include "shops/shops.h"

const struct field path_shop_known_fields[] = { FIELD_ID(struct path_shop_known, id, .doc = "The shop's number."),
                                                FIELD_END };
/* clang-format off */
const struct shape know_refusal_shape[] = {
    SHAPE_TEXT("field", .doc = "products[3].price, or the row and column of a table: rows[12].price"),
    SHAPE_TEXT("code", .doc = "As in invalid_fields."), SHAPE_END };
/* clang-format on */

static enum answer owned(struct req *req, bool locked, int64_t *shop, struct knowledge_head *h)
{
    struct shop s;
    int64_t id = *shop = ((const struct path_shop_known *)req->path)->id;
    if (req->who.shop && req->who.shop != id) return reply_problem(req, &problem_not_found);
    enum row row =
        locked ? shops_owned_locked(req->tx, req->who.account, id, &s) : shops_owned(req->tx, req->who.account, id, &s);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT || know_head_get(req->tx, id, req->who.account, h) == ROW_FAULT) return reply_fault(req);
    return ANSWER_GO_ON;
}

enum answer know_shop_locked(struct req *req, int64_t *shop, struct knowledge_head *h)
{
    return owned(req, true, shop, h);
}

enum answer know_shop_read(struct req *req, int64_t *shop, struct knowledge_head *h)
{
    return owned(req, false, shop, h);
}

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

bool know_tell(struct req *req, struct audit_action action, int64_t shop, json_writer *details, const void *arg)
{
    if (!audit_request(req, action, req->who.account, "shop", shop, details, arg)) return false;
    return events_put(req->tx, req->who.account, "shop.changed", event_json, &shop);
}
