-- up
-- The master keys that values may be sealed with. `proof` is a known text sealed with that key: the program starts only
-- with keys that open the proofs of all that are not retired, so a lost or mistaken key is told before anything is
-- written with another one.
CREATE TABLE sealing_keys (
    id {int} NOT NULL PRIMARY KEY,
    proof {blob} NOT NULL,
    first_used_at_ms {int} NOT NULL,
    retired_at_ms {int} NOT NULL
){strict};

-- down
DROP TABLE sealing_keys;
