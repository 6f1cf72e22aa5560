-- up
-- The end of the chain of seals, under a MAC: seals that are cut off are missed. Seals from keyed_from on carry a MAC
-- instead of a plain hash. The row is made at the first start with a chain key.
CREATE TABLE audit_head (
    only_row {int} NOT NULL PRIMARY KEY CHECK (only_row = 1),
    seq {int} NOT NULL,
    hash TEXT NOT NULL,
    keyed_from {int} NOT NULL,
    mac {blob} NOT NULL
){strict};

-- down
DROP TABLE audit_head;
