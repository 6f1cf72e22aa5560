-- up
-- renews 0: the merchant has switched automatic renewal off; the paid month is the last. past_due_at_ms is when the
-- merchant was told that a renewal was not paid: the days of grace count from there. notices: how many letters of that
-- were sent.
ALTER TABLE subscriptions ADD COLUMN renews {int} NOT NULL DEFAULT 1;
ALTER TABLE subscriptions ADD COLUMN past_due_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN notices {int} NOT NULL DEFAULT 0;
UPDATE subscriptions SET past_due_at_ms = expires_at_ms, notices = 1 WHERE status = 2;

-- Shops whose renewal failed for a reason that is not the merchant's: they wait by themselves until retry_at_ms, are
-- tried alone, and stand before the operator. A renewal that works removes its row.
CREATE TABLE renewal_failures (
    shop {int} NOT NULL PRIMARY KEY,
    account {int} NOT NULL,
    tries {int} NOT NULL,
    first_at_ms {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    retry_at_ms {int} NOT NULL,
    error TEXT NOT NULL
){strict};

-- down
DROP TABLE renewal_failures;
ALTER TABLE subscriptions DROP COLUMN notices;
ALTER TABLE subscriptions DROP COLUMN past_due_at_ms;
ALTER TABLE subscriptions DROP COLUMN renews;
