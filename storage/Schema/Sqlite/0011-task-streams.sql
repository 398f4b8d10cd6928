-- Tasks, each of which is a journal stream of its own. A task stream has no row in stream: this row names its number and newest position.
-- An append to a task stream changes this row at the expected position, or is refused; a row that is gone fences its stream for good.
-- status: 0 = queued, 1 = assigned, 2 = running, 3 = completed, 4 = failed, 5 = cancelled; no index has it.
-- phase: 0 = waiting, 1 = leased, 2 = completed, 3 = failed or cancelled, 4 = swept (only id and last token remain). Changes at submit, assign and end.
-- due_at: when the queue looks at the task next; 9223372036854775807 = never. With phase 4, 0 = events are left to be removed. agent_id, epoch, assigned_at: of the lease, or of the last one.
-- Payload and history are in the journal, once.
CREATE TABLE task_stream (
    stream_id   INTEGER PRIMARY KEY,
    queue_id    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    assigned_at INTEGER,
    ended_at    INTEGER,
    position    INTEGER NOT NULL,
    token       INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    priority    INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    phase       INTEGER NOT NULL,
    reusable    INTEGER NOT NULL,
    workspace   TEXT    NOT NULL,
    task_id     TEXT    NOT NULL,
    agent_id    TEXT,
    session_id  TEXT,
    needs       TEXT
) STRICT;

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
    workspace  TEXT    NOT NULL,
    depends_on TEXT    NOT NULL,
    stream_id  INTEGER NOT NULL,
    PRIMARY KEY (workspace, depends_on, stream_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_dependent_stream ON task_dependent (stream_id);

-- Tasks of a queue by status: their sums over all writers. Tasks that are swept stay counted.
CREATE TABLE task_counter (
    queue_id  INTEGER NOT NULL,
    writer    INTEGER NOT NULL,
    queued    INTEGER NOT NULL,
    assigned  INTEGER NOT NULL,
    running   INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed    INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    PRIMARY KEY (queue_id, writer)
) STRICT, WITHOUT ROWID;

-- The epoch of each agent. An assignment commits only at the epoch that it names.
CREATE TABLE agent_epoch (
    workspace TEXT    NOT NULL,
    agent_id  TEXT    NOT NULL,
    epoch     INTEGER NOT NULL,
    PRIMARY KEY (workspace, agent_id)
) STRICT, WITHOUT ROWID;

-- The first number that no stream has had. The highest number in the tables does not tell it, because task streams are swept.
CREATE TABLE stream_number (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    next INTEGER NOT NULL
) STRICT;

INSERT INTO stream_number (one, next) SELECT 1, coalesce(max(stream_id), 0) + 1 FROM stream;
