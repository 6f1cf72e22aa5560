-- up
-- The orders of an address, in whatever case it is written, the newest first.
CREATE INDEX knowledge_orders_email ON knowledge_orders (shop, lower(email), id);
-- down
DROP INDEX knowledge_orders_email;
