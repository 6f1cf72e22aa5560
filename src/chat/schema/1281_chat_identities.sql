-- up
-- Whom a shop vouches for: this visitor is its customer `subject` (the shop's own id), by a signed statement. email and
-- name are the shop's words; "": it said none.
CREATE TABLE chat_identities (
    visitor {int} PRIMARY KEY,
    account {int} NOT NULL,
    shop {int} NOT NULL,
    subject TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX chat_identities_subject ON chat_identities (shop, subject, visitor);

-- Statements that were used: each is good once. until_ms: after that it would be refused for its age.
CREATE TABLE chat_shop_tokens (
    shop {int} NOT NULL,
    token TEXT NOT NULL,
    until_ms {int} NOT NULL,
    PRIMARY KEY (shop, token)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_shop_tokens_until ON chat_shop_tokens (until_ms);
-- down
DROP TABLE chat_shop_tokens;
DROP TABLE chat_identities;
