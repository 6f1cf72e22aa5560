-- up
-- The chats of an account that are on: they rest when it is disabled.
CREATE INDEX tenants_account ON tenants (account, shop) WHERE status = 3;
-- down
DROP INDEX tenants_account;
