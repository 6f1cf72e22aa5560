-- up
-- Of an account, what waits for credits: a top-up has it looked at now.
CREATE INDEX subscriptions_past_due ON subscriptions (account) WHERE status = 2;

-- down
DROP INDEX subscriptions_past_due;
