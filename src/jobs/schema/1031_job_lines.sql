-- up
-- pool: the line in which a ready row stands (jobs.h: append, never renumber); 0: in none, because it is not due yet,
-- not sorted yet, or not ready; -1: it waits for the end of the running job that has its live_key. In a line the rows
-- lie by account, so that a claim goes round over the accounts.
-- live_key: of all jobs of a kind with this key at most one is ready, one runs, and one waits behind that.
-- begun_at_ms: when the first try began, from which the kind's deadline counts.
ALTER TABLE jobs ADD COLUMN pool {int} NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN live_key TEXT;
ALTER TABLE jobs ADD COLUMN begun_at_ms {int};
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (state, run_at_ms) WHERE state < 2 AND pool = 0;
CREATE INDEX jobs_line ON jobs (pool, account_id, run_at_ms) WHERE state = 0 AND pool > 0;
-- Newest first for lists; by -id, so that no planner takes the primary key and walks through the done rows instead.
CREATE INDEX jobs_alive ON jobs ((-id)) WHERE state < 2;
CREATE UNIQUE INDEX jobs_live_ready ON jobs (kind, live_key) WHERE state = 0 AND pool >= 0 AND live_key IS NOT NULL;
CREATE UNIQUE INDEX jobs_live_behind ON jobs (kind, live_key) WHERE pool < 0;
CREATE INDEX jobs_live_running ON jobs (kind, live_key) WHERE state = 1 AND live_key IS NOT NULL;

-- down
DROP INDEX jobs_live_running;
DROP INDEX jobs_live_behind;
DROP INDEX jobs_live_ready;
DROP INDEX jobs_alive;
DROP INDEX jobs_line;
DROP INDEX jobs_due;
ALTER TABLE jobs DROP COLUMN begun_at_ms;
ALTER TABLE jobs DROP COLUMN live_key;
ALTER TABLE jobs DROP COLUMN pool;
CREATE INDEX jobs_due ON jobs (state, run_at_ms) WHERE state < 2;
