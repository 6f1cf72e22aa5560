-- up
-- A renewal that fails stands where everything stands that a job leaves out, and not in a list of its own.
INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error)
    SELECT 'tenants.renew', shop, tries, first_at_ms, last_at_ms, retry_at_ms, error FROM renewal_failures;
DROP TABLE renewal_failures;

-- down
CREATE TABLE renewal_failures (
    shop {int} NOT NULL PRIMARY KEY,
    account {int} NOT NULL,
    tries {int} NOT NULL,
    first_at_ms {int} NOT NULL,
    last_at_ms {int} NOT NULL,
    retry_at_ms {int} NOT NULL,
    error TEXT NOT NULL
){strict};
INSERT INTO renewal_failures (shop, account, tries, first_at_ms, last_at_ms, retry_at_ms, error)
    SELECT k.item, COALESCE((SELECT t.account FROM tenants t WHERE t.shop = k.item), 0), k.tries, k.first_at_ms,
        k.last_at_ms, k.retry_at_ms, k.error FROM job_skips k WHERE k.kind = 'tenants.renew';
DELETE FROM job_skips WHERE kind = 'tenants.renew';
