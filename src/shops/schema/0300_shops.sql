-- up
-- A merchant's stores. `version` counts the moves of `status`; shop_moves holds one row for each, so the last row must
-- say where the shop is. A purged shop keeps id, account, dates and the hash of its slug (a tombstone); its words are
-- blanked. No foreign keys: rows are never deleted, and on PostgreSQL each would cost a look-up an insert.
-- status: 1 creating, 2 active, 3 failed, 4 suspended, 5 deleted, 6 purged (enum shop_status).
CREATE TABLE shops (
    id {id},
    account {int} NOT NULL,
    status {int} NOT NULL,
    version {int} NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    slug_hash TEXT,
    domain TEXT,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL,
    deleted_from {int} NOT NULL,
    deleted_at_ms {int} NOT NULL,
    purge_at_ms {int} NOT NULL
){strict};
CREATE INDEX shops_account ON shops (account, id);
-- A deleted shop does not keep its name from others.
CREATE UNIQUE INDEX shops_slug ON shops (slug) WHERE status < 5;
CREATE INDEX shops_purge ON shops (purge_at_ms) WHERE status = 5;

CREATE TABLE shop_moves (
    shop {int} NOT NULL,
    version {int} NOT NULL,
    account {int} NOT NULL,
    from_status {int} NOT NULL,
    to_status {int} NOT NULL,
    why TEXT NOT NULL,
    actor {int} NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (shop, version)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- down
DROP TABLE shop_moves;
DROP TABLE shops;
