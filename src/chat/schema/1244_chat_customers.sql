-- up
-- Customers: visitors who said a name or an address, or whom their shop vouches for. known: 0 nobody knows who it is,
-- 1 it is known, and its words are still to be written, 2 they are.
ALTER TABLE chat_visitors ADD COLUMN known {int} NOT NULL DEFAULT 0;
UPDATE chat_visitors SET known = 1 WHERE name <> '' OR email <> '';
CREATE INDEX chat_visitors_known ON chat_visitors (account, seen_at_ms, id) WHERE known > 0 AND conversation > 0;
CREATE INDEX chat_visitors_known_shop ON chat_visitors (account, shop, seen_at_ms, id)
    WHERE known > 0 AND conversation > 0;
CREATE INDEX chat_visitors_unwritten ON chat_visitors (id) WHERE known = 1;

-- The words that a customer is found by: of names, addresses and the shop's own id.
CREATE TABLE chat_customer_words (
    account {int} NOT NULL,
--sqlite     word TEXT NOT NULL,
--postgres     word TEXT COLLATE "C" NOT NULL,
    visitor {int} NOT NULL,
    PRIMARY KEY (account, word, visitor)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX chat_customer_words_visitor ON chat_customer_words (visitor);
-- down
DROP TABLE chat_customer_words;
DROP INDEX chat_visitors_unwritten;
DROP INDEX chat_visitors_known_shop;
DROP INDEX chat_visitors_known;
ALTER TABLE chat_visitors DROP COLUMN known;
