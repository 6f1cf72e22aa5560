-- up
-- Since when the chat of a conversation's shop was found to be off, while something waits to be sent; 0: it was not.
ALTER TABLE chat_channel_talks ADD COLUMN off_since_ms {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE chat_channel_talks DROP COLUMN off_since_ms;
