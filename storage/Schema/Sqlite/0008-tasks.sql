-- Tasks, numbered by their queue (the journal stream queue/workspace/name, whose entries say what happened to which numbers). state: JSON of what the task is now; body: JSON of payload and metadata, which never change.
CREATE TABLE task (
    task_row   INTEGER PRIMARY KEY,
    stream_id  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    workspace  TEXT    NOT NULL,
    task_id    TEXT    NOT NULL,
    session_id TEXT,
    created_at INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    body       TEXT
) STRICT;

CREATE UNIQUE INDEX task_key     ON task (stream_id, number);
CREATE UNIQUE INDEX task_id      ON task (workspace, task_id);
CREATE INDEX        task_newest  ON task (workspace, created_at, stream_id, number);
CREATE INDEX        task_session ON task (workspace, session_id, created_at, stream_id, number) WHERE session_id IS NOT NULL;

-- What changes and is searched. status: 0 = queued, 1 = assigned, 2 = running, 3 = completed, 4 = failed, 5 = cancelled. agent_id: who has it, or had it last.
CREATE TABLE task_status (
    stream_id  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    workspace  TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    priority   INTEGER NOT NULL,
    status     INTEGER NOT NULL,
    agent_id   TEXT,
    PRIMARY KEY (stream_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_status_list  ON task_status (workspace, status, created_at, stream_id, number) WHERE status <> 3;
CREATE INDEX task_status_agent ON task_status (workspace, agent_id, created_at, stream_id, number) WHERE agent_id IS NOT NULL;
CREATE INDEX task_status_held  ON task_status (workspace, agent_id) WHERE status IN (1, 2);

-- What came out of tasks that said so: any JSON.
CREATE TABLE task_result (
    stream_id INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    result    TEXT    NOT NULL,
    PRIMARY KEY (stream_id, number)
) STRICT;

-- Which tasks wait, or waited, for which.
CREATE TABLE task_dependency (
    workspace  TEXT    NOT NULL,
    depends_on TEXT    NOT NULL,
    stream_id  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    PRIMARY KEY (workspace, depends_on, stream_id, number)
) STRICT, WITHOUT ROWID;

-- What agents did, by queue. duration_ms: of the completed ones, from start to end.
CREATE TABLE task_work (
    workspace   TEXT    NOT NULL,
    agent_id    TEXT    NOT NULL,
    stream_id   INTEGER NOT NULL,
    completed   INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    handed_over INTEGER NOT NULL,
    PRIMARY KEY (workspace, agent_id, stream_id)
) STRICT, WITHOUT ROWID;

-- Queues. queued, assigned, running: tasks in that status now. state: JSON, settings and counts.
CREATE TABLE task_queue (
    stream_id  INTEGER PRIMARY KEY,
    workspace  TEXT    NOT NULL,
    queue      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    queued     INTEGER NOT NULL,
    assigned   INTEGER NOT NULL,
    running    INTEGER NOT NULL,
    state      TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX task_queue_name ON task_queue (workspace, queue);

-- Agents; their journal (stream agent/workspace/id) is the truth. said: 0 = active, 1 = busy, 4 = maintenance. gone: 1 = removed. state: JSON.
CREATE TABLE agent (
    workspace TEXT    NOT NULL,
    agent_id  TEXT    NOT NULL,
    said      INTEGER NOT NULL,
    dead      INTEGER NOT NULL,
    gone      INTEGER NOT NULL,
    max_load  INTEGER NOT NULL,
    state     TEXT    NOT NULL,
    PRIMARY KEY (workspace, agent_id)
) STRICT;

CREATE TABLE agent_capability (
    workspace  TEXT    NOT NULL,
    capability TEXT    NOT NULL,
    agent_id   TEXT    NOT NULL,
    has        INTEGER NOT NULL,
    PRIMARY KEY (workspace, capability, agent_id)
) STRICT, WITHOUT ROWID;

-- For people. Read-only, described in docs/storage.md.
CREATE VIEW look_tasks AS
SELECT t.workspace, q.queue, t.task_id,
       CASE s.status WHEN 0 THEN 'queued' WHEN 1 THEN 'assigned' WHEN 2 THEN 'running' WHEN 3 THEN 'completed' WHEN 4 THEN 'failed' ELSE 'cancelled' END AS status,
       s.agent_id AS agent, t.session_id AS session, datetime(t.created_at / 1e6, 'unixepoch') AS created_at, t.state ->> 'type' AS type, t.state ->> 'attempts' AS attempts, t.state ->> 'error' AS error
FROM task t JOIN task_status s ON s.stream_id = t.stream_id AND s.number = t.number JOIN task_queue q ON q.stream_id = t.stream_id;

-- Workspaces with agents that may fall silent.
CREATE INDEX agent_living ON agent (workspace) WHERE gone = 0 AND dead = 0;
