-- What Orleans' ADO.NET grain storage and reminders need; the statements are read by Orleans from orleansquery.
CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey TEXT PRIMARY KEY, QueryText TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS OrleansStorage (
  GrainIdHash INT NOT NULL, GrainTypeHash INT NOT NULL, GrainIdN0 INT NOT NULL, GrainIdN1 INT NOT NULL,
  GrainIdExtensionString TEXT NOT NULL DEFAULT '', GrainTypeString TEXT NOT NULL, ServiceId TEXT NOT NULL,
  PayloadBinary BLOB, ModifiedOn TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, Version INT NOT NULL,
  PRIMARY KEY (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainIdExtensionString, GrainTypeString, ServiceId)
);
INSERT OR REPLACE INTO OrleansQuery VALUES
('WriteToStorageKey', '
INSERT INTO OrleansStorage (ServiceId, GrainTypeString, GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainIdExtensionString, PayloadBinary, Version)
SELECT @ServiceId, @GrainTypeString, @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString,''''), @PayloadBinary, 1
WHERE @GrainStateVersion IS NULL OR EXISTS (SELECT 1 FROM OrleansStorage x WHERE x.GrainIdHash=@GrainIdHash AND x.GrainTypeHash=@GrainTypeHash
  AND x.GrainIdN0=@GrainIdN0 AND x.GrainIdN1=@GrainIdN1 AND x.GrainIdExtensionString=coalesce(@GrainIdExtensionString,'''') AND x.GrainTypeString=@GrainTypeString AND x.ServiceId=@ServiceId)
ON CONFLICT (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainIdExtensionString, GrainTypeString, ServiceId)
DO UPDATE SET PayloadBinary = excluded.PayloadBinary, ModifiedOn = CURRENT_TIMESTAMP, Version = OrleansStorage.Version + 1 WHERE OrleansStorage.Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion'),
('ReadFromStorageKey', '
SELECT PayloadBinary, Version FROM OrleansStorage x WHERE x.GrainIdHash=@GrainIdHash AND x.GrainTypeHash=@GrainTypeHash
  AND x.GrainIdN0=@GrainIdN0 AND x.GrainIdN1=@GrainIdN1 AND x.GrainIdExtensionString=coalesce(@GrainIdExtensionString,'''') AND x.GrainTypeString=@GrainTypeString AND x.ServiceId=@ServiceId'),
('ClearStorageKey', '
UPDATE OrleansStorage SET PayloadBinary=NULL, ModifiedOn=CURRENT_TIMESTAMP, Version=Version+1 WHERE GrainIdHash=@GrainIdHash AND GrainTypeHash=@GrainTypeHash
  AND GrainIdN0=@GrainIdN0 AND GrainIdN1=@GrainIdN1 AND GrainIdExtensionString=coalesce(@GrainIdExtensionString,'''') AND GrainTypeString=@GrainTypeString AND ServiceId=@ServiceId
  AND Version=@GrainStateVersion RETURNING Version AS NewGrainStateVersion'),
('DeleteStorageKey', '
DELETE FROM OrleansStorage WHERE GrainIdHash=@GrainIdHash AND GrainTypeHash=@GrainTypeHash
  AND GrainIdN0=@GrainIdN0 AND GrainIdN1=@GrainIdN1 AND GrainIdExtensionString=coalesce(@GrainIdExtensionString,'''') AND GrainTypeString=@GrainTypeString AND ServiceId=@ServiceId
  AND Version=@GrainStateVersion RETURNING Version+1 AS NewGrainStateVersion');

CREATE TABLE IF NOT EXISTS OrleansRemindersTable (
  ServiceId TEXT NOT NULL, GrainId TEXT NOT NULL, ReminderName TEXT NOT NULL, StartTime DATETIME NOT NULL, Period INT NOT NULL,
  GrainHash INT NOT NULL, Version INT NOT NULL, PRIMARY KEY (ServiceId, GrainId, ReminderName));
INSERT OR REPLACE INTO OrleansQuery VALUES
('UpsertReminderRowKey', '
INSERT INTO OrleansRemindersTable VALUES (@ServiceId,@GrainId,@ReminderName,@StartTime,@Period,@GrainHash,0)
ON CONFLICT (ServiceId,GrainId,ReminderName) DO UPDATE SET StartTime=excluded.StartTime, Period=excluded.Period, GrainHash=excluded.GrainHash, Version=OrleansRemindersTable.Version+1
RETURNING Version'),
('ReadReminderRowsKey', 'SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable WHERE ServiceId=@ServiceId AND GrainId=@GrainId'),
('ReadReminderRowKey', 'SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable WHERE ServiceId=@ServiceId AND GrainId=@GrainId AND ReminderName=@ReminderName'),
('ReadRangeRows1Key', 'SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable WHERE ServiceId=@ServiceId AND GrainHash>@BeginHash AND GrainHash<=@EndHash'),
('ReadRangeRows2Key', 'SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable WHERE ServiceId=@ServiceId AND (GrainHash>@BeginHash OR GrainHash<=@EndHash)'),
('DeleteReminderRowKey', 'DELETE FROM OrleansRemindersTable WHERE ServiceId=@ServiceId AND GrainId=@GrainId AND ReminderName=@ReminderName AND Version=@Version; SELECT changes()'),
('DeleteReminderRowsKey', 'DELETE FROM OrleansRemindersTable WHERE ServiceId=@ServiceId');
