using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Memento.Http;
using Memento.Workspaces;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Rollback;

/// <summary>Endpoints of a workspace's merge policies.</summary>
internal sealed class MergePolicyEndpoints(RollbackCalls calls)
{
    private const string Path = "/merge-policies";

    private static readonly BodyParser<ImmutableArray<MergePolicy>> ParsePolicies = body =>
        ImmutableCollectionsMarshal.AsImmutableArray(RequestBody.Parse(body, MementoJson.Default.MergePolicyArray));

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi(
            "GET", Path, GetAsync, "getMergePolicies",
            "Lists the merge policies in the order in which they are tried; the ETag is their version")
            .Parameters(
                new("version", "The policies as they were in this version; the newest if not said.", ParameterKind.Number),
                new("If-None-Match", "The ETag that is known already; 304 if it is still the newest.", Header: true))
            .Answers<MergePolicy[]>().Refuses(Status304NotModified, Status400BadRequest, Status404NotFound, Status422UnprocessableEntity);
        routes.MapApi(
            "PUT", Path, PutAsync, "setMergePolicies",
            "Replaces the merge policies; rollbacks that run, and previews that were made, keep theirs")
            .Takes<MergePolicy[]>()
            .Example("""[{"match":"entity/src/**","path":"/spec/containers","key":["name"],"strategy":"prefer-newer"}]""")
            .Parameters(
                new("agent", "The agent that sets the policies."),
                new("If-Match", "The ETag that the policies must have; `*` = they must have been set before. 409 otherwise.", Header: true),
                new("If-None-Match", "`*` = the policies must never have been set. 409 otherwise.", Header: true))
            .Answers<MergePolicy[]>()
            .Refuses(Status400BadRequest, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity);
    }

    private async Task GetAsync(HttpContext http)
    {
        var policies = calls.MergePolicies(http);
        var list = http.QueryNumber("version") is { } version ? await policies.GetVersionAsync(version) : await policies.GetAsync();
        if (!Preconditions.IsKnown(http, list.Version))
        {
            Answer(http, list);
            return;
        }

        http.Response.Headers.ETag = Etag.Of(list.Version);
        http.Response.StatusCode = Status304NotModified;
    }

    private async Task PutAsync(HttpContext http)
    {
        var (ifMatch, ifAbsent, agent) = (Preconditions.IfMatch(http), Preconditions.IfAbsent(http), http.QueryName("agent"));
        var policies = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, ParsePolicies);
        var request = new SetMergePolicies { Policies = policies, IfMatch = ifMatch, IfAbsent = ifAbsent, AgentId = agent };
        Answer(http, await calls.MergePolicies(http).SetAsync(request));
    }

    private static void Answer(HttpContext http, MergePolicyList list)
    {
        var headers = http.Response.Headers;
        headers.ETag = Etag.Of(list.Version);
        if (list.UpdatedAt is { } at) headers["Memento-At"] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        if (list.AgentId is { } agent) headers["Memento-Agent"] = Uri.EscapeDataString(agent);
        http.Answer(list.Policies, MementoJson.Default.ImmutableArrayMergePolicy);
    }
}
