-- up
-- Questions that the assistant found no answer to: the message in which each stands, and what it comes to: a hash of
-- its words, so that the same question in other spellings is the same. The words stand in the message alone.
CREATE TABLE chat_gaps (
    conversation {int} NOT NULL,
    number {int} NOT NULL,
    account {int} NOT NULL,
    shop {int} NOT NULL,
    question TEXT NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (conversation, number)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_gaps_account ON chat_gaps (account, at_ms, conversation, number);
CREATE INDEX chat_gaps_question ON chat_gaps (shop, question, at_ms);

-- Questions that somebody has put aside; asked again after at_ms, one is there again.
CREATE TABLE chat_gaps_aside (
    shop {int} NOT NULL,
    question TEXT NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (shop, question)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
-- down
DROP TABLE chat_gaps_aside;
DROP TABLE chat_gaps;
