-- up
-- Who speaks when. burst_at_ms: the first word of the visitor that nobody has answered; 0: none. failed: answers in a
-- row that found nothing. replies: of the assistant since replies_since_ms, an hour at most. back_at_ms: when the
-- assistant may answer again though nobody hands back. alert_at_ms: when the team is told next that somebody waits,
-- after `alerts` times. The three are 0 when they do not come.
ALTER TABLE chat_conversations ADD COLUMN burst_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN failed {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN replies {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN replies_since_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN back_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN alert_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN alerts {int} NOT NULL DEFAULT 0;
CREATE INDEX chat_conversations_back ON chat_conversations (back_at_ms) WHERE back_at_ms > 0;
CREATE INDEX chat_conversations_alert ON chat_conversations (alert_at_ms) WHERE alert_at_ms > 0;
-- The line of those who wait for a person.
CREATE INDEX chat_conversations_line ON chat_conversations (account, waiting_since_ms, id)
    WHERE status = 1 AND owner = 2;
-- Where an answer may be sent when nobody is there; '' when it was not said.
ALTER TABLE chat_visitors ADD COLUMN email TEXT NOT NULL DEFAULT '';

-- down
ALTER TABLE chat_visitors DROP COLUMN email;
DROP INDEX chat_conversations_line;
DROP INDEX chat_conversations_alert;
DROP INDEX chat_conversations_back;
ALTER TABLE chat_conversations DROP COLUMN alerts;
ALTER TABLE chat_conversations DROP COLUMN alert_at_ms;
ALTER TABLE chat_conversations DROP COLUMN back_at_ms;
ALTER TABLE chat_conversations DROP COLUMN replies_since_ms;
ALTER TABLE chat_conversations DROP COLUMN replies;
ALTER TABLE chat_conversations DROP COLUMN failed;
ALTER TABLE chat_conversations DROP COLUMN burst_at_ms;
