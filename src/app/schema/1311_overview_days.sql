-- up
-- The queues of the operator's first page as they were last counted on each day (of UTC, counted from 1970). A row a
-- day; kept, so that a clock that was wrong for a moment takes nothing away.
CREATE TABLE overview_days (
    day {int} NOT NULL PRIMARY KEY,
    failed {int} NOT NULL, past_due {int} NOT NULL, renewals_failing {int} NOT NULL, dead_jobs {int} NOT NULL,
    counted_at_ms {int} NOT NULL
){strict};

-- down
DROP TABLE overview_days;
