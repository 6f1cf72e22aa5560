-- up
-- The key of the chains (base/chain.h), sealed under the master key. It is sealed for the purpose "begun" until every
-- chain of before has its end written down under it, then for "whole": from there on a chain without is a forged one.
CREATE TABLE chain_keys (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    sealed {blob} NOT NULL,
    made_at_ms {int} NOT NULL
){strict};

-- down
DROP TABLE chain_keys;
