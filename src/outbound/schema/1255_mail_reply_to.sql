-- up
-- reply_to: where an answer to this mail goes, sealed like the body; NULL: to the sender, or it was sent already.
ALTER TABLE mail_outbox ADD COLUMN reply_to {blob};
-- down
ALTER TABLE mail_outbox DROP COLUMN reply_to;
