-- up
-- Whose an order is, in whatever shop of the account.
CREATE INDEX knowledge_orders_account ON knowledge_orders (account, number_key, id);
-- down
DROP INDEX knowledge_orders_account;
