-- Version 5: what the runtime tells of itself, and the fields that customers' objects were last seen with.

-- Notifications that are not yet messages, written in the transaction that they tell of.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  notification_id BLOB NOT NULL,
  type TEXT NOT NULL,
  at_ns INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;

-- A JSON array of field descriptions, by the provider's object name.
CREATE TABLE seen_schema (
  installation_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  seen_at_us INTEGER NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (installation_id, object_name)
) STRICT, WITHOUT ROWID;
