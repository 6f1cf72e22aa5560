-- up
-- Entries from keyed_from on carry a MAC instead of a plain hash, and head_mac is one over the end of the account's
-- chain, so neither an entry written anew nor one cut off goes unseen. NULL: from before there was a key; the program
-- fills all of them at its first start with one (credits/chain.c).
ALTER TABLE credit_accounts ADD COLUMN keyed_from {int};
ALTER TABLE credit_accounts ADD COLUMN head_mac {blob};

-- down
ALTER TABLE credit_accounts DROP COLUMN head_mac;
ALTER TABLE credit_accounts DROP COLUMN keyed_from;
