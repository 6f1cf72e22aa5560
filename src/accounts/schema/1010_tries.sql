-- up
-- Failed passwords, by address and by who tried, so that what one fails costs nobody else. address: SHA-256 of
-- email_key, known or not: the table lists no addresses. source: 'n:' and a network, 'd:' and a browser that signed in
-- before, 's:' and a session; '': all networks together, with drained_at_ms, when their last failure is forgotten.
CREATE TABLE sign_in_tries (
    address TEXT NOT NULL,
    source TEXT NOT NULL,
    failures {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    blocked_until_ms {int} NOT NULL,
    drained_at_ms {int} NOT NULL,
    PRIMARY KEY (address, source)
){strict};
CREATE INDEX sign_in_tries_last ON sign_in_tries (last_at_ms);

-- When the last mails that anybody can ask for went to an address, by what they were for and who asked. recent: times
-- in ms with commas between.
CREATE TABLE mail_budgets (
    address TEXT NOT NULL,
    source TEXT NOT NULL,
    recent TEXT NOT NULL,
    last_at_ms {int} NOT NULL,
    PRIMARY KEY (address, source)
){strict};
CREATE INDEX mail_budgets_last ON mail_budgets (last_at_ms);

-- What a stranger asked to be mailed. The request writes this row and looks nothing up, so it takes the same time for
-- every address; a job reads it and removes it. name, password_hash and browser: of a registration.
CREATE TABLE mail_asks (
    id {id},
    kind {int} NOT NULL,
    email TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('zh-CN', 'en')),
    name TEXT,
    password_hash TEXT,
    browser_hash TEXT,
    network TEXT,
    user_agent TEXT,
    at_ms {int} NOT NULL
){strict};

DROP TABLE login_tries;
DROP TABLE mailbox_limits;
-- down
CREATE TABLE login_tries (
    key TEXT NOT NULL PRIMARY KEY,
    failures {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    blocked_until_ms {int} NOT NULL
){strict};
CREATE TABLE mailbox_limits (
    key TEXT NOT NULL PRIMARY KEY,
    recent TEXT NOT NULL,
    last_at_ms {int} NOT NULL
){strict};
DROP TABLE mail_asks;
DROP TABLE mail_budgets;
DROP TABLE sign_in_tries;
