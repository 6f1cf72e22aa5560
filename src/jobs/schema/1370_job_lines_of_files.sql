-- up
-- Mails that stood in a line of the pool they had before: whoever looks next puts them where they belong.
UPDATE jobs SET pool = 0 WHERE state = 0 AND pool > 0 AND kind = 'inbound.make';

-- down
UPDATE jobs SET pool = 0 WHERE state = 0 AND pool > 0 AND kind = 'inbound.make';
