-- What clients of the API show. Nothing here opens anything: digests and public keys.

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,              -- full, frontend, read, store: a JSON list
  digest BLOB NOT NULL UNIQUE,       -- SHA-256 of the key
  hint TEXT NOT NULL,                -- how the key begins, for people who look for it
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  last_used_at_us INTEGER,           -- coarse: written every few minutes
  expires_at_us INTEGER,
  revoked_at_us INTEGER
) STRICT, WITHOUT ROWID;

-- By which tokens of customers' users are checked.
CREATE TABLE jwt_key (
  id TEXT PRIMARY KEY,               -- the token's kid
  label TEXT NOT NULL,
  public_key_pem TEXT NOT NULL,
  active INTEGER NOT NULL,
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
