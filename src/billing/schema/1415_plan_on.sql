-- up
-- The chat of a plan that runs is on. Where it could not be switched on (an outside server refused, or was away) it is
-- tried again at on_at_ms, on_tries times so far; 0: nothing is to be done.
ALTER TABLE shop_plans ADD COLUMN on_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE shop_plans ADD COLUMN on_tries {int} NOT NULL DEFAULT 0;
CREATE INDEX shop_plans_on ON shop_plans (on_at_ms) WHERE on_at_ms > 0;
-- Nobody has tried those of before a second time: each is looked at once.
UPDATE shop_plans SET on_at_ms = 1;
-- down
DROP INDEX shop_plans_on;
ALTER TABLE shop_plans DROP COLUMN on_tries;
ALTER TABLE shop_plans DROP COLUMN on_at_ms;
