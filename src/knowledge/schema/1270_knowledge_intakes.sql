-- up
-- Files that were sent, and may be taken once their owner has seen what is in them; forgotten after a day. file: its
-- name among the uploads; title: as its owner calls it.
CREATE TABLE knowledge_files (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    file TEXT NOT NULL,
    title TEXT NOT NULL,
    bytes {int} NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX knowledge_files_shop ON knowledge_files (shop, id);
CREATE INDEX knowledge_files_at ON knowledge_files (at_ms);

-- What is being taken in: read into parts, then written beside the live rows part by part, then switched at once.
-- state: 0 reading, 1 writing, 2 done, 3 failed. whole: what came from this feed before and is not named now goes.
-- wish: how to read it (JSON); todo: what is still to be asked for (JSON). cut: the version of the tokens.
CREATE TABLE knowledge_intakes (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    feed {int} NOT NULL,
    file {int} NOT NULL,
    source TEXT NOT NULL,
    state {int} NOT NULL,
    wish TEXT NOT NULL,
    todo TEXT NOT NULL,
    place {int} NOT NULL,
    whole {int} NOT NULL,
    parts {int} NOT NULL,
    written {int} NOT NULL,
    cut {int} NOT NULL,
    currency TEXT NOT NULL,
    language TEXT,
    name TEXT,
    url TEXT,
    products {int} NOT NULL,
    texts {int} NOT NULL,
    orders {int} NOT NULL,
    changed {int} NOT NULL,
    refusals TEXT NOT NULL,
    import {int} NOT NULL,
    began_at_ms {int} NOT NULL,
    ended_at_ms {int}
){strict};
CREATE INDEX knowledge_intakes_shop ON knowledge_intakes (shop, id);
CREATE INDEX knowledge_intakes_ended ON knowledge_intakes (ended_at_ms);

CREATE TABLE knowledge_parts (
    intake {int} NOT NULL,
    part {int} NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (intake, part)
){strict};

-- Rows as they will be. doc -1: nothing changes, it is only named.
CREATE TABLE knowledge_staged_products (
    intake {int} NOT NULL,
    product TEXT NOT NULL,
    doc {int} NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    url TEXT,
    image TEXT,
    price {int},
    available {int} NOT NULL,
    variants TEXT NOT NULL,
    words {int} NOT NULL,
    content {int} NOT NULL,
    PRIMARY KEY (intake, product)
){strict};
CREATE TABLE knowledge_staged_texts (
    intake {int} NOT NULL,
    kind {int} NOT NULL,
    name TEXT NOT NULL,
    doc {int} NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT,
    product TEXT,
    words {int} NOT NULL,
    content {int} NOT NULL,
    PRIMARY KEY (intake, kind, name)
){strict};

-- Which feed a row came from; 0: by hand, by file, by delivery.
ALTER TABLE knowledge_products ADD COLUMN feed {int} NOT NULL DEFAULT 0;
ALTER TABLE knowledge_texts ADD COLUMN feed {int} NOT NULL DEFAULT 0;
CREATE INDEX knowledge_products_feed ON knowledge_products (shop, feed, product);
CREATE INDEX knowledge_texts_feed ON knowledge_texts (shop, feed, kind, name);
-- How many intakes write beside the live rows now: while there are some, no index is made anew.
ALTER TABLE knowledge_shops ADD COLUMN intakes {int} NOT NULL DEFAULT 0;

-- down
DROP INDEX knowledge_texts_feed;
DROP INDEX knowledge_products_feed;
ALTER TABLE knowledge_shops DROP COLUMN intakes;
ALTER TABLE knowledge_texts DROP COLUMN feed;
ALTER TABLE knowledge_products DROP COLUMN feed;
DROP TABLE knowledge_staged_texts;
DROP TABLE knowledge_staged_products;
DROP TABLE knowledge_parts;
DROP TABLE knowledge_intakes;
DROP TABLE knowledge_files;
