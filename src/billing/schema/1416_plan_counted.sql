-- up
-- Of a period that was exchanged (ended_by): what was left of it at counted_at_ms is counted in that one, for as much
-- as it is still paid for. taken_back: 1: it ended with its money, so it never goes on.
ALTER TABLE plan_periods ADD COLUMN counted_at_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE plan_periods ADD COLUMN taken_back {int} NOT NULL DEFAULT 0;
UPDATE plan_periods SET counted_at_ms = COALESCE((SELECT o.created_at_ms FROM plan_periods heir
    JOIN orders o ON o.id = heir.order_id WHERE heir.id = plan_periods.ended_by), ended_ms) WHERE ended_by > 0;
-- down
ALTER TABLE plan_periods DROP COLUMN taken_back;
ALTER TABLE plan_periods DROP COLUMN counted_at_ms;
