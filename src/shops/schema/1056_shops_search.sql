-- Operators look for shops of all accounts by the begin of their name or domain. Ranges of bytes, whatever the
-- database's own order of letters is.
-- up
--sqlite CREATE INDEX shops_name ON shops (lower(name)) WHERE status < 5;
--sqlite CREATE INDEX shops_domain ON shops (domain) WHERE status < 5;
--postgres CREATE INDEX shops_name ON shops ((lower(name)) COLLATE "C") WHERE status < 5;
--postgres CREATE INDEX shops_domain ON shops (domain COLLATE "C") WHERE status < 5;
-- down
DROP INDEX shops_domain;
DROP INDEX shops_name;
