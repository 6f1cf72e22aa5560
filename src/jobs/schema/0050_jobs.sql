-- up
-- One row a job, from put to purge. state: 0 ready, 1 running, 2 done, 3 dead (jobs.h: append, never renumber).
-- run_at_ms is the time from which a worker may take the row: of a ready job when it is due, of a running one when its
-- lease ends. So one index serves both, and the job of a dead worker needs no sweeper.
-- attempts only grows (it is the fence: who settles must name it); spared counts those that do not count against the
-- kind's maximum: handed back before they began, or forgiven by an operator's retry.
CREATE TABLE jobs (
    id {id},
    kind TEXT NOT NULL,
    key TEXT,
    account_id {int} NOT NULL,
    ref {int} NOT NULL,
    note TEXT,
    state {int} NOT NULL,
    attempts {int} NOT NULL,
    spared {int} NOT NULL,
    run_at_ms {int} NOT NULL,
    deadline_ms {int} NOT NULL,
    put_at_ms {int} NOT NULL,
    ended_at_ms {int},
    error TEXT
) {strict};
CREATE INDEX jobs_due ON jobs (state, run_at_ms) WHERE state < 2;
CREATE UNIQUE INDEX jobs_key ON jobs (kind, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 3;

-- down
DROP TABLE jobs;
