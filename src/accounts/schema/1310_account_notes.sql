-- up
-- What operators write down about an account, for each other: a row each, which nobody changes or takes out. `author`
-- is a person.
CREATE TABLE account_notes (
    id {id},
    account {int} NOT NULL,
    author {int} NOT NULL,
    text TEXT NOT NULL,
    at_ms {int} NOT NULL
){strict};
CREATE INDEX account_notes_account ON account_notes (account, id);
-- down
DROP TABLE account_notes;
