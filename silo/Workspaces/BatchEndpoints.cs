using Memento.Http;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Workspaces;

/// <summary>Many documents at once, and the names of moments.</summary>
internal sealed class BatchEndpoints(WorkspaceCalls calls)
{
    private static readonly BodyParser<WriteDocuments> ParseBatch = BatchBody.Parse;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("POST", "/documents/batch", WriteAsync, "writeDocuments", "Writes, patches and deletes documents: all or none")
            .Takes<BatchBody>().Example("""{"agentId":"agent-1","operations":[{"op":"put","kind":"entity","id":"parse","value":{"file":"src/main.c"}},{"op":"patch","kind":"entity","id":"main","patch":[{"op":"add","path":"/calls/-","value":"parse"}]},{"op":"delete","kind":"file","id":"old.c","ifMatch":"12"}]}""")
            .Parameters(ApiDescription.Idempotency).Answers<WriteResult>()
            .Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity, Status429TooManyRequests);

    private async Task WriteAsync(HttpContext http)
    {
        var (writer, key) = (calls.Writer(http), IdempotencyKey.Of(http));
        var batch = await RequestBody.ReadAsync(http, calls.MaxBatchBodyBytes, ParseBatch);
        http.Answer(await writer.WriteAsync(batch, key), MementoJson.Default.WriteResult);
    }
}
