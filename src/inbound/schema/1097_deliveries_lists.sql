-- Operators see what was delivered for one account; most deliveries name none.
-- up
CREATE INDEX deliveries_account ON deliveries (account, id) WHERE account > 0;
-- down
DROP INDEX deliveries_account;
