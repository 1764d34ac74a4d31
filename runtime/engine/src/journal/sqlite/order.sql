-- Version 9: destinations that keep order, and which of their deliveries come one behind the other. Deliveries of all others hold nothing
-- here, and stand in no further index.
ALTER TABLE destination ADD COLUMN keeps_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN ordering_key TEXT;
CREATE INDEX delivery_ordering ON delivery (destination, ordering_key, id) WHERE status = 0 AND ordering_key IS NOT NULL;
