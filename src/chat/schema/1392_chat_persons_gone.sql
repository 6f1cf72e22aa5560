-- up
-- What was said, noted and taken over by a person, by whom: for the day on which their name is taken out.
CREATE INDEX chat_messages_person ON chat_messages (person, conversation, number)
    WHERE person > 0 AND author_name <> '';
CREATE INDEX chat_notes_person ON chat_notes (person, conversation, number)
    WHERE person > 0 AND person_name <> '';
CREATE INDEX chat_conversations_person ON chat_conversations (person, id)
    WHERE person > 0 AND person_name <> '';
CREATE INDEX chat_moves_person ON chat_moves (person, conversation, epoch) WHERE person > 0;
-- down
DROP INDEX chat_moves_person;
DROP INDEX chat_conversations_person;
DROP INDEX chat_notes_person;
DROP INDEX chat_messages_person;
