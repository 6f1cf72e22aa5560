-- up
-- Accounts that want no letter when a plan of theirs is renewed from credits. Who has no row gets one.
CREATE TABLE quiet_renewals (
    account {int} NOT NULL PRIMARY KEY,
    at_ms {int} NOT NULL
){strict};
-- down
DROP TABLE quiet_renewals;
