-- up
-- What became of plans, for the operator's numbers: written in the transaction of the change, and never changed.
-- kind: 1 a trial began, 2 a plan that is paid began, 3 was renewed, 4 was exchanged for another one, 5 ended, 6 a
-- trial ended without a plan. So a shop whose paid plan runs has one more of 2 than of 5.
CREATE TABLE plan_moves (
    id {id},
    shop {int} NOT NULL,
    account {int} NOT NULL,
    offer {int} NOT NULL,
    kind {int} NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX plan_moves_at ON plan_moves (at_ms, id);
CREATE INDEX plan_moves_shop ON plan_moves (shop, kind);
INSERT INTO plan_moves (shop, account, offer, kind, at_ms)
    SELECT t.shop, t.account, p.offer, 1, t.began_at_ms FROM plan_trials t JOIN plan_periods p ON p.shop = t.shop
    AND p.order_id = 0 AND p.from_ms = t.began_at_ms AND p.paid = 0 ORDER BY t.began_at_ms, t.account;
INSERT INTO plan_moves (shop, account, offer, kind, at_ms)
    SELECT shop, account, offer, 2, began_at_ms FROM shop_plans WHERE source = 'order' AND warned < 8
    ORDER BY began_at_ms, shop;

-- When its account began a plan that is paid, first; 0: not yet, or all of it went back.
ALTER TABLE plan_trials ADD COLUMN paid_at_ms {int} NOT NULL DEFAULT 0;
UPDATE plan_trials SET paid_at_ms = COALESCE((SELECT MIN(p.created_at_ms) FROM shop_plans s
    JOIN plan_periods p ON p.shop = s.shop LEFT JOIN orders o ON o.id = p.order_id
    WHERE s.account = plan_trials.account AND p.paid > 0 AND p.created_at_ms >= plan_trials.began_at_ms
    AND (p.order_id = 0 OR o.state = 3)), 0);
CREATE INDEX plan_trials_began ON plan_trials (began_at_ms, account);

-- The books of some days, in the order of time, and payments that came to nothing (4 failed, 5 closed).
DROP INDEX postings_at;
CREATE INDEX postings_time ON postings (at_ms, id);
CREATE INDEX billing_moves_ended ON billing_moves (at_ms, id) WHERE kind = 2 AND to_state >= 4;

-- down
DROP INDEX billing_moves_ended;
DROP INDEX postings_time;
CREATE INDEX postings_at ON postings (at_ms);
DROP INDEX plan_trials_began;
ALTER TABLE plan_trials DROP COLUMN paid_at_ms;
DROP TABLE plan_moves;
