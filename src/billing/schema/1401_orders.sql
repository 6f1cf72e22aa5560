-- up
-- What an account wants to buy. `number` is what people and addresses call it (random, so it tells nothing). purpose:
-- 'plan:<shop>' or 'credits': an account has one open order for each. state: 1 open, 2 processing (money is
-- promised), 3 delivered, 4 closed, 5 given back (it was delivered, and all of it was refunded). kind as of its
-- offer. seats: of a plan, all of them. quantity: of packs of credits. list_amount, discount, amount: minor units;
-- amount = list_amount − discount. credited: what an earlier plan was still worth, in it. paid_by: the payment that
-- it was delivered for; 0: none. closing: 1 while it is being closed at the providers. look_at_ms: the sweeper looks
-- at it then; 0: never.
CREATE TABLE orders (
    id {id},
    number TEXT NOT NULL,
    account {int} NOT NULL,
    person {int} NOT NULL,
    shop {int} NOT NULL,
    purpose TEXT NOT NULL,
    state {int} NOT NULL,
    version {int} NOT NULL,
    offer {int} NOT NULL,
    kind {int} NOT NULL,
    seats {int} NOT NULL,
    quantity {int} NOT NULL,
    coupon {int} NOT NULL,
    currency TEXT NOT NULL,
    list_amount {int} NOT NULL,
    discount {int} NOT NULL,
    credited {int} NOT NULL,
    amount {int} NOT NULL CHECK (amount >= 0 AND amount = list_amount - discount - credited),
    paid_by {int} NOT NULL,
    closing {int} NOT NULL,
    look_at_ms {int} NOT NULL,
    looks {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    paid_at_ms {int} NOT NULL,
    ended_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX orders_number ON orders (number);
CREATE UNIQUE INDEX orders_open ON orders (account, purpose) WHERE state IN (1, 2);
CREATE INDEX orders_account ON orders (account, id);
CREATE INDEX orders_state ON orders (state, id);
CREATE INDEX orders_look ON orders (look_at_ms) WHERE look_at_ms > 0;

-- How its amount is made, line by line, as it was shown before paying. what: 'plan', 'seats', 'credits', 'discount',
-- 'credited'. quantity × price = amount, but for what is prorated.
CREATE TABLE order_lines (
    order_id {int} NOT NULL,
    line {int} NOT NULL,
    what TEXT NOT NULL,
    quantity {int} NOT NULL,
    price {int} NOT NULL,
    amount {int} NOT NULL,
    from_ms {int} NOT NULL,
    to_ms {int} NOT NULL,
    PRIMARY KEY (order_id, line)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- One way of paying an order: what a provider knows under `number`. An order may have several, one after the other;
-- each can be paid, so each can be refunded by itself. state: 1 open, 2 processing, 3 paid, 4 failed, 5 closed (as
-- payments.h). counts: 1 when the order was delivered for it; what was paid and does not count goes back. trade: the
-- provider's number; session: Stripe's. refunding: what is refunded, or asked for and not ended. refunded: what the
-- provider says is back, as a running total. url: where the buyer pays; scan: what a code shows; '' when none. round:
-- of Stripe's keys.
CREATE TABLE payments (
    id {id},
    number TEXT NOT NULL,
    order_id {int} NOT NULL,
    account {int} NOT NULL,
    provider TEXT NOT NULL,
    way TEXT NOT NULL,
    state {int} NOT NULL,
    version {int} NOT NULL,
    counts {int} NOT NULL,
    currency TEXT NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    refunding {int} NOT NULL CHECK (refunding >= 0 AND refunding <= amount),
    refunded {int} NOT NULL CHECK (refunded >= 0 AND refunded <= amount),
    trade TEXT NOT NULL,
    session TEXT NOT NULL,
    round {int} NOT NULL,
    url TEXT NOT NULL,
    scan TEXT NOT NULL,
    error TEXT NOT NULL,
    started_at_ms {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    paid_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX payments_number ON payments (number);
CREATE UNIQUE INDEX payments_counts ON payments (order_id) WHERE counts = 1;
CREATE INDEX payments_order ON payments (order_id, id);
CREATE INDEX payments_provider ON payments (provider, order_id);
CREATE INDEX payments_trade ON payments (provider, trade) WHERE trade <> '';
-- Paid, and neither delivered for nor given back whole: none stays here (invariant 2).
CREATE INDEX payments_owed ON payments (id) WHERE state = 3 AND counts = 0 AND refunded < amount;

-- down
DROP TABLE payments;
DROP TABLE order_lines;
DROP TABLE orders;
