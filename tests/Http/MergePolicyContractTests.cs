using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>Merge policies over HTTP: the list, its version, and what is refused.</summary>
[Collection(HttpTests.Name)]
public sealed class MergePolicyContractTests(MementoFixture memento)
{
    private const string Containers = """{"match":"entity/src/**","path":"/spec/containers","key":["name"],"strategy":"prefer-newer"}""";
    private const string Tags = """{"match":"**","path":"/tags","as":"set","strategy":"ask_user"}""";
    private const string List = $"[{Containers},{Tags}]";

    private readonly string _workspace = MementoFixture.NewWorkspace();

    private string Path => $"{_workspace}/merge-policies";

    [Fact]
    public async Task Policies_are_put_and_read_with_their_etag()
    {
        var none = await memento.GetAsync(Path);
        var put = await memento.PutAsync($"{Path}?agent=ann", List, ("If-None-Match", "*"));
        var read = await memento.GetAsync(Path);
        var known = await memento.GetAsync(Path, ("If-None-Match", "\"1\""));

        Assert.Equal(("[]", "\"0\""), (none.Ok().ToJsonString(), none.Etag));
        Assert.Equal((List, "\"1\"", "ann"), (put.Body, put.Etag, Agent(put)));
        Assert.Equal((List, "\"1\"", "ann"), (read.Body, read.Etag, Agent(read)));
        Assert.Equal((304, "\"1\""), ((int)known.Status, known.Etag));
    }

    [Fact]
    public async Task Put_replaces_the_version_that_it_expects_and_no_other()
    {
        (await memento.PutAsync(Path, List)).Ok();
        var moved = await memento.PutAsync(Path, "[]", ("If-Match", "\"1\""));
        var stale = await memento.PutAsync(Path, List, ("If-Match", "\"0\""));

        Assert.Equal(("[]", "\"2\""), (moved.Ok().ToJsonString(), moved.Etag));
        stale.Refused(409, "VERSION_CONFLICT");
        (await memento.PutAsync(Path, List, ("If-None-Match", "*"))).Refused(409, "VERSION_CONFLICT");
        (await memento.PutAsync(Path, List, ("If-None-Match", "\"1\""))).Refused(400, "MALFORMED_REQUEST", "If-None-Match");
        (await memento.PutAsync($"{_workspace}x/merge-policies", List, ("If-Match", "*"))).Refused(409, "VERSION_CONFLICT");
        Assert.Equal("\"2\"", (await memento.PutAsync(Path, "[]", ("If-Match", "\"2\""))).Etag);
    }

    [Fact]
    public async Task Past_versions_can_be_read()
    {
        (await memento.PutAsync(Path, List)).Ok();
        (await memento.PutAsync(Path, "[]")).Ok();

        var first = await memento.GetAsync($"{Path}?version=1");

        Assert.Equal((List, "\"1\""), (first.Body, first.Etag));
        Assert.Equal("[]", (await memento.GetAsync($"{Path}?version=0")).Body);
        (await memento.GetAsync($"{Path}?version=3")).Refused(404, "MERGE_POLICIES_NOT_FOUND");
        (await memento.GetAsync($"{Path}?version=one")).Refused(400, "MALFORMED_REQUEST", "version");
    }

    [Theory]
    [InlineData("{", 400, "MALFORMED_REQUEST", "body")]
    [InlineData("""{"match":"**"}""", 422, "VALIDATION_FAILED", "body")]
    [InlineData("null", 422, "VALIDATION_FAILED", "body")]
    [InlineData("[null]", 422, "VALIDATION_FAILED", "[0]")]
    [InlineData("[1]", 422, "VALIDATION_FAILED", "[0]")]
    [InlineData("""[{}]""", 422, "VALIDATION_FAILED", "[0].match")]
    [InlineData("""[{"match":"**"},{"match":"**","path":"spec"}]""", 422, "VALIDATION_FAILED", "[1].path")]
    [InlineData("""[{"match":"**","as":"bag"}]""", 422, "VALIDATION_FAILED", "[0].as")]
    [InlineData("""[{"match":"**","strategy":"ask-user"}]""", 422, "VALIDATION_FAILED", "[0].strategy")]
    [InlineData("""[{"match":"**","key":"name"}]""", 422, "VALIDATION_FAILED", "[0].key")]
    [InlineData("""[{"match":"**","key":["name"],"as":"text"}]""", 422, "VALIDATION_FAILED", "[0].key")]
    [InlineData("""[{"match":"**","keys":["name"]}]""", 422, "VALIDATION_FAILED", "[0].keys")]
    [InlineData("""[{"match":"a","match":"b"}]""", 422, "VALIDATION_FAILED", "[0].match")]
    public async Task Body_that_is_no_list_of_policies_is_refused_by_its_field(string body, int status, string code, string field)
    {
        (await memento.PutAsync(Path, body)).Refused(status, code, field);
        Assert.Equal("\"0\"", (await memento.GetAsync(Path)).Etag);
    }

    [Fact]
    public async Task Too_many_policies_are_refused()
    {
        var many = $"[{string.Join(',', Enumerable.Repeat("""{"match":"**"}""", 201))}]";

        (await memento.PutAsync(Path, many)).Refused(413, "TOO_LARGE");
        (await memento.SendAsync(HttpMethod.Put, Path, Encoding.UTF8.GetBytes("[]"), "text/plain")).Refused(415, "UNSUPPORTED_MEDIA_TYPE");
        (await memento.PutAsync($"{Path}?agent=%01", "[]")).Refused(422, "VALIDATION_FAILED", "agent");
    }

    [Fact]
    public async Task Change_is_in_the_audit_and_rollbacks_say_their_version()
    {
        var rollbacks = new RollbackHttp(memento);
        (await memento.PutAsync($"{rollbacks.Path}/merge-policies?agent=ann", List)).Ok();
        var point = await rollbacks.ChangeAsync(1);
        var preview = (await memento.PostAsync($"{rollbacks.Path}/rollback-points/{point}/preview", "{}")).Ok();
        (await memento.PutAsync($"{rollbacks.Path}/merge-policies", "[]")).Ok();

        var request = new JsonObject { ["previewToken"] = (string?)preview["previewToken"] }.ToJsonString();
        var started = (await memento.PostAsync($"{rollbacks.Path}/rollback-points/{point}/rollbacks", request)).Ok(202);
        var audit = (await memento.GetAsync($"{rollbacks.Path}/audit?action=merge_policies_changed&agent=ann")).Ok()["items"]!.AsArray();

        Assert.Equal((1L, 1L), ((long)preview["policiesVersion"]!, (long)started["policiesVersion"]!));
        Assert.Equal("""{"version":1,"policies":2}""", Assert.Single(audit)!["detail"]!.ToJsonString());
        await rollbacks.OverAsync($"{rollbacks.Path}/rollbacks/{(string?)started["operationId"]}");
    }

    private static string Agent(Answer answer) => answer.Headers.GetValues("Memento-Agent").Single();
}
