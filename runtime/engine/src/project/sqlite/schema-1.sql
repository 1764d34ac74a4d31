-- Version 1 of the project store. Released steps are never changed: add schema-2.sql.
-- Times are Unix microseconds. Every change of an integration or an installation is a revision; older ones stay.

-- What the product integrates, by name. The latest revision counts for what is configured from now on.
CREATE TABLE integration (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  latest TEXT NOT NULL,              -- integration_revision.id
  origin TEXT NOT NULL CHECK (origin IN ('file', 'command', 'api')),
  origin_file TEXT,                  -- there exactly if the origin is a file
  disabled_reason TEXT,              -- why nothing of it is read: its file names it no longer
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE integration_revision (
  id TEXT PRIMARY KEY,
  integration TEXT NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,           -- from 1, without gaps
  spec_version TEXT NOT NULL,
  content TEXT NOT NULL,             -- one integration of the manifest, as JSON
  content_hash BLOB NOT NULL,        -- SHA-256 of spec_version, a line feed and content
  created_at_us INTEGER NOT NULL,
  UNIQUE (integration, number)
) STRICT, WITHOUT ROWID;

-- The customers' teams and people: the product's own ids for them, and the names last given.
CREATE TABLE customer_group (
  ref TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consumer (
  ref TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A group's credentials at a provider. Several installations may share one.
CREATE TABLE connection (
  id TEXT PRIMARY KEY,
  name TEXT UNIQUE,                  -- what files call it
  provider TEXT NOT NULL,
  group_ref TEXT REFERENCES customer_group (ref),
  consumer_ref TEXT REFERENCES consumer (ref),
  workspace TEXT,
  base_url TEXT,                     -- in place of the provider's own
  scheme TEXT NOT NULL,              -- none, apiKey, basic, oauth2/authorizationCode, …
  metadata TEXT NOT NULL,            -- a JSON object
  status TEXT NOT NULL CHECK (status IN ('created', 'working', 'bad_credentials')),
  status_reason TEXT,
  origin TEXT NOT NULL CHECK (origin IN ('file', 'command', 'api')),
  origin_file TEXT,
  disabled_reason TEXT,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  sealed BLOB                        -- credentials, encrypted; nothing where a file says where they are found
) STRICT, WITHOUT ROWID;
CREATE INDEX connection_group ON connection (group_ref, provider);

-- Which group uses which integration.
CREATE TABLE installation (
  id TEXT PRIMARY KEY,
  integration TEXT NOT NULL REFERENCES integration (id),
  group_ref TEXT NOT NULL REFERENCES customer_group (ref),
  consumer_ref TEXT NOT NULL REFERENCES consumer (ref),
  connection TEXT NOT NULL REFERENCES connection (id),
  latest TEXT NOT NULL,              -- config_revision.id
  origin TEXT NOT NULL CHECK (origin IN ('file', 'command', 'api')),
  origin_file TEXT,
  disabled_reason TEXT,
  created_by TEXT NOT NULL,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  UNIQUE (integration, group_ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX installation_group ON installation (group_ref);
CREATE INDEX installation_consumer ON installation (consumer_ref);
CREATE INDEX installation_connection ON installation (connection);

-- What a customer chose, and over which connection it is read.
CREATE TABLE config_revision (
  id TEXT PRIMARY KEY,
  installation TEXT NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,           -- from 1, without gaps
  content TEXT NOT NULL,             -- the contract's config.content, as JSON
  integration_revision TEXT NOT NULL REFERENCES integration_revision (id),
  connection TEXT NOT NULL,          -- its id then; the connection may be gone
  created_by TEXT NOT NULL,
  created_at_us INTEGER NOT NULL,
  UNIQUE (installation, number)
) STRICT, WITHOUT ROWID;
