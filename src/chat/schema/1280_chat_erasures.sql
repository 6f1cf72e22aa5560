-- up
-- What was taken out, and what of it is still to be taken out: the rows that hang on it go in batches. Nothing that was
-- said stands here. kind: 1 a conversation, 2 a visitor, 3 a shop; subject: its id. why: asked, kept, purged. person:
-- who asked; 0: nobody did. done_at_ms 0: some of it is there yet.
CREATE TABLE chat_erasures (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    kind {int} NOT NULL CHECK (kind IN (1, 2, 3)),
    subject {int} NOT NULL,
    why TEXT NOT NULL,
    person {int} NOT NULL,
    at_ms {int} NOT NULL,
    done_at_ms {int} NOT NULL
){strict};
CREATE INDEX chat_erasures_open ON chat_erasures (id) WHERE done_at_ms = 0;

-- Those of a visitor; those that nobody wrote in, which are taken out; visitors who never had one.
CREATE INDEX chat_conversations_by_visitor ON chat_conversations (visitor, id);
CREATE INDEX chat_conversations_empty ON chat_conversations (last_at_ms, id) WHERE last_number = 0;
CREATE INDEX chat_visitors_unused ON chat_visitors (seen_at_ms, id) WHERE conversation = 0;

-- The inbox's pages do not walk over those that were opened and never used.
CREATE INDEX chat_inbox_status ON chat_conversations (account, status, last_at_ms, id)
    WHERE last_number > 0 OR owner <> 1;
CREATE INDEX chat_inbox_owner ON chat_conversations (account, owner, last_at_ms, id)
    WHERE status = 1 AND (last_number > 0 OR owner <> 1);
CREATE INDEX chat_inbox_assignee ON chat_conversations (account, assignee, last_at_ms, id)
    WHERE status = 1 AND (last_number > 0 OR owner <> 1);
DROP INDEX chat_conversations_status;
DROP INDEX chat_conversations_owner;
DROP INDEX chat_conversations_assignee;
-- down
CREATE INDEX chat_conversations_status ON chat_conversations (account, status, last_at_ms, id);
CREATE INDEX chat_conversations_owner ON chat_conversations (account, owner, last_at_ms, id) WHERE status = 1;
CREATE INDEX chat_conversations_assignee ON chat_conversations (account, assignee, last_at_ms, id) WHERE status = 1;
DROP INDEX chat_inbox_assignee;
DROP INDEX chat_inbox_owner;
DROP INDEX chat_inbox_status;
DROP INDEX chat_visitors_unused;
DROP INDEX chat_conversations_empty;
DROP INDEX chat_conversations_by_visitor;
DROP TABLE chat_erasures;
