-- up
-- Of a visitor, to be taken out with it.
CREATE INDEX chat_presence_visitor ON chat_presence (visitor);
-- down
DROP INDEX chat_presence_visitor;
