-- up
-- Orders that were told in a conversation because their number and their address were both said in it. It is no shop's
-- word of who this is: the order is shown beside the conversation as one that was named, and leads to it.
CREATE TABLE chat_order_proofs (
    conversation {int} NOT NULL,
    number TEXT NOT NULL,
    number_key TEXT NOT NULL,
    account {int} NOT NULL,
    shop {int} NOT NULL,
    PRIMARY KEY (conversation, number)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_order_proofs_number ON chat_order_proofs (account, number_key, conversation);
-- down
DROP TABLE chat_order_proofs;
