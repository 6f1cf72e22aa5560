-- up
-- Who did what. Rows are only appended. On PostgreSQL a transaction gets its number before it takes an id (the CASE
-- looks at it first), which is what lets the sealing job know when ids up to N can no longer appear (seals.c).
--postgres CREATE SEQUENCE audit_log_ids;
CREATE TABLE audit_log (
--sqlite     id INTEGER PRIMARY KEY,
--postgres     id BIGINT PRIMARY KEY
--postgres         DEFAULT CASE WHEN pg_current_xact_id() IS NULL THEN 0 ELSE nextval('audit_log_ids') END,
    account {int} NOT NULL,
    actor {int} NOT NULL,
    action TEXT NOT NULL,
    resource TEXT,
    resource_id {int} NOT NULL,
    details TEXT,
    network TEXT,
    user_agent TEXT,
    at_ms {int} NOT NULL
){strict};
-- SQLite keeps the row's id at the end of every index by itself.
--sqlite CREATE INDEX audit_log_account ON audit_log (account);
--postgres CREATE INDEX audit_log_account ON audit_log (account, id);

-- The chain: each seal covers the rows with ids behind its predecessor's last_id up to its own.
CREATE TABLE audit_seals (
    seq {int} NOT NULL PRIMARY KEY,
    last_id {int} NOT NULL,
    row_count {int} NOT NULL CHECK (row_count > 0),
    hash TEXT NOT NULL,
    previous TEXT NOT NULL,
    marks {blob} NOT NULL,
    sealed_at_ms {int} NOT NULL
){strict};

-- PostgreSQL: ids up to pending_id are final once every transaction before pending_xact has ended.
CREATE TABLE audit_horizon (
    only_row {int} NOT NULL PRIMARY KEY CHECK (only_row = 1),
    pending_id {int} NOT NULL,
    pending_xact {int} NOT NULL
){strict};
INSERT INTO audit_horizon (only_row, pending_id, pending_xact) VALUES (1, 0, 0);
-- down
DROP TABLE audit_horizon;
DROP TABLE audit_seals;
DROP TABLE audit_log;
--postgres DROP SEQUENCE audit_log_ids;
