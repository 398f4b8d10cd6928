using System.Collections.Immutable;
using System.Data.Common;
using Memento.Storage;
using static Memento.Storage.Queries;

namespace Memento.Workspaces;

internal sealed partial class WorkspaceIndex(IDatabase database) : IWorkspaceIndex
{
    private const string OfDocument = "x.stream_id = @stream AND x.kind = k.kind AND x.id = k.id";
    private const string NewestFirst = "x.stream_id DESC, x.kind DESC, x.id DESC, x.seq DESC";

    public Task<IReadOnlyList<DocumentVersion>> FindAsync(long streamId, IReadOnlyCollection<DocumentKey> keys, long at, CancellationToken cancellationToken) =>
        ReadNewestAsync(streamId, keys, at, "", "", DocumentRow.Read, cancellationToken);

    public Task<IReadOnlyList<(DocumentVersion Version, DocumentValue? Value)>> ReadAtAsync(long streamId, IReadOnlyCollection<DocumentKey> keys, long at, CancellationToken cancellationToken) =>
        ReadNewestAsync(streamId, keys, at, $", {DocumentRow.Values}", DocumentRow.Blobs, reader => DocumentRow.Read(reader) is var version && version.IsDeleted ? (version, null) : (version, (DocumentValue?)DocumentRow.ReadValue(reader, version)), cancellationToken);

    private Task<IReadOnlyList<T>> ReadNewestAsync<T>(
        long streamId, IReadOnlyCollection<DocumentKey> keys, long at, string columns, string tables, Func<DbDataReader, T> read, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT {DocumentRow.Columns}{columns}
            FROM {database.FirstOfEach(database.TableOf("@keys", "kind bigint", "id text"), "document_version", $"{OfDocument} AND x.seq <= @at", NewestFirst)}
            {tables}
            """, ("stream", streamId), ("at", at), ("keys", Rows(keys, (writer, key) => { writer.WriteNumberValue((int)key.Kind); writer.WriteStringValue(key.Id); })));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<T>(keys.Count);
        while (await reader.ReadAsync(token)) found.Add(read(reader));
        return (IReadOnlyList<T>)found;
    }, cancellationToken);

    public Task<IReadOnlyList<DocumentValue>> ReadValuesAsync(long streamId, IReadOnlyList<DocumentVersion> versions, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command($"""
                SELECT {DocumentRow.Columns}, {DocumentRow.Values}
                FROM {database.FirstOfEach(database.TableOf("@keys", "kind bigint", "id text", "seq bigint"), "document_version", $"{OfDocument} AND x.seq = k.seq", NewestFirst)}
                {DocumentRow.Blobs}
                """, ("stream", streamId), ("keys", Rows(versions, (writer, version) =>
                {
                    writer.WriteNumberValue((int)version.Key.Kind);
                    writer.WriteStringValue(version.Key.Id);
                    writer.WriteNumberValue(version.Seq);
                })));
            var values = new Dictionary<(DocumentKey, long), DocumentValue>(versions.Count);
            using (var reader = await command.ExecuteReaderAsync(token))
            {
                while (await reader.ReadAsync(token))
                {
                    var version = DocumentRow.Read(reader);
                    values[(version.Key, version.Seq)] = DocumentRow.ReadValue(reader, version);
                }
            }

            return (IReadOnlyList<DocumentValue>)[.. versions.Select(v => values.GetValueOrDefault((v.Key, v.Seq)) ?? throw new MementoException(Refusal.Of(
                RefusalKind.Damaged, Codes.SnapshotCorrupted, $"{v.Key} at seq {v.Seq} is missing. Nothing is restored from it; restore it from a backup.")))];
        }, cancellationToken);

    public async Task<IReadOnlyList<DocumentVersion>> ListAsync(long streamId, DocumentKind? kind, string? prefix, DocumentKey? after, int limit, long at, CancellationToken cancellationToken)
    {
        var found = new List<DocumentVersion>();
        foreach (var one in kind is { } wanted ? [wanted] : Enum.GetValues<DocumentKind>())
        {
            if (one < after?.Kind) continue;
            var last = one == after?.Kind ? after.Value.Id : "";
            while (found.Count < limit)
            {
                // Ids first, hopping over their versions in the index; deleted ones fall away afterwards.
                var ids = await ReadIdsAsync(streamId, one, prefix ?? "", last, Math.Max(50, limit - found.Count), cancellationToken);
                if (ids.Count == 0) break;
                last = ids[^1];
                var versions = await FindAsync(streamId, [.. ids.Select(id => new DocumentKey(one, id))], at, cancellationToken);
                found.AddRange(versions.Where(v => !v.IsDeleted).OrderBy(v => v.Key).Take(limit - found.Count));
            }
        }

        return found;
    }

    public Task<IReadOnlyList<DocumentVersion>> GetHistoryAsync(long streamId, DocumentKey key, long before, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT {DocumentRow.Columns} FROM document_version v
            WHERE v.stream_id = @stream AND v.kind = @kind AND v.id = @id AND v.seq < @before ORDER BY v.seq DESC LIMIT @limit
            """, ("stream", streamId), ("kind", (long)key.Kind), ("id", key.Id), ("before", before), ("limit", (long)limit));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<DocumentVersion>();
        while (await reader.ReadAsync(token)) found.Add(DocumentRow.Read(reader));
        return (IReadOnlyList<DocumentVersion>)found;
    }, cancellationToken);

    public Task ScanAsync(long streamId, long after, long upTo, Action<DocumentVersion> next, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            $"SELECT {DocumentRow.Columns} FROM document_version v WHERE v.stream_id = @stream AND v.seq > @after AND v.seq <= @to AND v.kind >= 0 ORDER BY v.seq",
            ("stream", streamId), ("after", after), ("to", upTo));
        using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) next(DocumentRow.Read(reader));
        return 0;
    }, cancellationToken);

    public Task<IReadOnlyDictionary<long, Change>> GetChangesAsync(long streamId, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT v.position, v.kind, v.version, v.at, v.payload, v.checksum
            FROM {database.FirstOfEach(database.TableOf("@seqs", "seq bigint"), "journal", "x.stream_id = @stream AND x.position = k.seq", "x.stream_id, x.position")}
            """, ("stream", streamId), ("seqs", Rows(seqs, (writer, seq) => writer.WriteNumberValue(seq))));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new Dictionary<long, Change>(seqs.Count);
        while (await reader.ReadAsync(token))
        {
            var entry = Journal.ReadEntry(reader, streamId);
            if (WorkspaceFact.Codec.Decode(entry.Kind, entry.Version, entry.Payload.Span) is WorkspaceFact.DocumentsChanged c)
                found.Add(entry.Position, new(c.At, new(c.AgentId, c.SessionId, c.Cause)));
        }

        return (IReadOnlyDictionary<long, Change>)found;
    }, cancellationToken);

    private Task<List<string>> ReadIdsAsync(long streamId, DocumentKind kind, string prefix, string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var end = Utf8Order.EndOfPrefix(prefix);
        var bounded = end is null ? "" : " AND v.id < @end";
        var from = Utf8Order.Compare(after, prefix) < 0 ? (Operator: ">=", Id: prefix) : (Operator: ">", Id: after);
        using var command = connection.Command($"""
            WITH RECURSIVE d (id) AS (
                SELECT (SELECT min(v.id) FROM document_version v WHERE v.stream_id = @stream AND v.kind = @kind AND v.id {from.Operator} @from{bounded})
                UNION ALL
                SELECT (SELECT min(v.id) FROM document_version v WHERE v.stream_id = @stream AND v.kind = @kind AND v.id > d.id{bounded}) FROM d WHERE d.id IS NOT NULL)
            SELECT d.id FROM d WHERE d.id IS NOT NULL LIMIT @limit
            """, ("stream", streamId), ("kind", (long)kind), ("from", from.Id), ("limit", (long)limit));
        if (end is not null) command.Add("end", end);
        using var reader = await command.ExecuteReaderAsync(token);
        var ids = new List<string>();
        while (await reader.ReadAsync(token)) ids.Add(reader.GetString(0));
        if (ids.Count > 0 && !ids[^1].StartsWith(prefix, StringComparison.Ordinal)) ids.RemoveAll(id => !id.StartsWith(prefix, StringComparison.Ordinal));
        return ids;
    }, cancellationToken);
}
