using Xunit;

namespace Memento.Tests.Http;

/// <summary>A misspelt member of a request that changes much must not mean "everything".</summary>
[Collection(HttpTests.Name)]
public sealed class StrictBodyTests(MementoFixture memento)
{
    private readonly RollbackHttp _http = new(memento);

    [Theory]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"agent":["bob"]}}""", "selection.agent")]
    [InlineData("rollback-points/{id}/rollbacks", """{"typ":"dry_run"}""", "typ")]
    [InlineData("rollback-points/{id}/rollbacks", """{"type":"dry_run","type":"full"}""", "type")]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"documents":[{"type":"entity","pattern":"x"}]}}""", "selection.documents[0].pattern")]
    [InlineData("rollback-points/{id}/preview", """{"selection":{"agent":["bob"]}}""", "selection.agent")]
    [InlineData("rollback-points/{id}/preview", """{"selectoin":{"agents":["bob"]}}""", "selectoin")]
    [InlineData("rollback-points/{id}/preview", """{"selection":{"agents":["bob"]},"selection":{}}""", "selection")]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"agents":[]}}""", "selection.agents")]
    [InlineData("rollback-points/{id}/preview", """{"selection":{"documents":[]}}""", "selection.documents")]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"documents":[{"type":"entity","include":[]}]}}""", "selection.documents[0].include")]
    [InlineData("rollback-points", """{"name":"x","tllSeconds":1}""", "tllSeconds")]
    [InlineData("compaction", """{"dryrun":true}""", "dryrun")]
    public async Task It_is_refused_by_name(string path, string body, string field)
    {
        var point = await _http.ChangeAsync(1);
        var before = (string?)(await memento.GetAsync(_http.Path)).Ok()["root"];

        (await memento.PostAsync($"{_http.Path}/{path.Replace("{id}", point, StringComparison.Ordinal)}", body)).Refused(422, "VALIDATION_FAILED", field);

        Assert.Equal(before, (string?)(await memento.GetAsync(_http.Path)).Ok()["root"]);
    }
}
