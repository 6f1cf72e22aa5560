-- up
-- How often this visitor named an order and an address that do not belong together: a few times, and it is told of no
-- order any more.
ALTER TABLE chat_visitors ADD COLUMN order_misses {int} NOT NULL DEFAULT 0;

-- down
ALTER TABLE chat_visitors DROP COLUMN order_misses;
