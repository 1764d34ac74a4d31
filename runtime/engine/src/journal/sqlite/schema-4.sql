-- Version 4: providers' events that are not yet messages. A queue is one object of one installation; it is not claimed before `due_us`.
CREATE TABLE inbox_queue (
  id INTEGER PRIMARY KEY,
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  due_us INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  UNIQUE (installation_id, object_name)
) STRICT;

-- Ids are never used twice: they are the order of a queue, and people name events by them. Status: 0 waiting, 2 dead.
CREATE TABLE inbox_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue INTEGER NOT NULL,
  key BLOB NOT NULL,
  status INTEGER NOT NULL,
  record_id TEXT,
  provider_type TEXT NOT NULL,
  occurred_at_us INTEGER NOT NULL,
  accepted_at_us INTEGER NOT NULL,
  reason TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX inbox_event_waiting ON inbox_event (queue, id) WHERE status = 0;
CREATE INDEX inbox_event_dead ON inbox_event (id) WHERE status = 2;

-- Events that were accepted, and when: a provider's retry is known by its key.
CREATE TABLE inbox_seen (
  key BLOB PRIMARY KEY,
  at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_seen_age ON inbox_seen (at_us);
