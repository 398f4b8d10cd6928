using System.Globalization;
using Memento.Http;
using Microsoft.Net.Http.Headers;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Workspaces;

/// <summary>The documents of a workspace, one by one.</summary>
internal sealed class DocumentEndpoints(WorkspaceCalls calls)
{
    private const string History = "/history";
    private const string Path = "/documents/{kind}/{**id}";
    private const string Json = "application/json";

    private static readonly ParameterDescription[] Author = [new("session", "The session in which this is done."), new("agent", "The agent that does it.")];
    private static readonly ParameterDescription IfMatch = new("If-Match", "The ETag that the document must have; `*` = it must exist. 409 otherwise.", Header: true);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("GET", "", WorkspaceAsync, "getWorkspace", "The workspace as a whole").Answers<WorkspaceView>();
        routes.MapApi("GET", "/documents", ListAsync, "listDocuments", "Lists documents, by kind and id")
            .Parameters(
                new("kind", "Only documents of this kind.", Values: NamedEnumConverter<DocumentKind>.KnownNames),
                new("prefix", "Only ids that begin so."),
                new("at", "As they were at this rollback point."))
            .Parameters(ApiDescription.Paged).Answers<Page<DocumentView>>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("GET", Path, GetAsync, "getDocument", "Reads a document; with /history behind the id, lists its versions, newest first")
            .Parameters(new ParameterDescription("at", "As it was at this rollback point.")).Answers<object>().Refuses(Status304NotModified, Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("HEAD", Path, GetAsync, "headDocument", "Whether a document is there, and which version").AnswersNothing().Refuses(Status404NotFound, Status410Gone);
        routes.MapApi("PUT", Path, PutAsync, "putDocument", "Writes a document: JSON, or any bytes for a file")
            .Takes<object>(optional: true, Json, "*/*").Example("""{"name":"parse","kind":"function","file":"src/main.c"}""").Parameters(Author).Parameters(IfMatch, new("If-None-Match", "`*` = the document must not exist. 409 otherwise.", Header: true))
            .Answers<WriteResult>().Answers<WriteResult>(Status201Created).Refuses(Status400BadRequest, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity, Status429TooManyRequests);
        routes.MapApi("PATCH", Path, PatchAsync, "patchDocument", "Changes a JSON document: by application/json-patch+json (RFC 6902) or application/merge-patch+json (RFC 7386)")
            .Takes<object>(false, DocumentBody.JsonPatchType, DocumentBody.MergePatchType, Json).Example("""[{"op":"replace","path":"/name","value":"parse_number"}]""").Parameters(Author).Parameters(IfMatch)
            .Answers<WriteResult>().Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity);
        routes.MapApi("DELETE", Path, DeleteAsync, "deleteDocument", "Deletes a document; its history stays")
            .Parameters(Author).Parameters(IfMatch).AnswersNothing().Refuses(Status404NotFound, Status409Conflict, Status422UnprocessableEntity);
    }

    private async Task WorkspaceAsync(HttpContext http) => http.Answer(await calls.Writer(http).GetAsync(), MementoJson.Default.WorkspaceView);

    private async Task ListAsync(HttpContext http) => http.Answer(await calls.Queries(http).ListAsync(new DocumentQuery
    {
        Kind = http.QueryEnum<DocumentKind>("kind"),
        Prefix = http.Query("prefix"),
        RollbackPointId = http.QueryName("at"),
        Limit = http.QueryLimit(),
        Cursor = http.Query("cursor"),
    }), MementoJson.Default.PageDocumentView);

    private async Task GetAsync(HttpContext http)
    {
        // A path that ends in /history asks for the versions, unless the slash is encoded and so part of the id.
        var raw = http.RawRest(WorkspaceCalls.DocumentSegment);
        if (raw.EndsWith(History, StringComparison.Ordinal) && raw.Length > History.Length)
        {
            var key = WorkspaceCalls.Document(http, PathNames.Decode(raw.AsSpan(0, raw.Length - History.Length), "id"));
            http.Answer(await calls.Queries(http).GetHistoryAsync(key, http.QueryLimit(), http.Query("cursor")), MementoJson.Default.PageDocumentView);
            return;
        }

        var document = await calls.Queries(http).GetAsync(WorkspaceCalls.Document(http, PathNames.Decode(raw, "id")), http.QueryName("at"));
        var (view, response) = (document.View, http.Response);
        response.Headers.ETag = view.Etag;
        response.Headers.LastModified = HeaderUtilities.FormatDate(view.At);
        response.Headers["Memento-Seq"] = view.Seq.ToString(CultureInfo.InvariantCulture);
        response.Headers["Memento-At"] = view.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        response.Headers["Memento-Hash"] = view.Hash;
        if (view.AgentId is { } agent) response.Headers["Memento-Agent"] = Uri.EscapeDataString(agent);
        if (view.SessionId is { } session) response.Headers["Memento-Session"] = Uri.EscapeDataString(session);
        if (view.Cause is { } cause) response.Headers["Memento-Cause"] = Uri.EscapeDataString(cause);
        if (Preconditions.IsKnown(http, view.Seq))
        {
            response.StatusCode = Status304NotModified;
            return;
        }

        response.ContentType = document.Value.ContentType ?? Json;
        response.Headers.XContentTypeOptions = "nosniff";
        if (document.Value.ContentType is not null) response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";   // what an agent stored must not run as a page of ours
        response.ContentLength = document.Value.Content.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await response.Body.WriteAsync(document.Value.Content, http.RequestAborted);
    }

    private async Task PutAsync(HttpContext http)
    {
        var key = Key(http);
        var ifAbsent = Preconditions.IfAbsent(http);
        var value = await DocumentBody.ReadAsync(http, key, calls.MaxDocumentBytes);
        var ifMatch = Preconditions.IfMatch(http);
        var written = await WriteAsync(
            http, new() { Op = DocumentOp.Put, Kind = key.Kind, Id = key.Id, Value = value, IfMatch = ifMatch, IfAbsent = ifAbsent });
        Answer(http, written, written.Documents[0].Outcome is WriteOutcome.Created ? Status201Created : Status200OK);
    }

    private async Task PatchAsync(HttpContext http)
    {
        var key = Key(http);
        var patch = await DocumentBody.ReadPatchAsync(http, key, calls.MaxDocumentBytes);
        var ifMatch = Preconditions.IfMatch(http);
        var operation = new DocumentOperation { Op = DocumentOp.Patch, Kind = key.Kind, Id = key.Id, Patch = patch, IfMatch = ifMatch };
        Answer(http, await WriteAsync(http, operation), Status200OK);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var key = Key(http);
        await WriteAsync(http, new() { Op = DocumentOp.Delete, Kind = key.Kind, Id = key.Id, IfMatch = Preconditions.IfMatch(http) });
        http.Response.StatusCode = Status204NoContent;
    }

    private Task<WriteResult> WriteAsync(HttpContext http, DocumentOperation operation) => calls.Writer(http).WriteAsync(
        new WriteDocuments { SessionId = http.QueryName("session"), AgentId = http.QueryName("agent"), Operations = [operation] }, IdempotencyKey.Of(http));

    private static void Answer(HttpContext http, WriteResult written, int status)
    {
        http.Response.Headers.ETag = written.Documents[0].Etag;
        http.Answer(written, MementoJson.Default.WriteResult, status);
    }

    private static DocumentKey Key(HttpContext http) => WorkspaceCalls.Document(http, PathNames.Decode(http.RawRest(WorkspaceCalls.DocumentSegment), "id"));
}
