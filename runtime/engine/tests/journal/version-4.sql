-- A journal of version 4: that of version 3 as the release of version 4 migrated it, with the events 0 to 2 of contacts put in by statements.
-- Of envelopes 0 to 3 to "a" the first is delivered, the second dead; the read is under way. The first event is dead, the others wait.
PRAGMA page_size = 8192;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1097691210;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
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
INSERT INTO "attempt" VALUES(1,1,1,1785585600000000,1000000,1,'http.200',NULL);
INSERT INTO "attempt" VALUES(2,1,1,1785585600000000,1000000,0,'http.503','busy');
CREATE TABLE context (
  id INTEGER PRIMARY KEY,
  object_name TEXT NOT NULL,
  group_ref TEXT NOT NULL,
  envelopes INTEGER NOT NULL DEFAULT 0,
  facts TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "context" VALUES(1,'contacts','group-0',1,'{"destination":"a","group_ref":"group-0","ordering_key":"installation/contacts","project_id":"project","installation_id":"installation","connection_id":"connection","destination_id":"id-of-a","operation_id":"operation","object_name":"contacts","topic":"read"}');
INSERT INTO "context" VALUES(2,'companies','group-1',1,'{"destination":"a","group_ref":"group-1","ordering_key":"installation/companies","project_id":"project","installation_id":"installation","connection_id":"connection","destination_id":"id-of-a","operation_id":null,"object_name":"companies","topic":"read"}');
INSERT INTO "context" VALUES(3,'contacts','group-2',1,'{"destination":"a","group_ref":"group-2","ordering_key":"installation/contacts","project_id":"project","installation_id":"installation","connection_id":"connection","destination_id":"id-of-a","operation_id":null,"object_name":"contacts","topic":"read"}');
INSERT INTO "context" VALUES(4,'companies','group-0',1,'{"destination":"a","group_ref":"group-0","ordering_key":"installation/companies","project_id":"project","installation_id":"installation","connection_id":"connection","destination_id":"id-of-a","operation_id":null,"object_name":"companies","topic":"read"}');
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
INSERT INTO "delivery" VALUES(1,1,1,1,1,1785585601000000,1,1,1785585600000000000,65,NULL,NULL);
INSERT INTO "delivery" VALUES(2,2,2,1,2,1785585601000000,1,1,1785585600000000000,65,NULL,'rejected');
INSERT INTO "delivery" VALUES(3,3,3,1,0,1785585600000000,0,0,1785585600000000000,65,NULL,NULL);
INSERT INTO "delivery" VALUES(4,4,4,1,0,1785585600000000,0,0,1785585600000000000,65,NULL,NULL);
CREATE TABLE destination (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  disabled_reason TEXT,
  pending INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  failing_since_us INTEGER
, pending_bytes INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "destination" VALUES(1,'a',NULL,2,1,1,1785585601000000,130,0);
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
INSERT INTO "envelope" VALUES(1,X'6DABB9D923A78420ADABB9D923A7B420',NULL,1,1785585600000000000,'2026-08-01T12:00:00Z',X'0114010130010903FBFFFFFFFFFFFFFFFF01',X'7B226E223A302C22726573756C74223A5B5D2C22726573756C74496E666F223A7B2274797065223A22696E6C696E65222C226E756D5265636F726473223A317D7D');
INSERT INTO "envelope" VALUES(2,X'DB5773B2474F88419B5773B2474F6841',NULL,2,1785585600000000000,'2026-08-01T12:00:00Z',X'0114010131010901FBFFFFFFFFFFFFFFFF01',X'7B226E223A312C22726573756C74223A5B5D2C22726573756C74496E666F223A7B2274797065223A22696E6C696E65222C226E756D5265636F726473223A317D7D');
INSERT INTO "envelope" VALUES(3,X'00702C0D6B168CDE80702C0D6B162CDE',NULL,3,1785585600000000000,'2026-08-01T12:00:00Z',X'0114010132010901FBFFFFFFFFFFFFFFFF01',X'7B226E223A322C22726573756C74223A5B5D2C22726573756C74496E666F223A7B2274797065223A22696E6C696E65222C226E756D5265636F726473223A317D7D');
INSERT INTO "envelope" VALUES(4,X'B6AEE7648E9E8083B6AEE7648E9ED083',NULL,4,1785585600000000000,'2026-08-01T12:00:00Z',X'0114010133010901FBFFFFFFFFFFFFFFFF01',X'7B226E223A332C22726573756C74223A5B5D2C22726573756C74496E666F223A7B2274797065223A22696E6C696E65222C226E756D5265636F726473223A317D7D');
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
INSERT INTO "inbox_event" VALUES(1,1,X'6DABB9D923A78420ADABB9D923A7B420',2,NULL,'contact.creation',1785585595000000,1785585600000000,'the event cannot be read',X'7B226E223A307D');
INSERT INTO "inbox_event" VALUES(2,1,X'DB5773B2474F88419B5773B2474F6841',0,'1','contact.creation',1785585595000000,1785585600000000,NULL,X'7B226E223A317D');
INSERT INTO "inbox_event" VALUES(3,1,X'00702C0D6B168CDE80702C0D6B162CDE',0,'2','contact.creation',1785585595000000,1785585600000000,NULL,X'7B226E223A327D');
CREATE TABLE inbox_queue (
  id INTEGER PRIMARY KEY,
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  due_us INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  UNIQUE (installation_id, object_name)
) STRICT;
INSERT INTO "inbox_queue" VALUES(1,'installation','contacts',1785585600000000,0,NULL);
CREATE TABLE inbox_seen (
  key BLOB PRIMARY KEY,
  at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "inbox_seen" VALUES(X'00702C0D6B168CDE80702C0D6B162CDE',1785585600000000);
INSERT INTO "inbox_seen" VALUES(X'6DABB9D923A78420ADABB9D923A7B420',1785585600000000);
INSERT INTO "inbox_seen" VALUES(X'DB5773B2474F88419B5773B2474F6841',1785585600000000);
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
, read_type TEXT) STRICT;
INSERT INTO "operation" VALUES(1,1,X'01A1FFAFED9A76C3ABB844140C15DC86',1785585600000000000,1785585600000000000,0,NULL,1,4,NULL,NULL);
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
CREATE TABLE "read" (
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
INSERT INTO "read" VALUES(1,'installation','contacts',X'',1,0,'one',0,0,NULL,NULL,0);
CREATE TABLE totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_delivery INTEGER NOT NULL,
  body_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO "totals" VALUES(1,5,260);
CREATE INDEX delivery_pending ON delivery (destination, at_us, id) WHERE status = 0;
CREATE INDEX delivery_dead ON delivery (id) WHERE status = 2;
CREATE INDEX delivery_replay ON delivery (envelope) WHERE replay_of IS NOT NULL;
CREATE INDEX operation_read ON operation (read, id);
CREATE UNIQUE INDEX operation_by_id ON operation (operation_id);
CREATE INDEX operation_running ON operation (id) WHERE status = 0;
CREATE INDEX inbox_event_waiting ON inbox_event (queue, id) WHERE status = 0;
CREATE INDEX inbox_event_dead ON inbox_event (id) WHERE status = 2;
CREATE INDEX inbox_seen_age ON inbox_seen (at_us);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('inbox_event',3);
COMMIT;
