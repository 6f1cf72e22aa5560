-- up
-- When a page of the console that acts in the account last asked for something, or stood open. 0: not since this was
-- counted. Who is there now is a time of the last moments.
ALTER TABLE members ADD COLUMN seen_at_ms {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE members DROP COLUMN seen_at_ms;
