-- up
-- What a hold was put for, hashed: a row that was changed later is found by `verify`. NULL: put before there was one.
ALTER TABLE credit_holds ADD COLUMN hash {blob};

-- down
ALTER TABLE credit_holds DROP COLUMN hash;
