-- up
-- The pictures of who answers: of a shop's bot (person 0) or of a person (shop 0), at most one each. image: of
-- chat_images, where this row counts as one use. name: what its public address ends in, drawn anew with each picture.
-- account: the shop's; 0 of a person, who may belong to several.
CREATE TABLE chat_faces (
    person {int} NOT NULL,
    shop {int} NOT NULL,
    account {int} NOT NULL,
    image {int} NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (person, shop),
    CHECK ((person = 0) <> (shop = 0))
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE UNIQUE INDEX chat_faces_name ON chat_faces (name);
CREATE INDEX chat_faces_image ON chat_faces (image);
-- down
UPDATE chat_images SET uses = uses - (SELECT COUNT(*) FROM chat_faces f WHERE f.image = chat_images.id)
    WHERE id IN (SELECT image FROM chat_faces);
DROP TABLE chat_faces;
