-- Versions of installed sinks: which is on trial, who signed it, and what became of each.
ALTER TABLE sink ADD COLUMN former TEXT;     -- there while it is on trial: the digest of the version that stands by
ALTER TABLE sink ADD COLUMN signature BLOB;  -- as it was given
ALTER TABLE sink ADD COLUMN signed_by TEXT;  -- the name of the key that it fits

CREATE TABLE sink_event (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,                -- of the sink, which may be gone
  action TEXT NOT NULL CHECK (action IN ('installed', 'replaced', 'trusted', 'rolledBack', 'removed')),
  version TEXT NOT NULL,             -- of what served from then on; for removals, until then
  digest TEXT NOT NULL,
  imports TEXT NOT NULL,             -- what that version may ask for, as a JSON list of names
  actor TEXT NOT NULL,               -- who asked for it
  signed_by TEXT,                    -- the name of the key that its signature fits
  signature BLOB,
  reason TEXT,                       -- why, where nobody asked for it
  at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX sink_event_by_name ON sink_event (name, id);
