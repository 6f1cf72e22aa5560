-- up
-- A panel's shop has a shop and a chat here, in the account of its merchant. 0: registered by a version that made none;
-- they come with its next registration.
ALTER TABLE panel_tenants ADD COLUMN account {int} NOT NULL DEFAULT 0;
ALTER TABLE panel_tenants ADD COLUMN shop {int} NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX panel_tenants_own ON panel_tenants (shop) WHERE shop > 0;
CREATE INDEX panel_tenants_account ON panel_tenants (account, shop) WHERE account > 0;
-- 1: the code was made with a panel's token, and opens a session itself.
ALTER TABLE tenant_launches ADD COLUMN panel {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE tenant_launches DROP COLUMN panel;
DROP INDEX panel_tenants_account;
DROP INDEX panel_tenants_own;
ALTER TABLE panel_tenants DROP COLUMN shop;
ALTER TABLE panel_tenants DROP COLUMN account;
