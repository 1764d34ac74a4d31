-- Browsers that are signed in. Nothing here opens anything: of what a browser holds, the digest is kept.

CREATE TABLE session (
  digest BLOB PRIMARY KEY,           -- SHA-256 of what the browser holds
  key_id TEXT NOT NULL,              -- the api_key that it stands for; goes as soon as that is revoked, deleted or another
  ends_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
