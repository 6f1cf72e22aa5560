-- up
-- `actor` is a person. This is the account it acted in: NULL in rows from before there were persons, where it is not
-- part of the row's hash either, so that the seals over those rows hold.
ALTER TABLE audit_log ADD COLUMN actor_account {int};
-- down
ALTER TABLE audit_log DROP COLUMN actor_account;
