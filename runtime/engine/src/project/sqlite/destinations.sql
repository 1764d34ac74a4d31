-- Destinations and sinks, which come and change while the runtime runs, and what is told of the project.

CREATE TABLE destination (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,                -- the sink that serves it
  metadata TEXT NOT NULL,            -- the sink's configuration as it was given, as JSON; holds no secret
  origin TEXT NOT NULL CHECK (origin IN ('file', 'command', 'api')),
  origin_file TEXT,                  -- there exactly if the origin is a file
  from_manifest INTEGER NOT NULL,    -- 1: a manifest of the older form declares it
  disabled_reason TEXT,              -- why nothing goes there: its file names it no longer
  revision INTEGER NOT NULL,         -- rises with every change
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  sealed BLOB                        -- its credentials, encrypted; nothing where it has none, or a file says where they are found
) STRICT, WITHOUT ROWID;

-- What a change of destinations has yet to do in the journal and the kept secrets. Kept with the change, done at the next start at
-- the latest.
CREATE TABLE destination_errand (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,                -- of a destination that is gone, or its former name
  renamed_to TEXT                    -- nothing where it was deleted
) STRICT;

-- Sinks besides those built in. The components are files, named by their digests.
CREATE TABLE sink (
  name TEXT PRIMARY KEY,             -- the type of destination that it serves
  version TEXT NOT NULL,
  digest TEXT NOT NULL,              -- SHA-256 of the component, in hexadecimal digits
  bytes INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('command', 'api')),
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: what is told of the project besides its id, which ampline.toml says.
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  app_name TEXT,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT;
INSERT INTO project VALUES (1, NULL, unixepoch() * 1000000, unixepoch() * 1000000);
