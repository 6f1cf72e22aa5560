-- up
-- When people were last told that this id came with other contents.
ALTER TABLE deliveries ADD COLUMN told_at_ms {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE deliveries DROP COLUMN told_at_ms;
