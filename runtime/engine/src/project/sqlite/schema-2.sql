-- Version 2 of the project store: what stands beside connections. Secrets are encrypted before they come here.

-- The product's registrations at providers, as the API made them; those of ampline.toml are not kept.
CREATE TABLE provider_app (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  client_id TEXT NOT NULL,
  details TEXT NOT NULL,             -- scopes, reference and parameters, as JSON
  created_at_us INTEGER NOT NULL,
  updated_at_us INTEGER NOT NULL,
  sealed BLOB                        -- the client's secret, encrypted; nothing for a public client
) STRICT, WITHOUT ROWID;

-- Consents under way. Each may be answered once, and for some minutes.
CREATE TABLE pending_authorization (
  state_digest BLOB PRIMARY KEY,     -- SHA-256 of the state in the provider's answer
  sealed BLOB NOT NULL,              -- what was asked for and the proof key, encrypted
  expires_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_authorization_expiry ON pending_authorization (expires_at_us);
