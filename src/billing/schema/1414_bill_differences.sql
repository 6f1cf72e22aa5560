-- up
-- The payment (kind 1) or refund (kind 2) `id` stood in the bill of that day: each stands in one.
CREATE TABLE bill_seen (
    kind {int} NOT NULL,
    id {int} NOT NULL,
    bill_day {int} NOT NULL,
    PRIMARY KEY (kind, id)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- What a bill and our rows do not agree on. kind as above. fault: 'unknown' (a number like ours that we do not know),
-- 'not_here' (there, and not paid or given back here), 'twice', 'amount', 'not_there' (here, and in no bill). number:
-- ours of the payment; refund_number: ours of the refund; trade: theirs. theirs, ours: minor units; 0: none. looks:
-- how often it was compared again. ended_at_ms: it agrees since then; 0: it does not.
CREATE TABLE bill_differences (
    id {id},
    bill_day {int} NOT NULL,
    kind {int} NOT NULL,
    fault TEXT NOT NULL,
    number TEXT NOT NULL,
    refund_number TEXT NOT NULL,
    trade TEXT NOT NULL,
    order_id {int} NOT NULL,
    payment {int} NOT NULL,
    refund {int} NOT NULL,
    currency TEXT NOT NULL,
    theirs {int} NOT NULL,
    ours {int} NOT NULL,
    looks {int} NOT NULL,
    ended_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE INDEX bill_differences_day ON bill_differences (bill_day, id);

-- down
DROP TABLE bill_differences;
DROP TABLE bill_seen;
