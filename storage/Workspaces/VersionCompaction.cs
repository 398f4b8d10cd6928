using System.Collections.Immutable;
using System.Text.Json;
using Memento.Storage;

namespace Memento.Workspaces;

/// <summary>
/// Takes back the space of versions that nobody can ask for any more. Works through the documents in small transactions while others write; a run that was cut off is finished by the next,
/// because what may go follows from the points and the seq alone. Only versions that were replaced long ago, or deletions of long ago, ever go, and no writer looks at those.
/// </summary>
internal sealed class VersionCompaction(IDatabase database, long streamId, ImmutableArray<long> points, long upTo, bool dryRun)
{
    private const int Page = 2_000;
    private const int Chunk = 500;

    private long _versions, _dropped, _bytes;

    public async Task<CompactionReport> RunAsync(CancellationToken cancellationToken)
    {
        var (document, going) = (new List<DocumentVersion>(), new List<DocumentVersion>());
        (DocumentKey Key, long Seq)? after = null;
        while (true)
        {
            var page = await ReadAsync(after, cancellationToken);
            foreach (var version in page)
            {
                if (document.Count > 0 && document[0].Key != version.Key) Judge(document, going);
                document.Add(version);
            }

            if (page.Count < Page) Judge(document, going);
            if (going.Count >= Chunk || page.Count < Page) await DropAsync(going, cancellationToken);
            if (page.Count < Page) return new() { DryRun = dryRun, UpTo = upTo, Points = points.Length, Versions = _versions, Dropped = _dropped, DroppedBytes = _bytes };
            after = (page[^1].Key, page[^1].Seq);
        }
    }

    private void Judge(List<DocumentVersion> document, List<DocumentVersion> going)
    {
        _versions += document.Count;
        going.AddRange(Compaction.Droppable(document, points, upTo));
        document.Clear();
    }

    private async Task DropAsync(List<DocumentVersion> going, CancellationToken cancellationToken)
    {
        _dropped += going.Count;
        _bytes += going.Sum(v => v.Length);
        foreach (var some in dryRun ? [] : going.Chunk(Chunk))
        {
            await database.MaintainAsync($"""
                DELETE FROM document_version WHERE stream_id = @stream AND (kind, id, seq) IN (SELECT k.kind, k.id, k.seq FROM {database.TableOf("@keys", "kind bigint", "id text", "seq bigint")} k)
                """, [("stream", streamId), ("keys", Keys(some))], cancellationToken);
            var large = some.Where(v => v.Length > WorkspaceRows.MaxInline).Select(v => v.Hash!.Value).Distinct().ToArray();
            if (large.Length > 0) await database.DropBlobsAsync([.. large.Select(hash => hash.ToBytes())], cancellationToken);
        }

        going.Clear();
    }

    private Task<List<DocumentVersion>> ReadAsync((DocumentKey Key, long Seq)? after, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var behind = after is null ? "" : " AND (v.kind, v.id, v.seq) > (@kind, @id, @seq)";
        using var command = connection.Command(
            $"SELECT {DocumentRow.Columns} FROM document_version v WHERE v.stream_id = @stream{behind} ORDER BY v.kind, v.id, v.seq LIMIT @limit", ("stream", streamId), ("limit", (long)Page));
        if (after is { } last)
        {
            command.Add("kind", (long)last.Key.Kind);
            command.Add("id", last.Key.Id);
            command.Add("seq", last.Seq);
        }

        using var reader = await command.ExecuteReaderAsync(token);
        var page = new List<DocumentVersion>(Page);
        while (await reader.ReadAsync(token)) page.Add(DocumentRow.Read(reader));
        return page;
    }, cancellationToken);

    private static string Keys(IEnumerable<DocumentVersion> versions)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var version in versions)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue((int)version.Key.Kind);
                writer.WriteStringValue(version.Key.Id);
                writer.WriteNumberValue(version.Seq);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
