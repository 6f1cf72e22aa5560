-- up
-- A day of a provider, and what its bill of it came to. day: counted from 1970, where the provider's days begin;
-- from_ms, to_ms: that day. state: 1 waiting, 2 agrees, 3 differs, 4 given up. tries: how often it was asked for.
-- look_at_ms: it is asked for, or compared again, then; 0: never. differing: differences that have not ended. others:
-- rows of the bill that are no payments or refunds of ours. error: why there is none yet.
CREATE TABLE bill_days (
    id {id},
    provider TEXT NOT NULL,
    day {int} NOT NULL,
    from_ms {int} NOT NULL,
    to_ms {int} NOT NULL,
    state {int} NOT NULL,
    tries {int} NOT NULL,
    look_at_ms {int} NOT NULL,
    differing {int} NOT NULL,
    others {int} NOT NULL,
    error TEXT NOT NULL,
    read_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX bill_days_day ON bill_days (provider, day);
CREATE INDEX bill_days_look ON bill_days (look_at_ms) WHERE look_at_ms > 0;
CREATE INDEX bill_days_waiting ON bill_days (provider, day) WHERE state = 1;

-- What it comes to, theirs and ours. kind: 1 payments, 2 refunds. Minor units of `currency`.
CREATE TABLE bill_sums (
    bill_day {int} NOT NULL,
    kind {int} NOT NULL,
    currency TEXT NOT NULL,
    theirs_count {int} NOT NULL,
    theirs {int} NOT NULL,
    ours_count {int} NOT NULL,
    ours {int} NOT NULL,
    PRIMARY KEY (bill_day, kind, currency)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- What of ours a day has brought, to look for what a bill does not name.
CREATE INDEX payments_paid ON payments (provider, paid_at_ms) WHERE state = 3;
CREATE INDEX refunds_ended ON refunds (ended_at_ms) WHERE state = 3;

-- down
DROP INDEX refunds_ended;
DROP INDEX payments_paid;
DROP TABLE bill_sums;
DROP TABLE bill_days;
