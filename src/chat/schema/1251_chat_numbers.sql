-- up
-- What began in a period is counted by walking over just that; and an account's shops that have set a time zone.
CREATE INDEX chat_conversations_begun ON chat_conversations (account, created_at_ms, id) WHERE last_number > 0;
CREATE INDEX chat_settings_account ON chat_settings (account, shop);
-- down
DROP INDEX chat_settings_account;
DROP INDEX chat_conversations_begun;
