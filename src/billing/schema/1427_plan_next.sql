-- up
-- What a plan that renews from credits becomes with its next period, as its owner wishes: the code of what is sold, and
-- how many seats of it; '' and 0: it stays as it is. Gone with the renewal, and where it does not renew any more.
ALTER TABLE shop_plans ADD COLUMN next_code TEXT NOT NULL DEFAULT '';
ALTER TABLE shop_plans ADD COLUMN next_seats {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE shop_plans DROP COLUMN next_seats;
ALTER TABLE shop_plans DROP COLUMN next_code;
