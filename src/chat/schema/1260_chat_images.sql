-- up
-- Pictures, each kept once for its shop by the hash of its clean bytes. kind: 1 JPEG, 2 PNG, 3 WebP, 4 GIF. file: its
-- name in the data folder's `images`; empty: the bytes are in chat_image_pieces. uses: how many messages show it;
-- without one it is removed after a while.
CREATE TABLE chat_images (
    id {id},
    account {int} NOT NULL,
    shop {int} NOT NULL,
    hash TEXT NOT NULL,
    kind {int} NOT NULL CHECK (kind IN (1, 2, 3, 4)),
    bytes {int} NOT NULL,
    width {int} NOT NULL,
    height {int} NOT NULL,
    file TEXT NOT NULL,
    uses {int} NOT NULL,
    made_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX chat_images_hash ON chat_images (shop, hash);
CREATE INDEX chat_images_file ON chat_images (file) WHERE file <> '';
CREATE INDEX chat_images_unused ON chat_images (made_at_ms) WHERE uses = 0;

CREATE TABLE chat_image_pieces (
    image {int} NOT NULL,
    number {int} NOT NULL,
    content {blob} NOT NULL,
    PRIMARY KEY (image, number)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- 0: words. Else the message shows this picture, and its text is the picture's name.
ALTER TABLE chat_messages ADD COLUMN image {int} NOT NULL DEFAULT 0;
CREATE INDEX chat_messages_image ON chat_messages (image) WHERE image <> 0;

-- down
DROP INDEX chat_messages_image;
ALTER TABLE chat_messages DROP COLUMN image;
DROP TABLE chat_image_pieces;
DROP TABLE chat_images;
