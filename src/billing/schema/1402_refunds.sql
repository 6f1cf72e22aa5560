-- up
-- Money that goes back, of one payment. state: 1 asked (a second person has to agree), 2 pending, 3 done, 4 failed, 5
-- refused by the second person. cause: 'operator', 'late', 'twice', 'undeliverable', 'wrong', 'outside' (done at the
-- provider, not by us). takes_back: what was bought goes with it: so many credits, held until it is done. tries: how
-- often the provider was asked; above 0 it may know of it. outside: the provider's id. actor 0: the house.
CREATE TABLE refunds (
    id {id},
    number TEXT NOT NULL,
    payment {int} NOT NULL,
    order_id {int} NOT NULL,
    account {int} NOT NULL,
    state {int} NOT NULL,
    version {int} NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    takes_back {int} NOT NULL,
    credits {int} NOT NULL,
    hold {int} NOT NULL,
    tries {int} NOT NULL,
    outside TEXT NOT NULL,
    error TEXT NOT NULL,
    actor {int} NOT NULL,
    approver {int} NOT NULL,
    ended_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX refunds_number ON refunds (number);
CREATE INDEX refunds_payment ON refunds (payment, id);
CREATE INDEX refunds_order ON refunds (order_id, id);
CREATE INDEX refunds_state ON refunds (state, id);
CREATE INDEX refunds_hold ON refunds (hold) WHERE hold > 0;

-- Every change of a state above. kind: 1 order, 2 payment, 3 refund. actor: a person; 0: the house, or a provider.
CREATE TABLE billing_moves (
    kind {int} NOT NULL,
    id {int} NOT NULL,
    version {int} NOT NULL,
    account {int} NOT NULL,
    from_state {int} NOT NULL,
    to_state {int} NOT NULL,
    why TEXT NOT NULL,
    actor {int} NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (kind, id, version)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- What was heard and asked about an order, for people: what: 'start', 'notice', 'query', 'close', 'refund',
-- 'refused'. said: what it came to, without anything secret. delivery: the row of inbound/; 0: it was no delivery.
CREATE TABLE order_notes (
    id {id},
    order_id {int} NOT NULL,
    payment {int} NOT NULL,
    account {int} NOT NULL,
    provider TEXT NOT NULL,
    what TEXT NOT NULL,
    said TEXT NOT NULL,
    delivery {int} NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX order_notes_order ON order_notes (order_id, id);

-- down
DROP TABLE order_notes;
DROP TABLE billing_moves;
DROP TABLE refunds;
