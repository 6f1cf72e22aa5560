-- up
-- email: as typed, for sending; email_key: trimmed and lower case, for comparing. role: enum role, stored. A name may
-- be empty. password_hash: argon2id in PHC form; NULL: no password yet (made by the command line or another login).
CREATE TABLE accounts (
    id {id},
--sqlite     email_key TEXT NOT NULL UNIQUE,
--postgres     email_key TEXT COLLATE "C" NOT NULL UNIQUE,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role {int} NOT NULL CHECK (role IN (1, 2)),
    lang TEXT NOT NULL CHECK (lang IN ('zh-CN', 'en')),
    password_hash TEXT,
    disabled {int} NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    first_shop_redeemed {int} NOT NULL DEFAULT 0 CHECK (first_shop_redeemed IN (0, 1)),
    created_at_ms {int} NOT NULL,
    last_login_at_ms {int} NOT NULL DEFAULT 0
){strict};

-- Someone wants an account for an address and has not proven it yet. One an address: asking again ends the old token.
CREATE TABLE registrations (
    id {id},
    email_key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    browser_hash TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('zh-CN', 'en')),
    created_at_ms {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    used_at_ms {int}
){strict};
-- down
DROP TABLE registrations;
DROP TABLE accounts;
