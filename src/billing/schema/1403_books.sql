-- up
-- The operator's money, by double entry: the entries of a posting sum to zero in each currency, and none is ever
-- changed. book: 'receivable', 'revenue', 'refunds', 'provider:<name>', 'mismatch'. A plus in provider:alipay is
-- money that lies there. key: what it is for, once.
CREATE TABLE postings (
    id {id},
    key TEXT NOT NULL,
    order_id {int} NOT NULL,
    payment {int} NOT NULL,
    refund {int} NOT NULL,
    account {int} NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX postings_key ON postings (key);
CREATE INDEX postings_at ON postings (at_ms);
CREATE INDEX postings_payment ON postings (payment);

CREATE TABLE posting_entries (
    posting {int} NOT NULL,
    line {int} NOT NULL,
    book TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount {int} NOT NULL,
    PRIMARY KEY (posting, line)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- down
DROP TABLE posting_entries;
DROP TABLE postings;
