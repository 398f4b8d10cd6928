using System.Data.Common;
using Memento.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace Memento.Storage;

/// <summary>Tells the appends to task streams, and the births, of a committed batch what became of them.</summary>
internal static class PostgreSqlVerdicts
{
    public const int StalePosition = 1;
    public const int StaleEpoch = 2;
    public const int IdTaken = 3;
    public const int BornWithToken = 4;

    /// <summary>Reads rows of stream number, verdict and token; what has no row was stored as asked.</summary>
    public static void Read(DbDataReader reader, IReadOnlyList<PendingAppend> batch)
    {
        Dictionary<long, (int Verdict, long Token)>? exceptions = null;
        while (reader.Read())
            if (!reader.IsDBNull(0)) (exceptions ??= []).Add(reader.GetInt64(0), (reader.GetInt32(1), reader.GetInt64(2)));
        foreach (var pending in batch)
        {
            if (pending.Append.Task is null && pending.Append.Births.Count == 0) continue;
            foreach (var birth in pending.Append.Births) Tell(birth, exceptions?.GetValueOrDefault(birth.StreamId) ?? default);
            if (pending.Append.Task is null || exceptions is null) continue;
            if (!exceptions.TryGetValue(pending.Append.Writer.StreamId, out var exception)) continue;
            pending.Refusal = RefusalOf(pending.Append, exception.Verdict);
        }
    }

    /// <summary>
    /// Finds the verdicts of a batch whose commit arrived while its answer was lost: what the transaction stored stands in the journal.
    /// </summary>
    public static void Find(NpgsqlConnection connection, long transaction, IReadOnlyList<PendingAppend> batch)
    {
        if (!batch.Any(pending => pending.Append.Task is not null || pending.Append.Births.Count > 0)) return;
        var stored = new HashSet<long>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT DISTINCT stream_id FROM journal WHERE commit_xid = $1";
            command.Parameters.Add(new() { Value = transaction });
            using var reader = command.ExecuteReader();
            while (reader.Read()) stored.Add(reader.GetInt64(0));
        }

        var rows = ReadRows(connection, batch);
        foreach (var pending in batch)
        {
            foreach (var birth in pending.Append.Births)
            {
                var token = rows.GetValueOrDefault(birth.StreamId).Token;
                Tell(birth, stored.Contains(birth.StreamId) ? (BornWithToken, token) : (birth.Requires is null ? IdTaken : StaleEpoch, 0));
            }

            if (pending.Append.Task is null || stored.Contains(pending.Append.Writer.StreamId)) continue;
            var isAtPosition = rows.TryGetValue(pending.Append.Writer.StreamId, out var row)
                && row.Position == pending.Append.FirstPosition - 1;
            pending.Refusal = RefusalOf(pending.Append, isAtPosition ? StaleEpoch : StalePosition);
        }
    }

    private static Dictionary<long, (long Position, long Token)> ReadRows(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch)
    {
        long[] streams = [.. batch.Where(p => p.Append.Task is not null).Select(p => p.Append.Writer.StreamId),
            .. batch.SelectMany(p => p.Append.Births).Select(b => b.StreamId)];
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT stream_id, position, token FROM task_stream WHERE stream_id = ANY($1)";
        command.Parameters.Add(new() { Value = streams, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        using var reader = command.ExecuteReader();
        var rows = new Dictionary<long, (long, long)>();
        while (reader.Read()) rows.Add(reader.GetInt64(0), (reader.GetInt32(1), reader.GetInt32(2)));
        return rows;
    }

    private static void Tell(TaskBirth birth, (int Verdict, long Token) exception)
    {
        birth.Outcome = exception.Verdict switch
        {
            IdTaken => BirthOutcome.IdTaken,
            StaleEpoch => BirthOutcome.AssignmentRefused,
            _ => BirthOutcome.Born,
        };
        birth.Token = exception.Verdict == BornWithToken ? exception.Token : birth.Row.Token;
    }

    // An append behind a refused one is refused for its position, whatever the first one was refused for.
    private static MementoException RefusalOf(Append append, int verdict) => verdict == StaleEpoch && append.Task?.Requires is { } required
        ? StoreErrors.StaleEpoch(append.Writer.Name, required)
        : StoreErrors.StaleWriter(append.Writer.Name);
}
