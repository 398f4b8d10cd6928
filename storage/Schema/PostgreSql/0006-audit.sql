-- Where to look in a workspace's journal for somebody's or something's entries: a label (a:agent, s:session, o:rollback, p:point) occurs among the entries 4096 * run … 4096 * run + 4095.
-- A row for each entry would cost every write about as much as its journal entry; this costs the first write in a run. Runs come first in the key, so that new rows lie together.
CREATE TABLE audit_run (
    stream_id bigint NOT NULL,
    run       bigint NOT NULL,
    label     text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream_id, run, label)
);

-- The entries of the journals of a workspace's rollbacks, to be found by time. What they say stands in the journal.
CREATE TABLE audit_rollback (
    stream_id bigint NOT NULL,
    position  bigint NOT NULL,
    workspace text COLLATE "C" NOT NULL,
    at        bigint NOT NULL,
    agent_id  text COLLATE "C",
    PRIMARY KEY (stream_id, position)
);

CREATE INDEX audit_rollback_newest ON audit_rollback (workspace, at, stream_id, position);
CREATE INDEX audit_rollback_agent  ON audit_rollback (workspace, agent_id, at, stream_id, position) WHERE agent_id IS NOT NULL;
