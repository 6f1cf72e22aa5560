-- up
-- What operators wrote for the public pages (terms, privacy, refunds). A row is never changed: a new text is a new
-- version, the highest is what the page says, and what it said to a customer who has agreed can still be read. No row:
-- the text that comes with the program. lang: "en" or "zh-CN".
CREATE TABLE site_pages (
    id {id},
    name TEXT NOT NULL,
    lang TEXT NOT NULL,
    version {int} NOT NULL CHECK (version > 0),
    text TEXT NOT NULL,
    actor {int} NOT NULL,
    created_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX site_pages_version ON site_pages (name, lang, version);

-- down
DROP TABLE site_pages;
