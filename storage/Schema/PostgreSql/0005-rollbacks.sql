-- Read models of rollbacks; their journal (stream rollback/workspace/id) is the truth. status: 0 = pending, 1 = in progress, 2 = completed, 3 = failed, 4 = cancelled. view: JSON.
CREATE TABLE rollback_operation (
    stream_id    bigint PRIMARY KEY,
    workspace    text COLLATE "C" NOT NULL,
    operation_id text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    status       bigint NOT NULL,
    view         text NOT NULL
);

CREATE INDEX rollback_operation_newest  ON rollback_operation (workspace, created_at, stream_id);
CREATE INDEX rollback_operation_running ON rollback_operation (status) WHERE status < 2;

-- Conflicts that rollbacks found. status: 0 = open, 1 = resolved. view: JSON.
CREATE TABLE rollback_conflict (
    workspace    text COLLATE "C" NOT NULL,
    conflict_id  text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    operation_id text COLLATE "C" NOT NULL,
    status       bigint NOT NULL,
    view         text NOT NULL,
    PRIMARY KEY (workspace, conflict_id)
);

CREATE INDEX rollback_conflict_newest ON rollback_conflict (workspace, status, created_at, conflict_id);
