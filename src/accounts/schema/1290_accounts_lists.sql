-- Operators page through all accounts by age, and through the disabled ones.
-- up
CREATE INDEX accounts_created ON accounts (created_at_ms, id);
CREATE INDEX accounts_disabled ON accounts (created_at_ms, id) WHERE disabled = 1;
-- down
DROP INDEX accounts_disabled;
DROP INDEX accounts_created;
