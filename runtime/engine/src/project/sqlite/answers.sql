-- What creating requests that carried a key were answered with, so that the same request again is not carried out again.
CREATE TABLE answer (
  id BLOB PRIMARY KEY,               -- SHA-256 of the client and its key
  request BLOB NOT NULL,             -- SHA-256 of the request
  sealed BLOB NOT NULL,              -- the answer, encrypted: it may hold a secret that is shown once
  made_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_age ON answer (made_at_us);
