-- up
-- Accounts of merchants that an outside panel registered: `panel` says whose they are (0: ours), `merchant` how that
-- panel calls them. One for each of its merchants.
ALTER TABLE accounts ADD COLUMN panel {int} NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN merchant TEXT;
CREATE UNIQUE INDEX accounts_panel ON accounts (panel, merchant) WHERE panel > 0;
-- When a session ends whatever is done in it; 0: as its person's role says.
ALTER TABLE sessions ADD COLUMN ends_at_ms {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE sessions DROP COLUMN ends_at_ms;
DROP INDEX accounts_panel;
ALTER TABLE accounts DROP COLUMN merchant;
ALTER TABLE accounts DROP COLUMN panel;
