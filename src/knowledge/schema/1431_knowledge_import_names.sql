-- up
-- How its owner calls the file that was read. '': it was none, or had no name.
ALTER TABLE knowledge_imports ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- down
ALTER TABLE knowledge_imports DROP COLUMN name;
