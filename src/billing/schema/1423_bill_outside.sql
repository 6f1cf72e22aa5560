-- up
-- What bills list as given back of a payment, and is not known by its own sum: its parts are added up.
CREATE INDEX bill_differences_outside ON bill_differences (payment) WHERE kind = 2 AND fault = 'not_here';
-- A trade that a bill names, and of which nobody told us: what went back of it is named by the trade alone.
CREATE INDEX bill_differences_trade ON bill_differences (trade) WHERE kind = 1 AND fault = 'not_here';

-- down
DROP INDEX bill_differences_trade;
DROP INDEX bill_differences_outside;
