-- up
-- The plan of a shop: what it has until when. One row a shop; what made it so is in plan_periods. source: 'order' or
-- 'trial'. renews: 1: renewed from credits before its end. warned: bits of the letters that its end was announced by.
-- due_at_ms: the clock of plans looks then; 0: never.
CREATE TABLE shop_plans (
    shop {int} NOT NULL PRIMARY KEY,
    account {int} NOT NULL,
    offer {int} NOT NULL,
    source TEXT NOT NULL,
    seats {int} NOT NULL,
    websites {int} NOT NULL,
    began_at_ms {int} NOT NULL,
    until_ms {int} NOT NULL,
    renews {int} NOT NULL,
    warned {int} NOT NULL,
    due_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE INDEX shop_plans_account ON shop_plans (account, shop);
CREATE INDEX shop_plans_due ON shop_plans (due_at_ms) WHERE due_at_ms > 0;

-- What was given: each order (or trial, or renewal from credits) once. paid: what this time cost, for proration.
-- ended_ms: 0, or when it was taken back or exchanged for another plan; ended_by: that plan's period, in which the rest
-- of this one was counted (when that one is taken back, this one goes on); 0: none.
CREATE TABLE plan_periods (
    id {id},
    shop {int} NOT NULL,
    account {int} NOT NULL,
    key TEXT NOT NULL,
    order_id {int} NOT NULL,
    offer {int} NOT NULL,
    seats {int} NOT NULL,
    from_ms {int} NOT NULL,
    to_ms {int} NOT NULL,
    currency TEXT NOT NULL,
    paid {int} NOT NULL,
    ended_ms {int} NOT NULL,
    ended_by {int} NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX plan_periods_key ON plan_periods (key);
CREATE INDEX plan_periods_shop ON plan_periods (shop, from_ms);

-- An account's one trial, whatever becomes of the shop.
CREATE TABLE plan_trials (
    account {int} NOT NULL PRIMARY KEY,
    shop {int} NOT NULL,
    began_at_ms {int} NOT NULL,
    until_ms {int} NOT NULL
){strict};

-- down
DROP TABLE plan_trials;
DROP TABLE plan_periods;
DROP TABLE shop_plans;
