-- Read models of sessions, written in the transaction of the events that they follow from.
-- shift: position in the journal minus seq in the log, so that last seq = newest position - shift.
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
    expires_at     INTEGER,
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

CREATE INDEX session_newest  ON session (workspace, created_at, stream_id);
CREATE INDEX session_state   ON session (workspace, state, created_at, stream_id);
CREATE INDEX session_outcome ON session (workspace, outcome, created_at, stream_id) WHERE outcome IS NOT NULL;
CREATE INDEX session_due     ON session (expires_at) WHERE ended = 0 AND expires_at IS NOT NULL;
CREATE INDEX session_ended   ON session (updated_at) WHERE ended <> 0;
CREATE INDEX session_parent  ON session (parent_stream) WHERE parent_stream IS NOT NULL;

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

CREATE TABLE session_checkpoint (
    stream_id     INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    checkpoint_id TEXT    NOT NULL,
    body          TEXT    NOT NULL,
    failure_hash  TEXT,
    PRIMARY KEY (stream_id, seq, checkpoint_id)
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
SELECT s.workspace, s.session_id, c.seq, c.checkpoint_id, c.body AS checkpoint, c.failure_hash
FROM session_checkpoint c JOIN session s USING (stream_id);
