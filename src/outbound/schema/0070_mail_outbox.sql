-- up
-- Mail to send and mail that was sent. state: 0 queued, 1 sent, 2 failed. body is sealed with the message id as its
-- owner and NULL once it is not needed any more.
CREATE TABLE mail_outbox (
    id {id},
    account_id {int} NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    body {blob},
    state {int} NOT NULL,
    at_ms {int} NOT NULL,
    sent_at_ms {int}
) {strict};

-- down
DROP TABLE mail_outbox;
