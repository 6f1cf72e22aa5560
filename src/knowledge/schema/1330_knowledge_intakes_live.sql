-- up
-- Those under way, of which a shop may have so many at a time.
CREATE INDEX knowledge_intakes_live ON knowledge_intakes (shop, id) WHERE ended_at_ms IS NULL;
-- down
DROP INDEX knowledge_intakes_live;
