-- up
-- What a merchant set for the chat of one shop, as one document that the judge of requests has read
-- (settings_fields.c). A shop without a row has every default. revision: grows by one with each change; a writer names
-- the one it has seen.
CREATE TABLE chat_settings (
    shop {int} PRIMARY KEY,
    account {int} NOT NULL,
    revision {int} NOT NULL CHECK (revision > 0),
    document TEXT NOT NULL,
    changed_at_ms {int} NOT NULL
){strict};

-- down
DROP TABLE chat_settings;
