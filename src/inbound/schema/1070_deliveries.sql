-- up
-- What others delivered here. state: inbound.h (stored: append, never renumber). address: the last part of the address
-- it was sent to, when the sender's row has one; sender_id: the sender's own id; NULL: refused, so nobody knows.
-- same_hash: of what must be the same when this id comes again; body_hash: of the bytes. content: headers and body,
-- sealed for the sender and body_hash; NULL: refused, and too large to keep.
CREATE TABLE deliveries (
    id {id},
    sender TEXT NOT NULL,
    address TEXT NOT NULL,
    sender_id TEXT,
    account {int} NOT NULL,
    state {int} NOT NULL,
    body_hash {blob} NOT NULL,
    same_hash {blob} NOT NULL,
    size {int} NOT NULL,
    content {blob},
    outcome TEXT,
    copies {int} NOT NULL,
    changes {int} NOT NULL,
    job {int} NOT NULL,
    received_at_ms {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    acted_at_ms {int} NOT NULL
) {strict};
CREATE UNIQUE INDEX deliveries_own_id ON deliveries (sender, address, sender_id);
CREATE INDEX deliveries_sender ON deliveries (sender, id);
-- Nearly all have been acted on (1).
CREATE INDEX deliveries_open ON deliveries (state, id) WHERE state <> 1;
-- For the purge.
CREATE INDEX deliveries_old ON deliveries (received_at_ms);
-- down
DROP TABLE deliveries;
