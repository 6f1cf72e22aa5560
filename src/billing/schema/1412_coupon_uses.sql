-- up
-- An order that has a coupon; only appended. takes: 1: it is a use of its own; 0: it goes on with the months of one
-- that the shop has. days: of the coupon's months, those that this order has at the lower price. once: as the coupon's.
-- given_back_ms: when the order was closed unpaid, and the use was free again; 0: the order holds it.
CREATE TABLE coupon_uses (
    order_id {int} NOT NULL PRIMARY KEY,
    coupon {int} NOT NULL,
    account {int} NOT NULL,
    shop {int} NOT NULL,
    takes {int} NOT NULL CHECK (takes IN (0, 1)),
    days {int} NOT NULL CHECK (days >= 0),
    discount {int} NOT NULL CHECK (discount > 0),
    once {int} NOT NULL,
    given_back_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE INDEX coupon_uses_coupon ON coupon_uses (coupon, order_id);
CREATE INDEX coupon_uses_account ON coupon_uses (account, coupon);
CREATE UNIQUE INDEX coupon_uses_once ON coupon_uses (account, coupon)
    WHERE once = 1 AND takes = 1 AND given_back_ms = 0;

-- down
DROP TABLE coupon_uses;
