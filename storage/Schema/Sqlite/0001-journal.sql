-- Times are microseconds since 1970-01-01 UTC everywhere.

-- Every stream has a number, so that the journal's index stays narrow. A stream is never removed: its name is not used twice.
CREATE TABLE stream (
    stream_id INTEGER PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE
) STRICT;

-- Rows lie in the order in which they were appended; one narrow index finds them by stream.
-- Clustering them by stream instead makes every commit touch a page per stream.
CREATE TABLE journal (
    entry_id  INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    payload   BLOB    NOT NULL,
    checksum  INTEGER NOT NULL
) STRICT;

-- The fence: of two writers that append at the same position, one wins.
CREATE UNIQUE INDEX journal_position ON journal (stream_id, position);

CREATE TABLE snapshot (
    stream_id INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    payload   BLOB    NOT NULL,
    checksum  INTEGER NOT NULL,
    PRIMARY KEY (stream_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (
    hash     BLOB    PRIMARY KEY,
    encoding INTEGER NOT NULL,
    length   INTEGER NOT NULL,
    content  BLOB    NOT NULL
) STRICT;

CREATE TABLE idempotency (
    scope        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash BLOB    NOT NULL,
    response     BLOB    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_at ON idempotency (at);
