-- Operators page through what is past due in all accounts, and through what ends, the next first.
-- up
CREATE INDEX subscriptions_unpaid ON subscriptions (shop) WHERE status = 2;
CREATE INDEX subscriptions_ends ON subscriptions (expires_at_ms, shop) WHERE due_at_ms > 0;
-- down
DROP INDEX subscriptions_ends;
DROP INDEX subscriptions_unpaid;
