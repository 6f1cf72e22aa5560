-- up
-- What the outside must hear of a tenant is numbered: `word` is the newest, `told` the newest that was confirmed, and
-- tell_job the one live job that tells it (0: none). settled_attempt is the last attempt of the tenant's job whose end
-- is known; doubt_until_ms is how long a call that nobody answered may still take effect outside, after which the
-- newest word is told once more. outside: 0 never there, 1 serving, 2 suspended, 3 removed.
ALTER TABLE tenants ADD COLUMN word {int} NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN told {int} NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN tell_job {int} NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN settled_attempt {int} NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN doubt_until_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN outside {int} NOT NULL DEFAULT 0;
UPDATE tenants SET outside = 1, word = 1, told = 1 WHERE backend <> 1 AND enabled_at_ms > 0;

-- down
ALTER TABLE tenants DROP COLUMN outside;
ALTER TABLE tenants DROP COLUMN doubt_until_ms;
ALTER TABLE tenants DROP COLUMN settled_attempt;
ALTER TABLE tenants DROP COLUMN tell_job;
ALTER TABLE tenants DROP COLUMN told;
ALTER TABLE tenants DROP COLUMN word;
