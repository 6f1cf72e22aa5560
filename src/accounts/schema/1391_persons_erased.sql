-- up
-- Whoever had their sign-in erased leaves a row with a number: it stands in trails, and is never given to another. 0:
-- they have not.
ALTER TABLE persons ADD COLUMN erased_at_ms {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE persons DROP COLUMN erased_at_ms;
