-- Version 1 of the hosted store. Released steps are never changed: add schema-2.sql.

CREATE TABLE collection (
  id INTEGER PRIMARY KEY,
  endpoint TEXT NOT NULL,
  group_ref TEXT NOT NULL,
  UNIQUE (endpoint, group_ref)
) STRICT;

-- The latest state of each item. Without a document it is the mark of a deleted one.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL,
  item TEXT NOT NULL,
  modified_at_ms INTEGER NOT NULL,
  occurred_at_ms INTEGER NOT NULL,
  document BLOB,
  UNIQUE (collection, item)
) STRICT;
CREATE INDEX item_deleted ON item (occurred_at_ms) WHERE document IS NULL;
