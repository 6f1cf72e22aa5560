-- up
-- html: the HTML part of a letter, sealed like the body; NULL: a mail of one part, or sent already. unknowns: how often
-- the text was handed over and no answer came.
ALTER TABLE mail_outbox ADD COLUMN html {blob};
ALTER TABLE mail_outbox ADD COLUMN unknowns {int} NOT NULL DEFAULT 0;
-- down
ALTER TABLE mail_outbox DROP COLUMN unknowns;
ALTER TABLE mail_outbox DROP COLUMN html;
