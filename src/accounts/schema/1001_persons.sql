-- up
-- Who signs in and what is owned were one row. Now persons sign in, accounts own (shops, credits, tenants), and members
-- says who is what in which account. Each account of before becomes one person and one account with the same number, so
-- every reference in other tables stays right; that person is its owner.
ALTER TABLE accounts RENAME TO persons;
--postgres ALTER TABLE persons RENAME CONSTRAINT accounts_pkey TO persons_pkey;
--postgres ALTER TABLE persons RENAME CONSTRAINT accounts_email_key_key TO persons_email_key_key;
--postgres ALTER SEQUENCE accounts_id_seq RENAME TO persons_id_seq;

-- name: may be empty, then its owner's address stands for it. A disabled account does nothing and nobody acts in it.
CREATE TABLE accounts (
    id {id},
    name TEXT NOT NULL,
    disabled {int} NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    first_shop_redeemed {int} NOT NULL DEFAULT 0 CHECK (first_shop_redeemed IN (0, 1)),
    created_at_ms {int} NOT NULL
){strict};
INSERT INTO accounts (id, name, disabled, first_shop_redeemed, created_at_ms)
    SELECT id, name, disabled, first_shop_redeemed, created_at_ms FROM persons;
--postgres SELECT setval(pg_get_serial_sequence('accounts', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL)
--postgres     FROM accounts;

-- What was disabled was the account. A person whose every account is disabled cannot sign in either.
UPDATE persons SET disabled = 0 WHERE disabled <> 0;
ALTER TABLE persons DROP COLUMN first_shop_redeemed;
-- The account that the next sign-in begins in, if the person still belongs to it.
ALTER TABLE persons ADD COLUMN last_account {int};

-- role: enum member_role, stored.
CREATE TABLE members (
    account {int} NOT NULL REFERENCES accounts (id),
    person {int} NOT NULL REFERENCES persons (id),
    role {int} NOT NULL CHECK (role IN (1, 2, 3, 4)),
    joined_at_ms {int} NOT NULL,
    PRIMARY KEY (account, person)
){strict};
CREATE INDEX members_person ON members (person, account);
INSERT INTO members (account, person, role, joined_at_ms) SELECT id, id, 1, created_at_ms FROM accounts;

-- One open invitation an account and mailbox; asking again ends the token before. token_hash: SHA-256 of the mailed
-- one.
CREATE TABLE invitations (
    id {id},
    account {int} NOT NULL REFERENCES accounts (id),
    email_key TEXT NOT NULL,
    email TEXT NOT NULL,
    role {int} NOT NULL CHECK (role IN (1, 2, 3, 4)),
    invited_by {int} NOT NULL REFERENCES persons (id),
    token_hash TEXT NOT NULL UNIQUE,
    created_at_ms {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    UNIQUE (account, email_key)
){strict};
CREATE INDEX invitations_expiry ON invitations (expires_at_ms);

-- A session is a person's and names the account it acts in: NULL when the person belongs to none.
ALTER TABLE sessions RENAME COLUMN account TO person;
ALTER TABLE sessions ADD COLUMN account {int};
UPDATE sessions SET account = person;
DROP INDEX sessions_account;
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_account ON sessions (account);

ALTER TABLE account_tokens RENAME TO person_tokens;
ALTER TABLE person_tokens RENAME COLUMN account TO person;
-- down
-- Only while every account is still one person's with the same number: anything else has no place in the old tables.
CREATE TABLE one_each (strangers {int} NOT NULL CHECK (strangers = 0)){strict};
INSERT INTO one_each (strangers) SELECT COUNT(*) FROM members WHERE account <> person OR role <> 1;
INSERT INTO one_each (strangers) SELECT (SELECT COUNT(*) FROM persons) - (SELECT COUNT(*) FROM members);
DROP TABLE one_each;
ALTER TABLE person_tokens RENAME COLUMN person TO account;
ALTER TABLE person_tokens RENAME TO account_tokens;
DROP INDEX sessions_account;
DROP INDEX sessions_person;
ALTER TABLE sessions DROP COLUMN account;
ALTER TABLE sessions RENAME COLUMN person TO account;
CREATE INDEX sessions_account ON sessions (account);
DROP TABLE invitations;
DROP TABLE members;
ALTER TABLE persons DROP COLUMN last_account;
ALTER TABLE persons ADD COLUMN first_shop_redeemed {int} NOT NULL DEFAULT 0 CHECK (first_shop_redeemed IN (0, 1));
UPDATE persons SET first_shop_redeemed = (SELECT a.first_shop_redeemed FROM accounts a WHERE a.id = persons.id),
    disabled = (SELECT a.disabled FROM accounts a WHERE a.id = persons.id);
DROP TABLE accounts;
--postgres ALTER SEQUENCE persons_id_seq RENAME TO accounts_id_seq;
--postgres ALTER TABLE persons RENAME CONSTRAINT persons_email_key_key TO accounts_email_key_key;
--postgres ALTER TABLE persons RENAME CONSTRAINT persons_pkey TO accounts_pkey;
ALTER TABLE persons RENAME TO accounts;
