-- Reports of a queue's tasks that were refused because of their token: the sum over all writers.
CREATE TABLE task_stale_report (
    queue_id INTEGER NOT NULL,
    writer   INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    PRIMARY KEY (queue_id, writer)
) STRICT, WITHOUT ROWID;

-- Tasks by the agent that had their last lease. Those that are leased now are in task_stream_lease, so that an assignment does not touch this index.
CREATE INDEX task_stream_agent ON task_stream (workspace, agent_id, created_at, stream_id) WHERE agent_id IS NOT NULL AND phase <> 1;

-- The sweep looks from the oldest task of each workspace on instead, so that a task that ends changes as many indexes as before.
DROP INDEX task_stream_ended;

-- created_at: -1 once a task is swept, so that neither the sweep nor lists meet what remains.
UPDATE task_stream SET created_at = -1 WHERE phase = 4;
