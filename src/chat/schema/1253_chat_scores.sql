-- up
-- What the visitor said of it after its end: 1 (bad) to 5 (good), 0: nothing, and in words.
ALTER TABLE chat_conversations ADD COLUMN score {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN score_words TEXT NOT NULL DEFAULT '';
-- down
ALTER TABLE chat_conversations DROP COLUMN score_words;
ALTER TABLE chat_conversations DROP COLUMN score;
