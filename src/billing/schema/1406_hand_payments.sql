-- up
-- A payment that one operator says has come (a transfer, a provider that is gone) and a second one agrees to; then it
-- counts like one that a provider told of. state: 1 asked, 2 agreed, 3 declined. trade: what proves it.
CREATE TABLE hand_payments (
    id {id},
    payment {int} NOT NULL,
    order_id {int} NOT NULL,
    account {int} NOT NULL,
    state {int} NOT NULL,
    trade TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor {int} NOT NULL,
    approver {int} NOT NULL,
    ended_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX hand_payments_open ON hand_payments (payment) WHERE state = 1;
CREATE INDEX hand_payments_order ON hand_payments (order_id, id);
CREATE INDEX hand_payments_state ON hand_payments (state, id);

-- down
DROP TABLE hand_payments;
