using Memento.Http;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Workspaces;

/// <summary>Many documents at once.</summary>
internal sealed class BatchEndpoints(WorkspaceCalls calls)
{
    private static readonly BodyParser<WriteDocuments> ParseBatch = BatchBody.Parse;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("POST", "/documents/batch", WriteAsync, "writeDocuments", "Writes, patches and deletes documents: all or none")
            .Takes<BatchBody>().Example("""{"agentId":"agent-1","operations":[{"op":"put","kind":"entity","id":"parse","value":{"file":"src/main.c"}},{"op":"patch","kind":"entity","id":"main","patch":[{"op":"add","path":"/calls/-","value":"parse"}]},{"op":"delete","kind":"file","id":"old.c","ifMatch":"12"}]}""")
            .Parameters(ApiDescription.Idempotency).Answers<WriteResult>()
            .Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity, Status429TooManyRequests);
        routes.MapApi("POST", "/compaction", CompactAsync, "compactWorkspace", "Takes back the space of old history that no rollback point sees; every point still restores exactly")
            .Takes<CompactWorkspace>(optional: true).Example("""{"dryRun":true}""").Answers<CompactionReport>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
    }

    private async Task CompactAsync(HttpContext http)
    {
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.CompactWorkspace, new CompactWorkspace());
        http.Answer(await calls.Writer(http).CompactAsync(request), MementoJson.Default.CompactionReport);
    }

    private async Task WriteAsync(HttpContext http)
    {
        var (writer, key) = (calls.Writer(http), IdempotencyKey.Of(http));
        var batch = await RequestBody.ReadAsync(http, calls.MaxBatchBodyBytes, ParseBatch);
        http.Answer(await writer.WriteAsync(batch, key), MementoJson.Default.WriteResult);
    }
}
