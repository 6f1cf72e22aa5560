-- up
-- Up to which of a conversation's notes a colleague was told by mail that they were named.
CREATE TABLE chat_mentions_told (
    conversation {int} NOT NULL,
    person {int} NOT NULL,
    note {int} NOT NULL,
    PRIMARY KEY (conversation, person)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
-- down
DROP TABLE chat_mentions_told;
