-- up
-- Who talks to a shop: a browser of it. generation: part of its token; raised, all tokens of before are void.
-- conversation: the one that its next message goes to; 0: none yet. blocked_at_ms 0: it is not.
CREATE TABLE chat_visitors (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    generation {int} NOT NULL,
    conversation {int} NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    page TEXT NOT NULL,
    blocked_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    seen_at_ms {int} NOT NULL
){strict};
CREATE INDEX chat_visitors_shop ON chat_visitors (shop, id);

-- status: 1 open, 2 snoozed, 3 resolved. owner: 1 the bot, 2 nobody yet (waiting for a person), 3 `person`. epoch grows
-- with each change of who speaks and with each word of a person; a bot's reply names the one it was made for.
-- last_number, last_note: of its messages and notes, which are numbered without a gap, each for themselves.
-- *_read: the number up to which that side has read; *_unread: how many of the other side's are behind it.
CREATE TABLE chat_conversations (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    visitor {int} NOT NULL,
    status {int} NOT NULL CHECK (status IN (1, 2, 3)),
    owner {int} NOT NULL CHECK (owner IN (1, 2, 3)),
    epoch {int} NOT NULL,
    person {int} NOT NULL CHECK ((person > 0) = (owner = 3)),
    person_name TEXT NOT NULL,
    assignee {int} NOT NULL,
    last_number {int} NOT NULL,
    last_note {int} NOT NULL,
    visitor_read {int} NOT NULL,
    visitor_unread {int} NOT NULL,
    team_read {int} NOT NULL,
    team_unread {int} NOT NULL,
    waiting_since_ms {int} NOT NULL,
    snoozed_until_ms {int} NOT NULL,
    resolved_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    last_at_ms {int} NOT NULL
){strict};
CREATE INDEX chat_conversations_status ON chat_conversations (account, status, last_at_ms, id);
CREATE INDEX chat_conversations_owner ON chat_conversations (account, owner, last_at_ms, id) WHERE status = 1;
CREATE INDEX chat_conversations_assignee ON chat_conversations (account, assignee, last_at_ms, id) WHERE status = 1;
CREATE INDEX chat_conversations_snoozed ON chat_conversations (snoozed_until_ms) WHERE status = 2;

-- Each change of who speaks or of the status, by the epoch that it began.
CREATE TABLE chat_moves (
    conversation {int} NOT NULL,
    epoch {int} NOT NULL,
    account {int} NOT NULL,
    status {int} NOT NULL,
    owner {int} NOT NULL,
    person {int} NOT NULL,
    why TEXT NOT NULL,
    actor {int} NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (conversation, epoch)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- author: 1 the visitor, 2 the bot, 3 `person`, 4 the house. client_key: who sent it and the id that they made for it,
-- so that the same again is one message; NULL: none. author_name: as it was shown then.
CREATE TABLE chat_messages (
    conversation {int} NOT NULL,
    number {int} NOT NULL,
    account {int} NOT NULL,
    author {int} NOT NULL CHECK (author IN (1, 2, 3, 4)),
    person {int} NOT NULL,
    author_name TEXT NOT NULL,
    epoch {int} NOT NULL,
    client_key TEXT,
    text TEXT NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (conversation, number)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE UNIQUE INDEX chat_messages_client ON chat_messages (conversation, client_key) WHERE client_key IS NOT NULL;

-- What colleagues write beside a conversation, and its visitor never sees: numbered for themselves, so that the numbers
-- of messages have no gap for anybody. behind: the last message that was there.
CREATE TABLE chat_notes (
    conversation {int} NOT NULL,
    number {int} NOT NULL,
    account {int} NOT NULL,
    behind {int} NOT NULL,
    person {int} NOT NULL,
    person_name TEXT NOT NULL,
    client_key TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (conversation, number)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE UNIQUE INDEX chat_notes_client ON chat_notes (conversation, client_key);

-- down
DROP TABLE chat_notes;
DROP TABLE chat_messages;
DROP TABLE chat_moves;
DROP TABLE chat_conversations;
DROP TABLE chat_visitors;
