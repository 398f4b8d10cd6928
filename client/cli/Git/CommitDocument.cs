using System.Text;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>
/// The document that says that a commit's files are there. It is written with them, in the same batch, so there is never one without the other:
/// that is how an import knows what is left to do. Undoing the commit's session takes it away as well.
/// </summary>
/// <param name="Base">What the commit was compared with; null = with nothing.</param>
/// <param name="Files">Files that the commit changed.</param>
/// <param name="Done">How many of them are written. A commit that is too large for one batch has less for a while.</param>
internal sealed record CommitDocument(ObjectId Commit, ObjectId? Base, int Files, int Done, string? Etag = null, string? AgentId = null, string? SessionId = null)
{
    public const string IdPrefix = "git/";

    public bool IsComplete => Done >= Files;

    public static DocumentKey KeyOf(ObjectId commit) => new(DocumentKind.Metadata, IdPrefix + commit);

    /// <summary>The commit that a document stands for; null if it is another document.</summary>
    public static ObjectId? CommitOf(string id) => id.StartsWith(IdPrefix, StringComparison.Ordinal) && ObjectId.TryParse(id.AsSpan(IdPrefix.Length), out var commit) ? commit : null;

    /// <summary>Asks for a commit's document; null if there is none.</summary>
    public static async Task<CommitDocument?> FindAsync(IWorkspaceClient documents, ObjectId commit, CancellationToken cancellationToken)
    {
        try
        {
            return Read(commit, await documents.GetDocumentAsync(KeyOf(commit), cancellationToken: cancellationToken));
        }
        catch (MementoException e) when (e.Code is Codes.DocumentNotFound)
        {
            return null;
        }
    }

    public DocumentOperation Operation(string repository) => new()
    {
        Op = DocumentOp.Put, Kind = DocumentKind.Metadata, Id = IdPrefix + Commit, Value = DocumentValue.Json(Json(repository)), IfAbsent = Etag is null, IfMatch = Etag,
    };

    private byte[] Json(string repository)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("source", "git");
            json.WriteString("repository", repository);
            json.WriteString("commit", Commit.ToString());
            if (Base is { } compared) json.WriteString("base", compared.ToString());
            json.WriteNumber("files", Files);
            json.WriteNumber("done", Done);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static CommitDocument Read(ObjectId commit, Document document)
    {
        try
        {
            using var json = JsonDocument.Parse(document.Value.Content);
            var root = json.RootElement;
            ObjectId? compared = root.TryGetProperty("base", out var hash) && ObjectId.TryParse(hash.GetString(), out var id) ? id : null;
            return new(commit, compared, root.GetProperty("files").GetInt32(), root.GetProperty("done").GetInt32(), document.View.Etag, document.View.AgentId, document.View.SessionId);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CommandException($"The document {KeyOf(commit)} is not one that an import wrote: {Encoding.UTF8.GetString(document.Value.Content.AsSpan(0, Math.Min(document.Value.Content.Length, 200)))}", inner: e);
        }
    }
}
