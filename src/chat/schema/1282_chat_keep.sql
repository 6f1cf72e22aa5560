-- up
-- For how many days conversations are kept after their last word, out of the document: 0: for ever.
ALTER TABLE chat_settings ADD COLUMN keep_days {int} NOT NULL DEFAULT 0;
--sqlite UPDATE chat_settings SET keep_days = COALESCE(json_extract(document, '$.keepDays'), 0);
--postgres UPDATE chat_settings SET keep_days = COALESCE(CAST(CAST(document AS json) ->> 'keepDays' AS BIGINT), 0);
CREATE INDEX chat_settings_keep ON chat_settings (shop) WHERE keep_days > 0;
CREATE INDEX chat_conversations_kept ON chat_conversations (shop, last_at_ms, id);

-- Where a visitor was last: a keyed hash of its network, 0: not known; and the wrong tries at orders of all visitors of
-- a network at a shop. drained_at_ms: when they will all be forgotten.
ALTER TABLE chat_visitors ADD COLUMN network {int} NOT NULL DEFAULT 0;
CREATE TABLE chat_order_tries (
    shop {int} NOT NULL,
    network {int} NOT NULL,
    drained_at_ms {int} NOT NULL,
    PRIMARY KEY (shop, network)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_order_tries_drained ON chat_order_tries (drained_at_ms);
-- down
DROP TABLE chat_order_tries;
ALTER TABLE chat_visitors DROP COLUMN network;
DROP INDEX chat_conversations_kept;
DROP INDEX chat_settings_keep;
ALTER TABLE chat_settings DROP COLUMN keep_days;
