-- up
-- An operator has suspended this shop: since when, and why, as its merchant reads it. 0 and '': nobody has. Both stay
-- while it is deleted, so that restoring it does not let it back.
ALTER TABLE shops ADD COLUMN suspended_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE shops ADD COLUMN suspended_why TEXT NOT NULL DEFAULT '';
-- down
ALTER TABLE shops DROP COLUMN suspended_why;
ALTER TABLE shops DROP COLUMN suspended_at_ms;
