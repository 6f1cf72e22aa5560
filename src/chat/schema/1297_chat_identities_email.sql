-- up
-- Who else has an address that a shop vouches for: a customer is blocked in all their browsers.
CREATE INDEX chat_identities_email ON chat_identities (shop, email, visitor) WHERE email <> '';
-- down
DROP INDEX chat_identities_email;
