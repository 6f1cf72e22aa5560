-- up
-- Addresses that are read again and again. kind: 0 a file of products, 1 the shop's pages.
-- etag, modified: as the server said; next_at_ms NULL: only when asked. state: 0 never read, 1 being read, 2 read, 3
-- failed; error, status: why. intake: the one of this reading; import: the last line in the list of imports.
CREATE TABLE knowledge_feeds (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    kind {int} NOT NULL,
    url TEXT NOT NULL,
    currency TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    next_at_ms {int},
    state {int} NOT NULL,
    error TEXT NOT NULL,
    status {int} NOT NULL,
    intake {int} NOT NULL,
    import {int} NOT NULL,
    products {int} NOT NULL,
    texts {int} NOT NULL,
    orders {int} NOT NULL,
    changed {int} NOT NULL,
    tried_at_ms {int},
    read_at_ms {int},
    created_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX knowledge_feeds_shop ON knowledge_feeds (shop, kind, url);
CREATE INDEX knowledge_feeds_next ON knowledge_feeds (next_at_ms, id);
-- down
DROP TABLE knowledge_feeds;
