-- up
-- The cookie's value is nowhere: token_hash is its SHA-256 in hex. An ended session has no row.
CREATE TABLE sessions (
    id {id},
    token_hash TEXT NOT NULL UNIQUE,
    account {int} NOT NULL REFERENCES accounts (id),
    network TEXT,
    user_agent TEXT,
    created_at_ms {int} NOT NULL,
    last_seen_at_ms {int} NOT NULL,
    signed_in_at_ms {int} NOT NULL
){strict};
CREATE INDEX sessions_account ON sessions (account);

-- One live token an account and purpose: the primary key says so. purpose: enum token_purpose, stored.
CREATE TABLE account_tokens (
    account {int} NOT NULL REFERENCES accounts (id),
    purpose {int} NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at_ms {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    used_at_ms {int},
    PRIMARY KEY (account, purpose)
){strict};

-- Failed passwords by address, known or not. key: SHA-256 of email_key, so that this table lists no addresses.
CREATE TABLE login_tries (
    key TEXT NOT NULL PRIMARY KEY,
    failures {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    blocked_until_ms {int} NOT NULL
){strict};

-- When the last mails that anybody can ask for went to an address; same key. recent: times in ms with commas between.
CREATE TABLE mailbox_limits (
    key TEXT NOT NULL PRIMARY KEY,
    recent TEXT NOT NULL,
    last_at_ms {int} NOT NULL
){strict};
-- down
DROP TABLE mailbox_limits;
DROP TABLE login_tries;
DROP TABLE account_tokens;
DROP TABLE sessions;
