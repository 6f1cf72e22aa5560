-- up
-- For whom a shop vouched before there was a list of customers: with an address and without a name, too.
UPDATE chat_visitors SET known = 1 WHERE known = 0 AND id IN (SELECT visitor FROM chat_identities);
-- down
UPDATE chat_visitors SET known = 1 WHERE known = 1;
