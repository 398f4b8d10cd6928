-- Queues that have, or had, tasks that are not over. Written when the first comes, and when the queue is woken and has none left. Whoever looks for work that is left does not look at queues that have none.
CREATE TABLE task_queue_open (
    stream_id bigint PRIMARY KEY,
    workspace text COLLATE "C" NOT NULL,
    queue     text COLLATE "C" NOT NULL,
    is_open   bigint NOT NULL
);

CREATE INDEX task_queue_open_now ON task_queue_open (stream_id) WHERE is_open = 1;

INSERT INTO task_queue_open (stream_id, workspace, queue, is_open) SELECT stream_id, workspace, queue, 1 FROM task_queue WHERE queued + assigned + running > 0;

-- Living agents are read by name, page by page, past all that ever died.
DROP INDEX agent_living;
CREATE INDEX agent_living ON agent (workspace, agent_id) WHERE gone = 0 AND dead = 0;
