-- up
-- Money that came, of another sum than was asked for (kind 'amount') or once more (kind 'twice'), and that does not go
-- back by itself: who ordered is told of it. What was heard before is not known to be money, and stays for operators.
ALTER TABLE mismatches ADD COLUMN came {int} NOT NULL DEFAULT 0;
-- Which order a provider's number is of, also when nothing of that payment counts.
CREATE INDEX mismatches_trade ON mismatches (trade) WHERE trade <> '';

-- down
DROP INDEX mismatches_trade;
ALTER TABLE mismatches DROP COLUMN came;
