-- up
-- A balance is a cache of its entries; `seq` and `head` are the end of the account's hash chain. The checks are the
-- second line behind the conditional updates of ledger.c. `granted` and `spent` are lifetime sums (spent is positive).
CREATE TABLE credit_accounts (
    account {int} NOT NULL PRIMARY KEY,
    balance {int} NOT NULL CHECK (balance >= 0),
    held {int} NOT NULL CHECK (held >= 0),
    granted {int} NOT NULL CHECK (granted >= 0),
    spent {int} NOT NULL CHECK (spent >= 0),
    seq {int} NOT NULL,
    head {blob} NOT NULL,
    CHECK (held <= balance),
    CHECK (granted - spent = balance)
){strict};

-- Append-only. The number of an entry counts within its account, under the account's row lock: the primary key serves
-- the newest-first list, and no reader meets a smaller number later. One further index: a key acts once.
CREATE TABLE credit_entries (
    account {int} NOT NULL,
    seq {int} NOT NULL,
    key TEXT NOT NULL,
    amount {int} NOT NULL CHECK (amount <> 0),
    balance_after {int} NOT NULL CHECK (balance_after >= 0),
    reason TEXT NOT NULL,
    shop {int},
    note TEXT,
    actor {int} NOT NULL,
    at_ms {int} NOT NULL,
    hash {blob} NOT NULL,
    PRIMARY KEY (account, seq)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE UNIQUE INDEX credit_entries_key ON credit_entries (account, key);

CREATE TABLE credit_holds (
    id {id},
    account {int} NOT NULL,
    key TEXT NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    shop {int},
    state {int} NOT NULL,
    put_at_ms {int} NOT NULL,
    ended_at_ms {int}
){strict};
CREATE UNIQUE INDEX credit_holds_key ON credit_holds (account, key);

-- down
DROP TABLE credit_holds;
DROP TABLE credit_entries;
DROP TABLE credit_accounts;
