-- Version 3 of the project store: what is told of the project, and to whom.

-- Events go to topics, topics to destinations. The routes of a file's topic are the file's.
CREATE TABLE topic (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL CHECK (origin IN ('file', 'command', 'api')),
  origin_file TEXT,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_topic_route (
  id TEXT PRIMARY KEY,
  event_type TEXT NOT NULL,
  topic TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  UNIQUE (event_type, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_topic_route_topic ON event_topic_route (topic);

CREATE TABLE topic_destination_route (
  id TEXT PRIMARY KEY,
  destination TEXT NOT NULL,         -- its id
  topic TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  UNIQUE (topic, destination)
) STRICT, WITHOUT ROWID;

-- Notifications that are not yet messages, written in the transaction that they tell of.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  notification_id BLOB NOT NULL,
  type TEXT NOT NULL,
  at_ns INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
