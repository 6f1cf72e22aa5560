-- up
-- Whose address has had what a new account is given, and had its sign-in erased: it is not given twice. address:
-- SHA-256 of email_key, as in sign_in_tries. Kept for a year.
CREATE TABLE trials_had (
    address TEXT NOT NULL PRIMARY KEY,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX trials_had_at ON trials_had (at_ms);
-- Those few are asked for when one of them goes.
CREATE INDEX persons_operators ON persons (role, id) WHERE role = 2;
-- down
DROP INDEX persons_operators;
DROP TABLE trials_had;
