-- up
-- Who is on a shop's pages now: a row a visit, forgotten minutes after its last beat. visit: the browser's own secret
-- name for it, hashed. visitor: who it showed to be, or 0. invited: whom somebody of the team has begun to talk to by
-- hand, until the browser has shown that visitor's token; 0: nobody.
CREATE TABLE chat_presence (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    visit TEXT NOT NULL,
    visitor {int} NOT NULL,
    invited {int} NOT NULL,
    page TEXT NOT NULL,
    referrer TEXT NOT NULL,
    language TEXT NOT NULL,
    since_ms {int} NOT NULL,
    page_since_ms {int} NOT NULL,
    seen_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX chat_presence_visit ON chat_presence (shop, visit);
CREATE INDEX chat_presence_account ON chat_presence (account, id);
CREATE INDEX chat_presence_seen ON chat_presence (seen_at_ms);

-- down
DROP TABLE chat_presence;
