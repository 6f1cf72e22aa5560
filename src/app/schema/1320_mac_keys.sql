-- up
-- The key for MACs of a master key, sealed: what it signed (tokens of visitors, addresses that a mail is answered to)
-- is good for a while after the master key itself was retired and taken out of the settings. NULL: it is not kept.
ALTER TABLE sealing_keys ADD COLUMN mac {blob};

-- down
ALTER TABLE sealing_keys DROP COLUMN mac;
