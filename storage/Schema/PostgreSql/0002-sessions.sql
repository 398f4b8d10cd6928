-- Read models of sessions, written in the transaction of the events that they follow from.
-- ended: 0 = open, 1 = expired, 2 = deleted. shift: position in the journal minus seq in the log, so that last seq = newest position - shift.
CREATE TABLE session (
    stream_id      bigint PRIMARY KEY,
    workspace      text COLLATE "C" NOT NULL,
    session_id     text COLLATE "C" NOT NULL,
    created_at     bigint NOT NULL,
    parent_stream  bigint,
    parent_session text,
    parent_seq     bigint,
    metadata       text,
    ttl_seconds    bigint NOT NULL,
    grace_until    bigint,
    updated_at     bigint NOT NULL,
    ended          bigint NOT NULL,
    state          text COLLATE "C" NOT NULL,
    outcome        text COLLATE "C",
    agents         text    NOT NULL,
    shift          bigint NOT NULL,
    occurred_from  bigint,
    occurred_to    bigint,
    to_working     bigint NOT NULL,
    to_broken      bigint NOT NULL,
    to_coordinating bigint NOT NULL,
    to_completed   bigint NOT NULL,
    perf_count     bigint NOT NULL,
    perf_sum       double precision    NOT NULL,
    perf_worst     double precision    NOT NULL
) WITH (fillfactor = 70);   -- room to change a row where it lies

-- Only over columns that never change: a row whose indexed columns stay is changed where it lies, without touching an index.
CREATE INDEX session_newest ON session (workspace, created_at, stream_id);
CREATE INDEX session_parent ON session (parent_stream) WHERE parent_stream IS NOT NULL;

-- What sessions are found by that does change.
CREATE TABLE session_status (
    stream_id  bigint PRIMARY KEY,
    workspace  text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    ended      bigint NOT NULL,
    state      text COLLATE "C" NOT NULL,
    outcome    text COLLATE "C"
) WITH (fillfactor = 70);

CREATE INDEX session_state   ON session_status (workspace, state, created_at, stream_id);
CREATE INDEX session_outcome ON session_status (workspace, outcome, created_at, stream_id) WHERE outcome IS NOT NULL;
CREATE INDEX session_open    ON session_status (workspace, created_at, stream_id) WHERE ended = 0;

-- When an open session expires (not before; null = never), or since when one is over. ended as in session.
CREATE TABLE session_due (
    stream_id bigint PRIMARY KEY,
    ended     bigint NOT NULL,
    at        bigint
) WITH (fillfactor = 70);

CREATE INDEX session_due_at ON session_due (ended, at) WHERE at IS NOT NULL;

CREATE TABLE session_agent (
    workspace  text COLLATE "C" NOT NULL,
    agent      text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    stream_id  bigint NOT NULL,
    PRIMARY KEY (workspace, agent, created_at, stream_id)
);

CREATE TABLE session_entity (
    workspace  text COLLATE "C" NOT NULL,
    entity     text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    stream_id  bigint NOT NULL,
    perf_count bigint NOT NULL,
    perf_sum   double precision    NOT NULL,
    PRIMARY KEY (workspace, entity, created_at, stream_id)
) WITH (fillfactor = 85);

-- Which entries of the journal have a checkpoint in them. A fork's first entry has the one that it began with.
CREATE TABLE session_checkpoint (
    stream_id bigint NOT NULL,
    position  bigint NOT NULL,
    PRIMARY KEY (stream_id, position)
);

-- Where the evidence of a failed checkpoint lies: hash of a blob, in hexadecimal digits.
CREATE TABLE session_failure (
    stream_id     bigint NOT NULL,
    checkpoint_id text COLLATE "C" NOT NULL,
    hash          text   NOT NULL,
    PRIMARY KEY (stream_id, checkpoint_id)
);

CREATE TABLE workspace_counter (
    workspace         text COLLATE "C" NOT NULL,
    writer            bigint NOT NULL,
    sessions          bigint NOT NULL,
    ended             bigint NOT NULL,
    events            bigint NOT NULL,
    checkpoints       bigint NOT NULL,
    failure_snapshots bigint NOT NULL,
    PRIMARY KEY (workspace, writer)
) WITH (fillfactor = 50);

-- For people. Read-only, described in docs/storage.md.
CREATE VIEW look_sessions AS
SELECT workspace, session_id, state, outcome, agents::jsonb AS agents,
       to_timestamp(created_at / 1e6) AS created_at,
       CASE ended WHEN 0 THEN 'open' WHEN 1 THEN 'expired' ELSE 'deleted' END AS ended,
       (SELECT max(position) FROM journal j WHERE j.stream_id = s.stream_id) - shift AS last_seq,
       metadata, parent_session, parent_seq, stream_id
FROM session s;

CREATE VIEW look_events AS
SELECT s.workspace, s.session_id, convert_from(j.payload, 'UTF8')::jsonb ->> 'seq' AS seq, j.kind AS type, convert_from(j.payload, 'UTF8')::jsonb ->> 'actor' AS actor,
       to_timestamp(j.at / 1e6) AS at, convert_from(j.payload, 'UTF8')::jsonb AS event
FROM journal j JOIN session s USING (stream_id)
WHERE j.kind IN ('modified', 'broke', 'checkpoint', 'handoff', 'test_pass', 'start');

CREATE VIEW look_journal AS
SELECT t.name AS stream, j.position, j.kind, j.version, to_timestamp(j.at / 1e6) AS at, convert_from(j.payload, 'UTF8')::jsonb AS payload
FROM journal j JOIN stream t USING (stream_id);

CREATE VIEW look_checkpoints AS
SELECT s.workspace, s.session_id, (c.checkpoint ->> 'seq')::bigint AS seq, c.checkpoint ->> 'checkpointId' AS checkpoint_id, c.checkpoint, f.hash AS failure_hash
FROM (SELECT x.stream_id, CASE j.kind WHEN 'checkpointed' THEN p.entry WHEN 'created' THEN p.entry #> '{base,currentCheckpoint}' ELSE p.entry -> 'checkpoint' END AS checkpoint
      FROM session_checkpoint x JOIN journal j USING (stream_id, position), LATERAL (SELECT convert_from(j.payload, 'UTF8')::jsonb AS entry) p) c
JOIN session s USING (stream_id)
LEFT JOIN session_failure f ON f.stream_id = c.stream_id AND f.checkpoint_id = c.checkpoint ->> 'checkpointId';
