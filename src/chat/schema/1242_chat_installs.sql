-- up
-- What was found when somebody had a shop's page looked at, the last time. asks: raised each time, so that a look that
-- took long does not write over a newer one. findings: a JSON list of codes with details.
CREATE TABLE chat_installs (
    shop {int} PRIMARY KEY NOT NULL,
    account {int} NOT NULL,
    asks {int} NOT NULL,
    state {int} NOT NULL,
    page TEXT NOT NULL,
    findings TEXT NOT NULL,
    asked_at_ms {int} NOT NULL,
    checked_at_ms {int} NOT NULL
){strict};
-- down
DROP TABLE chat_installs;
