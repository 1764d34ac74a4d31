-- Version 3: triggered reads beside those by schedule, paused reads, and what operations say while they run.

-- `trigger` is the operation's id for a triggered read, which has a row, a cursor and an owner of its own; empty for the read by
-- schedule. `strikes` count towards a pause. A paused read has a time, a reason, and whether it paused by itself.
CREATE TABLE read_new (
  id INTEGER PRIMARY KEY,
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  trigger BLOB NOT NULL DEFAULT x'',
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until_us INTEGER NOT NULL DEFAULT 0,
  cursor TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  strikes INTEGER NOT NULL DEFAULT 0,
  paused_at_us INTEGER,
  pause_reason TEXT,
  paused_by_itself INTEGER NOT NULL DEFAULT 0,
  UNIQUE (installation_id, object_name, trigger)
) STRICT;
INSERT INTO read_new (id, installation_id, object_name, fence, lease_until_us, cursor, failures)
  SELECT id, installation_id, object_name, fence, lease_until_us, cursor, failures FROM read;
DROP TABLE read;
ALTER TABLE read_new RENAME TO read;

-- 'backfill', 'scheduled' or 'triggered', as messages carry it; nothing before the first page.
ALTER TABLE operation ADD COLUMN read_type TEXT;
CREATE UNIQUE INDEX operation_by_id ON operation (operation_id);
CREATE INDEX operation_running ON operation (id) WHERE status = 0;

CREATE TABLE operation_log (
  operation INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  error TEXT,
  details TEXT,
  PRIMARY KEY (operation, entry)
) STRICT, WITHOUT ROWID;
