-- Read models of sessions, written in the transaction of the events that they follow from.
-- shift: position in the journal minus seq in the log, so that last seq = newest position - shift.
CREATE TABLE session (
    stream_id      bigint PRIMARY KEY,
    workspace      text    NOT NULL,
    session_id     text    NOT NULL,
    created_at     bigint NOT NULL,
    parent_stream  bigint,
    parent_session text,
    parent_seq     bigint,
    metadata       text,
    ttl_seconds    bigint NOT NULL,
    grace_until    bigint,
    updated_at     bigint NOT NULL,
    expires_at     bigint,
    ended          bigint NOT NULL,
    state          text    NOT NULL,
    outcome        text,
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

CREATE INDEX session_newest  ON session (workspace, created_at, stream_id);
CREATE INDEX session_state   ON session (workspace, state, created_at, stream_id);
CREATE INDEX session_outcome ON session (workspace, outcome, created_at, stream_id) WHERE outcome IS NOT NULL;
CREATE INDEX session_due     ON session (expires_at) WHERE ended = 0 AND expires_at IS NOT NULL;
CREATE INDEX session_ended   ON session (updated_at) WHERE ended <> 0;
CREATE INDEX session_parent  ON session (parent_stream) WHERE parent_stream IS NOT NULL;

CREATE TABLE session_agent (
    workspace  text    NOT NULL,
    agent      text    NOT NULL,
    created_at bigint NOT NULL,
    stream_id  bigint NOT NULL,
    PRIMARY KEY (workspace, agent, created_at, stream_id)
);

CREATE TABLE session_entity (
    workspace  text    NOT NULL,
    entity     text    NOT NULL,
    created_at bigint NOT NULL,
    stream_id  bigint NOT NULL,
    perf_count bigint NOT NULL,
    perf_sum   double precision    NOT NULL,
    PRIMARY KEY (workspace, entity, created_at, stream_id)
) WITH (fillfactor = 85);

CREATE TABLE session_checkpoint (
    stream_id     bigint NOT NULL,
    seq           bigint NOT NULL,
    checkpoint_id text    NOT NULL,
    body          text    NOT NULL,
    failure_hash  text,
    PRIMARY KEY (stream_id, seq, checkpoint_id)
);

CREATE TABLE workspace_counter (
    workspace         text    NOT NULL,
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
SELECT s.workspace, s.session_id, c.seq, c.checkpoint_id, c.body::jsonb AS checkpoint, c.failure_hash
FROM session_checkpoint c JOIN session s USING (stream_id);
