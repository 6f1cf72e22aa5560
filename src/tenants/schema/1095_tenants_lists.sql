-- Operators page through the chatbots of all accounts by their state.
-- up
CREATE INDEX tenants_status ON tenants (status, shop);
-- down
DROP INDEX tenants_status;
