-- up
-- Open holds are few; `verify` looks at each of them.
CREATE INDEX credit_holds_open ON credit_holds (id) WHERE state = 0;

-- down
DROP INDEX credit_holds_open;
