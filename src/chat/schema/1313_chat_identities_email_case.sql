-- up
-- An address is one however it is written: a shop may vouch for Ann@Tea.example and for ann@tea.example.
DROP INDEX chat_identities_email;
CREATE INDEX chat_identities_email ON chat_identities (shop, lower(email), visitor) WHERE email <> '';
-- down
DROP INDEX chat_identities_email;
CREATE INDEX chat_identities_email ON chat_identities (shop, email, visitor) WHERE email <> '';
