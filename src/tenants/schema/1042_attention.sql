-- up
-- What a merchant must look at soon: the subscriptions of an account by their end.
CREATE INDEX subscriptions_ending ON subscriptions (account, expires_at_ms) WHERE due_at_ms > 0;

-- down
DROP INDEX subscriptions_ending;
