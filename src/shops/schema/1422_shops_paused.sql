-- up
-- Those that an operator has suspended, for the list of them. They are few.
CREATE INDEX shops_paused ON shops (id) WHERE status = 4;
-- down
DROP INDEX shops_paused;
