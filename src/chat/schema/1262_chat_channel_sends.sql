-- up
-- The last tries of a channel, for the merchant's page: which message, and how it went; no words of it. A try has a
-- number within its shop and takes the row of the one twenty before it. sent 0: why not stands in error.
CREATE TABLE chat_channel_sends (
    shop {int} NOT NULL,
    slot {int} NOT NULL,
    send {int} NOT NULL,
    conversation {int} NOT NULL,
    number {int} NOT NULL,
    sent {int} NOT NULL CHECK (sent IN (0, 1)),
    over {int} NOT NULL CHECK (over IN (0, 1)),
    error TEXT NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (shop, slot)
){strict};
-- down
DROP TABLE chat_channel_sends;
