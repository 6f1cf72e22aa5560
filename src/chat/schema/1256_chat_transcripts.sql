-- up
-- How many copies of conversations were mailed, for a day: a row for each conversation ("c:17") and each address ("a:"
-- and a hash under the master key). number and address: of a conversation, what its last copy went up to, and where.
CREATE TABLE chat_transcripts (
    counted TEXT PRIMARY KEY,
    began_ms {int} NOT NULL,
    sent {int} NOT NULL,
    number {int} NOT NULL,
    address TEXT NOT NULL
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_transcripts_began ON chat_transcripts (began_ms);
-- down
DROP TABLE chat_transcripts;
