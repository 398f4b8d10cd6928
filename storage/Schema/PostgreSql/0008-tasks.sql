-- Tasks, numbered by their queue (the journal stream queue/workspace/name, whose entries say what happened to which numbers). state: JSON of what the task is now; body: JSON of payload and metadata, which never change.
CREATE TABLE task (
    stream_id  bigint NOT NULL,
    number     bigint NOT NULL,
    workspace  text COLLATE "C" NOT NULL,
    task_id    text COLLATE "C" NOT NULL,
    session_id text COLLATE "C",
    created_at bigint NOT NULL,
    state      text NOT NULL,
    body       text,
    PRIMARY KEY (stream_id, number)
) WITH (fillfactor = 60);

CREATE UNIQUE INDEX task_id      ON task (workspace, task_id);
CREATE INDEX        task_newest  ON task (workspace, created_at, stream_id, number);
CREATE INDEX        task_session ON task (workspace, session_id, created_at, stream_id, number) WHERE session_id IS NOT NULL;

-- What changes and is searched. status: 0 = queued, 1 = assigned, 2 = running, 3 = completed, 4 = failed, 5 = cancelled. agent_id: who has it, or had it last.
CREATE TABLE task_status (
    stream_id  bigint NOT NULL,
    number     bigint NOT NULL,
    workspace  text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    priority   bigint NOT NULL,
    status     bigint NOT NULL,
    agent_id   text COLLATE "C",
    PRIMARY KEY (stream_id, number)
);

CREATE INDEX task_status_list  ON task_status (workspace, status, created_at, stream_id, number) WHERE status <> 3;
CREATE INDEX task_status_agent ON task_status (workspace, agent_id, created_at, stream_id, number) WHERE agent_id IS NOT NULL;
CREATE INDEX task_status_held  ON task_status (workspace, agent_id) WHERE status IN (1, 2);

-- What came out of tasks that said so: any JSON.
CREATE TABLE task_result (
    stream_id bigint NOT NULL,
    number    bigint NOT NULL,
    result    text NOT NULL,
    PRIMARY KEY (stream_id, number)
);

-- Which tasks wait, or waited, for which.
CREATE TABLE task_dependency (
    workspace  text COLLATE "C" NOT NULL,
    depends_on text COLLATE "C" NOT NULL,
    stream_id  bigint NOT NULL,
    number     bigint NOT NULL,
    PRIMARY KEY (workspace, depends_on, stream_id, number)
);

-- What agents did, by queue. duration_ms: of the completed ones, from start to end.
CREATE TABLE task_work (
    workspace   text COLLATE "C" NOT NULL,
    agent_id    text COLLATE "C" NOT NULL,
    stream_id   bigint NOT NULL,
    completed   bigint NOT NULL,
    failed      bigint NOT NULL,
    duration_ms bigint NOT NULL,
    handed_over bigint NOT NULL,
    PRIMARY KEY (workspace, agent_id, stream_id)
);

-- Queues. queued, assigned, running: tasks in that status now. state: JSON, settings and counts.
CREATE TABLE task_queue (
    stream_id  bigint PRIMARY KEY,
    workspace  text COLLATE "C" NOT NULL,
    queue      text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    queued     bigint NOT NULL,
    assigned   bigint NOT NULL,
    running    bigint NOT NULL,
    state      text NOT NULL
);

CREATE UNIQUE INDEX task_queue_name ON task_queue (workspace, queue);

-- Agents; their journal (stream agent/workspace/id) is the truth. said: 0 = active, 1 = busy, 4 = maintenance. gone: 1 = removed. state: JSON.
CREATE TABLE agent (
    workspace text COLLATE "C" NOT NULL,
    agent_id  text COLLATE "C" NOT NULL,
    said      bigint NOT NULL,
    dead      bigint NOT NULL,
    gone      bigint NOT NULL,
    max_load  bigint NOT NULL,
    state     text NOT NULL,
    PRIMARY KEY (workspace, agent_id)
);

CREATE TABLE agent_capability (
    workspace  text COLLATE "C" NOT NULL,
    capability text COLLATE "C" NOT NULL,
    agent_id   text COLLATE "C" NOT NULL,
    has        bigint NOT NULL,
    PRIMARY KEY (workspace, capability, agent_id)
);

-- For people. Read-only, described in docs/storage.md.
CREATE VIEW look_tasks AS
SELECT t.workspace, q.queue, t.task_id,
       CASE s.status WHEN 0 THEN 'queued' WHEN 1 THEN 'assigned' WHEN 2 THEN 'running' WHEN 3 THEN 'completed' WHEN 4 THEN 'failed' ELSE 'cancelled' END AS status,
       s.agent_id AS agent, t.session_id AS session, to_timestamp(t.created_at / 1e6) AS created_at, t.state::jsonb ->> 'type' AS type, t.state::jsonb ->> 'attempts' AS attempts, t.state::jsonb ->> 'error' AS error
FROM task t JOIN task_status s ON s.stream_id = t.stream_id AND s.number = t.number JOIN task_queue q ON q.stream_id = t.stream_id;

-- Workspaces with agents that may fall silent.
CREATE INDEX agent_living ON agent (workspace) WHERE gone = 0 AND dead = 0;
