-- up
-- What can be bought, and for how much. A row is never changed but to end it: a new price is a new version, and an
-- order keeps
-- the row that it was made from.
-- kind: 1 plan, 2 credits. price, seat_price: minor units of `currency`. days: of a plan, that one purchase pays for.
-- seats: within the price; a further one costs seat_price (0: none can be had). websites: of a shop; 0: any number.
-- replaced_at_ms: 0 while it is sold.
CREATE TABLE offers (
    id {id},
    code TEXT NOT NULL,
    version {int} NOT NULL,
    kind {int} NOT NULL CHECK (kind IN (1, 2)),
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    currency TEXT NOT NULL,
    price {int} NOT NULL CHECK (price > 0),
    days {int} NOT NULL,
    seats {int} NOT NULL,
    seat_price {int} NOT NULL CHECK (seat_price >= 0),
    websites {int} NOT NULL,
    credits {int} NOT NULL,
    actor {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    replaced_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX offers_version ON offers (code, currency, version);
CREATE UNIQUE INDEX offers_sold ON offers (code, currency) WHERE replaced_at_ms = 0;

-- down
DROP TABLE offers;
