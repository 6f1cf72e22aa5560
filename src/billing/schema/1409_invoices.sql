-- up
-- Who sells. The one with the highest id does now; another tax number is another seller, whose numbers begin at 1.
CREATE TABLE sellers (
    id {int} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    abroad {int} NOT NULL,
    tax_number TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    bank TEXT NOT NULL,
    bank_account TEXT NOT NULL,
    email TEXT NOT NULL,
    actor {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};

-- The last number that was given, for each seller and year (of China). Locked behind all else but events.
CREATE TABLE invoice_numbers (
    seller {int} NOT NULL,
    year {int} NOT NULL,
    last {int} NOT NULL,
    PRIMARY KEY (seller, year)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- Papers as they were made. No row is ever changed. kind: 1 invoice, 2 receipt, 3 credit note. refund 0: none; a
-- credit note without one takes back a whole invoice. corrects: of a credit note the paper that it takes from, of an
-- invoice the one that it replaces; 0: none. round: of an order's invoices, from 0. refunded: what had gone back when
-- it was made. content: all that is printed, as JSON (paper_json.c); hash: SHA-256 of it. title: the buyer's name.
CREATE TABLE invoices (
    id {id},
    number TEXT NOT NULL,
    seller {int} NOT NULL,
    year {int} NOT NULL,
    seq {int} NOT NULL,
    kind {int} NOT NULL,
    account {int} NOT NULL,
    order_id {int} NOT NULL,
    order_number TEXT NOT NULL,
    payment {int} NOT NULL,
    refund {int} NOT NULL,
    corrects {int} NOT NULL,
    round {int} NOT NULL,
    currency TEXT NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    refunded {int} NOT NULL CHECK (refunded >= 0 AND refunded <= amount),
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    hash {blob} NOT NULL,
    actor {int} NOT NULL,
    issued_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX invoices_number ON invoices (number);
CREATE UNIQUE INDEX invoices_seq ON invoices (seller, year, seq);
CREATE UNIQUE INDEX invoices_receipt ON invoices (order_id) WHERE kind = 2;
CREATE UNIQUE INDEX invoices_round ON invoices (order_id, round) WHERE kind = 1;
CREATE UNIQUE INDEX invoices_refund ON invoices (refund) WHERE refund > 0;
CREATE INDEX invoices_account ON invoices (account, id);
CREATE INDEX invoices_order ON invoices (order_id, id);

-- down
DROP TABLE invoices;
DROP TABLE invoice_numbers;
DROP TABLE sellers;
