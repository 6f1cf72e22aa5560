-- up
-- The books of one account, by time: what it has spent.
CREATE INDEX postings_account ON postings (account, at_ms, id);

-- down
DROP INDEX postings_account;
