-- Version 1 of the journal. Times end in _us or _ns (since the Unix epoch). Released steps are never changed: add schema-2.sql.

-- One row: the next delivery's id (ids are never used twice) and the bytes of all bodies.
CREATE TABLE totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_delivery INTEGER NOT NULL,
  body_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (1, 1, 0);

CREATE TABLE destination (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  disabled_reason TEXT,
  pending INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  failing_since_us INTEGER
) STRICT;

-- What the envelopes of one operation have in common, and how many of them there are.
CREATE TABLE context (
  id INTEGER PRIMARY KEY,
  object_name TEXT NOT NULL,
  group_ref TEXT NOT NULL,
  envelopes INTEGER NOT NULL DEFAULT 0,
  facts TEXT NOT NULL UNIQUE
) STRICT;

-- Written once. An envelope has the id of its first delivery.
CREATE TABLE envelope (
  id INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL UNIQUE,
  event_text TEXT,
  context INTEGER NOT NULL,
  occurred_at_ns INTEGER NOT NULL,
  timestamp TEXT NOT NULL,
  records BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- Small rows, since they change. `at_us` is when a pending one falls due, and when a settled one was settled. `attempts` counts as
-- the retry schedule does; `tries` counts blocked attempts too.
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  envelope INTEGER NOT NULL,
  context INTEGER NOT NULL,
  destination INTEGER NOT NULL,
  status INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  occurred_at_ns INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  replay_of INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX delivery_pending ON delivery (destination, at_us, id) WHERE status = 0;
CREATE INDEX delivery_dead ON delivery (id) WHERE status = 2;
CREATE INDEX delivery_replay ON delivery (envelope) WHERE replay_of IS NOT NULL;

CREATE TABLE attempt (
  delivery INTEGER NOT NULL,
  try INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  started_at_us INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  code TEXT NOT NULL,
  message TEXT,
  PRIMARY KEY (delivery, try)
) STRICT, WITHOUT ROWID;

CREATE TABLE read (
  id INTEGER PRIMARY KEY,
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until_us INTEGER NOT NULL DEFAULT 0,
  cursor TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  UNIQUE (installation_id, object_name)
) STRICT;

CREATE TABLE operation (
  id INTEGER PRIMARY KEY,
  read INTEGER NOT NULL,
  operation_id BLOB NOT NULL,
  created_at_ns INTEGER NOT NULL,
  updated_at_ns INTEGER NOT NULL,
  status INTEGER NOT NULL,
  result TEXT,
  pages INTEGER NOT NULL DEFAULT 0,
  records_processed INTEGER NOT NULL DEFAULT 0,
  records_estimated_total INTEGER
) STRICT;
CREATE INDEX operation_read ON operation (read, id);
