-- up
-- How new the row is as its sender counts (ms, or the shop's own version); 0: never delivered. What is older is stale.
ALTER TABLE knowledge_products ADD COLUMN version {int} NOT NULL DEFAULT 0;
ALTER TABLE knowledge_texts ADD COLUMN version {int} NOT NULL DEFAULT 0;
ALTER TABLE knowledge_orders ADD COLUMN version {int} NOT NULL DEFAULT 0;

-- down
ALTER TABLE knowledge_orders DROP COLUMN version;
ALTER TABLE knowledge_texts DROP COLUMN version;
ALTER TABLE knowledge_products DROP COLUMN version;
