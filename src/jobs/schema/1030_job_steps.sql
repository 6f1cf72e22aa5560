-- up
-- What a job that is made of steps has done outside, one row a step, kept as long as its job. state: 0 running, 1 done,
-- 2 failed, 3 undone, 4 kept (steps.h: append, never renumber). A row of place -1 means that the job is being undone,
-- and why. attempt is the first one of the job that can have made the step: it need not be looked for before.
CREATE TABLE job_steps (
    job {int} NOT NULL,
    place {int} NOT NULL,
    name TEXT NOT NULL,
    state {int} NOT NULL,
    outside_id TEXT,
    attempt {int} NOT NULL,
    tries {int} NOT NULL,
    began_at_ms {int} NOT NULL,
    ended_at_ms {int},
    error TEXT,
    PRIMARY KEY (job, place)
) {strict};

-- down
DROP TABLE job_steps;
