-- up
-- Products that a reply of the bot shows beside its words: a JSON list as readers get it, made once, so that a reply
-- shows what was true when it was given. NULL: none.
ALTER TABLE chat_messages ADD COLUMN cards TEXT;
-- down
ALTER TABLE chat_messages DROP COLUMN cards;
