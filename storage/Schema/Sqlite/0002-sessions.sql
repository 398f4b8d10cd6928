-- Read models of sessions, written in the transaction of the events that they follow from.
-- ended: 0 = open, 1 = expired, 2 = deleted. shift: position in the journal minus seq in the log, so that last seq = newest position - shift.
CREATE TABLE session (
    stream_id      INTEGER PRIMARY KEY,
    workspace      TEXT    NOT NULL,
    session_id     TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    parent_stream  INTEGER,
    parent_session TEXT,
    parent_seq     INTEGER,
    metadata       TEXT,
    ttl_seconds    INTEGER NOT NULL,
    grace_until    INTEGER,
    updated_at     INTEGER NOT NULL,
    ended          INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    outcome        TEXT,
    agents         TEXT    NOT NULL,
    shift          INTEGER NOT NULL,
    occurred_from  INTEGER,
    occurred_to    INTEGER,
    to_working     INTEGER NOT NULL,
    to_broken      INTEGER NOT NULL,
    to_coordinating INTEGER NOT NULL,
    to_completed   INTEGER NOT NULL,
    perf_count     INTEGER NOT NULL,
    perf_sum       REAL    NOT NULL,
    perf_worst     REAL    NOT NULL
) STRICT;

-- Only over columns that never change: a row whose indexed columns stay is changed where it lies, without touching an index.
CREATE INDEX session_newest ON session (workspace, created_at, stream_id);
CREATE INDEX session_parent ON session (parent_stream) WHERE parent_stream IS NOT NULL;

-- What sessions are found by that does change.
CREATE TABLE session_status (
    stream_id  INTEGER PRIMARY KEY,
    workspace  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    outcome    TEXT
) STRICT;

CREATE INDEX session_state   ON session_status (workspace, state, created_at, stream_id);
CREATE INDEX session_outcome ON session_status (workspace, outcome, created_at, stream_id) WHERE outcome IS NOT NULL;
CREATE INDEX session_open    ON session_status (workspace, created_at, stream_id) WHERE ended = 0;

-- When an open session expires (not before; null = never), or since when one is over. ended as in session.
CREATE TABLE session_due (
    stream_id INTEGER PRIMARY KEY,
    ended     INTEGER NOT NULL,
    at        INTEGER
) STRICT;

CREATE INDEX session_due_at ON session_due (ended, at) WHERE at IS NOT NULL;

CREATE TABLE session_agent (
    workspace  TEXT    NOT NULL,
    agent      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    stream_id  INTEGER NOT NULL,
    PRIMARY KEY (workspace, agent, created_at, stream_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_entity (
    workspace  TEXT    NOT NULL,
    entity     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    stream_id  INTEGER NOT NULL,
    perf_count INTEGER NOT NULL,
    perf_sum   REAL    NOT NULL,
    PRIMARY KEY (workspace, entity, created_at, stream_id)
) STRICT, WITHOUT ROWID;

-- Which entries of the journal have a checkpoint in them. A fork's first entry has the one that it began with.
CREATE TABLE session_checkpoint (
    stream_id INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (stream_id, position)
) STRICT, WITHOUT ROWID;

-- Where the evidence of a failed checkpoint lies: hash of a blob, in hexadecimal digits.
CREATE TABLE session_failure (
    stream_id     INTEGER NOT NULL,
    checkpoint_id TEXT    NOT NULL,
    hash          TEXT    NOT NULL,
    PRIMARY KEY (stream_id, checkpoint_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE workspace_counter (
    workspace         TEXT    NOT NULL,
    writer            INTEGER NOT NULL,
    sessions          INTEGER NOT NULL,
    ended             INTEGER NOT NULL,
    events            INTEGER NOT NULL,
    checkpoints       INTEGER NOT NULL,
    failure_snapshots INTEGER NOT NULL,
    PRIMARY KEY (workspace, writer)
) STRICT, WITHOUT ROWID;

-- For people. Read-only, described in docs/storage.md.
CREATE VIEW look_sessions AS
SELECT workspace, session_id, state, outcome, json(agents) AS agents,
       strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1e6, 'unixepoch') AS created_at,
       CASE ended WHEN 0 THEN 'open' WHEN 1 THEN 'expired' ELSE 'deleted' END AS ended,
       (SELECT max(position) FROM journal j WHERE j.stream_id = s.stream_id) - shift AS last_seq,
       metadata, parent_session, parent_seq, stream_id
FROM session s;

CREATE VIEW look_events AS
SELECT s.workspace, s.session_id, CAST(j.payload AS TEXT) ->> '$.seq' AS seq, j.kind AS type, CAST(j.payload AS TEXT) ->> '$.actor' AS actor,
       strftime('%Y-%m-%dT%H:%M:%fZ', j.at / 1e6, 'unixepoch') AS at, CAST(j.payload AS TEXT) AS event
FROM journal j JOIN session s USING (stream_id)
WHERE j.kind IN ('modified', 'broke', 'checkpoint', 'handoff', 'test_pass', 'start');

CREATE VIEW look_journal AS
SELECT t.name AS stream, j.position, j.kind, j.version, strftime('%Y-%m-%dT%H:%M:%fZ', j.at / 1e6, 'unixepoch') AS at, CAST(j.payload AS TEXT) AS payload
FROM journal j JOIN stream t USING (stream_id);

CREATE VIEW look_checkpoints AS
SELECT s.workspace, s.session_id, c.checkpoint ->> '$.seq' AS seq, c.checkpoint ->> '$.checkpointId' AS checkpoint_id, c.checkpoint, f.hash AS failure_hash
FROM (SELECT x.stream_id, json_extract(CAST(j.payload AS TEXT), CASE j.kind WHEN 'checkpointed' THEN '$' WHEN 'created' THEN '$.base.currentCheckpoint' ELSE '$.checkpoint' END) AS checkpoint
      FROM session_checkpoint x JOIN journal j USING (stream_id, position)) c
JOIN session s USING (stream_id)
LEFT JOIN session_failure f ON f.stream_id = c.stream_id AND f.checkpoint_id = c.checkpoint ->> '$.checkpointId';
