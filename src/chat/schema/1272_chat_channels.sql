-- up
-- A shop's own server as a channel: where replies are sent. error: why the last try failed; '': it did not. skipped:
-- messages that were given up.
CREATE TABLE chat_channels (
    shop {int} PRIMARY KEY,
    account {int} NOT NULL,
    url TEXT NOT NULL,
    error TEXT NOT NULL,
    skipped {int} NOT NULL,
    changed_at_ms {int} NOT NULL
){strict};
-- Its customers, by the server's own ids; visitor 0: being made.
CREATE TABLE chat_channel_customers (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    customer TEXT NOT NULL,
    visitor {int} NOT NULL
){strict};
CREATE UNIQUE INDEX chat_channel_customers_own ON chat_channel_customers (shop, customer);
CREATE INDEX chat_channel_customers_visitor ON chat_channel_customers (visitor);
-- Their conversations: every message up to `told` was sent or given up; tries: of the one behind it, so far;
-- next_at_ms: not before.
CREATE TABLE chat_channel_talks (
    conversation {int} PRIMARY KEY,
    account {int} NOT NULL,
    shop {int} NOT NULL,
    customer TEXT NOT NULL,
    told {int} NOT NULL,
    tries {int} NOT NULL,
    next_at_ms {int} NOT NULL
){strict};
-- down
DROP TABLE chat_channel_talks;
DROP TABLE chat_channel_customers;
DROP TABLE chat_channels;
