-- up
-- What lowers a price for who knows its code. Never changed but for what is counted and its end: who has ordered with
-- one has its terms. kind: 1 so much (`amount`, minor units), 2 so many hundredths (`percent`). months: 0: of each
-- order; else of the first so many times 30 days of a shop's plan, over as many orders as that takes. once: 1: one use
-- an account. from_ms, until_ms: when a use may begin; until_ms 0: no end. most_uses, most_given: 0: any; uses and
-- given are what orders hold that are not closed. offers: the codes that it is for, with a space between them; '': all.
CREATE TABLE coupons (
    id {id},
    code TEXT NOT NULL,
    currency TEXT NOT NULL,
    kind {int} NOT NULL,
    amount {int} NOT NULL CHECK (amount >= 0),
    percent {int} NOT NULL CHECK (percent >= 0 AND percent <= 100 AND (amount > 0) <> (percent > 0)),
    months {int} NOT NULL CHECK (months >= 0),
    once {int} NOT NULL CHECK (once IN (0, 1)),
    from_ms {int} NOT NULL,
    until_ms {int} NOT NULL,
    most_uses {int} NOT NULL,
    most_given {int} NOT NULL,
    uses {int} NOT NULL CHECK (uses >= 0 AND (most_uses = 0 OR uses <= most_uses)),
    given {int} NOT NULL CHECK (given >= 0 AND (most_given = 0 OR given <= most_given)),
    offers TEXT NOT NULL,
    note TEXT NOT NULL,
    actor {int} NOT NULL,
    ended_by {int} NOT NULL,
    ended_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX coupons_running ON coupons (code, currency) WHERE ended_at_ms = 0;
CREATE INDEX coupons_code ON coupons (code, currency, id);

-- down
DROP TABLE coupons;
