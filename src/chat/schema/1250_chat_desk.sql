-- up
-- Labels of an account, and the conversations that carry them.
CREATE TABLE chat_labels (
    id {id},
    account {int} NOT NULL,
    name TEXT NOT NULL,
    colour {int} NOT NULL
){strict};
CREATE UNIQUE INDEX chat_labels_name ON chat_labels (account, name);
CREATE TABLE chat_labelled (
    conversation {int} NOT NULL,
    label {int} NOT NULL,
    account {int} NOT NULL,
    PRIMARY KEY (conversation, label)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_labelled_label ON chat_labelled (label, conversation);

-- Answers that an account keeps ready, by the word that is typed behind a slash.
CREATE TABLE chat_canned (
    id {id},
    account {int} NOT NULL,
    shortcut TEXT NOT NULL,
    text TEXT NOT NULL
){strict};
CREATE UNIQUE INDEX chat_canned_shortcut ON chat_canned (account, shortcut);

-- Who was named in a note. seen_at_ms 0: not yet.
CREATE TABLE chat_mentions (
    conversation {int} NOT NULL,
    note {int} NOT NULL,
    person {int} NOT NULL,
    account {int} NOT NULL,
    at_ms {int} NOT NULL,
    seen_at_ms {int} NOT NULL,
    PRIMARY KEY (conversation, note, person)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_mentions_unseen ON chat_mentions (account, person, conversation) WHERE seen_at_ms = 0;

-- In which conversations a word stands: what the inbox's search reads. It follows the messages by a few seconds:
-- indexed_number and indexed_note say how far it has come.
CREATE TABLE chat_words (
    account {int} NOT NULL,
--sqlite     word TEXT NOT NULL,
--postgres     word TEXT COLLATE "C" NOT NULL,
    conversation {int} NOT NULL,
    PRIMARY KEY (account, word, conversation)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_words_conversation ON chat_words (conversation);
ALTER TABLE chat_conversations ADD COLUMN indexed_number {int} NOT NULL DEFAULT 0;
ALTER TABLE chat_conversations ADD COLUMN indexed_note {int} NOT NULL DEFAULT 0;
CREATE INDEX chat_conversations_unindexed ON chat_conversations (id)
    WHERE last_number > indexed_number OR last_note > indexed_note;
-- down
DROP INDEX chat_conversations_unindexed;
ALTER TABLE chat_conversations DROP COLUMN indexed_note;
ALTER TABLE chat_conversations DROP COLUMN indexed_number;
DROP TABLE chat_words;
DROP TABLE chat_mentions;
DROP TABLE chat_canned;
DROP TABLE chat_labelled;
DROP TABLE chat_labels;
