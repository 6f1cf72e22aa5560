-- up
-- What a panel gives is asked for by shop (panel_tenants_own); nobody goes by account any more.
DROP INDEX panel_tenants_account;
-- down
CREATE INDEX panel_tenants_account ON panel_tenants (account, shop) WHERE account > 0;
