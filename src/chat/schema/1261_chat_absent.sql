-- up
-- Up to this number the visitor was told by mail what a person had answered while they were away.
ALTER TABLE chat_conversations ADD COLUMN mailed_number {int} NOT NULL DEFAULT 0;
CREATE INDEX chat_conversations_unheard ON chat_conversations (last_at_ms, id)
    WHERE visitor_unread > 0 AND mailed_number < last_number;
-- down
DROP INDEX chat_conversations_unheard;
ALTER TABLE chat_conversations DROP COLUMN mailed_number;
