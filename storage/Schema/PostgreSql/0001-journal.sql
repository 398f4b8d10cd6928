-- Times are microseconds since 1970-01-01 UTC everywhere.
-- Texts that are looked up by are compared byte by byte (COLLATE "C"): quicker than a language's order, and no index breaks when the operating system changes that.

-- Every stream has a number, so that the journal's index stays narrow. A stream is never removed: its name is not used twice.
CREATE TABLE stream (
    stream_id bigint PRIMARY KEY,
    name      text COLLATE "C" NOT NULL UNIQUE
);

-- The primary key is the fence: of two writers that append at the same position, one wins.
CREATE TABLE journal (
    stream_id bigint   NOT NULL,
    position  bigint   NOT NULL,
    at        bigint   NOT NULL,
    checksum  bigint   NOT NULL,
    version   smallint NOT NULL,
    kind      text     NOT NULL,
    payload   bytea    NOT NULL,
    -- The transaction that wrote it. Entries of transactions older than any still open one are final: the feed reads only those, in this order.
    commit_xid bigint  NOT NULL,
    PRIMARY KEY (stream_id, position)
);

CREATE INDEX journal_feed ON journal (commit_xid);

-- Numbers of streams are handed out in blocks.
CREATE SEQUENCE stream_number INCREMENT BY 1000;

-- The newest commit of each writer. After a lost connection it tells whether the last commit arrived.
CREATE TABLE journal_writer (
    writer_id uuid PRIMARY KEY,
    commit_no bigint NOT NULL,
    at        timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE snapshot (
    stream_id bigint NOT NULL,
    position  bigint NOT NULL,
    version   smallint NOT NULL,
    payload   bytea    NOT NULL,
    checksum  bigint NOT NULL,
    PRIMARY KEY (stream_id, position)
);

CREATE TABLE blob (
    hash     bytea    PRIMARY KEY,
    encoding bigint NOT NULL,
    length   bigint NOT NULL,
    content  bytea    NOT NULL
);

CREATE TABLE idempotency (
    scope        text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    request_hash bytea    NOT NULL,
    response     bytea    NOT NULL,
    at           bigint NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_at ON idempotency (at);
