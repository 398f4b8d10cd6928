using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>Merge policies over both transports against the real server: the same calls, the same answers.</summary>
public sealed class MergePolicyTransportTests(MementoServer server) : IClassFixture<MementoServer>
{
    private static readonly MergePolicy Tags = new() { Match = "entity/**", Path = "/tags", As = MergePolicyAs.Set };

    private readonly string _workspace = "policies " + Guid.NewGuid();

    public static TheoryData<string> Transports => ["http", "orleans"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Policies_are_set_and_read_with_who_and_when(string transport)
    {
        var rollbacks = Rollbacks(transport);
        var none = await rollbacks.GetMergePoliciesAsync(cancellationToken: Token);
        var set = await rollbacks.SetMergePoliciesAsync(new() { Policies = [Tags], AgentId = "Ada Lövelace", IfAbsent = true }, Token);
        var emptied = await rollbacks.SetMergePoliciesAsync(new() { Policies = [], IfMatch = "\"1\"" }, Token);
        var past = await rollbacks.GetMergePoliciesAsync(1, Token);

        Assert.Equal((0L, 1L, 2L), (none.Version, set.Version, emptied.Version));
        Assert.Equal(("Ada Lövelace", null), (set.AgentId, emptied.AgentId));
        Assert.Equal([Tags], past.Policies);
        Assert.Equal((1L, set.AgentId, set.UpdatedAt), (past.Version, past.AgentId, past.UpdatedAt));
        Assert.NotNull(emptied.UpdatedAt);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Refusals_are_the_same(string transport)
    {
        var rollbacks = Rollbacks(transport);
        await rollbacks.SetMergePoliciesAsync(new() { Policies = [Tags] }, Token);

        var stale = await RefusedAsync(new() { Policies = [], IfMatch = "9" });
        var bad = await RefusedAsync(new() { Policies = [Tags with { Path = "x" }] });
        var missing = await Assert.ThrowsAsync<MementoException>(() => rollbacks.GetMergePoliciesAsync(7, Token));

        Assert.Equal((Codes.VersionConflict, Codes.ValidationFailed, Codes.MergePoliciesNotFound), (stale.Code, bad.Code, missing.Code));
        Assert.Equal("[0].path", Assert.Single(bad.Refusal.Errors).Field);

        Task<MementoException> RefusedAsync(SetMergePolicies request) =>
            Assert.ThrowsAsync<MementoException>(() => rollbacks.SetMergePoliciesAsync(request, Token));
    }

    private IRollbackClient Rollbacks(string transport) => Client(transport).Rollbacks(_workspace);

    private IMementoClient Client(string transport) =>
        transport == "http" ? MementoClient.Connect(new() { Url = server.Url }) : MementoClient.Over(server.Grains, new());
}
