-- Operators page through the shops of all accounts by name, and through those that were deleted.
-- up
--postgres DROP INDEX shops_name;
--postgres CREATE INDEX shops_name ON shops ((lower(name)) COLLATE "C", id) WHERE status < 5;
CREATE INDEX shops_gone ON shops (id) WHERE status = 5;
-- down
DROP INDEX shops_gone;
--postgres DROP INDEX shops_name;
--postgres CREATE INDEX shops_name ON shops ((lower(name)) COLLATE "C") WHERE status < 5;
