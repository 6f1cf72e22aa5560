-- up
-- What stands on a merchant's invoices. kind: 1 company (title and tax number of China), 2 person, 3 abroad (a tax
-- number of another form, or none). '' where nothing was said.
CREATE TABLE billing_profiles (
    account {int} NOT NULL PRIMARY KEY,
    kind {int} NOT NULL,
    title TEXT NOT NULL,
    tax_number TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    bank TEXT NOT NULL,
    bank_account TEXT NOT NULL,
    email TEXT NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};

-- down
DROP TABLE billing_profiles;
