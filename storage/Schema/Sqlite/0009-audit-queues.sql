-- Entries of the journals of queues are told in the audit too.
ALTER TABLE audit_rollback RENAME TO audit_entry;

DROP INDEX audit_rollback_newest;
DROP INDEX audit_rollback_agent;
CREATE INDEX audit_entry_newest ON audit_entry (workspace, at, stream_id, position);
CREATE INDEX audit_entry_agent  ON audit_entry (workspace, agent_id, at, stream_id, position) WHERE agent_id IS NOT NULL;
