-- up
-- What a job that works off a list could not do, by kind and item, until it succeeds. Nobody else waits for it: it is
-- left out until retry_at_ms, and an operator sees why.
CREATE TABLE job_skips (
    kind TEXT NOT NULL,
    item {int} NOT NULL,
    tries {int} NOT NULL,
    first_at_ms {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    retry_at_ms {int} NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (kind, item)
) {strict};

-- down
DROP TABLE job_skips;
