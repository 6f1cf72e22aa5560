-- up
-- Files of text that a shop's bot reads: each is the passages that name it. knowledge_texts.feed of those is minus its
-- id, as an address has its own id there; knowledge_intakes.feed likewise while it is taken in. taken_at_ms 0: it was
-- never taken; intake: the last one that began.
CREATE TABLE knowledge_documents (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    bytes {int} NOT NULL,
    intake {int} NOT NULL,
    taken_at_ms {int} NOT NULL,
    UNIQUE (shop, name)
){strict};
-- down
UPDATE knowledge_texts SET feed = 0 WHERE feed < 0;
UPDATE knowledge_intakes SET feed = 0 WHERE feed < 0;
DROP TABLE knowledge_documents;
