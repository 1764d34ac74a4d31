-- Version 2: the bytes of bodies that wait for each destination, and its failures since the last success.
ALTER TABLE destination ADD COLUMN pending_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
UPDATE destination SET pending_bytes =
  coalesce((SELECT sum(d.bytes) FROM delivery d WHERE d.status = 0 AND d.destination = destination.id), 0);
