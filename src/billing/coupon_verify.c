/* coupon_verify.c: what must be true of coupons on a live database: what one has counted is what orders hold of it, and
 * an order holds one as long as it is not closed. */
#include "billing/private.h"

enum { VERIFY_PAGE = 200 };

STMT(verify_coupons, "SELECT c.id, c.currency, c.uses, c.given,"
                     " (SELECT CAST(COALESCE(SUM(u.takes), 0) AS BIGINT) FROM coupon_uses u WHERE u.coupon = c.id"
                     "   AND u.given_back_ms = 0) AS held,"
                     " (SELECT CAST(COALESCE(SUM(u.discount), 0) AS BIGINT) FROM coupon_uses u WHERE u.coupon = c.id"
                     "   AND u.given_back_ms = 0) AS lowered"
                     " FROM coupons c WHERE c.id > ?1 ORDER BY c.id LIMIT ?2");
STMT(verify_coupon_uses,
     "SELECT u.order_id AS id, u.coupon, u.account, u.shop, u.discount, u.given_back_ms, o.coupon AS order_coupon,"
     " o.account AS order_account, o.shop AS order_shop, o.discount AS order_discount, o.state,"
     " o.currency AS order_currency, c.currency FROM coupon_uses u LEFT JOIN orders o ON o.id = u.order_id"
     " LEFT JOIN coupons c ON c.id = u.coupon WHERE u.order_id > ?1 ORDER BY u.order_id LIMIT ?2");

static const char *bad_coupon(const struct query *q)
{
    const char *code = col_text(q, "currency");
    if (currency_from_code(code, strlen(code)) == CURRENCY_NONE) return "a coupon has a currency that nobody knows";
    if (col_i64(q, "uses") != col_i64(q, "held")) return "a coupon counts other uses than orders hold";
    return col_i64(q, "given") != col_i64(q, "lowered") ? "a coupon has given another sum than orders hold" : NULL;
}

static const char *bad_use(const struct query *q)
{
    if (col_is_null(q, "order_coupon") || col_is_null(q, "currency"))
        return "a coupon's use is of no order, or of none";
    if (col_i64(q, "order_coupon") != col_i64(q, "coupon") || col_i64(q, "order_account") != col_i64(q, "account") ||
        col_i64(q, "order_shop") != col_i64(q, "shop") ||
        !text_eq(col_text(q, "order_currency"), col_text(q, "currency")))
        return "a coupon's use is not as its order";
    if (col_i64(q, "order_discount") != col_i64(q, "discount")) return "a coupon lowered an order by another sum";
    bool closed = col_i64(q, "state") == ORDER_CLOSED, held = col_i64(q, "given_back_ms") == 0;
    if (closed && held) return "an order that is closed holds a coupon";
    return closed || held ? NULL : "an order has lost its coupon";
}

static bool piece(struct tx *tx, struct verify_piece *found, const struct stmt *page, const char *kind,
                  const char *(*judge)(const struct query *q))
{
    struct query q = query(tx, page);
    enum row row;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = judge(&q);
        if (what) verify_found(found, kind, found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

static bool coupons_piece(struct tx *tx, struct verify_piece *p)
{
    return piece(tx, p, &verify_coupons, "coupon", bad_coupon);
}

static bool uses_piece(struct tx *tx, struct verify_piece *p)
{
    return piece(tx, p, &verify_coupon_uses, "order", bad_use);
}

/* clang-format off */
const struct verify_check billing_coupon_checks[] = {
    { .name = "billing.coupons", .doc = "A coupon has counted the uses and the sum that orders hold of it.",
      .piece = coupons_piece },
    { .name = "billing.coupon_uses", .doc = "An order holds its coupon as long as it is not closed.",
      .piece = uses_piece },
    VERIFY_END
};
/* clang-format on */
