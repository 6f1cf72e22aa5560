-- up
-- Those that are open, by account: they take turns.
CREATE INDEX chat_erasures_turns ON chat_erasures (account, id) WHERE done_at_ms = 0;
DROP INDEX chat_erasures_open;
-- down
DROP INDEX chat_erasures_turns;
CREATE INDEX chat_erasures_open ON chat_erasures (id) WHERE done_at_ms = 0;
