-- Every version of every document, numbered by the workspace's journal: the documents that one entry changed share its seq.
-- Small values lie in the row (value), large ones in blob under their hash; a deleted document has no hash.
-- kind: 0 = entity, 1 = relationship, 2 = file, 3 = configuration, 4 = session_state, 5 = metadata. previous: seq of the version before, 0 if there is none.
CREATE TABLE document_version (
    stream_id    bigint NOT NULL,
    seq          bigint NOT NULL,
    previous     bigint NOT NULL,
    length       bigint NOT NULL,
    kind         bigint NOT NULL,
    id           text COLLATE "C" NOT NULL,
    hash         bytea,
    content_type text,
    value        bytea,
    PRIMARY KEY (stream_id, kind, id, seq)
);

-- For reading what changed between two moments, which says "kind >= 0". Looking for one document must not be planned over it, and while the table is small a planner might.
CREATE INDEX document_version_seq  ON document_version (stream_id, seq) WHERE kind >= 0;
CREATE INDEX document_version_blob ON document_version (hash) WHERE value IS NULL AND hash IS NOT NULL;

-- A blob may be a document's value and the evidence of a failure; it goes when it is neither.
CREATE INDEX session_failure_hash ON session_failure (hash);

-- Rollback points; what does not change stands in the journal entry at seq. ended: 0 = there, 1 = deleted, 2 = expired, 3 = made room for others. recovery: 1 = made before a rollback; limits do not count it.
CREATE TABLE rollback_point (
    stream_id  bigint NOT NULL,
    point_id   text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    workspace  text   NOT NULL,
    session_id text COLLATE "C",
    expires_at bigint,
    pinned     bigint NOT NULL,
    recovery   bigint NOT NULL,
    ended      bigint NOT NULL,
    PRIMARY KEY (stream_id, point_id)
);

CREATE INDEX rollback_point_newest  ON rollback_point (stream_id, seq) WHERE ended = 0;
CREATE INDEX rollback_point_session ON rollback_point (stream_id, session_id, seq) WHERE ended = 0 AND session_id IS NOT NULL;
CREATE INDEX rollback_point_due     ON rollback_point (expires_at) WHERE ended = 0 AND pinned = 0 AND expires_at IS NOT NULL;

-- For people. Read-only, described in docs/storage.md.
CREATE VIEW look_documents AS
SELECT substr(t.name, 11) AS workspace,
       CASE v.kind WHEN 0 THEN 'entity' WHEN 1 THEN 'relationship' WHEN 2 THEN 'file' WHEN 3 THEN 'configuration' WHEN 4 THEN 'session_state' ELSE 'metadata' END AS kind,
       v.id, v.seq, to_timestamp(j.at / 1e6) AS at, p.entry ->> 'agentId' AS agent, p.entry ->> 'sessionId' AS session, p.entry ->> 'cause' AS cause,
       v.hash IS NULL AS deleted, v.content_type, v.length, CASE WHEN v.content_type IS NULL THEN convert_from(v.value, 'UTF8') END AS value, encode(v.hash, 'hex') AS hash
FROM document_version v JOIN stream t USING (stream_id) JOIN journal j ON j.stream_id = v.stream_id AND j.position = v.seq,
     LATERAL (SELECT convert_from(j.payload, 'UTF8')::jsonb AS entry) p;
