-- What Orleans' ADO.NET grain storage and reminders need; the statements are read by Orleans from orleansquery.
CREATE TABLE IF NOT EXISTS orleansquery (querykey text PRIMARY KEY, querytext text NOT NULL);
CREATE TABLE IF NOT EXISTS orleansstorage (
  serviceid text NOT NULL, graintypestring text NOT NULL, grainidhash int NOT NULL, graintypehash int NOT NULL,
  grainidn0 bigint NOT NULL, grainidn1 bigint NOT NULL, grainidextensionstring text NOT NULL DEFAULT '',
  payloadbinary bytea, modifiedon timestamptz NOT NULL DEFAULT now(), version int NOT NULL,
  PRIMARY KEY (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid)
) WITH (fillfactor = 70);
INSERT INTO orleansquery VALUES
('WriteToStorageKey', $q$
INSERT INTO orleansstorage AS s (serviceid, graintypestring, grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, payloadbinary, version)
SELECT @ServiceId, @GrainTypeString, @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString,''), @PayloadBinary, 1
WHERE @GrainStateVersion IS NULL OR EXISTS (SELECT 1 FROM orleansstorage x WHERE x.grainidhash=@GrainIdHash AND x.graintypehash=@GrainTypeHash
  AND x.grainidn0=@GrainIdN0 AND x.grainidn1=@GrainIdN1 AND x.grainidextensionstring=coalesce(@GrainIdExtensionString,'') AND x.graintypestring=@GrainTypeString AND x.serviceid=@ServiceId)
ON CONFLICT (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid)
DO UPDATE SET payloadbinary = excluded.payloadbinary, modifiedon = now(), version = s.version + 1 WHERE s.version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion$q$),
('ReadFromStorageKey', $q$
SELECT payloadbinary AS PayloadBinary, version AS Version FROM orleansstorage x WHERE x.grainidhash=@GrainIdHash AND x.graintypehash=@GrainTypeHash
  AND x.grainidn0=@GrainIdN0 AND x.grainidn1=@GrainIdN1 AND x.grainidextensionstring=coalesce(@GrainIdExtensionString,'') AND x.graintypestring=@GrainTypeString AND x.serviceid=@ServiceId$q$),
('ClearStorageKey', $q$
UPDATE orleansstorage x SET payloadbinary=NULL, modifiedon=now(), version=version+1 WHERE x.grainidhash=@GrainIdHash AND x.graintypehash=@GrainTypeHash
  AND x.grainidn0=@GrainIdN0 AND x.grainidn1=@GrainIdN1 AND x.grainidextensionstring=coalesce(@GrainIdExtensionString,'') AND x.graintypestring=@GrainTypeString AND x.serviceid=@ServiceId
  AND x.version=@GrainStateVersion RETURNING version AS NewGrainStateVersion$q$),
('DeleteStorageKey', $q$
DELETE FROM orleansstorage x WHERE x.grainidhash=@GrainIdHash AND x.graintypehash=@GrainTypeHash
  AND x.grainidn0=@GrainIdN0 AND x.grainidn1=@GrainIdN1 AND x.grainidextensionstring=coalesce(@GrainIdExtensionString,'') AND x.graintypestring=@GrainTypeString AND x.serviceid=@ServiceId
  AND x.version=@GrainStateVersion RETURNING version+1 AS NewGrainStateVersion$q$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext;

CREATE TABLE IF NOT EXISTS orleansreminderstable (
  serviceid text NOT NULL, grainid text NOT NULL, remindername text NOT NULL, starttime timestamptz NOT NULL, period bigint NOT NULL,
  grainhash int NOT NULL, version int NOT NULL, PRIMARY KEY (serviceid, grainid, remindername));
INSERT INTO orleansquery VALUES
('UpsertReminderRowKey', $q$
INSERT INTO orleansreminderstable AS r VALUES (@ServiceId,@GrainId,@ReminderName,@StartTime,@Period,@GrainHash,0)
ON CONFLICT (serviceid,grainid,remindername) DO UPDATE SET starttime=excluded.starttime, period=excluded.period, grainhash=excluded.grainhash, version=r.version+1
RETURNING version$q$),
('ReadReminderRowsKey', 'SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version FROM orleansreminderstable WHERE serviceid=@ServiceId AND grainid=@GrainId'),
('ReadReminderRowKey', 'SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version FROM orleansreminderstable WHERE serviceid=@ServiceId AND grainid=@GrainId AND remindername=@ReminderName'),
('ReadRangeRows1Key', 'SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version FROM orleansreminderstable WHERE serviceid=@ServiceId AND grainhash>@BeginHash AND grainhash<=@EndHash'),
('ReadRangeRows2Key', 'SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version FROM orleansreminderstable WHERE serviceid=@ServiceId AND (grainhash>@BeginHash OR grainhash<=@EndHash)'),
('DeleteReminderRowKey', 'WITH d AS (DELETE FROM orleansreminderstable WHERE serviceid=@ServiceId AND grainid=@GrainId AND remindername=@ReminderName AND version=@Version RETURNING 1) SELECT count(*)::int FROM d'),
('DeleteReminderRowsKey', 'DELETE FROM orleansreminderstable WHERE serviceid=@ServiceId')
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext;
