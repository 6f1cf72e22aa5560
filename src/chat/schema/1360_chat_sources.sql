-- up
-- What a reply of the bot stands on: a JSON list as the team gets it, made once, so that it says where a word came from
-- also when that has changed since. Bounded where it is made (cards.c). NULL: nothing, or nobody's bot.
ALTER TABLE chat_messages ADD COLUMN sources TEXT;
-- down
ALTER TABLE chat_messages DROP COLUMN sources;
