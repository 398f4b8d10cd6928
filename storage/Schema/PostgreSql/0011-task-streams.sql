-- Tasks, each of which is a journal stream of its own. A task stream has no row in stream: this row names its number and newest position.
-- An append to a task stream changes this row at the expected position, or is refused; a row that is gone fences its stream for good.
-- status: 0 = queued, 1 = assigned, 2 = running, 3 = completed, 4 = failed, 5 = cancelled; no index has it, so that a start is a heap-only update.
-- phase: 0 = waiting, 1 = leased, 2 = completed, 3 = failed or cancelled, 4 = swept (only id and last token remain). Changes at submit, assign and end.
-- due_at: when the queue looks at the task next; 9223372036854775807 = never. With phase 4, 0 = events are left to be removed. agent_id, epoch, assigned_at: of the lease, or of the last one.
-- Payload and history are in the journal, once.
CREATE TABLE task_stream (
    stream_id   bigint PRIMARY KEY,
    queue_id    bigint   NOT NULL,
    created_at  bigint   NOT NULL,
    due_at      bigint   NOT NULL,
    assigned_at bigint,
    ended_at    bigint,
    position    integer  NOT NULL,
    token       integer  NOT NULL,
    epoch       integer  NOT NULL,
    priority    integer  NOT NULL,
    attempts    integer  NOT NULL,
    status      smallint NOT NULL,
    phase       smallint NOT NULL,
    reusable    smallint NOT NULL,
    workspace   text COLLATE "C" NOT NULL,
    task_id     text COLLATE "C" NOT NULL,
    agent_id    text COLLATE "C",
    session_id  text COLLATE "C",
    needs       text COLLATE "C"
) WITH (fillfactor = 50);   -- room for the versions of a row from submit to end

CREATE UNIQUE INDEX task_stream_id   ON task_stream (workspace, task_id);
CREATE INDEX task_stream_newest      ON task_stream (workspace, created_at, stream_id);
CREATE INDEX task_stream_open        ON task_stream (queue_id, due_at, stream_id) WHERE phase < 2;
CREATE INDEX task_stream_lease       ON task_stream (workspace, agent_id) WHERE phase = 1;
CREATE INDEX task_stream_dead        ON task_stream (workspace, created_at, stream_id) WHERE phase = 3;
CREATE INDEX task_stream_ended       ON task_stream (ended_at, stream_id) WHERE phase = 2 OR phase = 3;
CREATE INDEX task_stream_session     ON task_stream (workspace, session_id, created_at, stream_id) WHERE session_id IS NOT NULL;
CREATE INDEX task_stream_swept       ON task_stream (stream_id) WHERE phase = 4 AND due_at = 0;

-- Which tasks wait, or waited, for which ids.
CREATE TABLE task_dependent (
    workspace  text COLLATE "C" NOT NULL,
    depends_on text COLLATE "C" NOT NULL,
    stream_id  bigint NOT NULL,
    PRIMARY KEY (workspace, depends_on, stream_id)
);

CREATE INDEX task_dependent_stream ON task_dependent (stream_id);

-- Tasks of a queue by status: their sums over all writers. Tasks that are swept stay counted.
CREATE TABLE task_counter (
    queue_id  bigint NOT NULL,
    writer    bigint NOT NULL,
    queued    bigint NOT NULL,
    assigned  bigint NOT NULL,
    running   bigint NOT NULL,
    completed bigint NOT NULL,
    failed    bigint NOT NULL,
    cancelled bigint NOT NULL,
    PRIMARY KEY (queue_id, writer)
) WITH (fillfactor = 50);

-- The epoch of each agent. An assignment commits only at the epoch that it names.
CREATE TABLE agent_epoch (
    workspace text COLLATE "C" NOT NULL,
    agent_id  text COLLATE "C" NOT NULL,
    epoch     bigint NOT NULL,
    PRIMARY KEY (workspace, agent_id)
) WITH (fillfactor = 50);

-- After a lost connection, the transaction of the last commit tells which appends of the batch it stored.
ALTER TABLE journal_writer ADD COLUMN commit_xid bigint NOT NULL DEFAULT 0;
