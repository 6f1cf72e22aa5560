-- up
-- What does not agree and somebody has to look at. key: its cause, once. kind: 'amount', 'unknown_order', 'late',
-- 'twice', 'refunded_outside', 'dispute', 'refund_failed', 'undelivered', 'drift'. amount 0 and currency '': none is
-- known. resolved_at_ms 0: open.
CREATE TABLE mismatches (
    id {id},
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    order_id {int} NOT NULL,
    payment {int} NOT NULL,
    account {int} NOT NULL,
    delivery {int} NOT NULL,
    trade TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount {int} NOT NULL,
    said TEXT NOT NULL,
    resolved_at_ms {int} NOT NULL,
    resolver {int} NOT NULL,
    resolution TEXT NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX mismatches_key ON mismatches (key);
CREATE INDEX mismatches_open ON mismatches (id) WHERE resolved_at_ms = 0;
CREATE INDEX mismatches_order ON mismatches (order_id, id);

-- down
DROP TABLE mismatches;
