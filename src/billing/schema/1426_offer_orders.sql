-- up
-- How many orders stand at a version of a price: those that are open, promised or delivered.
CREATE INDEX orders_offer ON orders (offer, id) WHERE state IN (1, 2, 3);
-- down
DROP INDEX orders_offer;
