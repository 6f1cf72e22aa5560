-- up
-- What the server of a shop answered to the last test that was sent to it. asks: raised each time, so that one that
-- took long does not write over a newer one. state: 1 under way, 2 done. status 0: no answer came. lines: a JSON list
-- of texts.
CREATE TABLE chat_channel_tests (
    shop {int} PRIMARY KEY NOT NULL,
    account {int} NOT NULL,
    asks {int} NOT NULL,
    state {int} NOT NULL,
    status {int} NOT NULL,
    took_ms {int} NOT NULL,
    error TEXT NOT NULL,
    lines TEXT NOT NULL,
    at_ms {int} NOT NULL
){strict};
-- down
DROP TABLE chat_channel_tests;
