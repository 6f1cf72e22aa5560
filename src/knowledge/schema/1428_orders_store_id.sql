-- up
-- What the shop's store calls an order within: its events name no more than that. '': not told.
ALTER TABLE knowledge_orders ADD COLUMN store_id TEXT NOT NULL DEFAULT '';
CREATE INDEX knowledge_orders_store_id ON knowledge_orders (shop, store_id) WHERE store_id <> '';
-- down
DROP INDEX knowledge_orders_store_id;
ALTER TABLE knowledge_orders DROP COLUMN store_id;
