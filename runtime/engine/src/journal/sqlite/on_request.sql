-- Messages that are delivered on request, and how many were asked for before they were there.

-- Pending deliveries that nobody asked for yet. They fall due never, as `at_us` says.
CREATE TABLE held_delivery (
  delivery INTEGER PRIMARY KEY,
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL
) STRICT;
CREATE INDEX held_delivery_read ON held_delivery (installation_id, object_name, delivery);

CREATE TABLE asked_pages (
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  pages INTEGER NOT NULL,
  PRIMARY KEY (installation_id, object_name)
) STRICT, WITHOUT ROWID;
