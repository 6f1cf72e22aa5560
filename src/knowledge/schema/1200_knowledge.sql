-- up
-- What is known of a shop as a whole: a row from the first import on. currency: three letters, '' before the first one.
-- next_*: the number that the next product or text gets in the index; stale_*: how many numbers of the index belong to
-- nothing any more; cut: the version of the tokens that the index holds.
CREATE TABLE knowledge_shops (
    shop {int} NOT NULL PRIMARY KEY,
    account {int} NOT NULL,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    name TEXT,
    url TEXT,
    products {int} NOT NULL,
    texts {int} NOT NULL,
    orders {int} NOT NULL,
    next_product {int} NOT NULL,
    next_text {int} NOT NULL,
    stale_products {int} NOT NULL,
    stale_texts {int} NOT NULL,
    cut {int} NOT NULL,
    changed_at_ms {int} NOT NULL
){strict};

-- product: the shop's own id. doc: its number in the index, a new one whenever its words change. variants: JSON, as
-- products.c writes it. words, content: hashes of what is indexed, and of all, so that the same import twice changes
-- nothing. price: minor units of the shop's currency; NULL: none.
CREATE TABLE knowledge_products (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
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
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX knowledge_products_shop ON knowledge_products (shop, product);
CREATE UNIQUE INDEX knowledge_products_doc ON knowledge_products (shop, doc);

-- Questions with answers, documents, promotions. kind: 0 faq, 1 document, 2 promotion.
CREATE TABLE knowledge_texts (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    kind {int} NOT NULL,
    name TEXT NOT NULL,
    doc {int} NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT,
    product TEXT,
    words {int} NOT NULL,
    content {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX knowledge_texts_shop ON knowledge_texts (shop, kind, name);
CREATE UNIQUE INDEX knowledge_texts_doc ON knowledge_texts (shop, doc);
CREATE INDEX knowledge_texts_product ON knowledge_texts (shop, product, id);

-- number_key: letters and digits of the number, lower case: people type it in any spelling.
CREATE TABLE knowledge_orders (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    number TEXT NOT NULL,
    number_key TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    status_text TEXT,
    currency TEXT NOT NULL,
    total {int} NOT NULL,
    items TEXT NOT NULL,
    shipments TEXT NOT NULL,
    content {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX knowledge_orders_shop ON knowledge_orders (shop, number);
CREATE INDEX knowledge_orders_key ON knowledge_orders (shop, number_key, id);

-- The index: in which products (kind 0) or texts (kind 1) of the shop a token stands. A row holds up to 4096 numbers in
-- a row of numbers, three signs each, as index.c writes them; n: how many.
CREATE TABLE knowledge_postings (
    shop {int} NOT NULL,
    kind {int} NOT NULL,
--sqlite     token TEXT NOT NULL,
--postgres     token TEXT COLLATE "C" NOT NULL,
    block {int} NOT NULL,
    n {int} NOT NULL,
    docs TEXT NOT NULL,
    PRIMARY KEY (shop, kind, token, block)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- What was read, and what was refused and why (JSON): the last ones of each shop. state: 1 done, 2 refused.
CREATE TABLE knowledge_imports (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    source TEXT NOT NULL,
    state {int} NOT NULL,
    products {int} NOT NULL,
    texts {int} NOT NULL,
    orders {int} NOT NULL,
    changed {int} NOT NULL,
    refusals TEXT NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX knowledge_imports_shop ON knowledge_imports (shop, id);

-- down
DROP TABLE knowledge_imports;
DROP TABLE knowledge_postings;
DROP TABLE knowledge_orders;
DROP TABLE knowledge_texts;
DROP TABLE knowledge_products;
DROP TABLE knowledge_shops;
