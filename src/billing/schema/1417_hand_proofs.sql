-- up
-- What proves a payment that is marked by hand proves no other one. proof: `trade` in one case, without spaces and
-- hyphens; '' when it was declined, and where an earlier row of before this was checked has the same.
ALTER TABLE hand_payments ADD COLUMN proof TEXT NOT NULL DEFAULT '';
UPDATE hand_payments SET proof = UPPER(REPLACE(REPLACE(trade, ' ', ''), '-', '')) WHERE state IN (1, 2);
UPDATE hand_payments SET proof = '' WHERE EXISTS (SELECT 1 FROM hand_payments h WHERE h.proof = hand_payments.proof
    AND h.id < hand_payments.id);
CREATE UNIQUE INDEX hand_payments_proof ON hand_payments (proof) WHERE proof <> '';
-- down
DROP INDEX hand_payments_proof;
ALTER TABLE hand_payments DROP COLUMN proof;
